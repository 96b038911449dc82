package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// keysIn gives the keys of a store.
func keysIn(s database) access.Store {
	switch s := s.(type) {
	case *postgres.Store:
		return postgres.Keys{Store: s}
	case *sqlite.Store:
		return sqlite.Keys{Store: s}
	}
	return nil
}

// hasOldKeys says whether the folder has keys in a file of their own, as older programs kept them.
func (m *Main) hasOldKeys(data string) bool {
	_, err := os.Stat(filepath.Join(m.folderOf(data), sqlite.OldKeyFile))
	return err == nil
}

// takeOverKeys puts the keys of such a file into the store, once, and says so. The file is put aside when all are there; one that
// cannot be read lets nobody in.
func (m *Main) takeOverKeys(ctx context.Context, data string, to access.Store) error {
	dir := m.folderOf(data)
	list, there, err := sqlite.OldKeys(ctx, dir)
	if err != nil || !there {
		return err
	}
	for _, k := range list {
		if err := to.AddKey(ctx, k); err != nil && fault.CodeOf(err) != fault.Conflict { // it was begun before
			return err
		}
	}
	path := filepath.Join(dir, sqlite.OldKeyFile)
	for _, end := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+end, path+".old"+end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fault.Wrap(fault.Unavailable, err, "the keys were taken over, and their old file cannot be put aside").WithFix("move %s away", path)
		}
	}
	fmt.Fprintf(m.Err, "%s from %s now: the file is kept as %s.old.\n", report.Counted(len(list), "key")+" stand in the store", sqlite.OldKeyFile, sqlite.OldKeyFile)
	return nil
}

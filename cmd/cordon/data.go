package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"

	"github.com/alecthomas/kong"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/backup"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/once"
	"github.com/cordon-engine/cordon/internal/postgres"
	deskset "github.com/cordon-engine/cordon/internal/setting"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// folderFlag says where figures are kept.
type folderFlag struct {
	Data string `help:"Folder that the figures are kept in." placeholder:"DIR" default:"var" type:"store" env:"CORDON_DATA"`
}

// storeValue reads the value of a flag that names a folder or a database.
func storeValue(ctx *kong.DecodeContext, target reflect.Value) error {
	var s string
	if err := ctx.Scan.PopValueInto("folder or database", &s); err != nil {
		return err
	}
	if !postgres.Is(s) {
		s = kong.ExpandPath(s)
	}
	target.SetString(s)
	return nil
}

// checkFolder refuses a database, which the environment may name for other commands,
// where only a folder will do. The parser of the command line must not do it: it
// would print the value, with the password.
func checkFolder(data string) error {
	if postgres.Is(data) {
		return fault.New(fault.Usage, "claims and figures are kept in a folder, and --data or CORDON_DATA names a database").
			WithFix("give the folder with --data")
	}
	return nil
}

// folderOf gives the folder of what stands beside the lists: data itself unless it
// is a database.
func (m *Main) folderOf(data string) string {
	if postgres.Is(data) {
		return m.folder
	}
	return data
}

// nothingKept says that a data folder has no store yet. A database has one.
func nothingKept(data string) bool {
	if postgres.Is(data) {
		return false
	}
	_, err := os.Stat(filepath.Join(data, "cordon.db"))
	return errors.Is(err, os.ErrNotExist)
}

// database is a store of any engine: lists, answers, cases and their log.
type database interface {
	snapshot.Store
	answer.Store
	backup.Store
	once.Store
	casework.Store
	casework.Shelf
	licence.Store
	deskset.Store
	// Ready says why it cannot be read or, where write is set, written.
	Ready(ctx context.Context, write bool) error
}

// openStore opens the store at data, and makes it when it is not there.
func (m *Main) openStore(ctx context.Context, data string) (database, error) {
	if postgres.Is(data) {
		return postgres.Open(ctx, data, m.folderOf(data))
	}
	return sqlite.Open(ctx, data)
}

// openAs is openStore for what is entered in the log, under the pseudonym of who runs
// the program.
func (m *Main) openAs(ctx context.Context, data string) (s database, actor string, err error) {
	if s, err = m.openStore(ctx, data); err != nil {
		return nil, "", err
	}
	if actor, err = m.actorOn(ctx, s, data); err != nil {
		s.Close()
		return nil, "", err
	}
	switch s := s.(type) {
	case *postgres.Store:
		s.By = actor
	case *sqlite.Store:
		s.By = actor
	}
	return s, actor, nil
}

// openReader opens the store at data for reading, and makes nothing. A database that
// has no store yet is an empty one.
func (m *Main) openReader(ctx context.Context, data string) (database, error) {
	if !postgres.Is(data) {
		return sqlite.OpenReader(ctx, data)
	}
	s, err := postgres.OpenReader(ctx, data, m.folderOf(data))
	if err != nil {
		return nil, err
	}
	if s, ok := s.(*postgres.Store); ok {
		return s, nil
	}
	return sqlite.OpenEmpty(ctx)
}

// nameOf names the folder or database for people, without a password.
func nameOf(data string) string {
	if postgres.Is(data) {
		return postgres.Name(data)
	}
	return data
}

// fingerprintOf gives a function that tells, until ctx ends, whether what lists are
// opened from has changed.
func (m *Main) fingerprintOf(ctx context.Context, data string) func() string {
	dir := m.folderOf(data)
	if !postgres.Is(data) {
		return func() string { return fingerprint(dir) }
	}
	watch := postgres.NewWatch(ctx, data)
	context.AfterFunc(ctx, watch.Close)
	return func() string { return watch.Mark() + "\n" + fingerprint(dir) }
}

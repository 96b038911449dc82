package postgres

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

// One of several replicas builds an index, and all have its bytes.
func TestIndexesAreShared(t *testing.T) {
	address := postgrestest.Database(t)
	x := Indexes{Address: address}
	want := bytes.Repeat([]byte("an index larger than a piece "), 400_000)
	// replica gives the files of a replica, and what builds them.
	replica := func(built *atomic.Int64) ([]string, func() error) {
		dir := t.TempDir()
		files := []string{filepath.Join(dir, "x.index"), filepath.Join(dir, "x.index-same")}
		return files, func() error {
			built.Add(1)
			if err := os.WriteFile(files[0], want, 0o600); err != nil {
				return err
			}
			return os.WriteFile(files[1], []byte("{}"), 0o600)
		}
	}
	has := func(files []string) {
		t.Helper()
		b, err := os.ReadFile(files[0])
		if err != nil || !bytes.Equal(b, want) {
			t.Errorf("%s has %d bytes, want %d: %v", files[0], len(b), len(want), err)
		}
		if b, err := os.ReadFile(files[1]); err != nil || string(b) != "{}" {
			t.Errorf("%s has %q: %v", files[1], b, err)
		}
	}

	// Where nothing was ever loaded there are no tables, and everybody builds.
	var alone atomic.Int64
	files, build := replica(&alone)
	if err := x.Index(t.Context(), "id", files, build); err != nil || alone.Load() != 1 {
		t.Fatalf("built %d times: %v", alone.Load(), err)
	}
	store, err := Open(t.Context(), address, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()

	var built atomic.Int64
	var all [3][]string
	var wg sync.WaitGroup
	for i := range all {
		files, build := replica(&built)
		all[i] = files
		wg.Go(func() {
			if err := x.Index(t.Context(), "id", files, build); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if built.Load() != 1 {
		t.Errorf("%d replicas built the index", built.Load())
	}
	for _, files := range all {
		has(files)
	}
	if wait, err := x.Until(t.Context(), "id"); err != nil || wait <= 0 || wait > mostUntil {
		t.Errorf("it comes into use in %s: %v", wait, err)
	}
	if wait, err := x.Until(t.Context(), "other"); err != nil || wait != 0 {
		t.Errorf("what nobody published is waited for, %s: %v", wait, err)
	}

	// What differs from what was published is replaced by it.
	if err := os.WriteFile(all[1][0], []byte("another index"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := x.Index(t.Context(), "id", all[1], build); err != nil {
		t.Fatal(err)
	}
	has(all[1])

	// What was damaged in the database is used by nobody.
	if _, err := store.pool.Exec(t.Context(), "UPDATE cordon.index_piece SET data = (SELECT data FROM cordon.index_piece WHERE file = 1) WHERE file = 0 AND piece = 1"); err != nil {
		t.Fatal(err)
	}
	files, build = replica(&built)
	err = x.Index(t.Context(), "id", files, build)
	if fault.CodeOf(err) != fault.Unavailable || !strings.Contains(fmt.Sprint(err), "does not have its hash") {
		t.Errorf("a damaged index: %v", err)
	}
	if _, err := os.Stat(files[0]); err == nil {
		t.Error("the damaged index was put in its place")
	}

	// The newest few are kept.
	for i := range indexesKept + 2 {
		files, build := replica(&built)
		if err := x.Index(t.Context(), fmt.Sprint("next", i), files, build); err != nil {
			t.Fatal(err)
		}
	}
	list, err := query(t.Context(), store.pool, scanText, "SELECT id FROM cordon.index_snapshot ORDER BY published")
	if err != nil || len(list) != indexesKept || list[0] != "next2" {
		t.Errorf("kept: %v, %v", list, err)
	}
}

// mostUntil bounds what a replica waits for so small an index.
const mostUntil = haveWithin + haveWithin/2

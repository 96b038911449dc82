package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/access/accesstest"
	"github.com/cordon-engine/cordon/internal/fault"
)

func TestKeys(t *testing.T) {
	accesstest.Test(t, func(t *testing.T) (access.Store, func() access.Store) {
		dir := t.TempDir()
		again := func() access.Store { return Keys{opened(t, dir)} }
		return again(), again
	})
}

// TestOldKeys reads the file that keys stood in before.
func TestOldKeys(t *testing.T) {
	dir := t.TempDir()
	if list, there, err := OldKeys(t.Context(), dir); list != nil || there || err != nil {
		t.Errorf("%v %t %v", list, there, err)
	}
	k, _, err := access.New(nil, "payments", []access.Scope{access.Screen, access.Decide}, time.Now(), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	k.Revoked = k.Created.Add(time.Minute)
	path := filepath.Join(dir, OldKeyFile)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := must(open(t.Context(), path, dir, false))(t)
	run := func(q string) {
		t.Helper()
		if _, err := old.db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	run(keyTables + "PRAGMA user_version = 1")
	if err := (Keys{old}).AddKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	list, there, err := OldKeys(t.Context(), dir)
	if diff := cmp.Diff([]access.Key{k}, list); !there || err != nil || diff != "" {
		t.Errorf("%t %v %s", there, err, diff)
	}
	run("PRAGMA user_version = 2")
	if _, there, err := OldKeys(t.Context(), dir); !there || fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("a newer file: %v", err)
	}
	old.Close()
	if err := os.WriteFile(path, []byte("not a database at all, but text that is long enough to be read"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, there, err := OldKeys(t.Context(), dir); !there || err == nil {
		t.Errorf("a file that is none: %v", err)
	}
}

// TestKeysHoldNoSecret looks for the secret in every file of the data folder.
func TestKeysHoldNoSecret(t *testing.T) {
	dir := t.TempDir()
	s := Keys{opened(t, dir)}
	k, secret, err := access.New(nil, "payments", []access.Scope{access.Screen}, time.Now(), time.Time{})
	if err == nil {
		err = s.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	hidden := []byte(secret[len(k.ID):])
	found := false
	for _, name := range []string{"cordon.db", "cordon.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, hidden) || bytes.Contains(b, hidden[1:]) {
			t.Errorf("%s holds the secret", name)
		}
		found = found || bytes.Contains(b, []byte(k.ID))
	}
	if !found {
		t.Error("the files that were searched do not hold the key at all")
	}
}

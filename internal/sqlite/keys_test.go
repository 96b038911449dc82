package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/access/accesstest"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

func TestKeys(t *testing.T) {
	accesstest.Test(t, func(t *testing.T) (access.Store, func() access.Store) {
		dir := t.TempDir()
		again := func() access.Store {
			s, err := sqlite.OpenKeys(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		}
		return again(), again
	})
}

// TestKeysHoldNoSecret looks for the secret in every file of the data folder.
func TestKeysHoldNoSecret(t *testing.T) {
	dir := t.TempDir()
	s, err := sqlite.OpenKeys(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k, secret, err := access.New(nil, "payments", []access.Scope{access.Screen}, time.Now(), time.Time{})
	if err == nil {
		err = s.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	hidden := []byte(secret[len(k.ID):])
	found := false
	for _, name := range []string{"keys.db"} {
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

package logkey_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
)

// TestOneKey has many make a key at the same moment: all get the same one.
func TestOneKey(t *testing.T) {
	dir := t.TempDir()
	if _, err := logkey.Read(dir); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("before: %v", err)
	}
	var mu sync.Mutex
	keys, names := map[string]bool{}, map[string]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := logkey.Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			name, err := logkey.Pseudonym(dir, "Anna Kowalska")
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			keys[s.Public().String()], names[name] = true, true
		})
	}
	wg.Wait()
	if len(keys) != 1 || len(names) != 1 {
		t.Errorf("%v %v", keys, names)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Errorf("left are %v %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f.Name(), info.Mode(), err)
		}
	}
	other, err := logkey.Pseudonym(dir, "Anna Kowalski")
	if err != nil || names[other] {
		t.Errorf("two people are %s", other)
	}
	elsewhere, err := logkey.Pseudonym(t.TempDir(), "Anna Kowalska")
	if err != nil || names[elsewhere] {
		t.Errorf("one person has the pseudonym %s in two folders", elsewhere)
	}
}

func TestDamagedKey(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, logkey.File)
	if err := os.WriteFile(path, []byte("PRIVATE+KEY+secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := logkey.Open(dir); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), logkey.File) {
		t.Errorf("%v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := logkey.Open(dir); fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("%v", err)
	}
}

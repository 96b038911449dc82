package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestDataFilesAreAsGenerated writes the files anew beside the committed ones and
// compares them: the codes, editions and relations are those of the tables.
func TestDataFilesAreAsGenerated(t *testing.T) {
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	in := filepath.Join(root, "..", "shared", "data", "trade", "hs")
	if _, err := os.Stat(filepath.Join(in, newerBook)); err != nil {
		t.Skipf("the published tables are not here (%s)", in)
	}
	committed := filepath.Join(root, "data", "goods", "hs")
	out := t.TempDir()
	for name := range headers {
		data, err := os.ReadFile(filepath.Join(committed, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(out, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(os.DirFS(in), out); err != nil {
		t.Fatal(err)
	}
	for name := range headers {
		want, err := os.ReadFile(filepath.Join(committed, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Errorf("%s is not as hsgen writes it: run `go run ./internal/goods/hsgen`", name)
		}
	}
}

package journal_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/evidence/evidencetest"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/journal"
)

func TestFolder(t *testing.T) {
	evidencetest.Run(t, func(t *testing.T) evidence.Journal { return journal.New(filepath.Join(t.TempDir(), "claims")) })
}

func TestWhatACrashLeavesIsNotRead(t *testing.T) {
	dir := t.TempDir()
	j := journal.New(dir)
	if err := j.Append(t.Context(), 1, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "journal", "123.new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	parts, err := j.Parts(t.Context())
	if err != nil || len(parts) != 1 {
		t.Errorf("%q, %v", parts, err)
	}
}

func TestAMissingPart(t *testing.T) {
	dir := t.TempDir()
	j := journal.New(dir)
	for i := range 3 {
		if err := j.Append(t.Context(), i+1, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "journal", "000002.jsonl")); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Parts(t.Context()); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("a part is missing and the journal reads: %v", err)
	}
}

func TestHashIsNoPath(t *testing.T) {
	j := journal.New(t.TempDir())
	if err := j.Keep(t.Context(), "../../etc/passwd", []byte("x")); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

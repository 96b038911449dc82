package recordfs

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/series/seriestest"
)

func TestConformance(t *testing.T) {
	seriestest.Run(t, func(t testing.TB) series.Store { return Open(t.TempDir()) })
}

func problems(t *testing.T, s *Store) string {
	t.Helper()
	var out []string
	if err := s.Verify(context.Background(), func(p string) { out = append(out, p) }); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

func TestNothingIsMadeForReading(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	all, err := Open(dir).Snapshots(context.Background())
	if len(all) > 0 || err != nil {
		t.Error(all, err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

// TestDamage changes each byte of what is kept in turn: a snapshot is then damaged, and
// never another one.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	s := Open(dir)
	m := seriestest.Load(t, s, "one", seriestest.Record("2016", 1), seriestest.Record("2017", 2))
	path := s.packPath(m.Content)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		b := append([]byte(nil), whole...)
		b[i] ^= 0x20
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		err := s.Each(context.Background(), m.ID, func(*record.Record) error { return nil })
		if fault.CodeOf(err) != fault.Unavailable {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	if err := os.WriteFile(path, whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if p := problems(t, s); !strings.Contains(p, "one@1") {
		t.Errorf("a file that is broken off is not found: %q", p)
	}
}

// TestLeftover finds what a load that died left behind, and calls it harmless.
func TestLeftover(t *testing.T) {
	s := Open(t.TempDir())
	seriestest.Load(t, s, "one", seriestest.Record("2016", 1))
	l, err := s.Begin(context.Background(), "one")
	if err != nil {
		t.Fatal(err)
	}
	r := seriestest.Record("2016", 3)
	if err := l.Put(&r); err != nil {
		t.Fatal(err)
	}
	if p := problems(t, s); !strings.HasPrefix(p, series.Leftover) || strings.Contains(p, "\n") {
		t.Errorf("%q", p)
	}
	if err := l.Abort(); err != nil {
		t.Fatal(err)
	}
	if p := problems(t, s); p != "" {
		t.Errorf("%q", p)
	}
}

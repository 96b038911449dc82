package sqlite

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/watched/watchedtest"
)

func TestWatch(t *testing.T) {
	watchedtest.Run(t, func(t testing.TB) watched.Store { return Watch{opened(t, t.TempDir())} })
}

// TestErasedCustomersAreGone looks for what was erased in the bytes of the files, and
// holds that the log still verifies.
func TestErasedCustomersAreGone(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := Watch{opened(t, dir)}
	now := time.UnixMilli(1_800_000_000_000)
	_, err := s.Add(ctx, watched.Version{Base: "a", Recorded: now, Actor: "u-1"}, func(yield func(watched.Row, error) bool) {
		for _, name := range []string{"Quisenberry", "Oyelaran"} {
			if !yield(watched.Row{Customer: watched.Customer{Ref: "ref-" + name, Party: map[string][]string{"name": {name}}}}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(ctx, "a", "ref-Quisenberry", now, "u-1"); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	found := ""
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil {
			found += string(b)
		}
	}
	if strings.Contains(found, "Quisenberry") || !strings.Contains(found, "Oyelaran") {
		t.Error("what was erased is still there, or what was not is gone")
	}
	v, err := answer.Verify(ctx, s.Store, nil, nil, func(p ledger.Problem) { t.Errorf("%+v", p) })
	if err != nil || v.Entries != 2 {
		t.Errorf("%+v, %v", v, err)
	}
}

package web

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/cordon-engine/cordon/internal/draft"
)

// countedLibrary counts how often the drafts of the past are worked out, and says which facts there are.
type countedLibrary struct {
	Library
	worked  atomic.Int32
	version string
}

// Facts is part of the port.
func (l *countedLibrary) Facts(ctx context.Context) (*Facts, error) {
	f, err := l.Library.Facts(ctx)
	if err != nil {
		return nil, err
	}
	own := *f
	own.Version = l.version
	return &own, nil
}

// Backtests is part of the port.
func (l *countedLibrary) Backtests(ctx context.Context, in draft.Inputs) ([]*draft.Backtest, *draft.Forecasts, error) {
	l.worked.Add(1)
	return l.Library.Backtests(ctx, in)
}

// TestPreparedOnce holds that what was prepared is not worked out again, until other facts or shares are asked for.
func TestPreparedOnce(t *testing.T) {
	c := site(t).Config
	lib := &countedLibrary{Library: c.Library, version: "one"}
	c.Library = lib
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.Prepare(t.Context())
	for _, x := range []struct {
		version, address string
		worked           int32
	}{
		{"one", "/drafts/backtest", 1},
		{"one", "/drafts/backtest?enforcement=0.5..0.9", 1}, // which is what is taken unless another is given
		{"one", "/drafts/backtest?enforcement=0.7..0.9", 2},
		{"two", "/drafts/backtest", 3},
		{"two", "/drafts/backtest", 3},
	} {
		lib.version = x.version
		if w := get(t, s, x.address); w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", x.address, w.Code)
		}
		if got := lib.worked.Load(); got != x.worked {
			t.Errorf("%s with the facts %s: worked out %d times, want %d", x.address, x.version, got, x.worked)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	lib.version = "three"
	s.Prepare(ended)
	if got := lib.worked.Load(); got != 3 {
		t.Errorf("preparing after the end works on: %d", got)
	}
}

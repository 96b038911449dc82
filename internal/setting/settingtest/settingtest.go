// Package settingtest holds stores of settings to what package setting asks of them.
package settingtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/setting"
)

// Store is a store of settings with its log.
type Store interface {
	setting.Store
	// View runs f over one state of the log.
	View(ctx context.Context, f func(ledger.Reader) error) error
}

// Run runs the suite against an empty store.
func Run(t *testing.T, open func(testing.TB) Store) {
	ctx, s := t.Context(), open(t)
	get := func(name string) setting.Setting {
		t.Helper()
		x, err := s.Setting(ctx, name)
		if err != nil || x.Name != name {
			t.Fatalf("%+v: %v", x, err)
		}
		return x
	}
	none := get(setting.Owes)
	if none.Version != 0 || none.Value != "" {
		t.Errorf("%+v", none)
	}
	at := time.Date(2026, 9, 1, 9, 30, 12, 0, time.UTC)
	first := none.Next("us-blocked us-rejected", "u-1", at)
	if err := s.Set(ctx, first); err != nil {
		t.Fatal(err)
	}
	if got := get(setting.Owes); got != first || len(got.List()) != 2 {
		t.Errorf("%+v; want %+v", got, first)
	}
	if err := s.Set(ctx, none.Next("", "u-2", at)); fault.CodeOf(err) != fault.Conflict || err == nil {
		t.Errorf("over the one of another: %v", err)
	}
	if err := s.Set(ctx, first.Next("", "u-2", at)); err != nil {
		t.Fatal(err)
	}
	if got := get(setting.Owes); got.Value != "" || got.Version != 2 || got.By != "u-2" {
		t.Errorf("%+v", got)
	}
	atOnce(t, s, at)
	if got := about(t, s); got["setting:owes"] != 2 || got["setting:pseudonyms"] != 1 {
		t.Errorf("in the log are %v", got)
	}
}

// atOnce has many set what was never set: one does.
func atOnce(t *testing.T, s Store, at time.Time) {
	t.Helper()
	errs := make([]error, 4)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Set(t.Context(), setting.Setting{Name: setting.Pseudonyms}.Next(string(rune('a'+i)), "u-1", at))
		})
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case fault.CodeOf(err) != fault.Conflict:
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("%d of %d set it", done, len(errs))
	}
}

// about counts the entries of the log by what they are about: settings.
func about(t *testing.T, s Store) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := s.View(context.Background(), func(r ledger.Reader) error {
		for _, name := range []string{"setting:" + setting.Owes, "setting:" + setting.Pseudonyms} {
			list, err := r.About(context.Background(), name)
			if err != nil {
				return err
			}
			out[name] = len(list)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

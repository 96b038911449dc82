package screen

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/screening"
)

// TestLiveAnswersUntilItIsReleased: who holds a desk goes on with it after Close; who asks then is told, and does not wait for ever.
func TestLiveAnswersUntilItIsReleased(t *testing.T) {
	s, dir := store(t)
	c := config(t, s, dir)
	l, err := OpenLive(t.Context(), LiveConfig{
		Open: func(context.Context) (Config, func(), error) { return c, func() {}, nil },
		Now:  func() time.Time { return c.Now }, Told: func(string, error) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := l.Take()
	l.Close()
	if a := h.Screen(query("Kim Jong Un")); a.Outcome != screening.Clear || len(a.Against) == 0 {
		t.Errorf("the desk that is held answers %v", a)
	}
	h.Release()
	defer func() {
		if said, _ := recover().(string); !strings.Contains(said, "after Close") {
			t.Errorf("taken after Close: %q", said)
		}
	}()
	l.Take()
}

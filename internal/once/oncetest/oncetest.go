// Package oncetest holds what every store of answers under idempotency keys must pass.
package oncetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/once"
)

var start = time.UnixMilli(1_800_000_000_123).UTC()

// claim is one of a question, so long after the start.
func claim(key, question string, after time.Duration) once.Claim {
	return once.NewClaim("somebody", key, sha256.Sum256([]byte(question)), start.Add(after))
}

// Run holds a store to the contract of [once.Store]. Each call of open gives an empty store; again, where it is not nil,
// opens the same one anew, as a second program does.
func Run(t *testing.T, open func(testing.TB) once.Store, again func(testing.TB, once.Store) once.Store) {
	t.Run("a key", func(t *testing.T) { aKey(t, open(t)) })
	t.Run("callers", func(t *testing.T) { callers(t, open(t)) })
	t.Run("late", func(t *testing.T) { late(t, open(t)) })
	t.Run("expired", func(t *testing.T) { expired(t, open(t)) })
	t.Run("many at once", func(t *testing.T) {
		s := open(t)
		stores := []once.Store{s}
		if again != nil {
			stores = append(stores, again(t, s))
		}
		many(t, stores)
	})
	if again != nil {
		t.Run("opened anew", func(t *testing.T) {
			s := open(t)
			give(t, s, claim("k", "q", 0), "the answer")
			want(t, again(t, s), claim("k", "q", time.Minute), "the answer", "")
		})
	}
}

// want begins, and says what came: an answer, a code, or neither where the key was taken.
func want(t *testing.T, s once.Store, c once.Claim, answer string, code fault.Code) {
	t.Helper()
	a, err := s.BeginOnce(context.Background(), c)
	got := ""
	if a != nil {
		got = string(a.Body)
	}
	if got != answer || (err != nil || code != "") && fault.CodeOf(err) != code {
		t.Errorf("%q %v, want %q %q", got, err, answer, code)
	}
}

// give begins and answers.
func give(t *testing.T, s once.Store, c once.Claim, answer string) {
	t.Helper()
	want(t, s, c, "", "")
	if err := s.EndOnce(context.Background(), c, &once.Answer{Body: []byte(answer), ID: "id of " + answer}); err != nil {
		t.Error(err)
	}
}

func aKey(t *testing.T, s once.Store) {
	ctx := context.Background()
	first := claim("k", "q", 0)
	want(t, s, first, "", "")
	want(t, s, claim("k", "q", time.Second), "", fault.Conflict)
	want(t, s, claim("k", "other", time.Second), "", fault.Invalid)
	want(t, s, claim("l", "other", time.Second), "", "")
	body := "a\x00b\xff\n"
	if err := s.EndOnce(ctx, first, &once.Answer{Body: []byte(body), ID: "x"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		a, err := s.BeginOnce(ctx, claim("k", "q", time.Hour))
		if err != nil || a == nil || string(a.Body) != body || a.ID != "x" {
			t.Fatalf("%+v %v", a, err)
		}
	}
	want(t, s, claim("k", "other", time.Hour), "", fault.Invalid)
	freed := claim("m", "q", time.Hour)
	want(t, s, freed, "", "")
	if err := s.EndOnce(ctx, freed, nil); err != nil {
		t.Fatal(err)
	}
	give(t, s, claim("m", "other", time.Hour), "of the other")
	give(t, s, claim("", "", time.Hour), "")
	large := bytes.Repeat([]byte("x"), 1<<20)
	c := claim("n", "q", time.Hour)
	want(t, s, c, "", "")
	if err := s.EndOnce(ctx, c, &once.Answer{Body: large}); err != nil {
		t.Fatal(err)
	}
	want(t, s, claim("n", "q", time.Hour), string(large), "")
}

// callers holds that the keys of one caller are nothing to another.
func callers(t *testing.T, s once.Store) {
	q := sha256.Sum256([]byte("q"))
	give(t, s, once.NewClaim("a", "b\nc", q, start), "one")
	give(t, s, once.NewClaim("a\nb", "c", q, start), "two")
	give(t, s, once.NewClaim("", "a\nb\nc", q, start), "three")
	want(t, s, once.NewClaim("a", "b\nc", q, start), "one", "")
}

// late holds that a key that nobody ended is free after its lease, and that who comes late keeps nothing.
func late(t *testing.T, s once.Store) {
	ctx := context.Background()
	first, second := claim("k", "q", 0), claim("k", "of another", once.Lease)
	want(t, s, first, "", "")
	want(t, s, claim("k", "q", once.Lease-time.Millisecond), "", fault.Conflict)
	want(t, s, second, "", "")
	if err := s.EndOnce(ctx, first, nil); err != nil {
		t.Error(err)
	}
	want(t, s, claim("k", "of another", once.Lease), "", fault.Conflict)
	if err := s.EndOnce(ctx, first, &once.Answer{Body: []byte("late")}); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("who was late: %v", err)
	}
	if err := s.EndOnce(ctx, second, &once.Answer{Body: []byte("in time")}); err != nil {
		t.Error(err)
	}
	want(t, s, claim("k", "of another", once.Lease), "in time", "")
	if err := s.EndOnce(ctx, first, &once.Answer{Body: []byte("late")}); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("who was later: %v", err)
	}
	if err := s.EndOnce(ctx, claim("never", "begun", 0), &once.Answer{}); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("what was never begun: %v", err)
	}
}

func expired(t *testing.T, s once.Store) {
	for i := range 300 {
		give(t, s, claim(fmt.Sprint(i), "q", 0), "old")
	}
	want(t, s, claim("0", "q", once.For-time.Millisecond), "old", "")
	for i := range 300 {
		give(t, s, claim(fmt.Sprint(i), "another", once.For), "new")
	}
	want(t, s, claim("299", "another", once.For), "new", "")
}

// many has many ask the same at once: one answers, and nobody gets anything else.
func many(t *testing.T, stores []once.Store) {
	ctx := context.Background()
	for round := range 5 {
		var wg sync.WaitGroup
		var answered atomic.Int64
		for i := range 8 {
			wg.Go(func() {
				s := stores[i%len(stores)]
				c := claim(fmt.Sprint("round ", round), "q", 0)
				a, err := s.BeginOnce(ctx, c)
				switch {
				case fault.CodeOf(err) == fault.Conflict:
				case err != nil:
					t.Error(err)
				case a == nil:
					if answered.Add(1) > 1 {
						t.Error("two answer")
					}
					if err := s.EndOnce(ctx, c, &once.Answer{Body: []byte("the answer")}); err != nil {
						t.Error(err)
					}
				case string(a.Body) != "the answer":
					t.Errorf("somebody got %q", a.Body)
				}
			})
		}
		wg.Wait()
		want(t, stores[round%len(stores)], claim(fmt.Sprint("round ", round), "q", time.Second), "the answer", "")
	}
}

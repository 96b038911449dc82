package screening

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/subject"
)

// However little an engine keeps, and however many ask at once, the answers are the
// same, and what it keeps stays within its bound.
func TestCacheIsBounded(t *testing.T) {
	p := newPeople(t)
	var docs []Document
	p.list(200, func(d Document, _ error) bool { docs = append(docs, d); return true })
	ask := func(e *Engine, i int) Answer {
		s := docs[i].Record.Subject
		q := query(s.Names[i%len(s.Names)].Full)
		if i%2 == 0 {
			q.Input.Addresses = InputOf(s).Addresses
		}
		return e.Screen(q)
	}
	all := engine(t, nil, docs...)
	var want []Answer
	for i := range docs[:30] {
		want = append(want, ask(all, i))
	}
	for _, most := range []int64{0, 20_000} {
		e := engine(t, nil, docs...)
		e.cache.most = most
		var wait sync.WaitGroup
		for worker := range 3 {
			wait.Go(func() {
				for k := range want {
					i := (k + worker*10) % len(want)
					if got := ask(e, i); !reflect.DeepEqual(got.Hits, want[i].Hits) || got.Outcome != want[i].Outcome {
						t.Errorf("%d bytes, name %d: %s %d hits, not %s %d", most, i, got.Outcome, len(got.Hits), want[i].Outcome, len(want[i].Hits))
					}
				}
			})
		}
		wait.Wait()
		held := int64(0)
		for i := range e.cache.slots {
			if s := e.cache.slots[i].Load(); s != nil {
				held += s.size
			}
		}
		if held != e.cache.held.Load() || held > most {
			t.Errorf("%d bytes are kept and %d are counted, of %d", held, e.cache.held.Load(), most)
		}
	}
}

// A listed subject without a name that can be read is found by its number.
func TestNoNameButANumber(t *testing.T) {
	d := listed("un", "UN", "1", "...")
	d.Record.Subject.Documents = []subject.Document{{Kind: "passportNumber", Number: "X1234567"}}
	e := engine(t, nil, d)
	q := query("Some Body")
	q.Input.Identifiers = []match.Identifier{{Kind: "passport", Value: "X1234567"}}
	if a := e.Screen(q); len(a.Hits) != 1 || !a.Hits[0].Identified {
		t.Errorf("%s, %s", a.Outcome, fmt.Sprint(a.Hits))
	}
}

package screening

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// A party that is asked for again has the answer of an engine that remembers nothing,
// whatever of the question is another: what is said of it, the evidence that suffices, the
// lists, the day, what is shown.
func TestAskedAgain(t *testing.T) {
	var docs []Document
	for i := range 40 {
		docs = append(docs, listed([]string{"un", "eu"}[i%2], "UN", fmt.Sprint(i), []string{"Mohammed Ali", "Mohamed Aly", "Ocean Star 7", "Kim Jong Un"}[i%4]))
	}
	docs = append(docs, listed("un", "UN", "born", "Ivan Petrov", func(r *subject.Record) {
		r.Subject.Births = []subject.Date{subject.On(when.On(day("1965-03-14")))}
	}))
	remembers, forgets := engine(t, nil, docs...), engine(t, nil, docs...)
	forgets.asked = nil
	var asks []Query
	for _, name := range []string{"Mohammed Ali", "Ivan Petrov", "Kim Chong-un", "Nobody At All"} {
		for _, change := range []func(*Query){
			func(*Query) {},
			func(q *Query) { q.Input.Births = []when.Period{when.On(day("1965-03-14"))} },
			func(q *Query) { q.Input.Births = []when.Period{when.On(day("1931-01-02"))} },
			func(q *Query) { q.Input.Schema = "Vessel" },
			func(q *Query) { q.Threshold = .01 },
			func(q *Query) { q.Threshold = .95 },
			func(q *Query) { q.Lists = []string{"eu"} },
			func(q *Query) { q.Limit = 2 },
			func(q *Query) { q.Keep = func(_, id string) bool { return id != "un:born" } },
			func(q *Query) { q.Input.Names = append(q.Input.Names, match.Name{Text: "Ocean Star 7"}) },
		} {
			q := query(name)
			change(&q)
			asks = append(asks, q)
		}
	}
	hits := 0
	for round := range 3 {
		for i := range asks {
			got, want := remembers.Screen(asks[i]), forgets.Screen(asks[i])
			hits += len(want.Hits)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("round %d: %+v: %s with %d hits, without memory %s with %d", round, asks[i].Input, got.Outcome, len(got.Hits), want.Outcome, len(want.Hits))
			}
		}
	}
	if hits == 0 {
		t.Error("there is nothing to compare")
	}
	if f := remembers.asked.of(remembers.workers.New().(*worker).idOf(&asks[0].Input, remembers.possible, remembers.params.Possible())); f == nil || len(f.docs) == 0 {
		t.Error("nothing is remembered")
	}
}

// What is remembered of parties is bounded: the oldest make room.
func TestAskedIsBounded(t *testing.T) {
	var docs []Document
	for i := range 30 {
		docs = append(docs, listed("un", "UN", fmt.Sprint(i), "Mohammed Ali"))
	}
	e := engine(t, nil, docs...)
	e.asked.most = 400
	for i := range 40 {
		a := e.Screen(query(fmt.Sprintf("Mohammed Ali %d", i/2)))
		if a.Outcome == NotScreened || len(a.Hits) == 0 {
			t.Fatalf("%s, %d hits", a.Outcome, len(a.Hits))
		}
		held, known := int64(0), 0
		for k := range e.asked.slots {
			if f := e.asked.slots[k].Load(); f != nil {
				held, known = held+f.held(), known+1
			}
		}
		if held != e.asked.held.Load() || held > e.asked.most || known == 0 {
			t.Fatalf("%d parties with %d numbers are remembered, said are %d", known, held, e.asked.held.Load())
		}
	}
}

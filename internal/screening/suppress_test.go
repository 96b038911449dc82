package screening

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/match"
)

// TestSuppress: what two persons found false is shown, takes no place of the limit, and makes nobody clear.
func TestSuppress(t *testing.T) {
	var docs []Document
	for i := range 6 {
		docs = append(docs, listed("un", "UN", fmt.Sprint(i), "Aurelio Quispe Mamani"))
	}
	docs = append(docs, listed("un", "UN", "near", "Aurelio Quispe Mamany"))
	e := engine(t, nil, docs...)
	until := time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name       string
		suppressed string // the last characters of ids
		limit      int
		outcome    Outcome
		shown      string
		more       int
		edit       func(a *Answer)
	}{
		{name: "none", limit: 10, outcome: Match, shown: "012345near"},
		{name: "five of them, and the new one comes out", suppressed: "01234", limit: 5, outcome: Match, shown: "012345near"},
		{name: "a limit of one is for the new one", suppressed: "01234", limit: 1, outcome: Match, shown: "012345", more: 1},
		{name: "all", suppressed: "012345near", limit: 1, outcome: Suppressed, shown: "012345near"},
		{name: "an entry that came later has its name and not its suppression", suppressed: "01234near", limit: 3, outcome: Match, shown: "01234near5"},
		{
			name: "what was weighed and not shown was compared by nobody", suppressed: "012345near", limit: 9, outcome: Possible,
			shown: "012345near", edit: func(a *Answer) { a.left = Possible },
		},
		{
			name: "what was not looked at is suppressed by nobody", suppressed: "012345near", limit: 9, outcome: NotScreened, shown: "012345near",
			edit: func(a *Answer) { a.Bounded, a.Notes = true, []string{"bounded"} },
		},
		{
			name: "what was not screened stays so", suppressed: "012345near", limit: 9, outcome: NotScreened, shown: "012345near",
			edit: func(a *Answer) { a.Outcome = NotScreened },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := e.Screen(Query{
				Input: match.Input{Names: []match.Name{{Text: "Aurelio Quispe Mamani"}}}, AsOf: day("2026-01-01"), Limit: NoLimit,
			})
			if c.edit != nil {
				c.edit(&a)
			}
			e.Suppress(&a, c.limit, func(h *Hit) *Suppression {
				if strings.Contains(c.suppressed, strings.TrimPrefix(h.ID, "un:")) {
					return &Suppression{Case: "C", Until: until}
				}
				return nil
			})
			n := 0
			var got []string
			for _, h := range a.Hits {
				got = append(got, strings.TrimPrefix(h.ID, "un:"))
				if h.Suppressed != nil {
					n++
				}
			}
			want := strings.Split(strings.ReplaceAll(c.shown, "near", "n"), "")
			for i := range want {
				want[i] = strings.ReplaceAll(want[i], "n", "near")
			}
			slices.Sort(got)
			slices.Sort(want)
			if a.Outcome != c.outcome || !slices.Equal(got, want) || a.More != c.more || a.Suppressed != n {
				t.Errorf("%s with %v, %d more, %d of %d suppressed; want %s with %v, %d more", a.Outcome, got, a.More, a.Suppressed, n, c.outcome, want, c.more)
			}
		})
	}
	if w := (&Suppression{Case: "C", Until: until}).Words(); !strings.HasSuffix(w, "two people found it is someone else (case C); stands until 2027-06-30") {
		t.Error(w)
	}
}

// TestSuppressCuts: without anything suppressed, an answer that was asked for without a limit and cut is the one with the limit.
func TestSuppressCuts(t *testing.T) {
	var docs []Document
	for i := range 30 {
		docs = append(docs, listed("un", "UN", fmt.Sprint(i), "Aurelio Quispe Mamani"))
	}
	e := engine(t, nil, docs...)
	q := Query{Input: match.Input{Names: []match.Name{{Text: "Aurelio Quispe Mamani"}}}, AsOf: day("2026-01-01"), Threshold: 0.7}
	for _, limit := range []int{0, 1, 29, 30, 31} {
		q.Limit = limit
		want := e.Screen(q)
		q.Limit = NoLimit
		got := e.Screen(q)
		e.Suppress(&got, limit, func(*Hit) *Suppression { return nil })
		if len(got.Hits) != len(want.Hits) || got.More != want.More || got.Outcome != want.Outcome || got.Suppressed != 0 {
			t.Errorf("limit %d: %d hits and %d more, want %d and %d", limit, len(got.Hits), got.More, len(want.Hits), want.More)
		}
	}
}

// TestOutcomesInOrder: each has its place, and suppressed stands between what is possible and what is clear.
func TestOutcomesInOrder(t *testing.T) {
	if o := Outcomes(); !slices.Equal(o, []Outcome{Match, Possible, NotScreened, Suppressed, Clear}) {
		t.Error(o)
	}
	if worse(Clear, Suppressed) != Suppressed || worse(Suppressed, Possible) != Possible {
		t.Error("suppressed does not stand between possible and clear")
	}
}

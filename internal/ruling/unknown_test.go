package ruling_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// nameOf gives a fact of a scenario as `--set` takes it, on the first line.
func nameOf(f *vocab.Fact) string {
	if f.Scope == vocab.OfActivity {
		return f.Name
	}
	return f.Scope.String() + "[1]." + f.Key
}

// said gives an activity with one more fact; ok is false where that cannot be said.
func said(t *testing.T, b bench, a *activity.Activity, name, value string) (*activity.Activity, bool) {
	t.Helper()
	c := a.Clone()
	if err := b.Reference.SetFact(c, name, value); err != nil {
		if fault.CodeOf(err) == fault.Invalid {
			return nil, false
		}
		t.Fatal(err)
	}
	return c, true
}

// doubtful are the facts of a scenario's activity, and of its first goods line and
// party, that may be stated as not known.
func doubtful(s *scenario.Scenario) (out []*vocab.Fact) {
	for i := range vocab.Facts() {
		f := &vocab.Facts()[i]
		if f.Type == vocab.Text || !f.Kinds.Has(s.Activity.Kind) ||
			f.Scope == vocab.OfGoods && len(s.Activity.Goods) == 0 || f.Scope == vocab.OfParties && len(s.Activity.Parties) == 0 {
			continue
		}
		out = append(out, f)
	}
	return out
}

// A fact stated as not known gives no milder verdict than the mildest of its values
// (or than incomplete, which is what it is as long as a plain fact is open), and
// contradicts no value: a finding that is certain without the fact stands with any. Where it is no question,
// no value of it changes the verdict.
func TestUnknownIsBetweenTheValues(t *testing.T) {
	b := setup(t)
	tries := newAnswers(b)
	asked, not := 0, 0
	for i, s := range b.list {
		if !s.Activity.Date.Exact() || testing.Short() && i%10 > 0 {
			continue
		}
		for j, f := range doubtful(s) {
			if !f.Ask && (i+j)%5 > 0 || f.Ask && (i+j)%12 > 0 { // each fact in many scenarios, not in all
				continue
			}
			a, ok := said(t, b, s.Activity, nameOf(f), "unknown")
			if !ok {
				t.Fatalf("%s: %s cannot be stated as not known", s.ID, f.Name)
			}
			r := rule(t, b.Engine, a)
			if r.Unproven {
				continue
			}
			asks := slices.ContainsFunc(r.Questions, func(q ruling.Question) bool { return q.Fact == f.ID && q.Line <= 0 })
			if slices.ContainsFunc(r.Assumed, func(x ruling.Assumption) bool { return x.Fact == f.ID && x.Line <= 0 }) {
				t.Errorf("%s: %s is stated as not known and taken for granted", s.ID, f.Name)
			}
			least, most := ruling.Prohibited, ruling.Permitted
			values := tries.of(f.ID)
			for _, v := range values {
				c, ok := said(t, b, s.Activity, nameOf(f), v)
				if !ok {
					continue
				}
				with, err := b.Engine.Decide(ruling.Request{Activity: c, KnownAt: when.NoDay, Brief: true})
				if err != nil {
					if fault.CodeOf(err) == fault.Invalid {
						continue
					}
					t.Fatal(err)
				}
				least, most = min(least, with.Verdict), max(most, with.Verdict)
				if feeds[f.ID] != "" || follows(s.Activity, f.ID, r) { // contradicts what is stated
					continue
				}
				for k := range r.Findings {
					x := &r.Findings[k]
					if x.Outcome == ruling.Open {
						continue
					}
					if !slices.ContainsFunc(with.Findings, func(y ruling.Finding) bool {
						return y.Provision == x.Provision && y.Line == x.Line && y.Outcome == x.Outcome && y.Verdict == x.Verdict
					}) {
						t.Errorf("%s: with %s=%s the finding of %s (%s) is gone", s.ID, f.Name, v, x.Provision.ID, x.Outcome)
					}
				}
			}
			if r.Verdict < min(least, ruling.Incomplete) && feeds[f.ID] == "" {
				t.Errorf("%s: %s not known is %s; its values give %s to %s", s.ID, f.Name, r.Verdict, least, most)
			}
			// Goods from the target that are not said to go anywhere are taken to go
			// elsewhere, so that where they were loaded is no question beside that.
			elsewhere := f.ID == vocab.LoadingState && slices.ContainsFunc(r.Questions, func(q ruling.Question) bool { return q.Fact == vocab.Destination })
			if asks {
				asked++
			} else if not++; feeds[f.ID] == "" && !elsewhere && !follows(s.Activity, f.ID, r) && (least != r.Verdict || most != r.Verdict) {
				t.Errorf("%s: %s not known is %s and not asked for; its values give %s to %s", s.ID, f.Name, r.Verdict, least, most)
			}
		}
	}
	few := 1
	if testing.Short() { // a tenth of the scenarios
		few = 10
	}
	if asked < 300/few || not < 300/few {
		t.Errorf("%d are asked for and %d not: the test says little", asked, not)
	}
	t.Logf("%d facts stated as not known are asked for, %d not", asked, not)
}

// The questions are exact where facts are stated as not known: brute force over
// scenarios with one to three such facts added, as over those without.
func TestQuestionsAreExactWithUnknowns(t *testing.T) {
	b := setup(t)
	rng := rand.New(rand.NewPCG(11, 11))
	var list []*scenario.Scenario
	for _, s := range b.list {
		facts := doubtful(s)
		c := *s
		for range 1 + rng.IntN(3) {
			f := facts[rng.IntN(len(facts))]
			if f.Ask || feeds[f.ID] != "" {
				continue
			}
			a, ok := said(t, b, c.Activity, nameOf(f), "unknown")
			if !ok {
				t.Fatalf("%s: %s cannot be stated as not known", s.ID, f.Name)
			}
			c.Activity, c.ID = a, c.ID+fmt.Sprintf(", %s unknown", f.Name)
		}
		if c.ID != s.ID {
			list = append(list, &c)
		}
	}
	questionsAreExact(t, b, list, true)
}

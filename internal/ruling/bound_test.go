package ruling

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Goods lines of which nothing is known: past the bound the answer is never milder
// than "incomplete" and says that its questions are not proved, and the work grows
// no faster than the lines.
func TestWorkIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	g, _ := twins(t)
	work := map[int]int{}
	for _, n := range []int{1, 100, 400} {
		a := &activity.Activity{Kind: vocab.KindTransfer, Date: when.On(when.Date(2018, 3, 1)), Goods: make([]activity.Facts, n)}
		e := g.NewEvaluator()
		r, err := e.Decide(Request{Activity: a, KnownAt: when.NoDay})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict < Incomplete || len(r.Questions) == 0 {
			t.Errorf("%d lines: %s with %d questions", n, r.Verdict, len(r.Questions))
		}
		if n > 1 && !r.Unproven {
			t.Errorf("%d lines: said to be proved", n)
		}
		work[n] = e.evaluations
	}
	if most := 2*maxSteps + 4*work[100]; work[400] > most {
		t.Errorf("400 lines took %d evaluations, 100 took %d", work[400], work[100])
	}
	t.Log(work)
}

// The next question is the day, then what most hangs on, and an approval last.
func TestNextQuestion(t *testing.T) {
	p := []*law.Provision{{}, {}}
	approval := Question{Fact: vocab.ApprovalCommittee, Decides: append(p, p...)}
	one, two := Question{Fact: vocab.Origin, Decides: p[:1]}, Question{Fact: vocab.Destination, Decides: p}
	for _, c := range []struct {
		open []Question
		want string
	}{
		{nil, ""},
		{[]Question{approval}, "approval.committee"},
		{[]Question{approval, one}, "origin"},
		{[]Question{approval, one, two}, "destination"},
		{[]Question{approval, one, two, {Date: true}}, "date"},
	} {
		got := ""
		if q := (&Ruling{Questions: c.open}).Next(); q != nil {
			got = Question{Fact: q.Fact, Line: -1, Date: q.Date}.Name()
		}
		if got != c.want {
			t.Errorf("of %d questions, %q is put first, not %q", len(c.open), got, c.want)
		}
	}
}

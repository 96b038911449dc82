package decide

import (
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// Stretch is a span of days on which an activity has one verdict, with the
// ruling of its first day.
type Stretch struct {
	Period  when.Period
	Verdict ruling.Verdict
	First   *ruling.Ruling
}

// Along rules on an activity as if it were done on each day of a period, and
// gives the stretches with one verdict each, in order. What was stated stays
// stated: only the day of the law moves.
func (d *Desk) Along(a *activity.Activity, period when.Period, known when.Day) ([]Stretch, error) {
	whole, err := d.Engine.Decide(ruling.Request{Activity: a, AsOf: &period, KnownAt: known, Brief: true})
	if err != nil {
		return nil, err
	}
	spans := whole.Spans
	if len(spans) == 0 {
		spans = []ruling.Span{{Period: period, Verdict: whole.Verdict}}
	}
	out := make([]Stretch, 0, len(spans))
	for _, s := range spans {
		day := when.On(s.Period.From)
		first, err := d.Engine.Decide(ruling.Request{Activity: a, AsOf: &day, KnownAt: known, Brief: true})
		if err != nil {
			return nil, err
		}
		out = append(out, Stretch{s.Period, first.Verdict, first})
	}
	return out, nil
}

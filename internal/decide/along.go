package decide

import (
	"slices"

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
	// changes are the days in it, but for the first, from which the law may be another though the verdict is not.
	changes []when.Day
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
		var within []when.Day
		for _, c := range whole.Changes {
			if c > s.Period.From && c <= s.Period.To {
				within = append(within, c)
			}
		}
		out = append(out, Stretch{s.Period, first.Verdict, first, within})
	}
	return out, nil
}

// AlongUnder lays the licences that are held over stretches of [Desk.Along]: on the days of one that is an approval of what stands in the
// way the verdict rests on it, and each such span is a stretch of its own. The rulings are those of [Holdings.Rule] on their first day.
func (d *Desk) AlongUnder(along []Stretch, a *activity.Activity, known when.Day, held *Holdings) ([]Stretch, error) {
	if held == nil || !slices.ContainsFunc(along, func(s Stretch) bool { return s.Verdict > ruling.Reportable }) {
		return along, nil
	}
	var usable []*ruling.Held
	all := held.read()
	for i := range all.Held {
		if x := &all.Held[i]; mayAllow(x, a) {
			usable = append(usable, x)
		}
	}
	if len(usable) == 0 {
		return along, nil
	}
	var out []Stretch
	for _, s := range along {
		if s.Verdict <= ruling.Reportable {
			out = append(out, s)
			continue
		}
		parts, err := d.under(s, usable, ruling.Request{Activity: a, KnownAt: known, Brief: true}, held)
		if err != nil {
			return nil, err
		}
		out = append(out, parts...)
	}
	return out, nil
}

// mayAllow reports whether a licence may be taken on some day, as far as that can be said without the law.
func mayAllow(x *ruling.Held, a *activity.Activity) bool {
	return x.Kind == Committee && x.Standing == ruling.InForce && x.Verified && a.Date.Exact() && holdsOn(x, a.Date.From)
}

func holdsOn(x *ruling.Held, day when.Day) bool {
	return x.From <= day && (x.Until == when.NoDay || day <= x.Until)
}

// under cuts a stretch where the days of a licence begin and end and, on these days, where the law changes.
func (d *Desk) under(s Stretch, usable []*ruling.Held, req ruling.Request, held *Holdings) ([]Stretch, error) {
	cuts := append([]when.Day{s.Period.From}, s.changes...)
	for _, x := range usable {
		for _, day := range []when.Day{x.From, x.Until + 1} {
			if day > s.Period.From && day <= s.Period.To && !(x.Until == when.NoDay && day == x.Until+1) {
				cuts = append(cuts, day)
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []Stretch
	for i, from := range cuts {
		to := s.Period.To
		if i+1 < len(cuts) {
			to = cuts[i+1] - 1
		}
		first, last := s.First, len(out)-1
		in := slices.ContainsFunc(usable, func(x *ruling.Held) bool { return holdsOn(x, from) })
		if !in && last >= 0 && out[last].First.Licences.Allowing() == nil && out[last].Verdict == s.Verdict {
			out[last].Period.To = to
			continue
		}
		if in || i > 0 {
			day := when.On(from)
			req.AsOf = &day
			var err error
			if first, err = held.Rule(req, d.Engine.Decide); err != nil {
				return nil, err
			}
		}
		if last >= 0 && out[last].Verdict == first.Verdict && allowing(out[last].First) == allowing(first) {
			out[last].Period.To = to
			continue
		}
		out = append(out, Stretch{Period: when.Period{From: from, To: to}, Verdict: first.Verdict, First: first})
	}
	return out, nil
}

// allowing gives the id of the licence that a ruling rests on; "" for none.
func allowing(r *ruling.Ruling) string {
	if x := r.Licences.Allowing(); x != nil {
		return x.ID
	}
	return ""
}

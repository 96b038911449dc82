package commitment

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// bearing is what the engine found of one event and one state: that it bears on a provision, or may.
type bearing struct {
	p       *law.Provision
	conduct Conduct
}

// bearings rules on every event.
func (b *Book) bearings(judge Judge, e *event.Event) ([]bearing, error) {
	var out []bearing
	for i := range e.Actors {
		found, err := b.ruled(judge, e, i)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// met counts on how many of the days a provision was met, or may have been.
type met struct {
	sure, perhaps int
	missing       []vocab.FactID
}

// ruled rules on what one state did in an event, on every day on which the answer could be another. What lasted bears on a
// provision if it does on any of its days; of what happened on one day that is not known, it must do on all to be certain.
func (b *Book) ruled(judge Judge, e *event.Event, actor int) ([]bearing, error) {
	days := b.days(e)
	found := map[*law.Provision]*met{}
	for _, d := range days {
		c := e.Conduct(when.On(d))[actor]
		if err := b.on(judge, c.Activity, c.State.String(), found); err != nil {
			return nil, err
		}
	}
	var out []bearing
	for _, p := range b.Law.Provisions() {
		m := found[p]
		if m == nil {
			continue
		}
		c := Conduct{Event: e, By: e.Actors[actor], On: e.Time.Legal(), Missing: m.missing, Doubts: slices.Clone(e.Doubt)}
		if !p.Stipulation.Abstain {
			c.Role = Performance
		}
		for _, id := range m.missing {
			if id == vocab.Jurisdiction || id == vocab.LawInForceView {
				c.Doubts = append(c.Doubts, disputed(p, days[0]))
				continue
			}
			c.Doubts = append(c.Doubts, "the "+strings.ToLower(vocab.FactOf(id).Title)+" is not known")
		}
		if m.sure+m.perhaps < len(days) && !e.Lasting() {
			c.Doubts = append(c.Doubts, "on some of the days on which it may have happened the undertaking was not in force")
		}
		if !e.Verified {
			c.Doubts = append(c.Doubts, "we have not seen its source")
		}
		out = append(out, bearing{p, c})
	}
	return out, nil
}

// disputed says who holds that a provision binds and who denies it.
func disputed(p *law.Provision, d when.Day) string {
	var yes, no []string
	for _, q := range p.PositionsOn(d) {
		if q.InForce {
			yes = append(yes, q.By...)
		} else {
			no = append(no, q.By...)
		}
	}
	return "whether it was meant is disputed: yes by " + strings.Join(yes, ", ") + ", no by " + strings.Join(no, ", ")
}

// on rules on one activity and counts what it met among the undertakings of its state.
func (b *Book) on(judge Judge, a *activity.Activity, state string, found map[*law.Provision]*met) error {
	r, err := judge.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay, Brief: true})
	if err != nil {
		return err
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		s := f.Provision.Stipulation
		if s == nil || !slices.Contains(s.By, state) {
			continue
		}
		m := found[f.Provision]
		if m == nil {
			m = &met{}
			found[f.Provision] = m
		}
		if f.Outcome == ruling.Applies {
			m.sure++
			continue
		}
		m.perhaps++
		for _, id := range f.Missing {
			if !slices.Contains(m.missing, id) {
				m.missing = append(m.missing, id)
			}
		}
	}
	return nil
}

// days are the days on which law may change within an event: its first and last, and those on which an undertaking begins
// or has ended.
func (b *Book) days(e *event.Event) []when.Day {
	span := e.Legal()
	days := []when.Day{span.From, span.To}
	for _, p := range b.Law.Provisions() {
		for _, d := range []when.Day{p.From, p.Until, p.Until + 1} {
			if p.Until == when.NoDay && d != p.From {
				continue
			}
			if span.Contains(d) {
				days = append(days, d)
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

package law

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Filter chooses provisions. The zero Filter chooses all.
type Filter struct {
	// Kind is the name of a kind of activity that can meet them; "" for any.
	Kind string
	// Direction is "to" or "from" the target; "" for any.
	Direction string
	// Regime is the id of their regime; "" for any.
	Regime string
}

// Pick gives the provisions of the law that f chooses, in its order. A kind,
// direction or regime that does not exist is a fault.
func (l *Law) Pick(f Filter) ([]*Provision, error) {
	var kind vocab.KindID
	if f.Kind != "" {
		var ok bool
		if kind, ok = vocab.KindNamed(f.Kind); !ok {
			var names []string
			for _, k := range vocab.Kinds() {
				names = append(names, k.Name)
			}
			return nil, fault.New(fault.Usage, "there is no kind %q", f.Kind).At(fault.Place{Field: "kind"}).
				WithFix("one of %s", strings.Join(names, ", "))
		}
	}
	if f.Direction != "" && f.Direction != To.String() && f.Direction != From.String() {
		return nil, fault.New(fault.Usage, "there is no direction %q", f.Direction).At(fault.Place{Field: "direction"}).
			WithFix("to or from")
	}
	known := f.Regime == ""
	var out []*Provision
	for _, p := range l.Provisions() {
		known = known || p.Instrument.Regime.ID == f.Regime
		if f.Kind != "" && !p.Kinds.Has(kind) ||
			f.Direction != "" && p.Direction != Either && p.Direction.String() != f.Direction ||
			f.Regime != "" && p.Instrument.Regime.ID != f.Regime {
			continue
		}
		out = append(out, p)
	}
	if !known {
		return nil, fault.New(fault.NotFound, "there is no regime %q", f.Regime).At(fault.Place{Field: "regime"})
	}
	return out, nil
}

// InForce gives those of a list that are in force on a day, as known at the end
// of day known (NoDay: all that is loaded is known).
func (l *Law) InForce(list []*Provision, day, known when.Day) []*Provision {
	var out []*Provision
	for _, p := range list {
		if from, until, ok := p.Period(l, known); ok && from <= day && day <= until {
			out = append(out, p)
		}
	}
	return out
}

// Between gives those of a list that are in force on the later day and not on
// the earlier, and the other way round.
func (l *Law) Between(list []*Provision, from, to when.Day) (began, ended []*Provision) {
	before, after := l.InForce(list, from, when.NoDay), l.InForce(list, to, when.NoDay)
	in := func(list []*Provision) func(*Provision) bool {
		return func(p *Provision) bool { return slices.Contains(list, p) }
	}
	return slices.DeleteFunc(slices.Clone(after), in(before)), slices.DeleteFunc(before, in(after))
}

// Find gives what an id names: a provision with its parts, or all of an
// instrument, by its number ("2397") or its name. Nothing found is a fault that
// names the nearest ids.
func (l *Law) Find(id string) ([]*Provision, error) {
	var list []*Provision
	var ids []string
	for _, p := range l.Provisions() {
		ids = append(ids, p.ID)
		if p.ID == id || p.PartOf == id || strings.HasPrefix(p.ID, id+"-") || p.Instrument.Name == id {
			list = append(list, p)
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	e := fault.New(fault.NotFound, "there is no provision or instrument %q", id)
	if near := text.NearestOf(id, ids, 3); len(near) > 0 {
		return nil, e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return nil, e.WithFix("`cordon law list` shows the ids")
}

// Change is a day on which something of a provision begins or ends.
type Change struct {
	Day when.Day
	// What says what happens: "begins", "ended", "deadline", "report due" or the
	// last day of an exception.
	What      string
	Provision *Provision
}

// Changes gives the days on which something of the provisions begins or ends,
// in order.
func Changes(list []*Provision) []Change {
	var out []Change
	add := func(day when.Day, what string, p *Provision) {
		if day != when.NoDay {
			out = append(out, Change{day, what, p})
		}
	}
	for _, p := range list {
		add(p.From, "begins", p)
		if p.Until != when.NoDay {
			add(p.Until+1, "ended", p)
		}
		add(p.Deadline, "deadline", p)
		add(p.Due, "report due", p)
		for _, x := range p.Exceptions {
			if x.Provision == p && x.Until != when.NoDay {
				add(x.Until, "last day of the exception “"+x.Title+"”", p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Change) int { return cmp.Compare(a.Day, b.Day) })
	return out
}

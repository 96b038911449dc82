package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// matter is a claim of the ledger that is on the same matter as one of a document, and by what that is told.
type matter struct {
	claim *claim.Claim
	// by says it in words; rank orders what tells it, the surest first; far is how many days lie between the two.
	by        string
	rank, far int
}

// The ranks.
const (
	byShip = iota
	byFirm
	byPorts
	byDeed
)

// matters gives the claims on the same matter, whoever makes them: on the same ship or firm by name, between the same two ports in
// the same month or so, or a deed of the same kind by the same states on the same days. The surest come first, then the nearest in
// time. A claim that only repeats another is left to that, and what answers one of them stands with it.
func (k *Checker) matters(c *read.Claim, list []*claim.Claim, day when.Day, said sayings) []matter {
	var out []matter
	for _, o := range list {
		if slices.ContainsFunc(o.Links, func(l claim.Link) bool { return l.Kind == claim.Repeats || l.Kind == claim.Quotes }) {
			continue
		}
		m := matter{claim: o, far: k.far(c, o, day)}
		if m.told(c, said) {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(x, y matter) int { return cmp.Or(x.rank-y.rank, x.far-y.far) })
	stands := map[string]bool{}
	for _, m := range out {
		for _, a := range k.Ledger.Answers(m.claim) {
			stands[a.ID] = true
		}
	}
	return slices.DeleteFunc(out, func(m matter) bool { return stands[m.claim.ID] })
}

// never is a distance in days beyond all others.
const never = 1 << 30

// far gives how many days lie between the days that a claim of a document is about and those of one of the ledger: of its period, or
// of its source where it has none.
func (k *Checker) far(c *read.Claim, o *claim.Claim, day when.Day) int {
	p := o.Period
	if !claim.Given(p) {
		p = k.Ledger.SourceOf(o).Published
	}
	if !claim.Given(p) {
		return never
	}
	days := c.Names.Days
	if len(days) == 0 && day != when.NoDay {
		days = []when.Period{{From: day - occasion, To: day}} // what is said without a date is about the time that it is said in
	}
	far := never
	for _, d := range days {
		far = min(far, max(int(d.From-p.To), int(p.From-d.To), 0))
	}
	return far
}

// told reports whether a claim of a document is on the same matter, and says by what.
func (m *matter) told(c *read.Claim, said sayings) bool {
	o := m.claim
	for _, s := range c.Names.Ships {
		if said.names(o, s, vocab.VesselName) {
			m.rank, m.by = byShip, "the ship "+s
			return true
		}
	}
	for _, n := range c.Names.IMO {
		if f, ok := fact(o.Activity, vocab.VesselIMO); ok && f.Text == n {
			m.rank, m.by = byShip, "IMO "+n
			return true
		}
	}
	for _, s := range c.Names.Firms {
		if said.names(o, s) {
			m.rank, m.by = byFirm, s
			return true
		}
	}
	if m.far <= occasion {
		if ports := both(c.Names.Ports, said.of(o)); ports != nil {
			m.rank, m.by = byPorts, "the ports "+strings.Join(ports, " and ")
			return true
		}
	}
	if c.Activity != nil && o.Activity != nil && c.Activity.Kind == o.Activity.Kind && c.Activity.Date.Overlaps(o.Activity.Date) && meet(c.Subject.States, o.About) {
		m.rank, m.by = byDeed, "kind of deed, state and day"
		return true
	}
	return false
}

// both gives the first two names where a text has them.
func both(names []string, in string) []string {
	var out []string
	for _, n := range names {
		if holds(in, n) {
			out = append(out, n)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out[:2]
}

func meet(a, b []place.State) bool {
	return slices.ContainsFunc(a, func(s place.State) bool { return slices.Contains(b, s) })
}

func fact(a *activity.Activity, id vocab.FactID) (activity.Value, bool) {
	if a == nil {
		return activity.Value{}, false
	}
	return a.Facts.Get(id)
}

// shortest is the length from which a single word is taken as a name wherever it stands; a shorter one counts only as the name of a party.
const shortest = 5

// sayings are the words of claims of the ledger, folded, each once for a document.
type sayings map[*claim.Claim]string

// of gives all words of a claim that tell what it is about.
func (w sayings) of(o *claim.Claim) string {
	if have, ok := w[o]; ok {
		return have
	}
	list := []string{o.Speaker, o.Text, o.Act, o.Place}
	for _, p := range o.Parties {
		list = append(list, p.Name, p.Act)
	}
	for i := range list {
		list[i] = text.Fold(list[i])
	}
	w[o] = " " + strings.Join(list, " | ") + " "
	return w[o]
}

// names reports whether a claim names somebody or a ship: among its parties, in its activity, or in its words.
func (w sayings) names(o *claim.Claim, name string, facts ...vocab.FactID) bool {
	bare := squeezed(name)
	for _, id := range facts {
		if f, ok := fact(o.Activity, id); ok && squeezed(f.Text) == bare {
			return true
		}
	}
	for _, p := range o.Parties {
		party, _, _ := strings.Cut(p.Name, " (")
		if squeezed(party) == bare {
			return true
		}
	}
	return len(bare) >= shortest && holds(w.of(o), name)
}

// holds reports whether folded words have a name as whole words.
func holds(in, name string) bool {
	n := text.Fold(name)
	return n != "" && strings.Contains(in, " "+n+" ")
}

// squeezed is a name without what differs between ways to write it.
func squeezed(name string) string { return strings.Join(text.Tokens(name), "") }

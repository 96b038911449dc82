package matrix

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Query chooses cells. Its zero value gives one cell for each obligation and state that anything is known of.
type Query struct {
	// Obligations and States; none for all that anything is known of.
	Obligations []*law.Provision
	States      []place.State
	// Periods are the columns; none for one that spans everything.
	Periods []when.Period
	// Empty gives a cell for each obligation, state and period of the query also where nothing is known.
	Empty bool
}

// Cell is one obligation of one state in one period.
type Cell struct {
	Obligation *law.Provision
	State      place.State
	Period     when.Period
	Evidence   Evidence
	// By is the rule that gave the evidence.
	By       *Rule
	Response Response
	// Answer is the item that gave the response, nil for none.
	Answer *Item
	// Origins is the number of independent origins that say that a breach happened.
	Origins int
	// PressOnly is true when all of them are press: thin, whatever their number.
	PressOnly bool
	// Silent are the requests for an answer that the state left without one.
	Silent []claim.Request
	// Unasked is the number of claims that count as evidence on which nobody is known to have asked the state.
	Unasked int
	// Unverified is true when the text of no item that counts was seen.
	Unverified bool
	// ByHand is true when every item that counts was placed by a person and not by a ruling.
	ByHand bool
	// Complied is the number of items that say that the obligation was met.
	Complied int
	// Items are all that bear on the cell, evidence first, then answers, then the rest; each group by date.
	Items []*Item
}

// Cells gives the cells that a query chooses, by obligation in the order of the law, then by state and period.
func (m *Matrix) Cells(q Query) []Cell {
	type key struct {
		p *law.Provision
		s place.State
	}
	groups := map[key][]*Item{}
	for i := range m.items {
		k := key{m.items[i].Obligation, m.items[i].State}
		groups[k] = append(groups[k], &m.items[i])
	}
	if q.Empty {
		for _, p := range q.Obligations {
			for _, s := range q.States {
				if _, ok := groups[key{p, s}]; !ok {
					groups[key{p, s}] = nil
				}
			}
		}
	}
	keys := make([]key, 0, len(groups))
	for k := range groups {
		if (len(q.Obligations) == 0 || slices.Contains(q.Obligations, k.p)) && (len(q.States) == 0 || slices.Contains(q.States, k.s)) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.p.Order, b.p.Order), cmp.Compare(a.s, b.s))
	})
	var cells []Cell
	for _, k := range keys {
		for _, period := range periods(q.Periods, groups[k]) {
			items := slices.Clone(groups[k])
			if len(q.Periods) > 0 {
				items = slices.DeleteFunc(items, func(i *Item) bool { return !i.Period.Overlaps(period) })
			}
			if len(items) == 0 && !q.Empty {
				continue
			}
			cells = append(cells, cellOf(k.p, k.s, period, items))
		}
	}
	return cells
}

// periods gives the columns: those asked for, or one that spans the items.
func periods(asked []when.Period, items []*Item) []when.Period {
	if len(asked) > 0 {
		return asked
	}
	if len(items) == 0 {
		return []when.Period{{From: when.NoDay, To: law.Forever}}
	}
	span := undated
	for _, i := range items {
		span = join(span, i.Period)
	}
	return []when.Period{span}
}

func cellOf(p *law.Provision, s place.State, period when.Period, items []*Item) Cell {
	c := Cell{Obligation: p, State: s, Period: period, Items: items}
	w := weigh(items)
	for i := range rules {
		if rules[i].holds(&w) {
			c.Evidence, c.By = rules[i].Level, &rules[i]
			break
		}
	}
	c.Origins, c.PressOnly = w.identified, w.identified > 0 && w.press
	c.Response, c.Answer = responseOf(items)
	c.ByHand, c.Unverified = c.Evidence > NoInformation, c.Evidence > NoInformation
	for _, i := range items {
		if worth, _ := i.Worth(); worth > Nothing {
			c.ByHand = c.ByHand && i.ByHand
			c.Unverified = c.Unverified && !i.Verified()
			if i.Claim != nil && len(i.Claim.Asked) == 0 && c.Response == NoResponse {
				c.Unasked++
			}
		}
		if i.Bears == Complied && !i.Retracted {
			c.Complied++
		}
		if i.Claim != nil && i.Bears <= MayBreach {
			c.Silent = append(c.Silent, silences(i.Claim, s)...)
		}
	}
	slices.SortStableFunc(c.Items, func(a, b *Item) int {
		return cmp.Or(cmp.Compare(a.Bears, b.Bears), cmp.Compare(a.Period.From, b.Period.From), cmp.Compare(a.ID(), b.ID()))
	})
	return c
}

// silences are the requests to a state that it did not answer.
func silences(c *claim.Claim, s place.State) []claim.Request {
	var out []claim.Request
	for _, r := range c.Asked {
		if r.Of == s && r.Silent {
			out = append(out, r)
		}
	}
	return out
}

// Span gives the time of all items that have one.
func (m *Matrix) Span() when.Period {
	span := undated
	for i := range m.items {
		span = join(span, m.items[i].Period)
	}
	return span
}

// undated is the period of what nobody dated. It overlaps no other: such items stand only where no period is asked for.
var undated = when.Period{From: when.NoDay, To: when.NoDay}

// join gives the period from the earlier beginning to the later end; what is undated adds nothing.
func join(a, b when.Period) when.Period {
	switch {
	case !claim.Given(a):
		return b
	case !claim.Given(b):
		return a
	default:
		return when.Period{From: min(a.From, b.From), To: max(a.To, b.To)}
	}
}

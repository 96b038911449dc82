// Package states is the use case "who keeps the rules": it brings claims, figures, law and watchers together, builds the
// matrix, and makes a dossier of one state.
//
// It adds no judgement of its own: cells come from package matrix, figures from package record, and what nobody looked at
// stays unknown. It writes nothing.
package states

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// Facts are the law and what it refers to.
type Facts struct {
	Law       *law.Law
	Engine    *ruling.Engine
	Reference *activity.Reference
	Lists     *goods.Lists
	Factors   *goods.Factors
	Places    *place.Gazetteer
	// DataVersion is the SHA-256 of the reference data, in hexadecimal.
	DataVersion string
}

// Desk is everything that is known of states, opened once. It does not change.
type Desk struct {
	Facts
	Ledger   *claim.Ledger
	Records  []record.Record
	Watchers []Watcher
}

// With gives the desk beside law with further instruments, as if it had been opened with them: only they are read, every
// condition of theirs is compiled, and claims, figures and watchers are those of d, which is not changed.
func (d *Desk) With(drafts ...law.File) (*Desk, error) {
	out := *d
	var err error
	if out.Law, err = d.Law.With(drafts...); err != nil {
		return nil, err
	}
	out.Engine, err = ruling.NewEngine(out.Law, d.Places, d.Lists, d.Factors, ruling.Options{Eager: true, From: d.Engine})
	return &out, err
}

// Concerns reports whether a figure is about a state and the target of a regime: the only ones that a desk needs, however
// large the tables that were loaded are.
func (f *Facts) Concerns(r *record.Record) bool {
	return f.target(r.Reporter) || f.target(r.Subject) || f.target(r.Partner)
}

// Matrix builds the matrix from what was published by a day; NoDay for all.
func (d *Desk) Matrix(known when.Day) (*matrix.Matrix, error) {
	figures, err := d.figures()
	if err != nil {
		return nil, err
	}
	in := matrix.Input{Law: d.Law, Judge: d.Engine.NewEvaluator(), Figures: figures, KnownAt: known}
	if d.Ledger != nil {
		in.Ledger = d.Ledger
	}
	return matrix.Build(in)
}

// Obligations finds what a user names: a provision with its parts, all of an instrument, or a measure ("labour", "fuel").
// No id gives none, which chooses all.
func (d *Desk) Obligations(ids []string) ([]*law.Provision, error) {
	var out []*law.Provision
	for _, id := range ids {
		found := slices.DeleteFunc(d.Law.Provisions(), func(p *law.Provision) bool { return p.Measure != id })
		if len(found) == 0 {
			var err error
			if found, err = d.Law.Find(id); err != nil {
				return nil, err
			}
		}
		out = append(out, found...)
	}
	return out, nil
}

// Report is a report that a state owes once, and whether it is on record.
type Report struct {
	Provision *law.Provision
	Due       when.Day
	// Filed are the items that say that it was filed; none means that it is not on record here, which is not "not filed".
	Filed []*matrix.Item
}

// Late is the number of days after the due day on which it was filed, by the first item that says so; 0 for in time or not
// known.
func (r *Report) Late() int {
	for _, i := range r.Filed {
		if i.Late > 0 {
			return i.Late
		}
	}
	return 0
}

// Dossier is what is known of one state.
type Dossier struct {
	State place.State
	// Target is true for the state that a regime is about.
	Target bool
	Known  when.Day
	// Conduct are the cells with evidence, lawful conduct that somebody called a breach, or an answer.
	Conduct []matrix.Cell
	// Complied are the cells in which somebody says that an obligation was met, reports left out.
	Complied []matrix.Cell
	Reports  []Report
	// Trade, Labour and Oil are the figures about the state and a target, by series and period.
	Trade, Labour, Oil []*record.Record
	// Unknown are the obligations that bind it and of which nothing is known, and Bound the number of all that bind it.
	Unknown []*law.Provision
	Bound   int
	// NotKept are the regimes of which no claim or figure at all is on record: their obligations are not counted.
	NotKept []string
	// Watchers looked during the time of the items.
	Watchers []Watcher
	// Sources are those of all items, by id.
	Sources []*claim.Source
	// LeftOut is what was published after Known.
	LeftOut int
}

// Dossier gathers what is known of a state by a day; NoDay for all.
func (d *Desk) Dossier(s place.State, known when.Day) (*Dossier, error) {
	m, err := d.Matrix(known)
	if err != nil {
		return nil, err
	}
	return d.DossierOf(m, s, known)
}

// DossierOf gathers what is known of a state from a matrix that was built for the same day.
func (d *Desk) DossierOf(m *matrix.Matrix, s place.State, known when.Day) (*Dossier, error) {
	if s == 0 {
		return nil, fault.New(fault.Invalid, "a dossier is about one state")
	}
	out := &Dossier{State: s, Known: known, Watchers: d.Watchers, LeftOut: m.LeftOut}
	cells := m.Cells(matrix.Query{States: []place.State{s}})
	byProvision := map[*law.Provision]*matrix.Cell{}
	for i := range cells {
		byProvision[cells[i].Obligation] = &cells[i]
	}
	kept := map[*law.Regime]bool{}
	for i := range m.Items() {
		kept[m.Items()[i].Obligation.Instrument.Regime] = true
	}
	for _, r := range d.Law.Regimes {
		out.Target = out.Target || r.Target == s.String()
		if !kept[r] {
			out.NotKept = append(out.NotKept, r.ID)
		}
	}
	for _, p := range d.Law.Provisions() {
		if !p.Applies() || !p.Obliges() || !p.Binds(s.String()) || !kept[p.Instrument.Regime] {
			continue
		}
		out.Bound++
		c := byProvision[p]
		if p.Due != when.NoDay {
			r := Report{Provision: p, Due: p.Due}
			if c != nil {
				r.Filed = bearing(c.Items, matrix.Complied)
			}
			out.Reports = append(out.Reports, r)
			continue
		}
		switch {
		case c == nil:
			out.Unknown = append(out.Unknown, p)
		case len(bearing(c.Items, matrix.Complied)) == len(c.Items):
			out.Complied = append(out.Complied, *c)
		default:
			out.Conduct = append(out.Conduct, *c)
			if c.Complied > 0 {
				out.Complied = append(out.Complied, *c)
			}
		}
	}
	d.gatherFigures(out)
	out.Sources = sources(cells)
	return out, nil
}

func bearing(items []*matrix.Item, b matrix.Bearing) []*matrix.Item {
	var out []*matrix.Item
	for _, i := range items {
		if i.Bears == b && !i.Retracted {
			out = append(out, i)
		}
	}
	return out
}

func sources(cells []matrix.Cell) []*claim.Source {
	seen := map[string]*claim.Source{}
	for _, c := range cells {
		for _, i := range c.Items {
			if i.Source != nil {
				seen[i.Source.ID] = i.Source
			}
		}
	}
	out := make([]*claim.Source, 0, len(seen))
	for _, s := range seen {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *claim.Source) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// gatherFigures takes the figures about a state and a target.
func (d *Desk) gatherFigures(out *Dossier) {
	for i := range d.Records {
		r := &d.Records[i]
		if (r.Reporter != out.State && r.Subject != out.State && r.Partner != out.State) || !d.Concerns(r) {
			continue
		}
		if out.Known != when.NoDay && r.Period.To > out.Known {
			out.LeftOut++
			continue
		}
		switch r.Measure {
		case record.Trade, record.TradeShare:
			out.Trade = append(out.Trade, r)
		case record.Delivery, record.DeliveriesCount:
			out.Oil = append(out.Oil, r)
		case record.WorkersPresent, record.WorkersReturned, record.PermitsValid, record.VisaDecline, record.Earnings:
			out.Labour = append(out.Labour, r)
		}
	}
	for _, list := range [][]*record.Record{out.Trade, out.Labour, out.Oil} {
		slices.SortStableFunc(list, func(a, b *record.Record) int {
			return cmp.Or(cmp.Compare(a.Measure, b.Measure), cmp.Compare(a.Period.From, b.Period.From), cmp.Compare(a.Series, b.Series), cmp.Compare(a.Name(), b.Name()))
		})
	}
}

// Claims gives every claim that the dossier rests on, once, in order of their ids.
func (d *Dossier) Claims() []*claim.Claim {
	seen := map[string]*claim.Claim{}
	take := func(items []*matrix.Item) {
		for _, i := range items {
			if i.Claim != nil {
				seen[i.Claim.ID] = i.Claim
			}
		}
	}
	for _, list := range [][]matrix.Cell{d.Conduct, d.Complied} {
		for i := range list {
			take(list[i].Items)
		}
	}
	for i := range d.Reports {
		take(d.Reports[i].Filed)
	}
	out := make([]*claim.Claim, 0, len(seen))
	for _, c := range seen {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *claim.Claim) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

package mirror

import (
	"cmp"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Made says how a total came about.
type Made string

// The ways. FromPartners turns the valuation round: the target's exports carry freight (CIF), its imports do not (FOB).
const (
	// Published: somebody published it.
	Published Made = "published"
	// FromPartners: added up from what partners report in one table.
	FromPartners Made = "from_partners"
	// OwnReports: what the target itself reports in a table.
	OwnReports Made = "own_reports"
)

// Total is the whole trade of the target in a period, according to one series.
type Total struct {
	Period when.Period
	// Partner is 0 for all partners together.
	Partner place.State
	Series  string
	// By is who put it together; "" for a table.
	By string
	// Scope says what it leaves out; "" where the source does not say.
	Scope    string
	Made     Made
	Kind     record.Kind
	Verified bool
	// Exports and Imports are those of the target; Trade is both. Derived is true where Trade was added up from them here.
	Exports, Imports, Trade Figure
	Derived                 bool
	ExportsBasis            record.Basis
	ImportsBasis            record.Basis
	// SetAside is what was left out as likely another state's; With is Trade with it.
	SetAside, With Figure
	// Partners is the number of reporters that are in it.
	Partners int
	Note     string
	Sources  []record.Source
}

// origin tells published totals apart that may not be mixed.
type origin struct {
	period     when.Period
	series, by string
	scope      string
	kind       record.Kind
	verified   bool
	snapshot   int
}

func originOf(r *record.Record) origin {
	return origin{r.Period, r.Series, r.By, r.Scope, r.Kind, r.Verified, r.Snapshot}
}

func compareOrigins(a, b origin) int {
	return cmp.Or(comparePeriods(a.period, b.period), cmp.Compare(a.series, b.series), cmp.Compare(a.by, b.by),
		cmp.Compare(a.scope, b.scope), cmp.Compare(a.kind, b.kind), cmp.Compare(a.snapshot, b.snapshot), compareBools(b.verified, a.verified))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// seen gives a figure as the target sees it: its partner, and the flow from its side; false when it is not about the target.
func (q *query) seen(r *record.Record) (partner place.State, flow record.Flow, ok bool) {
	switch {
	case r.About() == q.ask.Target:
		return r.Partner, r.Flow, true
	case r.Partner == q.ask.Target && r.About() != 0:
		return r.About(), turned(r.Flow), true
	}
	return 0, 0, false
}

func turned(f record.Flow) record.Flow {
	switch f {
	case record.Import:
		return record.Export
	case record.Export:
		return record.Import
	}
	return f
}

// figures calls f for the figures about the target that were asked for, with partner and flow as the target sees them.
func (q *query) figures(f func(r *record.Record, partner place.State, flow record.Flow)) {
	for i := range q.Table.b.figures {
		r := &q.Table.b.figures[i]
		if !q.ask.within(r.Period) || !q.ask.series(r.Series) {
			continue
		}
		if partner, flow, ok := q.seen(r); ok {
			f(r, partner, flow)
		}
	}
}

// published gathers figures of one partner, or of all partners together, into totals.
func (q *query) published(of func(r *record.Record, partner place.State) bool) map[origin]*Total {
	out := map[origin]*Total{}
	q.figures(func(r *record.Record, partner place.State, flow record.Flow) {
		if r.Measure != record.Trade || !r.AllGoods() || !r.Value.Known || !r.Whole() || !of(r, partner) {
			return
		}
		k := originOf(r)
		t := out[k]
		if t == nil {
			t = &Total{
				Period: r.Period, Series: r.Series, By: r.By, Scope: r.Scope, Made: Published, Kind: r.Kind, Verified: r.Verified, Note: r.Note,
			}
			out[k] = t
		}
		into := map[record.Flow]*Figure{record.Export: &t.Exports, record.Import: &t.Imports, record.Total: &t.Trade}[flow]
		if into == nil || into.Known {
			return
		}
		*into = Figure{Amount: r.Value, IDs: []string{refOf(r)}, Rows: 1}
		if !slices.Contains(t.Sources, r.Source) {
			t.Sources = append(t.Sources, r.Source)
		}
	})
	for _, t := range out {
		t.derive()
	}
	return out
}

func (t *Total) derive() {
	if !t.Trade.Known && t.Exports.Known && t.Imports.Known {
		t.Trade, t.Derived = both(t.Exports, t.Imports), true
	}
}

// add adds b to a. A figure that states no value leaves the sum as it is and is counted as blank.
func add(a, b Figure) Figure {
	if !b.Known && len(b.IDs) > 0 && b.Blanks == 0 {
		b.Blanks = len(b.IDs)
	}
	return Figure{
		Amount: Amount{Low: milli(a.Low + milli(b.Low)), High: milli(a.High + milli(b.High)), Known: a.Known || b.Known},
		IDs:    append(a.IDs, b.IDs...), Rows: a.Rows + b.Rows, Blanks: a.Blanks + b.Blanks,
	}
}

// milli rounds to a thousandth, the step in which figures are kept, so that sums are exact in any order up to 9 trillion.
func milli(x float64) float64 { return math.Round(x*scale) / scale }

// both adds two figures that are both still needed.
func both(a, b Figure) Figure {
	a.IDs = slices.Clone(a.IDs)
	return add(a, b)
}

func less(a, b Figure) Figure {
	a.Low, a.High = max(0, milli(a.Low-b.Low)), max(0, milli(a.High-b.High))
	return a
}

func (q *query) totals() []Total {
	var out []Total
	if q.ask.Code.IsZero() {
		found := q.published(func(r *record.Record, partner place.State) bool {
			return r.World && partner == 0 || r.World && r.Partner == q.ask.Target
		})
		for _, k := range sortedOrigins(found) {
			out = append(out, *found[k])
		}
	}
	for _, y := range q.sheet.years(q.ask.within) {
		for _, series := range q.series() {
			if t, ok := q.fromPartners(series, y, 0); ok {
				out = append(out, t)
			}
			if t, ok := q.ownReports(series, y); ok {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Total) int { return comparePeriods(a.Period, b.Period) })
	return out
}

func sortedOrigins[T any](m map[origin]T) []origin {
	var keys []origin
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareOrigins)
	return keys
}

// series gives the series of the sheet in order.
func (q *query) series() []string {
	var out []string
	for _, k := range q.sheet.order {
		if len(out) == 0 || out[len(out)-1] != k.series {
			out = append(out, k.series)
		}
	}
	return out
}

// fromPartners adds up what partners, or one of them, report in a series about a year.
func (q *query) fromPartners(series string, year int, only place.State) (Total, bool) {
	t := Total{
		Period: yearOf(year), Series: series, Made: FromPartners, Verified: true, ExportsBasis: record.CIF, ImportsBasis: record.FOB,
		Scope: "reporters of the table only",
	}
	reporters := map[place.State]bool{}
	for _, k := range q.sheet.order {
		r := k.reporter()
		if k.series != series || !k.reports(q) || only != 0 && r != only {
			continue
		}
		v := q.sheet.view(k, q.ask.Code, yearOf(year), asIs)
		if len(v.lines) == 0 {
			continue
		}
		into := &t.Imports
		if k.byImporter {
			into = &t.Exports
		}
		aside := q.setAside(k, year, &v)
		*into = add(*into, less(v.Figure, aside))
		t.SetAside = add(t.SetAside, aside)
		reporters[r] = true
	}
	t.Partners = len(reporters)
	t.Derived = true
	t.Trade = both(t.Exports, t.Imports)
	t.With = both(t.Trade, t.SetAside)
	return t, t.Partners > 0
}

// ownReports gives what the target itself reports about a year.
func (q *query) ownReports(series string, year int) (Total, bool) {
	t := Total{
		Period: yearOf(year), Series: series, Made: OwnReports, Verified: true, ExportsBasis: record.FOB, ImportsBasis: record.CIF,
		Scope: "own reports", Derived: true,
	}
	for _, k := range q.sheet.order {
		if k.series != series || k.reporter() != q.ask.Target || !q.ask.partner(q.other(k)) {
			continue
		}
		v := q.sheet.view(k, q.ask.Code, yearOf(year), asIs)
		if len(v.lines) == 0 {
			continue
		}
		into := &t.Exports
		if k.byImporter {
			into = &t.Imports
		}
		*into = add(*into, v.Figure)
		t.Partners++
	}
	t.Trade = both(t.Exports, t.Imports)
	t.With = t.Trade
	return t, t.Partners > 0
}

// Share is the share of one partner in the target's trade.
type Share struct {
	Period  when.Period
	Partner place.State
	Series  string
	By      string
	Scope   string
	// Flow is what the share is of: total, export or import, from the target's side.
	Flow     record.Flow
	Kind     record.Kind
	Verified bool
	// PerCent is the share; Published is true where the source states it, and false where it was worked out from the
	// partner's trade and a total of the same series and scope.
	PerCent   record.Range
	Published bool
	// Narrow is true where the total is added up from too few reporters to count in a range over sources.
	Narrow bool
	IDs    []string
}

func (q *query) shares(totals, partners []Total) []Share {
	if !q.ask.Code.IsZero() {
		return nil
	}
	var out []Share
	out = append(out, q.publishedShares()...)
	out = append(out, workedOutShares(totals, partners)...)
	for i := range totals {
		if t := &totals[i]; t.Made == FromPartners && q.ask.Partner == 0 {
			out = append(out, q.tableShares(t)...)
		}
	}
	slices.SortStableFunc(out, func(a, b Share) int {
		return cmp.Or(comparePeriods(a.Period, b.Period), cmp.Compare(b.PerCent.Low, a.PerCent.Low), cmp.Compare(a.Series, b.Series))
	})
	return out
}

func (q *query) publishedShares() (out []Share) {
	q.figures(func(r *record.Record, partner place.State, flow record.Flow) {
		v := r.Quantity
		if !v.Known {
			v = r.Value
		}
		if r.Measure != record.TradeShare || partner == 0 || !v.Known || !r.AllGoods() || !q.ask.partner(partner) {
			return
		}
		if flow == record.NoFlow {
			flow = record.Total
		}
		out = append(out, Share{
			Period: r.Period, Partner: partner, Series: r.Series, By: r.By, Scope: r.Scope, Flow: flow, Kind: r.Kind, Verified: r.Verified,
			PerCent: v, Published: true, IDs: []string{refOf(r)},
		})
	})
	return out
}

// partners gathers published trade in all goods with one partner each.
func (q *query) partners() (out []Total) {
	if !q.ask.Code.IsZero() {
		return nil
	}
	partners := map[place.State]bool{}
	q.figures(func(_ *record.Record, partner place.State, _ record.Flow) {
		if partner != 0 && q.ask.partner(partner) {
			partners[partner] = true
		}
	})
	for _, p := range sortedStates(partners) {
		found := q.published(func(r *record.Record, partner place.State) bool { return !r.World && partner == p })
		for _, k := range sortedOrigins(found) {
			found[k].Partner = p
			out = append(out, *found[k])
		}
	}
	slices.SortStableFunc(out, func(a, b Total) int { return comparePeriods(a.Period, b.Period) })
	return out
}

// workedOutShares divides published trade with a partner by published totals of the same series, compiler and scope.
func workedOutShares(totals, partners []Total) (out []Share) {
	for i := range partners {
		part := &partners[i]
		for j := range totals {
			t := &totals[j]
			if t.Made != Published || !t.Trade.Known || !part.Trade.Known || t.Period != part.Period || t.Series != part.Series ||
				t.By != part.By || t.Scope != part.Scope {
				continue
			}
			out = append(out, Share{
				Period: part.Period, Partner: part.Partner, Series: part.Series, By: part.By, Scope: part.Scope, Flow: record.Total,
				Kind: max(t.Kind, part.Kind), Verified: t.Verified && part.Verified,
				PerCent: ratio(part.Trade.Amount, t.Trade.Amount), IDs: append(slices.Clone(part.Trade.IDs), t.Trade.IDs...),
			})
		}
	}
	return out
}

func sortedStates(m map[place.State]bool) []place.State {
	var out []place.State
	for s := range m {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}

// ratio gives a share in per cent, rounded to a tenth: the least over the most to the most over the least, at most 100.
func ratio(part, whole Amount) record.Range {
	if whole.Low <= 0 {
		return record.Range{}
	}
	tenth := func(x float64) float64 { return min(100, float64(int64(x*1000+0.5))/10) }
	return record.Range{Low: tenth(part.Low / whole.High), High: tenth(part.High / whole.Low), Known: true}
}

// tableShares gives the shares of reporters in a total added up from them.
func (q *query) tableShares(t *Total) (out []Share) {
	reporters := map[place.State]bool{}
	for _, k := range q.sheet.order {
		if k.series == t.Series && k.reports(q) {
			reporters[k.reporter()] = true
		}
	}
	year, _, _ := t.Period.From.Civil()
	for _, r := range sortedStates(reporters) {
		part, ok := q.fromPartners(t.Series, year, r)
		if share := ratio(part.Trade.Amount, t.Trade.Amount); ok && share.Known && part.Trade.High > 0 {
			out = append(out, Share{
				Period: t.Period, Partner: r, Series: t.Series, Scope: t.Scope, Flow: record.Total, Verified: true, PerCent: share,
				Narrow: t.Partners < int(q.facts.value(pReporters)), IDs: part.Trade.IDs,
			})
		}
	}
	return out
}

// Span is the range of a partner's share in a year over all sources.
type Span struct {
	Period  when.Period
	Partner place.State
	PerCent record.Range
	// Sources is the number of series and scopes that it rests on; Unverified is true where one of them was not seen.
	Sources    int
	Unverified bool
}

func spans(shares []Share) []Span {
	type key struct {
		period  when.Period
		partner place.State
	}
	found := map[key]*Span{}
	sources := map[key]map[string]bool{}
	var order []key
	for i := range shares {
		s := &shares[i]
		if s.Flow != record.Total || !s.PerCent.Known || s.Narrow {
			continue
		}
		k := key{s.Period, s.Partner}
		if found[k] == nil {
			found[k] = &Span{Period: s.Period, Partner: s.Partner, PerCent: s.PerCent}
			sources[k] = map[string]bool{}
			order = append(order, k)
		}
		sp := found[k]
		sp.PerCent.Low, sp.PerCent.High = min(sp.PerCent.Low, s.PerCent.Low), max(sp.PerCent.High, s.PerCent.High)
		sp.Unverified = sp.Unverified || !s.Verified
		sources[k][s.Series+"|"+s.By+"|"+s.Scope] = true
	}
	var out []Span
	for _, k := range order {
		found[k].Sources = len(sources[k])
		out = append(out, *found[k])
	}
	slices.SortStableFunc(out, func(a, b Span) int {
		return cmp.Or(comparePeriods(a.Period, b.Period), cmp.Compare(b.PerCent.High, a.PerCent.High), cmp.Compare(a.Partner, b.Partner))
	})
	return out
}

// GoodsFigure is a figure about particular goods that is no row of a table.
type GoodsFigure struct {
	Record  record.Record
	Partner place.State
	Flow    record.Flow
}

func (q *query) goodsFigures() (out []GoodsFigure) {
	q.figures(func(r *record.Record, partner place.State, flow record.Flow) {
		if r.Measure != record.Trade || r.AllGoods() || partner != 0 && !q.ask.partner(partner) ||
			!q.ask.Code.IsZero() && !q.ask.Code.Contains(r.Code) {
			return
		}
		out = append(out, GoodsFigure{*r, partner, flow})
	})
	return out
}

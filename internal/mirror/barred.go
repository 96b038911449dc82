package mirror

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Class is how the period of a figure lies to the days of a provision.
type Class string

// The classes.
const (
	// Before: the period ended before the provision began.
	Before Class = "before"
	// CannotTell: the provision began or ended within the period, so that the figure says nothing of which part fell under it.
	CannotTell Class = "cannot_be_told_apart"
	// During: all of the period lies in the days of the provision.
	During Class = "during"
	// AfterEnd: the provision had ended.
	AfterEnd Class = "after_end"
)

func classify(b *Bar, p when.Period) Class {
	switch {
	case p.To < b.From:
		return Before
	case b.Until != when.NoDay && p.From > b.Until:
		return AfterEnd
	case p.From < b.From || b.Until != when.NoDay && p.To > b.Until:
		return CannotTell
	}
	return During
}

// BarredTrade is what one reporter, or one published series, shows of goods that a provision names.
type BarredTrade struct {
	Bar       Bar
	Direction Direction
	Series    string
	// Reporter is the state that reports; 0 where By put the figures together.
	Reporter place.State
	By       string
	Periods  []BarredPeriod
}

// BarredPeriod is one period of it.
type BarredPeriod struct {
	Period when.Period
	Class  Class
	Figure
	Kind     record.Kind
	Verified bool
	Quantity record.Range
	Unit     string
	// Sure is true where all of the goods are named by the text itself; Codes are the goods.
	Sure  bool
	Codes []goods.Code
	// Exceptions are those that existed on some day of the period.
	Exceptions []Exception
	// SetAside is true where the figure is likely another state's.
	SetAside bool
}

// anyDay is the longest period there is.
var anyDay = when.Period{From: when.Date(when.MinYear, 1, 1), To: when.Date(when.MaxYear, 12, 31)}

// barredKey tells the lists of BarredTrade apart.
type barredKey struct {
	provision string
	namedBy   string
	direction Direction
	series    string
	reporter  place.State
	by        string
}

type barredCell struct {
	barredKey
	period when.Period
	aside  bool
}

// barred gathers trade in goods that a provision names, with the periods before, so that what the measure changed can be seen.
func (q *query) barred() []BarredTrade {
	cells := map[barredCell]*BarredPeriod{}
	bars := map[barredKey]Bar{}
	put := func(k barredCell, b Bar, code goods.Code, p BarredPeriod) {
		bars[k.barredKey] = b
		c := cells[k]
		if c == nil {
			p.Class, p.SetAside, p.Exceptions = classify(&b, k.period), k.aside, overlapping(b.Exceptions, k.period)
			p.Period, p.Sure, p.Codes = k.period, b.Sure, []goods.Code{code}
			cells[k] = &p
			return
		}
		c.Figure = both(c.Figure, p.Figure)
		c.Quantity = addQuantity(c, &p)
		c.Sure = c.Sure && b.Sure
		c.Verified = c.Verified && p.Verified
		if i, ok := slices.BinarySearchFunc(c.Codes, code, goods.Code.Compare); !ok {
			c.Codes = slices.Insert(c.Codes, i, code)
		}
	}
	q.barredLines(put)
	q.barredFigures(put)
	return gather(cells, bars)
}

// addQuantity adds quantities while the unit stays one.
func addQuantity(c, p *BarredPeriod) record.Range {
	if !c.Quantity.Known || !p.Quantity.Known || c.Unit != p.Unit {
		c.Unit = ""
		return record.Range{}
	}
	return record.Range{Low: milli(c.Quantity.Low + p.Quantity.Low), High: milli(c.Quantity.High + p.Quantity.High), Known: true}
}

func overlapping(list []Exception, p when.Period) (out []Exception) {
	for _, e := range list {
		if e.From <= p.To && (e.Until == when.NoDay || p.From <= e.Until) {
			out = append(out, e)
		}
	}
	return out
}

type putBarred func(k barredCell, b Bar, code goods.Code, p BarredPeriod)

func (q *query) barredLines(put putBarred) {
	for _, k := range q.sheet.order {
		if k.exporter != q.ask.Target && k.importer != q.ask.Target || !q.ask.partner(q.other(k)) {
			continue
		}
		for _, p := range q.sheet.periodsWithin(k, q.ask.within) {
			lines := leaves(q.sheet.sides[k][p])
			for i := range lines {
				q.barredLine(k, &lines[i], put)
			}
		}
	}
}

func (q *query) barredLine(k side, l *Line, put putBarred) {
	if !q.ask.Code.Contains(l.Code) {
		return
	}
	d := q.direction(k)
	for _, b := range q.Bars.Barred(l.Code, l.Edition, d, anyDay) {
		p := BarredPeriod{
			Figure: l.figure(), Kind: l.Kind, Verified: true, Quantity: l.Quantity, Unit: l.Unit,
		}
		key := barredKey{b.Provision, b.By, d, l.Series, l.Reporter, ""}
		put(barredCell{key, l.Period, q.likely(k, l)}, b, l.Code, p)
	}
}

func (q *query) barredFigures(put putBarred) {
	q.figures(func(r *record.Record, partner place.State, flow record.Flow) {
		d := From
		if flow == record.Import {
			d = To
		}
		if r.Measure != record.Trade || r.Code.IsZero() || !q.ask.Code.Contains(r.Code) || flow != record.Import && flow != record.Export ||
			!q.ask.partner(partner) { // a figure for all partners is not trade with the one that was asked about
			return
		}
		for _, b := range q.Bars.Barred(r.Code, r.Edition, d, anyDay) {
			key := barredKey{b.Provision, b.By, d, r.Series, r.Reporter, r.By}
			put(barredCell{key, r.Period, false}, b, r.Code, BarredPeriod{
				Figure: Figure{Amount: r.Value, IDs: []string{refOf(r)}, Rows: 1}, Kind: r.Kind, Verified: r.Verified, Quantity: r.Quantity, Unit: r.Unit,
			})
		}
	})
}

// gather makes lists of the cells and leaves out those that show nothing on or after the first day of the provision.
func gather(cells map[barredCell]*BarredPeriod, bars map[barredKey]Bar) []BarredTrade {
	lists := map[barredKey]*BarredTrade{}
	for k, p := range cells {
		t := lists[k.barredKey]
		if t == nil {
			t = &BarredTrade{Bar: bars[k.barredKey], Direction: k.direction, Series: k.series, Reporter: k.reporter, By: k.by}
			lists[k.barredKey] = t
		}
		t.Periods = append(t.Periods, *p)
	}
	var out []BarredTrade
	for _, t := range lists {
		if !slices.ContainsFunc(t.Periods, func(p BarredPeriod) bool { return p.Class == During || p.Class == CannotTell }) {
			continue
		}
		slices.SortFunc(t.Periods, func(a, b BarredPeriod) int {
			return cmp.Or(comparePeriods(a.Period, b.Period), compareBools(a.SetAside, b.SetAside))
		})
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b BarredTrade) int {
		return cmp.Or(cmp.Compare(a.Bar.From, b.Bar.From), cmp.Compare(a.Bar.Provision, b.Bar.Provision), cmp.Compare(b.Direction, a.Direction),
			cmp.Compare(a.Bar.By, b.Bar.By),
			cmp.Compare(a.Series, b.Series), cmp.Compare(a.Reporter, b.Reporter), cmp.Compare(a.By, b.By))
	})
	return out
}

// periodsWithin gives the periods in which a side shows something, in order.
func (s *sheet) periodsWithin(k side, want func(when.Period) bool) []when.Period {
	var out []when.Period
	for p := range s.sides[k] {
		if want(p) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, comparePeriods)
	return out
}

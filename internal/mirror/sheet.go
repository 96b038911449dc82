package mirror

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// side is one reporter's view of the goods that go from one state to another.
type side struct {
	series             string
	exporter, importer place.State
	byImporter         bool
}

func (s *side) reporter() place.State {
	if s.byImporter {
		return s.importer
	}
	return s.exporter
}

func (s *side) flow() record.Flow {
	if s.byImporter {
		return record.Import
	}
	return record.Export
}

func (s side) mirrored() side {
	s.byImporter = !s.byImporter
	return s
}

// sheet is the lines about a target and the states it is mistaken for, by side and period.
type sheet struct {
	t     *Table
	sides map[side]map[when.Period][]Line
	// order holds the sides in a fixed order.
	order []side
	// whole are the rows of a reporter's trade with all partners together, by reporter and flow.
	whole map[side]map[when.Period][]Line
	// all holds the years in which a side has something, once they were asked for.
	all []int
}

// newSheet takes the lines of the table in which one of the states reports or is the partner.
func newSheet(t *Table, series func(string) bool, states ...place.State) *sheet {
	s := &sheet{t: t, sides: map[side]map[when.Period][]Line{}, whole: map[side]map[when.Period][]Line{}}
	want := func(a, b place.State) bool { return slices.Contains(states, a) || slices.Contains(states, b) }
	t.Each(want, func(l *Line) {
		k := side{series: l.Series, exporter: l.Reporter, importer: l.Partner}
		switch {
		case !series(l.Series) || l.Flow != record.Import && l.Flow != record.Export:
			return // re-imports and re-exports are in imports and exports already
		case l.Flow == record.Import:
			k = side{series: l.Series, exporter: l.Partner, importer: l.Reporter, byImporter: true}
		}
		into := s.sides
		if l.World {
			into = s.whole
		}
		if into[k] == nil {
			into[k] = map[when.Period][]Line{}
		}
		into[k][l.Period] = append(into[k][l.Period], *l)
	})
	for _, into := range []map[side]map[when.Period][]Line{s.sides, s.whole} {
		for _, periods := range into {
			for _, lines := range periods {
				slices.SortFunc(lines, compareLines)
			}
		}
	}
	for k := range s.sides {
		s.order = append(s.order, k)
	}
	slices.SortFunc(s.order, compareSides)
	return s
}

func compareSides(a, b side) int {
	by := func(x bool) int {
		if x {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.series, b.series), cmp.Compare(a.exporter, b.exporter), cmp.Compare(a.importer, b.importer),
		cmp.Compare(by(a.byImporter), by(b.byImporter)))
}

// compareLines orders lines of one side and period: a shorter code before those in it, then what else tells keys apart.
func compareLines(a, b Line) int {
	return cmp.Or(a.Code.Compare(b.Code), cmp.Compare(a.Words, b.Words), cmp.Compare(a.Edition, b.Edition),
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Basis, b.Basis), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Period.From, b.Period.From))
}

// yearOf gives the period of a year.
func yearOf(y int) when.Period {
	return when.Period{From: when.Date(y, 1, 1), To: when.Date(y, 12, 31)}
}

// within reports whether p lies in q.
func within(p, q when.Period) bool { return q.From <= p.From && p.To <= q.To }

// parts gives the periods in p for which the reporter of a side reported: p itself where it did, or else what it reported in
// p, none of which overlap; days is how many days of p they cover.
func (s *sheet) parts(k side, p when.Period) (list []when.Period, days int) {
	if s.t.Reported(k.series, k.reporter(), k.flow(), p) {
		return []when.Period{p}, int(p.To-p.From) + 1
	}
	for _, q := range s.t.periodsOf(k.series, k.reporter(), k.flow()) {
		if within(q, p) && (len(list) == 0 || q.From > list[len(list)-1].To) {
			list = append(list, q)
			days += int(q.To-q.From) + 1
		}
	}
	return list, days
}

// Standing says what a reporter tells about a flow in a period.
type Standing string

// The standings. Only Stated has a figure, and Incomplete one that is too low.
const (
	// Stated: the figure is there.
	Stated Standing = "stated"
	// Incomplete: only some months of the period were reported.
	Incomplete Standing = "incomplete"
	// NotShown: the state reported for the period and shows no such trade; it may be nothing, or hidden.
	NotShown Standing = "not_shown"
	// NoData: the state did not report for the period, though it did for others. This is not zero.
	NoData Standing = "no_data"
	// NeverReports: the state reports nothing in this series. This is not zero.
	NeverReports Standing = "never_reports"
	// Coarser: the trade is reported only under a wider code.
	Coarser Standing = "coarser"
	// Conflicting: two rows of one snapshot give different figures.
	Conflicting Standing = "conflicting"
	// NoValue: rows are there, but none has a value.
	NoValue Standing = "no_value"
)

// View is what one side tells.
type View struct {
	Reporter place.State
	Standing Standing
	Figure
	Basis record.Basis
	// Assumed is true where the source does not state the basis and the usual one was taken.
	Assumed bool
	Edition goods.Edition
	// Converted is true where codes were taken to the edition of the other side.
	Converted bool
	// Quantity is in Unit; not Known where rows lack it or units differ.
	Quantity record.Range
	Unit     string
	// Days of the period were reported.
	Days int

	lines []Line
}

// view gives what a side tells of goods under a code in a period.
func (s *sheet) view(k side, code goods.Code, p when.Period, conv func(*Line) goods.Code) View {
	v := View{Reporter: k.reporter(), Basis: record.FOB}
	if k.byImporter {
		v.Basis = record.CIF
	}
	parts, days := s.parts(k, p)
	v.Days = days
	if len(parts) == 0 {
		v.Standing = NoData
		if !s.t.EverReported(k.series, v.Reporter) {
			v.Standing = NeverReports
		}
		return v
	}
	coarser := false
	for _, q := range parts {
		lines, wider := choose(s.sides[k][q], code, v.Basis, conv)
		coarser = coarser || wider
		v.lines = append(v.lines, lines...)
	}
	v.sum()
	switch {
	case len(v.lines) == 0 && coarser:
		v.Standing = Coarser
	case len(v.lines) == 0:
		v.Standing = NotShown
	case !v.Known:
		v.Standing = NoValue
	case v.Low != v.High:
		v.Standing = Conflicting
	case days < int(p.To-p.From)+1:
		v.Standing = Incomplete
	default:
		v.Standing = Stated
	}
	return v
}

func (v *View) sum() {
	whole := len(v.lines) > 0
	v.Figure = Figure{}
	quantity := 0.0
	for i := range v.lines {
		l := &v.lines[i]
		v.Figure = add(v.Figure, l.figure())
		quantity = milli(quantity + l.Quantity.Low)
		whole = whole && l.Quantity.Known && l.Unit == v.lines[0].Unit
	}
	if whole {
		v.Quantity, v.Unit = record.Exactly(quantity), v.lines[0].Unit
	}
	if len(v.lines) > 0 {
		first := v.lines[0]
		v.Edition = first.Edition
		v.Assumed = first.Basis == record.UnknownBasis
		if !v.Assumed {
			v.Basis = first.Basis
		}
	}
}

// choose picks the lines that together are the trade under a code once: of several kinds, bases and editions the first of
// reported, usual basis and newest edition; of codes that lie in one another the widest. wider says that only a code
// that contains the one asked for is there.
func choose(lines []Line, code goods.Code, usual record.Basis, conv func(*Line) goods.Code) (out []Line, wider bool) {
	best := -1
	for i := range lines {
		c := conv(&lines[i])
		switch {
		case !code.Contains(c) || lines[i].Words != "" && !code.IsZero():
			wider = wider || c.Len() > 0 && c.Contains(code)
		case best < 0 || rank(&lines[i], usual) < rank(&lines[best], usual):
			best = i
		}
	}
	if best < 0 {
		return nil, wider
	}
	var kept []Line
	for i := range lines {
		l := lines[i]
		l.Code = conv(&lines[i])
		if rank(&l, usual) == rank(&lines[best], usual) && code.Contains(l.Code) && (l.Words == "" || code.IsZero()) {
			kept = append(kept, l)
		}
	}
	slices.SortStableFunc(kept, compareLines)
	return widest(kept), false
}

func rank(l *Line, usual record.Basis) int {
	r := int(l.Kind) << 20
	switch l.Basis {
	case usual:
	case record.UnknownBasis:
		r |= 1 << 18
	default:
		r |= 2 << 18
	}
	if l.allGoods() && l.Edition == 0 {
		return r
	}
	return r | int(9999-l.Edition)
}

// widest leaves out lines that another line contains. They are sorted, so that the wider comes first. Goods without a code
// are contained in the line of all goods only.
func widest(lines []Line) []Line {
	var out []Line
	var last *Line
	for i := range lines {
		l := &lines[i]
		if last != nil && last.Code != l.Code && last.Code.Contains(l.Code) && last.Words == "" {
			continue
		}
		if last != nil && last.Code.IsZero() && last.Words == "" && l.Words != "" {
			continue
		}
		out = append(out, *l)
		if l.Words == "" {
			last = l
		}
	}
	return out
}

// leaves gives the lines that contain no other line with a code: the finest there is.
func leaves(lines []Line) []Line {
	var out []Line
	for i := range lines {
		l := &lines[i]
		if l.Code.IsZero() || hasFiner(l, lines[i+1:]) {
			continue
		}
		out = append(out, *l)
	}
	return out
}

// hasFiner reports whether the lines after l, in their order, begin with some of the same kind that l contains.
func hasFiner(l *Line, after []Line) bool {
	for i := range after {
		o := &after[i]
		if !l.Code.Contains(o.Code) {
			return false
		}
		if o.Code != l.Code && o.Edition == l.Edition && o.Kind == l.Kind {
			return true
		}
	}
	return false
}

// years gives the years in which any side of the sheet has something, in order.
func (s *sheet) years(within func(when.Period) bool) []int {
	if s.all == nil {
		s.all = s.findYears()
	}
	var out []int
	for _, y := range s.all {
		if within(yearOf(y)) {
			out = append(out, y)
		}
	}
	return out
}

func (s *sheet) findYears() []int {
	seen := map[int]bool{}
	for _, k := range s.order {
		for p := range s.sides[k] {
			from, _, _ := p.From.Civil()
			to, _, _ := p.To.Civil()
			if from == to {
				seen[from] = true
			}
		}
	}
	var out []int
	for y := range seen {
		out = append(out, y)
	}
	slices.Sort(out)
	return out
}

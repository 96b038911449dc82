package mirror

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Diversion is a pattern: a state reports exports of goods that are barred for the target to a neighbour of the target, the
// neighbour sees only a part of them arrive, and the exports jumped after the bar began.
type Diversion struct {
	Bar      Bar
	Series   string
	Exporter place.State
	// Neighbour borders the target.
	Neighbour place.State
	// Before and After are the two sides of the day on which the bar began, over periods that both states reported.
	Before, After Window
	// Jump is exports a year after over before; 0 where there were none before.
	Jump float64
	// Arrives is the part of the exports after the day that the neighbour reports, from 0 up; ArrivedBefore that before.
	Arrives, ArrivedBefore float64
	Codes                  []goods.Code
	// OnwardReported is what the neighbour itself reports as exports of these goods to the target after the day, ReExported as
	// re-exports of them to all partners: the one speaks for the pattern, the other for trade that only passes through.
	OnwardReported, ReExported Figure
}

// Window is what was sent and seen to arrive in some periods.
type Window struct {
	Periods       []when.Period
	Days          int
	Sent, Arrived Figure
}

// aYear gives a rate for a year of 365.25 days.
func (w *Window) aYear(x float64) float64 {
	if w.Days == 0 {
		return 0
	}
	return x / float64(w.Days) * 365.25
}

// lane is a way by which goods may go round a bar.
type lane struct {
	provision, series   string
	exporter, neighbour place.State
}

// laneLine is one line of a lane, as the exporter or the neighbour reports it.
type laneLine struct {
	line    Line
	arrived bool
}

// beyond is what a neighbour reports of goods once they left it.
type beyond struct {
	provision, series string
	neighbour         place.State
	what              onward
}

// onward says where goods went from a neighbour.
type onward uint8

const (
	toTarget onward = iota
	reExported
	reExportedWorld // all partners together, where partners are not told apart
)

// gathering takes in the rows that diversions are looked for in.
type gathering struct {
	q      *query
	near   map[place.State]bool
	lanes  map[lane][]laneLine
	beyond map[beyond][]Line
	bars   map[string]Bar
}

func (g *gathering) take(l *Line) {
	if l.Code.Len() != 6 || !g.q.ask.series(l.Series) || !g.q.ask.Code.Contains(l.Code) {
		return
	}
	target := g.q.ask.Target
	var put func(provision string)
	switch {
	case l.Flow == record.Export && l.Partner == target && g.near[l.Reporter]:
		put = func(p string) { g.add(beyond{p, l.Series, l.Reporter, toTarget}, l) }
	case l.Flow == record.ReExport && g.near[l.Reporter]:
		what := reExported
		if l.World {
			what = reExportedWorld
		}
		put = func(p string) { g.add(beyond{p, l.Series, l.Reporter, what}, l) }
	case l.Flow == record.Export && g.near[l.Partner] && l.Reporter != target:
		put = func(p string) { g.lane(lane{p, l.Series, l.Reporter, l.Partner}, l) }
	case l.Flow == record.Import && g.near[l.Reporter] && !l.World && l.Partner != target:
		put = func(p string) { g.lane(lane{p, l.Series, l.Partner, l.Reporter}, l) }
	default:
		return
	}
	for _, b := range g.q.Bars.Barred(l.Code, l.Edition, To, anyDay) {
		g.bars[b.Provision] = b
		put(b.Provision)
	}
}

func (g *gathering) add(k beyond, l *Line) { g.beyond[k] = append(g.beyond[k], *l) }

func (g *gathering) lane(k lane, l *Line) {
	g.lanes[k] = append(g.lanes[k], laneLine{*l, l.Flow == record.Import})
}

// diversions looks at rows of six digits only, so that nothing counts twice.
func (q *query) diversions() []Diversion {
	near := map[place.State]bool{}
	for _, s := range q.facts.Neighbours(q.ask.Target) {
		near[s] = q.ask.partner(s)
	}
	g := gathering{q: q, near: near, lanes: map[lane][]laneLine{}, beyond: map[beyond][]Line{}, bars: map[string]Bar{}}
	q.Table.Each(func(a, b place.State) bool { return near[a] || near[b] }, g.take)
	var out []Diversion
	for k, lines := range g.lanes {
		b := g.bars[k.provision]
		if d, ok := q.diversion(k, &b, lines); ok {
			d.OnwardReported = sumOf(g.beyond[beyond{k.provision, k.series, k.neighbour, toTarget}], d.After.Periods)
			d.ReExported = sumOf(g.beyond[beyond{k.provision, k.series, k.neighbour, reExported}], d.After.Periods)
			if !d.ReExported.Known {
				d.ReExported = sumOf(g.beyond[beyond{k.provision, k.series, k.neighbour, reExportedWorld}], d.After.Periods)
			}
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Diversion) int {
		return cmp.Or(cmp.Compare(b.After.Sent.Low-b.After.Arrived.Low, a.After.Sent.Low-a.After.Arrived.Low), cmp.Compare(a.Bar.Provision, b.Bar.Provision),
			cmp.Compare(a.Series, b.Series), cmp.Compare(a.Exporter, b.Exporter), cmp.Compare(a.Neighbour, b.Neighbour))
	})
	return out
}

func (q *query) diversion(k lane, b *Bar, lines []laneLine) (Diversion, bool) {
	d := Diversion{Bar: *b, Series: k.series, Exporter: k.exporter, Neighbour: k.neighbour}
	d.Before.Periods, d.After.Periods = q.windows(k, b.From)
	slices.SortFunc(lines, func(x, y laneLine) int {
		return cmp.Or(compareLines(x.line, y.line), comparePeriods(x.line.Period, y.line.Period))
	})
	for i := range lines {
		l := &lines[i]
		for _, w := range []*Window{&d.Before, &d.After} {
			if slices.Contains(w.Periods, l.line.Period) {
				w.take(l)
				d.note(l.line.Code)
			}
		}
	}
	for _, w := range []*Window{&d.Before, &d.After} {
		for _, p := range w.Periods {
			w.Days += int(p.To-p.From) + 1
		}
	}
	return d, d.judge(q.facts)
}

func (d *Diversion) note(c goods.Code) {
	if i, ok := slices.BinarySearchFunc(d.Codes, c, goods.Code.Compare); !ok {
		d.Codes = slices.Insert(d.Codes, i, c)
	}
}

func (w *Window) take(l *laneLine) {
	into := &w.Sent
	if l.arrived {
		into = &w.Arrived
	}
	*into = add(*into, l.line.figure())
}

func (d *Diversion) judge(f *Facts) bool {
	if len(d.Before.Periods) == 0 || len(d.After.Periods) == 0 || d.After.aYear(d.After.Sent.Low) < f.value(pLeastDiverted) {
		return false
	}
	before, after := d.Before.aYear(d.Before.Sent.Low), d.After.aYear(d.After.Sent.Low)
	if before > 0 {
		d.Jump = round2(after / before)
		d.ArrivedBefore = round2(d.Before.Arrived.Low / d.Before.Sent.Low)
	}
	d.Arrives = round2(d.After.Arrived.Low / d.After.Sent.Low)
	return (before == 0 || after/before >= f.value(pJump)) && d.After.Arrived.Low/d.After.Sent.Low < f.value(pArrivesBelow)
}

// windows gives the periods on each side of a day that both states of a lane reported, within the window of years. A period
// in which the day lies belongs to neither; one inside a longer reported period is left out.
func (q *query) windows(k lane, day when.Day) (before, after []when.Period) {
	y, m, d := day.Civil()
	years := int(q.facts.value(pWindow))
	from, to := when.Date(y-years, m, min(d, 28)), when.Date(y+years, m, min(d, 28))
	last := when.NoDay
	for _, p := range q.Table.periodsOf(k.series, k.exporter, record.Export) {
		if p.From <= last || !q.Table.Reported(k.series, k.neighbour, record.Import, p) || !q.ask.within(p) {
			continue
		}
		last = p.To
		switch {
		case p.To < day && p.From >= from:
			before = append(before, p)
		case p.From >= day && p.To < to:
			after = append(after, p)
		}
	}
	return before, after
}

func sumOf(lines []Line, periods []when.Period) (out Figure) {
	slices.SortFunc(lines, func(x, y Line) int { return cmp.Or(comparePeriods(x.Period, y.Period), compareLines(x, y)) })
	for i := range lines {
		l := &lines[i]
		if slices.Contains(periods, l.Period) {
			out = add(out, l.figure())
		}
	}
	return out
}

package mirror

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Sources are what an answer is made from. Bars and Concordance may be nil: what they would tell is then left out, and the
// answer says so.
type Sources struct {
	Facts       *Facts
	Table       *Table
	Concordance Concordance
	Bars        Barring
}

// Answer is everything about one state. Lists are in a fixed order.
type Answer struct {
	Ask   Ask
	Tally Tally
	// Totals are the state's whole trade by year, one for each series and scope, never merged.
	Totals []Total
	// Partners are published figures for all goods with one partner.
	Partners []Total
	// Shares are those of partners in totals, and Spans their range by year.
	Shares []Share
	Spans  []Span
	// SetAside are flows that are likely another state's: out of every total, and here in full. Doubtful ones are only
	// marked, and stay in.
	SetAside []Confused
	Doubtful []Confused
	// Pairs are the trade as both sides report it.
	Pairs []Compared
	// Goods are figures about particular goods that are no rows of a table.
	Goods []GoodsFigure
	// Barred is trade in goods that a provision names.
	Barred []BarredTrade
	// Diversions are patterns by way of a neighbour.
	Diversions []Diversion
	// Missing are reporters that showed trade with the state in one year and reported nothing in another.
	Missing []MissingReporter
	// LawAsked is false when no law was asked, so that Barred and Diversions say nothing.
	LawAsked bool
}

// MissingReporter is a state that shows trade with the target in some year and did not report in others.
type MissingReporter struct {
	Series   string
	Reporter place.State
	Years    []int
}

type query struct {
	Sources
	facts       *Facts
	concordance Concordance
	ask         Ask
	sheet       *sheet
	confused    []Confused
	profiles    map[profileKey]*Profile
	aside       map[sideYear][]Confused
}

// Look answers about one state.
func Look(s Sources, ask Ask) *Answer {
	states := []place.State{ask.Target}
	for i := range s.Facts.Pairs {
		if o, ok := s.Facts.Pairs[i].Other(ask.Target); ok {
			states = append(states, o)
		}
	}
	q := &query{Sources: s, facts: s.Facts, concordance: s.Concordance, ask: ask}
	q.sheet = newSheet(s.Table, ask.series, states...)
	a := &Answer{Ask: ask, Tally: s.Table.Tally(), LawAsked: s.Bars != nil}
	q.confused = q.findConfused()
	for _, c := range q.confused {
		if c.Likely {
			a.SetAside = append(a.SetAside, c)
		} else {
			a.Doubtful = append(a.Doubtful, c)
		}
	}
	a.Totals = q.totals()
	a.Partners = q.partners()
	a.Shares = q.shares(a.Totals, a.Partners)
	a.Spans = spans(a.Shares)
	a.Pairs = q.pairs()
	a.Missing = q.missing()
	a.Goods = q.goodsFigures()
	if s.Bars != nil {
		a.Barred = q.barred()
		a.Diversions = q.diversions()
	}
	return a
}

// other gives the state on the other side of the target.
func (q *query) other(k side) place.State {
	if k.exporter == q.ask.Target {
		return k.importer
	}
	return k.exporter
}

// direction is the side of the target on which the goods of a side move.
func (q *query) direction(k side) Direction {
	if k.exporter == q.ask.Target {
		return From
	}
	return To
}

func (q *query) bounds() when.Period {
	if q.ask.Period == (when.Period{}) {
		return when.Period{From: when.Date(when.MinYear, 1, 1), To: when.Date(when.MaxYear, 12, 31)}
	}
	return q.ask.Period
}

// missing finds reporters that show trade with the target in one year and reported no trade at all in another.
func (q *query) missing() []MissingReporter {
	type who struct {
		series   string
		reporter place.State
	}
	var out []MissingReporter
	seen := map[who]bool{}
	years := q.sheet.years(q.ask.within)
	for _, k := range q.sheet.order {
		w := who{k.series, k.reporter()}
		if !k.reports(q) || seen[w] {
			continue
		}
		seen[w] = true
		m := MissingReporter{Series: w.series, Reporter: w.reporter}
		for _, y := range years {
			in, _ := q.sheet.parts(k, yearOf(y))
			back, _ := q.sheet.parts(k.turned(), yearOf(y))
			if len(in)+len(back) == 0 {
				m.Years = append(m.Years, y)
			}
		}
		if len(m.Years) > 0 {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b MissingReporter) int {
		return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Reporter, b.Reporter))
	})
	return out
}

// turned is the same reporter's view of the goods that go the other way.
func (s side) turned() side {
	return side{s.series, s.importer, s.exporter, !s.byImporter}
}

// reports says whether a side is a partner's view of trade with the target that was asked for.
func (s side) reports(q *query) bool {
	r := s.reporter()
	return (s.exporter == q.ask.Target || s.importer == q.ask.Target) && r != q.ask.Target && q.ask.partner(r)
}

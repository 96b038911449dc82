package mirror

import (
	"fmt"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Sign is one reason to think that a figure is another state's.
type Sign struct {
	// Name is goods, profile, size or complement.
	Name string
	// Value was measured, Limit is the parameter it was held to.
	Value, Limit float64
	Says         string
}

// Confused is a reporter's trade with the target in one year, or the part of it in one chapter, that looks like trade with
// the other state of a pair.
type Confused struct {
	Series   string
	Reporter place.State
	Year     int
	// Direction is the side of the target on which the goods move.
	Direction Direction
	Other     place.State
	// Chapter is the goods; the zero Code is all of the flow.
	Chapter goods.Code
	Figure
	// Likely: at least two signs, one of them the goods, or size and complement together. It is out of the totals.
	Likely bool
	Signs  []Sign
	// Profiles say which profiles were held beside it.
	Profiles []string

	side side
}

// Reading is the word for programs: likely_miscoded or possibly_miscoded.
func (c *Confused) Reading() string {
	if c.Likely {
		return "likely_miscoded"
	}
	return "possibly_miscoded"
}

// findConfused looks through the trade of the target with every reporter for trade that is likely another state's.
func (q *query) findConfused() []Confused {
	var out []Confused
	for i := range q.facts.Pairs {
		other, ok := q.facts.Pairs[i].Other(q.ask.Target)
		if !ok {
			continue
		}
		for _, k := range q.sheet.order {
			// The other state itself is not mistaken about which of the two it is.
			if !k.reports(q) || k.reporter() == other {
				continue
			}
			for _, year := range q.sheet.years(q.bounds().Overlaps) {
				out = append(out, q.confusedFlow(k, other, year)...)
			}
		}
	}
	return out
}

// flowOf is the reporter's trade of a year by chapter.
type flowOf struct {
	all      Figure
	chapters []goods.Code
	by       map[goods.Code]Figure
}

func (q *query) flowOf(k side, year int) flowOf {
	v := q.sheet.view(k, goods.Code{}, yearOf(year), asIs)
	f := flowOf{all: v.Figure, by: map[goods.Code]Figure{}}
	if !v.Known {
		f.all = Figure{}
	}
	parts, _ := q.sheet.parts(k, yearOf(year))
	for _, p := range parts {
		var coded []Line
		for _, l := range q.sheet.sides[k][p] {
			if !l.Code.IsZero() {
				coded = append(coded, l)
			}
		}
		lines, _ := choose(coded, goods.Code{}, v.Basis, asIs)
		for i := range lines {
			l := &lines[i]
			c := l.Code.Chapter()
			if _, ok := f.by[c]; !ok {
				f.chapters = append(f.chapters, c)
			}
			f.by[c] = add(f.by[c], l.figure())
		}
	}
	slices.SortFunc(f.chapters, goods.Code.Compare)
	return f
}

func (q *query) confusedFlow(k side, other place.State, year int) []Confused {
	f := q.flowOf(k, year)
	if !f.all.Known || f.all.Low < q.facts.value(pLeastMiscode) {
		return nil
	}
	base := Confused{Series: k.series, Reporter: k.reporter(), Year: year, Direction: q.direction(k), Other: other, side: k}
	var whole []Sign
	if s, ok := q.size(k, year, f.all.Low); ok {
		whole = append(whole, s)
	}
	if s, ok := q.complement(k, other, year, f.all.Low); ok {
		whole = append(whole, s)
	}
	var out []Confused
	own, others := q.profile(q.ask.Target, k, year), q.profile(other, k, year)
	if k.byImporter && own != nil && others != nil {
		base.Profiles = []string{own.Source, others.Source}
		out = q.byGoods(base, f, own, others, whole)
	}
	if len(whole) == 2 && len(out) == 0 {
		c := base
		c.Figure, c.Likely, c.Signs = f.all, true, whole
		out = append(out, c)
	}
	return out
}

// byGoods judges each chapter of the flow by how much oftener the other state exports such goods.
func (q *query) byGoods(base Confused, f flowOf, own, others *Profile, whole []Sign) (out []Confused) {
	floor := q.facts.value(pFloor)
	bitsOf := func(c goods.Code) float64 {
		return math.Log2(max(floor, others.Share(c)) / max(floor, own.Share(c)))
	}
	var weighted, sum float64
	for _, c := range f.chapters {
		weighted += f.by[c].Low * bitsOf(c)
		sum += f.by[c].Low
	}
	if sum == 0 {
		return nil
	}
	signs := slices.Clone(whole)
	if limit := q.facts.value(pFlowBits); weighted/sum >= limit {
		signs = append([]Sign{{
			"profile", round2(weighted / sum), limit,
			fmt.Sprintf("weighed by value, the goods of the flow are %.0f times as large a part of the other state's exports", math.Exp2(weighted/sum)),
		}}, signs...)
	}
	for _, c := range f.chapters {
		limit := q.facts.value(pRowBits)
		b := bitsOf(c)
		if b < limit || f.by[c].Low < q.facts.value(pLeastMiscode) {
			continue
		}
		x := base
		x.Chapter, x.Figure = c, f.by[c]
		x.Signs = append([]Sign{{
			"goods", round2(b), limit, fmt.Sprintf("chapter %s is %.0f times as large a part of the other state's exports", c, math.Exp2(b)),
		}}, signs...)
		x.Likely = len(x.Signs) >= 2
		out = append(out, x)
	}
	return out
}

func round2(x float64) float64 { return math.Round(x*100) / 100 }

// size says whether a flow is many times what the same reporter shows in other years.
func (q *query) size(k side, year int, value float64) (Sign, bool) {
	var others []float64
	for _, y := range q.sheet.years(func(when.Period) bool { return true }) {
		if y == year {
			continue
		}
		if v := q.sheet.view(k, goods.Code{}, yearOf(y), asIs); v.Standing == Stated {
			others = append(others, v.Low)
		}
	}
	if len(others) < 2 {
		return Sign{}, false
	}
	slices.Sort(others)
	median := (others[(len(others)-1)/2] + others[len(others)/2]) / 2
	limit := q.facts.value(pSizeTimes)
	if median <= 0 || value/median < limit {
		return Sign{}, false
	}
	return Sign{"size", round2(value / median), limit, fmt.Sprintf("it is %.0f times the median of the other %d years", value/median, len(others))}, true
}

// complement says whether the figure, added to the reporter's figure for the other state, fits what the other state itself
// reports, while without it the figure for the other state falls short.
func (q *query) complement(k side, other place.State, year int, value float64) (Sign, bool) {
	mine := k
	if mine.exporter == q.ask.Target {
		mine.exporter = other
	} else {
		mine.importer = other
	}
	theirs := mine.mirrored()
	m, o := q.sheet.view(mine, goods.Code{}, yearOf(year), asIs), q.sheet.view(theirs, goods.Code{}, yearOf(year), asIs)
	if !m.known() || o.Standing != Stated {
		return Sign{}, false
	}
	factor := q.facts.value(pCIF)
	exports, imports := &o, &m
	extraImports, extraExports := value, 0.0
	if !k.byImporter {
		exports, imports, extraImports, extraExports = &m, &o, 0, value
	}
	_, alone := judge(q.facts, exports.asFOB(factor), imports.asCIF(factor))
	r, together := judge(q.facts, exports.asFOB(factor)+extraExports, imports.asCIF(factor)+extraImports)
	short := alone == ImporterLess
	if !k.byImporter {
		short = alone == ImporterMore
	}
	if !short || together != WithinNoise {
		return Sign{}, false
	}
	return Sign{
		"complement", round2(r), q.facts.value(pNoiseHigh),
		"with it the reporter's trade with the other state fits what that state reports; without it, it falls short",
	}, true
}

// profile gives what a state is known to export in a year: from its own reports in the table, or else from the facts, of the
// nearest year.
func (q *query) profile(s place.State, k side, year int) *Profile {
	if p := q.reportedProfile(s, k.series, year); p != nil {
		return p
	}
	var best *Profile
	for i := range q.facts.Profiles {
		p := &q.facts.Profiles[i]
		if p.State == s && (best == nil || distance(p.Year, year) < distance(best.Year, year)) {
			best = p
		}
	}
	return best
}

func distance(a, b int) int { return max(a-b, b-a) }

// profileKey is what a profile of reported exports hangs on.
type profileKey struct {
	state  place.State
	series string
	year   int
}

func (q *query) reportedProfile(s place.State, series string, year int) *Profile {
	key := profileKey{s, series, year}
	if p, ok := q.profiles[key]; ok {
		return p
	}
	by := map[goods.Code]float64{}
	var sum float64
	for _, k := range q.sheet.order {
		if k.series != series || k.exporter != s || k.byImporter {
			continue
		}
		f := q.flowOf(k, year)
		for _, c := range f.chapters {
			by[c] = milli(by[c] + f.by[c].Low)
			sum = milli(sum + f.by[c].Low)
		}
	}
	var p *Profile
	if sum > 0 {
		p = &Profile{State: s, Year: year, Verified: true, Source: fmt.Sprintf("own reports in %s, %d", series, year), listed: by}
		for c := range by {
			by[c] /= sum
		}
	}
	if q.profiles == nil {
		q.profiles = map[profileKey]*Profile{}
	}
	q.profiles[key] = p
	return p
}

// sideYear is one side in one year.
type sideYear struct {
	side
	year int
}

// likelyOnes gives what is set aside of a side in a year.
func (q *query) likelyOnes(k side, year int) []Confused {
	if q.aside == nil {
		q.aside = map[sideYear][]Confused{}
		for _, c := range q.confused {
			if c.Likely {
				key := sideYear{c.side, c.Year}
				q.aside[key] = append(q.aside[key], c)
			}
		}
	}
	return q.aside[sideYear{k, year}]
}

// setAside is the part of a reporter's figure of a year that is likely another state's.
func (q *query) setAside(k side, year int, v *View) Figure {
	var out Figure
	for _, c := range q.likelyOnes(k, year) {
		switch {
		case c.Chapter.IsZero():
			return v.Figure
		case q.ask.Code.IsZero() || q.ask.Code.Contains(c.Chapter):
			out = add(out, c.Figure)
		case c.Chapter.Contains(q.ask.Code):
			return v.Figure
		}
	}
	return out
}

// likely says whether a line of the target's trade is set aside.
func (q *query) likely(k side, l *Line) bool {
	year, _, _ := l.Period.From.Civil()
	for _, c := range q.likelyOnes(k, year) {
		if c.Chapter.Contains(l.Code) {
			return true
		}
	}
	return false
}

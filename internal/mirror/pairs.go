package mirror

import (
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Status is how the two sides of one trade stand to each other.
type Status string

// The statuses.
const (
	// WithinNoise: the difference is within what freight, insurance and rounding make.
	WithinNoise Status = "within_valuation_noise"
	// TimingFits: it is not, but with the neighbouring periods added it is.
	TimingFits Status = "timing_fits"
	// ImporterMore: the importer reports more than that explains; ImporterLess: less.
	ImporterMore Status = "importer_more"
	ImporterLess Status = "importer_less"
	// OneSided: one side has no figure for a reason that is not trade: no report, a report for some months only, a wider
	// code, a row without a value. Nothing follows.
	OneSided Status = "no_data"
)

// Compared is the trade of one period in one direction as both sides report it.
type Compared struct {
	Series string
	Period when.Period
	// Direction is the side of the target on which the goods move.
	Direction Direction
	// Partner is the other state.
	Exporter, Importer View
	Code               goods.Code
	Status             Status
	// Ratio is imports with freight over exports without, after both were put on those bases; 0 when the exporter shows none.
	Ratio float64
	// Gap is the imports less the exports with freight added, in US dollars.
	Gap float64
	// QuantityRatio is the same of quantities, where both have them in one unit; 0 where not.
	QuantityRatio float64
	// Around is the ratio with the neighbouring periods added, where it was looked at; 0 where not.
	Around float64
	// SetAside is the part that is likely another state's, by either side.
	SetAside Figure
	// Edition is the edition in which codes were compared; 0 where it does not matter.
	Edition goods.Edition
}

// pairs compares both sides of everything about the target, by year or, when less than a year is asked for, by the periods
// that were reported.
func (q *query) pairs() []Compared {
	seen := map[side]bool{}
	var out []Compared
	for _, k := range q.sheet.order {
		k.byImporter = false
		if seen[k] || k.exporter != q.ask.Target && k.importer != q.ask.Target || !q.ask.partner(q.other(k)) {
			continue
		}
		seen[k] = true
		for _, p := range q.periods(k) {
			out = append(out, q.compare(k, p))
		}
	}
	return out
}

// periods gives what is compared: the years in which either side shows trade, or the periods in less than a year.
func (q *query) periods(k side) []when.Period {
	whole := q.ask.Period == (when.Period{}) || q.ask.Period.To-q.ask.Period.From >= 364
	set := map[when.Period]bool{}
	for _, half := range []side{k, k.mirrored()} {
		for p := range q.sheet.sides[half] {
			if whole {
				y, _, _ := p.From.Civil()
				if p = yearOf(y); !within(p, q.bounds()) {
					continue
				}
			}
			if q.ask.within(p) {
				set[p] = true
			}
		}
	}
	var out []when.Period
	for p := range set {
		out = append(out, p)
	}
	slices.SortFunc(out, comparePeriods)
	return out
}

func (q *query) compare(k side, p when.Period) Compared {
	code := q.ask.Code
	x, m := q.sheet.view(k, code, p, asIs), q.sheet.view(k.mirrored(), code, p, asIs)
	c := Compared{Series: k.series, Period: p, Direction: q.direction(k), Code: code}
	if !code.IsZero() && x.Edition != m.Edition && x.Edition != 0 && m.Edition != 0 {
		c.Edition = min(x.Edition, m.Edition)
		conv := q.converter(c.Edition)
		xConverted, mConverted := x.Edition > c.Edition, m.Edition > c.Edition
		x, m = q.sheet.view(k, code, p, conv), q.sheet.view(k.mirrored(), code, p, conv)
		x.Converted, m.Converted = xConverted, mConverted
	}
	c.Exporter, c.Importer = x, m
	if y, _, _ := p.From.Civil(); within(p, yearOf(y)) {
		c.SetAside = both(q.setAside(k, y, &x), q.setAside(k.mirrored(), y, &m))
	}
	c.judge(q.facts)
	if c.Status == ImporterMore || c.Status == ImporterLess {
		q.timing(k, &c)
	}
	return c
}

func asIs(l *Line) goods.Code { return l.Code }

// converter gives the code of a line in an older edition. Where the tables name no code or several, it stays as it is.
func (q *query) converter(to goods.Edition) func(*Line) goods.Code {
	return func(l *Line) goods.Code {
		if l.Edition <= to || l.Code.IsZero() || q.concordance == nil {
			return l.Code
		}
		if list := q.concordance.Convert(l.Code, l.Edition, to); len(list) == 1 {
			return list[0]
		}
		return l.Code
	}
}

// known says whether a view tells a figure that can be compared: a stated one, or none shown by one who reported.
func (v *View) known() bool { return v.Standing == Stated || v.Standing == NotShown }

// asCIF and asFOB give the value on the other basis where the view is not on it.
func (v *View) asCIF(factor float64) float64 {
	if v.Basis == record.FOB {
		return v.Low * factor
	}
	return v.Low
}

func (v *View) asFOB(factor float64) float64 {
	if v.Basis == record.CIF {
		return v.Low / factor
	}
	return v.Low
}

func (c *Compared) judge(f *Facts) {
	x, m := &c.Exporter, &c.Importer
	if !x.known() || !m.known() || x.Standing == NotShown && m.Standing == NotShown {
		c.Status = OneSided
		return
	}
	factor := f.value(pCIF)
	sent, got := x.asFOB(factor), m.asCIF(factor)
	c.Gap = cents(got - sent*factor)
	if x.Quantity.Known && m.Quantity.Known && x.Unit == m.Unit && x.Quantity.Low > 0 {
		c.QuantityRatio = m.Quantity.Low / x.Quantity.Low
	}
	c.Ratio, c.Status = judge(f, sent, got)
}

func judge(f *Facts, sent, got float64) (float64, Status) {
	if sent == 0 {
		if got == 0 {
			return 0, WithinNoise
		}
		return 0, ImporterMore
	}
	r := got / sent
	switch {
	case r < f.value(pNoiseLow):
		return r, ImporterLess
	case r > f.value(pNoiseHigh):
		return r, ImporterMore
	}
	return r, WithinNoise
}

// timing adds the neighbouring periods of the same length on both sides. Only periods that both reported are added.
func (q *query) timing(k side, c *Compared) {
	factor := q.facts.value(pCIF)
	sent, got := c.Exporter.asFOB(factor), c.Importer.asCIF(factor)
	before, after := c.Period, c.Period
	added := false
	for range int(q.facts.value(pTiming)) {
		before, after = previous(before), next(after)
		for _, p := range []when.Period{before, after} {
			x, m := q.sheet.view(k, c.Code, p, asIs), q.sheet.view(k.mirrored(), c.Code, p, asIs)
			if x.known() && m.known() {
				sent, got, added = sent+x.asFOB(factor), got+m.asCIF(factor), true
			}
		}
	}
	if !added {
		return
	}
	r, status := judge(q.facts, sent, got)
	c.Around = r
	if status == WithinNoise {
		c.Status = TimingFits
	}
}

// previous and next give the neighbouring period of the same kind: year, month, or as many days.
func previous(p when.Period) when.Period { return shift(p, -1) }
func next(p when.Period) when.Period     { return shift(p, 1) }

func shift(p when.Period, by int) when.Period {
	y, m, d := p.From.Civil()
	y2, m2, _ := p.To.Civil()
	_, _, after := (p.To + 1).Civil()
	if d != 1 || after != 1 {
		n := when.Day(by) * (p.To - p.From + 1)
		return when.Period{From: p.From + n, To: p.To + n}
	}
	months := (y2-y)*12 + m2 - m + 1
	first := y*12 + m - 1 + by*months
	last := first + months
	return when.Period{From: when.Date(first/12, first%12+1, 1), To: when.Date(last/12, last%12+1, 1) - 1}
}

func comparePeriods(a, b when.Period) int {
	if a.From != b.From {
		return int(a.From - b.From)
	}
	return int(a.To - b.To)
}

// cents rounds to a cent, so that a difference of sums has no tail of digits.
func cents(x float64) float64 { return math.Round(x*100) / 100 }

// Package caps sets figures beside the caps of the law: what each series counts in a period of the cap, converted into the
// unit of the limit as a band, and whether that is within it, over it, or hangs on what is not known.
//
// Series are never added to each other, nor reported figures to estimates. Where figures of one series overlap, every way
// of covering the period without counting a day twice is considered, and the band holds the lowest and the highest. Days
// without a figure are named: they are not zero. The package reads nothing and knows no factor of its own.
package caps

import (
	"cmp"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Input is what figures are set beside.
type Input struct {
	Law     *law.Law
	Lists   *goods.Lists
	Factors *goods.Factors
	Records []record.Record
	// Product is the petroleum product to take where a figure does not say; "" for unknown, which gives a band.
	Product string
	// Fill are the shares of a full load that estimates by number of ships are worked out for, for instance 1/3 and 1; none
	// leaves estimates as they are.
	Fill []float64
	// Target is the state that the caps are about.
	Target place.State
}

// Account is one limit of a cap in one period, with the figures of every series.
type Account struct {
	Provision *law.Provision
	Limit     law.Limit
	Period    when.Period
	// Max and Unit are the limit in its unit; "USD" for a value.
	Max   float64
	Unit  string
	Lines []Line
}

// Line is what one series says, of one kind of figure and one reporter.
type Line struct {
	Series string
	Kind   record.Kind
	// Reporter or By says who counts; both zero for a line that adds up the reporters of a series.
	Reporter place.State
	By       string
	// Reporters is the number of reporters in a line that adds them up.
	Reporters int
	Parts     []Part
	Low, High float64
	// Gaps are the days of the period without a figure of this line.
	Gaps    []when.Period
	Verdict Verdict
	// Fill is the share of a full load that the line assumes; 0 for figures as they stand.
	Fill float64
}

// Part is one figure in a line.
type Part struct {
	Record *record.Record
	// Low and High are in the unit of the limit; Rule and Factor say how they were converted.
	Low, High    float64
	Rule, Factor string
	// Overlaps is true where another figure of the line covers some of the same days.
	Overlaps bool
	// Weigh is true where a person must weigh whether the goods are those of the cap.
	Weigh bool
	// Outside is true where the figure also covers days outside the period: it is shown and not counted.
	Outside bool
	// Unconverted says why the figure could not be counted.
	Unconverted string
}

// Verdict is how a line stands to the limit.
type Verdict uint8

// The verdicts. A line with gaps can be over the limit and never certainly within it.
const (
	Unknown Verdict = iota
	Partial
	Within
	Depends
	Over
)

var verdicts = [...]string{"unknown", "part", "within", "depends", "over"}

// String gives the word used in files: unknown (no figure, or gaps), part (one state's share of what the cap counts of all
// states together, below the limit), within, depends (on the product or on which of several figures is right), over.
func (v Verdict) String() string { return verdicts[v] }

// Of gives the accounts of a cap for the periods that overlap asked, limit by limit. A provision that is no cap, or has no
// limit in numbers, is a fault.
func Of(in Input, p *law.Provision, asked when.Period) ([]Account, error) {
	if p.Effect != law.Cap {
		return nil, fault.New(fault.Invalid, "%s is no cap", p.ID).WithFix("`cordon law list` shows which provisions are caps")
	}
	if len(p.Cap.Limits) == 0 {
		return nil, fault.New(fault.Invalid, "%s sets no limit in numbers: it is measured by each party's own past", p.ID)
	}
	var out []Account
	for _, l := range p.Cap.Limits {
		for _, period := range periodsOf(&l, asked) {
			if from, until, ok := p.Period(in.Law, when.NoDay); ok {
				period.From, period.To = max(period.From, from), min(period.To, until)
			}
			if period.To < period.From {
				continue
			}
			a := Account{Provision: p, Limit: l, Period: period, Max: l.Quantity, Unit: l.Unit}
			if l.Quantity == 0 {
				a.Max, a.Unit = l.Value, "USD"
			}
			in.fill(&a)
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b Account) int { return cmp.Compare(a.Period.From, b.Period.From) })
	return out, nil
}

// periodsOf gives the periods of a limit that overlap the one asked for.
func periodsOf(l *law.Limit, asked when.Period) []when.Period {
	var out []when.Period
	for d := max(asked.From, l.Start); d <= asked.To; {
		p, ok := l.PeriodOf(d)
		if !ok {
			break
		}
		out = append(out, p)
		d = p.To + 1
	}
	return out
}

// key tells lines apart.
type key struct {
	series   string
	kind     record.Kind
	reporter place.State
	by       string
	fill     float64
}

func (in *Input) fill(a *Account) {
	groups := map[key][]Part{}
	for i := range in.Records {
		r := &in.Records[i]
		naming := in.about(a, r)
		if naming == goods.No {
			continue
		}
		k := key{series: r.Series, kind: r.Kind, reporter: r.Reporter, by: r.By}
		if part, ok := in.part(a, r, 1); ok {
			part.Weigh = naming == goods.Weigh
			groups[k] = append(groups[k], part)
		}
		if r.Laden > 0 {
			for _, f := range in.Fill {
				if part, ok := in.part(a, r, f/r.Laden); ok {
					k.fill = f
					groups[k] = append(groups[k], part)
				}
			}
		}
	}
	for k, parts := range groups {
		a.Lines = append(a.Lines, a.line(k, parts))
	}
	a.sums()
	slices.SortFunc(a.Lines, func(x, y Line) int {
		return cmp.Or(
			cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Series, y.Series), cmp.Compare(y.Reporters, x.Reporters),
			cmp.Compare(x.Reporter, y.Reporter), cmp.Compare(x.By, y.By), cmp.Compare(x.Fill, y.Fill))
	})
}

// about says whether a record counts goods of the cap that went to or came from the target.
func (in *Input) about(a *Account, r *record.Record) goods.Naming {
	if (r.Measure != record.Delivery && r.Measure != record.Trade) || !r.Whole() || !r.Period.Overlaps(a.Period) ||
		(r.Reporter != in.Target && r.Partner != in.Target && r.Subject != in.Target) {
		return goods.No
	}
	return in.naming(a.Provision, r)
}

func (in *Input) naming(p *law.Provision, r *record.Record) goods.Naming {
	if r.AllGoods() {
		return goods.No
	}
	item := goods.Item{Description: r.Commodity, Code: r.Code, HasCode: !r.Code.IsZero()}
	if _, ok := in.Lists.Index(r.Commodity); ok {
		item = goods.Item{Commodity: r.Commodity}
	}
	named := in.Lists.Match(item, nil, nil)
	best := goods.No
	for i := range p.Goods {
		sel := &p.Goods[i]
		if n, ok := in.Lists.Index(sel.List); ok {
			best = max(best, named[n])
		} else if item.HasCode && sel.Set.Match(r.Code) == goods.Full {
			best = goods.Yes
		}
	}
	return best
}

// part converts one figure; false where the record has none of the kind that the limit counts.
func (in *Input) part(a *Account, r *record.Record, share float64) (Part, bool) {
	p := Part{Record: r, Outside: r.Period.From < a.Period.From || r.Period.To > a.Period.To}
	if a.Unit == "USD" {
		p.Low, p.High = r.Value.Low*share, r.Value.High*share
		p.Rule = "value as given"
		return p, r.Value.Known
	}
	if !r.Quantity.Known {
		return p, false
	}
	low, err := in.convert(a, r, r.Quantity.Low*share)
	if err != nil {
		p.Unconverted = err.Error()
		return p, true
	}
	high, err := in.convert(a, r, r.Quantity.High*share)
	if err != nil {
		p.Unconverted = err.Error()
		return p, true
	}
	p.Low, p.High, p.Rule, p.Factor = low.Low, high.High, low.Rule, low.Factor
	return p, true
}

func (in *Input) convert(a *Account, r *record.Record, q float64) (goods.Band, error) {
	if r.Unit == a.Unit {
		return goods.Band{Low: q, High: q, Rule: "as given"}, nil
	}
	if a.Provision.Cap.Convert != "petroleum" {
		return goods.Band{}, fault.New(fault.Invalid, "%s cannot be converted into %s", r.Unit, a.Unit)
	}
	product := in.Product
	if named, ok := in.Factors.ProductOf(r.Commodity); ok {
		product = named
	}
	return in.Factors.Convert(q, r.Unit, a.Unit, product)
}

// line covers the period with the parts.
func (a *Account) line(k key, parts []Part) Line {
	l := Line{Series: k.series, Kind: k.kind, Reporter: k.reporter, By: k.by, Fill: k.fill, Parts: parts}
	slices.SortFunc(parts, func(x, y Part) int {
		return cmp.Or(
			cmp.Compare(x.Record.Period.From, y.Record.Period.From), cmp.Compare(x.Record.Period.To, y.Record.Period.To),
			cmp.Compare(x.Record.Snapshot, y.Record.Snapshot), cmp.Compare(x.Record.Name(), y.Record.Name()))
	})
	for i := range parts {
		for j := range parts {
			if i != j && parts[i].Record.Period.Overlaps(parts[j].Record.Period) {
				parts[i].Overlaps = true
			}
		}
	}
	l.Low, l.High, l.Gaps = cover(parts, a.Period)
	l.Verdict = a.verdict(l.Low, l.High, len(l.Gaps) > 0)
	if l.Verdict == Within && a.Limit.Whose == allStates && ownSupplies(k, parts) {
		l.Verdict = Partial
	}
	return l
}

// ownSupplies reports whether a line tells what one state itself supplied or took, be it worked out from other figures.
func ownSupplies(k key, parts []Part) bool {
	return k.reporter != 0 && (k.kind == record.Reported || k.kind == record.Derived) &&
		!slices.ContainsFunc(parts, func(p Part) bool { return p.Record.About() != k.reporter })
}

// allStates is what a limit says that counts the supplies of all states together.
const allStates = "all states"

// verdict compares a band with the limit. With days missing, what is below the limit may still be over it.
func (a *Account) verdict(low, high float64, gaps bool) Verdict {
	switch {
	case low > a.Max:
		return Over
	case high > a.Max:
		return Depends
	case gaps:
		return Unknown
	default:
		return Within
	}
}

// sums adds a line for each series and kind that several states report to: together they are what the cap counts.
func (a *Account) sums() {
	type series struct {
		name string
		kind record.Kind
	}
	groups := map[series][]Line{}
	for _, l := range a.Lines {
		if l.Reporter != 0 && l.Fill == 0 {
			s := series{l.Series, l.Kind}
			groups[s] = append(groups[s], l)
		}
	}
	for s, lines := range groups {
		if len(lines) < 2 {
			continue
		}
		sum := Line{Series: s.name, Kind: s.kind, Reporters: len(lines)}
		for _, l := range lines {
			sum.Low, sum.High = sum.Low+l.Low, sum.High+l.High
			sum.Gaps = append(sum.Gaps, l.Gaps...)
		}
		sum.Gaps = when.Merge(sum.Gaps)
		if sum.Verdict = a.verdict(sum.Low, sum.High, len(sum.Gaps) > 0); sum.Verdict == Within && a.Limit.Whose == allStates {
			sum.Verdict = Partial // nothing says that no other state supplied
		}
		a.Lines = append(a.Lines, sum)
	}
}

// cover gives the lowest and the highest sum over all sets of parts that cover as many days of the period as can be covered
// without counting a day twice, and the days that no part covers.
func cover(parts []Part, period when.Period) (low, high float64, gaps []when.Period) {
	var use []Part
	for _, p := range parts {
		if !p.Outside && p.Unconverted == "" {
			use = append(use, p)
		}
	}
	// Weighted intervals: best[i] is the best over those that end no later than the i-th by their end.
	slices.SortStableFunc(use, func(x, y Part) int { return cmp.Compare(x.Record.Period.To, y.Record.Period.To) })
	type state struct {
		days      int
		low, high float64
	}
	best := make([]state, len(use)+1)
	for i, p := range use {
		before := 0
		for j := i; j > 0; j-- {
			if use[j-1].Record.Period.To < p.Record.Period.From {
				before = j
				break
			}
		}
		days := int(p.Record.Period.To-p.Record.Period.From) + 1
		with := state{best[before].days + days, best[before].low + p.Low, best[before].high + p.High}
		without := best[i]
		switch {
		case with.days > without.days:
			best[i+1] = with
		case with.days < without.days:
			best[i+1] = without
		default:
			best[i+1] = state{with.days, math.Min(with.low, without.low), math.Max(with.high, without.high)}
		}
	}
	covered := make([]when.Period, 0, len(use))
	for _, p := range use {
		covered = append(covered, p.Record.Period)
	}
	return best[len(use)].low, best[len(use)].high, period.Without(when.Merge(covered))
}

package draft

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Inputs are the asker's: what share of what is touched is in fact kept from moving, and what share of that finds another
// way. Both are ranges from 0 to 1; no data of ours says what they are.
type Inputs struct {
	Enforcement, Substitution [2]float64
}

// DefaultInputs are a convention and nobody's estimate: half to nine tenths enforced, up to three tenths replaced.
var DefaultInputs = Inputs{Enforcement: [2]float64{0.5, 0.9}, Substitution: [2]float64{0, 0.3}}

// Check refuses shares outside 0 to 1.
func (in Inputs) Check() error {
	for _, r := range [][2]float64{in.Enforcement, in.Substitution} {
		if !(r[0] >= 0 && r[0] <= r[1] && r[1] <= 1) {
			return fault.New(fault.Usage, "%v to %v is no range of shares", r[0], r[1]).WithFix("write shares from 0 to 1, the lower first: 0.5..0.9")
		}
	}
	return nil
}

// affected applies the inputs to a range.
func (in Inputs) affected(r record.Range) record.Range {
	if !r.Known {
		return r
	}
	return record.Range{
		Low: r.Low * in.Enforcement[0] * (1 - in.Substitution[1]), High: r.High * in.Enforcement[1] * (1 - in.Substitution[0]), Known: true,
	}
}

// Row is one figure with what the draft does to it.
type Row struct {
	Record *record.Record
	// From is true for goods that leave the target, which are its earnings.
	From bool
	// Partner is the other state; ZZ where the figure is for all or the source does not say.
	Partner place.State
	Touch   Touch
	// Share is how much of the figure is touched, from 0 to 1: 1 but for a cap, where it is what is above the limit. It is
	// not Known where the figure cannot be set beside the limit.
	Share record.Range
	// Value, in US dollars, and Quantity, in the unit of the record, are what is touched.
	Value, Quantity record.Range
	Humanitarian    bool
}

// Account is what one data set says of one base year and direction.
type Account struct {
	Year   int
	Series string
	// Kind and By say how the figures were come by and who counts, where that is no state.
	Kind record.Kind
	By   string
	// Reporters are the states that report: each its own trade with the target, so that what they report adds up. Estimates of
	// states are not their own trade, and each is an account by itself.
	Reporters []place.State
	From      bool
	Rows      []Row
	// Value is what is touched, Affected that with the asker's inputs, Humanitarian the part of Value in humanitarian goods.
	Value, Affected, Humanitarian record.Range
	// Quantities are what is touched, by unit, of the rows that have a quantity.
	Quantities []Quantity
	// Total is the whole trade in that direction and year, TotalOf the figures it is from; not Known where none has it.
	Total   record.Range
	TotalOf []string
	// Share is Value over Total in per cent, Residual what is left of Total after Affected.
	Share, Residual record.Range
	// WithoutValue is the number of rows that are touched, or may be, and have no value; Days the days of the year that the
	// figures of its rows cover at most.
	WithoutValue, Days int
}

// Quantity is an amount of goods in one unit.
type Quantity struct {
	Unit  string
	Range record.Range
}

// addQuantity adds to the amount in its unit; units are in order of their names.
func addQuantity(list []Quantity, unit string, r record.Range) []Quantity {
	at, ok := slices.BinarySearchFunc(list, unit, func(q Quantity, u string) int { return cmp.Compare(q.Unit, u) })
	if !ok {
		list = slices.Insert(list, at, Quantity{Unit: unit})
	}
	list[at].Range = plus(list[at].Range, r)
	return list
}

// Accounts judges figures of the base years, each as if it had been traded on the day of the case. Figures that are not of goods,
// or not within one of the years, are not taken; overlapping ones of a series are not added up. The accounts are in order of year,
// direction and series.
func (c *Case) Accounts(records []record.Record, years []int, in Inputs) ([]Account, error) {
	target, err := c.Places.ParseState(c.Target())
	if err != nil {
		return nil, err
	}
	var out []Account
	for _, y := range years {
		year := when.Period{From: when.Date(y, 1, 1), To: when.Date(y, 12, 31)}
		list, err := c.year(records, target, y, year)
		if err != nil {
			return nil, err
		}
		for i := range list {
			c.sum(&list[i], records, target, year, in)
		}
		out = append(out, list...)
	}
	return out, nil
}

// year gives the accounts of one year, not yet summed.
func (c *Case) year(records []record.Record, target place.State, y int, year when.Period) ([]Account, error) {
	j := c.NewJudge()
	byBase := map[base]*Account{}
	for _, r := range chosen(records, target, year) {
		row, ok, err := c.row(j, r, target)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		k := baseOf(r, row.From)
		a := byBase[k]
		if a == nil {
			a = &Account{Year: y, Series: r.Series, Kind: r.Kind, By: r.By, From: row.From}
			byBase[k] = a
		}
		a.Rows = append(a.Rows, row)
		if at, ok := slices.BinarySearch(a.Reporters, r.Reporter); !ok && r.Reporter != 0 {
			a.Reporters = slices.Insert(a.Reporters, at, r.Reporter)
		}
	}
	var out []Account
	for _, a := range byBase {
		out = append(out, *a)
	}
	slices.SortFunc(out, func(a, b Account) int {
		if a.From != b.From {
			return cmp.Compare(flag(b.From), flag(a.From))
		}
		return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.By, b.By),
			slices.Compare(a.Reporters, b.Reporters))
	})
	return out, nil
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// base is what figures must share to be added up.
type base struct {
	series   string
	kind     record.Kind
	reporter place.State
	by       string
	from     bool
}

func baseOf(r *record.Record, from bool) base {
	b := base{r.Series, r.Kind, r.Reporter, r.By, from}
	if r.Kind == record.Reported && r.Subject == 0 {
		b.reporter = 0 // each reports its own trade
	}
	return b
}

// trades reports whether a figure is of goods that go to or come from the target, and which.
func trades(r *record.Record, target place.State) (from, ok bool) {
	own := r.About() == target
	if r.Measure == record.Delivery {
		return false, own || r.Partner == target && r.Flow == record.Export
	}
	if r.Measure != record.Trade || r.Flow != record.Import && r.Flow != record.Export || own == (r.Partner == target) {
		return false, false
	}
	return own == (r.Flow == record.Export), true
}

// chosen gives the figures of goods in a year, of which none is counted in another of the same base.
func chosen(records []record.Record, target place.State, year when.Period) []*record.Record {
	groups := map[string][]*record.Record{}
	var order []string
	for i := range records {
		r := &records[i]
		from, ok := trades(r, target)
		if !ok || r.AllGoods() || !r.Whole() || r.Period.From < year.From || r.Period.To > year.To {
			continue
		}
		k := lineOf(r, from)
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], r)
	}
	slices.Sort(order)
	var out []*record.Record
	for _, k := range order {
		out = append(out, disjoint(groups[k])...)
	}
	return leaves(out, target)
}

// lineOf names what a figure counts, but for its period.
func lineOf(r *record.Record, from bool) string {
	partner := r.Partner.String() + r.Area
	if r.World {
		partner = "world"
	}
	b := baseOf(r, from)
	return b.series + "|" + strconv.Itoa(int(b.kind)) + "|" + r.Reporter.String() + "|" + b.by + "|" + strconv.FormatBool(from) + "|" +
		r.Subject.String() + "|" + partner + "|" + r.Code.Digits() + "|" + r.Commodity + "|" + strconv.FormatFloat(r.Laden, 'g', -1, 64)
}

// disjoint gives figures of one line that do not overlap, the longest first, in the order of time. Of two readings of one figure the
// later counts.
func disjoint(list []*record.Record) []*record.Record {
	slices.SortStableFunc(list, func(a, b *record.Record) int {
		return cmp.Or(cmp.Compare(days(b.Period), days(a.Period)), cmp.Compare(a.Period.From, b.Period.From), cmp.Compare(b.Snapshot, a.Snapshot))
	})
	var out []*record.Record
	for _, r := range list {
		if !slices.ContainsFunc(out, func(o *record.Record) bool { return o.Period.Overlaps(r.Period) }) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b *record.Record) int { return cmp.Compare(a.Period.From, b.Period.From) })
	return out
}

func days(p when.Period) int { return int(p.To-p.From) + 1 }

// leaves leaves out a heading whose subheadings are there, and partners where the whole world is.
func leaves(list []*record.Record, target place.State) []*record.Record {
	type line struct {
		b        base
		reporter place.State
		partner  string
		from     when.Day
	}
	lineAt := func(r *record.Record) line {
		from, _ := trades(r, target)
		return line{baseOf(r, from), r.Reporter, r.Partner.String() + r.Area, r.Period.From}
	}
	parents, world := map[line]map[string]bool{}, map[string]bool{}
	name := func(r *record.Record) string {
		l := lineAt(r)
		return lineOf(r, l.b.from)
	}
	asWorld := func(r *record.Record) string {
		c := *r
		c.World = true
		return name(&c)
	}
	for _, r := range list {
		l := lineAt(r)
		for n := 2; n < r.Code.Len(); n += 2 {
			if parents[l] == nil {
				parents[l] = map[string]bool{}
			}
			parents[l][r.Code.Digits()[:n]] = true
		}
		if r.World {
			world[name(r)] = true
		}
	}
	return slices.DeleteFunc(list, func(r *record.Record) bool {
		return parents[lineAt(r)][r.Code.Digits()] || !r.World && world[asWorld(r)]
	})
}

// row judges one figure.
func (c *Case) row(j *Judge, r *record.Record, target place.State) (Row, bool, error) {
	from, _ := trades(r, target)
	row := Row{Record: r, From: from, Partner: otherSide(r, target)}
	a, err := c.transfer(r, from, row.Partner, target)
	if err != nil {
		return row, false, err
	}
	on := when.On(c.On)
	ts, err := j.Touches(a, &on)
	if err != nil {
		return row, false, err
	}
	row.Touch = ts[0]
	row.Humanitarian = c.Facts.Humanitarian.Has(r.Code)
	c.share(&row)
	row.Value, row.Quantity = part(r.Value, row.Share, row.Touch.Class), part(r.Quantity, row.Share, row.Touch.Class)
	return row, true, nil
}

// otherSide is the state on the other side; ZZ, another state, where the figure does not say.
func otherSide(r *record.Record, target place.State) place.State {
	other := r.Partner
	if other == target || r.World || other == 0 {
		other = r.About()
	}
	if other == target || other == 0 {
		return place.Unspecified
	}
	return other
}

// transfer is the figure as an activity: its goods, where they go and where they come from.
func (c *Case) transfer(r *record.Record, out bool, partner, target place.State) (*activity.Activity, error) {
	from, to := partner, target
	if out {
		from, to = target, partner
	}
	a := &activity.Activity{ID: r.ID, Kind: vocab.KindTransfer, Date: when.On(c.On)}
	facts := []string{"jurisdiction", partner.String(), "origin", from.String(), "destination", to.String()}
	if !r.Code.IsZero() {
		facts = append(facts, "goods[1].hs", r.Code.Digits())
	}
	if _, named := c.Lists.Index(r.Commodity); named {
		facts = append(facts, "goods[1].commodity", r.Commodity)
	} else if r.Commodity != "" {
		facts = append(facts, "goods[1].description", r.Commodity)
	}
	for i := 0; i < len(facts); i += 2 {
		if err := c.Reference.SetFact(a, facts[i], facts[i+1]); err != nil {
			return nil, fault.In(fault.Place{File: r.Series, Field: r.ID, Item: r.Row}, err)
		}
	}
	return a, nil
}

// share works out how much of a figure is touched.
func (c *Case) share(row *Row) {
	t := &row.Touch
	switch {
	case t.Cap != nil && t.Class != Repeated:
		c.capShare(row)
	case t.Class == Touched:
		row.Share = c.leftBy(t.LawCap, row.Record)
	case t.Class == Possible:
		row.Share = record.Range{High: c.leftBy(t.LawCap, row.Record).High, Known: true}
	default:
		row.Share = record.Exactly(0)
	}
}

// leftBy is the share of a figure that a cap of the law lets through, which is all that a ban can touch anew; all of it without a cap, or
// where the figure cannot be set beside the limit.
func (c *Case) leftBy(lawCap *law.Provision, r *record.Record) record.Range {
	if lawCap != nil {
		if over, ok := c.over(r, lawCap); ok {
			return record.Range{Low: 1 - over.High, High: 1 - over.Low, Known: true}
		}
	}
	return record.Exactly(1)
}

// capShare is what is above the limit of the draft and was not above that of the law.
func (c *Case) capShare(row *Row) {
	t := &row.Touch
	over, ok := c.over(row.Record, t.Cap)
	if !ok {
		t.Class, row.Share = Possible, record.Range{Low: 0, High: 1, Known: true}
		return
	}
	if t.LawCap != nil {
		if was, ok := c.over(row.Record, t.LawCap); ok {
			over.Low, over.High = max(0, over.Low-was.High), max(0, over.High-was.Low)
		}
	}
	row.Share = over
	switch {
	case over.Low > 0:
		t.Class = Touched
	case over.High > 0:
		t.Class = Possible
	default:
		t.Class = Untouched
	}
}

// over is the share of a figure above the limit of a cap, the limit taken as a rate over the period of the figure.
func (c *Case) over(r *record.Record, p *law.Provision) (record.Range, bool) {
	out := record.Range{}
	for i := range p.Cap.Limits {
		l := &p.Cap.Limits[i]
		limit := max(l.Quantity, l.Value) * float64(days(r.Period)) / (float64(l.Months) * 365.25 / 12)
		low, high := 0.0, 0.0
		switch {
		case l.Value > 0 && r.Value.Known:
			low, high = r.Value.Low, r.Value.High
		case l.Quantity > 0 && r.Quantity.Known:
			lo, err1 := c.Factors.Convert(r.Quantity.Low, r.Unit, l.Unit, goods.AnyProduct)
			hi, err2 := c.Factors.Convert(r.Quantity.High, r.Unit, l.Unit, goods.AnyProduct)
			if err1 != nil || err2 != nil {
				continue
			}
			low, high = lo.Low, hi.High
		default:
			continue
		}
		// limits bind each by itself, whichever is reached first
		out = record.Range{Low: max(out.Low, above(low, limit)), High: max(out.High, above(high, limit)), Known: true}
	}
	return out, out.Known
}

func above(v, limit float64) float64 {
	if v <= 0 {
		return 0
	}
	return max(0, 1-limit/v)
}

// part is the share of a figure that is touched; low holds only what certainly is.
func part(r, share record.Range, class Class) record.Range {
	if !r.Known || !share.Known {
		return record.Range{}
	}
	low := r.Low * share.Low
	if class != Touched {
		low = 0
	}
	return record.Range{Low: low, High: r.High * share.High, Known: true}
}

// sum fills in the figures of an account.
func (c *Case) sum(a *Account, records []record.Record, target place.State, year when.Period, in Inputs) {
	covered := map[string]int{}
	for i := range a.Rows {
		r := &a.Rows[i]
		k := lineOf(r.Record, r.From)
		covered[k] += days(r.Record.Period)
		a.Days = max(a.Days, covered[k])
		if r.Touch.Class != Touched && r.Touch.Class != Possible {
			continue
		}
		if r.Quantity.Known {
			a.Quantities = addQuantity(a.Quantities, r.Record.Unit, r.Quantity)
		}
		if !r.Value.Known {
			a.WithoutValue++
			continue
		}
		a.Value = plus(a.Value, r.Value)
		if r.Humanitarian {
			a.Humanitarian = plus(a.Humanitarian, r.Value)
		}
	}
	if !a.Value.Known && a.WithoutValue == 0 {
		a.Value = record.Exactly(0) // nothing that it holds is touched
	}
	a.Affected = in.affected(a.Value)
	a.Total, a.TotalOf = total(a, records, target, year)
	if a.Total.Known && a.Value.Known && a.Total.Low > 0 {
		a.Share = record.Range{Low: 100 * a.Value.Low / a.Total.High, High: 100 * a.Value.High / a.Total.Low, Known: true}
		a.Residual = record.Range{Low: max(0, a.Total.Low-a.Affected.High), High: a.Total.High - a.Affected.Low, Known: true}
	}
}

func plus(a, b record.Range) record.Range {
	return record.Range{Low: a.Low + b.Low, High: a.High + b.High, Known: a.Known || b.Known}
}

// total is the whole trade of the target in the direction and year: by the same series, or else by all that have one.
func total(a *Account, records []record.Record, target place.State, year when.Period) (record.Range, []string) {
	own, part, all := span{}, span{}, span{} // its own for the world, its own for partners, others' for the world
	by := map[place.State]*record.Record{}   // of reporters that count their own trade with the target
	for i := range records {
		r := &records[i]
		from, ok := trades(r, target)
		if !ok || from != a.From || r.Measure != record.Trade || !r.AllGoods() || !r.Whole() || r.Period != year || !r.Value.Known {
			continue
		}
		if r.World {
			all.add(r)
		}
		switch same := baseOf(r, from) == baseOf(a.Rows[0].Record, a.From); {
		case same && r.World:
			own.add(r)
		case same && r.Subject == 0 && r.Reporter != 0 && r.Reporter != target:
			by[r.Reporter] = r
		case same:
			part.add(r)
		}
	}
	if t, of, ok := together(by, a.Reporters); ok {
		return t, of
	}
	for _, s := range []span{own, part, all} {
		if s.Known {
			return s.Range, s.of
		}
	}
	return record.Range{}, nil
}

// together adds the trade of all reporters of an account; false where one has no total.
func together(by map[place.State]*record.Record, reporters []place.State) (record.Range, []string, bool) {
	t := record.Range{}
	var of []string
	for _, s := range reporters {
		r := by[s]
		if r == nil {
			return t, nil, false
		}
		t, of = plus(t, r.Value), append(of, r.Series+"/"+r.Name())
	}
	return t, of, len(reporters) > 0
}

// span is the lowest and highest of several figures of one thing.
type span struct {
	record.Range
	of []string
}

func (s *span) add(r *record.Record) {
	if !s.Known {
		s.Range = r.Value
	}
	s.Low, s.High = math.Min(s.Low, r.Value.Low), math.Max(s.High, r.Value.High)
	s.of = append(s.of, r.Series+"/"+r.Name())
	slices.Sort(s.of)
}

// Years gives the last whole years before a day for which there are figures of goods that go to or come from the target: at most
// n, the latest first.
func (c *Case) Years(records []record.Record, before when.Day, n int) []int {
	target, err := c.Places.ParseState(c.Target())
	if err != nil {
		return nil
	}
	have := map[int]bool{}
	for i := range records {
		r := &records[i]
		y, _, _ := r.Period.From.Civil()
		last, _, _ := r.Period.To.Civil()
		if _, ok := trades(r, target); ok && y == last && !r.AllGoods() && when.Date(y, 12, 31) < before {
			have[y] = true
		}
	}
	var out []int
	for y := range have {
		out = append(out, y)
	}
	slices.SortFunc(out, func(a, b int) int { return b - a })
	return out[:min(n, len(out))]
}

package draft

import (
	"cmp"
	"io"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/jsonlines"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Stream is how activities in JSON Lines are judged.
type Stream struct {
	// Name stands in errors.
	Name string
	// Period leaves out activities that do not lie in it; nil takes all. AsOf judges them as if done then; nil on their own day.
	Period, AsOf *when.Period
	// Workers is the number of workers, 1 or more; the result does not depend on it.
	Workers int
	// Progress is told how many lines were done, now and then; nil for nobody.
	Progress func(lines int)
}

// Sum is what came together in one cell of a tally.
type Sum struct {
	// Lines is the number of goods lines, or of activities without goods.
	Lines int
	// Value is the sum of their values in US dollars, and WithoutValue the lines that state none.
	Value        float64
	WithoutValue int
}

func (s *Sum) add(o Sum) {
	s.Lines += o.Lines
	s.Value += o.Value
	s.WithoutValue += o.WithoutValue
}

// Tally is what a draft does to a stream of activities. Read = Judged + Outside + Refused.
type Tally struct {
	Read, Judged, Outside, Refused int
	// Classes are the sums by class; Capped those that count against a cap of the draft, which are also in their class.
	Classes [Touched + 1]Sum
	Capped  Sum
	// ByPartner, ByGoods and ByProvision hold what is touched or may be: by the code of the other state, by HS chapter or named
	// goods, by the id of the provision of the draft.
	ByPartner, ByGoods, ByProvision map[string]*[2]Sum
	// Quantities are what is touched, from certainly to possibly, by the unit that lines state.
	Quantities []Quantity
	// Errors are the first lines that could not be read.
	Errors []error
}

const maxErrors = 20

func newTally() *Tally {
	return &Tally{ByPartner: map[string]*[2]Sum{}, ByGoods: map[string]*[2]Sum{}, ByProvision: map[string]*[2]Sum{}}
}

// merge adds a later tally.
func (t *Tally) merge(o *Tally) {
	t.Read += o.Read
	t.Judged += o.Judged
	t.Outside += o.Outside
	t.Refused += o.Refused
	for i := range t.Classes {
		t.Classes[i].add(o.Classes[i])
	}
	t.Capped.add(o.Capped)
	for _, q := range o.Quantities {
		t.Quantities = addQuantity(t.Quantities, q.Unit, q.Range)
	}
	mergeCells(t.ByPartner, o.ByPartner)
	mergeCells(t.ByGoods, o.ByGoods)
	mergeCells(t.ByProvision, o.ByProvision)
	t.Errors = append(t.Errors, o.Errors[:min(len(o.Errors), maxErrors-len(t.Errors))]...)
}

func mergeCells(to, from map[string]*[2]Sum) {
	for k, v := range from {
		c := cell(to, k)
		c[0].add(v[0])
		c[1].add(v[1])
	}
}

func cell(m map[string]*[2]Sum, k string) *[2]Sum {
	c := m[k]
	if c == nil {
		c = &[2]Sum{}
		m[k] = c
	}
	return c
}

// Keys gives the keys of cells, by the value that is certainly or possibly touched, largest first.
func Keys(m map[string]*[2]Sum) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b string) int {
		x, y := m[a], m[b]
		return cmp.Or(cmp.Compare(y[0].Value+y[1].Value, x[0].Value+x[1].Value), cmp.Compare(y[0].Lines+y[1].Lines, x[0].Lines+x[1].Lines), cmp.Compare(a, b))
	})
	return out
}

// batchLines is how many lines a worker takes at once. Sums are added batch by batch in the order of the input, so that the number
// of workers does not change a byte.
const batchLines = 512

// tallied is what became of a batch.
type tallied struct {
	tally *Tally
	err   error
}

// Run judges one JSON activity a line. A line that cannot be read is counted and the first of them are kept; memory does not grow
// with the number of lines.
func (c *Case) Run(r io.Reader, s Stream) (*Tally, error) {
	total := newTally()
	batches := jsonlines.Batches{File: s.Name, Size: batchLines, Limit: yamltree.MaxSize, Workers: max(1, s.Workers)}
	err := jsonlines.Run(r, batches, func() func(*jsonlines.Batch, *tallied) { return c.worker(s) }, func(b *tallied) error {
		if b.err != nil {
			return b.err
		}
		total.merge(b.tally)
		if s.Progress != nil {
			s.Progress(total.Read)
		}
		return nil
	})
	return total, err
}

// worker makes what judges batches.
func (c *Case) worker(s Stream) func(*jsonlines.Batch, *tallied) {
	dec := activity.NewDecoder(c.Reference)
	j := c.NewJudge()
	a := &activity.Activity{}
	return func(b *jsonlines.Batch, to *tallied) {
		t := newTally()
		to.tally, to.err = t, nil
		for n, line := range b.Lines() {
			t.Read++
			if err := c.line(t, dec, j, a, line, s); err != nil {
				t.Refused++
				err = fault.In(fault.Place{File: s.Name, Line: n}, err)
				if len(t.Errors) < maxErrors {
					t.Errors = append(t.Errors, err)
				}
				if fault.CodeOf(err) == fault.Internal && to.err == nil {
					to.err = err
				}
			}
		}
	}
}

func (c *Case) line(t *Tally, dec *activity.Decoder, j *Judge, a *activity.Activity, line []byte, s Stream) error {
	if len(line) > yamltree.MaxSize {
		return fault.New(fault.TooLarge, "the line has more than %d bytes", yamltree.MaxSize)
	}
	if err := dec.Decode(line, a); err != nil {
		return err
	}
	if s.Period != nil && (a.Date.From < s.Period.From || a.Date.To > s.Period.To) {
		t.Outside++
		return nil
	}
	ts, err := j.Touches(a, s.AsOf)
	if err != nil {
		return err
	}
	t.Judged++
	for i := range ts {
		t.take(a, &ts[i], c.Target())
	}
	return nil
}

// take counts one line.
func (t *Tally) take(a *activity.Activity, touch *Touch, target string) {
	one := Sum{Lines: 1, WithoutValue: 1}
	if touch.Line >= 0 {
		if v, ok := a.Goods[touch.Line].Get(vocab.GoodsValue); ok && !v.Unknown {
			one.Value, one.WithoutValue = v.Num, 0
		}
	}
	t.Classes[touch.Class].add(one)
	if touch.Cap != nil {
		t.Capped.add(one)
	}
	if touch.Class != Touched && touch.Class != Possible {
		return
	}
	at := 0
	if touch.Class == Possible {
		at = 1
	}
	if unit, r, ok := quantity(a, touch); ok {
		t.Quantities = addQuantity(t.Quantities, unit, r)
	}
	cell(t.ByPartner, partner(a, target))[at].add(one)
	cell(t.ByGoods, good(a, touch.Line))[at].add(one)
	cell(t.ByProvision, touch.By.ID)[at].add(one)
}

// quantity is the amount of a line that states one.
func quantity(a *activity.Activity, touch *Touch) (string, record.Range, bool) {
	if touch.Line < 0 {
		return "", record.Range{}, false
	}
	q, ok := a.Goods[touch.Line].Get(vocab.GoodsQuantity)
	unit, stated := a.Goods[touch.Line].Get(vocab.GoodsUnit)
	if !ok || !stated || q.Unknown || unit.Unknown {
		return "", record.Range{}, false
	}
	r := record.Range{Low: q.Num, High: q.Num, Known: true}
	if touch.Class == Possible {
		r.Low = 0
	}
	return unit.Text, r, true
}

// partner is the state on the other side; "" where the activity does not say.
func partner(a *activity.Activity, target string) string {
	for _, f := range []vocab.FactID{vocab.Destination, vocab.Origin, vocab.Jurisdiction} {
		if v, ok := a.Facts.Get(f); ok && !v.Unknown && v.Text != target {
			return v.Text
		}
	}
	return ""
}

// good is the named goods or HS chapter of a line; "" for neither.
func good(a *activity.Activity, line int) string {
	if line < 0 {
		return ""
	}
	if v, ok := a.Goods[line].Get(vocab.GoodsCommodity); ok && !v.Unknown {
		return v.Text
	}
	if v, ok := a.Goods[line].Get(vocab.GoodsHS); ok && len(v.Text) >= 2 {
		return v.Text[:2]
	}
	return ""
}

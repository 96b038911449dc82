package ruling

import (
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// cap compares what is supplied, with what was counted before, with the limits
// of a cap. It gives yes when a limit is passed, no when every limit that can be
// measured is kept, and unknown with the facts that would tell.
//
// A limit in value is not measured when no value is given but a quantity is; the
// finding says so. What was counted before is nothing when the activity spans
// its cap's period from the first day.
func (e *Evaluator) cap(u *unit, r *result, missing *varSet) truth {
	c := u.p.Cap
	if u.exceeded != nil {
		return e.holds(u.exceeded, missing)
	}
	line := int16(e.goodsLine)
	q := &e.slots[vocab.GoodsQuantity]
	if c.HasBaseline {
		return e.measure(r, missing, measurement{
			have: q, haveFact: vocab.GoodsQuantity, counted: vocab.GoodsCounted,
			limit: &e.slots[c.Baseline], limitFact: c.Baseline, line: line,
		})
	}
	t := no
	measured := false
	var m varSet
	var unchecked string
	for i := range c.Limits {
		l := &c.Limits[i]
		period, ok := l.PeriodOf(e.day)
		if !ok {
			continue
		}
		period.To = min(period.To, u.until)
		ms := measurement{line: line, fromStart: e.a.Date.From <= period.From, period: period, provision: u.p.ID}
		if l.Value > 0 {
			ms.have, ms.haveFact, ms.counted = &e.slots[vocab.GoodsValue], vocab.GoodsValue, vocab.GoodsCountedValue
			ms.fixed, ms.unit = l.Value, "USD"
			if !ms.have.given && !ms.have.unknown && len(c.Limits) > 1 {
				unchecked = "the limit in value: no value is given"
				continue
			}
		} else {
			ms.have, ms.haveFact, ms.counted = q, vocab.GoodsQuantity, vocab.GoodsCounted
			ms.fixed, ms.unit = l.Quantity, l.Unit
			if c.Alternatives && e.skips(c.Limits[i].Unit, i) {
				continue
			}
			if !q.given && !q.unknown && len(c.Limits) > 1 && e.slots[vocab.GoodsValue].given && !c.Alternatives {
				unchecked = "the limit in quantity: no quantity is given"
				continue
			}
		}
		var lm varSet
		var lr result
		lt := e.measure(&lr, &lm, ms)
		measured = true
		if r.cap == nil || lt == yes || (lt == unknown && t == no) {
			r.cap = lr.cap
		}
		if t = t.or(lt); t == yes {
			break
		}
		m.addAll(lm)
	}
	if r.cap != nil {
		r.cap.Unchecked = unchecked
	}
	if !measured {
		missing.add(variable{vocab.GoodsQuantity, line})
		return unknown
	}
	if t == unknown {
		missing.addAll(m)
	}
	return t
}

// skips chooses among equivalent limits: the one in the unit that is given, or
// the first.
func (e *Evaluator) skips(unit string, i int) bool {
	u := &e.slots[vocab.GoodsUnit]
	if !u.given {
		return i > 0
	}
	mass := u.text == "t" || u.text == "kg"
	return mass != (unit == "t")
}

type measurement struct {
	have              *slot
	haveFact, counted vocab.FactID
	limit             *slot
	limitFact         vocab.FactID
	fixed             float64
	unit              string
	line              int16
	fromStart         bool
	period            when.Period
	provision         string
}

// total sums what was stated to be counted in the cap's period up to the day.
func (e *Evaluator) total(m *measurement) (low, high float64, source string, ok bool) {
	for i := range e.totals {
		t := &e.totals[i]
		if t.Provision != m.provision || t.Period.From < m.period.From || t.Period.To > m.period.To || t.Period.From > e.day {
			continue
		}
		switch {
		case m.unit == "USD" && t.HasValue:
			low, high = low+t.Value, high+t.Value
		case m.unit != "USD" && t.HasQuantity:
			b, err := e.g.factors.Convert(t.Quantity, t.Unit, m.unit, "")
			if err != nil {
				e.fail(err)
				return 0, 0, "", false
			}
			low, high = low+b.Low, high+b.High
		default:
			continue
		}
		if ok = true; source == "" {
			source = t.Source
		} else if t.Source != source && t.Source != "" {
			source += "; " + t.Source
		}
	}
	return low, high, source, ok
}

// measure compares one figure with one limit, as bands.
func (e *Evaluator) measure(r *result, missing *varSet, m measurement) truth {
	cf := &CapFinding{Unit: m.unit, Limit: m.fixed, Period: m.period}
	var mm varSet
	limit := m.fixed
	limitKnown := true
	if m.limit != nil {
		if limitKnown = m.limit.given; limitKnown {
			limit = m.limit.num
		} else {
			mm.add(variable{m.limitFact, m.line})
		}
		cf.Limit = limit
		if u := &e.slots[vocab.GoodsUnit]; u.given {
			cf.Unit = u.text
		}
	}
	lo, hi := 0.0, 0.0
	thisKnown := m.have.given
	before := &e.slots[m.counted]
	countedKnown := before.given || m.fromStart && !before.unknown
	blo, bhi := 0.0, 0.0
	stated := false
	switch {
	case before.given:
		blo, bhi = before.num, before.num
	case !countedKnown:
		if blo, bhi, cf.Source, stated = e.total(&m); stated {
			countedKnown = true
			if blo != bhi { // tonnes of a product that was not said
				mm.add(variable{m.counted, m.line})
			}
		}
	}
	if !thisKnown {
		mm.add(variable{m.haveFact, m.line})
	} else {
		lo, hi = m.have.num, m.have.num
	}
	if !countedKnown {
		mm.add(variable{m.counted, m.line})
	}
	// conversion into the unit of the limit
	converted, strict := true, false
	if m.unit != "" && m.unit != "USD" {
		u := &e.slots[vocab.GoodsUnit]
		if !u.given {
			if thisKnown || before.given {
				mm.add(variable{vocab.GoodsUnit, m.line})
				converted = false
			}
		} else if u.text != m.unit {
			product := e.product()
			a, err := e.g.factors.Convert(lo, u.text, m.unit, product)
			if err != nil && product != "" { // a product without a factor: the whole range, and the strict end of it
				product, strict = "", true
				a, err = e.g.factors.Convert(lo, u.text, m.unit, product)
			}
			b, err2 := a, err
			if before.given {
				b, err2 = e.g.factors.Convert(blo, u.text, m.unit, product)
			} else {
				b.Low, b.High = blo, bhi
			}
			if err != nil || err2 != nil {
				mm.add(variable{vocab.GoodsUnit, m.line})
				converted = false
			} else {
				lo, hi, blo, bhi = a.Low, a.High, b.Low, b.High
				cf.Rule, cf.Factor = a.Rule, a.Source
				if product == "" && a.Low != a.High && !strict {
					mm.add(variable{vocab.GoodsProduct, m.line})
				}
			}
		}
	}
	cf.Counted, cf.ThisLow, cf.ThisHi, cf.CountedKnown, cf.ThisKnown = bhi, lo, hi, countedKnown, thisKnown
	r.cap = cf
	switch {
	case !converted || !limitKnown:
	case lo+blo > limit:
		return yes // whatever else comes on top
	case thisKnown && countedKnown && hi+bhi <= limit:
		return no
	case strict && hi+bhi > limit:
		return yes
	}
	missing.addAll(mm)
	return unknown
}

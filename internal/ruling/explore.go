package ruling

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// maxSteps bounds the exploration of open facts, counted in evaluations of one
// provision. Past it the questions are all that might decide, marked unproven.
const maxSteps = 100_000

// The exploration answers the open facts in every way that can make a
// difference and keeps the verdicts as a decision tree. A fact decides if, at
// some place of the tree, two of its answers lead to different verdicts though
// all other facts are the same. That is exact as far as the values tried stand
// for all values: for each fact they are one from each side of every constant
// that an open provision compares it with.

// tree is a decision tree over open facts.
type tree struct {
	// verdicts is the set of verdicts at its leaves, as bits.
	verdicts uint16
	at       variable
	// values are the answers tried, kids what follows from each.
	values []activity.Value
	kids   []*tree
}

func leaf(v Verdict) *tree { return &tree{verdicts: 1 << v} }

func (t *tree) isLeaf() bool { return t.kids == nil }

func (t *tree) constant() bool { return t.verdicts&(t.verdicts-1) == 0 }

func (t *tree) verdict() Verdict {
	for v := Prohibited; ; v-- {
		if t.verdicts&(1<<v) != 0 || v == 0 {
			return v
		}
	}
}

// mildest gives the mildest verdict at the leaves.
func (t *tree) mildest() Verdict {
	v := Permitted
	for t.verdicts&(1<<v) == 0 {
		v++
	}
	return v
}

// pendingUnit is an open provision on one line.
type pendingUnit struct {
	u    *unit
	line int
}

type explorer struct {
	e       *Evaluator
	domains map[vocab.FactID][]activity.Value
	units   []pendingUnit // each provision once
	// entangled units are certain at first.
	entangled []pendingUnit
	start     int
	// hangs says which units were seen to hang on a variable.
	hangs map[variable][]*unit
}

// explore gives the variables that decide and what hangs on them. Open units are
// those that hang on missing facts; entangled ones are certain now but could
// change with the answers; floor is the strictest verdict that cannot. ok is false
// when the bound was reached.
func (e *Evaluator) explore(open, entangled []pendingUnit, floor Verdict) (decide varSet, hangs map[variable][]*unit, found *tree, ok bool) {
	x := &explorer{
		e: e, domains: map[vocab.FactID][]activity.Value{}, entangled: entangled, start: e.evaluations,
		hangs: map[variable][]*unit{},
	}
	x.units = once(open, entangled)
	t := x.grow(open, floor)
	if t == nil {
		return nil, x.hangs, nil, false
	}
	budget := 1 << 20
	mark(t, &decide, &budget)
	return decide, x.hangs, t, budget > 0
}

// once gives each provision of the lists once, on whichever line.
func once(lists ...[]pendingUnit) (out []pendingUnit) {
	seen := map[*unit]bool{}
	for _, list := range lists {
		for _, p := range list {
			if !seen[p.u] {
				seen[p.u] = true
				out = append(out, p)
			}
		}
	}
	return out
}

// grow grows the tree below the facts as they are now. What a unit in units gives
// for certain it gives in the whole tree below; entangled units are asked anew
// at every place.
func (x *explorer) grow(units []pendingUnit, floor Verdict) *tree {
	if x.e.evaluations-x.start > maxSteps {
		return nil
	}
	var open []pendingUnit
	var next variable
	best := false
	loose := Permitted // what entangled units give here
	var waiting []result
	for _, p := range units {
		switch r := x.e.again(p); {
		case r.applies == no:
		case r.outcome == Open:
			open = append(open, p)
			waiting = append(waiting, r)
		default:
			floor = max(floor, r.verdict)
		}
	}
	for _, p := range x.entangled {
		switch r := x.e.again(p); {
		case r.applies == no:
		case r.outcome == Open:
			waiting = append(waiting, r)
		default:
			loose = max(loose, r.verdict)
		}
	}
	for i := range waiting {
		r := &waiting[i]
		if x.e.most(r.u) <= floor {
			continue // cannot raise the verdict any more
		}
		asked := false
		for _, v := range r.missing {
			if x.e.overridden(v) {
				continue // an answer that does not help, as a unit that cannot be converted
			}
			asked = true
			if hs := x.hangs[v]; !slices.Contains(hs, r.u) {
				x.hangs[v] = append(hs, r.u)
			}
			if !best || before(v, next) {
				next, best = v, true
			}
		}
		if !asked { // nothing helps: as strict as it can be
			loose = max(loose, x.e.most(r.u))
		}
	}
	if !best {
		return leaf(max(floor, loose))
	}
	values := x.domain(next)
	t := &tree{at: next, values: values, kids: make([]*tree, 0, len(values))}
	for _, val := range values {
		undo := x.e.assign(next, val)
		kid := x.grow(open, floor)
		undo()
		if kid == nil {
			return nil
		}
		t.kids = append(t.kids, kid)
		t.verdicts |= kid.verdicts
	}
	if t.constant() {
		return leaf(t.verdict())
	}
	return t
}

// overridden reports whether the exploration has stated v.
func (e *Evaluator) overridden(v variable) bool {
	for _, o := range e.overrides {
		if o.v == v {
			return true
		}
	}
	return false
}

// before orders variables for branching: the approval last, since everything
// else says whether it matters.
func before(a, b variable) bool {
	if (a.fact == vocab.ApprovalCommittee) != (b.fact == vocab.ApprovalCommittee) {
		return b.fact == vocab.ApprovalCommittee
	}
	return compareVariables(a, b) < 0
}

// again evaluates a unit with the facts as they are now, for its verdict and
// what it hangs on.
func (e *Evaluator) again(p pendingUnit) result {
	e.show(p.u, p.line)
	e.lean = true
	r := e.evaluate(p.u, p.line)
	e.lean = false
	return r
}

// tells are the facts that tell what goods are.
var tells = map[vocab.FactID]bool{vocab.GoodsDescription: true, vocab.GoodsHS: true, vocab.GoodsCommodity: true}

// assign states a fact for the exploration and gives the way back.
func (e *Evaluator) assign(v variable, val activity.Value) (undo func()) {
	scope := vocab.FactOf(v.fact).Scope
	old := e.slots[v.fact]
	e.overrides = append(e.overrides, override{v, val})
	n := len(e.overrides)
	switch scope {
	case vocab.OfActivity:
		e.put(v.fact, val)
		if v.fact == vocab.Origin { // lines take their origin from it
			e.goodsLine = -2
		}
	case vocab.OfGoods:
		e.goodsLine = -2
		e.lines[v.line].ready = e.lines[v.line].ready && !tells[v.fact]
	case vocab.OfParties:
		e.partyLine = -2
	}
	return func() {
		e.overrides = e.overrides[:n-1]
		switch scope {
		case vocab.OfActivity:
			e.slots[v.fact] = old
			e.set[vocab.OfActivity] = e.set[vocab.OfActivity][:len(e.set[vocab.OfActivity])-1]
			if v.fact == vocab.Origin {
				e.goodsLine = -2
			}
		case vocab.OfGoods:
			e.goodsLine = -2
			e.lines[v.line].ready = e.lines[v.line].ready && !tells[v.fact]
		case vocab.OfParties:
			e.partyLine = -2
		}
	}
}

// domain gives the values to try for a variable, with the facts as they are now.
func (x *explorer) domain(v variable) []activity.Value {
	if v.fact == vocab.GoodsCommodity {
		return x.e.possible(v, x.units)
	}
	d, ok := x.domains[v.fact]
	if !ok {
		d = x.e.g.representatives(v.fact, x.units)
		x.domains[v.fact] = d
	}
	return d
}

// possible gives the values to try for a variable: for the named commodity of a
// line whose code is known, the lists that a person must weigh it for; for
// everything else what stands for all values.
func (e *Evaluator) possible(v variable, units []pendingUnit) []activity.Value {
	if v.fact != vocab.GoodsCommodity {
		return e.g.representatives(v.fact, units)
	}
	e.line(vocab.OfGoods, int(v.line))
	l := e.prepare(int(v.line))
	if !l.hasCode || e.slots[vocab.GoodsCommodity].given {
		return e.g.representatives(v.fact, units)
	}
	d := []activity.Value{{Text: goods.NoCommodity}}
	for i, m := range l.matches {
		if m != goods.No {
			d = append(d, activity.Value{Text: e.g.lists.At(i).ID})
		}
	}
	return d
}

// anyOf gives representatives of a fact over all provisions of a kind, once
// for each engine.
func (g *Engine) anyOf(id vocab.FactID, kind vocab.KindID) []activity.Value {
	at := &g.values[int(kind)*vocab.NumFacts+int(id)]
	if v := at.Load(); v != nil {
		return *v
	}
	var units []pendingUnit
	for _, u := range g.byKind[kind] {
		units = append(units, pendingUnit{u, 0})
	}
	v := g.representatives(id, units)
	// The states that measures are about come first: what makes a difference is
	// mostly found there.
	slices.SortStableFunc(v, func(a, b activity.Value) int {
		return cmp.Compare(number(g.targets[b.Text]), number(g.targets[a.Text]))
	})
	at.Store(&v)
	return v
}

// representatives gives, for a fact, values from each side of every constant
// that the units compare it with.
func (g *Engine) representatives(id vocab.FactID, units []pendingUnit) []activity.Value {
	f := vocab.FactOf(id)
	var all constants
	for _, p := range units {
		for _, c := range p.u.conditions() {
			if c == nil || c.compile() != nil {
				continue
			}
			if t := c.thresholds[id]; t != nil {
				all.days = append(all.days, t.days...)
				all.numbers = append(all.numbers, t.numbers...)
				for _, s := range t.texts {
					if s == "target" {
						s = p.u.target
					}
					all.texts = append(all.texts, s)
				}
			}
		}
	}
	texts := func(list []string) []activity.Value {
		slices.Sort(list)
		var out []activity.Value
		for _, s := range slices.Compact(list) {
			out = append(out, activity.Value{Text: s})
		}
		return out
	}
	switch f.Type {
	case vocab.Bool:
		return []activity.Value{{Num: 0}, {Num: 1}}
	case vocab.Number:
		nums := []float64{0, 1e15}
		for _, n := range all.numbers {
			nums = append(nums, n-1, n, n+1)
		}
		slices.Sort(nums)
		var out []activity.Value
		for _, n := range slices.Compact(nums) {
			out = append(out, activity.Value{Num: n})
		}
		return out
	case vocab.Date:
		days := []when.Day{when.Date(when.MinYear, 1, 1), when.Date(when.MaxYear, 12, 31)}
		for _, d := range all.days {
			days = append(days, d-1, d, d+1)
		}
		if id == vocab.ReportPeriodEnd || id == vocab.ReportFiledOn {
			days = days[:1]
		}
		slices.Sort(days)
		var out []activity.Value
		for _, d := range slices.Compact(days) {
			out = append(out, activity.Value{Date: when.On(d)})
		}
		return out
	case vocab.Enum:
		switch id {
		case vocab.ApprovalCommittee, vocab.GoodsProduct, vocab.GoodsUnit:
			return texts(slices.Clone(f.Values))
		}
		list := all.texts
		for _, v := range f.Values {
			if !slices.Contains(all.texts, v) {
				list = append(list, v) // one stands for all that no condition names
				break
			}
		}
		return texts(list)
	case vocab.State:
		list := append(all.texts, "ZZ")
		for _, p := range units {
			list = append(list, p.u.target)
			if id == vocab.Jurisdiction {
				for _, pos := range append(slices.Clone(p.u.p.Positions), p.u.p.Instrument.Positions...) {
					list = append(list, pos.By...)
				}
			}
		}
		return texts(list)
	case vocab.HS:
		list := all.texts
		inside := func(code string) bool {
			for _, p := range units {
				for i := range p.u.selectors {
					for _, r := range p.u.selectors[i].s.HS {
						if r.From.Digits() <= code && code[:2] <= r.To.Digits()[:2] {
							return true
						}
					}
				}
			}
			return false
		}
		for _, p := range units {
			for i := range p.u.selectors {
				s := &p.u.selectors[i]
				for _, r := range s.s.HS {
					list = append(list, r.From.Digits())
				}
				if s.list >= 0 {
					for _, c := range g.listCodes[s.list] {
						list = append(list, c.Digits())
					}
				}
			}
		}
		for _, c := range []string{"01", "02", "97", "49", "30", "33"} {
			if !inside(c) {
				list = append(list, c)
				break
			}
		}
		return texts(list)
	case vocab.Commodity:
		list := []string{"none"}
		for _, p := range units {
			for i := range p.u.selectors {
				if s := &p.u.selectors[i]; s.list >= 0 {
					list = append(list, s.s.List)
				}
			}
		}
		return texts(append(list, all.texts...))
	default:
		switch id {
		case vocab.PartyListedUnder, vocab.VesselListedUnder, vocab.TravellerListedUnder:
			for _, p := range units {
				all.texts = append(all.texts, p.u.p.Instrument.Regime.ID)
			}
		}
		return texts(append(all.texts, "another"))
	}
}

// mark collects the variables of t that decide.
func mark(t *tree, decide *varSet, budget *int) {
	if t.isLeaf() {
		return
	}
	if !decide.has(t.at) {
	pairs:
		for i := range t.kids {
			for j := range i {
				if differ(t.kids[i], t.kids[j], nil, budget) {
					decide.add(t.at)
					break pairs
				}
			}
		}
	}
	for _, k := range t.kids {
		mark(k, decide, budget)
	}
}

// choice is an answer on the way down two trees.
type choice struct {
	v     variable
	value activity.Value
}

// differ reports whether some set of answers leads to different verdicts in a
// and b.
func differ(a, b *tree, way []choice, budget *int) bool {
	if *budget--; *budget <= 0 {
		return true
	}
	if a == b || (a.verdicts == b.verdicts && a.constant()) {
		return false
	}
	if len(way) == 0 && a.verdicts != b.verdicts {
		return true // a verdict that one can give and the other cannot
	}
	if a.isLeaf() {
		a, b = b, a
	}
	if a.isLeaf() {
		return a.verdicts != b.verdicts
	}
	for _, c := range way {
		if c.v != a.at {
			continue
		}
		if i := slices.Index(a.values, c.value); i >= 0 {
			return differ(a.kids[i], b, way, budget)
		}
		return false // an answer that is not to be had here
	}
	for i, k := range a.kids {
		if differ(k, b, append(way, choice{a.at, a.values[i]}), budget) {
			return true
		}
	}
	return false
}

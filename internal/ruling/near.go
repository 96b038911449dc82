package ruling

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// maxNear is how many near misses a ruling shows.
const maxNear = 6

// Difference says in what one respect a provision was missed.
type Difference uint8

// The differences, nearest first.
const (
	// ByFact: another value of one fact.
	ByFact Difference = iota
	// ByGoods: a neighbouring HS heading.
	ByGoods
	// ByDirection: the other way round.
	ByDirection
	// ByDate: another day.
	ByDate
)

// String gives the word used in files.
func (d Difference) String() string {
	return [...]string{"fact", "goods", "direction", "date"}[d]
}

// NearMiss is a provision that would have mattered, had one thing been another.
type NearMiss struct {
	Provision *law.Provision
	Line      int
	Differs   Difference
	// Fact and Value are the fact and what it would have been (ByFact, ByGoods).
	Fact  vocab.FactID
	Value string
	// Day is the first day on which it would have applied, or the last on which
	// it did (ByDate).
	Day when.Day
	// Verdict is what it would have given.
	Verdict Verdict
	far     int
}

// Explain adds near misses to a ruling of this engine. neighbours gives the
// headings that a code is most plausibly confused with; it may be nil.
func (g *Engine) Explain(r *Ruling, neighbours func(goods.Code) []goods.Code) error {
	e := g.pool.Get().(*Evaluator)
	defer g.pool.Put(e)
	e.err, e.known, e.view = nil, r.KnownAt, asInForce
	e.day = r.AsOf.From
	e.load(r.Activity)
	e.dated()
	n := near{e: e, r: r, seen: map[*law.Provision]bool{}}
	for i := range r.Findings {
		if r.Findings[i].Verdict > Permitted || r.Findings[i].Provision.Effect <= law.Cap {
			n.seen[r.Findings[i].Provision] = true
		}
	}
	for _, u := range g.byKind[r.Activity.Kind] {
		if !n.seen[u.p] {
			n.unit(u, neighbours)
		}
	}
	slices.SortStableFunc(n.found, func(a, b NearMiss) int {
		return cmp.Or(cmp.Compare(a.Differs, b.Differs), cmp.Compare(a.far, b.far), -cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Provision.Order, b.Provision.Order))
	})
	r.NearMisses = n.spread()
	return e.failed()
}

type near struct {
	e     *Evaluator
	r     *Ruling
	seen  map[*law.Provision]bool
	found []NearMiss
}

// spread takes the nearest of each difference in turn, so that one kind of
// difference does not crowd out the others.
func (n *near) spread() []NearMiss {
	var out []NearMiss
	taken := map[*law.Provision]bool{}
	for round := 0; len(out) < maxNear && round < maxNear; round++ {
		for d := ByFact; d <= ByDate && len(out) < maxNear; d++ {
			for _, m := range n.found {
				if m.Differs == d && !taken[m.Provision] {
					taken[m.Provision] = true
					out = append(out, m)
					break
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b NearMiss) int {
		return cmp.Or(cmp.Compare(a.Differs, b.Differs), cmp.Compare(a.far, b.far))
	})
	return out
}

func (n *near) unit(u *unit, neighbours func(goods.Code) []goods.Code) {
	e := n.e
	from, to := e.linesOf(u)
	scope := [...]vocab.Scope{law.EachActivity: vocab.OfActivity, law.EachGoods: vocab.OfGoods, law.EachParty: vocab.OfParties}[u.p.Each]
	for i := from; i < to; i++ {
		day := e.day
		if !e.inForce(u) {
			n.date(u, i, scope)
			e.day = day
			continue
		}
		n.facts(u, i, scope)
		n.direction(u, i, scope)
		if scope == vocab.OfGoods && neighbours != nil {
			n.goods(u, i, neighbours)
		}
	}
}

func (n *near) try(u *unit, i int, scope vocab.Scope) (Verdict, bool) {
	n.e.show(u, i)
	res := n.e.evaluate(u, i)
	return res.verdict, res.applies == yes && res.verdict > max(n.r.Verdict, Exempt)
}

func (n *near) add(m NearMiss) { n.found = append(n.found, m) }

func (n *near) date(u *unit, i int, scope vocab.Scope) {
	from, until, ok := u.p.Period(n.e.g.law, n.r.KnownAt)
	if !ok {
		return
	}
	day := n.e.day
	m := NearMiss{Provision: u.p, Line: i, Differs: ByDate}
	if day < from {
		m.Day, m.far = from, int(from-day)
	} else {
		m.Day, m.far = until, int(day-until)
	}
	n.e.day = m.Day
	v, ok := n.try(u, i, scope)
	n.e.day = day
	if ok {
		m.Verdict = v
		n.add(m)
	}
}

// facts looks for one fact whose other value makes the provision apply.
func (n *near) facts(u *unit, i int, scope vocab.Scope) {
	n.e.show(u, i)
	var miss varSet
	if n.e.direction(u, &miss) != yes {
		return
	}
	if len(u.selectors) > 0 {
		if t, _ := n.e.goods(u, i, &miss); t != yes {
			return
		}
	}
	if u.when == nil || u.when.compile() != nil || n.e.holds(u.when, &miss) != no {
		return
	}
	for _, id := range u.when.reads.List() {
		f := vocab.FactOf(id)
		line := int16(-1)
		if f.Scope != vocab.OfActivity {
			if f.Scope != scope {
				continue
			}
			line = int16(i)
		}
		for _, val := range n.e.g.representatives(id, []pendingUnit{{u, i}}) {
			undo := n.e.assign(variable{id, line}, val)
			v, ok := n.try(u, i, scope)
			undo()
			if ok {
				n.add(NearMiss{Provision: u.p, Line: i, Differs: ByFact, Fact: id, Value: val.Format(f.Type), Verdict: v})
				return
			}
		}
	}
}

// direction looks at the same goods the other way round.
func (n *near) direction(u *unit, i int, scope vocab.Scope) {
	if u.p.Direction != law.To && u.p.Direction != law.From {
		return
	}
	e := n.e
	o, d := e.slots[vocab.Origin], e.slots[vocab.Destination]
	if !o.given || !d.given || (o.text != u.target && d.text != u.target) || e.slots[vocab.EndUserState].given || e.slots[vocab.LoadingState].given {
		return
	}
	undo := e.assign(variable{vocab.Origin, -1}, activity.Value{Text: d.text})
	undo2 := e.assign(variable{vocab.Destination, -1}, activity.Value{Text: o.text})
	v, ok := n.try(u, i, scope)
	undo2()
	undo()
	if ok {
		n.add(NearMiss{Provision: u.p, Line: i, Differs: ByDirection, Verdict: v})
	}
}

// goods looks at the headings that the line is most plausibly confused with.
func (n *near) goods(u *unit, i int, neighbours func(goods.Code) []goods.Code) {
	n.e.show(u, i)
	s := n.e.slots[vocab.GoodsHS]
	if len(u.selectors) == 0 || !s.given {
		return
	}
	code, err := goods.ParseCode(s.text)
	if err != nil {
		return
	}
	for k, c := range neighbours(code) {
		undo := n.e.assign(variable{vocab.GoodsHS, int16(i)}, activity.Value{Text: c.Digits()})
		v, ok := n.try(u, i, vocab.OfGoods)
		undo()
		if ok {
			n.add(NearMiss{Provision: u.p, Line: i, Differs: ByGoods, Fact: vocab.GoodsHS, Value: c.String(), Verdict: v, far: k})
			return
		}
	}
}

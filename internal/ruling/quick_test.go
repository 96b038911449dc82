package ruling

import (
	"io/fs"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// twins are two engines over the embedded law, one that evaluates conditions
// itself and one that leaves them to CEL.
func twins(t *testing.T) (quick, slow *Engine) {
	t.Helper()
	l, err := law.Load(law.Source{FS: data.FS, Root: "instruments"})
	if err != nil {
		t.Fatal(err)
	}
	sub, err := fs.Sub(data.FS, "place")
	if err != nil {
		t.Fatal(err)
	}
	places, err := place.Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := goods.LoadLists(data.FS, "goods/lists")
	if err != nil {
		t.Fatal(err)
	}
	factors, err := goods.LoadFactors(data.FS, "goods/petroleum.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct {
		to        **Engine
		interpret bool
	}{{&quick, false}, {&slow, true}} {
		if *p.to, err = NewEngine(l, places, lists, factors, Options{Eager: true, Interpret: p.interpret}); err != nil {
			t.Fatal(err)
		}
	}
	return quick, slow
}

// Every condition of the law has the same value and hangs on the same facts as
// CEL says, for facts that are given, partly given, assumed, probed and missing.
func TestQuickAgainstCEL(t *testing.T) {
	quick, slow := twins(t)
	type pair struct {
		quick, slow *condition
		u           *unit
	}
	var pairs []pair
	turned := 0
	for i, u := range quick.units {
		others := slow.units[i].conditions()
		for j, c := range u.conditions() {
			if c == nil {
				continue
			}
			if c.quick != nil {
				turned++
			} else {
				t.Logf("left to CEL: %s", c.source.Text)
			}
			if others[j].quick != nil || others[j].program == nil {
				t.Fatalf("%s: the oracle is not CEL", u.p.ID)
			}
			pairs = append(pairs, pair{c, others[j], u})
		}
	}
	if turned < 200 || turned < len(pairs)*95/100 {
		t.Errorf("only %d of %d conditions are turned", turned, len(pairs))
	}
	q, s := quick.NewEvaluator(), slow.NewEvaluator()
	var truths [3]int
	rapid.Check(t, func(t *rapid.T) {
		for _, p := range rapid.SliceOfN(rapid.SampledFrom(pairs), 40, 40).Draw(t, "conditions") {
			a := &activity.Activity{Goods: []activity.Facts{nil}, Parties: []activity.Facts{nil}}
			for _, id := range p.quick.reads.List() {
				if rapid.IntRange(0, 2).Draw(t, "given") == 0 {
					continue
				}
				vals := quick.representatives(id, []pendingUnit{{p.u, 0}})
				v := rapid.SampledFrom(vals).Draw(t, vocab.FactOf(id).Name)
				if vocab.FactOf(id).Type == vocab.Date && rapid.Bool().Draw(t, "partial") {
					v.Date = when.Period{From: v.Date.From - 40, To: v.Date.To + 40}
				}
				switch vocab.FactOf(id).Scope {
				case vocab.OfGoods:
					a.Goods[0].Set(id, v)
				case vocab.OfParties:
					a.Parties[0].Set(id, v)
				default:
					a.Facts.Set(id, v)
				}
			}
			probe := rapid.Bool().Draw(t, "probe")
			var got [2]truth
			var miss [2]varSet
			for i, e := range []*Evaluator{q, s} {
				e.load(a)
				e.line(vocab.OfGoods, 0)
				e.line(vocab.OfParties, 0)
				e.act.probe = probe
				got[i] = e.holds([]*condition{p.quick, p.slow}[i], &miss[i])
				e.act.probe = false
				if err := e.failed(); err != nil && fault.CodeOf(err) == fault.Internal { // an activity may be refused
					t.Fatalf("%s: %v", p.u.p.ID, err)
				}
			}
			truths[got[0]]++
			if got[0] != got[1] || len(miss[0]) != len(miss[1]) {
				t.Fatalf("%s, %q: %d %v, CEL says %d %v", p.u.p.ID, p.quick.source.Text, got[0], miss[0], got[1], miss[1])
			}
			for i := range miss[0] {
				if miss[0][i] != miss[1][i] {
					t.Fatalf("%s, %q: hangs on %v, CEL says %v", p.u.p.ID, p.quick.source.Text, miss[0], miss[1])
				}
			}
		}
	})
	for v, n := range truths {
		if n < 50 {
			t.Errorf("truth %d was met only %d times", v, n)
		}
	}
	t.Logf("%d of %d conditions turned; no, yes, unknown: %v", turned, len(pairs), truths)
}

// What conditions may hold beyond those of the law today: both ways agree, or the
// condition is left to CEL.
func TestQuickConstructs(t *testing.T) {
	quick, _ := twins(t)
	var env *environment
	for _, u := range quick.units {
		if u.when != nil {
			env = u.when.env
			break
		}
	}
	for text, turned := range map[string]bool{
		`true`: true, `false`: true, `use.military ? purpose.livelihood : !purpose.humanitarian`: true,
		`origin == destination && origin != target`: true, `contract.date <= date("2017-08-05")`: true,
		`goods.quantity > 5.0 || goods.quantity < 2.0`: true, `origin in ["CN", target]`: true, `!(origin in [])`: false,
		`origin in [destination]`: false, `origin.startsWith("C")`: false, `goods.quantity + 1.0 > 5.0`: false,
	} {
		c := env.condition(law.Condition{Text: text})
		slow := *env
		slow.interpret = true
		d := slow.condition(law.Condition{Text: text})
		if err := c.compile(); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if err := d.compile(); err != nil {
			t.Fatal(err)
		}
		if (c.quick != nil) != turned {
			t.Errorf("%s: turned is %t", text, c.quick != nil)
		}
		e := quick.NewEvaluator()
		for _, facts := range []activity.Facts{nil, {{Fact: vocab.Origin, Value: activity.Value{Text: "CN"}}}} {
			for _, amount := range []float64{-1, 0, 3, 6} {
				a := &activity.Activity{Facts: facts, Goods: []activity.Facts{nil}}
				if amount >= 0 {
					a.Goods[0].Set(vocab.GoodsQuantity, activity.Value{Num: amount})
				}
				e.load(a)
				e.line(vocab.OfGoods, 0)
				var m, n varSet
				if x, y := e.holds(c, &m), e.holds(d, &n); x != y || len(m) != len(n) {
					t.Errorf("%s with %v and %v: %d %v, CEL says %d %v", text, facts, amount, x, m, y, n)
				}
			}
		}
	}
}

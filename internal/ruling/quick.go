package ruling

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Conditions are parsed and type-checked by CEL and then, for speed, turned into
// functions that know three values and nothing else: CEL's own evaluation of a
// condition with unknowns takes ten times as long. Only what conditions are made
// of in practice is turned; whatever else a condition holds leaves the whole of it
// to CEL. The two are held equal by TestQuickAgainstCEL (ADR 0011).

// predicate evaluates a condition. Facts that an unknown hangs on are added to
// a.open, and only then.
type predicate func(a *activation) truth

// term gives one side of a comparison.
type term struct {
	fact  vocab.FactID // NoFact for a constant
	asks  bool
	value sight // of a constant
}

func (t *term) look(a *activation) (sight, bool) {
	if t.fact == vocab.NoFact {
		return t.value, true
	}
	s := a.look(t.fact, t.asks)
	if !s.known {
		a.open.Add(t.fact)
	}
	return s, s.known
}

// builder turns checked expressions into predicates.
type builder struct {
	target string
}

// truth gives the predicate of a boolean expression, or nil.
func (b builder) truth(e ast.Expr) predicate {
	if t, ok := b.term(e); ok {
		return func(a *activation) truth {
			s, known := t.look(a)
			return decided(s.num != 0, known)
		}
	}
	if e.Kind() != ast.CallKind {
		return nil
	}
	c := e.AsCall()
	if c.IsMemberFunction() {
		return nil
	}
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalAnd:
		return b.junction(args, no, truth.and)
	case operators.LogicalOr:
		return b.junction(args, yes, truth.or)
	case operators.LogicalNot:
		p := b.truth(args[0])
		if p == nil {
			return nil
		}
		return func(a *activation) truth { return p(a).not() }
	case operators.Conditional:
		return b.choice(args)
	case operators.In:
		return b.in(args[0], args[1])
	}
	if compare, ok := comparisons[c.FunctionName()]; ok {
		return b.comparison(args[0], args[1], compare)
	}
	return nil
}

// comparisons say which order of two values each operator takes for true.
var comparisons = map[string]func(a, b sight) bool{
	operators.Equals:        sight.is,
	operators.NotEquals:     func(a, b sight) bool { return !a.is(b) },
	operators.Less:          func(a, b sight) bool { return a.before(b) },
	operators.Greater:       func(a, b sight) bool { return b.before(a) },
	operators.LessEquals:    func(a, b sight) bool { return !b.before(a) },
	operators.GreaterEquals: func(a, b sight) bool { return !a.before(b) },
}

// before orders numbers and days, and texts by their bytes; only one of the three
// differs between two values of one type. No number is NaN.
func (a sight) before(b sight) bool {
	return a.num < b.num || a.day < b.day || a.text < b.text
}

func (b builder) comparison(x, y ast.Expr, compare func(a, b sight) bool) predicate {
	l, lok := b.term(x)
	r, rok := b.term(y)
	if !lok || !rok {
		return nil
	}
	return func(a *activation) truth {
		lv, lk := l.look(a)
		rv, rk := r.look(a)
		return decided(compare(lv, rv), lk && rk)
	}
}

func decided(v, known bool) truth {
	switch {
	case !known:
		return unknown
	case v:
		return yes
	}
	return no
}

// junction is the conjunction or disjunction of args; stop is the value that
// decides it whatever the others are.
func (b builder) junction(args []ast.Expr, stop truth, join func(a, b truth) truth) predicate {
	parts := make([]predicate, len(args))
	for i, arg := range args {
		if parts[i] = b.truth(arg); parts[i] == nil {
			return nil
		}
	}
	return func(a *activation) truth {
		before := a.open
		t := parts[0](a)
		for _, p := range parts[1:] {
			if t == stop {
				break
			}
			t = join(t, p(a))
		}
		if t != unknown {
			a.open = before // another part decided
		}
		return t
	}
}

func (b builder) choice(args []ast.Expr) predicate {
	test, then, otherwise := b.truth(args[0]), b.truth(args[1]), b.truth(args[2])
	if test == nil || then == nil || otherwise == nil {
		return nil
	}
	return func(a *activation) truth {
		switch test(a) {
		case yes:
			return then(a)
		case no:
			return otherwise(a)
		}
		return unknown
	}
}

// in is membership in a list of constants.
func (b builder) in(x, list ast.Expr) predicate {
	t, ok := b.term(x)
	if !ok || list.Kind() != ast.ListKind || list.AsList().Size() == 0 {
		return nil // that nothing is in an empty list is certain whatever is missing
	}
	var values []sight
	for _, el := range list.AsList().Elements() {
		c, ok := b.term(el)
		if !ok || c.fact != vocab.NoFact {
			return nil
		}
		values = append(values, c.value)
	}
	return func(a *activation) truth {
		s, known := t.look(a)
		return decided(known && slices.ContainsFunc(values, s.is), known)
	}
}

// term reads a fact or a constant.
func (b builder) term(e ast.Expr) (term, bool) {
	if id, asks, ok := namedFact(e); ok {
		return term{fact: id, asks: asks}, true
	}
	t := term{fact: vocab.NoFact, value: sight{known: true}}
	switch e.Kind() {
	case ast.IdentKind:
		t.value.text = b.target
		return t, e.AsIdent() == "target"
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.Bool:
			t.value.num = number(bool(v))
		case types.Double:
			t.value.num = float64(v)
		case types.Int:
			t.value.day = when.Day(v)
			return t, int64(t.value.day) == int64(v)
		case types.String:
			t.value.text = string(v)
		default:
			return t, false
		}
		return t, true
	}
	return t, false
}

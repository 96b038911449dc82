package ruling

import (
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// maxCondition is the longest condition in characters. Conditions have no loops
// (the macros that make them are off), so the length bounds the work; counting
// cost at run time as well would take a quarter of the time of a ruling.
const maxCondition = 4_000

// askPrefix reads a fact without its assumption.
const askPrefix = "ask."

// environment compiles conditions for one regime.
type environment struct {
	env    *cel.Env
	regime string
}

// celTypes gives the type of a fact in conditions: dates are days since 1970.
func celType(t vocab.Type) *cel.Type {
	switch t {
	case vocab.Bool:
		return cel.BoolType
	case vocab.Number:
		return cel.DoubleType
	case vocab.Date:
		return cel.IntType
	default:
		return cel.StringType
	}
}

// base is the environment without what belongs to a regime; it is made once
// and never changed.
var base = sync.OnceValues(func() (*cel.Env, error) {
	opts := []cel.EnvOption{cel.ClearMacros()}
	for i := range vocab.Facts() {
		f := &vocab.Facts()[i]
		opts = append(opts, cel.Variable(f.Name, celType(f.Type)), cel.Variable(askPrefix+f.Name, celType(f.Type)))
	}
	return cel.NewCustomEnv(append(opts, cel.StdLib())...)
})

func newEnvironment(regime, target string, places *place.Gazetteer) (*environment, error) {
	b, err := base()
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the vocabulary does not make an environment")
	}
	env, err := b.Extend(
		cel.Constant("target", cel.StringType, types.String(target)),
		cel.Macros(
			literal("date", func(s string) (ref.Val, error) {
				d, err := when.ParseDay(s)
				return types.Int(d), err
			}),
			literal("port", func(s string) (ref.Val, error) {
				p, err := places.ParsePort(s)
				return types.String(p.ID), err
			}),
		),
	)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the environment of a regime")
	}
	return &environment{env: env, regime: regime}, nil
}

// literal makes a macro that turns name("text") into a constant.
func literal(name string, value func(string) (ref.Val, error)) cel.Macro {
	return cel.GlobalMacro(name, 1, func(mef cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
		if args[0].Kind() != ast.LiteralKind {
			return nil, mef.NewError(args[0].ID(), name+` takes a text in quotes`)
		}
		s, ok := args[0].AsLiteral().(types.String)
		if !ok {
			return nil, mef.NewError(args[0].ID(), name+` takes a text in quotes`)
		}
		v, err := value(string(s))
		if err != nil {
			return nil, mef.NewError(args[0].ID(), err.Error())
		}
		return mef.NewLiteral(v), nil
	})
}

// condition is a compiled condition. A nil condition always holds.
type condition struct {
	source law.Condition
	env    *environment

	once    sync.Once
	err     error
	program cel.Program
	// reads are the facts it reads; thresholds the constants that each fact is
	// compared with, by which representative values are chosen.
	// asks are the facts it reads without their assumption.
	reads, asks vocab.FactSet
	thresholds  map[vocab.FactID]*constants
}

type constants struct {
	days    []when.Day
	numbers []float64
	texts   []string
}

func (e *environment) condition(c law.Condition) *condition {
	if c.Text == "" {
		return nil
	}
	return &condition{source: c, env: e}
}

// compile compiles the condition once. Law that ships with Cordon is compiled
// when first needed, law of the user's own at the start.
func (c *condition) compile() error {
	c.once.Do(func() { c.err = c.build() })
	return c.err
}

func (c *condition) build() error {
	bad := func(msg string) error {
		return fault.New(fault.Invalid, "the condition %q cannot be read: %s", c.source.Text, msg).At(c.source.Place)
	}
	if len(c.source.Text) > maxCondition {
		return bad("it is longer than 4,000 characters")
	}
	tree, iss := c.env.env.Compile(c.source.Text)
	if iss.Err() != nil {
		var msgs []string
		for _, e := range iss.Errors() {
			msgs = append(msgs, e.Message)
		}
		return bad(strings.Join(msgs, "; "))
	}
	if tree.OutputType() != cel.BoolType {
		return bad("it gives a " + tree.OutputType().String() + ", not true or false")
	}
	c.thresholds = map[vocab.FactID]*constants{}
	ast.PostOrderVisit(tree.NativeRep().Expr(), ast.NewExprVisitor(c.visit))
	prog, err := c.env.env.Program(tree, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return bad(err.Error())
	}
	c.program = prog
	return nil
}

// factOf gives the fact that an expression names, with or without its assumption.
func factOf(e ast.Expr) (vocab.FactID, bool) {
	id, _, ok := namedFact(e)
	return id, ok
}

// namedFact says as well whether the fact is read without its assumption.
func namedFact(e ast.Expr) (id vocab.FactID, asks, ok bool) {
	var name string
	switch e.Kind() {
	case ast.IdentKind:
		name = e.AsIdent()
	case ast.SelectKind:
		name = selectName(e)
	default:
		return vocab.NoFact, false, false
	}
	plain, asks := strings.CutPrefix(name, askPrefix)
	id, ok = vocab.FactNamed(plain)
	return id, asks, ok
}

func selectName(e ast.Expr) string {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent()
	case ast.SelectKind:
		return selectName(e.AsSelect().Operand()) + "." + e.AsSelect().FieldName()
	}
	return ""
}

func (c *condition) visit(e ast.Expr) {
	if id, asks, ok := namedFact(e); ok {
		c.reads.Add(id)
		if asks {
			c.asks.Add(id)
		}
		if c.thresholds[id] == nil {
			c.thresholds[id] = &constants{}
		}
	}
	if e.Kind() != ast.CallKind {
		return
	}
	args := e.AsCall().Args()
	if e.AsCall().IsMemberFunction() {
		args = append([]ast.Expr{e.AsCall().Target()}, args...)
	}
	if len(args) != 2 {
		return
	}
	for i := range 2 {
		id, ok := factOf(args[i])
		if !ok {
			continue
		}
		if c.thresholds[id] == nil {
			c.thresholds[id] = &constants{}
		}
		c.collect(c.thresholds[id], args[1-i])
	}
}

func (c *condition) collect(to *constants, e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		switch v := e.AsLiteral().(type) {
		case types.Int:
			to.days = append(to.days, when.Day(v))
		case types.Double:
			to.numbers = append(to.numbers, float64(v))
		case types.String:
			to.texts = append(to.texts, string(v))
		}
	case ast.ListKind:
		for _, el := range e.AsList().Elements() {
			c.collect(to, el)
		}
	case ast.IdentKind:
		if e.AsIdent() == "target" {
			to.texts = append(to.texts, "target")
		}
	}
}

// truth is the value of a condition: false, true or unknown.
type truth uint8

const (
	no truth = iota
	yes
	unknown
)

// and is three-valued conjunction.
func (t truth) and(u truth) truth {
	switch {
	case t == no || u == no:
		return no
	case t == yes && u == yes:
		return yes
	}
	return unknown
}

// or is three-valued disjunction.
func (t truth) or(u truth) truth {
	switch {
	case t == yes || u == yes:
		return yes
	case t == no && u == no:
		return no
	}
	return unknown
}

// boxed values: what conditions see, made once.
var (
	boxedUnknown [vocab.NumFacts]ref.Val // a missing fact
	boxedAssumed [vocab.NumFacts]ref.Val // its assumed value; nil when there is none
	boxedProbe   [vocab.NumFacts]ref.Val // its assumed value, as an unknown that can be told apart
	nameIndex    = make(map[string]int32, 2*vocab.NumFacts)
)

// probeBit marks the unknowns of [boxedProbe].
const probeBit = 1 << 20

func init() {
	for i := range vocab.Facts() {
		f := &vocab.Facts()[i]
		boxedUnknown[i] = types.NewUnknown(int64(i)+1, types.NewAttributeTrail(f.Name))
		boxedProbe[i] = types.NewUnknown(int64(i)+1|probeBit, types.NewAttributeTrail(f.Name))
		nameIndex[f.Name] = int32(i)
		nameIndex[askPrefix+f.Name] = int32(i) | probeBit
		if f.Ask {
			continue
		}
		switch f.Type {
		case vocab.Bool:
			boxedAssumed[i] = types.Bool(f.Assumed == "true")
		case vocab.Date:
			d, err := when.ParseDay(f.Assumed)
			if err != nil {
				panic("vocabulary: " + f.Name + ": " + err.Error())
			}
			boxedAssumed[i] = types.Int(d)
		case vocab.Number:
			n, err := parseNumber(f.Assumed)
			if err != nil {
				panic("vocabulary: " + f.Name + ": " + err.Error())
			}
			boxedAssumed[i] = types.Double(n)
		default:
			boxedAssumed[i] = types.String(f.Assumed)
		}
	}
}

// holds evaluates a condition for the current facts of e. Facts that would
// decide an unknown are added to missing.
func (e *Evaluator) holds(c *condition, missing *varSet) truth {
	if c == nil {
		return yes
	}
	if err := c.compile(); err != nil {
		e.fail(err)
		return unknown
	}
	e.act.cond = c
	out, _, err := c.program.Eval(&e.act)
	if err != nil {
		e.fail(fault.Wrap(fault.Internal, err, "the condition %q failed", c.source.Text).At(c.source.Place))
		return unknown
	}
	switch v := out.(type) {
	case types.Bool:
		if v {
			return yes
		}
		return no
	case *types.Unknown:
		for _, id := range v.IDs() {
			missing.add(e.variable(vocab.FactID((id &^ probeBit) - 1)))
		}
		return unknown
	}
	e.fail(fault.New(fault.Internal, "the condition %q gave a %T", c.source.Text, out).At(c.source.Place))
	return unknown
}

// variable gives the open fact behind a missing one: a line whose origin is not
// given has that of the activity.
func (e *Evaluator) variable(id vocab.FactID) variable {
	if id == vocab.GoodsOrigin && !e.slots[vocab.Origin].given {
		return variable{vocab.Origin, -1}
	}
	return variable{id, e.lineOf(id)}
}

// activation shows the facts of the evaluator to conditions.
type activation struct {
	e    *Evaluator
	cond *condition
	// probe shows assumed values as unknowns, to find out which were relied on.
	probe bool
}

// Parent is part of the interface of activations.
func (a *activation) Parent() cel.Activation { return nil }

// ResolveName gives the value of a fact.
func (a *activation) ResolveName(name string) (any, bool) {
	i, ok := nameIndex[name]
	if !ok {
		return nil, false
	}
	id := i &^ probeBit
	s := &a.e.slots[id]
	if under, ok := listedUnder[vocab.FactID(id)]; ok {
		// A listing counts under the regime that lists.
		if u := &a.e.slots[under]; u.given && u.text != "any" && u.text != a.cond.env.regime {
			return types.False, true
		}
	}
	switch {
	case s.given:
		if s.partial && a.cond.splits(vocab.FactID(id), s.date) {
			return boxedUnknown[id], true
		}
		return s.val, true
	case vocab.FactID(id) == vocab.GoodsCommodity && a.e.goodsLine >= 0:
		// What the line is known to be from its words need not be said again.
		if l := a.e.prepare(a.e.goodsLine); l.commodity != "" {
			return types.String(l.commodity), true
		}
		return boxedUnknown[id], true
	case i&probeBit != 0 || boxedAssumed[id] == nil:
		return boxedUnknown[id], true
	case a.probe:
		return boxedProbe[id], true
	}
	return boxedAssumed[id], true
}

// listedUnder gives, for each fact about being listed, the fact that names the
// regime.
var listedUnder = map[vocab.FactID]vocab.FactID{
	vocab.PartyListed: vocab.PartyListedUnder, vocab.PartyActsForListed: vocab.PartyListedUnder, vocab.PartyOwnedByListed: vocab.PartyListedUnder,
	vocab.VesselListed: vocab.VesselListedUnder, vocab.VesselOwnedByListed: vocab.VesselListedUnder,
	vocab.TravellerListed: vocab.TravellerListedUnder, vocab.TravellerFamilyOfListed: vocab.TravellerListedUnder, vocab.TravellerActsForListed: vocab.TravellerListedUnder,
}

// knownRegimes fails on a listing under a regime that is not loaded: a slip of
// the pen there would read as "not listed".
func (e *Evaluator) knownRegimes(facts activity.Facts) {
	for _, id := range []vocab.FactID{vocab.PartyListedUnder, vocab.VesselListedUnder, vocab.TravellerListedUnder} {
		v, ok := facts.Get(id)
		if !ok || v.Text == "any" {
			continue
		}
		var ids []string
		for _, r := range e.g.law.Regimes {
			ids = append(ids, r.ID)
		}
		if !slices.Contains(ids, v.Text) {
			e.fail(fault.New(fault.Invalid, "%s: no regime %q is loaded", vocab.FactOf(id).Name, v.Text).WithFix("one of %s", strings.Join(ids, ", ")))
		}
	}
}

// knownObligation fails on a report under a provision that asks for none: a slip
// of the pen there would read as "no report is owed".
func (e *Evaluator) knownObligation(facts activity.Facts) {
	v, ok := facts.Get(vocab.ReportObligation)
	if !ok || slices.Contains(e.g.obligations, v.Text) {
		return
	}
	err := fault.New(fault.Invalid, "report.obligation: no report is known under %q", v.Text)
	if near := text.NearestOf(v.Text, e.g.obligations, 3); len(near) > 0 {
		e.fail(err.WithFix("did you mean %s?", strings.Join(near, " or ")))
		return
	}
	e.fail(err.WithFix("`cordon law list` shows the provisions on reports; give the id of one, such as 2397-p17"))
}

// splits reports whether a partial date lies on both sides of a constant that
// the condition compares the fact with.
func (c *condition) splits(id vocab.FactID, p when.Period) bool {
	t := c.thresholds[id]
	if t == nil {
		return false
	}
	for _, d := range t.days {
		if p.Contains(d) {
			return true
		}
	}
	return false
}

// variable is an open fact: of the activity (line -1), or of one line.
type variable struct {
	fact vocab.FactID
	line int16
}

func compareVariables(a, b variable) int {
	if a.fact != b.fact {
		return int(a.fact) - int(b.fact)
	}
	return int(a.line) - int(b.line)
}

// varSet is a small sorted set of variables.
type varSet []variable

func (s *varSet) add(v variable) {
	if s == nil {
		return
	}
	if i, ok := slices.BinarySearchFunc(*s, v, compareVariables); !ok {
		*s = slices.Insert(*s, i, v)
	}
}

func (s *varSet) addAll(t varSet) {
	for _, v := range t {
		s.add(v)
	}
}

func (s varSet) has(v variable) bool {
	_, ok := slices.BinarySearchFunc(s, v, compareVariables)
	return ok
}

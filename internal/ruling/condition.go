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
	env            *cel.Env
	regime, target string
	// interpret leaves all conditions to CEL, as the oracle of our own evaluation.
	interpret bool
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
	return &environment{env: env, regime: regime, target: target}, nil
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

	once sync.Once
	err  error
	// quick is the condition in our own form; nil where that lacks a construct,
	// and then program is CEL's.
	quick   predicate
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
	if !c.env.interpret {
		b := builder{target: c.env.target}
		if c.quick = b.truth(tree.NativeRep().Expr()); c.quick != nil {
			return nil
		}
	}
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

// not is three-valued negation.
func (t truth) not() truth {
	switch t {
	case no:
		return yes
	case yes:
		return no
	}
	return unknown
}

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

// What conditions see of facts that are not given, made once.
var (
	boxedUnknown [vocab.NumFacts]ref.Val // a missing fact, for CEL
	assumed      [vocab.NumFacts]sight   // its assumed value; not known where there is none
	nameIndex    = make(map[string]int32, 2*vocab.NumFacts)
)

// askBit marks, in nameIndex, that a fact is read without its assumption.
const askBit = 1 << 20

func init() {
	for i := range vocab.Facts() {
		f := &vocab.Facts()[i]
		boxedUnknown[i] = types.NewUnknown(int64(i)+1, types.NewAttributeTrail(f.Name))
		nameIndex[f.Name] = int32(i)
		nameIndex[askPrefix+f.Name] = int32(i) | askBit
		if f.Ask {
			continue
		}
		s := sight{known: true}
		var err error
		switch f.Type {
		case vocab.Bool:
			s.num = number(f.Assumed == "true")
		case vocab.Date:
			s.day, err = when.ParseDay(f.Assumed)
		case vocab.Number:
			s.num, err = parseNumber(f.Assumed)
		default:
			s.text = f.Assumed
		}
		if err != nil {
			panic("vocabulary: " + f.Name + ": " + err.Error())
		}
		assumed[i] = s
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
	if c.quick != nil {
		e.act.open = vocab.FactSet{}
		t := c.quick(&e.act)
		if t == unknown {
			open := e.act.open
			open.Each(func(id vocab.FactID) { e.hangs(id, missing) })
		}
		return t
	}
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
			e.hangs(vocab.FactID(id-1), missing)
		}
		return unknown
	}
	e.fail(fault.New(fault.Internal, "the condition %q gave a %T", c.source.Text, out).At(c.source.Place))
	return unknown
}

// hangs adds to missing what is behind a fact that conditions see as unknown: mostly
// itself, but a line whose origin is not given has that of the activity, and what
// follows from another fact hangs on that.
func (e *Evaluator) hangs(id vocab.FactID, missing *varSet) {
	s := &e.slots[id]
	switch id {
	case vocab.GoodsOrigin:
		if !e.slots[vocab.Origin].given && !s.unknown {
			missing.add(variable{vocab.Origin, -1})
			return
		}
	case vocab.ContractWritten:
		if e.open(vocab.ContractExists) {
			missing.add(variable{vocab.ContractExists, -1})
			if !e.open(id) {
				return
			}
		}
	case vocab.ApprovalCommittee:
		if s.given {
			id = vocab.ApprovalValidUntil
		}
	default:
		if under := rests[id]; under != vocab.NoFact && s.given {
			id = under
		}
	}
	missing.add(variable{id, e.lineOf(id)})
}

// activation shows the facts of the evaluator to conditions.
type activation struct {
	e    *Evaluator
	cond *condition
	// probe shows assumed values as unknowns, to find out which were relied on.
	probe bool
	// open are the facts that the condition evaluated now hangs on.
	open vocab.FactSet
}

// Parent is part of the interface of activations.
func (a *activation) Parent() cel.Activation { return nil }

// sight is what conditions see of a fact: its value, in the field of its type,
// or that it is not known.
type sight struct {
	known bool
	num   float64
	text  string
	day   when.Day
}

func (a sight) is(b sight) bool { return a.num == b.num && a.text == b.text && a.day == b.day }

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// look gives what the condition sees of a fact; asks reads it without its
// assumption.
func (a *activation) look(id vocab.FactID, asks bool) sight {
	if other := rests[id]; other != vocab.NoFact {
		if v, ok := a.follows(id, other); ok {
			return v
		}
	}
	s := &a.e.slots[id]
	switch {
	case s.given:
		switch vocab.FactOf(id).Type {
		case vocab.Bool, vocab.Number:
			return sight{known: true, num: s.num}
		case vocab.Date:
			return sight{known: !s.partial || !a.cond.splits(id, s.date), day: s.date.From}
		}
		return sight{known: true, text: s.text}
	case id == vocab.GoodsCommodity && a.e.goodsLine >= 0:
		// What the line is known to be from its words need not be said again.
		l := a.e.prepare(a.e.goodsLine)
		return sight{known: l.commodity != "", text: l.commodity}
	case asks || s.unknown || a.probe:
		return sight{}
	}
	return assumed[id]
}

// follows gives what the condition sees of a fact where that follows from another
// one, which it rests on.
func (a *activation) follows(id, other vocab.FactID) (sight, bool) {
	s, o := &a.e.slots[id], &a.e.slots[other]
	switch id {
	case vocab.ContractWritten: // what does not exist is not in writing
		switch {
		case s.given:
		case o.given && o.num == 0:
			return sight{known: true}, true
		case o.unknown:
			return sight{}, true
		}
		return sight{}, false
	case vocab.ApprovalCommittee: // what has run out is not held
		switch held := a.e.approval(); {
		case held == perhaps:
			return sight{}, true
		case held == withheld:
			return sight{known: true, text: "none"}, true
		}
		return sight{}, false
	}
	// A listing counts under the regime that lists.
	switch {
	case o.given:
		if o.text != "any" && o.text != a.cond.env.regime {
			return sight{known: true}, true
		}
	case s.given && s.num != 0 && a.e.open(other):
		return sight{}, true
	}
	return sight{}, false
}

// ResolveName gives the value of a fact to CEL.
func (a *activation) ResolveName(name string) (any, bool) {
	i, ok := nameIndex[name]
	if !ok {
		return nil, false
	}
	id, asks := vocab.FactID(i&^askBit), i&askBit != 0
	s := a.look(id, asks)
	if !s.known {
		return boxedUnknown[id], true
	}
	switch vocab.FactOf(id).Type {
	case vocab.Bool:
		return types.Bool(s.num != 0), true
	case vocab.Number:
		return types.Double(s.num), true
	case vocab.Date:
		return types.Int(s.day), true
	}
	return types.String(s.text), true
}

// rests gives, for each fact that is seen in the light of another, that other one:
// for being listed the fact that names the regime. It gives NoFact for the others.
var rests = func() (out [vocab.NumFacts]vocab.FactID) {
	for i := range out {
		out[i] = vocab.NoFact
	}
	for under, facts := range map[vocab.FactID][]vocab.FactID{
		vocab.PartyListedUnder:     {vocab.PartyListed, vocab.PartyActsForListed, vocab.PartyOwnedByListed},
		vocab.VesselListedUnder:    {vocab.VesselListed, vocab.VesselOwnedByListed},
		vocab.TravellerListedUnder: {vocab.TravellerListed, vocab.TravellerFamilyOfListed, vocab.TravellerActsForListed},
	} {
		for _, id := range facts {
			out[id] = under
		}
	}
	out[vocab.ContractWritten] = vocab.ContractExists
	out[vocab.ApprovalCommittee] = vocab.ApprovalValidUntil
	return out
}()

// knownRegimes fails on a listing under a regime that is not loaded: a slip of
// the pen there would read as "not listed".
func (e *Evaluator) knownRegimes(facts activity.Facts) {
	for _, id := range []vocab.FactID{vocab.PartyListedUnder, vocab.VesselListedUnder, vocab.TravellerListedUnder} {
		v, ok := facts.Get(id)
		if !ok || v.Unknown || v.Text == "any" {
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
	if !ok || v.Unknown || slices.Contains(e.g.obligations, v.Text) {
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
	if *s == nil {
		*s = make(varSet, 0, 6)
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

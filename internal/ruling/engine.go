package ruling

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

func parseNumber(s string) (float64, error) { return strconv.ParseFloat(s, 64) }

// Engine applies one body of law. It is made once and safe for concurrent use.
type Engine struct {
	law     *law.Law
	places  *place.Gazetteer
	lists   *goods.Lists
	factors *goods.Factors
	// whole says that all of the law is applied, by our own evaluation and with pre-selection.
	whole bool
	// units are the provisions that an activity can meet, in the order of the
	// law; byKind selects them by kind of activity.
	units  []*unit
	byKind [][]*unit
	// listCodes are the codes of each named list, working and review.
	listCodes [][]goods.Code
	// obligations are what report.obligation may say: the texts that the
	// conditions on reports compare it with.
	obligations []string
	// portState is the state that each port lies in.
	portState map[string]string
	pool      sync.Pool
	// targets are the states that the regimes are about.
	targets map[string]bool
	// values are representatives by kind and fact, found when first needed.
	values []atomic.Pointer[[]activity.Value]
	// exhaustive turns the pre-selection off, for the oracle in tests.
	exhaustive bool
	// envs and conditions are what was compiled, for engines that are made from this one. Neither changes once it is made.
	envs       map[environmentKey]*environment
	conditions map[conditionKey]*condition
}

// environmentKey is all that what compiles conditions hangs on.
type environmentKey struct {
	regime, target string
	places         *place.Gazetteer
	interpret      bool
}

// conditionKey is a condition as it stands at its place, which its errors name, in the environment of its regime.
type conditionKey struct {
	env    *environment
	source law.Condition
}

// unit is a provision made ready.
type unit struct {
	p          *law.Provision
	target     string
	when       *condition
	selectors  []selector
	exceptions []exception
	breach     *condition
	exceeded   *condition
	// from and until are the days in force when everything is known.
	from, until when.Day
	contested   bool

	once        sync.Once
	reads, asks vocab.FactSet // of all its conditions
}

// facts gives the facts that the conditions of the unit read, and those that they
// read without their assumption.
func (u *unit) facts() (reads, asks *vocab.FactSet) {
	u.once.Do(func() {
		for _, c := range u.conditions() {
			if c != nil && c.compile() == nil {
				u.reads.Union(&c.reads)
				u.asks.Union(&c.asks)
			}
		}
	})
	return &u.reads, &u.asks
}

type selector struct {
	list int // index of the named list, or -1
	s    *law.Selector
	when *condition
	// named says, for each list, how the codes of what it names stand to the
	// ranges: for lines that are named but have no code.
	named []goods.Match
}

type exception struct {
	x           *law.Exception
	from, until when.Day
	when        *condition
	unless      []*condition
}

// Options choose how an engine is made.
type Options struct {
	// Eager compiles every condition at once, so that a mistake in any of them
	// is an error now. Without it a condition is compiled when first needed.
	Eager bool
	// Exhaustive evaluates every provision without pre-selection.
	Exhaustive bool
	// Interpret leaves every condition to CEL: slower, and the oracle of our own
	// evaluation.
	Interpret bool
	// From is an engine whose compiled conditions are taken over where they stand unchanged in the law, at the same place: the
	// engine is the same as one made without it, and is made sooner.
	From *Engine
	// Only chooses the provisions that are applied, with the exceptions that they have in the law; nil for all.
	Only func(*law.Provision) bool
}

// NewEngine makes an engine over a body of law, with what its conditions and
// selectors refer to.
func NewEngine(l *law.Law, places *place.Gazetteer, lists *goods.Lists, factors *goods.Factors, o Options) (*Engine, error) {
	g := &Engine{law: l, places: places, lists: lists, factors: factors, exhaustive: o.Exhaustive, targets: map[string]bool{}}
	g.byKind = make([][]*unit, len(vocab.Kinds()))
	g.whole = !o.Exhaustive && !o.Interpret && o.Only == nil
	g.values = make([]atomic.Pointer[[]activity.Value], len(vocab.Kinds())*vocab.NumFacts)
	if err := g.tables(o.From); err != nil {
		return nil, err
	}
	if g.envs, g.conditions = map[environmentKey]*environment{}, map[conditionKey]*condition{}; o.From != nil {
		g.envs, g.conditions = maps.Clone(o.From.envs), maps.Clone(o.From.conditions)
	}
	for _, r := range l.Regimes {
		if _, err := places.ParseState(r.Target); err != nil {
			return nil, fault.In(fault.Place{File: r.File, Field: "target"}, err)
		}
		env, err := g.environment(environmentKey{r.ID, r.Target, places, o.Interpret})
		if err != nil {
			return nil, err
		}
		g.targets[r.Target] = true
		for _, in := range r.Instruments {
			for _, p := range in.Provisions {
				met := p.Kinds != 0 && p.Effect != law.Exempt && p.Applies()
				if met {
					g.obliges(p)
				}
				chosen := o.Only == nil || o.Only(p)
				if !chosen && !o.Eager {
					continue
				}
				u, err := g.unit(env, r, p)
				if err != nil {
					return nil, err
				}
				if o.Eager {
					if err := u.compile(); err != nil {
						return nil, err
					}
				}
				if met && chosen {
					g.units = append(g.units, u)
				}
			}
		}
	}
	slices.SortFunc(g.units, func(a, b *unit) int { return cmp.Compare(a.p.Order, b.p.Order) })
	for k := range g.byKind {
		for _, u := range g.units {
			if u.p.Kinds.Has(vocab.KindID(k)) {
				g.byKind[k] = append(g.byKind[k], u)
			}
		}
	}
	g.pool.New = func() any { return g.NewEvaluator() }
	return g, nil
}

// Applies reports whether the engine applies all of a body of law, as one does that was made for it without options.
func (g *Engine) Applies(l *law.Law) bool { return g.whole && g.law == l }

// tables fills in what hangs on places and lists alone, which an engine over the same ones has.
func (g *Engine) tables(from *Engine) error {
	if from != nil && from.places == g.places && from.lists == g.lists {
		g.portState, g.listCodes = from.portState, from.listCodes
		return nil
	}
	g.portState = make(map[string]string)
	for _, p := range g.places.Ports() {
		g.portState[p.ID] = p.State.String()
	}
	for i := range g.lists.Len() {
		var codes []goods.Code
		for _, t := range append(slices.Clone(g.lists.At(i).CodeTexts), g.lists.At(i).ReviewTexts...) {
			r, err := goods.ParseRange(t)
			if err != nil {
				return err
			}
			codes = append(codes, r.From, r.To)
		}
		g.listCodes = append(g.listCodes, codes)
	}
	return nil
}

// obliges takes note of the duties that a provision on reports names.
func (g *Engine) obliges(p *law.Provision) {
	if p.Kinds.Has(vocab.KindReport) {
		for _, m := range quoted.FindAllStringSubmatch(p.When.Text, -1) {
			g.obligations = append(g.obligations, m[1])
		}
	}
}

// quoted finds the texts in a condition.
var quoted = regexp.MustCompile(`"([^"]*)"`)

// Law gives the law that is applied.
func (g *Engine) Law() *law.Law { return g.law }

// environment gives what compiles the conditions of a regime.
func (g *Engine) environment(k environmentKey) (*environment, error) {
	if env := g.envs[k]; env != nil {
		return env, nil
	}
	env, err := newEnvironment(k.regime, k.target, k.places)
	if err != nil {
		return nil, err
	}
	env.interpret = k.interpret
	g.envs[k] = env
	return env, nil
}

// condition gives a condition, which is one however often it is met: that of a clause of an instrument is met with each of
// its provisions.
func (g *Engine) condition(env *environment, c law.Condition) *condition {
	if c.Text == "" {
		return nil
	}
	k := conditionKey{env, c}
	if g.conditions[k] == nil {
		g.conditions[k] = env.condition(c)
	}
	return g.conditions[k]
}

func (g *Engine) unit(env *environment, r *law.Regime, p *law.Provision) (*unit, error) {
	u := &unit{p: p, target: r.Target, when: g.condition(env, p.When), breach: g.condition(env, p.Breach)}
	u.from, u.until, _ = p.Period(g.law, when.NoDay)
	u.contested = len(p.Positions) > 0 || len(p.Instrument.Positions) > 0
	if p.Cap != nil {
		u.exceeded = g.condition(env, p.Cap.Exceeded)
	}
	for i := range p.Goods {
		s := selector{s: &p.Goods[i], list: -1, when: g.condition(env, p.Goods[i].When)}
		if s.s.List != "" {
			at, ok := g.lists.Index(s.s.List)
			if !ok {
				return nil, fault.New(fault.Invalid, "provision %s names the goods list %q, which does not exist", p.ID, s.s.List).At(p.Place)
			}
			s.list = at
		} else {
			s.named = make([]goods.Match, len(g.listCodes))
			for i, codes := range g.listCodes {
				if s.named[i] = together(s.s.Set, codes); g.lists.At(i).NoCode {
					s.named[i] = goods.None
				}
			}
		}
		u.selectors = append(u.selectors, s)
	}
	for _, x := range p.Exceptions {
		e := exception{x: x, when: g.condition(env, x.When)}
		var ok bool
		if e.from, e.until, ok = x.Period(g.law, when.NoDay); !ok {
			continue // of an instrument that is not in force
		}
		for _, un := range x.Unless {
			e.unless = append(e.unless, g.condition(env, un.When))
		}
		u.exceptions = append(u.exceptions, e)
	}
	return u, nil
}

// together says how codes stand to a set: Full when all lie in it, None when
// none does, Partial otherwise or when there are none.
func together(set goods.Set, codes []goods.Code) goods.Match {
	full, none := 0, 0
	for _, c := range codes {
		switch set.Match(c) {
		case goods.Full:
			full++
		case goods.None:
			none++
		}
	}
	switch {
	case len(codes) == 0:
		return goods.Partial
	case full == len(codes):
		return goods.Full
	case none == len(codes):
		return goods.None
	}
	return goods.Partial
}

func (u *unit) conditions() []*condition {
	out := []*condition{u.when, u.breach, u.exceeded}
	for _, s := range u.selectors {
		out = append(out, s.when)
	}
	for _, x := range u.exceptions {
		out = append(append(out, x.when), x.unless...)
	}
	return out
}

func (u *unit) compile() error {
	for _, c := range u.conditions() {
		if c == nil {
			continue
		}
		if err := c.compile(); err != nil {
			return err
		}
	}
	return nil
}

// Request is an activity with the days on which the law is taken and known.
type Request struct {
	Activity *activity.Activity
	// AsOf replaces the activity's date when it is not nil.
	AsOf *when.Period
	// KnownAt is the second clock; NoDay for everything that is loaded. The zero Day is refused, since it is what a request has
	// that does not say.
	KnownAt when.Day
	// Totals are what was counted against caps, where the activity does not say.
	Totals []Total
	// Brief leaves out which assumed facts the verdict rests on.
	Brief bool
	// Each gives every finding by itself, for those who compare findings and do not answer anybody: what follows from several
	// open ones together is not looked for, and there are no questions, assumptions, paths and views. The verdict is that of
	// the strictest finding.
	Each bool
	// Screened is what came of looking parties and the ship up in lists. It goes
	// into the ruling unread: what it means is said by facts, as party.listed.
	Screened []Screened
	// Licences are the licences that are held and may bear on it, as others found them. They go into the ruling unread: what
	// one allows is said by facts, as approval.committee. Nil for none.
	Licences *Licences
}

// Screened is one look-up of a party or ship in one list, made by others before the
// ruling was asked for. The engine reads none of it.
type Screened struct {
	// Party is the index of the party that was looked up, -1 for the ship.
	Party int
	// Name is what was looked up.
	Name string
	// List is the list and Snapshot the state of it that was looked in.
	List, Snapshot string
	// Outcome is "match", "possible", "suppressed", "clear" or "not_screened"; Reason says why
	// somebody was not screened.
	Outcome, Reason string
	// Subject is the id of the subject that was found, "" for none; Tier says how
	// it stands to the list (designated, owned, named, flagged).
	Subject, Tier string
	// Score is how alike the two are, from 0 to 1; 0 where nothing was found.
	Score float64
	// By says what the two agree in ("name alone", "name and state") and Leads what
	// followed: "stated", "asked", or "" where nothing did.
	By, Leads string
	// Threshold is the score from which that follows; 0 where an identifier led to
	// it, or nothing followed.
	Threshold float64
	// Suppressed says that two persons found the hit to be somebody else, so that nothing followed from
	// it; Uncompared why nobody knows what is suppressed, so that every hit led to what it leads to.
	Suppressed *Suppressed
	Uncompared string
	// Compare is what the list says of the subject, by which a person can tell the
	// two apart; "" where they need not be told apart, or nothing is known.
	Compare string
}

// Suppressed names the case in which a hit was found false, until when that stands, and by what the
// case knows the party; Words say it to people.
type Suppressed struct {
	Case  string
	Until time.Time
	Party string
	Words string
}

// Of names who was looked up, as facts are named: "parties[2]" or "vessel".
func (s *Screened) Of() string {
	if s.Party < 0 {
		return "vessel"
	}
	return vocab.OfParties.String() + "[" + strconv.Itoa(s.Party+1) + "]"
}

// Total is what was counted against a cap in a period, as somebody stated it.
type Total struct {
	// Provision is the id of the cap.
	Provision string
	Period    when.Period
	// Quantity in Unit, and Value in US dollars; a figure that HasQuantity or
	// HasValue denies was not stated.
	Quantity              float64
	Unit                  string
	Value                 float64
	HasQuantity, HasValue bool
	// Source says who stated it and where.
	Source string
}

// Decide rules on one activity. It is safe for concurrent use.
func (g *Engine) Decide(r Request) (*Ruling, error) {
	e := g.pool.Get().(*Evaluator)
	defer g.pool.Put(e)
	return e.Decide(r)
}

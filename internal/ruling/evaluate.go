package ruling

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Evaluator rules on one activity after another, reusing its memory. It is not
// safe for concurrent use: each worker has its own.
type Evaluator struct {
	g   *Engine
	act activation
	err error

	a      *activity.Activity
	day    when.Day // the day on which the law is taken
	known  when.Day
	view   view
	totals []Total
	brief  bool
	apart  bool // every finding by itself
	lean   bool // the exceptions of a finding are not wanted
	uses   []use
	// slots hold the facts of the activity and of the line looked at now.
	slots       [vocab.NumFacts]slot
	goodsLine   int // index of the goods line in the slots, -1 for none
	partyLine   int
	set         [3][]vocab.FactID // facts given in the slots, by scope
	lines       []goodsLine
	scratch     goods.Scratch
	probed      varSet     // memory of probe
	overrides   []override // assignments of the exploration
	results     []result
	tally       [len(verdicts)]int // how many results give each verdict
	contested   bool               // a provision in dispute was met
	evaluations int
}

type slot struct {
	given, partial bool
	unknown        bool // stated as not known: nothing is assumed
	text           string
	num            float64
	date           when.Period
}

// goodsLine is what is known of a goods line before any provision is looked at.
type goodsLine struct {
	ready   bool
	matches []goods.Naming
	code    goods.Code
	hasCode bool
	// blank is true when neither description, code nor commodity is given.
	blank bool
	// named are the lists that the line is certainly on, used when it has no
	// code of its own.
	named []int
	// commodity is the one narrowest list that the line is certainly on, "" when
	// there is none or more than one.
	commodity string
}

type override struct {
	v     variable
	value activity.Value
}

// view says how law in dispute is treated.
type view uint8

const (
	byJurisdiction view = iota
	asInForce
	asNotInForce
)

// NewEvaluator makes an evaluator.
func (g *Engine) NewEvaluator() *Evaluator {
	e := &Evaluator{g: g}
	e.act.e = e
	return e
}

func (e *Evaluator) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *Evaluator) put(id vocab.FactID, v activity.Value) {
	s := &e.slots[id]
	s.given, s.partial, s.unknown = !v.Unknown, false, v.Unknown
	f := vocab.FactOf(id)
	switch f.Type {
	case vocab.Bool, vocab.Number:
		s.num = v.Num
	case vocab.Date:
		s.date, s.partial = v.Date, !v.Date.Exact()
	default:
		s.text = v.Text
	}
	e.set[f.Scope] = append(e.set[f.Scope], id)
}

func (e *Evaluator) drop(scope vocab.Scope) {
	for _, id := range e.set[scope] {
		e.slots[id].given, e.slots[id].unknown = false, false
	}
	e.set[scope] = e.set[scope][:0]
}

// open reports whether a fact that is not given is to be seen as unknown rather
// than as its assumed value: it was stated as not known, or what was assumed is
// looked for.
func (e *Evaluator) open(id vocab.FactID) bool {
	s := &e.slots[id]
	return !s.given && (s.unknown || e.act.probe)
}

// approval is what is known of the committee's approval.
type approval uint8

const (
	notSaid  approval = iota
	withheld          // none is held, or no more
	refused
	granted
	perhaps // granted, and not known to be valid still
)

func (e *Evaluator) approval() approval {
	s := &e.slots[vocab.ApprovalCommittee]
	switch {
	case !s.given:
		return notSaid
	case s.text == "refused":
		return refused
	case s.text != "granted":
		return withheld
	}
	switch until := &e.slots[vocab.ApprovalValidUntil]; {
	case until.given && until.date.To < e.day:
		return withheld
	case e.open(vocab.ApprovalValidUntil):
		return perhaps
	}
	return granted
}

// load puts the facts of the activity in the slots.
func (e *Evaluator) load(a *activity.Activity) {
	for s := range e.set {
		e.drop(vocab.Scope(s))
	}
	e.a, e.goodsLine, e.partyLine = a, -1, -1
	for _, g := range a.Facts {
		e.put(g.Fact, g.Value)
	}
	e.overrides = e.overrides[:0]
	e.knownRegimes(a.Facts)
	e.knownObligation(a.Facts)
	for _, p := range a.Parties {
		e.knownRegimes(p)
	}
	n := len(a.Goods)
	if n == 0 && goodsKinds.Has(a.Kind) {
		n = 1 // goods that nothing is known of
	}
	for len(e.lines) < n {
		e.lines = append(e.lines, goodsLine{})
	}
	e.lines = e.lines[:n]
	for i := range e.lines {
		e.lines[i].ready = false
	}
}

// goodsKinds are the kinds that have goods whether a line says so or not.
var goodsKinds = func() (s vocab.KindSet) {
	for _, k := range vocab.Kinds() {
		if k.ID == vocab.KindTransfer {
			s = s.With(k.ID)
		}
		for _, inc := range k.Includes {
			if inc == vocab.KindTransfer {
				s = s.With(k.ID)
			}
		}
	}
	return s
}()

// dated applies what follows from other facts and from the day: who was listed then.
// What follows from a fact that may be tried with other values is seen when it is
// looked at: [activation.follows].
func (e *Evaluator) dated() {
	if e.slots[vocab.ContractDate].given && !e.slots[vocab.ContractExists].given {
		e.put(vocab.ContractExists, activity.Value{Num: 1}) // what has a date exists
	}
	if port := &e.slots[vocab.LoadingPort]; port.given && !e.slots[vocab.LoadingState].given {
		e.put(vocab.LoadingState, activity.Value{Text: e.g.portState[port.text]}) // a port lies in its state
	}
	e.derive(vocab.VesselListed, vocab.VesselListedOn, vocab.VesselDelistedOn)
}

// derive finds out whether somebody was listed on the day. Where a day that tells is
// stated as not known, what is stated of the listing stands, or is not known either.
func (e *Evaluator) derive(listed, on, off vocab.FactID) {
	began, ended := &e.slots[on], &e.slots[off]
	if began.unknown || began.given && began.date.From <= e.day && ended.unknown {
		if !e.slots[listed].given {
			e.put(listed, activity.Value{Unknown: true})
		}
		return
	}
	if !began.given {
		return
	}
	v := began.date.From <= e.day
	if o := &e.slots[off]; o.given && o.date.From <= e.day {
		v = false
	}
	num := 0.0
	if v {
		num = 1
	}
	e.put(listed, activity.Value{Num: num})
}

// line puts the facts of a goods line or party in the slots.
func (e *Evaluator) line(scope vocab.Scope, i int) {
	switch scope {
	case vocab.OfGoods:
		if e.goodsLine == i {
			return
		}
		e.drop(vocab.OfGoods)
		e.goodsLine = i
		if i >= 0 && i < len(e.a.Goods) {
			for _, g := range e.a.Goods[i] {
				e.put(g.Fact, g.Value)
			}
		}
		if i >= 0 {
			e.derivedGoods()
		}
	case vocab.OfParties:
		if e.partyLine == i {
			return
		}
		e.drop(vocab.OfParties)
		e.partyLine = i
		if i >= 0 && i < len(e.a.Parties) {
			for _, g := range e.a.Parties[i] {
				e.put(g.Fact, g.Value)
			}
			e.derive(vocab.PartyListed, vocab.PartyListedOn, vocab.PartyDelistedOn)
		}
	}
	if i < 0 {
		return
	}
	for _, o := range e.overrides {
		if int(o.v.line) == i && vocab.FactOf(o.v.fact).Scope == scope {
			e.put(o.v.fact, o.value)
		}
	}
}

// derivedGoods fills in what a goods line has from the activity or from its
// own other facts.
func (e *Evaluator) derivedGoods() {
	if s := &e.slots[vocab.GoodsOrigin]; !s.given && !s.unknown {
		if o := &e.slots[vocab.Origin]; o.given {
			e.put(vocab.GoodsOrigin, activity.Value{Text: o.text})
		}
	}
	q, v := &e.slots[vocab.GoodsQuantity], &e.slots[vocab.GoodsValue]
	if u := &e.slots[vocab.GoodsUnit]; !e.slots[vocab.GoodsUnitValue].given && q.given && q.num > 0 && v.given && u.given && u.text == "piece" {
		e.put(vocab.GoodsUnitValue, activity.Value{Num: v.num / q.num})
	}
}

// product gives the petroleum product of the line in the slots: as stated, or as
// its description names it.
func (e *Evaluator) product() string {
	if s := &e.slots[vocab.GoodsProduct]; s.given {
		return s.text
	}
	if d := &e.slots[vocab.GoodsDescription]; d.given {
		p, _ := e.g.factors.ProductOf(d.text)
		return p
	}
	return ""
}

// lineOf gives the line that a fact belongs to now.
func (e *Evaluator) lineOf(id vocab.FactID) int16 {
	switch vocab.FactOf(id).Scope {
	case vocab.OfGoods:
		return int16(e.goodsLine)
	case vocab.OfParties:
		return int16(e.partyLine)
	}
	return -1
}

// result is what became of one unit on one line.
type result struct {
	u    *unit
	line int
	// outcome is meaningless when applies is no.
	applies truth
	outcome Outcome
	verdict Verdict
	missing varSet
	// certain is true when the provision's own conditions hold for sure, so
	// that only exceptions, caps or duties are open.
	certain bool
	// ceiling is the strictest verdict that the open facts can lead to.
	ceiling    Verdict
	exceptions []ExceptionFinding
	cap        *CapFinding
	basis      GoodsBasis
	late       int
}

// most gives the strictest verdict the unit can give on the day.
func (e *Evaluator) most(u *unit) Verdict {
	switch u.p.Effect {
	case law.Prohibit:
		return Prohibited
	case law.Cap:
		return OverCap
	case law.Require:
		if u.breach != nil || (u.p.Deadline != when.NoDay && e.day > u.p.Deadline) {
			return Prohibited
		}
		if u.p.Reportable {
			return Reportable
		}
	case law.CallUpon: // a report asked for, though not owed
		if u.p.Reportable {
			return Reportable
		}
	}
	return Permitted
}

// inForce is the first gate: the days in force, as known.
func (e *Evaluator) inForce(u *unit) bool {
	if e.known == when.NoDay {
		return u.from <= e.day && e.day <= u.until
	}
	from, until, ok := u.p.Period(e.g.law, e.known)
	return ok && from <= e.day && e.day <= until
}

// evaluate applies unit u to the line that is in the slots. detail asks for
// everything a finding shows.
func (e *Evaluator) evaluate(u *unit, line int) result {
	e.evaluations++
	r := result{u: u, line: line}
	if !e.inForce(u) {
		return r
	}
	var missing varSet
	t := e.gates(u, line, &r.basis, &missing)
	if t == no {
		return r
	}
	if t == yes {
		missing = nil // unknowns that were absorbed
	}
	r.applies, r.certain = t, t == yes
	base := e.most(u) // what it gives when nothing takes it away
	if base == Permitted {
		if t == unknown && u.p.Effect == law.Commit { // never changes the verdict, but who keeps a promise must know
			r.outcome, r.missing, r.ceiling = Open, missing, Permitted
			return r
		}
		if t == unknown { // cannot matter
			r.applies = no
			return r
		}
		r.verdict = Permitted
		return r
	}
	switch u.p.Effect {
	case law.Cap:
		switch over := e.cap(u, &r, &missing); over {
		case no:
			base = Reportable
			if u.p.Cap.PermittedWithin {
				base = Permitted
			}
			return e.close(r, base, t, missing)
		case unknown:
			t = unknown
		}
	case law.Require:
		b := yes
		if u.p.Deadline == when.NoDay || e.day <= u.p.Deadline {
			b = no
			if u.breach != nil {
				b = e.holds(u.breach, &missing)
			}
		}
		switch {
		case b == no && !u.p.Reportable:
			return e.close(r, Permitted, t, missing)
		case b == no:
			base = Reportable
			r.late = e.late(u)
		case b == unknown:
			t = unknown
		}
	case law.CallUpon:
		r.late = e.late(u)
	}
	return e.except(u, r, base, t, missing)
}

// gates says whether the provision applies before exceptions, caps and duties are
// looked at. Facts that would tell are added to missing; the first certain "no"
// ends it.
func (e *Evaluator) gates(u *unit, line int, basis *GoodsBasis, missing *varSet) truth {
	var t truth
	if u.p.Each == law.EachParty && (len(u.selectors) > 0 || u.p.Direction != law.AnyDirection) && len(e.lines) > 0 {
		t = e.someGoods(u, missing)
	} else {
		t = e.shipped(u, line, basis, missing)
	}
	if t == no {
		return no
	}
	if t = t.and(e.holds(u.when, missing)); t == no || !u.contested {
		return t
	}
	return t.and(e.disputed(u, missing))
}

// shipped is the gate of direction and goods, for the line in the slots.
func (e *Evaluator) shipped(u *unit, line int, basis *GoodsBasis, missing *varSet) truth {
	t := e.direction(u, missing)
	if t == no || len(u.selectors) == 0 {
		return t
	}
	g, b := e.goods(u, line, missing)
	*basis = b
	return t.and(g)
}

// someGoods is the same gate for a provision about parties: it takes part in
// the transfer of some goods line.
func (e *Evaluator) someGoods(u *unit, missing *varSet) truth {
	t := no
	var m varSet
	for i := range e.lines {
		e.line(vocab.OfGoods, i)
		var lm varSet
		var b GoodsBasis
		if t = t.or(e.shipped(u, i, &b, &lm)); t == yes {
			break
		}
		m.addAll(lm)
	}
	e.line(vocab.OfGoods, -1)
	if t == unknown {
		missing.addAll(m)
	}
	return t
}

// close finishes a result that no exception can change.
func (e *Evaluator) close(r result, base Verdict, t truth, missing varSet) result {
	if t == unknown && base == Permitted {
		r.applies = no
		return r
	}
	r.verdict = base
	if t == unknown {
		r.outcome, r.missing, r.ceiling = Open, missing, base
		r.verdict = min(openVerdict(missing, r.certain), base)
	}
	return r
}

// except applies the exceptions.
func (e *Evaluator) except(u *unit, r result, base Verdict, t truth, missing varSet) result {
	excepted, open, approvable := false, false, false
	held := e.approval()
	for i := range u.exceptions {
		x := &u.exceptions[i]
		from, until := x.from, x.until
		if e.known != when.NoDay {
			var ok bool
			if from, until, ok = x.x.Period(e.g.law, e.known); !ok {
				continue
			}
		}
		if e.day < from || e.day > until {
			continue
		}
		var miss varSet
		w := e.holds(x.when, &miss)
		for _, un := range x.unless {
			if w == no {
				break
			}
			switch e.holds(un, &miss) {
			case yes:
				w = no
			case unknown:
				w = unknown
			}
		}
		if w == no && x.x.General {
			// What the committee has exempted is exempt whatever it was for;
			// that it has is not taken for granted.
			switch {
			case held >= granted: // see below for whether it is valid
				w = yes
			case held == notSaid && e.open(vocab.ApprovalCommittee):
				miss.add(variable{vocab.ApprovalCommittee, -1})
				w = unknown
			}
		}
		if w == no {
			continue
		}
		f := ExceptionFinding{Exception: x.x}
		if x.x.Grant == law.ByCommittee {
			switch {
			case held == granted:
			case held == perhaps:
				miss.add(variable{vocab.ApprovalValidUntil, -1})
				w = unknown
			case held == refused || held == withheld && !x.x.General:
				continue
			case held == withheld: // general clause, approval not held: it can still be had
				f.Approval = true
			default:
				f.Approval = true
				miss.add(variable{vocab.ApprovalCommittee, -1})
			}
		}
		switch {
		case w == yes && !f.Approval:
			f.Holds = true
			excepted = true
		case w == yes:
			approvable = true
		default:
			open = true
		}
		missing.addAll(miss)
		if e.lean {
			continue
		}
		for _, v := range miss {
			f.Missing = append(f.Missing, v.fact)
		}
		r.exceptions = append(r.exceptions, f)
	}
	switch {
	case excepted && t == yes:
		r.outcome, r.verdict = Excepted, Exempt
		return r
	case t == yes && !open && !approvable:
		r.outcome, r.verdict = Applies, base
		return r
	case t == yes && !open && approvable:
		r.outcome, r.verdict = Applies, NeedsApproval
		if len(missing) > 0 { // the approval is unknown
			r.outcome, r.missing, r.ceiling = Open, missing, base
		}
		if base < NeedsApproval {
			r.verdict = base
		}
		return r
	}
	r.outcome, r.missing, r.ceiling = Open, missing, base
	r.verdict = min(openVerdict(missing, r.certain), base)
	return r
}

// openVerdict is what an open finding gives: the approval alone is missing, or
// only things to be weighed, or a plain fact.
func openVerdict(missing varSet, certain bool) Verdict {
	v := NeedsApproval
	for _, m := range missing {
		if m.fact == vocab.ApprovalCommittee {
			continue
		}
		if !vocab.FactOf(m.fact).Weigh {
			return Incomplete
		}
		v = Judgement
	}
	if v == NeedsApproval && !certain {
		return Judgement
	}
	return v
}

// direction is the gate of origin and destination.
func (e *Evaluator) direction(u *unit, missing *varSet) truth {
	if u.p.Direction == law.AnyDirection {
		return yes
	}
	to, from := no, no
	var mto, mfrom varSet
	if u.p.Direction != law.From {
		to = e.goesTo(u.target, &mto)
	}
	if u.p.Direction != law.To {
		from = e.comesFrom(u.target, &mfrom)
	}
	t := to.or(from)
	if t == unknown {
		missing.addAll(mto)
		missing.addAll(mfrom)
	}
	return t
}

// is compares a state fact with a state; a fact that is not given has its
// assumed value, or is unknown.
func (e *Evaluator) is(id vocab.FactID, state string, missing *varSet) truth {
	s := &e.slots[id]
	switch {
	case s.given && s.text == state:
		return yes
	case s.given:
		return no
	case s.unknown || vocab.FactOf(id).Ask || e.act.probe:
		missing.add(variable{id, e.lineOf(id)})
		return unknown
	case vocab.FactOf(id).Assumed == state:
		return yes
	}
	return no
}

// originFact is where an origin is read from: the line, or the activity.
func (e *Evaluator) originFact() vocab.FactID {
	if s := &e.slots[vocab.GoodsOrigin]; e.goodsLine >= 0 && (s.given || s.unknown) {
		return vocab.GoodsOrigin
	}
	return vocab.Origin
}

// goesTo: the final destination, or the end user, is in the state. Where the
// destination is not given and the goods come from there, they are taken to go
// elsewhere.
func (e *Evaluator) goesTo(state string, missing *varSet) truth {
	var m varSet
	t := e.is(vocab.EndUserState, state, &m)
	if t == yes {
		return yes
	}
	if !e.slots[vocab.Destination].given && !e.open(vocab.Destination) {
		var none varSet
		if e.is(e.originFact(), state, &none) == yes || e.is(vocab.LoadingState, state, &none) == yes {
			return t
		}
	}
	if !e.slots[vocab.Destination].given && !e.slots[vocab.LoadingState].given && e.open(vocab.LoadingState) {
		m.add(variable{vocab.LoadingState, -1}) // which tells where they are taken not to go
	}
	if t = t.or(e.is(vocab.Destination, state, &m)); t == unknown {
		missing.addAll(m)
	}
	return t
}

// comesFrom: the goods originate or are loaded in the state and leave it.
func (e *Evaluator) comesFrom(state string, missing *varSet) truth {
	var m varSet
	if d := &e.slots[vocab.Destination]; d.given && d.text == state {
		return no
	}
	t := e.is(e.originFact(), state, &m).or(e.loadedIn(state, &m))
	if t == unknown {
		missing.addAll(m)
	}
	return t
}

// loadedIn: the goods are loaded in the state. Goods that pass through it may
// be loaded there anew, so that silence on the loading is not taken for a no.
func (e *Evaluator) loadedIn(state string, missing *varSet) truth {
	s := &e.slots[vocab.TransitState]
	if e.slots[vocab.LoadingState].given {
		return e.is(vocab.LoadingState, state, missing)
	}
	if s.given && s.text == state {
		missing.add(variable{vocab.LoadingState, -1})
		return unknown
	}
	t := e.is(vocab.LoadingState, state, missing)
	if e.open(vocab.TransitState) {
		missing.add(variable{vocab.TransitState, -1})
		t = unknown
	}
	return t
}

// prepare finds out what a goods line is, once.
func (e *Evaluator) prepare(i int) *goodsLine {
	l := &e.lines[i]
	if l.ready {
		return l
	}
	l.ready, l.named, l.hasCode = true, l.named[:0], false
	it := goods.Item{}
	if s := &e.slots[vocab.GoodsDescription]; s.given {
		it.Description = s.text
	}
	if s := &e.slots[vocab.GoodsHS]; s.given {
		c, err := goods.ParseCode(s.text)
		if err != nil {
			e.fail(err)
		}
		it.Code, it.HasCode = c, true
		l.code, l.hasCode = c, true
	}
	if s := &e.slots[vocab.GoodsCommodity]; s.given {
		it.Commodity = s.text
	}
	l.blank = it.Description == "" && !it.HasCode && it.Commodity == ""
	l.matches = e.g.lists.Match(it, &e.scratch, l.matches)
	for i, m := range l.matches {
		if m == goods.Yes {
			l.named = append(l.named, i)
		}
	}
	l.commodity = e.g.narrowest(l.named)
	if l.hasCode {
		l.named = l.named[:0]
	}
	return l
}

// narrowest gives the one list of several that contains none of the others.
func (g *Engine) narrowest(lists []int) string {
	found := ""
	for _, i := range lists {
		contains := false
		for _, j := range lists {
			contains = contains || slices.Contains(g.lists.At(j).Within, g.lists.At(i).ID)
		}
		switch {
		case contains:
		case found != "":
			return ""
		default:
			found = g.lists.At(i).ID
		}
	}
	return found
}

// goods is the gate of the goods selectors.
func (e *Evaluator) goods(u *unit, line int, missing *varSet) (truth, GoodsBasis) {
	if line < 0 || line >= len(e.lines) {
		return no, GoodsBasis{}
	}
	l := e.prepare(line)
	t := no
	var basis GoodsBasis
	var m varSet
	for i := range u.selectors {
		s := &u.selectors[i]
		var sm varSet
		st, b := e.selects(s, l, &sm)
		if st == no {
			continue
		}
		if st = st.and(e.holds(s.when, &sm)); st == no {
			continue
		}
		if t != yes && (st == yes || basis == (GoodsBasis{})) {
			basis = b
		}
		if t = t.or(st); t == yes {
			return yes, basis
		}
		m.addAll(sm)
	}
	if t == unknown {
		missing.addAll(m)
	}
	return t, basis
}

func (e *Evaluator) selects(s *selector, l *goodsLine, missing *varSet) (truth, GoodsBasis) {
	line := int16(e.goodsLine)
	if s.list >= 0 {
		b := GoodsBasis{List: s.s.List, Basis: "description"}
		if l.blank {
			missing.add(variable{vocab.GoodsCommodity, line})
			return unknown, b
		}
		switch l.matches[s.list] {
		case goods.Yes:
			return yes, b
		case goods.Weigh:
			b.Basis = string(e.g.lists.At(s.list).Basis)
			missing.add(variable{vocab.GoodsCommodity, line})
			return unknown, b
		}
		return no, b
	}
	b := GoodsBasis{Label: s.s.Label, Basis: s.s.Basis}
	if !l.hasCode {
		for _, i := range l.named {
			switch s.named[i] {
			case goods.Full:
				return yes, b
			case goods.None:
				return no, b
			}
		}
		missing.add(variable{vocab.GoodsHS, line})
		return unknown, b
	}
	b.HS = l.code.String()
	switch s.s.Set.Match(l.code) {
	case goods.Full:
		if s.s.Basis == "text" {
			return yes, b
		}
		if c := &e.slots[vocab.GoodsCommodity]; c.given && c.text == "none" {
			return no, b
		}
		missing.add(variable{vocab.GoodsCommodity, line})
		return unknown, b
	case goods.Partial:
		missing.add(variable{vocab.GoodsHS, line})
		return unknown, b
	}
	return no, b
}

// disputed is the gate of law whose force states dispute.
func (e *Evaluator) disputed(u *unit, missing *varSet) truth {
	positions := u.p.PositionsOn(e.day)
	if len(positions) == 0 {
		return yes
	}
	e.contested = true
	switch e.view {
	case asInForce:
		return yes
	case asNotInForce:
		return no
	}
	j := &e.slots[vocab.Jurisdiction]
	if !j.given {
		missing.add(variable{vocab.Jurisdiction, -1})
		return unknown
	}
	for _, p := range positions {
		for _, s := range p.By {
			if s == j.text {
				if p.InForce {
					return yes
				}
				return no
			}
		}
	}
	v := &e.slots[vocab.LawInForceView]
	if !v.given {
		missing.add(variable{vocab.LawInForceView, -1})
		return unknown
	}
	if v.num != 0 {
		return yes
	}
	return no
}

// late gives by how many days a report came after it was due, 0 when it did
// not or when the days are not known.
func (e *Evaluator) late(u *unit) int {
	due := u.p.Due
	if u.p.DueDays > 0 {
		s := &e.slots[vocab.ReportPeriodEnd]
		if !s.given {
			return 0
		}
		due = s.date.To + when.Day(u.p.DueDays)
	}
	if due == when.NoDay {
		return 0
	}
	on := e.day
	if s := &e.slots[vocab.ReportFiledOn]; s.given {
		on = s.date.To
	}
	return max(0, int(on-due))
}

// failed gives the first error met, if any.
func (e *Evaluator) failed() error {
	if e.err == nil {
		return nil
	}
	err := e.err
	e.err = nil
	return fault.In(fault.Place{}, err)
}

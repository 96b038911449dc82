package ruling

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Decide rules on one activity.
func (e *Evaluator) Decide(req Request) (*Ruling, error) {
	if req.KnownAt == 0 {
		return nil, unstated()
	}
	e.err = nil
	r := &Ruling{
		Activity: req.Activity, AsOf: req.Activity.Date, KnownAt: req.KnownAt, LawVersion: e.g.law.Version, Regimes: e.g.law.Regimes,
		Totals: req.Totals, Brief: req.Brief, Screened: req.Screened, Licences: req.Licences,
	}
	if req.AsOf != nil {
		r.AsOf = *req.AsOf
	}
	e.known, e.view, e.totals, e.brief = req.KnownAt, byJurisdiction, req.Totals, req.Brief
	e.apart = req.Each
	if r.AsOf.Exact() {
		e.on(r, r.AsOf.From)
	} else {
		e.over(r)
	}
	if err := e.failed(); err != nil {
		return nil, err
	}
	return r, nil
}

// unstated refuses a request that leaves open as known on which day the law is taken. It would be taken as known on the zero
// day, without everything that was published since, and a ban that is left out is nothing anybody would notice.
func unstated() error {
	var zero when.Day
	return fault.New(fault.Invalid, "%s is not taken for the day on which the law is known: it also stands for a day that nobody stated", zero.Long()).
		At(fault.Place{Field: "known_at"}).WithFix("leave it out for all the law that is loaded, or say the day before or after")
}

// on rules as of one day.
func (e *Evaluator) on(r *Ruling, day when.Day) {
	e.day, e.contested = day, false
	e.judge(r)
	if e.apart {
		return
	}
	e.paths(r)
	e.assumptions(r)
	if e.contested {
		e.views(r)
	}
}

// judge fills findings, verdict, questions and assumptions for e.day.
func (e *Evaluator) judge(r *Ruling) {
	e.load(r.Activity)
	e.dated()
	units := e.g.byKind[r.Activity.Kind]
	if e.g.exhaustive {
		units = e.g.units
	}
	e.results = e.results[:0]
	var pending []pendingUnit
	certain := Permitted
	look := func(u *unit, i int) {
		res := e.evaluate(u, i)
		if res.applies == no {
			return
		}
		if res.outcome == Open {
			pending = append(pending, pendingUnit{u, i})
		} else {
			certain = max(certain, res.verdict)
		}
		e.results = append(e.results, res)
	}
	e.each(units, len(r.Activity.Parties), look)
	slices.SortFunc(e.results, func(a, b result) int {
		return cmp.Or(cmp.Compare(a.u.p.Order, b.u.p.Order), cmp.Compare(a.line, b.line))
	})
	r.Verdict = certain
	switch {
	case e.apart:
		for i := range e.results {
			r.Verdict = max(r.Verdict, e.results[i].verdict)
		}
	case len(pending) > 0:
		e.ask(r, pending, certain)
	}
	e.findings(r)
}

// each calls f for each unit and line that is relevant on the day, line by line, so
// that each line is put in the slots once.
func (e *Evaluator) each(units []*unit, parties int, f func(*unit, int)) {
	e.line(vocab.OfGoods, -1)
	for _, u := range units {
		if u.p.Each == law.EachActivity && e.relevant(u) {
			f(u, -1)
		}
	}
	for i := range e.lines {
		e.line(vocab.OfGoods, i)
		for _, u := range units {
			if u.p.Each == law.EachGoods && e.relevant(u) {
				f(u, i)
			}
		}
	}
	e.line(vocab.OfGoods, -1)
	for i := range parties {
		e.line(vocab.OfParties, i)
		for _, u := range units {
			if u.p.Each == law.EachParty && e.relevant(u) {
				f(u, i)
			}
		}
	}
}

// relevant is the pre-selection: the kind of activity and the days in force.
func (e *Evaluator) relevant(u *unit) bool {
	return (!e.g.exhaustive || u.p.Kinds.Has(e.a.Kind)) && e.inForce(u)
}

// ask settles the verdict where provisions are open, and the questions.
func (e *Evaluator) ask(r *Ruling, pending []pendingUnit, certain Verdict) {
	relevant := pending[:0:0]
	for _, p := range pending {
		if e.most(p.u) > certain {
			relevant = append(relevant, p)
		}
	}
	if len(relevant) == 0 {
		return
	}
	extra := e.entangled(relevant)
	floor := Permitted
	loose := make(map[pendingUnit]bool, len(extra))
	for _, p := range extra {
		loose[p] = true
	}
	for i := range e.results {
		res := &e.results[i]
		if res.outcome != Open && !loose[pendingUnit{res.u, res.line}] {
			floor = max(floor, res.verdict)
		}
	}
	decide, hangs, t, ok := e.explore(relevant, extra, floor)
	relevant = append(relevant, extra...)
	if !ok {
		r.Unproven = true
		for v := range hangs {
			decide.add(v)
		}
		for i := range e.results {
			decide.addAll(e.results[i].missing)
		}
	} else if t.isLeaf() {
		r.Verdict = t.verdict()
		for i := range e.results { // whatever the answers are
			if res := &e.results[i]; res.outcome == Open && e.most(res.u) >= r.Verdict {
				res.verdict = r.Verdict
			}
		}
		return
	}
	if t != nil {
		r.Verdict = max(r.Verdict, t.mildest()) // so much is certain, whatever the answers
	}
	provisions := once(relevant)
	for _, v := range decide {
		q := Question{Fact: v.fact, Line: int(v.line)}
		for _, u := range hangs[v] {
			q.Decides = append(q.Decides, u.p)
		}
		slices.SortFunc(q.Decides, func(a, b *law.Provision) int { return cmp.Compare(a.Order, b.Order) })
		if vocab.FactOf(v.fact).Type == vocab.Commodity {
			for _, val := range e.possible(v, provisions) {
				q.Values = append(q.Values, val.Text)
			}
		}
		r.Questions = append(r.Questions, q)
	}
	for i := range e.results {
		res := &e.results[i]
		if res.outcome != Open || e.most(res.u) <= certain {
			continue
		}
		var deciding varSet
		for _, m := range res.missing {
			if decide.has(m) {
				deciding.add(m)
			}
		}
		if len(deciding) > 0 {
			r.Verdict = max(r.Verdict, min(openVerdict(deciding, res.certain), res.ceiling))
			if t != nil {
				res.verdict = max(res.verdict, min(t.mildest(), e.most(res.u)))
			}
		}
	}
	if t == nil {
		r.Verdict = max(r.Verdict, Incomplete)
	} else { // what decides may come up only behind other answers
		r.Verdict = max(r.Verdict, min(Incomplete, t.verdict()))
	}
}

// entangled adds the provisions that are not open themselves but that an answer
// could change: those that name goods, where the question is what the goods are,
// and those that take for granted a fact that an open one asks for.
func (e *Evaluator) entangled(pending []pendingUnit) (extra []pendingUnit) {
	in := make(map[pendingUnit]bool, len(pending))
	lines := map[int]bool{} // true where the code is not known either
	var asked vocab.FactSet
	for _, p := range pending {
		in[p] = true
		_, asks := p.u.facts()
		asked.Union(asks)
		for _, m := range e.resultOf(p.u, p.line).missing {
			if m.fact == vocab.GoodsHS || m.fact == vocab.GoodsCommodity {
				lines[int(m.line)] = lines[int(m.line)] || m.fact == vocab.GoodsHS
			}
		}
	}
	touched := func(u *unit, i int) bool {
		open, asked := lines[i]
		if !asked || u.p.Each != law.EachGoods || len(u.selectors) == 0 {
			return false
		}
		if open || e.lines[i].blank {
			return true
		}
		for k := range u.selectors { // only what it may be, or is taken to be, can change
			if l := u.selectors[k].list; l >= 0 && e.lines[i].matches[l] != goods.No {
				return true
			}
		}
		return false
	}
	for grown := true; grown; {
		grown = false
		for _, u := range e.g.byKind[e.a.Kind] {
			if !e.inForce(u) || e.most(u) == Permitted {
				continue
			}
			reads, asks := u.facts()
			from, to := e.linesOf(u)
			for i := from; i < to; i++ {
				p := pendingUnit{u, i}
				if in[p] || !touched(u, i) && !reads.Meets(&asked) {
					continue
				}
				in[p], grown = true, true
				asked.Union(asks)
				extra = append(extra, p)
			}
		}
	}
	return extra
}

// findings turns results into findings.
func (e *Evaluator) findings(r *Ruling) {
	r.Findings = slices.Grow(r.Findings, len(e.results))
	for i := range e.results {
		res := &e.results[i]
		f := Finding{
			Provision: res.u.p, Line: res.line, Outcome: res.outcome, Verdict: res.verdict,
			Exceptions: res.exceptions, Cap: res.cap, Goods: res.basis, Late: res.late, unit: res.u,
		}
		for _, m := range res.missing {
			f.Missing = append(f.Missing, m.fact)
		}
		f.Missing = slices.Compact(f.Missing)
		r.Findings = append(r.Findings, f)
	}
}

// assumptions notes which assumed facts the verdict rests on: those of which
// another value, all else the same, would give another verdict.
func (e *Evaluator) assumptions(r *Ruling) {
	if e.brief {
		return
	}
	e.tally = [len(verdicts)]int{}
	for i := range e.results {
		e.tally[e.results[i].verdict]++
	}
	uses := e.uses[:0]
	note := func(v variable, p pendingUnit) {
		for i := range uses {
			if uses[i].v == v {
				uses[i].on = append(uses[i].on, p)
				return
			}
		}
		if len(uses) < cap(uses) { // with the memory of last time
			uses = uses[:len(uses)+1]
			u := &uses[len(uses)-1]
			u.v, u.on = v, append(u.on[:0], p)
			return
		}
		uses = append(uses, use{v, []pendingUnit{p}})
	}
	probe := func(u *unit, i int) {
		res := e.resultOf(u, i)
		if e.most(u) <= r.Verdict && (res == nil || res.verdict < r.Verdict) {
			return // can neither raise the verdict nor lower it
		}
		missing := e.probe(u, i, res == nil)
		for _, m := range missing {
			if res != nil && res.outcome == Open && res.missing.has(m) {
				continue
			}
			if e.saidUnknown(m) {
				continue
			}
			if f := vocab.FactOf(m.fact); !f.Ask || m.fact == vocab.Destination || m.fact == vocab.ApprovalCommittee {
				note(m, pendingUnit{u, i})
			}
		}
	}
	e.each(e.g.byKind[r.Activity.Kind], max(1, len(r.Activity.Parties)), func(u *unit, i int) { // nobody named: a first party
		if e.most(u) > Permitted {
			probe(u, i)
		}
	})
	e.uses = uses
	for i := range uses {
		x := &uses[i]
		f := vocab.FactOf(x.v.fact)
		for _, val := range e.g.anyOf(x.v.fact, r.Activity.Kind) {
			if val.Format(f.Type) == f.Assumed && x.v.fact != vocab.ContractExists { // a contract not said to exist may
				continue
			}
			undo := e.assign(x.v, val)
			v := e.verdictWith(x.on, r.Verdict)
			undo()
			if v != r.Verdict && max(v, r.Verdict) > Exempt {
				a := Assumption{Fact: x.v.fact, Line: int(x.v.line), Value: f.Assumed, Otherwise: v}
				switch x.v.fact {
				case vocab.Destination:
					a.Value = "another state"
				case vocab.ApprovalCommittee:
					a.Value = "none"
				}
				for _, p := range x.on {
					if !slices.Contains(a.Provisions, p.u.p) {
						a.Provisions = append(a.Provisions, p.u.p)
					}
				}
				r.Assumed = append(r.Assumed, a)
				break
			}
		}
	}
	slices.SortFunc(r.Assumed, func(a, b Assumption) int {
		return cmp.Or(cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Line, b.Line))
	})
}

// probe gives the facts that a unit hangs on when nothing is taken for granted. Of
// a unit that its gates keep out (out says that it gave no result) only those of
// the gates count: no exception makes a provision apply. What it gives stands
// until the next probe.
func (e *Evaluator) probe(u *unit, line int, out bool) varSet {
	if out {
		var basis GoodsBasis
		if e.gates(u, line, &basis, nil) == no {
			e.probed = e.probed[:0]
			e.act.probe = true
			t := e.gates(u, line, &basis, &e.probed)
			e.act.probe = false
			if t == unknown {
				return e.probed
			}
			return nil
		}
	}
	e.act.probe, e.lean = true, true
	p := e.evaluate(u, line)
	e.act.probe, e.lean = false, false
	if p.applies == no || p.outcome != Open {
		return nil
	}
	return p.missing
}

// saidUnknown reports whether a fact was stated as not known.
func (e *Evaluator) saidUnknown(v variable) bool {
	var facts activity.Facts
	switch vocab.FactOf(v.fact).Scope {
	case vocab.OfActivity:
		facts = e.a.Facts
	case vocab.OfGoods:
		if int(v.line) < len(e.a.Goods) {
			facts = e.a.Goods[v.line]
		}
	case vocab.OfParties:
		if int(v.line) < len(e.a.Parties) {
			facts = e.a.Parties[v.line]
		}
	}
	val, ok := facts.Get(v.fact)
	return ok && val.Unknown
}

// use is an assumed fact with the provisions that would be open without it.
type use struct {
	v  variable
	on []pendingUnit
}

// resultOf finds the result of a unit on a line among those of [Evaluator.judge],
// which are sorted; nil when it does not apply.
func (e *Evaluator) resultOf(u *unit, line int) *result {
	i, ok := slices.BinarySearchFunc(e.results, pendingUnit{u, line}, func(r result, p pendingUnit) int {
		return cmp.Or(cmp.Compare(r.u.p.Order, p.u.p.Order), cmp.Compare(r.line, p.line))
	})
	if !ok {
		return nil
	}
	return &e.results[i]
}

// verdictWith gives the verdict when the units named are evaluated anew and the
// others stay; it was now. Past a stricter one it need not be exact.
func (e *Evaluator) verdictWith(anew []pendingUnit, now Verdict) Verdict {
	others := e.tally
	for _, p := range anew {
		if res := e.resultOf(p.u, p.line); res != nil {
			others[res.verdict]--
		}
	}
	v := Prohibited
	for v > Permitted && others[v] == 0 {
		v--
	}
	stays := v >= now // then only what could be stricter matters
	for _, p := range anew {
		if stays && e.most(p.u) <= now {
			continue
		}
		if r := e.again(p); r.applies != no {
			v = max(v, r.verdict)
		}
		if v > now && v > Exempt {
			return v
		}
	}
	return v
}

// linesOf gives the lines that a unit is applied to, as a half-open range; -1 to
// 0 for the activity itself.
func (e *Evaluator) linesOf(u *unit) (from, to int) {
	switch u.p.Each {
	case law.EachGoods:
		return 0, len(e.lines)
	case law.EachParty:
		return 0, len(e.a.Parties)
	}
	return -1, 0
}

// show puts the line that a unit is applied to in the slots.
func (e *Evaluator) show(u *unit, i int) {
	switch u.p.Each {
	case law.EachGoods:
		e.line(vocab.OfGoods, i)
	case law.EachParty:
		e.line(vocab.OfGoods, -1)
		e.line(vocab.OfParties, i)
	default:
		e.line(vocab.OfGoods, -1)
	}
}

// views gives the verdict under each position on law whose force is disputed and
// that the activity meets.
func (e *Evaluator) views(r *Ruling) {
	var in, out []string
	var ps []*law.Provision
	var verdicts [2]Verdict
	for i, v := range []view{asInForce, asNotInForce} {
		e.view = v
		sub := &Ruling{Activity: r.Activity}
		e.judge(sub)
		verdicts[i] = sub.Verdict
		if v == asNotInForce {
			break
		}
		for j := range sub.Findings {
			p := sub.Findings[j].Provision
			positions := p.PositionsOn(e.day)
			if len(positions) == 0 || slices.Contains(ps, p) {
				continue
			}
			ps = append(ps, p)
			for _, q := range positions {
				if q.InForce {
					in = append(in, q.By...)
				} else {
					out = append(out, q.By...)
				}
			}
		}
	}
	e.view = byJurisdiction
	if verdicts[0] == verdicts[1] {
		return // the dispute makes no difference here
	}
	slices.Sort(in)
	slices.Sort(out)
	r.Views = []View{
		{InForce: true, By: slices.Compact(in), Verdict: verdicts[0], Provisions: ps},
		{By: slices.Compact(out), Verdict: verdicts[1], Provisions: ps},
	}
}

// over rules as of a period: every stretch in which the law stands still has a
// verdict, and where they differ the day is the question.
func (e *Evaluator) over(r *Ruling) {
	days := e.changes(r)
	r.Changes = days
	least := Prohibited
	same := true
	for i, from := range days {
		to := r.AsOf.To
		if i+1 < len(days) {
			to = days[i+1] - 1
		}
		sub := &Ruling{Activity: r.Activity}
		e.on(sub, from)
		span := Span{Period: when.Period{From: from, To: to}, Verdict: sub.Verdict}
		if n := len(r.Spans); n > 0 && r.Spans[n-1].Verdict == span.Verdict {
			r.Spans[n-1].Period.To = to
		} else {
			if n > 0 {
				same = false
			}
			r.Spans = append(r.Spans, span)
		}
		least = min(least, sub.Verdict)
		r.Verdict = sub.Verdict
		r.Unproven = r.Unproven || sub.Unproven
		r.merge(sub)
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Provision.Order, b.Provision.Order), cmp.Compare(a.Line, b.Line))
	})
	slices.SortFunc(r.Questions, func(a, b Question) int {
		return cmp.Or(cmp.Compare(a.Fact, b.Fact), cmp.Compare(a.Line, b.Line))
	})
	if same {
		r.Spans = nil
		return
	}
	r.Verdict = max(least, Incomplete)
	r.Questions = append([]Question{{Date: true, Line: -1}}, r.Questions...)
}

// merge adds what a part of the period gave and the parts before did not.
func (r *Ruling) merge(sub *Ruling) {
	for _, f := range sub.Findings {
		if !slices.ContainsFunc(r.Findings, func(g Finding) bool {
			return g.Provision == f.Provision && g.Line == f.Line && g.Outcome == f.Outcome && g.Verdict == f.Verdict
		}) {
			r.Findings = append(r.Findings, f)
		}
	}
	for _, q := range sub.Questions {
		if !slices.ContainsFunc(r.Questions, func(p Question) bool { return p.Fact == q.Fact && p.Line == q.Line && p.Date == q.Date }) {
			r.Questions = append(r.Questions, q)
		}
	}
	for _, a := range sub.Assumed {
		if !slices.ContainsFunc(r.Assumed, func(b Assumption) bool { return b.Fact == a.Fact && b.Line == a.Line }) {
			r.Assumed = append(r.Assumed, a)
		}
	}
	for _, p := range sub.Paths {
		if !slices.ContainsFunc(r.Paths, func(q Path) bool { return q.Exception == p.Exception }) {
			r.Paths = append(r.Paths, p)
		}
	}
	if len(r.Views) == 0 {
		r.Views = sub.Views
	}
}

// changes gives the first day of each stretch of r.AsOf in which no provision,
// exception, position, cap period or listing changes.
func (e *Evaluator) changes(r *Ruling) []when.Day {
	days := []when.Day{r.AsOf.From}
	if r.AsOf.Exact() {
		return days
	}
	add := func(d when.Day) {
		if d > r.AsOf.From && d <= r.AsOf.To {
			days = append(days, d)
		}
	}
	after := func(d when.Day) {
		if d != when.NoDay && d < law.Forever {
			add(d + 1)
		}
	}
	for _, u := range e.g.byKind[r.Activity.Kind] {
		from, until, ok := u.p.Period(e.g.law, r.KnownAt)
		if !ok {
			continue
		}
		add(from)
		after(until)
		after(u.p.Deadline)
		for i := range u.exceptions {
			if from, until, ok := u.exceptions[i].x.Period(e.g.law, r.KnownAt); ok {
				add(from)
				after(until)
			}
		}
		for _, list := range [...][]law.Position{u.p.Positions, u.p.Instrument.Positions} {
			for i := range list {
				add(list[i].From)
				after(list[i].Until)
			}
		}
		if u.p.Cap != nil {
			for i := range u.p.Cap.Limits {
				l := &u.p.Cap.Limits[i]
				for d := r.AsOf.From; ; {
					p, ok := l.PeriodOf(d)
					if !ok || p.To >= r.AsOf.To {
						break
					}
					d = p.To + 1
					add(d)
				}
			}
		}
	}
	listing := func(facts activity.Facts, ids ...vocab.FactID) {
		for _, id := range ids {
			if v, ok := facts.Get(id); ok && !v.Unknown {
				add(v.Date.From)
				after(v.Date.To)
			}
		}
	}
	listing(r.Activity.Facts, vocab.VesselListedOn, vocab.VesselDelistedOn, vocab.ApprovalValidUntil)
	for _, p := range r.Activity.Parties {
		listing(p, vocab.PartyListedOn, vocab.PartyDelistedOn)
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// paths collects the ways out and the duties that go with exceptions.
func (e *Evaluator) paths(r *Ruling) {
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Verdict != r.Verdict && (r.Verdict >= NeedsApproval || f.Outcome != Open) || f.Verdict < NeedsApproval && f.Outcome != Open {
			continue
		}
		for _, x := range f.Provision.Exceptions {
			if x.Path == "" || x.Grant != law.ByCommittee {
				continue
			}
			from, until, ok := x.Period(e.g.law, e.known)
			if !ok || e.day < from || e.day > until {
				continue
			}
			at := slices.IndexFunc(r.Paths, func(p Path) bool { return p.Exception == x })
			if at < 0 {
				at = len(r.Paths)
				r.Paths = append(r.Paths, Path{Provision: x.Provision, Exception: x, General: x.General})
			}
			if !slices.Contains(r.Paths[at].For, f.Provision) {
				r.Paths[at].For = append(r.Paths[at].For, f.Provision)
			}
		}
	}
}

package commitment

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Question is what is asked.
type Question struct {
	Events []event.Event
	// Suppose are the undertakings that are taken as accepted from their first day, where the record does not say that they
	// were ever accepted. What the record accepts stays as it is.
	Suppose []*law.Provision
	// CertainOnly leaves out conduct that is in doubt, and what is only alleged.
	CertainOnly bool
	// From and To bound the conduct and the moves that are shown; NoDay for no bound. What lies before From still counts for
	// the state; what lies after To does not.
	From, To when.Day
}

// Run gives an account of every undertaking, in the order of the law. The order in which events are given does not matter.
func (b *Book) Run(q Question) ([]*Account, error) {
	f := &fold{at: map[*law.Provision]*line{}}
	events := slices.Clone(q.Events)
	event.Sort(events)
	if q.To != when.NoDay {
		events = slices.DeleteFunc(events, func(e event.Event) bool { return e.Time.Legal().From > q.To })
	}
	for _, p := range b.Law.Provisions() {
		a := &line{Account: &Account{Provision: p}, by: map[place.State]bool{}}
		f.lines, f.at[p] = append(f.lines, a), a
	}
	for _, a := range f.lines {
		for _, id := range a.Stipulation().If {
			p, _ := b.Law.Provision(id)
			a.needs = append(a.needs, f.at[p])
		}
		for _, id := range a.Stipulation().After {
			p, _ := b.Law.Provision(id)
			a.after = append(a.after, f.at[p])
		}
	}
	items, err := b.items(f, events, q.CertainOnly)
	if err != nil {
		return nil, err
	}
	f.suppose(q.Suppose)
	for i := range items {
		if q.To == when.NoDay || items[i].at.Legal().From <= q.To {
			f.step(&items[i])
		}
	}
	return f.accounts(b, q), nil
}

// line is an account under way.
type line struct {
	*Account
	// base is the state without regard to what it hangs on.
	base         State
	begun        bool
	needs, after []*line
	// by are those who have accepted it; accepted is true where the record says that all did at some time.
	by       map[place.State]bool
	accepted bool
	// before is what it goes back to when an observance ends.
	before State
	// against is all conduct against it, whenever it was.
	against []Conduct
	counted map[deed]bool
	// last is the last event against it and how it stood to it.
	last struct {
		event *event.Event
		role  Role
	}
	// roots are the undertakings by whose state this one does not bind, itself among them.
	roots []*line
	shown State
}

// deed is what one state did in one event.
type deed struct {
	event *event.Event
	by    place.State
}

type fold struct {
	lines []*line
	at    map[*law.Provision]*line
	// ongoing is conduct that lasts: it counts from when the undertaking binds, if that is later than its beginning.
	ongoing []item
}

// item is one thing that happens to one undertaking.
type item struct {
	at    event.Time
	order int // what begins or ends by itself comes before what is said, and that before what is done
	id    string
	line  *line

	begin, term, due bool
	event            *event.Event
	move             *event.Move
	conduct          *Conduct
}

// The orders of items of one time.
const (
	byTerm = iota
	bySaying
	byDoing
)

// items puts what happens into one order.
func (b *Book) items(f *fold, events []event.Event, certain bool) ([]item, error) {
	var out []item
	for _, a := range f.lines {
		p := a.Provision
		out = append(out, item{at: event.Morning(p.Instrument.Adopted), line: a, id: p.ID, begin: true})
		if p.Until != when.NoDay {
			out = append(out, item{at: event.Morning(p.Until + 1), line: a, id: p.ID, term: true})
		}
		if d := p.Stipulation.Due; d != when.NoDay {
			out = append(out, item{at: event.Morning(d + 1), line: a, id: p.ID, due: true})
		}
	}
	judge := b.engine.NewEvaluator()
	for i := range events {
		e := &events[i]
		said, err := b.said(f, e, certain)
		if err != nil {
			return nil, err
		}
		out = append(out, said...)
		found, err := b.bearings(judge, e)
		if err != nil {
			return nil, err
		}
		for k := range found {
			if certain && !found[k].conduct.Certain() {
				continue
			}
			a := f.at[found[k].p]
			if found[k].conduct.Role.Against() {
				a.against = append(a.against, found[k].conduct)
			}
			out = append(out, item{at: e.Time, order: byDoing, line: a, id: e.ID, event: e, conduct: &found[k].conduct})
		}
	}
	slices.SortStableFunc(out, func(x, y item) int {
		return cmp.Or(cmp.Compare(x.at.From, y.at.From), cmp.Compare(x.at.To, y.at.To), cmp.Compare(x.id, y.id), cmp.Compare(x.order, y.order))
	})
	return out, nil
}

// said gives the moves of an event, one item for each undertaking that a move bears on.
func (b *Book) said(f *fold, e *event.Event, certain bool) ([]item, error) {
	var out []item
	for i := range e.Moves {
		m := &e.Moves[i]
		for _, id := range m.On {
			list, err := b.Find(id)
			if err != nil {
				return nil, fault.New(fault.Invalid, "the event %s bears on %q, which is no undertaking", e.ID, id).WithFix("`cordon commitments list` shows them")
			}
			for _, p := range list {
				if err := b.may(e, m, p, p.ID == id); err != nil {
					return nil, err
				}
				a := f.at[p]
				a.take(m)
				if certain && m.Act == event.Allege {
					continue
				}
				out = append(out, item{at: e.Time, order: bySaying, line: a, id: e.ID, event: e, move: m})
			}
		}
	}
	return out, nil
}

// may refuses a move by somebody whose word cannot have that effect on the very undertaking that it names, and one from
// before the undertaking was known. Of an instrument, each undertaking takes the moves of its own parties.
func (b *Book) may(e *event.Event, m *event.Move, p *law.Provision, named bool) error {
	who := p.Stipulation.By
	switch m.Act {
	case event.Accept, event.Suspend, event.Resume, event.Withdraw:
	case event.Reject:
		who = slices.Concat(who, p.Stipulation.To)
	default:
		named = false
	}
	if named && !slices.ContainsFunc(m.By, func(x place.State) bool { return slices.Contains(who, x.String()) }) {
		return fault.New(fault.Invalid, "the event %s says %q of %s in the name of nobody who is a party to it", e.ID, m.Act, p.ID)
	}
	if e.Time.Legal().To < p.Instrument.Adopted {
		return fault.New(fault.Invalid, "the event %s bears on %s, which was put forward only on %s", e.ID, p.ID, p.Instrument.Adopted.Long())
	}
	return nil
}

// take notes who accepts, to know whether the record says that the undertaking was ever accepted.
func (a *line) take(m *event.Move) {
	if m.Act != event.Accept {
		return
	}
	for _, s := range m.By {
		a.by[s] = true
	}
	a.accepted = a.acceptedByAll()
}

func (a *line) acceptedByAll() bool {
	return !slices.ContainsFunc(a.Stipulation().By, func(code string) bool {
		for s := range a.by {
			if s.String() == code {
				return false
			}
		}
		return true
	})
}

// suppose takes undertakings as accepted that the record never accepts.
func (f *fold) suppose(list []*law.Provision) {
	for _, a := range f.lines {
		a.Supposed = slices.Contains(list, a.Provision) && !a.accepted
		clear(a.by)
		a.counted = map[deed]bool{}
	}
}

// step takes one item.
func (f *fold) step(it *item) {
	a := it.line
	switch {
	case it.begin:
		a.begin()
	case it.term:
		f.set(a, Ended, it, "its term ended")
	case it.due:
		a.Overdue = !a.done()
	case it.move != nil:
		f.move(a, it)
	default:
		f.conduct(a, it)
	}
	f.settle(it)
	f.resume(it)
}

// begin puts the undertaking forward, or supposes it.
func (a *line) begin() {
	p := a.Provision
	a.begun = true
	on := when.On(p.Instrument.Adopted)
	a.Changes = append(a.Changes, Change{State: Proposed, On: on, Why: "put forward in " + p.Instrument.Name})
	if a.Supposed {
		a.base = Accepted
		a.Changes = append(a.Changes, Change{State: Accepted, On: when.On(max(p.From, p.Instrument.Adopted)), Why: "supposed"})
	}
	a.shown = a.base
}

// set changes the base state.
func (f *fold) set(a *line, s State, it *item, why string) bool {
	if a.base == s || a.base == Ended {
		return false
	}
	a.base = s
	a.note(s, it, why, "")
	return true
}

// note writes a change down.
func (a *line) note(s State, it *item, why, of string) {
	if a.shown == s {
		return
	}
	a.shown = s
	a.Changes = append(a.Changes, Change{State: s, On: it.at.Legal(), Event: it.event, Why: why, Of: of})
}

// binds reports whether the undertaking binds now: accepted, and what it hangs on holds and is done.
func (a *line) binds() bool { return a.base == Accepted && len(a.roots) == 0 && a.ready() }

// holds reports whether the undertaking by itself is one that others may rely on.
func (a *line) holds() bool { return a.base == Accepted || a.base == Ended && a.done() }

// own reports whether x is an undertaking of nobody but those who are bound by a: they cannot rely on what they broke
// themselves.
func (a *line) own(x *line) bool {
	return !slices.ContainsFunc(x.Stipulation().By, func(code string) bool { return !slices.Contains(a.Stipulation().By, code) })
}

// failedNeed gives the undertaking that a hangs on and that was broken, put off, turned down or ended; nil for none.
func (a *line) failedNeed() *line {
	i := slices.IndexFunc(a.roots, func(x *line) bool {
		return x != a && (x.base == Rejected || x.base == Suspended || x.base.breached() || x.base == Ended)
	})
	if i < 0 {
		return nil
	}
	return a.roots[i]
}

// ready reports whether what must come first is done.
func (a *line) ready() bool {
	return !slices.ContainsFunc(a.after, func(x *line) bool { return !x.done() })
}

// done reports whether an act is on record as done: by the last word of everybody who puts its progress.
func (a *line) done() bool {
	last := a.ProgressOn(law.Forever)
	return len(last) > 0 && !slices.ContainsFunc(last, func(m Mark) bool { return m.Progress < 3 })
}

// settle finds by whose state each undertaking does not bind. The state of an undertaking goes over to those that hang on
// it, and on to those that hang on these, but not to undertakings of the very states that brought it about. A pair that
// hangs on each other holds as long as neither is disturbed.
func (f *fold) settle(it *item) {
	for _, a := range f.lines {
		a.roots = nil
		if !a.holds() {
			a.roots = []*line{a}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, a := range f.lines {
			for _, x := range a.needs {
				for _, r := range x.roots {
					if !a.own(r) && !slices.Contains(a.roots, r) {
						a.roots, changed = append(a.roots, r), true
					}
				}
			}
		}
	}
	for _, a := range f.lines {
		if a.base != Accepted || !a.begun {
			continue
		}
		if x := a.failedNeed(); x != nil {
			why := "it hangs on " + x.Provision.ID
			if x.base == BreachAlleged {
				why += ", and a breach of that is alleged"
			}
			a.note(ConditionFailed, it, why, x.Provision.ID)
		} else if a.shown == ConditionFailed {
			a.note(Accepted, it, "what it hangs on holds again", "")
		}
	}
}

// resume counts conduct that goes on where the undertaking has come to bind meanwhile.
func (f *fold) resume(now *item) {
	for i := range f.ongoing {
		o := &f.ongoing[i]
		if o.line.binds() && !o.line.counted[deed{o.event, o.conduct.By}] && now.at.From < o.event.Until.To {
			c := *o.conduct
			c.Doubts = append(slices.Clone(c.Doubts), "it was under way when the undertaking came to bind")
			late := *o
			late.conduct, late.at = &c, now.at
			o.line.last.event = nil
			f.conduct(o.line, &late)
			f.settle(&late)
		}
	}
}

// conduct takes what was done.
func (f *fold) conduct(a *line, it *item) {
	c := *it.conduct
	c.Doubts = slices.Clone(c.Doubts)
	if c.Role == Performance {
		a.Conduct = append(a.Conduct, c)
		return
	}
	if c.Role = a.role(); a.last.event == c.Event {
		c.Role = a.last.role // what several states did together stands to it as one
	}
	a.last.event, a.last.role = c.Event, c.Role
	if a.needs != nil && (c.Role == Breach || c.Role == After) {
		c.Doubts = append(c.Doubts, a.order(&c)...)
	}
	switch {
	case c.Role == Breach || c.Role == Again:
		a.counted[deed{c.Event, c.By}] = true
		s, why := BreachEstablished, ByConduct
		if !c.Certain() {
			s, why = BreachAlleged, ByConductPerhaps
		}
		if s > a.base || a.base == Accepted {
			f.set(a, s, it, why)
		}
	case c.Role == EndsObservance:
		f.set(a, a.before, it, ByConduct)
	}
	if c.Event.Lasting() && c.Role != Breach && c.Role != Again {
		f.ongoing = append(f.ongoing, *it)
	}
	a.list(c)
}

// list adds conduct, in place of what was said of the same before.
func (a *line) list(c Conduct) {
	i := slices.IndexFunc(a.Conduct, func(o Conduct) bool { return o.Event == c.Event && o.By == c.By })
	if i < 0 {
		a.Conduct = append(a.Conduct, c)
		return
	}
	a.Conduct[i] = c
}

// role says how conduct against the undertaking stands to it now.
func (a *line) role() Role {
	switch a.base {
	case Accepted:
		switch {
		case a.binds():
			return Breach
		case a.failedNeed() != nil:
			return After
		default:
			return Unmet
		}
	case BreachAlleged, BreachEstablished:
		return Again
	case Observed:
		return EndsObservance
	case Suspended:
		return WhileSuspended
	case Ended:
		return AfterEnd
	default:
		return NotAccepted
	}
}

// order gives the doubts about which came first: conduct against what the undertaking hangs on, at a time that cannot be
// told from that of c; and a failed condition that rests on a breach which is only alleged.
func (a *line) order(c *Conduct) []string {
	var out []string
	for _, x := range a.needs {
		if a.own(x) {
			continue
		}
		for i := range x.against {
			o := &x.against[i]
			if o.Event != c.Event && !o.Event.Time.Before(c.Event.Time) && !c.Event.Time.Before(o.Event.Time) {
				if said := "it cannot be told whether it came before or after " + o.Event.ID; !slices.Contains(out, said) {
					out = append(out, said)
				}
			}
		}
		if x.base == BreachAlleged && c.Role == After {
			out = append(out, "its condition failed by a breach of "+x.Provision.ID+" that is only alleged")
		}
	}
	return out
}

// move takes what was said.
func (f *fold) move(a *line, it *item) {
	m := it.move
	changed := false
	party := func(codes []string) bool {
		return slices.ContainsFunc(m.By, func(s place.State) bool { return slices.Contains(codes, s.String()) })
	}
	by, parties := a.Stipulation().By, slices.Concat(a.Stipulation().By, a.Stipulation().To)
	open := a.base == Proposed || a.base == Rejected || a.base == Observed
	switch m.Act {
	case event.Accept:
		for _, s := range m.By {
			a.by[s] = true
		}
		changed = open && a.acceptedByAll() && !a.Supposed && f.set(a, Accepted, it, "accepted")
	case event.Reject:
		changed = open && party(parties) && !a.Supposed && f.set(a, Rejected, it, "turned down")
	case event.Observe:
		if (a.base == Proposed || a.base == Rejected) && !a.Supposed {
			a.before = a.base
			changed = f.set(a, Observed, it, "said to be kept")
		}
	case event.Suspend:
		changed = a.base == Accepted && party(by) && f.set(a, Suspended, it, "put off")
	case event.Resume:
		changed = (a.base == Suspended || a.base.breached()) && party(by) && f.set(a, Accepted, it, "taken up again")
	case event.Withdraw:
		changed = a.base != Proposed && party(by) && f.set(a, Ended, it, "given up by who is bound")
	case event.End:
		changed = f.set(a, Ended, it, "declared over")
	case event.Allege:
		changed = a.binds() && f.set(a, BreachAlleged, it, "a breach is alleged")
	case event.Establish:
		changed = (a.binds() || a.base == BreachAlleged) && f.set(a, BreachEstablished, it, "a breach is found or admitted")
	case event.Progress:
		a.Marks = append(a.Marks, Mark{Event: it.event, On: it.at.Legal(), Progress: m.Progress, Coder: m.Coder})
	}
	a.Said = append(a.Said, Said{Event: it.event, Move: m, Changed: changed})
}

// accounts closes the fold and leaves out what lies before the time that is asked for.
func (f *fold) accounts(b *Book, q Question) []*Account {
	out := make([]*Account, 0, len(f.lines))
	for _, a := range f.lines {
		if !a.begun {
			continue // put forward after the time that is asked for
		}
		a.State = a.shown
		a.Overdue = a.Overdue && !a.done()
		if q.From != when.NoDay {
			a.Conduct = slices.DeleteFunc(a.Conduct, func(c Conduct) bool { return c.Event.Legal().To < q.From })
			a.Said = slices.DeleteFunc(a.Said, func(s Said) bool { return s.Event.Legal().To < q.From })
		}
		out = append(out, a.Account)
	}
	return out
}

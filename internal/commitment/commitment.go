// Package commitment says what became of undertakings: a fold over dated rulings. Who promised what is law with the effect
// commit; what happened are events; the engine that applies law rules which event bears on which promise; and the fold
// goes through the events in the order of their time and keeps, for each promise, its state and every change of it with
// the event that made it.
//
// It gives no verdict on who is to blame and reads no intention: an order of events with what each side says is all it
// has. No report of a breach is not compliance, and an act that was promised and is not on record is not a breach. No code
// here names a state.
package commitment

import (
	"io/fs"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// State is how an undertaking stands.
type State uint8

// The states.
const (
	Proposed State = iota
	Rejected
	Accepted
	// Observed: somebody says that it is kept although it was not accepted.
	Observed
	Suspended
	// ConditionFailed: what it hangs on was broken, put off, turned down or ended first. Conduct against it is no breach.
	ConditionFailed
	BreachAlleged
	BreachEstablished
	Ended
)

var stateWords = [...]string{
	"proposed", "rejected", "accepted", "observed without acceptance", "suspended", "condition failed", "breached (alleged)",
	"breached (established)", "ended",
}

// String gives the words for people and programs.
func (s State) String() string { return stateWords[s] }

// breached reports whether it is a breach of either kind.
func (s State) breached() bool { return s == BreachAlleged || s == BreachEstablished }

// Change is one change of state.
type Change struct {
	State State
	// On are the days of New York on which it may have come about.
	On when.Period
	// Event made it; nil where the instrument itself did: by being put forward, by its term, or by being supposed.
	Event *event.Event
	// Why says it in a few words; Of is the undertaking through which it came, where it came through another.
	Why string
	Of  string
}

// Whys of changes that were made by what was done, and not by what was said.
const (
	ByConduct        = "conduct against it"
	ByConductPerhaps = "conduct that may be against it"
)

// Role is how conduct stands to an undertaking at its time.
type Role uint8

// The roles. Only the first two are breaches.
const (
	Breach      Role = iota
	Again            // against it, after it was broken already
	After            // against it, after its condition had failed
	Unmet            // against it, while what it hangs on had not come about
	NotAccepted      // against what was only proposed, or turned down
	EndsObservance
	WhileSuspended
	AfterEnd
	Performance // what was promised to be done
)

var roleWords = [...]string{
	"breach", "again, after it was broken", "after its condition had failed", "while its condition was not met", "not accepted by then",
	"ends the observance", "while suspended", "after its end", "carries it out",
}

// String gives the words for people and programs.
func (r Role) String() string { return roleWords[r] }

// Against reports whether it is conduct against the undertaking.
func (r Role) Against() bool { return r != Performance }

// Conduct is what one state did in one event, as the engine ruled that it bears on an undertaking.
type Conduct struct {
	Event *event.Event
	By    place.State
	Role  Role
	// On are the days of New York on which it happened or began.
	On when.Period
	// Doubts say why it is not certain that it bears on the undertaking so; none means that it is.
	Doubts []string
	// Missing are the facts that the engine asks for.
	Missing []vocab.FactID
}

// Certain reports whether nothing is in doubt.
func (c *Conduct) Certain() bool { return len(c.Doubts) == 0 }

// Mark is progress as somebody put it.
type Mark struct {
	Event    *event.Event
	On       when.Period
	Progress int
	Coder    string
}

// Said is a move of an event that bears on an undertaking, with whether it changed anything.
type Said struct {
	Event   *event.Event
	Move    *event.Move
	Changed bool
}

// Account is what became of one undertaking.
type Account struct {
	Provision *law.Provision
	// State is that at the end of the time looked at; Changes all that led there.
	State   State
	Changes []Change
	Conduct []Conduct
	Marks   []Mark
	Said    []Said
	// Supposed is true where it was never accepted and was taken as accepted from its first day.
	Supposed bool
	// Overdue is true for an act whose day has passed and that is not on record as done. That is no breach.
	Overdue bool
}

// Stipulation gives the terms.
func (a *Account) Stipulation() *law.Stipulation { return a.Provision.Stipulation }

// Breaches gives the conduct that broke it, in order.
func (a *Account) Breaches() []*Conduct {
	var out []*Conduct
	for i := range a.Conduct {
		if c := &a.Conduct[i]; c.Role == Breach || c.Role == Again {
			out = append(out, c)
		}
	}
	return out
}

// ProgressOn gives the last mark of each coder by the end of a day, in the order of their names.
func (a *Account) ProgressOn(d when.Day) []Mark {
	var out []Mark
	for _, m := range a.Marks {
		if m.On.From > d {
			continue
		}
		if i := slices.IndexFunc(out, func(o Mark) bool { return o.Coder == m.Coder }); i >= 0 {
			out[i] = m
		} else {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(x, y Mark) int { return strings.Compare(x.Coder, y.Coder) })
	return out
}

// Judge applies law to an activity; [ruling.Evaluator] does.
type Judge interface {
	Decide(ruling.Request) (*ruling.Ruling, error)
}

// Book is all undertakings that are known, with the engine over them. It does not change and may be used by many at once.
type Book struct {
	Law    *law.Law
	engine *ruling.Engine
	places *place.Gazetteer
}

// Open reads the undertakings in a folder that has the form of law. They are supposed to be in force for the engine, so
// that it rules on them; whether they bound anybody is what the fold finds. An undertaking without its terms, or by or to
// somebody who is no state, is a fault. More are further folders of undertakings.
func Open(places *place.Gazetteer, lists *goods.Lists, factors *goods.Factors, fsys fs.FS, dir string, more ...law.Source) (*Book, error) {
	l, err := law.Load(append([]law.Source{{FS: fsys, Root: dir, Name: dir}}, more...)...)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range l.Regimes {
		for _, in := range r.Instruments {
			names = append(names, in.Name)
		}
	}
	if l, err = l.Suppose(names...); err != nil {
		return nil, err
	}
	for _, p := range l.Provisions() {
		if err := check(places, p); err != nil {
			return nil, err
		}
	}
	engine, err := ruling.NewEngine(l, places, lists, factors, ruling.Options{Eager: true})
	return &Book{Law: l, engine: engine, places: places}, err
}

func check(places *place.Gazetteer, p *law.Provision) error {
	if p.Effect != law.Commit || p.Stipulation == nil {
		return fault.New(fault.Invalid, "%s is no undertaking: it has no `effect: commit` with a `stipulation`", p.ID).At(p.Place)
	}
	for _, code := range slices.Concat(p.Stipulation.By, p.Stipulation.To) {
		s, err := places.ParseState(code)
		if err == nil && s.String() != code {
			err = fault.New(fault.Invalid, "the party %q of %s is no code of a state", code, p.ID).WithFix("write %s", s)
		}
		if err != nil {
			return fault.In(p.Place, err)
		}
	}
	return nil
}

// Find gives the undertakings that a user names: one, or all of an instrument. No id gives all.
func (b *Book) Find(id string) ([]*law.Provision, error) {
	if id == "" {
		return b.Law.Provisions(), nil
	}
	if p, ok := b.Law.Provision(id); ok {
		return []*law.Provision{p}, nil
	}
	list, err := b.Law.Named(id)
	if err != nil {
		e := fault.New(fault.NotFound, "there is no undertaking or instrument %q", id)
		return nil, e.WithFix("`cordon commitments list` shows them")
	}
	var out []*law.Provision
	for _, in := range list {
		out = append(out, in.Provisions...)
	}
	return out, nil
}

package licence

import (
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/when"
)

// Fold gives the licence that events make, in their order, as of the newest of them. See
// [Licence.At] for a later time.
func Fold(events []Event) (Licence, error) {
	var l Licence
	for i := range events {
		if err := l.Apply(events[i]); err != nil {
			return l, err
		}
	}
	return l, nil
}

// At gives the licence as it stands at a time after its newest event: conditions whose
// day is over are missed, and a period that is over has ended.
func (l *Licence) At(now time.Time) Licence {
	next := l.clone()
	if now.After(next.Last) {
		next.pass(now)
		next.Last = now
	}
	return next
}

// Turns gives the first time after now at which time does something to the licence; zero for never.
func (l *Licence) Turns(now time.Time) (first time.Time) {
	days := []when.Day{l.Terms.Until}
	for i := range l.Tasks {
		days = append(days, l.Tasks[i].Due)
	}
	for _, d := range days {
		if d == when.NoDay {
			continue
		}
		if t := after(d); t.After(now) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

func (l *Licence) clone() Licence {
	next := *l
	next.Tasks, next.Links, next.Files = slices.Clone(l.Tasks), slices.Clone(l.Links), slices.Clone(l.Files)
	return next
}

// Apply adds an event to a licence, or says why it may not follow and changes nothing:
// fault.Denied where this person may not do it, fault.Conflict where the licence is no
// longer what the event is about. The time until the event passes first.
func (l *Licence) Apply(e Event) error {
	if err := l.check(&e); err != nil {
		return err
	}
	next := l.clone()
	if l.Events > 0 {
		next.pass(e.Time)
	}
	if err := next.apply(&e); err != nil {
		return err
	}
	next.pass(e.Time) // what was granted or extended may be over already
	next.Events, next.Last = e.N, e.Time
	*l = next
	return nil
}

func (l *Licence) check(e *Event) error {
	switch {
	case e.N != l.Events+1:
		return conflict("the licence went on: it has %d events, and this would be number %d", l.Events, e.N)
	case (l.Events == 0) != (e.Kind == Granted):
		return conflict("a licence begins when it is recorded, and is recorded once")
	case l.Events > 0 && e.Licence != l.ID:
		return fault.New(fault.Internal, "an event of the licence %s is not one of %s", e.Licence, l.ID)
	case !e.Time.Equal(e.Time.Truncate(time.Millisecond)) || e.Time.IsZero():
		return fault.New(fault.Internal, "the time of an event is given to the millisecond")
	case e.Time.Before(l.Last):
		return conflict("the clock went back: the last event is of %s", l.Last.Format(time.RFC3339Nano))
	case blank(e.Person):
		return denied("nobody is said to do it")
	case !May(e.Role, e.Kind):
		return role.Refusal(e.Role, needs[e.Kind], string(e.Kind))
	}
	return CheckID(e.Licence)
}

// pass lets time pass up to a moment. It is all that time does to a licence, and it takes
// only: nothing is given back here.
func (l *Licence) pass(now time.Time) {
	for i := range l.Tasks {
		t := &l.Tasks[i]
		if t.Open() && t.Missed.IsZero() && !now.Before(after(t.Due)) {
			l.miss(t, after(t.Due), "the day of the condition “"+t.ID+"” ("+t.Due.Long()+") is over")
		}
	}
	if until := l.Terms.Until; until != when.NoDay && l.Expired.IsZero() && !now.Before(after(until)) {
		l.Expired = after(until)
		l.lose(l.Expired, "the period ended on "+until.Long(), func(k *Link) bool { return k.CarriedOut != when.NoDay })
	}
}

// miss marks a condition as missed, and takes every linked decision its authorisation.
func (l *Licence) miss(t *Task, at time.Time, why string) {
	t.Missed, t.Late = at, false
	l.lose(at, why, func(*Link) bool { return false })
}

// lose takes the authorisation of the linked decisions that are not spared. What is lost
// already keeps its first reason.
func (l *Licence) lose(at time.Time, why string, spared func(*Link) bool) {
	for i := range l.Links {
		if k := &l.Links[i]; k.Lost == nil && !spared(k) {
			k.Lost = &Loss{at, why}
		}
	}
}

func (l *Licence) apply(e *Event) error {
	switch e.Kind {
	case Granted:
		return l.granted(e)
	case Checked:
		return l.checked(e)
	case Linked:
		return l.linked(e)
	case CarriedOut:
		return l.carriedOut(e)
	case Fulfilled:
		return l.fulfilled(e)
	case Missed:
		return l.missedOne(e)
	case Extended:
		return l.extended(e)
	case Expired:
		return l.expired()
	case Revoked:
		return l.revoked(e)
	case Restored:
		return l.restored(e)
	case Commented:
		return words(e)
	case Attached:
		return l.attached(e)
	}
	return fault.New(fault.Internal, "%q is nothing that happens to a licence", e.Kind)
}

func (l *Licence) granted(e *Event) error {
	if e.Terms == nil {
		return fault.New(fault.Internal, "a licence is recorded with its terms")
	}
	if err := e.Terms.Check(); err != nil {
		return err
	}
	l.ID, l.By, l.Recorded, l.Terms = e.Licence, e.Person, e.Time, *e.Terms
	for _, c := range e.Terms.Conditions {
		l.Tasks = append(l.Tasks, Task{Condition: c})
	}
	return nil
}

func (l *Licence) checked(e *Event) error {
	switch {
	case e.Person == l.By:
		return denied("another person holds the record to its source than who made it")
	case l.Terms.Verified:
		return conflict("the record was held to its source already")
	}
	l.Terms.Verified, l.CheckedBy = true, e.Person
	return words(e)
}

func (l *Licence) linked(e *Event) error {
	c := &l.Terms.Covers
	switch {
	case e.Decision.Kind != Case && e.Decision.Kind != Answer || blank(e.Decision.ID):
		return fault.New(fault.Usage, "%q is nothing that a licence can be linked to", e.Decision).WithFix("name a case or an answer that was kept")
	case !l.InForce():
		return conflict("the licence is no ground for a decision: %s", l.Standing())
	case l.Terms.From > dayOf(e.Time):
		return conflict("the licence begins on %s", l.Terms.From.Long())
	case l.Link(e.Decision) != nil:
		return conflict("the %s is linked to the licence already", e.Decision)
	case c.Uses > 0 && len(l.Links) >= c.Uses:
		return conflict("the licence is used up: it is for %d, and as many are linked", c.Uses)
	case e.Amount < 0 || c.Limit == 0 && e.Amount > 0:
		return fault.New(fault.Usage, "the licence has no limit of which something is used")
	case c.Limit > 0 && e.Amount == 0:
		return fault.New(fault.Usage, "the licence has a limit of %s: say how much of it this takes", Quantity(c.Limit, c.Unit)).WithFix("give --amount")
	case c.Limit > 0 && e.Amount > c.Limit-l.Used():
		return conflict("that is more than is left of the licence: %s of %s", Quantity(c.Limit-l.Used(), c.Unit), Quantity(c.Limit, c.Unit))
	}
	l.Links = append(l.Links, Link{
		Decision: e.Decision, N: e.N, Time: e.Time, Person: e.Person, Amount: e.Amount, Text: e.Text, CarriedOut: when.NoDay,
	})
	return words(e)
}

// Standing says in words why the licence is no ground for a decision, or that it is in force.
func (l *Licence) Standing() string {
	switch t := l.missed(); {
	case !l.Revoked.IsZero():
		return "it was revoked"
	case !l.Expired.IsZero():
		return "its period ended on " + l.Terms.Until.Long()
	case t != nil:
		return "its condition “" + t.ID + "” was missed and not made good"
	}
	return "it is in force"
}

func (l *Licence) carriedOut(e *Event) error {
	k := l.Link(e.Decision)
	switch {
	case k == nil:
		return conflict("the %s is not linked to the licence", e.Decision)
	case k.Lost != nil:
		return conflict("the %s has lost its authorisation: %s", e.Decision, k.Lost.Why)
	case k.CarriedOut != when.NoDay:
		return conflict("it is said already to have been carried out, on %s", k.CarriedOut.Long())
	case e.Day == when.NoDay || e.Day > dayOf(e.Time):
		return fault.New(fault.Usage, "the day on which it was carried out is a day that was")
	case e.Day < l.Terms.From || l.Terms.Until != when.NoDay && e.Day > l.Terms.Until:
		return conflict("%s is outside of the period of the licence", e.Day.Long())
	}
	k.CarriedOut = e.Day
	return words(e)
}

func (l *Licence) fulfilled(e *Event) error {
	t := l.task(e.Condition)
	switch {
	case t == nil:
		return l.noCondition(e.Condition)
	case !t.Fulfilled.IsZero() && t.Missed.IsZero() || t.Late:
		return conflict("the condition “%s” is fulfilled already", t.ID)
	case blank(e.Evidence):
		return fault.New(fault.Usage, "say what shows that it was done").WithFix("give --evidence; the document asks for: %s", t.Evidence)
	}
	t.Fulfilled, t.By, t.Text, t.Shown, t.Late = e.Time, e.Person, e.Text, e.Evidence, !t.Missed.IsZero()
	return words(e)
}

func (l *Licence) noCondition(id string) error {
	var ids []string
	for i := range l.Tasks {
		ids = append(ids, l.Tasks[i].ID)
	}
	return fault.New(fault.Usage, "the licence has no condition %q", id).WithFix("its conditions are: %s", strings.Join(ids, ", "))
}

// missedOne is a person who says that a condition is missed or breached, whatever its
// day; or the machine, which notes that its day is over.
func (l *Licence) missedOne(e *Event) error {
	t := l.task(e.Condition)
	switch {
	case t == nil:
		return l.noCondition(e.Condition)
	case e.Role == casework.Machine && (t.Missed.IsZero() || t.Noted):
		return conflict("the condition “%s” is not missed, or known to be", t.ID)
	case e.Role != casework.Machine && !t.Missed.IsZero() && !t.Late && t.Noted:
		return conflict("the condition “%s” is missed already", t.ID)
	}
	if err := words(e); err != nil {
		return err
	}
	if t.Missed.IsZero() || t.Late && e.Role != casework.Machine {
		t.Fulfilled = time.Time{}
		l.miss(t, e.Time, "the condition “"+t.ID+"” was missed or breached: "+e.Text)
	}
	t.Noted = true
	return nil
}

func (l *Licence) extended(e *Event) error {
	until := l.Terms.Until
	switch {
	case !l.Revoked.IsZero():
		return conflict("the licence was revoked")
	case until == when.NoDay:
		return conflict("the licence has no last day")
	case e.Day == when.NoDay || e.Day <= until:
		return fault.New(fault.Usage, "an extension ends after %s", until.Long())
	}
	l.Terms.Until, l.Expired, l.ExpiryNoted = e.Day, time.Time{}, false
	return words(e)
}

func (l *Licence) expired() error {
	if l.Expired.IsZero() || l.ExpiryNoted {
		return conflict("the period is not over, or known to be")
	}
	l.ExpiryNoted = true
	return nil
}

func (l *Licence) revoked(e *Event) error {
	if !l.Revoked.IsZero() {
		return conflict("the licence was revoked already")
	}
	l.Revoked, l.Why = e.Time, e.Text
	l.lose(e.Time, "the licence was revoked: "+e.Text, func(*Link) bool { return false })
	return words(e)
}

// restored gives one decision its authorisation back. Who linked it does not.
func (l *Licence) restored(e *Event) error {
	k := l.Link(e.Decision)
	switch {
	case k == nil:
		return conflict("the %s is not linked to the licence", e.Decision)
	case k.Lost == nil:
		return conflict("the %s has its authorisation", e.Decision)
	case k.Person == e.Person:
		return denied("another person gives an authorisation back than who linked the decision")
	case !l.InForce():
		return conflict("the licence is no ground for a decision: %s", l.Standing()).
			WithFix("fulfil what was missed or record the extension; after a revocation, link the decision to another licence")
	}
	k.Lost, k.Restored = nil, &Restoration{e.N, e.Time, e.Person, e.Text}
	return words(e)
}

func (l *Licence) attached(e *Event) error {
	if err := e.File.Check(); err != nil {
		return err
	}
	l.Files = append(l.Files, e.File)
	return nil
}

func words(e *Event) error {
	if blank(e.Text) {
		return fault.New(fault.Usage, "say it in words").WithFix("give --reason, or a comment")
	}
	return nil
}

func conflict(format string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, format, args...)
}

func denied(format string, args ...any) *fault.Error { return fault.New(fault.Denied, format, args...) }

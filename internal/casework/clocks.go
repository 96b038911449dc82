package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/when"
)

// DoAll is [Desk.Do] for events that are kept together or not at all; the number is of the
// first.
func (d *Desk) DoAll(ctx context.Context, id string, by Person, now time.Time, events ...Event) (Case, error) {
	c, _, err := d.Get(ctx, id)
	if err != nil {
		return c, err
	}
	var kept []Kept
	for i, e := range events {
		if e.N == 0 || i > 0 {
			e.N = c.Events + 1
		}
		e = signed(e, id, by, now)
		if err := c.Apply(d.Policy, e); err != nil {
			return c, d.refused(ctx, by, id, e.Kind, err)
		}
		kept = append(kept, Seal(e))
	}
	return c, d.Store.Add(ctx, d.Policy, kept)
}

// Report is a report that is owed of a case, or was filed.
type Report struct {
	// N is the number that the first event must have; 0 for whatever comes next.
	N int
	// Duty is the id of it in the table, and Owner who answers for it.
	Duty, Owner string
	// Began is the day from which its time runs, Filed that on which it was filed under
	// Reference.
	Began, Filed when.Day
	Reference    string
	Text         string
}

// StartClock says that a report is owed of a case, and by when.
func (d *Desk) StartClock(ctx context.Context, id string, by Person, now time.Time, t *clock.Table, r Report) (Case, error) {
	duty, err := t.Duty(r.Duty)
	if err != nil {
		return Case{}, err
	}
	if r.Began == when.NoDay {
		return Case{}, fault.New(fault.Usage, "a clock runs from a day")
	}
	return d.DoAll(ctx, id, by, now, started(t, duty, r.Began, r.Owner, r.N))
}

func started(t *clock.Table, duty *clock.Duty, began when.Day, owner string, n int) Event {
	return Event{
		Kind: DeadlineSet, N: n, Deadline: duty.ID, Duty: duty.ID, Owner: owner, Began: midnight(began), Due: midnight(t.Due(duty, began) + 1),
		Text: duty.What + " to " + duty.Authority + ", " + duty.Cite,
	}
}

// starts adds to the last of events, which were applied to a case, the clocks that it has
// start by themselves: those of the reports that the desk owes when something is blocked,
// once somebody places a hold, or once the case is closed as true with what was done. A
// clock that runs already, or ran since the case was raised, is not started again.
func (d *Desk) starts(ctx context.Context, c *Case, kept []Kept, by Person) ([]Kept, error) {
	e := &kept[len(kept)-1].Event
	action, began, owner := c.begins(e)
	if action == "" || d.Owes == nil {
		return kept, nil
	}
	owed, err := d.Owes(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range owed {
		duty, err := d.Clocks.Duty(id)
		if err != nil {
			return nil, err
		}
		if duty.Starts != string(action) || c.clockRan(id) {
			continue
		}
		next := signed(started(d.Clocks, duty, began, owner, c.Events+1), c.ID, by, e.Time)
		next.Text = "it was " + string(action) + ", so that its time runs: " + next.Text
		if e.Kind == HoldPlaced {
			next.Text = "a hold was placed, so that its time runs: " + started(d.Clocks, duty, began, owner, 0).Text
		}
		if err := c.Apply(d.Policy, next); err != nil {
			return nil, err
		}
		kept = append(kept, Seal(next))
	}
	return kept, nil
}

// begins says what an event that was applied to the case has begun, on which day, and who
// answers for the reports of it; "" for nothing.
func (c *Case) begins(e *Event) (Action, when.Day, string) {
	switch closed := c.Closed; {
	case e.Kind == HoldPlaced && (closed == nil || closed.Disposition != False):
		return Blocked, dayOf(e.Time), cmp.Or(c.Assigned, e.Person)
	case (e.Kind == Confirmed || e.Kind == Disposed) && closed != nil && closed.Disposition == True && closed.Action != "":
		return closed.Action, dayOf(closed.Began), cmp.Or(c.Assigned, closed.Person)
	}
	return "", when.NoDay, ""
}

// clockRan says whether the clock of a duty runs, or began since the case was raised.
func (c *Case) clockRan(duty string) bool {
	since := midnight(dayOf(c.Raised))
	return slices.ContainsFunc(c.Deadlines, func(d Deadline) bool { return d.Duty == duty && (d.Met.IsZero() || !d.Began.Before(since)) })
}

// dayOf gives the day of a time, in UTC.
func dayOf(t time.Time) when.Day {
	y, m, n := t.UTC().Date()
	return when.Date(y, int(m), n)
}

// Miss writes down the deadlines that passed, each once, whoever else does so at the same
// moment. It gives a line for each, and when the next of those that are open passes; the
// zero time for none.
func (d *Desk) Miss(ctx context.Context, clock Person, now time.Time) (lines []string, next time.Time, err error) {
	clock.Role = Machine
	for kept, err := range d.Store.All(ctx) {
		if err != nil {
			return lines, next, err
		}
		c, err := Fold(d.Policy, Events(kept))
		if err != nil {
			return lines, next, err
		}
		if c.passed(now) != nil {
			more, err := d.miss(ctx, c.ID, clock, now)
			if lines = append(lines, more...); err != nil {
				return lines, next, err
			}
		}
		for i := range c.Deadlines {
			if x := &c.Deadlines[i]; x.Met.IsZero() && !now.After(x.Due) && (next.IsZero() || x.Due.Before(next)) {
				next = x.Due
			}
		}
	}
	return lines, next, nil
}

// passed gives a deadline that is over, and of which nobody wrote so down; nil for none.
func (c *Case) passed(now time.Time) *Deadline {
	for i := range c.Deadlines {
		if x := &c.Deadlines[i]; c.Owed(x) && x.Missed.IsZero() && now.After(x.Due) {
			return x
		}
	}
	return nil
}

// tries bounds how often something is tried again because somebody else wrote to the case
// at the same moment.
const tries = 8

// miss does so for one case.
func (d *Desk) miss(ctx context.Context, id string, clock Person, now time.Time) (lines []string, err error) {
	for conflicts := 0; ; {
		kept, err := d.Store.Events(ctx, id)
		if err != nil {
			return lines, err
		}
		c, err := Fold(d.Policy, Events(kept))
		if err != nil {
			return lines, err
		}
		x := c.passed(now)
		if x == nil {
			return lines, nil
		}
		at := now
		if c.Last.After(at) { // the clock of who wrote last may be ahead
			at = c.Last
		}
		e := signed(Event{Kind: DeadlineMissed, N: c.Events + 1, Deadline: x.Name, Text: "nobody said that it was met"}, id, clock, at)
		if err := c.Apply(d.Policy, e); err != nil {
			return lines, err
		}
		// After a conflict somebody else wrote it down, or something else, and what passed is asked again.
		if err := d.Store.Add(ctx, d.Policy, []Kept{Seal(e)}); err == nil {
			lines = append(lines, id+"  deadline missed: "+e.Deadline)
		} else if conflicts++; fault.CodeOf(err) != fault.Conflict || conflicts == tries {
			return lines, err
		}
	}
}

// FileReport says that a report was filed. The clock of one that is owed each year starts
// again with it, in the name of the same owner.
func (d *Desk) FileReport(ctx context.Context, id string, by Person, now time.Time, t *clock.Table, r Report) (Case, error) {
	if r.Filed == when.NoDay {
		return Case{}, fault.New(fault.Usage, "a report was filed on a day")
	}
	events := []Event{{Kind: DeadlineMet, N: r.N, Deadline: r.Duty, Text: r.Text, Reference: r.Reference, Filed: midnight(r.Filed)}}
	if duty, err := t.Duty(r.Duty); err == nil && duty.Yearly() { // one that the table has no more is filed all the same
		c, _, err := d.Get(ctx, id)
		if err != nil {
			return c, err
		}
		i := slices.IndexFunc(c.Deadlines, func(x Deadline) bool { return x.Duty == r.Duty && x.Met.IsZero() })
		if i >= 0 && (c.Closed == nil || c.Closed.Disposition == True) {
			next := started(t, duty, c.Deadlines[i].dueDay(), c.Deadlines[i].Owner, 0)
			if next.Began.After(events[0].Filed) { // it was filed before its day
				next.Began = events[0].Filed
			}
			events = append(events, next)
		}
	}
	return d.DoAll(ctx, id, by, now, events...)
}

// dueDay is the last day of a deadline of days.
func (d *Deadline) dueDay() when.Day {
	y, m, n := d.Due.UTC().Date()
	return when.Date(y, int(m), n) - 1
}

func midnight(d when.Day) time.Time {
	y, m, n := d.Civil()
	return time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC)
}

// Owing is a deadline of a case, or that nobody said yet which report is owed of it.
type Owing struct {
	Case *Case
	// Deadline is nil where nothing was said.
	*Deadline
}

// Calendar gives what is owed of cases: those first of which nobody said yet what is, then
// by day; all of it, also what was filed, where that is asked for.
func Calendar(cases []Case, all bool) []Owing {
	var out []Owing
	for i := range cases {
		c := &cases[i]
		if c.ReportUnsaid() {
			out = append(out, Owing{c, nil})
		}
		for j := range c.Deadlines {
			if all || c.Owed(&c.Deadlines[j]) {
				out = append(out, Owing{c, &c.Deadlines[j]})
			}
		}
	}
	due := func(o *Owing) time.Time {
		if o.Deadline == nil {
			return time.Time{}
		}
		return o.Due
	}
	slices.SortStableFunc(out, func(a, b Owing) int {
		return cmp.Or(due(&a).Compare(due(&b)), strings.Compare(a.Case.ID, b.Case.ID))
	})
	return out
}

// Attach keeps a file and puts it beside a case.
func (d *Desk) Attach(ctx context.Context, files Files, id string, by Person, now time.Time, n int, name string, data []byte) (Case, File, error) {
	f, err := NewFile(name, data)
	if err != nil {
		return Case{}, f, err
	}
	if !May(by.roleFor(Attached), Attached) {
		return Case{}, f, d.refused(ctx, by, id, Attached, role.Refusal(by.Role, needs[Attached], string(Attached)))
	}
	if _, _, err := d.Get(ctx, id); err != nil {
		return Case{}, f, err
	}
	if err := files.PutFile(ctx, data); err != nil {
		return Case{}, f, err
	}
	c, err := d.Do(ctx, id, by, now, Event{Kind: Attached, N: n, File: f})
	return c, f, err
}

// File gives a file of a case by its hash, with its bytes, to who keeps the store.
func (d *Desk) File(ctx context.Context, files Files, id, sum string) (File, []byte, error) {
	e, err := d.attached(ctx, id, sum)
	if err != nil {
		return File{}, nil, err
	}
	b, err := files.FileBytes(ctx, sum)
	return e.File, b, err
}

// Give is [Desk.File] for somebody who asks a server: that they were given it enters the
// log first, and what cannot be entered is not given.
func (d *Desk) Give(ctx context.Context, from Shelf, id, sum string, by Person, now time.Time) (File, []byte, error) {
	e, err := d.attached(ctx, id, sum)
	if err != nil {
		return File{}, nil, err
	}
	b, err := from.FileBytes(ctx, sum)
	if err == nil {
		err = from.Enter(ctx, Given(by, now, id, e.Commitment()))
	}
	if err != nil {
		return File{}, nil, err
	}
	return e.File, b, nil
}

// attached gives the event that put a file beside a case.
func (d *Desk) attached(ctx context.Context, id, sum string) (*Kept, error) {
	if err := CheckID(id); err != nil {
		return nil, err
	}
	kept, err := d.Store.Events(ctx, id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(kept, func(k Kept) bool { return k.Kind == Attached && k.File.SHA256 == sum })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "the case has no file %s", sum)
	}
	return &kept[i], nil
}

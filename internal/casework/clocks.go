package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
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
			if all || c.Deadlines[j].Met.IsZero() {
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
		return Case{}, f, d.refused(ctx, by, id, Attached, denied("the role %q may not do this: %s", by.Role, Attached))
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

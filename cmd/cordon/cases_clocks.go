package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/report"
)

// dutyFlag says which reports a desk owes.
type dutyFlag struct {
	Owes []string `help:"A report that this desk owes when something is blocked or rejected, by its name (repeatable; cases clocks --duties lists them): its clock starts by itself with a hold, or once a case is closed as true with what was done. It counts until an admin sets others: cases owes." placeholder:"NAME" env:"CORDON_OWES"`
}

// apply checks the names, and has every desk know them.
func (f *dutyFlag) apply(m *Main) error {
	if len(f.Owes) == 0 {
		return nil
	}
	t, err := dutyTable()
	if err != nil {
		return err
	}
	for _, id := range f.Owes {
		if _, err := t.Duty(id); err != nil {
			return err
		}
	}
	m.duties = slices.Clone(f.Owes)
	return nil
}

// actionFlags say what was done because a case is true.
type actionFlags struct {
	Action string `help:"What was done, where it is true: ${enum}. Clocks of reports run from it." enum:",blocked,rejected" default:""`
	On     string `help:"The day on which it was done; today unless given." placeholder:"DAY"`
}

// of puts it into a disposition.
func (f *actionFlags) of(m *Main, e *casework.Event) error {
	day, err := parseDay("--on", f.On)
	if err != nil || f.Action == "" && f.On == "" {
		return err
	}
	if f.On == "" {
		day = m.today()
	}
	e.Action, e.Began = casework.Action(f.Action), beginning(day)
	return nil
}

type casesOverdueCmd struct{ dataFlag }

// Run is the command.
func (c *casesOverdueCmd) Run(m *Main) error {
	s, account, err := m.openAs(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer s.Close()
	lines, _, err := m.desk(s).Miss(m.ctx, casework.Person{Name: account, Via: account}, m.now())
	for _, line := range lines {
		fmt.Fprintln(m.Out, line)
	}
	if err == nil {
		fmt.Fprintf(m.Out, "%s written down\n", report.Counted(len(lines), "deadline"))
	}
	return err
}

// deadlineWatch writes down the deadlines of cases that passed. It reads all cases only when something was added since, or when the
// next deadline is over.
type deadlineWatch struct {
	mu     sync.Mutex
	read   bool
	newest int64
	next   time.Time
}

// look does so once.
func (w *deadlineWatch) look(ctx context.Context, d *casework.Desk, machine casework.Person, now time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	newest, err := d.Store.NewestEvent(ctx)
	if err != nil || w.read && newest == w.newest && (w.next.IsZero() || now.Before(w.next)) {
		return err
	}
	_, next, err := d.Miss(ctx, machine, now)
	if err != nil {
		return err
	}
	w.read, w.newest, w.next = true, newest, next
	return nil
}

// aboutEvent tells of an event of a case or a licence what kind it is, and of a deadline which report it is of: no name, and no
// words that somebody wrote.
func aboutEvent(ctx context.Context, s database, e *ledger.Entry) (map[string]any, error) {
	if e.Kind == ledger.Licence {
		kept, err := s.LicenceEvents(ctx, e.About)
		for i := range kept {
			if kept[i].Commitment() == e.Data {
				return map[string]any{"event": string(kept[i].Kind), "n": kept[i].N}, nil
			}
		}
		return nil, err
	}
	kept, err := s.Events(ctx, e.About)
	for i := range kept {
		if kept[i].Commitment() != e.Data {
			continue
		}
		out := map[string]any{"event": string(kept[i].Kind), "n": kept[i].N}
		if d := deadlineOf(casework.Events(kept[:i+1])); d != nil {
			out["due"] = d.Due.Format(time.RFC3339)
			if d.Duty != "" {
				out["duty"] = d.Duty
			}
		}
		return out, nil
	}
	return nil, err
}

// deadlineOf gives the deadline that the last of events is about; nil for none.
func deadlineOf(events []casework.Event) *casework.Event {
	last := &events[len(events)-1]
	if last.Deadline == "" {
		return nil
	}
	for i := len(events) - 1; i >= 0; i-- {
		if e := &events[i]; e.Kind == casework.DeadlineSet && e.Deadline == last.Deadline {
			return e
		}
	}
	return nil
}

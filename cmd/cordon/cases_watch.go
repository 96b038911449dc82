package main

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

// customersAgain gives customers of a version by their references, as rows to screen.
func customersAgain(ctx context.Context, s watched.Store, base string, version int, refs iter.Seq[string]) iter.Seq2[screen.Row, error] {
	return func(yield func(screen.Row, error) bool) {
		n := 0
		for ref := range refs {
			c, err := s.Customer(ctx, base, version, ref)
			n++
			if !yield(screen.Row{Number: n, Line: n, Party: c.Party, Ref: ref}, err) || err != nil {
				return
			}
		}
	}
}

// raiseRun makes cases of all that stands for the customers of a base after its newest run. Whoever has a finding is screened again,
// as a run keeps no more than what it is; the lists must be those of the run. Customers without one are counted as clear.
func (r *raising) raiseRun(s watched.Store, base string) error {
	run, err := newestRun(r.ctx, s, base)
	if err != nil {
		return err
	}
	var against []report.AgainstJSON
	for _, a := range run.Lists {
		against = append(against, report.AgainstJSON{List: a.List, Snapshot: a.String(), Content: a.Content})
	}
	if err := r.current(against); err != nil || len(against) != len(r.lists.Against()) {
		return fault.New(fault.Conflict, "the base %s was screened against other lists than those of now", base).WithFix("`cordon watch follow %s`", base)
	}
	states, err := s.States(r.ctx, base, run.Number)
	if err != nil {
		return err
	}
	from := func(ref string) string { return fmt.Sprintf("%s run %d: %s", base, run.Number, ref) }
	var refs []string
	for i := range states {
		switch {
		case states[i].Outcome == screening.NotScreened:
			r.in++
			r.unscreened = append(r.unscreened, from(states[i].Ref))
		case len(states[i].Findings) > 0:
			refs = append(refs, states[i].Ref)
		}
	}
	quiet := run.Customers - len(refs) - len(r.unscreened)
	r.in, r.clear = r.in+quiet, r.clear+quiet
	batch := screen.Batch{AsOf: r.asOf, Threshold: r.lists.Params().Possible(), Limit: math.MaxInt32, Places: r.places}
	return r.lists.Run(r.ctx, batch, customersAgain(r.ctx, s, base, run.Version, slices.Values(refs)), func(a screen.Answered) error {
		return r.one(&answeredParty{answer: rowAnswer(r.lists, batch, a, false), party: a.Row.Party, ref: a.Row.Ref, stake: 1, from: from(a.Row.Ref)})
	})
}

func newestRun(ctx context.Context, s watched.Store, base string) (*watched.Run, error) {
	runs, err := s.Runs(ctx, base)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, fault.New(fault.NotFound, "the base %s was never screened", base).WithFix("`cordon watch run %s`", base)
	}
	return &runs[len(runs)-1], nil
}

// suppressed notes in changes which of them two persons found false on just these facts.
func (z quieting) suppressed(ctx context.Context, d *screen.Desk, s watched.Store, run *watched.Run, list []report.WatchChangeJSON) error {
	day, err := parseDay("as_of", run.AsOf)
	for i := range list {
		c := &list[i]
		if err != nil || c.New == nil || !z.Has(c.Ref) {
			continue
		}
		var x watched.Customer
		if x, err = s.Customer(ctx, run.Base, run.Version, c.Ref); err != nil {
			break
		}
		if q := z.of(x.Party, c.Ref).finding(d, day, c.New.Subject); q != nil {
			c.Suppressed = &report.HitSuppressedJSON{Case: q.Case, Until: q.Until}
		}
	}
	return err
}

// standing counts the findings of a state after a run that two persons found false on just these facts. What cannot be read or
// compared is not suppressed.
func (z quieting) standing(ctx context.Context, d *screen.Desk, s watched.Store, run *watched.Run) func(after *watched.State) int {
	day, bad := parseDay("as_of", run.AsOf)
	return func(after *watched.State) (n int) {
		if bad != nil || len(after.Findings) == 0 || !z.Has(after.Ref) {
			return 0
		}
		x, err := s.Customer(ctx, run.Base, run.Version, after.Ref)
		if err != nil {
			return 0
		}
		quiet := z.of(x.Party, x.Ref)
		for _, f := range after.Findings {
			if quiet.finding(d, day, f.Subject) != nil {
				n++
			}
		}
		return n
	}
}

// finding gives the suppression of what a run found; nil for none.
func (l quietList) finding(d *screen.Desk, day when.Day, id string) *screening.Suppression {
	if !slices.ContainsFunc(l.list, func(x casework.Quieted) bool { return x.Listing == id }) {
		return nil
	}
	x, err := d.Subject(id, day)
	if err != nil {
		return nil
	}
	s, err := l.suppresses(d, day, &x.Hit)
	if err != nil {
		return nil
	}
	return s
}

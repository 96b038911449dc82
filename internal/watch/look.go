package watch

import (
	"context"
	"maps"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/watched"
)

// Look screens the customers of an earlier run (0 is the newest) with the lists and
// parameters of this watcher, and tells what differs from what that run kept: what it
// would have found, and what it found that would not be. Nothing is kept.
func (w *Watcher) Look(ctx context.Context, base string, run int) (*Result, error) {
	j, err := w.begin(ctx, base, watched.Full)
	if err != nil {
		return nil, err
	}
	runs, err := w.Store.Runs(ctx, base)
	if err != nil {
		return nil, err
	}
	if run == 0 {
		run = len(runs)
	}
	if run < 1 || run > len(runs) {
		return nil, fault.New(fault.NotFound, "the base %s has no run %d", base, run).WithFix("`cordon watch run` makes one")
	}
	versions, err := w.Store.Versions(ctx, base)
	if err != nil {
		return nil, err
	}
	of := versions[runs[run-1].Version-1]
	j.run.Number, j.run.Version, j.run.Rows, j.run.Refused = 0, of.Number, of.Rows, of.Refused
	if j.run.Customers, err = w.Store.Count(ctx, base, of.Number); err != nil {
		return nil, err
	}
	j.run.Erased = of.Kept - j.run.Customers
	before, err := w.Store.States(ctx, base, run)
	if err != nil {
		return nil, err
	}
	if err := j.screen(j.customers(watched.Part{})); err != nil {
		return nil, err
	}
	var after []watched.State
	for _, ref := range slices.Sorted(maps.Keys(j.after)) {
		after = append(after, j.after[ref])
	}
	res := &Result{Changes: watched.Difference(before, after)}
	t := tally{run: &j.run, sum: watched.NewSummer()}
	for i := range after {
		t.state(&after[i])
	}
	for _, c := range res.Changes {
		t.change(c)
	}
	t.end()
	j.run.Ended = j.time()
	res.Run = j.run
	return res, j.run.Check()
}

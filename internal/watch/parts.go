package watch

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/watched"
)

// Plan is a run that is screened in parts, by whoever takes them, and kept as a whole by who collects them.
type Plan struct {
	// Run is the run as it begins. Screened is how many customers the parts have in all.
	Run watched.Run
	// Marks tells the listed subjects from those of another run.
	Marks []byte
	Parts []Part
}

// Part is some of the customers whom a run screens: those of Refs or, without any, those after one reference up to another.
type Part struct {
	After, To string   `json:",omitempty"`
	Refs      []string `json:",omitempty"`
	Customers int
}

// Screened is what became of a part.
type Screened struct {
	Screened, NotScreened int
	// States are of those who are not clear, and in a delta of all.
	States []watched.State
}

// Plan begins a run that job does in parts of so many customers. A delta is found as by [Watcher.Follow]; where it must be a full
// run, the plan is one.
func (w *Watcher) Plan(ctx context.Context, base string, kind watched.Kind, job string, size int) (*Plan, error) {
	j, err := w.begin(ctx, base, kind)
	if err != nil {
		return nil, err
	}
	p := &Plan{}
	if p.Marks, err = packMarks(j.now); err != nil {
		return nil, err
	}
	var touched map[string]watched.Customer
	if j.follows() {
		touched, err = j.touched()
		p.Parts = partsOf(slices.Sorted(maps.Keys(touched)), size)
	} else {
		j.run.Kind = watched.Full
		p.Parts, err = j.ranges(size)
	}
	for _, x := range p.Parts {
		j.run.Screened += x.Customers
	}
	j.run.Job = job
	p.Run = j.run
	return p, err
}

// partsOf cuts references into parts.
func partsOf(refs []string, size int) (out []Part) {
	for some := range slices.Chunk(refs, size) {
		out = append(out, Part{Refs: some, Customers: len(some)})
	}
	return out
}

// ranges cuts all customers into parts.
func (j *job) ranges(size int) (out []Part, err error) {
	cuts, err := j.Store.Cuts(j.ctx, j.run.Base, j.run.Version, size)
	after, left := "", j.run.Customers
	for _, to := range cuts {
		out = append(out, Part{After: after, To: to, Customers: min(size, left)})
		after, left = to, left-min(size, left)
	}
	if err == nil && left != 0 {
		err = erasedMeanwhile()
	}
	return out, err
}

// erasedMeanwhile says that a run cannot be kept. It is for good: who asks again has the customers that there are.
func erasedMeanwhile() error {
	return fault.New(fault.Invalid, "a customer was erased while the run was under way, and nothing of it is kept").WithFix("begin another")
}

// Screen screens a part of a run, with the lists that the run began with.
func (w *Watcher) Screen(ctx context.Context, run watched.Run, p Part) (out Screened, err error) {
	j := &job{Watcher: w, ctx: ctx, run: run, all: run.Kind == watched.Delta, after: map[string]watched.State{}}
	j.run.Screened, j.run.NotScreened = 0, 0
	list := j.customers(watched.Part{After: p.After, To: p.To})
	if len(p.Refs) > 0 {
		list = j.named(p.Refs)
	}
	if err := j.screen(list); err != nil {
		return out, err
	}
	out.Screened, out.NotScreened = j.run.Screened, j.run.NotScreened
	for _, ref := range slices.Sorted(maps.Keys(j.after)) {
		out.States = append(out.States, j.after[ref])
	}
	if out.Screened+out.NotScreened != p.Customers {
		err = erasedMeanwhile()
	}
	return out, err
}

// named gives customers by their references.
func (j *job) named(refs []string) iter.Seq2[watched.Customer, error] {
	return func(yield func(watched.Customer, error) bool) {
		for _, ref := range refs {
			c, err := j.Store.Customer(j.ctx, j.run.Base, j.run.Version, ref)
			if fault.CodeOf(err) == fault.NotFound {
				err = erasedMeanwhile()
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// Collect keeps a run of which all parts are screened, and gives what it raises. It may be called again, by others too: the run is
// kept once. Where another run was kept in between, none is, and the fault is Invalid.
func (w *Watcher) Collect(ctx context.Context, run watched.Run, marks []byte, parts iter.Seq2[Screened, error]) (*Result, error) {
	runs, err := w.Store.Runs(ctx, run.Base)
	if err != nil {
		return nil, err
	}
	if len(runs) >= run.Number {
		return w.collected(ctx, &run, &runs[run.Number-1])
	}
	if len(runs) < run.Number-1 {
		return nil, fault.New(fault.Invalid, "run %d of %s follows one that is not there", run.Number, run.Base).WithFix("begin another")
	}
	j := &job{Watcher: w, ctx: ctx, run: run, after: map[string]watched.State{}, marks: marks}
	j.run.Screened, j.run.NotScreened = 0, 0
	if run.Number > 1 {
		j.last = &runs[run.Number-2]
		if j.before, err = w.Store.States(ctx, run.Base, j.last.Number); err != nil {
			return nil, err
		}
	}
	if err := j.gather(parts); err != nil {
		return nil, err
	}
	if n := j.run.Screened + j.run.NotScreened; n != run.Screened {
		return nil, fault.New(fault.Internal, "the parts of run %d of %s have %d customers, and %d were to be screened", run.Number, run.Base, n, run.Screened)
	}
	if err := j.left(); err != nil {
		return nil, err
	}
	j.run.Carried = j.run.Customers - run.Screened
	res, err := j.finish()
	if fault.CodeOf(err) == fault.Conflict { // another collector came first, or another run, or somebody was erased
		if runs, again := w.Store.Runs(ctx, run.Base); again == nil && len(runs) >= run.Number {
			return w.collected(ctx, &run, &runs[run.Number-1])
		}
		return nil, erasedMeanwhile()
	}
	return res, err
}

// gather takes what became of the parts.
func (j *job) gather(parts iter.Seq2[Screened, error]) error {
	for p, err := range parts {
		if err != nil {
			return err
		}
		j.run.Screened += p.Screened
		j.run.NotScreened += p.NotScreened
		for _, s := range p.States {
			if _, twice := j.after[s.Ref]; twice {
				return fault.New(fault.Internal, "a customer was screened in two parts of run %d of %s", j.run.Number, j.run.Base)
			}
			j.after[s.Ref] = s
		}
	}
	return nil
}

// collected gives what a run raised that was kept before.
func (w *Watcher) collected(ctx context.Context, run, kept *watched.Run) (*Result, error) {
	if kept.Job != run.Job {
		return nil, fault.New(fault.Invalid, "another run %d of %s was kept in between", run.Number, run.Base).WithFix("begin another, if the base is behind")
	}
	var before []watched.State
	var err error
	if run.Number > 1 {
		before, err = w.Store.States(ctx, run.Base, run.Number-1)
	}
	if err != nil {
		return nil, err
	}
	after, err := w.Store.States(ctx, run.Base, run.Number)
	return &Result{Run: *kept, Changes: watched.Difference(before, after)}, err
}

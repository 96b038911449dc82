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

// Collect keeps a run of which all parts are screened; [Watcher.Raised] gives what it raises. It may be called again, by others
// too: the run is kept once. Where another run was kept in between, none is, and the fault is Invalid.
//
// Parts are those of the plan in its order, and may be gone through several times. Of states, those of one part and a page of the run
// before are held at a time, however many customers there are.
func (w *Watcher) Collect(ctx context.Context, run watched.Run, marks []byte, parts iter.Seq2[Screened, error]) (watched.Run, error) {
	runs, err := w.Store.Runs(ctx, run.Base)
	if err != nil {
		return run, err
	}
	if len(runs) >= run.Number {
		return collected(&run, &runs[run.Number-1])
	}
	if len(runs) < run.Number-1 {
		return run, fault.New(fault.Invalid, "run %d of %s follows one that is not there", run.Number, run.Base).WithFix("begin another")
	}
	j := &job{Watcher: w, ctx: ctx, run: run, marks: marks}
	before := watched.List(nil)
	if run.Number > 1 {
		j.last = &runs[run.Number-2]
		before = watched.Each(ctx, w.Store, run.Base, j.last.Number)
	}
	if err := j.gather(parts); err != nil {
		return run, err
	}
	if n := j.run.Screened + j.run.NotScreened; n != run.Screened {
		return run, fault.New(fault.Internal, "the parts of run %d of %s have %d customers, and %d were to be screened", run.Number, run.Base, n, run.Screened)
	}
	if err := j.left(); err != nil {
		return run, err
	}
	j.run.Carried = j.run.Customers - run.Screened
	err = j.keep(before, j.statesOf(parts), nil)
	if fault.CodeOf(err) == fault.Conflict { // another collector came first, or another run, or somebody was erased
		if runs, again := w.Store.Runs(ctx, run.Base); again == nil && len(runs) >= run.Number {
			return collected(&run, &runs[run.Number-1])
		}
		return run, erasedMeanwhile()
	}
	return j.run, err
}

// gather counts what became of the parts.
func (j *job) gather(parts iter.Seq2[Screened, error]) error {
	j.run.Screened, j.run.NotScreened = 0, 0
	for p, err := range parts {
		if err != nil {
			return err
		}
		j.run.Screened += p.Screened
		j.run.NotScreened += p.NotScreened
	}
	return nil
}

// statesOf gives the states of all parts, by reference: parts come in that order, and so do the customers of each.
func (j *job) statesOf(parts iter.Seq2[Screened, error]) iter.Seq2[watched.State, error] {
	return func(yield func(watched.State, error) bool) {
		last := ""
		for p, err := range parts {
			if err != nil {
				yield(watched.State{}, err)
				return
			}
			for _, s := range p.States {
				if s.Ref <= last {
					yield(s, fault.New(fault.Internal, "a customer was screened in two parts of run %d of %s, or out of order", j.run.Number, j.run.Base))
					return
				}
				if last = s.Ref; !yield(s, nil) {
					return
				}
			}
		}
	}
}

// collected gives a run that was kept before.
func collected(run, kept *watched.Run) (watched.Run, error) {
	if kept.Job != run.Job {
		return *run, fault.New(fault.Invalid, "another run %d of %s was kept in between", run.Number, run.Base).WithFix("begin another, if the base is behind")
	}
	return *kept, nil
}

// Raised gives what a run raised that is kept, one by one.
func (w *Watcher) Raised(ctx context.Context, run *watched.Run, f func(watched.Change) error) error {
	before := watched.List(nil)
	if run.Number > 1 {
		before = watched.Each(ctx, w.Store, run.Base, run.Number-1)
	}
	return watched.Pairs(before, watched.Each(ctx, w.Store, run.Base, run.Number), func(ref string, b, a *watched.State) error {
		for _, c := range watched.Changes(ref, b, a) {
			if err := f(c); err != nil {
				return err
			}
		}
		return nil
	})
}

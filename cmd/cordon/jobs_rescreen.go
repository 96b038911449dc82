package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/watch"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

// kindRescreen is the screening of a base of customers, cut into chunks of them. Its last chunk collects what became of the others,
// and keeps the run. The job is called as the base is.
const kindRescreen job.Kind = "rescreen"

// kindCollect is that last chunk, which only who has the key of the log can do: a run is entered there.
const kindCollect job.Kind = "collect"

// rescreenWith is what such a job says besides its parts.
type rescreenWith struct {
	screenWith
	Run watched.Run `json:"run"`
}

// submitRescreen plans a run over a base with the lists of a watcher, and hands it in.
func (m *Main) submitRescreen(ctx context.Context, q job.Queue, w *watch.Watcher, base string, kind watched.Kind, tries, chunk int) (job.Job, error) {
	j, err := newJob(m.now(), base, w.Actor, tries)
	if err != nil {
		return j, err
	}
	p, err := w.Plan(ctx, base, kind, j.ID, chunk)
	if err != nil {
		return j, err
	}
	with := rescreenWith{Run: p.Run}
	if with.screenWith, err = screenWithOf(w.Desk, screen.Batch{AsOf: w.AsOf}); err != nil {
		return j, err
	}
	j.Kind, j.Final, j.Snapshot = kindRescreen, kindCollect, w.Desk.ID()
	if j.With, err = json.Marshal(with); err != nil {
		return j, err
	}
	return q.Submit(ctx, j, planChunks(p))
}

// planChunks makes a chunk of each part, and one of what collects them.
func planChunks(p *watch.Plan) iter.Seq2[job.Chunk, error] {
	return func(yield func(job.Chunk, error) bool) {
		for i, x := range p.Parts {
			b, err := json.Marshal(x)
			if !yield(job.Chunk{Number: i + 1, Items: x.Customers, Input: b}, err) || err != nil {
				return
			}
		}
		yield(job.Chunk{Number: len(p.Parts) + 1, Input: p.Marks}, nil)
	}
}

// rescreen screens a part of a base, or collects them.
func (c *crew) rescreen(ctx context.Context, t job.Task) (out job.Output, err error) {
	var with rescreenWith
	if err := json.Unmarshal(t.Job.With, &with); err != nil {
		return out, fault.Wrap(fault.Invalid, err, "what the job says of itself cannot be read")
	}
	last := t.Chunk.Number == t.Job.Chunks
	if last {
		if err := c.mayCollect(ctx, &t); err != nil {
			return out, err
		}
	}
	lists, err := c.lists(ctx, &t.Job, &with.screenWith)
	if err != nil {
		return out, err
	}
	defer lists.done()
	w := &watch.Watcher{
		Store: customersOf(c.store), Desk: lists.desk, Places: lists.places, AsOf: lists.asOf, Now: c.m.now, Actor: with.Run.Actor,
		Program: version, Workers: 1,
	}
	if last {
		return c.collect(ctx, w, &with.Run, &t)
	}
	var p watch.Part
	if err := json.Unmarshal(t.Chunk.Input, &p); err != nil {
		return out, fault.Wrap(fault.Invalid, err, "the part of the base cannot be read")
	}
	done, err := w.Screen(ctx, with.Run, p)
	if err != nil {
		return out, err
	}
	out.Handled, out.Refused = done.Screened, done.NotScreened
	out.Data, err = json.Marshal(done)
	return out, err
}

// The last chunk waits a little for others that are nearly done, and then leaves its place to them.
const (
	collectorWaits = time.Second
	collectorLooks = 20 * time.Millisecond
)

// lacks says why this worker cannot do chunks of a kind: a run is entered in the log, which takes its key, and whoever does not have it in
// their folder screens, and leaves collecting to others. A key that was found is looked for again when a chunk was taken. A load is
// entered under a pseudonym, which takes the secret of the store's.
func (c *crew) lacks(k job.Kind) string {
	if k == kindLoad {
		if err := sameSecret(c.m.ctx, c.store, c.data, c.m.folderOf(c.data), false); err != nil {
			return "no worker that runs could take it: " + err.Error()
		}
	}
	if k != kindCollect || c.keyed.Load() {
		return ""
	}
	if _, err := logkey.Read(c.m.folderOf(c.data)); err != nil {
		return "only a worker that has the key of the log can put the run together, and none that runs took it: " + err.Error()
	}
	c.keyed.Store(true)
	return ""
}

// mayCollect says whether this worker can collect a job now.
func (c *crew) mayCollect(ctx context.Context, t *job.Task) error {
	c.keyed.Store(false)
	if why := c.lacks(kindCollect); why != "" {
		return &job.NotHere{Why: why}
	}
	return c.othersDone(ctx, t)
}

// othersDone waits until all other chunks of a job are done. Where some were given up there is nothing to collect, until they are
// tried again.
func (c *crew) othersDone(ctx context.Context, t *job.Task) error {
	for began := time.Now(); ; {
		s, err := c.queue.Job(ctx, t.Job.ID)
		switch {
		case err != nil:
			return err
		case s.Dead > 0:
			return fault.New(fault.Invalid, "%d chunks were given up, so that nothing is collected", s.Dead).WithFix("`cordon jobs retry %s`", t.Job.ID)
		case !s.Cancelled.IsZero():
			return &job.NotHere{Why: "the job was cancelled"}
		case s.Done >= s.Chunks-1:
			return nil
		case time.Since(began) > collectorWaits:
			return &job.NotHere{Why: fmt.Sprintf("%d of %d chunks are done; the last collects them", s.Done, s.Chunks)}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(collectorLooks):
		}
	}
}

// collect keeps the run, and gives what it raises as `cordon watch follow --format jsonl` does. Neither is held in memory but for a
// part and a page; what is raised is held packed. One base is collected at a time, as that takes some connections at once.
func (c *crew) collect(ctx context.Context, w *watch.Watcher, run *watched.Run, t *job.Task) (out job.Output, err error) {
	c.collecting.Lock()
	defer c.collecting.Unlock()
	quiet := c.quiet.take(ctx)
	w.Suppressed = func(ctx context.Context, run *watched.Run) func(*watched.State) int {
		return quiet.standing(ctx, w.Desk, w.Store, run)
	}
	kept, err := w.Collect(ctx, *run, t.Chunk.Input, func(yield func(watch.Screened, error) bool) {
		for r, err := range c.queue.Results(ctx, t.Job.ID) {
			var s watch.Screened
			if err == nil {
				err = json.Unmarshal(r.Data, &s)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	})
	if err != nil {
		return out, err
	}
	if quiet.unread != "" {
		c.said(quiet.unread)
	}
	c.said(kept.Line())
	packer := job.NewPacker()
	if err := w.Raised(ctx, &kept, func(x watched.Change) error {
		list := []report.WatchChangeJSON{report.WatchChange(&x)}
		if err := quiet.suppressed(ctx, w.Desk, w.Store, &kept, list); err != nil {
			return err
		}
		return jsonLine(packer, list[0])
	}); err != nil {
		return out, err
	}
	out.Packed, err = packer.Packed()
	return out, err
}

// forPeople reports whether the result of a chunk is for people, and not for who collects it.
func forPeople(s *job.Status, r *job.Result) bool {
	return s.Kind != kindRescreen || r.Chunk == s.Chunks
}

type jobsWatchCmd struct {
	submitFlags
	Bases []string `arg:"" help:"The names of bases."`
	Full  bool     `help:"Screen everybody, not only those for whom a change may change something."`
	Chunk int      `help:"How many customers a chunk has." default:"2000"`
}

// Run is the command. Each base is a job.
func (c *jobsWatchCmd) Run(m *Main) error {
	if c.Chunk < 1 || c.Chunk > maxChunk {
		return fault.New(fault.Usage, "--chunk lies between 1 and %d", maxChunk)
	}
	kind := watched.Delta
	if c.Full {
		kind = watched.Full
	}
	return m.jobs(c.Data, func(ctx context.Context, store database, q job.Queue) error {
		return m.watching(&deskFlags{dataFlag: c.dataFlag}, func(conf *screen.Config) error { share(conf, c.Data); return nil },
			func(w *watch.Watcher, _ snapshot.Store) error {
				for _, base := range c.Bases {
					j, err := m.submitRescreen(ctx, q, w, base, kind, c.Tries, c.Chunk)
					m.progressDone()
					if err == nil {
						err = submitted(m, &j)
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
	})
}

// forgetRescreened removes the jobs over a base, whose results have what a run found of its customers. One that is under way is not.
func forgetRescreened(ctx context.Context, q job.Queue, base string) error {
	list, err := q.Jobs(ctx)
	for i := range list {
		s := &list[i]
		if err != nil || s.Kind != kindRescreen || s.About != base {
			continue
		}
		if !s.Ended() {
			return fault.New(fault.Conflict, "the base %s is being screened, and what was found is not known before the end", base).
				WithFix("wait for the job %s, or `cordon jobs cancel %s`", s.ID, s.ID)
		}
		err = q.Erase(ctx, s.ID)
	}
	return err
}

// jobLists are the lists that a job is worked on with, until done is called.
type jobLists struct {
	desk   *screen.Desk
	places *place.Gazetteer
	asOf   when.Day
	done   func()
}

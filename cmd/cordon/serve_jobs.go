package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/telemetry"
	"github.com/cordon-engine/cordon/internal/when"
)

// serveJobs are the flags that say how a server takes jobs.
type serveJobs struct {
	NoJobs bool `name:"no-jobs" help:"Take no jobs."`
	Work   int  `help:"Work on so many chunks of jobs at once; 0 leaves them to workers. One over a folder or with --watch, none over a database otherwise, unless given." default:"-1" placeholder:"N"`

	jobs *jobDesk
}

// jobDesk is the port of the API to jobs. Nothing is made before the first job comes.
type jobDesk struct {
	m     *Main
	data  string
	store *serveStore
	sc    *screener
	log   *slog.Logger
	slots int
	actor string // who hands jobs in; the user that runs the server unless set

	metrics *telemetry.Metrics

	mu    sync.Mutex
	queue job.Queue // nil until it is opened, and worked on
	stop  context.CancelFunc
	work  sync.WaitGroup
}

// startJobs has the API take jobs, and goes on with those that there are.
func (c *serveCmd) startJobs(m *Main, sc *screener, log *slog.Logger, to *httpapi.Config) {
	if c.NoJobs || sc == nil {
		return
	}
	c.jobs = &jobDesk{m: m, data: c.Data, store: c.shared(m), sc: sc, log: log, slots: c.Work, metrics: c.metrics}
	if c.jobs.slots < 0 {
		c.jobs.slots = 1
		if postgres.Is(c.Data) && !c.Watch {
			c.jobs.slots = 0
		}
	}
	to.Jobs = c.jobs
	c.metrics.Jobs(c.jobs.figures)
	if c.jobs.there() {
		if _, err := c.jobs.open(m.ctx); err != nil {
			log.LogAttrs(m.ctx, slog.LevelWarn, "jobs cannot be taken", slog.String("error", err.Error()))
		}
	}
}

// there reports whether there may be a store: a database is asked only when somebody
// asks for jobs.
func (d *jobDesk) there() bool {
	if postgres.Is(d.data) {
		return d.slots > 0
	}
	_, err := os.Stat(filepath.Join(d.data, "cordon.db"))
	return err == nil
}

// stopJobs ends work on jobs.
func (c *serveCmd) stopJobs() {
	if c.jobs == nil {
		return
	}
	d := c.jobs
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.queue == nil {
		return
	}
	d.stop()
	d.work.Wait()
	d.queue = nil
}

// open gives the queue, and begins to work on it when it is opened.
func (d *jobDesk) open(ctx context.Context) (job.Queue, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.queue != nil {
		return d.queue, nil
	}
	store, err := d.store.open(ctx)
	if err != nil {
		return nil, err
	}
	q, err := store.queue(ctx)
	if err != nil {
		return nil, err
	}
	d.queue = q
	var working context.Context
	working, d.stop = context.WithCancel(context.WithoutCancel(d.m.ctx))
	if d.slots > 0 {
		flags, told := workFlags{Slots: d.slots}, chunkLog(working, d.log)
		said := func(line string) { d.log.LogAttrs(working, slog.LevelInfo, line) }
		d.work.Go(func() {
			err := flags.work(working, d.m, d.data, store.database, q, said, func(w *job.Worker) error {
				w.Told = func(t *job.Task, out job.Output, err error) { d.metrics.Chunk(t, out, err); told(t, out, err) }
				return nil
			})
			if err != nil {
				d.log.LogAttrs(working, slog.LevelError, "jobs are not worked on any more", slog.String("error", err.Error()))
			}
		})
	}
	return q, nil
}

// opened gives the queue; nil where there is none yet.
func (d *jobDesk) opened(ctx context.Context) (job.Queue, error) {
	d.mu.Lock()
	q := d.queue
	d.mu.Unlock()
	if q != nil || !postgres.Is(d.data) && !d.there() {
		return q, nil
	}
	return d.open(ctx)
}

// Screen is part of httpapi.Jobs.
func (d *jobDesk) Screen(ctx context.Context, ask httpapi.JobAsk, rows io.Reader) (report.JobJSON, error) {
	var out report.JobJSON
	q, err := d.open(ctx)
	if err != nil {
		return out, err
	}
	held := d.sc.live.Take()
	defer held.Release()
	b := screen.Batch{Lists: ask.Lists, AsOf: d.m.today(), Threshold: ask.Threshold, Limit: ask.Limit, Schema: ask.Schema}
	if b.Threshold == 0 {
		b.Threshold = held.Params().Possible()
	}
	if ask.AsOf != "" {
		if b.AsOf, err = when.ParseDay(ask.AsOf); err != nil {
			return out, fault.In(fault.Place{Field: "as_of"}, err)
		}
	}
	actor := d.actor
	if actor == "" {
		if actor, err = d.m.actor(d.m.folderOf(d.data)); err != nil {
			return out, err
		}
	}
	j, err := newJob(d.m.now(), ask.About, actor, ask.Tries)
	if err == nil {
		j, err = d.m.newScreenJob(held.Desk, b, j)
	}
	if err == nil {
		j, err = q.Submit(ctx, j, rowChunks(screen.Referenced(screen.JSONRows(rows, screen.Mapping{screen.Ref: {screen.Ref}})), ask.Chunk))
	}
	if err != nil {
		return out, err
	}
	return d.Job(ctx, j.ID)
}

// Jobs is part of httpapi.Jobs.
func (d *jobDesk) Jobs(ctx context.Context) ([]report.JobJSON, error) {
	out := []report.JobJSON{}
	list, err := d.statuses(ctx)
	for i := range list {
		out = append(out, report.Job(&list[i], nil))
	}
	return out, err
}

func (d *jobDesk) statuses(ctx context.Context) ([]job.Status, error) {
	q, err := d.opened(ctx)
	if err != nil || q == nil {
		return nil, err
	}
	return q.Jobs(ctx)
}

// Job is part of httpapi.Jobs.
func (d *jobDesk) Job(ctx context.Context, id string) (report.JobJSON, error) {
	q, err := d.known(ctx, id)
	if err != nil {
		return report.JobJSON{}, err
	}
	s, err := q.Job(ctx, id)
	if err != nil {
		return report.JobJSON{}, err
	}
	failures, err := q.Failures(ctx, id)
	return report.Job(&s, failures), err
}

// known gives the queue for a question about a job.
func (d *jobDesk) known(ctx context.Context, id string) (job.Queue, error) {
	q, err := d.opened(ctx)
	if err == nil && q == nil {
		err = job.Missing(id)
	}
	return q, err
}

// Results is part of httpapi.Jobs.
func (d *jobDesk) Results(ctx context.Context, id string, partial bool, w io.Writer) (n httpapi.Count, err error) {
	q, err := d.known(ctx, id)
	if err != nil {
		return n, err
	}
	s, err := q.Job(ctx, id)
	if err != nil {
		return n, err
	}
	if s.State() != job.Done && !partial {
		return n, notDone(&s)
	}
	for r, err := range q.Results(ctx, id) {
		if err != nil {
			return n, err
		}
		n.Answered += r.Handled
		n.Refused += r.Refused
		if !forPeople(&s, &r) {
			continue
		}
		r.Data = answersIn(r.Data)
		if _, err := w.Write(r.Data); err != nil {
			return n, err
		}
		n.Read += bytes.Count(r.Data, []byte{'\n'})
	}
	return n, nil
}

// Cancel is part of httpapi.Jobs.
func (d *jobDesk) Cancel(ctx context.Context, id string) (report.JobJSON, error) {
	q, err := d.known(ctx, id)
	if err == nil {
		err = q.Cancel(ctx, id, d.m.now())
	}
	if err != nil {
		return report.JobJSON{}, err
	}
	return d.Job(ctx, id)
}

// figures counts jobs and chunks by how they stand.
func (d *jobDesk) figures(ctx context.Context) (telemetry.JobFigures, error) {
	out := telemetry.JobFigures{}
	d.mu.Lock()
	q := d.queue
	d.mu.Unlock()
	if q == nil {
		return out, nil
	}
	list, err := q.Jobs(ctx)
	for i := range list {
		s := &list[i]
		out.Running += s.Running
		out.Dead += s.Dead
		if !s.Ended() {
			out.Jobs++
			out.Waiting += s.Chunks - s.Done - s.Dead - s.Running
		}
	}
	return out, err
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/when"
)

// The kinds of jobs.
const (
	kindScreen job.Kind = "screen"
	kindRead   job.Kind = "read"
	kindLoad   job.Kind = "load"
	kindDraft  job.Kind = "draft"
	// kindWatch is done as it was handed in by versions before [kindRescreen]; nobody hands it in any more.
	kindWatch job.Kind = "watch"
)

// queueOf gives the queue of jobs in a store.
func queueOf(ctx context.Context, s database) (job.Queue, error) {
	switch s := s.(type) {
	case *postgres.Store:
		return s.Jobs(ctx)
	case *sqlite.Store:
		return sqlite.Queue{Store: s}, nil
	}
	return nil, fault.New(fault.Internal, "this store has no jobs")
}

// crew does the work of all kinds of jobs, with lists and desks that are opened once.
type crew struct {
	m     *Main
	data  string
	store database
	queue job.Queue
	quiet *quietLive
	// said takes what proves a run over a base.
	said func(line string)

	tables func() (tables, error)

	mu         sync.Mutex
	desks      []*opened   // the last used at the end
	collecting sync.Mutex  // held by who puts a base together
	keyed      atomic.Bool // the key of the log was found
}

// tables come with the program.
type tables struct {
	places *place.Gazetteer
	fixed  []*snapshot.Fixed
}

// opened is a desk, or why it could not be opened.
type opened struct {
	id    string
	once  sync.Once
	desk  *screen.Desk
	err   error
	users int
}

// desksKept is how many desks stay open that nobody uses: jobs of before and after a
// change of lists go on beside each other.
const desksKept = 2

func (m *Main) newCrew(data string, store database, q job.Queue, said func(string)) *crew {
	c := &crew{m: m, data: data, store: store, queue: q, said: said}
	c.quiet = &quietLive{newest: store.NewestEvent, now: m.now, read: func(ctx context.Context) ([]casework.Case, error) {
		return (&casework.Desk{Store: store, Policy: casework.Default()}).Cases(ctx)
	}}
	c.tables = sync.OnceValues(func() (t tables, err error) {
		t.places, t.fixed, err = m.embedded()
		return t, err
	})
	return c
}

// handlers gives what does the work of each kind.
func (c *crew) handlers() map[job.Kind]job.Handler {
	out := map[job.Kind]job.Handler{kindScreen: c.screen, kindRescreen: c.rescreen, kindCollect: c.rescreen}
	for kind := range commandsOf {
		out[kind] = c.command
	}
	return out
}

// Close ends the use of all desks.
func (c *crew) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.desks {
		if o.desk != nil {
			o.desk.Close()
		}
	}
	c.desks = nil
}

// screenWith is what a job of screening says besides its rows: all that an answer
// hangs on, so that it is the same wherever and whenever a chunk is screened.
type screenWith struct {
	Lists     []string       `json:"lists,omitempty"`
	AsOf      string         `json:"as_of"`
	Threshold float64        `json:"threshold"`
	Limit     int            `json:"limit"`
	Schema    string         `json:"schema,omitempty"`
	Counts    map[string]int `json:"counts"` // the snapshots that each list had
	Same      [][2]string    `json:"same,omitempty"`
	Apart     [][2]string    `json:"apart,omitempty"`
	Program   string         `json:"program"`
}

// rowJSON is a row of a chunk.
type rowJSON struct {
	Number int          `json:"n"`
	Line   int          `json:"l"`
	Party  screen.Party `json:"p,omitempty"`
	Ref    string       `json:"r,omitempty"`
	Error  string       `json:"e,omitempty"`
}

// newScreenJob gives a job of screening with the lists of a desk.
func (m *Main) newScreenJob(d *screen.Desk, b screen.Batch, j job.Job) (job.Job, error) {
	with, err := screenWithOf(d, b)
	if err != nil {
		return j, err
	}
	j.Kind, j.Snapshot = kindScreen, d.ID()
	j.With, err = json.Marshal(with)
	return j, err
}

// screenWithOf says all that an answer of a desk hangs on.
func screenWithOf(d *screen.Desk, b screen.Batch) (with screenWith, err error) {
	if d.Stale != "" {
		return with, fault.New(fault.Unavailable, "nobody can be screened: %s", d.Stale).WithFix("`cordon lists pull`")
	}
	if len(d.Against()) == 0 {
		return with, fault.New(fault.Unavailable, "no list is loaded").WithFix("`cordon lists pull`")
	}
	with = screenWith{
		Lists: b.Lists, AsOf: b.AsOf.String(), Threshold: b.Threshold, Limit: b.Limit, Schema: b.Schema, Counts: map[string]int{}, Program: version,
	}
	basis := d.Basis()
	with.Same, with.Apart = basis.Same, basis.Apart
	for _, l := range basis.Lists {
		with.Counts[l.Name()] = l.Count
	}
	return with, nil
}

// rowChunks cuts rows into chunks of so many.
func rowChunks(rows iter.Seq2[screen.Row, error], size int) iter.Seq2[job.Chunk, error] {
	return func(yield func(job.Chunk, error) bool) {
		var b bytes.Buffer
		c := job.Chunk{Number: 1}
		for r, err := range rows {
			if err == nil {
				x := rowJSON{Number: r.Number, Line: r.Line, Party: r.Party, Ref: r.Ref}
				if r.Err != nil {
					x.Error = r.Err.Error()
				}
				err = jsonLine(&b, x)
			}
			if err != nil {
				yield(job.Chunk{}, err)
				return
			}
			if c.Items++; c.Items < size {
				continue
			}
			c.Input = bytes.Clone(b.Bytes())
			if !yield(c, nil) {
				return
			}
			b.Reset()
			c = job.Chunk{Number: c.Number + 1}
		}
		if c.Items > 0 {
			c.Input = b.Bytes()
			yield(c, nil)
		}
	}
}

// chunkRows gives the rows of a chunk back.
func chunkRows(input []byte) iter.Seq2[screen.Row, error] {
	return func(yield func(screen.Row, error) bool) {
		for line := range bytes.Lines(input) {
			var x rowJSON
			if err := json.Unmarshal(line, &x); err != nil {
				yield(screen.Row{}, fault.Wrap(fault.Invalid, err, "a row of the chunk cannot be read"))
				return
			}
			r := screen.Row{Number: x.Number, Line: x.Line, Party: x.Party, Ref: x.Ref}
			if x.Error != "" {
				r.Err = errors.New(x.Error)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// screen screens the rows of a chunk. Its output is what `cordon screen --format jsonl`
// prints of them, with what people suppress while they are screened.
func (c *crew) screen(ctx context.Context, t job.Task) (out job.Output, err error) {
	var with screenWith
	if err := json.Unmarshal(t.Job.With, &with); err != nil {
		return out, fault.Wrap(fault.Invalid, err, "what the job says of itself cannot be read")
	}
	lists, err := c.lists(ctx, &t.Job, &with)
	if err != nil {
		return out, err
	}
	defer lists.done()
	return screenRows(ctx, lists, c.quiet.take(ctx), &with, t.Chunk.Input)
}

// lists gives the lists of a job.
func (c *crew) lists(ctx context.Context, j *job.Job, with *screenWith) (l jobLists, err error) {
	if with.Program != version {
		return l, &job.NotHere{Why: "the job was submitted by Cordon " + with.Program + ", and this is " + version}
	}
	if l.asOf, err = when.ParseDay(with.AsOf); err != nil {
		return l, err
	}
	tables, err := c.tables()
	if err != nil {
		return l, err
	}
	l.places = tables.places
	l.desk, l.done, err = c.desk(ctx, j, with, tables.fixed)
	return l, err
}

func screenRows(ctx context.Context, l jobLists, quiet quieting, with *screenWith, input []byte) (out job.Output, err error) {
	desk := l.desk
	b := screen.Batch{Lists: with.Lists, AsOf: l.asOf, Threshold: with.Threshold, Limit: with.Limit, Schema: with.Schema, Places: l.places, Workers: 1}
	var w bytes.Buffer
	err = quiet.run(ctx, desk, b, chunkRows(input), func(a screen.Answered) error {
		if a.Answer.Outcome == screening.NotScreened {
			out.Refused++
		} else {
			out.Handled++
		}
		x := rowAnswer(desk, b, a, true)
		err := jsonLine(&w, x)
		if err == nil && needsParty(&x) {
			err = jsonLine(&w, partyLine{partyOfRow{x.Row, a.Row.Ref, a.Row.Party}})
		}
		return err
	})
	out.Data = w.Bytes()
	return out, err
}

// desk gives the desk that a job is to be worked on with, until done is called.
func (c *crew) desk(ctx context.Context, j *job.Job, with *screenWith, fixed []*snapshot.Fixed) (d *screen.Desk, done func(), err error) {
	key, err := json.Marshal([]any{j.Snapshot, with.Same, with.Apart})
	if err != nil {
		return nil, nil, err
	}
	o := c.enter(string(key))
	o.once.Do(func() { o.desk, o.err = c.open(context.WithoutCancel(ctx), j, with, fixed) })
	if o.err != nil {
		c.forget(o)
		return nil, nil, o.err
	}
	return o.desk, func() { c.leave(o) }, nil
}

// open opens the lists as they were when the job was submitted: from the index that
// somebody published, or anew. Where that does not come out as the same, another worker
// may have it.
func (c *crew) open(ctx context.Context, j *job.Job, with *screenWith, fixed []*snapshot.Fixed) (*screen.Desk, error) {
	conf, err := c.m.screenConfig(c.m.folderOf(c.data), 0)
	if err != nil {
		return nil, err
	}
	conf.Store = screen.Past(snapshot.WithFixed(c.store, fixed...), with.Counts)
	conf.Now, conf.Same, conf.Apart, conf.ID, conf.Progress = j.Submitted, with.Same, with.Apart, j.Snapshot, nil
	share(&conf, c.data)
	d, err := screen.Open(ctx, conf)
	if fault.CodeOf(err) == fault.Conflict || fault.CodeOf(err) == fault.NotFound {
		return nil, &job.NotHere{Why: err.Error()}
	}
	return d, err
}

func (c *crew) enter(id string) *opened {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.desks, func(o *opened) bool { return o.id == id })
	o := &opened{id: id}
	if i >= 0 {
		o = c.desks[i]
		c.desks = slices.Delete(c.desks, i, i+1)
	}
	c.desks = append(c.desks, o)
	o.users++
	return o
}

// leave ends the use of a desk, and closes the oldest that nobody uses.
func (c *crew) leave(o *opened) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o.users--
	for i := 0; i < len(c.desks) && len(c.desks) > desksKept; {
		if old := c.desks[i]; old.users == 0 {
			old.desk.Close()
			c.desks = slices.Delete(c.desks, i, i+1)
			continue
		}
		i++
	}
}

// forget drops what could not be opened, so that it is tried again.
func (c *crew) forget(o *opened) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o.users--
	c.desks = slices.DeleteFunc(c.desks, func(x *opened) bool { return x == o })
}

// writeResults writes the results of a job one after the other, and counts the outcomes of rows.
func writeResults(ctx context.Context, q job.Queue, s *job.Status, w io.Writer, count map[string]int) error {
	for r, err := range q.Results(ctx, s.ID) {
		if err == nil && s.Kind == kindScreen {
			r.Data = answersIn(r.Data)
			countOutcomes(r.Data, count)
		}
		if err == nil && forPeople(s, &r) {
			_, err = w.Write(r.Data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// countOutcomes counts how the rows of a chunk came out, of which each line says so first.
func countOutcomes(lines []byte, count map[string]int) {
	for line := range bytes.Lines(lines) {
		_, rest, _ := bytes.Cut(line, []byte(`"outcome":"`))
		outcome, _, _ := bytes.Cut(rest, []byte{'"'})
		count[string(outcome)]++
	}
}

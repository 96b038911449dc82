// Package job is long work cut into chunks: what a job is, how it stands, and the
// port [Queue] behind which it is kept and handed out, in process over one file or
// to many machines over one database.
//
// The result of a chunk is kept once, in the transaction that says that the chunk is
// done, however many workers died over it. The package never does the work itself,
// decides nothing about what a kind of work is, and has no clock: the handlers of
// kinds are given to a [Worker], which says what time it is.
package job

import (
	"context"
	"errors"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Kind names what is to be done, as "screen". Each kind is a queue of its own, so
// that a worker may take some and leave others.
type Kind string

var kindForm = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// Job is work of one kind, and what everybody who works on it must know.
type Job struct {
	// ID names it: a ULID, so that names sort by time.
	ID   string
	Kind Kind
	// Final is the kind of the last chunk, which not everybody may do who does the others;
	// "" for that of the job.
	Final Kind
	// About tells people which work it is, as the name of a file.
	About string
	// With is what the kind needs besides chunks, in a form of its own.
	With []byte
	// Snapshot names the index that every chunk is worked on with; "" where the kind
	// needs none. Who cannot have it leaves the chunk to others.
	Snapshot string
	// Actor is the pseudonym of who asked for it.
	Actor     string
	Submitted time.Time
	// Tries is how often a chunk is tried before it is dead.
	Tries int
	// Chunks and Items are counted when it is submitted.
	Chunks, Items int
}

// KindOf gives the kind of a chunk.
func (j *Job) KindOf(chunk int) Kind {
	if j.Final != "" && chunk == j.Chunks {
		return j.Final
	}
	return j.Kind
}

// Limits of a job.
const (
	// MaxTries bounds [Job.Tries]; DefaultTries are those where none are given.
	MaxTries, DefaultTries = 50, 5
	// MaxChunks is how many chunks a job may have.
	MaxChunks = 1_000_000
)

// Check says what is wrong with a job that is to be submitted.
func (j *Job) Check() error {
	switch {
	case len(j.ID) != 26:
		return fault.New(fault.Internal, "a job was given the name %q", j.ID)
	case !kindForm.MatchString(string(j.Kind)), j.Final != "" && !kindForm.MatchString(string(j.Final)):
		return fault.New(fault.Invalid, "%q is no kind of job", j.Kind)
	case j.Tries < 1 || j.Tries > MaxTries:
		return fault.New(fault.Usage, "a chunk is tried at least once and at most %d times", MaxTries).At(fault.Place{Field: "tries"})
	case j.Submitted.IsZero():
		return fault.New(fault.Internal, "a job was submitted at no time")
	}
	return nil
}

// Chunk is a part of a job that is worked on in one piece.
type Chunk struct {
	// Number counts from 1; Items is how many things it has to be handled.
	Number, Items int
	Input         []byte
}

// Task is a chunk in the hands of a worker.
type Task struct {
	Job   Job
	Chunk Chunk
	// Try counts from 1, deaths of workers included.
	Try int
}

// Output is what became of the items of a chunk: Handled + Refused are all of them.
type Output struct {
	Handled, Refused int
	Data             []byte
	// Packed stands in place of Data where a [Packer] wrote it.
	Packed []byte
}

// Result is the output of a chunk as it was kept.
type Result struct {
	Output
	Chunk  int
	Worker string
	Ended  time.Time
}

// Failure is a chunk that was given up, or that is tried again.
type Failure struct {
	Chunk, Items, Tries int
	Dead                bool
	Reason              string
}

// Status is how a job stands. Its items are handled, refused, in dead chunks, or not
// done yet.
type Status struct {
	Job
	// Done, Dead and Running are chunks.
	Done, Dead, Running int
	// Handled, Refused and Lost are items; Lost are those of dead chunks.
	Handled, Refused, Lost int
	// Started is when the first chunk was done or taken, Last when the last that is
	// done was; zero for none.
	Started, Last time.Time
	// Cancelled is zero unless somebody cancelled it.
	Cancelled time.Time
}

// State is a word for how a job stands.
type State string

// The states. A job that is Stopped has dead chunks and nothing else to do.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Stopped   State = "stopped"
	Cancelled State = "cancelled"
)

// State says how the job stands.
func (s *Status) State() State {
	switch {
	case s.Done == s.Chunks:
		return Done
	case !s.Cancelled.IsZero():
		return Cancelled
	case s.Done+s.Dead == s.Chunks:
		return Stopped
	case s.Done+s.Dead+s.Running > 0:
		return Running
	}
	return Waiting
}

// Ended reports whether nothing more happens by itself.
func (s *Status) Ended() bool {
	st := s.State()
	return st == Done || st == Stopped || st == Cancelled && s.Running == 0
}

// Rate is how many items a second were handled or refused from the start to the last
// chunk; 0 while that is not known.
func (s *Status) Rate() float64 {
	if took := s.Last.Sub(s.Started).Seconds(); took > 0 {
		return float64(s.Handled+s.Refused) / took
	}
	return 0
}

// Check says whether the sums are right: no item twice, none gone.
func (s *Status) Check() error {
	sum := s.Handled + s.Refused + s.Lost
	if sum > s.Items || s.State() == Done && s.Handled+s.Refused != s.Items || s.Done+s.Dead > s.Chunks {
		return fault.New(fault.Internal, "the job %s has %d items, and %d handled + %d refused + %d given up", s.ID, s.Items, s.Handled, s.Refused, s.Lost)
	}
	return nil
}

// Queue keeps jobs and hands out their chunks. Its methods may be called by many at
// once, of several processes. fault.NotFound is a job that is not there.
type Queue interface {
	// Submit keeps a job and all its chunks, or nothing; it counts them. The numbers
	// of chunks follow each other from 1.
	Submit(ctx context.Context, j Job, chunks iter.Seq2[Chunk, error]) (Job, error)
	// Jobs gives all jobs, the newest first.
	Jobs(ctx context.Context) ([]Status, error)
	Job(ctx context.Context, id string) (Status, error)
	// Failures gives the chunks of a job that failed and are not done, in their order.
	Failures(ctx context.Context, id string) ([]Failure, error)
	// Results gives the results that there are, in the order of chunks.
	Results(ctx context.Context, id string) iter.Seq2[Result, error]
	// Cancel keeps chunks that are not done from being begun, and those that are being
	// worked on from being kept. A job that is done is fault.Conflict.
	Cancel(ctx context.Context, id string, at time.Time) error
	// Retry has dead chunks tried again from the first try on, and says how many.
	Retry(ctx context.Context, id string) (int, error)
	// Erase removes a job that ended with its results; another is fault.Conflict.
	Erase(ctx context.Context, id string) error
	// Work takes chunks until ctx ends, and lets what was begun come to its end. Of
	// workers of one file one works, and the others wait until it is gone.
	Work(ctx context.Context, w Worker) error
}

// Handler does the work of one chunk. A fault.Invalid is for good: the chunk is dead
// at once. [NotHere] leaves it to others. After any other error it is tried again.
type Handler func(ctx context.Context, t Task) (Output, error)

// Worker says who takes chunks, and what is done with them.
type Worker struct {
	// Name tells one worker from another, for people.
	Name string
	// Slots is how many chunks are worked on at once.
	Slots int
	Kinds map[Kind]Handler
	// Lacks says why the worker cannot do chunks of a kind for now, "" where it can; nil
	// where it can do all. It is asked again and again, and chunks of such a kind are left
	// where they are. Where nothing else is left of a job, why is noted with its chunks.
	Lacks func(Kind) string
	Now   func() time.Time
	// Pause is how long a chunk rests after so many tries; nil for [Pause].
	Pause func(tries int) time.Duration
	// Told hears of chunks that were done (err nil), failed, or were given up, and of the
	// store when it could not be reached (task nil). It may be nil.
	Told func(t *Task, out Output, err error)
}

// Pause is how long a chunk rests after so many tries: a second, and twice as long
// each time, up to a minute.
func Pause(tries int) time.Duration {
	return min(time.Second<<min(max(tries-1, 0), 6), time.Minute)
}

// Rest is Pause as the worker has it.
func (w *Worker) Rest(tries int) time.Duration {
	if w.Pause != nil {
		return w.Pause(tries)
	}
	return Pause(tries)
}

// Able gives the kinds that the worker can do for now, and the others with the reason.
func (w *Worker) Able() (can []Kind, lacks map[Kind]string) {
	lacks = map[Kind]string{}
	for _, k := range slices.Sorted(maps.Keys(w.Kinds)) {
		why := ""
		if w.Lacks != nil {
			why = w.Lacks(k)
		}
		if why != "" {
			lacks[k] = why
		} else {
			can = append(can, k)
		}
	}
	return can, lacks
}

// Tell calls Told.
func (w *Worker) Tell(t *Task, out Output, err error) {
	if w.Told != nil {
		w.Told(t, out, err)
	}
}

// Check says what is wrong with a worker.
func (w *Worker) Check() error {
	if w.Name == "" || w.Slots < 1 || len(w.Kinds) == 0 || w.Now == nil {
		return fault.New(fault.Internal, "a worker needs a name, slots, kinds and a clock")
	}
	return nil
}

// NotHere says that a worker cannot do a chunk, and another may: it is not counted as
// a try.
type NotHere struct{ Why string }

// Error is part of the interface of errors.
func (n *NotHere) Error() string { return n.Why }

// Away is how long a chunk rests that a worker left to others.
const Away = 2 * time.Second

// Grace is how long a worker that was told to stop goes on with the chunks it has.
const Grace = 10 * time.Second

// ErrDropped says that a result was not kept, since the job was cancelled or the chunk
// was done by another.
var ErrDropped error = fault.New(fault.Conflict, "the result was not needed: the job was cancelled, or another worker had done the chunk")

// The states of a chunk.
const (
	ChunkOpen = "open"
	ChunkDone = "done"
	ChunkDead = "dead"
)

// Failed is what becomes of a chunk after an error.
type Failed struct {
	// State is ChunkOpen or ChunkDead, Tries what counts as tried, Rest how long nobody
	// takes it.
	State string
	Tries int
	Rest  time.Duration
	// Reason is kept with the chunk; nil leaves what was there.
	Reason *string
}

// Failing says what becomes of a task after an error; stopping, that the worker was
// told to stop and had no more time.
func Failing(w *Worker, t *Task, err error, stopping bool) Failed {
	reason := Reason(err)
	f := Failed{State: ChunkOpen, Tries: t.Try, Reason: &reason}
	var away *NotHere
	switch {
	case errors.Is(err, ErrDropped), stopping:
		f.Tries, f.Reason = t.Try-1, nil
	case errors.As(err, &away):
		f.Tries, f.Rest = t.Try-1, Away
	case fault.CodeOf(err) == fault.Invalid, t.Try >= t.Job.Tries:
		f.State = ChunkDead
	default:
		f.Rest = w.Rest(t.Try)
	}
	return f
}

// Add counts a chunk that is submitted with the job, and says what is wrong with it.
func (j *Job) Add(c Chunk) error {
	j.Chunks++
	j.Items += c.Items
	switch {
	case c.Number != j.Chunks || c.Items < 0:
		return fault.New(fault.Internal, "chunk %d of %d items came as the %dth", c.Number, c.Items, j.Chunks)
	case j.Chunks > MaxChunks:
		return fault.New(fault.TooLarge, "a job has at most %d chunks", MaxChunks).WithFix("make them larger, or two jobs of it")
	}
	return nil
}

// Finish gives a job as it is kept, when all of its chunks were added.
func (j *Job) Finish() (string, error) {
	if j.Chunks == 0 {
		return "", fault.New(fault.Invalid, "there is nothing to do: %s is empty", j.About)
	}
	return j.Encode()
}

// Missing is the fault of a job that is not there.
func Missing(id string) error {
	return fault.New(fault.NotFound, "there is no job %q", id).WithFix("`cordon jobs list` shows those that there are")
}

// MayCancel, MayRetry and MayErase say why something cannot be done to a job.
func (s *Status) MayCancel() error {
	if s.State() == Done {
		return fault.New(fault.Conflict, "the job %s is done", s.ID).WithFix("`cordon jobs erase` removes it with its results")
	}
	return nil
}

// MayRetry is said with MayCancel.
func (s *Status) MayRetry() error {
	if !s.Cancelled.IsZero() {
		return fault.New(fault.Conflict, "the job %s was cancelled", s.ID).WithFix("submit it anew")
	}
	return nil
}

// MayErase is said with MayCancel.
func (s *Status) MayErase() error {
	if !s.Ended() {
		return fault.New(fault.Conflict, "the job %s is %s", s.ID, s.State()).WithFix("cancel it first")
	}
	return nil
}

// Do has a handler work on a task. What it gives back is all of the chunk, or an
// error: a panic is one, and so are sums that are not right.
func (w *Worker) Do(ctx context.Context, t *Task) (out Output, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = Output{}, fault.New(fault.Internal, "the work on chunk %d ended in a panic: %v", t.Chunk.Number, r)
		}
	}()
	kind := t.Job.KindOf(t.Chunk.Number)
	h := w.Kinds[kind]
	if h == nil {
		return Output{}, &NotHere{Why: "this worker does not do jobs of the kind " + string(kind)}
	}
	out, err = h(ctx, *t)
	if err == nil && (out.Handled < 0 || out.Refused < 0 || out.Handled+out.Refused != t.Chunk.Items) {
		err = fault.New(fault.Internal, "chunk %d has %d items, and %d were handled + %d refused", t.Chunk.Number, t.Chunk.Items, out.Handled, out.Refused)
	}
	return out, err
}

// Reason gives an error as it is kept with a chunk: without what a database could not
// keep, and not longer than a page.
func Reason(err error) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "�"), "\x00", "�")
	return s[:min(len(s), 4000)]
}

// Died is the reason of a chunk that as many workers died over as it may be tried.
const Died = "each worker that took it was gone before it was done"

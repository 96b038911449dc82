// Package jobtest holds what every queue of jobs must pass.
package jobtest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
)

// Run holds a queue to the contract of [job.Queue]. Each call of open gives an empty
// store, which the test is to clean up, as two queues over it: of two processes, as it
// were. The second may be the first again.
func Run(t *testing.T, open func(testing.TB) (one, two job.Queue)) {
	for _, c := range []struct {
		name string
		f    func(*suite)
	}{
		{"nothing", nothing},
		{"submitted whole or not at all", submitted},
		{"every item once", everyItem},
		{"two workers", twoWorkers},
		{"tried again and given up", failing},
		{"left to others", leftToOthers},
		{"cancelled", cancelled},
		{"stopped worker", stopped},
		{"erased", erased},
		{"kinds", kinds},
		{"a last chunk for some", lastForSome},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &suite{T: t}
			s.one, s.two = open(t)
			c.f(s)
		})
	}
}

type suite struct {
	*testing.T
	one, two job.Queue
}

var (
	start = time.UnixMilli(1_800_000_000_123).UTC()
	ids   atomic.Int64
)

// New gives a job of the kind "count", whose chunks are handled by [Count].
func New() job.Job {
	return job.Job{
		ID: fmt.Sprintf("01ARZ3NDEKTSV4RRFFQ%07d", ids.Add(1)), Kind: "count", About: "numbers", With: []byte{0, 1, 255},
		Snapshot: "x", Actor: "somebody", Submitted: start, Tries: 3,
	}
}

// Chunks gives so many chunks of so many lines, each with its number.
func Chunks(chunks, items int) iter.Seq2[job.Chunk, error] {
	return func(yield func(job.Chunk, error) bool) {
		for n := range chunks {
			var b strings.Builder
			for i := range items {
				fmt.Fprintln(&b, n*items+i)
			}
			if !yield(job.Chunk{Number: n + 1, Items: items, Input: []byte(b.String())}, nil) {
				return
			}
		}
	}
}

// Count gives the lines of a chunk back, and refuses each that ends with a 7.
func Count(_ context.Context, t job.Task) (job.Output, error) {
	out := job.Output{Data: t.Chunk.Input}
	for _, line := range strings.Fields(string(t.Chunk.Input)) {
		if strings.HasSuffix(line, "7") {
			out.Refused++
		} else {
			out.Handled++
		}
	}
	return out, nil
}

// Worker gives a worker that handles jobs of the kind "count" by f.
func Worker(name string, f job.Handler) job.Worker {
	return job.Worker{
		Name: name, Slots: 2, Kinds: map[job.Kind]job.Handler{"count": f}, Now: time.Now,
		Pause: func(int) time.Duration { return time.Millisecond },
	}
}

func (s *suite) submit(chunks, items int) job.Job {
	s.Helper()
	j, err := s.one.Submit(s.Context(), New(), Chunks(chunks, items))
	if err != nil {
		s.Fatal(err)
	}
	return j
}

// work has a worker at it until stop is called.
func (s *suite) work(q job.Queue, w job.Worker) (stop func()) {
	ctx, cancel := context.WithCancel(s.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := q.Work(ctx, w); err != nil {
			s.Errorf("worker %s: %v", w.Name, err)
		}
	})
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); wg.Wait() }) }
	s.Cleanup(stop)
	return stop
}

func (s *suite) status(id string) job.Status {
	s.Helper()
	st, err := s.two.Job(s.Context(), id)
	if err != nil {
		s.Fatal(err)
	}
	return st
}

// until waits for a job to be as it should.
func (s *suite) until(id string, what string, f func(job.Status) bool) job.Status {
	s.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		st := s.status(id)
		if f(st) {
			return st
		}
		if time.Now().After(limit) {
			failures, _ := s.two.Failures(s.Context(), id)
			s.Fatalf("not %s: %+v\n%+v", what, st, failures)
		}
	}
}

func (s *suite) ended(id string) job.Status {
	s.Helper()
	return s.until(id, "ended", func(st job.Status) bool { return st.Ended() })
}

// lines gives the lines of all results, and holds them to be in order.
func (s *suite) lines(id string) []string {
	s.Helper()
	var out []string
	last := 0
	for r, err := range s.two.Results(s.Context(), id) {
		if err != nil {
			s.Fatal(err)
		}
		if r.Chunk <= last || r.Worker == "" || r.Ended.IsZero() {
			s.Errorf("the result of chunk %d came after %d: %+v", r.Chunk, last, r)
		}
		last = r.Chunk
		out = append(out, strings.Fields(string(r.Data))...)
	}
	return out
}

func numbers(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

func nothing(s *suite) {
	if list, err := s.one.Jobs(s.Context()); err != nil || len(list) != 0 {
		s.Errorf("%v, %v", list, err)
	}
	id := New().ID
	_, one := s.one.Job(s.Context(), id)
	_, two := s.one.Failures(s.Context(), id)
	_, three := s.one.Retry(s.Context(), id)
	var four error
	for _, four = range s.one.Results(s.Context(), id) {
	}
	for i, err := range []error{one, two, three, four, s.one.Cancel(s.Context(), id, start), s.one.Erase(s.Context(), id)} {
		if fault.CodeOf(err) != fault.NotFound {
			s.Errorf("%d: %v", i, err)
		}
	}
}

func submitted(s *suite) {
	j := s.submit(3, 4)
	st := s.status(j.ID)
	if st.Chunks != 3 || st.Items != 12 || st.State() != job.Waiting || !st.Submitted.Equal(start) || string(st.With) != "\x00\x01\xff" ||
		st.Actor != "somebody" || st.Snapshot != "x" || st.Tries != 3 || st.About != "numbers" || st.Kind != "count" {
		s.Errorf("%+v", st)
	}
	for what, chunks := range map[string]iter.Seq2[job.Chunk, error]{
		"no chunk": Chunks(0, 1),
		"a broken one": func(yield func(job.Chunk, error) bool) {
			_ = yield(job.Chunk{Number: 1, Items: 1}, nil) && yield(job.Chunk{}, errors.New("the disk is gone"))
		},
		"a gap": func(yield func(job.Chunk, error) bool) {
			_ = yield(job.Chunk{Number: 1, Items: 1}, nil) && yield(job.Chunk{Number: 3, Items: 1}, nil)
		},
	} {
		if _, err := s.one.Submit(s.Context(), New(), chunks); err == nil {
			s.Errorf("%s was taken", what)
		}
	}
	bad := New()
	bad.Kind = "Not A Kind"
	if _, err := s.one.Submit(s.Context(), bad, Chunks(1, 1)); fault.CodeOf(err) != fault.Invalid {
		s.Errorf("a kind that is none: %v", err)
	}
	if _, err := s.one.Submit(s.Context(), j, Chunks(1, 1)); err == nil {
		s.Error("the same job was taken twice")
	}
	second := s.submit(1, 1)
	list, err := s.two.Jobs(s.Context())
	if err != nil || len(list) != 2 || list[0].ID != second.ID || list[1].ID != j.ID {
		s.Errorf("%+v, %v", list, err)
	}
}

func everyItem(s *suite) {
	j := s.submit(7, 10)
	defer s.work(s.one, Worker("one", Count))()
	st := s.ended(j.ID)
	if st.State() != job.Done || st.Handled != 63 || st.Refused != 7 || st.Done != 7 || st.Lost != 0 || st.Started.IsZero() || st.Last.Before(st.Started) {
		s.Errorf("%+v", st)
	}
	if got := s.lines(j.ID); !slices.Equal(got, numbers(70)) {
		s.Errorf("results %q", got)
	}
	if n, err := s.one.Retry(s.Context(), j.ID); n != 0 || err != nil {
		s.Errorf("%d chunks of a job that is done are tried again: %v", n, err)
	}
	if err := s.one.Cancel(s.Context(), j.ID, start); fault.CodeOf(err) != fault.Conflict {
		s.Errorf("a job that is done was cancelled: %v", err)
	}
}

func twoWorkers(s *suite) {
	var mu sync.Mutex
	began := map[int]int{}
	count := func(ctx context.Context, t job.Task) (job.Output, error) {
		mu.Lock()
		began[t.Chunk.Number]++
		mu.Unlock()
		return Count(ctx, t)
	}
	s.work(s.one, Worker("one", count))
	s.work(s.two, Worker("two", count))
	a, b := s.submit(40, 5), s.submit(3, 1)
	s.ended(a.ID)
	s.ended(b.ID)
	if got := s.lines(a.ID); !slices.Equal(got, numbers(200)) {
		s.Errorf("results %q", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if slices.Max(slices.Collect(maps.Values(began))) > 2 || len(began) != 40 {
		s.Errorf("chunks were begun so often: %v", began)
	}
}

func failing(s *suite) {
	var tries [5]atomic.Int64
	f := func(ctx context.Context, t job.Task) (job.Output, error) {
		try := int(tries[t.Chunk.Number].Add(1))
		switch n := t.Chunk.Number; {
		case n == 1 && try < 3:
			if t.Try != try {
				s.Errorf("try %d is said to be %d", try, t.Try)
			}
			return job.Output{}, errors.New("not yet\x00\xff")
		case n == 2:
			panic("it does not work")
		case n == 3:
			return job.Output{}, fault.New(fault.Invalid, "it cannot be read")
		case n == 4 && try < 5:
			return job.Output{Handled: 1}, nil // of two
		}
		return Count(ctx, t)
	}
	j := s.submit(4, 2)
	s.work(s.one, Worker("one", f))
	st := s.ended(j.ID)
	if st.State() != job.Stopped || st.Done != 1 || st.Dead != 3 || st.Handled != 2 || st.Lost != 6 {
		s.Errorf("%+v", st)
	}
	list, err := s.two.Failures(s.Context(), j.ID)
	if err != nil || len(list) != 3 {
		s.Fatalf("%+v, %v", list, err)
	}
	for i, want := range []string{"panic: it does not work", "it cannot be read", "2 items, and 1 were handled"} {
		f := list[i]
		if f.Chunk != i+2 || !f.Dead || f.Items != 2 || !strings.Contains(f.Reason, want) || f.Tries != []int{3, 1, 3}[i] {
			s.Errorf("%+v, want %q", f, want)
		}
	}
	if n, err := s.two.Retry(s.Context(), j.ID); n != 3 || err != nil {
		s.Fatal(n, err)
	}
	if st := s.ended(j.ID); st.Done != 2 || st.Dead != 2 { // the fourth came right at its fifth try
		s.Errorf("%+v", st)
	}
	if got := s.lines(j.ID); !slices.Equal(got, []string{"0", "1", "6", "7"}) {
		s.Errorf("results %q", got)
	}
}

func leftToOthers(s *suite) {
	var left atomic.Int64
	j := s.submit(1, 1)
	stop := s.work(s.one, Worker("one", func(context.Context, job.Task) (job.Output, error) {
		left.Add(1)
		return job.Output{}, &job.NotHere{Why: "it has another index"}
	}))
	s.until(j.ID, "left", func(job.Status) bool {
		list, err := s.two.Failures(s.Context(), j.ID)
		return err == nil && len(list) == 1 && !list[0].Dead && list[0].Tries == 0 && strings.Contains(list[0].Reason, "another index")
	})
	stop()
	s.work(s.two, Worker("two", Count))
	if st := s.ended(j.ID); st.State() != job.Done {
		s.Errorf("%+v", st)
	}
}

func cancelled(s *suite) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	j := s.submit(5, 1)
	w := Worker("one", func(ctx context.Context, t job.Task) (job.Output, error) {
		begun <- struct{}{}
		<-goOn
		return Count(ctx, t)
	})
	w.Slots = 1
	s.work(s.one, w)
	<-begun
	if st := s.status(j.ID); st.State() != job.Running || st.Running != 1 {
		s.Errorf("%+v", st)
	}
	if err := s.two.Erase(s.Context(), j.ID); fault.CodeOf(err) != fault.Conflict {
		s.Errorf("a job that runs was erased: %v", err)
	}
	for range 2 {
		if err := s.two.Cancel(s.Context(), j.ID, start.Add(time.Hour)); err != nil {
			s.Fatal(err)
		}
	}
	close(goOn)
	st := s.ended(j.ID)
	if st.State() != job.Cancelled || st.Done != 0 || st.Handled != 0 || !st.Cancelled.Equal(start.Add(time.Hour)) {
		s.Errorf("%+v", st)
	}
	if got := s.lines(j.ID); len(got) != 0 {
		s.Errorf("kept: %q", got)
	}
	if _, err := s.two.Retry(s.Context(), j.ID); fault.CodeOf(err) != fault.Conflict {
		s.Errorf("tried again: %v", err)
	}
}

// stopped has a worker told to stop in the middle of a chunk: the chunk comes to its
// end, no other is begun, and the next worker does the rest.
func stopped(s *suite) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	j := s.submit(3, 1)
	w := Worker("one", func(ctx context.Context, t job.Task) (job.Output, error) {
		begun <- struct{}{}
		<-goOn
		return Count(ctx, t)
	})
	w.Slots = 1
	stop := s.work(s.one, w)
	<-begun
	time.AfterFunc(50*time.Millisecond, func() { close(goOn) })
	stop()
	if st := s.status(j.ID); st.Done != 1 || st.Running != 0 {
		s.Errorf("after the stop %+v", st)
	}
	s.work(s.two, Worker("two", Count))
	if st := s.ended(j.ID); st.State() != job.Done {
		s.Errorf("%+v", st)
	}
}

func erased(s *suite) {
	j := s.submit(2, 2)
	stop := s.work(s.one, Worker("one", Count))
	s.ended(j.ID)
	stop()
	if err := s.two.Erase(s.Context(), j.ID); err != nil {
		s.Fatal(err)
	}
	if _, err := s.one.Job(s.Context(), j.ID); fault.CodeOf(err) != fault.NotFound {
		s.Errorf("still there: %v", err)
	}
}

// kinds has a worker leave jobs of kinds that it does not do.
func kinds(s *suite) {
	other := New()
	other.Kind = "other"
	other, err := s.one.Submit(s.Context(), other, Chunks(2, 1))
	if err != nil {
		s.Fatal(err)
	}
	j := s.submit(2, 1)
	stop := s.work(s.one, Worker("one", Count))
	s.ended(j.ID)
	if st := s.status(other.ID); st.State() != job.Waiting {
		s.Errorf("%+v", st)
	}
	stop()
	w := Worker("two", Count)
	w.Kinds = map[job.Kind]job.Handler{"other": Count}
	s.work(s.two, w)
	s.ended(other.ID)
}

// lastForSome has a job whose last chunk not everybody can do. Who cannot never gets it in hand, tried again or not, and says what lacks
// when nothing else is left; who can for the first time while it works takes it.
func lastForSome(s *suite) {
	j := New()
	j.Final = "last"
	j, err := s.one.Submit(s.Context(), j, Chunks(4, 2))
	if err != nil {
		s.Fatal(err)
	}
	other := s.submit(1, 1) // of one kind
	var able atomic.Bool
	var taken, given atomic.Int64
	last := func(ctx context.Context, t job.Task) (job.Output, error) {
		taken.Add(1)
		if !able.Load() {
			s.Errorf("chunk %d of a kind that the worker lacks was taken", t.Chunk.Number)
		}
		if given.Add(1) == 1 {
			return job.Output{}, fault.New(fault.Invalid, "given up once")
		}
		return Count(ctx, t)
	}
	worker := func(name string) job.Worker {
		w := Worker(name, func(ctx context.Context, t job.Task) (job.Output, error) {
			if t.Job.ID == j.ID && t.Chunk.Number == 4 {
				s.Error("the last chunk was done as one of the others")
			}
			return Count(ctx, t)
		})
		w.Kinds["last"] = last
		w.Lacks = func(k job.Kind) string {
			if k == "last" && !able.Load() {
				return name + " has no key"
			}
			return ""
		}
		return w
	}
	s.work(s.one, worker("one"))
	s.ended(other.ID)
	s.until(j.ID, "left", func(st job.Status) bool {
		list, err := s.two.Failures(s.Context(), j.ID)
		return err == nil && st.Done == 3 && st.Running == 0 && len(list) == 1 && list[0].Chunk == 4 && !list[0].Dead && list[0].Tries == 0 &&
			list[0].Reason == "one has no key"
	})
	if n := taken.Load(); n > 0 {
		s.Errorf("it was taken %d times", n)
	}
	able.Store(true)
	if st := s.ended(j.ID); st.State() != job.Stopped || st.Dead != 1 {
		s.Errorf("%+v", st)
	}
	able.Store(true)
	if n, err := s.two.Retry(s.Context(), j.ID); n != 1 || err != nil {
		s.Fatal(n, err)
	}
	if st := s.ended(j.ID); st.State() != job.Done || st.Last.IsZero() || taken.Load() != 2 {
		s.Errorf("%+v after %d", st, taken.Load())
	}
	if list, err := s.two.Failures(s.Context(), j.ID); err != nil || len(list) > 0 {
		s.Errorf("%+v, %v", list, err)
	}
	if got := s.lines(j.ID); !slices.Equal(got, numbers(8)) {
		s.Errorf("results %q", got)
	}
}

// Dead holds a queue to what becomes of the chunks of workers that are gone. kill has the
// first chunk of a job be in the hands of one at its first try, the second at its third.
func Dead(t *testing.T, q job.Queue, kill func(id string)) {
	s := &suite{t, q, q}
	j := s.submit(3, 2)
	kill(j.ID)
	if st := s.status(j.ID); st.Running != 2 {
		t.Fatalf("nobody died: %+v", st)
	}
	s.work(q, Worker("heir", Count))
	st := s.ended(j.ID)
	failures, err := q.Failures(t.Context(), j.ID)
	if st.State() != job.Stopped || st.Done != 2 || st.Lost != 2 || err != nil || len(failures) != 1 || failures[0].Chunk != 2 || failures[0].Reason != job.Died {
		t.Errorf("%+v %+v %v", st, failures, err)
	}
	if got := s.lines(j.ID); !slices.Equal(got, []string{"0", "1", "4", "5"}) {
		t.Errorf("results %q", got)
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/watched"
)

// TestRescreenSurvives screens a base as a job whose first worker is killed in the middle of a chunk, and over a database the server
// too; then a list changes, of which one entry is new and one is gone. Every customer is screened once, and what is kept and raised
// is what one process finds that does all by itself.
func TestRescreenSurvives(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: each worker is a process of its own")
	}
	t.Run("folder", func(t *testing.T) {
		if os.Getenv("CORDON_KILLS") == "" {
			t.Skip("CORDON_KILLS is not set: over a folder a server follows bases in TestServerFollowsBases; make kills has both")
		}
		c := &campaign{T: t, dir: t.TempDir()}
		c.data = c.dir
		c.survives(func() {})
	})
	t.Run("database", func(t *testing.T) {
		c := &campaign{T: t, server: postgrestest.Shared(t), dir: t.TempDir()}
		c.data = c.server.Database(t)
		c.survives(func() {
			if err := c.server.Kill(syscall.SIGQUIT); err != nil {
				t.Fatal(err)
			}
			c.worker("second") // has no key of the log, and leaves collecting to the third
			c.keyed("third")
			c.worker("third")
		})
	})
}

// TestCollectingIsLeft has one worker that has no key of the log: it screens all customers, is not given the chunk that collects, and the
// job says what it waits for, in a command and on the page. When the key is there, the same worker goes on.
func TestCollectingIsLeft(t *testing.T) {
	t.Run("folder", func(t *testing.T) {
		c := &campaign{T: t, dir: t.TempDir()}
		c.data = c.dir
		c.collectingIsLeft(c.dir)
	})
	t.Run("database", func(t *testing.T) {
		c := &campaign{T: t, dir: t.TempDir()}
		c.data = postgrestest.Database(t)
		c.collectingIsLeft(t.TempDir())
	})
}

func (c *campaign) collectingIsLeft(folder string) {
	c.load("1", "1,Thaddeus Quisenberry\n2,Somebody Else\n")
	c.open(nil)
	c.run("watch", "add", "job", c.file("base.csv", c.customers(0)))
	id := c.run("jobs", "submit", "watch", "job", "--full", "--chunk", "100")
	at := filepath.Join(c.dir, logkey.File)
	key, err := os.ReadFile(at)
	if err == nil {
		err = os.Remove(at)
	}
	if err != nil {
		c.Fatal(err)
	}

	m := &Main{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, folder: folder, ctx: c.Context()}
	store, err := m.openStore(c.Context(), c.data)
	if err != nil {
		c.Fatal(err)
	}
	defer store.Close()
	q, err := queueOf(c.Context(), store)
	if err != nil {
		c.Fatal(err)
	}
	ctx, stop := context.WithCancel(c.Context())
	var working sync.WaitGroup
	defer working.Wait()
	defer stop()
	var took atomic.Int64
	working.Go(func() {
		err := (&workFlags{Slots: 2}).work(ctx, m, c.data, store, q, func(string) {}, func(w *job.Worker) error {
			w.Told = func(t *job.Task, _ job.Output, err error) {
				if t != nil && t.Chunk.Number == t.Job.Chunks {
					took.Add(1)
				}
				if err != nil {
					c.Error(err)
				}
			}
			return nil
		})
		if err != nil {
			c.Error(err)
		}
	})
	const waits = "only a worker that has the key of the log"
	s := c.until(id, "left", func(s *job.Status) bool {
		failures, err := c.q.Failures(c.Context(), id)
		return err == nil && s.Done == s.Chunks-1 && s.Running == 0 && len(failures) == 1 && strings.HasPrefix(failures[0].Reason, waits)
	})
	if n := took.Load(); n != 0 || s.Ended() {
		c.Errorf("the chunk that collects was taken %d times: %+v", n, s)
	}
	code, shown := program(c, "jobs", "show", id, "--data", c.data, "--folder", c.dir)
	if code != 0 || !strings.Contains(shown, "chunk 4 (0 items) waits: "+waits) {
		c.Errorf("%d %s", code, shown)
	}
	list, err := jobsForPages(c.Context(), c.q, customersOf(store))
	if err != nil || len(list) != 1 || list[0].State != "waiting" || !strings.HasPrefix(list[0].Error, waits) {
		c.Errorf("%+v %v", list, err)
	}
	for _, dir := range []string{c.dir, folder} {
		if err := os.WriteFile(filepath.Join(dir, logkey.File), key, 0o600); err != nil {
			c.Fatal(err)
		}
	}
	s = c.until(id, "ended", (*job.Status).Ended)
	if s.State() != job.Done || took.Load() != 1 || len(c.lines("jobs", "results", id)) == 0 {
		c.Errorf("%+v, taken %d times", s, took.Load())
	}
}

const rescreened = 300

// keyed gives the folder of a worker the key of the log.
func (c *campaign) keyed(name string) {
	c.Helper()
	b, err := os.ReadFile(filepath.Join(c.dir, logkey.File))
	if err != nil {
		c.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(c.dir, name), 0o700); err != nil {
		c.Fatal(err)
	}
	c.file(filepath.Join(name, logkey.File), string(b))
}

func (c *campaign) survives(then func()) {
	c.load("1", "1,Thaddeus Quisenberry\n2,Somebody Else\n")
	c.open(nil)
	for _, base := range []string{"job", "alone"} {
		c.run("watch", "add", base, c.file("base.csv", c.customers(0)))
	}
	id := c.run("jobs", "submit", "watch", "job", "--full", "--chunk", "10")
	first := c.worker("first")
	c.until(id, "begun", func(s *job.Status) bool { return s.Done >= 2 && s.Running > 0 })
	if err := first.Process.Kill(); err != nil {
		c.Fatal(err)
	}
	_ = first.Wait()
	if s, ok := c.status(id); !ok || s.Ended() {
		c.Errorf("the worker was not killed in the middle: %+v", s)
	}
	then()
	c.ended(id)
	c.run("watch", "run", "alone")
	c.alike(1)

	c.load("2", "2,Somebody Else\n3,Ludmila Vorontsova\n")
	for _, base := range []string{"job", "alone"} {
		c.run("watch", "add", base, c.file("base.csv", c.customers(5)))
	}
	id = c.run("jobs", "submit", "watch", "job", "--chunk", "4")
	if got, want := c.ended(id), c.lines("watch", "follow", "alone", "--format", "jsonl"); !cmp.Equal(got, want) || len(got) < 8 {
		c.Errorf("%s", cmp.Diff(want, got))
	}
	r := c.alike(2)
	if r.Kind != watched.Delta || r.Entries != 2 || r.Carried < rescreened/2 || r.New == 0 || r.Changed+r.Gone == 0 || r.Job != id {
		c.Errorf("%s", r.Line())
	}
	if c.server != nil {
		return
	}
	// Nothing is left to do, and a job says so in one chunk.
	if got := c.ended(c.run("jobs", "submit", "watch", "job")); len(got) > 0 || c.alike(3).Screened > 0 {
		c.Errorf("%q", got)
	}
}

func (c *campaign) file(name, content string) string {
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		c.Fatal(err)
	}
	return path
}

func (c *campaign) load(number, rows string) {
	c.Helper()
	mapping := c.file("mapping.yaml", "owner: Test\nexpires: 2099-01-01\nschema: Person\ncolumns: {id: id, name: name}\n")
	c.run("lists", "load", c.file("list.csv", "id,name\n"+rows), "--source", "own", "--list", "mine", "--mapping", mapping,
		"--published", "2026-01-0"+number, "--accept-shrink")
}

// customers gives a file of so many customers, of whom the first few are others than before.
func (c *campaign) customers(changed int) string {
	var b strings.Builder
	b.WriteString("ref,name\n")
	for i := range rescreened {
		name := nameAt(i)
		switch {
		case i < changed:
			name = "Gunnhild Haraldsdottir"
		case i%25 == 7:
			name = []string{"Thaddeus Quisenberry", "Ludmila Vorontsova", "Somebody Else"}[i/25%3]
		}
		fmt.Fprintf(&b, "c%d,%s\n", i, name)
	}
	return b.String()
}

// ended waits until a job is done, and gives what it raised. Over a folder the command that waits does the work.
func (c *campaign) ended(id string) []string {
	c.Helper()
	if c.server == nil {
		c.run("jobs", "wait", id)
	}
	s := c.until(id, "ended", (*job.Status).Ended)
	if s.State() != job.Done || s.Handled+s.Refused != s.Items || s.Dead != 0 {
		failures, _ := c.q.Failures(c.Context(), id)
		c.Fatalf("%+v %+v", s, failures)
	}
	return c.lines("jobs", "results", id)
}

// lines gives what a command prints, a change a line, without the line of the run.
func (c *campaign) lines(args ...string) []string {
	c.Helper()
	code, out := program(c, append(args, "--data", c.data, "--folder", c.dir)...)
	if code != 0 {
		c.Fatalf("%v: %s", args, out)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return slices.DeleteFunc(lines, func(s string) bool { return !strings.HasPrefix(s, "{") })
}

// alike holds the run that a job kept to that of one process, and the states after it.
func (c *campaign) alike(number int) watched.Run {
	c.Helper()
	store, err := (&Main{folder: c.dir}).openStore(c.Context(), c.data)
	if err != nil {
		c.Fatal(err)
	}
	defer store.Close()
	s := customersOf(store)
	var runs []watched.Run
	for _, base := range []string{"job", "alone"} {
		list, err := s.Runs(c.Context(), base)
		if err != nil {
			c.Fatal(err)
		}
		if base == "alone" && len(list) < number {
			c.run("watch", "follow", "alone")
			list, err = s.Runs(c.Context(), base)
			if err != nil {
				c.Fatal(err)
			}
		}
		if len(list) != number {
			c.Fatalf("%s has %d runs, want %d", base, len(list), number)
		}
		states, err := s.States(c.Context(), base, number)
		if err != nil || len(states) == 0 || watched.Sum(states) != list[number-1].Result {
			c.Errorf("%s: %d states, %v", base, len(states), err)
		}
		runs = append(runs, list[number-1])
	}
	job, alone := runs[0], runs[1]
	if err := job.Check(); err != nil || job.Rows != rescreened {
		c.Errorf("%s: %v", job.Line(), err)
	}
	alone.Base, alone.Job, alone.Started, alone.Ended = job.Base, job.Job, job.Started, job.Ended
	if d := cmp.Diff(alone, job); d != "" {
		c.Error(d)
	}
	return job
}

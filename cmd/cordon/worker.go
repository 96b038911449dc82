package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
)

// workFlags say how jobs are worked on.
type workFlags struct {
	Slots int `help:"How many chunks to work on at once; as many as there are processors unless given." default:"0" placeholder:"N"`
}

type workerCmd struct {
	dataFlag
	workFlags
	Name string   `help:"What this worker is called; the machine and the process unless given." placeholder:"NAME"`
	Kind []string `help:"Do only jobs of these kinds (repeatable)." placeholder:"KIND"`
	Log  string   `help:"What to log to standard error: ${enum}." enum:"chunks,faults" default:"chunks"`
}

// Run is the command. It works until it is told to stop, and then ends what it has
// begun.
func (c *workerCmd) Run(m *Main) error {
	level := slog.LevelInfo
	if c.Log == "faults" {
		level = slog.LevelWarn
	}
	log := slog.New(slog.NewJSONHandler(m.Err, &slog.HandlerOptions{Level: level}))
	return m.jobs(c.Data, func(ctx context.Context, store database, q job.Queue) error {
		// One without a secret screens, and is not given what takes a pseudonym.
		if err := sameSecret(ctx, store, c.Data, m.folderOf(c.Data), true); err != nil {
			return err
		}
		fmt.Fprintf(m.Out, "This worker takes chunks of jobs at %s. Stop it with Ctrl-C.\n", nameOf(c.Data))
		said := func(line string) { log.LogAttrs(ctx, slog.LevelInfo, line) }
		return c.work(ctx, m, c.Data, store, q, said, func(w *job.Worker) error {
			if c.Name != "" {
				w.Name = c.Name
			}
			w.Told = chunkLog(ctx, log)
			return only(w, c.Kind)
		})
	})
}

// saying prints the lines that prove runs over bases.
func (m *Main) saying() func(string) {
	return func(line string) { fmt.Fprintln(m.Err, line) }
}

// work does jobs until ctx ends. said takes the lines that prove runs over bases; with, if given, changes who does it.
func (c *workFlags) work(
	ctx context.Context, m *Main, data string, store database, q job.Queue, said func(string), with func(*job.Worker) error,
) error {
	crew := m.newCrew(data, store, q, said)
	defer crew.Close()
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	w := job.Worker{Name: fmt.Sprintf("%s-%d", host, os.Getpid()), Slots: c.Slots, Kinds: crew.handlers(), Lacks: crew.lacks, Now: m.now}
	if w.Slots <= 0 {
		w.Slots = runtime.GOMAXPROCS(0)
	}
	if with != nil {
		if err := with(&w); err != nil {
			return err
		}
	}
	return q.Work(ctx, w)
}

// only leaves a worker these kinds; all where none are named.
func only(w *job.Worker, kinds []string) error {
	if len(kinds) == 0 {
		return nil
	}
	all := w.Kinds
	w.Kinds = map[job.Kind]job.Handler{}
	for _, k := range kinds {
		h := all[job.Kind(k)]
		if h == nil || k == string(kindCollect) {
			var names []string
			for k := range all {
				if k != kindCollect {
					names = append(names, string(k))
				}
			}
			slices.Sort(names)
			return fault.New(fault.Usage, "there is no kind of job %q", k).WithFix("the kinds are %s", strings.Join(names, ", "))
		}
		w.Kinds[job.Kind(k)] = h
		if k == string(kindRescreen) {
			w.Kinds[kindCollect] = h
		}
	}
	return nil
}

// chunkLog logs what a worker says, without a word of what is in a chunk.
func chunkLog(ctx context.Context, log *slog.Logger) func(*job.Task, job.Output, error) {
	return func(t *job.Task, out job.Output, err error) {
		if t == nil {
			log.LogAttrs(ctx, slog.LevelWarn, "jobs cannot be taken", slog.String("error", err.Error()))
			return
		}
		at := []slog.Attr{slog.String("job", t.Job.ID), slog.String("kind", string(t.Job.Kind)), slog.Int("chunk", t.Chunk.Number), slog.Int("try", t.Try)}
		var away *job.NotHere
		if errors.As(err, &away) {
			log.LogAttrs(ctx, slog.LevelInfo, "chunk left to others", append(at, slog.String("reason", err.Error()))...)
			return
		}
		if err != nil {
			log.LogAttrs(ctx, slog.LevelWarn, "chunk failed", append(at, slog.String("error", err.Error()))...)
			return
		}
		log.LogAttrs(ctx, slog.LevelInfo, "chunk done", append(at, slog.Int("handled", out.Handled), slog.Int("refused", out.Refused))...)
	}
}

package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/watch"
	"github.com/cordon-engine/cordon/internal/watched"
)

// rescreenChunk is how many customers a chunk has that a server hands in.
const rescreenChunk = 2000

// queue gives the jobs that this server works on too; nil where it does not, as then nobody may.
func (b *bases) queue(ctx context.Context) (job.Queue, error) {
	if b.handIn == nil {
		return nil, nil
	}
	d := b.handIn()
	if d == nil || d.slots == 0 {
		return nil, nil
	}
	return d.open(ctx)
}

// screened has a base screened: as a job that this server and any worker do together or, without a queue, in one piece.
func (b *bases) screened(ctx context.Context, q job.Queue, w *watch.Watcher, base string, kind watched.Kind) (*watch.Result, error) {
	if q != nil {
		return b.asJob(ctx, q, w, base, kind)
	}
	run := w.Follow
	if kind == watched.Full {
		run = w.Run
	}
	res, err := run(ctx, base)
	if err == nil {
		b.jobs.log.LogAttrs(ctx, slog.LevelInfo, res.Run.Line())
	}
	return res, err
}

// asJob hands a job in and removes it when it has ended, as what it found stands in the base; or waits for one that there is, of
// somebody else or of before the server was stopped, and leaves it.
func (b *bases) asJob(ctx context.Context, q job.Queue, w *watch.Watcher, base string, kind watched.Kind) (*watch.Result, error) {
	id, err := underWay(ctx, q, base)
	if err != nil {
		return nil, err
	}
	own := id == ""
	if own {
		j, err := b.m.submitRescreen(ctx, q, w, base, kind, job.DefaultTries, rescreenChunk)
		if err != nil {
			return nil, err
		}
		id = j.ID
	}
	err = endOfJob(ctx, q, id, w.Progress)
	if own && ctx.Err() == nil {
		err = errors.Join(err, q.Erase(ctx, id))
	}
	if err != nil {
		return nil, err
	}
	return raisedBy(ctx, w.Store, base, id)
}

// raisedBy gives the run that a job kept, with what it raised.
func raisedBy(ctx context.Context, s watched.Store, base, id string) (*watch.Result, error) {
	runs, err := s.Runs(ctx, base)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		if runs[i].Job == id {
			_, changes, err := changesOf(ctx, s, base, -1, i+1)
			return &watch.Result{Run: runs[i], Changes: changes}, err
		}
	}
	return nil, fault.New(fault.Internal, "the job %s is done, and the base %s has no run of it", id, base)
}

// underWay gives the job over a base that did not end; "" for none.
func underWay(ctx context.Context, q job.Queue, base string) (string, error) {
	list, err := q.Jobs(ctx)
	for i := range list {
		if s := &list[i]; s.Kind == kindRescreen && s.About == base && !s.Ended() {
			return s.ID, nil
		}
	}
	return "", err
}

// endOfJob waits until a job is done. Where it came to nothing, why is the error: the base stays behind.
func endOfJob(ctx context.Context, q job.Queue, id string, progress func(string, int)) error {
	for {
		s, err := q.Job(ctx, id)
		if err != nil || s.State() == job.Done {
			return err
		}
		if s.Ended() {
			return cameToNothing(ctx, q, &s)
		}
		progress("customers screened", s.Handled+s.Refused)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func cameToNothing(ctx context.Context, q job.Queue, s *job.Status) error {
	failures, err := q.Failures(ctx, s.ID)
	if err != nil {
		return err
	}
	var why []string
	for _, f := range failures {
		if f.Dead && len(why) < 3 {
			why = append(why, f.Reason)
		}
	}
	return fault.New(fault.Unavailable, "the job over the base was %s: %s", s.State(), strings.Join(why, "; "))
}

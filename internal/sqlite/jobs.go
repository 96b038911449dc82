package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
)

// jobTables keep jobs, their chunks, and the result of each. A chunk is open, done or
// dead; one that is open and has a worker is being worked on. Times are in ms since
// 1970. The input of a chunk goes when it is done.
const jobTables = `
CREATE TABLE job (
	id        TEXT    NOT NULL PRIMARY KEY,
	kind      TEXT    NOT NULL,
	most      INTEGER NOT NULL, -- tries
	job       TEXT    NOT NULL, -- JSON
	cancelled INTEGER
) WITHOUT ROWID;
CREATE TABLE job_chunk (
	job    TEXT    NOT NULL REFERENCES job (id),
	number INTEGER NOT NULL,
	items  INTEGER NOT NULL,
	state  TEXT    NOT NULL CHECK (state IN ('open', 'done', 'dead')),
	tries  INTEGER NOT NULL,
	worker TEXT,
	began  INTEGER,
	rest   INTEGER NOT NULL, -- not before
	reason TEXT,
	input  BLOB,
	PRIMARY KEY (job, number)
);
CREATE INDEX job_chunk_open ON job_chunk (job, number) WHERE state = 'open';
CREATE TABLE job_result (
	job     TEXT    NOT NULL,
	chunk   INTEGER NOT NULL,
	handled INTEGER NOT NULL,
	refused INTEGER NOT NULL,
	worker  TEXT    NOT NULL,
	ended   INTEGER NOT NULL,
	output  BLOB    NOT NULL,
	PRIMARY KEY (job, chunk),
	FOREIGN KEY (job, chunk) REFERENCES job_chunk (job, number)
);
`

// Queue is the [job.Queue] of a folder: its chunks are worked on in one process at a
// time.
type Queue struct{ *Store }

var _ job.Queue = Queue{}

// Submit is part of job.Queue.
func (q Queue) Submit(ctx context.Context, j job.Job, chunks iter.Seq2[job.Chunk, error]) (job.Job, error) {
	err := j.Check()
	if err != nil {
		return j, err
	}
	j.Chunks, j.Items = 0, 0
	err = q.tx(ctx, func(tx *sql.Conn) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO job (id, kind, most, job) VALUES (?, ?, ?, '')", j.ID, string(j.Kind), j.Tries); err != nil {
			return err
		}
		add, err := tx.PrepareContext(ctx, "INSERT INTO job_chunk (job, number, items, state, tries, rest, input) VALUES (?, ?, ?, 'open', 0, 0, ?)")
		if err != nil {
			return err
		}
		defer add.Close()
		for c, err := range chunks {
			if err == nil {
				err = j.Add(c)
			}
			if err != nil {
				return err
			}
			input, err := job.Pack(c.Input)
			if err != nil {
				return err
			}
			if _, err := add.ExecContext(ctx, j.ID, c.Number, c.Items, input); err != nil {
				return err
			}
		}
		text, err := j.Finish()
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE job SET job = ? WHERE id = ?", text, j.ID)
		}
		return err
	})
	return j, err
}

const jobStatus = `SELECT j.id, j.job, j.cancelled, c.done, c.dead, c.running, c.lost, c.began,
	coalesce(r.handled, 0), coalesce(r.refused, 0), r.last
	FROM job j
	JOIN (SELECT job, count(*) FILTER (WHERE state = 'done') done, count(*) FILTER (WHERE state = 'dead') dead,
		count(*) FILTER (WHERE state = 'open' AND worker IS NOT NULL) running,
		coalesce(sum(items) FILTER (WHERE state = 'dead'), 0) lost, min(began) began FROM job_chunk GROUP BY job) c ON c.job = j.id
	LEFT JOIN (SELECT job, sum(handled) handled, sum(refused) refused, max(ended) last FROM job_result GROUP BY job) r ON r.job = j.id`

func scanJobStatus(rows *sql.Rows) (s job.Status, err error) {
	var id, text string
	var cancelled, began, last sql.NullInt64
	if err = rows.Scan(&id, &text, &cancelled, &s.Done, &s.Dead, &s.Running, &s.Lost, &began, &s.Handled, &s.Refused, &last); err != nil {
		return s, err
	}
	s.Cancelled, s.Started, s.Last = atMs(cancelled), atMs(began), atMs(last)
	if s.Job, err = job.Decode(id, text); err != nil {
		return s, err
	}
	return s, s.Check()
}

// atMs gives a time of milliseconds; the zero time for none.
func atMs(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}

// Jobs is part of job.Queue.
func (q Queue) Jobs(ctx context.Context) ([]job.Status, error) {
	return query(ctx, q.db, scanJobStatus, jobStatus+" ORDER BY j.id DESC")
}

// Job is part of job.Queue.
func (q Queue) Job(ctx context.Context, id string) (job.Status, error) { return jobIn(ctx, q.db, id) }

func jobIn(ctx context.Context, from source, id string) (job.Status, error) {
	list, err := query(ctx, from, scanJobStatus, jobStatus+" WHERE j.id = ?", id)
	if err != nil {
		return job.Status{}, err
	}
	if len(list) == 0 {
		return job.Status{}, job.Missing(id)
	}
	return list[0], nil
}

// Failures is part of job.Queue.
func (q Queue) Failures(ctx context.Context, id string) ([]job.Failure, error) {
	if _, err := q.Job(ctx, id); err != nil {
		return nil, err
	}
	return query(ctx, q.db, func(rows *sql.Rows) (f job.Failure, err error) {
		err = rows.Scan(&f.Chunk, &f.Items, &f.Tries, &f.Dead, &f.Reason)
		return f, err
	}, `SELECT number, items, tries, state = 'dead', reason FROM job_chunk
		WHERE job = ? AND state != 'done' AND reason IS NOT NULL ORDER BY number`, id)
}

// Results is part of job.Queue.
func (q Queue) Results(ctx context.Context, id string) iter.Seq2[job.Result, error] {
	return func(yield func(job.Result, error) bool) {
		if _, err := q.Job(ctx, id); err != nil {
			yield(job.Result{}, err)
			return
		}
		each(ctx, q.db, func(rows *sql.Rows) (r job.Result, err error) {
			var ended sql.NullInt64
			var output []byte
			if err = rows.Scan(&r.Chunk, &r.Handled, &r.Refused, &r.Worker, &ended, &output); err == nil {
				r.Ended = atMs(ended)
				r.Data, err = job.Unpack(output)
			}
			return r, err
		}, yield, "SELECT chunk, handled, refused, worker, ended, output FROM job_result WHERE job = ? ORDER BY chunk", id)
	}
}

// Cancel is part of job.Queue.
func (q Queue) Cancel(ctx context.Context, id string, at time.Time) error {
	return q.tx(ctx, func(tx *sql.Conn) error {
		s, err := jobIn(ctx, tx, id)
		if err == nil {
			err = s.MayCancel()
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE job SET cancelled = coalesce(cancelled, ?) WHERE id = ?", at.UnixMilli(), id)
		}
		return err
	})
}

// Retry is part of job.Queue.
func (q Queue) Retry(ctx context.Context, id string) (n int, err error) {
	err = q.tx(ctx, func(tx *sql.Conn) error {
		s, err := jobIn(ctx, tx, id)
		if err == nil {
			err = s.MayRetry()
		}
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "UPDATE job_chunk SET state = 'open', tries = 0, rest = 0, reason = NULL WHERE job = ? AND state = 'dead'", id)
		if err != nil {
			return err
		}
		rows, err := r.RowsAffected()
		n = int(rows)
		return err
	})
	return n, err
}

// Erase is part of job.Queue. What was there is overwritten, in the log of the
// database too.
func (q Queue) Erase(ctx context.Context, id string) error {
	err := q.tx(ctx, func(tx *sql.Conn) error {
		if _, err := tx.ExecContext(ctx, "PRAGMA secure_delete = ON"); err != nil {
			return err
		}
		s, err := jobIn(ctx, tx, id)
		if err == nil {
			err = s.MayErase()
		}
		for _, table := range []string{"job_result WHERE job", "job_chunk WHERE job", "job WHERE id"} {
			if err == nil {
				_, err = tx.ExecContext(ctx, "DELETE FROM "+table+" = ?", id)
			}
		}
		return err
	})
	if err == nil {
		err = q.flush(ctx)
	}
	return err
}

// Work is part of job.Queue. What another process had begun, which died over it, is
// begun anew.
func (q Queue) Work(ctx context.Context, w job.Worker) error {
	if err := w.Check(); err != nil {
		return err
	}
	done, err := q.alone(ctx)
	if err != nil || done == nil {
		return err
	}
	defer done()
	if err := q.takeOver(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	// Handlers go on for a while after ctx ends.
	working, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(job.Grace, cancel) })()
	var wg sync.WaitGroup
	for range w.Slots {
		wg.Go(func() { q.slot(ctx, working, &w) })
	}
	if w.Lacks != nil {
		wg.Go(func() { q.sayLeft(ctx, &w) })
	}
	wg.Wait()
	return nil
}

// idle is how long a slot waits that found nothing to do, or no store.
const idle = 200 * time.Millisecond

// slot takes chunk after chunk until ctx ends.
func (q Queue) slot(ctx, working context.Context, w *job.Worker) {
	for ctx.Err() == nil {
		t, err := q.claim(ctx, w)
		if err != nil && ctx.Err() == nil {
			w.Tell(nil, job.Output{}, err)
		}
		if t == nil {
			select {
			case <-ctx.Done():
			case <-time.After(idle):
			}
			continue
		}
		out, err := w.Do(working, t)
		if err == nil {
			err = q.finish(working, w, t, out)
		}
		if err != nil {
			out = job.Output{}
			if e := q.fail(context.WithoutCancel(ctx), w, t, err, working.Err() != nil); e != nil {
				w.Tell(nil, out, e) // what is not written down is taken over by the next process
			}
		}
		w.Tell(t, out, err)
	}
}

// left is how often it is said that a chunk is left to workers that can do it.
const left = time.Second

// sayLeft notes why this worker does not do the chunks of a kind, or the last chunk of a job of which nothing else is left.
func (q Queue) sayLeft(ctx context.Context, w *job.Worker) {
	for tick := time.NewTicker(left); ; {
		_, lacks := w.Able()
		for kind, why := range lacks {
			if err := q.noteLeft(ctx, kind, why); err != nil && ctx.Err() == nil {
				w.Tell(nil, job.Output{}, err)
			}
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

func (q Queue) noteLeft(ctx context.Context, kind job.Kind, why string) error {
	rows, err := query(ctx, q.db, scanNumber, `SELECT c.rowid FROM job j JOIN job_chunk c ON c.job = j.id AND c.number = json_extract(j.job, '$.chunks')
		WHERE j.cancelled IS NULL AND json_extract(j.job, '$.final') = ?1 AND c.state = 'open' AND c.worker IS NULL AND c.reason IS NULL
		AND NOT EXISTS (SELECT 1 FROM job_chunk o WHERE o.job = c.job AND o.number != c.number AND o.state != 'done')
		UNION ALL SELECT c.rowid FROM job j JOIN job_chunk c ON c.job = j.id
		WHERE j.cancelled IS NULL AND j.kind = ?1 AND c.state = 'open' AND c.worker IS NULL AND c.reason IS NULL`, string(kind))
	for _, row := range rows {
		if err == nil {
			err = q.tx(ctx, func(tx *sql.Conn) error {
				_, err := tx.ExecContext(ctx, "UPDATE job_chunk SET reason = ? WHERE rowid = ? AND state = 'open' AND worker IS NULL", why, row)
				return err
			})
		}
	}
	return err
}

// openChunk selects the first chunk that a worker of some kinds may take.
func openChunk(w *job.Worker, kinds []job.Kind) (q string, args []any) {
	args = []any{w.Now().UnixMilli()}
	for _, k := range kinds {
		args = append(args, string(k))
	}
	return `SELECT c.rowid FROM job_chunk c JOIN job j ON j.id = c.job
		WHERE c.state = 'open' AND c.worker IS NULL AND c.rest <= ? AND j.cancelled IS NULL
		AND CASE WHEN c.number = json_extract(j.job, '$.chunks') THEN coalesce(json_extract(j.job, '$.final'), j.kind) ELSE j.kind END IN (?` +
		strings.Repeat(", ?", len(kinds)-1) + `) ORDER BY c.job, c.number LIMIT 1`, args
}

// claim takes a chunk; nil when there is none.
func (q Queue) claim(ctx context.Context, w *job.Worker) (t *job.Task, err error) {
	kinds, _ := w.Able()
	if len(kinds) == 0 {
		return nil, nil
	}
	first, args := openChunk(w, kinds)
	var row int64
	if err := q.db.QueryRowContext(ctx, first, args...).Scan(&row); errors.Is(err, sql.ErrNoRows) {
		return nil, nil // without asking for the right to write
	} else if err != nil {
		return nil, unavailable(err, "the jobs cannot be read")
	}
	err = q.tx(ctx, func(tx *sql.Conn) error {
		var c job.Chunk
		var id, text string
		var try int
		args := append([]any{w.Name, w.Now().UnixMilli()}, args...)
		err := tx.QueryRowContext(ctx, `UPDATE job_chunk SET worker = ?, began = coalesce(began, ?), tries = tries + 1
			WHERE rowid = (`+first+`) RETURNING job, number, items, tries, input`, args...).Scan(&id, &c.Number, &c.Items, &try, &c.Input)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = tx.QueryRowContext(ctx, "SELECT job FROM job WHERE id = ?", id).Scan(&text)
		}
		if err != nil {
			return err
		}
		t = &job.Task{Chunk: c, Try: try}
		t.Job, err = job.Decode(id, text)
		return err
	})
	if err != nil || t == nil {
		return nil, err
	}
	// What is damaged is a failure of the chunk, and the handler is not asked.
	if t.Chunk.Input, err = job.Unpack(t.Chunk.Input); err != nil {
		return nil, errors.Join(err, q.fail(ctx, w, t, fault.Wrap(fault.Invalid, err, "the input cannot be read"), false))
	}
	return t, nil
}

// finish keeps a result and says that the chunk is done, in one transaction. Of one
// that was cancelled nothing is kept.
func (q Queue) finish(ctx context.Context, w *job.Worker, t *job.Task, out job.Output) error {
	packed, err := out.Pack()
	if err != nil {
		return err
	}
	return q.tx(ctx, func(tx *sql.Conn) error {
		r, err := tx.ExecContext(ctx, `UPDATE job_chunk SET state = 'done', worker = NULL, reason = NULL, input = NULL
			WHERE job = ? AND number = ? AND state = 'open' AND worker = ? AND tries = ?
			AND EXISTS (SELECT 1 FROM job j WHERE j.id = job_chunk.job AND j.cancelled IS NULL)`, t.Job.ID, t.Chunk.Number, w.Name, t.Try)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return cmp.Or(err, job.ErrDropped)
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO job_result (job, chunk, handled, refused, worker, ended, output) VALUES (?, ?, ?, ?, ?, ?, ?)",
			t.Job.ID, t.Chunk.Number, out.Handled, out.Refused, w.Name, w.Now().UnixMilli(), packed)
		return err
	})
}

// fail writes down what becomes of a chunk after an error.
func (q Queue) fail(ctx context.Context, w *job.Worker, t *job.Task, why error, stopping bool) error {
	f := job.Failing(w, t, why, stopping)
	return q.tx(ctx, func(tx *sql.Conn) error {
		_, err := tx.ExecContext(ctx, `UPDATE job_chunk SET worker = NULL, state = ?, tries = ?, rest = ?, reason = coalesce(?, reason)
			WHERE job = ? AND number = ? AND state = 'open' AND worker = ? AND tries = ?`,
			f.State, f.Tries, w.Now().Add(f.Rest).UnixMilli(), f.Reason, t.Job.ID, t.Chunk.Number, w.Name, t.Try)
		return err
	})
}

// takeOver frees the chunks that a process had when it died; one that too many died
// over is dead.
func (q Queue) takeOver(ctx context.Context) error {
	return q.tx(ctx, func(tx *sql.Conn) error {
		_, err := tx.ExecContext(ctx, `UPDATE job_chunk SET state = 'dead', worker = NULL, reason = ?
			WHERE state = 'open' AND worker IS NOT NULL AND tries >= (SELECT j.most FROM job j WHERE j.id = job_chunk.job)`, job.Died)
		if err == nil {
			_, err = tx.ExecContext(ctx, "UPDATE job_chunk SET worker = NULL WHERE state = 'open' AND worker IS NOT NULL")
		}
		return err
	})
}

// alone waits until no other process works on the jobs of the folder; done is nil
// where ctx ended before. The system frees the lock of a process that died.
func (q Queue) alone(ctx context.Context) (done func(), err error) {
	f, err := os.OpenFile(filepath.Join(q.dir, "jobs.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the jobs of the folder cannot be worked on")
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			f.Close()
			return nil, fault.Wrap(fault.Unavailable, err, "the jobs of the folder cannot be worked on").WithFix("choose a folder on a local disk with --data")
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, nil
		case <-time.After(idle):
		}
	}
}

package postgres

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
)

// aliveKey is the first half of the keys of the locks of workers, which keeps them apart
// from those of the store.
const aliveKey = 0x636f7264

// How often a worker shows that it lives and looks for chunks of dead ones, and for
// chunks that River does not have, as after a backup was restored.
const (
	beat    = time.Second
	lookFor = time.Minute
)

// errTryAgain is what a worker that lost the server gives back to River.
var errTryAgain = errors.New("it is tried again")

// worker is one that runs.
type worker struct {
	*Queue
	job.Worker
	number int32
	name   string            // of the worker among all, kept with what it takes
	open   map[job.Kind]bool // the kinds that River is asked for

	mu     sync.Mutex
	inHand map[turn]bool
}

// take says that a chunk is in hand, unless it is already; drop, that it is not any more.
func (w *worker) take(t turn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.inHand[t] {
		return false
	}
	w.inHand[t] = true
	return true
}

func (w *worker) drop(t turn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.inHand, t)
}

// Work is part of job.Queue.
func (q *Queue) Work(ctx context.Context, jw job.Worker) error {
	if err := jw.Check(); err != nil {
		return err
	}
	w := &worker{Queue: q, Worker: jw, inHand: map[turn]bool{}, open: map[job.Kind]bool{}}
	alive, err := w.enter(ctx)
	if err != nil {
		return unavailable(err, "the jobs cannot be worked on")
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, w.turns())
	queues := map[string]river.QueueConfig{}
	can, _ := w.Able()
	for _, k := range can {
		queues[string(k)] = river.QueueConfig{MaxWorkers: w.Slots}
		w.open[k] = true
	}
	client, err := river.NewClient(riverpgxv5.New(q.pool), &river.Config{
		Schema: schema, Workers: workers, Queues: queues, Logger: slog.New(slog.DiscardHandler), RetryPolicy: w,
		// A chunk may take as long as it takes; that somebody died is seen by its lock.
		JobTimeout: -1, FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 500 * time.Millisecond,
		CompletedJobRetentionPeriod: time.Hour, CancelledJobRetentionPeriod: time.Hour,
	})
	if err == nil {
		err = client.Start(context.WithoutCancel(ctx))
	}
	if err != nil {
		alive.close()
		return unavailable(err, "the jobs cannot be worked on")
	}
	w.watch(ctx, client, alive)
	return w.leave(client, alive)
}

// leave lets what was begun come to its end, and gives the rest back.
func (w *worker) leave(client *river.Client[pgx.Tx], alive *holding) error {
	defer alive.close()
	end, cancel := context.WithTimeout(context.Background(), job.Grace)
	defer cancel()
	err := client.Stop(end)
	if err != nil {
		more, cancel := context.WithTimeout(context.Background(), job.Grace)
		defer cancel()
		err = client.StopAndCancel(more)
	}
	if err != nil {
		return unavailable(err, "what was begun could not be ended")
	}
	return nil
}

// holding is the connection on which a worker lives.
type holding struct{ conn *pgx.Conn }

func (h *holding) close() {
	if h.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = h.conn.Close(ctx) // the server sees it in any case
		h.conn = nil
	}
}

// enter gives the worker its number, and holds its lock.
func (w *worker) enter(ctx context.Context) (*holding, error) {
	if err := w.pool.QueryRow(ctx, "INSERT INTO cordon.worker (name) VALUES ($1) RETURNING number, number || ' ' || name", w.Worker.Name).
		Scan(&w.number, &w.name); err != nil {
		return nil, err
	}
	h := &holding{}
	return h, w.hold(ctx, h)
}

// hold makes the connection that lives, where it is lost, and takes the lock.
func (w *worker) hold(ctx context.Context, h *holding) error {
	ctx, cancel := context.WithTimeout(ctx, markTime)
	defer cancel()
	if h.conn != nil {
		err := h.conn.Ping(ctx)
		if err == nil {
			return nil
		}
		h.close()
	}
	conn, err := pgx.ConnectConfig(ctx, w.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	// That a machine is gone without a word is seen within half a minute.
	_, err = conn.Exec(ctx, "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3")
	if err == nil {
		_, err = conn.Exec(ctx, "SELECT pg_advisory_lock($1, $2)", int32(aliveKey), w.number)
	}
	if err != nil {
		_ = conn.Close(context.WithoutCancel(ctx)) // it is of no use
		return err
	}
	h.conn = conn
	return nil
}

// watch lives, and looks after the chunks of the dead, until ctx ends.
func (w *worker) watch(ctx context.Context, client *river.Client[pgx.Tx], alive *holding) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	var looked time.Time
	for {
		err := w.hold(ctx, alive)
		if err == nil {
			err = w.reap(ctx)
		}
		if err == nil {
			err = w.left(ctx, client)
		}
		if err == nil && time.Since(looked) > lookFor {
			looked = time.Now()
			err = w.fill(ctx)
		}
		if err != nil && ctx.Err() == nil {
			w.Tell(nil, job.Output{}, unavailable(err, "the server cannot be reached"))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// left begins to take chunks of a kind that the worker could not do before, and notes why it does not do those of a
// kind, or the last chunk of a job of which nothing else is left.
func (w *worker) left(ctx context.Context, client *river.Client[pgx.Tx]) error {
	can, lacks := w.Able()
	for _, k := range can {
		if !w.open[k] {
			if err := client.Queues().Add(string(k), river.QueueConfig{MaxWorkers: w.Slots}); err != nil {
				return err
			}
			w.open[k] = true
		}
	}
	for kind, why := range lacks {
		if _, err := w.pool.Exec(ctx, `UPDATE cordon.job_chunk c SET reason = $1 FROM cordon.job j
			WHERE j.cancelled IS NULL AND j.job::json->>'final' = $2 AND c.job = j.id AND c.number = (j.job::json->>'chunks')::bigint
			AND c.state = 'open' AND c.worker IS NULL AND c.reason IS NULL
			AND NOT EXISTS (SELECT 1 FROM cordon.job_chunk o WHERE o.job = c.job AND o.number != c.number AND o.state != 'done')`,
			why, string(kind)); err != nil {
			return err
		}
		if _, err := w.pool.Exec(ctx, `UPDATE cordon.job_chunk c SET reason = $1 FROM cordon.job j
			WHERE j.cancelled IS NULL AND j.kind = $2 AND c.job = j.id AND c.state = 'open' AND c.worker IS NULL AND c.reason IS NULL`,
			why, string(kind)); err != nil {
			return err
		}
	}
	return nil
}

// kindOf is the kind of a chunk.
const kindOf = `CASE WHEN c.number = (j.job::json->>'chunks')::bigint THEN coalesce(j.job::json->>'final', j.kind) ELSE j.kind END`

// dead is true of a chunk whose worker does not live. Names begin with numbers.
const dead = `c.state = 'open' AND c.worker IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pg_locks l
	WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1668248164 AND l.objsubid = 2
	AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
	AND l.objid = split_part(c.worker, ' ', 1)::oid)`

// reap frees the chunks of workers that died, and puts them in once more.
func (w *worker) reap(ctx context.Context) error {
	var any bool
	err := w.pool.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM cordon.job_chunk c WHERE "+dead+")").Scan(&any)
	if err != nil || !any {
		return err
	}
	return w.tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE cordon.job_chunk c SET state = 'dead', worker = NULL, reason = $1 FROM cordon.job j WHERE j.id = c.job AND c.tries >= j.most AND "+dead, job.Died)
		if err != nil {
			return err
		}
		return w.putBack(ctx, tx, `UPDATE cordon.job_chunk c SET worker = NULL FROM cordon.job j
			WHERE j.id = c.job AND `+dead+` RETURNING c.job, c.number, `+kindOf)
	})
}

// fill puts in the chunks that nobody has and River does not know.
func (w *worker) fill(ctx context.Context) error {
	return w.tx(ctx, func(tx pgx.Tx) error {
		var mine bool // of several, one does it
		err := tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock($1)", int64(refilling)).Scan(&mine)
		if err != nil || !mine {
			return err
		}
		return w.putBack(ctx, tx, `SELECT c.job, c.number, `+kindOf+` FROM cordon.job_chunk c JOIN cordon.job j ON j.id = c.job
			LEFT JOIN cordon.river_job r ON r.finalized_at IS NULL AND r.kind = 'chunk' AND r.args->>'job' = c.job AND (r.args->>'chunk')::int = c.number
			WHERE c.state = 'open' AND c.worker IS NULL AND j.cancelled IS NULL AND r.id IS NULL`)
	})
}

func (w *worker) putBack(ctx context.Context, tx pgx.Tx, q string) error {
	byKind := map[job.Kind][]turn{}
	_, err := query(ctx, tx, func(rows pgx.Rows) (t turn, err error) {
		var kind job.Kind
		err = rows.Scan(&t.Job, &t.Chunk, &kind)
		byKind[kind] = append(byKind[kind], t)
		return t, err
	}, q)
	for kind, list := range byKind {
		if err == nil {
			err = w.put(ctx, tx, kind, list)
		}
	}
	return err
}

// NextRetry is part of river.ClientRetryPolicy: what became of a chunk says how long it
// rests, and River asks here when the server was lost before that was known.
func (w *worker) NextRetry(row *rivertype.JobRow) time.Time {
	return time.Now().Add(w.Rest(len(row.Errors) + 1))
}

func (w *worker) turns() river.Worker[turn] { return river.WorkFunc(w.turn) }

// turn works on a chunk whose turn it is.
func (w *worker) turn(ctx context.Context, r *river.Job[turn]) error {
	if !w.take(r.Args) {
		return river.JobSnooze(lookFor / 4)
	}
	defer w.drop(r.Args)
	t, err := w.claim(ctx, r.Args)
	var busy errBusy
	switch {
	case errors.As(err, &busy):
		return river.JobSnooze(lookFor / 4)
	case err != nil:
		w.Tell(nil, job.Output{}, unavailable(err, "a chunk could not be taken"))
		return err
	case t == nil:
		return nil // it is done, dead or cancelled
	}
	t.Chunk.Input, err = job.Unpack(t.Chunk.Input)
	if err != nil {
		err = fault.Wrap(fault.Invalid, err, "the input cannot be read")
	}
	var out job.Output
	if err == nil {
		out, err = w.Do(ctx, t)
	}
	if err == nil {
		err = w.finish(ctx, r, t, out)
	}
	if err == nil || errors.Is(err, job.ErrDropped) {
		w.Tell(t, out, err)
		return nil
	}
	w.Tell(t, job.Output{}, err)
	return w.fail(ctx, t, err)
}

// errBusy says that another worker that lives has the chunk.
type errBusy struct{}

// Error is part of the interface of errors.
func (errBusy) Error() string { return "another worker has it" }

// claim takes a chunk; nil when there is nothing to do. The input is still packed.
func (w *worker) claim(ctx context.Context, r turn) (t *job.Task, err error) {
	err = w.tx(ctx, func(tx pgx.Tx) error {
		var state, text string
		var holder *string
		var isDead, cancelled bool
		t = &job.Task{Chunk: job.Chunk{Number: r.Chunk}}
		err := tx.QueryRow(ctx, `SELECT c.state, c.worker, `+dead+`, j.cancelled IS NOT NULL, j.job, c.items, c.tries + 1, c.input
			FROM cordon.job_chunk c JOIN cordon.job j ON j.id = c.job WHERE c.job = $1 AND c.number = $2 FOR UPDATE OF c`, r.Job, r.Chunk).
			Scan(&state, &holder, &isDead, &cancelled, &text, &t.Chunk.Items, &t.Try, &t.Chunk.Input)
		switch {
		case errors.Is(err, pgx.ErrNoRows) || err == nil && (state != job.ChunkOpen || cancelled):
			t = nil
			return nil
		case err != nil:
			return err
		case holder != nil && *holder != w.name && !isDead:
			return errBusy{}
		}
		if t.Job, err = job.Decode(r.Job, text); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE cordon.job_chunk SET worker = $1, began = coalesce(began, $2), tries = $3 WHERE job = $4 AND number = $5`,
			w.name, w.Now().UnixMilli(), t.Try, r.Job, r.Chunk)
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// finish keeps a result, says that the chunk is done, and is done with its turn, in one
// transaction. Of a job that was cancelled nothing is kept.
func (w *worker) finish(ctx context.Context, r *river.Job[turn], t *job.Task, out job.Output) error {
	packed, err := out.Pack()
	if err != nil {
		return err
	}
	dropped := false
	err = w.tx(ctx, func(tx pgx.Tx) error {
		var cancelled bool
		if err := tx.QueryRow(ctx, "SELECT cancelled IS NOT NULL FROM cordon.job WHERE id = $1 FOR SHARE", t.Job.ID).Scan(&cancelled); err != nil {
			return err
		}
		state, kept := job.ChunkDone, !cancelled
		if cancelled {
			state = job.ChunkOpen
		}
		// Who took the chunk over from one that seemed dead may be at it still: the first
		// that is done counts, and the other finds nothing to say.
		tag, err := tx.Exec(ctx, `UPDATE cordon.job_chunk SET state = $1, worker = NULL, reason = NULL, input = CASE WHEN $2 THEN NULL ELSE input END
			WHERE job = $3 AND number = $4 AND state = 'open'`, state, kept, t.Job.ID, t.Chunk.Number)
		if err != nil {
			return err
		}
		dropped = cancelled || tag.RowsAffected() == 0
		if !dropped {
			_, err = tx.Exec(ctx, "INSERT INTO cordon.job_result (job, chunk, handled, refused, worker, ended, output) VALUES ($1, $2, $3, $4, $5, $6, $7)",
				t.Job.ID, t.Chunk.Number, out.Handled, out.Refused, w.Worker.Name, w.Now().UnixMilli(), packed)
			if err != nil {
				return err
			}
		}
		_, err = river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, r)
		if errors.Is(err, rivertype.ErrNotFound) {
			return nil // River had given the turn to another, who will find the chunk done
		}
		return err
	})
	if err == nil && dropped {
		return job.ErrDropped
	}
	return err
}

// fail writes down what becomes of a chunk after an error, and says it to River.
func (w *worker) fail(ctx context.Context, t *job.Task, why error) error {
	f := job.Failing(&w.Worker, t, why, ctx.Err() != nil)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := w.tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE cordon.job_chunk SET worker = NULL, state = $1, tries = $2, rest = $3, reason = coalesce($4, reason)
			WHERE job = $5 AND number = $6 AND state = 'open' AND worker = $7`,
			f.State, f.Tries, w.Now().Add(f.Rest).UnixMilli(), f.Reason, t.Job.ID, t.Chunk.Number, w.name)
		return err
	})
	switch {
	case err != nil:
		w.Tell(nil, job.Output{}, unavailable(err, "what became of a chunk could not be written down"))
		return errTryAgain // the worker still has it, and takes it again
	case f.State == job.ChunkDead:
		return river.JobCancel(why)
	}
	return river.JobSnooze(f.Rest)
}

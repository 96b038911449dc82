package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/logkey"
)

// logTables is the third form of the database: the log, and what is kept with it.
const logTables = `
CREATE TABLE log_entry (
	seq   INTEGER NOT NULL PRIMARY KEY,
	time  INTEGER NOT NULL, -- in ms since 1970
	kind  TEXT    NOT NULL,
	actor TEXT    NOT NULL,
	about TEXT    NOT NULL,
	data  BLOB    NOT NULL
);
CREATE INDEX log_entry_about ON log_entry (about);
CREATE TABLE log_hash (
	place INTEGER NOT NULL PRIMARY KEY,
	hash  BLOB    NOT NULL
);
CREATE TABLE log_head (
	one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	signed TEXT    NOT NULL
);
CREATE TABLE log_checkpoint (
	size   INTEGER NOT NULL PRIMARY KEY,
	signed TEXT    NOT NULL
);
CREATE TABLE kept_content (
	hash BLOB NOT NULL PRIMARY KEY,
	data BLOB NOT NULL -- zstd
);
CREATE TABLE kept_answer (
	seq         INTEGER NOT NULL PRIMARY KEY REFERENCES log_entry (seq),
	id          TEXT    NOT NULL UNIQUE,
	time        INTEGER NOT NULL,
	kind        TEXT    NOT NULL,
	actor       TEXT    NOT NULL,
	batch       TEXT    NOT NULL,
	line        INTEGER NOT NULL,
	under       TEXT    NOT NULL, -- with blanks between
	versions    BLOB    NOT NULL REFERENCES kept_content (hash),
	question    BLOB, -- this and what follows is NULL once it is erased
	answer      BLOB,
	explanation BLOB,
	salt        BLOB
);
CREATE INDEX kept_answer_batch ON kept_answer (batch) WHERE batch != '';
CREATE TABLE kept_note (
	seq    INTEGER NOT NULL PRIMARY KEY REFERENCES log_entry (seq),
	answer TEXT    NOT NULL REFERENCES kept_answer (id),
	reason TEXT, -- this and the salt are NULL once it is erased
	salt   BLOB
);
CREATE INDEX kept_note_answer ON kept_note (answer);
`

// writer is a connection that writes: plain, or with statements that were made ready.
type writer interface {
	source
	ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error)
}

// ready is a connection that keeps its statements, for what is done again and again.
type ready struct {
	*sql.Conn
	made map[string]*sql.Stmt
}

func (r *ready) stmt(ctx context.Context, q string) (*sql.Stmt, error) {
	if s := r.made[q]; s != nil {
		return s, nil
	}
	s, err := r.PrepareContext(context.WithoutCancel(ctx), q)
	if err == nil {
		r.made[q] = s
	}
	return s, err
}

// ExecContext is part of writer.
func (r *ready) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	s, err := r.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext is part of source.
func (r *ready) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	s, err := r.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// logOf is the log in one state of the store, or in a transaction.
type logOf struct{ from source }

// logTx is the log in a transaction that writes.
type logTx struct {
	logOf
	to writer
}

func logIn(w writer) logTx { return logTx{logOf{w}, w} }

// Head is part of ledger.Reader.
func (l logOf) Head(ctx context.Context) ([]byte, error) {
	list, err := query(ctx, l.from, scanText, "SELECT signed FROM log_head")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return []byte(list[0]), nil
}

// Hashes is part of ledger.Reader. Indexes that follow each other are read together.
func (l logOf) Hashes(ctx context.Context, at []int64) ([]ledger.Hash, error) {
	out := make([]ledger.Hash, 0, len(at))
	for len(at) > 0 {
		n := 1
		for n < len(at) && at[n] == at[n-1]+1 {
			n++
		}
		var err error
		if out, err = l.run(ctx, out, at[0], at[0]+int64(n)); err != nil {
			return nil, err
		}
		at = at[n:]
	}
	return out, nil
}

func (l logOf) run(ctx context.Context, out []ledger.Hash, from, to int64) ([]ledger.Hash, error) {
	next := from
	var fail error
	each(ctx, l.from, func(rows *sql.Rows) (int64, error) {
		var place int64
		var b sql.RawBytes
		if err := rows.Scan(&place, &b); err != nil {
			return 0, err
		}
		h, err := hashOf(b)
		out = append(out, h)
		return place, err
	}, func(place int64, err error) bool {
		if err == nil && place != next {
			err = noHash(next)
		}
		next++
		fail = err
		return err == nil
	}, "SELECT place, hash FROM log_hash WHERE place >= ? AND place < ? ORDER BY place", from, to)
	if fail == nil && next < to {
		fail = noHash(next)
	}
	return out, fail
}

func noHash(place int64) error { return fault.New(fault.NotFound, "there is no hash %d", place) }

func hashOf(b []byte) (h ledger.Hash, err error) {
	if len(b) != len(h) {
		return h, fault.New(fault.Unavailable, "a hash in the store is damaged").WithFix("restore the data folder from a copy")
	}
	copy(h[:], b)
	return h, nil
}

const entryColumns = "SELECT seq, time, kind, actor, about, data FROM log_entry "

func scanLogEntry(rows *sql.Rows) (e ledger.Entry, err error) {
	var ms int64
	var data sql.RawBytes
	if err := rows.Scan(&e.Seq, &ms, (*string)(&e.Kind), &e.Actor, &e.About, &data); err != nil {
		return e, err
	}
	e.Time = time.UnixMilli(ms).UTC()
	e.Data, err = hashOf(data)
	return e, err
}

// Entries is part of ledger.Reader.
func (l logOf) Entries(ctx context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		each(ctx, l.from, scanLogEntry, yield, entryColumns+"WHERE seq >= ? AND seq < ? ORDER BY seq", from, to)
	}
}

// About is part of ledger.Reader.
func (l logOf) About(ctx context.Context, about string) ([]ledger.Entry, error) {
	return query(ctx, l.from, scanLogEntry, entryColumns+"WHERE about = ? ORDER BY seq", about)
}

// Checkpoints is part of ledger.Reader.
func (l logOf) Checkpoints(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		each(ctx, l.from, func(rows *sql.Rows) ([]byte, error) {
			t, err := scanText(rows)
			return []byte(t), err
		}, yield, "SELECT signed FROM log_checkpoint ORDER BY size")
	}
}

// Append is part of ledger.Tx.
func (l logTx) Append(ctx context.Context, a ledger.Addition) error {
	for _, e := range a.Entries {
		if _, err := l.to.ExecContext(ctx, "INSERT INTO log_entry (seq, time, kind, actor, about, data) VALUES (?, ?, ?, ?, ?, ?)",
			e.Seq, e.Time.UnixMilli(), string(e.Kind), e.Actor, e.About, e.Data[:]); err != nil {
			return unavailable(err, "the log cannot be added to")
		}
	}
	for i, h := range a.Hashes {
		if _, err := l.to.ExecContext(ctx, "INSERT INTO log_hash (place, hash) VALUES (?, ?)", a.First+int64(i), h[:]); err != nil {
			return unavailable(err, "the log cannot be added to")
		}
	}
	if _, err := l.to.ExecContext(ctx, `INSERT INTO log_head (one, signed) VALUES (1, ?)
		ON CONFLICT (one) DO UPDATE SET signed = excluded.signed`, string(a.Head)); err != nil {
		return unavailable(err, "the log cannot be added to")
	}
	return nil
}

// Checkpoint is part of ledger.Tx.
func (l logTx) Checkpoint(ctx context.Context, size int64, signed []byte) error {
	if _, err := l.to.ExecContext(ctx, "INSERT INTO log_checkpoint (size, signed) VALUES (?, ?) ON CONFLICT (size) DO NOTHING",
		size, string(signed)); err != nil {
		return unavailable(err, "the checkpoint cannot be kept")
	}
	return nil
}

// log gives the log, in a transaction. Its key is made when there is no log yet; one
// that was begun is not gone on with under another.
func (s *Store) log(ctx context.Context, from source) (*ledger.Log, error) {
	head, err := logOf{from}.Head(ctx)
	if err != nil {
		return nil, err
	}
	return s.logs.Open(s.dir, head != nil)
}

// enter adds entries to the log in a transaction.
func (s *Store) enter(ctx context.Context, w writer, list ...ledger.Entry) ([]ledger.Entry, error) {
	l, err := s.log(ctx, w)
	if err != nil {
		return nil, err
	}
	return l.Append(ctx, logIn(w), list)
}

// View is part of answer.Log.
func (s *Store) View(ctx context.Context, f func(ledger.Reader) error) error {
	return s.still(ctx, func(from source) error { return f(logOf{from}) })
}

// Enter is part of answer.Log.
func (s *Store) Enter(ctx context.Context, list ...ledger.Entry) error {
	if s.reading {
		return onlyReading()
	}
	return s.tx(ctx, func(c *sql.Conn) error {
		_, err := s.enter(ctx, c, list...)
		return err
	})
}

// Checkpoint is part of answer.Log.
func (s *Store) Checkpoint(ctx context.Context) (signed []byte, c ledger.Checkpoint, err error) {
	if s.reading {
		return nil, c, onlyReading()
	}
	err = s.tx(ctx, func(conn *sql.Conn) error {
		if head, err := (logOf{conn}).Head(ctx); err != nil || head == nil {
			return errors.Join(err, ledger.Empty())
		}
		l, err := s.log(ctx, conn)
		if err != nil {
			return err
		}
		signed, c, err = l.Checkpoint(ctx, logIn(conn))
		return err
	})
	return signed, c, err
}

// Public is part of answer.Log.
func (s *Store) Public(ctx context.Context) (ledger.Public, error) {
	if head, err := (logOf{s.db}).Head(ctx); err != nil || head == nil {
		return ledger.Public{}, errors.Join(err, ledger.Empty())
	}
	key, err := logkey.Read(s.dir)
	if err != nil {
		return ledger.Public{}, err
	}
	return key.Public(), nil
}

var _ answer.Store = (*Store)(nil)

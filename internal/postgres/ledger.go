package postgres

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/logkey"
)

// logTables is the second form of the database: the log, and what is kept with it.
// Ids are in order by their bytes, whatever the language of the database is; what
// people wrote is bytes, as text takes neither a zero byte nor what is no UTF-8.
const logTables = `
CREATE TABLE cordon.log_entry (
	seq   bigint NOT NULL PRIMARY KEY,
	time  bigint NOT NULL, -- in ms since 1970
	kind  text   NOT NULL,
	actor text   NOT NULL,
	about text   NOT NULL COLLATE "C",
	data  bytea  NOT NULL
);
CREATE INDEX log_entry_about ON cordon.log_entry (about);
CREATE TABLE cordon.log_hash (
	place bigint NOT NULL PRIMARY KEY,
	hash  bytea  NOT NULL
);
CREATE TABLE cordon.log_head (
	one    integer NOT NULL PRIMARY KEY CHECK (one = 1),
	signed text    NOT NULL
);
CREATE TABLE cordon.log_checkpoint (
	size   bigint NOT NULL PRIMARY KEY,
	signed text   NOT NULL
);
CREATE TABLE cordon.kept_content (
	hash bytea NOT NULL PRIMARY KEY,
	data bytea NOT NULL -- zstd
);
ALTER TABLE cordon.kept_content ALTER COLUMN data SET STORAGE EXTERNAL;
CREATE TABLE cordon.kept_answer (
	seq         bigint  NOT NULL PRIMARY KEY REFERENCES cordon.log_entry (seq),
	id          text    NOT NULL COLLATE "C" UNIQUE,
	time        bigint  NOT NULL,
	kind        text    NOT NULL,
	actor       text    NOT NULL,
	batch       text    NOT NULL COLLATE "C",
	line        integer NOT NULL,
	under       bytea   NOT NULL, -- with blanks between
	versions    bytea   NOT NULL REFERENCES cordon.kept_content (hash),
	question    bytea, -- this and what follows is NULL once it is erased
	answer      bytea,
	explanation bytea,
	salt        bytea
);
CREATE INDEX kept_answer_batch ON cordon.kept_answer (batch) WHERE batch != '';
CREATE TABLE cordon.kept_note (
	seq    bigint NOT NULL PRIMARY KEY REFERENCES cordon.log_entry (seq),
	answer text   NOT NULL COLLATE "C" REFERENCES cordon.kept_answer (id),
	reason bytea, -- this and the salt are NULL once it is erased
	salt   bytea
);
CREATE INDEX kept_note_answer ON cordon.kept_note (answer);
`

// page is how many rows are read at once where somebody asks for more while rows are
// given: a connection does one thing at a time.
const page = 500

// logOf is the log in one state of the store, or in a transaction.
type logOf struct{ from pgx.Tx }

// logTx is the log in a transaction that writes, and that holds the lock of the log.
type logTx struct{ logOf }

// lockLog has a transaction wait until nobody else adds to the log. What it reads
// from then on is the newest state, so that two programs never go on from the same
// head; were one to, its entry would have a number that is taken.
func lockLog(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(appending))
	return err
}

// Head is part of ledger.Reader.
func (l logOf) Head(ctx context.Context) ([]byte, error) {
	list, err := query(ctx, l.from, scanText, "SELECT signed FROM cordon.log_head")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return []byte(list[0]), nil
}

// Hashes is part of ledger.Reader.
func (l logOf) Hashes(ctx context.Context, at []int64) ([]ledger.Hash, error) {
	found := make(map[int64]ledger.Hash, len(at))
	if err := all(ctx, l.from, func(rows pgx.Rows) error {
		var place int64
		var b []byte
		if err := rows.Scan(&place, &b); err != nil {
			return err
		}
		h, err := hashOf(b)
		found[place] = h
		return err
	}, "SELECT place, hash FROM cordon.log_hash WHERE place = ANY ($1)", at); err != nil {
		return nil, err
	}
	out := make([]ledger.Hash, len(at))
	for i, place := range at {
		h, ok := found[place]
		if !ok {
			return nil, fault.New(fault.NotFound, "there is no hash %d", place)
		}
		out[i] = h
	}
	return out, nil
}

func hashOf(b []byte) (h ledger.Hash, err error) {
	if len(b) != len(h) {
		return h, fault.New(fault.Unavailable, "a hash in the store is damaged").WithFix("restore a backup into an empty database")
	}
	copy(h[:], b)
	return h, nil
}

const entryColumns = "SELECT seq, time, kind, actor, about, data FROM cordon.log_entry "

func scanLogEntry(rows pgx.Rows) (e ledger.Entry, err error) {
	var ms int64
	var data []byte
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
		for {
			list, err := query(ctx, l.from, scanLogEntry, entryColumns+"WHERE seq >= $1 AND seq < $2 ORDER BY seq LIMIT $3", from, to, page)
			if err != nil {
				yield(ledger.Entry{}, err)
				return
			}
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
			if len(list) < page {
				return
			}
			from = list[len(list)-1].Seq + 1
		}
	}
}

// About is part of ledger.Reader.
func (l logOf) About(ctx context.Context, about string) ([]ledger.Entry, error) {
	return query(ctx, l.from, scanLogEntry, entryColumns+"WHERE about = $1 ORDER BY seq", about)
}

// Checkpoints is part of ledger.Reader. There is one for some thousand entries.
func (l logOf) Checkpoints(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		list, err := query(ctx, l.from, scanText, "SELECT signed FROM cordon.log_checkpoint ORDER BY size")
		if err != nil {
			yield(nil, err)
			return
		}
		for _, t := range list {
			if !yield([]byte(t), nil) {
				return
			}
		}
	}
}

// Append is part of ledger.Tx: all of it is one trip to the server.
func (l logTx) Append(ctx context.Context, a ledger.Addition) error {
	n := len(a.Entries)
	seq, at, data := make([]int64, n), make([]int64, n), make([][]byte, n)
	kind, actor, about := make([]string, n), make([]string, n), make([]string, n)
	for i, e := range a.Entries {
		seq[i], at[i], kind[i], actor[i], about[i], data[i] = e.Seq, e.Time.UnixMilli(), string(e.Kind), e.Actor, e.About, e.Data[:]
	}
	places, hashes := make([]int64, len(a.Hashes)), make([][]byte, len(a.Hashes))
	for i := range a.Hashes {
		places[i], hashes[i] = a.First+int64(i), a.Hashes[i][:]
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO cordon.log_entry (seq, time, kind, actor, about, data)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[])`, seq, at, kind, actor, about, data)
	b.Queue("INSERT INTO cordon.log_hash (place, hash) SELECT * FROM unnest($1::bigint[], $2::bytea[])", places, hashes)
	b.Queue(`INSERT INTO cordon.log_head (one, signed) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET signed = excluded.signed`, string(a.Head))
	if err := l.from.SendBatch(ctx, b).Close(); err != nil {
		return unavailable(err, "the log cannot be added to")
	}
	return nil
}

// Checkpoint is part of ledger.Tx.
func (l logTx) Checkpoint(ctx context.Context, size int64, signed []byte) error {
	if _, err := l.from.Exec(ctx, "INSERT INTO cordon.log_checkpoint (size, signed) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING",
		size, string(signed)); err != nil {
		return unavailable(err, "the checkpoint cannot be kept")
	}
	return nil
}

// enter adds entries to the log in a transaction.
func (s *Store) enter(ctx context.Context, tx pgx.Tx, list ...ledger.Entry) ([]ledger.Entry, error) {
	if err := lockLog(ctx, tx); err != nil {
		return nil, unavailable(err, "the log cannot be added to")
	}
	head, err := logOf{tx}.Head(ctx)
	if err != nil {
		return nil, err
	}
	l, err := s.logs.Open(s.keys, head != nil)
	if err != nil {
		return nil, err
	}
	return l.Append(ctx, logTx{logOf{tx}}, list)
}

// View is part of answer.Log.
func (s *Store) View(ctx context.Context, f func(ledger.Reader) error) error {
	return s.still(ctx, func(tx pgx.Tx) error { return f(logOf{tx}) })
}

// adding runs f in a transaction that may add to the log.
func (s *Store) adding(ctx context.Context, f func(pgx.Tx) error) error {
	if s.reading {
		return onlyReading()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		if err := lockLog(ctx, tx); err != nil {
			return err
		}
		return f(tx)
	})
	if err != nil {
		return unavailable(err, "the store could not be written")
	}
	return nil
}

// Enter is part of answer.Log.
func (s *Store) Enter(ctx context.Context, list ...ledger.Entry) error {
	return s.adding(ctx, func(tx pgx.Tx) error {
		_, err := s.enter(ctx, tx, list...)
		return err
	})
}

// Checkpoint is part of answer.Log.
func (s *Store) Checkpoint(ctx context.Context) (signed []byte, c ledger.Checkpoint, err error) {
	err = s.adding(ctx, func(tx pgx.Tx) error {
		if head, err := (logOf{tx}).Head(ctx); err != nil || head == nil {
			return errors.Join(err, ledger.Empty())
		}
		l, err := s.logs.Open(s.keys, true)
		if err != nil {
			return err
		}
		signed, c, err = l.Checkpoint(ctx, logTx{logOf{tx}})
		return err
	})
	return signed, c, err
}

// Public is part of answer.Log.
func (s *Store) Public(ctx context.Context) (key ledger.Public, err error) {
	err = s.still(ctx, func(tx pgx.Tx) error {
		if head, err := (logOf{tx}).Head(ctx); err != nil || head == nil {
			return errors.Join(err, ledger.Empty())
		}
		signer, err := logkey.Read(s.keys)
		if err == nil {
			key = signer.Public()
		}
		return err
	})
	return key, err
}

var _ answer.Store = (*Store)(nil)

package sqlite

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// close gives the statements and the connection back.
func (r *ready) close() {
	for _, s := range r.made {
		s.Close()
	}
	r.Conn.Close()
}

// kept runs f in a transaction on the connection that answers are kept with. What
// fails may have left the connection in any state; the next use opens another.
func (s *Store) kept(ctx context.Context, f func(*ready) error) error {
	if s.reading {
		return onlyReading()
	}
	s.keeping.Lock()
	defer s.keeping.Unlock()
	if s.keeper == nil {
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return unavailable(err, "the store cannot be used")
		}
		s.keeper = &ready{conn, map[string]*sql.Stmt{}}
		if _, err := conn.ExecContext(ctx, "PRAGMA secure_delete = ON"); err != nil { // see Erase
			s.keeper.close()
			s.keeper = nil
			return unavailable(err, "the store cannot be used")
		}
	}
	err := txOn(ctx, s.keeper.Conn, func(*sql.Conn) error { return f(s.keeper) })
	if err != nil {
		s.keeper.close()
		s.keeper = nil
	}
	return err
}

// Missing is part of answer.Store.
func (s *Store) Missing(ctx context.Context, of []ledger.Hash) (out []ledger.Hash, err error) {
	err = s.still(ctx, func(from source) error {
		for _, h := range of {
			found, err := query(ctx, from, scanText, "SELECT 'it is there' FROM kept_content WHERE hash = ?", h[:])
			if err != nil {
				return err
			}
			if len(found) == 0 {
				out = append(out, h)
			}
		}
		return nil
	})
	return out, err
}

// PutContent is part of answer.Store.
func (s *Store) PutContent(ctx context.Context, list [][]byte) error {
	packed, err := kept.PackContents(list)
	if err != nil {
		return err
	}
	return s.kept(ctx, func(c *ready) error {
		for _, b := range packed {
			if _, err := c.ExecContext(ctx, "INSERT INTO kept_content (hash, data) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
				b.Hash[:], b.Packed); err != nil {
				return unavailable(err, "the content cannot be kept")
			}
		}
		return nil
	})
}

// Content is part of answer.Store.
func (s *Store) Content(ctx context.Context, of ledger.Hash) ([]byte, error) {
	list, err := query(ctx, s.db, func(rows *sql.Rows) (b []byte, err error) { return b, rows.Scan(&b) },
		"SELECT data FROM kept_content WHERE hash = ?", of[:])
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "the content %x is not kept", of[:])
	}
	return kept.UnpackContent(of, list[0])
}

// Keep is part of answer.Store.
func (s *Store) Keep(ctx context.Context, list []answer.Kept) error {
	for i := range list {
		if err := list[i].Check(); err != nil {
			return err
		}
	}
	return s.kept(ctx, func(c *ready) error {
		entries, err := s.enter(ctx, c, answer.Entries(list)...)
		if err != nil {
			return err
		}
		for i := range list {
			if err := keep(ctx, c, &list[i], entries[i].Seq); err != nil {
				return err
			}
		}
		return nil
	})
}

func keep(ctx context.Context, c *ready, k *answer.Kept, seq int64) error {
	_, err := c.ExecContext(ctx, `INSERT INTO kept_answer (seq, id, time, kind, actor, batch, line, under, versions, question, answer, explanation, salt)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, seq, k.ID, k.Time.UnixMilli(), string(k.Kind), k.Actor, k.Batch, k.Line,
		strings.Join(k.Under, " "), k.Versions[:], k.Question, k.Answer, k.Explanation, k.Salt[:])
	if err == nil {
		return nil
	}
	switch broken(err) {
	case brokenUnique:
		return fault.New(fault.Conflict, "an answer with the id %s is kept already", k.ID)
	case brokenReference:
		return fault.New(fault.NotFound, "the versions of the answer %s are not kept", k.ID)
	}
	return unavailable(err, "the answer cannot be kept")
}

const recordColumns = `SELECT seq, id, time, kind, actor, batch, line, under, versions, question, answer, explanation, salt FROM kept_answer `

func scanRecord(rows *sql.Rows) (r answer.Record, err error) {
	var ms int64
	var under string
	var versions, salt []byte
	if err := rows.Scan(&r.Seq, &r.ID, &ms, (*string)(&r.Kind), &r.Actor, &r.Batch, &r.Line, &under, &versions,
		&r.Question, &r.Answer, &r.Explanation, &salt); err != nil {
		return r, err
	}
	r.Time, r.Under = time.UnixMilli(ms).UTC(), strings.Fields(under)
	r.Erased = r.Question == nil && r.Answer == nil && salt == nil
	if !r.Erased && len(salt) != answer.SaltSize {
		return r, fault.New(fault.Unavailable, "the answer %s is damaged: its salt has %d bytes", r.ID, len(salt))
	}
	copy(r.Salt[:], salt)
	r.Versions, err = hashOf(versions)
	return r, err
}

// notes adds to records what was noted about them.
func notes(ctx context.Context, from source, r *answer.Record) (err error) {
	r.Notes, err = query(ctx, from, func(rows *sql.Rows) (n answer.Note, err error) {
		var ms int64
		var reason sql.NullString
		var salt []byte
		err = rows.Scan(&n.Seq, &ms, (*string)(&n.Kind), &n.Actor, &reason, &salt)
		n.Time, n.Reason = time.UnixMilli(ms).UTC(), reason.String
		copy(n.Salt[:], salt)
		return n, err
	}, `SELECT n.seq, e.time, e.kind, e.actor, n.reason, n.salt FROM kept_note n JOIN log_entry e ON e.seq = n.seq
		WHERE n.answer = ? ORDER BY n.seq`, r.ID)
	return err
}

func record(ctx context.Context, from source, id string) (answer.Record, error) {
	list, err := query(ctx, from, scanRecord, recordColumns+"WHERE id = ?", id)
	if err != nil {
		return answer.Record{}, err
	}
	if len(list) == 0 {
		return answer.Record{}, answer.NotKept(id)
	}
	return list[0], notes(ctx, from, &list[0])
}

// Get is part of answer.Store.
func (s *Store) Get(ctx context.Context, id string) (r answer.Record, err error) {
	err = s.still(ctx, func(from source) error {
		r, err = record(ctx, from, id)
		return err
	})
	return r, err
}

// List is part of answer.Store.
func (s *Store) List(ctx context.Context, f answer.Filter) iter.Seq2[answer.Record, error] {
	q, args := chosen(f)
	return func(yield func(answer.Record, error) bool) {
		err := s.still(ctx, func(from source) error {
			var fail error
			each(ctx, from, scanRecord, func(r answer.Record, err error) bool {
				if err == nil {
					err = notes(ctx, from, &r)
				}
				if err != nil {
					fail = err
					return false
				}
				return yield(r, nil)
			}, recordColumns+q, args...)
			return fail
		})
		if err != nil {
			yield(answer.Record{}, err)
		}
	}
}

// chosen gives the rest of a statement for a filter.
func chosen(f answer.Filter) (q string, args []any) {
	where := []string{"id > ?"}
	args = append(args, f.After)
	add := func(what string, v any) {
		where = append(where, what)
		args = append(args, v)
	}
	if f.Kind != "" {
		add("kind = ?", string(f.Kind))
	}
	if f.Actor != "" {
		add("actor = ?", f.Actor)
	}
	if f.Batch != "" {
		add("batch = ?", f.Batch)
	}
	if !f.From.IsZero() {
		add("time >= ?", f.From.UnixMilli())
	}
	if !f.Before.IsZero() {
		add("time < ?", f.Before.UnixMilli())
	}
	q = "WHERE " + strings.Join(where, " AND ") + " ORDER BY id"
	if f.Limit > 0 {
		q += " LIMIT ?"
		args = append(args, f.Limit)
	}
	return q, args
}

// note enters an act into the log and keeps its reason, in a transaction.
func (s *Store) note(ctx context.Context, c *ready, id string, kind ledger.Kind, a answer.Act) error {
	r, err := record(ctx, c, id)
	if err == nil {
		err = answer.MayNote(&r, kind)
	}
	if err != nil {
		return err
	}
	entries, err := s.enter(ctx, c, a.Entry(kind, id))
	if err != nil {
		return err
	}
	if _, err := c.ExecContext(ctx, "INSERT INTO kept_note (seq, answer, reason, salt) VALUES (?, ?, ?, ?)",
		entries[0].Seq, id, a.Reason, a.Salt[:]); err != nil {
		return unavailable(err, "the note cannot be kept")
	}
	return nil
}

// Note is part of answer.Store.
func (s *Store) Note(ctx context.Context, id string, kind ledger.Kind, a answer.Act) error {
	if kind == ledger.Erasure {
		return s.Erase(ctx, id, a)
	}
	return s.kept(ctx, func(c *ready) error { return s.note(ctx, c, id, kind, a) })
}

// Erase is part of answer.Store. What is cast off is overwritten, and the log of the
// database, in which it still stands, is written back and emptied.
func (s *Store) Erase(ctx context.Context, id string, a answer.Act) error {
	err := s.kept(ctx, func(c *ready) error {
		if err := s.note(ctx, c, id, ledger.Erasure, a); err != nil {
			return err
		}
		for _, q := range []string{
			"UPDATE kept_answer SET question = NULL, answer = NULL, explanation = NULL, salt = NULL WHERE id = ?",
			`UPDATE kept_note SET reason = NULL, salt = NULL WHERE answer = ?
				AND seq IN (SELECT seq FROM log_entry WHERE about = kept_note.answer AND kind != 'erasure')`,
			"DELETE FROM once_answer WHERE id = ?",
		} {
			if _, err := c.ExecContext(ctx, q, id); err != nil {
				return unavailable(err, "the answer cannot be erased")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.flush(ctx)
}

// flush writes the log of the database back and empties it.
func (s *Store) flush(ctx context.Context) error {
	var busy, pages, moved int
	err := s.db.QueryRowContext(context.WithoutCancel(ctx), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if err == nil && busy != 0 {
		err = fault.New(fault.Unavailable, "it is erased, but the log of the database could not be emptied: somebody reads").
			WithFix("it goes when the readers are done and something is written; `cordon answers erase` of another empties it too")
	}
	if err != nil {
		return unavailable(err, "it is erased, but the log of the database could not be emptied")
	}
	return nil
}

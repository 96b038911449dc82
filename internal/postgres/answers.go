package postgres

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Missing is part of answer.Store.
func (s *Store) Missing(ctx context.Context, of []ledger.Hash) (out []ledger.Hash, err error) {
	asked := make([][]byte, len(of))
	for i := range of {
		asked[i] = of[i][:]
	}
	found, err := query(ctx, s.pool, scanBytes, "SELECT hash FROM cordon.kept_content WHERE hash = ANY ($1)", asked)
	if err != nil {
		return nil, err
	}
	for _, h := range of {
		if !slices.Contains(found, string(h[:])) {
			out = append(out, h)
		}
	}
	return out, nil
}

// PutContent is part of answer.Store. Contents are put in order, so that of two who
// put the same each waits for the other at most once.
func (s *Store) PutContent(ctx context.Context, list [][]byte) error {
	if s.reading {
		return onlyReading()
	}
	packed, err := kept.PackContents(list)
	if err != nil {
		return err
	}
	slices.SortFunc(packed, func(a, b kept.Content) int { return bytes.Compare(a.Hash[:], b.Hash[:]) })
	if err := s.tx(ctx, func(tx pgx.Tx) error {
		for _, c := range packed {
			if _, err := tx.Exec(ctx, "INSERT INTO cordon.kept_content (hash, data) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
				c.Hash[:], c.Packed); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return unavailable(err, "the content cannot be kept")
	}
	return nil
}

// Content is part of answer.Store.
func (s *Store) Content(ctx context.Context, of ledger.Hash) ([]byte, error) {
	list, err := query(ctx, s.pool, scanBytes, "SELECT data FROM cordon.kept_content WHERE hash = $1", of[:])
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "the content %x is not kept", of[:])
	}
	return kept.UnpackContent(of, []byte(list[0]))
}

// Keep is part of answer.Store.
func (s *Store) Keep(ctx context.Context, list []answer.Kept) error {
	for i := range list {
		if err := list[i].Check(); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		return nil
	}
	return s.adding(ctx, func(tx pgx.Tx) error {
		entries, err := s.enter(ctx, tx, answer.Entries(list)...)
		if err != nil {
			return err
		}
		return keep(ctx, tx, list, entries)
	})
}

// keep writes answers, in one trip to the server.
func keep(ctx context.Context, tx pgx.Tx, list []answer.Kept, entries []ledger.Entry) (err error) {
	b := &pgx.Batch{}
	for i := range list {
		k := &list[i]
		b.Queue(`INSERT INTO cordon.kept_answer (seq, id, time, kind, actor, batch, line, under, versions, question, answer, explanation, salt)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, entries[i].Seq, k.ID, k.Time.UnixMilli(), string(k.Kind),
			k.Actor, k.Batch, k.Line, []byte(strings.Join(k.Under, " ")), k.Versions[:], k.Question, k.Answer, k.Explanation, k.Salt[:])
	}
	sent := tx.SendBatch(ctx, b)
	defer sent.Close()
	for i := range list {
		_, err := sent.Exec()
		switch {
		case err == nil:
			continue
		case codeOf(err) == uniqueViolation:
			return fault.New(fault.Conflict, "an answer with the id %s is kept already", list[i].ID)
		case codeOf(err) == noSuchReference:
			return fault.New(fault.NotFound, "the versions of the answer %s are not kept", list[i].ID)
		}
		return unavailable(err, "the answer cannot be kept")
	}
	return sent.Close()
}

const recordColumns = `SELECT seq, id, time, kind, actor, batch, line, under, versions, question, answer, explanation, salt
	FROM cordon.kept_answer `

func scanRecord(rows pgx.Rows) (r answer.Record, err error) {
	var ms int64
	var under, versions, salt []byte
	if err := rows.Scan(&r.Seq, &r.ID, &ms, (*string)(&r.Kind), &r.Actor, &r.Batch, &r.Line, &under, &versions,
		&r.Question, &r.Answer, &r.Explanation, &salt); err != nil {
		return r, err
	}
	r.Time, r.Under = time.UnixMilli(ms).UTC(), strings.Fields(string(under))
	r.Erased = r.Question == nil && r.Answer == nil && salt == nil
	if !r.Erased && len(salt) != answer.SaltSize {
		return r, fault.New(fault.Unavailable, "the answer %s is damaged: its salt has %d bytes", r.ID, len(salt))
	}
	copy(r.Salt[:], salt)
	r.Versions, err = hashOf(versions)
	return r, err
}

// notes adds to records what was noted about them.
func notes(ctx context.Context, from source, list []answer.Record) error {
	ids, place := make([]string, len(list)), map[string]int{}
	for i := range list {
		ids[i], place[list[i].ID] = list[i].ID, i
	}
	return all(ctx, from, func(rows pgx.Rows) error {
		var id string
		var n answer.Note
		var ms int64
		var reason, salt []byte
		if err := rows.Scan(&id, &n.Seq, &ms, (*string)(&n.Kind), &n.Actor, &reason, &salt); err != nil {
			return err
		}
		n.Time, n.Reason = time.UnixMilli(ms).UTC(), string(reason)
		copy(n.Salt[:], salt)
		r := &list[place[id]]
		r.Notes = append(r.Notes, n)
		return nil
	}, `SELECT n.answer, n.seq, e.time, e.kind, e.actor, n.reason, n.salt FROM cordon.kept_note n JOIN cordon.log_entry e ON e.seq = n.seq
		WHERE n.answer = ANY ($1) ORDER BY n.seq`, ids)
}

// records reads answers, and then what was noted about them: both over one connection.
func records(ctx context.Context, from source, q string, args ...any) ([]answer.Record, error) {
	list, err := query(ctx, from, scanRecord, recordColumns+q, args...)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list, notes(ctx, from, list)
}

func record(ctx context.Context, from source, id string) (answer.Record, error) {
	list, err := records(ctx, from, "WHERE id = $1", id)
	if err == nil && len(list) == 0 {
		err = answer.NotKept(id)
	}
	if err != nil {
		return answer.Record{}, err
	}
	return list[0], nil
}

// Get is part of answer.Store.
func (s *Store) Get(ctx context.Context, id string) (r answer.Record, err error) {
	err = s.still(ctx, func(tx pgx.Tx) error {
		r, err = record(ctx, tx, id)
		return err
	})
	return r, err
}

// List is part of answer.Store. While records are given no rows are open.
func (s *Store) List(ctx context.Context, f answer.Filter) iter.Seq2[answer.Record, error] {
	return func(yield func(answer.Record, error) bool) {
		err := s.still(ctx, func(tx pgx.Tx) error {
			for left := f.Limit; ; left -= page {
				now := f
				if now.Limit = page; f.Limit > 0 {
					now.Limit = min(page, left)
				}
				q, args := chosen(now)
				list, err := records(ctx, tx, q, args...)
				if err != nil {
					return err
				}
				for _, r := range list {
					if !yield(r, nil) {
						return nil
					}
				}
				if len(list) < page || f.Limit > 0 && left <= page {
					return nil
				}
				f.After = list[len(list)-1].ID
			}
		})
		if err != nil {
			yield(answer.Record{}, err)
		}
	}
}

// chosen gives the rest of a statement for a filter.
func chosen(f answer.Filter) (q string, args []any) {
	var where []string
	add := func(what string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf("%s $%d", what, len(args)))
	}
	add("id >", f.After)
	if f.Kind != "" {
		add("kind =", string(f.Kind))
	}
	if f.Actor != "" {
		add("actor =", f.Actor)
	}
	if f.Batch != "" {
		add("batch =", f.Batch)
	}
	if !f.From.IsZero() {
		add("time >=", f.From.UnixMilli())
	}
	if !f.Before.IsZero() {
		add("time <", f.Before.UnixMilli())
	}
	args = append(args, f.Limit)
	return fmt.Sprintf("WHERE %s ORDER BY id LIMIT $%d", strings.Join(where, " AND "), len(args)), args
}

// note enters an act into the log and keeps its reason, in a transaction that holds
// the lock of the log, so that nobody does another meanwhile.
func (s *Store) note(ctx context.Context, tx pgx.Tx, id string, kind ledger.Kind, a answer.Act) error {
	r, err := record(ctx, tx, id)
	if err == nil {
		err = answer.MayNote(&r, kind)
	}
	if err != nil {
		return err
	}
	entries, err := s.enter(ctx, tx, a.Entry(kind, id))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO cordon.kept_note (seq, answer, reason, salt) VALUES ($1, $2, $3, $4)",
		entries[0].Seq, id, []byte(a.Reason), a.Salt[:]); err != nil {
		return unavailable(err, "the note cannot be kept")
	}
	return nil
}

// Note is part of answer.Store.
func (s *Store) Note(ctx context.Context, id string, kind ledger.Kind, a answer.Act) error {
	if kind == ledger.Erasure {
		return s.Erase(ctx, id, a)
	}
	return s.adding(ctx, func(tx pgx.Tx) error { return s.note(ctx, tx, id, kind, a) })
}

// Erase is part of answer.Store. The server is asked to clear away the rows as they
// were, so that no statement reaches them. It overwrites their bytes when it needs the
// room, and its own log when that comes round; docs/postgres.md says what to do where
// that is too late.
func (s *Store) Erase(ctx context.Context, id string, a answer.Act) error {
	if err := s.adding(ctx, func(tx pgx.Tx) error {
		if err := s.note(ctx, tx, id, ledger.Erasure, a); err != nil {
			return err
		}
		for _, q := range []string{
			"UPDATE cordon.kept_answer SET question = NULL, answer = NULL, explanation = NULL, salt = NULL WHERE id = $1",
			`UPDATE cordon.kept_note n SET reason = NULL, salt = NULL FROM cordon.log_entry e
				WHERE n.answer = $1 AND e.seq = n.seq AND e.kind != 'erasure'`,
			"DELETE FROM cordon.once_answer WHERE id = $1",
		} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return unavailable(err, "the answer cannot be erased")
			}
		}
		return nil
	}); err != nil {
		return err
	}
	// It is erased, and whoever asked must be told so: what follows is not broken off.
	if _, err := s.pool.Exec(context.WithoutCancel(ctx), "VACUUM cordon.kept_answer, cordon.kept_note, cordon.once_answer"); err != nil {
		return unavailable(err, "it is erased, but the server did not clear away the row as it was")
	}
	return nil
}

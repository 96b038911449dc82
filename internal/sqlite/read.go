package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"
	"iter"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Attempted keeps a record of a try to load a list.
func (s *Store) Attempted(ctx context.Context, a snapshot.Attempt) error {
	if err := snapshot.CheckList(a.List); err != nil {
		return err
	}
	if s.reading {
		return onlyReading()
	}
	text, err := kept.Attempt(a)
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "INSERT INTO attempt (list, attempt) VALUES (?, ?)", a.List, text); err != nil {
		return unavailable(err, "the attempt could not be kept")
	}
	return nil
}

// Attempts gives the tries of a list, newest first.
func (s *Store) Attempts(ctx context.Context, list string, limit int) ([]snapshot.Attempt, error) {
	return attempts(ctx, s.db, "SELECT attempt FROM attempt WHERE list = ? ORDER BY id DESC LIMIT ?", list, max(limit, 0))
}

func attempts(ctx context.Context, from source, q string, args ...any) ([]snapshot.Attempt, error) {
	return query(ctx, from, func(rows *sql.Rows) (snapshot.Attempt, error) {
		text, err := scanText(rows)
		if err != nil {
			return snapshot.Attempt{}, err
		}
		return kept.ReadAttempt(text)
	}, q, args...)
}

// source is the store, or one state of it: see [Store.still].
type source interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
	PrepareContext(ctx context.Context, q string) (*sql.Stmt, error)
}

// still runs f over one state of the store, whatever is published meanwhile.
func (s *Store) still(ctx context.Context, f func(source) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return unavailable(err, "the store cannot be read")
	}
	defer tx.Rollback()
	return f(tx)
}

// query reads all rows of a statement.
func query[T any](
	ctx context.Context, from source, scan func(*sql.Rows) (T, error), q string, args ...any,
) (out []T, err error) {
	each(ctx, from, scan, func(v T, e error) bool {
		out, err = append(out, v), e
		return e == nil
	}, q, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// each yields the rows of a statement one by one.
func each[T any](
	ctx context.Context, from source, scan func(*sql.Rows) (T, error), yield func(T, error) bool, q string, args ...any,
) {
	var zero T
	rows, err := from.QueryContext(ctx, q, args...)
	if err != nil {
		yield(zero, unavailable(err, "the store cannot be read"))
		return
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			yield(zero, unavailable(err, "the store cannot be read"))
			return
		}
		if !yield(v, nil) {
			return
		}
	}
	if err := rows.Err(); err != nil {
		yield(zero, unavailable(err, "the store cannot be read"))
	}
}

// Lists gives the state of every list, all as at one moment.
func (s *Store) Lists(ctx context.Context) (out []snapshot.State, err error) {
	err = s.still(ctx, func(from source) error {
		names, err := query(ctx, from, scanText, "SELECT list FROM snapshot UNION SELECT list FROM attempt ORDER BY 1")
		if err != nil {
			return err
		}
		for _, name := range names {
			st, err := state(ctx, from, name)
			if err != nil {
				return err
			}
			out = append(out, st)
		}
		return nil
	})
	return out, err
}

func scanText(rows *sql.Rows) (string, error) {
	var t string
	err := rows.Scan(&t)
	return t, err
}

func state(ctx context.Context, from source, name string) (st snapshot.State, err error) {
	snaps, err := query(ctx, from, scanMeta, currentFirst, name)
	if err != nil {
		return st, err
	}
	if st.Count = len(snaps); st.Count > 0 {
		st.Current = snaps[0]
	}
	for _, q := range []struct {
		to    *snapshot.Attempt
		where string
	}{{&st.Last, "true"}, {&st.Confirmed, "json_extract(attempt, '$.same')"}} {
		found, err := attempts(ctx, from, "SELECT attempt FROM attempt WHERE list = ? AND "+q.where+" ORDER BY id DESC LIMIT 1", name)
		if err != nil {
			return st, err
		}
		if len(found) > 0 {
			*q.to = found[0]
		}
	}
	return st, nil
}

// currentFirst is the order of [snapshot.Later].
const currentFirst = "SELECT meta FROM snapshot WHERE list = ? ORDER BY published DESC, number DESC"

// Snapshots gives those of a list.
func (s *Store) Snapshots(ctx context.Context, list string) ([]snapshot.Meta, error) {
	return query(ctx, s.db, scanMeta, "SELECT meta FROM snapshot WHERE list = ? ORDER BY number", list)
}

func scanMeta(rows *sql.Rows) (snapshot.Meta, error) {
	text, err := scanText(rows)
	if err != nil {
		return snapshot.Meta{}, err
	}
	return kept.ReadMeta(text)
}

// Snapshot gives one; number 0 is the current one.
func (s *Store) Snapshot(ctx context.Context, id snapshot.ID) (snapshot.Meta, error) {
	q, args := "SELECT meta FROM snapshot WHERE list = ? AND number = ?", []any{id.List, id.Number}
	if id.Number == 0 {
		q, args = currentFirst+" LIMIT 1", args[:1]
	}
	list, err := query(ctx, s.db, scanMeta, q, args...)
	switch {
	case err != nil:
		return snapshot.Meta{}, err
	case len(list) > 0:
		return list[0], nil
	case id.Number == 0:
		return snapshot.Meta{}, fault.New(fault.NotFound, "the list %q is not loaded", id.List).
			WithFix("`cordon lists status` shows what is")
	}
	return snapshot.Meta{}, fault.New(fault.NotFound, "there is no snapshot %s", id).
		WithFix("`cordon lists status` shows what is loaded")
}

// Entries gives the entries of a snapshot.
func (s *Store) Entries(ctx context.Context, id snapshot.ID) iter.Seq2[snapshot.Entry, error] {
	return func(yield func(snapshot.Entry, error) bool) {
		m, err := s.Snapshot(ctx, id) // a number that is not there must not read as the newest
		if err != nil {
			yield(snapshot.Entry{}, err)
			return
		}
		each(ctx, s.db, scanEntry, yield, `SELECT r.key, c.data FROM run r CROSS JOIN content c ON c.id = r.content
			WHERE r.list = ?1 AND r.since <= ?2 AND (r.until IS NULL OR r.until > ?2) ORDER BY r.key`, m.List, m.Number)
	}
}

func scanEntry(rows *sql.Rows) (snapshot.Entry, error) {
	var e snapshot.Entry
	var data sql.RawBytes // Decode keeps nothing of it
	if err := rows.Scan(&e.Key, &data); err != nil {
		return e, err
	}
	var err error
	e.Record, err = snapshot.Decode(data)
	return e, err
}

// aboutSubject is the way from a subject to its entries; the order is forced, as
// the engine would rather read the whole list.
const aboutSubject = ` FROM about a CROSS JOIN run r ON r.list = a.list AND r.key = a.key CROSS JOIN content c ON c.id = r.content
	WHERE a.list = ?1 AND a.subject = ?2 `

// About gives the entries of a snapshot that are about a subject.
func (s *Store) About(ctx context.Context, id snapshot.ID, subjectID string) ([]snapshot.Entry, error) {
	m, err := s.Snapshot(ctx, id)
	if err != nil {
		return nil, err
	}
	out, err := query(ctx, s.db, scanEntry, "SELECT r.key, c.data"+aboutSubject+
		"AND r.since <= ?3 AND (r.until IS NULL OR r.until > ?3) ORDER BY r.key", m.List, subjectID, m.Number)
	return slices.DeleteFunc(out, func(e snapshot.Entry) bool { return !isAbout(e.Record, subjectID) }), err
}

// isAbout is asked again of each record, as a key is indexed under all that it
// was ever about.
func isAbout(r *subject.Record, id string) bool { return slices.Contains(snapshot.SubjectsOf(r), id) }

// Find gives the subjects that a reference names.
func (s *Store) Find(ctx context.Context, reference string) ([]string, error) {
	exact, err := query(ctx, s.db, scanText, "SELECT DISTINCT subject FROM reference WHERE folded = ? AND reference = ? ORDER BY 1",
		snapshot.FoldReference(reference), reference)
	if err != nil || len(exact) > 0 {
		return exact, err
	}
	return query(ctx, s.db, scanText, "SELECT DISTINCT subject FROM reference WHERE folded = ? ORDER BY 1",
		snapshot.FoldReference(reference))
}

const versionColumns = "SELECT r.key, r.since, coalesce(r.until, 0), c.hash, c.data"

func scanVersion(rows *sql.Rows) (snapshot.Version, error) {
	var v snapshot.Version
	var sum, data sql.RawBytes
	if err := rows.Scan(&v.Key, &v.From, &v.Until, &sum, &data); err != nil {
		return v, err
	}
	v.Hash = hex.EncodeToString(sum)
	var err error
	v.Record, err = snapshot.Decode(data)
	return v, err
}

// Versions gives the history of what is about a subject.
func (s *Store) Versions(ctx context.Context, list, subjectID string) ([]snapshot.Version, error) {
	out, err := query(ctx, s.db, scanVersion, versionColumns+aboutSubject+"ORDER BY r.since, r.key", list, subjectID)
	return slices.DeleteFunc(out, func(v snapshot.Version) bool { return !isAbout(v.Record, subjectID) }), err
}

// Everything gives every version of every entry of a list.
func (s *Store) Everything(ctx context.Context, list string) iter.Seq2[snapshot.Version, error] {
	return func(yield func(snapshot.Version, error) bool) {
		each(ctx, s.db, scanVersion, yield, versionColumns+` FROM run r CROSS JOIN content c ON c.id = r.content
			WHERE r.list = ? ORDER BY r.key, r.since`, list)
	}
}

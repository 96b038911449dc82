package postgres

import (
	"context"
	"encoding/hex"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// source is what is read from: the store, a connection, or one state of the store
// (see [Store.still]).
type source interface {
	Query(ctx context.Context, q string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, q string, args ...any) pgx.Row
}

// still runs f over one state of the store, whatever is published meanwhile.
func (s *Store) still(ctx context.Context, f func(pgx.Tx) error) error {
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return unavailable(err, "the store cannot be read")
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it has written nothing
	return f(tx)
}

// each yields the rows of a statement one by one, as the server gives them.
func each[T any](
	ctx context.Context, from source, scan func(pgx.Rows) (T, error), yield func(T, error) bool, q string, args ...any,
) {
	var zero T
	// Whoever stops early is not to wait until the server has given the rest.
	ctx, cancel := context.WithCancel(ctx)
	rows, err := from.Query(ctx, q, args...)
	if err != nil {
		cancel()
		yield(zero, unavailable(err, "the store cannot be read"))
		return
	}
	defer rows.Close()
	defer cancel()
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

// all runs f over the rows of a statement.
func all(ctx context.Context, from source, f func(pgx.Rows) error, q string, args ...any) (err error) {
	each(ctx, from, func(rows pgx.Rows) (struct{}, error) { return struct{}{}, f(rows) },
		func(_ struct{}, e error) bool { err = e; return e == nil }, q, args...)
	return err
}

// query reads all rows of a statement.
func query[T any](
	ctx context.Context, from source, scan func(pgx.Rows) (T, error), q string, args ...any,
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

func scanText(rows pgx.Rows) (t string, err error) {
	err = rows.Scan(&t)
	return t, err
}

// scanBytes reads a row whose one column are the bytes of a text.
func scanBytes(rows pgx.Rows) (string, error) {
	var b pgtype.DriverBytes
	err := rows.Scan(&b)
	return string(b), err
}

func scanMeta(rows pgx.Rows) (snapshot.Meta, error) {
	text, err := scanText(rows)
	if err != nil {
		return snapshot.Meta{}, err
	}
	return kept.ReadMeta(text)
}

func scanAttempt(rows pgx.Rows) (snapshot.Attempt, error) {
	text, err := scanText(rows)
	if err != nil {
		return snapshot.Attempt{}, err
	}
	return kept.ReadAttempt(text)
}

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
	if _, err := s.pool.Exec(ctx, "INSERT INTO cordon.attempt (list, attempt) VALUES ($1, $2)", a.List, text); err != nil {
		return unavailable(err, "the attempt could not be kept")
	}
	return nil
}

// Attempts gives the tries of a list, newest first.
func (s *Store) Attempts(ctx context.Context, list string, limit int) ([]snapshot.Attempt, error) {
	return query(ctx, s.pool, scanAttempt, "SELECT attempt FROM cordon.attempt WHERE list = $1 ORDER BY id DESC LIMIT $2",
		list, max(limit, 0))
}

// Lists gives the state of every list, all as at one moment.
func (s *Store) Lists(ctx context.Context) (out []snapshot.State, err error) {
	err = s.still(ctx, func(from pgx.Tx) error {
		names, err := query(ctx, from, scanText, "SELECT list FROM cordon.snapshot UNION SELECT list FROM cordon.attempt")
		if err != nil {
			return err
		}
		slices.Sort(names)
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

func state(ctx context.Context, from source, name string) (st snapshot.State, err error) {
	snaps, err := query(ctx, from, scanMeta, currentFirst, name)
	if err != nil {
		return st, err
	}
	if st.Count = len(snaps); st.Count > 0 {
		st.Current = snaps[0]
	}
	for to, where := range map[*snapshot.Attempt]string{&st.Last: "true", &st.Confirmed: "position('" + kept.Same + "' IN attempt) > 0"} {
		found, err := query(ctx, from, scanAttempt,
			"SELECT attempt FROM cordon.attempt WHERE list = $1 AND "+where+" ORDER BY id DESC LIMIT 1", name)
		if err != nil {
			return st, err
		}
		if len(found) > 0 {
			*to = found[0]
		}
	}
	return st, nil
}

// currentFirst is the order of [snapshot.Later].
const currentFirst = "SELECT meta FROM cordon.snapshot WHERE list = $1 ORDER BY published DESC, number DESC"

// Snapshots gives those of a list.
func (s *Store) Snapshots(ctx context.Context, list string) ([]snapshot.Meta, error) {
	return query(ctx, s.pool, scanMeta, "SELECT meta FROM cordon.snapshot WHERE list = $1 ORDER BY number", list)
}

// Snapshot gives one; number 0 is the current one.
func (s *Store) Snapshot(ctx context.Context, id snapshot.ID) (snapshot.Meta, error) {
	q, args := "SELECT meta FROM cordon.snapshot WHERE list = $1 AND number = $2", []any{id.List, int64(id.Number)}
	if id.Number == 0 {
		q, args = currentFirst+" LIMIT 1", args[:1]
	}
	list, err := query(ctx, s.pool, scanMeta, q, args...)
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

// inSnapshot is the condition that an entry stands in a snapshot: $1 is the list,
// $2 the number.
const inSnapshot = "r.list = $1 AND r.since <= $2 AND (r.until IS NULL OR r.until > $2)"

// Entries gives the entries of a snapshot.
func (s *Store) Entries(ctx context.Context, id snapshot.ID) iter.Seq2[snapshot.Entry, error] {
	return func(yield func(snapshot.Entry, error) bool) {
		m, err := s.Snapshot(ctx, id) // a number that is not there must not read as the newest
		if err != nil {
			yield(snapshot.Entry{}, err)
			return
		}
		each(ctx, s.pool, scanEntry, yield, "SELECT r.key, c.data FROM cordon.run r JOIN cordon.content c ON c.id = r.content WHERE "+
			inSnapshot+" ORDER BY r.key", m.List, m.Number)
	}
}

func scanEntry(rows pgx.Rows) (snapshot.Entry, error) {
	var key, data pgtype.DriverBytes // Decode keeps nothing of it
	if err := rows.Scan(&key, &data); err != nil {
		return snapshot.Entry{}, err
	}
	r, err := snapshot.Decode(data)
	return snapshot.Entry{Key: string(key), Record: r}, err
}

// aboutSubject is the way from a subject to its entries.
const aboutSubject = ` FROM cordon.about a JOIN cordon.run r ON r.list = a.list AND sha256(r.key) = sha256(a.key) AND r.key = a.key
	JOIN cordon.content c ON c.id = r.content `

// About gives the entries of a snapshot that are about a subject.
func (s *Store) About(ctx context.Context, id snapshot.ID, subjectID string) ([]snapshot.Entry, error) {
	m, err := s.Snapshot(ctx, id)
	if err != nil {
		return nil, err
	}
	out, err := query(ctx, s.pool, scanEntry, "SELECT r.key, c.data"+aboutSubject+"WHERE a.list = $1 AND sha256(a.subject) = sha256($3) "+
		"AND a.subject = $3 AND "+inSnapshot+" ORDER BY r.key", m.List, m.Number, []byte(subjectID))
	return slices.DeleteFunc(out, func(e snapshot.Entry) bool { return !isAbout(e, subjectID) }), err
}

// isAbout is asked again of each record, as a key is indexed under all that it
// was ever about.
func isAbout(e snapshot.Entry, id string) bool {
	return slices.Contains(snapshot.SubjectsOf(e.Record), id)
}

// Find gives the subjects that a reference names.
func (s *Store) Find(ctx context.Context, reference string) ([]string, error) {
	const q = "SELECT DISTINCT subject FROM cordon.reference WHERE sha256(folded) = sha256($1) AND folded = $1"
	folded := []byte(snapshot.FoldReference(reference))
	exact, err := query(ctx, s.pool, scanBytes, q+" AND reference = $2 ORDER BY subject", folded, []byte(reference))
	if err != nil || len(exact) > 0 {
		return exact, err
	}
	return query(ctx, s.pool, scanBytes, q+" ORDER BY subject", folded)
}

const versionColumns = "SELECT r.key, r.since, coalesce(r.until, 0), c.hash, c.data"

func scanVersion(rows pgx.Rows) (v snapshot.Version, err error) {
	var key, sum, data pgtype.DriverBytes
	if err := rows.Scan(&key, &v.From, &v.Until, &sum, &data); err != nil {
		return v, err
	}
	v.Key, v.Hash = string(key), hex.EncodeToString(sum)
	v.Record, err = snapshot.Decode(data)
	return v, err
}

// Versions gives the history of what is about a subject.
func (s *Store) Versions(ctx context.Context, list, subjectID string) ([]snapshot.Version, error) {
	out, err := query(ctx, s.pool, scanVersion, versionColumns+aboutSubject+`WHERE a.list = $1
		AND sha256(a.subject) = sha256($2) AND a.subject = $2 ORDER BY r.since, r.key`, list, []byte(subjectID))
	return slices.DeleteFunc(out, func(v snapshot.Version) bool {
		return !isAbout(snapshot.Entry{Record: v.Record}, subjectID)
	}), err
}

// Everything gives every version of every entry of a list.
func (s *Store) Everything(ctx context.Context, list string) iter.Seq2[snapshot.Version, error] {
	return func(yield func(snapshot.Version, error) bool) {
		each(ctx, s.pool, scanVersion, yield, versionColumns+` FROM cordon.run r JOIN cordon.content c ON c.id = r.content
			WHERE r.list = $1 ORDER BY r.key, r.since`, list)
	}
}

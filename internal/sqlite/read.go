package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Attempted keeps a record of a try to load a list.
func (s *Store) Attempted(ctx context.Context, a snapshot.Attempt) error {
	b, err := json.Marshal(attemptRowOf(a))
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "INSERT INTO attempt (list, attempt) VALUES (?, ?)", a.List, string(b)); err != nil {
		return unavailable(err, "the attempt could not be kept")
	}
	return nil
}

// Attempts gives the tries of a list, newest first.
func (s *Store) Attempts(ctx context.Context, list string, limit int) ([]snapshot.Attempt, error) {
	return query(ctx, s, func(rows *sql.Rows) (snapshot.Attempt, error) {
		var text string
		if err := rows.Scan(&text); err != nil {
			return snapshot.Attempt{}, err
		}
		var r attemptRow
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			return snapshot.Attempt{}, err
		}
		return r.attempt(), nil
	}, "SELECT attempt FROM attempt WHERE list = ? ORDER BY id DESC LIMIT ?", list, limit)
}

// query reads all rows of a statement.
func query[T any](ctx context.Context, s *Store, scan func(*sql.Rows) (T, error), q string, args ...any) ([]T, error) {
	rows, err := s.db.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, unavailable(err, "the store cannot be read")
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, unavailable(err, "the store cannot be read")
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable(err, "the store cannot be read")
	}
	return out, nil
}

// Lists gives the state of every list.
func (s *Store) Lists(ctx context.Context) ([]snapshot.State, error) {
	names, err := query(ctx, s, scanText, "SELECT list FROM snapshot UNION SELECT list FROM attempt ORDER BY 1")
	if err != nil {
		return nil, err
	}
	var out []snapshot.State
	for _, name := range names {
		st, err := s.state(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, st)
	}
	return out, nil
}

func scanText(rows *sql.Rows) (string, error) {
	var t string
	err := rows.Scan(&t)
	return t, err
}

func (s *Store) state(ctx context.Context, name string) (snapshot.State, error) {
	var st snapshot.State
	snaps, err := s.Snapshots(ctx, name)
	if err != nil {
		return st, err
	}
	st.Count = len(snaps)
	for _, m := range snaps {
		if st.Current.Number == 0 || snapshot.Later(m, st.Current) {
			st.Current = m
		}
	}
	tries, err := s.Attempts(ctx, name, 200)
	for i, a := range tries {
		if i == 0 {
			st.Last = a
		}
		if a.Same {
			st.Confirmed = a
			break
		}
	}
	return st, err
}

// Snapshots gives those of a list.
func (s *Store) Snapshots(ctx context.Context, list string) ([]snapshot.Meta, error) {
	return query(ctx, s, scanMeta, "SELECT meta FROM snapshot WHERE list = ? ORDER BY number", list)
}

func scanMeta(rows *sql.Rows) (snapshot.Meta, error) {
	var text string
	if err := rows.Scan(&text); err != nil {
		return snapshot.Meta{}, err
	}
	var r metaRow
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return snapshot.Meta{}, err
	}
	return r.meta(), nil
}

// Snapshot gives one; number 0 is the current one.
func (s *Store) Snapshot(ctx context.Context, id snapshot.ID) (snapshot.Meta, error) {
	if id.Number == 0 {
		st, err := s.state(ctx, id.List)
		if err == nil && st.Current.Number == 0 {
			err = fault.New(fault.NotFound, "the list %q is not loaded", id.List).WithFix("`cordon lists status` shows what is")
		}
		return st.Current, err
	}
	list, err := query(ctx, s, scanMeta, "SELECT meta FROM snapshot WHERE list = ? AND number = ?", id.List, id.Number)
	if err == nil && len(list) == 0 {
		return snapshot.Meta{}, fault.New(fault.NotFound, "there is no snapshot %s", id).WithFix("`cordon lists status` shows what is loaded")
	}
	if err != nil {
		return snapshot.Meta{}, err
	}
	return list[0], nil
}

// Entries gives the entries of a snapshot.
func (s *Store) Entries(ctx context.Context, id snapshot.ID) iter.Seq2[snapshot.Entry, error] {
	return func(yield func(snapshot.Entry, error) bool) {
		if id.Number == 0 {
			m, err := s.Snapshot(ctx, id)
			if err != nil {
				yield(snapshot.Entry{}, err)
				return
			}
			id = m.ID
		}
		each(ctx, s, func(rows *sql.Rows) (snapshot.Entry, error) {
			var e snapshot.Entry
			var data []byte
			if err := rows.Scan(&e.Key, &data); err != nil {
				return e, err
			}
			var err error
			e.Record, err = snapshot.Decode(data)
			return e, err
		}, yield, `SELECT e.key, b.data FROM entry e JOIN body b ON b.hash = e.hash
			WHERE e.list = ? AND e.since <= ? AND (e.until IS NULL OR e.until > ?) ORDER BY e.key`, id.List, id.Number, id.Number)
	}
}

// each yields the rows of a statement one by one.
func each[T any](ctx context.Context, s *Store, scan func(*sql.Rows) (T, error), yield func(T, error) bool, q string, args ...any) {
	var zero T
	rows, err := s.db.QueryContext(ctx, q, args...)
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

// About gives the entries of a snapshot that are about a subject.
func (s *Store) About(ctx context.Context, id snapshot.ID, subjectID string) ([]snapshot.Entry, error) {
	versions, err := s.Versions(ctx, id.List, subjectID)
	if err != nil {
		return nil, err
	}
	if id.Number == 0 {
		m, err := s.Snapshot(ctx, id)
		if err != nil {
			return nil, err
		}
		id = m.ID
	}
	var out []snapshot.Entry
	for _, v := range versions {
		if v.From <= id.Number && (v.Until == 0 || v.Until > id.Number) {
			out = append(out, snapshot.Entry{Key: v.Key, Record: v.Record})
		}
	}
	return out, nil
}

// Find gives the subjects that a reference names.
func (s *Store) Find(ctx context.Context, reference string) ([]string, error) {
	exact, err := query(ctx, s, scanText, "SELECT DISTINCT subject FROM reference WHERE folded = ? AND reference = ? ORDER BY 1",
		fold(reference), reference)
	if err != nil || len(exact) > 0 {
		return exact, err
	}
	return query(ctx, s, scanText, "SELECT DISTINCT subject FROM reference WHERE folded = ? ORDER BY 1", fold(reference))
}

func scanVersion(rows *sql.Rows) (snapshot.Version, error) {
	var v snapshot.Version
	var until sql.NullInt64
	var hash, data []byte
	if err := rows.Scan(&v.Key, &v.From, &until, &hash, &data); err != nil {
		return v, err
	}
	v.Until, v.Hash = int(until.Int64), hex.EncodeToString(hash)
	var err error
	v.Record, err = snapshot.Decode(data)
	return v, err
}

// Versions gives the history of what is about a subject.
func (s *Store) Versions(ctx context.Context, list, subjectID string) ([]snapshot.Version, error) {
	return query(ctx, s, scanVersion, `SELECT e.key, e.since, e.until, e.hash, b.data
		FROM about a JOIN entry e ON e.list = a.list AND e.key = a.key JOIN body b ON b.hash = e.hash
		WHERE a.list = ? AND a.subject = ? ORDER BY e.since, e.key`, list, subjectID)
}

// Everything gives every version of every entry of a list.
func (s *Store) Everything(ctx context.Context, list string) iter.Seq2[snapshot.Version, error] {
	return func(yield func(snapshot.Version, error) bool) {
		each(ctx, s, scanVersion, yield, `SELECT e.key, e.since, e.until, e.hash, b.data FROM entry e JOIN body b ON b.hash = e.hash
			WHERE e.list = ? ORDER BY e.key, e.since`, list)
	}
}

// Verify reads everything again and compares it with its hashes.
func (s *Store) Verify(ctx context.Context, found func(problem string)) error {
	if rows, err := query(ctx, s, scanText, "PRAGMA integrity_check"); err != nil {
		return err
	} else if len(rows) != 1 || rows[0] != "ok" {
		found("the database: " + strings.Join(rows, "; "))
	}
	var failed error
	each(ctx, s, func(rows *sql.Rows) (bool, error) {
		var hash, data []byte
		if err := rows.Scan(&hash, &data); err != nil {
			return false, err
		}
		sum := sha256.Sum256(data)
		if string(sum[:]) != string(hash) {
			found("the record " + hex.EncodeToString(hash) + " does not have its hash")
		}
		return true, nil
	}, func(_ bool, err error) bool { failed = err; return err == nil }, "SELECT hash, data FROM body")
	if failed != nil {
		return failed
	}
	metas, err := query(ctx, s, scanMeta, "SELECT meta FROM snapshot ORDER BY list, number")
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, m := range metas {
		if err := s.verify(ctx, m, used, found); err != nil {
			return err
		}
	}
	return s.leftovers(used, found)
}

func (s *Store) verify(ctx context.Context, m snapshot.Meta, used map[string]bool, found func(string)) error {
	h := snapshot.NewContentHash()
	for e, err := range s.Entries(ctx, m.ID) {
		if err != nil {
			found(m.ID.String() + ": " + err.Error())
			return nil
		}
		h.Add(e.Key, snapshot.Hash(snapshot.Encode(e.Record)))
	}
	if h.Sum() != m.Content {
		found(m.ID.String() + " does not have the content that its hash says")
	}
	for _, f := range m.Files {
		used[f.SHA256] = true
		r, err := s.Raw(ctx, f.SHA256)
		if err != nil {
			found(m.ID.String() + ": " + err.Error())
			continue
		}
		sum := sha256.New()
		_, err = io.Copy(sum, r)
		r.Close()
		if err != nil || hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
			found(m.ID.String() + ": the raw file " + f.Name + " does not have its hash")
		}
	}
	return nil
}

// leftovers tells of raw files that no snapshot has: those of loads that were
// refused or broken off. They do no harm.
func (s *Store) leftovers(used map[string]bool, found func(string)) error {
	if s.dir == "" {
		return nil
	}
	dir, err := s.rawDir()
	if err != nil {
		return unavailable(err, "the raw files cannot be read")
	}
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		if name := strings.TrimSuffix(d.Name(), ".zst"); !used[name] {
			found(snapshot.Leftover + path)
		}
		return nil
	})
}

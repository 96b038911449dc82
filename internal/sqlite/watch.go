package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/watched"
)

// watchTables keep bases of customers. What a customer is, and what runs say of it,
// are kept as the versions or runs in which it stayed the same, as entries of lists
// are. Erasing removes the rows of a customer.
const watchTables = `
CREATE TABLE watch_version (
	base    TEXT    NOT NULL,
	number  INTEGER NOT NULL,
	version TEXT    NOT NULL, -- JSON
	PRIMARY KEY (base, number)
) WITHOUT ROWID;
CREATE TABLE watch_customer (
	base  TEXT    NOT NULL,
	ref   TEXT    NOT NULL,
	since INTEGER NOT NULL,
	until INTEGER CHECK (until > since),
	party BLOB    NOT NULL, -- JSON
	PRIMARY KEY (base, ref, since)
) WITHOUT ROWID;
CREATE UNIQUE INDEX watch_customer_open ON watch_customer (base, ref) WHERE until IS NULL;
CREATE TABLE watch_refusal (
	base    TEXT    NOT NULL,
	version INTEGER NOT NULL,
	row     INTEGER NOT NULL,
	ref     TEXT    NOT NULL,
	refusal TEXT    NOT NULL, -- JSON
	PRIMARY KEY (base, version, row)
) WITHOUT ROWID;
CREATE TABLE watch_run (
	base   TEXT    NOT NULL,
	number INTEGER NOT NULL,
	run    TEXT    NOT NULL, -- JSON
	PRIMARY KEY (base, number)
) WITHOUT ROWID;
CREATE TABLE watch_marks (
	base  TEXT NOT NULL PRIMARY KEY,
	marks BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE watch_state (
	base  TEXT    NOT NULL,
	ref   TEXT    NOT NULL,
	since INTEGER NOT NULL,
	until INTEGER CHECK (until > since),
	state TEXT    NOT NULL, -- JSON
	PRIMARY KEY (base, ref, since)
) WITHOUT ROWID;
CREATE UNIQUE INDEX watch_state_open ON watch_state (base, ref) WHERE until IS NULL;
`

// watchIndexes find the customers that came, changed or left in some versions.
const watchIndexes = `
CREATE INDEX watch_customer_since ON watch_customer (base, since, until);
CREATE INDEX watch_customer_until ON watch_customer (base, until) WHERE until IS NOT NULL;
`

var _ watched.Store = Watch{}

// Watch is the store of bases of customers.
type Watch struct{ *Store }

// Bases is part of watched.Store.
func (s Watch) Bases(ctx context.Context) ([]string, error) {
	return query(ctx, s.db, scanText, "SELECT DISTINCT base FROM watch_version ORDER BY base")
}

// scanRow reads a row of one column, a value as JSON.
func scanRow[T any](rows *sql.Rows) (v T, err error) {
	text, err := scanText(rows)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(text), &v)
}

// Versions is part of watched.Store.
func (s Watch) Versions(ctx context.Context, base string) ([]watched.Version, error) {
	list, err := query(ctx, s.db, scanRow[watched.Version], "SELECT version FROM watch_version WHERE base = ? ORDER BY number", base)
	if err == nil && len(list) == 0 {
		err = watched.NoBase(base)
	}
	return list, err
}

// Runs is part of watched.Store.
func (s Watch) Runs(ctx context.Context, base string) ([]watched.Run, error) {
	if _, err := s.Versions(ctx, base); err != nil {
		return nil, err
	}
	return query(ctx, s.db, scanRow[watched.Run], "SELECT run FROM watch_run WHERE base = ? ORDER BY number", base)
}

// Add is part of watched.Store.
func (s Watch) Add(ctx context.Context, v watched.Version, rows iter.Seq2[watched.Row, error]) (watched.Version, error) {
	err := s.kept(ctx, func(c *ready) error {
		newest, err := query(ctx, c, scanNumber, "SELECT coalesce(max(number), 0) FROM watch_version WHERE base = ?", v.Base)
		if err != nil {
			return err
		}
		v.Number = newest[0] + 1
		if err := take(ctx, c, &v, rows); err != nil {
			return err
		}
		entry := v.Entry()
		if _, err := s.enter(ctx, c, entry); err != nil {
			return err
		}
		return insertJSON(ctx, c, v, "INSERT INTO watch_version (base, number, version) VALUES (?, ?, ?)", v.Base, v.Number)
	})
	return v, err
}

func scanNumber(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) }

// insertJSON writes a row whose last column is a value as JSON.
func insertJSON(ctx context.Context, c writer, v any, q string, args ...any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = c.ExecContext(ctx, q, append(args, string(b))...)
	}
	if err != nil {
		return unavailable(err, "the base cannot be written")
	}
	return nil
}

// take writes the rows of a version and counts them.
func take(ctx context.Context, c *ready, v *watched.Version, rows iter.Seq2[watched.Row, error]) error {
	seen := map[string]bool{}
	for r, err := range rows {
		if err != nil {
			return err
		}
		v.Rows++
		if r.Refusal != nil {
			v.Refused++
			err = insertJSON(ctx, c, r.Refusal, "INSERT INTO watch_refusal (base, version, row, ref, refusal) VALUES (?, ?, ?, ?, ?)",
				v.Base, v.Number, r.Refusal.Row, r.Refusal.Ref)
		} else {
			v.Kept++
			seen[r.Customer.Ref] = true
			err = takeCustomer(ctx, c, v, &r.Customer)
		}
		if err != nil {
			return err
		}
	}
	if len(seen) != v.Kept {
		return fault.New(fault.Internal, "two customers of a file have one reference")
	}
	return takeOff(ctx, c, v, seen)
}

func takeCustomer(ctx context.Context, c *ready, v *watched.Version, x *watched.Customer) error {
	party, err := json.Marshal(x.Party)
	if err != nil {
		return unavailable(err, "a customer cannot be written")
	}
	old, err := query(ctx, c, scanText, "SELECT party FROM watch_customer WHERE base = ? AND ref = ? AND until IS NULL", v.Base, x.Ref)
	switch {
	case err != nil:
		return err
	case len(old) == 0:
		v.Added++
	case old[0] == string(party):
		v.Same++
		return nil
	default:
		v.Changed++
		if err := until(ctx, c, "watch_customer", v.Base, x.Ref, v.Number); err != nil {
			return err
		}
	}
	if _, err := c.ExecContext(ctx, "INSERT INTO watch_customer (base, ref, since, party) VALUES (?, ?, ?, ?)",
		v.Base, x.Ref, v.Number, party); err != nil {
		return unavailable(err, "a customer cannot be written")
	}
	return nil
}

// until ends what stands about a customer.
func until(ctx context.Context, c writer, table, base, ref string, number int) error {
	if _, err := c.ExecContext(ctx, "UPDATE "+table+" SET until = ? WHERE base = ? AND ref = ? AND until IS NULL", number, base, ref); err != nil {
		return unavailable(err, "the base cannot be written")
	}
	return nil
}

// takeOff ends the customers that a version does not have.
func takeOff(ctx context.Context, c *ready, v *watched.Version, seen map[string]bool) error {
	refs, err := query(ctx, c, scanText, "SELECT ref FROM watch_customer WHERE base = ? AND until IS NULL ORDER BY ref", v.Base)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if seen[ref] {
			continue
		}
		v.Gone++
		if err := until(ctx, c, "watch_customer", v.Base, ref, v.Number); err != nil {
			return err
		}
	}
	return nil
}

// there makes sure that a base has a version or run of a number.
func (s Watch) there(ctx context.Context, what, base string, number int) error {
	n, err := query(ctx, s.db, scanNumber, "SELECT number FROM watch_"+what+" WHERE base = ? AND number = ?", base, number)
	if err == nil && len(n) == 0 {
		if _, err = s.Versions(ctx, base); err == nil {
			err = fault.New(fault.NotFound, "the base %s has no %s %d", base, what, number)
		}
	}
	return err
}

// Refusals is part of watched.Store.
func (s Watch) Refusals(ctx context.Context, base string, version int) ([]watched.Refusal, error) {
	if err := s.there(ctx, "version", base, version); err != nil {
		return nil, err
	}
	return query(ctx, s.db, scanRow[watched.Refusal], "SELECT refusal FROM watch_refusal WHERE base = ? AND version = ? ORDER BY row", base, version)
}

const (
	customerColumns = "SELECT ref, since, party FROM watch_customer WHERE base = ?1 "
	// stood says that a row stood in a version, or after a run.
	stood = "AND since <= ?2 AND (until IS NULL OR until > ?2) "
	// countCustomers reads the index alone.
	countCustomers = "SELECT count(*) FROM watch_customer INDEXED BY watch_customer_since WHERE base = ?1 " + stood
)

func scanCustomer(rows *sql.Rows) (c watched.Customer, err error) {
	var party sql.RawBytes
	if err := rows.Scan(&c.Ref, &c.Since, &party); err != nil {
		return c, err
	}
	if err := json.Unmarshal(party, &c.Party); err != nil {
		return c, fault.Wrap(fault.Unavailable, err, "a customer on file cannot be read")
	}
	return c, nil
}

// Customers is part of watched.Store.
func (s Watch) Customers(ctx context.Context, base string, version int, p watched.Part) iter.Seq2[watched.Customer, error] {
	return func(yield func(watched.Customer, error) bool) {
		if err := s.there(ctx, "version", base, version); err != nil {
			yield(watched.Customer{}, err)
			return
		}
		q, args := customerColumns+stood, []any{base, version}
		if p.Since > 0 { // what is new is few, and is not looked for among all
			q = strings.Replace(q, "watch_customer ", "watch_customer INDEXED BY watch_customer_since ", 1)
			q, args = q+"AND since > ?3 ", append(args, p.Since)
		}
		for _, b := range []struct{ op, ref string }{{">", p.After}, {"<=", p.To}} {
			if b.ref != "" {
				args = append(args, b.ref)
				q += fmt.Sprintf("AND ref %s ?%d ", b.op, len(args))
			}
		}
		each(ctx, s.db, scanCustomer, yield, q+"ORDER BY ref", args...)
	}
}

// Cuts is part of watched.Store.
func (s Watch) Cuts(ctx context.Context, base string, version, size int) ([]string, error) {
	if err := s.there(ctx, "version", base, version); err != nil {
		return nil, err
	}
	return query(ctx, s.db, scanText, `SELECT ref FROM (SELECT ref, row_number() OVER up n, lead(ref) OVER up IS NULL final
		FROM watch_customer WHERE base = ?1 `+stood+`WINDOW up AS (ORDER BY ref)) WHERE n % ?3 = 0 OR final ORDER BY n`, base, version, size)
}

// Left is part of watched.Store.
func (s Watch) Left(ctx context.Context, base string, from, to int) ([]string, error) {
	for _, v := range []int{from, to} {
		if err := s.there(ctx, "version", base, v); err != nil {
			return nil, err
		}
	}
	return query(ctx, s.db, scanText, `SELECT ref FROM watch_customer AS c INDEXED BY watch_customer_until WHERE base = ?1 AND since <= ?2 AND until > ?2 AND until <= ?3
		AND NOT EXISTS (SELECT 1 FROM watch_customer x WHERE x.base = ?1 AND x.ref = c.ref AND x.since <= ?3 AND (x.until IS NULL OR x.until > ?3))
		ORDER BY ref`, base, from, to)
}

// Count is part of watched.Store.
func (s Watch) Count(ctx context.Context, base string, version int) (int, error) {
	if err := s.there(ctx, "version", base, version); err != nil {
		return 0, err
	}
	n, err := query(ctx, s.db, scanNumber, countCustomers, base, version)
	if err != nil {
		return 0, err
	}
	return n[0], nil
}

// Customer is part of watched.Store.
func (s Watch) Customer(ctx context.Context, base string, version int, ref string) (watched.Customer, error) {
	list, err := query(ctx, s.db, scanCustomer, customerColumns+stood+"AND ref = ?3", base, version, ref)
	if err != nil {
		return watched.Customer{}, err
	}
	if len(list) == 0 {
		return watched.Customer{}, fault.New(fault.NotFound, "the customer is not in version %d of %s", version, base)
	}
	return list[0], nil
}

func scanState(rows *sql.Rows) (s watched.State, err error) {
	var text sql.RawBytes
	if err := rows.Scan(&text); err != nil {
		return s, err
	}
	return watched.DecodeState(text)
}

// States is part of watched.Store.
func (s Watch) States(ctx context.Context, base string, run int) ([]watched.State, error) {
	if err := s.there(ctx, "run", base, run); err != nil {
		return nil, err
	}
	return query(ctx, s.db, scanState, statesOf+"ORDER BY ref", base, run)
}

const statesOf = "SELECT state FROM watch_state WHERE base = ?1 " + stood

// StatesAfter is part of watched.Store.
func (s Watch) StatesAfter(ctx context.Context, base string, run int, after string, most int) ([]watched.State, error) {
	if err := s.there(ctx, "run", base, run); err != nil {
		return nil, err
	}
	return query(ctx, s.db, scanState, statesOf+"AND ref > ?3 ORDER BY ref LIMIT ?4", base, run, after, most)
}

// Marks is part of watched.Store.
func (s Watch) Marks(ctx context.Context, base string) ([]byte, error) {
	list, err := query(ctx, s.db, func(rows *sql.Rows) (b []byte, err error) { return b, rows.Scan(&b) },
		"SELECT marks FROM watch_marks WHERE base = ?", base)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// Finish is part of watched.Store.
func (s Watch) Finish(ctx context.Context, r watched.Run, changed iter.Seq2[watched.State, error], marks []byte) error {
	if err := s.there(ctx, "version", r.Base, r.Version); err != nil {
		return err
	}
	return s.kept(ctx, func(c *ready) error {
		newest, err := query(ctx, c, scanNumber, "SELECT coalesce(max(number), 0) FROM watch_run WHERE base = ?", r.Base)
		if err != nil {
			return err
		}
		if r.Number != newest[0]+1 {
			return fault.New(fault.Conflict, "another run of %s ended first", r.Base).WithFix("run it again")
		}
		if n, err := query(ctx, c, scanNumber, countCustomers, r.Base, r.Version); err != nil {
			return err
		} else if n[0] != r.Customers {
			return watched.Erased(&r, n[0])
		}
		for st, err := range changed {
			if err == nil {
				err = putState(ctx, c, &r, &st)
			}
			if err != nil {
				return err
			}
		}
		if _, err := c.ExecContext(ctx, "INSERT INTO watch_marks (base, marks) VALUES (?, ?) ON CONFLICT (base) DO UPDATE SET marks = excluded.marks",
			r.Base, append([]byte{}, marks...)); err != nil {
			return unavailable(err, "the run cannot be kept")
		}
		if _, err := s.enter(ctx, c, r.Entry()); err != nil {
			return err
		}
		return insertJSON(ctx, c, r, "INSERT INTO watch_run (base, number, run) VALUES (?, ?, ?)", r.Base, r.Number)
	})
}

func putState(ctx context.Context, c writer, r *watched.Run, st *watched.State) error {
	if err := until(ctx, c, "watch_state", r.Base, st.Ref, r.Number); err != nil || st.Quiet() {
		return err
	}
	return insertJSON(ctx, c, st, "INSERT INTO watch_state (base, ref, since, state) VALUES (?, ?, ?, ?)", r.Base, st.Ref, r.Number)
}

// Erase is part of watched.Store. The rows are overwritten, and the log of the database
// is emptied.
func (s Watch) Erase(ctx context.Context, base, ref string, at time.Time, actor string) error {
	if _, err := s.Versions(ctx, base); err != nil {
		return err
	}
	err := s.kept(ctx, func(c *ready) error {
		gone := int64(0)
		for _, table := range []string{"watch_customer", "watch_state", "watch_refusal"} {
			res, err := c.ExecContext(ctx, "DELETE FROM "+table+" WHERE base = ? AND ref = ?", base, ref)
			n := int64(0)
			if err == nil {
				n, err = res.RowsAffected()
			}
			if err != nil {
				return unavailable(err, "the customer cannot be erased")
			}
			gone += n
		}
		if gone == 0 {
			return fault.New(fault.NotFound, "nothing is kept of that customer in %s", base)
		}
		_, err := s.enter(ctx, c, watched.ErasureEntry(base, at, actor))
		return err
	})
	if err != nil {
		return err
	}
	return s.flush(ctx)
}

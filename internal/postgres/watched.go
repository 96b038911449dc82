package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/watched"
)

// watchTables hold bases of customers, as the SQLite store has them, so that a backup
// of one is taken by the other. A reference is bytes, as files put anything into it.
const watchTables = `
CREATE TABLE cordon.watch_version (
	base    text   NOT NULL COLLATE "C",
	number  bigint NOT NULL,
	version text   NOT NULL,
	PRIMARY KEY (base, number)
);
CREATE TABLE cordon.watch_customer (
	base  text   NOT NULL COLLATE "C",
	ref   bytea  NOT NULL,
	since bigint NOT NULL,
	until bigint CHECK (until > since),
	party bytea  NOT NULL,
	PRIMARY KEY (base, ref, since)
);
CREATE UNIQUE INDEX watch_customer_open ON cordon.watch_customer (base, ref) WHERE until IS NULL;
CREATE TABLE cordon.watch_refusal (
	base    text   NOT NULL COLLATE "C",
	version bigint NOT NULL,
	"row"   bigint NOT NULL,
	ref     bytea  NOT NULL,
	refusal text   NOT NULL,
	PRIMARY KEY (base, version, "row")
);
CREATE TABLE cordon.watch_run (
	base   text   NOT NULL COLLATE "C",
	number bigint NOT NULL,
	run    text   NOT NULL,
	PRIMARY KEY (base, number)
);
CREATE TABLE cordon.watch_marks (
	base  text  NOT NULL COLLATE "C" PRIMARY KEY,
	marks bytea NOT NULL
);
CREATE TABLE cordon.watch_state (
	base  text   NOT NULL COLLATE "C",
	ref   bytea  NOT NULL,
	since bigint NOT NULL,
	until bigint CHECK (until > since),
	state text   NOT NULL,
	PRIMARY KEY (base, ref, since)
);
CREATE UNIQUE INDEX watch_state_open ON cordon.watch_state (base, ref) WHERE until IS NULL;
`

// watchIndexes find the customers that came, changed or left in some versions.
const watchIndexes = `
CREATE INDEX watch_customer_since ON cordon.watch_customer (base, since, until);
CREATE INDEX watch_customer_until ON cordon.watch_customer (base, until) WHERE until IS NOT NULL;
`

var _ watched.Store = Watched{}

// Watched is the store of bases of customers.
type Watched struct{ *Store }

// Bases is part of watched.Store.
func (s Watched) Bases(ctx context.Context) ([]string, error) {
	return query(ctx, s.pool, scanText, "SELECT DISTINCT base FROM cordon.watch_version ORDER BY base")
}

// scanJSON reads a row of one column, a value as JSON.
func scanJSON[T any](rows pgx.Rows) (v T, err error) {
	var b pgtype.DriverBytes
	if err := rows.Scan(&b); err != nil {
		return v, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, fault.Wrap(fault.Unavailable, err, "what is kept of a base cannot be read")
	}
	return v, nil
}

// Versions is part of watched.Store.
func (s Watched) Versions(ctx context.Context, base string) ([]watched.Version, error) {
	return watchVersions(ctx, s.pool, base)
}

func watchVersions(ctx context.Context, from source, base string) ([]watched.Version, error) {
	list, err := query(ctx, from, scanJSON[watched.Version], "SELECT version FROM cordon.watch_version WHERE base = $1 ORDER BY number", base)
	if err == nil && len(list) == 0 {
		err = watched.NoBase(base)
	}
	return list, err
}

// Runs is part of watched.Store.
func (s Watched) Runs(ctx context.Context, base string) (list []watched.Run, err error) {
	err = s.still(ctx, func(tx pgx.Tx) error {
		if _, err := watchVersions(ctx, tx, base); err != nil {
			return err
		}
		list, err = query(ctx, tx, scanJSON[watched.Run], "SELECT run FROM cordon.watch_run WHERE base = $1 ORDER BY number", base)
		return err
	})
	return list, err
}

// lockBase has a transaction wait until nobody else writes to a base, before it takes the lock of the log.
func lockBase(ctx context.Context, tx pgx.Tx, base string) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1, hashtext($2))", int32(watching), base)
	return err
}

// watching is the first half of the keys of the advisory locks of bases; the second is made of the name. Two names that
// share one wait for each other, and nothing worse.
const watching = 0x77617463

// lastNumber gives the highest number in a table of a base, 0 for none.
func lastNumber(ctx context.Context, tx pgx.Tx, table, base string) (n int, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce(max(number), 0) FROM cordon."+table+" WHERE base = $1", base).Scan(&n)
	return n, err
}

// writing runs f in a transaction that writes to a base, and enters what f gives in the log at its end: a version takes
// minutes where it is large, and others are to use the log meanwhile.
func (s Watched) writing(ctx context.Context, base, failed string, f func(pgx.Tx) (ledger.Entry, error)) error {
	if s.reading {
		return onlyReading()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		if err := lockBase(ctx, tx, base); err != nil {
			return err
		}
		entry, err := f(tx)
		if err == nil {
			_, err = s.enter(ctx, tx, entry)
		}
		return err
	})
	if err != nil {
		return unavailable(err, "%s", failed)
	}
	return nil
}

// Add is part of watched.Store. The rows are gathered in a table of the transaction, and compared there with those on file.
func (s Watched) Add(ctx context.Context, v watched.Version, rows iter.Seq2[watched.Row, error]) (watched.Version, error) {
	err := s.writing(ctx, v.Base, "the base cannot be written", func(tx pgx.Tx) (ledger.Entry, error) {
		n, err := lastNumber(ctx, tx, "watch_version", v.Base)
		if err != nil {
			return ledger.Entry{}, err
		}
		v.Number = n + 1
		if err := gather(ctx, tx, &v, rows); err != nil {
			return ledger.Entry{}, err
		}
		if err := takeRows(ctx, tx, &v); err != nil {
			return ledger.Entry{}, err
		}
		b, err := json.Marshal(v)
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO cordon.watch_version (base, number, version) VALUES ($1, $2, $3)", v.Base, v.Number, string(b))
		}
		return v.Entry(), err
	})
	return v, err
}

// gather puts the customers of a version into a table of their own, and its refusals where they are kept.
func gather(ctx context.Context, tx pgx.Tx, v *watched.Version, rows iter.Seq2[watched.Row, error]) error {
	if _, err := tx.Exec(ctx, "CREATE TEMPORARY TABLE watch_row (ref bytea NOT NULL, party bytea NOT NULL) ON COMMIT DROP"); err != nil {
		return err
	}
	next, stop := iter.Pull2(rows)
	defer stop()
	var refused [][]any
	var broken error // what the rows said, which the server would give back as its own
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "watch_row"}, []string{"ref", "party"}, pgx.CopyFromFunc(func() ([]any, error) {
		for {
			r, err, ok := next()
			if err != nil || !ok {
				broken = err
				return nil, err
			}
			v.Rows++
			if r.Refusal == nil {
				v.Kept++
				party, err := json.Marshal(r.Customer.Party)
				return []any{[]byte(r.Customer.Ref), party}, err
			}
			v.Refused++
			b, err := json.Marshal(r.Refusal)
			if err != nil {
				return nil, err
			}
			refused = append(refused, []any{v.Base, v.Number, r.Refusal.Row, []byte(r.Refusal.Ref), string(b)})
		}
	}))
	if broken != nil {
		return broken
	}
	if err == nil {
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"cordon", "watch_refusal"}, []string{"base", "version", "row", "ref", "refusal"}, pgx.CopyFromRows(refused))
	}
	return err
}

// takeRows compares what was gathered with what is on file, and brings that to it.
func takeRows(ctx context.Context, tx pgx.Tx, v *watched.Version) error {
	const open = "FROM cordon.watch_customer c WHERE c.base = $1 AND c.until IS NULL AND "
	if _, err := tx.Exec(ctx, "CREATE UNIQUE INDEX ON pg_temp.watch_row (ref)"); codeOf(err) == uniqueViolation {
		return fault.New(fault.Internal, "two customers of a file have one reference")
	} else if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "ANALYZE pg_temp.watch_row"); err != nil {
		return err
	}
	err := tx.QueryRow(ctx, `SELECT (SELECT count(*) `+open+`EXISTS (SELECT 1 FROM watch_row r WHERE r.ref = c.ref AND r.party = c.party)),
		(SELECT count(*) `+open+`EXISTS (SELECT 1 FROM watch_row r WHERE r.ref = c.ref AND r.party != c.party)),
		(SELECT count(*) `+open+`NOT EXISTS (SELECT 1 FROM watch_row r WHERE r.ref = c.ref))`, v.Base).Scan(&v.Same, &v.Changed, &v.Gone)
	if err != nil {
		return err
	}
	v.Added = v.Kept - v.Same - v.Changed
	if _, err := tx.Exec(ctx, `UPDATE cordon.watch_customer c SET until = $2 WHERE c.base = $1 AND c.until IS NULL
		AND NOT EXISTS (SELECT 1 FROM watch_row r WHERE r.ref = c.ref AND r.party = c.party)`, v.Base, v.Number); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO cordon.watch_customer (base, ref, since, party) SELECT $1, r.ref, $2, r.party FROM watch_row r
		WHERE NOT EXISTS (SELECT 1 `+open+`c.ref = r.ref)`, v.Base, v.Number)
	return err
}

// there makes sure that a base has a version or run of a number.
func (s Watched) there(ctx context.Context, from source, what, base string, number int) error {
	var has bool
	if err := from.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM cordon.watch_"+what+" WHERE base = $1 AND number = $2)", base, number).
		Scan(&has); err != nil {
		return unavailable(err, "the store cannot be read")
	}
	if has {
		return nil
	}
	if _, err := watchVersions(ctx, from, base); err != nil {
		return err
	}
	return fault.New(fault.NotFound, "the base %s has no %s %d", base, what, number)
}

// Refusals is part of watched.Store.
func (s Watched) Refusals(ctx context.Context, base string, version int) ([]watched.Refusal, error) {
	if err := s.there(ctx, s.pool, "version", base, version); err != nil {
		return nil, err
	}
	return query(ctx, s.pool, scanJSON[watched.Refusal],
		`SELECT refusal FROM cordon.watch_refusal WHERE base = $1 AND version = $2 ORDER BY "row"`, base, version)
}

const (
	customerColumns = "SELECT ref, since, party FROM cordon.watch_customer WHERE base = $1 "
	// stood says that a row stood in a version, or after a run.
	stood = "AND since <= $2 AND (until IS NULL OR until > $2) "

	countCustomers = "SELECT count(*) FROM cordon.watch_customer WHERE base = $1 " + stood
)

func scanCustomer(rows pgx.Rows) (c watched.Customer, err error) {
	var ref, party pgtype.DriverBytes
	if err := rows.Scan(&ref, &c.Since, &party); err != nil {
		return c, err
	}
	c.Ref = string(ref)
	if err := json.Unmarshal(party, &c.Party); err != nil {
		return c, fault.Wrap(fault.Unavailable, err, "a customer on file cannot be read")
	}
	return c, nil
}

// Customers is part of watched.Store.
func (s Watched) Customers(ctx context.Context, base string, version int, p watched.Part) iter.Seq2[watched.Customer, error] {
	return func(yield func(watched.Customer, error) bool) {
		if err := s.there(ctx, s.pool, "version", base, version); err != nil {
			yield(watched.Customer{}, err)
			return
		}
		q, args := customerColumns+stood, []any{base, version}
		if p.Since > 0 {
			q, args = q+"AND since > $3 ", append(args, p.Since)
		}
		for _, b := range []struct{ op, ref string }{{">", p.After}, {"<=", p.To}} {
			if b.ref != "" {
				args = append(args, []byte(b.ref))
				q += fmt.Sprintf("AND ref %s $%d ", b.op, len(args))
			}
		}
		each(ctx, s.pool, scanCustomer, yield, q+"ORDER BY ref", args...)
	}
}

// Cuts is part of watched.Store.
func (s Watched) Cuts(ctx context.Context, base string, version, size int) ([]string, error) {
	if err := s.there(ctx, s.pool, "version", base, version); err != nil {
		return nil, err
	}
	return query(ctx, s.pool, scanBytes, `SELECT ref FROM (SELECT ref, row_number() OVER up n, lead(ref) OVER up IS NULL final
		FROM cordon.watch_customer WHERE base = $1 `+stood+`WINDOW up AS (ORDER BY ref)) x WHERE n % $3 = 0 OR final ORDER BY n`, base, version, size)
}

// Left is part of watched.Store.
func (s Watched) Left(ctx context.Context, base string, from, to int) ([]string, error) {
	for _, v := range []int{from, to} {
		if err := s.there(ctx, s.pool, "version", base, v); err != nil {
			return nil, err
		}
	}
	return query(ctx, s.pool, scanBytes, `SELECT ref FROM cordon.watch_customer c WHERE base = $1 AND since <= $2 AND until > $2 AND until <= $3
		AND NOT EXISTS (SELECT 1 FROM cordon.watch_customer x WHERE x.base = $1 AND x.ref = c.ref AND x.since <= $3 AND (x.until IS NULL OR x.until > $3))
		ORDER BY ref`, base, from, to)
}

// Count is part of watched.Store.
func (s Watched) Count(ctx context.Context, base string, version int) (n int, err error) {
	if err := s.there(ctx, s.pool, "version", base, version); err != nil {
		return 0, err
	}
	if err := s.pool.QueryRow(ctx, countCustomers, base, version).Scan(&n); err != nil {
		return 0, unavailable(err, "the store cannot be read")
	}
	return n, nil
}

// Customer is part of watched.Store.
func (s Watched) Customer(ctx context.Context, base string, version int, ref string) (watched.Customer, error) {
	list, err := query(ctx, s.pool, scanCustomer, customerColumns+stood+"AND ref = $3", base, version, []byte(ref))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "the customer is not in version %d of %s", version, base)
	}
	if err != nil {
		return watched.Customer{}, err
	}
	return list[0], nil
}

func scanState(rows pgx.Rows) (s watched.State, err error) {
	var text pgtype.DriverBytes
	if err := rows.Scan(&text); err != nil {
		return s, err
	}
	return watched.DecodeState(text)
}

// States is part of watched.Store.
func (s Watched) States(ctx context.Context, base string, run int) ([]watched.State, error) {
	if err := s.there(ctx, s.pool, "run", base, run); err != nil {
		return nil, err
	}
	return query(ctx, s.pool, scanState, statesOf+"ORDER BY ref", base, run)
}

const statesOf = "SELECT state FROM cordon.watch_state WHERE base = $1 " + stood

// StatesAfter is part of watched.Store.
func (s Watched) StatesAfter(ctx context.Context, base string, run int, after string, most int) ([]watched.State, error) {
	if err := s.there(ctx, s.pool, "run", base, run); err != nil {
		return nil, err
	}
	return query(ctx, s.pool, scanState, statesOf+"AND ref > $3 ORDER BY ref LIMIT $4", base, run, []byte(after), most)
}

// Marks is part of watched.Store.
func (s Watched) Marks(ctx context.Context, base string) ([]byte, error) {
	list, err := query(ctx, s.pool, scanBytes, "SELECT marks FROM cordon.watch_marks WHERE base = $1", base)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return []byte(list[0]), nil
}

// Finish is part of watched.Store.
func (s Watched) Finish(ctx context.Context, r watched.Run, changed iter.Seq2[watched.State, error], marks []byte) error {
	if err := s.there(ctx, s.pool, "version", r.Base, r.Version); err != nil {
		return err
	}
	return s.writing(ctx, r.Base, "the run cannot be kept", func(tx pgx.Tx) (ledger.Entry, error) {
		n, err := lastNumber(ctx, tx, "watch_run", r.Base)
		if err == nil && r.Number != n+1 {
			err = fault.New(fault.Conflict, "another run of %s ended first", r.Base).WithFix("run it again")
		}
		if err == nil {
			err = tx.QueryRow(ctx, countCustomers, r.Base, r.Version).Scan(&n)
		}
		if err == nil && n != r.Customers {
			err = watched.Erased(&r, n)
		}
		if err == nil {
			err = putStates(ctx, tx, &r, changed)
		}
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO cordon.watch_marks (base, marks) VALUES ($1, $2) ON CONFLICT (base) DO UPDATE SET marks = excluded.marks",
				r.Base, append([]byte{}, marks...))
		}
		b, bad := json.Marshal(r)
		if err == nil {
			err = bad
		}
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO cordon.watch_run (base, number, run) VALUES ($1, $2, $3)", r.Base, r.Number, string(b))
		}
		return r.Entry(), err
	})
}

// putStates ends what stood of customers, and writes what stands. They are gathered in a table of the transaction.
func putStates(ctx context.Context, tx pgx.Tx, r *watched.Run, changed iter.Seq2[watched.State, error]) error {
	if _, err := tx.Exec(ctx, "CREATE TEMPORARY TABLE watch_now (ref bytea NOT NULL, state text) ON COMMIT DROP"); err != nil {
		return err
	}
	next, stop := iter.Pull2(changed)
	defer stop()
	var broken error // what the states said, which the server would give back as its own
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"pg_temp", "watch_now"}, []string{"ref", "state"}, pgx.CopyFromFunc(func() ([]any, error) {
		st, err, ok := next()
		if err != nil || !ok {
			broken = err
			return nil, err
		}
		if st.Quiet() {
			return []any{[]byte(st.Ref), nil}, nil
		}
		b, err := watched.EncodeState(&st)
		return []any{[]byte(st.Ref), string(b)}, err
	}))
	if broken != nil {
		return broken
	}
	if err == nil {
		_, err = tx.Exec(ctx, "ANALYZE pg_temp.watch_now")
	}
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE cordon.watch_state s SET until = $2 FROM watch_now n
			WHERE s.base = $1 AND s.until IS NULL AND s.ref = n.ref`, r.Base, r.Number)
	}
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO cordon.watch_state (base, ref, since, state)
			SELECT $1, ref, $2, state FROM watch_now WHERE state IS NOT NULL`, r.Base, r.Number)
	}
	return err
}

// Erase is part of watched.Store. The server keeps the bytes of deleted rows until it vacuums the tables.
func (s Watched) Erase(ctx context.Context, base, ref string, at time.Time, actor string) error {
	if _, err := s.Versions(ctx, base); err != nil {
		return err
	}
	return s.writing(ctx, base, "the customer cannot be erased", func(tx pgx.Tx) (ledger.Entry, error) {
		gone := int64(0)
		for _, table := range []string{"watch_customer", "watch_state", "watch_refusal"} {
			tag, err := tx.Exec(ctx, "DELETE FROM cordon."+table+" WHERE base = $1 AND ref = $2", base, []byte(ref))
			if err != nil {
				return ledger.Entry{}, err
			}
			gone += tag.RowsAffected()
		}
		if gone == 0 {
			return ledger.Entry{}, fault.New(fault.NotFound, "nothing is kept of that customer in %s", base)
		}
		return watched.ErasureEntry(base, at, actor), nil
	})
}

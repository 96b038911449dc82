package postgres

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// peopleTables hold people, their sessions, and what was tried in vain. Of a token only its SHA-256 is here.
const peopleTables = `
CREATE TABLE cordon.person (
	id       text   NOT NULL COLLATE "C" PRIMARY KEY,
	name     text   NOT NULL COLLATE "C" UNIQUE,
	display  text   NOT NULL,
	roles    text   NOT NULL, -- with blanks between
	hash     text   NOT NULL, -- of the password, or nothing
	outside  text   COLLATE "C" UNIQUE, -- who they are to a provider of identities; NULL for nobody
	salt     bytea  NOT NULL CHECK (length(salt) = 16),
	created  bigint NOT NULL, -- in s since 1970, as all times here
	made_by  text   NOT NULL,
	disabled bigint,          -- NULL while they may sign in
	seen     bigint,          -- NULL for never
	version  bigint NOT NULL
);
CREATE TABLE cordon.person_session (
	hash   bytea  NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
	person text   NOT NULL COLLATE "C" REFERENCES cordon.person (id),
	began  bigint NOT NULL,
	seen   bigint NOT NULL,
	ends   bigint NOT NULL
);
CREATE INDEX person_session_person ON cordon.person_session (person);
CREATE TABLE cordon.sign_in_failure (
	key   text   NOT NULL COLLATE "C" PRIMARY KEY,
	count bigint NOT NULL,
	last  bigint NOT NULL
);
CREATE INDEX sign_in_failure_last ON cordon.sign_in_failure (last);
`

var _ account.Store = People{}

// People is the store of people and sessions.
type People struct{ *Store }

// writePeople runs f in a transaction that writes people, and enters what was done in the log.
func (s People) writePeople(ctx context.Context, f func(pgx.Tx) (enter []ledger.Entry, err error)) error {
	if s.reading {
		return onlyReading()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		entries, err := f(tx)
		if err == nil && len(entries) > 0 {
			_, err = s.enter(ctx, tx, entries...)
		}
		return err
	})
	if err != nil {
		return unavailable(err, "people cannot be written")
	}
	return nil
}

func scanPerson(rows pgx.Rows) (account.Person, error) {
	var r account.Row
	err := rows.Scan(r.Into()...)
	return r.Person(), err
}

// AddPerson is part of account.Store.
func (s People) AddPerson(ctx context.Context, p account.Person, e ledger.Entry) error {
	return s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		_, err := tx.Exec(ctx, "INSERT INTO cordon.person ("+account.RowColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", account.RowValues(&p)...)
		if codeOf(err) == uniqueViolation {
			return nil, account.Taken(&p)
		}
		return []ledger.Entry{e}, err
	})
}

// ChangePerson is part of account.Store.
func (s People) ChangePerson(ctx context.Context, p account.Person, end bool, e ledger.Entry) error {
	return s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		// The rows are held, so that of two who would take each other's role away the second finds what the first did.
		all, err := query(ctx, tx, scanPerson, "SELECT "+account.RowColumns+" FROM cordon.person ORDER BY id FOR UPDATE")
		if err == nil {
			err = account.Leaves(all, &p)
		}
		if err != nil {
			return nil, err
		}
		row := account.RowValues(&p)
		r, err := tx.Exec(ctx, `UPDATE cordon.person SET display = $1, roles = $2, hash = $3, outside = $4, disabled = $5, version = $6 WHERE id = $7 AND name = $8 AND version = $9`,
			row[2], row[3], row[4], row[5], row[9], p.Version, p.ID, p.Name, p.Version-1)
		if codeOf(err) == uniqueViolation {
			return nil, account.Taken(&p)
		}
		if err = one(r, err, account.WentOn(&p)); err == nil && end {
			_, err = tx.Exec(ctx, "DELETE FROM cordon.person_session WHERE person = $1", p.ID)
		}
		return []ledger.Entry{e}, err
	})
}

// People is part of account.Store.
func (s People) People(ctx context.Context) ([]account.Person, error) {
	return query(ctx, s.pool, scanPerson, "SELECT "+account.RowColumns+" FROM cordon.person ORDER BY created, id")
}

// Anybody is part of account.Store.
func (s People) Anybody(ctx context.Context) (bool, error) {
	list, err := query(ctx, s.pool, func(rows pgx.Rows) (n int, err error) { return n, rows.Scan(&n) }, "SELECT 1 FROM cordon.person LIMIT 1")
	return len(list) > 0, err
}

// PersonBy is part of account.Store.
func (s People) PersonBy(ctx context.Context, id, name, outside string) (p account.Person, err error) {
	for column, value := range map[string]string{"id": id, "name": name, "outside": outside} {
		if value == "" {
			continue
		}
		list, err := query(ctx, s.pool, scanPerson, "SELECT "+account.RowColumns+" FROM cordon.person WHERE "+column+" = $1", value)
		if err != nil || len(list) == 1 {
			return append(list, p)[0], err
		}
	}
	return p, account.Unknown()
}

// BeginSession is part of account.Store.
func (s People) BeginSession(ctx context.Context, x account.Session, version int, e ledger.Entry) error {
	return s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		r, err := tx.Exec(ctx, "UPDATE cordon.person SET seen = $1 WHERE id = $2 AND version = $3 AND disabled IS NULL", x.Began.Unix(), x.Person, version)
		if err = one(r, err, account.WentOn(&account.Person{Name: x.Person})); err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO cordon.person_session (hash, person, began, seen, ends) VALUES ($1, $2, $3, $4, $5)",
				x.Hash[:], x.Person, x.Began.Unix(), x.Seen.Unix(), x.Ends.Unix())
		}
		return []ledger.Entry{e}, err
	})
}

// signedIn is a session with its person.
type signedIn struct {
	account.Session
	person account.Person
}

// Session is part of account.Store.
func (s People) Session(ctx context.Context, hash [sha256.Size]byte) (account.Session, account.Person, error) {
	list, err := query(ctx, s.pool, func(rows pgx.Rows) (x signedIn, err error) {
		var p account.Row
		var r account.SessionRow
		err = rows.Scan(append(p.Into(), r.Into()...)...)
		return signedIn{r.Session(), p.Person()}, err
	}, `SELECT p.id, name, display, roles, p.hash, outside, salt, created, made_by, disabled, p.seen, version, s.hash, person, began, s.seen, ends
		FROM cordon.person_session s JOIN cordon.person p ON p.id = s.person WHERE s.hash = $1`, hash[:])
	if err == nil && len(list) == 0 {
		err = account.Unknown()
	}
	if err != nil {
		return account.Session{}, account.Person{}, err
	}
	return list[0].Session, list[0].person, nil
}

// SeenSession is part of account.Store.
func (s People) SeenSession(ctx context.Context, hash [sha256.Size]byte, at time.Time) error {
	return s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		_, err := tx.Exec(ctx, "UPDATE cordon.person_session SET seen = greatest(seen, $1) WHERE hash = $2", at.Unix(), hash[:])
		return nil, err
	})
}

// Sessions is part of account.Store.
func (s People) Sessions(ctx context.Context, person string) ([]account.Session, error) {
	return query(ctx, s.pool, func(rows pgx.Rows) (account.Session, error) {
		var r account.SessionRow
		err := rows.Scan(r.Into()...)
		return r.Session(), err
	}, "SELECT hash, person, began, seen, ends FROM cordon.person_session WHERE $1 = '' OR person = $1 ORDER BY began, hash", person)
}

// EndSession is part of account.Store.
func (s People) EndSession(ctx context.Context, hash [sha256.Size]byte, e ledger.Entry) error {
	_, err := s.endSessions(ctx, e, "DELETE FROM cordon.person_session WHERE hash = $1", hash[:])
	return err
}

// EndSessions is part of account.Store.
func (s People) EndSessions(ctx context.Context, person string, e ledger.Entry) (int, error) {
	return s.endSessions(ctx, e, "DELETE FROM cordon.person_session WHERE person = $1", person)
}

func (s People) endSessions(ctx context.Context, e ledger.Entry, q string, of any) (n int, err error) {
	err = s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		r, err := tx.Exec(ctx, q, of)
		if n = int(r.RowsAffected()); n == 0 {
			return nil, err
		}
		return []ledger.Entry{e}, err
	})
	return n, err
}

// ForgetSessions is part of account.Store.
func (s People) ForgetSessions(ctx context.Context, ended, unseen time.Time) error {
	return s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		_, err := tx.Exec(ctx, "DELETE FROM cordon.person_session WHERE ends <= $1 OR seen <= $2", ended.Unix(), unseen.Unix())
		return nil, err
	})
}

// failures gives what is counted under a key.
func failures(ctx context.Context, tx pgx.Tx, key string) (account.Failures, error) {
	list, err := query(ctx, tx, func(rows pgx.Rows) (f account.Failures, err error) {
		var last int64
		err = rows.Scan(&f.Count, &last)
		f.Last = time.Unix(last, 0).UTC()
		return f, err
	}, "SELECT count, last FROM cordon.sign_in_failure WHERE key = $1", key)
	return append(list, account.Failures{})[0], err
}

// TryName is part of account.Store.
func (s People) TryName(ctx context.Context, a account.Attempt) (wait time.Duration, err error) {
	err = s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		// Those who try at the same moment are counted one after the other.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(signingIn)); err != nil {
			return nil, err
		}
		nameKey, fromKey := a.Keys()
		name, err := failures(ctx, tx, nameKey)
		if err != nil {
			return nil, err
		}
		from, err := failures(ctx, tx, fromKey)
		if err != nil {
			return nil, err
		}
		if wait, name, from = a.Meet(name, from); wait > 0 {
			return nil, nil
		}
		for key, f := range map[string]account.Failures{nameKey: name, fromKey: from} {
			if key == "" {
				continue
			}
			if _, err := tx.Exec(ctx, `INSERT INTO cordon.sign_in_failure (key, count, last) VALUES ($1, $2, $3)
				ON CONFLICT (key) DO UPDATE SET count = excluded.count, last = excluded.last`, key, f.Count, f.Last.Unix()); err != nil {
				return nil, err
			}
		}
		_, err = tx.Exec(ctx, "DELETE FROM cordon.sign_in_failure WHERE last <= $1", a.At.Add(-account.ForgetFailures).Unix())
		return nil, err
	})
	return wait, err
}

// Forgive is part of account.Store.
func (s People) Forgive(ctx context.Context, a account.Attempt) error {
	return s.writePeople(ctx, func(tx pgx.Tx) ([]ledger.Entry, error) {
		name, from := a.Keys()
		_, err := tx.Exec(ctx, "DELETE FROM cordon.sign_in_failure WHERE key = $1", name)
		if err == nil {
			_, err = tx.Exec(ctx, "UPDATE cordon.sign_in_failure SET count = count - 1 WHERE key = $1 AND count > 0", from)
		}
		return nil, err
	})
}

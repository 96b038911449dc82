package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"time"

	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// peopleTables hold people, their sessions, and what was tried in vain. Of a token only its SHA-256 is here.
const peopleTables = `
CREATE TABLE person (
	id       TEXT    NOT NULL PRIMARY KEY,
	name     TEXT    NOT NULL UNIQUE,
	display  TEXT    NOT NULL,
	roles    TEXT    NOT NULL, -- with blanks between
	hash     TEXT    NOT NULL, -- of the password, or nothing
	outside  TEXT    UNIQUE,   -- who they are to a provider of identities; NULL for nobody
	salt     BLOB    NOT NULL CHECK (length(salt) = 16),
	created  INTEGER NOT NULL, -- in s since 1970, as all times here
	made_by  TEXT    NOT NULL,
	disabled INTEGER,          -- NULL while they may sign in
	seen     INTEGER,          -- NULL for never
	version  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE person_session (
	hash   BLOB    NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
	person TEXT    NOT NULL REFERENCES person (id),
	began  INTEGER NOT NULL,
	seen   INTEGER NOT NULL,
	ends   INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX person_session_person ON person_session (person);
CREATE TABLE sign_in_failure (
	key   TEXT    NOT NULL PRIMARY KEY,
	count INTEGER NOT NULL,
	last  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_failure_last ON sign_in_failure (last);
`

var _ account.Store = People{}

// People is the store of people and sessions.
type People struct{ *Store }

// writePeople runs f in a transaction that writes people, and enters what was done in the log.
func (s People) writePeople(ctx context.Context, f func(*sql.Conn) (enter []ledger.Entry, err error)) error {
	if s.reading {
		return onlyReading()
	}
	return s.tx(ctx, func(c *sql.Conn) error {
		entries, err := f(c)
		if err == nil && len(entries) > 0 {
			_, err = s.enter(ctx, c, entries...)
		}
		if err != nil {
			return unavailable(err, "people cannot be written")
		}
		return nil
	})
}

func scanPerson(rows *sql.Rows) (account.Person, error) {
	var r account.Row
	err := rows.Scan(r.Into()...)
	return r.Person(), err
}

// AddPerson is part of account.Store.
func (s People) AddPerson(ctx context.Context, p account.Person, e ledger.Entry) error {
	return s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		_, err := c.ExecContext(ctx, "INSERT INTO person ("+account.RowColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", account.RowValues(&p)...)
		if broken(err) == brokenUnique {
			return nil, account.Taken(&p)
		}
		return []ledger.Entry{e}, err
	})
}

// ChangePerson is part of account.Store.
func (s People) ChangePerson(ctx context.Context, p account.Person, end bool, e ledger.Entry) error {
	return s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		all, err := query(ctx, c, scanPerson, "SELECT "+account.RowColumns+" FROM person")
		if err == nil {
			err = account.Leaves(all, &p)
		}
		if err != nil {
			return nil, err
		}
		row := account.RowValues(&p)
		r, err := c.ExecContext(ctx, `UPDATE person SET display = ?, roles = ?, hash = ?, outside = ?, disabled = ?, version = ? WHERE id = ? AND name = ? AND version = ?`,
			row[2], row[3], row[4], row[5], row[9], p.Version, p.ID, p.Name, p.Version-1)
		if broken(err) == brokenUnique {
			return nil, account.Taken(&p)
		}
		if err = one(r, err, account.WentOn(&p)); err == nil && end {
			_, err = c.ExecContext(ctx, "DELETE FROM person_session WHERE person = ?", p.ID)
		}
		return []ledger.Entry{e}, err
	})
}

// People is part of account.Store.
func (s People) People(ctx context.Context) ([]account.Person, error) {
	return query(ctx, s.db, scanPerson, "SELECT "+account.RowColumns+" FROM person ORDER BY created, id")
}

// Anybody is part of account.Store.
func (s People) Anybody(ctx context.Context) (bool, error) {
	list, err := query(ctx, s.db, scanNumber, "SELECT 1 FROM person LIMIT 1")
	return len(list) > 0, err
}

// PersonBy is part of account.Store.
func (s People) PersonBy(ctx context.Context, id, name, outside string) (p account.Person, err error) {
	for column, value := range map[string]string{"id": id, "name": name, "outside": outside} {
		if value == "" {
			continue
		}
		list, err := query(ctx, s.db, scanPerson, "SELECT "+account.RowColumns+" FROM person WHERE "+column+" = ?", value)
		if err != nil || len(list) == 1 {
			return append(list, p)[0], err
		}
	}
	return p, account.Unknown()
}

// BeginSession is part of account.Store.
func (s People) BeginSession(ctx context.Context, x account.Session, version int, e ledger.Entry) error {
	return s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		r, err := c.ExecContext(ctx, "UPDATE person SET seen = ? WHERE id = ? AND version = ? AND disabled IS NULL", x.Began.Unix(), x.Person, version)
		if err = one(r, err, account.WentOn(&account.Person{Name: x.Person})); err == nil {
			_, err = c.ExecContext(ctx, "INSERT INTO person_session (hash, person, began, seen, ends) VALUES (?, ?, ?, ?, ?)",
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
	list, err := query(ctx, s.db, func(rows *sql.Rows) (x signedIn, err error) {
		var p account.Row
		var r account.SessionRow
		err = rows.Scan(append(p.Into(), r.Into()...)...)
		return signedIn{r.Session(), p.Person()}, err
	}, `SELECT p.id, name, display, roles, p.hash, outside, salt, created, made_by, disabled, p.seen, version, s.hash, person, began, s.seen, ends
		FROM person_session s JOIN person p ON p.id = s.person WHERE s.hash = ?`, hash[:])
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
	return s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		_, err := c.ExecContext(ctx, "UPDATE person_session SET seen = max(seen, ?) WHERE hash = ?", at.Unix(), hash[:])
		return nil, err
	})
}

// Sessions is part of account.Store.
func (s People) Sessions(ctx context.Context, person string) ([]account.Session, error) {
	return query(ctx, s.db, func(rows *sql.Rows) (account.Session, error) {
		var r account.SessionRow
		err := rows.Scan(r.Into()...)
		return r.Session(), err
	}, "SELECT hash, person, began, seen, ends FROM person_session WHERE ?1 = '' OR person = ?1 ORDER BY began, hash", person)
}

// EndSession is part of account.Store.
func (s People) EndSession(ctx context.Context, hash [sha256.Size]byte, e ledger.Entry) error {
	_, err := s.endSessions(ctx, e, "DELETE FROM person_session WHERE hash = ?", hash[:])
	return err
}

// EndSessions is part of account.Store.
func (s People) EndSessions(ctx context.Context, person string, e ledger.Entry) (int, error) {
	return s.endSessions(ctx, e, "DELETE FROM person_session WHERE person = ?", person)
}

func (s People) endSessions(ctx context.Context, e ledger.Entry, q string, of any) (n int, err error) {
	err = s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		r, err := c.ExecContext(ctx, q, of)
		if err != nil {
			return nil, err
		}
		gone, err := r.RowsAffected()
		if n = int(gone); n == 0 {
			return nil, err
		}
		return []ledger.Entry{e}, err
	})
	return n, err
}

// ForgetSessions is part of account.Store.
func (s People) ForgetSessions(ctx context.Context, ended, unseen time.Time) error {
	return s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		_, err := c.ExecContext(ctx, "DELETE FROM person_session WHERE ends <= ? OR seen <= ?", ended.Unix(), unseen.Unix())
		return nil, err
	})
}

// failures gives what is counted under a key.
func failures(ctx context.Context, c *sql.Conn, key string) (account.Failures, error) {
	list, err := query(ctx, c, func(rows *sql.Rows) (f account.Failures, err error) {
		var last int64
		err = rows.Scan(&f.Count, &last)
		f.Last = time.Unix(last, 0).UTC()
		return f, err
	}, "SELECT count, last FROM sign_in_failure WHERE key = ?", key)
	return append(list, account.Failures{})[0], err
}

// TryName is part of account.Store.
func (s People) TryName(ctx context.Context, a account.Attempt) (wait time.Duration, err error) {
	err = s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		nameKey, fromKey := a.Keys()
		name, err := failures(ctx, c, nameKey)
		if err != nil {
			return nil, err
		}
		from, err := failures(ctx, c, fromKey)
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
			if _, err := c.ExecContext(ctx, `INSERT INTO sign_in_failure (key, count, last) VALUES (?, ?, ?)
				ON CONFLICT (key) DO UPDATE SET count = excluded.count, last = excluded.last`, key, f.Count, f.Last.Unix()); err != nil {
				return nil, err
			}
		}
		_, err = c.ExecContext(ctx, "DELETE FROM sign_in_failure WHERE last <= ?", a.At.Add(-account.ForgetFailures).Unix())
		return nil, err
	})
	return wait, err
}

// Forgive is part of account.Store.
func (s People) Forgive(ctx context.Context, a account.Attempt) error {
	return s.writePeople(ctx, func(c *sql.Conn) ([]ledger.Entry, error) {
		name, from := a.Keys()
		_, err := c.ExecContext(ctx, "DELETE FROM sign_in_failure WHERE key = ?", name)
		if err == nil {
			_, err = c.ExecContext(ctx, "UPDATE sign_in_failure SET count = count - 1 WHERE key = ? AND count > 0", from)
		}
		return nil, err
	})
}

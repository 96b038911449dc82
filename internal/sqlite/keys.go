package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
)

// Keys is an access.Store in a file of its own in the data folder, whatever else is kept where: keys belong to a server, and
// a copy of lists and answers that is given away has none of them.
type Keys struct{ store *Store }

var _ access.Store = (*Keys)(nil)

// keyFile is its name, keyForm the number of its form.
const (
	keyFile = "keys.db"
	keyForm = 1
)

// keyTables are the tables. Of a secret only its SHA-256 is here.
const keyTables = `
CREATE TABLE access_key (
	id      TEXT    NOT NULL PRIMARY KEY,
	owner   TEXT    NOT NULL,
	scopes  TEXT    NOT NULL, -- with blanks between
	created INTEGER NOT NULL, -- in s since 1970, as all times here
	expires INTEGER,          -- NULL for never
	revoked INTEGER,
	hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) WITHOUT ROWID;
`

// OpenKeys opens the keys of a folder, and makes file and folder when they are not there. Only the owner of the process can
// read what is made.
func OpenKeys(ctx context.Context, dir string) (*Keys, error) {
	path := filepath.Join(dir, keyFile)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
			err = f.Close()
		}
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the keys cannot be opened").WithFix("choose another folder with --data")
	}
	k, err := openKeys(ctx, path, dir, false)
	if err != nil {
		return nil, err
	}
	if err := k.prepare(ctx); err != nil {
		k.Close()
		return nil, fault.In(fault.Place{File: path}, err)
	}
	return k, nil
}

// ReadKeys gives all keys of a folder, and makes nothing; none where there is no file of keys.
func ReadKeys(ctx context.Context, dir string) ([]access.Key, error) {
	path := filepath.Join(dir, keyFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	k, err := openKeys(ctx, path, dir, true)
	if err != nil {
		return nil, err
	}
	defer k.Close()
	form, err := k.form(ctx, k.store.db)
	if err != nil {
		return nil, fault.In(fault.Place{File: path}, err)
	}
	if form == 0 {
		return nil, nil // it is being made
	}
	return k.Keys(ctx)
}

func openKeys(ctx context.Context, path, dir string, reading bool) (*Keys, error) {
	s, err := open(ctx, path, dir, reading)
	return &Keys{s}, err
}

// Close ends the use of the file.
func (s *Keys) Close() error { return s.store.Close() }

// form gives the number of the form of the file; 0 for an empty one.
func (s *Keys) form(ctx context.Context, from interface {
	QueryRowContext(ctx context.Context, q string, args ...any) *sql.Row
},
) (int, error) {
	var form, tables int
	err := from.QueryRowContext(ctx, "PRAGMA user_version").Scan(&form)
	if err == nil {
		err = from.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables)
	}
	switch {
	case err != nil:
		return 0, unavailable(err, "the keys cannot be read")
	case form > keyForm:
		return 0, fault.New(fault.Unavailable, "the keys were written by a newer version of Cordon").WithFix("use that version, or a newer one")
	case form == 0 && tables > 0:
		return 0, fault.New(fault.Unavailable, "the file is the database of another program").WithFix("choose another folder with --data")
	}
	return form, nil
}

// prepare makes the tables of a file that has none.
func (s *Keys) prepare(ctx context.Context) error {
	form, err := s.form(ctx, s.store.db)
	if err != nil || form == keyForm {
		return err
	}
	return s.store.tx(ctx, func(tx *sql.Conn) error {
		now, err := s.form(ctx, tx) // another process may have been quicker
		if err != nil || now == keyForm {
			return err
		}
		_, err = tx.ExecContext(ctx, keyTables+fmt.Sprintf("PRAGMA user_version = %d", keyForm))
		return err
	})
}

const keyColumns = "id, owner, scopes, created, expires, revoked, hash"

// AddKey is part of access.Store.
func (s *Keys) AddKey(ctx context.Context, k access.Key) error {
	var scopes []string
	for _, x := range k.Scopes {
		scopes = append(scopes, string(x))
	}
	return s.store.tx(ctx, func(tx *sql.Conn) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO access_key ("+keyColumns+") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			k.ID, k.Owner, strings.Join(scopes, " "), k.Created.Unix(), orNever(k.Expires), orNever(k.Revoked), k.Hash[:])
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return fault.New(fault.Conflict, "there is a key %s", k.ID).WithFix("make another")
		}
		return nil
	})
}

// Keys is part of access.Store.
func (s *Keys) Keys(ctx context.Context) ([]access.Key, error) {
	rows, err := s.store.db.QueryContext(ctx, "SELECT "+keyColumns+" FROM access_key ORDER BY created, id")
	if err != nil {
		return nil, unavailable(err, "the keys cannot be read")
	}
	defer rows.Close()
	var out []access.Key
	for rows.Next() {
		k, err := keyOf(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	if err := rows.Err(); err != nil {
		return nil, unavailable(err, "the keys cannot be read")
	}
	return out, nil
}

// RevokeKey is part of access.Store.
func (s *Keys) RevokeKey(ctx context.Context, id string, at time.Time) (k access.Key, err error) {
	err = s.store.tx(ctx, func(tx *sql.Conn) error {
		row := tx.QueryRowContext(ctx, "UPDATE access_key SET revoked = coalesce(revoked, ?) WHERE id = ? RETURNING "+keyColumns, at.Unix(), id)
		var err error
		k, err = keyOf(row)
		return err
	})
	return k, err
}

// keyOf reads a row.
func keyOf(row interface{ Scan(...any) error }) (access.Key, error) {
	var k access.Key
	var scopes string
	var created int64
	var expires, revoked sql.NullInt64
	var hash []byte
	err := row.Scan(&k.ID, &k.Owner, &scopes, &created, &expires, &revoked, &hash)
	if err == sql.ErrNoRows { //nolint:errorlint // it is that very value
		return k, fault.New(fault.NotFound, "there is no such key").WithFix("`cordon keys list` shows them")
	}
	if err != nil {
		return k, unavailable(err, "the keys cannot be read")
	}
	for name := range strings.FieldsSeq(scopes) {
		k.Scopes = append(k.Scopes, access.Scope(name))
	}
	copy(k.Hash[:], hash)
	k.Created, k.Expires, k.Revoked = time.Unix(created, 0).UTC(), timeOf(expires), timeOf(revoked)
	return k, nil
}

func orNever(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

func timeOf(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(n.Int64, 0).UTC()
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
)

// accessTables hold keys. Of a secret only its SHA-256 is here.
const accessTables = keyTables

// keyTables are the tables that a file of keys had, when keys stood in one of their own.
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

var _ access.Store = Keys{}

// Keys is the store of keys.
type Keys struct{ *Store }

// OldKeyFile is the file in the data folder that had the keys before they stood in the store.
const OldKeyFile = "keys.db"

// oldKeyForm is the number of its form.
const oldKeyForm = 1

// OldKeys gives the keys of the file that older programs kept them in; there is false where a folder has none.
func OldKeys(ctx context.Context, dir string) (list []access.Key, there bool, err error) {
	path := filepath.Join(dir, OldKeyFile)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	s, err := open(ctx, path, dir, true)
	if err != nil {
		return nil, true, err
	}
	defer s.Close()
	var form int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&form); err != nil {
		return nil, true, unavailable(err, "the keys cannot be read").At(fault.Place{File: path})
	}
	switch form {
	case 0:
		return nil, true, nil // it was never filled
	case oldKeyForm:
		list, err = Keys{s}.Keys(ctx)
		return list, true, err
	}
	return nil, true, fault.New(fault.Unavailable, "the file of keys has a form that this program does not know").At(fault.Place{File: path})
}

const keyColumns = "id, owner, scopes, created, expires, revoked, hash"

// AddKey is part of access.Store.
func (s Keys) AddKey(ctx context.Context, k access.Key) error {
	var scopes []string
	for _, x := range k.Scopes {
		scopes = append(scopes, string(x))
	}
	if s.reading {
		return onlyReading()
	}
	return s.tx(ctx, func(tx *sql.Conn) error {
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
func (s Keys) Keys(ctx context.Context) ([]access.Key, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+keyColumns+" FROM access_key ORDER BY created, id")
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
func (s Keys) RevokeKey(ctx context.Context, id string, at time.Time) (k access.Key, err error) {
	if s.reading {
		return k, onlyReading()
	}
	err = s.tx(ctx, func(tx *sql.Conn) error {
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

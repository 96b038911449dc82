package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
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

// AddKey is part of access.Store.
func (s Keys) AddKey(ctx context.Context, k access.Key) error {
	if s.reading {
		return onlyReading()
	}
	return s.tx(ctx, func(tx *sql.Conn) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO access_key ("+access.RowColumns+") VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", access.RowValues(&k)...)
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
	return query(ctx, s.db, scanKey, "SELECT "+access.RowColumns+" FROM access_key ORDER BY created, id")
}

// RevokeKey is part of access.Store.
func (s Keys) RevokeKey(ctx context.Context, id string, at time.Time) (k access.Key, err error) {
	if s.reading {
		return k, onlyReading()
	}
	err = s.tx(ctx, func(tx *sql.Conn) error {
		list, err := query(ctx, tx, scanKey, "UPDATE access_key SET revoked = coalesce(revoked, ?) WHERE id = ? RETURNING "+access.RowColumns, at.Unix(), id)
		if err == nil && len(list) == 0 {
			err = fault.New(fault.NotFound, "there is no such key").WithFix("`cordon keys list` shows them")
		}
		if err == nil {
			k = list[0]
		}
		return err
	})
	return k, err
}

func scanKey(rows *sql.Rows) (access.Key, error) {
	var r access.Row
	err := rows.Scan(r.Into()...)
	return r.Key(), err
}

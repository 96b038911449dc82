package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
)

var _ access.Store = (*Store)(nil)

// keyTables is the form of the database that has keys. Of a secret only its SHA-256 is here.
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

const keyColumns = "id, owner, scopes, created, expires, revoked, hash"

// AddKey is part of access.Store.
func (s *Store) AddKey(ctx context.Context, k access.Key) error {
	var scopes []string
	for _, x := range k.Scopes {
		scopes = append(scopes, string(x))
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
func (s *Store) Keys(ctx context.Context) ([]access.Key, error) {
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
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) (k access.Key, err error) {
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

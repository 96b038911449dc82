package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
)

// accessTables hold keys. Of a secret only its SHA-256 is here.
const accessTables = `
CREATE TABLE cordon.access_key (
	id      text   NOT NULL COLLATE "C" PRIMARY KEY,
	owner   text   NOT NULL,
	scopes  text   NOT NULL, -- with blanks between
	created bigint NOT NULL, -- in s since 1970, as all times here
	expires bigint,          -- NULL for never
	revoked bigint,
	hash    bytea  NOT NULL CHECK (length(hash) = 32)
);
`

var _ access.Store = Keys{}

// Keys is the store of keys, which all servers on a database share.
type Keys struct{ *Store }

// AddKey is part of access.Store.
func (s Keys) AddKey(ctx context.Context, k access.Key) error {
	if s.reading {
		return onlyReading()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "INSERT INTO cordon.access_key ("+access.RowColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
			access.RowValues(&k)...)
		return one(tag, err, fault.New(fault.Conflict, "there is a key %s", k.ID).WithFix("make another"))
	})
	if err != nil {
		return unavailable(err, "the key cannot be kept")
	}
	return nil
}

// Keys is part of access.Store.
func (s Keys) Keys(ctx context.Context) ([]access.Key, error) {
	return query(ctx, s.pool, scanKey, "SELECT "+access.RowColumns+" FROM cordon.access_key ORDER BY created, id")
}

// RevokeKey is part of access.Store.
func (s Keys) RevokeKey(ctx context.Context, id string, at time.Time) (access.Key, error) {
	if s.reading {
		return access.Key{}, onlyReading()
	}
	var list []access.Key
	err := s.tx(ctx, func(tx pgx.Tx) (err error) {
		list, err = query(ctx, tx, scanKey, "UPDATE cordon.access_key SET revoked = coalesce(revoked, $1) WHERE id = $2 RETURNING "+access.RowColumns, at.Unix(), id)
		return err
	})
	switch {
	case err != nil:
		return access.Key{}, unavailable(err, "the key cannot be revoked")
	case len(list) == 0:
		return access.Key{}, fault.New(fault.NotFound, "there is no such key").WithFix("`cordon keys list` shows them")
	}
	return list[0], nil
}

func scanKey(rows pgx.Rows) (access.Key, error) {
	var r access.Row
	err := rows.Scan(r.Into()...)
	return r.Key(), err
}

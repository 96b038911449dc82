package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/setting"
)

// settingTables hold what a desk decided about its store.
const settingTables = `
CREATE TABLE cordon.desk_setting (
	name    text   NOT NULL PRIMARY KEY COLLATE "C",
	value   text   NOT NULL,
	version bigint NOT NULL,
	made_by text   NOT NULL,
	time    bigint NOT NULL -- in s since 1970
);
`

var _ setting.Store = (*Store)(nil)

// Setting is part of setting.Store.
func (s *Store) Setting(ctx context.Context, name string) (setting.Setting, error) {
	list, err := query(ctx, s.pool, func(rows pgx.Rows) (x setting.Setting, err error) {
		var at int64
		err = rows.Scan(&x.Name, &x.Value, &x.Version, &x.By, &at)
		x.At = time.Unix(at, 0).UTC()
		return x, err
	}, "SELECT name, value, version, made_by, time FROM cordon.desk_setting WHERE name = $1", name)
	if err != nil {
		return setting.Setting{Name: name}, unavailable(err, "the setting cannot be read")
	}
	return append(list, setting.Setting{Name: name})[0], nil
}

// Set is part of setting.Store.
func (s *Store) Set(ctx context.Context, x setting.Setting) error {
	return s.adding(ctx, func(tx pgx.Tx) error {
		q := "UPDATE cordon.desk_setting SET value = $1, version = $2, made_by = $3, time = $4 WHERE name = $5 AND version = $6::bigint - 1"
		args := []any{x.Value, x.Version, x.By, x.At.Unix(), x.Name, x.Version}
		if x.Version == 1 {
			q, args = "INSERT INTO cordon.desk_setting (value, version, made_by, time, name) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", args[:5]
		}
		r, err := tx.Exec(ctx, q, args...)
		if err = one(r, err, setting.WentOn(x.Name)); err == nil {
			_, err = s.enter(ctx, tx, x.Entry())
		}
		return err
	})
}

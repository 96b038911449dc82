package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/cordon-engine/cordon/internal/setting"
)

// settingTables hold what a desk decided about its store.
const settingTables = `
CREATE TABLE desk_setting (
	name    TEXT    NOT NULL PRIMARY KEY,
	value   TEXT    NOT NULL,
	version INTEGER NOT NULL,
	made_by TEXT    NOT NULL,
	time    INTEGER NOT NULL -- in s since 1970
) WITHOUT ROWID;
`

var _ setting.Store = (*Store)(nil)

// Setting is part of setting.Store.
func (s *Store) Setting(ctx context.Context, name string) (setting.Setting, error) {
	list, err := query(ctx, s.db, func(rows *sql.Rows) (x setting.Setting, err error) {
		var at int64
		err = rows.Scan(&x.Name, &x.Value, &x.Version, &x.By, &at)
		x.At = time.Unix(at, 0).UTC()
		return x, err
	}, "SELECT name, value, version, made_by, time FROM desk_setting WHERE name = ?", name)
	if err != nil {
		return setting.Setting{Name: name}, unavailable(err, "the setting cannot be read")
	}
	return append(list, setting.Setting{Name: name})[0], nil
}

// Set is part of setting.Store.
func (s *Store) Set(ctx context.Context, x setting.Setting) error {
	return s.kept(ctx, func(c *ready) error {
		q := "UPDATE desk_setting SET value = ?, version = ?, made_by = ?, time = ? WHERE name = ? AND version = ? - 1"
		args := []any{x.Value, x.Version, x.By, x.At.Unix(), x.Name, x.Version}
		if x.Version == 1 {
			q, args = "INSERT INTO desk_setting (value, version, made_by, time, name) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", args[:5]
		}
		r, err := c.ExecContext(ctx, q, args...)
		if err = one(r, err, setting.WentOn(x.Name)); err == nil {
			_, err = s.enter(ctx, c, x.Entry())
		}
		return err
	})
}

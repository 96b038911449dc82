package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Ready says why the store cannot be read or, where write is set, written: it writes
// what stands there already, and waits for the disk of the server.
func (s *Store) Ready(ctx context.Context, write bool) error {
	if !write {
		_, err := version(ctx, s.pool)
		if err != nil {
			return unavailable(err, "the store cannot be reached")
		}
		return nil
	}
	if s.reading {
		return onlyReading()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE cordon.form SET version = version")
		return err
	})
	if err != nil {
		return unavailable(err, "the store could not be written")
	}
	return nil
}

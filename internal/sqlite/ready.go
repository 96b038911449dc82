package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Ready says why the store cannot be read or, where write is set, written: it writes
// what stands there already, and waits for the disk. A file that was taken away or
// put in the place of the one that is open counts as lost, since what is written
// into that is gone.
func (s *Store) Ready(ctx context.Context, write bool) error {
	if s.opened != nil {
		now, err := os.Stat(filepath.Join(s.dir, file))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return unavailable(err, "the store cannot be reached")
		}
		if err != nil || !os.SameFile(s.opened, now) {
			return fault.New(fault.Unavailable, "the file of the store is no longer the one that was opened").
				WithFix("put it back, or start the server anew")
		}
	}
	if !write {
		_, err := s.version(ctx)
		return err
	}
	if s.reading {
		return onlyReading()
	}
	return s.tx(ctx, func(tx *sql.Conn) error {
		var form int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&form); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", form))
		return err
	})
}

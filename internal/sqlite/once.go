package sqlite

import (
	"context"
	"database/sql"

	"github.com/cordon-engine/cordon/internal/once"
)

// onceTables hold answers under idempotency keys, for a day.
const onceTables = `
CREATE TABLE once_answer (
	key      BLOB    NOT NULL PRIMARY KEY,
	question BLOB    NOT NULL,
	time     INTEGER NOT NULL, -- in ms since 1970
	token    BLOB    NOT NULL,
	answer   BLOB, -- NULL while it is worked on
	id       TEXT    NOT NULL -- of the answer that is kept for good, or nothing
) WITHOUT ROWID;
CREATE INDEX once_answer_time ON once_answer (time);
CREATE INDEX once_answer_id ON once_answer (id) WHERE id != '';
`

var _ once.Store = (*Store)(nil)

// forgotten is how many answers that are too old one claim takes away.
const forgotten = 100

// BeginOnce is part of once.Store.
func (s *Store) BeginOnce(ctx context.Context, c once.Claim) (found *once.Answer, err error) {
	err = s.kept(ctx, func(tx *ready) error {
		list, err := query(ctx, tx, scanOnce, "SELECT "+once.RowColumns+" FROM once_answer WHERE key = ?", c.Key[:])
		if err != nil {
			return err
		}
		if len(list) == 1 {
			held, answer := list[0].Kept()
			if take, err := c.Meet(held); err != nil || !take {
				found = answer
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO once_answer (key, question, time, token, answer, id) VALUES (?, ?, ?, ?, NULL, '')
			ON CONFLICT (key) DO UPDATE SET question = excluded.question, time = excluded.time, token = excluded.token, answer = NULL, id = ''`,
			c.Key[:], c.Question[:], c.At.UnixMilli(), c.Token[:]); err != nil {
			return unavailable(err, "the idempotency key cannot be taken")
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM once_answer WHERE key IN (SELECT key FROM once_answer WHERE time <= ? ORDER BY time LIMIT ?)",
			c.At.Add(-once.For).UnixMilli(), forgotten); err != nil {
			return unavailable(err, "old answers cannot be taken away")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

func scanOnce(rows *sql.Rows) (r once.Row, err error) { return r, rows.Scan(r.Into()...) }

// EndOnce is part of once.Store.
func (s *Store) EndOnce(ctx context.Context, c once.Claim, a *once.Answer) error {
	return s.kept(ctx, func(tx *ready) error {
		if a == nil {
			_, err := tx.ExecContext(ctx, "DELETE FROM once_answer WHERE key = ? AND token = ? AND answer IS NULL", c.Key[:], c.Token[:])
			if err != nil {
				return unavailable(err, "the idempotency key cannot be freed")
			}
			return nil
		}
		r, err := tx.ExecContext(ctx, "UPDATE once_answer SET answer = ?, id = ? WHERE key = ? AND token = ? AND answer IS NULL",
			append([]byte{}, a.Body...), a.ID, c.Key[:], c.Token[:])
		if err != nil {
			return unavailable(err, "the answer cannot be kept under its idempotency key")
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return once.Lost()
		}
		return nil
	})
}

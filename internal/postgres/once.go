package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/once"
)

// onceTables hold answers under idempotency keys, for a day.
const onceTables = `
CREATE TABLE cordon.once_answer (
	key      bytea  NOT NULL PRIMARY KEY,
	question bytea  NOT NULL,
	time     bigint NOT NULL, -- in ms since 1970
	token    bytea  NOT NULL,
	answer   bytea, -- NULL while it is worked on
	id       text   NOT NULL -- of the answer that is kept for good, or nothing
);
CREATE INDEX once_answer_time ON cordon.once_answer (time);
CREATE INDEX once_answer_id ON cordon.once_answer (id) WHERE id != '';
`

var _ once.Store = (*Store)(nil)

// forgotten is how many answers that are too old one claim takes away.
const forgotten = 100

// BeginOnce is part of once.Store. Two who take one key at the same moment meet at the row: the second waits for the first, and
// then finds what it left.
func (s *Store) BeginOnce(ctx context.Context, c once.Claim) (found *once.Answer, err error) {
	if s.reading {
		return nil, onlyReading()
	}
	err = s.tx(ctx, func(tx pgx.Tx) error {
		made, err := tx.Exec(ctx, `INSERT INTO cordon.once_answer (key, question, time, token, answer, id) VALUES ($1, $2, $3, $4, NULL, '')
			ON CONFLICT (key) DO NOTHING`, c.Key[:], c.Question[:], c.At.UnixMilli(), c.Token[:])
		if err != nil || made.RowsAffected() == 1 {
			return err
		}
		list, err := query(ctx, tx, scanOnce, "SELECT "+once.RowColumns+" FROM cordon.once_answer WHERE key = $1 FOR UPDATE", c.Key[:])
		if err != nil {
			return err
		}
		if len(list) == 0 { // it was freed just now
			return once.Busy()
		}
		held, answer := list[0].Kept()
		if take, err := c.Meet(held); err != nil || !take {
			found = answer
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE cordon.once_answer SET question = $2, time = $3, token = $4, answer = NULL, id = '' WHERE key = $1",
			c.Key[:], c.Question[:], c.At.UnixMilli(), c.Token[:])
		return err
	})
	if err == nil && found == nil {
		// Rows that somebody else takes away at the same moment are left to him.
		_, err = s.pool.Exec(ctx, `DELETE FROM cordon.once_answer WHERE key IN (SELECT key FROM cordon.once_answer WHERE time <= $1
			ORDER BY time LIMIT $2 FOR UPDATE SKIP LOCKED)`, c.At.Add(-once.For).UnixMilli(), forgotten)
	}
	if err != nil {
		return nil, unavailable(err, "the idempotency key cannot be taken")
	}
	return found, nil
}

func scanOnce(rows pgx.Rows) (r once.Row, err error) { return r, rows.Scan(r.Into()...) }

// EndOnce is part of once.Store.
func (s *Store) EndOnce(ctx context.Context, c once.Claim, a *once.Answer) error {
	if s.reading {
		return onlyReading()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		if a == nil {
			_, err := tx.Exec(ctx, "DELETE FROM cordon.once_answer WHERE key = $1 AND token = $2 AND answer IS NULL", c.Key[:], c.Token[:])
			return err
		}
		r, err := tx.Exec(ctx, "UPDATE cordon.once_answer SET answer = $3, id = $4 WHERE key = $1 AND token = $2 AND answer IS NULL",
			c.Key[:], c.Token[:], append([]byte{}, a.Body...), a.ID)
		if err == nil && r.RowsAffected() == 0 {
			err = once.Lost()
		}
		return err
	})
	if err != nil {
		return unavailable(err, "the answer cannot be kept under its idempotency key")
	}
	return nil
}

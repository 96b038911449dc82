package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/notify"
)

// notifyTables hold where in the log endpoints go on, and what they are told.
const notifyTables = `
CREATE TABLE cordon.notify_place (
	endpoint text   NOT NULL COLLATE "C" PRIMARY KEY,
	next     bigint NOT NULL
);
CREATE TABLE cordon.notify_delivery (
	endpoint text   NOT NULL COLLATE "C",
	id       text   NOT NULL COLLATE "C",
	seq      bigint NOT NULL, -- of the entry of the log, -1 for a test
	type     text   NOT NULL,
	body     bytea  NOT NULL,
	state    text   NOT NULL,
	tries    bigint NOT NULL,
	due      bigint NOT NULL, -- in ms since 1970, as the times below
	claim    bigint NOT NULL,
	last     text   NOT NULL,
	made     bigint NOT NULL,
	changed  bigint NOT NULL,
	PRIMARY KEY (endpoint, id)
);
CREATE INDEX notify_delivery_due ON cordon.notify_delivery (endpoint, due) WHERE state = 'pending';
`

var _ notify.Store = Notify{}

// Notify is the store of messages to endpoints.
type Notify struct{ *Store }

// Place is part of notify.Store.
func (s Notify) Place(ctx context.Context, endpoint string) (next int64, known bool, err error) {
	list, err := query(ctx, s.pool, func(rows pgx.Rows) (n int64, err error) { return n, rows.Scan(&n) },
		"SELECT next FROM cordon.notify_place WHERE endpoint = $1", endpoint)
	if err != nil || len(list) == 0 {
		return 0, false, err
	}
	return list[0], true, nil
}

// writeMessages runs f in a transaction that writes messages.
func (s Notify) writeMessages(ctx context.Context, f func(pgx.Tx) error) error {
	if s.reading {
		return onlyReading()
	}
	if err := s.tx(ctx, f); err != nil {
		return unavailable(err, "messages cannot be kept")
	}
	return nil
}

// one gives otherwise where a statement changed nothing.
func one(tag pgconn.CommandTag, err, otherwise error) error {
	if err == nil && tag.RowsAffected() == 0 {
		return otherwise
	}
	return err
}

// Begin is part of notify.Store.
func (s Notify) Begin(ctx context.Context, endpoint string) error {
	return s.writeMessages(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO cordon.notify_place (endpoint, next) SELECT $1, coalesce(max(seq) + 1, 0) FROM cordon.log_entry
			ON CONFLICT (endpoint) DO NOTHING`, endpoint)
		return err
	})
}

// Enqueue is part of notify.Store.
func (s Notify) Enqueue(ctx context.Context, endpoint string, from, next int64, at time.Time, list []notify.Message) error {
	return s.writeMessages(ctx, func(tx pgx.Tx) error {
		moved, err := tx.Exec(ctx, "UPDATE cordon.notify_place SET next = $1 WHERE endpoint = $2 AND next = $3", next, endpoint, from)
		if err := one(moved, err, fault.New(fault.Conflict, "another program went on for %s", endpoint)); err != nil {
			return err
		}
		for i := range list {
			if err := putMessage(ctx, tx, endpoint, at, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func putMessage(ctx context.Context, tx pgx.Tx, endpoint string, at time.Time, m *notify.Message) error {
	_, err := tx.Exec(ctx, `INSERT INTO cordon.notify_delivery (endpoint, id, seq, type, body, state, tries, due, claim, last, made, changed)
		VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, 0, '', $6, $6)`, endpoint, m.ID, m.Seq, string(m.Type), m.Body, at.UnixMilli())
	return err
}

// Put is part of notify.Store.
func (s Notify) Put(ctx context.Context, endpoint string, at time.Time, m notify.Message) error {
	return s.writeMessages(ctx, func(tx pgx.Tx) error { return putMessage(ctx, tx, endpoint, at, &m) })
}

const deliveryColumns = "endpoint, id, seq, type, body, state, tries, due, claim, last, made, changed"

func scanDelivery(rows pgx.Rows) (d notify.Delivery, err error) {
	var due, made, changed int64
	err = rows.Scan(&d.Endpoint, &d.ID, &d.Seq, (*string)(&d.Type), &d.Body, (*string)(&d.State), &d.Tries, &due, &d.Claim, &d.Last, &made, &changed)
	d.Due, d.Made, d.Changed = time.UnixMilli(due).UTC(), time.UnixMilli(made).UTC(), time.UnixMilli(changed).UTC()
	return d, err
}

// Claim is part of notify.Store. What another program claims at the moment is passed over.
func (s Notify) Claim(ctx context.Context, endpoint string, now time.Time, lease time.Duration, most int) ([]notify.Delivery, error) {
	if s.reading {
		return nil, onlyReading()
	}
	return query(ctx, s.pool, scanDelivery, `WITH chosen AS (
			SELECT endpoint AS e, id AS i, due AS was FROM cordon.notify_delivery WHERE endpoint = $1 AND state = 'pending' AND due <= $2
			ORDER BY due, seq, id LIMIT $4 FOR UPDATE SKIP LOCKED
		), claimed AS (
			UPDATE cordon.notify_delivery SET due = $3, claim = claim + 1 FROM chosen WHERE endpoint = e AND id = i
			RETURNING `+deliveryColumns+`, was
		) SELECT `+deliveryColumns+` FROM claimed ORDER BY was, seq, id`, endpoint, now.UnixMilli(), now.Add(lease).UnixMilli(), most)
}

// Settle is part of notify.Store.
func (s Notify) Settle(ctx context.Context, d notify.Delivery) error {
	return s.writeMessages(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE cordon.notify_delivery SET state = $1, tries = $2, due = $3, last = $4, changed = $5
			WHERE endpoint = $6 AND id = $7 AND claim = $8`, string(d.State), d.Tries, d.Due.UnixMilli(), d.Last, d.Changed.UnixMilli(), d.Endpoint, d.ID, d.Claim)
		return one(tag, err, fault.New(fault.Conflict, "the message %s was claimed again", d.ID))
	})
}

// Deliveries is part of notify.Store.
func (s Notify) Deliveries(ctx context.Context, f notify.Filter) ([]notify.Delivery, error) {
	q, args := "SELECT "+deliveryColumns+" FROM cordon.notify_delivery WHERE true", []any{}
	for _, x := range []struct{ column, value string }{{"endpoint", f.Endpoint}, {"id", f.ID}, {"state", string(f.State)}} {
		if x.value != "" {
			args = append(args, x.value)
			q += fmt.Sprintf(" AND %s = $%d", x.column, len(args))
		}
	}
	q += " ORDER BY made DESC, seq DESC, endpoint, id"
	if f.Limit > 0 {
		args = append(args, f.Limit)
		q += fmt.Sprintf(" LIMIT $%d", len(args))
	}
	return query(ctx, s.pool, scanDelivery, q, args...)
}

// Replay is part of notify.Store. The claim is another, so that a try under way does not settle it.
func (s Notify) Replay(ctx context.Context, endpoint, id string, at time.Time) error {
	return s.writeMessages(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE cordon.notify_delivery SET state = 'pending', tries = 0, due = $1, claim = claim + 1, changed = $1
			WHERE endpoint = $2 AND id = $3`, at.UnixMilli(), endpoint, id)
		return one(tag, err, fault.New(fault.NotFound, "there is no message %s to %s", id, endpoint).WithFix("`cordon notify list` shows them"))
	})
}

// Forget is part of notify.Store.
func (s Notify) Forget(ctx context.Context, before time.Time) (n int, err error) {
	err = s.writeMessages(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, "DELETE FROM cordon.notify_delivery WHERE state = 'delivered' AND changed < $1", before.UnixMilli())
		n = int(tag.RowsAffected())
		return err
	})
	return n, err
}

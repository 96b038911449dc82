package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/notify"
)

// notifyTables hold where in the log endpoints go on, and what they are told.
const notifyTables = `
CREATE TABLE notify_place (
	endpoint TEXT    NOT NULL PRIMARY KEY,
	next     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE notify_delivery (
	endpoint TEXT    NOT NULL,
	id       TEXT    NOT NULL,
	seq      INTEGER NOT NULL, -- of the entry of the log, -1 for a test
	type     TEXT    NOT NULL,
	body     BLOB    NOT NULL,
	state    TEXT    NOT NULL,
	tries    INTEGER NOT NULL,
	due      INTEGER NOT NULL, -- in ms since 1970, as the times below
	claim    INTEGER NOT NULL,
	last     TEXT    NOT NULL,
	made     INTEGER NOT NULL,
	changed  INTEGER NOT NULL,
	PRIMARY KEY (endpoint, id)
) WITHOUT ROWID;
CREATE INDEX notify_delivery_due ON notify_delivery (endpoint, due) WHERE state = 'pending';
`

var _ notify.Store = Notify{}

// Notify is the store of messages to endpoints.
type Notify struct{ *Store }

// Place is part of notify.Store.
func (s Notify) Place(ctx context.Context, endpoint string) (next int64, known bool, err error) {
	list, err := query(ctx, s.db, scanNumber, "SELECT next FROM notify_place WHERE endpoint = ?", endpoint)
	if err != nil || len(list) == 0 {
		return 0, false, err
	}
	return int64(list[0]), true, nil
}

// Begin is part of notify.Store.
func (s Notify) Begin(ctx context.Context, endpoint string) error {
	return s.writeMessages(ctx, func(c *sql.Conn) error {
		_, err := c.ExecContext(ctx, `INSERT INTO notify_place (endpoint, next) SELECT ?, coalesce(max(seq) + 1, 0) FROM log_entry WHERE true
			ON CONFLICT (endpoint) DO NOTHING`, endpoint)
		return err
	})
}

// writeMessages runs f in a transaction that writes messages.
func (s Notify) writeMessages(ctx context.Context, f func(*sql.Conn) error) error {
	if s.reading {
		return onlyReading()
	}
	return s.tx(ctx, func(c *sql.Conn) error {
		if err := f(c); err != nil {
			return unavailable(err, "messages cannot be kept")
		}
		return nil
	})
}

// Enqueue is part of notify.Store.
func (s Notify) Enqueue(ctx context.Context, endpoint string, from, next int64, at time.Time, list []notify.Message) error {
	return s.writeMessages(ctx, func(c *sql.Conn) error {
		moved, err := c.ExecContext(ctx, "UPDATE notify_place SET next = ? WHERE endpoint = ? AND next = ?", next, endpoint, from)
		if err := one(moved, err, fault.New(fault.Conflict, "another program went on for %s", endpoint)); err != nil {
			return err
		}
		for i := range list {
			if err := putMessage(ctx, c, endpoint, at, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// one gives otherwise where a statement changed nothing.
func one(r sql.Result, err, otherwise error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return otherwise
}

func putMessage(ctx context.Context, c *sql.Conn, endpoint string, at time.Time, m *notify.Message) error {
	_, err := c.ExecContext(ctx, `INSERT INTO notify_delivery (endpoint, id, seq, type, body, state, tries, due, claim, last, made, changed)
		VALUES (?1, ?2, ?3, ?4, ?5, 'pending', 0, ?6, 0, '', ?6, ?6)`, endpoint, m.ID, m.Seq, string(m.Type), m.Body, at.UnixMilli())
	return err
}

// Put is part of notify.Store.
func (s Notify) Put(ctx context.Context, endpoint string, at time.Time, m notify.Message) error {
	return s.writeMessages(ctx, func(c *sql.Conn) error { return putMessage(ctx, c, endpoint, at, &m) })
}

const deliveryColumns = "endpoint, id, seq, type, body, state, tries, due, claim, last, made, changed"

func scanDelivery(rows *sql.Rows) (d notify.Delivery, err error) {
	var due, made, changed int64
	err = rows.Scan(&d.Endpoint, &d.ID, &d.Seq, (*string)(&d.Type), &d.Body, (*string)(&d.State), &d.Tries, &due, &d.Claim, &d.Last, &made, &changed)
	d.Due, d.Made, d.Changed = time.UnixMilli(due).UTC(), time.UnixMilli(made).UTC(), time.UnixMilli(changed).UTC()
	return d, err
}

// Claim is part of notify.Store.
func (s Notify) Claim(ctx context.Context, endpoint string, now time.Time, lease time.Duration, most int) (list []notify.Delivery, err error) {
	const due = " FROM notify_delivery WHERE endpoint = ? AND state = 'pending' AND due <= ? ORDER BY due, seq, id LIMIT ?"
	// Nearly always there is nothing, which costs no transaction that writes.
	if list, err = query(ctx, s.db, scanDelivery, "SELECT "+deliveryColumns+due, endpoint, now.UnixMilli(), most); err != nil || len(list) == 0 {
		return nil, err
	}
	err = s.writeMessages(ctx, func(c *sql.Conn) error {
		if list, err = query(ctx, c, scanDelivery, "SELECT "+deliveryColumns+due, endpoint, now.UnixMilli(), most); err != nil {
			return err
		}
		for i := range list {
			list[i].Claim++
			list[i].Due = now.Add(lease)
			if _, err := c.ExecContext(ctx, "UPDATE notify_delivery SET due = ?, claim = claim + 1 WHERE endpoint = ? AND id = ?",
				list[i].Due.UnixMilli(), endpoint, list[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	return list, err
}

// Settle is part of notify.Store.
func (s Notify) Settle(ctx context.Context, d notify.Delivery) error {
	return s.writeMessages(ctx, func(c *sql.Conn) error {
		r, err := c.ExecContext(ctx, `UPDATE notify_delivery SET state = ?, tries = ?, due = ?, last = ?, changed = ?
			WHERE endpoint = ? AND id = ? AND claim = ?`, string(d.State), d.Tries, d.Due.UnixMilli(), d.Last, d.Changed.UnixMilli(), d.Endpoint, d.ID, d.Claim)
		return one(r, err, fault.New(fault.Conflict, "the message %s was claimed again", d.ID))
	})
}

// Deliveries is part of notify.Store.
func (s Notify) Deliveries(ctx context.Context, f notify.Filter) ([]notify.Delivery, error) {
	q, args := "SELECT "+deliveryColumns+" FROM notify_delivery WHERE true", []any{}
	for _, x := range []struct{ column, value string }{{"endpoint", f.Endpoint}, {"id", f.ID}, {"state", string(f.State)}} {
		if x.value != "" {
			q, args = q+" AND "+x.column+" = ?", append(args, x.value)
		}
	}
	q += " ORDER BY made DESC, seq DESC, endpoint, id"
	if f.Limit > 0 {
		q, args = q+" LIMIT ?", append(args, f.Limit)
	}
	return query(ctx, s.db, scanDelivery, q, args...)
}

// Replay is part of notify.Store. The claim is another, so that a try under way does not settle it.
func (s Notify) Replay(ctx context.Context, endpoint, id string, at time.Time) error {
	return s.writeMessages(ctx, func(c *sql.Conn) error {
		r, err := c.ExecContext(ctx, `UPDATE notify_delivery SET state = 'pending', tries = 0, due = ?1, claim = claim + 1, changed = ?1
			WHERE endpoint = ?2 AND id = ?3`, at.UnixMilli(), endpoint, id)
		return one(r, err, fault.New(fault.NotFound, "there is no message %s to %s", id, endpoint).WithFix("`cordon notify list` shows them"))
	})
}

// Forget is part of notify.Store.
func (s Notify) Forget(ctx context.Context, before time.Time) (n int, err error) {
	err = s.writeMessages(ctx, func(c *sql.Conn) error {
		r, err := c.ExecContext(ctx, "DELETE FROM notify_delivery WHERE state = 'delivered' AND changed < ?", before.UnixMilli())
		if err != nil {
			return err
		}
		gone, err := r.RowsAffected()
		n = int(gone)
		return err
	})
	return n, err
}

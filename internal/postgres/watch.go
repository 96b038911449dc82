package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Watch tells at little cost whether a store changed. It holds one connection, and
// makes it anew when it is lost. Its methods may be called by many at once.
type Watch struct {
	ctx     context.Context
	address string

	mu   sync.Mutex
	conn *pgx.Conn
}

// NewWatch watches the store at an address until Close. It connects when it is
// first asked.
func NewWatch(ctx context.Context, address string) *Watch { return &Watch{ctx: ctx, address: address} }

// markTime is how long the server may take to tell.
const markTime = 10 * time.Second

// Mark gives a text that changes when a list is loaded, or its loading tried, and
// when the store becomes another. While the server cannot be asked it is the
// reason, without a password.
func (w *Watch) Mark() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	ctx, cancel := context.WithTimeout(w.ctx, markTime)
	defer cancel()
	mark, err := w.ask(ctx)
	if err != nil {
		w.drop()
		return unavailable(err, "the store cannot be asked").Error()
	}
	return mark
}

// ask tells the number of the table too, which is another where the store was made
// anew: counting would start again there.
func (w *Watch) ask(ctx context.Context) (mark string, err error) {
	if w.conn == nil {
		c, err := configOf(w.address, true)
		if err != nil {
			return "", err
		}
		if w.conn, err = pgx.ConnectConfig(ctx, c.ConnConfig); err != nil {
			return "", err
		}
	}
	var have bool
	err = w.conn.QueryRow(ctx, "SELECT to_regclass('cordon.attempt') IS NOT NULL AND to_regclass('cordon.snapshot') IS NOT NULL").Scan(&have)
	if err != nil || !have {
		return "none", err
	}
	err = w.conn.QueryRow(ctx, `SELECT concat_ws(' ', 'cordon.snapshot'::regclass::oid, (SELECT count(*) FROM cordon.snapshot),
		(SELECT coalesce(max(id), 0) FROM cordon.attempt))`).Scan(&mark)
	return mark, err
}

func (w *Watch) drop() {
	if w.conn != nil {
		_ = w.conn.Close(context.WithoutCancel(w.ctx)) // it was lost, or is not needed any more
		w.conn = nil
	}
}

// Close ends watching.
func (w *Watch) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drop()
}

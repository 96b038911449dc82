package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/cordon-engine/cordon/internal/backup"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
)

var _ backup.Store = (*Store)(nil)

// Dump runs f over one state of the store.
func (s *Store) Dump(ctx context.Context, f func(backup.Source) error) error {
	return s.still(ctx, func(from source) error { return f(view{s, from}) })
}

// view is a [backup.Source].
type view struct {
	s    *Store
	from source
}

// own are the tables that are of this store and of no copy of it: a copy signs nobody in.
const own = "'person_session', 'sign_in_failure'"

// Tables names all tables; the form is no table here, and raw files are none.
func (v view) Tables(ctx context.Context) ([]string, error) {
	return query(ctx, v.from, scanText, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN ("+own+") ORDER BY 1")
}

// Rows gives the rows of a table.
func (v view) Rows(ctx context.Context, t backup.Table) iter.Seq2[backup.Row, error] {
	return func(yield func(backup.Row, error) bool) {
		row, values, into := make(backup.Row, len(t.Columns)), make([]any, len(t.Columns)), make([]any, len(t.Columns))
		for i := range values {
			into[i] = &values[i]
		}
		each(ctx, v.from, func(rows *sql.Rows) (backup.Row, error) {
			err := rows.Scan(into...)
			for i, x := range values {
				if text, ok := x.(string); ok {
					x = []byte(text)
				}
				row[i] = x
			}
			return row, err
		}, yield, "SELECT "+columns(t)+" FROM "+t.Name+" ORDER BY "+strings.Join(t.Order, ", "))
	}
}

func columns(t backup.Table) string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}

// Raw names the raw files that snapshots have.
func (v view) Raw(ctx context.Context) ([]backup.File, error) {
	metas, err := query(ctx, v.from, scanMeta, "SELECT meta FROM snapshot ORDER BY list, number")
	if err != nil {
		return nil, err
	}
	return kept.RawFiles(metas, func(sum string) (io.ReadCloser, error) { return v.s.Raw(ctx, sum) }), nil
}

// Fill puts what f gives into the store, which must be empty. Raw files stand in
// their place before the rows are seen, and are taken away again when f fails.
func (s *Store) Fill(ctx context.Context, parts []backup.Part, f func(backup.Sink) error) error {
	if s.reading {
		return onlyReading()
	}
	to := &filling{s: s}
	err := s.tx(ctx, func(c *sql.Conn) error {
		to.to = c
		for _, p := range parts {
			for _, t := range p.Tables {
				if some, err := query(ctx, c, scanText, "SELECT 'some' FROM "+t.Name+" LIMIT 1"); err != nil || len(some) > 0 {
					return errors.Join(err, notEmpty())
				}
			}
		}
		return f(to)
	})
	if err != nil {
		for _, path := range to.placed {
			_ = os.Remove(path) // what stays is left over and harmless, and `lists verify` tells of it
		}
	}
	return err
}

func notEmpty() error {
	return fault.New(fault.Conflict, "the store holds something already").
		WithFix("restore into a folder or database that is not there yet, with --data")
}

// filling is a [backup.Sink]: a transaction, and raw files.
type filling struct {
	s      *Store
	to     *sql.Conn
	placed []string
}

// Insert adds rows to a table.
func (f *filling) Insert(ctx context.Context, t backup.Table, rows []backup.Row) error {
	q, err := f.to.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s)", t.Name, columns(t), strings.Repeat(", ?", len(t.Columns)-1)))
	if err != nil {
		return unavailable(err, "the store cannot be written")
	}
	defer q.Close()
	for _, row := range rows {
		args := make([]any, len(row))
		for i, v := range row {
			if b, ok := v.([]byte); ok && t.Columns[i].Kind != backup.Bytes {
				v = string(b)
			}
			args[i] = v
		}
		if _, err := q.ExecContext(ctx, args...); err != nil {
			return unavailable(err, "a row of %s cannot be restored", t.Name)
		}
	}
	return nil
}

// Keep puts a raw file into its place.
func (f *filling) Keep(ctx context.Context, sum string, _ int64, r io.Reader) error {
	if err := kept.CheckSum(sum); err != nil {
		return err
	}
	got, path, err := f.s.keepRaw(ctx, r)
	if err == nil {
		f.placed = append(f.placed, path)
	}
	if err == nil && got.SHA256 != sum {
		err = fault.New(fault.Invalid, "the raw file does not have its hash")
	}
	return err
}

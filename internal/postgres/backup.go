package postgres

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/backup"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/kept"
)

var _ backup.Store = (*Store)(nil)

// Dump runs f over one state of the store.
func (s *Store) Dump(ctx context.Context, f func(backup.Source) error) error {
	return s.still(ctx, func(tx pgx.Tx) error { return f(view{tx}) })
}

// view is a [backup.Source].
type view struct{ from pgx.Tx }

// own are the tables that are of this store and not of what it keeps; so are those of River, which are filled anew.
const own = "'form', 'raw', 'raw_piece', 'worker', 'index_snapshot', 'index_file', 'index_piece', 'person_session', 'sign_in_failure'"

// Tables names all tables but those of the store itself.
func (v view) Tables(ctx context.Context) ([]string, error) {
	return query(ctx, v.from, scanText, `SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'cordon' AND c.relkind IN ('r', 'p') AND c.relname NOT IN (`+own+`) AND c.relname NOT LIKE 'river\_%' ORDER BY 1`)
}

// Rows gives the rows of a table, in the order of their bytes.
func (v view) Rows(ctx context.Context, t backup.Table) iter.Seq2[backup.Row, error] {
	return func(yield func(backup.Row, error) bool) {
		each(ctx, v.from, func(rows pgx.Rows) (backup.Row, error) {
			values, err := rows.Values()
			for i, x := range values {
				switch x := x.(type) {
				case string:
					values[i] = []byte(x)
				case int32:
					values[i] = int64(x)
				}
			}
			return backup.Row(values), err
		}, yield, "SELECT "+strings.Join(names(t), ", ")+" FROM cordon."+t.Name+" ORDER BY "+strings.Join(order(t), ", "))
	}
}

func names(t backup.Table) (out []string) {
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return out
}

// order gives the columns of the order of a table, by bytes whatever the language
// of the database is.
func order(t backup.Table) (out []string) {
	for _, name := range t.Order {
		for _, c := range t.Columns {
			if c.Name == name && c.Kind == backup.Text {
				name += ` COLLATE "C"`
			}
		}
		out = append(out, name)
	}
	return out
}

// Raw names the raw files that snapshots have.
func (v view) Raw(ctx context.Context) ([]backup.File, error) {
	metas, err := query(ctx, v.from, scanMeta, `SELECT meta FROM cordon.snapshot ORDER BY list COLLATE "C", number`)
	if err != nil {
		return nil, err
	}
	return kept.RawFiles(metas, func(sum string) (io.ReadCloser, error) { return rawFrom(ctx, v.from, sum) }), nil
}

// Fill puts what f gives into the store, which must be empty, in one transaction.
func (s *Store) Fill(ctx context.Context, parts []backup.Part, f func(backup.Sink) error) error {
	if s.reading {
		return onlyReading()
	}
	err := s.tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(publishing)); err != nil {
			return err
		}
		if err := lockLog(ctx, tx); err != nil {
			return err
		}
		for _, p := range parts {
			for _, t := range p.Tables {
				var some bool
				if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM cordon."+t.Name+")").Scan(&some); err != nil {
					return err
				}
				if some {
					return fault.New(fault.Conflict, "the store holds something already").
						WithFix("restore into a folder or database that is not there yet, with --data")
				}
			}
		}
		if err := f(filling{tx}); err != nil {
			return err
		}
		return counted(ctx, tx, parts)
	})
	if err != nil {
		return unavailable(err, "the backup could not be restored")
	}
	return nil
}

// counted has columns that count up by themselves go on behind what was restored,
// and the server count the rows.
func counted(ctx context.Context, tx pgx.Tx, parts []backup.Part) error {
	for _, p := range parts {
		for _, t := range p.Tables {
			if t.Serial != "" {
				q := fmt.Sprintf("SELECT setval(pg_get_serial_sequence('cordon.%[1]s', '%[2]s'), max(%[2]s)) FROM cordon.%[1]s HAVING max(%[2]s) > 0",
					t.Name, t.Serial)
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, "ANALYZE cordon."+t.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// filling is a [backup.Sink].
type filling struct{ tx pgx.Tx }

// Insert adds rows to a table.
func (f filling) Insert(ctx context.Context, t backup.Table, rows []backup.Row) error {
	_, err := f.tx.CopyFrom(ctx, pgx.Identifier{"cordon", t.Name}, names(t), pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		for n, v := range rows[i] {
			if b, ok := v.([]byte); ok && t.Columns[n].Kind == backup.Text {
				rows[i][n] = string(b)
			}
		}
		return rows[i], nil
	}))
	if err != nil {
		return unavailable(err, "rows of %s cannot be restored", t.Name)
	}
	return nil
}

// Keep adds a raw file.
func (f filling) Keep(ctx context.Context, sum string, size int64, r io.Reader) error {
	if err := kept.CheckSum(sum); err != nil {
		return err
	}
	w := &pieceWriter{put: func(piece int, b []byte) error {
		_, err := f.tx.Exec(ctx, "INSERT INTO cordon.raw_piece (sum, piece, data) VALUES (decode($1, 'hex'), $2, $3)", sum, piece, b)
		return err
	}}
	// The pieces refer to the file, and how many there are is known at the end.
	_, err := f.tx.Exec(ctx, "INSERT INTO cordon.raw (sum, size, pieces) VALUES (decode($1, 'hex'), $2, 0)", sum, size)
	if err != nil {
		return unavailable(err, "the raw file cannot be kept")
	}
	got, _, err := kept.Pack(w, r)
	if err == nil {
		err = w.end()
	}
	if err == nil && got != sum {
		err = fault.New(fault.Invalid, "the raw file does not have its hash")
	}
	if err == nil {
		_, err = f.tx.Exec(ctx, "UPDATE cordon.raw SET pieces = $2 WHERE sum = decode($1, 'hex')", sum, w.pieces)
	}
	if err != nil {
		return unavailable(err, "the raw file cannot be kept")
	}
	return nil
}

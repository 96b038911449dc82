package comtrade

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/tabular"
)

// NewCSV makes a reader of a table. A column that is missing and without which no row
// can be understood is an error; a column that nobody knows is told in the tally.
func NewCSV(src io.Reader, o Options) (*Reader, error) {
	t, err := tabular.NewCSV(src, tabular.Options{File: o.File})
	if err != nil {
		return nil, err
	}
	at := [columns]int{}
	for i := range at {
		at[i] = -1
	}
	for i, name := range t.Columns() {
		if c, ok := columnNamed(name); ok && at[c] < 0 {
			at[c] = i
		}
	}
	if err := required(func(c column) bool { return at[c] >= 0 }); err != nil {
		return nil, err.At(fault.Place{File: o.File, Line: 1})
	}
	var cols []readColumn
	for c, i := range at {
		if i >= 0 {
			cols = append(cols, readColumn{column(c), i})
		}
	}
	r := newReader(o)
	r.each = func(ctx context.Context, row func(int, *cells) error) error {
		defer func() { r.tally.Unused = unused(t) }()
		return r.table(ctx, t, cols, row)
	}
	return r, nil
}

// readColumn is a column that is read and where it stands.
type readColumn struct {
	col column
	at  int
}

func (r *Reader) table(ctx context.Context, t *tabular.Reader, cols []readColumn, row func(int, *cells) error) error {
	var c cells
	width := len(t.Columns())
	return t.Each(ctx, false, func(line *tabular.Row) error {
		if n := len(line.Fields); n < width {
			r.tally.Refuse(fault.Place{File: r.opt.File, Line: line.Line}, fault.New(fault.Invalid, "it has %d cells, the header %d", n, width))
			return nil
		}
		for _, k := range cols {
			c[k.col] = trim(line.Fields[k.at])
		}
		return row(line.Line, &c)
	}, func(bad *tabular.RowError) {
		r.tally.Refuse(fault.Place{File: r.opt.File, Line: bad.Line}, fault.New(fault.Invalid, "%s", bad.Reason))
	})
}

// trim takes spaces off a cell, which hardly ever has any.
func trim(s string) string {
	if n := len(s); n > 0 && (s[0] == ' ' || s[n-1] == ' ') {
		return strings.TrimSpace(s)
	}
	return s
}

// unused gives the columns that held something and are neither read nor known to say
// nothing new.
func unused(t *tabular.Reader) []string {
	return slices.DeleteFunc(t.Unused(), func(name string) bool {
		_, known := columnNamed(name)
		return known || ignored[strings.ToLower(name)]
	})
}

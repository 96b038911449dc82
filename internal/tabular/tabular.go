// Package tabular reads tables, delimited text and sheets of workbooks, row by
// row in bounded memory, with the line of every row and a note of the columns
// that nobody asked for.
//
// It guesses no meaning: which column is what is for the caller. It never drops
// a row, never pads one and never turns a byte that is not text into one.
package tabular

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// Limits of one table.
const (
	MaxRow     = 4 << 20 // bytes of one row
	MaxColumns = 1024
)

// Options say what the table looks like.
type Options struct {
	// File stands in the place of every error.
	File string
	// Comma separates the fields; 0 means the one of comma, semicolon and tab
	// that the header has most of.
	Comma rune
	// Columns are the names of the columns of a table without a header.
	Columns []string
	// Title says that the first row is a title and the header the second.
	Title bool
	// LazyQuotes takes a quote inside a field as it stands.
	LazyQuotes bool
	// Sheet is the sheet of a workbook to read; the first unless given.
	Sheet string
}

// Reader reads one table.
type Reader struct {
	file  string
	title string
	next  func() ([]string, int, error) // fields and line; io.EOF at the end
	names []string
	index map[string]int
	used  []bool // columns asked for
	held  []bool // columns that held something
	row   Row
}

// Row is one row; it is valid until the next one is read.
type Row struct {
	// Line is where the row begins, from 1; in a sheet, its number.
	Line int
	// Fields are the cells in order, as they stand there.
	Fields []string
	r      *Reader
}

func (r *Reader) begin(columns []string) error {
	if columns == nil {
		f, _, err := r.next()
		if errors.Is(err, io.EOF) {
			return fault.New(fault.Invalid, "the table has no header").At(fault.Place{File: r.file})
		}
		if err != nil {
			return err
		}
		for _, name := range f {
			columns = append(columns, strings.TrimSpace(name))
		}
	}
	if len(columns) > MaxColumns {
		return fault.New(fault.TooLarge, "the table has more than %d columns", MaxColumns).At(fault.Place{File: r.file, Line: 1})
	}
	r.names = columns
	r.index = make(map[string]int, len(columns))
	for i, name := range columns {
		if _, twice := r.index[name]; !twice {
			r.index[name] = i
		}
	}
	r.used = make([]bool, len(columns))
	r.held = make([]bool, len(columns))
	r.row.r = r
	return nil
}

// Columns gives the names of the columns.
func (r *Reader) Columns() []string { return r.names }

// Key is what a column is called without case, marks and what parts its words: "Date_of_birth" and "date of birth" have one.
func Key(column string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, text.Fold(column))
}

// Title gives the cells of the row before the header, where there is one.
func (r *Reader) Title() string { return r.title }

// Require makes sure that columns are there; the error names the missing ones
// and the nearest that are.
func (r *Reader) Require(names ...string) error {
	for _, name := range names {
		if _, ok := r.index[name]; ok {
			continue
		}
		err := fault.New(fault.Invalid, "the table has no column %q", name).At(fault.Place{File: r.file, Line: 1})
		if near := text.NearestOf(name, r.names, 3); len(near) > 0 {
			return err.WithFix("the nearest is %q", near[0])
		}
		return err.WithFix("the columns are: %s", strings.Join(r.names[:min(len(r.names), 40)], ", "))
	}
	return nil
}

// Next gives the next row that has any content; io.EOF at the end. A row with
// more cells than the header is an error of that row alone ([RowError]): the
// reader can go on.
func (r *Reader) Next() (*Row, error) {
	for {
		f, line, err := r.next()
		if err != nil {
			return nil, err
		}
		r.row.Fields, r.row.Line = f, line
		if len(f) == 1 && strings.Trim(f[0], " \t\x1a") == "" {
			continue // an empty line, or the mark of the end of old systems
		}
		if len(f) > len(r.names) && slices.ContainsFunc(f[len(r.names):], func(s string) bool { return strings.TrimSpace(s) != "" }) {
			return &r.row, &RowError{line, fmt.Sprintf("it has %d cells, the header %d", len(f), len(r.names))}
		}
		for i := range min(len(f), len(r.held)) {
			if !r.held[i] && strings.TrimSpace(f[i]) != "" {
				r.held[i] = true
			}
		}
		return &r.row, nil
	}
}

// Each calls row for every row to the end, and bad for every row that is none: one
// with more cells than the header or, if whole, with fewer.
func (r *Reader) Each(ctx context.Context, whole bool, row func(*Row) error, bad func(*RowError)) error {
	for {
		next, err := r.Next()
		var fault *RowError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &fault):
			bad(fault)
			continue
		case err == nil:
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if n, all := len(next.Fields), len(r.names); whole && n < all {
			bad(&RowError{next.Line, fmt.Sprintf("it has %d cells, the header %d", n, all)})
			continue
		}
		if err := row(next); err != nil {
			return err
		}
	}
}

// RowError is a fault of one row.
type RowError struct {
	Line   int
	Reason string
}

// Error gives "line: reason".
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Get gives the cell of a column without the white space around it, "" when
// there is none, and marks the column as used.
func (row *Row) Get(column string) string {
	i, ok := row.r.index[column]
	if !ok {
		return ""
	}
	row.r.used[i] = true
	if i >= len(row.Fields) {
		return ""
	}
	return strings.TrimSpace(row.Fields[i])
}

// Unused gives the columns that held something and that nobody asked for.
func (r *Reader) Unused() []string {
	var out []string
	for i, name := range r.names {
		if r.held[i] && !r.used[i] {
			out = append(out, name)
		}
	}
	return out
}

// Open makes a reader of a table in either form, which it tells apart by how
// the file begins.
func Open(src io.Reader, o Options) (*Reader, error) {
	br := bufio.NewReaderSize(src, 64<<10)
	if head, _ := br.Peek(len(zipMagic)); bytes.Equal(head, zipMagic) {
		return NewXLSX(br, o)
	}
	return NewCSV(br, o)
}

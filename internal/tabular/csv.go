// Package tabular reads tables: delimited text now, sheets of workbooks beside
// it, row by row in bounded memory, with the line of every row and a note of
// the columns that nobody asked for.
//
// It guesses no meaning: which column is what is for the caller. It never drops
// a row, never pads one and never turns a byte that is not text into one.
package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

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
}

// Reader reads one table.
type Reader struct {
	file  string
	title string
	csv   *csv.Reader
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

// NewCSV makes a reader of delimited text in UTF-8, or in UTF-16 with a byte
// order mark. It reads the header, unless Options.Columns stands for one.
func NewCSV(src io.Reader, o Options) (*Reader, error) {
	br := bufio.NewReaderSize(src, 64<<10)
	head, err := br.Peek(4096)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return nil, fault.New(fault.Invalid, "the table is empty").At(fault.Place{File: o.File})
	}
	var in io.Reader = br
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		if _, err := br.Discard(3); err != nil {
			return nil, err
		}
		head = head[3:]
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		dec := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
		wide := bufio.NewReaderSize(dec.Reader(br), 64<<10)
		head, _ = wide.Peek(4096)
		in = wide
	}
	if err := notATable(head); err != nil {
		return nil, err.At(fault.Place{File: o.File, Line: 1})
	}
	r := &Reader{file: o.File}
	r.csv = csv.NewReader(&lines{src: in, file: o.File, line: 1})
	r.csv.ReuseRecord = true
	r.csv.FieldsPerRecord = -1
	r.csv.LazyQuotes = o.LazyQuotes
	r.csv.Comma = o.Comma
	if o.Comma == 0 {
		r.csv.Comma = comma(head)
	}
	r.next = r.readCSV
	if o.Title {
		f, _, err := r.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		r.title = strings.TrimSpace(strings.Join(f, " "))
	}
	return r, r.begin(o.Columns)
}

// notATable recognises what is saved in place of a table.
func notATable(head []byte) *fault.Error {
	t := bytes.ToLower(bytes.TrimLeft(head, " \t\r\n"))
	switch {
	case bytes.HasPrefix(t, []byte("<!doctype html")), bytes.HasPrefix(t, []byte("<html")):
		return fault.New(fault.Invalid, "this is a web page, not a table").
			WithFix("look at the page: it may say why the file was not served")
	case bytes.HasPrefix(t, []byte("<")):
		return fault.New(fault.Invalid, "this is XML, not a table")
	case bytes.HasPrefix(t, []byte("{")):
		return fault.New(fault.Invalid, "this is JSON, not a table").
			WithFix("look at the file: an error message may have been saved in its place")
	case bytes.HasPrefix(t, []byte("pk\x03\x04")):
		return fault.New(fault.Invalid, "this is a workbook or an archive, not text")
	}
	return nil
}

// comma gives the separator that the first line has most of.
func comma(head []byte) rune {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

func (r *Reader) readCSV() ([]string, int, error) {
	f, err := r.csv.Read()
	var p *csv.ParseError
	switch {
	case err == nil:
		line, _ := r.csv.FieldPos(0)
		return f, line, nil
	case errors.As(err, &p):
		what := "the quotes do not close"
		if errors.Is(p.Err, csv.ErrBareQuote) {
			what = "a quote stands inside a field that does not begin with one"
		} else if !errors.Is(p.Err, csv.ErrQuote) {
			what = p.Err.Error()
		}
		return nil, 0, fault.New(fault.Invalid, "not a table: %s", what).
			At(fault.Place{File: r.file, Line: p.Line, Column: p.Column})
	}
	return nil, 0, err
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
		if len(f) > len(r.names) && slices.ContainsFunc(f[len(r.names):], func(s string) bool { return s != "" }) {
			return &r.row, &RowError{line, fmt.Sprintf("it has %d cells, the header %d", len(f), len(r.names))}
		}
		for i := range min(len(f), len(r.held)) {
			if f[i] != "" {
				r.held[i] = true
			}
		}
		return &r.row, nil
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

// lines passes text on, holding each row to MaxRow and to UTF-8. A row is taken
// to end at a line end outside quotes, so that a quote that never closes ends
// in an error and not in memory.
type lines struct {
	src    io.Reader
	file   string
	line   int
	row    int
	quoted bool
	buf    [32 << 10]byte
	part   int    // bytes at the start of buf that begin a character
	out    []byte // checked and not passed on
	err    error
}

func (l *lines) Read(p []byte) (int, error) {
	for len(l.out) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		l.more()
	}
	n := copy(p, l.out)
	l.out = l.out[n:]
	if len(l.out) == 0 && l.part > 0 {
		copy(l.buf[:], l.buf[len(l.buf)-l.part:])
	}
	return n, nil
}

// more reads and checks the next part of the text.
func (l *lines) more() {
	n, err := l.src.Read(l.buf[l.part : len(l.buf)-utf8.UTFMax])
	n += l.part
	l.err, l.part = err, 0
	if cut := incomplete(l.buf[:n]); cut > 0 && err == nil {
		n -= cut
		l.part = cut
		copy(l.buf[len(l.buf)-cut:], l.buf[n:n+cut]) // out of the way of what is read next
	}
	if err := l.check(l.buf[:n]); err != nil {
		l.err, n = err, 0
	}
	l.out = l.buf[:n]
	if n == 0 && l.part > 0 {
		copy(l.buf[:], l.buf[len(l.buf)-l.part:])
	}
}

// incomplete gives the number of bytes at the end that begin a character.
func incomplete(b []byte) int {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return i
			}
			return 0
		}
	}
	return 0
}

func (l *lines) check(b []byte) error {
	if !utf8.Valid(b) {
		i := 0
		for i < len(b) {
			c, size := utf8.DecodeRune(b[i:])
			if c == utf8.RuneError && size == 1 {
				break
			}
			i += size
		}
		return fault.New(fault.Invalid, "the byte %#x is not UTF-8", b[i]).WithFix("convert the file to UTF-8 first").
			At(fault.Place{File: l.file, Line: l.line + bytes.Count(b[:i], []byte("\n"))})
	}
	for len(b) > 0 {
		i := bytes.IndexAny(b, "\"\n")
		if i < 0 {
			l.row += len(b)
			break
		}
		l.row += i + 1
		if b[i] == '"' {
			l.quoted = !l.quoted
		} else {
			l.line++
			if !l.quoted {
				if l.row > MaxRow {
					break
				}
				l.row = 0
			}
		}
		b = b[i+1:]
	}
	if l.row > MaxRow {
		return fault.New(fault.TooLarge, "one row is larger than %d bytes", MaxRow).
			WithFix("a quote may not close").At(fault.Place{File: l.file, Line: l.line})
	}
	return nil
}

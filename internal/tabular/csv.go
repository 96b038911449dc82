package tabular

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/cordon-engine/cordon/internal/fault"
)

// NewCSV makes a reader of delimited text in UTF-8, or in UTF-16 with a byte
// order mark. It reads the header, unless Options.Columns stands for one.
func NewCSV(src io.Reader, o Options) (*Reader, error) {
	in, err := UTF8(src)
	if err != nil {
		return nil, fault.In(fault.Place{File: o.File}, err)
	}
	head, err := in.Peek(4096)
	if len(bytes.TrimSpace(head)) == 0 && errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "the table is empty").At(fault.Place{File: o.File}).
			WithFix("give a file whose first row names its columns")
	}
	if len(head) == 0 {
		return nil, err
	}
	if err := notATable(head); err != nil {
		return nil, err.At(fault.Place{File: o.File, Line: 1})
	}
	if err := LineEnds(head); err != nil {
		return nil, err.At(fault.Place{File: o.File, Line: 1})
	}
	c := &lines{src: in, file: o.File, line: 1, lazy: o.LazyQuotes, comma: ',', buf: make([]byte, 64<<10)}
	switch said, size := saidComma(head); {
	case o.Comma == 0 && size > 0:
		if _, err := in.Discard(size); err != nil {
			return nil, err
		}
		c.comma, c.line = said, 2
	case o.Comma == 0:
		c.comma = comma(head)
	case o.Comma < utf8.RuneSelf && o.Comma != '"' && o.Comma != '\n' && o.Comma != '\r':
		c.comma = byte(o.Comma)
	default:
		return nil, fault.New(fault.Usage, "%q cannot separate the fields of a table", o.Comma)
	}
	r := &Reader{file: o.File, next: c.next}
	if o.Title {
		f, _, err := r.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		r.title = strings.TrimSpace(strings.Join(f, " "))
	}
	return r, r.begin(o.Columns)
}

// UTF8 gives a text without the mark at its start, and in UTF-8 where that mark says that it is UTF-16. A text without a
// mark that can only be UTF-16 is an error.
func UTF8(src io.Reader) (*bufio.Reader, error) {
	br := bufio.NewReaderSize(src, 64<<10)
	head, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, err := br.Discard(3)
		return br, err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		dec := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
		return bufio.NewReaderSize(dec.Reader(br), 64<<10), nil
	case len(head) == 4 && (head[0] == 0) != (head[1] == 0) && (head[2] == 0) != (head[3] == 0):
		return nil, fault.New(fault.Invalid, "this is UTF-16 without a byte order mark, or no text at all").
			WithFix("save the file as UTF-8")
	}
	return br, nil
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

// LineEnds refuses a text whose head has no line end but carriage returns alone, as very old programs wrote them: read as it
// stands, all its lines would be one.
func LineEnds(head []byte) *fault.Error {
	if bytes.IndexByte(head, '\n') >= 0 || bytes.IndexByte(bytes.TrimSpace(head), '\r') < 0 {
		return nil
	}
	return fault.New(fault.Invalid, "its lines end with carriage returns alone").
		WithFix("save it again with the line ends of today")
}

// saidComma gives the separator that a first line of the form sep=; says, as spreadsheets write and read it, and how long that
// line is; 0 where there is none.
func saidComma(head []byte) (c byte, size int) {
	line, _, ended := bytes.Cut(head, newline)
	if rest, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r"), []byte("sep=")); ok && ended && len(rest) == 1 && strings.IndexByte(",;\t|", rest[0]) >= 0 {
		return rest[0], len(line) + 1
	}
	return 0, 0
}

// comma gives the separator that the first line has most of.
func comma(head []byte) byte {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	best, most := byte(','), 0
	for _, c := range []byte(",;\t") {
		if n := bytes.Count(line, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

// lines reads rows of delimited text. A row is one string, cut into fields, so it
// costs one allocation; what is not valid UTF-8, and a row larger than MaxRow, is
// an error.
type lines struct {
	src   io.Reader
	file  string
	comma byte
	lazy  bool

	buf      []byte
	pos, end int // what is read and not yet given out
	err      error
	line     int // of buf[pos]

	fields []string
	flat   []byte // the fields of a row with quotes, one after another
	ends   []int  // where each field ends in flat
}

// next gives the next row that is not an empty line, and its line.
func (t *lines) next() ([]string, int, error) {
	for {
		n, quoted, err := t.row()
		if err != nil {
			return nil, 0, err
		}
		line, row := t.line, t.buf[t.pos:t.pos+n]
		if !utf8.Valid(row) {
			return nil, 0, t.notUTF8(row)
		}
		t.pos += n
		if quoted {
			if err := t.cutQuoted(row); err != nil {
				return nil, 0, err
			}
			t.line += bytes.Count(row, newline)
			return t.fields, line, nil
		}
		t.line++
		if row = endOfLine(row); len(row) > 0 {
			t.cut(string(row))
			return t.fields, line, nil
		}
	}
}

var newline = []byte("\n")

// row finds the next row in the buffer, the end of its line with it, and says
// whether there is a quote in it.
func (t *lines) row() (n int, quoted bool, err error) {
	var in scan
	for from, seen := 0, 0; ; { // the line begins at from; up to seen there is no line end
		b := t.buf[t.pos:t.end]
		i := bytes.IndexByte(b[seen:], '\n')
		if n = seen + i + 1; i >= 0 {
			line := b[from:n]
			if quoted = quoted || bytes.IndexByte(line, '"') >= 0; !quoted || !t.open(&in, line) {
				if n > MaxRow {
					return 0, false, t.tooLarge()
				}
				return n, quoted, nil
			}
			from, seen = n, n
			continue
		}
		seen = len(b)
		if t.err != nil {
			switch {
			case !errors.Is(t.err, io.EOF):
				return 0, false, t.err
			case len(b) == 0:
				return 0, false, io.EOF
			}
			return len(b), bytes.IndexByte(b, '"') >= 0, nil
		}
		if len(b) > MaxRow {
			return 0, false, t.tooLarge()
		}
		t.fill()
	}
}

// scan is where in a row a line ends.
type scan struct {
	quotes int  // seen so far
	open   bool // a quoted field is open
}

// open reports whether a quoted field is open at the end of the line.
func (t *lines) open(in *scan, line []byte) bool {
	if !t.lazy {
		in.quotes += bytes.Count(line, quote)
		return in.quotes%2 == 1
	}
	for i, start := 0, true; i < len(line); i++ {
		switch c := line[i]; {
		case !in.open:
			in.open = start && c == '"'
			start = c == t.comma
		case c != '"':
		case i+1 < len(line) && line[i+1] == '"':
			i++
		case i+1 == len(line) || line[i+1] == t.comma || line[i+1] == '\n' || line[i+1] == '\r' && i+2 < len(line) && line[i+2] == '\n':
			in.open, start = false, false
		}
	}
	return in.open
}

var quote = []byte{'"'}

// fill reads more, moving what is left to the front and growing the buffer when
// it is full.
func (t *lines) fill() {
	if t.pos > 0 {
		copy(t.buf, t.buf[t.pos:t.end])
		t.end, t.pos = t.end-t.pos, 0
	}
	if t.end == len(t.buf) {
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	n, err := t.src.Read(t.buf[t.end:])
	t.end, t.err = t.end+n, err
}

// cut cuts a row without quotes.
func (t *lines) cut(row string) {
	t.fields = t.fields[:0]
	for {
		i := strings.IndexByte(row, t.comma)
		if i < 0 {
			t.fields = append(t.fields, row)
			return
		}
		t.fields = append(t.fields, row[:i])
		row = row[i+1:]
	}
}

// cutQuoted cuts a row in which there are quotes.
func (t *lines) cutQuoted(row []byte) error {
	t.flat, t.ends = t.flat[:0], t.ends[:0]
	for i, more := 0, true; more; {
		if i < len(row) && row[i] == '"' {
			at, m, wrong := t.quotedField(row, i+1)
			if wrong != "" {
				return t.notATable(row[:at], wrong)
			}
			i, more = at, m
		} else {
			field := row[i:]
			n := bytes.IndexByte(field, t.comma)
			if more = n >= 0; more {
				field = field[:n]
			} else {
				field = endOfLine(field)
			}
			if q := bytes.IndexByte(field, '"'); q >= 0 && !t.lazy {
				return t.notATable(row[:i+q], "a quote stands inside a field that does not begin with one")
			}
			t.flat = append(t.flat, field...)
			i += n + 1
		}
		t.ends = append(t.ends, len(t.flat))
	}
	all, from := string(t.flat), 0
	t.fields = t.fields[:0]
	for _, end := range t.ends {
		t.fields = append(t.fields, all[from:end])
		from = end
	}
	return nil
}

// quotedField reads a field from behind its first quote. It gives where the next
// one begins, and whether there is one; or where and what is wrong.
func (t *lines) quotedField(row []byte, i int) (next int, more bool, wrong string) {
	for {
		q := bytes.IndexByte(row[i:], '"')
		if q < 0 {
			return 0, false, "the quotes do not close"
		}
		t.flat = appendLines(t.flat, row[i:i+q])
		i += q + 1
		if len(row)-i <= 2 && len(endOfLine(row[i:])) == 0 {
			return len(row), false, ""
		}
		switch {
		case row[i] == t.comma:
			return i + 1, true, ""
		case row[i] == '"':
			t.flat = append(t.flat, '"')
			i++
		case t.lazy:
			t.flat = append(t.flat, '"')
		default:
			return i, false, "something stands between the end of a quoted field and the separator"
		}
	}
}

// appendLines appends what stands in quotes, its line ends made one character.
func appendLines(to, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\r')
		switch {
		case i < 0:
			return append(to, b...)
		case i+1 < len(b) && b[i+1] == '\n':
			to = append(to, b[:i]...)
		default:
			to = append(to, b[:i+1]...)
		}
		b = b[i+1:]
	}
}

// endOfLine takes the end of the line off a row.
func endOfLine(row []byte) []byte {
	if n := len(row); n > 0 && row[n-1] == '\n' {
		row = row[:n-1]
	}
	if n := len(row); n > 0 && row[n-1] == '\r' {
		row = row[:n-1]
	}
	return row
}

// notATable is a fault in a row behind before.
func (t *lines) notATable(before []byte, what string) error {
	return fault.New(fault.Invalid, "not a table: %s", what).At(fault.Place{
		File: t.file, Line: t.line + bytes.Count(before, newline),
		Column: 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]),
	})
}

func (t *lines) tooLarge() error {
	return fault.New(fault.TooLarge, "one row is larger than %d bytes", MaxRow).
		WithFix("a quote may not close").At(fault.Place{File: t.file, Line: t.line})
}

func (t *lines) notUTF8(row []byte) error {
	i := 0
	for i < len(row) {
		c, size := utf8.DecodeRune(row[i:])
		if c == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	return fault.New(fault.Invalid, "the byte %#x is not UTF-8", row[i]).WithFix("convert the file to UTF-8 first").
		At(fault.Place{File: t.file, Line: t.line + bytes.Count(row[:i], newline)})
}

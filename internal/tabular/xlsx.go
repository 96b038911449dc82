package tabular

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"io"
	"math"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// Limits of one workbook. Its bytes and its shared texts are held in memory; the
// sheet is unpacked as it is read.
const (
	MaxWorkbook = 64 << 20  // bytes of the file
	MaxUnpacked = 512 << 20 // bytes of its parts that are read, unpacked
	MaxShared   = 96 << 20  // bytes of the texts that its cells share
	maxStyles   = 1 << 16
)

var zipMagic = []byte("PK\x03\x04")

// NewXLSX makes a reader of one sheet of a workbook (ECMA-376). Cells are given
// as stored and not as shown, except that a number under a format of dates is
// given as a date, "2017-07-04", with the time after it where there is one. The
// line of a row is its number in the sheet; hidden rows and columns are read.
func NewXLSX(src io.Reader, o Options) (*Reader, error) {
	s := &sheet{book: book{left: MaxUnpacked}}
	err := s.open(src, o.Sheet)
	if err != nil {
		return nil, fault.In(fault.Place{File: o.File}, err)
	}
	r := &Reader{file: o.File, next: func() ([]string, int, error) {
		cells, line, err := s.next()
		if err != nil && !errors.Is(err, io.EOF) {
			err = fault.In(fault.Place{File: o.File, Line: s.line}, err)
		}
		return cells, line, err
	}}
	return r, r.begin(o.Columns)
}

// book is the archive and what all its sheets share.
type book struct {
	zip    *zip.Reader
	left   int64 // bytes that may still be unpacked
	shared []string
	dates  []bool // whether a style shows numbers as dates
	epoch  when.Day
}

// errNotBook is what an archive is told that is no workbook.
func errNotBook(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "this is no workbook: "+format, args...).
		WithFix("save the sheet as .xlsx without a password, or as CSV in UTF-8")
}

// openBook reads all but the sheets, and gives the part that holds a sheet.
func (b *book) openBook(src io.Reader, want string) (string, error) {
	all, err := io.ReadAll(io.LimitReader(src, MaxWorkbook+1))
	switch {
	case err != nil:
		return "", err
	case len(all) > MaxWorkbook:
		return "", fault.New(fault.TooLarge, "the workbook is larger than %d bytes", MaxWorkbook).
			WithFix("save the sheet as CSV in UTF-8")
	}
	if b.zip, err = zip.NewReader(bytes.NewReader(all), int64(len(all))); err != nil {
		return "", errNotBook("the archive cannot be read, it may be broken off: %v", err)
	}
	main, err := b.mainPart()
	if err != nil {
		return "", err
	}
	targets, err := b.relations(main)
	if err != nil {
		return "", err
	}
	id, err := b.sheetID(main, want)
	if err != nil {
		return "", err
	}
	for _, t := range targets {
		switch t.kind {
		case "sharedStrings":
			err = b.readShared(t.part)
		case "styles":
			err = b.readStyles(t.part)
		}
		if err != nil {
			return "", err
		}
	}
	for _, t := range targets {
		if t.id == id {
			return t.part, nil
		}
	}
	return "", errNotBook("the sheet has no part %q", id)
}

// each calls f for every token of a part.
func (b *book) each(part string, f func(x *xmlstream.Reader, t xmlstream.Token) error) error {
	src, err := b.part(part)
	if err != nil {
		return err
	}
	defer src.Close()
	x := xmlstream.NewReader(src)
	for {
		t, err := x.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return broken(part, err)
		}
		if err := f(x, t); err != nil {
			return err
		}
	}
}

// broken says that a part of the archive cannot be read.
func broken(part string, err error) error {
	if errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errNotBook("%s is damaged: %v", part, err)
	}
	return fault.In(fault.Place{Field: part}, err)
}

// part opens a part of the archive.
func (b *book) part(name string) (io.ReadCloser, error) {
	for _, f := range b.zip.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			rc, err := f.Open()
			if err != nil {
				return nil, broken(name, err)
			}
			return &unpacked{rc, b}, nil
		}
	}
	return nil, errNotBook("it has no part %q", name)
}

// unpacked holds what is unpacked to the limit of the workbook.
type unpacked struct {
	io.ReadCloser
	b *book
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if u.b.left -= int64(n); u.b.left < 0 {
		return 0, fault.New(fault.TooLarge, "the workbook unpacks to more than %d bytes", int64(MaxUnpacked)).
			WithFix("save the sheet as CSV in UTF-8")
	}
	return n, err
}

// relation is one part that another refers to.
type relation struct{ id, kind, part string }

// relations reads what a part refers to. Kind is the last word of the type.
func (b *book) relations(of string) ([]relation, error) {
	dir, file := path.Split(of)
	var out []relation
	err := b.each(dir+"_rels/"+file+".rels", func(_ *xmlstream.Reader, t xmlstream.Token) error {
		if t.Kind != xmlstream.Start || t.Name != "Relationship" || attr(t, "TargetMode") == "External" {
			return nil
		}
		target := attr(t, "Target")
		if rest, ok := strings.CutPrefix(target, "/"); ok {
			target = rest
		} else {
			target = path.Join(dir, target)
		}
		out = append(out, relation{attr(t, "Id"), path.Base(attr(t, "Type")), target})
		return nil
	})
	return out, err
}

func (b *book) mainPart() (string, error) {
	rels, err := b.relations("")
	if err != nil {
		return "", err
	}
	for _, r := range rels {
		if r.kind == "officeDocument" {
			return r.part, nil
		}
	}
	return "", errNotBook("it names no main part")
}

// sheetID finds a sheet by name, the first when want is empty.
func (b *book) sheetID(main, want string) (string, error) {
	id, found := "", false
	var names []string
	b.epoch = when.Date(1899, 12, 30)
	err := b.each(main, func(_ *xmlstream.Reader, t xmlstream.Token) error {
		switch {
		case t.Kind != xmlstream.Start:
		case t.Name == "workbookPr":
			if v := attr(t, "date1904"); v == "1" || v == "true" {
				b.epoch = when.Date(1904, 1, 1)
			}
		case t.Name == "sheet":
			name := attr(t, "name")
			names = append(names, name)
			if !found && (want == "" || name == want) {
				id, found = attr(t, "id"), true
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return "", err
	case len(names) == 0:
		return "", errNotBook("it has no sheet")
	case !found:
		return "", fault.New(fault.Invalid, "the workbook has no sheet %q", want).
			WithFix("its sheets are: %s", strings.Join(names[:min(len(names), 40)], ", "))
	}
	return id, nil
}

// readShared reads the texts that cells refer to by number: the runs of each put
// together, without the readings that stand beside them.
func (b *book) readShared(part string) error {
	size := 0
	var text []byte
	inText, phonetic := false, false
	return b.each(part, func(_ *xmlstream.Reader, t xmlstream.Token) error {
		switch {
		case t.Kind == xmlstream.Text:
			if inText && !phonetic {
				text = append(text, t.Text...)
			}
		case t.Name == "t":
			inText = t.Kind == xmlstream.Start
		case t.Name == "rPh":
			phonetic = t.Kind == xmlstream.Start
		case t.Name == "si" && t.Kind == xmlstream.End:
			if size += len(text) + 16; size > MaxShared {
				return fault.New(fault.TooLarge, "the texts of the workbook are larger than %d bytes", MaxShared).
					WithFix("save the sheet as CSV in UTF-8")
			}
			b.shared = append(b.shared, unescape(string(text)))
			text = text[:0]
		}
		return nil
	})
}

// unescape resolves the characters that a workbook writes as _xHHHH_ (ECMA-376
// part 1, 22.9.2.19).
func unescape(s string) string {
	from := strings.Index(s, "_x")
	if from < 0 {
		return s
	}
	out := []byte(s[:from])
	for i := from; i < len(s); {
		if len(s)-i >= 7 && s[i:i+2] == "_x" && s[i+6] == '_' {
			if c, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil && utf8.ValidRune(rune(c)) {
				out = utf8.AppendRune(out, rune(c))
				i += 7
				continue
			}
		}
		out = append(out, s[i])
		i++
	}
	return string(out)
}

// readStyles finds out which styles show numbers as dates.
func (b *book) readStyles(part string) error {
	formats, cells := map[int]bool{}, false
	return b.each(part, func(_ *xmlstream.Reader, t xmlstream.Token) error {
		switch {
		case t.Name == "cellXfs":
			cells = t.Kind == xmlstream.Start
		case t.Kind != xmlstream.Start:
		case t.Name == "numFmt":
			if id, err := strconv.Atoi(attr(t, "numFmtId")); err == nil && len(formats) < maxStyles {
				formats[id] = isDateFormat(attr(t, "formatCode"))
			}
		case t.Name == "xf" && cells && len(b.dates) < maxStyles:
			id, _ := strconv.Atoi(attr(t, "numFmtId"))
			date, own := formats[id]
			b.dates = append(b.dates, date || !own && builtInDate(id))
		}
		return nil
	})
}

// builtInDate reports whether a format that needs no definition is one of dates
// (ECMA-376 part 1, 18.8.30, and those of East Asian languages beside it).
func builtInDate(id int) bool {
	return id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id == 57 || id == 58
}

// isDateFormat reports whether a format code shows a day or a year: outside
// quoted text, colours and escapes there is a d or a y.
func isDateFormat(code string) bool {
	var quoted, bracket bool
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '\\' || c == '_' || c == '*':
			i++
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case bracket:
		case c == 'd' || c == 'D' || c == 'y' || c == 'Y':
			return true
		}
	}
	return false
}

func attr(t xmlstream.Token, name string) string {
	for _, a := range t.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// sheet reads the rows of one sheet.
type sheet struct {
	book
	x     *xmlstream.Reader
	line  int
	cells []string
	text  []byte
	// hollow is the first cell of the row that holds a formula and no value.
	hollow string
}

func (s *sheet) open(src io.Reader, name string) error {
	part, err := s.openBook(src, name)
	if err != nil {
		return err
	}
	rc, err := s.part(part)
	if err != nil {
		return err
	}
	s.x = xmlstream.NewReader(rc) // the archive is in memory: nothing is held open
	return nil
}

// next gives the next row that has a cell with something in it.
func (s *sheet) next() ([]string, int, error) {
	for {
		t, err := s.x.Next()
		if errors.Is(err, io.EOF) {
			return nil, 0, io.EOF
		}
		if err != nil {
			return nil, 0, broken("the sheet", err)
		}
		if t.Kind != xmlstream.Start || t.Name != "row" {
			continue
		}
		line := s.line + 1
		if r := attr(t, "r"); r != "" {
			if line, err = strconv.Atoi(r); err != nil || line <= s.line {
				return nil, 0, errNotBook("the rows are not in order: %q comes after row %d", r, s.line)
			}
		}
		s.line = line
		if err := s.row(); err != nil {
			return nil, 0, err
		}
		if s.hollow != "" {
			return s.cells, s.line, &RowError{s.line, "the cell " + s.hollow + " holds a formula and no value: open the file in a spreadsheet program, which reckons it, and save it"}
		}
		if strings.TrimSpace(strings.Join(s.cells, "")) != "" {
			return s.cells, s.line, nil
		}
	}
}

// row reads the cells of a row to its end.
func (s *sheet) row() error {
	s.cells, s.hollow = s.cells[:0], ""
	size := 0
	for {
		t, err := s.x.Next()
		if err != nil {
			return broken("the sheet", err)
		}
		switch {
		case t.Kind == xmlstream.End && t.Name == "row":
			return nil
		case t.Kind == xmlstream.Start && t.Name == "c":
			col := len(s.cells)
			if ref := attr(t, "r"); ref != "" {
				if col = column(ref); col < len(s.cells) {
					return errNotBook("the cells of row %d are not in order at %q", s.line, ref)
				}
			}
			if col >= MaxColumns {
				return fault.New(fault.TooLarge, "row %d has more than %d cells", s.line, MaxColumns)
			}
			for len(s.cells) < col {
				s.cells = append(s.cells, "")
			}
			ref := attr(t, "r")
			v, hollow, err := s.cell(attr(t, "t"), attr(t, "s"))
			if err != nil {
				return err
			}
			if hollow && s.hollow == "" {
				s.hollow = cmp.Or(ref, strconv.Itoa(col+1))
			}
			if size += len(v); size > MaxRow {
				return fault.New(fault.TooLarge, "row %d is larger than %d bytes", s.line, MaxRow)
			}
			s.cells = append(s.cells, v)
		}
	}
}

// column gives the number of the column of a reference such as "AB12", from 0.
func column(ref string) int {
	n := 0
	for i := 0; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && n < 1<<20; i++ {
		n = n*26 + int(ref[i]-'A') + 1
	}
	return n - 1
}

// cell reads a cell to its end; hollow says that it holds a formula that nobody has reckoned.
func (s *sheet) cell(kind, style string) (value string, hollow bool, err error) {
	s.text = s.text[:0]
	inText, phonetic, formula, valued := false, false, false, false
	for {
		t, err := s.x.Next()
		if err != nil {
			return "", false, broken("the sheet", err)
		}
		switch {
		case t.Kind == xmlstream.Text:
			if inText && !phonetic {
				s.text = append(s.text, t.Text...)
			}
		case t.Name == "v" || t.Name == "t":
			inText = t.Kind == xmlstream.Start
			valued = true
		case t.Name == "f":
			formula = true
		case t.Name == "rPh":
			phonetic = t.Kind == xmlstream.Start
		case t.Name == "c" && t.Kind == xmlstream.End:
			value, err = s.value(kind, style)
			return value, formula && !valued, err
		}
	}
}

// value gives what a cell holds.
func (s *sheet) value(kind, style string) (string, error) {
	v := string(s.text)
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil || i < 0 || i >= len(s.shared) {
			return "", errNotBook("row %d refers to the text %q, and there are %d", s.line, v, len(s.shared))
		}
		return s.shared[i], nil
	case "inlineStr":
		return unescape(v), nil
	case "b":
		if v == "1" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "", "n":
		st, err := strconv.Atoi(style)
		return s.number(v, err == nil && st >= 0 && st < len(s.dates) && s.dates[st]), nil
	}
	return v, nil
}

// number writes a number without an exponent, and as a date where it is one.
func (s *sheet) number(v string, date bool) string {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(f, 0) || math.Abs(f) >= 1e15 {
		return v
	}
	day, part := math.Modf(f)
	if !date || day < 61 || day > 109574 { // 1 March 1900, before which Excel counts a day too many, to the year 2199
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	out := (s.epoch + when.Day(day)).String()
	if secs := int(math.Round(part * 86400)); secs > 0 && secs < 86400 {
		pad := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
		out += " " + pad(secs/3600) + ":" + pad(secs/60%60) + ":" + pad(secs%60)
	}
	return out
}

// Package docx gives the text of a Word file of the open format: paragraphs, headings, rows of tables, footnotes and endnotes.
//
// It reads the parts that hold text and nothing else: it runs no macro, opens no embedded object and follows no link.
// Text that was struck out under tracked changes is left out, what was added is read. The parts are read as a stream, and what
// they may become is bounded whatever the file says.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Limits: parts in a file, bytes of one part, how many bytes each byte of a part above a megabyte may become, elements within
// each other, and bytes of text.
const (
	MaxParts   = 10_000
	MaxPart    = 64 << 20
	maxRatio   = 200
	maxNesting = 256
	MaxText    = 16 << 20
)

// Paragraph is one paragraph, or one row of a table with its cells between bars.
type Paragraph struct {
	Text string
	// Heading is 1 to 9 for a heading, 0 for others.
	Heading int
	// Row says that it is a row of a table; Note that it is a footnote or endnote, which stand after the text.
	Row, Note bool
}

// File is what was read of a file.
type File struct {
	Title      string
	Paragraphs []Paragraph
}

// Is reports whether a file is packed as Word files are.
func Is(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// Read reads a file. The error is a [fault.Error]: Invalid for what is no such file, TooLarge beyond the limits.
func Read(b []byte) (*File, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the packed file cannot be read").WithFix("save it anew as DOCX, or as text")
	}
	if len(z.File) > MaxParts {
		return nil, fault.New(fault.TooLarge, "the packed file has %d parts; at most %d are read", len(z.File), MaxParts).WithFix("save it as text")
	}
	parts := map[string]*zip.File{}
	for _, f := range z.File {
		if _, twice := parts[f.Name]; twice {
			return nil, fault.New(fault.Invalid, "the packed file has the part %q twice", f.Name).WithFix("save it anew as DOCX")
		}
		parts[f.Name] = f
	}
	if parts["word/document.xml"] == nil {
		return nil, noDocument(parts)
	}
	out := &File{}
	r := reader{file: out, headings: map[string]int{}}
	for _, p := range []struct {
		name string
		read func(*reader, io.Reader) error
	}{
		{"word/styles.xml", (*reader).styles},
		{"word/document.xml", (*reader).body},
		{"word/footnotes.xml", (*reader).notes},
		{"word/endnotes.xml", (*reader).notes},
		{"docProps/core.xml", (*reader).title},
	} {
		if f := parts[p.name]; f != nil {
			if err := readPart(f, func(in io.Reader) error { return p.read(&r, in) }); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// noDocument says what a packed file without a document is.
func noDocument(parts map[string]*zip.File) error {
	what := "holds no Word document"
	for _, k := range []struct{ part, what string }{
		{"xl/workbook.xml", "is a table of Excel"},
		{"ppt/presentation.xml", "holds slides"},
		{"content.xml", "is of OpenDocument"},
	} {
		if parts[k.part] != nil {
			what = k.what
		}
	}
	return fault.New(fault.Invalid, "the packed file %s, which is not read", what).WithFix("save it as DOCX, PDF or text")
}

// readPart opens a part and holds what comes of it against the limits.
func readPart(f *zip.File, read func(io.Reader) error) error {
	at := fault.Place{Field: f.Name}
	in, err := f.Open()
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the part cannot be unpacked").At(at).WithFix("save it anew as DOCX")
	}
	defer in.Close()
	err = read(&meter{in: in, most: min(MaxPart, max(1<<20, int64(f.CompressedSize64)*maxRatio))})
	var own *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own.At(at)
	}
	return fault.Wrap(fault.Invalid, err, "the part cannot be read").At(at).WithFix("save it anew as DOCX")
}

// meter refuses more bytes than a part may become.
type meter struct {
	in   io.Reader
	most int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	if m.most -= int64(n); m.most < 0 {
		return 0, fault.New(fault.TooLarge, "the part becomes far larger than Word makes it, or more than %d MB", MaxPart>>20).
			WithFix("do not open it; ask its sender for the text")
	}
	return n, err
}

// reader gathers the text.
type reader struct {
	file     *File
	headings map[string]int // level by the id of the style
	size     int
	// What is open: the paragraph, the row, and the cells of it.
	text  strings.Builder
	level int
	rows  int
	cells []string
	cell  []string
	note  bool
	skip  int // depth of what is left out
}

// elements goes through a part. Names are without their namespace.
func elements(in io.Reader, begin func(xml.StartElement), end func(string), text func(string)) error {
	d := xml.NewDecoder(in)
	depth := 0
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if depth != 0 {
				return fault.New(fault.Invalid, "the part ends within an element").WithFix("save it anew as DOCX")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > maxNesting {
				return fault.New(fault.TooLarge, "elements lie in each other more than %d deep", maxNesting).WithFix("save it as text")
			}
			begin(t)
		case xml.EndElement:
			if depth--; depth < 0 {
				return fault.New(fault.Invalid, "an element ends that did not begin").WithFix("save it anew as DOCX")
			}
			end(t.Name.Local)
		case xml.CharData:
			text(string(t))
		case xml.Directive:
			return fault.New(fault.Invalid, "the part has a document type, which no Word file has").WithFix("save it anew as DOCX")
		}
	}
}

func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// styles notes which styles are headings.
func (r *reader) styles(in io.Reader) error {
	id := ""
	return elements(in, func(t xml.StartElement) {
		switch t.Name.Local {
		case "style":
			id = attribute(t, "styleId")
		case "name":
			if n := headingOf(attribute(t, "val")); n > 0 && len(r.headings) < MaxParts {
				r.headings[id] = n
			}
		}
	}, func(string) {}, func(string) {})
}

func headingOf(name string) int {
	low := strings.ToLower(strings.ReplaceAll(name, " ", ""))
	if low == "title" {
		return 1
	}
	if n, ok := strings.CutPrefix(low, "heading"); ok && len(n) == 1 && n[0] >= '1' && n[0] <= '9' {
		return int(n[0] - '0')
	}
	return 0
}

func (r *reader) title(in io.Reader) error {
	open := false
	var out strings.Builder
	err := elements(in, func(t xml.StartElement) { open = t.Name.Local == "title" }, func(string) { open = false }, func(s string) {
		if open && out.Len() < 4096 {
			out.WriteString(s)
		}
	})
	r.file.Title = strings.Join(strings.Fields(out.String()), " ")
	return err
}

func (r *reader) notes(in io.Reader) error {
	r.note = true
	return r.body(in)
}

// leftOut are elements whose text is not the text of the document: what was struck out, codes of fields, shapes for
// programs that know no newer ones, and the separators before notes.
var leftOut = map[string]bool{"del": true, "moveFrom": true, "instrText": true, "Fallback": true, "delText": true}

func (r *reader) body(in io.Reader) error {
	inText := false
	var over error
	err := elements(in, func(t xml.StartElement) {
		n := t.Name.Local
		switch {
		case r.skip > 0 || leftOut[n] || (n == "footnote" || n == "endnote") && attribute(t, "type") != "" && attribute(t, "type") != "normal":
			r.skip++
		default:
			inText = n == "t"
			r.begin(n, t)
		}
	}, func(n string) {
		if r.skip > 0 {
			r.skip--
			return
		}
		inText = false
		r.end(n)
		if r.size > MaxText && over == nil {
			over = fault.New(fault.TooLarge, "the document has more than %d MB of text", MaxText>>20).WithFix("split it by chapters")
		}
	}, func(s string) {
		if inText && r.skip == 0 {
			r.write(s)
		}
	})
	if over != nil {
		return over
	}
	return err
}

func (r *reader) write(s string) {
	if r.size += len(s); r.size <= MaxText {
		r.text.WriteString(s)
	}
}

func (r *reader) begin(n string, t xml.StartElement) {
	switch n {
	case "pStyle":
		id := attribute(t, "val")
		r.level = max(r.headings[id], headingOf(id))
	case "tab", "br", "cr":
		r.write(" ")
	case "noBreakHyphen":
		r.write("-")
	case "tr":
		if r.rows++; r.rows == 1 {
			r.cells = nil
		}
	}
}

func (r *reader) end(n string) {
	switch n {
	case "p":
		text := strings.Join(strings.Fields(r.text.String()), " ")
		r.text.Reset()
		if text != "" && r.rows > 0 {
			r.cell = append(r.cell, text)
		} else if text != "" {
			r.file.Paragraphs = append(r.file.Paragraphs, Paragraph{Text: text, Heading: r.level, Note: r.note})
		}
		r.level = 0
	case "tc":
		if r.rows == 1 {
			r.cells = append(r.cells, strings.Join(r.cell, " "))
			r.cell = nil
		}
	case "tr":
		if r.rows == 1 {
			if text := strings.Trim(strings.Join(r.cells, " | "), " |"); text != "" {
				r.file.Paragraphs = append(r.file.Paragraphs, Paragraph{Text: text, Row: true, Note: r.note})
			}
			r.cell, r.cells = nil, nil
		}
		r.rows = max(0, r.rows-1)
	}
}

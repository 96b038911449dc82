package document

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/docx"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pdf"
)

// part is a page of a PDF or a paragraph of a Word file: where it begins in the text.
type part struct{ at, number int }

// extract gives the text of a file that has no text of its own to point into. Offsets then are of the extracted text.
func (d *Document) extract(original []byte) error {
	var err error
	switch d.Media {
	case PDF:
		err = d.fromPDF(original)
	default:
		err = d.fromDOCX(original)
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(d.Text))
	d.TextSHA256, d.Encoding = hex.EncodeToString(sum[:]), "utf-8"
	d.toOriginal.add(len(d.Text), 0, len(d.Text))
	return nil
}

func (d *Document) fromPDF(original []byte) error {
	f, err := pdf.Read(original)
	if err != nil {
		return err
	}
	text, begins := pdf.Join(f.Pages)
	d.Text, d.Title, d.Pages = text, f.Title, len(f.Pages)
	images := 0
	for i, p := range f.Pages {
		d.parts = append(d.parts, part{begins[i], p.Number})
		if p.Problem != "" {
			d.Problems = append(d.Problems, fmt.Sprintf("page %d: %s", p.Number, p.Problem))
			images++
		}
	}
	switch {
	case text == "" && images > 0:
		return fault.New(fault.Invalid, "the PDF has no text: of %d pages none can be read as text (%s)", len(f.Pages), d.Problems[0]).
			WithFix("run a program that recognises characters (OCR) over it, and read what that gives")
	case text == "":
		return fault.New(fault.Invalid, "the PDF has no text: its pages are empty").WithFix("read the file it was made from")
	case strings.Count(text, "\uFFFD")*4 > len(text)*3/4:
		return fault.New(fault.Invalid, "the fonts of the PDF do not say which characters they show").
			WithFix("run a program that recognises characters (OCR) over it, and read what that gives")
	}
	return nil
}

func (d *Document) fromDOCX(original []byte) error {
	f, err := docx.Read(original)
	if err != nil {
		return err
	}
	d.Title = f.Title
	var out strings.Builder
	for i, p := range f.Paragraphs {
		if i > 0 {
			out.WriteString("\n\n")
		}
		d.parts = append(d.parts, part{out.Len(), i + 1})
		out.WriteString(p.Text)
	}
	d.Text = out.String()
	if d.Text == "" {
		return fault.New(fault.Invalid, "the Word file has no text").WithFix("if it holds pictures of pages, run a program that recognises characters (OCR) over them")
	}
	return nil
}

// Place says where an offset of the text stands for a reader of the original, as "page 3" of a PDF or "paragraph 12" of a Word
// file; "" for what has neither.
func (d *Document) Place(at int) string {
	word := "page "
	if d.Media == DOCX {
		word = "paragraph "
	}
	k := sort.Search(len(d.parts), func(k int) bool { return d.parts[k].at > at }) - 1
	if k < 0 {
		return ""
	}
	return word + strconv.Itoa(d.parts[k].number)
}

// Package pdf gives the text of the pages of a PDF file, in the order in which it is read.
//
// It knows the files as they are found: tables of objects as lines and as streams, objects in packed streams, files whose
// table is wrong or lost; fonts with their own encodings, maps to Unicode and the common East Asian encodings. It draws nothing,
// looks at no image, runs no script, opens no attachment and follows no address. It guesses no character: one that the
// file gives no meaning is the replacement character. A page that cannot be read is named with the reason, and an encrypted file
// is refused. What it does is bounded by the limits of this package whatever the file says.
package pdf

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/cordon-engine/cordon/internal/fault"
)

// MaxPages is the largest number of pages that is read.
const MaxPages = 5000

// MaxText is the largest text of a file, in bytes.
const MaxText = 16 << 20

// Page is one page of a file, by its number from 1.
type Page struct {
	Number int
	// Text has an empty line between paragraphs and a line break between lines. Hyphens at the end of lines stay.
	Text string
	// Problem says what of the page could not be read, "" for nothing.
	Problem string
}

// File is what was read of a file.
type File struct {
	Title string
	Pages []Page
}

// Is reports whether a file begins as PDF does, within its first kilobyte.
func Is(b []byte) bool { return strings.Contains(string(b[:min(len(b), 1024)]), "%PDF-") }

// Read reads a file. The error is a [fault.Error]: Invalid for what is encrypted or no PDF, TooLarge beyond the limits. A file
// whose pages have only images gives pages without text, each with its problem.
func Read(b []byte) (*File, error) {
	f, err := open(b)
	if err != nil {
		return nil, err
	}
	out := &File{Title: f.title()}
	root, _ := f.resolve(f.trailer["Root"]).(dict)
	size := 0
	walk := walk{file: f, seen: map[int]bool{}}
	for _, p := range walk.pages(root["Pages"], nil, 0) {
		page := f.page(p)
		if f.over {
			return nil, errOver
		}
		page.Number = len(out.Pages) + 1
		out.Pages = append(out.Pages, page)
		if size += len(page.Text); size > MaxText {
			return nil, fault.New(fault.TooLarge, "the pages have more than %d MB of text", MaxText>>20).WithFix("split it by chapters")
		}
	}
	if walk.tooMany {
		return nil, fault.New(fault.TooLarge, "there are more than %d pages", MaxPages).WithFix("split it by chapters")
	}
	if len(out.Pages) == 0 {
		return nil, fault.New(fault.Invalid, "the PDF has no pages").WithFix("save it anew from a reader of PDF, or as text")
	}
	return out, nil
}

func (f *file) title() string {
	info, _ := f.resolve(f.trailer["Info"]).(dict)
	t, _ := f.resolve(info["Title"]).(text)
	s := string(t)
	if strings.HasPrefix(s, "\xfe\xff") {
		s = string(utf16.Decode(units64(t[2:])))
	} else {
		var out strings.Builder
		for i := range len(s) {
			out.WriteString(ansi[s[i]])
		}
		s = out.String()
	}
	return strings.Join(strings.Fields(clean(s)), " ")
}

func units64(s text) []uint16 {
	var out []uint16
	for i := 0; i+1 < len(s) && i < 1000; i += 2 {
		out = append(out, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return out
}

// leaf is a page with what it inherits.
type leaf struct {
	dict      dict
	resources dict
}

// walk goes through the tree of pages.
type walk struct {
	*file
	seen    map[int]bool
	steps   int
	tooMany bool
}

func (w *walk) pages(o object, resources dict, depth int) []leaf {
	if r, ok := o.(ref); ok {
		if w.seen[r.number] {
			return nil
		}
		w.seen[r.number] = true
	}
	d, _ := w.resolve(o).(dict)
	if w.steps++; d == nil || depth > maxNesting || w.steps > 10*MaxPages {
		return nil
	}
	if own, ok := w.resolve(d["Resources"]).(dict); ok {
		resources = own
	}
	kids, ok := w.resolve(d["Kids"]).(array)
	if !ok {
		return []leaf{{d, resources}}
	}
	var out []leaf
	for _, k := range kids {
		if w.steps > 10*MaxPages {
			w.tooMany = true
			break
		}
		out = append(out, w.pages(k, resources, depth+1)...)
		if len(out) > MaxPages {
			w.tooMany = true
			return out[:MaxPages]
		}
	}
	return out
}

var errMissing = fault.New(fault.Invalid, "its content is missing")

// page reads one page.
func (f *file) page(p leaf) Page {
	d := &drawing{file: f}
	var content []byte
	contents := f.list(p.dict["Contents"])
	if p.dict["Contents"] != nil && contents == nil {
		d.err = errMissing
	}
	for _, o := range contents {
		s, ok := f.resolve(o).(*stream)
		if !ok {
			d.err = errors.Join(d.err, errMissing)
			continue
		}
		b, err := f.unpack(s)
		d.err = errors.Join(d.err, err)
		content = append(append(content, b...), '\n')
		if len(content) > maxStream {
			f.over = true
			break
		}
	}
	d.draw(content, p.resources, unit, 0)
	out := Page{Text: layout(d.pieces)}
	switch {
	case d.err != nil && out.Text == "":
		out.Problem = "not read: " + reason(d.err)
	case d.err != nil:
		out.Problem = "read in part: " + reason(d.err)
	case out.Text == "" && d.images > 0:
		out.Problem = "an image without text"
	case 2*d.unknowns > d.characters:
		out.Problem = "its fonts do not say which characters they show"
	case d.unknowns > 0:
		out.Problem = fmt.Sprintf("%d of %d characters are not known", d.unknowns, d.characters)
	}
	return out
}

func reason(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// Join puts the texts of pages together, and gives the offset at which each begins. A page that ends within a sentence is
// joined to the next by a line break, others by an empty line.
func Join(pages []Page) (string, []int) {
	var out strings.Builder
	begins := make([]int, len(pages))
	tail := ""
	for i, p := range pages {
		if p.Text != "" && out.Len() > 0 {
			out.WriteString(joint(tail, p.Text))
		}
		begins[i] = out.Len()
		out.WriteString(p.Text)
		if p.Text != "" {
			tail = p.Text
		}
	}
	return out.String(), begins
}

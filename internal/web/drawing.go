package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"strings"

	_ "embed"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
)

// drawing is a picture of a page that can be had alone, as a file that needs neither style sheet nor page.
type drawing struct {
	// ID names it in the address; Title stands above it, Notes below.
	ID, Title string
	Notes     []string
	SVG       template.HTML
	// Height is what the picture takes at a width of drawingWidth less its margins.
	Height int
}

// drawingFile leads to a drawing as a file.
type drawingFile struct{ SVG, Name string }

const (
	drawingWidth  = 1000
	drawingMargin = 28
	lineHeight    = 19
	titleHeight   = 27
	// lettersInLine and lettersInTitle are how many letters of the small type and of the title fit in the width.
	lettersInLine, lettersInTitle = 132, 78
)

//go:embed drawing.css
var drawingStyle string

// drawingPolicy lets the style in the file through by its hash, and nothing else.
var drawingPolicy = func() string {
	sum := sha256.Sum256([]byte(drawingStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

var (
	opened = pattern.New(`<a [^>]*>`)
	closed = strings.NewReplacer("</a>", "</g>")
)

// drawn is the form of a page as one of its pictures: the address names it, or it is the first.
func (s *Site) drawn(r *http.Request, a *answer, list []drawing) form {
	return func() (*answer, error) {
		id := r.URL.Query().Get("figure")
		for i := range list {
			if id == "" || list[i].ID == id {
				return &answer{data: s.standalone(r, a, &list[i]), kind: "image/svg+xml", policy: drawingPolicy}, nil
			}
		}
		return nil, fault.New(fault.NotFound, "this page has no figure %q", id).WithFix("the links below each figure lead to them")
	}
}

// standalone writes a picture with its title, its notes and its citation. Links lead nowhere outside a page and are left out.
func (s *Site) standalone(r *http.Request, a *answer, d *drawing) []byte {
	notes := append(d.Notes[:len(d.Notes):len(d.Notes)], s.citedAs(a))
	if c := s.cited(r, a); c != nil { // what was sent has no address
		notes = append(notes, "Address: "+c.Address)
	}
	lines := 0
	var above, below bytes.Buffer
	heads := wrapped(d.Title, lettersInTitle)
	for i, line := range heads {
		fmt.Fprintf(&above, `<text class="title" x="%d" y="%d">%s</text>`, drawingMargin, drawingMargin+18+i*titleHeight, html.EscapeString(line))
	}
	top := drawingMargin + 14 + len(heads)*titleHeight
	for _, n := range notes {
		for _, line := range wrapped(n, lettersInLine) {
			lines++
			fmt.Fprintf(&below, `<text class="note" x="%d" y="%d">%s</text>`, drawingMargin, top+d.Height+14+lines*lineHeight, html.EscapeString(line))
		}
	}
	height := top + d.Height + 14 + lines*lineHeight + drawingMargin
	inner := closed.Replace(opened.ReplaceAllString(string(d.SVG), "<g>"))
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"><title>%s</title><style>%s</style><rect class="sheet" width="100%%" height="100%%"/>`,
		drawingWidth, height, drawingWidth, height, html.EscapeString(d.Title), drawingStyle)
	fmt.Fprintf(&b, `%s<svg x="%d" y="%d" width="%d" height="%d">%s</svg>%s</svg>`,
		above.String(), drawingMargin, top, drawingWidth-2*drawingMargin, d.Height, inner, below.String())
	return append(b.Bytes(), '\n')
}

// wrapped breaks a text into lines of at most n letters, at its spaces; a word that is longer, as an address may be, fills lines
// of its own.
func wrapped(text string, n int) []string {
	var out []string
	line, letters := "", 0
	for _, w := range strings.Fields(text) {
		size := len([]rune(w))
		for ; size > n; size -= n {
			if letters > 0 {
				out, line, letters = append(out, line), "", 0
			}
			r := []rune(w)
			out, w = append(out, string(r[:n])), string(r[n:])
		}
		if letters > 0 && letters+1+size > n {
			out, line, letters = append(out, line), "", 0
		}
		if letters > 0 {
			line, letters = line+" ", letters+1
		}
		line, letters = line+w, letters+size
	}
	return append(out, line)
}

// file gives the address of a picture of a page.
func (d *drawing) file(r *http.Request) drawingFile {
	u := *r.URL
	q := u.Query()
	q.Set("figure", d.ID)
	u.RawQuery = q.Encode()
	return drawingFile{addParameter(&u, "format", "svg"), "cordon-" + d.ID}
}

package report

import (
	"fmt"
	"html"
	"strings"

	"github.com/cordon-engine/cordon/internal/document"
)

// spanOf says where a claim stands: the bytes of the original, or page and bytes of the text that was extracted.
func spanOf(r Reading, i int) string {
	c := &r.Claims[i]
	bytes := fmt.Sprintf("bytes %d to %d", c.From, c.To)
	if r.Document.TextSHA256 == "" {
		return bytes
	}
	return r.Document.Place(c.Span.From) + ", " + bytes + " of the extracted text"
}

// shownProblems is how many problems of a file are listed one by one.
const shownProblems = 20

// Problems lists what of a file could not be read, page by page; "" for nothing.
func Problems(d *document.Document) string {
	var b strings.Builder
	for i, p := range d.Problems {
		if i == shownProblems {
			fmt.Fprintf(&b, "and %d more pages\n", len(d.Problems)-i)
			break
		}
		b.WriteString(plainWord(p) + "\n")
	}
	if b.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("Not read, or not all of it: %d of %d pages.\n%s", len(d.Problems), d.Pages, b.String())
}

func problemsHTML(d *document.Document) string {
	if s := Problems(d); s != "" {
		return "<pre>" + html.EscapeString(s) + "</pre>\n"
	}
	return ""
}

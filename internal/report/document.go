package report

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Document is a report for people: the same content as text for a terminal, Markdown and a page of HTML that stands alone.
type Document struct {
	Title string
	// Lead says in a paragraph or two what matters most.
	Lead     []string
	Sections []Section
}

// Section is one part of a document.
type Section struct {
	// ID is the anchor of the section in HTML.
	ID, Title string
	Blocks    []Block
}

// Block is a paragraph, a list, or a table; one of them is set.
type Block struct {
	Text  string
	Items []string
	Table *Table
}

// Table is a small table. Numbers are told by Right, the columns that are set flush right.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	Right   []int
}

// Keep leaves those columns in a table that a choice by heading and cells takes.
func (t *Table) Keep(keep func(head string, cells []string) bool) {
	var kept []int
	for i, h := range t.Head {
		cells := make([]string, 0, len(t.Rows))
		for _, row := range t.Rows {
			if i < len(row) {
				cells = append(cells, row[i])
			}
		}
		if keep(h, cells) {
			kept = append(kept, i)
		}
	}
	var right []int
	for to, from := range kept {
		if slices.Contains(t.Right, from) {
			right = append(right, to)
		}
	}
	only := func(row []string) (out []string) {
		for _, i := range kept {
			if i < len(row) {
				out = append(out, row[i])
			}
		}
		return out
	}
	for i, row := range t.Rows {
		t.Rows[i] = only(row)
	}
	t.Head, t.Right = only(t.Head), right
}

// Para adds a paragraph.
func (s *Section) Para(format string, args ...any) {
	s.Blocks = append(s.Blocks, Block{Text: sprintf(format, args...)})
}

// List adds a list; nothing where there are no items.
func (s *Section) List(items []string) {
	if len(items) > 0 {
		s.Blocks = append(s.Blocks, Block{Items: items})
	}
}

// AddTable adds a table; nothing where it has no rows.
func (s *Section) AddTable(t *Table) {
	if len(t.Rows) > 0 {
		s.Blocks = append(s.Blocks, Block{Table: t})
	}
}

// Document prints the document as text.
func (p *Printer) Document(d *Document) error {
	p.printf("%s\n", p.paint("1", d.Title))
	for _, t := range d.Lead {
		p.para("  ", "  ", t)
	}
	for i := range d.Sections {
		p.printf("\n")
		p.Heading("%s", d.Sections[i].Title)
		for _, b := range d.Sections[i].Blocks {
			switch {
			case b.Table != nil:
				p.table(b.Table)
			case b.Items != nil:
				for _, it := range b.Items {
					p.para("  - ", "    ", it)
				}
			default:
				p.para("  ", "  ", b.Text)
			}
		}
	}
	return p.err
}

// cellWidth is the widest that a column of a table in text gets; longer cells go on in the lines below.
const cellWidth = 48

func (p *Printer) table(t *Table) {
	if t.Caption != "" {
		p.para("  ", "  ", t.Caption)
	}
	widths := make([]int, len(t.Head))
	rows := append([][]string{t.Head}, t.Rows...)
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], min(utf8.RuneCountInString(c), cellWidth))
		}
	}
	t.narrow(widths, rows, p.width())
	for n, r := range rows {
		wrapped := make([][]string, len(r))
		lines := 1
		for i, c := range r {
			wrapped[i] = wrap(c, widths[i])
			lines = max(lines, len(wrapped[i]))
		}
		for l := range lines {
			line := ""
			for i := range r {
				part := ""
				if l < len(wrapped[i]) {
					part = wrapped[i][l]
				}
				line += "  " + pad(part, widths[i], t.IsRight(i))
			}
			line = strings.TrimRight(line, " ")
			if n == 0 {
				line = p.paint("2", line)
			}
			p.printf("%s\n", line)
		}
	}
}

// narrowest is the least width that a column is narrowed to, if none of its words is longer.
const narrowest = 12

// narrow takes from the widest columns what a line is too long by, where that can be had without breaking words or numbers;
// a table that is too wide all the same is left as it is.
func (t *Table) narrow(widths []int, rows [][]string, width int) {
	over, floors, least := -width, make([]int, len(widths)), 0
	for i, w := range widths {
		over += w + 2
		floors[i] = w
		if !t.IsRight(i) {
			floors[i] = min(w, max(narrowest, longestWord(rows, i)))
		}
		least += floors[i] + 2
	}
	if least > width {
		return
	}
	for ; over > 0; over-- {
		widest := -1
		for i := range widths {
			if widths[i] > floors[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		widths[widest]--
	}
}

// longestWord gives the length of the longest word in a column. Web addresses, and what is longer than a cell, stand out of
// their column anyhow and do not count.
func longestWord(rows [][]string, column int) int {
	longest := 0
	for _, r := range rows {
		for w := range strings.FieldsSeq(r[column]) {
			if n := utf8.RuneCountInString(w); n <= cellWidth && !strings.HasPrefix(w, "http") {
				longest = max(longest, n)
			}
		}
	}
	return longest
}

// IsRight reports whether a column holds numbers, which are set flush right.
func (t *Table) IsRight(i int) bool {
	for _, r := range t.Right {
		if r == i {
			return true
		}
	}
	return false
}

func pad(s string, width int, right bool) string {
	space := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if right {
		return space + s
	}
	return s + space
}

// wrap breaks a text at spaces into lines of at most width runes; a longer word stays whole.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, w := range strings.Fields(s) {
		switch {
		case line == "":
			line = w
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) <= width:
			line += " " + w
		default:
			lines = append(lines, line)
			line = w
		}
	}
	return append(lines, line)
}

// markdown escapes what Markdown would take for a mark, and line ends in cells.
var markdown = strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "\n", " ", "[", `\[`, "]", `\]`)

// Markdown writes the document as Markdown.
func (d *Document) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", markdown.Replace(d.Title))
	for _, t := range d.Lead {
		fmt.Fprintf(&b, "\n%s\n", markdown.Replace(t))
	}
	for i := range d.Sections {
		fmt.Fprintf(&b, "\n## %s\n", markdown.Replace(d.Sections[i].Title))
		for _, k := range d.Sections[i].Blocks {
			b.WriteString("\n")
			switch {
			case k.Table != nil:
				if k.Table.Caption != "" {
					fmt.Fprintf(&b, "%s\n\n", markdown.Replace(k.Table.Caption))
				}
				mdRow(&b, k.Table.Head)
				for c := range k.Table.Head {
					b.WriteString("|---")
					if k.Table.IsRight(c) {
						b.WriteString(":")
					}
				}
				b.WriteString("|\n")
				for _, r := range k.Table.Rows {
					mdRow(&b, r)
				}
			case k.Items != nil:
				for _, it := range k.Items {
					fmt.Fprintf(&b, "- %s\n", markdown.Replace(it))
				}
			default:
				fmt.Fprintf(&b, "%s\n", markdown.Replace(k.Text))
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func mdRow(b *strings.Builder, cells []string) {
	for _, c := range cells {
		b.WriteString("| " + markdown.Replace(c) + " ")
	}
	b.WriteString("|\n")
}

// documentStyle is all the style that a document carries with it, so that a saved page reads and prints well by itself.
const documentStyle = `:root{color-scheme:light dark}
body{font:1rem/1.5 Georgia,serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem .25rem 0;border-bottom:1px solid #8886}
.n{text-align:right}caption{text-align:left;padding:.25rem 0}
.wide{overflow-x:auto}`

// HTML writes the document as a page that needs nothing else. Addresses in it become links.
func (d *Document) HTML(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"+
		"<title>%s</title>\n<style>%s</style>\n<h1>%s</h1>\n", html.EscapeString(d.Title), documentStyle, html.EscapeString(d.Title))
	for _, t := range d.Lead {
		fmt.Fprintf(&b, "<p>%s</p>\n", linked(t))
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		fmt.Fprintf(&b, "<section id=\"%s\">\n<h2>%s</h2>\n", html.EscapeString(s.ID), html.EscapeString(s.Title))
		for _, k := range s.Blocks {
			k.html(&b)
		}
		b.WriteString("</section>\n")
	}
	b.WriteString("</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (k *Block) html(b *strings.Builder) {
	switch {
	case k.Table != nil:
		b.WriteString("<div class=\"wide\"><table>\n")
		if k.Table.Caption != "" {
			fmt.Fprintf(b, "<caption>%s</caption>\n", linked(k.Table.Caption))
		}
		b.WriteString("<thead>")
		k.Table.row(b, "th", k.Table.Head)
		b.WriteString("</thead>\n<tbody>\n")
		for _, r := range k.Table.Rows {
			k.Table.row(b, "td", r)
		}
		b.WriteString("</tbody></table></div>\n")
	case k.Items != nil:
		b.WriteString("<ul>\n")
		for _, it := range k.Items {
			fmt.Fprintf(b, "<li>%s</li>\n", linked(it))
		}
		b.WriteString("</ul>\n")
	default:
		fmt.Fprintf(b, "<p>%s</p>\n", linked(k.Text))
	}
}

func (t *Table) row(b *strings.Builder, tag string, cells []string) {
	b.WriteString("<tr>")
	for i, c := range cells {
		class := ""
		if t.IsRight(i) {
			class = ` class="n"`
		}
		fmt.Fprintf(b, "<%s%s>%s</%s>", tag, class, linked(c), tag)
	}
	b.WriteString("</tr>\n")
}

// linked escapes a text and makes its web addresses links.
func linked(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, "http")
		if i < 0 || (!strings.HasPrefix(s[i:], "http://") && !strings.HasPrefix(s[i:], "https://")) {
			if i < 0 {
				b.WriteString(html.EscapeString(s))
				return b.String()
			}
			b.WriteString(html.EscapeString(s[:i+4]))
			s = s[i+4:]
			continue
		}
		b.WriteString(html.EscapeString(s[:i]))
		end := i + strings.IndexAny(s[i:]+" ", " ,;)\"<>")
		for strings.HasSuffix(s[i:end], ".") {
			end--
		}
		u := html.EscapeString(s[i:end])
		fmt.Fprintf(&b, `<a href="%s">%s</a>`, u, u)
		s = s[end:]
	}
}

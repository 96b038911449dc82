package document

import (
	"html"
	"strings"
)

// page is what is left of an HTML page without its marks.
type page struct {
	out   strings.Builder
	m     mapping
	title string
	// space and paragraph are owed before the next word.
	space, paragraph bool
}

func (p *page) text() string { return p.out.String() }

// Elements whose content is no text of the page; those that stand beside the main content; those that break paragraphs.
var (
	raw      = set("script style noscript template svg math iframe object select textarea title")
	aside    = set("nav header footer aside form menu button figure")
	breaking = set("p div br hr li ul ol table tr td th h1 h2 h3 h4 h5 h6 blockquote pre section article main body dl dt dd " +
		"header footer aside nav figcaption")
)

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// strip gives the text of the main content: of the first article or main element that is closed; else of the whole body,
// without navigation, headers, footers and forms.
func strip(s string) *page {
	toks := scan(s)
	from, to := mainContent(toks)
	p := &page{}
	skip := 0 // depth in elements that stand aside
	for i, t := range toks {
		switch {
		case t.name == "title" && !t.end && p.title == "":
			p.title = titleAt(s, toks, i)
		case i < from || i >= to:
		case t.name == "":
			if skip == 0 {
				p.words(s, t.from, t.to)
			}
		case aside[t.name] && !t.empty:
			skip = max(skip+stepOf(t.end), 0)
			p.paragraph = true
		case breaking[t.name]:
			p.paragraph = true
		}
	}
	return p
}

func stepOf(end bool) int {
	if end {
		return -1
	}
	return 1
}

func titleAt(s string, toks []token, i int) string {
	if i+1 < len(toks) && toks[i+1].name == "#raw" {
		t := toks[i+1]
		return strings.Join(strings.Fields(html.UnescapeString(s[t.from:t.to])), " ")
	}
	return ""
}

// mainContent gives the tokens of the first closed article or main element, or all of them.
func mainContent(toks []token) (int, int) {
	for i, t := range toks {
		if (t.name != "article" && t.name != "main") || t.end {
			continue
		}
		depth := 0
		for j := i; j < len(toks); j++ {
			if toks[j].name != t.name {
				continue
			}
			if depth += stepOf(toks[j].end); depth == 0 {
				return i, j
			}
		}
		break
	}
	return 0, len(toks)
}

// words adds text between two marks: runs of space become one, entities the character they stand for.
func (p *page) words(s string, from, to int) {
	for i := from; i < to; {
		c := s[i]
		if c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' {
			p.space = true
			i++
			continue
		}
		p.gap(i)
		if n := entity(s[i:to]); n > 0 {
			r := html.UnescapeString(s[i : i+n])
			if r == "\u00a0" || strings.ContainsRune(r, 0) {
				r = " "
			}
			p.out.WriteString(r)
			p.m.add(len(r), i, n)
			i += n
			continue
		}
		p.out.WriteByte(c)
		p.m.add(1, i, 1)
		i++
	}
}

// gap writes what is owed between words; it stands for nothing of the original.
func (p *page) gap(at int) {
	if p.out.Len() > 0 {
		switch {
		case p.paragraph:
			p.out.WriteString("\n\n")
			p.m.add(2, at, 0)
		case p.space:
			p.out.WriteString(" ")
			p.m.add(1, at, 0)
		}
	}
	p.space, p.paragraph = false, false
}

// entity gives the length of the entity that s begins with; 0 for none.
func entity(s string) int {
	if s[0] != '&' {
		return 0
	}
	for i := 1; i < min(len(s), 34); i++ {
		c := s[i]
		switch {
		case c == ';':
			if html.UnescapeString(s[:i+1]) == s[:i+1] {
				return 0
			}
			return i + 1
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '#' && i == 1:
		default:
			return 0
		}
	}
	return 0
}

// token is a mark with its name in small letters, or text with no name; "#raw" is the content of a raw element.
type token struct {
	name       string
	from, to   int
	end, empty bool
}

// scan cuts a page into marks and text. Its work is linear: what is never closed is text to the end.
func scan(s string) []token {
	var out []token
	start := 0
	flush := func(to int) {
		if to > start {
			out = append(out, token{from: start, to: to})
		}
	}
	for i := 0; i < len(s); {
		if s[i] != '<' {
			n := strings.IndexByte(s[i:], '<')
			if n < 0 {
				break
			}
			i += n
			continue
		}
		t, next := mark(s, i)
		if next == i {
			i++
			continue
		}
		flush(i)
		if t.name != "" {
			out = append(out, t)
		}
		i, start = next, next
		if raw[t.name] && !t.end && !t.empty {
			end := closing(s, i, t.name)
			out = append(out, token{name: "#raw", from: i, to: end})
			i, start = end, end
		}
	}
	flush(len(s))
	return out
}

// mark reads the mark at i, and where it ends; i where there is none.
func mark(s string, i int) (token, int) {
	rest := s[i:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		if n := strings.Index(rest, "-->"); n >= 0 {
			return token{}, i + n + 3
		}
		return token{}, len(s)
	case strings.HasPrefix(rest, "<!") || strings.HasPrefix(rest, "<?"):
		return token{}, tagEnd(s, i)
	}
	t := token{from: i}
	j := i + 1
	if j < len(s) && s[j] == '/' {
		t.end = true
		j++
	}
	k := j
	for k < len(s) && (s[k]|0x20 >= 'a' && s[k]|0x20 <= 'z' || k > j && s[k] >= '0' && s[k] <= '9') {
		k++
	}
	if k == j {
		return token{}, i
	}
	t.name = strings.ToLower(s[j:k])
	t.to = tagEnd(s, k)
	t.empty = t.to >= 2 && s[t.to-1] == '>' && s[t.to-2] == '/'
	return t, t.to
}

// tagEnd gives the offset after the > that ends a mark, with regard to quoted attributes.
func tagEnd(s string, i int) int {
	quote := byte(0)
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			if s[i-1] == '=' || s[i-1] == ' ' {
				quote = c
			}
		case c == '>':
			return i + 1
		}
	}
	return len(s)
}

// closing finds the end mark of a raw element; the end of the text when there is none.
func closing(s string, i int, name string) int {
	for {
		n := strings.Index(s[i:], "</")
		if n < 0 {
			return len(s)
		}
		i += n
		if len(s) >= i+2+len(name) && strings.EqualFold(s[i+2:i+2+len(name)], name) {
			return i
		}
		i += 2
	}
}

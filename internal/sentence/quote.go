package sentence

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote is what stands in quotation marks.
type Quote struct {
	// Span is the content without the marks.
	Span
	// Opened and Closed say whether the mark is there. A quotation that was not opened begins with its paragraph; one that
	// was not closed ends with it.
	Opened, Closed bool
	// Continues says that the quotation goes on from the paragraph before, which was not closed.
	Continues bool
	// Depth is 0 for a quotation and 1 for one within it.
	Depth int
}

// mark is a quotation mark in the text.
type quoteMark struct {
	at, n  int
	open   bool
	single bool
}

// Quotes gives the quotations of a text in order, by paragraph. Straight marks are told apart by the space beside them;
// an apostrophe is no mark.
func Quotes(text string, paragraphs []Span) []Quote {
	var out []Quote
	carried := false
	for _, p := range paragraphs {
		found, left := quotesIn(text, p, carried)
		out = append(out, found...)
		carried = left
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].From < out[b].From })
	return out
}

func quotesIn(text string, p Span, carried bool) (out []Quote, left bool) {
	open := -1 // offset of the content of the open quotation
	inner := -1
	continues := false
	first := true
	for _, m := range marks(text, p) {
		switch {
		case m.single && open < 0:
			// A single mark outside is an apostrophe or the style of the house; only pairs count, and only curly or spaced ones.
			if m.open {
				inner = m.at + m.n
			} else if inner >= 0 {
				out = append(out, Quote{Span: Span{inner, m.at}, Opened: true, Closed: true})
				inner = -1
			}
		case m.single:
			if m.open {
				inner = m.at + m.n
			} else if inner >= 0 {
				out = append(out, Quote{Span: Span{inner, m.at}, Opened: true, Closed: true, Depth: 1})
				inner = -1
			}
		case m.open && open >= 0:
			// Opened twice: the first was never closed; it ends here.
			out = append(out, Quote{Span: trim(text, Span{open, m.at}), Opened: true, Continues: continues})
			open, inner = m.at+m.n, -1
		case m.open:
			open, inner = m.at+m.n, -1
			continues = carried && first && strings.TrimSpace(text[p.From:m.at]) == ""
		case open >= 0:
			out = append(out, Quote{Span: Span{open, m.at}, Opened: true, Closed: true, Continues: continues})
			open, inner, continues = -1, -1, false
		case first:
			// Closed and never opened: it begins with the paragraph.
			out = append(out, Quote{Span: Span{p.From, m.at}, Closed: true, Continues: carried})
		}
		first = false
	}
	if open >= 0 {
		out = append(out, Quote{Span: trim(text, Span{open, p.To}), Opened: true, Continues: continues})
		return out, true
	}
	return out, false
}

// marks finds the quotation marks of a paragraph.
func marks(text string, p Span) []quoteMark {
	var out []quoteMark
	before := ' '
	for i := p.From; i < p.To; {
		r, n := utf8.DecodeRuneInString(text[i:p.To])
		after := ' '
		if i+n < p.To {
			after, _ = utf8.DecodeRuneInString(text[i+n : p.To])
		}
		if m, ok := markAt(r, before, after); ok {
			m.at, m.n = i, n
			out = append(out, m)
		}
		before = r
		i += n
	}
	return out
}

func markAt(r, before, after rune) (quoteMark, bool) {
	left := unicode.IsSpace(before) || strings.ContainsRune("([“\"‘–—-", before)
	right := unicode.IsSpace(after) || strings.ContainsRune(")],.;:!?”\"’–—", after)
	switch r {
	case '“', '„', '«':
		return quoteMark{open: true}, true
	case '”', '»':
		return quoteMark{open: left && !right && before != '“'}, true
	case '"':
		return quoteMark{open: left && !right}, true
	case '‘':
		return quoteMark{open: true, single: true}, true
	case '’', '\'':
		// After a word it closes only where something follows that ends a word; plural possessives are left to the pairs.
		if left && !right && r == '\'' {
			return quoteMark{open: true, single: true}, true
		}
		return quoteMark{single: true}, right && !unicode.IsSpace(before)
	}
	return quoteMark{}, false
}

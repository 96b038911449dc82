// Package sentence cuts text into paragraphs and sentences, and finds what stands in quotation marks.
//
// It knows nothing of what is said or by whom. Spans are byte offsets into the text it was given; every span is cut at
// characters. A full stop that belongs to a title, an initial, a number or an abbreviation ends no sentence.
package sentence

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a stretch of text, in bytes.
type Span struct{ From, To int }

// Contains reports whether o lies in s.
func (s Span) Contains(o Span) bool { return s.From <= o.From && o.To <= s.To }

// Overlaps reports whether the two share a byte.
func (s Span) Overlaps(o Span) bool { return s.From < o.To && o.From < s.To }

// Paragraphs gives the paragraphs without the space around them. A line that ends in the middle of a sentence is no
// paragraph of its own: only an empty line ends one, or a line break after which a new sentence may begin.
func Paragraphs(text string) []Span {
	var out []Span
	from := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (text[i] != '\n' || !endsHere(text, i)) {
			continue
		}
		if s := trim(text, Span{from, i}); s.From < s.To {
			out = append(out, s)
		}
		from = i
	}
	return out
}

// endsHere reports whether the line break at i ends a paragraph.
func endsHere(text string, i int) bool {
	rest := strings.TrimLeft(text[i+1:min(len(text), i+66)], " \t\r")
	if rest == "" || rest[0] == '\n' {
		return true
	}
	before := strings.TrimRight(text[max(0, i-64):i], " \t\r")
	if before == "" {
		return true
	}
	next, _ := utf8.DecodeRuneInString(rest)
	last, _ := utf8.DecodeLastRuneInString(before)
	if unicode.IsLower(next) {
		return false // `"...," and below it "he said"`
	}
	if strings.ContainsRune(".!?:”\"’»", last) {
		return true
	}
	// A heading: a short line without a stop before a line that begins anew.
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return len(line) < 60 && unicode.IsUpper(next) && !strings.ContainsRune(",;–—-", last)
}

func trim(text string, s Span) Span {
	s.To = s.From + len(strings.TrimRightFunc(text[s.From:s.To], unicode.IsSpace))
	s.From = s.To - len(strings.TrimLeftFunc(text[s.From:s.To], unicode.IsSpace))
	return s
}

// Split gives the sentences of a paragraph. Closing marks belong to the sentence that they close; a small letter after
// them, as in `"...," he said`, carries the sentence on.
func Split(text string, paragraph Span) []Span {
	var out []Span
	from := paragraph.From
	for i := paragraph.From; i < paragraph.To; {
		r, n := utf8.DecodeRuneInString(text[i:paragraph.To])
		i += n
		if r != '.' && r != '!' && r != '?' && r != '…' {
			continue
		}
		end := closers(text, i, paragraph.To)
		if !begins(text[end:paragraph.To]) {
			i = end // nor does any stop between the two end it
			continue
		}
		if r == '.' && !stops(lastBytes(text[from:i-n]), text[end:paragraph.To], end > i) {
			continue
		}
		if s := trim(text, Span{from, end}); s.From < s.To {
			out = append(out, s)
		}
		from, i = end, end
	}
	if s := trim(text, Span{from, paragraph.To}); s.From < s.To {
		out = append(out, s)
	}
	return out
}

// longestWord is more bytes than any abbreviation or word beside a mark has.
const longestWord = 64

// lastBytes gives the end of a text, from a character on, so that a text without spaces is not read again at every stop.
func lastBytes(s string) string {
	i := max(0, len(s)-longestWord)
	for i < len(s) && !utf8.RuneStart(s[i]) {
		i++
	}
	return s[i:]
}

// closers gives the offset after the stops and closing marks at i.
func closers(text string, i, to int) int {
	for i < to {
		r, n := utf8.DecodeRuneInString(text[i:to])
		if !strings.ContainsRune(".!?”’\"')]»", r) {
			break
		}
		i += n
	}
	return i
}

// begins reports whether a new sentence may follow: space and then anything but a small letter.
func begins(rest string) bool {
	if rest == "" {
		return true
	}
	trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if len(trimmed) == len(rest) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(trimmed)
	return trimmed == "" || !unicode.IsLower(r) && r != '–' && r != '—' && r != ','
}

// abbreviations end in a full stop within a sentence.
var abbreviations = set("mr mrs ms dr prof gen lt col maj capt sgt adm rep sen gov amb st no nos vs art para paras " +
	"pp vol fig ed eds cf al inc ltd co corp jr sr approx dept est jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e hon")

// final are abbreviations that often end a sentence: they end one if a word follows that begins sentences.
var final = map[string]bool{"inc": true, "ltd": true, "co": true, "corp": true, "jr": true, "sr": true, "al": true, "est": true}

// starters are words that begin sentences and follow no abbreviation within one.
var starters = set("The This That These Those It He She They We In On At But However A An As After For His Her Their Our")

func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}

// stops reports whether a full stop after before ends a sentence.
func stops(before, rest string, closed bool) bool {
	if closed {
		return true
	}
	word := before[strings.LastIndexFunc(before, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(“\"‘", r) })+1:]
	word = strings.TrimLeft(word, "“\"‘(")
	low := strings.ToLower(word)
	next := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if k := strings.IndexFunc(next, func(r rune) bool { return !unicode.IsLetter(r) }); k >= 0 {
		next = next[:k]
	}
	r, n := utf8.DecodeRuneInString(word)
	initial := n == len(word) && unicode.IsUpper(r)
	dotted := strings.Contains(word, ".") && !strings.ContainsFunc(word, func(r rune) bool { return r != '.' && !unicode.IsLetter(r) })
	switch {
	case final[low] || dotted && unicode.IsUpper(r):
		return starters[next] || strings.TrimSpace(rest) == ""
	case abbreviations[low] || initial && word != "I" || dotted:
		return strings.TrimSpace(rest) == ""
	}
	return true
}

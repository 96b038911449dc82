package ofac

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Bounds of a label; a test holds the table to them.
const (
	maxLabelWords = 16
	maxLabelBytes = 128
)

// labelWords gives for the first word of every label the number of words in the
// longest that begins with it.
var labelWords = func() map[string]int {
	m := map[string]int{}
	for label := range meanings {
		words := strings.Fields(label)
		first := string(trimLabel([]byte(words[0])))
		// a mark at the end may stand alone: "NIT #", "Determination -"
		m[first] = max(m[first], len(words)+1)
	}
	return m
}()

// remarks reads phrases set off by semicolons. Those whose label is known
// become fields of the entry; the rest is given back and stands, like all of
// them, in the remarks of the listing. The last phrase of remarks that are cut
// is not read, for half a number is a wrong number.
func (e *entry) remarks(text string, cut bool) (read int, left []string) {
	phrases := strings.Split(text, "; ")
	aside := 0 // phrases before this one stand in brackets, and are of a document or another name
	for i, p := range phrases {
		aside = max(aside, bracketed(phrases, i))
		last := i == len(phrases)-1
		if last && !cut {
			p = strings.TrimSuffix(p, ".")
		}
		if p = publication.Line(p); p == "" {
			continue
		}
		if !(last && cut) && i >= aside && (e.phrase(p) || e.isTitle(p)) {
			read++
		} else {
			left = append(left, p)
		}
	}
	return read, left
}

// bracketed gives where the brackets close that the phrase opens, in the phrases
// after it; 0 when it opens none, or they never close.
func bracketed(phrases []string, i int) int {
	if !strings.HasPrefix(phrases[i], "(") {
		return 0
	}
	open := 0
	for j := i; j < len(phrases); j++ {
		open += strings.Count(phrases[j], "(") - strings.Count(phrases[j], ")")
		if open <= 0 {
			if j == i {
				return 0
			}
			return j + 1
		}
	}
	return 0
}

// phrase reads one phrase; false when it is none that we know.
func (e *entry) phrase(p string) bool {
	if p[0] == '(' && strings.HasPrefix(p, "(Linked To:") {
		p = strings.TrimSuffix(p[1:], ")")
	}
	if len(p) > 5 && strings.EqualFold(p[:5], "alt. ") {
		p = p[5:]
	}
	if e.quotedName(p) {
		return true
	}
	label, m, ok := splitLabel(p)
	if !ok {
		return false
	}
	f := &feature{label: strings.TrimSpace(label), value: strings.TrimLeft(p[len(label):], " #")}
	if m.role == wallet || m.role == measure && m.open {
		f.label, f.value = openLabel(p, len(label))
	}
	if f.value == "" && m.role != death {
		return false
	}
	if m.role == document {
		f.suffixes()
	}
	e.as(m, f)
	return true
}

// isTitle says that the phrase is the title, which the CSV form gives in a
// column too.
func (e *entry) isTitle(p string) bool {
	for i := range e.s.Properties {
		if e.s.Properties[i].Name == "position" && e.s.Properties[i].Value == p {
			return true
		}
	}
	return false
}

// quotedName reads "a.k.a. 'X'", which is how the remarks give weak names.
func (e *entry) quotedName(p string) bool {
	if len(p) < 9 || p[1] != '.' || p[3] != '.' || p[5] != '.' || p[6] != ' ' {
		return false
	}
	kind, name := p[:6], p[7:]
	if kind != "a.k.a." && kind != "f.k.a." && kind != "n.k.a." {
		return false
	}
	if len(name) > 2 && name[0] == '\'' && name[len(name)-1] == '\'' {
		name = name[1 : len(name)-1]
	}
	n := e.splitName(name)
	n.Weak = true
	e.name(n, kind)
	return true
}

// splitLabel finds the longest label that the phrase begins with, and gives it
// as it stands there, with the white space after it.
func splitLabel(p string) (string, meaning, bool) {
	if strings.Contains(p, "’") {
		p = strings.ReplaceAll(p, "’", "'")
	}
	var buf [maxLabelBytes]byte
	low := lower(buf[:0], p)
	var ends [maxLabelWords]int
	n, most := 0, 1
	for i := 0; i <= len(low) && n < most; i++ {
		if i < len(low) && low[i] != ' ' {
			continue
		}
		if i == len(low) && len(low) < len(p) {
			break // a word is cut
		}
		if n == 0 {
			if most = labelWords[string(trimLabel(low[:i]))]; most == 0 {
				return "", meaning{}, false
			}
		}
		ends[n] = i
		n++
	}
	for k := n - 1; k >= 0; k-- {
		m, ok := meanings[string(trimLabel(low[:ends[k]]))]
		if !ok || ends[k] == len(p) && m.role != death {
			continue
		}
		end := ends[k]
		for end < len(p) && p[end] == ' ' {
			end++
		}
		return p[:end], m, true
	}
	return "", meaning{}, false
}

// lower appends what of p may be a label, in lower case.
func lower(dst []byte, p string) []byte {
	for i := range min(len(p), cap(dst)) {
		c := p[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// trimLabel is fold for what is in lower case.
func trimLabel(b []byte) []byte {
	for len(b) > 0 && strings.IndexByte(" .:-#", b[len(b)-1]) >= 0 {
		b = b[:len(b)-1]
	}
	return b
}

// openLabel parts a phrase whose label goes on in words of its own: up to a
// colon, a dash, a closing bracket, or one more word.
func openLabel(p string, from int) (label, value string) {
	rest := p[from:]
	switch {
	case strings.HasPrefix(rest, "("):
		if i := strings.IndexByte(rest, ')'); i > 0 {
			i++
			if i < len(rest) && rest[i] == ':' {
				i++
			}
			return p[:from+i], strings.TrimSpace(rest[i:])
		}
	case strings.HasPrefix(p, "Digital"):
		if i := strings.IndexByte(rest, ' '); i > 0 {
			return p[:from+i], strings.TrimSpace(rest[i:])
		}
	}
	return strings.TrimSpace(p[:from]), rest
}

// suffixes takes "(Iran)", "issued 01 Jan 2000" and "expires 01 Jan 2010" off
// the end of the value.
func (f *feature) suffixes() {
	f.expires = f.dated(" expires ")
	f.issued = f.dated(" issued ")
	if strings.HasSuffix(f.value, ")") {
		if i := strings.LastIndex(f.value, " ("); i > 0 {
			f.country, f.value = f.value[i+2:len(f.value)-1], f.value[:i]
		}
	}
}

// dated takes a word and the date after it off the end of the value. What
// follows the word and is no date is a note.
func (f *feature) dated(word string) string {
	value, date, ok := strings.Cut(f.value, word)
	if !ok || value == "" {
		return ""
	}
	f.value = value
	if _, ok := readDate(date); !ok {
		f.note = joinNotes(f.note, strings.TrimSpace(word+date))
		return ""
	}
	return date
}

// remarksText keeps remarks as text.
func (e *entry) remarksText(text string) {
	if text = publication.Line(text); text != "" {
		e.l.Remarks = append(e.l.Remarks, text)
	}
}

// unknown keeps a feature of which we know nothing as a note, and counts it.
func (e *entry) unknown(what string, f *feature) {
	e.t.Odd(publication.UnknownElement, what+" "+f.label, e.at)
	e.s.Properties = append(e.s.Properties, subject.Property{
		Name: "notes", Value: publication.Line(f.label + " " + f.value), Note: joinNotes(f.country, f.note),
	})
}

// Package text brings words to a common form and measures how far apart they
// are. It serves the reading of names, keys and codes, and the "did you mean"
// of an error; it never decides whether two names are the same person or thing.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold gives the form of s under which spellings of one word meet: lower case,
// decomposed by compatibility (NFKD; a Hangul syllable becomes its letters),
// without accents, with everything that is neither letter nor digit as one
// space between words and none at the ends.
//
// Removed without a space: the marks that people leave out (of Latin, Greek,
// Cyrillic, Hebrew, Arabic and Syriac script, and the enclosing ones), the
// Arabic tatweel and invisible format characters. Marks that are vowels or
// voicing, as in kana and the scripts of India, stay. Letters that Unicode does
// not decompose are mapped: ø o, ł l, đ ð d, ħ h, ı i, ß ss, æ ae, œ oe, þ th,
// ς σ, and the Persian kaf and yeh to the Arabic ones.
//
// Bytes that are not UTF-8 count as spaces. Fold(Fold(s)) is Fold(s); time is
// linear; nothing is cut; a folded ASCII text comes back without allocation.
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	var f folder
	f.b.Grow(len(s))
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			f.ascii(c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if 0x4E00 <= r && r <= 0x9FFF { // CJK ideographs, which have neither case nor decomposition
			f.owed()
			f.b.WriteString(s[i : i+n])
		} else {
			f.decompose(r, s[i:i+n])
		}
		i += n
	}
	return f.b.String()
}

// Tokens gives the words of Fold(s), in order; nil when there are none.
func Tokens(s string) []string {
	f := Fold(s)
	if f == "" {
		return nil
	}
	return strings.Split(f, " ")
}

// isFolded reports whether s is ASCII that Fold leaves as it is.
func isFolded(s string) bool {
	wordBefore := false
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
			wordBefore = true
		case c == ' ' && wordBefore:
			wordBefore = false
		default:
			return false
		}
	}
	return wordBefore || s == ""
}

type folder struct {
	b   strings.Builder
	gap bool // a space is owed before the next letter
}

func (f *folder) space() { f.gap = f.b.Len() > 0 }

func (f *folder) owed() {
	if f.gap {
		f.b.WriteByte(' ')
		f.gap = false
	}
}

func (f *folder) ascii(c byte) {
	switch {
	case 'A' <= c && c <= 'Z':
		c += 'a' - 'A'
	case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
	default:
		f.space()
		return
	}
	f.owed()
	f.b.WriteByte(c)
}

// The arithmetic of Hangul syllables (Unicode Standard, section 3.12).
const (
	hangulBase, hangulEnd          = 0xAC00, 0xD7A4
	leadBase, vowelBase, trailBase = 0x1100, 0x1161, 0x11A7
	vowels, trails                 = 21, 28
)

// decompose writes the character r, whose bytes are s. Marks are not put in
// canonical order: nearly all that Unicode would reorder are dropped, and
// leaving the rest alone keeps folding linear and idempotent.
func (f *folder) decompose(r rune, s string) {
	if hangulBase <= r && r < hangulEnd {
		i := r - hangulBase
		f.owed()
		f.b.WriteRune(leadBase + i/(vowels*trails))
		f.b.WriteRune(vowelBase + i%(vowels*trails)/trails)
		if t := i % trails; t > 0 {
			f.b.WriteRune(trailBase + t)
		}
		return
	}
	d := norm.NFKD.PropertiesString(s).Decomposition()
	if d == nil {
		f.put(r)
		return
	}
	for len(d) > 0 {
		r, n := utf8.DecodeRune(d)
		f.put(r)
		d = d[n:]
	}
}

// put writes one character that has no decomposition.
func (f *folder) put(r rune) {
	if r < utf8.RuneSelf {
		f.ascii(byte(r))
		return
	}
	if 0x0300 <= r && r <= 0x036F { // accents, by far the most frequent marks
		return
	}
	r = unicode.ToLower(r)
	if m, ok := special(r); ok {
		f.owed()
		f.b.WriteString(m)
		return
	}
	switch {
	case r == 0x0640: // tatweel only stretches a word
	case 0x02B9 <= r && r <= 0x02DF: // modifier letters that serve as apostrophes and accents
		f.space()
	case unicode.IsLetter(r), unicode.IsNumber(r):
		f.owed()
		f.b.WriteRune(r)
	case leftOut(r):
	case unicode.IsMark(r):
		f.owed()
		f.b.WriteRune(r)
	default:
		f.space()
	}
}

// leftOut reports whether r, which is no letter, vanishes without a space.
func leftOut(r rune) bool {
	if r == 0x3099 || r == 0x309A { // the voicing of kana
		return false
	}
	if unicode.In(r, unicode.Me, unicode.Cf) {
		return true
	}
	return unicode.Is(unicode.Mn, r) &&
		unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic, unicode.Syriac)
}

// special gives what stands for a lower-case letter that has no decomposition.
func special(r rune) (string, bool) {
	switch r {
	case 'ø':
		return "o", true
	case 'ł':
		return "l", true
	case 'đ', 'ð':
		return "d", true
	case 'ħ':
		return "h", true
	case 'ı':
		return "i", true
	case 'ß':
		return "ss", true
	case 'æ':
		return "ae", true
	case 'œ':
		return "oe", true
	case 'þ':
		return "th", true
	case 'ς':
		return "σ", true
	case 'ک':
		return "ك", true
	case 'ی', 'ى':
		return "ي", true
	}
	return "", false
}

// Package romanise gives the ways in which a word of any script is written in
// Latin letters. It treats romanisation as an equivalence, not as a function:
// a word has a small set of readings, and a Korean or Chinese syllable is a set
// of syllables that its spelling may stand for.
//
// It never decides whether two names are the same, and it never guesses a
// language from a name: a reading is what the letters allow.
package romanise

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Script is a writing system that this package tells apart.
type Script uint8

// The scripts with a table, and Other for all the rest.
const (
	None Script = iota // no letter
	Latin
	Cyrillic
	Greek
	Arabic
	Hebrew
	Armenian
	Georgian
	Hangul
	Han
	Kana
	Indic
	Ethiopic
	Khmer
	Thai
	Other
)

var scriptNames = [...]string{
	"none", "Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Armenian", "Georgian",
	"Hangul", "Han", "kana", "Indic", "Ethiopic", "Khmer", "Thai", "other",
}

// String gives the name of the script in English.
func (s Script) String() string { return scriptNames[s] }

// ScriptOf gives the script of one letter; None for a mark, digit or sign.
func ScriptOf(r rune) Script {
	switch {
	case r < 0x0250, 0x1E00 <= r && r <= 0x1EFF:
		if unicode.IsLetter(r) {
			return Latin
		}
		return None
	case 0x0370 <= r && r <= 0x03FF, 0x1F00 <= r && r <= 0x1FFF:
		return Greek
	case 0x0400 <= r && r <= 0x052F:
		return Cyrillic
	case 0x0530 <= r && r <= 0x058F:
		return Armenian
	case 0x05D0 <= r && r <= 0x05EA:
		return Hebrew
	case 0x0600 <= r && r <= 0x077F, 0x08A0 <= r && r <= 0x08FF, 0xFB50 <= r && r <= 0xFDFF, 0xFE70 <= r && r <= 0xFEFC:
		if unicode.IsLetter(r) {
			return Arabic
		}
		return None
	case 0x0900 <= r && r <= 0x0D7F:
		return Indic
	case 0x0E00 <= r && r <= 0x0E7F:
		return Thai
	case 0x10A0 <= r && r <= 0x10FF, 0x1C90 <= r && r <= 0x1CBF:
		return Georgian
	case 0x1100 <= r && r <= 0x11FF, hangulBase <= r && r < hangulEnd:
		return Hangul
	case 0x1200 <= r && r <= 0x137F:
		return Ethiopic
	case 0x1780 <= r && r <= 0x17FF:
		return Khmer
	case 0x3041 <= r && r <= 0x30FF:
		return Kana
	case 0x4E00 <= r && r <= 0x9FFF, r == 0x3007:
		return Han
	case unicode.IsLetter(r):
		if unicode.Is(unicode.Latin, r) {
			return Latin
		}
		return Other
	}
	return None
}

// Reading is one way to write a word in the letters a to z.
type Reading struct {
	// Latin is the word in a to z; never empty.
	Latin string
	// Unvowelled says that the script leaves short vowels out, so that any
	// vowel may stand between the letters.
	Unvowelled bool
	// Syllabic says that the script writes foreign names in syllables of its
	// own, so that vowels are added and l and r fall together.
	Syllabic bool
}

// foreign reports whether a word of Han or Hangul syllables is long enough to
// write a foreign name; a native surname or given name has one or two.
func foreign(word string) bool { return utf8.RuneCountInString(word) > 2 }

// most is the number of readings a word has at most.
const most = 3

// Of gives the readings of one word (no spaces) of script s, the usual one
// first; nil when the script has no table: such a word can only be compared
// with words of its own script. Digits are kept; other signs are left out.
// Time is linear in the word.
func Of(word string, s Script) []Reading {
	switch s {
	case Latin, None:
		return latin(word)
	case Cyrillic:
		return cyrillic(word)
	case Greek:
		return plain(Greek, greekPairs.Replace(lower(word)))
	case Armenian, Georgian:
		return plain(s, lower(word))
	case Arabic, Hebrew:
		return unvowelled(word, s)
	case Hangul:
		return one(Reading{Latin: revised(word), Syllabic: foreign(compose(word))})
	case Han:
		return one(Reading{Latin: pinyinOf(word), Syllabic: foreign(word)})
	case Kana:
		return one(Reading{Latin: kana(word), Syllabic: true})
	case Indic:
		return one(Reading{Latin: indic(word)})
	case Ethiopic:
		return one(Reading{Latin: ethiopic(word), Syllabic: true})
	case Khmer, Thai:
		return one(Reading{Latin: skeletal(word, s), Unvowelled: true, Syllabic: true})
	}
	return nil
}

func one(r Reading) []Reading {
	if r.Latin == "" {
		return nil
	}
	return []Reading{r}
}

// add appends r unless it is empty, there already, or one too many.
func add(list []Reading, r Reading) []Reading {
	if r.Latin == "" || len(list) == most {
		return list
	}
	for _, x := range list {
		if x == r {
			return list
		}
	}
	return append(list, r)
}

func lower(s string) string { return strings.ToLower(norm.NFC.String(s)) }

// table maps letters to Latin; a letter that is missing is looked up by the
// first rune of its decomposition.
type table map[rune]string

func pairs(s string) table {
	f := strings.Fields(s)
	t := make(table, len(f)/2)
	for i := 0; i+1 < len(f); i += 2 {
		r, _ := utf8.DecodeRuneInString(f[i])
		v := f[i+1]
		if v == "-" {
			v = ""
		}
		t[r] = v
	}
	return t
}

func (t table) write(b *strings.Builder, r rune) {
	switch {
	case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		b.WriteRune(r)
		return
	case r < utf8.RuneSelf || unicode.IsMark(r):
		return
	}
	if v, ok := t[r]; ok {
		b.WriteString(v)
		return
	}
	if d := norm.NFKD.PropertiesString(string(r)).Decomposition(); d != nil {
		first, _ := utf8.DecodeRune(d)
		if first != r {
			t.write(b, unicode.ToLower(first))
		}
	}
}

func (t table) all(word string) string {
	var b strings.Builder
	for _, r := range word {
		t.write(&b, r)
	}
	return b.String()
}

func plain(s Script, word string) []Reading {
	t := greekTable
	switch s {
	case Armenian:
		t = armenianTable
	case Georgian:
		t = georgianTable
	}
	return one(Reading{Latin: t.all(word)})
}

// latin gives the word without its accents, and with the letters by which some
// languages write an accented letter out (Müller, Mueller; Šeks, Sheks).
func latin(word string) []Reading {
	w := lower(word)
	bare := latinBare.all(w)
	list := add(nil, Reading{Latin: bare})
	for i := 0; i < len(w); i++ {
		if w[i] >= utf8.RuneSelf {
			return add(list, Reading{Latin: latinWide.all(w)})
		}
	}
	return list
}

// cyrillic gives the reading by BGN/PCGN, and, for a word with letters that
// Russian has not or has otherwise, the Ukrainian one.
func cyrillic(word string) []Reading {
	w := lower(word)
	list := add(nil, Reading{Latin: cyrillicTable.all(w)})
	if strings.ContainsAny(w, "гиіїєґ") {
		list = add(list, Reading{Latin: ukrainian.all(w)})
	}
	return list
}

func (t table) with(more table) table {
	u := make(table, len(t)+len(more))
	for k, v := range t {
		u[k] = v
	}
	for k, v := range more {
		u[k] = v
	}
	return u
}

// unvowelled reads Arabic script (with the letters of Persian and Urdu) and
// Hebrew: consonants and long vowels. A word with letters that these languages
// sound otherwise is read both ways (Rida, Reza).
func unvowelled(word string, s Script) []Reading {
	w := lower(word)
	t := arabicTable
	if s == Hebrew {
		t = hebrewTable
	}
	list := add(nil, Reading{Latin: t.all(w), Unvowelled: true})
	switch {
	case s == Hebrew:
		list = add(list, Reading{Latin: hebrewSoft.all(w), Unvowelled: true})
	case strings.ContainsAny(w, "ضذث"):
		list = add(list, Reading{Latin: arabicEastern.all(w), Unvowelled: true})
	}
	return list
}

// skeletal reads a script of South-East Asia by its consonants alone.
func skeletal(word string, s Script) string {
	t, base := khmerConsonants, rune(0x1780)
	if s == Thai {
		t, base = thaiConsonants, 0x0E01
	}
	var b strings.Builder
	for _, r := range word {
		if i := int(r - base); i >= 0 && i < len(t) {
			b.WriteString(t[i])
		}
	}
	return b.String()
}

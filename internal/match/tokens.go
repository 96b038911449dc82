package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/text"
	"golang.org/x/text/unicode/norm"
)

// word is one word of a name as written, in small letters, with its apostrophes.
type word struct {
	text    string
	script  romanise.Script
	dot     bool     // followed by a dot
	capital bool     // all its letters are capitals
	begins  bool     // with a capital
	hyphen  bool     // a hyphen ties it to the next
	tight   bool     // joined to the next by a dot, stroke or nothing
	read    *reading // nil until it was read
}

const (
	// MaxNameBytes is how many bytes of a name are read; the rest is cut, and said.
	MaxNameBytes  = 1024
	maxWords      = 24 // of one name
	maxWordRunes  = 40
	maxMarksInRow = 4
)

// cutText shortens s to n bytes at a rune and says whether it did.
func cutText(s string, n int) (string, bool) {
	if len(s) <= n {
		return s, false
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n], true
}

// splitWords cuts a name into words. What is beyond the limits is left out and
// said so.
func splitWords(s string) (words []word, cut bool) {
	s, cut = cutText(s, MaxNameBytes)
	var b strings.Builder
	var w word
	runes, marks := 0, 0
	lettersUp, letters := 0, 0
	end := func(tight bool) {
		if b.Len() > 0 {
			t := strings.Trim(b.String(), "'")
			if t != "" {
				w.text = t
				w.tight = tight
				w.capital = letters > 0 && lettersUp == letters
				words = append(words, w)
			}
		}
		b.Reset()
		w = word{}
		runes, marks, letters, lettersUp = 0, 0, 0, 0
	}
	rs := []rune(norm.NFC.String(dropFloods(s)))
	for i, r := range rs {
		if r == utf8.RuneError {
			end(false)
			continue
		}
		sc := romanise.ScriptOf(r)
		switch {
		case sc != romanise.None || unicode.IsDigit(r):
			if sc != romanise.None && w.script == romanise.None {
				w.script = sc
			}
			// A change to or from Han, kana or Hangul ends a word.
			if sc != w.script && sc != romanise.None && (cjk(sc) || cjk(w.script)) {
				end(true)
				w.script = sc
			}
			if unicode.IsUpper(r) {
				lettersUp++
				w.begins = w.begins || letters == 0
			}
			letters++
			if d := digitValue(r); d >= 0 {
				r = rune('0' + d)
			}
			if runes < maxWordRunes {
				b.WriteRune(unicode.ToLower(r))
			} else {
				cut = true
			}
			runes++
			marks = 0
		case unicode.IsMark(r):
			if marks++; marks <= maxMarksInRow && b.Len() > 0 {
				b.WriteRune(r)
			}
		case isApostrophe(r) || r == '?' && i > 0 && i+1 < len(rs) && unicode.IsLetter(rs[i-1]) && unicode.IsLetter(rs[i+1]):
			if b.Len() > 0 {
				b.WriteByte('\'')
			}
		case r == '%':
			end(false)
			words = append(words, word{text: "percent", script: romanise.Latin})
		case unicode.Is(unicode.Cf, r), r == 0x0640, r == 0x30FC: // invisible, tatweel, long mark of kana
		case r == '.':
			w.dot = true
			end(i+1 < len(rs) && unicode.IsLetter(rs[i+1]))
		case r == '/':
			end(true)
		case (r == '-' || r == '\u2010' || r == '\u2011') && b.Len() > 0:
			w.hyphen = true
			end(false)
		default:
			end(false)
		}
		if len(words) >= maxWords {
			return words, true
		}
	}
	end(false)
	return words, cut
}

// dropFloods removes combining marks beyond a few in a row, before anything
// that would sort them.
func dropFloods(s string) string {
	marks, flood := 0, false
	for _, r := range s {
		if unicode.IsMark(r) {
			marks++
			flood = flood || marks > maxMarksInRow
		} else {
			marks = 0
		}
	}
	if !flood {
		return s
	}
	var b strings.Builder
	marks = 0
	for _, r := range s {
		if unicode.IsMark(r) {
			if marks++; marks > maxMarksInRow {
				continue
			}
		} else {
			marks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

func cjk(s romanise.Script) bool {
	return s == romanise.Han || s == romanise.Kana || s == romanise.Hangul
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', '`', '´', 'ʻ', 'ʼ', 'ʿ', 'ʾ', '′', 'ʹ', '‛', '＇', '׳', 'ʽ':
		return true
	}
	return false
}

func digitValue(r rune) int {
	if '0' <= r && r <= '9' {
		return int(r - '0')
	}
	if !unicode.IsDigit(r) {
		return -1
	}
	for d := range 10 { // digits of one script stand together
		if !unicode.IsDigit(r - rune(d) - 1) {
			return d
		}
	}
	return -1
}

// confusable maps letters that look like Latin ones, and confusableCapital those whose capitals do and whose small letters look
// like others or none.
var (
	confusable = map[rune]rune{
		'а': 'a', 'е': 'e', 'о': 'o', 'р': 'p', 'с': 'c', 'х': 'x', 'у': 'y', 'к': 'k', 'м': 'm', 'т': 't', 'в': 'b', 'н': 'h', 'і': 'i', 'ѕ': 's', 'ј': 'j', 'ԁ': 'd', 'ӏ': 'l',
		'ο': 'o', 'α': 'a', 'ε': 'e', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x', 'η': 'n', 'β': 'b', 'ѐ': 'e', 'ё': 'e',
	}
	confusableCapital = map[rune]rune{'ν': 'n', 'η': 'h', 'υ': 'y', 'μ': 'm', 'ζ': 'z', 'ԍ': 'g', 'ԝ': 'w', 'ґ': 'r'}
)

// looksLatin gives the Latin letter that the i-th letter of a word looks like.
func (w *word) looksLatin(i int, r rune) (rune, bool) {
	if w.capital || (w.begins && i == 0) {
		if l, ok := confusableCapital[r]; ok {
			return l, true
		}
	}
	l, ok := confusable[r]
	return l, ok
}

// digitLetters are the letters that digits are written for.
var digitLetters = map[byte]byte{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '6': 'g', '7': 't', '8': 'b', '9': 'g'}

// sameScript brings a word of mixed letters to one script: Latin where all its other letters look Latin, else the one that most
// are of.
func sameScript(w word) word {
	latin, other, alike, at := 0, 0, 0, 0
	for _, r := range w.text {
		switch romanise.ScriptOf(r) {
		case romanise.Latin:
			latin++
		case romanise.Cyrillic, romanise.Greek:
			other++
			if _, ok := w.looksLatin(at, r); ok {
				alike++
			}
		}
		at++
	}
	if latin == 0 || other == 0 {
		return w
	}
	var b strings.Builder
	if latin >= other || alike == other {
		at := 0
		for _, r := range w.text {
			if l, ok := w.looksLatin(at, r); ok {
				r = l
			}
			b.WriteRune(r)
			at++
		}
		w.text, w.script = b.String(), romanise.Latin
		return w
	}
	back := map[rune]rune{'a': 'а', 'e': 'е', 'o': 'о', 'p': 'р', 'c': 'с', 'x': 'х', 'y': 'у', 'k': 'к', 'm': 'м', 't': 'т', 'b': 'в', 'h': 'н', 'i': 'і'}
	for _, r := range w.text {
		if l, ok := back[r]; ok {
			r = l
		}
		b.WriteRune(r)
	}
	w.text, w.script = b.String(), romanise.Cyrillic
	return w
}

// readings gives the Latin readings of a word, with digits read as letters
// where a word has both.
func readings(w word) []romanise.Reading {
	t := strings.ReplaceAll(w.text, "'", "")
	list := romanise.Of(t, w.script)
	if w.script != romanise.Latin || !strings.ContainsAny(t, "0123456789") {
		return list
	}
	b := []byte(list[0].Latin)
	letters := 0
	for i, c := range b {
		if l, ok := digitLetters[c]; ok {
			b[i] = l
		} else {
			letters++
		}
	}
	if letters*2 < len(b) {
		return list
	}
	return append(list, romanise.Reading{Latin: string(b)})
}

// folded is the form under which a word is looked up.
func folded(w word) string {
	return text.Fold(strings.ReplaceAll(w.text, "'", ""))
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number words and Roman numerals up to 39.
var numberWords = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
	"twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
	"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
	"1st": 1, "2nd": 2, "3rd": 3, "primero": 1, "pervyy": 1,
}

// numberOf reads a word as a number: digits, an ordinal, a number word or a
// Roman numeral written in capitals.
func numberOf(w word, t string, place int) (int, bool) {
	if isDigits(t) {
		n := 0
		for i := range len(t) {
			n = (n*10 + int(t[i]-'0')) % 1_000_000_000
		}
		return n, true
	}
	if n, ok := numberWords[t]; ok {
		return n, true
	}
	if len(t) > 2 && isDigits(t[:len(t)-2]) {
		switch t[len(t)-2:] {
		case "st", "nd", "rd", "th":
			return numberOf(word{}, t[:len(t)-2], place)
		}
	}
	if w.capital && place > 0 {
		return romanNumeral(t)
	}
	return 0, false
}

func romanNumeral(t string) (int, bool) {
	value := map[byte]int{'i': 1, 'v': 5, 'x': 10}
	n := 0
	for i := range len(t) {
		v := value[t[i]]
		if v == 0 {
			return 0, false
		}
		if i+1 < len(t) && value[t[i+1]] > v {
			n -= v
		} else {
			n += v
		}
	}
	return n, n > 0 && len(t) <= 6
}

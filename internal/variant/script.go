package variant

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
)

const (
	latin         = romanise.Latin
	subjectPublic = subject.PublicBody
)

// rule is one difference between two ways of writing the same sounds.
type rule struct {
	from, to   string
	start, end bool // only at the start or the end of a word
}

// apply writes a folded word by the rule; the word itself where it does not fit.
func (u rule) apply(w string) string {
	switch {
	case u.start && u.end:
		if w == u.from {
			return u.to
		}
	case u.start:
		if strings.HasPrefix(w, u.from) {
			return u.to + w[len(u.from):]
		}
	case u.end:
		if strings.HasSuffix(w, u.from) && len(w) > len(u.from) {
			return w[:len(w)-len(u.from)] + u.to
		}
	default:
		return strings.ReplaceAll(w, u.from, u.to)
	}
	return w
}

// respell writes a person's name by another system of romanisation: from another
// script by the tables of romanise; from Latin by the rules of the systems in use
// for the language of the state that the list gives.
func (t *Tables) respell(s *source, r *rng) string {
	if script := scriptOf(s.Text); script != latin {
		if script == romanise.Han && !s.person {
			return "" // where one word ends and the next begins is not written
		}
		return romanised(s.apart(script), r)
	}
	if !s.person || len(s.custom.rules) == 0 {
		return ""
	}
	u := pick(r, s.custom.rules)
	w := slices.Clone(s.words)
	for i := range w {
		parts := strings.Split(w[i], "-")
		for k, part := range parts {
			folded := text.Fold(part)
			if got := u.apply(folded); got != folded && letters(part) > 1 {
				parts[k] = like(part, got)
			}
		}
		w[i] = strings.Join(parts, "-")
	}
	return strings.Join(w, " ")
}

// apart gives the words, a person's name in Hangul or Han characters without
// spaces as surname and given name: the first character, and the others.
func (s *source) apart(script romanise.Script) []string {
	r := []rune(s.Text)
	if s.person && len(s.words) == 1 && (script == romanise.Hangul || script == romanise.Han) && (len(r) == 2 || len(r) == 3) {
		return []string{string(r[:1]), string(r[1:])}
	}
	return s.words
}

// romanised gives words in Latin letters; "" where a word has no reading with
// its vowels, since nobody writes a name without them.
func romanised(words []string, r *rng) string {
	var out []string
	for _, w := range words {
		x := romanisedWord(w, r)
		if x == "" {
			return ""
		}
		out = append(out, x)
	}
	return strings.Join(out, " ")
}

func romanisedWord(w string, r *rng) string {
	script := scriptOf(w)
	if script == latin || script == romanise.None {
		return w
	}
	readings := romanise.Of(w, script)
	readings = slices.DeleteFunc(slices.Clone(readings), func(x romanise.Reading) bool { return x.Unvowelled })
	return title(pick(r, readings).Latin)
}

// otherScript writes a Latin name in the script of the state that the list
// gives, where every word can be read back from it.
func (t *Tables) otherScript(s *source, _ *rng) string {
	if !s.person || scriptOf(s.Text) != latin || s.custom.script == latin {
		return ""
	}
	var out []string
	for _, w := range s.words {
		x := t.written(w, s.custom.script)
		if x == "" {
			return ""
		}
		out = append(out, like(w, x))
	}
	return strings.Join(out, " ")
}

// mixed writes one word in another script: a Latin one in that of the bearer's
// state or else in Cyrillic, any other in Latin letters.
func (t *Tables) mixed(s *source, r *rng) string {
	full := s.full()
	if len(full) < 2 {
		return ""
	}
	at := pick(r, full)
	word := s.words[at]
	other := ""
	if scriptOf(word) != latin {
		other = romanisedWord(word, r)
	} else if letters(word) > 1 {
		if s.person && s.custom.script != latin {
			other = t.written(word, s.custom.script)
		}
		if other == "" {
			other = t.written(word, romanise.Cyrillic)
		}
		other = like(word, other)
	}
	if other == "" || other == word {
		return ""
	}
	return s.replaced(at, other)
}

// written gives a Latin word in another script; "" where it cannot be written so
// that romanise reads the word back.
func (t *Tables) written(word string, script romanise.Script) string {
	w := text.Fold(word)
	if strings.ContainsRune(w, ' ') { // a hyphen or apostrophe inside
		return ""
	}
	if script == romanise.Hangul {
		return hangul(w)
	}
	var b strings.Builder
	for rest := w; rest != ""; {
		n := min(4, len(rest))
		for ; n > 0; n-- {
			if letter, ok := t.alphabets[script][rest[:n]]; ok {
				b.WriteRune(letter)
				break
			}
		}
		if n == 0 {
			return ""
		}
		rest = rest[n:]
	}
	for _, x := range romanise.Of(b.String(), script) {
		if x.Latin == w {
			return b.String()
		}
	}
	return ""
}

// alphabets are the letters of scripts in the order in which they are preferred
// where two are read alike.
var alphabets = map[romanise.Script]string{
	romanise.Cyrillic: "абвгдежзийклмнопрстуфхцчшщыэюя",
	romanise.Greek:    "αβγδεζθικλμνξοπρστυφχψ",
	romanise.Armenian: "աբգդեզթժիլխծկհձղճմյնշոչպջռսվտրցփքօֆ",
	romanise.Georgian: "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
}

// inverse turns the readings of single letters around.
func inverse() map[romanise.Script]map[string]rune {
	out := map[romanise.Script]map[string]rune{}
	for script, letters := range alphabets {
		m := map[string]rune{}
		for _, letter := range letters {
			for _, x := range romanise.Of(string(letter), script)[:1] {
				if _, taken := m[x.Latin]; !taken {
					m[x.Latin] = letter
				}
			}
		}
		out[script] = m
	}
	return out
}

// Where Unicode's table of Hangul syllables begins, and how it is laid out.
const (
	hangulBase = 0xAC00
	vowels     = 21
	tails      = 28
)

// tailOf gives the usual final letter for each class that romanise tells apart:
// none, k, n, t, l, m, p, ng.
var tailOf = [...]rune{0, 1, 4, 7, 8, 16, 17, 21}

// Initials and vowels of Hangul by their numbers in Unicode, in the order in which
// they are preferred where a spelling may stand for several: plain consonants
// before aspirated and tense ones, common vowels before rare ones.
var (
	leadOrder  = []int{0, 3, 7, 9, 12, 5, 2, 6, 11, 18, 14, 15, 16, 17, 1, 4, 8, 10, 13}
	vowelOrder = []int{0, 20, 4, 6, 13, 8, 1, 5, 18, 17, 12, 2, 3, 7, 9, 10, 11, 14, 15, 16, 19}
	tailOrder  = []int{0, 1, 2, 3, 4, 5, 6, 7}
)

// hangul writes a Latin word in Korean syllables; "" where it cannot be read as
// such.
func hangul(word string) string {
	ways := romanise.Korean(word, latin)
	if len(ways) == 0 {
		return ""
	}
	var b strings.Builder
	for _, x := range ways[0] {
		lead, vowel, tail := preferred(leadOrder, x.Lead), preferred(vowelOrder, x.Vowel), preferred(tailOrder, uint32(x.Tail))
		if lead < 0 || vowel < 0 || tail < 0 {
			return ""
		}
		b.WriteRune(rune(hangulBase+(lead*vowels+vowel)*tails) + tailOf[tail])
	}
	return b.String()
}

// preferred gives the first number of an order whose bit is set; -1 for none.
func preferred(order []int, set uint32) int {
	for _, n := range order {
		if set>>n&1 == 1 {
			return n
		}
	}
	return -1
}

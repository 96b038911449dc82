package mention

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/sentence"
)

// word is a word with its place. Key is the form in which tables are asked: without full stops, with straight
// apostrophes, without a possessive ending, which the span leaves out too.
type word struct {
	sentence.Span
	key   string
	owner bool // a possessive ending follows
	upper bool
	// gap is what stands between it and the word before.
	gap string
}

func wordsOf(text string) []word {
	var out []word
	last := 0
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			i += n
			continue
		}
		end := wordEnd(text, i)
		w := word{Span: sentence.Span{From: i, To: end}, gap: text[last:i], upper: unicode.IsUpper(r)}
		w.key, w.owner = key(text[i:end])
		if w.owner {
			w.To = i + len(strings.TrimSuffix(strings.TrimSuffix(text[i:end], "'s"), "’s"))
		}
		out = append(out, w)
		i, last = end, end
	}
	return out
}

// wordEnd gives the end of the word at i. Hyphens, apostrophes and full stops between letters belong to it, and the
// full stop after an abbreviation of single letters.
func wordEnd(text string, i int) int {
	dotted := false
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) {
			i += n
			continue
		}
		next, _ := utf8.DecodeRuneInString(text[i+n:])
		joins := strings.ContainsRune("-'’.,&", r) && i+n < len(text) && (unicode.IsLetter(next) || unicode.IsDigit(next))
		if r == ',' && !unicode.IsDigit(next) {
			joins = false
		}
		if r == '.' && joins && unicode.IsLetter(next) {
			dotted = true
		}
		if joins {
			i += n
			continue
		}
		if r == '.' && dotted {
			return i + n
		}
		break
	}
	return i
}

func key(s string) (string, bool) {
	s = strings.ReplaceAll(s, "’", "'")
	owner := strings.HasSuffix(s, "'s") && len(s) > 2
	s = strings.TrimSuffix(s, "'s")
	if !strings.ContainsFunc(s, unicode.IsDigit) {
		s = strings.ReplaceAll(s, ".", "")
	}
	return s, owner
}

// phrase gives the key of words i to j, and false where something other than space stands between them.
func phrase(words []word, i, j int) (string, bool) {
	if j > len(words) {
		return "", false
	}
	var b strings.Builder
	for k := i; k < j; k++ {
		if k > i {
			if strings.TrimSpace(words[k].gap) != "" || strings.Contains(words[k].gap, "\n\n") {
				return "", false
			}
			if words[k-1].owner {
				b.WriteString("'s") // as in "People's Republic"
			}
			b.WriteByte(' ')
		}
		b.WriteString(words[k].key)
	}
	return b.String(), true
}

// phraseKey gives the key of a name in a table.
func phraseKey(name string) string {
	words := wordsOf(name)
	for i := range words {
		words[i].gap = " "
	}
	k, _ := phrase(words, 0, len(words))
	return k
}

package entity

import (
	"math"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/text"
)

// words is which entities have which word, in names and anywhere.
type words struct {
	all   []string // sorted
	lists map[string]*postings
}

// postings are the entities that have a word, in order.
type postings struct{ names, others []uint32 }

// wordBuilder gathers words.
type wordBuilder struct{ lists map[string]*postings }

func newWordBuilder() *wordBuilder { return &wordBuilder{map[string]*postings{}} }

// add adds the words of a value. Those of names in other scripts are added as they
// are written in Latin letters too, so that a name is found in both.
func (w *wordBuilder) add(n uint32, value string, name bool) {
	for _, t := range text.Tokens(value) {
		w.put(n, t, name)
		if name {
			for _, latin := range latinOf(t) {
				w.put(n, latin, name)
			}
		}
	}
}

func (w *wordBuilder) put(n uint32, word string, name bool) {
	p := w.lists[word]
	if p == nil {
		p = &postings{}
		w.lists[strings.Clone(word)] = p
	}
	to := &p.others
	if name {
		to = &p.names
	}
	if len(*to) == 0 || (*to)[len(*to)-1] != n {
		*to = append(*to, n)
	}
}

func (w *wordBuilder) finish() *words {
	out := &words{lists: w.lists}
	for word := range w.lists {
		out.all = append(out.all, word)
	}
	slices.Sort(out.all)
	return out
}

// latinOf gives the ways in which a word of another script is written in Latin
// letters, folded; nil for a Latin word.
func latinOf(word string) []string {
	script := romanise.None
	for _, r := range word {
		if unicode.IsLetter(r) {
			if script = romanise.ScriptOf(r); script == romanise.Latin {
				return nil
			}
			break
		}
	}
	if script == romanise.None || script == romanise.Latin {
		return nil
	}
	var out []string
	for _, r := range romanise.Of(word, script) {
		if f := text.Fold(r.Latin); f != "" && f != word && !strings.Contains(f, " ") && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// weigh gives the entities of a word, with what a word that so many of all have
// tells, more in a name.
func (w *words) weigh(word string, all int, names bool) []Hit {
	p := w.lists[word]
	if p == nil {
		return nil
	}
	const inName, elsewhere = 3, 1
	tells := func(n int) float64 { return math.Log(1 + float64(all)/float64(n+1)) }
	out := hitsOf(p.names, inName*tells(len(p.names)))
	if !names {
		out = either(out, hitsOf(p.others, elsewhere*tells(len(p.others))))
	}
	return out
}

func hitsOf(docs []uint32, score float64) []Hit {
	out := make([]Hit, len(docs))
	for i, n := range docs {
		out[i] = Hit{n, score}
	}
	return out
}

// MaxWords is how many words of a list a beginning, a pattern or a misspelling may
// stand for; beyond it the commonest are taken.
const MaxWords = 256

// beginning gives the words that begin so.
func (w *words) beginning(prefix string) []string {
	from := sort.SearchStrings(w.all, prefix)
	to := from
	for to < len(w.all) && strings.HasPrefix(w.all[to], prefix) {
		to++
	}
	return w.commonest(w.all[from:to])
}

// like gives the words that a test holds of.
func (w *words) like(test func(string) bool) []string {
	var out []string
	for _, x := range w.all {
		if test(x) {
			out = append(out, x)
		}
	}
	return w.commonest(out)
}

func (w *words) commonest(list []string) []string {
	if len(list) <= MaxWords {
		return list
	}
	count := func(x string) int { p := w.lists[x]; return len(p.names) + len(p.others) }
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b string) int { return count(b) - count(a) })
	return list[:MaxWords]
}

// misspelt gives the words that differ by few letters: none for words of up to two,
// one up to five, two beyond, or as many as are given, with the number.
func (w *words) misspelt(word string, most int) []string {
	n := len([]rune(word))
	if most < 0 {
		switch {
		case n <= 2:
			most = 0
		case n <= 5:
			most = 1
		default:
			most = 2
		}
	}
	return w.like(func(x string) bool {
		if d := len(x) - len(word); d > 4*most || -d > 4*most {
			return false
		}
		return text.Distance(x, word) <= most
	})
}

// Hit is an entity of a set that was found, with how well it fits.
type Hit struct {
	n     uint32
	Score float64
}

// either joins two lists in order; what is in both has both scores.
func either(a, b []Hit) []Hit {
	if len(a) == 0 || len(b) == 0 {
		return append(a, b...)
	}
	out := make([]Hit, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].n < b[0].n:
			out, a = append(out, a[0]), a[1:]
		case a[0].n > b[0].n:
			out, b = append(out, b[0]), b[1:]
		default:
			out = append(out, Hit{a[0].n, a[0].Score + b[0].Score})
			a, b = a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// both gives what is in both lists, with both scores.
func both(a, b []Hit) []Hit {
	var out []Hit
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].n < b[0].n:
			a = a[1:]
		case a[0].n > b[0].n:
			b = b[1:]
		default:
			out = append(out, Hit{a[0].n, a[0].Score + b[0].Score})
			a, b = a[1:], b[1:]
		}
	}
	return out
}

// without gives what is in a and not in b.
func without(a, b []Hit) []Hit {
	var out []Hit
	for _, h := range a {
		for len(b) > 0 && b[0].n < h.n {
			b = b[1:]
		}
		if len(b) == 0 || b[0].n != h.n {
			out = append(out, h)
		}
	}
	return out
}

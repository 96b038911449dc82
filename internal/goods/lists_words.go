package goods

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/text"
)

// token is the number of a known word form; it counts from 0.
type token int32

const (
	other  token = -1 // a word that no list knows
	digits token = -2 // a number that no list knows
	// The signs at which a description is cut; see eachToken.
	cut     token = -3
	join    token = -4
	purpose token = -5
)

// root is the node at which every phrase begins.
const root int32 = 0

// hit is a phrase that ends at a node.
type hit struct {
	list uint16
	kind phraseKind
}

// trie finds the phrases of all lists. Every step is a known word form, so that
// a description is looked up once a word, however many phrases there are.
type trie struct {
	forms map[string]token
	dull  []bool // by token: says nothing by itself
	nodes []trieNode
	first []int32 // children of the root, by token
	// longest is the number of words of the longest phrase.
	longest int32
}

type trieNode struct {
	hits []hit
	next map[token]int32
}

// form gives the token of a word form, making it when it is new.
func (t *trie) form(w string) token {
	if t.forms == nil {
		t.forms = map[string]token{}
		t.nodes = make([]trieNode, 1)
	}
	k, ok := t.forms[w]
	if !ok {
		k = token(len(t.forms))
		t.forms[w] = k
		t.dull = append(t.dull, false)
		t.first = append(t.first, root)
	}
	return k
}

// vague marks words that say nothing by themselves.
func (t *trie) vague(words []string) {
	for _, w := range words {
		for _, f := range inflected(w) {
			t.dull[t.form(f)] = true
		}
	}
}

// add puts a phrase in, with every plural of each of its words.
func (t *trie) add(words []string, h hit) {
	at := []int32{root}
	t.longest = max(t.longest, int32(len(words)))
	for _, w := range words {
		var next []int32
		for _, f := range inflected(w) {
			k := t.form(f)
			for _, n := range at {
				next = append(next, t.child(n, k))
			}
		}
		at = next
	}
	for _, n := range at {
		node := &t.nodes[n]
		node.hits = append(node.hits, h)
	}
}

func (t *trie) child(n int32, k token) int32 {
	c := t.step(n, k)
	if c != root {
		return c
	}
	c = int32(len(t.nodes))
	t.nodes = append(t.nodes, trieNode{})
	if n == root {
		t.first[k] = c
		return c
	}
	if t.nodes[n].next == nil {
		t.nodes[n].next = map[token]int32{}
	}
	t.nodes[n].next[k] = c
	return c
}

// step goes from node n along a token; it gives root when there is no way on.
func (t *trie) step(n int32, k token) int32 {
	switch {
	case k < 0:
		return root
	case n == root:
		return t.first[k]
	case t.nodes[n].next == nil:
		return root
	}
	return t.nodes[n].next[k]
}

// inflected gives a word and its plurals. Words of up to two letters and
// numbers have none: they are parts of names ("jet a 1").
func inflected(w string) []string {
	last := w[len(w)-1]
	switch {
	case len(w) < 3 || last < 'a' || last > 'z':
		return []string{w}
	case last == 's', last == 'x', last == 'z', strings.HasSuffix(w, "ch"), strings.HasSuffix(w, "sh"):
		return []string{w, w + "es"}
	case last == 'y' && !strings.ContainsRune("aeiou", rune(w[len(w)-2])):
		return []string{w, w[:len(w)-1] + "ies"}
	case last == 'o':
		return []string{w, w + "s", w + "es"}
	}
	return []string{w, w + "s"}
}

// scan cuts a description into the tokens of s.toks and says what kind of
// description it is.
func (t *trie) scan(description string, s *Scratch) reading {
	s.toks = s.toks[:0]
	foreign, words, dull := false, 0, 0
	eachToken(description, &s.word, func(w []byte, sign token, strange bool) {
		if w == nil {
			s.toks = append(s.toks, sign)
			return
		}
		foreign = foreign || strange
		words++
		k, ok := t.forms[string(w)]
		switch {
		case ok && t.dull[k]:
			dull++
		case ok:
		case w[0] >= '0' && w[0] <= '9':
			k = digits
			dull++
		default:
			k = other
		}
		s.toks = append(s.toks, k)
	})
	switch {
	case words == 0:
		return readEmpty
	case foreign:
		return readForeign
	case dull == words:
		return readVague
	}
	return readPlain
}

// tokens gives the tokens of a phrase and the number of parts it falls into.
func tokens(phrase string) (toks []string, parts int) {
	var buf []byte
	parts = 1
	eachToken(phrase, &buf, func(w []byte, _ token, _ bool) {
		if w == nil {
			parts++
			return
		}
		toks = append(toks, string(w))
	})
	return toks, parts
}

// eachToken calls yield with each word of s, folded: small letters without
// accents, and numbers apart from letters, so that "MiG-21s" is "mig", "21", "s" and
// "Jet A1" is "jet", "a", "1". Where the text is cut it yields nil and a sign: cut for
// commas and the like, join for "and", "or" and the signs for them, purpose for "for". strange marks a
// word with a letter of another script than Latin. The slice is valid until the next call.
func eachToken(s string, buf *[]byte, yield func(w []byte, sign token, strange bool)) {
	w := (*buf)[:0]
	number, strange := false, false
	flush := func() {
		if len(w) == 0 {
			return
		}
		switch string(w) {
		case "and", "or":
			yield(nil, join, false)
		case "for":
			yield(nil, purpose, false)
		default:
			yield(w, 0, strange)
		}
		w, strange = w[:0], false
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
			fallthrough
		case c >= 'a' && c <= 'z':
			if number {
				flush()
			}
			number = false
			w = append(w, c)
			i++
		case c >= '0' && c <= '9':
			if !number {
				flush()
			}
			number = true
			w = append(w, c)
			i++
		case c < utf8.RuneSelf:
			flush()
			if sign := signOf(rune(c)); sign != 0 {
				yield(nil, sign, false)
			}
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			i += size
			if unicode.Is(unicode.Mn, r) {
				continue
			}
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				flush()
				if sign := signOf(r); sign != 0 {
					yield(nil, sign, false)
				}
				continue
			}
			if number != unicode.IsDigit(r) {
				flush()
			}
			number = unicode.IsDigit(r)
			strange = strange || unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r)
			w = append(w, text.Fold(string(r))...)
		}
	}
	flush()
	*buf = w
}

// signOf gives the sign that a character cuts with, 0 when it does not cut.
func signOf(r rune) token {
	switch r {
	case ',', ';', '|', '\n', '、', '，', '；', '・':
		return cut
	case '/', '&', '+':
		return join
	}
	return 0
}

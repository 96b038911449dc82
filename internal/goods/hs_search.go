package goods

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Hit is an answer to a search.
type Hit struct {
	Code  Code
	Label string
	// Score is from 1 to 1000, higher is better. It compares the hits of one
	// search and means nothing beyond.
	Score int
}

// Limits on what of a query counts, so that no text is costly.
const (
	maxQueryBytes = 1000
	maxQueryWords = 24
)

// Search finds chapters, headings and labelled subheadings by the words of their
// labels and by the other words that traders use, the best first and at most
// limit of them (none if limit is below 1). Small letters, accents and plurals do not
// matter; the start of a word, of four letters or more, or one wrong letter
// in a word of five or more will do where nothing fits better. Only the first
// 1000 bytes and 24 words of the query count.
//
// A query that is a code gives that code, those above it and those directly
// below it, and for one that does not exist those around it.
//
// The same query always gives the same hits in the same order.
func (n *Nomenclature) Search(query string, limit int) []Hit {
	if limit < 1 {
		return nil
	}
	if len(query) > maxQueryBytes {
		query = strings.ToValidUTF8(query[:maxQueryBytes], "")
	}
	var hits []Hit
	if c, err := ParseCode(query); err == nil {
		hits = n.around(c)
	} else {
		n.indexed.Do(func() { n.index = n.makeIndex() })
		hits = n.index.search(query)
	}
	hits = hits[:min(limit, len(hits))]
	for i := range hits {
		hits[i].Label = n.Label(hits[i].Code)
	}
	return hits
}

// around gives a code, the codes above it and those directly below.
func (n *Nomenclature) around(c Code) []Hit {
	c = c.Subheading()
	var hits []Hit
	own := c
	if n.Exists(c, 0) {
		if c.Len()%2 == 0 {
			hits = append(hits, Hit{Code: c, Score: 1000})
		}
	} else {
		own = n.parent(c)
	}
	for p, score := n.parent(c), 900; !p.IsZero(); p, score = n.parent(p), score-100 {
		hits = append(hits, Hit{Code: p, Score: score})
	}
	for _, b := range n.below(own) {
		hits = append(hits, Hit{Code: b, Score: 500})
	}
	return hits
}

// searchIndex finds entries by word.
type searchIndex struct {
	docs  []doc
	terms []term // ascending by word
}

type doc struct {
	code  Code
	words int // different words in the label
}

type term struct {
	word   string
	weight int // the rarer the word, the higher
	at     []posting
}

type posting struct {
	doc   int32
	where where
}

// where is the part of an entry in which a word stands, the best first.
type where uint8

const (
	labelStart where = iota // first word of the label
	mainWord                // first of the search words
	labelRest
	otherWord
)

// worth is what a word counts for in a place, in hundredths.
var worth = [...]int{labelStart: 100, mainWord: 100, labelRest: 100, otherWord: 75}

// How much is left, in hundredths, when only the start of a word or a
// misspelt word is found.
const (
	exactly    = 100
	startsWith = 60
	misspelt   = 50
)

// likely is what a hit gains by the number of its digits: most words name a
// heading, and only few subheadings have labels to be found by.
var likely = [...]int{2: 40, 4: 70, 6: 0}

// fillers say nothing about goods.
var fillers = map[string]bool{
	"of": true, "and": true, "or": true, "the": true, "for": true, "with": true, "in": true, "to": true, "not": true, "than": true,
	"by": true, "on": true, "from": true, "other": true, "such": true, "as": true, "like": true, "own": true, "an": true, "its": true,
	"their": true, "them": true, "among": true, "over": true, "before": true,
}

func (n *Nomenclature) makeIndex() searchIndex {
	var x searchIndex
	postings := map[string][]posting{}
	add := func(e entry) {
		if e.label == "" {
			return
		}
		id := int32(len(x.docs))
		put := func(w string, p where) bool {
			at := postings[w]
			if k := len(at); k > 0 && at[k-1].doc == id { // words come best place first
				return false
			}
			postings[w] = append(at, posting{id, p})
			return true
		}
		d := doc{code: e.code}
		words, joined := splitWords(e.label)
		extra, extraJoined := splitWords(e.words)
		for i, w := range words {
			p := labelRest
			if i == 0 {
				p = labelStart
			}
			if put(w.form, p) {
				d.words++
			}
		}
		for i, w := range extra {
			p := otherWord
			if i == 0 {
				p = mainWord
			}
			put(w.form, p)
		}
		for _, w := range append(joined, extraJoined...) {
			put(w.form, otherWord)
		}
		x.docs = append(x.docs, d)
	}
	for _, e := range n.chapters {
		add(e)
	}
	for _, e := range n.headings {
		add(e)
	}
	for _, e := range n.subheadings {
		add(e)
	}
	for w, at := range postings {
		x.terms = append(x.terms, term{w, rarity(len(x.docs), len(at)), at})
	}
	slices.SortFunc(x.terms, func(a, b term) int { return strings.Compare(a.word, b.word) })
	return x
}

// rarity is 1 plus eight times the base-2 logarithm of all/some, in whole
// numbers, so that every machine ranks alike.
func rarity(all, some int) int {
	q := uint64(all) << 16 / uint64(max(some, 1))
	whole := bits.Len64(q) - 1
	eighths := int(q >> (whole - 3) & 7)
	return 1 + max(0, 8*(whole-16)+eighths)
}

// found is what one entry has been found by.
type found struct {
	points int
	label  int // words of the label, in hundredths
	first  int // start of the label or main word, in hundredths
}

func (x *searchIndex) search(query string) []Hit {
	words, joined := splitWords(query)
	for _, w := range joined { // t-shirt: a word of its own only if it is known
		if _, ok := x.term(w.form); ok {
			words = append(words, w)
		}
	}
	words = distinct(words)
	words = words[:min(len(words), maxQueryWords)]
	got := map[int32]*found{}
	total := 0
	for _, w := range words {
		weight := rarity(len(x.docs), 1)
		best := map[int32]found{}
		for _, m := range x.matches(w) {
			t := x.terms[m.term]
			if m.quality == exactly {
				weight = t.weight
			}
			for _, p := range t.at {
				f := found{points: m.quality * worth[p.where] / 100}
				switch p.where {
				case labelStart:
					f.label, f.first = m.quality, m.quality
				case labelRest:
					f.label = m.quality
				case mainWord:
					f.first = m.quality
				}
				if b, ok := best[p.doc]; !ok || f.points > b.points {
					best[p.doc] = f
				}
			}
		}
		total += weight
		for d, f := range best {
			g := got[d]
			if g == nil {
				g = &found{}
				got[d] = g
			}
			g.points += f.points * weight
			g.label += f.label
			g.first = max(g.first, f.first)
		}
	}
	hits := make([]Hit, 0, len(got))
	for d, f := range got {
		doc := x.docs[d]
		// How much of the query is found, out of 750; then, out of 250, how far the
		// label is about it, and how likely it is that somebody means this level.
		score := 750*f.points/(100*total) + f.first + 80*f.label/100/max(doc.words, 1) + likely[doc.code.Len()]
		hits = append(hits, Hit{Code: doc.code, Score: min(max(score, 1), 1000)})
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Code.Len(), b.Code.Len()), a.Code.Compare(b.Code))
	})
	return hits
}

// fitting is a word of the index that fits a word of the query.
type fitting struct {
	term    int
	quality int
}

// matches finds the words that fit: the word itself, else words that it begins,
// else words that differ by one letter.
func (x *searchIndex) matches(w word) []fitting {
	i, ok := x.term(w.form)
	if ok {
		return []fitting{{i, exactly}}
	}
	var out []fitting
	form, letters := []rune(w.form), []rune(w.letters)
	if len(form) >= 4 {
		for ; i < len(x.terms) && strings.HasPrefix(x.terms[i].word, w.form); i++ {
			out = append(out, fitting{i, startsWith})
		}
	}
	if len(out) == 0 && len(letters) >= 5 {
		for i := range x.terms {
			// The wrong letter may be the one that the form depends on.
			if oneApart(form, x.terms[i].word) || oneApart(letters, x.terms[i].word) {
				out = append(out, fitting{i, misspelt})
			}
		}
	}
	return out
}

func (x *searchIndex) term(w string) (int, bool) {
	return slices.BinarySearchFunc(x.terms, w, func(t term, w string) int { return strings.Compare(t.word, w) })
}

// oneApart reports whether one letter was left out, put in, changed, or swapped
// with the next.
func oneApart(a []rune, word string) bool {
	if len(a) > len(word)+1 || len(word) > 4*(len(a)+1) { // a letter has one to four bytes
		return false
	}
	var buf [64]rune
	b := buf[:0]
	for _, r := range word {
		if len(b) == len(buf) {
			return false
		}
		b = append(b, r)
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case len(a) <= 1 && len(b) <= 1:
		return true
	case len(a) == 2 && len(b) == 2:
		return a[0] == b[1] && a[1] == b[0]
	}
	return false
}

// word is a word as it is written, in small letters without accents, and the
// form of it under which the index has it.
type word struct{ form, letters string }

func makeWord(w []rune) word { return word{singular(w), string(w)} }

// splitWords cuts a text into the words that the index knows: small letters
// without accents, plurals as singulars, no fillers and no single letters. Parts
// joined by a hyphen are words, and joined also gives them written as one.
func splitWords(s string) (words, joined []word) {
	var w, whole []rune
	parts := 0
	end := func() {
		if len(w) > 1 && !fillers[string(w)] {
			words = append(words, makeWord(w))
		}
		if len(w) > 0 {
			parts++
		}
		w = w[:0]
	}
	endWhole := func() {
		end()
		if parts > 1 {
			joined = append(joined, makeWord(whole))
		}
		whole, parts = whole[:0], 0
	}
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			r = unicode.ToLower(r)
			w, whole = append(w, r), append(whole, r)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
			// an accent that stood on the letter before, or men's
		case r == '-' || r == '‐' || r == '‑':
			end()
		default:
			endWhole()
		}
	}
	endWhole()
	return words, joined
}

// singular brings the plural and the singular of a word to one form, which
// need not be a word: gases and gas to gas, horses and horse to hors.
func singular(w []rune) string {
	if n := len(w); n > 3 && w[n-1] == 's' && w[n-2] != 's' {
		w = w[:n-1]
	}
	if n := len(w); n > 3 && w[n-1] == 'e' && strings.ContainsRune("sxzhoi", w[n-2]) {
		w = w[:n-1]
	}
	out := string(w)
	if n := len(w); n > 3 && w[n-1] == 'y' {
		out = string(w[:n-1]) + "i"
	}
	return out
}

// distinct keeps the first of the words with one form.
func distinct(words []word) []word {
	out := words[:0]
	for _, w := range words {
		if !slices.ContainsFunc(out, func(o word) bool { return o.form == w.form }) {
			out = append(out, w)
		}
	}
	return out
}

package match

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

type partKind uint8

const (
	partWord partKind = iota
	partJoined
	partConflict
	partExtra
	partInitial
	partBadInitial
	partAcronym
	partForm
	partBadForm
	partSyllables
)

func (w *work) note(k partKind, i, j, ni, nj int, d, bits float64) {
	if w.record != nil {
		w.record(k, i, j, ni, nj, d, bits)
	}
}

// Evidence is one piece of an explanation: what was compared, and how many bits
// it adds to (or takes from) the sum.
type Evidence struct {
	// Kind is what was compared: prior, name, word, order, full, birth, country, imo ...
	Kind string
	// Left and Right are the values on the two sides; "" where there is none.
	Left, Right string
	Bits        float64
	// Words says it in English.
	Words string
}

// Explain gives the evidence behind Score, in a fixed order: the names first,
// then the facts. The bits add up to Score.Bits.
func (s *Scorer) Explain(a, b *Prepared) []Evidence {
	score := s.Score(a, b)
	k := pairKind(a, b)
	var out []Evidence
	if score.A < 0 {
		out = append(out, Evidence{Kind: "prior", Bits: score.NameBits, Words: "no name to compare"})
	} else {
		out = s.explainNames(&a.names[score.A], &b.names[score.B], k)
	}
	s.factBits(a, b, func(kind, left, right string, bits float64, words string) {
		out = append(out, Evidence{kind, left, right, bits, words})
	})
	return out
}

// explainNames splits the bits of two names into pieces.
func (s *Scorer) explainNames(a, b *name, k kind) []Evidence {
	x, y := a, b
	swapped := false
	if x.key > y.key || x.key == y.key && x.text > y.text {
		x, y, swapped = y, x, true
	}
	weights := &s.weights[k]
	best := s.nameBits(a, b, weights, k)
	if x.kind == Weak || y.kind == Weak {
		best -= s.p.file.Facts.WeakName
	}
	e := &explainer{x: x, y: y, swapped: swapped, w: weights}
	e.add("name", x.text, y.text, 0, "the names that agree best")
	s.w.record = e.record
	s.words(x, y, k)
	s.w.record = nil
	if got := dot(&s.w.feat, weights); math.Abs(got-best) > 1e-9 || bySyllables(x, y) {
		e.list = e.list[:1]
		s.explainSyllables(e, x, y, best)
	} else {
		e.left(&s.w)
		if l := e.lost(&s.w); l != 0 {
			e.add("limit", "", "", -l, "shared words tell no more than this")
		}
	}
	e.rest(&s.w.feat)
	if x.kind == Weak || y.kind == Weak {
		e.add("weak", "", "", s.p.file.Facts.WeakName, "one of the names is a weak alias")
	} else if whole := s.evidence(a, b, weights, k); whole > best {
		e.add("whole", "", "", whole-best, "the whole name, exactly so")
	}
	return e.list
}

type explainer struct {
	x, y    *name
	swapped bool
	w       *Features
	list    []Evidence
}

func (e *explainer) add(kind, left, right string, bits float64, words string) {
	if e.swapped {
		left, right = right, left
	}
	e.list = append(e.list, Evidence{kind, left, right, bits, words})
}

func textOf(n *name, i, count int) string {
	var list []string
	for _, t := range n.tokens[i : i+count] {
		list = append(list, t.text)
	}
	return strings.Join(list, " ")
}

// record turns what choose found into evidence.
func (e *explainer) record(k partKind, i, j, ni, nj int, d, bits float64) {
	var f Features
	switch k {
	case partWord, partJoined:
		f.hat(d, bits)
		kind, words := "word", likeness(d)
		if k == partJoined {
			f[fJoined] = 1
			words = "written together on one side, " + words
		} else if a, b := e.x.tokens[i].role, e.y.tokens[j].role; a == b && a == roleNumber {
			f[fNumber] = 1
			words = "the same number"
		} else if a == b && a == rolePlace {
			f[fPlace] = 1
			words = "the same place"
		}
		e.add(kind, textOf(e.x, i, ni), textOf(e.y, j, nj), dot(&f, e.w), words+rarityWords(bits))
	case partInitial:
		f[fInitial] = 1
		e.add("initial", textOf(e.x, i, 1), textOf(e.y, j, 1), dot(&f, e.w), "an initial that fits")
	case partBadInitial:
		f[fBadInitial] = 1
		e.add("initial", "", "", dot(&f, e.w), "an initial that fits no word")
	case partAcronym:
		f.hat(d, bits)
		e.add("acronym", e.x.text, e.y.text, dot(&f, e.w), "one is made of the first letters of the other")
	case partForm:
		f[fForm] = 1
		e.add("form", legalOf(e.x).text, legalOf(e.y).text, dot(&f, e.w), "the same legal form")
	case partBadForm:
		f[fBadForm] = 1
		e.add("form", legalOf(e.x).text, legalOf(e.y).text, dot(&f, e.w), "contradiction: legal forms of different families")
	}
}

func likeness(d float64) string {
	switch {
	case d == 0:
		return "the same word"
	case d < .03:
		return "the same letters"
	case d < .08:
		return "spellings of one word"
	case d < .2:
		return "nearly the same word"
	}
	return "a similar word"
}

func rarityWords(bits float64) string {
	switch {
	case bits < 4:
		return ", very common"
	case bits < 7:
		return ", common"
	case bits > 10.5:
		return ", rare"
	}
	return ""
}

// left adds the words without a partner.
func (e *explainer) left(w *work) {
	words := func(n *name, used *[maxWords]bool) string {
		var list []string
		for i := range n.tokens {
			if t := &n.tokens[i]; !used[i] && t.core() {
				list = append(list, t.text)
			}
		}
		return strings.Join(list, " ")
	}
	l, r := words(e.x, &w.usedX), words(e.y, &w.usedY)
	if l == "" && r == "" {
		return
	}
	last := knotCount - 1
	in := dot(&w.feat, e.w)
	for _, x := range e.list {
		in -= x.Bits
	}
	for _, i := range []int{fFull, fExact, fCovered, fAlone, fOrder, fGeneric, fBias} {
		in -= w.feat[i] * e.w[i]
	}
	in += e.lost(w)
	said := "words that one name has and the other has not"
	if w.feat[fWord+last] > 0 || w.feat[fBadNumber] > 0 {
		said = "contradiction: different words"
		if w.feat[fBadNumber] > 0 {
			said = "contradiction: different numbers"
		} else if w.feat[fBadPlace] > 0 {
			said = "contradiction: different places"
		}
	}
	e.add("words", l, r, in, said)
}

// lost gives the bits that cap took from the shared words.
func (e *explainer) lost(w *work) float64 {
	if w.scale == 1 {
		return 0
	}
	sum := 0.0
	for k := range knotCount - 1 {
		sum += w.feat[fRarity+k] * e.w[fRarity+k]
	}
	return sum * (1/w.scale - 1)
}

// rest adds what is said of the names as a whole.
func (e *explainer) rest(f *Features) {
	for _, p := range []struct {
		i           int
		kind, words string
	}{
		{fFull, "full", "nothing is left over on either side"},
		{fExact, "exact", "spelt alike"},
		{fCovered, "covered", "one has all words of the other, and beside them only generic ones"},
		{fAlone, "alone", "only one word in common"},
		{fGeneric, "generic", "only generic words and places in common"},
		{fOrder, "order", "the words stand in another order"},
		{fBias, "prior", "before any evidence, among pairs worth comparing"},
	} {
		if f[p.i] != 0 {
			e.add(p.kind, "", "", f[p.i]*e.w[p.i], p.words)
		}
	}
}

// explainSyllables explains a pair that agrees best as Korean or Chinese.
func (s *Scorer) explainSyllables(e *explainer, x, y *name, want float64) {
	try := func(a, b *view, chinese bool) bool {
		s.syllables(a, b, chinese)
		return math.Abs(dot(&s.w.feat, e.w)-want) < 1e-9
	}
	language := ""
	for i := range x.korean {
		for j := range y.korean {
			if language == "" && try(&x.korean[i], &y.korean[j], false) {
				language = "Hangul names"
			}
		}
	}
	for i := range x.chinese {
		for j := range y.chinese {
			if language == "" && try(&x.chinese[i], &y.chinese[j], true) {
				language = "Han names"
			}
		}
	}
	whole := 0.0
	for _, i := range []int{fFull, fExact, fCovered, fAlone, fOrder, fGeneric, fBias} {
		whole += s.w.feat[i] * e.w[i]
	}
	e.add("syllables", x.text, y.text, want-whole, "read as syllables of "+language)
}

// Summary gives the evidence in one line, the weightiest first.
func Summary(list []Evidence) string {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b Evidence) int {
		x, y := math.Abs(a.Bits), math.Abs(b.Bits)
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	var parts []string
	for _, e := range sorted {
		if e.Kind == "prior" || e.Kind == "name" {
			continue
		}
		if len(parts) == 6 {
			break
		}
		what := ""
		switch {
		case e.Left != "" && e.Right != "" && e.Left != e.Right:
			what = shorten(e.Left) + " / " + shorten(e.Right) + ": "
		case e.Left != "" || e.Right != "":
			what = shorten(max(e.Left, e.Right)) + ": "
		}
		parts = append(parts, fmt.Sprintf("%s%s (%+.1f)", what, e.Words, e.Bits))
	}
	return strings.Join(parts, "; ")
}

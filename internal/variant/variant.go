// Package variant writes a name in the ways in which people and machines write it
// wrongly or otherwise: slips of the finger, words left out or moved, another
// romanisation or script, letters that look alike. It is what a self-test of
// screening asks with.
//
// The same name, tables and seed give the same variants, whatever else is asked.
// A variant is never the name itself; a kind that does not fit a name gives
// nothing rather than something that no one would write. The package never asks
// whether a matcher finds a variant, and takes no table from one: what it knows
// of nicknames, legal forms and spellings is its own.
package variant

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
)

// Kind is a way in which a name is changed.
type Kind string

// The kinds, in the order in which they are made and reported.
const (
	Substitute   Kind = "substitute"   // a letter for its neighbour on the keyboard
	Insert       Kind = "insert"       // a letter doubled, or a neighbour struck with it
	Delete       Kind = "delete"       // a letter left out
	Transpose    Kind = "transpose"    // two letters in the wrong order
	Drop         Kind = "drop"         // a word left out
	Add          Kind = "add"          // a word more
	Swap         Kind = "swap"         // words in another order
	Nickname     Kind = "nickname"     // a pet name or another language's form
	Romanisation Kind = "romanisation" // the same sounds by another system
	Script       Kind = "script"       // the whole name in another script
	Mixed        Kind = "mixed"        // one word in another script
	Homoglyph    Kind = "homoglyph"    // letters of another script that look alike
	Case         Kind = "case"         // capitals and small letters
	Punctuation  Kind = "punctuation"  // hyphens, commas, dots, apostrophes
	Joined       Kind = "joined"       // two words written as one
	Split        Kind = "split"        // a word written as two
	Initials     Kind = "initials"     // inner words of a person as initials
	Middle       Kind = "middle"       // middle names or patronymic left out
	Form         Kind = "form"         // the legal form otherwise, left out or added
	Prefix       Kind = "prefix"       // MV, MT and the like before a ship's name
	Two          Kind = "two"          // two of these at once
)

// Kinds gives all kinds in the order in which they are reported.
func Kinds() []Kind {
	return []Kind{
		Substitute, Insert, Delete, Transpose, Drop, Add, Swap, Nickname, Romanisation, Script, Mixed, Homoglyph, Case,
		Punctuation, Joined, Split, Initials, Middle, Form, Prefix, Two,
	}
}

// Name is a name to be varied and what is known of its bearer.
type Name struct {
	Text   string
	Schema subject.Schema
	// States are the ISO 3166-1 codes that the list gives for the bearer. Only
	// they say by which customs a name may be spelt; the name never does.
	States []string
}

// Variant is a name written otherwise.
type Variant struct {
	Kind Kind
	Text string
}

// attempts is how often a change is tried in another place when the first gave
// the name itself or what was there already.
const attempts = 6

// making says how many variants of a kind are made and how.
type making struct {
	kind  Kind
	most  int
	write func(t *Tables, s *source, r *rng) string
}

func makings() []making {
	return []making{
		{Substitute, 1, substitute},
		{Insert, 1, insert},
		{Delete, 1, deletion},
		{Transpose, 1, transpose},
		{Drop, 1, drop},
		{Add, 1, (*Tables).add},
		{Swap, 1, swap},
		{Nickname, 1, (*Tables).nickname},
		{Romanisation, 2, (*Tables).respell},
		{Script, 1, (*Tables).otherScript},
		{Mixed, 1, (*Tables).mixed},
		{Homoglyph, 2, homoglyph},
		{Case, 1, letterCase},
		{Punctuation, 2, punctuation},
		{Joined, 1, joined},
		{Split, 1, split},
		{Initials, 1, initials},
		{Middle, 1, middle},
		{Form, 2, (*Tables).form},
		{Prefix, 1, (*Tables).prefix},
		{Two, 2, (*Tables).two},
	}
}

// Of gives the variants of a name, some 15 to 20 for a name of three words, by
// kind in the order of [Kinds]. Different kinds may give the same text.
func (t *Tables) Of(n Name, seed uint64) []Variant {
	s := t.source(n)
	if len(s.words) == 0 {
		return nil
	}
	var out []Variant
	for _, m := range makings() {
		from := len(out)
		for i := range m.most * attempts {
			if len(out)-from == m.most {
				break
			}
			r := newRNG(seed, n.Text, string(m.kind), i)
			v := Variant{m.kind, m.write(t, s, r)}
			if v.Text != "" && !same(v.Text, n.Text) && !slices.Contains(out[from:], v) {
				out = append(out, v)
			}
		}
	}
	return out
}

// same reports whether two texts are one but for white space.
func same(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

// source is a name with what the changes need to know of it.
type source struct {
	Name
	words  []string
	person bool
	body   bool // an organisation of any sort
	vessel bool
	custom custom
	minor  func(folded string) bool // a word that is no name of its own
	skip   int                      // the word in which no finger slips; -1 for none
}

func (t *Tables) source(n Name) *source {
	s := &source{Name: n, words: strings.Fields(n.Text), custom: custom{script: latin}, skip: -1}
	switch n.Schema {
	case subject.Person:
		s.person = true
	case subject.Vessel:
		s.vessel = true
	case subject.LegalEntity, subject.Organization, subject.Company, subject.PublicBody:
		s.body = true
	}
	s.minor = func(folded string) bool { return t.small[folded] || s.body && len(t.forms[folded]) > 0 }
	for _, state := range n.States {
		if c, ok := t.customs[strings.ToUpper(state)]; ok {
			s.custom = c
			break
		}
	}
	return s
}

// with gives the source with other words.
func (s *source) with(words []string) *source {
	out := *s
	out.words, out.Text = words, strings.Join(words, " ")
	return &out
}

// replaced gives the text with one word replaced.
func (s *source) replaced(at int, word string) string {
	w := slices.Clone(s.words)
	w[at] = word
	return strings.Join(w, " ")
}

// full gives the words that are names of their own: no particle, title, legal
// form, initial, number or sign. They may be left out, and two of them must stay.
func (s *source) full() []int {
	var out []int
	for i, w := range s.words {
		if !s.minor(text.Fold(w)) && letters(strings.TrimRight(w, ",")) > 1 {
			out = append(out, i)
		}
	}
	return out
}

// syllabic reports whether it is a person whose given name is written in
// syllables apart: one syllable less is another name.
func (s *source) syllabic() bool { return s.person && s.custom.syllables }

// rng is a small generator (splitmix64) whose start is a hash of what is varied,
// so that a variant depends on nothing else.
type rng uint64

func newRNG(seed uint64, name, kind string, attempt int) *rng {
	h := fnv.New64a()
	h.Write([]byte(strconv.FormatUint(seed, 16) + "\x00" + name + "\x00" + kind + "\x00" + strconv.Itoa(attempt)))
	r := rng(h.Sum64())
	return &r
}

// below gives a number from 0 to n-1; n must be above 0.
func (r *rng) below(n int) int {
	*r += 0x9E3779B97F4A7C15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return int((z ^ z>>31) % uint64(n))
}

// pick gives one of a list; the zero value of none.
func pick[T any](r *rng, list []T) T {
	if len(list) == 0 {
		var none T
		return none
	}
	return list[r.below(len(list))]
}

// scriptOf gives the script of the first letter of a word that has one.
func scriptOf(word string) romanise.Script {
	for _, r := range word {
		if s := romanise.ScriptOf(r); s != romanise.None {
			return s
		}
	}
	return romanise.None
}

// ScriptOf gives the script that most letters of a name are in; of two with as
// many, the one that comes first in it.
func ScriptOf(name string) romanise.Script {
	var count [romanise.Other + 1]int
	best := romanise.None
	for _, r := range name {
		if s := romanise.ScriptOf(r); s != romanise.None {
			count[s]++
		}
	}
	for _, r := range name {
		if s := romanise.ScriptOf(r); s != romanise.None && (best == romanise.None || count[s] > count[best]) {
			best = s
		}
	}
	return best
}

// letters counts the letters of a word; -1 when it has anything else in it.
func letters(word string) int {
	n := 0
	for _, r := range word {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return -1
		}
		n++
	}
	return n
}

// like writes a word with the capitals of another: all capital, the first
// capital, or as it is.
func like(model, word string) string {
	first, upper, n := false, true, 0
	for _, r := range model {
		if unicode.IsLetter(r) {
			if n == 0 {
				first = unicode.IsUpper(r)
			}
			upper = upper && unicode.IsUpper(r)
			n++
		}
	}
	switch {
	case upper && n > 1:
		return strings.ToUpper(word)
	case first:
		return title(word)
	}
	return strings.ToLower(word)
}

func title(word string) string {
	r := []rune(strings.ToLower(word))
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

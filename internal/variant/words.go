package variant

import (
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/text"
)

// hasDigit reports whether a word has a digit: a number tells ships and units
// apart and is never left out or moved.
func hasDigit(w string) bool { return strings.ContainsFunc(w, unicode.IsDigit) }

// drop leaves one word out where two stay. Of a ship, and where a given name is
// written in syllables, what stays would be another's name.
func drop(_ *Tables, s *source, r *rng) string {
	full := s.full()
	if len(full) < 3 || s.vessel || s.syllabic() {
		return ""
	}
	at := pick(r, full)
	w := slices.Delete(slices.Clone(s.words), at, at+1)
	for s.person && s.minor(text.Fold(w[len(w)-1])) {
		w = w[:len(w)-1] // a particle goes with the name behind it
	}
	return strings.Join(w, " ")
}

// add puts a word more: a title or another given name before a person's last
// name, a word that firms bear behind an organisation's.
func (t *Tables) add(s *source, r *rng) string {
	if scriptOf(s.Text) != latin {
		return ""
	}
	switch {
	case s.person:
		if last := len(s.words) - 1; last > 0 && !s.syllabic() && r.below(2) == 0 {
			return strings.Join(slices.Insert(slices.Clone(s.words), last, like(s.words[0], pick(r, t.added["given"]))), " ")
		}
		return like(s.words[0], pick(r, t.added["title"])) + " " + s.Text
	case s.body && len(s.full()) > 1: // one word with another is often another's name
		return s.Text + " " + like(s.words[0], pick(r, t.added["organisation"]))
	}
	return ""
}

// swap moves the last word of a person's name to the front or the first to the
// end, and changes two neighbours of any other.
func swap(_ *Tables, s *source, r *rng) string {
	n := len(s.words)
	if n < 2 || s.vessel {
		return ""
	}
	w := slices.Clone(s.words)
	if s.person {
		bare := func(i int) string { return strings.TrimRight(w[i], ",") }
		if r.below(2) == 0 {
			return strings.Join(append([]string{bare(n - 1)}, w[:n-1]...), " ")
		}
		return strings.Join(append(w[1:n:n], bare(0)), " ")
	}
	at := r.below(n - 1)
	if letters(w[at]) < 2 || letters(w[at+1]) < 2 {
		return ""
	}
	w[at], w[at+1] = w[at+1], w[at]
	return strings.Join(w, " ")
}

// nickname writes one given name of a person by another of its forms.
func (t *Tables) nickname(s *source, r *rng) string {
	if !s.person {
		return ""
	}
	var known []int
	for i, w := range s.words {
		if len(t.nicknames[text.Fold(w)]) > 0 {
			known = append(known, i)
		}
	}
	if len(known) == 0 {
		return ""
	}
	at := pick(r, known)
	word := text.Fold(s.words[at])
	forms := slices.DeleteFunc(slices.Clone(t.nicknames[word]), func(f string) bool { return text.Fold(f) == word })
	return s.replaced(at, like(s.words[at], pick(r, forms)))
}

// joined writes two words as one.
func joined(_ *Tables, s *source, r *rng) string {
	if len(s.words) < 2 {
		return ""
	}
	at := r.below(len(s.words) - 1)
	a, b := s.words[at], s.words[at+1]
	if letters(a) < 1 || letters(b) < 1 {
		return ""
	}
	return strings.Join(slices.Replace(slices.Clone(s.words), at, at+2, like(a, a+b)), " ")
}

// split writes a word of six letters or more as two.
func split(_ *Tables, s *source, r *rng) string {
	var long []int
	for i, w := range s.words {
		if letters(w) >= 6 {
			long = append(long, i)
		}
	}
	if len(long) == 0 {
		return ""
	}
	at := pick(r, long)
	w := []rune(s.words[at])
	cut := 2 + r.below(len(w)-3)
	if unicode.IsMark(w[cut]) {
		return ""
	}
	return s.replaced(at, string(w[:cut])+" "+string(w[cut:]))
}

// inner gives the full words between the first and the last one of a person's
// name; none where each word is a syllable.
func (s *source) inner() []int {
	full := s.full()
	if !s.person || s.syllabic() || len(full) < 3 {
		return nil
	}
	return full[1 : len(full)-1]
}

// initials cuts the inner words of a person's name to their first letters, in
// scripts that have capitals.
func initials(_ *Tables, s *source, _ *rng) string {
	w := slices.Clone(s.words)
	for _, i := range s.inner() {
		if first := []rune(w[i])[:1]; unicode.ToLower(first[0]) != unicode.ToUpper(first[0]) {
			w[i] = string(first) + "."
		}
	}
	return strings.Join(w, " ")
}

// middle leaves out the inner words of a person's name: the one, or the second
// half of several.
func middle(_ *Tables, s *source, _ *rng) string {
	inner := s.inner()
	out := inner[len(inner)/2:]
	var w []string
	for i, word := range s.words {
		if !slices.Contains(out, i) {
			w = append(w, word)
		}
	}
	return strings.Join(w, " ")
}

// form writes the legal form of an organisation otherwise or leaves it out; an
// organisation without one gets one.
func (t *Tables) form(s *source, r *rng) string {
	if !s.body {
		return ""
	}
	for n := min(t.longestForm, len(s.words)-1); n > 0; n-- {
		stem, end := s.words[:len(s.words)-n], s.words[len(s.words)-n:]
		known := text.Fold(strings.Join(end, " "))
		others := t.forms[known]
		if len(others) == 0 {
			continue
		}
		base := strings.TrimRight(strings.Join(stem, " "), ",")
		if r.below(3) == 0 {
			return base
		}
		others = slices.DeleteFunc(slices.Clone(others), func(f string) bool { return text.Fold(f) == known })
		return base + " " + pick(r, others)
	}
	if scriptOf(s.Text) != latin || s.Schema == subjectPublic {
		return ""
	}
	return s.Text + " " + pick(r, t.added["form"])
}

// prefix puts MV or the like before the name of a ship, or takes it away.
func (t *Tables) prefix(s *source, r *rng) string {
	if !s.vessel {
		return ""
	}
	first := text.Fold(s.words[0])
	if len(s.words) > 1 && slices.ContainsFunc(t.added["prefix"], func(p string) bool { return text.Fold(p) == first }) {
		return strings.Join(s.words[1:], " ")
	}
	return pick(r, t.added["prefix"]) + " " + s.Text
}

// two makes a slip of the finger and one change more; a second slip is in
// another word.
func (t *Tables) two(s *source, r *rng) string {
	slips := []func(*Tables, *source, *rng) string{substitute, insert, deletion, transpose}
	first := pick(r, slips)(t, s, r)
	if first == "" {
		return ""
	}
	next := s.with(strings.Fields(first))
	for i := range next.words {
		if next.words[i] != s.words[i] {
			next.skip = i
		}
	}
	others := []func(*Tables, *source, *rng) string{
		swap, joined, split, punctuation, homoglyph, initials, (*Tables).prefix, (*Tables).form,
	}
	second := pick(r, append(slips, others...))(t, next, r)
	if second == "" || same(second, first) {
		return "" // only one of the two could be made
	}
	return second
}

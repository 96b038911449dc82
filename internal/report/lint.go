package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/text"
)

// A Passage is a piece of generated text with what must be known to judge how it speaks.
type Passage struct {
	// Text is one or more whole sentences.
	Text string
	// Alleged is true when what it is about is not established: alleged, possible or disputed.
	Alleged bool
	// Attributed is true when the text is what somebody else says, in our words, under his name: whether a thing is a
	// violation is then his to say.
	Attributed bool
	// Names are the persons, firms and ships that the text may name, each with the act it names them for.
	Names []NamedParty
}

// NamedParty is a person, firm or ship with the specific act it is named for.
type NamedParty struct{ Name, Act string }

// Flaw is one thing that a text must not say, or must say otherwise.
type Flaw struct {
	// Rule is the name of the rule: "band", "confidence", "violates" or "named".
	Rule string
	// Sentence is where it is, Message what is wrong and how to put it right.
	Sentence, Message string
}

// odds is how likely a word says that something is, in per cent.
type odds struct {
	low, high int
	words     []string
}

// bands are the seven bands with the words that stand for them, as intelligence standards have them (ICD 203).
var bands = []odds{
	{1, 5, []string{"almost no chance", "remote chance", "remotely possible"}},
	{5, 20, []string{"very unlikely", "highly improbable"}},
	{20, 45, []string{"unlikely", "improbable", "improbably"}},
	{45, 55, []string{"roughly even chance", "roughly even odds", "about as likely as not"}},
	{55, 80, []string{"likely", "probable", "probably"}},
	{80, 95, []string{"very likely", "highly probable", "very probably"}},
	{95, 99, []string{"almost certain", "almost certainly", "nearly certain", "nearly certainly"}},
}

// Likely gives a likelihood word with its band, as generated text must write it: "likely (55 to 80 per cent)". It is
// false for a word that stands for no band.
func Likely(word string) (string, bool) {
	for _, b := range bands {
		if slices.Contains(b.words, word) {
			return word + " " + b.String(), true
		}
	}
	return word, false
}

// String gives the band as it follows a word.
func (b odds) String() string { return fmt.Sprintf("(%d to %d per cent)", b.low, b.high) }

// likelihood finds the words of all bands; of two that begin at one place the longer comes first.
var likelihood, bandOf = func() (*pattern.Pattern, map[string]odds) {
	of := map[string]odds{}
	var words []string
	for _, b := range bands {
		for _, w := range b.words {
			of[w] = b
			words = append(words, regexp.QuoteMeta(w))
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return pattern.New(`(?i)\b(?:` + strings.Join(words, "|") + `)\b`), of
}()

var (
	confidence = pattern.New(`(?i)\b(?:confiden(?:ce|t|tly))\b`)
	violation  = pattern.New(`(?i)\b(?:violat(?:e|es|ed|ing|ion|ions)|breach(?:es|ed|ing)?|broke|broken|infring(?:e|es|ed|ement))\b`)
	quotation  = pattern.New(`"[^"]*"|“[^”]*”|«[^»]*»`)
	reach      = pattern.New(`^\s*\(\d+ to \d+ per cent\)`)
)

// Lint looks at generated text for what must not leave the house: a likelihood word without its band or with another's; a
// likelihood and a confidence in one sentence; a word of violation, in our own voice, on what is not established; a person,
// firm or ship named without the specific act. Known are all names that the text might hold. Quoted words are not ours and
// pass.
func Lint(passages []Passage, known []string) []Flaw {
	var out []Flaw
	for _, p := range passages {
		plain := quotation.ReplaceAllString(p.Text, `""`)
		for _, s := range sentences(plain) {
			out = append(out, likelihoodFlaws(s)...)
			if v := violation.FindString(s); v != "" && p.Alleged && !p.Attributed {
				out = append(out, Flaw{"violates", s, fmt.Sprintf("%q on what is only alleged: say who alleges it", v)})
			}
		}
		out = append(out, nameFlaws(p, known)...)
	}
	return out
}

func likelihoodFlaws(s string) []Flaw {
	var out []Flaw
	found := likelihood.FindAllStringIndex(s, -1)
	for _, at := range found {
		word, rest := s[at[0]:at[1]], s[at[1]:]
		want := bandOf[strings.ToLower(word)].String()
		switch got := strings.TrimSpace(reach.FindString(rest)); got {
		case want:
		case "":
			out = append(out, Flaw{"band", s, fmt.Sprintf("%q without its band: write %s %s", word, word, want)})
		default:
			out = append(out, Flaw{"band", s, fmt.Sprintf("%q stands for %s, not %s", word, want, got)})
		}
	}
	if len(found) > 0 && confidence.MatchString(s) {
		out = append(out, Flaw{"confidence", s, "a likelihood and a confidence in one sentence: make two"})
	}
	return out
}

// nameFlaws holds that whoever is named is named for an act that stands in the same passage.
func nameFlaws(p Passage, known []string) []Flaw {
	var out []Flaw
	folded := " " + text.Fold(p.Text) + " "
	has := func(s string) bool { return s != "" && strings.Contains(folded, " "+text.Fold(s)+" ") }
	for _, n := range p.Names {
		if has(n.Name) && !has(n.Act) {
			out = append(out, Flaw{"named", p.Text, fmt.Sprintf("%q is named without what it is said to have done", n.Name)})
		}
	}
	for _, name := range known {
		if has(name) && !slices.ContainsFunc(p.Names, func(n NamedParty) bool { return within(n.Name, name) }) {
			out = append(out, Flaw{"named", p.Text, fmt.Sprintf("%q is named for no act", name)})
		}
	}
	return out
}

// within reports whether a name that is declared holds another that is known.
func within(declared, known string) bool {
	return strings.Contains(" "+text.Fold(declared)+" ", " "+text.Fold(known)+" ")
}

// sentences parts text after a full stop, question or exclamation mark that white space and no small letter follow.
func sentences(s string) []string {
	var out []string
	start := 0
	rs := []rune(s)
	for i := range rs {
		if rs[i] != '.' && rs[i] != '?' && rs[i] != '!' || i+1 < len(rs) && !unicode.IsSpace(rs[i+1]) {
			continue
		}
		j := i + 1
		for j < len(rs) && unicode.IsSpace(rs[j]) {
			j++
		}
		if j < len(rs) && unicode.IsLower(rs[j]) {
			continue
		}
		out = append(out, strings.TrimSpace(string(rs[start:i+1])))
		start = j
	}
	if rest := strings.TrimSpace(string(rs[min(start, len(rs)):])); rest != "" {
		out = append(out, rest)
	}
	return out
}

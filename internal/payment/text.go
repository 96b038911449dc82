package payment

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/screening"
)

// How names are sought in text. Every run of up to MaxWords words that stand together
// is screened as a name; of single words only those of MinLetters letters or more.
const (
	MaxWords      = 4
	MinLetters    = 4
	MaxCandidates = 600 // of one transaction; with more, the text is not screened
)

// Text is what came of the free text of a transaction.
type Text struct {
	// Outcome is the worst of what was found; "" where there is no text. Reason says why
	// it is not_screened.
	Outcome screening.Outcome
	Reason  string
	// Texts is the number of texts, Candidates that of the names that were tried.
	Texts, Candidates int
	// Found are the words that may be somebody's name, each subject once, where it fits
	// best.
	Found []Words
	// Flags are what of the text a person should look at; they change no outcome.
	Flags []redflag.Flag
}

// Words are words of a text that may be a name.
type Words struct {
	iso20022.Place
	Words  string
	Answer screening.Answer
}

// How says in words what is done with text.
func How() string {
	return fmt.Sprintf("every run of up to %d words and each word of %d letters or more was screened as a name, after MV or MT as that of a ship, and IMO numbers as such; "+
		"one word alone counts where it is a whole name spelt alike, or a match; names that are cut in two, run together or longer misspelt may not be found", MaxWords, MinLetters)
}

// text screens all texts of a transaction.
func (d *Desk) text(m *memo, texts []iso20022.Text) Text {
	out := Text{Texts: len(texts)}
	if len(texts) == 0 {
		return out
	}
	out.Outcome = screening.Clear
	seen := map[string]bool{}
	for _, t := range texts {
		if d.Look != nil {
			out.look(d.Look(t.Text))
		}
		for _, in := range candidates(t.Text) {
			key := in.Schema + "\x00" + words(in)
			if seen[key] {
				continue
			}
			if len(seen) == MaxCandidates {
				out.Reason = fmt.Sprintf("it holds more than %d runs of words that could be names; a person must read it", MaxCandidates)
				out.Outcome = Worst(out.Outcome, screening.NotScreened)
				return out
			}
			seen[key] = true
			out.Candidates++
			a := m.screen(in)
			if len(in.Identifiers) > 0 {
				out.look(a.Flags)
			}
			a.Flags = nil // the text has its own
			if a.Outcome == screening.Possible && alone(in) && !slices.ContainsFunc(a.Hits, func(h screening.Hit) bool { return h.Exact }) {
				a.Outcome = screening.Clear // see How
			}
			out.Outcome = Worst(out.Outcome, a.Outcome)
			switch a.Outcome {
			case screening.NotScreened:
				out.Reason = a.Reason
			case screening.Match, screening.Possible, screening.Suppressed:
				out.found(Words{t.Place, words(in), a})
			}
		}
	}
	return out
}

// look adds flags, each once.
func (t *Text) look(flags []redflag.Flag) {
	for _, f := range flags {
		if !slices.Contains(t.Flags, f) {
			t.Flags = append(t.Flags, f)
		}
	}
}

// alone reports whether one word alone is looked for, and not as the name of a ship.
// Of ordinary words, one in some hundreds is like a part of somebody's name.
func alone(in match.Input) bool {
	return in.Schema == "" && len(in.Names) == 1 && !strings.Contains(in.Names[0].Text, " ")
}

func words(in match.Input) string {
	if len(in.Names) > 0 {
		return in.Names[0].Text
	}
	return "IMO " + in.Identifiers[0].Value
}

// found keeps, for the subject that fits the words best, the words that fit it best.
func (t *Text) found(w Words) {
	if len(w.Answer.Hits) == 0 {
		t.Found = append(t.Found, w)
		return
	}
	best := w.Answer.Hits[0]
	for i := range t.Found {
		if hits := t.Found[i].Answer.Hits; len(hits) > 0 && hits[0].ID == best.ID {
			if best.Score > hits[0].Score {
				t.Found[i] = w
			}
			return
		}
	}
	t.Found = append(t.Found, w)
}

var imo = pattern.New(`(?i)\bIMO(?:\s*(?:no\.?|number|nr\.?))?[\s:#-]*(\d{7})\b`)

// ships are words after which the name of a ship stands.
var ships = wordSet("mv mt m/v m/t vessel vsl ship tanker motorvessel")

// idle are words that begin or end no name in text of payments. They may stand inside.
var idle = wordSet("invoice inv invoices payment pmt pay paid for of the and to from ref reference no nr number order contract dated date per by " +
	"in on at a an salary rent fee fees charges freight demurrage goods services service account acct november december january february march april " +
	"may june july august september october eur usd gbp via with our your as re transfer purchase sale bill mv mt m/v m/t vessel vsl ship tanker imo und der die")

func wordSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// candidates gives what in a text may be a name, in order.
func candidates(s string) []match.Input {
	var out []match.Input
	for _, g := range imo.FindAllStringSubmatch(s, -1) {
		out = append(out, match.Input{Schema: "Vessel", Identifiers: []match.Identifier{{Kind: "imo", Value: g[1]}}})
	}
	for _, run := range runs(s) {
		for i := range run {
			ship := i > 0 && ships[strings.ToLower(run[i-1])]
			for n := 1; n <= MaxWords && i+n <= len(run); n++ {
				w := run[i : i+n]
				if !mayBeName(w, ship) {
					continue
				}
				name := []match.Name{{Text: strings.Join(w, " ")}}
				if ship {
					out = append(out, match.Input{Schema: "Vessel", Names: name})
				}
				out = append(out, match.Input{Names: name})
			}
		}
	}
	return out
}

// mayBeName reports whether words may be a name: not where they begin or end with an
// idle word or begin with a number, nor where a number follows one word alone, unless a
// ship is meant.
func mayBeName(w []string, ship bool) bool {
	first, end := strings.ToLower(w[0]), strings.ToLower(w[len(w)-1])
	if idle[first] || idle[end] || !strings.ContainsFunc(first, unicode.IsLetter) {
		return false
	}
	if ship {
		return true
	}
	return len(w) > 2 || len(w) == 2 && !digitsOnly(end) || len(w) == 1 && letters(first) >= MinLetters
}

func letters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
		if r >= 0x2E80 { // one sign of Han, Hangul or kana says more than a letter
			n++
		}
	}
	return n
}

// runs gives the words that stand together: signs that part sentences and fields part
// runs too, and so do numbers of more than two digits.
func runs(s string) [][]string {
	var out [][]string
	parts := func(r rune) bool { return strings.ContainsRune(",;:|()[]{}<>\"\n\r\t+=*?!_", r) }
	for part := range strings.FieldsFuncSeq(s, parts) {
		var run []string
		for w := range strings.FieldsSeq(part) {
			w = strings.Trim(w, ".'-/&#")
			if w == "" {
				continue
			}
			for i, v := range slashed(w) {
				if i > 0 || digitsOnly(v) && len(v) > 2 {
					out, run = append(out, run), nil
				}
				if v != "" && !(digitsOnly(v) && len(v) > 2) {
					run = append(run, v)
				}
			}
		}
		out = append(out, run)
	}
	return slices.DeleteFunc(out, func(r []string) bool { return len(r) == 0 })
}

// slashed parts words at slashes, but for M/V and M/T.
func slashed(w string) []string {
	if ships[strings.ToLower(w)] {
		return []string{w}
	}
	return strings.Split(w, "/")
}

func digitsOnly(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

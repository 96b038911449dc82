package redflag

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/text"
)

// Mention is a state that a text names, by its name, by a place in it, or by a
// mission of it.
type Mention struct {
	// State is the state; Place the name of the place in it, "" for the state
	// itself.
	State place.State
	Place string
	// Mission says that the text names an embassy, consulate or mission of the
	// state, wherever it stands: the government of the state is a party.
	Mission bool
	// Text is the words that say so, folded.
	Text string
}

// Places finds states in free text. It holds the names of states and of the
// places in data/matching/places.tsv; it does not change and may be shared.
type Places struct {
	g     *place.Gazetteer
	towns map[string]town
	long  int
}

type town struct {
	state place.State
	name  string
}

// LoadPlaces reads a table of places: code, name, variants with strokes.
func LoadPlaces(g *place.Gazetteer, table []byte) (*Places, error) {
	p := &Places{g: g, towns: map[string]town{}, long: 8}
	return p, match.EachLine(table, "places.tsv", func(f []string) error {
		if len(f) != 3 {
			return fault.New(fault.Invalid, "want code, name and variants")
		}
		s, err := g.ParseState(f[0])
		if err != nil {
			return err
		}
		for _, v := range append(strings.Split(f[2], "|"), f[1]) {
			if k := text.Fold(v); k != "" {
				p.towns[k] = town{s, f[1]}
			}
		}
		return nil
	})
}

const maxMentionText = 4096

// missions are the words, two at the most, before the name of a state that make it a party.
var missions = []string{
	"embassy", "consulate", "consulate general", "mission", "permanent mission", "permanent representation", "diplomatic mission",
	"trade mission", "trade representation", "trade office", "liaison office", "high commission", "ambassade", "embajada", "botschaft", "posolstvo",
	"посольство", "консульство", "대사관", "大使馆", "大使館", "سفارة", "سفارت",
}

var foldedMissions = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range missions {
		m[text.Fold(w)] = true
	}
	return m
}()

// In finds the states that a text names, in order, each once. The longest run
// of words counts: Korea is not found in North Korea. A name that several
// states bear is left out. Text is cut at 4096 bytes.
func (p *Places) In(s string) []Mention { return p.among(tokens(s)) }

// tokens gives the words of a text, of a long one those of its beginning.
func tokens(s string) []string {
	if len(s) > maxMentionText {
		s = strings.ToValidUTF8(s[:maxMentionText], "")
	}
	return text.Tokens(s)
}

// among is In for words.
func (p *Places) among(words []string) []Mention {
	var out []Mention
	for i := 0; i < len(words); {
		m, n := p.at(words, i)
		if n == 0 {
			i++
			continue
		}
		m.Mission = m.Place == "" && missionBefore(words, i)
		if !slices.ContainsFunc(out, func(x Mention) bool { return x.State == m.State && x.Place == m.Place && x.Mission == m.Mission }) {
			out = append(out, m)
		}
		i += n
	}
	return out
}

// at looks for the longest name that starts at word i.
func (p *Places) at(words []string, i int) (Mention, int) {
	for n := min(p.long, len(words)-i); n > 0; n-- {
		k := strings.Join(words[i:i+n], " ")
		if len(k) < 2 || n == 1 && len(k) < 4 && isASCII(k) && !capitals[k] {
			continue
		}
		if t, ok := p.towns[k]; ok {
			return Mention{State: t.state, Place: t.name, Text: k}, n
		}
		if n == 1 && len(k) == 2 {
			continue // a code of two letters is a word in too many languages
		}
		if s, ok := p.g.FindWords(words[i : i+n]...); ok && s != place.Unspecified && s != place.HighSeas {
			return Mention{State: s, Text: k}, n
		}
	}
	return Mention{}, 0
}

// capitals are short names of states that are no words.
var capitals = map[string]bool{"usa": true, "uae": true, "uk": true, "prk": true, "drc": true}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

// missionBefore says whether the words before i are those of a mission.
func missionBefore(words []string, i int) bool {
	for i > 0 {
		switch words[i-1] {
		case "of", "the", "de", "du", "la", "der", "des", "del", "to":
			i--
			continue
		}
		break
	}
	return i >= 1 && foldedMissions[words[i-1]] || i >= 2 && foldedMissions[words[i-2]+" "+words[i-1]]
}

package read

import (
	"io/fs"
	"path"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
)

// tables are the words by which claims are found.
type tables struct {
	verbs, parts, nouns []speech
	// verb, part and noun find any of them.
	verb, part, noun *pattern.Pattern
	cues             []cue
	hedges           []hedge
	loaded           *pattern.Pattern
	acts             []act
	frames           []frame
	// triggers are the words that tell frames, by the first of them.
	triggers map[string][]trigger
	tongues  []tongue
	// small are the languages that have a small word, by their numbers.
	small map[string][]int
}

// speech is a line of speech.tsv.
type speech struct {
	re   *pattern.Pattern
	kind claim.Kind
	set  bool // the line gives a kind
}

// cue is a line of cues.tsv.
type cue struct {
	rule    string
	re      *pattern.Pattern
	kind    claim.Kind
	sort    string
	subject string
}

type hedge struct {
	re   *pattern.Pattern
	word string
}

// New makes a reader from the tables in the folder dir of fsys. The error names file and line.
func New(ref *activity.Reference, g *mention.Gazetteer, fsys fs.FS, dir string) (*Reader, error) {
	t := &tables{}
	patterns := map[string][]string{}
	var loaded []string
	for _, f := range []struct {
		name    string
		columns int
		row     func([]string) error
	}{
		{"speech.tsv", 3, func(f []string) error { return t.speech(f, patterns) }},
		{"cues.tsv", 5, t.cue},
		{"acts.tsv", 7, t.act},
		{"frames.tsv", 8, t.frame},
		{"languages.tsv", 4, t.tongue},
		{"hedges.tsv", 2, func(f []string) error {
			re, err := pattern.Compile("(?i)" + f[0])
			t.hedges = append(t.hedges, hedge{re, f[1]})
			return err
		}},
		{"loaded.tsv", 1, func(f []string) error {
			loaded = append(loaded, f[0])
			_, err := pattern.Compile(f[0])
			return err
		}},
	} {
		if err := mention.Table(fsys, path.Join(dir, f.name), f.columns, f.row); err != nil {
			return nil, err
		}
	}
	t.verb, t.part, t.noun = anyOf(patterns["verb"]), anyOf(patterns["part"]), anyOf(patterns["noun"])
	t.loaded = pattern.New("(?i)" + strings.Join(loaded, "|"))
	return &Reader{g: g, places: ref.Places, ref: ref, t: t, ports: portStates(ref.Places)}, nil
}

// portStates gives the state of every port by its name, 0 where two states have one of that name.
func portStates(g *place.Gazetteer) map[string]place.State {
	out := map[string]place.State{}
	for _, p := range g.Ports() {
		if s, ok := out[p.Name]; ok && s != p.State {
			out[p.Name] = 0
			continue
		}
		out[p.Name] = p.State
	}
	return out
}

func anyOf(patterns []string) *pattern.Pattern {
	return pattern.New(`\b(?:` + strings.Join(patterns, "|") + `)\b`)
}

func (t *tables) speech(f []string, patterns map[string][]string) error {
	re, err := pattern.Compile(`^(?:` + f[0] + `)$`)
	if err != nil {
		return err
	}
	s := speech{re: re}
	if f[2] != "" {
		if s.kind, err = claim.ParseKind(f[2]); err != nil {
			return err
		}
		s.set = true
	}
	into, ok := map[string]*[]speech{"verb": &t.verbs, "part": &t.parts, "noun": &t.nouns}[f[1]]
	if !ok {
		return fault.New(fault.Invalid, "%q is no sort of word", f[1]).WithFix("verb, part or noun")
	}
	*into = append(*into, s)
	patterns[f[1]] = append(patterns[f[1]], f[0])
	return nil
}

func (t *tables) cue(f []string) error {
	re, err := pattern.Compile("(?i)" + f[1])
	if err != nil {
		return err
	}
	k, err := claim.ParseKind(f[2])
	if err != nil {
		return err
	}
	switch f[4] {
	case "any", "generic", "state", "speaker", "voiced", "reported", "own":
	default:
		return fault.New(fault.Invalid, "%q is no sort of subject", f[4]).WithFix("any, generic, state, speaker, own, voiced or reported")
	}
	t.cues = append(t.cues, cue{f[0], re, k, f[3], f[4]})
	return nil
}

// kindOf gives the kind that a word of speech makes of what follows.
func kindOf(all []speech, word string) (claim.Kind, bool) {
	for _, s := range all {
		if s.re.MatchString(word) {
			return s.kind, s.set
		}
	}
	return 0, false
}

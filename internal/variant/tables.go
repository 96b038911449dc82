package variant

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/text"
)

// Tables is what is known of names for varying them. It does not change once
// read and may be shared.
type Tables struct {
	nicknames   map[string][]string // by folded form, all forms of the group
	forms       map[string][]string // by folded form, all of the class
	longestForm int                 // in words
	added       map[string][]string
	small       map[string]bool
	customs     map[string]custom // by state
	systems     map[string][]rule
	alphabets   map[romanise.Script]map[string]rune
}

// custom is how the names of a state's citizens are written.
type custom struct {
	script romanise.Script
	// syllables says that a given name is written as syllables apart, so that a
	// word of it is no name of its own.
	syllables bool
	rules     []rule
}

// File is the name of the table in its folder.
const File = "variants.tsv"

// Load reads the table of variants from the folder dir of fsys. A line that is
// not understood is an error with its number.
func Load(fsys fs.FS, dir string) (*Tables, error) {
	name := path.Join(dir, File)
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the table of variants cannot be read")
	}
	t := &Tables{
		nicknames: map[string][]string{}, forms: map[string][]string{}, added: map[string][]string{}, small: map[string]bool{},
		customs: map[string]custom{}, systems: map[string][]rule{}, alphabets: inverse(),
	}
	n := 0
	for line := range bytes.Lines(b) {
		n++
		s := strings.TrimRight(string(line), "\r\n")
		if s == "" || s[0] == '#' {
			continue
		}
		if err := t.read(strings.Split(s, "\t")); err != nil {
			return nil, fault.In(fault.Place{File: name, Line: n}, err)
		}
	}
	for _, key := range []string{"title", "given", "organisation", "form", "prefix"} {
		if len(t.added[key]) == 0 {
			return nil, fault.New(fault.Invalid, "there is no line for %q to add", key).At(fault.Place{File: name})
		}
	}
	return t, nil
}

func (t *Tables) read(f []string) error {
	if len(f) != 3 {
		return fault.New(fault.Invalid, "want a kind, a class and values with | between them, not %d columns", len(f))
	}
	values := strings.Split(f[2], "|")
	for _, v := range values {
		if v == "" || strings.TrimSpace(v) != v {
			return fault.New(fault.Invalid, "a value is empty or has space around it")
		}
	}
	switch f[0] {
	case "nickname":
		return group(t.nicknames, values)
	case "form":
		for _, v := range values {
			t.longestForm = max(t.longestForm, len(strings.Fields(v)))
		}
		return group(t.forms, values)
	case "add":
		t.added[f[1]] = values
		return nil
	case "small":
		for _, v := range values {
			t.small[text.Fold(v)] = true
		}
		return nil
	case "system":
		return t.readSystem(f[1], values)
	case "state":
		return t.readState(f[1], values)
	}
	return fault.New(fault.Invalid, "%q is no kind of line", f[0]).
		WithFix("the kinds are nickname, form, add, small, system and state")
}

// group makes each value lead to all of them; one that is in two groups leads to
// both.
func group(m map[string][]string, values []string) error {
	if len(values) < 2 {
		return fault.New(fault.Invalid, "a group needs two values")
	}
	for _, v := range values {
		key := text.Fold(v)
		for _, w := range values {
			if !slices.Contains(m[key], w) {
				m[key] = append(m[key], w)
			}
		}
	}
	return nil
}

func (t *Tables) readSystem(name string, values []string) error {
	for _, v := range values {
		from, to, ok := strings.Cut(v, "=")
		u := rule{to: to}
		from, u.start = strings.CutPrefix(from, "^")
		u.from, u.end = strings.CutSuffix(from, "$")
		if !ok || u.from == "" || u.to == "" || u.from == u.to {
			return fault.New(fault.Invalid, "%q is not FROM=TO", v)
		}
		t.systems[name] = append(t.systems[name], u)
	}
	return nil
}

// readState reads the customs of states: a script, "syllables", or a system of
// spelling that stands above.
func (t *Tables) readState(states string, values []string) error {
	c := custom{script: latin}
	for _, v := range values {
		rules, isSystem := t.systems[v]
		script, isScript := scriptNamed(v)
		switch {
		case v == "syllables":
			c.syllables = true
		case isScript:
			c.script = script
		case isSystem:
			c.rules = append(c.rules, rules...)
		default:
			return fault.New(fault.Invalid, "%q is neither a script, a system above, nor syllables", v)
		}
	}
	for _, s := range strings.Fields(states) {
		if _, twice := t.customs[s]; twice {
			return fault.New(fault.Invalid, "the state %q is there twice", s)
		}
		t.customs[s] = c
	}
	return nil
}

// scriptNamed gives a script that a Latin name can be written in.
func scriptNamed(name string) (romanise.Script, bool) {
	if name == romanise.Hangul.String() {
		return romanise.Hangul, true
	}
	for s := range alphabets {
		if s.String() == name {
			return s, true
		}
	}
	return latin, false
}

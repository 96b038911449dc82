package mention

import (
	"io/fs"
	"path"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Gazetteer holds the names that are looked for. It does not change and may be shared.
type Gazetteer struct {
	places  *place.Gazetteer
	states  map[string]stateName
	persons map[string][]holder
	orgs    map[string]organisation
	// heads, groups and offices are words of names.
	heads, groups, offices map[string]bool
}

type stateName struct {
	state place.State
	form  Form
}

type holder struct {
	name, office string
	state        place.State
	in           when.Period
	// part says that the key is only part of the name.
	part bool
}

type organisation struct {
	name, kind string
	state      place.State
}

// Load reads the tables of the folder dir: demonyms, persons, organisations and heads. The error names file and line.
func Load(places *place.Gazetteer, fsys fs.FS, dir string) (*Gazetteer, error) {
	g := &Gazetteer{
		places: places, states: map[string]stateName{}, persons: map[string][]holder{}, orgs: map[string]organisation{},
		heads: map[string]bool{}, groups: map[string]bool{}, offices: map[string]bool{},
	}
	for _, t := range []struct {
		name    string
		columns int
		row     func([]string) error
	}{
		{"demonyms.tsv", 4, g.demonym}, {"persons.tsv", 6, g.person}, {"organisations.tsv", 4, g.organisation}, {"heads.tsv", 2, g.head},
	} {
		if err := Table(fsys, path.Join(dir, t.name), t.columns, t.row); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// Table reads the file name of fsys: lines of so many columns between tabs, where "-" stands for an empty field and lines that
// begin with # are remarks. The error of row, or a wrong number of fields, is given with file and line.
func Table(fsys fs.FS, name string, columns int, row func([]string) error) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fault.Wrap(fault.NotFound, err, "the table cannot be read").At(fault.Place{File: name})
	}
	n := 0
	for line := range strings.SplitSeq(strings.TrimSuffix(string(b), "\n"), "\n") {
		n++
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := fault.Place{File: name, Line: n}
		f := strings.Split(line, "\t")
		if len(f) != columns {
			return fault.New(fault.Invalid, "the line has %d fields, want %d", len(f), columns).At(at)
		}
		for i := range f {
			if f[i] == "-" {
				f[i] = ""
			}
		}
		if err := row(f); err != nil {
			return fault.In(at, err)
		}
	}
	return nil
}

func (g *Gazetteer) state(code string) (place.State, error) {
	if code == "" {
		return 0, nil
	}
	return g.places.ParseState(code)
}

func (g *Gazetteer) demonym(f []string) error {
	s, err := g.state(f[0])
	if err != nil {
		return err
	}
	for i, form := range []Form{ByCapital, ByAdjective, ByName} {
		for v := range strings.SplitSeq(f[i+1], "|") {
			k := phraseKey(v)
			if k == "" {
				continue
			}
			if old, ok := g.states[k]; ok && old.state != s {
				return fault.New(fault.Conflict, "%q is a name of %s already", v, old.state)
			}
			if form == ByAdjective && strings.HasSuffix(k, "s") && !strings.HasSuffix(k, "ss") {
				g.states[k] = stateName{s, ByPeople}
				continue
			}
			g.states[k] = stateName{s, form}
		}
	}
	return nil
}

func (g *Gazetteer) person(f []string) error {
	s, err := g.state(f[2])
	if err != nil {
		return err
	}
	h := holder{name: f[0], office: f[3], state: s, in: when.Period{From: when.NoDay, To: when.Date(when.MaxYear, 12, 31)}}
	for i, end := range []*when.Day{&h.in.From, &h.in.To} {
		if f[4+i] == "" {
			continue
		}
		p, err := when.Parse(f[4+i])
		if err != nil {
			return err
		}
		*end = p.From
		if i == 1 {
			*end = p.To
		}
	}
	for v := range strings.SplitSeq(f[0]+"|"+f[1], "|") {
		if k := phraseKey(v); k != "" {
			h.part = !strings.Contains(k, " ")
			g.persons[k] = append(g.persons[k], h)
		}
	}
	return nil
}

func (g *Gazetteer) organisation(f []string) error {
	s, err := g.state(f[3])
	if err != nil {
		return err
	}
	for v := range strings.SplitSeq(f[0]+"|"+f[1], "|") {
		if k := phraseKey(v); k != "" {
			g.orgs[k] = organisation{f[0], f[2], s}
		}
	}
	return nil
}

func (g *Gazetteer) head(f []string) error {
	into, ok := map[string]map[string]bool{"head": g.heads, "group": g.groups, "office": g.offices}[f[1]]
	if !ok {
		return fault.New(fault.Invalid, "%q is no sort of word", f[1]).WithFix("head, group or office")
	}
	into[phraseKey(f[0])] = true
	return nil
}

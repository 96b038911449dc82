package comtrade

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
)

// Areas knows who reports and who is traded with in the publication: the states of
// the gazetteer by numeric code, by alpha-3 code and by name, and the codes and names
// of its own, among them partners that are no states. It does not change.
type Areas struct {
	places *place.Gazetteer
	byCode map[int]party
	byName map[string]party
}

// party is one side of trade: a state, all partners together, or an area that is no
// state, under its name.
type party struct {
	state place.State
	world bool
	area  string
}

// worldCode is the code of all partners together.
const worldCode = 0

// ReadAreas reads the table of codes and names that are the publication's own
// (data/records/comtrade-areas.tsv) on top of a gazetteer. What is wrong is
// fault.Invalid with file and line.
func ReadAreas(file string, b []byte, places *place.Gazetteer) (*Areas, error) {
	a := &Areas{places: places, byCode: map[int]party{}, byName: map[string]party{}}
	for _, s := range places.States() {
		if n, err := strconv.Atoi(places.Numeric(s)); err == nil {
			a.byCode[n] = party{state: s}
		}
	}
	headed := false
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		if !headed {
			headed = true
			continue
		}
		if err := a.add(cells); err != nil {
			return nil, err.At(fault.Place{File: file, Line: i + 1})
		}
	}
	if !headed {
		return nil, fault.New(fault.Invalid, "the table of areas is empty").At(fault.Place{File: file})
	}
	return a, nil
}

func (a *Areas) add(cells []string) *fault.Error {
	if len(cells) != 3 {
		return fault.New(fault.Invalid, "the line has %d columns, not 3", len(cells))
	}
	code, err := strconv.Atoi(cells[0])
	if err != nil || code < 0 {
		return fault.New(fault.Invalid, "%q is not a code", cells[0])
	}
	names := strings.Split(cells[2], " | ")
	p := party{area: names[0], world: code == worldCode}
	if p.world {
		p.area = ""
	}
	if cells[1] != "-" {
		s, ok := a.places.FindState(cells[1])
		if !ok || s.String() != cells[1] {
			return fault.New(fault.Invalid, "%q is not the code of a state", cells[1])
		}
		p = party{state: s}
	}
	a.byCode[code] = p
	for _, n := range names {
		if old, ok := a.byName[n]; ok && old != p {
			return fault.New(fault.Invalid, "the name %q has two codes", n)
		}
		a.byName[n] = p
	}
	return nil
}

// find reads a side of trade from its code, its alpha-3 code and its name, of which
// some may be empty. The first that is given counts, and a state that another one
// names instead is an error.
func (a *Areas) find(code, iso, name string) (party, error) {
	p, ok := party{}, false
	if code != "" {
		n, err := strconv.Atoi(code)
		if p, ok = a.byCode[n]; err != nil || !ok {
			return p, fault.New(fault.Invalid, "there is no reporter or partner with the code %q", code)
		}
	}
	s, isState := place.State(0), false
	if len(iso) == 3 {
		s, isState = a.places.FindState(iso)
	}
	switch {
	case isState && !ok:
		return party{state: s}, nil
	case isState && p.state != 0 && s != p.state:
		return p, fault.New(fault.Invalid, "the code %s is that of %s, the alpha-3 code %s that of %s", code, a.places.Name(p.state), iso, a.places.Name(s))
	case ok:
		return p, nil
	case name == "":
		return p, fault.New(fault.Invalid, "the row names no reporter or partner")
	}
	if p, ok := a.byName[name]; ok {
		return p, nil
	}
	s, err := a.places.ParseState(name)
	return party{state: s}, err
}

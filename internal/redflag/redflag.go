// Package redflag reads what a party says of itself for what a person should look at whatever the lists say: a number that cannot
// be right, a number typed by someone who has none, a ship whose radio number belongs to another flag, a mission or an organ of a
// state that measures are about, a place in such a state. It is the last of the four tiers (listed, owned or controlled, named, red
// flags only): a flag names no violation and changes no outcome, and nothing is concluded from a name or a language alone.
//
// It never looks into a list.
package redflag

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/text"
)

// Kind says what a flag is about.
type Kind string

// The kinds of flags.
const (
	Number      Kind = "number"      // an identifier fails its check or has not its form
	Placeholder Kind = "placeholder" // an identifier looks typed by someone who has none
	RadioFlag   Kind = "radio_flag"  // the MMSI of a ship is allocated to no state, or to another than its flag
	Mission     Kind = "mission"     // an embassy, consulate or mission of a state that measures are about
	StateBody   Kind = "state_body"  // an organ of such a state
	Territory   Kind = "territory"   // a place in such a state, or in a territory under measures
	State       Kind = "state"       // its country or flag is such a state
)

// Flag is one thing that a person should look at.
type Flag struct {
	Kind Kind
	// Field is what of the party it is about: "name", "address", "country", "flag", or the kind of an identifier; Value what stands
	// there.
	Field, Value string
	// Text says what is to be looked at, in words.
	Text string
}

// Reader finds flags. It does not change and may be used by many at once.
type Reader struct {
	g       *place.Gazetteer
	places  *Places
	targets map[place.State]bool
	words   map[string]bool // one of them stands in each name that says anything
}

// bodies are the words by which an organ of a state is known beside the name of the state.
var bodies = strings.Fields(`government ministry ministries army navy cabinet police parliament customs politburo
	gouvernement ministère ministere regierung ministerium gobierno ministerio правительство министерство`)

// most is how many flags an answer has at the most.
const most = 32

// Load reads the tables of places and of the states that measures are about, places.tsv and targets.tsv in dir.
func Load(fsys fs.FS, dir string, g *place.Gazetteer) (*Reader, error) {
	table, err := read(fsys, dir, "places.tsv")
	if err != nil {
		return nil, err
	}
	places, err := LoadPlaces(g, table)
	if err != nil {
		return nil, err
	}
	if table, err = read(fsys, dir, "targets.tsv"); err != nil {
		return nil, err
	}
	r := &Reader{g: g, places: places, targets: map[place.State]bool{}, words: map[string]bool{}}
	err = match.EachLine(table, "targets.tsv", func(f []string) error {
		if len(f) != 2 {
			return fault.New(fault.Invalid, "want code and regime")
		}
		s, err := g.ParseState(f[0])
		r.targets[s] = true
		return err
	})
	for _, w := range append(slices.Clone(missions), bodies...) {
		r.words[lastWord(text.Fold(w))] = true
	}
	for name, t := range places.towns {
		if r.targets[t.state] {
			r.words[lastWord(name)] = true
		}
	}
	return r, err
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

func read(fsys fs.FS, dir, name string) ([]byte, error) {
	b, err := fs.ReadFile(fsys, path.Join(dir, name))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the table %s cannot be read", name)
	}
	return b, nil
}

// adder takes a flag.
type adder func(k Kind, field, value, words string)

// into gives what adds flags to a list, each once, until there are most of them.
func into(list *[]Flag) adder {
	return func(k Kind, field, value, words string) {
		f := Flag{k, field, value, words}
		if len(*list) < most && !slices.Contains(*list, f) {
			*list = append(*list, f)
		}
	}
}

// Of gives the flags of a party, in the order of its fields, each once.
func (r *Reader) Of(in *match.Input) (out []Flag) {
	add := into(&out)
	for i := range in.Names {
		r.name(in.Names[i].Text, in.Schema == "Person", add)
	}
	for _, c := range in.Countries {
		r.country("country", c, add)
	}
	if in.Flag != "" {
		r.country("flag", in.Flag, add)
	}
	for _, a := range in.Addresses {
		for _, m := range r.places.In(a) {
			r.mention("address", a, m, add)
		}
	}
	for _, id := range in.Identifiers {
		r.identifier(in, id, add)
	}
	return out
}

// Text gives the flags of free text, as that of a payment: missions and places that it names, by their words.
func (r *Reader) Text(s string) (out []Flag) {
	add := into(&out)
	for _, m := range r.places.In(s) {
		r.mention("text", m.Text, m, add)
	}
	return out
}

// name looks for missions and organs of a state, and for its towns; a person may be called after a town.
func (r *Reader) name(name string, person bool, add adder) {
	words := tokens(name)
	if !slices.ContainsFunc(words, func(w string) bool { return r.words[w] }) {
		return
	}
	organ := slices.ContainsFunc(words, func(w string) bool { return slices.Contains(bodies, w) })
	for _, m := range r.places.among(words) {
		switch {
		case !r.targets[m.State]:
		case m.Mission || m.Place != "" && !person:
			r.mention("name", name, m, add)
		case organ && m.Place == "":
			add(StateBody, "name", name, "it names an organ of "+r.the(m.State))
		}
	}
}

func (r *Reader) mention(field, value string, m Mention, add adder) {
	switch {
	case m.Mission && r.targets[m.State]:
		add(Mission, field, value, "it names a mission of "+r.the(m.State)+", whose government is then a party, wherever the mission stands")
	case m.Place != "" && r.targets[m.State]:
		add(Territory, field, value, m.Place+" lies in "+r.the(m.State))
	case m.Place != "":
		add(Territory, field, value, m.Place+" ("+r.g.Name(m.State)+") lies in a territory under measures of some authorities; they are not among the regimes here")
	case r.targets[m.State]:
		add(Territory, field, value, "it names "+r.g.Name(m.State)+", which measures are about")
	}
}

func (r *Reader) the(s place.State) string { return r.g.Name(s) + ", which measures are about" }

func (r *Reader) country(field, code string, add adder) {
	if s, err := r.g.ParseState(code); err == nil && r.targets[s] {
		add(State, field, code, r.the(s))
	}
}

func (r *Reader) identifier(in *match.Input, id match.Identifier, add adder) {
	if id.Value == "" {
		return
	}
	var err error
	switch id.Kind {
	case "imo":
		var n ident.IMO
		if n, err = ident.ParseIMO(id.Value); err == nil && n.Placeholder() {
			add(Placeholder, id.Kind, id.Value, "the check digit is right, but it looks typed by someone who has no number")
		}
	case "mmsi":
		var n ident.MMSI
		if n, err = ident.ParseMMSI(id.Value); err == nil {
			r.mmsi(in, n, id.Value, add)
		}
	case "lei":
		_, err = ident.ParseLEI(id.Value)
	case "iban":
		_, err = ident.ParseIBAN(id.Value)
	case "bic":
		_, err = ident.ParseBIC(id.Value)
	case "isin":
		_, err = ident.ParseISIN(id.Value)
	}
	if err != nil {
		add(Number, id.Kind, id.Value, err.Error())
	}
}

// mmsi holds the first three digits of a ship's radio number to its flag.
func (r *Reader) mmsi(in *match.Input, n ident.MMSI, value string, add adder) {
	flag, allocated := n.Flag()
	switch {
	case n.Placeholder():
		add(Placeholder, "mmsi", value, "it looks typed by someone who has no number")
	case !n.Ship():
		add(Number, "mmsi", value, "no ship has such a number: it begins with none of 2 to 7")
	case !allocated:
		add(RadioFlag, "mmsi", value, "its first three digits, "+strconv.Itoa(n.MID())+", are allocated to no state")
	case in.Flag != "" && !strings.EqualFold(flag, in.Flag):
		add(RadioFlag, "mmsi", value, "its first three digits belong to "+r.nameOf(flag)+", and the flag is "+r.nameOf(in.Flag))
	}
}

func (r *Reader) nameOf(code string) string {
	if s, err := r.g.ParseState(code); err == nil {
		return r.g.Name(s)
	}
	return code
}

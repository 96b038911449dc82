// Package place knows states and ports by their codes and by the names that
// people and lists give them, in any script.
//
// It holds all states alike: what a rule says about one stands in the law, and
// no code here names any. It never guesses: a name that more than one state
// bears is refused, and one it does not know is an error, not a new place. That
// a code stands in the table says nothing about recognition, borders or
// sovereignty.
package place

//go:generate go run ./gen

import (
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// State is a state or territory by its ISO 3166-1 alpha-2 code: the two letters,
// the first in the high byte. States compare with == and sort by code. The zero
// State is none.
type State uint16

// Codes that ISO 3166-1 leaves to its users and that name no state.
const (
	// Unspecified is another state, or one that is left open. It equals no
	// state that a rule names; whether that settles the rule is for the rule.
	// A state that is not known is a missing fact, never this.
	Unspecified State = 'Z'<<8 | 'Z'
	// HighSeas is the sea beyond any state (UN/LOCODE: international waters).
	HighSeas State = 'X'<<8 | 'Z'
)

// pairs holds all codes from AA to ZZ, so that String need not allocate.
var pairs = func() string {
	var b strings.Builder
	for i := range letters * letters {
		b.WriteByte('A' + byte(i/letters))
		b.WriteByte('A' + byte(i%letters))
	}
	return b.String()
}()

const letters = 26

// slot gives the number of a pair of letters in either case, from 0; false for
// any other bytes.
func slot(a, b byte) (int, bool) {
	a, b = (a|0x20)-'a', (b|0x20)-'a'
	return int(a)*letters + int(b), a < letters && b < letters
}

// String gives the alpha-2 code; "" for the zero State and for a value that is
// not made of two capital letters.
func (s State) String() string {
	a, b := byte(s>>8), byte(s)
	if a < 'A' || a > 'Z' || b < 'A' || b > 'Z' {
		return ""
	}
	i, _ := slot(a, b)
	return pairs[2*i : 2*i+2]
}

// Port is a port or a crossing of a border by road or rail.
type Port struct {
	// ID is the UN/LOCODE, as in "NLRTM", or, for a place without one that was
	// seen in a source, the code of the state, a hyphen and the name.
	ID string
	// State is the state or territory it lies in.
	State State
	// Name is the usual name in English.
	Name string
}

// Gazetteer is the table of states and ports. It does not change and may be
// used by many at once.
type Gazetteer struct {
	states    []stateRow // sorted by code
	at        [letters * letters]int16
	alpha3    map[string]State // by capital letters
	names     map[string]State // by key
	ambiguous map[string][]State
	labels    labels
	// peoples are adjectives and names of peoples, by key: they name no state in a field, but say which may be meant.
	peoples map[string]State

	ports      []Port
	portIDs    map[string]int   // by key of the id
	portNames  map[string][]int // by key
	portLabels labels
}

// labels are all known names, folded, for "did you mean": those in ASCII and
// the others apart, since a slip of the pen does not change the script.
type labels struct{ ascii, other []string }

func (l *labels) add(folded string) {
	if isASCII(folded) {
		l.ascii = append(l.ascii, folded)
	} else {
		l.other = append(l.other, folded)
	}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

type stateRow struct {
	state           State
	alpha3, numeric string
	of              State
	name            string
}

// key is what names are looked up by: folded and without spaces, so that
// "Hong-Kong" meets "HongKong", and "U.S.A." meets "USA".
func key(s string) string { return keyOf(text.Fold(s)) }

func keyOf(folded string) string { return strings.ReplaceAll(folded, " ", "") }

// keyWithout is the key of s without the given words; "" when s has none of
// them or nothing else.
func keyWithout(s string, words ...string) string {
	tokens := text.Tokens(s)
	n := len(tokens)
	tokens = slices.DeleteFunc(tokens, func(t string) bool { return slices.Contains(words, t) })
	if len(tokens) == n {
		return ""
	}
	return strings.Join(tokens, "")
}

// FindState is ParseState for words that may well name no state: it gives no
// reason and looks for nothing near. Reading a code does not allocate.
func (g *Gazetteer) FindState(s string) (State, bool) {
	s = strings.Trim(s, " \t")
	switch len(s) {
	case 2:
		if i, ok := slot(s[0], s[1]); ok && g.at[i] > 0 {
			return g.states[g.at[i]-1].state, true
		}
	case 3:
		up := [3]byte{s[0] &^ 0x20, s[1] &^ 0x20, s[2] &^ 0x20}
		if st, ok := g.alpha3[string(up[:])]; ok && isLetters(s) {
			return st, true
		}
	}
	for _, k := range [...]string{key(s), keyWithout(s, "the")} {
		if st, ok := g.names[k]; ok && k != "" {
			return st, true
		}
		if k != "" && g.ambiguous[k] != nil {
			return 0, false
		}
	}
	return 0, false
}

// People gives the state of an adjective or of the name of a people: "Polish" is of Poland. A field of a state takes neither.
func (g *Gazetteer) People(s string) (State, bool) {
	st, ok := g.peoples[key(s)]
	return st, ok
}

// FindWords is FindState for words that [text.Tokens] gave, as often as a text has places to look at: nothing is folded again.
func (g *Gazetteer) FindWords(words ...string) (State, bool) {
	k := strings.Join(words, "")
	if st, ok := g.names[k]; ok {
		return st, true
	}
	if len(k) == 3 && g.ambiguous[k] == nil {
		st, ok := g.alpha3[strings.ToUpper(k)]
		return st, ok
	}
	return 0, false
}

// ParseState reads a state: an alpha-2 code, an alpha-3 code, or any name or
// variant in the table, in any case and script. The error is fault.Invalid for a
// name that is unknown, with the nearest known ones, or that several states
// bear, with those. Reading a code does not allocate.
func (g *Gazetteer) ParseState(s string) (State, error) {
	if st, ok := g.FindState(s); ok {
		return st, nil
	}
	s = strings.Trim(s, " \t")
	for _, k := range [...]string{key(s), keyWithout(s, "the")} {
		if several := g.ambiguous[k]; several != nil {
			return 0, fault.New(fault.Invalid, "%q names more than one country", clip(s)).
				WithFix("say which: %s", g.choice(several))
		}
	}
	if s == "" {
		return 0, fault.New(fault.Invalid, "the country is empty").WithFix(giveCode)
	}
	e := fault.New(fault.Invalid, "unknown country %q", clip(s))
	if st, ok := g.People(s); ok {
		return 0, e.WithFix("did you mean %s?", g.Name(st))
	}
	var near []string
	for _, n := range g.labels.nearest(s) {
		if st, ok := g.names[key(n)]; ok && !slices.Contains(near, g.Name(st)) {
			near = append(near, g.Name(st))
		}
	}
	if near == nil {
		return 0, e.WithFix(giveCode)
	}
	return 0, e.WithFix("did you mean %s?", strings.Join(near, " or "))
}

const giveCode = "give the two-letter code of ISO 3166-1, or the name"

func isLetters(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// choice lists states for people, as "Name (CODE) or Name (CODE)".
func (g *Gazetteer) choice(states []State) string {
	var parts []string
	for _, st := range states {
		parts = append(parts, g.Name(st)+" ("+st.String()+")")
	}
	return strings.Join(parts, " or ")
}

// nearest gives the known names, folded, that are as near to s as any, at most
// eight.
func (l *labels) nearest(s string) []string {
	s = text.Fold(s)
	known := l.other
	if isASCII(s) {
		known = l.ascii
	}
	near := text.NearestOf(s, known, 8)
	for i, n := range near {
		if text.Distance(s, n) > text.Distance(s, near[0]) {
			return near[:i]
		}
	}
	return near
}

// clip keeps what is repeated in a message short.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// row gives the row of a state; nil when it is not in the table.
func (g *Gazetteer) row(s State) *stateRow {
	c := s.String()
	if c == "" {
		return nil
	}
	i, _ := slot(c[0], c[1])
	if g.at[i] == 0 {
		return nil
	}
	return &g.states[g.at[i]-1]
}

// Name gives the plain English name; the code of a state that is not in the
// table.
func (g *Gazetteer) Name(s State) string {
	if r := g.row(s); r != nil {
		return r.name
	}
	return s.String()
}

// Alpha3 gives the ISO 3166-1 alpha-3 code; "" when there is none.
func (g *Gazetteer) Alpha3(s State) string {
	if r := g.row(s); r != nil {
		return r.alpha3
	}
	return ""
}

// Numeric gives the three digits of ISO 3166-1, which trade statistics use too;
// "" when there are none.
func (g *Gazetteer) Numeric(s State) string {
	if r := g.row(s); r != nil {
		return r.numeric
	}
	return ""
}

// Of gives the state that the sources name a territory as part or dependency
// of; false for any other.
func (g *Gazetteer) Of(s State) (State, bool) {
	if r := g.row(s); r != nil && r.of != 0 {
		return r.of, true
	}
	return 0, false
}

// States gives all states and territories sorted by code, with Unspecified and
// HighSeas.
func (g *Gazetteer) States() []State {
	all := make([]State, len(g.states))
	for i := range g.states {
		all[i] = g.states[i].state
	}
	return all
}

// Ports gives all ports in the order of their ids.
func (g *Gazetteer) Ports() []Port { return slices.Clone(g.ports) }

// ParsePort reads a port: an id with or without a space ("NLRTM", "NL RTM"), or
// any name or variant, with or without "port" or "port of", and with or without
// the state after a comma or in brackets ("Tripoli, Libya"). The error is
// fault.Invalid when the port is not in the table, with the nearest names, or
// when several ports bear the name, with their ids. The table is not complete:
// a port outside it is an error, and its state must then be given instead.
func (g *Gazetteer) ParsePort(s string) (Port, error) {
	name, found := s, g.lookPort(s)
	if found == nil {
		if n, st, ok := g.splitPort(s); ok {
			name = n
			found = slices.DeleteFunc(slices.Clone(g.lookPort(n)), func(i int) bool { return g.ports[i].State != st })
		}
	}
	switch len(found) {
	case 1:
		return g.ports[found[0]], nil
	case 0:
		e := fault.New(fault.Invalid, "port %q is not in the table of ports", clip(s))
		var near []string
		for _, n := range g.portLabels.nearest(name) {
			for _, i := range g.portNames[key(n)] {
				if t := g.portText(i); !slices.Contains(near, t) {
					near = append(near, t)
				}
			}
		}
		if near == nil {
			return Port{}, e.WithFix("give its UN/LOCODE or another name, or leave it out and give its state")
		}
		return Port{}, e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	var several []string
	for _, i := range found {
		several = append(several, g.portText(i))
	}
	return Port{}, fault.New(fault.Invalid, "%q names more than one port", clip(s)).
		WithFix("say which: %s", strings.Join(several, " or "))
}

// FindPort finds the port in a state by id, name or variant, as ParsePort reads
// them. With the zero State it looks in all states. It is false when there is
// none or more than one.
func (g *Gazetteer) FindPort(name string, s State) (Port, bool) {
	one := -1
	for _, i := range g.lookPort(name) {
		if s != 0 && g.ports[i].State != s {
			continue
		}
		if one >= 0 {
			return Port{}, false
		}
		one = i
	}
	if one < 0 {
		return Port{}, false
	}
	return g.ports[one], true
}

// lookPort gives the ports with that id, name or variant.
func (g *Gazetteer) lookPort(s string) []int {
	k := key(s)
	if i, ok := g.portIDs[k]; ok {
		return []int{i}
	}
	if found := g.portNames[k]; found != nil {
		return found
	}
	// Never an empty key, so nothing is found by "port" alone.
	return g.portNames[keyWithout(s, "port", "of", "harbour", "harbor")]
}

// splitPort parts a name from the state after its last comma or in brackets.
func (g *Gazetteer) splitPort(s string) (name string, st State, ok bool) {
	at := strings.LastIndexByte(s, ',')
	if t := strings.TrimRight(s, " \t"); strings.HasSuffix(t, ")") {
		at, s = strings.LastIndexByte(t, '('), t[:len(t)-1]
	}
	if at < 0 {
		return "", 0, false
	}
	st, err := g.ParseState(s[at+1:])
	return s[:at], st, err == nil
}

// portText names a port for people: its id, name and state.
func (g *Gazetteer) portText(i int) string {
	p := g.ports[i]
	return p.ID + " (" + p.Name + ", " + g.Name(p.State) + ")"
}

// Open is [Load] of the folder "place" of fsys, with the names of peoples from reading/demonyms.tsv where there is such a table.
func Open(fsys fs.FS) (*Gazetteer, error) {
	sub, err := fs.Sub(fsys, "place")
	if err != nil {
		return nil, err
	}
	g, err := Load(sub)
	if err != nil {
		return nil, err
	}
	return g, g.readPeoples(fsys)
}

// Load reads states.tsv, states-more.tsv and ports.tsv from the root of fsys and
// checks them: columns, codes, and that no name or code is claimed twice. The
// error names the file and line.
func Load(fsys fs.FS) (*Gazetteer, error) {
	l := &loader{g: &Gazetteer{
		alpha3:    make(map[string]State, 300),
		names:     make(map[string]State, 8000),
		ambiguous: map[string][]State{},
		peoples:   map[string]State{},
		portIDs:   make(map[string]int, 400),
		portNames: make(map[string][]int, 2000),
	}, rows: map[State]*stateRow{}}
	for _, load := range []func(fs.FS) error{l.states, l.ports} {
		if err := load(fsys); err != nil {
			return nil, err
		}
	}
	return l.g, nil
}

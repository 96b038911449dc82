package mirror

import (
	"bytes"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Parameter is a number with its name, unit and source.
type Parameter struct {
	Name        string
	Value       float64
	Unit        string
	Source, URL string
	// Verified is false where the source was not seen by us.
	Verified bool
	Note     string
}

// The names of the parameters. The file must have each of them and no other.
const (
	pCIF           = "cif_fob"
	pNoiseLow      = "noise_low"
	pNoiseHigh     = "noise_high"
	pTiming        = "timing_periods"
	pRowBits       = "miscode_row_bits"
	pFlowBits      = "miscode_flow_bits"
	pSizeTimes     = "miscode_size_times"
	pLeastMiscode  = "miscode_least_value"
	pFloor         = "profile_floor"
	pArrivesBelow  = "diversion_arrives_below"
	pJump          = "diversion_jump_times"
	pWindow        = "diversion_window_years"
	pLeastDiverted = "diversion_least_value"
	pReporters     = "share_least_reporters"
)

var parameterNames = []string{
	pCIF, pNoiseLow, pNoiseHigh, pTiming, pRowBits, pFlowBits, pSizeTimes, pLeastMiscode, pFloor, pArrivesBelow,
	pJump, pWindow, pLeastDiverted, pReporters,
}

// Caution is a large gap that nobody's wrong-doing explains, shown beside anomalies.
type Caution struct {
	Says, Source, URL string
	Verified          bool
}

// Explanation is an innocent reason for an anomaly, and what would settle whether it is the reason.
type Explanation struct {
	ID, Says, Settles, Source string
	// For are the findings beside which it is told.
	For []string
}

// Pair is two states that statistics mistake for one another.
type Pair struct {
	A, B      place.State
	Why       string
	Source    string
	URL, Note string
	Verified  bool
}

// Other gives the other state of the pair; false when s is in neither place.
func (p *Pair) Other(s place.State) (place.State, bool) {
	switch s {
	case p.A:
		return p.B, true
	case p.B:
		return p.A, true
	}
	return 0, false
}

// Profile is what a state is known to export, as shares of chapters.
type Profile struct {
	State       place.State
	Year        int
	Source, URL string
	Verified    bool
	Note        string
	// listed holds shares of chapters, from 0 to 1; rest is the share of each chapter that is not listed.
	listed map[goods.Code]float64
	rest   float64
}

// Share gives the share of a chapter in the state's exports, from 0 to 1.
func (p *Profile) Share(chapter goods.Code) float64 {
	if s, ok := p.listed[chapter]; ok {
		return s
	}
	return p.rest
}

// Facts are the parameters and facts that mirror needs. They do not change after loading.
type Facts struct {
	Parameters   []Parameter
	Cautions     []Caution
	Explanations []Explanation
	Pairs        []Pair
	Profiles     []Profile
	values       map[string]float64
	borders      map[[2]place.State]bool
}

// Value gives the value of a parameter.
func (f *Facts) value(name string) float64 { return f.values[name] }

// Border reports whether two states touch on land.
func (f *Facts) Border(a, b place.State) bool { return f.borders[ordered(a, b)] }

// Neighbours gives the states that touch s on land, in the order of their codes.
func (f *Facts) Neighbours(s place.State) []place.State {
	var out []place.State
	for pair := range f.borders {
		switch s {
		case pair[0]:
			out = append(out, pair[1])
		case pair[1]:
			out = append(out, pair[0])
		}
	}
	slices.Sort(out)
	return out
}

// Watched gives the states whose rows are needed to answer about a target: itself, those it is mistaken for, and its
// neighbours.
func (f *Facts) Watched(target place.State) []place.State {
	out := append([]place.State{target}, f.Neighbours(target)...)
	for i := range f.Pairs {
		if o, ok := f.Pairs[i].Other(target); ok && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

func ordered(a, b place.State) [2]place.State { return [2]place.State{min(a, b), max(a, b)} }

// LoadFacts reads parameters.yaml, confusable.yaml, explanations.yaml and borders.tsv from a folder. An unknown key or state, a
// parameter too many or too few, and a share outside 0 to 100 are faults with their place.
func LoadFacts(fsys fs.FS, places *place.Gazetteer) (*Facts, error) {
	f := &Facts{values: map[string]float64{}, borders: map[[2]place.State]bool{}}
	for _, file := range []struct {
		name string
		read func(name string, b []byte) error
	}{
		{"parameters.yaml", f.readParameters},
		{"explanations.yaml", f.readExplanations},
		{"confusable.yaml", func(name string, b []byte) error { return f.readPairs(name, b, places) }},
		{"borders.tsv", func(name string, b []byte) error { return f.readBorders(name, b, places) }},
	} {
		b, err := fs.ReadFile(fsys, file.name)
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "the file %s of mirror is missing", file.name)
		}
		if err := file.read(file.name, b); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// reader keeps the first error, so that a list of fields reads as one.
type reader struct {
	f   *yamltree.Fields
	err error
}

func open(n *yamltree.Node, what string) *reader {
	f, err := n.Fields(what)
	return &reader{f, err}
}

func (r *reader) need(key string) (s string) {
	if r.err == nil {
		s, r.err = r.f.NeedText(key)
	}
	return s
}

func (r *reader) text(key string) (s string) {
	if r.err == nil {
		s, r.err = r.f.Text(key)
	}
	return s
}

func (r *reader) texts(key string) (s []string) {
	if r.err == nil {
		s, r.err = r.f.Texts(key)
	}
	return s
}

func (r *reader) bool(key string) (b bool) {
	if r.err == nil {
		b, r.err = r.f.Bool(key, false)
	}
	return b
}

func (r *reader) number(key string) (x float64) {
	if r.err != nil {
		return 0
	}
	n, err := r.f.Need(key)
	if err != nil {
		r.err = err
		return 0
	}
	x, r.err = n.Number(key)
	return x
}

func (r *reader) items(key string) []*yamltree.Node {
	if r.err != nil {
		return nil
	}
	n, err := r.f.Need(key)
	if err != nil {
		r.err = err
		return nil
	}
	if n.Kind != yamltree.List {
		r.err = n.Errorf("%s is a list", key)
	}
	return n.Items
}

func (r *reader) end() error {
	if r.err == nil {
		r.err = r.f.End()
	}
	return r.err
}

func document(name string, b []byte, what string) (*reader, error) {
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fault.New(fault.Invalid, "%s is one document", what).At(fault.Place{File: name})
	}
	r := open(docs[0], what)
	return r, r.err
}

func (f *Facts) readParameters(name string, b []byte) error {
	doc, err := document(name, b, "a file of parameters")
	if err != nil {
		return err
	}
	for _, n := range doc.items("parameters") {
		r := open(n, "a parameter")
		p := Parameter{
			Name: r.need("name"), Value: r.number("value"), Unit: r.need("unit"), Source: r.need("source"),
			URL: r.text("url"), Verified: r.bool("verified"), Note: r.text("note"),
		}
		if err := r.end(); err != nil {
			return err
		}
		if !slices.Contains(parameterNames, p.Name) {
			return n.Errorf("there is no parameter %q", p.Name).WithFix("the parameters are %s", strings.Join(parameterNames, ", "))
		}
		if _, ok := f.values[p.Name]; ok || p.Value <= 0 {
			return n.Errorf("the parameter %s stands twice or is not above zero", p.Name)
		}
		f.values[p.Name] = p.Value
		f.Parameters = append(f.Parameters, p)
	}
	for _, n := range doc.items("cautions") {
		r := open(n, "a caution")
		f.Cautions = append(f.Cautions, Caution{r.need("says"), r.need("source"), r.text("url"), r.bool("verified")})
		if err := r.end(); err != nil {
			return err
		}
	}
	if err := doc.end(); err != nil {
		return err
	}
	for _, want := range parameterNames {
		if _, ok := f.values[want]; !ok {
			return fault.New(fault.Invalid, "the parameter %s is missing", want).At(fault.Place{File: name})
		}
	}
	return nil
}

// findings are what explanations may stand beside.
var findings = []string{string(ImporterMore), string(ImporterLess), "diversion", "barred"}

func (f *Facts) readExplanations(name string, b []byte) error {
	doc, err := document(name, b, "a file of explanations")
	if err != nil {
		return err
	}
	for _, n := range doc.items("explanations") {
		r := open(n, "an explanation")
		e := Explanation{
			ID: r.need("id"), For: r.texts("for"), Says: r.need("says"), Settles: r.need("settles"), Source: r.need("source"),
		}
		if err := r.end(); err != nil {
			return err
		}
		for _, w := range e.For {
			if !slices.Contains(findings, w) {
				return n.Errorf("there is no finding %q", w).WithFix("the findings are %s", strings.Join(findings, ", "))
			}
		}
		f.Explanations = append(f.Explanations, e)
	}
	return doc.end()
}

// Explain gives the innocent explanations of a finding, the most ordinary first.
func (f *Facts) Explain(finding string) []Explanation {
	var out []Explanation
	for _, e := range f.Explanations {
		if slices.Contains(e.For, finding) {
			out = append(out, e)
		}
	}
	return out
}

func (f *Facts) readPairs(name string, b []byte, places *place.Gazetteer) error {
	doc, err := document(name, b, "a file of states that are confused")
	if err != nil {
		return err
	}
	for _, n := range doc.items("pairs") {
		r := open(n, "a pair")
		states := r.texts("states")
		p := Pair{
			Why: r.need("why"), Source: r.need("source"), URL: r.text("url"), Verified: r.bool("verified"), Note: r.text("note"),
		}
		if err := r.end(); err != nil {
			return err
		}
		if len(states) != 2 || states[0] == states[1] {
			return n.Errorf("a pair is two states")
		}
		if p.A, err = places.ParseState(states[0]); err != nil {
			return fault.In(n.Place(), err)
		}
		if p.B, err = places.ParseState(states[1]); err != nil {
			return fault.In(n.Place(), err)
		}
		f.Pairs = append(f.Pairs, p)
	}
	for _, n := range doc.items("profiles") {
		p, err := readProfile(n, places)
		if err != nil {
			return err
		}
		f.Profiles = append(f.Profiles, p)
	}
	return doc.end()
}

// chapters is the number of chapters of the HS that hold goods.
const chapters = 96

func readProfile(n *yamltree.Node, places *place.Gazetteer) (p Profile, err error) {
	r := open(n, "a profile")
	state, shares := r.need("state"), r.items("shares")
	p = Profile{
		Year: int(r.number("year")), Source: r.need("source"), URL: r.text("url"), Verified: r.bool("verified"),
		Note: r.text("note"), listed: map[goods.Code]float64{},
	}
	if err := r.end(); err != nil {
		return p, err
	}
	if p.State, err = places.ParseState(state); err != nil {
		return p, fault.In(n.Place(), err)
	}
	left := 1.0
	for _, s := range shares {
		r := open(s, "a share")
		hs, share := r.texts("hs"), r.number("per_cent")/100
		if err := r.end(); err != nil {
			return p, err
		}
		if left -= share; share < 0 || left < 0 || math.IsNaN(share) {
			return p, s.Errorf("the shares are not between 0 and 100 per cent together")
		}
		for _, c := range hs {
			code, err := goods.ParseCode(c)
			if err != nil || code.Len() != 2 {
				return p, s.Errorf("%q is no chapter", c)
			}
			if _, ok := p.listed[code]; ok {
				return p, s.Errorf("the chapter %s stands twice", c)
			}
			p.listed[code] = share / float64(len(hs))
		}
	}
	p.rest = left / float64(chapters-len(p.listed))
	return p, nil
}

func (f *Facts) readBorders(name string, b []byte, places *place.Gazetteer) error {
	line := 0
	for text := range bytes.Lines(b) {
		line++
		s := strings.TrimRight(string(text), "\n")
		if s == "" || s[0] == '#' {
			continue
		}
		at := fault.Place{File: name, Line: line}
		a, c, ok := strings.Cut(s, "\t")
		if !ok || a >= c {
			return fault.New(fault.Invalid, "%s is not two codes in their order", strconv.Quote(s)).At(at)
		}
		x, err := places.ParseState(a)
		if err != nil {
			return fault.In(at, err)
		}
		y, err := places.ParseState(c)
		if err != nil {
			return fault.In(at, err)
		}
		if f.borders[ordered(x, y)] {
			return fault.New(fault.Invalid, "the border stands twice").At(at)
		}
		f.borders[ordered(x, y)] = true
	}
	return nil
}

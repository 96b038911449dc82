package law

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// Every file of law that ships is loaded and linted, so that `go test` says what
// a careful reader would.
func TestEmbeddedLawIsClean(t *testing.T) {
	l, err := Load(Source{FS: os.DirFS("../../data"), Root: "instruments", Name: "data/instruments"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Lint(l) {
		t.Error(f)
	}
	if _, err := LoadChecks(os.DirFS("../../data"), "review", l); err != nil {
		t.Error(err)
	}
	if len(l.Regimes) < 2 || len(l.Provisions()) < 250 {
		t.Errorf("only %d regimes with %d provisions", len(l.Regimes), len(l.Provisions()))
	}
}

const regime = "regime: r\ntitle: R\nauthority: A\ntarget: FR\nscope: S\n"

const head = "instrument: I\ntitle: T\nauthority: A\nadopted: 2017-01-01\nprovisions:\n"

func load(provisions string) (*Law, error) {
	return Load(Source{FS: fstest.MapFS{
		"r/regime.yaml": &fstest.MapFile{Data: []byte(regime)},
		"r/i.yaml":      &fstest.MapFile{Data: []byte(head + provisions)},
	}, Root: "."})
}

const good = `  - id: p1
    paragraph: "1"
    title: T
    text: X
    binding: decides
    effect: prohibit
    measure: sectoral
    kind: transfer
`

func TestFaultsHaveTheirPlace(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"unknown key", good + "    colour: red\n", "r/i.yaml:14:5"},
		{"unknown kind", strings.Replace(good, "kind: transfer", "kind: transfers", 1), `no kind of activity "transfers"`},
		{"unknown effect", strings.Replace(good, "effect: prohibit", "effect: prohibits", 1), "did you mean prohibit?"},
		{"bad date", good + "    from: 2017-02-30\n", "no day 30"},
		{"dangling reference", good + "    amends: [p2]\n", `refers to "p2", which does not exist`},
		{"two of one id", good + good, "used twice"},
		{"no text", strings.Replace(good, "    text: X\n", "", 1), `has no "text"`},
		{"bad range", good + "    goods: [{hs: [\"9x\"], basis: text}]\n", "i.yaml:14"},
		{"codes without basis", good + "    goods: [{hs: [\"84\"]}]\n", "need a `basis`"},
		{"list and codes", good + "    goods: [{hs: [\"84\"], basis: text, list: coal}]\n", "either `list` or `hs`"},
		{"half a limit", strings.Replace(good, "prohibit", "cap", 1) + "    cap: {limits: [{quantity: 5}]}\n", "a limit has a quantity"},
		{"empty cap", strings.Replace(good, "prohibit", "cap", 1) + "    cap: {convert: petroleum}\n", "a cap has limits"},
		{"two exceptions of one id", good + "    exceptions: [{id: a, title: A}, {id: a, title: B}]\n", "two exceptions"},
		{"unless without when", good + "    exceptions: [{id: a, title: A, unless: [{title: B}]}]\n", "has no `when`"},
		{"clause", good + "    exceptions: [{id: a, title: A, clause: private}]\n", "own or general"},
		{"grant without carves", good + "    grant: committee\n", "goes with an exception"},
	} {
		_, err := load(tt.in)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestLint(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"clean", good, ""},
		{"binding word", strings.Replace(good, "decides", "urges", 1), `"urges" does not fit the effect prohibit`},
		{"ends before it begins", good + "    until: 2016-01-01\n", "before it begins"},
		{"end without a reason", good + "    until: 2018-01-01\n", "nothing is said to have ended it"},
		{"gap", good + "    until: 2018-01-01\n    ended_by: p2\n" + strings.Replace(good, "id: p1", "id: p2\n    from: 2019-01-01", 1), "a gap"},
		{"no paragraph", strings.Replace(good, "    paragraph: \"1\"\n", "", 1), "no citation"},
		{"verified without source", good + "    verified: true\n", "names no source"},
		{"committee without path", good + "    exceptions: [{id: a, title: A, grant: committee}]\n", "no `path`"},
		{"deadline of a ban", good + "    deadline: 2018-01-01\n", "go with the effect require"},
		{"measure", strings.Replace(good, "sectoral", "sectorial", 1), `no measure "sectorial"`},
	} {
		l, err := load(tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		faults := Lint(l)
		if tt.want == "" {
			if len(faults) > 0 {
				t.Errorf("%s: %v", tt.name, faults)
			}
			continue
		}
		if len(faults) == 0 || !strings.Contains(faults[0].Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, faults, tt.want)
		}
	}
}

// What a later text ended goes on as long as that text is not known.
func TestTwoClocks(t *testing.T) {
	l, err := Load(Source{FS: fstest.MapFS{
		"r/regime.yaml": &fstest.MapFile{Data: []byte(regime)},
		"r/i.yaml":      &fstest.MapFile{Data: []byte(head + good + "    until: 2017-12-31\n    ended_by: p2\n")},
		"r/j.yaml": &fstest.MapFile{Data: []byte(strings.Replace(strings.Replace(head, "2017-01-01", "2017-11-20", 1), "instrument: I", "instrument: J", 1) +
			strings.Replace(good, "id: p1", "id: p2\n    from: 2018-01-01", 1))},
	}, Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	p, _ := l.Provision("p1")
	for _, tt := range []struct {
		known string
		until when.Day
		ok    bool
	}{{"2016-12-31", 0, false}, {"2017-06-01", Forever, true}, {"2017-11-20", when.Date(2017, 12, 31), true}} {
		known, _ := when.ParseDay(tt.known)
		_, until, ok := p.Period(l, known)
		if ok != tt.ok || ok && until != tt.until {
			t.Errorf("as known on %s: until %s, %v", tt.known, until, ok)
		}
	}
}

func TestPeriodsOfACap(t *testing.T) {
	m := Limit{Start: when.Date(2017, 12, 23), Months: 12, Repeats: true}
	for day, want := range map[string]string{
		"2017-12-22": "", "2017-12-23": "2017-12-23/2018-12-22", "2018-12-22": "2017-12-23/2018-12-22", "2018-12-23": "2018-12-23/2019-12-22",
	} {
		d, _ := when.ParseDay(day)
		p, ok := m.PeriodOf(d)
		if ok != (want != "") || ok && p.String() != want {
			t.Errorf("%s lies in %s, %v", day, p, ok)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(head + good))
	for _, name := range []string{"2397", "2371", "1718"} {
		if b, err := os.ReadFile("../../data/instruments/un-dprk/" + name + ".yaml"); err == nil {
			f.Add(b[:min(len(b), 6000)])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := Load(Source{FS: fstest.MapFS{
			"r/regime.yaml": &fstest.MapFile{Data: []byte(regime)},
			"r/i.yaml":      &fstest.MapFile{Data: data},
		}, Root: "."})
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		Lint(l)
	})
}

// Which listings are a regime's is read from its file, and a programme that two
// regimes name is a fault.
func TestListings(t *testing.T) {
	files := func(second string) fstest.MapFS {
		return fstest.MapFS{
			"r/regime.yaml": &fstest.MapFile{Data: []byte(regime + "listings: {authority: UN, programmes: [A, B]}\n")},
			"s/regime.yaml": &fstest.MapFile{Data: []byte(strings.Replace(regime, "regime: r", "regime: s", 1) + second)},
		}
	}
	for _, tt := range []struct {
		second string
		faults int
	}{
		{"", 0},
		{"listings: {authority: UN, programmes: C}\n", 0},
		{"listings: {authority: EU, programmes: [A]}\n", 0},
		{"listings: {authority: UN, programmes: [C, B]}\n", 1},
		{"listings: {authority: UN, programmes: [C, C]}\n", 1},
	} {
		l, err := Load(Source{FS: files(tt.second), Root: "."})
		if err != nil {
			t.Fatalf("%s: %v", tt.second, err)
		}
		if got := Lint(l); len(got) != tt.faults {
			t.Errorf("%s: %v", tt.second, got)
		}
		of := &l.Regimes[0].Listings
		if !of.Has("UN", "B") || of.Has("EU", "B") || of.Has("UN", "C") || of.Has("UN", "") {
			t.Errorf("the listings are %+v", *of)
		}
	}
	if (&Listings{}).Has("", "") {
		t.Error("a regime without a list has one")
	}
}

// TestWith holds that law read beside other law is the law that is loaded with it, and that the other stays as it was.
func TestWith(t *testing.T) {
	base := Source{FS: os.DirFS("../../data"), Root: "instruments"}
	extra := File{Name: "x.yaml", Data: []byte(`regime: un-dprk
instrument: X
status: draft
title: A draft
authority: nobody
adopted: 2018-01-01
provisions:
  - {id: x-p1, title: All, text: All, binding: decides, effect: exempt, carves: {all: true}, grant: state}
  - {id: x-p2, title: Seafood, text: Seafood, binding: decides, effect: prohibit, kind: transfer, direction: from, goods: [{list: seafood}]}
`)}
	l, err := Load(base)
	if err != nil {
		t.Fatal(err)
	}
	before := written(l)
	got, err := l.With(extra)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Load(base, Source{Files: []File{extra}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != want.Version || written(got) != written(want) {
		t.Errorf("law with a file beside it differs from law that was loaded with it")
	}
	if got.Version == l.Version || written(got) == before || written(l) != before {
		t.Errorf("the law itself changed, or the file changed nothing")
	}
	for name, text := range map[string]string{"x.yaml:3:9": strings.Replace(string(extra.Data), "draft", "drafted", 1), "un-dprk-p9": strings.Replace(string(extra.Data), "carves:", "see: [un-dprk-p9], carves:", 1)} {
		if _, err := l.With(File{Name: "x.yaml", Data: []byte(text)}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q has the error %v", text, err)
		}
	}
	if supposed, err := got.Suppose("X"); err != nil {
		t.Error(err)
	} else if _, err := supposed.With(extra); err == nil {
		t.Error("law that supposes a draft took a file, which would forget what is supposed")
	}
}

// written is all of the law, in words.
func written(l *Law) string {
	var b strings.Builder
	for _, p := range l.Provisions() {
		c := *p
		c.Instrument, c.Exceptions, c.Exemption, c.Cap, c.Carves, c.Stipulation = nil, nil, nil, nil, nil, nil
		fmt.Fprintf(&b, "%+v %s\n", c, p.Instrument.Name)
		for _, e := range p.Exceptions {
			x := *e
			x.Provision, x.Duty = nil, nil
			fmt.Fprintf(&b, "  %s %+v\n", e.Provision.ID, x)
		}
	}
	return b.String()
}

package law

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cordon-engine/cordon/internal/when"
)

const second = "instrument: J\ntitle: T\nauthority: A\nadopted: 2018-01-01\nstatus: draft\nprovisions:\n"

// withDraft loads one instrument in force and one that is not.
func withDraft(t *testing.T, inForce, draft string) *Law {
	t.Helper()
	l, err := Load(Source{FS: fstest.MapFS{
		"r/regime.yaml": {Data: []byte(regime)},
		"r/i.yaml":      {Data: []byte(head + inForce)},
		"r/j.yaml":      {Data: []byte(second + draft)},
	}, Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func provision(t *testing.T, l *Law, id string) *Provision {
	t.Helper()
	p, ok := l.Provision(id)
	if !ok {
		t.Fatalf("no %s", id)
	}
	return p
}

var other = strings.Replace(good, "id: p1", "id: p2", 1)

// A draft is in force on no day; supposed it is, and ends what it replaces; the law it
// was supposed in stays as it was.
func TestSupposing(t *testing.T) {
	l := withDraft(t, good, other+"    replaces: [p1]\n")
	if _, _, ok := provision(t, l, "p2").Period(l, when.NoDay); ok {
		t.Error("a draft is in force")
	}
	if same, err := l.Suppose(); err != nil || same != l {
		t.Error("supposing nothing is not the law itself", err)
	}
	if same, err := l.Suppose("I"); err != nil || same != l {
		t.Error("supposing what is in force is not the law itself", err)
	}
	s, err := l.Suppose("J")
	if err != nil {
		t.Fatal(err)
	}
	if s.Version == l.Version {
		t.Error("other law has the same version")
	}
	if from, until, ok := provision(t, s, "p2").Period(s, when.NoDay); !ok || from != when.Date(2018, 1, 1) || until != Forever {
		t.Errorf("supposed: %s to %s, %v", from, until, ok)
	}
	if _, until, _ := provision(t, s, "p1").Period(s, when.NoDay); until != when.Date(2017, 12, 31) {
		t.Errorf("what it replaces ends on %s", until)
	}
	if _, until, _ := provision(t, l, "p1").Period(l, when.NoDay); until != Forever {
		t.Error("supposing changed the law that it was asked of")
	}
	if provision(t, s, "p1").Instrument.Regime != s.Regimes[0] || provision(t, s, "p2").Instrument.Status != Draft {
		t.Error("the copy does not hang together")
	}
	if _, err := l.Suppose("K"); err == nil {
		t.Error("an instrument that is not there was supposed")
	}
}

// An end that a draft would make is no end, and what a draft exempts is not exempt.
func TestDraftsReachNothingInForce(t *testing.T) {
	exempt := strings.NewReplacer("id: p1", "id: p3", "effect: prohibit", "effect: exempt", "decides", "decides").Replace(good) + "    carves: {all: true}\n"
	l := withDraft(t, good+"    until: 2018-06-30\n    ended_by: p2\n", other+exempt)
	p := provision(t, l, "p1")
	if _, until, _ := p.Period(l, when.NoDay); until != Forever {
		t.Errorf("a draft ends it on %s", until)
	}
	if len(p.Exceptions) != 0 || len(provision(t, l, "p2").Exceptions) != 1 {
		t.Error("a draft carves something other than itself")
	}
	if faults := Lint(l); len(faults) != 1 || !strings.Contains(faults[0].Error(), "refers to p2, which is not (draft)") {
		t.Errorf("lint: %v", faults)
	}
	s, err := l.Suppose("J")
	if err != nil {
		t.Fatal(err)
	}
	p = provision(t, s, "p1")
	if _, until, _ := p.Period(s, when.NoDay); until != when.Date(2018, 6, 30) || len(p.Exceptions) != 1 {
		t.Errorf("supposed: until %s with %d exceptions", until, len(p.Exceptions))
	}
	if p.Exceptions[0].Provision != provision(t, s, "p3") {
		t.Error("the exception belongs to other law")
	}
}

// The eve of an instrument knows neither it nor what came later.
func TestEve(t *testing.T) {
	l := withDraft(t, good+"    until: 2018-06-30\n    ended_by: p2\n", other)
	l.Regimes[0].Instruments[1].Status = InForce
	e, err := l.Eve("J")
	if err != nil {
		t.Fatal(err)
	}
	if _, until, ok := provision(t, e, "p1").Period(e, when.NoDay); !ok || until != Forever {
		t.Errorf("on the eve it ends on %s, %v", until, ok)
	}
	if provision(t, e, "p2").Applies() || !provision(t, l, "p2").Applies() {
		t.Error("the eve has the later law, or took it away")
	}
}

// An instrument file finds its regime by its folder or by what it says.
func TestWhereAnInstrumentBelongs(t *testing.T) {
	base := Source{FS: fstest.MapFS{"r/regime.yaml": {Data: []byte(regime)}}, Root: "."}
	for _, tt := range []struct {
		name, file, text, want string
	}{
		{"named", "x.yaml", "regime: r\n" + second + other, ""},
		{"named in a folder", "drafts/x.yaml", "regime: r\n" + second + other, ""},
		{"folder of the regime", "r/x.yaml", second + other, ""},
		{"neither", "x.yaml", second + other, "has no regime.yaml"},
		{"unknown", "x.yaml", "regime: q\n" + second + other, `no regime "q"`},
		{"status", "r/x.yaml", strings.Replace(second, "draft", "drafts", 1) + other, "did you mean draft?"},
	} {
		l, err := Load(base, Source{FS: fstest.MapFS{tt.file: {Data: []byte(tt.text)}}, Root: "."})
		if tt.want == "" && (err != nil || !strings.Contains(l.Regimes[0].Instruments[0].Name, "J")) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
	l, err := Load(base, Source{Files: []File{{Name: "dir/x.yaml", Data: []byte("regime: r\n" + second + other)}}})
	if err != nil || l.Regimes[0].Instruments[0].File != "dir/x.yaml" {
		t.Errorf("one file: %v", err)
	}
}

package scenario_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
)

// differs are the given cases with which we differ, each argued in
// docs/law/disagreements.md.
var differs = []string{"case-064"}

// The scenarios are the tests of the law: every one of our own must agree, and
// every given case but those that are argued.
func TestScenariosAgree(t *testing.T) {
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	list, err := scenario.Load(data.FS, "scenarios", d.Reference, d.Law)
	if err != nil {
		t.Fatal(err)
	}
	results, given, own, err := scenario.RunAll(d.Engine, list)
	if err != nil {
		t.Fatal(err)
	}
	argued, err := os.ReadFile("../../docs/law/disagreements.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		agrees := r.Verdict && r.Governing
		known := r.Scenario.Given && slices.Contains(differs, r.Scenario.ID)
		switch {
		case agrees && known:
			t.Errorf("%s agrees now: take it off the list of differences", r.Scenario.ID)
		case !agrees && !known:
			t.Errorf("%s:%d: %s (%s): expected %s by %v, ruled %s", r.Scenario.File, r.Scenario.Line, r.Scenario.ID, r.Scenario.Title, r.Scenario.Expect, r.Scenario.Governing, r.Ruling.Verdict)
		case known && !strings.Contains(string(argued), strings.TrimPrefix(r.Scenario.ID, "case-")):
			t.Errorf("%s is not argued in docs/law/disagreements.md", r.Scenario.ID)
		}
	}
	if given.Total < 109 || own.Total < 600 {
		t.Errorf("only %d given cases and %d scenarios of our own", given.Total, own.Total)
	}
}

func TestFaults(t *testing.T) {
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	const good = "- id: a\n  title: A\n  expect: permitted\n  activity: {kind: measure, date: 2017}\n"
	for _, tt := range []struct{ name, in, want string }{
		{"unknown key", good + "  colour: red\n", "s.yaml:5:3"},
		{"unknown verdict", strings.Replace(good, "permitted", "allowed", 1), `no verdict "allowed"`},
		{"unknown provision", good + "  governing: [2397-p77]\n", `"2397-p77", which does not exist`},
		{"no activity", "- id: a\n  title: A\n  expect: permitted\n", `has no "activity"`},
		{"bad activity", strings.Replace(good, "measure", "mesure", 1), "did you mean measure?"},
		{"twice", good + good, "stands twice"},
	} {
		_, err := scenario.Load(fstest.MapFS{"s.yaml": &fstest.MapFile{Data: []byte(tt.in)}}, ".", d.Reference, d.Law)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

// What counts as agreement: the verdict expected or accepted, and one governing
// provision among those that decide.
func TestAgreement(t *testing.T) {
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	run := func(expect string) scenario.Result {
		list, err := scenario.Load(fstest.MapFS{"s.yaml": &fstest.MapFile{Data: []byte(
			"- id: a\n  title: A\n  activity: {kind: transfer, date: 2018-03-01, origin: KP, destination: CN, goods: [{description: squid}]}\n" + expect)}}, ".", d.Reference, d.Law)
		if err != nil {
			t.Fatal(err)
		}
		r, err := scenario.Run(d.Engine, list[0])
		if err != nil || r.Ruling.Verdict != ruling.Prohibited {
			t.Fatal(r.Ruling.Verdict, err)
		}
		return r
	}
	for in, want := range map[string][2]bool{
		"  expect: prohibited\n  governing: [2371-p9]\n":                      {true, true},
		"  expect: prohibited\n  governing: [2397-p6, 2371-p9]\n":             {true, true},
		"  expect: prohibited\n  governing: [2397-p6]\n":                      {true, false},
		"  expect: permitted\n  accept: [prohibited]\n  governing: [2397-p6]": {true, true},
		"  expect: exempt\n  governing: [2371-p9]\n":                          {false, true},
	} {
		if r := run(in); r.Verdict != want[0] || r.Governing != want[1] {
			t.Errorf("%q: got %v, %v", in, r.Verdict, r.Governing)
		}
	}
}

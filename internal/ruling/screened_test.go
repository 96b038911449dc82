package ruling_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// What was screened goes into the ruling as it was given, is part of its name, and
// changes nothing else; without it the bytes are those of before.
func TestScreenedIsPassedOn(t *testing.T) {
	b := setup(t)
	looked := []ruling.Screened{
		{Party: 1, Name: "Sample Trading", List: "UN", Snapshot: "2018-10-29", Outcome: "possible", Subject: "KPe.001", Tier: "designated", Score: 0.875},
		{Party: -1, Name: "MV Sample", List: "UN", Snapshot: "2018-10-29", Outcome: "clear"},
		{Party: 0, Name: "A \"B\" Ltd", List: "EU", Outcome: "not_screened", Reason: "the list is stale"},
	}
	const want = `"screened":[{"who":"parties[2]","name":"Sample Trading","list":"UN","snapshot":"2018-10-29","outcome":"possible","subject":"KPe.001","tier":"designated","score":0.875},` +
		`{"who":"vessel","name":"MV Sample","list":"UN","snapshot":"2018-10-29","outcome":"clear"},` +
		`{"who":"parties[1]","name":"A \"B\" Ltd","list":"EU","snapshot":"","outcome":"not_screened","reason":"the list is stale"}]`
	for i, s := range b.list {
		if i%10 > 0 {
			continue
		}
		ask := func(looked []ruling.Screened) *ruling.Ruling {
			r, err := b.Engine.Decide(ruling.Request{Activity: s.Activity, KnownAt: when.NoDay, Screened: looked})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		none, with := ask(nil), ask(looked)
		enc := &report.Encoder{}
		id, idNone := enc.ID(with), enc.ID(none)
		if id == idNone || id == enc.ID(ask(looked[:2])) || id != enc.ID(ask(looked)) {
			t.Errorf("%s: the name %s does not stand for what was screened", s.ID, id)
		}
		got := jsonOf(with)
		if !strings.Contains(got, want) {
			t.Fatalf("%s: %s", s.ID, got)
		}
		if back := strings.Replace(strings.Replace(got, want, `"screened":[]`, 1), id, idNone, 1); back != jsonOf(none) {
			t.Errorf("%s: what was screened changed the ruling\n%s\n%s", s.ID, back, jsonOf(none))
		}
		var text strings.Builder
		if err := (&report.Printer{W: &text, Brief: true, Width: 200}).Ruling(with, ""); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{
			`parties[2] "Sample Trading" against UN (2018-10-29): possibly on it: KPe.001, designated, score 0.88`,
			`vessel "MV Sample" against UN (2018-10-29): clear`,
			`parties[1] "A \"B\" Ltd" against EU: NOT SCREENED, the list is stale`,
		} {
			if !strings.Contains(text.String(), line) {
				t.Fatalf("%s: the text lacks %q\n%s", s.ID, line, text.String())
			}
		}
	}
}

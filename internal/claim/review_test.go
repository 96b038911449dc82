package claim_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/claim"
)

const reviewed = `
sources: [{id: page, title: t, publisher: p, sha256: HASH, size: 100, captured: 2026-01-01, verified: true}]
claims:
  - {id: page-4, source: page, from: 4, to: 12, speaker: Ann, kind: fact, act: a, text: t, about: FR}
  - {id: page-20, source: page, from: 20, to: 30, speaker: Ann, kind: fact, act: a, text: t}
reviews:
  - {document: HASH, from: 4, to: 12, kind: demand, speaker: Ann, about: [FR], rule: r, tool: cordon, verdict: accepted, claim: page-4,
     changed: [{field: kind, was: demand, is: fact}], by: Eva, on: 2026-01-02}
  - {document: HASH, from: 40, to: 42, kind: fact, speaker: Ann, rule: r, tool: cordon, verdict: rejected, by: Eva, on: 2026-01-02, reason: no claim}
`

func withHash(s string) string { return strings.ReplaceAll(s, "HASH", strings.Repeat("0a", 32)) }

func TestReviewsGoOutAndIn(t *testing.T) {
	entries := read(t, withHash(reviewed))
	l := build(t, entries)
	if r := l.ReviewFor("page-4"); r == nil || r.By != "Eva" || l.ReviewFor("page-20") != nil {
		t.Errorf("%+v", r)
	}
	found := entries[3].Review.Found
	if r := l.ReviewOf(found); r == nil || r.Claim != "page-4" {
		t.Errorf("%+v", r)
	}
	for _, other := range []func(*claim.Found){
		func(f *claim.Found) { f.Document = strings.Repeat("0b", 32) },
		func(f *claim.Found) { f.From++ },
		func(f *claim.Found) { f.To++ },
		func(f *claim.Found) { f.Kind = claim.Fact },
		func(f *claim.Found) { f.Speaker = "Bob" },
		func(f *claim.Found) { f.About = nil },
	} {
		f := found
		if other(&f); l.ReviewOf(f) != nil {
			t.Errorf("taken for the same: %+v", f)
		}
	}
	found.Rule, found.Tool = "another", "later"
	if l.ReviewOf(found) == nil {
		t.Error("a later version finds another claim")
	}
	for _, form := range []struct {
		bytes []byte
		read  func([]byte) ([]claim.Entry, error)
	}{
		{l.Lines(), func(b []byte) ([]claim.Entry, error) { return claim.ReadLines(ref(t), "f", bytes.NewReader(b)) }},
		{l.Document(), func(b []byte) ([]claim.Entry, error) {
			return claim.ReadDocument(ref(t), "f", bytes.NewReader(b))
		}},
	} {
		back, err := form.read(form.bytes)
		if err != nil {
			t.Fatal(err)
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(back), func(i, j int) { back[i], back[j] = back[j], back[i] })
		again := build(t, slices.Concat(back, back[:3])) // what is there twice in the same words is there once
		if !bytes.Equal(again.Lines(), l.Lines()) || !bytes.Equal(again.Document(), l.Document()) {
			t.Errorf("it comes back otherwise:\n%s\n%s", l.Lines(), again.Lines())
		}
	}
}

func TestReviewsAreHeldAgainstClaims(t *testing.T) {
	for _, c := range []struct{ was, is, want string }{
		{"from: 4, to: 12, kind: demand", "from: 5, to: 12, kind: demand", "does not stand where the review has it"},
		{"verdict: accepted, claim: page-4", "verdict: accepted, claim: page-5", `there is no claim "page-5"`},
		{"verdict: accepted, claim: page-4", "verdict: accepted", `there is no claim ""`},
		{"verdict: rejected,", "verdict: rejected, claim: page-4,", "a rejection makes no claim"},
		{", reason: no claim", "", "a rejection needs a reason"},
		{"verdict: rejected", "verdict: maybe", `there is no verdict "maybe"`},
		{"verdict: rejected", "verdict: rejected, answer: x", "no SHA-256"},
		{"from: 40, to: 42, kind: fact, speaker: Ann", "from: 20, to: 20, kind: fact, speaker: Ann", "of no span"},
		{"by: Eva, on: 2026-01-02, reason", "by: Eva, reason", "a name and a day"},
		{"speaker: Ann, about: [FR]", `speaker: "A\u202Enn", about: [FR]`, "does not print"},
		{
			"reviews:", "reviews:\n  - {document: HASH, from: 4, to: 12, kind: fact, speaker: Ann, rule: r, tool: c, verdict: accepted, claim: page-4, by: Bob, on: 2026-01-03}",
			"was accepted twice",
		},
		{
			"reviews:", "  - {id: again, source: page, from: 4, to: 12, speaker: Ann, kind: opinion, text: t}\nreviews:\n" +
				"  - {document: HASH, from: 4, to: 12, kind: demand, speaker: Ann, about: [FR], rule: r, tool: c, verdict: accepted, claim: again, by: Bob, on: 2026-01-03}",
			"were accepted already",
		},
	} {
		if !strings.Contains(reviewed, c.was) {
			t.Fatalf("the case changes nothing: %q", c.was)
		}
		entries, err := claim.ReadYAML(ref(t), "f.yaml", []byte(withHash(strings.Replace(reviewed, c.was, c.is, 1))))
		if err == nil {
			_, err = claim.New(entries, provision, nearest)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.is, err, c.want)
		}
	}
}

func TestAcceptedOutweighsRejected(t *testing.T) {
	rejection := "reviews:\n  - {document: HASH, from: 4, to: 12, kind: demand, speaker: Ann, about: [FR], rule: r, tool: c, verdict: rejected, by: Bob, on: 2026-01-09, reason: r}"
	entries := read(t, withHash(strings.Replace(reviewed, "reviews:", rejection, 1)))
	found := entries[4].Review.Found
	for range 2 {
		l := build(t, entries)
		if r := l.ReviewOf(found); r == nil || r.Verdict != claim.Accepted || len(l.Reviews()) != 3 {
			t.Errorf("%+v", r)
		}
		slices.Reverse(entries)
	}
}

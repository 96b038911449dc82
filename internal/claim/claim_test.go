package claim_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
)

var reference = sync.OnceValues(func() (*activity.Reference, error) {
	places, err := place.Load(os.DirFS("../../data/place"))
	if err != nil {
		return nil, err
	}
	hs, err := goods.Load(os.DirFS("../../data/goods/hs"))
	if err != nil {
		return nil, err
	}
	lists, err := goods.LoadLists(os.DirFS("../../data"), "goods/lists")
	return &activity.Reference{Places: places, HS: hs, Commodities: lists}, err
})

func ref(t testing.TB) *activity.Reference {
	t.Helper()
	r, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func provision(id string) bool { return strings.HasPrefix(id, "2397-") }

func nearest(string) []string { return []string{"2397-p8"} }

func read(t testing.TB, text string) []claim.Entry {
	t.Helper()
	entries, err := claim.ReadYAML(ref(t), "f.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func ledger(t testing.TB, text string) *claim.Ledger {
	t.Helper()
	l, err := claim.New(read(t, text), provision, nearest)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// base is a small ledger that tests add to: an allegation by a state, a panel's finding, a denial and a newspaper.
const base = `
sources:
  - {id: panel, title: Report, publisher: Panel of Experts, kind: expert_panel, published: 2019-03, verified: true}
  - {id: letter, title: Letter, publisher: Ministry, kind: state_organ, state: FR}
  - {id: paper, title: Story, publisher: The Paper, kind: press, url: "https://example.org/a", published: 2019-04-01}
claims:
  - id: alleged
    source: letter
    speaker: Ministry
    speaker_state: France
    kind: allegation
    text: Workers were still there.
    about: [BR]
    obligations: [2397-p8]
    period: 2020
    quantity: {low: 100, high: 200}
    unit: workers
    activity: {kind: employment, date: 2020-02-01, jurisdiction: BR, work: {nationality: KP, host: BR, count: 100}}
    grades:
      - {reliability: B, credibility: 2, by: Ann, on: 2020-03-01, reason: names the firm and the permits}
    requests:
      - {of: BR, by: Ann, on: 2020-03-02, answer: denied}
    alternatives: [they hold the host's nationality]
    settles: [the permits]
  - id: found
    source: panel
    speaker: Panel of Experts
    kind: finding
    text: Workers were still there.
    about: [BR]
    obligations: [2397-p8]
    period: 2020
    dissent: One expert asked for more proof.
    verified: true
  - id: denied
    source: paper
    speaker: Foreign ministry
    speaker_state: BR
    kind: denial
    text: Nobody is left.
    about: [BR]
    act: sent all workers home
    dispute: fact
    answers: alleged
`

func TestReadAndShow(t *testing.T) {
	l := ledger(t, base)
	c, err := l.Claim("alleged")
	if err != nil {
		t.Fatal(err)
	}
	got := string(claim.AppendClaim(nil, c))
	want := `{"id":"alleged","source":"letter","speaker":"Ministry","speaker_state":"FR","kind":"allegation","text":"Workers were still there.",` +
		`"about":["BR"],"obligations":["2397-p8"],"period":"2020","quantity":{"low":100,"high":200},"unit":"workers","activity":` +
		`{"kind":"employment","date":"2020-02-01","jurisdiction":"BR","work":{"nationality":"KP","host":"BR","count":100}},"grades":` +
		`[{"reliability":"B","credibility":2,"by":"Ann","on":"2020-03-01","reason":"names the firm and the permits"}],"requests":` +
		`[{"of":"BR","by":"Ann","on":"2020-03-02","answer":"denied"}],"alternatives":["they hold the host's nationality"],"settles":["the permits"]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if found, _ := l.Claim("found"); !l.Verified(found) || l.Verified(c) {
		t.Error("verified is both the claim's and the source's")
	}
	if got := l.Standing(c); got != claim.StateOrgan {
		t.Errorf("standing %s", got)
	}
}

// TestRefusals gives what a ledger does not let in, each as an addition to the base.
func TestRefusals(t *testing.T) {
	add := func(s string) string { return base + s }
	one := func(rest string) string {
		return add("  - {id: x, source: paper, speaker: The Paper, text: t, " + rest + "}\n")
	}
	src := func(rest string) string {
		return "sources: [{id: s, title: t, publisher: p, " + rest + "}]\n"
	}
	for _, tt := range []struct{ name, in, want string }{
		{"unknown key", one("kind: opinion, obligation: x"), `a claim has no key "obligation" (did you mean obligations?)`},
		{"unknown kind", one("kind: denal"), "did you mean denial?"},
		{"no kind", one("note: x"), `a claim has no "kind"`},
		{"no source", one("kind: opinion, answers: nobody"), `there is no claim "nobody"`},
		{"wrong source", add("  - {id: x, source: papr, speaker: p, kind: opinion, text: t}\n"), `there is no source "papr" (did you mean paper?)`},
		{"provision", one("kind: fact, about: FR, obligations: 9999-p1"), `there is no provision "9999-p1" (did you mean 2397-p8?)`},
		{"no act", one("kind: allegation, about: FR"), "names no act"},
		{"party without act", one("kind: opinion, parties: [{name: Firm}]"), `a party has no "act"`},
		{"grade letter", one("kind: opinion, grades: [{reliability: G, by: a, reason: r}]"), "a letter from A to F"},
		{"grade number", one("kind: opinion, grades: [{credibility: 0, by: a, reason: r}]"), "a number from 1 to 6"},
		{"grade of nothing", one("kind: opinion, grades: [{by: a, reason: r}]"), "neither a reliability nor a credibility"},
		{"grade without reason", one("kind: opinion, grades: [{credibility: 1, by: a}]"), `a grade has no "reason"`},
		{"itself", one("kind: opinion, repeats: x"), "the claim repeats itself"},
		{"cycle", add("  - {id: x, source: paper, speaker: p, kind: opinion, text: t, repeats: y}\n  - {id: y, source: paper, speaker: p, kind: opinion, text: t, quotes: x}\n"), "come back to it"},
		{"span without original", one("kind: opinion, from: 1, to: 2"), "no original of"},
		{"somebody else takes it back", one("kind: opinion, retracts: alleged"), "The Paper cannot take back what Ministry said"},
		{"denial of nothing said", one("kind: denial, about: FR"), "does not say what it disputes"},
		{"dispute in a fact", one("kind: fact, act: a, dispute: law"), "disputes nothing"},
		{"silence without a day", one("kind: opinion, requests: [{of: FR, by: a, silent: true}]"), "silence lasts until some day"},
		{"nobody asked", one("kind: opinion, requests: [{by: a}]"), "say who was asked"},
		{"bounds", one("kind: opinion, quantity: {low: 2, high: 1}"), "in that order"},
		{"quoted number", one(`kind: opinion, quantity: "2"`), "without quotes"},
		{"state", one("kind: opinion, about: Atlantis"), `unknown country "Atlantis"`},
		{"id", add("  - {id: A b, source: paper, speaker: p, kind: opinion, text: t}\n"), `"A b" is no id`},
		{"id twice", add("  - {id: found, source: paper, speaker: p, kind: opinion, text: t}\n"), "is there already and says something else"},
		{"hidden text", add("  - {id: x, source: paper, speaker: p, kind: opinion, text: \"a\u202eb\"}\n"), "does not print"},
		{"activity", one("kind: fact, activity: {kind: employmnt, date: 2020}"), "did you mean employment?"},
		{"hash", src("sha256: abc, size: 1, captured: 2020-01-01"), "is no SHA-256"},
		{"capture without hash", src("captured: 2020-01-01"), "no hash"},
		{"copy of nothing", src("copy_of: q"), `there is no source "q"`},
		{"copy of itself", src("copy_of: s"), "a copy of itself"},
		{"span outside", src("sha256: "+strings.Repeat("a", 64)+", size: 10, captured: 2020-01-01") +
			"claims: [{id: x, source: s, speaker: p, kind: opinion, text: t, from: 5, to: 11}]\n", "does not lie in the 10 bytes"},
	} {
		entries, err := claim.ReadYAML(ref(t), "f.yaml", []byte(tt.in))
		if err == nil {
			_, err = claim.New(entries, provision, nearest)
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		} else if !strings.HasPrefix(err.Error(), "f.yaml:") || fault.Exit(err) != 2 {
			t.Errorf("%s: no place or the wrong code: %v", tt.name, err)
		}
	}
}

func TestWords(t *testing.T) {
	walk(t, claim.ParseSourceKind, 10)
	walk(t, claim.ParseKind, 14)
	walk(t, claim.ParseLinkKind, 6)
	walk(t, claim.ParseAttribution, 5)
	walk(t, claim.ParseDispute, 4)
}

// walk checks that every value has a word of its own that reads back.
func walk[T interface {
	~uint8
	String() string
}](t *testing.T, parse func(string) (T, error), n int) {
	t.Helper()
	for i := range n {
		if v, err := parse(T(i).String()); err != nil || v != T(i) {
			t.Errorf("%T %d: %v %v", T(i), i, v, err)
		}
	}
	if _, err := parse("no such word"); err == nil {
		t.Errorf("%T reads nonsense", T(0))
	}
}

package claim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/claim"
)

// graded gives a ledger of one claim for each grade, named by it.
func graded(t *testing.T, grades ...string) *claim.Ledger {
	var b strings.Builder
	b.WriteString("sources: [{id: s, title: t, publisher: p, kind: state_organ}]\nclaims:\n")
	for i, g := range grades {
		fmt.Fprintf(&b, "  - {id: %s, source: s, speaker: v%d, kind: opinion, text: t, grades: [", strings.ToLower(g), i)
		switch {
		case len(g) == 1 && g > "9":
			fmt.Fprintf(&b, "{reliability: %s, by: a, reason: r}]}\n", g)
		case len(g) == 1:
			fmt.Fprintf(&b, "{credibility: %s, by: a, reason: r}]}\n", g)
		default:
			fmt.Fprintf(&b, "{reliability: %s, credibility: %s, by: a, reason: r}]}\n", g[:1], g[1:])
		}
	}
	return ledger(t, b.String())
}

func TestOrder(t *testing.T) {
	l := graded(t, "F6", "B3", "C2", "B2", "A5", "E1", "F2", "B6", "A")
	list := slices.Clone(l.Claims())
	slices.SortFunc(list, claim.Compare)
	var got []string
	for _, c := range list {
		got = append(got, c.ID)
	}
	// The number first: E1; then among the twos B, C and the one nobody could place; B6 and A have no number.
	if want := "e1 b2 c2 f2 b3 a5 a b6 f6"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
	at := func(id string) *claim.Claim { c, _ := l.Claim(id); return c }
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"b2", "c2", true}, {"b2", "b3", true}, {"b3", "c2", false}, {"c2", "b3", false}, {"b2", "f6", false}, {"f6", "b2", false}, {"b2", "b2", false}} {
		if got := claim.Stronger(at(tt.a), at(tt.b)); got != tt.want {
			t.Errorf("%s stronger than %s: %v", tt.a, tt.b, got)
		}
	}
}

func TestGradesOfSeveralPersons(t *testing.T) {
	l := ledger(t, base+`
grades:
  - {claim: found, reliability: B, by: Ann, on: 2020-01-01, reason: r}
  - {claim: found, credibility: 1, by: Ann, on: 2020-02-01, reason: r}
  - {claim: found, credibility: 3, by: Ann, on: 2020-03-01, reason: looked again}
  - {claim: found, reliability: F, credibility: 6, by: Bob, on: 2020-01-01, reason: cannot tell}
  - {claim: found, reliability: C, by: Cem, on: 2020-01-01, reason: r}
`)
	c, _ := l.Claim("found")
	// Ann's last number, the more cautious letter of Ann and Cem; Bob could not judge and counts for nothing.
	if r, n := c.Judged(); r != 'C' || n != 3 {
		t.Errorf("judged %s", claim.GradeText(r, n))
	}
	if len(c.Grades) != 5 {
		t.Errorf("%d grades kept", len(c.Grades))
	}
}

func TestLevels(t *testing.T) {
	const sources = `
sources:
  - {id: paper, title: t, publisher: Paper, kind: press}
  - {id: court, title: t, publisher: Court, kind: court, state: FR}
  - {id: organ, title: t, publisher: Ministry, kind: state_organ, state: FR}
  - {id: panel, title: t, publisher: Panel, kind: expert_panel}
claims:
`
	for _, tt := range []struct{ name, claims, want string }{
		{"nobody", `[]`, "nothing"},
		{
			"a state alone", `[{id: a, source: organ, speaker: Ministry, speaker_state: FR, kind: allegation, text: t}]`,
			"1 independent origin, 1 claim, a statement alone, not graded",
		},
		{
			"two ministries of one state", `[{id: a, source: organ, speaker: Ministry, speaker_state: FR, kind: allegation, text: t},
			{id: b, source: organ, speaker: Navy, speaker_state: FR, kind: fact, text: t}]`,
			"1 independent origin, 2 claims, a statement alone, not graded",
		},
		{
			"press only", `[{id: a, source: paper, speaker: Paper, kind: fact, text: t}, {id: b, source: paper, speaker: Other, kind: fact, text: t}]`,
			"2 independent origins, 2 claims, press alone (thin), not graded",
		},
		{"a panel", `[{id: a, source: panel, speaker: Panel, kind: finding, text: t}]`, "1 independent origin, 1 claim, not graded"},
		{
			"a panel read in a paper", `[{id: a, source: paper, speaker: Panel, speaker_kind: expert_panel, kind: finding, text: t}]`,
			"1 independent origin, 1 claim, not graded",
		},
		{
			"panel and state", `[{id: a, source: panel, speaker: Panel, kind: finding, text: t},
			{id: b, source: organ, speaker: Ministry, speaker_state: FR, kind: fact, text: t, grades: [{reliability: B, credibility: 2, by: a, reason: r}]}]`,
			"2 independent origins, 2 claims, B2",
		},
		{
			"a court", `[{id: a, source: court, speaker: Court, speaker_state: FR, speaker_kind: court, kind: decision, text: t}]`,
			"1 independent origin, 1 claim, decided by a court or the authority, not graded",
		},
		{
			"a doubted claim", `[{id: a, source: panel, speaker: Panel, kind: finding, text: t, grades: [{reliability: B, credibility: 5, by: a, reason: r}]}]`,
			"0 independent origins, 1 claim, a statement alone, B5",
		},
		{"what asserts nothing", `[{id: a, source: organ, speaker: M, kind: demand, text: t}, {id: b, source: organ, speaker: M, kind: denial, dispute: fact, text: t}]`, "nothing"},
	} {
		l := ledger(t, sources+"  "+tt.claims)
		if got := l.Weigh(l.Claims()).String(); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestSides holds that a bare denial never stands as high as what was judged B2.
func TestSides(t *testing.T) {
	l := ledger(t, base)
	c, _ := l.Claim("alleged")
	s := l.SidesOf(c)
	if s.Heavier() != 1 {
		t.Errorf("heavier %d", s.Heavier())
	}
	if want := "Behind it: 1 independent origin, 1 claim, B2. Against it: 1 independent origin, 1 claim, a statement alone, not graded."; s.Statement() != want {
		t.Errorf("got %q", s.Statement())
	}
	if want := "Both sides are shown; they do not weigh the same. More stands behind the assertion than against it."; s.Caution() != want {
		t.Errorf("got %q", s.Caution())
	}
	if len(s.Against) != 1 || s.Against[0].ID != "denied" || l.Reply(c) != claim.Answered {
		t.Errorf("against %v, %s", s.Against, l.Reply(c))
	}
	found, _ := l.Claim("found")
	if s := l.SidesOf(found); s.Caution() != "" || !strings.HasSuffix(s.Statement(), "Nothing speaks against it in this ledger.") {
		t.Errorf("one side: %q %q", s.Statement(), s.Caution())
	}
}

func TestReply(t *testing.T) {
	for _, tt := range []struct{ requests, want string }{
		{"", "not asked"},
		{"{claim: found, of: BR, by: Ann, on: 2020-03-02}", "asked, no answer yet"},
		{"{claim: found, of: BR, by: Ann, on: 2020-03-02}, {claim: found, of: BR, by: Ann, on: 2020-03-02, silent: true, until: 2020-04-02}", "asked, no answer"},
		{"{claim: found, of_party: Firm, by: Ann, on: 2020-03-02, answer: denied}", "answered"},
	} {
		l := ledger(t, base+"\nrequests: ["+tt.requests+"]\n")
		c, _ := l.Claim("found")
		if got := l.Reply(c).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.requests, got, tt.want)
		}
		if tt.want == "asked, no answer" && len(c.Asked) != 1 {
			t.Errorf("a request stands beside its own outcome: %v", c.Asked)
		}
	}
}

func FuzzReadLine(f *testing.F) {
	l := ledger(f, base)
	for _, line := range strings.Split(strings.TrimSpace(string(l.Lines())), "\n") {
		f.Add([]byte(line))
	}
	f.Add([]byte(`{"grade":{"claim":"a","credibility":2,"by":"x","reason":"r"}}`))
	f.Add([]byte(`{"request":{"claim":"a","of":"FR","by":"x","silent":true,"until":"2020-01-01"}}`))
	f.Add([]byte(`{"claim":{"id":"a","quantity":{"low":1e300,"high":1e301}}}`))
	r := ref(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := claim.ReadLine(r, data)
		if err != nil {
			return
		}
		once := claim.AppendEntry(nil, e)
		again, err := claim.ReadLine(r, once)
		if err != nil {
			t.Fatalf("%s does not read back: %v", once, err)
		}
		if twice := claim.AppendEntry(nil, again); string(twice) != string(once) {
			t.Fatalf("%s became %s", once, twice)
		}
	})
}

func FuzzReadYAML(f *testing.F) {
	f.Add([]byte("sources: [{id: a, title: t, publisher: p}]\nclaims:\n- {id: b, source: a, speaker: p, kind: fact, text: t}\n"))
	f.Add([]byte("grades: [{claim: b, reliability: A, by: x, reason: r}]"))
	r := ref(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := claim.ReadYAML(r, "f", data)
		if err != nil {
			return
		}
		if l, err := claim.New(entries, provision, nearest); err == nil && len(l.Lines()) > 0 {
			if _, err := claim.ReadLines(r, "l", strings.NewReader(string(l.Lines()))); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestDocumentRefuses(t *testing.T) {
	doc := string(ledger(t, base).Document())
	for _, tt := range []struct{ name, old, new, want string }{
		{"another source", `"prov:hadPrimarySource":[{"@id":"source/panel"}]`, `"prov:hadPrimarySource":[{"@id":"source/paper"}]`, "item 6: what the node states about its provenance"},
		{"unknown key", `"dissent":`, `"disent":`, "did you mean dissent?"},
		{"another context", `"label":`, `"lable":`, "the @context is not"},
		{"another type", `["prov:Entity","Claim"]`, `["prov:Entity"]`, "neither a Source nor a Claim nor a Review"},
		{"half of it", "\n]}\n", "", "not valid JSON"},
	} {
		broken := strings.Replace(doc, tt.old, tt.new, 1)
		if broken == doc {
			t.Fatalf("%s changes nothing", tt.name)
		}
		if _, err := claim.ReadDocument(ref(t), "d", strings.NewReader(broken)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func FuzzReadDocument(f *testing.F) {
	f.Add(ledger(f, "sources: [{id: a, title: t, publisher: p}]\nclaims:\n- {id: b, source: a, speaker: p, kind: fact, text: t}\n").Document())
	r := ref(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := claim.ReadDocument(r, "d", strings.NewReader(string(data)))
		if err != nil {
			return
		}
		l, err := claim.New(entries, func(string) bool { return true }, nearest)
		if err != nil {
			t.Fatalf("what was read does not make a ledger: %v", err)
		}
		if _, err := claim.ReadDocument(r, "d", strings.NewReader(string(l.Document()))); err != nil {
			t.Fatalf("%s does not read back: %v", l.Document(), err)
		}
	})
}

package claim_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// joint gives a claim that speakers of several states make together.
func joint(id string, states ...string) *claim.Claim {
	c := &claim.Claim{ID: id, Source: "s0", Speaker: strings.Join(states, " and "), Text: "t", Kind: claim.Allegation, Period: none}
	for _, s := range states {
		c.Speakers = append(c.Speakers, claim.Voice{Name: s, State: state(s)})
	}
	return c
}

func ledgerOf(t *testing.T, claims ...*claim.Claim) *claim.Ledger {
	t.Helper()
	entries := []claim.Entry{{Source: &claim.Source{ID: "s0", Title: "t", Publisher: "The Post", Kind: claim.Press, Published: none, Captured: when.NoDay}}}
	for _, c := range claims {
		entries = append(entries, claim.Entry{Claim: c})
	}
	return build(t, entries)
}

// TestSpeakTogether holds that several who speak together are found under each of their states, stand as one origin, and add none where one of them
// speaks beside it.
func TestSpeakTogether(t *testing.T) {
	both, other := joint("c1", "FR", "BR"), joint("c2", "BR", "PE")
	alone := &claim.Claim{ID: "c3", Source: "s0", Speaker: "the ministry", SpeakerState: state("FR"), Text: "t", Kind: claim.Allegation, Period: none}
	l := ledgerOf(t, both, other, alone)
	for s, want := range map[string]int{"FR": 2, "BR": 2, "PE": 1, "CL": 0} {
		if got := len(l.Pick(claim.Filter{State: state(s), Period: none})); got != want {
			t.Errorf("%s speaks in %d claims, want %d", s, got, want)
		}
	}
	for _, tt := range []struct {
		set  []*claim.Claim
		want int
	}{{[]*claim.Claim{both}, 1}, {[]*claim.Claim{both, alone}, 1}, {[]*claim.Claim{both, other}, 1}, {[]*claim.Claim{other, alone}, 2}, {[]*claim.Claim{both, other, alone}, 2}} {
		if got := l.OriginsOf(tt.set); len(got) != tt.want {
			t.Errorf("%d claims have the origins %q, want %d", len(tt.set), got, tt.want)
		}
	}
	if l.Standing(both) != claim.StateOrgan {
		t.Errorf("several states stand as %s", l.Standing(both))
	}
	if got := l.SharingOrigin(l.Claims()[2]); len(got) != 1 || got[0].ID != "c1" {
		t.Errorf("c3 shares its origin with %d claims", len(got))
	}
}

// TestSpeakersAreKept holds that speakers and those who passed a claim on come back as they were written.
func TestSpeakersAreKept(t *testing.T) {
	const file = `sources: [{id: s0, title: t, publisher: The Post, kind: press}]
claims:
  - {id: c1, source: s0, speaker: France and Brazil, speakers: [{name: the ministry, state: FR}, {name: Brazil, state: BR, kind: state_organ}],
     via: [{name: an official, state: FR}, {name: The Wire, kind: press}], kind: fact, text: t, act: a}
`
	r, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := claim.ReadYAML(r, "a.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	want := string(claim.AppendClaim(nil, entries[1].Claim))
	const has = `"speakers":[{"name":"the ministry","state":"FR"},{"name":"Brazil","state":"BR","kind":"state_organ"}],` +
		`"via":[{"name":"an official","state":"FR"},{"name":"The Wire","kind":"press"}]`
	if !strings.Contains(want, has) {
		t.Fatal(want)
	}
	again, err := claim.ReadYAML(r, "a.yaml", []byte("claims: ["+want+"]"))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(claim.AppendClaim(nil, again[0].Claim)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestSpeakersAreChecked holds that one alone, the same one twice, and a state that is not that of all are refused.
func TestSpeakersAreChecked(t *testing.T) {
	one, twice, mixed := joint("c1", "FR"), joint("c1", "FR", "FR"), joint("c1", "FR", "BR")
	mixed.SpeakerState = state("FR")
	for _, c := range []*claim.Claim{one, twice, mixed} {
		entries := []claim.Entry{{Source: &claim.Source{ID: "s0", Title: "t", Publisher: "The Post", Published: none, Captured: when.NoDay}}, {Claim: c}}
		_, err := claim.New(entries, provision, nearest)
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "speakers") {
			t.Errorf("%v: %v", c.Speakers, err)
		}
	}
}

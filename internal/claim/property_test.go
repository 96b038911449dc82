package claim_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

var none = when.Period{From: when.NoDay, To: when.NoDay}

func state(s string) place.State { return place.State(s[0])<<8 | place.State(s[1]) }

// entriesGen draws a valid ledger: a few sources, and claims that link only to earlier ones.
func entriesGen(t *rapid.T) []claim.Entry {
	var out []claim.Entry
	sources := rapid.IntRange(1, 4).Draw(t, "sources")
	kinds := []claim.SourceKind{claim.Press, claim.ExpertPanel, claim.StateOrgan, claim.Court}
	for i := range sources {
		s := &claim.Source{
			ID: fmt.Sprintf("s%d", i), Title: "t", Publisher: rapid.SampledFrom([]string{"Ann", "Bob", "Cem"}).Draw(t, "publisher"),
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Published: none, Captured: when.NoDay, Verified: rapid.Bool().Draw(t, "seen"),
		}
		if i > 0 && rapid.Bool().Draw(t, "copy") {
			s.CopyOf = fmt.Sprintf("s%d", rapid.IntRange(0, i-1).Draw(t, "of"))
		}
		out = append(out, claim.Entry{Source: s})
	}
	for i := range rapid.IntRange(1, 8).Draw(t, "claims") {
		c := &claim.Claim{
			ID: fmt.Sprintf("c%d", i), Source: fmt.Sprintf("s%d", rapid.IntRange(0, sources-1).Draw(t, "source")),
			Speaker: rapid.SampledFrom([]string{"Ann", "Bob", "Cem", "Dora"}).Draw(t, "speaker"),
			Kind:    rapid.SampledFrom([]claim.Kind{claim.Fact, claim.Allegation, claim.Finding, claim.Decision, claim.Opinion}).Draw(t, "kind"),
			Text:    "t", Period: none,
		}
		if rapid.Bool().Draw(t, "a state speaks") {
			c.SpeakerState = state(rapid.SampledFrom([]string{"FR", "BR"}).Draw(t, "state"))
		}
		if c.SpeakerState == 0 && rapid.Bool().Draw(t, "together") {
			c.Speaker = "Fin and Gil"
			c.Speakers = []claim.Voice{{Name: "Fin", State: state(rapid.SampledFrom([]string{"FR", "BR"}).Draw(t, "first"))}, {Name: "Gil", State: state("PE")}}
			c.Via = []claim.Voice{{Name: "The Post", Kind: claim.Press}}
		}
		if i > 0 && rapid.Bool().Draw(t, "linked") {
			kind := rapid.SampledFrom([]claim.LinkKind{claim.Supports, claim.Repeats, claim.Quotes, claim.Challenges, claim.Answers}).Draw(t, "link")
			c.Links = []claim.Link{{Kind: kind, To: fmt.Sprintf("c%d", rapid.IntRange(0, i-1).Draw(t, "to"))}}
		}
		if rapid.Bool().Draw(t, "graded") {
			c.Grades = []claim.Grade{{
				Reliability: byte(rapid.IntRange('A', 'F').Draw(t, "letter")), Credibility: rapid.IntRange(0, 6).Draw(t, "number"),
				By: "Eva", On: when.NoDay, Reason: "r",
			}}
		}
		out = append(out, claim.Entry{Claim: c})
	}
	return out
}

func build(t interface{ Fatal(...any) }, entries []claim.Entry) *claim.Ledger {
	l, err := claim.New(entries, provision, nearest)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestOrderOfEntriesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := entriesGen(t)
		want := build(t, entries)
		rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed"))).Shuffle(len(entries), func(i, j int) {
			entries[i], entries[j] = entries[j], entries[i]
		})
		got := build(t, entries)
		if !bytes.Equal(got.Document(), want.Document()) {
			t.Fatal("another order of entries makes another document")
		}
		for _, c := range want.Claims() {
			if !slices.Equal(got.Origins(c), want.Origins(c)) || got.SidesOf(c).Statement() != want.SidesOf(c).Statement() {
				t.Fatalf("%s differs", c.ID)
			}
		}
	})
}

func TestRepeatNeverRaisesTheCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := entriesGen(t)
		before := build(t, entries)
		of := rapid.SampledFrom(before.Claims()).Draw(t, "of")
		r := &claim.Claim{
			ID: "repeat", Source: "s0", Speaker: rapid.SampledFrom([]string{"Ann", "Zoe"}).Draw(t, "who"), Kind: claim.Fact, Text: "t",
			Period: none, Links: []claim.Link{{Kind: rapid.SampledFrom([]claim.LinkKind{claim.Repeats, claim.Quotes}).Draw(t, "how"), To: of.ID}},
		}
		after := build(t, append(entries, claim.Entry{Claim: r}))
		if n, m := len(before.OriginsOf(before.Claims())), len(after.OriginsOf(after.Claims())); m != n {
			t.Fatalf("%d origins, then %d", n, m)
		}
		b, a := before.SidesOf(of), after.SidesOf(of)
		if len(a.ForWeight.Origins) > len(b.ForWeight.Origins) {
			t.Fatalf("%v, then %v", b.ForWeight.Origins, a.ForWeight.Origins)
		}
	})
}

func TestDenialNeverChangesEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		entries := entriesGen(t)
		before := build(t, entries)
		of := rapid.SampledFrom(before.Claims()).Draw(t, "of")
		d := &claim.Claim{
			ID: "denial", Source: "s0", Speaker: "Zoe", Kind: rapid.SampledFrom([]claim.Kind{claim.Denial, claim.LawReading, claim.Legitimacy}).Draw(t, "kind"),
			Text: "t", Period: none, Dispute: claim.OfFact,
			Links: []claim.Link{{Kind: rapid.SampledFrom([]claim.LinkKind{claim.Answers, claim.Challenges}).Draw(t, "how"), To: of.ID}},
		}
		after := build(t, append(entries, claim.Entry{Claim: d}))
		if b, a := before.SidesOf(of).ForWeight, after.SidesOf(of).ForWeight; fmt.Sprint(b) != fmt.Sprint(a) {
			t.Fatalf("%v, then %v", b, a)
		}
		if b, a := before.Weigh(before.Claims()), after.Weigh(after.Claims()); fmt.Sprintf("%+v", b) != fmt.Sprintf("%+v", a) {
			t.Fatalf("the whole: %+v, then %+v", b, a)
		}
	})
}

func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := build(t, entriesGen(t))
		r, err := reference()
		if err != nil {
			t.Fatal(err)
		}
		entries, err := claim.ReadLines(r, "l", bytes.NewReader(want.Lines()))
		if err != nil {
			t.Fatal(err)
		}
		if got := build(t, entries); !bytes.Equal(got.Lines(), want.Lines()) {
			t.Fatalf("lines: got %s want %s", got.Lines(), want.Lines())
		}
		entries, err = claim.ReadDocument(r, "d", bytes.NewReader(want.Document()))
		if err != nil {
			t.Fatal(err)
		}
		if got := build(t, entries); !bytes.Equal(got.Document(), want.Document()) {
			t.Fatalf("document: got %s want %s", got.Document(), want.Document())
		}
	})
}

// TestOriginsOracle compares origins with a search that follows every path by itself.
func TestOriginsOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := build(t, entriesGen(t))
		for _, c := range l.Claims() {
			reach, queue := map[string]bool{}, []*claim.Claim{c}
			for len(queue) > 0 {
				at := queue[0]
				queue = queue[1:]
				rests := false
				for _, k := range at.Links {
					if k.Kind == claim.Repeats || k.Kind == claim.Quotes {
						to, _ := l.Claim(k.To)
						queue, rests = append(queue, to), true
					}
				}
				if !rests {
					for _, o := range l.Origins(at) {
						reach[o] = true
					}
				}
			}
			for o := range reach {
				if !slices.Contains(l.Origins(c), o) {
					t.Fatalf("%s lacks %s", c.ID, o)
				}
			}
			if len(reach) != len(l.Origins(c)) {
				t.Fatalf("%s: %v, want %v", c.ID, l.Origins(c), reach)
			}
		}
	})
}

func TestFiveNewspapersOnOneParagraphCountOnce(t *testing.T) {
	var b strings.Builder
	b.WriteString(base)
	ids := []string{"found"}
	for i := range 5 {
		fmt.Fprintf(&b, "  - {id: p%d, source: paper, speaker: Paper %d, kind: fact, text: t, repeats: %s}\n", i, i, ids[len(ids)-1])
		ids = append(ids, fmt.Sprintf("p%d", i))
	}
	l := ledger(t, b.String())
	found, _ := l.Claim("found")
	var all []*claim.Claim
	for _, id := range ids {
		c, _ := l.Claim(id)
		all = append(all, c)
	}
	if got := l.OriginsOf(all); len(got) != 1 || got[0] != "voice: panel of experts" {
		t.Errorf("origins %v", got)
	}
	if got := len(l.SharingOrigin(found)); got != 5 {
		t.Errorf("%d share the origin", got)
	}
}

func TestCopiesHaveOneVoice(t *testing.T) {
	l := ledger(t, `
sources:
  - {id: a, title: t, publisher: Wire, kind: press}
  - {id: b, title: t, publisher: Blog, kind: press, copy_of: a}
  - {id: c, title: t, publisher: Other, kind: press, copy_of: b}
claims:
  - {id: x, source: a, speaker: Wire, kind: opinion, text: t}
  - {id: y, source: b, speaker: blog, kind: opinion, text: t}
  - {id: z, source: c, speaker: Other, kind: opinion, text: t}
  - {id: apart, source: c, speaker: Other, kind: opinion, text: t, origin: own visit}
`)
	if got := l.OriginsOf(l.Claims()); strings.Join(got, "|") != "origin: own visit|voice: wire" {
		t.Errorf("%q", got)
	}
}

func TestRetractionsKeepTheOld(t *testing.T) {
	l := ledger(t, base+`
  - {id: back, source: letter, speaker: ministry, kind: fact, text: We were wrong., retracts: alleged}
`)
	if l.RetractedBy("alleged") != "back" {
		t.Error("not marked as taken back")
	}
	c, err := l.Claim("alleged")
	if err != nil || c.Text != "Workers were still there." {
		t.Error("the old claim is gone")
	}
	if w := l.SidesOf(c).ForWeight; w.Level != claim.NoEvidence {
		t.Errorf("a claim taken back weighs %v", w)
	}
	if !strings.Contains(string(l.Document()), `"prov:wasInvalidatedBy":[{"@id":"act/back"}]`) {
		t.Error("the document does not say so")
	}
	again := ledger(t, base+`
  - {id: back, source: letter, speaker: ministry, kind: fact, text: We were wrong., retracts: alleged}
  - {id: forth, source: letter, speaker: ministry, kind: fact, text: We were not wrong., retracts: back}
`)
	if again.RetractedBy("alleged") != "" || again.RetractedBy("back") != "forth" {
		t.Error("a retraction that was taken back still counts")
	}
}

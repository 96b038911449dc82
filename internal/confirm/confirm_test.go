package confirm_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/confirm"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

var (
	none  = when.Period{From: when.NoDay, To: when.NoDay}
	ann   = confirm.Person{By: "Ann", On: when.Date(2026, 1, 2)}
	paper = claim.Source{Publisher: "The Paper", Kind: claim.Press, Published: none, Captured: when.Date(2026, 1, 1), Tool: "cordon"}
)

func offer(number, from int, speaker string, v read.Voice, answers int) confirm.Offer {
	return confirm.Offer{
		Number: number, Voice: v, Rule: "r", Answers: answers,
		Claim: claim.Claim{From: from, To: from + 5, Speaker: speaker, Kind: claim.Opinion, Text: speaker + " says so", Period: none},
	}
}

func reading() confirm.Reading {
	return confirm.Reading{
		Name: "Ö/My Page.html", Document: strings.Repeat("0a", 32), Size: 100, Day: when.Date(2017, 7, 5), Tool: "cordon",
		Offers: []confirm.Offer{
			offer(1, 0, "Ann Lee", read.Direct, 0), offer(2, 10, "officials", read.Unnamed, 1), offer(3, 10, read.Author, read.Own, 2),
		},
	}
}

func ledger(t *testing.T, entries []claim.Entry) *claim.Ledger {
	t.Helper()
	l, err := claim.New(entries, func(string) bool { return true }, func(string) []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func accept(t *testing.T, before []claim.Entry, numbers ...int) ([]claim.Entry, []string) {
	t.Helper()
	entries, notes, err := confirm.Accept(ledger(t, before), reading(), numbers, paper, ann, nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(before, entries...), notes
}

func TestSpeakersAndLinks(t *testing.T) {
	entries, notes := accept(t, nil, 3, 2, 1)
	l := ledger(t, entries)
	want := map[string]string{
		"my-page-0a0a0a0a-0": "Ann Lee", "my-page-0a0a0a0a-10": "The Paper", "my-page-0a0a0a0a-10.2": "officials, not named, in The Paper",
	}
	for id, speaker := range want {
		c, err := l.Claim(id)
		if err != nil || c.Speaker != speaker || !c.Verified || !strings.HasPrefix(c.Text, speaker+" says") {
			t.Errorf("%s: %v %+v", id, err, c)
		}
	}
	if len(notes) != 0 || len(l.Claims()) != 3 {
		t.Error(notes, len(l.Claims()))
	}
	// The answers of the same reading are tied together.
	if in := l.Inbound("my-page-0a0a0a0a-0"); len(in) != 1 || in[0].From.ID != "my-page-0a0a0a0a-10.2" || in[0].Kind != claim.Answers {
		t.Errorf("%+v", in)
	}
	if v := l.ReviewFor("my-page-0a0a0a0a-10"); v == nil || v.Speaker != read.Author || len(v.Changed) != 2 || v.Changed[0].Is != "The Paper" {
		t.Errorf("%+v", v)
	}
}

func TestLinksToWhatCameBefore(t *testing.T) {
	first, _ := accept(t, nil, 1)
	both, notes := accept(t, first, 2)
	if len(notes) != 0 || len(ledger(t, both).Inbound("my-page-0a0a0a0a-0")) != 1 {
		t.Error("the answer to a claim that was accepted before lost its link", notes)
	}
	alone, notes := accept(t, nil, 2)
	if len(notes) != 1 || len(ledger(t, alone).Claims()[0].Links) != 0 || !strings.Contains(notes[0], "answers claim 1, which is not in the ledger") {
		t.Error(notes)
	}
}

func TestRefusals(t *testing.T) {
	before, _ := accept(t, nil, 1)
	rejected, err := confirm.Reject(ledger(t, before), reading(), []int{2}, confirm.Person{By: "Ann", On: ann.On, Reason: "r"})
	if err != nil {
		t.Fatal(err)
	}
	l := ledger(t, append(before, rejected...))
	noPublisher, otherID := paper, paper
	noPublisher.Publisher, otherID.ID = " ", "other"
	for _, c := range []struct {
		name    string
		l       *claim.Ledger
		numbers []int
		src     claim.Source
		p       confirm.Person
		want    fault.Code
	}{
		{"accepted before", l, []int{3, 1}, paper, ann, fault.Conflict},
		{"no such number", l, []int{4}, paper, ann, fault.NotFound},
		{"no number", l, nil, paper, ann, fault.Usage},
		{"twice", l, []int{3, 3}, paper, ann, fault.Usage},
		{"nobody", l, []int{3}, paper, confirm.Person{By: " ", On: ann.On}, fault.Usage},
		{"no day", l, []int{3}, paper, confirm.Person{By: "Ann", On: when.NoDay}, fault.Usage},
		{"no publisher", ledger(t, nil), []int{3}, noPublisher, ann, fault.Usage},
		{"another source", l, []int{3}, otherID, ann, fault.Conflict},
	} {
		if _, _, err := confirm.Accept(c.l, reading(), c.numbers, c.src, c.p, nil); fault.CodeOf(err) != c.want || err == nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, n := range []int{1, 2} {
		if _, err := confirm.Reject(l, reading(), []int{n}, confirm.Person{By: "Bob", On: ann.On, Reason: "r"}); fault.CodeOf(err) != fault.Conflict || err == nil {
			t.Errorf("rejected again: %v", err)
		}
	}
	got := confirm.Answered(l, reading())
	if len(got) != 2 || got[1].Verdict != claim.Accepted || got[2].Verdict != claim.Rejected {
		t.Errorf("%+v", got)
	}
}

func TestASourceIDThatIsTaken(t *testing.T) {
	src := paper
	src.ID = "taken"
	l := ledger(t, []claim.Entry{{Source: &claim.Source{ID: "taken", Title: "t", Publisher: "p", Published: none, Captured: when.NoDay}}})
	if _, _, err := confirm.Accept(l, reading(), []int{1}, src, ann, nil); fault.CodeOf(err) != fault.Conflict {
		t.Error(err)
	}
}

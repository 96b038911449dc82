package check_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

func state(code string) place.State { return place.State(code[0])<<8 | place.State(code[1]) }

// one makes a document of the day with one claim.
func one(c read.Claim) *read.Result {
	c.Answers = -1
	return &read.Result{Day: when.Date(2017, 7, 5), Claims: []read.Claim{c}}
}

func TestLaw(t *testing.T) {
	day, later := when.Date(2017, 7, 5), when.Date(2017, 8, 5)
	for _, tt := range []struct {
		name     string
		verdicts []ruling.Verdict // on the day, and later
		want     check.Word
		evidence string
	}{
		{"barred that day", []ruling.Verdict{ruling.Prohibited}, check.BorneOut, "on 5 July 2017: prohibited (para 1)"},
		{"barred later", []ruling.Verdict{ruling.Permitted, ruling.Prohibited}, check.NotYetLaw, "from 5 August 2017: prohibited (para 1)"},
		{"open later", []ruling.Verdict{ruling.Permitted, ruling.Incomplete}, check.NotYetLaw, "from 5 August 2017: incomplete"},
		{"never", []ruling.Verdict{ruling.Permitted}, check.Contradicted, "on 5 July 2017: permitted"},
		{"open that day", []ruling.Verdict{ruling.Judgement, ruling.Prohibited}, check.Outside, "on 5 July 2017: judgement"},
	} {
		k := &check.Checker{Along: func(_ *activity.Activity, p when.Period) ([]check.Stretch, error) {
			if p.From != day {
				t.Errorf("asked from %s", p.From)
			}
			out := []check.Stretch{{Period: when.Period{From: day, To: later - 1}, Verdict: tt.verdicts[0], Cites: []string{"para 1"}, Provisions: []string{"x-p1"}}}
			if len(tt.verdicts) > 1 {
				out = append(out, check.Stretch{Period: when.Period{From: later, To: p.To}, Verdict: tt.verdicts[1], Cites: []string{"para 1"}})
			}
			return out, nil
		}}
		c := read.Claim{Claim: claim.Claim{Kind: claim.LawReading, Activity: &activity.Activity{Date: when.On(day)}}}
		res, err := k.Check(one(c))
		if err != nil {
			t.Fatal(err)
		}
		if res[0].Word != tt.want || !strings.Contains(strings.Join(res[0].Evidence, "; "), tt.evidence) {
			t.Errorf("%s: %s %v", tt.name, res[0].Word, res[0].Evidence)
		}
		if got := res[0].Rests; len(got) != 1 || got[0] != (check.Ref{Sort: check.Provision, ID: "x-p1"}) || len(res[0].Found()) != len(res[0].Evidence) {
			t.Errorf("%s: rests on %v", tt.name, got)
		}
	}
}

func TestShares(t *testing.T) {
	figure := func(year int, v float64) record.Record {
		return record.Record{
			Measure: record.TradeShare, Subject: state("KP"), Partner: state("CN"), By: "office", Quantity: record.Exactly(v),
			Period: when.Period{From: when.Date(year, 1, 1), To: when.Date(year, 12, 31)},
		}
	}
	for _, tt := range []struct {
		name    string
		says    float64
		records []record.Record
		want    check.Word
	}{
		{"round figure", 90, []record.Record{figure(2015, 91.3), figure(2016, 92.5)}, check.BorneOut},
		{"exact figure", 91, []record.Record{figure(2015, 91.3), figure(2016, 92.5)}, check.InPart},
		{"far off", 50, []record.Record{figure(2016, 92.5)}, check.Contradicted},
		{"year not over", 90, []record.Record{figure(2017, 94.6)}, check.Outside},
		{"too long ago", 90, []record.Record{figure(2005, 52)}, check.Outside},
		{"nothing", 90, nil, check.Outside},
	} {
		k := &check.Checker{Records: tt.records}
		c := read.Claim{ShareOf: state("KP"), Subject: read.Party{States: []place.State{state("CN")}}}
		c.Quantity, c.Unit = record.Exactly(tt.says), record.Percent
		res, err := k.Check(one(c))
		if err != nil || res[0].Word != tt.want || len(res[0].Evidence) == 0 {
			t.Errorf("%s: %v %v", tt.name, res, err)
		}
	}
}

func TestAnswersAndOpinions(t *testing.T) {
	r := &read.Result{Day: when.NoDay, Claims: []read.Claim{
		{Claim: claim.Claim{Kind: claim.Allegation}, By: read.Party{Name: "A"}, Answers: -1},
		{Claim: claim.Claim{Kind: claim.Denial}, By: read.Party{Name: "B"}, Answers: 0},
		{Claim: claim.Claim{Kind: claim.Opinion}, Answers: -1},
		{Claim: claim.Claim{Kind: claim.Demand}, Answers: -1},
	}}
	res, err := (&check.Checker{}).Check(r)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		word     check.Word
		evidence string
	}{{check.Outside, "answered by claim 2: B"}, {check.Outside, "answers claim 1"}, {check.NoFact, "an opinion"}, {check.NoFact, "asked"}} {
		if res[i].Word != want.word || !strings.Contains(strings.Join(res[i].Evidence, ";"), want.evidence) {
			t.Errorf("claim %d: %s %v", i+1, res[i].Word, res[i].Evidence)
		}
	}
}

// TestLedger gives what is named from a ledger: the same state, kind and subject, at about the same time, with its answers.
func TestLedger(t *testing.T) {
	published := when.On(when.Date(2017, 7, 1))
	src := func(id string, p when.Period) claim.Entry {
		return claim.Entry{Source: &claim.Source{ID: id, Title: "t", Publisher: "p", Published: p, Captured: when.NoDay}}
	}
	said := func(id, source, by, about string, links ...claim.Link) claim.Entry {
		return claim.Entry{Claim: &claim.Claim{
			ID: id, Source: source, Speaker: by, SpeakerState: state(by), Kind: claim.Opinion, Text: "t", About: []place.State{state(about)}, Links: links,
		}}
	}
	l, err := claim.New([]claim.Entry{
		src("paper", published), src("old", when.On(when.Date(2012, 7, 1))),
		said("same", "paper", "PE", "CL"), said("other-time", "old", "PE", "CL"), said("other-state", "paper", "FR", "CL"),
		said("other-subject", "paper", "PE", "FR"),
		said("reply", "paper", "CL", "PE", claim.Link{Kind: claim.Answers, To: "same"}),
	}, func(string) bool { return true }, func(string) []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	c := read.Claim{
		Claim: claim.Claim{Kind: claim.Opinion}, By: read.Party{States: []place.State{state("PE")}},
		Subject: read.Party{States: []place.State{state("CL")}},
	}
	res, err := (&check.Checker{Ledger: l}).Check(one(c))
	if err != nil {
		t.Fatal(err)
	}
	want := "an opinion; like it in the ledger: same, answered by reply"
	if got := strings.Join(res[0].Evidence, "; "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := res[0].Rests; len(got) != 2 || got[0].ID != "same" || got[1].ID != "reply" || got[0].Sort != check.Claim || len(res[0].Found()) != 1 {
		t.Errorf("rests on %v", got)
	}
}

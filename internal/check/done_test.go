package check_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestDone: what was done is borne out by events alone, and the law only says what it would have been.
func TestDone(t *testing.T) {
	at := func(s string) event.Time {
		x, err := event.ParseTime(s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	launch, err := event.ParseKind("ballistic_launch")
	if err != nil {
		t.Fatal(err)
	}
	events := []event.Event{{ID: "e", Kind: launch, Title: "Launch", Time: at("2017-06-28T22:00Z"), Actors: []place.State{state("PE")}, Sources: []string{"row 1"}}}
	test := func(who, what string, d when.Day) *activity.Activity {
		a := &activity.Activity{Kind: vocab.KindTest, Date: when.On(d)}
		a.Facts.Set(vocab.TestState, activity.Value{Text: who})
		a.Facts.Set(vocab.TestType, activity.Value{Text: what})
		return a
	}
	day := when.Date(2017, 6, 29)
	for _, tt := range []struct {
		name     string
		kind     claim.Kind
		act      *activity.Activity
		verdict  ruling.Verdict
		want     check.Word
		evidence string
	}{
		{"on record", claim.Fact, test("PE", "ballistic_launch", day), ruling.Prohibited, check.BorneOut, "on record: Launch, 2017-06-28T22:00Z (row 1)"},
		{"another day", claim.Fact, test("PE", "ballistic_launch", day+3), ruling.Prohibited, check.Outside, "if it is so, the law of 2 July 2017 has it as prohibited"},
		{"another state", claim.Fact, test("CL", "ballistic_launch", day), ruling.Permitted, check.Outside, "has it as permitted"},
		{"another kind", claim.Fact, test("PE", "nuclear_test", day), ruling.Prohibited, check.Outside, "has it as prohibited"},
		{"charged and on record", claim.Allegation, test("PE", "ballistic_launch", day), ruling.Prohibited, check.BorneOut, "on record"},
		{"charged, not on record", claim.Allegation, test("PE", "nuclear_test", day), ruling.Prohibited, check.InPart, "outside the record"},
		{"charged, lawful", claim.Allegation, test("PE", "ballistic_launch", day), ruling.Permitted, check.Contradicted, "permitted"},
	} {
		k := &check.Checker{Events: events, Along: func(_ *activity.Activity, p when.Period) ([]check.Stretch, error) {
			return []check.Stretch{{Period: p, Verdict: tt.verdict}}, nil
		}}
		res, err := k.Check(one(read.Claim{Claim: claim.Claim{Kind: tt.kind, Activity: tt.act}}))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(res[0].Evidence, "; "); res[0].Word != tt.want || !strings.Contains(got, tt.evidence) {
			t.Errorf("%s: %s %s", tt.name, res[0].Word, got)
		}
	}
}

// TestDoneInAMonth: what was done in a month within which the law changed is told all that the law of the month says.
func TestDoneInAMonth(t *testing.T) {
	month := when.Period{From: when.Date(2017, 8, 1), To: when.Date(2017, 8, 31)}
	a := &activity.Activity{Kind: vocab.KindTransfer, Date: month}
	k := &check.Checker{Along: func(_ *activity.Activity, p when.Period) ([]check.Stretch, error) {
		if p != month {
			t.Errorf("asked for %s", p)
		}
		return []check.Stretch{
			{Period: when.Period{From: p.From, To: p.From + 3}, Verdict: ruling.Judgement},
			{Period: when.Period{From: p.From + 4, To: p.To}, Verdict: ruling.Prohibited},
		}, nil
	}}
	res, err := k.Check(one(read.Claim{Claim: claim.Claim{Kind: claim.Fact, Activity: a}}))
	if err != nil {
		t.Fatal(err)
	}
	want := "if it is so, the law of 1 August 2017 has it as judgement; if it was on or after 5 August 2017, as prohibited"
	if got := strings.Join(res[0].Evidence, "; "); res[0].Word != check.Outside || got != want {
		t.Errorf("%s %s", res[0].Word, got)
	}
}

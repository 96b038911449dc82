package report_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestInShort: who turned it down, on whose word it is kept, on what that rests, and an end by conduct that turns nothing down.
func TestInShort(t *testing.T) {
	b, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	state := func(code string) place.State {
		s, err := b.ref.Places.ParseState(code)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	at := func(y int) event.Time {
		x, err := event.ParseTime(when.Date(y, 1, 1).String())
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	said := func(id string, y int, act event.Act, by string) commitment.Said {
		m := &event.Move{Act: act, By: []place.State{state(by)}}
		return commitment.Said{Event: &event.Event{ID: id, Kind: event.Statement, Title: id, Time: at(y), Verified: true}, Move: m}
	}
	no, kept := said("no", 2010, event.Reject, "CL"), said("kept", 2011, event.Observe, "FR")
	launch := &event.Event{ID: "launch", Kind: event.BallisticLaunch, Title: "Launch", Time: at(2015), Actors: []place.State{state("PE")}}
	exchange := &event.Event{ID: "blast", Kind: event.Provocation, Title: "Blast", Time: at(2012), Actors: []place.State{state("PE")}}
	a := &commitment.Account{
		Provision: &law.Provision{ID: "p-1", Kinds: vocab.KindSet(0).With(vocab.KindTest), Stipulation: &law.Stipulation{By: []string{"PE"}, Abstain: true}},
		Said:      []commitment.Said{no, kept},
		Changes: []commitment.Change{
			{State: commitment.Proposed, On: at(2009).Legal()},
			{State: commitment.Rejected, On: at(2010).Legal(), Event: no.Event, Why: "turned down"},
			{State: commitment.Observed, On: at(2011).Legal(), Event: kept.Event, Why: "said to be kept"},
			{State: commitment.Rejected, On: at(2015).Legal(), Event: launch, Why: commitment.ByConduct},
		},
		Conduct: []commitment.Conduct{{Event: launch, By: state("PE"), Role: commitment.EndsObservance, On: at(2015).Legal()}},
		State:   commitment.Rejected,
	}
	v := &report.CommitmentsView{From: when.NoDay, To: when.NoDay, Events: []event.Event{*no.Event, *kept.Event, *exchange, *launch}}
	name := func(code string) string { return code }
	want := "p-1: never accepted, turned down by CL on 1 January 2010; said to be kept by PE from 1 January 2011 to 1 January 2015, on the word of FR " +
		"(not bound by it), in one statement; no test or launch by PE between 1 January 2011 and 31 December 2014 is on record here, for or against it; " +
		"ended by conduct: Launch (launch)."
	if got := v.InShort(a, name); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if s, why := report.StepWords(a, 3); s != "ended by conduct" || !strings.Contains(why, "as before it: rejected") {
		t.Errorf("the end reads %s, %s", s, why)
	}
	if s, _ := report.StepWords(a, 1); s != "rejected" {
		t.Errorf("what was turned down reads %s", s)
	}
}

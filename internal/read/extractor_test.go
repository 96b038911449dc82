package read_test

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/when"
)

const secondText = `Peru denied that it had hired them. Officials in Lima were calm.

China said the talks may resume. The talks may resume.
“Go home,” Ann Lee said.`

func TestVerify(t *testing.T) {
	d, err := document.Read("a.txt", []byte(secondText))
	if err != nil {
		t.Fatal(err)
	}
	whole := len(d.Text)
	ok := read.Candidate{Quote: "Peru denied that it had hired them.", To: whole, Kind: "denial", Voice: "indirect", Speaker: "peru", About: []string{"Peru"}}
	with := func(change func(*read.Candidate)) read.Candidate { c := ok; change(&c); return c }
	for _, c := range []struct {
		name   string
		in     read.Candidate
		reason string
	}{
		{"good", ok, ""},
		{"over a line break", with(func(c *read.Candidate) { c.Quote, c.Speaker = "The talks may resume.\n“Go home,”", "China" }), ""},
		{"which of two", with(func(c *read.Candidate) { c.Quote = "talks may resume." }), read.Ambiguous},
		{"the second of two", with(func(c *read.Candidate) { c.Quote, c.Occurrence = "talks may resume.", 2 }), ""},
		{"the third of two", with(func(c *read.Candidate) { c.Quote, c.Occurrence = "talks may resume.", 3 }), read.NoOccurrence},
		{"minus", with(func(c *read.Candidate) { c.Occurrence = -1 }), read.NoOccurrence},
		{"invented", with(func(c *read.Candidate) { c.Quote = "Peru admitted that it had hired them." }), read.NotThere},
		{"part of a word", with(func(c *read.Candidate) { c.Quote = "eru denied" }), read.NotThere},
		{"outside its part", with(func(c *read.Candidate) { c.From = 5 }), read.NotThere},
		{"a part beyond the text", with(func(c *read.Candidate) { c.From, c.To = whole+5, whole+90 }), read.NotThere},
		{"empty", with(func(c *read.Candidate) { c.Quote = " \n " }), read.NoWords},
		{"a stop", with(func(c *read.Candidate) { c.Quote = "." }), read.NoWords},
		{"kind", with(func(c *read.Candidate) { c.Kind = "truth" }), read.NoKind},
		{"voice", with(func(c *read.Candidate) { c.Voice = "loud" }), read.NoVoice},
		{"speaker", with(func(c *read.Candidate) { c.Speaker = "Bob Roe" }), read.NoSpeaker},
		{"speaker within a word", with(func(c *read.Candidate) { c.Speaker = "Per" }), read.NoSpeaker},
		{"nobody", with(func(c *read.Candidate) { c.Speaker = "" }), read.NoSpeaker},
		{"the author", with(func(c *read.Candidate) { c.Speaker, c.Voice = "", "own" }), ""},
		{"state not there", with(func(c *read.Candidate) { c.About = []string{"France"} }), read.NoState},
		{"no state", with(func(c *read.Candidate) { c.About = []string{"<script>"} }), read.NoState},
		{"speaker of no such state", with(func(c *read.Candidate) { c.SpeakerState = "FR" }), read.NoState},
		{"any state", with(func(c *read.Candidate) { c.About = []string{"any"} }), ""},
	} {
		res := reader(t).Verify(d, read.Options{Day: when.NoDay}, []read.Candidate{c.in})
		switch {
		case c.reason == "" && (len(res.Claims) != 1 || len(res.Dropped) != 0):
			t.Errorf("%s: dropped: %+v", c.name, res.Dropped)
		case c.reason != "" && (len(res.Claims) != 0 || len(res.Dropped) != 1 || res.Dropped[0].Reason != c.reason):
			t.Errorf("%s: got %+v, want %s", c.name, res.Dropped, c.reason)
		}
	}
	res := reader(t).Verify(d, read.Options{Day: when.NoDay}, []read.Candidate{ok, ok})
	if len(res.Claims) != 1 || res.Dropped[0] != (read.Drop{Reason: read.Twice, Count: 1}) {
		t.Errorf("twice: %+v", res.Dropped)
	}
	c := res.Claims[0]
	if got := secondText[c.From:c.To]; got != ok.Quote || c.SpeakerState.String() != "PE" || c.Dispute != claim.OfFact || c.ID != "c1" {
		t.Errorf("%q %+v", got, c)
	}
}

func TestJoin(t *testing.T) {
	d, err := document.Read("a.txt", []byte("Ann Lee accused Peru of hiring workers. Peru denied it. China was calm today, officials said."))
	if err != nil {
		t.Fatal(err)
	}
	o := read.Options{Day: when.NoDay}
	rules, err := reader(t).Extract(t.Context(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(rules.Claims) < 2 {
		t.Fatalf("the rules find %d", len(rules.Claims))
	}
	last := rules.Claims[len(rules.Claims)-1]
	both := read.Candidate{Quote: d.Text[last.Span.From:last.Span.To], To: len(d.Text), Kind: last.Kind.String(), Voice: last.Voice.String(), Speaker: last.By.Name, Extractor: "m", Request: "q", Answer: "a"}
	first := read.Candidate{Quote: "Ann Lee", To: len(d.Text), Kind: "opinion", Voice: "own", About: []string{"Peru"}, Extractor: "m"}
	model := reader(t).Verify(d, o, []read.Candidate{both, first})
	if len(model.Claims) != 2 {
		t.Fatalf("%+v", model.Dropped)
	}
	rules.Claims[1].Answers = 0 // whatever the rules make of it
	got := read.Join(rules, model)
	if len(got.Claims) != len(rules.Claims)+1 {
		t.Fatalf("%d claims of %d and 2", len(got.Claims), len(rules.Claims))
	}
	for i, c := range got.Claims {
		if i > 0 && c.Span.From < got.Claims[i-1].Span.From {
			t.Error("not in the order of the text")
		}
		if c.Answers >= 0 && (c.Links[0].To != got.Claims[c.Answers].ID || got.Claims[c.Answers].Extractor != "rules") {
			t.Errorf("%s answers %s", c.ID, c.Links[0].To)
		}
	}
	end := got.Claims[len(got.Claims)-1]
	if end.Extractor != "rules, m" || end.Rule != last.Rule || end.Answer != "a" {
		t.Errorf("what both found: %+v", end)
	}
	if rules.Claims[len(rules.Claims)-1].Extractor != "rules" {
		t.Error("the result of the rules was changed")
	}
}

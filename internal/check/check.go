// Package check holds what a document claims against the law of the day, the figures on record and other claims: of the document,
// and of the ledger.
//
// It gives a result word and always the evidence for it. It decides no dispute: what no source speaks to is outside the
// record, and an opinion stays one.
package check

import (
	"fmt"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// Word is the result of a check.
type Word uint8

// The words.
const (
	Outside      Word = iota // outside the record: nothing here speaks to it
	BorneOut                 // the law or the figures say the same
	Contradicted             // they say otherwise
	InPart                   // some say the same, some otherwise
	NotYetLaw                // lawful that day; later law took it up
	NoFact                   // an opinion, a demand, a proposal or an undertaking: nothing that is so or not
)

// String gives the word for people.
func (w Word) String() string {
	return [...]string{"outside the record", "borne out", "contradicted", "in part", "a legal claim, not yet law that day", "no matter of fact"}[w]
}

// Result is the check of one claim.
type Result struct {
	Word     Word
	Evidence []string
	// Rests are what it was held against and what is like it on record.
	Rests []Ref
	// found is how many lines of Evidence say what came of the check; those after them name claims.
	found int
}

// Found gives the evidence without the lines that only name other claims.
func (r *Result) Found() []string { return r.Evidence[:min(r.found, len(r.Evidence))] }

// Stretch is a span of days with one verdict.
type Stretch struct {
	Period  when.Period
	Verdict ruling.Verdict
	// Cites are the paragraphs that the verdict rests on, Provisions the ids of those.
	Cites, Provisions []string
}

// Checker holds what claims are checked against.
type Checker struct {
	// Along gives the verdicts on an activity over a period, in order.
	Along   func(*activity.Activity, when.Period) ([]Stretch, error)
	Records []record.Record
	// Events are what is on record as having happened.
	Events []event.Event
	// Ledger holds claims that are known already; nil for none.
	Ledger *claim.Ledger
}

// horizon is how many years of later law are looked at: enough for what a text of that day could foresee.
const horizon = 3

// Check gives the results for the claims of a document, in their order. The error is that of the ruling.
func (k *Checker) Check(r *read.Result) ([]Result, error) {
	out, said := make([]Result, len(r.Claims)), sayings{}
	for i := range r.Claims {
		c := &r.Claims[i]
		var err error
		switch {
		case c.Activity != nil && c.Kind == claim.LawReading:
			out[i], err = k.law(c)
		case c.Activity != nil && c.Kind == claim.Allegation:
			out[i], err = k.alleged(c)
		case c.ShareOf != 0:
			out[i] = k.share(c, r.Day)
		case c.Activity != nil && c.Kind != claim.Opinion:
			out[i], err = k.done(c)
		case c.Kind == claim.Demand, c.Kind == claim.Proposal, c.Kind == claim.Undertaking:
			out[i] = Result{Word: NoFact, Evidence: []string{"what is asked, proposed or promised is neither so nor not so"}}
		case c.Kind == claim.Opinion && c.Sort == read.Position:
			out[i] = Result{Word: NoFact, Evidence: []string{"what somebody supports or opposes is a position, neither so nor not so"}}
		case c.Kind == claim.Opinion:
			out[i] = Result{Word: NoFact, Evidence: []string{"an opinion"}}
		}
		if err != nil {
			return nil, err
		}
		out[i].found = len(out[i].Evidence)
		out[i].Evidence = append(out[i].Evidence, answers(r, i)...)
		k.known(&out[i], c, r, said)
		if len(out[i].Evidence) == 0 {
			out[i].Evidence, out[i].found = []string{"no ruling, figure or other claim here speaks to it"}, 1
		}
	}
	return out, nil
}

// answers names the claims that answer this one, and the one it answers.
func answers(r *read.Result, i int) []string {
	var out []string
	if n := r.Claims[i].Answers; n >= 0 {
		out = append(out, fmt.Sprintf("answers claim %d", n+1))
	}
	for n := range r.Claims {
		if r.Claims[n].Answers == i {
			out = append(out, fmt.Sprintf("answered by claim %d: %s", n+1, r.Claims[n].By.Name))
		}
	}
	return out
}

// occasion is how many days a claim of the ledger may lie from the document to be taken as said on the same occasion, and most
// how many of them are named.
const (
	occasion = 31
	most     = 5
)

// known adds the claims of the ledger that are like one of the document, and what answers them: first those of its speaker on the
// same occasion, then those on the same matter, whoever makes them. That they are the same claim is for a person to say, so the
// result word stays.
func (k *Checker) known(res *Result, c *read.Claim, r *read.Result, said sayings) {
	if k.Ledger == nil {
		return
	}
	found := 0
	name := func(o *claim.Claim, by string) {
		line := "like it in the ledger" + by + ": " + o.ID
		for _, a := range k.Ledger.Answers(o) {
			line += ", answered by " + a.ID
		}
		res.Evidence = append(res.Evidence, line)
		res.like(k.Ledger, o)
		found++
	}
	var others []*claim.Claim
	for _, o := range k.Ledger.Claims() {
		switch {
		case r.Document != nil && k.Ledger.SourceOf(o).SHA256 == r.Document.SHA256:
		case found < most && k.said(c, o, r.Day):
			name(o, "")
		default:
			others = append(others, o)
		}
	}
	for _, m := range k.matters(c, others, r.Day, said) {
		if found == most {
			return
		}
		name(m.claim, " by "+m.by)
	}
}

// said reports whether a claim of the ledger is of the same state and kind, about the same states and of about the same time.
func (k *Checker) said(c *read.Claim, o *claim.Claim, day when.Day) bool {
	return day != when.NoDay && o.Kind == c.Kind && slices.ContainsFunc(c.By.States, o.SpokenFor) && sameStates(o.About, c.Subject.States) && k.about(o, day)
}

func sameStates(a, b []place.State) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// about reports whether the source of a claim of the ledger was published near a day.
func (k *Checker) about(o *claim.Claim, day when.Day) bool {
	s, err := k.Ledger.Source(o.Source)
	if err != nil || s.Published.From == when.NoDay {
		return false
	}
	return s.Published.Overlaps(when.Period{From: day - occasion, To: day + occasion})
}

// barred are the verdicts that say that it may not be done as it stands.
func barred(v ruling.Verdict) bool {
	return v == ruling.Prohibited || v == ruling.OverCap || v == ruling.NeedsApproval
}

// open are the verdicts that leave it open.
func open(v ruling.Verdict) bool { return v == ruling.Incomplete || v == ruling.Judgement }

// law rules on the activity of a claim on its day and on the days that followed.
func (k *Checker) law(c *read.Claim) (Result, error) {
	day := c.Activity.Date.From
	y, m, _ := day.Civil()
	stretches, err := k.Along(c.Activity, when.Period{From: day, To: when.Date(y+horizon, m, 1)})
	if err != nil || len(stretches) == 0 {
		return Result{}, err
	}
	first := stretches[0]
	res := Result{Evidence: []string{fmt.Sprintf("on %s: %s%s", day.Long(), first.Verdict, cited(first))}}
	res.rest(Provision, first.Provisions...)
	switch {
	case barred(first.Verdict):
		res.Word = BorneOut
		return res, nil
	case open(first.Verdict):
		res.Word = Outside
	default:
		res.Word = Contradicted
	}
	for _, s := range stretches[1:] {
		if s.Verdict == first.Verdict || !barred(s.Verdict) && !open(s.Verdict) {
			continue
		}
		res.Evidence = append(res.Evidence, fmt.Sprintf("from %s: %s%s", s.Period.From.Long(), s.Verdict, cited(s)))
		res.rest(Provision, s.Provisions...)
		if res.Word == Contradicted {
			res.Word = NotYetLaw
		}
	}
	return res, nil
}

func cited(s Stretch) string {
	if len(s.Cites) == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s)", s.Cites[0])
}

// band is how far, in percentage points, a figure may lie from a share that a text gives: half the step to which it was
// rounded, which its last digit tells. Ninety per cent may be 85 to 95; 91 per cent 90.5 to 91.5;
// a third is as rough as 35 per cent.
func band(share float64) float64 {
	switch {
	case math.Mod(share, 10) == 0:
		return 5
	case math.Mod(share, 5) == 0:
		return 2.5
	case math.Mod(share, 1) == 0:
		return 0.5
	case math.Abs(share*3-math.Round(share*3)) < 1e-9 && math.Mod(math.Round(share*3), 100) == 0:
		return 2.5
	}
	return 0.05
}

// years is how many years before the document a figure still speaks to what the text says is so.
const years = 4

// share compares a share of trade with the figures on record for that partner that cover full years up to the day of the
// document.
func (k *Checker) share(c *read.Claim, day when.Day) Result {
	res := Result{}
	if day == when.NoDay {
		return res
	}
	year, _, _ := day.Civil()
	near, far, off := 0, 0, band(c.Quantity.High)
	for i := range k.Records {
		r := &k.Records[i]
		if r.Measure != record.TradeShare || r.Subject != c.ShareOf || r.Partner != c.Subject.States[0] || !r.Quantity.Known {
			continue
		}
		y, _, _ := r.Period.From.Civil()
		if y < year-years || r.Period.To >= day {
			continue
		}
		if r.Quantity.Low-off <= c.Quantity.High && c.Quantity.Low <= r.Quantity.High+off {
			near++
		} else {
			far++
		}
		res.Evidence = append(res.Evidence, fmt.Sprintf("%d: %s %% (%s)", y, r.Quantity, r.By))
		res.figure(r)
	}
	slices.Sort(res.Evidence)
	if near+far > 0 {
		res.Evidence = append(res.Evidence, fmt.Sprintf("the text's %s %% is taken as within %g points", c.Quantity, off))
	}
	switch {
	case near > 0 && far > 0:
		res.Word = InPart
	case near > 0:
		res.Word = BorneOut
	case far > 0:
		res.Word = Contradicted
	}
	return res
}

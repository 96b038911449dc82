package read

import (
	"slices"
	"strconv"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

var (
	hostNow    = pattern.New(`(?i)\b(?:hosts?|hosting|employs?|employing|hires?|hiring)\b`)
	hostThen   = pattern.New(`(?i)\b(?:hosted|employed|hired)\b`)
	workers    = pattern.New(`(?i)\b(?:guest\s+|contract\s+|migrant\s+)?(?:workers|labou?rers)\b`)
	firing     = pattern.New(`(?i)\b(?:test[- ]?launch(?:ed)?|launch(?:ed)?|test(?:ed)?|fired)\b[^.]{0,40}\b(?:ballistic|icbm|missiles?)\b|\bballistic\b[^.]{0,20}\b(?:launch|test)\b`)
	orbital    = pattern.New(`(?i)\blaunch(?:ed)?\b[^.]{0,40}\bsatellites?\b|\bsatellite launch\b|\bput\b[^.]{0,30}\bsatellite\b[^.]{0,20}\binto orbit\b`)
	drill      = pattern.New(`(?i)\b(?:military|naval|air|joint|large-scale|live-fire|field|command[- ]post)\b[^.]{0,30}\b(?:exercises?|drills?|manoeuvres?|maneuvers?)\b`)
	holding    = pattern.New(`(?i)\b(?:held|holds?|hold|conducted|conducts?|began|begin|started|starts?|staged|opened|opens|launched|launch(?: of)?|carried out|carry|carries|runs?|ran|operates?|operated)\b`)
	large      = pattern.New(`(?i)\b(?:large|large-scale|major|biggest|largest)\b`)
	jointly    = pattern.New(`(?i)\bjoint venture|\bcooperative entit|\bjoint compan`)
	ferries    = pattern.New(`(?i)\bferry (?:service|line|route|link)|\bpassenger (?:ship|ferry) service`)
	calling    = pattern.New(`(?i)\b(?:called|docked|berthed|anchored|arrived|entered|put in|moored)\b`)
	atPort     = pattern.New(`\b(?:at|in|into|entered)\s`)
	paying     = pattern.New(`(?i)\b(?:paid|wired|remitted|transferred)\b[^.]{0,40}(?:[$€£¥]|\bdollars|\beuros|\bUSD|\bmillion|\bmoney|\bfunds|\bcash)`)
	vesselWord = pattern.New(`(?i)\b(?:vessel|ship|tanker|ferry|freighter|trawler|bulk carrier|barge)\b`)

	stages = []struct {
		word string
		re   *pattern.Pattern
	}{
		{"close", pattern.New(`(?i)\b(?:closed|closes|shut|ended|dissolved)\b`)},
		{"expand", pattern.New(`(?i)\b(?:expanded|expands|enlarged)\b`)},
		{"open", pattern.New(`(?i)\b(?:opened|opens|set up|sets up|established|establishes|founded|formed|created|launched)\b`)},
		{"maintain", pattern.New(`(?i)\b(?:maintains?|runs?|operates?|keeps?|ran|operated)\b`)},
	}
	ranges = []struct {
		word string
		re   *pattern.Pattern
	}{
		{"intercontinental", pattern.New(`(?i)\bintercontinental|\bICBMs?\b`)},
		{"intermediate", pattern.New(`(?i)\bintermediate-range`)},
		{"medium", pattern.New(`(?i)\bmedium-range`)},
		{"short", pattern.New(`(?i)\bshort-range`)},
	}
	atomic = pattern.New(`(?i)\bnuclear\s+(?:weapons?\s+)?test\b|\btested\b[^.]{0,30}\bnuclear\b`)
)

// frame states the activity that a claim describes, in the vocabulary of the law, where the words leave no doubt of what
// was done, by whom and when. What is said of the past without a date has no day and becomes no activity; nor does what
// is demanded, proposed, promised, foretold or denied.
func (w *work) frame(c *Claim) {
	switch c.Kind {
	case claim.Demand, claim.Proposal, claim.Denial, claim.Undertaking:
		return
	}
	if c.Negative || c.Sort == "prediction" {
		return
	}
	text := w.text[c.Span.From:c.Span.To]
	if at := workers.FindStringIndex(text); at != nil {
		w.employment(c, text, c.Span.From+at[0])
		return
	}
	for _, read := range []func(*Claim, string){w.test, w.exercise, w.venture, w.ferry, w.portCall, w.payment, w.supply} {
		if read(c, text); c.Activity != nil {
			return
		}
	}
}

// test states a test or launch by the subject.
func (w *work) test(c *Claim, text string) {
	what := ""
	switch {
	case atomic.MatchString(text):
		what = "nuclear_test"
	case orbital.MatchString(text):
		what = "satellite_launch"
	case firing.MatchString(text):
		what = "ballistic_launch"
	}
	if what == "" || len(c.Subject.States) != 1 {
		return
	}
	day, ok := w.dated(c)
	if !ok {
		return
	}
	facts := []string{"test.state", c.Subject.States[0].String(), "test.type", what}
	if what == "ballistic_launch" {
		for _, r := range ranges {
			if r.re.MatchString(text) {
				facts = append(facts, "test.range", r.word)
				break
			}
		}
	}
	c.Activity = w.activity("test", day, facts...)
}

// exercise states an exercise of one state, or of two together.
func (w *work) exercise(c *Claim, text string) {
	n := len(c.Subject.States)
	if !drill.MatchString(text) || !holding.MatchString(text) || n == 0 || n > 2 {
		return
	}
	day, ok := w.dated(c)
	if !ok {
		return
	}
	facts := []string{"test.state", c.Subject.States[n-1].String()}
	if n == 2 {
		facts = append(facts, "exercise.with", c.Subject.States[0].String())
	}
	if large.MatchString(text) {
		facts = append(facts, "exercise.scale", "large")
	}
	c.Activity = w.activity("exercise", day, facts...)
}

// venture states a joint venture of the subject with one other state.
func (w *work) venture(c *Claim, text string) {
	stage := ""
	for _, s := range stages {
		if s.re.MatchString(text) {
			stage = s.word
			break
		}
	}
	if stage == "" || !jointly.MatchString(text) {
		return
	}
	of, partner := w.two(c)
	if day, ok := w.dayOf(c, true); ok && partner != 0 {
		c.Activity = w.activity("venture", day, "venture.partner_state", partner.String(), "venture.stage", stage, "jurisdiction", of.String())
	}
}

// ferry states that a service carries passengers or cargo by ship between the subject and another state.
func (w *work) ferry(c *Claim, text string) {
	if !ferries.MatchString(text) || !holding.MatchString(text) {
		return
	}
	a, b := w.two(c)
	day, ok := w.dayOf(c, false)
	if !ok || b == 0 {
		return
	}
	c.Activity = w.activity("vessel_service", day, w.withShip(c, "vessel.service", "carry_passengers", "service.recipient_state", b.String(), "jurisdiction", a.String())...)
}

// portCall states that a ship entered a port of a state.
func (w *work) portCall(c *Claim, text string) {
	at := calling.FindStringIndex(text)
	if at == nil {
		return
	}
	where := w.stateAfter(sentence.Span{From: c.Span.From + at[0], To: c.Span.To}, atPort)
	day, ok := w.dated(c)
	if !ok || where == 0 {
		return
	}
	facts := w.withShip(c, "jurisdiction", where.String())
	if len(facts) > 2 || vesselWord.MatchString(text) {
		c.Activity = w.activity("port_call", day, facts...)
	}
}

// payment states that the subject paid somebody of another state.
func (w *work) payment(c *Claim, text string) {
	if !paying.MatchString(text) || len(c.Subject.States) != 1 {
		return
	}
	at := paying.FindStringIndex(text)
	payee := w.stateAfter(sentence.Span{From: c.Span.From + at[0], To: c.Span.To}, toWhom)
	day, ok := w.dated(c)
	if !ok || payee == 0 || payee == c.Subject.States[0] {
		return
	}
	s := c.Subject.States[0].String()
	c.Activity = w.activity("payment", day, "finance.service", "payment", "origin", s, "destination", payee.String(), "jurisdiction", s)
}

// two gives the two states of a claim: those of the subject, or the one of the subject and the one other that is named.
func (w *work) two(c *Claim) (a, b place.State) {
	switch len(c.Subject.States) {
	case 1:
		return c.Subject.States[0], w.otherState(c)
	case 2:
		return c.Subject.States[0], c.Subject.States[1]
	}
	return 0, 0
}

// withShip adds the ship of a claim to facts.
func (w *work) withShip(c *Claim, facts ...string) []string {
	name, imo := w.ship(c.Span)
	if name != "" {
		facts = append(facts, "vessel.name", name)
	}
	if imo != "" {
		facts = append(facts, "vessel.imo", imo)
	}
	return facts
}

// otherState gives the one state that a claim names beside its subject, in whatever form; 0 for none or several.
func (w *work) otherState(c *Claim) place.State {
	var of []place.State
	for _, m := range w.mentionsIn(c.Span) {
		if m.State != 0 && !slices.Contains(c.Subject.States, m.State) {
			of = union(of, []place.State{m.State})
		}
	}
	if len(of) != 1 {
		return 0
	}
	return of[0]
}

// dayOf gives the day of a claim: the one that it names or, of what is told as going on, that of the document.
func (w *work) dayOf(c *Claim, past bool) (when.Period, bool) {
	if day, ok := w.dated(c); ok || past || w.day == when.NoDay {
		return day, ok
	}
	for _, m := range w.allIn(c.Span) {
		if m.Kind == mention.Date {
			return when.Period{}, false // a date that is not clear
		}
	}
	return when.On(w.day), true
}

// employment states that workers of the state whose adjective stands right before the word are hosted. Who hosts is the
// subject, when it is one other state.
func (w *work) employment(c *Claim, text string, at int) {
	var of place.State
	for _, m := range w.allIn(c.Span) {
		if m.Kind == mention.State && m.Form == mention.ByAdjective && m.To < at && at-m.To <= 2 {
			of = m.State
		}
	}
	if of == 0 {
		return
	}
	day, ok := w.dated(c)
	if !ok && hostNow.MatchString(text) && !hostThen.MatchString(text) && w.day != when.NoDay {
		day, ok = when.On(w.day), true
	}
	if !ok || !hostNow.MatchString(text) && !hostThen.MatchString(text) {
		return
	}
	facts := []string{"work.nationality", of.String()}
	for _, m := range w.allIn(c.Span) {
		if m.Kind == mention.Quantity && (m.Unit == "workers" || m.Unit == "labourers" || m.Unit == "laborers") && m.Low == m.High && m.Low > 0 {
			facts = append(facts, "work.count", strconv.FormatFloat(m.Low, 'f', -1, 64))
			break
		}
	}
	if len(c.Subject.States) == 1 && c.Subject.States[0] != of {
		host := c.Subject.States[0].String()
		facts = append(facts, "work.host", host, "jurisdiction", host)
	}
	c.Activity = w.activity("employment", day, facts...)
}

// dated gives the one day or period that a claim names.
func (w *work) dated(c *Claim) (when.Period, bool) {
	var out when.Period
	found := false
	for _, m := range w.allIn(c.Span) {
		if m.Kind != mention.Date {
			continue
		}
		if found || m.Period.From == when.NoDay {
			return out, false
		}
		out, found = m.Period, true
	}
	return out, found
}

// activity makes an activity of facts by name and value; nil where the vocabulary refuses one.
func (w *work) activity(kind string, day when.Period, facts ...string) *activity.Activity {
	a := &activity.Activity{}
	all := append([]string{"kind", kind, "date", day.String()}, facts...)
	for i := 0; i < len(all); i += 2 {
		if w.ref.SetFact(a, all[i], all[i+1]) != nil {
			return nil
		}
	}
	return a
}

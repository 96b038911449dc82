package read

import (
	"regexp"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

var (
	hostNow  = regexp.MustCompile(`(?i)\b(?:hosts?|hosting|employs?|employing|hires?|hiring)\b`)
	hostThen = regexp.MustCompile(`(?i)\b(?:hosted|employed|hired)\b`)
	workers  = regexp.MustCompile(`(?i)\b(?:guest\s+|contract\s+|migrant\s+)?(?:workers|labou?rers)\b`)
	firing   = regexp.MustCompile(`(?i)\b(?:test[- ]?launch(?:ed)?|launch(?:ed)?|test(?:ed)?|fired)\b[^.]{0,40}\b(?:ballistic|icbm|missiles?)\b|\bballistic\b[^.]{0,20}\b(?:launch|test)\b`)
	atomic   = regexp.MustCompile(`(?i)\bnuclear\s+(?:weapons?\s+)?test\b|\btested\b[^.]{0,30}\bnuclear\b`)
)

// frame states the activity that a claim describes, in the vocabulary of the law, where the words leave no doubt of what
// was done, by whom and when. What is said of the past without a date has no day and becomes no activity; nor does what
// is demanded, proposed or denied.
func (w *work) frame(c *Claim) {
	switch c.Kind {
	case claim.Demand, claim.Proposal, claim.Denial:
		return
	}
	if c.Negative {
		return
	}
	text := w.text[c.Span.From:c.Span.To]
	if at := workers.FindStringIndex(text); at != nil {
		w.employment(c, text, c.Span.From+at[0])
		return
	}
	nuclear := atomic.MatchString(text)
	if !nuclear && !firing.MatchString(text) || len(c.Subject.States) != 1 {
		return
	}
	what := "ballistic_launch"
	if nuclear {
		what = "nuclear_test"
	}
	if day, ok := w.dated(c); ok {
		c.Activity = w.activity("test", day, "test.state", c.Subject.States[0].String(), "test.type", what)
	}
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

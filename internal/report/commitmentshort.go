package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// InShort says in one sentence what the record has of an undertaking: whether it was accepted or turned down and by whom, from when to
// when it is said to be kept and on whose word, what came of it, and what is not on record.
func (v *CommitmentsView) InShort(a *commitment.Account, name Names) string {
	parts := []string{accepted(a, name)}
	for i := range a.Changes {
		if a.Changes[i].State == commitment.Observed {
			parts = append(parts, v.observed(a, i, name))
		}
	}
	for _, c := range a.Changes[:len(a.Changes)-1] {
		if c.State == commitment.BreachAlleged || c.State == commitment.BreachEstablished {
			parts = append(parts, c.State.String()+" on "+OneDay(c.On)+made(c))
		}
	}
	parts = append(parts, v.last(a, name)...)
	return a.Provision.ID + ": " + strings.Join(parts, "; ") + "."
}

// accepted says who accepted an undertaking, and who turned it down.
func accepted(a *commitment.Account, name Names) string {
	var yes, no []string
	var turned *event.Event
	bound := a.Stipulation().By
	times := 0
	for _, s := range a.Said {
		switch s.Move.Act {
		case event.Accept:
			yes = append(yes, stateCodes(s.Move.By)...)
		case event.Reject:
			no = append(no, stateCodes(s.Move.By)...)
			turned = cmp.Or(turned, s.Event)
			times++
		}
	}
	yes = slices.DeleteFunc(distinct(yes), func(s string) bool { return !slices.Contains(bound, s) })
	out := "never accepted"
	for _, c := range a.Changes {
		if c.State == commitment.Accepted {
			out = "accepted by " + codeNames(yes, name) + " on " + OneDay(c.On)
			break
		}
	}
	switch {
	case a.Supposed:
		out = "taken here as accepted, which it never was"
	case out == "never accepted" && len(yes) > 0:
		out = "accepted by " + codeNames(yes, name) + " alone, of " + codeNames(bound, name)
	}
	if times == 0 {
		if out == "never accepted" {
			out += ", and nobody is on record as having turned it down"
		}
		return out
	}
	out += ", turned down by " + codeNames(distinct(no), name) + " on " + OneDay(turned.Legal())
	if times > 1 {
		out += " and in " + Plural(times-1, "statement") + " more"
	}
	return out
}

// observed says of a time in which an undertaking is said to be kept on whose word that is, and what the events have of that time.
func (v *CommitmentsView) observed(a *commitment.Account, i int, name Names) string {
	c := a.Changes[i]
	bound := a.Stipulation().By
	span := when.Period{From: c.On.From, To: v.end()}
	till := "and still so at the end of the record"
	if i+1 < len(a.Changes) {
		next := a.Changes[i+1]
		span.To, till = next.On.From-1, "to "+OneDay(next.On)
	}
	var by []string
	n, unseen := 0, 0
	for _, s := range a.Said {
		if s.Move.Act == event.Observe && s.Event.Legal().Overlaps(span) {
			by = append(by, stateCodes(s.Move.By)...)
			if n++; !s.Event.Verified {
				unseen++
			}
		}
	}
	by = distinct(by)
	out := fmt.Sprintf("said to be kept by %s from %s %s, on the word of %s", codeNames(bound, name), c.On.Long(), till, codeNames(by, name))
	if !slices.ContainsFunc(by, func(s string) bool { return slices.Contains(bound, s) }) {
		out += " (not bound by it)"
	}
	out += ", in " + Plural(n, "statement")
	switch {
	case unseen > 0 && unseen == n:
		out += " not seen by us"
	case unseen > 0:
		out += fmt.Sprintf(" (%d not seen by us)", unseen)
	}
	return out + "; " + v.evidenceIn(a, span, name)
}

// evidenceIn says how many events of the kinds that could be against an undertaking, by who is bound, are on record in a time.
func (v *CommitmentsView) evidenceIn(a *commitment.Account, span when.Period, name Names) string {
	bound := a.Stipulation().By
	what, many, of := kindOfConduct(a)
	between := fmt.Sprintf("between %s and %s", span.From.Long(), span.To.Long())
	n, title := 0, ""
	for i := range v.Events {
		e := &v.Events[i]
		if of(e.Kind) && e.Legal().Overlaps(span) && e.Legal().From <= span.To &&
			slices.ContainsFunc(slices.Concat(e.Actors, e.With), func(s place.State) bool { return slices.Contains(bound, s.String()) }) {
			n, title = n+1, e.Title
		}
	}
	against := 0
	for _, d := range deeds([]*commitment.Account{a}, nil) {
		if d.conduct.Role.Against() && d.conduct.On.Overlaps(span) && d.conduct.Role != commitment.EndsObservance {
			against++
		}
	}
	switch {
	case n == 0:
		return fmt.Sprintf("no %s by %s %s is on record here, for or against it", what, codeNames(bound, name), between)
	case n == 1 && against == 0:
		return fmt.Sprintf("one %s by %s %s is on record here, which is not against it: %s", what, codeNames(bound, name), between, title)
	case against == 0:
		return fmt.Sprintf("of %d %s by %s on record here %s, none is against it", n, many, codeNames(bound, name), between)
	default:
		return fmt.Sprintf("of %d %s by %s on record here %s, %d may be against it", n, many, codeNames(bound, name), between, against)
	}
}

// kindOfConduct names what could be against an undertaking, one and many, and tells whether an event is of that kind. Where something
// other than a test, launch or exercise was against it, every event of the kind of activity is.
func kindOfConduct(a *commitment.Account) (one, many string, of func(event.Kind) bool) {
	test := func(k event.Kind) bool { return k <= event.OtherLaunch }
	drill := func(k event.Kind) bool { return k == event.Exercise }
	all := func(is func(event.Kind) bool) bool {
		return !slices.ContainsFunc(a.Conduct, func(c commitment.Conduct) bool { return c.Role.Against() && !is(c.Event.Kind) })
	}
	switch {
	case a.Provision.Kinds.Has(vocab.KindTest) && all(test):
		return "test or launch", "tests and launches", test
	case a.Provision.Kinds.Has(vocab.KindExercise) && all(drill):
		return "exercise", "exercises", drill
	}
	return "event of its kind", "events of its kind", func(k event.Kind) bool { return k.Activity() != 0 && a.Provision.Kinds.Has(k.Activity()) }
}

// end is the last day that is looked at.
func (v *CommitmentsView) end() when.Day {
	last := when.NoDay
	for i := range v.Events {
		last = max(last, v.Events[i].Legal().To)
	}
	return max(last, v.To)
}

// last says what came of an undertaking in the end, and, where it was taken on and nothing ended it, on how much that rests.
func (v *CommitmentsView) last(a *commitment.Account, name Names) []string {
	c := a.Changes[len(a.Changes)-1]
	switch {
	case EndedByConduct(a, len(a.Changes)-1):
		return []string{"ended by conduct: " + c.Event.Title + " (" + c.Event.ID + ")"}
	case c.State == commitment.Proposed || c.State == commitment.Rejected || c.State == commitment.Observed:
		return nil
	case c.State == commitment.Accepted:
		if a.Stipulation().Abstain {
			return []string{"nobody is on record as having broken it", v.evidenceIn(a, when.Period{From: c.On.From, To: v.end()}, name)}
		}
		if p := v.progress(a); p != "" {
			return []string{"progress at the end of the record: " + p}
		}
		if n := performed(a); n > 0 {
			return []string{Plural(n, "deed") + " on record that may carry it out"}
		}
		return []string{"whether it was carried out is not on record"}
	}
	out := c.State.String() + " since " + OneDay(c.On)
	out += made(c)
	if before := a.Changes[len(a.Changes)-2]; byConduct(c) && a.Stipulation().Abstain && before.State == commitment.Accepted && before.On.From < c.On.From {
		return []string{"before its breach, " + v.evidenceIn(a, when.Period{From: before.On.From, To: c.On.From - 1}, name), out}
	}
	return []string{out}
}

// byConduct reports whether a change was made by what was done.
func byConduct(c commitment.Change) bool {
	return c.Event != nil && (c.Why == commitment.ByConduct || c.Why == commitment.ByConductPerhaps)
}

// made says what made a change.
func made(c commitment.Change) string {
	switch {
	case c.Event == nil:
		return " (" + c.Why + ")"
	case byConduct(c):
		return ", by conduct: " + c.Event.Title + " (" + c.Event.ID + ")"
	}
	return ": " + c.Event.Title + " (" + c.Event.ID + "; " + c.Why + ")"
}

// performed counts the deeds on record that may carry out an undertaking.
func performed(a *commitment.Account) int {
	n := 0
	for i := range a.Conduct {
		if a.Conduct[i].Role == commitment.Performance {
			n++
		}
	}
	return n
}

// EndedByConduct reports whether a change is the end of an observance, by what was done and not by what was said.
func EndedByConduct(a *commitment.Account, i int) bool {
	c := a.Changes[i]
	return i > 0 && a.Changes[i-1].State == commitment.Observed && c.Event != nil && c.Why == commitment.ByConduct
}

// StepWords gives a change of state in words, and why it came about. What ends an observance turns nothing down.
func StepWords(a *commitment.Account, i int) (state, why string) {
	c := a.Changes[i]
	if EndedByConduct(a, i) {
		return "ended by conduct", c.Why + "; as before it: " + c.State.String()
	}
	return c.State.String(), c.Why
}

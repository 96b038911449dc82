package check

import (
	"fmt"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// done checks a claim that something was done: against the events on record, which alone bear it out, and against the law, which
// says what it would have been. That the law bars a thing is no sign that it was done, nor that it was not.
func (k *Checker) done(c *read.Claim) (Result, error) {
	res := k.happened(c.Activity)
	if k.Along == nil {
		return res, nil
	}
	stretches, err := k.Along(c.Activity, c.Activity.Date)
	if err != nil {
		return res, err
	}
	for i, s := range stretches {
		res.rest(Provision, s.Provisions...)
		if i == 0 {
			res.Evidence = append(res.Evidence, fmt.Sprintf("if it is so, the law of %s has it as %s%s", s.Period.From.Long(), s.Verdict, cited(s)))
		} else {
			res.Evidence = append(res.Evidence, fmt.Sprintf("if it was on or after %s, as %s%s", s.Period.From.Long(), s.Verdict, cited(s)))
		}
	}
	return res, nil
}

// happened looks for a test, launch or exercise among the events: the same state, the same kind, and a day that may be the same in
// some zone of time. An event elsewhere in the period contradicts nothing: the record need not be whole.
func (k *Checker) happened(a *activity.Activity) Result {
	var res Result
	for i := range k.Events {
		e := &k.Events[i]
		if !same(a, e) {
			continue
		}
		days := e.Legal()
		if !(when.Period{From: days.From - 1, To: days.To + 1}).Overlaps(a.Date) {
			continue
		}
		line := fmt.Sprintf("on record: %s, %s", e.Title, e.Time.Text)
		if len(e.Sources) > 0 {
			line += " (" + e.Sources[0] + ")"
		}
		res.Word, res.Evidence = BorneOut, append(res.Evidence, line)
		res.rest(Happened, e.ID)
		for _, d := range e.Doubt {
			res.Evidence = append(res.Evidence, "in doubt: "+d)
		}
	}
	return res
}

// same reports whether an event is of the kind that an activity describes, by the same state.
func same(a *activity.Activity, e *event.Event) bool {
	if e.Kind.Activity() != a.Kind {
		return false
	}
	var states []string
	for _, s := range slices.Concat(e.Actors, e.With) {
		states = append(states, s.String())
	}
	who, ok := a.Facts.Get(vocab.TestState)
	if !ok || !slices.Contains(states, who.Text) {
		return false
	}
	if what, ok := a.Facts.Get(vocab.TestType); ok && what.Text != e.Kind.String() {
		return false
	}
	with, ok := a.Facts.Get(vocab.ExerciseWith)
	return !ok || slices.Contains(states, with.Text)
}

// alleged checks an allegation, which says both that something was done and that it was wrong: where the law of the day barred
// it, the charge is right in law, and in fact only as far as events on record bear it out.
func (k *Checker) alleged(c *read.Claim) (Result, error) {
	res, err := k.law(c)
	if err != nil || res.Word != BorneOut {
		return res, err
	}
	fact := k.happened(c.Activity)
	res.Evidence, res.Rests = append(res.Evidence, fact.Evidence...), append(res.Rests, fact.Rests...)
	if fact.Word != BorneOut {
		res.Word = InPart
		res.Evidence = append(res.Evidence, "barred if it was done; that it was done is outside the record")
	}
	return res, nil
}

package event

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Kind says what kind of event it is.
type Kind uint8

// The kinds.
const (
	NuclearTest Kind = iota
	BallisticLaunch
	SatelliteLaunch
	OtherLaunch // cruise missiles, rocket artillery, air defence
	Enrichment
	Programme // reactors, engines, other work on programmes
	Provocation
	Exercise
	Talks
	Summit
	Visit
	Statement
	Vote
	Agreement
	Handover
	Release
	Dismantling
	Inspection
	Aid
	LiaisonOffice
	Withdrawal
)

// row is a kind with what it is in the vocabulary: the kind of activity and the value of test.type or step.act.
type row struct {
	word  string
	kind  vocab.KindID
	value string
}

// kindTable is the one table of kinds.
var kindTable = [...]row{
	NuclearTest:     {"nuclear_test", vocab.KindTest, "nuclear_test"},
	BallisticLaunch: {"ballistic_launch", vocab.KindTest, "ballistic_launch"},
	SatelliteLaunch: {"satellite_launch", vocab.KindTest, "satellite_launch"},
	OtherLaunch:     {"other_launch", vocab.KindTest, "provocation"},
	Enrichment:      {"enrichment", vocab.KindTest, "enrichment"},
	Programme:       {"programme", vocab.KindTest, "programme_activity"},
	Provocation:     {"provocation", vocab.KindTest, "provocation"},
	Exercise:        {"exercise", vocab.KindExercise, ""},
	Talks:           {"talks", vocab.KindStep, "talks"},
	Summit:          {"summit", vocab.KindStep, "summit"},
	Visit:           {"visit", vocab.KindStep, "visit"},
	Statement:       {"statement", vocab.KindStep, "statement"},
	Vote:            {"vote", vocab.KindStep, "vote"},
	Agreement:       {"agreement", vocab.KindStep, "agreement"},
	Handover:        {"handover", vocab.KindStep, "handover"},
	Release:         {"release", vocab.KindStep, "release"},
	Dismantling:     {"dismantling", vocab.KindStep, "dismantling"},
	Inspection:      {"inspection", vocab.KindStep, "inspection"},
	Aid:             {"aid", vocab.KindStep, "aid"},
	LiaisonOffice:   {"liaison_office", vocab.KindStep, "liaison_office"},
	Withdrawal:      {"withdrawal", vocab.KindStep, "withdrawal"},
}

// String gives the word used in files.
func (k Kind) String() string { return kindTable[k].word }

// Activity gives the kind of activity that it is in the vocabulary.
func (k Kind) Activity() vocab.KindID { return kindTable[k].kind }

// ParseKind reads the word used in files.
func ParseKind(s string) (Kind, error) {
	words := make([]string, len(kindTable))
	for i, r := range kindTable {
		if r.word == s {
			return Kind(i), nil
		}
		words[i] = r.word
	}
	e := fault.New(fault.Invalid, "there is no kind of event %q", s)
	if near := text.NearestOf(s, words, 1); len(near) > 0 {
		return 0, e.WithFix("did you mean %s?", near[0])
	}
	return 0, e.WithFix("one of %s", strings.Join(words, ", "))
}

// Conduct is what one state did in an event, in the vocabulary of the law.
type Conduct struct {
	State place.State
	// Activity has the day on which the law is to be taken for its date.
	Activity *activity.Activity
}

// Conduct turns an event into activities, one for each state that did it, dated with the days of a period. What no source
// says is left unsaid, so that the engine asks.
func (e *Event) Conduct(on when.Period) []Conduct {
	out := make([]Conduct, 0, len(e.Actors))
	for _, s := range e.Actors {
		out = append(out, Conduct{State: s, Activity: e.activity(s, on)})
	}
	return out
}

func (e *Event) activity(s place.State, on when.Period) *activity.Activity {
	r := kindTable[e.Kind]
	a := &activity.Activity{ID: e.ID, Kind: r.kind, Date: on}
	say := func(id vocab.FactID, v string) {
		if v != "" {
			a.Facts.Set(id, activity.Value{Text: v})
		}
	}
	with := e.partner(s)
	switch r.kind {
	case vocab.KindTest:
		say(vocab.TestState, s.String())
		say(vocab.TestType, r.value)
		say(vocab.TestRange, e.Range)
	case vocab.KindExercise:
		say(vocab.TestState, s.String())
		say(vocab.ExerciseScale, e.Scale)
		say(vocab.ExerciseWith, with)
	default:
		say(vocab.StepState, s.String())
		say(vocab.StepAct, r.value)
		say(vocab.StepWith, with)
	}
	return a
}

// partner gives the first other state that took part beside s, "" for none.
func (e *Event) partner(s place.State) string {
	for _, list := range [][]place.State{e.With, e.Actors} {
		for _, o := range list {
			if o != s {
				return o.String()
			}
		}
	}
	return ""
}

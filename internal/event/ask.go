package event

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Ask chooses events in the words of people; what is empty chooses all.
type Ask struct {
	// Kind is the kind of event, State who acted, Period when it may have happened.
	Kind, State, Period string
}

// Pick gives the events that are asked for, in order. A word that names nothing is an error at its field. The given list
// stays as it is.
func (a Ask) Pick(list []Event, places *place.Gazetteer) ([]Event, error) {
	list = slices.Clone(list)
	if a.Kind != "" {
		k, err := ParseKind(a.Kind)
		if err != nil {
			return nil, fault.In(fault.Place{Field: "kind"}, err)
		}
		list = slices.DeleteFunc(list, func(e Event) bool { return e.Kind != k })
	}
	if a.State != "" {
		s, err := places.ParseState(a.State)
		if err != nil {
			return nil, fault.In(fault.Place{Field: "state"}, err)
		}
		list = slices.DeleteFunc(list, func(e Event) bool { return !slices.Contains(e.Actors, s) })
	}
	if a.Period != "" {
		p, err := when.Parse(a.Period)
		if err != nil {
			return nil, fault.In(fault.Place{Field: "period"}, err)
		}
		list = slices.DeleteFunc(list, func(e Event) bool { return !e.Legal().Overlaps(p) })
	}
	return list, nil
}

// Find gives the event of an id; fault.NotFound when there is none.
func Find(list []Event, id string) (*Event, error) {
	i := slices.IndexFunc(list, func(e Event) bool { return e.ID == id })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "there is no event %q", id).WithFix("`cordon events list` shows them")
	}
	return &list[i], nil
}

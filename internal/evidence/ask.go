package evidence

import (
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Ask chooses claims in the words of people; what is empty chooses all.
type Ask struct {
	// State is who they are about or by, Obligation a provision or an instrument, Source the id of a source.
	State, Obligation, Source string
	Kinds                     []string
	// Period is a day, month, year or span that they touch.
	Period string
}

// Filter reads what is asked. A word that names nothing is an error at its field.
func (b *Book) Filter(a Ask, places *place.Gazetteer) (claim.Filter, error) {
	f := claim.Filter{Obligation: a.Obligation, Source: a.Source, Period: when.On(when.NoDay)}
	var err error
	if a.State != "" {
		if f.State, err = places.ParseState(a.State); err != nil {
			return f, fault.In(fault.Place{Field: "state"}, err)
		}
	}
	if a.Obligation != "" {
		if _, err := b.law.Find(a.Obligation); err != nil {
			return f, fault.In(fault.Place{Field: "obligation"}, err)
		}
	}
	for _, k := range a.Kinds {
		kind, err := claim.ParseKind(k)
		if err != nil {
			return f, fault.In(fault.Place{Field: "kind"}, err)
		}
		f.Kinds = append(f.Kinds, kind)
	}
	if a.Period != "" {
		if f.Period, err = when.Parse(a.Period); err != nil {
			return f, fault.In(fault.Place{Field: "period"}, err)
		}
	}
	if a.Source != "" {
		_, err = b.Ledger.Source(a.Source)
	}
	return f, err
}

package trade

import (
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/mirror"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Words are what is asked of trade, in the words of people; all but the target may be empty.
type Words struct {
	// Target and Partner are states, Period a year, month or span, Code an HS code, Series the name of a series.
	Target, Partner, Period, Code, Series string
}

// ParseAsk reads what is asked. A word that names nothing is an error at its field.
func ParseAsk(w Words, places *place.Gazetteer, hs *goods.Nomenclature) (mirror.Ask, error) {
	ask := mirror.Ask{Series: w.Series}
	var err error
	if ask.Target, err = places.ParseState(w.Target); err != nil {
		return ask, fault.In(fault.Place{Field: "target"}, err)
	}
	if w.Partner != "" {
		if ask.Partner, err = places.ParseState(w.Partner); err != nil {
			return ask, fault.In(fault.Place{Field: "partner"}, err)
		}
	}
	if w.Period != "" {
		if ask.Period, err = when.Parse(w.Period); err != nil {
			return ask, fault.In(fault.Place{Field: "period"}, err)
		}
	}
	if w.Code != "" {
		if ask.Code, err = goods.ParseCode(w.Code); err == nil {
			err = hs.Check(ask.Code, 0)
		}
		if err != nil {
			return ask, fault.In(fault.Place{Field: "hs"}, err)
		}
	}
	return ask, nil
}

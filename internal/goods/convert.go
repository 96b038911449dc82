package goods

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// Convert converts a quantity into another unit of mass or volume: into barrels
// and tonnes by [Factors.Barrels] and [Factors.Tonnes], and between a unit and
// itself exactly. Any other pair is a fault.
func (f *Factors) Convert(quantity float64, from, to, product string) (Band, error) {
	switch {
	case from == to:
		return Band{Low: quantity, High: quantity, Rule: "given in " + to, Verified: true}, nil
	case to == "bbl":
		return f.Barrels(quantity, from, product)
	case to == "t" && from == "kg":
		return Band{Low: quantity / 1000, High: quantity / 1000, Rule: "mass", Verified: true}, nil
	case to == "t":
		return f.Tonnes(quantity, from, product)
	}
	return Band{}, fault.New(fault.Invalid, "a quantity in %q cannot be compared with a limit in %q", from, to).
		WithFix("give the quantity in %s", to)
}

// productWords are words by which a description tells a petroleum product; a
// longer phrase stands before the words in it.
var productWords = []struct{ words, product string }{
	{"jet fuel", "jet_fuel"},
	{"jet a 1", "jet_fuel"},
	{"aviation kerosene", "jet_fuel"},
	{"aviation turbine fuel", "jet_fuel"},
	{"liquefied petroleum gas", "lpg"},
	{"lpg", "lpg"},
	{"propane", "lpg"},
	{"butane", "lpg"},
	{"liquefied natural gas", "lng"},
	{"lng", "lng"},
	{"natural gas condensate", "condensate"},
	{"gas condensate", "condensate"},
	{"condensate", "condensate"},
	{"condensates", "condensate"},
	{"gas oil", "diesel"},
	{"gasoil", "diesel"},
	{"diesel", "diesel"},
	{"gasoline", "gasoline"},
	{"petrol", "gasoline"},
	{"motor spirit", "gasoline"},
	{"naphtha", "naphtha"},
	{"kerosene", "kerosene"},
	{"heavy fuel oil", "residual"},
	{"residual fuel oil", "residual"},
	{"fuel oil", "residual"},
	{"mazut", "residual"},
	{"bunker fuel", "residual"},
	{"lubricating oil", "lubricant"},
	{"lubricants", "lubricant"},
	{"crude oil", "crude"},
	{"crude petroleum", "crude"},
	{"crude", "crude"},
}

// ProductOf gives the petroleum product that a description names, by whole
// words; false when it names none, or more than one.
func (f *Factors) ProductOf(description string) (string, bool) {
	folded := " " + text.Fold(description) + " "
	found := ""
	for _, w := range productWords {
		at := strings.Index(folded, " "+w.words+" ")
		if at < 0 {
			continue
		}
		// a word inside a longer phrase counts once
		folded = folded[:at] + " | " + folded[at+len(w.words)+2:]
		if found != "" && found != w.product {
			return "", false
		}
		found = w.product
	}
	return found, found != ""
}

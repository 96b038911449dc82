package report

import (
	"cmp"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/vocab"
)

// shorts are the words of values that are written in capitals.
var shorts = map[string]string{"un": "UN", "ngo": "NGO", "lpg": "LPG", "lng": "LNG", "m3": "m³", "bbl": "barrels", "kg": "kg", "t": "tonnes", "l": "litres"}

// ValueWord gives a value of an enumeration as people read it: "UN body" for
// "un_body".
func ValueWord(value string) string {
	parts := strings.Split(value, "_")
	for i, w := range parts {
		if s, ok := shorts[w]; ok {
			parts[i] = s
		}
	}
	return strings.Join(parts, " ")
}

// FactValue gives a stated value as people read it; state gives the name of a
// state from its code.
func FactValue(f *vocab.Fact, v activity.Value, state func(code string) string) string {
	switch f.Type {
	case vocab.Bool:
		if v.Bool() {
			return "yes"
		}
		return "no"
	case vocab.Number:
		return strings.TrimSpace(figure(v.Num, f.Unit))
	case vocab.Date:
		return v.Date.Long()
	case vocab.State:
		if v.Text == "ZZ" {
			return "another state"
		}
		return state(v.Text)
	case vocab.Enum, vocab.Commodity:
		return ValueWord(v.Text)
	default:
		return v.Text
	}
}

// lawMeasures are the measures as people call them.
var lawMeasures = map[string]string{
	"arms": "Arms", "wmd": "Nuclear, missile and chemical goods", "luxury": "Luxury goods", "catch_all": "Any goods of use to the programmes",
	"asset_freeze": "Assets frozen", "travel": "Travel bans", "inspection": "Inspection of cargo", "seizure": "Seizure", "vessel": "Ships",
	"aviation": "Aircraft", "fuel": "Oil and fuel", "finance": "Banks and money", "trade_support": "Public support for trade",
	"sectoral": "Trade in named goods", "labour": "Workers abroad", "venture": "Joint ventures", "cooperation": "Science and training",
	"diplomatic": "Diplomats", "property": "Property abroad", "programme": "The programmes themselves", "reporting": "Reports to the Council",
	"exemption": "Exemptions", "designation": "Listings", "interpretation": "Readings of the law", "institutional": "Bodies of the Council",
}

// MeasureWord gives a measure as people call it; the word itself for one that has no other.
func MeasureWord(measure string) string { return cmp.Or(lawMeasures[measure], measure) }

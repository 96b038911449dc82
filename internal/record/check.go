package record

import (
	"math"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// unit is a unit of quantities, and the measures that are counted in nothing else.
type unit struct {
	word  string
	only  []Measure
	about string
}

// Percent is the unit of shares.
const Percent = "pct"

// units are all units. Those of customs statistics follow the recommendation of the World Customs Organization.
var units = []unit{
	{"t", nil, "tonnes"},
	{"kg", nil, "kilograms"},
	{"bbl", nil, "barrels of 42 US gallons"},
	{"l", nil, "litres"},
	{"m3", nil, "cubic metres"},
	{"m2", nil, "square metres"},
	{"m", nil, "metres"},
	{"carat", nil, "carats"},
	{"mwh", nil, "thousands of kilowatt-hours"},
	{"items", nil, "pieces"},
	{"pairs", nil, "pairs"},
	{"thousands", nil, "thousands of pieces"},
	{"dozens", nil, "dozens of pieces"},
	{"packs", nil, "packages"},
	{Percent, []Measure{TradeShare}, "per cent"},
	{"persons", []Measure{WorkersPresent, WorkersReturned}, "persons"},
	{"permits", []Measure{PermitsValid}, "permits"},
	{"visas", []Measure{VisaDecline}, "visas"},
	{"states", []Measure{ReportsFiledCount}, "states"},
	{"deliveries", []Measure{DeliveriesCount}, "deliveries or calls"},
}

// Units gives the words of all units, for messages and forms.
func Units() []string {
	out := make([]string, len(units))
	for i := range units {
		out[i] = units[i].word
	}
	return out
}

// UnitName gives a unit as people say it: "tonnes" for "t".
func UnitName(word string) string {
	if u := unitOf(word); u != nil {
		return u.about
	}
	return word
}

func unitOf(word string) *unit {
	for i := range units {
		if units[i].word == word {
			return &units[i]
		}
	}
	return nil
}

// CheckSeries checks the name of a series: lower case letters, digits and single
// dashes, at most 40 of them, a letter first.
func CheckSeries(s string) error {
	ok := len(s) > 0 && len(s) <= 40 && s[0] >= 'a' && s[0] <= 'z' && s[len(s)-1] != '-' && !strings.Contains(s, "--")
	for i := range len(s) {
		c := s[i]
		ok = ok && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')
	}
	if !ok {
		return fault.New(fault.Invalid, "%q is not the name of a series", clip(s)).
			WithFix("use lower case letters, digits and dashes, as in kotra or un-1718-coal")
	}
	return nil
}

// Check says what is wrong with a record in itself; nil when nothing is. It does not
// ask whether states and codes exist, nor what other records say.
func (r *Record) Check() error {
	for _, check := range [...]func(*Record) *fault.Error{
		checkWho, checkPeriod, checkFigures, checkQuantity, checkRest,
	} {
		if err := check(r); err != nil {
			return err
		}
	}
	return nil
}

func wrong(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).At(fault.Place{Field: field})
}

func checkWho(r *Record) *fault.Error {
	sides := 0
	for _, given := range [...]bool{r.Partner != 0, r.World, r.Area != ""} {
		if given {
			sides++
		}
	}
	switch {
	case r.Reporter == 0 && r.By == "":
		return wrong("reporter", "nobody reports the figure").WithFix("give the reporter, or by: who else says so")
	case r.Reporter != 0 && r.By != "":
		return wrong("by", "the figure has a reporter and a by").WithFix("give the state as reporter, or who else says so as by")
	case sides > 1:
		return wrong("partner", "the figure has more than one partner").WithFix("give one of partner, world and area")
	case r.Subject != 0 && r.Subject == r.Reporter:
		return wrong("subject", "the subject is the reporter").WithFix("leave the subject out")
	}
	if r.Series != "" {
		if err := CheckSeries(r.Series); err != nil {
			return err.(*fault.Error).At(fault.Place{Field: "series"})
		}
	}
	return nil
}

func checkPeriod(r *Record) *fault.Error {
	low, high := when.Date(when.MinYear, 1, 1), when.Date(when.MaxYear, 12, 31)
	if r.Period.From < low || r.Period.To > high || r.Period.To < r.Period.From {
		return wrong("period", "the figure has no period, or one that runs backwards").WithFix("give a year, month, day or span, as in 2017-08 or 2018-01/05")
	}
	return nil
}

func checkFigures(r *Record) *fault.Error {
	known := r.Quantity.Known || r.Value.Known || r.NetWeight.Known
	switch {
	case known && r.Blank:
		return wrong("blank", "the figure is called blank and is not")
	case !known && !r.Blank && r.Measure != ReportFiled:
		return wrong("quantity", "the record has neither quantity nor value").WithFix("say blank: true where the source itself leaves it out")
	}
	for _, c := range [...]struct {
		field string
		r     Range
	}{{"quantity", r.Quantity}, {"value_usd", r.Value}, {"net_weight_kg", r.NetWeight}} {
		if err := checkRange(c.field, c.r); err != nil {
			return err
		}
	}
	return nil
}

func checkRange(field string, r Range) *fault.Error {
	switch {
	case !r.Known && (r.Low != 0 || r.High != 0):
		return wrong(field, "a blank has bounds")
	case math.IsNaN(r.Low) || math.IsInf(r.Low, 0) || math.IsNaN(r.High) || math.IsInf(r.High, 0):
		return wrong(field, "the figure is not a number")
	case r.Low < 0:
		return wrong(field, "the figure is below zero")
	case r.High < r.Low:
		return wrong(field, "the range runs backwards, from %s to %s", number(r.Low), number(r.High))
	}
	return nil
}

func checkQuantity(r *Record) *fault.Error {
	if r.Unit == "" {
		if r.Quantity.Known {
			return wrong("unit", "the quantity has no unit").WithFix("give one of: %s", strings.Join(Units(), ", "))
		}
		return nil
	}
	u := unitOf(r.Unit)
	if u == nil {
		err := wrong("unit", "there is no unit %q", clip(r.Unit))
		if near := text.NearestOf(r.Unit, Units(), 1); len(near) > 0 {
			return err.WithFix("did you mean %s?", near[0])
		}
		return err.WithFix("give one of: %s", strings.Join(Units(), ", "))
	}
	if u.only != nil && !slices.Contains(u.only, r.Measure) {
		return wrong("unit", "%s is not counted in %s", r.Measure, u.about)
	}
	for i := range units {
		if own := &units[i]; own != u && slices.Contains(own.only, r.Measure) {
			return wrong("unit", "%s is counted in %s, not in %s", r.Measure, own.about, u.about)
		}
	}
	if r.Measure == TradeShare && r.Quantity.High > 100 {
		return wrong("quantity", "a share of %s per cent", number(r.Quantity.High)).WithFix("a share lies between 0 and 100")
	}
	return nil
}

func checkRest(r *Record) *fault.Error {
	switch {
	case int(r.Measure) >= len(measures.words) || int(r.Kind) >= len(kinds.words) || int(r.Flow) >= len(flows.words) ||
		int(r.Basis) >= len(bases.words):
		return wrong("measure", "a word of the record is not in its table")
	case r.Basis != UnknownBasis && !r.Value.Known:
		return wrong("basis", "there is a basis of value and no value")
	case r.Kind == Derived && r.Note == "":
		return wrong("note", "the figure is derived, and no note says from what")
	case r.Verified && r.Source.URL == "" && r.Source.SHA256 == "":
		return wrong("verified", "the figure is called verified and has no source")
	case r.Snapshot < 0 || r.Row < 0:
		return wrong("snapshot", "snapshots and rows are counted from 1")
	}
	return nil
}

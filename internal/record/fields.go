package record

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// field is one field of a record in files: its name and one way of reading and
// writing it, whatever the form of the file.
type field struct {
	name string
	// One of these is given. A text that gives "" and a field with its zero value are left out of files.
	text  func(r *Record) string
	span  func(r *Record) *Range
	flag  func(r *Record) *bool
	count func(r *Record) *int
	// set reads a text.
	set func(d *Decoder, r *Record, s string) error
}

// fields are all fields in the order in which canonical lines have them. Names are
// published: they are added, never changed.
var fields = []field{
	plain("id", func(r *Record) *string { return &r.ID }),
	plain("series", func(r *Record) *string { return &r.Series }),
	{name: "snapshot", count: func(r *Record) *int { return &r.Snapshot }},
	word("measure", func(r *Record) string { return r.Measure.String() }, ParseMeasure, func(r *Record, m Measure) { r.Measure = m }),
	word("kind", func(r *Record) string { return r.Kind.String() }, ParseKind, func(r *Record, k Kind) { r.Kind = k }),
	state("reporter", func(r *Record) *place.State { return &r.Reporter }),
	plain("by", func(r *Record) *string { return &r.By }),
	state("subject", func(r *Record) *place.State { return &r.Subject }),
	state("partner", func(r *Record) *place.State { return &r.Partner }),
	{name: "world", flag: func(r *Record) *bool { return &r.World }},
	plain("area", func(r *Record) *string { return &r.Area }),
	word("flow", func(r *Record) string { return r.Flow.String() }, ParseFlow, func(r *Record, f Flow) { r.Flow = f }),
	word("hs", func(r *Record) string { return r.Code.Digits() }, goods.ParseCode, func(r *Record, c goods.Code) { r.Code = c }),
	word("edition", editionText, ParseEdition, func(r *Record, e goods.Edition) { r.Edition = e }),
	plain("commodity", func(r *Record) *string { return &r.Commodity }),
	plain("part", func(r *Record) *string { return &r.Part }),
	plain("provision", func(r *Record) *string { return &r.Provision }),
	word("period", func(r *Record) string { return r.Period.String() }, when.Parse, func(r *Record, p when.Period) { r.Period = p }),
	{name: "quantity", span: func(r *Record) *Range { return &r.Quantity }},
	plain("unit", func(r *Record) *string { return &r.Unit }),
	{name: "net_weight_kg", span: func(r *Record) *Range { return &r.NetWeight }},
	{name: "estimated_quantity", flag: func(r *Record) *bool { return &r.EstimatedQuantity }},
	{name: "value_usd", span: func(r *Record) *Range { return &r.Value }},
	word("basis", func(r *Record) string { return r.Basis.String() }, ParseBasis, func(r *Record, b Basis) { r.Basis = b }),
	{name: "blank", flag: func(r *Record) *bool { return &r.Blank }},
	plain("scope", func(r *Record) *string { return &r.Scope }),
	plain("assumption", func(r *Record) *string { return &r.Assumption }),
	word("laden", ladenText, parseShare, func(r *Record, v float64) { r.Laden = v }),
	plain("source_title", func(r *Record) *string { return &r.Source.Title }),
	plain("source_publisher", func(r *Record) *string { return &r.Source.Publisher }),
	plain("source_url", func(r *Record) *string { return &r.Source.URL }),
	word("source_seen", seenText, when.ParseDay, func(r *Record, d when.Day) { r.Source.Seen = d }),
	plain("source_sha256", func(r *Record) *string { return &r.Source.SHA256 }),
	{name: "verified", flag: func(r *Record) *bool { return &r.Verified }},
	plain("note", func(r *Record) *string { return &r.Note }),
	{name: "row", count: func(r *Record) *int { return &r.Row }},
}

func ladenText(r *Record) string {
	if r.Laden == 0 {
		return ""
	}
	return number(r.Laden)
}

// parseShare reads a share above 0 and up to 1.
func parseShare(s string) (float64, error) {
	v, ok := ParseNumber(s)
	if !ok || v <= 0 || v > 1 {
		return 0, fault.New(fault.Invalid, "%q is no share of a full load", clip(s)).WithFix("write a number above 0 and up to 1, as in 0.9")
	}
	return v, nil
}

// plain is a field of free text.
func plain(name string, at func(*Record) *string) field {
	return field{
		name: name, text: func(r *Record) string { return *at(r) },
		set: func(_ *Decoder, r *Record, s string) error { *at(r) = s; return nil },
	}
}

// word is a field that is written as a word of its own type.
func word[T any](name string, get func(*Record) string, parse func(string) (T, error), put func(*Record, T)) field {
	return field{name: name, text: get, set: func(_ *Decoder, r *Record, s string) error {
		v, err := parse(s)
		if err == nil {
			put(r, v)
		}
		return err
	}}
}

// state is a field with a state, written as its alpha-2 code.
func state(name string, at func(*Record) *place.State) field {
	return field{
		name: name, text: func(r *Record) string { return at(r).String() },
		set: func(d *Decoder, r *Record, s string) (err error) { *at(r), err = d.Places.ParseState(s); return err },
	}
}

var fieldNames = func() []string {
	out := make([]string, len(fields))
	for i := range fields {
		out[i] = fields[i].name
	}
	return out
}()

var fieldAt = func() map[string]*field {
	out := make(map[string]*field, len(fields))
	for i := range fields {
		out[fields[i].name] = &fields[i]
	}
	return out
}()

// Fields gives the names of all fields of a record in files, in their order.
func Fields() []string { return fieldNames }

// editions are the editions of the HS by the names that trade statistics give them
// and their years.
var editions = map[string]goods.Edition{
	"H0": 1992, "H1": 1996, "H2": 2002, "H3": 2007, "H4": goods.HS2012, "H5": goods.HS2017, "H6": goods.HS2022,
	"1992": 1992, "1996": 1996, "2002": 2002, "2007": 2007, "2012": goods.HS2012, "2017": goods.HS2017, "2022": goods.HS2022,
}

// ParseEdition reads an edition of the HS by its year or by the name that trade
// statistics give it: "2017" or "H5". H0, which covers 1988 and 1992, is 1992. Any
// other is fault.Invalid.
func ParseEdition(s string) (goods.Edition, error) {
	if e, ok := editions[s]; ok {
		return e, nil
	}
	return 0, fault.New(fault.Invalid, "there is no edition %q of the HS", clip(s)).WithFix("give its year, from 1992 to 2022, or H0 to H6")
}

// seenText leaves out the zero Day as well: no source was read before there was a network.
func seenText(r *Record) string {
	if r.Source.Seen == 0 {
		return ""
	}
	return r.Source.Seen.String()
}

func editionText(r *Record) string {
	if r.Edition == 0 {
		return ""
	}
	return strconv.Itoa(int(r.Edition))
}

// Decoder reads records from files that have their fields by name.
type Decoder struct {
	Places *place.Gazetteer
}

// Set sets a field by its name from a text. "" leaves the field as it is: an empty
// cell says nothing. A name that no field has and a text that the field does not
// take are fault.Invalid.
func (d *Decoder) Set(r *Record, name, s string) error {
	f, ok := fieldAt[name]
	if !ok {
		return unknownField(name)
	}
	if s == "" {
		return nil
	}
	return fault.In(fault.Place{Field: name}, d.setText(r, f, s))
}

func (d *Decoder) setText(r *Record, f *field, s string) (err error) {
	switch {
	case f.set != nil:
		return f.set(d, r, s)
	case f.span != nil:
		*f.span(r), err = ParseRange(s)
		return err
	case f.flag != nil:
		v, ok := map[string]bool{"true": true, "false": false}[s]
		if !ok {
			return fault.New(fault.Invalid, "%q is neither true nor false", clip(s))
		}
		*f.flag(r) = v
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return fault.New(fault.Invalid, "%q is not a count", clip(s))
	}
	*f.count(r) = n
	return nil
}

// ParseRange reads a figure, "1440000" or "0.117", or one with its bounds:
// "30000..40000". A sign, an exponent, a thousands separator and anything else is
// fault.Invalid.
func ParseRange(s string) (Range, error) {
	low, high, two := strings.Cut(s, "..")
	a, ok := ParseNumber(low)
	if !two {
		high = low
	}
	b, ok2 := ParseNumber(high)
	if !ok || !ok2 {
		return Range{}, fault.New(fault.Invalid, "%q is not a figure", clip(s)).WithFix("write digits with a point for decimals, as in 1440000 or 0.5, or LOW..HIGH")
	}
	return Range{Low: a, High: b, Known: true}, nil
}

// pow10 are the powers of ten that a float64 holds exactly.
var pow10 = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// maxDigits is how many digits a number may have: enough for the shortest form of any float64.
const maxDigits = 400

// exact is the largest whole number up to which a float64 holds all.
const exact = 1 << 53

// ParseNumber reads a decimal number without sign and exponent; false for anything
// else. It does not allocate for numbers of up to 15 digits.
func ParseNumber(s string) (float64, bool) {
	var m uint64
	digits, decimals := 0, -1
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			if digits++; digits > maxDigits {
				return 0, false
			}
			if m < exact {
				m = m*10 + uint64(c-'0')
			}
			if decimals >= 0 {
				decimals++
			}
		case c == '.' && decimals < 0:
			decimals = 0
		default:
			return 0, false
		}
	}
	switch {
	case digits == 0:
		return 0, false
	case decimals <= 0 && m < exact:
		return float64(m), true
	case m < exact && decimals < len(pow10):
		return float64(m) / pow10[decimals], true // both are exact, so the quotient is rounded once
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// number writes a figure so that ParseNumber reads the same back.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// String gives a range as [ParseRange] reads it; "" for a blank.
func (r Range) String() string {
	switch {
	case !r.Known:
		return ""
	case r.Low == r.High:
		return number(r.Low)
	}
	return number(r.Low) + ".." + number(r.High)
}

// Cells gives the fields of a record as texts, in the order of [Fields]: the cells of a
// table that reads back as the same record.
func (r *Record) Cells() []string {
	out := make([]string, len(fields))
	for i := range fields {
		switch f := &fields[i]; {
		case f.text != nil:
			out[i] = f.text(r)
		case f.span != nil:
			out[i] = f.span(r).String()
		case f.flag != nil:
			if *f.flag(r) {
				out[i] = "true"
			}
		case *f.count(r) != 0:
			out[i] = strconv.Itoa(*f.count(r))
		}
	}
	return out
}

// Map gives the fields that say something by their names, for programs: texts, true,
// counts, and figures as [low, high] or one number.
func (r *Record) Map() map[string]any {
	out := map[string]any{}
	for i := range fields {
		switch f := &fields[i]; {
		case f.text != nil && f.text(r) != "":
			out[f.name] = f.text(r)
		case f.span != nil && f.span(r).Known:
			if v := f.span(r); v.Low == v.High {
				out[f.name] = v.Low
			} else {
				out[f.name] = []float64{v.Low, v.High}
			}
		case f.flag != nil && *f.flag(r):
			out[f.name] = true
		case f.count != nil && *f.count(r) != 0:
			out[f.name] = *f.count(r)
		}
	}
	return out
}

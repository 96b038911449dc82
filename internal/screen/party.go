package screen

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// Party is one party as people and files write it: each field with its values as
// text. The fields are those of [Fields].
type Party map[string][]string

// Fields gives the fields that a party may have, sorted.
func Fields() []string { return slices.Clone(fields) }

// fields and kinds are asked for with every party.
var (
	kinds  = match.IdentifierKinds()
	fields = allFields()
)

func allFields() []string {
	out := []string{
		"name", "alias", "schema", "birthDate", "country", "nationality", "gender", "address", "flag", "buildYear", "tonnage", "id",
	}
	out = append(out, kinds...)
	slices.Sort(out)
	return out
}

// CheckField says whether a party may have a field; the error names the nearest.
func CheckField(name string) error {
	if _, ok := slices.BinarySearch(fields, name); ok {
		return nil
	}
	err := fault.New(fault.Invalid, "a party has no field %q", name)
	if near := text.NearestOf(name, fields, 1); len(near) > 0 {
		return err.WithFix("did you mean %q?", near[0])
	}
	return err.WithFix("the fields are: %s", strings.Join(fields, ", "))
}

// Input reads a party. Every value that is not understood is an error that names
// its field: a date left out in silence could turn a hit into a miss.
// Notes say what was read in part.
func (p Party) Input(places *place.Gazetteer) (in match.Input, notes []string, err error) {
	in.Schema = p.one("schema")
	for _, v := range p["name"] {
		in.Names = append(in.Names, match.Name{Text: v})
	}
	for _, v := range p["alias"] {
		in.Names = append(in.Names, match.Name{Text: v, Kind: match.Alias})
	}
	for _, v := range p["birthDate"] {
		births, note, err := Births(v)
		if err != nil {
			return in, nil, fault.In(fault.Place{Field: "birthDate"}, err)
		}
		if note != "" {
			notes = append(notes, "birthDate: "+note)
		}
		in.Births = append(in.Births, births...)
	}
	for _, field := range []string{"country", "nationality"} {
		for _, v := range p[field] {
			s, err := places.ParseState(v)
			if err != nil {
				return in, nil, fault.In(fault.Place{Field: field}, err)
			}
			in.Countries = append(in.Countries, s.String())
		}
	}
	if v := p.one("flag"); v != "" {
		s, err := places.ParseState(v)
		if err != nil {
			return in, nil, fault.In(fault.Place{Field: "flag"}, err)
		}
		in.Flag = s.String()
	}
	in.Addresses = p["address"]
	if in.Gender, err = gender(p.one("gender")); err != nil {
		return in, nil, err
	}
	for field, to := range map[string]*int{"buildYear": &in.Built, "tonnage": &in.Tonnage} {
		if v := p.one(field); v != "" {
			if *to, err = strconv.Atoi(strings.ReplaceAll(v, ",", "")); err != nil {
				return in, nil, fault.New(fault.Invalid, "%q is not a whole number", v).At(fault.Place{Field: field})
			}
		}
	}
	return in, notes, p.identifiers(&in)
}

func (p Party) one(field string) string {
	if len(p[field]) == 0 {
		return ""
	}
	return p[field][0]
}

// identifiers reads "imo:9074729" in id, where the kind may be called as a column of it, and the fields that bear the name of a
// kind.
func (p Party) identifiers(in *match.Input) error {
	for _, v := range p["id"] {
		kind, value, ok := strings.Cut(v, ":")
		if field := fieldWords[tabular.Key(kind)]; field != "" { // inn: is tax:, as the column of that name is
			kind = field
		}
		if !ok || !slices.Contains(kinds, kind) {
			return fault.New(fault.Invalid, "%q is not an identifier with its kind", v).At(fault.Place{Field: "id"}).
				WithFix("write KIND:VALUE, where the kind is one of %s", strings.Join(kinds, ", "))
		}
		in.Identifiers = append(in.Identifiers, match.Identifier{Kind: kind, Value: strings.TrimSpace(value)})
	}
	for _, kind := range kinds {
		for _, v := range p[kind] {
			in.Identifiers = append(in.Identifiers, match.Identifier{Kind: kind, Value: v})
		}
	}
	return nil
}

func gender(v string) (string, error) {
	switch strings.ToLower(v) {
	case "":
		return "", nil
	case "m", "male", "man":
		return "male", nil
	case "f", "female", "woman":
		return "female", nil
	case "other", "x", "unknown", "u", "diverse":
		return "", nil // says nothing that a list could agree or disagree with
	}
	return "", fault.New(fault.Invalid, "%q is not a gender", v).At(fault.Place{Field: "gender"}).WithFix("write male or female, or leave it out")
}

// Births reads a date of birth as people write it: 1965, 1965-3-14, 14.3.1965,
// 14/03/1965. Where day and month may be one another, both are given. A day or
// month that does not exist is a slip: what is larger than it is taken, and note
// says so; taking less of a date never adds evidence.
func Births(s string) (list []when.Period, note string, err error) {
	s = strings.TrimSpace(s)
	if p, err := when.Parse(s); err == nil {
		return []when.Period{p}, "", nil
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '/' || r == '.' || r == ' ' })
	var n []int
	for _, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil || len(parts) > 3 {
			return nil, "", notADate(s)
		}
		n = append(n, v)
	}
	var orders [][]int // year, month, day
	switch {
	case len(n) == 0:
		return nil, "", notADate(s)
	case n[0] > 31:
		orders = [][]int{n}
	case len(n) == 3:
		orders = [][]int{{n[2], n[1], n[0]}, {n[2], n[0], n[1]}}
	case len(n) == 2:
		orders = [][]int{{n[1], n[0]}}
	}
	for take := len(n); take > 0; take-- {
		for _, o := range orders {
			if p, err := when.Parse(iso(o[:take])); err == nil && !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
		if len(list) > 0 {
			if take < len(n) {
				note = strconv.Quote(s) + " is no day that exists; " + list[0].Long() + " was taken"
			}
			return list, note, nil
		}
	}
	return nil, "", notADate(s)
}

func iso(parts []int) string {
	var b strings.Builder
	for i, n := range parts {
		width := 2
		if i == 0 {
			width = 4
		} else {
			b.WriteByte('-')
		}
		t := strconv.Itoa(n)
		b.WriteString(strings.Repeat("0", max(0, width-len(t))) + t)
	}
	return b.String()
}

func notADate(s string) error {
	return fault.New(fault.Invalid, "%q is not a date of birth", s).WithFix("write 1965-03-14, 1965-03 or 1965")
}

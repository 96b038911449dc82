package main

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/when"
)

// entityJSON is an entity of FollowTheMoney. Properties that say nothing about
// who it is (notes, topics, sources) are accepted and not compared.
type entityJSON struct {
	ID         string            `json:"id"`
	Caption    string            `json:"caption"`
	Schema     string            `json:"schema"`
	Properties map[string]values `json:"properties"`
	Datasets   []string          `json:"datasets"`
	Referents  []string          `json:"referents"`
	Target     *bool             `json:"target"`
	FirstSeen  string            `json:"first_seen"`
	LastSeen   string            `json:"last_seen"`
	LastChange string            `json:"last_change"`
}

// values is a list of texts, or one of them, or a number.
type values []string

// UnmarshalJSON is part of the interface of decoding.
func (v *values) UnmarshalJSON(b []byte) error {
	var list []string
	if err := json.Unmarshal(b, &list); err == nil {
		*v = list
		return nil
	}
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		*v = values{one}
		return nil
	}
	var number json.Number
	if err := json.Unmarshal(b, &number); err != nil {
		return fault.New(fault.Invalid, "a property is a text or a list of texts")
	}
	*v = values{number.String()}
	return nil
}

var nameProperties = []struct {
	key  string
	kind match.NameKind
}{{"name", match.Primary}, {"alias", match.Alias}, {"previousName", match.Alias}, {"weakAlias", match.Weak}}

// input gives the entity as the scorer takes it.
func (e *entityJSON) input() (match.Input, error) {
	in := match.Input{Schema: e.Schema}
	if e.Schema == "" {
		return in, fault.New(fault.Invalid, "an entity needs a schema")
	}
	for _, p := range nameProperties {
		for _, n := range e.Properties[p.key] {
			in.Names = append(in.Names, match.Name{Text: n, Kind: p.kind})
		}
	}
	if len(in.Names) == 0 {
		if n := e.joinedName(); n != "" {
			in.Names = append(in.Names, match.Name{Text: n})
		}
	}
	for _, k := range []string{"birthDate"} {
		for _, d := range e.Properties[k] {
			p, err := looseDate(d)
			if err != nil {
				return in, fault.In(fault.Place{Field: k}, err)
			}
			in.Births = append(in.Births, p)
		}
	}
	for _, k := range []string{"country", "nationality", "citizenship", "jurisdiction", "birthCountry", "mainCountry"} {
		for _, c := range e.Properties[k] {
			code, err := countryCode(c)
			if err != nil {
				return in, fault.In(fault.Place{Field: k}, err)
			}
			if code != "" && !slices.Contains(in.Countries, code) {
				in.Countries = append(in.Countries, code)
			}
		}
	}
	for _, g := range e.Properties["gender"] {
		if g == "male" || g == "female" {
			in.Gender = g
		}
	}
	for _, k := range screening.IdentifierProperties() {
		for _, v := range e.Properties[k] {
			in.Identifiers = append(in.Identifiers, match.Identifier{Kind: screening.IdentifierKind(k), Value: v})
		}
	}
	in.Addresses = e.Properties["address"]
	return in, e.ship(&in)
}

func (e *entityJSON) joinedName() string {
	var parts []string
	for _, k := range []string{"firstName", "secondName", "middleName", "fatherName", "lastName"} {
		if v := e.Properties[k]; len(v) > 0 {
			parts = append(parts, v[0])
		}
	}
	return strings.Join(parts, " ")
}

func (e *entityJSON) ship(in *match.Input) error {
	for _, f := range e.Properties["flag"] {
		code, err := countryCode(f)
		if err != nil {
			return fault.In(fault.Place{Field: "flag"}, err)
		}
		in.Flag = code
	}
	for _, b := range e.Properties["buildDate"] {
		if len(b) >= 4 {
			in.Built, _ = strconv.Atoi(b[:4])
		}
	}
	for _, t := range e.Properties["grossRegisteredTonnage"] {
		if n, err := strconv.ParseFloat(strings.ReplaceAll(t, ",", ""), 64); err == nil {
			in.Tonnage = int(n)
		}
	}
	return nil
}

// countryCode gives two letters; "" for a state that is no more, which has a
// code of four letters and agrees and conflicts with none.
func countryCode(s string) (string, error) {
	s, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(s)), "-")
	switch len(s) {
	case 2:
		return s, nil
	case 4:
		return "", nil
	}
	return "", fault.New(fault.Invalid, "%q is not a country code", s).WithFix("use the two letters of ISO 3166-1, as in kp")
}

// looseDate reads a date as lists write it: without leading zeros, or with a
// time after it.
func looseDate(s string) (when.Period, error) {
	t, _, _ := strings.Cut(strings.TrimSpace(s), "T")
	part := strings.Split(t, "-")
	for i := range part {
		if i > 0 && len(part[i]) == 1 {
			part[i] = "0" + part[i]
		}
	}
	if len(part) <= 3 {
		t = strings.Join(part, "-")
	}
	return when.Parse(t)
}

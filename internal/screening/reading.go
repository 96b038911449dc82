package screening

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// documentKinds maps the properties of FollowTheMoney that hold identifiers to
// the kinds that are compared with one another.
var documentKinds = map[string]string{
	"imoNumber": "imo", "mmsi": "mmsi", "callSign": "callsign", "leiCode": "lei", "swiftBic": "bic", "iban": "iban",
	"isin": "isin", "isinCode": "isin", "passportNumber": "passport", "idNumber": "national", "socialSecurityNumber": "national",
	"taxNumber": "tax", "innCode": "tax", "vatCode": "tax", "registrationNumber": "registration", "ogrnCode": "registration",
	"uscCode": "registration", "serialNumber": "serial", "publicKey": "wallet", "email": "email", "phone": "phone",
}

// schemas maps those that matching does not tell apart.
var schemas = map[subject.Schema]string{subject.AddressOnly: "Address", subject.Thing: "Thing"}

// InputOf gives what of a subject takes part in matching.
func InputOf(s *subject.Subject) match.Input {
	in := match.Input{Schema: string(s.Schema)}
	if m, ok := schemas[s.Schema]; ok {
		in.Schema = m
	}
	for i := range s.Names {
		in.Names = append(in.Names, match.Name{Text: s.Names[i].Full, Kind: nameKind(&s.Names[i])})
	}
	for _, d := range s.Births {
		if d.Known {
			in.Births = append(in.Births, about(d))
		}
	}
	for _, p := range s.BirthPlaces {
		in.Countries = appendCountry(in.Countries, p.Country)
	}
	for i := range s.Addresses {
		a := &s.Addresses[i]
		in.Countries = appendCountry(in.Countries, a.Country)
		if a.Full != "" || a.Street != "" {
			a := *a
			a.Note = ""
			in.Addresses = append(in.Addresses, a.String())
		}
	}
	for _, d := range s.Documents {
		if d.Number != "" {
			in.Identifiers = append(in.Identifiers, match.Identifier{Kind: IdentifierKind(d.Kind), Value: d.Number})
		}
	}
	for _, p := range s.Properties {
		property(&in, p)
	}
	return in
}

func property(in *match.Input, p subject.Property) {
	switch p.Name {
	case "nationality", "country", "jurisdiction", "citizenship", "mainCountry":
		in.Countries = appendCountry(in.Countries, p.Value)
	case "gender":
		if p.Value == "male" || p.Value == "female" {
			in.Gender = p.Value
		}
	case "flag":
		if len(p.Value) == 2 && in.Flag == "" {
			in.Flag = p.Value
		}
	case "buildDate":
		if len(p.Value) >= 4 {
			in.Built, _ = strconv.Atoi(p.Value[:4])
		}
	case "grossRegisteredTonnage", "tonnage":
		digits := strings.ReplaceAll(p.Value, ",", "")
		if n, err := strconv.Atoi(digits); err == nil && n > 0 {
			in.Tonnage = n
		}
	default:
		if kind, ok := documentKinds[p.Name]; ok && p.Value != "" {
			in.Identifiers = append(in.Identifiers, match.Identifier{Kind: kind, Value: p.Value})
		}
	}
}

// IdentifierProperties gives the properties of FollowTheMoney that hold
// identifiers, sorted.
func IdentifierProperties() []string { return slices.Sorted(maps.Keys(documentKinds)) }

// IdentifierKind gives the kind of identifier that a property holds, in the words
// of [match.Identifier]; "other" for one that is compared with nothing else.
func IdentifierKind(property string) string {
	if k, ok := documentKinds[property]; ok {
		return k
	}
	return "other"
}

func nameKind(n *subject.Name) match.NameKind {
	switch {
	case n.Weak:
		return match.Weak
	case n.Kind == subject.Primary:
		return match.Primary
	case n.Kind == subject.Original:
		return match.Original
	}
	return match.Alias
}

// about widens a date that the publication calls approximate by a year on both
// sides: "about 1965" does not contradict 1964.
func about(d subject.Date) when.Period {
	if !d.Circa {
		return d.Period
	}
	return when.Period{From: d.Period.From - 366, To: d.Period.To + 366}
}

func appendCountry(list []string, code string) []string {
	if len(code) != 2 {
		return list
	}
	for _, c := range list {
		if c == code {
			return list
		}
	}
	return append(list, code)
}

package match

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/ident"
)

// identifierKind says how a kind of identifier is compared.
type identifierKind struct {
	name     string
	strength float64 // of agreement, as a share of the full weight
	unique   bool    // a subject has only one, so that another contradicts
	parse    func(string) (string, error)
}

func (k *identifierKind) normal(s string) string {
	s, _ = cutText(s, 128)
	if k.parse != nil {
		if v, err := k.parse(s); err == nil {
			return v
		}
	}
	return ident.Plain(s)
}

var identifierKinds = func() map[string]*identifierKind {
	m := map[string]*identifierKind{}
	for _, k := range []identifierKind{
		{"imo", 1, true, func(s string) (string, error) { v, err := ident.ParseIMO(s); return v.String(), err }},
		{"mmsi", .8, false, func(s string) (string, error) { v, err := ident.ParseMMSI(s); return v.String(), err }},
		{"callsign", .6, false, nil},
		{"lei", 1, true, ident.ParseLEI},
		{"bic", .9, false, ident.ParseBIC},
		{"iban", 1, false, ident.ParseIBAN},
		{"isin", 1, false, ident.ParseISIN},
		{"passport", 1, false, ident.ParsePassport},
		{"national", 1, false, nil},
		{"tax", 1, false, nil},
		{"registration", .9, false, nil},
		{"serial", .9, false, nil},
		{"wallet", 1, false, func(s string) (string, error) { return strings.TrimSpace(s), nil }},
		{"email", .8, false, func(s string) (string, error) { return strings.ToLower(strings.TrimSpace(s)), nil }},
		{"phone", .6, false, ident.ParsePhone},
		{"other", .8, false, nil},
	} {
		m[k.name] = &k
	}
	return m
}()

// IdentifierKinds gives the words that Identifier.Kind may be, sorted.
func IdentifierKinds() []string {
	var list []string
	for k := range identifierKinds {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

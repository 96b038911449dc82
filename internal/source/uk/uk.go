// Package uk reads the UK Sanctions List of the Foreign, Commonwealth and
// Development Office, in its XML form and as a table with one row a name.
//
// Both forms are gathered into the same designation and read the same way from
// there. Owners, parents and subsidiaries are given by the publication as words
// alone, and the package never guesses which other designation they may be.
package uk

import (
	"bytes"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Source is the publication.
func Source() publication.Source {
	return publication.Source{
		ID: "uk", Authority: "GB", Title: "UK Sanctions List",
		Homepage:  "https://www.gov.uk/government/publications/the-uk-sanctions-list",
		Addresses: []publication.Address{{Part: "list", URL: "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.xml"}},
		Shrink:    0.2,
		Formats: []publication.Format{{
			Name: "xml", Sniff: func(head []byte) bool { return bytes.Contains(head, []byte("<Designations")) },
			Parse: parseXML, Seen: "an extract of nine designations of 26 March 2026",
		}, {
			Name: "csv", Sniff: func(head []byte) bool {
				return bytes.Contains(head, []byte("Unique ID")) && bytes.Contains(head, []byte("OFSI Group ID"))
			},
			Parse: parseCSV,
		}},
	}
}

// designation is one entry as both forms give it.
type designation struct {
	at                                  fault.Place
	id, group, un, regime, kind, source string
	updated, listed                     []string
	names                               []name
	scripts                             []script
	addresses                           []address
	documents                           []document
	birthplaces                         [][2]string // town and country
	values                              map[string][]string
	measures                            []string
}

type name struct {
	parts          [6]string
	kind, strength string
}

type script struct{ text, script, lang string }

type address struct {
	lines             [6]string
	postcode, country string
}

type document struct{ kind, typ, number, info string }

// field is a list of values: where the XML holds it below the designation, the
// column of the table, and the property it becomes. What a property alone does
// not say has a case of its own in build.
type field struct{ path, column, property string }

var fields = []field{
	{"Titles/Title", "Title", "title"},
	{"PhoneNumbers/PhoneNumber", "Phone number", "phone"},
	{"EmailAddresses/EmailAddress", "Email address", "email"},
	{"Websites/Website", "Website", "website"},
	{"IndividualDetails/Individual/DOBs/DOB", "D.O.B", "birth"},
	{"IndividualDetails/Individual/Nationalities/Nationality", "Nationality(/ies)", "nationality"},
	{"IndividualDetails/Individual/Positions/Position", "Position", "position"},
	{"IndividualDetails/Individual/Genders/Gender", "Gender", "gender"},
	{"EntityDetails/Entity/TypeOfEntities/TypeOfEntity", "Type of entity", "legalForm"},
	{"EntityDetails/Entity/ParentCompanies/ParentCompany", "Parent company", "parent"},
	{"EntityDetails/Entity/Subsidiaries/Subsidiary", "Subsidiaries", "subsidiary"},
	{"EntityDetails/Entity/BusinessRegistrationNumbers/BusinessRegistrationNumber", "Business registration number (s)", "registration"},
	{"ShipDetails/Ship/IMONumbers/IMONumber", "IMO number", "imo"},
	{"ShipDetails/Ship/CurrentOwnerOperators/CurrentOwnerOperator", "Current owner/operator (s)", "owner"},
	{"ShipDetails/Ship/PreviousOwnerOperators/PreviousOwnerOperator", "Previous owner/operator (s)", "formerOwner"},
	{"ShipDetails/Ship/CurrentBelievedFlagOfShips/CurrentBelievedFlagOfShip", "Current believed flag of ship", "flag"},
	{"ShipDetails/Ship/PreviousFlags/PreviousFlag", "Previous flags", "pastFlags"},
	{"ShipDetails/Ship/TypeOfShipDetails/TypeOfShip", "Type of ship", "type"},
	{"ShipDetails/Ship/TonnageOfShipDetails/TonnageOfShip", "Tonnage of ship", "tonnage"},
	{"ShipDetails/Ship/LengthOfShipDetails/LengthOfShip", "Length of ship", "length"},
	{"ShipDetails/Ship/YearsBuilt/YearBuilt", "Year Built", "buildDate"},
	{"ShipDetails/Ship/HullIdentificationNumbers/HullIdentificationNumber", "Hull identification number (HIN)", "hull"},
	{"OtherInformation", "Other Information", "remark"},
	{"UKStatementofReasons", "UK Statement of Reasons", "reason"},
}

// schemas are the kinds of designations.
var schemas = map[string]subject.Schema{
	"individual": subject.Person, "entity": subject.LegalEntity, "ship": subject.Vessel,
}

// builder makes records of designations.
type builder struct {
	in *publication.Input
	t  *publication.Tally
}

// build makes the record of one designation; the reason says why there is none.
func (b *builder) build(d *designation) (r *subject.Record, reason string) {
	schema, ok := schemas[strings.ToLower(d.kind)]
	if !ok {
		return nil, "it is neither individual, entity nor ship: \"" + d.kind + "\""
	}
	s := &subject.Subject{ID: b.in.List + ":" + d.id, Schema: schema}
	b.names(d, s)
	if len(s.Names) == 0 {
		return nil, "it has no name"
	}
	r = &subject.Record{Subject: s}
	b.places(d, s)
	for _, doc := range d.documents {
		s.Documents = append(s.Documents, subject.Document{
			Kind: doc.kind, Type: doc.typ, Number: doc.number, Note: doc.info,
		})
	}
	l := subject.Listing{
		ID: s.ID, Subject: s.ID, Authority: "GB", Reference: d.id, Tier: subject.Designated,
		Measures: d.measures,
	}
	if d.regime != "" {
		l.Programmes = []string{d.regime}
		l.LegalBases = []string{d.regime} // a regime is named by its regulations
	}
	for _, v := range d.listed {
		if l.Listed != (subject.Date{}) {
			l.Remarks = append(l.Remarks, "also designated on "+v)
			continue
		}
		l.Listed = publication.DayFirst(b.t, v, d.at)
	}
	for _, v := range d.updated {
		l.Amended = append(l.Amended, publication.DayFirst(b.t, v, d.at))
	}
	for _, f := range fields {
		for _, v := range d.values[f.property] {
			b.value(d, r, &l, f, v)
		}
	}
	add(s, "recordId", d.group)
	add(s, "unReference", d.un)
	if d.source != "" {
		l.Remarks = append(l.Remarks, "designation source: "+d.source)
	}
	r.Listings = []subject.Listing{l}
	return r, ""
}

func add(s *subject.Subject, property, value string) {
	if value != "" {
		s.Properties = append(s.Properties, subject.Property{Name: property, Value: value})
	}
}

// value puts one value of a field in its place.
func (b *builder) value(d *designation, r *subject.Record, l *subject.Listing, f field, v string) {
	s := r.Subject
	own := func(role, from, fromText, to, toText string) {
		r.Relations = append(r.Relations, subject.Relation{
			Kind: "Ownership", Role: role, From: from, FromText: fromText, To: to, ToText: toText,
		})
	}
	switch f.property {
	case "birth":
		s.Births = append(s.Births, publication.DayFirst(b.t, v, d.at))
	case "nationality", "flag", "pastFlags":
		if code := b.in.State(b.t, v, d.at); code != "" {
			s.Properties = append(s.Properties, subject.Property{Name: f.property, Value: code, Text: v})
			return
		}
		add(s, f.property, v)
	case "gender":
		add(s, f.property, strings.ToLower(v))
	case "parent":
		own("parent company", "", v, s.ID, "")
	case "subsidiary":
		own("subsidiary", s.ID, "", "", v)
	case "owner":
		own("current owner or operator", "", v, s.ID, "")
	case "formerOwner":
		own("previous owner or operator", "", v, s.ID, "")
	case "imo":
		s.Documents = append(s.Documents, subject.Document{Kind: "imoNumber", Type: f.column, Number: publication.IMO(b.t, v, d.at)})
	case "registration":
		s.Documents = append(s.Documents, subject.Document{Kind: "registrationNumber", Type: f.column, Number: v})
	case "hull":
		s.Documents = append(s.Documents, subject.Document{Kind: "registrationNumber", Type: f.column, Number: v})
	case "remark", "reason":
		l.Remarks = append(l.Remarks, v)
	default:
		add(s, f.property, v)
	}
}

// names gives the names in their six numbered parts. The publication calls the
// first the given name and the sixth the family name or the whole name of an
// entity; where it took a name over from elsewhere the two can be swapped.
func (b *builder) names(d *designation, s *subject.Subject) {
	for _, n := range d.names {
		out := subject.Name{Kind: subject.Alias}
		for i, v := range n.parts {
			if v == "" {
				continue
			}
			kind := "middleName"
			switch i {
			case 0:
				kind = "firstName"
			case 5:
				kind = "lastName"
			}
			out.Full = strings.TrimSpace(out.Full + " " + v)
			out.Parts = append(out.Parts, subject.Part{Kind: kind, Value: v})
		}
		if out.Full == "" {
			continue
		}
		if len(out.Parts) == 1 {
			out.Parts = nil
		}
		switch k := strings.ToLower(n.kind); k {
		case "primary name":
			out.Kind = subject.Primary
		case "alias":
		case "primary name variation":
			out.Note = n.kind
		default:
			b.t.Odd(publication.UnknownElement, "NameType="+n.kind, d.at)
			out.Note = n.kind
		}
		switch k := strings.ToLower(n.strength); {
		case strings.HasPrefix(k, "low"):
			out.Weak = true
		case k == "", strings.HasPrefix(k, "good"):
		default:
			b.t.Odd(publication.UnknownElement, "AliasStrength="+n.strength, d.at)
		}
		s.Names = append(s.Names, out)
	}
	for _, o := range d.scripts {
		if o.text != "" {
			s.Names = append(s.Names, subject.Name{Full: o.text, Kind: subject.Original, Note: note(o.script, o.lang)})
		}
	}
}

// note joins the words for script and language, which are no codes.
func note(list ...string) string {
	var out []string
	for _, v := range list {
		if v != "" {
			out = append(out, v)
		}
	}
	return strings.Join(out, "; ")
}

func (b *builder) places(d *designation, s *subject.Subject) {
	for _, a := range d.addresses {
		if a == (address{}) {
			continue
		}
		var lines []string
		for _, v := range a.lines {
			if v != "" {
				lines = append(lines, v)
			}
		}
		s.Addresses = append(s.Addresses, subject.Address{
			Full: strings.Join(lines, ", "), PostalCode: a.postcode,
			CountryText: a.country, Country: b.in.State(b.t, a.country, d.at),
		})
	}
	for _, p := range d.birthplaces {
		if p != [2]string{} {
			s.BirthPlaces = append(s.BirthPlaces, subject.Place{
				City: p[0], CountryText: p[1], Country: b.in.State(b.t, p[1], d.at),
			})
		}
	}
}

// Package eu reads the consolidated list of persons, groups and entities
// subject to financial sanctions of the European Union, in the XML and in the
// table of version 1.1.
//
// Both forms are gathered into the same entity. A subject is known by the
// logical ID, which every entry has; the EU reference number, which some lack,
// is the reference of its listing. The older table of before 2019 is refused
// by name: its columns mean other things. The table of version 1.1 does not say
// which names are weak; the XML does, and is the form to prefer.
package eu

import (
	"bytes"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Source is the publication. Its address needs a token of the user's own, so
// it is not pulled.
func Source() publication.Source {
	return publication.Source{
		ID: "eu", Authority: "EU", Title: "Consolidated list of financial sanctions of the European Union",
		Homepage: "https://data.europa.eu/data/datasets/consolidated-list-of-persons-groups-and-entities-subject-to-eu-financial-sanctions",
		Shrink:   0.2,
		Formats: []publication.Format{{
			Name: "xml", Sniff: func(head []byte) bool {
				return bytes.Contains(head, []byte("<export")) || bytes.Contains(head, []byte("fsd/export"))
			},
			Parse: parseXML,
		}, {
			Name: "csv", Sniff: func(head []byte) bool { return bytes.Contains(head, []byte("Entity_LogicalId")) },
			Parse: parseCSV,
		}, {
			Name: "csv-before-1.1", Sniff: func(head []byte) bool {
				return bytes.Contains(head, []byte("Entity_logical_id")) && bytes.Contains(head, []byte("Naal_"))
			},
			Parse: refuseOld,
		}, {
			Name: "error", Sniff: func(head []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) },
			Parse: refuseError,
		}},
	}
}

// bag holds the attributes of one name, birth, address or document, under the
// words of the XML; empty ones are left out.
type bag map[string]string

// entity is one entry as both forms give it.
type entity struct {
	at                                                fault.Place
	id, reference, un, kind, designated, details      string
	remarks                                           []string
	regulations                                       []bag
	names, births, addresses, documents, citizenships []bag
}

// builder makes records of entities.
type builder struct {
	in *publication.Input
	t  *publication.Tally
}

var schemas = map[string]subject.Schema{
	"person": subject.Person, "p": subject.Person, "enterprise": subject.LegalEntity, "e": subject.LegalEntity,
	"entity": subject.LegalEntity,
}

// build makes the record of an entity; the reason says why there is none.
func (b *builder) build(e *entity) (rec *subject.Record, reason string) {
	schema, ok := schemas[strings.ToLower(e.kind)]
	if !ok {
		return nil, "its subject type is \"" + e.kind + "\""
	}
	s := &subject.Subject{ID: b.in.List + ":" + e.id, Schema: schema}
	b.names(e, s)
	if len(s.Names) == 0 {
		return nil, "it has no name"
	}
	l := b.listing(e, s.ID)
	for _, x := range e.births {
		b.birth(e, x, s)
	}
	for _, x := range e.addresses {
		b.address(e, x, s)
	}
	for _, x := range e.documents {
		b.document(e, x, s)
	}
	for _, x := range e.citizenships {
		code, text := b.country(e, x)
		if code != "" {
			s.Properties = append(s.Properties, subject.Property{Name: "nationality", Value: code, Text: text, Note: x["remark"]})
		} else if text != "" {
			s.Properties = append(s.Properties, subject.Property{Name: "nationality", Value: text, Note: x["remark"]})
		}
	}
	if e.un != "" {
		s.Properties = append(s.Properties, subject.Property{Name: "unReference", Value: e.un})
	}
	return &subject.Record{Subject: s, Listings: []subject.Listing{l}}, ""
}

func (b *builder) listing(e *entity, id string) subject.Listing {
	l := subject.Listing{
		ID: id, Subject: id, Authority: "EU", Reference: e.reference, Tier: subject.Designated,
		Listed: publication.Date(b.t, e.designated, e.at),
	}
	if l.Reference == "" {
		l.Reference = e.id
	}
	for _, r := range e.regulations {
		for to, v := range map[*[]string]string{&l.Programmes: r["programme"], &l.LegalBases: r["numberTitle"]} {
			if v != "" && !slices.Contains(*to, v) {
				*to = append(*to, v)
			}
		}
		if v := r["publicationDate"]; v != "" {
			l.Amended = append(l.Amended, day(b.t, v, e.at))
		}
	}
	if e.details != "" {
		l.Remarks = append(l.Remarks, e.details)
	}
	l.Remarks = append(l.Remarks, e.remarks...)
	return l
}

// day reads a date as the XML (ISO) or the table (day first) writes it.
func day(t *publication.Tally, s string, at fault.Place) subject.Date {
	if s == "" {
		return subject.Date{}
	}
	return publication.DayFirst(t, s, at)
}

// names gives the names. None is marked as the main one; it is the first.
func (b *builder) names(e *entity, s *subject.Subject) {
	for _, x := range e.names {
		var parts []subject.Part
		var words []string
		for _, k := range [][2]string{{"firstName", "firstName"}, {"middleName", "middleName"}, {"lastName", "lastName"}} {
			if v := x[k[0]]; v != "" {
				parts = append(parts, subject.Part{Kind: k[1], Value: v})
				words = append(words, v)
			}
		}
		full := x["wholeName"]
		if full == "" {
			full = strings.Join(words, " ")
		}
		if full == "" {
			continue
		}
		n := subject.Name{Full: full, Kind: subject.Alias, Parts: parts, Weak: x["strong"] == "false", Lang: language(x["nameLanguage"])}
		if len(s.Names) == 0 {
			n.Kind = subject.Primary
		}
		n.Note = x["remark"]
		s.Names = append(s.Names, n)
		for _, k := range [][2]string{{"title", "title"}, {"function", "position"}, {"gender", "gender"}} {
			v := x[k[0]]
			switch {
			case k[0] == "gender" && v == "M":
				v = "male"
			case k[0] == "gender" && v == "F":
				v = "female"
			}
			if v != "" && !slices.Contains(s.Values(k[1]), v) {
				s.Properties = append(s.Properties, subject.Property{Name: k[1], Value: v})
			}
		}
	}
}

// language writes a code of two letters the way BCP 47 does.
func language(s string) string {
	if len(s) != 2 {
		return ""
	}
	return strings.ToLower(s)
}

func (b *builder) birth(e *entity, x bag, s *subject.Subject) {
	var d subject.Date
	switch from, to := x["yearRangeFrom"], x["yearRangeTo"]; {
	case x["birthdate"] != "":
		d = day(b.t, x["birthdate"], e.at)
	case x["year"] != "" && x["monthOfYear"] != "" && x["dayOfMonth"] != "":
		d = day(b.t, x["dayOfMonth"]+"/"+x["monthOfYear"]+"/"+x["year"], e.at)
	case x["year"] != "":
		d = day(b.t, x["year"], e.at)
	case from != "" || to != "":
		if per, err := when.Parse(from + "/" + to); err == nil {
			d = subject.On(per)
		} else {
			d = subject.Date{Text: "from " + from + " to " + to}
			b.t.Odd(publication.BadDate, d.Text, e.at)
		}
	}
	if c := x["calendarType"]; c != "" && !strings.EqualFold(c, "gregorian") && d.Known {
		d = subject.Date{Text: d.Period.String(), Note: "calendar: " + c} // its days are not those of ours
	}
	if !d.Zero() {
		d.Circa = x["circa"] == "true"
		d.Note = strings.TrimPrefix(d.Note+"; "+x["remark"], "; ")
		d.Note = strings.TrimSuffix(d.Note, "; ")
		if !slices.Contains(s.Births, d) {
			s.Births = append(s.Births, d)
		}
	}
	code, text := b.country(e, x)
	pl := subject.Place{Text: x["place"], City: x["city"], Region: x["region"], Country: code, CountryText: text}
	if x["zipCode"] != "" {
		pl.Note = "postal code " + x["zipCode"]
	}
	if pl != (subject.Place{}) && !slices.Contains(s.BirthPlaces, pl) {
		s.BirthPlaces = append(s.BirthPlaces, pl)
	}
}

// country gives code and words of a country; "00" stands for an unknown one.
func (b *builder) country(e *entity, x bag) (code, text string) {
	code, text = x["countryIso2Code"], x["countryDescription"]
	if code == "00" || strings.EqualFold(text, "unknown") {
		return "", ""
	}
	if st, err := b.in.Places.ParseState(code); err == nil && code != "" {
		return st.String(), text
	}
	return b.in.State(b.t, text, e.at), text
}

func (b *builder) address(e *entity, x bag, s *subject.Subject) {
	code, text := b.country(e, x)
	a := subject.Address{
		Street: x["street"], City: x["city"], Region: x["region"], PostalCode: x["zipCode"], Country: code, CountryText: text,
	}
	var notes []string
	for _, k := range []string{"poBox", "place", "contactInfo", "remark"} {
		if x[k] != "" {
			notes = append(notes, k+": "+x[k])
		}
	}
	if x["asAtListingTime"] == "true" {
		notes = append(notes, "as at the time of listing")
	}
	a.Note = strings.Join(notes, "; ")
	if a != (subject.Address{}) {
		s.Addresses = append(s.Addresses, a)
	}
}

// documentKinds give the property for the codes of documents.
var documentKinds = map[string]string{
	"passport": "passportNumber", "id": "idNumber", "ssn": "socialSecurityNumber", "fiscalcode": "taxNumber",
	"regnumber": "registrationNumber", "swiftbic": "swiftBic", "imo": "imoNumber", "tradelic": "registrationNumber",
	"diplpassport": "passportNumber", "electionid": "idNumber", "birthcert": "idNumber", "residentperm": "idNumber",
	"travel": "passportNumber", "driverlicence": "idNumber", "other": "idNumber",
}

func (b *builder) document(e *entity, x bag, s *subject.Subject) {
	code, text := b.country(e, x)
	kind, ok := documentKinds[x["identificationTypeCode"]]
	if !ok {
		kind = "idNumber"
		b.t.Odd(publication.UnknownElement, "identificationTypeCode="+x["identificationTypeCode"], e.at)
	}
	number := x["number"]
	if number == "" {
		number = x["latinNumber"]
	}
	if kind == "imoNumber" {
		number = publication.IMO(b.t, number, e.at)
	}
	issued := x["issueDate"]
	if issued == "" {
		issued = x["issuedDate"]
	}
	d := subject.Document{
		Kind: kind, Type: x["identificationTypeDescription"], Number: number, Country: code, CountryText: text,
		Issued: day(b.t, issued, e.at), Expires: day(b.t, x["validTo"], e.at),
	}
	var notes []string
	for _, k := range []string{"remark", "issuedBy", "nameOnDocument", "validFrom", "region"} {
		if x[k] != "" {
			notes = append(notes, k+": "+x[k])
		}
	}
	if x["latinNumber"] != "" && x["latinNumber"] != number {
		notes = append(notes, "latinNumber: "+x["latinNumber"])
	}
	for _, k := range []string{"diplomatic", "knownExpired", "knownFalse", "reportedLost", "revokedByIssuer"} {
		if x[k] == "true" {
			notes = append(notes, k)
		}
	}
	d.Note = strings.Join(notes, "; ")
	s.Documents = append(s.Documents, d)
}

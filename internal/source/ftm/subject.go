package ftm

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
)

// nameKinds are the properties that are names, in the order in which they stand.
var nameKinds = []struct {
	property string
	kind     subject.NameKind
	weak     bool
	note     string
}{
	{"name", subject.Primary, false, ""},
	{"alias", subject.Alias, false, ""},
	{"previousName", subject.Former, false, ""},
	{"weakAlias", subject.Alias, true, ""},
	{"abbreviation", subject.Alias, false, "abbreviation"},
}

// subject reads a person or thing. What schema it is, is kept where ours has no
// word for it.
func (p *parser) subject(e *entity, sc *schema, m mark) *subject.Record {
	s := &subject.Subject{ID: e.id, Schema: sc.as}
	rec := &subject.Record{Subject: s}
	if string(sc.as) != e.schema {
		s.Properties = append(s.Properties, subject.Property{Name: "schema", Value: e.schema})
	}
	p.names(e, s)
	if sc.as == subject.AddressOnly {
		p.place(e, s)
	}
	topics, programmes := slices.Clone(e.take("topics")), append(lines(e.take("program")), lines(e.take("programId"))...)
	for _, v := range topics {
		s.Properties = append(s.Properties, subject.Property{Name: "topics", Value: v})
	}
	for i := range e.props {
		if pr := &e.props[i]; !pr.used {
			p.property(rec, sc, pr)
		}
	}
	for _, d := range p.byHolder[key(e.id)] {
		s.Documents = slices.DeleteFunc(s.Documents, func(o subject.Document) bool {
			return o == subject.Document{Kind: o.Kind, Number: d.doc.Number} // it says less of the same
		})
		s.Documents = append(s.Documents, d.doc)
		d.joined = true
	}
	p.provenance(e, s)
	if len(topics) > 0 && m&sanctioned == 0 {
		rec.Listings = []subject.Listing{{
			ID: e.id, Subject: e.id, Authority: strings.Join(e.datasets, "; "), Reference: e.id, Tier: m.tier(), Programmes: programmes,
			Remarks: []string{"topics: " + strings.Join(topics, "; ")},
		}}
	} else {
		for _, v := range programmes {
			s.Properties = append(s.Properties, subject.Property{Name: "program", Value: v})
		}
	}
	return rec
}

// names reads the names; the caption comes first among its equals.
func (p *parser) names(e *entity, s *subject.Subject) {
	caption := publication.Line(e.caption)
	for _, k := range nameKinds {
		values := lines(e.take(k.property))
		if i := slices.Index(values, caption); i > 0 {
			values = slices.Insert(slices.Delete(values, i, i+1), 0, caption)
		}
		for _, v := range values {
			s.Names = append(s.Names, subject.Name{Full: v, Kind: k.kind, Weak: k.weak, Note: k.note})
		}
	}
	if len(s.Names) == 0 {
		name := subject.Name{Full: caption, Kind: subject.Primary}
		if caption == "" {
			name.Full, name.Note = e.id, "no name is published; this is the id"
		}
		s.Names = []subject.Name{name}
	}
}

// place reads an entity that is an address.
func (p *parser) place(e *entity, s *subject.Subject) {
	a := subject.Address{
		Full: strings.Join(lines(e.take("full")), "; "), City: strings.Join(lines(e.take("city")), "; "),
		Street:     strings.Join(append(lines(e.take("street")), lines(e.take("street2"))...), "; "),
		Region:     strings.Join(append(lines(e.take("region")), lines(e.take("state"))...), "; "),
		PostalCode: strings.Join(lines(e.take("postalCode")), "; "),
	}
	if v := slices.Clone(e.take("country")); len(v) == 1 {
		a.CountryText, a.Country = v[0], p.state(v[0])
	} else {
		for _, c := range v {
			s.Properties = append(s.Properties, subject.Property{Name: "country", Value: c})
		}
	}
	if v := append(lines(e.take("remarks")), lines(e.take("postOfficeBox"))...); len(v) > 0 {
		a.Note = strings.Join(v, "; ")
	}
	s.Addresses = append(s.Addresses, a)
}

// property reads one property of a subject by what it holds.
func (p *parser) property(rec *subject.Record, sc *schema, pr *prop) {
	s, k := rec.Subject, p.kindOf(sc, pr.name)
	for _, v := range pr.values {
		if v = publication.Line(v); v == "" {
			continue
		}
		switch {
		case pr.name == "birthDate":
			s.Births = append(s.Births, p.date(v))
		case pr.name == "deathDate":
			s.Deaths = append(s.Deaths, p.date(v))
		case pr.name == "birthPlace":
			s.BirthPlaces = append(s.BirthPlaces, subject.Place{Text: v})
		case pr.name == "address":
			s.Addresses = append(s.Addresses, subject.Address{Full: v})
		case pr.name == "parent", pr.name == "owner" && k == entityKind:
			rec.Relations = append(rec.Relations, subject.Relation{Kind: "Ownership", From: v, To: s.ID, Role: pr.name})
		case k == identifierKind:
			s.Documents = append(s.Documents, p.identifier(sc, pr.name, v))
		case k == countryKind:
			s.Properties = append(s.Properties, p.country(pr.name, v))
		default:
			s.Properties = append(s.Properties, subject.Property{Name: pr.name, Value: v})
		}
	}
}

func (p *parser) country(name, v string) subject.Property {
	if code := p.state(v); code != "" {
		return subject.Property{Name: name, Value: code, Text: v}
	}
	return subject.Property{Name: name, Value: v}
}

// identifier reads a number; that of a ship has a check digit.
func (p *parser) identifier(sc *schema, name, v string) subject.Document {
	d := subject.Document{Kind: name, Number: v}
	if name != "imoNumber" || !sc.is["Vessel"] {
		return d
	}
	n, err := ident.ParseIMO(v)
	if err != nil {
		p.t.Odd(publication.BadNumber, "IMO "+v, p.at)
		d.Note = "the check digit of the number fails"
		return d
	}
	d.Number = n.String()
	return d
}

// provenance keeps what the data say of themselves. When an entity was last seen
// is the time of the export, the same for all, and says nothing of it.
func (p *parser) provenance(e *entity, s *subject.Subject) {
	add := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				s.Properties = append(s.Properties, subject.Property{Name: name, Value: v})
			}
		}
	}
	add("datasets", e.datasets...)
	add("referents", e.referents...)
	add("first_seen", e.firstSeen)
	add("last_change", e.lastChange)
}

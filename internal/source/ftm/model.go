package ftm

import (
	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/subject"
)

// kind is what a property holds.
type kind uint8

const (
	otherKind kind = iota // words, numbers, addresses of pages
	nameKind
	dateKind
	countryKind
	identifierKind
	entityKind
)

var kinds = map[string]kind{"name": nameKind, "date": dateKind, "country": countryKind, "identifier": identifierKind, "entity": entityKind}

// schema is one schema of FollowTheMoney with all it has from those it extends.
type schema struct {
	name  string
	is    map[string]bool // itself and what it extends
	props map[string]kind
	// source and target are the properties at the ends of a link, "" for none.
	source, target string
	// as is the schema of ours that comes nearest.
	as subject.Schema
}

// model is the schemas by name.
type model map[string]*schema

// loadModel gives the schemas with the words of this package.
func loadModel() model {
	all := ftmodel.Load()
	m := model{}
	for _, name := range all.Names() {
		from := all.Schema(name)
		s := &schema{name: name, is: map[string]bool{}, props: map[string]kind{}, source: from.Source, target: from.Target}
		for _, other := range all.Names() {
			if from.Is(other) {
				s.is[other] = true
			}
		}
		for _, p := range from.Properties() {
			s.props[p.Name] = kinds[p.Type]
		}
		s.as = nearest(s.is)
		m[name] = s
	}
	return m
}

// nearest gives the schema of ours, the most special first.
func nearest(is map[string]bool) subject.Schema {
	for _, s := range []subject.Schema{
		subject.Person, subject.PublicBody, subject.Company, subject.Organization, subject.LegalEntity, subject.Vessel, subject.Airplane,
		subject.AddressOnly,
	} {
		if is[string(s)] {
			return s
		}
	}
	return subject.Thing
}

package ftm

import (
	_ "embed"
	"strings"

	"github.com/cordon-engine/cordon/internal/subject"
)

//go:embed model.tsv
var modelTable string

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

// loadModel reads the embedded table.
func loadModel() model {
	lines := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(modelTable), "\n") {
		if f := strings.Split(line, "\t"); len(f) == 4 {
			lines[f[0]] = f
		}
	}
	m := model{}
	for name := range lines {
		m.add(name, lines)
	}
	return m
}

func (m model) add(name string, lines map[string][]string) *schema {
	if s := m[name]; s != nil {
		return s
	}
	f := lines[name]
	s := &schema{name: name, is: map[string]bool{name: true}, props: map[string]kind{}}
	for _, p := range strings.Fields(f[3]) {
		if prop, typ, ok := strings.Cut(p, ":"); ok {
			s.props[prop] = kinds[typ]
		}
	}
	s.source, s.target, _ = strings.Cut(strings.TrimPrefix(f[2], "-"), ">")
	for _, up := range strings.Split(f[1], ",") {
		if up == "-" {
			continue
		}
		base := m.add(up, lines)
		for k := range base.is {
			s.is[k] = true
		}
		for p, k := range base.props {
			if _, own := s.props[p]; !own {
				s.props[p] = k
			}
		}
		if s.source == "" {
			s.source, s.target = base.source, base.target
		}
	}
	s.as = nearest(s.is)
	m[name] = s
	return s
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

// Package ftmodel is the model of FollowTheMoney: which schemas and properties
// there are, what extends what, what a property holds, and how an entity that is
// pointed to calls the pointing; with the topics and what they are called.
//
// The tables are facts (model.tsv, topics.tsv). The package reads no entities and
// knows nothing of lists.
package ftmodel

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed model.tsv
var modelTable string

//go:embed topics.tsv
var topicTable string

// Property is one property of a schema.
type Property struct {
	// Schema is the schema that has it first; Name its name, Label what it is
	// called.
	Schema, Name, Label string
	// Type is what it holds: name, date, country, identifier, entity, topic, text ...
	Type string
	// Range is the schema of the entities that it holds; "" for other types.
	Range string
	// Reverse is how the entity that is held calls the property, ReverseLabel what
	// that is called; "" where it does not.
	Reverse, ReverseLabel string
	// Hidden is true for what people are not shown.
	Hidden bool
}

// Schema is one schema with all it has from those it extends.
type Schema struct {
	Name, Label, Plural string
	// Matchable is true when entities of it are compared with one another.
	Matchable, Abstract bool
	// Extends are the schemas it extends directly; Featured the properties that
	// people look at first, its own or those of the first schema above that has any.
	Extends, Featured []string
	// Source and Target are the properties at the ends of a link; "" for none.
	Source, Target string
	// Own are its own properties in order.
	Own []*Property

	is    map[string]bool
	props map[string]*Property
	all   []*Property
}

// Is reports whether the schema is that schema or extends it.
func (s *Schema) Is(name string) bool { return s.is[name] }

// Property gives a property by its name, nil when the schema has none of it.
func (s *Schema) Property(name string) *Property { return s.props[name] }

// Properties gives all properties, those of the schemas above first.
func (s *Schema) Properties() []*Property { return s.all }

// Model is all schemas. It is not changed once it is made.
type Model struct {
	byName   map[string]*Schema
	names    []string // sorted
	reverse  map[string][]*Property
	topics   []Topic
	byTopic  map[string]*Topic
	matchers map[string]map[string]bool
}

// Topic is a topic: a word for why an entity is looked at.
type Topic struct {
	Code, Label string
	// Risk is true for topics that make an entity a target.
	Risk bool
}

// Load gives the model; it is read once.
var Load = sync.OnceValue(load)

func load() *Model {
	m := &Model{
		byName: map[string]*Schema{}, reverse: map[string][]*Property{}, byTopic: map[string]*Topic{}, matchers: map[string]map[string]bool{},
	}
	var last *Schema
	for line := range strings.Lines(modelTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		for i := range f {
			if f[i] == "-" {
				f[i] = ""
			}
		}
		switch {
		case strings.HasPrefix(f[0], "#"):
		case f[0] == "":
			last.Own = append(last.Own, &Property{
				Schema: last.Name, Name: f[1], Label: f[2], Type: f[3], Range: f[4], Reverse: f[5], ReverseLabel: f[6], Hidden: f[7] == "hidden",
			})
		default:
			last = &Schema{
				Name: f[0], Label: f[1], Plural: f[2], Extends: words(f[3]), Featured: words(f[6]),
				Matchable: slices.Contains(words(f[5]), "matchable"), Abstract: slices.Contains(words(f[5]), "abstract"),
			}
			last.Source, last.Target, _ = strings.Cut(f[4], ">")
			m.byName[last.Name] = last
			m.names = append(m.names, last.Name)
		}
	}
	slices.Sort(m.names)
	for _, n := range m.names {
		m.finish(m.byName[n])
	}
	m.readTopics()
	m.readMatchers()
	return m
}

func words(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// finish gives a schema what it has from those above.
func (m *Model) finish(s *Schema) {
	if s.is != nil {
		return
	}
	s.is, s.props = map[string]bool{s.Name: true}, map[string]*Property{}
	for _, up := range s.Extends {
		base := m.byName[up]
		m.finish(base)
		for k := range base.is {
			s.is[k] = true
		}
		for _, p := range base.all {
			s.put(p)
		}
		if s.Source == "" {
			s.Source, s.Target = base.Source, base.Target
		}
		if s.Featured == nil {
			s.Featured = base.Featured
		}
	}
	for _, p := range s.Own {
		s.put(p)
		if p.Reverse != "" {
			m.reverse[p.Reverse] = append(m.reverse[p.Reverse], p)
		}
	}
}

func (s *Schema) put(p *Property) {
	if old := s.props[p.Name]; old == nil {
		s.all = append(s.all, p)
	} else {
		s.all[slices.Index(s.all, old)] = p
	}
	s.props[p.Name] = p
}

func (m *Model) readTopics() {
	for line := range strings.Lines(topicTable) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if !strings.HasPrefix(f[0], "#") {
			m.topics = append(m.topics, Topic{f[0], f[1], f[2] == "risk"})
		}
	}
	for i := range m.topics {
		m.byTopic[m.topics[i].Code] = &m.topics[i]
	}
}

// readMatchers finds which schemas are compared with which: those above a schema,
// itself and those below, as far as they are matchable.
func (m *Model) readMatchers() {
	for _, a := range m.byName {
		set := map[string]bool{}
		for _, b := range m.byName {
			if a.Matchable && b.Matchable && (a.Is(b.Name) || b.Is(a.Name)) {
				set[b.Name] = true
			}
		}
		m.matchers[a.Name] = set
	}
}

// Schema gives a schema by its name, nil for one that is not in the model.
func (m *Model) Schema(name string) *Schema { return m.byName[name] }

// Names gives the names of all schemas, sorted.
func (m *Model) Names() []string { return m.names }

// Matches reports whether entities of the two schemas are compared with one
// another: one is above the other, and both are matchable.
func (m *Model) Matches(a, b string) bool { return m.matchers[a][b] }

// Topic gives a topic by its code, nil for one that is not in the table.
func (m *Model) Topic(code string) *Topic { return m.byTopic[code] }

// IsRisk reports whether one of the topics makes an entity a target.
func (m *Model) IsRisk(topics []string) bool {
	for _, t := range topics {
		if k := m.byTopic[t]; k != nil && k.Risk {
			return true
		}
	}
	return false
}

// HasReverse reports whether any property is called so by what it points to.
func (m *Model) HasReverse(name string) bool { return len(m.reverse[name]) > 0 }

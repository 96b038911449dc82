// Package vocab is the vocabulary: the one table of activity kinds and facts
// from which the Go constants, the types of conditions, the JSON Schema, the
// questions put to people and docs/vocabulary.md all come.
//
// The table itself is vocabulary.yaml; `go generate` turns it into table_gen.go.
// The package holds no law and never decides anything.
package vocab

import "math/bits"

//go:generate go run ./gen

// KindID names a kind of activity by its place in the table.
type KindID uint8

// NoKind stands for "no kind".
const NoKind KindID = 255

// Kind is a kind of activity.
type Kind struct {
	ID KindID
	// Name is the word used in files; Title and About are for people.
	Name, Title, About string
	// Includes are the kinds whose provisions reach this kind too.
	Includes []KindID
}

// KindSet is a set of kinds.
type KindSet uint64

// Has reports whether k is in the set.
func (s KindSet) Has(k KindID) bool { return s&(1<<k) != 0 }

// With gives the set with k in it.
func (s KindSet) With(k KindID) KindSet { return s | 1<<k }

// FactID names a fact by its place in the table.
type FactID uint16

// NoFact stands for "no fact".
const NoFact FactID = 1<<16 - 1

// Scope says what a fact is an attribute of.
type Scope uint8

// The scopes.
const (
	// OfActivity facts are stated once.
	OfActivity Scope = iota
	// OfGoods facts are stated on each goods line.
	OfGoods
	// OfParties facts are stated on each party.
	OfParties
)

// String gives the key under which facts of the scope stand in a file; ""
// for facts of the activity itself.
func (s Scope) String() string { return [...]string{"", "goods", "parties"}[s] }

// Type is the type of a fact's values.
type Type uint8

// The types. Every type but Bool, Number and Date holds text in a normal form.
const (
	Bool Type = iota
	// Number is a finite number in the fact's unit.
	Number
	// Date is a day, or a partial date.
	Date
	// Text is free text; conditions compare it literally.
	Text
	// State is an ISO 3166-1 alpha-2 code.
	State
	// Port is an identifier of the gazetteer.
	Port
	// HS is a Harmonized System code of two to ten digits.
	HS
	// Commodity is the id of a named goods list, or "none".
	Commodity
	// IMO is an IMO ship number of seven digits.
	IMO
	// Enum is one of the fact's Values.
	Enum
)

// String gives the word for the type used in the table.
func (t Type) String() string {
	return [...]string{"bool", "number", "date", "text", "state", "port", "hs", "commodity", "imo", "enum"}[t]
}

// Fact is one attribute of an activity.
type Fact struct {
	ID FactID
	// Name is the full name, "group.field" or a bare word.
	Name string
	// Key is the name without its group.
	Key string
	// Group is the part before the dot; "" when there is none.
	Group string
	Scope Scope
	Type  Type
	// Unit is the unit of a number, "" when it has none or another fact gives it.
	Unit string
	// Title names the fact; Question asks for it.
	Title, Question string
	// Values are those of an Enum.
	Values []string
	// Ask is the absence rule: true means that a missing fact is unknown, false
	// that it is taken to be Assumed, and said so.
	Ask bool
	// Assumed is the assumed value, written as in a file.
	Assumed string
	// Weigh marks a question that a person must weigh.
	Weigh bool
	// Kinds are the kinds that the fact belongs to, with the kinds that include
	// them.
	Kinds KindSet
}

// Kinds gives all kinds in the order of the table. The slice must not be changed.
func Kinds() []Kind { return kinds[:] }

// Facts gives all facts in the order of the table. The slice must not be changed.
func Facts() []Fact { return facts[:] }

// FactOf gives the fact with an id.
func FactOf(id FactID) *Fact { return &facts[id] }

// KindOf gives the kind with an id.
func KindOf(id KindID) *Kind { return &kinds[id] }

// FactNamed finds a fact by its full name.
func FactNamed(name string) (FactID, bool) {
	id, ok := factByName[name]
	return id, ok
}

// KindNamed finds a kind by its name.
func KindNamed(name string) (KindID, bool) {
	for i := range kinds {
		if kinds[i].Name == name {
			return KindID(i), true
		}
	}
	return NoKind, false
}

// NumFacts is the number of facts.
const NumFacts = len(facts)

var factByName = func() map[string]FactID {
	m := make(map[string]FactID, len(facts))
	for i := range facts {
		m[facts[i].Name] = FactID(i)
	}
	return m
}()

// FactSet is a set of facts.
type FactSet [(NumFacts + 63) / 64]uint64

// Add puts id in the set.
func (s *FactSet) Add(id FactID) { s[id/64] |= 1 << (id % 64) }

// Has reports whether id is in the set.
func (s *FactSet) Has(id FactID) bool { return s[id/64]&(1<<(id%64)) != 0 }

// Union puts all of t in the set.
func (s *FactSet) Union(t *FactSet) {
	for i := range s {
		s[i] |= t[i]
	}
}

// Meets reports whether the two sets share a fact.
func (s *FactSet) Meets(t *FactSet) bool {
	for i := range s {
		if s[i]&t[i] != 0 {
			return true
		}
	}
	return false
}

// Each calls f for each fact of the set in the order of the table.
func (s *FactSet) Each(f func(FactID)) {
	for i, word := range s {
		for ; word != 0; word &= word - 1 {
			f(FactID(i*64 + bits.TrailingZeros64(word)))
		}
	}
}

// List gives the facts of the set in the order of the table.
func (s *FactSet) List() []FactID {
	var out []FactID
	s.Each(func(id FactID) { out = append(out, id) })
	return out
}

package entity

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/source/ftm"
)

// Nested appends the entity with those beside it in full: what it points to, what
// points to it under the name of the reverse, and for what stands between two (an
// ownership, a payment) the other end as well. An entity that was passed on the way
// stays an id.
func (d Doc) Nested(b []byte) ([]byte, error) {
	return d.nested(b, nil, 0)
}

// MaxBeside is how many entities are given in full under one property. A nested
// answer has no pages; Adjacent has.
const MaxBeside = 500

// nested appends the entity; path are those that lead to it.
func (d Doc) nested(b []byte, path []uint32, depth int) ([]byte, error) {
	e, err := d.Entity()
	if err != nil {
		return nil, err
	}
	x := d.doc()
	b = appendHead(b, x, e.Caption)
	first := true
	property := func(name string) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendText(b, name), ':')
	}
	path = append(slices.Clone(path), d.n)
	for i := range e.Properties {
		pr := &e.Properties[i]
		property(pr.Name)
		p := x.schema.Property(pr.Name)
		if p == nil || p.Type != "entity" || depth > 0 && (depth > 1 || !between(x.schema)) {
			b = appendTexts(b, pr.Values)
			continue
		}
		if b, err = d.values(b, pr.Values, path, depth); err != nil {
			return nil, err
		}
	}
	if depth == 0 {
		for name, group := range d.reverses() {
			if x.schema.Property(name) != nil {
				continue // it has a property of that name itself
			}
			property(name)
			b = append(b, '[')
			for i, l := range group[:min(len(group), MaxBeside)] {
				if i > 0 {
					b = append(b, ',')
				}
				if b, err = (Doc{d.Set, l.from}).nested(b, path, depth+1); err != nil {
					return nil, err
				}
			}
			b = append(b, ']')
		}
	}
	return appendTail(b, x, e.Referents), nil
}

// between reports whether an entity of the schema stands between others.
func between(s *ftmodel.Schema) bool { return s.Source != "" || s.Is("Interval") || s.Is("Interest") }

// values appends the entities that a property holds, in full where they are in the
// list and were not passed.
func (d Doc) values(b []byte, ids []string, path []uint32, depth int) ([]byte, error) {
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		to, ok := d.Set.resolve(id)
		if !ok || slices.Contains(path, to) || i >= MaxBeside {
			b = appendText(b, id)
			continue
		}
		var err error
		if b, err = (Doc{d.Set, to}).nested(b, path, depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// resolve finds an entity by its id, or by one that was merged into it.
func (s *Set) resolve(id string) (uint32, bool) {
	n, ok := s.byID[id]
	if !ok {
		n, ok = s.merged[id]
	}
	return n, ok
}

// reverses calls f with each name under which others point to the entity, sorted,
// and with those links, each entity once.
func (d Doc) reverses() func(func(string, []link) bool) {
	byName := map[string][]link{}
	var names []string
	for _, l := range d.Set.pointing(d.n) {
		name := l.property.Reverse
		if name == "" || l.from == d.n {
			continue
		}
		if byName[name] == nil {
			names = append(names, name)
		}
		byName[name] = append(byName[name], l)
	}
	slices.Sort(names)
	return func(yield func(string, []link) bool) {
		for _, name := range names {
			group := byName[name]
			slices.SortStableFunc(group, func(a, b link) int { return d.Set.order(a.from, b.from) })
			if !yield(name, slices.CompactFunc(group, func(a, b link) bool { return a.from == b.from })) {
				return
			}
		}
	}
}

// Beside is a page of the entities beside another, under one property.
type Beside struct {
	Property string
	// Total is how many there are; Page are those of the page, each nested as from
	// the entity it is beside.
	Total int
	Page  [][]byte
}

// Adjacent gives what is beside the entity, property by property: what it points to
// first, then what points to it. If property is given, only that; ok is false when
// no property of its schema, and none that may point to it, holds entities under
// that name. Sort orders those of a property; nil leaves the usual order.
func (d Doc) Adjacent(property string, offset, limit int, sort func([]Doc)) (out []Beside, ok bool, err error) {
	e, err := d.Entity()
	if err != nil {
		return nil, false, err
	}
	s := d.doc().schema
	own := s.Property(property)
	switch {
	case property == "":
	case own != nil && own.Type != "entity", own == nil && !d.Set.model.HasReverse(property):
		return nil, false, nil
	}
	add := func(name string, docs []Doc) error {
		if property != "" && property != name {
			return nil
		}
		if sort != nil {
			sort(docs)
		}
		beside := Beside{Property: name, Total: len(docs)}
		for _, x := range docs[min(offset, len(docs)):min(offset+limit, len(docs))] {
			b, err := x.nested(nil, []uint32{d.n}, 1)
			if err != nil {
				return err
			}
			beside.Page = append(beside.Page, b)
		}
		out = append(out, beside)
		return nil
	}
	for i := range e.Properties {
		p := s.Property(e.Properties[i].Name)
		if p == nil || p.Type != "entity" {
			continue
		}
		if err := add(p.Name, d.held(&e.Properties[i])); err != nil {
			return nil, false, err
		}
	}
	for name, group := range d.reverses() {
		if s.Property(name) != nil {
			continue
		}
		var docs []Doc
		for _, l := range group {
			docs = append(docs, Doc{d.Set, l.from})
		}
		if err := add(name, docs); err != nil {
			return nil, false, err
		}
	}
	if property != "" && len(out) == 0 {
		out = []Beside{{Property: property}}
	}
	return out, true, nil
}

// held gives the entities of the list that a property holds, in the usual order.
func (d Doc) held(v *ftm.Values) []Doc {
	var docs []Doc
	for _, id := range v.Values {
		if to, ok := d.Set.resolve(id); ok && to != d.n && !slices.ContainsFunc(docs, func(x Doc) bool { return x.n == to }) {
			docs = append(docs, Doc{d.Set, to})
		}
	}
	slices.SortFunc(docs, func(a, b Doc) int { return d.Set.order(a.n, b.n) })
	return docs
}

package ftm

import (
	"context"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
)

// Entity is an entity as it stands in a file.
type Entity struct {
	ID, Schema, Caption string
	// Properties are in the order of the file, each once and with a value at least.
	Properties []Values
	// Datasets and Referents are what the file says of where it is from and what
	// other ids it had.
	Datasets, Referents []string
	// FirstSeen, LastSeen and LastChange are the words of the file.
	FirstSeen, LastSeen, LastChange string
}

// Values are those of one property.
type Values struct {
	Name   string
	Values []string
}

// Get gives the values of a property.
func (e *Entity) Get(name string) []string {
	for i := range e.Properties {
		if e.Properties[i].Name == name {
			return e.Properties[i].Values
		}
	}
	return nil
}

// Each calls f with every entity of a list and the deltas upon it, as [Source]
// takes them: a line that it refuses is left out here too. What f is given is good
// until it returns.
func Each(ctx context.Context, files []publication.File, f func(*Entity) error) error {
	p := &parser{
		in: &publication.Input{Files: files}, ctx: ctx, dec: newDecoder(), marks: map[uint64]mark{}, changes: map[uint64]*change{},
	}
	for i := 1; i < len(files); i++ {
		if err := p.each(i, func(line []byte, _ bool) error { return p.plan(i, line) }); err != nil {
			return err
		}
	}
	var out Entity
	for i := range files {
		err := p.each(i, func(line []byte, cut bool) error {
			e, err := p.dec.decode(line, nil)
			if err != nil {
				if cut {
					return err
				}
				return nil
			}
			h := key(e.id)
			if !p.holds(i, h) || e.op == "DEL" || p.marks[h]&seen != 0 {
				return nil
			}
			p.marks[h] |= seen
			out.set(e)
			return f(&out)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// set takes over what a decoder gives. Of a property that stands twice all values
// are kept.
func (e *Entity) set(from *entity) {
	props := e.Properties[:0]
	for _, p := range from.props {
		i := slices.IndexFunc(props, func(v Values) bool { return v.Name == p.name })
		if i < 0 {
			props = append(props, Values{p.name, p.values})
			continue
		}
		props[i].Values = append(props[i].Values, p.values...)
	}
	*e = Entity{
		ID: from.id, Schema: from.schema, Caption: from.caption, Properties: props, Datasets: from.datasets, Referents: from.referents,
		FirstSeen: from.firstSeen, LastSeen: from.lastSeen, LastChange: from.lastChange,
	}
}

// Reader reads entities one by one, each from its own bytes.
type Reader struct{ dec *decoder }

// NewReader makes one. It is used by one goroutine.
func NewReader() *Reader { return &Reader{newDecoder()} }

// Read reads an entity.
func (r *Reader) Read(b []byte) (*Entity, error) {
	e, err := r.dec.decode(b, nil)
	if err != nil {
		return nil, err
	}
	if e.op != "" {
		return nil, fault.New(fault.Invalid, "an operation stands where an entity is expected")
	}
	out := &Entity{}
	out.set(e)
	out.Properties = slices.Clone(out.Properties)
	return out, nil
}

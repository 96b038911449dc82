package selftest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// All is the name under which a floor holds for all variants together, without
// the names as listed.
const All = "all"

// The rates of false alerts that may have a ceiling: of the neutral population,
// those that raise any alert or are refused, and those that raise a match.
const (
	Alerts  = "alerts"
	Matches = "matches"
)

// Floors are the least recall by kind (or [All]) and the most false alerts, as
// shares from 0 to 1. What has none is not judged.
type Floors struct {
	Recall   map[string]float64
	Ceilings map[string]float64
	// Least is how many variants of a kind there must be to judge it: one miss of
	// two tells nothing. The names as listed, and all variants together, are always
	// judged.
	Least int
}

// ReadFloors reads a file with two maps, recall and ceilings, and the number
// least.
func ReadFloors(name string, b []byte) (Floors, error) {
	f := Floors{Recall: map[string]float64{}, Ceilings: map[string]float64{}}
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return f, err
	}
	if len(docs) != 1 {
		return f, fault.New(fault.Invalid, "a file of floors is one document, not %d", len(docs)).At(fault.Place{File: name})
	}
	fields, err := docs[0].Fields("a file of floors")
	if err != nil {
		return f, err
	}
	for _, part := range f.parts() {
		n := fields.Opt(part.key)
		if n == nil {
			continue
		}
		if n.Kind != yamltree.Map {
			return f, n.Errorf("%s is a map from names to shares", part.key)
		}
		for i, k := range n.Keys {
			if err := part.set(k.Text, n.Items[i].Text); err != nil {
				return f, fault.In(k.Place(), err)
			}
		}
	}
	least, err := fields.Text("least")
	if err == nil && least != "" {
		if f.Least, err = strconv.Atoi(least); err != nil || f.Least < 0 {
			return f, fields.Opt("least").Errorf("%q is not a number of variants", least)
		}
	}
	if err != nil {
		return f, err
	}
	return f, fields.End()
}

// part is one of the two maps of floors.
type part struct {
	key   string
	known []string
	to    map[string]float64
}

func (f *Floors) parts() []part {
	recall := []string{All}
	for _, k := range Kinds() {
		recall = append(recall, string(k))
	}
	return []part{{"recall", recall, f.Recall}, {"ceilings", []string{Alerts, Matches}, f.Ceilings}}
}

func (p *part) set(key, value string) error {
	if !slices.Contains(p.known, key) {
		err := fault.New(fault.Usage, "there is no %q to judge", key)
		if near := text.NearestOf(key, p.known, 1); len(near) > 0 {
			return err.WithFix("did you mean %q?", near[0])
		}
		return err.WithFix("there are: %s", strings.Join(p.known, ", "))
	}
	x, err := strconv.ParseFloat(value, 64)
	if err != nil || !(0 <= x && x <= 1) {
		return fault.New(fault.Usage, "%s: %q is not a share from 0 to 1", key, value)
	}
	p.to[key] = x
	return nil
}

// With gives the floors with single ones changed: "substitute=0.95" among floors,
// "alerts=0.01" among ceilings.
func (f Floors) With(floors, ceilings []string) (Floors, error) {
	out := Floors{Recall: maps.Clone(f.Recall), Ceilings: maps.Clone(f.Ceilings), Least: f.Least}
	for i, pairs := range [][]string{floors, ceilings} {
		p := out.parts()[i]
		for _, pair := range pairs {
			key, value, ok := strings.Cut(pair, "=")
			if !ok {
				return out, fault.New(fault.Usage, "%q is not NAME=SHARE", pair).WithFix("as in %s=0.95", p.known[len(p.known)-1])
			}
			if err := p.set(key, value); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

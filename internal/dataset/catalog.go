package dataset

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Catalog is all datasets, as they are parts of one another. It is not changed once
// it is made.
type Catalog struct {
	list   []Dataset
	byName map[string]int
}

// NewCatalog puts datasets together; a name that stands twice is fault.Conflict.
func NewCatalog(list []Dataset) (*Catalog, error) {
	c := &Catalog{byName: map[string]int{}}
	for _, d := range list {
		if _, twice := c.byName[d.Name]; twice {
			return nil, fault.New(fault.Conflict, "the dataset %s is declared twice", d.Name)
		}
		c.add(d)
	}
	return c, nil
}

func (c *Catalog) add(d Dataset) {
	c.byName[d.Name] = len(c.list)
	c.list = append(c.list, d)
}

// With gives the catalog with the lists of a store that it does not declare, and
// with the collection of all unless it declares one. A list that was declared and
// never loaded is among the states too.
func (c *Catalog) With(states []snapshot.State) *Catalog {
	out := &Catalog{list: slices.Clone(c.list), byName: map[string]int{}}
	for i, d := range out.list {
		out.byName[d.Name] = i
	}
	for _, s := range states {
		name := NameOf(s.Name())
		if _, ok := out.byName[name]; !ok && s.Current.Number > 0 {
			out.add(Dataset{Name: name, Title: s.Name(), Version: s.Current.ID.String(), Load: true, List: true})
		}
	}
	if _, ok := out.byName[Default]; !ok {
		all := Dataset{Name: Default, Title: "All that is loaded"}
		for _, d := range out.list {
			if d.Load {
				all.Children = append(all.Children, d.Name)
			}
		}
		slices.Sort(all.Children)
		out.add(all)
	}
	return out
}

// Datasets gives all datasets, in the order of their declaration. They are not to
// be changed.
func (c *Catalog) Datasets() []Dataset { return c.list }

// Get gives a dataset by its name. One that only stands among the children of
// another is known by its name alone.
func (c *Catalog) Get(name string) (Dataset, bool) {
	if i, ok := c.byName[name]; ok {
		return c.list[i], true
	}
	for _, d := range c.list {
		if _, ok := slices.BinarySearch(d.Children, name); ok {
			return Dataset{Name: name, Title: name}, true
		}
	}
	return Dataset{}, false
}

// Under gives the names of a dataset and of all that it is made of, sorted.
func (c *Catalog) Under(name string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(n string) {
		if seen[n] {
			return
		}
		seen[n] = true
		if i, ok := c.byName[n]; ok {
			for _, child := range c.list[i].Children {
				visit(child)
			}
		}
	}
	visit(name)
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}

// Known gives the names that entities of a dataset may be said to be in beside its
// own, sorted: those of all that it is made of.
func (c *Catalog) Known(name string) []string {
	return slices.DeleteFunc(c.Under(name), func(n string) bool { return n == name })
}

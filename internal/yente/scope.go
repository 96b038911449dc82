package yente

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/dataset"
	"github.com/cordon-engine/cordon/internal/entity"
	"github.com/cordon-engine/cordon/internal/ftmodel"
)

// scope is what a request looks in.
type scope struct {
	*Moment
	dataset dataset.Dataset
	catalog *dataset.Catalog
	// under are the datasets looked in, sorted; lists those of the store that hold
	// their entities, in order.
	under, lists []string
}

// begin takes the lists in use and finds the dataset of the path in them. What is
// not loaded, or too old, is an error: nothing found in it would mean nothing. The
// moment is to be released when there is no error.
func (a *API) begin(r *http.Request) (*scope, error) {
	m, err := a.Take(r.Context())
	if err != nil {
		return nil, err
	}
	s, err := a.scope(m, r.PathValue("dataset"))
	if err != nil {
		m.Release()
		return nil, err
	}
	return s, nil
}

func (a *API) scope(m *Moment, name string) (*scope, error) {
	st := a.Status()
	s := &scope{Moment: m, catalog: st.Catalog.With(m.States)}
	d, ok := s.catalog.Get(name)
	if !ok {
		return nil, &refusal{http.StatusNotFound, "No such dataset: " + name}
	}
	s.dataset, s.under = d, s.catalog.Under(name)
	empty := false
	for _, n := range s.under {
		part, _ := s.catalog.Get(n)
		empty = empty || part.Empty
		if part.Load && !part.Empty && m.Sets[dataset.ListOf(n)] == nil {
			why := "The dataset " + n + " is not loaded"
			if reason := st.Failed[n]; reason != "" {
				why += ": " + reason
			}
			return nil, &refusal{http.StatusServiceUnavailable, why}
		}
	}
	for _, list := range m.Order {
		own := dataset.NameOf(list)
		if s.in(own) || slices.ContainsFunc(s.catalog.Known(own), s.in) {
			s.lists = append(s.lists, list)
		}
	}
	if len(s.lists) == 0 && !empty {
		return nil, &refusal{http.StatusServiceUnavailable, "The dataset " + name + " is not loaded"}
	}
	if m.Stale != "" {
		return nil, &refusal{http.StatusServiceUnavailable, "Nothing can be searched: " + m.Stale}
	}
	return s, nil
}

func (s *scope) in(name string) bool {
	_, ok := slices.BinarySearch(s.under, name)
	return ok
}

// filter says which entities of a scope count.
type filter struct {
	scope            *scope
	include, exclude map[string]bool // nil include: all
	schemas          func(*ftmodel.Schema) bool
	notSchemas       []string
	datasets, topics wanted
	countries        wanted
	since            string
	ids              map[string]bool
	target           *bool
	fields           []fieldFilter
	unknown          []string
}

// wanted are values of which an entity must have one, or all.
type wanted struct {
	values []string
	all    bool
}

func (w wanted) in(have []string) bool {
	if len(w.values) == 0 {
		return true
	}
	has := func(v string) bool { return slices.Contains(have, v) }
	if w.all {
		return !slices.ContainsFunc(w.values, func(v string) bool { return !has(v) })
	}
	return slices.ContainsFunc(w.values, has)
}

// fieldFilter asks for a value of a field; several of the same field are wanted
// together.
type fieldFilter struct {
	field string
	wanted
}

// datasetsOf gives the datasets that a parameter names, with all that they are made
// of. Names that nobody has are noted.
func (f *filter) datasetsOf(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		if _, ok := f.scope.catalog.Get(n); !ok && !slices.Contains(f.unknown, n) {
			f.unknown = append(f.unknown, n)
		}
		for _, x := range f.scope.catalog.Under(n) {
			out[x] = true
		}
	}
	return out
}

// filter reads the filters that match and search share.
func (a *API) filter(s *scope, p *parameters) *filter {
	f := &filter{scope: s}
	if names := p.texts("include_dataset"); len(names) > 0 {
		f.include = f.datasetsOf(names)
	}
	f.exclude = f.datasetsOf(p.texts("exclude_dataset"))
	f.notSchemas = p.texts("exclude_schema")
	f.since = p.since("changed_since")
	f.topics.values = p.texts("topics")
	for _, c := range p.texts("countries") {
		f.countries.values = append(f.countries.values, a.country(c))
	}
	return f
}

// refused gives the error of filters that cannot be.
func (a *API) refused(f *filter) error {
	if a.Strict && len(f.unknown) > 0 {
		return &refusal{http.StatusBadRequest, "No such dataset: " + strings.Join(f.unknown, ", ")}
	}
	for _, n := range f.notSchemas {
		if ftmodel.Load().Schema(n) == nil {
			return &refusal{http.StatusBadRequest, "Invalid schema: " + n}
		}
	}
	return nil
}

// tell says in the head of the answer which names of datasets nobody has.
func (f *filter) tell(h http.Header) {
	if len(f.unknown) > 0 {
		h.Set("X-Unknown-Datasets", headText(strings.Join(f.unknown, ", ")))
	}
}

// headText keeps what may stand in the head of an answer.
func headText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 1000)]
}

// keep reports whether an entity counts. One that is in a dataset that was left out
// counts all the same while it is in another; one of which nobody says when it
// changed may have changed.
func (f *filter) keep(d entity.Doc) bool {
	sets := d.Datasets()
	ok := slices.ContainsFunc(sets, func(n string) bool {
		return f.scope.in(n) && (f.include == nil || f.include[n]) && !f.exclude[n]
	})
	switch {
	case !ok, f.schemas != nil && !f.schemas(d.Schema()), slices.Contains(f.notSchemas, d.Schema().Name):
		return false
	case !f.topics.in(d.Topics()), !f.countries.in(d.Countries()), !f.datasets.in(sets):
		return false
	case f.since != "" && d.Change() != "" && d.Change() <= f.since:
		return false
	case f.target != nil && *f.target != d.Target(), len(f.ids) > 0 && f.ids[d.ID()]:
		return false
	}
	for _, x := range f.fields {
		has := func(v string) bool { return d.Has(x.field, v) }
		if x.all && slices.ContainsFunc(x.values, func(v string) bool { return !has(v) }) || !x.all && !slices.ContainsFunc(x.values, has) {
			return false
		}
	}
	return true
}

// find finds an entity by its id, or the one that an id was merged into.
func (m *Moment) find(id string) (d entity.Doc, merged, ok bool) {
	for _, list := range m.Order {
		if d, ok = m.Sets[list].Get(id); ok {
			return d, false, true
		}
	}
	for _, list := range m.Order {
		if d, ok = m.Sets[list].Merged(id); ok {
			return d, true, true
		}
	}
	return d, false, false
}

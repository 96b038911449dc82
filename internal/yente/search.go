package yente

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/entity"
	"github.com/cordon-engine/cordon/internal/ftmodel"
)

// searching is how a search is answered.
type searching struct {
	limit, offset int
	query         *entity.Query
	filter        *filter
	facets        []string
	sort          func([]found)
}

// found is an entity that was found.
type found struct {
	doc   entity.Doc
	score float64
}

func (a *API) search(w http.ResponseWriter, r *http.Request) error {
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	q, err := a.searching(s, readParameters(r))
	if err != nil {
		return err
	}
	list := s.look(q.query, q.filter)
	q.sort(list)
	out := append(make([]byte, 0, 4096), `{"results":[`...)
	page := list[min(q.offset, len(list)):min(q.offset+q.limit, len(list))]
	for i, f := range page {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, f.doc.JSON()...)
	}
	out = append(out, `],"facets":{`...)
	for i, name := range q.facets {
		if i > 0 {
			out = append(out, ',')
		}
		out = a.facet(append(quoted(out, name), ':'), s, name, list)
	}
	out = append(out, `},"total":`...)
	out = total(out, len(list))
	out = window(out, q.limit, q.offset)
	q.filter.tell(w.Header())
	return send(w, append(out, '}', '\n'))
}

func total(b []byte, n int) []byte {
	return append(strconv.AppendInt(append(b, `{"value":`...), int64(n), 10), `,"relation":"eq"}`...)
}

func window(b []byte, limit, offset int) []byte {
	b = strconv.AppendInt(append(b, `,"limit":`...), int64(limit), 10)
	return strconv.AppendInt(append(b, `,"offset":`...), int64(offset), 10)
}

// look gives all entities of a scope for which a query holds.
func (s *scope) look(q *entity.Query, f *filter) []found {
	var out []found
	for _, list := range s.lists {
		set := s.Sets[list]
		for _, h := range set.Find(q, f.keep) {
			out = append(out, found{set.Doc(h), h.Score})
		}
	}
	return out
}

// facetNames are the facets that there are, with what they are called.
var facetNames = map[string]string{
	"datasets": "Data sources", "schema": "Entity types", "countries": "Countries", "identifiers": "Identifiers", "topics": "Topics", "genders": "Genders",
}

// searching reads the parameters of a search.
func (a *API) searching(s *scope, p *parameters) (*searching, error) {
	q := &searching{
		limit: p.number("limit", usualLimit, 0, MaxLimit), offset: p.number("offset", 0, 0, MaxOffset), filter: a.filter(s, p),
		facets: p.texts("facets"),
	}
	if !p.values.Has("facets") && !p.values.Has("facets[]") {
		q.facets = []string{"countries", "topics", "datasets"}
	}
	slices.Sort(q.facets)
	q.facets = slices.Compact(q.facets)
	for _, f := range q.facets {
		if facetNames[f] == "" {
			p.fail("enum", "Input should be 'datasets', 'schema', 'countries', 'identifiers', 'topics' or 'genders'", "facets")
		}
	}
	a.fieldFilters(q.filter, p)
	simple, fuzzy := p.truth("simple", false), p.truth("fuzzy", false)
	order := p.texts("sort")
	if p.err != nil {
		return nil, p.err
	}
	if err := a.refused(q.filter); err != nil {
		return nil, err
	}
	schema := ftmodel.Load().Schema(cmp.Or(p.text("schema"), "Thing"))
	if schema == nil {
		return nil, &refusal{http.StatusBadRequest, "Invalid schema"}
	}
	q.filter.schemas = func(x *ftmodel.Schema) bool { return x.Is(schema.Name) }
	if simple {
		q.query = entity.PlainQuery(p.text("q"), fuzzy)
	} else {
		var err error
		if q.query, err = entity.ParseQuery(p.text("q"), fuzzy); err != nil {
			return nil, err
		}
	}
	var err error
	q.sort, err = sorting(order)
	return q, err
}

// fieldFilters reads what only a search filters by.
func (a *API) fieldFilters(f *filter, p *parameters) {
	all := false
	switch p.text("filter_op") {
	case "", "OR":
	case "AND":
		all = true
	default:
		p.fail("enum", "Input should be 'OR' or 'AND'", "filter_op")
	}
	f.datasets = wanted{p.texts("datasets"), all}
	f.topics.all, f.countries.all = all, all
	for _, n := range f.datasets.values {
		f.datasetsOf([]string{n})
	}
	if p.values.Has("target") && p.text("target") != "" {
		t := p.truth("target", false)
		f.target = &t
	}
	for _, x := range p.texts("filter") {
		field, value, ok := strings.Cut(x, ":")
		if !ok || !entity.KnownField(field) {
			p.fail("value_error", "write it as FIELD:VALUE, where the field is one of an entity, as in properties.birthDate:1985", "filter")
			continue
		}
		i := slices.IndexFunc(f.fields, func(y fieldFilter) bool { return y.field == field })
		if i < 0 {
			i = len(f.fields)
			f.fields = append(f.fields, fieldFilter{field, wanted{all: all}})
		}
		f.fields[i].values = append(f.fields[i].values, value)
	}
}

// sorting reads orders as FIELD:asc or FIELD:desc; what fits best comes first where
// they say nothing.
func sorting(orders []string) (func([]found), error) {
	type order struct {
		field string
		desc  bool
	}
	var list []order
	for _, o := range orders {
		field, way, _ := strings.Cut(o, ":")
		if way != "" && way != "asc" && way != "desc" || !entity.KnownField(field) && field != "_score" {
			return nil, &refusal{http.StatusBadRequest, "Invalid sort: " + o}
		}
		if field == "_score" {
			break
		}
		list = append(list, order{field, way == "desc"})
	}
	if len(list) > maxOrders {
		return nil, &refusal{http.StatusBadRequest, "There are more than " + strconv.Itoa(maxOrders) + " orders"}
	}
	return func(in []found) {
		type keyed struct {
			found
			keys [maxOrders][]string
		}
		all := make([]keyed, len(in)) // values are looked up once, not at each comparison
		for i := range in {
			all[i].found = in[i]
			for j, o := range list {
				all[i].keys[j] = in[i].doc.Values(o.field)
			}
		}
		slices.SortFunc(all, func(a, b keyed) int {
			for j, o := range list {
				if c := compareFirst(a.keys[j], b.keys[j], o.desc); c != 0 {
					return c
				}
			}
			return entity.Order(a.doc, b.doc, a.score, b.score)
		})
		for i := range all {
			in[i] = all[i].found
		}
	}, nil
}

// maxOrders is how many orders a request may name.
const maxOrders = 4

// compareFirst compares the first values; who has none comes last either way.
func compareFirst(a, b []string, desc bool) int {
	switch {
	case len(a) == 0 && len(b) == 0:
		return 0
	case len(a) == 0:
		return 1
	case len(b) == 0:
		return -1
	case desc:
		return strings.Compare(b[0], a[0])
	}
	return strings.Compare(a[0], b[0])
}

// facet appends how often each value of a field stands in what was found.
func (a *API) facet(b []byte, s *scope, name string, list []found) []byte {
	counts := map[string]int{}
	for _, f := range list {
		for _, v := range f.doc.Values(name) {
			counts[v]++
		}
	}
	values := make([]string, 0, len(counts))
	for v := range counts {
		values = append(values, v)
	}
	slices.SortFunc(values, func(x, y string) int { return cmp.Or(counts[y]-counts[x], strings.Compare(x, y)) })
	b = append(quoted(append(b, `{"label":`...), facetNames[name]), `,"values":[`...)
	for i, v := range values[:min(len(values), MaxLimit)] {
		if i > 0 {
			b = append(b, ',')
		}
		b = quoted(append(b, `{"name":`...), v)
		b = quoted(append(b, `,"label":`...), a.label(s, name, v))
		b = append(strconv.AppendInt(append(b, `,"count":`...), int64(counts[v]), 10), '}')
	}
	return append(b, "]}"...)
}

// label gives what people call a value of a facet.
func (a *API) label(s *scope, facet, v string) string {
	m := ftmodel.Load()
	switch facet {
	case "datasets":
		if d, ok := s.catalog.Get(v); ok {
			return d.Title
		}
	case "schema":
		if x := m.Schema(v); x != nil {
			return x.Plural
		}
	case "countries":
		return a.countryName(v)
	case "topics":
		if t := m.Topic(v); t != nil {
			return t.Label
		}
	}
	return v
}

func (a *API) countryName(code string) string {
	if s, ok := a.Places.FindState(code); ok && len(code) == 2 {
		return a.Places.Name(s)
	}
	return code
}

package yente

import (
	"bytes"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/entity"
	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/text"
)

// space is where the ids and the types of the reconciliation are explained; OpenRefine
// takes results of one space to be of the same world.
const space = "https://www.opensanctions.org/reference/#schema"

type (
	typeJSON struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	serviceJSON struct {
		URL  string `json:"service_url"`
		Path string `json:"service_path"`
	}
	choiceJSON struct {
		Value string `json:"value"`
		ID    string `json:"id"`
		Name  string `json:"name"`
	}
	extendSettingJSON struct {
		Name    string       `json:"name"`
		Label   string       `json:"label"`
		Type    string       `json:"type"`
		Default any          `json:"default"`
		Help    string       `json:"help_text"`
		Choices []choiceJSON `json:"choices,omitempty"`
	}
	candidateJSON struct {
		ID          string     `json:"id"`
		Name        string     `json:"name"`
		Description string     `json:"description"`
		Type        []typeJSON `json:"type"`
	}
	propertyJSON struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
	}
)

func typeOf(s *ftmodel.Schema) typeJSON { return typeJSON{s.Name, s.Plural, s.Label} }

// near lets pages on this machine read the answers: OpenRefine is one, and asks for
// suggestions from its page. Pages from elsewhere stay shut out.
func near(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	u, err := url.Parse(origin)
	if origin == "" || err != nil {
		return
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Headers", "content-type")
		w.Header().Add("Vary", "Origin")
	}
}

func (a *API) preflight(w http.ResponseWriter, r *http.Request) error {
	near(w, r)
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// schemas gives the matchable schemas of which a scope has entities, sorted by
// name; those that every client asks for when it has none.
func (s *scope) schemas() []*ftmodel.Schema {
	m := ftmodel.Load()
	have := map[string]bool{}
	f := filter{scope: s}
	for _, list := range s.lists {
		s.Sets[list].All(func(d entity.Doc) bool {
			if x := d.Schema(); x.Matchable && !have[x.Name] && f.keep(d) {
				for _, n := range m.Names() { // and those above, which may be asked for too
					have[n] = have[n] || x.Is(n) && m.Schema(n).Matchable
				}
			}
			return true
		})
	}
	for _, n := range []string{"Person", "Organization", "Company", "LegalEntity"} {
		have[n] = true
	}
	var out []*ftmodel.Schema
	for _, n := range m.Names() {
		if have[n] {
			out = append(out, m.Schema(n))
		}
	}
	return out
}

// reconcile answers what the service can do. The query of the address is passed on.
func (a *API) reconcile(w http.ResponseWriter, r *http.Request) error {
	near(w, r)
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	host := "http://" + r.Host
	base := host + "/reconcile/" + url.PathEscape(s.dataset.Name)
	service := func(path string) serviceJSON {
		if r.URL.RawQuery != "" {
			path += "?" + r.URL.RawQuery
		}
		return serviceJSON{base, path}
	}
	types := []typeJSON{}
	for _, x := range s.schemas() {
		types = append(types, typeOf(x))
	}
	return answer(w, map[string]any{
		"versions": []string{"0.2"}, "name": s.dataset.Title + " (Cordon)", "identifierSpace": space, "schemaSpace": space,
		"documentation": host + "/api", "view": map[string]string{"url": host + "/entities/{{id}}"},
		"preview": map[string]any{"url": base + "/preview/{{id}}", "width": 430, "height": 600},
		"suggest": map[string]any{
			"entity": service("/suggest/entity"), "type": service("/suggest/type"), "property": service("/suggest/property"),
		},
		"extend": map[string]any{
			"propose_properties": service("/extend/property"),
			"propose_settings": []extendSettingJSON{
				{Name: "limit", Label: "Limit", Type: "number", Default: 0, Help: "How many values a row has at most; 0 for all."},
				{
					Name: "render", Label: "Values", Type: "select", Default: "caption", Help: "Words for people, or codes.",
					Choices: []choiceJSON{{"caption", "caption", "Words"}, {"raw", "raw", "Codes"}},
				},
			},
		},
		"batchSize": 3, "defaultTypes": types,
	})
}

// reconcilePost answers queries, or gives properties of entities that were chosen.
func (a *API) reconcilePost(w http.ResponseWriter, r *http.Request) error {
	near(w, r)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return &refusal{http.StatusBadRequest, "The form cannot be read"}
	}
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	if extend := r.PostForm.Get("extend"); strings.TrimSpace(extend) != "" {
		return a.extend(w, s, extend)
	}
	queries := r.PostForm.Get("queries")
	if strings.TrimSpace(queries) == "" {
		return wrong("missing", "Field required", "body", "queries")
	}
	return a.reconcileQueries(w, r, s, queries)
}

// reconQuery is one query of a reconciliation.
type reconQuery struct {
	Query      json.RawMessage `json:"query"`
	Type       json.RawMessage `json:"type"`
	Limit      *int            `json:"limit"`
	Properties []struct {
		PID string          `json:"pid"`
		V   json.RawMessage `json:"v"`
	} `json:"properties"`
}

// keyed are values with their keys, in the order in which they stand.
type keyed[T any] struct {
	keys   []string
	values []T
}

// UnmarshalJSON reads an object.
func (k *keyed[T]) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("an object is expected")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		var v T
		if err := d.Decode(&v); err != nil {
			return err
		}
		k.keys, k.values = append(k.keys, t.(string)), append(k.values, v) // a key is a text
	}
	return nil
}

func (a *API) reconcileQueries(w http.ResponseWriter, r *http.Request, s *scope, queries string) error {
	var batch keyed[reconQuery]
	if err := json.Unmarshal([]byte(queries), &batch); err != nil {
		return &refusal{http.StatusBadRequest, "Cannot decode queries: " + err.Error()}
	}
	if len(batch.keys) > MaxBatch {
		return &refusal{http.StatusBadRequest, "Too many queries in one batch (limit: " + strconv.Itoa(MaxBatch) + ")"}
	}
	m, err := a.matching(s, readParameters(r))
	if err != nil {
		return err
	}
	out := []byte{'{'}
	for i, name := range batch.keys {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(quoted(out, name), ':')
		if out, err = a.reconcileOne(out, s, *m, &batch.values[i], name); err != nil {
			return err
		}
	}
	w.Header().Set("x-batch-size", strconv.Itoa(len(batch.keys)))
	m.filter.tell(w.Header())
	return send(w, append(out, '}', '\n'))
}

// reconcileOne appends the answer to one query. A cell without a word or a number
// to look for has no results.
func (a *API) reconcileOne(b []byte, s *scope, m matching, q *reconQuery, name string) ([]byte, error) {
	m.limit = usualMatches
	if q.Limit != nil {
		m.limit = *q.Limit
	}
	if m.limit < 1 || m.limit > MaxLimit {
		return nil, &refusal{http.StatusBadRequest, "The limit of the query " + strconv.Quote(name) + " lies from 1 to " + strconv.Itoa(MaxLimit)}
	}
	e, err := a.reconExample(q)
	if err != nil {
		return nil, err
	}
	b = append(b, `{"result":[`...)
	in := e.input(m.algorithm.namesOnly)
	if len(in.Names) == 0 && len(in.Identifiers) == 0 {
		return append(b, "]}"...), nil
	}
	found, err := a.screen(s, &m, e.schema, in, name)
	if err != nil {
		return nil, err
	}
	for i := range found.Hits {
		h := &found.Hits[i]
		d, _ := s.Sets[h.List].Get(h.ID)
		if i > 0 {
			b = append(b, ',')
		}
		c, err := candidate(d)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		b = append(b, text[:len(text)-1]...)
		b = number(append(b, `,"score":`...), h.Score)
		b = append(strconv.AppendBool(append(b, `,"match":`...), h.Identified || h.Score >= m.threshold), '}')
	}
	return append(b, "]}"...), nil
}

func candidate(d entity.Doc) (candidateJSON, error) {
	e, err := d.Entity()
	if err != nil {
		return candidateJSON{}, err
	}
	return candidateJSON{d.ID(), e.Caption, d.Schema().Label, []typeJSON{typeOf(d.Schema())}}, nil
}

// reconExample makes an example of a query. Without a type, it may be anything.
func (a *API) reconExample(q *reconQuery) (*example, error) {
	e := &example{}
	model := ftmodel.Load()
	var types []string
	if one := textOf(q.Type); one != "" {
		types = []string{one}
	} else if len(q.Type) > 0 && q.Type[0] == '[' {
		if err := json.Unmarshal(q.Type, &types); err != nil {
			return nil, &refusal{http.StatusBadRequest, "The type of a query is a text or a list of texts"}
		}
	}
	if len(types) > 0 && types[0] != "Thing" {
		e.schema = model.Schema(types[0])
		if e.schema == nil || !e.schema.Matchable {
			return nil, &refusal{http.StatusBadRequest, "Invalid schema: " + types[0]}
		}
	}
	if len(q.Query) > 0 && q.Query[0] != '"' && string(q.Query) != "null" {
		return nil, &refusal{http.StatusBadRequest, "The query of a query is a text"}
	}
	if v := textOf(q.Query); v != "" {
		a.add(e, model.Schema("Thing").Property("name"), v)
	}
	for _, p := range q.Properties {
		prop := propertyOf(p.PID, e.schema)
		if prop == nil {
			continue // as yente has it: a column that is no property says nothing
		}
		for _, v := range valuesOf(p.V) {
			a.add(e, prop, v)
		}
	}
	return e, nil
}

// propertyOf gives a property by its name, or by that and its schema: Person:birthDate.
func propertyOf(id string, of *ftmodel.Schema) *ftmodel.Property {
	m := ftmodel.Load()
	if schema, name, ok := strings.Cut(id, ":"); ok {
		if s := m.Schema(schema); s != nil {
			return s.Property(name)
		}
		return nil
	}
	if of != nil {
		return of.Property(id)
	}
	for _, n := range m.Names() {
		if p := m.Schema(n).Property(id); p != nil && m.Schema(n).Matchable {
			return p
		}
	}
	return nil
}

// textOf gives a text or number as it is written, "" for all else.
func textOf(v json.RawMessage) string {
	if len(v) == 0 {
		return ""
	}
	var s string
	if v[0] == '"' && json.Unmarshal(v, &s) == nil {
		return s
	}
	if c := v[0]; c == '-' || c >= '0' && c <= '9' || c == 't' || c == 'f' {
		return string(v)
	}
	return ""
}

// valuesOf gives the values of a property of a query: a text, a number, one that was
// chosen before (by its name), or a list of those.
func valuesOf(v json.RawMessage) []string {
	if len(v) == 0 {
		return nil
	}
	switch v[0] {
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(v, &list) != nil {
			return nil
		}
		var out []string
		for _, x := range list {
			if len(x) > 0 && x[0] != '[' {
				out = append(out, valuesOf(x)...)
			}
		}
		return out
	case '{':
		var chosen struct{ Name, ID string }
		if json.Unmarshal(v, &chosen) != nil {
			return nil
		}
		return []string{chosen.Name}
	}
	return []string{textOf(v)}
}

// extendQuery asks for properties of entities.
type extendQuery struct {
	IDs        []string `json:"ids"`
	Properties []struct {
		ID       string `json:"id"`
		Settings struct {
			Limit  json.RawMessage `json:"limit"`
			Render string          `json:"render"`
		} `json:"settings"`
	} `json:"properties"`
}

type strJSON struct {
	Str string `json:"str"`
}

// extend gives properties of entities.
func (a *API) extend(w http.ResponseWriter, s *scope, extend string) error {
	var q extendQuery
	if err := json.Unmarshal([]byte(extend), &q); err != nil {
		return &refusal{http.StatusBadRequest, "Cannot decode extension request"}
	}
	if len(q.IDs) > MaxBatch {
		return &refusal{http.StatusBadRequest, "Too many queries in one batch (limit: " + strconv.Itoa(MaxBatch) + ")"}
	}
	out := struct {
		Meta []map[string]string             `json:"meta"`
		Rows map[string]map[string][]strJSON `json:"rows"`
	}{[]map[string]string{}, map[string]map[string][]strJSON{}}
	f := filter{scope: s}
	for _, id := range q.IDs {
		row := map[string][]strJSON{}
		out.Rows[id] = row
		d, merged, ok := s.find(id)
		if merged {
			return &refusal{http.StatusBadRequest, "Please specify the canonical entity ID, not a referent"}
		}
		if !ok || !f.keep(d) {
			continue
		}
		e, err := d.Entity()
		if err != nil {
			return err
		}
		for _, x := range q.Properties {
			p := d.Schema().Property(x.ID)
			if p == nil {
				continue
			}
			if !slices.ContainsFunc(out.Meta, func(m map[string]string) bool { return m["id"] == x.ID }) {
				out.Meta = append(out.Meta, map[string]string{"id": p.Name, "name": p.Label})
			}
			values := e.Get(p.Name)
			if n, err := strconv.Atoi(textOf(x.Settings.Limit)); err == nil && n > 0 {
				values = values[:min(n, len(values))]
			}
			row[x.ID] = []strJSON{}
			for _, v := range values {
				if x.Settings.Render != "raw" {
					v = a.words(p, v)
				}
				row[x.ID] = append(row[x.ID], strJSON{v})
			}
		}
	}
	w.Header().Set("x-batch-size", strconv.Itoa(len(out.Rows)))
	return answer(w, out)
}

// words gives a value as people call it.
func (a *API) words(p *ftmodel.Property, v string) string {
	switch p.Type {
	case "country":
		return a.countryName(v)
	case "topic":
		if t := ftmodel.Load().Topic(v); t != nil {
			return t.Label
		}
	}
	return v
}

type suggestionsJSON[T any] struct {
	Code   string `json:"code"`
	Status string `json:"status"`
	Prefix string `json:"prefix"`
	Result []T    `json:"result"`
}

func suggest[T any](w http.ResponseWriter, prefix string, list []T) error {
	if list == nil {
		list = []T{}
	}
	return answer(w, suggestionsJSON[T]{"/api/status/ok", "200 OK", prefix, list})
}

// suggestEntity gives entities whose names begin as what is typed.
func (a *API) suggestEntity(w http.ResponseWriter, r *http.Request) error {
	near(w, r)
	p := readParameters(r)
	prefix, limit := p.text("prefix"), p.number("limit", usualLimit, 0, MaxLimit)
	if p.err != nil {
		return p.err
	}
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	f := filter{scope: s, schemas: func(x *ftmodel.Schema) bool { return x.Matchable }}
	var list []found
	for _, name := range s.lists {
		set := s.Sets[name]
		for _, h := range set.Beginning(prefix, f.keep) {
			list = append(list, found{set.Doc(h), h.Score})
		}
	}
	slices.SortFunc(list, func(x, y found) int { return entity.Order(x.doc, y.doc, x.score, y.score) })
	var out []candidateJSON
	for _, x := range list[:min(limit, len(list))] {
		c, err := candidate(x.doc)
		if err != nil {
			return err
		}
		out = append(out, c)
	}
	return suggest(w, prefix, out)
}

// begins reports whether a name or what it is called has a word that begins so.
func begins(prefix string, names ...string) bool {
	want := text.Fold(prefix)
	if want == "" {
		return false
	}
	return slices.ContainsFunc(names, func(n string) bool {
		n = text.Fold(n)
		return strings.HasPrefix(n, want) || strings.Contains(n, " "+want)
	})
}

// holds is begins, and the letters may stand anywhere in a name: mainCountry is
// found by country.
func holds(prefix string, p *ftmodel.Property) bool {
	want := strings.ToLower(strings.TrimSpace(prefix))
	return begins(prefix, p.Name, p.Label) || want != "" && strings.Contains(strings.ToLower(p.Name), want)
}

// suggestProperty gives properties of the schemas that there are entities of.
func (a *API) suggestProperty(w http.ResponseWriter, r *http.Request) error {
	near(w, r)
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	prefix := r.URL.Query().Get("prefix")
	var out []propertyJSON
	seen := map[*ftmodel.Property]bool{}
	for _, x := range s.schemas() {
		for _, p := range x.Properties() {
			if !seen[p] && !p.Hidden && p.Type != "entity" && holds(prefix, p) {
				out = append(out, propertyJSON{p.Schema + ":" + p.Name, p.Label, p.Label + " (" + p.Schema + ")"})
			}
			seen[p] = true
		}
	}
	return suggest(w, prefix, out)
}

// suggestType gives schemas by what they are called.
func (a *API) suggestType(w http.ResponseWriter, r *http.Request) error {
	near(w, r)
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	prefix := r.URL.Query().Get("prefix")
	var out []typeJSON
	for _, x := range s.schemas() {
		if begins(prefix, x.Name, x.Label, x.Plural) {
			out = append(out, typeOf(x))
		}
	}
	return suggest(w, prefix, out)
}

// extendProperty gives the properties that entities of a type may be asked for: those
// that people look at first, then the others.
func (a *API) extendProperty(w http.ResponseWriter, r *http.Request) error {
	near(w, r)
	p := readParameters(r)
	limit := p.number("limit", 0, 0, MaxLimit)
	if p.err != nil {
		return p.err
	}
	name := p.text("type")
	if name == "" {
		name = "Thing"
	}
	s := ftmodel.Load().Schema(name)
	if s == nil {
		return &refusal{http.StatusBadRequest, "Invalid type: " + name}
	}
	m, err := a.begin(r)
	if err != nil {
		return err
	}
	m.Release()
	out := []map[string]string{}
	add := func(x *ftmodel.Property) {
		known := slices.ContainsFunc(out, func(y map[string]string) bool { return y["id"] == x.Name })
		if !known && !x.Hidden && x.Type != "entity" && (limit == 0 || len(out) < limit) {
			out = append(out, map[string]string{"id": x.Name, "name": x.Label})
		}
	}
	for _, f := range append([]string{"name"}, s.Featured...) {
		if x := s.Property(f); x != nil {
			add(x)
		}
	}
	for _, x := range s.Properties() {
		add(x)
	}
	return answer(w, map[string]any{"limit": limit, "type": name, "properties": out})
}

var previewPage = template.Must(template.New("preview").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{{.Caption}}</title>
<h1>{{.Caption}}</h1><p>{{.Type}}</p>
<table>{{range .Rows}}<tr><th scope="row">{{.Label}}</th><td>{{range .Values}}{{.}}<br>{{end}}</td></tr>
{{end}}</table></html>
`))

// preview gives a small page about an entity, for OpenRefine to show in a frame.
func (a *API) preview(w http.ResponseWriter, r *http.Request) error {
	s, err := a.begin(r)
	if err != nil {
		return err
	}
	defer s.Release()
	d, _, ok := s.find(r.PathValue("id"))
	if !ok {
		return &refusal{http.StatusNotFound, "No such entity!"}
	}
	e, err := d.Entity()
	if err != nil {
		return err
	}
	type row struct {
		Label  string
		Values []string
	}
	page := struct {
		Caption, Type string
		Rows          []row
	}{Caption: e.Caption, Type: d.Schema().Label}
	for _, name := range append(slices.Clone(d.Schema().Featured), "alias", "birthDate", "topics", "address") {
		p := d.Schema().Property(name)
		if p == nil || p.Type == "entity" || slices.ContainsFunc(page.Rows, func(x row) bool { return x.Label == p.Label }) {
			continue
		}
		var values []string
		for _, v := range e.Get(name) {
			values = append(values, a.words(p, v))
		}
		if len(values) > 0 {
			page.Rows = append(page.Rows, row{p.Label, values[:min(10, len(values))]})
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors http://127.0.0.1:* http://localhost:* 'self'")
	var b bytes.Buffer
	if err := previewPage.Execute(&b, page); err != nil {
		return err
	}
	_, _ = io.Copy(w, &b) // the reader is gone
	return nil
}

package yente

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
)

// example is an entity to look for, as a client gives it.
type example struct {
	id     jsontext.Value // as it was given; nil for none
	schema *ftmodel.Schema
	props  []exampleValues
}

// exampleValues are the values of a property, in their normal form.
type exampleValues struct {
	property *ftmodel.Property
	values   []string
}

// maxValues is how many values an example may have in all.
const maxValues = 4096

// add adds a value in its normal form; what has none is left out, and the example
// that is sent back shows it.
func (a *API) add(e *example, p *ftmodel.Property, value string) {
	i := slices.IndexFunc(e.props, func(x exampleValues) bool { return x.property == p })
	for _, v := range a.clean(p, value) {
		if i < 0 {
			i = len(e.props)
			e.props = append(e.props, exampleValues{property: p})
		}
		if x := &e.props[i]; !slices.Contains(x.values, v) {
			x.values = append(x.values, v)
		}
	}
}

// clean gives the normal form of a value: codes for countries, whole dates, single
// spaces. A date of which day and month may be one another gives both.
func (a *API) clean(p *ftmodel.Property, value string) []string {
	v := strings.Join(strings.Fields(value), " ")
	if v == "" {
		return nil
	}
	switch p.Type {
	case "country":
		if c := a.country(v); c != "" {
			return []string{c}
		}
		return nil
	case "date":
		return cleanDate(v)
	case "gender":
		return cleanGender(v)
	case "email", "topic", "language":
		v = strings.ToLower(v)
	}
	return []string{v}
}

// country gives the code of a country in small letters; "" for what is none. Codes
// of two letters that name no state of today are left as they are: some name what
// is more or less than one.
func (a *API) country(v string) string {
	if s, ok := a.Places.FindState(v); ok {
		return strings.ToLower(s.String())
	}
	lower := strings.ToLower(v)
	if len(lower) == 2 && lower[0] >= 'a' && lower[0] <= 'z' && lower[1] >= 'a' && lower[1] <= 'z' {
		return lower
	}
	return ""
}

func cleanDate(v string) []string {
	if len(v) > 10 && (v[10] == 'T' || v[10] == ' ') {
		v = v[:10] // the time of day says nothing
	}
	births, _, err := screen.Births(v)
	if err != nil {
		return nil
	}
	var out []string
	for _, b := range births {
		out = append(out, b.String())
	}
	return out
}

func cleanGender(v string) []string {
	switch strings.ToLower(v) {
	case "m", "male", "man":
		return []string{"male"}
	case "f", "female", "woman":
		return []string{"female"}
	case "other", "o", "divers", "diverse":
		return []string{"other"}
	}
	return nil
}

// nearest gives the word of matching that comes nearest to a schema.
func nearest(s *ftmodel.Schema) string {
	for _, n := range []string{"Person", "PublicBody", "Company", "Organization", "LegalEntity", "Vessel", "Airplane", "Address"} {
		if s.Is(n) {
			return n
		}
	}
	return "Thing"
}

// input gives what is compared: names alone where that is asked for. A person of
// whom only parts of the name are given is called by them.
func (e *example) input(namesOnly bool) match.Input {
	in := match.Input{}
	if e.schema != nil {
		in.Schema = nearest(e.schema)
	}
	for i := range e.props {
		p := &e.props[i]
		if p.property.Type == "name" {
			for _, v := range p.values {
				in.Names = append(in.Names, match.Name{Text: v, Kind: nameKind(p.property.Name)})
			}
		} else if !namesOnly {
			p.fact(&in)
		}
	}
	if len(in.Names) == 0 {
		if whole := e.nameOfParts(); whole != "" {
			in.Names = []match.Name{{Text: whole}}
		}
	}
	return in
}

func nameKind(property string) match.NameKind {
	switch property {
	case "name":
		return match.Primary
	case "weakAlias":
		return match.Weak
	}
	return match.Alias
}

func (e *example) first(property string) string {
	for i := range e.props {
		if e.props[i].property.Name == property {
			return e.props[i].values[0]
		}
	}
	return ""
}

func (e *example) nameOfParts() string {
	var parts []string
	for _, p := range []string{"firstName", "secondName", "middleName", "fatherName", "lastName"} {
		if v := e.first(p); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " ")
}

// fact adds what a property says beside names.
func (p *exampleValues) fact(in *match.Input) {
	name := p.property.Name
	switch {
	case name == "birthDate":
		for _, v := range p.values {
			if b, _, err := screen.Births(v); err == nil {
				in.Births = append(in.Births, b...)
			}
		}
	case name == "flag":
		in.Flag = strings.ToUpper(p.values[0])
	case p.property.Type == "country":
		for _, v := range p.values {
			if len(v) == 2 {
				in.Countries = append(in.Countries, strings.ToUpper(v))
			}
		}
	case p.property.Type == "gender":
		if p.values[0] != "other" {
			in.Gender = p.values[0]
		}
	case p.property.Type == "address":
		in.Addresses = append(in.Addresses, p.values...)
	case name == "buildDate":
		in.Built, _ = strconv.Atoi(p.values[0][:min(4, len(p.values[0]))])
	case name == "grossRegisteredTonnage" || name == "tonnage":
		in.Tonnage, _ = strconv.Atoi(strings.ReplaceAll(p.values[0], ",", ""))
	default:
		kind := screening.IdentifierKind(name)
		if p.property.Type != "identifier" && kind == "other" {
			return
		}
		for _, v := range p.values {
			in.Identifiers = append(in.Identifiers, match.Identifier{Kind: kind, Value: v})
		}
	}
}

// append appends the example as it was understood.
func (e *example) append(b []byte) []byte {
	b = append(b, `{"id":`...)
	if e.id == nil {
		b = append(b, "null"...)
	} else {
		b = append(b, e.id...)
	}
	b = quoted(append(b, `,"schema":`...), e.schema.Name)
	b = append(b, `,"properties":{`...)
	for i := range e.props {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(quoted(b, e.props[i].property.Name), ':', '[')
		for j, v := range e.props[i].values {
			if j > 0 {
				b = append(b, ',')
			}
			b = quoted(b, v)
		}
		b = append(b, ']')
	}
	return append(b, "}}"...)
}

// quoted appends a text as JSON; what is no UTF-8 has its place marked.
func quoted(b []byte, s string) []byte {
	out, _ := jsontext.AppendQuote(b, s)
	return out
}

// matchBody is the body of a match request.
type matchBody struct {
	names    []string
	examples []*example
	// ignored are the settings of other algorithms that have no counterpart here.
	weights, config []string
}

// bodyReader reads the body of a match request.
type bodyReader struct {
	api    *API
	in     *jsontext.Decoder
	values int
	out    matchBody
}

// readBody reads the body of a match request. What is not JSON, or not of the shape,
// is told with its place; what is no schema is told with its query.
func (a *API) readBody(b []byte) (*matchBody, error) {
	r := &bodyReader{api: a, in: jsontext.NewDecoder(bytes.NewReader(b))}
	there := false
	err := r.object([]any{"body"}, func(key string) error {
		switch key {
		case "queries":
			there = true
			return r.queries()
		case "weights":
			return r.numbers(&r.out.weights, key)
		case "config":
			return r.numbers(&r.out.config, key)
		}
		return r.skip()
	})
	if err == nil && !there {
		err = wrong("missing", "Field required", "body", "queries")
	}
	return &r.out, err
}

// skip passes over a value.
func (r *bodyReader) skip() error { return notJSON(r.in.SkipValue()) }

func notJSON(err error) error {
	if err == nil {
		return nil
	}
	return wrong("json_invalid", "JSON decode error: "+err.Error(), "body")
}

// object calls f for each key of an object; f reads its value.
func (r *bodyReader) object(loc []any, f func(key string) error) error {
	if k := r.in.PeekKind(); k != '{' {
		if k == 0 || k == '}' || k == ']' {
			_, err := r.in.ReadToken()
			return notJSON(err)
		}
		return wrong("dict_type", "Input should be a valid dictionary", loc...)
	}
	if _, err := r.in.ReadToken(); err != nil {
		return notJSON(err)
	}
	for r.in.PeekKind() != '}' {
		t, err := r.in.ReadToken()
		if err != nil {
			return notJSON(err)
		}
		if err := f(t.String()); err != nil {
			return err
		}
	}
	_, err := r.in.ReadToken()
	return notJSON(err)
}

func (r *bodyReader) numbers(to *[]string, key string) error {
	if r.in.PeekKind() == 'n' {
		return r.skip()
	}
	return r.object([]any{"body", key}, func(name string) error {
		*to = append(*to, name)
		switch r.in.PeekKind() {
		case '0', '"', 't', 'f', 'n':
			return r.skip()
		}
		return wrong("float_type", "Input should be a valid number", "body", key, name)
	})
}

func (r *bodyReader) queries() error {
	return r.object([]any{"body", "queries"}, func(name string) error {
		if r.in.PeekKind() == 'n' {
			return r.skip()
		}
		e, err := r.example(name)
		if err != nil {
			return err
		}
		if len(r.out.examples) == MaxBatch {
			return &refusal{400, "Too many queries in one batch (limit: " + strconv.Itoa(MaxBatch) + ")"}
		}
		r.out.names = append(r.out.names, name)
		r.out.examples = append(r.out.examples, e)
		return nil
	})
}

// example reads one query. Its properties may stand before its schema, so they are
// read when both are known.
func (r *bodyReader) example(name string) (*example, error) {
	e := &example{}
	var schema string
	var properties jsontext.Value
	there := false
	err := r.object([]any{"body", "queries", name}, func(key string) error {
		if key != "id" && key != "schema" && key != "properties" {
			return r.skip()
		}
		v, err := r.in.ReadValue()
		if err != nil {
			return notJSON(err)
		}
		switch {
		case key == "properties":
			properties = bytes.Clone(v)
		case v.Kind() == 'n':
		case v.Kind() != '"':
			return wrong("string_type", "Input should be a valid string", "body", "queries", name, key)
		case key == "id":
			e.id = bytes.Clone(v)
		default:
			text, _ := jsontext.AppendUnquote(nil, v)
			schema, there = string(text), true
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, wrong("missing", "Field required", "body", "queries", name, "schema")
	}
	e.schema = ftmodel.Load().Schema(schema)
	if e.schema == nil || !e.schema.Matchable {
		what := "Invalid schema: "
		if e.schema != nil {
			what = "Schema is not matchable: "
		}
		return nil, &refusal{400, "Cannot parse example entity: " + what + schema}
	}
	return e, r.properties(e, name, properties)
}

// properties reads the properties of a query. Those that the schema has not are left
// out, and the example that is sent back shows it.
func (r *bodyReader) properties(e *example, name string, v jsontext.Value) error {
	if v == nil || v.Kind() == 'n' {
		return nil
	}
	if v.Kind() != '{' {
		return wrong("dict_type", "Input should be a valid dictionary", "body", "queries", name, "properties")
	}
	in := &bodyReader{api: r.api, in: jsontext.NewDecoder(bytes.NewReader(v))}
	return in.object(nil, func(key string) error {
		p := e.schema.Property(key)
		return in.value(0, func(text string) error {
			if r.values++; r.values > maxValues*MaxBatch || p != nil && in.values > maxValues {
				return fault.New(fault.Invalid, "Cannot parse example entity: there are more than %d values", maxValues)
			}
			if in.values++; p != nil {
				r.api.add(e, p, text)
			}
			return nil
		})
	})
}

// value calls f with a value, or with each of a list: texts as they are, numbers and
// truths as they are written. What is nested says who it is by its id.
func (r *bodyReader) value(depth int, f func(string) error) error {
	switch r.in.PeekKind() {
	case '[':
		if depth > 8 {
			return wrong("recursion", "lists stand too deep in one another", "body")
		}
		if _, err := r.in.ReadToken(); err != nil {
			return notJSON(err)
		}
		for r.in.PeekKind() != ']' {
			if err := r.value(depth+1, f); err != nil {
				return err
			}
		}
		_, err := r.in.ReadToken()
		return notJSON(err)
	case '{', 'n':
		return r.skip()
	}
	t, err := r.in.ReadToken()
	if err != nil {
		return notJSON(err)
	}
	return f(t.String())
}

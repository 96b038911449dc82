package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// tool is an operation of the API under a name for models.
type tool struct {
	name, operation, about string
	// body is the argument that the body of the operation is; "" where the arguments
	// themselves are the body, or there is none. media is the type of one that is text.
	body, media string
	// screens says that the answer rests on lists, quotes that it holds words of a
	// document.
	screens, quotes bool
}

var tools = []tool{
	{name: "screen", operation: "screen", screens: true, about: "Give all that is known: name, country, birthDate, identifiers; each is a text or a list of texts."},
	{name: "explain", operation: "explain", body: "party", screens: true, about: "Give the party as to screen, and the id of the subject that screen found."},
	{name: "decide", operation: "decide", body: "activity", screens: true, about: "May we do this? The verdict, the provision, what is missing and the way out."},
	{name: "screen_payment", operation: "payments", body: "message", media: "application/xml", screens: true, quotes: true, about: "Give the whole XML message as text."},
	{name: "law_at", operation: "law", about: "What applied on a day."},
	{name: "law_show", operation: "provision", about: "A provision (2397-p8) or an instrument (2397)."},
	{name: "law_diff", operation: "lawChanges", about: "What changed between two days."},
	{name: "goods", operation: "goods", about: "An HS code, or words for goods."},
	{name: "lists_status", operation: "listStatus", about: "Which lists are loaded, how old and how stale."},
	{name: "list_entry", operation: "listEntry", about: "An entry of a list by its reference, with its life.", screens: true},
	{name: "states", operation: "states", about: "Evidence and response of states by obligation. No information is neither compliance nor breach."},
	{name: "state", operation: "state", about: "The dossier of one state."},
	{name: "claims", operation: "claims", about: "Who says what of whom, with grades and answers.", quotes: true},
	{name: "claim", operation: "claim", about: "One claim with its sources and answers.", quotes: true},
	{name: "read", operation: "read", body: "text", media: "text/plain", quotes: true, about: "Give the text of an article or statement and its day: who claims what in it, and what bears it out."},
	{name: "commitments", operation: "commitments", about: "Undertakings of states."},
	{name: "commitment", operation: "commitment", about: "One undertaking, with what happened."},
	{name: "draft_lint", operation: "draftLint", body: "draft", media: "application/yaml", about: "Faults and warnings of a draft instrument in YAML."},
	{name: "draft_test", operation: "draftTest", body: "draft", media: "application/yaml", about: "What a draft instrument in YAML would touch."},
}

// spec is the description of the API, as far as it is needed.
type spec struct {
	operations map[string]described
	schemas    map[string]json.RawMessage // of activities and instruments, by path
}

// described is one operation.
type described struct {
	method, path string
	Summary      string
	Description  string
	Parameters   []parameter
	RequestBody  struct {
		Content map[string]struct{ Schema json.RawMessage }
	}
}

type parameter struct {
	Name, In, Description string
	Required              bool
	Schema                map[string]any
}

// bound is a tool with its operation.
type bound struct {
	tool                *tool
	method, path, media string
	summary, about      string
	schema              json.RawMessage
	parameters          map[string]parameter
	names               []string // of all arguments
	flat                bool     // the arguments that are no parameters are the body
}

// describe asks the API what it can do.
func (s *Server) describe() (*spec, error) {
	ctx := context.Background()
	out := &spec{operations: map[string]described{}, schemas: map[string]json.RawMessage{}}
	a, err := s.ask(ctx, http.MethodGet, "/openapi.json", "", "")
	if err != nil {
		return nil, err
	}
	var doc struct {
		Paths map[string]map[string]struct {
			described
			OperationID string
		}
	}
	if err := json.Unmarshal(a.body.Bytes(), &doc); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the description of the API cannot be read")
	}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			o.method, o.path = strings.ToUpper(method), path
			out.operations[o.OperationID] = o.described
		}
	}
	const activity = "/v1/schemas/activity"
	if a, err = s.ask(ctx, http.MethodGet, activity, "", ""); err != nil {
		return nil, err
	}
	var schema map[string]any
	if err := json.Unmarshal(a.body.Bytes(), &schema); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the schema of activities cannot be read")
	}
	delete(schema, "$schema") // it stands within another
	delete(schema, "$id")
	out.schemas[activity], err = json.Marshal(schema)
	return out, err
}

// bind puts a tool and its operation together.
func (s *spec) bind(t *tool) (*bound, error) {
	o, ok := s.operations[t.operation]
	if !ok {
		return nil, fault.New(fault.Internal, "the API has no operation %s", t.operation)
	}
	b := &bound{
		tool: t, method: o.method, path: o.path, media: t.media, summary: o.Summary, about: o.Description, parameters: map[string]parameter{},
	}
	properties, required := map[string]any{}, []string{}
	for _, p := range o.Parameters {
		if p.In != "query" && p.In != "path" {
			continue
		}
		schema := maps.Clone(p.Schema)
		if schema == nil {
			schema = map[string]any{"type": "string"}
		}
		if p.Description != "" {
			schema["description"] = p.Description
		}
		properties[p.Name], b.parameters[p.Name] = schema, p
		if p.Required {
			required = append(required, p.Name)
		}
	}
	if err := s.withBody(b, &o, properties, &required); err != nil {
		return nil, err
	}
	b.names = slices.Sorted(maps.Keys(properties))
	slices.Sort(required)
	var err error
	b.schema, err = json.Marshal(map[string]any{
		"type": "object", "additionalProperties": false, "properties": properties, "required": required,
	})
	return b, err
}

// withBody describes the body among the arguments.
func (s *spec) withBody(b *bound, o *described, properties map[string]any, required *[]string) error {
	t := b.tool
	switch {
	case o.method == http.MethodGet:
		return nil
	case t.media != "":
		properties[t.body] = map[string]any{"type": "string", "minLength": 1}
		*required = append(*required, t.body)
		return nil
	}
	b.media = "application/json"
	schema := o.RequestBody.Content[b.media].Schema
	var ref struct {
		Ref        string `json:"$ref"`
		Properties map[string]any
	}
	if err := json.Unmarshal(schema, &ref); err != nil {
		return fault.Wrap(fault.Internal, err, "the schema of %s cannot be read", t.name)
	}
	if ref.Ref != "" {
		schema = s.schemas[ref.Ref]
	}
	if t.body != "" {
		properties[t.body] = schema
		*required = append(*required, t.body)
		return nil
	}
	b.flat = true
	maps.Copy(properties, ref.Properties)
	return nil
}

// question turns arguments into an address and a body. Unknown arguments and wrong
// types are faults; values are read by the API.
func (b *bound) question(raw json.RawMessage) (address, body string, err error) {
	args := map[string]json.RawMessage{}
	if len(bytes.TrimSpace(raw)) > 0 && string(raw) != "null" {
		if err := json.Unmarshal(raw, &args); err != nil {
			return "", "", fault.New(fault.Invalid, "the arguments are no JSON object")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if !slices.Contains(b.names, name) {
			return "", "", fault.New(fault.Invalid, "%s takes no argument %q", b.tool.name, name).At(fault.Place{Field: name}).
				WithFix("%s", nearest(name, slices.Clone(b.names)))
		}
	}
	address, query := b.path, url.Values{}
	rest := map[string]json.RawMessage{}
	for _, name := range b.names {
		v, given := args[name]
		p, isParameter := b.parameters[name]
		switch {
		case !given && (isParameter && p.Required || name == b.tool.body):
			return "", "", fault.New(fault.Usage, "%s needs %s", b.tool.name, name).At(fault.Place{Field: name})
		case !given:
		case !isParameter:
			rest[name] = v
		default:
			values, err := parameterValues(p, v)
			if err != nil {
				return "", "", err
			}
			if p.In == "path" {
				address = strings.ReplaceAll(address, "{"+name+"}", url.PathEscape(values[0]))
				continue
			}
			query[name] = values
		}
	}
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	body, err = b.bodyOf(rest, args)
	return address, body, err
}

func (b *bound) bodyOf(rest, args map[string]json.RawMessage) (string, error) {
	switch {
	case b.method == http.MethodGet:
		return "", nil
	case b.flat:
		out, err := json.Marshal(rest)
		return string(out), err
	case b.tool.media == "":
		return string(args[b.tool.body]), nil
	}
	var text string
	if err := json.Unmarshal(args[b.tool.body], &text); err != nil || text == "" {
		return "", fault.New(fault.Invalid, "%s is no text", b.tool.body).At(fault.Place{Field: b.tool.body})
	}
	return text, nil
}

// parameterValues gives the values of a parameter as the API reads them.
func parameterValues(p parameter, v json.RawMessage) ([]string, error) {
	wrong := fault.New(fault.Invalid, "%s is not of the right type", p.Name).At(fault.Place{Field: p.Name})
	var x any
	d := json.NewDecoder(bytes.NewReader(v))
	d.UseNumber()
	if d.Decode(&x) != nil {
		return nil, wrong
	}
	list, many := x.([]any)
	types := []string{typeOf(p.Schema)}
	if types[0] == "array" {
		if !many {
			list = []any{x}
		}
		items, _ := p.Schema["items"].(map[string]any)
		types[0] = typeOf(items)
	} else if many {
		return nil, wrong
	} else {
		list = []any{x}
	}
	var out []string
	for _, x := range list {
		s, ok := scalar(x, types[0])
		if !ok || s == "" && p.In == "path" {
			return nil, wrong.WithFix("give a %s", types[0])
		}
		out = append(out, s)
	}
	return out, nil
}

func typeOf(schema map[string]any) string {
	switch t := schema["type"].(type) {
	case string:
		return t
	case []any: // a type, or null
		for _, x := range t {
			if s, ok := x.(string); ok && s != "null" {
				return s
			}
		}
	}
	return "string"
}

func scalar(x any, want string) (string, bool) {
	switch v := x.(type) {
	case string:
		return v, want == "string"
	case json.Number:
		return v.String(), want == "number" || want == "integer"
	case bool:
		return map[bool]string{true: "true", false: "false"}[v], want == "boolean"
	}
	return "", false
}

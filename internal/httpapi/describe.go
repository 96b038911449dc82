package httpapi

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/fault"
)

const (
	jsonType   = "application/json"
	jsonLines  = "application/jsonl"
	yamlType   = "application/yaml"
	schemaType = "application/schema+json"
)

// about introduces the API.
const about = "Sanctions law applied to activities, and what is known of who keeps it. Every answer has the bytes of the command " +
	"of the same name with `--format json` (decide and screen: `--format jsonl`). UN law as loaded; national law is not assessed. " +
	"Where the server wants a key, it is given as `Authorization: Bearer KEY` or `X-API-Key: KEY`, and has scopes.\n\n" +
	"Input is read strictly: an unknown parameter, key or value is refused with its name. A problem is `application/problem+json` " +
	"(RFC 9457) with `code`, `detail`, `place` and the way out as `fix`. A request may bring a `traceparent`; every answer has a " +
	"`traceresponse` (W3C Trace Context), whose second part finds it in the log. Answers that hang on versions alone have an `ETag`. Long lists come in pages " +
	"with a `Link` to the next, or whole as `application/jsonl`. A POST that is repeated with the same `Idempotency-Key` gets " +
	"the same bytes, for a day, as long as the server runs and has room."

// tags group the operations, in this order.
var tags = []*huma.Tag{
	{Name: "decide", Description: "May we do this?"},
	{Name: "screen", Description: "Who is this?"},
	{Name: "jobs", Description: "Long work in chunks: hand it in, follow it, take its results."},
	{Name: "watch", Description: "Customers on file, screened as lists change"},
	{Name: "cases", Description: "Hits and rulings that people decide"},
	{Name: "licences", Description: "What an authority allowed, what is owed for it, and what hangs on it"},
	{Name: "people", Description: "Who works here, what they may do, and their keys"},
	{Name: "lists", Description: "Official lists, and who was on them when"},
	{Name: "law", Description: "The law, by day"},
	{Name: "goods", Description: "What goods are"},
	{Name: "states", Description: "Who keeps the rules?"},
	{Name: "claims", Description: "Who says so?"},
	{Name: "records", Description: "Figures of trade, oil, workers and reports"},
	{Name: "read", Description: "What does a document claim?"},
	{Name: "drafts", Description: "What would a measure touch?"},
	{Name: "commitments", Description: "Who promised what, and did it hold?"},
	{Name: "selftest", Description: "Does screening find what is listed?"},
	{Name: "versions", Description: "What answers are made with"},
}

// complete fills in what is usual.
func (o *operation) complete() {
	if len(o.outTypes) == 0 {
		o.outTypes = []string{jsonType}
	}
	if len(o.inTypes) == 0 {
		o.inTypes = []string{jsonType}
	}
}

// describe gives the framework's description of an operation.
func (r *registrar) describe(o operation) huma.Operation {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Description: o.about, Tags: []string{o.tag},
		MaxBodyBytes: max(o.size, r.a.Limits.Body), BodyReadTimeout: r.a.Limits.Time, SkipValidateBody: true,
		Responses: map[string]*huma.Response{"200": {Description: "The answer", Content: map[string]*huma.MediaType{}}},
		Errors:    o.problems(),
	}
	if o.long {
		op.BodyReadTimeout = r.a.Limits.BatchTime
	}
	for i, t := range o.outTypes {
		s := o.out
		if i > 0 { // the other form of a list is lines of its items
			s = lines(o.out.Items)
		}
		op.Responses["200"].Content[t] = &huma.MediaType{Schema: s}
	}
	if o.in != nil {
		// An empty stream is one that asks nothing.
		op.RequestBody = &huma.RequestBody{Required: o.inTypes[0] != jsonLines, Content: map[string]*huma.MediaType{}}
		for _, t := range o.inTypes {
			m := &huma.MediaType{Schema: o.in}
			if x := r.a.Examples[o.id]; x.Body != "" && t == o.inTypes[0] {
				m.Examples = map[string]*huma.Example{"usual": {Value: exampleOf(t, x.Body)}}
			}
			op.RequestBody.Content[t] = m
		}
	}
	if o.version != nil {
		op.Responses["304"] = &huma.Response{Description: "It is still what If-None-Match names"}
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "If-None-Match", In: "header", Description: "the ETag of an earlier answer", Schema: &huma.Schema{Type: huma.TypeString},
		})
	}
	if o.method == http.MethodPost && o.inTypes[0] != jsonLines && o.outTypes[0] != jsonLines && !o.secret {
		limit := 255
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Description: "names the question, so that asking again gets the same bytes",
			Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &limit, Pattern: "^[!-~]+$"},
		})
	}
	kept := o
	var once sync.Once
	var check func(huma.Context, func(huma.Context))
	op.Middlewares = huma.Middlewares{func(hc huma.Context, next func(huma.Context)) {
		// The framework adds the parameters of the input only after this.
		once.Do(func() { check = r.a.check(&kept, repeated(hc.Operation()), said(hc.Operation())) })
		check(hc, next)
	}}
	return op
}

// exampleOf gives an example of a body: JSON as JSON, all else as text.
func exampleOf(media, body string) any {
	if media == jsonType {
		return rawJSON(body)
	}
	return body
}

// rawJSON is JSON as it stands.
type rawJSON string

// MarshalJSON is part of the interface of encoding.
func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// repeated gives the parameters of an operation that may be given more than once.
func repeated(op *huma.Operation) []string {
	var out []string
	for _, p := range op.Parameters {
		if p.In == "query" && p.Schema != nil && p.Schema.Type == huma.TypeArray {
			out = append(out, p.Name)
		}
	}
	return out
}

// problems are the statuses of all problems that an operation can answer with.
func (o *operation) problems() []int {
	out := append([]int{
		http.StatusBadRequest, http.StatusNotAcceptable, http.StatusRequestURITooLong, http.StatusUnprocessableEntity,
		http.StatusInternalServerError, http.StatusServiceUnavailable,
		http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests,
	}, o.faults...)
	if o.method == http.MethodPost {
		out = append(out, http.StatusConflict)
	}
	if o.in != nil {
		out = append(out, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// problemText says of each status when it is answered.
var problemText = map[int]string{
	http.StatusBadRequest:            "The request was put together wrongly",
	http.StatusUnauthorized:          "A key is wanted, and none that is good was given",
	http.StatusForbidden:             "The key has not the scope, or a page of another site asks",
	http.StatusTooManyRequests:       "More was asked than the key, or the address, may; Retry-After says when to come again",
	http.StatusNotFound:              "What is named does not exist",
	http.StatusNotAcceptable:         "No answer in a form that is accepted",
	http.StatusRequestTimeout:        "The body came too slowly",
	http.StatusConflict:              "Two things that must agree do not: a key in use, a cursor of an older list",
	http.StatusRequestEntityTooLarge: "The body is over a limit",
	http.StatusRequestURITooLong:     "The address is over a limit",
	http.StatusUnsupportedMediaType:  "A body of a type that is not read",
	http.StatusUnprocessableEntity:   "A value breaks a rule",
	http.StatusInternalServerError:   "A defect of Cordon",
	http.StatusServiceUnavailable:    "Something needed is missing, stale, busy or too slow; Retry-After says when to come again",
}

// Example is a question that an operation answers.
type Example struct {
	// Asks is the address without the host, Body the body; both as they are sent.
	Asks string `json:"asks"`
	Body string `json:"body,omitempty"`
}

// ReadExamples reads examples by the ids of their operations.
func ReadExamples(name string, b []byte) (map[string]Example, error) {
	var out map[string]Example
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return nil, fault.New(fault.Invalid, "the examples of the API cannot be read: %v", err).At(fault.Place{File: name})
	}
	return out, nil
}

// finish puts the description right where the framework cannot, and adds the examples.
func (a *API) finish(o *huma.OpenAPI) error {
	for name, schema := range o.Components.Schemas.Map() {
		allowNull(schema, o.Components.Schemas.TypeFromRef("#/components/schemas/"+name))
	}
	unused := maps.Clone(a.Examples)
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op == nil {
				continue
			}
			if op.RequestBody != nil && len(op.RequestBody.Content) > 1 { // raw bodies are not any bytes here
				delete(op.RequestBody.Content, "application/octet-stream")
			}
			for status, res := range op.Responses {
				n, err := strconv.Atoi(status)
				if text := problemText[n]; err == nil && text != "" {
					res.Description = text
				}
				addHeaders(n, op, res)
			}
			addForms(op)
			if err := addExamples(op, a.Examples[op.OperationID].Asks); err != nil {
				return err
			}
			delete(unused, op.OperationID)
		}
	}
	for id := range unused {
		return fault.New(fault.Invalid, "there is an example of %q, which is no operation", id)
	}
	return nil
}

// allowNull lets an object that is always written, by a pointer, be null. The framework cannot say so.
func allowNull(s *huma.Schema, t reflect.Type) {
	if t == nil || t.Kind() != reflect.Struct {
		return
	}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.Properties[name]
		if p != nil && p.Ref != "" && f.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit") {
			s.Properties[name] = &huma.Schema{AnyOf: []*huma.Schema{p, {Type: "null"}}}
		}
	}
}

// addHeaders describes the headers of an answer.
func addHeaders(status int, op *huma.Operation, res *huma.Response) {
	text := func(about string) *huma.Param {
		return &huma.Param{Description: about, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	res.Headers = map[string]*huma.Param{"traceresponse": text("where the request stood in its trace")}
	switch status {
	case http.StatusOK:
		if op.Responses["304"] != nil {
			res.Headers["ETag"] = text("names the answer by all that it hangs on")
		}
		if op.Responses["200"].Content[jsonType] != nil && op.Responses["200"].Content[jsonLines] != nil {
			res.Headers["Link"] = text("the address of the next page, rel=next; absent on the last")
		}
	case http.StatusNotModified:
		res.Headers["ETag"] = text("names the answer by all that it hangs on")
	case http.StatusServiceUnavailable:
		res.Headers["Retry-After"] = &huma.Param{Description: "seconds", Schema: &huma.Schema{Type: huma.TypeInteger}}
	}
}

// addExamples gives parameters the values of the operation's example.
func addExamples(op *huma.Operation, asks string) error {
	path, query, _ := strings.Cut(asks, "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the example of %s", op.OperationID)
	}
	pattern, actual := strings.Split(op.Path, "/"), strings.Split(path, "/")
	for _, p := range op.Parameters {
		switch p.In {
		case "query":
			if !q.Has(p.Name) {
				continue
			}
			p.Example = typed(p.Schema, q[p.Name])
		case "path":
			if i := slices.Index(pattern, "{"+p.Name+"}"); i >= 0 && i < len(actual) {
				if p.Example, err = url.PathUnescape(actual[i]); err != nil {
					return fault.Wrap(fault.Invalid, err, "the example of %s", op.OperationID)
				}
			}
		}
	}
	return nil
}

// days and periods are the parameters that name a day, or a day, month, year or span of them.
var (
	days       = []string{"date", "known_at", "as_of", "from", "to", "on"}
	periods    = []string{"period"}
	periodForm = "^[0-9]{4}(-[0-9]{2}){0,2}(/[0-9]{4}(-[0-9]{2}){0,2})?$"
)

// addForms says how days and periods are written, and that no text is empty. The framework checks by schemas of its own, so that what is wrong with
// a day is told by what reads days.
func addForms(op *huma.Operation) {
	for i, p := range op.Parameters {
		if p.In != "query" {
			continue
		}
		one, schema := 1, *p.Schema
		switch isDay := slices.Contains(days, p.Name); {
		case isDay && p.Name == "as_of" && op.Tags[0] == "decide", slices.Contains(periods, p.Name):
			schema.Pattern = periodForm
		case isDay:
			schema.Format = "date"
		case schema.Type == huma.TypeArray:
			schema.Nullable = false
			if schema.Items.Type == huma.TypeString {
				items := *schema.Items
				items.MinLength, schema.Items = &one, &items
			}
		}
		if schema.Type == huma.TypeString {
			schema.MinLength = &one
		}
		param := *p
		param.Schema = &schema
		op.Parameters[i] = &param
	}
}

// typed gives values of a query as JSON has them.
func typed(s *huma.Schema, values []string) any {
	switch s.Type {
	case huma.TypeArray:
		if s.Items.Type == huma.TypeInteger {
			var out []int
			for _, v := range values {
				n, _ := strconv.Atoi(v)
				out = append(out, n)
			}
			return out
		}
		return values
	case huma.TypeInteger, huma.TypeNumber:
		n, _ := strconv.ParseFloat(values[0], 64)
		return n
	case huma.TypeBoolean:
		return values[0] == "true"
	}
	return values[0]
}

// operations lists what is described, for people: by tag, then by path.
func (a *API) operations(o *huma.OpenAPI) []Operation {
	var out []Operation
	for path, item := range o.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post} {
			if op == nil {
				continue
			}
			x := Operation{Method: method, Path: path, Tag: op.Tags[0], Summary: op.Summary, Description: op.Description, Asks: a.Examples[op.OperationID].Asks}
			for _, p := range op.Parameters {
				if p.In != "header" { // the same everywhere, and told once
					x.Parameters = append(x.Parameters, Parameter{p.Name, p.In, p.Description, p.Required})
				}
			}
			x.Body = strings.Join(mediaOf(op.RequestBody), ", ")
			var answers []string
			for t := range op.Responses["200"].Content {
				answers = append(answers, t)
			}
			slices.Sort(answers)
			x.Answer = strings.Join(answers, ", ")
			out = append(out, x)
		}
	}
	order := func(tag string) int {
		return slices.IndexFunc(tags, func(t *huma.Tag) bool { return t.Name == tag })
	}
	slices.SortFunc(out, func(a, b Operation) int {
		if n := order(a.Tag) - order(b.Tag); n != 0 {
			return n
		}
		return strings.Compare(a.Path, b.Path)
	})
	return out
}

func mediaOf(b *huma.RequestBody) []string {
	if b == nil {
		return nil
	}
	var out []string
	for t := range b.Content {
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

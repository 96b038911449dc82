// Package httpapi is the interface for programs: decide, screen, law, goods,
// lists, schemas, as JSON over HTTP, described by OpenAPI 3.1 at /openapi.json.
//
// It reads strictly, answers with problems that carry the codes of package
// fault, keeps nothing itself and decides nothing: use cases do, and what it needs
// beside the desk it declares in ports.go. Its handlers are plain functions; the
// framework that describes and routes them stands in this file alone.
package httpapi

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

// Config is what the API is made from.
type Config struct {
	Desk     *decide.Desk
	Versions report.Versions
	// Schemas holds NAME.schema.json for every schema that is published.
	Schemas fs.FS
	// Screener and Lists may be nil: screening is then unavailable, and the server
	// is not ready.
	Screener Screener
	Lists    ListStatus
	// LookUps gives lists of one moment for rulings to look parties and ships up in;
	// nil leaves whether they are listed unknown.
	LookUps LookUps
	// Keeper keeps rulings; nil keeps none.
	Keeper Keeper
	Limits Limits
	// Log takes defects; never what was asked.
	Log *slog.Logger
}

// API answers programs. It is safe for concurrent use.
type API struct {
	Config
	mux  *http.ServeMux
	spec []byte
	ops  []Operation
	// places are those among the requests that are worked on at once.
	places chan struct{}
}

// Operation describes one operation for the reference page.
type Operation struct {
	Method, Path, Summary, Description string
	Parameters                         []Parameter
	Body, Answer                       string
}

// Parameter is one parameter of an operation.
type Parameter struct {
	Name, In, About string
	Required        bool
}

// New makes the API.
func New(c Config) (*API, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{Config: c, mux: http.NewServeMux(), places: make(chan struct{}, c.Limits.Requests)}
	hc := huma.DefaultConfig("Cordon", c.Versions.Program)
	hc.Info.Description = "Sanctions law applied to activities: rulings with paragraphs, open questions and ways out. " +
		"UN law as loaded; national law is not assessed. There is no sign-in: whoever reaches the server can use it."
	hc.OpenAPIPath, hc.DocsPath, hc.SchemasPath = "", "", ""
	hc.CreateHooks = nil // no $schema members in answers: their bytes are report's
	hc.RejectUnknownQueryParameters = true
	api := humago.New(a.mux, hc)
	a.register(api)
	for _, item := range api.OpenAPI().Paths {
		if item.Post != nil { // raw bodies are JSON here, not any bytes
			delete(item.Post.RequestBody.Content, "application/octet-stream")
		}
	}
	spec, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the description of the API")
	}
	a.spec = append(spec, '\n')
	a.ops = operations(api.OpenAPI())
	a.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(a.spec) // the reader is gone
	})
	a.mux.HandleFunc("GET /healthz", a.healthy)
	a.mux.HandleFunc("GET /readyz", a.ready)
	a.mux.HandleFunc("/", a.nothing)
	return a, nil
}

// nothing answers where no operation is: with 405 where another method has one.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := a.mux.Handler(other); pattern != "/" && method != r.Method {
			w.Header().Set("Allow", method)
			writeProblem(w, &Problem{
				Type: "about:blank", Title: http.StatusText(http.StatusMethodNotAllowed), Status: http.StatusMethodNotAllowed,
				Code: string(fault.Usage), Detail: r.URL.Path + " is not asked with " + r.Method, Fix: "use " + method,
			})
			return
		}
	}
	writeProblem(w, problem(r.Context(), a.Log, fault.New(fault.NotFound, "there is nothing at %s %s", r.Method, r.URL.Path).
		WithFix("/openapi.json lists what there is")))
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	a.mux.ServeHTTP(w, r)
}

// Operations describes the API for the reference page, in the order of paths.
func (a *API) Operations() []Operation { return a.ops }

// raw is an answer that package report has encoded.
type raw struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

// Days are the two clocks of a question. The framework reads embedded parameters
// only from exported types.
type Days struct {
	AsOf    string `query:"as_of" doc:"take the law of this day, month, year or span in place of the activity's date"`
	KnownAt string `query:"known_at" doc:"use only law that was published by this day"`
}

// Filter chooses provisions.
type Filter struct {
	Kind      string `query:"kind" doc:"only what an activity of this kind can meet"`
	Direction string `query:"direction" doc:"to or from the target"`
	Regime    string `query:"regime" doc:"only this regime"`
}

// Looking says whether parties and ships are looked up in lists.
type Looking struct {
	Screen bool `query:"screen" default:"true" doc:"false looks nobody up: who is listed is what the activity states, and the answer says so"`
}

type decideInput struct {
	Days
	Looking
	RawBody []byte
}

type decideLinesInput struct {
	Days
	Looking
}

type lawInput struct {
	Filter
	Date    string `query:"date" doc:"only what was in force on this day"`
	KnownAt string `query:"known_at" doc:"as published by this day; needs date"`
}

type (
	idInput struct {
		ID string `path:"id" doc:"a provision (2397-p7) or an instrument (2397)"`
	}
	changesInput struct {
		Filter
		From string `query:"from" required:"true" doc:"the earlier day"`
		To   string `query:"to" required:"true" doc:"the later day"`
	}
	goodsInput struct {
		Q string `query:"q" required:"true" doc:"an HS code, or words"`
	}
	schemaInput struct {
		Name string `path:"name" doc:"activity or instrument"`
	}
	rawInput struct{ RawBody []byte }
	none     struct{}
)

// operation is how a handler is described.
type operation struct {
	method, path, id, summary, about string
	// in and out describe bodies: a schema, or a media type that is not JSON.
	in, out *huma.Schema
	inType  string
	outType string
	faults  []int
}

// add registers a handler that gives bytes.
func add[I any](a *API, api huma.API, o operation, f func(context.Context, *I) ([]byte, error)) {
	if o.outType == "" {
		o.outType = "application/json"
	}
	huma.Register(api, a.describe(o), func(ctx context.Context, in *I) (*raw, error) {
		b, err := f(ctx, in)
		if err != nil {
			return nil, problem(ctx, a.Log, err)
		}
		return &raw{o.outType, b}, nil
	})
}

// addKept registers a handler whose answers may be kept.
func addKept[I any](a *API, api huma.API, o operation, f func(context.Context, *I) ([]byte, error)) {
	o.outType = "application/json"
	huma.Register(api, a.describe(o), func(ctx context.Context, in *I) (*rawKept, error) {
		ctx, r := withReceipt(ctx)
		b, err := f(ctx, in)
		if err != nil {
			return nil, problem(ctx, a.Log, err)
		}
		return &rawKept{o.outType, r.id, b}, nil
	})
}

// stream registers a handler that reads lines and writes lines.
func stream[I any](a *API, api huma.API, o operation, f func(context.Context, *I, io.Reader, io.Writer) (Count, error)) {
	op := a.describe(o)
	huma.Register(api, op, func(_ context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			r, w := humago.Unwrap(hc)
			a.lines(w, r, func(in2 io.Reader, out io.Writer) (Count, error) { return f(r.Context(), in, in2, out) })
		}}, nil
	})
}

const jsonLines = "application/jsonl"

func (a *API) describe(o operation) huma.Operation {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Description: o.about,
		MaxBodyBytes: a.Limits.Body, BodyReadTimeout: a.Limits.Time, SkipValidateBody: true,
		Responses: map[string]*huma.Response{"200": {Description: "The answer", Content: map[string]*huma.MediaType{o.outType: {Schema: o.out}}}},
		Errors:    o.faults,
	}
	if o.in != nil {
		if o.inType == "" {
			o.inType = "application/json"
		}
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{o.inType: {Schema: o.in}}}
	}
	return op
}

// register adds every operation.
func (a *API) register(api huma.API) {
	reg := api.OpenAPI().Components.Schemas
	of := func(v any) *huma.Schema { return reg.Schema(reflect.TypeOf(v), true, "") }
	listOf := func(v any) *huma.Schema { return &huma.Schema{Type: huma.TypeArray, Items: of(v)} }
	activity := &huma.Schema{Ref: "/v1/schemas/activity"}
	lines := func(s *huma.Schema) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: "One JSON object a line.", Extensions: map[string]any{"x-line": s}}
	}
	bad := []int{400, 413, 422, 503}

	addKept(a, api, operation{
		method: "POST", path: "/v1/decide", id: "decide", summary: "Rule on one activity", in: activity, out: of(Ruling{}), faults: bad,
		about: "The body is one activity. The answer is the ruling with near misses and the activity as it was understood. " +
			"Named parties and the ship are looked up in the loaded lists; screened says who, where, and what came of it.",
	}, func(ctx context.Context, in *decideInput) ([]byte, error) {
		return a.decideOne(ctx, in)
	})
	stream(a, api, operation{
		method: "POST", path: "/v1/decide/batch", id: "decideBatch", summary: "Rule on a stream of activities",
		in: lines(activity), inType: jsonLines, out: lines(of(Ruling{})), outType: jsonLines, faults: bad,
		about: "One activity a line; one ruling a line, in the same order, while the stream still runs. A line that cannot be read is answered " +
			"with its error. The trailers Cordon-Read, Cordon-Answered and Cordon-Refused count them; a stream that breaks off ends without them.",
	}, func(ctx context.Context, in *decideLinesInput, r io.Reader, w io.Writer) (Count, error) {
		return a.decideLines(ctx, in, r, w)
	})
	addKept(a, api, operation{
		method: "POST", path: "/v1/screen", id: "screen", summary: "Screen one subject against the loaded lists",
		in: &huma.Schema{Type: huma.TypeObject}, out: &huma.Schema{Type: huma.TypeObject}, faults: bad,
	}, func(ctx context.Context, in *rawInput) ([]byte, error) { return a.screenOne(ctx, in.RawBody) })
	stream(a, api, operation{
		method: "POST", path: "/v1/screen/batch", id: "screenBatch", summary: "Screen a stream of subjects", faults: bad,
		in: lines(&huma.Schema{Type: huma.TypeObject}), inType: jsonLines, out: lines(&huma.Schema{Type: huma.TypeObject}), outType: jsonLines,
	}, func(ctx context.Context, _ *none, r io.Reader, w io.Writer) (Count, error) {
		return a.screenLines(ctx, r, w)
	})
	add(a, api, operation{
		method: "GET", path: "/v1/lists", id: "lists", summary: "The loaded lists", out: listOf(List{}), faults: []int{422, 503},
		about: "An empty list means that nothing can be screened.",
	}, func(ctx context.Context, _ *none) ([]byte, error) { return a.lists(ctx) })
	add(a, api, operation{
		method: "GET", path: "/v1/law", id: "law", summary: "Provisions, by day, activity and direction", out: listOf(report.ProvisionJSON{}), faults: []int{400, 404, 422},
	}, func(_ context.Context, in *lawInput) ([]byte, error) { return a.lawAt(in) })
	add(a, api, operation{
		method: "GET", path: "/v1/law/{id}", id: "provision", summary: "A provision with its parts, or all of an instrument",
		out: listOf(report.ProvisionJSON{}), faults: []int{404, 422},
	}, func(_ context.Context, in *idInput) ([]byte, error) { return a.lawShow(in.ID) })
	add(a, api, operation{
		method: "GET", path: "/v1/law/changes", id: "lawChanges", summary: "What began and ended between two days", out: of(Changes{}), faults: []int{400, 404, 422},
	}, func(_ context.Context, in *changesInput) ([]byte, error) { return a.lawChanges(in) })
	add(a, api, operation{
		method: "GET", path: "/v1/law/timeline", id: "lawTimeline", summary: "All days on which something begins or ends",
		out: listOf(report.LawChangeJSON{}), faults: []int{400, 404, 422},
	}, func(_ context.Context, in *Filter) ([]byte, error) { return a.lawTimeline(in) })
	add(a, api, operation{
		method: "GET", path: "/v1/goods", id: "goods", summary: "What goods are, and the law that names them", out: of(report.GoodsJSON{}), faults: []int{422},
	}, func(_ context.Context, in *goodsInput) ([]byte, error) { return a.goods(in.Q) })
	add(a, api, operation{
		method: "GET", path: "/v1/schemas/{name}", id: "schema", summary: "The JSON Schema of an input", outType: "application/schema+json",
		out: &huma.Schema{Type: huma.TypeObject}, faults: []int{404, 422},
	}, func(_ context.Context, in *schemaInput) ([]byte, error) { return a.schema(in.Name) })
	add(a, api, operation{
		method: "GET", path: "/v1/version", id: "version", summary: "Versions of program, law and data", out: of(Versions{}), faults: []int{422},
	}, func(context.Context, *none) ([]byte, error) {
		return encode(Versions{a.Versions.Program, a.Desk.Law.Version, a.Desk.DataVersion})
	})
}

// operations lists what is described, for people.
func operations(o *huma.OpenAPI) []Operation {
	var out []Operation
	for path, item := range o.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post} {
			if op == nil {
				continue
			}
			x := Operation{Method: method, Path: path, Summary: op.Summary, Description: op.Description}
			for _, p := range op.Parameters {
				x.Parameters = append(x.Parameters, Parameter{p.Name, p.In, p.Description, p.Required})
			}
			if op.RequestBody != nil {
				for t := range op.RequestBody.Content {
					x.Body = t
				}
			}
			for t := range op.Responses["200"].Content {
				x.Answer = t
			}
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b Operation) int { return strings.Compare(a.Path, b.Path) })
	return out
}

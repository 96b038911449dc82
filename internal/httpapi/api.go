// Package httpapi is the interface for programs: what every command answers, as JSON over HTTP, described by OpenAPI 3.1
// at /openapi.json.
//
// It reads strictly, answers with the bytes that package report makes, and with problems that carry the codes of package
// fault. It decides nothing: use cases do, and what it needs beside the desk it declares in ports.go. Its handlers are
// plain functions, a file for each subject; the framework that describes and routes them stands in this file and in
// describe.go alone.
package httpapi

//go:generate go run ./clientgen -o ../../client/types.go

import (
	"bufio"
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

	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/once"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/scenario"
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
	// Holdings gives the licences that rulings name; nil for none.
	Holdings Holdings
	// LookUps gives lists of one moment for rulings to look parties and ships up in;
	// nil leaves whether they are listed unknown.
	LookUps LookUps
	// Subjects reads lists and their past; Library all that is known besides lists.
	// What needs one that is nil is unavailable.
	Subjects Subjects
	Library  Library
	Payments Payments
	// Jobs takes jobs; nil takes none.
	Jobs Jobs
	// Watching keeps customers on file; nil where none are.
	Watching Watching
	// Cases are worked on; nil where none are kept.
	Cases Cases
	// Clocks are the reports that may be owed of cases; nil where cases are not kept.
	Clocks *clock.Table
	// Licences are kept; nil where none are.
	Licences Licences
	// Team is the people who work here; nil where none are kept.
	Team Team
	// Scenarios are those of the law.
	Scenarios []*scenario.Scenario
	// Examples has an [Example] for each operation, by its id; none where it is nil.
	Examples map[string]Example
	// Once keeps answers under idempotency keys; in memory unless given.
	Once once.Store
	// Unready gives reasons for which not every question can be answered, besides those of the lists; nil has none.
	Unready func(ctx context.Context) []string
	// Keeper keeps rulings for good; nil keeps none.
	Keeper Keeper
	Limits Limits
	// Log takes defects; never what was asked.
	Log *slog.Logger
	// Ruled hears of the verdict of each ruling; nil for nobody. It is called by many at once.
	Ruled func(verdict string)
}

// What is kept in memory under idempotency keys where nothing else is given: so many answers, of so many bytes together.
const (
	keptAnswers = 10_000
	keptBytes   = 64 << 20
)

// API answers programs. It is safe for concurrent use.
type API struct {
	Config
	mux  *http.ServeMux
	spec []byte
	ops  []Operation
	// named are the methods of the paths that have no name to fill in.
	named map[string][]string
	// places are those among the requests that are worked on at once.
	places chan struct{}
	// types are those that answers are described by.
	types []reflect.Type
	// scenarios is what came of running them, which the law alone decides.
	scenarios func() ([]byte, error)
}

// Operation describes one operation for the reference page.
type Operation struct {
	Method, Path, Tag, Summary, Description string
	Parameters                              []Parameter
	Body, Answer, Asks                      string
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
	if c.Once == nil {
		c.Once = once.NewMemory(keptAnswers, keptBytes)
	}
	a := &API{Config: c, mux: http.NewServeMux(), places: make(chan struct{}, c.Limits.Requests)}
	a.scenarios = a.runScenarios()
	hc := huma.DefaultConfig("Cordon", c.Versions.Program)
	hc.Info.Description = about
	hc.Tags = tags
	hc.OpenAPIPath, hc.DocsPath, hc.SchemasPath = "", "", ""
	hc.CreateHooks = nil // no $schema members in answers: their bytes are report's
	hc.RejectUnknownQueryParameters = true
	api := humago.New(a.mux, hc)
	r := &registrar{a, api}
	for _, register := range []func(*registrar){
		registerDecide, registerScreen, registerJobs, registerLists, registerLaw, registerGoods, registerStates, registerClaims,
		registerPayments, registerRecords, registerRead, registerDrafts, registerCommitments, registerSelftest, registerWatch, registerCases,
		registerLicences, registerCasesMore, registerPeople,
	} {
		register(r)
	}
	if err := a.finish(api.OpenAPI()); err != nil {
		return nil, err
	}
	for name := range api.OpenAPI().Components.Schemas.Map() {
		a.types = append(a.types, api.OpenAPI().Components.Schemas.TypeFromRef("#/components/schemas/"+name))
	}
	spec, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the description of the API")
	}
	a.spec = append(spec, '\n')
	a.ops = a.operations(api.OpenAPI())
	a.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", jsonType)
		_, _ = w.Write(a.spec) // the reader is gone
	})
	a.mux.HandleFunc("GET /healthz", a.healthy)
	a.mux.HandleFunc("GET /readyz", a.ready)
	a.mux.HandleFunc("/", a.nothing)
	a.named = map[string][]string{}
	for _, o := range a.ops {
		if !strings.Contains(o.Path, "{") {
			a.named[o.Path] = append(a.named[o.Path], o.Method)
		}
	}
	return a, nil
}

// nothing answers where no operation is: with 405 where another method has one.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) {
	allowed := a.allowed(r)
	if len(allowed) > 0 && !slices.Contains(allowed, r.Method) {
		allow := strings.Join(allowed, ", ")
		w.Header().Set("Allow", allow)
		writeProblem(w, refusal(http.StatusMethodNotAllowed, fault.Usage, "", "use "+allow, r.URL.Path+" is not asked with "+r.Method))
		return
	}
	writeProblem(w, problem(r.Context(), a.Log, fault.New(fault.NotFound, "there is nothing at %s %s", r.Method, r.URL.Path).
		WithFix("/openapi.json lists what there is")))
}

// allowed gives the methods that a path is asked with.
func (a *API) allowed(r *http.Request) (allowed []string) {
	named := a.named[r.URL.Path]
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		answers := takes(named, method)
		if named == nil {
			_, pattern := a.mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host})
			answers = pattern != "/"
		}
		if answers {
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// takes says whether one of the methods of a path answers a method.
func takes(methods []string, method string) bool {
	return slices.Contains(methods, method) || method == http.MethodHead && slices.Contains(methods, http.MethodGet)
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	if named := a.named[r.URL.Path]; named != nil && !takes(named, r.Method) { // a path with a name to fill in may have the method
		a.nothing(w, r)
		return
	}
	a.mux.ServeHTTP(w, r)
}

// Operations describes the API for the reference page, by tag and path.
func (a *API) Operations() []Operation { return a.ops }

// Types gives the Go types that answers are described by, for the generator of the client's types.
func (a *API) Types() []reflect.Type { return a.types }

// registrar adds operations.
type registrar struct {
	a   *API
	api huma.API
}

// of gives the schema of a Go type, listOf that of a list of it, linesOf of a stream of it.
func (r *registrar) of(v any) *huma.Schema {
	return r.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(v), true, "")
}

func (r *registrar) listOf(v any) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: r.of(v)}
}

func lines(s *huma.Schema) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Description: "One JSON object a line.", Extensions: map[string]any{"x-line": s}}
}

// operation is how a handler is described.
type operation struct {
	method, path, id, tag, summary, about string
	// in and out describe bodies: a schema, with the media types of bodies and answers, which are JSON unless said.
	in, out  *huma.Schema
	inTypes  []string
	outTypes []string
	faults   []int
	// version names all that the answer hangs on; nil for answers that hang on more than versions.
	version func(context.Context) string
	// slow work has a limit in time and a place among those that work at once; size is a limit of the body that is not
	// the usual one.
	slow bool
	size int64
	// long bodies may take as long as a stream.
	long bool
	// secret answers hold what is given once, and are kept under no idempotency key.
	secret bool
}

// raw is an answer that package report has encoded.
type raw struct {
	ContentType  string `header:"Content-Type"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	AnswerID     string `header:"Cordon-Answer-Id" doc:"the id under which the answer is kept, where answers are"`
	Body         []byte
}

// posted is a body as it came. The framework reads embedded fields only from exported types.
type posted struct{ RawBody []byte }

type none struct{}

// add registers a handler that gives bytes.
func add[I any](r *registrar, o operation, f func(context.Context, *I) ([]byte, error)) {
	o.complete()
	a := r.a
	work := f
	if o.slow {
		work = func(ctx context.Context, in *I) ([]byte, error) {
			ctx, cancel := context.WithTimeout(ctx, a.Limits.Time) // what can stop does
			defer cancel()
			return within(ctx, a.places, a.Limits.Time, func() ([]byte, error) { return f(ctx, in) })
		}
	}
	huma.Register(r.api, r.describe(o), func(ctx context.Context, in *I) (*raw, error) {
		ctx, kept := withReceipt(ctx)
		b, err := onlyOnce(ctx, a, in, work)
		if err != nil {
			return nil, problem(ctx, a.Log, err)
		}
		out := &raw{ContentType: o.outTypes[0], AnswerID: kept.id, Body: b}
		if out.ETag, _ = ctx.Value(tagKey).(string); out.ETag != "" {
			out.CacheControl = "no-cache"
		}
		return out, nil
	})
}

type contextKey int

const (
	tagKey   contextKey = iota // string
	askedKey                   // asked
)

// stream registers a handler that reads lines and writes lines.
func stream[I any](r *registrar, o operation, f func(context.Context, *I, io.Reader, io.Writer) (Count, error)) {
	o.complete()
	a := r.a
	huma.Register(r.api, r.describe(o), func(_ context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(hc huma.Context) {
			req, w := humago.Unwrap(hc)
			a.lines(w, req, func(in2 io.Reader, out io.Writer) (Count, error) { return f(req.Context(), in, in2, out) })
		}}, nil
	})
}

// listing registers a list that comes in pages, or whole as lines.
func listing[I any, P interface {
	*I
	paged
}](r *registrar, o operation, f func(context.Context, P) (items, error),
) {
	o.outTypes = []string{jsonType, jsonLines}
	o.complete()
	a := r.a
	huma.Register(r.api, r.describe(o), func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		l, err := f(ctx, in)
		if err != nil {
			return nil, problem(ctx, a.Log, err)
		}
		return &huma.StreamResponse{Body: func(hc huma.Context) { a.list(hc, l, P(in).page()) }}, nil
	})
}

// list answers with a list in the form that is wanted.
func (a *API) list(hc huma.Context, l items, p *Page) {
	req, w := humago.Unwrap(hc)
	w.Header().Add("Vary", "Accept")
	if media, _ := acceptable(req.Header.Values("Accept"), []string{jsonType, jsonLines}); media == jsonLines {
		a.lines(w, req, func(_ io.Reader, out io.Writer) (Count, error) {
			buffered := bufio.NewWriterSize(out, 1<<16)
			n, err := a.writeLines(buffered, req, l, p)
			if err == nil {
				err = buffered.Flush()
			}
			return n, err
		})
		return
	}
	tag, _ := hc.Context().Value(tagKey).(string)
	if tag != "" {
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-cache")
	}
	if err := a.writePage(w, req, l, p); err != nil {
		w.Header().Del("ETag")
		w.Header().Set("Cache-Control", "no-store")
		writeProblem(w, problem(req.Context(), a.Log, err))
	}
}

// check is what every request passes before its parameters are read.
func (a *API) check(o *operation, lists []string, headers []*huma.Param) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(hc)
		media, ok := acceptable(r.Header.Values("Accept"), o.outTypes)
		if !ok {
			writeProblem(w, refusal(http.StatusNotAcceptable, fault.Usage, "Accept", "accept "+strings.Join(o.outTypes, " or "),
				"there is no answer in a form that is accepted"))
			return
		}
		p := checkQuery(r.URL.RawQuery, lists)
		if p == nil {
			p = checkHeaders(r.Header, headers)
		}
		if p == nil && o.in != nil && r.ContentLength != 0 {
			p = checkBody(r.Header, o.inTypes)
		}
		if p != nil {
			writeProblem(w, p)
			return
		}
		if o.version != nil {
			if version := o.version(r.Context()); version != "" {
				tag := etag(version, r, media)
				if matches(r.Header.Values("If-None-Match"), tag) {
					w.Header().Set("ETag", tag)
					w.Header().Set("Cache-Control", "no-cache")
					w.WriteHeader(http.StatusNotModified)
					return
				}
				hc = huma.WithValue(hc, tagKey, tag)
			}
		}
		if keys := r.Header.Values("Idempotency-Key"); len(keys) > 0 && o.method == http.MethodPost {
			if p := o.checkKey(keys); p != nil {
				writeProblem(w, p)
				return
			}
			hc = huma.WithValue(hc, askedKey, askedOf(r, keys[0]))
		}
		next(hc)
	}
}

// checkKey refuses an idempotency key that is none, or that a stream cannot keep.
func (o *operation) checkKey(keys []string) *Problem {
	const name = "Idempotency-Key"
	bad := func(r rune) bool { return r < '!' || r > '~' }
	switch {
	case o.inTypes[0] == jsonLines || o.outTypes[0] == jsonLines:
		return refusal(http.StatusBadRequest, fault.Usage, name, "leave it out; asking again changes nothing",
			"streams are not kept under an idempotency key")
	case o.secret:
		return refusal(http.StatusBadRequest, fault.Usage, name, "leave it out, and look before you ask again whether it was done",
			"what is given once is not kept under an idempotency key")
	case len(keys) != 1 || keys[0] == "" || len(keys[0]) > 255 || strings.ContainsFunc(keys[0], bad):
		return refusal(http.StatusUnprocessableEntity, fault.Invalid, name, "take 1 to 255 visible characters of ASCII, such as a UUID",
			"the idempotency key cannot be used")
	}
	return nil
}

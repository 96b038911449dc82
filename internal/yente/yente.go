// Package yente answers programs that were written for yente, the API of
// OpenSanctions, and OpenRefine: match, search, entities and what is beside them,
// the catalog, and reconciliation, under the same paths and in the same shapes.
//
// It is a transport: what is screened, found and loaded is done by others. Scores
// are Cordon's probabilities, and whatever could not be screened is an error, never
// an empty answer. Where it differs from yente on purpose, docs/yente.md says so.
package yente

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/cordon-engine/cordon/internal/dataset"
	"github.com/cordon-engine/cordon/internal/entity"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/trace"
	"github.com/cordon-engine/cordon/internal/when"
)

// Moment is the lists of one moment, with their entities.
type Moment struct {
	*screen.Held
	// Sets are the entities of each list, by its name.
	Sets map[string]*entity.Set
	// Order are the names of the lists in a fixed order.
	Order []string
}

// Config is what the API is made from.
type Config struct {
	// Take gives the lists in use; what it gives is to be released.
	Take func(context.Context) (*Moment, error)
	// Status gives the datasets that were declared.
	Status func() *dataset.Status
	// Update loads all datasets anew.
	Update func(context.Context) error
	// MayUpdate reports whether a token is the one that allows updates; nil when
	// there is none, and nobody may.
	MayUpdate func(token string) bool
	Places    *place.Gazetteer
	Today     func() when.Day
	// Strict refuses names of datasets that nobody has, in include_dataset and the
	// like, where yente finds nothing.
	Strict bool
	Log    *slog.Logger
}

// API answers. It is safe for concurrent use.
type API struct {
	Config
	mux *http.ServeMux
}

// MaxURL is the length of the longest address with its query, in bytes.
const MaxURL = 60_000

// Paths are those that the API answers under.
func Paths() []string {
	return []string{"/match/", "/search/", "/entities/", "/reconcile/", "/catalog", "/manifest", "/algorithms", "/updatez"}
}

// New makes the API.
func New(c Config) *API {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &API{Config: c, mux: http.NewServeMux()}
	for pattern, f := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST /match/{dataset}":                     a.match,
		"GET /search/{dataset}":                     a.search,
		"GET /entities/{id}":                        a.entity,
		"GET /entities/{id}/adjacent":               a.adjacent,
		"GET /entities/{id}/adjacent/{property}":    a.adjacent,
		"GET /catalog":                              a.catalog,
		"GET /manifest":                             a.catalog,
		"GET /algorithms":                           a.algorithms,
		"POST /updatez":                             a.update,
		"GET /reconcile/{dataset}":                  a.reconcile,
		"POST /reconcile/{dataset}":                 a.reconcilePost,
		"GET /reconcile/{dataset}/suggest/entity":   a.suggestEntity,
		"GET /reconcile/{dataset}/suggest/property": a.suggestProperty,
		"GET /reconcile/{dataset}/suggest/type":     a.suggestType,
		"GET /reconcile/{dataset}/extend/property":  a.extendProperty,
		"GET /reconcile/{dataset}/preview/{id}":     a.preview,
		"OPTIONS /reconcile/{dataset}":              a.preflight,
		"OPTIONS /reconcile/{dataset}/{rest...}":    a.preflight,
	} {
		a.mux.HandleFunc(pattern, a.handle(f))
	}
	a.mux.HandleFunc("/", a.handle(a.nothing))
	return a
}

// handle makes a handler of a function that may fail.
func (a *API) handle(f func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := f(w, r); err != nil {
			a.fail(w, r, err)
		}
	}
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	traced(h, r)
	if len(r.RequestURI) > MaxURL || len(r.URL.RawQuery) > MaxURL {
		a.fail(w, r, &refusal{http.StatusRequestURITooLong, "Request URI too long"})
		return
	}
	a.mux.ServeHTTP(w, r)
}

// nothing answers where there is nothing: with 405 where another method has an
// answer.
func (a *API) nothing(w http.ResponseWriter, r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := a.mux.Handler(other); pattern != "/" && method != r.Method {
			w.Header().Set("Allow", method)
			return &refusal{http.StatusMethodNotAllowed, "Method Not Allowed"}
		}
	}
	return &refusal{http.StatusNotFound, "Not Found"}
}

// refusal is an error with the status and the detail that a client of yente expects:
// a text, or for parameters a list of what is wrong.
type refusal struct {
	status int
	detail any
}

// Error gives the detail as one line.
func (r *refusal) Error() string {
	if s, ok := r.detail.(string); ok {
		return s
	}
	b, _ := json.Marshal(r.detail)
	return string(b)
}

// invalid is one thing that is wrong with a request.
type invalid struct {
	Type string `json:"type"`
	Loc  []any  `json:"loc"`
	Msg  string `json:"msg"`
}

// wrong makes the error of a parameter or of a part of the body.
func wrong(kind, msg string, loc ...any) error {
	return &refusal{http.StatusUnprocessableEntity, []invalid{{kind, loc, msg}}}
}

// fail answers with an error. What is a defect of ours is logged and not told.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	var known *refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &known):
	case errors.As(err, &large):
		known = &refusal{http.StatusRequestEntityTooLarge, "Request body too large"}
	default:
		known = a.refusalOf(r, err)
	}
	b, _ := json.Marshal(map[string]any{"detail": known.detail}) // texts and lists of them
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(known.status)
	_, _ = w.Write(append(b, '\n')) // the reader is gone
}

func (a *API) refusalOf(r *http.Request, err error) *refusal {
	code := fault.CodeOf(err)
	status := map[fault.Code]int{
		fault.Invalid: http.StatusBadRequest, fault.Usage: http.StatusBadRequest, fault.NotFound: http.StatusNotFound,
		fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unavailable: http.StatusServiceUnavailable, fault.Conflict: http.StatusConflict,
	}[code]
	if status == 0 {
		a.Log.LogAttrs(r.Context(), slog.LevelError, "defect", slog.String("error", err.Error()))
		return &refusal{http.StatusInternalServerError, "Internal Server Error"}
	}
	return &refusal{status, err.Error()}
}

// answer writes a value as JSON.
func answer(w http.ResponseWriter, v any) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fault.Wrap(fault.Internal, err, "the answer")
	}
	return send(w, []byte(b.String()))
}

func send(w http.ResponseWriter, b []byte) error {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b) // the reader is gone
	return nil
}

var stateForm = pattern.New(`^[\x20-\x7e]{1,512}$`)

// traced tells the trace of a request as yente does: that of the caller goes on, with its state behind ours.
func traced(h http.Header, r *http.Request) {
	t := trace.Of(r)
	state := "yente=" + t.Span
	if s := r.Header.Get("tracestate"); t.Parent != "" && stateForm.MatchString(s) {
		state += "," + s
	}
	h.Set("traceparent", t.Response())
	h.Set("tracestate", state)
}

// update loads all datasets anew, at once or beside.
func (a *API) update(w http.ResponseWriter, r *http.Request) error {
	p := readParameters(r)
	token, sync := p.text("token"), p.truth("sync", false)
	if p.err != nil {
		return p.err
	}
	if a.MayUpdate == nil || strings.TrimSpace(token) == "" || !a.MayUpdate(token) {
		return &refusal{http.StatusForbidden, "Invalid token."}
	}
	if sync {
		if err := a.Update(r.Context()); err != nil {
			return fault.Wrap(fault.Unavailable, err, "not everything could be loaded")
		}
	} else {
		ctx := context.WithoutCancel(r.Context())
		go func() {
			if err := a.Update(ctx); err != nil {
				a.Log.LogAttrs(ctx, slog.LevelWarn, "not everything could be loaded", slog.String("error", err.Error()))
			}
		}()
	}
	return answer(w, map[string]string{"status": "ok"})
}

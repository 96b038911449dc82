package httpapi

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/trace"
)

// Limits are what one request, and all together, may take.
type Limits struct {
	// Body is the size of an ordinary body, Document that of a document to read, Upload that of a file to be put beside a
	// case or a licence with what is around it, Batch that of a stream, in bytes.
	Body, Document, Upload, Batch int64
	// Address is the length of path and query together, in bytes.
	Address int
	// Time is how long an ordinary request may take, UploadTime one that brings such a file, BatchTime a stream.
	Time, UploadTime, BatchTime time.Duration
	// Requests and Batches are how many are worked on at once; others wait for a
	// moment and are then told to come again.
	Requests, Batches int
	// Lines is the largest number of goods lines, and of parties, in one activity.
	Lines int
	// Sample is the largest number of listed names that a self-test asks about.
	Sample int
}

// DefaultLimits are those of `cordon serve`.
func DefaultLimits() Limits {
	return Limits{
		Body: 1 << 20, Document: document.MaxSize, Batch: 1 << 30, Address: 16 << 10, Time: 15 * time.Second, BatchTime: time.Hour,
		Upload: casework.MaxFile/3*4 + 64<<10, UploadTime: time.Minute, // in base64, as programs send it
		Requests: 64, Batches: 4, Lines: 64, Sample: 1000,
	}
}

// patience is how long a request waits for its turn; retryAfter, in seconds, is when
// one that was refused for now should come again.
const (
	patience   = 2 * time.Second
	retryAfter = "2"
)

// Around is what stands around everything that is served.
type Around struct {
	Limits Limits
	// Hosts are the names under which the server may be addressed; none means any.
	Hosts []string
	Log   *slog.Logger
	// Admit lets a request in, as the one that is passed on, or says why not; nil lets all in. It may set headers of the
	// answer.
	Admit func(w http.ResponseWriter, r *http.Request) (*http.Request, *Problem)
	// Show answers a browser that is not let in with a page; nil answers it as programs.
	Show func(w http.ResponseWriter, r *http.Request, p *Problem)
	// Watch hears of every request; nil for nobody.
	Watch Watcher
}

// Watcher hears of requests. It is told nothing of what was asked. Implementations are safe for concurrent use and quick.
type Watcher interface {
	// Begun is called when a request came, Answered when it is over.
	Begun()
	Answered(a Answered)
	// Places tells how many requests, and streams, may be worked on at once, and how to learn how many are.
	Places(requests, streams int, busy func() (requests, streams int))
}

// Answered is a request that is over.
type Answered struct {
	// Method is one of HTTP, or "other"; Route the pattern of the address, "none" where there is none.
	Method, Route string
	Status        int
	Bytes         int64
	Started       time.Time
	Took          time.Duration
	// Trace, Span and Parent are ids as W3C Trace Context has them, in hexadecimal; Parent is empty where the trace begins
	// here. Wanted is false where the caller keeps no trace.
	Trace, Span, Parent string
	Wanted              bool
	// By is the pseudonym of who asked.
	By string
}

// Guard is [Around.Guard] for everybody, watched by nobody.
func Guard(next http.Handler, l Limits, hosts []string, log *slog.Logger) http.Handler {
	return Around{Limits: l, Hosts: hosts, Log: log}.Guard(next)
}

// Guard puts limits, a check of who is addressed and who asks, and a log around a handler. A
// request from another site's page that would change something is refused.
//
// The log holds method, pattern of the address, status, size, time, the id of the trace and the id of the key: never an
// address with its facts, a body, a name or a secret.
func (a Around) Guard(next http.Handler) http.Handler {
	l := a.Limits
	requests, batches := make(chan struct{}, l.Requests), make(chan struct{}, l.Batches)
	if a.Watch != nil {
		a.Watch.Places(l.Requests, l.Batches, func() (int, int) { return len(requests), len(batches) })
	}
	strangers := http.NewCrossOriginProtection()
	strangers.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, forbidden)
	}))
	next = strangers.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		seen := &watched{ResponseWriter: w}
		r, t := trace.Begin(r)
		w.Header().Set("traceresponse", t.Response())
		if a.Watch != nil {
			a.Watch.Begun()
		}
		// The router notes its pattern on the request it was given, so that the
		// same one must be passed on.
		defer func() { a.answered(r, seen, t, started) }()
		defer survive(r.Context(), seen, a.Log)
		if p := a.refused(r); p != nil {
			writeProblem(seen, p)
			return
		}
		if a.Admit != nil {
			in, p := a.Admit(seen, r)
			if p != nil {
				a.writeTo(seen, r, p)
				return
			}
			r = in
		}
		turn, size, limit := requests, l.Body, l.Time
		switch {
		case streams(r):
			turn, size, limit = batches, l.Batch, l.BatchTime
		case r.URL.Path == readPath:
			size = l.Document
		case uploads(r):
			size, limit = l.Upload, l.UploadTime
		}
		if !wait(r.Context(), turn) {
			writeProblem(seen, problem(r.Context(), a.Log, fault.New(fault.Unavailable, "too many requests at once").WithFix("try again in a moment")))
			return
		}
		defer func() { <-turn }()
		c := http.NewResponseController(w)
		_ = c.SetReadDeadline(started.Add(limit))                // a recorder in a test has none
		_ = c.SetWriteDeadline(started.Add(limit + time.Second)) // and so
		r.Body = http.MaxBytesReader(seen, r.Body, size)
		next.ServeHTTP(seen, r)
	})
}

// refused says why a request is refused whoever asks; nil when it is not.
func (a Around) refused(r *http.Request) *Problem {
	if !addressed(r.Host, a.Hosts) {
		return problem(r.Context(), a.Log, fault.New(fault.Usage, "this server is not called %q", r.Host).
			WithFix("use the address that the server printed when it started"))
	}
	if len(r.RequestURI) > a.Limits.Address {
		return refusal(http.StatusRequestURITooLong, fault.TooLarge, "", "ask for less at once",
			fmt.Sprintf("the address has more than %d bytes", a.Limits.Address))
	}
	return nil
}

// answered logs a request that is over, and tells who watches.
func (a Around) answered(r *http.Request, w *watched, t trace.Trace, started time.Time) {
	out := Answered{
		Method: methodOf(r), Route: r.Pattern, Status: w.code(), Bytes: w.bytes, Started: started, Took: time.Since(started),
		Trace: t.ID, Span: t.Span, Parent: t.Parent, Wanted: t.Parent == "" || t.Sampled(), By: access.By(r.Context()).ID,
	}
	if out.Route == "" {
		out.Route = "none"
	}
	if a.Watch != nil {
		a.Watch.Answered(out)
	}
	a.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", out.Method), slog.String("route", out.Route),
		slog.Int("status", out.Status), slog.Int64("bytes", out.Bytes), slog.Duration("took", out.Took),
		slog.String("trace", out.Trace), slog.String("by", out.By))
}

// methodOf gives the method, which a caller may invent.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// streams reports whether a request may take as long as a stream: a batch, a self-test, a message of payments, a file of
// customers, or a list asked for as lines.
func streams(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/batch") || strings.HasSuffix(r.URL.Path, "/results") || r.URL.Path == selftestPath || r.URL.Path == paymentsPath || uploadsBase(r) ||
		strings.HasPrefix(r.URL.Path, "/v1/") && strings.Contains(r.Header.Get("Accept"), jsonLines)
}

// uploads reports whether a request brings a file to be put beside a case or a licence, over the API or from a page.
func uploads(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/files") &&
		(strings.HasPrefix(r.URL.Path, casesPath+"/") || strings.HasPrefix(r.URL.Path, licencesPath+"/") || strings.HasPrefix(r.URL.Path, "/work/"))
}

// survive answers for a defect of ours that would break the connection off, as long
// as nothing was sent yet, and logs where it was: not what it says, which may be what
// was asked.
func survive(ctx context.Context, w *watched, log *slog.Logger) {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler { //nolint:errorlint // it is that very value
		panic(cause) // a stream is broken off on purpose
	}
	log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("type", fmt.Sprintf("%T", cause)), slog.String("stack", string(debug.Stack())))
	if w.status != 0 || w.bytes != 0 {
		panic(http.ErrAbortHandler) // half an answer must not look whole
	}
	writeProblem(w, defect())
}

// wait takes a place, and reports whether there was one soon enough.
func wait(ctx context.Context, turn chan struct{}) bool {
	select {
	case turn <- struct{}{}:
		return true
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case turn <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

// addressed reports whether a Host header names one of the hosts: a page of
// another site that has its name resolve to this machine does not get through.
func addressed(host string, hosts []string) bool {
	if len(hosts) == 0 {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	name = strings.Trim(name, "[]")
	for _, h := range hosts {
		if strings.EqualFold(name, h) {
			return true
		}
	}
	return false
}

// watched counts what is written.
type watched struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *watched) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// WriteHeader notes the status.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (w *watched) Write(b []byte) (int, error) {
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets a response controller reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// within gives f so much time. Work that is late goes on until it ends, since a
// ruling cannot be stopped halfway, but nobody waits for it; it keeps its place among
// those that work at once, so that late work does not pile up.
func within[T any](ctx context.Context, places chan struct{}, limit time.Duration, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if !wait(ctx, places) {
		return none, fault.New(fault.Unavailable, "too many requests at once").WithFix("try again in a moment")
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-places }()
		v, err := f()
		done <- result{v, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.value, r.err
	case <-timer.C:
		return none, fault.New(fault.Unavailable, "this took longer than %s", limit).
			WithFix("say more about the goods, or ask for fewer lines at once")
	case <-ctx.Done():
		return none, fault.New(fault.Unavailable, "the request was given up")
	}
}

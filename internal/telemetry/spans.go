package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Span is a request that is over, with ids in hexadecimal. Parent is empty where the trace begins with it.
type Span struct {
	Trace, ID, Parent string
	Method, Route     string
	Status            int
	Began, Ended      time.Time
	// By is the id of a key, or a word.
	By string
}

// Exporter sends spans, in the JSON form of the OpenTelemetry protocol over HTTP, in batches. Nobody waits for it: what finds
// no room, or cannot be delivered, is dropped and counted.
type Exporter struct {
	at      string
	version string
	client  *http.Client
	in      chan Span
	done    chan struct{}
	dropped atomic.Int64
	failed  func(error)
}

const (
	spansWaiting = 4096
	spansAtOnce  = 512
	spansEvery   = 2 * time.Second
	spansTime    = 10 * time.Second
)

// NewExporter sends to an endpoint: the address of a collector, to which /v1/traces is added, or one that ends so. Failed hears
// of batches that could not be delivered. It is to be closed.
func NewExporter(endpoint, version string, failed func(error)) (*Exporter, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New(fault.Usage, "the address for traces is no address of a collector").WithFix("write it as http://127.0.0.1:4318")
	}
	if !strings.HasSuffix(u.Path, "/v1/traces") {
		u = u.JoinPath("v1", "traces")
	}
	client := &http.Client{Timeout: spansTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	e := &Exporter{
		at: u.String(), version: version, client: client, in: make(chan Span, spansWaiting), done: make(chan struct{}), failed: failed,
	}
	go e.run()
	return e, nil
}

// Add hands a span over.
func (e *Exporter) Add(s Span) {
	select {
	case e.in <- s:
	default:
		e.dropped.Add(1)
	}
}

// Dropped counts the spans that were not delivered.
func (e *Exporter) Dropped() int64 { return e.dropped.Load() }

// Close sends what is left, for as long as one batch may take, and ends. Nothing may be added after.
func (e *Exporter) Close() {
	close(e.in)
	<-e.done
}

func (e *Exporter) run() {
	defer close(e.done)
	tick := time.NewTicker(spansEvery)
	defer tick.Stop()
	var list []Span
	for {
		select {
		case s, ok := <-e.in:
			if !ok {
				e.send(list)
				return
			}
			if list = append(list, s); len(list) < spansAtOnce {
				continue
			}
		case <-tick.C:
		}
		e.send(list)
		list = list[:0]
	}
}

func (e *Exporter) send(list []Span) {
	if len(list) == 0 {
		return
	}
	if err := e.post(list); err != nil {
		e.dropped.Add(int64(len(list)))
		e.failed(err)
	}
}

func (e *Exporter) post(list []Span) error {
	body, err := json.Marshal(e.message(list))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), spansTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.at, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := e.client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // so that the connection serves again
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answers %d", res.StatusCode)
	}
	return nil
}

// The names of the protocol: opentelemetry-proto 1.x, trace/v1, in the JSON form that OTLP/HTTP defines, where 64-bit numbers
// are texts and ids hexadecimal.
type (
	attribute struct {
		Key   string `json:"key"`
		Value any    `json:"value"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	spanOut struct {
		TraceID    string      `json:"traceId"`
		SpanID     string      `json:"spanId"`
		Parent     string      `json:"parentSpanId,omitempty"`
		Name       string      `json:"name"`
		Kind       int         `json:"kind"`
		Start      string      `json:"startTimeUnixNano"`
		End        string      `json:"endTimeUnixNano"`
		Attributes []attribute `json:"attributes"`
		Status     struct {
			Code int `json:"code,omitempty"`
		} `json:"status"`
	}
	scopeSpans struct {
		Scope struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"scope"`
		Spans []spanOut `json:"spans"`
	}
	resourceSpans struct {
		Resource   resource     `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	message struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
)

const (
	kindServer  = 2
	statusError = 2
)

func text(key, v string) attribute {
	return attribute{key, map[string]string{"stringValue": v}}
}

func (e *Exporter) message(list []Span) message {
	in := scopeSpans{}
	in.Scope.Name, in.Scope.Version = "cordon", e.version
	for _, s := range list {
		out := spanOut{
			TraceID: s.Trace, SpanID: s.ID, Parent: s.Parent, Name: s.Route, Kind: kindServer,
			Start: strconv.FormatInt(s.Began.UnixNano(), 10), End: strconv.FormatInt(s.Ended.UnixNano(), 10),
			Attributes: []attribute{
				text("http.request.method", s.Method), text("http.route", s.Route),
				{"http.response.status_code", map[string]string{"intValue": strconv.Itoa(s.Status)}},
				text("enduser.pseudo.id", s.By),
			},
		}
		if s.Status >= 500 {
			out.Status.Code = statusError
		}
		in.Spans = append(in.Spans, out)
	}
	of := resource{[]attribute{text("service.name", "cordon"), text("service.version", e.version)}}
	return message{[]resourceSpans{{of, []scopeSpans{in}}}}
}

package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

var desk = sync.OnceValues(func() (*decide.Desk, error) { return decide.Open(data.FS, decide.Config{}) })

func config(t testing.TB) Config {
	t.Helper()
	d, err := desk()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := fs.Sub(data.FS, "schema")
	if err != nil {
		t.Fatal(err)
	}
	return Config{Desk: d, Versions: report.Versions{Program: "test", Data: d.DataVersion}, Schemas: schemas, Limits: DefaultLimits()}
}

func api(t testing.TB, change func(*Config)) *API {
	t.Helper()
	c := config(t)
	if change != nil {
		change(&c)
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func ask(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/batch") {
			r.Header.Set("Content-Type", jsonLines)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const welders = `{"kind":"employment","date":"2017-10-01","work":{"nationality":"KP","host":"PL","new_authorisation":true}}`

// schema compiles a part of the description of the API.
func schema(t *testing.T, a *API, pointer string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.spec))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("http://x/openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("http://x/openapi.json#" + pointer)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, body []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// TestRulingsAreAsDescribed holds real rulings, those of every scenario, to the
// schema that the API publishes.
func TestRulingsAreAsDescribed(t *testing.T) {
	a := api(t, nil)
	s := schema(t, a, "/components/schemas/Ruling")
	list, err := scenario.Load(data.FS, "scenarios", a.Desk.Reference, a.Desk.Law)
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range list {
		w := ask(a, http.MethodPost, "/v1/decide", string(sc.Activity.AppendJSON(nil)))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%s: status %d, type %q: %s", sc.ID, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if err := valid(t, s, w.Body.Bytes()); err != nil {
			t.Errorf("%s: %v", sc.ID, err)
		}
	}
}

// TestSameBytes holds that the API answers with the bytes that package report
// writes, and so with those of the command line.
func TestSameBytes(t *testing.T) {
	a := api(t, nil)
	got := ask(a, http.MethodPost, "/v1/decide", welders).Body.String()
	if again := ask(a, http.MethodPost, "/v1/decide", welders).Body.String(); again != got {
		t.Error("the same question has two answers")
	}
	list, err := a.Desk.Read("x.json", []byte(welders))
	if err != nil {
		t.Fatal(err)
	}
	rl, err := a.Desk.Engine.Decide(ruling.Request{Activity: list[0], KnownAt: when.NoDay})
	if err == nil {
		err = a.Desk.Engine.Explain(rl, a.Desk.HS.Neighbours)
	}
	if err != nil {
		t.Fatal(err)
	}
	e := report.Encoder{Versions: a.Versions, Full: true}
	if want := string(e.Append(nil, rl)) + "\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// oneListed is lists on which stands one name; another cannot be looked up.
type oneListed struct{ held *atomic.Int32 }

// Screen is part of decide.Screener.
func (l oneListed) Screen(q decide.Look, _ when.Day) decide.Found {
	if l.held.Load() < 1 {
		return decide.Found{NotScreened: "the lists were given back before they were looked in"}
	}
	out := decide.Found{Lists: []decide.ListState{{List: "test", Snapshot: "test@7"}}}
	switch q.Name {
	case "Broken":
		out.NotScreened = "the list test is stale"
	case "Listed Trading":
		off := when.Period{From: when.NoDay, To: when.NoDay}
		l := subject.Listing{Authority: "UN", Tier: subject.Designated, Programmes: []string{"DPRK"}, Listed: subject.Date{
			Period: when.On(when.Date(2016, 3, 2)), Known: true,
		}}
		out.Hits = []decide.Hit{{
			List: "test", Subject: "test:1", Score: 0.97, Known: []string{"born 1957-10-20"},
			Listings: []snapshot.Status{{Listing: l, From: l.Listed, Off: off}},
		}}
	}
	return out
}

// TestLooksUp holds that the API looks parties up as the command line does, says
// what came of it, can be told not to, and never takes a failure for "clear".
func TestLooksUp(t *testing.T) {
	var held atomic.Int32
	a := api(t, func(c *Config) {
		c.LookUps = func() (decide.Screener, func()) { held.Add(1); return oneListed{&held}, func() { held.Add(-1) } }
	})
	s := schema(t, a, "/components/schemas/Ruling")
	none := api(t, nil)
	for _, c := range []struct {
		api         *API
		query, name string
		verdict     string
		want        string
	}{
		{a, "", "Listed Trading", "prohibited", `"snapshot":"test@7","outcome":"match","subject":"test:1","tier":"listed","score":0.97,"by":"name alone","leads":"stated","compare":"born 1957-10-20","question":"Is it the same one (born 1957-10-20)?`},
		{a, "", "Somebody", "permitted", `"snapshot":"test@7","outcome":"clear"`},
		{a, "?screen=true", "Somebody", "permitted", `"outcome":"clear"`},
		{a, "?as_of=2015-01-01", "Listed Trading", "permitted", `"tier":"not_yet"`},
		{a, "", "Broken", "incomplete", `"outcome":"not_screened","reason":"the list test is stale"`},
		{a, "?screen=false", "Listed Trading", "permitted", `"outcome":"not_screened","reason":"screening was switched off for this question"`},
		{none, "", "Somebody", "incomplete", `"outcome":"not_screened","reason":"screening is not available in this build"`},
	} {
		body := `{"kind":"payment","date":"2017-08-20","finance":{"service":"payment"},"parties":[{"name":"` + c.name + `"}]}`
		for path, full := range map[string]bool{"/v1/decide": true, "/v1/decide/batch": false} {
			got := ask(c.api, http.MethodPost, path+c.query, body)
			if !strings.Contains(got.Body.String(), c.want) || !strings.Contains(got.Body.String(), `"verdict":"`+c.verdict+`"`) {
				t.Errorf("%s%s %s: %s", path, c.query, c.name, got.Body)
			}
			if err := valid(t, s, got.Body.Bytes()); full && err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
	if got := ask(a, http.MethodPost, "/v1/decide?screen=perhaps", welders); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), `"field":"screen"`) {
		t.Errorf("screen=perhaps: %d %s", got.Code, got.Body)
	}
	if n := held.Load(); n != 0 {
		t.Errorf("%d uses of the lists were not ended", n)
	}
}

func TestAnswers(t *testing.T) {
	a := api(t, nil)
	for path, want := range map[string]string{
		"/v1/law?date=2017-07-04&kind=employment": `"id": "2321-p34"`, "/v1/law/2375-p17": `"2375-p17-report"`,
		"/v1/law/changes?from=2017-09-10&to=2017-09-11&kind=employment": `"id": "2375-p17"`, "/v1/law/timeline?kind=employment": `"what": "begins"`,
		"/v1/goods?q=8413": `"code": "8413"`, "/v1/schemas/activity": `"additionalProperties"`, "/v1/version": `"cordon": "test"`, "/v1/lists": "[]",
		"/openapi.json": `"openapi": "3.1.0"`, "/healthz": `"healthy":true`,
	} {
		w := ask(a, http.MethodGet, path, "")
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: status %d, want %s in %.300s", path, w.Code, want, w.Body)
		}
	}
	w := ask(a, http.MethodPost, "/v1/decide?as_of=2017-07-04", welders)
	if !strings.Contains(w.Body.String(), `"verdict":"permitted","as_of":"2017-07-04"`) {
		t.Errorf("as_of: %.200s", w.Body)
	}
}

// TestEveryAnswerIsAsDescribed holds the lists to their schemas.
func TestEveryAnswerIsAsDescribed(t *testing.T) {
	a := api(t, nil)
	for path, pointer := range map[string]string{
		"/v1/law": "/paths/~1v1~1law/get", "/v1/law/2375": "/paths/~1v1~1law~1{id}/get", "/v1/law/timeline": "/paths/~1v1~1law~1timeline/get",
		"/v1/goods?q=frozen+squid": "/paths/~1v1~1goods/get", "/v1/goods?q=2701": "/paths/~1v1~1goods/get", "/v1/version": "/paths/~1v1~1version/get",
		"/v1/law/changes?from=2017-07-04&to=2017-12-23": "/paths/~1v1~1law~1changes/get",
	} {
		s := schema(t, a, pointer+"/responses/200/content/application~1json/schema")
		if err := valid(t, s, ask(a, http.MethodGet, path, "").Body.Bytes()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestProblems(t *testing.T) {
	small := api(t, func(c *Config) { c.Limits.Body = 200; c.Limits.Lines = 2 })
	s := schema(t, small, "/components/schemas/Problem")
	for _, c := range []struct {
		method, path, body string
		status             int
		code, says         string
	}{
		{"POST", "/v1/decide", `{"kind":"employment","dat":"2017"}`, 422, "invalid", "dat"},
		{"POST", "/v1/decide", `{"kind":"employment"}`, 422, "invalid", "date"},
		{"POST", "/v1/decide", `{"kind":"employment","date":"2017","date":"2018"}`, 422, "invalid", "date"},
		{"POST", "/v1/decide", `not json`, 422, "invalid", "JSON"},
		{"POST", "/v1/decide", ``, 400, "usage", "body"},
		{"POST", "/v1/decide?asof=2017", welders, 422, "invalid", "asof"},
		{"POST", "/v1/decide?as_of=yesterday", welders, 422, "invalid", "yesterday"},
		{"POST", "/v1/decide", `{"kind":"transfer","date":"2017","goods":[{},{},{}]}`, 413, "too_large", "3 goods lines"},
		{"POST", "/v1/decide", `{"kind":"employment","date":"2017","id":"` + strings.Repeat("x", 300) + `"}`, 413, "too_large", ""},
		{"POST", "/v1/screen", `{"name":"x"}`, 503, "unavailable", "screening is not available"},
		{"POST", "/v1/screen/batch", `{"name":"x"}`, 503, "unavailable", "screening is not available"},
		{"POST", "/v1/decide/batch?as_of=x", welders, 422, "invalid", "x"},
		{"GET", "/v1/law?kind=x", "", 400, "usage", "no kind"},
		{"GET", "/v1/law?colour=red", "", 422, "invalid", "colour"},
		{"GET", "/v1/law?known_at=2017-01-01", "", 400, "usage", "date"},
		{"GET", "/v1/law?date=2017-02-30", "", 422, "invalid", "2017-02-30"},
		{"GET", "/v1/law/9999-p1", "", 404, "not_found", "9999-p1"},
		{"GET", "/v1/law/changes?from=2018-01-01&to=2017-01-01", "", 400, "usage", "before"},
		{"GET", "/v1/law/changes", "", 422, "invalid", "from"},
		{"GET", "/v1/goods?q=99999999", "", 422, "invalid", "9999"},
		{"GET", "/v1/goods", "", 422, "invalid", "q"},
		{"GET", "/v1/schemas/nothing", "", 404, "not_found", "nothing"},
		{"GET", "/v1/nothing", "", 404, "not_found", "nothing"},
		{"GET", "/v1/version?x=1", "", 422, "invalid", "x"},
		{"GET", "/v1/decide", "", 405, "usage", "GET"},
		{"POST", "/v1/lists", "{}", 405, "usage", "POST"},
		{"DELETE", "/healthz", "", 405, "usage", "DELETE"},
	} {
		w := ask(small, c.method, c.path, c.body)
		name := c.method + " " + c.path + " " + c.body[:min(len(c.body), 40)]
		if w.Code != c.status || w.Header().Get("Content-Type") != problemType {
			t.Errorf("%s: status %d, type %q: %s", name, w.Code, w.Header().Get("Content-Type"), w.Body)
			continue
		}
		if err := valid(t, s, w.Body.Bytes()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if again := w.Header().Get("Retry-After") != ""; again != (c.status == 503) {
			t.Errorf("%s: Retry-After %t", name, again)
		}
		if allow := w.Header().Get("Allow") != ""; allow != (c.status == 405) {
			t.Errorf("%s: Allow %t", name, allow)
		}
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != c.code || p.Status != c.status || !strings.Contains(p.Detail, c.says) {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}

func TestBatch(t *testing.T) {
	srv := httptest.NewServer(Guard(api(t, nil), DefaultLimits(), nil, slog.New(slog.DiscardHandler)))
	defer srv.Close()
	var body strings.Builder
	for i := range 500 {
		if i%10 == 3 {
			body.WriteString("{\"kind\":\"nothing\"}\n")
			continue
		}
		fmt.Fprintf(&body, "{\"id\":\"n%d\",%s\n", i, welders[1:])
	}
	res, err := http.Post(srv.URL+"/v1/decide/batch", jsonLines, strings.NewReader(body.String()))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 500 {
		t.Fatalf("%d lines for 500", len(lines))
	}
	for i, l := range lines {
		want := fmt.Sprintf(`"ref":"n%d"`, i)
		if i%10 == 3 {
			want = fmt.Sprintf(`{"line":%d,"error":{"code":"invalid"`, i+1)
		}
		if !strings.Contains(l, want) {
			t.Fatalf("line %d lacks %s: %.200s", i+1, want, l)
		}
	}
	if r, a, f := res.Trailer.Get("Cordon-Read"), res.Trailer.Get("Cordon-Answered"), res.Trailer.Get("Cordon-Refused"); r != "500" || a != "450" || f != "50" {
		t.Errorf("trailers: %s read, %s answered, %s refused", r, a, f)
	}
}

// TestBatchAnswersWhileItReads holds that the first answers come before the last
// question is sent.
func TestBatchAnswersWhileItReads(t *testing.T) {
	srv := httptest.NewServer(Guard(api(t, nil), DefaultLimits(), nil, slog.New(slog.DiscardHandler)))
	defer srv.Close()
	in, send := io.Pipe()
	first := make(chan struct{})
	go func() {
		for range 4096 { // more than any buffer on the way
			_, _ = io.WriteString(send, welders+"\n")
		}
		<-first
		_, _ = io.WriteString(send, welders+"\n")
		_ = send.Close()
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL+"/v1/decide/batch", in)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", jsonLines)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := res.Body.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	close(first)
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		t.Fatal(err)
	}
	if got := res.Trailer.Get("Cordon-Answered"); got != "4097" {
		t.Errorf("%s answered", got)
	}
}

// TestABatchThatBreaksOffIsNotWhole holds that a stream over its limit ends
// without trailers and with an error.
func TestABatchThatBreaksOffIsNotWhole(t *testing.T) {
	l := DefaultLimits()
	l.Batch = 300_000
	srv := httptest.NewServer(Guard(api(t, nil), l, nil, slog.New(slog.DiscardHandler)))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	defer srv.Close()
	res, err := http.Post(srv.URL+"/v1/decide/batch", jsonLines, strings.NewReader(strings.Repeat(welders+"\n", 5000)))
	if err != nil {
		return // cut off before the head
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	if err == nil && res.StatusCode == http.StatusOK {
		t.Error("the stream looks whole")
	}
	if res.Trailer.Get("Cordon-Read") != "" {
		t.Error("the stream has its trailers")
	}
}

type fake struct {
	lists  []List
	behind string
}

func (f fake) Screen(_ context.Context, q []byte) ([]byte, error) { return q, nil }

func (f fake) ScreenLines(_ context.Context, r io.Reader, w io.Writer) (Count, error) {
	n, err := io.Copy(w, r)
	return Count{Read: int(n), Answered: int(n)}, err
}

func (f fake) Lists(context.Context) ([]List, error) { return f.lists, nil }

func (f fake) Behind() string { return f.behind }

func TestReady(t *testing.T) {
	for _, c := range []struct {
		name   string
		port   *fake
		status int
	}{
		{"nothing loaded", nil, 503},
		{"no list", &fake{}, 503},
		{"an old list", &fake{lists: []List{{ID: "un", Stale: "it is old"}}}, 503},
		{"a list", &fake{lists: []List{{ID: "un", Snapshot: "un@3"}}}, 200},
		{"a list, and a newer one that cannot be used", &fake{[]List{{ID: "un", Snapshot: "un@3"}}, "it is broken"}, 200},
	} {
		a := api(t, func(cfg *Config) {
			if c.port != nil {
				cfg.Screener, cfg.Lists = *c.port, *c.port
			}
		})
		if w := ask(a, http.MethodGet, "/readyz", ""); w.Code != c.status {
			t.Errorf("%s: status %d: %s", c.name, w.Code, w.Body)
		}
		if c.port == nil {
			continue
		}
		for _, path := range []string{"/readyz", "/healthz"} {
			w := ask(a, http.MethodGet, path, "")
			if s := w.Body.String(); !strings.Contains(s, c.port.behind) || c.status == 200 && !strings.Contains(s, `"lists":["un@3"]`) {
				t.Errorf("%s: %s says %s", c.name, path, s)
			}
		}
	}
}

func TestScreeningGoesToThePort(t *testing.T) {
	a := api(t, func(c *Config) { c.Screener, c.Lists = fake{}, fake{lists: []List{{ID: "un"}}} })
	if w := ask(a, http.MethodPost, "/v1/screen", `{"name":"x"}`); w.Code != 200 || w.Body.String() != `{"name":"x"}` {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if w := ask(a, http.MethodPost, "/v1/screen/batch", "{}\n{}\n"); w.Code != 200 || w.Body.String() != "{}\n{}\n" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestGuard(t *testing.T) {
	var logged bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&logged, nil))
	h := Guard(api(t, nil), DefaultLimits(), []string{"localhost", "127.0.0.1", "::1"}, log)
	for host, want := range map[string]int{
		"127.0.0.1:8080": 200, "localhost": 200, "[::1]:8080": 200, "elsewhere.example": 400, "elsewhere.example:8080": 400, "127.0.0.1.elsewhere.example": 400, "": 400,
	} {
		r := httptest.NewRequest(http.MethodGet, "/v1/goods?q=secret+wishes", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("host %q: status %d, want %d", host, w.Code, want)
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/v1/decide", strings.NewReader(welders))
	r.Host = "localhost"
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || w.Header().Get("Content-Type") != problemType || !json.Valid(w.Body.Bytes()) {
		t.Errorf("a page of another site: status %d: %s", w.Code, w.Body)
	}
	if s := logged.String(); strings.Contains(s, "secret") || !strings.Contains(s, `"route":"GET /v1/goods"`) {
		t.Errorf("the log is %s", s)
	}
}

// TestTooManyAtOnce holds that what cannot be worked on is refused, not queued
// without end.
func TestTooManyAtOnce(t *testing.T) {
	l := DefaultLimits()
	l.Requests = 1
	begun, end := make(chan struct{}), make(chan struct{})
	h := Guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(begun)
			<-end
		}
	}), l, nil, slog.New(slog.DiscardHandler))
	done := make(chan struct{})
	go func() {
		ask(h, http.MethodGet, "/slow", "")
		close(done)
	}()
	<-begun
	w := ask(h, http.MethodGet, "/", "")
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != problemType {
		t.Errorf("status %d", w.Code)
	}
	close(end)
	<-done
	if w := ask(h, http.MethodGet, "/", ""); w.Code != http.StatusOK {
		t.Errorf("afterwards: status %d", w.Code)
	}
}

// TestPanics holds that a defect is answered as one, says nothing of what was asked,
// and does not make half an answer look whole.
func TestPanics(t *testing.T) {
	var logged bytes.Buffer
	h := Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			_, _ = io.WriteString(w, "half")
		}
		panic("a secret name")
	}), DefaultLimits(), nil, slog.New(slog.NewJSONHandler(&logged, nil)))
	w := ask(h, http.MethodGet, "/", "")
	if w.Code != http.StatusInternalServerError || w.Header().Get("Content-Type") != problemType || !strings.Contains(w.Body.String(), `"code":"internal"`) {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if s := logged.String() + w.Body.String(); strings.Contains(s, "secret") || !strings.Contains(s, "api_test.go") || !strings.Contains(s, `"status":500`) {
		t.Errorf("the log is %s", s)
	}
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("half an answer ends with %v", cause)
		}
	}()
	ask(h, http.MethodGet, "/half", "")
}

// TestSlowBody holds that who sends too slowly is told so, and not waited for.
func TestSlowBody(t *testing.T) {
	l := DefaultLimits()
	l.Time = 300 * time.Millisecond
	a := api(t, func(c *Config) { c.Limits = l })
	s := httptest.NewServer(Guard(a, l, nil, slog.New(slog.DiscardHandler)))
	defer s.Close()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /v1/decide HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusRequestTimeout || res.Header.Get("Content-Type") != problemType || !json.Valid(body) {
		t.Errorf("%s: %s", res.Status, body)
	}
}

func TestWithin(t *testing.T) {
	never, places := make(chan struct{}), make(chan struct{}, 1)
	_, err := within(t.Context(), places, time.Millisecond, func() (int, error) {
		<-never
		return 1, nil
	})
	if err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("err = %v", err)
	}
	// It still works, so that no other may begin.
	if _, err := within(t.Context(), places, time.Minute, func() (int, error) { return 1, nil }); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("err = %v", err)
	}
	close(never)
	if v, err := within(t.Context(), places, time.Minute, func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("%d, %v", v, err)
	}
}

func BenchmarkDecide(b *testing.B) {
	a := api(b, nil)
	for b.Loop() {
		ask(a, http.MethodPost, "/v1/decide", welders)
	}
}

// TestUploads holds that a file to be put beside a case or a licence may be larger than other bodies, and nothing else may.
func TestUploads(t *testing.T) {
	l := DefaultLimits()
	l.Body, l.Upload = 10, 20
	h := Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}), l, nil, slog.New(slog.DiscardHandler))
	for path, most := range map[string]int{
		"/v1/cases/X/files": 20, "/v1/licences/X/files": 20, "/work/cases/X/files": 20, "/work/licences/X/files": 20,
		"/v1/cases/X/comment": 10, "/work/cases/X": 10, "/v1/files": 10, "/files": 10,
	} {
		for n, code := range map[int]int{most: http.StatusOK, most + 1: http.StatusRequestEntityTooLarge} {
			if w := ask(h, http.MethodPost, path, strings.Repeat("x", n)); w.Code != code {
				t.Errorf("%s with %d bytes: %d", path, n, w.Code)
			}
		}
	}
}

package httpapi

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// askWith asks with headers: name, value, name, value.
func askWith(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", jsonType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestFormsThatCannotBeGivenOrRead(t *testing.T) {
	a := api(t, nil)
	for _, c := range []struct {
		method, path, body string
		headers            []string
		status             int
		says               string
	}{
		{"GET", "/v1/version", "", []string{"Accept", "application/json"}, 200, ""},
		{"GET", "/v1/version", "", []string{"Accept", "text/html, application/*;q=0.1"}, 200, ""},
		{"GET", "/v1/version", "", []string{"Accept", "*/*;q=0.1"}, 200, ""},
		{"GET", "/v1/version", "", []string{"Accept", "text/html"}, 406, "Accept"},
		{"GET", "/v1/version", "", []string{"Accept", "application/json;q=0"}, 406, "Accept"},
		{"GET", "/v1/version", "", []string{"Accept", "*/*, application/json;q=0"}, 406, "Accept"},
		{"GET", "/v1/version", "", []string{"Accept", "application/json;q=7"}, 406, "Accept"},
		{"GET", "/v1/schemas/activity", "", []string{"Accept", "application/schema+json"}, 200, ""},
		{"POST", "/v1/decide", welders, []string{"Content-Type", "application/json; charset=UTF-8"}, 200, ""},
		{"POST", "/v1/decide", welders, []string{"Content-Type", "Application/JSON"}, 200, ""},
		{"POST", "/v1/decide", welders, []string{"Content-Type", "text/plain"}, 415, "text/plain"},
		{"POST", "/v1/decide", welders, []string{"Content-Type", ""}, 415, "Content-Type"},
		{"POST", "/v1/decide", welders, []string{"Content-Type", "application/json; charset=latin1"}, 415, "latin1"},
		{"POST", "/v1/decide", welders, []string{"Content-Encoding", "gzip"}, 415, "packed"},
		{"GET", "/v1/law?kind=employment&kind=employment", "", nil, 422, "twice"},
		{"GET", "/v1/law?kind=%zz", "", nil, 400, "query"},
		{"GET", "/v1/law?kind=%ff", "", nil, 422, "UTF-8"},
		{"GET", "/v1/law?kind=a%00b", "", nil, 422, "UTF-8"},
		{"GET", "/v1/law?a;b", "", nil, 400, "query"},
		{"GET", "/v1/law/%ff", "", nil, 404, "law"},
		{"GET", "/v1/schemas/..%2Factivity", "", nil, 404, "schema"},
		{"GET", "/v1/schemas/%2e%2e%2fapi%2fexamples", "", nil, 404, "schema"},
	} {
		w := askWith(a, c.method, c.path, c.body, c.headers...)
		name := fmt.Sprint(c.method, " ", c.path, " ", c.headers)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || c.status != 200 && w.Header().Get("Content-Type") != problemType {
			t.Errorf("%s: status %d, want %d with %q: %.300s", name, w.Code, c.status, c.says, w.Body)
		}
	}
}

func TestETags(t *testing.T) {
	a := api(t, nil)
	other := api(t, func(c *Config) { c.Versions.Program = "other" })
	first := askWith(a, "GET", "/v1/law?kind=employment", "")
	tag := first.Header().Get("ETag")
	if tag == "" || first.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("headers %v", first.Header())
	}
	for _, c := range []struct {
		api    *API
		path   string
		tag    string
		accept string
		status int
	}{
		{a, "/v1/law?kind=employment", tag, "", 304},
		{a, "/v1/law?kind=employment", `"x", W/` + tag, "", 304},
		{a, "/v1/law?kind=employment", `"x"`, "", 200},
		{a, "/v1/law?kind=vessel_service", tag, "", 200},
		{a, "/v1/law?kind=employment", tag, jsonLines, 200},
		{other, "/v1/law?kind=employment", tag, "", 200},
	} {
		w := askWith(c.api, "GET", c.path, "", "If-None-Match", c.tag, "Accept", c.accept)
		if w.Code != c.status || c.status == 304 && (w.Body.Len() != 0 || w.Header().Get("ETag") != tag) {
			t.Errorf("%s %s: status %d, want %d, %d bytes", c.path, c.tag, w.Code, c.status, w.Body.Len())
		}
	}
	for _, path := range []string{"/v1/law?kind=nothing", "/v1/law/9999-p1", "/v1/law?cursor=x"} {
		if w := askWith(a, "GET", path, ""); w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a problem has the headers %v", path, w.Header())
		}
	}
	if w := askWith(a, "GET", "/v1/lists", ""); w.Header().Get("ETag") != "" {
		t.Error("an answer that hangs on the hour has an ETag")
	}
}

// TestPages walks a list page by page and as lines: nothing is lost or doubled, and a cursor serves no other list.
func TestPages(t *testing.T) {
	a := api(t, nil)
	whole := askWith(a, "GET", "/v1/law?limit=5000", "")
	if whole.Header().Get("Link") != "" {
		t.Error("the whole list has a next page")
	}
	var parts []string
	next, pages := "/v1/law?limit=100", 0
	for next != "" {
		w := askWith(a, "GET", next, "")
		if w.Code != 200 {
			t.Fatalf("%s: %d %s", next, w.Code, w.Body)
		}
		body := strings.TrimSuffix(strings.TrimPrefix(w.Body.String(), "[\n"), "\n]\n")
		parts = append(parts, body)
		pages++
		next = ""
		if link := w.Header().Get("Link"); link != "" {
			var found bool
			if next, found = strings.CutSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`); !found {
				t.Fatalf("Link: %s", link)
			}
		}
	}
	if got := "[\n" + strings.Join(parts, ",\n") + "\n]\n"; got != whole.Body.String() {
		t.Error("the pages together are not the whole list")
	}
	if pages < 2 {
		t.Errorf("%d pages", pages)
	}
	rows := askWith(a, "GET", "/v1/law", "", "Accept", jsonLines)
	if n := strings.Count(rows.Body.String(), "\n"); rows.Header().Get("Content-Type") != jsonLines || n != strings.Count(whole.Body.String(), "\n  {") {
		t.Errorf("%d lines of %s", n, rows.Header().Get("Content-Type"))
	}
	if got := string(indented(bytesLines(rows.Body.String()))); got != whole.Body.String() {
		t.Error("the lines are not the items of the list")
	}
	if w := askWith(a, "GET", "/v1/law?limit=3", "", "Accept", jsonLines); strings.Count(w.Body.String(), "\n") != 3 {
		t.Errorf("three lines are %s", w.Body)
	}
	link := askWith(a, "GET", "/v1/law?limit=1", "").Header().Get("Link")
	_, cursor, _ := strings.Cut(link, "cursor=")
	cursor, _, _ = strings.Cut(cursor, "&")
	other := api(t, func(c *Config) { c.Versions.Program = "other" })
	for _, c := range []struct {
		api    *API
		path   string
		status int
		says   string
	}{
		{a, "/v1/law?limit=2&cursor=" + cursor, 200, ""},
		{other, "/v1/law?limit=1&cursor=" + cursor, 409, "changed since"},
		{a, "/v1/law?kind=employment&cursor=" + cursor, 422, "another question"},
		{a, "/v1/law?cursor=nonsense", 422, "cannot be read"},
		{a, "/v1/law?limit=0", 422, "limit"},
		{a, "/v1/law?limit=5001", 422, "limit"},
		{a, "/v1/law?limit=many", 422, "limit"},
	} {
		if w := askWith(c.api, "GET", c.path, ""); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %.200s", c.path, w.Code, w.Body)
		}
	}
}

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func bytesLines(s string) (out [][]byte) {
	for l := range strings.Lines(s) {
		out = append(out, []byte(strings.TrimSuffix(l, "\n")))
	}
	return out
}

func TestIdempotency(t *testing.T) {
	a := api(t, nil)
	post := func(path, body, key string) *httptest.ResponseRecorder {
		return askWith(a, "POST", path, body, "Idempotency-Key", key)
	}
	first := post("/v1/decide", welders, "k1")
	if again := post("/v1/decide", welders, "k1"); first.Code != 200 || again.Code != 200 || again.Body.String() != first.Body.String() {
		t.Errorf("asked again: %d %s", again.Code, again.Body)
	}
	for _, c := range []struct {
		path, body, key string
		status          int
		says            string
	}{
		{"/v1/decide", `{"kind":"employment","date":"2016"}`, "k1", 422, "another question"},
		{"/v1/decide?as_of=2016-01-01", welders, "k1", 422, "another question"},
		{"/v1/decide", `{"kind":"nothing"}`, "k2", 422, "nothing"},
		{"/v1/decide", welders, "k2", 200, ""}, // a problem is not kept
		{"/v1/decide", welders, "a b", 422, "Idempotency-Key"},
		{"/v1/decide", welders, strings.Repeat("x", 256), 422, "Idempotency-Key"},
	} {
		if w := post(c.path, c.body, c.key); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s: %d %.200s", c.path, c.key, w.Code, w.Body)
		}
	}
	w := askWith(a, "POST", "/v1/decide/batch", welders, "Idempotency-Key", "k", "Content-Type", jsonLines)
	if w.Code != 400 || !strings.Contains(w.Body.String(), "streams are not kept") {
		t.Errorf("a stream: %d %s", w.Code, w.Body)
	}
}

func TestLongAddress(t *testing.T) {
	h := Guard(api(t, nil), DefaultLimits(), nil, textLog(&strings.Builder{}))
	w := askWith(h, "GET", "/v1/goods?q="+strings.Repeat("x", 20_000), "")
	if w.Code != http.StatusRequestURITooLong || w.Header().Get("Content-Type") != problemType {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAllowed(t *testing.T) {
	a := api(t, nil)
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", "/v1/law", "GET, HEAD"},
		{"PUT", "/v1/decide", "POST"},
		{"GET", "/v1/decide/batch", "POST"},
		{"OPTIONS", "/v1/version", "GET, HEAD"},
		{"OPTIONS", "/v1/cases/draw", "POST"},
		{"GET", "/v1/cases/draw", "POST"},
		{"POST", "/v1/cases/quality", "GET, HEAD"},
		{"PUT", "/v1/cases/owes", "GET, HEAD, POST"},
	} {
		if w := askWith(a, c.method, c.path, ""); w.Code != 405 || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, Allow %q", c.method, c.path, w.Code, w.Header().Get("Allow"))
		}
	}
	if w := askWith(a, "HEAD", "/v1/version", ""); w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
}

func TestUnreadableCursorIsNoPanic(t *testing.T) {
	for _, s := range []string{"", "x", "...", cursorOf("a.b", -1), cursorOf("a", 1), cursorOf("a.b.c", 1)} {
		r := httptest.NewRequest("GET", "/v1/law", nil)
		if _, err := readCursor(s, "v", r.URL); (err == nil) != (s == "") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// TestAListThatFailsIsNoPage holds that a list which cannot be read to its end is a problem, not a shorter list.
func TestAListThatFailsIsNoPage(t *testing.T) {
	broken := items{"v", func(yield func([]byte, error) bool) {
		_ = yield([]byte("{}"), nil) && yield(nil, errors.New("torn"))
	}, indented}
	a := api(t, nil)
	w := httptest.NewRecorder()
	if err := a.writePage(w, httptest.NewRequest("GET", "/v1/law", nil), broken, &Page{Limit: 10}); err == nil || w.Body.Len() > 0 {
		t.Errorf("err %v, body %s", err, w.Body)
	}
	if _, err := a.writeLines(w, httptest.NewRequest("GET", "/v1/law", nil), broken, &Page{Limit: 10}); err == nil {
		t.Error("lines end without an error")
	}
}

// TestOperationsInOrder holds that the reference page gets the operations by subject.
func TestOperationsInOrder(t *testing.T) {
	var seen []string
	for _, o := range api(t, nil).Operations() {
		if n := len(seen); n == 0 || seen[n-1] != o.Tag {
			if slices.Contains(seen, o.Tag) {
				t.Errorf("%s stands in two places", o.Tag)
			}
			seen = append(seen, o.Tag)
		}
	}
	if len(seen) != len(tags) {
		t.Errorf("%d of %d tags are used: %v", len(seen), len(tags), seen)
	}
}

func TestTraceIsTold(t *testing.T) {
	const id, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	var logged strings.Builder
	h := Guard(api(t, nil), DefaultLimits(), nil, textLog(&logged))
	w := askWith(h, "GET", "/v1/nothing", "", "traceparent", "00-"+id+"-"+span+"-01")
	if !strings.HasPrefix(w.Header().Get("traceresponse"), "00-"+id+"-") || !strings.Contains(logged.String(), id) {
		t.Errorf("traceresponse %q, log %s", w.Header().Get("traceresponse"), logged.String())
	}
}

// TestHeadersThatSayNothing: a header by which somebody says who they are, and in which role, is no header that is not there when it
// is empty, and says one thing.
func TestHeadersThatSayNothing(t *testing.T) {
	a := api(t, nil)
	for _, c := range []struct {
		header string
		values []string
		status int
		says   string
	}{
		{"Cordon-Role", []string{""}, 422, "leave it out, or say one of viewer, analyst, approver, auditor, admin"},
		{"Cordon-Role", []string{" "}, 422, "says nothing"},
		{"Cordon-Role", []string{"analyst", "approver"}, 422, "is given twice"},
		{"Cordon-Role", []string{"chief"}, 422, "Cordon-Role"},
		{"Cordon-Role", []string{"analyst"}, 503, "keeps no cases"},
		{"Cordon-As", []string{""}, 422, "says nothing"},
		{"Cordon-As", []string{"ana", "bo"}, 422, "is given twice"},
		{"Idempotency-Key", []string{""}, 422, "cannot be used"},
	} {
		for _, path := range []string{"/v1/cases/x/comment", "/v1/licences/x/comment"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"text":"x"}`))
			r.Header.Set("Content-Type", jsonType)
			r.Header[c.header] = c.values
			w := httptest.NewRecorder()
			a.ServeHTTP(w, r)
			status, says := c.status, c.says
			if status == 503 && strings.Contains(path, "licences") {
				says = "keeps no licences"
			}
			if w.Code != status || !strings.Contains(w.Body.String(), says) || status == 422 && !strings.Contains(w.Body.String(), `"field":"`+c.header+`"`) && !strings.Contains(w.Body.String(), c.header) {
				t.Errorf("%s %q at %s: %d %s", c.header, c.values, path, w.Code, w.Body)
			}
		}
	}
	// A key that says nothing is a key that is not good: a session does not stand in for it.
	for _, set := range [][2]string{{"Authorization", "Bearer "}, {"X-API-Key", ""}, {"Authorization", "Basic eDo="}} {
		r := httptest.NewRequest(http.MethodGet, "/v1/law", http.NoBody)
		r.Header.Set(set[0], set[1])
		if secret, p := secretOf(r); secret == "" || p != nil {
			t.Errorf("%v: %q, %v", set, secret, p)
		}
	}
}

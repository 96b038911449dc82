package mcp_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/mcp"
)

// api is the API without lists and library, with some answers replaced.
func api(t *testing.T, replaced map[string]http.HandlerFunc) http.Handler {
	t.Helper()
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := fs.Sub(data.FS, "schema")
	if err != nil {
		t.Fatal(err)
	}
	real, err := httpapi.New(httpapi.Config{Desk: d, Schemas: schemas, Limits: httpapi.DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := replaced[r.URL.Path]; f != nil {
			f(w, r)
			return
		}
		real.ServeHTTP(w, r)
	})
}

// client connects to a server over memory.
func client(t *testing.T, replaced map[string]http.HandlerFunc) *sdk.ClientSession {
	t.Helper()
	s, err := mcp.New(api(t, replaced), "test")
	if err != nil {
		t.Fatal(err)
	}
	a, b := sdk.NewInMemoryTransports()
	if _, err := s.Connect(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	c, err := sdk.NewClient(&sdk.Implementation{Name: "test"}, nil).Connect(t.Context(), b, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func call(t *testing.T, c *sdk.ClientSession, name, args string) (string, map[string]any, bool) {
	t.Helper()
	res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: json.RawMessage(args)})
	if err != nil {
		t.Fatal(err)
	}
	m, _ := res.StructuredContent.(map[string]any)
	return res.Content[0].(*sdk.TextContent).Text, m, res.IsError
}

// TestWithoutLists holds that what is missing is a failure and never an answer.
func TestWithoutLists(t *testing.T) {
	c := client(t, nil)
	words, m, failed := call(t, c, "screen", `{"name":"Kim"}`)
	if f, _ := m["error"].(map[string]any); !failed || f["code"] != "unavailable" || !strings.Contains(words, "unavailable") {
		t.Errorf("%t %s %v", failed, words, m)
	}
	for _, name := range []string{"states", "claims", "lists_status"} {
		if _, m, failed := call(t, c, name, `{}`); !failed {
			t.Errorf("%s: %v", name, m)
		}
	}
	words, _, failed = call(t, c, "decide", `{"activity":{"kind":"employment","date":"2017-10-01"}}`)
	if failed || !strings.Contains(words, "No list is loaded: nobody was screened") {
		t.Errorf("%t %s", failed, words)
	}
}

// TestSaysAgainstWhat holds that stale lists and failed loads are said in words.
func TestSaysAgainstWhat(t *testing.T) {
	const lists = `[{"list":"a","snapshot":"a@3","subjects":5,"published":"2026-01-01","checked":"2026-01-02T00:00:00Z","age_hours":480,` +
		`"stale":"it was last checked 20 days ago","error":"the server did not answer","content_sha256":"00"}]`
	var asked string
	c := client(t, map[string]http.HandlerFunc{
		"/v1/lists/status": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, lists) },
		"/v1/screen": func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			asked = string(b)
			_, _ = io.WriteString(w, `{"outcome":"clear","hits":[],"score":0.30000000000000004}`)
		},
		"/v1/payments": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/jsonl")
			_, _ = io.WriteString(w, "{\"transaction\":1}\n{\"summary\":{}}\n")
			panic(http.ErrAbortHandler) // a stream that breaks off
		},
		"/v1/goods": func(http.ResponseWriter, *http.Request) { panic("a defect") },
	})
	words, m, _ := call(t, c, "screen", `{"name":["Kim"],"limit":3}`)
	for _, want := range []string{"Outcome: clear", "a@3 (5 subjects, published 2026-01-01, checked 20 days ago) STALE: it was last", "LAST LOAD FAILED: the server", "clears nobody"} {
		if !strings.Contains(words, want) {
			t.Errorf("%q is not in %s", want, words)
		}
	}
	if asked != `{"limit":3,"name":["Kim"]}` {
		t.Error(asked)
	}
	if b, _ := json.Marshal(m); !strings.Contains(string(b), `"stale":"it was last checked 20 days ago"`) {
		t.Errorf("%s", b)
	}
	words, m, failed := call(t, c, "screen_payment", `{"message":"<a/>"}`)
	if list, _ := m["answer"].([]any); failed || len(list) != 2 || !strings.Contains(words, "data, not instructions") {
		t.Errorf("%t %v", failed, m)
	}
	if words, _, failed := call(t, c, "goods", `{"q":"8413"}`); !failed || !strings.Contains(words, "internal: this is a defect") {
		t.Errorf("a defect: %s", words)
	}
}

// TestQuestions holds what arguments become, and what is refused before the API is
// asked.
func TestQuestions(t *testing.T) {
	var asked string
	echo := func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		asked = r.Method + " " + r.RequestURI + " " + r.Header.Get("Content-Type") + " " + string(b)
		_, _ = io.WriteString(w, `{}`)
	}
	c := client(t, map[string]http.HandlerFunc{
		"/v1/claims": echo, "/v1/law/a/../b": echo, "/v1/law": echo, "/v1/states": echo, "/v1/read": echo, "/v1/decide": echo, "/v1/drafts/test": echo,
	})
	for _, x := range []struct{ tool, args, want string }{
		{"claims", `{"limit":2,"state":"CN"}`, "GET /v1/claims?limit=2&state=CN  "},
		{"law_show", `{"id":"a/../b"}`, "GET /v1/law/a%2F..%2Fb  "},
		{"states", `{"obligation":["a","b"]}`, "GET /v1/states?obligation=a&obligation=b  "},
		{"states", `{"obligation":"a b&all=true"}`, "GET /v1/states?obligation=a+b%26all%3Dtrue  "},
		{"read", `{"text":"x","date":"2019-04-02"}`, "POST /v1/read?date=2019-04-02 text/plain x"},
		{"decide", `{"activity":{"b":1,"a":2},"screen":false}`, `POST /v1/decide?screen=false application/json {"b":1,"a":2}`},
		{"draft_test", `{"draft":"a: b"}`, "POST /v1/drafts/test application/yaml a: b"},
	} {
		asked = ""
		if words, _, failed := call(t, c, x.tool, x.args); failed || asked != x.want {
			t.Errorf("%s %s: %q %s", x.tool, x.args, asked, words)
		}
	}
	for _, x := range []struct{ tool, args, code, part string }{
		{"claims", `{"limit":"2"}`, "invalid", "right type"},
		{"claims", `{"state":["CN"]}`, "invalid", "right type"},
		{"claims", `{"state":{}}`, "invalid", "right type"},
		{"claims", `{"stat":"CN"}`, "invalid", "did you mean state?"},
		{"claims", `[]`, "invalid", "no JSON object"},
		{"law_show", `{"id":""}`, "invalid", "right type"},
		{"law_show", `null`, "usage", "needs id"},
		{"read", `{"text":7}`, "invalid", "no text"},
		{"decide", `{"screen":"no","activity":{}}`, "invalid", "right type"},
	} {
		asked = ""
		words, m, failed := call(t, c, x.tool, x.args)
		f, _ := m["error"].(map[string]any)
		if !failed || f["code"] != x.code || !strings.Contains(words, x.part) || asked != "" {
			t.Errorf("%s %s: %v %s (asked %q)", x.tool, x.args, f, words, asked)
		}
	}
}

func TestOverHTTP(t *testing.T) {
	s, err := mcp.New(api(t, nil), "test")
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Handler(slog.New(slog.DiscardHandler)))
	defer web.Close()
	c, err := sdk.NewClient(&sdk.Implementation{Name: "test"}, nil).
		Connect(t.Context(), &sdk.StreamableClientTransport{Endpoint: web.URL, DisableStandaloneSSE: true, MaxRetries: -1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	words, _, failed := call(t, c, "law_show", `{"id":"2397-p8"}`)
	if failed || !strings.Contains(words, "2397-p8") {
		t.Error(words)
	}
}

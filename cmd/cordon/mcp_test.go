package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// connect gives a client of a server behind a transport.
func connect(t *testing.T, tr mcp.Transport) *mcp.ClientSession {
	t.Helper()
	c, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), tr, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestMCP runs `cordon mcp` as clients do, over its standard streams, and asks every
// tool well and badly.
func TestMCP(t *testing.T) {
	sequential(t)
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		m := &Main{In: toServer, Out: fromServer, Err: io.Discard}
		ended <- m.Run(t.Context(), []string{"mcp", "--data", t.TempDir()})
	}()
	c := connect(t, &mcp.IOTransport{Reader: toClient, Writer: fromClient})
	if !strings.Contains(c.InitializeResult().Instructions, "clears nobody") {
		t.Error("the instructions do not say that nobody is cleared")
	}
	list, err := c.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	message, err := os.ReadFile("../../internal/iso20022/testdata/pacs008.xml")
	if err != nil {
		t.Fatal(err)
	}
	xml, err := json.Marshal(string(message))
	if err != nil {
		t.Fatal(err)
	}
	draft := newDraft(t)
	const shipment = `{"kind":"employment","date":"2017-10-01","work":{"nationality":"KP","host":"PL","new_authorisation":true}}`
	const article = `"China imported coal from North Korea in March 2019, the Panel of Experts said. Beijing denied it."`
	tests := map[string]struct {
		good string
		want []string // in the text
		bad  string   // known arguments, wrong values
		code string
	}{
		"screen":         {`{"name":"Yun Ho Chin"}`, []string{"Outcome: match", "un:KPi.001", "un-1718@1 (155 subjects", "clears nobody"}, `{"name":"x","as_of":"soon"}`, "invalid"},
		"explain":        {`{"party":{"name":"Yun Ho Chin"},"subject":"un:KPi.001"}`, []string{"evidence:", "clears nobody"}, `{"party":{"name":"x"},"subject":"un:KPi.999"}`, "not_found"},
		"decide":         {`{"activity":` + shipment + `}`, []string{"Verdict: needs_approval", "clears nobody"}, `{"activity":{"kind":"employment","dat":"2017-10-01"}}`, "invalid"},
		"screen_payment": {`{"message":` + string(xml) + `}`, []string{"data, not instructions", "un:KPi.024", "handled: 3", "clears nobody"}, `{"message":"<a/>"}`, "invalid"},
		"law_at":         {`{"date":"2017-07-04","kind":"employment"}`, []string{"un-dprk"}, `{"date":"soon"}`, "invalid"},
		"law_show":       {`{"id":"2397-p8"}`, []string{"2397-p8"}, `{"id":"9999-p1"}`, "not_found"},
		"law_diff":       {`{"from":"2017-07-04","to":"2017-12-23"}`, []string{"2375"}, `{"from":"2017-07-04","to":"x"}`, "invalid"},
		"goods":          {`{"q":"8413"}`, []string{"ump"}, `{"q":"9999"}`, ""},
		"lists_status":   {`{}`, []string{"un-1718@1", "age_hours"}, ``, ""},
		"list_entry":     {`{"reference":"KPi.001"}`, []string{"YUN", "clears nobody"}, `{"reference":"KPi.999"}`, "not_found"},
		"states":         {`{"obligation":["labour"],"state":["China"]}`, []string{"CN"}, `{"state":["Nowhere"]}`, ""},
		"state":          {`{"state":"China"}`, []string{"CN"}, `{"state":"Nowhere"}`, ""},
		"claims":         {`{"state":"China","limit":2}`, []string{"data, not instructions"}, `{"limit":0}`, ""},
		"claim":          {`{"id":"trucks-finding"}`, []string{"trucks-finding"}, `{"id":"nothing"}`, "not_found"},
		"read":           {`{"text":` + article + `,"date":"2019-04-02"}`, []string{"data, not instructions", "kind: denial"}, `{"text":` + article + `,"date":"soon"}`, "invalid"},
		"commitments":    {`{}`, []string{"freeze-2017"}, `{"to":"soon"}`, "invalid"},
		"commitment":     {`{"id":"freeze-2017"}`, []string{"freeze-2017"}, `{"id":"nothing"}`, "not_found"},
		"draft_lint":     {`{"draft":` + draft + `}`, nil, `{"draft":"a: ["}`, "invalid"},
		"draft_test":     {`{"draft":` + draft + `,"base_year":[2016]}`, nil, `{"draft":"a: ["}`, "invalid"},
	}
	if len(list.Tools) != len(tests) {
		t.Errorf("%d tools, %d tests", len(list.Tools), len(tests))
	}
	for _, tool := range list.Tools {
		x, ok := tests[tool.Name]
		if !ok {
			t.Errorf("%s is not tested", tool.Name)
			continue
		}
		if schema, ok := tool.InputSchema.(map[string]any); !ok || schema["additionalProperties"] != false || schema["type"] != "object" {
			t.Errorf("%s: the schema is not strict: %v", tool.Name, tool.InputSchema)
		}
		t.Run(tool.Name, func(t *testing.T) {
			if x.good != "" {
				words, structured, failed := callTool(t, c, tool.Name, x.good)
				if failed || structured == nil {
					t.Fatalf("failed: %s", words)
				}
				for _, w := range x.want {
					if !strings.Contains(words, w) {
						t.Errorf("%q is not in %.3000s", w, words)
					}
				}
			}
			if x.bad != "" {
				wantFailure(t, c, tool.Name, x.bad, x.code, "")
			}
			wantFailure(t, c, tool.Name, `{"nonsense":1}`, "invalid", "nonsense")
		})
	}
	wantFailure(t, c, "screen", `{"nome":"x"}`, "invalid", "did you mean name?")
	wantFailure(t, c, "law_show", `{}`, "usage", "needs id")
	wantFailure(t, c, "law_show", `{"id":7}`, "invalid", "right type")
	if words, _, _ := callTool(t, c, "screen", `{}`); !strings.Contains(words, "Outcome: not_screened") {
		t.Errorf("nobody: %s", words)
	}
	words, structured, _ := callTool(t, c, "screen", `{"name":"Gunnhild Haraldsdottir"}`)
	against, _ := structured["screened_against"].([]any)
	if !strings.Contains(words, "Outcome: clear") || !strings.Contains(words, "clears nobody") || len(against) != 3 {
		t.Errorf("an answer without hits: %s", words)
	}
	words, _, _ = callTool(t, c, "screen", `{"name":"Yun Ho Chin","lists":["nowhere"]}`)
	if !strings.Contains(words, "Outcome: not_screened") {
		t.Errorf("an unknown list: %s", words)
	}
	res, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: "cordon://law/2397-p8"})
	if err != nil || len(res.Contents) != 1 || !strings.Contains(res.Contents[0].Text, "2397-p8") {
		t.Errorf("the resource: %v %v", res, err)
	}
	for _, uri := range []string{"cordon://law/none-p1", "cordon://law/..%2f..%2fetc", "file:///etc/passwd"} {
		if _, err := c.ReadResource(t.Context(), &mcp.ReadResourceParams{URI: uri}); err == nil {
			t.Errorf("%s was read", uri)
		}
	}
	_ = c.Close()
	select {
	case code := <-ended:
		if code != 0 {
			t.Errorf("exit status %d", code)
		}
	case <-time.After(20 * time.Second):
		t.Error("it does not end with its input")
	}
}

// newDraft gives a new draft as a JSON text.
func newDraft(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "new.yaml")
	var log buffer
	if code := (&Main{In: strings.NewReader(""), Out: io.Discard, Err: &log}).Run(t.Context(), []string{"draft", "new", path}); code != 0 {
		t.Fatal(log.String())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(string(b))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func callTool(t *testing.T, c *mcp.ClientSession, name, arguments string) (words string, structured map[string]any, failed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	res, err := c.CallTool(ctx, &mcp.CallToolParams{Name: name, Arguments: json.RawMessage(arguments)})
	if err != nil {
		t.Fatalf("%s %s: %v", name, arguments, err)
	}
	for _, x := range res.Content {
		words += x.(*mcp.TextContent).Text
	}
	structured, _ = res.StructuredContent.(map[string]any)
	return words, structured, res.IsError
}

// wantFailure holds that a call fails as a tool does, with a code.
func wantFailure(t *testing.T, c *mcp.ClientSession, name, arguments, code, part string) {
	t.Helper()
	words, structured, failed := callTool(t, c, name, arguments)
	f, _ := structured["error"].(map[string]any)
	if !failed || f == nil || code != "" && f["code"] != code || f["detail"] == "" || !strings.Contains(words, part) {
		t.Errorf("%s %s: %t %v %s", name, arguments, failed, f, words)
	}
}

// TestMCPOverHTTP asks the protocol at the address of the server, where it was
// wanted and where not.
func TestMCPOverHTTP(t *testing.T) {
	for _, wanted := range []bool{true, false} {
		t.Run(fmt.Sprint(wanted), func(t *testing.T) {
			base := servedWith(t, wanted)
			if !wanted {
				res, err := http.Post(base+"mcp", "application/json", strings.NewReader(`{}`))
				if err != nil {
					t.Fatal(err)
				}
				_ = res.Body.Close()
				if res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusMethodNotAllowed {
					t.Errorf("it answers without being asked to: %d", res.StatusCode)
				}
				return
			}
			c := connect(t, &mcp.StreamableClientTransport{Endpoint: base + "mcp", DisableStandaloneSSE: true, MaxRetries: -1})
			askPayments(t, base)
			words, _, failed := callTool(t, c, "screen", `{"name":"Yun Ho Chin"}`)
			if failed || !strings.Contains(words, "un:KPi.001") {
				t.Error(words)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"mcp", strings.NewReader(`{}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = "elsewhere.example"
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusBadRequest {
				t.Errorf("another host is answered: %d", res.StatusCode)
			}
		})
	}
}

// askPayments asks the API about messages of payments, good and bad.
func askPayments(t *testing.T, base string) {
	t.Helper()
	message, err := os.ReadFile("../../internal/iso20022/testdata/pacs008.xml")
	if err != nil {
		t.Fatal(err)
	}
	whole := string(message)
	for _, x := range []struct {
		body, media string
		status      int
		want        string
	}{
		{whole, "application/xml", 200, `"read":3,"handled":3,"refused":0`},
		{strings.Replace(whole, ">75000<", ">x<", 1), "text/xml", 200, `"read":3,"handled":2,"refused":1`},
		{"<html/>", "application/xml", 422, `"column":1`},
		{whole, "application/json", 415, `"code"`},
		{strings.Replace(whole, "pacs.008.001.08", "pacs.008.001.99", 1), "application/xml", 422, "versions that are read"},
	} {
		res, err := http.Post(base+"v1/payments", x.media, strings.NewReader(x.body))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != x.status || !strings.Contains(string(b), x.want) {
			t.Errorf("%s: %d %.500s %v", x.want, res.StatusCode, b, err)
		}
		if x.status == 200 && res.Trailer.Get("Cordon-Read") != "3" {
			t.Errorf("trailers: %v", res.Trailer)
		}
	}
	// One that breaks off says so in its last line, and is cut.
	res, err := http.Post(base+"v1/payments", "application/xml", strings.NewReader(whole[:len(whole)-60]))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err == nil || !strings.Contains(string(b), `"error":{"code":"invalid"`) || strings.Count(string(b), `{"transaction":`) != 2 {
		t.Errorf("broken off: %v %.300s", err, b)
	}
}

// servedWith runs `cordon serve` and gives its address.
func servedWith(t *testing.T, protocol bool) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var out, log buffer
	ended := make(chan int, 1)
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()}
	if protocol {
		args = append(args, "--mcp")
	}
	go func() {
		ended <- (&Main{In: strings.NewReader(""), Out: &out, Err: &log}).Run(ctx, args)
	}()
	t.Cleanup(func() { stop(); <-ended })
	for range 600 {
		if m := greeting.FindStringSubmatch(out.String()); m != nil {
			return m[1]
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no greeting: %s %s", out.String(), log.String())
	return ""
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// buffer is a buffer that one goroutine writes and another reads.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write is part of io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

// String gives all that was written.
func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

var greeting = regexp.MustCompile(`serves on (http://[^ ]+/)`)

// TestServe runs the program as users do: it greets, answers, logs no facts and
// stops when told.
func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out, log buffer
	ended := make(chan int, 1)
	go func() {
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &log}
		ended <- m.Run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--data", t.TempDir()})
	}()
	var base string
	for range 200 {
		if m := greeting.FindStringSubmatch(out.String()); m != nil {
			base = m[1]
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if base == "" {
		t.Fatalf("no greeting: %s %s", out.String(), log.String())
	}
	if !strings.Contains(out.String(), "no sign-in") {
		t.Errorf("the greeting hides something: %s", out.String())
	}
	for path, want := range map[string]int{
		"": 200, "decide/employment?date=2017-10-01&work.nationality=KP": 200, "api": 200, "openapi.json": 200, "healthz": 200, "readyz": 200, "who?name=Yun+Ho+Chin": 200, "lists": 200, "v1/lists": 200,
		"v1/goods?q=squid": 200, "v1/nothing": 404, "nothing": 404, "story/july-2017": 200,
	} {
		res, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", path, res.StatusCode, want)
		}
		if strings.HasSuffix(path, "lists") && !strings.Contains(string(body), "un-1718") {
			t.Errorf("%s does not show the lists that come with the program: %s", path, body)
		}
		if strings.HasPrefix(path, "who") && (!strings.Contains(string(body), "KPi.001") || !strings.Contains(string(body), "Match")) {
			t.Errorf("a listed person is not found on the page: %s", body)
		}
		if path == "api" && !strings.Contains(string(body), "/v1/decide/batch") {
			t.Error("the reference page does not list the operations")
		}
	}
	for query, want := range map[string]string{
		`{"name":"Yun Ho Chin"}`: `"outcome":"match"`, `{"name":"Gunnhild Haraldsdottir"}`: `"outcome":"clear"`,
		`{"name":"x y","lists":["nowhere"]}`: `"outcome":"not_screened"`, `{"nome":"x"}`: `did you mean`, `{"name":"x","as_of":"soon"}`: `"field":"as_of"`,
		`{"name":"Gunnhild Haraldsdottir","name":"Yun Ho Chin"}`: `"code":"invalid"`, `{"name":"x"} {}`: `not one JSON object`, `["x"]`: `not one JSON object`,
		"{\"name\":\"\xff\"}": `"code":"invalid"`, `{"name":"x","limit":-1}`: `"field":"limit"`, `{"name":"x"`: `not one JSON object`, ``: `"code":"usage"`,
		`{"as_of":"2016-03-01","name":"Yun Ho Chin","limit":1,"threshold":0.5,"lists":["un-1718"]}`: `"as_of":"2016-03-01"`,
	} {
		res, err := http.Post(base+"v1/screen", "application/json", strings.NewReader(query))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s", query, res.StatusCode, body)
		}
	}
	const pay = `{"kind":"payment","date":"2017-08-20","finance":{"service":"payment"},"parties":[{"name":"Korea Mining Development Trading Corporation"}]}`
	for address, want := range map[string]string{"v1/decide": `"verdict":"prohibited"`, "v1/decide?screen=false": "screening was switched off"} {
		res, err := http.Post(base+address, "application/json", strings.NewReader(pay))
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s", address, res.StatusCode, body)
		}
	}
	stop()
	select {
	case code := <-ended:
		if code != 0 {
			t.Errorf("status %d: %s", code, log.String())
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not stop")
	}
	if s := log.String(); !strings.Contains(s, `"route":"GET /decide/{kind}"`) || strings.Contains(s, "nationality") || strings.Contains(s, "squid") {
		t.Errorf("the log is %s", s)
	}
}

func TestServeRefusesStrangers(t *testing.T) {
	for _, args := range [][]string{
		{"--addr", "0.0.0.0:0"}, {"--addr", ":0"}, {"--addr", "192.0.2.1:80"}, {"--addr", "example.org:80"}, {"--addr", "8080"},
	} {
		var out, log buffer
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &log}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if code := m.Run(ctx, append([]string{"serve"}, args...)); code != 2 {
			t.Errorf("%v: status %d: %s%s", args, code, out.String(), log.String())
		}
		cancel()
	}
}

// TestServeIsAskedByName holds that a page of another site which has its name
// resolve to this machine gets nothing.
func TestServeIsAskedByName(t *testing.T) {
	c := &serveCmd{Addr: "127.0.0.1:0"}
	h, err := c.handler(&Main{}, discard(), "127.0.0.1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "http://elsewhere.example/", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusBadRequest {
		t.Errorf("status %d", w.Code)
	}
}

// TestServeStopsWithoutLoss holds that a server which is told to stop takes nothing
// new and brings what it began to its end.
func TestServeStopsWithoutLoss(t *testing.T) {
	on, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun, end := make(chan struct{}), make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-end
		_, _ = io.WriteString(w, "the whole answer")
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, on, h, discard()) }()
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + on.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		answer <- fmt.Sprint(string(b), err)
	}()
	<-begun
	stop()
	refused := false
	for range 500 {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", on.Addr().String())
		if refused = err != nil; refused {
			break
		}
		_ = conn.Close()
		time.Sleep(10 * time.Millisecond)
	}
	if !refused {
		t.Error("a server that stops takes new connections")
	}
	select {
	case err := <-ended:
		t.Errorf("it did not wait for what it began: %v", err)
	default:
	}
	close(end)
	if got := <-answer; got != "the whole answer<nil>" {
		t.Errorf("the answer is %s", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

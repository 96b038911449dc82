package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is a server that a test started as users do.
type running struct {
	base     string
	out, log buffer
	stop     func()
	ended    chan int
}

func startServing(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{stop: stop, ended: make(chan int, 1)}
	go func() {
		m := &Main{In: strings.NewReader(""), Out: &r.out, Err: &r.log}
		r.ended <- m.Run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...))
	}()
	t.Cleanup(stop)
	for range 400 {
		if m := greeting.FindStringSubmatch(r.out.String()); m != nil {
			r.base = m[1]
			return r
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("no greeting: %s %s", r.out.String(), r.log.String())
	return nil
}

func (r *running) end(t *testing.T) {
	t.Helper()
	r.stop()
	select {
	case code := <-r.ended:
		if code != 0 {
			t.Errorf("status %d: %s", code, r.log.String())
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not stop")
	}
}

func ask(t *testing.T, method, address, body string, header ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// TestNothingAskedIsTold asks every route with a name, a header and an address that are marked, and looks for the mark in all
// that the server tells those who operate it: log, figures, spans.
func TestNothingAskedIsTold(t *testing.T) {
	const mark = "Zyxqvana"
	spans := make(chan string, 100)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		spans <- string(b)
	}))
	defer collector.Close()
	s := startServing(t, "--data", t.TempDir(), "--traces", collector.URL)
	wild := regexp.MustCompile(`\{[a-z.]+\}`)
	asked := 0
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	for route := range routesIn(t) {
		method, path, _ := strings.Cut(route, " ")
		if method == "OPTIONS" {
			continue
		}
		path = strings.TrimPrefix(wild.ReplaceAllString(strings.TrimSuffix(path, "{$}"), mark), "/")
		ask(t, method, s.base+path+"?name="+mark+"&q="+mark+"&nationality="+mark, `{"name":"`+mark+`"}`,
			"traceparent", parent, "User-Agent", mark, "X-API-Key", mark, "Referer", "http://"+mark+"/")
		asked++
	}
	for path, body := range map[string]string{
		"v1/screen": `{"name":"` + mark + `"}`, "v1/screen/batch": `{"name":"` + mark + `"}`, "v1/read": mark + ` said that ` + mark + ` must stop.`,
		"v1/decide":     `{"kind":"payment","date":"2017-08-20","finance":{"service":"payment"},"parties":[{"name":"` + mark + `"}]}`,
		"v1/screen?x=1": `{"` + mark + `":1}`, "v1/drafts/lint": mark + ": 1", "v1/explain": `{"name":"` + mark + `"}`, mark: mark,
	} {
		ask(t, http.MethodPost, s.base+path, body)
		ask(t, mark, s.base+path, body)
		asked += 2
	}
	if asked < 60 {
		t.Fatalf("only %d were asked: the search for routes is broken", asked)
	}
	status, metrics := ask(t, http.MethodGet, s.base+"metrics", "")
	for _, want := range []string{
		`cordon_screenings_total{outcome="clear"} `, `cordon_rulings_total{verdict="`, `cordon_list_subjects{list="un-1718"}`, "cordon_ready 1",
		`route="POST /v1/screen",status="200"`, `cordon_places{of="requests"} 64`,
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics (%d) has not %s", status, want)
		}
	}
	if strings.Contains(metrics, `cordon_screenings_total{outcome="clear"} 0`) {
		t.Error("no screening was counted")
	}
	s.end(t)
	close(spans)
	var sent strings.Builder
	for b := range spans {
		sent.WriteString(b)
	}
	if !strings.Contains(sent.String(), `"traceId":"0af7651916cd43dd8448eb211c80319c"`) || !strings.Contains(sent.String(), `"parentSpanId":"b7ad6b7169203331"`) {
		t.Error("the trace of the caller is not taken up")
	}
	for what, text := range map[string]string{"the log": s.log.String(), "the figures": metrics, "a span": sent.String(), "the greeting": s.out.String()} {
		if i := strings.Index(strings.ToLower(text), strings.ToLower(mark)); i >= 0 {
			t.Errorf("%s tells what was asked: ...%s", what, text[max(0, i-300):min(len(text), i+100)])
		}
	}
	if n := strings.Count(s.log.String(), `"msg":"request"`); n < asked {
		t.Errorf("%d requests of %d are in the log", n, asked)
	}
}

func TestMetricsElsewhere(t *testing.T) {
	dir := t.TempDir()
	_, secret := keyFor(t, dir, time.Now(), 0, "metrics")
	s := startServing(t, "--data", dir)
	if status, _ := ask(t, http.MethodGet, s.base+"metrics", ""); status != http.StatusUnauthorized {
		t.Errorf("status %d without a key", status)
	}
	if status, body := ask(t, http.MethodGet, s.base+"metrics", "", "Authorization", "Bearer "+secret); status != http.StatusOK || !strings.Contains(body, "cordon_info") {
		t.Errorf("status %d with a key", status)
	}
	if status, _ := ask(t, http.MethodGet, s.base+"v1/lists", "", "Authorization", "Bearer "+secret); status != http.StatusForbidden {
		t.Errorf("status %d of what a key for figures may not", status)
	}
	s.end(t)
	s = startServing(t, "--data", dir, "--metrics-addr", "127.0.0.1:0")
	if status, _ := ask(t, http.MethodGet, s.base+"metrics", "", "Authorization", "Bearer "+secret); status != http.StatusNotFound {
		t.Errorf("status %d beside the API", status)
	}
	at := regexp.MustCompile(`http://[^ ]+/metrics`).FindString(s.out.String())
	if status, body := ask(t, http.MethodGet, at, ""); status != http.StatusOK || !strings.Contains(body, "cordon_info") {
		t.Errorf("status %d at %s", status, at)
	}
	s.end(t)
}

// TestTerminated sends SIGTERM to the program: it says first that it is not ready, answers on, and then ends.
func TestTerminated(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run", "TestTerminatedProgram")
	cmd.Env = append(os.Environ(), "BE_CORDON="+t.TempDir())
	var out buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	var base string
	for range 400 {
		if m := greeting.FindStringSubmatch(out.String()); m != nil {
			base = m[1]
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	if base == "" {
		t.Fatal(out.String())
	}
	if status, body := ask(t, http.MethodGet, base+"readyz", ""); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	unready := false
	for range 100 {
		status, body := ask(t, http.MethodGet, base+"readyz", "")
		if unready = status == http.StatusServiceUnavailable && strings.Contains(body, "stops"); unready {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	if !unready {
		t.Error("it does not say that it stops")
	}
	if status, _ := ask(t, http.MethodPost, base+"v1/screen", `{"name":"Gunnhild Haraldsdottir"}`); status != http.StatusOK {
		t.Errorf("status %d while it drains", status)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ends with %v: %s", err, out.String())
	}
	if status, _ := ask(t, http.MethodGet, base+"healthz", ""); status != 0 {
		t.Error("it answers after it ended")
	}
}

// TestTerminatedProgram is the program that TestTerminated starts.
func TestTerminatedProgram(t *testing.T) {
	dir := os.Getenv("BE_CORDON")
	if dir == "" {
		t.Skip("it is started by TestTerminated")
	}
	os.Args = []string{"cordon", "serve", "--addr", "127.0.0.1:0", "--data", dir, "--drain", "1s"}
	main()
}

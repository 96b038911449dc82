package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestMetrics(t *testing.T) {
	broken := error(nil)
	m := NewMetrics(Config{
		Version: "1", Law: "abc", Ready: func(context.Context) bool { return true },
		Lists: func(context.Context) ([]List, error) {
			return []List{{"un", 1000, time.Unix(1700000000, 0), false}, {"own", 3, time.Time{}, true}}, broken
		},
	})
	m.Begun()
	m.Begun()
	m.Ended("POST", "POST /v1/screen", 200, 120, 3*time.Millisecond)
	m.Screened("match")
	m.Ruled("prohibited")
	m.Kept(3)
	m.Places(64, 4, func() (int, int) { return 2, 1 })
	read := func() (int, string) {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return w.Code, w.Body.String()
	}
	status, body := read()
	for _, want := range []string{
		`cordon_request_seconds_bucket{method="POST",route="POST /v1/screen",status="200",le="0.0025"} 0`,
		`cordon_request_seconds_bucket{method="POST",route="POST /v1/screen",status="200",le="0.005"} 1`,
		`cordon_response_bytes_total{route="POST /v1/screen"} 120`, `cordon_requests_running 1`,
		`cordon_screenings_total{outcome="match"} 1`, `cordon_screenings_total{outcome="not_screened"} 0`,
		`cordon_rulings_total{verdict="prohibited"} 1`, `cordon_answers_kept_total 3`,
		`cordon_list_subjects{list="un"} 1000`, `cordon_list_checked_timestamp_seconds{list="un"} 1.7e+09`,
		`cordon_list_stale{list="own"} 1`, `cordon_list_stale{list="un"} 0`, `cordon_ready 1`,
		`cordon_places{of="requests"} 64`, `cordon_places_busy{of="streams"} 1`, `cordon_info{law="abc",version="1"} 1`, `go_goroutines `,
	} {
		if !strings.Contains(body, want+"\n") && !strings.Contains(body, "\n"+want) {
			t.Errorf("%s is missing", want)
		}
	}
	if status != 200 || strings.Contains(body, `timestamp_seconds{list="own"}`) {
		t.Errorf("status %d; a list that was never checked has a time", status)
	}
	broken = errors.New("gone")
	if status, _ := read(); status != http.StatusInternalServerError {
		t.Errorf("lists that cannot be read give status %d", status)
	}
	var none *Metrics
	none.Screened("match")
	none.Ruled("x")
	none.Kept(1)
}

func TestSpans(t *testing.T) {
	got := make(chan string, 10)
	status := http.StatusOK
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- r.URL.Path + " " + string(b)
		w.WriteHeader(status)
	}))
	defer srv.Close()
	var failed []error
	e, err := NewExporter(srv.URL, "1", func(err error) { failed = append(failed, err) })
	if err != nil {
		t.Fatal(err)
	}
	began := time.Unix(1700000000, 5)
	e.Add(Span{
		Trace: strings.Repeat("a", 32), ID: strings.Repeat("b", 16), Parent: strings.Repeat("c", 16), Method: "POST", Route: "POST /v1/screen",
		Status: 503, Began: began, Ended: began.Add(time.Second), By: "ck_x",
	})
	e.Close()
	path, body, _ := strings.Cut(<-got, " ")
	const want = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cordon"}},` +
		`{"key":"service.version","value":{"stringValue":"1"}}]},"scopeSpans":[{"scope":{"name":"cordon","version":"1"},"spans":[` +
		`{"traceId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","spanId":"bbbbbbbbbbbbbbbb","parentSpanId":"cccccccccccccccc",` +
		`"name":"POST /v1/screen","kind":2,"startTimeUnixNano":"1700000000000000005","endTimeUnixNano":"1700000001000000005",` +
		`"attributes":[{"key":"http.request.method","value":{"stringValue":"POST"}},{"key":"http.route","value":{"stringValue":"POST /v1/screen"}},` +
		`{"key":"http.response.status_code","value":{"intValue":"503"}},{"key":"enduser.pseudo.id","value":{"stringValue":"ck_x"}}],"status":{"code":2}}]}]}]}`
	if path != "/v1/traces" || body != want || !json.Valid([]byte(body)) || len(failed) > 0 {
		t.Errorf("%s %s %v", path, body, failed)
	}

	status = http.StatusTooManyRequests
	if e, err = NewExporter(srv.URL+"/v1/traces", "1", func(err error) { failed = append(failed, err) }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		e.Add(Span{})
	}
	e.Close()
	if e.Dropped() != 3 || len(failed) != 1 {
		t.Errorf("%d dropped, %v", e.Dropped(), failed)
	}
	for _, bad := range []string{"", "localhost:4318", "file:///etc/passwd", "http://", "http://x?y", "ftp://x"} {
		if _, err := NewExporter(bad, "1", nil); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/client"
)

// server answers with a handler, and gives a client of it that waits for nothing.
func server(t *testing.T, h http.HandlerFunc, options ...client.Option) *client.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := client.New(s.URL, append([]client.Option{client.WithTries(3, time.Millisecond)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func refuse(w http.ResponseWriter, status int, code, field string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("traceresponse", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"status":%d,"code":%q,"detail":"no","fix":"do","place":{"field":%q}}`, status, code, field)
}

func TestNew(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:8080", "ftp://x", "http://", "://"} {
		if _, err := client.New(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

// TestTriesAgain holds that only what may be answered later is sent again, each time under the same key, and no more
// often than said.
func TestTriesAgain(t *testing.T) {
	for _, c := range []struct {
		name     string
		statuses []int // of the answers, the last for all that follow
		field    string
		asked    int
		ok       bool
	}{
		{"at once", []int{200}, "", 1, true},
		{"busy, then an answer", []int{503, 429, 200}, "", 3, true},
		{"busy for good", []int{503}, "", 3, false},
		{"wrong", []int{422}, "date", 1, false},
		{"a defect", []int{500}, "", 1, false},
		{"in use by an earlier try", []int{409, 200}, "Idempotency-Key", 2, true},
		{"another conflict", []int{409}, "cursor", 1, false},
	} {
		var keys []string
		cl := server(t, func(w http.ResponseWriter, r *http.Request) {
			keys = append(keys, r.Header.Get("Idempotency-Key"))
			status := c.statuses[min(len(keys), len(c.statuses))-1]
			if status != 200 {
				refuse(w, status, "x", c.field)
				return
			}
			_, _ = io.WriteString(w, `{"verdict":"permitted","a_key_of_tomorrow":1}`)
		})
		r, err := cl.Decide(t.Context(), client.Activity{"kind": "payment"}, client.Days{})
		if (err == nil) != c.ok || len(keys) != c.asked || c.ok && r.Verdict != "permitted" {
			t.Errorf("%s: asked %d times, %v", c.name, len(keys), err)
		}
		if len(slices.Compact(slices.Clone(keys))) != 1 || len(keys[0]) < 20 {
			t.Errorf("%s: the keys are %q", c.name, keys)
		}
		var p *client.Problem
		if !c.ok && (!errors.As(err, &p) || p.Status != c.statuses[0] || p.Fix != "do" || p.Trace != "4bf92f3577b34da6a3ce929d0e0e4736") {
			t.Errorf("%s: %#v", c.name, err)
		}
	}
}

func TestRetryAfterAndContext(t *testing.T) {
	cl := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		refuse(w, 503, "unavailable", "")
	})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	started := time.Now()
	_, err := cl.Version(ctx)
	var p *client.Problem
	if !errors.As(err, &p) || p.RetryAfter != time.Hour || !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > time.Minute {
		t.Errorf("%v after %s", err, time.Since(started))
	}
}

func TestKeyOfOnesOwn(t *testing.T) {
	var key, header string
	cl := server(t, func(w http.ResponseWriter, r *http.Request) {
		key, header = r.Header.Get("Idempotency-Key"), r.Header.Get("X-Door")
		_, _ = io.WriteString(w, `{}`)
	}, client.WithHeader("X-Door", "open"))
	if _, err := cl.Screen(client.WithKey(t.Context(), "mine"), client.Query{Party: client.Party{Name: "x"}}); err != nil {
		t.Fatal(err)
	}
	if key != "mine" || header != "open" {
		t.Errorf("key %q, header %q", key, header)
	}
}

// TestWhatIsNoServer holds that an answer of something in between is an error and never an answer.
func TestWhatIsNoServer(t *testing.T) {
	for _, h := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) },
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>sign in</html>") },
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"outcome":"clear"}`)
		},
	} {
		if a, err := server(t, h).Screen(t.Context(), client.Query{Party: client.Party{Name: "x"}}); err == nil {
			t.Errorf("it is taken for %+v", a)
		}
	}
}

func TestBoundedAnswers(t *testing.T) {
	cl := server(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `"`+strings.Repeat("x", 5000)+`"`)
	}, client.WithMaxAnswer(100))
	if _, err := cl.Version(t.Context()); !errors.Is(err, client.ErrTooLarge) {
		t.Errorf("err %v", err)
	}
}

func TestPages(t *testing.T) {
	cl := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch cursor := r.URL.Query().Get("cursor"); {
		case cursor == "" && r.URL.Query().Get("kind") == "payment":
			w.Header().Set("Link", `</v1/law?cursor=two&kind=payment>; rel="next"`)
			_, _ = io.WriteString(w, `[{"id":"a"},{"id":"b"}]`)
		case cursor == "two":
			_, _ = io.WriteString(w, `[{"id":"c"}]`)
		default:
			w.Header().Set("Link", `</v1/law?cursor=`+cursor+`x>; rel="next"`)
			if cursor == "xx" {
				refuse(w, 409, "conflict", "cursor")
				return
			}
			_, _ = io.WriteString(w, `[{"id":"d"}]`)
		}
	})
	var got []string
	for p, err := range cl.Law(t.Context(), client.LawQuery{Kind: "payment"}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.ID)
	}
	if strings.Join(got, "") != "abc" {
		t.Errorf("got %v", got)
	}
	n := 0
	var last error
	for _, err := range cl.Law(t.Context(), client.LawQuery{}) {
		n, last = n+1, err
	}
	var p *client.Problem
	if n != 3 || !errors.As(last, &p) || p.Code != "conflict" {
		t.Errorf("%d items, %v", n, last)
	}
}

// TestStreams holds that lines come in order with their errors, and that a stream which breaks off says so.
func TestStreams(t *testing.T) {
	three := slices.Values([]client.Activity{{"id": "1"}, {"id": "2"}, {"id": "3"}})
	for _, c := range []struct {
		name    string
		trailer string
		torn    bool
		status  int
		want    string
	}{
		{"whole", "3", false, 200, "1 line 2: bad 3"},
		{"without its trailer", "", false, 200, "1 line 2: bad 3 broken"},
		{"fewer than it read", "4", false, 200, "1 line 2: bad 3 broken"},
		{"torn", "3", true, 200, "1 broken"},
		{"refused", "", false, 422, "problem"},
	} {
		cl := server(t, func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			if c.status != 200 {
				refuse(w, c.status, "invalid", "as_of")
				return
			}
			if strings.Count(string(b), "\n") != 3 || r.Header.Get("Idempotency-Key") != "" {
				t.Errorf("%s: asked %q", c.name, b)
			}
			w.Header().Set("Trailer", "Cordon-Read")
			_, _ = io.WriteString(w, "{\"ref\":\"1\"}\n")
			if c.torn {
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, "{\"line\":2,\"error\":{\"code\":\"invalid\",\"message\":\"bad\"}}\n{\"ref\":\"3\"}\n")
			if c.trailer != "" {
				w.Header().Set("Cordon-Read", c.trailer)
			}
		})
		var got []string
		for r, err := range cl.DecideBatch(t.Context(), three, client.Days{}) {
			var line *client.LineError
			var p *client.Problem
			switch {
			case errors.As(err, &line):
				got = append(got, fmt.Sprintf("line %d: %s", line.Line, line.Message))
			case errors.Is(err, client.ErrBrokenOff):
				got = append(got, "broken")
			case errors.As(err, &p):
				got = append(got, "problem")
			case err != nil:
				t.Errorf("%s: %v", c.name, err)
			default:
				got = append(got, r.Ref)
			}
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: got %q, want %q", c.name, s, c.want)
		}
	}
}

// TestAStreamCanBeLeft holds that who has seen enough leaves nothing running.
func TestAStreamCanBeLeft(t *testing.T) {
	ended := make(chan struct{})
	cl := server(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		for {
			if _, err := io.WriteString(w, "{\"ref\":\"x\"}\n"); err != nil || r.Context().Err() != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	})
	forever := func(yield func(client.Activity) bool) {
		defer close(ended)
		for yield(client.Activity{"kind": "payment"}) {
		}
	}
	for _, err := range cl.DecideBatch(t.Context(), forever, client.Days{}) {
		if err != nil {
			t.Fatal(err)
		}
		break
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("it still asks")
	}
}

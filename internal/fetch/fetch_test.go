package fetch

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/load"
)

func TestFetch(t *testing.T) {
	var calls atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/good", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, "the list")
	})
	mux.HandleFunc("/flaky", func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "at last")
	})
	mux.HandleFunc("/gone", func(w http.ResponseWriter, _ *http.Request) { calls.Add(1); w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "not all")
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("x", 2000)) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	dir := t.TempDir()
	c := &Client{Wait: time.Millisecond, MaxSize: 1000, Timeout: 200 * time.Millisecond, Dir: dir}
	get := func(path string, have load.Validators) (string, load.Fetched, error) {
		calls.Store(0)
		f, err := c.Fetch(context.Background(), srv.URL+path, have, nil)
		if err != nil || f.Unchanged {
			return "", f, err
		}
		defer f.Drop()
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		b, err := io.ReadAll(r)
		return string(b), f, err
	}
	if s, f, err := get("/good", load.Validators{}); s != "the list" || f.ETag != `"1"` || err != nil {
		t.Errorf("good: %q %v %v", s, f, err)
	}
	if _, f, err := get("/good", load.Validators{ETag: `"1"`}); !f.Unchanged || err != nil {
		t.Errorf("unchanged: %v %v", f, err)
	}
	if s, _, err := get("/flaky", load.Validators{}); s != "at last" || err != nil || calls.Load() != 3 {
		t.Errorf("flaky: %q %v after %d calls", s, err, calls.Load())
	}
	for _, path := range []string{"/gone", "/short", "/large", "/slow"} {
		if _, _, err := get(path, load.Validators{}); fault.CodeOf(err) != fault.Unavailable {
			t.Errorf("%s: %v", path, err)
		}
		if path == "/gone" && calls.Load() != 1 {
			t.Errorf("what is not there was asked for %d times", calls.Load())
		}
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left behind", len(left))
	}
	if _, _, err := get("", load.Validators{}); err == nil {
		t.Error("no path passes")
	}
	if _, err := c.Fetch(context.Background(), "file:///etc/passwd", load.Validators{}, nil); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a file address: %v", err)
	}
}

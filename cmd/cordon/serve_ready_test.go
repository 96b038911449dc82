package main

import (
	"cmp"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+path, http.NoBody))
	return w
}

// readiness asks /readyz, after what the store said last was forgotten.
func readiness(t *testing.T, h http.Handler, c *serveCmd) (status int, body string) {
	t.Helper()
	c.probe.mu.Lock()
	c.probe.asked = time.Time{}
	c.probe.mu.Unlock()
	w := get(h, "/readyz")
	return w.Code, w.Body.String()
}

// TestReadyAsksTheStore holds that a server is ready only while its store can be used: written, where it keeps answers.
func TestReadyAsksTheStore(t *testing.T) {
	dir := t.TempDir()
	h, c, _ := keepingServer(t, dir)
	c.NoKeys = true
	want := func(ready bool, says string) {
		t.Helper()
		status, body := readiness(t, h, c)
		if (status == http.StatusOK) != ready || !strings.Contains(body, says) || !strings.Contains(body, `"status"`) {
			t.Errorf("%d %s", status, body)
		}
	}
	want(true, `"why":[]`)
	file := filepath.Join(dir, "cordon.db")
	if err := os.Rename(file, file+".away"); err != nil {
		t.Fatal(err)
	}
	want(false, "no longer the one that was opened")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	want(false, "no longer the one that was opened")
	if err := os.Rename(file+".away", file); err != nil {
		t.Fatal(err)
	}
	want(true, `"why":[]`)
	if err := c.keeping.store.Close(); err != nil {
		t.Fatal(err)
	}
	want(false, `"why":["`)
	if w := get(h, "/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("what the store said is forgotten at once: %d", w.Code)
	}
}

// A server that keeps nothing is not ready while it cannot read its lists again.
func TestReadyReads(t *testing.T) {
	dir := t.TempDir()
	loadList(t, dir, 1)
	m := &Main{ctx: t.Context(), In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
	live, places, err := m.openLive(t.Context(), dir, 0, discard())
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	c := &serveCmd{dataFlag: dataFlag{Data: dir}}
	c.NoKeys = true
	h, err := c.handler(m, discard(), "127.0.0.1", &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := readiness(t, h, c); status != http.StatusOK {
		t.Fatal(status, body)
	}
	file := filepath.Join(dir, "cordon.db")
	for _, f := range []string{file + "-wal", file + "-shm"} {
		_ = os.Remove(f) // where there is one
	}
	if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, body := readiness(t, h, c); status != http.StatusServiceUnavailable || strings.Contains(body, dir) {
		t.Error(status, body)
	}
}

// A database that takes no writes is no place to keep answers in.
func TestReadyAsksPostgres(t *testing.T) {
	at := dataFlag{Data: postgrestest.Database(t), Folder: t.TempDir()}
	h, c, stop := keepingServerOf(t, at)
	defer stop()
	c.NoKeys = true
	if status, body := readiness(t, h, c); status != http.StatusOK {
		t.Fatal(status, body)
	}
	conn, err := pgx.Connect(t.Context(), at.Data)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `ALTER TABLE cordon.form RENAME TO other`); err != nil {
		t.Fatal(err)
	}
	if status, body := readiness(t, h, c); status != http.StatusServiceUnavailable || !strings.Contains(body, "could not be written") {
		t.Error(status, body)
	}
	if _, err := conn.Exec(t.Context(), `ALTER TABLE cordon.other RENAME TO form`); err != nil {
		t.Fatal(err)
	}
	if status, body := readiness(t, h, c); status != http.StatusOK {
		t.Error(status, body)
	}
}

// A server that has not the key of a log that was begun does not start: it could keep nothing, and refuse everything.
func TestServeWantsTheKeyOfItsLog(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	h, _, stop := keepingServer(t, dir)
	if w := asked(t, h, "/v1/screen", `{"name":"Yun Ho Chin"}`); w.Code != http.StatusOK {
		t.Fatal(w.Body)
	}
	stop()
	if _, err := logkey.Open(other); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, logkey.File)
	good, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	bad, err := os.ReadFile(filepath.Join(other, logkey.File))
	if err != nil {
		t.Fatal(err)
	}
	start := func() error {
		m := &Main{ctx: t.Context(), In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
		c := &serveCmd{dataFlag: dataFlag{Data: dir}, serveKeep: serveKeep{Keep: []string{"answers"}}}
		_, err := c.handler(m, discard(), "127.0.0.1", &screener{m: m})
		if err == nil {
			err = c.stopKeeping()
		}
		return cmp.Or(err, c.store.close())
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if err := start(); err == nil || !strings.Contains(err.Error(), "the key that signs the log is not there") {
		t.Errorf("without a key: %v", err)
	}
	if err := os.WriteFile(key, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := start(); fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "another key") {
		t.Errorf("with another: %v", err)
	}
	if err := os.WriteFile(key, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := start(); err != nil {
		t.Errorf("with its own: %v", err)
	}
}

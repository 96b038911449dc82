package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// issue is the n-th publication of a list: firm n is on it, those before are
// not any more.
func issue(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), fmt.Sprint(n, ".xml"))
	xml := fmt.Sprintf(`<CONSOLIDATED_LIST dateGenerated="2026-01-%02dT00:00:00Z"><ENTITIES>
<ENTITY><FIRST_NAME>QUISENBERRY BARTHOLOMEW HOLDING</FIRST_NAME><REFERENCE_NUMBER>KPe.%03d</REFERENCE_NUMBER><UN_LIST_TYPE>DPRK</UN_LIST_TYPE><LISTED_ON>2009-04-24</LISTED_ON></ENTITY>
</ENTITIES></CONSOLIDATED_LIST>`, n, n)
	if err := os.WriteFile(path, []byte(xml), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func loadList(t *testing.T, dir string, n int) {
	t.Helper()
	var out buffer
	m := &Main{In: strings.NewReader(""), Out: &out, Err: &out}
	if code := m.Run(t.Context(), []string{"lists", "load", issue(t, n), "--source", "un", "--data", dir, "--accept-shrink"}); code != 0 {
		t.Fatalf("loading: %d %s", code, out.String())
	}
}

// liveServer gives the handler of a server over a data folder.
func liveServer(t *testing.T, dir string, log *slog.Logger) (http.Handler, *screener) {
	t.Helper()
	m := &Main{ctx: t.Context(), Now: func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }}
	live, places, err := m.openLive(t.Context(), dir, 0, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(live.Close)
	sc := &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}}
	h, err := (&serveCmd{}).handler(m, discard(), "127.0.0.1", sc)
	if err != nil {
		t.Fatal(err)
	}
	return h, sc
}

func request(h http.Handler, method, path, body string) string {
	r := httptest.NewRequest(method, "http://127.0.0.1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

// TestNewListsTakeEffect loads while requests run: what is asked after a load is in
// use is answered with it, and no answer mixes two versions of the list: each names
// the one version it was made with, and says what that version says.
func TestNewListsTakeEffect(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not there yet")
	h, sc := liveServer(t, dir, discard())
	const versions = 4
	// Which of the firms stand, as of which version of the list.
	check := func(snapshot string, standing map[string]bool) error {
		n := 0
		if _, err := fmt.Sscanf(snapshot, "un@%d", &n); err != nil {
			n = 0
		}
		for i := 1; i <= versions; i++ {
			listed, found := standing[fmt.Sprintf("un:KPe.%03d", i)]
			if found != (i <= n) || listed != (i == n) {
				return fmt.Errorf("by %s: firm %d found %t, listed %t", snapshot, i, found, listed)
			}
		}
		return nil
	}
	var stop atomic.Bool
	var asked [3]atomic.Int64
	var wg sync.WaitGroup
	ask := func(kind int, path, body string, read func(line []byte) (string, map[string]bool, error)) {
		for !stop.Load() {
			answer := request(h, http.MethodPost, path, body)
			first := ""
			for i, line := range strings.Split(strings.TrimSpace(answer), "\n") {
				snapshot, standing, err := read([]byte(line))
				if err == nil {
					err = check(snapshot, standing)
				}
				if i == 0 {
					first = snapshot
				}
				if err != nil || snapshot != first {
					t.Errorf("%s: %v (%s, %s) %s", path, err, first, snapshot, answer)
					return
				}
			}
			asked[kind].Add(1)
		}
	}
	const query = `{"name":"Quisenberry Bartholomew Holding"}`
	pay := `{"kind":"payment","date":"2026-03-01","finance":{"service":"payment"},"parties":[` + query + `,` + query + `,` + query + `]}`
	wg.Go(func() { ask(0, "/v1/screen", query, screened) })
	wg.Go(func() { ask(1, "/v1/screen/batch", strings.Repeat(query+"\n", 100), screened) })
	wg.Go(func() { ask(2, "/v1/decide", pay, ruled) })
	// between lets some of each kind be asked.
	between := func() {
		var from [3]int64
		for i := range asked {
			from[i] = asked[i].Load()
		}
		for i := range asked {
			for asked[i].Load() < from[i]+2 && !t.Failed() {
				time.Sleep(time.Millisecond)
			}
		}
	}
	for n := 1; n <= versions; n++ {
		between()
		loadList(t, dir, n)
		if err := sc.live.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if snapshot, standing, err := screened([]byte(request(h, http.MethodPost, "/v1/screen", query))); err != nil || snapshot != fmt.Sprint("un@", n) {
			t.Errorf("after load %d: %s %v %v", n, snapshot, standing, err)
		}
		if s := request(h, http.MethodGet, "/healthz", ""); !strings.Contains(s, fmt.Sprintf(`"un@%d"`, n)) {
			t.Errorf("after load %d: %s", n, s)
		}
	}
	between()
	stop.Store(true)
	wg.Wait()
}

// screened reads an answer to a screening: the version of the list, and who of the
// firms was found, listed or not.
func screened(line []byte) (string, map[string]bool, error) {
	var a struct {
		Outcome, Reason string
		Hits            []struct{ ID, Tier string }
		Against         []struct{ Snapshot string }
	}
	if err := json.Unmarshal(line, &a); err != nil || a.Outcome == "not_screened" {
		return "", nil, fmt.Errorf("%s: %w", line, err)
	}
	snapshot, standing := "", map[string]bool{}
	for _, x := range a.Against {
		if strings.HasPrefix(x.Snapshot, "un@") {
			snapshot = x.Snapshot
		}
	}
	for _, x := range a.Hits {
		standing[x.ID] = x.Tier == "listed"
	}
	return snapshot, standing, nil
}

// ruled reads the same from a ruling, and holds that all look-ups of it are of the
// same version.
func ruled(line []byte) (string, map[string]bool, error) {
	var r struct {
		Verdict  string
		Screened []struct{ Snapshot, Outcome, Subject, Tier string }
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return "", nil, err
	}
	snapshot, standing := "", map[string]bool{}
	for _, x := range r.Screened {
		if !strings.HasPrefix(x.Snapshot, "un@") {
			continue
		}
		if snapshot != "" && snapshot != x.Snapshot {
			return "", nil, fmt.Errorf("one ruling is of %s and of %s", snapshot, x.Snapshot)
		}
		if snapshot = x.Snapshot; x.Subject != "" {
			standing[x.Subject] = x.Tier == "listed"
		}
	}
	return snapshot, standing, nil
}

// TestListsThatCannotBeOpened holds that what is in use stays, and that it is said.
func TestListsThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	loadList(t, dir, 1)
	var logged buffer
	h, sc := liveServer(t, dir, slog.New(slog.NewJSONHandler(&logged, nil)))
	const query = `{"name":"Quisenberry Bartholomew Holding"}`
	if err := os.WriteFile(filepath.Join(dir, "same.yaml"), []byte("same: [[one]]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	loadList(t, dir, 2)
	for range 3 {
		if err := sc.live.Refresh(t.Context()); err == nil {
			t.Fatal("what cannot be read was read")
		}
	}
	if s := request(h, http.MethodPost, "/v1/screen", query); !strings.Contains(s, `"un@1"`) || !strings.Contains(s, `"outcome":"match"`) {
		t.Errorf("the lists in use are gone: %s", s)
	}
	for _, path := range []string{"/readyz", "/healthz"} {
		if s := request(h, http.MethodGet, path, ""); !strings.Contains(s, `"un@1"`) || !strings.Contains(s, "newer lists cannot be used") || !strings.Contains(s, "two ids") {
			t.Errorf("%s says %s", path, s)
		}
	}
	if n := strings.Count(logged.String(), "the lists in use stay"); n != 1 {
		t.Errorf("it was logged %d times: %s", n, logged.String())
	}
	if err := os.Remove(filepath.Join(dir, "same.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := sc.live.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := request(h, http.MethodGet, "/readyz", ""); !strings.Contains(s, `"un@2"`) || !strings.Contains(s, `"notes":[]`) {
		t.Errorf("after it was mended: %s", s)
	}
	if !strings.Contains(logged.String(), "newer lists are in use") {
		t.Errorf("the log is %s", logged.String())
	}
}

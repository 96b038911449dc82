package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// person is an entity as a file of FollowTheMoney has it.
func person(id, name string) string {
	return `{"id":"` + id + `","caption":"` + name + `","schema":"Person","properties":{"name":["` + name + `"],"topics":["sanction"]},` +
		`"referents":["old-` + id + `"],"last_change":"2025-01-01T00:00:00"}` + "\n"
}

// datasetServer serves the manifest of a folder, in which zala has some people, and
// zulu nobody.
func datasetServer(t *testing.T, dir string, c *serveCmd) http.Handler {
	t.Helper()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("zala.json", person("a", "Quisenberry Thaddeus")+person("b", "Oyelaran Bartholomew"))
	write("manifest.yml", `datasets:
  - name: zala
    title: Zala Test Dataset
    entities_url: file://`+filepath.ToSlash(dir)+`/zala.json
    load: true
    version: "100"
  - {name: zulu, title: Empty, entities_url: "file:///dev/null", load: true, version: "1"}
  - {name: gone, title: Gone, path: gone.json}
`)
	write("token", "test\n")
	c.Data, c.Manifest = filepath.Join(dir, "var"), filepath.Join(dir, "manifest.yml")
	m := &Main{ctx: t.Context(), Now: func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }}
	if err := c.loadDatasets(m, c.Data, discard()); err != nil {
		t.Fatal(err)
	}
	live, places, err := m.openLive(t.Context(), c.Data, 0, discard())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(live.Close)
	h, err := c.handler(m, discard(), "127.0.0.1", &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func status(h http.Handler, method, path string) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, "http://127.0.0.1"+path, nil))
	return w.Code
}

// found gives the ids that a match request finds.
func found(t *testing.T, h http.Handler, dataset, name string) []string {
	t.Helper()
	body := request(h, "POST", "/match/"+dataset, `{"queries":{"q":{"schema":"Person","properties":{"name":["`+name+`"]}}}}`)
	var a struct {
		Responses map[string]struct{ Results []struct{ ID string } }
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil || a.Responses == nil {
		t.Fatalf("%v %s", err, body)
	}
	ids := []string{}
	for _, r := range a.Responses["q"].Results {
		ids = append(ids, r.ID)
	}
	return ids
}

// TestDatasets asks datasets of a manifest beside the lists, as clients of yente and
// of the API do, before and after they were loaded anew.
func TestDatasets(t *testing.T) {
	dir := t.TempDir()
	c := &serveCmd{yenteFlags: yenteFlags{UpdateToken: "@" + filepath.Join(dir, "token")}}
	h := datasetServer(t, dir, c)
	if got := found(t, h, "zala", "Thaddeus Quisenberry"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("%v", got)
	}
	if got := found(t, h, "zulu", "Thaddeus Quisenberry"); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := found(t, h, "un_1718", "Yun Ho Chin"); !slices.Equal(got, []string{"un:KPi.001"}) {
		t.Errorf("%v", got)
	}
	if body := request(h, "POST", "/v1/screen", `{"name":"Thaddeus Quisenberry"}`); !strings.Contains(body, `"list":"zala"`) {
		t.Errorf("%s", body)
	}
	for path, want := range map[string]int{
		"/entities/old-a": 308, "/entities/a": 200, "/entities/un:KPi.001": 200, "/search/zala?q=quisenberry": 200, "/search/gone": 503, "/search/default": 503,
		"/search/banana": 404, "/catalog": 200, "/manifest": 200, "/algorithms": 200, "/reconcile/zala": 200, "/healthz": 200, "/readyz": 200, "/updatez": 405,
		"/": 200, "/who": 200, "/openapi.json": 200,
	} {
		if got := status(h, "GET", path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if body := request(h, "GET", path, ""); !strings.Contains(body, `"status":"ok"`) {
			t.Errorf("%s: %s", path, body)
		}
	}

	// The file has another person now, and the manifest no more a file that is gone.
	if err := os.WriteFile(filepath.Join(dir, "zala.json"), []byte(person("b", "Oyelaran Bartholomew")+person("c", "Haraldsdottir Gunnhild")), 0o600); err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(c.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.Manifest, []byte(strings.Split(string(manifest), "  - {name: gone")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := status(h, "POST", "/updatez?token=wrong&sync=true"); got != 403 {
		t.Errorf("%d", got)
	}
	if got := found(t, h, "zala", "Gunnhild Haraldsdottir"); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := status(h, "POST", "/updatez?token=test&sync=true"); got != 200 {
		t.Fatalf("%d", got)
	}
	if got := found(t, h, "default", "Gunnhild Haraldsdottir"); !slices.Equal(got, []string{"c"}) {
		t.Errorf("%v", got)
	}
	if got := found(t, h, "zala", "Thaddeus Quisenberry"); len(got) != 0 { // the file has that person no more
		t.Errorf("%v", got)
	}
	if got := status(h, "GET", "/entities/a"); got != 404 {
		t.Errorf("%d", got)
	}
}

func TestUpdateTokens(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for token, ok := range map[string]bool{"": true, "secret": true, "@" + empty: false, "@" + filepath.Join(dir, "nowhere"): false} {
		if _, err := (&yenteFlags{UpdateToken: token}).token(); (err == nil) != ok {
			t.Errorf("%q: %v", token, err)
		}
	}
	h, _ := liveServer(t, filepath.Join(dir, "not there"), discard())
	if got := status(h, "POST", "/updatez?token=&sync=true"); got != 403 {
		t.Errorf("without a token: %d", got)
	}
}

// A manifest that cannot be read ends the start.
func TestServeRefusesAManifest(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yml")
	if err := os.WriteFile(bad, []byte("datasets: [{name: a, paths: x}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{bad: "did you mean path", filepath.Join(dir, "nowhere.yml"): "cannot be opened"} {
		var out, log buffer
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &log}
		code := m.Run(t.Context(), []string{"serve", "--addr", "127.0.0.1:0", "--data", filepath.Join(dir, "var"), "--manifest", file})
		if code == 0 || !strings.Contains(log.String(), want) {
			t.Errorf("%s: %d %s", file, code, log.String())
		}
	}
}

// TestDatasetsChangeUnderRequests loads a dataset anew while it is asked: each answer
// is of one version of it, never of half a version, and none fails.
func TestDatasetsChangeUnderRequests(t *testing.T) {
	dir := t.TempDir()
	c := &serveCmd{yenteFlags: yenteFlags{UpdateToken: "test"}}
	h := datasetServer(t, dir, c)
	people := []string{person("a", "Quisenberry Thaddeus"), person("b", "Oyelaran Bartholomew"), person("c", "Haraldsdottir Gunnhild")}
	const body = `{"queries":{"a":{"schema":"Person","properties":{"name":"Quisenberry Thaddeus"}},"b":{"schema":"Person","properties":{"name":"Oyelaran Bartholomew"}},` +
		`"c":{"schema":"Person","properties":{"name":"Haraldsdottir Gunnhild"}}}}`
	stop := make(chan struct{})
	var asking sync.WaitGroup
	for range 3 {
		asking.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				var a struct {
					Responses map[string]struct{ Results []struct{ ID string } }
				}
				text := request(h, "POST", "/match/zala", body)
				if err := json.Unmarshal([]byte(text), &a); err != nil || len(a.Responses) != 3 {
					t.Errorf("%v %s", err, text)
					return
				}
				n := 0 // each version has two of the three
				for id, r := range a.Responses {
					if len(r.Results) > 1 || len(r.Results) == 1 && r.Results[0].ID != id {
						t.Errorf("%s: %+v", id, r)
					}
					n += len(r.Results)
				}
				if n != 2 {
					t.Errorf("half a version: %s", text)
				}
			}
		})
	}
	for i := range 3 {
		text := people[i] + people[(i+1)%3] + person("v", "Version "+string(rune('A'+i)))
		if err := os.WriteFile(filepath.Join(dir, "zala.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_ = status(h, "POST", "/updatez?token=test&sync=true") // 503, since a file of the manifest is gone; the others are loaded
	}
	close(stop)
	asking.Wait()
	if got := found(t, h, "zala", "Haraldsdottir Gunnhild"); !slices.Equal(got, []string{"c"}) {
		t.Errorf("%v", got)
	}
}

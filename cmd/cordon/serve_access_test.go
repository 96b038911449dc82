package main

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// routeIn finds patterns of routers in source: "GET /path", and what a mux is given without a method.
var routeIn = regexp.MustCompile(`"((?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[^"\s]*)"|(?:method: http\.Method(\w+)[^}]*?path: "([^"]+)")|(?:path: "([^"]+)", method)`)

// routesIn gives every pattern that stands in the source of the packages that route.
func routesIn(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, dir := range []string{"../../internal/httpapi", "../../internal/web", "../../internal/yente", "../../internal/mcp", "."} {
		names, _ := fs.Glob(os.DirFS(dir), "*.go")
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || name == "serve_access.go" {
				continue
			}
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range routeIn.FindAllStringSubmatch(string(b), -1) {
				if m[1] != "" {
					out[m[1]] = true
				}
			}
		}
	}
	return out
}

// TestEveryRouteHasAScope walks every route of pages and API, and holds each to the table of scopes.
func TestEveryRouteHasAScope(t *testing.T) {
	sequential(t)
	routes := routesIn(t)
	api, err := httpapi.New(httpapi.Config{Limits: httpapi.DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range api.Operations() {
		routes[o.Method+" "+o.Path] = true
	}
	if len(routes) < 60 {
		t.Fatalf("only %d routes were found: the search itself is broken", len(routes))
	}
	scopes := httpapi.NewScopes(scopeOf)
	wild := regexp.MustCompile(`\{[a-z.]+\}`)
	for route := range routes {
		if route == "GET /{rest...}" {
			continue // the page that says there is none
		}
		method, path, _ := strings.Cut(route, " ")
		path = wild.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "x")
		if strings.HasSuffix(path, "/") && path != "/" {
			path += "x"
		}
		if _, ok := scopes.Of(httptest.NewRequest(method, path, nil)); !ok {
			t.Errorf("%s has no scope; add it to scopeOf", route)
		}
	}
	for _, path := range []string{"/v1/nothing", "/nothing", "/v1/drafts/other", "/static", "//v1/screen", "/v1/lists/../screen", "/v1"} {
		if s, ok := scopes.Of(httptest.NewRequest(http.MethodGet, path, nil)); ok {
			t.Errorf("%s is open to %q", path, s)
		}
	}
	if s, _ := scopes.Of(httptest.NewRequest(http.MethodPost, "/v1/lists/pull", nil)); s != access.Open {
		t.Errorf("what changes lists would be open to %q", s)
	}
}

// TestTransportsFetchNothing holds that nothing a caller sends can become an address that the server asks.
func TestTransportsFetchNothing(t *testing.T) {
	sequential(t)
	asks := regexp.MustCompile(`\bhttp\.((Get|Post|PostForm|Head)\(|NewRequest\w*|DefaultClient|Client\b|DefaultTransport|Transport\b)|\bnet\.(Dial\w*|Lookup\w*)|"os/exec"|httputil\.`)
	read := 0
	for _, dir := range []string{"httpapi", "web", "yente", "mcp"} {
		names, _ := filepath.Glob(filepath.Join("../../internal", dir, "*.go"))
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			read++
			if found := asks.Find(b); found != nil {
				t.Errorf("%s has %s", name, found)
			}
		}
	}
	if read < 20 {
		t.Fatalf("only %d files were read", read)
	}
}

// keyFor makes a key in a data folder.
func keyFor(t *testing.T, dir string, at time.Time, ends time.Duration, scopes ...access.Scope) (access.Key, string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := sqlite.Keys{Store: db}
	var until time.Time
	if ends != 0 {
		until = at.Add(ends)
	}
	k, secret, err := access.New(nil, "somebody", scopes, at, until)
	if err == nil {
		err = s.AddKey(t.Context(), k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return k, secret
}

// guarded is a server's handler over a data folder, with a clock that tests move.
type guarded struct {
	t   *testing.T
	h   http.Handler
	now time.Time
	log *buffer
}

func newGuarded(t *testing.T, c *serveCmd) *guarded {
	t.Helper()
	g := &guarded{t: t, now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), log: &buffer{}}
	m := &Main{ctx: context.Background(), Now: func() time.Time { return g.now }, Err: g.log}
	if _, err := c.host(); err != nil {
		t.Fatal(err)
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "asked by "+access.By(r.Context()).ID)
	})
	g.h = c.around(m, nil, c.logger(m)).Guard(next)
	return g
}

func (g *guarded) ask(method, path string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr = "192.0.2.7:4711"
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "address" {
			r.RemoteAddr = header[i+1]
			continue
		}
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.h.ServeHTTP(w, r)
	return w.Result()
}

func (g *guarded) want(status int, method, path string, header ...string) (*http.Response, string) {
	g.t.Helper()
	res := g.ask(method, path, header...)
	b, _ := io.ReadAll(res.Body)
	if res.StatusCode != status {
		g.t.Errorf("%s %s: status %d, want %d: %s", method, path, res.StatusCode, status, b)
	}
	return res, string(b)
}

func bearer(secret string) []string { return []string{"Authorization", "Bearer " + secret} }

func TestAccess(t *testing.T) {
	dir := t.TempDir()
	c := &serveCmd{Addr: "0.0.0.0:80", AllowRemote: true, Poll: time.Second, Log: "requests"}
	c.Data = dir
	g := newGuarded(t, c)
	k, secret := keyFor(t, dir, g.now, time.Hour, access.Screen)
	_, all := keyFor(t, dir, g.now, 0, access.Admin)

	for _, open := range []string{"/healthz", "/readyz", "/openapi.json", "/static/x.css"} {
		g.want(200, "GET", open)
	}
	res, body := g.want(401, "POST", "/v1/screen")
	if got := res.Header.Get("WWW-Authenticate"); got != `Bearer realm="cordon"` || !strings.Contains(body, `"code":"denied"`) {
		t.Errorf("%q, %s", got, body)
	}
	if res, _ = g.want(401, "GET", "/", "Accept", "text/html"); !strings.Contains(strings.Join(res.Header.Values("WWW-Authenticate"), ";"), "Basic ") {
		t.Error("a browser is not asked for the key")
	}
	for _, header := range [][]string{bearer(secret), {"X-API-Key", secret}, {"Authorization", "bearer " + secret}} {
		if _, body = g.want(200, "POST", "/v1/screen", header...); body != "asked by "+k.ID {
			t.Errorf("it is %s", body)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth("anyone", secret)
	g.want(200, "GET", "/who", "Authorization", r.Header.Get("Authorization"))
	g.want(400, "POST", "/v1/screen", "Authorization", "Bearer "+secret, "X-API-Key", secret)
	g.want(401, "POST", "/v1/screen?key="+secret)

	res, body = g.want(403, "POST", "/v1/decide", bearer(secret)...)
	if !strings.Contains(res.Header.Get("WWW-Authenticate"), `scope="decide"`) || !strings.Contains(body, "decide") || strings.Contains(body, secret) {
		t.Errorf("%v %s", res.Header, body)
	}
	g.want(404, "GET", "/v1/unknown", bearer(all)...)
	g.want(404, "GET", "/unknown", bearer(all)...)
	for _, path := range []string{"/v1/screen", "/v1/decide", "/metrics", "/", "/updatez"} {
		g.want(200, "GET", path, bearer(all)...)
	}
	for _, bad := range []string{"", "x", strings.ToUpper(secret), secret + "a", secret[:len(secret)-1] + "?", k.ID, k.ID + "_" + strings.Repeat("a", 52)} {
		g.want(401, "POST", "/v1/screen", bearer(bad)...)
	}

	g.now = g.now.Add(time.Hour)
	g.want(401, "POST", "/v1/screen", bearer(secret)...)
	if s := g.log.String(); strings.Contains(s, secret[len(k.ID):]) || !strings.Contains(s, `"by":"`+k.ID+`"`) {
		t.Errorf("the log is %s", s)
	}
}

// TestRevokedKey holds that a server drops a key within the time of --poll, and lets nobody in while it cannot read keys.
func TestRevokedKey(t *testing.T) {
	dir := t.TempDir()
	c := &serveCmd{Addr: "0.0.0.0:80", AllowRemote: true, Poll: 2 * time.Second, Log: "requests"}
	c.Data = dir
	g := newGuarded(t, c)
	k, secret := keyFor(t, dir, g.now, 0, access.Screen)
	g.want(200, "GET", "/v1/screen", bearer(secret)...)
	var out buffer
	m := &Main{Out: &out, Err: &out}
	if code := m.Run(t.Context(), []string{"keys", "revoke", k.ID, "--data", dir}); code != 0 {
		t.Fatal(out.String())
	}
	g.want(200, "GET", "/v1/screen", bearer(secret)...)
	g.now = g.now.Add(2 * time.Second)
	g.want(401, "GET", "/v1/screen", bearer(secret)...)

	// A file of older keys that cannot be taken over is as bad as keys that cannot be read.
	bad := filepath.Join(dir, sqlite.OldKeyFile)
	if err := os.WriteFile(bad, []byte("not a database at all, but text that is long enough to be read"), 0o600); err != nil {
		t.Fatal(err)
	}
	g.now = g.now.Add(2 * time.Second)
	g.want(503, "GET", "/v1/screen", bearer(secret)...)
	g.want(200, "GET", "/healthz")
	if err := os.Remove(bad); err != nil {
		t.Fatal(err)
	}
	if err := c.store.kept.Close(); err != nil {
		t.Fatal(err)
	}
	g.now = g.now.Add(2 * time.Second)
	g.want(503, "GET", "/v1/screen", bearer(secret)...)
}

func TestAccessOnLoopback(t *testing.T) {
	dir := t.TempDir()
	c := &serveCmd{Addr: "127.0.0.1:80", Poll: time.Second, Log: "requests"}
	c.Data = dir
	g := newGuarded(t, c)
	g.want(200, "GET", "/v1/screen")
	g.want(200, "GET", "/no/such/page")
	_, secret := keyFor(t, dir, g.now, 0, access.Screen)
	g.now = g.now.Add(time.Second)
	g.want(401, "GET", "/v1/screen")
	g.want(200, "GET", "/v1/screen", bearer(secret)...)

	c = &serveCmd{Addr: "127.0.0.1:80", Poll: time.Second, Log: "requests"}
	c.Data, c.Demo = dir, true
	newGuarded(t, c).want(200, "GET", "/v1/screen")

	c = &serveCmd{Addr: "0.0.0.0:80", AllowRemote: true, Poll: time.Second, Log: "requests"}
	c.Data, c.NoKeys = dir, true
	newGuarded(t, c).want(200, "GET", "/v1/screen")
	c.NoKeys, c.Demo = false, true
	if _, err := c.host(); err == nil {
		t.Error("--demo is taken for an address that others reach")
	}
}

func TestRates(t *testing.T) {
	dir := t.TempDir()
	c := &serveCmd{Addr: "0.0.0.0:80", AllowRemote: true, Poll: time.Second, Log: "requests"}
	c.Data, c.Rate, c.Burst = dir, 2, 4
	g := newGuarded(t, c)
	_, one := keyFor(t, dir, g.now, 0, access.Screen)
	_, two := keyFor(t, dir, g.now, 0, access.Screen)
	for range 4 {
		g.want(200, "GET", "/v1/screen", bearer(one)...)
	}
	res, body := g.want(429, "GET", "/v1/screen", bearer(one)...)
	if res.Header.Get("Retry-After") != "1" || !strings.Contains(body, `"code":"limited"`) {
		t.Errorf("%v %s", res.Header, body)
	}
	g.want(200, "GET", "/v1/screen", bearer(two)...)
	g.want(200, "GET", "/readyz")
	g.now = g.now.Add(500 * time.Millisecond)
	g.want(200, "GET", "/v1/screen", bearer(one)...)
	g.want(429, "GET", "/v1/screen", bearer(one)...)

	for range failedBurst {
		g.want(401, "GET", "/v1/screen", bearer("guess")...)
	}
	g.want(429, "GET", "/v1/screen", bearer("guess")...)
	g.want(401, "GET", "/v1/screen")
	g.want(200, "GET", "/v1/screen", bearer(two)...) // who has a good key is not kept out by others at its address
	g.want(401, "GET", "/v1/screen", append(bearer("guess"), "address", "192.0.2.8:1")...)
}

// TestSignInsAreEntered: of a server that keeps answers the log says who came with a key, once a day, and that somebody came with one
// that is not good, once an hour; while it cannot say so, nobody is let in.
func TestSignInsAreEntered(t *testing.T) {
	sequential(t)
	dir := t.TempDir()
	_, c, _ := keepingServer(t, dir)
	c.Addr, c.AllowRemote, c.Poll, c.Log = "0.0.0.0:80", true, 2*time.Second, "requests"
	g := newGuarded(t, c)
	k, secret := keyFor(t, dir, g.now, 0, access.Screen)
	for _, hours := range []int{0, 0, 2, 30} {
		g.now = g.now.Add(time.Duration(hours) * time.Hour)
		g.want(200, "GET", "/v1/screen", bearer(secret)...)
		g.want(401, "GET", "/v1/screen", bearer(secret[:len(secret)-1]+"x")...)
		g.want(401, "GET", "/v1/screen")
	}
	code, out := program(t, "audit", "export", "--data", dir)
	if good, refused := strings.Count(out, `"actor":"`+k.ID+`","about":"good"`), strings.Count(out, `"about":"refused:u-`); code != 0 || good != 2 || refused != 3 {
		t.Errorf("%d: %d good, %d refused in\n%s", code, good, refused, out)
	}
	if strings.Contains(out, "192.0.2.7") {
		t.Error("the log says from which address")
	}
	if err := c.keeping.store.Close(); err != nil {
		t.Fatal(err)
	}
	g.want(200, "GET", "/v1/screen", bearer(secret)...) // it is known that this one came
	g.now = g.now.Add(25 * time.Hour)
	g.want(503, "GET", "/v1/screen", bearer(secret)...)
	g.want(503, "GET", "/v1/screen", bearer(secret)...)
}

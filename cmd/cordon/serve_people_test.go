package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// teamPassword is the password of everybody in the tests.
const teamPassword = "six words nobody would put together"

// team is a server over real HTTP, with people and a case.
type team struct {
	*testing.T
	at    dataFlag
	c     *serveCmd
	base  string
	desk  *account.Desk
	store database // as another program has it
	ids   map[string]string
	caseN string
}

// engines are the stores that a server works over.
var engines = map[string]func(*testing.T) dataFlag{
	"folder":   func(t *testing.T) dataFlag { return dataFlag{Data: t.TempDir()} },
	"database": func(t *testing.T) dataFlag { return dataFlag{Data: postgrestest.Database(t), Folder: t.TempDir()} },
}

// newTeam starts a server on this machine whose folder has these people and one case.
func newTeam(t *testing.T, people map[string][]role.Role) *team {
	t.Helper()
	return newTeamAt(t, engines["folder"](t), people)
}

// newTeamAt is newTeam over a store of either engine.
func newTeamAt(t *testing.T, at dataFlag, people map[string][]role.Role) *team {
	t.Helper()
	x := &team{T: t, at: at, ids: map[string]string{}}
	m := &Main{ctx: t.Context(), folder: at.Folder}
	var err error
	if x.store, err = m.openStore(t.Context(), at.Data); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.store.Close() })
	x.desk = m.peopleDesk(peopleOf(x.store), at.Data)
	hash := account.Hash(teamPassword)
	for name, roles := range people {
		p, err := account.New(name, "", "u-shell", time.Now(), x.desk.Known)
		if err == nil {
			p.Hash = hash
			if err = p.SetRoles(roles); err == nil {
				err = x.desk.Store.AddPerson(t.Context(), p, p.Entry("added", "u-shell", time.Now()))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		x.ids[name] = p.ID
	}
	desk := &casework.Desk{Store: x.store, Policy: casework.Default()}
	met, err := desk.Raise(t.Context(), casework.Person{Name: "u-machine", Role: casework.Machine}, time.Now().Add(-time.Hour), caseworktest.Alert("c-1", "un:KPi.001", 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	x.caseN = met.Case
	h, c, stop := keepingServerOf(t, at)
	srv := httptest.NewServer(h)
	x.c, x.base = c, srv.URL
	t.Cleanup(func() {
		srv.Close()
		if err := c.stopWork(); err != nil {
			t.Error(err)
		}
		stop()
	})
	return x
}

// browser is a browser without anybody signed in.
func (x *team) browser() *visitor {
	v := &visitor{t: x.T, base: x.base}
	v.client.Jar, _ = cookiejar.New(nil)
	return v
}

// in gives a browser in which somebody signed in.
func (x *team) in(name string) *visitor {
	x.Helper()
	v := x.browser()
	if code, page := v.read(v.client.PostForm(x.base+"/sign-in", url.Values{"name": {name}, "password": {teamPassword}, "back": {"/work"}})); code != 200 || !strings.Contains(page, "Sign out") {
		x.Fatalf("%s does not get in: %d %s", name, code, page)
	}
	return v
}

// api asks the API with a key, or with the session of a browser.
func (x *team) api(v *visitor, key, method, path, body string) (int, string) {
	x.Helper()
	r, err := http.NewRequestWithContext(x.Context(), method, x.base+path, strings.NewReader(body))
	if err != nil {
		x.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	return v.read(v.client.Do(r))
}

// key makes a key of somebody.
func (x *team) key(owner string, scopes ...access.Scope) string {
	x.Helper()
	k, secret, err := access.New(nil, owner, scopes, time.Now(), time.Time{})
	if err == nil {
		err = keysIn(x.store).AddKey(x.Context(), k)
	}
	if err != nil {
		x.Fatal(err)
	}
	return secret
}

// logged gives how often the log has a kind, an actor and what it is about.
func (x *team) logged(kind, actor, about string) int {
	x.Helper()
	n := 0
	if err := x.store.View(x.Context(), func(r ledger.Reader) error {
		for e, err := range r.Entries(x.Context(), 0, math.MaxInt64) {
			if err != nil {
				return err
			}
			if string(e.Kind) == kind && e.Actor == actor && strings.HasPrefix(e.About, about) {
				n++
			}
		}
		return nil
	}); err != nil {
		x.Fatal(err)
	}
	return n
}

var everybody = map[string][]role.Role{
	"dag": {role.Admin}, "ana": {role.Analyst, role.Approver}, "bo": {role.Approver}, "eve": {role.Auditor}, "vic": {role.Viewer}, "ann": {role.Analyst},
}

// TestSignIn walks in at the front door, and not.
func TestSignIn(t *testing.T) {
	sequential(t)
	x := newTeam(t, everybody)
	v := x.browser()
	// A browser is sent to sign in and back; a program is told to show a key.
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, x.base+"/work/audit?about=un@1", nil)
	r.Header.Set("Accept", "text/html")
	res, err := v.client.Do(r)
	code, page := v.read(res, err)
	if code != 200 || !strings.Contains(page, `name="back" value="/work/audit?about=un@1"`) || !strings.HasPrefix(res.Request.URL.String(), x.base+"/sign-in?") {
		t.Errorf("%d %s", code, res.Request.URL)
	}
	if code, said := x.api(v, "", "GET", "/v1/law", ""); code != 401 || !strings.Contains(said, "wants a key") {
		t.Errorf("%d %s", code, said)
	}
	post := func(path string, form url.Values, header ...string) *http.Response {
		t.Helper()
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, x.base+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "text/html")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		client := http.Client{Jar: v.client.Jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	form := func(name, password, back string) url.Values {
		return url.Values{"name": {name}, "password": {password}, "back": {back}}
	}
	for _, site := range []string{"cross-site", "same-site"} { // a page of others signs nobody in
		if res := post("/sign-in", form("ana", teamPassword, ""), "Sec-Fetch-Site", site); res.StatusCode != 403 || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d", site, res.StatusCode)
		}
	}
	for _, f := range []url.Values{form("ana", "x", ""), form("nobody", teamPassword, ""), form("", "", ""), form("ana ana", teamPassword, "")} {
		res := post("/sign-in", f)
		if res.StatusCode != 403 || res.Header.Get("Set-Cookie") != "" || res.Header.Get("Cache-Control") != "no-cache" && res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v: %d %v", f, res.StatusCode, res.Header)
		}
	}
	if res := post("/sign-in", url.Values{"name": {"ana"}, "password": {teamPassword}, "more": {"1"}}); res.StatusCode != 400 {
		t.Errorf("an unknown field: %d", res.StatusCode)
	}
	for back, want := range map[string]string{"/work?state=all": "/work?state=all", "https://example.org/": "/", "//example.org": "/", `/\example.org`: "/", "/sign-in": "/", "": "/"} {
		if res := post("/sign-in", form(" ANA", teamPassword, back)); res.StatusCode != 303 || res.Header.Get("Location") != want {
			t.Errorf("back to %q: %d %s", back, res.StatusCode, res.Header.Get("Location"))
		}
	}
	res = post("/sign-in", form("ana", teamPassword, ""))
	c := res.Cookies()
	if len(c) != 1 || c[0].Name != "cordon_session" || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].Path != "/" || c[0].Domain != "" || c[0].Secure || len(c[0].Value) != 43 {
		t.Errorf("the cookie is %v", c)
	}
	b, err := os.ReadFile(filepath.Join(x.at.Data, "cordon.db"))
	if err != nil || strings.Contains(string(b), c[0].Value) || strings.Contains(string(b), teamPassword) {
		t.Errorf("the store holds a token or a password: %v", err)
	}
	if code, said := x.api(v, "", "GET", "/v1/cases", ""); code != 200 {
		t.Errorf("the API with a session: %d %s", code, said)
	}
	if code, said := x.api(v, "", "POST", "/v1/cases/"+x.caseN+"/comment", `{"text":"from the page"}`); code != 200 || !strings.Contains(said, x.ids["ana"]) {
		t.Errorf("the API with a session: %d %s", code, said)
	}
	if res := post("/work/as", url.Values{"as": {x.ids["bo"]}}); res.StatusCode != 403 {
		t.Errorf("somebody plays another: %d", res.StatusCode)
	}
	if res := post("/sign-out", url.Values{}, "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 {
		t.Errorf("a page of others signs somebody out: %d", res.StatusCode)
	}
	if res := post("/sign-out", url.Values{}); res.StatusCode != 303 || !strings.Contains(res.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out: %d %v", res.StatusCode, res.Header)
	}
	r.AddCookie(c[0]) // the token that was signed out
	if res, err := http.DefaultTransport.RoundTrip(r); err != nil || res.StatusCode != 303 {
		t.Errorf("a session that ended is good: %v, %v", res, err)
	}
	if good, bad := x.logged("sign-in", x.ids["ana"], "good"), x.logged("sign-in", "anonymous", "refused:local:u-"); good != 7 || bad != 4 {
		t.Errorf("the log has %d that were let in, and %d that were not", good, bad)
	}
}

// TestLockOut: who tries too often waits, and whether there is such a name is told by nothing.
func TestLockOut(t *testing.T) {
	sequential(t)
	x := newTeam(t, map[string][]role.Role{"dag": {role.Admin}})
	now := time.Now()
	x.c.people.m.Now = func() time.Time { return now }
	said := map[string][]string{}
	for _, name := range []string{"dag", "nobody"} {
		v := x.browser()
		for range 7 {
			code, page := v.read(v.client.PostForm(x.base+"/sign-in", url.Values{"name": {name}, "password": {"not the password"}}))
			said[name] = append(said[name], fmt.Sprint(code, " ", strings.ReplaceAll(page, `"`+name+`"`, `"NAME"`)))
		}
	}
	if diff := cmp.Diff(said["dag"], said["nobody"]); diff != "" {
		t.Errorf("a name that somebody has and one that nobody has\n%s", diff)
	}
	if last := said["dag"][6]; !strings.HasPrefix(last, "429 ") || !strings.Contains(last, "tried too often") {
		t.Errorf("after many: %s", last)
	}
	v := x.browser()
	if code, _ := v.read(v.client.PostForm(x.base+"/sign-in", url.Values{"name": {"dag"}, "password": {teamPassword}})); code != 429 {
		t.Errorf("the right password while it is locked: %d", code)
	}
	if n := x.logged("sign-in", "anonymous", "refused:"); n != 10 {
		t.Errorf("the log has %d failures of 10 that were compared", n)
	}
}

// TestStoreGone: while people cannot be read nobody is let in, with whatever they show.
func TestStoreGone(t *testing.T) {
	sequential(t)
	x := newTeam(t, everybody)
	v := x.in("dag")
	secret := x.key("payments", access.Read)
	gone, err := sqlite.Open(t.Context(), x.at.Data)
	if err == nil {
		err = gone.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	good := x.c.store.kept
	x.c.store.kept, x.c.people.desk = &workStore{database: gone, dir: good.dir, account: good.account}, nil
	defer func() { x.c.store.kept = good }()
	x.c.people.mu.Lock()
	x.c.people.read = time.Time{}
	x.c.people.mu.Unlock()
	if code, said := v.get("/work"); code != 503 {
		t.Errorf("a session: %d %s", code, said)
	}
	if code, said := x.api(x.browser(), secret, "GET", "/v1/law", ""); code != 503 {
		t.Errorf("a key: %d %s", code, said)
	}
	if code, _ := x.api(x.browser(), "", "GET", "/v1/law", ""); code != 503 {
		t.Errorf("nothing: %d", code)
	}
	code, page := v.read(v.client.PostForm(x.base+"/sign-in", url.Values{"name": {"dag"}, "password": {teamPassword}}))
	if code != 503 {
		t.Errorf("signing in: %d %s", code, page)
	}
}

// TestFourEyes tries to be two persons in every way there is. All of it is refused with 403, and the log says so.
// Whoever signs in finds all that a server shows, over a database as over a folder.
func TestSignedInOverBothEngines(t *testing.T) {
	sequential(t)
	for name, at := range engines {
		t.Run(name, func(t *testing.T) {
			x := newTeamAt(t, at(t), everybody)
			ana := x.in("ana")
			for _, path := range []string{
				"/", "/states", "/claims", "/commitments", "/drafts", "/reading", "/law", "/goods", "/lists", "/decide", "/who", "/work", "/work/jobs",
				"/v1/states", "/v1/claims", "/v1/commitments",
			} {
				if code, page := ana.get(path); code != 200 {
					t.Errorf("%s: %d %s", path, code, page)
				}
			}
		})
	}
}

// A key that may not says what does: a scope that keys can have, a key in the name of somebody, signing in, or somebody else.
func TestKeysSayTheWay(t *testing.T) {
	sequential(t)
	x := newTeam(t, everybody)
	path, nobody := "/v1/cases/"+x.caseN, x.browser()
	const comment, confirm, draw = `{"text":"x"}`, `{"of":2}`, `{"seed":"s","size":1}`
	cases, both := []access.Scope{access.Cases}, []access.Scope{access.Cases, access.Approve}
	keys := map[string]string{} // made before the first is used, as a server looks for more every --poll
	key := func(owner string, scopes []access.Scope) string { return keys[fmt.Sprint(owner, scopes)] }
	table := []struct {
		owner      string
		scopes     []access.Scope
		path, body string
		code       int
		says       string
	}{
		{"bo", cases, path + "/confirm", confirm, 403, "bo may, and this key of theirs may not: use a key that was made with --scope cases --scope approve, or sign in"},
		{"bo", cases, path + "/hold", comment, 200, "hold"},
		{"bo", both, path + "/confirm", confirm, 409, "nothing awaits"},
		{"ann", both, path + "/confirm", confirm, 403, "ask somebody who has it"},
		{"vic", both, path + "/comment", comment, 403, "ask somebody who has it"},
		{"dag", []access.Scope{access.Admin}, path + "/comment", comment, 403, "ask somebody who has it"},
		{"eve", both, path + "/comment", comment, 403, "eve may, and no key of theirs: sign in"},
		{"somebody else", both, path + "/comment", comment, 403, "somebody else is nobody who works here: use a key that was made in the name of somebody"},
		{"bo", []access.Scope{access.Screen}, path + "/comment", comment, 403, `use a key that was made with --scope cases"`},
		{"bo", cases, "/v1/cases/draw", draw, 403, `use a key that was made with --scope approve"`},
		{"bo", both, "/v1/cases/draw", draw, 200, "[]"},
		{"bo", both, path + "/review", `{"upheld":true,"text":"x"}`, 409, "what is closed is looked at again"},
		{"ann", both, "/v1/cases/draw", draw, 403, "ask somebody who has it"},
		{"eve", both, "/v1/cases/draw", draw, 403, "eve may, and no key of theirs: sign in"},
		{"dag", cases, "/v1/cases/owes", `{"reports":[],"version":0}`, 403, `use a key that was made with --scope admin"`},
	}
	for _, c := range table {
		if at := fmt.Sprint(c.owner, c.scopes); keys[at] == "" {
			keys[at] = x.key(c.owner, c.scopes...)
		}
	}
	for _, c := range table {
		if code, said := x.api(nobody, key(c.owner, c.scopes), "POST", c.path, c.body); code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("%s with %v, %s: %d %s; want %d with %s", c.owner, c.scopes, c.path, code, said, c.code, c.says)
		}
	}
	ann := x.in("ann")
	if code, said := x.api(ann, "", "POST", path+"/dispose", `{"disposition":"escalate","code":"needs-approver","text":"x"}`); code != 200 {
		t.Fatalf("%d %s", code, said)
	}
	confirmed := `{"disposition":"true","code":"same-facts","text":"x"}`
	if code, said := x.api(nobody, key("bo", cases), "POST", path+"/dispose", confirmed); code != 403 || !strings.Contains(said, "an approver decides it") ||
		!strings.Contains(said, "--scope cases --scope approve") {
		t.Errorf("what was escalated: %d %s", code, said)
	}
	if code, said := x.api(nobody, key("bo", both), "POST", path+"/dispose", confirmed); code != 200 {
		t.Errorf("what was escalated: %d %s", code, said)
	}
}

func TestFourEyes(t *testing.T) {
	sequential(t)
	for name, at := range engines {
		t.Run(name, func(t *testing.T) { tryFourEyes(t, newTeamAt(t, at(t), everybody)) })
	}
}

func tryFourEyes(t *testing.T, x *team) {
	t.Helper()
	page, path := "/work/cases/"+x.caseN, "/v1/cases/"+x.caseN
	one, two := x.key("Ana", access.Cases, access.Approve), x.key("ana", access.Cases, access.Approve)
	ghost, annKey := x.key("somebody else", access.Cases, access.Approve), x.key("ann", access.Cases, access.Approve)
	first := x.in("ana")
	code, said := first.send(page, url.Values{"do": {"dispose"}, "disposition": {"false"}, "code": {"other-name"}, "text": {"Another name."}})
	if code != 200 || !strings.Contains(said, "the same person is refused") {
		t.Fatalf("%d %s", code, said)
	}
	confirm := `{"of":2}`
	refused := 0
	// want refuses somebody; ids says who the log has.
	want := func(what string, who string, code int, said string) {
		t.Helper()
		if code != 403 {
			t.Errorf("%s: %d %s", what, code, said)
		}
		refused++
		if n := x.logged("refusal", x.ids[who], ""); n == 0 {
			t.Errorf("%s: the log says nothing", what)
		}
	}
	entries := func(who string) int { return x.logged("refusal", x.ids[who], "") }

	code, said = first.send(page, url.Values{"do": {"confirm"}, "of": {"2"}})
	want("the same tab", "ana", code, said)
	second := x.in("ana")
	code, said = second.send(page, url.Values{"do": {"confirm"}, "of": {"2"}})
	want("two tabs", "ana", code, said)
	code, said = x.api(second, "", "POST", path+"/confirm", confirm)
	want("a page and the API", "ana", code, said)
	nobody := x.browser()
	code, said = x.api(nobody, one, "POST", path+"/confirm", confirm)
	want("a session and a key of one person", "ana", code, said)
	code, said = x.api(nobody, two, "POST", path+"/return", `{"of":2,"text":"no"}`)
	want("another key of the same person", "ana", code, said)
	if n := entries("ana"); n != 5 {
		t.Errorf("the log has %d refusals of 5", n)
	}
	if code, out := program(t, "cases", "confirm", x.caseN, "--as", " ANA "[1:], "--data", x.at.Data, "--folder", x.at.Folder); code != 1 || !strings.Contains(out, "this is the same one") {
		t.Errorf("at the command line, under a name written otherwise: %d %s", code, out)
	}
	// A key whose owner is nobody who works here is no second person, whatever its scopes.
	if code, said = x.api(nobody, ghost, "POST", path+"/confirm", confirm); code != 403 {
		t.Errorf("a key of nobody: %d %s", code, said)
	}
	if code, said = x.api(nobody, ghost, "GET", path, ""); code != 200 {
		t.Errorf("a key of nobody looks: %d %s", code, said)
	}
	if code, said = x.api(nobody, one, "POST", path+"/comment", `{"text":"x"}`); code != 200 {
		t.Errorf("Ana's key: %d %s", code, said)
	}
	// A key does not give its owner what their roles do not.
	code, said = x.api(nobody, annKey, "POST", path+"/confirm", confirm)
	want("a key with more than its owner may", "ann", code, said)

	// A form of Bo that Ana sends again is not hers; a request of hers with his name is hers.
	bo := x.in("bo")
	_, body := bo.get(page)
	token := formToken.FindStringSubmatch(body)[1]
	before := entries("ana")
	code, said = first.read(first.client.PostForm(x.base+page, url.Values{"do": {"confirm"}, "of": {"2"}, "token": {token}}))
	want("somebody else's form, replayed", "ana", code, said)
	if entries("ana") != before+1 {
		t.Error("the log does not say that a form was replayed")
	}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, x.base+path+"/confirm", strings.NewReader(confirm))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cordon-As", "bo")
	if code, said = first.read(first.client.Do(r)); code != 400 {
		t.Errorf("with another's name: %d %s", code, said)
	}

	// A role that changes midway changes with the next request: the session is over, and the new one may not.
	if _, err := x.desk.SetRoles(t.Context(), x.ids["dag"], x.ids["bo"], []role.Role{role.Analyst}); err != nil {
		t.Fatal(err)
	}
	code, said = bo.read(bo.client.PostForm(x.base+page, url.Values{"do": {"confirm"}, "of": {"2"}, "token": {token}}))
	if code == 200 && strings.Contains(said, "Confirmed") || code != 401 {
		t.Errorf("with the session of before: %d %s", code, said)
	}
	bo = x.in("bo")
	code, said = bo.send(page, url.Values{"do": {"confirm"}, "of": {"2"}})
	want("a role change midway", "bo", code, said)
	code, said = x.api(bo, "", "POST", path+"/confirm", confirm)
	want("a role change midway, over the API", "bo", code, said)

	// And the way that there is: another person who may.
	if _, err := x.desk.SetRoles(t.Context(), x.ids["dag"], x.ids["bo"], []role.Role{role.Approver}); err != nil {
		t.Fatal(err)
	}
	bo = x.in("bo")
	if code, said = x.api(bo, "", "POST", path+"/confirm", confirm); code != 200 {
		t.Errorf("the second person: %d %s", code, said)
	}
	if code, said = x.api(bo, "", "POST", path+"/confirm", confirm); code != 409 {
		t.Errorf("replayed by himself: %d %s", code, said)
	}
	// Who was shut out is out, and so are their keys.
	if code, said = x.api(nobody, one, "GET", path, ""); code != 200 {
		t.Errorf("%d %s", code, said)
	}
	if _, err := x.desk.Disable(t.Context(), x.ids["dag"], x.ids["ana"]); err != nil {
		t.Fatal(err)
	}
	x.c.people.mu.Lock()
	x.c.people.read = time.Time{}
	x.c.people.mu.Unlock()
	if code, said = x.api(nobody, one, "GET", path, ""); code != 401 {
		t.Errorf("a key of somebody who was shut out: %d %s", code, said)
	}
	if code, _ = x.api(first, "", "GET", path, ""); code != 401 {
		t.Errorf("a session of somebody who was shut out: %d", code)
	}
}

// TestPeopleOverTheAPI: an admin who is signed in, or shows a key, does to people what the command line does; nobody else does, and
// what is given once is kept nowhere.
func TestPeopleOverTheAPI(t *testing.T) {
	sequential(t)
	x := newTeam(t, map[string][]role.Role{"dag": {role.Admin}, "ana": {role.Analyst}})
	dag, ana, nobody := x.in("dag"), x.in("ana"), x.browser()
	adminKey, ghost, anasKey := x.key("dag", access.Admin), x.key("nobody here", access.Admin), x.key("ana", access.Admin)
	own := "/v1/people/" + x.ids["ana"]
	for _, c := range []struct {
		what         string
		who          *visitor
		key          string
		method, path string
		body         string
		code         int
		says         string
	}{
		{"an analyst adds", ana, "", "POST", "/v1/people", `{"name":"zoe","roles":["admin"]}`, 403, "add people"},
		{"a key of nobody adds", nobody, ghost, "POST", "/v1/people", `{"name":"zoe","roles":["admin"]}`, 403, "known by name"},
		{"a key of an analyst adds", nobody, anasKey, "POST", "/v1/people", `{"name":"zoe","roles":["admin"]}`, 403, "known by name"},
		{"a key of an admin adds", nobody, adminKey, "POST", "/v1/people", `{"name":"Zoe","roles":["viewer"]}`, 200, `"password": "`},
		{"twice", dag, "", "POST", "/v1/people", `{"name":"zoe","roles":["viewer"]}`, 409, "somebody with the name"},
		{"no such role", dag, "", "POST", "/v1/people", `{"name":"yan","roles":["machine"]}`, 422, "there is no role"},
		{"an unknown member", dag, "", "POST", "/v1/people", `{"name":"yan","roles":["viewer"],"admin":true}`, 422, "admin"},
		{"the own roles", dag, "", "POST", "/v1/people/" + x.ids["dag"] + "/roles", `{"roles":["admin","approver"]}`, 403, "their own roles"},
		{"the own roles, with the own key", nobody, adminKey, "POST", "/v1/people/" + x.ids["dag"] + "/roles", `{"roles":["admin","approver"]}`, 403, "their own roles"},
		{"the own standing", dag, "", "POST", "/v1/people/" + x.ids["dag"] + "/disable", "", 403, "themselves"},
		{"a viewer's look", ana, "", "GET", "/v1/people", "", 200, `"name": "zoe"`},
		{"one, by an analyst", ana, "", "GET", own, "", 403, ""},
		{"sessions", dag, "", "GET", own + "/sessions", "", 200, `"began": "`},
		{"nobody", dag, "", "GET", "/v1/people/u-0000000000000000", "", 404, "no such person"},
		{"a key in Ana's name", dag, "", "POST", own + "/keys", `{"scopes":["cases"],"days":1}`, 200, `"secret": "ck_`},
		{"a key without an end said", dag, "", "POST", own + "/keys", `{"scopes":["cases"],"days":-1}`, 422, "days"},
		{"a key that is another's", dag, "", "POST", "/v1/people/" + x.ids["dag"] + "/keys/" + anasKey[:13] + "/revoke", "", 404, "has no key"},
		{"other roles", dag, "", "POST", own + "/roles", `{"roles":["viewer"]}`, 200, `"viewer"`},
		{"a session of before", ana, "", "GET", "/v1/cases", "", 401, ""},
	} {
		if code, said := x.api(c.who, c.key, c.method, c.path, c.body); code != c.code || !strings.Contains(said, c.says) {
			t.Errorf("%s: %d %s", c.what, code, said)
		}
	}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, x.base+own+"/reset", nil)
	r.Header.Set("Idempotency-Key", "again")
	if code, said := dag.read(dag.client.Do(r)); code != 400 || !strings.Contains(said, "given once") {
		t.Errorf("under an idempotency key: %d %s", code, said)
	}
	for about, want := range map[string]int{"person:added:": 1, "person:roles:" + x.ids["ana"]: 1, "key:made:ck_": 1} {
		if n := x.logged("setting", x.ids["dag"], about); n != want {
			t.Errorf("the log has %s %d times, want %d", about, n, want)
		}
	}
}

// routesTable is which role gets through to which route, as people read it.
const routesTable = "testdata/roles/routes.txt"

// TestRolesAndRoutes asks every route over HTTP as somebody in each role, as nobody and with a key of all scopes, and holds the
// answers to a table: a route that is new fails until it stands there.
func TestRolesAndRoutes(t *testing.T) {
	sequential(t)
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m := &Main{ctx: t.Context(), Err: io.Discard}
	d := m.peopleDesk(sqlite.People{Store: store}, dir)
	hash := account.Hash(teamPassword)
	c := &serveCmd{Addr: "127.0.0.1:80", Poll: time.Minute}
	c.Data = dir
	if _, err := c.host(); err != nil {
		t.Fatal(err)
	}
	h := c.around(m, nil, discard()).Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer func() { _ = c.store.close() }()
	srv := httptest.NewServer(h)
	defer srv.Close()
	cookies := map[role.Role]*http.Cookie{}
	for _, r := range role.OfPeople() {
		p, err := account.New(string(r), "", "u-shell", time.Now(), d.Known)
		if err != nil {
			t.Fatal(err)
		}
		p.Hash, p.Roles = hash, []role.Role{r}
		if err := d.Store.AddPerson(t.Context(), p, p.Entry("added", "u-shell", time.Now())); err != nil {
			t.Fatal(err)
		}
		token, _, err := d.SignIn(t.Context(), string(r), teamPassword, "")
		if err != nil {
			t.Fatal(err)
		}
		cookies[r] = &http.Cookie{Name: "cordon_session", Value: token}
	}
	_, all := keyFor(t, dir, time.Now(), 0, access.Admin)
	ask := func(method, path string, set func(*http.Request)) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		set(r)
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	letter := func(code, closed int, open string) string {
		switch code {
		case http.StatusTeapot:
			return open
		case closed:
			return "."
		}
		return fmt.Sprintf("[%d]", code)
	}
	var lines []string
	routes := allRoutes(t)
	for _, route := range routes {
		method, path := askable(route)
		line := fmt.Sprintf("%-48s", route)
		line += " " + letter(ask(method, path, func(*http.Request) {}), 401, "O")
		for i, r := range role.OfPeople() {
			code := ask(method, path, func(q *http.Request) { q.AddCookie(cookies[r]) })
			line += " " + letter(code, 403, "VNPAU"[i:i+1])
			// The cell is that of the one table.
			needs, ok := httpapi.NewScopes(scopeOf).Of(httptest.NewRequest(method, path, nil))
			if may := ok && role.May(r, needs); may != (code == http.StatusTeapot) {
				t.Errorf("%s as %s: %d, and the table of roles says %t", route, r, code, may)
			}
		}
		line += " " + letter(ask(method, path, func(q *http.Request) { q.Header.Set("X-API-Key", all) }), 403, "K")
		lines = append(lines, line)
	}
	got := "# Who gets through to which route: O anybody, V viewer, N analyst, P approver, A admin, U auditor, K a key with all scopes.\n" + strings.Join(lines, "\n") + "\n"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(routesTable, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(routesTable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("who gets through has changed; if that is right, run with UPDATE=1 (-want +got)\n%s", diff)
	}
}

// allRoutes gives every route of pages and API, in order.
func allRoutes(t *testing.T) []string {
	t.Helper()
	routes := routesIn(t)
	api, err := httpapi.New(httpapi.Config{Limits: httpapi.DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range api.Operations() {
		routes[o.Method+" "+o.Path] = true
	}
	delete(routes, "GET /{rest...}")
	var out []string
	for r := range routes {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b string) int {
		return strings.Compare(a[strings.IndexByte(a, ' '):]+a, b[strings.IndexByte(b, ' '):]+b)
	})
	return out
}

var wildInRoute = regexp.MustCompile(`\{[a-z.]+\}`)

// askable gives a request that a route takes.
func askable(route string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	path = wildInRoute.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "x")
	if strings.HasSuffix(path, "/") && path != "/" {
		path += "x"
	}
	return method, path
}

// TestSetUp: a server that others reach and that knows nobody prints a code, with which the first person is made, once.
func TestSetUp(t *testing.T) {
	sequential(t)
	dir := t.TempDir()
	m := &Main{ctx: context.Background(), In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
	c := &serveCmd{Addr: "0.0.0.0:80", AllowRemote: true, Poll: time.Second}
	c.Data = dir
	if _, err := c.host(); err != nil {
		t.Fatal(err)
	}
	h, err := c.handler(m, discard(), "0.0.0.0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.store.close() }()
	ask := func(method, path string, form url.Values, cookies ...*http.Cookie) *http.Response {
		r := httptest.NewRequest(method, "http://cordon.example"+path, strings.NewReader(form.Encode()))
		r.Header.Set("Accept", "text/html")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result()
	}
	said := c.keysSaid(m)
	code := regexp.MustCompile(`once: ([a-z2-7]{26})`).FindStringSubmatch(said)
	if code == nil {
		t.Fatal(said)
	}
	if _, err := os.Stat(filepath.Join(dir, "cordon.db")); err == nil {
		t.Error("a store was made before anybody was")
	}
	for _, path := range []string{"/", "/work", "/sign-in"} {
		if res := ask("GET", path, nil); res.StatusCode != 303 || res.Header.Get("Location") != "/set-up" {
			t.Errorf("%s: %d to %s", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
	program := func() string { // what is told a program that shows no key
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "http://cordon.example/v1/lists", nil))
		if w.Code != http.StatusUnauthorized || !strings.Contains(w.Header().Get("Content-Type"), "json") {
			t.Errorf("a program is answered %d %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	if body := program(); !strings.Contains(body, "open /set-up in a browser and give the code that the server printed") || strings.Contains(body, code[1]) {
		t.Errorf("before anybody is there a program is told %s", body)
	}
	form := func(code, password string) url.Values {
		return url.Values{"code": {code}, "name": {"Dag"}, "display": {"Dag Dahl"}, "password": {password}, "again-password": {password}}
	}
	for _, f := range []url.Values{form("", teamPassword), form(code[1][1:], teamPassword), form(code[1], "short")} {
		if res := ask("POST", "/set-up", f); res.StatusCode != 403 && res.StatusCode != 422 {
			t.Errorf("%v: %d", f, res.StatusCode)
		}
	}
	if res := ask("POST", "/set-up", form(strings.ToUpper(code[1]), teamPassword)); res.StatusCode != 303 {
		t.Fatalf("set up: %d", res.StatusCode)
	}
	if body := program(); !strings.Contains(body, "sign in at /sign-in; programs send Authorization: Bearer KEY") || strings.Contains(body, "set-up") {
		t.Errorf("once somebody is there a program is told %s", body)
	}
	if res := ask("POST", "/set-up", form(code[1], teamPassword)); res.StatusCode != 404 {
		t.Errorf("set up again: %d", res.StatusCode)
	}
	res := ask("POST", "/sign-in", url.Values{"name": {"dag"}, "password": {teamPassword}})
	got := res.Cookies()
	if res.StatusCode != 303 || len(got) != 1 || got[0].Name != "__Host-cordon_session" || !got[0].Secure || !got[0].HttpOnly || got[0].Path != "/" || got[0].Domain != "" {
		t.Fatalf("%d %v", res.StatusCode, got)
	}
	if res := ask("GET", "/about", nil, got[0]); res.StatusCode != 200 {
		t.Errorf("signed in: %d", res.StatusCode)
	}
	got[0].Name = "cordon_session" // one that any page of this site could have set
	if res := ask("GET", "/about", nil, got[0]); res.StatusCode != 303 || res.Header.Get("Location") != "/sign-in?back=%2Fabout" {
		t.Errorf("with another cookie: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if said := c.keysSaid(m); !strings.Contains(said, "People sign in") {
		t.Errorf("it says %s", said)
	}
	for _, set := range []func(*serveCmd){func(c *serveCmd) { c.NoKeys = true }} {
		other := &serveCmd{Addr: "0.0.0.0:80", AllowRemote: true, Poll: time.Second}
		other.Data = dir
		set(other)
		if _, err := other.handler(m, discard(), "0.0.0.0", nil); err == nil {
			t.Error("a server with people asks for nothing")
		}
	}
}

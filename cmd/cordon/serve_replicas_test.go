package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
)

// tlsAt stands for what speaks TLS in front of servers: it passes on to the one that it is at.
type tlsAt struct{ to *running }

// RoundTrip is part of http.RoundTripper.
func (f *tlsAt) RoundTrip(r *http.Request) (*http.Response, error) {
	at, err := url.Parse(f.to.base)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Host, r.URL.Scheme, r.URL.Host = r.URL.Host, "http", "127.0.0.1:"+at.Port()
	return http.DefaultTransport.RoundTrip(r)
}

// TestReplicasAtWork walks through the daily work of a team at servers that others reach, over one database: what is done at one
// is seen at the other, a session and its forms are good at both, and a server that starts anew has lost nothing.
func TestReplicasAtWork(t *testing.T) {
	sequential(t)
	at := dataFlag{Data: postgrestest.Database(t), Folder: filepath.Join(t.TempDir(), "beside")}
	start := func() *running {
		t.Helper()
		return startServing(t, "--data", at.Data, "--folder", at.Folder, "--addr", "0.0.0.0:0", "--allow-remote", "--keep", "answers", "--poll", "50ms")
	}
	one := start()
	front := &tlsAt{one}
	browser := func() *visitor {
		v := &visitor{t: t, base: "https://cordon.example"}
		v.client.Jar, _ = cookiejar.New(nil)
		v.client.Transport = front
		return v
	}
	in := func(name, password string) *visitor {
		t.Helper()
		v := browser()
		code, page := v.read(v.client.PostForm(v.base+"/sign-in", url.Values{"name": {name}, "password": {password}, "back": {"/work"}}))
		if code != 200 || !strings.Contains(page, "Sign out") {
			t.Fatalf("%s does not get in: %d %s", name, code, page)
		}
		return v
	}
	post := func(v *visitor, path, body string) (int, string) {
		t.Helper()
		return v.read(v.client.Post(v.base+path, "application/json", strings.NewReader(body)))
	}

	// The first person comes by the code that the server printed, and adds the others.
	var said []string
	for range 100 { // it is printed behind the address
		if said = regexp.MustCompile(`once: ([a-z2-7]{26})`).FindStringSubmatch(one.out.String()); said != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if said == nil {
		t.Fatal(one.out.String())
	}
	v := browser()
	if code, page := v.read(v.client.PostForm(v.base+"/set-up", url.Values{
		"code": {said[1]}, "name": {"dag"}, "display": {"Dag"}, "password": {teamPassword}, "again-password": {teamPassword},
	})); code != 200 || !strings.Contains(page, "Sign in") {
		t.Fatalf("set up: %d %s", code, page)
	}
	dag := in("dag", teamPassword)
	add := func(name, role string) *visitor {
		t.Helper()
		code, page := dag.send("/work/people", url.Values{"do": {"add"}, "name": {name}, "role": {role}})
		password := regexp.MustCompile(`<code class="hash">([a-z0-9]{20})</code>`).FindStringSubmatch(page)
		if code != 200 || password == nil {
			t.Fatalf("adding %s: %d %s", name, code, page)
		}
		// It was made for them, and they choose another first.
		v := browser()
		v.read(v.client.PostForm(v.base+"/sign-in", url.Values{"name": {name}, "password": {password[1]}, "back": {"/work"}}))
		if code, page := v.read(v.client.PostForm(v.base+"/account", url.Values{
			"old-password": {password[1]}, "password": {teamPassword}, "again-password": {teamPassword},
		})); code != 200 || !strings.Contains(page, "Sign in") {
			t.Fatalf("another password of %s: %d %s", name, code, page)
		}
		return in(name, teamPassword)
	}
	ana := add("ana", "analyst")
	two := start()
	if strings.Contains(two.out.String(), "/set-up") {
		t.Errorf("the second server would be set up: %s", two.out.String())
	}
	front.to = two
	bo := add("bo", "approver")

	// A screening at one raises a case, which is seen at the other.
	front.to = one
	res, err := ana.client.Post(ana.base+"/v1/screen", "application/json", strings.NewReader(`{"name":"Yun Ho Chin"}`))
	if err != nil {
		t.Fatal(err)
	}
	id := res.Header.Get("Cordon-Answer-Id")
	if code, body := ana.read(res, nil); code != 200 || id == "" {
		t.Fatalf("%d %s", code, body)
	}
	front.to = two
	code, body := post(ana, "/v1/cases", fmt.Sprintf(`{"answer":%q}`, id))
	raised := regexp.MustCompile(`"case":\s*"([0-9A-Z]{26})"`).FindStringSubmatch(body)
	if code != 200 || raised == nil {
		t.Fatalf("%d %s", code, body)
	}
	page := "/work/cases/" + raised[1]
	if _, queue := ana.get("/work"); !strings.Contains(queue, page) {
		t.Error("the case is not in the queue")
	}

	// It is decided with four eyes; a form of one server is taken by the other.
	_, form := ana.get(page)
	token := formToken.FindStringSubmatch(form)
	front.to = one
	if code, said := ana.read(ana.client.PostForm(ana.base+page, url.Values{
		"token": {token[1]}, "do": {"dispose"}, "disposition": {"false"}, "code": {"other-name"}, "text": {"Another name."},
	})); code != 200 || !strings.Contains(said, "the same person is refused") {
		t.Fatalf("%d %s", code, said)
	}
	front.to = two
	if code, _ := ana.send(page, url.Values{"do": {"confirm"}, "of": {"2"}}); code != 403 {
		t.Errorf("the same person at the other server: %d", code)
	}
	if code, said := post(ana, "/v1/cases/"+raised[1]+"/confirm", `{"of":2}`); code != 403 {
		t.Errorf("the same person over the API: %d %s", code, said)
	}
	if code, said := bo.send(page, url.Values{"do": {"confirm"}, "of": {"2"}}); code != 200 || !strings.Contains(said, "onfirmed by bo") {
		t.Errorf("the second person: %d %s", code, said)
	}
	front.to = one
	for _, path := range []string{"/work/licences", "/work/watchlists", "/work/jobs", "/work/suppressions"} {
		if code, said := bo.get(path); code != 200 || strings.Contains(said, "cannot be shown") {
			t.Errorf("%s: %d", path, code)
		}
	}
	for _, path := range []string{"/work/keys", "/work/people", "/work/settings", "/work/audit"} {
		if code, said := dag.get(path); code != 200 || strings.Contains(said, "cannot be shown") {
			t.Errorf("%s: %d", path, code)
		}
	}

	// A server that starts anew has sessions and cases; so has the one that went on.
	one.end(t)
	front.to = start()
	if code, said := bo.get(page); code != 200 || !strings.Contains(said, "onfirmed by bo") {
		t.Errorf("after another start: %d %s", code, said)
	}
	if code, said := ana.send(page, url.Values{"do": {"comment"}, "comment": {"seen after another start"}}); code != 200 || !strings.Contains(said, "seen after another start") {
		t.Errorf("after another start: %d", code)
	}
	front.to = two
	if code, said := bo.get(page); code != 200 || !strings.Contains(said, "seen after another start") {
		t.Errorf("at the server that went on: %d", code)
	}
}

package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/identity/identitytest"
	"github.com/cordon-engine/cordon/internal/role"
)

// TestOIDC signs somebody in with a provider of identities, and nobody else.
func TestOIDC(t *testing.T) {
	sequential(t)
	x := newTeam(t, map[string][]role.Role{"dag": {role.Admin}, "bo@example.org": {role.Approver}})
	// Bo was added without a password, for the provider.
	bo, err := x.desk.Named(t.Context(), "bo@example.org")
	if err != nil {
		t.Fatal(err)
	}
	bo.Hash = ""
	bo.Version++
	if err := x.desk.Store.ChangePerson(t.Context(), bo, true, bo.Entry("password", "u-shell", time.Now())); err != nil {
		t.Fatal(err)
	}
	p := identitytest.New(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(p.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set := &x.c.serveOIDC
	set.OIDCIssuer, set.OIDCClient, set.OIDCSecretFile, set.OIDCReturn = p.URL, p.Client, secret, x.base+oidcDone
	set.OIDCDomain, set.OIDCGroups, set.OIDCRole = []string{"example.org"}, "groups", []string{"sanctions-desk=analyst", "sanctions=lead=approver", "staff=viewer"}
	if _, err := set.checkOIDC(); err != nil {
		t.Fatal(err)
	}
	walk := func(claims map[string]any) (*visitor, int, string) {
		t.Helper()
		v := &visitor{t: t, base: x.base}
		v.client.Jar, _ = cookiejar.New(nil)
		p.Claims = claims
		v.says("/sign-in", "Sign in with your organisation")
		code, page := v.get("/sign-in/oidc?back=/work")
		return v, code, page
	}
	who := func(sub, mail string, groups ...any) map[string]any {
		return map[string]any{"sub": sub, "email": mail, "email_verified": true, "name": "Name of " + sub, "groups": groups}
	}
	v, code, page := walk(who("1", "ana@example.org", "sanctions-desk", "other"))
	if code != 200 || !strings.Contains(page, "Name of 1") || !strings.Contains(page, ", analyst") {
		t.Fatalf("%d %s", code, page)
	}
	if code, said := x.api(v, "", "POST", "/v1/cases/"+x.caseN+"/comment", `{"text":"x"}`); code != 200 {
		t.Errorf("%d %s", code, said)
	}
	if _, code, page = walk(who("2", "bo@example.org", "sanctions=lead", "staff")); code != 200 || !strings.Contains(page, "approver, viewer") {
		t.Errorf("somebody who was added: %d %s", code, page)
	}
	for what, claims := range map[string]map[string]any{
		"no group that means something": who("3", "cy@example.org", "other"), "another domain": who("4", "ana@example.com", "staff"),
		"the address of somebody else": who("5", "ana@example.org", "staff"), "no address": {"sub": "6", "groups": []any{"staff"}},
		"not verified": {"sub": "7", "email": "di@example.org", "email_verified": false, "groups": []any{"staff"}},
		"a name here and not there, with no group": who("8", "dag"),
	} {
		if _, code, page := walk(claims); code != 403 || !strings.Contains(page, "may not sign in here") {
			t.Errorf("%s: %d %s", what, code, page)
		}
	}
	// What another browser brings back lets nobody in.
	for _, cookie := range []string{"", "a.b.c~", "a.b~%2F"} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, x.base+oidcDone+"?code=x&state=a", nil)
		r.Header.Set("Cookie", "cordon_flow="+cookie)
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != 403 || strings.Contains(strings.Join(res.Header.Values("Set-Cookie"), ";"), "cordon_session") {
			t.Errorf("%q: %d %v", cookie, res.StatusCode, res.Header)
		}
	}
	if n := x.logged("sign-in", "anonymous", "refused:provider:u-"); n != 6 {
		t.Errorf("the log has %d refusals of 6", n)
	}
	p.Close() // who was let in stays; nobody else comes in
	if code, _ := v.get("/work"); code != 200 {
		t.Errorf("%d", code)
	}
}

func TestOIDCSettings(t *testing.T) {
	whole := serveOIDC{OIDCIssuer: "https://id.example.org", OIDCClient: "c", OIDCSecretFile: "f", OIDCReturn: "https://cordon.example.org/sign-in/oidc/done", OIDCRole: []string{"a=b=viewer"}}
	if roles, err := whole.checkOIDC(); err != nil || roles["a=b"] != role.Viewer {
		t.Errorf("%v %v", roles, err)
	}
	for _, spoil := range []func(*serveOIDC){
		func(c *serveOIDC) { c.OIDCIssuer = "" }, func(c *serveOIDC) { c.OIDCClient = "" }, func(c *serveOIDC) { c.OIDCSecretFile = "" },
		func(c *serveOIDC) { c.OIDCReturn = "" }, func(c *serveOIDC) { c.OIDCReturn = "https://cordon.example.org/" }, func(c *serveOIDC) { c.OIDCReturn += "?x" },
		func(c *serveOIDC) { c.OIDCRole = []string{"a"} }, func(c *serveOIDC) { c.OIDCRole = []string{"=viewer"} }, func(c *serveOIDC) { c.OIDCRole = []string{"a=root"} },
		func(c *serveOIDC) { c.OIDCRole = []string{"a=machine"} },
	} {
		c := whole
		spoil(&c)
		if _, err := c.checkOIDC(); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
	file := filepath.Join(t.TempDir(), "s")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := (&serveOIDC{OIDCSecretFile: file}).secret(); err == nil {
		t.Error("a secret that everybody can read is taken")
	}
	// The address that attempts are counted by.
	c := &serveCmd{}
	c.Proxy = []string{"10.0.0.0/8", "192.0.2.7"}
	people := newServePeople(&Main{Now: time.Now}, c)
	for _, x := range []struct{ remote, forwarded, want string }{
		{"198.51.100.1:1", "203.0.113.9", "198.51.100.1"},
		{"10.1.2.3:1", "203.0.113.9", "203.0.113.9"},
		{"192.0.2.7:1", "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"},
		{"10.1.2.3:1", "", "10.1.2.3"},
		{"10.1.2.3:1", "203.0.113.9, nonsense", "10.1.2.3"},
		{"127.0.0.1:1", "203.0.113.9", ""},
		{"[::1]:1", "", ""},
		{"10.1.2.3:1", "2001:db8::1", "2001:db8::/64"},
	} {
		r := httptest.NewRequest(http.MethodPost, "/sign-in", nil)
		r.RemoteAddr = x.remote
		if x.forwarded != "" {
			r.Header.Set("X-Forwarded-For", x.forwarded)
		}
		if got := people.caller(r); got != x.want {
			t.Errorf("%s for %s: %q, want %q", x.remote, x.forwarded, got, x.want)
		}
	}
}

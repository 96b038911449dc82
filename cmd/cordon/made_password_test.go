package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/role"
)

// TestMadePassword: whoever signs in with a password that was made for them chooses another first, on pages and over the API, and
// what was begun with the first is over.
func TestMadePassword(t *testing.T) {
	sequential(t)
	x := newTeam(t, map[string][]role.Role{"dag": {role.Admin}, "ana": {role.Analyst}})
	p, password, err := x.desk.AddMade(t.Context(), x.ids["dag"], "zoe", "Zoe", []role.Role{role.Analyst})
	if err != nil || !p.MustChange() {
		t.Fatal(p, err)
	}
	enter := func(password string) (*visitor, string) {
		v := x.browser()
		_, page := v.read(v.client.PostForm(x.base+"/sign-in", url.Values{"name": {"zoe"}, "password": {password}, "back": {"/work"}}))
		return v, page
	}
	zoe, _ := enter(password)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, x.base+"/work", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	_, page := zoe.read(zoe.client.Do(r))
	if !strings.Contains(page, "Your password was made for you") {
		t.Fatalf("%s", page)
	}
	for _, path := range []string{"/v1/cases", "/v1/law", "/v1/cases/" + x.caseN} {
		if code, b := x.api(zoe, "", "GET", path, ""); code != 403 || !strings.Contains(b, "choose another at /account") {
			t.Errorf("%s: %d %s", path, code, b)
		}
	}
	if code, b := x.api(zoe, "", "POST", "/v1/cases/"+x.caseN+"/comment", `{"text":"x"}`); code != 403 {
		t.Errorf("%d %s", code, b)
	}
	other, _ := enter(password)
	change := func(v *visitor, old, next string) string {
		_, page := v.read(v.client.PostForm(x.base+"/account", url.Values{"old-password": {old}, "password": {next}, "again-password": {next}}))
		return page
	}
	if page := change(zoe, password, password); !strings.Contains(page, "that is the password that was given to you") {
		t.Errorf("%s", page)
	}
	if page := change(zoe, password, teamPassword); !strings.Contains(page, "Sign in") {
		t.Errorf("%s", page)
	}
	for _, v := range []*visitor{zoe, other} {
		if code, _ := x.api(v, "", "GET", "/v1/cases", ""); code != 401 {
			t.Errorf("a session of the first password: %d", code)
		}
	}
	if _, page := enter(password); strings.Contains(page, "Sign out") {
		t.Errorf("the first password is still good: %s", page)
	}
	if code, _ := x.api(x.in("zoe"), "", "GET", "/v1/cases", ""); code != 200 {
		t.Errorf("with her own password: %d", code)
	}

	// One that an admin resets is made, too; and one that is made again.
	if q, _, err := x.desk.Reset(t.Context(), x.ids["dag"], p.ID); err != nil || !q.MustChange() {
		t.Error(q, err)
	}
	if code, out := program(t, "people", "password", "ana", "--data", x.at.Data); code != 0 || !strings.Contains(out, "chooses another first") {
		t.Errorf("%d %s", code, out)
	}
	if q, err := x.desk.Named(t.Context(), "ana"); err != nil || !q.MustChange() {
		t.Error(q, err)
	}

	// One that an admin writes down for somebody is as good as made, unless the person typed it.
	for _, c := range []struct {
		args []string
		must bool
	}{
		{[]string{"people", "add", "kim", "--role", "analyst", "--password-stdin"}, true},
		{[]string{"people", "add", "lou", "--role", "analyst", "--password-stdin", "--own"}, false},
		{[]string{"people", "password", "lou", "--password-stdin"}, true},
		{[]string{"people", "password", "kim", "--password-stdin", "--own"}, false},
	} {
		var out buffer
		m := &Main{In: strings.NewReader("correct horse battery " + c.args[2] + "\n"), Out: &out, Err: &out}
		if code := m.Run(t.Context(), append(c.args, "--data", x.at.Data)); code != 0 || strings.Contains(out.String(), "chooses another first") != c.must {
			t.Errorf("%v: %d %s", c.args, code, out.String())
		}
		if q, err := x.desk.Named(t.Context(), c.args[2]); err != nil || q.MustChange() != c.must {
			t.Errorf("%v: %v", c.args, err)
		}
	}
	if code, out := program(t, "people", "password", "kim", "--own", "--data", x.at.Data); code != 2 || !strings.Contains(out, "--own goes with --password-stdin") {
		t.Errorf("%d %s", code, out)
	}
}

package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/role"
)

var (
	shownPassword = regexp.MustCompile(`<code class="hash">([a-z2-7]{20})</code>`)
	shownKey      = regexp.MustCompile(`ck_[a-z0-9]{10}_[a-z0-9]{52}`)
)

// TestPeopleOnPages has an admin do all that is done to people, sees that it was, and that what is shown once is not shown again.
func TestPeopleOnPages(t *testing.T) {
	s, w := ownDesk(t)
	ctx := t.Context()
	// do sends a form of Dag's, and looks at the page that comes of it.
	do := func(address string, form url.Values, code int, want ...string) string {
		t.Helper()
		rec, page := send(t, s, dag, address, form)
		if rec.Code != code {
			t.Errorf("%s %v: status %d, want %d", address, form, rec.Code, code)
		}
		says(t, form.Encode(), page, want...)
		return page
	}
	const all = "/work/people"
	_, page := as(t, s, dag, all)
	says(t, "the people", page, "A new person", "can change everybody else’s roles", `href="/work/people/u-ana"`)

	page = do(all, url.Values{"do": {"add"}, "name": {"Zoe"}, "display": {"Zoe Zander"}, "role": {"analyst", "auditor"}}, 200, "Zoe Zander may sign in as zoe", "Here is the password of zoe, this once")
	zoe, err := w.team.Named(ctx, "zoe")
	made := shownPassword.FindStringSubmatch(page)
	if err != nil || made == nil || zoe.By != dag.ID || account.RolesText(zoe.Roles) != "analyst auditor" || !account.Matches(zoe.Hash, made[1]) {
		t.Fatalf("%+v, %v, %v", zoe, made, err)
	}
	own := all + "/" + zoe.ID
	for _, address := range []string{all, own} {
		if _, page := as(t, s, dag, address); strings.Contains(page, made[1]) {
			t.Errorf("%s shows the password again", address)
		}
	}
	do(all, url.Values{"do": {"add"}, "name": {"yan"}, "role": {"viewer"}, "outside": {"yes"}}, 200, "yan may sign in as yan")
	if yan, err := w.team.Named(ctx, "yan"); err != nil || yan.Hash != "" {
		t.Errorf("%+v, %v", yan, err)
	}
	for _, c := range []struct {
		form url.Values
		code int
		want string
	}{
		{url.Values{"name": {"zoe"}, "role": {"viewer"}}, 409, "somebody with the name"},
		{url.Values{"name": {"kept here!"}, "role": {"viewer"}}, 422, `value="kept here!"`},
		{url.Values{"name": {"xan"}}, 400, "without a role may do nothing"},
		{url.Values{"name": {"xan"}, "role": {"machine"}}, 422, "there is no role"},
		{url.Values{"name": {"xan", "yan"}, "role": {"viewer"}}, 400, "has it twice"},
		{url.Values{"name": {"xan"}, "role": {"viewer"}, "more": {"1"}}, 400, "has no field"},
	} {
		c.form.Set("do", "add")
		do(all, c.form, c.code, c.want)
	}
	if _, err := w.team.Named(ctx, "xan"); err == nil {
		t.Error("somebody was added all the same")
	}

	token, _, err := w.team.SignIn(ctx, "zoe", made[1], "")
	if err != nil {
		t.Fatal(err)
	}
	_, page = as(t, s, dag, own)
	says(t, "the page of a person", page, "Zoe Zander", "Signed in 1 time", "No key is in their name", "by Dag (you)")
	do(own, url.Values{"do": {"sessions"}}, 200, "1 session of Zoe Zander ended", "Not signed in")
	if _, err := w.team.Check(ctx, token); err == nil {
		t.Error("the session goes on")
	}
	do(own, url.Values{"do": {"roles"}, "role": {"approver"}}, 200, "Zoe Zander is approver from now on")
	do(own, url.Values{"do": {"roles"}}, 400, "without a role may do nothing")
	page = do(own, url.Values{"do": {"reset"}}, 200, "Here is the password of zoe, this once")
	if again := shownPassword.FindStringSubmatch(page); again == nil || again[1] == made[1] {
		t.Errorf("another password: %v", again)
	}
	page = do(own, url.Values{"do": {"key"}, "scope": {"cases", "approve"}, "days": {"90"}}, 200, "Here is the key, this once", "1 key in their name")
	secret := shownKey.FindString(page)
	if secret == "" {
		t.Fatal("no key is shown")
	}
	if _, page := as(t, s, dag, own); strings.Contains(page, secret) {
		t.Error("the key is shown again")
	}
	do(own, url.Values{"do": {"key"}, "days": {"90"}}, 400, "without a scope")
	do(all+"/u-ana", url.Values{"do": {"revoke"}, "id": {secret[:13]}}, 409, "has no such key")
	do(own, url.Values{"do": {"revoke"}, "id": {secret[:13]}}, 200, "is good no longer", "✕ revoked")
	do(own, url.Values{"do": {"disable"}}, 200, "is shut out", "Let in again")
	do(own, url.Values{"do": {"enable"}}, 200, "may sign in again")
	do(own, url.Values{"do": {"delete"}}, 400, "does not say what to do")
	do(all+"/u-none", url.Values{"do": {"disable"}, "token": {s.token(casework.Person{Name: dag.ID, Role: dag.Role})}}, 404, "no such person")

	// Nobody raises or locks out themselves, and the last admin stays.
	_, page = as(t, s, dag, all+"/"+dag.ID)
	if strings.Contains(page, `value="disable"`) || strings.Contains(page, `value="roles"`) {
		t.Error("an admin is offered to change themselves")
	}
	do(all+"/"+dag.ID, url.Values{"do": {"roles"}, "role": {"admin", "approver"}}, 403, "nobody changes their own roles")
	do(all+"/"+dag.ID, url.Values{"do": {"disable"}}, 403, "nobody shuts themselves out")
	do(all+"/"+dag.ID, url.Values{"do": {"reset"}}, 403, "nobody resets their own password")
	other, err := w.team.SetRoles(ctx, "u-host", zoe.ID, []role.Role{role.Admin})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.team.Disable(ctx, other.ID, dag.ID); err != nil {
		t.Fatal(err)
	}
	do(own, url.Values{"do": {"roles"}, "role": {"viewer"}}, 409, "nobody would be left who may change people")

	// Others see who works here, and change nobody.
	_, page = as(t, s, ana, all)
	if strings.Contains(page, "A new person") || strings.Contains(page, all+"/u-") {
		t.Error("an analyst is offered to change people")
	}
	for _, address := range []string{all, own} {
		form := url.Values{"token": {s.token(casework.Person{Name: ana.ID, Role: ana.Role})}, "do": {"add"}, "name": {"xan"}, "role": {"admin"}}
		if rec, page := send(t, s, ana, address, form); rec.Code != http.StatusForbidden || !strings.Contains(page, "adds and changes nobody") {
			t.Errorf("%s as an analyst: %d", address, rec.Code)
		}
	}
	for _, token := range []string{"", s.token(casework.Person{Name: ana.ID, Role: ana.Role})} {
		if rec, page := send(t, s, dag, own, url.Values{"token": {token}, "do": {"disable"}}); rec.Code != http.StatusForbidden || !strings.Contains(page, "his form was not made for Dag") {
			t.Errorf("with the token %q: %d", token, rec.Code)
		}
	}
	_, page = as(t, s, dag, "/work/audit?about=person:roles:"+zoe.ID)
	says(t, "the log", page, "2 entries about")
}

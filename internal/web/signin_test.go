package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
)

// testDoor lets ana in with one password, and can be set up.
type testDoor struct {
	secure bool
	broken error
	said   []string
}

const testPassword = "the password of ana"

func (d *testDoor) Standing(context.Context) (bool, bool, error) { return true, true, d.broken }
func (d *testDoor) Secure() bool                                 { return d.secure }

func (d *testDoor) SignIn(_ *http.Request, name, password string) (string, error) {
	if name != "ana" || password != testPassword {
		return "", fault.New(fault.Denied, "the name or the password is not right")
	}
	return "token", d.broken
}

func (d *testDoor) Elsewhere() bool { return true }

func (d *testDoor) Leave(*http.Request) (string, string, error) {
	return "kept", "https://id.example.org/authorize", d.broken
}

func (d *testDoor) Return(_ *http.Request, kept string) (string, error) {
	if kept != "kept" {
		return "", fault.New(fault.Denied, "not begun here")
	}
	return "token", d.broken
}

func (d *testDoor) SignOut(_ context.Context, token string) error {
	d.said = append(d.said, "out "+token)
	return d.broken
}

func (d *testDoor) SetUp(_ *http.Request, code, name, display, password string) error {
	d.said = append(d.said, strings.Join([]string{code, name, display, password}, "|"))
	return d.broken
}

func (d *testDoor) ChangePassword(_ *http.Request, token, old, password string) error {
	if old != testPassword {
		return fault.New(fault.Denied, "the name or the password is not right")
	}
	d.said = append(d.said, token+"|"+password)
	return d.broken
}

// atDoor gives pages behind a door, and what sends them a form as somebody.
func atDoor(t *testing.T, d *testDoor) func(method, path string, form url.Values, by access.Actor) *httptest.ResponseRecorder {
	t.Helper()
	c := site(t).Config
	c.SignIn = d
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return func(method, path string, form url.Values, by access.Actor) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: "cordon_session", Value: "token"})
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r.WithContext(access.With(r.Context(), by)))
		return w
	}
}

func TestDoor(t *testing.T) {
	d := &testDoor{}
	ask := atDoor(t, d)
	nobody, somebody := access.Actor{ID: access.Anonymous}, access.Actor{ID: "u-ana", Name: "Ana <Alves>", Roles: []casework.Role{casework.Analyst}}
	form := func(pairs ...string) url.Values {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	for _, x := range []struct {
		method, path string
		form         url.Values
		by           access.Actor
		status       int
		says         string // in the page, or where it leads
	}{
		{"GET", "/sign-in?back=%2Fwork%3Fstate%3Dall", nil, nobody, 200, `name="back" value="/work?state=all"`},
		{"GET", "/sign-in?back=https%3A%2F%2Fexample.org", nil, nobody, 200, `name="back" value="/"`},
		{"GET", "/sign-in?more=1", nil, nobody, 400, "no parameter"},
		{"POST", "/sign-in", form("name", "ana", "password", testPassword, "back", "/work"), nobody, 303, "/work"},
		{"POST", "/sign-in", form("name", `a"><b>`, "password", "<secret>"), nobody, 403, `value="a&#34;&gt;&lt;b&gt;"`},
		{"POST", "/sign-in", form("name", "ana", "password", testPassword, "as", "bo"), nobody, 400, "no parameter"},
		{"POST", "/sign-in", form("name", strings.Repeat("a", 9000)), nobody, 413, "larger"},
		{"POST", "/set-up", form("code", " c ", "name", "dag", "display", "D", "password", "a", "again-password", "b"), nobody, 422, "differ"},
		{"POST", "/set-up", form("code", " c ", "name", "dag", "display", "D", "password", " p ", "again-password", " p "), nobody, 303, "/sign-in?back=%2Fwork"},
		{"GET", "/account", nil, nobody, 403, "Nobody is signed in"},
		{"POST", "/account", form("old-password", testPassword, "password", "new", "again-password", "new"), nobody, 403, "Nobody is signed in"},
		{"GET", "/account", nil, somebody, 200, "signed in as Ana &lt;Alves&gt;"},
		{"POST", "/account", form("old-password", "x", "password", "new", "again-password", "new"), somebody, 403, "not right"},
		{"POST", "/account", form("old-password", testPassword, "password", "new", "again-password", "other"), somebody, 422, "differ"},
		{"POST", "/account", form("old-password", testPassword, "password", "new", "again-password", "new"), somebody, 303, "/sign-in"},
		{"POST", "/sign-out", nil, somebody, 303, "/sign-in"},
		{"POST", "/sign-out", form("x", "y"), somebody, 400, "no parameter"},
		{"GET", "/sign-out", nil, somebody, 404, "no page"},
		{"GET", "/about", nil, somebody, 200, `You are signed in as Ana &lt;Alves&gt;: <a href="/account">`},
	} {
		w := ask(x.method, x.path, x.form, x.by)
		body := w.Body.String()
		if w.Code == 303 {
			body = w.Header().Get("Location")
		}
		if w.Code != x.status || !strings.Contains(body, x.says) {
			t.Errorf("%s %s %v: %d, want %d with %q\n%s", x.method, x.path, x.form, w.Code, x.status, x.says, body)
		}
		if strings.Contains(w.Body.String(), testPassword) || strings.Contains(body, "<secret>") || strings.Contains(body, "&lt;secret&gt;") {
			t.Errorf("%s %s shows a password", x.method, x.path)
		}
		if x.path != "/about" && !strings.HasPrefix(x.path, "/sign-out") && w.Code == 303 && w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s may be stored: %q", x.method, x.path, w.Header().Get("Cache-Control"))
		}
	}
	if want := []string{"c|dag|D| p ", "token|new", "out token"}; strings.Join(d.said, "\n") != strings.Join(want, "\n") {
		t.Errorf("it was told %q", d.said)
	}
	d.broken = fault.Wrap(fault.Unavailable, errors.New("the disk is gone"), "people cannot be read")
	for _, path := range []string{"/sign-in", "/set-up"} {
		if w := ask("POST", path, form("name", "ana", "password", testPassword), nobody); w.Code != 503 || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s while the store is gone: %d", path, w.Code)
		}
	}
}

func TestSessionToken(t *testing.T) {
	for _, secure := range []bool{false, true} {
		w := httptest.NewRecorder()
		SetSession(w, "abc", secure)
		c := w.Result().Cookies()[0]
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(c)
		if SessionToken(r, secure) != "abc" || SessionToken(r, !secure) != "" || strings.HasPrefix(c.Name, "__Host-") != secure || c.Secure != secure || !c.HttpOnly {
			t.Errorf("%t: %v", secure, c)
		}
		r.AddCookie(c) // two of one name are of two minds
		if SessionToken(r, secure) != "" {
			t.Error("one of two cookies is taken")
		}
	}
	if got := backTo("/work?x=1#y"); got != "/work?x=1#y" {
		t.Errorf("back to %q", got)
	}
	for _, bad := range []string{"", "work", "//x", `/\x`, "/a\\b", "https://x/", "javascript:alert(1)", "/sign-out", "/x\n", "/" + strings.Repeat("a", 2000)} {
		if got := backTo(bad); got != "/" {
			t.Errorf("%q leads back to %q", bad, got)
		}
	}
}

// TestWhoMayComeIsSaid: the foot of a page says that nobody signs in only where that is so.
func TestWhoMayComeIsSaid(t *testing.T) {
	const open, door, keyed, signed = "Nobody signs in here", "Who works here signs in", "You are here with a key", "You are signed in as Ana"
	in := &testDoor{}
	behind := func(in SignIn) *Site {
		c := site(t).Config
		c.SignIn = in
		s, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	nobody, peopled := behind(nil), behind(in)
	gone := fault.New(fault.Unavailable, "gone")
	for _, c := range []struct {
		what   string
		site   *Site
		broken error
		who    access.Actor
		want   string
	}{
		{"a server without people", nobody, nil, access.Actor{}, open},
		{"one with people", peopled, nil, access.Actor{}, door},
		{"one whose people cannot be read", peopled, gone, access.Actor{}, door},
		{"somebody with a key", peopled, nil, access.Actor{ID: "ck_x", Key: true}, keyed},
		{"a key where there are no people", nobody, nil, access.Actor{ID: "ck_x", Key: true}, keyed},
		{"somebody who signed in", peopled, nil, access.Actor{ID: "u-ana", Name: "Ana"}, signed},
	} {
		in.broken = c.broken
		r := httptest.NewRequest(http.MethodGet, "/about", http.NoBody)
		page, err := c.site.render(r.WithContext(access.With(r.Context(), c.who)), &answer{template: "fault", title: "x", body: &fault.Error{}})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []string{open, door, keyed, signed} {
			if strings.Contains(string(page), x) != (x == c.want) {
				t.Errorf("%s: %q", c.what, x)
			}
		}
	}
}

package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
)

// Door lets in who has a key with the scope of what is asked, and no more often than it may. It is safe for concurrent use.
type Door struct {
	// Ring knows the keys.
	Ring *access.Ring
	// Wanted reports whether keys are asked for at the moment; an error lets nobody in.
	Wanted func(r *http.Request) (bool, error)
	// Scopes tells what a request needs.
	Scopes *Scopes
	// Rates limits each key, and each address where no key is asked for; Failed the attempts of an address with keys that
	// are not good. Who has a good key is never kept out by the attempts of others.
	Rates, Failed *access.Rates
	// SignIn hears of who comes with a good key, and of who comes with one that is not, which is "" then; nil for nobody. While it
	// fails nobody is let in.
	SignIn func(r *http.Request, key string) error
	// People are those who sign in; nil for a server where nobody does.
	People People
}

// People knows who is signed in. It is asked at each request, and lets nobody in when it fails.
type People interface {
	// Signed gives who is signed in by what a browser sent; false for nobody.
	Signed(r *http.Request) (access.Actor, bool, error)
	// Page is where a browser of somebody who is not signed in is sent; "" where nobody can sign in.
	Page(r *http.Request) (string, error)
	// Good says whether a key is good as far as its owner goes: one of somebody who was shut out is not.
	Good(ctx context.Context, k access.Key) (bool, error)
	// Refused hears of somebody who is signed in and asks what their roles do not let them.
	Refused(ctx context.Context, a access.Actor, lacks role.Permission) error
}

// Scopes tells which scope an address needs, by the patterns that routers have. What no pattern matches is not there.
type Scopes struct{ mux *http.ServeMux }

type scopeMark access.Scope

// ServeHTTP makes a scope a handler, so that it can be routed; nothing calls it.
func (scopeMark) ServeHTTP(http.ResponseWriter, *http.Request) {}

// NewScopes makes the table of what needs which scope.
func NewScopes(table map[string]access.Scope) *Scopes {
	s := &Scopes{http.NewServeMux()}
	for pattern, scope := range table {
		s.mux.Handle(pattern, scopeMark(scope))
	}
	return s
}

// Of gives the scope that a request needs; false where no pattern matches. An address that a router would redirect to a
// cleaner one matches none.
func (s *Scopes) Of(r *http.Request) (access.Scope, bool) {
	h, _ := s.mux.Handler(r)
	mark, ok := h.(scopeMark)
	return access.Scope(mark), ok
}

// probed are asked by who watches over the server, as often as it likes.
func probed(r *http.Request) bool { return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" }

// Admit is for [Around].
func (d *Door) Admit(w http.ResponseWriter, r *http.Request) (*http.Request, *Problem) {
	if probed(r) {
		return r, nil
	}
	wanted, err := d.Wanted(r)
	switch {
	case err != nil:
		return nil, unavailable(access.ErrUnavailable.Error())
	case !wanted:
		return r, d.often(access.Caller(r.RemoteAddr))
	}
	scope, there := d.Scopes.Of(r)
	if there && scope == access.Open {
		return r, nil
	}
	secret, p := secretOf(r)
	if p != nil {
		return nil, p
	}
	if secret == "" && d.People != nil {
		if in, p, known := d.person(r, scope, there); known {
			return in, p
		}
	}
	k, err := d.find(r.Context(), secret)
	switch {
	case errors.Is(err, access.ErrUnavailable):
		return nil, unavailable(err.Error())
	case err != nil:
		return nil, d.unknown(w, r, secret)
	}
	if p := d.signIn(r, k.ID); p != nil {
		return nil, p
	}
	r = r.WithContext(access.With(r.Context(), access.Actor{ID: k.ID, Key: true, Owner: k.Owner, Scopes: k.Scopes}))
	if p := d.often(k.ID); p != nil {
		return r, p
	}
	if !there {
		return r, nothing()
	}
	if !k.Enters(scope) {
		scope = access.Opener(scope)
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm="cordon", error="insufficient_scope", scope=%q`, scope))
		return r, refusal(http.StatusForbidden, fault.Denied, "", fmt.Sprintf("use a key that was made with --scope %s", scope),
			fmt.Sprintf("the key %s has not the scope %q", k.ID, scope))
	}
	return r, nil
}

// unavailable is the problem of what cannot be known at the moment; nobody is let in meanwhile.
func unavailable(detail string) *Problem {
	return refusal(http.StatusServiceUnavailable, fault.Unavailable, "", "try again in a moment", detail)
}

// nothing is the problem of an address that is not there.
func nothing() *Problem {
	return refusal(http.StatusNotFound, fault.NotFound, "", "/openapi.json lists what there is", "there is nothing here")
}

// find gives the key of a secret, if it and its owner are good.
func (d *Door) find(ctx context.Context, secret string) (access.Key, error) {
	k, err := d.Ring.Find(ctx, secret)
	if err != nil || d.People == nil {
		return k, err
	}
	good, err := d.People.Good(ctx, k)
	switch {
	case err != nil:
		return access.Key{}, access.ErrUnavailable
	case !good:
		return access.Key{}, access.ErrUnknown
	}
	return k, nil
}

// person lets in who is signed in, if one of their roles may; known is false where nobody is and no page is wanted.
func (d *Door) person(r *http.Request, needs role.Permission, there bool) (in *http.Request, p *Problem, known bool) {
	a, ok, err := d.People.Signed(r)
	if err != nil {
		return nil, unavailable("it cannot be seen who is signed in"), true
	}
	if !ok {
		return d.stranger(r)
	}
	in = r.WithContext(access.With(r.Context(), a))
	if p := d.often(a.ID); p != nil {
		return in, p, true
	}
	switch {
	case !there:
		return in, nothing(), true
	case a.MustChange && needs != role.Self:
		return in, mustChange(r), true
	case role.Any(a.Roles, needs):
		return in, nil, true
	}
	if err := d.People.Refused(r.Context(), a, needs); err != nil {
		return in, unavailable("it cannot be noted who was refused"), true
	}
	what := role.About(needs)
	if needs == role.All || what == "" {
		what = "do this"
	}
	return in, refusal(http.StatusForbidden, fault.Denied, "", "ask somebody whose role may; the page of people says which",
		"your role does not let you "+what), true
}

// mustChange is the problem of whoever has a password that was made for them; a browser is sent to where they choose another.
func mustChange(r *http.Request) *Problem {
	p := refusal(http.StatusForbidden, fault.Denied, "", "choose another at /account, and sign in with it",
		"your password was made for you and seen by somebody else, so that it is good for choosing another and for nothing else")
	if browses(r) {
		p.to = "/account"
	}
	return p
}

// stranger sends the browser of somebody who is not signed in to where they can.
func (d *Door) stranger(r *http.Request) (in *http.Request, p *Problem, known bool) {
	if !browses(r) {
		return nil, nil, false
	}
	page, err := d.People.Page(r)
	switch {
	case err != nil:
		return nil, unavailable("it cannot be seen who may sign in"), true
	case page == "":
		return nil, nil, false
	}
	p = refusal(http.StatusUnauthorized, fault.Denied, "", "sign in", "nobody is signed in")
	p.to = page
	return nil, p, true
}

// signIn tells of who comes.
func (d *Door) signIn(r *http.Request, key string) *Problem {
	if d.SignIn == nil {
		return nil
	}
	if err := d.SignIn(r, key); err != nil {
		return refusal(http.StatusServiceUnavailable, fault.Unavailable, "", "try again in a moment", "it cannot be noted who asks")
	}
	return nil
}

// often takes one from what a caller may ask.
func (d *Door) often(name string) *Problem {
	if wait := d.Rates.Take(name); wait > 0 {
		return tooOften(wait, "more was asked than is allowed in this time")
	}
	return nil
}

// tooOften is the problem of a caller that must wait.
func tooOften(wait time.Duration, detail string) *Problem {
	p := refusal(http.StatusTooManyRequests, fault.Limited, "", "come again after the time in Retry-After", detail)
	p.after = wait
	return p
}

// unknown answers who has no good key.
func (d *Door) unknown(w http.ResponseWriter, r *http.Request, secret string) *Problem {
	if secret != "" {
		if wait := d.Failed.Take(access.Caller(r.RemoteAddr)); wait > 0 {
			return tooOften(wait, "too many keys that are not good came from this address")
		}
		if p := d.signIn(r, ""); p != nil {
			return p
		}
	}
	h := w.Header()
	detail, scheme := "this server wants a key", `Bearer realm="cordon"`
	if secret != "" {
		detail, scheme = access.ErrUnknown.Error(), scheme+`, error="invalid_token"`
	}
	h.Add("WWW-Authenticate", scheme)
	if strings.Contains(r.Header.Get("Accept"), "text/html") { // a browser then asks for it
		h.Add("WWW-Authenticate", `Basic realm="Cordon: the key is the password", charset="UTF-8"`)
	}
	return refusal(http.StatusUnauthorized, fault.Denied, "", d.wayIn(r), detail)
}

// wayIn says how to be let in: by a key, by signing in, or by making the first person.
func (d *Door) wayIn(r *http.Request) string {
	const key = "send Authorization: Bearer KEY; `cordon keys add` makes one"
	if d.People == nil {
		return key
	}
	page, err := d.People.Page(r)
	switch page, _, _ = strings.Cut(page, "?"); {
	case err != nil || page == "":
		return key
	case page == setUpPage:
		return "nobody can sign in yet: open " + page + " in a browser and give the code that the server printed when it started, or use " +
			"`cordon people add NAME --role admin` beside it; programs " + key
	}
	return "sign in at " + page + "; programs " + key
}

// setUpPage is where the first person is made.
const setUpPage = "/set-up"

// keyHeader holds a key where Authorization is taken.
const keyHeader = "X-API-Key"

// secretOf gives the key of a request; "" for none. A key stands in one place, and never in an address, which would be
// logged on its way.
func secretOf(r *http.Request) (string, *Problem) {
	var found []string
	found = append(found, r.Header.Values(keyHeader)...)
	for _, v := range r.Header.Values("Authorization") {
		scheme, rest, _ := strings.Cut(v, " ")
		switch strings.ToLower(scheme) {
		case "bearer":
			found = append(found, strings.TrimSpace(rest))
		case "basic":
			if _, password, ok := r.BasicAuth(); ok {
				found = append(found, password)
			}
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return cmp.Or(found[0], " "), nil // one that says nothing is a key that is not good, and not none
	}
	return "", refusal(http.StatusBadRequest, fault.Usage, "", "send it once, as Authorization: Bearer KEY", "there is more than one key")
}

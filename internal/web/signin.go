package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
)

// SignIn lets people in. Implementations are safe for concurrent use; what they refuse they refuse in words that tell nobody
// which names there are.
type SignIn interface {
	// Standing says whether there are people who sign in, and whether the first of them may be made with a code.
	Standing(ctx context.Context) (people, setUp bool, err error)
	// SignIn gives the token of a session.
	SignIn(r *http.Request, name, password string) (token string, err error)
	// SignOut ends a session.
	SignOut(ctx context.Context, token string) error
	// SetUp makes the first person, who keeps the program, with the code that the server printed.
	SetUp(r *http.Request, code, name, display, password string) error
	// ChangePassword gives who is signed in another password; all their sessions end.
	ChangePassword(r *http.Request, token, old, password string) error
	// Elsewhere says whether there is a provider of identities to sign in with. Leave gives where to send a browser for that, and
	// what it keeps until it comes back; Return the token of a session for one that came back with what it kept.
	Elsewhere() bool
	Leave(r *http.Request) (keep, to string, err error)
	Return(r *http.Request, kept string) (token string, err error)
	// Secure says whether people reach the server over TLS.
	Secure() bool
}

// The cookie of a session. A browser takes one whose name begins with __Host- over TLS only, from this host only, and for all of
// it; without TLS, on one machine alone, it has another name.
const (
	sessionCookie = "cordon_session"
	secureCookie  = "__Host-cordon_session"
)

// SessionToken gives the token of the session that a browser shows; "" for none.
func SessionToken(r *http.Request, secure bool) string {
	name := sessionCookie
	if secure {
		name = secureCookie
	}
	if list := r.CookiesNamed(name); len(list) == 1 && len(list[0].Value) <= 100 {
		return list[0].Value
	}
	return ""
}

// SetSession gives a browser the token of a session, which it keeps until it is closed; "" takes it away.
func SetSession(w http.ResponseWriter, token string, secure bool) {
	c := &http.Cookie{Name: sessionCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: secure}
	if secure {
		c.Name = secureCookie
	}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// SignInAddress is the page to sign in at, from which one comes back to where one was.
func SignInAddress(r *http.Request) string {
	if back := backTo(r.URL.RequestURI()); r.Method == http.MethodGet && back != "/" {
		return "/sign-in?" + url.Values{"back": {back}}.Encode()
	}
	return "/sign-in"
}

// backTo gives an address of ours, and the start page for any other.
func backTo(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") ||
		strings.ContainsAny(address, "\\\r\n\t") || strings.HasPrefix(u.Path, "/sign-") || len(address) > 2000 {
		return "/"
	}
	return address
}

// maxSignIn is how many bytes a form to sign in may have.
const maxSignIn = 8 << 10

// signInPage is the page to sign in at, that to make the first person, or that of the own account.
type signInPage struct {
	Errors []fieldError
	Typed  map[string]string
	// Lost is true for a browser that was just signed in and shows no session.
	Lost bool
	// Made is true for who has a password that was made for them.
	Made bool
	// Elsewhere is true where one can sign in with a provider of identities.
	Elsewhere bool
}

// refuse puts a fault of somebody's doing beside the form, with its status; others make a page of their own.
func (p *signInPage) refuse(id, label string, err error) (status int, rest error) {
	switch fault.CodeOf(err) {
	case fault.Usage, fault.Invalid, fault.Denied, fault.Conflict, fault.Limited:
		p.Errors = append(p.Errors, fieldError{id, label, plain(err)})
		return fault.HTTP(err), nil
	}
	return 0, err
}

// door makes a handler of a page around signing in. act does what a form asks, and gives where to go on.
func (s *Site) door(template, title string, fields []string, act func(w http.ResponseWriter, r *http.Request, p *signInPage) (to string, status int, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		s.page(func(r *http.Request) (*answer, error) {
			page := &signInPage{Typed: map[string]string{}}
			given, err := s.doorForm(r, fields)
			if err != nil {
				return nil, err
			}
			for _, name := range fields {
				if !strings.Contains(name, "password") && name != "code" {
					page.Typed[name] = strings.TrimSpace(given.Get(name))
				}
			}
			to, status, err := act(w, r, page)
			if err != nil || to != "" {
				return &answer{location: to}, err
			}
			a := &answer{template: template, title: title, body: page, status: status, bare: true, door: true}
			if len(page.Errors) > 0 {
				a.title = "Error: " + title
			}
			return a, nil
		}).ServeHTTP(w, r)
	}
}

// doorForm gives what was sent, in the address or as a form.
func (s *Site) doorForm(r *http.Request, fields []string) (url.Values, error) {
	if s.SignIn == nil {
		return nil, fault.New(fault.NotFound, "nobody signs in to this server").WithFix("start `cordon serve` with a data folder")
	}
	if r.Method != http.MethodPost {
		return r.URL.Query(), known(r, "back", "lost")
	}
	if err := readForm(r, maxSignIn); err != nil {
		return nil, err
	}
	return r.PostForm, knownIn(r.PostForm, fields...)
}

// signInView lets somebody in who says who they are.
func (s *Site) signInView(w http.ResponseWriter, r *http.Request, p *signInPage) (string, int, error) {
	people, setUp, err := s.SignIn.Standing(r.Context())
	switch {
	case err != nil:
		return "", 0, err
	case setUp && !people:
		return "/set-up", 0, nil
	case !people && !s.SignIn.Elsewhere():
		return "", 0, fault.New(fault.NotFound, "nobody signs in to this server, as it knows nobody by name").
			WithFix("`cordon people add` makes somebody who does")
	}
	p.Typed["back"], p.Elsewhere = backTo(p.Typed["back"]), s.SignIn.Elsewhere()
	if r.Method != http.MethodPost {
		p.Lost = r.URL.Query().Has("lost")
		return "", 0, nil
	}
	token, err := s.SignIn.SignIn(r, p.Typed["name"], r.PostForm.Get("password"))
	if err != nil {
		status, err := p.refuse("f-name", "Sign in", err)
		return "", status, err
	}
	SetSession(w, token, s.SignIn.Secure())
	return p.Typed["back"], 0, nil
}

// setUpView makes the first person.
func (s *Site) setUpView(_ http.ResponseWriter, r *http.Request, p *signInPage) (string, int, error) {
	_, setUp, err := s.SignIn.Standing(r.Context())
	switch {
	case err != nil:
		return "", 0, err
	case !setUp:
		return "", 0, fault.New(fault.NotFound, "this server is set up already, or not from here").
			WithFix("sign in, or add people with `cordon people add`")
	case r.Method != http.MethodPost:
		return "", 0, nil
	}
	if r.PostForm.Get("password") != r.PostForm.Get("again-password") {
		status, err := p.refuse("f-again", "Password", fault.New(fault.Invalid, "the two passwords differ"))
		return "", status, err
	}
	if err := s.SignIn.SetUp(r, strings.TrimSpace(r.PostForm.Get("code")), p.Typed["name"], p.Typed["display"], r.PostForm.Get("password")); err != nil {
		status, err := p.refuse("f-code", "First person", err)
		return "", status, err
	}
	return "/sign-in?back=%2Fwork", 0, nil
}

// accountView is the own account: another password.
func (s *Site) accountView(w http.ResponseWriter, r *http.Request, p *signInPage) (string, int, error) {
	a := access.By(r.Context())
	if !a.Person() {
		return "", 0, fault.New(fault.Denied, "nobody is signed in").WithFix("sign in first")
	}
	p.Typed["name"], p.Made = a.Name, a.MustChange
	if r.Method != http.MethodPost {
		return "", 0, nil
	}
	if r.PostForm.Get("password") != r.PostForm.Get("again-password") {
		status, err := p.refuse("f-again", "Password", fault.New(fault.Invalid, "the two passwords differ"))
		return "", status, err
	}
	token := SessionToken(r, s.SignIn.Secure())
	if err := s.SignIn.ChangePassword(r, token, r.PostForm.Get("old-password"), r.PostForm.Get("password")); err != nil {
		status, err := p.refuse("f-old", "Password", err)
		return "", status, err
	}
	SetSession(w, "", s.SignIn.Secure())
	return "/sign-in", 0, nil
}

// peopled says whether there are people who sign in, or may be. Nobody is told that there are none where it cannot be seen.
func (s *Site) peopled(ctx context.Context) bool {
	if s.SignIn == nil {
		return false
	}
	people, setUp, err := s.SignIn.Standing(ctx)
	return people || setUp || err != nil || s.SignIn.Elsewhere()
}

// signOut ends the session of who asks, and is done where there is none.
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	s.page(func(r *http.Request) (*answer, error) {
		if _, err := s.doorForm(r, nil); err != nil {
			return nil, err
		}
		if token := SessionToken(r, s.SignIn.Secure()); token != "" {
			if err := s.SignIn.SignOut(r.Context(), token); err != nil {
				return nil, err
			}
		}
		SetSession(w, "", s.SignIn.Secure())
		return &answer{location: "/sign-in"}, nil
	}).ServeHTTP(w, r)
}

// Refuse shows a browser a page in place of what it is not given.
func (s *Site) Refuse(w http.ResponseWriter, r *http.Request, status int, message, fix string) {
	secure(w.Header())
	w.Header().Set("Cache-Control", "no-store")
	s.page(func(*http.Request) (*answer, error) {
		f := &fault.Error{Message: message, Fix: fix}
		return &answer{template: "fault", title: "That did not work", body: f, status: status, bare: true, door: true}, nil
	}).ServeHTTP(w, r)
}

// The cookie of an attempt to sign in elsewhere, which lasts ten minutes.
const (
	flowCookie   = "cordon_flow"
	flowLasts    = 600
	flowSplitter = "~"
)

func (s *Site) flow(w http.ResponseWriter, value string, age int) {
	c := &http.Cookie{Name: flowCookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.SignIn.Secure()}
	if c.Secure {
		c.Name = "__Host-" + flowCookie
	}
	http.SetCookie(w, c)
}

// leave sends somebody to sign in with a provider of identities.
func (s *Site) leave(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	s.page(func(r *http.Request) (*answer, error) {
		if _, err := s.doorForm(r, nil); err != nil {
			return nil, err
		}
		if !s.SignIn.Elsewhere() {
			return s.missing(r)
		}
		keep, to, err := s.SignIn.Leave(r)
		if err != nil {
			return nil, err
		}
		s.flow(w, keep+flowSplitter+url.QueryEscape(backTo(r.URL.Query().Get("back"))), flowLasts)
		return &answer{location: to}, nil
	}).ServeHTTP(w, r)
}

// comeBack lets in who comes back from there.
func (s *Site) comeBack(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	s.page(func(r *http.Request) (*answer, error) {
		if s.SignIn == nil || !s.SignIn.Elsewhere() {
			return s.missing(r)
		}
		name := flowCookie
		if s.SignIn.Secure() {
			name = "__Host-" + flowCookie
		}
		kept, back := "", "/"
		if list := r.CookiesNamed(name); len(list) == 1 && len(list[0].Value) < 4096 {
			var escaped string
			kept, escaped, _ = strings.Cut(list[0].Value, flowSplitter)
			if plain, err := url.QueryUnescape(escaped); err == nil {
				back = backTo(plain)
			}
		}
		s.flow(w, "", -1) // it is good once
		token, err := s.SignIn.Return(r, kept)
		if err != nil {
			return nil, err
		}
		SetSession(w, token, s.SignIn.Secure())
		return &answer{location: back}, nil
	}).ServeHTTP(w, r)
}

// doorRoutes names the addresses around signing in.
func (s *Site) doorRoutes() {
	signIn := s.door("signin", "Sign in", []string{"name", "password", "back"}, s.signInView)
	s.mux.HandleFunc("GET /sign-in", signIn)
	s.mux.HandleFunc("POST /sign-in", signIn)
	s.mux.HandleFunc("POST /sign-out", s.signOut)
	s.mux.HandleFunc("GET /sign-in/oidc", s.leave)
	s.mux.HandleFunc("GET /sign-in/oidc/done", s.comeBack)
	setUp := s.door("setup", "Set up", []string{"code", "name", "display", "password", "again-password"}, s.setUpView)
	s.mux.HandleFunc("GET /set-up", setUp)
	s.mux.HandleFunc("POST /set-up", setUp)
	account := s.door("account", "Your account", []string{"old-password", "password", "again-password"}, s.accountView)
	s.mux.HandleFunc("GET /account", account)
	s.mux.HandleFunc("POST /account", account)
}

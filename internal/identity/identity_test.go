package identity_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/identity"
	"github.com/cordon-engine/cordon/internal/identity/identitytest"
)

const back = "https://cordon.example.org/sign-in/oidc/done"

func open(t *testing.T, p *identitytest.Provider, change ...func(*identity.Settings)) *identity.Provider {
	t.Helper()
	s := identity.Settings{Issuer: p.URL, Client: p.Client, Secret: p.Secret, Return: back, Groups: "groups"}
	for _, f := range change {
		f(&s)
	}
	found, err := identity.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// walk has a browser go to the provider, and gives what it brings back.
func walk(t *testing.T, to string) url.Values {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(to)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	u, err := res.Location()
	if err != nil || u.Scheme+"://"+u.Host+u.Path != back {
		t.Fatalf("%v: it leads to %v", err, u)
	}
	return u.Query()
}

func TestFlow(t *testing.T) {
	p := identitytest.New(t)
	found := open(t, p)
	attempt := func() (identity.Flow, url.Values) {
		f, to := found.Begin()
		return f, walk(t, to)
	}
	p.Claims = map[string]any{"email": "Ana@example.org", "email_verified": true, "name": "Ana Alves", "groups": []string{"a", "b"}}
	f, q := attempt()
	who, err := found.Finish(t.Context(), f, q)
	want := identity.Who{Issuer: p.URL, Subject: "subject-1", Name: "Ana Alves", Email: "Ana@example.org", Groups: []string{"a", "b"}}
	if diff := cmp.Diff(want, who); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
	if _, err := found.Finish(t.Context(), f, q); fault.CodeOf(err) != fault.Denied {
		t.Errorf("a code that was used: %v", err)
	}
	p.Claims["email_verified"] = false
	f, q = attempt()
	if who, err = found.Finish(t.Context(), f, q); err != nil || who.Email != "" {
		t.Errorf("an address that nobody verified: %q, %v", who.Email, err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	right := p.Key
	for what, spoil := range map[string]func(f *identity.Flow, q url.Values){
		"another state":     func(_ *identity.Flow, q url.Values) { q.Set("state", "x") },
		"no state":          func(f *identity.Flow, q url.Values) { f.State = ""; q.Del("state") },
		"another verifier":  func(f *identity.Flow, _ url.Values) { f.Verifier = "0123456789012345678901234567890123456789012" },
		"another attempt":   func(f *identity.Flow, _ url.Values) { f.Nonce = "x" },
		"no code":           func(_ *identity.Flow, q url.Values) { q.Del("code") },
		"another code":      func(_ *identity.Flow, q url.Values) { q.Set("code", "x") },
		"a refusal":         func(_ *identity.Flow, q url.Values) { q.Set("error", "access_denied") },
		"for another":       func(*identity.Flow, url.Values) { p.Claims["aud"] = "other" },
		"of another":        func(*identity.Flow, url.Values) { p.Claims["iss"] = "https://example.org" },
		"over":              func(*identity.Flow, url.Values) { p.Claims["exp"] = time.Now().Add(-time.Hour).Unix() },
		"of nobody":         func(*identity.Flow, url.Values) { p.Claims["sub"] = "" },
		"signed by another": func(*identity.Flow, url.Values) { p.Key = other },
	} {
		p.Claims, p.Key = map[string]any{}, right
		f, q := attempt()
		spoil(&f, q)
		if who, err := found.Finish(t.Context(), f, q); fault.CodeOf(err) != fault.Denied || err == nil || who.Subject != "" {
			t.Errorf("%s: %+v, %v", what, who, err)
		}
	}
	p.Claims, p.Key = map[string]any{}, right
	wrong := open(t, p, func(s *identity.Settings) { s.Secret = "guess" })
	f, to := wrong.Begin()
	if _, err := wrong.Finish(t.Context(), f, walk(t, to)); fault.CodeOf(err) != fault.Denied {
		t.Errorf("another secret: %v", err)
	}
	var seen []string
	for range 20 {
		f, _ := found.Begin()
		seen = append(seen, f.State, f.Nonce, f.Verifier)
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != 60 {
		t.Error("something of an attempt was used twice")
	}
}

func TestOpen(t *testing.T) {
	p := identitytest.New(t)
	for issuer, code := range map[string]fault.Code{
		"": fault.Usage, "http://example.org": fault.Usage, "ftp://127.0.0.1": fault.Usage, "https://": fault.Usage, p.URL + "/": fault.Unavailable, p.URL + "/other": fault.Unavailable,
	} {
		if _, err := identity.Open(t.Context(), identity.Settings{Issuer: issuer, Client: "c", Secret: "s", Return: back}); fault.CodeOf(err) != code {
			t.Errorf("%q: %v", issuer, err)
		}
	}
}

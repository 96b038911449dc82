// Package identity asks a provider of identities who somebody is, by OpenID Connect: discovery, the code flow with PKCE, state
// and nonce. It is the one place that asks a provider over the network.
//
// It lets nobody in and gives nobody a role: it says who the provider says somebody is, or that this cannot be known. It keeps
// nothing and logs nothing.
package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Settings say which provider is asked, and as whom.
type Settings struct {
	// Issuer is the address of the provider, as it calls itself; Client the name that it knows us by, and Secret what proves it.
	Issuer, Client, Secret string
	// Return is the address to which it sends people back.
	Return string
	// Groups is the claim that names the groups of somebody; "" asks for none.
	Groups string
	// HTTP asks it; nil asks with a limit of time.
	HTTP *http.Client
	Now  func() time.Time
}

// patience is how long a provider has to answer.
const patience = 10 * time.Second

// Provider is a provider that was found.
type Provider struct {
	s        Settings
	config   oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// Open finds a provider. One that does not answer, or calls itself otherwise, is fault.Unavailable.
func Open(ctx context.Context, s Settings) (*Provider, error) {
	if u, err := url.Parse(s.Issuer); err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "127.0.0.1" && u.Hostname() != "localhost") {
		return nil, fault.New(fault.Usage, "%q is no address of a provider of identities", s.Issuer).WithFix("it begins with https://")
	}
	if s.HTTP == nil {
		s.HTTP = &http.Client{Timeout: patience}
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, s.HTTP), s.Issuer)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the provider of identities %s cannot be asked", s.Issuer).WithFix("try again in a moment, or sign in by a password")
	}
	return &Provider{
		s:        s,
		config:   oauth2.Config{ClientID: s.Client, ClientSecret: s.Secret, Endpoint: found.Endpoint(), RedirectURL: s.Return, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}},
		verifier: found.Verifier(&oidc.Config{ClientID: s.Client, Now: s.Now}),
	}, nil
}

// Flow is one attempt to sign in, which the browser keeps until it comes back.
type Flow struct{ State, Nonce, Verifier string }

// Begin begins an attempt, and gives where to send the browser.
func (p *Provider) Begin() (Flow, string) {
	f := Flow{rand.Text(), rand.Text(), oauth2.GenerateVerifier()}
	return f, p.config.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
}

// Who is somebody as a provider knows them.
type Who struct {
	// Issuer and Subject name them for good; Name is for people.
	Issuer, Subject, Name string
	// Email is theirs where the provider says that it was verified, and "" else.
	Email  string
	Groups []string
}

// Outside is the name that they are known by for good.
func (w Who) Outside() string { return w.Issuer + "|" + w.Subject }

// Finish ends an attempt with what the browser brought back; fault.Denied when it is not of this attempt or the provider did not
// let them in, fault.Unavailable when the provider cannot be asked.
func (p *Provider) Finish(ctx context.Context, f Flow, back url.Values) (Who, error) {
	denied := func(err error, what string) error {
		return fault.Wrap(fault.Denied, err, "%s", what).WithFix("begin again at /sign-in")
	}
	if f.State == "" || subtle.ConstantTimeCompare([]byte(f.State), []byte(back.Get("state"))) != 1 {
		return Who{}, denied(nil, "this is not the end of a sign-in that was begun in this browser")
	}
	if back.Get("error") != "" || back.Get("code") == "" {
		return Who{}, denied(nil, "the provider of identities did not let you in")
	}
	ctx = oidc.ClientContext(ctx, p.s.HTTP)
	token, err := p.config.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Who{}, denied(err, "the provider of identities does not know this attempt")
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Who{}, denied(nil, "the provider of identities does not say who you are")
	}
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return Who{}, denied(err, "what the provider of identities says cannot be trusted")
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return Who{}, denied(nil, "what the provider of identities says is of another attempt")
	}
	return p.who(id)
}

// who reads the claims.
func (p *Provider) who(id *oidc.IDToken) (Who, error) {
	var c struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
		Name     string `json:"name"`
	}
	all := map[string]any{}
	err := id.Claims(&c)
	if err == nil {
		err = id.Claims(&all)
	}
	if err != nil || id.Subject == "" {
		return Who{}, fault.Wrap(fault.Denied, err, "what the provider of identities says cannot be read")
	}
	w := Who{Issuer: id.Issuer, Subject: id.Subject, Name: c.Name}
	if c.Verified {
		w.Email = c.Email
	}
	if list, ok := all[p.s.Groups].([]any); ok && p.s.Groups != "" {
		for _, g := range list {
			if name, ok := g.(string); ok {
				w.Groups = append(w.Groups, name)
			}
		}
	}
	return w, nil
}

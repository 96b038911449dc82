package main

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/identity"
	"github.com/cordon-engine/cordon/internal/role"
)

// serveOIDC are the flags of a provider of identities.
type serveOIDC struct {
	OIDCIssuer     string   `name:"oidc-issuer" help:"Let people sign in with this provider of identities (OpenID Connect)." placeholder:"https://ADDRESS"`
	OIDCClient     string   `name:"oidc-client" help:"The name that the provider knows this server by." placeholder:"ID"`
	OIDCSecretFile string   `name:"oidc-secret-file" help:"The file with the secret that proves it; a file that others can read is refused." placeholder:"FILE"`
	OIDCReturn     string   `name:"oidc-return" help:"The address of this server to which the provider sends people back, ending in /sign-in/oidc/done." placeholder:"https://ADDRESS"`
	OIDCDomain     []string `name:"oidc-domain" help:"Let in only those with a verified e-mail address of this domain (repeatable)." placeholder:"DOMAIN"`
	OIDCRole       []string `name:"oidc-role" help:"Who is in this group of the provider has this role (repeatable); then nobody has one otherwise." placeholder:"GROUP=ROLE"`
	OIDCGroups     string   `name:"oidc-groups" help:"The claim that names the groups." default:"groups" placeholder:"CLAIM"`
}

// oidcDone is where a provider sends people back to.
const oidcDone = "/sign-in/oidc/done"

// checkOIDC refuses settings that cannot be meant, and gives the roles of groups.
func (c *serveOIDC) checkOIDC() (roles map[string]role.Role, err error) {
	bad := func(format string, args ...any) (map[string]role.Role, error) {
		return nil, fault.New(fault.Usage, format, args...)
	}
	if c.OIDCIssuer == "" {
		if c.OIDCClient != "" || c.OIDCReturn != "" || c.OIDCSecretFile != "" || len(c.OIDCDomain) > 0 || len(c.OIDCRole) > 0 {
			return bad("--oidc-issuer is missing beside the other settings of the provider")
		}
		return nil, nil
	}
	if u, err := url.Parse(c.OIDCReturn); err != nil || u.Host == "" || u.Path != oidcDone || u.RawQuery != "" {
		return bad("--oidc-return is the whole address of this server, as in https://cordon.example.org%s", oidcDone)
	}
	if c.OIDCClient == "" || c.OIDCSecretFile == "" {
		return bad("--oidc-issuer needs --oidc-client and --oidc-secret-file")
	}
	roles = map[string]role.Role{}
	for _, text := range c.OIDCRole {
		i := strings.LastIndexByte(text, '=')
		if i < 1 {
			return bad("--oidc-role %q is not GROUP=ROLE", text)
		}
		if roles[text[:i]], err = role.Parse(text[i+1:]); err != nil {
			return nil, fault.In(fault.Place{Field: "--oidc-role"}, err)
		}
	}
	return roles, nil
}

// secret reads the secret.
func (c *serveOIDC) secret() (string, error) {
	info, err := os.Stat(c.OIDCSecretFile)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return "", fault.New(fault.Unavailable, "others than its owner can read the secret of the provider of identities").
			At(fault.Place{File: c.OIDCSecretFile}).WithFix("`chmod 600` it")
	}
	b, err := os.ReadFile(c.OIDCSecretFile)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, err, "the secret of the provider of identities cannot be read")
	}
	return strings.TrimSpace(string(b)), nil
}

// outside is the way in through a provider, which is found when it is first asked.
type outside struct {
	mu       sync.Mutex
	provider *identity.Provider
}

func (o *outside) open(ctx context.Context, p *servePeople) (*identity.Provider, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.provider != nil {
		return o.provider, nil
	}
	secret, err := p.c.secret()
	if err != nil {
		return nil, err
	}
	groups := ""
	if len(p.c.OIDCRole) > 0 {
		groups = p.c.OIDCGroups
	}
	found, err := identity.Open(context.WithoutCancel(ctx), identity.Settings{
		Issuer: p.c.OIDCIssuer, Client: p.c.OIDCClient, Secret: secret, Return: p.c.OIDCReturn, Groups: groups, Now: p.m.now,
	})
	if err == nil {
		o.provider = found
	}
	return found, err
}

// Elsewhere is part of web.SignIn.
func (p *servePeople) Elsewhere() bool { return p.c.OIDCIssuer != "" }

// Leave is part of web.SignIn.
func (p *servePeople) Leave(r *http.Request) (keep, to string, err error) {
	found, err := p.outside.open(r.Context(), p)
	if err != nil {
		return "", "", err
	}
	f, to := found.Begin()
	return f.State + "." + f.Nonce + "." + f.Verifier, to, nil
}

// Return is part of web.SignIn.
func (p *servePeople) Return(r *http.Request, kept string) (string, error) {
	part := strings.Split(kept, ".")
	if len(part) != 3 {
		return "", fault.New(fault.Denied, "this is not the end of a sign-in that was begun in this browser").WithFix("begin again at /sign-in")
	}
	found, err := p.outside.open(r.Context(), p)
	if err != nil {
		return "", err
	}
	who, err := found.Finish(r.Context(), identity.Flow{State: part[0], Nonce: part[1], Verifier: part[2]}, r.URL.Query())
	if err != nil {
		return "", err
	}
	d, err := p.open(r.Context(), true)
	if err != nil {
		return "", err
	}
	token, _, err := d.SignInOutside(r.Context(), p.c.outsider(&who))
	return token, err
}

// outsider says what the settings make of somebody.
func (c *serveOIDC) outsider(who *identity.Who) account.Outsider {
	o := account.Outsider{ID: who.Outside(), Email: who.Email, Display: who.Name, Mapped: len(c.OIDCRole) > 0}
	_, domain, _ := strings.Cut(who.Email, "@")
	if len(c.OIDCDomain) > 0 && !slices.ContainsFunc(c.OIDCDomain, func(d string) bool { return strings.EqualFold(d, domain) }) {
		// Nobody of another domain has a role, nor is anybody here.
		return account.Outsider{ID: o.ID, Mapped: true}
	}
	roles, _ := c.checkOIDC() // they were checked with the other flags
	for _, g := range who.Groups {
		if r, ok := roles[g]; ok {
			o.Roles = append(o.Roles, r)
		}
	}
	return o
}

package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/web"
)

// servePeople are the people of a server: the port of the door and of the pages to them. Where nothing was kept yet nothing is
// made until somebody is added.
type servePeople struct {
	m       *Main
	c       *serveCmd
	store   *serveStore
	proxies []netip.Prefix

	mu   sync.Mutex
	desk *account.Desk // over the store, once there is one
	some bool          // there is somebody, and nobody is ever taken away
	// Who owns keys is read as often as keys are.
	owners map[string]account.Person
	read   time.Time
	err    error

	setUp     [sha256.Size]byte // of the code to set up with
	printed   bool              // a code was printed, and nobody used it
	settingUp sync.Mutex
	outside   outside
}

func newServePeople(m *Main, c *serveCmd) *servePeople {
	proxies, _ := proxiesOf(c.Proxy) // they were checked with the other flags
	return &servePeople{m: m, c: c, store: c.shared(m), proxies: proxies}
}

// open gives the desk of people; nil where nothing was kept yet and nothing is to be.
func (p *servePeople) open(ctx context.Context, write bool) (*account.Desk, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened(ctx, write)
}

// opened is open while the lock is held.
func (p *servePeople) opened(ctx context.Context, write bool) (*account.Desk, error) {
	if p.desk != nil {
		return p.desk, nil
	}
	look := p.store.there
	if write {
		look = p.store.open
	}
	s, err := look(ctx)
	if err != nil || s == nil {
		return nil, err
	}
	p.desk = p.m.peopleDesk(peopleOf(s.database), p.c.Data)
	p.desk.Idle, p.desk.Most = p.c.SessionIdle, p.c.SessionMost
	return p.desk, nil
}

// keys reads the keys of programs, which stand in the same store. Those of an older file are taken over first.
func (p *servePeople) keys(ctx context.Context) ([]access.Key, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	look, old := p.store.there, p.m.hasOldKeys(p.c.Data)
	if old {
		look = p.store.open
	}
	s, err := look(ctx)
	if err != nil || s == nil {
		return nil, err
	}
	keys := keysIn(s.database)
	if old {
		if err := p.m.takeOverKeys(ctx, p.c.Data, keys); err != nil {
			return nil, err
		}
	}
	return keys.Keys(ctx)
}

// known reads who there is, no more often than keys are read.
func (p *servePeople) known(ctx context.Context) (map[string]account.Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.m.now()
	if !p.read.IsZero() && now.Sub(p.read) < max(p.c.Poll, time.Second) && !now.Before(p.read) {
		return p.owners, p.err
	}
	p.read, p.owners, p.err = now, nil, nil
	d, err := p.opened(ctx, false)
	if err != nil || d == nil {
		p.err = err
		return nil, err
	}
	list, err := d.Store.People(context.WithoutCancel(ctx))
	if err != nil {
		p.err = err
		return nil, err
	}
	p.owners = map[string]account.Person{}
	for _, x := range list {
		p.owners[x.Name] = x
	}
	p.some = p.some || len(list) > 0
	return p.owners, nil
}

// anybody says whether there is anybody who signs in.
func (p *servePeople) anybody(ctx context.Context) (bool, error) {
	p.mu.Lock()
	some := p.some
	p.mu.Unlock()
	if some {
		return true, nil
	}
	list, err := p.known(ctx)
	return len(list) > 0, err
}

// Secure is part of web.SignIn: where others reach the server, something in front speaks TLS.
func (p *servePeople) Secure() bool { return !p.c.loopback || p.c.AllowRemote }

// Signed is part of httpapi.People.
func (p *servePeople) Signed(r *http.Request) (access.Actor, bool, error) {
	token := web.SessionToken(r, p.Secure())
	if token == "" {
		return access.Actor{}, false, nil
	}
	d, err := p.open(r.Context(), false)
	if err != nil || d == nil {
		return access.Actor{}, false, err
	}
	x, err := d.Check(r.Context(), token)
	if fault.CodeOf(err) == fault.Denied && err != nil {
		return access.Actor{}, false, nil
	}
	if err != nil {
		return access.Actor{}, false, err
	}
	return access.Actor{ID: x.ID, Owner: x.Name, Name: x.Display, Roles: x.Roles, MustChange: x.MustChange()}, true, nil
}

// Page is part of httpapi.People.
func (p *servePeople) Page(r *http.Request) (string, error) {
	people, setUp, err := p.Standing(r.Context())
	switch {
	case err != nil:
		return "", err
	case people || p.Elsewhere():
		return web.SignInAddress(r), nil
	case setUp:
		return "/set-up", nil
	}
	return "", nil
}

// Good is part of httpapi.People: a key of somebody who was shut out is good no longer.
func (p *servePeople) Good(ctx context.Context, k access.Key) (bool, error) {
	list, err := p.known(ctx)
	if err != nil {
		return false, err
	}
	folded, _ := account.Fold(k.Owner)
	owner, ok := list[folded]
	return !ok || owner.Disabled.IsZero(), nil
}

// Refused is part of httpapi.People.
func (p *servePeople) Refused(ctx context.Context, a access.Actor, lacks role.Permission) error {
	return p.enterRefusal(ctx, a.ID, "permission:"+string(lacks))
}

// enterRefusal has the log say that somebody was refused.
func (p *servePeople) enterRefusal(ctx context.Context, who, about string) error {
	d, err := p.open(ctx, true)
	if err != nil {
		return err
	}
	return d.Store.Enter(context.WithoutCancel(ctx), ledger.Entry{
		Time: p.m.now().UTC().Truncate(time.Millisecond), Kind: ledger.Refusal, Actor: who, About: about,
		Data: sha256.Sum256([]byte("refusal " + who + " " + about)),
	})
}

// refusedCase is for casework.Desk: it has the log name the case that somebody was refused at.
func (p *servePeople) refusedCase(ctx context.Context, by casework.Person, id string, _ casework.Kind) error {
	return p.enterRefusal(ctx, by.Name, id)
}

// caller gives the address that somebody comes from, as it is counted; "" for this machine, which is not.
func (p *servePeople) caller(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return access.Caller(r.RemoteAddr)
	}
	if p.isProxy(at.Addr()) {
		var list []string
		for _, line := range r.Header.Values("X-Forwarded-For") {
			list = append(list, strings.Split(line, ",")...)
		}
		for i := len(list) - 1; i >= 0; i-- { // the nearest wrote last
			a, err := netip.ParseAddr(strings.TrimSpace(list[i]))
			if err != nil {
				break
			}
			if !p.isProxy(a) {
				return access.Caller(netip.AddrPortFrom(a, 0).String())
			}
		}
	}
	if at.Addr().Unmap().IsLoopback() {
		return "" // everybody, where something on this machine stands in front and --proxy does not name it
	}
	return access.Caller(r.RemoteAddr)
}

func (p *servePeople) isProxy(a netip.Addr) bool {
	for _, x := range p.proxies {
		if x.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// Standing is part of web.SignIn.
func (p *servePeople) Standing(ctx context.Context) (people, setUp bool, err error) {
	people, err = p.anybody(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	return people, err == nil && !people && p.printed, err
}

// SignIn is part of web.SignIn.
func (p *servePeople) SignIn(r *http.Request, name, password string) (string, error) {
	d, err := p.open(r.Context(), true)
	if err != nil {
		return "", err
	}
	token, _, err := d.SignIn(r.Context(), name, password, p.caller(r))
	return token, err
}

// SignOut is part of web.SignIn.
func (p *servePeople) SignOut(ctx context.Context, token string) error {
	d, err := p.open(ctx, true)
	if err != nil {
		return err
	}
	return d.SignOut(ctx, token)
}

// ChangePassword is part of web.SignIn.
func (p *servePeople) ChangePassword(r *http.Request, token, old, password string) error {
	d, err := p.open(r.Context(), true)
	if err != nil {
		return err
	}
	return d.ChangePassword(r.Context(), token, old, password, p.caller(r))
}

// notAName stands for who sets a server up: nobody can be called so.
const notAName = "?set-up"

// code makes the code with which the first person is made, when others reach a server that has neither people nor keys; "" for all
// others. It is good until somebody used it or the server stops.
func (p *servePeople) code(ctx context.Context) string {
	keys, err := p.c.ring.Any(ctx)
	if err != nil || keys || p.c.loopback || p.c.NoKeys {
		return ""
	}
	if some, err := p.anybody(ctx); err != nil || some {
		return ""
	}
	code := strings.ToLower(rand.Text())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setUp, p.printed = sha256.Sum256([]byte(code)), true
	return code
}

// SetUp is part of web.SignIn. One at a time is looked at, and attempts with a code that is not right are counted as attempts to
// sign in are.
func (p *servePeople) SetUp(r *http.Request, code, name, display, password string) error {
	p.settingUp.Lock()
	defer p.settingUp.Unlock()
	ctx := r.Context()
	d, err := p.open(ctx, true)
	if err != nil {
		return err
	}
	p.mu.Lock()
	want, printed := p.setUp, p.printed
	p.mu.Unlock()
	some, err := d.Store.Anybody(ctx)
	if err != nil {
		return err
	}
	if some || !printed {
		return fault.New(fault.Denied, "this server is set up already").WithFix("sign in")
	}
	if err := d.Try(ctx, notAName, p.caller(r)); err != nil {
		return err
	}
	got := sha256.Sum256([]byte(strings.ToLower(code)))
	if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
		return fault.New(fault.Denied, "the code is not the one that the server printed").WithFix("look at what the server said when it started")
	}
	by, err := d.Known(notAName)
	if err == nil {
		_, err = d.Add(ctx, by, name, display, []role.Role{role.Admin}, password)
	}
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.printed, p.some, p.read = false, true, time.Time{}
	return nil
}

// owner gives the person whom a name is; ok is false for nobody. some says whether there are people at all.
func (p *servePeople) owner(ctx context.Context, name string) (x account.Person, ok, some bool, err error) {
	some, err = p.anybody(ctx)
	if err != nil || !some {
		return x, false, some, err
	}
	d, err := p.open(ctx, false)
	if err != nil || d == nil {
		return x, false, true, err
	}
	x, err = d.Named(ctx, name)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return account.Person{}, false, true, nil
	}
	return x, err == nil, true, err
}

// acting gives the person of a case who is signed in.
func acting(a access.Actor) casework.Person {
	return casework.Person{Name: a.ID, Via: a.ID, Role: role.For(a.Roles, role.Cases), Roles: a.Roles}
}

// withKey gives the person who acts with a key, once there are people: its owner, in a role that both the key and they have. Where
// nobody is its owner, nobody decides.
func withKey(a access.Actor, name string, owner *account.Person) casework.Person {
	by := casework.Person{Name: name, Via: a.ID, Role: casework.Viewer}
	if owner == nil {
		by.Way = func(role.Permission) string {
			return fmt.Sprintf("%s is nobody who works here: use a key that was made in the name of somebody (`cordon people list` has the names)", a.Owner)
		}
		return by
	}
	as := func(scopes []access.Scope) casework.Role {
		switch r := roleOf(scopes); {
		case r == casework.Approver && owner.May(role.Approve):
			return casework.Approver
		case (r == casework.Approver || r == casework.Analyst) && owner.May(role.Cases):
			return casework.Analyst
		}
		return casework.Viewer
	}
	by.Name, by.Role = owner.ID, as(a.Scopes)
	way := wayOfKey(owner.Name, as)
	by.Way = func(need role.Permission) string {
		if !owner.May(need) {
			return ""
		}
		return way(need)
	}
	return by
}

// signedFor gives the desk of who is signed in.
func (w *workForPages) signedFor(ctx context.Context, own *workStore, a access.Actor) (d *web.WorkDesk, err error) {
	d = w.desk(own)
	if d.Team, err = w.c.people.open(ctx, true); err != nil {
		return nil, err
	}
	d.By, d.Name, d.Signed = acting(a), a.Name, true
	if d.Cases != nil {
		d.Cases.Refused, d.Licences.Refused = w.c.people.refusedCase, w.c.people.refusedLicence
	}
	d.Refused = func(ctx context.Context) error { return w.c.people.enterRefusal(ctx, a.ID, "form") }
	d.People = w.c.people.list
	d.NameOf = func(id string) string {
		list, _ := w.c.people.known(context.Background()) // names are shown where they can be read
		for _, x := range list {
			if x.ID == id {
				return x.Display
			}
		}
		return ""
	}
	if own != nil && role.Any(a.Roles, role.Export) {
		d.Package = w.packageIn(own, a.ID)
	}
	return d, nil
}

// list gives the people to the pages.
func (p *servePeople) list(ctx context.Context) ([]web.WorkPerson, error) {
	d, err := p.open(ctx, false)
	if err != nil || d == nil {
		return nil, err
	}
	people, err := d.Store.People(ctx)
	var out []web.WorkPerson
	for _, x := range people {
		w := web.WorkPerson{ID: x.ID, Name: x.Display, Role: role.For(x.Roles, role.Cases), Roles: x.Roles, Since: x.Created, Seen: x.SignedIn}
		if !x.Disabled.IsZero() {
			w.Ended = "shut out"
		}
		out = append(out, w)
	}
	return out, err
}

var (
	_ httpapi.People = (*servePeople)(nil)
	_ web.SignIn     = (*servePeople)(nil)
)

package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/role"
)

// Desk is where people are kept and sign in. It is safe for concurrent use.
type Desk struct {
	Store Store
	// Known gives the pseudonym of a name or an address.
	Known func(name string) (string, error)
	Now   func() time.Time
	// Idle is how long a session lasts without being used, and Most how long at all; zero for the usual.
	Idle, Most time.Duration
	// hashing holds a place for each password that is compared at the moment.
	hashing chan struct{}
}

// How long sessions last unless it is said otherwise.
const (
	Idle = time.Hour
	Most = 12 * time.Hour
)

// hashedAtOnce bounds how many passwords are compared at once, and with that the memory that strangers can take.
const hashedAtOnce = 4

// NewDesk makes a desk over a store.
func NewDesk(s Store, known func(name string) (string, error), now func() time.Time) *Desk {
	return &Desk{Store: s, Known: known, Now: now, Idle: Idle, Most: Most, hashing: make(chan struct{}, hashedAtOnce)}
}

// anonymous is the actor of what somebody tries who is not known.
const anonymous = "anonymous"

// Refused is what whoever is not let in hears, whatever the reason: the name, the password, or that they are disabled.
func Refused() error {
	return fault.New(fault.Denied, "the name or the password is not right").WithFix("try again; whoever keeps the program can set another password")
}

// SignedOut is for a session that is not there, or ended.
func SignedOut() error {
	return fault.New(fault.Denied, "you are not signed in any more").WithFix("sign in, and send it again")
}

// Wait is for who tried too often.
func Wait(d time.Duration) error {
	return fault.New(fault.Limited, "that was tried too often").WithFix("try again in %s", max(time.Second, d.Round(time.Second)))
}

// attempt makes the attempt of a name from an address.
func (d *Desk) attempt(name, from string) (a Attempt, folded string, err error) {
	folded, ok := Fold(name)
	if !ok {
		// Nobody has it; it is counted and compared all the same.
		folded = fmt.Sprintf("?%x", sha256.Sum256([]byte(name)))
	}
	a.At = d.Now().UTC().Truncate(time.Second)
	if a.Name, err = d.Known(folded); err == nil && from != "" {
		a.From, err = d.Known(from)
	}
	return a, folded, err
}

// compare compares a password with a hash, when there is a place for it.
func (d *Desk) compare(ctx context.Context, hash, password string) (bool, error) {
	select {
	case d.hashing <- struct{}{}:
		defer func() { <-d.hashing }()
		return Matches(hash, password), nil
	case <-ctx.Done():
		return false, fault.New(fault.Unavailable, "too many sign in at once").WithFix("try again in a moment")
	}
}

// SignIn lets somebody in by name and password, and gives the token of their session, which is given once. from is the address
// they come from. Who is not let in is [Refused], or must [Wait]; each attempt that is compared enters the log.
func (d *Desk) SignIn(ctx context.Context, name, password, from string) (token string, p Person, err error) {
	a, folded, err := d.attempt(name, from)
	if err != nil {
		return "", p, err
	}
	// It is counted before it is compared, so that many at once are many.
	wait, err := d.Store.TryName(ctx, a)
	if err != nil {
		return "", p, err
	}
	if wait > 0 {
		return "", p, Wait(wait)
	}
	p, err = d.Store.PersonBy(ctx, "", folded, "")
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return "", p, err
	}
	good, err := d.compare(ctx, p.Hash, password)
	if err != nil {
		return "", p, err
	}
	if !good || p.ID == "" || !p.Disabled.IsZero() {
		return "", Person{}, d.refuse(ctx, a)
	}
	if stale(p.Hash) {
		if p, err = d.rehash(ctx, p, password); err != nil {
			return "", p, err
		}
	}
	token, err = d.begin(ctx, &p)
	if err == nil {
		err = d.Store.Forgive(ctx, a)
	}
	return token, p, err
}

// Try counts an attempt at something that is guessed at, as sign-ins are counted; [Wait] where it comes too soon.
func (d *Desk) Try(ctx context.Context, what, from string) error {
	a, _, err := d.attempt(what, from)
	if err != nil {
		return err
	}
	wait, err := d.Store.TryName(ctx, a)
	if err == nil && wait > 0 {
		err = Wait(wait)
	}
	return err
}

// refuse enters a failed attempt. Where the log cannot say so, that is what is told.
func (d *Desk) refuse(ctx context.Context, a Attempt) error {
	if err := d.Store.Enter(ctx, signIn(a.At, anonymous, "refused:"+cmp.Or(a.From, "local")+":"+a.Name)); err != nil {
		return err
	}
	return Refused()
}

func signIn(at time.Time, actor, about string) ledger.Entry {
	return ledger.Entry{
		Time: at.UTC().Truncate(time.Millisecond), Kind: ledger.SignIn, Actor: actor, About: about,
		Data: sha256.Sum256(fmt.Appendf(nil, "sign-in %s %s", actor, about)),
	}
}

// rehash keeps a password at the cost that is used now.
func (d *Desk) rehash(ctx context.Context, p Person, password string) (Person, error) {
	if p.MustChange() {
		p.Hash = HashMade(password)
	} else {
		p.Hash = Hash(password)
	}
	p.Version++
	return p, d.Store.ChangePerson(ctx, p, false, p.Entry("rehashed", p.ID, d.Now()))
}

// begin makes a session.
func (d *Desk) begin(ctx context.Context, p *Person) (string, error) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	token := base64.RawURLEncoding.EncodeToString(b[:])
	now := d.Now().UTC().Truncate(time.Second)
	if err := d.Store.ForgetSessions(ctx, now, now.Add(-d.idle())); err != nil {
		return "", err
	}
	s := Session{Hash: sha256.Sum256([]byte(token)), Person: p.ID, Began: now, Seen: now, Ends: now.Add(d.most())}
	if err := d.Store.BeginSession(ctx, s, p.Version, signIn(now, p.ID, "good")); err != nil {
		return "", err
	}
	p.SignedIn = now
	return token, nil
}

func (d *Desk) idle() time.Duration {
	if d.Idle > 0 {
		return d.Idle
	}
	return Idle
}

func (d *Desk) most() time.Duration {
	if d.Most > 0 {
		return d.Most
	}
	return Most
}

// seenEvery is how far the time a session was seen may lag.
const seenEvery = time.Minute

// Check gives who is signed in by a token; [SignedOut] where nobody is. What is kept is asked each time, so that whoever was
// shut out, or has other roles, is it with the next request.
func (d *Desk) Check(ctx context.Context, token string) (Person, error) {
	s, p, err := d.session(ctx, token)
	if err != nil {
		return Person{}, err
	}
	now := d.Now().UTC().Truncate(time.Second)
	if now.Sub(s.Seen) >= seenEvery {
		if err := d.Store.SeenSession(ctx, s.Hash, now); err != nil {
			return Person{}, err
		}
	}
	return p, nil
}

func (d *Desk) session(ctx context.Context, token string) (Session, Person, error) {
	// A session is found by its hash, so that the time it takes tells nothing of a token.
	s, p, err := d.Store.Session(ctx, sha256.Sum256([]byte(token)))
	if fault.CodeOf(err) == fault.NotFound && err != nil {
		return s, p, SignedOut()
	}
	if err != nil {
		return s, p, err
	}
	now := d.Now()
	if !now.Before(s.Ends) || now.Sub(s.Seen) >= d.idle() || now.Before(s.Began.Add(-time.Minute)) || !p.Disabled.IsZero() {
		return s, Person{}, SignedOut()
	}
	return s, p, nil
}

// SignOut ends the session of a token; nothing where there is none.
func (d *Desk) SignOut(ctx context.Context, token string) error {
	s, _, err := d.Store.Session(ctx, sha256.Sum256([]byte(token)))
	if fault.CodeOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return d.Store.EndSession(ctx, s.Hash, signIn(d.Now(), s.Person, "signed-out"))
}

// Add adds a person in somebody's name; by is a pseudonym. The password is one that nobody but they know. Without one they cannot sign
// in by one.
func (d *Desk) Add(ctx context.Context, by, name, display string, roles []role.Role, password string) (Person, error) {
	return d.add(ctx, by, name, display, roles, password, Hash)
}

// AddGiven is Add with a password that somebody else chose for them. Whoever signs in with it chooses another first.
func (d *Desk) AddGiven(ctx context.Context, by, name, display string, roles []role.Role, password string) (Person, error) {
	return d.add(ctx, by, name, display, roles, password, HashMade)
}

// AddMade is Add with a password that is made, which is given once. Whoever signs in with it chooses another first.
func (d *Desk) AddMade(ctx context.Context, by, name, display string, roles []role.Role) (p Person, password string, err error) {
	password = MakePassword()
	if p, err = d.add(ctx, by, name, display, roles, password, HashMade); err != nil {
		return p, "", err
	}
	return p, password, nil
}

func (d *Desk) add(ctx context.Context, by, name, display string, roles []role.Role, password string, hash func(string) string) (Person, error) {
	p, err := New(name, display, by, d.Now(), d.Known)
	if err == nil {
		err = p.SetRoles(roles)
	}
	if err == nil && password != "" {
		if err = CheckPassword(&p, password); err == nil {
			p.Hash = hash(password)
		}
	}
	if err != nil {
		return p, err
	}
	return p, d.Store.AddPerson(ctx, p, p.Entry("added", by, d.Now()))
}

// change changes the person with an ID, and ends their sessions when end is set.
func (d *Desk) change(ctx context.Context, by, id, what string, end bool, f func(p *Person) error) (Person, error) {
	p, err := d.Store.PersonBy(ctx, id, "", "")
	if err != nil {
		return p, err
	}
	was := p
	if err := f(&p); err != nil {
		return was, err
	}
	p.Version++
	if err := d.Store.ChangePerson(ctx, p, end, p.Entry(what, by, d.Now())); err != nil {
		return was, err
	}
	return p, nil
}

// SetRoles gives a person other roles, and ends their sessions. Nobody gives roles to themselves.
func (d *Desk) SetRoles(ctx context.Context, by, id string, roles []role.Role) (Person, error) {
	if by == id {
		return Person{}, fault.New(fault.Denied, "nobody changes their own roles").WithFix("ask another admin")
	}
	return d.change(ctx, by, id, "roles", true, func(p *Person) error { return p.SetRoles(roles) })
}

// Disable shuts a person out, and Enable lets them in again. Nobody shuts themselves out.
func (d *Desk) Disable(ctx context.Context, by, id string) (Person, error) {
	if by == id {
		return Person{}, fault.New(fault.Denied, "nobody shuts themselves out").WithFix("ask another admin")
	}
	return d.change(ctx, by, id, "disabled", true, func(p *Person) error {
		if p.Disabled.IsZero() {
			p.Disabled = d.Now().UTC().Truncate(time.Second)
		}
		return nil
	})
}

// Enable lets a person in again who was shut out.
func (d *Desk) Enable(ctx context.Context, by, id string) (Person, error) {
	return d.change(ctx, by, id, "enabled", true, func(p *Person) error {
		p.Disabled = time.Time{}
		return nil
	})
}

// SetPassword gives a person another password, which nobody but they know, ends their sessions, and forgets that they tried too often.
func (d *Desk) SetPassword(ctx context.Context, by, id, password string) (Person, error) {
	return d.setPassword(ctx, by, id, password, Hash)
}

// SetGiven is SetPassword with one that somebody else chose for them. Whoever signs in with it chooses another first.
func (d *Desk) SetGiven(ctx context.Context, by, id, password string) (Person, error) {
	return d.setPassword(ctx, by, id, password, HashMade)
}

// SetMade is SetPassword with one that is made, which is given once. Whoever signs in with it chooses another first.
func (d *Desk) SetMade(ctx context.Context, by, id string) (p Person, password string, err error) {
	password = MakePassword()
	if p, err = d.setPassword(ctx, by, id, password, HashMade); err != nil {
		return p, "", err
	}
	return p, password, nil
}

func (d *Desk) setPassword(ctx context.Context, by, id, password string, hash func(string) string) (Person, error) {
	p, err := d.change(ctx, by, id, "password", true, func(p *Person) error {
		if err := CheckPassword(p, password); err != nil {
			return err
		}
		p.Hash = hash(password)
		return nil
	})
	if err != nil {
		return p, err
	}
	return p, d.Store.Forgive(ctx, Attempt{Name: p.ID, At: d.Now()})
}

// Reset gives somebody else a password that is made, which is given once.
func (d *Desk) Reset(ctx context.Context, by, id string) (p Person, password string, err error) {
	if by == id {
		return p, "", fault.New(fault.Denied, "nobody resets their own password").WithFix("change it at /account, which asks for the one that you have")
	}
	return d.SetMade(ctx, by, id)
}

// MakePassword makes a password of 100 random bits.
func MakePassword() string { return strings.ToLower(rand.Text()[:20]) }

// ChangePassword lets who is signed in choose another password; the one they have is asked for, and counted as an attempt to sign
// in. All their sessions end.
func (d *Desk) ChangePassword(ctx context.Context, token, old, password, from string) error {
	_, p, err := d.session(ctx, token)
	if err != nil {
		return err
	}
	a, _, err := d.attempt(p.Name, from)
	if err != nil {
		return err
	}
	wait, err := d.Store.TryName(ctx, a)
	if err != nil {
		return err
	}
	if wait > 0 {
		return Wait(wait)
	}
	good, err := d.compare(ctx, p.Hash, old)
	if err != nil {
		return err
	}
	if !good {
		return d.refuse(ctx, a)
	}
	if p.MustChange() && password == old {
		return fault.New(fault.Invalid, "that is the password that was given to you").WithFix("choose another, that nobody else has seen")
	}
	if _, err = d.SetPassword(ctx, p.ID, p.ID, password); err != nil {
		return err
	}
	return d.Store.Forgive(ctx, a)
}

// EndSessions ends all sessions of a person.
func (d *Desk) EndSessions(ctx context.Context, by, id string) (int, error) {
	p, err := d.Store.PersonBy(ctx, id, "", "")
	if err != nil {
		return 0, err
	}
	return d.Store.EndSessions(ctx, id, p.Entry("sessions-ended", by, d.Now()))
}

// Sessions gives the sessions of a person that go on, by when they began.
func (d *Desk) Sessions(ctx context.Context, id string) ([]Session, error) {
	list, err := d.Store.Sessions(ctx, id)
	now := d.Now()
	return slices.DeleteFunc(list, func(s Session) bool { return !now.Before(s.Ends) || now.Sub(s.Seen) >= d.idle() }), err
}

// Named gives a person by the name they sign in with.
func (d *Desk) Named(ctx context.Context, name string) (Person, error) {
	folded, ok := Fold(name)
	if !ok {
		return Person{}, Unknown()
	}
	return d.Store.PersonBy(ctx, "", folded, "")
}

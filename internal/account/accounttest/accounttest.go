// Package accounttest holds what every store of people must pass.
package accounttest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/role"
)

// Store is a store with its log.
type Store interface {
	account.Store
	View(ctx context.Context, f func(ledger.Reader) error) error
}

// Run holds a store to the contract of [account.Store]. Each call of open gives an empty store, which the test is to clean up.
func Run(t *testing.T, open func(testing.TB) Store) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, Store)
	}{
		{"people", people},
		{"changes", changes},
		{"sessions", sessions},
		{"attempts", attempts},
		{"attempts at once", atOnce},
		{"a desk", desk},
		{"admins at once", adminsAtOnce},
		{"outsiders", outsiders},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open(t)) })
	}
}

// Start is when the suite begins.
var Start = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, err error, code fault.Code) {
	t.Helper()
	if err == nil || fault.CodeOf(err) != code {
		t.Errorf("%v, want %s", err, code)
	}
}

// known gives pseudonyms as a data folder does.
func known(name string) (string, error) {
	return fmt.Sprintf("u-%x", sha256.Sum256([]byte("secret"+name)))[:18], nil
}

func made(t testing.TB, name string, at time.Time, roles ...role.Role) account.Person {
	t.Helper()
	p, err := account.New(name, "Display of "+name, "u-admin", at, known)
	check(t, err)
	check(t, p.SetRoles(roles))
	return p
}

func add(t testing.TB, s Store, p account.Person) account.Person {
	t.Helper()
	check(t, s.AddPerson(t.Context(), p, p.Entry("added", "u-admin", Start)))
	return p
}

// entries gives what the log has of sign-ins and settings, as lines.
func entries(t testing.TB, s Store) (out []string) {
	t.Helper()
	check(t, s.View(t.Context(), func(r ledger.Reader) error {
		head, err := r.Head(t.Context())
		if err != nil || head == nil {
			return err
		}
		for e, err := range r.Entries(t.Context(), 0, 1<<40) {
			if err != nil {
				return err
			}
			out = append(out, string(e.Kind)+" "+e.Actor+" "+e.About)
		}
		return nil
	}))
	return out
}

func same(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

func people(t *testing.T, s Store) {
	ctx := t.Context()
	if some, err := s.Anybody(ctx); some || err != nil {
		t.Errorf("an empty store has somebody: %v", err)
	}
	ana := made(t, "ana", Start, role.Analyst, role.Auditor)
	ana.Hash, ana.Display = "$argon2id$…", "Ana \"'%_; DROP TABLE person; Ünal"
	bo := made(t, "bo@example.org", Start.Add(-time.Hour), role.Admin)
	bo.Outside, bo.Disabled = "https://id.example.org|123", Start
	add(t, s, ana)
	add(t, s, bo)
	list, err := s.People(ctx)
	check(t, err)
	same(t, "people", []account.Person{bo, ana}, list)
	if some, err := s.Anybody(ctx); !some || err != nil {
		t.Errorf("nobody is there: %v", err)
	}
	for _, by := range [][3]string{{bo.ID}, {"", bo.Name}, {"", "", bo.Outside}} {
		p, err := s.PersonBy(ctx, by[0], by[1], by[2])
		check(t, err)
		same(t, "one", bo, p)
	}
	for _, by := range [][3]string{{}, {"u-nobody"}, {"", "ANA"}, {"", "ana "}, {"", "%"}, {"", "", "x"}} {
		p, err := s.PersonBy(ctx, by[0], by[1], by[2])
		wantCode(t, err, fault.NotFound)
		same(t, "nobody", account.Person{}, p)
	}
	twice := made(t, "ana", Start, role.Admin)
	wantCode(t, s.AddPerson(ctx, twice, twice.Entry("added", "u-x", Start)), fault.Conflict)
	other := made(t, "other", Start, role.Admin)
	other.Outside = bo.Outside
	wantCode(t, s.AddPerson(ctx, other, other.Entry("added", "u-x", Start)), fault.Conflict)
	same(t, "the log", []string{"setting u-admin person:added:" + ana.ID, "setting u-admin person:added:" + bo.ID}, entries(t, s))
	bad := ledger.Entry{Time: Start, Kind: ledger.Setting, Actor: "two words", About: "x"}
	other.Outside = ""
	if s.AddPerson(ctx, other, bad) == nil {
		t.Error("somebody was added whom the log does not have")
	}
	if list, err = s.People(ctx); err != nil || len(list) != 2 {
		t.Errorf("%d people, %v", len(list), err)
	}
}

func changes(t *testing.T, s Store) {
	ctx := t.Context()
	ana, bo := add(t, s, made(t, "ana", Start, role.Analyst)), add(t, s, made(t, "bo", Start.Add(time.Second), role.Admin))
	open := begin(t, s, ana, 1)
	kept := begin(t, s, bo, 2)
	next := ana
	next.Version, next.Roles, next.Display, next.Disabled, next.Hash, next.Outside = 2, []role.Role{role.Approver}, "A", Start.Add(time.Hour), "$h", "a|b"
	check(t, s.ChangePerson(ctx, next, false, next.Entry("roles", "u-admin", Start)))
	got, err := s.PersonBy(ctx, ana.ID, "", "")
	check(t, err)
	next.SignedIn = open.Began
	same(t, "changed", next, got)
	for _, stale := range []int{1, 2, 4} {
		old := next
		old.Version = stale
		wantCode(t, s.ChangePerson(ctx, old, true, old.Entry("roles", "u-x", Start)), fault.Conflict)
	}
	renamed := next
	renamed.Version, renamed.Name = 3, "anna"
	wantCode(t, s.ChangePerson(ctx, renamed, true, renamed.Entry("roles", "u-x", Start)), fault.Conflict)
	taken := bo
	taken.Version, taken.Outside = 2, "a|b"
	wantCode(t, s.ChangePerson(ctx, taken, true, taken.Entry("roles", "u-x", Start)), fault.Conflict)
	if list, err := s.Sessions(ctx, ""); err != nil || len(list) != 2 {
		t.Errorf("a change that was refused ended sessions: %d, %v", len(list), err)
	}
	next.Version = 3
	check(t, s.ChangePerson(ctx, next, true, next.Entry("roles", "u-admin", Start)))
	_, _, err = s.Session(ctx, open.Hash)
	wantCode(t, err, fault.NotFound)
	_, _, err = s.Session(ctx, kept.Hash)
	check(t, err)
}

func begin(t testing.TB, s Store, p account.Person, n byte) account.Session {
	t.Helper()
	x := account.Session{Hash: sha256.Sum256([]byte{n}), Person: p.ID, Began: Start, Seen: Start, Ends: Start.Add(time.Hour)}
	check(t, s.BeginSession(t.Context(), x, p.Version, ledger.Entry{Time: Start, Kind: ledger.SignIn, Actor: p.ID, About: "good"}))
	return x
}

func sessions(t *testing.T, s Store) {
	ctx := t.Context()
	ana := add(t, s, made(t, "ana", Start, role.Analyst))
	one, two := begin(t, s, ana, 1), begin(t, s, ana, 2)
	ana.SignedIn = Start
	got, p, err := s.Session(ctx, one.Hash)
	check(t, err)
	same(t, "a session", one, got)
	same(t, "its person", ana, p)
	e := ledger.Entry{Time: Start, Kind: ledger.SignIn, Actor: ana.ID, About: "good"}
	if s.BeginSession(ctx, one, ana.Version, e) == nil {
		t.Error("a session begins twice")
	}
	three := one
	three.Hash[0]++
	wantCode(t, s.BeginSession(ctx, three, 7, e), fault.Conflict)
	nobody := three
	nobody.Person = "u-nobody"
	wantCode(t, s.BeginSession(ctx, nobody, 1, e), fault.Conflict)

	check(t, s.SeenSession(ctx, one.Hash, Start.Add(time.Minute)))
	check(t, s.SeenSession(ctx, one.Hash, Start)) // it does not go back
	check(t, s.SeenSession(ctx, three.Hash, Start))
	if got, _, err = s.Session(ctx, one.Hash); err != nil || !got.Seen.Equal(Start.Add(time.Minute)) {
		t.Errorf("seen at %s, %v", got.Seen, err)
	}
	before := len(entries(t, s))
	check(t, s.EndSession(ctx, two.Hash, ledger.Entry{Time: Start, Kind: ledger.SignIn, Actor: ana.ID, About: "signed-out"}))
	check(t, s.EndSession(ctx, two.Hash, e))
	if list := entries(t, s); len(list) != before+1 || !strings.HasSuffix(list[before], " signed-out") {
		t.Errorf("the log has %v", list[before:])
	}
	if list, err := s.Sessions(ctx, ana.ID); err != nil || len(list) != 1 || list[0].Hash != one.Hash {
		t.Errorf("%v, %v", list, err)
	}
	if n, err := s.EndSessions(ctx, ana.ID, e); n != 1 || err != nil {
		t.Errorf("%d ended, %v", n, err)
	}
	if n, err := s.EndSessions(ctx, ana.ID, e); n != 0 || err != nil {
		t.Errorf("%d ended, %v", n, err)
	}
	begin(t, s, ana, 4)
	check(t, s.ForgetSessions(ctx, Start.Add(time.Hour-time.Second), Start.Add(-time.Second)))
	if list, err := s.Sessions(ctx, ""); err != nil || len(list) != 1 {
		t.Errorf("one that is good was forgotten: %v, %v", list, err)
	}
	check(t, s.ForgetSessions(ctx, Start.Add(time.Hour), Start.Add(-time.Second)))
	begin(t, s, ana, 5)
	check(t, s.ForgetSessions(ctx, Start, Start))
	if list, err := s.Sessions(ctx, ""); err != nil || len(list) != 0 {
		t.Errorf("what ended is there: %v, %v", list, err)
	}
	gone := ana
	gone.Version, gone.Disabled = 2, Start
	check(t, s.ChangePerson(ctx, gone, true, gone.Entry("disabled", "u-admin", Start)))
	x := one
	wantCode(t, s.BeginSession(ctx, x, 2, e), fault.Conflict)
}

func attempts(t *testing.T, s Store) {
	ctx := t.Context()
	try := func(name, from string, at time.Time, want time.Duration) {
		t.Helper()
		if wait, err := s.TryName(ctx, account.Attempt{Name: name, From: from, At: at}); err != nil || wait != want {
			t.Errorf("%s from %s waits %s, want %s: %v", name, from, wait, want, err)
		}
	}
	for range 5 {
		try("u-a", "u-one", Start, 0)
	}
	try("u-a", "u-two", Start, time.Second)
	try("u-a", "u-two", Start, time.Second) // who must wait is not counted
	try("u-b", "u-one", Start, 0)
	try("u-a", "u-two", Start.Add(time.Second), 0)
	try("u-a", "u-two", Start.Add(time.Second), 2*time.Second)
	check(t, s.Forgive(ctx, account.Attempt{Name: "u-a", From: "u-two"}))
	try("u-a", "u-two", Start.Add(time.Second), 0)
	check(t, s.Forgive(ctx, account.Attempt{Name: "u-none"}))
	for i := range 13 { // with the six that came from there before, and the one below
		try(fmt.Sprint("u-", i), "u-one", Start, 0)
	}
	try("u-x", "u-one", Start, 0)
	try("u-y", "u-one", Start, time.Second)
	try("u-y", "u-one", Start.Add(account.ForgetFailures), 0)
	for i := range 30 { // addresses that are not told apart
		try(fmt.Sprint("u-local-", i), "", Start, 0)
	}
}

func atOnce(t *testing.T, s Store) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for range 12 {
		wg.Go(func() {
			wait, err := s.TryName(context.WithoutCancel(t.Context()), account.Attempt{Name: "u-a", From: "u-one", At: Start})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if wait == 0 {
				taken++
			}
		})
	}
	wg.Wait()
	if taken != 5 {
		t.Errorf("of many at once %d were taken", taken)
	}
}

// desk walks through a day of people.
func desk(t *testing.T, s Store) {
	ctx, now := t.Context(), Start
	d := account.NewDesk(s, known, func() time.Time { return now })
	const good, other = "correct horse battery", "another staple entirely"
	dag, err := d.Add(ctx, "u-shell", "Dag", "Dag Dahl", []role.Role{role.Admin}, good)
	check(t, err)
	ana, err := d.Add(ctx, dag.ID, "ana", "", []role.Role{role.Analyst, role.Analyst}, good)
	check(t, err)
	for _, name := range []string{"ana", " ANA "} {
		token, p, err := d.SignIn(ctx, name, good, "192.0.2.1")
		check(t, err)
		if in, err := d.Check(ctx, token); err != nil || in.ID != ana.ID || p.ID != ana.ID {
			t.Errorf("%+v, %v", in, err)
		}
	}
	token, _, err := d.SignIn(ctx, "ana", good, "192.0.2.1")
	check(t, err)
	signedOut := func(why string) {
		t.Helper()
		if p, err := d.Check(ctx, token); fault.CodeOf(err) != fault.Denied || p.ID != "" {
			t.Errorf("%s: %+v, %v", why, p, err)
		}
		if token, _, err = d.SignIn(ctx, "ana", good, "192.0.2.1"); err != nil {
			t.Fatalf("%s: %v", why, err)
		}
	}
	now = now.Add(account.Idle)
	signedOut("idle")
	for range 13 { // it is used all day
		now = now.Add(50 * time.Minute)
		_, err = d.Check(ctx, token)
		check(t, err)
	}
	now = now.Add(time.Hour + 11*time.Minute)
	signedOut("at the end of the day")
	check(t, d.SignOut(ctx, token))
	check(t, d.SignOut(ctx, token))
	check(t, d.SignOut(ctx, "no token"))
	signedOut("signed out")
	if _, err = d.SetRoles(ctx, dag.ID, ana.ID, []role.Role{role.Approver}); err != nil {
		t.Fatal(err)
	}
	signedOut("another role")
	n, err := d.EndSessions(ctx, dag.ID, ana.ID)
	if n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	signedOut("ended by an admin")
	check(t, d.ChangePassword(ctx, token, good, other, "192.0.2.1"))
	if _, _, err := d.SignIn(ctx, "ana", good, "192.0.2.1"); fault.CodeOf(err) != fault.Denied {
		t.Errorf("the old password: %v", err)
	}
	_, err = d.SetPassword(ctx, dag.ID, ana.ID, good)
	check(t, err)
	signedOut("another password")

	_, err = d.SetRoles(ctx, ana.ID, ana.ID, []role.Role{role.Admin})
	wantCode(t, err, fault.Denied)
	for _, f := range []func() (account.Person, error){
		func() (account.Person, error) { return d.Disable(ctx, "u-shell", dag.ID) },
		func() (account.Person, error) { return d.SetRoles(ctx, "u-shell", dag.ID, []role.Role{role.Viewer}) },
	} {
		_, err := f()
		wantCode(t, err, fault.Conflict) // the last who may change people
	}
	_, err = d.Disable(ctx, ana.ID, ana.ID)
	wantCode(t, err, fault.Denied)
	_, _, err = d.Reset(ctx, ana.ID, ana.ID)
	wantCode(t, err, fault.Denied)
	ana, err = d.Disable(ctx, dag.ID, ana.ID)
	check(t, err)
	_, err = d.Check(ctx, token)
	wantCode(t, err, fault.Denied)
	_, _, disabled := d.SignIn(ctx, "ana", good, "192.0.2.1")
	_, _, unknown := d.SignIn(ctx, "nobody", good, "192.0.2.1")
	_, _, none := d.SignIn(ctx, "not a name, at all", good, "192.0.2.1")
	_, _, wrong := d.SignIn(ctx, "dag", other, "192.0.2.1")
	for _, err := range []error{disabled, unknown, none, wrong} {
		if fault.CodeOf(err) != fault.Denied || err.Error() != account.Refused().Error() {
			t.Errorf("it says %v", err)
		}
	}
	_, err = d.Enable(ctx, dag.ID, ana.ID)
	check(t, err)
	_, _, err = d.SignIn(ctx, "ana", good, "192.0.2.1")
	check(t, err)
	counted := map[string]int{}
	for _, line := range entries(t, s) {
		f := strings.Fields(line)
		if strings.HasPrefix(f[2], "refused:u-") && f[1] == "anonymous" {
			f[2] = "refused"
		}
		counted[f[0]+" "+strings.TrimSuffix(f[2], ":"+ana.ID)]++
	}
	same(t, "the log", map[string]int{
		"setting person:added:" + dag.ID: 1, "setting person:added": 1, "sign-in good": 10, "sign-in signed-out": 1, "setting person:roles": 1,
		"setting person:sessions-ended": 1, "setting person:password": 2, "sign-in refused": 5, "setting person:disabled": 1, "setting person:enabled": 1,
	}, counted)
}

// outsiders are let in by a provider of identities.
func outsiders(t *testing.T, s Store) {
	ctx := t.Context()
	d := account.NewDesk(s, known, func() time.Time { return Start })
	bo, local := made(t, "bo@example.org", Start, role.Approver), made(t, "local@example.org", Start, role.Admin)
	local.Hash = "$argon2id$…"
	add(t, s, bo)
	add(t, s, local)
	in := func(o account.Outsider, id string, roles ...role.Role) {
		t.Helper()
		token, p, err := d.SignInOutside(ctx, o)
		check(t, err)
		if x, err := d.Check(ctx, token); err != nil || x.ID != p.ID || id != "" && p.ID != id {
			t.Errorf("%+v, %v", x, err)
		}
		same(t, "roles", roles, p.Roles)
	}
	out := func(what string, o account.Outsider) {
		t.Helper()
		if token, p, err := d.SignInOutside(ctx, o); fault.CodeOf(err) != fault.Denied || token != "" || p.ID != "" {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
	out("nobody here", account.Outsider{ID: "i|1", Email: "ana@example.org"})
	out("no address", account.Outsider{ID: "i|1"})
	out("one who has a password", account.Outsider{ID: "i|1", Email: "local@example.org"})
	out("no group", account.Outsider{ID: "i|1", Email: "ana@example.org", Mapped: true})
	in(account.Outsider{ID: "i|2", Email: "Bo@Example.org"}, bo.ID, role.Approver)
	in(account.Outsider{ID: "i|2"}, bo.ID, role.Approver) // they are known from now on, whatever their address
	out("another with the same address", account.Outsider{ID: "i|3", Email: "bo@example.org"})
	ana := account.Outsider{ID: "i|1", Email: "ana@example.org", Display: "Ana", Mapped: true, Roles: []role.Role{role.Viewer, role.Analyst, role.Viewer}}
	in(ana, "", role.Analyst, role.Viewer)
	token, _, err := d.SignInOutside(ctx, ana)
	check(t, err)
	ana.Roles = []role.Role{role.Auditor}
	in(ana, "", role.Auditor)
	_, err = d.Check(ctx, token)
	wantCode(t, err, fault.Denied) // with other roles the sessions of before are over
	ana.Roles = nil
	out("in no group any more", ana)
	_, err = d.Disable(ctx, "u-shell", bo.ID)
	check(t, err)
	out("shut out here", account.Outsider{ID: "i|2"})
	counted := 0
	for _, line := range entries(t, s) {
		if strings.HasPrefix(line, "sign-in anonymous refused:provider:u-") {
			counted++
		}
	}
	if counted != 7 {
		t.Errorf("the log has %d refusals of 7", counted)
	}
}

// adminsAtOnce has two admins take each other's role away at the same moment: one of them is left.
func adminsAtOnce(t *testing.T, s Store) {
	ctx := t.Context()
	d := account.NewDesk(s, known, func() time.Time { return Start })
	var ids []string
	for _, name := range []string{"dag", "eve"} {
		p := add(t, s, made(t, name, Start, role.Admin))
		ids = append(ids, p.ID)
	}
	for range 5 {
		var errs [2]error
		var wg sync.WaitGroup
		for i, id := range ids {
			wg.Go(func() { _, errs[i] = d.SetRoles(ctx, ids[1-i], id, []role.Role{role.Analyst}) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || fault.CodeOf(errs[0]) != fault.Conflict && fault.CodeOf(errs[1]) != fault.Conflict {
			t.Fatalf("%v, %v", errs[0], errs[1])
		}
		for _, id := range ids {
			_, err := d.SetRoles(ctx, "u-shell", id, []role.Role{role.Admin})
			check(t, err)
		}
	}
}

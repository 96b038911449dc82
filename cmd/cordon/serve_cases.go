package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/screen"
)

// serveCases gives the cases of a server to programs.
type serveCases struct {
	cases *casesForPrograms
	team  *teamForPrograms
	// table has the reports that may be owed.
	table *clock.Table
}

// startCases puts the cases of the data folder, or of the database, into the configuration.
func (c *serveCmd) startCases(m *Main, sc *screener, log *slog.Logger, to *httpapi.Config) {
	if sc == nil {
		return
	}
	c.cases = &casesForPrograms{m: m, c: c, store: c.shared(m), sc: sc, log: log}
	sc.quiet = &quietLive{read: c.cases.all, newest: c.cases.newest, now: m.now, every: c.Poll}
	to.Cases, to.Licences, to.Holdings = c.cases, c.cases, c.cases.holdings
	c.team = &teamForPrograms{people: c.people}
	to.Team = c.team
}

// casesForPrograms is the port of the API to cases.
type casesForPrograms struct {
	m     *Main
	c     *serveCmd
	store *serveStore
	sc    *screener
	log   *slog.Logger
	// held are the licences for rulings.
	held heldShelf
	// deadlines knows which of them passed.
	deadlines deadlineWatch
}

// open gives the store. Where nothing was kept yet, who only looks sees an empty one, and nothing is made.
func (p *casesForPrograms) open(ctx context.Context, write bool) (*workStore, error) {
	if write {
		return p.store.open(ctx)
	}
	return p.store.look(ctx)
}

// all gives all cases.
func (p *casesForPrograms) all(ctx context.Context) ([]casework.Case, error) {
	s, err := p.open(ctx, false)
	if err != nil {
		return nil, err
	}
	return (&casework.Desk{Store: s, Policy: casework.Default()}).Cases(ctx)
}

func (p *casesForPrograms) newest(ctx context.Context) (int64, error) {
	s, err := p.open(ctx, false)
	if err != nil {
		return 0, err
	}
	return s.NewestEvent(ctx)
}

// demoPerson is who acts where nobody signs in and no name was said.
const demoPerson = "demo"

// Desk is part of httpapi.Cases.
func (p *casesForPrograms) Desk(ctx context.Context, as httpapi.CaseAs, write bool) (*httpapi.CaseDesk, error) {
	by, err := p.person(ctx, as)
	if err != nil {
		return nil, err
	}
	s, err := p.open(ctx, write)
	if err != nil {
		return nil, err
	}
	d := &httpapi.CaseDesk{
		Desk: p.m.desk(s), By: by, Now: p.m.now(), Files: s, Known: p.known, Owing: p.m.owing(s), MaySet: p.owingFor(ctx, &by),
	}
	d.Store = quietly{s, p.sc.quiet}
	if access.By(ctx).Known() {
		d.Refused = p.c.people.refusedCase
	}
	d.From = func(ctx context.Context, id string, stake float64) ([]casework.Met, error) {
		return p.from(ctx, s, d, id, stake)
	}
	d.FromBatch = func(ctx context.Context, batch string) (report.BatchCasesJSON, error) {
		return p.fromBatch(ctx, s, d.Desk, d.By, batch)
	}
	return d, nil
}

// known gives the pseudonym of a name, which the command line gives it too: that of a person where it is the name of one.
func (p *casesForPrograms) known(name string) (string, error) {
	if x, ok, _, err := p.c.people.owner(p.m.ctx, name); err != nil || ok {
		return x.ID, err
	}
	return logkey.Pseudonym(p.m.folderOf(p.c.Data), name)
}

// person says who asks. Behind a key it is the owner of the key, so that two keys of one owner are one person; where no key
// is asked for, on this machine alone, it is who they say, as on the command line; where something in front asks for keys,
// nobody is known, and nobody decides.
func (p *casesForPrograms) person(ctx context.Context, as httpapi.CaseAs) (casework.Person, error) {
	a := access.By(ctx)
	switch {
	case a.Known() && (as.As != "" || as.Role != ""):
		return casework.Person{}, fault.New(fault.Usage, "the key or the session says who asks, and Cordon-As and Cordon-Role do not").WithFix("leave them out")
	case a.Person():
		return acting(a), nil
	case a.Key:
		return p.byKey(ctx, a)
	case !p.c.loopback || p.c.NoKeys:
		return casework.Person{Name: access.Anonymous, Role: casework.Viewer}, nil
	}
	name, err := p.known(cmp.Or(as.As, demoPerson))
	if err != nil {
		return casework.Person{}, err
	}
	via, err := p.m.actor(p.m.folderOf(p.c.Data))
	return casework.Person{Name: name, Via: via, Role: casework.Role(cmp.Or(as.Role, string(casework.Approver)))}, err
}

// quietly is a store that has suppressions read anew when something was added.
type quietly struct {
	casework.Store
	quiet *quietLive
}

// Add is part of casework.Store.
func (q quietly) Add(ctx context.Context, p casework.Policy, events []casework.Kept) error {
	defer q.quiet.forget()
	return q.Store.Add(ctx, p, events)
}

// byKey gives who acts with a key.
func (p *casesForPrograms) byKey(ctx context.Context, a access.Actor) (casework.Person, error) {
	name, err := p.known(a.Owner)
	if err != nil {
		return casework.Person{}, err
	}
	owner, ok, some, err := p.c.people.owner(ctx, a.Owner)
	switch {
	case err != nil:
		return casework.Person{}, err
	case !some:
		return casework.Person{Name: name, Via: a.ID, Role: roleOf(a.Scopes), Way: wayOfKey("", roleOf)}, nil
	case !ok:
		return withKey(a, name, nil), nil
	}
	return withKey(a, name, &owner), nil
}

// roleOf gives the role of who has a key with scopes.
func roleOf(scopes []access.Scope) casework.Role {
	switch {
	case slices.Contains(scopes, access.Approve):
		return casework.Approver
	case slices.Contains(scopes, access.Cases):
		return casework.Analyst
	}
	return casework.Admin
}

// wayOfKey says how who acts with a key comes by a permission that they lack: with other scopes, by which as says what role they
// give, or by signing in. owner is whose the key is, where there are people.
func wayOfKey(owner string, as func([]access.Scope) casework.Role) func(role.Permission) string {
	return func(need role.Permission) string {
		scopes := []access.Scope{access.Cases, access.Approve}
		for n := range scopes {
			if !role.May(as(scopes[:n+1]), need) {
				continue
			}
			way := "use a key that was made with"
			for _, s := range scopes[:n+1] {
				way += " --scope " + string(s)
			}
			if owner == "" {
				return way
			}
			return fmt.Sprintf("%s may, and this key of theirs may not: %s, or sign in", owner, way)
		}
		if owner == "" {
			return ""
		}
		return fmt.Sprintf("%s may, and no key of theirs: sign in", owner)
	}
}

// fromBase makes cases of all that stands for the customers of a base after its newest run, and logs the sums.
func (p *casesForPrograms) fromBase(ctx context.Context, d *screen.Desk, base string) error {
	s, err := p.open(ctx, true)
	if err != nil {
		return err
	}
	quiet := *p.m
	quiet.Out = io.Discard
	r := &raising{
		caseMaker: caseMaker{d, p.sc.places, p.m.today()}, c: &casesFromCmd{Format: "text"}, m: &quiet, ctx: ctx,
		desk: &casework.Desk{Store: quietly{s, p.sc.quiet}, Policy: casework.Default()},
		by:   casework.Person{Name: s.account, Via: s.account, Role: casework.Machine}, count: map[casework.Outcome]int{},
	}
	err = r.raiseRun(customersOf(s.database), base)
	attrs := []slog.Attr{slog.String("base", base), slog.Int("hits", r.hits)}
	for _, o := range casework.Outcomes() {
		attrs = append(attrs, slog.Int(strings.ReplaceAll(string(o), " ", "_"), r.count[o]))
	}
	p.log.LogAttrs(ctx, slog.LevelInfo, "cases were made of a base", attrs...)
	return err
}

// from makes cases of an answer that was kept, with the lists as they are.
func (p *casesForPrograms) from(ctx context.Context, s *workStore, d *httpapi.CaseDesk, id string, stake float64) ([]casework.Met, error) {
	r, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	held := p.sc.live.Take()
	defer held.Release()
	maker := p.maker(held.Desk)
	alerts, err := maker.kept(&r, stake)
	if err != nil {
		return nil, err
	}
	var out []casework.Met
	for _, a := range alerts {
		met, err := d.Raise(ctx, d.By, d.Now, a)
		if err != nil {
			return out, err
		}
		out = append(out, met)
	}
	return out, nil
}

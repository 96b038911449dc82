package main

import (
	"context"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/role"
)

// teamForPrograms is the port of the API to the people of a server.
type teamForPrograms struct {
	people *servePeople
	desk   *httpapi.TeamDesk // in place of that of who asks, where it is set
}

// Team is part of httpapi.Team.
func (t *teamForPrograms) Team(ctx context.Context) (*httpapi.TeamDesk, error) {
	if t.desk != nil {
		return t.desk, nil
	}
	by, err := t.who(ctx)
	if err != nil {
		return nil, err
	}
	p := t.people
	s, err := p.store.open(ctx)
	if err != nil {
		return nil, err
	}
	d, err := p.open(ctx, true)
	if err != nil {
		return nil, err
	}
	keys := &loggedKeys{Store: keysIn(s.database), log: s, actor: by, now: p.m.now}
	return &httpapi.TeamDesk{Desk: d, By: by, Now: p.m.now(), Keys: keys}, nil
}

// who gives the pseudonym of who asks: whoever signed in, and behind a key its owner, who must be somebody here who may change
// people. What a key is good for says nothing of who has it.
func (t *teamForPrograms) who(ctx context.Context) (string, error) {
	a := access.By(ctx)
	if a.Person() {
		return a.ID, nil
	}
	if a.Key {
		x, ok, _, err := t.people.owner(ctx, a.Owner)
		if err != nil || ok && x.May(role.People) {
			return x.ID, err
		}
	}
	return "", fault.New(fault.Denied, "people are shown to somebody, and changed by somebody, who is known by name").
		WithFix("sign in, use a key of an admin, or `cordon people` on the machine")
}

var _ httpapi.Team = (*teamForPrograms)(nil)

package httpapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
)

// Team opens the people who work here. Implementations are safe for concurrent use.
type Team interface {
	// Team gives them in the name of whoever asks, who has one of the permissions already; fault.Denied where nobody is known.
	Team(ctx context.Context) (*TeamDesk, error)
}

// TeamDesk is the people for one request.
type TeamDesk struct {
	*account.Desk
	// By is the pseudonym of who asks.
	By  string
	Now time.Time
	// Keys are the keys of programs, whose changes enter the log in the name of who asks.
	Keys TeamKeys
}

// TeamKeys are the keys of programs; see [access.Store].
type TeamKeys interface {
	Keys(ctx context.Context) ([]access.Key, error)
	AddKey(ctx context.Context, k access.Key) error
	RevokeKey(ctx context.Context, id string, at time.Time) (access.Key, error)
}

const peoplePath = "/v1/people"

var errNoTeam = fault.New(fault.Unavailable, "this server keeps no people").WithFix("start it with a data folder or a database")

// What is sent about people.
type (
	// PersonAdd makes somebody who may sign in.
	PersonAdd struct {
		Name    string   `json:"name" minLength:"1" maxLength:"100" doc:"what they sign in with: letters, digits and . _ @ + -"`
		Display string   `json:"display,omitempty" maxLength:"100" doc:"what others read; the name unless given"`
		Roles   []string `json:"roles" minItems:"1" doc:"viewer, analyst, approver, admin, auditor"`
		Outside bool     `json:"outside,omitempty" doc:"they sign in with a provider of identities, and get no password here"`
	}
	// PersonRoles are the roles of somebody from now on, and no others.
	PersonRoles struct {
		Roles []string `json:"roles" minItems:"1" doc:"viewer, analyst, approver, admin, auditor"`
	}
	// PersonKey describes a key in somebody's name.
	PersonKey struct {
		Scopes []string `json:"scopes" minItems:"1" doc:"what it may do; see docs/operations.md"`
		Days   int      `json:"days" minimum:"0" maximum:"36500" doc:"how long it lasts; 0 for no end"`
	}

	peopleInput struct{ Page }
	// PersonInput names somebody by their pseudonym.
	PersonInput struct {
		ID string `path:"id" doc:"the pseudonym of the person, as the list has it"`
	}
	personBody struct {
		PersonInput
		RawBody []byte
	}
	personAddBody struct{ RawBody []byte }
	personKeyPath struct {
		PersonInput
		Key string `path:"key" doc:"the id of the key"`
	}
)

func registerPeople(r *registrar) {
	a, person, made, key := r.a, r.of(report.PersonJSON{}), r.of(report.PersonMadeJSON{}), r.of(report.KeyJSON{})
	listing(r, operation{
		method: http.MethodGet, path: peoplePath, id: "people", tag: "people", summary: "Who works here: roles, standing, when they last signed in",
		out: r.listOf(report.PersonJSON{}), faults: []int{409},
	}, a.people)
	add(r, operation{
		method: http.MethodPost, path: peoplePath, id: "personAdd", tag: "people", summary: "Add somebody who may sign in", in: r.of(PersonAdd{}), out: made, faults: []int{409}, secret: true,
		about: "A password is made and given in the answer, once, unless they sign in with a provider of identities.",
	}, a.addPerson)
	one := func(method, what, id, summary string, out *huma.Schema) operation {
		return operation{method: method, path: peoplePath + "/{id}" + what, id: id, tag: "people", summary: summary, out: out, faults: []int{404, 409}}
	}
	add(r, one(http.MethodGet, "", "person", "Somebody who works here", person), a.onePerson)
	roles := one(http.MethodPost, "/roles", "personRoles", "Give somebody these roles and no others; their sessions end", person)
	roles.in, roles.about = r.of(PersonRoles{}), "Nobody changes their own roles, and the last who may change people keeps that."
	add(r, roles, a.setRoles)
	add(r, one(http.MethodPost, "/disable", "personDisable", "Shut somebody out; their sessions end, and keys in their name are good no longer", person), a.disable)
	add(r, one(http.MethodPost, "/enable", "personEnable", "Let somebody in again who was shut out", person), a.enable)
	reset := one(http.MethodPost, "/reset", "personReset", "Make another password for somebody, which is given once; their sessions end", made)
	reset.secret = true
	add(r, reset, a.reset)
	add(r, one(http.MethodGet, "/sessions", "personSessions", "Where somebody is signed in", r.listOf(report.SessionJSON{})), a.sessions)
	add(r, one(http.MethodPost, "/sessions/end", "personSessionsEnd", "End all sessions of somebody", r.of(report.EndedJSON{})), a.endSessions)
	add(r, one(http.MethodGet, "/keys", "personKeys", "The keys of programs in somebody's name; their secrets are nowhere", r.listOf(report.KeyJSON{})), a.personKeys)
	keys := one(http.MethodPost, "/keys", "personKeyAdd", "Make a key in somebody's name; its secret is given once", key)
	keys.in, keys.secret, keys.about = r.of(PersonKey{}), true, "It acts as them, in no role that they do not have."
	add(r, keys, a.addKey)
	add(r, one(http.MethodPost, "/keys/{key}/revoke", "personKeyRevoke", "End a key in somebody's name for good", key), a.revokeKey)
}

// team opens the people for whoever asks.
func (a *API) team(ctx context.Context) (*TeamDesk, error) {
	if a.Team == nil {
		return nil, errNoTeam
	}
	return a.Team.Team(ctx)
}

func (a *API) people(ctx context.Context, _ *peopleInput) (items, error) {
	d, err := a.team(ctx)
	if err != nil {
		return items{}, err
	}
	list, err := d.Store.People(ctx)
	if err != nil {
		return items{}, err
	}
	var version strings.Builder
	for i := range list {
		d := list[i].Digest()
		version.Write(d[:])
		version.WriteString(report.Moment(list[i].SignedIn))
	}
	return items{version.String(), linesOf(list, func(p account.Person) ([]byte, error) { return report.JSONLine(report.Person(&p)) }), indented}, nil
}

func rolesOf(names []string) ([]role.Role, error) {
	var out []role.Role
	for _, name := range names {
		r, err := role.Parse(name)
		if err != nil {
			return nil, fault.In(fault.Place{Field: "roles"}, err)
		}
		out = append(out, r)
	}
	return out, nil
}

func (a *API) addPerson(ctx context.Context, in *personAddBody) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	var b PersonAdd
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	roles, err := rolesOf(b.Roles)
	if err != nil {
		return nil, err
	}
	var p account.Person
	password := ""
	if b.Outside {
		p, err = d.Add(ctx, d.By, b.Name, b.Display, roles, "")
	} else {
		p, password, err = d.AddMade(ctx, d.By, b.Name, b.Display, roles)
	}
	if err != nil {
		return nil, err
	}
	return report.JSON(report.PersonMadeJSON{Person: report.Person(&p), Password: password})
}

func personJSON(p account.Person, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return report.JSON(report.Person(&p))
}

func (a *API) onePerson(ctx context.Context, in *PersonInput) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	return personJSON(d.Store.PersonBy(ctx, in.ID, "", ""))
}

func (a *API) setRoles(ctx context.Context, in *personBody) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	var b PersonRoles
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	roles, err := rolesOf(b.Roles)
	if err != nil {
		return nil, err
	}
	return personJSON(d.SetRoles(ctx, d.By, in.ID, roles))
}

func (a *API) disable(ctx context.Context, in *PersonInput) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	return personJSON(d.Disable(ctx, d.By, in.ID))
}

func (a *API) enable(ctx context.Context, in *PersonInput) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	return personJSON(d.Enable(ctx, d.By, in.ID))
}

func (a *API) reset(ctx context.Context, in *PersonInput) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	p, password, err := d.Reset(ctx, d.By, in.ID)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.PersonMadeJSON{Person: report.Person(&p), Password: password})
}

func (a *API) sessions(ctx context.Context, in *PersonInput) ([]byte, error) {
	d, err := a.team(ctx)
	if err == nil {
		_, err = d.Store.PersonBy(ctx, in.ID, "", "")
	}
	if err != nil {
		return nil, err
	}
	list, err := d.Sessions(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.Sessions(list))
}

func (a *API) endSessions(ctx context.Context, in *PersonInput) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	n, err := d.EndSessions(ctx, d.By, in.ID)
	if err != nil {
		return nil, err
	}
	return report.JSON(report.EndedJSON{Ended: n})
}

// KeysOf gives the keys in somebody's name.
func (d *TeamDesk) KeysOf(ctx context.Context, id string) (account.Person, []access.Key, error) {
	p, err := d.Store.PersonBy(ctx, id, "", "")
	if err != nil {
		return p, nil, err
	}
	all, err := d.Keys.Keys(ctx)
	var out []access.Key
	for _, k := range all {
		if owner, _ := account.Fold(k.Owner); owner == p.Name {
			out = append(out, k)
		}
	}
	return p, out, err
}

func (a *API) personKeys(ctx context.Context, in *PersonInput) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	_, list, err := d.KeysOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := []report.KeyJSON{}
	for i := range list {
		out = append(out, report.Key(&list[i], d.Now))
	}
	return report.JSON(out)
}

func (a *API) addKey(ctx context.Context, in *personBody) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	var b PersonKey
	if err := strictly(in.RawBody, &b); err != nil {
		return nil, err
	}
	p, err := d.Store.PersonBy(ctx, in.ID, "", "")
	if err != nil {
		return nil, err
	}
	var scopes []access.Scope
	for _, name := range b.Scopes {
		s, err := access.ParseScope(name)
		if err != nil {
			return nil, fault.In(fault.Place{Field: "scopes"}, err)
		}
		scopes = append(scopes, s)
	}
	var ends time.Time
	switch {
	case b.Days < 0 || b.Days > 36500:
		return nil, fault.New(fault.Invalid, "a key lasts 1 to 36500 days, or has no end").At(fault.Place{Field: "days"}).WithFix("say 0 for no end")
	case b.Days > 0:
		ends = d.Now.AddDate(0, 0, b.Days)
	}
	k, secret, err := access.New(nil, p.Name, scopes, d.Now, ends)
	if err == nil {
		err = d.Keys.AddKey(ctx, k)
	}
	if err != nil {
		return nil, err
	}
	out := report.Key(&k, d.Now)
	out.Secret = secret
	return report.JSON(out)
}

func (a *API) revokeKey(ctx context.Context, in *personKeyPath) ([]byte, error) {
	d, err := a.team(ctx)
	if err != nil {
		return nil, err
	}
	p, list, err := d.KeysOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == in.Key {
			k, err := d.Keys.RevokeKey(ctx, in.Key, d.Now)
			if err != nil {
				return nil, err
			}
			return report.JSON(report.Key(&k, d.Now))
		}
	}
	return nil, fault.New(fault.NotFound, "%s has no key %q", p.Name, in.Key).WithFix("%s has those that there are", peoplePath+"/"+p.ID+"/keys")
}

package account

import (
	"cmp"
	"context"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
)

// Outsider is somebody whom a provider of identities let in, and what our settings make of them.
type Outsider struct {
	// ID names them for good: the address of the provider and its name for them.
	ID string
	// Email was verified by the provider; "" where it was not. Display is what others read.
	Email, Display string
	// Mapped says that roles come from the groups of the provider; Roles are those then. Else they are those that somebody gave
	// them here.
	Mapped bool
	Roles  []role.Role
}

// provider stands for the provider where it is the one that changes somebody: nobody can be called so.
const provider = "?provider"

// RefusedOutside is what whoever a provider let in hears who is not let in here.
func RefusedOutside() error {
	return fault.New(fault.Denied, "you are known to the provider of identities, and may not sign in here").
		WithFix("ask whoever keeps the program to add you, without a password, under your e-mail address")
}

// SignInOutside lets in whom a provider of identities let in. Somebody who is new is known by a verified e-mail address: a person of
// that name who has no password is bound to them for good; where roles come from groups, one is made; else nobody is let in.
func (d *Desk) SignInOutside(ctx context.Context, o Outsider) (token string, p Person, err error) {
	by, err := d.Known(provider)
	if err != nil {
		return "", p, err
	}
	p, err = d.outsider(ctx, by, &o)
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return "", p, err
	}
	if err != nil || !p.Disabled.IsZero() || o.Mapped && len(o.Roles) == 0 {
		return "", Person{}, d.refuseOutside(ctx, &o)
	}
	if o.Mapped && !slices.Equal(p.Roles, o.Roles) {
		if p, err = d.change(ctx, by, p.ID, "roles", true, func(p *Person) error { return p.SetRoles(o.Roles) }); err != nil {
			return "", p, err
		}
	}
	token, err = d.begin(ctx, &p)
	return token, p, err
}

// outsider finds, binds or makes the person; fault.NotFound where there is none to be.
func (d *Desk) outsider(ctx context.Context, by string, o *Outsider) (Person, error) {
	o.Roles = slices.Compact(slices.Sorted(slices.Values(o.Roles)))
	p, err := d.Store.PersonBy(ctx, "", "", o.ID)
	if err == nil || fault.CodeOf(err) != fault.NotFound {
		return p, err
	}
	name, ok := Fold(o.Email)
	if !ok {
		return Person{}, Unknown()
	}
	p, err = d.Store.PersonBy(ctx, "", name, "")
	switch {
	case err == nil && (p.Outside != "" || p.Hash != ""):
		return Person{}, Unknown() // they are somebody else to the provider, or have a password here
	case err == nil:
		return d.change(ctx, by, p.ID, "bound", true, func(p *Person) error {
			p.Outside = o.ID
			return nil
		})
	case fault.CodeOf(err) != fault.NotFound || !o.Mapped || len(o.Roles) == 0:
		return Person{}, err
	}
	if p, err = New(name, o.Display, by, d.Now(), d.Known); err == nil {
		err = p.SetRoles(o.Roles)
	}
	if err != nil {
		return Person{}, err
	}
	p.Outside = o.ID
	return p, d.Store.AddPerson(ctx, p, p.Entry("added", by, d.Now()))
}

func (d *Desk) refuseOutside(ctx context.Context, o *Outsider) error {
	who, err := d.Known("?" + cmp.Or(o.Email, o.ID))
	if err == nil {
		err = d.Store.Enter(ctx, signIn(d.Now(), anonymous, "refused:provider:"+who))
	}
	if err != nil {
		return err
	}
	return RefusedOutside()
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/httpapi"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// heldIn gives the licences of a data folder or database, as they stand when they are first needed; none where nothing was kept.
func (m *Main) heldIn(data string) *decide.Holdings {
	return decide.Hold(func() (out ruling.Licences) {
		if nothingKept(data) {
			return out
		}
		err := m.licenceReader(data, func(b *licence.Book) error {
			out = m.heldOf(m.ctx, b)
			return nil
		})
		if err != nil {
			out.Unread = err.Error()
		}
		return out
	})
}

// heldOf reads the licences of a book as rulings take them.
func (m *Main) heldOf(ctx context.Context, b *licence.Book) (out ruling.Licences) {
	list, err := b.All(ctx, m.now())
	if err != nil {
		return ruling.Licences{Unread: err.Error()}
	}
	for i := range list {
		out.Held = append(out.Held, heldLicence(&list[i]))
	}
	return out
}

// heldLicence gives a licence as it stands.
func heldLicence(l *licence.Licence) ruling.Held {
	t, c := &l.Terms, &l.Terms.Covers
	x := ruling.Held{
		ID: l.ID, Events: l.Events, Name: t.Name(), Kind: string(t.Form), Holder: t.Holder, Provisions: c.Provisions, Activities: c.Activities,
		Parties: c.Parties, Goods: c.Goods, Limit: c.Limit, Unit: c.Unit, Uses: c.Uses, From: t.From, Until: t.Until,
		Standing: l.Standing(), Verified: t.Verified, Source: t.Source,
	}
	if l.InForce() {
		x.Standing = ruling.InForce
	}
	if c.Limit > 0 {
		x.Left = max(0, c.Limit-l.Used())
	}
	if c.Uses > 0 {
		x.UsesLeft = max(0, c.Uses-len(l.Links))
	}
	for i := range l.Tasks {
		if t := &l.Tasks[i]; t.State() == "open" || t.State() == "to be kept" {
			x.Open = append(x.Open, ruling.HeldCondition{ID: t.ID, What: t.What, Due: t.Due})
		}
	}
	return x
}

// holdings is the httpapi.Holdings: nothing is said of licences to who may not see them, nor allowed by one.
func (p *casesForPrograms) holdings(ctx context.Context) *decide.Holdings {
	if !seesLicences(access.By(ctx)) {
		return nil
	}
	return decide.Hold(func() ruling.Licences {
		s, err := p.store.there(ctx)
		if err != nil {
			return ruling.Licences{Unread: err.Error()}
		}
		if s == nil {
			return ruling.Licences{}
		}
		return p.held.take(ctx, s, p.m.now())
	})
}

// seesLicences says whether somebody may see licences: by what their key is good for, or their roles; anybody where nobody is asked
// who they are.
func seesLicences(a access.Actor) bool {
	switch {
	case a.Key:
		return access.Key{Scopes: a.Scopes}.Enters(role.SeeCases)
	case a.Person():
		return slices.ContainsFunc(a.Roles, func(r role.Role) bool { return role.May(r, role.SeeCases) })
	}
	return true
}

// heldOfRuling gives the licences that a ruling names, of its text for programs; nil for none.
func heldOfRuling(text []byte) (*httpapi.HeldLicences, error) {
	if !bytes.Contains(text, []byte(`"licences":{`)) {
		return nil, nil // as nearly always
	}
	var r struct {
		Licences *httpapi.HeldLicences `json:"licences"`
	}
	err := json.Unmarshal(text, &r)
	return r.Licences, err
}

// keptLicences gives the licences that rulings named, as they are kept with a question; nil for none.
func keptLicences(h *decide.Holdings) (*httpapi.HeldLicences, error) {
	named := h.Named()
	if named == nil {
		return nil, nil
	}
	out := &httpapi.HeldLicences{}
	return out, json.Unmarshal(report.LicencesJSON(named), out)
}

// heldAgain gives the licences that an answer was given under, for it to be given again.
func heldAgain(kept *httpapi.HeldLicences) (*decide.Holdings, error) {
	if kept == nil {
		return nil, nil
	}
	l := ruling.Licences{More: kept.More, Unread: kept.Unread}
	for i := range kept.Held {
		x, err := heldFrom(&kept.Held[i])
		if err != nil {
			return nil, err
		}
		l.Held = append(l.Held, x)
	}
	return decide.Hold(func() ruling.Licences { return l }), nil
}

func heldFrom(k *httpapi.HeldLicence) (x ruling.Held, err error) {
	x = ruling.Held{
		ID: k.Licence, Events: k.Event, Name: k.Name, Kind: k.Kind, Holder: k.Holder, Provisions: k.Provisions, Activities: k.Activities,
		Parties: k.Parties, Goods: k.Goods, Uses: k.Uses, UsesLeft: k.UsesLeft, Standing: k.Standing, Verified: k.Verified, Source: k.Source,
	}
	if x.From, err = dayOrNone(k.From); err == nil {
		x.Until, err = dayOrNone(k.Until)
	}
	if err == nil && k.Limit != "" {
		x.Limit, x.Unit, err = licence.ParseQuantity(k.Limit)
	}
	if err == nil && k.Limit != "" && !strings.HasPrefix(k.Left, "0 ") { // nothing left is no quantity that a licence has
		x.Left, _, err = licence.ParseQuantity(k.Left)
	}
	for _, c := range k.Open {
		due, bad := dayOrNone(c.Due)
		if bad != nil {
			err = bad
		}
		x.Open = append(x.Open, ruling.HeldCondition{ID: c.ID, What: c.What, Due: due})
	}
	return x, err
}

// dayOrNone reads a day, or none.
func dayOrNone(s string) (when.Day, error) {
	if s == "" {
		return when.NoDay, nil
	}
	return when.ParseDay(s)
}

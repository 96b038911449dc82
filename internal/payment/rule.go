package payment

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/iso20022"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// rule rules on a payment once for each state that a bank of it is from, since an
// activity has one. The strictest comes first.
func (d *Desk) rule(p *iso20022.Payment) ([]*ruling.Ruling, error) {
	var out []*ruling.Ruling
	for _, a := range d.Activities(p) {
		r, err := d.Rule(a)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(x, y *ruling.Ruling) int { return cmp.Compare(y.Verdict, x.Verdict) })
	return out, nil
}

// Activities gives a payment as activities: one for each state of a bank, and one
// where none is known.
func (d *Desk) Activities(p *iso20022.Payment) []*activity.Activity {
	a := &activity.Activity{Kind: vocab.KindPayment, Date: when.On(p.Date)}
	if p.Date == when.NoDay {
		a.Date = when.On(d.AsOf)
	}
	for _, r := range p.References {
		if r.Scheme == "EndToEndId" || a.ID == "" {
			a.ID = cut(r.Value)
		}
	}
	text := func(f *activity.Facts, id vocab.FactID, v string) {
		if v != "" {
			f.Set(id, activity.Value{Text: v})
		}
	}
	text(&a.Facts, vocab.FinanceService, "payment")
	text(&a.Facts, vocab.Origin, d.side(p, "UltmtDbtr", "Dbtr", "DbtrAgt"))
	text(&a.Facts, vocab.Destination, d.side(p, "UltmtCdtr", "Cdtr", "CdtrAgt"))
	var banks []string
	for i := range p.Parties {
		q := &p.Parties[i]
		state := d.state(q)
		var f activity.Facts
		text(&f, vocab.PartyRole, roleOf(q))
		text(&f, vocab.PartyName, cut(q.Name))
		text(&f, vocab.PartyState, state)
		a.Parties = append(a.Parties, f)
		if q.Agent && state != "" && !slices.Contains(banks, state) {
			banks = append(banks, state)
		}
	}
	out := []*activity.Activity{a}
	for i, b := range banks {
		if i > 0 {
			out = append(out, a.Clone())
		}
		out[i].Facts.Set(vocab.FinanceBankState, activity.Value{Text: b})
	}
	return out
}

// cut holds a text to what an activity may have.
func cut(s string) string {
	if len(s) <= activity.MaxText {
		return s
	}
	return strings.ToValidUTF8(s[:activity.MaxText], "")
}

// side gives the state of the first of the roles that has one.
func (d *Desk) side(p *iso20022.Payment, roles ...string) string {
	for _, role := range roles {
		for i := range p.Parties {
			if q := &p.Parties[i]; q.Role == role {
				if s := d.state(q); s != "" {
					return s
				}
			}
		}
	}
	return ""
}

// state gives the state of a party: that of its address, residence or birth, else of
// its BIC, else of its account.
func (d *Desk) state(p *iso20022.Party) string {
	for _, c := range p.Countries {
		if s, err := d.Places.ParseState(c); err == nil {
			return s.String()
		}
	}
	var codes []string
	for _, b := range p.BIC {
		if b, err := ident.ParseBIC(b); err == nil {
			codes = append(codes, b[4:6])
		}
	}
	if p.Account != nil {
		if v, err := ident.ParseIBAN(p.Account.IBAN); err == nil {
			codes = append(codes, v[:2])
		}
	}
	for _, c := range codes {
		if s, err := d.Places.ParseState(c); err == nil {
			return s.String()
		}
	}
	return ""
}

func roleOf(p *iso20022.Party) string {
	switch p.Role {
	case "Dbtr", "UltmtDbtr", "InitgPty":
		return "payer"
	case "Cdtr":
		return "payee"
	case "UltmtCdtr":
		return "beneficiary"
	}
	if p.Agent {
		return "bank"
	}
	return "other"
}

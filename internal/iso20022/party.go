package iso20022

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/xmlstream"
)

// naming are the elements in which a name is that of the party itself.
var naming = set("FinInstnId CmbndFinInstnId Pty OrgId PstlAdr FIId")

// party reads a party or a bank.
func (w *walker) party(n *xmlstream.Node, path string, agent bool) {
	p := Party{Place: placeOf(n, path), Role: last(path, 1), Agent: agent}
	if p.Role == "Agt" || p.Role == "PstlAdr" || p.Role == "Fr" || p.Role == "To" {
		p.Role = last(path, 2)
	}
	at := len(w.p.Parties)
	w.p.Parties = append(w.p.Parties, p)
	w.within(n, path, n.Name, &p)
	w.p.Parties[at] = p
}

// within reads what stands in a party. From is the element whose name would be that
// of the party.
func (w *walker) within(n *xmlstream.Node, path, top string, p *Party) {
	w.stray(n, path)
	own := n.Name == top || naming[n.Name]
	eachChild(n, path, func(c *xmlstream.Node, at string) {
		if len(c.Children) == 0 {
			w.detail(c, at, own, p)
			return
		}
		if c.Name == "Othr" {
			w.other(c, at, p)
			return
		}
		w.within(c, at, top, p)
	})
}

// detail reads one leaf of a party.
func (w *walker) detail(n *xmlstream.Node, path string, own bool, p *Party) {
	s, at := n.Text(), placeOf(n, path)
	if n.Attr("Ccy"); s == "" {
		return
	}
	switch {
	case n.Name == "Nm" && own && p.Name == "":
		p.Name = s
	case n.Name == "Nm":
		w.p.Parties = append(w.p.Parties, Party{Place: at, Role: p.Role + "/" + strings.TrimSuffix(last(path, 2), "/Nm"), Name: s})
	case n.Name == "BICFI" || n.Name == "BIC" || n.Name == "AnyBIC" || n.Name == "BICOrBEI":
		p.BIC = append(p.BIC, s)
		w.code(at, s)
	case n.Name == "LEI":
		p.LEI = append(p.LEI, s)
		w.code(at, s)
	case n.Name == "MmbId":
		p.Others = append(p.Others, Identifier{"clearing", s})
		w.code(at, s)
	case n.Name == "Ctry" || n.Name == "CtryOfRes" || n.Name == "CtryOfBirth":
		p.Countries = append(p.Countries, s)
	case addresses[n.Name]:
		p.Address = strings.TrimPrefix(p.Address+", "+s, ", ")
	case n.Name == "BirthDt":
		p.Birth = s
	case n.Name == "CityOfBirth" || n.Name == "PrvcOfBirth":
	case n.Name == "Id" || n.Name == "TaxId" || n.Name == "RegnId":
		p.Others = append(p.Others, Identifier{"", s})
		w.code(at, s)
	case plainCodes[n.Name] || dates[n.Name]:
		w.code(at, s)
	case free[n.Name] || n.Name == "JobTitl" || n.Name == "Rspnsblty":
		w.text(at, s)
	default:
		w.unknown(at, s)
	}
}

// other reads an identification with its scheme, and any other thing called so.
func (w *walker) other(n *xmlstream.Node, path string, p *Party) {
	id := n.Child("Id")
	if id == nil || len(id.Children) > 0 {
		w.within(n, path, n.Name, p)
		return
	}
	scheme := n.Child("SchmeNm")
	name := scheme.Get("Cd")
	if name == "" {
		name = scheme.Get("Prtry")
	}
	p.Others = append(p.Others, Identifier{name, id.Text()})
	w.stray(n, path)
	eachChild(n, path, func(c *xmlstream.Node, at string) {
		switch {
		case c == id:
			w.code(placeOf(c, at), id.Text())
		case len(c.Children) > 0:
			w.stray(c, at)
			w.children(c, at)
		default:
			w.leaf(c, at)
		}
	})
}

// owned is an account with the role of its holder.
type owned struct {
	role    string
	account *Account
}

// account reads an account. A name that stands in it is one more to screen.
func (w *walker) account(n *xmlstream.Node, path string) {
	a := &Account{Place: placeOf(n, path)}
	w.inAccount(n, path, a)
	w.p.accounts = append(w.p.accounts, owned{strings.TrimSuffix(n.Name, "Acct"), a})
}

func (w *walker) inAccount(n *xmlstream.Node, path string, a *Account) {
	w.stray(n, path)
	eachChild(n, path, func(c *xmlstream.Node, at string) {
		if len(c.Children) > 0 {
			w.inAccount(c, at, a)
			return
		}
		s := c.Text()
		switch {
		case s == "":
		case c.Name == "IBAN":
			a.IBAN = s
			w.code(placeOf(c, at), s)
		case c.Name == "Id" && a.Other == "":
			a.Other = s
			w.code(placeOf(c, at), s)
		default:
			w.leaf(c, at)
		}
	})
}

// assign gives accounts to their holders, once all parties are known.
func (p *Payment) assign() {
	for _, o := range p.accounts {
		for i := range p.Parties {
			if q := &p.Parties[i]; q.Role == o.role && q.Account == nil {
				q.Account = o.account
				break
			}
		}
	}
}

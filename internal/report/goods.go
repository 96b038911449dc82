package report

import (
	"github.com/cordon-engine/cordon/internal/decide"
)

// GoodsJSON is what is known of a code or of words, for programs.
type GoodsJSON struct {
	Query   string         `json:"query"`
	Code    string         `json:"code,omitempty"`
	Label   string         `json:"label,omitempty"`
	Hits    []GoodsHitJSON `json:"hits,omitempty"`
	Near    []GoodsHitJSON `json:"neighbours,omitempty"`
	Named   []NamedJSON    `json:"named,omitempty"`
	Law     []LawJSON      `json:"law,omitempty"`
	Edition []int          `json:"editions,omitempty"`
}

// GoodsHitJSON is a line of the nomenclature.
type GoodsHitJSON struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

// NamedJSON is a named goods list that the goods are ("yes") or may be ("weigh").
type NamedJSON struct {
	List  string `json:"list"`
	Match string `json:"match"`
	Basis string `json:"basis"`
}

// LawJSON is a provision that names the goods.
type LawJSON struct {
	Provision string `json:"provision"`
	Direction string `json:"direction"`
	By        string `json:"by"`
	From      string `json:"from"`
	Until     string `json:"until,omitempty"`
}

// GoodsForPrograms gives the form of a look-up for programs.
func GoodsForPrograms(g *decide.Goods) GoodsJSON {
	lines := func(list []decide.Line) (out []GoodsHitJSON) {
		for _, l := range list {
			out = append(out, GoodsHitJSON{l.Code.String(), l.Label})
		}
		return out
	}
	j := GoodsJSON{Query: g.Query, Label: g.Label, Hits: lines(g.Hits), Near: lines(g.Neighbours)}
	if !g.Code.IsZero() {
		j.Code = g.Code.String()
	}
	for _, e := range g.Editions {
		j.Edition = append(j.Edition, int(e))
	}
	for _, n := range g.Named {
		j.Named = append(j.Named, NamedJSON{n.List.ID, n.Match.String(), string(n.List.Basis)})
	}
	for _, l := range g.Law {
		p := l.Provision
		j.Law = append(j.Law, LawJSON{p.ID, p.Direction.String(), l.By, p.From.String(), p.Until.String()})
	}
	return j
}

package decide

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
)

// maxHits is how many lines of the nomenclature a look-up gives.
const maxHits = 8

// Goods is what is known of an HS code or of words.
type Goods struct {
	Query string
	// Code is the code that the query is, or the zero Code for words.
	Code     goods.Code
	Label    string
	Editions []goods.Edition
	// Hits are lines of the nomenclature that the words point to, Neighbours the
	// headings that the code is easily confused with.
	Hits, Neighbours []Line
	// Named are the named goods that the query is, or may be.
	Named []Named
	// Law are the provisions that name the goods, in order of their first day.
	Law []NamedBy
}

// Line is one line of the nomenclature.
type Line struct {
	Code  goods.Code
	Label string
}

// Named is a named goods list that matches: Yes, or Weigh where a person must.
type Named struct {
	List  *goods.List
	Match goods.Naming
}

// NamedBy is a provision that names goods, and by what.
type NamedBy struct {
	Provision *law.Provision
	By        string
}

// LookUp says what an HS code or words are and which law names them. A code
// that no edition knows is a fault.
func (d *Desk) LookUp(query string) (*Goods, error) {
	g := &Goods{Query: query}
	it := goods.Item{Description: query}
	if code, err := goods.ParseCode(query); err == nil {
		if err := d.HS.Check(code, 0); err != nil {
			return nil, err
		}
		it = goods.Item{Code: code, HasCode: true}
		g.Code, g.Label, g.Editions = code, d.HS.Label(code), d.HS.Editions(code)
		for _, n := range d.HS.Neighbours(code) {
			g.Neighbours = append(g.Neighbours, Line{n, d.HS.Label(n)})
		}
	} else if strings.IndexFunc(query, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ' ' }) < 0 {
		return nil, fault.In(fault.Place{}, err)
	}
	for _, h := range d.HS.Search(query, maxHits) {
		if h.Code != g.Code {
			g.Hits = append(g.Hits, Line{h.Code, d.HS.Label(h.Code)})
		}
	}
	matches := d.Lists.Match(it, nil, nil)
	for i, x := range matches {
		if x != goods.No {
			g.Named = append(g.Named, Named{d.Lists.At(i), x})
		}
	}
	g.Law = d.naming(it, matches)
	return g, nil
}

// naming gives the provisions that name the goods, by text, words or working code.
func (d *Desk) naming(it goods.Item, matches []goods.Naming) []NamedBy {
	var out []NamedBy
	for _, p := range d.Law.Provisions() {
		for i := range p.Goods {
			if by := d.namedBy(&p.Goods[i], it, matches); by != "" {
				out = append(out, NamedBy{p, by})
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b NamedBy) int { return cmp.Compare(a.Provision.From, b.Provision.From) })
	return out
}

func (d *Desk) namedBy(s *law.Selector, it goods.Item, matches []goods.Naming) (by string) {
	switch i, ok := d.Lists.Index(s.List); {
	case s.List == "" && it.HasCode && s.Set.Match(it.Code) == goods.Full:
		by = "HS chapter named in the text"
		if s.Basis != "text" {
			by = "working code (" + s.Basis + ")"
		}
	case s.List == "" && it.HasCode && s.Set.Match(it.Code) == goods.Partial:
		by = "part of this heading"
	case ok && matches[i] == goods.Yes:
		by = "named as " + s.List
	case ok && matches[i] == goods.Weigh:
		by = "may be " + s.List + ", to be weighed"
	default:
		return ""
	}
	if s.When.Text != "" {
		by += ", when " + s.When.Text
	}
	return by
}

package draft

import (
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Humanitarian are HS ranges in which goods of relief are traded: a working list, with its source. A code in it may be
// something else, and relief also comes under other codes: the overlap it gives is a question and not a finding.
type Humanitarian struct {
	Ranges []HumanitarianGoods
	Source string
	set    goods.Set
}

// HumanitarianGoods is one part of the list.
type HumanitarianGoods struct {
	HS    []goods.Range
	Label string
}

// Has reports whether a code lies in the list; false for no code.
func (h *Humanitarian) Has(c goods.Code) bool { return !c.IsZero() && h.set.Match(c) == goods.Full }

// ReadHumanitarian reads the list.
func ReadHumanitarian(file string, data []byte) (Humanitarian, error) {
	var out Humanitarian
	docs, err := yamltree.Parse(file, data)
	if err != nil {
		return out, err
	}
	if len(docs) != 1 {
		return out, fault.New(fault.Invalid, "the list of humanitarian goods is one document").At(fault.Place{File: file})
	}
	m, err := docs[0].Fields("the list")
	if err != nil {
		return out, err
	}
	if out.Source, err = m.NeedText("source"); err != nil {
		return out, err
	}
	list, err := m.Need("goods")
	if err != nil {
		return out, err
	}
	if err := m.End(); err != nil {
		return out, err
	}
	var all []goods.Range
	for _, n := range list.Items {
		g, err := readGoods(n)
		if err != nil {
			return out, err
		}
		out.Ranges = append(out.Ranges, g)
		all = append(all, g.HS...)
	}
	out.set = goods.NewSet(all)
	return out, nil
}

func readGoods(n *yamltree.Node) (HumanitarianGoods, error) {
	var g HumanitarianGoods
	m, err := n.Fields("humanitarian goods")
	if err != nil {
		return g, err
	}
	if g.Label, err = m.NeedText("label"); err != nil {
		return g, err
	}
	texts, err := m.Texts("hs")
	if err != nil {
		return g, err
	}
	for _, t := range texts {
		r, err := goods.ParseRange(t)
		if err != nil {
			return g, fault.In(n.Place(), err)
		}
		g.HS = append(g.HS, r)
	}
	return g, m.End()
}

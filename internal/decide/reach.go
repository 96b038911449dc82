package decide

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
)

// Reach says how far a provision reaches into a code. The zero Reach is none of it.
type Reach uint8

// The reaches, the nearest last.
const (
	// OutOfReach: nothing below the code is named.
	OutOfReach Reach = iota
	// MayReach: by the code alone a person must weigh whether the goods are the thing that the provision names.
	MayReach
	// ReachesPart: something below the code is named.
	ReachesPart
	// ReachesAll: the code is named with all that is below it.
	ReachesAll
)

// String gives "none", "may be", "part" or "all".
func (r Reach) String() string { return [...]string{"none", "may be", "part", "all"}[r] }

// Reaching is a provision that names goods under a code.
type Reaching struct {
	Provision *law.Provision
	Reach     Reach
	// By says by what: the words of the selector, or the named goods.
	By string
}

// ReachOf gives the provisions that forbid, limit or require something of goods under a code, in the order of the law.
// Those that only restate another are left out. It looks at the codes that texts and working lists give: words on an
// invoice may decide otherwise, as in [Desk.LookUp], and so may the conditions of a provision.
func (d *Desk) ReachOf(code goods.Code) []Reaching {
	var out []Reaching
	for _, p := range d.Law.Provisions() {
		if !p.Obliges() || !p.Applies() || p.Binding == "reaffirms" {
			continue
		}
		best := Reaching{Provision: p}
		for i := range p.Goods {
			if r, by := d.reach(&p.Goods[i], code); r > best.Reach {
				best.Reach, best.By = r, by
			}
		}
		if best.Reach != OutOfReach {
			out = append(out, best)
		}
	}
	return out
}

func (d *Desk) reach(s *law.Selector, code goods.Code) (r Reach, by string) {
	if s.List == "" {
		by = "the text"
		if s.Basis != "text" {
			by = "a working code (" + s.Basis + ")"
		}
		return reachOf(s.Set.Match(code)), by
	}
	i, ok := d.Lists.Index(s.List)
	if !ok {
		return OutOfReach, ""
	}
	l := d.Lists.At(i)
	by = l.Title
	r = listReach(l, code)
	for n := range d.Lists.Len() { // and what is contained in it
		if inner := d.Lists.At(n); slices.Contains(inner.Within, l.ID) {
			r = max(r, listReach(inner, code))
		}
	}
	return r, by
}

func listReach(l *goods.List, code goods.Code) Reach {
	if r := reachOf(l.Codes.Match(code)); r != OutOfReach {
		return r
	}
	if l.Review.Match(code) != goods.None {
		return MayReach
	}
	return OutOfReach
}

func reachOf(m goods.Match) Reach {
	switch m {
	case goods.Full:
		return ReachesAll
	case goods.Partial:
		return ReachesPart
	default:
		return OutOfReach
	}
}

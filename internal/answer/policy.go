package answer

import (
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

// Policy says for how many years answers are kept. It is a file of the user's; there
// is none in the program, since how long is a question of their law.
//
//	default: 5
//	regimes:
//	  un-dprk: 10
//	lists:
//	  ofac-sdn: 10
type Policy struct {
	// Default is for what no other line is about. Years are whole, from 1.
	Default int
	// Under has the years by regime, and by list as list:NAME.
	Under map[string]int
}

// mostYears is the most that a policy may ask for; more is likely a slip.
const mostYears = 100

// ReadPolicy reads a policy. name stands in faults.
func ReadPolicy(name string, b []byte) (Policy, error) {
	p := Policy{Under: map[string]int{}}
	docs, err := yamltree.Parse(name, b)
	if err != nil {
		return p, err
	}
	if len(docs) != 1 {
		return p, fault.New(fault.Invalid, "a policy of retention is one document").At(fault.Place{File: name}).
			WithFix("write `default: YEARS`, and under regimes and lists what is kept for longer or shorter")
	}
	f, err := docs[0].Fields("a policy of retention")
	if err != nil {
		return p, err
	}
	years, err := f.Need("default")
	if err == nil {
		p.Default, err = readYears(years)
	}
	if err != nil {
		return p, err
	}
	for _, part := range []struct{ key, prefix string }{{"regimes", ""}, {"lists", listPrefix}} {
		n := f.Opt(part.key)
		if n == nil {
			continue
		}
		if n.Kind != yamltree.Map {
			return p, n.Errorf("%s names each with its years, as in x: 10", part.key)
		}
		for i, key := range n.Keys {
			if snapshot.CheckList(key.Text) != nil { // regimes are named as lists are
				return p, key.Errorf("%q is no name of one of the %s", key.Text, part.key)
			}
			if p.Under[part.prefix+key.Text], err = readYears(n.Items[i]); err != nil {
				return p, err
			}
		}
	}
	return p, f.End()
}

// listPrefix tells lists from regimes in Kept.Under.
const listPrefix = "list:"

func readYears(n *yamltree.Node) (int, error) {
	y, err := n.Number("the number of years")
	if err != nil {
		return 0, err
	}
	if y != float64(int(y)) || y < 1 || y > mostYears {
		return 0, n.Errorf("years are a whole number from 1 to %d", mostYears)
	}
	return int(y), nil
}

// Years gives for how many years an answer is kept: the longest that anything it was
// made under asks for.
func (p Policy) Years(k *Kept) int {
	most, named := 0, false
	for _, u := range k.Under {
		if y, ok := p.Under[u]; ok {
			most, named = max(most, y), true
		} else {
			most = max(most, p.Default)
		}
	}
	if !named {
		most = max(most, p.Default)
	}
	return most
}

// Until gives the moment from which an answer is kept no longer.
func (p Policy) Until(k *Kept) time.Time { return k.Time.AddDate(p.Years(k), 0, 0) }

// Due says whether an answer is to be erased: its time is over, it is not held, and it
// is still there.
func (p Policy) Due(r *Record, now time.Time) bool {
	return !r.Erased && !r.Held() && !now.Before(p.Until(&r.Kept))
}

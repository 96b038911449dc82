package draft

import (
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/when"
)

// Leeway is a place where a draft leaves it to somebody whether it applies.
type Leeway struct {
	Provision *law.Provision
	// Exception is what leaves it open; nil for a provision that only asks, or a cap under which states choose how much to supply.
	Exception *law.Exception
	// Who is "state", "committee" or "states within the cap"; What says it in words.
	Who, What string
}

// Leeway gives them in the order of the draft.
func (c *Case) Leeway() []Leeway {
	var out []Leeway
	for _, p := range c.Provisions() {
		switch {
		case p.Effect == law.CallUpon:
			out = append(out, Leeway{Provision: p, Who: "state", What: "it asks and does not oblige"})
		case limits(p):
			out = append(out, Leeway{Provision: p, Who: "states within the cap", What: "below the limit each state decides what it supplies"})
		}
		for _, x := range p.Exceptions {
			from, until, ok := x.Period(c.With, when.NoDay)
			if !ok || x.Grant == law.Standing || c.On < from || c.On > until {
				continue
			}
			who := "state"
			if x.Grant == law.ByCommittee {
				who = "committee"
			}
			out = append(out, Leeway{Provision: p, Exception: x, Who: who, What: x.Title})
		}
	}
	return out
}

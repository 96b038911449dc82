package claim

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Filter chooses claims. Empty fields choose all.
type Filter struct {
	// State is one that the claim is about or that speaks.
	State place.State
	// Obligation is the id of a provision, with its parts, or the number of an instrument.
	Obligation string
	// Kinds are those wanted.
	Kinds []Kind
	// Period shares a day with the claim's; claims without a period are left out. It is not given when From is
	// [when.NoDay].
	Period when.Period
	// Source is the id of a source.
	Source string
}

// Pick gives the claims that f chooses, by id.
func (l *Ledger) Pick(f Filter) []*Claim {
	var out []*Claim
	for _, c := range l.claims {
		if f.State != 0 && !c.SpokenFor(f.State) && !slices.Contains(c.About, f.State) ||
			f.Obligation != "" && !slices.ContainsFunc(c.Obligations, func(id string) bool { return within(id, f.Obligation) }) ||
			len(f.Kinds) > 0 && !slices.Contains(f.Kinds, c.Kind) ||
			Given(f.Period) && (!Given(c.Period) || !c.Period.Overlaps(f.Period)) ||
			f.Source != "" && c.Source != f.Source {
			continue
		}
		out = append(out, c)
	}
	return out
}

// within reports whether a provision is the one asked for, a part of it, or in the instrument asked for.
func within(id, asked string) bool { return id == asked || strings.HasPrefix(id, asked+"-") }

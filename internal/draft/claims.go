package draft

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/when"
)

// Reported is an activity that a claim asserts, with what the draft would have done to it. It is somebody's assertion: that the
// draft bears on it says nothing about whether it happened.
type Reported struct {
	Claim *claim.Claim
	Touch Touch
	// Breach is true where the claim alleges, finds or admits something that an obligation forbids.
	Breach bool
}

// Claims judges the activities that claims assert, each on its own day if that lies in the period, or on the day of the case where
// asIf is true. Retracted claims, denials and what carries no activity are not taken.
func (c *Case) Claims(l *claim.Ledger, period *when.Period, asIf bool) ([]Reported, error) {
	j := c.NewJudge()
	on := when.On(c.On)
	var asOf *when.Period
	if asIf {
		asOf = &on
	}
	var out []Reported
	for _, k := range l.Claims() {
		if k.Activity == nil || k.Kind == claim.Denial || l.RetractedBy(k.ID) != "" || period != nil && !period.Overlaps(k.Activity.Date) {
			continue
		}
		ts, err := j.Touches(k.Activity, asOf)
		if err != nil {
			return nil, err
		}
		out = append(out, Reported{Claim: k, Touch: strongest(ts), Breach: k.Kind == claim.Allegation || k.Kind == claim.Finding || k.Kind == claim.Admission})
	}
	return out, nil
}

func strongest(ts []Touch) Touch {
	return slices.MaxFunc(ts, func(a, b Touch) int { return int(a.Class) - int(b.Class) })
}

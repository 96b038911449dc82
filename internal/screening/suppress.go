package screening

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// NoLimit is a limit that leaves nothing off.
const NoLimit = math.MaxInt32

// Suppression says that two persons found a hit false, in a case, up to a time.
type Suppression struct {
	Case  string
	Until time.Time
	// Party is by what the case knows our side.
	Party string
}

// Words say it to people.
func (s *Suppression) Words() string {
	until := s.Until.UTC()
	day := until.Format("2006-01-02 15:04 UTC")
	if until.Equal(until.Truncate(24 * time.Hour)) { // a day ends with its midnight
		day = until.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return fmt.Sprintf("listed under the same name; two people found it is someone else (case %s); stands until %s", s.Case, day)
}

// Said gives all that is said of an answer besides its hits: its notes, and why hits count that
// may be suppressed.
func (a *Answer) Said() []string {
	if a.Uncompared == "" {
		return a.Notes
	}
	return append(slices.Clone(a.Notes), a.Uncompared)
}

// Suppress marks the hits for which by gives a suppression, leaves the limit (0 is DefaultLimit) to
// the others, as if it had been asked for (so ask without one: [NoLimit]), and gives the answer the outcome of the others. A party that has hits and only
// suppressed ones is [Suppressed], never clear. Hits that were weighed and are not shown
// count as they did: nobody compared them. What was not looked at is suppressed by nobody.
func (e *Engine) Suppress(a *Answer, limit int, by func(*Hit) *Suppression) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	var kept []Hit
	others, shown := Clear, 0
	for _, h := range a.Hits {
		if h.Suppressed = by(&h); h.Suppressed != nil {
			a.Suppressed++
			kept = append(kept, h)
			continue
		}
		others = worse(others, e.outcome(&h))
		if shown++; shown <= limit {
			kept = append(kept, h)
		} else if h.Score >= a.show {
			a.More++
		}
	}
	if a.Suppressed > 0 && (a.Outcome == Match || a.Outcome == Possible) {
		a.Outcome = worse(worse(Suppressed, others), a.left)
		if a.Outcome == Suppressed && a.Bounded {
			a.Outcome, a.Reason = NotScreened, strings.Join(a.Notes, "; ")
		}
	}
	a.Hits = kept
}

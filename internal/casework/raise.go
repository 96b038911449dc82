package casework

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"time"
)

// Outcome is what became of an alert. Every alert has one.
type Outcome string

// The outcomes.
const (
	// NewCase: there was no case about the pair.
	NewCase Outcome = "new"
	// AlreadyOpen: its case is open, and both sides say what they said.
	AlreadyOpen Outcome = "already open"
	// NewFacts: its case is open, and a side says something else.
	NewFacts Outcome = "new facts"
	// Again: its case was closed, and is open again.
	Again Outcome = "reopened"
	// Suppressed: two persons found it false on just these facts, and until a later day.
	Suppressed Outcome = "suppressed"
	// StillContradicted: hard facts contradict each other, and closed the case.
	StillContradicted Outcome = "contradicted"
	// KnownTrue: the case is closed as true on just these facts, and held.
	KnownTrue Outcome = "known true"
)

// Outcomes lists them.
func Outcomes() []Outcome {
	return []Outcome{NewCase, NewFacts, Again, AlreadyOpen, KnownTrue, Suppressed, StillContradicted}
}

// Meet says what an alert does to the case about its pair, nil for none: the kind of
// the event that it makes, "" for none, and the reason in words.
func Meet(c *Case, a *Alert, now time.Time) (Outcome, Kind, string) {
	switch {
	case c == nil:
		return NewCase, Opened, ""
	case c.Closed == nil && c.Alert.same(a):
		return AlreadyOpen, "", ""
	case c.Closed == nil:
		return NewFacts, Changed, ""
	case !c.Alert.same(a):
		return Again, Reopened, differs(&c.Alert, a)
	case len(c.Closed.Facts) > 0:
		return StillContradicted, "", ""
	case c.Closed.Disposition == True:
		return KnownTrue, "", ""
	case c.Suppression.Holds(a, now):
		return Suppressed, "", ""
	case c.Suppression != nil:
		return Again, Reopened, "the suppression ended on " + c.Suppression.Until.Format(time.DateOnly)
	}
	return Again, Reopened, "it was hit again, and nothing suppresses it"
}

// differs says which side says something else.
func differs(a, b *Alert) string {
	var sides []string
	for _, x := range []struct {
		word     string
		was, now *Side
	}{{"your side", &a.Subject, &b.Subject}, {"the list", &a.Listing, &b.Listing}} {
		if fields := changedFields(x.was, x.now); len(fields) > 0 {
			sides = append(sides, x.word+" says something else in "+strings.Join(fields, ", "))
		}
	}
	return strings.Join(sides, "; ")
}

func changedFields(was, now *Side) []string {
	var out []string
	note := func(from, to *Side) {
		for _, f := range from.Says {
			if !slices.Contains(to.Says, f) && !slices.Contains(out, f.Field) {
				out = append(out, f.Field)
			}
		}
	}
	note(was, now)
	note(now, was)
	if was.Name != now.Name && !slices.Contains(out, "name") {
		out = append(out, "name")
	}
	slices.Sort(out)
	return out
}

// Sort puts open cases in the order in which they are to be taken: those that somebody
// escalated, then by probability and stake, then the oldest.
func Sort(list []Case) {
	slices.SortStableFunc(list, func(a, b Case) int {
		if a.Escalated != b.Escalated {
			if a.Escalated {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Alert.Priority(), a.Alert.Priority()), a.Raised.Compare(b.Raised), strings.Compare(a.ID, b.ID))
	})
}

// Drawn says whether a closed case is drawn for a review, for a share of them from 0
// to 1. Who does not know the seed cannot tell which are.
func Drawn(id, seed string, share float64) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(seed + " " + id))
	return float64(mix(h.Sum64())) < share*math.MaxUint64
}

// mix spreads a hash over all bits (the end of MurmurHash3, which is in the public
// domain).
func mix(x uint64) uint64 {
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

package goods

import (
	"cmp"
	"fmt"
	"slices"
)

// Match says how a code stands to a set of codes. The zero value is None.
type Match uint8

// The three values.
const (
	// None means that nothing below the code is in the set.
	None Match = iota
	// Partial means that something below the code is in the set and something is
	// not, so that a longer code would decide.
	Partial
	// Full means that the code is in the set with all that is below it.
	Full
)

// String gives "none", "partial" or "full".
func (m Match) String() string {
	switch m {
	case None:
		return "none"
	case Partial:
		return "partial"
	case Full:
		return "full"
	}
	return fmt.Sprintf("Match(%d)", uint8(m))
}

// Set is a set of codes for quick look-up. It knows digits, not goods: a set
// of all the subheadings of 2701 does not fully hold 2701, since digits alone do
// not show that there are no others. The zero Set is empty. A Set does not change
// and may be used by many goroutines.
type Set struct {
	spans []span // ascending, neither overlapping nor touching
}

// span is a run of ten-digit codes: low <= x < high.
type span struct{ low, high uint64 }

// NewSet makes the union of ranges.
func NewSet(ranges []Range) Set {
	all := make([]span, 0, len(ranges))
	for _, r := range ranges {
		low, high := r.bounds()
		all = append(all, span{low, high})
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.low, b.low) })
	out := all[:0]
	for _, s := range all {
		if n := len(out); n > 0 && s.low <= out[n-1].high {
			out[n-1].high = max(out[n-1].high, s.high)
		} else {
			out = append(out, s)
		}
	}
	return Set{slices.Clip(out)}
}

// Match says how c stands to the set. The zero Code, for goods of which no code
// is known, stands in part to every set but the empty one.
func (s Set) Match(c Code) Match {
	low, high := c.low(), c.high()
	i, j := 0, len(s.spans)
	for i < j {
		if m := int(uint(i+j) / 2); s.spans[m].high <= low {
			i = m + 1
		} else {
			j = m
		}
	}
	switch {
	case i == len(s.spans) || s.spans[i].low >= high:
		return None
	case s.spans[i].low <= low && high <= s.spans[i].high:
		return Full
	}
	return Partial
}

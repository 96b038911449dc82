package web

import (
	"math"
	"strconv"
)

// step is one piece of evidence with its place in the waterfall: X and Width are
// percentages.
type step struct {
	Evidence
	X, Width string
	Against  bool
	// Sum is what all up to here add up to.
	Sum float64
}

// waterfall lays evidence out as bars, each beginning where the one before ended.
func waterfall(list []Evidence) []step {
	low, high, sum := 0.0, 0.0, 0.0
	for _, e := range list {
		sum += e.Weight
		low, high = min(low, sum), max(high, sum)
	}
	span := high - low
	if span == 0 {
		span = 1
	}
	at := func(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) + "%" }
	out := make([]step, 0, len(list))
	sum = 0
	for _, e := range list {
		from := sum
		sum += e.Weight
		left, right := min(from, sum), max(from, sum)
		out = append(out, step{e, at(100 * (left - low) / span), at(max(100*(right-left)/span, 1)), e.Weight < 0, sum})
	}
	return out
}

// maxNames is how many names of a hit are open at first.
const maxNames = 8

// shortened is a list of names of which some are folded away.
type shortened struct{ First, Rest []Name }

// few folds away the names beyond the first.
func few(list []Name) shortened {
	n := min(maxNames, len(list))
	if len(list) <= n+2 {
		n = len(list)
	}
	return shortened{list[:n], list[n:]}
}

// percent writes a probability as per cent, cut and not rounded, so that nothing
// is shown as certain.
func percent(p float64) string { return strconv.FormatFloat(math.Floor(p*1000)/10, 'f', 1, 64) }

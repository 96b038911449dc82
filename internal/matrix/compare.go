package matrix

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
)

// Axis is one of the things about a state that are kept apart.
type Axis uint8

// The axes.
const (
	LawInPlace Axis = iota
	Reporting
	Conduct
	Responding
	Exposure
)

var axes = [...]string{"law", "reporting", "conduct", "response", "exposure"}

// String gives the word used in files and options.
func (a Axis) String() string { return axes[a] }

// ParseAxis reads the word used in files and options.
func ParseAxis(s string) (Axis, error) {
	if n := slices.Index(axes[:], s); n >= 0 {
		return Axis(n), nil
	}
	return 0, fault.New(fault.Invalid, "there is no axis %q; the axes are law, reporting, conduct, response and exposure", s)
}

// ParseWeights reads weights by the words of their axes.
func ParseWeights(by map[string]float64) (map[Axis]float64, error) {
	out := map[Axis]float64{}
	for _, word := range slices.Sorted(maps.Keys(by)) {
		a, err := ParseAxis(word)
		if err != nil {
			return nil, err
		}
		out[a] = by[word]
	}
	return out, nil
}

// Standing is where a state stands on the axes, each from 0 to 1, higher being more of what the axis measures; a Range that is
// not known is missing and stays so.
type Standing struct {
	State place.State
	On    [len(axes)]Interval
}

// Interval is a value with its bounds, 0 to 1.
type Interval struct {
	Low, High float64
	Known     bool
}

// Compared is a state in a comparison.
type Compared struct {
	State place.State
	// Score is the weighted mean with every missing axis anywhere between 0 and 1.
	Low, High float64
	// Best and Worst bound its rank, 1 being the highest score: over all values of what is missing, and over the weights given
	// and each of them left out in turn.
	Best, Worst int
	Missing     []Axis
}

// Compare orders states by a weighted mean that the asker composes. Nothing in the program does so unasked: the weights have
// no default, what is missing is shown and may be anything, and ranks are ranges.
func Compare(states []Standing, weights map[Axis]float64) ([]Compared, error) {
	sum := 0.0
	for a, w := range weights {
		if w < 0 || w != w || w > 1e6 {
			return nil, fault.New(fault.Invalid, "the weight of %s is %g; give a number from 0 up", a, w)
		}
		sum += w
	}
	if sum == 0 {
		return nil, fault.New(fault.Invalid, "a comparison needs weights, for instance --weight reporting=1,conduct=1; there is no default")
	}
	out := make([]Compared, len(states))
	for i := range states {
		out[i] = Compared{State: states[i].State, Best: len(states), Worst: 1}
		out[i].Low, out[i].High = mean(&states[i], weights)
		for a := range states[i].On {
			if weights[Axis(a)] > 0 && !states[i].On[a].Known {
				out[i].Missing = append(out[i].Missing, Axis(a))
			}
		}
	}
	for _, w := range variants(weights) {
		rank(states, w, out)
	}
	slices.SortStableFunc(out, func(a, b Compared) int {
		return cmp.Or(cmp.Compare(a.Best, b.Best), cmp.Compare(a.Worst, b.Worst), cmp.Compare(a.State, b.State))
	})
	return out, nil
}

// variants are the weights, and the weights with each of them left out in turn, where something remains.
func variants(weights map[Axis]float64) []map[Axis]float64 {
	all := []map[Axis]float64{weights}
	for out := range axes {
		less, sum := map[Axis]float64{}, 0.0
		for a, w := range weights {
			if a != Axis(out) {
				less[a] = w
				sum += w
			}
		}
		if sum > 0 && len(less) < len(weights) {
			all = append(all, less)
		}
	}
	return all
}

func mean(s *Standing, weights map[Axis]float64) (low, high float64) {
	sum := 0.0
	for a, on := range s.On {
		w := weights[Axis(a)]
		sum += w
		if on.Known {
			low, high = low+w*on.Low, high+w*on.High
		} else {
			high += w
		}
	}
	return low / sum, high / sum
}

// rank widens the ranks by what follows from one set of weights: a state is certainly behind those whose low end lies above
// its high end.
func rank(states []Standing, weights map[Axis]float64, out []Compared) {
	low, high := make([]float64, len(states)), make([]float64, len(states))
	for i := range states {
		low[i], high[i] = mean(&states[i], weights)
	}
	for i := range out {
		best, worst := 1, 1
		for j := range states {
			if j == i {
				continue
			}
			if low[j] > high[i] {
				best++
			}
			if high[j] >= low[i] {
				worst++
			}
		}
		out[i].Best, out[i].Worst = min(out[i].Best, best), max(out[i].Worst, worst)
	}
}

package matrix_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/place"
)

// TestCompare is small enough to check by hand.
func TestCompare(t *testing.T) {
	at := func(v float64) matrix.Interval { return matrix.Interval{Low: v, High: v, Known: true} }
	states := []matrix.Standing{{State: 1}, {State: 2}, {State: 3}}
	states[0].On[matrix.Reporting], states[0].On[matrix.Conduct] = at(1), at(0.5)
	states[1].On[matrix.Reporting], states[1].On[matrix.Conduct] = at(0), at(0.25)
	states[2].On[matrix.Reporting] = at(0.5) // nothing is known of its conduct
	got, err := matrix.Compare(states, map[matrix.Axis]float64{matrix.Reporting: 1, matrix.Conduct: 1})
	if err != nil {
		t.Fatal(err)
	}
	// Means: .75; .125; .25 to .75. By reporting alone 1, 3, 2; by conduct alone the third may stand anywhere.
	want := "1: 0.750-0.750 rank 1-2 []; 3: 0.250-0.750 rank 1-3 [conduct]; 2: 0.125-0.125 rank 2-3 []; "
	if s := compared(got); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if _, err := matrix.Compare(states, nil); err == nil {
		t.Error("a comparison without weights was made")
	}
}

func compared(list []matrix.Compared) string {
	s := ""
	for _, c := range list {
		s += fmt.Sprintf("%d: %.3f-%.3f rank %d-%d %v; ", c.State, c.Low, c.High, c.Best, c.Worst, c.Missing)
	}
	return s
}

// TestRanksHold: whatever the missing values are, the rank by the given weights lies within the range.
func TestRanksHold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(rt, "states")
		states, real := make([]matrix.Standing, n), make([]float64, n)
		weights := map[matrix.Axis]float64{}
		for a := range matrix.Axis(5) {
			weights[a] = float64(rapid.IntRange(0, 3).Draw(rt, "weight"))
		}
		weights[matrix.Conduct]++
		for i := range states {
			states[i].State = place.State(i + 1)
			for a := range states[i].On {
				v := float64(rapid.IntRange(0, 8).Draw(rt, "value")) / 8
				real[i] += v * weights[matrix.Axis(a)]
				if rapid.Bool().Draw(rt, "known") {
					states[i].On[a] = matrix.Interval{Low: v, High: v, Known: true}
				}
			}
		}
		got, err := matrix.Compare(states, weights)
		if err != nil {
			rt.Fatal(err)
		}
		for _, c := range got {
			rank := 1
			for j := range real {
				if real[j] > real[c.State-1]+1e-9 {
					rank++
				}
			}
			if rank < c.Best || rank > c.Worst {
				rt.Fatalf("state %d has rank %d outside %d-%d", c.State, rank, c.Best, c.Worst)
			}
		}
	})
}

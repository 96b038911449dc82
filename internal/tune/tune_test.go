package tune

import (
	"math"
	"slices"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/match"
)

func TestAlter(t *testing.T) {
	const name = "Sergei Viktorovich Lavrov"
	want := map[int]string{4: "Viktorovich Lavrov Sergei", 5: "Sergei Lavrov", 8: "Sergei V. Lavrov"}
	for kind := range AlterKinds {
		got := Alter(name, kind, 7)
		if got == "" || got == name && kind != 0 && kind != 3 {
			t.Errorf("kind %d: %q", kind, got)
		}
		if w, ok := want[kind]; ok && got != w {
			t.Errorf("kind %d: %q, want %q", kind, got, w)
		}
		if again := Alter(name, kind, 7); again != got {
			t.Errorf("kind %d: %q, then %q", kind, got, again)
		}
		Alter("", kind, 1)
		Alter("a", kind, 1)
		Alter("a b", kind, 1)
	}
}

// TestReport compares the AUC by ranks with the count over all pairs.
func TestReport(t *testing.T) {
	r := rng(3)
	var list []scored
	for range 400 {
		same := r.below(3) == 0
		x := float64(r.below(20))
		if same {
			x += float64(r.below(10))
		}
		list = append(list, scored{x: x / 40, same: same, w: 1})
	}
	wins, n := 0.0, 0.0
	for _, a := range list {
		for _, b := range list {
			if a.same && !b.same {
				n++
				if a.x > b.x {
					wins++
				} else if a.x == b.x {
					wins += .5
				}
			}
		}
	}
	if got := report(slices.Clone(list)).AUC; math.Abs(got-wins/n) > 1e-9 {
		t.Errorf("AUC %.6f, by count %.6f", got, wins/n)
	}
}

func TestSolve(t *testing.T) {
	h := []float64{4, 0, 0, 1, 3, 0, 2, 1, 5} // lower half of a symmetric matrix
	x := []float64{1, -2, .5}
	g := []float64{4*x[0] + x[1] + 2*x[2], x[0] + 3*x[1] + x[2], 2*x[0] + x[1] + 5*x[2]}
	for i, v := range solve(h, g, 3) {
		if math.Abs(v-x[i]) > 1e-9 {
			t.Errorf("x[%d] = %v, want %v", i, v, x[i])
		}
	}
}

// TestCalibrate holds that the map rises and meets the rates it was made from.
func TestCalibrate(t *testing.T) {
	r := rng(5)
	var list []scored
	for range 20_000 {
		x := float64(r.below(2000))/100 - 10
		p := 1 / (1 + math.Exp(-x/2))
		list = append(list, scored{x: x, same: float64(r.below(1_000_000))/1e6 < p, w: 1})
	}
	c := calibrate(list)
	for i := 1; i < len(c.Bits); i++ {
		if c.Bits[i] <= c.Bits[i-1] || c.Odds[i] <= c.Odds[i-1] {
			t.Fatalf("point %d does not rise: %+v", i, c)
		}
	}
	for x := -8.0; x <= 8; x += 2 {
		if got, want := match.ProbabilityOf(x, &c), 1/(1+math.Exp(-x/2)); math.Abs(got-want) > .05 {
			t.Errorf("at %v bits: %.3f, want %.3f", x, got, want)
		}
	}
}

// TestLearn learns from a small list: the weights keep their signs, pairs of one
// subject score higher, and the same seed gives the same weights.
func TestLearn(t *testing.T) {
	p, err := match.Load(data.FS, "matching")
	if err != nil {
		t.Fatal(err)
	}
	first := []string{"Sergei", "Ivan", "Mohammed", "Ahmad", "Elena", "Chol", "Yong", "Omar", "Viktor", "Jan"}
	last := []string{"Petrov", "Kuznetsov", "Haqqani", "Tikriti", "Novak", "Rotenberg", "Mansour", "Zadran", "Morozov", "Sokolov"}
	var list []Subject
	for i, f := range first {
		for j, l := range last {
			if (i+j)%2 == 0 {
				list = append(list, Subject{"Person", []string{f + " " + last[(i+j+3)%10] + "ovich " + l, l + " " + f, f + " " + l}})
			}
		}
	}
	pairs, err := Make(p, list, 1)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Make(p, list, 1)
	if !slices.Equal(pairs, again) {
		t.Error("the same seed gives other pairs")
	}
	got, err := Learn(p, pairs, p.StartFor("person"), 200)
	if err != nil {
		t.Fatal(err)
	}
	if got.Report.AUC < .9 {
		t.Errorf("AUC %.3f on %d pairs", got.Report.AUC, got.Report.Pairs)
	}
	low, high := match.Signs()
	for i, w := range match.Vector(&got.Weights) {
		if w < low[i]-1e-9 || w > high[i]+1e-9 {
			t.Errorf("weight %d is %v, outside %v to %v", i, w, low[i], high[i])
		}
	}
}

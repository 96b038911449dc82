package when

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	p, err := Parse("2017-05-10/2018-02-03")
	if err != nil {
		t.Fatal(err)
	}
	for months, want := range map[int]string{
		0:  "[2017-05-10/2018-02-03]",
		12: "[2017-05-10/2017-12-31 2018-01-01/2018-02-03]",
		3:  "[2017-05-10/2017-06-30 2017-07/2017-09 2017-10/2017-12 2018-01-01/2018-02-03]",
	} {
		if got := fmt.Sprint(p.Cut(months)); got != want {
			t.Errorf("by %d months: %s, want %s", months, got, want)
		}
	}
}

// TestMergeAndWithout asks of each day whether it is in, and compares.
func TestMergeAndWithout(t *testing.T) {
	in := func(ps []Period, d Day) bool {
		return slices.ContainsFunc(ps, func(p Period) bool { return p.Contains(d) })
	}
	rapid.Check(t, func(t *rapid.T) {
		day := func(from, to int) Day { return Day(rapid.IntRange(from, to).Draw(t, "day")) }
		period := func() Period { from := day(0, 40); return Period{from, day(int(from), 40)} }
		var ps []Period
		for range rapid.IntRange(0, 6).Draw(t, "periods") {
			ps = append(ps, period())
		}
		whole := period()
		merged := Merge(ps)
		left := whole.Without(merged)
		for d := Day(0); d <= 40; d++ {
			if in(ps, d) != in(merged, d) {
				t.Fatalf("%v merged is %v: day %d", ps, merged, d)
			}
			if want := whole.Contains(d) && !in(ps, d); in(left, d) != want {
				t.Fatalf("%v without %v is %v: day %d", whole, merged, left, d)
			}
		}
		for i := 1; i < len(merged); i++ {
			if merged[i].From <= merged[i-1].To+1 {
				t.Fatalf("%v merged is %v: two touch", ps, merged)
			}
		}
	})
}

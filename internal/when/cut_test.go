package when

import (
	"fmt"
	"testing"
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

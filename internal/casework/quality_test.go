package casework_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/fault"
)

// TestRate holds intervals to those of the formula worked out elsewhere, to four digits.
func TestRate(t *testing.T) {
	for _, c := range []struct {
		n, of     int
		low, high float64
	}{{0, 0, 0, 1}, {0, 10, 0, 0.2775}, {1, 10, 0.0179, 0.4042}, {10, 10, 0.7225, 1}, {50, 100, 0.4038, 0.5962}, {3, 200, 0.0051, 0.0432}} {
		r := casework.RateOf(c.n, c.of)
		if r.N != c.n || r.Of != c.of || math.Abs(r.Low-c.low) > 1e-4 || math.Abs(r.High-c.high) > 1e-4 {
			t.Errorf("%d of %d: %.4f to %.4f; want %.4f to %.4f", c.n, c.of, r.Low, r.High, c.low, c.high)
		}
	}
}

// TestDraw: a sample is drawn again by its seed, each case has the same chance, and another seed draws another.
func TestDraw(t *testing.T) {
	var ids []string
	for i := range 200 {
		ids = append(ids, casework.NewID(caseworktest.Start, [10]byte{byte(i)}))
	}
	a := casework.Draw(ids, "seed", 20)
	back := slices.Clone(ids)
	slices.Reverse(back)
	if !slices.Equal(a, casework.Draw(back, "seed", 20)) || slices.Equal(a, casework.Draw(ids, "other", 20)) {
		t.Error("the sample hangs on something else than seed and cases")
	}
	if n := len(casework.Draw(ids, "seed", 1000)); n != 200 {
		t.Errorf("%d of 200 are drawn", n)
	}
	times := map[string]int{}
	for s := range 1000 {
		for _, id := range casework.Draw(ids, fmt.Sprint(s), 20) {
			times[id]++
		}
	}
	for _, id := range ids { // 100 are expected of each, with a deviation of 9.5
		if times[id] < 55 || times[id] > 145 {
			t.Errorf("%s was drawn %d of 1000 times", id, times[id])
		}
	}
}

// TestQuality draws closed cases, has them reviewed, and counts.
func TestQuality(t *testing.T) {
	d := &casework.Desk{Store: caseworktest.NewMemory(), Policy: casework.Default()}
	ann, bob := casework.Person{Name: "u-ann", Role: casework.Analyst}, casework.Person{Name: "u-bob", Role: casework.Approver}
	cho := casework.Person{Name: "u-cho", Role: casework.Approver}
	now := caseworktest.Start
	for i := range 12 {
		m, err := d.Raise(t.Context(), casework.Person{Name: "u-m", Role: casework.Machine}, now.Add(-time.Duration(i)*24*time.Hour), caseworktest.Alert(fmt.Sprint("c", i), "l", 1, 1))
		if err != nil {
			t.Fatal(err)
		}
		e := casework.Event{Kind: casework.Disposed, Disposition: casework.False, Code: "other-name", Text: "another"}
		switch {
		case i >= 10:
			continue // two stay open, 10 and 11 days old
		case i == 9:
			e.Disposition, e.Code = casework.True, "same-facts"
		case i%2 == 0:
			e.Code = "other-birth-date"
		}
		if _, err = d.Do(t.Context(), m.Case, ann, now, e); err == nil {
			_, err = d.Do(t.Context(), m.Case, bob, now, casework.Event{Kind: casework.Confirmed, Of: 2})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s := casework.Sampling{Seed: "q1", Size: 6}
	if _, _, err := d.Sample(t.Context(), ann, now, s); fault.CodeOf(err) != fault.Denied {
		t.Errorf("an analyst drew a sample: %v", err)
	}
	if none, _, err := d.Sample(t.Context(), bob, now, casework.Sampling{Seed: "q0", Size: 6, From: now.Add(time.Hour)}); err != nil || len(none) != 0 {
		t.Errorf("%v was closed later, %v", none, err)
	}
	drawn, of, err := d.Sample(t.Context(), bob, now, s)
	if err != nil || len(drawn) != 6 || of != 10 {
		t.Fatalf("%d of %d, %v", len(drawn), of, err)
	}
	rest, of, err := d.Sample(t.Context(), bob, now, casework.Sampling{Seed: "q2", Size: 100})
	if err != nil || len(rest) != 4 || of != 4 {
		t.Fatalf("what was drawn is drawn again: %d of %d, %v", len(rest), of, err)
	}
	for i, id := range append(drawn, rest...) {
		if _, err := d.Do(t.Context(), id, bob, now, casework.Event{Kind: casework.Reviewed, Upheld: true, Text: "seen"}); fault.CodeOf(err) != fault.Denied {
			t.Fatalf("who decided it reviewed it: %v", err)
		}
		if i == 8 {
			break // two wait
		}
		if _, err := d.Do(t.Context(), id, cho, now, casework.Event{Kind: casework.Reviewed, Upheld: i != 0, Text: "seen"}); err != nil {
			t.Fatal(err)
		}
	}
	q, err := d.Quality(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	first, _, err := d.Get(t.Context(), drawn[0])
	if err != nil || first.Closed != nil {
		t.Fatalf("a case that was not upheld is %s, %v", first.State(), err)
	}
	if q.FalseClear.Of+q.FalseTrue.Of != 8 || q.FalseClear.N+q.FalseTrue.N != 1 || q.Waiting != 2 || q.Closed != 9 || q.Open != 3 {
		t.Errorf("%+v", q)
	}
	if !slices.Equal(q.Samples, []string{"q1", "q2"}) || q.Oldest != 11*24*time.Hour || q.Median != 10*24*time.Hour || q.Ninety != q.Oldest {
		t.Errorf("%v, ages %v %v %v", q.Samples, q.Median, q.Ninety, q.Oldest)
	}
	sum := 0
	for _, c := range q.Codes {
		sum += c.Of
	}
	if sum != q.FalseClear.Of {
		t.Errorf("the reasons have %d reviews of %d: %+v", sum, q.FalseClear.Of, q.Codes)
	}
}

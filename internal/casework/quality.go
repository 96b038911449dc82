package casework

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
)

// Draw chooses size of some cases by a seed: those whose SHA-256 with it come first. The
// same seed and cases give the same sample, in the same order, and who does not know the
// seed cannot tell which it is.
func Draw(ids []string, seed string, size int) []string {
	rank := make(map[string][sha256.Size]byte, len(ids))
	for _, id := range ids {
		rank[id] = sha256.Sum256([]byte("cordon sample 1\n" + seed + "\n" + id))
	}
	out := slices.Clone(ids)
	slices.SortFunc(out, func(a, b string) int {
		x, y := rank[a], rank[b]
		return bytes.Compare(x[:], y[:])
	})
	return slices.Clone(out[:min(size, len(out))])
}

// Sampling says which closed cases are drawn to be looked at again by another person.
type Sampling struct {
	// Seed is what it can be drawn again by.
	Seed string
	Size int
	// From and Until bound the time at which the cases were closed: from, and before.
	From, Until time.Time
}

// Sample draws closed cases, which await a review then, and gives their ids. The events
// keep the seed and how many there were to draw from. A case that awaits a review already
// is not drawn. When one of them went on meanwhile nothing is kept, and it is
// fault.Conflict.
func (d *Desk) Sample(ctx context.Context, by Person, now time.Time, s Sampling) (drawn []string, of int, err error) {
	switch {
	case blank(s.Seed) || s.Size < 1:
		return nil, 0, fault.New(fault.Usage, "a sample has a seed and a size from 1")
	case !May(by.Role, Sampled):
		return nil, 0, by.WithWay(needs[Sampled], role.Refusal(by.Role, needs[Sampled], string(Sampled)))
	}
	cases, err := d.Cases(ctx)
	if err != nil {
		return nil, 0, err
	}
	var ids []string
	events := map[string]int{}
	for i := range cases {
		c := &cases[i]
		if c.Closed != nil && c.Review == nil && !c.closedAt().Before(s.From) && (s.Until.IsZero() || c.closedAt().Before(s.Until)) {
			ids = append(ids, c.ID)
			events[c.ID] = c.Events
		}
	}
	drawn = Draw(ids, s.Seed, s.Size)
	var kept []Kept
	for _, id := range drawn {
		e := Event{Kind: Sampled, N: events[id] + 1, Sample: s.Seed, Text: fmt.Sprintf("%d of %d closed cases by the seed %s", len(drawn), len(ids), s.Seed)}
		kept = append(kept, Seal(signed(e, id, by, now)))
	}
	if len(kept) == 0 {
		return nil, 0, nil
	}
	return drawn, len(ids), d.Store.Add(ctx, d.Policy, kept)
}

// closedAt is when the decision was made that closed a case.
func (c *Case) closedAt() time.Time { return c.Closed.Time }

// Rate is how many of so many, with the interval in which the share lies with a confidence
// of 95 per cent (Wilson, Journal of the American Statistical Association 22, 1927).
type Rate struct {
	N, Of     int
	Low, High float64
}

// RateOf makes a rate. Of none, it may be anything.
func RateOf(n, of int) Rate {
	if of == 0 {
		return Rate{High: 1}
	}
	const z = 1.959963984540054 // the 97.5th percentile of the normal distribution
	p, m := float64(n)/float64(of), float64(of)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	r := Rate{n, of, max(0, mid-half), min(1, mid+half)}
	if n == 0 {
		r.Low = 0
	}
	if n == of {
		r.High = 1
	}
	return r
}

// Quality is how well a desk works, by its events.
type Quality struct {
	// Closed, Open and Waiting count cases that are closed, open, and drawn and not reviewed.
	Closed, Open, Waiting int
	// FalseClear is of the reviews of cases that were closed as false: how many were not
	// upheld. It says something of all only where they were drawn at random; Samples names
	// the seeds.
	FalseClear Rate
	// FalseTrue is that of those closed as true.
	FalseTrue Rate
	// Codes are the reviews of cases that were closed as false, by the reason that was given.
	Codes   []CodeRate
	Samples []string
	// Ages are of open cases since they were raised: half are younger than Median, nine of
	// ten than Ninety.
	Median, Ninety, Oldest time.Duration
	// ByCode counts the closed cases by disposition and reason.
	ByCode []CodeCount
}

// CodeRate is the rate of one reason.
type CodeRate struct {
	Code string
	Rate
}

// CodeCount counts closed cases.
type CodeCount struct {
	Disposition Disposition
	Code        string
	N           int
}

// Quality reckons it from all events, so that a case that was opened again since its review
// counts all the same.
func (d *Desk) Quality(ctx context.Context, now time.Time) (Quality, error) {
	var q tally
	q.codes, q.counts = map[string][2]int{}, map[CodeCount]int{}
	for kept, err := range d.Store.All(ctx) {
		if err != nil {
			return Quality{}, err
		}
		if err := q.add(d.Policy, Events(kept), now); err != nil {
			return Quality{}, err
		}
	}
	return q.sum(), nil
}

// tally is what is counted of events.
type tally struct {
	Quality
	codes  map[string][2]int // not upheld, reviewed
	counts map[CodeCount]int
	ages   []time.Duration
	trues  [2]int
}

func (q *tally) add(p Policy, events []Event, now time.Time) error {
	var c Case
	for i := range events {
		e := &events[i]
		was := c.Closed
		if err := c.Apply(p, *e); err != nil {
			return err
		}
		switch e.Kind {
		case Sampled:
			if e.Sample != "" && !slices.Contains(q.Samples, e.Sample) {
				q.Samples = append(q.Samples, e.Sample)
			}
		case Reviewed:
			q.review(was, e.Upheld)
		}
	}
	switch {
	case c.Closed == nil:
		q.Open++
		q.ages = append(q.ages, now.Sub(c.Raised))
	default:
		q.Closed++
		q.counts[CodeCount{Disposition: c.Closed.Disposition, Code: c.Closed.Code}]++
		if c.Review != nil {
			q.Waiting++
		}
	}
	return nil
}

func (q *tally) review(of *Decision, upheld bool) {
	to := q.codes[of.Code]
	if of.Disposition == True {
		to = q.trues
	}
	if to[1]++; !upheld {
		to[0]++
	}
	if of.Disposition == True {
		q.trues = to
	} else {
		q.codes[of.Code] = to
	}
}

func (q *tally) sum() Quality {
	out, n, of := q.Quality, 0, 0
	for code, x := range q.codes {
		n, of = n+x[0], of+x[1]
		out.Codes = append(out.Codes, CodeRate{code, RateOf(x[0], x[1])})
	}
	out.FalseClear, out.FalseTrue = RateOf(n, of), RateOf(q.trues[0], q.trues[1])
	slices.SortFunc(out.Codes, func(a, b CodeRate) int { return cmp.Or(cmp.Compare(b.Of, a.Of), strings.Compare(a.Code, b.Code)) })
	for c, n := range q.counts {
		c.N = n
		out.ByCode = append(out.ByCode, c)
	}
	slices.SortFunc(out.ByCode, func(a, b CodeCount) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(string(a.Disposition), string(b.Disposition)), strings.Compare(a.Code, b.Code))
	})
	slices.Sort(out.Samples)
	slices.Sort(q.ages)
	if k := len(q.ages); k > 0 {
		out.Median, out.Ninety, out.Oldest = q.ages[(k-1)/2], q.ages[(9*k+9)/10-1], q.ages[k-1]
	}
	return out
}

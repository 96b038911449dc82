package series

import (
	"cmp"
	"context"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
)

// Change is one figure that two readings of a series do not give alike.
type Change struct {
	// Before and After are the figure in the older and the newer reading; nil where
	// it is not in that one.
	Before, After *record.Record
	// Vanished is true for a figure that the older reading has and the newer one, though
	// it has figures of the same reporter for the same year, leaves open.
	Vanished bool
}

// MaxCompared is how many records of one snapshot can be compared; memory grows with
// them.
const MaxCompared = 2_000_000

// Compare gives the figures that two snapshots of a series have and do not give alike,
// and those that vanished, in the order of their names. Figures that only one reading
// covers at all are no change: readings are often extracts.
func Compare(ctx context.Context, s Store, older, newer Meta) ([]Change, error) {
	before, err := figures(ctx, s, older)
	if err != nil {
		return nil, err
	}
	after, err := figures(ctx, s, newer)
	if err != nil {
		return nil, err
	}
	covered := map[line][]*record.Record{}
	for _, r := range after {
		if r.Kind == record.Reported {
			k := lineOf(r)
			covered[k] = append(covered[k], r)
		}
	}
	var out []Change
	for k, b := range before {
		if a, ok := after[k]; ok {
			if !sameFigure(b, a) {
				out = append(out, Change{Before: b, After: a})
			}
			continue
		}
		if b.Kind == record.Reported && vanished(b, covered[lineOf(b)]) {
			out = append(out, Change{Before: b, Vanished: true})
		}
	}
	slices.SortFunc(out, func(x, y Change) int { return cmp.Compare(x.Before.Name(), y.Before.Name()) })
	return out, nil
}

// line is what a figure is one value of: the same reporter on the same subject, with
// the same partner, goods and direction. Periods are not part of it.
type line struct {
	reporter, subject, partner place.State
	world                      bool
	by, area, goods, part      string
	measure                    record.Measure
	flow                       record.Flow
}

func lineOf(r *record.Record) line {
	g := r.Code.Digits()
	if g == "" {
		g = r.Commodity
	}
	return line{r.Reporter, r.Subject, r.Partner, r.World, r.By, r.Area, g, r.Part, r.Measure, r.Flow}
}

// key tells figures of one snapshot apart across readings: by what they are of, not by
// the ids that somebody gave them.
type key struct {
	line
	from, to         int32
	kind             record.Kind
	unit, assumption string
}

func figures(ctx context.Context, s Store, m Meta) (map[key]*record.Record, error) {
	out := map[key]*record.Record{}
	err := s.Each(ctx, m.ID, func(r *record.Record) error {
		if len(out) >= MaxCompared {
			return fault.New(fault.TooLarge, "%s has more than %d figures, too many to compare", m.ID, MaxCompared)
		}
		c := *r
		out[key{lineOf(r), int32(r.Period.From), int32(r.Period.To), r.Kind, r.Unit, r.Assumption}] = &c
		return nil
	})
	return out, err
}

func sameFigure(a, b *record.Record) bool {
	return a.Quantity == b.Quantity && a.Value == b.Value && a.NetWeight == b.NetWeight
}

// vanished reports whether the newer reading has figures of the line in a year of the
// figure, none of which covers it.
func vanished(b *record.Record, after []*record.Record) bool {
	from, _, _ := b.Period.From.Civil()
	to, _, _ := b.Period.To.Civil()
	near := false
	for _, a := range after {
		if a.Period.From <= b.Period.From && a.Period.To >= b.Period.To {
			return false
		}
		first, _, _ := a.Period.From.Civil()
		last, _, _ := a.Period.To.Civil()
		near = near || first <= to && last >= from
	}
	return near
}

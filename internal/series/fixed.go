package series

import (
	"cmp"
	"context"
	"io"
	"slices"

	"github.com/cordon-engine/cordon/internal/record"
)

// Fixed is one snapshot that comes with the program and never changes.
type Fixed struct {
	Meta    Meta
	Records []record.Record
}

// FixedOf makes the snapshots of a file of figures.
func FixedOf(f *record.File) ([]Fixed, error) {
	var out []Fixed
	for _, reading := range f.Readings {
		note := f.Note
		if reading.Note != "" {
			note += " This reading: " + reading.Note + "."
		}
		fixed := Fixed{Meta: Meta{
			ID: ID{f.Series, reading.Number}, Title: f.Title, Publisher: f.Publisher, URL: f.Homepage, Note: note,
			Published: reading.Published, Embedded: true, Format: "yaml",
			Rule: "carried over by hand, in the units of the source; nothing was converted",
		}}
		p := NewPack(io.Discard)
		for i := range f.Records {
			r := &f.Records[i]
			if r.Snapshot != reading.Number {
				continue
			}
			fixed.Records = append(fixed.Records, *r)
			fixed.Meta.Tally.Handle(r)
			if err := p.Put(r); err != nil {
				return nil, err
			}
		}
		var err error
		if fixed.Meta.Content, err = p.End(); err != nil {
			return nil, err
		}
		out = append(out, fixed)
	}
	return out, nil
}

// WithFixed gives a store that has the fixed snapshots besides those of base. A
// series may not have both: Begin refuses the name of a fixed one.
func WithFixed(base Store, fixed []Fixed) Store { return &overlay{base, fixed} }

type overlay struct {
	Store
	fixed []Fixed
}

func (o *overlay) Begin(ctx context.Context, series string) (Load, error) {
	for i := range o.fixed {
		if o.fixed[i].Meta.Series == series {
			return nil, conflict("the series %q comes with the program", series).WithFix("load under another name, as in --series my-%s", series)
		}
	}
	return o.Store.Begin(ctx, series)
}

func (o *overlay) Snapshots(ctx context.Context) ([]Meta, error) {
	all, err := o.Store.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	for i := range o.fixed {
		all = append(all, o.fixed[i].Meta)
	}
	slices.SortStableFunc(all, func(a, b Meta) int { return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Number, b.Number)) })
	return all, nil
}

func (o *overlay) Each(ctx context.Context, id ID, yield func(*record.Record) error) error {
	for i := range o.fixed {
		if o.fixed[i].Meta.ID != id {
			continue
		}
		for j := range o.fixed[i].Records {
			r := o.fixed[i].Records[j]
			if err := yield(&r); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	return o.Store.Each(ctx, id, yield)
}

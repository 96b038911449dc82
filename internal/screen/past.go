package screen

import (
	"context"
	"iter"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Basis is all of a store that a desk was opened with.
type Basis struct {
	// Lists are those that were screened against, each with the number of snapshots
	// that there were and the one in force.
	Lists []snapshot.State
	// Same and Apart are what people had decided.
	Same, Apart [][2]string
}

// Basis says what the desk was opened with: a store that is at [Past] with it gives
// the same answers.
func (d *Desk) Basis() Basis {
	b := Basis{Same: d.lists.Same, Apart: d.lists.Apart}
	for _, l := range d.lists.lists {
		b.Lists = append(b.Lists, snapshot.State{Current: l.state.Current, Count: len(l.snaps)})
	}
	return b
}

// Past is a store as it was when its lists had so many snapshots; other lists are not
// in it.
func Past(s Store, counts map[string]int) Store { return &past{s, counts} }

type past struct {
	Store
	counts map[string]int
}

// Lists is part of Store. Whether a list was checked since is not known any more.
func (p *past) Lists(ctx context.Context) ([]snapshot.State, error) {
	var out []snapshot.State
	for list := range p.counts {
		snaps, err := p.Snapshots(ctx, list)
		if err != nil {
			return nil, err
		}
		st := snapshot.State{Current: snaps[0], Count: len(snaps)}
		for _, m := range snaps[1:] {
			if snapshot.Later(m, st.Current) {
				st.Current = m
			}
		}
		out = append(out, st)
	}
	slices.SortFunc(out, func(a, b snapshot.State) int {
		if a.Name() < b.Name() {
			return -1
		}
		return 1
	})
	return out, nil
}

// Snapshots is part of Store.
func (p *past) Snapshots(ctx context.Context, list string) ([]snapshot.Meta, error) {
	n := p.counts[list]
	snaps, err := p.Store.Snapshots(ctx, list)
	if err != nil {
		return nil, err
	}
	if n < 1 || len(snaps) < n {
		return nil, fault.New(fault.Unavailable, "the list %s had %d snapshots, and %d are there", list, n, len(snaps)).
			WithFix("restore the data folder from a copy")
	}
	return snaps[:n], nil
}

// then takes from versions what came later.
func (p *past) then(list string, v snapshot.Version) (snapshot.Version, bool) {
	n := p.counts[list]
	if v.Until > n {
		v.Until = 0
	}
	return v, v.From <= n
}

// Versions is part of Store.
func (p *past) Versions(ctx context.Context, list, subjectID string) ([]snapshot.Version, error) {
	all, err := p.Store.Versions(ctx, list, subjectID)
	var out []snapshot.Version
	for _, v := range all {
		if v, ok := p.then(list, v); ok {
			out = append(out, v)
		}
	}
	return out, err
}

// Everything is part of Store.
func (p *past) Everything(ctx context.Context, list string) iter.Seq2[snapshot.Version, error] {
	return func(yield func(snapshot.Version, error) bool) {
		for v, err := range p.Store.Everything(ctx, list) {
			v, ok := p.then(list, v)
			if (ok || err != nil) && !yield(v, err) {
				return
			}
		}
	}
}

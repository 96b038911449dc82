package snapshot

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Fixed is one snapshot that comes with the program and never changes.
type Fixed struct {
	Meta Meta
	// Covers is the list that stands in its place once loaded; "" for none.
	Covers  string
	entries []Entry
}

// NewFixed makes one from its entries. Meta.Content is set.
func NewFixed(m Meta, covers string, entries []Entry) *Fixed {
	m.Number = 1
	s := slices.Clone(entries)
	slices.SortStableFunc(s, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	h := NewContentHash()
	for _, e := range s {
		h.Add(e.Key, Hash(Encode(e.Record)))
	}
	m.Content = h.Sum()
	return &Fixed{Meta: m, Covers: covers, entries: s}
}

// WithFixed gives a store that has the fixed snapshots besides those of base.
// One whose Covers is loaded in base is left out of Lists, so that nobody is
// screened twice against the same listing; by its name it is still found.
func WithFixed(base Store, fixed ...*Fixed) Store { return &overlay{Store: base, fixed: fixed} }

type overlay struct {
	Store
	fixed []*Fixed
}

func (o *overlay) of(list string) *Fixed {
	for _, f := range o.fixed {
		if f.Meta.List == list {
			return f
		}
	}
	return nil
}

// pick gives the fixed snapshot that an ID names, or an error for a number it
// does not have.
func (o *overlay) pick(id ID) (*Fixed, error) {
	f := o.of(id.List)
	if f != nil && id.Number > 1 {
		return nil, fault.New(fault.NotFound, "there is no snapshot %s", id).WithFix("the embedded list has one: %s", f.Meta.ID)
	}
	return f, nil
}

func (o *overlay) Begin(ctx context.Context, list string) (Load, error) {
	if o.of(list) != nil {
		return nil, fault.New(fault.Conflict, "%s is embedded in the program and cannot be loaded", list).
			WithFix("load it under another name with --list")
	}
	return o.Store.Begin(ctx, list)
}

func (o *overlay) Lists(ctx context.Context) ([]State, error) {
	states, err := o.Store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range o.fixed {
		covered := slices.ContainsFunc(states, func(s State) bool { return f.Covers != "" && s.Current.List == f.Covers && s.Count > 0 })
		if !covered {
			states = append(states, State{Current: f.Meta, Count: 1})
		}
	}
	slices.SortFunc(states, func(a, b State) int { return strings.Compare(a.Name(), b.Name()) })
	return states, nil
}

func (o *overlay) Snapshots(ctx context.Context, list string) ([]Meta, error) {
	if f := o.of(list); f != nil {
		return []Meta{f.Meta}, nil
	}
	return o.Store.Snapshots(ctx, list)
}

func (o *overlay) Snapshot(ctx context.Context, id ID) (Meta, error) {
	f, err := o.pick(id)
	if f != nil || err != nil {
		if err != nil {
			return Meta{}, err
		}
		return f.Meta, nil
	}
	return o.Store.Snapshot(ctx, id)
}

func (o *overlay) Entries(ctx context.Context, id ID) iter.Seq2[Entry, error] {
	f, err := o.pick(id)
	if f == nil && err == nil {
		return o.Store.Entries(ctx, id)
	}
	return func(yield func(Entry, error) bool) {
		if err != nil {
			yield(Entry{}, err)
			return
		}
		for _, e := range f.entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (o *overlay) About(ctx context.Context, id ID, subjectID string) ([]Entry, error) {
	f, err := o.pick(id)
	if f == nil && err == nil {
		return o.Store.About(ctx, id, subjectID)
	}
	if err != nil {
		return nil, err
	}
	return f.about(subjectID), nil
}

func (f *Fixed) about(subjectID string) []Entry {
	var out []Entry
	for _, e := range f.entries {
		if slices.Contains(SubjectsOf(e.Record), subjectID) {
			out = append(out, e)
		}
	}
	return out
}

func (o *overlay) Find(ctx context.Context, reference string) ([]string, error) {
	exact, folded := o.find(reference)
	base, err := o.Store.Find(ctx, reference)
	if err != nil {
		return nil, err
	}
	if len(exact) == 0 && len(base) == 0 {
		exact = folded
	}
	out := append(exact, base...)
	slices.Sort(out)
	return slices.Compact(out), nil
}

// find looks in the fixed snapshots: for the reference as it stands, and
// without regard to case.
func (o *overlay) find(reference string) (exact, folded []string) {
	for _, f := range o.fixed {
		for _, e := range f.entries {
			for _, n := range NamingsOf(e.Record) {
				switch {
				case n.Reference == reference:
					exact = append(exact, n.Subject)
				case FoldReference(n.Reference) == FoldReference(reference):
					folded = append(folded, n.Subject)
				}
			}
		}
	}
	return exact, folded
}

func (o *overlay) Versions(ctx context.Context, list, subjectID string) ([]Version, error) {
	f := o.of(list)
	if f == nil {
		return o.Store.Versions(ctx, list, subjectID)
	}
	var out []Version
	for _, e := range f.about(subjectID) {
		out = append(out, Version{Key: e.Key, From: 1, Hash: Hash(Encode(e.Record)), Record: e.Record})
	}
	return out, nil
}

func (o *overlay) Everything(ctx context.Context, list string) iter.Seq2[Version, error] {
	f := o.of(list)
	if f == nil {
		return o.Store.Everything(ctx, list)
	}
	return func(yield func(Version, error) bool) {
		for _, e := range f.entries {
			if !yield(Version{Key: e.Key, From: 1, Hash: Hash(Encode(e.Record)), Record: e.Record}, nil) {
				return
			}
		}
	}
}

func (o *overlay) Attempts(ctx context.Context, list string, limit int) ([]Attempt, error) {
	if o.of(list) != nil {
		return nil, nil
	}
	return o.Store.Attempts(ctx, list, limit)
}

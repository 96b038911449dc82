package screen

import (
	"cmp"
	"context"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Life is a subject on a day, with how its entry came to be as it is.
type Life struct {
	screening.Subject
	// Steps are the changes of the entry, list by list in the order of publication.
	Steps []snapshot.Step
	// Mentions are the relations that entries of other subjects state with this one,
	// as the newest version has them.
	Mentions []subject.Relation
	// Sources are the snapshots that the standing rests on, in the order of their
	// lists.
	Sources []snapshot.Meta
	// Related gives the captions of the subjects that the entry refers to, by their
	// IDs, where a loaded list has them.
	Related map[string]string
}

// Life gives a subject by its ID as it stands on a day, with its past from the
// store; fault.NotFound when no list has it.
func (d *Desk) Life(ctx context.Context, store Store, id string, asOf when.Day) (*Life, error) {
	s, err := d.Subject(id, asOf)
	if err != nil {
		return nil, err
	}
	l := &Life{Subject: s}
	var seen []snapshot.ID
	lists := []string{s.List}
	for _, st := range s.Statuses {
		seen = append(seen, st.Seen)
		if !slices.Contains(lists, st.Seen.List) {
			lists = append(lists, st.Seen.List)
		}
	}
	for _, list := range lists {
		snaps, err := store.Snapshots(ctx, list)
		if err != nil {
			return nil, err
		}
		versions, err := store.Versions(ctx, list, id)
		if err != nil && fault.CodeOf(err) != fault.NotFound { // of another list that has the same subject
			return nil, err
		}
		own := slices.DeleteFunc(slices.Clone(versions), func(v snapshot.Version) bool { return of(v.Record, id) != id })
		l.Steps = append(l.Steps, snapshot.History(snaps, own)...)
		for _, v := range versions {
			if v.Until == 0 && of(v.Record, id) != id {
				l.Mentions = append(l.Mentions, with(v.Record.Relations, id)...)
			}
		}
		for _, m := range snaps {
			if slices.Contains(seen, m.ID) {
				l.Sources = append(l.Sources, m)
			}
		}
	}
	slices.SortStableFunc(l.Sources, func(a, b snapshot.Meta) int {
		return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Number, b.Number))
	})
	l.Related, err = d.captions(related(&s, l.Mentions), asOf)
	return l, err
}

// of gives whose entry a record is; one that is kept apart from any subject is the
// entry of whom it is about.
func of(r *subject.Record, id string) string {
	if r.Subject != nil {
		return r.Subject.ID
	}
	return id
}

// with gives the relations in which a subject stands on either side.
func with(list []subject.Relation, id string) []subject.Relation {
	return slices.DeleteFunc(slices.Clone(list), func(r subject.Relation) bool { return r.From != id && r.To != id })
}

// related gives the IDs that the entry of a subject refers to, and those of the
// entries that mention it.
func related(s *screening.Subject, mentions []subject.Relation) []string {
	var ids []string
	for _, x := range mentions {
		ids = append(ids, x.From, x.To)
	}
	for _, r := range s.Records {
		for _, x := range r.Relations {
			ids = append(ids, x.From, x.To)
		}
	}
	for _, m := range s.Same {
		ids = append(ids, m.A, m.B)
	}
	for _, o := range s.Owners {
		for _, x := range o.Result.Via {
			ids = append(ids, x.Owner, x.Owned)
		}
	}
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return id == "" || id == s.ID })
}

// captions gives the names of subjects; those that no list has are left out.
func (d *Desk) captions(ids []string, asOf when.Day) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		s, err := d.Subject(id, asOf)
		if fault.CodeOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[id] = s.Caption
	}
	return out, nil
}

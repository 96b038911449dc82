package screen

import (
	"cmp"
	"context"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// Life is a subject on a day, with how its entry came to be as it is.
type Life struct {
	screening.Subject
	// Steps are the changes of the entry, list by list in the order of publication.
	Steps []snapshot.Step
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
		l.Steps = append(l.Steps, snapshot.History(snaps, versions)...)
		for _, m := range snaps {
			if slices.Contains(seen, m.ID) {
				l.Sources = append(l.Sources, m)
			}
		}
	}
	slices.SortStableFunc(l.Sources, func(a, b snapshot.Meta) int {
		return cmp.Or(cmp.Compare(a.List, b.List), cmp.Compare(a.Number, b.Number))
	})
	l.Related, err = d.captions(related(&s), asOf)
	return l, err
}

// related gives the IDs that the entry of a subject refers to.
func related(s *screening.Subject) []string {
	var ids []string
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

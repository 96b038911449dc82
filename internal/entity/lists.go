package entity

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Store is what reading entities needs of a store of lists.
type Store interface {
	Snapshots(ctx context.Context, list string) ([]snapshot.Meta, error)
	Everything(ctx context.Context, list string) iter.Seq2[snapshot.Version, error]
	Raw(ctx context.Context, sha256 string) (io.ReadCloser, error)
}

// Read gives the entities of a list as the snapshot of its state has them. Where
// the files are entities, they are those very entities; otherwise they are made from
// records. Dataset and known are as for [NewBuilder].
func Read(ctx context.Context, store Store, state snapshot.State, dataset string, known []string) (*Set, error) {
	b := NewBuilder(state.Name(), dataset, known)
	m := state.Current
	var err error
	if m.Source == "ftm" && m.Format != "targets" {
		err = readFiles(ctx, store, m, b)
	} else {
		err = readRecords(ctx, store, m, b)
	}
	if err != nil {
		return nil, err
	}
	return b.Set(), nil
}

// Key tells the sets apart that Read gives.
func Key(state snapshot.State, known []string) string {
	return fmt.Sprint(state.Current.ID, " ", state.Current.Content, " ", strings.Join(known, " "))
}

func readFiles(ctx context.Context, store Store, m snapshot.Meta, b *Builder) error {
	var files []publication.File
	for _, f := range m.Files {
		files = append(files, publication.File{
			Name: f.Name, Part: f.Part, Open: func() (io.ReadCloser, error) { return store.Raw(ctx, f.SHA256) },
		})
	}
	return ftm.Each(ctx, files, func(e *ftm.Entity) error {
		b.Add(e)
		return nil
	})
}

// about is what the current snapshot of a list says of one subject, with the
// numbers of the first version of it and of the last change.
type about struct {
	record        subject.Record
	first, change when.Day
}

func readRecords(ctx context.Context, store Store, m snapshot.Meta, b *Builder) error {
	snaps, err := store.Snapshots(ctx, m.List)
	if err != nil {
		return err
	}
	published := map[int]when.Day{}
	for _, s := range snaps {
		published[s.Number] = s.Published
	}
	subjects := map[string]*about{}
	var order []string
	var loose []subject.Record
	key, first := "", when.NoDay
	for v, err := range store.Everything(ctx, m.List) {
		if err != nil {
			return err
		}
		from := published[v.From]
		if v.Key != key {
			key, first = v.Key, from
		}
		first = min(first, from)
		if v.From > m.Number || v.Until != 0 && m.Number >= v.Until {
			continue
		}
		if r := v.Record; r.Subject != nil {
			if subjects[r.Subject.ID] == nil {
				subjects[r.Subject.ID] = &about{record: subject.Record{Subject: r.Subject}, first: first, change: from}
				order = append(order, r.Subject.ID)
			}
			a := subjects[r.Subject.ID]
			a.record.Listings, a.record.Relations = append(a.record.Listings, r.Listings...), append(a.record.Relations, r.Relations...)
			a.change = max(a.change, from)
		} else {
			loose = append(loose, *r)
		}
	}
	for i := range loose { // listings join their subjects, so that topics follow from them
		l := &loose[i]
		for _, x := range l.Listings {
			if a := subjects[x.Subject]; a != nil {
				a.record.Listings = append(a.record.Listings, x)
			} else {
				addAll(b, FromRecord(&subject.Record{Listings: []subject.Listing{x}}, when.NoDay, m.Published, when.NoDay))
			}
		}
		addAll(b, FromRecord(&subject.Record{Relations: l.Relations}, when.NoDay, m.Published, when.NoDay))
	}
	slices.Sort(order)
	for _, id := range order {
		a := subjects[id]
		addAll(b, FromRecord(&a.record, a.first, m.Published, a.change))
	}
	return nil
}

func addAll(b *Builder, list []*ftm.Entity) {
	for _, e := range list {
		b.Add(e)
	}
}

package report

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// ListSourceJSON is a publication that can be loaded.
type ListSourceJSON struct {
	ID        string             `json:"id"`
	Title     string             `json:"title"`
	Authority string             `json:"authority,omitempty"`
	Homepage  string             `json:"homepage,omitempty"`
	Shrink    float64            `json:"refused_if_it_lost_share"`
	Addresses []string           `json:"addresses"`
	Formats   []SourceFormatJSON `json:"formats"`
}

// SourceFormatJSON is a format that a publication is read in.
type SourceFormatJSON struct {
	Name string `json:"name"`
	// Seen says which real file has been through the parser; "" for none.
	Seen string `json:"seen"`
}

// ListSources gives the publications that can be loaded.
func ListSources() []ListSourceJSON {
	var out []ListSourceJSON
	for _, s := range load.Sources() {
		out = append(out, listSource(s))
	}
	return out
}

func listSource(s publication.Source) ListSourceJSON {
	j := ListSourceJSON{ID: s.ID, Title: s.Title, Authority: s.Authority, Homepage: s.Homepage, Shrink: s.Shrink, Addresses: []string{}}
	for _, a := range s.Addresses {
		j.Addresses = append(j.Addresses, a.URL)
	}
	for _, f := range s.Formats {
		j.Formats = append(j.Formats, SourceFormatJSON{f.Name, f.Seen})
	}
	return j
}

// Past is a subject of a list with all its versions.
type Past struct {
	ID        string
	Snapshots []snapshot.Meta
	Versions  []snapshot.Version
}

// ReadPast gives every subject that a reference names, in any list and version; fault.NotFound when none does.
func ReadPast(ctx context.Context, store snapshot.Store, reference string) ([]Past, error) {
	ids, err := store.Find(ctx, reference)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fault.New(fault.NotFound, "no version of any loaded list has %q", reference).
			WithFix("`cordon lists status` shows what is loaded; a name is looked for with `cordon screen`")
	}
	var out []Past
	for _, id := range ids {
		p, err := past(ctx, store, id)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// listOf gives the list of a subject's ID, for lists whose IDs carry it.
func listOf(id string) string {
	list, _, _ := strings.Cut(id, ":")
	return list
}

// past gives the snapshots of the list of a subject, and its versions. Covered embedded lists are looked at too when the
// store still answers for them.
func past(ctx context.Context, store snapshot.Store, id string) (Past, error) {
	lists, err := store.Lists(ctx)
	if err != nil {
		return Past{}, err
	}
	names := []string{listOf(id)}
	for _, s := range lists {
		if !slices.Contains(names, s.Name()) {
			names = append(names, s.Name())
		}
	}
	for _, name := range names {
		versions, err := store.Versions(ctx, name, id)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return Past{}, err
		}
		if len(versions) > 0 {
			snaps, err := store.Snapshots(ctx, name)
			return Past{id, snaps, versions}, err
		}
	}
	return Past{}, fault.New(fault.NotFound, "%q stands in no loaded list", id)
}

// In gives the versions that stood in a snapshot.
func (p *Past) In(number int) []snapshot.Version {
	return slices.DeleteFunc(slices.Clone(p.Versions), func(v snapshot.Version) bool {
		return v.From > number || v.Until != 0 && number >= v.Until
	})
}

// EntryJSON is a subject as it stood on a day.
type EntryJSON struct {
	ID        string         `json:"id"`
	List      string         `json:"list"`
	Snapshot  string         `json:"snapshot"`
	AsOf      string         `json:"as_of"`
	KnownAt   string         `json:"known_at,omitempty"`
	Standings []StandingJSON `json:"standings"`
	Facts     []FactJSON     `json:"facts"`
}

// Entry gives a subject as it stood on a day, as published by another; NoDay is all that is loaded.
func Entry(p Past, asOf, knownAt when.Day) EntryJSON {
	j := EntryJSON{ID: p.ID, List: listOf(p.ID), AsOf: asOf.String(), Standings: []StandingJSON{}, Facts: []FactJSON{}}
	if knownAt != when.NoDay {
		j.KnownAt = knownAt.String()
	}
	statuses := snapshot.StatusOf(p.Snapshots, p.Versions, asOf, knownAt)
	for _, s := range statuses {
		j.Standings = append(j.Standings, Standing(s))
		j.Snapshot = s.Seen.String()
	}
	if len(statuses) > 0 {
		for _, v := range p.In(statuses[len(statuses)-1].Seen.Number) {
			j.Facts = append(j.Facts, FactsJSON(v.Record.Facts())...)
		}
	}
	return j
}

// EntryStepJSON is one step in the life of an entry.
type EntryStepJSON struct {
	ID        string     `json:"id"`
	Snapshot  string     `json:"snapshot"`
	Published string     `json:"published"`
	Change    ChangeJSON `json:"change"`
}

// EntryHistory gives the steps in the life of a subject.
func EntryHistory(p Past) []EntryStepJSON {
	var out []EntryStepJSON
	for _, step := range snapshot.History(p.Snapshots, p.Versions) {
		out = append(out, EntryStepJSON{p.ID, step.Meta.ID.String(), step.Meta.Published.String(), Change(step.Change, false)})
	}
	return out
}

// ListDiffJSON is what changed between two snapshots.
type ListDiffJSON struct {
	Added   int          `json:"added"`
	After   string       `json:"after"`
	Before  string       `json:"before"`
	Changed int          `json:"changed"`
	Changes []ChangeJSON `json:"changes"`
	Removed int          `json:"removed"`
}

// Snapshots finds the two snapshots that a difference is asked of, as in "un@1"; a list alone is its snapshot in force.
func Snapshots(ctx context.Context, store snapshot.Store, before, after string) (metas [2]snapshot.Meta, err error) {
	for i, s := range []string{before, after} {
		field := [2]string{"before", "after"}[i]
		id, err := snapshot.ParseID(s)
		if err == nil {
			metas[i], err = store.Snapshot(ctx, id)
		}
		if err != nil {
			return metas, fault.In(fault.Place{Field: field}, err)
		}
	}
	return metas, nil
}

// ListDiff gives what changed between two snapshots, whole with all facts of what came or went.
func ListDiff(metas [2]snapshot.Meta, changes iter.Seq2[snapshot.Change, error], whole bool) (ListDiffJSON, error) {
	out := ListDiffJSON{Before: metas[0].ID.String(), After: metas[1].ID.String(), Changes: []ChangeJSON{}}
	for change, err := range changes {
		if err != nil {
			return out, err
		}
		j := Change(change, whole)
		out.Count(j)
		out.Changes = append(out.Changes, j)
	}
	return out, nil
}

// Count counts a change.
func (d *ListDiffJSON) Count(j ChangeJSON) {
	switch j.Change {
	case "added":
		d.Added++
	case "removed":
		d.Removed++
	case "changed":
		d.Changed++
	}
}

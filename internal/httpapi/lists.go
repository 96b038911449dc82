package httpapi

import (
	"context"
	"net/http"

	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

type (
	entryInput struct {
		Reference string `path:"reference" doc:"a reference number (KPe.001) or the id of a subject (un:KPe.001)"`
		AsOf      string `query:"as_of" doc:"was it listed on this day? today unless given"`
		KnownAt   string `query:"known_at" doc:"as published up to this day"`
	}
	historyInput struct {
		Reference string `path:"reference" doc:"a reference number or the id of a subject"`
	}
	listDiffInput struct {
		Before string `query:"before" required:"true" minLength:"1" doc:"the earlier snapshot, as un@1"`
		After  string `query:"after" required:"true" minLength:"1" doc:"the later snapshot, as un@2; a list alone is its snapshot in force"`
		Whole  bool   `query:"whole" doc:"all facts of entries that came or went"`
	}
)

func registerLists(r *registrar) {
	a := r.a
	get := func(path, id, summary string) operation {
		return operation{method: http.MethodGet, path: path, id: id, tag: "lists", summary: summary}
	}
	o := get("/v1/lists", "lists", "The loaded lists, in short")
	o.out = r.listOf(List{})
	o.about = "An empty list means that nothing can be screened."
	add(r, o, func(ctx context.Context, _ *none) ([]byte, error) { return a.lists(ctx) })

	o = get("/v1/lists/status", "listStatus", "What is loaded, how old it is, what went wrong last")
	o.out = r.listOf(report.ListStatus{})
	add(r, o, func(ctx context.Context, _ *none) ([]byte, error) {
		if a.Subjects == nil {
			return nil, errNoScreening
		}
		list, err := a.Subjects.Status(ctx)
		if err != nil {
			return nil, err
		}
		return report.JSON(list)
	})

	o = get("/v1/lists/sources", "listSources", "Which publications can be loaded, in which formats")
	o.out, o.version = r.listOf(report.ListSourceJSON{}), a.programVersion
	add(r, o, func(context.Context, *none) ([]byte, error) { return report.JSON(report.ListSources()) })

	o = get("/v1/lists/entries/{reference}", "listEntry", "An entry, and whether it was listed on a day")
	o.out, o.faults = r.listOf(report.EntryJSON{}), []int{404}
	o.slow = true
	add(r, o, a.listEntry)

	o = get("/v1/lists/entries/{reference}/history", "listHistory", "How an entry changed from snapshot to snapshot")
	o.out, o.faults = r.listOf(report.EntryStepJSON{}), []int{404}
	o.slow = true
	add(r, o, a.listHistory)

	o = get("/v1/lists/diff", "listDiff", "What changed between two snapshots, field by field")
	o.out, o.faults = r.of(report.ListDiffJSON{}), []int{404}
	o.slow = true
	add(r, o, a.listDiff)
}

func (a *API) lists(ctx context.Context) ([]byte, error) {
	list := []List{}
	if a.Lists != nil {
		var err error
		if list, err = a.Lists.Lists(ctx); err != nil {
			return nil, err
		}
	}
	return encode(list)
}

// reading runs f with what is loaded.
func (a *API) reading(ctx context.Context, f func(snapshot.Store) (any, error)) ([]byte, error) {
	if a.Subjects == nil {
		return nil, errNoScreening
	}
	store, done, err := a.Subjects.Store(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	v, err := f(store)
	if err != nil {
		return nil, err
	}
	return report.JSON(v)
}

func (a *API) listEntry(ctx context.Context, in *entryInput) ([]byte, error) {
	return a.reading(ctx, func(store snapshot.Store) (any, error) {
		asOf, err := a.dayOrToday("as_of", in.AsOf)
		if err != nil {
			return nil, err
		}
		knownAt, err := dayOf("known_at", in.KnownAt)
		if err != nil {
			return nil, err
		}
		found, err := report.ReadPast(ctx, store, in.Reference)
		out := make([]report.EntryJSON, 0, len(found))
		for _, p := range found {
			out = append(out, report.Entry(p, asOf, knownAt))
		}
		return out, err
	})
}

func (a *API) listHistory(ctx context.Context, in *historyInput) ([]byte, error) {
	return a.reading(ctx, func(store snapshot.Store) (any, error) {
		found, err := report.ReadPast(ctx, store, in.Reference)
		out := []report.EntryStepJSON{}
		for _, p := range found {
			out = append(out, report.EntryHistory(p)...)
		}
		return out, err
	})
}

func (a *API) listDiff(ctx context.Context, in *listDiffInput) ([]byte, error) {
	return a.reading(ctx, func(store snapshot.Store) (any, error) {
		metas, err := report.Snapshots(ctx, store, in.Before, in.After)
		if err != nil {
			return nil, err
		}
		return report.ListDiff(metas, snapshot.Diff(store.Entries(ctx, metas[0].ID), store.Entries(ctx, metas[1].ID)), in.Whole)
	})
}

package main

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/web"
	"github.com/cordon-engine/cordon/internal/when"
)

// namesKept are the names of the lists as they were last read, for the search as
// one types.
type namesKept struct {
	mu    sync.Mutex
	of    string
	names *screen.Names
}

// get gives the names of the lists that a desk screens against, and reads them
// anew when those have changed.
func (k *namesKept) get(ctx context.Context, d *screen.Desk, live *screen.Live) (*screen.Names, error) {
	var of strings.Builder
	for _, a := range d.Against() {
		of.WriteString(a.Snapshot.String() + " " + a.Content + "\n")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.names != nil && k.of == of.String() {
		return k.names, nil
	}
	c, done, err := live.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	names, err := screen.ReadNames(ctx, c.Store)
	if err != nil {
		return nil, err
	}
	k.names, k.of = names, of.String()
	return names, nil
}

// Rows is part of the port of the pages.
func (s *screener) Rows(ctx context.Context, rows iter.Seq2[screen.Row, error], asOf when.Day, out func(screen.Answered, report.AnswerJSON) error) error {
	held := s.live.Take()
	defer held.Release()
	d := held.Desk
	b := screen.Batch{AsOf: s.day(asOf), Threshold: d.Params().Possible(), Places: s.places}
	c := screenCmd{}
	return s.quiet.take(ctx).run(ctx, d, b, rows, func(a screen.Answered) error { return out(a, c.answer(d, b, a)) })
}

// Subject is part of the port of the pages.
func (s *screener) Subject(ctx context.Context, id string, asOf when.Day) (*screen.Life, error) {
	held := s.live.Take()
	defer held.Release()
	c, done, err := s.live.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return held.Life(ctx, c.Store, id, s.day(asOf))
}

// Suggest is part of the port of the pages.
func (s *screener) Suggest(ctx context.Context, typed string, limit int) (web.Suggestions, error) {
	held := s.live.Take()
	defer held.Release()
	d := held.Desk
	names, err := s.names.get(ctx, d, s.live)
	if err != nil {
		return web.Suggestions{}, err
	}
	var out web.Suggestions
	var list []screen.Named
	list, out.More = names.Find(typed, limit)
	for _, n := range list {
		x, err := d.Subject(n.ID, s.day(when.NoDay))
		if fault.CodeOf(err) == fault.NotFound {
			continue // of a list that was loaded just now and is not in use yet
		}
		if err != nil {
			return out, err
		}
		y := web.Suggestion{ID: n.ID, Caption: n.Caption, Name: n.Name, Schema: n.Schema, Tier: web.TierOf(x.Tier, x.Statuses)}
		for _, st := range x.Statuses {
			if st.Standing == snapshot.Listed && !slices.Contains(y.Authorities, st.Listing.Authority) {
				y.Authorities = append(y.Authorities, st.Listing.Authority)
			}
		}
		out.List = append(out.List, y)
	}
	return out, nil
}

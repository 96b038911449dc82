package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// mostHits is how many hits of a look-up are weighed one by one; with more, the
// answer is open.
const mostHits = 50

// lazyLists is the decide.Screener over the lists of a data folder. They are
// opened at the first look-up, so that who has nobody to look up does not wait.
type lazyLists struct {
	m      *Main
	dir    string
	maxAge time.Duration
	once   sync.Once
	desk   *screen.Desk
	err    error
}

func (l *lazyLists) open() {
	l.err = l.m.readingWith(l.dir, func(ctx context.Context, store snapshot.Store, _ *place.Gazetteer) (err error) {
		l.desk, err = l.m.openScreen(ctx, store, l.dir, l.maxAge)
		return err
	})
}

// Close ends the use of the lists.
func (l *lazyLists) Close() {
	if l.desk != nil {
		l.desk.Close()
	}
}

// Screen is part of decide.Screener.
func (l *lazyLists) Screen(q decide.Look, day when.Day) decide.Found {
	if l.once.Do(l.open); l.err != nil {
		return decide.Found{NotScreened: "the lists cannot be opened: " + l.err.Error()}
	}
	a := l.desk.Screen(screening.Query{Input: input(&q), AsOf: day, Threshold: l.desk.Params().Possible(), Limit: mostHits})
	out := decide.Found{More: a.More}
	for _, g := range a.Against {
		out.Lists = append(out.Lists, decide.ListState{List: g.List, Snapshot: g.Snapshot.String()})
	}
	if a.Outcome == screening.NotScreened {
		if out.NotScreened = a.Reason; out.NotScreened == "" {
			out.NotScreened = "no reason was given"
		}
		return out
	}
	for i := range a.Hits {
		h, err := l.hit(&a.Hits[i], day)
		if err != nil {
			return decide.Found{NotScreened: err.Error(), Lists: out.Lists}
		}
		out.Hits = append(out.Hits, h)
	}
	return out
}

// input is a look-up as screening reads it.
func input(q *decide.Look) match.Input {
	var in match.Input
	if q.Name != "" {
		in.Names = []match.Name{{Text: q.Name}}
	}
	if !q.Ship {
		if q.State != "" {
			in.Countries = []string{q.State}
		}
		return in
	}
	in.Schema, in.Flag = "Vessel", q.State
	if q.IMO != "" {
		in.Identifiers = []match.Identifier{{Kind: "imo", Value: q.IMO}}
	}
	return in
}

func (l *lazyLists) hit(h *screening.Hit, day when.Day) (decide.Hit, error) {
	out := decide.Hit{
		List: h.List, Subject: h.ID, Score: report.Score(h.Score), Sure: h.Score >= l.desk.Params().Alert(), Listings: h.Statuses,
	}
	for i := range h.Owners {
		r := &h.Owners[i].Result
		o := decide.Owner{Authorities: r.Rule.Authorities, Sure: r.Outcome == ownership.Caught}
		var seen []string
		for _, stake := range r.Via {
			if slices.Contains(seen, stake.Owner) {
				continue
			}
			seen = append(seen, stake.Owner)
			s, err := l.desk.Subject(stake.Owner, day)
			if fault.CodeOf(err) == fault.NotFound {
				continue // an owner that no list has an entry of
			}
			if err != nil {
				return out, err
			}
			for _, st := range s.Statuses {
				if st.Standing == snapshot.Listed {
					o.Listings = append(o.Listings, st)
				}
			}
		}
		out.Owners = append(out.Owners, o)
	}
	return out, nil
}

package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/when"
)

// quietList are suppressions of one party. Those of an answer that is given again have no fingerprints: they held then, and are
// not compared again.
type quietList []casework.Quieted

// quieting marks hits that two persons found false on just these facts.
type quieting struct {
	*casework.Quiet
	now time.Time
}

// of gives the suppressions of a party, known by a reference or, without one, by what it says.
func (z quieting) of(p screen.Party, ref string) quietList {
	if z.Most() == 0 {
		return nil
	}
	ours := sideOf(&answeredParty{party: p, ref: ref}, nil)
	return z.Of(&ours, z.now)
}

// more gives the limit to ask with, so that as many hits can be suppressed without using up a limit.
func more(limit, suppressed int) int {
	if suppressed == 0 {
		return limit
	}
	if limit == 0 {
		limit = screening.DefaultLimit
	}
	return limit + suppressed
}

// mark marks what is suppressed, cuts the rest to the limit, and gives the answer the outcome of what is not suppressed. Where hits
// were left off that nobody looked at, the outcome stays as it was.
func (l quietList) mark(d *screen.Desk, asOf when.Day, limit int, a *screening.Answer) error {
	if limit == 0 {
		limit = screening.DefaultLimit
	}
	var kept []screening.Hit
	shown, cut, outcome := 0, 0, screening.Clear
	for i := range a.Hits {
		h := a.Hits[i]
		s, err := l.suppresses(d, asOf, &h)
		switch {
		case err != nil:
			return err
		case s != nil:
			h.Suppressed = s
			a.Suppressed++
			kept = append(kept, h)
			continue
		}
		if o := d.Outcome(&h); o == screening.Match || outcome == screening.Clear {
			outcome = o
		}
		if shown == limit {
			cut++
			continue
		}
		shown++
		kept = append(kept, h)
	}
	if a.Suppressed > 0 && a.More == 0 {
		a.Outcome = outcome
	}
	a.Hits, a.More = kept, a.More+cut
	return nil
}

func (l quietList) suppresses(d *screen.Desk, asOf when.Day, h *screening.Hit) (*screening.Suppressed, error) {
	i := slices.IndexFunc(l, func(x casework.Quieted) bool { return x.Listing == h.ID })
	if i < 0 {
		return nil, nil
	}
	if x := l[i]; x.ListingPrint != "" {
		ids := []string{}
		for _, m := range h.Same {
			ids = append(ids, m.A, m.B)
		}
		theirs, err := listedSide(d, asOf, h.ID, h.Caption, ids)
		if err != nil || theirs.Print() != x.ListingPrint {
			return nil, err
		}
	}
	return &screening.Suppressed{Case: l[i].Case, Until: l[i].Until}, nil
}

// keptQuiet is a suppression that an answer was given under, as it is kept with the question.
type keptQuiet struct {
	Listing string    `json:"listing"`
	Case    string    `json:"case"`
	Until   time.Time `json:"until"`
}

// quietOf gives what an answer was given under.
func quietOf(a *screening.Answer) (out []keptQuiet) {
	for i := range a.Hits {
		if s := a.Hits[i].Suppressed; s != nil {
			out = append(out, keptQuiet{a.Hits[i].ID, s.Case, s.Until})
		}
	}
	return out
}

func quietAgain(list []keptQuiet) (out quietList) {
	for _, x := range list {
		out = append(out, casework.Quieted{Listing: x.Listing, Case: x.Case, Until: x.Until})
	}
	return out
}

// quiet gives the suppressions of a data folder or database.
func (m *Main) quiet(data string) (z quieting, err error) {
	z.now = m.now()
	err = m.caseReader(data, func(d *casework.Desk) error {
		cases, err := d.Cases(m.ctx)
		z.Quiet = casework.QuietOf(cases)
		return err
	})
	return z, err
}

// quietLive are the suppressions of a server, read anew every so often and when something was done to a case here. While they
// cannot be read nothing is suppressed.
type quietLive struct {
	read  func(ctx context.Context) ([]casework.Case, error)
	now   func() time.Time
	every time.Duration

	mu    sync.Mutex
	at    time.Time
	quiet *casework.Quiet
}

// forget has them read anew.
func (l *quietLive) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = time.Time{}
}

// take gives those of now; nil has none.
func (l *quietLive) take(ctx context.Context) quieting {
	if l == nil {
		return quieting{}
	}
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.at.IsZero() || now.Sub(l.at) >= l.every || now.Before(l.at) {
		l.quiet, l.at = nil, now
		if cases, err := l.read(context.WithoutCancel(ctx)); err == nil { // whatever cannot be read suppresses nothing
			l.quiet = casework.QuietOf(cases)
		}
	}
	return quieting{l.quiet, now}
}

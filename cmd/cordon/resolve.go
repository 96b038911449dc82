package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// mostHits is how many hits of a look-up are weighed one by one; with more, the
// answer is open.
const mostHits = 50

// lazyLists is the decide.Screener over the lists at data. They are
// opened at the first look-up, so that who has nobody to look up does not wait.
type lazyLists struct {
	m      *Main
	data   string
	maxAge time.Duration
	once   sync.Once
	desk   *screen.Desk
	quiet  quieting
	err    error
}

func (l *lazyLists) open() {
	l.err = l.m.readingWith(l.data, func(ctx context.Context, store snapshot.Store, _ *place.Gazetteer) (err error) {
		l.desk, err = l.m.openScreen(ctx, store, l.m.folderOf(l.data), l.maxAge)
		return err
	})
	l.quiet = l.m.quiet(l.data)
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
		return decide.Found{NotScreened: notOpened(l.err)}
	}
	return lookUps{l.desk, l.quiet}.Screen(q, day)
}

// lookUps is the decide.Screener over lists that are open.
type lookUps struct {
	desk  *screen.Desk
	quiet quieting
}

// Screen is part of decide.Screener.
func (l lookUps) Screen(q decide.Look, day when.Day) decide.Found {
	query := screening.Query{Input: input(&q), AsOf: day, Threshold: decide.DefaultThresholds.Ask, Limit: mostHits}
	a := l.quiet.screenQuietly(l.desk, query)
	out := decide.Found{More: a.More, Uncompared: a.Uncompared}
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
		h, err := l.hit(query, &a.Hits[i])
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

func (l lookUps) hit(q screening.Query, h *screening.Hit) (decide.Hit, error) {
	out := decide.Hit{List: h.List, Subject: h.ID, Score: report.Score(h.Score), Identified: h.Identified, Listings: h.Statuses}
	if s := h.Suppressed; s != nil {
		out.Suppressed = &ruling.Suppressed{Case: s.Case, Until: s.Until, Party: s.Party, Words: s.Words()}
	}
	evidence, _, err := l.desk.Explain(q, h.ID)
	if err != nil {
		return out, err
	}
	out.Agrees = agreements(evidence)
	s, err := l.desk.Subject(h.ID, q.AsOf)
	if err != nil {
		return out, err
	}
	out.Known = toCompare(s.Records)
	for i := range h.Owners {
		o, err := l.owner(&h.Owners[i].Result, q.AsOf)
		if err != nil {
			return out, err
		}
		out.Owners = append(out.Owners, o)
	}
	return out, nil
}

// owner gives what a rule of ownership made of a subject, with the listings of the
// owners on a day.
func (l lookUps) owner(r *ownership.Result, day when.Day) (decide.Owner, error) {
	out := decide.Owner{Authorities: r.Rule.Authorities, Sure: r.Outcome == ownership.Caught}
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
				out.Listings = append(out.Listings, st)
			}
		}
	}
	return out, nil
}

// agreeing are the kinds of evidence that are more than a name, in words.
var agreeing = map[string]string{
	"birth": "date of birth", "country": "state", "gender": "gender", "address": "address", "flag": "flag", "built": "year of build",
	"tonnage": "tonnage", "imo": "IMO number",
}

// agreements gives what agrees besides the name, in the order of the evidence.
func agreements(list []match.Evidence) []string {
	var out []string
	for _, e := range list {
		words, ok := agreeing[e.Kind]
		if !ok && slices.Contains(match.IdentifierKinds(), e.Kind) {
			words, ok = e.Kind+" number", true
		}
		if ok && e.Bits > 0 && !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return out
}

// mostKnown is how many dates, and how many numbers, of a subject are named to
// compare with.
const mostKnown = 3

// toCompare gives what lists say of a subject by which a person can tell it from
// another of the same name.
func toCompare(records []*subject.Record) []string {
	var births, numbers, addresses []string
	add := func(to *[]string, s string) {
		if s != "" && len(*to) < mostKnown && !slices.Contains(*to, s) {
			*to = append(*to, s)
		}
	}
	for _, r := range records {
		for _, b := range r.Subject.Births {
			if b.Known {
				add(&births, "born "+b.Period.String())
			}
		}
		for _, d := range r.Subject.Documents {
			add(&numbers, strings.TrimSpace(d.Kind+" "+d.Number))
		}
		for _, a := range r.Subject.Addresses {
			add(&addresses, strings.Trim(cmp.Or(a.Full, a.City+", "+cmp.Or(a.Country, a.CountryText)), ", "))
		}
	}
	return slices.Concat(births, numbers, addresses)
}

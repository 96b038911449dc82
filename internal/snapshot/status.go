package snapshot

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Standing is how a listing stood on a day, as far as was known on another.
type Standing string

// The standings. A subject is shown as listed only when it is Listed.
const (
	Listed    Standing = "listed"
	NotYet    Standing = "not yet listed"
	Delisted  Standing = "delisted"
	Uncertain Standing = "uncertain" // it was taken off some day between two versions, and the day asked for lies there
	Unknown   Standing = "unknown"   // no version that old is loaded
)

// Status is the standing of one listing and what it rests on.
type Status struct {
	Listing  subject.Listing
	Standing Standing
	// From is when it was listed; zero when the publication does not say.
	From subject.Date
	// Off is when it was taken off, as the last day on which it surely stood and
	// the first on which it surely did not: what the publication states, or the
	// days of the last version with it and the first without. Both are
	// when.NoDay while it stands.
	Off when.Period
	// Seen is the version that the answer rests on.
	Seen ID
	// FirstSeen and LastSeen are the days of publication of the first and last
	// loaded version with it.
	FirstSeen, LastSeen when.Day
}

// StatusOf gives the standing of every listing in the versions of one subject on
// the day asOf, from the snapshots published up to knownAt (NoDay: all of them).
// snaps are all snapshots of the list, in any order. The result is in the order
// of the listings' IDs.
func StatusOf(snaps []Meta, versions []Version, asOf, knownAt when.Day) []Status {
	known := slices.DeleteFunc(slices.Clone(snaps), func(m Meta) bool {
		return knownAt != when.NoDay && m.Published > knownAt
	})
	slices.SortFunc(known, func(a, b Meta) int {
		if Later(a, b) {
			return 1
		}
		return -1
	})
	byID := map[string]*Status{}
	for i, m := range known {
		present := listingsIn(versions, m.Number)
		for id, l := range present {
			s := byID[id]
			if s == nil {
				s = &Status{FirstSeen: m.Published}
				byID[id] = s
			}
			s.Listing, s.Seen, s.LastSeen, s.From = l, m.ID, m.Published, l.Listed
			s.Off = when.Period{From: when.NoDay, To: when.NoDay}
		}
		for id, s := range byID {
			if _, still := present[id]; !still && s.Off.To == when.NoDay {
				s.Off = when.Period{From: known[i-1].Published, To: m.Published}
			}
		}
	}
	out := make([]Status, 0, len(byID))
	for _, s := range byID {
		if e := s.Listing.Ended; e.Known { // off from that day on
			s.Off = when.Period{From: e.Period.From - 1, To: e.Period.To}
		}
		s.Standing = s.On(asOf)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Status) int {
		if a.Listing.ID < b.Listing.ID {
			return -1
		}
		return 1
	})
	return out
}

// On gives the standing on a day.
func (s *Status) On(asOf when.Day) Standing {
	switch {
	case s.From.Known && asOf < s.From.Period.From:
		return NotYet
	case !s.From.Known && asOf < s.FirstSeen:
		return Unknown
	case s.Off.To == when.NoDay || asOf <= s.Off.From:
		return Listed
	case asOf >= s.Off.To:
		return Delisted
	}
	return Uncertain
}

// listingsIn gives the listings that stand in a snapshot, by ID.
func listingsIn(versions []Version, number int) map[string]subject.Listing {
	out := map[string]subject.Listing{}
	for _, v := range versions {
		if v.From <= number && (v.Until == 0 || number < v.Until) {
			for _, l := range v.Record.Listings {
				out[l.ID] = l
			}
		}
	}
	return out
}

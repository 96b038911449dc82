package claim

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/when"
)

// Sides are the two sides of one assertion.
type Sides struct {
	Claim *Claim
	// For are the claim and those that support or repeat it, Against those that deny it, answer it with a reading of the law
	// or of who may say so, or challenge it. Conceded are the answers that admit it or say what was done about it.
	For, Against, Conceded []*Claim
	// ForWeight and AgainstWeight are what stands behind each.
	ForWeight, AgainstWeight Weight
}

// SidesOf gives both sides of a claim, each in the order of [OrderRule].
func (l *Ledger) SidesOf(c *Claim) Sides { return l.SidesBy(c, when.NoDay) }

// SidesBy gives both sides from what was published by a day; NoDay for all.
func (l *Ledger) SidesBy(c *Claim, known when.Day) Sides {
	s := Sides{Claim: c, For: []*Claim{c}}
	for _, in := range l.inbound[c.ID] {
		switch in.Kind {
		case Supports, Repeats, Quotes:
			if !l.PublishedAfter(in.From, known) {
				s.For = append(s.For, in.From)
			}
		}
	}
	for _, a := range l.Answers(c) {
		if l.PublishedAfter(a, known) {
			continue
		}
		switch a.Kind {
		case Admission, Remedy, Compliance:
			s.Conceded = append(s.Conceded, a)
		default:
			s.Against = append(s.Against, a)
		}
	}
	s.For, s.Against, s.Conceded = ordered(s.For), ordered(s.Against), ordered(s.Conceded)
	s.ForWeight, s.AgainstWeight = l.weigh(s.For), l.weigh(l.withSupport(s.Against, known))
	if c.Kind.conduct() {
		s.ForWeight = l.Weigh(s.For) // a reading of the law supports no fact
	}
	return s
}

// PublishedAfter reports whether a claim was published after a day; NoDay is after all. One whose source states no day of
// publication was not.
func (l *Ledger) PublishedAfter(c *Claim, known when.Day) bool {
	published := l.SourceOf(c).Published
	return known != when.NoDay && Given(published) && published.From > known
}

// withSupport adds to claims what supports or repeats them, of what was published by a day.
func (l *Ledger) withSupport(claims []*Claim, known when.Day) []*Claim {
	out := slices.Clone(claims)
	for _, c := range claims {
		for _, in := range l.inbound[c.ID] {
			if (in.Kind == Supports || in.Kind == Repeats || in.Kind == Quotes) && !l.PublishedAfter(in.From, known) {
				out = append(out, in.From)
			}
		}
	}
	return ordered(out)
}

func ordered(claims []*Claim) []*Claim {
	slices.SortFunc(claims, Compare)
	return slices.Compact(claims)
}

// Answers gives the claims that answer or challenge c, or that a request for an answer names, by id. Answers taken back
// are among them.
func (l *Ledger) Answers(c *Claim) []*Claim {
	var out []*Claim
	for _, in := range l.inbound[c.ID] {
		if in.Kind == Answers || in.Kind == Challenges {
			out = append(out, in.From)
		}
	}
	for _, q := range c.Asked {
		if q.Answer != "" {
			out = append(out, l.claimAt[q.Answer])
		}
	}
	slices.SortFunc(out, func(a, b *Claim) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Compact(out)
}

// Heavier reports whether more stands behind the assertion than against it (1), less (-1), or neither (0): by level,
// then by the number of origins.
func (s Sides) Heavier() int {
	switch {
	case s.ForWeight.Level != s.AgainstWeight.Level:
		if s.ForWeight.Level > s.AgainstWeight.Level {
			return 1
		}
		return -1
	case len(s.ForWeight.Origins) > len(s.AgainstWeight.Origins):
		return 1
	case len(s.ForWeight.Origins) < len(s.AgainstWeight.Origins):
		return -1
	}
	return 0
}

// Statement says in one line what stands behind each side.
func (s Sides) Statement() string {
	if len(s.Against) == 0 {
		return "Behind it: " + s.ForWeight.String() + ". Nothing speaks against it in this ledger."
	}
	return "Behind it: " + s.ForWeight.String() + ". Against it: " + s.AgainstWeight.String() + "."
}

// Caution warns of false balance where two sides are shown; "" where there is one.
func (s Sides) Caution() string {
	switch {
	case len(s.Against) == 0:
		return ""
	case s.Heavier() > 0:
		return "Both sides are shown; they do not weigh the same. More stands behind the assertion than against it."
	case s.Heavier() < 0:
		return "Both sides are shown; they do not weigh the same. More stands against the assertion than behind it."
	}
	return "Both sides are shown; by origins and grades neither outweighs the other here, which does not make each half true."
}

// Reply says how far the right of reply was kept.
type Reply uint8

// The states of a reply.
const (
	NotAsked Reply = iota
	Waiting
	Silence
	Answered
)

var replyWords = []string{NotAsked: "not asked", Waiting: "asked, no answer yet", Silence: "asked, no answer", Answered: "answered"}

// String gives the state in words.
func (r Reply) String() string { return replyWords[r] }

// Reply gives the state of the right of reply to a claim: answered when there is any answer, whether asked for or not.
func (l *Ledger) Reply(c *Claim) Reply {
	state := NotAsked
	if len(l.Answers(c)) > 0 {
		return Answered
	}
	for _, q := range c.Asked {
		if q.Silent {
			state = max(state, Silence)
		} else {
			state = max(state, Waiting)
		}
	}
	return state
}

package claim

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/text"
)

// Origins gives what a claim rests on in the end, sorted. A claim that repeats or quotes others has their origins and
// none of its own. Any other has one: the origin that it names, or else its voice. One state is one voice, whoever speaks for
// it (courts apart); a publisher is one voice in all its texts; and what a copy says in its own voice is in the voice
// of the publisher of what it copies. Several who speak together are one origin, which counts for nothing more where one of them is another. So nobody corroborates himself.
func (l *Ledger) Origins(c *Claim) []string { return l.origins[c.ID] }

// OriginsOf gives the distinct origins that count among several claims, sorted. A claim that was taken back or judged
// doubtful has none that counts, and nor has what rests on it alone: a repeat does not wash a claim clean.
func (l *Ledger) OriginsOf(claims []*Claim) []string {
	set := map[string]bool{}
	for _, c := range claims {
		for _, o := range l.counted[c.ID] {
			set[o] = true
		}
	}
	return apart(slices.Sorted(maps.Keys(set)))
}

// apart leaves out of origins those of several who speak together where one of them stands beside it: by itself, or together with others.
func apart(origins []string) []string {
	var out []string
	for _, o := range origins {
		if !strings.HasPrefix(o, jointly) {
			out = append(out, o)
		}
	}
	for _, o := range origins {
		if strings.HasPrefix(o, jointly) && !slices.ContainsFunc(out, func(k string) bool { return shared(o, k) }) {
			out = append(out, o)
		}
	}
	slices.Sort(out)
	return out
}

// jointly begins the origin of several who speak together, and with parts them.
const (
	jointly = "together: "
	with    = " + "
)

// shared reports whether two origins have a voice in common.
func shared(a, b string) bool {
	members := func(o string) []string {
		if rest, ok := strings.CutPrefix(o, jointly); ok {
			return strings.Split(rest, with)
		}
		return []string{o}
	}
	m := members(b)
	return slices.ContainsFunc(members(a), func(s string) bool { return slices.Contains(m, s) })
}

// SharingOrigin gives the other claims that share an origin with c, by id.
func (l *Ledger) SharingOrigin(c *Claim) []*Claim {
	var out []*Claim
	for _, o := range l.claims {
		if o != c && slices.ContainsFunc(l.origins[o.ID], func(k string) bool {
			return slices.ContainsFunc(l.origins[c.ID], func(x string) bool { return shared(x, k) })
		}) {
			out = append(out, o)
		}
	}
	return out
}

// Resting gives the claims that repeat or quote c, also by way of others, by id.
func (l *Ledger) Resting(c *Claim) []*Claim {
	seen := map[string]bool{c.ID: true}
	queue := []*Claim{c}
	var out []*Claim
	for ; len(queue) > 0; queue = queue[1:] {
		for _, in := range l.inbound[queue[0].ID] {
			if (in.Kind == Repeats || in.Kind == Quotes) && !seen[in.From.ID] {
				seen[in.From.ID] = true
				queue, out = append(queue, in.From), append(out, in.From)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Claim) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// trace works out the origins of all claims, and then those that count. Links must not form cycles.
func (l *Ledger) trace() {
	l.origins = l.follow(func(*Claim) bool { return true })
	l.counted = l.follow(func(c *Claim) bool { return l.takenBy[c.ID] == "" && !c.doubtful() })
}

// follow gives for each claim the origins that it reaches over repeats and quotes, without those of claims that pass
// refuses.
func (l *Ledger) follow(pass func(*Claim) bool) map[string][]string {
	out := map[string][]string{}
	var of func(c *Claim) []string
	of = func(c *Claim) []string {
		if got, ok := out[c.ID]; ok {
			return got
		}
		set := map[string]bool{}
		rests := false
		for _, k := range c.Links {
			if k.Kind == Repeats || k.Kind == Quotes {
				rests = true
				for _, o := range of(l.claimAt[k.To]) {
					set[o] = true
				}
			}
		}
		if !rests {
			set[l.voice(c)] = true
		}
		if !pass(c) {
			clear(set)
		}
		out[c.ID] = slices.Sorted(maps.Keys(set))
		return out[c.ID]
	}
	for _, c := range l.claims {
		of(c)
	}
	return out
}

// together is the one origin of what several say together; that of one state where all are of it.
func together(c *Claim) string {
	var all []string
	for _, v := range c.Speakers {
		if v.State != 0 {
			all = append(all, "state: "+v.State.String())
		} else {
			all = append(all, "voice: "+strings.ReplaceAll(text.Fold(v.Name), with, " "))
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 1 {
		return all[0]
	}
	return jointly + strings.Join(all, with)
}

// voice is the origin of a claim that rests on no other.
func (l *Ledger) voice(c *Claim) string {
	src := l.SourceOf(c)
	switch {
	case c.Origin != "":
		return "origin: " + c.Origin
	case len(c.Speakers) > 0:
		return together(c)
	case c.SpeakerState != 0 && l.Standing(c) != Court:
		return "state: " + c.SpeakerState.String()
	case text.Fold(c.Speaker) == text.Fold(src.Publisher):
		for src.CopyOf != "" {
			src = l.sourceAt[src.CopyOf]
		}
		return "voice: " + text.Fold(src.Publisher)
	}
	return "voice: " + text.Fold(c.Speaker)
}

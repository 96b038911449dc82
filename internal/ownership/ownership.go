// Package ownership says whether a party is owned or controlled by listed ones,
// by the rule of a regime on a day.
//
// Shares are ranges, because statements are. What is caught whatever the true
// share is, is caught; what is caught under some shares and not under others is
// for a person to weigh, with both ends shown. No percentage is invented where a
// text has none, and shares along a chain are never multiplied: an owner that is
// itself caught counts like a listed one. The package knows nothing of names:
// parties are ids, and who is listed is told to it.
package ownership

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/when"
)

// Stake is a statement that one party owns a share of another, or controls it.
type Stake struct {
	Owner, Owned string
	// Low and High bound the share in per cent; 0 and 100 when an ownership is
	// stated without its share. Both are 0 for control without ownership.
	Low, High float64
	// Control is true when control is stated (a majority on the board, a
	// contract, an agreement), whatever the share.
	Control bool
	// Since and Until bound the statement in time; when.NoDay where open.
	Since, Until when.Day
	// Source is where the statement was made; it is shown with the result.
	Source string
}

// on reports whether the stake is stated for a day.
func (s Stake) on(d when.Day) bool {
	return (s.Since == when.NoDay || s.Since <= d) && (s.Until == when.NoDay || d <= s.Until)
}

// Graph is a set of stakes, ready to be asked. It does not change.
type Graph struct {
	owners map[string][]Stake // by owned party, in a fixed order
	owned  map[string][]string
}

// NewGraph makes a graph. The order of stakes does not matter. Stakes of one
// owner in one party add up (classes of shares, holdings by several names).
func NewGraph(stakes []Stake) *Graph {
	g := &Graph{owners: map[string][]Stake{}, owned: map[string][]string{}}
	sorted := slices.Clone(stakes)
	slices.SortFunc(sorted, func(a, b Stake) int {
		return cmp.Or(cmp.Compare(a.Owned, b.Owned), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Since, b.Since),
			cmp.Compare(a.Until, b.Until), cmp.Compare(a.Low, b.Low), cmp.Compare(a.High, b.High), cmp.Compare(a.Source, b.Source))
	})
	for _, s := range sorted {
		g.owners[s.Owned] = append(g.owners[s.Owned], s)
		if list := g.owned[s.Owner]; len(list) == 0 || list[len(list)-1] != s.Owned {
			g.owned[s.Owner] = append(list, s.Owned)
		}
	}
	return g
}

// OwnedBy gives the parties that a party holds a stake in or controls.
func (g *Graph) OwnedBy(id string) []string { return g.owned[id] }

// HasOwners reports whether anything is stated about who stands behind a party.
func (g *Graph) HasOwners(id string) bool { return len(g.owners[id]) > 0 }

// Outcome is what the rule makes of a party.
type Outcome uint8

// The outcomes, mildest first.
const (
	// Free: no listed party stands behind it, as far as stated.
	Free Outcome = iota
	// Caution: the rule does not catch it, but says to take care (control alone
	// under a rule that counts shares only).
	Caution
	// Weigh: it depends on shares that are not known, or the text has no number.
	Weigh
	// Caught: owned or controlled by listed parties, whatever the unknown shares.
	Caught
)

// String gives the word used in answers.
func (o Outcome) String() string {
	return [...]string{"free", "caution", "judgement", "caught"}[o]
}

// Result is what the rule makes of one party, and why.
type Result struct {
	Outcome Outcome
	// Low and High bound the share held by listed and caught owners, in per
	// cent, added up or the largest one, as the rule says.
	Low, High float64
	// Via are the stakes that count, in a fixed order: those of the party and,
	// before them, those that caught its owners.
	Via []Stake
	// Rule is the rule applied.
	Rule Rule
}

// Assess applies a rule to a party on a day; listed says who is listed on it.
// A listed party is not "owned by" itself: ask about its owners.
func (g *Graph) Assess(rule Rule, day when.Day, listed func(id string) bool, id string) Result {
	a := assessment{g: g, rule: rule, day: day, listed: listed, reach: g.above(id, day)}
	a.settle()
	r := a.judge(id)
	r.Rule = rule
	r.Via = a.via(id)
	return r
}

// above gives a party and everybody above it in the chain, so that an answer
// costs no more than the part of the graph it rests on. Circles end.
func (g *Graph) above(id string, day when.Day) []string {
	reach := []string{id}
	seen := map[string]bool{id: true}
	for i := 0; i < len(reach); i++ {
		for _, s := range g.owners[reach[i]] {
			if s.on(day) && !seen[s.Owner] {
				seen[s.Owner] = true
				reach = append(reach, s.Owner)
			}
		}
	}
	return reach
}

// assessment works out who is caught: from nobody upwards until nothing
// changes. As more owners caught never frees anybody, the end does not depend on
// the order.
type assessment struct {
	g       *Graph
	rule    Rule
	day     when.Day
	listed  func(string) bool
	reach   []string
	results map[string]Outcome
}

func (a *assessment) settle() {
	a.results = make(map[string]Outcome, len(a.reach))
	for changed := true; changed; {
		changed = false
		for _, id := range slices.Backward(a.reach) { // the top of a chain first
			if o := a.judge(id).Outcome; o > a.results[id] {
				a.results[id] = o
				changed = true
			}
		}
	}
}

// counts says how an owner counts: surely, perhaps, or not.
func (a *assessment) counts(owner string) Outcome {
	if a.listed(owner) {
		return Caught
	}
	if o := a.results[owner]; o >= Weigh {
		return o
	}
	return Free
}

func (a *assessment) judge(id string) Result {
	var sure, may holding // of listed and caught owners; and of those that may be
	var others float64    // at least held by all the rest
	control := Free
	stakes := a.g.owners[id]
	for i := 0; i < len(stakes); {
		owner := stakes[i].Owner
		var low, high float64
		var controls bool
		for ; i < len(stakes) && stakes[i].Owner == owner; i++ {
			if s := stakes[i]; s.on(a.day) {
				low, high, controls = low+s.Low, high+s.High, controls || s.Control
			}
		}
		as := a.counts(owner)
		if controls {
			control = max(control, as)
		}
		switch as {
		case Caught:
			sure.add(low, high)
			may.add(low, high)
		case Weigh:
			may.add(0, high)
		default:
			others += low
		}
	}
	r := Result{Low: sure.low(a.rule), High: min(may.high(a.rule), max(0, 100-others), 100)}
	r.High = max(r.High, r.Low)
	r.Outcome = max(a.rule.shares(r.Low, r.High), a.rule.controlled(control))
	return r
}

// holding adds up shares, and keeps the largest single one.
type holding struct{ sumLow, sumHigh, maxLow, maxHigh float64 }

func (h *holding) add(low, high float64) {
	h.sumLow += low
	h.sumHigh += high
	h.maxLow = max(h.maxLow, low)
	h.maxHigh = max(h.maxHigh, high)
}

func (h *holding) low(r Rule) float64 {
	if r.Aggregate {
		return min(h.sumLow, 100)
	}
	return h.maxLow
}

func (h *holding) high(r Rule) float64 {
	if r.Aggregate {
		return h.sumHigh
	}
	return h.maxHigh
}

// via gives the stakes that count for a party, owners' first.
func (a *assessment) via(id string) []Stake {
	var out []Stake
	seen := map[string]bool{}
	var walk func(id string)
	walk = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		for _, s := range a.g.owners[id] {
			if s.on(a.day) && a.counts(s.Owner) > Free {
				if !a.listed(s.Owner) {
					walk(s.Owner)
				}
				out = append(out, s)
			}
		}
	}
	walk(id)
	return out
}

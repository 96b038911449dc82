package decide

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Screener looks somebody up in lists. It is used by many at once.
type Screener interface {
	// Screen gives who a party may be. Ownership is judged on the day. What goes
	// wrong is in the answer, as NotScreened.
	Screen(q Look, day when.Day) Found
}

// Look is who is looked up: a party, or a ship when Ship is true.
type Look struct {
	Name string
	Ship bool
	// IMO is the number of a ship, seven digits; "" where it is not known.
	IMO string
	// State is the alpha-2 code of a party's state or a ship's flag, as evidence;
	// "" where it is not known.
	State string
}

// Called is how a look-up is named.
func (l *Look) Called() string {
	if l.Name == "" {
		return "IMO " + l.IMO
	}
	return l.Name
}

// Found is what came of a look-up.
type Found struct {
	// NotScreened says why nobody was looked up; "" when somebody was. Nothing may
	// be concluded from Hits then.
	NotScreened string
	// Lists are the lists that were looked in.
	Lists []ListState
	// Hits are those that the party may be, the likeliest first.
	Hits []Hit
	// More is the number of further hits that were left off.
	More int
	// Uncompared says why nobody knows which hits are suppressed, so that none is; "" where it is known.
	Uncompared string
}

// ListState is a list in the state that was looked in.
type ListState struct{ List, Snapshot string }

// Hit is a subject of a list that a party may be.
type Hit struct {
	List, Subject string
	// Score is how alike the two are, from 0 to 1. Identified is true when a strong
	// identifier agrees, such as the IMO number: then the score does not matter.
	Score      float64
	Identified bool
	// Agrees are what agrees besides the name, in words, such as "state"; empty for
	// a match by name alone.
	Agrees []string
	// Known is what the list says of the subject, by which a person can tell it from
	// another of the same name, such as "born 1957-10-20".
	Known []string
	// Listings are its listings by all authorities, with the days of each.
	Listings []snapshot.Status
	// Suppressed is set where two persons found, on just these facts, that the party is another: the
	// hit is said, and nothing is stated or asked.
	Suppressed *ruling.Suppressed
	// Owners say by which rules listed parties own or control it, or may.
	Owners []Owner
}

// Owner is what a rule of ownership makes of a subject.
type Owner struct {
	// Authorities are those whose listings the rule looks at.
	Authorities []string
	// Sure is false where a person must weigh it.
	Sure bool
	// Listings are those of the owners that count; none where they are not known.
	Listings []snapshot.Status
}

// Thresholds are the scores by which a hit leads to something. A strong identifier
// that agrees states the fact whatever the score.
type Thresholds struct {
	// Ask is the score from which somebody may be the listed one, so that the ruling
	// asks; below it the hit is no hit.
	Ask float64
	// State is the score from which somebody is taken for the listed one, so that
	// the fact is stated.
	State float64
}

// DefaultThresholds are those of a Resolver that has none of its own. Where they
// come from stands in docs/method/screening.md.
var DefaultThresholds = Thresholds{Ask: 0.65, State: 0.95}

// SwitchedOff is the reason for not screening when whoever asks did not want it.
const SwitchedOff = "screening was switched off for this question"

// Unavailable is a Screener that looks nobody up, for the reason that it is.
type Unavailable string

// Screen is part of Screener.
func (u Unavailable) Screen(Look, when.Day) Found { return Found{NotScreened: string(u)} }

// Resolver states of the parties and the ship of an activity what lists say of
// them. It is safe for concurrent use.
type Resolver struct {
	Screener Screener
	Regimes  []*law.Regime
	// Off says why nobody is to be looked up; "" for somebody. It is said of each
	// party, and nothing is stated: who is listed is what the activity states. A
	// look-up that fails is another thing, and leaves the fact unknown.
	Off string
	// Thresholds are DefaultThresholds unless given.
	Thresholds Thresholds
	// AsOf takes the place of the date of every activity; nil for the date.
	AsOf *when.Period
}

// Resolve looks up every party that has a name and the ship, and gives the
// activity with the facts that follow: a copy, or the activity itself when
// nobody was looked up. What the activity states itself is left as it is. All
// look-ups are in the second result, in the order of the parties, the ship last.
func (r *Resolver) Resolve(a *activity.Activity) (*activity.Activity, []ruling.Screened) {
	s := resolution{r: r, a: a, days: a.Date, at: r.Thresholds}
	if s.at == (Thresholds{}) {
		s.at = DefaultThresholds
	}
	if r.AsOf != nil {
		s.days = *r.AsOf
	}
	for i := range a.Parties {
		s.party(i)
	}
	s.vessel()
	return s.a, s.said
}

// resolution is the work on one activity.
type resolution struct {
	r      *Resolver
	a      *activity.Activity
	copied bool
	days   when.Period
	at     Thresholds
	said   []ruling.Screened
	owners []finding // of parties that own the ship
}

// facts names the facts that say how somebody stands to lists; NoFact where the
// vocabulary has none. The regime in under counts for listed, owned and more.
type facts struct {
	listed, under, on, off, owned vocab.FactID
	more                          []vocab.FactID
}

var (
	partyFacts = facts{
		vocab.PartyListed, vocab.PartyListedUnder, vocab.PartyListedOn, vocab.PartyDelistedOn, vocab.PartyOwnedByListed,
		[]vocab.FactID{vocab.PartyActsForListed},
	}
	vesselFacts = facts{
		vocab.VesselListed, vocab.VesselListedUnder, vocab.VesselListedOn, vocab.VesselDelistedOn, vocab.VesselOwnedByListed, nil,
	}
	travellerFacts = facts{
		vocab.TravellerListed, vocab.TravellerListedUnder, vocab.NoFact, vocab.NoFact, vocab.NoFact,
		[]vocab.FactID{vocab.TravellerFamilyOfListed, vocab.TravellerActsForListed},
	}
)

// free reports whether the regime may be stated: not where something stands that
// holds under whichever regime, and would be narrowed by it.
func (k facts) free(f activity.Facts) bool {
	return !slices.ContainsFunc(append([]vocab.FactID{k.listed, k.owned}, k.more...), func(id vocab.FactID) bool {
		_, ok := f.Get(id)
		return ok
	})
}

// regime gives the regime that an activity states itself, "" for none.
func (k facts) regime(f activity.Facts) string {
	if v := text(f, k.under); v != "any" {
		return v
	}
	return ""
}

// own gives the fact by which somebody is already said to be listed or not.
func (k facts) own(f activity.Facts) (vocab.FactID, bool) {
	for _, id := range []vocab.FactID{k.listed, k.on, k.off} {
		if _, ok := f.Get(id); ok && id != vocab.NoFact {
			return id, true
		}
	}
	return vocab.NoFact, false
}

func text(f activity.Facts, id vocab.FactID) string {
	v, _ := f.Get(id)
	return v.Text
}

// change makes the activity a copy before it is changed.
func (s *resolution) change() *activity.Activity {
	if !s.copied {
		s.a, s.copied = s.a.Clone(), true
	}
	return s.a
}

func (s *resolution) party(i int) {
	p := s.a.Parties[i]
	q := Look{Name: text(p, vocab.PartyName), State: text(p, vocab.PartyState)}
	if q.Name == "" {
		return
	}
	if id, ok := partyFacts.own(p); ok {
		s.stated(i, &q, id)
		return
	}
	list := s.look(i, &q, p, partyFacts)
	if len(list) > 0 {
		partyFacts.state(&s.change().Parties[i], list)
	}
	switch text(p, vocab.PartyRole) {
	case "traveller":
		if _, own := travellerFacts.own(s.a.Facts); s.has(vocab.TravellerListed) && !own {
			travellerFacts.state(&s.a.Facts, s.onTheDay(list))
		}
	case "owner":
		s.owners = append(s.owners, s.onTheDay(list)...)
	}
}

func (s *resolution) vessel() {
	f := s.a.Facts
	q := Look{Name: text(f, vocab.VesselName), Ship: true, IMO: text(f, vocab.VesselIMO), State: text(f, vocab.VesselFlag)}
	if q.Name == "" && q.IMO == "" {
		return
	}
	var list []finding
	if id, ok := vesselFacts.own(f); ok {
		s.stated(-1, &q, id)
	} else {
		list = s.look(-1, &q, f, vesselFacts)
	}
	for _, o := range s.owners {
		o.owned, o.listed, o.status = max(o.owned, o.listed), none, nil
		list = append(list, o)
	}
	if len(list) > 0 && s.has(vocab.VesselListed) { // other kinds of activity have no such fact
		vesselFacts.state(&s.change().Facts, list)
	}
}

func (s *resolution) has(id vocab.FactID) bool { return vocab.FactOf(id).Kinds.Has(s.a.Kind) }

// stated records that somebody was not looked up because the activity says it.
func (s *resolution) stated(party int, q *Look, id vocab.FactID) {
	s.said = append(s.said, ruling.Screened{
		Party: party, Name: q.Called(), Outcome: "not_screened", Reason: "the activity states " + vocab.FactOf(id).Name + " itself",
	})
}

// look looks somebody up, records it and says what follows under each regime.
func (s *resolution) look(party int, q *Look, own activity.Facts, k facts) []finding {
	if s.r.Off != "" {
		s.said = append(s.said, ruling.Screened{Party: party, Name: q.Called(), Outcome: "not_screened", Reason: s.r.Off})
		return nil
	}
	found := s.r.Screener.Screen(*q, s.days.From)
	if !s.days.Exact() && found.NotScreened == "" {
		found = both(found, s.r.Screener.Screen(*q, s.days.To))
	}
	found.Hits = slices.DeleteFunc(slices.Clone(found.Hits), func(h Hit) bool { return h.Score < s.at.Ask && !h.Identified })
	said := s.saidOf(&found, party, q)
	list := s.weigh(&found)
	if k.regime(own) != "" { // it stands, so what was found under others is only said
		for i := range said {
			if said[i].Reason == "" {
				said[i].Reason = "the activity states " + vocab.FactOf(k.under).Name + " itself"
			}
		}
	}
	s.said = append(s.said, said...)
	return list
}

// both joins the answers for the first and the last day of a span: ownership is
// sure only if it is on both.
func both(first, last Found) Found {
	if last.NotScreened != "" {
		return last
	}
	out := first
	out.More = max(first.More, last.More)
	out.Uncompared = cmp.Or(first.Uncompared, last.Uncompared)
	out.Hits = slices.Clone(first.Hits)
	for i := range out.Hits {
		h := &out.Hits[i]
		at := slices.IndexFunc(last.Hits, func(l Hit) bool { return l.Subject == h.Subject && l.List == h.List })
		if at < 0 {
			h.Owners, h.Suppressed = unsure(h.Owners), nil
			continue
		}
		if last.Hits[at].Suppressed == nil {
			h.Suppressed = nil
		}
		if a, b := allSure(h.Owners), allSure(last.Hits[at].Owners); !a || !b {
			h.Owners = append(unsure(h.Owners), unsure(last.Hits[at].Owners)...)
		}
	}
	for _, l := range last.Hits {
		if !slices.ContainsFunc(out.Hits, func(h Hit) bool { return l.Subject == h.Subject && l.List == h.List }) {
			l.Owners, l.Suppressed = unsure(l.Owners), nil
			out.Hits = append(out.Hits, l)
		}
	}
	return out
}

func allSure(list []Owner) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(o Owner) bool { return !o.Sure })
}

func unsure(list []Owner) []Owner {
	out := slices.Clone(list)
	for i := range out {
		out[i].Sure = false
	}
	return out
}

// level is how sure it is that somebody is listed, or owned by somebody who is.
type level uint8

const (
	none   level = iota
	former       // it is the listed one, whose listing does not stand on the day
	dated        // the listing stands on some of the days, and its own days say on which
	open         // it may be
	yes
)

// finding is what was found for one regime; the regime "" stands for all.
type finding struct {
	regime        string
	listed, owned level
	// status is the listing that listed rests on, where its days are exact.
	status *snapshot.Status
}

// weigh says what hits mean under each regime. Whether somebody is listed there is
// for each authority and programme; a listing by another says nothing of it.
func (s *resolution) weigh(found *Found) []finding {
	var out []finding
	if found.NotScreened != "" || found.More > 0 {
		out = append(out, finding{listed: open, owned: open})
	}
	if found.NotScreened != "" {
		return out
	}
	for _, g := range s.r.Regimes {
		f := finding{regime: g.ID}
		for i := range found.Hits {
			if found.Hits[i].Suppressed == nil {
				f.hit(&found.Hits[i], &g.Listings, s)
			}
		}
		f.settle()
		if f.listed != none || f.owned != none {
			out = append(out, f)
		}
	}
	return out
}

// sure reports whether a hit is taken for the one that was looked up.
func (s *resolution) sure(h *Hit) bool { return h.Identified || h.Score >= s.at.State }

// settle leaves out a former listing whose days are not exact: nothing can be
// stated of it that another day could bring back.
func (f *finding) settle() {
	if f.listed == former && f.status == nil {
		f.listed = none
	}
}

// belongs reports whether a listing is, or may be, of a regime: one that names no
// programme may be of any of its authority.
func belongs(l *subject.Listing, g *law.Listings) bool {
	if l.Tier != subject.Designated || g.Authority == "" || l.Authority != g.Authority {
		return false
	}
	return len(l.Programmes) == 0 || slices.ContainsFunc(l.Programmes, func(p string) bool { return g.Has(l.Authority, p) })
}

// hit adds one hit.
func (f *finding) hit(h *Hit, g *law.Listings, s *resolution) {
	for i := range h.Listings {
		st := &h.Listings[i]
		if !belongs(&st.Listing, g) {
			continue
		}
		l := levelOf(st, s.days, s.sure(h) && len(st.Listing.Programmes) > 0)
		if l == dated && f.listed == dated {
			l = open // taken off and listed again: the days of one would hide the other
		}
		if l > f.listed {
			f.listed, f.status = l, nil
			if exact(st) {
				f.status = st
			}
		}
	}
	for _, o := range h.Owners {
		if !slices.Contains(o.Authorities, g.Authority) {
			continue
		}
		known := len(o.Listings) > 0
		if known && !slices.ContainsFunc(o.Listings, func(st snapshot.Status) bool { return belongs(&st.Listing, g) }) {
			continue
		}
		l := open
		if s.sure(h) && o.Sure && known {
			l = yes
		}
		f.owned = max(f.owned, l)
	}
}

// standing gives how a listing stood on all of the days; snapshot.Uncertain where
// it is not the same on all.
func standing(st *snapshot.Status, days when.Period) snapshot.Standing {
	first, last := st.On(days.From), st.On(days.To)
	began := st.From.Known && !st.From.Period.Exact() && st.From.Period.Overlaps(days)
	if first != last || began {
		return snapshot.Uncertain
	}
	return first
}

// exact reports whether the days of a listing are known to the day.
func exact(st *snapshot.Status) bool {
	return st.From.Known && !st.From.Circa && st.From.Period.Exact() && (st.Off.To == when.NoDay || st.Off.From+1 == st.Off.To)
}

func levelOf(st *snapshot.Status, days when.Period, sure bool) level {
	switch standing(st, days) {
	case snapshot.Listed:
		if sure {
			return yes
		}
		return open
	case snapshot.NotYet, snapshot.Delisted:
		if sure {
			return former
		}
		return none
	}
	if sure && exact(st) {
		return dated
	}
	return open
}

// onTheDay leaves nothing to the engine's reading of days, for facts that have none.
func (s *resolution) onTheDay(list []finding) []finding {
	out := slices.Clone(list)
	for i := range out {
		switch f := &out[i]; f.listed {
		case former:
			f.listed, f.status = none, nil
		case dated:
			f.listed, f.status = open, nil
		}
	}
	return out
}

// state states what was found, beside what is stated already.
func (k facts) state(f *activity.Facts, list []finding) {
	var listed, owned level
	under, several := "", false
	var status *snapshot.Status
	stated, free := k.regime(*f), k.free(*f)
	for _, g := range list {
		if g.listed == none && g.owned == none || g.regime != "" && stated != "" && g.regime != stated {
			continue
		}
		several = several || under != "" && under != g.regime || g.regime == ""
		under = g.regime
		if g.listed >= listed {
			listed, status = g.listed, g.status
		}
		owned = max(owned, g.owned)
	}
	if several { // the days of one listing do not speak for the other
		if status = nil; listed == dated {
			listed = open
		}
	} else if under != "" && free {
		k.set(f, k.under, activity.Value{Text: under})
	}
	switch {
	case listed == open:
		k.set(f, k.listed, activity.Value{Unknown: true})
	case listed == yes || status != nil:
		k.set(f, k.listed, activity.Value{Num: 1})
		if status != nil {
			k.days(f, status)
		}
	}
	switch owned {
	case open:
		k.set(f, k.owned, activity.Value{Unknown: true})
	case yes:
		k.set(f, k.owned, activity.Value{Num: 1})
	}
}

func (k facts) days(f *activity.Facts, st *snapshot.Status) {
	k.set(f, k.on, activity.Value{Date: st.From.Period})
	if st.Off.To != when.NoDay {
		k.set(f, k.off, activity.Value{Date: when.On(st.Off.To)})
	}
}

// set states a fact unless it is stated already.
func (k facts) set(f *activity.Facts, id vocab.FactID, v activity.Value) {
	if id == vocab.NoFact {
		return
	}
	if _, ok := f.Get(id); !ok {
		f.Set(id, v)
	}
}

// saidOf records a look-up, a line for each list and for each hit in it.
func (s *resolution) saidOf(found *Found, party int, q *Look) []ruling.Screened {
	line := ruling.Screened{Party: party, Name: q.Called(), Outcome: "clear"}
	if found.NotScreened != "" {
		line.Outcome, line.Reason = "not_screened", found.NotScreened
	}
	if len(found.Lists) == 0 {
		return []ruling.Screened{line}
	}
	var out []ruling.Screened
	for _, l := range found.Lists {
		line.List, line.Snapshot = l.List, l.Snapshot
		before := len(out)
		for i := range found.Hits {
			if h := &found.Hits[i]; h.List == l.List && found.NotScreened == "" {
				hit := s.saidOfHit(h, line)
				hit.Uncompared = found.Uncompared
				out = append(out, hit)
			}
		}
		if len(out) == before {
			out = append(out, line)
		}
	}
	return out
}

func (s *resolution) saidOfHit(h *Hit, line ruling.Screened) ruling.Screened {
	line.Subject, line.Score, line.Tier = h.Subject, h.Score, h.tier(s.days)
	line.By = by(h.Agrees)
	if h.Suppressed != nil {
		line.Outcome, line.Suppressed, line.Compare = "suppressed", h.Suppressed, strings.Join(h.Known, "; ")
		return line
	}
	sure := s.sure(h)
	if line.Outcome = "possible"; sure {
		line.Outcome = "match"
	}
	line.Leads = s.leads(h)
	switch {
	case line.Leads == "" || h.Identified || sure && line.Leads == asked:
	case sure:
		line.Threshold = s.at.State
	default:
		line.Threshold = s.at.Ask
	}
	if line.Leads != "" && (!sure || len(h.Agrees) == 0) { // another of the same name may be meant
		line.Compare = strings.Join(h.Known, "; ")
	}
	return line
}

// by says in words what agrees.
func by(agrees []string) string {
	switch n := len(agrees); n {
	case 0:
		return "name alone"
	case 1:
		return "name and " + agrees[0]
	default:
		return "name, " + strings.Join(agrees[:n-1], ", ") + " and " + agrees[n-1]
	}
}

// What a hit leads to.
const (
	stated = "stated"
	asked  = "asked"
)

// leads says what follows from a hit under the regimes; "" for nothing.
func (s *resolution) leads(h *Hit) string {
	out := ""
	for _, g := range s.r.Regimes {
		f := finding{}
		f.hit(h, &g.Listings, s)
		f.settle()
		switch l := max(f.listed, f.owned); {
		case f.listed == open || f.owned == open && l == open:
			out = cmp.Or(out, asked)
		case l != none:
			out = stated
		}
	}
	return out
}

// tier says in a word how a subject stood on the days.
func (h *Hit) tier(days when.Period) string {
	best, order := "named", []string{"not_yet", "former", "controlled", "uncertain", "listed"}
	take := func(w string) {
		if slices.Index(order, w) > slices.Index(order, best) {
			best = w
		}
	}
	for i := range h.Listings {
		st := &h.Listings[i]
		switch at := standing(st, days); {
		case st.Listing.Tier == subject.Named:
		case at == snapshot.NotYet:
			take("not_yet")
		case at == snapshot.Delisted:
			take("former")
		case at != snapshot.Listed:
			take("uncertain")
		case st.Listing.Tier == subject.Controlled:
			take("controlled")
		default:
			take("listed")
		}
	}
	if best == "listed" || len(h.Owners) == 0 {
		return best
	}
	if allSure(h.Owners) {
		return "owned"
	}
	return "may_be_owned"
}

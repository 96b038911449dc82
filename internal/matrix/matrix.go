// Package matrix says, for each obligation, state and period, how strong the evidence of a breach is, what the state
// answers, and what was complied with.
//
// Cells follow from rulings on the activities that claims and figures assert, by the rules in rules.go, which
// docs/method/matrix.md shows as tables. No rule reads a name, no cell holds a score, and nothing is averaged over states.
// "No information" is a value of its own: it is neither compliance nor breach. The package loads nothing and asks no clock.
package matrix

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// Judge rules on activities; an Evaluator of package ruling is one.
type Judge interface {
	Decide(ruling.Request) (*ruling.Ruling, error)
}

// Figure is a record with what it says in the vocabulary of the law.
type Figure struct {
	Record *record.Record
	// Activity is what was done; nil where Complied names what was met.
	Activity *activity.Activity
	// About is the state whose conduct it is.
	About place.State
	// Complied are the obligations that the figure says were met, by their ids; none where it says what was done.
	Complied []string
}

// Ledger is what a matrix asks of a ledger of claims; a Ledger of package claim is one.
type Ledger interface {
	Claims() []*claim.Claim
	SourceOf(*claim.Claim) *claim.Source
	// Standing says what the speaker is, Origins on whose observation the claim rests, RetractedBy who takes it back.
	Standing(*claim.Claim) claim.SourceKind
	Origins(*claim.Claim) []string
	RetractedBy(id string) string
}

// Input is what a matrix is built from.
type Input struct {
	Law   *law.Law
	Judge Judge
	// Ledger holds the claims; nil for none.
	Ledger  Ledger
	Figures []Figure
	// KnownAt leaves out what was published after that day; NoDay for nothing. Law is taken as known today: a ruling is on
	// the law of the activity's day.
	KnownAt when.Day
}

// Matrix holds every item with the obligation and state that it bears on. It does not change.
type Matrix struct {
	law   *law.Law
	items []Item
	// silent are the answers that were asked for and never came, by claim.
	byClaim map[string][]int
	// LeftOut counts the claims and figures published after KnownAt.
	LeftOut int
}

// Item is one claim or figure as it bears on one obligation of one state.
type Item struct {
	Obligation *law.Provision
	State      place.State
	Period     when.Period
	// Claim or Record; Source is the source of a claim.
	Claim  *claim.Claim
	Source *claim.Source
	Record *record.Record
	Bears  Bearing
	// ByHand is true when a person named the obligation and no ruling was made.
	ByHand bool
	// Verdict is that of the ruling on the activity; Finding the finding on this obligation, nil when it does not apply.
	Verdict ruling.Verdict
	Finding *ruling.Finding
	Ruling  *ruling.Ruling
	// Origins are those on whose observation the item rests; items of one origin count once.
	Origins []string
	// Standing says what the speaker of a claim is.
	Standing claim.SourceKind
	// Retracted items are shown and count for nothing.
	Retracted bool
	// Late is the number of days by which a report was late; Compliance only.
	Late int
}

// ID names the claim or figure.
func (i *Item) ID() string {
	if i.Claim != nil {
		return i.Claim.ID
	}
	return i.Record.Name()
}

// Verified reports whether the text that it stands in was seen, or is the row of a file of which the hash is kept.
func (i *Item) Verified() bool {
	if i.Claim != nil {
		return i.Claim.Verified && i.Source.Verified
	}
	return i.Record.Verified || i.Record.Source.SHA256 != ""
}

// Bearing says what an item means for its obligation.
type Bearing uint8

// The bearings.
const (
	// Breach: the activity, if it was as asserted, broke the obligation.
	Breach Bearing = iota
	// MayBreach: whether it did hangs on a fact that the item does not give.
	MayBreach
	// Lawful: the obligation did not forbid the activity on its day.
	Lawful
	// Complied: the obligation was met, or something was done about a breach.
	Complied
	// Reply: the state's answer.
	Reply
	// Context: said about it, and neither evidence nor answer.
	Context
)

var bearings = [...]string{"breach", "may be a breach", "lawful on its day", "complied", "reply", "context"}

// String gives the word for people.
func (b Bearing) String() string { return bearings[b] }

// Build rules on what the claims and figures assert. An activity on which no ruling can be made is an error that names the
// claim.
func Build(in Input) (*Matrix, error) {
	b := builder{in: in, m: &Matrix{law: in.Law, byClaim: map[string][]int{}}}
	if in.Ledger != nil {
		for _, c := range in.Ledger.Claims() {
			if err := b.claim(c); err != nil {
				return nil, err
			}
		}
	}
	for i := range in.Figures {
		if err := b.figure(&in.Figures[i]); err != nil {
			return nil, err
		}
	}
	b.replies()
	slices.SortStableFunc(b.m.items, func(x, y Item) int {
		return cmp.Or(
			cmp.Compare(x.Obligation.Order, y.Obligation.Order), cmp.Compare(x.State, y.State),
			cmp.Compare(x.Period.From, y.Period.From), cmp.Compare(x.Period.To, y.Period.To), cmp.Compare(x.ID(), y.ID()))
	})
	return b.m, nil
}

type builder struct {
	in Input
	m  *Matrix
	// answers are the claims that wait for the items of what they answer.
	answers []*claim.Claim
}

func (b *builder) unknownYet(published when.Period) bool {
	return b.in.KnownAt != when.NoDay && claim.Given(published) && published.From > b.in.KnownAt
}

// claim adds the items of one claim, or keeps an answer for later.
func (b *builder) claim(c *claim.Claim) error {
	base := b.base(c)
	if b.unknownYet(base.Source.Published) {
		b.m.LeftOut++
		return nil
	}
	if answers(c) {
		b.answers = append(b.answers, c)
	}
	bears := bearing(c)
	if c.Activity == nil || (bears != Breach && bears != Complied) {
		about := c.About
		if bears == Context && answers(c) { // where it answers, it stands as the reply
			about = slices.DeleteFunc(slices.Clone(about), func(s place.State) bool { return c.SpokenFor(s) })
		}
		return b.byHand(about, c.Obligations, base, bears)
	}
	r, err := b.in.Judge.Decide(ruling.Request{Activity: c.Activity, KnownAt: when.NoDay, Brief: true})
	if err != nil {
		return err
	}
	base.ByHand = false
	return b.ruled(c.About, base, r, c.Obligations, bears)
}

// base is an item of a claim without what it bears on. A claim without a period is about what its activity is about, or,
// where that is not said either, about the time of its source.
func (b *builder) base(c *claim.Claim) Item {
	l := b.in.Ledger
	i := Item{
		Period: c.Period, Claim: c, Source: l.SourceOf(c), Origins: l.Origins(c), Standing: l.Standing(c),
		Retracted: l.RetractedBy(c.ID) != "", ByHand: true,
	}
	switch {
	case claim.Given(c.Period):
	case c.Activity != nil:
		i.Period = c.Activity.Date
	default:
		i.Period = i.Source.Published
	}
	return i
}

// bearing is what a claim of its kind means where no ruling says otherwise.
func bearing(c *claim.Claim) Bearing {
	switch c.Kind {
	case claim.Allegation, claim.Finding, claim.Decision, claim.Admission:
		return Breach
	case claim.Fact:
		if c.Activity != nil {
			return Breach
		}
		return Context
	case claim.Compliance, claim.Remedy:
		return Complied
	default:
		return Context
	}
}

// byHand places an item under the obligations that a person named.
func (b *builder) byHand(about []place.State, named []string, base Item, bears Bearing) error {
	for _, id := range named {
		p, err := b.provision(id)
		if err != nil {
			return err
		}
		for _, s := range about {
			item := base
			item.Obligation, item.State, item.Bears = p, s, bears
			b.add(item)
		}
	}
	return nil
}

func (b *builder) provision(id string) (*law.Provision, error) {
	if p, ok := b.in.Law.Provision(id); ok {
		return p, nil
	}
	_, err := b.in.Law.Find(id)
	return nil, err
}

// ruled places an item under each provision that the ruling found broken, or perhaps broken, by a state that it binds, and
// under the named ones whatever was found.
func (b *builder) ruled(about []place.State, base Item, r *ruling.Ruling, named []string, bears Bearing) error {
	base.Ruling, base.Verdict = r, r.Verdict
	found := map[*law.Provision]*ruling.Finding{}
	order := make([]*law.Provision, 0, len(r.Findings))
	for i := range r.Findings {
		f := &r.Findings[i]
		if before, ok := found[f.Provision]; !ok {
			order = append(order, f.Provision)
		} else if breached(before) <= breached(f) {
			continue
		}
		found[f.Provision] = f
	}
	for _, id := range named {
		p, err := b.provision(id)
		if err != nil {
			return err
		}
		if _, ok := found[p]; !ok {
			order = append(order, p)
		}
	}
	for _, p := range order {
		item := base
		item.Obligation, item.Finding, item.Bears = p, found[p], bears
		if f := item.Finding; f != nil {
			item.Late = f.Late
		}
		if bears == Breach {
			item.Bears = Lawful
			if item.Finding != nil {
				item.Bears = breached(item.Finding)
			}
			if item.Bears == Breach && !b.throughout(p, r) {
				item.Bears = MayBreach
			}
		}
		if !slices.Contains(named, p.ID) && (!p.Obliges() || item.Bears == Lawful || (bears == Complied && !reporting(p))) {
			continue
		}
		for _, s := range about {
			if p.Binds(s.String()) {
				item.State = s
				b.add(item)
			}
		}
	}
	return nil
}

// throughout reports whether a provision forbade the activity on every day on which it may have been done.
func (b *builder) throughout(p *law.Provision, r *ruling.Ruling) bool {
	from, until, ok := p.Period(b.in.Law, when.NoDay)
	if !ok || from > r.AsOf.From || until < r.AsOf.To {
		return false
	}
	return !slices.ContainsFunc(r.Spans, func(s ruling.Span) bool { return s.Verdict < ruling.OverCap })
}

// reporting reports whether a provision is a duty to report.
func reporting(p *law.Provision) bool {
	return p.Effect == law.Require && (p.Due != when.NoDay || p.DueDays > 0)
}

// breached says what a finding makes of the activity. What only the committee could have allowed, and what a person must
// weigh, may be a breach.
func breached(f *ruling.Finding) Bearing {
	switch {
	case f.Outcome == ruling.Excepted:
		return Lawful
	case f.Outcome == ruling.Applies && f.Verdict >= ruling.OverCap:
		return Breach
	case f.Verdict >= ruling.Incomplete:
		return MayBreach
	default:
		return Lawful
	}
}

func (b *builder) figure(f *Figure) error {
	// A figure cannot have been known before the end of what it covers.
	if b.unknownYet(when.On(f.Record.Period.To)) {
		b.m.LeftOut++
		return nil
	}
	base := Item{Period: f.Record.Period, Record: f.Record, Origins: []string{voice(f.Record)}, ByHand: true}
	about, bears := []place.State{f.About}, Breach
	if len(f.Complied) > 0 {
		bears = Complied
	}
	if f.Activity == nil {
		return b.byHand(about, f.Complied, base, bears)
	}
	r, err := b.in.Judge.Decide(ruling.Request{Activity: f.Activity, KnownAt: when.NoDay, Brief: true})
	if err != nil {
		return err
	}
	base.ByHand = false
	return b.ruled(about, base, r, f.Complied, bears)
}

// voice is the origin of a figure. One state is one voice, in its table of any month as in what its officials say
// ([claim.Ledger] names it so too); an agency is one in each of its series.
func voice(r *record.Record) string {
	if r.Reporter != 0 {
		return "state: " + r.Reporter.String()
	}
	return "series: " + r.Series + ", " + r.By
}

func (b *builder) add(item Item) {
	if item.Claim != nil {
		b.m.byClaim[item.Claim.ID] = append(b.m.byClaim[item.Claim.ID], len(b.m.items))
	}
	b.m.items = append(b.m.items, item)
}

// answers reports whether a claim is somebody's answer to others.
func answers(c *claim.Claim) bool {
	switch c.Kind {
	case claim.Denial, claim.Admission, claim.LawReading, claim.Legitimacy, claim.Remedy:
		return slices.ContainsFunc(c.Links, func(l claim.Link) bool {
			return l.Kind == claim.Answers || l.Kind == claim.Challenges
		}) || slices.ContainsFunc(c.About, c.SpokenFor)
	default:
		return false
	}
}

// replies places answers beside what they answer: under each obligation of the claims they are linked to, for the state
// that speaks, or, where a firm or person speaks, for the state that the claim is about.
func (b *builder) replies() {
	var added []Item
	for _, c := range b.answers {
		seen := map[[2]any]bool{}
		put := func(p *law.Provision, s place.State, period when.Period) {
			if seen[[2]any{p, s}] {
				return
			}
			seen[[2]any{p, s}] = true
			item := b.base(c)
			item.Obligation, item.State, item.Period, item.Bears = p, s, period, Reply
			added = append(added, item)
		}
		for _, l := range c.Links {
			if l.Kind != claim.Answers && l.Kind != claim.Challenges {
				continue
			}
			for _, n := range b.m.byClaim[l.To] {
				if it := &b.m.items[n]; len(c.SpeakerStates()) == 0 || c.SpokenFor(it.State) {
					put(it.Obligation, it.State, it.Period)
				}
			}
		}
		for _, id := range c.Obligations {
			p, ok := b.in.Law.Provision(id)
			for _, s := range c.SpeakerStates() {
				if ok && slices.Contains(c.About, s) {
					put(p, s, b.base(c).Period)
				}
			}
		}
	}
	b.m.items = append(b.m.items, added...)
}

// Items gives every item, by obligation, state and period. The result must not be changed.
func (m *Matrix) Items() []Item { return m.items }

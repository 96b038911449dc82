// Package law holds regimes as data: instruments, provisions, exceptions and
// caps, as written in data/instruments (the form is described in
// docs/law/format.md), and reads and lints them.
//
// It evaluates nothing: conditions are kept as text with their place, and what
// they mean is the business of package ruling. It names no state.
package law

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// Law is everything that was loaded: the regimes in order of their ids.
type Law struct {
	Regimes []*Regime
	// Version is the SHA-256 of all files read, in hexadecimal: equal law has
	// an equal version, whatever the order the files came in.
	Version string

	byID map[string]*Provision
	// files are what was read, for [Law.With]; nil where the law is that of another with something supposed.
	files []*file
}

// Provision finds a provision by its id.
func (l *Law) Provision(id string) (*Provision, bool) {
	p, ok := l.byID[id]
	return p, ok
}

// Provisions gives all provisions, regime by regime, instrument by instrument in
// order of adoption, paragraph by paragraph.
func (l *Law) Provisions() []*Provision {
	var out []*Provision
	for _, r := range l.Regimes {
		for _, in := range r.Instruments {
			out = append(out, in.Provisions...)
		}
	}
	return out
}

// Regime is one body of law with one target.
type Regime struct {
	ID, Title, Authority string
	// Committee is who grants approvals, as people call it.
	Committee string
	// Target is the alpha-2 code of the state that the measures are about.
	Target string
	// Scope is printed under every ruling: what was not assessed.
	Scope string
	// Listings says which designations are made under this regime; its zero value
	// that it keeps no list.
	Listings Listings
	Note     string
	// Instruments in order of adoption, then name.
	Instruments []*Instrument
	File        string
}

// Listings names the designations that belong to a regime, in the words that the
// published list uses, so that who is found there is listed under this regime.
type Listings struct {
	// Authority is who publishes the list, as "UN".
	Authority string
	// Programmes are the programmes of that list which are this regime's.
	Programmes []string
}

// Has reports whether a designation of an authority under a programme belongs to
// the regime. Both are compared as written: a list spells them one way.
func (l *Listings) Has(authority, programme string) bool {
	return l.Authority == authority && slices.Contains(l.Programmes, programme)
}

// Instrument is one resolution, decision or agreement.
type Instrument struct {
	Regime           *Regime
	Name             string
	Title, Authority string
	// Adopted is, of an instrument that is not in force, the day on which it was put
	// forward or from which it is planned to apply.
	Adopted when.Day
	// Status says whether it is applied; Supposed is true where the asker takes it as
	// in force, see [Law.Suppose].
	Status   Status
	Supposed bool
	// Published is the day on which it became known; the second clock.
	Published  when.Day
	Sources    []string
	Positions  []Position
	Provisions []*Provision
	File       string
}

// Effect is what a provision does to an activity that meets it.
type Effect uint8

// The effects.
const (
	Prohibit Effect = iota
	Cap
	Require
	Authorise
	Exempt
	CallUpon
	Commit
)

// String gives the word used in files.
func (e Effect) String() string { return effects[e] }

var effects = [...]string{"prohibit", "cap", "require", "authorise", "exempt", "call_upon", "commit"}

// Direction is the side of the target that a transfer is on.
type Direction uint8

// The directions.
const (
	AnyDirection Direction = iota
	To
	From
	Either
)

// String gives the word used in files.
func (d Direction) String() string { return directions[d] }

var directions = [...]string{"", "to", "from", "either"}

// Each says what a provision is applied to one by one.
type Each uint8

// The units of application.
const (
	EachActivity Each = iota
	EachGoods
	EachParty
)

// Condition is a condition as written, with its place. The zero Condition
// always holds.
type Condition struct {
	Text  string
	Place fault.Place
}

// Provision is one operative norm.
type Provision struct {
	Instrument *Instrument
	ID         string
	// PartOf is the id of the provision that this entry is a part of: itself,
	// or another entry of the same paragraph.
	PartOf    string
	Paragraph string
	Title     string
	// Text says in our own words what the paragraph says.
	Text    string
	Bound   string
	Links   []string
	Binding string
	Effect  Effect
	Measure string
	// Kinds are the kinds of activity that can meet it, with those that include
	// them; empty when none can.
	Kinds     vocab.KindSet
	Direction Direction
	Each      Each
	Goods     []Selector
	From      when.Day
	// Until is the last day in force; NoDay while it stays.
	Until   when.Day
	EndedBy string
	When    Condition
	// Exceptions of the provision itself; those from exempt provisions that
	// carve it, and those it inherits, are added when law is linked.
	Exceptions []*Exception
	Inherits   string
	Duties     []Duty
	Cap        *CapRule
	// Breach, Deadline, Reportable, Due and DueDays belong to Require.
	Breach     Condition
	Deadline   when.Day
	Reportable bool
	Due        when.Day
	DueDays    int
	// Stipulation belongs to Commit; nil for an undertaking that is only shown.
	Stipulation *Stipulation
	// Carves and Exemption belong to Exempt.
	Carves    *Carves
	Exemption *Exception

	Amends, Replaces, Clarifies, Tightens, Extends, See []string
	Positions                                           []Position
	Verified, ParagraphVerified                         bool
	Sources                                             []string
	Note                                                string
	Place                                               fault.Place
	// Order is the number of the provision in the law, from 0: the order of
	// findings.
	Order int
}

// Obliges reports whether the provision can be kept or broken: it forbids, limits, requires or undertakes.
func (p *Provision) Obliges() bool {
	switch p.Effect {
	case Prohibit, Cap, Require, Commit:
		return true
	default:
		return false
	}
}

// Binds reports whether the provision binds a state, by its alpha-2 code: the target where it is addressed, any state where
// states are. Organs and organisations are bound beside states and never in their name.
func (p *Provision) Binds(state string) bool {
	target := p.Instrument.Regime.Target == state
	return target && strings.Contains(p.Bound, "target") || strings.Contains(strings.ToLower(p.Bound), "states")
}

// Cite gives the citation for people: "S/RES/2397 (2017), paragraph 7".
func (p *Provision) Cite() string {
	if p.Paragraph == "" {
		return p.Instrument.Name
	}
	return p.Instrument.Name + ", paragraph " + p.Paragraph
}

// ReadWith gives the ids of the provisions that this one amends, clarifies or
// extends: the paragraphs that are cited with it.
func (p *Provision) ReadWith() []string {
	return slices.Concat(p.Amends, p.Clarifies, p.Extends)
}

// Period gives the days on which the provision is in force as known at the end
// of day known (NoDay: all that is loaded is known), and false when it was not
// known by then at all. A provision that a later text ended goes on without end
// as long as that text is not known.
func (p *Provision) Period(l *Law, known when.Day) (from, until when.Day, ok bool) {
	if !p.Applies() || known != when.NoDay && p.Instrument.Published > known {
		return 0, 0, false
	}
	return p.From, l.knownEnd(p.Until, p.EndedBy, known), true
}

// knownEnd gives the last day as known, or the last of all days.
func (l *Law) knownEnd(until when.Day, endedBy string, known when.Day) when.Day {
	if until == when.NoDay {
		return Forever
	}
	if by, ok := l.byID[endedBy]; ok && (!by.Applies() || known != when.NoDay && by.Instrument.Published > known) {
		return Forever
	}
	return until
}

// Forever is the last day of a provision that stays in force.
const Forever = when.Day(1<<31 - 1)

// Selector picks goods lines by a named list or by HS ranges.
type Selector struct {
	// List is the id of a named goods list; "" for ranges.
	List string
	// HS are the ranges, Set the same for matching, Label their name in the text.
	HS    []goods.Range
	Set   goods.Set
	Label string
	// Basis says where ranges come from: text, panel, state or review. Only
	// text decides by code alone.
	Basis string
	When  Condition
}

// Grant says who lets an exception stand.
type Grant uint8

// The grants.
const (
	// Standing exceptions need nobody.
	Standing Grant = iota
	// ByState exceptions rest on the determination of the state concerned.
	ByState
	// ByCommittee exceptions need the committee's approval in advance.
	ByCommittee
)

// String gives the word used in files.
func (g Grant) String() string { return grants[g] }

var grants = [...]string{"none", "state", "committee"}

// Exception defeats a provision.
type Exception struct {
	// Provision is the entry it stands in: the provision itself, or an exempt one.
	Provision *Provision
	ID        string
	Paragraph string
	Title     string
	When      Condition
	From      when.Day
	Until     when.Day
	EndedBy   string
	Grant     Grant
	// General is true for a clause that is not the paragraph's own.
	General bool
	Duty    *Duty
	Path    string
	Unless  []Unless
}

// Period gives the days on which the exception exists, as [Provision.Period].
func (e *Exception) Period(l *Law, known when.Day) (from, until when.Day, ok bool) {
	from, until, ok = e.Provision.Period(l, known)
	if !ok {
		return
	}
	if e.From != when.NoDay {
		from = max(from, e.From)
	}
	if e.Until != when.NoDay {
		until = min(until, l.knownEnd(e.Until, e.EndedBy, known))
	}
	return from, until, true
}

// Name gives the id of the exception in the whole law: "2397-p7/spares", or the
// id of the exempt provision.
func (e *Exception) Name() string {
	if e.ID == "" {
		return e.Provision.ID
	}
	return e.Provision.ID + "/" + e.ID
}

// Cite gives the citation of the exception.
func (e *Exception) Cite() string {
	if e.Paragraph == "" {
		return e.Provision.Cite()
	}
	return e.Provision.Instrument.Name + ", paragraph " + e.Paragraph
}

// Unless is an exception of an exception.
type Unless struct {
	Title string
	When  Condition
}

// Duty is something owed along with an activity.
type Duty struct {
	What string
	// By is the last day for it; NoDay when none is fixed.
	By when.Day
}

// Carves says what an exempt provision takes away.
type Carves struct {
	All                  bool
	Provisions, Measures []string
}

// CapRule is the rule of a cap.
type CapRule struct {
	Limits []Limit
	// StopShare is the share of the limit at which the committee's notice ends
	// supply; 0 when there is none.
	StopShare float64
	// Convert names a set of conversion rules: "petroleum" or none.
	Convert string
	// Alternatives is true when the limits are equivalents of one another.
	Alternatives bool
	// Exceeded, when given, decides instead of limits.
	Exceeded Condition
	// PermittedWithin is true when use within the cap owes no report.
	PermittedWithin bool
	// Baseline is the fact that holds the limit, when it is the party's own past.
	Baseline    vocab.FactID
	HasBaseline bool
}

// Limit is one limit of a cap.
type Limit struct {
	// Quantity in Unit, or Value in US dollars.
	Quantity float64
	Unit     string
	Value    float64
	// Start is the first day of the first period of Months months; Repeats means
	// that another follows each.
	Start   when.Day
	Months  int
	Repeats bool
	Whose   string
}

// PeriodOf gives the period of the limit in which day d lies.
func (m *Limit) PeriodOf(d when.Day) (when.Period, bool) {
	start := m.Start
	if start == when.NoDay {
		return when.Period{}, false
	}
	for i := 1; start <= d; i++ {
		y, mo, dd := m.Start.Civil()
		end := when.Date(y, mo+m.Months*i, dd) - 1
		if d <= end {
			return when.Period{From: start, To: end}, true
		}
		if !m.Repeats {
			break
		}
		start = end + 1
	}
	return when.Period{}, false
}

// Position is what some states say about the force of a text.
type Position struct {
	InForce bool
	By      []string
	From    when.Day
	Until   when.Day
	Source  string
	Note    string
	// Verified is true when the source was seen.
	Verified bool
}

// PositionsOn gives the positions recorded for a day: those of the provision,
// or of its instrument when it has none.
func (p *Provision) PositionsOn(d when.Day) []Position {
	all := p.Positions
	if len(all) == 0 {
		all = p.Instrument.Positions
	}
	var out []Position
	for _, q := range all {
		if q.From <= d && (q.Until == when.NoDay || d <= q.Until) {
			out = append(out, q)
		}
	}
	return out
}

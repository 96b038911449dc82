// Package licence is the use case "what may we do because an authority said so, and
// what do we owe for it": licences, exemptions and approvals of a sanctions committee as
// records, their conditions as tasks with days, and the decisions that hang on them.
//
// A licence is the fold of its events ([Fold]) and of the time that has passed, and
// nothing else: a condition whose day is over is missed whether or not anybody wrote it
// down, and what was fulfilled afterwards is late. When a condition is missed, or the
// licence expires or is revoked, every decision that is linked to it has lost its
// authorisation ([Loss]). No event and no time takes that away again but [Restored], by a
// person, with a reason, one decision at a time.
//
// The package declares the [Store] that keeps events, together with those of the cases
// that they are told to, in one transaction; adapters implement it and pass the suite in
// licencetest. It has no clock, rules on nothing, and never says that something is
// permitted: it says what a document covers and whether it holds.
package licence

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/when"
)

// Form is what kind of document it is.
type Form string

// The forms.
const (
	// License is a permission of a national authority for what the law forbids without it.
	License Form = "licence"
	// Exemption is a carve-out that an authority confirmed for somebody.
	Exemption Form = "exemption"
	// Approval is that of a sanctions committee of the Security Council, case by case.
	Approval Form = "committee approval"
)

// Forms lists them.
func Forms() []Form { return []Form{License, Exemption, Approval} }

// Terms are what the document says.
type Terms struct {
	// Authority issued it under Reference to Holder.
	Authority, Reference string
	Form                 Form
	Holder               string
	Covers               Covers
	// From and Until are the first and the last day of its period; Until may be
	// [when.NoDay], where it has no end.
	From, Until when.Day
	// Conditions are what has to be done or kept, in the order of the document.
	Conditions []Condition
	// Source says where it was read, and Verified that somebody held this record to it.
	Source   string
	Verified bool
	Note     string
}

// Covers is what a licence is about. An empty list covers everything of its kind that the
// others leave.
type Covers struct {
	// Provisions are ids of the law, Activities kinds of the vocabulary, Goods beginnings
	// of HS codes in digits, Parties names or identifiers as the document has them.
	Provisions, Activities, Parties, Goods []string
	// Limit bounds the sum over all linked decisions, in thousandths of Unit; 0 for no
	// bound.
	Limit int64
	Unit  string
	// Uses bounds how many decisions may be linked, as "up to three shipments" does; 0
	// for no bound.
	Uses int
}

// Condition is something that has to be done by a day, or kept throughout.
type Condition struct {
	// ID names it in this licence.
	ID string
	// What has to be done, and by Whom.
	What, Who string
	// Due is the last day on which it may be done; [when.NoDay] for one that is to be
	// kept throughout, and can only be breached.
	Due when.Day
	// Evidence is what shows that it was done.
	Evidence string
}

// DecisionKind is what kind of decision is linked.
type DecisionKind string

// The kinds of decisions.
const (
	// Case is a case of casework.
	Case DecisionKind = "case"
	// Answer is a ruling or a screening that was kept.
	Answer DecisionKind = "answer"
)

// Decision names what hangs on a licence.
type Decision struct {
	Kind DecisionKind
	ID   string
}

// String gives it as people write it: case 01K...
func (d Decision) String() string { return string(d.Kind) + " " + d.ID }

// Kind says what happened to a licence. Kinds are kept: they are added, never renamed.
type Kind string

// The kinds of events.
const (
	// Granted: the record was made.
	Granted Kind = "granted"
	// Checked: somebody other than who made the record held it to its source.
	Checked Kind = "checked"
	// Linked: a decision rests on the licence.
	Linked Kind = "linked"
	// CarriedOut: what a linked decision is about was done within the period, so that the
	// end of the period does not touch it. A condition that is missed does.
	CarriedOut Kind = "carried out"
	// Fulfilled: a condition was met; after its day, or after it was breached, late.
	Fulfilled Kind = "condition fulfilled"
	// Missed: a condition was not met, or was breached; by the machine, that its day is over.
	Missed Kind = "condition missed"
	// Extended: the authority gave it another last day.
	Extended Kind = "extended"
	// Expired: the machine noted that the period is over.
	Expired Kind = "expired"
	// Revoked: the authority took it back, or the holder gave it back. It is the end.
	Revoked Kind = "revoked"
	// Restored: a person gave one linked decision its authorisation back, with a reason.
	Restored Kind = "authorisation restored"
	// Commented: somebody said something; it changes nothing.
	Commented Kind = "commented"
	// Attached: a file was put beside the record.
	Attached Kind = "file attached"
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{
		Granted, Checked, Linked, CarriedOut, Fulfilled, Missed, Extended, Expired, Revoked, Restored, Commented, Attached,
	}
}

// needs says which permission each kind of event takes. Giving an authorisation back is for a second person.
var needs = map[Kind]role.Permission{
	Granted:    role.Licences,
	Linked:     role.Licences,
	CarriedOut: role.Licences,
	Fulfilled:  role.Licences,
	Revoked:    role.Licences,
	Missed:     role.Raise,
	Extended:   role.Approve,
	Restored:   role.Approve,
	Expired:    role.Clock,
	Checked:    role.Comment,
	Commented:  role.Comment,
	Attached:   role.Comment,
}

// May says whether a role may make an event of a kind.
func May(r casework.Role, k Kind) bool {
	n, ok := needs[k]
	return ok && role.May(r, n)
}

// Event is one thing that happened to a licence. Which fields it has depends on its kind.
type Event struct {
	// Licence is its id, a ULID, and N the number of the event in it, from 1.
	Licence string
	N       int
	// Time is in UTC, to the millisecond.
	Time time.Time
	Kind Kind
	// Person is the pseudonym of who did it, in which Role, and Via that of the account
	// of the machine that it was done from.
	Person string
	Role   casework.Role
	Via    string
	// Terms are those of Granted.
	Terms *Terms
	// Condition is the id of one: Fulfilled and Missed.
	Condition string
	// Decision is what is linked, carried out or restored; Amount what it uses of the
	// limit, in thousandths.
	Decision Decision
	Amount   int64
	// Day is that of Extended, the new last one, or of CarriedOut.
	Day when.Day
	// Text is the reason in words, and Evidence what shows it.
	Text, Evidence string
	// File is what was attached.
	File casework.File
}

// Licence is what its events and the time make of it.
type Licence struct {
	ID string
	// Events is how many there are: the version of the record.
	Events int
	Terms  Terms
	// By made the record, at Recorded; CheckedBy held it to its source.
	By        string
	Recorded  time.Time
	CheckedBy string
	Tasks     []Task
	Links     []Link
	// Expired and Revoked are when it ended; zero while it did not. Expiry is undone by
	// [Extended], and what was lost by it stays lost.
	Expired, Revoked time.Time
	// Why is the reason of the revocation.
	Why string
	// ExpiryNoted says that the log has the expiry.
	ExpiryNoted bool
	Files       []casework.File
	// Last is the time of the newest event.
	Last time.Time
}

// Task is a condition and what became of it.
type Task struct {
	Condition
	// Fulfilled is when it was met; Late says that it was so after Missed.
	Fulfilled time.Time
	Late      bool
	By        string
	Text      string
	Shown     string
	// Missed is since when it counts as missed; zero for one that is not. Noted says that
	// the log has it.
	Missed time.Time
	Noted  bool
}

// Open says whether something is still to be done.
func (t *Task) Open() bool { return t.Fulfilled.IsZero() && t.Due != when.NoDay }

// State says where the task stands at a time, in a word.
func (t *Task) State() string {
	switch {
	case t.Late:
		return "late"
	case !t.Missed.IsZero():
		return "missed"
	case !t.Fulfilled.IsZero():
		return "fulfilled"
	case t.Due == when.NoDay:
		return "to be kept"
	}
	return "open"
}

// Link is a decision that rests on the licence.
type Link struct {
	Decision
	N      int
	Time   time.Time
	Person string
	Amount int64
	Text   string
	// CarriedOut is the day on which it was; [when.NoDay] while it was not.
	CarriedOut when.Day
	// Lost is why it has no authorisation any more; nil while it has.
	Lost *Loss
	// Restored is the newest event that gave it back; nil for none.
	Restored *Restoration
}

// Authorised says whether the decision may still rest on the licence.
func (l *Link) Authorised() bool { return l.Lost == nil }

// Loss is why a decision has lost its authorisation: since when, and for what.
type Loss struct {
	Time time.Time
	Why  string
}

// Restoration is who gave an authorisation back, and why.
type Restoration struct {
	N            int
	Time         time.Time
	Person, Text string
}

// State says where the licence stands, in a word. The worst comes first.
func (l *Licence) State() string {
	switch {
	case !l.Revoked.IsZero():
		return "revoked"
	case !l.Expired.IsZero():
		return "expired"
	case l.missed() != nil:
		return "condition missed"
	case l.Terms.From > dayOf(l.Last):
		return "not begun"
	}
	return "in force"
}

// InForce says whether decisions may be linked to it: it is neither ended nor waits for a
// missed condition to be made good.
func (l *Licence) InForce() bool {
	return l.Revoked.IsZero() && l.Expired.IsZero() && l.missed() == nil
}

// missed gives a condition that was missed and not made good since; nil for none.
func (l *Licence) missed() *Task {
	for i := range l.Tasks {
		if t := &l.Tasks[i]; !t.Missed.IsZero() && !t.Late {
			return t
		}
	}
	return nil
}

// Lost counts the linked decisions that have lost their authorisation.
func (l *Licence) Lost() int {
	n := 0
	for i := range l.Links {
		if l.Links[i].Lost != nil {
			n++
		}
	}
	return n
}

// Used is what the linked decisions take of the limit, in thousandths.
func (l *Licence) Used() int64 {
	var sum int64
	for i := range l.Links {
		sum += l.Links[i].Amount
	}
	return sum
}

// Link gives the link of a decision; nil for none.
func (l *Licence) Link(d Decision) *Link {
	for i := range l.Links {
		if l.Links[i].Decision == d {
			return &l.Links[i]
		}
	}
	return nil
}

func (l *Licence) task(id string) *Task {
	for i := range l.Tasks {
		if l.Tasks[i].ID == id {
			return &l.Tasks[i]
		}
	}
	return nil
}

// NewID gives the id of a licence that is recorded now, from 10 random bytes.
func NewID(now time.Time, random [10]byte) string { return casework.NewID(now, random) }

// CheckID says whether a text is the id of a licence.
func CheckID(id string) error {
	if u, err := ulid.ParseStrict(id); err != nil || u.String() != id {
		return fault.New(fault.Invalid, "%q is not the id of a licence", id).WithFix("it has 26 characters, as `cordon licences list` prints them")
	}
	return nil
}

// NotFound is the fault of asking for a licence that is not there.
func NotFound(id string) error {
	return fault.New(fault.NotFound, "there is no licence %s", id).WithFix("`cordon licences list` lists those that there are")
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// dayOf gives the day of a time, in UTC.
func dayOf(t time.Time) when.Day {
	y, m, d := t.UTC().Date()
	return when.Date(y, int(m), d)
}

// after gives the first moment after a day, in UTC.
func after(d when.Day) time.Time {
	y, m, n := d.Civil()
	return time.Date(y, time.Month(m), n+1, 0, 0, 0, 0, time.UTC)
}

// Owing is a condition of a licence.
type Owing struct {
	Licence *Licence
	*Task
}

// Owed gives the conditions of licences that are still to be done or were missed, those
// that were missed first, then by day; all of them where that is asked for. A licence that
// was revoked asks for what was due all the same.
func Owed(list []Licence, all bool) []Owing {
	var out []Owing
	for i := range list {
		for j := range list[i].Tasks {
			t := &list[i].Tasks[j]
			if s := t.State(); all || s == "open" || s == "missed" {
				out = append(out, Owing{&list[i], t})
			}
		}
	}
	rank := func(o *Owing) int {
		return map[string]int{"missed": 0, "open": 1, "to be kept": 2, "late": 3, "fulfilled": 3}[o.State()]
	}
	slices.SortStableFunc(out, func(a, b Owing) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), cmp.Compare(a.Due, b.Due))
	})
	return out
}

// Chosen gives those of licences that are wanted: held, lost, ended or all, and only those
// on which a decision rests, by its id, where one is given.
func Chosen(all []Licence, state, decision string) []Licence {
	return slices.DeleteFunc(slices.Clone(all), func(l Licence) bool {
		if decision != "" && l.Link(Decision{Case, decision}) == nil && l.Link(Decision{Answer, decision}) == nil {
			return true
		}
		switch state {
		case "held":
			return !l.InForce()
		case "lost":
			return l.Lost() == 0
		case "ended":
			return l.Expired.IsZero() && l.Revoked.IsZero()
		}
		return false
	})
}

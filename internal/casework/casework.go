// Package casework is the use case "what do we do about this hit": alerts of screening
// become cases, people decide them with reasons, a second person confirms, and what
// was decided holds for exactly the facts that it was decided on.
//
// A case is the fold of its events ([Fold]) and nothing else; whether an event may
// follow is told by one function, [Case.Apply], that stores ask again in the
// transaction that keeps it. A case is about one subject of ours and one entry of a
// list, for good: a hit on that pair raises it, raises it again, or is counted as
// suppressed, and there is never a second. What may not be moved is held unless the
// case is closed as false.
//
// The package declares the [Store] that keeps events; adapters implement it and pass
// the suite in caseworktest. It has no clock, signs nobody in, learns nothing, and
// never closes a case on a score.
package casework

import (
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Kind says what happened to a case. Kinds are kept: they are added, never renamed.
type Kind string

// The kinds of events.
const (
	// Opened: an alert made the case.
	Opened Kind = "opened"
	// Changed: a side says something else than when the case was last raised. What was
	// proposed on the old facts is void.
	Changed  Kind = "changed"
	Assigned Kind = "assigned"
	// Commented: somebody said something; it decides nothing.
	Commented Kind = "commented"
	// Disposed: somebody gave a disposition.
	Disposed Kind = "disposed"
	// Confirmed: a second person agrees with the disposition, and the case is closed.
	Confirmed Kind = "confirmed"
	// Returned: a second person does not agree, and the disposition is void.
	Returned Kind = "returned"
	// Contradicted: hard facts of both sides contradict each other, and the case is
	// closed by the rule that lists them ([Hard]).
	Contradicted Kind = "contradicted"
	// Reopened: the case is open again, by a person or by an alert.
	Reopened Kind = "reopened"
	// DeadlineSet, DeadlineMet, DeadlineMissed: something is owed by a time.
	DeadlineSet    Kind = "deadline set"
	DeadlineMet    Kind = "deadline met"
	DeadlineMissed Kind = "deadline missed"
	// Sampled: the closed case was drawn to be looked at again; Reviewed: it was.
	Sampled  Kind = "sampled"
	Reviewed Kind = "reviewed"
	// HoldPlaced: somebody wants it held whatever becomes of the case; HoldReleased:
	// another person took that hold away. It takes no other away ([Case.Held]).
	HoldPlaced   Kind = "hold placed"
	HoldReleased Kind = "hold released"
	// Revoked: the suppression of further hits is over.
	Revoked Kind = "suppression revoked"
	// Licensed: the case rests on a licence; AuthorisationLost: that licence is no ground
	// for it any more, and the case is open again; AuthorisationRestored: a person gave
	// the licence its word back, and the case stays open until people decide it anew.
	Licensed              Kind = "licence linked"
	AuthorisationLost     Kind = "authorisation lost"
	AuthorisationRestored Kind = "authorisation restored"
	// NothingOwed: of a case that was found true, no report is owed to any authority.
	NothingOwed Kind = "no report owed"
	// Attached: a file was put beside the case.
	Attached Kind = "file attached"
)

// Disposition is what somebody makes of a case.
type Disposition string

// The dispositions. Only True and False close a case.
const (
	True      Disposition = "true"
	False     Disposition = "false"
	NotEnough Disposition = "not enough"
	Escalate  Disposition = "escalate"
)

// Dispositions lists them.
func Dispositions() []Disposition { return []Disposition{True, False, NotEnough, Escalate} }

// codes are the reasons that may be given for a disposition. A code is kept with the
// event: codes are added, never renamed.
var codes = map[Disposition][]string{
	True:      {"same-identifier", "same-facts", "confirmed-by-party", "confirmed-by-authority"},
	False:     {"other-birth-date", "other-identifier", "other-gender", "other-country", "other-kind", "other-name", "not-a-party"},
	NotEnough: {"asked-party", "asked-bank", "asked-authority", "facts-missing"},
	Escalate:  {"needs-law", "needs-approver", "ownership", "high-stake"},
}

// rulingCodes are the reasons in place of those for a case about a ruling: true says
// that the law bites, false that it may be done all the same.
var rulingCodes = map[Disposition][]string{
	True:  {"law-applies"},
	False: {"authorised", "exemption-applies", "facts-corrected"},
}

// Codes lists the reasons that may be given for a disposition of a hit.
func Codes(d Disposition) []string { return slices.Clone(codes[d]) }

// CodesFor lists those that may be given for a disposition of an alert.
func CodesFor(a *Alert, d Disposition) []string {
	if list := rulingCodes[d]; a.Tier == TierRuling && list != nil {
		return slices.Clone(list)
	}
	return Codes(d)
}

// Event is one thing that happened to a case. Which fields it has depends on its kind.
type Event struct {
	// Case is the id of the case, a ULID, and N the number of the event in it, from 1.
	Case string
	N    int
	// Time is in UTC, to the millisecond.
	Time time.Time
	Kind Kind
	// Person is the pseudonym of who did it, in which Role, and Via that of the account
	// of the machine that it was done from, where that is known.
	Person string
	Role   Role
	Via    string
	// Alert is what raised the case: Opened, Changed, and Reopened by an alert.
	Alert *Alert
	// To is who the case is assigned to; "" for nobody.
	To string
	// Text is a comment, or the reason in words.
	Text string
	// Disposition and Code are of Disposed. Suppress says until when the same hit is not
	// raised again, and zero that it is; Owner answers for that.
	Disposition Disposition
	Code        string
	Suppress    time.Time
	Owner       string
	// Of is the number of the event that is confirmed or returned, so that nobody
	// confirms what they have not seen.
	Of int
	// Facts are those that contradict each other: Contradicted.
	Facts []Contradiction
	// Deadline is the name of one, and Due its time where it is set.
	Deadline string
	Due      time.Time
	// Upheld says whether a review came to what was decided: Reviewed.
	Upheld bool
	// Licence is the id of one: Licensed and what follows from it.
	Licence string
	// Duty is the id of a report that is owed to an authority, and Began the day from which
	// its time runs, at midnight: DeadlineSet. Filed is the day on which it was filed, and
	// Reference how the authority calls that: DeadlineMet.
	Duty         string
	Began, Filed time.Time
	Reference    string
	// Sample names the sample that the case was drawn into: Sampled.
	Sample string
	// File is what was attached.
	File File
}

// Case is what its events make of it.
type Case struct {
	ID string
	// Events is how many there are: the version of the case.
	Events int
	// Alert is the newest that raised it. Subject and listing never change.
	Alert Alert
	// Opened is the time of the first event, Raised of the newest that an alert made.
	Opened, Raised time.Time
	Assigned       string
	// Escalated cases are decided by an approver.
	Escalated bool
	// Proposal awaits a second person; nil for none.
	Proposal *Decision
	// Closed is how it was closed; nil while it is open.
	Closed *Decision
	// Suppression is what was decided about further hits. See [Suppression.Holds].
	Suppression *Suppression
	Deadlines   []Deadline
	// Review is the sampling of a closed case; nil for none that is open.
	Review *Review
	// Hold is what a person placed; nil for none. See [Case.Held].
	Hold *Hold
	// Licences are those that the case rests on, in the order in which they were linked.
	Licences []Authority
	// NoReport says who said that no report is owed, where somebody did.
	NoReport *Hold
	// Files are those that were attached, in their order.
	Files []File
	// Asked is true when the last word was [NotEnough].
	Asked bool
	// Last is the time of the newest event.
	Last time.Time
}

// Decision is a disposition of somebody, and who confirmed it.
type Decision struct {
	N           int
	Time        time.Time
	Person      string
	Disposition Disposition
	Code, Text  string
	Suppress    time.Time
	Owner       string
	// Second is who confirmed it, and SecondText what they said.
	Second, SecondText string
	// Facts are those by which the rule closed it, without a person's judgement.
	Facts []Contradiction
}

// Suppression keeps a hit that was found false from being raised again. It is bound
// to one subject, one listing, and what each said.
type Suppression struct {
	Subject, Listing string
	// SubjectPrint and ListingPrint are the fingerprints of both sides.
	SubjectPrint, ListingPrint string
	// Owner answers for it; Person proposed and Second confirmed it.
	Owner, Person, Second string
	Code, Text            string
	// From is when it began, Until when it ends.
	From, Until time.Time
}

// Holds says whether the suppression keeps an alert from being raised at a time.
func (s *Suppression) Holds(a *Alert, now time.Time) bool {
	return s != nil && now.Before(s.Until) && s.Subject == a.Subject.Ref && s.Listing == a.Listing.Ref &&
		s.SubjectPrint == a.Subject.Print() && s.ListingPrint == a.Listing.Print()
}

// Deadline is something that is owed by a time.
type Deadline struct {
	Name  string
	Due   time.Time
	Owner string
	// Met and Missed are when it was; zero while it was not.
	Met, Missed time.Time
	// Duty is the id of the report that it is for, "" for a deadline of the desk's own;
	// Began is the day from which its time runs.
	Duty  string
	Began time.Time
	// Filed is the day on which the report was filed, and Reference how the authority calls
	// it; By is who said so.
	Filed         time.Time
	Reference, By string
}

// Late says whether it was filed after its day or, at a time, is open and over.
func (d *Deadline) Late(now time.Time) bool {
	switch {
	case !d.Filed.IsZero():
		return !d.Filed.Before(d.Due)
	case !d.Met.IsZero():
		return d.Met.After(d.Due)
	}
	return !now.Before(d.Due)
}

// ReportUnsaid says whether the case is closed as true, and nobody said yet which report is
// owed of it, or that none is.
func (c *Case) ReportUnsaid() bool {
	return c.Alert.Tier != TierRuling && c.Closed != nil && c.Closed.Disposition == True && c.NoReport == nil &&
		!slices.ContainsFunc(c.Deadlines, func(d Deadline) bool { return d.Duty != "" })
}

// Review is a closed case that was drawn to be looked at again.
type Review struct {
	Time time.Time
	// N is the event of the decision under review.
	N int
	// Sample is the seed that it was drawn by.
	Sample string
}

// Hold is a hold that a person placed, in event N, beside the one that every case is.
type Hold struct {
	N            int
	Time         time.Time
	Person, Text string
}

// Authority is a licence that a case rests on.
type Authority struct {
	// Licence is its id.
	Licence string
	Linked  time.Time
	// Lost is since when it is no ground any more, and Why; zero while it is one.
	Lost time.Time
	Why  string
}

// Licence gives what the case knows of a licence; nil for one that it does not rest on.
func (c *Case) Licence(id string) *Authority {
	for i := range c.Licences {
		if c.Licences[i].Licence == id {
			return &c.Licences[i]
		}
	}
	return nil
}

// Unauthorised gives a licence that the case rested on and that is no ground any more, when
// the case has no other that is one; nil for none.
func (c *Case) Unauthorised() *Authority {
	var lost *Authority
	for i := range c.Licences {
		if c.Licences[i].Lost.IsZero() {
			return nil
		}
		lost = &c.Licences[i]
	}
	return lost
}

// Held says whether what the case is about is held: always, but when it is closed as
// false and no person placed a hold of their own.
func (c *Case) Held() bool {
	return c.Hold != nil || c.Closed == nil || c.Closed.Disposition != False
}

// State says where the case stands, in a word.
func (c *Case) State() string {
	switch {
	case c.Closed != nil && len(c.Closed.Facts) > 0:
		return "contradicted"
	case c.Closed != nil:
		return "closed " + string(c.Closed.Disposition)
	case c.Proposal != nil:
		return "to confirm"
	case c.Unauthorised() != nil:
		return "authorisation lost"
	case c.Escalated:
		return "escalated"
	case c.Asked:
		return "asked"
	}
	return "open"
}

// NewID gives the id of a case that is opened now, from 10 random bytes.
func NewID(now time.Time, random [10]byte) string {
	var id ulid.ULID
	_ = id.SetTime(ulid.Timestamp(now)) // it fails after the year 10889
	_ = id.SetEntropy(random[:])        // it fails for another length
	return id.String()
}

// CheckID says whether a text is the id of a case.
func CheckID(id string) error {
	if u, err := ulid.ParseStrict(id); err != nil || u.String() != id {
		return fault.New(fault.Invalid, "%q is not the id of a case", id).WithFix("it has 26 characters, as `cordon cases list` prints them")
	}
	return nil
}

// NotFound is the fault of asking for a case that is not there.
func NotFound(id string) error {
	return fault.New(fault.NotFound, "there is no case %s", id).WithFix("`cordon cases list` lists those that there are")
}

// blank says whether a text says nothing.
func blank(s string) bool { return strings.TrimSpace(s) == "" }

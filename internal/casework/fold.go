package casework

import (
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/role"
)

// Policy is what a desk asks for. It is a value: whoever folds events gives the one
// that they were made under.
type Policy struct {
	// SecondForTrue says whether closing a case as true needs a second person. Closing
	// one as false always does, and so does every suppression.
	SecondForTrue bool
	// LongestSuppression bounds how long a suppression lasts.
	LongestSuppression time.Duration
}

// Default is the policy unless another is given: two persons for everything, and a
// year for a suppression. Both are choices of this project.
func Default() Policy { return Policy{SecondForTrue: true, LongestSuppression: 366 * 24 * time.Hour} }

// Fold gives the case that events make, in their order. Events that cannot follow
// each other are a fault.
func Fold(p Policy, events []Event) (Case, error) {
	var c Case
	for i := range events {
		if err := c.Apply(p, events[i]); err != nil {
			return c, err
		}
	}
	return c, nil
}

// Apply adds an event to a case, or says why it may not follow and changes nothing:
// fault.Denied where this person may not do it, fault.Conflict where the case is no
// longer what the event is about.
func (c *Case) Apply(p Policy, e Event) error {
	if err := c.check(&e); err != nil {
		return err
	}
	next := *c
	next.Deadlines, next.Licences, next.Files = slices.Clone(c.Deadlines), slices.Clone(c.Licences), slices.Clone(c.Files)
	if err := next.apply(p, &e); err != nil {
		return err
	}
	next.Events, next.Last = e.N, e.Time
	*c = next
	return nil
}

// check looks at what holds for events of all kinds.
func (c *Case) check(e *Event) error {
	switch {
	case e.N != c.Events+1:
		return conflict("the case went on: it has %d events, and this would be number %d", c.Events, e.N)
	case (c.Events == 0) != (e.Kind == Opened):
		return conflict("a case begins when it is opened, and is opened once")
	case c.Events > 0 && e.Case != c.ID:
		return fault.New(fault.Internal, "an event of the case %s is not one of %s", e.Case, c.ID)
	case !e.Time.Equal(e.Time.Truncate(time.Millisecond)) || e.Time.IsZero():
		return fault.New(fault.Internal, "the time of an event is given to the millisecond")
	case e.Time.Before(c.Last):
		return conflict("the clock went back: the last event is of %s", c.Last.Format(time.RFC3339Nano))
	case blank(e.Person):
		return denied("nobody is said to do it")
	case !May(e.Role, e.Kind):
		return role.Refusal(e.Role, needs[e.Kind], string(e.Kind))
	}
	return CheckID(e.Case)
}

func conflict(format string, args ...any) *fault.Error {
	return fault.New(fault.Conflict, format, args...)
}

func (c *Case) apply(p Policy, e *Event) error {
	switch e.Kind {
	case Opened:
		c.ID, c.Opened = e.Case, e.Time
		return c.raise(e)
	case Changed:
		return c.changed(e)
	case Assigned:
		c.Assigned = e.To
		return c.open()
	case Commented:
		return words(e)
	case Disposed:
		return c.disposed(p, e)
	case Confirmed, Returned:
		return c.answered(e)
	case Contradicted:
		return c.contradicted(e)
	case Reopened:
		return c.reopened(e)
	case DeadlineSet, DeadlineMet, DeadlineMissed:
		return c.deadline(e)
	case Sampled, Reviewed:
		return c.reviewed(e)
	case HoldPlaced, HoldReleased:
		return c.hold(e)
	case Revoked:
		return c.revoked(e)
	case Licensed, AuthorisationLost, AuthorisationRestored:
		return c.licensed(e)
	case NothingOwed:
		return c.nothingOwed(e)
	case Attached:
		c.Files = append(c.Files, e.File)
		return e.File.Check()
	}
	return fault.New(fault.Internal, "%q is nothing that happens to a case", e.Kind)
}

func (c *Case) open() error {
	if c.Closed == nil {
		return nil
	}
	return conflict("the case is closed").WithFix("`cordon cases reopen` opens it again")
}

func words(e *Event) error {
	if blank(e.Text) {
		return fault.New(fault.Usage, "say it in words").WithFix("give --reason, or a comment")
	}
	return nil
}

// raise takes the alert of an event. What was proposed on other facts, and what was
// decided about further hits, ends.
func (c *Case) raise(e *Event) error {
	if e.Alert == nil {
		return fault.New(fault.Internal, "the case is raised by an alert, and there is none")
	}
	if err := e.Alert.Check(); err != nil {
		return err
	}
	if c.Events > 0 && (c.Alert.Subject.Ref != e.Alert.Subject.Ref || c.Alert.Listing.Ref != e.Alert.Listing.Ref) {
		return fault.New(fault.Internal, "the alert is about another pair than the case %s", c.ID)
	}
	c.Alert, c.Raised = *e.Alert, e.Time
	c.reset()
	return nil
}

// reset makes the case one that nobody has decided.
func (c *Case) reset() {
	c.Proposal, c.Closed, c.Suppression, c.Review, c.NoReport, c.Asked = nil, nil, nil, nil, nil, false
}

func (c *Case) changed(e *Event) error {
	if err := c.open(); err != nil {
		return err
	}
	if e.Alert != nil && c.Alert.same(e.Alert) {
		return conflict("neither side says anything else than before")
	}
	return c.raise(e)
}

func (c *Case) disposed(p Policy, e *Event) error {
	if err := c.open(); err != nil {
		return err
	}
	if list := CodesFor(&c.Alert, e.Disposition); !slices.Contains(list, e.Code) {
		return fault.New(fault.Usage, "%q is no reason for %q", e.Code, e.Disposition).WithFix("the reasons are %s", strings.Join(list, ", "))
	}
	if err := words(e); err != nil {
		return err
	}
	if c.Escalated && !role.May(e.Role, role.Approve) {
		return denied("the case is escalated: an approver decides it")
	}
	if a := c.Unauthorised(); a != nil && slices.Contains(onLicence, e.Code) {
		return conflict("the authorisation is lost: %s", a.Why).
			WithFix("link another licence to the case, have an approver restore this one (`cordon licences restore`), or decide it on another ground")
	}
	if err := c.suppressable(p, e); err != nil {
		return err
	}
	if err := acted(e); err != nil {
		return err
	}
	d := &Decision{
		N: e.N, Time: e.Time, Person: e.Person, Disposition: e.Disposition, Code: e.Code, Text: e.Text, Suppress: e.Suppress, Owner: e.Owner,
		Action: e.Action, Began: e.Began,
	}
	c.Proposal = nil
	switch {
	case e.Disposition == NotEnough:
		c.Asked = true
	case e.Disposition == Escalate:
		c.Escalated = true
	case e.Disposition == True && !p.SecondForTrue:
		c.Closed = d
	default:
		c.Proposal = d
	}
	return nil
}

// acted says what is wrong with what a disposition says was done.
func acted(e *Event) error {
	switch {
	case e.Action == "" && e.Began.IsZero():
		return nil
	case !slices.Contains(Actions(), e.Action):
		return fault.New(fault.Usage, "what was done is %v, and not %q", Actions(), e.Action)
	case e.Disposition != True:
		return fault.New(fault.Usage, "only what is found true is blocked or rejected for it")
	case e.Began.IsZero() || e.Began.After(e.Time):
		return fault.New(fault.Usage, "it was %s on a day that was", e.Action)
	}
	return nil
}

// suppressable says whether a disposition may suppress further hits.
func (c *Case) suppressable(p Policy, e *Event) error {
	switch {
	case e.Suppress.IsZero() && e.Owner == "":
		return nil
	case !role.May(e.Role, role.Suppress):
		return denied("the role %q suppresses nothing", e.Role).WithFix("ask somebody whose role may")
	case e.Disposition != False:
		return fault.New(fault.Usage, "only what is found false is suppressed")
	case blank(e.Owner) || e.Suppress.IsZero():
		return fault.New(fault.Usage, "a suppression has an owner and a day on which it ends").WithFix("give --until and --owner")
	case !e.Suppress.After(e.Time) || e.Suppress.Sub(e.Time) > p.LongestSuppression:
		return fault.New(fault.Usage, "a suppression ends after it begins, and within %d days", int(p.LongestSuppression.Hours()/24))
	case len(c.Alert.Contradictions()) == 0:
		return conflict("nothing that both sides state tells them apart (date of birth, gender, IMO number), and a hit is not suppressed on less").
			WithFix("find a date of birth, a gender or an IMO number for your side and screen again, or say that it is false without suppressing the same hit")
	}
	return nil
}

// answered confirms a disposition or returns it. The second person is another.
func (c *Case) answered(e *Event) error {
	d := c.Proposal
	switch {
	case d == nil:
		return conflict("nothing awaits a second person")
	case d.N != e.Of:
		return conflict("the disposition that you saw (event %d) is not the one that awaits a second person (event %d)", e.Of, d.N)
	case d.Person == e.Person:
		return denied("a second person confirms, and this is the same one")
	}
	c.Proposal = nil
	if e.Kind == Returned {
		return words(e)
	}
	closed := *d
	closed.Second, closed.SecondText = e.Person, e.Text
	c.Closed = &closed
	if d.Suppress.After(e.Time) {
		c.Suppression = &Suppression{
			Subject: c.Alert.Subject.Ref, Listing: c.Alert.Listing.Ref,
			SubjectPrint: c.Alert.Subject.Print(), ListingPrint: c.Alert.Listing.Print(),
			Owner: d.Owner, Person: d.Person, Second: e.Person, Code: d.Code, Text: d.Text, From: e.Time, Until: d.Suppress,
		}
	}
	return nil
}

// contradicted closes the case by the rule of hard facts, which is asked again.
func (c *Case) contradicted(e *Event) error {
	if err := c.open(); err != nil {
		return err
	}
	hard := c.Alert.Hard()
	if len(hard) == 0 {
		return conflict("no hard facts contradict each other")
	}
	if c.Proposal != nil || c.Escalated || c.Asked {
		return conflict("somebody is at it, and no rule closes the case")
	}
	if blank(e.Text) {
		return fault.New(fault.Internal, "a case is closed with a reason")
	}
	c.Closed = &Decision{
		N: e.N, Time: e.Time, Person: e.Person, Disposition: False, Code: string(Contradicted), Text: e.Text, Facts: hard,
	}
	return nil
}

func (c *Case) reopened(e *Event) error {
	if c.Closed == nil {
		return conflict("the case is open")
	}
	if err := words(e); err != nil {
		return err
	}
	if e.Alert != nil {
		return c.raise(e)
	}
	if e.Role == Machine {
		return fault.New(fault.Internal, "screening opens a case again with an alert")
	}
	c.reset()
	return nil
}

func (c *Case) deadline(e *Event) error {
	if blank(e.Deadline) {
		return fault.New(fault.Usage, "a deadline has a name")
	}
	i := slices.IndexFunc(c.Deadlines, func(d Deadline) bool { return d.Name == e.Deadline && d.Met.IsZero() })
	if e.Kind == DeadlineSet {
		if i >= 0 {
			return conflict("the deadline %q is set already", e.Deadline)
		}
		return c.deadlineSet(e)
	}
	if i < 0 {
		return conflict("no deadline %q is open", e.Deadline)
	}
	d := &c.Deadlines[i]
	if e.Kind == DeadlineMet {
		return d.met(e)
	}
	if !d.Missed.IsZero() || !e.Time.After(d.Due) {
		return conflict("the deadline %q is not missed, or known to be", e.Deadline)
	}
	d.Missed = e.Time
	return nil
}

// deadlineSet sets one: of the desk's own, which is not over, or a report that is owed to
// an authority, which may be.
func (c *Case) deadlineSet(e *Event) error {
	switch {
	case blank(e.Owner):
		return fault.New(fault.Usage, "the deadline %q has no owner", e.Deadline)
	case e.Duty == "" && !e.Due.After(e.Time):
		return fault.New(fault.Usage, "the deadline %q is over before it begins", e.Deadline)
	case e.Duty != "" && (e.Began.IsZero() || e.Began.After(e.Time) || e.Due.Before(e.Began)):
		return fault.New(fault.Usage, "the clock of %q runs from a day that was, to one after it", e.Duty)
	case e.Duty != "" && c.Closed != nil && c.Closed.Disposition == False:
		return conflict("the case is closed as false, and no report is owed of it")
	}
	if e.Duty != "" {
		c.NoReport = nil
	}
	c.Deadlines = append(c.Deadlines, Deadline{Name: e.Deadline, Due: e.Due, Owner: e.Owner, Duty: e.Duty, Began: e.Began})
	return nil
}

// met ends a deadline. A report has the day on which it was filed, and a reference.
func (d *Deadline) met(e *Event) error {
	if d.Duty != "" {
		switch {
		case e.Filed.IsZero() || e.Filed.After(e.Time) || e.Filed.Before(d.Began):
			return fault.New(fault.Usage, "a report was filed on a day that was, not before its clock began")
		case blank(e.Reference):
			return fault.New(fault.Usage, "a report that was filed has a reference").WithFix("give --reference: how the authority calls it, or the number of the letter")
		}
	}
	d.Met, d.Filed, d.Reference, d.By = e.Time, e.Filed, e.Reference, e.Person
	return words(e)
}

// nothingOwed says that of a case that was found true no report is owed.
func (c *Case) nothingOwed(e *Event) error {
	switch {
	case c.Closed == nil || c.Closed.Disposition != True:
		return conflict("the case is not closed as true")
	case c.NoReport != nil:
		return conflict("somebody said so already, in event %d", c.NoReport.N)
	case slices.ContainsFunc(c.Deadlines, func(d Deadline) bool { return d.Duty != "" && d.Met.IsZero() }):
		return conflict("the clock of a report runs; file it, and say so")
	}
	c.NoReport = &Hold{e.N, e.Time, e.Person, e.Text}
	return words(e)
}

// reviewed samples a closed case, or says what the review came to. Neither of the two
// who decided reviews.
func (c *Case) reviewed(e *Event) error {
	switch {
	case c.Closed == nil:
		return conflict("the case is open; what is closed is looked at again")
	case e.Kind == Sampled && c.Review != nil:
		return conflict("the case was drawn already")
	case e.Kind == Sampled:
		c.Review = &Review{e.Time, c.Closed.N, e.Sample}
		return nil
	case c.Review == nil:
		return conflict("the case was not drawn to be looked at again")
	case e.Person == c.Closed.Person || e.Person == c.Closed.Second:
		return denied("somebody else reviews what you decided")
	}
	c.Review = nil
	if err := words(e); err != nil {
		return err
	}
	if !e.Upheld {
		c.reset()
	}
	return nil
}

// hold places a hold beside the one that every case is, or takes it away again, which
// another person does.
func (c *Case) hold(e *Event) error {
	if err := words(e); err != nil {
		return err
	}
	switch h := c.Hold; {
	case e.Kind == HoldPlaced && h != nil:
		return conflict("there is a hold on it already, of event %d", h.N)
	case e.Kind == HoldPlaced:
		c.Hold = &Hold{e.N, e.Time, e.Person, e.Text}
	case h == nil:
		return conflict("nobody placed a hold on it").WithFix("what is held as long as it is not closed as false is released by that decision alone")
	case h.Person == e.Person:
		return denied("a second person releases what you held")
	default:
		c.Hold = nil
	}
	return nil
}

// revoked ends a suppression before its day. The case stays as it was decided, and the
// next hit opens it again.
func (c *Case) revoked(e *Event) error {
	if c.Suppression == nil {
		return conflict("no further hits are suppressed")
	}
	c.Suppression = nil
	return words(e)
}

// onLicence are the reasons that a licence gives.
var onLicence = []string{"authorised", "exemption-applies"}

// licensed links a licence to the case, or says that it is no ground any more, or is one
// again. What is lost opens a case that was closed as false, and voids what was proposed;
// what is given back closes nothing.
func (c *Case) licensed(e *Event) error {
	if blank(e.Licence) {
		return fault.New(fault.Internal, "no licence is named")
	}
	a := c.Licence(e.Licence)
	switch {
	case e.Kind == Licensed && a != nil:
		return conflict("the case rests on the licence %s already", e.Licence)
	case e.Kind == Licensed:
		c.Licences = append(c.Licences, Authority{Licence: e.Licence, Linked: e.Time})
		return nil
	case a == nil:
		return conflict("the case does not rest on the licence %s", e.Licence)
	case (e.Kind == AuthorisationLost) != a.Lost.IsZero():
		return conflict("the case knows that of the licence %s already", e.Licence)
	}
	if err := words(e); err != nil {
		return err
	}
	if e.Kind == AuthorisationRestored {
		a.Lost, a.Why = time.Time{}, ""
		return nil
	}
	a.Lost, a.Why = e.Time, e.Text
	if c.Proposal = nil; c.Closed != nil && c.Closed.Disposition == False {
		c.reset()
	}
	return nil
}

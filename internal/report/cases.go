package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
)

// CaseJSON is a case for programs.
type CaseJSON struct {
	ID string `json:"id"`
	// State is open, to confirm, authorisation lost, escalated, asked, suppressed, contradicted, closed true or closed false.
	State string `json:"state"`
	// Held says whether what the case is about may not be moved.
	Held bool `json:"held"`
	// Events is how many there are: the version of the case, to be given with what is done to it.
	Events  int          `json:"events"`
	Subject CaseSideJSON `json:"subject"`
	Listing CaseSideJSON `json:"listing"`
	Tier    string       `json:"tier"`
	Score   float64      `json:"score"`
	Stake   float64      `json:"stake"`
	// Priority is the probability times the stake, by which the queue is ordered.
	Priority    float64              `json:"priority"`
	Answer      string               `json:"answer"`
	Against     []string             `json:"against,omitempty"`
	Opened      time.Time            `json:"opened"`
	Raised      time.Time            `json:"raised"`
	Assigned    string               `json:"assigned,omitempty"`
	Escalated   bool                 `json:"escalated,omitempty"`
	Proposal    *CaseDecisionJSON    `json:"proposal,omitempty"`
	Closed      *CaseDecisionJSON    `json:"closed,omitempty"`
	Suppression *CaseSuppressionJSON `json:"suppression,omitempty"`
	Hold        *CaseHoldJSON        `json:"hold,omitempty"`
	// Licences are those that the case rests on.
	Licences []CaseLicenceJSON `json:"licences,omitempty"`
	// Deadlines are what is owed by a day; of a case that was found true and has none, ReportUnsaid says that nobody said yet.
	Deadlines    []CaseDeadlineJSON `json:"deadlines,omitempty"`
	ReportUnsaid bool               `json:"report_unsaid,omitempty"`
	// NoReport says that no report is owed, and who said so.
	NoReport    *CaseHoldJSON           `json:"no_report,omitempty"`
	Files       []CaseFileJSON          `json:"files,omitempty"`
	Contradicts []CaseContradictionJSON `json:"contradictions"`
	// History is in whole cases only.
	History []CaseEventJSON `json:"history,omitempty"`
}

// CaseSideJSON is our side of a case or that of the list.
type CaseSideJSON struct {
	Ref         string         `json:"ref"`
	Name        string         `json:"name"`
	Fingerprint string         `json:"fingerprint"`
	Says        []CaseFactJSON `json:"says,omitempty"`
}

// CaseFactJSON is one thing that a side says.
type CaseFactJSON struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// CaseDecisionJSON is what somebody made of a case, and who confirmed it.
type CaseDecisionJSON struct {
	Event       int       `json:"event"`
	Time        time.Time `json:"time"`
	Person      string    `json:"person"`
	Disposition string    `json:"disposition"`
	Code        string    `json:"code"`
	Reason      string    `json:"reason"`
	Second      string    `json:"second,omitempty"`
	// Action is what was done because it is true, blocked or rejected, and On the day.
	Action string     `json:"action,omitempty"`
	On     *time.Time `json:"on,omitempty"`
}

// CaseSuppressionJSON keeps a hit from being raised again while it holds.
type CaseSuppressionJSON struct {
	Owner string    `json:"owner"`
	Until time.Time `json:"until"`
	Holds bool      `json:"holds"`
}

// CaseHoldJSON is a hold that a person placed.
type CaseHoldJSON struct {
	Event  int       `json:"event"`
	Time   time.Time `json:"time"`
	Person string    `json:"person"`
	Reason string    `json:"reason"`
}

// CaseDeadlineJSON is something that is owed by a time.
type CaseDeadlineJSON struct {
	Name string `json:"name"`
	// Duty is the id of the report that it is for, none for a deadline of the desk's own.
	Duty  string `json:"duty,omitempty"`
	Owner string `json:"owner"`
	// Due is the first moment that is too late.
	Due       time.Time  `json:"due"`
	Late      bool       `json:"late"`
	Met       *time.Time `json:"met,omitempty"`
	Filed     string     `json:"filed,omitempty"`
	Reference string     `json:"reference,omitempty"`
}

// CaseLicenceJSON is a licence that a case rests on.
type CaseLicenceJSON struct {
	Licence string    `json:"licence"`
	Linked  time.Time `json:"linked"`
	// Lost is since when it is no ground any more, and Why.
	Lost *time.Time `json:"lost,omitempty"`
	Why  string     `json:"why,omitempty"`
}

// CaseContradictionJSON is a fact on which the sides have nothing in common.
type CaseContradictionJSON struct {
	Field   string   `json:"field"`
	Subject []string `json:"subject"`
	Listing []string `json:"listing"`
}

// CaseEventJSON is one thing that happened to a case.
type CaseEventJSON struct {
	N      int       `json:"n"`
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"`
	Person string    `json:"person"`
	Role   string    `json:"role"`
	Via    string    `json:"via,omitempty"`
	Words  string    `json:"words,omitempty"`
}

// CaseMetJSON is what became of a hit or a ruling that may be a case.
type CaseMetJSON struct {
	// Outcome is new, new facts, reopened, already open, known true, suppressed or contradicted.
	Outcome string  `json:"outcome"`
	Case    string  `json:"case"`
	Subject string  `json:"subject"`
	Listing string  `json:"listing"`
	Score   float64 `json:"score"`
	Answer  string  `json:"answer"`
	Why     string  `json:"why,omitempty"`
}

// SuppressionJSON is a case with a suppression, and why it holds no more.
type SuppressionJSON struct {
	Case    string    `json:"case"`
	Subject string    `json:"subject"`
	Name    string    `json:"name"`
	Listing string    `json:"listing"`
	Listed  string    `json:"listed"`
	Owner   string    `json:"owner"`
	Person  string    `json:"person"`
	Second  string    `json:"second"`
	Code    string    `json:"code"`
	Reason  string    `json:"reason"`
	From    time.Time `json:"from"`
	Until   time.Time `json:"until"`
	Holds   bool      `json:"holds"`
	// SubjectFingerprint and ListingFingerprint are those that it is bound to.
	SubjectFingerprint string `json:"subject_fingerprint"`
	ListingFingerprint string `json:"listing_fingerprint"`
}

// Case gives a case at a time, whole where its events are given.
func Case(c *casework.Case, now time.Time, history []casework.Event) CaseJSON {
	a := &c.Alert
	whole := history != nil
	out := CaseJSON{
		ID: c.ID, State: CaseState(c, now), Held: c.Held(), Events: c.Events, Subject: caseSide(&a.Subject, whole), Listing: caseSide(&a.Listing, whole),
		Tier: a.Tier, Score: a.Score, Stake: a.Stake, Priority: a.Priority(), Answer: a.Answer, Against: a.Against, Opened: c.Opened, Raised: c.Raised,
		Assigned: c.Assigned, Escalated: c.Escalated, Proposal: caseDecision(c.Proposal), Closed: caseDecision(c.Closed), Contradicts: []CaseContradictionJSON{},
	}
	if s := c.Suppression; s != nil {
		out.Suppression = &CaseSuppressionJSON{s.Owner, s.Until, s.Holds(a, now)}
	}
	if h := c.Hold; h != nil {
		out.Hold = &CaseHoldJSON{h.N, h.Time, h.Person, h.Text}
	}
	if n := c.NoReport; n != nil {
		out.NoReport = &CaseHoldJSON{n.N, n.Time, n.Person, n.Text}
	}
	out.ReportUnsaid, out.Files = c.ReportUnsaid(), CaseFiles(c.Files)
	for i := range c.Deadlines {
		d := &c.Deadlines[i]
		x := CaseDeadlineJSON{d.Name, d.Duty, d.Owner, d.Due, d.Late(now), timeOf(d.Met), "", d.Reference}
		if !d.Filed.IsZero() {
			x.Filed = d.Filed.Format(time.DateOnly)
		}
		out.Deadlines = append(out.Deadlines, x)
	}
	for _, x := range c.Licences {
		out.Licences = append(out.Licences, CaseLicenceJSON{x.Licence, x.Linked, timeOf(x.Lost), x.Why})
	}
	for _, x := range a.Contradictions() {
		out.Contradicts = append(out.Contradicts, CaseContradictionJSON(x))
	}
	for i := range history {
		e := &history[i]
		out.History = append(out.History, CaseEventJSON{e.N, e.Time, string(e.Kind), e.Person, string(e.Role), e.Via, CaseEventWords(e)})
	}
	return out
}

func caseSide(s *casework.Side, whole bool) CaseSideJSON {
	out := CaseSideJSON{Ref: s.Ref, Name: s.Name, Fingerprint: s.Print()}
	if whole {
		for _, f := range s.Says {
			out.Says = append(out.Says, CaseFactJSON(f))
		}
	}
	return out
}

func caseDecision(d *casework.Decision) *CaseDecisionJSON {
	if d == nil {
		return nil
	}
	return &CaseDecisionJSON{d.N, d.Time, d.Person, string(d.Disposition), d.Code, d.Text, d.Second, string(d.Action), timeOf(d.Began)}
}

// CaseState is the state of a case at a time, in a word.
func CaseState(c *casework.Case, now time.Time) string {
	if c.Suppression.Holds(&c.Alert, now) {
		return "suppressed"
	}
	return c.State()
}

// CaseEventWords says what an event says beyond its kind.
func CaseEventWords(e *casework.Event) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if e.Kind == casework.Assigned {
		add("to %s", cmp.Or(e.To, "nobody"))
	}
	if e.Disposition != "" {
		add("%s (%s)", e.Disposition, e.Code)
	}
	if e.Text != "" {
		add("%s", e.Text)
	}
	if !e.Suppress.IsZero() {
		add("suppressed until %s, owner %s", e.Suppress.Format(time.RFC3339), e.Owner)
	}
	if e.Of > 0 {
		add("event %d", e.Of)
	}
	if e.Licence != "" {
		add("licence %s", e.Licence)
	}
	if e.Deadline != "" {
		add("%s", e.Deadline)
	}
	if !e.Due.IsZero() && e.Kind == casework.DeadlineSet {
		add("before %s, owner %s", e.Due.Format(time.RFC3339), e.Owner)
	}
	if !e.Filed.IsZero() {
		add("filed on %s as %s", e.Filed.Format(time.DateOnly), e.Reference)
	}
	if e.Kind == casework.Reviewed {
		add("%s", map[bool]string{true: "upheld", false: "not upheld"}[e.Upheld])
	}
	if e.File.Name != "" {
		add("%s (%d bytes, %s)", e.File.Name, e.File.Size, e.File.Media)
	}
	if e.Alert != nil {
		add("%.1f %% by %s", 100*e.Alert.Score, e.Alert.Answer)
	}
	return strings.Join(parts, "; ")
}

// CaseMet gives what became of an alert.
func CaseMet(m casework.Met) CaseMetJSON {
	a := m.Alert
	return CaseMetJSON{string(m.Outcome), m.Case, a.Subject.Ref, a.Listing.Ref, a.Score, a.Answer, m.Why}
}

// Suppression gives the suppression of a case at a time, which it has.
func Suppression(c *casework.Case, now time.Time) SuppressionJSON {
	a, s := &c.Alert, c.Suppression
	return SuppressionJSON{
		Case: c.ID, Subject: s.Subject, Name: a.Subject.Name, Listing: s.Listing, Listed: a.Listing.Name, Owner: s.Owner, Person: s.Person, Second: s.Second,
		Code: s.Code, Reason: s.Text, From: s.From, Until: s.Until, Holds: s.Holds(a, now), SubjectFingerprint: s.SubjectPrint,
		ListingFingerprint: s.ListingPrint,
	}
}

package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/when"
)

// LicenceJSON is a licence for programs.
type LicenceJSON struct {
	ID string `json:"id"`
	// State is in force, not begun, condition missed, expired or revoked.
	State string `json:"state"`
	// Events is how many there are: the version of the record, to be given with what is done to it.
	Events    int    `json:"events"`
	Authority string `json:"authority"`
	Reference string `json:"reference"`
	// Kind is licence, exemption or committee approval.
	Kind   string            `json:"kind"`
	Holder string            `json:"holder"`
	Covers LicenceCoversJSON `json:"covers"`
	From   string            `json:"from"`
	Until  string            `json:"until,omitempty"`
	Source string            `json:"source,omitempty"`
	// Verified says that somebody held the record to its source.
	Verified  bool                  `json:"verified"`
	CheckedBy string                `json:"checked_by,omitempty"`
	Note      string                `json:"note,omitempty"`
	Recorded  time.Time             `json:"recorded"`
	By        string                `json:"by"`
	Tasks     []LicenceTaskJSON     `json:"tasks"`
	Decisions []LicenceDecisionJSON `json:"decisions"`
	// Lost counts the decisions that have lost their authorisation.
	Lost  int            `json:"lost"`
	Files []CaseFileJSON `json:"files,omitempty"`
	// History is in whole licences only.
	History []LicenceEventJSON `json:"history,omitempty"`
}

// LicenceCoversJSON is what a licence is about, and what is left of it.
type LicenceCoversJSON struct {
	Provisions []string `json:"provisions,omitempty"`
	Activities []string `json:"activities,omitempty"`
	Parties    []string `json:"parties,omitempty"`
	Goods      []string `json:"goods,omitempty"`
	Limit      string   `json:"limit,omitempty"`
	Left       string   `json:"left,omitempty"`
	Uses       int      `json:"uses,omitempty"`
	Used       int      `json:"used"`
}

// LicenceTaskJSON is a condition and what became of it.
type LicenceTaskJSON struct {
	Licence string `json:"licence"`
	ID      string `json:"id"`
	// State is open, to be kept, fulfilled, missed or late.
	State    string `json:"state"`
	What     string `json:"what"`
	Who      string `json:"who"`
	Due      string `json:"due,omitempty"`
	Evidence string `json:"evidence"`
	// Left is how many days are left; below 0 for one that is overdue.
	Left      *int       `json:"left,omitempty"`
	Fulfilled *time.Time `json:"fulfilled,omitempty"`
	By        string     `json:"by,omitempty"`
	Shown     string     `json:"shown,omitempty"`
	Missed    *time.Time `json:"missed,omitempty"`
}

// LicenceDecisionJSON is a decision that rests on a licence.
type LicenceDecisionJSON struct {
	// Kind is case or answer.
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// State is authorised or authorisation lost.
	State      string     `json:"state"`
	Linked     time.Time  `json:"linked"`
	Person     string     `json:"person"`
	Amount     string     `json:"amount,omitempty"`
	CarriedOut string     `json:"carried_out,omitempty"`
	Lost       *time.Time `json:"lost,omitempty"`
	Why        string     `json:"why,omitempty"`
	Restored   *time.Time `json:"restored,omitempty"`
}

// LicenceEventJSON is one thing that happened to a licence.
type LicenceEventJSON struct {
	N      int       `json:"n"`
	Time   time.Time `json:"time"`
	Kind   string    `json:"kind"`
	Person string    `json:"person"`
	Role   string    `json:"role"`
	Via    string    `json:"via,omitempty"`
	Words  string    `json:"words,omitempty"`
}

// CaseFileJSON is a file that was attached; its bytes are asked for by its hash.
type CaseFileJSON struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Media  string `json:"media"`
}

// Licence gives a licence as it stands at a time, whole where its events are given.
func Licence(l *licence.Licence, now time.Time, history []licence.Event) LicenceJSON {
	t := &l.Terms
	out := LicenceJSON{
		ID: l.ID, State: l.State(), Events: l.Events, Authority: t.Authority, Reference: t.Reference, Kind: string(t.Form), Holder: t.Holder,
		Covers: licenceCovers(l), From: t.From.String(), Until: t.Until.String(), Source: t.Source, Verified: t.Verified, CheckedBy: l.CheckedBy,
		Note: t.Note, Recorded: l.Recorded, By: l.By, Tasks: []LicenceTaskJSON{}, Decisions: []LicenceDecisionJSON{}, Lost: l.Lost(), Files: CaseFiles(l.Files),
	}
	for i := range l.Tasks {
		out.Tasks = append(out.Tasks, LicenceTask(l, &l.Tasks[i], now))
	}
	for i := range l.Links {
		out.Decisions = append(out.Decisions, licenceLink(l, &l.Links[i]))
	}
	for i := range history {
		e := &history[i]
		out.History = append(out.History, LicenceEventJSON{e.N, e.Time, string(e.Kind), e.Person, string(e.Role), e.Via, LicenceEventWords(l, e)})
	}
	return out
}

func licenceCovers(l *licence.Licence) LicenceCoversJSON {
	c := &l.Terms.Covers
	out := LicenceCoversJSON{Provisions: c.Provisions, Activities: c.Activities, Parties: c.Parties, Goods: c.Goods, Uses: c.Uses, Used: len(l.Links)}
	if c.Limit > 0 {
		out.Limit, out.Left = licence.Quantity(c.Limit, c.Unit), licence.Quantity(c.Limit-l.Used(), c.Unit)
	}
	return out
}

// LicenceTask gives a condition of a licence at a time.
func LicenceTask(l *licence.Licence, t *licence.Task, now time.Time) LicenceTaskJSON {
	out := LicenceTaskJSON{
		Licence: l.ID, ID: t.ID, State: t.State(), What: t.What, Who: t.Who, Due: t.Due.String(), Evidence: t.Evidence, Fulfilled: timeOf(t.Fulfilled),
		By: t.By, Shown: t.Shown, Missed: timeOf(t.Missed),
	}
	if t.Open() {
		left := DaysLeft(t.Due, now)
		out.Left = &left
	}
	return out
}

// DaysLeft is how many days there are until a day, below 0 where it is over.
func DaysLeft(due when.Day, now time.Time) int {
	y, m, d := now.UTC().Date()
	return int(due - when.Date(y, int(m), d))
}

// timeOf gives a time, nil for none.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func licenceLink(l *licence.Licence, k *licence.Link) LicenceDecisionJSON {
	out := LicenceDecisionJSON{
		Kind: string(k.Kind), ID: k.ID, State: LinkState(k), Linked: k.Time, Person: k.Person, CarriedOut: k.CarriedOut.String(),
	}
	if k.Amount > 0 {
		out.Amount = licence.Quantity(k.Amount, l.Terms.Covers.Unit)
	}
	if k.Lost != nil {
		out.Lost, out.Why = timeOf(k.Lost.Time), k.Lost.Why
	}
	if k.Restored != nil {
		out.Restored = timeOf(k.Restored.Time)
	}
	return out
}

// LinkState is how a linked decision stands, in words.
func LinkState(k *licence.Link) string {
	if k.Lost != nil {
		return "authorisation lost"
	}
	return "authorised"
}

// CaseFiles gives files for programs.
func CaseFiles(list []casework.File) []CaseFileJSON {
	var out []CaseFileJSON
	for _, f := range list {
		out = append(out, CaseFileJSON(f))
	}
	return out
}

// LicenceEventWords says what an event says beyond its kind.
func LicenceEventWords(l *licence.Licence, e *licence.Event) string {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if e.Terms != nil {
		add("%s", e.Terms.Name())
	}
	if e.Condition != "" {
		add("%s", e.Condition)
	}
	if e.Decision.ID != "" {
		add("%s", e.Decision)
	}
	if e.Amount > 0 {
		add("%s", licence.Quantity(e.Amount, l.Terms.Covers.Unit))
	}
	if e.Kind == licence.Extended {
		add("until %s", e.Day.Long())
	}
	if e.Kind == licence.CarriedOut {
		add("on %s", e.Day.Long())
	}
	if e.Text != "" {
		add("%s", e.Text)
	}
	if e.Evidence != "" {
		add("shown by: %s", e.Evidence)
	}
	if e.File.Name != "" {
		add("%s (%d bytes, %s)", e.File.Name, e.File.Size, e.File.Media)
	}
	return strings.Join(parts, "; ")
}

// CoversWords says in a line what a licence covers and what is left of it.
func CoversWords(l *licence.Licence) string {
	c := licenceCovers(l)
	var parts []string
	for _, p := range []struct {
		word string
		list []string
	}{{"provisions", c.Provisions}, {"activities", c.Activities}, {"goods of HS", c.Goods}, {"parties", c.Parties}} {
		if len(p.list) > 0 {
			parts = append(parts, p.word+" "+strings.Join(p.list, ", "))
		}
	}
	if c.Limit != "" {
		parts = append(parts, c.Left+" left of "+c.Limit)
	}
	if c.Uses > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d uses taken", c.Used, c.Uses))
	}
	return cmp.Or(strings.Join(parts, "; "), "nothing that it says here")
}

// PeriodWords says the period of a licence.
func PeriodWords(t *licence.Terms) string {
	if t.Until == when.NoDay {
		return "from " + t.From.Long()
	}
	return t.From.Long() + " to " + t.Until.Long()
}

// LeftWords says how long there is until a day.
func LeftWords(due when.Day, now time.Time) string {
	switch n := DaysLeft(due, now); {
	case n < 0:
		return "overdue for " + Counted(-n, "day")
	case n == 0:
		return "due today"
	default:
		return "in " + Counted(n, "day")
	}
}

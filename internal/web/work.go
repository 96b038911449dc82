package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/setting"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

// Work opens the daily work for the pages: cases, customers on file, the log, keys and people. Implementations are safe
// for concurrent use.
type Work interface {
	// Desk gives what one request works on, and in whose name.
	Desk(r *http.Request) (*WorkDesk, error)
}

// WorkDesk is what one request works on. A part that is nil is not there, and its page says so.
type WorkDesk struct {
	// By is who acts; Name is what people call them.
	By   casework.Person
	Name string
	// Note says what this desk is, where it is an example or nobody signs in.
	Note string
	// Choices are the persons of an example, one of whom a visitor may play, or the roles of one; Playing is the ID of the one
	// that is played.
	Choices []WorkPerson
	Playing string
	Now     time.Time
	// Signed says that they signed in, and have the roles of By.
	Signed bool
	// Refused hears of a form that is refused because of who sent it; nil for nobody.
	Refused func(ctx context.Context) error

	Cases *casework.Desk
	// Files keeps what is put beside cases and licences; what is given out of it enters the log.
	Files casework.Shelf
	// Licences are what authorities allowed.
	Licences *licence.Book
	// Clocks is the table of reports that may be owed; nil where none can be started from a page.
	Clocks *clock.Table
	// Owing is which reports the desk owes; nil where none are.
	Owing *setting.Owing
	// Why compares the sides of an alert with the lists as they are.
	Why   func(ctx context.Context, a *casework.Alert) (WorkEvidence, error)
	Bases WorkBases
	Log   WorkLog
	Keys  WorkKeys
	Jobs  func(ctx context.Context) ([]Job, error)
	// Batch makes cases of the hits of a batch that was kept; nil where none is.
	Batch func(ctx context.Context, by casework.Person, batch string) (report.BatchCasesJSON, error)
	// People are those who may work here; NameOf gives the name behind a pseudonym, "" where it is not known.
	People func(ctx context.Context) ([]WorkPerson, error)
	// Team is where people are added and changed; nil where nobody signed in.
	Team     *account.Desk
	NameOf   func(pseudonym string) string
	Settings []WorkSetting
	// Package writes answers that were kept, with their proofs, as a file for others to check; that it was made, by whom
	// and why, enters the log first.
	Package func(ctx context.Context, w io.Writer, ids []string, reason string) error
}

// WorkPerson is somebody who works here.
type WorkPerson struct {
	// ID is the pseudonym under which the log has them.
	ID, Name string
	Role     casework.Role
	// Roles are all that they have, where there are several.
	Roles []casework.Role
	// Since and Seen are when they came and when they were here last; zero where that is not known.
	Since, Seen time.Time
	// Ended says why they may not sign in any more; "" while they may.
	Ended string
}

// RoleNames are their roles.
func (p WorkPerson) RoleNames() string {
	if len(p.Roles) == 0 {
		return string(p.Role)
	}
	return strings.ReplaceAll(account.RolesText(p.Roles), " ", ", ")
}

// WorkEvidence is how alike the sides of an alert are by the lists as they are.
type WorkEvidence struct {
	Steps []Evidence
	Score float64
	// Note says why there is nothing to show, or that the lists say something else now.
	Note string
}

// WorkBases reads customers on file; see [watched.Store], of which it is a part.
type WorkBases interface {
	Bases(ctx context.Context) ([]string, error)
	Versions(ctx context.Context, base string) ([]watched.Version, error)
	Runs(ctx context.Context, base string) ([]watched.Run, error)
	Refusals(ctx context.Context, base string, version int) ([]watched.Refusal, error)
	States(ctx context.Context, base string, run int) ([]watched.State, error)
}

// WorkLog reads the log.
type WorkLog interface {
	View(ctx context.Context, f func(ledger.Reader) error) error
	Public(ctx context.Context) (ledger.Public, error)
}

// WorkKeys are the keys of programs. What is done to them enters the log.
type WorkKeys interface {
	Keys(ctx context.Context) ([]access.Key, error)
	Add(ctx context.Context, by casework.Person, k access.Key) error
	Revoke(ctx context.Context, by casework.Person, id string) (access.Key, error)
}

// Job is work that a machine does in the background.
type Job struct {
	// ID names it; Kind says what it does, in words; About what to.
	ID, Kind, About string
	// Done of Total are those that it is through with, Refused those of them that could not be read. Total is 0 where it
	// is not known.
	Done, Total, Refused int
	Started, Ended       time.Time
	// State is "waiting", "running", "done" or "failed"; Error says why it failed.
	State, Error string
	// Address is the page of what came of it; "" for none.
	Address string
	// Cases says that its hits may become cases.
	Cases bool
}

// WorkSetting is one setting that the server runs with. Secrets have no value here.
type WorkSetting struct {
	Name, Value, About string
	// Default is true where nobody set it.
	Default bool
}

// maxForm is how many bytes a form of the work may have.
const maxForm = 64 << 10

// tabs are the pages of the work, in the order of their navigation.
var workTabs = []struct{ Address, Label string }{
	{"/work", "Queue"},
	{"/work/suppressions", "Suppressed"},
	{"/work/licences", "Licences"},
	{"/work/quality", "Quality"},
	{"/work/watchlists", "Watchlists"},
	{"/work/jobs", "Jobs"},
	{"/work/audit", "Audit"},
	{"/work/keys", "Keys"},
	{"/work/people", "People"},
	{"/work/settings", "Settings"},
}

// working is a request to one of the pages of the work, and what each of them shows around its content.
type working struct {
	r    *http.Request
	site *Site
	*WorkDesk
	Tab, Token string
	// Errors are what is wrong with a form; Said tells what was done just now.
	Errors []fieldError
	Said   string
}

// Tabs are the pages of the work that whoever asks may see.
func (w *working) Tabs() []struct{ Address, Label string } {
	if !w.Signed {
		return workTabs
	}
	var out []struct{ Address, Label string }
	for _, t := range workTabs {
		if w.May(tabNeeds[t.Address]) {
			out = append(out, t)
		}
	}
	return out
}

// tabNeeds are the permissions that some of the pages need beside that to look.
var tabNeeds = map[string]role.Permission{
	"/work/audit": role.Audit, "/work/keys": role.SeeKeys, "/work/people": role.SeePeople, "/work/settings": role.Settings,
}

// May says whether whoever acts has a permission, in whichever of their roles.
func (w *working) May(p role.Permission) bool {
	return role.May(w.By.Role, p) || role.Any(w.By.Roles, p)
}

// colleagues are those whom something can be given to: the persons of an example, or those who sign in. Where they cannot be read
// there are none, and the page still stands.
func (w *working) colleagues() []WorkPerson {
	if !w.Signed || w.People == nil {
		return w.Choices
	}
	list, err := w.People(w.ctx())
	if err != nil {
		w.site.Log.LogAttrs(w.ctx(), slog.LevelWarn, "people", slog.String("error", err.Error()))
	}
	return list
}

// MayDo says whether whoever acts may make an event.
func (w *working) MayDo(k casework.Kind) bool {
	p, ok := casework.Needs(k)
	return ok && w.May(p)
}

// RoleNames are the roles of whoever acts.
func (w *working) RoleNames() string {
	if len(w.By.Roles) == 0 {
		return string(w.By.Role)
	}
	return strings.ReplaceAll(account.RolesText(w.By.Roles), " ", ", ")
}

func (w *working) wrong(id, label, message string) {
	w.Errors = append(w.Errors, fieldError{id, label, message})
}

// ctx is that of the request.
func (w *working) ctx() context.Context { return w.r.Context() }

// Who names a pseudonym for people.
func (w *working) Who(pseudonym string) string {
	switch {
	case pseudonym == "":
		return "nobody"
	case pseudonym == w.By.Name:
		return w.Name + " (you)"
	case w.NameOf != nil && w.NameOf(pseudonym) != "":
		return w.NameOf(pseudonym)
	}
	return pseudonym
}

// Ago says how long ago a time was.
func (w *working) Ago(t time.Time) string { return span(w.Now.Sub(t)) + " ago" }

// Old is the age of what began at a time.
func (w *working) Old(t time.Time) string { return span(w.Now.Sub(t)) }

// Late says whether a deadline is over.
func (w *working) Late(d *casework.Deadline) bool { return d.Met.IsZero() && w.Now.After(d.Due) }

// Took says how long a job took, or has taken.
func (w *working) Took(j Job) string {
	switch {
	case j.Started.IsZero():
		return ""
	case j.Ended.IsZero():
		return span(w.Now.Sub(j.Started))
	}
	return span(j.Ended.Sub(j.Started))
}

// Here is the address of the page, to come back to; that of a form that was sent is the page it stands on.
func (w *working) Here() string {
	if w.r.Method == http.MethodPost {
		return strings.TrimSuffix(w.r.URL.Path, "/files")
	}
	return w.r.URL.RequestURI()
}

// Form gives what was typed into a field of a form that was sent.
func (w *working) Form(name string) string { return w.value(name) }

// Soon is a day to write as an example: a quarter of a year from now.
func (w *working) Soon() string { return dayOf(w.Now.AddDate(0, 3, 0)) }

// Left says how long it is to a time, or that it is over.
func (w *working) Left(t time.Time) string {
	if d := t.Sub(w.Now); d > 0 {
		return "in " + span(d)
	}
	return "over for " + span(w.Now.Sub(t))
}

// span writes a length of time in its largest whole unit.
func span(d time.Duration) string {
	unit := func(n int, word string) string {
		if n == 1 {
			return "1 " + word
		}
		return strconv.Itoa(n) + " " + word + "s"
	}
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return unit(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return unit(int(d/time.Hour), "hour")
	}
	return unit(int(d/(24*time.Hour)), "day")
}

// moment writes a time for people.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// dayOf writes the day of a time.
func dayOf(t time.Time) string { return t.UTC().Format("2 January 2006") }

// atWork makes a view of a page of the work: it opens the desk, and takes no form without its token.
func (s *Site) atWork(tab string, f func(w *working) (*answer, error)) view {
	return s.atWorkWith(tab, maxForm, f)
}

// atWorkWith is atWork for forms that may be larger, as they bring a file.
func (s *Site) atWorkWith(tab string, most int64, f func(w *working) (*answer, error)) view {
	return func(r *http.Request) (*answer, error) {
		if s.Work == nil {
			return nil, fault.New(fault.Unavailable, "this server was started without a desk").
				WithFix("start `cordon serve` with a data folder")
		}
		d, err := s.Work.Desk(r)
		if err != nil {
			return nil, err
		}
		w := &working{r: r, site: s, WorkDesk: d, Tab: tab, Token: s.formToken(r, d)}
		if r.Method == http.MethodPost {
			if err := readForm(r, most); err != nil {
				return nil, err
			}
			if !hmac.Equal([]byte(r.PostForm.Get("token")), []byte(w.Token)) {
				if d.Refused != nil {
					if err := d.Refused(r.Context()); err != nil {
						return nil, err
					}
				}
				return nil, fault.New(fault.Denied, "this form was not made for %s, or before they signed in, or by an earlier start of the server", d.Name).
					WithFix("load the page anew and send it from there")
			}
		}
		return f(w)
	}
}

// formToken is what a form must carry, so that a page of others cannot send one in somebody's name: they cannot read it. That of who
// signed in is good for their session, at every server that shares it; that of others for one person and one start of the server.
func (s *Site) formToken(r *http.Request, d *WorkDesk) string {
	if d.Signed && s.SignIn != nil {
		if session := SessionToken(r, s.SignIn.Secure()); session != "" {
			return tokenUnder([]byte(session), d.By)
		}
	}
	return s.token(d.By)
}

func (s *Site) token(by casework.Person) string { return tokenUnder(s.secret[:], by) }

func tokenUnder(secret []byte, by casework.Person) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("cordon form\n" + by.Name + "\n" + string(by.Role)))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// given are the fields of a form that was sent; others than these are refused.
func (w *working) given(names ...string) error {
	return knownIn(w.r.PostForm, append(names, "token")...)
}

func (w *working) value(name string) string { return strings.TrimSpace(w.r.PostFormValue(name)) }

// page gives a page of the work with its status.
func (w *working) page(template, title string, body any) *answer {
	a := &answer{template: template, title: title, body: body}
	return a.refuse(w.Errors)
}

// refused puts a fault of somebody's doing beside the form that it comes from, and gives its status; faults of other kinds
// make a page of their own.
func (w *working) refused(id, label string, err error) (int, error) {
	switch fault.CodeOf(err) {
	case fault.Usage, fault.Invalid, fault.Denied, fault.Conflict, fault.TooLarge:
		w.wrong(id, label, plain(err))
		return fault.HTTP(err), nil
	}
	return 0, err
}

// missingPart says that a part of the desk is not there.
func missingPart(what string) error {
	return fault.New(fault.Unavailable, "%s", what+" cannot be shown on this server").
		WithFix("cases, customers and keys stand in a data folder or a database; start the server with --data and one that it may write to")
}

// playAs chooses the person of an example that a visitor plays.
func (s *Site) playAs(w http.ResponseWriter, r *http.Request) {
	s.page(func(r *http.Request) (*answer, error) {
		return s.atWork("", func(at *working) (*answer, error) {
			if err := at.given("as", "back"); err != nil {
				return nil, err
			}
			as := at.value("as")
			if !slices.ContainsFunc(at.Choices, func(p WorkPerson) bool { return p.ID == as }) {
				return nil, fault.New(fault.Denied, "on this desk nobody can be chosen to act as %q", as).
					WithFix("sign in as yourself; only the persons of the example can be played")
			}
			http.SetCookie(w, &http.Cookie{Name: PlayedAs, Value: as, Path: "/work", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			back := at.value("back")
			if u, err := url.Parse(back); err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/work") || strings.Contains(back, `\`) {
				back = "/work"
			}
			return &answer{location: back}, nil
		})(r)
	}).ServeHTTP(w, r)
}

// PlayedAs is the cookie that names the person of an example whom a visitor plays.
const PlayedAs = "work_as"

// EvidenceOf compares the sides of an alert anew, by the lists of a desk on a day.
func EvidenceOf(d *screen.Desk, places *place.Gazetteer, a *casework.Alert, day when.Day) (WorkEvidence, error) {
	p := screen.Party{}
	for _, f := range a.Subject.Says {
		if screen.CheckField(f.Field) == nil {
			p[f.Field] = append(p[f.Field], f.Value)
		}
	}
	in, _, err := p.Input(places)
	if err != nil {
		return WorkEvidence{Note: "Your side cannot be compared as it stands: " + plain(err)}, nil
	}
	list, score, err := d.Explain(screening.Query{Input: in, AsOf: day}, a.Listing.Ref)
	if fault.CodeOf(err) == fault.NotFound {
		return WorkEvidence{Note: "No loaded list has " + a.Listing.Ref + " any more; what is shown above is what it said when the case was raised."}, nil
	}
	if err != nil {
		return WorkEvidence{}, err
	}
	out := WorkEvidence{Score: report.Score(score.Probability)}
	for _, e := range list {
		out.Steps = append(out.Steps, Evidence{Label: e.Words, Query: e.Left, Candidate: e.Right, Weight: e.Bits})
	}
	if percent(out.Score) != percent(a.Score) {
		out.Note = "By the lists as they are now it is " + percent(out.Score) + " % likely; it was " + percent(a.Score) + " % when the case was raised."
	}
	return out, nil
}

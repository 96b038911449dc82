package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"html"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

// workDay is the moment at which the tests work.
var workDay = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// The persons of the tests.
var (
	ana  = WorkPerson{ID: "u-ana", Name: "Ana", Role: casework.Analyst, Since: workDay.AddDate(-1, 0, 0), Seen: workDay}
	bo   = WorkPerson{ID: "u-bo", Name: "Bo", Role: casework.Approver}
	cleo = WorkPerson{ID: "u-cleo", Name: "Cleo", Role: casework.Approver}
	dag  = WorkPerson{ID: "u-dag", Name: "Dag", Role: casework.Admin}
	vera = WorkPerson{ID: "u-vera", Name: "Vera", Role: casework.Viewer, Ended: "left"}

	team    = []WorkPerson{ana, bo, cleo, dag, vera}
	machine = casework.Person{Name: "u-machine", Role: casework.Machine}
)

// testWork is the desk of the tests, over a store in a folder.
type testWork struct {
	port  *deskPort
	store *sqlite.Store
	keys  sqlite.Keys
	team  *account.Desk // of Ana and Dag
	// clocks are the reports that may be owed, and owes those that this desk owes.
	clocks *clock.Table
	owes   []string
	now    func() time.Time
	// ids are the cases by the reference of our side.
	ids map[string]string
	// idle is true when no job is at work.
	idle atomic.Bool
}

// Desk is part of Work. Whoever asks plays the person of the cookie, and Ana without one.
func (w *testWork) Desk(r *http.Request) (*WorkDesk, error) {
	me := ana
	if c, err := r.Cookie(PlayedAs); err == nil {
		for _, p := range team {
			if p.ID == c.Value {
				me = p
			}
		}
	}
	d := w.desk()
	return &WorkDesk{
		By: casework.Person{Name: me.ID, Via: "u-host", Role: me.Role}, Name: me.Name, Choices: team, Playing: me.ID, Now: w.now(),
		Note:  "This is an example: its customers are made up, and what you do here is gone when the server stops.",
		Cases: d, Clocks: w.clocks, Files: w.store, Licences: w.book(), Bases: sqlite.Watch{Store: w.store}, Log: w.store, Keys: testKeys{w},
		Why: func(_ context.Context, a *casework.Alert) (WorkEvidence, error) {
			return EvidenceOf(w.port.desk, w.port.places, a, w.port.today)
		},
		Jobs: func(context.Context) ([]Job, error) {
			list := []Job{
				{ID: "j3", Kind: "Screening of a file", About: "upload of 26 November", Done: 4200, Total: 12000, Refused: 3, Started: workDay.Add(-14 * time.Second), State: "running"},
				{ID: "j2", Kind: "Re-screening", About: "clients, run 2", State: "waiting"},
				{ID: "j1", Kind: "Re-screening", About: "clients, run 1", Done: 3, Total: 3, Started: workDay.Add(-2 * time.Hour), Ended: workDay.Add(-2*time.Hour + time.Second), State: "done", Address: "/work/watchlists/clients?run=1"},
				{ID: "j0", Kind: "Re-screening", About: "clients", State: "failed", Error: "the lists were too old", Started: workDay.Add(-3 * time.Hour), Ended: workDay.Add(-3 * time.Hour)},
			}
			if w.idle.Load() {
				return list[2:], nil
			}
			return list, nil
		},
		People: func(context.Context) ([]WorkPerson, error) { return team, nil }, Team: w.team,
		NameOf: func(id string) string {
			for _, p := range append(team, WorkPerson{ID: machine.Name, Name: "Screening"}) {
				if p.ID == id {
					return p.Name
				}
			}
			return ""
		},
		Settings: []WorkSetting{
			{Name: "addr", Value: "127.0.0.1:8080", About: "Where to listen.", Default: true},
			{Name: "poll", Value: "5s", About: "How often to look for newly loaded lists."},
		},
		Package: func(_ context.Context, out io.Writer, ids []string, reason string) error {
			if ids[0] == "01ARZ3NDEKTSV4RRFFQ69G5FAV" {
				return fault.New(fault.NotFound, "no answer %s was kept", ids[0])
			}
			_, err := fmt.Fprintln(out, "package for", reason)
			return err
		},
	}, nil
}

func (w *testWork) desk() *casework.Desk {
	return &casework.Desk{Store: w.store, Policy: casework.Default(), Clocks: w.clocks, Owes: func(context.Context) ([]string, error) { return w.owes, nil }}
}

// testKeys are keys whose changes enter the log of the tests.
type testKeys struct{ *testWork }

func (k testKeys) Keys(ctx context.Context) ([]access.Key, error) { return k.keys.Keys(ctx) }

func (k testKeys) Add(ctx context.Context, by casework.Person, key access.Key) error {
	if err := k.keys.AddKey(ctx, key); err != nil {
		return err
	}
	return k.enter(ctx, by, key.ID)
}

func (k testKeys) Revoke(ctx context.Context, by casework.Person, id string) (access.Key, error) {
	key, err := k.keys.RevokeKey(ctx, id, k.now())
	if err == nil {
		err = k.enter(ctx, by, id)
	}
	return key, err
}

func (k testKeys) enter(ctx context.Context, by casework.Person, id string) error {
	return k.store.Enter(ctx, ledger.Entry{Time: k.now(), Kind: ledger.Setting, Actor: by.Name, About: "key:" + id, Data: sha256.Sum256([]byte(id))})
}

// worked makes a desk with cases of every state, in a folder of its own.
func worked(port *deskPort, dir string) (w *testWork, err error) {
	ctx := context.Background()
	w = &testWork{port: port, now: func() time.Time { return workDay }, ids: map[string]string{}}
	if w.store, err = sqlite.Open(ctx, dir); err != nil {
		return nil, err
	}
	w.keys = sqlite.Keys{Store: w.store}
	if w.clocks, err = clock.Load(data.FS); err != nil {
		return nil, err
	}
	k, _, err := access.New(nil, "payments-eu", []access.Scope{access.Screen}, workDay.AddDate(0, -1, 0), time.Time{})
	if err == nil {
		err = testKeys{w}.Add(ctx, casework.Person{Name: dag.ID}, k)
	}
	if err == nil {
		err = w.watch(ctx)
	}
	if err == nil {
		err = w.cases(ctx)
	}
	w.team = account.NewDesk(sqlite.People{Store: w.store}, func(name string) (string, error) { return "u-" + name, nil }, w.now)
	for name, r := range map[string]role.Role{"ana": role.Analyst, "dag": role.Admin} {
		if err == nil {
			_, err = w.team.Add(ctx, "u-host", name, "", []role.Role{r}, "")
		}
	}
	return w, err
}

// watch takes three customers on file, and a run over them.
func (w *testWork) watch(ctx context.Context) error {
	s := sqlite.Watch{Store: w.store}
	rows := func(refs ...string) iter.Seq2[watched.Row, error] {
		return func(yield func(watched.Row, error) bool) {
			for i, r := range refs {
				row := watched.Row{Customer: watched.Customer{Ref: r, Party: map[string][]string{"name": {"Customer " + r}}}}
				if r == "" {
					row = watched.Row{Refusal: &watched.Refusal{Row: i + 1, Line: i + 2, Field: "birthDate", Reason: "“soon” is no date"}}
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
	if _, err := s.Add(ctx, watched.Version{Base: "clients", SHA256: strings.Repeat("ab", 32), Format: "csv", Recorded: workDay.Add(-3 * time.Hour), Actor: ana.ID}, rows("C-1", "C-4", "", "C-9")); err != nil {
		return err
	}
	states := []watched.State{{Ref: "C-4", Outcome: screening.Match, Findings: []watched.Finding{{List: "x", Subject: "x:P.001", Listings: "x:P.001", Tier: screening.TierListed, Outcome: screening.Match, Score: 0.91}}}}
	r := watched.Run{
		Base: "clients", Number: 1, Kind: watched.Full, Version: 1, Lists: []watched.Against{{List: "x", Snapshot: 2, Count: 2, Content: "00", Subjects: 12}}, Params: "p", Program: "test", AsOf: "2026-11-26",
		Actor: machine.Name, Started: workDay.Add(-2 * time.Hour), Ended: workDay.Add(-2*time.Hour + time.Second), Rows: 4, Refused: 1, Customers: 3, Screened: 3, Match: 1, Clear: 2, New: 1, Result: watched.Sum(states),
	}
	return s.Finish(ctx, r, watched.List(states), nil)
}

// ours is a customer who may be the listed person; born differs unless it is "".
func ours(ref, name, born string, score, stake float64) *casework.Alert {
	a := &casework.Alert{
		Subject: casework.Side{Ref: ref, Name: name, Says: []casework.Fact{{Field: "country", Value: "FI"}, {Field: "name", Value: name}, {Field: "address", Value: "Example Street 7"}}, Hard: []casework.Fact{{Field: "country", Value: "FI"}}},
		Listing: casework.Side{
			Ref: "x:P.001", Name: "Marvolo Quendrith",
			Says: []casework.Fact{{Field: "name", Value: "Marvolo Quendrith (primary)"}, {Field: "name", Value: "윤견본 (original; ko)"}, {Field: "nationality", Value: "KP"}, {Field: "position", Value: "Director of an example"}, {Field: "listing.reference", Value: "UN P.001"}},
			Hard: []casework.Fact{{Field: "birthDate", Value: "1960"}, {Field: "country", Value: "KP"}, {Field: "passport", Value: "EX0123456"}},
		},
		Tier: string(screening.TierListed), Score: score, Stake: stake, Answer: "customers.csv row 1", Against: []string{"x@3"},
	}
	if born != "" {
		a.Subject.Says = append(a.Subject.Says, casework.Fact{Field: "birthDate", Value: born})
		a.Subject.Hard = append(a.Subject.Hard, casework.Fact{Field: "birthDate", Value: born})
	}
	return a
}

// cases makes one case of each state.
func (w *testWork) cases(ctx context.Context) error {
	ship := &casework.Alert{
		Subject: casework.Side{Ref: "C-3", Name: "Quen Stär", Says: []casework.Fact{{Field: "imo", Value: "9074729"}, {Field: "name", Value: "Quen Stär"}}, Hard: []casework.Fact{{Field: "imo", Value: "9074729"}}},
		Listing: casework.Side{Ref: "x:IMO 9074729", Name: "Quen Star", Says: []casework.Fact{{Field: "name", Value: "Quen Star (primary)"}, {Field: "schema", Value: "Vessel"}}, Hard: []casework.Fact{{Field: "imo", Value: "9074729"}}},
		Tier:    string(screening.TierListed), Score: 0.99, Stake: 40000, Answer: "customers.csv row 3", Against: []string{"x@3"},
	}
	for _, c := range []struct {
		alert *casework.Alert
		then  []casework.Event
		by    []WorkPerson
	}{
		{alert: ours("C-1", "Marvolo Kvendrit", "1985-04-02", 0.71, 25000)},
		{ours("C-2", "M. Quendrith", "", 0.66, 900), []casework.Event{{Kind: casework.Disposed, Disposition: casework.NotEnough, Code: "asked-party", Text: "Date of birth asked for."}}, []WorkPerson{ana}},
		{ship, []casework.Event{
			{Kind: casework.Assigned, To: bo.ID},
			{Kind: casework.Disposed, Disposition: casework.Escalate, Code: "high-stake", Text: "The number is the same."},
			{Kind: casework.DeadlineSet, Deadline: "report", Due: workDay.Add(-time.Hour), Owner: bo.ID},
			{Kind: casework.Commented, Text: "The agent says that it was sold."},
		}, []WorkPerson{ana, ana, bo, bo}},
		{ours("C-4", "Marwolo Quendrit", "1991-10-10", 0.83, 3000), []casework.Event{
			{Kind: casework.Disposed, Disposition: casework.False, Code: "other-birth-date", Text: "Born 31 years later.", Suppress: workDay.AddDate(0, 2, 0), Owner: ana.ID},
			{Kind: casework.Confirmed, Of: 2},
		}, []WorkPerson{ana, bo}},
		{ours("C-5", "Marvolo Quendrith", "1960-03-04", 0.97, 1200), []casework.Event{
			{Kind: casework.Disposed, Disposition: casework.True, Code: "same-facts", Text: "Name and year of birth."}, {Kind: casework.Confirmed, Of: 2},
		}, []WorkPerson{ana, bo}},
		{ours("C-6", "Marvola Quendrith", "1944-01-01", 0.75, 800), []casework.Event{{Kind: casework.Disposed, Disposition: casework.False, Code: "other-birth-date", Text: "Born 16 years earlier."}}, []WorkPerson{ana}},
		{ours("C-7", "Morvolo Quendrith", "1971-07-07", 0.7, 500), []casework.Event{
			{Kind: casework.Disposed, Disposition: casework.False, Code: "other-name", Text: "Another name."},
			{Kind: casework.Confirmed, Of: 2},
			{Kind: casework.Reopened, Text: "the bank sent an identity card"},
		}, []WorkPerson{ana, bo, cleo}},
	} {
		at := workDay.Add(-50 * time.Hour)
		m, err := w.desk().Raise(ctx, machine, at, c.alert)
		if err != nil {
			return err
		}
		w.ids[c.alert.Subject.Ref] = m.Case
		for i, e := range c.then {
			at = at.Add(time.Hour)
			if e.Kind == casework.DeadlineSet {
				e.Due = at.Add(time.Hour)
			}
			if _, err := w.desk().Do(ctx, m.Case, casework.Person{Name: c.by[i].ID, Role: c.by[i].Role}, at, e); err != nil {
				return err
			}
		}
	}
	return w.licence(ctx)
}

// licence records one that has a condition to fulfil and one to keep, and on which an answer rests.
func (w *testWork) licence(ctx context.Context) error {
	by, at := casework.Person{Name: ana.ID, Role: ana.Role}, workDay.Add(-2*time.Hour)
	l, err := w.book().Grant(ctx, by, at, &licence.Terms{
		Authority: "Ministry of examples", Reference: "X-17/2026", Form: licence.Approval, Holder: "Andean Relief",
		Covers: licence.Covers{Goods: []string{"8413"}, Limit: 1_200_500, Unit: "EUR", Uses: 3},
		From:   when.Date(2026, 11, 1), Until: when.Date(2027, 5, 31), Source: "Letter of 1 November 2026",
		Conditions: []licence.Condition{
			{ID: "report", What: "Report each shipment", Who: "Export desk", Due: when.Date(2026, 12, 15), Evidence: "a stamped copy"},
			{ID: "end-use", What: "Not to be passed on", Who: "The consignee", Due: when.NoDay, Evidence: "visits"},
		},
	})
	if err != nil {
		return err
	}
	w.ids["licence"] = l.ID
	_, err = w.book().Do(ctx, l.ID, by, at, licence.Event{
		Kind: licence.Linked, Decision: licence.Decision{Kind: licence.Answer, ID: "01ARZ3NDEKTSV4RRFFQ69G5FAW"}, Amount: 25_000, Text: "The pumps.",
	})
	return err
}

func (w *testWork) book() *licence.Book {
	return &licence.Book{Store: w.store, Cases: w.store, Policy: casework.Default(), Clock: machine}
}

// TestWorkLicence: what somebody writes down of a licence, and what it does to what hangs on it.
func TestWorkLicence(t *testing.T) {
	s, w := ownDesk(t)
	at := "/work/licences/" + w.ids["licence"]
	_, page := as(t, s, ana, "/work/licences")
	for _, want := range []string{"Every decision has its authorisation", "Report each shipment", "in 19 days", "X-17/2026", "1175.5 EUR left of 1200.5 EUR"} {
		if !strings.Contains(page, want) {
			t.Errorf("the licences do not say %q", want)
		}
	}
	if got, page := send(t, s, ana, at, url.Values{"do": {"fulfil"}, "n": {"2"}, "condition": {"report"}, "text": {"sent"}}); got.Code != http.StatusBadRequest || !strings.Contains(page, "say what shows that it was done") {
		t.Errorf("fulfilled without evidence: %d", got.Code)
	}
	if got, _ := send(t, s, vera, at, url.Values{"do": {"revoke"}, "n": {"2"}, "text": {"x"}}); got.Code != http.StatusForbidden {
		t.Errorf("a viewer revoked: %d", got.Code)
	}
	if got, _ := send(t, s, ana, at, url.Values{"do": {"comment"}, "n": {"1"}, "text": {"x"}}); got.Code != http.StatusConflict {
		t.Errorf("something was done to a licence that went on: %d", got.Code)
	}
	if got, _ := send(t, s, ana, at, url.Values{"do": {"miss"}, "n": {"2"}, "condition": {"end-use"}, "text": {"sold on"}}); got.Code != http.StatusSeeOther {
		t.Errorf("a breach was not taken: %d", got.Code)
	}
	if _, page = as(t, s, bo, at); !strings.Contains(page, "condition missed") || !strings.Contains(page, "authorisation lost") || !strings.Contains(page, "sold on") {
		t.Error("the page does not say that the authorisation is lost")
	}
	send(t, s, ana, at, url.Values{"do": {"fulfil"}, "n": {"3"}, "condition": {"end-use"}, "text": {"returned"}, "evidence": {"photo"}})
	restore := url.Values{"do": {"restore"}, "n": {"4"}, "decision": {"01ARZ3NDEKTSV4RRFFQ69G5FAW"}, "text": {"accepted"}}
	if got, _ := send(t, s, ana, at, restore); got.Code != http.StatusForbidden {
		t.Errorf("an analyst restored: %d", got.Code)
	}
	restore.Del("token") // it was that of another person
	if got, _ := send(t, s, bo, at, restore); got.Code != http.StatusSeeOther {
		t.Errorf("an approver may not restore: %d", got.Code)
	}
	if _, page = as(t, s, bo, at); !strings.Contains(page, "✓ authorised") {
		t.Error("the page does not say that it was restored")
	}
}

// oneDesk is the desk of the site of all tests, made once over the lists of whoever asks first.
var oneDesk struct {
	sync.Once
	w   *testWork
	err error
}

func deskOnce(port *deskPort) (*testWork, error) {
	oneDesk.Do(func() {
		var dir string
		if dir, oneDesk.err = workFolder(); oneDesk.err == nil {
			oneDesk.w, oneDesk.err = worked(port, dir)
		}
	})
	return oneDesk.w, oneDesk.err
}

// workFolder is where the desk of the site of all tests lives.
var workFolder = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "cordon-web-work-") })

func TestMain(m *testing.M) {
	code := m.Run()
	stopChrome()
	if dir, err := workFolder(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// ownDesk gives a site with a desk of its own, at which things may be done.
func ownDesk(t *testing.T) (*Site, *testWork) {
	t.Helper()
	c := site(t).Config
	w, err := worked(c.Work.(*testWork).port, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close(); w.keys.Close() })
	c.Work = w
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, w
}

// readDesk is the site of all tests with its desk, at which nothing is done.
func readDesk(t *testing.T) (*Site, *testWork) {
	t.Helper()
	s := site(t)
	return s, s.Work.(*testWork)
}

// as gives a page as somebody sees it.
func as(t *testing.T, s *Site, who WorkPerson, address string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.AddCookie(&http.Cookie{Name: PlayedAs, Value: who.ID})
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return rec.Code, html.UnescapeString(rec.Body.String())
}

var tokenIn = regexp.MustCompile(`name="token" value="([^"]+)"`)

// send sends a form as somebody, with the token of the page it stands on.
func send(t *testing.T, s *Site, who WorkPerson, address string, form url.Values) (*httptest.ResponseRecorder, string) {
	t.Helper()
	if !form.Has("token") {
		_, page := as(t, s, who, address)
		m := tokenIn.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s has no form with a token", address)
		}
		form.Set("token", m[1])
	}
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: PlayedAs, Value: who.ID})
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	return rec, html.UnescapeString(rec.Body.String())
}

// says fails for each text that a page lacks.
func says(t *testing.T, what, page string, want ...string) {
	t.Helper()
	for _, x := range want {
		if !strings.Contains(page, x) {
			t.Errorf("%s does not say %q", what, x)
		}
	}
}

// TestQueue holds that the queue is in its order, and that what a view leaves out is counted.
func TestQueue(t *testing.T) {
	s, w := readDesk(t)
	_, page := as(t, s, ana, "/work")
	says(t, "the queue", page, "5 cases to decide", "2 days", "report, over for", "All cases: 7", `1 closed</a>`, `1 suppressed</a>`, "Not in it", "With", "Bo")
	last := -1
	for _, ref := range []string{"C-3", "C-1", "C-6", "C-2", "C-7"} { // escalated first, then by probability times stake
		at := strings.Index(page, "/work/cases/"+w.ids[ref])
		if at <= last {
			t.Errorf("%s stands before the one that comes before it", ref)
		}
		last = at
	}
	for address, want := range map[string]int{
		"/work?state=mine": 0, "/work?state=to-confirm": 1, "/work?state=escalated": 1, "/work?state=asked": 1, "/work?state=suppressed": 1, "/work?state=closed": 1,
		"/work?state=all": 7, "/work?state=overdue": 1, "/work?q=kvendrit": 1, "/work?tier=listed&state=all": 7, "/work?state=unassigned": 4,
	} {
		_, page := as(t, s, ana, address)
		if got := strings.Count(page, `data-label="Case"`); got != want {
			t.Errorf("%s shows %d cases, want %d", address, got, want)
		}
		says(t, address, page, "All cases: 7")
	}
	for _, address := range []string{"/work?state=none", "/work?tier=none", "/work?x=1"} {
		if code, _ := as(t, s, ana, address); code != http.StatusBadRequest {
			t.Errorf("%s: status %d", address, code)
		}
	}
}

// TestCase holds what the page of a case tells.
func TestCase(t *testing.T) {
	s, w := readDesk(t)
	_, page := as(t, s, ana, "/work/cases/"+w.ids["C-1"])
	says(t, "the case", page, "Marvolo Kvendrit", "0 agree, 2 differ, 2 unknown", "nothing in common; tells them apart", "your side does not say",
		"Evidence", "Paying it, or holding money for it", "Prohibited", "/law/", "not-a-party", "raised 2 days ago", "held", "Unknown", "Differ", "Finland", "Told apart by date of birth",
		"Date of birth: ours 2 April 1985; the list’s 1960.")
	_, page = as(t, s, ana, "/work/cases/"+w.ids["C-3"])
	says(t, "the ship", page, "Letting it into a port", "The case is escalated: an approver decides it", "Agree", "The agent says that it was sold.")
	if strings.Contains(page, "data-dispose") {
		t.Error("an analyst is offered to decide what is escalated")
	}
	if code, _ := as(t, s, ana, "/work/cases/01ARZ3NDEKTSV4RRFFQ69G5FAV"); code != http.StatusNotFound {
		t.Errorf("a case that is not there has status %d", code)
	}
}

// TestFourEyes takes a case through two persons: the same one is refused and told why, also when they play another role,
// and what stood in another tab does not count.
func TestFourEyes(t *testing.T) {
	s, w := ownDesk(t)
	address := "/work/cases/" + w.ids["C-1"]
	rec, _ := send(t, s, bo, address, url.Values{
		"do": {"dispose"}, "n": {"1"}, "disposition": {"false"}, "code": {"other-birth-date"}, "text": {"Born 25 years later."}, "until": {"31 March 2027"}, "owner": {bo.ID},
	})
	if to := rec.Header().Get("Location"); rec.Code != http.StatusSeeOther || to != address+"?done=2" {
		t.Fatalf("status %d, to %q", rec.Code, to)
	}
	_, page := as(t, s, bo, address+"?done=2")
	says(t, "the first person's page", page, "You said: False match", "the same person is refused", "Born 25 years later.")
	if strings.Contains(page, `value="confirm"`) {
		t.Error("the first person is offered to confirm")
	}
	confirm := func() url.Values { return url.Values{"do": {"confirm"}, "n": {"2"}, "of": {"2"}, "reason": {""}} }
	rec, page = send(t, s, bo, address, confirm())
	if rec.Code != http.StatusForbidden || !strings.Contains(page, "a second person confirms, and this is the same one") {
		t.Errorf("the same person: status %d", rec.Code)
	}
	if rec, page = send(t, s, ana, address, confirm()); rec.Code != http.StatusForbidden || !strings.Contains(page, "may not do this: confirmed") {
		t.Errorf("an analyst: status %d", rec.Code)
	}
	stale := confirm()
	stale.Set("n", "1")
	if rec, _ = send(t, s, cleo, address, stale); rec.Code != http.StatusConflict {
		t.Errorf("a page from before: status %d", rec.Code)
	}
	if rec, page = send(t, s, cleo, address, url.Values{"do": {"return"}, "n": {"2"}, "of": {"2"}, "reason": {" "}}); rec.Code != http.StatusBadRequest || !strings.Contains(page, "say it in words") {
		t.Errorf("sent back without a word: status %d", rec.Code)
	}
	if rec, _ = send(t, s, cleo, address, confirm()); rec.Code != http.StatusSeeOther {
		t.Fatalf("the second person: status %d", rec.Code)
	}
	_, page = as(t, s, ana, address)
	says(t, "the closed case", page, "confirmed by Cleo", "not held", "Not raised again on the same facts until", "Bo answers for it")
	_, page = as(t, s, ana, "/work/audit?about="+w.ids["C-1"])
	says(t, "the log", page, "3 entries about "+w.ids["C-1"])
}

// TestFormsAreGuarded holds that no form is taken without its token, or with that of somebody else, or with a field that is not known.
func TestFormsAreGuarded(t *testing.T) {
	s, w := readDesk(t)
	for _, address := range []string{"/work/cases/" + w.ids["C-1"], "/work/keys", "/work/audit", "/work/as"} {
		for _, token := range []string{"", "x", s.token(casework.Person{Name: bo.ID, Role: bo.Role}), s.token(casework.Person{Name: ana.ID, Role: casework.Approver})} {
			rec, page := send(t, s, ana, address, url.Values{"token": {token}, "do": {"comment"}, "comment": {"x"}})
			if rec.Code != http.StatusForbidden || !strings.Contains(page, "his form was not made for Ana") {
				t.Errorf("%s with the token %q: status %d", address, token, rec.Code)
			}
		}
	}
	rec, _ := send(t, s, ana, "/work/cases/"+w.ids["C-1"], url.Values{"do": {"comment"}, "comment": {"x"}, "sure": {"yes"}})
	if rec.Code != http.StatusBadRequest {
		t.Errorf("an unknown field: status %d", rec.Code)
	}
	if c, events, err := w.desk().Get(t.Context(), w.ids["C-1"]); err != nil || c.Events != 1 || len(events) != 1 {
		t.Errorf("the case has %d events: %v", c.Events, err)
	}
	rec, _ = send(t, s, ana, "/work/as", url.Values{"token": {s.token(casework.Person{Name: ana.ID, Role: ana.Role})}, "as": {bo.ID}, "back": {"//elsewhere/work"}})
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/work" {
		t.Errorf("status %d, back to %q", rec.Code, rec.Header().Get("Location"))
	}
}

// TestDispositionErrors holds that what was typed stays, with what is wrong.
func TestDispositionErrors(t *testing.T) {
	s, w := readDesk(t)
	for _, c := range []struct {
		ref  string
		form url.Values
		code int
		want string
	}{
		{"C-1", url.Values{"disposition": {"false"}, "code": {"same-facts"}, "text": {"kept here"}}, 400, `"same-facts" is no reason for "false"`},
		{"C-1", url.Values{"disposition": {"maybe"}, "code": {"same-facts"}, "text": {"kept here"}}, 400, "say first whether"},
		{"C-1", url.Values{"disposition": {"false"}, "code": {"other-name"}, "text": {"kept here"}, "until": {"someday"}}, 422, "someday"},
		{"C-1", url.Values{"disposition": {"false"}, "code": {"other-name"}, "text": {"kept here"}, "until": {"2031-01-01"}}, 400, "within 366 days"},
		{"C-2", url.Values{"disposition": {"false"}, "code": {"other-name"}, "text": {"kept here"}, "until": {"2027-01-01"}}, 409, "nothing that both sides state tells them apart"},
	} {
		c.form.Set("do", "dispose")
		rec, page := send(t, s, ana, "/work/cases/"+w.ids[c.ref], c.form)
		if rec.Code != c.code {
			t.Errorf("%v: status %d, want %d", c.form, rec.Code, c.code)
		}
		says(t, "the form", page, c.want, "kept here</textarea>", "There is a problem")
	}
}

// TestSuppressions holds who answers for what is hidden, how often it hit, and that it is not hidden beyond its end.
func TestSuppressions(t *testing.T) {
	s, w := ownDesk(t)
	_, page := as(t, s, ana, "/work/suppressions")
	says(t, "the page", page, "1 hit is not raised", "Marwolo Quendrit", "Ana (you)", "and Bo", "26 January 2027", "1 of 1 run", "the bank sent an identity card", "Cleo")
	w.now = func() time.Time { return workDay.AddDate(0, 2, 1) }
	_, page = as(t, s, ana, "/work/suppressions")
	says(t, "the page after its end", page, "Nothing is suppressed", "it ended on 26 January 2027")
	m, err := w.desk().Raise(t.Context(), machine, w.now(), ours("C-4", "Marwolo Quendrit", "1991-10-10", 0.83, 3000))
	if err != nil || m.Outcome != casework.Again {
		t.Fatalf("%v %v", m, err)
	}
	_, page = as(t, s, ana, "/work/suppressions")
	says(t, "the page after the next hit", page, "the suppression ended on")
	if _, page = as(t, s, ana, "/work"); !strings.Contains(page, w.ids["C-4"]) {
		t.Error("what was suppressed is not in the queue again")
	}
}

// TestAuditPages walks every entry of the log, and finds one that was altered.
func TestAuditPages(t *testing.T) {
	s, w := readDesk(t)
	_, page := as(t, s, ana, "/work/audit")
	says(t, "the log", page, "27 entries", "key:ck_", "/work/watchlists/clients", "Dag")
	for seq := range 27 {
		code, page := as(t, s, ana, fmt.Sprintf("/work/audit/%d", seq))
		if code != http.StatusOK {
			t.Fatalf("entry %d: status %d", seq, code)
		}
		says(t, fmt.Sprint("entry ", seq), page, fmt.Sprintf("Entry %d is in the log as it was signed", seq), "steps up", "The root that was signed", "cordon log entry 1")
	}
	if code, _ := as(t, s, ana, "/work/audit/27"); code != http.StatusNotFound {
		t.Errorf("an entry beyond the end: status %d", code)
	}
	c := s.Config
	c.Work = forged{w}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	_, page = as(t, s, ana, "/work/audit/5")
	says(t, "an altered entry", page, "Entry 5 is not what was signed", "Not the root that was signed", "was altered")
}

// forged is a desk in whose log somebody else did everything.
type forged struct{ *testWork }

func (f forged) Desk(r *http.Request) (*WorkDesk, error) {
	d, err := f.testWork.Desk(r)
	d.Log = forgedLog{d.Log}
	return d, err
}

type forgedLog struct{ WorkLog }

func (l forgedLog) View(ctx context.Context, f func(ledger.Reader) error) error {
	return l.WorkLog.View(ctx, func(r ledger.Reader) error { return f(forgedReader{r}) })
}

type forgedReader struct{ ledger.Reader }

func (r forgedReader) Entries(ctx context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for e, err := range r.Reader.Entries(ctx, from, to) {
			e.Actor = "u-nobody"
			if !yield(e, err) {
				return
			}
		}
	}
}

// TestKeysPage makes a key and ends it: its secret is shown once, only an administrator may, and both enter the log.
func TestKeysPage(t *testing.T) {
	s, w := ownDesk(t)
	form := url.Values{"do": {"make"}, "owner": {"forwarder"}, "scope": {"screen", "decide"}, "days": {"90"}}
	_, page := as(t, s, ana, "/work/keys")
	says(t, "the page of an analyst", page, "1 key is good", "payments-eu", "Administrators make and revoke keys")
	form.Set("token", s.token(casework.Person{Name: ana.ID, Role: ana.Role}))
	if rec, _ := send(t, s, ana, "/work/keys", form); rec.Code != http.StatusForbidden {
		t.Errorf("an analyst makes a key: status %d", rec.Code)
	}
	form.Del("token")
	rec, page := send(t, s, dag, "/work/keys", form)
	secret := regexp.MustCompile(`ck_[a-z0-9]{10}_[a-z0-9]{52}`).FindString(page)
	if rec.Code != http.StatusOK || secret == "" {
		t.Fatalf("status %d, secret %q", rec.Code, secret)
	}
	says(t, "the page", page, "2 keys are good", "forwarder", "decide, screen", "24 February 2027")
	if _, page = as(t, s, dag, "/work/keys"); strings.Contains(page, secret) {
		t.Error("the secret is shown twice")
	}
	_, page = send(t, s, dag, "/work/keys", url.Values{"do": {"revoke"}, "id": {secret[:13]}})
	says(t, "the page", page, "1 key is good", "is good no longer", "revoked 26 November 2026")
	_, page = as(t, s, dag, "/work/audit?about=key:"+secret[:13])
	says(t, "the log", page, "2 entries about")
	rec, page = send(t, s, dag, "/work/keys", url.Values{"do": {"make"}, "owner": {"kept here"}, "days": {"365"}})
	if rec.Code != http.StatusBadRequest {
		t.Errorf("a key without a scope: status %d", rec.Code)
	}
	says(t, "the form", page, `value="kept here"`, "may do nothing")
	if n, err := w.keys.Keys(t.Context()); err != nil || len(n) != 2 {
		t.Errorf("%d keys, %v", len(n), err)
	}
}

// TestPackage holds the download of a package, and what is said when it cannot be made.
func TestPackage(t *testing.T) {
	s, _ := readDesk(t)
	rec, page := send(t, s, ana, "/work/audit", url.Values{"ids": {"01ARZ3NDEKTSV4RRFFQ69G5FAX"}, "reason": {"the regulator"}})
	if rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/zip" || !strings.Contains(page, "the regulator") {
		t.Errorf("status %d, %s", rec.Code, rec.Header())
	}
	for ids, want := range map[string]string{"": "Name one answer at least", "x": "x", "01ARZ3NDEKTSV4RRFFQ69G5FAV": "no answer 01ARZ3NDEKTSV4RRFFQ69G5FAV was kept"} {
		rec, page := send(t, s, ana, "/work/audit", url.Values{"ids": {ids}, "reason": {""}})
		if want[0] == 'n' {
			rec, page = send(t, s, ana, "/work/audit", url.Values{"ids": {ids}, "reason": {"r"}})
		}
		if rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: status %d", ids, rec.Code)
		}
		says(t, "the form", page, want)
	}
}

// TestNoDesk holds that a server without a desk, or with half of one, says so.
func TestNoDesk(t *testing.T) {
	c := site(t).Config
	c.Work = nil
	bare, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Work = halfWork{}
	half, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/work", "/work/cases/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/work/suppressions", "/work/watchlists", "/work/watchlists/x", "/work/jobs", "/work/audit", "/work/audit/1", "/work/keys"} {
		for _, s := range []*Site{bare, half} {
			if w := get(t, s, address); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "data folder") {
				t.Errorf("%s: status %d", address, w.Code)
			}
		}
	}
	for _, address := range []string{"/work/people", "/work/settings"} {
		if w := get(t, half, address); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", address, w.Code)
		}
	}
}

type halfWork struct{}

func (halfWork) Desk(*http.Request) (*WorkDesk, error) {
	return &WorkDesk{By: casework.Person{Name: "u-me", Role: casework.Approver}, Name: "somebody", Now: workDay}, nil
}

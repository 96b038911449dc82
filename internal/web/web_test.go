package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// open makes the site once for all tests, on a fixed day.
var open = sync.OnceValues(func() (*Site, error) {
	c, err := config()
	if err != nil {
		return nil, err
	}
	return New(c)
})

func config() (Config, error) {
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		return Config{}, err
	}
	list, err := scenario.Load(data.FS, "scenarios", d.Reference, d.Law)
	if err != nil {
		return Config{}, err
	}
	story, err := ReadStory(d, data.FS)
	if err != nil {
		return Config{}, err
	}
	today := when.Date(2026, 11, 26)
	port, err := newDeskPort(d.Places, today)
	if err != nil {
		return Config{}, err
	}
	work, err := deskOnce(port)
	if err != nil {
		return Config{}, err
	}
	return Config{
		Work: work, Screener: port, Lists: port, Desk: d, Versions: report.Versions{Program: "test", Data: d.DataVersion}, Scenarios: list, Story: story,
		Operations: []Operation{{
			ID: "v1-decide", Method: "POST", Path: "/v1/decide", Tag: "decide", Asks: "/v1/decide?as_of=2017-10-01", Summary: "Rule on one activity", Body: "application/json", Answer: "application/json",
			Parameters: []Parameter{{Name: "as_of", In: "query", About: "the day of the law"}},
		}, {
			ID: "v1-version", Method: "GET", Path: "/v1/version", Tag: "versions", Asks: "/v1/version", Summary: "Versions", Answer: "application/json",
		}},
		LookUps: func() (decide.Screener, func()) { return nobodyListed{}, func() {} },
		Today:   func() when.Day { return today },
		Library: &testLibrary{desk: d},
		SignIn:  &testDoor{},
	}, nil
}

// nobodyListed is lists on which stands one name only.
type nobodyListed struct{}

// Screen is part of decide.Screener.
func (nobodyListed) Screen(q decide.Look, _ when.Day) decide.Found {
	out := decide.Found{Lists: []decide.ListState{{List: "test", Snapshot: "test@7"}}}
	if ref := map[string]string{"Marvolo Quendrith": "x:P.001", "Quen Star": "x:IMO 9074729"}[q.Name]; ref != "" {
		l := subject.Listing{
			Authority: "UN", Tier: subject.Designated, Programmes: []string{"DPRK"}, Listed: subject.Date{Period: when.On(when.Date(2016, 3, 2)), Known: true},
		}
		out.Hits = []decide.Hit{{List: "x", Subject: ref, Score: 0.7, Listings: []snapshot.Status{{Listing: l, From: l.Listed, Off: when.Period{From: when.NoDay, To: when.NoDay}}}}}
	}
	if q.Name == "Listed Trading" {
		off := when.Period{From: when.NoDay, To: when.NoDay}
		l := subject.Listing{Authority: "UN", Tier: subject.Designated, Programmes: []string{"DPRK"}, Listed: subject.Date{
			Period: when.On(when.Date(2016, 3, 2)), Known: true,
		}}
		out.Hits = []decide.Hit{{
			List: "test", Subject: "test:1", Score: 0.97, Listings: []snapshot.Status{{Listing: l, From: l.Listed, Off: off}},
		}}
	}
	return out
}

// TestPagesLookUp holds that the page of a ruling looks parties up, says so, and
// can be told not to.
func TestPagesLookUp(t *testing.T) {
	s := site(t)
	const who = "/decide/payment?date=2017-08-20&finance.service=payment&parties[1].name="
	for _, c := range []struct {
		address string
		want    []string
	}{
		{who + "Listed+Trading", []string{"verdict v-prohibited", "a match: test:1, listed", "by name alone", "test@7"}},
		{who + "Listed+Trading&screen=no", []string{"verdict v-permitted", "screening was switched off", "--no-screen"}},
		{who + "Somebody+else", []string{"verdict v-permitted", "(test@7): clear"}},
		{who + "Listed+Trading&as_of=2015-01-01", []string{"verdict v-permitted", "not_yet"}},
		{who + "Listed+Trading&screen=yes", []string{"is no, or left out"}},
	} {
		body := html.UnescapeString(get(t, s, c.address).Body.String())
		for _, w := range c.want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not say %q", c.address, w)
			}
		}
	}
	without, err := New(func() Config { c := s.Config; c.LookUps = nil; return c }())
	if err != nil {
		t.Fatal(err)
	}
	body := get(t, without, who+"Somebody+else").Body.String()
	if strings.Contains(body, "verdict v-permitted") || !strings.Contains(body, "NOT SCREENED") {
		t.Error("a page that cannot look up reads as if it had")
	}
}

func site(t testing.TB) *Site {
	t.Helper()
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func get(t testing.TB, h http.Handler, address string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	return w
}

// welders is the question that a new user must be able to answer.
const welders = "/decide/employment?date=2017-10-01&work.host=PL&work.nationality=KP&work.new_authorisation=true"

// addresses are the pages that the tests walk; those of the browser too.
var addresses = []string{
	"/", "/decide", "/decide/employment", "/decide/transfer", welders,
	"/decide/employment?date=2017&work.nationality=KP&work.new_authorisation=true",
	"/decide/transfer?date=2017-10-01&destination=KP&goods[1].description=pumps&goods[1].hs=8413&origin=CN",
	"/decide/transfer?date=2017-10-01&destination=KP&goods[1].description=pumps",
	"/decide/employment?date=2017-02-30&work.nationality=Nowhere",
	"/decide/test?date=2026-01-10&test.state=IR&test.type=enrichment",
	"/law", "/law?as_of=2017-07-04&kind=transfer&direction=from", "/law?as_of=2017-12-23&goods=coal", "/law/changes",
	"/law/changes?from=2017-07-04&to=2017-12-23&kind=employment", "/law/timeline?kind=employment", "/law/goods", "/law/goods?code=87&as_of=2017-12-23&since=2017-07-04", "/law/goods?code=2710&direction=to&lines=all", "/law/goods?q=trucks&as_of=2016-01-01&known_at=2018-01-01", "/law/2375-p17", "/law/2375-p17?as_of=2017-07-04", "/law/2397?as_of=2018-01-01&known_at=2017-12-23",
	"/goods", "/goods?q=frozen+squid", "/goods?q=8413", "/goods?q=99999999", "/search?q=workers", "/search?q=zzzz", "/search?q=welders", "/search?q=quendrith",
	"/work", "/work?state=closed&q=zzzz", "/work?state=all", "/work/suppressions", "/work/licences", "/work/licences/new", "/work/quality", "/work/watchlists", "/work/watchlists/clients", "/work/jobs", "/work/audit", "/work/audit/7", "/work/audit?about=un@1",
	"/work/keys", "/work/people", "/work/settings", "/sign-in", "/sign-in?back=%2Fwork&lost", "/set-up",
	"/states", "/states?measure=sectoral&year=2017&known_at=2019-12-31", "/states?measure=fuel&year=1900", "/states/CN", "/states/PL?known_at=2018-01-01", "/states/TV", "/claims", "/claims?state=CN&kind=denial", "/claims?q=zzzz", "/claims/trucks-finding", "/claims/trucks-finding?known_at=2012-01-01", "/commitments", "/commitments?as_of=2017-12-31", "/commitments/freeze-2017", "/commitments/freeze-2017?assume=accepted&as_of=2018-03-31", "/commitments/moratorium-2018-icbm", "/drafts", "/drafts?like=2371&on=2027-01-01", "/drafts?like=none", "/drafts/backtest", "/reading", "/search?q=china+trucks",
	"/story/july-2017", "/api", "/decide/transfer?date=2017-10-01&destination=KP", "/who", "/who?name=Marvolo+Quendrit", "/who?name=zorbat", "/who?name=Nobody+At+All&as_of=2017-01-01", "/who?name=x&country=Nowhere&as_of=soon", "/who/x:P.001", "/who/x:E.002?as_of=2019-06-01", "/who/x:IMO%209074729?as_of=2017-01-01", "/who/x:none", "/lists", "/about", "/gallery", "/no/such/page", "/law/9999-p1",
}

// caseAddresses are the pages of the cases of the tests, whose ids are others each time.
func caseAddresses(s *Site) []string {
	ids := s.Work.(*testWork).ids
	return []string{"/work/licences/" + ids["licence"], "/work/cases/" + ids["C-1"], "/work/cases/" + ids["C-3"], "/work/cases/" + ids["C-4"], "/work/cases/" + ids["C-6"]}
}

// walked are all pages that the tests walk.
func walked(s *Site) []string {
	in, _ := packed(textOfJuly)
	draft, _ := packed(draftOfSeafood)
	return append(append(slices.Clone(addresses), "/reading?date=2017-07-05&document="+in, "/drafts?base_year=2016&draft="+draft), caseAddresses(s)...)
}

func TestEveryPage(t *testing.T) {
	s := site(t)
	for _, a := range walked(s) {
		w := get(t, s, a)
		want := http.StatusOK
		switch {
		case strings.HasPrefix(a, "/no/"), strings.Contains(a, "9999-p1"), strings.HasSuffix(a, "x:none"):
			want = http.StatusNotFound
		case strings.Contains(a, "Nowhere"), strings.Contains(a, "99999999"), strings.Contains(a, "year=1900"), strings.Contains(a, "like=none"), strings.Contains(a, "finding?known_at"):
			want = http.StatusUnprocessableEntity
		}
		if w.Code != want {
			t.Errorf("%s: status %d, want %d\n%s", a, w.Code, want, w.Body.String())
		}
		if body := w.Body.String(); !strings.Contains(body, "</html>") || strings.Contains(body, "ZgotmplZ") || strings.Contains(body, "<no value>") {
			t.Errorf("%s: not a whole page", a)
		}
	}
}

// TestDaysChangeWhatPagesSay holds that the two days of a page are heeded wherever they can be chosen.
func TestDaysChangeWhatPagesSay(t *testing.T) {
	s := site(t)
	for _, c := range []struct{ address, says, not string }{
		{"/law/2375-p17?as_of=2017-07-04", "Not yet in force on 4 July 2017: it begins on 11 September 2017", "<strong>In force"},
		{"/law/2375-p17?as_of=2017-10-01", "In force on 1 October 2017", "Not yet"},
		{"/law/2375-p17?known_at=2017-07-04", "Not published by 4 July 2017", "<strong>In force"},
		{"/law/2371-p11?as_of=2018-01-01", "No longer in force on 1 January 2018: it ended on 10 September 2017", "Not yet"},
		{"/law/2371-p11?as_of=2018-01-01&known_at=2017-08-10", "In force on 1 January 2018", "No longer"},
		{"/claims/trucks-finding", "could not be used to carry or fire missiles", "answer was published by"},
		{"/claims/trucks-finding?known_at=2013-06-26", "could not be used to carry or fire missiles", "answer was published by"},
		{"/claims/trucks-finding?known_at=2012-01-01", "this was published later", "Cite as"},
	} {
		body := html.UnescapeString(get(t, s, c.address).Body.String())
		if !strings.Contains(body, c.says) {
			t.Errorf("%s does not say %q", c.address, c.says)
		}
		if strings.Contains(body, c.not) {
			t.Errorf("%s says %q", c.address, c.not)
		}
	}
	co, err := s.conduct(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, later := co.desk.Ledger, 0
	for _, c := range l.Claims() {
		published := l.SourceOf(c).Published
		for _, x := range l.SidesOf(c).Against {
			if !claim.Given(published) || !l.PublishedAfter(x, published.To) {
				continue
			}
			later++
			address := "/claims/" + c.ID + "?known_at=" + published.To.String()
			if body := html.UnescapeString(get(t, s, address).Body.String()); strings.Contains(body, x.Text) || !strings.Contains(body, c.Text) {
				t.Errorf("%s shows what %s answered later, or not what was said", address, x.ID)
			}
			if w := get(t, s, address+"&format=json"); w.Code != http.StatusBadRequest {
				t.Errorf("a file that leaves the day out: status %d", w.Code)
			}
		}
	}
	if later < 3 {
		t.Errorf("only %d answers were published after what they answer", later)
	}
}

func TestWelders(t *testing.T) {
	// The way of a new user: the kind, the form, the answer.
	s := site(t)
	if body := get(t, s, "/decide").Body.String(); !strings.Contains(body, `href="/decide/employment"`) {
		t.Fatal("the kinds do not lead to employment")
	}
	for _, words := range []string{"welders", "renew+permits", "work+visa", "shipyard"} { // as people may look for it
		if body := get(t, s, "/search?q="+words).Body.String(); !strings.Contains(body, `href="/decide/employment"`) {
			t.Errorf("a search for %s does not lead to employment", words)
		}
	}
	typed := url.Values{"date": {"1 October 2017"}, "work.nationality": {"DPRK"}, "work.host": {"Poland"}, "work.new_authorisation": {"yes"}}
	w := get(t, s, "/decide/employment?"+typed.Encode())
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != welders {
		t.Fatalf("status %d, location %q", w.Code, w.Header().Get("Location"))
	}
	body := get(t, s, welders).Body.String()
	for _, want := range []string{"Needs approval", "S/RES/2375 (2017), paragraph 17", "The way out", "5 August 2017", "What would change it"} {
		if !strings.Contains(body, want) {
			t.Errorf("the ruling does not say %q", want)
		}
	}
}

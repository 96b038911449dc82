package web

import (
	"context"
	"flag"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

var update = flag.Bool("update", os.Getenv("UPDATE") != "", "write the golden files anew")

var changing = regexp.MustCompile(`(\.)[0-9a-f]{10}(\.[a-z0-9]+")|(law <code>|law |data |Law version |Ruling <code>)[0-9a-f]{12,24}`)

// TestGolden compares whole pages with files that were read before they were
// accepted. Hashes are left out, as they change with every file and law.
func TestGolden(t *testing.T) {
	for name, address := range map[string]string{
		"form": "/decide/employment", "errors": "/decide/employment?date=2017-02-30&work.nationality=Nowhere&work.host=PL",
		"welders": welders, "who": "/who?name=Marvolo+Quendrit", "subject": "/who/x:P.001", "gone": "/who/x:E.002", "fault": "/no/such/page", "changes": "/law/changes?from=2017-09-10&to=2017-09-11&kind=employment",
	} {
		t.Run(name, func(t *testing.T) {
			got := changing.ReplaceAllString(get(t, site(t), address).Body.String(), "${1}${3}HASH${2}")
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("the page has changed; if that is right, run with -update:\n%s", d)
			}
		})
	}
}

// TestEveryTemplate holds that no template is left that nobody sees.
func TestEveryTemplate(t *testing.T) {
	s := site(t)
	seen := map[string]bool{"whobatch": true, "account": true, "workperson": true} // they have tests of their own
	for _, a := range walked(s) {
		body := get(t, s, a).Body.String()
		for name := range s.pages {
			if strings.Contains(body, titleOf(t, s, name)) {
				seen[name] = true
			}
		}
	}
	for name := range s.pages {
		if !seen[name] {
			t.Errorf("no page of the tests uses the template %q", name)
		}
	}
}

// titleOf gives a text that only one template writes.
func titleOf(t *testing.T, _ *Site, name string) string {
	t.Helper()
	marks := map[string]string{
		"about": "What this is, and what it is not", "changes": "action=\"/law/changes\"", "decide": "id=\"change\"", "fault": "That did not work",
		"gallery": "Components, with canned data", "goods": "Goods in plain words", "kinds": "What do you want to do?", "law": "As known on",
		"lists": "list is loaded", "provision": "aria-label=\"Scenarios\"", "search": "a question will do", "start": "Sanctions law, applied to the day",
		"story": "On 4 July 2017 most of it", "timeline": "beginnings, ends and deadlines", "who": "<h1>Who is it?</h1>", "api": "The API answers", "workqueue": "Priority is probability times stake", "workcase": "id=\"sides\"", "worksuppressions": "A suppression hides one pair", "worklicences": "What an authority allowed holds", "workquality": "A sample of closed cases is drawn by a seed", "worklicencenew": "Record a licence as its document has it", "worklicence": "Its conditions are tasks", "workwatchlists": "Everybody on file is screened", "workwatchlist": "Beside the one before", "workjobs": "Screenings of files and of customers", "workaudit": "A package for others to check", "workentry": "Its leaf", "workkeys": "Only a hash of it is stored", "workpeople": "What each role may do", "workperson": "in no role that they do not have", "worksettings": "Secrets are not shown", "whobatch": "Take it with you", "drafts": "A draft is not law", "reading": "What does this document claim?", "backtest": "Drafts of the past beside what followed", "commitments": "Who is to blame is not said", "commitment": "What happened, side by side", "states": "One measure at a time", "state": "Evidence and answers, obligation", "claims": "A claim is not a finding", "claim": "What stands behind it", "subject": "Where this comes from", "lawgoods": "Choose a line to go down", "signin": "Who forgot a password asks", "setup": "Make the first person, who keeps the program", "account": "All your sessions end",
	}
	m, ok := marks[name]
	if !ok {
		t.Fatalf("the template %q has no mark in this test", name)
	}
	return m
}

// TestSigns holds that every verdict has a word and a shape of its own, so that
// colour is never alone.
func TestSigns(t *testing.T) {
	body := get(t, site(t), "/gallery").Body.String()
	shapes := map[string]ruling.Verdict{}
	for _, v := range report.Ordered() {
		m := regexp.MustCompile(`<span class="chip c-` + v.String() + `"><svg class="sign v-` + v.String() + `"[^>]*>(.*?)</svg>([^<]+)</span>`).FindStringSubmatch(body)
		if m == nil {
			t.Errorf("%s has no chip", v)
			continue
		}
		if html.UnescapeString(m[2]) != report.VerdictWord(v) {
			t.Errorf("%s is called %q", v, m[2])
		}
		if other, taken := shapes[m[1]]; taken {
			t.Errorf("%s and %s have one shape", v, other)
		}
		shapes[m[1]] = v
	}
}

var (
	inline  = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|javascript:|<script[^>]*>[^<]`)
	foreign = regexp.MustCompile(`(?i)(?:src|action)="(?:https?:)?//|<link[^>]+href="(?:https?:)?//`)
	hrefs   = regexp.MustCompile(`href="([^"]+)"`)
	ids     = regexp.MustCompile(`\sid="([^"]+)"`)
)

// TestStrictPages holds what the content security policy asks: nothing inline,
// nothing from elsewhere; and that ids are not used twice.
func TestStrictPages(t *testing.T) {
	s := site(t)
	for _, a := range walked(s) {
		w := get(t, s, a)
		body := w.Body.String()
		if m := inline.FindString(body); m != "" {
			t.Errorf("%s: inline %q", a, m)
		}
		if m := foreign.FindString(body); m != "" {
			t.Errorf("%s: asks another server: %q", a, m)
		}
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", a, csp)
		}
		seen := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] && !strings.HasPrefix(a, "/gallery") {
				t.Errorf("%s: the id %q stands twice", a, m[1])
			}
			seen[m[1]] = true
		}
	}
}

// TestEveryLink follows every link of every page: it leads to a page, and its
// fragment to something on it.
func TestEveryLink(t *testing.T) {
	s := site(t)
	links := map[string]string{}
	for _, a := range walked(s) {
		for _, m := range hrefs.FindAllStringSubmatch(get(t, s, a).Body.String(), -1) {
			to := html.UnescapeString(m[1])
			switch {
			case strings.HasPrefix(to, "#"):
				to = a + to
			case !strings.HasPrefix(to, "/"):
				continue
			}
			links[to] = a
		}
	}
	if len(links) < 300 {
		t.Fatalf("only %d links were found", len(links))
	}
	pages := map[string]string{}
	for to, from := range links {
		path, fragment, _ := strings.Cut(to, "#")
		if path == "/openapi.json" || strings.HasPrefix(path, "/sign-in/oidc") { // it leads to another server
			continue
		}
		body, ok := pages[path]
		if !ok {
			w := get(t, s, path)
			if w.Code != http.StatusOK && path != from && w.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s links to %s: status %d", from, to, w.Code)
				continue
			}
			body = w.Body.String()
			pages[path] = body
		}
		if fragment != "" && !strings.Contains(body, `id="`+fragment+`"`) {
			t.Errorf("%s links to %s, where nothing has that id", from, to)
		}
	}
}

func TestFormKeepsWhatWasTyped(t *testing.T) {
	body := get(t, site(t), "/decide/employment?date=30+February+2017&work.nationality=Nowhereland&work.host=Poland").Body.String()
	for _, want := range []string{
		`value="30 February 2017"`, `value="Nowhereland"`, `value="Poland"`, `href="#f-date"`, `href="#f-work-nationality"`,
		`id="f-date"`, `aria-invalid="true"`, "There is a problem", "<title>Error: ",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, `class="verdict`) {
		t.Error("a ruling is shown beside an error")
	}
}

func TestUnknownParametersAreRefused(t *testing.T) {
	for address, want := range map[string]int{
		"/?x=1": 400, "/decide?x=1": 400, "/decide/employment?work.natonality=KP": 400, "/decide/employment?date=2017&date=2018": 400,
		"/decide/employment?kind=transfer": 400, "/decide/employment?ask=nothing": 400, "/decide/employment?strip=maybe": 400,
		"/decide/transfer?goods[99].hs=2701": 400, "/decide/transfer?goods.hs=2701": 400, "/decide/nothing": 404, "/law?x=1": 400, "/law?kind=x": 400,
		"/law?regime=x": 404, "/law?as_of=2017-13-01": 422, "/law/changes?from=2017-01-01": 422, "/law/changes?from=2018-01-01&to=2017-01-01": 422,
		"/goods?x=1": 400, "/who?x=1": 400, "/who?name=x&kind=dog": 400, "/who/x:P.001?x=1": 400, "/who/x:P.001?as_of=2017": 422, "/who/x:P.001?as_of=soon&format=json": 422, "/who/x:none?format=json": 404, "/story/july-2017?x=1": 400, "/decide/employment.json?date=2017-02-30": 422, "/decide/employment.json": 400,
	} {
		if w := get(t, site(t), address); w.Code != want {
			t.Errorf("%s: status %d, want %d", address, w.Code, want)
		}
	}
}

// TestAddressesComeBack holds that an address says all of an activity: reading it
// gives the activity again, for every scenario.
func TestAddressesComeBack(t *testing.T) {
	s := site(t)
	for _, sc := range s.Scenarios {
		if len(sc.Activity.Goods) > maxFormLines || len(sc.Activity.Parties) > maxFormLines {
			continue
		}
		a := sc.Activity.Clone()
		a.ID = ""
		u, err := url.Parse(link(a))
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.form.read(vocab.KindOf(a.Kind), u.Query())
		if err != nil {
			t.Errorf("%s: %v", sc.ID, err)
			continue
		}
		if want, got := string(a.AppendJSON(nil)), string(p.a.AppendJSON(nil)); got != want || len(p.errs) > 0 || p.untidy {
			t.Errorf("%s: %s\nreads back as\n%s\n%s %v", sc.ID, u, got, want, p.errs)
		}
	}
}

// TestSamePageSameRuling holds that pages and command line rule alike: the JSON
// behind a page is that of the engine.
func TestSamePageSameRuling(t *testing.T) {
	s := site(t)
	for _, sc := range s.Scenarios[:60] {
		a := sc.Activity.Clone()
		a.ID = ""
		rl, err := s.Desk.Engine.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay, Brief: true})
		if err != nil {
			t.Fatal(err)
		}
		body := get(t, s, link(a)).Body.String()
		if !strings.Contains(body, `<section class="verdict v-`+rl.Verdict.String()+`"`) {
			t.Errorf("%s: the page does not say %s", sc.ID, rl.Verdict)
		}
	}
}

// TestNearMissesLeadThere follows the near misses of the story: one step on, the
// verdict is at least what was promised, or hangs on a question.
func TestNearMissesLeadThere(t *testing.T) {
	s := site(t)
	followed := 0
	for _, part := range s.Story.Parts {
		for _, a := range part.Activities {
			p := &posed{kind: vocab.KindOf(a.Kind), a: a, known: when.NoDay}
			rl, err := s.rule(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			for i := range rl.NearMisses {
				to := s.nearAddress(p, &rl.NearMisses[i])
				if to == "" {
					continue
				}
				u, _ := url.Parse(to)
				q, err := s.form.read(p.kind, u.Query())
				if err != nil {
					t.Fatalf("%s: %v", to, err)
				}
				after, err := s.rule(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				followed++
				// On another day other questions may be open: what is asked then is no
				// broken promise, a milder certain verdict is.
				if after.Verdict < rl.NearMisses[i].Verdict && len(after.Questions) == 0 {
					t.Errorf("%s: %s promises %s, and the page says %s", a.ID, to, rl.NearMisses[i].Verdict, after.Verdict)
				}
			}
		}
	}
	if followed < 40 {
		t.Errorf("only %d near misses were followed", followed)
	}
}

// TestStripIsTheDays compares the strip with one ruling for each of many days.
func TestStripIsTheDays(t *testing.T) {
	s := site(t)
	period := when.Period{From: stripFrom, To: s.Today()}
	for _, part := range s.Story.Parts {
		for _, a := range part.Activities[:1] {
			along, err := s.Desk.Along(a, period, when.NoDay)
			if err != nil {
				t.Fatal(err)
			}
			at := 0
			for day := period.From; day <= period.To; day += 17 {
				for along[at].Period.To < day {
					at++
				}
				on := when.On(day)
				rl, err := s.Desk.Engine.Decide(ruling.Request{Activity: a, AsOf: &on, KnownAt: when.NoDay, Brief: true})
				if err != nil {
					t.Fatal(err)
				}
				if rl.Verdict != along[at].Verdict {
					t.Errorf("%s on %s: the strip says %s, the engine %s", a.ID, day, along[at].Verdict, rl.Verdict)
				}
			}
			if first, last := along[0].Period.From, along[len(along)-1].Period.To; first != period.From || last != period.To {
				t.Errorf("%s: the strip runs from %s to %s", a.ID, first, last)
			}
		}
	}
}

func TestOpeningFacts(t *testing.T) {
	for _, k := range vocab.Kinds() {
		list, ok := opening[k.Name]
		if !ok {
			t.Errorf("%s has no opening questions", k.Name)
		}
		kinds := vocab.KindSet(0).With(k.ID)
		for _, i := range k.Includes {
			kinds = kinds.With(i)
		}
		for _, id := range list {
			if f := vocab.FactOf(id); f.Kinds != 0 && f.Kinds&kinds == 0 {
				t.Errorf("%s does not have the fact %s", k.Name, f.Name)
			}
		}
	}
	for name := range opening {
		if _, ok := vocab.KindNamed(name); !ok {
			t.Errorf("there is no kind %q", name)
		}
	}
	for name := range calledAlso {
		if _, ok := vocab.KindNamed(name); !ok {
			t.Errorf("there is no kind %q", name)
		}
	}
}

func TestDatesAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{
		"2017-10-01": "2017-10-01", "1 October 2017": "2017-10-01", "1 oct 2017": "2017-10-01", "01 Oct. 2017": "2017-10-01",
		"October 2017": "2017-10", "Sept 2017": "2017-09", "2017": "2017", "2017-08/2017-09": "2017-08/2017-09", "1 ma 2017": "", "31 June 2017": "",
		"1/10/2017": "", "tomorrow": "", "": "",
	} {
		p, err := readDate(text)
		got := ""
		if err == nil {
			got = p.String()
		}
		if got != want && (want != "" || err == nil) {
			t.Errorf("%q is read as %q, want %q (%v)", text, got, want, err)
		}
	}
}

func TestTheme(t *testing.T) {
	s := site(t)
	post := func(to, back string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/theme", strings.NewReader(url.Values{"to": {to}, "back": {back}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	w := post("dark", "/law?as_of=2017-07-04")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/law?as_of=2017-07-04" {
		t.Fatalf("status %d, location %q", w.Code, w.Header().Get("Location"))
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(w.Result().Cookies()[0])
	page := httptest.NewRecorder()
	s.ServeHTTP(page, r)
	if !strings.Contains(page.Body.String(), `data-theme="dark"`) {
		t.Error("the choice is not kept")
	}
	for _, back := range []string{"//elsewhere.example", `/\elsewhere.example`, "https://elsewhere.example", ""} {
		if got := post("light", back).Header().Get("Location"); got != "/" {
			t.Errorf("back to %q leads to %q", back, got)
		}
	}
	if w := post("pink", "/"); w.Code != http.StatusBadRequest {
		t.Errorf("pink: status %d", w.Code)
	}
}

// bare is the site without lists.
func bare(t *testing.T) *Site {
	t.Helper()
	c, err := config()
	if err != nil {
		t.Fatal(err)
	}
	c.Screener, c.Lists = nil, nil
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// canned gives its one answer to every question.
type canned struct {
	*deskPort
	outcome Screening
}

func (c canned) Suggest(context.Context, string, int) (Suggestions, error) { return Suggestions{}, nil }

func (c canned) Screen(context.Context, Query) (Screening, error) { return c.outcome, nil }

// TestScreening holds that what failed never reads as clear.
func TestScreening(t *testing.T) {
	c, err := config()
	if err != nil {
		t.Fatal(err)
	}
	page, err := site(t).canned()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range page.Screening {
		c.Screener = canned{outcome: sc}
		s, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		body := get(t, s, "/who?name=Example").Body.String()
		clear := strings.Contains(body, "Nothing found")
		if clear != (sc.Outcome == "clear") {
			t.Errorf("%s reads as clear: %v", sc.Outcome, clear)
		}
		if sc.Outcome == "not_screened" && !strings.Contains(body, "We could not screen this: the example list is 9 days old.") {
			t.Errorf("the reason is not given:\n%s", body)
		}
		if len(sc.Hits) > 0 && (!strings.Contains(body, `lang="ar" dir="rtl"`) || !strings.Contains(body, `lang="ko"`)) {
			t.Error("names lack their language or direction")
		}
	}
	s := bare(t)
	if body := get(t, s, "/who?name=Example").Body.String(); strings.Contains(body, "Nothing found") || !strings.Contains(body, "Not screened") {
		t.Error("without lists a name must be not screened")
	}
	for _, a := range []string{"/", "/who", "/lists", "/who/x:P.001"} {
		w := get(t, s, a)
		if want := map[bool]int{true: 503, false: 200}[strings.Contains(a, "x:")]; w.Code != want || !strings.Contains(w.Body.String(), "</html>") {
			t.Errorf("without lists %s has status %d", a, w.Code)
		}
	}
}

// firstBudget is what a first page may take, in bytes as sent.
const firstBudget = 100_000

// TestFirstLoad holds the budget of pages.md: under 100 kB with style, script and
// type, as sent.
func TestFirstLoad(t *testing.T) {
	s := site(t)
	for _, a := range []string{"/", "/decide/employment", welders, "/law?as_of=2017-07-04", "/story/july-2017", "/law/2375-p17"} {
		total, parts := firstLoad(t, s, a)
		t.Logf("%s: %d bytes (%s)", a, total, strings.Join(parts, ", "))
		if total > firstBudget {
			t.Errorf("%s takes %d bytes at first, over %d", a, total, firstBudget)
		}
	}
}

func firstLoad(t testing.TB, s *Site, address string) (total int, parts []string) {
	fetch := func(a string) []byte {
		r := httptest.NewRequest(http.MethodGet, a, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", a, w.Code)
		}
		total += w.Body.Len()
		parts = append(parts, fmt.Sprintf("%s %d", filepath.Base(strings.SplitN(a, "?", 2)[0]), w.Body.Len()))
		return w.Body.Bytes()
	}
	fetch(address)
	names := []string{"style.css", "cordon.js", "icon.svg"}
	for name := range s.assets.byName {
		if strings.HasSuffix(name, ".woff2") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fetch(s.assets.address(name))
	}
	return total, parts
}

func FuzzForm(f *testing.F) {
	s, err := open()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("employment", "date=1+October+2017&work.nationality=KP")
	f.Add("transfer", "goods[1].hs=8413&goods[2].description=x&ask=use.military&strip=yes&as_of=2017")
	f.Fuzz(func(t *testing.T, kind, query string) {
		id, ok := vocab.KindNamed(kind)
		q, err := url.ParseQuery(query)
		if !ok || err != nil {
			return
		}
		p, err := s.form.read(vocab.KindOf(id), q)
		if err != nil || len(p.errs) > 0 {
			return
		}
		u, err := url.Parse(address(p.a, p.extra()))
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.form.read(p.kind, u.Query())
		if err != nil || string(again.a.AppendJSON(nil)) != string(p.a.AppendJSON(nil)) {
			t.Errorf("%s does not read back: %v", u, err)
		}
	})
}

// BenchmarkPage measures each page as served, compressed: the times that half and 95 of 100 requests stay under, and the time of
// the processor that one takes, with its share of collecting garbage, which does not hang on what else the machine does.
func BenchmarkPage(b *testing.B) {
	s := site(b)
	s.Prepare(b.Context())
	for _, a := range walked(s) {
		b.Run(strings.Trim(strings.NewReplacer("/", " ", "?", " ", "&", " ").Replace(a), " "), func(b *testing.B) {
			var took []time.Duration
			size := 0
			before := spent(b)
			for b.Loop() {
				started := time.Now()
				size = sent(s, a)
				took = append(took, time.Since(started))
			}
			b.ReportMetric(float64((spent(b)-before).Microseconds())/1000/float64(len(took)), "cpu-ms")
			reportTimes(b, took)
			b.ReportMetric(float64(size), "sent-bytes")
		})
	}
}

// BenchmarkDraftPage tests the shape of a large resolution as a draft, which is worked out anew each time: each has words of its own.
func BenchmarkDraftPage(b *testing.B) {
	s := site(b)
	s.Prepare(b.Context())
	of, err := s.Desk.Law.Named("2371")
	if err != nil {
		b.Fatal(err)
	}
	text, err := draft.Like(of[0], "draft", s.Today())
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	before := spent(b)
	for b.Loop() {
		form := url.Values{"text": {string(text) + "# " + strconv.Itoa(len(took))}, "base_year": {"2016"}}
		started := time.Now()
		r := httptest.NewRequest(http.MethodPost, "/drafts", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || sent(s, to) == 0 {
			b.Fatal(w.Code, w.Body)
		}
		took = append(took, time.Since(started))
	}
	b.ReportMetric(float64((spent(b)-before).Microseconds())/1000/float64(len(took)), "cpu-ms")
	reportTimes(b, took)
}

// sent asks for a page as a browser does, and gives how much is sent.
func sent(s *Site, address string) int {
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.Len()
}

// spent is the time of the processor that this program took so far.
func spent(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func reportTimes(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for name, d := range map[string]time.Duration{"p50-ms": took[len(took)/2], "p95-ms": took[len(took)*95/100], "max-ms": took[len(took)-1]} {
		b.ReportMetric(float64(d.Microseconds())/1000, name)
	}
}

// BenchmarkFirstPages asks a server that was started anew for every page, each for the first time, once it has prepared: the
// time of the processor that 95 of 100 pages stay under, and the most.
func BenchmarkFirstPages(b *testing.B) {
	list := walked(site(b))
	var took []time.Duration
	slowest := map[string]time.Duration{}
	for b.Loop() {
		c, err := config()
		if err != nil {
			b.Fatal(err)
		}
		s, err := New(c)
		if err != nil {
			b.Fatal(err)
		}
		s.Prepare(b.Context())
		for _, a := range list {
			before := spent(b)
			sent(s, a)
			d := spent(b) - before
			took = append(took, d)
			if was, ok := slowest[a]; !ok || d < was {
				slowest[a] = d
			}
		}
	}
	for a, d := range slowest {
		if d > 20*time.Millisecond {
			b.Logf("%s: %v at least", a, d)
		}
	}
	reportTimes(b, took)
}

// BenchmarkRulingPages asks for the page of every scenario, each for the first
// time, so that every strip is worked out anew.
func BenchmarkRulingPages(b *testing.B) {
	c, err := config()
	if err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		s, err := New(c)
		if err != nil {
			b.Fatal(err)
		}
		for _, sc := range s.Scenarios {
			before := spent(b)
			get(b, s, link(sc.Activity))
			took = append(took, spent(b)-before)
		}
	}
	reportTimes(b, took)
}

// BenchmarkProvisionPages asks for the page of every provision and instrument, each
// for the first time, with conditions ready as the server has them.
func BenchmarkProvisionPages(b *testing.B) {
	c, err := config()
	if err != nil {
		b.Fatal(err)
	}
	if c.Desk, err = decide.Open(data.FS, decide.Config{Options: ruling.Options{Eager: true}}); err != nil {
		b.Fatal(err)
	}
	var list []string
	for _, p := range c.Desk.Law.Provisions() {
		list = append(list, "/law/"+p.ID)
		if w := whole(p.Instrument); !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	var took []time.Duration
	for b.Loop() {
		s, err := New(c)
		if err != nil {
			b.Fatal(err)
		}
		for _, a := range list {
			before := spent(b)
			get(b, s, a)
			took = append(took, spent(b)-before)
		}
	}
	reportTimes(b, took)
}

// TestEverythingCanBeSaid holds that each fact of a kind can be asked for, and then
// has a field.
func TestEverythingCanBeSaid(t *testing.T) {
	s := site(t)
	for _, k := range vocab.Kinds() {
		p, err := s.form.read(&k, url.Values{"date": {"2017-10-01"}})
		if err != nil {
			t.Fatal(err)
		}
		q := url.Values{"date": {"2017-10-01"}}
		for _, g := range s.form.more(p, nil) {
			for _, o := range g.Options {
				q.Add("ask", o.Value)
			}
		}
		if len(q["ask"]) < 20 {
			t.Errorf("%s: only %d facts", k.Name, len(q["ask"]))
		}
		w := get(t, s, "/decide/"+k.Name+"?"+q.Encode())
		body := w.Body.String()
		for _, name := range q["ask"] {
			if !strings.Contains(body, `id="`+fieldID(name)+`"`) {
				t.Errorf("%s: %s has no field", k.Name, name)
			}
		}
	}
}

// TestInstrument holds that an instrument of many provisions begins with a list of them and folds what stands under each, that a
// provision of its own is open, and that kinds and goods are called by their titles.
func TestInstrument(t *testing.T) {
	s := site(t)
	whole, one := get(t, s, "/law/2397").Body.String(), get(t, s, "/law/2397-p4").Body.String()
	for _, want := range []string{`<a href="#2397-p4">Crude oil above the yearly amount</a> <span class="meta">paragraph 4</span>`, `<details class="evidence">`, "<dd>transfer of goods, transfer at sea</dd>", "<dd>Crude oil</dd>"} {
		if !strings.Contains(whole, want) {
			t.Errorf("the instrument does not have %q", want)
		}
	}
	if strings.Contains(one, `class="evidence"`) || strings.Contains(one, "sea_transfer</dd>") {
		t.Error("a provision of its own is folded, or has words of programs")
	}
}

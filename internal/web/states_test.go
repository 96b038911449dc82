package web

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/when"
)

// statesOf opens what the program itself knows of states.
func statesOf(d *decide.Desk) (*states.Desk, error) {
	entries, err := claim.LoadFiles(d.Reference, data.FS, "claims")
	if err != nil {
		return nil, err
	}
	l, err := claim.New(entries, func(id string) bool { _, ok := d.Law.Provision(id); return ok }, func(string) []string { return nil })
	if err != nil {
		return nil, err
	}
	out := &states.Desk{Ledger: l, Facts: states.Facts{
		Law: d.Law, Engine: d.Engine, Reference: d.Reference, Lists: d.Lists, Factors: d.Factors, Places: d.Places, DataVersion: d.DataVersion,
	}}
	if out.Watchers, err = states.LoadWatchers(data.FS, "watchers"); err != nil {
		return nil, err
	}
	names, err := fs.Glob(data.FS, "records/*/*.yaml")
	for _, name := range names {
		b, err := data.FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := record.ReadFile(path.Base(name), b, record.Decoder{Places: d.Places})
		if err != nil {
			return nil, err
		}
		for i := range f.Records {
			if out.Concerns(&f.Records[i]) {
				out.Records = append(out.Records, f.Records[i])
			}
		}
	}
	return out, err
}

// testLibrary is what the program itself knows, opened once.
type testLibrary struct {
	desk  *decide.Desk
	once  sync.Once
	facts *Facts
	err   error
}

// Facts is part of the port.
func (l *testLibrary) Facts(context.Context) (*Facts, error) {
	l.once.Do(func() {
		l.facts = &Facts{Version: "test"}
		if l.facts.States, l.err = statesOf(l.desk); l.err != nil {
			return
		}
		d := l.desk
		if l.facts.Commitments, l.err = commitment.Open(d.Places, d.Lists, d.Factors, data.FS, "commitments"); l.err != nil {
			return
		}
		l.facts.Events, l.err = event.ReadAll(d.Reference, data.FS, "events")
	})
	return l.facts, l.err
}

// studied gives what drafts are judged with.
func (l *testLibrary) studied(st *states.Desk) (draft.Facts, error) {
	b, err := data.FS.ReadFile("goods/humanitarian.yaml")
	if err != nil {
		return draft.Facts{}, err
	}
	relief, err := draft.ReadHumanitarian("humanitarian.yaml", b)
	return draft.Facts{Reference: st.Reference, Places: st.Places, Lists: st.Lists, Factors: st.Factors, Humanitarian: relief, Engine: st.Engine}, err
}

// Draft is part of the port.
func (l *testLibrary) Draft(ctx context.Context, text []byte) (*Draft, error) {
	of, err := l.Facts(ctx)
	if err != nil {
		return nil, err
	}
	st, err := of.States.With(law.File{Name: "draft.yaml", Data: text})
	if err != nil {
		return nil, err
	}
	facts, err := l.studied(st)
	if err != nil {
		return nil, err
	}
	for _, r := range st.Law.Regimes {
		for _, in := range r.Instruments {
			if in.File == "draft.yaml" {
				c, err := draft.New(facts, st.Law, in.Name)
				return &Draft{Desk: st, Case: c}, err
			}
		}
	}
	return nil, errors.New("the draft is not in the law")
}

// Backtests is part of the port.
func (l *testLibrary) Backtests(ctx context.Context, in draft.Inputs) ([]*draft.Backtest, *draft.Forecasts, error) {
	of, err := l.Facts(ctx)
	if err != nil {
		return nil, nil, err
	}
	facts, err := l.studied(of.States)
	if err != nil {
		return nil, nil, err
	}
	fc, err := draft.LoadForecasts(data.FS, "forecasts", of.States.Records)
	if err != nil {
		return nil, nil, err
	}
	b, err := draft.NewBacktest(facts, of.States.Law, []string{"2371"}, of.States.Records, fc, in)
	return []*draft.Backtest{b}, fc, err
}

// Read is part of the port.
func (l *testLibrary) Read(ctx context.Context, name string, original []byte, day when.Day) (report.Reading, error) {
	doc, err := document.Read(name, original)
	if err != nil {
		return report.Reading{}, err
	}
	names, err := mention.Load(l.desk.Places, data.FS, "reading")
	if err != nil {
		return report.Reading{}, err
	}
	r, err := read.New(l.desk.Reference, names, data.FS, "reading")
	if err != nil {
		return report.Reading{}, err
	}
	res, err := r.Extract(ctx, doc, read.Options{Day: day})
	if err != nil {
		return report.Reading{}, err
	}
	of, err := l.Facts(ctx)
	if err != nil {
		return report.Reading{}, err
	}
	c := check.Checker{Along: l.along, Records: of.States.Records, Ledger: of.States.Ledger, Events: of.Events}
	checks, err := c.Check(res)
	return report.Reading{Result: res, Checks: checks, Tool: "test"}, err
}

func (l *testLibrary) along(a *activity.Activity, p when.Period) (out []check.Stretch, err error) {
	list, err := l.desk.Along(a, p, when.NoDay)
	for _, x := range list {
		s := check.Stretch{Period: x.Period, Verdict: x.Verdict}
		for _, f := range x.First.Deciding() {
			s.Cites, s.Provisions = append(s.Cites, f.Provision.Cite()), append(s.Provisions, f.Provision.ID)
		}
		out = append(out, s)
	}
	return out, err
}

// readDocument sends a document, and opens the address that this leads to.
func readDocument(s *Site, fields map[string]string, file, content string) (w *httptest.ResponseRecorder, address string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range fields {
		_ = form.WriteField(k, v)
	}
	if file != "" {
		part, _ := form.CreateFormFile("file", file)
		_, _ = io.WriteString(part, content)
	}
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, "/reading", &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w = httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if address = w.Header().Get("Location"); w.Code == http.StatusSeeOther {
		w = httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	}
	return w, address
}

// TestReading holds that a text that is pasted, and a file, are shown with their claims, whatever they hold, and that what cannot be read
// is said at its field.
func TestReading(t *testing.T) {
	s := site(t)
	send := func(fields map[string]string, file, content string) *httptest.ResponseRecorder {
		w, _ := readDocument(s, fields, file, content)
		return w
	}
	const text = "The foreign minister of Peru said on Tuesday that Chile hosts guest workers from North Korea <script>alert(1)</script>. Chile denied it."
	for name, w := range map[string]*httptest.ResponseRecorder{
		"pasted": send(map[string]string{"text": text, "date": "2017-07-05"}, "", ""),
		"a file": send(map[string]string{"text": "", "date": "5 July 2017"}, "news.txt", text),
	} {
		body := w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, `<mark class="`) || !strings.Contains(body, `id="c1"`) || strings.Contains(body, "<script>alert") {
			t.Errorf("%s: status %d\n%s", name, w.Code, body)
		}
		if strings.Contains(body, " style=") || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: the page has style of its own", name)
		}
	}
	for name, c := range map[string]struct {
		w    *httptest.ResponseRecorder
		want int
	}{
		"nothing":     {send(nil, "", ""), http.StatusUnprocessableEntity},
		"no day":      {send(map[string]string{"text": text, "date": "soon"}, "", ""), http.StatusUnprocessableEntity},
		"no document": {send(nil, "x.pdf", "%PDF-1.4 and no more"), http.StatusUnprocessableEntity},
		"unknown":     {send(map[string]string{"text": text, "other": "x"}, "", ""), http.StatusBadRequest},
		"too large":   {send(map[string]string{"text": strings.Repeat("x ", maxDocument)}, "", ""), http.StatusRequestEntityTooLarge},
	} {
		if c.w.Code != c.want {
			t.Errorf("%s: status %d, want %d", name, c.w.Code, c.want)
		}
	}
}

// draftOfSeafood is a draft of July 2017.
const draftOfSeafood = `regime: un-dprk
instrument: Draft of July
status: draft
title: Seafood from the DPRK
authority: nobody
adopted: 2017-07-10
provisions:
  - id: j-p1
    paragraph: "1"
    title: Seafood from the DPRK
    text: States do not import seafood of the target.
    bound: all Member States
    binding: decides
    effect: prohibit
    measure: sectoral
    kind: transfer
    direction: from
    goods: [{list: seafood}]
`

func posted(t *testing.T, s *Site, address string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.ServeHTTP(w, r)
	return w
}

// TestDrafts holds that a draft is tested beside its text, that bars say what the table says, and that what is wrong stands at its field.
func TestDrafts(t *testing.T) {
	s := site(t)
	w := after(t, s, "/drafts", url.Values{"text": {draftOfSeafood}, "base_year": {"2016"}})
	body := w.Body.String()
	for _, want := range []string{"Beside the law in force: 1 provision adds.", "China: seafood", "196.0", "enforcement 50 to 90", "title: Seafood from the DPRK"} {
		if w.Code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("status %d: the page does not say %q", w.Code, want)
		}
	}
	for name, form := range map[string]url.Values{
		"no law":     {"text": {"title: nothing"}},
		"no year":    {"text": {draftOfSeafood}, "base_year": {"soon"}},
		"no share":   {"text": {draftOfSeafood}, "enforcement": {"much"}},
		"not a form": {"text": {draftOfSeafood}, "other": {"x"}},
		"too large":  {"text": {strings.Repeat("x", maxDraft)}},
	} {
		w := after(t, s, "/drafts", form)
		if w.Code < 400 || w.Code > 499 {
			t.Errorf("%s: status %d", name, w.Code)
		}
		if name[:2] == "no" && name != "not a form" && !strings.Contains(w.Body.String(), `<strong>Error`) && !strings.Contains(w.Body.String(), "There is a problem") {
			t.Errorf("%s: the page does not say what is wrong", name)
		}
	}
}

// TestTrucks is the way of a new user to what China answers about the trucks: by words, and by the state's page.
func TestTrucks(t *testing.T) {
	s := site(t)
	for _, c := range []struct{ address, want string }{
		{"/search?q=china+trucks", `href="/claims/trucks-cn-answer"`},
		{"/search?q=China", `href="/states/CN"`},
		{"/states/CN", "The vehicles differ in substance from launchers"},
		{"/states/CN", "what is not known: “On a technical control list”"},
		{"/claims/trucks-finding", "The vehicles differ in substance from launchers"},
		{"/claims/trucks-cn-answer", "<dt>Answers</dt>"},
		{"/states", `href="/states/CN#2397-p8"`},
		{"/states", "3 items say it was met"},
		{"/states/CN", "3 items say it was met"},
		{"/states/CN", `<details class="more evidence"><summary>`},
	} {
		if body := get(t, s, c.address).Body.String(); !strings.Contains(body, c.want) {
			t.Errorf("%s does not have %q", c.address, c.want)
		}
	}
}

// TestStatesPages holds what pages on states must keep: no ranking, both sides, the words on how to read it, the day as known at.
func TestStatesPages(t *testing.T) {
	s := site(t)
	body := get(t, s, "/states").Body.String()
	for _, want := range []string{"There is no score and no ranking", "They are no verdict on the", "not because they weigh the same", "Who looked"} {
		if !strings.Contains(body, want) {
			t.Errorf("/states does not say %q", want)
		}
	}
	if a, b := strings.Index(body, `<a href="/states/CN">`), strings.Index(body, `<a href="/states/PL">`); a < 0 || b < a {
		t.Error("states do not stand by name")
	}
	early := get(t, s, "/states?known_at=2016-12-31").Body.String()
	if !strings.Contains(early, "items published later are left out") || strings.Contains(early, "#2397-p8") {
		t.Error("a page as known at the end of 2016 shows what came later")
	}
	for address, want := range map[string]int{
		"/states?year=1950": http.StatusUnprocessableEntity, "/states?measure=nothing": http.StatusNotFound, "/states?known_at=never": http.StatusUnprocessableEntity,
		"/states?format=xml": http.StatusBadRequest, "/states/XX": http.StatusNotFound, "/states/china": http.StatusSeeOther, "/claims/none": http.StatusNotFound,
		"/claims?from=none": http.StatusNotFound, "/claims?state=Nowhere": http.StatusUnprocessableEntity, "/claims?x=1": http.StatusBadRequest,
	} {
		if w := get(t, s, address); w.Code != want {
			t.Errorf("%s: status %d, want %d", address, w.Code, want)
		}
	}
}

// TestMapSaysWhatTheTableSays holds that every state of the table is a link on the map, with the same word, and no other state is.
func TestMapSaysWhatTheTableSays(t *testing.T) {
	s := site(t)
	for _, measure := range []string{"labour", "fuel", "sectoral", "reporting"} {
		body := get(t, s, "/states?measure="+measure).Body.String()
		drawing, table, ok := strings.Cut(body, "</svg><figcaption>")
		if !ok {
			t.Fatalf("%s: no map", measure)
		}
		rows := strings.Count(table, `<th scope="row"><a href="/states/`)
		if links := strings.Count(drawing, `<a href="/states/`); links != rows || rows == 0 {
			t.Errorf("%s: %d states on the map, %d in the table", measure, links, rows)
		}
	}
}

var (
	cardIDs = regexp.MustCompile(`<p><a href="/claims/([^"]+)"><strong>`)
	further = regexp.MustCompile(`<a href="([^"]+)">Further in the list`)
)

// TestListOfClaims walks the list to its end: every claim once.
func TestListOfClaims(t *testing.T) {
	s := site(t)
	c, err := s.conduct(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	address, pages := "/claims", 0
	for address != "" && pages < 100 {
		body := get(t, s, address).Body.String()
		for _, m := range cardIDs.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Fatalf("%s stands twice", m[1])
			}
			seen[m[1]] = true
		}
		address, pages = "", pages+1
		if m := further.FindStringSubmatch(body); m != nil {
			address = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if want := len(c.desk.Ledger.Claims()); len(seen) != want {
		t.Errorf("%d claims on %d pages, %d in the ledger", len(seen), pages, want)
	}
}

// TestLinkedWords holds that links say what they lead to and not an id, that a dot behind an address is no part of it, and that an
// event is not named twice.
func TestLinkedWords(t *testing.T) {
	s := site(t)
	if got := string(s.linked("see http://tass.com/politics/954672. And https://example.org/a.shtml, too")); !strings.Contains(got, `954672</a>.`) || !strings.Contains(got, `a.shtml</a>,`) {
		t.Errorf("the mark behind an address is in the link: %s", got)
	}
	for address, c := range map[string]struct{ want, not []string }{
		"/claims/trucks-cn-answer": {
			[]string{"Nobody is on record as asked about this", "It comes from China.", ">Panel of Experts (resolution 1874): Front, sides"},
			[]string{"Not asked.", "state: CN", ">trucks-finding<"},
		},
		"/claims/trucks-finding": {[]string{"It comes from Panel of Experts (resolution 1874)"}, []string{"voice: "}},
		"/states/RU": {
			[]string{`<a href="/claims/ru-arms-denied">No arms were transferred.</a>`}, []string{">ru-arms-denied<", ">2371-p8<"},
		},
		"/states/PL":               {[]string{`<td class="day" data-label="Due"><span>2017-11-03</span>`, ">Elżbieta Rafalska, labour minister</a>"}, []string{">pl-2018<"}},
		"/commitments/freeze-2017": {[]string{"Launch of Hwasong-14"}, []string{"Launch of Hwasong-14 (Launch", "derechos.org./"}},
	} {
		body := html.UnescapeString(get(t, s, address).Body.String())
		for _, w := range c.want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not say %q", address, w)
			}
		}
		for _, w := range c.not {
			if strings.Contains(body, w) {
				t.Errorf("%s says %q", address, w)
			}
		}
	}
}

// TestTurns holds that a fact taken for granted that would change the verdict is offered as a question in the main column, and no
// longer once it was answered.
func TestTurns(t *testing.T) {
	s := site(t)
	body := html.UnescapeString(get(t, s, welders).Body.String())
	const question = ">Does it rest on a written contract at all?</a> <span class=\"meta\">Nobody said; taken as no. If yes: incomplete."
	if !strings.Contains(body, question) {
		t.Error("a renewal under an older contract is not asked about")
	}
	if body := html.UnescapeString(get(t, s, welders+"&contract.exists=false").Body.String()); strings.Contains(body, question) {
		t.Error("what was said is offered as taken for granted")
	}
}

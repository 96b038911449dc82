package matrix_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

var desk = must(decide.Open(data.FS, decide.Config{}))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// a claim of these tests in one line: who says what kind of thing about whom, on which activity.
type said struct {
	id       string
	kind     claim.Kind
	by       string // source: panel, court, press, press2, state:XX
	about    string
	activity string // YAML, one line; "" for none
	named    string // obligations, by comma
	grade    string // "B2"
	answers  string
	origin   string
	hedge    string
	dissent  string
	on       string // published
	dispute  claim.Dispute
	retracts string
	asked    bool // the state was asked and did not answer
}

type world struct {
	claims  []*claim.Claim
	sources map[string]*claim.Source
	origin  map[string]string
	taken   map[string]string
}

func (w *world) Claims() []*claim.Claim                   { return w.claims }
func (w *world) SourceOf(c *claim.Claim) *claim.Source    { return w.sources[c.Source] }
func (w *world) Standing(c *claim.Claim) claim.SourceKind { return w.sources[c.Source].Kind }
func (w *world) Origins(c *claim.Claim) []string          { return []string{w.origin[c.ID]} }
func (w *world) RetractedBy(id string) string             { return w.taken[id] }

func worldOf(lines []said) *world {
	w := &world{sources: map[string]*claim.Source{}, origin: map[string]string{}, taken: map[string]string{}}
	for i := range lines {
		w.claims = append(w.claims, w.claim(&lines[i]))
	}
	return w
}

func (w *world) claim(s *said) *claim.Claim {
	on := must(when.Parse(cmp.Or(s.on, "2020")))
	src := &claim.Source{ID: "s-" + s.id, Published: on, Kind: claim.StateOrgan}
	switch {
	case s.by == "panel":
		src.Kind = claim.ExpertPanel
	case s.by == "court":
		src.Kind = claim.Court
	case strings.HasPrefix(s.by, "press"):
		src.Kind = claim.Press
	}
	w.sources[src.ID] = src
	w.origin[s.id] = cmp.Or(s.origin, s.id)
	c := &claim.Claim{
		ID: s.id, Source: src.ID, Speaker: s.by, Kind: s.kind, Hedge: s.hedge, Dissent: s.dissent, Dispute: s.dispute,
		Period: on,
	}
	if code, ok := strings.CutPrefix(s.by, "state:"); ok {
		c.SpeakerState = must(desk.Places.ParseState(code))
	}
	for _, code := range strings.Split(s.about, ",") {
		c.About = append(c.About, must(desk.Places.ParseState(code)))
	}
	if s.named != "" {
		c.Obligations = strings.Split(s.named, ",")
	}
	if s.activity != "" {
		as := must(desk.Read("test.yaml", []byte(s.activity)))
		c.Activity, c.Period = as[0], as[0].Date
	}
	if s.grade != "" {
		c.Grades = []claim.Grade{{Reliability: s.grade[0], Credibility: int(s.grade[1] - '0')}}
	}
	if s.answers != "" {
		c.Links = append(c.Links, claim.Link{Kind: claim.Answers, To: s.answers})
	}
	if s.retracts != "" {
		w.taken[s.retracts] = s.id
	}
	if s.asked {
		c.Asked = []claim.Request{{Of: c.About[0], Silent: true}}
	}
	return c
}

func (w *world) build(t testing.TB, known when.Day) *matrix.Matrix {
	t.Helper()
	m, err := matrix.Build(matrix.Input{
		Law: desk.Law, Judge: desk.Engine, Ledger: w, KnownAt: known,
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

const (
	// hosting after the day by which everybody had to be home, and on 4 July 2017, when it was lawful
	hostingLate = `{kind: employment, date: 2020-06, jurisdiction: ET, work: {host: ET, nationality: KP, new_authorisation: false}}`
	hostingThen = `{kind: employment, date: 2017-07-04, jurisdiction: ET, work: {host: ET, nationality: KP, new_authorisation: true}}`
	filedLate   = `{kind: report, date: 2019-04-20, jurisdiction: ET, report: {obligation: 2397-p8-interim, filed_on: 2019-04-20}}`
)

// TestCells reads like the rule of docs/method/matrix.md: what is said, and the cell that follows.
func TestCells(t *testing.T) {
	tests := []struct {
		name       string
		said       []said
		obligation string
		evidence   matrix.Evidence
		rule       string
		response   matrix.Response
		origins    int
	}{
		{
			"a panel's finding corroborates by itself",
			[]said{{id: "a", kind: claim.Finding, by: "panel", about: "ET", activity: hostingLate}},
			"2397-p8", matrix.Corroborated, "found", matrix.NoResponse, 1,
		},
		{
			"not where one of its members dissents",
			[]said{{id: "a", kind: claim.Finding, by: "panel", about: "ET", activity: hostingLate, dissent: "two experts asked for more"}},
			"2397-p8", matrix.Alleged, "identified", matrix.NoResponse, 1,
		},
		{
			"one state says so",
			[]said{{id: "a", kind: claim.Allegation, by: "state:US", about: "ET", activity: hostingLate, grade: "B2"}},
			"2397-p8", matrix.Alleged, "identified", matrix.NoResponse, 1,
		},
		{
			"two independent graded origins corroborate",
			[]said{
				{id: "a", kind: claim.Allegation, by: "state:US", about: "ET", activity: hostingLate, grade: "B2"},
				{id: "b", kind: claim.Allegation, by: "press", about: "ET", activity: hostingLate, grade: "C3"},
			},
			"2397-p8", matrix.Corroborated, "independent", matrix.NoResponse, 2,
		},
		{
			"two of one origin do not",
			[]said{
				{id: "a", kind: claim.Allegation, by: "state:US", about: "ET", activity: hostingLate, grade: "B2", origin: "one"},
				{id: "b", kind: claim.Allegation, by: "press", about: "ET", activity: hostingLate, grade: "C3", origin: "one"},
			},
			"2397-p8", matrix.Alleged, "identified", matrix.NoResponse, 1,
		},
		{
			"two newspapers do not",
			[]said{
				{id: "a", kind: claim.Allegation, by: "press", about: "ET", activity: hostingLate, grade: "B2"},
				{id: "b", kind: claim.Allegation, by: "press2", about: "ET", activity: hostingLate, grade: "B2"},
			},
			"2397-p8", matrix.Alleged, "identified", matrix.NoResponse, 2,
		},
		{
			"what nobody can judge is no middle value",
			[]said{{id: "a", kind: claim.Allegation, by: "state:US", about: "ET", activity: hostingLate, grade: "F6"}},
			"2397-p8", matrix.Possible, "faint", matrix.NoResponse, 0,
		},
		{
			"a hedged claim is a possibility",
			[]said{{id: "a", kind: claim.Allegation, by: "state:US", about: "ET", activity: hostingLate, hedge: "probably"}},
			"2397-p8", matrix.Possible, "faint", matrix.NoResponse, 0,
		},
		{
			"a court decides",
			[]said{{id: "a", kind: claim.Decision, by: "court", about: "ET", activity: hostingLate}},
			"2397-p8", matrix.Adjudicated, "decided", matrix.NoResponse, 1,
		},
		{
			"what was lawful on its day is no evidence",
			[]said{{id: "a", kind: claim.Allegation, by: "state:US", about: "ET", activity: hostingThen, named: "2375-p17"}},
			"2375-p17", matrix.NoInformation, "silent", matrix.NoResponse, 0,
		},
		{
			"a denial changes the response and not the evidence",
			[]said{
				{id: "a", kind: claim.Finding, by: "panel", about: "ET", activity: hostingLate},
				{id: "b", kind: claim.Denial, by: "state:ET", about: "ET", answers: "a", on: "2021"},
			},
			"2397-p8", matrix.Corroborated, "found", matrix.Denied, 1,
		},
		{
			"a reading of the law is another dispute",
			[]said{
				{id: "a", kind: claim.Finding, by: "panel", about: "ET", activity: hostingLate},
				{id: "b", kind: claim.LawReading, by: "state:ET", about: "ET", answers: "a", on: "2021", dispute: claim.OfLaw},
			},
			"2397-p8", matrix.Corroborated, "found", matrix.LawDisputed, 1,
		},
		{
			"the latest answer counts",
			[]said{
				{id: "a", kind: claim.Finding, by: "panel", about: "ET", activity: hostingLate},
				{id: "b", kind: claim.Denial, by: "state:ET", about: "ET", answers: "a", on: "2021"},
				{id: "c", kind: claim.Remedy, by: "state:ET", about: "ET", answers: "a", on: "2022"},
			},
			"2397-p8", matrix.Corroborated, "found", matrix.Remedied, 1,
		},
		{
			"another state's denial is no answer of this one",
			[]said{
				{id: "a", kind: claim.Finding, by: "panel", about: "ET", activity: hostingLate},
				{id: "b", kind: claim.Denial, by: "state:RU", about: "ET", answers: "a", on: "2021"},
			},
			"2397-p8", matrix.Corroborated, "found", matrix.NoResponse, 1,
		},
		{
			"what was taken back counts for nothing",
			[]said{
				{id: "a", kind: claim.Allegation, by: "press", about: "ET", activity: hostingLate},
				{id: "b", kind: claim.Opinion, by: "press", about: "ET", named: "2397-p8", retracts: "a"},
			},
			"2397-p8", matrix.NoInformation, "silent", matrix.NoResponse, 0,
		},
		{
			"a late report is a report",
			[]said{{id: "a", kind: claim.Compliance, by: "state:ET", about: "ET", activity: filedLate}},
			"2397-p8-interim", matrix.NoInformation, "silent", matrix.NoResponse, 0,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := worldOf(tt.said).build(t, when.NoDay)
			c := cell(t, m, tt.obligation, "ET")
			if c.Evidence != tt.evidence || c.By.ID != tt.rule || c.Response != tt.response || c.Origins != tt.origins {
				t.Errorf("%s: evidence %q by %q, response %q, %d origins; want %q by %q, %q, %d", tt.obligation,
					c.Evidence, c.By.ID, c.Response, c.Origins, tt.evidence, tt.rule, tt.response, tt.origins)
			}
		})
	}
}

func cell(t testing.TB, m *matrix.Matrix, obligation, state string) matrix.Cell {
	t.Helper()
	p, ok := desk.Law.Provision(obligation)
	if !ok {
		t.Fatal("no provision " + obligation)
	}
	q := matrix.Query{States: []place.State{must(desk.Places.ParseState(state))}, Empty: true}
	q.Obligations = append(q.Obligations, p)
	cells := m.Cells(q)
	if len(cells) != 1 {
		t.Fatalf("%d cells for %s of %s, want 1", len(cells), obligation, state)
	}
	return cells[0]
}

// TestDetails checks what a cell says beside its two words.
func TestDetails(t *testing.T) {
	m := worldOf([]said{
		{id: "a", kind: claim.Allegation, by: "press", about: "ET", activity: hostingLate, asked: true},
		{id: "b", kind: claim.Compliance, by: "state:ET", about: "ET", activity: filedLate},
		{id: "c", kind: claim.Allegation, by: "state:US", about: "ET", named: "2270-p18"},
	}).build(t, when.NoDay)
	if c := cell(t, m, "2397-p8", "ET"); !c.PressOnly || len(c.Silent) != 1 || c.ByHand {
		t.Errorf("press only %v, %d silences, by hand %v; want true, 1, false", c.PressOnly, len(c.Silent), c.ByHand)
	}
	if c := cell(t, m, "2397-p8-interim", "ET"); c.Complied != 1 || c.Items[0].Late != 29 {
		t.Errorf("complied %d, late %d; want 1 and 29 days", c.Complied, c.Items[0].Late)
	}
	if c := cell(t, m, "2270-p18", "ET"); !c.ByHand || c.Evidence != matrix.Alleged {
		t.Errorf("by hand %v, %s; want an obligation named by a person to be marked", c.ByHand, c.Evidence)
	}
}

// TestKnownAt leaves out what was published later, and says how much that was.
func TestKnownAt(t *testing.T) {
	w := worldOf([]said{
		{id: "a", kind: claim.Allegation, by: "press", about: "ET", activity: hostingLate, on: "2020-07-01"},
		{id: "b", kind: claim.Finding, by: "panel", about: "ET", activity: hostingLate, on: "2021-03-04"},
	})
	m := w.build(t, when.Date(2020, 12, 31))
	if c := cell(t, m, "2397-p8", "ET"); c.Evidence != matrix.Alleged || m.LeftOut != 1 {
		t.Errorf("%s with %d left out; want alleged with 1", c.Evidence, m.LeftOut)
	}
}

// TestNothingFromAName: every word of a cell stays when the names of two states that no provision names change places, and
// the order of claims does not matter.
func TestNothingFromAName(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(anySaid), 1, 8).Draw(rt, "said")
		for i := range lines {
			lines[i].id = fmt.Sprint("c", i)
			if lines[i].kind == claim.Denial || lines[i].kind == claim.Remedy || lines[i].kind == claim.LawReading {
				lines[i].answers = "c0"
			}
		}
		before := words(worldOf(lines).build(t, when.NoDay))

		swapped := slices.Clone(lines)
		for i := range swapped {
			swapped[i].about = swap(swapped[i].about)
			swapped[i].by = swap(swapped[i].by)
			swapped[i].activity = swap(swapped[i].activity)
		}
		var want []string
		for _, w := range before {
			want = append(want, swap(w))
		}
		after := words(worldOf(swapped).build(t, when.NoDay))
		slices.Sort(want)
		slices.Sort(after)
		if !slices.Equal(want, after) {
			rt.Fatalf("swapped:\n%s\nwant:\n%s", strings.Join(after, "\n"), strings.Join(want, "\n"))
		}

		turned := slices.Clone(lines)
		slices.Reverse(turned)
		other := words(worldOf(turned).build(t, when.NoDay))
		if !slices.Equal(before, other) {
			rt.Fatalf("in another order:\n%s\nwant:\n%s", strings.Join(other, "\n"), strings.Join(before, "\n"))
		}
	})
}

func anySaid(t *rapid.T) said {
	a := rapid.SampledFrom([]string{hostingLate, hostingThen, filedLate, ""}).Draw(t, "activity")
	about := rapid.SampledFrom([]string{"ET", "UG"}).Draw(t, "about")
	s := said{
		kind: rapid.SampledFrom([]claim.Kind{
			claim.Allegation, claim.Finding, claim.Decision, claim.Denial, claim.Remedy, claim.LawReading, claim.Compliance,
		}).Draw(t, "kind"),
		by:    rapid.SampledFrom([]string{"panel", "press", "court", "state:US", "state:ET", "state:UG"}).Draw(t, "by"),
		about: about, activity: a,
		grade:  rapid.SampledFrom([]string{"", "B2", "C3", "D4", "F6"}).Draw(t, "grade"),
		origin: rapid.SampledFrom([]string{"", "one"}).Draw(t, "origin"),
		named:  "2397-p8",
		on:     rapid.SampledFrom([]string{"2020", "2021-02"}).Draw(t, "on"),
	}
	if about == "UG" {
		s.activity = strings.ReplaceAll(a, "ET", "UG")
	}
	return s
}

func swap(s string) string {
	return strings.NewReplacer("ET", "UG", "UG", "ET").Replace(s)
}

// words writes every cell in one line, items included.
func words(m *matrix.Matrix) []string {
	var out []string
	for _, c := range m.Cells(matrix.Query{}) {
		line := fmt.Sprintf("%s %s %s: %s (%s), %s, %d origins, %d complied, press %v, by hand %v:", c.Obligation.ID, c.State,
			c.Period, c.Evidence, c.By.ID, c.Response, c.Origins, c.Complied, c.PressOnly, c.ByHand)
		for _, i := range c.Items {
			line += fmt.Sprintf(" %s=%s", i.ID(), i.Bears)
		}
		out = append(out, line)
	}
	return out
}

// TestAnswersNeverWeaken: adding answers of the state to anything that is said leaves evidence and origins as they were.
func TestAnswersNeverWeaken(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.Custom(anySaid), 1, 5).Draw(rt, "said")
		for i := range lines {
			lines[i].id = fmt.Sprint("c", i)
		}
		before := cell(t, worldOf(lines).build(t, when.NoDay), "2397-p8", "ET")
		lines = append(lines, said{
			id: "d", kind: rapid.SampledFrom([]claim.Kind{claim.Denial, claim.LawReading, claim.Legitimacy}).Draw(rt, "answer"),
			by: "state:ET", about: "ET", named: "2397-p8", answers: "c0", grade: "A1",
		})
		after := cell(t, worldOf(lines).build(t, when.NoDay), "2397-p8", "ET")
		if before.Evidence != after.Evidence || before.Origins != after.Origins {
			rt.Fatalf("an answer changed the evidence from %s (%d) to %s (%d)", before.Evidence, before.Origins, after.Evidence, after.Origins)
		}
	})
}

// TestFigures: what a state reports of itself counts like what others say of it, by the law of the days it covers; where the
// law changed within them, it may be a breach and may not.
func TestFigures(t *testing.T) {
	tests := []struct {
		period   string
		kind     record.Kind
		evidence matrix.Evidence
	}{
		{"2016-06", record.Reported, matrix.NoInformation},
		{"2018", record.Reported, matrix.Alleged},
		{"2018", record.Estimated, matrix.Alleged},
		{"2018", record.Derived, matrix.Possible},
		{"2017", record.Reported, matrix.Possible},
	}
	for _, tt := range tests {
		t.Run(tt.period+" "+tt.kind.String(), func(t *testing.T) {
			a := must(desk.Read("test.yaml", []byte(
				`{kind: transfer, date: `+tt.period+`, jurisdiction: ET, origin: KP, destination: ET, goods: [{commodity: seafood}]}`)))[0]
			m, err := matrix.Build(matrix.Input{
				Law: desk.Law, Judge: desk.Engine, KnownAt: when.NoDay,
				Figures: []matrix.Figure{{
					Record:   &record.Record{ID: "r", Series: "own", Kind: tt.kind, Period: a.Date},
					Activity: a, About: must(desk.Places.ParseState("ET")),
				}},
			})
			if err != nil {
				t.Fatal(err)
			}
			if c := cell(t, m, "2371-p9", "ET"); c.Evidence != tt.evidence {
				t.Errorf("%s, want %s: %+v", c.Evidence, tt.evidence, c.Items)
			}
		})
	}
}

// TestFiguresOfOneVoice: the months of a state's table, and what its officials say, are one origin; the rows have names even
// where their table gives none.
func TestFiguresOfOneVoice(t *testing.T) {
	state := must(desk.Places.ParseState("ET"))
	const act = `{kind: transfer, date: 2018-01, jurisdiction: ET, origin: KP, destination: ET, goods: [{commodity: seafood}]}`
	in := matrix.Input{Law: desk.Law, Judge: desk.Engine, KnownAt: when.NoDay}
	var records []*record.Record
	for _, month := range []string{"2018-01", "2018-02", "2018-03"} {
		a := must(desk.Read("test.yaml", []byte(strings.Replace(act, "2018-01", month, 1))))[0]
		r := &record.Record{Series: "table", Reporter: state, Flow: record.Import, Commodity: "seafood", Period: a.Date}
		records = append(records, r)
		in.Figures = append(in.Figures, matrix.Figure{Record: r, Activity: a, About: state})
	}
	c := cell(t, must(matrix.Build(in)), "2371-p9", "ET")
	if c.Origins != 1 || c.Evidence != matrix.Alleged {
		t.Errorf("three months of one table are %d origins, %s", c.Origins, c.Evidence)
	}
	if got := c.Items[0].ID(); got != "et-import-seafood-2018-01" {
		t.Errorf("the first row is called %q", got)
	}
	records[2].Reporter, records[2].By = 0, "An agency"
	if c := cell(t, must(matrix.Build(in)), "2371-p9", "ET"); c.Origins != 2 || c.Evidence != matrix.Corroborated {
		t.Errorf("a state and an agency are %d origins, %s", c.Origins, c.Evidence)
	}
}

package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// conduct is what is known, with the matrices that are kept.
type conduct struct {
	*Facts
	desk *states.Desk
	// events are the titles of events by their ids.
	events map[string]string
}

func (c *conduct) matrix(known when.Day) (*matrix.Matrix, error) { return c.Matrices.At(known) }

// keeping holds what was worked out from facts for as long as they are the same.
type keeping struct {
	mu sync.Mutex
	of *conduct
}

// conduct gives what is known now.
func (s *Site) conduct(ctx context.Context) (*conduct, error) {
	if s.Library == nil {
		return nil, fault.New(fault.Unavailable, "this server was started without what is known of states").WithFix("start it with `cordon serve`")
	}
	f, err := s.Library.Facts(ctx)
	if err != nil {
		return nil, err
	}
	s.keeping.mu.Lock()
	defer s.keeping.mu.Unlock()
	if k := s.keeping.of; k == nil || k.Version != f.Version {
		if f.Matrices == nil {
			own := *f
			own.Matrices = states.NewMatrices(f.States)
			f = &own
		}
		s.keeping.of = &conduct{Facts: f, desk: f.States, events: map[string]string{}}
		for i := range f.Events {
			s.keeping.of.events[f.Events[i].ID] = f.Events[i].Title
		}
	}
	return s.keeping.of, nil
}

// statesPage is who keeps the rules: one measure at a time, on a map and as a table.
type statesPage struct {
	Query    map[string]string
	Errors   []fieldError
	Measures []measureChoice
	Measure  string
	// Years are the choices of time; "" is all of it.
	Years       []yearChoice
	First, Last int
	Known       when.Day
	LeftOut     int
	Map         template.HTML
	Columns     []column
	Rows        []stateRow
	// Asserted is the number of states of which something forbidden is asserted; OnRecord that of all in the table.
	Asserted, OnRecord int
	Standard, Balance  string
	Watchers           []states.Watcher
	Dates              dates
	File               drawingFile
	// YearStops are the choices of the slider of years.
	YearStops string
}

// MapNote says how the map is to be read.
func (*statesPage) MapNote() string { return mapNote }

const mapNote = "A state has the strongest sign that it has under this measure. Rows: an answer or compliance, and nothing forbidden; " +
	"dots: possible; hatched: alleged; hatched closely: corroborated; filled: adjudicated; plain: nothing on record. " +
	"Outlines by Natural Earth; they say nothing about borders or recognition."

// Heading says what was found in a sentence.
func (p *statesPage) Heading() string {
	what := report.MeasureWord(p.Measure)
	if y := p.Query["year"]; y != "" {
		what += " in " + y
	}
	if p.OnRecord == 0 {
		return what
	}
	of := strconv.Itoa(p.Asserted)
	switch p.Asserted {
	case 0:
		of = "none"
	case p.OnRecord:
		of = "all"
	}
	return fmt.Sprintf("%s: something is on record of %s, and something forbidden is asserted, or may be, of %s of them", what, report.Plural(p.OnRecord, "state"), of)
}

type measureChoice struct {
	ID, Title string
	States    int
}

type yearChoice struct {
	Year, Address string
	Chosen        bool
}

// column is an obligation.
type column struct {
	P       *law.Provision
	Address string
}

type stateRow struct {
	Code, Name string
	Cells      []stateCell
}

// stateCell is what a table shows of a cell; Level "" for no cell at all.
type stateCell struct {
	Level, Response, Note, Address string
	Met                            int
}

// firstMeasure is the one that the page opens with: the question that the story begins with.
const firstMeasure = "labour"

var statesParameters = []string{"measure", "year", "known_at"}

func (s *Site) whoKeeps(r *http.Request) (*answer, error) {
	if err := known(r, append(statesParameters, "figure", "format")...); err != nil {
		return nil, err
	}
	c, err := s.conduct(r.Context())
	if err != nil {
		return nil, err
	}
	page := &statesPage{Query: map[string]string{}, Known: when.NoDay, Standard: report.EvidenceStandard, Balance: report.BalanceCaution, Watchers: c.desk.Watchers}
	for _, n := range statesParameters {
		page.Query[n] = strings.TrimSpace(r.URL.Query().Get(n))
	}
	page.Measure = cmp.Or(page.Query["measure"], firstMeasure)
	page.Known = dayField(page.Query, &page.Errors, "known_at", "As known on")
	m, err := c.matrix(page.Known)
	if err != nil {
		return nil, err
	}
	page.LeftOut = m.LeftOut
	cells, err := s.cellsOf(c, m, page)
	if err != nil {
		return nil, err
	}
	s.tabulate(page, cells)
	page.Dates = datesOf(page.Query, page.Errors, "known_at")
	a := &answer{template: "states", title: page.Heading(), body: page, dated: &dated{asOf: when.NoDay, known: page.Known}}
	a.forms = map[string]form{
		"json": func() (*answer, error) {
			return asJSON(report.StatesForPrograms(&report.StatesView{Cells: cells, Known: page.Known, LeftOut: m.LeftOut}))
		},
		"csv": asCSV(func() ([][]string, error) { return report.CellRows(cells), nil }),
	}
	if page.OnRecord > 0 && len(page.Errors) == 0 {
		d := drawing{ID: "map", Title: page.Heading(), Notes: []string{mapNote}, SVG: page.Map, Height: worldHeight * (drawingWidth - 2*drawingMargin) / worldWidth}
		a.forms["svg"], page.File = s.drawn(r, a, []drawing{d}), d.file(r)
	}
	return a.refuse(page.Errors), nil
}

// dayField reads a field that holds one day.
func dayField(query map[string]string, errs *[]fieldError, name, label string) when.Day {
	text := query[name]
	if text == "" {
		return when.NoDay
	}
	p, err := readDate(text)
	if err == nil && !p.Exact() {
		err = fault.New(fault.Invalid, "%q is not one day", text).WithFix("write it as 2017-10-01, or 1 October 2017")
	}
	if err != nil {
		*errs = append(*errs, fieldError{"f-" + strings.ReplaceAll(name, "_", "-"), label, plain(err)})
		return when.NoDay
	}
	return p.From
}

// cellsOf chooses the cells of the page, and fills in the choices.
func (s *Site) cellsOf(c *conduct, m *matrix.Matrix, page *statesPage) ([]matrix.Cell, error) {
	s.choices(page, m)
	obligations, err := c.desk.Obligations([]string{page.Measure})
	if err != nil {
		return nil, err
	}
	q := matrix.Query{Obligations: slices.DeleteFunc(obligations, func(p *law.Provision) bool { return p.Binding == "reaffirms" })}
	if y := page.Query["year"]; y != "" {
		n, err := strconv.Atoi(y)
		if err != nil || n < page.First || n > page.Last {
			page.Errors = append(page.Errors, fieldError{"f-year", "Year", fmt.Sprintf("%q is no year from %d to %d", y, page.First, page.Last)})
		} else {
			q.Periods = []when.Period{{From: when.Date(n, 1, 1), To: when.Date(n, 12, 31)}}
		}
	}
	return m.Cells(q), nil
}

// choices fills in measures and years.
func (s *Site) choices(page *statesPage, m *matrix.Matrix) {
	count := map[string]map[place.State]bool{}
	items := m.Items()
	for i := range items {
		x := &items[i]
		if x.Obligation.Binding == "reaffirms" {
			continue
		}
		if count[x.Obligation.Measure] == nil {
			count[x.Obligation.Measure] = map[place.State]bool{}
		}
		count[x.Obligation.Measure][x.State] = true
	}
	for id, n := range count {
		page.Measures = append(page.Measures, measureChoice{id, report.MeasureWord(id), len(n)})
	}
	slices.SortFunc(page.Measures, func(a, b measureChoice) int { return cmp.Compare(a.Title, b.Title) })
	span := m.Span()
	if !claim.Given(span) {
		return
	}
	page.First, _, _ = span.From.Civil()
	page.Last, _, _ = min(span.To, s.Today()).Civil()
	for y := page.First; y <= page.Last; y++ {
		year := strconv.Itoa(y)
		page.Years = append(page.Years, yearChoice{year, s.statesAddress(page, year), year == page.Query["year"]})
		page.YearStops += " " + year
	}
}

func (s *Site) statesAddress(page *statesPage, year string) string {
	q := url.Values{}
	for n, v := range page.Query {
		if v != "" {
			q.Set(n, v)
		}
	}
	q.Del("year")
	if year != "" {
		q.Set("year", year)
	}
	return "/states?" + q.Encode()
}

// tabulate lays cells out as the table and the map.
func (s *Site) tabulate(page *statesPage, cells []matrix.Cell) {
	rows := map[place.State]*stateRow{}
	at := map[*law.Provision]int{}
	for i := range cells {
		if p := cells[i].Obligation; !slices.ContainsFunc(page.Columns, func(c column) bool { return c.P == p }) {
			at[p] = len(page.Columns)
			page.Columns = append(page.Columns, column{p, "/law/" + p.ID})
		}
	}
	shown := map[string]mapped{}
	for i := range cells {
		c := &cells[i]
		code := c.State.String()
		row := rows[c.State]
		if row == nil {
			row = &stateRow{Code: code, Name: s.state(code), Cells: make([]stateCell, len(page.Columns))}
			rows[c.State] = row
		}
		row.Cells[at[c.Obligation]] = cellOf(c, page)
		shown[code] = strongest(shown[code], c, row.Name)
	}
	for _, row := range rows {
		page.Rows = append(page.Rows, *row)
		if l := shown[row.Code].Level; l != "answered" {
			page.Asserted++
		}
	}
	page.OnRecord = len(page.Rows)
	slices.SortFunc(page.Rows, func(a, b stateRow) int { return cmp.Compare(a.Name, b.Name) })
	for code, m := range shown {
		m.Address = stateAddress(code, page)
		shown[code] = m
	}
	page.Map = s.worldMap(shown, "What is on record of each state; the table below says the same in words")
}

// levels are the words for evidence, weakest first, with that for states of which nothing forbidden is asserted.
var levels = []string{"answered", "possible", "alleged", "corroborated", "adjudicated"}

// strongest keeps the strongest evidence that any of the obligations has: the map has one colour for each state.
func strongest(m mapped, c *matrix.Cell, name string) mapped {
	level := levelOf(c)
	if m.Level != "" && slices.Index(levels, m.Level) >= slices.Index(levels, level) {
		return m
	}
	text := name + ": " + level
	if level == "answered" {
		text = name + ": an answer or compliance is on record, and nothing forbidden"
	}
	return mapped{Level: level, Text: text}
}

func levelOf(c *matrix.Cell) string {
	if c.Evidence == matrix.NoInformation {
		return "answered"
	}
	return c.Evidence.String()
}

func cellOf(c *matrix.Cell, page *statesPage) stateCell {
	out := stateCell{Met: c.Complied, Address: stateAddress(c.State.String(), page) + "#" + partOf(c)}
	if c.Evidence > matrix.NoInformation {
		out.Level = c.Evidence.String()
	} else {
		out.Level = "none"
	}
	switch {
	case c.Response != matrix.NoResponse:
		out.Response = c.Response.String()
	case len(c.Silent) > 0:
		out.Response = "asked, silent"
	}
	if c.PressOnly {
		out.Note = "press only"
	}
	if c.Unverified {
		out.Note = strings.TrimPrefix(out.Note+", text not seen", ", ")
	}
	return out
}

// partOf gives the part of a state's page that is about a cell.
func partOf(c *matrix.Cell) string {
	switch onlyMet := !slices.ContainsFunc(c.Items, func(i *matrix.Item) bool { return i.Bears != matrix.Complied }); {
	case c.Obligation.Due != when.NoDay:
		return "reports"
	case onlyMet:
		return "complied"
	default:
		return c.Obligation.ID
	}
}

func stateAddress(code string, page *statesPage) string {
	a := "/states/" + code
	if page.Known != when.NoDay {
		a += "?known_at=" + page.Known.String()
	}
	return a
}

// statePage is what is known of one state.
type statePage struct {
	Code, Name string
	Errors     []fieldError
	Query      map[string]string
	Known      when.Day
	Doc        *report.Document
	// Glance are the obligations with evidence or an answer, and Jumps the parts of the report after those about each.
	Glance []glanceRow
	Jumps  []report.Section
	// Evidence is how many items stand under an obligation, where they are too many to stand open.
	Evidence map[string]int
	Figures  []chart
	Dates    dates
}

// itemsOpen is how many items stand open under an obligation: with more, a page of a state is as long as a book on a phone.
const itemsOpen = 2

// glanceRow is an obligation in the table at the head of a state's page, with the answer of the state in its own words' sense.
type glanceRow struct {
	P                       *law.Provision
	Cell                    stateCell
	Answer, AnswerID, Where string
}

// glance sums up conduct; provisions that restate an earlier one are left out, as in the report.
func (s *Site) glance(page *statePage, d *states.Dossier) {
	conduct := map[string]bool{}
	for i := range d.Conduct {
		c := &d.Conduct[i]
		if c.Obligation.Binding == "reaffirms" {
			continue
		}
		row := glanceRow{P: c.Obligation, Cell: cellOf(c, &statesPage{Known: page.Known}), Where: "#" + c.Obligation.ID}
		if c.Answer != nil && c.Answer.Claim != nil {
			row.Answer, row.AnswerID = c.Answer.Claim.Text, c.Answer.Claim.ID
		}
		conduct[c.Obligation.ID] = true
		page.Glance = append(page.Glance, row)
	}
	slices.SortStableFunc(page.Glance, func(a, b glanceRow) int { // the strongest first
		return cmp.Compare(slices.Index(levels, b.Cell.Level), slices.Index(levels, a.Cell.Level))
	})
	page.Evidence = map[string]int{}
	for _, sec := range page.Doc.Sections {
		if !conduct[sec.ID] {
			page.Jumps = append(page.Jumps, sec)
			continue
		}
		for _, b := range sec.Blocks {
			if n := len(b.Items); n > itemsOpen {
				page.Evidence[sec.ID] = n
			}
			if len(b.Items) > 0 {
				break // what follows is what would settle it
			}
		}
	}
}

func (s *Site) oneState(r *http.Request) (*answer, error) {
	if err := known(r, "known_at", "figure", "format"); err != nil {
		return nil, err
	}
	c, err := s.conduct(r.Context())
	if err != nil {
		return nil, err
	}
	st, err := s.Desk.Places.ParseState(r.PathValue("code"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "there is no state %q", r.PathValue("code")).WithFix("the table under “Who keeps the rules?” leads to all of whom anything is on record")
	}
	if code := st.String(); code != r.PathValue("code") {
		return &answer{location: "/states/" + code}, nil
	}
	page := &statePage{Code: st.String(), Name: s.state(st.String()), Query: map[string]string{"known_at": strings.TrimSpace(r.URL.Query().Get("known_at"))}}
	page.Known = dayField(page.Query, &page.Errors, "known_at", "As known on")
	m, err := c.matrix(page.Known)
	if err != nil {
		return nil, err
	}
	d, err := c.desk.DossierOf(m, st, page.Known)
	if err != nil {
		return nil, err
	}
	page.Doc = report.Dossier(d, s.state, s.Versions, s.Desk.Law.Version)
	s.glance(page, d)
	page.Dates = datesOf(page.Query, page.Errors, "known_at")
	page.Figures = s.tradeCharts(d)
	a := &answer{template: "state", title: page.Doc.Title, body: page, dated: &dated{asOf: when.NoDay, known: page.Known}}
	a.forms = map[string]form{
		"json": func() (*answer, error) { return asJSON(report.DossierForPrograms(d, s.Versions, s.Desk.Law.Version)) },
		"csv":  asCSV(func() ([][]string, error) { return report.CellRows(slices.Concat(d.Conduct, d.Complied)), nil }),
	}
	s.drawCharts(r, a, page.Figures)
	return a.refuse(page.Errors), nil
}

var (
	identified = pattern.New(`\[[a-z0-9][a-z0-9-]*[;\]]|\b[a-z0-9]+(?:-[a-z0-9]+)+\b|\b[a-z]+\.[a-z_]+\b`)
	addressed  = pattern.New(`https?://[^\s<>"')\]]*[^\s<>"')\].,;:!?]`) // what ends a sentence is no part of an address
	isoDays    = pattern.New(`^[12][0-9]{3}(?:-[01][0-9]){0,1}(?:-[0-3][0-9])?(?:/[12][0-9]{3}-[01][0-9]-[0-3][0-9])?$`)
	idBehind   = pattern.New(` \(([a-z0-9]+(?:-[a-z0-9]+)+)\)`)
)

// sectionTitle heads a section of a report: one about a provision with its name and paragraph, in place of its id.
func (s *Site) sectionTitle(sec report.Section) template.HTML {
	p, ok := s.Desk.Law.Provision(sec.ID)
	if !ok {
		return template.HTML(template.HTMLEscapeString(sec.Title))
	}
	return template.HTML(template.HTMLEscapeString(p.Title) + ` <span class="meta block"><a href="/law/` + p.ID + `">` + template.HTMLEscapeString(p.Cite()) + `</a></span>`)
}

// linked writes a text of a report with its claims, provisions and web addresses as links; undertakings and events have their
// titles in place of their ids, facts theirs in place of their names.
func (s *Site) linked(text string) template.HTML {
	t := template.HTMLEscapeString(text)
	if strings.Contains(t, "://") && addressed.MatchString(t) {
		return template.HTML(addressed.ReplaceAllString(t, `<a href="$0" rel="external noreferrer">$0</a>`))
	}
	if !strings.ContainsAny(t, "[-.") { // no id without one of them
		return template.HTML(t)
	}
	c, err := s.conduct(context.Background()) // what is in memory already
	if err == nil {
		t = c.saidOnce(t)
	}
	return template.HTML(identified.ReplaceAllStringFunc(t, func(id string) string {
		if fact, ok := vocab.FactNamed(id); ok {
			return "“" + template.HTMLEscapeString(vocab.FactOf(fact).Title) + "”"
		}
		if p, ok := s.Desk.Law.Provision(id); ok {
			return `<a href="/law/` + id + `">` + template.HTMLEscapeString(p.Cite()) + `</a>`
		}
		if err != nil {
			return id
		}
		return c.identified(id)
	}))
}

// saidOnce takes the id of an event away that stands in brackets behind its title, which would stand there twice.
func (c *conduct) saidOnce(t string) string {
	if !strings.Contains(t, " (") {
		return t
	}
	var b strings.Builder
	end := 0
	for _, m := range idBehind.FindAllStringSubmatchIndex(t, -1) {
		title, ok := c.events[t[m[2]:m[3]]]
		if !ok || !strings.HasSuffix(t[:m[0]], template.HTMLEscapeString(title)) {
			continue
		}
		b.WriteString(t[end:m[0]])
		end = m[1]
	}
	return b.String() + t[end:]
}

// identified gives what an id stands for: a claim in brackets as a link with its speaker, an undertaking or event by its title, and what is no id
// as it is.
func (c *conduct) identified(id string) string {
	if id[0] == '[' {
		inner, end := id[1:len(id)-1], id[len(id)-1:]
		said, err := c.desk.Ledger.Claim(inner)
		if err != nil {
			return id
		}
		return `[<a href="/claims/` + inner + `">` + template.HTMLEscapeString(said.Speaker) + `</a>` + end
	}
	if c.Commitments != nil {
		if p, ok := c.Commitments.Law.Provision(id); ok {
			return `<a href="/commitments/` + id + `">` + template.HTMLEscapeString(p.Title) + `</a>`
		}
	}
	if title, ok := c.events[id]; ok {
		return template.HTMLEscapeString(title)
	}
	return id
}

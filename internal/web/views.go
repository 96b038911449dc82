package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// storyPage is the July 2017 story with what each sentence rests on and the rulings.
type storyPage struct {
	Title, Lead string
	Sections    []toldSection
}

type toldSection struct {
	ID, Title string
	Says      []told
	// About introduces the rulings in Lines.
	About string
	Lines []storyLine
}

// told is a sentence with what it rests on.
type told struct {
	Text    string
	Claims  []claimCard
	Figures []toldFigure
	Events  []event.Event
	Law     []*law.Provision
	// Undertakings are ids.
	Undertakings []string
}

type toldFigure struct {
	Text   string
	Record *record.Record
}

type storyLine struct {
	A       *activity.Activity
	Note    string
	Verdict ruling.Verdict
	Cites   []cite
	Address string
}

func (s *Site) story(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	page, err := s.tale()
	return &answer{template: "story", title: "July 2017: what the law was on the day", body: page}, err
}

// told puts the story together, once for each site: neither it nor the law nor what ships with the program changes.
func (s *Site) told() (*storyPage, error) {
	if s.Story == nil {
		return nil, fault.New(fault.Unavailable, "this server was started without the story")
	}
	page := &storyPage{Title: s.Story.Title, Lead: s.Story.Lead}
	for _, sec := range s.Story.Sections {
		out := toldSection{ID: sec.ID, Title: sec.Title}
		for _, x := range sec.Says {
			t, err := s.resting(x)
			if err != nil {
				return nil, err
			}
			out.Says = append(out.Says, t)
		}
		if sec.Part != "" {
			i := slices.IndexFunc(s.Story.Parts, func(p StoryPart) bool { return p.ID == sec.Part })
			if i < 0 {
				return nil, fault.New(fault.Invalid, "the story names the part %q, which is not there", sec.Part)
			}
			var err error
			out.About = s.Story.Parts[i].Text
			if out.Lines, err = s.ruledLines(s.Story.Parts[i]); err != nil {
				return nil, err
			}
		}
		page.Sections = append(page.Sections, out)
	}
	return page, nil
}

// resting finds what a sentence rests on; what is not there is a fault that names it.
func (s *Site) resting(x Sentence) (told, error) {
	t := told{Text: x.Text, Undertakings: x.Undertakings}
	co, err := s.conduct(context.Background()) // once for a site, whoever asks first
	if err != nil {
		return t, err
	}
	for _, id := range x.Law {
		p, ok := s.Desk.Law.Provision(id)
		if !ok {
			return t, fault.New(fault.Invalid, "the story names the provision %q, which is not there", id)
		}
		t.Law = append(t.Law, p)
	}
	for _, id := range x.Events {
		i := slices.IndexFunc(co.Events, func(e event.Event) bool { return e.ID == id })
		if i < 0 {
			return t, fault.New(fault.Invalid, "the story names the event %q, which is not there", id)
		}
		t.Events = append(t.Events, co.Events[i])
	}
	for _, id := range x.Claims {
		c, err := co.desk.Ledger.Claim(id)
		if err != nil {
			return t, err
		}
		t.Claims = append(t.Claims, s.cardOf(co.desk.Ledger, c))
	}
	for _, id := range x.Figures {
		i := slices.IndexFunc(co.desk.Records, func(r record.Record) bool { return r.Series+"/"+r.Name() == id })
		if i < 0 {
			return t, fault.New(fault.Invalid, "the story names the figure %q, which is not there", id)
		}
		r := &co.desk.Records[i]
		t.Figures = append(t.Figures, toldFigure{report.RecordText(r, s.state), r})
	}
	return t, nil
}

// ruledLines rules on the activities of a part.
func (s *Site) ruledLines(part StoryPart) ([]storyLine, error) {
	var out []storyLine
	var before *activity.Activity
	for _, a := range part.Activities {
		rl, err := s.Desk.Engine.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay, Brief: true})
		if err != nil {
			return nil, err
		}
		line := storyLine{A: a, Note: capital(part.Notes[a.ID]), Verdict: rl.Verdict, Address: link(a)}
		if line.Note == "" {
			line.Note = s.against(before, a)
		}
		before = a
		for _, f := range rl.Deciding() {
			c := cite{f.Provision.Cite(), "/law/" + f.Provision.ID}
			if !slices.Contains(line.Cites, c) {
				line.Cites = append(line.Cites, c)
			}
		}
		out = append(out, line)
	}
	return out, nil
}

// against says in what an activity differs from the one before, or all of it.
func (s *Site) against(before, a *activity.Activity) string {
	stated := map[said]bool{}
	if before != nil {
		for _, x := range s.said(before) {
			stated[x] = true
		}
	}
	var parts []string
	for _, x := range s.said(a) {
		if !stated[x] {
			parts = append(parts, strings.ToLower(x.Title)+" "+x.Value)
		}
	}
	if len(parts) == 0 {
		return "The same"
	}
	if before == nil {
		return capital(strings.Join(parts, ", "))
	}
	return "The same with " + strings.Join(parts, ", ")
}

// whoPage is "who is it?".
type whoPage struct {
	Query  Query
	Typed  map[string]string
	Errors []fieldError
	NoPort bool
	Lists  []ListState
	Asked  bool
	Result *Screening
	// Near are subjects that were no hit, but have names that hold what was typed;
	// MoreNear is how many there are besides.
	Near     []suggestion
	MoreNear int
	// Batch is true for a batch that could not be taken; Names and BatchDate are
	// what was typed for it.
	Batch            bool
	Names, BatchDate string
	// Held is the batch that could not be taken, and Columns its columns, for whoever says which is which.
	Held     heldBatch
	Columns  columnsForm
	Dates    dates
	Pictures []namedPicture
}

// subjectKinds are the kinds that can be asked for.
var subjectKinds = []option{{Value: "person", Label: "Person"}, {Value: "organisation", Label: "Firm or body"}, {Value: "vessel", Label: "Ship"}, {Value: "aircraft", Label: "Aircraft"}}

// Kinds gives the kinds with the one asked for.
func (p *whoPage) Kinds() []option {
	list := slices.Clone(subjectKinds)
	for i := range list {
		list[i].Chosen = list[i].Value == p.Typed["kind"]
	}
	return list
}

func (s *Site) who(r *http.Request) (*answer, error) {
	if to := renamed(r, "date", "as_of"); to != "" {
		return &answer{location: to}, nil
	}
	if err := known(r, "name", "kind", "country", "identifier", "as_of", "figure", "format"); err != nil {
		return nil, err
	}
	page := &whoPage{NoPort: s.Screener == nil, Typed: map[string]string{}}
	for _, n := range []string{"name", "kind", "country", "identifier", "as_of"} {
		page.Typed[n] = strings.TrimSpace(r.URL.Query().Get(n))
	}
	var err error
	if page.Lists, err = s.loaded(r); err != nil {
		return nil, err
	}
	page.Dates = datesOf(page.Typed, nil, "as_of")
	a := &answer{template: "who", title: "Who is it?", body: page}
	page.Asked = page.Typed["name"] != "" || page.Typed["identifier"] != ""
	if !page.Asked || page.NoPort {
		return a, nil
	}
	if k := page.Typed["kind"]; k != "" && !slices.ContainsFunc(subjectKinds, func(o option) bool { return o.Value == k }) {
		return nil, fault.New(fault.Usage, "%q is no kind of subject", k).WithFix("choose person, organisation, vessel or aircraft, or leave it out")
	}
	page.Query = Query{Name: page.Typed["name"], Kind: page.Typed["kind"], Identifier: page.Typed["identifier"], AsOf: when.NoDay}
	if c := page.Typed["country"]; c != "" {
		st, err := s.Desk.Places.ParseState(c)
		if err != nil {
			page.Errors = append(page.Errors, fieldError{"f-country", "Country", plain(err)})
		} else {
			page.Query.Country = st.String()
		}
	}
	page.Query.AsOf = dayField(page.Typed, &page.Errors, "as_of", "As of")
	page.Dates, a.dated = datesOf(page.Typed, page.Errors, "as_of"), &dated{asOf: page.Query.AsOf, known: when.NoDay}
	if len(page.Errors) > 0 {
		return a.refuse(page.Errors), nil
	}
	res, err := s.Screener.Screen(r.Context(), page.Query)
	if err != nil {
		return nil, err
	}
	page.Result = &res
	if err := s.near(r, page); err != nil {
		return nil, err
	}
	a.title = strings.TrimSpace(page.Typed["name"]+" "+page.Typed["identifier"]) + ": who is it?"
	s.takeEvidence(r, a, page)
	return a, nil
}

// near finds subjects with names that hold what was typed, which is often part of
// a name: a screening takes it for the whole.
func (s *Site) near(r *http.Request, page *whoPage) error {
	if page.Query.Name == "" || len(page.Query.Name) > maxTyped || page.Result.Outcome == "not_screened" {
		return nil
	}
	found, err := s.suggested(r.Context(), page.Query.Name)
	if err != nil {
		return err
	}
	page.MoreNear = found.More
	for _, x := range found.List {
		if !slices.ContainsFunc(page.Result.Hits, func(h Hit) bool { return h.ID == x.ID }) {
			page.Near = append(page.Near, x)
		}
	}
	return nil
}

// listRows gives lists as a table.
func listRows(list []ListState) [][]string {
	rows := [][]string{{"list", "title", "authority", "snapshot", "subjects", "published", "checked", "sha256", "stale", "error"}}
	for _, l := range list {
		rows = append(rows, []string{l.ID, l.Title, l.Authority, l.Snapshot, strconv.Itoa(l.Subjects), l.Published.String(), l.Checked.String(), l.Hash, l.Stale, l.Error})
	}
	return rows
}

func (s *Site) lists(r *http.Request) (*answer, error) {
	if err := known(r, "format"); err != nil {
		return nil, err
	}
	list, err := s.loaded(r)
	return &answer{template: "lists", title: "Lists", body: list, forms: map[string]form{
		"csv": asCSV(func() ([][]string, error) { return listRows(list), nil }),
	}}, err
}

// reference is the reference page of the API.
func (s *Site) reference(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	return &answer{template: "api", title: "The API", body: groups(s.Operations)}, nil
}

// operationGroup are the operations on one subject.
type operationGroup struct {
	Tag        string
	Operations []Operation
}

// groups puts operations together by their tag; those of one tag follow each other.
func groups(list []Operation) []operationGroup {
	var out []operationGroup
	for _, o := range list {
		if n := len(out); n == 0 || out[n-1].Tag != o.Tag {
			out = append(out, operationGroup{Tag: o.Tag})
		}
		last := &out[len(out)-1]
		last.Operations = append(last.Operations, o)
	}
	return out
}

// loaded gives the loaded lists, none without the port.
func (s *Site) loaded(r *http.Request) ([]ListState, error) {
	if s.Lists == nil {
		return nil, nil
	}
	return s.Lists.Lists(r.Context())
}

// about says what is loaded, what is not assessed, and how to reach the data.
func (s *Site) about(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	return &answer{template: "about", title: "What this is, and what it is not", body: s.Desk.Law}, nil
}

package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/examples"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// startPage is the first page.
type startPage struct {
	Lists       []ListState
	NoScreening bool
	Regimes     []regimeState
	Verified    int
	Provisions  int
	Recent      []changeDay
	Data        string
}

type regimeState struct {
	Regime     *law.Regime
	Provisions int
	Newest     when.Day
}

// recentDays is how many days of change the start page shows.
const recentDays = 4

func (s *Site) start(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	page := &startPage{Data: s.Versions.Data, NoScreening: s.Screener == nil}
	var err error
	if page.Lists, err = s.loaded(r); err != nil {
		return nil, err
	}
	for _, g := range s.Desk.Law.Regimes {
		st := regimeState{Regime: g, Newest: when.NoDay}
		for _, in := range g.Instruments {
			st.Provisions += len(in.Provisions)
			st.Newest = max(st.Newest, in.Adopted)
			for _, p := range in.Provisions {
				page.Provisions++
				if p.Verified {
					page.Verified++
				}
			}
		}
		page.Regimes = append(page.Regimes, st)
	}
	days := byDay(law.Changes(s.Desk.Law.Provisions()))
	today := s.Today()
	days = slices.DeleteFunc(days, func(d changeDay) bool { return d.Day > today })
	slices.SortStableFunc(days, func(a, b changeDay) int { return cmp.Compare(b.Day, a.Day) })
	page.Recent = days[:min(recentDays, len(days))]
	return &answer{template: "start", title: "Sanctions law, applied", body: page}, nil
}

// storyPage is the July 2017 story with its rulings.
type storyPage struct{ Parts []storySection }

type storySection struct {
	StoryPart
	Lines []storyLine
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

// judged rules on the story, once for each site: neither it nor the law changes.
func (s *Site) judged() (*storyPage, error) {
	page := &storyPage{}
	for _, part := range s.Story {
		sec := storySection{StoryPart: part}
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
			sec.Lines = append(sec.Lines, line)
		}
		page.Parts = append(page.Parts, sec)
	}
	return page, nil
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
}

// Wrong gives what is wrong with a field; "" for nothing.
func (p *whoPage) Wrong(id string) string {
	for _, e := range p.Errors {
		if e.ID == id {
			return e.Message
		}
	}
	return ""
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
	if err := known(r, "name", "kind", "country", "identifier", "date"); err != nil {
		return nil, err
	}
	page := &whoPage{NoPort: s.Screener == nil, Typed: map[string]string{}}
	for _, n := range []string{"name", "kind", "country", "identifier", "date"} {
		page.Typed[n] = strings.TrimSpace(r.URL.Query().Get(n))
	}
	var err error
	if page.Lists, err = s.loaded(r); err != nil {
		return nil, err
	}
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
	if d := page.Typed["date"]; d != "" {
		p, err := readDate(d)
		if err == nil && !p.Exact() {
			err = fault.New(fault.Invalid, "%q is not one day", d)
		}
		if err != nil {
			page.Errors = append(page.Errors, fieldError{"f-date", "As listed on", plain(err)})
		} else {
			page.Query.AsOf = p.From
		}
	}
	if len(page.Errors) > 0 {
		a.status, a.title = http.StatusUnprocessableEntity, "Error: "+a.title
		return a, nil
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

func (s *Site) lists(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	list, err := s.loaded(r)
	return &answer{template: "lists", title: "Lists", body: list}, err
}

// reference is the reference page of the API.
func (s *Site) reference(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	return &answer{template: "api", title: "The API", body: s.Operations}, nil
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

// ReadStory reads the July 2017 story that ships with Cordon.
func ReadStory(d *decide.Desk) ([]StoryPart, error) {
	parts, err := examples.July2017()
	if err != nil {
		return nil, err
	}
	var out []StoryPart
	for _, p := range parts {
		list, err := d.Reference.ReadYAML(p.ID+".yaml", p.Data)
		if err != nil {
			return nil, err
		}
		out = append(out, StoryPart{ID: p.ID, Text: p.Text, Activities: list, Notes: p.Notes})
	}
	return out, nil
}

package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// promisesPage is who promised what, instrument by instrument.
type promisesPage struct {
	Query  map[string]string
	Errors []fieldError
	Groups []promiseGroup
	// Found says how many of all undertakings stand how; Scope what the record holds.
	Found, Scope string
	Dates        dates
}

type promiseGroup struct {
	Instrument *law.Instrument
	ID         string
	Promises   []promise
}

// promise is an undertaking with its states along time.
type promise struct {
	P     *law.Provision
	By    string
	State string
	Since string
	Band  template.HTML
	Steps []promiseStep
}

type promiseStep struct{ State, On, Why, Event string }

// standingClass gives the class of a state of undertakings for style sheets.
func standingClass(word string) string {
	return strings.NewReplacer(" ", "-", "(", "", ")", "").Replace(word)
}

// undertakings folds events into accounts of what an id names, "" for all.
func (s *Site) undertakings(ctx context.Context, id string, to when.Day, suppose bool) (*report.CommitmentsView, error) {
	co, err := s.conduct(ctx)
	if err != nil {
		return nil, err
	}
	b := co.Commitments
	chosen, err := b.Find(id)
	if err != nil {
		return nil, err
	}
	q := commitment.Question{Events: co.Events, From: when.NoDay, To: to}
	if suppose {
		q.Suppose = report.Suppose(chosen)
	}
	return report.NewCommitmentsView(b, q, co.desk.Ledger, chosen, suppose)
}

func (s *Site) promises(r *http.Request) (*answer, error) {
	if to := renamed(r, "to", "as_of"); to != "" {
		return &answer{location: to}, nil
	}
	if err := known(r, "as_of", "figure", "format"); err != nil {
		return nil, err
	}
	page := &promisesPage{Query: map[string]string{"as_of": strings.TrimSpace(r.URL.Query().Get("as_of"))}}
	to := dayField(page.Query, &page.Errors, "as_of", "As of")
	v, err := s.undertakings(r.Context(), "", to, false)
	if err != nil {
		return nil, err
	}
	page.Groups = s.promiseGroups(v)
	page.Found = standings(page.Groups, to)
	page.Scope = report.CommitmentsDocument(v, s.state).Lead[1]
	page.Dates = datesOf(page.Query, page.Errors, "as_of")
	a := &answer{template: "commitments", title: "Who promised what", body: page, dated: &dated{asOf: to, known: when.NoDay}, forms: map[string]form{
		"json": func() (*answer, error) { return asJSON(report.CommitmentsForPrograms(v, false)) },
		"csv":  asCSV(func() ([][]string, error) { return promiseRows(page.Groups), nil }),
	}}
	return a.refuse(page.Errors), nil
}

// standings says how many undertakings stand how on a day, the most frequent first.
func standings(groups []promiseGroup, day when.Day) string {
	count, all := map[string]int{}, 0
	for _, g := range groups {
		for _, p := range g.Promises {
			count[p.State]++
			all++
		}
	}
	words := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	for i, w := range words {
		words[i] = strconv.Itoa(count[w]) + " " + w
	}
	on := "today"
	if day != when.NoDay {
		on = "on " + day.Long()
	}
	return fmt.Sprintf("Of %d undertakings, %s: %s. Accepted says only that one was taken on, and not that it was kept.", all, on, strings.Join(words, ", "))
}

// promiseGroups puts accounts together by instrument, each with a band over the time of its instrument.
func (s *Site) promiseGroups(v *report.CommitmentsView) []promiseGroup {
	var out []promiseGroup
	var spans []when.Period
	for _, a := range v.Accounts {
		in := a.Provision.Instrument
		if n := len(out); n == 0 || out[n-1].Instrument != in {
			out = append(out, promiseGroup{Instrument: in, ID: idOf(in)})
			spans = append(spans, s.spanOf(v, in))
		}
		g := &out[len(out)-1]
		g.Promises = append(g.Promises, s.promiseOf(a, spans[len(spans)-1]))
	}
	return out
}

// idOf gives what the ids of an instrument's undertakings begin with.
func idOf(in *law.Instrument) string {
	id := in.Provisions[0].ID
	for _, p := range in.Provisions {
		for !strings.HasPrefix(p.ID, id) {
			id = id[:max(0, strings.LastIndexByte(id, '-'))]
		}
	}
	if len(in.Provisions) > 1 {
		return strings.TrimSuffix(id, "-")
	}
	return id
}

// spanOf gives the years that the bands of an instrument cover: from the first change to a year after the last thing that happened.
func (s *Site) spanOf(v *report.CommitmentsView, in *law.Instrument) when.Period {
	span := when.Period{From: law.Forever, To: when.NoDay}
	for _, a := range v.Accounts {
		if a.Provision.Instrument != in {
			continue
		}
		for _, c := range a.Changes {
			span.From, span.To = min(span.From, c.On.From), max(span.To, c.On.To)
		}
		for _, c := range a.Conduct {
			span.To = max(span.To, c.On.To)
		}
	}
	y1, _, _ := span.From.Civil()
	y2, _, _ := span.To.Civil()
	return when.Period{From: when.Date(y1, 1, 1), To: min(when.Date(y2+1, 12, 31), max(s.Today(), span.To))}
}

func (s *Site) promiseOf(a *commitment.Account, span when.Period) promise {
	last := a.Changes[len(a.Changes)-1]
	p := promise{P: a.Provision, By: s.stateList(a.Stipulation().By), State: a.State.String(), Since: report.OneDay(last.On), Band: s.promiseBand(a, span)}
	for i, c := range a.Changes {
		state, why := report.StepWords(a, i)
		step := promiseStep{State: state, On: c.On.Long(), Why: why}
		if c.Event != nil {
			step.Event = c.Event.Title
		}
		p.Steps = append(p.Steps, step)
	}
	return p
}

func (s *Site) stateList(codes []string) string {
	names := make([]string, len(codes))
	for i, c := range codes {
		names[i] = s.state(c)
	}
	return strings.Join(names, ", ")
}

// promiseBand draws the states of an undertaking along time, with a mark for each event that is against it or performs it.
func (s *Site) promiseBand(a *commitment.Account, span when.Period) template.HTML {
	x := func(d when.Day) float64 {
		return 100 * float64(max(span.From, min(d, span.To))-span.From) / float64(span.To-span.From+1)
	}
	at := func(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) + "%" }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="band promise" role="img" aria-label="%s from %s to %s; the list says the same in words">`,
		template.HTMLEscapeString(a.Provision.Title), span.From.Long(), span.To.Long())
	for i, c := range a.Changes {
		end := span.To
		if i+1 < len(a.Changes) {
			end = a.Changes[i+1].On.From
		}
		from, to := x(c.On.From), x(end)
		fmt.Fprintf(&b, `<g><title>%s from %s</title><rect class="p-%s" x="%s" width="%s" y="8" height="18"/></g>`,
			c.State, template.HTMLEscapeString(c.On.Long()), standingClass(c.State.String()), at(from), at(max(to-from, .4)))
	}
	for _, c := range a.Conduct {
		d := "M0-5 5 4H-5z"
		if c.Role == commitment.Performance {
			d = "M-4 0-1 3 5-4"
		}
		fmt.Fprintf(&b, `<svg x="%s" y="17" overflow="visible"><g class="c-%s"><title>%s, %s: %s</title><path d="%s"/></g></svg>`, at(x(c.On.From)),
			roleClass(c.Role), template.HTMLEscapeString(c.On.Long()), template.HTMLEscapeString(c.Event.Title), c.Role, d)
	}
	y1, _, _ := span.From.Civil()
	y2, _, _ := span.To.Civil()
	every := max(1, (y2-y1+6)/6)
	for y := y1; y <= y2; y += every {
		fmt.Fprintf(&b, `<text x="%s" y="46">%d</text>`, at(x(when.Date(y, 1, 1))), y)
	}
	b.WriteString("</svg>")
	return template.HTML(b.String())
}

func roleClass(r commitment.Role) string {
	switch {
	case r == commitment.Breach || r == commitment.Again:
		return "breach"
	case r == commitment.Performance:
		return "done"
	default:
		return "beside"
	}
}

// promisePage is an instrument, or one undertaking, in full: terms, bands, and what happened in two lanes.
type promisePage struct {
	ID, Title, About string
	Query            map[string]string
	Errors           []fieldError
	Assumed          bool
	Lead             []string
	Groups           []promiseGroup
	Left, Right      string
	Rows             []laneRow
	Doc              *report.Document
	Dates            dates
	File             drawingFile
	// Toggle is the same page with, or without, the undertakings taken as accepted.
	Toggle string
}

// laneRow is one event of the timeline: what the left side did, what the right did, or both or others.
type laneRow struct {
	Day               string
	Left, Right, Both []string
	Notes             []string
}

// promiseRows gives undertakings with their steps as a table.
func promiseRows(groups []promiseGroup) [][]string {
	rows := [][]string{{"instrument", "undertaking", "title", "by", "state", "on", "why", "event"}}
	for _, g := range groups {
		for _, p := range g.Promises {
			for _, x := range p.Steps {
				rows = append(rows, []string{g.Instrument.Name, p.P.ID, p.P.Title, p.By, x.State, x.On, x.Why, x.Event})
			}
		}
	}
	return rows
}

// promiseDrawings are the bands of undertakings, each with its name above it.
func promiseDrawings(title string, groups []promiseGroup) drawing {
	const row = 76
	var b strings.Builder
	n := 0
	for _, g := range groups {
		for _, p := range g.Promises {
			fmt.Fprintf(&b, `<text class="name" x="0" y="%d">%s: %s</text><svg x="0" y="%d" width="100%%" height="52">%s</svg>`,
				n*row+14, template.HTMLEscapeString(p.P.Title), p.State, n*row+18, p.Band)
			n++
		}
	}
	return drawing{ID: "undertakings", Title: title, SVG: template.HTML(b.String()), Height: max(1, n) * row, Notes: []string{
		"White with a broken edge: proposed; grey: rejected; blue: accepted; green: observed; yellow: suspended; pink: its condition failed; " +
			"orange: breached (alleged); vermilion: breached (established). Triangles are conduct against it, ticks what was done for it.",
	}}
}

func (s *Site) promise(r *http.Request) (*answer, error) {
	if to := renamed(r, "to", "as_of"); to != "" {
		return &answer{location: to}, nil
	}
	if err := known(r, "as_of", "assume", "figure", "format"); err != nil {
		return nil, err
	}
	page := &promisePage{ID: r.PathValue("id"), Query: map[string]string{"as_of": strings.TrimSpace(r.URL.Query().Get("as_of"))}}
	switch r.URL.Query().Get("assume") {
	case "":
	case "accepted":
		page.Assumed = true
	default:
		return nil, fault.New(fault.Usage, "assume is accepted, or left out")
	}
	to := dayField(page.Query, &page.Errors, "as_of", "As of")
	v, err := s.undertakings(r.Context(), page.ID, to, page.Assumed)
	if err != nil {
		return nil, err
	}
	doc := report.CommitmentDocument(v, s.state)
	page.Title, page.About, page.Doc = doc.Title, doc.Lead[0], doc
	if page.Assumed {
		page.Doc = report.CommitmentTest(v, s.state)
	}
	page.Lead = page.Doc.Lead
	page.Groups = s.promiseGroups(v)
	s.lanes(page, v)
	toggled := "accepted"
	if page.Assumed {
		toggled = ""
	}
	page.Toggle, page.Dates = addParameter(r.URL, "assume", toggled), datesOf(page.Query, page.Errors, "as_of")
	a := &answer{template: "commitment", title: page.Title, body: page, dated: &dated{asOf: to, known: when.NoDay}, forms: map[string]form{
		"json": func() (*answer, error) { return asJSON(report.CommitmentsForPrograms(v, true)) },
		"csv":  asCSV(func() ([][]string, error) { return promiseRows(page.Groups), nil }),
	}}
	d := promiseDrawings(page.Title, page.Groups)
	a.forms["svg"], page.File = s.drawn(r, a, []drawing{d}), d.file(r)
	return a.refuse(page.Errors), nil
}

// lanes lays the events out: those of the first who promised on the left, those of the others who did on the right.
func (s *Site) lanes(page *promisePage, v *report.CommitmentsView) {
	var left, right []string
	for _, a := range v.Accounts {
		by := a.Stipulation().By
		switch {
		case left == nil:
			left = by
		case !slices.ContainsFunc(by, func(c string) bool { return slices.Contains(left, c) }):
			for _, c := range by {
				if !slices.Contains(right, c) {
					right = append(right, c)
				}
			}
		}
	}
	page.Left, page.Right = s.stateList(left), cmp.Or(s.stateList(right), "Others")
	for _, row := range v.Timeline() {
		e := row.Event
		out := laneRow{Day: e.Legal().Long(), Notes: row.Did}
		for _, m := range row.Moves {
			if m.Text != "" {
				out.Notes = append(out.Notes, m.Text)
			}
		}
		l, r := acted(e, left), acted(e, right)
		switch {
		case l && !r:
			out.Left = []string{e.Title}
		case r && !l, len(right) == 0 && !l:
			out.Right = []string{e.Title}
		default:
			out.Both = []string{e.Title}
		}
		page.Rows = append(page.Rows, out)
	}
}

func acted(e *event.Event, codes []string) bool {
	return slices.ContainsFunc(e.Actors, func(st place.State) bool { return slices.Contains(codes, st.String()) })
}

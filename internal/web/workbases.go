package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/watched"
)

// watchlistsPage are the bases of customers on file.
type watchlistsPage struct {
	*working
	Bases []baseRow
}

type baseRow struct {
	Name    string
	Version watched.Version
	// Run is the newest run; nil for none. Behind says what the lists or the base have that it has not; "" for nothing.
	Run    *watched.Run
	Behind string
}

func (s *Site) watchlists(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	if w.Bases == nil {
		return nil, missingPart("customers on file")
	}
	names, err := w.Bases.Bases(w.ctx())
	if err != nil {
		return nil, err
	}
	page := &watchlistsPage{working: w}
	lists, err := s.loaded(w.r)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		row, _, _, err := w.base(n, lists)
		if err != nil {
			return nil, err
		}
		page.Bases = append(page.Bases, row)
	}
	return w.page("workwatchlists", "Watchlists", page), nil
}

// base reads a base with its versions and runs.
func (w *working) base(name string, lists []ListState) (row baseRow, versions []watched.Version, runs []watched.Run, err error) {
	if versions, err = w.Bases.Versions(w.ctx(), name); err != nil {
		return row, nil, nil, err
	}
	if runs, err = w.Bases.Runs(w.ctx(), name); err != nil {
		return row, nil, nil, err
	}
	row = baseRow{Name: name, Version: versions[len(versions)-1]}
	if len(runs) > 0 {
		row.Run = &runs[len(runs)-1]
	}
	row.Behind = behind(&row, lists)
	return row, versions, runs, nil
}

// behind says what went past the newest run of a base.
func behind(b *baseRow, lists []ListState) string {
	if b.Run == nil {
		return "it was never screened"
	}
	var parts []string
	if b.Run.Version != b.Version.Number {
		parts = append(parts, "version "+strconv.Itoa(b.Version.Number)+" was not screened yet")
	}
	for _, l := range lists {
		if !slices.ContainsFunc(b.Run.Lists, func(a watched.Against) bool { return a.String() == l.Snapshot && a.Content == l.Hash }) {
			parts = append(parts, l.ID+" is now "+l.Snapshot)
		}
	}
	return strings.Join(parts, "; ")
}

// basePage is one base.
type basePage struct {
	*working
	baseRow
	Versions []watched.Version
	Runs     []runRow
	Refusals []watched.Refusal
	// Of is the run whose differences are shown, Before the one that it is compared with.
	Of, Before int
	Changes    []changeRow
	Standing   []watched.State
	JSON       string
}

type runRow struct {
	watched.Run
	Address string
	Now     bool
}

// changeRow is a difference between two runs, with the case about the pair.
type changeRow struct {
	watched.Change
	Subject, Was, Is, Case string
}

func (s *Site) watchlist(w *working) (*answer, error) {
	if err := known(w.r, "run", "format"); err != nil {
		return nil, err
	}
	if w.Bases == nil {
		return nil, missingPart("customers on file")
	}
	name := w.r.PathValue("base")
	lists, err := s.loaded(w.r)
	if err != nil {
		return nil, err
	}
	page := &basePage{working: w, JSON: addParameter(w.r.URL, "format", "json")}
	var runs []watched.Run
	if page.baseRow, page.Versions, runs, err = w.base(name, lists); err != nil {
		return nil, err
	}
	if page.Refusals, err = w.Bases.Refusals(w.ctx(), name, page.Version.Number); err != nil {
		return nil, err
	}
	page.Of = len(runs)
	if text := w.r.URL.Query().Get("run"); text != "" {
		if page.Of, err = strconv.Atoi(text); err != nil || page.Of < 1 || page.Of > len(runs) {
			return nil, fault.New(fault.NotFound, "the base %s has no run %q", name, text).WithFix("choose one of the list")
		}
	}
	for _, r := range runs {
		page.Runs = append(page.Runs, runRow{r, "/work/watchlists/" + name + "?run=" + strconv.Itoa(r.Number), r.Number == page.Of})
	}
	slices.Reverse(page.Runs)
	slices.Reverse(page.Versions)
	if err := page.differences(name); err != nil {
		return nil, err
	}
	if w.r.URL.Query().Get("format") == "json" {
		return page.forPrograms(runs)
	}
	return w.page("workwatchlist", "Customers: "+name, page), nil
}

// differences compares the run with the one before.
func (p *basePage) differences(base string) (err error) {
	if p.Of == 0 {
		return nil
	}
	var before []watched.State
	if p.Before = p.Of - 1; p.Before > 0 {
		if before, err = p.Bases.States(p.ctx(), base, p.Before); err != nil {
			return err
		}
	}
	if p.Standing, err = p.Bases.States(p.ctx(), base, p.Of); err != nil {
		return err
	}
	for _, c := range watched.Difference(before, p.Standing) {
		row := changeRow{Change: c, Was: findingWords(c.Old), Is: findingWords(c.New)}
		switch {
		case c.New != nil:
			row.Subject = c.New.Subject
		case c.Old != nil:
			row.Subject = c.Old.Subject
		}
		if p.Cases != nil && row.Subject != "" {
			if row.Case, err = p.Cases.Store.Pair(p.ctx(), c.Ref, row.Subject); err != nil {
				return err
			}
		}
		p.Changes = append(p.Changes, row)
	}
	return nil
}

func findingWords(f *watched.Finding) string {
	if f == nil {
		return ""
	}
	return capital(report.TierWords[f.Tier]) + ", " + string(f.Outcome) + ", " + percent(report.Score(f.Score)) + " %"
}

// forPrograms gives the run with its differences, as the command line does.
func (p *basePage) forPrograms(runs []watched.Run) (*answer, error) {
	if p.Of == 0 {
		return nil, fault.New(fault.NotFound, "the base %s was never screened", p.Name).WithFix("`cordon watch run %s`", p.Name)
	}
	var changes []watched.Change
	for _, c := range p.Changes {
		changes = append(changes, c.Change)
	}
	return asJSON(report.WatchResult(&runs[p.Of-1], report.WatchChanges(changes)))
}

// jobsPage are the jobs of machines.
type jobsPage struct {
	*working
	Jobs                    []jobRow
	Running, Failed, Ending int
	// MayRaise says whether whoever looks may make cases of a batch, and Typed is the one that the address names, or a form named in vain.
	MayRaise bool
	Typed    string
}

// raise makes cases of the batch that a form names, and gives the status of a refusal.
func (p *jobsPage) raise() (status int, err error) {
	if err := p.once([]string{"do", "batch"}); err != nil {
		return 0, err
	}
	if p.value("do") != "cases" {
		return 0, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
	}
	p.Typed = p.value("batch")
	if !p.MayRaise {
		err = fault.New(fault.Denied, "the role %s makes no cases", p.RoleNames()).WithFix("ask an analyst")
		return p.refused("f-batch", "Batch or job", err)
	}
	done, err := p.Batch(p.ctx(), p.By, p.Typed)
	if fault.CodeOf(err) == fault.NotFound && err != nil {
		p.wrong("f-batch", "Batch or job", plain(err))
		return http.StatusNotFound, nil
	}
	if err != nil {
		return p.refused("f-batch", "Batch or job", err)
	}
	p.Typed, p.Said = "", done.Words()
	return 0, nil
}

type jobRow struct {
	Job
	// Percent is how far it is; "" where that is not known.
	Percent, Rate, Left string
}

func (s *Site) jobs(w *working) (*answer, error) {
	if err := known(w.r, "format", "batch"); err != nil {
		return nil, err
	}
	if w.Jobs == nil {
		return nil, missingPart("jobs")
	}
	page := &jobsPage{working: w, MayRaise: w.Batch != nil && w.May(role.Raise), Typed: w.r.URL.Query().Get("batch")}
	status := 0
	if w.r.Method == http.MethodPost {
		var err error
		if status, err = page.raise(); err != nil {
			return nil, err
		}
	}
	list, err := w.Jobs(w.ctx())
	if err != nil {
		return nil, err
	}
	for _, j := range list {
		row := w.job(j)
		row.Cases = row.Cases && page.MayRaise
		page.Jobs = append(page.Jobs, row)
		switch j.State {
		case "running", "waiting":
			page.Running++
		case "failed":
			page.Failed++
		default:
			page.Ending++
		}
	}
	if w.r.URL.Query().Get("format") == "json" {
		return asJSON(jobsJSON(list))
	}
	a := w.page("workjobs", "Jobs", page)
	a.live = page.Running > 0
	return a.with(status), nil
}

// job works out how fast a job is and how long it will take at that rate.
func (w *working) job(j Job) jobRow {
	row := jobRow{Job: j}
	if j.Total > 0 {
		row.Percent = strconv.Itoa(100*j.Done/j.Total) + " %"
	}
	end := j.Ended
	if end.IsZero() {
		end = w.Now
	}
	took := end.Sub(j.Started).Seconds()
	if j.Started.IsZero() || took <= 0 || j.Done == 0 {
		return row
	}
	rate := float64(j.Done) / took
	row.Rate = report.Count(int(rate+0.5)) + " a second"
	if rate < 1 {
		row.Rate = report.Count(int(rate*60+0.5)) + " a minute"
	}
	if j.State == "running" && j.Total > j.Done {
		row.Left = "about " + strconv.Itoa(int(float64(j.Total-j.Done)/rate/60)+1) + " min left"
	}
	return row
}

type jobJSON struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	About   string `json:"about"`
	Done    int    `json:"done"`
	Total   int    `json:"total"`
	Refused int    `json:"refused"`
	State   string `json:"state"`
	Error   string `json:"error,omitempty"`
	Started string `json:"started,omitempty"`
	Ended   string `json:"ended,omitempty"`
}

func jobsJSON(list []Job) []jobJSON {
	out := []jobJSON{}
	for _, j := range list {
		x := jobJSON{ID: j.ID, Kind: j.Kind, About: j.About, Done: j.Done, Total: j.Total, Refused: j.Refused, State: j.State, Error: j.Error}
		if !j.Started.IsZero() {
			x.Started = j.Started.UTC().Format(time.RFC3339)
		}
		if !j.Ended.IsZero() {
			x.Ended = j.Ended.UTC().Format(time.RFC3339)
		}
		out = append(out, x)
	}
	return out
}

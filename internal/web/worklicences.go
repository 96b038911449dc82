package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// licencesPage are the licences, and what is owed to authorities for them and of cases.
type licencesPage struct {
	*working
	List []licenceRow
	// Tasks are open or missed conditions; Clocks the reports that are owed of cases.
	Tasks  []taskRow
	Clocks []clockRow
	// Lost counts decisions that have lost their authorisation.
	Lost int
}

// licenceRow is a licence in words.
type licenceRow struct {
	*licence.Licence
	Period, Covers string
}

// taskRow is a condition in words.
type taskRow struct {
	*licence.Task
	Of   *licence.Licence
	Due  string
	Left string
	Bad  bool
}

// clockRow is what is owed of a case.
type clockRow struct {
	Case *casework.Case
	// Name is what is owed; "" where nobody said yet what is.
	Name, Owner, Due string
	Late             bool
}

func rowOfLicence(l *licence.Licence) licenceRow {
	return licenceRow{l, report.PeriodWords(&l.Terms), report.CoversWords(l)}
}

func (w *working) taskRow(l *licence.Licence, t *licence.Task) taskRow {
	row := taskRow{Task: t, Of: l, Due: "throughout", Bad: t.State() == "missed"}
	if t.Due != when.NoDay {
		row.Due = t.Due.Long()
	}
	if t.Open() {
		row.Left = report.LeftWords(t.Due, w.Now)
	}
	return row
}

// workLicences shows all licences.
func (s *Site) workLicences(w *working) (*answer, error) {
	if err := known(w.r); err != nil {
		return nil, err
	}
	if w.Licences == nil {
		return nil, missingPart("licences")
	}
	all, err := w.Licences.All(w.ctx(), w.Now)
	if err != nil {
		return nil, err
	}
	page := &licencesPage{working: w}
	for i := range all {
		page.List = append(page.List, rowOfLicence(&all[i]))
		page.Lost += all[i].Lost()
	}
	slices.Reverse(page.List)
	for _, o := range licence.Owed(all, false) {
		page.Tasks = append(page.Tasks, w.taskRow(o.Licence, o.Task))
	}
	if w.Cases != nil {
		cases, err := w.Cases.Cases(w.ctx())
		if err != nil {
			return nil, err
		}
		for _, o := range casework.Calendar(cases, false) {
			row := clockRow{Case: o.Case}
			if d := o.Deadline; d != nil {
				row.Name, row.Owner, row.Due, row.Late = d.Name, d.Owner, dayOf(d.Due.Add(-1)), d.Late(w.Now)
			}
			page.Clocks = append(page.Clocks, row)
		}
	}
	return w.page("worklicences", "Licences and what is owed", page), nil
}

// licencePage is one licence.
type licencePage struct {
	*working
	L      licenceRow
	Tasks  []taskRow
	Links  []linkRow
	Events []licenceEvent
	Files  fileForm
	// May and Restores say what the role of who looks may do.
	May, Restores bool
	Typed         map[string]string
}

// linkRow is a decision that hangs on a licence.
type linkRow struct {
	*licence.Link
	Address, Words string
}

// licenceEvent is one thing that happened to a licence.
type licenceEvent struct {
	*licence.Event
	Words string
}

// workLicence shows a licence, and does what a form asks.
func (s *Site) workLicence(w *working) (*answer, error) {
	if err := known(w.r, "done"); err != nil {
		return nil, err
	}
	if w.Licences == nil {
		return nil, missingPart("licences")
	}
	id, status := w.r.PathValue("id"), 0
	if w.r.Method == http.MethodPost {
		if err := w.given("do", "n", "condition", "decision", "text", "evidence"); err != nil {
			return nil, err
		}
		l, err := w.actOnLicence(id)
		if err == nil {
			return &answer{location: "/work/licences/" + id + "?done=" + strconv.Itoa(l.Events)}, nil
		}
		if status, err = w.refused("f-text", "What you sent", err); err != nil {
			return nil, err
		}
	}
	a, err := s.licencePage(w, id)
	if a != nil && status != 0 {
		a.status = status
	}
	return a, err
}

// mayLicence says whether whoever acts may make an event of a licence.
func (w *working) mayLicence(k licence.Kind) bool {
	return slices.ContainsFunc(append([]casework.Role{w.By.Role}, w.By.Roles...), func(r casework.Role) bool { return licence.May(r, k) })
}

// licencePage makes the page of a licence.
func (s *Site) licencePage(w *working, id string) (*answer, error) {
	l, events, err := w.Licences.Get(w.ctx(), id, w.Now)
	if err != nil {
		return nil, err
	}
	page := &licencePage{
		working: w, L: rowOfLicence(&l), May: w.mayLicence(licence.Fulfilled), Restores: w.mayLicence(licence.Restored),
		Files: w.filesOfLicence(id, l.Events, events),
		Typed: map[string]string{"text": w.value("text"), "evidence": w.value("evidence")},
	}
	if w.r.URL.Query().Has("done") {
		w.Said = "It is written down."
	}
	for i := range l.Tasks {
		page.Tasks = append(page.Tasks, w.taskRow(&l, &l.Tasks[i]))
	}
	for i := range l.Links {
		row := linkRow{Link: &l.Links[i], Words: report.LinkState(&l.Links[i])}
		if row.Kind == licence.Case {
			row.Address = "/work/cases/" + row.Link.ID
		}
		page.Links = append(page.Links, row)
	}
	for i := range events {
		page.Events = append(page.Events, licenceEvent{&events[i], report.LicenceEventWords(&l, &events[i])})
	}
	slices.Reverse(page.Events)
	return w.page("worklicence", l.Terms.Name(), page), nil
}

// actOnLicence does what the form says.
func (w *working) actOnLicence(id string) (licence.Licence, error) {
	n, err := strconv.Atoi(w.value("n"))
	if err != nil || n < 1 {
		return licence.Licence{}, fault.New(fault.Usage, "the form does not say what was seen").WithFix("load the page anew and send it from there")
	}
	e := licence.Event{N: n + 1, Text: w.value("text"), Evidence: w.value("evidence"), Condition: w.value("condition")}
	switch w.value("do") {
	case "fulfil":
		e.Kind = licence.Fulfilled
	case "miss":
		e.Kind, e.Evidence = licence.Missed, ""
	case "comment":
		e.Kind, e.Evidence, e.Condition = licence.Commented, "", ""
	case "revoke":
		e.Kind, e.Evidence, e.Condition = licence.Revoked, "", ""
	case "restore":
		l, _, err := w.Licences.Get(w.ctx(), id, w.Now)
		if err != nil {
			return l, err
		}
		i := slices.IndexFunc(l.Links, func(k licence.Link) bool { return k.ID == w.value("decision") })
		if i < 0 {
			return l, fault.New(fault.Usage, "that decision does not hang on the licence")
		}
		e.Kind, e.Decision, e.Evidence, e.Condition = licence.Restored, l.Links[i].Decision, "", ""
	default:
		return licence.Licence{}, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
	}
	return w.Licences.Do(w.ctx(), id, w.By, w.Now, e)
}

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
	// MayAdd says whether whoever looks may record a licence.
	MayAdd bool
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
	page := &licencesPage{working: w, MayAdd: w.mayLicence(licence.Granted)}
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
	// Open are the conditions that may be fulfilled, Lost the decisions that may be given their authorisation back, and
	// ToDo those that may be carried out.
	Open       []taskRow
	Lost, ToDo []linkRow
	// Wrote is what the form that was sent asked for, which is open again.
	Wrote string
	Typed map[string]string
}

// linkRow is a decision that hangs on a licence.
type linkRow struct {
	*licence.Link
	Address, Words, Amount, Done string
	// Stands says where its case stands now, and Held whether what it is about is held; "" for what is no case.
	Stands string
	Held   bool
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
		if err := w.given("do", "n", "condition", "decision", "kind", "amount", "day", "text", "evidence"); err != nil {
			return nil, err
		}
		l, err := w.actOnLicence(id)
		if err == nil {
			return &answer{location: "/work/licences/" + id + "?done=" + strconv.Itoa(l.Events)}, nil
		}
		if status, err = w.refused("write", "What you sent", err); err != nil {
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
func (w *working) mayLicence(k licence.Kind) bool { return licence.May(w.By.Role, k) }

// licencePage makes the page of a licence.
func (s *Site) licencePage(w *working, id string) (*answer, error) {
	l, events, err := w.Licences.Get(w.ctx(), id, w.Now)
	if err != nil {
		return nil, err
	}
	page := &licencePage{
		working: w, L: rowOfLicence(&l), Files: w.filesOfLicence(id, l.Events, events), Typed: map[string]string{}, Wrote: w.value("do"),
	}
	for _, name := range []string{"condition", "decision", "kind", "amount", "day", "text", "evidence"} {
		page.Typed[name] = w.value(name)
	}
	if w.r.URL.Query().Has("done") {
		w.Said = "It is written down."
	}
	if err := page.parts(&l); err != nil {
		return nil, err
	}
	for i := range events {
		page.Events = append(page.Events, licenceEvent{&events[i], report.LicenceEventWords(&l, &events[i])})
	}
	slices.Reverse(page.Events)
	return w.page("worklicence", l.Terms.Name(), page), nil
}

// parts fills in conditions and decisions.
func (p *licencePage) parts(l *licence.Licence) error {
	for i := range l.Tasks {
		row := p.taskRow(l, &l.Tasks[i])
		p.Tasks = append(p.Tasks, row)
		if s := row.State(); s != "fulfilled" && s != "late" {
			p.Open = append(p.Open, row)
		}
	}
	for i := range l.Links {
		row := linkRow{Link: &l.Links[i], Words: report.LinkState(&l.Links[i])}
		if row.Link.Amount > 0 {
			row.Amount = licence.Quantity(row.Link.Amount, l.Terms.Covers.Unit)
		}
		if row.CarriedOut != when.NoDay {
			row.Done = "carried out on " + row.CarriedOut.Long()
		}
		if row.Kind == licence.Case {
			row.Address = "/work/cases/" + row.Link.ID
		}
		if row.Kind == licence.Case && p.Cases != nil {
			c, _, err := p.Cases.Get(p.ctx(), row.Link.ID)
			if err != nil {
				return err
			}
			row.Stands, row.Held = p.stands(&c), c.Held()
		}
		p.Links = append(p.Links, row)
		switch {
		case row.Lost != nil:
			p.Lost = append(p.Lost, row)
		case row.CarriedOut == when.NoDay:
			p.ToDo = append(p.ToDo, row)
		}
	}
	return nil
}

// MayDo says whether whoever looks may do something to the licence.
func (p *licencePage) MayDo(k licence.Kind) bool { return p.mayLicence(k) }

// actOnLicence does what the form says.
func (w *working) actOnLicence(id string) (licence.Licence, error) {
	n, err := strconv.Atoi(w.value("n"))
	if err != nil || n < 1 {
		return licence.Licence{}, fault.New(fault.Usage, "the form does not say what was seen").WithFix("load the page anew and send it from there")
	}
	l, _, err := w.Licences.Get(w.ctx(), id, w.Now)
	if err != nil {
		return l, err
	}
	e := licence.Event{N: n + 1, Text: w.value("text")}
	switch do := w.value("do"); do {
	case "fulfil", "miss":
		e.Kind, e.Condition, e.Evidence = licence.Fulfilled, w.value("condition"), w.value("evidence")
		if do == "miss" {
			e.Kind, e.Evidence = licence.Missed, ""
		}
	case "link":
		err = w.linkTo(&l, &e, licence.Decision{Kind: licence.DecisionKind(w.value("kind")), ID: w.value("decision")})
	case "carried-out", "restore":
		if e.Kind = licence.Restored; do == "carried-out" {
			e.Kind = licence.CarriedOut
			e.Day, err = exactDay(w.value("day"))
		}
		i := slices.IndexFunc(l.Links, func(k licence.Link) bool { return k.ID == w.value("decision") })
		if i < 0 {
			return l, fault.New(fault.Usage, "that decision does not hang on the licence")
		}
		e.Decision = l.Links[i].Decision
	case "extend":
		e.Kind = licence.Extended
		e.Day, err = exactDay(w.value("day"))
	default:
		if e.Kind = plainActs[do]; e.Kind == "" {
			return l, fault.New(fault.Usage, "the form does not say what to do").WithFix("use the buttons of the page")
		}
	}
	if err != nil {
		return l, err
	}
	return w.Licences.Do(w.ctx(), id, w.By, w.Now, e)
}

// plainActs need nothing but words.
var plainActs = map[string]licence.Kind{"comment": licence.Commented, "revoke": licence.Revoked, "check": licence.Checked}

// linkTo makes the event by which a decision rests on a licence, with what it takes of the limit.
func (w *working) linkTo(l *licence.Licence, e *licence.Event, d licence.Decision) (err error) {
	e.Kind, e.Decision, e.Text = licence.Linked, d, w.value("text")
	amount := w.value("amount")
	if amount == "" {
		return nil
	}
	var unit string
	if e.Amount, unit, err = licence.ParseQuantity(amount); err == nil {
		err = l.SameUnit(unit)
	}
	return err
}

// linkCase links the case of a page to the licence that its form names.
func (w *working) linkCase(id string, seen int) (casework.Case, error) {
	if w.Licences == nil {
		return casework.Case{}, missingPart("licences")
	}
	c, _, err := w.Cases.Get(w.ctx(), id)
	if err != nil {
		return c, err
	}
	if seen != c.Events {
		return c, fault.New(fault.Conflict, "the case went on: it has %d events, and you saw %d", c.Events, seen)
	}
	l, _, err := w.Licences.Get(w.ctx(), w.value("licence"), w.Now)
	if err != nil {
		return c, err
	}
	var e licence.Event
	if err := w.linkTo(&l, &e, licence.Decision{Kind: licence.Case, ID: id}); err != nil {
		return c, err
	}
	if _, err := w.Licences.Do(w.ctx(), l.ID, w.By, w.Now, e); err != nil {
		return c, err
	}
	c, _, err = w.Cases.Get(w.ctx(), id)
	return c, err
}

// Ends says whether the licence has a last day that may be another.
func (r licenceRow) Ends() bool { return r.Terms.Until != when.NoDay && r.Revoked.IsZero() }

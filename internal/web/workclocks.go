package web

import (
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// dueRow is a deadline of a case in words.
type dueRow struct {
	casework.Deadline
	// What is the report with its authority and citation, where it is one; Mark says that the table of it was not held to the text.
	What, Mark string
	// LastDay is the last day of a report; "" for a deadline of the desk's own.
	LastDay string
	// Over is true where it is owed and its time is over; Lapsed where nothing is owed of it, as the case is closed as false.
	Over, Lapsed bool
}

func (w *working) dueRows(c *casework.Case) []dueRow {
	var out []dueRow
	for i := range c.Deadlines {
		d := &c.Deadlines[i]
		row := dueRow{Deadline: *d, Over: c.Owed(d) && d.Late(w.Now), Lapsed: d.Met.IsZero() && !c.Owed(d)}
		if d.Duty != "" {
			row.LastDay = dayOf(d.Due.Add(-1))
			row.What, row.Mark = w.duty(d.Duty)
		}
		out = append(out, row)
	}
	return out
}

// duty says a report in words.
func (w *working) duty(id string) (what, mark string) {
	if w.Clocks == nil {
		return id, ""
	}
	d, err := w.Clocks.Duty(id)
	if err != nil {
		return id, "" // a later table has it no more
	}
	if !d.Verified {
		mark = "not verified"
	}
	return d.What + " to " + d.Authority + ", " + d.Cite, mark
}

// clocks fills in what may be started and filed.
func (p *casePage) clocks() {
	for _, d := range p.Due {
		if d.Duty != "" && d.Met.IsZero() {
			p.OpenDuties = append(p.OpenDuties, option{Value: d.Duty, Label: d.What, Chosen: p.Form("duty") == d.Duty})
		}
	}
	if p.WorkDesk.Clocks == nil {
		return
	}
	for _, d := range p.WorkDesk.Clocks.Duties() {
		p.Duties = append(p.Duties, option{Value: d.ID, Label: d.What + " to " + within(d.Authority) + " (" + d.Term() + ")", Chosen: p.Form("duty") == d.ID})
	}
}

// action reads what somebody says was done because a case is true; without a day it was today.
func (w *working) action(e *casework.Event) error {
	e.Action = casework.Action(w.value("action"))
	on := w.value("on")
	if e.Action == "" && on == "" {
		return nil
	}
	e.Began = w.Now.UTC().Truncate(24 * time.Hour)
	if on != "" {
		d, err := exactDay(on)
		if err != nil {
			return err
		}
		e.Began = beginningOf(d)
	}
	return nil
}

func beginningOf(d when.Day) time.Time {
	y, m, n := d.Civil()
	return time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC)
}

// clockActs are what forms ask for about reports and holds.
var clockActs = map[string]bool{"clock": true, "filed": true, "no-report": true, "hold": true, "release": true}

// actOnClock does what the form says about a report, or a hold.
func (w *working) actOnClock(id, do string, e *casework.Event) (casework.Case, error) {
	e.Text = w.value("reason")
	plain := map[string]casework.Kind{"no-report": casework.NothingOwed, "hold": casework.HoldPlaced, "release": casework.HoldReleased}
	if e.Kind = plain[do]; e.Kind != "" {
		return w.Cases.Do(w.ctx(), id, w.By, w.Now, *e)
	}
	if w.WorkDesk.Clocks == nil {
		return casework.Case{}, fault.New(fault.Unavailable, "this server has no table of reports")
	}
	day, err := exactDay(w.value("on"))
	if err != nil {
		return casework.Case{}, err
	}
	r := casework.Report{N: e.N, Duty: w.value("duty"), Text: e.Text, Reference: w.value("reference")}
	if do == "filed" {
		r.Filed = day
		return w.Cases.FileReport(w.ctx(), id, w.By, w.Now, w.WorkDesk.Clocks, r)
	}
	r.Began, r.Owner = day, w.By.Name
	return w.Cases.StartClock(w.ctx(), id, w.By, w.Now, w.WorkDesk.Clocks, r)
}

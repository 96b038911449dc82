package report

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// CommitmentsJSON is the form for programs.
type CommitmentsJSON struct {
	LawVersion string            `json:"law_version"`
	Events     int               `json:"events"`
	From       string            `json:"from,omitempty"`
	To         string            `json:"to,omitempty"`
	Assumed    bool              `json:"assumed,omitempty"`
	Accounts   []UndertakingJSON `json:"accounts"`
	Certain    []UndertakingJSON `json:"certain,omitempty"`
	Timeline   []TimelineJSON    `json:"timeline,omitempty"`
}

// UndertakingJSON is one undertaking with what became of it.
type UndertakingJSON struct {
	ID         string                  `json:"id"`
	Instrument string                  `json:"instrument"`
	Title      string                  `json:"title"`
	Does       string                  `json:"does"`
	By         []string                `json:"by"`
	To         []string                `json:"to,omitempty"`
	Scope      string                  `json:"scope,omitempty"`
	From       string                  `json:"from"`
	Until      string                  `json:"until,omitempty"`
	Due        string                  `json:"due,omitempty"`
	If         []string                `json:"if,omitempty"`
	After      []string                `json:"after,omitempty"`
	Verifier   string                  `json:"verifier,omitempty"`
	Cite       string                  `json:"cite"`
	Verified   bool                    `json:"verified"`
	State      string                  `json:"state"`
	Supposed   bool                    `json:"supposed,omitempty"`
	Overdue    bool                    `json:"overdue,omitempty"`
	Changes    []UndertakingChangeJSON `json:"changes"`
	Conduct    []ConductJSON           `json:"conduct,omitempty"`
	Progress   []MarkJSON              `json:"progress,omitempty"`
}

// UndertakingChangeJSON is a change of its state.
type UndertakingChangeJSON struct {
	State string `json:"state"`
	On    string `json:"on"`
	Event string `json:"event,omitempty"`
	Why   string `json:"why"`
	Of    string `json:"of,omitempty"`
}

// ConductJSON is an event that bears on it.
type ConductJSON struct {
	Event   string   `json:"event"`
	On      string   `json:"on"`
	By      string   `json:"by"`
	Role    string   `json:"role"`
	Certain bool     `json:"certain"`
	Doubts  []string `json:"doubts,omitempty"`
	Missing []string `json:"missing,omitempty"`
}

// MarkJSON is a mark that somebody gave for progress.
type MarkJSON struct {
	Event    string `json:"event"`
	On       string `json:"on"`
	Progress int    `json:"progress"`
	Coder    string `json:"coder,omitempty"`
}

// TimelineJSON is an event with what it moved.
type TimelineJSON struct {
	Event  string     `json:"event"`
	Title  string     `json:"title"`
	Time   string     `json:"time"`
	Legal  string     `json:"legal"`
	Actors []string   `json:"actors"`
	Did    []string   `json:"did,omitempty"`
	Moves  []MoveJSON `json:"moves,omitempty"`
	Claims []string   `json:"claims,omitempty"`
}

// MoveJSON is one thing that an event did to undertakings.
type MoveJSON struct {
	Act  string   `json:"act"`
	On   []string `json:"on"`
	By   []string `json:"by,omitempty"`
	Text string   `json:"text,omitempty"`
}

// CommitmentsForPrograms gives accounts as JSON; with the order of events where timeline is true.
func CommitmentsForPrograms(v *CommitmentsView, timeline bool) CommitmentsJSON {
	out := CommitmentsJSON{LawVersion: v.LawVersion, Events: len(v.Events), From: v.From.String(), To: v.To.String(), Assumed: v.Assumed}
	out.Accounts, out.Certain = undertakingsJSON(v.Accounts), undertakingsJSON(v.Certain)
	if !timeline {
		return out
	}
	for _, r := range v.Timeline() {
		t := TimelineJSON{Event: r.Event.ID, Title: r.Event.Title, Time: r.Event.Time.Text, Legal: r.Event.Legal().String(), Actors: stateCodes(r.Event.Actors), Did: r.Did, Claims: r.Event.Claims}
		for _, m := range r.Moves {
			t.Moves = append(t.Moves, MoveJSON{m.Act.String(), m.On, stateCodes(m.By), m.Text})
		}
		out.Timeline = append(out.Timeline, t)
	}
	return out
}

func undertakingsJSON(list []*commitment.Account) []UndertakingJSON {
	var out []UndertakingJSON
	for _, a := range list {
		p, s := a.Provision, a.Stipulation()
		j := UndertakingJSON{
			ID: p.ID, Instrument: p.Instrument.Name, Title: p.Title, Does: "act", By: s.By, To: s.To, Scope: s.Scope, From: p.From.String(),
			Until: p.Until.String(), Due: s.Due.String(), If: s.If, After: s.After, Verifier: s.Verifier, Cite: p.Cite(), Verified: p.Verified,
			State: a.State.String(), Supposed: a.Supposed, Overdue: a.Overdue,
		}
		if s.Abstain {
			j.Does = "abstain"
		}
		for _, c := range a.Changes {
			j.Changes = append(j.Changes, UndertakingChangeJSON{c.State.String(), c.On.String(), eventID(c.Event), c.Why, c.Of})
		}
		for i := range a.Conduct {
			c := &a.Conduct[i]
			cj := ConductJSON{Event: c.Event.ID, On: c.On.String(), By: c.By.String(), Role: c.Role.String(), Certain: c.Certain(), Doubts: c.Doubts}
			for _, id := range c.Missing {
				cj.Missing = append(cj.Missing, vocab.FactOf(id).Name)
			}
			j.Conduct = append(j.Conduct, cj)
		}
		for _, m := range a.Marks {
			j.Progress = append(j.Progress, MarkJSON{m.Event.ID, m.On.String(), m.Progress, m.Coder})
		}
		out = append(out, j)
	}
	return out
}

func eventID(e *event.Event) string {
	if e == nil {
		return ""
	}
	return e.ID
}

func stateCodes(list []place.State) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.String()
	}
	return out
}

// EventsDocument lists events.
func EventsDocument(list []event.Event, name Names) *Document {
	d := &Document{Title: "Events", Lead: []string{Plural(len(list), "event") + ", in the order of time; a day is one of New York."}}
	s := Section{ID: "events", Title: "In order"}
	t := &Table{Head: []string{"day", "id", "kind", "who", "what"}}
	for i := range list {
		e := &list[i]
		what := e.Title
		if !e.Verified {
			what += " (source not seen by us)"
		}
		t.Rows = append(t.Rows, []string{e.Legal().String(), e.ID, e.Kind.String(), stateNames(e.Actors, name), what})
	}
	s.AddTable(t)
	d.Sections = append(d.Sections, s)
	return d
}

// EventDocument shows one event.
func EventDocument(e *event.Event, name Names) *Document {
	d := &Document{Title: e.Title}
	lasting := ""
	if e.Lasting() {
		lasting = " until " + e.Until.UTC()
	}
	d.Lead = append(d.Lead, e.Kind.String()+" by "+stateNames(e.Actors, name)+", "+e.Time.UTC()+lasting+" (known to the "+e.Time.Precision.String()+").",
		"By the calendar of New York: "+e.Legal().Long()+".")
	s := Section{ID: e.ID, Title: e.ID}
	var items []string
	add := func(what, text string) {
		if text != "" {
			items = append(items, what+": "+text)
		}
	}
	add("With", stateNames(e.With, name))
	add("Place", e.Place)
	add("Range", e.Range)
	add("Scale", e.Scale)
	add("Outcome", e.Outcome.String())
	for _, t := range e.Doubt {
		add("In doubt", t)
	}
	for _, t := range e.Sources {
		add("Source", t)
	}
	if !e.Verified {
		add("Seen", "no, we have not seen its source")
	}
	add("Note", e.Note)
	for _, m := range e.Moves {
		who := stateNames(m.By, name)
		if who == "" {
			who = m.Coder
		}
		add("Move", who+" "+moveWords[m.Act]+" ("+strings.Join(m.On, ", ")+")")
	}
	s.List(items)
	for _, c := range e.Conduct(when.On(e.Time.Legal().From)) {
		s.Para("As an activity: %s", c.Activity.AppendJSON(nil))
	}
	d.Sections = append(d.Sections, s)
	return d
}

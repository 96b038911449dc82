package licence

import (
	"encoding/json"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// Events as they are kept. Names must not change; a field that is added must read as
// before when it is missing.

type eventRow struct {
	Licence   string            `json:"licence"`
	N         int               `json:"n"`
	Time      time.Time         `json:"time"`
	Kind      Kind              `json:"kind"`
	Person    string            `json:"person"`
	Role      casework.Role     `json:"role"`
	Via       string            `json:"via,omitempty"`
	Terms     *termsRow         `json:"terms,omitempty"`
	Condition string            `json:"condition,omitempty"`
	Decision  *decisionRow      `json:"decision,omitempty"`
	Amount    int64             `json:"amount,omitempty"`
	Day       string            `json:"day,omitempty"`
	Text      string            `json:"text,omitempty"`
	Evidence  string            `json:"evidence,omitempty"`
	File      *casework.FileRow `json:"file,omitempty"`
}

type termsRow struct {
	Authority  string         `json:"authority"`
	Reference  string         `json:"reference"`
	Form       Form           `json:"kind"`
	Holder     string         `json:"holder"`
	Provisions []string       `json:"provisions,omitempty"`
	Activities []string       `json:"activities,omitempty"`
	Parties    []string       `json:"parties,omitempty"`
	Goods      []string       `json:"goods,omitempty"`
	Limit      int64          `json:"limit,omitempty"`
	Unit       string         `json:"unit,omitempty"`
	Uses       int            `json:"uses,omitempty"`
	From       string         `json:"from"`
	Until      string         `json:"until,omitempty"`
	Conditions []conditionRow `json:"conditions,omitempty"`
	Source     string         `json:"source,omitempty"`
	Verified   bool           `json:"verified,omitempty"`
	Note       string         `json:"note,omitempty"`
}

type conditionRow struct {
	ID       string `json:"id"`
	What     string `json:"what"`
	Who      string `json:"who"`
	Due      string `json:"due,omitempty"`
	Evidence string `json:"evidence"`
}

type decisionRow struct {
	Kind DecisionKind `json:"kind"`
	ID   string       `json:"id"`
}

// Encode gives the bytes that an event is kept and committed to as: JSON, the same for
// the same event.
func Encode(e *Event) []byte {
	r := eventRow{
		Licence: e.Licence, N: e.N, Time: e.Time.UTC(), Kind: e.Kind, Person: e.Person, Role: e.Role, Via: e.Via, Condition: e.Condition,
		Amount: e.Amount, Text: e.Text, Evidence: e.Evidence,
	}
	if e.Kind == Extended || e.Kind == CarriedOut {
		r.Day = e.Day.String()
	}
	if e.Decision != (Decision{}) {
		d := decisionRow(e.Decision)
		r.Decision = &d
	}
	if e.File != (casework.File{}) {
		f := casework.FileRow(e.File)
		r.File = &f
	}
	if t := e.Terms; t != nil {
		r.Terms = &termsRow{
			t.Authority, t.Reference, t.Form, t.Holder, t.Covers.Provisions, t.Covers.Activities, t.Covers.Parties, t.Covers.Goods, t.Covers.Limit,
			t.Covers.Unit, t.Covers.Uses, t.From.String(), t.Until.String(), nil, t.Source, t.Verified, t.Note,
		}
		for _, c := range t.Conditions {
			r.Terms.Conditions = append(r.Terms.Conditions, conditionRow{c.ID, c.What, c.Who, c.Due.String(), c.Evidence})
		}
	}
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // nothing in a row cannot be written
	}
	return b
}

// Decode reads what Encode wrote.
func Decode(b []byte) (Event, error) {
	var r eventRow
	err := json.Unmarshal(b, &r)
	e := Event{
		Licence: r.Licence, N: r.N, Time: r.Time, Kind: r.Kind, Person: r.Person, Role: r.Role, Via: r.Via, Condition: r.Condition,
		Amount: r.Amount, Text: r.Text, Evidence: r.Evidence, Day: when.NoDay,
	}
	if r.Decision != nil {
		e.Decision = Decision(*r.Decision)
	}
	if r.File != nil {
		e.File = casework.File(*r.File)
	}
	if err == nil {
		e.Day, err = day(r.Day)
	}
	if err == nil && r.Terms != nil {
		e.Terms, err = r.Terms.terms()
	}
	if err != nil {
		return Event{}, fault.Wrap(fault.Unavailable, err, "an event of a licence is damaged").WithFix("restore the store from a backup")
	}
	return e, nil
}

func (r *termsRow) terms() (*Terms, error) {
	t := &Terms{
		Authority: r.Authority, Reference: r.Reference, Form: r.Form, Holder: r.Holder,
		Covers: Covers{r.Provisions, r.Activities, r.Parties, r.Goods, r.Limit, r.Unit, r.Uses},
		Source: r.Source, Verified: r.Verified, Note: r.Note,
	}
	var err error
	if t.From, err = day(r.From); err != nil {
		return nil, err
	}
	if t.Until, err = day(r.Until); err != nil {
		return nil, err
	}
	for _, c := range r.Conditions {
		due, err := day(c.Due)
		if err != nil {
			return nil, err
		}
		t.Conditions = append(t.Conditions, Condition{c.ID, c.What, c.Who, due, c.Evidence})
	}
	return t, nil
}

// day reads a day, or none.
func day(s string) (when.Day, error) {
	if s == "" {
		return when.NoDay, nil
	}
	return when.ParseDay(s)
}

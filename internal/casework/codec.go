package casework

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Events as they are kept. Names must not change; a field that is added must read as
// before when it is missing.

type eventRow struct {
	Case        string             `json:"case"`
	N           int                `json:"n"`
	Time        time.Time          `json:"time"`
	Kind        Kind               `json:"kind"`
	Person      string             `json:"person"`
	Role        Role               `json:"role"`
	Via         string             `json:"via,omitempty"`
	Alert       *alertRow          `json:"alert,omitempty"`
	To          string             `json:"to,omitempty"`
	Text        string             `json:"text,omitempty"`
	Disposition Disposition        `json:"disposition,omitempty"`
	Code        string             `json:"code,omitempty"`
	Suppress    time.Time          `json:"suppress,omitzero"`
	Owner       string             `json:"owner,omitempty"`
	Of          int                `json:"of,omitempty"`
	Facts       []contradictionRow `json:"facts,omitempty"`
	Deadline    string             `json:"deadline,omitempty"`
	Due         time.Time          `json:"due,omitzero"`
	Upheld      bool               `json:"upheld,omitempty"`
	Licence     string             `json:"licence,omitempty"`
	Duty        string             `json:"duty,omitempty"`
	Began       time.Time          `json:"began,omitzero"`
	Filed       time.Time          `json:"filed,omitzero"`
	Reference   string             `json:"reference,omitempty"`
	Sample      string             `json:"sample,omitempty"`
	File        *FileRow           `json:"file,omitempty"`
	Action      Action             `json:"action,omitempty"`
}

type alertRow struct {
	Subject sideRow  `json:"subject"`
	Listing sideRow  `json:"listing"`
	Tier    string   `json:"tier"`
	Score   float64  `json:"score"`
	Stake   float64  `json:"stake"`
	Answer  string   `json:"answer"`
	Against []string `json:"against,omitempty"`
}

type sideRow struct {
	Ref  string    `json:"ref"`
	Name string    `json:"name,omitempty"`
	Says []factRow `json:"says"`
	Hard []factRow `json:"hard,omitempty"`
}

type factRow struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

type contradictionRow struct {
	Field   string   `json:"field"`
	Subject []string `json:"subject"`
	Listing []string `json:"listing"`
}

// Encode gives the bytes that an event is kept and committed to as: JSON, the same for
// the same event.
func Encode(e *Event) []byte {
	r := eventRow{
		Case: e.Case, N: e.N, Time: e.Time.UTC(), Kind: e.Kind, Person: e.Person, Role: e.Role, Via: e.Via, To: e.To, Text: e.Text,
		Disposition: e.Disposition, Code: e.Code, Suppress: e.Suppress, Owner: e.Owner, Of: e.Of, Deadline: e.Deadline, Due: e.Due,
		Upheld: e.Upheld, Licence: e.Licence,
		Duty: e.Duty, Began: e.Began, Filed: e.Filed, Reference: e.Reference, Sample: e.Sample, Action: e.Action,
	}
	if e.File != (File{}) {
		f := FileRow(e.File)
		r.File = &f
	}
	if a := e.Alert; a != nil {
		r.Alert = &alertRow{sideRowOf(&a.Subject), sideRowOf(&a.Listing), a.Tier, a.Score, a.Stake, a.Answer, a.Against}
	}
	for _, c := range e.Facts {
		r.Facts = append(r.Facts, contradictionRow(c))
	}
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // nothing in a row cannot be written: scores are checked before
	}
	return b
}

func sideRowOf(s *Side) sideRow { return sideRow{s.Ref, s.Name, rows(s.Says), rows(s.Hard)} }

func rows(list []Fact) []factRow {
	var out []factRow
	for _, f := range list {
		out = append(out, factRow(f))
	}
	return out
}

// Decode reads what Encode wrote.
func Decode(b []byte) (Event, error) {
	var r eventRow
	if err := json.Unmarshal(b, &r); err != nil {
		return Event{}, fault.Wrap(fault.Unavailable, err, "an event of a case is damaged").WithFix("restore the data folder from a copy")
	}
	e := Event{
		Case: r.Case, N: r.N, Time: r.Time, Kind: r.Kind, Person: r.Person, Role: r.Role, Via: r.Via, To: r.To, Text: r.Text,
		Disposition: r.Disposition, Code: r.Code, Suppress: r.Suppress, Owner: r.Owner, Of: r.Of, Deadline: r.Deadline, Due: r.Due,
		Upheld: r.Upheld, Licence: r.Licence,
		Duty: r.Duty, Began: r.Began, Filed: r.Filed, Reference: r.Reference, Sample: r.Sample, Action: r.Action,
	}
	if r.File != nil {
		e.File = File(*r.File)
	}
	if a := r.Alert; a != nil {
		e.Alert = &Alert{a.Subject.side(), a.Listing.side(), a.Tier, a.Score, a.Stake, a.Answer, a.Against}
	}
	for _, c := range r.Facts {
		e.Facts = append(e.Facts, Contradiction(c))
	}
	return e, nil
}

func (r sideRow) side() Side { return Side{r.Ref, r.Name, facts(r.Says), facts(r.Hard)} }

func facts(list []factRow) []Fact {
	var out []Fact
	for _, f := range list {
		out = append(out, Fact(f))
	}
	return out
}

func join(list []string) string { return strings.Join(list, ", ") }

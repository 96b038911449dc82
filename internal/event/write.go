package event

import (
	"encoding/json"
	"reflect"

	"github.com/cordon-engine/cordon/internal/place"
)

// equal reports whether two events say the same.
func equal(a, b *Event) bool { return reflect.DeepEqual(a, b) }

// Line is the form of an event as a line of JSON Lines. The keys are those of the YAML form.
type Line struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	Title    string     `json:"title"`
	Time     string     `json:"time"`
	Until    string     `json:"until,omitempty"`
	Actors   []string   `json:"actors"`
	With     []string   `json:"with,omitempty"`
	Place    string     `json:"place,omitempty"`
	Range    string     `json:"range,omitempty"`
	Scale    string     `json:"scale,omitempty"`
	Outcome  string     `json:"outcome,omitempty"`
	Doubt    []string   `json:"doubt,omitempty"`
	Sources  []string   `json:"sources,omitempty"`
	Verified bool       `json:"verified,omitempty"`
	Note     string     `json:"note,omitempty"`
	Claims   []string   `json:"claims,omitempty"`
	Moves    []LineMove `json:"moves,omitempty"`
}

// LineMove is a move in that form.
type LineMove struct {
	Act      string   `json:"act"`
	On       []string `json:"on"`
	By       []string `json:"by,omitempty"`
	Progress *int     `json:"progress,omitempty"`
	Coder    string   `json:"coder,omitempty"`
	Text     string   `json:"text,omitempty"`
}

// AppendLine appends the event as one line of JSON Lines, without the line end. [ReadLines] reads it back as it was.
func (e *Event) AppendLine(b []byte) ([]byte, error) {
	l := Line{
		ID: e.ID, Kind: e.Kind.String(), Title: e.Title, Time: e.Time.Text, Until: e.Until.Text, Actors: codes(e.Actors), With: codes(e.With),
		Place: e.Place, Range: e.Range, Scale: e.Scale, Outcome: e.Outcome.String(), Doubt: e.Doubt, Sources: e.Sources, Verified: e.Verified, Note: e.Note, Claims: e.Claims,
	}
	for _, m := range e.Moves {
		lm := LineMove{Act: m.Act.String(), On: m.On, By: codes(m.By), Coder: m.Coder, Text: m.Text}
		if m.Act == Progress {
			lm.Progress = &m.Progress
		}
		l.Moves = append(l.Moves, lm)
	}
	j, err := json.Marshal(l)
	return append(b, j...), err
}

func codes(list []place.State) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.String()
	}
	return out
}

package watched

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/screening"
)

// EncodeState writes a state as stores keep it, as JSON.
func EncodeState(s *State) ([]byte, error) { return json.Marshal(s) }

// DecodeState reads what EncodeState wrote. A run reads what stands of all customers who are not clear, nearly always in just the
// form in which it was written, which is read without looking for another.
func DecodeState(text []byte) (s State, err error) {
	r := stateReader{b: text}
	if s = r.state(); !r.other && len(r.b) == 0 {
		return s, nil
	}
	s = State{}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fault.Wrap(fault.Unavailable, err, "what a run says of a customer cannot be read")
	}
	return s, nil
}

// stateReader reads the one form that encoding/json gives a state, without escapes; of any other it only says that it is one.
type stateReader struct {
	b     []byte
	other bool
}

func (r *stateReader) state() (s State) {
	r.skip(`{"Ref":`)
	s.Ref = r.text()
	r.skip(`,"Outcome":`)
	s.Outcome = screening.Outcome(r.text())
	r.skip(`,"Reason":`)
	s.Reason = r.text()
	r.skip(`,"Findings":`)
	if r.has(`null}`) {
		return s
	}
	r.skip(`[`)
	for {
		s.Findings = append(s.Findings, r.finding())
		if r.other || !r.has(`,`) {
			break
		}
	}
	r.skip(`]}`)
	return s
}

func (r *stateReader) finding() (f Finding) {
	r.skip(`{"List":`)
	f.List = r.text()
	r.skip(`,"Subject":`)
	f.Subject = r.text()
	r.skip(`,"Listings":`)
	f.Listings = r.text()
	r.skip(`,"Tier":`)
	f.Tier = screening.Tier(r.text())
	r.skip(`,"Outcome":`)
	f.Outcome = screening.Outcome(r.text())
	r.skip(`,"Score":`)
	f.Score = r.number()
	r.skip(`}`)
	return f
}

func (r *stateReader) has(s string) bool {
	rest, ok := bytes.CutPrefix(r.b, []byte(s))
	r.b = rest
	return ok
}

func (r *stateReader) skip(s string) { r.other = !r.has(s) || r.other }

// text reads a text of plain ASCII.
func (r *stateReader) text() string {
	r.skip(`"`)
	for i, c := range r.b {
		switch {
		case c == '"':
			s := string(r.b[:i])
			r.b = r.b[i+1:]
			return s
		case c == '\\' || c < ' ' || c > '~':
			r.other = true
			return ""
		}
	}
	r.other = true
	return ""
}

func (r *stateReader) number() float64 {
	n := bytes.IndexByte(r.b, '}')
	if n < 0 || len(r.b) == 0 || r.b[0] != '-' && (r.b[0] < '0' || r.b[0] > '9') {
		r.other = true
		return 0
	}
	f, err := strconv.ParseFloat(string(r.b[:n]), 64)
	r.other = r.other || err != nil || !json.Valid(r.b[:n])
	r.b = r.b[n:]
	return f
}

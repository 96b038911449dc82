package publication

import (
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// State gives the ISO 3166-1 alpha-2 code of the state that text names, and ""
// when it names none that we know, which the tally counts. Parsers keep the
// text beside the code.
func (in *Input) State(t *Tally, text string, at fault.Place) string {
	text = strings.TrimSpace(text)
	code := in.MaybeState(t, text)
	if code == "" && text != "" {
		t.Odd(UnknownState, text, at)
	}
	return code
}

// MaybeState is State for words that may well name no state; then nothing is
// counted. Words are looked up once.
func (in *Input) MaybeState(t *Tally, text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	if t.states == nil {
		t.states = map[string]string{}
	}
	code, known := t.states[text]
	if !known {
		if s, ok := in.Places.FindState(text); ok {
			code = s.String()
		}
		if len(t.states) < 1<<16 { // a file may not make us remember without bound
			t.states[text] = code
		}
	}
	return code
}

// Date reads a date written the ISO way, with or without a time or zone after
// it, as exact as it is. Anything else is kept as text, which the tally counts.
func Date(t *Tally, s string, at fault.Place) subject.Date {
	s = strings.TrimSpace(s)
	if s == "" {
		return subject.Date{}
	}
	day := s
	if len(s) > 10 && (s[10] == 'T' || s[10] == ' ' || s[10] == 'Z' || s[10] == '-' || s[10] == '+') {
		day = s[:10]
	}
	p, err := when.Parse(day)
	if err != nil {
		t.Odd(BadDate, s, at)
		return subject.Date{Text: s}
	}
	return subject.On(p)
}

// Line gives s on one line: every run of white space is one space, none stands
// at the ends.
func Line(s string) string {
	if isLine(s) {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// isLine says that s is ASCII and on one line as it is, which is most often so.
func isLine(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= utf8.RuneSelf || c == ' ' && last == ' ' {
			return false
		}
		last = c
	}
	return last != ' ' || s == ""
}

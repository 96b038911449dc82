package publication

import (
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ident"
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

// DayFirst reads a date written with the day first ("26/03/2026", "1.7.2026"),
// where the day and the month may be left out or stand as letters
// ("dd/mm/1965"), or one written the ISO way. Anything else is kept as text,
// which the tally counts.
func DayFirst(t *Tally, s string, at fault.Place) subject.Date {
	if iso, ok := dayFirst(strings.TrimSpace(s)); ok {
		if p, err := when.Parse(iso); err == nil {
			return subject.On(p)
		}
	}
	return Date(t, s, at)
}

func dayFirst(s string) (string, bool) {
	f := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '.' })
	if strings.Count(s, "/")+strings.Count(s, ".") != len(f)-1 || len(f) > 3 || len(f) < 2 {
		return "", false
	}
	out := f[len(f)-1]
	for i := len(f) - 2; i >= 0; i-- {
		v := strings.ToLower(f[i])
		if unknown := "dm"[i+3-len(f):][:1]; strings.Trim(v, unknown) == "" || strings.Trim(v, "0") == "" {
			if i == 1 && len(f) == 3 && strings.Trim(strings.ToLower(f[0]), "d0") != "" {
				return "", false // a day of no month
			}
			return out, true
		}
		if len(v) > 2 {
			return "", false
		}
		out += "-" + "0"[:2-len(v)] + v
	}
	return out, true
}

// IMO gives the number of a ship as seven digits, and s as it stands when it is
// no such number or its check digit fails, which the tally counts.
func IMO(t *Tally, s string, at fault.Place) string {
	s = strings.TrimSpace(s)
	n, err := ident.ParseIMO(s)
	if err != nil {
		t.Odd(BadNumber, "IMO "+s, at)
		return s
	}
	return n.String()
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

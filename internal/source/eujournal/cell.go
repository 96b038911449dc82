package eujournal

import (
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// split gives the values of a cell, which semicolons divide unless they stand
// in brackets. Quotation marks around one or several values are taken off, and
// so are the letters that number them: "(a) ...; (b) ...".
func split(cell string) []string {
	if cell = publication.Line(cell); cell == "" {
		return nil
	}
	var out []string
	for _, v := range divide(cell) {
		v = strings.TrimSpace(v)
		if len(v) > 1 && v[0] == '"' && v[len(v)-1] == '"' && strings.Count(v, `"`) == 2 {
			out = append(out, split(v[1:len(v)-1])...)
			continue
		}
		if v = numbering.ReplaceAllString(v, ""); v != "" {
			out = append(out, v)
		}
	}
	return out
}

var numbering = pattern.New(`^(?:\([a-z]\)|[a-z]\)) *`)

// divide cuts at semicolons outside brackets and quotation marks. Where either
// do not close, they are taken for plain characters.
func divide(s string) []string {
	for _, marks := range []string{`()"`, `()`, ``} {
		if list, closed := cut(s, marks); closed {
			return list
		}
	}
	return []string{s}
}

func cut(s, marks string) (list []string, closed bool) {
	depth, quoted, from := 0, false, 0
	for i := range len(s) {
		c := s[i]
		if c == ';' && depth == 0 && !quoted {
			list = append(list, s[from:i])
			from = i + 1
		}
		if strings.IndexByte(marks, c) < 0 {
			continue
		}
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case depth > 0: // a bracket that closes none numbers a value: "a) ..."
			depth--
		}
	}
	return append(list, s[from:]), depth == 0 && !quoted
}

var (
	between = pattern.New(`^(?:[Bb]etween )?(\d{4})(?: and |-|–)(\d{4})$`)
	apart   = pattern.New(` or | / |, | (?:\([a-z]\)|[a-z]\)) `)
)

// days gives the dates of a cell. Alternatives are dates of their own.
func (p *parser) days(cell string) []subject.Date {
	var out []subject.Date
	for _, v := range split(cell) {
		v = strings.TrimRight(v, ". ")
		if m := between.FindStringSubmatch(v); m != nil {
			if per, err := when.Parse(m[1] + "/" + m[2]); err == nil {
				out = append(out, subject.On(per))
				continue
			}
		}
		for _, one := range apart.Split(v, -1) {
			if one = strings.TrimSpace(one); one == "" {
				continue
			}
			if d, err := time.Parse("2 January 2006", one); err == nil && d.Year() >= when.MinYear && d.Year() <= when.MaxYear {
				out = append(out, subject.On(when.On(when.Date(d.Year(), int(d.Month()), d.Day()))))
				continue
			}
			out = append(out, publication.DayFirst(p.t, one, p.at))
		}
	}
	return out
}

package au

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Dates of birth are written by hand: "1961", "4 Nov. 1978", "11/08/1960" with the
// day first, "a) 1945; b) 1950", "Between 1963 to 1968", "c. 1962".
var (
	marker   = pattern.New(`(^|[\s;,])[a-z]\)\s*`)
	parting  = pattern.New(`\s*(?:[;\n]|\bor\b)\s*`)
	label    = pattern.New(`(?i)^(?:alt\.?(?:ernative)? )?(?:d\.?o\.?b\.?|born)\s*:?\s*`)
	about    = pattern.New(`(?i)^(?:approximately|approx\.?|circa|about|around|c\.)\s*`)
	span     = pattern.New(`(?i)^(?:between\s+)?(.+?)\s*(?:-|–|\bto\b|\band\b|\buntil\b)\s*(.+)$`)
	numbers  = pattern.New(`^(?:(\d{1,2})/)?(\d{1,2})/(\d{4})$`)
	dayWord  = pattern.New(`^(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([A-Za-z]{3,9})\.?,?\s+(\d{4})$`)
	wordDay  = pattern.New(`^([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})$`)
	clocking = pattern.New(` 00:00:00$`)
)

// births reads a cell of dates of birth. What is no date stays as its words and is
// counted.
func (p *parser) births(cell string, at fault.Place) []subject.Date {
	var out []subject.Date
	add := func(text string) bool {
		d, ok := readDate(text)
		if ok {
			out = append(out, d)
		}
		return ok
	}
	cell = marker.ReplaceAllString(tidy(cell), "\n")
	for _, piece := range parting.Split(cell, -1) {
		piece = strings.Trim(label.ReplaceAllString(piece, ""), " ,.;/")
		if blank(piece) || add(piece) {
			continue
		}
		for _, part := range strings.Split(piece, ",") {
			part = strings.Trim(part, " ./")
			if part == "" || add(part) {
				continue
			}
			p.t.Odd(publication.BadDate, part, at)
			out = append(out, subject.Date{Text: part})
		}
	}
	return out
}

// tidy makes every space one that can be seen to be one, and leaves line ends.
func tidy(s string) string { return strings.TrimSpace(spaces.Replace(s)) }

var spaces = strings.NewReplacer("\u00a0", " ", "\r", "\n", "\t", " ")

// readDate reads one date, span or circa.
func readDate(s string) (subject.Date, bool) {
	s = publication.Line(s)
	rest := about.ReplaceAllString(s, "")
	d := subject.Date{Circa: rest != s}
	if per, ok := day(rest); ok {
		d.Period, d.Known = per, true
		return d, true
	}
	m := span.FindStringSubmatch(rest)
	if m == nil {
		return d, false
	}
	from, ok1 := day(about.ReplaceAllString(m[1], ""))
	to, ok2 := day(about.ReplaceAllString(m[2], ""))
	if !ok1 || !ok2 || to.To < from.From {
		return d, false
	}
	d.Circa = d.Circa || about.MatchString(m[1])
	d.Period, d.Known = when.Period{From: from.From, To: to.To}, true
	return d, true
}

var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

func month(s string) int {
	s = strings.ToLower(s)
	for i, m := range months {
		if len(s) >= 3 && strings.HasPrefix(m, s) || s == "sept" && i == 8 {
			return i + 1
		}
	}
	return 0
}

// day reads one date without words around it.
func day(s string) (when.Period, bool) {
	s = clocking.ReplaceAllString(s, "")
	if !strings.Contains(s, "/") {
		if p, err := when.Parse(s); err == nil {
			return p, true
		}
	}
	var d, m, y string
	switch {
	case numbers.MatchString(s):
		g := numbers.FindStringSubmatch(s)
		d, m, y = g[1], g[2], g[3]
	case dayWord.MatchString(s):
		g := dayWord.FindStringSubmatch(s)
		d, m, y = g[1], strconv.Itoa(month(g[2])), g[3]
	case wordDay.MatchString(s):
		g := wordDay.FindStringSubmatch(s)
		d, m, y = g[2], strconv.Itoa(month(g[1])), g[3]
	default:
		return when.Period{}, false
	}
	iso := y + "-" + pad(m)
	if d != "" {
		iso += "-" + pad(d)
	}
	p, err := when.Parse(iso)
	return p, err == nil
}

func pad(s string) string { return strings.Repeat("0", max(0, 2-len(s))) + s }

// listedOn finds the day of listing at the head of what is said of the listing.
var listedOn = pattern.New(`(?i)^(?:first\s+)?(?:listed|designated)\b[^(;]*?\bon\s+(\d{1,2}\s+[A-Za-z]{3,9}\.?\s+\d{4})`)

func listed(text string) subject.Date {
	m := listedOn.FindStringSubmatch(publication.Line(tidy(text)))
	if m == nil {
		return subject.Date{}
	}
	d, _ := readDate(m[1])
	return d
}

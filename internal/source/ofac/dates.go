package ofac

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

var months = map[string]string{
	"jan": "01", "feb": "02", "mar": "03", "apr": "04", "may": "05", "jun": "06",
	"jul": "07", "aug": "08", "sep": "09", "oct": "10", "nov": "11", "dec": "12",
}

// dateOf gives the date of a feature: as the form keeps it apart, or else from
// its words.
func (e *entry) dateOf(f *feature) subject.Date {
	if f.date.Known {
		return f.date
	}
	return e.date(f.value)
}

// date reads a date as OFAC writes it; what cannot be read is kept as text.
func (e *entry) date(s string) subject.Date {
	s = publication.Line(s)
	if s == "" {
		return subject.Date{}
	}
	d, ok := readDate(s)
	if !ok {
		e.t.Odd(publication.BadDate, s, e.at)
		return subject.Date{Text: s}
	}
	return d
}

// readDate reads "05 Mar 1965", "Mar 1965", "1965", each with "circa" before it,
// and two of them with "to" or "-" between.
func readDate(s string) (subject.Date, bool) {
	if day, ok := plainDay(s); ok {
		return subject.On(when.On(day)), true
	}
	var d subject.Date
	if rest, ok := cutCirca(s); ok {
		d.Circa, s = true, rest
	}
	from, to, span := strings.Cut(s, " to ")
	if !span && len(s) == 9 && s[4] == '-' {
		from, to, span = s[:4], s[5:], true
	}
	if rest, ok := cutCirca(to); ok {
		d.Circa, to = true, rest
	}
	iso, ok := isoDate(from)
	if _, err := when.ParseDay(s); err == nil {
		iso, ok = s, true // documents in the enhanced form
	}
	if !ok {
		return d, false
	}
	if span {
		end, ok := isoDate(to)
		if !ok {
			return d, false
		}
		iso += "/" + end
	}
	p, err := when.Parse(iso)
	if err != nil {
		return d, false
	}
	d.Period, d.Known = p, true
	return d, true
}

// plainDay reads "05 Mar 1965", up to the 28th, which every month has; nearly
// all dates are of that form.
func plainDay(s string) (when.Day, bool) {
	if len(s) != 11 || s[2] != ' ' || s[6] != ' ' {
		return 0, false
	}
	month := 0
	for i, name := range monthNames {
		if s[3:6] == name {
			month = i + 1
		}
	}
	day, okDay := digits(s[:2])
	year, okYear := digits(s[7:])
	if !okDay || !okYear || month == 0 || day < 1 || day > 28 || year < 1 {
		return 0, false
	}
	return when.Date(year, month, day), true
}

var monthNames = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}

func cutCirca(s string) (string, bool) {
	for _, word := range []string{"circa ", "approximately ", "c. "} {
		if len(s) > len(word) && strings.EqualFold(s[:len(word)], word) {
			return s[len(word):], true
		}
	}
	return s, false
}

// isoDate turns "05 Mar 1965", "Mar 1965" or "1965" into the ISO way of writing.
func isoDate(s string) (string, bool) {
	f := strings.Fields(s)
	if len(f) == 0 || len(f) > 3 {
		return "", false
	}
	year := f[len(f)-1]
	if _, err := strconv.ParseUint(year, 10, 16); err != nil || len(year) != 4 {
		return "", false
	}
	iso := year
	if len(f) > 1 {
		name := strings.ToLower(f[len(f)-2])
		month := months[name[:min(3, len(name))]]
		if month == "" || len(name) < 3 {
			return "", false
		}
		iso += "-" + month
	}
	if len(f) == 3 {
		day, err := strconv.ParseUint(f[0], 10, 8)
		if err != nil {
			return "", false
		}
		iso += "-" + string([]byte{'0' + byte(day/10%10), '0' + byte(day%10)})
	}
	return iso, true
}

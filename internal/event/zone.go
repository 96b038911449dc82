package event

import "github.com/cordon-engine/cordon/internal/when"

// firstYear is the first year for which the rules of New York's clocks are kept here.
const firstYear = 1946

// sunday is a Sunday of a month: the first on or after day After, or the last one where After is 0.
type sunday struct{ month, after int }

// rule says between which Sundays the clocks of New York stood an hour ahead, in the years from From to To. They change at
// two o'clock by the time that they show.
type rule struct {
	from, to   int
	begin, end sunday
}

// rules are those of the IANA time zone database for America/New_York. The years of 1974 and 1975 began early by law.
var rules = [...]rule{
	{1946, 1954, sunday{4, 0}, sunday{9, 0}},
	{1955, 1973, sunday{4, 0}, sunday{10, 0}},
	{1974, 1974, sunday{1, 6}, sunday{10, 0}},
	{1975, 1975, sunday{2, 23}, sunday{10, 0}},
	{1976, 1986, sunday{4, 0}, sunday{10, 0}},
	{1987, 2006, sunday{4, 1}, sunday{10, 0}},
	{2007, when.MaxYear, sunday{3, 8}, sunday{11, 1}},
}

const (
	standard = -5 * 3600
	summer   = -4 * 3600
)

// in gives the day in a year.
func (s sunday) in(year int) when.Day {
	if s.after > 0 {
		d := when.Date(year, s.month, s.after)
		return d + (7-weekday(d))%7
	}
	d := when.Date(year, s.month+1, 1) - 1
	return d - weekday(d)
}

// weekday counts from Sunday, 0. 1 January 1970 was a Thursday.
func weekday(d when.Day) when.Day { return ((d+4)%7 + 7) % 7 }

// newYork gives the day that the calendar of New York showed at an instant.
func newYork(utc int64) when.Day { return dayOf(utc + offset(utc)) }

// dayOf gives the day of an instant in UTC.
func dayOf(utc int64) when.Day {
	d := utc / 86400
	if utc%86400 < 0 {
		d--
	}
	return when.Day(d)
}

// offset gives by how many seconds the clocks of New York were ahead of UTC.
func offset(utc int64) int64 {
	year, _, _ := dayOf(utc + standard).Civil()
	for i := range rules {
		r := &rules[i]
		if year < r.from || year > r.to {
			continue
		}
		begin := int64(r.begin.in(year))*86400 + 2*3600 - standard
		end := int64(r.end.in(year))*86400 + 2*3600 - summer
		if begin <= utc && utc < end {
			return summer
		}
	}
	return standard
}

// midnight gives the instant at which a day began in New York. The clocks never change at midnight.
func midnight(d when.Day) int64 {
	start := int64(d) * 86400
	return start - offset(start-standard)
}

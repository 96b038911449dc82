package event

import (
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
)

// Precision is how exactly the time of an event is known.
type Precision uint8

// The precisions. A Civil time is a date as the calendar of New York has it, with no zone of its own.
const (
	ToSecond Precision = iota
	ToMinute
	ToHour
	ToDay
	Civil
)

var precisionWords = [...]string{"second", "minute", "hour", "day", "civil"}

// String gives the word used in JSON.
func (p Precision) String() string { return precisionWords[p] }

// Time is the span of time in which something happened at an instant that is known no better: From up to To, both in
// seconds since 1970 in UTC, To not included.
type Time struct {
	From, To  int64
	Precision Precision
	// Text is the time as written.
	Text string
}

// ParseTime reads "2017-07-04T00:40Z", "2017-07-04T09:40:10+09:00" and "2017-07-04T09Z"; a day in a zone,
// "2017-09-03+09:00"; and a date without a zone, "2018-04-20", "2018-04", "2018" or a span of these, which is a date as
// New York has it. Events begin in 1946.
func ParseTime(s string) (Time, error) {
	t, err := parseTime(s)
	if err != nil {
		return Time{}, err
	}
	if first := midnight(when.Date(firstYear, 1, 1)); t.From < first {
		return Time{}, fault.New(fault.Invalid, "%q lies before %d, where the zone rules begin", s, firstYear)
	}
	t.Text = s
	return t, nil
}

func parseTime(s string) (Time, error) {
	clock := strings.IndexByte(s, 'T')
	body, offset, zoned, err := cutZone(s, clock)
	if err != nil {
		return Time{}, err
	}
	if !zoned {
		if clock >= 0 {
			return Time{}, badTime(s, "a time of day needs its zone")
		}
		p, err := when.Parse(s)
		return Time{From: midnight(p.From), To: midnight(p.To + 1), Precision: Civil}, err
	}
	date, rest := body, ""
	if clock >= 0 {
		date, rest = body[:clock], body[clock+1:]
	}
	day, err := when.ParseDay(date)
	if err != nil {
		return Time{}, err
	}
	start := int64(day)*86400 - offset
	if clock < 0 {
		return Time{From: start, To: start + 86400, Precision: ToDay}, nil
	}
	seconds, length, precision, ok := clockTime(rest)
	if !ok {
		return Time{}, badTime(s, "the time of day is no time")
	}
	return Time{From: start + seconds, To: start + seconds + length, Precision: precision}, nil
}

func badTime(s, why string) error {
	return fault.New(fault.Invalid, "%q is not a time: %s", s, why).
		WithFix("write 2017-07-04T00:40Z, 2017-09-03+09:00 for a day in a zone, or 2018-04-20 for a day in New York")
}

// cutZone parts the zone from a time: Z, or an offset as +09:00 in seconds east.
func cutZone(s string, clock int) (body string, offset int64, zoned bool, err error) {
	if b, ok := strings.CutSuffix(s, "Z"); ok {
		return b, 0, true, nil
	}
	n := len(s) - 6
	if n < 10 || clock < 0 && n != 10 || s[n+3] != ':' || s[n] != '+' && s[n] != '-' {
		return s, 0, false, nil
	}
	h, okH := digits(s[n+1:n+3], 14)
	m, okM := digits(s[n+4:], 59)
	if !okH || !okM {
		return "", 0, false, badTime(s, "there is no such zone")
	}
	offset = int64(h*3600 + m*60)
	if s[n] == '-' {
		offset = -offset
	}
	return s[:n], offset, true, nil
}

// clockTime reads "09", "09:40" and "09:40:10".
func clockTime(s string) (seconds, length int64, p Precision, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) > 3 {
		return 0, 0, 0, false
	}
	units := [...]int64{3600, 60, 1}
	most := [...]int{23, 59, 59}
	for i, part := range parts {
		v, ok := digits(part, most[i])
		if !ok {
			return 0, 0, 0, false
		}
		seconds += int64(v) * units[i]
	}
	n := len(parts) - 1
	return seconds, units[n], [...]Precision{ToHour, ToMinute, ToSecond}[n], true
}

// digits reads exactly two digits.
func digits(s string, most int) (int, bool) {
	if len(s) != 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
		return 0, false
	}
	v, err := strconv.Atoi(s)
	return v, err == nil && v <= most
}

// UTC gives the time for people, no more exact than it is known: "4 July 2017, 00:40 UTC".
func (t Time) UTC() string {
	at := time.Unix(t.From, 0).UTC()
	day := dayOf(t.From).Long()
	switch t.Precision {
	case ToSecond:
		return day + ", " + at.Format("15:04:05") + " UTC"
	case ToMinute:
		return day + ", " + at.Format("15:04") + " UTC"
	case ToHour:
		return day + ", " + at.Format("15") + " h UTC"
	case ToDay:
		return t.Text
	default:
		return t.Legal().Long() + " in New York"
	}
}

// Legal gives the days of the calendar of New York on which it may have happened: the day on which the law is taken.
func (t Time) Legal() when.Period {
	return when.Period{From: newYork(t.From), To: newYork(t.To - 1)}
}

// Before reports whether all of t lies before all of u.
func (t Time) Before(u Time) bool { return t.To <= u.From }

// Morning gives the first instant of a day of New York's calendar.
func Morning(d when.Day) Time {
	at := midnight(d)
	return Time{From: at, To: at, Precision: Civil, Text: d.String()}
}

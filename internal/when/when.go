// Package when holds dates and periods as the law uses them: calendar days
// without a clock time or zone, dates known only to the month or year, and
// spans of days.
//
// It knows nothing of the present: no function asks what day it is. A day of
// the law is the calendar day at the seat of the authority that acts; for the
// UN Security Council that is New York.
package when

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Day is one calendar day in the proleptic Gregorian calendar, counted in days
// from 1 January 1970. The zero Day is 1 January 1970; use [NoDay] for none.
type Day int32

// NoDay stands for "no day"; it sorts before every other day.
const NoDay Day = -1 << 31

// The range of years that is accepted. Sanctions law starts after 1945; a year
// outside this range in an input is a slip of the pen.
const (
	MinYear = 1900
	MaxYear = 2199
)

// Date makes a day from year, month and day of month. The arguments must be a
// real date; use [ParseDay] for input.
func Date(year, month, day int) Day {
	return Day(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Civil gives year, month and day of month.
func (d Day) Civil() (year, month, day int) {
	y, m, dd := time.Unix(int64(d)*86400, 0).UTC().Date()
	return y, int(m), dd
}

// String gives the day as ISO 8601, "2017-07-04", and "" for [NoDay].
func (d Day) String() string {
	if d == NoDay {
		return ""
	}
	return string(d.Append(nil))
}

// Append appends the ISO 8601 form of d to b.
func (d Day) Append(b []byte) []byte {
	if d == NoDay {
		return b
	}
	y, m, dd := d.Civil()
	return append(b, byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+dd/10), byte('0'+dd%10))
}

// Long gives the day as people write it: "4 July 2017".
func (d Day) Long() string {
	if d == NoDay {
		return ""
	}
	y, m, dd := d.Civil()
	return strconv.Itoa(dd) + " " + time.Month(m).String() + " " + strconv.Itoa(y)
}

// ParseDay reads "2017-07-04" and nothing less exact.
func ParseDay(s string) (Day, error) {
	p, err := Parse(s)
	if err != nil {
		return NoDay, err
	}
	if !p.Exact() {
		return NoDay, fault.New(fault.Invalid, "%q is not an exact day", s).WithFix("write the day as 2017-07-04")
	}
	return p.From, nil
}

// Period is a span of days, both ends included. A partial date is the period
// of all days that it may mean: 2017-08 is 2017-08-01 to 2017-08-31.
type Period struct {
	From, To Day
}

// On gives the period of the one day d.
func On(d Day) Period { return Period{d, d} }

// Exact reports whether the period is one day.
func (p Period) Exact() bool { return p.From == p.To }

// Contains reports whether d lies in the period.
func (p Period) Contains(d Day) bool { return p.From <= d && d <= p.To }

// Overlaps reports whether the two periods share a day.
func (p Period) Overlaps(q Period) bool { return p.From <= q.To && q.From <= p.To }

// String gives the shortest form that reads back as the same period:
// "2017", "2017-08", "2017-08-05" or "2017-08-05/2017-09-04".
func (p Period) String() string {
	if p.Exact() {
		return p.From.String()
	}
	fy, fm, fd := p.From.Civil()
	ty, tm, td := p.To.Civil()
	lastOfMonth := td == daysIn(ty, tm)
	switch {
	case fm == 1 && fd == 1 && tm == 12 && td == 31 && fy == ty:
		return pad4(fy)
	case fm == 1 && fd == 1 && tm == 12 && td == 31:
		return pad4(fy) + "/" + pad4(ty)
	case fd == 1 && lastOfMonth && fy == ty && fm == tm:
		return p.From.String()[:7]
	case fd == 1 && lastOfMonth:
		return p.From.String()[:7] + "/" + p.To.String()[:7]
	}
	return p.From.String() + "/" + p.To.String()
}

// Long gives the period as people write it: "August 2017", "2017",
// "5 August 2017 to 4 September 2017".
func (p Period) Long() string {
	if p.Exact() {
		return p.From.Long()
	}
	s := p.String()
	if a, b, ok := strings.Cut(s, "/"); ok {
		return longPart(a) + " to " + longPart(b)
	}
	return longPart(s)
}

func longPart(s string) string {
	p, err := Parse(s)
	if err != nil {
		return s
	}
	switch len(s) {
	case 4:
		return s
	case 7:
		y, m, _ := p.From.Civil()
		return time.Month(m).String() + " " + strconv.Itoa(y)
	default:
		return p.From.Long()
	}
}

// Parse reads a date or period: "1965", "1965-03", "1965-03-14", and two of
// these with a slash between them for a span, where the second may leave out
// what it shares with the first ("2020-01/05", "2017-08-01/15"). A date that
// does not exist, an end before its start and anything else is an error that
// says so.
func Parse(s string) (Period, error) {
	p, err := parse(s)
	if err != nil {
		if last := yearLast(s); last != nil { // looked at here alone: nothing that it knows is a date
			err = last
		}
	}
	return p, err
}

func parse(s string) (Period, error) {
	a, b, span := strings.Cut(s, "/")
	from, err := parsePart(a, s)
	if err != nil {
		return Period{}, err
	}
	if !span {
		return from, nil
	}
	if len(b) == 2 && len(a) > 4 { // shares all but its last part with the first
		b = a[:len(a)-2] + b
	} else if len(b) == 5 && len(a) == 10 { // 2012-04-15/05-01
		b = a[:5] + b
	}
	to, err := parsePart(b, s)
	if err != nil {
		return Period{}, err
	}
	if to.To < from.From {
		return Period{}, fault.New(fault.Invalid, "the period %q ends before it starts", s)
	}
	return Period{from.From, to.To}, nil
}

// yearLast refuses a day with its year at the end, as people write it, and says how it is written here.
func yearLast(s string) error {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == '/' || r == '-' })
	if len(parts) != 3 || len(parts[2]) != 4 || len(parts[0]) > 2 || len(parts[1]) > 2 {
		return nil
	}
	var n [3]int
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil {
			return nil
		}
	}
	var ways []string
	for _, w := range [][3]int{{n[2], n[1], n[0]}, {n[2], n[0], n[1]}} {
		day := fmt.Sprintf("%04d-%02d-%02d", w[0], w[1], w[2])
		if _, err := parsePart(day, day); err == nil && !slices.Contains(ways, day) {
			ways = append(ways, day)
		}
	}
	if len(ways) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "%q is not a date: the year stands first", s).WithFix("write %s", strings.Join(ways, " or "))
}

func parsePart(s, whole string) (Period, error) {
	bad := func(what string) error {
		return fault.New(fault.Invalid, "%q is not a date: %s", whole, what).
			WithFix("write 2017, 2017-07, 2017-07-04, or two of these with a slash between them")
	}
	if len(s) != 4 && len(s) != 7 && len(s) != 10 {
		return Period{}, bad("it is no year, month or day in figures")
	}
	num := func(t string) (int, bool) {
		n := 0
		for i := 0; i < len(t); i++ {
			if t[i] < '0' || t[i] > '9' {
				return 0, false
			}
			n = n*10 + int(t[i]-'0')
		}
		return n, true
	}
	y, ok := num(s[:4])
	if !ok {
		return Period{}, bad("the year is not four digits")
	}
	if y < MinYear || y > MaxYear {
		return Period{}, bad("the year is outside 1900 to 2199")
	}
	if len(s) == 4 {
		return Period{Date(y, 1, 1), Date(y, 12, 31)}, nil
	}
	m, ok := num(s[5:7])
	if !ok || s[4] != '-' {
		return Period{}, bad("the month is not two digits after a dash")
	}
	if m < 1 || m > 12 {
		return Period{}, bad("there is no month " + s[5:7])
	}
	if len(s) == 7 {
		return Period{Date(y, m, 1), Date(y, m, daysIn(y, m))}, nil
	}
	d, ok := num(s[8:10])
	if !ok || s[7] != '-' {
		return Period{}, bad("the day is not two digits after a dash")
	}
	if d < 1 || d > daysIn(y, m) {
		return Period{}, bad(time.Month(m).String() + " " + pad4(y) + " has no day " + s[8:10])
	}
	return On(Date(y, m, d)), nil
}

func daysIn(y, m int) int {
	return time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func pad4(y int) string {
	s := strconv.Itoa(y)
	return strings.Repeat("0", 4-len(s)) + s
}

package mention

import (
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/when"
)

// day, monthYear and anyDate are the forms in which one end of a period is written.
const (
	longMonth = `(?:January|February|March|April|May|June|July|August|September|October|November|December)`
	yearOnly  = `(?:19|20)\d\d`
	oneDate   = `(?:\d{1,2}(?:st|nd|rd|th)?\s` + longMonth + `(?:,?\s` + yearOnly + `)?|` + longMonth + `\s\d{1,2}(?:st|nd|rd|th)?(?:,\s` + yearOnly + `)?\b|` +
		longMonth + `(?:\s` + yearOnly + `)?|` + yearOnly + `)`
)

// periods are the shapes of dates that hang on others or on the day of the document. They come before single days, so that "since 4 July" is
// not 4 July. What is open at an end that nothing closes, hangs on years that states count in their own way, or on a day that is not known here,
// is a date without a period: it is seen, and nothing is taken for its day.
var periods = []shape{
	{"date.iso", Date, pattern.New(`\b((?:19|20)\d\d-\d\d-\d\d)\b`), readISO},
	{"date.numbers", Date, pattern.New(`\b(\d{1,2})([./])(\d{1,2})[./](` + yearOnly + `)\b`), readNumbers},
	{"date.fiscal", Date, pattern.New(`(?i)\b(?:fiscal|financial|budget|marketing)\syears?\s(?:` + yearOnly + `(?:[-/–]\d{2,4})?)|\bFY\s?\d{2,4}(?:[-/–]\d{2,4})?|\b` + yearOnly +
		`[-/–]\d{2,4}\s(?:fiscal|financial|budget|marketing)\syear|\b(?:this|last|the (?:past|previous|current))\s(?:fiscal|financial|budget)\syear`), noDay},
	{"date.part", Date, pattern.New(`(?i)\b(?:the\s)?(first|second|third|fourth|last|final)\s(quarter|half)\sof\s(?:the\syear\s)?(` + yearOnly + `|this year|last year)\b`), readPart},
	{"date.quarter", Date, pattern.New(`\b([QH])([1-4])(?:\s|/)(?:of\s)?(` + yearOnly + `)\b`), readQuarter},
	{"date.span", Date, pattern.New(`\b(?:([Bb]etween)|([Ff]rom)|[Dd]uring|[Ii]n)\s(` + oneDate + `)\s(?:and|to|until|till|through|up to)\s(` + oneDate + `)`), readSpan},
	{"date.days", Date, pattern.New(`\b(\d{1,2})\s?[-–]\s?(\d{1,2})\s(` + longMonth + `)(?:,?\s(` + yearOnly + `))?\b`), readDays},
	{"date.years", Date, pattern.New(`\b(` + oneDate + `)\s?[-–]\s?(` + oneDate + `)\b`), readDash},
	{"date.since", Date, pattern.New(`\b[Ss]ince\s(?:(?:at least|early|mid|late|the (?:beginning|start) of)[\s-])?(` + oneDate + `|last (?:week|month|year))\b`), readSince},
	{"date.open", Date, pattern.New(`\b(?:until|till|by|[Bb]efore|[Pp]rior to|up to|no later than|not later than|ahead of|[Aa]fter|[Ff]rom|[Uu]ntil|[Bb]y)\s(?:(?:the end of|early|mid|late|at least)[\s-])?(` + oneDate +
		`)(?:\s(?:on|onwards?))?\b`), noDay},
	{"date.ago", Date, pattern.New(`(?i)\b(a|an|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,3}|some|several|many|a few)\s(days?|weeks?|months?|years?)\s(?:ago|earlier|before)\b`), readAgo},
	{"date.past", Date, pattern.New(`(?i)\b(?:the\s)?(?:past|last|previous|recent)\s(two|three|four|five|six|seven|eight|nine|ten|twelve|\d{1,3}|few|several)\s(days|weeks|months|years)\b`), readPast},
	{"date.earlier", Date, pattern.New(`(?i)\b(earlier|later)\s(this|last|that|the same)\s(week|month|year)\b`), readEarlier},
	{"date.previous", Date, pattern.New(`(?i)\b(?:the\s)?(?:previous|preceding|following|same|next)\s(?:day|week|month|year)\b|\bthe\sday\s(?:before|after)\b|\bthat\s(?:day|week|month|year)\b`), readPrevious},
}

// monthAlone is a month without a year. It comes last, behind all that has one.
var monthAlone = shape{"date.month.named", Date, pattern.New(`\b(?:[Ii]n|[Dd]uring|[Ll]ast|[Tt]his|[Nn]ext|[Cc]oming|[Ll]ate|[Ee]arly|[Mm]id-?)\s(?:(?:late|early|mid)[\s-])?(` + longMonth + `)\b`), readNamed}

func noDay(*finder, *Mention, []string) {}

func readISO(_ *finder, m *Mention, g []string) {
	if d, err := when.ParseDay(g[1]); err == nil {
		m.Period = when.On(d)
	}
}

// readNumbers reads 12.05.2019, where the day comes first, and 25/12/2019, where only one order is a date. 05/12/2019 may be either.
func readNumbers(f *finder, m *Mention, g []string) {
	a, _ := strconv.Atoi(g[1])
	b, _ := strconv.Atoi(g[3])
	if g[2] == "/" && a <= 12 && b <= 12 && a != b {
		return
	}
	if b > 12 {
		a, b = b, a
	}
	if d, err := when.ParseDay(g[4] + "-" + two(b) + "-" + two(a)); err == nil {
		m.Period = when.On(d)
	}
}

// monthsOf gives the period of whole months.
func monthsOf(year, first, last int) when.Period {
	a, err := when.Parse(strconv.Itoa(year) + "-" + two(first))
	b, err2 := when.Parse(strconv.Itoa(year) + "-" + two(last))
	if err != nil || err2 != nil {
		return none
	}
	return when.Period{From: a.From, To: b.To}
}

var none = when.Period{From: when.NoDay, To: when.NoDay}

var ordinals = map[string]int{"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 0, "final": 0}

func readPart(f *finder, m *Mention, g []string) {
	year, err := strconv.Atoi(g[3])
	if err != nil {
		if f.day == when.NoDay {
			return
		}
		if year, _, _ = f.day.Civil(); strings.EqualFold(g[3], "last year") {
			year--
		}
	}
	size, parts := 3, 4
	if strings.EqualFold(g[2], "half") {
		size, parts = 6, 2
	}
	n := ordinals[strings.ToLower(g[1])]
	if n == 0 {
		n = parts
	}
	if n <= parts {
		m.Period = monthsOf(year, (n-1)*size+1, n*size)
	}
}

func readQuarter(f *finder, m *Mention, g []string) {
	word := "quarter"
	if g[1] == "H" {
		word = "half"
	}
	for name, n := range ordinals {
		if strconv.Itoa(n) == g[2] {
			readPart(f, m, []string{"", name, word, g[3]})
		}
	}
}

// dateParts reads one end of a period: day and month 0 where they are not told, year 0 likewise.
func dateParts(s string) (year, month, day int) {
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ' ' || r == ',' || r == '\n' }) {
		switch n, err := strconv.Atoi(strings.TrimRight(w, "stndrh")); {
		case err == nil && n > 31:
			year = n
		case err == nil:
			day = n
		default:
			month = monthOf(w)
		}
	}
	return year, month, day
}

// periodOf gives the period of a date that is written out; without a year, the last such up to the day of the document.
func (f *finder) periodOf(year, month, day int) when.Period {
	if month == 0 {
		if p, err := when.Parse(strconv.Itoa(year)); err == nil {
			return p
		}
		return none
	}
	if year != 0 || f.day == when.NoDay {
		return partial(year, month, day)
	}
	y, _, _ := f.day.Civil()
	if p := partial(y, month, day); p.From != when.NoDay && p.From <= f.day {
		return p
	}
	return partial(y-1, month, day)
}

func partial(year, month, day int) when.Period {
	if year == 0 {
		return none
	}
	s := strconv.Itoa(year) + "-" + two(month)
	if day > 0 {
		s += "-" + two(day)
	}
	if p, err := when.Parse(s); err == nil {
		return p
	}
	return none
}

// ends gives the period from one date to another, which lend each other month and year.
func (f *finder) ends(a, b string) when.Period {
	y1, m1, d1 := dateParts(a)
	y2, m2, d2 := dateParts(b)
	if y2 == 0 && m2 != 0 && y1 != 0 {
		y2 = y1 // "from May 2018 to July"
	}
	last := f.periodOf(y2, m2, d2)
	if last.From == when.NoDay {
		return none
	}
	if y1 == 0 {
		if y1, _, _ = last.From.Civil(); y2 == 0 || m1 > m2 && m2 > 0 {
			if m1 > m2 && m2 > 0 {
				y1--
			}
		}
	}
	first := f.periodOf(y1, m1, d1)
	if first.From == when.NoDay || first.From > last.To {
		return none
	}
	return when.Period{From: first.From, To: last.To}
}

func readSpan(f *finder, m *Mention, g []string) {
	if g[1] == "" && g[2] == "" && !neighbours(g[3], g[4]) {
		return // "in 2015 and 2018" are two
	}
	m.Period = f.ends(g[3], g[4])
}

// neighbours reports whether two years or months follow each other.
func neighbours(a, b string) bool {
	y1, m1, d1 := dateParts(a)
	y2, m2, d2 := dateParts(b)
	if d1 != 0 || d2 != 0 {
		return false
	}
	if m1 == 0 && m2 == 0 {
		return y2-y1 == 1
	}
	return m1 != 0 && m2 != 0 && m2-m1 == 1 && (y1 == 0 || y1 == y2)
}

func readDash(f *finder, m *Mention, g []string) { m.Period = f.ends(g[1], g[2]) }

func readDays(f *finder, m *Mention, g []string) {
	a, b := f.onDay(g[1], g[3], g[4]), f.onDay(g[2], g[3], g[4])
	if a.From != when.NoDay && b.From != when.NoDay && a.From <= b.From {
		m.Period = when.Period{From: a.From, To: b.To}
	}
}

// readSince reads what goes on up to the day of the document.
func readSince(f *finder, m *Mention, g []string) {
	if f.day == when.NoDay {
		return
	}
	from := none
	if rest, ok := strings.CutPrefix(g[1], "last "); ok {
		from = f.unitBefore(rest)
	} else {
		from = f.periodOf(dateParts(g[1]))
	}
	if from.From != when.NoDay && from.From <= f.day {
		m.Period = when.Period{From: from.From, To: f.day}
	}
}

// unitBefore gives the week, month or year before that of the document; weeks begin on Monday.
func (f *finder) unitBefore(unit string) when.Period {
	y, mo, _ := f.day.Civil()
	switch unit {
	case "week":
		monday := f.day - when.Day((int(f.day)+3)%7)
		return when.Period{From: monday - 7, To: monday - 1}
	case "month":
		if mo--; mo == 0 {
			y, mo = y-1, 12
		}
		return monthsOf(y, mo, mo)
	case "year":
		return monthsOf(y-1, 1, 12)
	}
	return none
}

// unitNow gives the week, month or year of the document up to its day.
func (f *finder) unitNow(unit string) when.Period {
	y, mo, _ := f.day.Civil()
	switch unit {
	case "week":
		return when.Period{From: f.day - when.Day((int(f.day)+3)%7), To: f.day}
	case "month":
		return when.Period{From: when.Date(y, mo, 1), To: f.day}
	case "year":
		return when.Period{From: when.Date(y, 1, 1), To: f.day}
	}
	return none
}

// readAgo reads what lies a number of units back: a day exactly, a week within three days of it, the month or year in which it lies. "A few" and
// "earlier" are no number and no day of the document.
func readAgo(f *finder, m *Mention, g []string) {
	n := int(numberOf(g[1]))
	if low := strings.ToLower(g[1]); low == "a" || low == "an" {
		n = 1
	}
	if n <= 0 || f.day == when.NoDay || !strings.HasSuffix(strings.ToLower(g[0]), "ago") {
		return
	}
	y, mo, _ := f.day.Civil()
	switch strings.TrimSuffix(strings.ToLower(g[2]), "s") {
	case "day":
		m.Period = when.On(f.day - when.Day(n))
	case "week":
		d := f.day - when.Day(7*n)
		m.Period = when.Period{From: d - 3, To: d + 3}
	case "month":
		mo = y*12 + mo - 1 - n
		m.Period = monthsOf(mo/12, mo%12+1, mo%12+1)
	case "year":
		m.Period = monthsOf(y-n, 1, 12)
	}
}

// readPast reads "the past three months" as the time up to the day of the document.
func readPast(f *finder, m *Mention, g []string) {
	n := int(numberOf(g[1]))
	if n <= 0 || f.day == when.NoDay {
		return
	}
	days := map[string]int{"days": 1, "weeks": 7}[strings.ToLower(g[2])]
	if days > 0 {
		m.Period = when.Period{From: f.day - when.Day(days*n), To: f.day}
		return
	}
	if strings.EqualFold(g[2], "years") {
		n *= 12
	}
	y, mo, d := f.day.Civil()
	mo = y*12 + mo - 1 - n
	if p := monthsOf(mo/12, mo%12+1, mo%12+1); p.From != when.NoDay {
		m.Period = when.Period{From: min(p.From+when.Day(d-1), p.To), To: f.day}
	}
}

func readEarlier(f *finder, m *Mention, g []string) {
	if f.day == when.NoDay || !strings.EqualFold(g[1], "earlier") {
		return
	}
	switch strings.ToLower(g[2]) {
	case "this":
		m.Period = f.unitNow(strings.ToLower(g[3]))
	case "last":
		m.Period = f.unitBefore(strings.ToLower(g[3]))
	}
}

// datedBefore tells that a sentence speaks of another time before: a year or a month.
var datedBefore = pattern.New(`\b(?:` + yearOnly + `|` + longMonth + `)\b`)

// readPrevious reads "the previous month" as that before the document's where the sentence names no other time before it.
func readPrevious(f *finder, m *Mention, g []string) {
	words := strings.Fields(strings.ToLower(g[0]))
	if f.day == when.NoDay || len(words) < 2 || words[len(words)-2] != "previous" && words[len(words)-2] != "preceding" {
		return
	}
	before := f.text[max(0, m.From-200):m.From]
	if k := strings.LastIndex(before, ". "); k >= 0 {
		before = before[k:]
	}
	if !datedBefore.MatchString(before) {
		m.Period = f.unitBefore(words[len(words)-1])
	}
}

func readNamed(f *finder, m *Mention, g []string) {
	first, _, _ := strings.Cut(strings.ToLower(g[0]), " ")
	if f.day != when.NoDay && first != "next" && first != "coming" {
		m.Period = f.periodOf(0, monthOf(g[1]), 0)
	}
}

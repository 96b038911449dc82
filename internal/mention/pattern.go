package mention

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

const numberWord = `(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)`

const (
	number = `(?:\d[\d,]*(?:\.\d+)?|` + numberWord + `(?:[ -]` + numberWord + `)?)`
	month  = `(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)`
	scale  = `(?:\s?(?:thousand|million|billion|trillion|bn|mn|m|k))?`
)

var patterns = []struct {
	rule string
	kind Kind
	re   *pattern.Pattern
	read func(f *finder, m *Mention, g []string)
}{
	{"instrument.paragraph", Instrument, pattern.New(`\b(?:operative\s)?[Pp]aragraphs?\s(\d{1,3})(?:\s?\([a-z]\))?\s(?:of|in)\s(?:the\s)?(?:(?:UN|U\.N\.|United Nations)\s)?(?:Security\sCouncil\s)?[Rr]esolution\s(\d{3,4})(?:\s\((?:19|20)\d\d\))?`), readParagraph},
	{"instrument.resolution", Instrument, pattern.New(`\b(?:(?:UN|U\.N\.|United Nations)\s)?(?:Security\sCouncil\s)?[Rr]esolutions?\s(\d{3,4})(?:\s\((?:19|20)\d\d\))?`), nil},
	{"instrument.symbol", Instrument, pattern.New(`\bS/(?:RES/)?(?:19|20)?\d\d/?\d*(?:\s?\(\d{4}\))?`), nil},
	{"instrument.name", Instrument, pattern.New(`\b(?:the\s)?(?:[A-Z][\w-]+\s){0,3}(?:Treaty|Convention|Accords?|[Aa]greements?|Protocol|Charter|Communiqu[eé])\b(?:\son\sthe\s[A-Z][\w-]+(?:\sof\s[A-Z]\w+\s[A-Z]\w+)?)?`), nil},
	{"instrument.statement", Instrument, pattern.New(`\bjoint\s(?:statement|declaration|document|communiqu[eé])\b`), nil},
	{"share.percent", Share, pattern.New(`(?i)\b(` + number + `)\s?(?:%|per\s?cent\b)`), readShare},
	{"money.symbol", Money, pattern.New(`(?:US|A|C|NZ)?([$£€¥₩])\s?(\d[\d,]*(?:\.\d+)?)` + scale + `\b`), readMoney},
	{"money.word", Money, pattern.New(`(?i)\b(?:USD|EUR|CNY|RUB|GBP)\s(\d[\d,.]*)` + scale + `\b|\b(` + number + `)` + scale + `\s(?:dollars|euros|pounds|yuan|roubles|rubles|won|yen)\b`), readMoney},
	{"quantity.unit", Quantity, pattern.New(`(?i)\b(` + number + `)` + scale + `\s(?:(?:(?-i:[A-Z][a-z]+)|such|other|more|metric|guest|contract|migrant|foreign)\s){0,3}(tonnes|tons|barrels|km|kilometres|kilometers|miles|metres|kg|litres|people|workers|labou?rers|sailors|technicians|doctors|civilians|families|vessels|ships|trucks|vehicles|lorries|missiles|countries|nations|companies|members|residents|participants|passengers|aircraft|airstrikes|strikes|permits|persons|individuals|children|deaths)\b`), readQuantity},
	{"vessel.title", Vessel, pattern.New(`\b(?:M/?V|M/?T|[Tt]he (?:tanker|ferry|vessel|ship|freighter|cargo ship|motor vessel))\s((?:[A-Z][\w-]+|\d{1,3})(?:\s(?:[A-Z][\w-]+|\d{1,3})){0,3})`), nil},
	{"vessel.imo", Vessel, pattern.New(`\bIMO(?:\sno\.?|\snumber|:)?\s?(\d{7})\b`), nil},
	{"date.day", Date, pattern.New(`\b(\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?(` + month + `)(?:,?\s((?:19|20)\d\d))?\b`), readDayMonth},
	{"date.us", Date, pattern.New(`\b(` + month + `)\s(\d{1,2})(?:st|nd|rd|th)?(?:,?\s((?:19|20)\d\d))?\b`), readMonthDay},
	{"date.month", Date, pattern.New(`\b(` + month + `)\s((?:19|20)\d\d)\b`), readMonth},
	{"date.year", Date, pattern.New(`\b(?:in|since|by|during|of|until|from|late|early|mid-?)\s((?:19|20)\d\d)\b`), readYear},
	{"date.weekday", Date, pattern.New(`\b(?:(?:last|on|this|late|early)\s)?(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b`), readWeekday},
	{"date.relative", Date, pattern.New(`(?i)\b(today|yesterday|tomorrow|tonight|(?:last|this|next|past|recent|coming)\s(?:day|week|month|year|summer|winter|spring|autumn|January|February|March|April|May|June|July|August|September|October|November|December)s?)\b`), readRelative},
}

// patterns finds what has a fixed shape.
func (f *finder) patterns() {
	for _, p := range patterns {
		for _, at := range p.re.FindAllStringSubmatchIndex(f.text, -1) {
			m := Mention{Span: sentence.Span{From: at[0], To: at[1]}, Kind: p.kind, Rule: p.rule, Period: when.Period{From: when.NoDay, To: when.NoDay}}
			groups := make([]string, len(at)/2)
			for i := range groups {
				if at[2*i] >= 0 {
					groups[i] = f.text[at[2*i]:at[2*i+1]]
				}
			}
			if p.kind == Instrument || p.kind == Vessel {
				m.Name = groups[len(groups)-1]
			}
			if p.read != nil {
				p.read(f, &m, groups)
			}
			if !f.has(p.kind, m.Span) {
				f.out = append(f.out, m)
			}
		}
	}
}

// has reports whether a mention of the kind is there that shares a byte, and else marks the span as taken.
func (f *finder) has(k Kind, s sentence.Span) bool {
	if f.marked[k] == nil {
		f.marked[k] = make([]bool, len(f.text))
	}
	if slices.Contains(f.marked[k][s.From:s.To], true) {
		return true
	}
	for i := s.From; i < s.To; i++ {
		f.marked[k][i] = true
	}
	return false
}

var numberValues = map[string]float64{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
	"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}

// numberOf reads digits or words; 0 for what is no number.
func numberOf(s string) float64 {
	if v, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64); err == nil {
		return v
	}
	total := 0.0
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == '-' }) {
		if w == "hundred" {
			total = max(total, 1) * 100
			continue
		}
		total += numberValues[w]
	}
	return total
}

var scales = []struct {
	word string
	by   float64
}{
	{"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12}, {"bn", 1e9}, {"mn", 1e6}, {"m", 1e6}, {"k", 1e3},
}

func scaled(v float64, whole string) float64 {
	words := strings.FieldsFunc(strings.ToLower(whole), func(r rune) bool { return r == ' ' || r >= '0' && r <= '9' || r == '.' || r == ',' })
	for _, s := range scales {
		for _, w := range words {
			if w == s.word {
				return v * s.by
			}
		}
	}
	return v
}

func readParagraph(_ *finder, m *Mention, g []string) { m.Paragraph = g[1] }

func readShare(_ *finder, m *Mention, g []string) {
	m.Low = numberOf(g[1])
	m.High, m.Unit = m.Low, "%"
}

var currencies = map[string]string{"$": "USD", "£": "GBP", "€": "EUR", "¥": "CNY", "₩": "KRW"}

func readMoney(_ *finder, m *Mention, g []string) {
	n := g[2]
	if n == "" {
		n = g[1]
	}
	m.Low = scaled(numberOf(n), g[0])
	m.High, m.Unit = m.Low, currencies[g[1]]
}

func readQuantity(_ *finder, m *Mention, g []string) {
	m.Low = scaled(numberOf(g[1]), strings.TrimSuffix(g[0], g[2]))
	m.High, m.Unit = m.Low, strings.ToLower(g[2])
}

func monthOf(s string) int {
	i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(s[:3]))
	return i/3 + 1
}

// onDay resolves a day and month; without a year it is the last such day up to that of the document.
func (f *finder) onDay(day, month, year string) when.Period {
	none := when.Period{From: when.NoDay, To: when.NoDay}
	read := func(y int) when.Period {
		d, _ := strconv.Atoi(day)
		p, err := when.ParseDay(strconv.Itoa(y) + "-" + two(monthOf(month)) + "-" + two(d))
		if err != nil {
			return none
		}
		return when.On(p)
	}
	if year != "" {
		y, _ := strconv.Atoi(year)
		return read(y)
	}
	if f.day == when.NoDay {
		return none
	}
	y, _, _ := f.day.Civil()
	if p := read(y); p.From != when.NoDay && p.From <= f.day {
		return p
	}
	return read(y - 1)
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func readDayMonth(f *finder, m *Mention, g []string) { m.Period = f.onDay(g[1], g[2], g[3]) }
func readMonthDay(f *finder, m *Mention, g []string) { m.Period = f.onDay(g[2], g[1], g[3]) }

func readMonth(_ *finder, m *Mention, g []string) {
	if p, err := when.Parse(g[2] + "-" + two(monthOf(g[1]))); err == nil {
		m.Period = p
	}
}

func readYear(_ *finder, m *Mention, g []string) {
	m.From = m.To - 4
	if p, err := when.Parse(g[1]); err == nil {
		m.Period = p
	}
}

var weekdays = map[string]int{"Thursday": 0, "Friday": 1, "Saturday": 2, "Sunday": 3, "Monday": 4, "Tuesday": 5, "Wednesday": 6}

// readWeekday takes the last such day up to that of the document.
func readWeekday(f *finder, m *Mention, g []string) {
	if f.day == when.NoDay {
		return
	}
	today := ((int(f.day) % 7) + 7) % 7 // 1 January 1970 was a Thursday
	back := (today - weekdays[g[1]] + 7) % 7
	m.Period = when.On(f.day - when.Day(back))
}

func readRelative(f *finder, m *Mention, g []string) {
	if f.day == when.NoDay {
		return
	}
	switch strings.ToLower(g[1]) {
	case "today", "tonight":
		m.Period = when.On(f.day)
	case "yesterday":
		m.Period = when.On(f.day - 1)
	case "tomorrow":
		m.Period = when.On(f.day + 1)
	case "this year", "last year":
		y, _, _ := f.day.Civil()
		if strings.HasPrefix(strings.ToLower(g[1]), "last") {
			y--
		}
		m.Period = when.Period{From: when.Date(y, 1, 1), To: when.Date(y, 12, 31)}
	}
}

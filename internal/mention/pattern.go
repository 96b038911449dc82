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
	number = `(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|` + numberWord + `(?:[ -]` + numberWord + `)?)`
	month  = `(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Jun\.?|Jul\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)`
	scale  = `(?i:\s?(?:thousand|million|billion|trillion|bn|mn|m|k))?`
)

// shape is a fixed shape of words; read takes what its groups hold.
type shape struct {
	rule string
	kind Kind
	re   *pattern.Pattern
	read func(f *finder, m *Mention, g []string)
}

// figure is a number, or two with what makes a range of them: "between A and B", "A to B", "A-B". Groups: A and B of the first form with the scale
// of A between them, the same of the second, and the scale behind.
const (
	second = `(?:[$£€₩₽₹]\s?)?(` + number + `)`
	figure = `(?:between\s(` + number + `)(` + scale + `)\sand\s` + second + `|(` + number + `)(` + scale + `)(?:(?:\s?[-–]\s?|\sto\s)` + second + `)?)(` + scale + `)`
)

var patterns = slices.Concat(periods, []shape{
	{"instrument.paragraph", Instrument, pattern.New(`\b(?:operative\s)?[Pp]aragraphs?\s(\d{1,3})(?:\s?\([a-z]\))?\s(?:of|in)\s(?:the\s)?(?:(?:UN|U\.N\.|United Nations)\s)?(?:Security\sCouncil\s)?[Rr]esolution\s(\d{3,4})(?:\s\((?:19|20)\d\d\))?`), readParagraph},
	{"instrument.resolution", Instrument, pattern.New(`\b(?:(?:UN|U\.N\.|United Nations)\s)?(?:Security\sCouncil\s)?[Rr]esolutions?\s(\d{3,4})(?:\s\((?:19|20)\d\d\))?`), nil},
	{"instrument.symbol", Instrument, pattern.New(`\bS/(?:RES/)?(?:19|20)?\d\d/?\d*(?:\s?\(\d{4}\))?`), nil},
	{"instrument.name", Instrument, pattern.New(`\b(?:the\s)?(?:[A-Z][\w-]+\s){0,3}(?:Treaty|Convention|Accords?|[Aa]greements?|Protocol|Charter|Communiqu[eé])\b(?:\son\sthe\s[A-Z][\w-]+(?:\sof\s[A-Z]\w+\s[A-Z]\w+)?)?`), nil},
	{"instrument.statement", Instrument, pattern.New(`\bjoint\s(?:statement|declaration|document|communiqu[eé])\b`), nil},
	{"share.percent", Share, pattern.New(`(?i)\b` + figure + `\s?(?:%|(?:per\s?cent|percent|pct)\b(\s?points?\b)?)`), readShare},
	{"share.fraction", Share, pattern.New(`(?i)\b(?:(a|one|two|three|four)[\s-](third|quarter|fifth|tenth)s?\sof|(?:a\s)?(half)\s(?:of|the))\s([a-z]*)`), readFraction},
	{"money.between", Money, pattern.New(`\bbetween\s(US|AU|CA|NZ|HK|SG|NT|A|C|S)?([$£€₩₽₹])\s?()()()(` + number + `)(` + scale + `)\sand\s(?:US|AU|CA|NZ|HK|SG|NT|A|C|S)?` + second + `(` + scale + `)\b`), readMoney},
	{"money.symbol", Money, pattern.New(`(?:\b(US|AU|CA|NZ|HK|SG|NT|A|C|S)\s?)?([$£€¥₩₽₹])\s?` + figure + `\b`), readMoney},
	{"money.code", Money, pattern.New(`\b(USD|EUR|GBP|CNY|RMB|RUB|JPY|KRW|KPW|CHF|INR|IRR|AED|SGD|HKD|MYR|VND|AUD|CAD|NZD|THB)\s?()` + figure + `\b`), readMoney},
	{"money.word", Money, pattern.New(`(?i)\b` + figure + `\s((?:(?:US|U\.S\.|American|Australian|Canadian|Singapore|Hong Kong|New Zealand|Taiwan)\s)?dollars|euros?|pounds(?:\ssterling)?|(?:Chinese\s)?(?:yuan|renminbi)|(?:Russian\s)?(?:roubles|rubles)|(?:(?:South|North)\sKorean\s)?won|(?:Japanese\s)?yen|Swiss\sfrancs)\b`), readMoneyWord},
	{"quantity.unit", Quantity, pattern.New(`(?i)\b` + figure + `\s(?:(?:(?-i:[A-Z][a-z]+)|such|other|more|metric|guest|contract|migrant|foreign)\s){0,3}(tonnes|tons|barrels|km|kilometres|kilometers|miles|metres|kg|kilograms|litres|gallons|people|workers|labou?rers|sailors|technicians|doctors|civilians|families|vessels|ships|trucks|vehicles|lorries|missiles|countries|nations|companies|members|residents|participants|passengers|aircraft|airstrikes|strikes|permits|persons|individuals|children|deaths)\b(\s(?:a|per|each|every)\s(?:day|week|month|year|hour)\b)?`), readQuantity},
	{"vessel.title", Vessel, pattern.New(`\b(?:M/?V|M/?T|(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir) (?:[\w-]+ ){0,3}?(?:tanker|ferry|vessel|ship|freighter|trawler|bulk carrier|barge))\s((?:[A-Z][\w-]+|\d{1,3})(?:\s(?:[A-Z][\w-]+|\d{1,3})){0,3})`), nil},
	{"vessel.imo", Vessel, pattern.New(`\bIMO(?:\sno\.?|\snumber|:)?\s?(\d{7})\b`), nil},
	{"date.day", Date, pattern.New(`\b(\d{1,2})(?:st|nd|rd|th)?\s(?:of\s)?(` + month + `)(?:,?\s((?:19|20)\d\d))?\b`), readDayMonth},
	{"date.us", Date, pattern.New(`\b(` + month + `)\s(\d{1,2})(?:st|nd|rd|th)?(?:,?\s((?:19|20)\d\d))?\b`), readMonthDay},
	{"date.month", Date, pattern.New(`\b(` + month + `)\s((?:19|20)\d\d)\b`), readMonth},
	{"date.year", Date, pattern.New(`\b(?:in|since|by|during|of|until|from|late|early|mid-?)\s((?:19|20)\d\d)\b`), readYear},
	{"date.weekday", Date, pattern.New(`\b(?:(last|on|this|late|early|[Nn]ext|coming|following|[Bb]y|[Uu]ntil|[Bb]efore)\s)?(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b`), readWeekday},
	{"date.relative", Date, pattern.New(`(?i)\b(today|yesterday|tomorrow|tonight|(?:last|this|next|past|recent|coming)\s(?:day|week|month|year|summer|winter|spring|autumn)s?)\b`), readRelative},
}, []shape{monthAlone})

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
			if p.kind == Share || p.kind == Money || p.kind == Quantity {
				if f.brokenNumber(at) {
					continue
				}
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

// brokenNumber reports whether the first number of a match is only the end of one that is not written as numbers are in English: "2,5", or that may
// be read in two ways: "1.200".
func (f *finder) brokenNumber(at []int) bool {
	for i := 2; i+1 < len(at); i += 2 {
		if at[i] < 0 || at[i] == at[i+1] || f.text[at[i]] < '0' || f.text[at[i]] > '9' {
			continue
		}
		from, s := at[i], f.text[at[i]:at[i+1]]
		if from > 1 && strings.IndexByte(".,", f.text[from-1]) >= 0 && f.text[from-2] >= '0' && f.text[from-2] <= '9' {
			return true
		}
		if whole, part, ok := strings.Cut(s, "."); ok && len(part) == 3 && strings.HasSuffix(part, "0") && len(whole) < 4 && whole != "0" {
			return true
		}
	}
	return false
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

// bounds reads the groups of a figure. A scale behind a range is that of both numbers where the first has none.
func bounds(g []string) (low, high float64) {
	a, by, b := g[0], g[1], g[2]
	if a == "" {
		a, by, b = g[3], g[4], g[5]
	}
	if by == "" {
		by = g[6]
	}
	if low = scaled(numberOf(a), by); b == "" {
		return low, low
	}
	if high = scaled(numberOf(b), g[6]); low > high {
		return high, high
	}
	return low, high
}

func readShare(_ *finder, m *Mention, g []string) {
	if g[8] != "" {
		return // points are a difference of shares
	}
	m.Low, m.High = bounds(g[1:8])
	m.Unit = "%"
}

var fractions = map[string]float64{"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}

func readFraction(_ *finder, m *Mention, g []string) {
	switch strings.ToLower(g[4]) {
	case "year", "century", "day", "decade", "time", "month":
		return
	}
	n, of := max(numberOf(g[1]), 1), fractions[strings.ToLower(g[2])]
	if g[3] != "" {
		n, of = 1, 2
	}
	if n < of {
		m.Low = 100 * n / of
		m.High, m.Unit = m.Low, "%"
	}
}

// currencies are the codes of what is written before an amount. ¥ stands for two.
var currencies = map[string]string{
	"$": "USD", "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "SG$": "SGD", "NT$": "TWD",
	"£": "GBP", "€": "EUR", "₩": "KRW", "₽": "RUB", "₹": "INR", "RMB": "CNY",
}

func readMoney(f *finder, m *Mention, g []string) {
	m.Low, m.High = bounds(g[3:10])
	sign := g[1] + g[2]
	if g[2] == "" {
		m.Unit = g[1]
	}
	if c := currencies[sign]; c != "" {
		m.Unit = c
	}
}

// moneyWords are the codes of currencies by their words. Won are of two states, and pounds may be weight.
var moneyWords = map[string]string{
	"dollars": "USD", "us dollars": "USD", "u.s. dollars": "USD", "american dollars": "USD", "australian dollars": "AUD", "canadian dollars": "CAD",
	"singapore dollars": "SGD", "hong kong dollars": "HKD", "new zealand dollars": "NZD", "taiwan dollars": "TWD", "euro": "EUR", "euros": "EUR",
	"pounds sterling": "GBP", "yuan": "CNY", "renminbi": "CNY", "chinese yuan": "CNY", "chinese renminbi": "CNY", "roubles": "RUB", "rubles": "RUB",
	"russian roubles": "RUB", "russian rubles": "RUB", "south korean won": "KRW", "north korean won": "KPW", "yen": "JPY", "japanese yen": "JPY", "swiss francs": "CHF",
}

func readMoneyWord(f *finder, m *Mention, g []string) {
	word := strings.ToLower(g[8])
	m.Low, m.High = bounds(g[1:8])
	m.Unit = moneyWords[word]
	if word == "pounds" && !strings.HasPrefix(f.text[m.To:], " of ") {
		m.Unit = "GBP"
	}
}

func readQuantity(_ *finder, m *Mention, g []string) {
	m.Low, m.High = bounds(g[1:8])
	m.Unit = strings.ToLower(g[8] + g[9])
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

// openWeekday are words before a weekday that is not the last one.
var openWeekday = map[string]bool{"next": true, "coming": true, "following": true, "by": true, "until": true, "before": true}

// readWeekday takes the last such day up to that of the document.
func readWeekday(f *finder, m *Mention, g []string) {
	if f.day == when.NoDay || openWeekday[strings.ToLower(g[1])] {
		return
	}
	today := ((int(f.day) % 7) + 7) % 7 // 1 January 1970 was a Thursday
	back := (today - weekdays[g[2]] + 7) % 7
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
	default:
		which, unit, _ := strings.Cut(strings.ToLower(g[1]), " ")
		switch which {
		case "last":
			m.Period = f.unitBefore(unit)
		case "this":
			m.Period = f.unitNow(unit)
		}
	}
}

package jp

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// eras give the year before the first of each era.
var eras = map[string]int{"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}

// one matches a date: "1941/8/20", "2001.9.22", "1970年", "1961年3月", "昭和16年8月20日".
var one = pattern.New(`^(?:(\d{4})[/.](\d{1,2})(?:[/.](\d{1,2}))?|(明治|大正|昭和|平成|令和)?(\d{1,4}|元)年(?:(\d{1,2})月(?:(\d{1,2})日)?)?)$`)

var (
	aboutWords = pattern.New(`(頃|ころ|ごろ|前後)$|^(約|およそ)`)
	parting    = pattern.New(`\s*(?:;|,|、|又は|または)\s*`)
)

// plainText makes full-width digits and letters plain and space single.
func plainText(s string) string { return publication.Line(norm.NFKC.String(s)) }

// day reads one date.
func day(s string) (when.Period, bool) {
	if p, err := when.Parse(s); err == nil && !strings.Contains(s, "/") {
		return p, true
	}
	g := one.FindStringSubmatch(s)
	if g == nil {
		return when.Period{}, false
	}
	y, m, d := g[1], g[2], g[3]
	if y == "" {
		y, m, d = g[5], g[6], g[7]
		if base := eras[g[4]]; base > 0 {
			n := 1
			if y != "元" {
				n, _ = strconv.Atoi(y)
			}
			y = strconv.Itoa(base + n)
		}
	}
	for _, part := range []string{m, d} {
		if part != "" {
			y += "-" + strings.Repeat("0", 2-len(part)) + part
		}
	}
	p, err := when.Parse(y)
	return p, err == nil
}

// readDate reads a date, one that is about, or a span: "1961年頃", "1955年~1958年".
func readDate(s string) (subject.Date, bool) {
	rest := aboutWords.ReplaceAllString(strings.TrimSuffix(s, "生"), "")
	d := subject.Date{Circa: rest != strings.TrimSuffix(s, "生")}
	if p, ok := day(rest); ok {
		d.Period, d.Known = p, true
		return d, true
	}
	if ends := strings.FieldsFunc(strings.ReplaceAll(rest, "から", "~"), func(r rune) bool { return r == '~' || r == '〜' }); len(ends) == 2 {
		from, ok1 := day(whole(ends[0]))
		to, ok2 := day(whole(strings.TrimSuffix(strings.TrimSuffix(ends[1], "の間"), "まで")))
		if ok1 && ok2 && from.From <= to.To {
			d.Period, d.Known = when.Period{From: from.From, To: to.To}, true
			return d, true
		}
	}
	return d, false
}

// whole gives a year without its word the word.
func whole(s string) string {
	s = strings.TrimSpace(s)
	if len(s) == 4 {
		if _, err := strconv.Atoi(s); err == nil {
			return s + "年"
		}
	}
	return s
}

// dates reads a cell of several dates. What is none stays as its words and is
// counted.
func (p *parser) dates(cell string) []subject.Date {
	var out []subject.Date
	for _, v := range parting.Split(plainText(cell), -1) {
		if v = strings.Trim(v, " ()"); v == "" {
			continue
		}
		d, ok := readDate(v)
		if !ok {
			p.t.Odd(publication.BadDate, v, p.at)
			d = subject.Date{Text: v}
		}
		out = append(out, d)
	}
	return out
}

// notices reads the days of a notice and of its revisions: "2001.9.22
// 2008.6.25改訂".
func (p *parser) notices(cell string) (first subject.Date, revised []subject.Date) {
	for _, v := range strings.Fields(plainText(cell)) {
		text := strings.TrimSuffix(strings.TrimSuffix(v, "改訂"), "改正")
		d, ok := readDate(text)
		if !ok {
			p.t.Odd(publication.BadDate, v, p.at)
			d = subject.Date{Text: v}
		}
		if text == v && first.Zero() {
			first = d
		} else {
			revised = append(revised, d)
		}
	}
	return first, revised
}

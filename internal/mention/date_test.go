package mention_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestDates holds dates that hang on others or on the day of the document, Friday 20 September 2019. "?" is a date that is seen and not resolved.
func TestDates(t *testing.T) {
	g := gazetteer(t)
	for in, want := range map[string]string{
		"last week": "2019-09-09/2019-09-15", "this week": "2019-09-16/2019-09-20", "last month": "2019-08", "this month": "2019-09-01/2019-09-20",
		"last year": "2018", "earlier this year": "2019-01-01/2019-09-20", "earlier last month": "2019-08", "later this year": "?",
		"the previous month": "2019-08", "In May 2018 it fell; in the previous month it rose": "2018-05|?", "the following month": "?", "that year": "?",
		"three days ago": "2019-09-17", "a week ago": "2019-09-10/2019-09-16", "two months ago": "2019-07", "ten years ago": "2009", "a few days ago": "?",
		"two years earlier": "?", "the past three weeks": "2019-08-30/2019-09-20", "the last two months": "2019-07-20/2019-09-20", "the past few years": "?",
		"since March": "2019-03-01/2019-09-20", "since 2016": "2016-01-01/2019-09-20", "since 3 May 2018": "2018-05-03/2019-09-20",
		"since last year": "2018-01-01/2019-09-20", "since December": "2018-12-01/2019-09-20", "in March": "2019-03", "in November": "2018-11", "next March": "?",
		"between January and June 2018": "2018-01/2018-06", "from March to May": "2019-03/2019-05", "from November 2018 to February 2019": "2018-11/2019-02",
		"between 2016 and 2018": "2016/2018", "from 3 March until 5 April 2019": "2019-03-03/2019-04-05", "in May and June 2019": "2019-05/2019-06",
		"from November to February 2019": "2018-11/2019-02", "in 2015 and 2018": "?", "between June 2018 and January 2018": "?",
		"2-9 May 2019": "2019-05-02/2019-05-09", "2016–2018": "2016/2018", "January-June 2019": "2019-01/2019-06",
		"the first quarter of 2019": "2019-01/2019-03", "the second half of last year": "2018-07/2018-12", "Q3 2018": "2018-07/2018-09", "H1 2019": "2019-01/2019-06",
		"fiscal year 2018": "?", "FY2018/19": "?", "the 2018-19 financial year": "?", "until 2018": "?", "by 12 May 2019": "?", "before March": "?",
		"after 2016": "?", "2019-05-12": "2019-05-12", "12.05.2019": "2019-05-12", "25/12/2018": "2018-12-25", "05/12/2018": "?", "31 April 2019": "?",
		"on Monday": "2019-09-16", "last Friday": "2019-09-20", "next Monday": "?", "by Monday": "?", "yesterday": "2019-09-19", "recent weeks": "?",
		"5 March": "2019-03-05", "12 December": "2018-12-12", "May 2019": "2019-05",
	} {
		var got []string
		for _, m := range g.Find("It was so "+in+".", when.Date(2019, 9, 20)) {
			if m.Kind != mention.Date {
				continue
			}
			s := m.Period.String()
			if m.Period.From == when.NoDay {
				s = "?"
			}
			got = append(got, s)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s: got %s, want %s", in, s, want)
		}
	}
}

// TestFigures holds numbers with their units; what may be read in two ways has no unit or is none.
func TestFigures(t *testing.T) {
	g := gazetteer(t)
	for in, want := range map[string]string{
		"90 percent": "90 %", "12.5 per cent": "12.5 %", "20 to 30 percent": "20..30 %", "20-30%": "20..30 %", "between 5 and 7 per cent": "5..7 %",
		"5 percentage points": "", "a third of the coal": "33.333333333333336 %", "two thirds of it": "66.66666666666667 %", "half of the coal": "50 %",
		"a quarter of the fleet": "25 %", "one half of": "50 %", "$2.5 million": "2.5e+06 USD", "USD 1.2bn": "1.2e+09 USD", "US$40m": "4e+07 USD",
		"A$5 million": "5e+06 AUD", "HK$300": "300 HKD", "¥500 million": "5e+08 ", "EUR 3,400": "3400 EUR", "£2-3 million": "2e+06..3e+06 GBP",
		"between $2 million and $3 million": "2e+06..3e+06 USD", "3 million Australian dollars": "3e+06 AUD", "700,000 euros": "700000 EUR",
		"5 million won": "5e+06 ", "5 million North Korean won": "5e+06 KPW", "40,000 pounds": "40000 GBP", "40,000 pounds of crab": "40000 ",
		"RMB 6 million": "6e+06 CNY", "2 million yuan": "2e+06 CNY", "3 billion roubles": "3e+09 RUB", "50,000 to 60,000 workers": "50000..60000 workers",
		"between 50,000 and 60,000 workers": "50000..60000 workers", "20-30 ships": "20..30 ships", "in 2018 and 300 workers": "300 workers",
		"3.4 million barrels": "3.4e+06 barrels", "4,000 barrels a day": "4000 barrels a day", "2,5 tonnes": "", "1.200 tonnes": "", "1.25 tonnes": "1.25 tonnes",
		"1,200 tonnes": "1200 tonnes", "12,00 tonnes": "", "5 short tons": "", "30 to 20 ships": "20 ships",
	} {
		var got []string
		for _, m := range g.Find("It is "+in+" or so.", when.Date(2019, 9, 20)) {
			if m.Kind != mention.Share && m.Kind != mention.Money && m.Kind != mention.Quantity {
				continue
			}
			s := number(m.Low)
			if m.Low != m.High {
				s += ".." + number(m.High)
			}
			got = append(got, s+" "+m.Unit)
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%s: got %q, want %q", in, s, want)
		}
	}
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

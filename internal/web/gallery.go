package web

import (
	"net/http"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// galleryPage holds every component with canned data.
type galleryPage struct {
	Fields    []field
	Errors    []fieldError
	Card      *rulingCard
	Strip     *strip
	Provision provisionCard
	Bar       *dateBar
	Names     []Name
	Evidence  []Evidence
	Hit       Hit
	Lists     []ListState
	Screening []Screening
	Claim     cannedClaim
	Matrix    cannedMatrix
	Figure    figure
	Progress  progress
	Source    source
}

// cannedClaim is what somebody says, with its grade and the answer to it.
type cannedClaim struct {
	Speaker, Place, Words, Grade, Check, Reply, ReplyBy string
}

// cannedMatrix is obligation by period; each cell has evidence and response.
type cannedMatrix struct {
	Periods []string
	Rows    []matrixRow
}

type matrixRow struct {
	Name  string
	Cells []matrixCell
}

// matrixCell is one cell: Evidence and Response are words of the design, "" for no
// information.
type matrixCell struct{ Evidence, Response string }

// figure is a chart with its table, source and download.
type figure struct {
	Title, Source, Unit string
	Rows                []figureRow
}

type figureRow struct {
	Label, Value string
	Width        string
}

// progress is a task that runs.
type progress struct {
	Done, Of int
	Rate     string
	Left     string
}

// source is where a statement comes from.
type source struct{ Title, Address, Hash, Seen string }

// gallery shows every component with canned data, for review and for the tests.
func (s *Site) gallery(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	page, err := s.canned()
	if err != nil {
		return nil, err
	}
	return &answer{template: "gallery", title: "Gallery of components", body: page, bare: true}, nil
}

func (s *Site) canned() (*galleryPage, error) {
	all := s.Desk.Law.Provisions()
	if len(all) == 0 {
		return &galleryPage{}, nil
	}
	p := all[0]
	for _, q := range all { // one with exceptions and goods shows the most
		if len(q.Exceptions) > 0 && len(q.Goods) > 0 && len(q.Duties) > 0 {
			p = q
			break
		}
	}
	day := func(y, m, d int) when.Day { return when.Date(y, m, d) }
	list := ListState{
		ID: "example", Title: "Example list", Authority: "Example authority", Snapshot: "example@12", Subjects: 734,
		Published: day(2017, 9, 20), Checked: day(2017, 9, 21), Hash: "9f2c0a6be1d34c77",
	}
	old := list
	old.ID, old.Title, old.Stale = "example-old", "Example list, not renewed", "it was last checked 9 days ago"
	page := &galleryPage{
		Provision: provisionCard{p, report.Rows(p, s.state)},
		Bar:       s.dateBar(&lawPage{Day: day(2017, 7, 4), Query: map[string]string{}}),
		Errors:    []fieldError{{"g-date", "Day", "2017-02-30 is not a day of the calendar. Write it as 2017-02-28"}},
		Fields: []field{
			{Name: "g-date", ID: "g-date", Title: "Day", Question: "On which day?", Input: "date", Value: "2017-02-30", Hint: "For example 1 October 2017.", Error: "2017-02-30 is not a day of the calendar. Write it as 2017-02-28"},
			{Name: "g-state", ID: "g-state", Title: "State", Question: "In which state do they work?", Input: "state"},
			{Name: "g-bool", ID: "g-bool", Title: "New authorisation", Question: "Is a new work authorisation issued?", Input: "radios", Options: []option{{"yes", "Yes", true}, {"no", "No", false}}},
			{Name: "g-select", ID: "g-select", Title: "Service", Question: "What is done for the ship?", Input: "select", Options: []option{{"operate", "operate", false}, {"insure", "insure", true}}},
			{Name: "g-number", ID: "g-number", Title: "Quantity", Question: "How much is it?", Input: "number", Unit: "t", Value: "7460"},
			{Name: "g-weigh", ID: "g-weigh", Title: "Livelihood", Question: "Is it exclusively for livelihood purposes?", Input: "radios", Weigh: true, Options: []option{{"yes", "Yes", false}, {"no", "No", false}}},
		},
		Names: []Name{
			{"Example Trading Corporation", "en", false},
			{"예시무역회사", "ko", false},
			{"示例贸易公司", "zh-Hans", false},
			{"Торговая компания «Пример»", "ru", false},
			{"شركة المثال للتجارة", "ar", true},
		},
		Evidence: []Evidence{
			{"Name, sounded out", "Ekzampl Treyding", "Example Trading Corporation", 0.62},
			{"Country", "example state", "example state", 0.15},
			{"Year of founding", "1998", "1996", -0.08},
		},
		Lists: []ListState{list, old},
		Claim: cannedClaim{
			Speaker: "A spokesman of the example ministry", Place: "page 3, line 12", Words: "All workers were sent home in time",
			Grade: "C3", Check: "Not borne out: 120 permits were still valid a month later", Reply: "The permits had lapsed by law", ReplyBy: "the ministry",
		},
		Matrix: cannedMatrix{[]string{"2017", "2018", "2019", "2020"}, []matrixRow{
			{"Report on workers", []matrixCell{{"", ""}, {"possible", ""}, {"alleged", "denied"}, {"corroborated", "law disputed"}}},
			{"Coal", []matrixCell{{"", "complied"}, {"adjudicated", "admitted"}, {"alleged", ""}, {"corroborated", "remedied"}}},
		}},
		Figure: figure{"Coal went on arriving for five months", "Canned figures, for the look of it", "thousand t", []figureRow{
			{"January", "120", "40%"}, {"February", "300", "100%"}, {"March", "90", "30%"},
		}},
		Progress: progress{8200, 20000, "3,100 a second", "4 seconds left"},
		Source:   source{"Example gazette, no. 12 of 2017", "/about", "9f2c0a6be1d34c77…", "21 September 2017"},
	}
	page.Hit = Hit{
		Tier: "listed", Names: page.Names, Score: 0.69, Evidence: page.Evidence,
		Listings: []Listing{{"Example authority", "Example programme", "EXe.014", day(2017, 8, 5), when.NoDay, "Example gazette"}, {"Another authority", "Programme", "A-77", day(2016, 3, 2), day(2019, 1, 9), "Another gazette"}},
	}
	quiet := page.Hit
	quiet.Suppressed = "listed under the same name; two people found it is someone else (case 01KB0000000000000000000000); stands until 2027-06-30"
	page.Screening = []Screening{
		{Outcome: "match", Hits: []Hit{page.Hit}, Against: page.Lists[:1]},
		{Outcome: "possible", Hits: []Hit{page.Hit}, Against: page.Lists[:1]},
		{Outcome: "suppressed", Hits: []Hit{quiet}, Against: page.Lists[:1]},
		{Outcome: "clear", Against: page.Lists[:1]},
		{Outcome: "not_screened", Reason: "the example list is 9 days old", Against: page.Lists[1:]},
	}
	page.Card = cannedCard(p)
	page.Strip = cannedStrip(p)
	return page, nil
}

func cannedCard(p *law.Provision) *rulingCard {
	return &rulingCard{
		Verdict: ruling.NeedsApproval, ID: "0000", Sentence: "On 1 October 2017 this is lawful only with the committee's approval in advance: " + p.Cite() + ".",
		Cites: []cite{{p.Cite(), "/law/" + p.ID}},
		Reasons: []reason{{
			Reason: report.Reason{Verdict: ruling.NeedsApproval, Provision: p, Text: p.Cite() + ": " + p.Title, Notes: []string{"can be approved: a canned way"}},
			Facts:  []said{{Title: "New work authorisation", Value: "yes"}},
		}},
		Scope: []string{"UN law only; national law not assessed."},
	}
}

func cannedStrip(p *law.Provision) *strip {
	period := when.Period{From: stripFrom, To: when.Date(2026, 11, 26)}
	out := &strip{Period: period, MarkDay: when.Date(2017, 10, 1), Mark: "56.20%"}
	x := []string{"0.00%", "12.50%", "25.00%", "37.50%", "50.00%", "62.50%", "75.00%", "87.50%"}
	for i, v := range report.Ordered() {
		out.Bars = append(out.Bars, bar{X: x[i], Width: "12.50%", Verdict: v, Wide: true, Text: report.VerdictWord(v)})
		out.Flips = append(out.Flips, flip{
			Period: when.Period{From: when.Date(2006+i, 1, 1), To: when.Date(2006+i, 12, 31)}, Verdict: v, Now: i == 2,
			Cites: []cite{{p.Cite(), "/law/" + p.ID}}, Titles: []string{p.Title}, Address: "/gallery",
		})
	}
	out.Years = []tick{{"0.00%", "2006"}, {"38.00%", "2014"}, {"76.00%", "2022"}}
	return out
}

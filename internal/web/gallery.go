package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/record"
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
	Claim     *claimCard
	Figure    chart
	Jobs      *jobsPage
	// Tiers, Outcomes, Stands and Says are all words of a kind, each with its sign; Cells are levels of evidence by answers.
	Tiers, Outcomes, Stands, Says, CellHeads []string
	Cells                                    []stateRow
}

// gallery shows every component with canned data, for review and for the tests.
func (s *Site) gallery(r *http.Request) (*answer, error) {
	if err := known(r); err != nil {
		return nil, err
	}
	page, err := s.canned()
	if err != nil {
		return nil, err
	}
	if c, err := s.conduct(r.Context()); err == nil { // one with an answer shows the most
		for _, x := range c.desk.Ledger.Claims() {
			if card := s.cardOf(c.desk.Ledger, x); page.Claim == nil || len(page.Claim.Answers) == 0 && len(card.Answers) > 0 {
				page.Claim = &card
			}
		}
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
		Provision: s.provisionCard(p, s.Today(), when.NoDay),
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
		Lists:    []ListState{list, old},
		Tiers:    []string{"listed", "owned_or_controlled", "may_be_owned", "controlled", "named_in_report", "former", "not_yet", "uncertain", "red_flag"},
		Outcomes: []string{"match", "possible", "suppressed", "clear", "not_screened"},
		Stands:   []string{"open", "to confirm", "escalated", "asked", "suppressed", "contradicted", "closed true", "closed false"},
		Says:     []string{"agree", "differ", "unknown"},
		Figure:   cannedFigure(),
	}
	page.CellHeads, page.Cells = cannedCells()
	page.Jobs = cannedJobs()
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

// cannedCells are all levels of evidence, with no answer, with one, and complied with.
func cannedCells() (heads []string, rows []stateRow) {
	for _, level := range append([]string{"none"}, levels[1:]...) {
		cell := stateCell{Level: level, Address: "/gallery"}
		answered, met := cell, cell
		answered.Response, met.Met = "denied", 2
		rows = append(rows, stateRow{Name: level, Cells: []stateCell{cell, answered, met, {}}})
	}
	return []string{"alone", "with an answer", "met", "nothing on record"}, rows
}

func cannedFigure() chart {
	var points []chartPoint
	for i, k := range []record.Kind{record.Reported, record.Estimated, record.Alleged, record.Derived} {
		f := record.Range{Low: float64(60 + 40*i), High: float64(60 + 60*i), Known: true}
		row := chartRow{When: strconv.Itoa(2014 + i), By: "Example authority", Figure: report.RangeText(f), Kind: k.String(), Source: "Example yearbook"}
		points = append(points, chartPoint{when.Period{From: when.Date(2014+i, 1, 1), To: when.Date(2014+i, 12, 31)}, f, k, row.When, row})
	}
	return chartOf("gallery", "Coal, thousand tonnes", points)
}

func cannedJobs() *jobsPage {
	w := &working{WorkDesk: &WorkDesk{Now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}}
	page := &jobsPage{working: w}
	for _, state := range []string{"waiting", "running", "done", "failed"} {
		j := Job{Kind: "Screening of a file", About: "example", State: state, Total: 20000, Done: 8200, Refused: 3, Started: w.Now.Add(-4 * time.Second)}
		page.Jobs = append(page.Jobs, w.job(j))
	}
	return page
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

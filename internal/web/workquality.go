package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
)

// qualityPage is how well the desk works.
type qualityPage struct {
	*working
	casework.Quality
	// Rates are the shares with their intervals.
	Rates []rateRow
	// Codes are those by the reason that was given.
	Codes []rateRow
	// Drawn are the cases that wait to be looked at again.
	Drawn []reviewRow
	// Ages say how long open cases have been so.
	Ages []struct{ Label, Age string }
	// May says whether whoever looks may draw.
	May   bool
	Typed map[string]string
}

// rateRow is a share in words and as a bar from Low to High of a hundred.
type rateRow struct {
	Label, Words string
	casework.Rate
}

// Least and Most are the ends of the interval in per cent.
func (r rateRow) Least() string { return percentOf(r.Low) }

// Most is the upper end.
func (r rateRow) Most() string { return percentOf(r.High) }

// Share is the share itself in per cent.
func (r rateRow) Share() string { return percentOf(float64(r.N) / float64(r.Of)) }

func percentOf(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) + " %" }

// reviewRow is a case that was drawn.
type reviewRow struct {
	*casework.Case
	// Sample is the seed that it was drawn by.
	Sample string
	// Bar says why whoever looks may not review it; "" when they may.
	Bar string
}

// workQuality shows how well the desk works, and draws a sample.
func (s *Site) workQuality(w *working) (*answer, error) {
	if err := known(w.r, "format", "drawn", "of"); err != nil {
		return nil, err
	}
	if w.Cases == nil {
		return nil, missingPart("cases")
	}
	status := 0
	if w.r.Method == http.MethodPost {
		drawn, of, err := w.draw()
		if err == nil {
			return &answer{location: "/work/quality?drawn=" + strconv.Itoa(drawn) + "&of=" + strconv.Itoa(of)}, nil
		}
		if status, err = w.refused("f-seed", "The sample", err); err != nil {
			return nil, err
		}
	}
	q, err := w.Cases.Quality(w.ctx(), w.Now)
	if err != nil {
		return nil, err
	}
	if w.r.URL.Query().Get("format") == "json" {
		return asJSON(report.Quality(&q))
	}
	page := &qualityPage{working: w, Quality: q, May: w.MayDo(casework.Sampled), Typed: map[string]string{}}
	page.figures()
	if err := page.drawn(); err != nil {
		return nil, err
	}
	for _, name := range []string{"seed", "size", "from", "until"} {
		page.Typed[name] = w.value(name)
	}
	if n := w.r.URL.Query().Get("drawn"); n != "" && w.r.Method == http.MethodGet {
		w.Said = drawnWords(n, w.r.URL.Query().Get("of"))
	}
	a := w.page("workquality", "Quality", page)
	if status != 0 {
		a.status = status
	}
	return a, nil
}

// drawnWords tells how many were drawn, by an address that says so; what is no number it does not repeat.
func drawnWords(n, of string) string {
	a, err := strconv.Atoi(n)
	b, err2 := strconv.Atoi(of)
	switch {
	case err != nil || err2 != nil || a < 0 || b < a:
		return ""
	case b == 0:
		return "No case was there to draw: none is closed in that time, or those that are were drawn already."
	}
	return report.Counted(a, "case") + " of " + strconv.Itoa(b) + " closed ones were drawn."
}

// draw draws a sample as the form says.
func (w *working) draw() (drawn, of int, err error) {
	if err := w.given("seed", "size", "from", "until"); err != nil {
		return 0, 0, err
	}
	s := casework.Sampling{Seed: w.value("seed")}
	if s.Size, err = strconv.Atoi(w.value("size")); err != nil || s.Size < 1 {
		return 0, 0, fault.New(fault.Usage, "how many are to be drawn is a number from 1")
	}
	if s.From, err = w.firstMoment("from", 0); err == nil {
		s.Until, err = w.firstMoment("until", 1)
	}
	if err != nil {
		return 0, 0, err
	}
	ids, of, err := w.Cases.Sample(w.ctx(), w.By, w.Now, s)
	return len(ids), of, err
}

// firstMoment gives the first moment of a day that was typed, so many days later; the zero time where none was.
func (w *working) firstMoment(name string, later int) (time.Time, error) {
	text := w.value(name)
	if text == "" {
		return time.Time{}, nil
	}
	d, err := exactDay(text)
	if err != nil {
		return time.Time{}, err
	}
	y, m, n := d.Civil()
	return time.Date(y, time.Month(m), n+later, 0, 0, 0, 0, time.UTC), nil
}

// figures puts the shares and the ages in words.
func (p *qualityPage) figures() {
	row := func(label string, r casework.Rate) rateRow { return rateRow{label, report.RateWords(r), r} }
	p.Rates = []rateRow{row("Cleared, and should not have been", p.FalseClear), row("Found true, and should not have been", p.FalseTrue)}
	for _, c := range p.Quality.Codes {
		p.Codes = append(p.Codes, row(codeWords[c.Code], c.Rate))
	}
	if p.Open > 0 {
		p.Ages = []struct{ Label, Age string }{{"Half are younger than", span(max(p.Median, time.Minute))}, {"Nine of ten are younger than", span(max(p.Ninety, time.Minute))}, {"The oldest", span(p.Oldest)}}
	}
}

// drawn finds the cases that wait to be looked at again, the longest first.
func (p *qualityPage) drawn() error {
	all, err := p.Cases.Cases(p.ctx())
	if err != nil {
		return err
	}
	for i := range all {
		if c := &all[i]; c.Review != nil {
			p.Drawn = append(p.Drawn, reviewRow{Case: c, Sample: c.Review.Sample, Bar: p.reviewBar(c)})
		}
	}
	slices.SortStableFunc(p.Drawn, func(a, b reviewRow) int { return a.Review.Time.Compare(b.Review.Time) })
	return nil
}

// reviewBar says why whoever looks may not review a case that was drawn; "" when they may.
func (w *working) reviewBar(c *casework.Case) string {
	switch {
	case c.Review == nil || c.Closed == nil:
		return "it was not drawn"
	case w.By.Name == c.Closed.Person || w.By.Name == c.Closed.Second:
		return "you decided it, and somebody else reviews it"
	case !w.MayDo(casework.Reviewed):
		return "the role " + w.RoleNames() + " reviews no case"
	}
	return ""
}

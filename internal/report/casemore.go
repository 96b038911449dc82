package report

import (
	"fmt"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
)

// CaseFileDataJSON is a file with its bytes.
type CaseFileDataJSON struct {
	CaseFileJSON
	Data []byte `json:"data"`
}

// ReportDutyJSON is a report that may be owed to an authority.
type ReportDutyJSON struct {
	ID        string `json:"id"`
	Authority string `json:"authority"`
	What      string `json:"what"`
	// Starts is what has it begin: blocked or rejected.
	Starts string `json:"starts"`
	Term   string `json:"term"`
	Cite   string `json:"cite"`
	Source string `json:"source"`
	URL    string `json:"url"`
	// Verified says that it was held to the text of the law.
	Verified bool   `json:"verified"`
	Note     string `json:"note,omitempty"`
}

// Duty gives a duty for programs.
func Duty(d *clock.Duty) ReportDutyJSON {
	return ReportDutyJSON{d.ID, d.Authority, d.What, d.Starts, d.Term(), d.Cite, d.Source, d.URL, d.Verified, d.Note}
}

// CaseClockJSON is what is owed of a case by a day; without a day, that nobody said yet what is.
type CaseClockJSON struct {
	Case    string `json:"case"`
	Subject string `json:"subject"`
	Listing string `json:"listing"`
	Name    string `json:"name,omitempty"`
	// Duty is the id of the report, none for a deadline of the desk's own.
	Duty      string `json:"duty,omitempty"`
	Authority string `json:"authority,omitempty"`
	Cite      string `json:"cite,omitempty"`
	Verified  bool   `json:"verified"`
	Owner     string `json:"owner,omitempty"`
	Began     string `json:"began,omitempty"`
	// Due is the first moment that is too late.
	Due       *time.Time `json:"due,omitempty"`
	Late      bool       `json:"late"`
	Filed     string     `json:"filed,omitempty"`
	Reference string     `json:"reference,omitempty"`
	Met       *time.Time `json:"met,omitempty"`
}

// CaseClock gives what is owed at a time.
func CaseClock(o *casework.Owing, t *clock.Table, now time.Time) CaseClockJSON {
	a := &o.Case.Alert
	out := CaseClockJSON{Case: o.Case.ID, Subject: a.Subject.Name, Listing: a.Listing.Name}
	d := o.Deadline
	if d == nil {
		return out
	}
	out.Name, out.Duty, out.Owner, out.Due, out.Late, out.Reference, out.Met = d.Name, d.Duty, d.Owner, timeOf(d.Due), d.Late(now), d.Reference, timeOf(d.Met)
	if !d.Began.IsZero() {
		out.Began = d.Began.Format(time.DateOnly)
	}
	if !d.Filed.IsZero() {
		out.Filed = d.Filed.Format(time.DateOnly)
	}
	if duty, err := t.Duty(d.Duty); err == nil { // one that the table has no more keeps its day
		out.Name, out.Authority, out.Cite, out.Verified = duty.What, duty.Authority, duty.Cite, duty.Verified
	}
	return out
}

// CaseClockWords says it in a line.
func CaseClockWords(c *CaseClockJSON) string {
	about := fmt.Sprintf("%s  %s against %s", c.Case, c.Subject, c.Listing)
	if c.Due == nil {
		return about + ": found true, and nobody said which report is owed, or that none is"
	}
	s := about + ": " + c.Name
	if c.Authority != "" {
		s += " to " + c.Authority + ", " + c.Cite
		if !c.Verified {
			s += " (not verified)"
		}
	}
	last := c.Due.Add(-time.Millisecond).UTC()
	s += ", by " + last.Format(time.DateOnly) + ", " + c.Owner
	switch {
	case c.Filed != "":
		s += ", filed on " + c.Filed + " as " + c.Reference
		if c.Late {
			s += ", LATE"
		}
	case c.Met != nil:
		s += ", met"
	case c.Late:
		s += ", OVERDUE"
	}
	return s
}

// RuleJSON is a row of the table by which cases are closed without a person.
type RuleJSON struct {
	ID   string `json:"id"`
	When string `json:"when"`
	Why  string `json:"why"`
}

// QualityJSON is how well a desk works.
type QualityJSON struct {
	Open   int `json:"open"`
	Closed int `json:"closed"`
	// Waiting are drawn and not looked at again yet.
	Waiting int `json:"waiting"`
	// FalseClear is of the cases closed as false that were looked at again: how many were not upheld.
	FalseClear RateJSON `json:"false_clear"`
	// FalseTrue is that of those closed as true.
	FalseTrue RateJSON   `json:"false_true"`
	ByReason  []RateJSON `json:"by_reason"`
	// Samples are the seeds that were drawn by.
	Samples []string `json:"samples"`
	// MedianAge, NinetyAge and OldestAge are of open cases, in days since they were raised.
	MedianAge float64         `json:"median_age"`
	NinetyAge float64         `json:"ninety_age"`
	OldestAge float64         `json:"oldest_age"`
	Reasons   []CodeCountJSON `json:"reasons"`
}

// RateJSON is how many of so many, with the interval of 95 per cent confidence by Wilson.
type RateJSON struct {
	Reason string  `json:"reason,omitempty"`
	N      int     `json:"n"`
	Of     int     `json:"of"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// CodeCountJSON counts closed cases.
type CodeCountJSON struct {
	Disposition string `json:"disposition"`
	Reason      string `json:"reason"`
	N           int    `json:"n"`
}

func rate(reason string, r casework.Rate) RateJSON { return RateJSON{reason, r.N, r.Of, r.Low, r.High} }

// Quality gives it for programs.
func Quality(q *casework.Quality) QualityJSON {
	days := func(d time.Duration) float64 { return float64(int(d.Hours()/24*10)) / 10 }
	out := QualityJSON{
		Open: q.Open, Closed: q.Closed, Waiting: q.Waiting, FalseClear: rate("", q.FalseClear), FalseTrue: rate("", q.FalseTrue), ByReason: []RateJSON{},
		Samples: append([]string{}, q.Samples...), MedianAge: days(q.Median), NinetyAge: days(q.Ninety), OldestAge: days(q.Oldest), Reasons: []CodeCountJSON{},
	}
	for _, c := range q.Codes {
		out.ByReason = append(out.ByReason, rate(c.Code, c.Rate))
	}
	for _, c := range q.ByCode {
		out.Reasons = append(out.Reasons, CodeCountJSON{string(c.Disposition), c.Code, c.N})
	}
	return out
}

// RateWords says a rate with its interval.
func RateWords(r casework.Rate) string {
	if r.Of == 0 {
		return "not known: none was looked at again"
	}
	return fmt.Sprintf("%d of %d (%.1f %%; with 95 %% confidence %.1f to %.1f %%)", r.N, r.Of, 100*float64(r.N)/float64(r.Of), 100*r.Low, 100*r.High)
}

// QualityWords says it in lines.
func QualityWords(q *casework.Quality) []string {
	j := Quality(q)
	out := []string{
		fmt.Sprintf("%s open, %d closed, of which %d are drawn and wait for a review", Counted(q.Open, "case"), q.Closed, q.Waiting),
		"cleared, and should not have been: " + RateWords(q.FalseClear),
		"found true, and should not have been: " + RateWords(q.FalseTrue),
	}
	for _, c := range q.Codes {
		out = append(out, "  "+c.Code+": "+RateWords(c.Rate))
	}
	if q.Open > 0 {
		out = append(out, fmt.Sprintf("open since: half less than %.1f days, nine of ten less than %.1f, the oldest %.1f", j.MedianAge, j.NinetyAge, j.OldestAge))
	}
	for _, c := range q.ByCode {
		out = append(out, fmt.Sprintf("closed %s, %s: %d", c.Disposition, c.Code, c.N))
	}
	return out
}

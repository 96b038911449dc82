package draft

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Question is what a study is asked.
type Question struct {
	// Years are the base years; none takes the last three before the draft for which there are figures.
	Years  []int
	Inputs Inputs
	// Period leaves out claims of other days; nil takes all. AsIf judges claims as if done on the day of the case.
	Period *when.Period
	AsIf   bool
}

// Study is all that is found of a draft, for a report.
type Study struct {
	Case     *Case
	Question Question
	// Years are the base years that were taken.
	Years       []int
	Differences []Difference
	// Contradictions and Gaps are what a reader would ask about.
	Contradictions, Gaps []Problem
	Goods                []Good
	Accounts             []Account
	Claims               []Reported
	Leeway               []Leeway
	// Activities is the tally of a user's own activities; nil where none were given.
	Activities *Tally
	// Backtests are instruments taken as drafts, and Forecasts what was said of others.
	Backtests []*Backtest
	Forecasts *Forecasts
}

// NewStudy finds everything of a case but the activities of a stream and back-tests.
func NewStudy(c *Case, records []record.Record, claims *claim.Ledger, q Question) (*Study, error) {
	if err := q.Inputs.Check(); err != nil {
		return nil, err
	}
	s := &Study{Case: c, Question: q, Years: slices.Clone(q.Years)}
	if len(s.Years) == 0 {
		s.Years = c.Years(records, c.Drafts[0].Adopted, 3)
	}
	s.Differences, s.Contradictions, s.Gaps, s.Leeway = c.Compare(), c.Contradictions(), c.Gaps(), c.Leeway()
	var err error
	if s.Goods, err = c.Goods(); err != nil {
		return nil, err
	}
	if s.Accounts, err = c.Accounts(records, s.Years, q.Inputs); err != nil {
		return nil, err
	}
	if claims != nil {
		s.Claims, err = c.Claims(claims, q.Period, q.AsIf)
	}
	return s, err
}

// Span is the lowest and highest of what the accounts of a direction say is touched, over base years and data sets; false where
// none has a value. Data sets that hold nothing that is touched do not widen it.
func Span(accounts []Account, from bool) (value, affected, share record.Range) {
	widen := func(to *record.Range, r record.Range) {
		if !r.Known {
			return
		}
		if !to.Known {
			*to = r
		}
		to.Low, to.High = min(to.Low, r.Low), max(to.High, r.High)
	}
	for i := range accounts {
		if a := &accounts[i]; a.From == from && a.Value.High > 0 {
			widen(&value, a.Value)
			widen(&affected, a.Affected)
			widen(&share, a.Share)
		}
	}
	return value, affected, share
}

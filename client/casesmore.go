package client

import (
	"context"
	"net/url"
)

// CaseClocks gives what is owed of cases, by day, with who answers for it; all asks also for what was filed. Cases that were
// found true and of which nobody said yet what is owed come first, without a day.
func (c *Client) CaseClocks(ctx context.Context, all bool) ([]CaseClock, error) {
	v := values()
	if all {
		v = values("all", "true")
	}
	return get[[]CaseClock](ctx, c, "/v1/cases/clocks", v)
}

// CaseDuties gives the reports that may be owed: what starts each, how long there is, and the source.
func (c *Client) CaseDuties(ctx context.Context) ([]ReportDuty, error) {
	return get[[]ReportDuty](ctx, c, "/v1/cases/duties", nil)
}

// CaseOwes gives the reports that the desk owes, whose clocks start by themselves.
func (c *Client) CaseOwes(ctx context.Context) (*Owed, error) {
	return get[*Owed](ctx, c, "/v1/cases/owes", nil)
}

// SetCaseOwes says, as an admin, which reports the desk owes.
func (c *Client) SetCaseOwes(ctx context.Context, b CaseOwes) (*Owed, error) {
	return postJSON[*Owed](ctx, c, "/v1/cases/owes", b)
}

// CaseQuality says how many that were cleared should not have been, and how old the queue is.
func (c *Client) CaseQuality(ctx context.Context) (*Quality, error) {
	return get[*Quality](ctx, c, "/v1/cases/quality", nil)
}

// CaseDraw draws closed cases at random, to be looked at again by another person, and gives their ids.
func (c *Client) CaseDraw(ctx context.Context, b CaseDraw) ([]string, error) {
	return postJSON[[]string](ctx, c, "/v1/cases/draw", b)
}

// CaseReview says whether you, who did not decide a case, come to the same.
func (c *Client) CaseReview(ctx context.Context, id string, b CaseReview) (*Case, error) {
	return doCase(ctx, c, id, "review", b)
}

// CaseNoReport says that no report is owed of a case that was found true.
func (c *Client) CaseNoReport(ctx context.Context, id string, b CaseSay) (*Case, error) {
	return doCase(ctx, c, id, "no-report", b)
}

// CaseClock says that a report is owed of a case: its clock runs from a day on.
func (c *Client) CaseClock(ctx context.Context, id string, b CaseClockStart) (*Case, error) {
	return doCase(ctx, c, id, "clock", b)
}

// CaseFiled says that a report was filed.
func (c *Client) CaseFiled(ctx context.Context, id string, b CaseFiled) (*Case, error) {
	return doCase(ctx, c, id, "filed", b)
}

// CaseAttach puts a file beside a case.
func (c *Client) CaseAttach(ctx context.Context, id string, b CaseAttach) (*Case, error) {
	return doCase(ctx, c, id, "files", b)
}

// CaseFile gives a file that was attached, by its hash.
func (c *Client) CaseFile(ctx context.Context, id, sha256 string) (*CaseFileData, error) {
	return get[*CaseFileData](ctx, c, casePath(id, "files")+"/"+url.PathEscape(sha256), nil)
}

package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
)

// CasesQuery says which cases are wanted; all that are open unless said.
type CasesQuery struct {
	// State is open, mine, unassigned, to confirm, escalated, asked, held, suppressed, closed or all.
	State string
	// Assigned gives only those that this person works on.
	Assigned string
}

func casePath(id, what string) string { return "/v1/cases/" + url.PathEscape(id) + "/" + what }

// Cases gives the queue: escalated cases first, then by probability and stake.
func (c *Client) Cases(ctx context.Context, q CasesQuery) iter.Seq2[Case, error] {
	return pages[Case](ctx, c, "/v1/cases", values("state", q.State, "assigned", q.Assigned))
}

// Case gives one case with its history.
func (c *Client) Case(ctx context.Context, id string) (*Case, error) {
	return get[*Case](ctx, c, "/v1/cases/"+url.PathEscape(id), nil)
}

// Suppressions gives what is not raised again, up to which day, and who answers for it.
func (c *Client) Suppressions(ctx context.Context) ([]Suppression, error) {
	return get[[]Suppression](ctx, c, "/v1/cases/suppressions", nil)
}

// CasesFrom makes cases of an answer that was kept: of the hits of a screening, or of a ruling that a person must look at.
// The stake is in any unit.
func (c *Client) CasesFrom(ctx context.Context, answer string, stake float64) ([]CaseMet, error) {
	return postJSON[[]CaseMet](ctx, c, "/v1/cases", CaseOpen{Answer: answer, Stake: &stake})
}

// CaseAssign says who works on a case; nobody where to is empty.
func (c *Client) CaseAssign(ctx context.Context, id string, b CaseAssign) (*Case, error) {
	return doCase(ctx, c, id, "assign", b)
}

// CaseComment says something about a case.
func (c *Client) CaseComment(ctx context.Context, id string, b CaseSay) (*Case, error) {
	return doCase(ctx, c, id, "comment", b)
}

// CaseDispose says what you make of a case; a second person confirms it.
func (c *Client) CaseDispose(ctx context.Context, id string, b CaseDispose) (*Case, error) {
	return doCase(ctx, c, id, "dispose", b)
}

// CaseSuppress says false, and that the same hit on the same facts is not raised up to a day; a second person confirms it.
func (c *Client) CaseSuppress(ctx context.Context, id string, b CaseSuppress) (*Case, error) {
	return doCase(ctx, c, id, "suppress", b)
}

// CaseConfirm agrees as a second person. The same person is refused with status 403.
func (c *Client) CaseConfirm(ctx context.Context, id string, b CaseSecond) (*Case, error) {
	return doCase(ctx, c, id, "confirm", b)
}

// CaseReturn disagrees as a second person, and says why.
func (c *Client) CaseReturn(ctx context.Context, id string, b CaseSecond) (*Case, error) {
	return doCase(ctx, c, id, "return", b)
}

// CaseReopen opens a closed case again.
func (c *Client) CaseReopen(ctx context.Context, id string, b CaseSay) (*Case, error) {
	return doCase(ctx, c, id, "reopen", b)
}

// CaseHold holds what a case is about, whatever becomes of it, until another person releases it.
func (c *Client) CaseHold(ctx context.Context, id string, b CaseSay) (*Case, error) {
	return doCase(ctx, c, id, "hold", b)
}

// CaseRelease takes such a hold away, as a second person. What is not closed as false stays held.
func (c *Client) CaseRelease(ctx context.Context, id string, b CaseSay) (*Case, error) {
	return doCase(ctx, c, id, "release", b)
}

// CaseRevoke ends a suppression before its day.
func (c *Client) CaseRevoke(ctx context.Context, id string, b CaseSay) (*Case, error) {
	return doCase(ctx, c, id, "revoke", b)
}

func doCase(ctx context.Context, c *Client, id, what string, body any) (*Case, error) {
	return postJSON[*Case](ctx, c, casePath(id, what), body)
}

// postJSON asks with a body of JSON.
func postJSON[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	b, err := json.Marshal(body)
	if err != nil {
		var none T
		return none, fmt.Errorf("cordon: %w", err)
	}
	return post[T](ctx, c, path, nil, jsonType, b)
}

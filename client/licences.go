package client

import (
	"context"
	"iter"
	"net/url"
)

// LicencesQuery says which licences are wanted; all unless said.
type LicencesQuery struct {
	// State is all, held, lost or ended.
	State string
	// Decision gives only those on which this case or answer rests, by its id.
	Decision string
}

// Licences gives licences, exemptions and approvals: where each stands, and what hangs on it.
func (c *Client) Licences(ctx context.Context, q LicencesQuery) iter.Seq2[Licence, error] {
	return pages[Licence](ctx, c, "/v1/licences", values("state", q.State, "decision", q.Decision))
}

// LicenceTasks gives what is owed to authorities: what was missed first, then by day; all asks also for what is fulfilled or
// only to be kept.
func (c *Client) LicenceTasks(ctx context.Context, all bool) ([]LicenceTask, error) {
	v := values()
	if all {
		v = values("all", "true")
	}
	return get[[]LicenceTask](ctx, c, "/v1/licences/tasks", v)
}

// Licence gives one licence with its history.
func (c *Client) Licence(ctx context.Context, id string) (*Licence, error) {
	return get[*Licence](ctx, c, "/v1/licences/"+url.PathEscape(id), nil)
}

// LicenceAdd records a licence.
func (c *Client) LicenceAdd(ctx context.Context, t LicenceTerms) (*Licence, error) {
	return postJSON[*Licence](ctx, c, "/v1/licences", t)
}

// LicenceLink says that a case or a kept answer rests on a licence.
func (c *Client) LicenceLink(ctx context.Context, id string, b LicenceLink) (*Licence, error) {
	return doLicence(ctx, c, id, "link", b)
}

// LicenceDone says that what a linked decision is about was carried out within the period.
func (c *Client) LicenceDone(ctx context.Context, id string, b LicenceDone) (*Licence, error) {
	return doLicence(ctx, c, id, "done", b)
}

// LicenceFulfil says that a condition was met. What is fulfilled late gives no authorisation back.
func (c *Client) LicenceFulfil(ctx context.Context, id string, b LicenceFulfil) (*Licence, error) {
	return doLicence(ctx, c, id, "fulfil", b)
}

// LicenceMiss says that a condition was missed or breached: every linked decision loses its authorisation.
func (c *Client) LicenceMiss(ctx context.Context, id string, b LicenceMiss) (*Licence, error) {
	return doLicence(ctx, c, id, "miss", b)
}

// LicenceExtend records another last day. What was lost before stays lost.
func (c *Client) LicenceExtend(ctx context.Context, id string, b LicenceExtend) (*Licence, error) {
	return doLicence(ctx, c, id, "extend", b)
}

// LicenceRevoke records that a licence was taken back: every linked decision loses its authorisation.
func (c *Client) LicenceRevoke(ctx context.Context, id string, b LicenceSay) (*Licence, error) {
	return doLicence(ctx, c, id, "revoke", b)
}

// LicenceRestore gives a linked decision its authorisation back. Who linked it is refused with status 403.
func (c *Client) LicenceRestore(ctx context.Context, id string, b LicenceLink) (*Licence, error) {
	return doLicence(ctx, c, id, "restore", b)
}

// LicenceCheck holds a record to its source, as another person than who made it.
func (c *Client) LicenceCheck(ctx context.Context, id string, b LicenceSay) (*Licence, error) {
	return doLicence(ctx, c, id, "check", b)
}

// LicenceComment says something about a licence.
func (c *Client) LicenceComment(ctx context.Context, id string, b LicenceSay) (*Licence, error) {
	return doLicence(ctx, c, id, "comment", b)
}

// LicenceAttach puts a file beside a licence.
func (c *Client) LicenceAttach(ctx context.Context, id string, b CaseAttach) (*Licence, error) {
	return doLicence(ctx, c, id, "files", b)
}

// LicenceFile gives a file that was attached, by its hash; that it was given out enters the log of the server.
func (c *Client) LicenceFile(ctx context.Context, id, sha256 string) (*CaseFileData, error) {
	return get[*CaseFileData](ctx, c, "/v1/licences/"+url.PathEscape(id)+"/files/"+url.PathEscape(sha256), nil)
}

func doLicence(ctx context.Context, c *Client, id, what string, body any) (*Licence, error) {
	return postJSON[*Licence](ctx, c, "/v1/licences/"+url.PathEscape(id)+"/"+what, body)
}

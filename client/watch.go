package client

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// CustomerFile is a file of all customers there are.
type CustomerFile struct {
	// ContentType is text/csv, application/jsonl or that of XLSX; Body the file.
	ContentType string
	Body        []byte
	// Ref names the column of your references; guessed from the header where it is empty. Map gives the columns of fields, as
	// name=COLUMN; Schema says what customers are of whom the file does not say.
	Ref    string
	Map    []string
	Schema string
}

func watchPath(base, rest string) string { return "/v1/watch/" + url.PathEscape(base) + rest }

// WatchBases gives the bases of customers, when each was screened, and which are behind.
func (c *Client) WatchBases(ctx context.Context) ([]WatchBase, error) {
	return get[[]WatchBase](ctx, c, "/v1/watch", nil)
}

// WatchPut takes a file as the next version of a base, which it makes where there is none. Who is not in the file is off
// the base; rows that cannot be screened are refused, and told.
func (c *Client) WatchPut(ctx context.Context, base string, f CustomerFile) (*WatchVersion, error) {
	q := values("ref", f.Ref, "schema", f.Schema)
	addAll(q, "map", f.Map)
	return post[*WatchVersion](ctx, c, watchPath(base, ""), q, f.ContentType, f.Body)
}

// WatchVersions gives the versions of a base.
func (c *Client) WatchVersions(ctx context.Context, base string) ([]WatchVersion, error) {
	return get[[]WatchVersion](ctx, c, watchPath(base, "/versions"), nil)
}

// WatchVersion gives a version with the rows that it refused.
func (c *Client) WatchVersion(ctx context.Context, base string, version int) (*WatchVersion, error) {
	return get[*WatchVersion](ctx, c, watchPath(base, fmt.Sprintf("/versions/%d", version)), nil)
}

// WatchRuns gives the runs over a base.
func (c *Client) WatchRuns(ctx context.Context, base string) ([]WatchRun, error) {
	return get[[]WatchRun](ctx, c, watchPath(base, "/runs"), nil)
}

// WatchStart begins a run: over everybody, or else over those for whom a change may change something. Ask [Client.WatchWait]
// for its end.
func (c *Client) WatchStart(ctx context.Context, base string, full bool) (*WatchJob, error) {
	q := url.Values{}
	if full {
		q.Set("full", "true")
	}
	return post[*WatchJob](ctx, c, watchPath(base, "/runs"), q, jsonType, nil)
}

// WatchChanges gives what changed between two runs: since 0 is before the first, and until 0 is the newest.
func (c *Client) WatchChanges(ctx context.Context, base string, since, until int) (*WatchResult, error) {
	q := url.Values{"since": {strconv.Itoa(since)}}
	if until > 0 {
		q.Set("until", strconv.Itoa(until))
	}
	return get[*WatchResult](ctx, c, watchPath(base, "/changes"), q)
}

// WatchLookBack begins to compare a past run (0 is the newest) with what lists as they were, as un@3, would have found.
// Nothing is kept of it but the job.
func (c *Client) WatchLookBack(ctx context.Context, base string, run int, against ...string) (*WatchJob, error) {
	q := url.Values{}
	if run > 0 {
		q.Set("run", strconv.Itoa(run))
	}
	addAll(q, "against", against)
	return post[*WatchJob](ctx, c, watchPath(base, "/lookback"), q, jsonType, nil)
}

// WatchJob tells how far a run or a look back is.
func (c *Client) WatchJob(ctx context.Context, base, id string) (*WatchJob, error) {
	return get[*WatchJob](ctx, c, watchPath(base, "/jobs/"+url.PathEscape(id)), nil)
}

// WatchWait asks every so often how far a job is until it is over. One that failed is an error.
func (c *Client) WatchWait(ctx context.Context, base, id string, every time.Duration) (*WatchJob, error) {
	for {
		j, err := c.WatchJob(ctx, base, id)
		if err != nil || j.State == "done" {
			return j, err
		}
		if j.State == "failed" {
			return j, fmt.Errorf("cordon: the job %s failed: %s", id, j.Error)
		}
		select {
		case <-ctx.Done():
			return j, ctx.Err()
		case <-time.After(every):
		}
	}
}

package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// values is a query that leaves out what says nothing.
func values(pairs ...string) url.Values {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	return q
}

func addAll(q url.Values, name string, list []string) {
	for _, v := range list {
		q.Add(name, v)
	}
}

// get asks for a value.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var out T
	err := c.ask(ctx, request{method: http.MethodGet, path: path, query: query}, &out)
	return out, err
}

// post asks with a body, under an idempotency key, so that it can be sent again.
func post[T any](ctx context.Context, c *Client, path string, query url.Values, contentType string, body []byte) (T, error) {
	var out T
	err := c.ask(ctx, request{method: http.MethodPost, path: path, query: query, body: body, contentType: contentType, key: newKey(ctx)}, &out)
	return out, err
}

// Days are the two clocks of a question of law; what is empty is left to the activity and to all that is loaded.
type Days struct {
	// AsOf takes the law of this day, month, year or span in place of the activity's date.
	AsOf string
	// KnownAt uses only law that was published by this day.
	KnownAt string
	// NoScreening looks nobody up in lists: who is listed is then what the activity states, and the ruling says so.
	NoScreening bool
}

func (d Days) query() url.Values {
	q := values("as_of", d.AsOf, "known_at", d.KnownAt)
	if d.NoScreening {
		q.Set("screen", "false")
	}
	return q
}

// Activity is what is to be done, with the keys of the schema that [Client.Schema] gives for "activity".
type Activity map[string]any

// Decide rules on one activity.
func (c *Client) Decide(ctx context.Context, a Activity, d Days) (*Ruling, error) {
	body, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("cordon: the activity: %w", err)
	}
	return post[*Ruling](ctx, c, "/v1/decide", d.query(), jsonType, body)
}

// DecideBatch rules on activities while they are given, in order. An activity that cannot be read is a *[LineError], and
// the others are ruled on all the same; any other error ends it.
func (c *Client) DecideBatch(ctx context.Context, activities iter.Seq[Activity], d Days) iter.Seq2[*Ruling, error] {
	return batch[Activity, Ruling](ctx, c, "/v1/decide/batch", d.query(), activities)
}

// Party is somebody, or a ship, that is looked for in lists. What is empty is not compared.
type Party struct {
	Name   string   `json:"name,omitempty"`
	Alias  []string `json:"alias,omitempty"`
	Schema string   `json:"schema,omitempty"` // Person, Company, Vessel ...
	// BirthDate is 1965, 1965-03 or 1965-03-14; countries are codes of two letters or names.
	BirthDate   []string `json:"birthDate,omitempty"`
	Country     []string `json:"country,omitempty"`
	Nationality []string `json:"nationality,omitempty"`
	Gender      string   `json:"gender,omitempty"`
	Address     []string `json:"address,omitempty"`
	Flag        string   `json:"flag,omitempty"`
	BuildYear   string   `json:"buildYear,omitempty"`
	Tonnage     string   `json:"tonnage,omitempty"`
	// ID are identifiers with their kind, as imo:9074729 or passport:X123.
	ID []string `json:"id,omitempty"`
	// Ref is by what you call the party: by it suppressions of cases are found. Without it a party is known by what it says. It goes with
	// Screen and ScreenBatch alone.
	Ref string `json:"ref,omitempty"`
}

// Query is a party with how to look for it.
type Query struct {
	Party
	Lists []string `json:"lists,omitempty"` // only these
	AsOf  string   `json:"as_of,omitempty"` // who was listed on this day; today unless given
	// Threshold shows subjects from this probability on, Limit so many of them; the outcome does not change.
	Threshold float64 `json:"threshold,omitempty"`
	Limit     int     `json:"limit,omitempty"`
}

// Screen looks for one party. Look at Outcome: "not_screened" is no answer, "suppressed" says that two people found the only
// hits to be somebody else, for a time, and "clear" says only that the lists under Against have nobody like it.
func (c *Client) Screen(ctx context.Context, q Query) (*Answer, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("cordon: the query: %w", err)
	}
	return post[*Answer](ctx, c, "/v1/screen", nil, jsonType, body)
}

// ScreenBatch looks for parties while they are given, in order.
func (c *Client) ScreenBatch(ctx context.Context, parties iter.Seq[Party]) iter.Seq2[*Answer, error] {
	return batch[Party, Answer](ctx, c, "/v1/screen/batch", nil, parties)
}

// Explain says why a party is, or is not, a subject of a list on a day; "" is today.
func (c *Client) Explain(ctx context.Context, p Party, subject, asOf string) (*Explain, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("cordon: the party: %w", err)
	}
	return post[*Explain](ctx, c, "/v1/explain", values("subject", subject, "as_of", asOf), jsonType, body)
}

// Lists gives the loaded lists; none means that nothing can be screened.
func (c *Client) Lists(ctx context.Context) ([]List, error) {
	return get[[]List](ctx, c, "/v1/lists", nil)
}

// Entry gives what a reference number or the id of a subject names, as it stood on a day (today when empty) by what was
// published up to another (all when empty).
func (c *Client) Entry(ctx context.Context, reference, asOf, knownAt string) ([]Entry, error) {
	return get[[]Entry](ctx, c, "/v1/lists/entries/"+url.PathEscape(reference), values("as_of", asOf, "known_at", knownAt))
}

// History gives how an entry changed from snapshot to snapshot.
func (c *Client) History(ctx context.Context, reference string) ([]EntryStep, error) {
	return get[[]EntryStep](ctx, c, "/v1/lists/entries/"+url.PathEscape(reference)+"/history", nil)
}

// ListDiff gives what changed between two snapshots, as un@1 and un@2.
func (c *Client) ListDiff(ctx context.Context, before, after string) (*ListDiff, error) {
	return get[*ListDiff](ctx, c, "/v1/lists/diff", values("before", before, "after", after))
}

// LawQuery chooses provisions; what is empty chooses all.
type LawQuery struct{ Date, KnownAt, Kind, Direction, Regime string }

// Law gives provisions in the order of the law.
func (c *Client) Law(ctx context.Context, q LawQuery) iter.Seq2[Provision, error] {
	return pages[Provision](ctx, c, "/v1/law",
		values("date", q.Date, "known_at", q.KnownAt, "kind", q.Kind, "direction", q.Direction, "regime", q.Regime))
}

// Provision gives a provision with its parts, or all of an instrument.
func (c *Client) Provision(ctx context.Context, id string) ([]Provision, error) {
	return get[[]Provision](ctx, c, "/v1/law/"+url.PathEscape(id), nil)
}

// LawChanges gives what began and ended between two days.
func (c *Client) LawChanges(ctx context.Context, from, to string) (*LawDiff, error) {
	return get[*LawDiff](ctx, c, "/v1/law/changes", values("from", from, "to", to))
}

// Goods gives what goods are, by an HS code or words, and the law that names them.
func (c *Client) Goods(ctx context.Context, what string) (*Goods, error) {
	return get[*Goods](ctx, c, "/v1/goods", values("q", what))
}

// StatesQuery chooses cells; what is empty chooses all.
type StatesQuery struct {
	Obligations, States []string
	// By is whole, year or quarter; Evidence the least evidence of a cell.
	Period, By, Evidence, KnownAt string
}

// States gives obligations, states, evidence and answers.
func (c *Client) States(ctx context.Context, q StatesQuery) (*States, error) {
	v := values("period", q.Period, "by", q.By, "evidence", q.Evidence, "known_at", q.KnownAt)
	addAll(v, "obligation", q.Obligations)
	addAll(v, "state", q.States)
	return get[*States](ctx, c, "/v1/states", v)
}

// State gives what is known of one state, by name or code.
func (c *Client) State(ctx context.Context, state, knownAt string) (*Dossier, error) {
	return get[*Dossier](ctx, c, "/v1/states/"+url.PathEscape(state), values("known_at", knownAt))
}

// Caps gives the figures of every series beside a cap in a period: "oil", "coal" or the id of a cap. Fill are shares of a
// full load, as 1/3, that estimates by ships are worked out for.
func (c *Client) Caps(ctx context.Context, what, period string, fill ...string) ([]Account, error) {
	v := values("period", period)
	addAll(v, "fill", fill)
	return get[[]Account](ctx, c, "/v1/caps/"+url.PathEscape(what), v)
}

// ClaimsQuery chooses claims; what is empty chooses all.
type ClaimsQuery struct {
	State, Obligation, Period, Source string
	Kinds                             []string
}

// Claims gives claims.
func (c *Client) Claims(ctx context.Context, q ClaimsQuery) iter.Seq2[Claim, error] {
	v := values("state", q.State, "obligation", q.Obligation, "period", q.Period, "source", q.Source)
	addAll(v, "kind", q.Kinds)
	return pages[Claim](ctx, c, "/v1/claims", v)
}

// Claim gives one claim: who says so, what stands behind it, what is answered.
func (c *Client) Claim(ctx context.Context, id string) (*Claim, error) {
	return get[*Claim](ctx, c, "/v1/claims/"+url.PathEscape(id), nil)
}

// RecordsQuery chooses figures; what is empty chooses all.
type RecordsQuery struct {
	Series                                          []string
	Reporter, Partner, Measure, Kind, Period, Goods string
}

// Record is a figure by the fields of docs/method/records.md; a field that says nothing is left out.
type Record map[string]any

// Records gives figures.
func (c *Client) Records(ctx context.Context, q RecordsQuery) iter.Seq2[Record, error] {
	v := values("reporter", q.Reporter, "partner", q.Partner, "measure", q.Measure, "kind", q.Kind, "period", q.Period, "goods", q.Goods)
	addAll(v, "series", q.Series)
	return pages[Record](ctx, c, "/v1/records", v)
}

// Mirror gives what trade shows about a state. Period, partner, HS code and series may be empty.
func (c *Client) Mirror(ctx context.Context, target, period, partner, hs, series string) (*Mirror, error) {
	return get[*Mirror](ctx, c, "/v1/mirror", values("target", target, "period", period, "partner", partner, "hs", hs, "series", series))
}

// Read says what a document claims. The content type is text/plain, text/markdown or text/html; date is the day of the
// document, "" when it is not known.
func (c *Client) Read(ctx context.Context, contentType string, document []byte, date string) (*Reading, error) {
	return post[*Reading](ctx, c, "/v1/read", values("date", date), contentType, document)
}

// DraftLint checks a draft, as YAML, as law, and asks what a careful reader would.
func (c *Client) DraftLint(ctx context.Context, draft []byte) (*DraftLint, error) {
	return post[*DraftLint](ctx, c, "/v1/drafts/lint", nil, "application/yaml", draft)
}

// DraftTest says whose trade a draft touches, how much, and what is banned already; base years are those of the figures.
func (c *Client) DraftTest(ctx context.Context, draft []byte, baseYears ...int) (*Draft, error) {
	v := url.Values{}
	for _, y := range baseYears {
		v.Add("base_year", strconv.Itoa(y))
	}
	return post[*Draft](ctx, c, "/v1/drafts/test", v, "application/yaml", draft)
}

// Commitments gives every undertaking with its state. From and to may be empty.
func (c *Client) Commitments(ctx context.Context, from, to string) (*Commitments, error) {
	return get[*Commitments](ctx, c, "/v1/commitments", values("from", from, "to", to))
}

// Commitment gives the terms of undertakings and what became of them, by the name of one or of an instrument.
func (c *Client) Commitment(ctx context.Context, id string) (*Commitments, error) {
	return get[*Commitments](ctx, c, "/v1/commitments/"+url.PathEscape(id), nil)
}

// CommitmentTest gives which events were against it; with assume as if it had been accepted from its first day.
func (c *Client) CommitmentTest(ctx context.Context, id string, assume bool, to string) (*Commitments, error) {
	v := values("to", to)
	if assume {
		v.Set("assume", "accepted")
	}
	return get[*Commitments](ctx, c, "/v1/commitments/"+url.PathEscape(id)+"/test", v)
}

// EventsQuery chooses events; what is empty chooses all.
type EventsQuery struct{ Kind, State, Period string }

// Events gives events in the order of time.
func (c *Client) Events(ctx context.Context, q EventsQuery) iter.Seq2[Event, error] {
	return pages[Event](ctx, c, "/v1/events", values("kind", q.Kind, "state", q.State, "period", q.Period))
}

// SelfTest asks about a sample of listed names with variants of each, and counts what is found.
func (c *Client) SelfTest(ctx context.Context, sample int) (*SelfTest, error) {
	res, err := c.send(ctx, request{
		method: http.MethodPost, path: "/v1/selftest", query: values("sample", strconv.Itoa(sample), "summary", "true"), accept: linesType,
	}, http.NoBody)
	if err != nil {
		return nil, err
	}
	return onlyLine[SelfTest](c, res.Body)
}

// onlyLine reads the one line of a stream, and closes it.
func onlyLine[T any](c *Client, body io.ReadCloser) (*T, error) {
	defer body.Close()
	for b, err := range c.lines(body) {
		if err != nil {
			return nil, err
		}
		return decodeLine[T](b)
	}
	return nil, ErrBrokenOff
}

// Schema gives the JSON Schema of an input: activity or instrument.
func (c *Client) Schema(ctx context.Context, name string) (json.RawMessage, error) {
	b, _, err := c.bytes(ctx, request{method: http.MethodGet, path: "/v1/schemas/" + url.PathEscape(name)})
	return b, err
}

// Version gives the versions of program, law and data that answers are made with.
func (c *Client) Version(ctx context.Context) (*Versions, error) {
	return get[*Versions](ctx, c, "/v1/version", nil)
}

// JobAsk says how the parties of a job are screened; what is left out is as in the description of the API.
type JobAsk struct {
	About, AsOf, Schema string
	Lists               []string
	Threshold           float64
	Limit, Chunk, Tries int
}

// SubmitScreen hands in parties to be screened as a job, and gives the job when all were taken.
func (c *Client) SubmitScreen(ctx context.Context, ask JobAsk, parties iter.Seq[Party]) (*Job, error) {
	q := values("about", ask.About, "as_of", ask.AsOf, "schema", ask.Schema)
	addAll(q, "list", ask.Lists)
	if ask.Threshold != 0 {
		q.Set("threshold", strconv.FormatFloat(ask.Threshold, 'g', -1, 64))
	}
	for name, n := range map[string]int{"limit": ask.Limit, "chunk": ask.Chunk, "tries": ask.Tries} {
		if n != 0 {
			q.Set(name, strconv.Itoa(n))
		}
	}
	in, out := io.Pipe()
	defer in.Close()
	go func() {
		enc := json.NewEncoder(out)
		for p := range parties {
			if err := enc.Encode(p); err != nil {
				return // nobody reads any more
			}
		}
		out.Close()
	}()
	res, err := c.send(ctx, request{method: http.MethodPost, path: "/v1/jobs/screen/batch", query: q, contentType: linesType, accept: linesType}, in)
	if err != nil {
		return nil, err
	}
	return onlyLine[Job](c, res.Body)
}

// Jobs gives all jobs, the newest first.
func (c *Client) Jobs(ctx context.Context) ([]Job, error) {
	return get[[]Job](ctx, c, "/v1/jobs", nil)
}

// Job tells how a job stands, and which of its chunks failed.
func (c *Client) Job(ctx context.Context, id string) (*Job, error) {
	return get[*Job](ctx, c, "/v1/jobs/"+url.PathEscape(id), nil)
}

// CancelJob has no more chunks of a job be begun.
func (c *Client) CancelJob(ctx context.Context, id string) (*Job, error) {
	return post[*Job](ctx, c, "/v1/jobs/"+url.PathEscape(id)+"/cancel", nil, "", nil)
}

// JobResults gives the answers of a job of screening, in the order in which parties were handed in. It ends with
// [ErrBrokenOff] unless all of them came.
func (c *Client) JobResults(ctx context.Context, id string) iter.Seq2[*Answer, error] {
	return func(yield func(*Answer, error) bool) {
		res, err := c.send(ctx, request{method: http.MethodGet, path: "/v1/jobs/" + url.PathEscape(id) + "/results", accept: linesType}, http.NoBody)
		if err != nil {
			yield(nil, err)
			return
		}
		answers(c, res, yield)
	}
}

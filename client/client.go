// Package client asks a Cordon server: may we do this, who is this, what does the law say, who keeps it, who says so.
//
// It imports the standard library alone. Its types are those of the answers, generated from the types that make them; what
// the server adds later is left out and never an error. It keeps nothing and decides nothing: an answer of "not_screened"
// or "incomplete" is an answer, and no method makes "clear" of an error.
package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The limits that a client has unless others are given.
const (
	// DefaultTries is how often a request is sent at most.
	DefaultTries = 4
	// DefaultMaxAnswer is the largest answer that is read whole, and DefaultMaxLine the largest line of a stream, in bytes.
	DefaultMaxAnswer = 64 << 20
	DefaultMaxLine   = 16 << 20
)

const (
	jsonType  = "application/json"
	linesType = "application/jsonl"
)

// Client asks one server. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	http      *http.Client
	header    http.Header
	tries     int
	wait      time.Duration
	maxAnswer int64
	maxLine   int
}

// Option changes a client that is made.
type Option func(*Client)

// WithHTTPClient sends requests with h, for example through a proxy or with certificates of one's own.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithHeader sends a header with every request, for example one that something in front of the server asks for.
func WithHeader(name, value string) Option { return func(c *Client) { c.header.Set(name, value) } }

// WithTries sends a request n times at most; 1 never tries again. Wait is the pause before the second time, from where it
// doubles, unless the server says when to come again.
func WithTries(n int, wait time.Duration) Option {
	return func(c *Client) { c.tries, c.wait = max(n, 1), wait }
}

// WithMaxAnswer reads no answer above so many bytes.
func WithMaxAnswer(n int64) Option { return func(c *Client) { c.maxAnswer = n } }

// New makes a client of the server at base, as in http://127.0.0.1:8080.
func New(base string, options ...Option) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("cordon: the address of the server: %w", err)
	}
	if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("cordon: %q is no address of a server; write it as http://127.0.0.1:8080", base)
	}
	c := &Client{
		base: u, http: http.DefaultClient, header: http.Header{}, tries: DefaultTries, wait: 200 * time.Millisecond,
		maxAnswer: DefaultMaxAnswer, maxLine: DefaultMaxLine,
	}
	for _, o := range options {
		o(c)
	}
	return c, nil
}

// Problem is an answer that says why there is none (RFC 9457). Find it with errors.As.
type Problem struct {
	// Status is the HTTP status; Code what kind of thing went wrong: invalid, usage, not_found, conflict, too_large,
	// unavailable or internal.
	Status int    `json:"status"`
	Code   string `json:"code"`
	// Detail says what is wrong, Fix the way out.
	Detail string `json:"detail"`
	Fix    string `json:"fix"`
	// Place says where in what was asked it lies; nil for nowhere in particular.
	Place *ProblemPlace `json:"place"`
	// Trace finds the request in the server's log.
	Trace string `json:"-"`
	// RetryAfter is how long the server asks to wait; 0 when it does not say.
	RetryAfter time.Duration `json:"-"`
}

// ProblemPlace is a place in what was asked.
type ProblemPlace struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Item   int    `json:"item"`
	Field  string `json:"field"`
}

// Error gives the detail with its place and the way out.
func (p *Problem) Error() string {
	s := "cordon: " + p.Detail
	if p.Place != nil && p.Place.Field != "" {
		s += " (at " + p.Place.Field + ")"
	}
	if p.Fix != "" {
		s += "; " + p.Fix
	}
	return s
}

// Temporary reports whether the same request may be answered later.
func (p *Problem) Temporary() bool {
	return p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests
}

// ErrTooLarge is an answer, or a line of one, over the client's limit.
var ErrTooLarge = errors.New("cordon: the answer is larger than the client reads")

// request is what is asked. A body that is given as bytes can be sent again.
type request struct {
	method, path string
	query        url.Values
	body         []byte
	contentType  string
	accept       string
	key          string
	// once is for what is given once: it is kept under no key, and not asked for again.
	once bool
}

type keyKey struct{}

// WithKey gives every POST under ctx the idempotency key instead of one of its own: asking again, also after the program
// was started anew, then gets the same bytes. Take a new key for each question.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyKey{}, key)
}

// newKey gives an idempotency key that nobody else has.
func newKey(ctx context.Context) string {
	if k, ok := ctx.Value(keyKey{}).(string); ok {
		return k
	}
	return rand.Text()
}

// ask sends a request and decodes the answer.
func (c *Client) ask(ctx context.Context, r request, into any) error {
	b, _, err := c.bytes(ctx, r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("cordon: the answer to %s %s cannot be read: %w", r.method, r.path, err)
	}
	return nil
}

// Raw sends a request and gives the bytes of its answer: what the command of the same name prints. Query and body may be
// nil; the content type is that of the body.
func (c *Client) Raw(ctx context.Context, method, path string, query url.Values, contentType string, body []byte) ([]byte, error) {
	r := request{method: method, path: path, query: query, body: body, contentType: contentType}
	if method == http.MethodPost {
		r.key = newKey(ctx)
	}
	b, _, err := c.bytes(ctx, r)
	return b, err
}

// bytes sends a request, again while the server says that it cannot answer for now, and gives the answer.
func (c *Client) bytes(ctx context.Context, r request) ([]byte, http.Header, error) {
	wait := c.wait
	for try := 1; ; try++ {
		b, h, err := c.once(ctx, r)
		var p *Problem
		switch {
		case err == nil:
			return b, h, nil
		case try >= c.tries || r.once || ctx.Err() != nil:
			return nil, nil, err
		case errors.As(err, &p):
			if !p.Temporary() && !(p.Status == http.StatusConflict && p.Place != nil && p.Place.Field == "Idempotency-Key") {
				return nil, nil, err
			}
			wait = max(wait, p.RetryAfter)
		case errors.Is(err, ErrTooLarge):
			return nil, nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, nil, errors.Join(ctx.Err(), err)
		}
		wait *= 2
	}
}

// once sends a request once.
func (c *Client) once(ctx context.Context, r request) ([]byte, http.Header, error) {
	res, err := c.send(ctx, r, bytes.NewReader(r.body))
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, c.maxAnswer+1))
	if err != nil {
		return nil, nil, fmt.Errorf("cordon: the answer to %s %s broke off: %w", r.method, r.path, err)
	}
	if int64(len(b)) > c.maxAnswer {
		return nil, nil, ErrTooLarge
	}
	return b, res.Header, nil
}

// send sends a request and gives its answer if it is no problem.
func (c *Client) send(ctx context.Context, r request, body io.Reader) (*http.Response, error) {
	u := c.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("cordon: %w", err)
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if r.accept != "" {
		req.Header.Set("Accept", r.accept)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cordon: %w", err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	defer res.Body.Close()
	return nil, c.problem(res)
}

// problem reads the problem of an answer; what something between here and the server answered becomes one too.
func (c *Client) problem(res *http.Response) error {
	p := &Problem{}
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || media != "application/problem+json" || json.Unmarshal(b, p) != nil {
		*p = Problem{Code: "unavailable", Detail: "what answered is no Cordon server: " + res.Status}
	}
	p.Status = res.StatusCode
	if parts := strings.Split(res.Header.Get("traceresponse"), "-"); len(parts) == 4 {
		p.Trace = parts[1]
	}
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
		p.RetryAfter = time.Duration(s) * time.Second
	}
	return p
}

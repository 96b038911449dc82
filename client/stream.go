package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// ErrBrokenOff is a stream that ended before its end: what came was answered, what did not come was not.
var ErrBrokenOff = errors.New("cordon: the stream broke off before its end")

// LineError is the error that answers one line of a stream; the lines after it are answered all the same.
type LineError struct {
	// Line is its number, from 1.
	Line    int
	Code    string
	Message string
}

// Error gives the message with the line.
func (e *LineError) Error() string { return fmt.Sprintf("cordon: line %d: %s", e.Line, e.Message) }

// lineOf gives the error of a line that is one.
func lineOf(b []byte) *LineError {
	var line struct {
		Line  int `json:"line"`
		Error *struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if !bytes.Contains(b, []byte(`"error"`)) || json.Unmarshal(b, &line) != nil || line.Error == nil {
		return nil
	}
	return &LineError{line.Line, line.Error.Code, line.Error.Message}
}

// batch sends questions, one a line, while it reads the answers, one a line in the same order. It ends with the first
// error that is not a *[LineError].
func batch[Q, A any](ctx context.Context, c *Client, path string, query url.Values, questions iter.Seq[Q]) iter.Seq2[*A, error] {
	return func(yield func(*A, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		in, out := io.Pipe()
		go func() {
			w := bufio.NewWriter(out)
			enc := json.NewEncoder(w)
			var err error
			for q := range questions {
				if err = enc.Encode(q); err != nil || ctx.Err() != nil {
					break
				}
				if w.Buffered() > w.Size()/2 {
					err = w.Flush()
				}
			}
			if err == nil {
				err = w.Flush()
			}
			out.CloseWithError(err) // nil is the end of the questions
		}()
		defer in.Close()
		res, err := c.send(ctx, request{method: http.MethodPost, path: path, query: query, contentType: linesType, accept: linesType}, in)
		if err != nil {
			yield(nil, err)
			return
		}
		answers(c, res, yield)
	}
}

// answers yields what stands in a stream, line by line.
func answers[A any](c *Client, res *http.Response, yield func(*A, error) bool) {
	defer res.Body.Close()
	n := 0
	for b, err := range c.lines(res.Body) {
		if err != nil {
			yield(nil, err)
			return
		}
		n++
		a, err := decodeLine[A](b)
		if !yield(a, err) {
			return
		}
	}
	// A stream that breaks off ends without its trailers.
	if read, err := strconv.Atoi(res.Trailer.Get("Cordon-Read")); err != nil || read != n {
		yield(nil, ErrBrokenOff)
	}
}

func decodeLine[A any](b []byte) (*A, error) {
	if e := lineOf(b); e != nil {
		return nil, e
	}
	a := new(A)
	if err := json.Unmarshal(b, a); err != nil {
		return nil, fmt.Errorf("cordon: a line cannot be read: %w", err)
	}
	return a, nil
}

// lines gives the lines of a body, without their ends; each is good until the next.
func (c *Client) lines(body io.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		s := bufio.NewScanner(body)
		s.Buffer(make([]byte, 0, 64<<10), c.maxLine)
		for s.Scan() {
			if !yield(s.Bytes(), nil) {
				return
			}
		}
		switch err := s.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(nil, ErrTooLarge)
		case err != nil:
			yield(nil, fmt.Errorf("%w: %w", ErrBrokenOff, err))
		}
	}
}

// pages gives the items of a list, page by page. A list that changes between two pages ends with a [Problem] whose code is
// conflict; begin again then.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		for {
			b, h, err := c.bytes(ctx, request{method: http.MethodGet, path: path, query: query})
			var list []T
			if err == nil {
				if err = json.Unmarshal(b, &list); err != nil {
					err = fmt.Errorf("cordon: the answer to %s cannot be read: %w", path, err)
				}
			}
			if err != nil {
				yield(none, err)
				return
			}
			for _, x := range list {
				if !yield(x, nil) {
					return
				}
			}
			next, ok := nextOf(h)
			if !ok {
				return
			}
			query = next
		}
	}
}

// nextOf gives the query of the next page.
func nextOf(h http.Header) (url.Values, bool) {
	for _, link := range h.Values("Link") {
		address, rest, ok := strings.Cut(strings.TrimPrefix(link, "<"), ">")
		if !ok || !strings.Contains(rest, `rel="next"`) {
			continue
		}
		if u, err := url.Parse(address); err == nil {
			return u.Query(), true
		}
	}
	return nil, false
}

// Payments sends a message of ISO 20022 (pacs.008, pain.001) and calls each for every transaction, in order, while they are
// answered; an error of each ends it. The summary is about the message: its Error says why it could not be read to its end, and
// then [ErrBrokenOff] comes with it. Look at Outcome and Verdict of each transaction: "not_screened" is no answer.
func (c *Client) Payments(ctx context.Context, message io.Reader, each func(*Payment) error) (*Payments, error) {
	res, err := c.send(ctx, request{method: http.MethodPost, path: "/v1/payments", contentType: "application/xml", accept: linesType}, message)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var end PaymentsEnd
	ended := false
	for b, err := range c.lines(res.Body) {
		if err != nil {
			return summaryOf(&end, ended), err
		}
		if bytes.HasPrefix(b, []byte(`{"summary":`)) {
			ended = true
			if err := json.Unmarshal(b, &end); err != nil {
				return nil, fmt.Errorf("cordon: the summary cannot be read: %w", err)
			}
			continue
		}
		p := &Payment{}
		if err := json.Unmarshal(b, p); err != nil {
			return nil, fmt.Errorf("cordon: a line cannot be read: %w", err)
		}
		if err := each(p); err != nil {
			return nil, err
		}
	}
	if !ended || res.Trailer.Get("Cordon-Read") != strconv.Itoa(end.Summary.Read) {
		return summaryOf(&end, ended), ErrBrokenOff
	}
	return &end.Summary, nil
}

func summaryOf(end *PaymentsEnd, ended bool) *Payments {
	if !ended {
		return nil
	}
	return &end.Summary
}

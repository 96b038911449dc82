package extract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// longest is the longest pause between two tries that a server may ask for.
const longest = 30 * time.Second

// passing is a failure that may not happen again.
type passing struct {
	why   string
	after time.Duration // what the server asked us to wait
}

func (p *passing) Error() string { return p.why }

// ask sends a request, again after what may pass: 429, 5xx and broken connections. Its errors name the address and the
// status, and nothing that the server wrote.
func (m *Model) ask(ctx context.Context, request []byte) ([]byte, error) {
	wait := m.config.Wait
	var last error
	for try := range m.config.Tries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return nil, m.failed(ctx.Err())
			case <-time.After(wait):
			}
			wait = min(2*wait, longest)
		}
		body, err := m.once(ctx, request)
		if err == nil {
			return body, nil
		}
		last = err
		var p *passing
		if !errors.As(err, &p) || ctx.Err() != nil {
			break
		}
		wait = min(max(wait, p.after), longest)
	}
	return nil, m.failed(last)
}

func (m *Model) failed(err error) error {
	return fault.New(fault.Unavailable, "the language model at %s gave no answer: %v", m.address, err).
		WithFix("without --model-url the rules alone read the document")
}

func (m *Model) once(ctx context.Context, request []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.address, bytes.NewReader(request))
	if err != nil {
		return nil, errors.New("the address cannot be asked")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "cordon")
	if m.config.Key != "" {
		req.Header.Set("Authorization", "Bearer "+m.config.Key)
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return nil, &passing{why: why(ctx, "no connection, or it broke off")}
	}
	defer resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests || code >= 500:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return nil, &passing{"status " + strconv.Itoa(code), time.Duration(min(max(seconds, 0), 3600)) * time.Second}
	case code >= 300 && code < 400:
		return nil, errors.New("it sends us to another address, and nothing is sent there")
	case code != http.StatusOK:
		return nil, errors.New("status " + strconv.Itoa(code))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	switch {
	case err != nil:
		return nil, &passing{why: why(ctx, "the answer broke off")}
	case len(body) > MaxAnswer:
		return nil, errors.New("the answer is larger than " + strconv.Itoa(MaxAnswer) + " bytes")
	}
	return body, nil
}

func why(ctx context.Context, otherwise string) string {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return "it took too long"
	}
	return otherwise
}

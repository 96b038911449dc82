// Package extract asks a language model for the claims of a document: a second extractor behind the interface of the rules.
//
// It sends nothing unless it is allowed to, and then the text of the document and nothing else, to the one address it was
// given: it follows no redirect and goes through no proxy. It believes nothing of what comes back: every claim must quote
// words that stand in the text, or it is dropped and counted. What stands in the document is text for the model and what
// stands in the answer is text for us; neither is ever an order.
package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/read"
)

// Limits on what is asked and taken in.
const (
	MaxPart   = 24_000  // bytes of text in one request
	MaxParts  = 25      // requests for one document
	MaxAnswer = 1 << 20 // bytes of one answer
	MaxClaims = 300     // claims of one answer
)

// Config says who is asked.
type Config struct {
	// URL is the address of an OpenAI-compatible interface, as http://127.0.0.1:8000/v1; "/chat/completions" is added unless
	// it ends so.
	URL string
	// Model is the name of the model there.
	Model string
	// Key is sent as a bearer token, "" for none. It is never part of an error or a result.
	Key string
	// Allowed says that documents may be sent at all, also to this machine.
	Allowed bool
	// Timeout bounds one try (2 minutes), Tries their number (3); Wait is the pause after the first failed try (2 seconds),
	// doubled after each other one. The zero values stand for those in brackets.
	Timeout time.Duration
	Tries   int
	Wait    time.Duration
}

// Model is a language model that is asked for claims. It may be used by many at once.
type Model struct {
	config  Config
	address string
	reader  *read.Reader
	client  *http.Client
}

var _ read.Extractor = (*Model)(nil)

// New makes an extractor of a model. The reader ties what comes back to the text. The error is fault.Invalid for an
// address that is none or that a key must not be sent to in the clear.
func New(c Config, r *read.Reader) (*Model, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fault.New(fault.Invalid, "that is not the address of a language model").At(fault.Place{Field: "--model-url"}).
			WithFix("as in http://127.0.0.1:8000/v1, without a name, a query or a fragment; a key goes into --model-key-file")
	}
	if c.Model == "" || strings.ContainsFunc(c.Model, unicode.IsControl) {
		return nil, fault.New(fault.Usage, "the model has no name").WithFix("give it with --model")
	}
	if c.Key != "" && u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, fault.New(fault.Invalid, "a key is not sent in the clear to another machine").At(fault.Place{Field: "--model-url"}).
			WithFix("use an address with https")
	}
	if strings.ContainsFunc(c.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fault.New(fault.Invalid, "the key holds characters that no key has").WithFix("the file or variable must hold the key alone")
	}
	if !strings.HasSuffix(u.Path, "/chat/completions") {
		u = u.JoinPath("chat/completions")
	}
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Minute
	}
	if c.Tries == 0 {
		c.Tries = 3
	}
	if c.Wait == 0 {
		c.Wait = 2 * time.Second
	}
	return &Model{config: c, address: u.String(), reader: r, client: &http.Client{
		Transport:     &http.Transport{DisableCompression: true, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func loopback(host string) bool {
	return host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.") && strings.Trim(host, "0123456789.") == ""
}

// Extract asks for the claims of a document. The errors are fault.Usage when nothing may be sent, fault.TooLarge for a text
// of more than [MaxParts] parts, and fault.Unavailable when no answer came. An answer that is of no use is no error: it is
// counted in the result.
func (m *Model) Extract(ctx context.Context, d *document.Document, o read.Options) (*read.Result, error) {
	parts := split(d.Text)
	if len(parts) > MaxParts {
		return nil, fault.New(fault.TooLarge, "the text has %d bytes; a language model is asked about at most %d", len(d.Text), MaxParts*MaxPart).
			At(fault.Place{File: d.Name}).WithFix("split it by chapters")
	}
	if !m.config.Allowed {
		return nil, fault.New(fault.Usage, "nothing was sent: the text of %s, %d bytes in %d requests, would go to %s, to the model %q",
			d.Name, len(d.Text), len(parts), m.address, m.config.Model).
			WithFix("--allow-remote sends it; without --model-url the rules alone read it, and nothing leaves this machine")
	}
	var all []read.Candidate
	var exchanges []read.Exchange
	drops := map[string]int{}
	for _, p := range parts {
		request, err := requestOf(m.config.Model, d.Text[p.from:p.to])
		if err != nil {
			return nil, err
		}
		body, err := m.ask(ctx, request)
		if err != nil {
			return nil, err
		}
		x := read.Exchange{Address: m.address, Model: m.config.Model, Request: hashOf(request), Answer: hashOf(body), Body: string(body)}
		exchanges = append(exchanges, x)
		found := claimsOf(body, drops)
		for i := range found {
			found[i].From, found[i].To = p.from, p.to
			found[i].Extractor, found[i].Request, found[i].Answer = m.config.Model, x.Request, x.Answer
		}
		all = append(all, found...)
	}
	res := m.reader.Verify(d, o, all)
	for reason, n := range drops {
		res.Drop(reason, n)
	}
	res.Exchanges = exchanges
	return res, nil
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// part is a stretch of the text that one request asks about.
type part struct{ from, to int }

// split cuts a text between paragraphs, or between words where one paragraph is too long, into parts of at most [MaxPart] bytes.
func split(text string) []part {
	var out []part
	for from := 0; from < len(text); {
		to := len(text)
		if to-from > MaxPart {
			window := text[from : from+MaxPart]
			cut := strings.LastIndex(window, "\n\n")
			if cut <= 0 {
				cut = strings.LastIndexAny(window, " \n")
			}
			if cut <= 0 {
				cut = MaxPart
				for cut > 1 && text[from+cut]&0xC0 == 0x80 {
					cut-- // not within a character
				}
			}
			to = from + cut
		}
		if strings.TrimSpace(text[from:to]) != "" {
			out = append(out, part{from, to})
		}
		from = to
		for from < len(text) && (text[from] == ' ' || text[from] == '\n') {
			from++
		}
	}
	return out
}

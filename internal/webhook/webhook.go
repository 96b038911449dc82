// Package webhook sends messages to addresses on the web, signed as the Standard Webhooks
// specification says (version 1.0.0, symmetric signatures): whoever holds the secret can
// tell that a message is ours, whole, and of now.
//
// It reaches no address of a private network unless told to: the address is looked at when
// the connection is made, after its name was resolved, so that a name cannot lead inside.
// Redirects are not followed, and proxies of the environment are not used, since both would
// connect to what nobody looked at. What an endpoint answers is read up to a bound and
// kept nowhere.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/notify"
)

// Secret signs messages; two while one takes the place of the other.
type Secret []byte

const secretPrefix = "whsec_"

// Bounds of a secret in bytes, as the specification has them.
const (
	leastSecret = 24
	mostSecret  = 64
)

// ParseSecret reads a secret: base64, with or without whsec_ before it. The error does not
// repeat it.
func ParseSecret(text string) (Secret, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(text), secretPrefix))
	if err != nil || len(b) < leastSecret || len(b) > mostSecret {
		return nil, fault.New(fault.Invalid, "the secret is not base64 of %d to %d bytes", leastSecret, mostSecret).
			WithFix("make one with: echo whsec_$(openssl rand -base64 32)")
	}
	return b, nil
}

// Sign gives the signature of a message that is tried at a time.
func (s Secret) Sign(id string, at time.Time, body []byte) string {
	h := hmac.New(sha256.New, s)
	fmt.Fprintf(h, "%s.%d.", id, at.Unix())
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// Config is what is known of an endpoint.
type Config struct {
	// URL begins with https://, or with http:// where Private is set.
	URL string
	// Secrets sign each message; with more than one, each of them does.
	Secrets []Secret
	// Private lets the address be one of this machine or of a private network.
	Private bool
	// Agent names us.
	Agent string
}

// Hook is an endpoint on the web. It may be used by many at once.
type Hook struct {
	config Config
	client *http.Client
}

var _ notify.Sender = (*Hook)(nil)

// New makes an endpoint.
func New(c Config) (*Hook, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Fragment != "":
		return nil, fault.New(fault.Invalid, "this is not an address that messages can be sent to").
			WithFix("write it as https://HOST/PATH, without a name, a password or #")
	case u.Scheme == "http" && !c.Private:
		return nil, fault.New(fault.Invalid, "messages are sent with https alone").WithFix("in your own network: private = true")
	case len(c.Secrets) == 0:
		return nil, fault.New(fault.Invalid, "there is no secret to sign with").WithFix("make one with: echo whsec_$(openssl rand -base64 32)")
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !c.Private {
		dialer.Control = func(_, address string, _ syscall.RawConn) error { return public(address) }
	}
	return &Hook{c, &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// inside are networks that the Internet does not route, beyond those that package netip
// tells (RFC 6890 and what it is updated by). Addresses that carry another within them are
// among them, as what they lead to is not looked at.
var inside = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
	"3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) (out []netip.Prefix) {
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// errPrivate is the refusal of an address.
var errPrivate = errors.New("the address is one of this machine or of a private network, where nothing is sent to unless private = true")

// public refuses an address with its port, unless it is one of the Internet at large.
func public(address string) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivate
	}
	a := ap.Addr().WithZone("").Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return errPrivate
	}
	for _, p := range inside {
		if p.Contains(a) {
			return errPrivate
		}
	}
	return nil
}

// Send is part of notify.Sender. What is not answered with a status of 200 to 299 is not
// taken.
func (h *Hook) Send(ctx context.Context, m notify.Message, at time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.config.URL, bytes.NewReader(m.Body))
	if err != nil {
		return err
	}
	signed := make([]string, len(h.config.Secrets))
	for i, s := range h.config.Secrets {
		signed[i] = s.Sign(m.ID, at, m.Body)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": h.config.Agent, "webhook-id": m.ID,
		"webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": strings.Join(signed, " "),
	} {
		req.Header.Set(name, value)
	}
	resp, err := h.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // its text would repeat the address, which may hold a token
		}
		return err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again; what it says counts for nothing
	if resp.StatusCode >= 200 && resp.StatusCode <= 299 {
		return nil
	}
	return &notify.Refusal{
		Err: fmt.Errorf("the endpoint answered %d", resp.StatusCode), Gone: resp.StatusCode == http.StatusGone,
		After: after(resp.Header.Get("Retry-After"), at),
	}
}

// after reads how long an endpoint wants to be left alone.
func after(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(header, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

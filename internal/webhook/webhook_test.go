package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/notify"
)

// The worked example of the specification's own libraries: known bytes in, known
// signature out.
func TestSignature(t *testing.T) {
	s, err := ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := s.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSecrets(t *testing.T) {
	good := base64.StdEncoding.EncodeToString(make([]byte, 24))
	for _, c := range []struct {
		text string
		good bool
	}{
		{good, true},
		{"whsec_" + good, true},
		{" whsec_" + good + "\n", true},
		{"", false},
		{"whsec_", false},
		{"not base64!", false},
		{base64.StdEncoding.EncodeToString(make([]byte, 23)), false},
		{base64.StdEncoding.EncodeToString(make([]byte, 65)), false},
	} {
		_, err := ParseSecret(c.text)
		if (err == nil) != c.good || err != nil && len(c.text) > 10 && strings.Contains(err.Error(), c.text) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	secret := []Secret{make([]byte, 32)}
	for _, c := range []struct {
		config Config
		good   bool
	}{
		{Config{URL: "https://example.org/x", Secrets: secret}, true},
		{Config{URL: "http://10.0.0.1/x", Secrets: secret, Private: true}, true},
		{Config{URL: "http://example.org/x", Secrets: secret}, false},
		{Config{URL: "https://example.org/x"}, false},
		{Config{URL: "https://user:pass@example.org/x", Secrets: secret}, false},
		{Config{URL: "file:///etc/passwd", Secrets: secret, Private: true}, false},
		{Config{URL: "example.org", Secrets: secret}, false},
	} {
		if _, err := New(c.config); (err == nil) != c.good {
			t.Errorf("%+v: %v", c.config, err)
		}
	}
	for address, good := range map[string]bool{
		"8.8.8.8:443": true, "[2606:4700::1111]:443": true, "1.1.1.1:80": true,
		"127.0.0.1:443": false, "127.9.9.9:443": false, "10.1.2.3:443": false, "172.16.0.1:443": false, "172.31.255.255:1": false, "192.168.1.1:1": false,
		"169.254.169.254:80": false, "100.64.0.1:1": false, "0.0.0.0:1": false, "255.255.255.255:1": false, "224.0.0.1:1": false, "198.18.0.1:1": false,
		"[::1]:443": false, "[::]:443": false, "[fe80::1%eth0]:443": false, "[fd00::1]:443": false, "[::ffff:127.0.0.1]:443": false, "[::ffff:10.0.0.1]:1": false,
		"[64:ff9b::7f00:1]:443": false, "[2002:7f00:1::]:443": false, "[::7f00:1]:443": false, "[ff02::1]:1": false, "not an address": false, "": false,
	} {
		if err := public(address); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// got is what an endpoint received.
type got struct {
	header http.Header
	body   string
}

func serving(t *testing.T, status int, header map[string]string) (address string, calls *[]got) {
	t.Helper()
	calls = &[]got{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		*calls = append(*calls, got{r.Header, string(b)})
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s.URL, calls
}

var (
	message = notify.Message{ID: "msg_1", Type: notify.Test, Seq: -1, Body: []byte(`{"a":1}`)}
	noon    = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
)

func hook(t *testing.T, c Config) *Hook {
	t.Helper()
	if c.Secrets == nil {
		c.Secrets = []Secret{make([]byte, 32)}
	}
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestSent holds what arrives to what a receiver checks, with two secrets while one takes
// the place of the other.
func TestSent(t *testing.T) {
	address, calls := serving(t, 204, nil)
	old, next := Secret(make([]byte, 32)), Secret(strings.Repeat("n", 32))
	if err := hook(t, Config{URL: address, Private: true, Secrets: []Secret{next, old}, Agent: "cordon/test"}).Send(context.Background(), message, noon); err != nil {
		t.Fatal(err)
	}
	if len(*calls) != 1 {
		t.Fatalf("%d calls", len(*calls))
	}
	c := (*calls)[0]
	h := c.header
	if h.Get("webhook-id") != "msg_1" || h.Get("webhook-timestamp") != "1795694400" || h.Get("Content-Type") != "application/json" || c.body != `{"a":1}` {
		t.Errorf("%+v", c)
	}
	if want := next.Sign("msg_1", noon, message.Body) + " " + old.Sign("msg_1", noon, message.Body); h.Get("webhook-signature") != want {
		t.Errorf("%s, want %s", h.Get("webhook-signature"), want)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		status int
		after  string
		gone   bool
		wait   time.Duration
	}{
		{500, "", false, 0},
		{410, "", true, 0},
		{429, "120", false, 2 * time.Minute},
		{503, "Thu, 26 Nov 2026 12:01:00 GMT", false, time.Minute},
		{400, "-1", false, 0},
		{304, "", false, 0},
	} {
		address, _ := serving(t, c.status, map[string]string{"Retry-After": c.after})
		err := hook(t, Config{URL: address, Private: true}).Send(context.Background(), message, noon)
		var r *notify.Refusal
		if !errors.As(err, &r) || r.Gone != c.gone || r.After != c.wait {
			t.Errorf("%d: %+v", c.status, err)
		}
	}
}

// TestPrivateIsRefused tries to reach this machine by its address, by a name that resolves
// to it, and by a redirect; nothing arrives.
func TestPrivateIsRefused(t *testing.T) {
	inner, calls := serving(t, 200, nil)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(inner, "http://"))
	for _, url := range []string{"https://127.0.0.1:" + port, "https://localhost:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port} {
		err := hook(t, Config{URL: url}).Send(context.Background(), message, noon)
		if !errors.Is(err, errPrivate) && !(err != nil && strings.Contains(url, "localhost") && strings.Contains(err.Error(), errPrivate.Error())) {
			t.Errorf("%s: %v", url, err)
		}
	}
	t.Setenv("HTTPS_PROXY", inner)
	t.Setenv("HTTP_PROXY", inner)
	outer, first := serving(t, 302, map[string]string{"Location": inner})
	err := hook(t, Config{URL: outer, Private: true}).Send(context.Background(), message, noon)
	if err == nil || !strings.Contains(err.Error(), "302") || len(*first) != 1 {
		t.Errorf("%v, %d calls", err, len(*first))
	}
	if len(*calls) != 0 {
		t.Errorf("the inner server was reached %d times", len(*calls))
	}
}

// TestNameThatTurns resolves to this machine although it looked like another: what counts
// is the address that is connected to.
func TestNameThatTurns(t *testing.T) {
	var reached atomic.Int32
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	turned := func(h *Hook) {
		tr := h.client.Transport.(*http.Transport)
		tr.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
		dial := tr.DialContext
		tr.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) { // as a resolver would that answers with it
			return dial(ctx, network, s.Listener.Addr().String())
		}
	}
	for private, want := range map[bool]int32{false: 0, true: 1} {
		reached.Store(0)
		h := hook(t, Config{URL: "https://example.com/hook", Private: private})
		turned(h)
		err := h.Send(context.Background(), message, noon)
		if reached.Load() != want || (err == nil) != private {
			t.Errorf("private %t: reached %d times, %v", private, reached.Load(), err)
		}
	}
}

// What an endpoint answers is not waited for longer than the try may take, and the address
// is not repeated.
func TestSlow(t *testing.T) {
	block := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-block }))
	defer s.Close()
	defer close(block)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := hook(t, Config{URL: s.URL + "/token-abc", Private: true}).Send(ctx, message, noon)
	if err == nil || strings.Contains(err.Error(), "token-abc") {
		t.Error(err)
	}
}

package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/notify"
)

// server is a small mail server that keeps what it takes.
type server struct {
	address  string
	tls      *tls.Config
	starttls bool
	refuse   string // the recipient that it refuses

	mu       sync.Mutex
	from     string
	to       []string
	text     string
	auth     string
	secure   bool
	sessions int
}

func newServer(t *testing.T, s *server) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s.address = l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.session(c)
		}
	}()
	return s
}

func (s *server) session(c net.Conn) {
	defer func() { c.Close() }()
	s.mu.Lock()
	s.sessions++
	s.mu.Unlock()
	r := bufio.NewReader(c)
	say := func(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }
	say("220 test")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		word, rest, _ := strings.Cut(line, " ")
		s.mu.Lock()
		switch strings.ToUpper(word) {
		case "EHLO":
			if s.starttls && !s.secure {
				say("250-test\r\n250 STARTTLS")
			} else {
				say("250-test\r\n250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 go on")
			c = tls.Server(c, s.tls)
			r, s.secure = bufio.NewReader(c), true
		case "AUTH":
			b, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
			s.auth = string(b)
			say("235 welcome")
		case "MAIL":
			s.from = rest
			say("250 ok")
		case "RCPT":
			if s.refuse != "" && strings.Contains(rest, s.refuse) {
				say("550 no such person: %s", rest)
				break
			}
			s.to = append(s.to, rest)
			say("250 ok")
		case "DATA":
			say("354 go on")
			var b strings.Builder
			for {
				l, err := r.ReadString('\n')
				if err != nil || l == ".\r\n" {
					break
				}
				b.WriteString(strings.TrimPrefix(l, "."))
			}
			s.text = b.String()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			s.mu.Unlock()
			return
		default:
			say("500 what?")
		}
		s.mu.Unlock()
	}
}

// certificate gives what a server of tests shows, and who trusts it.
func certificate(t *testing.T) (*tls.Config, *tls.Config) {
	t.Helper()
	h := httptest.NewTLSServer(nil)
	t.Cleanup(h.Close)
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	return &tls.Config{Certificates: h.TLS.Certificates, MinVersion: tls.VersionTLS12}, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

var (
	noon    = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	message = notify.Message{
		ID: "msg_1", Type: notify.WatchRun, Seq: 4,
		Body: []byte(`{"type":"watch.run","timestamp":"2026-11-26T12:00:00.000Z","data":{"about":"watch:kunden-ß@3","new":2,"changed":0}}`),
	}
)

func TestSent(t *testing.T) {
	own, trust := certificate(t)
	s := newServer(t, &server{tls: own, starttls: true})
	m, err := New(Config{Server: s.address, User: "desk", Password: "secret", From: "Cordon <cordon@example.org>", To: []string{"a@example.org", "B <b@example.org>"}})
	if err != nil {
		t.Fatal(err)
	}
	m.trust = trust
	if err := m.Send(context.Background(), message, noon); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.from != "FROM:<cordon@example.org>" || strings.Join(s.to, " ") != "TO:<a@example.org> TO:<b@example.org>" || s.auth != "\x00desk\x00secret" || !s.secure {
		t.Errorf("%q %q %q %t", s.from, s.to, s.auth, s.secure)
	}
	got, err := netmail.ReadMessage(strings.NewReader(s.text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != "Cordon: customers were screened (watch:kunden-ß@3)" {
		t.Errorf("%q, %v", subject, err)
	}
	if got.Header.Get("Message-ID") != "<msg_1@example.org>" || got.Header.Get("Date") != "Thu, 26 Nov 2026 12:00:00 +0000" {
		t.Errorf("%v", got.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"changed: 0\r\nnew: 2\r\n", "about: watch:kunden-ß@3", "message msg_1"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("%s\nlacks %q", body, want)
		}
	}
}

// TestNothingInTheClear holds that nothing is said to a server that does not encrypt, or
// that shows a certificate which nobody vouches for.
func TestNothingInTheClear(t *testing.T) {
	own, _ := certificate(t)
	for name, s := range map[string]*server{"no encryption": {}, "unknown": {tls: own, starttls: true}} {
		newServer(t, s)
		m, err := New(Config{Server: s.address, User: "desk", Password: "secret", From: "c@example.org", To: []string{"a@example.org"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Send(context.Background(), message, noon); err == nil {
			t.Errorf("%s: it was sent", name)
		}
		s.mu.Lock()
		if s.from != "" || s.auth != "" || s.text != "" || s.sessions != 1 {
			t.Errorf("%s: %+v", name, s.from)
		}
		s.mu.Unlock()
	}
}

func TestRefused(t *testing.T) {
	s := newServer(t, &server{refuse: "b@example.org"})
	m, err := New(Config{Server: s.address, Security: Plain, From: "c@example.org", To: []string{"a@example.org", "b@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	err = m.Send(context.Background(), message, noon)
	if err == nil || err.Error() != "the mail server answered 550" || s.text != "" {
		t.Errorf("%v, %q", err, s.text)
	}
}

// A server that says nothing is not waited for longer than the try may take.
func TestSlow(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	m, err := New(Config{Server: l.Addr().String(), Security: Plain, From: "c@example.org", To: []string{"a@example.org"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := m.Send(ctx, message, noon); err == nil {
		t.Error("it was sent")
	}
}

func TestConfig(t *testing.T) {
	to := []string{"a@example.org"}
	for _, c := range []Config{
		{Server: "example.org", From: "c@example.org", To: to},
		{Server: "example.org:25", From: "nobody", To: to},
		{Server: "example.org:25", From: "c@example.org"},
		{Server: "example.org:25", From: "c@example.org", To: []string{"a@example.org\r\nBcc: x@example.org"}},
		{Server: "example.org:25", From: "c@example.org", To: to, Security: "ssl"},
		{Server: "example.org:25", From: "c@example.org", To: to, Security: Plain, User: "u", Password: "p"},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v", c)
		}
	}
}

// Package mail sends messages as e-mail, to a mail server that is told.
//
// A message is sent encrypted or not at all unless that is switched off, and a password
// never over a connection that is not. A message has one Message-ID however often it is
// tried, so that programs that read mail know it again. The package keeps nothing and
// tells no password.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/notify"
)

// Security says how the connection is encrypted.
type Security string

// The kinds of security.
const (
	StartTLS Security = "starttls" // the server is asked to, before anything is said
	TLS      Security = "tls"      // from the first byte, as on port 465
	Plain    Security = "none"     // not at all: within one machine
)

// Config is what is known of an endpoint.
type Config struct {
	// Server is HOST:PORT.
	Server   string
	Security Security
	// User and Password sign in; none for "".
	User, Password string
	From           string
	To             []string
}

// Mail is an endpoint by e-mail. It may be used by many at once.
type Mail struct {
	config Config
	host   string
	from   *netmail.Address
	to     []*netmail.Address
	trust  *tls.Config // of tests; nil for the roots of the system
}

var _ notify.Sender = (*Mail)(nil)

// New makes an endpoint.
func New(c Config) (*Mail, error) {
	host, _, err := net.SplitHostPort(c.Server)
	if err != nil || host == "" {
		return nil, fault.New(fault.Invalid, "%q is not the HOST:PORT of a mail server", c.Server)
	}
	if c.Security == "" {
		c.Security = StartTLS
	}
	if !slices.Contains([]Security{StartTLS, TLS, Plain}, c.Security) {
		return nil, fault.New(fault.Invalid, "%q is no kind of security", c.Security).WithFix("say starttls, tls or none")
	}
	if c.Security == Plain && c.User != "" {
		return nil, fault.New(fault.Invalid, "a password is not sent without encryption").WithFix(`security = "starttls"`)
	}
	m := &Mail{config: c, host: host}
	if m.from, err = address(c.From); err != nil {
		return nil, err
	}
	for _, to := range c.To {
		a, err := address(to)
		if err != nil {
			return nil, err
		}
		m.to = append(m.to, a)
	}
	if len(m.to) == 0 {
		return nil, fault.New(fault.Invalid, "nobody is named to send to").WithFix(`to = ["desk@example.org"]`)
	}
	return m, nil
}

func address(text string) (*netmail.Address, error) {
	a, err := netmail.ParseAddress(text)
	if err != nil || strings.ContainsAny(a.Address, "\r\n \"") {
		return nil, fault.New(fault.Invalid, "%q is not an address of e-mail", text)
	}
	return a, nil
}

// Send is part of notify.Sender. It returns once the server has taken the message for all.
func (m *Mail) Send(ctx context.Context, msg notify.Message, at time.Time) error {
	text, err := m.text(&msg, at)
	if err != nil {
		return err
	}
	conn, err := m.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return err
		}
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	c, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := m.open(c); err != nil {
		return said(err)
	}
	if err := c.Mail(m.from.Address); err != nil {
		return said(err)
	}
	for _, to := range m.to {
		if err := c.Rcpt(to.Address); err != nil {
			return said(err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return said(err)
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return said(err)
	}
	_ = c.Quit() // it is taken; how the server says good-bye changes nothing
	return nil
}

func (m *Mail) dial(ctx context.Context) (net.Conn, error) {
	d := &net.Dialer{Timeout: 10 * time.Second}
	if m.config.Security == TLS {
		return (&tls.Dialer{NetDialer: d, Config: m.tls()}).DialContext(ctx, "tcp", m.config.Server)
	}
	return d.DialContext(ctx, "tcp", m.config.Server)
}

func (m *Mail) tls() *tls.Config {
	c := &tls.Config{ServerName: m.host, MinVersion: tls.VersionTLS12}
	if m.trust != nil {
		c = m.trust.Clone()
		c.ServerName = m.host
	}
	return c
}

// open encrypts the connection and signs in.
func (m *Mail) open(c *smtp.Client) error {
	if m.config.Security == StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return fault.New(fault.Unavailable, "the mail server does not encrypt").WithFix(`security = "tls", or "none" within one machine`)
		}
		if err := c.StartTLS(m.tls()); err != nil {
			return err
		}
	}
	if m.config.User == "" {
		return nil
	}
	return c.Auth(smtp.PlainAuth("", m.config.User, m.config.Password, m.host))
}

// said gives what a server answered as its number alone: the text may repeat an address.
func said(err error) error {
	if p, ok := err.(*textproto.Error); ok {
		return fmt.Errorf("the mail server answered %d", p.Code)
	}
	return err
}

// subjects are the first words of messages for people.
var subjects = map[notify.Type]string{
	notify.WatchRun: "customers were screened", notify.WatchVersion: "customers on file have another version", notify.ListLoaded: "a list was loaded",
	notify.CaseEvent: "something happened to a case", notify.Test: "a test",
}

// text writes a message with its headers.
func (m *Mail) text(msg *notify.Message, at time.Time) ([]byte, error) {
	var body struct {
		Timestamp string         `json:"timestamp"`
		Data      map[string]any `json:"data"`
	}
	if err := json.Unmarshal(msg.Body, &body); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the message cannot be read")
	}
	var to []string
	for _, a := range m.to {
		to = append(to, a.String())
	}
	subject := "Cordon: " + subjects[msg.Type]
	if about, ok := body.Data["about"].(string); ok && msg.Type != notify.Test {
		subject += " (" + about + ")"
	}
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", m.from.String()},
		{"To", strings.Join(to, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", subject)},
		{"Date", at.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + msg.ID + "@" + m.from.Address[strings.LastIndexByte(m.from.Address, '@')+1:] + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	q := quotedprintable.NewWriter(&b)
	fmt.Fprintf(q, "%s, at %s.\r\n\r\n", subject, body.Timestamp)
	keys := make([]string, 0, len(body.Data))
	for key := range body.Data {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		v, err := json.Marshal(body.Data[key])
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(q, "%s: %s\r\n", key, strings.Trim(string(v), `"`))
	}
	fmt.Fprintf(q, "\r\nThis is message %s. Nobody is named in it: see the base, the list or the case itself.\r\n", msg.ID)
	return b.Bytes(), q.Close()
}

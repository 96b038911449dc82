package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/cordon-engine/cordon/internal/fault"
)

// connectTime is how long making a connection may take where the address says
// nothing of it.
const connectTime = 10 * time.Second

// mostConns is how many connections a store opens at most where the address says
// nothing of it. Who reads a whole list holds one, and may ask for another
// meanwhile.
const mostConns = 16

// Is reports whether data names a database of PostgreSQL, and no folder.
func Is(data string) bool {
	return strings.HasPrefix(data, "postgres://") || strings.HasPrefix(data, "postgresql://")
}

// configOf reads an address. The error does not repeat it, as it may hold a
// password where none is looked for.
func configOf(address string, reading bool) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(address)
	if err != nil || !Is(address) {
		return nil, fault.New(fault.Usage, "the address of the database cannot be read").
			WithFix("write postgres://user@host:port/database, with %%XX for signs that an address cannot have; see docs/postgres.md")
	}
	if !strings.Contains(address, "pool_max_conns=") {
		c.MaxConns = mostConns
	}
	p := c.ConnConfig
	if p.ConnectTimeout == 0 {
		p.ConnectTimeout = connectTime
	}
	if p.RuntimeParams["application_name"] == "" {
		p.RuntimeParams["application_name"] = "cordon"
	}
	if reading {
		p.RuntimeParams["default_transaction_read_only"] = "on"
	}
	return c, nil
}

// Name gives the address without its password and options, for people; something
// that tells nothing where it cannot be read.
func Name(address string) string {
	c, err := configOf(address, true)
	if err != nil {
		return "postgres://..."
	}
	p := c.ConnConfig
	host := net.JoinHostPort(p.Host, fmt.Sprint(p.Port))
	if strings.HasPrefix(p.Host, "/") { // the folder of a socket
		host = p.Host
	}
	return "postgres://" + p.User + "@" + host + "/" + p.Database
}

// secret is a password in an address within a text.
var secret = regexp.MustCompile(`(postgres(?:ql)?://[^:/@\s"]*:)[^\s"]*(@)|(password=)[^&\s"]*`)

// Hide gives a text without the passwords of the addresses that stand in it.
func Hide(text string) string { return secret.ReplaceAllString(text, "$1$3***$2") }

// Codes of PostgreSQL that are asked for; its manual has them in appendix A.
const (
	uniqueViolation = "23505"
	noSuchReference = "23503"
	undefinedColumn = "42703"
	undefinedTable  = "42P01"
)

// codeOf gives the code of an error of the server, "" for another.
func codeOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// shutdown reports whether a code says that the server ends a session, so that it
// tells nothing of what the session did last.
func shutdown(code string) bool {
	return strings.HasPrefix(code, "57P") || strings.HasPrefix(code, "08")
}

// reasons say what a code means, and the way out; the longest match counts.
var reasons = []struct{ code, means, fix string }{
	{"28", "the server refused the sign-in", "look at the user in the address and the password in PGPASSFILE"},
	{"3D000", "there is no such database", "make it, as in: createdb --encoding=UTF8 --template=template0 cordon"},
	{"42501", "this user may not use it", "give the user the schema: CREATE SCHEMA cordon AUTHORIZATION the_user"},
	{"25006", "the database takes no writes", "load into the server that it is a copy of"},
	{"53100", "the disk of the server is full", "make room, and try again; nothing was half-written"},
	{"53200", "the server has no memory left", "look at its settings, and try again"},
	{"53300", "the server has no connection left", "let it have more, or each program fewer with ?pool_max_conns=4"},
	{"55P03", "another program is publishing a list", "try again when that is done"},
	{"40", "another program was in the way", "try again"},
	{"57", "the server is stopping, or starting", "try again when it runs"},
	{"58", "the disk of the server failed", "look at it; then run `cordon lists verify`"},
	{"XX", "it is damaged", "restore a backup into an empty database"},
}

// reason says what an error of the driver means, and the way out; "" for one that
// tells by itself.
func reason(err error) (means, fix string) {
	var connecting *pgconn.ConnectError
	code := codeOf(err)
	for _, r := range reasons {
		if code != "" && strings.HasPrefix(code, r.code) {
			return r.means, r.fix
		}
	}
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &connecting):
		return "", ""
	case errors.As(err, &connecting):
		return "the server cannot be reached", "look at the address, and whether it runs"
	case code == "":
		return "the connection was lost", "try again when the server runs"
	}
	return "", ""
}

// unavailable keeps a fault as it is and makes one of any other error.
func unavailable(err error, format string, args ...any) *fault.Error {
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	f = fault.Wrap(fault.Unavailable, brief{err}, format, args...)
	if means, fix := reason(err); means != "" {
		f.Message, f.Fix = f.Message+": "+means, fix
	}
	return f
}

// brief is an error of the driver in one line: of several tries to connect the
// last.
type brief struct{ error }

func (b brief) Error() string {
	text := strings.TrimSpace(b.error.Error())
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

// Unwrap gives the whole.
func (b brief) Unwrap() error { return b.error }

// patience is how long a server that was lost while it committed is waited for.
const patience = 30 * time.Second

// errUnknown means that nobody knows whether something was written.
var errUnknown = errors.New("whether it did is not known")

// outcome asks what became of a transaction whose COMMIT was lost.
func (s *Store) outcome(ctx context.Context, id string, lost error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var status string
		err := s.pool.QueryRow(ctx, "SELECT pg_xact_status($1::text::xid8)", id).Scan(&status)
		switch {
		case err == nil && status == "committed":
			return nil
		case err == nil && status == "aborted":
			return lost
		}
		select {
		case <-ctx.Done():
			return fault.Wrap(fault.Unavailable, fmt.Errorf("%w: %w", errUnknown, brief{lost}), "the server was lost while it published").
				WithFix("see what stands there with `cordon lists status` before you try again")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

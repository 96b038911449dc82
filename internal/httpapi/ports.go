package httpapi

import (
	"context"
	"io"

	"github.com/cordon-engine/cordon/internal/decide"
)

// Screener answers "who is it?" for programs. Implementations are safe for
// concurrent use and never give "clear" for anything that failed. Queries and
// answers pass as JSON, so that their encoding can be as fast as they need.
type Screener interface {
	// Screen answers one query. A query that cannot be read is a fault; anything
	// that kept the query from being screened is an answer of "not_screened".
	Screen(ctx context.Context, query []byte) (answer []byte, err error)
	// ScreenLines answers one query a line, in order, with one answer a line; a
	// line that cannot be read is answered with its error and counted.
	ScreenLines(ctx context.Context, r io.Reader, w io.Writer) (Count, error)
}

// LookUps gives the lists of one moment and what ends their use. All of one answer
// is looked up in them, a stream included, so that it never mixes two versions of a
// list.
type LookUps func() (lists decide.Screener, done func())

// ListStatus says which lists are loaded.
type ListStatus interface {
	// Lists gives the loaded lists in a fixed order.
	Lists(ctx context.Context) ([]List, error)
	// Behind says why newer lists than those are not in use; "" when there are none.
	Behind() string
}

// Count says what became of the lines of a stream: Read = Answered + Refused.
type Count struct{ Read, Answered, Refused int }

// List is one loaded list.
type List struct {
	ID        string `json:"id" doc:"short name"`
	Title     string `json:"title"`
	Authority string `json:"authority" doc:"who publishes it"`
	Snapshot  string `json:"snapshot" doc:"the version in force"`
	Subjects  int    `json:"subjects" doc:"how many are in it"`
	Published string `json:"published" doc:"day of the publication; empty when nothing is loaded"`
	Checked   string `json:"checked" doc:"day on which it was last known to be what the authority publishes"`
	SHA256    string `json:"sha256" doc:"of its content, in hexadecimal"`
	Stale     string `json:"stale" doc:"why nothing may be screened against it; empty when it may be"`
	Error     string `json:"error" doc:"what went wrong when it was last loaded"`
}

package httpapi

import (
	"context"
	"io"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/trade"
	"github.com/cordon-engine/cordon/internal/when"
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

// Holdings gives the licences that who asks may see, as they stand when they are first needed.
type Holdings func(ctx context.Context) *decide.Holdings

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

// Subjects reads the loaded lists with their past, and says why a party is a subject of them. Implementations are safe
// for concurrent use.
type Subjects interface {
	// Store opens what is loaded for reading; done ends it.
	Store(ctx context.Context) (store snapshot.Store, done func(), err error)
	// Today is the day that is meant where none is given.
	Today() when.Day
	// Status gives what is loaded, as `cordon lists status` does.
	Status(ctx context.Context) ([]report.ListStatus, error)
	// Explain gives the evidence between a party, as [Screener] reads it, and a subject on a day; fault.NotFound when no list
	// has the subject.
	Explain(ctx context.Context, party []byte, subject string, asOf when.Day) (report.ExplainJSON, error)
	// SelfTest asks the lists in use about listed names. Each gets every question in turn; nil for none.
	SelfTest(ctx context.Context, ask SelfTest, each func(report.SelfTestLine) error) (report.SelfTestJSON, error)
}

// SelfTest is what a self-test is asked.
type SelfTest struct {
	// Sample is how many listed names are asked about, drawn by Seed.
	Sample int
	Seed   uint64
	// Weak asks also about names that a list itself calls weak; Lists are the lists asked, nil for all.
	Weak  bool
	Lists []string
	// Threshold is the probability from which a hit counts; that of a possible match where it is 0.
	Threshold float64
	AsOf      when.Day
}

// Library holds all that is known besides lists. Implementations are safe for concurrent use.
type Library interface {
	// Facts gives all of it at one moment. What it gives is not changed by anybody.
	Facts(ctx context.Context) (*Facts, error)
	// Draft reads a draft, as YAML, into a copy of the law.
	Draft(ctx context.Context, text []byte) (*Draft, error)
	// Read reads a document of a day (NoDay: not known) and checks what it claims. The ending of the name says what it is.
	Read(ctx context.Context, name string, original []byte, day when.Day) (report.Reading, error)
}

// Facts are what is known of states at one moment.
type Facts struct {
	// Version names all of it, the law and the program included.
	Version string
	// Matrices keeps those of States.
	Matrices *states.Matrices
	// States judges what is known; Claims are who says what; Records the figures.
	States  *states.Desk
	Claims  *evidence.Book
	Records series.Store
	Trade   *trade.Desk
	// Commitments are undertakings, Events what happened.
	Commitments *commitment.Book
	Events      []event.Event
	// Checks are who checked what of the law.
	Checks []law.Check
}

// Draft is a draft among the law.
type Draft struct {
	Desk  *states.Desk
	Facts draft.Facts
	Case  *draft.Case
}

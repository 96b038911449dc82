package web

import (
	"context"
	"iter"

	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Screener answers "who is it?" for the pages. Implementations are safe for
// concurrent use and never give "clear" for anything that failed.
type Screener interface {
	// Screen looks for one subject in the loaded lists. Anything that kept it
	// from looking is an outcome of "not_screened" with the reason, not an error;
	// an error is a defect.
	Screen(ctx context.Context, q Query) (Screening, error)
	// Rows screens every row in order as of a day: rows in are rows out, whatever is
	// in them. It gives each answer as it is and in the form for programs. An error
	// of the rows or of out ends it.
	Rows(ctx context.Context, rows iter.Seq2[screen.Row, error], asOf when.Day, out func(screen.Answered, report.AnswerJSON) error) error
	// Subject gives a subject of the loaded lists as it stands on a day, with its
	// past; fault.NotFound when no list has it.
	Subject(ctx context.Context, id string, asOf when.Day) (*screen.Life, error)
	// Suggest gives subjects that have names of which words begin as typed, at most
	// limit. It is no screening.
	Suggest(ctx context.Context, typed string, limit int) (Suggestions, error)
}

// Suggestions are the subjects that a name being typed may mean.
type Suggestions struct {
	List []Suggestion
	// More is how many there are besides.
	More int
}

// Suggestion is one subject.
type Suggestion struct {
	// ID names it, Caption is its main name, Name the one that was found.
	ID, Caption, Name string
	Schema            subject.Schema
	// Tier is that of today, as in [Hit]; Authorities are those that list it then.
	Tier        string
	Authorities []string
}

// Library holds all that is known besides law and lists. Implementations are safe for concurrent use.
type Library interface {
	// Facts gives all of it at one moment. What it gives is not changed by anybody.
	Facts(ctx context.Context) (*Facts, error)
	// Draft reads a draft, as YAML, into a copy of the law.
	Draft(ctx context.Context, text []byte) (*Draft, error)
	// Backtests takes instruments of the past as drafts on their eve.
	Backtests(ctx context.Context, in draft.Inputs) ([]*draft.Backtest, *draft.Forecasts, error)
	// Read reads a document of a day (NoDay: not known) and checks what it claims. The ending of the name says what it is.
	Read(ctx context.Context, name string, original []byte, day when.Day) (report.Reading, error)
}

// Facts are what is known at one moment.
type Facts struct {
	// Version names all of it: equal versions are equal facts.
	Version string
	// States judges what is known of states, with the claims and figures that it rests on.
	States *states.Desk
	// Matrices keeps those of States; the pages keep their own where it is nil.
	Matrices *states.Matrices
	// Commitments are undertakings, Events what happened.
	Commitments *commitment.Book
	Events      []event.Event
}

// Draft is a draft among the law.
type Draft struct {
	Desk *states.Desk
	Case *draft.Case
}

// ListStatus says which lists are loaded.
type ListStatus interface {
	// Lists gives the loaded lists in a fixed order; none is an empty slice.
	Lists(ctx context.Context) ([]ListState, error)
}

// Holdings gives the licences that who asks may see, as they stand when they are first needed.
type Holdings func(ctx context.Context) *decide.Holdings

// LookUps gives the lists of one moment and what ends their use; all of one answer
// is looked up in them.
type LookUps func() (lists decide.Screener, done func())

// Query is one question to a [Screener].
type Query struct {
	// Name is the name as typed, in any script.
	Name string
	// Kind is "person", "organisation", "vessel", "aircraft" or "" for any.
	Kind string
	// Country is an ISO 3166-1 alpha-2 code or "".
	Country string
	// Identifier is an IMO number, passport number or another, or "".
	Identifier string
	// AsOf is the day of the lists; NoDay for the newest.
	AsOf when.Day
}

// Screening is the answer to a [Query].
type Screening struct {
	// Outcome is "match", "possible", "suppressed", "clear" or "not_screened".
	Outcome string
	// Reason says why nothing was screened; "" otherwise.
	Reason string
	// Against are the lists that were asked.
	Against []ListState
	Hits    []Hit
	// More is how many hits are left off; Notes say what was cut or read in part.
	More  int
	Notes []string
	// Flags say what of the one asked for a person should look at, whatever the lists say.
	Flags []string
}

// Hit is one subject found.
type Hit struct {
	// ID names the subject in the address of its page; "" for none.
	ID string
	// Tier is "listed", "owned_or_controlled", "may_be_owned", "controlled",
	// "named_in_report", "former", "not_yet", "uncertain" or "red_flag".
	Tier string
	// Names are all names, the main one first.
	Names []Name
	// Score is the strength of the match from 0 to 1, and Evidence what it is
	// made of, in order.
	Score    float64
	Evidence []Evidence
	Listings []Listing
	// Suppressed says in words that two persons found it to be somebody else, and until when that
	// stands; "" where it is not.
	Suppressed string
}

// Name is a name in its own script.
type Name struct {
	Text string
	// Lang is the BCP 47 tag and RTL true for scripts that run from right to
	// left.
	Lang string
	RTL  bool
}

// Evidence is one step of the way from a query to its score.
type Evidence struct {
	// Label says what was compared; Query and Candidate what stood on each side.
	Label, Query, Candidate string
	// Weight is what the step adds (or takes away), in bits.
	Weight float64
}

// Listing is one authority's designation of a subject.
type Listing struct {
	Authority, Programme, Reference string
	ListedOn, DelistedOn            when.Day
	Source                          string
}

// ListState is one loaded list.
type ListState struct {
	// ID is the short name, Title what people call it.
	ID, Title, Authority string
	// Snapshot names the version in force; Subjects is the count of those in it.
	Snapshot string
	Subjects int
	// Published is the day of the publication; Checked that on which it was last
	// known to be what the authority publishes.
	Published, Checked when.Day
	// Hash is the SHA-256 of its content, in hexadecimal.
	Hash string
	// Stale says why nothing may be screened against it; "" when it may be.
	Stale string
	// Error is what went wrong when it was last loaded, or "".
	Error string
}

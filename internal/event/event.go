// Package event holds dated events: tests, launches, exercises, talks, statements, with the time in UTC and how exactly it
// is known, who took part, and what is in doubt about them. It reads them from YAML, JSON Lines and the tables that others
// publish, and turns each into activities of the vocabulary.
//
// It judges nothing: whether an event keeps or breaks a promise is found by the engine that applies law. It never fills in
// a time, a scale or a range that a source does not give, and it reads no zone files: the rules of New York's clocks, whose
// calendar the law counts by, stand in a table here.
package event

import (
	"cmp"
	"slices"

	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// Event is something that happened.
type Event struct {
	ID    string
	Kind  Kind
	Title string
	// Time is when it happened or began; Until when it ended, where it lasted (its Text is "" otherwise).
	Time, Until Time
	// Actors are the states that did it, each for itself; With those it was done with or towards.
	Actors, With []place.State
	Place        string
	// Range is the range class of a missile, Scale that of an exercise; "" where no source says.
	Range, Scale string
	Outcome      Outcome
	// Doubt says what is not certain about it, one reason each.
	Doubt []string
	// Sources are addresses or names of the texts that say so.
	Sources []string
	// Verified is true where we have seen the source.
	Verified bool
	Note     string
	// Claims are ids of claims, in the files of claims, that are made in it or about it.
	Claims []string
	// Moves are what it does to undertakings.
	Moves []Move
}

// Lasting reports whether it went on over time.
func (e *Event) Lasting() bool { return e.Until.Text != "" }

// Span gives all the time that it may have taken.
func (e *Event) Span() Time {
	t := e.Time
	if e.Lasting() {
		t.To = max(t.To, e.Until.To)
	}
	return t
}

// Legal gives the days of New York from its beginning to its end.
func (e *Event) Legal() when.Period { return e.Span().Legal() }

// Move is what an event does to an undertaking: somebody proposes, accepts, rejects, suspends it and so on.
type Move struct {
	Act Act
	// On are ids of stipulations, or of instruments for all of theirs.
	On []string
	// By are the states in whose name it is done.
	By []place.State
	// Progress is 0 to 3, for the act "progress": 0 nothing, 1 begun, 2 largely done, 3 done. Coder is who says so.
	Progress int
	Coder    string
	// Text says in our own words what was said; "" for nothing more.
	Text string
}

// Act is what a move does.
type Act uint8

// The acts.
const (
	Propose Act = iota
	Accept
	Reject
	Observe   // somebody says that it is kept though it was not accepted
	Suspend   // the one who is bound puts it off
	Resume    // ... and takes it up again
	End       // it is declared over, by agreement or by its own terms
	Withdraw  // the one who is bound declares itself free of it
	Allege    // somebody says that it was broken
	Establish // a body charged to inquire, or the one who is bound, says that it was
	Deny
	Progress
	Offer // somebody offers what is in it; changes nothing
)

var actWords = []string{
	Propose: "propose", Accept: "accept", Reject: "reject", Observe: "observe", Suspend: "suspend", Resume: "resume", End: "end",
	Withdraw: "withdraw", Allege: "allege", Establish: "establish", Deny: "deny", Progress: "progress", Offer: "offer",
}

// String gives the word used in files.
func (a Act) String() string { return actWords[a] }

// Outcome is how a test or launch went.
type Outcome uint8

// The outcomes.
const (
	NoOutcome Outcome = iota
	Success
	Failure
	UnknownOutcome
)

var outcomeWords = []string{NoOutcome: "", Success: "success", Failure: "failure", UnknownOutcome: "unknown"}

// String gives the word used in files, "" for none.
func (o Outcome) String() string { return outcomeWords[o] }

// Sort orders events by the beginning of their time, then the end of it, then id. The order is that of nothing else, so
// that it does not matter from which file an event came.
func Sort(list []Event) {
	slices.SortFunc(list, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Time.From, b.Time.From), cmp.Compare(a.Time.To, b.Time.To), cmp.Compare(a.ID, b.ID))
	})
}

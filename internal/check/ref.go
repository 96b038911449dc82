package check

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/record"
)

// Sort says what a [Ref] leads to.
type Sort uint8

// The sorts.
const (
	Provision Sort = iota // a provision that decided, by its id
	Claim                 // a claim of the ledger that is like it, or answers one, by its id
	Figure                // a figure on record, by [record.Record.Name]
	Happened              // an event on record, by its id
)

// String gives the word used in output.
func (s Sort) String() string { return [...]string{"provision", "claim", "figure", "event"}[s] }

// Ref is something that a claim was held against. Evidence says in words what came of it.
type Ref struct {
	Sort Sort
	ID   string
	// Of is the series of a figure, without which its name says nothing; "" for all else.
	Of string
}

// rest adds what a result rests on, each once.
func (r *Result) rest(sort Sort, ids ...string) {
	for _, id := range ids {
		r.add(Ref{Sort: sort, ID: id})
	}
}

func (r *Result) add(x Ref) {
	if !slices.Contains(r.Rests, x) {
		r.Rests = append(r.Rests, x)
	}
}

// figure adds a figure.
func (r *Result) figure(x *record.Record) { r.add(Ref{Sort: Figure, ID: x.Name(), Of: x.Series}) }

// like adds a claim of the ledger with those that answer it.
func (r *Result) like(l *claim.Ledger, c *claim.Claim) {
	r.rest(Claim, c.ID)
	for _, a := range l.Answers(c) {
		r.rest(Claim, a.ID)
	}
}

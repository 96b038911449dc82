package casework

import (
	"context"
	"fmt"
	"math"

	"github.com/cordon-engine/cordon/internal/ledger"
)

// Log is the log of a store, as of one moment.
type Log interface {
	View(ctx context.Context, f func(ledger.Reader) error) error
}

// Verify holds the events of a store to the entries that the log has of them, and
// gives how many it went through: an event that was altered, one that is gone, one
// that has no entry, and events that cannot follow each other. Nobody may write
// meanwhile.
func Verify(ctx context.Context, p Policy, s Store, log Log, found func(what string)) (events int, err error) {
	entered, err := Entered(ctx, log, ledger.Case)
	if err != nil {
		return 0, err
	}
	for kept, err := range s.All(ctx) {
		if err != nil {
			return events, err
		}
		id := kept[0].Case
		events += len(kept)
		whole := Compare("the case "+id, Entries(kept), entered[id], found)
		delete(entered, id)
		if _, err := Fold(p, Events(kept)); err != nil && whole {
			found(fmt.Sprintf("the events of the case %s cannot follow each other: %v", id, err))
		}
	}
	for id, entries := range entered {
		found(fmt.Sprintf("the case %s is gone, and the log has %d events of it", id, len(entries)))
	}
	return events, nil
}

// Entered gives the entries of a kind that a log has, by what they are about.
func Entered(ctx context.Context, log Log, kind ledger.Kind) (map[string][]ledger.Entry, error) {
	out := map[string][]ledger.Entry{}
	err := log.View(ctx, func(r ledger.Reader) error {
		for e, err := range r.Entries(ctx, 0, math.MaxInt64) {
			if err != nil {
				return err
			}
			if e.Kind == kind {
				out[e.About] = append(out[e.About], e)
			}
		}
		return nil
	})
	return out, err
}

// Compare holds the entries that the events of something make to those that the log has. It
// gives whether there are as many.
func Compare(what string, made, has []ledger.Entry, found func(what string)) bool {
	if len(made) != len(has) {
		found(fmt.Sprintf("%s has %d events, and the log has %d", what, len(made), len(has)))
		return false
	}
	for i, e := range made {
		if e.Seq = has[i].Seq; e != has[i] {
			found(fmt.Sprintf("event %d of %s is not what the log has: it was altered", i+1, what))
		}
	}
	return true
}

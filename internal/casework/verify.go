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
	entered := map[string][]ledger.Entry{}
	err = log.View(ctx, func(r ledger.Reader) error {
		for e, err := range r.Entries(ctx, 0, math.MaxInt64) {
			if err != nil {
				return err
			}
			if e.Kind == ledger.Case {
				entered[e.About] = append(entered[e.About], e)
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for kept, err := range s.All(ctx) {
		if err != nil {
			return events, err
		}
		id := kept[0].Case
		entries := entered[id]
		delete(entered, id)
		events += len(kept)
		if len(entries) != len(kept) {
			found(fmt.Sprintf("the case %s has %d events, and the log has %d", id, len(kept), len(entries)))
			continue
		}
		for i := range kept {
			e := kept[i].Entry()
			if e.Seq = entries[i].Seq; e != entries[i] {
				found(fmt.Sprintf("event %d of the case %s is not what the log has: it was altered", kept[i].N, id))
			}
		}
		if _, err := Fold(p, Events(kept)); err != nil {
			found(fmt.Sprintf("the events of the case %s cannot follow each other: %v", id, err))
		}
	}
	for id, entries := range entered {
		found(fmt.Sprintf("the case %s is gone, and the log has %d events of it", id, len(entries)))
	}
	return events, nil
}

package licence

import (
	"context"
	"fmt"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Verify holds the events of a store to the entries that the log has of them, and gives
// how many it went through: an event that was altered, one that is gone, one that has no
// entry, and events that cannot follow each other. Nobody may write meanwhile.
func Verify(ctx context.Context, s Store, log casework.Log, found func(what string)) (events int, err error) {
	entered, err := casework.Entered(ctx, log, ledger.Licence)
	if err != nil {
		return 0, err
	}
	for kept, err := range s.Licences(ctx) {
		if err != nil {
			return events, err
		}
		id := kept[0].Licence
		events += len(kept)
		casework.Compare("the licence "+id, Entries(kept), entered[id], found)
		delete(entered, id)
		if _, err := Fold(Events(kept)); err != nil {
			found(fmt.Sprintf("the events of the licence %s cannot follow each other: %v", id, err))
		}
	}
	for id, entries := range entered {
		found(fmt.Sprintf("the licence %s is gone, and the log has %d events of it", id, len(entries)))
	}
	return events, nil
}

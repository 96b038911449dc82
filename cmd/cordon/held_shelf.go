package main

import (
	"context"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/ruling"
)

// heldShelf keeps the licences of a store as rulings take them. They are read again where something was done to one of them, here or by
// another server, which the number of the newest event tells; and reckoned anew where time does something to one.
type heldShelf struct {
	mu sync.Mutex
	// newest is the event up to which all was read; it is read once read is set.
	read   bool
	newest int64
	folded []licence.Licence
	// made holds from one time until another, which is zero where time does nothing more.
	made        ruling.Licences
	from, until time.Time
}

// take gives the licences as they stand at a time.
func (h *heldShelf) take(ctx context.Context, s licence.Store, now time.Time) ruling.Licences {
	h.mu.Lock()
	defer h.mu.Unlock()
	newest, err := s.NewestLicence(ctx) // asked first: what comes in between is read again
	if err == nil && (!h.read || newest != h.newest) {
		h.read = false
		if h.folded, err = (&licence.Book{Store: s}).Folded(ctx); err == nil {
			h.read, h.newest, h.from = true, newest, time.Time{}
		}
	}
	if err != nil {
		return ruling.Licences{Unread: err.Error()}
	}
	if h.from.IsZero() || now.Before(h.from) || !h.until.IsZero() && !now.Before(h.until) {
		h.reckon(now)
	}
	return h.made
}

func (h *heldShelf) reckon(now time.Time) {
	h.made, h.from, h.until = ruling.Licences{Held: make([]ruling.Held, 0, len(h.folded))}, now, time.Time{}
	for i := range h.folded {
		l := h.folded[i].At(now)
		h.made.Held = append(h.made.Held, heldLicence(&l))
		if turns := l.Turns(now); !turns.IsZero() && (h.until.IsZero() || turns.Before(h.until)) {
			h.until = turns
		}
	}
}

package answer

import (
	"context"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Keeper keeps answers for many at once. Those that come while others are being
// written go into the next transaction together, so that one wait for the disk serves
// them all.
type Keeper struct {
	store interface {
		Keep(ctx context.Context, list []Kept) error
	}
	in   chan *waiting
	done chan struct{}
	mu   sync.RWMutex // held for reading while something is handed over
	shut bool
}

// waiting is what one caller wants kept.
type waiting struct {
	list []Kept
	done chan error
}

// most is how many answers are kept in one transaction; a stream may bring up to that
// many more.
const most = 256

// NewKeeper starts a keeper. It is to be closed.
func NewKeeper(s Store) *Keeper {
	k := &Keeper{store: s, in: make(chan *waiting, most), done: make(chan struct{})}
	go k.run()
	return k
}

// Close keeps what was handed over, and ends.
func (k *Keeper) Close() {
	k.mu.Lock()
	if !k.shut {
		k.shut = true
		close(k.in)
	}
	k.mu.Unlock()
	<-k.done
}

// Keep returns when the answers are kept. When ctx ends before, they may be kept or
// not, and nobody may be told that they are.
func (k *Keeper) Keep(ctx context.Context, list ...Kept) error {
	if len(list) == 0 {
		return nil
	}
	for i := range list {
		if err := list[i].Check(); err != nil {
			return err // by itself: others would fail with it
		}
	}
	w := &waiting{list, make(chan error, 1)}
	if err := k.hand(ctx, w); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return stopped(ctx)
	}
}

func (k *Keeper) hand(ctx context.Context, w *waiting) error {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.shut {
		return fault.New(fault.Unavailable, "answers are no longer kept: the program stops")
	}
	select {
	case k.in <- w:
		return nil
	case <-ctx.Done():
		return stopped(ctx)
	}
}

func stopped(ctx context.Context) error {
	return fault.Wrap(fault.Unavailable, ctx.Err(), "the answer was not kept in time")
}

func (k *Keeper) run() {
	defer close(k.done)
	for first := range k.in {
		all := []*waiting{first}
		list := first.list
	more:
		for len(list) < most {
			select {
			case w, ok := <-k.in:
				if !ok {
					break more
				}
				all = append(all, w)
				list = append(list, w.list...)
			default:
				break more
			}
		}
		// Who waits may go; what was handed over is kept all the same.
		err := k.store.Keep(context.Background(), list)
		for _, w := range all {
			w.done <- err
		}
	}
}

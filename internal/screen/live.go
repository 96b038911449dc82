package screen

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cordon-engine/cordon/internal/snapshot"
)

const (
	// retryTime is how long a set of lists that could not be opened is left alone,
	// unless the store holds another by then.
	retryTime = time.Minute
	// fullTime is how long the fingerprint of a store is relied on before the store
	// itself is asked all the same.
	fullTime = time.Minute
)

// LiveConfig says how lists are opened that others load.
type LiveConfig struct {
	// Open gives the configuration anew, with a store that is good until its second
	// result is called. Its Now is not read.
	Open func(context.Context) (Config, func(), error)
	// Fingerprint gives, at the cost of next to nothing, a text that changes when the
	// store does; nil to ask the store each time.
	Fingerprint func() string
	Now         func() time.Time
	// Told hears of lists that came into use, and of failures, each once.
	Told func(what string, err error)
}

// Live keeps a desk in step with a store that others load into. What is new is
// opened beside what is in use and takes its place in one step; what is in use stays
// until its last answer is given, and stays in use when the new cannot be opened.
type Live struct {
	LiveConfig
	current atomic.Pointer[generation]
	behind  atomic.Pointer[string]
	closed  atomic.Bool

	mu     sync.Mutex // held by who refreshes, for what follows
	mark   string
	asked  time.Time // when the store itself was asked last
	failed string    // the key that could not be opened, why, and when
	why    error
	tried  time.Time
}

// generation is a desk, with what the store said last of its lists.
type generation struct {
	desk  *Desk
	key   string
	view  atomic.Pointer[view]
	users atomic.Int64 // who answers with it, and Live itself while it is current
}

type view struct {
	states []snapshot.State
	lists  []list
	maxAge time.Duration
}

// enter counts a user, unless the desk is closed already.
func (g *generation) enter() bool {
	for {
		n := g.users.Load()
		if n == 0 {
			return false
		}
		if g.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (g *generation) leave() {
	if g.users.Add(-1) == 0 {
		g.desk.Close()
	}
}

// OpenLive opens the lists of a store and keeps in step with it.
func OpenLive(ctx context.Context, c LiveConfig) (*Live, error) {
	l := &Live{LiveConfig: c}
	if err := l.Refresh(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// Close ends the use of the desk as soon as the last answer is given. It is called once, by who opened it, when nobody will ask any
// more.
func (l *Live) Close() {
	l.closed.Store(true)
	l.current.Load().leave()
}

// Held is a desk of one moment: who holds it is answered from the same lists
// throughout.
type Held struct {
	// Desk is not to be closed.
	*Desk
	// States are the lists as the store had them when it was last asked.
	States []snapshot.State
	leave  func()
}

// Release ends the use of the desk.
func (h *Held) Release() { h.leave() }

// Take gives the desk in use; it is to be released. After Close it panics: no desk is left, and an answer without one would be false.
func (l *Live) Take() *Held {
	for {
		g := l.current.Load()
		if !g.enter() {
			if l.closed.Load() {
				panic("screen: lists are taken after Close")
			}
			continue // it was replaced just now
		}
		v := g.view.Load()
		d := g.desk.As(stale(v.lists, l.Now(), v.maxAge))
		return &Held{d, v.states, g.leave}
	}
}

// States gives the lists in use as the store had them when it was last asked, and
// those that could not be loaded.
func (l *Live) States() []snapshot.State { return l.current.Load().view.Load().states }

// Index names the index in use, as [Desk.ID] does.
func (l *Live) Index() string { return l.current.Load().desk.ID() }

// Behind says why newer lists than those in use are not; "" when there are none.
func (l *Live) Behind() string {
	if s := l.behind.Load(); s != nil {
		return *s
	}
	return ""
}

// Follow asks the store every so often until ctx ends.
func (l *Live) Follow(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = l.Refresh(ctx) // it was told, and stands in Behind
		}
	}
}

// Refresh asks the store what is in force, and brings it into use if it is not.
func (l *Live) Refresh(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.refresh(ctx)
	if ctx.Err() != nil {
		return err
	}
	was, is := l.Behind(), ""
	if err != nil {
		is = "newer lists cannot be used: " + err.Error()
	}
	l.behind.Store(&is)
	if is != "" && (was != is && l.current.Load() != nil) {
		l.Told("the lists in use stay, since the store has others that cannot be opened", err)
	}
	return err
}

func (l *Live) refresh(ctx context.Context) error {
	mark := ""
	if l.Fingerprint != nil {
		// It is taken before the store is asked, so that what changes meanwhile is seen
		// the next time.
		if mark = l.Fingerprint(); mark == l.mark && l.why == nil && l.Now().Sub(l.asked) < fullTime {
			return nil
		}
	}
	c, done, err := l.Open(ctx)
	if err != nil {
		return err
	}
	defer done()
	b := &builder{Config: c, ctx: ctx}
	states, err := c.Store.Lists(ctx)
	if err == nil {
		b.lists, err = listsOf(ctx, c.Store, states)
	}
	if err != nil {
		return err
	}
	l.mark, l.asked = mark, l.Now()
	v := &view{states, b.lists, c.MaxAge}
	key := fmt.Sprint(b.name(), c.Same, c.Apart)
	old := l.current.Load()
	switch {
	case old != nil && old.key == key:
		old.view.Store(v)
		l.why = nil
		return nil
	case l.why != nil && l.failed == key && l.Now().Sub(l.tried) < retryTime:
		return l.why
	}
	l.failed, l.tried = key, l.Now()
	l.why = l.replace(b, v, key)
	return l.why
}

// replace opens lists beside those in use and puts them in their place.
func (l *Live) replace(b *builder, v *view, key string) error {
	old := l.current.Load()
	if old != nil && l.why == nil {
		soon := "newer lists are being made ready"
		l.behind.Store(&soon)
	}
	desk, err := b.desk()
	if err != nil {
		return err
	}
	if old != nil {
		if err := b.together(); err != nil {
			desk.Close()
			return err
		}
	}
	g := &generation{desk: desk, key: key}
	g.view.Store(v)
	g.users.Store(1)
	l.current.Store(g)
	if old != nil {
		old.leave()
		l.Told("newer lists are in use", nil)
	}
	return nil
}

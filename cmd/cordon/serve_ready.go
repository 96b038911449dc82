package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/logkey"
)

// storeProbe asks the store whether it can be used, and remembers the answer for a moment: /readyz is open to everybody, and
// what writes and waits for a disk is not to be asked as often as anybody likes.
type storeProbe struct {
	ask func(ctx context.Context) error

	mu    sync.Mutex
	asked time.Time
	err   error
}

const (
	// probeAge is how long what the store said counts, probeTime how long it may take to say it.
	probeAge  = time.Second
	probeTime = 3 * time.Second
)

// why gives the reason for which the store cannot be used; "" when it can.
func (p *storeProbe) why(ctx context.Context) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := time.Now(); p.asked.IsZero() || now.Sub(p.asked) >= probeAge {
		// Who asked may go: others get the same answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTime)
		defer cancel()
		p.err, p.asked = p.ask(ctx), now
	}
	if p.err == nil {
		return ""
	}
	var f *fault.Error
	if errors.As(p.err, &f) {
		return f.Message // without the place, which is nobody's business here
	}
	return "the store cannot be used"
}

// probeStore has /readyz ask the store: whether it takes what is kept, where answers are kept, and otherwise whether it can
// be read.
func (c *serveCmd) probeStore(m *Main) {
	c.probe.ask = func(ctx context.Context) error {
		if c.keeping != nil {
			return c.keeping.store.Ready(ctx, true)
		}
		s, err := c.shared(m).look(ctx)
		if err != nil {
			return err
		}
		return s.Ready(ctx, false)
	}
}

// unready gives reasons of the server for not being ready, besides those of its lists.
func (c *serveCmd) unready(ctx context.Context) []string {
	var why []string
	if c.stopping.Load() {
		why = append(why, "the server stops")
	}
	if !c.Demo && !c.NoKeys {
		if err := c.ring.Check(ctx); err != nil {
			why = append(why, "keys cannot be read")
		}
	}
	if c.probe.ask != nil {
		if reason := c.probe.why(ctx); reason != "" {
			why = append(why, reason)
		}
	}
	return why
}

// checkLogKey refuses a store whose log was begun under a key that is not in its folder: nothing could be kept, and every
// question would be refused, from the first on.
func (m *Main) checkLogKey(s database, data string) error {
	var head []byte
	err := s.View(m.ctx, func(r ledger.Reader) (err error) {
		head, err = r.Head(m.ctx)
		return err
	})
	if err != nil || head == nil {
		return err
	}
	key, err := logkey.Read(m.folderOf(data))
	if err != nil {
		return err
	}
	if _, err := key.Public().Open(head); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the log was begun under another key than the one in %s", m.folderOf(data)).
			WithFix("put the file %s back from a copy or from the folder that began the log", logkey.File)
	}
	return nil
}

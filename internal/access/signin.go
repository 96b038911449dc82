package access

import (
	"sync"
	"time"
)

// Comings remembers who came, so that of many requests the first in a span is noted. It holds no more than so many names: when it is
// full it forgets all, and some are noted once more. It is safe for concurrent use.
type Comings struct {
	span time.Duration
	most int
	now  func() time.Time

	mu   sync.Mutex
	last map[string]time.Time
}

// NewComings makes a memory for a span and so many names.
func NewComings(span time.Duration, most int, now func() time.Time) *Comings {
	return &Comings{span: span, most: most, now: now, last: map[string]time.Time{}}
}

// First reports whether somebody did not come in the span before now, and remembers the coming. Who comes again and again is noted
// once in each span.
func (c *Comings) First(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if at, ok := c.last[name]; ok && now.Sub(at) < c.span && !now.Before(at) {
		return false
	}
	if len(c.last) >= c.most {
		clear(c.last)
	}
	c.last[name] = now
	return true
}

// Forget undoes First, for who could not be noted.
func (c *Comings) Forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.last, name)
}

package access

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how much may be asked: so many a second in the long run, and so many at once. Zero means no limit.
type Rate struct {
	PerSecond float64
	Burst     int
}

// Rates holds one limit for each of many, by name. It remembers no more than so many: who was away longest is forgotten, and
// begins anew with a full burst. A burst is never worth the trouble of being forgotten by bringing that many others.
type Rates struct {
	of   Rate
	most int
	now  func() time.Time

	mu     sync.Mutex
	byName map[string]*list.Element
	order  *list.List // of *limited, the latest first
}

type limited struct {
	name  string
	limit *rate.Limiter
}

// NewRates makes limits that remember so many names at most.
func NewRates(of Rate, most int, now func() time.Time) *Rates {
	return &Rates{of: of, most: most, now: now, byName: map[string]*list.Element{}, order: list.New()}
}

// Take takes one from what a name may ask. Where there is none left it takes nothing, and says how long to wait.
func (r *Rates) Take(name string) (wait time.Duration) {
	if r.of.PerSecond <= 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	res := r.limitOf(name).ReserveN(now, 1)
	if wait = res.DelayFrom(now); wait > 0 {
		res.CancelAt(now)
	}
	return wait
}

// Known gives how many names are remembered.
func (r *Rates) Known() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.order.Len()
}

// limitOf gives the limit of a name. The lock is held.
func (r *Rates) limitOf(name string) *rate.Limiter {
	if e, ok := r.byName[name]; ok {
		r.order.MoveToFront(e)
		return e.Value.(*limited).limit
	}
	if r.order.Len() >= r.most {
		last := r.order.Back()
		delete(r.byName, r.order.Remove(last).(*limited).name)
	}
	l := &limited{name, rate.NewLimiter(rate.Limit(r.of.PerSecond), max(1, r.of.Burst))}
	r.byName[name] = r.order.PushFront(l)
	return l.limit
}

// Caller gives the name under which the caller at an address is counted: the address, or for IPv6 the network of 64 bits that
// one customer usually has. What is no address counts as one caller.
func Caller(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "unknown"
	}
	a := at.Addr().Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, err := a.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return p.String()
}

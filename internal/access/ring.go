package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
)

// The reasons for refusing a secret. Whoever is refused hears no more than this.
var (
	// ErrUnknown is given for a secret of no key, or of one that ended.
	ErrUnknown = errors.New("the key is not known, or is good no longer")
	// ErrUnavailable is given while keys cannot be read.
	ErrUnavailable = errors.New("keys cannot be read at the moment")
)

// Ring knows keys by their secrets. It reads the store anew when what it has is older than a span, so that a revoked key is
// refused that much later at most. While the store cannot be read nobody is let in: what was read before may be revoked by
// now.
type Ring struct {
	read func(context.Context) ([]Key, error)
	now  func() time.Time
	span time.Duration

	mu   sync.Mutex
	keys map[string]Key
	at   time.Time // when it was read
	err  error
}

// NewRing makes a ring over what reads all keys.
func NewRing(read func(context.Context) ([]Key, error), now func() time.Time, span time.Duration) *Ring {
	return &Ring{read: read, now: now, span: span}
}

// Check says why nobody can be let in at the moment; nil when keys can be read.
func (r *Ring) Check(ctx context.Context) error {
	_, err := r.current(ctx)
	return err
}

// Usable gives the number of keys that are good now.
func (r *Ring) Usable(ctx context.Context) (int, error) {
	keys, err := r.current(ctx)
	n := 0
	for _, k := range keys {
		if k.Ended(r.now()) == "" {
			n++
		}
	}
	return n, err
}

// Any reports whether there is or was any key.
func (r *Ring) Any(ctx context.Context) (bool, error) {
	keys, err := r.current(ctx)
	return len(keys) > 0, err
}

// current gives the keys, read anew when they are old.
func (r *Ring) current(ctx context.Context) (map[string]Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if !r.at.IsZero() && now.Sub(r.at) < r.span && !now.Before(r.at) {
		return r.keys, r.err
	}
	// Who asks may go; the others want the keys all the same.
	list, err := r.read(context.WithoutCancel(ctx))
	r.at, r.keys, r.err = now, nil, nil
	if err != nil {
		r.err = fault.Wrap(fault.Unavailable, err, "the keys cannot be read")
		return nil, r.err
	}
	r.keys = make(map[string]Key, len(list))
	for _, k := range list {
		r.keys[k.ID] = k
	}
	return r.keys, nil
}

// nobody stands in for a key that is not there, so that it takes as long to refuse.
var nobody = Key{Hash: sha256.Sum256([]byte("nobody"))}

// Find gives the key of a secret that is good now.
func (r *Ring) Find(ctx context.Context, secret string) (Key, error) {
	keys, err := r.current(ctx)
	if err != nil {
		return Key{}, ErrUnavailable
	}
	id, ok := idOf(secret)
	k, known := keys[id]
	if !ok || !known {
		k = nobody
	}
	if good := matches(k, secret); !good || !known || k.Ended(r.now()) != "" {
		return Key{}, ErrUnknown
	}
	return k, nil
}

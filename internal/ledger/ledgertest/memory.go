// Package ledgertest holds what every store of a log must pass, and a log in memory
// that can be damaged.
package ledgertest

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Memory is a log in memory. Its fields may be changed to damage it.
type Memory struct {
	Lines  []ledger.Entry
	Nodes  map[int64]ledger.Hash
	Newest []byte
	Kept   []Kept
	mu     sync.Mutex
}

// Kept is a head that is kept for good.
type Kept struct {
	Size   int64
	Signed []byte
}

// Update is part of [Store].
func (m *Memory) Update(ctx context.Context, f func(ledger.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.Clone()
	if err := f(c); err != nil {
		return err
	}
	m.Lines, m.Nodes, m.Newest, m.Kept = c.Lines, c.Nodes, c.Newest, c.Kept
	return ctx.Err()
}

// View is part of [Store].
func (m *Memory) View(_ context.Context, f func(ledger.Reader) error) error { return f(m) }

// Clone gives a copy.
func (m *Memory) Clone() *Memory {
	c := &Memory{Lines: slices.Clone(m.Lines), Nodes: map[int64]ledger.Hash{}, Newest: m.Newest, Kept: slices.Clone(m.Kept)}
	for i, h := range m.Nodes {
		c.Nodes[i] = h
	}
	return c
}

// Head is part of [ledger.Reader].
func (m *Memory) Head(context.Context) ([]byte, error) { return m.Newest, nil }

// Hashes is part of [ledger.Reader].
func (m *Memory) Hashes(_ context.Context, at []int64) ([]ledger.Hash, error) {
	var out []ledger.Hash
	for _, i := range at {
		h, ok := m.Nodes[i]
		if !ok {
			return nil, fault.New(fault.NotFound, "there is no hash %d", i)
		}
		out = append(out, h)
	}
	return out, nil
}

// Entries is part of [ledger.Reader].
func (m *Memory) Entries(_ context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for _, e := range m.Lines {
			if e.Seq >= from && e.Seq < to && !yield(e, nil) {
				return
			}
		}
	}
}

// About is part of [ledger.Reader].
func (m *Memory) About(_ context.Context, about string) ([]ledger.Entry, error) {
	var out []ledger.Entry
	for _, e := range m.Lines {
		if e.About == about {
			out = append(out, e)
		}
	}
	return out, nil
}

// Checkpoints is part of [ledger.Reader].
func (m *Memory) Checkpoints(context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, k := range m.Kept {
			if !yield(k.Signed, nil) {
				return
			}
		}
	}
}

// Append is part of [ledger.Tx].
func (m *Memory) Append(_ context.Context, a ledger.Addition) error {
	m.Lines = append(m.Lines, a.Entries...)
	for i, h := range a.Hashes {
		m.Nodes[a.First+int64(i)] = h
	}
	m.Newest = a.Head
	return nil
}

// Checkpoint is part of [ledger.Tx].
func (m *Memory) Checkpoint(_ context.Context, size int64, signed []byte) error {
	if !slices.ContainsFunc(m.Kept, func(k Kept) bool { return k.Size == size }) {
		m.Kept = append(m.Kept, Kept{size, signed})
	}
	return nil
}

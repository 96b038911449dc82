package ledger

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"maps"
	"math/bits"
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Reader reads one state of a log in a store.
type Reader interface {
	// Head gives the newest signed head, nil for an empty log.
	Head(ctx context.Context) ([]byte, error)
	// Hashes gives stored hashes by their index (see tlog.StoredHashIndex), in the
	// order asked for. One that is not there is fault.NotFound.
	Hashes(ctx context.Context, at []int64) ([]Hash, error)
	// Entries gives those with from <= Seq < to that are there, in order of Seq.
	Entries(ctx context.Context, from, to int64) iter.Seq2[Entry, error]
	// About gives all entries about one thing, in order of Seq.
	About(ctx context.Context, about string) ([]Entry, error)
	// Checkpoints gives the signed heads that are kept for good, in order of size.
	Checkpoints(ctx context.Context) iter.Seq2[[]byte, error]
}

// Tx is a log within a transaction that writes. Nobody else appends until the
// transaction ends, and nothing of it is seen, or survives, when it fails.
type Tx interface {
	Reader
	Append(ctx context.Context, a Addition) error
	// Checkpoint keeps a signed head of this size for good; one of that size that is
	// kept already stays.
	Checkpoint(ctx context.Context, size int64, signed []byte) error
}

// Addition is what an append writes.
type Addition struct {
	Entries []Entry
	// First is the index of the first of Hashes; the others follow it.
	First  int64
	Hashes []Hash
	// Head takes the place of the signed head.
	Head []byte
}

// Every is the number of entries after which a head is kept for good.
const Every = 1024

// Log appends to the log of one store. It is safe for concurrent use, and others may
// append to the same store.
type Log struct {
	signer *Signer
	mu     sync.Mutex
	last   edge
}

// edge is the right edge of a tree, from which it grows.
type edge struct {
	head  []byte
	size  int64
	peaks map[int64]Hash // by index; those of peaks(size)
}

// New gives a log that signs with a key.
func New(s *Signer) *Log { return &Log{signer: s} }

// Public gives the key by which the heads are checked.
func (l *Log) Public() Public { return l.signer.Public() }

// Append numbers entries, adds them to the log, and signs the new head, all in the
// transaction. A log that does not have the head that was signed is not added to.
func (l *Log) Append(ctx context.Context, tx Tx, entries []Entry) ([]Entry, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	e, err := l.edge(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(entries))
	a := Addition{First: tlog.StoredHashCount(e.size), Entries: out}
	g := grower{size: e.size, nodes: e.peaks}
	for i, x := range entries {
		x.Seq = g.size
		if err := x.Check(); err != nil {
			return nil, err
		}
		out[i] = x
		a.Hashes = append(a.Hashes, g.add(x.Leaf())...)
	}
	c := Checkpoint{Size: g.size, Root: g.root(), Time: out[len(out)-1].Time}
	if a.Head, err = l.signer.Sign(c); err != nil {
		return nil, err
	}
	if err := tx.Append(ctx, a); err != nil {
		return nil, err
	}
	if e.size/Every != g.size/Every {
		if err := tx.Checkpoint(ctx, g.size, a.Head); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	l.last = edge{a.Head, g.size, g.nodes}
	l.mu.Unlock()
	return out, nil
}

// Checkpoint keeps the head of the log for good and gives it. An empty log is
// fault.NotFound.
func (l *Log) Checkpoint(ctx context.Context, tx Tx) ([]byte, Checkpoint, error) {
	e, err := l.edge(ctx, tx)
	if err != nil {
		return nil, Checkpoint{}, err
	}
	if e.size == 0 {
		return nil, Checkpoint{}, Empty()
	}
	c, err := l.signer.Public().Open(e.head)
	if err != nil {
		return nil, c, err
	}
	return e.head, c, tx.Checkpoint(ctx, e.size, e.head)
}

// Empty is the fault of asking an empty log.
func Empty() error {
	return fault.New(fault.NotFound, "the log is empty").WithFix("keep answers with --keep, or load a list")
}

// edge gives the right edge of the log in the store. It is read anew unless the head
// is still that of the last append. What is remembered may come from a transaction
// that failed; then the head is another, or the tree is the same one.
func (l *Log) edge(ctx context.Context, tx Tx) (edge, error) {
	head, err := tx.Head(ctx)
	if err != nil {
		return edge{}, err
	}
	l.mu.Lock()
	last := l.last
	l.mu.Unlock()
	if head != nil && bytes.Equal(head, last.head) {
		return edge{last.head, last.size, maps.Clone(last.peaks)}, nil
	}
	if head == nil {
		return edge{peaks: map[int64]Hash{}}, nil
	}
	c, err := l.signer.Public().Open(head)
	if err != nil {
		return edge{}, damaged(err)
	}
	at := peaks(c.Size)
	hashes, err := tx.Hashes(ctx, at)
	if err != nil {
		return edge{}, damaged(err)
	}
	e := edge{head, c.Size, map[int64]Hash{}}
	for i, x := range at {
		e.peaks[x] = hashes[i]
	}
	g := grower{c.Size, e.peaks}
	if g.root() != c.Root {
		return edge{}, damaged(nil)
	}
	return e, nil
}

func damaged(cause error) error {
	f := fault.New(fault.Unavailable, "the audit log is not what was signed, and nothing is added to it").
		WithFix("`cordon audit verify` says where; restore the data folder from a copy")
	f.Cause = cause
	return f
}

// peaks gives the indexes of the largest full subtrees that make up a tree, from
// the left.
func peaks(size int64) []int64 {
	var out []int64
	for at := int64(0); at < size; {
		level := bits.Len64(uint64(size-at)) - 1
		out = append(out, tlog.StoredHashIndex(level, at>>level))
		at += 1 << level
	}
	return out
}

// grower adds leaves to a tree of which it holds the peaks.
type grower struct {
	size  int64
	nodes map[int64]Hash
}

// add adds a leaf and gives the hashes to store: its own, and those of the subtrees
// that it completes.
func (g *grower) add(leaf Hash) []Hash {
	at := tlog.StoredHashIndex(0, g.size)
	hashes := []Hash{leaf}
	g.nodes[at] = leaf
	for level, n := 0, g.size; n&1 == 1; level, n = level+1, n>>1 {
		left, right := tlog.StoredHashIndex(level, n-1), tlog.StoredHashIndex(level, n)
		h := tlog.NodeHash(g.nodes[left], g.nodes[right])
		delete(g.nodes, left)
		delete(g.nodes, right)
		g.nodes[tlog.StoredHashIndex(level+1, n>>1)] = h
		hashes = append(hashes, h)
	}
	g.size++
	return hashes
}

// root gives the root.
func (g *grower) root() Hash {
	h, err := tlog.TreeHash(g.size, tlog.HashReaderFunc(func(at []int64) ([]Hash, error) {
		out := make([]Hash, len(at))
		for i, x := range at {
			h, ok := g.nodes[x]
			if !ok {
				return nil, fmt.Errorf("the hash %d is not on the edge", x)
			}
			out[i] = h
		}
		return out, nil
	}))
	if err != nil {
		panic(err) // nodes holds the peaks of size, which is all that is asked for
	}
	return h
}

package screening

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"sync/atomic"

	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
)

// The same parties are asked again and again: in each payment of a customer, in each
// run over all of them. An index never changes, so that what a party may be is the same
// each time; only the scores, the day and the lists that are asked for are worked out
// anew. What is remembered of a party are the numbers of subjects, under a hash of what
// was asked: no name. Those that were scored and fell short are not among them, since the
// same two score the same again.

// found is what a party may be: of each document its number, the unit of its name 0, how
// many names of it there are and whether it shares an identifier, and these names.
type found struct {
	of      askedID
	docs    []uint32
	bounded index.Bounded
}

// held is what a party takes of the memory, in numbers.
func (f *found) held() int64 { return int64(len(f.docs) + 32) }

// askedID is a hash of a party and of the evidence that was asked for: half of a SHA-256,
// so that no two parties are taken for each other, also where somebody means them to be.
type askedID [2]uint64

// askedSlots is the number of parties that are remembered, a power of two; each may stand
// in one of askedWays places, and the older makes room. One with more than askedNames names
// that it may be is found anew each time. Beyond askedNumbers in all (32 MiB) the oldest make
// room, since of a long list a party may be hundreds.
const (
	askedSlots = 1 << 17
	askedWays  = 2
	askedNames = 256

	askedNumbers = 8 << 20
)

// remembered is what parties may be that were asked for. It may be used by many at once;
// nil remembers nothing.
type remembered struct {
	slots []atomic.Pointer[found]
	most  int64 // numbers
	held  atomic.Int64
	hand  atomic.Int64 // the next that makes room
}

func newRemembered() *remembered {
	return &remembered{slots: make([]atomic.Pointer[found], askedSlots), most: askedNumbers}
}

// idOf gives the hash of a party, the evidence and the probability that suffice.
func (w *worker) idOf(in *match.Input, need match.Need, least float64) askedID {
	w.asked.b = w.asked.b[:0]
	w.asked.uint(math.Float64bits(least))
	for _, n := range need {
		w.asked.uint(math.Float64bits(n))
	}
	w.asked.input(in)
	h := sha256.Sum256(w.asked.b)
	return askedID{binary.LittleEndian.Uint64(h[:]), binary.LittleEndian.Uint64(h[8:])}
}

// places gives where a party may stand.
func (r *remembered) places(id askedID) []atomic.Pointer[found] {
	if r == nil {
		return nil
	}
	return r.slots[id[0]%(askedSlots/askedWays)*askedWays:][:askedWays]
}

// of gives what is remembered of a party; nil where nothing is.
func (r *remembered) of(id askedID) *found {
	places := r.places(id)
	for i := range places {
		if f := places[i].Load(); f != nil && f.of == id {
			return f
		}
	}
	return nil
}

// keep remembers what a party may be.
func (r *remembered) keep(id askedID, docs []candidate, bounded index.Bounded) {
	places, all := r.places(id), 0
	for i := range docs {
		all += len(docs[i].names)
	}
	if places == nil || all > askedNames {
		return
	}
	f := &found{of: id, docs: make([]uint32, 0, 3*len(docs)+all), bounded: bounded}
	for i := range docs {
		c, must := &docs[i], uint32(0)
		if c.must {
			must = 1
		}
		f.docs = append(append(f.docs, c.doc, c.first, uint32(len(c.names))<<1|must), c.names...)
	}
	held := r.held.Add(f.held())
	for i := range places { // the oldest goes
		if f = places[i].Swap(f); f == nil || f.of == id {
			break
		}
	}
	if f != nil {
		held = r.held.Add(-f.held())
	}
	for tries := 0; held > r.most && tries < len(r.slots); tries++ {
		if old := r.slots[int(r.hand.Add(1))%len(r.slots)].Swap(nil); old != nil {
			held = r.held.Add(-old.held())
		}
	}
}

// remind gives what a party may be, in the memory of the worker.
func (w *worker) remind(f *found) []candidate {
	w.docs, w.names = w.docs[:0], slices.Grow(w.names[:0], len(f.docs))
	for b := f.docs; len(b) > 0; {
		from, n := len(w.names), int(b[2]>>1)
		w.names = append(w.names, b[3:3+n]...)
		w.docs = append(w.docs, candidate{doc: b[0], first: b[1], must: b[2]&1 != 0, names: w.names[from:len(w.names):len(w.names)]})
		b = b[3+n:]
	}
	return w.docs
}

// find gives the documents that a party may be, in the order of their numbers: from
// memory, or from the index, where names that cannot have the evidence are left out.
func (e *Engine) find(w *worker, id askedID, p readings, need match.Need) ([]candidate, index.Bounded, error) {
	if known := e.asked.of(id); known != nil {
		return w.remind(known), known.bounded, nil
	}
	e.sift(w)
	docs, bounded, err := e.candidates(w, p, need)
	w.search.Sift = nil
	if err != nil {
		return nil, bounded, err
	}
	return e.sifted(w, docs), bounded, nil
}

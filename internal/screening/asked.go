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
// was asked: no name.

// found is what a party may be.
type found struct {
	of      askedID
	docs    []candidate
	bounded index.Bounded
}

// askedID is a hash of a party and of the evidence that was asked for: half of a SHA-256,
// so that no two parties are taken for each other, also where somebody means them to be.
type askedID [2]uint64

// askedSlots is the number of parties that are remembered, a power of two; each may stand
// in one of askedWays places, and the older makes room. One with more than askedNames names
// that it may be is found anew each time.
const (
	askedSlots = 1 << 17
	askedWays  = 2
	askedNames = 256
)

// remembered is what parties may be that were asked for. It may be used by many at once;
// nil remembers nothing.
type remembered []atomic.Pointer[found]

func newRemembered() remembered { return make(remembered, askedSlots) }

// idOf gives the hash of a party.
func (w *worker) idOf(in *match.Input, need match.Need) askedID {
	w.asked.b = w.asked.b[:0]
	for _, n := range need {
		w.asked.uint(math.Float64bits(n))
	}
	w.asked.input(in)
	h := sha256.Sum256(w.asked.b)
	return askedID{binary.LittleEndian.Uint64(h[:]), binary.LittleEndian.Uint64(h[8:])}
}

// places gives where a party may stand.
func (r remembered) places(id askedID) []atomic.Pointer[found] {
	if r == nil {
		return nil
	}
	return r[id[0]%(askedSlots/askedWays)*askedWays:][:askedWays]
}

// of gives what is remembered of a party; nil where nothing is.
func (r remembered) of(id askedID) *found {
	places := r.places(id)
	for i := range places {
		if f := places[i].Load(); f != nil && f.of == id {
			return f
		}
	}
	return nil
}

// keep remembers what a party may be.
func (r remembered) keep(id askedID, docs []candidate, bounded index.Bounded) {
	places, all := r.places(id), 0
	for i := range docs {
		all += len(docs[i].names)
	}
	if places == nil || all > askedNames {
		return
	}
	f := &found{of: id, docs: slices.Clone(docs), bounded: bounded}
	names := make([]uint32, 0, all)
	for i := range f.docs { // those of the worker are used again
		from := len(names)
		names = append(names, docs[i].names...)
		f.docs[i].names = names[from:len(names):len(names)]
	}
	for i := askedWays - 1; i > 0; i-- { // the oldest goes
		places[i].Store(places[i-1].Load())
	}
	places[0].Store(f)
}

// find gives the documents that a party may be, in the order of their numbers: from
// memory, or from the index, where names that cannot have the evidence are left out.
func (e *Engine) find(w *worker, in *match.Input, p readings, need match.Need) ([]candidate, index.Bounded, error) {
	id := w.idOf(in, need)
	if known := e.asked.of(id); known != nil {
		return known.docs, known.bounded, nil
	}
	e.sift(w)
	docs, bounded, err := e.candidates(w, p, need)
	w.search.Sift = nil
	if err != nil {
		return nil, bounded, err
	}
	docs = e.sifted(w, docs)
	e.asked.keep(id, docs, bounded)
	return docs, bounded, nil
}

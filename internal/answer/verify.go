package answer

import (
	"context"
	"fmt"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/snapshot"
)

// Verified says what a verification went through.
type Verified struct {
	ledger.Verified
	// Answers were compared with their entries, of which Erased are erased and have
	// nothing but their entry. Loads are snapshots that were.
	Answers, Erased, Loads int64
}

// Verify goes through the log as [ledger.Verify] does, and holds everything that is
// kept to its entry: an answer that was altered, one that is gone without having been
// erased, one that has no entry, and the same of snapshots of lists. Snapshots from
// before the log began have no entry. It needs to see no more than one moment of the
// store; what is written meanwhile is left for the next time.
func Verify(
	ctx context.Context, s Store, snapshots []snapshot.Meta, witnesses []ledger.Checkpoint, found func(ledger.Problem),
) (Verified, error) {
	key, err := s.Public(ctx)
	if err != nil {
		return Verified{}, err
	}
	v := verifier{ctx: ctx, s: s, erased: map[string]bool{}, loads: map[string]ledger.Entry{}}
	v.report = func(seq int64, format string, args ...any) {
		v.out.Problems++
		found(ledger.Problem{From: seq, To: seq, What: fmt.Sprintf(format, args...)})
	}
	err = s.View(ctx, func(r ledger.Reader) error {
		v.out.Verified, err = ledger.Verify(ctx, r, key, witnesses, v.seen, found)
		return err
	})
	if err == nil {
		err = v.answers()
	}
	if err == nil {
		v.snapshots(snapshots)
	}
	return v.out, err
}

type verifier struct {
	ctx     context.Context
	s       Store
	report  func(seq int64, format string, args ...any)
	out     Verified
	entered int64 // answers that the log has
	erased  map[string]bool
	loads   map[string]ledger.Entry
}

func (v *verifier) seen(e ledger.Entry) error {
	switch e.Kind {
	case ledger.Answer:
		v.entered++
	case ledger.Erasure:
		v.erased[e.About] = true
	case ledger.List:
		v.loads[e.About] = e
	}
	return nil
}

// verifyPage is how many answers are held to their entries at a time.
const verifyPage = 500

// answers holds every answer to its entry, a page of them at a time: they come in the order in which they were kept, so that
// their entries lie together.
func (v *verifier) answers() error {
	size := v.out.Head.Size
	page := make([]Record, 0, verifyPage)
	for r, err := range v.s.List(v.ctx, Filter{}) {
		if err != nil {
			return err
		}
		if r.Seq >= size {
			continue // kept since
		}
		v.out.Answers++
		if page = append(page, r); len(page) == verifyPage {
			if err := v.page(page, size); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	if err := v.page(page, size); err != nil {
		return err
	}
	if v.out.Answers == v.entered {
		return nil
	}
	return v.lost(size)
}

func (v *verifier) page(list []Record, size int64) error {
	var at []int64
	for i := range list {
		at = append(at, list[i].Seq)
		for _, n := range list[i].Notes {
			at = append(at, n.Seq)
		}
	}
	entries, err := v.entriesAt(at)
	if err != nil {
		return err
	}
	for i := range list {
		v.one(&list[i], size, entries)
	}
	return nil
}

// farApart is the number of entries from which two are not read in one go.
const farApart = 256

// entriesAt gives entries by their numbers; those that are gone are not there.
func (v *verifier) entriesAt(at []int64) (map[int64]ledger.Entry, error) {
	slices.Sort(at)
	at = slices.Compact(at)
	out := make(map[int64]ledger.Entry, len(at))
	err := v.s.View(v.ctx, func(r ledger.Reader) error {
		for len(at) > 0 {
			n := 1
			for n < len(at) && at[n]-at[n-1] < farApart {
				n++
			}
			for e, err := range r.Entries(v.ctx, at[0], at[n-1]+1) {
				if err != nil {
					return err
				}
				if _, ok := slices.BinarySearch(at[:n], e.Seq); ok {
					out[e.Seq] = e
				}
			}
			at = at[n:]
		}
		return nil
	})
	return out, err
}

// one holds an answer and its notes to their entries. What has no entry was said already.
func (v *verifier) one(r *Record, size int64, entries map[int64]ledger.Entry) {
	e, ok := entries[r.Seq]
	switch {
	case !ok:
		return
	case e.Kind != ledger.Answer || e.About != r.ID:
		v.report(r.Seq, "the answer %s says that it is entry %d, which is about %s %s", r.ID, r.Seq, e.Kind, e.About)
	case r.Erased:
		v.out.Erased++
		if !v.erased[r.ID] && !erasedSince(r, size) {
			v.report(r.Seq, "the answer %s is gone, and the log does not say that it was erased", r.ID)
		}
	case v.erased[r.ID]:
		v.report(r.Seq, "the answer %s is there, and the log says that it was erased", r.ID)
	case r.Commitment() != e.Data:
		v.report(r.Seq, "the answer %s is not what was kept: its question, answer, versions, time or asker was altered", r.ID)
	}
	for _, n := range r.Notes {
		if n.Seq >= size || n.Salt == ([SaltSize]byte{}) && r.Erased {
			continue
		}
		if e, ok := entries[n.Seq]; ok && (e.Data != n.Commitment() || e.About != r.ID) {
			v.report(n.Seq, "the reason of entry %d about %s is not what was given", n.Seq, r.ID)
		}
	}
}

func erasedSince(r *Record, size int64) bool {
	for _, n := range r.Notes {
		if n.Kind == ledger.Erasure && n.Seq >= size {
			return true
		}
	}
	return false
}

// lost finds entries about answers that are not there.
func (v *verifier) lost(size int64) error {
	return v.s.View(v.ctx, func(r ledger.Reader) error {
		for e, err := range r.Entries(v.ctx, 0, size) {
			if err != nil {
				return err
			}
			if e.Kind != ledger.Answer {
				continue
			}
			_, err := v.s.Get(v.ctx, e.About)
			if fault.CodeOf(err) == fault.NotFound {
				v.report(e.Seq, "the answer %s is gone, with all that the store had of it", e.About)
			} else if err != nil {
				return err
			}
		}
		return nil
	})
}

// snapshots holds those of lists to their entries.
func (v *verifier) snapshots(list []snapshot.Meta) {
	first := map[string]int{}
	for id := range v.loads {
		if s, err := snapshot.ParseID(id); err == nil && (first[s.List] == 0 || s.Number < first[s.List]) {
			first[s.List] = s.Number
		}
	}
	for _, m := range list {
		e, ok := v.loads[m.ID.String()]
		delete(v.loads, m.ID.String())
		switch {
		case m.Embedded:
		case !ok && first[m.List] != 0 && m.Number > first[m.List]:
			v.report(-1, "the snapshot %s has no entry in the log", m.ID)
		case ok && e.Data != LoadHash(m):
			v.report(e.Seq, "the snapshot %s is not what was loaded", m.ID)
		case ok:
			v.out.Loads++
		}
	}
	for id, e := range v.loads {
		v.report(e.Seq, "the snapshot %s is gone", id)
	}
}

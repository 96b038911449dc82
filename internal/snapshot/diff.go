package snapshot

import (
	"iter"
	"slices"

	"github.com/cordon-engine/cordon/internal/subject"
)

// Change is what became of one entry from one snapshot to another.
type Change struct {
	Key string
	// Old and New are the record before and after; nil where there was or is
	// none.
	Old, New *subject.Record
	// Gone and Come are the facts that only the old or only the new record has.
	Gone, Come []subject.Fact
}

// Diff gives the changes from one snapshot to another, in the order of the keys.
// Both sides must come in that order, as [Store.Entries] gives them; memory does
// not grow with their length.
func Diff(before, after iter.Seq2[Entry, error]) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		nextOld, stopOld := iter.Pull2(before)
		defer stopOld()
		nextNew, stopNew := iter.Pull2(after)
		defer stopNew()
		a, errA, okA := nextOld()
		b, errB, okB := nextNew()
		for okA || okB {
			if err := first(okA, errA, okB, errB); err != nil {
				yield(Change{}, err)
				return
			}
			var c Change
			switch {
			case !okB || okA && a.Key < b.Key:
				c = Change{Key: a.Key, Old: a.Record, Gone: a.Record.Facts()}
				a, errA, okA = nextOld()
			case !okA || b.Key < a.Key:
				c = Change{Key: b.Key, New: b.Record, Come: b.Record.Facts()}
				b, errB, okB = nextNew()
			default:
				c = Compare(a.Key, a.Record, b.Record)
				a, errA, okA = nextOld()
				b, errB, okB = nextNew()
				if len(c.Gone) == 0 && len(c.Come) == 0 {
					continue
				}
			}
			if !yield(c, nil) {
				return
			}
		}
	}
}

func first(okA bool, errA error, okB bool, errB error) error {
	if okA && errA != nil {
		return errA
	}
	if okB && errB != nil {
		return errB
	}
	return nil
}

// Compare gives what differs between two versions of an entry, fact by fact. The
// order of facts does not matter; how often one stands does.
func Compare(key string, before, after *subject.Record) Change {
	c := Change{Key: key, Old: before, New: after}
	count := map[subject.Fact]int{}
	old, now := before.Facts(), after.Facts()
	for _, f := range now {
		count[f]++
	}
	for _, f := range old {
		if count[f]--; count[f] < 0 {
			c.Gone = append(c.Gone, f)
		}
	}
	clear(count)
	for _, f := range old {
		count[f]++
	}
	for _, f := range now {
		if count[f]--; count[f] < 0 {
			c.Come = append(c.Come, f)
		}
	}
	return c
}

// Sorted gives entries in the order of their keys.
func Sorted(entries []Entry) iter.Seq2[Entry, error] {
	s := slices.Clone(entries)
	slices.SortStableFunc(s, func(a, b Entry) int {
		switch {
		case a.Key < b.Key:
			return -1
		case a.Key > b.Key:
			return 1
		}
		return 0
	})
	return func(yield func(Entry, error) bool) {
		for _, e := range s {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Step is one change in the life of a subject, with the snapshot that brought it.
type Step struct {
	Meta   Meta
	Change Change
}

// History gives the changes of what is about one subject, in the order of
// publication; from its versions and all snapshots of its list.
func History(snaps []Meta, versions []Version) []Step {
	ordered := slices.Clone(snaps)
	slices.SortFunc(ordered, func(a, b Meta) int {
		if Later(a, b) {
			return 1
		}
		return -1
	})
	var out []Step
	before := map[string]Version{}
	for _, m := range ordered {
		now := map[string]Version{}
		var keys []string
		for _, v := range versions {
			if v.From <= m.Number && (v.Until == 0 || m.Number < v.Until) {
				now[v.Key] = v
				keys = append(keys, v.Key)
			}
		}
		for key := range before {
			if _, still := now[key]; !still {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range slices.Compact(keys) {
			old, was := before[key]
			v, is := now[key]
			switch {
			case !was:
				out = append(out, Step{m, Change{Key: key, New: v.Record, Come: v.Record.Facts()}})
			case !is:
				out = append(out, Step{m, Change{Key: key, Old: old.Record, Gone: old.Record.Facts()}})
			case old.Hash != v.Hash:
				out = append(out, Step{m, Compare(key, old.Record, v.Record)})
			}
		}
		before = now
	}
	return out
}

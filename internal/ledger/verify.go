package ledger

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Verified says what a verification went through.
type Verified struct {
	// Head is the newest signed head; zero for an empty log.
	Head Checkpoint
	// Entries and Checkpoints were gone through, Problems were found.
	Entries, Checkpoints int64
	Problems             int
}

// Problem is something that is not as it was signed.
type Problem struct {
	// From and To are the first and the last entry that it may lie in; equal where
	// the entry is known, and -1 where it lies in none.
	From, To int64
	What     string
}

// Verify goes through the whole log: every entry against its hash, every hash against
// those below it, and the root at every checkpoint, those kept with the log and those
// that the caller has from elsewhere, against the signature. It calls seen, if given,
// with each entry as it goes, in order, and found with each problem. An error is a
// log that cannot be read, and no verdict.
func Verify(
	ctx context.Context, r Reader, key Public, witnesses []Checkpoint, seen func(Entry) error, found func(Problem),
) (Verified, error) {
	v := verifier{ctx: ctx, r: r, seen: seen, g: grower{nodes: map[int64]Hash{}}}
	v.report = func(from, to int64, format string, args ...any) {
		v.out.Problems++
		found(Problem{from, to, fmt.Sprintf(format, args...)})
	}
	if err := v.heads(key, witnesses); err != nil {
		return v.out, err
	}
	for v.g.size < v.out.Head.Size {
		if err := v.chunk(); err != nil {
			return v.out, err
		}
	}
	return v.out, v.rest()
}

type verifier struct {
	ctx    context.Context
	r      Reader
	seen   func(Entry) error
	report func(from, to int64, format string, args ...any)
	out    Verified
	signed []Checkpoint // in order of size, the head last
	sound  int64        // size up to which a checkpoint agreed
	g      grower
}

// heads reads the signed heads. A head that cannot be read is a problem; the log is
// then gone through as far as another reaches.
func (v *verifier) heads(key Public, witnesses []Checkpoint) error {
	add := func(what string, signed []byte) {
		c, err := key.Open(signed)
		if err != nil {
			v.report(-1, -1, "%s: %v", what, err)
			return
		}
		v.signed = append(v.signed, c)
	}
	head, err := v.r.Head(v.ctx)
	if err != nil {
		return err
	}
	if head != nil {
		add("the head of the log", head)
	}
	newest := int64(0)
	if len(v.signed) > 0 {
		newest = v.signed[0].Size
	}
	for signed, err := range v.r.Checkpoints(v.ctx) {
		if err != nil {
			return err
		}
		add("a checkpoint that is kept with the log", signed)
	}
	for _, c := range witnesses {
		if c.Origin != key.Origin() {
			return fault.New(fault.Conflict, "the checkpoint is of the log %s, and this one is %s", c.Origin, key.Origin())
		}
		v.signed = append(v.signed, c)
	}
	slices.SortStableFunc(v.signed, func(a, b Checkpoint) int { return int(a.Size - b.Size) })
	if n := len(v.signed); n > 0 {
		v.out.Head = v.signed[n-1]
	}
	if v.out.Head.Size > newest {
		v.report(newest, v.out.Head.Size-1, "the log has a head of %d entries, and one of %d was signed: entries %d to %d were cut off",
			newest, v.out.Head.Size, newest, v.out.Head.Size-1)
	}
	v.signed = slices.DeleteFunc(v.signed, func(c Checkpoint) bool { return c.Size == 0 })
	return nil
}

// atOnce is how many entries are read at a time.
const atOnce = 512

// chunk goes through the next entries, up to the next checkpoint.
func (v *verifier) chunk() error {
	from := v.g.size
	to := min(from+atOnce, v.out.Head.Size)
	if len(v.signed) > 0 {
		to = min(to, v.signed[0].Size)
	}
	entries, err := v.entries(from, to)
	if err != nil {
		return err
	}
	stored, err := v.stored(tlog.StoredHashCount(from), tlog.StoredHashCount(to))
	if err != nil {
		return err
	}
	for seq := from; seq < to; seq++ {
		if err := v.entry(seq, entries[seq-from], stored); err != nil {
			return err
		}
	}
	v.checkpoints()
	return nil
}

// entries gives the entries of a span by their place; nil where there is none.
func (v *verifier) entries(from, to int64) ([]*Entry, error) {
	out := make([]*Entry, to-from)
	for e, err := range v.r.Entries(v.ctx, from, to) {
		if err != nil {
			return nil, err
		}
		if e.Seq < from || e.Seq >= to || out[e.Seq-from] != nil {
			v.report(e.Seq, e.Seq, "%s stands twice, or out of its order", e)
			continue
		}
		out[e.Seq-from] = &e
	}
	return out, nil
}

// stored gives the hashes of a span of indexes that are there.
func (v *verifier) stored(from, to int64) (map[int64]Hash, error) {
	at := make([]int64, 0, to-from)
	for i := from; i < to; i++ {
		at = append(at, i)
	}
	out := map[int64]Hash{}
	list, err := v.r.Hashes(v.ctx, at)
	if err == nil {
		for i, h := range list {
			out[at[i]] = h
		}
		return out, nil
	}
	if fault.CodeOf(err) != fault.NotFound {
		return nil, err
	}
	for _, i := range at { // some are gone: which?
		one, err := v.r.Hashes(v.ctx, []int64{i})
		if err == nil {
			out[i] = one[0]
		} else if fault.CodeOf(err) != fault.NotFound {
			return nil, err
		}
	}
	return out, nil
}

// entry checks one entry and the hashes that it completes. Where entry and hash do
// not agree, the hash is gone on with: if it is the one that was signed, the entry is
// what was altered, and those after it are still told apart.
func (v *verifier) entry(seq int64, e *Entry, stored map[int64]Hash) error {
	v.out.Entries++
	leaf, there := stored[tlog.StoredHashIndex(0, seq)]
	switch {
	case e == nil && !there:
		v.report(seq, seq, "entry %d is gone, and its hash", seq)
	case e == nil:
		v.report(seq, seq, "entry %d is gone", seq)
	case !there:
		v.report(seq, seq, "the hash of %s is gone", e)
		leaf = e.Leaf()
	case e.Leaf() != leaf:
		v.report(seq, seq, "%s is not what was entered, or its hash is not", e)
	}
	if e != nil && v.seen != nil {
		if err := v.seen(*e); err != nil {
			return err
		}
	}
	first := tlog.StoredHashIndex(0, seq)
	for i, h := range v.g.add(leaf) {
		if i == 0 {
			continue
		}
		if have, ok := stored[first+int64(i)]; !ok {
			v.report(seq, seq, "the hash over entries %d to %d is gone", seq+1-1<<i, seq)
		} else if have != h {
			v.report(seq+1-1<<i, seq, "the hash over entries %d to %d is not that of what is below it", seq+1-1<<i, seq)
		}
	}
	return nil
}

// checkpoints compares the root with the heads of this size.
func (v *verifier) checkpoints() {
	for len(v.signed) > 0 && v.signed[0].Size == v.g.size {
		c := v.signed[0]
		v.signed = v.signed[1:]
		v.out.Checkpoints++
		if v.g.root() != c.Root {
			v.report(v.sound, c.Size-1, "entries %d to %d are not those of which the head was signed on %s",
				v.sound, c.Size-1, c.Time.Format(stamp))
			continue
		}
		v.sound = c.Size
	}
}

// rest finds entries after the newest head.
func (v *verifier) rest() error {
	size := v.out.Head.Size
	for e, err := range v.r.Entries(v.ctx, size, 1<<62) {
		if err != nil {
			return err
		}
		v.report(e.Seq, e.Seq, "%s follows the %d entries that were signed", e, size)
	}
	if _, err := v.r.Hashes(v.ctx, []int64{tlog.StoredHashCount(size)}); err == nil {
		v.report(size, size, "hashes follow those of the %d entries that were signed", size)
	} else if fault.CodeOf(err) != fault.NotFound {
		return err
	}
	return nil
}

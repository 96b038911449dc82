package ledger

import (
	"context"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Proof shows that an entry is in a log of some size: the hashes beside its way to
// the root, from the bottom up.
type Proof []Hash

// Prove gives the proof that entry seq is in the first size entries.
func Prove(ctx context.Context, r Reader, size, seq int64) (Proof, error) {
	if seq < 0 || seq >= size {
		return nil, fault.New(fault.NotFound, "the first %d entries have no entry %d", size, seq)
	}
	p, err := tlog.ProveRecord(size, seq, hashes(ctx, r))
	if err != nil {
		return nil, unproven(err)
	}
	return Proof(p), nil
}

func unproven(err error) error {
	if fault.CodeOf(err) != fault.Internal {
		return err
	}
	return fault.Wrap(fault.Unavailable, err, "the proof cannot be made").WithFix("`cordon audit verify` says what is wrong with the log")
}

func hashes(ctx context.Context, r Reader) tlog.HashReader {
	return tlog.HashReaderFunc(func(at []int64) ([]Hash, error) { return r.Hashes(ctx, at) })
}

// CheckProof says whether a proof shows that the entry is in the log that the
// checkpoint is of.
func CheckProof(p Proof, c Checkpoint, e Entry) error {
	if err := e.Check(); err != nil {
		return err
	}
	if e.Seq >= c.Size {
		return fault.New(fault.Conflict, "%s is not yet in the %d entries of the checkpoint", e, c.Size)
	}
	if tlog.CheckRecord(tlog.RecordProof(p), c.Size, c.Root, e.Seq, e.Leaf()) != nil {
		return fault.New(fault.Conflict, "%s is not in the log that was signed, or was altered", e)
	}
	return nil
}

// ProveGrowth gives the proof that the first size entries begin with those of an
// earlier checkpoint, of which there are old.
func ProveGrowth(ctx context.Context, r Reader, size, old int64) (Proof, error) {
	if old < 1 || old > size {
		return nil, fault.New(fault.NotFound, "a log of %d entries does not go on from one of %d", size, old)
	}
	p, err := tlog.ProveTree(size, old, hashes(ctx, r))
	if err != nil {
		return nil, unproven(err)
	}
	return Proof(p), nil
}

// CheckGrowth says whether a proof shows that the log of a checkpoint goes on from
// that of an earlier one: that nothing in the earlier was altered, dropped or moved.
func CheckGrowth(p Proof, now, old Checkpoint) error {
	if now.Origin != old.Origin {
		return fault.New(fault.Conflict, "the checkpoints are of two logs, %s and %s", now.Origin, old.Origin)
	}
	if old.Size < 1 || old.Size > now.Size || tlog.CheckTree(tlog.TreeProof(p), now.Size, now.Root, old.Size, old.Root) != nil {
		return fault.New(fault.Conflict, "the log of %d entries does not go on from that of %d: something before was changed", now.Size, old.Size)
	}
	return nil
}

// Rung is one step up from an entry to the root: what is on the way, what stands beside it, and what both make.
type Rung struct {
	At, Beside, Makes Hash
	// Left says that what stands beside is the left one of the two.
	Left bool
}

// Climb gives the steps that a proof takes from an entry to the root of the first size entries. It proves nothing:
// whether the last of them is the root that was signed is for who asks, or for [CheckProof].
func Climb(p Proof, size int64, e Entry) []Rung {
	var out []Rung
	at, n, last := e.Leaf(), e.Seq, size-1
	for _, beside := range p {
		left := n&1 == 1 || n == last
		makes := tlog.NodeHash(at, beside)
		if left {
			makes = tlog.NodeHash(beside, at)
			for n&1 == 0 && n != 0 { // at the right edge, levels without a pair are left out
				n, last = n>>1, last>>1
			}
		}
		out = append(out, Rung{at, beside, makes, left})
		at, n, last = makes, n>>1, last>>1
	}
	return out
}

package ledgertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Store is a store that holds a log.
type Store interface {
	// Update runs f in a transaction that writes, and makes what it did last when f
	// gives no error.
	Update(ctx context.Context, f func(ledger.Tx) error) error
	// View runs f over one state.
	View(ctx context.Context, f func(ledger.Reader) error) error
}

// Failer is a test, of this or of another kind.
type Failer interface {
	Helper()
	Fatal(args ...any)
}

// Key gives a signing key that is the same in every run.
func Key(t Failer) *ledger.Signer {
	t.Helper()
	secret, err := ledger.GenerateKey(bytes.NewReader(make([]byte, 64)), "cordon-test")
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledger.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Entries gives entries that differ, as an answer and a load would write them.
func Entries(from, n int) []ledger.Entry {
	var out []ledger.Entry
	for i := range n {
		e := ledger.Entry{
			Time: time.UnixMilli(1_800_000_000_000 + int64(from+i)*7).UTC(), Kind: ledger.Answer, Actor: "u-1",
			About: fmt.Sprintf("answer-%d", from+i),
		}
		if i%3 == 2 {
			e.Kind, e.About = ledger.List, fmt.Sprintf("un@%d", (from+i)/3)
		}
		e.Data[0], e.Data[31] = byte(from+i), byte((from+i)>>8)
		out = append(out, e)
	}
	return out
}

// Run holds a store to the contract of [ledger.Tx]. Each call of open gives an empty
// store, which the test is to clean up.
func Run(t *testing.T, open func(testing.TB) Store) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, Store)
	}{{"empty", empty}, {"grows", grows}, {"undone", undone}, {"two writers", twoWriters}, {"many writers", manyWriters}, {"checkpoints", checkpoints}} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open(t)) })
	}
}

func add(t testing.TB, s Store, l *ledger.Log, entries []ledger.Entry) (out []ledger.Entry) {
	t.Helper()
	err := s.Update(context.Background(), func(tx ledger.Tx) (err error) {
		out, err = l.Append(context.Background(), tx, entries)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// verified verifies and gives the size; any problem is a failure.
func verified(t testing.TB, s Store) (size int64) {
	t.Helper()
	err := s.View(context.Background(), func(r ledger.Reader) error {
		v, err := ledger.Verify(context.Background(), r, Key(t).Public(), nil, nil, func(p ledger.Problem) { t.Error(p) })
		size = v.Head.Size
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return size
}

func empty(t *testing.T, s Store) {
	ctx := context.Background()
	if n := verified(t, s); n != 0 {
		t.Errorf("an empty log has %d entries", n)
	}
	if err := s.View(ctx, func(r ledger.Reader) error {
		head, err := r.Head(ctx)
		if head != nil {
			t.Errorf("it has the head %q", head)
		}
		if _, err := r.Hashes(ctx, []int64{0}); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("a hash that is not there: %v", err)
		}
		if list, err := r.About(ctx, "x"); len(list) > 0 || err != nil {
			t.Errorf("%v %v", list, err)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// grows appends lots of all sizes and reads back what was written, every proof of it
// included.
func grows(t *testing.T, s Store) {
	ctx := context.Background()
	l := ledger.New(Key(t))
	var want []ledger.Entry
	for _, n := range []int{1, 1, 2, 7, 1, 16, 33} {
		want = append(want, add(t, s, l, Entries(len(want), n))...)
		if got := verified(t, s); got != int64(len(want)) {
			t.Fatalf("%d entries of %d", got, len(want))
		}
	}
	if err := s.View(ctx, func(r ledger.Reader) error {
		var got []ledger.Entry
		for e, err := range r.Entries(ctx, 0, 1<<62) {
			if err != nil {
				return err
			}
			got = append(got, e)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		head, err := r.Head(ctx)
		if err != nil {
			return err
		}
		c, err := Key(t).Public().Open(head)
		if err != nil {
			return err
		}
		for _, e := range want {
			p, err := ledger.Prove(ctx, r, c.Size, e.Seq)
			if err == nil {
				err = ledger.CheckProof(p, c, e)
			}
			if err != nil {
				return err
			}
		}
		if list, err := r.About(ctx, want[5].About); err != nil || len(list) != 1 || !cmp.Equal(list[0], want[5]) {
			t.Errorf("about %s: %v %v", want[5].About, list, err)
		}
		hashes, err := r.Hashes(ctx, []int64{5, 0, 5})
		if err != nil || len(hashes) != 3 || hashes[0] != hashes[2] || hashes[1] != want[0].Leaf() {
			t.Errorf("hashes in the order asked for: %v %v", hashes, err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// undone holds that a transaction that fails leaves nothing, and that the log goes on
// from what is there.
func undone(t *testing.T, s Store) {
	ctx := context.Background()
	l := ledger.New(Key(t))
	add(t, s, l, Entries(0, 5))
	no := errors.New("no")
	if err := s.Update(ctx, func(tx ledger.Tx) error {
		if _, err := l.Append(ctx, tx, Entries(5, 3)); err != nil {
			t.Error(err)
		}
		return no
	}); !errors.Is(err, no) && fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("the fault is %v", err)
	}
	if n := verified(t, s); n != 5 {
		t.Errorf("%d entries", n)
	}
	add(t, s, l, Entries(5, 4))
	if n := verified(t, s); n != 9 {
		t.Errorf("%d entries", n)
	}
}

// twoWriters are two programs on one store, each of which remembers an edge.
func twoWriters(t *testing.T, s Store) {
	a, b := ledger.New(Key(t)), ledger.New(Key(t))
	n := 0
	for i := range 12 {
		l := a
		if rand.IntN(2) == 0 {
			l = b
		}
		out := add(t, s, l, Entries(n, i+1))
		if out[0].Seq != int64(n) {
			t.Fatalf("entry %d where %d was next", out[0].Seq, n)
		}
		n += i + 1
	}
	if got := verified(t, s); got != int64(n) {
		t.Errorf("%d entries of %d", got, n)
	}
}

func manyWriters(t *testing.T, s Store) {
	l := ledger.New(Key(t))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 10 {
				if err := s.Update(context.Background(), func(tx ledger.Tx) error {
					_, err := l.Append(context.Background(), tx, Entries(w*100+i, 2))
					return err
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := verified(t, s); got != 80 {
		t.Errorf("%d entries of 80", got)
	}
}

// checkpoints holds that heads are kept, by demand and every so often, that a size has
// one, and that later ones grow from earlier ones.
func checkpoints(t *testing.T, s Store) {
	ctx := context.Background()
	l := ledger.New(Key(t))
	take := func() (c ledger.Checkpoint, err error) {
		err = s.Update(ctx, func(tx ledger.Tx) error {
			_, c, err = l.Checkpoint(ctx, tx)
			return err
		})
		return c, err
	}
	if _, err := take(); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("of an empty log: %v", err)
	}
	var sizes []int64
	for _, n := range []int{3, 0, 9, ledger.Every} {
		if n > 0 {
			add(t, s, l, Entries(0, n))
		}
		c, err := take()
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, c.Size)
	}
	add(t, s, l, Entries(0, ledger.Every))
	want := []int64{3, 12, 12 + ledger.Every, 12 + 2*ledger.Every}
	var kept []ledger.Checkpoint
	if err := s.View(ctx, func(r ledger.Reader) error {
		for signed, err := range r.Checkpoints(ctx) {
			if err != nil {
				return err
			}
			c, err := Key(t).Public().Open(signed)
			if err != nil {
				return err
			}
			kept = append(kept, c)
		}
		for i, old := range kept {
			for _, now := range kept[i:] {
				p, err := ledger.ProveGrowth(ctx, r, now.Size, old.Size)
				if err == nil {
					err = ledger.CheckGrowth(p, now, old)
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, c := range kept {
		got = append(got, c.Size)
	}
	if !cmp.Equal(got, want) {
		t.Errorf("kept are heads of %v, not %v (asked for at %v)", got, want, sizes)
	}
	verified(t, s)
}

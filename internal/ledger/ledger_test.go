package ledger_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/ledger/ledgertest"
)

var ctx = context.Background()

func TestMemory(t *testing.T) {
	ledgertest.Run(t, func(testing.TB) ledgertest.Store { return &ledgertest.Memory{Nodes: map[int64]ledger.Hash{}} })
}

// made gives a log of n entries that was written in lots.
func made(t ledgertest.Failer, lots ...int) *ledgertest.Memory {
	t.Helper()
	m := &ledgertest.Memory{Nodes: map[int64]ledger.Hash{}}
	l := ledger.New(ledgertest.Key(t))
	for _, n := range lots {
		if err := m.Update(ctx, func(tx ledger.Tx) error {
			_, err := l.Append(ctx, tx, ledgertest.Entries(len(m.Lines), n))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func head(t ledgertest.Failer, m *ledgertest.Memory) ledger.Checkpoint {
	t.Helper()
	c, err := ledgertest.Key(t).Public().Open(m.Newest)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// tree is the hash of a list of leaves as RFC 6962, section 2.1, defines it.
func tree(leaves [][]byte) (out ledger.Hash) {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	l, r := tree(leaves[:k]), tree(leaves[k:])
	return sha256.Sum256(slices.Concat([]byte{1}, l[:], r[:]))
}

// TestRootAgainstDefinition holds the root, grown in lots of any size, to the
// definition, and the stored hashes to those that tlog would store.
func TestRootAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := made(t, rapid.SliceOfN(rapid.IntRange(1, 9), 1, 12).Draw(t, "lots")...)
		var leaves [][]byte
		var stored []ledger.Hash
		read := tlog.HashReaderFunc(func(at []int64) (out []ledger.Hash, err error) {
			for _, i := range at {
				out = append(out, stored[i])
			}
			return out, nil
		})
		for i, e := range m.Lines {
			leaves = append(leaves, e.Text())
			more, err := tlog.StoredHashes(int64(i), e.Text(), read)
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, more...)
		}
		c := head(t, m)
		if c.Size != int64(len(leaves)) || c.Root != tree(leaves) {
			t.Fatalf("the root of %d entries is not that of the definition", len(leaves))
		}
		if len(m.Nodes) != len(stored) {
			t.Fatalf("%d hashes are stored, not %d", len(m.Nodes), len(stored))
		}
		for i, h := range stored {
			if m.Nodes[int64(i)] != h {
				t.Fatalf("the hash %d is another", i)
			}
		}
	})
}

// damage is one way in which somebody changes the log without the key.
type damage struct {
	name string
	// needs is the number of entries that it needs.
	needs int
	do    func(m *ledgertest.Memory, i, j int)
}

// hashedAnew rebuilds all stored hashes from the entries, as one would who wants to
// hide what was changed.
func hashedAnew(m *ledgertest.Memory) {
	var stored []ledger.Hash
	for i := range m.Lines {
		m.Lines[i].Seq = int64(i)
		more, err := tlog.StoredHashes(int64(i), m.Lines[i].Text(), tlog.HashReaderFunc(func(at []int64) (out []ledger.Hash, err error) {
			for _, x := range at {
				out = append(out, stored[x])
			}
			return out, nil
		}))
		if err != nil {
			panic(err)
		}
		stored = append(stored, more...)
	}
	m.Nodes = map[int64]ledger.Hash{}
	for i, h := range stored {
		m.Nodes[int64(i)] = h
	}
}

var damages = []damage{
	{"a byte of the data", 1, func(m *ledgertest.Memory, i, j int) { m.Lines[i].Data[j%32] ^= 1 << (j % 8) }},
	{"the time", 1, func(m *ledgertest.Memory, i, j int) { m.Lines[i].Time = m.Lines[i].Time.Add(time.Millisecond) }},
	{"the actor", 1, func(m *ledgertest.Memory, i, j int) { m.Lines[i].Actor += "x" }},
	{"the kind", 1, func(m *ledgertest.Memory, i, j int) { m.Lines[i].Kind = ledger.Erasure }},
	{"a hash of an entry", 1, func(m *ledgertest.Memory, i, j int) { flip(m, tlog.StoredHashIndex(0, int64(i)), j) }},
	{"dropped", 1, func(m *ledgertest.Memory, i, j int) { m.Lines = slices.Delete(m.Lines, i, i+1) }},
	{"cut off", 1, func(m *ledgertest.Memory, i, j int) { m.Lines = m.Lines[:i] }},
	{"two exchanged", 2, func(m *ledgertest.Memory, i, j int) {
		m.Lines[i], m.Lines[j] = m.Lines[j], m.Lines[i]
		m.Lines[i].Seq, m.Lines[j].Seq = int64(i), int64(j)
	}},
	{"one over another", 2, func(m *ledgertest.Memory, i, j int) {
		m.Lines[i] = m.Lines[j]
		m.Lines[i].Seq = int64(i)
	}},
}

func flip(m *ledgertest.Memory, at int64, bit int) {
	h := m.Nodes[at]
	h[bit%32] ^= 1 << (bit % 8)
	m.Nodes[at] = h
}

// TestDamage holds that whatever is changed is found, and that the entry is named.
func TestDamage(t *testing.T) {
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				n := rapid.IntRange(d.needs, 40).Draw(t, "n")
				m := made(t, n)
				i := rapid.IntRange(0, n-1).Draw(t, "i")
				j := rapid.IntRange(0, n-1).Filter(func(j int) bool { return j != i || d.needs == 1 }).Draw(t, "j")
				d.do(m, i, j)
				v, list := verify(t, m)
				if v.Problems == 0 || !slices.ContainsFunc(list, func(p ledger.Problem) bool { return p.From == int64(i) && p.To == int64(i) }) {
					t.Fatalf("entry %d was changed, and found is %v", i, list)
				}
			})
		})
	}
}

// TestDamageHidden does the same and makes all hashes anew: only the signed heads tell,
// and they say between which two of them.
func TestDamageHidden(t *testing.T) {
	for _, d := range damages {
		if d.name == "a hash of an entry" {
			continue // made anew, it is as it was
		}
		t.Run(d.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				lots := rapid.SliceOfN(rapid.IntRange(1, 9), 2, 6).Draw(t, "lots")
				m, witness := &ledgertest.Memory{Nodes: map[int64]ledger.Hash{}}, []ledger.Checkpoint{}
				l := ledger.New(ledgertest.Key(t))
				for _, n := range lots {
					if err := m.Update(ctx, func(tx ledger.Tx) error {
						_, err := l.Append(ctx, tx, ledgertest.Entries(len(m.Lines), n))
						return err
					}); err != nil {
						t.Fatal(err)
					}
					witness = append(witness, head(t, m))
				}
				n := len(m.Lines)
				i := rapid.IntRange(0, n-1).Draw(t, "i")
				j := rapid.IntRange(0, n-1).Filter(func(j int) bool { return j != i || d.needs == 1 }).Draw(t, "j")
				d.do(m, i, j)
				hashedAnew(m)
				_, list := verify(t, m, witness...)
				if !slices.ContainsFunc(list, func(p ledger.Problem) bool { return p.From <= int64(i) && int64(i) <= p.To }) {
					t.Fatalf("entry %d was changed, and found is %v", i, list)
				}
				// Nothing before the first lot that was touched is suspected.
				low, before := int64(min(i, j)), int64(0)
				if d.needs == 1 {
					low = int64(i)
				}
				for _, c := range witness {
					if c.Size <= low {
						before = c.Size
					}
				}
				for _, p := range list {
					if p.From < before {
						t.Fatalf("the first %d entries are as they were, and found is %v", before, p)
					}
				}
			})
		})
	}
}

func verify(t ledgertest.Failer, m *ledgertest.Memory, witness ...ledger.Checkpoint) (ledger.Verified, []ledger.Problem) {
	t.Helper()
	var list []ledger.Problem
	v, err := ledger.Verify(ctx, m, ledgertest.Key(t).Public(), witness, nil, func(p ledger.Problem) { list = append(list, p) })
	if err != nil {
		t.Fatal(err)
	}
	if v.Problems != len(list) {
		t.Fatal("problems are counted wrongly")
	}
	return v, list
}

// TestDamageOutsideEntries are changes to hashes and heads.
func TestDamageOutsideEntries(t *testing.T) {
	other, err := ledger.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), "cordon-test")
	if err != nil {
		t.Fatal(err)
	}
	forger, err := ledger.NewSigner(other)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		do   func(m *ledgertest.Memory)
		want string
	}{
		{"a hash between", func(m *ledgertest.Memory) { flip(m, tlog.StoredHashIndex(2, 1), 0) }, "the hash over entries 4 to 7 is not"},
		{"a hash gone", func(m *ledgertest.Memory) { delete(m.Nodes, tlog.StoredHashIndex(0, 3)) }, "the hash of entry 3"},
		{"an entry and its hash gone", func(m *ledgertest.Memory) {
			delete(m.Nodes, tlog.StoredHashIndex(0, 3))
			m.Lines = slices.Delete(m.Lines, 3, 4)
		}, "entry 3 is gone, and its hash"},
		{"an entry more", func(m *ledgertest.Memory) {
			e := m.Lines[4]
			e.Seq = int64(len(m.Lines))
			m.Lines = append(m.Lines, e)
		}, "follows the 20 entries that were signed"},
		{"an entry twice in one place", func(m *ledgertest.Memory) { m.Lines = slices.Insert(m.Lines, 4, m.Lines[4]) }, "stands twice"},
		{"a hash more", func(m *ledgertest.Memory) { m.Nodes[tlog.StoredHashCount(20)] = ledger.Hash{} }, "hashes follow those of the 20"},
		{"an older head", func(m *ledgertest.Memory) {
			m.Newest = m.Kept[0].Signed
			m.Lines = m.Lines[:10]
		}, "entries 10 to 19 were cut off"},
		{"a head of another key", func(m *ledgertest.Memory) {
			c := head(t, m)
			m.Lines = m.Lines[:15]
			hashedAnew(m)
			c.Size, c.Root = 15, tree(texts(m))
			if m.Newest, err = forger.Sign(c); err != nil {
				t.Fatal(err)
			}
		}, "signed by another key"},
		{"a head that says another size", func(m *ledgertest.Memory) { m.Newest = bytes.Replace(m.Newest, []byte("\n20\n"), []byte("\n19\n"), 1) }, "the signature does not hold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := made(t, 10)
			l := ledger.New(ledgertest.Key(t))
			if err := m.Update(ctx, func(tx ledger.Tx) error {
				if _, _, err := l.Checkpoint(ctx, tx); err != nil {
					return err
				}
				if _, err := l.Append(ctx, tx, ledgertest.Entries(10, 10)); err != nil {
					return err
				}
				_, _, err := l.Checkpoint(ctx, tx)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if _, list := verify(t, m); len(list) > 0 {
				t.Fatalf("before: %v", list)
			}
			c.do(m)
			_, list := verify(t, m)
			if !slices.ContainsFunc(list, func(p ledger.Problem) bool { return strings.Contains(p.What, c.want) }) {
				t.Errorf("found is %v, not %q", list, c.want)
			}
		})
	}
}

func texts(m *ledgertest.Memory) (out [][]byte) {
	for _, e := range m.Lines {
		out = append(out, e.Text())
	}
	return out
}

// TestCutOffEverywhere is why a checkpoint belongs in other hands: who puts back an
// older store whole is found only by a head that was signed later.
func TestCutOffEverywhere(t *testing.T) {
	old := made(t, 10)
	now := made(t, 10, 5)
	if _, list := verify(t, old); len(list) > 0 {
		t.Errorf("an older copy is whole by itself: %v", list)
	}
	_, list := verify(t, old, head(t, now))
	if len(list) == 0 || list[0].From != 10 || list[0].To != 14 {
		t.Errorf("found is %v", list)
	}
}

// TestDamagedIsNotAddedTo holds that nothing is appended to a log whose edge is not
// what was signed.
func TestDamagedIsNotAddedTo(t *testing.T) {
	m := made(t, 11)
	flip(m, tlog.StoredHashIndex(0, 10), 3)
	l := ledger.New(ledgertest.Key(t))
	err := m.Update(ctx, func(tx ledger.Tx) error {
		_, err := l.Append(ctx, tx, ledgertest.Entries(11, 1))
		return err
	})
	if fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "audit verify") {
		t.Errorf("%v", err)
	}
}

// TestProofs holds that a proof shows one entry in one log, and no other.
func TestProofs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 70).Draw(t, "n")
		m := made(t, n)
		c := head(t, m)
		i := rapid.IntRange(0, n-1).Draw(t, "i")
		p, err := ledger.Prove(ctx, m, c.Size, int64(i))
		if err != nil {
			t.Fatal(err)
		}
		at := m.Lines[i].Leaf()
		for _, step := range ledger.Climb(p, c.Size, m.Lines[i]) {
			if step.At != at {
				t.Fatalf("a step of entry %d of %d begins elsewhere than the one before ended", i, c.Size)
			}
			at = step.Makes
		}
		if at != c.Root {
			t.Fatalf("the steps of entry %d of %d do not lead to the root", i, c.Size)
		}
		if err := ledger.CheckProof(p, c, m.Lines[i]); err != nil {
			t.Fatal(err)
		}
		j := rapid.IntRange(0, n-1).Draw(t, "j")
		if other := m.Lines[j]; j != i {
			other.Seq = int64(i)
			if ledger.CheckProof(p, c, other) == nil {
				t.Fatal("the proof shows another entry in this place")
			}
			if ledger.CheckProof(p, c, m.Lines[j]) == nil {
				t.Fatal("the proof shows another entry")
			}
		}
		if len(p) > 0 {
			p[rapid.IntRange(0, len(p)-1).Draw(t, "k")][5] ^= 4
			if ledger.CheckProof(p, c, m.Lines[i]) == nil {
				t.Fatal("a proof that was changed holds")
			}
		}
		old := rapid.IntRange(1, n).Draw(t, "old")
		before := head(t, made(t, old))
		g, err := ledger.ProveGrowth(ctx, m, c.Size, before.Size)
		if err == nil {
			err = ledger.CheckGrowth(g, c, before)
		}
		if err != nil {
			t.Fatal(err)
		}
		before.Root[3] ^= 1
		if ledger.CheckGrowth(g, c, before) == nil {
			t.Fatal("the log goes on from another")
		}
	})
}

func TestEntryText(t *testing.T) {
	e := ledgertest.Entries(0, 1)[0]
	e.Seq = 12
	const want = "cordon log entry 1\nseq 12\ntime 2027-01-15T08:00:00.000Z\nkind answer\nactor u-1\nabout answer-0\n" +
		"data 0000000000000000000000000000000000000000000000000000000000000000\n"
	if got := string(e.Text()); got != want {
		t.Errorf("the text is %s", got)
	}
	back, err := ledger.ParseEntry(e.Text())
	if err != nil || back != e {
		t.Errorf("%v %v", back, err)
	}
	for _, e := range []ledger.Entry{
		{Kind: "gossip", Actor: "u", About: "x", Time: e.Time},
		{Kind: ledger.Answer, Actor: "Anna Kowalska", About: "x", Time: e.Time},
		{Kind: ledger.Answer, Actor: "u", About: "x\ny", Time: e.Time},
		{Kind: ledger.Answer, Actor: "u", About: "", Time: e.Time},
		{Kind: ledger.Answer, Actor: "u", About: "x", Time: e.Time.Add(time.Microsecond)},
		{Kind: ledger.Answer, Actor: "u", About: "x", Time: e.Time, Seq: -1},
	} {
		if e.Check() == nil {
			t.Errorf("%q is an entry", e.Text())
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	f.Add(ledgertest.Entries(3, 1)[0].Text())
	f.Add([]byte("cordon log entry 1\nseq 01\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ledger.ParseEntry(b)
		if err == nil && !bytes.Equal(e.Text(), b) {
			t.Errorf("%q is read as %q", b, e.Text())
		}
	})
}

func TestKeys(t *testing.T) {
	s := ledgertest.Key(t)
	if strings.Contains(s.Public().String(), "PRIVATE") {
		t.Fatal("the public key is the private one")
	}
	p, err := ledger.ParsePublic(s.Public().String() + "\n")
	if err != nil || p.Origin() != "cordon-test" {
		t.Fatalf("%v %v", p, err)
	}
	signed, err := s.SignText("one\ntwo\n")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := p.OpenText(signed); err != nil || text != "one\ntwo\n" {
		t.Errorf("%q %v", text, err)
	}
	if _, err := p.Open(signed); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a text is taken for a checkpoint: %v", err)
	}
	for _, bad := range []string{"", "PRIVATE+KEY+x", "PRIVATE+KEY+a+b+c", "cordon-test+1+2"} {
		if _, err := ledger.NewSigner(bad); err == nil || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
		if _, err := ledger.ParsePublic(bad); err == nil {
			t.Errorf("%q is a public key", bad)
		}
	}
	var f *fault.Error
	if _, err := ledger.GenerateKey(bytes.NewReader(nil), "x"); !errors.As(err, &f) {
		t.Errorf("without randomness: %v", err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 8, 64} {
		b.Run(map[int]string{1: "one", 8: "eight", 64: "sixty-four"}[n], func(b *testing.B) {
			m := &ledgertest.Memory{Nodes: map[int64]ledger.Hash{}}
			l := ledger.New(ledgertest.Key(b))
			entries := ledgertest.Entries(0, n)
			for b.Loop() {
				if _, err := l.Append(ctx, m, entries); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/entry")
		})
	}
}

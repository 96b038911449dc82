package index

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
)

// all are limits that leave nothing out: any shared key makes a candidate.
var all = Limits{Bits: -1000, Share: 1, Postings: 1 << 30, Candidates: 1 << 30}

// build writes and opens an index of documents that have these keys.
func build(t testing.TB, docs [][]uint64, most int) *Index {
	t.Helper()
	dir := t.TempDir()
	b := NewBuilder(dir)
	if most > 0 {
		b.most = most
	}
	for i, keys := range docs {
		if _, err := b.Add([][]uint64{keys}, fmt.Appendf(nil, "document %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "x")
	if err := b.WriteFile(path, []byte("meta")); err != nil {
		t.Fatal(err)
	}
	x, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// scan is the oracle: every document that shares a key, found one by one.
func scan(docs [][]uint64, keys []uint64) map[uint32]bool {
	out := map[uint32]bool{}
	for i, d := range docs {
		if slices.ContainsFunc(d, func(k uint64) bool { return slices.Contains(keys, k) }) {
			out[uint32(i)] = true
		}
	}
	return out
}

func TestFindsWhatAScanFinds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		key := rapid.OneOf(rapid.Uint64Range(0, 40), rapid.Map(rapid.Uint64Range(0, 40), func(k uint64) uint64 { return k * 0x9E3779B97F4A7C15 }))
		docs := rapid.SliceOfN(rapid.SliceOfN(key, 0, 6), 0, 30).Draw(rt, "docs")
		keys := rapid.SliceOfN(key, 0, 5).Draw(rt, "keys")
		most := rapid.SampledFrom([]int{0, 7}).Draw(rt, "in memory")
		x := build(t, docs, most)
		var s Search
		for range 2 { // the second time with the memory of the first
			got, bounded, err := s.Find(x, keys, nil, all)
			if err != nil || bounded.Any() {
				rt.Fatalf("%v %v", bounded, err)
			}
			found := map[uint32]bool{}
			for _, c := range got {
				found[c.Doc] = true
			}
			// Keys are kept in part: more may be found, none may be missing.
			for doc := range scan(docs, keys) {
				if !found[doc] {
					rt.Fatalf("document %d is missing", doc)
				}
			}
			if len(found) != len(got) {
				rt.Fatalf("a document is given twice: %v", got)
			}
		}
	})
}

func TestFilesAndMemoryGiveTheSameBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var docs [][]uint64
	for range 500 {
		var keys []uint64
		for range r.IntN(20) {
			keys = append(keys, uint64(r.IntN(300))*0x9E3779B97F4A7C15)
		}
		docs = append(docs, keys)
	}
	a, b := build(t, docs, 0), build(t, docs, 64)
	if !slices.Equal(a.file, b.file) {
		t.Error("an index built in memory and one built in files differ")
	}
	if string(a.Meta()) != "meta" || a.Len() != 500 {
		t.Errorf("%q %d", a.Meta(), a.Len())
	}
	for i := range docs {
		if d, err := a.Doc(uint32(i)); string(d) != fmt.Sprintf("document %d", i) || err != nil {
			t.Fatalf("%s %v", d, err)
		}
	}
}

// What the limits leave out is said, and keys that must reach the scorer do.
func TestLimitsAreSaid(t *testing.T) {
	var docs [][]uint64
	for i := range 100 {
		docs = append(docs, []uint64{1 << 40, uint64(i%10+2) << 40})
	}
	docs = append(docs, []uint64{99 << 50})
	x := build(t, docs, 0)
	var s Search
	got, b, err := s.Find(x, []uint64{1 << 40, 2 << 40}, []uint64{99 << 50}, Limits{Bits: -1000, Share: 1, Postings: 50, Candidates: 5})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 5 || !got[4].Must || got[4].Doc != 100 {
		t.Errorf("%v", got)
	}
	if b != (Bounded{Lists: 1, Postings: 100, Candidates: 6}) {
		t.Errorf("%+v", b)
	}
	if got, _, _ := s.Find(x, nil, []uint64{99 << 50}, Limits{Bits: 1000, Share: 1}); len(got) != 1 {
		t.Errorf("a key that must reach the scorer does not under limits of nothing: %v", got)
	}
}

// Of more units than the limits allow, those that share the rarest keys are given.
func TestRarerFirst(t *testing.T) {
	x := build(t, [][]uint64{{1 << 40}, {1 << 40}, {1 << 40, 2 << 40}, {3 << 40}}, 0)
	var s Search
	for n, want := range map[int]string{1: "[2]", 2: "[2 3]", 3: "[0 2 3]", 4: "[0 1 2 3]"} {
		got, b, err := s.Find(x, []uint64{1 << 40, 2 << 40, 3 << 40}, nil, Limits{Bits: -1000, Share: 1, Postings: 100, Candidates: n})
		if err != nil || b.Candidates != 4-n {
			t.Fatal(b, err)
		}
		var order []uint32
		for _, c := range got {
			order = append(order, c.Doc)
		}
		if fmt.Sprint(order) != want {
			t.Errorf("%d: %v, want %s", n, order, want)
		}
	}
}

// naive adds up what the keys of each unit tell, one by one: the oracle of the
// blocks in which Find does it.
func naive(docs [][]uint64, keys []uint64, l Limits) map[uint32]bool {
	type list struct {
		units []uint32
		bits  float64
	}
	var lists []list
	all := 0.0
	for _, k := range keys {
		var n list
		for i, d := range docs {
			if slices.Contains(d, k) {
				n.units = append(n.units, uint32(i))
			}
		}
		if len(n.units) > 0 {
			n.bits = math.Log2(float64(len(docs)) / float64(len(n.units)))
			all += n.bits
			lists = append(lists, n)
		}
	}
	sums := map[uint32]float64{}
	for _, n := range lists {
		for _, u := range n.units {
			sums[u] += n.bits
		}
	}
	out := map[uint32]bool{}
	for u, told := range sums {
		if told >= min(math.Log2(float64(len(docs)))+l.Bits, l.Share*all) {
			out[u] = true
		}
	}
	return out
}

// Units are found by what their keys tell together, wherever they lie: here over
// several blocks, some of which have nothing.
func TestSumsOverBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	docs := make([][]uint64, 5<<blockBits)
	for i := range docs {
		if block := i >> blockBits; block == 1 || block == 3 && i%999 > 0 {
			continue
		}
		for range 3 {
			docs[i] = append(docs[i], uint64(r.ExpFloat64()*500)*0x9E3779B97F4A7C15)
		}
	}
	x := build(t, docs, 0)
	var s Search
	for range 30 {
		keys := []uint64{}
		for range 6 {
			if k := uint64(r.ExpFloat64()*900) * 0x9E3779B97F4A7C15; !slices.Contains(keys, k) {
				keys = append(keys, k)
			}
		}
		limits := Limits{Bits: -float64(r.IntN(8)), Share: .2 + r.Float64()/2, Postings: 1 << 30, Candidates: 1 << 30}
		want := naive(docs, keys, limits)
		got, _, err := s.Find(x, keys, nil, limits)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range got {
			if !want[c.Doc] || i > 0 && got[i-1].Doc >= c.Doc {
				t.Fatalf("unit %d is given, or out of order", c.Doc)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("%d units, want %d", len(got), len(want))
		}
	}
}

// What a key tells can be weighed by its kind, and a weight of its own makes a
// frequent key enough.
func TestWeigh(t *testing.T) {
	x := build(t, [][]uint64{{1 << 40}, {1 << 40}, {2 << 40}, {2 << 40}, {3 << 40}, {4 << 40}, {5 << 40}, {6 << 40}}, 0)
	var s Search
	limits := all
	limits.Bits, limits.Share = 0, 1000
	for _, c := range []struct {
		weigh func(uint64) (float32, float32)
		want  int
	}{
		{nil, 0}, // each of the two keys tells 2 bits, and 3 are asked for
		{func(k uint64) (float32, float32) { return 1, float32(k >> 41) }, 2},
		{func(uint64) (float32, float32) { return 1.5, 0 }, 4},
		{func(uint64) (float32, float32) { return .5, 1.5 }, 0},
	} {
		limits.Weigh = c.weigh
		if got, _, err := s.Find(x, []uint64{1 << 40, 2 << 40}, nil, limits); len(got) != c.want || err != nil {
			t.Errorf("%d candidates, want %d: %v", len(got), c.want, err)
		}
	}
}

// A file that is not whole is an error at once, or when what is missing is read;
// it never panics.
func TestDamage(t *testing.T) {
	x := build(t, [][]uint64{{1 << 40, 2 << 40}, {1 << 40}, {3 << 40}}, 0)
	whole := slices.Clone(x.file)
	dir := t.TempDir()
	try := func(name string, b []byte) error {
		path := filepath.Join(dir, "d")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		y, err := Open(path)
		if err != nil {
			return err
		}
		defer y.Close()
		var s Search
		for _, key := range []uint64{1 << 40, 2 << 40, 3 << 40} {
			if _, _, err := s.Find(y, []uint64{key}, nil, all); err != nil {
				return err
			}
		}
		for i := range y.Len() {
			if _, err := y.Doc(uint32(i)); err != nil {
				return err
			}
		}
		return nil
	}
	for n := range len(whole) {
		if err := try("cut", whole[:n]); fault.CodeOf(err) != fault.Unavailable {
			t.Fatalf("cut to %d of %d: %v", n, len(whole), err)
		}
	}
	for i := range whole {
		b := slices.Clone(whole)
		b[i] ^= 0xFF
		_ = try("flip", b) // no panic; whether it is seen depends on where it lies
		if i < headerSize {
			if err := try("flip", b); err == nil && (i < 12 || i >= 16 && i < 64 || i >= headerSize-4) {
				t.Errorf("a changed header byte %d passes", i)
			}
		}
	}
	old := slices.Clone(whole)
	binary.LittleEndian.PutUint32(old[8:], 1)
	if err := try("version", old); err == nil || !strings.Contains(err.Error(), "format is 1") {
		t.Errorf("another version: %v", err)
	}
}

func TestNothing(t *testing.T) {
	x := build(t, nil, 0)
	var s Search
	if got, b, err := s.Find(x, []uint64{1, 2}, []uint64{3}, all); len(got) > 0 || b.Any() || err != nil {
		t.Errorf("%v %v %v", got, b, err)
	}
}

// BenchmarkFind looks up 60 keys among 60 for each of n documents, as names have.
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if n > 100_000 && testing.Short() {
				b.Skip("-short")
			}
			r := rand.New(rand.NewPCG(1, 2))
			bl := NewBuilder(b.TempDir())
			queries := make([][]uint64, 1000)
			for i := range n {
				var keys []uint64
				for range 60 {
					keys = append(keys, uint64(r.ExpFloat64()*float64(n))*0x9E3779B97F4A7C15)
				}
				if _, err := bl.Add([][]uint64{keys}, []byte("x")); err != nil {
					b.Fatal(err)
				}
				if i < len(queries) {
					queries[i] = keys
				}
			}
			path := filepath.Join(b.TempDir(), "x")
			if err := bl.WriteFile(path, nil); err != nil {
				b.Fatal(err)
			}
			x, err := Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer x.Close()
			var s Search
			i, found := 0, 0
			b.ResetTimer()
			for b.Loop() {
				c, _, err := s.Find(x, queries[i%len(queries)], nil, all)
				if err != nil {
					b.Fatal(err)
				}
				found += len(c)
				i++
			}
			b.ReportMetric(float64(found)/float64(i), "candidates/op")
			b.ReportMetric(float64(x.Size())/float64(n), "B/document")
		})
	}
}

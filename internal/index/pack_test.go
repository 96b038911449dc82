package index

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever documents are, they come out as they went in.
func TestPacking(t *testing.T) {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"", "designated", "\x00\x00\x00\x00\x00\x00", strings.Repeat("name of a subject ", 40), strings.Repeat("ab", 4_000)}),
		rapid.StringN(0, 30, 60),
	)
	rapid.Check(t, func(rt *rapid.T) {
		var p packer
		p.begin()
		var kept []byte
		for range rapid.IntRange(1, 12).Draw(rt, "documents") {
			doc := []byte(strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(rt, "pieces"), ""))
			full := p.full
			b := bytes.Clone(p.pack(doc))
			if !full {
				if kept = append(kept, b...); !bytes.Equal(b, doc) {
					rt.Fatalf("a first document is changed")
				}
				continue
			}
			got, ok := unpack(kept[:packWindow], b)
			if !ok || !bytes.Equal(got, doc) || len(b) > len(doc)+5 {
				rt.Fatalf("%d bytes, packed into %d, come out as %d: %v", len(doc), len(b), len(got), ok)
			}
		}
	})
}

// Documents that are alike take a fraction of their length, over more than one block.
func TestPackedIndex(t *testing.T) {
	bl := NewBuilder(t.TempDir())
	doc := func(i int) []byte {
		return fmt.Appendf(nil, "\x04made\x00\x00\x00\x00\x00\x00\x00designated %d\x00\x00\x00\x00\x00\x00primary name%d", i, i)
	}
	n, size := 2*packBlock, 0
	for i := range n {
		size += len(doc(i))
		if _, err := bl.Add(nil, doc(i)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := bl.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	x, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if got, err := x.Doc(uint32(i)); err != nil || !bytes.Equal(got, doc(i)) {
			t.Fatalf("%d: %q %v", i, got, err)
		}
	}
	if _, err := x.Doc(uint32(n)); err == nil {
		t.Error("there is a document beyond the last")
	}
	if len(x.bytes)*2 > size {
		t.Errorf("%d bytes of %d are kept", len(x.bytes), size)
	}
}

// FuzzUnpack: what is damaged is refused or gives some document; it never panics.
func FuzzUnpack(f *testing.F) {
	window := []byte(strings.Repeat("name of a subject\x00\x00 ", packWindow/20+1))[:packWindow]
	var p packer
	p.begin()
	p.pack(window)
	for _, doc := range []string{"", "name of a subject", strings.Repeat("a subject of that name", 20), "\x00\x00\x00\x00\x00\x00"} {
		f.Add(bytes.Clone(p.pack([]byte(doc))))
	}
	f.Add([]byte("\x40\x4Fabcd\xFF\xFF\xFF\xFF\x0F\xFF\xFF"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if doc, ok := unpack(window, b); ok && len(doc) > packMost && len(doc) > len(b) {
			t.Errorf("%d bytes of %d", len(doc), len(b))
		}
	})
}

// What is put in and numbered later gives the bytes that adding it in order gives.
func TestNumbering(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		docs := rapid.SliceOfN(rapid.SliceOfNDistinct(rapid.Uint64Range(0, 60), 0, 6, rapid.ID), 0, 40).Draw(rt, "keys")
		order := make([]int, len(docs))
		for i := range order {
			order[i] = i
		}
		order = rapid.Permutation(order).Draw(rt, "order")
		a, b := NewBuilder(t.TempDir()), NewBuilder(t.TempDir())
		b.most = rapid.SampledFrom([]int{1 << 20, 1 << 20, 1 << 20, 8}).Draw(rt, "in memory")
		to, pairs := make([]uint32, len(docs)), 0
		for i, n := range order {
			keys := slices.Clone(docs[n])
			for k := range keys {
				keys[k] *= 0x9E3779B97F4A7C15
			}
			if _, err := a.Add([][]uint64{keys}, nil); err != nil {
				rt.Fatal(err)
			}
			to[n] = uint32(i)
			pairs += len(keys)
		}
		for n := range docs { // each twice, and left out the second time
			for k := range docs[n] {
				if err := b.Put(uint32(2*n), []uint64{docs[n][k] * 0x9E3779B97F4A7C15}); err != nil {
					rt.Fatal(err)
				}
			}
			if err := b.Put(uint32(2*n+1), []uint64{7, 9}); err != nil {
				rt.Fatal(err)
			}
		}
		if err := b.Number(len(docs), pairs, func(n uint32) (uint32, bool) { return to[n/2], n&1 == 0 }); err != nil {
			rt.Fatal(err)
		}
		x, err := a.Bytes()
		if err != nil {
			rt.Fatal(err)
		}
		y, err := b.Bytes()
		if err != nil {
			rt.Fatal(err)
		}
		if !bytes.Equal(x, y) {
			rt.Fatalf("%d bytes, %d", len(x), len(y))
		}
	})
}

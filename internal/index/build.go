package index

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"math/bits"
	"os"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Builder collects documents and writes an index. It is used by one goroutine.
// Beyond about four million keys it works in temporary files, so that memory
// does not grow with the number of documents.
type Builder struct {
	dir    string
	docs   spool // the bytes of documents, packed
	pack   *packer
	places []uint64
	blocks []uint64 // where each block of documents begins
	units  []uint32 // the first unit of each document, and one beyond
	pairs  []pair
	parts  []*os.File // pairs by the first bits of their key
	spent  int        // pairs in parts
	most   int        // pairs held in memory
	late   func(uint32) (uint32, bool)
	left   int // pairs that late leaves
	err    error
}

// pair says that a unit has a key.
type pair struct {
	key  uint64
	unit uint32
}

// partBits is how many first bits of a key choose its temporary file.
const partBits = 6

// NewBuilder makes a builder whose temporary files lie in dir.
func NewBuilder(dir string) *Builder {
	return &Builder{dir: dir, places: []uint64{0}, units: []uint32{0}, most: 4 << 20}
}

// Beside makes another builder whose temporary files lie in the same folder.
func (b *Builder) Beside() *Builder { return NewBuilder(b.dir) }

// spool takes bytes in memory or, when there are many, in a file.
type spool struct {
	buf  []byte
	file *os.File
	size uint64
}

const spoolMost = 64 << 20

func (s *spool) add(dir string, b []byte) error {
	s.buf = append(s.buf, b...)
	s.size += uint64(len(b))
	if len(s.buf) < spoolMost {
		return nil
	}
	if s.file == nil {
		f, err := temporary(dir)
		if err != nil {
			return err
		}
		s.file = f
	}
	_, err := s.file.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

func (s *spool) writeTo(w io.Writer) error {
	if s.file != nil {
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(w, s.file); err != nil {
			return err
		}
	}
	_, err := w.Write(s.buf)
	return err
}

// temporary makes a file that is gone once it is closed, whatever happens.
func temporary(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "cordon-index-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Add adds a document whose units have these keys, and gives its number. A
// document has at least one unit, if without keys. Keys may come in any order
// and more than once; their slices are not kept.
func (b *Builder) Add(units [][]uint64, doc []byte) (uint32, error) {
	n := len(b.places) - 1
	first := b.units[n]
	if uint64(first)+uint64(max(len(units), 1)) > MaxUnits {
		return 0, fault.New(fault.TooLarge, "an index holds at most %d units", MaxUnits)
	}
	if err := b.keep(n, doc); err != nil {
		return 0, err
	}
	b.places = append(b.places, b.docs.size)
	b.units = append(b.units, first+uint32(max(len(units), 1)))
	for i, keys := range units {
		for _, k := range keys {
			b.pairs = append(b.pairs, pair{k, first + uint32(i)})
		}
	}
	return uint32(n), b.bound()
}

// bound keeps few pairs in memory.
func (b *Builder) bound() error {
	if len(b.pairs) < b.most {
		return nil
	}
	if b.err = b.spill(); b.err != nil {
		return b.fail()
	}
	return nil
}

// Put says that something has these keys that [Builder.Number] makes a unit of, by a
// number below [MaxUnits] that it has until then.
func (b *Builder) Put(number uint32, keys []uint64) error {
	for _, k := range keys {
		b.pairs = append(b.pairs, pair{k, number})
	}
	return b.bound()
}

// Number makes n documents without bytes, of one unit each. of gives the unit that has the
// keys of what was put in, or says that these are left out; pairs is how many are not. Where
// keys are only looked up by [Index.Append] it may be any number below [MaxUnits].
func (b *Builder) Number(n, pairs int, of func(number uint32) (unit uint32, ok bool)) error {
	b.late, b.left = of, pairs
	for range n {
		if _, err := b.Add(nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// keep keeps the bytes of the next document.
func (b *Builder) keep(n int, doc []byte) error {
	if n%packBlock == 0 {
		b.blocks = append(b.blocks, b.docs.size)
		if b.pack != nil {
			b.pack.begin()
		}
	}
	if b.pack == nil && len(doc) > 0 {
		b.pack = &packer{}
	}
	if len(doc) > 0 || b.pack != nil {
		doc = b.pack.pack(doc)
	}
	if b.err = b.docs.add(b.dir, doc); b.err != nil {
		return b.fail()
	}
	if b.docs.size-b.blocks[n/packBlock] > math.MaxUint32 {
		return fault.New(fault.TooLarge, "%d documents have more than %d bytes", packBlock, uint32(math.MaxUint32))
	}
	return nil
}

func (b *Builder) fail() error {
	return fault.Wrap(fault.Unavailable, b.err, "the index cannot be built").WithFix("is the disk full?")
}

// spill writes the pairs in memory to the files of their parts.
func (b *Builder) spill() error {
	if b.parts == nil {
		for range 1 << partBits {
			f, err := temporary(b.dir)
			if err != nil {
				return err
			}
			b.parts = append(b.parts, f)
		}
	}
	out := make([][]byte, len(b.parts))
	for _, p := range b.pairs {
		i := p.key >> (64 - partBits)
		out[i] = binary.LittleEndian.AppendUint64(out[i], p.key)
		out[i] = binary.LittleEndian.AppendUint32(out[i], p.unit)
	}
	for i, f := range b.parts {
		if _, err := f.Write(out[i]); err != nil {
			return err
		}
	}
	b.spent += len(b.pairs)
	b.pairs = b.pairs[:0]
	return nil
}

// Close drops what the builder holds.
func (b *Builder) Close() {
	for _, f := range append(b.parts, b.docs.file) {
		if f != nil {
			f.Close()
		}
	}
	b.parts, b.docs.file = nil, nil
}

// inOrder calls f with the pairs of each part, sorted and each once, in the order
// of the keys.
func (b *Builder) inOrder(f func([]pair) error) error {
	if b.parts == nil {
		return f(b.sorted(b.pairs))
	}
	if err := b.spill(); err != nil {
		return err
	}
	var list []pair
	for _, file := range b.parts {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		list = list[:0]
		r := bufio.NewReaderSize(file, 1<<20)
		for {
			var rec [12]byte
			if _, err := io.ReadFull(r, rec[:]); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
			list = append(list, pair{binary.LittleEndian.Uint64(rec[:]), binary.LittleEndian.Uint32(rec[8:])})
		}
		if err := f(b.sorted(list)); err != nil {
			return err
		}
	}
	return nil
}

// sorted sorts pairs, each once, by the units in the end.
func (b *Builder) sorted(list []pair) []pair {
	if b.late != nil {
		kept := list[:0]
		for _, p := range list {
			if unit, ok := b.late(p.unit); ok {
				kept = append(kept, pair{p.key, unit})
			}
		}
		list = kept
	}
	slices.SortFunc(list, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.unit, b.unit))
	})
	return slices.Compact(list)
}

// WriteFile writes the index to a file, which is there whole or not at all: it
// is written beside and moved. The parts of meta are written one after the other. Equal documents in equal order give equal bytes.
func (b *Builder) WriteFile(path string, meta ...[]byte) (err error) {
	defer b.Close()
	tmp := path + ".part"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err == nil {
		err = b.write(f, meta)
		if e := f.Sync(); err == nil {
			err = e
		}
		if e := f.Close(); err == nil {
			err = e
		}
		if err == nil {
			err = os.Rename(tmp, path)
		}
		if err != nil {
			os.Remove(tmp)
		}
	}
	if err != nil {
		b.err = err
		return b.fail()
	}
	return nil
}

// Bytes gives the index itself instead of a file, for small ones that are not
// worth keeping; open it with [Read].
func (b *Builder) Bytes(meta ...[]byte) ([]byte, error) {
	defer b.Close()
	var buf bytes.Buffer
	if err := b.write(&buf, meta); err != nil {
		b.err = err
		return nil, b.fail()
	}
	return buf.Bytes(), nil
}

func (b *Builder) write(f io.Writer, meta [][]byte) error {
	n := uint(0)
	total := b.spent + len(b.pairs)
	if b.late != nil {
		total = b.left
	}
	if total > 8 {
		n = min(uint(bits.Len(uint(total/8))), 28)
	}
	s := &sections{bits: n, buckets: make([]uint32, 1<<n+1), dir: b.dir}
	defer s.close()
	if err := b.inOrder(s.add); err != nil {
		return err
	}
	s.finish()
	if buf, ok := f.(*bytes.Buffer); ok { // it would copy all while it grows
		buf.Grow(headerSize + 4*len(s.buckets) + int(s.keys.size+s.slots.size+s.lists.size+b.docs.size+sizeOf(meta)) + 8*len(b.blocks) + 8*len(b.places) + 64)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	w.Write(b.header(s, meta))
	section := func(size uint64, write func() error) error {
		if err := write(); err != nil {
			return err
		}
		_, err := w.Write(make([]byte, (8-size%8)%8))
		return err
	}
	if err := section(4*uint64(len(s.buckets)), func() error { return numbers(w, s.buckets) }); err != nil {
		return err
	}
	for _, sp := range []*spool{&s.keys, &s.slots, &s.lists} {
		if err := section(sp.size, func() error { return sp.writeTo(w) }); err != nil {
			return err
		}
	}
	if units := b.unitsKept(); len(units) > 0 {
		if err := section(4*uint64(len(units)), func() error { return numbers(w, units) }); err != nil {
			return err
		}
	}
	if b.docs.size > 0 {
		if err := b.writePlaces(w, section); err != nil {
			return err
		}
	}
	if err := section(b.docs.size, func() error { return b.docs.writeTo(w) }); err != nil {
		return err
	}
	if err := section(sizeOf(meta), func() error {
		for _, part := range meta {
			w.Write(part)
		}
		return nil
	}); err != nil {
		return err
	}
	return w.Flush()
}

// numbers writes numbers of 4 bytes.
func numbers(w io.Writer, list []uint32) error {
	var four [4]byte
	for _, x := range list {
		binary.LittleEndian.PutUint32(four[:], x)
		if _, err := w.Write(four[:]); err != nil {
			return err
		}
	}
	return nil
}

// unitsKept gives the units that are written: none where each document has one.
func (b *Builder) unitsKept() []uint32 {
	if int(b.units[len(b.units)-1]) == len(b.places)-1 {
		return nil
	}
	return b.units
}

// writePlaces writes where blocks begin, and where in its block each document does.
func (b *Builder) writePlaces(w io.Writer, section func(uint64, func() error) error) error {
	n := len(b.places) - 1
	if n%packBlock == 0 { // the last document ends where a block would begin
		b.blocks = append(b.blocks, b.docs.size)
	}
	var eight [8]byte
	for _, x := range b.blocks {
		binary.LittleEndian.PutUint64(eight[:], x)
		if _, err := w.Write(eight[:]); err != nil {
			return err
		}
	}
	in := make([]uint32, len(b.places))
	for i, x := range b.places {
		in[i] = uint32(x - b.blocks[i/packBlock])
	}
	return section(4*uint64(len(in)), func() error { return numbers(w, in) })
}

func sizeOf(parts [][]byte) (n uint64) {
	for _, p := range parts {
		n += uint64(len(p))
	}
	return n
}

func (b *Builder) header(s *sections, meta [][]byte) []byte {
	h := make([]byte, headerSize)
	copy(h, magic)
	binary.LittleEndian.PutUint32(h[8:], formatVersion)
	for i, v := range []uint64{
		uint64(len(b.places) - 1), s.keys.size / uint64(keyWidth(s.bits)), s.lists.size / 4, b.docs.size, sizeOf(meta), uint64(s.bits),
		uint64(b.units[len(b.units)-1]),
	} {
		binary.LittleEndian.PutUint64(h[16+8*i:], v)
	}
	binary.LittleEndian.PutUint32(h[headerSize-4:], crc32.ChecksumIEEE(h[:headerSize-4]))
	return h
}

// sections are the parts of the file that are made from pairs.
type sections struct {
	dir     string
	bits    uint
	buckets []uint32
	keys    spool
	slots   spool
	lists   spool
	bucket  int // the last one that was begun
	count   uint32
	b       []byte
}

func (s *sections) close() {
	for _, sp := range []*spool{&s.keys, &s.slots, &s.lists} {
		if sp.file != nil {
			sp.file.Close()
		}
	}
}

// add takes pairs in order.
func (s *sections) add(pairs []pair) error {
	for i := 0; i < len(pairs); {
		bucket, rest := split(pairs[i].key, s.bits)
		j := i + 1
		for ; j < len(pairs); j++ {
			if b, r := split(pairs[j].key, s.bits); b != bucket || r != rest {
				break
			}
		}
		for ; s.bucket < bucket; s.bucket++ {
			s.buckets[s.bucket+1] = s.count
		}
		if err := s.key(rest, pairs[i:j]); err != nil {
			return err
		}
		i = j
	}
	return nil
}

func (s *sections) finish() {
	for ; s.bucket < len(s.buckets)-1; s.bucket++ {
		s.buckets[s.bucket+1] = s.count
	}
}

func (s *sections) key(rest uint32, pairs []pair) error {
	var units []uint32
	for _, p := range pairs {
		units = append(units, p.unit)
	}
	slices.Sort(units) // keys that agree in the kept bits may interleave
	units = slices.Compact(units)
	slot := units[0] | single
	if len(units) > 1 {
		slot = uint32(s.lists.size / 4)
		if s.lists.size/4 >= single {
			return fault.New(fault.TooLarge, "the lists of the index have more than %d entries", uint32(single))
		}
		s.b = binary.LittleEndian.AppendUint32(s.b[:0], uint32(len(units)))
		for _, u := range units {
			s.b = binary.LittleEndian.AppendUint32(s.b, u)
		}
		if err := s.lists.add(s.dir, s.b); err != nil {
			return err
		}
	}
	s.count++
	if s.b = binary.LittleEndian.AppendUint32(s.b[:0], rest); keyWidth(s.bits) == 2 {
		s.b = binary.LittleEndian.AppendUint16(s.b[:0], uint16(rest))
	}
	if err := s.keys.add(s.dir, s.b); err != nil {
		return err
	}
	return s.slots.add(s.dir, binary.LittleEndian.AppendUint32(s.b[:0], slot))
}

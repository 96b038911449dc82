// Package index finds candidates: which of many documents have a unit (a name)
// that shares rare keys with a query. It is a file that is written once, mapped into memory and never
// changed, so that many processes share one copy and opening it costs nothing.
//
// It knows neither names nor lists: keys are numbers that others made, documents
// are bytes. Work per query is bounded, and an answer for which a bound was hit
// says so; nothing is left out in silence. A damaged file is an error when it is
// opened or read, never a missing candidate.
//
// # The file
//
// All numbers are little-endian.
//
//	header    magic, version, counts, places of the sections, hash of the header
//	buckets   for each value of the first bits of a key, where its keys begin
//	keys      the next 32 bits of each key, sorted within their bucket; the next 16
//	          where the first are 16 or more
//	slots     for each key: its one unit, or where its list begins
//	lists     for each list: its length, then units in rising order
//	units     for each document, the number of its first unit; not where each has one
//	blocks    for each [packBlock] documents, where their bytes begin; none where no
//	          document has any, nor places
//	places    for each document, where its bytes begin among those of its block
//	bytes     the documents, packed
//	meta      bytes that whoever built the index keeps with it
//
// Two keys that agree in the bits that are kept are one key: that adds a
// candidate now and then, and never loses one.
package index

import (
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/bits"
	"os"
	"slices"
	"sort"

	"golang.org/x/sys/unix"

	"github.com/cordon-engine/cordon/internal/fault"
)

// formatVersion is the version of the file. An index is made from a snapshot and
// can be made anew, so other versions are refused and rebuilt, not read.
//
//	1  the first
//	2  documents are packed, and less is kept of keys
const formatVersion = 2

const (
	magic      = "CORDONIX"
	headerSize = 96
	single     = 1 << 31 // in a slot: the rest is the one unit
	// MaxUnits is the largest number of units of one index.
	MaxUnits = single - 1
)

// Index is an open index. It does not change, and may be used by many at once
// until Close.
type Index struct {
	file    []byte
	memory  bool // not mapped
	docs    int
	total   int // units
	bits    uint
	buckets []byte
	keys    []byte
	slots   []byte
	lists   []byte
	units   []byte // none where each document has one
	blocks  []byte
	places  []byte
	bytes   []byte
	meta    []byte
}

// Open maps the index in a file. The error is fault.Unavailable when the file is
// not a whole index of this version: build it anew.
func Open(path string) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the index cannot be opened").WithFix("build it anew")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the index cannot be opened")
	}
	if info.Size() < headerSize || info.Size() > 1<<46 {
		return nil, damaged(path, "its size is %d bytes", info.Size())
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the index cannot be mapped into memory")
	}
	x, err := read(path, b)
	if err != nil {
		unix.Munmap(b)
		return nil, err
	}
	return x, nil
}

// Read opens an index that is in memory.
func Read(b []byte) (*Index, error) {
	if len(b) < headerSize {
		return nil, damaged("", "its size is %d bytes", len(b))
	}
	x, err := read("", b)
	if err == nil {
		x.memory = true
	}
	return x, err
}

func damaged(path, format string, args ...any) *fault.Error {
	return fault.New(fault.Unavailable, "the index is damaged or of another version: "+format, args...).
		At(fault.Place{File: path}).WithFix("build it anew")
}

// read checks the header and cuts the file into its sections.
func read(path string, b []byte) (*Index, error) {
	h := b[:headerSize]
	if string(h[:8]) != magic {
		return nil, damaged(path, "it does not begin as one")
	}
	if v := binary.LittleEndian.Uint32(h[8:]); v != formatVersion {
		return nil, damaged(path, "its format is %d, this program writes %d", v, formatVersion)
	}
	if crc32.ChecksumIEEE(h[:headerSize-4]) != binary.LittleEndian.Uint32(h[headerSize-4:]) {
		return nil, damaged(path, "its header does not agree with its hash")
	}
	u := func(i int) uint64 { return binary.LittleEndian.Uint64(h[16+8*i:]) }
	docs, keys, lists, bytes, meta, n, units := u(0), u(1), u(2), u(3), u(4), u(5), u(6)
	x := &Index{file: b, docs: int(docs), total: int(units), bits: uint(n)}
	if n > 30 || units > MaxUnits || docs > units || keys > 1<<36 || lists > 1<<36 || bytes > 1<<44 || meta > 1<<34 {
		return nil, damaged(path, "its header asks for too much")
	}
	unitBytes, blockBytes, placeBytes := (docs+1)*4, (docs/packBlock+1)*8, (docs+1)*4
	if docs == units {
		unitBytes = 0
	}
	if bytes == 0 {
		blockBytes, placeBytes = 0, 0
	}
	at := uint64(headerSize)
	for _, s := range []struct {
		to   *[]byte
		size uint64
	}{
		{&x.buckets, (1<<n + 1) * 4},
		{&x.keys, keys * uint64(keyWidth(uint(n)))},
		{&x.slots, keys * 4},
		{&x.lists, lists * 4},
		{&x.units, unitBytes},
		{&x.blocks, blockBytes},
		{&x.places, placeBytes},
		{&x.bytes, bytes},
		{&x.meta, meta},
	} {
		if at+s.size > uint64(len(b)) {
			return nil, damaged(path, "it is broken off")
		}
		*s.to = b[at : at+s.size]
		at += (s.size + 7) &^ 7
	}
	if at != uint64(len(b)) {
		return nil, damaged(path, "it has %d bytes, its header speaks of %d", len(b), at)
	}
	return x, nil
}

// Close ends the use of the index; what it gave out must not be used after it.
func (x *Index) Close() error {
	if x.memory {
		return nil
	}
	return unix.Munmap(x.file)
}

// Len gives the number of documents, which are numbered from 0.
func (x *Index) Len() int { return x.docs }

// Units gives the number of units.
func (x *Index) Units() int { return x.total }

// Keys gives the number of different keys.
func (x *Index) Keys() int { return len(x.keys) / keyWidth(x.bits) }

// Size gives the size of the file in bytes.
func (x *Index) Size() int { return len(x.file) }

// Meta gives the bytes kept with the index.
func (x *Index) Meta() []byte { return x.meta }

// Doc gives the bytes of a document. They may be those of the file: not to be
// changed, and not to be used after Close.
func (x *Index) Doc(doc uint32) ([]byte, error) {
	if int(doc) >= x.docs {
		return nil, damaged("", "it has no document %d", doc)
	}
	if len(x.bytes) == 0 {
		return nil, nil
	}
	block, from, to := u64(x.blocks, int(doc/packBlock)), x.place(doc), x.place(doc+1)
	if block > from || from > to || to > uint64(len(x.bytes)) {
		return nil, damaged("", "document %d lies outside it", doc)
	}
	if from-block < packWindow {
		return x.bytes[from:to], nil
	}
	b, ok := unpack(x.bytes[block:block+packWindow], x.bytes[from:to])
	if !ok {
		return nil, damaged("", "document %d is not whole", doc)
	}
	return b, nil
}

// place gives where a document begins.
func (x *Index) place(doc uint32) uint64 {
	return u64(x.blocks, int(doc/packBlock)) + uint64(u32(x.places, int(doc)))
}

// first gives the first unit of a document.
func (x *Index) first(doc int) uint32 {
	if len(x.units) == 0 {
		return uint32(doc)
	}
	return u32(x.units, doc)
}

func u32(b []byte, i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
func u64(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }

// split gives the bucket of a key and the bits kept of the rest.
func split(key uint64, n uint) (bucket int, rest uint32) {
	if n == 0 {
		return 0, uint32(key >> 32)
	}
	if rest = uint32(key << n >> 32); keyWidth(n) == 2 {
		rest >>= 16
	}
	return int(key >> (64 - n)), rest
}

// keyWidth is how many bytes are kept of each key beside its bucket: 32 bits of a key or more
// are kept in all, so that of 100,000 that nobody has some few have a list.
func keyWidth(n uint) int {
	if n < 16 {
		return 4
	}
	return 2
}

// Limits bound the work of one query and say what a candidate is.
type Limits struct {
	// Bits is how much the keys that a unit shares with the query must tell
	// together, beyond the log2 of the number of units: a key tells the log2 of
	// units / units that have it. Share is the share of what all keys of the
	// query tell that is enough in any case: a query of which little is known
	// here, or whose name many units have, is not held to more.
	Bits, Share float64
	// Postings is the number of entries of lists that are looked at. Short lists
	// go first; one that would go beyond is passed over, and the answer says so.
	Postings int
	// Candidates is the number of units given; those that share the most go
	// first, and the answer says how many more there were.
	Candidates int
	// Weigh says how much a key of a query tells beside its rarity: bits are
	// taken times the first, and the second is added. Nil is 1 and 0.
	Weigh func(key uint64) (times, plus float32)
}

// Candidate is a unit that shares keys with the query.
type Candidate struct {
	// Doc is the document, Unit the number of the unit in it, from 0.
	Doc, Unit uint32
	// Bits is what the shared keys tell.
	Bits float32
	// Must is true when it shares one of the keys that always reach the scorer.
	Must bool
	// At is the number of the unit among those of all documents.
	At uint32
}

// Bounded says what the limits left out of an answer; the zero value says that
// nothing was.
type Bounded struct {
	// Lists is the number of lists passed over, and Postings their length.
	Lists, Postings int
	// Candidates is the number of units found and not given.
	Candidates int
}

// Any reports whether anything was left out.
func (b Bounded) Any() bool { return b != Bounded{} }

// Search is the memory of one worker: use one for each goroutine. The zero value
// is ready.
type Search struct {
	// Sift, if given, drops from what was found the units that need not be given
	// (in place, by their numbers among all), before documents are looked up and
	// limits count them. It is not asked where a must key was shared.
	Sift func([]Candidate) []Candidate

	// More are units that were found otherwise, with their numbers among all and what
	// they tell, in any order: they are given as those that share enough keys are.
	More []Candidate

	lists []posting
	found []Candidate
	// bits is what the shared keys of each unit of a block tell; met says which
	// units may be candidates, musts which share a key that must reach the scorer.
	bits  []float32
	met   []uint64
	musts []uint64
}

// blockBits is the log2 of the number of units whose sums are worked on at a
// time, so that they stay in the cache of a processor however large the index is.
const blockBits = 15

// posting is the list of one key.
type posting struct {
	from, n int // in lists; from is the unit itself for a single
	bits    float32
	rarity  float32 // the same without what was added
	rest    float32 // bits of this list and all after it
	single  bool
	must    bool
	look    bool   // counted for units met in other lists only
	left    []byte // what was not read yet
	one     [4]byte
}

// Find gives the units that share enough with the query, in the order of their
// numbers. Units that share a must key are always given, whatever the limits; of
// more others than the limits allow, those that share the most are. The result is
// valid until the next call.
func (s *Search) Find(x *Index, keys, must []uint64, limits Limits) ([]Candidate, Bounded, error) {
	s.lists = s.lists[:0]
	if err := s.collect(x, must, true, nil); err != nil {
		return nil, Bounded{}, err
	}
	if err := s.collect(x, keys, false, limits.Weigh); err != nil {
		return nil, Bounded{}, err
	}
	slices.SortFunc(s.lists, func(a, b posting) int {
		if a.must != b.must {
			if a.must {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.from, b.from))
	})
	all := float32(0)
	for i, rest := len(s.lists)-1, float32(0); i >= 0; i-- {
		rest += s.lists[i].bits
		all += s.lists[i].rarity
		s.lists[i].rest = rest
	}
	least := float32(math.Log2(float64(max(x.total, 1))) + limits.Bits)
	if len(s.lists) > 0 {
		least = min(least, float32(limits.Share)*all)
	}
	out := s.chosen(x, least, limits.Postings)
	if err := s.sum(x, least); err != nil {
		return nil, Bounded{}, err
	}
	if err := s.merge(x); err != nil {
		return nil, Bounded{}, err
	}
	if s.Sift != nil && !slices.ContainsFunc(s.found, func(c Candidate) bool { return c.Must }) {
		s.found = s.Sift(s.found)
	}
	out.Candidates = s.most(limits.Candidates)
	return s.found, out, s.places(x)
}

// merge adds the units that were found otherwise.
func (s *Search) merge(x *Index) error {
	if len(s.More) == 0 {
		return nil
	}
	for _, c := range s.More {
		if int(c.At) >= x.total {
			return damaged("", "there is no unit %d", c.At)
		}
		s.found = append(s.found, Candidate{At: c.At, Bits: c.Bits})
	}
	slices.SortFunc(s.found, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.At, b.At), -cmp.Compare(a.Bits, b.Bits))
	})
	kept := s.found[:0]
	for _, c := range s.found {
		if last := len(kept) - 1; last >= 0 && kept[last].At == c.At {
			kept[last].Must = kept[last].Must || c.Must
			continue
		}
		kept = append(kept, c)
	}
	s.found = kept
	return nil
}

// chosen keeps the lists that are read. Once what is left to come cannot make a
// new unit a candidate, lists are only looked into for those met before.
func (s *Search) chosen(x *Index, least float32, left int) (out Bounded) {
	kept := s.lists[:0]
	for _, l := range s.lists {
		l.look = !l.must && l.rest < least
		if !l.must && !l.look && l.n > left {
			out.Lists++
			out.Postings += l.n
			continue
		}
		if !l.look {
			left -= l.n
		}
		kept = append(kept, l)
	}
	s.lists = kept
	for i := range s.lists {
		if l := &s.lists[i]; l.single {
			binary.LittleEndian.PutUint32(l.one[:], uint32(l.from))
			l.left = l.one[:]
		} else {
			l.left = x.lists[4*l.from : 4*(l.from+l.n)]
		}
	}
	return out
}

// sum adds up what the keys of each unit tell, block by block, and keeps the
// units that tell enough.
func (s *Search) sum(x *Index, least float32) error {
	s.found = s.found[:0]
	if s.bits == nil {
		s.bits, s.met, s.musts = make([]float32, 1<<blockBits), make([]uint64, 1<<(blockBits-6)), make([]uint64, 1<<(blockBits-6))
	}
	for {
		first, any := uint32(math.MaxUint32), false
		for i := range s.lists {
			if l := &s.lists[i]; !l.look && len(l.left) > 0 {
				first, any = min(first, binary.LittleEndian.Uint32(l.left)), true
			}
		}
		if !any {
			return nil
		}
		if int(first) >= x.total {
			return damaged("", "a list names a unit that it does not have")
		}
		base := first &^ (1<<blockBits - 1)
		for i := range s.lists {
			if l := &s.lists[i]; l.look {
				s.look(l, base)
			} else if !s.add(l, base) {
				s.keep(base, least)
				return damaged("", "a list is not in order")
			}
		}
		s.keep(base, least)
	}
}

// add counts the units of a list in the block that begins at base.
func (s *Search) add(l *posting, base uint32) (ok bool) {
	bits, met := (*[1 << blockBits]float32)(s.bits), (*[1 << (blockBits - 6)]uint64)(s.met)
	b := l.left
	for len(b) >= 4 {
		at := binary.LittleEndian.Uint32(b) - base
		if at >= 1<<blockBits {
			l.left = b
			return at < 1<<31
		}
		bits[at] += l.bits
		met[at>>6] |= 1 << (at & 63)
		if l.must {
			s.musts[at>>6] |= 1 << (at & 63)
		}
		b = b[4:]
	}
	l.left = nil
	return true
}

// look counts a list for the units met so far only.
func (s *Search) look(l *posting, base uint32) {
	bits, met := (*[1 << blockBits]float32)(s.bits), (*[1 << (blockBits - 6)]uint64)(s.met)
	b := l.left
	if len(b) >= 4 && base > 0 && base-binary.LittleEndian.Uint32(b) < 1<<31 { // blocks were passed over
		at := sort.Search(len(b)/4, func(i int) bool { return binary.LittleEndian.Uint32(b[4*i:]) >= base })
		b = b[4*at:]
	}
	for len(b) >= 4 {
		at := binary.LittleEndian.Uint32(b) - base
		if at >= 1<<blockBits {
			break
		}
		if met[at>>6]>>(at&63)&1 != 0 {
			bits[at] += l.bits
		}
		b = b[4:]
	}
	l.left = b
}

// keep takes the units of a block that tell enough, and clears the block.
func (s *Search) keep(base uint32, least float32) {
	for w, set := range s.met {
		if set == 0 {
			continue
		}
		must := s.musts[w]
		s.met[w], s.musts[w] = 0, 0
		for ; set != 0; set &= set - 1 {
			k := bits.TrailingZeros64(set)
			at := w<<6 + k
			told := s.bits[at]
			s.bits[at] = 0
			if m := must>>k&1 != 0; m || told >= least {
				s.found = append(s.found, Candidate{At: base + uint32(at), Bits: told, Must: m})
			}
		}
	}
}

// most keeps the n units that share the most, and those that must be given; it
// says how many were left out.
func (s *Search) most(n int) (left int) {
	if len(s.found) <= n {
		return 0
	}
	slices.SortFunc(s.found, func(a, b Candidate) int {
		if a.Must != b.Must {
			if a.Must {
				return -1
			}
			return 1
		}
		return cmp.Or(-cmp.Compare(a.Bits, b.Bits), cmp.Compare(a.At, b.At))
	})
	all := len(s.found)
	end := all
	for end > n && !s.found[end-1].Must {
		end--
	}
	s.found = s.found[:end]
	slices.SortFunc(s.found, func(a, b Candidate) int { return cmp.Compare(a.At, b.At) })
	return all - end
}

// places fills in the documents of what was found.
func (s *Search) places(x *Index) error {
	doc := 0
	for i := range s.found {
		c := &s.found[i]
		// The next document is not far: steps that double, then halve.
		step := 1
		for doc+step < x.docs && x.first(doc+step) <= c.At {
			doc += step
			step *= 2
		}
		for ; step > 0; step /= 2 {
			if doc+step < x.docs && x.first(doc+step) <= c.At {
				doc += step
			}
		}
		if first := x.first(doc); first > c.At || doc >= x.docs || x.first(doc+1) <= c.At {
			return damaged("", "the unit %d belongs to no document", c.At)
		}
		c.Doc, c.Unit = uint32(doc), c.At-x.first(doc)
	}
	return nil
}

// collect finds the lists of keys.
func (s *Search) collect(x *Index, keys []uint64, must bool, weigh func(uint64) (float32, float32)) error {
	for _, key := range keys {
		i, ok := x.find(key)
		if !ok {
			continue
		}
		l, err := x.posting(i)
		if err != nil {
			return err
		}
		l.must = must
		l.bits = float32(math.Log2(float64(x.total) / float64(l.n)))
		l.rarity = l.bits
		if weigh != nil {
			times, plus := weigh(key)
			l.rarity *= times
			l.bits = l.rarity + plus
		}
		s.lists = append(s.lists, l)
	}
	return nil
}

// Append appends the units that have a key, in rising order, without their sums.
func (x *Index) Append(list []uint32, key uint64) ([]uint32, error) {
	i, ok := x.find(key)
	if !ok {
		return list, nil
	}
	l, err := x.posting(i)
	if err != nil {
		return list, err
	}
	if l.single {
		return append(list, uint32(l.from)), nil
	}
	for at := range l.n {
		list = append(list, u32(x.lists, l.from+at))
	}
	return list, nil
}

// posting gives the list of the key with a number.
func (x *Index) posting(i int) (posting, error) {
	l := posting{n: 1}
	slot := u32(x.slots, i)
	if slot&single != 0 {
		l.from, l.single = int(slot&^single), true
		return l, nil
	}
	at := int(slot)
	if at >= len(x.lists)/4 {
		return l, damaged("", "a list lies outside it")
	}
	l.from, l.n = at+1, int(u32(x.lists, at))
	if l.n > len(x.lists)/4-at-1 || l.n == 0 {
		return l, damaged("", "a list does not end")
	}
	return l, nil
}

// find gives the number of a key.
func (x *Index) find(key uint64) (int, bool) {
	bucket, rest := split(key, x.bits)
	lo, hi := int(u32(x.buckets, bucket)), int(u32(x.buckets, bucket+1))
	if hi > x.Keys() {
		return 0, false
	}
	narrow := keyWidth(x.bits) == 2
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		var k uint32
		if narrow {
			k = uint32(binary.LittleEndian.Uint16(x.keys[2*mid:]))
		} else {
			k = u32(x.keys, mid)
		}
		if k < rest {
			lo = mid + 1
		} else if k > rest {
			hi = mid
		} else {
			return mid, true
		}
	}
	return 0, false
}

package screening

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
)

// wordsMade gathers the words of names. A list of a million subjects has six million: they
// lie one after the other in memory, and their keys go to the builder at once.
type wordsMade struct {
	b       *index.Builder
	pieces  [][]byte // the words with their lengths before them, in the order in which they were met
	begins  []uint32 // where in them each begins
	size    int      // of all words
	table   []uint64 // by hash: the first half of the hash, and the number of a word from 1
	alike   []uint64 // of each word, a hash of the keys of words that are alike, and their number in the last byte
	own     int      // other keys
	shapes  []byte
	numbers []uint32 // of the words of the unit added last
}

// entryWord is a word of a unit, with its keys.
type entryWord struct {
	word  []byte
	alike []match.Key
	own   []uint64
}

func wordsOf(p *match.Prepared, name int) (list []entryWord) {
	match.EachWord(p, name, func(w []byte, alike []match.Key, own []uint64) { list = append(list, entryWord{w, alike, own}) })
	return list
}

// wordPiece is the size of a piece of words, a power of two; the first one is smaller, since
// most lists are small.
const (
	wordPiece  = 1 << 22
	firstPiece = 1 << 16
)

// add takes the next unit and gives the numbers of its words; they are valid until the next.
func (m *wordsMade) add(list []entryWord, shape uint32) ([]uint32, error) {
	m.numbers = m.numbers[:0]
	m.shapes = binary.LittleEndian.AppendUint32(m.shapes, shape)
	for i := range list {
		n, err := m.number(&list[i])
		if err != nil {
			return nil, err
		}
		m.numbers = append(m.numbers, n)
	}
	return m.numbers, nil
}

// number gives the number of a word, which is noted when it is new.
func (m *wordsMade) number(w *entryWord) (uint32, error) {
	if 2*len(m.begins) >= len(m.table) {
		m.grow()
	}
	h := hashWord(w.word)
	at := m.slot(h, w.word)
	if known := uint32(m.table[at]); known != 0 {
		return known - 1, nil
	}
	n := uint32(len(m.begins))
	if err := m.keep(w.word); err != nil {
		return 0, err
	}
	m.table[at] = h&^math.MaxUint32 | uint64(n+1)
	sum := uint64(len(w.alike))
	for _, k := range w.alike {
		sum = mixed(sum ^ k.Hash)
	}
	m.alike = append(m.alike, sum&^alikeKeys|uint64(min(len(w.alike), alikeKeys)))
	m.own += len(w.own)
	for _, k := range w.alike {
		if err := m.b.Put(placed(n, k.Place)<<1|1, []uint64{k.Hash}); err != nil {
			return 0, err
		}
	}
	return n, m.b.Put(placed(n, match.NoPlace)<<1, w.own)
}

// placed is what the index of words has in its lists: the number of a word, and the place of
// the consonant that is left out in the key.
func placed(n uint32, place uint8) uint32 { return n<<match.PlaceBits | uint32(place) }

// mostWordsMade is how many words the lists may have, with their places and a bit for those
// that only the first of a group has.
const mostWordsMade = index.MaxUnits >> (match.PlaceBits + 1)

// alikeKeys are the bits of the number of keys that words share which are alike.
const alikeKeys = 1<<8 - 1

// keep puts a word behind the others; none lies in two pieces.
func (m *wordsMade) keep(word []byte) error {
	last := len(m.pieces) - 1
	if last < 0 || len(m.pieces[last])+1+len(word) > cap(m.pieces[last]) {
		size := wordPiece
		if last < 0 {
			size = firstPiece
		}
		m.pieces = append(m.pieces, make([]byte, 0, size))
		last++
	}
	at := uint64(last)*wordPiece + uint64(len(m.pieces[last]))
	if at > math.MaxUint32 || len(m.begins) >= mostWordsMade {
		return fault.New(fault.TooLarge, "the names of the lists have too many words for one index: %d", len(m.begins))
	}
	m.pieces[last] = append(append(m.pieces[last], byte(len(word))), word...)
	m.begins = append(m.begins, uint32(at))
	m.size += len(word)
	return nil
}

// word gives the word with a number.
func (m *wordsMade) word(n uint32) []byte {
	at := m.begins[n]
	b := m.pieces[at/wordPiece][at%wordPiece:]
	return b[1:][:b[0]]
}

// slot finds where a word stands in the table, or would.
func (m *wordsMade) slot(h uint64, word []byte) uint64 {
	mask := uint64(len(m.table) - 1)
	for at := h & mask; ; at = (at + 1) & mask {
		x := m.table[at]
		if x == 0 || x>>32 == h>>32 && string(m.word(uint32(x)-1)) == string(word) {
			return at
		}
	}
}

func (m *wordsMade) grow() {
	m.table = make([]uint64, max(1024, 2*len(m.table)))
	for n := range uint32(len(m.begins)) {
		w := m.word(n)
		h := hashWord(w)
		m.table[m.slot(h, w)] = h&^math.MaxUint32 | uint64(n+1)
	}
}

// hashWord spreads words; the bytes of the index do not depend on it.
func hashWord(b []byte) (h uint64) {
	for ; len(b) >= 8; b = b[8:] {
		h = mixed(h ^ binary.LittleEndian.Uint64(b))
	}
	var rest [8]byte
	rest[7] = byte(copy(rest[:7], b))
	return mixed(h ^ binary.LittleEndian.Uint64(rest[:]))
}

func mixed(x uint64) uint64 {
	x = (x ^ x>>32) * 0x9E3779B97F4A7C15
	return (x ^ x>>29) * 0xBF58476D1CE4E5B9
}

// sort numbers the words anew and gives the new numbers, so that those that sound alike lie
// together: a query is compared with them one after the other, and what is far apart in
// memory is slow. Of words that are alike only the first has the keys that they share.
func (m *wordsMade) sort() (list match.Words, to []uint32, err error) {
	m.table = nil
	order := make([]uint32, len(m.begins))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return match.CompareWords(m.word(a), m.word(b)) })
	to = make([]uint32, len(order))
	begins := make([]bool, len(order))
	list.Grow(len(order), m.size)
	var before []byte
	pairs := m.own
	for i, n := range order {
		w := m.word(n)
		begins[n] = i == 0 || !match.Alike(before, w) || m.alike[n] != m.alike[order[i-1]]
		if list.Add(w, begins[n]); begins[n] {
			pairs += int(m.alike[n] & alikeKeys)
		}
		before, to[n] = w, uint32(i)
	}
	m.pieces, m.alike = nil, nil
	return list, to, m.b.Number(len(order), pairs, func(number uint32) (uint32, bool) {
		n := number >> 1 >> match.PlaceBits
		return placed(to[n], uint8(number>>1&match.NoPlace)), number&1 == 0 || begins[n]
	})
}

// parts gives what is written of the words; sketches have their numbers in the end.
func (m *wordsMade) parts(list *match.Words, sketches *sketchesMade) (parts [][]byte, err error) {
	ix, err := m.b.Bytes()
	if err != nil {
		return nil, err
	}
	ends, pairs := make([]uint32, list.Len()+1), 0
	sketches.each(func(_ uint32, b []byte) {
		match.SketchWords(b, func(word uint32) {
			ends[word+1]++
			pairs++
		})
	})
	for i := range list.Len() {
		ends[i+1] += ends[i]
	}
	units := make([]byte, 4*pairs)
	sketches.each(func(unit uint32, b []byte) { // units rise; each end moves from its beginning to its place
		match.SketchWords(b, func(word uint32) {
			binary.LittleEndian.PutUint32(units[4*ends[word]:], unit)
			ends[word]++
		})
	})
	b := make([]byte, 0, 4*list.Len())
	for _, e := range ends[:list.Len()] {
		b = binary.LittleEndian.AppendUint32(b, e)
	}
	for _, part := range [][]byte{m.shapes, list.Glances, list.Ends, list.Rests, b, units, ix} {
		parts = append(parts, sized(len(part)), part)
	}
	return parts, nil
}

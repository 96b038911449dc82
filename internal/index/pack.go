package index

import (
	"encoding/binary"
	"math/bits"
)

// Documents of one list are much alike, so that they are kept packed: as pieces of what
// stands in the first documents of their block or before in themselves, and what is new.
// The first documents of a block are kept as they are.
//
//	length   of the document, twice, and one more if it is kept as it is, a varint
//	steps    each a byte whose first half is the number of new bytes and whose second
//	         half is the number of repeated ones less packLeast (15 in either half: and as
//	         many more as a varint says, the first before the second); the new bytes; and,
//	         unless the document ends there, where the repeated ones begin, 2 bytes
//
// Places count from the beginning of the block, of which they reach packWindow bytes, and go
// on in the document.
const (
	packBlock  = 4096 // documents
	packWindow = 8 << 10
	packLeast  = 4
	packTries  = 24
	packHash   = 12
	packMost   = 1 << 24 // bytes of a document that is packed
)

// packer packs the documents of one block after the other.
type packer struct {
	window []byte // what may be repeated; documents are packed once it is full
	full   bool
	heads  [1 << packHash]uint16 // where a piece with a hash stood last, from 1; of the window
	here   [1 << packHash]uint16 // the same for the document too
	before [1 << 16]uint16       // where a piece with the same hash stood before
	b      []byte
}

// begin starts a block.
func (p *packer) begin() {
	p.window, p.full, p.heads = p.window[:0], false, [1 << packHash]uint16{}
}

func hashPiece(b []byte) uint32 {
	return binary.LittleEndian.Uint32(b) * 2654435761 >> (32 - packHash)
}

// pack gives what is kept of a document; it is valid until the next.
func (p *packer) pack(doc []byte) []byte {
	if !p.full {
		p.window = append(p.window, doc...)
		if p.full = len(p.window) >= packWindow; p.full {
			p.window = p.window[:packWindow]
			for i := range packWindow - packLeast + 1 {
				h := hashPiece(p.window[i:])
				p.before[i] = p.heads[h]
				p.heads[h] = uint16(i + 1)
			}
		}
		return doc
	}
	p.b = binary.AppendUvarint(p.b[:0], uint64(len(doc))<<1)
	if len(doc) <= packMost {
		if p.steps(doc); len(p.b) <= len(doc) {
			return p.b
		}
	}
	return append(binary.AppendUvarint(p.b[:0], uint64(len(doc))<<1|1), doc...)
}

// steps writes the steps of a document.
func (p *packer) steps(doc []byte) {
	all := append(p.window[:packWindow], doc...)
	p.window = all[:packWindow]
	p.here = p.heads
	fresh := packWindow
	for at := packWindow; at < len(all); {
		from, n := p.longest(all, at)
		if n < packLeast {
			p.note(all, at)
			at++
			continue
		}
		p.step(all[fresh:at], n)
		p.b = binary.LittleEndian.AppendUint16(p.b, uint16(from))
		for range n {
			p.note(all, at)
			at++
		}
		fresh = at
	}
	if fresh < len(all) {
		p.step(all[fresh:], packLeast)
	}
}

// step writes the numbers of a step and its new bytes.
func (p *packer) step(fresh []byte, repeated int) {
	n, m := len(fresh), repeated-packLeast
	p.b = append(p.b, byte(min(n, 15)<<4|min(m, 15)))
	if n >= 15 {
		p.b = binary.AppendUvarint(p.b, uint64(n-15))
	}
	if m >= 15 {
		p.b = binary.AppendUvarint(p.b, uint64(m-15))
	}
	p.b = append(p.b, fresh...)
}

// note remembers where a piece stands, as far as places reach.
func (p *packer) note(all []byte, at int) {
	if at+packLeast > len(all) || at >= 1<<16-1 {
		return
	}
	h := hashPiece(all[at:])
	p.before[at] = p.here[h]
	p.here[h] = uint16(at + 1)
}

// longest finds the longest piece before that goes on as the document does.
func (p *packer) longest(all []byte, at int) (from, n int) {
	if at+packLeast > len(all) {
		return 0, 0
	}
	next := p.here[hashPiece(all[at:])]
	for tries := 0; next != 0 && tries < packTries; tries++ {
		i := int(next) - 1
		if k := common(all[i:], all[at:]); k > n {
			from, n = i, k
		}
		next = p.before[i]
	}
	return from, n
}

// common gives how many bytes two pieces begin with alike; b ends first.
func common(a, b []byte) (n int) {
	for ; n+8 <= len(b); n += 8 {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
	}
	for n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// unpack gives a document of which this is kept; ok is false when it is damaged.
func unpack(window, b []byte) (doc []byte, ok bool) {
	size, k := binary.Uvarint(b)
	if k <= 0 {
		return nil, false
	}
	b = b[k:]
	if size&1 != 0 {
		return b, size>>1 == uint64(len(b))
	}
	if size >>= 1; size > packMost {
		return nil, false
	}
	doc = make([]byte, 0, size)
	for left := int(size); left > 0; left = int(size) - len(doc) {
		if len(b) == 0 {
			return nil, false
		}
		fresh, repeated := int(b[0]>>4), int(b[0]&15)
		b = b[1:]
		if fresh == 15 {
			fresh, b = longer(fresh, b, left)
		}
		if repeated == 15 {
			repeated, b = longer(repeated, b, left)
		}
		if fresh > left || fresh > len(b) {
			return nil, false
		}
		doc, b = append(doc, b[:fresh]...), b[fresh:]
		if left -= fresh; left == 0 {
			break
		}
		if repeated += packLeast; repeated > left || len(b) < 2 {
			return nil, false
		}
		from := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if doc, ok = repeat(window, doc, from, repeated); !ok {
			return nil, false
		}
	}
	return doc, len(b) == 0
}

// longer reads what a number of a step is beyond 15; more than most when it is damaged.
func longer(n int, b []byte, most int) (int, []byte) {
	more, k := binary.Uvarint(b)
	if k <= 0 || more > uint64(most) {
		return most + 1, nil
	}
	return n + int(more), b[k:]
}

// repeat appends a piece that stood before, which may reach into what is appended.
func repeat(window, doc []byte, from, n int) ([]byte, bool) {
	if from < len(window) {
		k := min(n, len(window)-from)
		doc = append(doc, window[from:from+k]...)
		from, n = from+k, n-k
	}
	if from -= len(window); n > 0 && from >= len(doc) {
		return nil, false
	}
	for n > 0 {
		k := min(n, len(doc)-from)
		doc = append(doc, doc[from:from+k]...)
		from, n = from+k, n-k
	}
	return doc, true
}

package match

import "encoding/binary"

// In an index of many names the records of a sketch are not written out: all of them but
// that of the whole name are those of listed words (see [Words]), which the index has
// once for all names. In their place stand
//
//	words    the number of the listed word of each, 4 bytes each
//	letters  the first letter of each word, a byte each, and zeros up to a multiple of 4
//	whole    the record of the whole name, if there is one

// ListedSketch appends a sketch with the numbers of its words in place of their records;
// words are the numbers of what [EachWord] gives of the name, in that order.
func ListedSketch(b, written []byte, words []uint32) []byte {
	s := sketch(written)
	if len(s) == 0 {
		return b
	}
	from := len(b)
	b = append(b, s[:s.start()]...)
	b[from+headFlags] |= sketchListed
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	for i := range int(s[headWords]) {
		b = append(b, s.record(i)[recordLetter])
	}
	for (len(b)-from)%SketchUnit != 0 {
		b = append(b, 0)
	}
	if s[headFlags]&sketchWhole != 0 {
		b = append(b, s.record(len(words))[:]...)
	}
	return b
}

// RenumberSketch changes the numbers of the words of a sketch that [ListedSketch] made.
func RenumberSketch(b []byte, to []uint32) {
	s := sketch(b)
	if len(s) == 0 {
		return
	}
	for i := range s.listedWords() {
		at := s[s.start()+4*i:]
		binary.LittleEndian.PutUint32(at, to[binary.LittleEndian.Uint32(at)])
	}
}

// SketchWords calls do with the number of each word of a sketch that [ListedSketch] made.
func SketchWords(b []byte, do func(word uint32)) {
	s := sketch(b)
	if len(s) == 0 {
		return
	}
	for i := range s.listedWords() {
		do(binary.LittleEndian.Uint32(s[s.start()+4*i:]))
	}
}

// Over gives the listed words that sketches name.
func (s *Sieve) Over(d *Words) { s.listed = d }

func (s sketch) listed() bool { return s[headFlags]&sketchListed != 0 }

// listedWords is the number of records that are those of listed words.
func (s sketch) listedWords() int { return int(s[headWords]) + int(s[headJoins]) }

// wholeAt gives where the record of the whole name begins in a sketch of listed words.
func (s sketch) wholeAt() int {
	letters := (int(s[headWords]) + SketchUnit - 1) &^ (SketchUnit - 1)
	return s.start() + 4*s.listedWords() + letters
}

// recordBytes is what comes after what all sketches have.
func (s sketch) recordBytes() int {
	if !s.listed() {
		return sketchRecord * s.records()
	}
	n := s.wholeAt() - s.start()
	if s[headFlags]&sketchWhole != 0 {
		n += sketchRecord
	}
	return n
}

// letter gives the first letter of a word of a sketch.
func (s *Sieve) letter(k sketch, i int) byte {
	if !k.listed() {
		return k.record(i)[recordLetter]
	}
	return k[k.start()+4*k.listedWords()+i]
}

// record gives a record of a sketch; it is valid until the next.
func (s *Sieve) record(k sketch, i int) *[sketchRecord]byte {
	if !k.listed() {
		return k.record(i)
	}
	if i == k.listedWords() {
		return (*[sketchRecord]byte)(k[k.wholeAt():])
	}
	n := binary.LittleEndian.Uint32(k[k.start()+4*i:])
	if s.listed == nil || int(n) >= s.listed.Len() {
		s.broken = true
		return &s.made
	}
	g, r := s.listed.Glances[glanceSize*int(n):][:glanceSize], &s.made
	copy(r[:recordClass], g[:glanceFlags-2])
	class := uint16(0)
	if k.outline(i)&outlineClass != 0 {
		var ok bool
		class, ok = s.listed.class(n)
		s.broken = s.broken || !ok
	}
	binary.LittleEndian.PutUint16(r[recordClass:], class)
	flags := binary.LittleEndian.Uint64(g[glanceFlags:])
	binary.LittleEndian.PutUint32(r[recordAlpha:], uint32(flags))
	r[recordFirst] = byte(glance(flags).first())
	return r
}

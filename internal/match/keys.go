package match

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/romanise"
)

// KeysVersion changes whenever the keys of some name do, with the parameters
// unchanged: an index of other keys would lose candidates in silence.
const KeysVersion = 14

// Keys gives the keys by which subjects are told that are a little alike, sorted, each
// once, for what is no matter of single words (see [EachWord]): names written together,
// acronyms, syllables, identifiers. Pairs to learn from are drawn by them.
//
// A key is a hash; its value has no meaning and changes with the parameters, but
// that [KeyWeight] reads from it what kind of key it is.
func Keys(p *Prepared) []uint64 { return p.keys((*keyer).whole) }

// AskedKeys gives the candidate keys of a query. A listed subject whose score may reach
// the possible threshold has one of them for one of its names (see [NameKeys]) or a key
// of a word (measured in the tests by brute force).
func AskedKeys(p *Prepared) []uint64 { return p.keys((*keyer).askedWhole) }

// keysOfName is how many keys most names have, or less.
const keysOfName = 48

func (p *Prepared) keys(whole func(*keyer, *name)) []uint64 {
	k := keyer{make([]uint64, 0, keysOfName*len(p.names)+len(p.facts.ids))}
	for i := range p.names {
		whole(&k, &p.names[i])
		k.name(&p.names[i], p.kind)
	}
	for i := range p.facts.ids {
		k.keys = append(k.keys, p.facts.ids[i].key&^keySorts)
	}
	return unique(k.keys)
}

// IdentifierKeys gives the keys of the identifiers alone.
func IdentifierKeys(p *Prepared) []uint64 {
	var keys []uint64
	for i := range p.facts.ids {
		keys = append(keys, p.facts.ids[i].key)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

type keyer struct{ keys []uint64 }

// What a key was made from is mixed into it.
const (
	keyWord = iota + 1
	keyLetters
	keyWhole
	keyClass
	keyAcronym
	keyKorean
	keyChinese
	keyExact
	keyAny
	keyOnly
)

func (k *keyer) put(sort uint64, h uint64) { k.keys = append(k.keys, keyOf(sort, h)) }

func keyOf(sort, h uint64) uint64 { return mix(h*31+sort)&^keySorts | sort }

// keySorts are the bits of a key that hold what it was made from. They are the
// last ones, which an index need not keep.
const keySorts = 15

// KeyWeight says how much a key that two names share tells beside how rare it
// is: the bits of its rarity are taken times the first number, and the second is
// added. A whole name nearly suffices.
func KeyWeight(key uint64) (times, plus float32) {
	switch key & keySorts {
	case keyWhole, keyAcronym, keyKorean, keyChinese:
		return 1, 6
	}
	return 1, 0
}

// skeletonMost is the longest skeleton of a key.
const skeletonMost = 14

// skeleton is the consonants of a word, cheap changes of sound levelled out.
type skeleton []byte

var soundClass = func() [sounds]byte {
	var t [sounds]byte
	for class, letters := range map[byte]string{'k': "kqcgx", 't': "td", 's': "szj", 'p': "bpfv", 'r': "r", 'l': "l", 'm': "m", 'n': "n"} {
		for _, c := range letters {
			t[c-'a'] = class
		}
	}
	t[sSH], t[sTS], t[sCH], t[sZH] = 's', 's', 's', 's'
	t[sKH], t[sGH] = 'k', 'k'
	t[sTH], t[sDH] = 't', 't'
	for i := range 10 {
		t[int(sDigit)+i] = byte('0' + i)
	}
	return t
}()

func skeletonOf(f *form) skeleton {
	var s skeleton
	for _, x := range f.sounds {
		c := soundClass[x]
		if c == 0 || len(s) > 0 && s[len(s)-1] == c || len(s) == skeletonMost {
			continue
		}
		s = append(s, c)
	}
	if len(s) == 0 && len(f.sounds) > 0 { // all vowels
		s = append(s, 'a')
	}
	return s
}

func (s skeleton) hash() uint64 { return hashString(string(s)) }

// without gives the skeleton less one letter, for each letter, and its place; what then
// stands double stands once, as in a skeleton.
func (s skeleton) without(do func(uint64, int)) {
	b := make(skeleton, 0, skeletonMost)
	for i := range s {
		rest := s[i+1:]
		if i > 0 && len(rest) > 0 && s[i-1] == rest[0] {
			rest = rest[1:]
		}
		b = append(append(b[:0], s[:i]...), rest...)
		do(b.hash(), i)
	}
}

func (k *keyer) name(n *name, kd kind) {
	var words []*token
	for i := range n.tokens {
		t := &n.tokens[i]
		if t.core() {
			words = append(words, t)
		}
	}
	for _, h := range n.acronym {
		k.put(keyAcronym, h)
	}
	if kd != personKind {
		for _, t := range words {
			if len(t.forms) > 0 && t.length >= 3 && len(words) <= 3 {
				k.put(keyAcronym, t.forms[0].hash)
			}
		}
	}
	for i := range n.korean {
		k.korean(n.korean[i].list)
	}
	for i := range n.chinese {
		k.chinese(n.chinese[i].list)
	}
}

// whole gives keys of a name written together, whole and less one letter: all its
// words may be one on the other side.
func (k *keyer) whole(n *name) {
	if !n.wholly() || len(n.whole.sounds) <= shortWhole {
		return
	}
	s := skeletonOf(&n.whole)
	k.put(keyWhole, s.hash())
	if len(s) > 3 {
		s.without(func(h uint64, _ int) { k.put(keyWhole, h) })
	}
}

// listedWhole gives keys of a listed name written together, and askedWhole those of one
// that is asked for: names that [Scorer.close] may find close, whose consonants are one
// edit apart, share one. A listed name has its consonants, and them less each with the place
// that is empty; a query asks for its own, less one each and with two changed over, and for
// those of names with a consonant in another's place or one more. Without the places any two
// names met of which one consonant is elsewhere. Names of as many words are not aligned
// whole, and of one and two words not either, so that long names have keys of their own.
func (k *keyer) listedWhole(n *name) {
	if !n.wholly() || len(n.whole.sounds) <= shortWhole {
		return
	}
	s := n.whole.skel
	long := len(n.tokens) > 2
	k.put(keyWhole, wholeHash(s, -1, long))
	if len(s) > shortSkeleton {
		eachLess(s, func(i int, less []uint8) { k.put(keyWhole, wholeHash(less, i, long)) })
	}
}

func (k *keyer) askedWhole(n *name) {
	if !n.wholly() || len(n.whole.sounds) <= shortWhole {
		return
	}
	k.askWhole(n.whole.skel, true)
	if len(n.tokens) > 2 {
		k.askWhole(n.whole.skel, false)
	}
}

func (k *keyer) askWhole(s []uint8, long bool) {
	k.put(keyWhole, wholeHash(s, -1, long))
	if len(s) < shortSkeleton {
		return
	}
	for i := range len(s) + 1 {
		k.put(keyWhole, wholeHash(s, i, long))
	}
	if len(s) == shortSkeleton {
		return
	}
	eachLess(s, func(i int, less []uint8) {
		k.put(keyWhole, wholeHash(less, -1, long))
		k.put(keyWhole, wholeHash(less, i, long))
	})
	var b [maxSkeleton]uint8
	for i := range len(s) - 1 {
		copy(b[:], s)
		b[i], b[i+1] = b[i+1], b[i]
		k.put(keyWhole, wholeHash(b[:len(s)], -1, long))
	}
}

// eachLess gives consonants less each one of them, with its place.
func eachLess(s []uint8, do func(i int, less []uint8)) {
	var b [maxSkeleton]uint8
	for i := range s {
		n := copy(b[:], s[:i])
		n += copy(b[n:], s[i+1:])
		do(i, b[:n])
	}
}

// wholeHash is a hash of consonants of which the one at a place is left out; -1 for none.
func wholeHash(s []uint8, place int, long bool) uint64 {
	packed := uint64(0)
	for i, c := range s {
		packed |= uint64(c) << (4 * i)
	}
	h := mix(packed*31 + uint64(place+1))
	if long {
		h++
	}
	return h
}

// shortWhole is the number of sounds up to which whole names are not compared.
const shortWhole = 5

// koreanLead gives the classes of initials that a set may be in.
func koreanLead(lead uint32) (list []byte) {
	for i, mask := range []uint32{1<<0 | 1<<1 | 1<<15, 1<<3 | 1<<4 | 1<<16, 1<<7 | 1<<8 | 1<<17, 1<<9 | 1<<10, 1<<12 | 1<<13 | 1<<14, 1<<2 | 1<<5 | 1<<11, 1 << 6, 1 << 18} {
		if lead&mask != 0 {
			list = append(list, byte(i))
		}
	}
	return list
}

func (k *keyer) korean(list []syllable) {
	list = list[:min(len(list), 4)]
	heads := func(s romanise.Syllable) (out []uint64) {
		for _, l := range koreanLead(s.Lead) {
			for t := range 8 {
				if s.Tail&(1<<t) != 0 {
					out = append(out, mix(uint64(l)*8+uint64(t)+1))
				}
			}
		}
		return out
	}
	k.syllableKeys(keyKorean, len(list), func(i int) []uint64 { return heads(list[i].korean) })
}

func (k *keyer) chinese(list []syllable) {
	list = list[:min(len(list), 4)]
	k.syllableKeys(keyChinese, len(list), func(i int) (out []uint64) {
		for _, m := range list[i].chinese {
			if m != 0 {
				out = append(out, mix(uint64(m)))
			}
		}
		return out
	})
}

// syllableKeys gives the keys of all syllables together, whatever their order,
// for every choice among what each may be.
func (k *keyer) syllableKeys(sort uint64, n int, heads func(int) []uint64) {
	sums := []uint64{uint64(n)}
	for i := range n {
		var next []uint64
		for _, h := range heads(i) {
			for _, s := range sums {
				if len(next) < syllableWays {
					next = append(next, s+h)
				}
			}
		}
		sums = next
	}
	for _, s := range sums {
		k.put(sort, s)
	}
}

// syllableWays bounds the choices among the readings of a name.
const syllableWays = 64

package match

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/romanise"
)

// KeysVersion changes whenever the keys of some name do, with the parameters
// unchanged: an index of other keys would lose candidates in silence.
const KeysVersion = 4

// Keys gives the candidate keys of a subject, sorted, each once: two subjects
// whose score may reach the possible threshold share at least one (measured in
// the tests by brute force). They tolerate an edit in a word, spellings and
// scripts, words joined or cut, in another order or left out, and initials.
// An identifier is a key of its own, whatever the names.
//
// A key is a hash; its value has no meaning and changes with the parameters, but
// that [KeyWeight] reads from it what kind of key it is.
func Keys(p *Prepared) []uint64 {
	var k keyer
	for i := range p.names {
		k.name(&p.names[i], p.kind)
	}
	for i := range p.facts.ids {
		k.keys = append(k.keys, p.facts.ids[i].key&^keySorts)
	}
	slices.Sort(k.keys)
	return slices.Compact(k.keys)
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
	keyPair
	keyWhole
	keyClass
	keyAcronym
	keyKorean
	keyChinese
	keyExact
	keySlip
	keyInitial
	keyWordLess
)

func (k *keyer) put(sort uint64, h uint64) { k.keys = append(k.keys, mix(h*31+sort)&^keySorts|sort) }

// keySorts are the bits of a key that hold what it was made from. They are the
// last ones, which an index need not keep.
const keySorts = 15

// KeyWeight says how much a key that two names share tells beside how rare it
// is: the bits of its rarity are taken times the first number, and the second is
// added. The skeleton of one word, less a letter, says next to nothing of a whole
// name; two words, or the whole name, nearly suffice.
func KeyWeight(key uint64) (times, plus float32) {
	switch key & keySorts {
	case keyWord:
		return 1, 2
	case keyWordLess:
		return .1, 0
	case keyPair, keyExact, keySlip:
		return 1, 3
	case keyWhole, keyClass, keyAcronym, keyKorean, keyChinese, keyInitial:
		return 1, 6
	}
	return 1, 0
}

const (
	rareWord     = 7.5 // bits from which a word is a key alone
	pairWords    = 7   // words of a name that are paired
	skeletonMost = 14
)

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

// without gives the skeleton less one letter, for each letter; what then stands
// double stands once, as in a skeleton.
func (s skeleton) without(do func(uint64)) {
	b := make(skeleton, 0, skeletonMost)
	for i := range s {
		rest := s[i+1:]
		if i > 0 && len(rest) > 0 && s[i-1] == rest[0] {
			rest = rest[1:]
		}
		b = append(append(b[:0], s[:i]...), rest...)
		do(b.hash())
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
	for _, t := range words {
		k.word(t, len(words))
	}
	for i := range n.joins {
		if n.joins[i].hash != 0 && (n.tokens[i].core() || n.tokens[i+1].core()) {
			k.rare(skeletonOf(&n.joins[i]))
		}
	}
	k.pairs(words)
	k.initials(n, words)
	k.whole(n, words)
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

// word gives the keys of one word alone: a rare one, or the only one.
func (k *keyer) word(t *token, of int) {
	if of == 1 {
		for i := range t.forms {
			k.rare(skeletonOf(&t.forms[i]))
		}
		k.put(keyExact, t.hash)
		if t.class != 0 {
			k.put(keyClass, uint64(t.class))
		}
		return
	}
	if t.bits < rareWord {
		return
	}
	for i := range t.forms {
		k.rare(skeletonOf(&t.forms[i]))
	}
	k.put(keyExact, t.hash)
}

// rare gives the keys of a skeleton and of it less one letter.
func (k *keyer) rare(s skeleton) {
	k.put(keyWord, s.hash())
	k.put(keyWordLess, s.hash())
	if len(s) >= 2 {
		s.without(func(h uint64) { k.put(keyWordLess, h) })
	}
}

// pairs gives a key for each two words.
func (k *keyer) pairs(words []*token) {
	words = words[:min(len(words), pairWords)]
	heads := func(t *token) (list []uint64) {
		for i := range t.forms {
			list = append(list, skeletonOf(&t.forms[i]).hash())
		}
		if t.class != 0 {
			list = append(list, mix(uint64(t.class)))
		}
		return list
	}
	for i := range words {
		for j := i + 1; j < len(words); j++ {
			if len(words) <= slipWords {
				k.slips(words[i], words[j])
				k.slips(words[j], words[i])
			}
			for _, a := range heads(words[i]) {
				for _, b := range heads(words[j]) {
					k.put(keyPair, a+b)
				}
			}
		}
	}
}

// slipWords is the most words of a name in whose pairs a slip is allowed for.
const slipWords = 4

// slips gives the keys of two words with one letter of the first left out.
func (k *keyer) slips(a, b *token) {
	if len(a.forms) == 0 || len(b.forms) == 0 {
		return
	}
	s, rest := skeletonOf(&a.forms[0]), skeletonOf(&b.forms[0]).hash()
	if len(s) < 2 {
		return
	}
	k.put(keySlip, s.hash()+rest)
	s.without(func(h uint64) { k.put(keySlip, h+rest) })
}

// initials gives keys of a word and the first letter of another: an initial may
// stand in its place.
func (k *keyer) initials(n *name, words []*token) {
	if len(words) > slipWords {
		return
	}
	with := func(t *token, first byte) {
		if t.bits >= rareWord-1 && first != 0 {
			for i := range t.forms {
				k.put(keyInitial, skeletonOf(&t.forms[i]).hash()+mix(uint64(first)))
			}
		}
	}
	for _, t := range words {
		for _, u := range words {
			if t != u {
				with(t, u.first)
			}
		}
		for i := range n.tokens {
			if u := &n.tokens[i]; u.role == roleInitial {
				with(t, u.first)
			}
		}
	}
}

// whole gives keys of all words in a row, as they stand and with the first
// moved to the end or the last to the front, each less one letter.
func (k *keyer) whole(n *name, words []*token) {
	if len(words) > 5 {
		words = words[:5]
	}
	row := func(list []*token) {
		var s skeleton
		for _, t := range list {
			if len(t.forms) == 0 {
				continue
			}
			for _, c := range skeletonOf(&t.forms[0]) {
				if (len(s) == 0 || s[len(s)-1] != c) && len(s) < skeletonMost {
					s = append(s, c)
				}
			}
		}
		k.put(keyWhole, s.hash())
		if len(s) >= 2 {
			s.without(func(h uint64) { k.put(keyWhole, h) })
		}
	}
	row(words)
	if len(words) > 1 {
		row(append(slices.Clone(words[1:]), words[0]))
		row(append([]*token{words[len(words)-1]}, words[:len(words)-1]...))
	}
	if len(n.whole.sounds) > 0 {
		s := skeletonOf(&n.whole)
		k.put(keyWhole, s.hash())
		if len(s) > 3 { // with particles, and with sounds that come about where words meet
			s.without(func(h uint64) { k.put(keyWhole, h) })
		}
	}
}

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

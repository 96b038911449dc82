package match

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"sort"
)

// A listed word is a reading of a word of the core of a listed name, or of two
// neighbours written together, with the kind of the name. It is the same for all
// names that have the word, so that a query is compared with the words of a list and
// not with its names.
//
//	glance  the classes of its consonants, a nibble each (8 bytes), its sounds as a
//	        set (6), a hash of the word (2), its letters as a set (4), and what [glance]
//	        reads of the rest (4)
//	rest    its class (2), and its letters
//
// Its sounds, and what it costs to leave each out, follow from its letters.
const (
	glanceSounds = 8
	glanceFlags  = 16
	glanceSize   = 24
	restHead     = 2
)

// glance is what is looked at of a word before its letters: the set of its letters, how
// many letters and how many consonants its word has in its first reading, its rarity in
// sixteenths of a bit, the role of the word, and flags.
type glance uint64

// Where they stand, above the set of letters.
const (
	glanceLength = 32
	glanceFirst  = 37
	glanceBits   = 42
	glanceRole   = 51
	glanceLoose  = 1 << 53
	glanceClass  = 1 << 54 // the word has a class
	glanceMore   = 1 << 55 // another reading of the word before
	glanceKind   = 56
	glanceJoin   = 58
	glanceBegins = 1 << 62 // it is the first of a group (see [Words])
	glanceEasy   = 1 << 63 // its name may score enough by little: it has one word beside numbers, or an initial

	mostGlanceBits = 1<<9 - 1
)

func (g glance) alpha() uint32 { return uint32(g) }
func (g glance) length() int   { return int(g >> glanceLength & 31) }
func (g glance) first() int    { return int(g >> glanceFirst & 31) }
func (g glance) bits() float32 { return float32(g>>glanceBits&mostGlanceBits) / 16 }
func (g glance) role() role    { return role(g >> glanceRole & 3) }
func (g glance) kind() kind    { return kind(g >> glanceKind & 3) }
func (g glance) loose() bool   { return g&glanceLoose != 0 }
func (g glance) join() byte    { return byte(g >> glanceJoin & 15) }

// What a word is that is two of a name, and whether it is a name alone.
const (
	wordJoin   = 1 << iota
	wordOne    // only one of the two is of the core
	wordNumber // one of them is a number
	wordOnly   // the word is all of the core of its name
)

// KindCount is the number of kinds of names. Their words are kept apart, because they
// are not read and weighed alike.
const KindCount = int(kinds)

// PersonKind is the kind of the names of persons.
const PersonKind = int(personKind)

// EachWord gives the listed words of a name, numbered as in [NameKeys], with the
// keys under which each is found: those of all words whose consonants are alike, and
// its own. Queries that may mean the word have one of them. The slices are not used
// again.
func EachWord(p *Prepared, i int, do func(word []byte, alike []Key, own []uint64)) {
	n := &p.names[i]
	easy := glance(0)
	if n.easy() {
		easy = glanceEasy
	}
	give := func(f *form, g glance, w listedWord) {
		words := n.core
		join := g.join()
		if join&wordJoin != 0 && join&wordOne == 0 {
			words--
		}
		alike := aloneKeys(skeletonKeys(nil, f), f, keyAny)
		own := ownKeys(nil, f, w.class, w.hash)
		if words == 1 {
			alike = aloneKeys(alike, f, keyOnly)
			g |= wordOnly << glanceJoin
		}
		do(w.bytes(f, g|easy|glance(p.kind)<<glanceKind), alike, own)
	}
	for t := range n.tokens {
		if t := &n.tokens[t]; t.core() {
			for i := range t.forms {
				g := glance(t.length)<<glanceLength | glance(len(t.forms[0].skel))<<glanceFirst | glance(t.role)<<glanceRole
				if i > 0 {
					g |= glanceMore
				}
				if t.class != 0 {
					g |= glanceClass
				}
				give(&t.forms[i], g, listedWord{min(255, t.bits*16), t.class, t.hash})
			}
		}
	}
	for j := range n.joins {
		if n.joinable(j) {
			f := &n.joins[j]
			g := glance(len(f.letters))<<glanceLength | glance(n.joinFlags(j))<<glanceJoin
			give(f, g, listedWord{sumBits(n, int8(j), 2) * 16, 0, 0})
		}
	}
}

// easy says whether a name has one word of the core beside numbers, or an initial.
func (n *name) easy() bool {
	words := 0
	for i := range n.tokens {
		switch t := &n.tokens[i]; {
		case t.role == roleInitial:
			return true
		case t.core() && t.role != roleNumber:
			words++
		}
	}
	return words <= 1
}

// listedWord is what of a listed word is not of its reading; bits are in sixteenths.
type listedWord struct {
	bits  float32
	class uint16
	hash  uint64 // 0 for two words
}

func (l listedWord) bytes(f *form, g glance) []byte {
	packed := uint64(0)
	for i, c := range f.skel {
		packed |= uint64(c) << (4 * i)
	}
	g |= glance(f.alpha) | glance(min(mostGlanceBits, math.Ceil(float64(l.bits))))<<glanceBits
	if f.loose {
		g |= glanceLoose
	}
	w := make([]byte, 0, glanceSize+restHead+len(f.letters))
	w = binary.LittleEndian.AppendUint64(w, packed)
	w = binary.LittleEndian.AppendUint64(w, f.set()|l.hash<<48)
	w = binary.LittleEndian.AppendUint64(w, uint64(g))
	w = binary.LittleEndian.AppendUint16(w, l.class)
	return append(w, f.letters...)
}

// CompareWords orders listed words so that those with the same keys for words that are alike
// lie together, whatever their kind, and of these those of one kind with the same letters.
func CompareWords(a, b []byte) int {
	first := func(w []byte) uint64 { // the first consonant counts most
		v := bits.ReverseBytes64(binary.LittleEndian.Uint64(w))
		return v>>4&0x0F0F0F0F0F0F0F0F | v&0x0F0F0F0F0F0F0F0F<<4
	}
	x, y := flagsOf(a), flagsOf(b)
	return cmp.Or(
		cmp.Compare(x.join()&wordJoin, y.join()&wordJoin), cmp.Compare(x.join()&wordOnly, y.join()&wordOnly),
		cmp.Compare(first(a), first(b)), cmp.Compare(x.kind(), y.kind()),
		bytes.Compare(a[glanceSize+restHead:], b[glanceSize+restHead:]), bytes.Compare(a, b),
	)
}

func flagsOf(word []byte) glance { return glance(binary.LittleEndian.Uint64(word[glanceFlags:])) }

// Words are listed words in the order of [CompareWords], a part of all of them after the
// other, since of most words that a query is compared with little is read. Those with the
// same keys for words that are alike are a group. Ends say where the rest of each ends.
type Words struct{ Glances, Ends, Rests []byte }

// Grow makes room for n words that have so many bytes together.
func (d *Words) Grow(n, size int) {
	d.Glances = slices.Grow(d.Glances, glanceSize*n)
	d.Ends = slices.Grow(d.Ends, 4*n)
	d.Rests = slices.Grow(d.Rests, size-glanceSize*n)
}

// Add adds a word; begins says that it is the first of a group.
func (d *Words) Add(word []byte, begins bool) {
	d.Glances = append(d.Glances, word[:glanceSize]...)
	d.Rests = append(d.Rests, word[glanceSize:]...)
	d.Ends = binary.LittleEndian.AppendUint32(d.Ends, uint32(len(d.Rests)))
	if begins {
		flags := d.Glances[len(d.Glances)-glanceSize+glanceFlags:]
		binary.LittleEndian.PutUint64(flags, binary.LittleEndian.Uint64(flags)|glanceBegins)
	}
}

// Alike says whether two words may be in one group, if their keys are the same.
func Alike(a, b []byte) bool {
	const of = wordJoin << glanceJoin
	return flagsOf(a)&of == flagsOf(b)&of && string(a[:glanceSounds]) == string(b[:glanceSounds])
}

// Easy says whether the names of a word have one word beside numbers, or an initial, so
// that they may score enough by little.
func (d *Words) Easy(n uint32) bool { return d.glance(n).glance&glanceEasy != 0 }

// Kind is the kind of the names of a word.
func (d *Words) Kind(n uint32) int { return int(d.glance(n).kind()) }

// Len is the number of words.
func (d *Words) Len() int { return len(d.Ends) / 4 }

// Whole says whether there is a glance of each word.
func (d *Words) Whole() bool { return len(d.Ends)%4 == 0 && len(d.Glances) == glanceSize*d.Len() }

// rest gives what there is of a word beside its glance; nil where it is not whole.
func (d *Words) rest(n uint32) []byte {
	if int(n) >= d.Len() {
		return nil
	}
	from, to := d.restOf(n)
	if from > to || int(to) > len(d.Rests) || to-from < restHead || to-from > restHead+maxSounds {
		return nil
	}
	return d.Rests[from:to]
}

// class gives the class of a word; ok is false where the word is not whole.
func (d *Words) class(n uint32) (class uint16, ok bool) {
	rest := d.rest(n)
	if rest == nil {
		return 0, false
	}
	return binary.LittleEndian.Uint16(rest), true
}

func (d *Words) restOf(n uint32) (from, to uint32) {
	if n > 0 {
		from = binary.LittleEndian.Uint32(d.Ends[4*n-4:])
	}
	return from, binary.LittleEndian.Uint32(d.Ends[4*n:])
}

// Joins gives the number of the first word that is two written together; all after it are.
func (d *Words) Joins() uint32 {
	return uint32(sort.Search(d.Len(), func(n int) bool { return d.glance(uint32(n)).join()&wordJoin != 0 }))
}

// Begins says whether a word is the first of a group.
func (d *Words) Begins(n uint32) bool { return d.glance(n).glance&glanceBegins != 0 }

// seen is a word as far as its glance tells.
type seen struct {
	skeleton, sounds uint64
	hash             uint16
	glance
}

// count gives how many consonants it has.
func (l *seen) count() int { return (67 - bits.LeadingZeros64(l.skeleton)) / 4 }

// glance reads the glance of a word.
func (d *Words) glance(n uint32) seen {
	b := d.Glances[glanceSize*int(n):][:glanceSize]
	sounds := binary.LittleEndian.Uint64(b[glanceSounds:])
	return seen{binary.LittleEndian.Uint64(b), sounds & allSounds, uint16(sounds >> 48), glance(binary.LittleEndian.Uint64(b[glanceFlags:]))}
}

// joinFlags says what two words are that are written together.
func (n *name) joinFlags(j int) byte {
	flags := byte(wordJoin)
	for i := j; i < j+2; i++ {
		switch t := &n.tokens[i]; {
		case t.role == roleNumber:
			flags |= wordNumber
		case !t.core():
			flags |= wordOne
		}
	}
	return flags
}

// shortSkeleton is the number of consonants up to which a skeleton less one
// consonant is that of too many words.
const shortSkeleton = 3

// Key is a key of the consonants of a word, whole or less one of them, and the place of
// that one; NoPlace where they are whole.
type Key struct {
	Hash  uint64
	Place uint8
}

// PlaceBits is how many bits a place has.
const PlaceBits = 4

// NoPlace is the place of no consonant.
const NoPlace = 1<<PlaceBits - 1

// Close says whether words with the key that have their empty place here may be as close as
// words are that are written together: one consonant more, another, or two changed over. With
// places further apart they are two edits apart.
func (k Key) Close(place uint8) bool {
	return k.Place == NoPlace || place == NoPlace || k.Place-place+1 <= 2
}

// skeletonKeys appends the keys of the consonants of a reading of a word: its skeleton,
// whole and less any one consonant where that is not too little.
func skeletonKeys(keys []Key, f *form) []Key {
	s := skeletonOf(f)
	return s.keys(keys, keyWord, len(s) > shortSkeleton)
}

// keys appends the keys of a skeleton, of a sort.
func (s skeleton) keys(keys []Key, sort uint64, less bool) []Key {
	keys = append(keys, Key{keyOf(sort, s.hash()), NoPlace})
	if less {
		s.without(func(h uint64, place int) {
			if len(s) == skeletonMost { // it may be cut, so that places are not those of the word
				place = NoPlace
			}
			keys = append(keys, Key{keyOf(sort, h), uint8(place)})
		})
	}
	return keys
}

// ownKeys appends the other keys of a reading of a word: where its consonants say too
// little its letters, whole and less any one; its class and its spelling.
func ownKeys(keys []uint64, f *form, class uint16, hash uint64) []uint64 {
	k := keyer{keys}
	if len(skeletonOf(f)) <= shortSkeleton {
		k.put(keyLetters, f.hash)
		var b [maxSounds]byte
		for i := range f.letters {
			n := copy(b[:], f.letters[:i])
			n += copy(b[n:], f.letters[i+1:])
			k.put(keyLetters, hashString(string(b[:n])))
		}
	}
	if class != 0 {
		k.put(keyClass, uint64(class))
	}
	if hash != 0 {
		k.put(keyExact, hash)
	}
	return k.keys
}

// aloneKeys appends the keys of a word of few consonants less one of them, of a
// sort. They are those of thousands of words, and are only for words that may make
// a name alone.
func aloneKeys(keys []Key, f *form, sort uint64) []Key {
	if s := skeletonOf(f); len(s) <= shortSkeleton {
		return s.keys(keys, sort, len(s) >= 2)
	}
	return keys
}

// Shape is what must be known of a listed name to tell, from the sum of what its
// words tell, whether it may score enough: how many words its core has, how many
// initials and which letters, and how many of the words are generic.
func Shape(p *Prepared, i int) uint32 {
	cores, initials, generic, letters := 0, 0, 0, uint32(0)
	for t := range p.names[i].tokens {
		switch t := &p.names[i].tokens[t]; {
		case t.role == roleInitial:
			initials++
			letters |= shapeLetters(initialSet(t.first))
		case t.core() && t.role != roleNumber:
			cores++
			if t.role == roleGeneric {
				generic++
			}
		}
	}
	return uint32(min(cores, shapeCores-1)) | uint32(min(initials, shapeInitials-1))<<4 | uint32(min(generic, 3))<<6 | letters<<8
}

// shapeLetters folds a set of initials to the 24 bits that a shape has for it.
func shapeLetters(set uint64) uint32 { return uint32(set|set>>24|set>>48) & (1<<24 - 1) }

const (
	shapeCores    = 16
	shapeInitials = 4
	sumWords      = maxWords + 1
)

// Term is a word of a query, in all its readings, or two of its words written
// together, to be looked for among the listed words of a kind.
type Term struct {
	// ID is the same for terms that find the same words and tell the same, Alike for
	// those that have the same keys and readings and may be of several kinds.
	ID, Alike uint64
	// Name is the number of the name of the query, Word that of the word in it.
	Name, Word int

	words []sieveWord
	of    kind // of the listed names
	w     *bounds
	join  byte // as in a record
	only  bool // it is all of the core of its name
}

// Kind is the kind of the listed names that it is for.
func (t *Term) Kind() int { return int(t.of) }

// Terms appends what is to be looked for among the listed words of a kind. It is
// used after Reset and until the next.
func (s *Sieve) Terms(list []Term, of int) []Term {
	for i := range s.names {
		x := &s.names[i]
		for from := 0; from < len(x.words); {
			to := from + 1
			for to < len(x.words) && x.words[to].word == x.words[from].word {
				to++
			}
			list = append(list, s.term(x.words[from:to], i, of, 0))
			from = to
		}
		for j := range x.joins {
			list = append(list, s.term(x.joins[j:j+1], i, of, x.n.joinFlags(int(x.joins[j].word))))
		}
	}
	return list
}

func (s *Sieve) term(words []sieveWord, name, of int, join byte) Term {
	pair := s.pairWith(of)
	t := Term{Name: name, Word: int(words[0].word), words: words, of: kind(of), w: &s.w[pair], join: join}
	cores := s.names[name].n.core
	if join != 0 && join&wordOne == 0 {
		cores--
	}
	t.Alike = uint64(join & wordJoin)
	if t.only = cores == 1; t.only {
		t.Alike |= 2
	}
	h := uint64(join)<<16 | uint64(of)<<8 | uint64(pair)<<4
	for i := range words {
		q := &words[i]
		loose := uint64(0)
		if q.loose {
			loose = 1
		}
		t.Alike = mix(t.Alike*31 + q.f.hash)
		t.Alike = mix(t.Alike*31 + q.full + uint64(q.class)<<48 + loose)
		h = mix(h*31 + uint64(q.role)<<16 | uint64(q.length)<<8 | uint64(q.first)<<1)
		h = mix(h*31 + uint64(math.Float32bits(q.bits)))
	}
	t.ID = mix(h*31 + t.Alike)
	return t
}

// pairWith gives the weights for names of a kind.
func (s *Sieve) pairWith(of int) kind { return pairKindOf(s.query.kind, kind(of)) }

// Keys gives the keys under which words are found that a term may mean: those that words
// share which are alike, and those of single words. They are written over what it is given.
func (t *Term) Keys(alike []Key, own []uint64) ([]Key, []uint64) {
	sort := uint64(keyOnly)
	if t.only {
		sort = keyAny
	}
	alike, own = alike[:0], own[:0]
	for i := range t.words {
		q := &t.words[i]
		alike = aloneKeys(skeletonKeys(alike, q.f), q.f, sort)
		own = ownKeys(own, q.f, q.class, q.full)
	}
	slices.SortFunc(alike, func(a, b Key) int { return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Place, b.Place)) })
	return slices.Compact(alike), unique(own)
}

// Joined says whether it is two words written together.
func (t *Term) Joined() bool { return t.join != 0 }

// unique sorts keys and leaves each once.
func unique(keys []uint64) []uint64 {
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Join says of which words a meeting of a term and a listed word takes two.
type Join byte

// What is written together in a meeting: nothing; two words of the query, of the
// listed name, or of both as one; or something that only a comparison can weigh.
const (
	NoJoin   Join = 0
	OfQuery  Join = 1 // two core words of the query count as one
	OfListed Join = 2 // two core words of the listed name do
	Aligned  Join = 4 // it is a join, of whichever
	Unknown  Join = 8
)

// most says how far two words may be apart of which one or both are two words written
// together, and how much further that makes them.
func (t *Term) most(g glance) (most, more float32) {
	if t.join != 0 && g.join()&wordJoin != 0 {
		return movedMost, joinedApart + movedApart
	}
	return joinedMost, joinedApart
}

// nearTo says whether the consonants of a listed word are as many edits apart as they may be
// in spellings of a word, closeTo whether they are where words are written together.
func (q *sieveWord) nearTo(l *seen) bool {
	most := int(q.near[l.count()])
	return most >= 0 && packedDistance(q.f, l.skeleton, l.count()) <= most/2
}

func (q *sieveWord) closeTo(l *seen) bool {
	return q.close[l.count()] >= 0 && packedDistance(q.f, l.skeleton, l.count()) <= 1
}

// asLong says whether a listed word is as long as it may be where words are written together.
func (q *sieveWord) asLong(g glance) bool { return uint(q.length-g.length()+2) <= 4 }

// blurred gives the length over which costs are taken of two words of which one is in a
// script without vowels, in 1/unit.
func (q *sieveWord) blurred(g glance) float32 { return (float32(q.first+g.first())/2 + 1) * unit }

// otherLetters gives the least that it costs to write a word letter by letter as another, of which
// the letters are known as sets, in 1/unit.
func otherLetters(a, b uint32) int {
	return unit * max(bits.OnesCount32(a&^b), bits.OnesCount32(b&^a))
}

// lettersApart is otherLetters for words of which the lengths are known too: what one is longer is
// left out, beside writing what the other has alone.
func lettersApart(a, b uint32, m, n int) int {
	mine, theirs := bits.OnesCount32(a&^b), bits.OnesCount32(b&^a)
	if m > n {
		theirs += m - n
	} else {
		mine += n - m
	}
	return unit * max(mine, theirs)
}

// mostSounds gives what writing the sounds of two words may cost, of a mean length, both in
// 1/unit, if they are spellings of each other although their letters cost so much.
func mostSounds(long float32, letters int) int {
	return int(max((conflict*long-letterShare*float32(letters))/(1-letterShare), .02*long)) + 1
}

// together says how far two forms are apart that are aligned where words are written together, if they are less than most;
// count is the number of consonants of the listed one.
func (s *Sieve) together(q *sieveWord, f *form, count int, most float32) (apart float32, ok bool) {
	long := float32(len(q.f.letters)+len(f.letters)) / 2
	limit := int(.2 * long * unit)
	if q.loose != f.loose {
		long = float32(len(q.f.skel)+count)/2 + 1
	}
	limit = min(limit, int(most*long*unit)+1)
	d := s.p.sounds.written(q.f, f, limit, &s.m)
	if d >= far {
		return 0, false
	}
	apart = float32(d) / (unit * long)
	return max(0, apart-1e-4), apart < most
}

// joinTells is Tells for words that are aligned with two.
func (t *Term) joinTells(l *seen, apart float32) (gain float32, join Join) {
	w := t.w
	listed := l.join()
	told, _ := w.pair(min(t.words[0].bits, l.bits()), apart)
	gain, join = max(0, told+w.joined-float32(w.conflict)), Aligned
	if (t.join|listed)&wordNumber != 0 || t.words[0].role == roleNumber || l.role() == roleNumber {
		join |= Unknown
	}
	if t.join != 0 && t.join&wordOne == 0 {
		join |= OfQuery
	}
	if listed&wordJoin != 0 && listed&wordOne == 0 {
		join |= OfListed
	}
	return gain, join
}

// Enough says, for one name of a query, from which sum of what words tell on a
// listed name may score what is needed.
type Enough struct {
	*leasts
	firsts uint32 // of the name, as in a shape
}

// The ways in which names score: by words alone, with a join, with one of the query,
// and by words where one name covers the other.
const (
	byWords = iota
	byJoin
	byQueryJoin
	byCover
)

// leasts are the sums from which names of each shape may score enough.
type leasts struct {
	key   leastsKey
	least [4][shapeInitials][shapeCores][sumWords]float32
	easy  [sumWords]float32 // the least of any shape of which so many words or fewer have a partner
	hard  [sumWords]float32 // of shapes of more words than one and without initials
}

// leastsKey is what they follow from.
type leastsKey struct {
	cores, numbers, initials, proper int
	legal                            bool
	pair                             kind
	need                             float64
}

// leastsMost is how many of them a sieve remembers.
const leastsMost = 64

// Enough gives what is enough for names of a kind.
func (s *Sieve) Enough(name, of int) Enough {
	k := s.pairWith(of)
	x := &s.names[name]
	e := Enough{firsts: shapeLetters(x.firsts)}
	key := leastsKey{x.cores, x.numbers, x.initials, x.proper, x.legal, k, s.need[k]}
	for i := range s.enough {
		if s.enough[i].key == key {
			e.leasts = s.enough[i]
			return e
		}
	}
	if len(s.enough) == leastsMost {
		s.enough = s.enough[:0]
	}
	e.leasts = s.leasts(*x, key)
	s.enough = append(s.enough, e.leasts)
	return e
}

func (s *Sieve) leasts(x sifted, key leastsKey) *leasts {
	e := &leasts{key: key}
	cores := x.cores
	for way := range e.least {
		x.cores = cores
		if way == byQueryJoin {
			x.cores--
		}
		for initials := range shapeInitials {
			for cores := range shapeCores {
				for met := range sumWords {
					e.least[way][initials][cores][met] = s.w[key.pair].least(&x, s.p, key.need, cores, initials, met, way)
				}
			}
		}
	}
	fewest := 1
	if key.numbers > 0 { // a shape counts no numbers, so that a name may be one and have no words
		fewest = 0
	}
	e.easy, e.hard = e.fewest(fewest, shapeInitials), e.fewest(2, 1)
	return e
}

// fewest gives the least of any shape of so many words or more and of less initials, by how
// many words or fewer have a partner.
func (e *leasts) fewest(words, initials int) (least [sumWords]float32) {
	least[0] = float32(math.Inf(1))
	for met := 1; met < sumWords; met++ {
		least[met] = least[met-1]
		for initials := range initials {
			for cores := words; cores < shapeCores; cores++ {
				least[met] = min(least[met], e.least[byWords][initials][cores][met])
				if met >= e.key.proper {
					least[met] = min(least[met], e.least[byCover][initials][cores][met])
				}
			}
		}
	}
	return least
}

// Any gives the sum from which a listed name may score enough of whose words at most met
// have a partner: one for which little suffices (see [Words.Easy]), and any other.
func (e *Enough) Any(met int) (easy, hard float32) {
	met = min(met, sumWords-1)
	return e.easy[met], e.hard[met]
}

// Least gives the sum below which no listed name of whose words met have a partner may score enough.
func (e *Enough) Least(met int) float32 {
	met = min(met, sumWords-1)
	return min(e.easy[met], e.hard[met])
}

// Of reports whether a listed name of this shape, of whose words met have a partner
// that tell sum together, may score enough.
func (e *Enough) Of(shape uint32, met int, sum float32) bool {
	initials, cores, met := e.initials(shape), shape&15, min(met, sumWords-1)
	if sum >= e.least[byWords][initials][cores][met] {
		return true
	}
	return met >= e.key.proper && (int(cores-shape>>6&3) <= met || shape>>6&3 == 3) && sum >= e.least[byCover][initials][cores][met]
}

// initials gives how many initials of a shape may stand for a word of the query.
func (e *Enough) initials(shape uint32) uint32 {
	if shape>>8&e.firsts == 0 {
		return 0
	}
	return shape >> 4 & 3
}

// With is Of for names of which words are aligned that are written together.
func (e *Enough) With(join Join, shape uint32, met int, sum float32) bool {
	cores := shape & 15
	if join&OfListed != 0 && cores > 0 && cores < shapeCores-1 {
		cores--
	}
	return join&Unknown != 0 || sum >= e.least[byJoin+join&OfQuery][e.initials(shape)][cores][min(met, sumWords-1)]
}

// least is [bounds.of] the other way round: what the words with a partner must
// tell at least.
func (w *bounds) least(x *sifted, p *Params, need float64, cores, initials, met, way int) float32 {
	if !w.ok {
		return float32(math.Inf(-1))
	}
	few := min(x.cores, cores)
	total := w.bias + float64(few)*w.conflict + max(0, p.file.Facts.WeakName)
	if x.legal {
		total += w.form
	}
	bonus := 0.0
	var full bool
	if initials+x.initials > 0 {
		// An initial stands for a word of the other name, or for its initial; a word was
		// met, so that there is one less.
		uses := min(initials, max(0, x.cores-1)+x.initials) + min(x.initials, max(0, cores-1)+initials)
		total += float64(uses) * (w.initial - w.conflict)
		full = min(x.cores-initials, cores-x.initials) <= met
	} else {
		more := max(x.cores, cores) - few
		total += float64(more) * w.extra
		full = met >= few && more == 0
		if met < few {
			total += w.differ
		}
		covered := w.mayCover && way != byWords
		if met == 1 && !full && x.numbers == 0 && way == byWords {
			bonus += w.alone
		}
		if covered {
			bonus += w.covered
		}
	}
	if full {
		bonus += w.full + w.exact
	}
	if way == byCover && !w.mayCover {
		return float32(math.Inf(1))
	}
	if total >= need {
		return float32(math.Inf(-1))
	}
	return float32(need - total - bonus - 1e-3)
}

package match

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// A listed word is a reading of a word of the core of a listed name, or of two
// neighbours written together: its outline and its record (see [sketch]), with the
// kind of the name and whether it is two words in the record. It is the same for
// all names that have the word, so that a query is compared with the words of a
// list and not with its names.

// WordSize is the number of bytes of a listed word: its outline, its record, and the letters of the reading with their number.
const (
	WordSize    = wordLetters + 32
	wordLetters = sketchOutline + sketchRecord
)

// Where a record says of what kind of name its word is, and the flag for a join.
const (
	recordKind   = 21
	recordJoin   = 4
	recordOne    = 8  // only one of the two is of the core
	recordNumber = 16 // one of them is a number
	recordOnly   = 32 // the word is all of the core of its name
)

// KindCount is the number of kinds of names. Their words are kept apart, because they
// are not read and weighed alike.
const KindCount = int(kinds)

// PersonKind is the kind of the names of persons.
const PersonKind = int(personKind)

// EachWord gives the listed words of a name, numbered as in [NameKeys], and the
// keys under which each is found: those of words that a query may mean by it. The
// slices are not used again.
func EachWord(p *Prepared, i int, do func(word [WordSize]byte, keys []uint64)) {
	n := &p.names[i]
	var k sketcher
	give := func(f *form, class uint16, hash uint64, join byte) {
		at := k.n - 1
		var w [WordSize]byte
		binary.LittleEndian.PutUint64(w[:], uint64(k.outlines[at]))
		copy(w[sketchOutline:], k.records[sketchRecord*at:])
		words := n.core
		if join&recordJoin != 0 && join&recordOne == 0 {
			words--
		}
		keys := aloneKeys(wordKeys(nil, f, class, hash, p.kind), f, p.kind, keyAny)
		if words == 1 {
			keys, join = aloneKeys(keys, f, p.kind, keyOnly), join|recordOnly
		}
		w[sketchOutline+recordKind] = byte(p.kind) | join
		w[wordLetters] = byte(copy(w[wordLetters+1:], f.letters))
		do(w, keys)
	}
	for t := range n.tokens {
		if t := &n.tokens[t]; t.core() {
			for f := range t.forms {
				k.word(t, f)
				give(&t.forms[f], t.class, t.hash, 0)
			}
		}
	}
	for j := range n.joins {
		if n.joinable(j) {
			o := outline(math.Ceil(float64(sumBits(n, int8(j), 2))*16)) << outlineHash
			k.form(&n.joins[j], o, len(n.joins[j].letters), 0, 0, 0)
			give(&n.joins[j], 0, 0, n.joinFlags(j))
		}
	}
}

// CompareWords orders listed words by their kind and their consonants, then by all the rest, so that words with the same keys lie together.
func CompareWords(a, b []byte) int {
	x, y := a[sketchOutline:], b[sketchOutline:]
	first := func(r []byte) uint64 { // the first consonant counts most
		v := bits.ReverseBytes64(binary.LittleEndian.Uint64(r))
		return v>>4&0x0F0F0F0F0F0F0F0F | v&0x0F0F0F0F0F0F0F0F<<4
	}
	return cmp.Or(
		cmp.Compare(x[recordKind]&3, y[recordKind]&3), cmp.Compare(first(x), first(y)),
		bytes.Compare(a[wordLetters:], b[wordLetters:]), bytes.Compare(a, b),
	)
}

// joinFlags says what two words are that are written together.
func (n *name) joinFlags(j int) byte {
	flags := byte(recordJoin)
	for i := j; i < j+2; i++ {
		switch t := &n.tokens[i]; {
		case t.role == roleNumber:
			flags |= recordNumber
		case !t.core():
			flags |= recordOne
		}
	}
	return flags
}

// shortSkeleton is the number of consonants up to which a skeleton less one
// consonant is that of too many words.
const shortSkeleton = 3

// wordKeys appends the keys of a reading of a word: its skeleton, whole and less
// any one consonant; where that says too little, its letters, whole and less any
// one; its class and its spelling.
func wordKeys(keys []uint64, f *form, class uint16, hash uint64, of kind) []uint64 {
	k := keyer{keys[len(keys):]}
	s := skeletonOf(f)
	k.put(keyWord, s.hash())
	if len(s) > shortSkeleton {
		s.without(func(h uint64) { k.put(keyWord, h) })
	} else {
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
	return append(keys, k.of(of)...)
}

// aloneKeys appends the keys of a word of few consonants less one of them, of a
// sort. They are those of thousands of words, and are only for words that may make
// a name alone.
func aloneKeys(keys []uint64, f *form, of kind, sort uint64) []uint64 {
	k := keyer{keys[len(keys):]}
	if s := skeletonOf(f); len(s) <= shortSkeleton {
		k.put(sort, s.hash())
		if len(s) >= 2 {
			s.without(func(h uint64) { k.put(sort, h) })
		}
	}
	return append(keys, k.of(of)...)
}

// of gives the keys for words of a kind of names.
func (k *keyer) of(of kind) []uint64 {
	for i := range k.keys {
		k.keys[i] = mix(k.keys[i] + uint64(of)*0x9E3779B97F4A7C15)
	}
	return k.keys
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
	// ID is the same for terms that find the same words and tell the same.
	ID uint64
	// Name is the number of the name of the query, Word that of the word in it.
	Name, Word int

	words []sieveWord
	of    kind // of the listed names
	join  byte // as in a record
	only  bool // it is all of the core of its name
}

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
	t := Term{Name: name, Word: int(words[0].word), words: words, of: kind(of), join: join}
	cores := s.names[name].n.core
	if join != 0 && join&recordOne == 0 {
		cores--
	}
	only := uint64(0)
	if t.only = cores == 1; t.only {
		only = 1 << 24
	}
	h := only | uint64(join)<<16 | uint64(of)<<8 | uint64(s.pairWith(of))<<4
	for i := range words {
		q := &words[i]
		h = mix(h*31 + q.f.hash)
		loose := uint64(0)
		if q.loose {
			loose = 1
		}
		h = mix(h*31 + uint64(q.class)<<48 | uint64(q.hash)<<32 | uint64(q.role)<<16 | uint64(q.length)<<8 | uint64(q.first)<<1 | loose)
		h = mix(h*31 + uint64(math.Float32bits(q.bits)))
	}
	t.ID = h
	return t
}

// pairWith gives the weights for names of a kind.
func (s *Sieve) pairWith(of int) kind { return pairKindOf(s.query.kind, kind(of)) }

// Keys gives the keys under which words are found that a term may mean.
func (t *Term) Keys() (keys []uint64) {
	for i := range t.words {
		q := &t.words[i]
		keys = wordKeys(keys, q.f, q.class, q.full, t.of)
		if t.only {
			keys = aloneKeys(keys, q.f, t.of, keyAny)
		} else {
			keys = aloneKeys(keys, q.f, t.of, keyOnly)
		}
	}
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

// Tells gives the most that a term and a listed word add to the evidence of two
// names, compared with their being different words, and whether words are written
// together in it; ok is false when they are different.
func (s *Sieve) Tells(t *Term, word []byte) (gain float32, join Join, ok bool) {
	if len(word) != WordSize {
		return 0, 0, false
	}
	o, r := outline(binary.LittleEndian.Uint64(word)), (*[sketchRecord]byte)(word[sketchOutline:])
	w := &s.w[s.pairWith(int(t.of))]
	s.listed.ready = false
	if r[recordKind]&recordJoin != 0 || t.join != 0 {
		apart, ok := s.mayJoin(t, o, r, word)
		if !ok {
			return 0, 0, false
		}
		gain, join = s.joinTells(t, o, r, w, apart)
		return gain, join, true
	}
	for i := range t.words {
		q := &t.words[i]
		told, met := float32(0), false
		switch {
		case q.role == roleNumber && o.role() == roleNumber:
			told, met = float32(w.rarity)*o.bits()+float32(w.word+w.number), q.hash == o.hash()
		case q.role != roleNumber && o.role() != roleNumber:
			var apart float32
			if apart, met = s.spelt(q, i == 0, o, r, word); met {
				told, _ = w.pair(min(q.bits, o.bits()), apart)
				told = max(0, told-float32(w.conflict))
				if q.role == rolePlace && o.role() == rolePlace {
					told += float32(w.place)
				}
			}
		}
		if met {
			gain, ok = max(gain, told), true
		}
	}
	return gain, NoJoin, ok
}

// mayJoin says whether a term and a listed word may be aligned of which one or
// both are two words, and how far they are apart at least.
func (s *Sieve) mayJoin(t *Term, o outline, r *[sketchRecord]byte, word []byte) (apart float32, ok bool) {
	most, more := float32(joinedMost), float32(joinedApart)
	switch {
	case t.join != 0 && r[recordKind]&recordJoin != 0:
		most, more = movedMost, joinedApart+movedApart
	case t.join != 0 && o&outlineMore != 0:
		return 0, false // a join is compared with the first reading
	}
	for i := range t.words {
		if _, may := s.close(&t.words[i], o, r, most); may {
			d, may := s.together(&t.words[i], o, word, most)
			if !may {
				continue
			}
			if d += more; !ok || d < apart {
				apart = d
			}
			ok = true
		}
	}
	return apart, ok
}

// listedForm is a listed word made ready for comparison by its letters.
type listedForm struct {
	form
	ready bool
	b     [2 * maxSounds]byte
}

// formOf gives the listed word that is looked at, with what [soundTable.written] reads.
func (s *Sieve) formOf(o outline, word []byte) *form {
	l := &s.listed
	if l.ready {
		return &l.form
	}
	l.ready = true
	n := min(int(word[wordLetters]), maxSounds)
	l.letters, l.loose, l.alpha = word[wordLetters+1:][:n], o.loose(), binary.LittleEndian.Uint32(word[sketchOutline+recordAlpha:])
	if isForeign(l.letters) {
		l.sounds, l.drop = appendForeign(l.b[:0:maxSounds], l.b[maxSounds:maxSounds], l.letters)
		return &l.form
	}
	l.sounds = appendSounds(l.b[:0:maxSounds], l.letters)
	l.drop = l.b[maxSounds:][:len(l.sounds)]
	for i := range l.sounds {
		l.drop[i] = s.p.sounds.dropCost(l.sounds, i)
	}
	return &l.form
}

// spelt is alike with the letters of the listed word, so that the two are as far apart as it says: at least, where one has several
// readings. first says that the word of the query is its first.
func (s *Sieve) spelt(q *sieveWord, first bool, o outline, r *[sketchRecord]byte, word []byte) (apart float32, ok bool) {
	if q.hash == o.hash() || q.sameClass(o, r) {
		return 0, true
	}
	if _, ok = s.near(q, o, r); !ok {
		return 0, false
	}
	f := s.formOf(o, word)
	if q.loose != o.loose() {
		long := (float32(q.first+int(r[recordFirst]))/2 + 1) * unit
		apart = float32(s.p.sounds.written(q.f, f, int(conflict*long)+1, &s.m))/long + blur
		return apart - 1e-4, apart < conflict+1e-4
	}
	long := float32(q.length+o.length()) / 2 * unit
	d := s.p.sounds.written(q.f, f, int(conflict*long)+1, &s.m)
	if d >= far {
		return 0, false
	}
	apart = float32(d) / long
	if apart > .02 {
		letters := q.letters(r)
		if first && o&outlineMore == 0 {
			letters = byLetter(q.f.letters, f.letters, far, &s.m)
		}
		apart = (1-letterShare)*apart + letterShare*float32(letters)/long
	}
	return max(0, apart-1e-4), apart < conflict+1e-4
}

// together says how far two forms are apart that are aligned where words are written together, if they are less than most.
func (s *Sieve) together(q *sieveWord, o outline, word []byte, most float32) (apart float32, ok bool) {
	f := s.formOf(o, word)
	long := float32(len(q.f.letters)+len(f.letters)) / 2
	limit := int(.2 * long * unit)
	if q.loose != o.loose() {
		long = float32(len(q.f.skel)+o.count())/2 + 1
	}
	d := s.p.sounds.written(q.f, f, limit, &s.m)
	if d >= far {
		return 0, false
	}
	apart = float32(d) / (unit * long)
	return max(0, apart-1e-4), apart < most
}

// joinTells is Tells for words that are aligned with two.
func (s *Sieve) joinTells(t *Term, o outline, r *[sketchRecord]byte, w *bounds, apart float32) (gain float32, join Join) {
	rarity, listed := o.bits(), r[recordKind]
	if listed&recordJoin != 0 {
		rarity = float32(o.hash()) / 16
	}
	told, _ := w.pair(min(t.words[0].bits, rarity), apart)
	gain, join = max(0, told+w.joined-float32(w.conflict)), Aligned
	if (t.join|listed)&recordNumber != 0 || t.words[0].role == roleNumber || o.role() == roleNumber {
		join |= Unknown
	}
	if t.join != 0 && t.join&recordOne == 0 {
		join |= OfQuery
	}
	if listed&recordJoin != 0 && listed&recordOne == 0 {
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
	any   [sumWords]float32 // the least of any shape of whose words so many or fewer have a partner
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
	e.any[0] = float32(math.Inf(1))
	fewest := 1
	if key.numbers > 0 { // a shape counts no numbers, so that a name may be one and have no words
		fewest = 0
	}
	for met := 1; met < sumWords; met++ {
		e.any[met] = e.any[met-1]
		for initials := range shapeInitials {
			for cores := fewest; cores < shapeCores; cores++ {
				e.any[met] = min(e.any[met], e.least[byWords][initials][cores][met])
				if met >= key.proper {
					e.any[met] = min(e.any[met], e.least[byCover][initials][cores][met])
				}
			}
		}
	}
	return e
}

// Any gives the sum from which any listed name may score enough of whose words at
// most met have a partner.
func (e *Enough) Any(met int) float32 { return e.any[min(met, sumWords-1)] }

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

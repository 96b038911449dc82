package match

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A sketch is the little of a name from which the most that it can score against
// a query follows: the consonants of its words, by class, and how rare they are.
// It is read where it lies in a file, so that names that cannot reach a threshold
// are passed over without being made ready.
//
//	head     consonant pairs (8 bytes), hashes of acronyms (2 bytes and 1), the
//	         number of words, kind and flags, initials, records of words, records
//	         of joins (a byte each)
//	outlines of each record, 8 bytes (see [outline])
//	initials their letters as a set (see [initialSet]), 8 bytes, where there are any
//	syllables of a name read as Korean, and of one read as Chinese, as a set (see
//	         [koreanSet], [chineseSet]), 8 bytes each
//	records  of each reading of each core word, then of each two neighbours
//	         written together, then of the whole name
//
// A record is the classes of the consonants (a nibble each, 8 bytes), the sounds
// as a set (6), the class of the word (2), the letters as a set (4), how many
// consonants the first reading of the word has, and its first letter. Most words are told apart by their
// outlines, so that most records are never read.
const (
	sketchHead    = 16
	sketchOutline = 8
	sketchRecord  = 24
)

// SketchUnit is what the number of bytes of every sketch is a multiple of.
const SketchUnit = 4

// What a head and a record hold, by the place of its first byte.
const (
	headAcronym  = 8
	headAcronym2 = 10
	headTokens   = 11
	headFlags    = 12
	headInitials = 13
	headWords    = 14
	headJoins    = 15

	recordSounds = 8
	recordClass  = 14
	recordAlpha  = 16
	recordFirst  = 20
	recordLetter = 22
)

// outline is what is looked at first of a record: the set of its classes of
// consonants, how many there are, how many letters, the role of the word, a hash of
// the word and one of its letters, and its rarity (in sixteenths of a bit, rounded
// up). That of a join has the rarity of both its words in place of the hash, and
// which words of the core they are.
type outline uint64

const (
	outlineHash   = 16
	outlineCount  = 32
	outlineRole   = 37
	outlineMore   = 1 << 39 // another reading of the word before
	outlineLength = 40
	outlineLoose  = 1 << 45
	outlineClass  = 1 << 46 // the word has a class
	outlineBits   = 48
	outlineForm   = 56
)

func (o outline) levels() uint16 { return uint16(o) }
func (o outline) hash() uint16   { return uint16(o >> outlineHash) }
func (o outline) count() int     { return int(o >> outlineCount & 31) }
func (o outline) role() role     { return role(o >> outlineRole & 3) }
func (o outline) length() int    { return int(o >> outlineLength & 31) }
func (o outline) loose() bool    { return o&outlineLoose != 0 }
func (o outline) bits() float32  { return float32(byte(o>>outlineBits)) / 16 }

// sketch is a sketch that is read.
type sketch []byte

// whole says whether all of it is there.
func (s sketch) whole() bool {
	return len(s) >= sketchHead && len(s) == s.start()+s.recordBytes()
}

// start gives where the records begin.
func (s sketch) start() int {
	at := s.syllables()
	if s[headFlags]&sketchKorean != 0 {
		at += 8
	}
	if s[headFlags]&sketchChinese != 0 {
		at += 8
	}
	return at
}

// syllables gives where the syllables begin.
func (s sketch) syllables() int {
	at := sketchHead + sketchOutline*s.records()
	if s[headInitials] > 0 {
		at += 8
	}
	return at
}

// korean and chinese give the syllables of a name that is read so.
func (s sketch) korean() uint64 { return binary.LittleEndian.Uint64(s[s.syllables():]) }

func (s sketch) chinese() uint64 {
	at := s.syllables()
	if s[headFlags]&sketchKorean != 0 {
		at += 8
	}
	return binary.LittleEndian.Uint64(s[at:])
}

// initials gives the number of initials, and their letters.
func (s sketch) initials() (n int, letters uint64) {
	if n = int(s[headInitials]); n > 0 {
		letters = binary.LittleEndian.Uint64(s[sketchHead+sketchOutline*s.records():])
	}
	return n, letters
}

// initialSet gives the set of a letter; a few share a place with another.
func initialSet(first byte) uint64 { return 1 << (first & 63) }

func (s sketch) records() int {
	n := int(s[headWords]) + int(s[headJoins])
	if s[headFlags]&sketchWhole != 0 {
		n++
	}
	return n
}

func (s sketch) outline(i int) outline {
	return outline(binary.LittleEndian.Uint64(s[sketchHead+sketchOutline*i:]))
}

func (s sketch) record(i int) *[sketchRecord]byte {
	return (*[sketchRecord]byte)(s[s.start()+sketchRecord*i:])
}

// The flags of a head stand above its kind.
const (
	sketchKorean = 4 << iota
	sketchChinese
	sketchAcronym
	sketchLegal
	sketchWhole  // there is a record of the whole name
	sketchListed // records are by the numbers of listed words
)

// sketcher makes a sketch.
type sketcher struct {
	outlines [3 * maxWords * 2]outline
	records  []byte
	n        int
}

// AppendSketch appends the sketch of a name of a subject; names are numbered as
// in [NameKeys].
func AppendSketch(b []byte, p *Prepared, i int) []byte {
	n := &p.names[i]
	var k sketcher
	flags, initials, joins := byte(p.kind)|n.readAs(), 0, 0
	letters := uint64(0)
	for t := range n.tokens {
		switch t := &n.tokens[t]; {
		case t.core():
			for f := range t.forms {
				k.word(t, f)
			}
		case t.role == roleInitial:
			initials++
			letters |= initialSet(t.first)
		case t.role == roleLegal:
			flags |= sketchLegal
		}
	}
	words := k.n
	for j := range n.joins {
		if n.joinable(j) {
			o := outline(math.Ceil(float64(sumBits(n, int8(j), 2))*16))<<outlineHash |
				outline(n.coreAt(j))<<outlineBits | outline(n.coreAt(j+1))<<outlineForm
			k.form(&n.joins[j], o, len(n.joins[j].letters), 0, 0, 0)
			joins++
		}
	}
	if n.wholly() {
		flags |= sketchWhole
		k.form(&n.whole, 0, len(n.whole.letters), 0, 0, 0)
	}
	b = binary.LittleEndian.AppendUint64(b, n.pairs)
	var acronyms [3]byte
	for k, h := range n.acronym {
		switch k {
		case 0:
			binary.LittleEndian.PutUint16(acronyms[:], uint16(h)|1)
		case 1:
			acronyms[2] = byte(h) | 1
		}
	}
	b = append(append(b, acronyms[:]...), byte(len(n.tokens)), flags, byte(initials), byte(words), byte(joins))
	for _, o := range k.outlines[:k.n] {
		b = binary.LittleEndian.AppendUint64(b, uint64(o))
	}
	if initials > 0 {
		b = binary.LittleEndian.AppendUint64(b, letters)
	}
	if len(n.korean) > 0 {
		b = binary.LittleEndian.AppendUint64(b, koreanSet(n.korean))
	}
	if len(n.chinese) > 0 {
		b = binary.LittleEndian.AppendUint64(b, chineseSet(n.chinese))
	}
	return append(b, k.records...)
}

// word adds a reading of a word.
func (k *sketcher) word(t *token, i int) {
	f := &t.forms[i]
	o := outline(uint16(t.hash))<<outlineHash | outline(t.role)<<outlineRole | outline(byte(f.hash))<<outlineForm |
		outline(min(255, math.Ceil(float64(t.bits)*16)))<<outlineBits
	if i > 0 {
		o |= outlineMore
	}
	if t.class != 0 {
		o |= outlineClass
	}
	k.form(f, o, int(t.length), t.class, len(t.forms[0].skel), t.first)
}

func (k *sketcher) form(f *form, o outline, length int, class uint16, first int, letter byte) {
	o |= outline(f.levels) | outline(len(f.skel))<<outlineCount | outline(length)<<outlineLength
	if f.loose {
		o |= outlineLoose
	}
	k.outlines[k.n] = o
	k.n++
	var packed uint64
	for i, l := range f.skel {
		packed |= uint64(l) << (4 * i)
	}
	k.records = binary.LittleEndian.AppendUint64(k.records, packed)
	k.records = binary.LittleEndian.AppendUint64(k.records, f.set()|uint64(class)<<48)
	k.records = binary.LittleEndian.AppendUint32(k.records, f.alpha)
	k.records = append(k.records, byte(first), 0, letter, 0)
}

// readAs gives the flags of the ways in which a name is read beside its words.
func (n *name) readAs() (flags byte) {
	if len(n.korean) > 0 {
		flags |= sketchKorean
	}
	if len(n.chinese) > 0 {
		flags |= sketchChinese
	}
	if len(n.acronym) > 0 {
		flags |= sketchAcronym
	}
	return flags
}

// joinable says whether words i and i+1 may be aligned as one.
func (n *name) joinable(i int) bool {
	return len(n.joins[i].letters) > 0 && (n.tokens[i].core() || n.tokens[i+1].core())
}

// No word of the core, and a number, in the record of a join.
const (
	joinOther  = 0xFF
	joinNumber = 0xFE
)

// coreAt gives which of the core words the word i is.
func (n *name) coreAt(i int) byte {
	switch t := &n.tokens[i]; {
	case !t.core():
		return joinOther
	case t.role == roleNumber:
		return joinNumber
	}
	k := byte(0)
	for j := range i {
		if n.tokens[j].core() {
			k++
		}
	}
	return k
}

// wholly says whether the whole name may be aligned with a whole name.
func (n *name) wholly() bool {
	return !n.numbered && len(n.whole.letters) > 0 && len(n.whole.letters) < maxSounds
}

// set gives the sounds of a form, as a set.
func (f *form) set() (set uint64) {
	for _, s := range f.sounds {
		set |= 1 << s
	}
	return set
}

// Need is the evidence, in bits, below which a pair is of no interest, for each
// kind of names.
type Need [kinds]float64

// NeedFor gives the evidence from which a pair has a probability against a list
// (see [Params.AgainstList]).
func (p *Params) NeedFor(probability float64) (n Need) {
	for k := range n {
		n[k], _ = p.bitsFor(probability, kind(k))
	}
	return n
}

// bitsFor gives the most evidence, in bits, that falls short of a probability against a list, and the least that reaches it.
func (p *Params) bitsFor(probability float64, k kind) (below, reaches float64) {
	below, reaches = -400, 400 // no pair tells that much
	for range 60 {
		mid := (below + reaches) / 2
		if p.AgainstList(p.probability(mid, k)) < probability {
			below = mid
		} else {
			reaches = mid
		}
	}
	return below, reaches
}

// Sieve says which sketches a query need not be compared with, because the bits
// of the pair would stay below what is needed. It holds the memory of one worker.
type Sieve struct {
	p       *Params
	w       [kinds]bounds
	query   *Prepared
	need    Need // of the names alone
	names   []sifted
	words   []sieveWord
	sounds  []sieveSound
	sum     sum
	joins   []join
	enough  []*leasts
	plain   rewrites
	slack   rewrites // where one word is of a script without vowels
	sight   sight
	listed  *Words
	made    [sketchRecord]byte // the record read last of a listed word
	letters [maxWords]byte     // the first letters of a sketch read last
	broken  bool               // a sketch names a word that is not listed
	exact   bool               // listed words are compared letter by letter
	m       scratch
}

// rewrites is what it costs at least to write sounds otherwise: to leave one out,
// and to write it as one of others.
type rewrites struct {
	drops [sounds]uint8
	swaps [sounds][]swapSet
}

// bounds are what weights give at most.
type bounds struct {
	ok               bool    // the weights have the signs that the bound rests on
	mayCover         bool    // names have generic words, so that one may cover the other
	rarity, word     float64 // the largest of their knots; word is not negative
	conflict         float64
	number, place    float64 // not negative
	form, initial    float64
	full, exact      float64
	covered          float64
	alone, extra     float64
	generic, differ  float64
	badNumber        float64
	lostNumber, bias float64
	rarities, words  [knotCount]float32
	joined           float32 // not negative
}

// sifted is a name of a query.
type sifted struct {
	n                        *name
	cores, numbers, initials int
	proper                   int         // words of the core that are neither generic nor a number
	letters                  uint64      // of the initials
	firsts                   uint64      // the first letters of core words, and of initials
	words, joins             []sieveWord // readings of its core words, and joins of them
	whole                    sieveWord   // of all words, if they may be joined
	legal                    bool
}

// sieveWord is a reading of a word of a query.
type sieveWord struct {
	levels uint16
	class  uint16
	hash   uint16
	full   uint64 // the whole hash
	role   role
	word   int8
	// near and close say how many classes of consonants may differ in a word of
	// so many consonants, for it to be near or close; -1 when it cannot be.
	near, close *[32]int8
	length      int // letters
	bits        float32
	loose       bool
	more        bool // not the first reading of its word, of which the lengths are known
	first       int  // consonants of the first reading
	f           *form
	sounds      []sieveSound
	set         uint64 // of them
}

// nearMost and closeMost are these tables, by the consonants of the word.
var nearMost, closeMost = func() (near, close [17][32]int8) {
	for n := range near {
		for m := range near[n] {
			near[n][m], close[n][m] = -1, -1
			if m > 16 {
				continue
			}
			if most := 1 + max(n, m)/5; n-m <= most && m-n <= most {
				near[n][m] = int8(2 * most)
			}
			if n-m <= 1 && m-n <= 1 {
				close[n][m] = 2
			}
		}
	}
	return near, close
}()

// sieveSound is a sound of a word, and what it costs to leave it out.
type sieveSound struct {
	itself uint64
	sound  sound
	drop   uint8
	slack  uint8 // drop, where the other word is of a script without vowels
}

// swapSet is a set of sounds that a sound is written as at this cost or more; the
// cheapest set goes first.
type swapSet struct {
	of   uint64
	cost uint8
}

// NewSieve makes a sieve; it is used after Reset.
func NewSieve(p *Params) *Sieve {
	s := &Sieve{p: p}
	low, high := Signs()
	for k := range s.w {
		v := p.weights[k].vector()
		b := bounds{
			ok: true, mayCover: k != int(personKind), conflict: v[fWord+knotCount-1], number: max(0, v[fNumber]), place: max(0, v[fPlace]), form: max(0, v[fForm]),
			initial: max(0, v[fInitial]), covered: max(0, v[fCovered]), full: v[fFull], exact: v[fExact], joined: float32(max(0, v[fJoined])), alone: v[fAlone], extra: v[fExtra], generic: v[fGeneric],
			differ: v[fDiffer], badNumber: v[fBadNumber], lostNumber: v[fLostNumber], bias: v[fBias],
		}
		for i := range v {
			b.ok = b.ok && low[i] <= v[i] && v[i] <= high[i]
		}
		for i := range knotCount {
			b.rarity, b.word = max(b.rarity, v[fRarity+i]), max(b.word, v[fWord+i])
			b.rarities[i], b.words[i] = float32(max(0, v[fRarity+i])), float32(v[fWord+i]) // words that are little alike count as less rare
		}
		s.w[k] = b
	}
	for a := range sound(sounds) {
		t := &p.sounds
		drop := t.leastDrop(a)
		s.plain.drops[a], s.plain.swaps[a] = drop, swapSets(a, func(b sound) uint8 { return t.swap[a][b] })
		one := form{sounds: []sound{a}, drop: []uint8{drop}}
		s.slack.drops[a] = uint8(dropOf(&one, 0, true))
		s.slack.swaps[a] = swapSets(a, func(b sound) uint8 { return t.loose[a][b] })
	}
	return s
}

// swapSets gives the sounds that one is written as for less than an edit.
func swapSets(a sound, swap func(sound) uint8) (list []swapSet) {
	steps := []uint8{0, unit * 15 / 100, unit * 3 / 10, unit * 45 / 100, unit * 65 / 100, unit}
	for i, from := range steps[:len(steps)-1] {
		next := swapSet{cost: unit}
		for b := range sound(sounds) {
			if c := swap(b); b != a && from <= c && c < steps[i+1] {
				next.of |= 1 << b
				next.cost = min(next.cost, c)
			}
		}
		if next.of != 0 {
			list = append(list, next)
		}
	}
	return list
}

// leastDrop gives the least that leaving out a sound may cost. That of a double one
// does not count: the other of the two is still there.
func (t *soundTable) leastDrop(s sound) uint8 {
	d := &t.drop
	c := d.Consonant
	switch s {
	case 'h' - 'a':
		c = min(c, d.H)
	case 'j' - 'a', 'w' - 'a':
		c = min(c, d.Glide)
	case 'y' - 'a':
		c = d.Glide
	case 's' - 'a':
		c = min(c, d.LastS)
	default:
		if isVowelSound(s) {
			c = min(d.Vowel, d.BesideVowel, d.LastVowel)
		}
	}
	return uint8(c*unit + .5)
}

// Reset makes the sieve ready for a query; need is what the names and facts of a
// pair must tell together. Identifiers count for nothing: whoever may share one
// must be compared whatever its sketch says.
func (s *Sieve) Reset(q *Prepared, need Need) {
	s.query = q
	facts := s.p.mostFacts(q)
	for k := range need {
		s.need[k] = need[k] - facts - 1e-6
	}
	s.names, s.words, s.sounds = s.names[:0], s.words[:0], s.sounds[:0]
	for i := range q.names { // counted first, so that the memory of words does not move
		for t := range q.names[i].tokens {
			s.words = append(s.words, make([]sieveWord, len(q.names[i].tokens[t].forms)+1)...)
		}
		s.words = append(s.words, sieveWord{})
	}
	free := s.words[:0]
	for i := range q.names {
		x := sifted{n: &q.names[i]}
		free = s.fill(&x, free)
		s.names = append(s.names, x)
	}
}

// fill reads a name, with its words in free.
func (s *Sieve) fill(x *sifted, free []sieveWord) []sieveWord {
	n := x.n
	for i := range n.tokens {
		t := &n.tokens[i]
		switch {
		case t.role == roleNumber:
			x.numbers++
		case t.core():
			x.cores++
			if t.role != roleGeneric {
				x.proper++
			}
		case t.role == roleInitial:
			x.initials++
			x.letters |= initialSet(t.first)
			x.firsts |= initialSet(t.first)
		case t.role == roleLegal:
			x.legal = true
		}
		if t.core() {
			x.firsts |= initialSet(t.first)
			for k := range t.forms {
				w := s.word(&t.forms[k], t, i)
				w.more = k > 0
				free = append(free, w)
			}
		}
	}
	x.words, free = free, free[len(free):]
	for i := range n.joins {
		if n.joinable(i) {
			w := s.word(&n.joins[i], nil, i)
			w.bits = sumBits(n, int8(i), 2)
			free = append(free, w)
		}
	}
	x.joins = free
	if n.wholly() {
		x.whole = s.word(&n.whole, nil, 0)
	}
	return free[len(free):]
}

// word reads one form.
func (s *Sieve) word(f *form, t *token, i int) sieveWord {
	n := len(f.skel)
	w := sieveWord{
		levels: f.levels, word: int8(i), near: &nearMost[n], close: &closeMost[n], length: len(f.letters), loose: f.loose,
		f: f, set: f.set(),
	}
	if t != nil {
		w.class, w.hash, w.role, w.bits, w.length, w.first = t.class, uint16(t.hash), t.role, t.bits, int(t.length), len(t.forms[0].skel)
		w.full = t.hash
	}
	from := len(s.sounds)
	for i, x := range f.sounds {
		s.sounds = append(s.sounds, sieveSound{1 << x, x, f.drop[i], uint8(dropOf(f, i, true))})
	}
	w.sounds = s.sounds[from:len(s.sounds):len(s.sounds)]
	return w
}

// mostFacts gives the most bits that the facts of a query can tell, without
// identifiers.
func (p *Params) mostFacts(q *Prepared) float64 {
	w, f := &p.file.Facts, &q.facts
	sum := max(0, w.BadSchema)
	for _, x := range []struct {
		known bool
		bits  float64
	}{
		{len(f.births) > 0, max(w.BirthDay, w.BirthMonth, w.BirthYear, w.BirthSwap, w.BadBirth, w.BadBirthNear)},
		{len(f.countries) > 0, max(w.Country, w.BadCountry)},
		{f.gender != 0, max(w.Gender, w.BadGender)},
		{len(f.addresses) > 0, max(w.Address, w.BadAddress)},
		{f.flag != 0, max(w.Flag, w.BadFlag)},
		{f.built != 0, max(w.Built, w.BadBuilt)},
		{f.tonnage > 0, max(w.Tonnage, w.BadTonnage)},
		{len(f.ids) > 0, w.BadIdentifier},
	} {
		if x.known {
			sum += max(0, x.bits)
		}
	}
	return sum
}

// IsPerson says whether a sketch is of a name of a person.
func IsPerson(b []byte) bool { return kind(b[headFlags]&3) == personKind }

// Glance is May from the head of a sketch alone.
func (s *Sieve) Glance(b []byte) bool {
	if len(b) < sketchHead {
		return true
	}
	for i := range s.names {
		if s.agree(s.names[i].n, b) {
			return true
		}
	}
	return false
}

// May reports whether a name with this sketch may score what is needed against
// the query. False is certain.
func (s *Sieve) May(b []byte) bool {
	_, ok := s.Most(b)
	return ok
}

// Most is May with the bits that the names can tell, by which candidates are put in
// order; they may be infinite.
func (s *Sieve) Most(b []byte) (bits float32, ok bool) {
	k := sketch(b)
	if !k.whole() {
		return float32(math.Inf(1)), true
	}
	kind := pairKindOf(s.query.kind, kind(k[headFlags]&3))
	s.broken = false
	for i := range s.names {
		x := &s.names[i]
		if !s.agree(x.n, k) {
			continue
		}
		most := s.most(x, k, kind, s.need[kind])
		if most >= s.need[kind] && k.listed() { // by what is cheap to know; few are left
			s.exact = true
			most = s.most(x, k, kind, s.need[kind])
			s.exact = false
		}
		if most >= s.need[kind] {
			return float32(most), true
		}
	}
	if s.broken {
		return float32(math.Inf(1)), true
	}
	return 0, false
}

// agree is mayAgree with a sketch.
func (s *Sieve) agree(x *name, k sketch) bool {
	const other = sketchKorean | sketchChinese | sketchAcronym
	return pairsAgree(x.pairs, binary.LittleEndian.Uint64(k)) || k[headFlags]&other != 0 && x.readAs() != 0
}

// sum is what the words of two names may have in common.
type sum struct {
	mine, theirs   [maxWords]partner // the best for each word of the query and of the sketch
	cores, numbers int               // words of the sketch
	words          int               // both
	metNumbers     int               // numbers of the sketch that the query has
	numberBits     float32
	firsts         uint64 // the first letters of words of the sketch
	notGeneric     uint32 // which of its words are neither generic nor a number
	proper, place  bool   // a possible pair is neither generic nor a place; is of places
}

// partner is the most that a word can tell with a partner.
type partner struct {
	met   bool
	bits  float32 // of evidence
	word  float32 // of these, what rarity does not count for
	apart float32 // how far it is from the nearest, at least
}

func (p *partner) take(bits, word, apart float32) {
	if !p.met {
		*p = partner{true, bits, word, apart}
		return
	}
	p.bits, p.word, p.apart = max(p.bits, bits), max(p.word, word), min(p.apart, apart)
}

// most gives the most that a name with this sketch can score. It may be infinite
// where names are read otherwise than word by word.
func (s *Sieve) most(x *sifted, sketch sketch, k kind, need float64) float64 {
	w := &s.w[k]
	flags := sketch[headFlags]
	if !w.ok {
		return math.Inf(1)
	}
	extra := max(0, s.p.file.Facts.WeakName)
	syllables := math.Inf(-1)
	if flags&x.n.readAs()&(sketchKorean|sketchChinese) != 0 {
		if syllables = w.bySyllables(x.n, sketch) + extra; syllables >= need {
			return syllables
		}
	}
	s.pairs(x, sketch, w)
	if flags&sketchLegal != 0 && x.legal && k != personKind {
		extra += w.form
	}
	best := max(syllables, s.acronym(x, sketch, w)+extra)
	if best >= need {
		return best
	}
	initials := s.usable(x, sketch)
	best = max(best, w.of(&s.sum, x, s.unpaired(x, sketch, w, initials), initials.all() > 0, partner{}, join{})+extra)
	if best >= need || len(x.n.tokens) == 1 && sketch[headTokens] == 1 {
		return best
	}
	return max(best, s.joined(x, sketch, w, initials)+extra)
}

// stands is how many initials may stand for a word of the other name, or meet an initial of it: of the query, and of the sketch.
type stands struct{ mine, theirs int }

func (n stands) all() int { return n.mine + n.theirs }

// usable gives the initials that may.
func (s *Sieve) usable(x *sifted, k sketch) (n stands) {
	count, letters := k.initials()
	if letters&x.firsts != 0 {
		n.theirs = count - bits.OnesCount64(letters&^x.firsts)
	}
	if x.initials > 0 {
		firsts := letters | s.sum.firsts
		for i := range x.n.tokens {
			if t := &x.n.tokens[i]; t.role == roleInitial && firsts&initialSet(t.first) != 0 {
				n.mine++
			}
		}
	}
	return n
}

// unpaired gives how many of the usable initials may stand for words where none are written together: for those that have no
// partner. With fewer pairs than there may be, they had more words to stand for, which would tell less where each pair tells
// more than an initial does.
func (s *Sieve) unpaired(x *sifted, k sketch, w *bounds, n stands) stands {
	if n.all() == 0 {
		return n
	}
	count, letters := k.initials()
	t := &s.sum
	mine, theirs := side{least: math.MaxFloat32}, side{least: math.MaxFloat32}
	for i := range x.n.tokens {
		if u := &x.n.tokens[i]; u.core() {
			mine.count(&t.mine[i], letters&initialSet(u.first) != 0, w)
		} else if u.role == roleInitial && letters&initialSet(u.first) != 0 {
			mine.initials++
		}
	}
	word := 0
	for i := range int(k[headWords]) {
		if k.outline(i)&outlineMore == 0 && word < t.words {
			theirs.count(&t.theirs[word], x.letters&initialSet(s.letter(k, i)) != 0, w)
			word++
		}
	}
	if float64(min(mine.least, theirs.least)) < w.initial-w.conflict || word < t.words {
		return n
	}
	pairs := min(mine.met, theirs.met)
	return stands{min(n.mine, theirs.free(pairs)+count), min(n.theirs, mine.free(pairs)+mine.initials)}
}

// standing gives the most that initials add to so many pairs of words of so many, counted from words that all conflict: a word for
// which one stands neither conflicts nor is left over.
func (w *bounds) standing(n stands, mine, theirs, pairs int) float64 {
	most := math.Inf(-1)
	for i := range n.mine + 1 {
		for j := range n.theirs + 1 {
			x, y := max(0, mine-pairs-j), max(0, theirs-pairs-i)
			most = max(most, float64(i+j)*w.initial+float64(min(x, y))*w.conflict+float64(max(x, y)-min(x, y))*w.extra)
		}
	}
	return most - float64(min(mine, theirs)-pairs)*w.conflict
}

// side is what there is of the words of one name for the initials of another: how many these may
// stand for, and how many have a partner, of them and of all.
type side struct {
	fit, metFit, met int
	initials         int
	least            float32 // that a partner tells, counted from the conflict
}

func (x *side) count(p *partner, fits bool, w *bounds) {
	if fits {
		x.fit++
	}
	if !p.met {
		return
	}
	if x.met++; fits {
		x.metFit++
	}
	x.least = min(x.least, p.bits-float32(w.conflict))
}

// free gives how many words may be left for initials beside so many pairs.
func (x *side) free(pairs int) int { return x.fit - max(0, pairs-(x.met-x.metFit)) }

// of adds up what the pairs of words, and those without a partner, give at most,
// together with a join that was set apart.
func (w *bounds) of(t *sum, x *sifted, initials stands, lenient bool, join partner, j join) float64 {
	mine, m := w.total(t.mine[:len(x.n.tokens)])
	theirs, n := w.total(t.theirs[:t.words])
	apart := max(mine.apart, theirs.apart)
	m = min(m, n)
	numbers := min(t.metNumbers, x.numbers)
	pairs := m + numbers
	if join.met {
		pairs++
		mine.bits, theirs.bits = mine.bits+float64(join.bits), theirs.bits+float64(join.bits)
		mine.word, theirs.word = mine.word+float64(join.word), theirs.word+float64(join.word)
	}
	least := min(x.cores, t.cores)
	// Either a word has a partner, or it conflicts.
	agreed := min(min(mine.bits, theirs.bits)+float64(numbers)*(w.rarity*float64(t.numberBits)+w.word),
		w.rarity*enough+min(mine.word, theirs.word)+float64(numbers)*w.word)
	total := w.bias + float64(numbers)*w.number + float64(least)*w.conflict
	if t.place {
		total += float64(m) * w.place
	}
	var full, covered bool
	if lenient {
		total += w.standing(initials, x.cores, t.cores, m)
		full, apart = least-initials.all()-m <= 0, 0
	} else {
		left, other := x.numbers-numbers, t.numbers-numbers
		more := max(x.cores, t.cores) - least
		total += float64(more)*w.extra + float64(min(left, other))*w.badNumber + float64(max(left, other)-min(left, other))*w.lostNumber
		full = m == least && more == 0 && left == 0 && other == 0
		if m < least {
			total += w.differ
		}
		covered = w.mayCover && (m == least && more > 0 || join.met) && left == 0 && other == 0 && t.covered(x.n, &j)
		if pairs == 1 && !full && !join.met && !covered {
			agreed += w.alone
		}
		if !t.proper && !full && !join.met && !(covered && pairs >= coveredPairs) {
			agreed += w.generic
		}
	}
	if pairs == 0 {
		return total
	}
	if full {
		agreed += w.full * max(0, min(1, 2-float64(apart)/fullUntil))
		if apart == 0 {
			agreed += w.exact
		}
	}
	if covered { // what is left over may be generic
		agreed += w.covered
	}
	return total + max(0, agreed)
}

// covered says whether all words without a partner are generic, on both sides; those
// of a join have one.
func (t *sum) covered(n *name, j *join) bool {
	for i := range n.tokens {
		if w := &n.tokens[i]; w.core() && w.role != roleGeneric && w.role != roleNumber && !t.mine[i].met && j.mine>>i&1 == 0 {
			return false
		}
	}
	for i := range t.words {
		if t.notGeneric>>i&1 != 0 && !t.theirs[i].met && j.theirs>>i&1 == 0 {
			return false
		}
	}
	return true
}

// tally is what the words of one side tell together.
type tally struct {
	bits, word float64
	apart      float32 // of the word that is furthest from all others
}

// total adds up the partners; each counts from the conflict that it avoids.
func (w *bounds) total(list []partner) (t tally, met int) {
	for i := range list {
		if p := &list[i]; p.met {
			met++
			t.bits += max(0, float64(p.bits)-w.conflict)
			t.word += max(0, float64(p.word)-w.conflict)
			t.apart = max(t.apart, p.apart)
		}
	}
	return t, met
}

// pairs finds the words that may have a partner.
func (s *Sieve) pairs(x *sifted, k sketch, w *bounds) {
	t := &s.sum
	clear(t.mine[:len(x.n.tokens)])
	t.cores, t.numbers, t.words, t.metNumbers, t.numberBits, t.proper, t.place = 0, 0, 0, 0, 0, false, false
	t.notGeneric = 0
	t.firsts = initialSet(0) // words of scripts that are not read have none
	for i := range int(k[headWords]) {
		o := k.outline(i)
		number := o.role() == roleNumber
		if x.initials > 0 {
			t.firsts |= initialSet(s.letter(k, i))
		}
		if o&outlineMore == 0 && t.words < maxWords {
			t.theirs[t.words].met = false
			t.words++
			if number {
				t.numbers++
			} else {
				t.cores++
				if o.role() != roleGeneric {
					t.notGeneric |= 1 << (t.words - 1)
				}
			}
		}
		if number {
			if x.hasNumber(o.hash()) {
				t.metNumbers++
				t.numberBits = max(t.numberBits, o.bits())
			}
			continue
		}
		levels, hash, count, class := o.levels(), o.hash(), o>>outlineCount&31, o&outlineClass != 0
		for j := range x.words {
			q := &x.words[j]
			if bits.OnesCount16(q.levels^levels) > int(q.near[count]) && q.hash != hash && !(class && q.class != 0) {
				continue
			}
			s.partner(q, o, k, i, w)
		}
	}
}

// partner notes what a word and that of a record of a sketch tell together, if they may be one.
func (s *Sieve) partner(q *sieveWord, o outline, k sketch, i int, w *bounds) {
	t, role := &s.sum, o.role()
	if q.role == roleNumber {
		return
	}
	apart, near := s.alike(q, o, s.record(k, i))
	if near && s.exact {
		apart, near = s.spelt(q, k, i)
	}
	if !near {
		return
	}
	told, word := w.pair(min(q.bits, o.bits()), apart)
	t.mine[q.word].take(told, word, apart)
	t.theirs[t.words-1].take(told, word, apart)
	t.proper = t.proper || role == roleWord || q.role == roleWord
	t.place = t.place || role == rolePlace && q.role == rolePlace
}

// alike says whether two words may be one, and how far they are apart at least.
func (s *Sieve) alike(q *sieveWord, o outline, r *[sketchRecord]byte) (apart float32, ok bool) {
	if q.hash == o.hash() || q.sameClass(o, r) {
		return 0, true
	}
	return s.near(q, o, r)
}

// sameClass says whether two words are of one class, however they are spelt.
func (q *sieveWord) sameClass(o outline, r *[sketchRecord]byte) bool {
	return q.class != 0 && q.class == binary.LittleEndian.Uint16(r[recordClass:]) && q.role == o.role()
}

// pair gives the most that two words tell which are so far apart or further, and
// what of it their rarity does not count for.
func (w *bounds) pair(bits, apart float32) (told, word float32) {
	k := 1
	for k < knotCount-1 && apart > float32(knots[k]) {
		k++
	}
	low, high := float32(knots[k-1]), float32(knots[k])
	share := (apart - low) / (high - low)
	at := func(list *[knotCount]float32) float32 { return list[k-1] + share*(list[k]-list[k-1]) }
	word = at(&w.words)
	told = bits*at(&w.rarities) + word
	for ; k < knotCount; k++ {
		told, word = max(told, bits*w.rarities[k]+w.words[k]), max(word, w.words[k])
	}
	return told, word
}

func (x *sifted) hasNumber(hash uint16) bool {
	for i := range x.words {
		if x.words[i].role == roleNumber && x.words[i].hash == hash {
			return true
		}
	}
	return false
}

// acronym gives the most that two names score of which one may be a word made of the first letters of the other; -Inf where it
// is not, as nobody is called so.
func (s *Sieve) acronym(x *sifted, k sketch, w *bounds) float64 {
	most := math.Inf(-1)
	if first, second := binary.LittleEndian.Uint16(k[headAcronym:]), k[headAcronym2]; first != 0 && !x.n.person {
		core, letters := s.firstLetters(k), int(k[headTokens])
		for i := range x.words {
			f := x.words[i].f
			if n := len(f.letters); n != len(core) && (n < len(core) || n > letters) {
				continue
			}
			if uint16(f.hash)|1 == first && (len(core) < 3 || hashString(string(core)) == f.hash) || second != 0 && byte(f.hash)|1 == second {
				most = max(most, w.cutDown(x.cores, x.initials))
			}
		}
	}
	if kind(k[headFlags]&3) == personKind {
		return most
	}
	for _, h := range x.n.acronym {
		for i := range int(k[headWords]) {
			if byte(k.outline(i)>>outlineForm) == byte(h) && s.spells(k, i, h) {
				most = max(most, w.cutDown(s.sum.cores, int(k[headInitials])))
			}
		}
	}
	return most
}

// cutDown gives the most that a name tells of so many words, one of which is made of the first letters of all of the other name.
func (w *bounds) cutDown(words, initials int) float64 {
	told, _ := w.pair(acronymMost, acronymApart)
	most := w.bias + float64(told) + w.form + float64(max(0, words-1))*w.extra + float64(initials)*max(0, w.initial)
	return most + max(w.full+w.exact, w.covered) + 1e-3
}

// firstLetters gives those of the words of a sketch; the acronym of a name has these, and may have those of others beside them.
func (s *Sieve) firstLetters(k sketch) []byte {
	letters := s.letters[:0]
	for i := range int(k[headWords]) {
		if k.outline(i)&outlineMore == 0 && len(letters) < len(s.letters) {
			if c := s.letter(k, i); c != 0 {
				letters = append(letters, c)
			}
		}
	}
	return letters
}

// spells says whether a word of a sketch has letters with a hash, as far as it is known.
func (s *Sieve) spells(k sketch, i int, hash uint64) bool {
	if !k.listed() || s.listed == nil {
		return true
	}
	rest := s.listed.rest(binary.LittleEndian.Uint32(k[k.start()+4*i:]))
	return rest == nil || hashString(string(rest[restHead:])) == hash
}

// joined gives the most that two names can score of which words are aligned that
// are written together on one side; -Inf when none may be.
func (s *Sieve) joined(x *sifted, k sketch, w *bounds, initials stands) float64 {
	s.joins = s.joins[:0]
	words, joins := int(k[headWords]), int(k[headJoins])
	word := byte(0)
	for i := range words {
		o := k.outline(i)
		if o&outlineMore != 0 {
			continue // a join is compared with the first reading
		}
		for j := range x.joins {
			q := &x.joins[j]
			if apart, ok := s.joinable(q, o, k, i, joinedMost); ok {
				a := word
				if o.role() == roleNumber {
					a = joinNumber
				}
				s.join(x, q, true, a, joinOther, o.bits(), apart)
			}
		}
		word++
	}
	for i := words; i < words+joins; i++ {
		o := k.outline(i)
		a, b, bits := byte(o>>outlineBits), byte(o>>outlineForm), float32(o.hash())/16
		for j := range x.joins {
			q := &x.joins[j]
			if apart, ok := s.joinable(q, o, k, i, movedMost); ok {
				s.join(x, q, true, a, b, bits, apart+movedApart)
			}
		}
		for j := range x.words {
			q := &x.words[j]
			if apart, ok := s.joinable(q, o, k, i, joinedMost); ok {
				s.join(x, q, false, a, b, bits, apart)
			}
		}
	}
	n, m := len(x.n.tokens), int(k[headTokens])
	if k[headFlags]&sketchWhole != 0 && x.whole.f != nil && n != m && (n > 2 || m > 2) {
		if _, ok := s.close(&x.whole, k.outline(words+joins), s.record(k, words+joins), wholeMost); ok {
			return math.Inf(1)
		}
	}
	most := math.Inf(-1)
	for i := range s.joins {
		most = max(most, s.apart(x, &s.joins[i], w, initials))
		for j := range i {
			if s.joins[i].mine&s.joins[j].mine == 0 && s.joins[i].theirs&s.joins[j].theirs == 0 {
				return math.Inf(1) // two joins at once
			}
		}
	}
	return most
}

// join is a possible alignment of words of which two are written together: which
// words of the query, and of the core of the sketch, it takes.
type join struct {
	mine, theirs uint32
	number       bool
	bits, apart  float32
}

func (s *Sieve) join(x *sifted, q *sieveWord, two bool, a, b byte, bits, apart float32) {
	j := join{bits: min(q.bits, bits), apart: apart}
	last := q.word
	if two {
		last++
	}
	for i := q.word; i <= last; i++ {
		if t := &x.n.tokens[i]; t.core() { // others may be of two joins at once
			j.mine |= 1 << i
			j.number = j.number || t.role == roleNumber
		}
	}
	for _, w := range [2]byte{a, b} {
		switch {
		case w == joinNumber:
			j.number = true
		case w < maxWords:
			j.theirs |= 1 << w
		}
	}
	s.joins = append(s.joins, j)
}

// apart gives the most that names can score with a join, and what is left of the
// words beside it.
func (s *Sieve) apart(x *sifted, j *join, w *bounds, initials stands) float64 {
	t, rest := s.sum, *x
	if j.number { // as if none were left over
		rest.numbers = min(t.metNumbers, x.numbers)
		t.numbers = rest.numbers
	}
	for i := range x.n.tokens {
		if j.mine>>i&1 != 0 {
			t.mine[i].met = false
			if w := &x.n.tokens[i]; w.core() && w.role != roleNumber {
				rest.cores--
			}
		}
	}
	for i := range t.words {
		if j.theirs>>i&1 != 0 {
			t.theirs[i].met = false
			t.cores--
		}
	}
	p := partner{met: true}
	p.bits, p.word = w.pair(j.bits, j.apart+joinedApart)
	p.bits += w.joined
	p.word += w.joined
	return w.of(&t, &rest, initials, initials.all() > 0, p, *j)
}

// near says whether a word may be a spelling of one with this record, and how far
// they are apart at least: their consonants are as many edits apart as
// [soundTable.distance] allows, and what must be written otherwise does not cost
// too much.
func (s *Sieve) near(q *sieveWord, o outline, r *[sketchRecord]byte) (apart float32, ok bool) {
	differ := bits.OnesCount16(q.levels ^ o.levels())
	if most := int(q.near[o.count()]); differ > most || packedDistance(q.f, binary.LittleEndian.Uint64(r[:]), o.count()) > most/2 {
		return 0, false
	}
	theirs := binary.LittleEndian.Uint64(r[recordSounds:]) & allSounds
	if q.loose != o.loose() {
		long := (float32(q.first+int(r[recordFirst]))/2 + 1) * unit
		cost := s.slack.cost(q, theirs, true, int(conflict*long)+2)
		apart = float32(cost)/long + blur
		return apart - 1e-4, float32(cost)/long < conflict+1e-4
	}
	long := float32(q.length+o.length()) / 2 * unit
	limit := int(conflict*long) + 2
	if s.lack(q, theirs)*(unit*9/10) > limit {
		return 0, false
	}
	letters := q.letters(r)
	cost := min(letters, s.plain.cost(q, theirs, false, min(limit, letters)))
	apart = float32(cost) / long
	if apart > .02 {
		apart = (1-letterShare)*apart + letterShare*float32(letters)/long
	}
	return max(0, apart-1e-4), apart < conflict+1e-4
}

// letters gives the least that it costs to write a word letter by letter as one
// with this record, in 1/unit.
func (q *sieveWord) letters(r *[sketchRecord]byte) int {
	return otherLetters(q.f.alpha, binary.LittleEndian.Uint32(r[recordAlpha:]))
}

// cost gives the least that it costs to write a word as one of these sounds, in
// 1/unit, from the sounds that only one of them has. Beyond most it does not go on.
func (t *rewrites) cost(q *sieveWord, theirs uint64, slack bool, most int) int {
	cost := t.away(q, theirs, slack, most)
	if cost > most {
		return cost
	}
	back := 0
	for more := theirs &^ q.set; more != 0; more &= more - 1 {
		x := sound(bits.TrailingZeros64(more))
		if back += int(t.rewrite(t.drops[x], x, q.set)); back > most {
			break
		}
	}
	return max(cost, back)
}

// away is cost for the sounds of the word of the query alone.
func (t *rewrites) away(q *sieveWord, theirs uint64, slack bool, most int) (cost int) {
	for i := range q.sounds {
		if x := &q.sounds[i]; theirs&x.itself == 0 {
			drop := x.drop
			if slack {
				drop = x.slack
			}
			if cost += int(t.rewrite(drop, x.sound, theirs)); cost > most {
				break
			}
		}
	}
	return cost
}

// rewrite gives the least that it costs to write a sound as one of a set, or to
// leave it out.
func (t *rewrites) rewrite(drop uint8, x sound, as uint64) uint8 {
	for i := range t.swaps[x] {
		if w := &t.swaps[x][i]; as&w.of != 0 {
			return min(drop, w.cost)
		}
	}
	return drop
}

// lack gives the number of consonants of one side that have no near one on the
// other, the larger of both.
func (s *Sieve) lack(q *sieveWord, theirs uint64) int {
	theirs &^= vowelSounds
	n := 0
	for mine := q.f.have; mine != 0; mine &= mine - 1 {
		if theirs&s.p.sounds.near[bits.TrailingZeros64(mine)] == 0 {
			n++
		}
	}
	return max(n, bits.OnesCount64(theirs&^silentSounds&^q.f.near))
}

const allSounds = 1<<48 - 1

// The vowels, and the consonants that words may have or not, as sets of sounds.
const (
	vowelSounds  = 1<<0 | 1<<('e'-'a') | 1<<('i'-'a') | 1<<('o'-'a') | 1<<('u'-'a') | 1<<('y'-'a')
	silentSounds = 1<<('h'-'a') | 1<<('w'-'a') | 1<<('j'-'a')
)

// The dissimilarity below which joined words are aligned: two words against one,
// two against two, and whole names.
const (
	joinedMost = .15
	movedMost  = .04
	wholeMost  = .06
)

// What joined words are apart beyond their letters: all, and two against two.
const (
	joinedApart = .02
	movedApart  = .03
)

// close says whether two forms may be less than most apart (see [comparable] and
// [Scorer.close]), and how far they are apart at least.
func (s *Sieve) close(q *sieveWord, o outline, r *[sketchRecord]byte, most float32) (apart float32, ok bool) {
	if bits.OnesCount16(q.levels^o.levels()) > int(q.close[o.count()]) || uint(q.length-o.length()+2) > 4 {
		return 0, false
	}
	theirs := binary.LittleEndian.Uint64(r[recordSounds:]) & allSounds
	lack := s.lack(q, theirs)
	if lack > 1 {
		return 0, false
	}
	if q.loose == o.loose() {
		long := float32(q.length+o.length()) / 2 * unit
		limit := int(most*long) + 2
		if lack*(unit*9/10) > int(.2*long)+2 {
			return 0, false
		}
		cost := min(q.letters(r), s.plain.cost(q, theirs, false, limit))
		if cost > limit {
			return 0, false
		}
		apart = float32(cost) / long
	} else {
		long := (float32(len(q.f.skel)+o.count())/2 + 1) * unit
		cost := s.slack.cost(q, theirs, true, int(most*long)+2)
		apart = float32(cost) / long
		if apart > most+1e-3 {
			return 0, false
		}
	}
	return max(0, apart-1e-4), packedDistance(q.f, binary.LittleEndian.Uint64(r[:]), o.count()) <= 1
}

// joinable is close for a record of a sketch that is of a listed word.
func (s *Sieve) joinable(q *sieveWord, o outline, k sketch, i int, most float32) (apart float32, ok bool) {
	if apart, ok = s.close(q, o, s.record(k, i), most); !ok || !s.exact {
		return apart, ok
	}
	n, v := s.look(q, k, i)
	l := s.listed.glance(n)
	theirs, whole := v.letters(n)
	if !whole {
		s.broken = true
		return apart, ok
	}
	return s.together(q, v.form(theirs, &l), l.count(), most)
}

// spelt is alike for a record of a sketch that is of a listed word, by all of its letters.
func (s *Sieve) spelt(q *sieveWord, k sketch, i int) (apart float32, ok bool) {
	n, v := s.look(q, k, i)
	l := s.listed.glance(n)
	apart, ok = v.spelt(n, &l)
	s.broken = s.broken || !v.whole
	return apart, ok
}

// look makes ready to hold a word against the listed one of a record of a sketch, which is there.
func (s *Sieve) look(q *sieveWord, k sketch, i int) (n uint32, v *sight) {
	v = &s.sight
	v.s, v.d, v.whole = s, s.listed, true
	v.q, v.known = q, [2]bool{}
	return binary.LittleEndian.Uint32(k[k.start()+4*i:]), v
}

// packedDistance is skeletonDistance with a skeleton of n classes in nibbles.
func packedDistance(a *form, packed uint64, n int) int {
	m := len(a.skel)
	if m == 0 || n == 0 {
		return max(m, n)
	}
	vp, vn := uint32(1)<<m-1, uint32(0)
	top := uint32(1) << (m - 1)
	d, before := m, uint32(0)
	d0 := uint32(0)
	for ; n > 0; n-- {
		eq := uint32(a.places[packed&15])
		packed >>= 4
		swap := (^d0 & eq) << 1 & before
		d0 = (eq&vp + vp ^ vp) | eq | vn | swap
		hp := vn | ^(d0 | vp)
		hn := d0 & vp
		if hp&top != 0 {
			d++
		} else if hn&top != 0 {
			d--
		}
		hp = hp<<1 | 1
		vp = hn<<1 | ^(d0 | hp)
		vn = hp & d0
		before = eq
	}
	return d
}

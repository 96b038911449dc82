package match

import "math/bits"

// sight is a reading of terms made ready to be held against many listed words.
type sight struct {
	s     *Sieve
	d     *Words
	terms [kinds]*Term     // by their kinds
	i     int              // the reading, from 0
	t     *Term            // of the kind of the word at hand
	q     *sieveWord       // its reading
	whole bool             // all letters that were asked for are there
	read  byte             // of no meaning
	costs [2][sounds]uint8 // what writing each sound costs at least that only the other has; of like scripts, and of unlike ones
	known [2]bool

	theirs form               // the listed word read last, as far as it is compared
	made   [2][maxSounds]byte // its sounds, and what it costs to drop them
}

// Meeting is a listed word that a term may mean, with what they tell at most (see [Sieve.Tells]).
type Meeting struct {
	Word uint32
	Gain float32
	Join Join
}

// Meet appends to list those words that terms may mean, of groups of words that are alike,
// by the first of each, and of single ones. Others differ for certain. The terms are alike,
// and of different kinds; each is for the words of its own. A word may be given more than
// once: what it tells is the most. whole is false where the letters of a word are not there.
func (s *Sieve) Meet(list []Meeting, terms []*Term, d *Words, alike, own []uint32) (_ []Meeting, whole bool) {
	v := &s.sight
	v.over(s, d, terms)
	for _, n := range alike { // they lie far apart, and here no read waits for another
		v.read += d.Glances[glanceSize*int(n)]
	}
	for i := range terms[0].words {
		v.at(i)
		for _, n := range alike {
			l := d.glance(n)
			if !v.reaches(&l) {
				continue
			}
			for end := uint32(d.Len()); ; {
				list = v.meet(list, n, &l)
				if n++; n == end {
					break
				}
				if l = d.glance(n); l.glance&glanceBegins != 0 {
					break
				}
			}
		}
		for _, n := range own {
			if l := d.glance(n); v.turn(&l) && (v.same(&l) || v.reaches(&l)) {
				list = v.meet(list, n, &l)
			}
		}
	}
	return list, v.whole
}

// over makes ready what is held against words.
func (v *sight) over(s *Sieve, d *Words, terms []*Term) {
	v.s, v.d, v.whole, v.terms = s, d, true, [kinds]*Term{}
	for _, t := range terms {
		v.terms[t.of], v.t = t, t
	}
}

// at takes a reading of the terms.
func (v *sight) at(i int) {
	v.i, v.q, v.known = i, &v.t.words[i], [2]bool{}
}

// turn takes the term for the kind of a word, if there is one.
func (v *sight) turn(l *seen) bool {
	t := v.terms[l.kind()]
	if t == nil {
		return false
	}
	v.t, v.q = t, &t.words[v.i]
	return true
}

// meet appends a word to list if it may be meant.
func (v *sight) meet(list []Meeting, n uint32, l *seen) []Meeting {
	if !v.turn(l) {
		return list
	}
	if gain, join, ok := v.tells(n, l); ok {
		list = append(list, Meeting{n, gain, join})
	}
	return list
}

// Tells gives the most that a term and a listed word of its kind, which is there, add to the
// evidence of two names, compared with their being different words, and whether words are
// written together in it; ok is false when they are different.
func (s *Sieve) Tells(t *Term, d *Words, n uint32) (gain float32, join Join, ok bool) {
	v := &s.sight
	v.over(s, d, []*Term{t})
	l := d.glance(n)
	for i := range t.words {
		v.at(i)
		if !v.turn(&l) || !v.same(&l) && !v.reaches(&l) {
			continue
		}
		if told, how, met := v.tells(n, &l); met && (!ok || told > gain) {
			gain, join, ok = told, how, true
		}
	}
	return gain, join, ok
}

// join says whether words are written together in what is compared.
func (v *sight) join(g glance) bool { return v.t.join != 0 || g.join()&wordJoin != 0 }

// same says whether two words may be the same, or of one class, however they are spelt.
func (v *sight) same(l *seen) bool {
	return !v.join(l.glance) && (v.q.hash == l.hash || v.q.class != 0 && l.glance&glanceClass != 0)
}

// reaches says whether words with these consonants may be meant.
func (v *sight) reaches(l *seen) bool {
	if v.join(l.glance) {
		return v.q.closeTo(l)
	}
	return v.q.nearTo(l)
}

// tells is [Sieve.Tells] for a word with consonants that reach.
func (v *sight) tells(n uint32, l *seen) (gain float32, join Join, ok bool) {
	if v.join(l.glance) {
		apart, ok := v.close(n, l)
		if !ok {
			return 0, 0, false
		}
		gain, join = v.t.joinTells(l, apart)
		return gain, join, true
	}
	q, number := v.q, l.role() == roleNumber
	if number || q.role == roleNumber {
		return float32(v.t.w.rarity)*l.bits() + float32(v.t.w.word+v.t.w.number), NoJoin, number && q.role == roleNumber && q.hash == l.hash
	}
	apart, ok := v.spelt(n, l)
	if !ok {
		return 0, 0, false
	}
	told, _ := v.t.w.pair(min(q.bits, l.bits()), apart)
	told = max(0, told-float32(v.t.w.conflict))
	if q.role == rolePlace && l.role() == rolePlace {
		told += float32(v.t.w.place)
	}
	return told, NoJoin, true
}

// spelt says how far a word of a query and a listed word are apart, if they are spellings of each other: at least, where one has
// several readings. What is cheap to know goes first.
func (v *sight) spelt(n uint32, l *seen) (apart float32, ok bool) {
	q := v.q
	if q.hash == l.hash {
		return 0, true
	}
	if q.class != 0 && l.glance&glanceClass != 0 {
		class, ok := v.d.class(n)
		if v.whole = v.whole && ok; q.role == l.role() && q.class == class {
			return 0, true
		}
		if !q.nearTo(l) { // it was found by its class
			return 0, false
		}
	}
	if q.loose != l.loose() {
		return v.blurred(n, l)
	}
	long := float32(q.length+l.length()) / 2 * unit
	cost := -1
	if l.alpha() == 0 { // of a script without a table: what its sounds cost is not that of the table
		cost = 0
	}
	letters := otherLetters(q.f.alpha, l.alpha())
	if !q.more && l.glance&glanceMore == 0 { // the lengths are theirs
		letters = lettersApart(q.f.alpha, l.alpha(), q.length, l.length())
	}
	most := mostSounds(long, letters)
	if letters > most && cost < 0 {
		if cost = v.cost(l.sounds, false, most); cost > most {
			return 0, false
		}
	}
	theirs, ok := v.letters(n)
	if !ok {
		return 0, false
	}
	letters = byLetter(q.f.letters, theirs, far, &v.s.m)
	if most = mostSounds(long, letters); letters > most {
		if cost < 0 {
			cost = v.cost(l.sounds, false, most)
		}
		if cost > most {
			return 0, false
		}
	}
	d := v.s.p.sounds.bySound(q.f, v.form(theirs, l), most, &v.s.m)
	if d > unit/4 {
		d = min(d, letters)
	}
	apart = float32(d) / long
	if apart > .02 {
		apart = (1-letterShare)*apart + letterShare*float32(letters)/long
	}
	return max(0, apart-1e-4), apart < conflict+1e-4
}

// blurred is spelt for words of which one is in a script without vowels.
func (v *sight) blurred(n uint32, l *seen) (apart float32, ok bool) {
	long := v.q.blurred(l.glance)
	most := int(conflict*long) + 1
	if v.cost(l.sounds, true, most) > most {
		return 0, false
	}
	theirs, ok := v.letters(n)
	if !ok {
		return 0, false
	}
	apart = float32(v.s.p.sounds.byLooseSound(v.q.f, v.form(theirs, l), most, &v.s.m))/long + blur
	return apart - 1e-4, apart < conflict+1e-4
}

// close says how far two words are apart at least, of which one or both are two, if they
// are less than they may be so.
func (v *sight) close(n uint32, l *seen) (apart float32, ok bool) {
	q := v.q
	if v.t.join != 0 && l.glance&glanceMore != 0 || !q.asLong(l.glance) { // a join is compared with the first reading
		return 0, false
	}
	if v.s.lack(q, l.sounds) > 1 {
		return 0, false
	}
	most, more := v.t.most(l.glance)
	loose := q.loose != l.loose()
	long := float32(q.length+l.length()) / 2 * unit
	if loose {
		long = (float32(len(q.f.skel)+l.count())/2 + 1) * unit
	}
	limit := int(most*long) + 2
	if (loose || otherLetters(q.f.alpha, l.alpha()) > limit) && v.cost(l.sounds, loose, limit) > limit {
		return 0, false
	}
	theirs, ok := v.letters(n)
	if !ok {
		return 0, false
	}
	if apart, ok = v.s.together(q, v.form(theirs, l), l.count(), most); !ok {
		return 0, false
	}
	return apart + more, true
}

// letters gives the letters of a listed word.
func (v *sight) letters(n uint32) (letters []byte, ok bool) {
	rest := v.d.rest(n)
	if rest == nil {
		v.whole = false
		return nil, false
	}
	return rest[restHead:], true
}

// form gives the reading of a listed word with what [soundTable.written] reads; it is valid
// until the next.
func (v *sight) form(letters []byte, l *seen) *form {
	f := &v.theirs
	f.letters, f.loose, f.alpha = letters, l.loose(), l.alpha()
	if l.join()&wordJoin == 0 && len(letters) > 1 && letters[1] >= foreignLetter {
		f.sounds, f.drop = appendForeign(v.made[0][:0], v.made[1][:0], letters)
		return f
	}
	f.sounds, f.drop = appendSounds(v.made[0][:0], letters), v.made[1][:]
	v.s.p.sounds.drops(f.sounds, f.drop)
	return f
}

// cost is [rewrites.cost].
func (v *sight) cost(theirs uint64, slack bool, most int) int {
	t, at := &v.s.plain, 0
	if slack {
		t, at = &v.s.slack, 1
	}
	costs := &v.costs[at]
	if !v.known[at] {
		v.known[at] = true
		for x := range sound(sounds) {
			costs[x] = t.rewrite(t.drops[x], x, v.q.set)
		}
	}
	back := 0
	for more := theirs &^ v.q.set; more != 0; more &= more - 1 {
		back += int(costs[bits.TrailingZeros64(more)])
	}
	if back > most {
		return back
	}
	return max(back, t.away(v.q, theirs, slack, most))
}

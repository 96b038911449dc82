package match

import "math/bits"

// sight is a reading of a term made ready to be held against many listed words.
type sight struct {
	s     *Sieve
	t     *Term
	q     *sieveWord
	read  byte             // of no meaning
	costs [2][sounds]uint8 // what writing each sound costs at least that only the other has; of like scripts, and of unlike ones
	known [2]bool
}

// MayMean appends to list those words that a term may mean, of groups of words that are
// alike, by the first of each, and of single ones. Others differ for certain. A word may
// be given more than once.
func (s *Sieve) MayMean(list []uint32, t *Term, d *Words, alike, own []uint32) []uint32 {
	v := &s.sight
	for _, n := range alike { // they lie far apart, and here no read waits for another
		v.read += d.Glances[glanceSize*int(n)]
	}
	for i := range t.words {
		v.s, v.t, v.q, v.known = s, t, &t.words[i], [2]bool{}
		for _, n := range alike {
			l := d.glance(n)
			if !v.reaches(&l) {
				continue
			}
			for end := uint32(d.Len()); ; {
				if v.passes(&l) {
					list = append(list, n)
				}
				if n++; n == end {
					break
				}
				if l = d.glance(n); l.glance&glanceBegins != 0 {
					break
				}
			}
		}
		for _, n := range own {
			if l := d.glance(n); v.same(&l) || v.reaches(&l) && v.passes(&l) {
				list = append(list, n)
			}
		}
	}
	return list
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

// passes says whether a word may be meant as far as its sounds and letters tell, as sets.
func (v *sight) passes(l *seen) bool {
	if v.join(l.glance) {
		return v.close(l)
	}
	return v.same(l) || v.near(l)
}

// near is passes for words that may be spellings of each other.
func (v *sight) near(l *seen) bool {
	q := v.q
	if q.role == roleNumber || l.role() == roleNumber {
		return false
	}
	if q.loose != l.loose() {
		most := int((conflict+1e-4)*q.blurred(l.glance)) + 1
		return v.cost(l.sounds, true, most) <= most
	}
	long := float32(q.length+l.length()) / 2 * unit
	if v.s.lack(q, l.sounds)*(unit*9/10) > int(conflict*long)+2 {
		return false
	}
	letters := otherLetters(q.f.alpha, l.alpha())
	most := mostSounds(long, letters) + 1
	return letters <= most || v.cost(l.sounds, false, most) <= most
}

// close is passes for words of which one or both are two.
func (v *sight) close(l *seen) bool {
	q := v.q
	if v.t.join != 0 && l.glance&glanceMore != 0 || !q.asLong(l.glance) {
		return false
	}
	lack := v.s.lack(q, l.sounds)
	if lack > 1 {
		return false
	}
	most, _ := v.t.most(l.glance)
	if q.loose != l.loose() {
		limit := int(most*(float32(len(q.f.skel)+l.count())/2+1)*unit) + 2
		return v.cost(l.sounds, true, limit) <= limit
	}
	limit := int(most*float32(q.length+l.length())/2*unit) + 2
	return otherLetters(q.f.alpha, l.alpha()) <= limit || v.cost(l.sounds, false, limit) <= limit
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

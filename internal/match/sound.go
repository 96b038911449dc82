package match

import (
	"math/bits"
	"strings"
)

// A sound is a letter, or a group of letters that romanisations use for one
// sound. Distances are taken over sounds, so that "sh" against "ch" is one
// step, and the steps between spellings of one name are cheap.
type sound = uint8

// Sounds 0 to 25 are the letters; these are the groups, then digits.
const (
	sSH sound = 26 + iota
	sKH
	sCH
	sZH
	sTH
	sGH
	sTS
	sDH
	sDigit // ten sounds
	sounds = sDigit + 10
)

// unit is one full edit; costs are whole numbers of 1/unit.
const unit = 40

type cluster struct {
	letters string
	to      []sound
}

// clusters are the groups of letters, the longest first for each start.
var clusters = []cluster{
	{"schtsch", []sound{sSH, sCH}}, // German, as in Chruschtschow
	{"shch", []sound{sSH, sCH}},
	{"tsch", []sound{sCH}},
	{"sch", []sound{sSH}},
	{"tch", []sound{sCH}},
	{"dzh", []sound{'j' - 'a'}},
	{"sh", []sound{sSH}},
	{"kh", []sound{sKH}},
	{"ch", []sound{sCH}},
	{"cz", []sound{sCH}},
	{"zh", []sound{sZH}},
	{"th", []sound{sTH}},
	{"gh", []sound{sGH}},
	{"dh", []sound{sDH}},
	{"ph", []sound{'f' - 'a'}},
	{"ts", []sound{sTS}},
	{"tz", []sound{sTS}},
	{"dj", []sound{'j' - 'a'}},
	{"ck", []sound{'k' - 'a'}},
	{"ks", []sound{'x' - 'a'}},
	{"oo", []sound{'u' - 'a'}},
	{"ou", []sound{'u' - 'a'}},
	{"ee", []sound{'i' - 'a'}},
	{"ie", []sound{'i' - 'a'}},
	{"wh", []sound{'w' - 'a'}},
	{"rh", []sound{'r' - 'a'}},
}

// clustersOf are the clusters by their first letter.
var clustersOf = func() (list [26][]cluster) {
	for _, k := range clusters {
		at := k.letters[0] - 'a'
		list[at] = append(list[at], k)
	}
	return list
}()

// clusterSeconds are the second letters of these clusters, as sets.
var clusterSeconds = func() (sets [26]uint32) {
	for _, k := range clusters {
		sets[k.letters[0]-'a'] |= 1 << (k.letters[1] - 'a')
	}
	return sets
}()

// appendSounds appends the sounds of a word in a to z and 0 to 9.
func appendSounds(dst []sound, word []byte) []sound {
	for i := 0; i < len(word); i++ {
		c := word[i] - 'a'
		if c >= 26 {
			if d := word[i] - '0'; d < 10 {
				dst = append(dst, sDigit+d)
			}
			continue
		}
		if i+1 < len(word) && clusterSeconds[c]>>(word[i+1]-'a')&1 != 0 { // digits are beyond all letters
			if k := clusterAt(word[i:]); k != nil {
				dst = append(dst, k.to...)
				i += len(k.letters) - 1
				continue
			}
		}
		dst = append(dst, c)
	}
	return dst
}

// clusterAt gives the cluster that a word begins with; nil where it begins with none.
func clusterAt(word []byte) *cluster {
	list := clustersOf[word[0]-'a']
	for i := range list {
		if k := &list[i]; len(k.letters) <= len(word) && string(word[:len(k.letters)]) == k.letters {
			return k
		}
	}
	return nil
}

func isVowelSound(s sound) bool {
	return s == 0 || s == 'e'-'a' || s == 'i'-'a' || s == 'o'-'a' || s == 'u'-'a' || s == 'y'-'a'
}

// form is one reading of a word, made ready for comparison.
type form struct {
	// What tells most forms apart comes first, within the first 64 bytes.
	skel    []uint8 // the consonants by class
	have    uint64  // the consonant sounds in it
	near    uint64  // those, and the sounds that are close to one of them
	alpha   uint32  // the letters in it
	levels  uint16  // the classes in skel, as a set
	loose   bool    // vowels may be missing or added by the script
	letters []byte  // the reading as written
	hash    uint64  // of letters
	sounds  []sound
	drop    []uint8    // what it costs to leave each sound out
	places  [17]uint16 // where each class stands in skel
}

const maxSounds = 30

// newForm prepares a word in a to z and 0 to 9.
func (t *soundTable) newForm(latin string, loose bool) form {
	if len(latin) > maxSounds {
		latin = latin[:maxSounds]
	}
	n := len(latin) // a word has no more sounds than letters; one piece of memory is enough for all
	b := make([]byte, 4*n)
	copy(b, latin)
	f := form{
		letters: b[:n:n], sounds: appendSounds(b[n:n:2*n], b[:n]), skel: b[3*n : 3*n : 4*n],
		hash: hashString(latin), loose: loose,
	}
	f.drop = b[2*n : 2*n+len(f.sounds) : 3*n]
	t.drops(f.sounds, f.drop)
	for _, s := range f.sounds {
		if !isVowelSound(s) {
			f.near |= t.near[s]
			if s != 'h'-'a' && s != 'w'-'a' && s != 'j'-'a' {
				f.have |= 1 << s
			}
		}
	}
	f.skeletal()
	for _, c := range f.letters {
		f.alpha |= 1 << (c & 31)
	}
	return f
}

// soundTable holds what it costs to write one sound for another.
type soundTable struct {
	swap [sounds][rowSounds]uint8
	// loose is swap where one word is of a script without vowels; see looseSwap.
	loose [sounds][rowSounds]uint8
	near  [sounds]uint64
	drop  dropCosts
	// dropped is drop in 1/unit.
	dropped dropTable
}

type dropCosts struct {
	Consonant, Vowel, Double, BesideVowel, LastVowel, H, Glide, LastS float64
}

// levels are the classes of soundClass by number, for comparing skeletons bit
// by bit; digits share the rest.
var soundLevel = func() [sounds]uint8 {
	var t [sounds]uint8
	for s := range t {
		c := soundClass[s]
		switch {
		case c == 0:
		case '0' <= c && c <= '9':
			t[s] = 9 + (c-'0')%7
		default:
			t[s] = 1 + uint8(strings.IndexByte("ktsprlmn", c))
		}
	}
	return t
}()

// maxSkeleton is the number of consonants that are kept of a form.
const maxSkeleton = 16

// skeletal fills in the skeleton of a form.
func (f *form) skeletal() {
	prev := uint8(0)
	for _, s := range f.sounds {
		l := soundLevel[s]
		if l == 0 || l == prev || len(f.skel) == maxSkeleton {
			continue
		}
		f.places[l] |= 1 << len(f.skel)
		f.levels |= 1 << l
		f.skel = append(f.skel, l)
		prev = l
	}
}

// skeletonDistance counts the edits between two skeletons, by the bit-parallel
// method of Hyyrö (2003) for optimal string alignment.
func skeletonDistance(a, b *form) int {
	m := len(a.skel)
	if m == 0 || len(b.skel) == 0 {
		return max(m, len(b.skel))
	}
	vp, vn := uint32(1)<<m-1, uint32(0)
	top := uint32(1) << (m - 1)
	d, before := m, uint32(0)
	d0 := uint32(0)
	for _, c := range b.skel {
		eq := uint32(a.places[c])
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

// dropTable is dropCosts in 1/unit.
type dropTable struct {
	consonant, vowel, double, besideVowel, lastVowel, h, glide, lastS uint8
}

func (c *dropCosts) table() dropTable {
	in := func(c float64) uint8 { return uint8(c*unit + .5) }
	return dropTable{in(c.Consonant), in(c.Vowel), in(c.Double), in(c.BesideVowel), in(c.LastVowel), in(c.H), in(c.Glide), in(c.LastS)}
}

// drops writes what it costs to leave out each sound of a word to costs, which are as many.
func (t *soundTable) drops(s []sound, costs []uint8) {
	c, last := &t.dropped, len(s)-1
	costs = costs[:len(s)]
	for i, x := range s {
		switch {
		case i > 0 && x == s[i-1]:
			costs[i] = c.double
		case x == 'y'-'a':
			costs[i] = c.glide
		case vowelSounds>>x&1 != 0:
			switch {
			case i > 0 && vowelSounds>>s[i-1]&1 != 0, i < last && vowelSounds>>s[i+1]&1 != 0:
				costs[i] = c.besideVowel
			case i == last:
				costs[i] = c.lastVowel
			default:
				costs[i] = c.vowel
			}
		case silentSounds>>x&1 != 0 && i > 0:
			if costs[i] = c.glide; x == 'h'-'a' {
				costs[i] = c.h
			}
		case x == 's'-'a' && i == last && i > 2:
			costs[i] = c.lastS
		default:
			costs[i] = c.consonant
		}
	}
}

// looseVowel is the cost of a vowel that the other script may not write.
const looseVowel = unit / 8

// scratch is the memory of one comparison.
type scratch struct {
	rows    [3][rowSize]int16
	row     [rowSize]int32
	drops   [2][rowSize]uint8
	of      *form             // the word of which pairs tells; it does not change
	pairs   [rowSounds]uint64 // which sounds follow which in it, as sets
	letters [256]uint32       // where each letter stands in a word, as a set; empty between two uses
}

// The sizes of rows and of tables of sounds are powers of two, so that no index has to be
// looked after.
const (
	rowSize   = 32
	rowSounds = 64
)

// distance gives the cost of turning a into b, in 1/unit, or far when it is
// more than limit. It is symmetric.
func (t *soundTable) distance(a, b *form, limit int, m *scratch) int {
	if a.hash == b.hash && len(a.letters) == len(b.letters) {
		return 0
	}
	// Words whose consonants differ by more than one edit in five are no spellings
	// of each other; an edit changes two of their classes at most.
	allowed := 1 + max(len(a.skel), len(b.skel))/5
	if d := len(a.skel) - len(b.skel); d > allowed || -d > allowed || bits.OnesCount16(a.levels^b.levels) > 2*allowed {
		return far
	}
	loose := a.loose != b.loose
	// Each consonant that has no near one on the other side costs an edit.
	lack := max(bits.OnesCount64(a.have&^b.near), bits.OnesCount64(b.have&^a.near))
	if loose {
		lack /= 2
	}
	if lack*(unit*9/10) > limit {
		return far
	}
	if skeletonDistance(a, b) > allowed {
		return far
	}
	return t.written(a, b, limit, m)
}

// written is distance for forms that may be spellings of each other; of them only letters, sounds and what it costs to drop
// these are read.
func (t *soundTable) written(a, b *form, limit int, m *scratch) int {
	if a.loose != b.loose {
		return t.byLooseSound(a, b, limit, m)
	}
	best := t.bySound(a, b, limit, m)
	// Every edit of a letter changes two bits at most.
	if most := min(best, limit); best > unit/4 && bits.OnesCount32(a.alpha^b.alpha)*unit <= 2*most {
		best = min(best, byLetter(a.letters, b.letters, most, m))
	}
	return best
}

const far = 1 << 14

// slip is the cost of two neighbouring letters swapped.
const slip = unit * 6 / 10

// bySound is the cheapest way to write the sounds of a word as those of another: each is
// left out, or written as another, and two neighbours are changed over. Beyond the limit it
// is far, or what is more than the limit.
func (t *soundTable) bySound(a, b *form, limit int, m *scratch) int {
	if m.swapped(a, b.sounds) {
		return t.bySwappedSound(a, b, limit, m)
	}
	return m.rewritten(a.sounds, b.sounds, a.drop, b.drop, &t.swap, limit)
}

// swapped says whether two different neighbours of one word stand changed over in the other.
// Many words are held against the same one after the other, so that its neighbours are kept.
func (m *scratch) swapped(a *form, y []sound) bool {
	if m.of != a {
		if m.of != nil {
			for _, c := range m.of.sounds {
				m.pairs[c%rowSounds] = 0
			}
		}
		m.of = a
		for i := 1; i < len(a.sounds); i++ {
			m.pairs[a.sounds[i-1]%rowSounds] |= 1 << (a.sounds[i] % rowSounds)
		}
		for _, c := range a.sounds { // two that are the same are no matter
			m.pairs[c%rowSounds] &^= 1 << (c % rowSounds)
		}
	}
	found := uint64(0)
	for j := 1; j < len(y); j++ {
		found |= m.pairs[y[j]%rowSounds] >> (y[j-1] % rowSounds)
	}
	return found&1 != 0
}

// rewritten is bySound where no neighbours are changed over. It works on two sounds of x at a
// time, since what one costs waits for the other.
func (m *scratch) rewritten(x, y []sound, dropX, dropY []uint8, swap *[sounds][rowSounds]uint8, limit int) int {
	dropX, dropY = dropX[:len(x)], dropY[:len(y)]
	row := m.row[:len(y)]
	all := int32(0)
	for j, d := range dropY {
		all += int32(d)
		row[j] = all
	}
	first, i := int32(0), 0
	for ; i+1 < len(x); i += 2 {
		da, db := int32(dropX[i]), int32(dropX[i+1])
		sa, sb := &swap[x[i]], &swap[x[i+1]]
		slant, left := first, first+da
		first = left + db
		left2, least := first, first
		for j, yj := range y {
			dy := int32(dropY[j])
			d := slant + int32(sa[yj%rowSounds])
			d2 := left + int32(sb[yj%rowSounds])
			slant = row[j]
			left = min(d, slant+da, left+dy)
			left2 = min(d2, left+db, left2+dy)
			row[j] = left2
			least = min(least, left2)
		}
		if int(least) > limit {
			return far
		}
	}
	if i < len(x) {
		da, sa := int32(dropX[i]), &swap[x[i]]
		slant, left := first, first+da
		first = left
		least := left
		for j, yj := range y {
			d := slant + int32(sa[yj%rowSounds])
			slant = row[j]
			left = min(d, slant+da, left+int32(dropY[j]))
			row[j] = left
			least = min(least, left)
		}
		if int(least) > limit {
			return far
		}
	}
	if len(y) == 0 {
		return int(first)
	}
	return int(row[len(y)-1])
}

// bySwappedSound is bySound where neighbours may be changed over.
func (t *soundTable) bySwappedSound(a, b *form, limit int, m *scratch) int {
	x, y := a.sounds, b.sounds
	n := len(y)
	before, last, row := m.rows[0][:n+1], m.rows[1][:n+1], m.rows[2][:n+1]
	dropX, dropY := a.drop[:len(x)], b.drop[:n]
	last[0] = 0
	for j, d := range dropY {
		last[j+1] = last[j] + int16(d)
	}
	earlier := int16(0) // as in bySwaps
	for i, xi := range x {
		da := int16(dropX[i])
		left := last[0] + da
		row[0] = left
		least := left
		swaps := &t.swap[xi]
		for j, yj := range y {
			d := min(last[j]+int16(swaps[yj%rowSounds]), last[j+1]+da, left+int16(dropY[j]))
			if i > 0 && j > 0 && xi == y[j-1] && x[i-1] == yj && xi != yj {
				d = min(d, before[j-1]+slip)
			}
			row[j+1] = d
			left = d
			least = min(least, d)
		}
		if int(min(least, earlier+slip)) > limit {
			return far
		}
		earlier = least
		before, last, row = last, row, before
	}
	return int(last[n])
}

// byLooseSound is bySound for words of which one is in a script that leaves
// vowels out or adds them.
func (t *soundTable) byLooseSound(a, b *form, limit int, m *scratch) int {
	for i := range a.sounds {
		m.drops[0][i%rowSize] = uint8(dropOf(a, i, true))
	}
	for j := range b.sounds {
		m.drops[1][j%rowSize] = uint8(dropOf(b, j, true))
	}
	return m.rewritten(a.sounds, b.sounds, m.drops[0][:], m.drops[1][:], &t.loose, limit)
}

func dropOf(f *form, i int, loose bool) int16 {
	if loose {
		switch s := f.sounds[i]; s {
		case 0, 'e' - 'a', 'i' - 'a', 'o' - 'a', 'u' - 'a', 'y' - 'a':
			return min(int16(f.drop[i]), looseVowel)
		case 'h' - 'a', 'w' - 'a':
			return min(int16(f.drop[i]), unit/3)
		}
	}
	return int16(f.drop[i])
}

// looseSwap lowers the cost of what scripts of syllables and of consonants
// cannot tell apart: l and r, b and v, p and f, w and u, y and i.
func looseSwap(a, b sound, c int16) int16 {
	if a > b {
		a, b = b, a
	}
	switch {
	case a == b:
		return 0
	case a == 'l'-'a' && b == 'r'-'a', a == 'b'-'a' && b == 'v'-'a', a == 'b'-'a' && b == 'p'-'a':
		return min(c, unit/8)
	case a == 'f'-'a' && b == 'p'-'a', a == 'f'-'a' && b == 'h'-'a', a == 'b'-'a' && b == 'f'-'a', a == 'f'-'a' && b == 'v'-'a':
		return min(c, unit/4)
	case isVowelSound(a) && isVowelSound(b):
		return min(c, unit/6)
	case b == 'w'-'a' && isVowelSound(a), a == 'u'-'a' && b == 'v'-'a', a == 'o'-'a' && b == 'v'-'a':
		return min(c, unit/8)
	}
	return c
}

// byLetter is the plain distance over letters (optimal string alignment), each
// edit at one unit: it catches slips of the pen inside a group like "sh". Beyond the limit
// it is any number that is.
func byLetter(x, y []byte, limit int, m *scratch) int {
	if d := len(x) - len(y); d*unit > limit || -d*unit > limit {
		return far
	}
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	if len(x) == 0 || len(y) == 0 {
		return unit * max(len(x), len(y))
	}
	edits, swap := editsOf(x, y, m)
	if swap {
		return bySwaps(x, y, limit, m)
	}
	return edits * unit
}

// editsOf counts the letters that are to be written, left out or changed, by the bit-parallel
// method of Myers (1999); swap says that two neighbours of one word stand changed over in the other.
func editsOf(x, y []byte, m *scratch) (edits int, swap bool) {
	for i, c := range x {
		m.letters[c] |= 1 << i
	}
	edits = len(x)
	vp, vn, before, swaps := uint32(1)<<len(x)-1, uint32(0), uint32(0), uint32(0)
	top := uint32(1) << (len(x) - 1)
	for _, c := range y {
		eq := m.letters[c]
		swaps |= eq << 1 & before &^ eq
		d0 := (eq&vp + vp ^ vp) | eq | vn
		hp := vn | ^(d0 | vp)
		hn := d0 & vp
		if hp&top != 0 {
			edits++
		} else if hn&top != 0 {
			edits--
		}
		hp = hp<<1 | 1
		vp = hn<<1 | ^(d0 | hp)
		vn = hp & d0
		before = eq
	}
	for _, c := range x {
		m.letters[c] = 0
	}
	return edits, swaps != 0
}

// bySwaps is byLetter where neighbours that are changed over cost less than two edits.
func bySwaps(x, y []byte, limit int, m *scratch) int {
	before, last, row := &m.rows[0], &m.rows[1], &m.rows[2]
	for j := 0; j <= len(y); j++ {
		last[j] = int16(j * unit)
	}
	earlier := int16(0) // the least of the row before, from which two that are changed over lead to the next
	for i := range x {
		row[0] = int16((i + 1) * unit)
		least := row[0]
		for j := range y {
			c := int16(unit)
			if x[i] == y[j] {
				c = 0
			}
			d := min(last[j]+c, last[j+1]+unit, row[j]+unit)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, before[j-1]+slip)
			}
			row[j+1] = d
			least = min(least, d)
		}
		if int(min(least, earlier+slip)) > limit {
			return far
		}
		earlier = least
		before, last, row = last, row, before
	}
	return int(last[len(y)])
}

// hashString is FNV-1a over the bytes, with a final mix.
func hashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= 0x9E3779B97F4A7C15
	return h ^ h>>29
}

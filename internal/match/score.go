package match

import (
	"math"
	"math/bits"
)

// The quantities of a pair of names; each has a weight in NameWeights.
const (
	fRarity = 0
	fWord   = fRarity + knotCount
)

const (
	fFull = fWord + knotCount + iota
	fExact
	fCovered
	fExtra
	fExtraRarity
	fAlone
	fOrder
	fInitial
	fBadInitial
	fJoined
	fNumber
	fBadNumber
	fLostNumber
	fForm
	fBadForm
	fPlace
	fBadPlace
	fLostPlace
	fGeneric
	fDiffer
	fBias
	featureCount
)

// Features are the quantities of one pair of names, in a fixed order; their
// product with the weights is the evidence of the names in bits.
type Features [featureCount]float64

// vector gives the weights in the order of Features.
func (w *NameWeights) vector() *Features {
	var v Features
	copy(v[fRarity:], w.Rarity[:])
	copy(v[fWord:], w.Word[:])
	for i, p := range w.rest() {
		v[fFull+i] = *p
	}
	return &v
}

func (w *NameWeights) rest() [featureCount - fFull]*float64 {
	return [...]*float64{
		&w.Full, &w.Exact, &w.Covered, &w.Extra, &w.ExtraRarity, &w.Alone, &w.Order, &w.Initial, &w.BadInitial, &w.Joined,
		&w.Number, &w.BadNumber, &w.LostNumber, &w.Form, &w.BadForm, &w.Place, &w.BadPlace, &w.LostPlace, &w.Generic, &w.Differ, &w.Bias,
	}
}

// weightsOf is the opposite of vector.
func weightsOf(v *Features) NameWeights {
	var w NameWeights
	copy(w.Rarity[:], v[fRarity:])
	copy(w.Word[:], v[fWord:])
	for i, p := range w.rest() {
		*p = v[fFull+i]
	}
	return w
}

func dot(a, b *Features) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// Score is how likely two subjects are the same.
type Score struct {
	// Probability is that of a match among pairs worth comparing, strictly
	// between 0 and 1; how it was calibrated stands in docs/method/matching.md.
	Probability float64
	// Bits is the sum of all evidence; NameBits that of the names alone.
	Bits, NameBits float64
	// A and B are the numbers of the names that agree best, in the order in
	// which they were given and could be read; -1 when there is none.
	A, B int
	// Weak says that one of these is a weak alias: the pair is worth a look, but
	// should not be stopped for that alone.
	Weak bool
}

// Scorer compares prepared subjects. It holds the memory of one worker: use
// one for each goroutine.
type Scorer struct {
	p       *Params
	weights [kinds]Features
	m       scratch
	w       work
}

// NewScorer makes a scorer with the given parameters.
func NewScorer(p *Params) *Scorer {
	s := &Scorer{p: p}
	for i := range s.weights {
		s.weights[i] = *p.weights[i].vector()
	}
	return s
}

// work is the memory of one comparison of two names.
type work struct {
	usedX, usedY   [maxWords]bool
	exactX, exactY [maxWords]bool // has a word spelt the same
	cands          [256]cand
	count          int
	pairX, pairY   [maxWords]int8 // aligned words, in order of x
	pairs          int
	short          int     // initials that stand for words
	proper         bool    // an aligned word is neither generic nor a place
	scale          float64 // what cap made of the rarity of shared words
	feat           Features
	record         func(partKind, int, int, int, int, float64, float64) // for explanations only
}

// cand is a way to align words i (ni of them) of x with words j (nj) of y.
type cand struct {
	i, j, ni, nj int8
	gain, d      float32
}

// Score compares two subjects that were prepared with the parameters of the
// scorer. It is symmetric but for A and B, which change places, and allocates
// nothing.
func (s *Scorer) Score(a, b *Prepared) Score {
	out := Score{A: -1, B: -1, NameBits: math.Inf(-1)}
	k := pairKind(a, b)
	weights := &s.weights[k]
	for i := range a.names {
		for j := range b.names {
			bits := s.evidence(&a.names[i], &b.names[j], weights, k)
			if bits > out.NameBits {
				out.NameBits, out.A, out.B = bits, i, j
			}
		}
	}
	return s.conclude(out, a, b, k)
}

// conclude adds the facts to the evidence of the names that agree best.
func (s *Scorer) conclude(out Score, a, b *Prepared, k kind) Score {
	if out.A < 0 {
		out.NameBits = s.weights[k][fBias] // no name on one side: nothing known
	}
	out.Weak = out.A >= 0 && (a.names[out.A].kind == Weak || b.names[out.B].kind == Weak)
	out.Bits = out.NameBits + s.factBits(a, b, nil)
	out.Probability = s.p.probability(out.Bits, k)
	return out
}

// pairKind gives the weights to use: a ship's name is compared as one only with
// a ship's, a person's as one only with a person's or with something unknown.
func pairKind(a, b *Prepared) kind { return pairKindOf(a.kind, b.kind) }

func pairKindOf(a, b kind) kind {
	if a == b {
		return a
	}
	if a == orgKind || b == orgKind {
		return orgKind
	}
	return min(a, b)
}

// probability maps bits to a probability by the calibration.
func (p *Params) probability(bits float64, k kind) float64 { return p.calib[k].probability(bits) }

func (c *Calibration) probability(bits float64) float64 {
	n := len(c.Bits)
	i := 1
	for i < n-1 && bits > c.Bits[i] {
		i++
	}
	// Straight lines between the points; beyond them the slope fades, so that
	// more evidence always counts and certainty is never reached.
	slope := (c.Odds[i] - c.Odds[i-1]) / (c.Bits[i] - c.Bits[i-1])
	var odds float64
	switch {
	case bits > c.Bits[n-1]:
		odds = c.Odds[n-1] + fade((bits-c.Bits[n-1])*slope)
	case bits < c.Bits[0]:
		odds = c.Odds[0] - fade((c.Bits[0]-bits)*slope)
	default:
		odds = c.Odds[i-1] + (bits-c.Bits[i-1])*slope
	}
	return 1 / (1 + math.Exp(-odds))
}

// fade grows like x at first and then like its logarithm.
func fade(x float64) float64 { return math.Log1p(x) }

// nameBits gives the evidence of two names, by the best of the ways to read
// them.
func (s *Scorer) nameBits(a, b *name, weights *Features, k kind) float64 {
	x, y := a, b
	if x.key > y.key || x.key == y.key && x.text > y.text {
		x, y = y, x
	}
	best := math.Inf(-1)
	if !bySyllables(x, y) {
		s.words(x, y, k)
		best = dot(&s.w.feat, weights)
	}
	if !(x.han && y.han) {
		for i := range x.korean {
			for j := range y.korean {
				s.syllables(&x.korean[i], &y.korean[j], false)
				best = max(best, dot(&s.w.feat, weights))
			}
		}
		for i := range x.chinese {
			for j := range y.chinese {
				s.syllables(&x.chinese[i], &y.chinese[j], true)
				best = max(best, dot(&s.w.feat, weights))
			}
		}
	}
	if x.kind == Weak || y.kind == Weak {
		best += s.p.file.Facts.WeakName
	}
	return best
}

// evidence is nameBits, but that the whole name of an organisation, written exactly so on both sides, reaches the threshold of a
// match where it is possible at all: that its words tell little is no ground to leave it below (AQIM). Weak aliases and names of
// nothing but generic words stay where they are.
func (s *Scorer) evidence(a, b *name, weights *Features, k kind) float64 {
	bits := s.nameBits(a, b, weights, k)
	low, high := s.p.possibleBits, s.p.alertBits
	if k != orgKind || a.key != b.key || bits < low || bits >= high || a.person || b.person || a.kind == Weak || b.kind == Weak || !sameWords(a, b) {
		return bits
	}
	return high + wholeSlope*(bits-low)
}

// wholeSlope keeps whole names that are lifted to the threshold in their order.
const wholeSlope = .05

// sameWords says whether two names have the same words in the same order, of which one is neither generic nor a place.
func sameWords(a, b *name) bool {
	proper := false
	for i := range a.tokens {
		if i >= len(b.tokens) || a.tokens[i].hash != b.tokens[i].hash {
			return false
		}
		proper = proper || a.tokens[i].role == roleWord
	}
	return proper && len(a.tokens) == len(b.tokens)
}

// bySyllables says whether two names are compared by syllables alone: one is in
// Hangul or Han characters, and both can be read as names of the same language.
// Letters would only blur them.
func bySyllables(x, y *name) bool {
	if !x.hangul && !x.han && !y.hangul && !y.han || x.han && y.han {
		return false
	}
	return len(x.korean) > 0 && len(y.korean) > 0 || len(x.chinese) > 0 && len(y.chinese) > 0
}

// hat adds the weight-bearing quantities of two words at dissimilarity d.
func (f *Features) hat(d float64, bits float64) {
	last := knotCount - 1
	if d >= knots[last] {
		f[fRarity+last] += bits
		f[fWord+last]++
		return
	}
	i := 0
	for d >= knots[i+1] {
		i++
	}
	t := (d - knots[i]) / (knots[i+1] - knots[i])
	f[fRarity+i] += (1 - t) * bits
	f[fRarity+i+1] += t * bits
	f[fWord+i] += 1 - t
	f[fWord+i+1] += t
}

// enough is the most bits that shared words tell: relatives and namesakes share
// many words, so that a word that differs still counts.
const enough = 16

// cap scales the rarity of shared words down to enough.
func (w *work) cap() {
	f := &w.feat
	w.scale = 1
	sum := 0.0
	for i := range knotCount - 1 {
		sum += f[fRarity+i]
	}
	if sum > enough {
		w.scale = enough / sum
		for i := range knotCount - 1 {
			f[fRarity+i] *= w.scale
		}
	}
}

// conflict is the dissimilarity from which two words are different words.
var conflict = float32(knots[knotCount-1])

// words aligns two names word by word and fills in the features.
func (s *Scorer) words(x, y *name, k kind) {
	w := &s.w
	w.feat = Features{}
	w.count, w.pairs, w.proper = 0, 0, false
	hx, _ := x.heads()
	hy, _ := y.heads()
	for i := range hx {
		w.usedX[i], w.exactX[i] = false, false
	}
	for j := range hy {
		w.usedY[j], w.exactY[j] = false, false
	}
	han := x.han && y.han
	exactX := 0
	for i := range hx {
		a := &hx[i]
		if !a.core() {
			continue
		}
		for j := range hy {
			b := &hy[j]
			if !b.core() {
				continue
			}
			d := float32(0)
			if a.hash != b.hash {
				if a.differ(b) {
					continue
				}
				d = s.dissimilarity(&x.tokens[i], &y.tokens[j], han)
			}
			if d < conflict {
				w.push(cand{int8(i), int8(j), 1, 1, (1 - d/conflict) * (min(a.bits, b.bits) + 2), d})
				if d == 0 {
					exactX++
					w.exactX[i], w.exactY[j] = true, true
				}
			}
		}
	}
	if exactX < x.core || exactX < y.core {
		s.joinCandidates(x, y)
	}
	s.choose(x, y, k)
}

func (w *work) push(c cand) {
	if w.count < len(w.cands) {
		w.cands[w.count] = c
		w.count++
	}
}

// blur is added to the dissimilarity of two words of which one has no vowels or
// vowels of its own script.
const blur = .03

// letterShare is the part of plain letters in the dissimilarity of two words;
// the rest is that of sounds.
const letterShare = .3

// dissimilarity gives how far two words are apart: 0 for the same letters, up
// to conflict for different words.
func (s *Scorer) dissimilarity(a, b *token, han bool) float32 {
	if a.hash == b.hash {
		return 0
	}
	if a.role == roleNumber || b.role == roleNumber {
		return conflict // the same number has the same hash
	}
	if a.role == rolePlace && b.role == rolePlace && a.class == b.class {
		return .03
	}
	if a.role == roleGeneric && b.role == roleGeneric && a.class == b.class {
		return .05
	}
	if len(a.forms) == 1 && len(b.forms) == 1 && a.class == 0 {
		m, n := len(a.forms[0].skel), len(b.forms[0].skel)
		if m-n > 1+m/5 || n-m > 1+n/5 {
			return conflict
		}
	}
	length := (a.length + b.length) / 2
	blurred := len(a.forms) > 0 && len(b.forms) > 0 && a.forms[0].loose != b.forms[0].loose
	if blurred { // only the consonants count
		length = float32(len(a.forms[0].skel)+len(b.forms[0].skel))/2 + 1
	}
	limit := int(conflict*length*unit) + 1
	best, x, y := far, 0, 0
	for i := range a.forms {
		for j := range b.forms {
			if d := s.p.sounds.distance(&a.forms[i], &b.forms[j], min(limit, best), &s.m); d < best {
				best, x, y = d, i, j
			}
			if best == 0 {
				break
			}
		}
	}
	d := conflict
	if best < far {
		d = min(conflict, float32(best)/(unit*length))
		if d > .02 && d < conflict && !blurred {
			plain := byLetter(a.forms[x].letters, b.forms[y].letters, far, &s.m)
			d = min(conflict, (1-letterShare)*d+letterShare*float32(plain)/(unit*length))
		}
	}
	if d == 0 {
		d = .01 // the same letters only after reading
	}
	if a.class != 0 && a.class == b.class && a.role == roleWord && b.role == roleWord {
		switch {
		case d < .3:
			d = min(d, .06)
		default:
			d = min(d, .14)
		}
	}
	if han {
		d = max(d, .2)
	}
	if blurred {
		d = min(conflict, d+blur)
	}
	return d
}

// joinCandidates adds alignments of two words written as one on the other side,
// of two words whose border moved, and of the whole name written together.
func (s *Scorer) joinCandidates(x, y *name) {
	w := &s.w
	hx, jx := x.heads()
	hy, jy := y.heads()
	for i := range jx {
		if !hx[i].core() && !hx[i+1].core() || w.exactX[i] && w.exactX[i+1] {
			continue
		}
		for j := range hy {
			if t := &hy[j]; t.core() && !w.exactY[j] && jx[i].comparable(t) {
				if d := s.close(&x.joins[i], &y.tokens[j].forms[0]); d < .15 {
					w.push(joined(x, y, i, j, 2, 1, d))
				}
			}
		}
	}
	for j := range jy {
		if !hy[j].core() && !hy[j+1].core() || w.exactY[j] && w.exactY[j+1] {
			continue
		}
		for i := range hx {
			if t := &hx[i]; t.core() && !w.exactX[i] && jy[j].comparable(t) {
				if d := s.close(&y.joins[j], &x.tokens[i].forms[0]); d < .15 {
					w.push(joined(x, y, i, j, 1, 2, d))
				}
			}
		}
	}
	for i := range jx {
		if w.exactX[i] || w.exactX[i+1] || !hx[i].core() || !hx[i+1].core() {
			continue
		}
		for j := range jy {
			if w.exactY[j] || w.exactY[j+1] || !hy[j].core() || !hy[j+1].core() || !jx[i].comparable(&jy[j]) {
				continue
			}
			if d := s.close(&x.joins[i], &y.joins[j]); d < .04 {
				w.push(joined(x, y, i, j, 2, 2, d+.03))
			}
		}
	}
	nx, ny := len(hx), len(hy)
	if nx != ny && (nx > 2 || ny > 2) && !x.numbered && !y.numbered && comparable(&x.whole, &y.whole) &&
		len(x.whole.letters) < maxSounds && len(y.whole.letters) < maxSounds && len(x.whole.sounds) > shortWhole {
		if d := s.close(&x.whole, &y.whole); d < .06 {
			w.push(joined(x, y, 0, 0, nx, ny, d))
		}
	}
}

// comparable says whether two forms are so much alike in length and consonants that
// close may find them so.
func comparable(a, b *form) bool {
	d, e := len(a.skel)-len(b.skel), len(a.letters)-len(b.letters)
	return d <= 1 && d >= -1 && e <= 2 && e >= -2 && len(a.letters) > 0 && bits.OnesCount16(a.levels^b.levels) <= 2 &&
		bits.OnesCount64(a.have&^b.near) <= 1 && bits.OnesCount64(b.have&^a.near) <= 1
}

// close is the dissimilarity of two forms if it is small.
func (s *Scorer) close(a, b *form) float32 {
	la, lb := len(a.letters), len(b.letters)
	if skeletonDistance(a, b) > 1 {
		return conflict
	}
	length := float32(la+lb) / 2
	d := s.p.sounds.distance(a, b, int(.2*length*unit), &s.m)
	if d >= far {
		return conflict
	}
	if a.loose != b.loose {
		length = float32(len(a.skel)+len(b.skel))/2 + 1
	}
	return float32(d) / (unit * length)
}

func joined(x, y *name, i, j, ni, nj int, d float32) cand {
	bx, by := float32(0), float32(0)
	for _, t := range x.tokens[i : i+ni] {
		if t.core() {
			bx += t.bits + 1
		}
	}
	for _, t := range y.tokens[j : j+nj] {
		if t.core() {
			by += t.bits + 1
		}
	}
	return cand{int8(i), int8(j), int8(ni), int8(nj), (1-d/conflict)*(max(bx, by)+1) - .5, d + .02}
}

// before orders candidates: more gain first, then those less out of place.
func (c *cand) before(o *cand) bool {
	if c.gain != o.gain {
		return c.gain > o.gain
	}
	a, b := c.i-c.j, o.i-o.j
	if a < 0 {
		a = -a
	}
	if b < 0 {
		b = -b
	}
	if a != b {
		return a < b
	}
	if c.i != o.i {
		return c.i < o.i
	}
	return c.j < o.j
}

// choose takes the candidates from the best on, each word once, and fills in
// the features.
func (s *Scorer) choose(x, y *name, k kind) {
	w := &s.w
	list := w.cands[:w.count]
	for n := range list { // a short list: insertion sort
		c := list[n]
		m := n
		for ; m > 0 && c.before(&list[m-1]); m-- {
			list[m] = list[m-1]
		}
		list[m] = c
	}
	f := &w.feat
	exact, worst := true, float32(0)
	for n := range list {
		c := &list[n]
		if w.taken(x, y, c) {
			continue
		}
		for i := c.i; i < c.i+c.ni; i++ {
			w.usedX[i] = true
		}
		for j := c.j; j < c.j+c.nj; j++ {
			w.usedY[j] = true
		}
		s.agreed(x, y, c)
		exact = exact && c.d == 0
		worst = max(worst, c.d)
	}
	s.leftOver(x, y, exact, worst)
	w.cap()
	if k != personKind {
		s.legalForms(x, y)
	}
	f[fBias] = 1
}

// taken says whether a core word of the candidate is aligned already.
func (w *work) taken(x, y *name, c *cand) bool {
	for i := c.i; i < c.i+c.ni; i++ {
		if w.usedX[i] && (x.tokens[i].core() || c.ni == 1) {
			return true
		}
	}
	for j := c.j; j < c.j+c.nj; j++ {
		if w.usedY[j] && (y.tokens[j].core() || c.nj == 1) {
			return true
		}
	}
	return false
}

// chanceFrom is the dissimilarity from which the number of words that a word
// could have been like counts; at twice that, all of it.
const chanceFrom = .1

// chances is the log2 of a number of words.
var chances = func() (t [maxWords]float32) {
	for i := 1; i < maxWords; i++ {
		t[i] = float32(math.Log2(float64(i)))
	}
	return t
}()

// agreed adds what an aligned pair of words tells.
func (s *Scorer) agreed(x, y *name, c *cand) {
	w := &s.w
	f := &w.feat
	a, b := &x.tokens[c.i], &y.tokens[c.j]
	w.proper = w.proper || a.role == roleWord || b.role == roleWord || c.ni > 1 || c.nj > 1
	if c.ni == 1 && c.nj == 1 {
		switch {
		case a.role == roleNumber && b.role == roleNumber:
			f[fNumber]++
		case a.role == rolePlace && b.role == rolePlace:
			f[fPlace]++
		}
		bits := min(a.bits, b.bits)
		if c.d > chanceFrom { // one of several words is a little like it: that may be chance
			bits = max(bits/2, bits-chances[min(max(x.core, y.core), maxWords-1)]*min(1, (c.d-chanceFrom)/chanceFrom))
		}
		f.hat(float64(c.d), float64(bits))
		w.note(partWord, int(c.i), int(c.j), 1, 1, float64(c.d), float64(bits))
	} else {
		bits := float64(min(sumBits(x, c.i, c.ni), sumBits(y, c.j, c.nj)))
		if c.ni == 1 && x.town || c.nj == 1 && y.town { // a place is sooner meant than a name that is written as one word
			bits = min(bits, townBits)
		}
		f.hat(float64(c.d), bits)
		f[fJoined]++
		w.note(partJoined, int(c.i), int(c.j), int(c.ni), int(c.nj), float64(c.d), bits)
	}
	// The order is wrong if a pair crosses one chosen before.
	for n := range w.pairs {
		if (w.pairX[n] < c.i) != (w.pairY[n] < c.j) {
			f[fOrder] = 1
		}
	}
	if w.pairs < maxWords {
		w.pairX[w.pairs], w.pairY[w.pairs] = c.i, c.j
		w.pairs++
	}
}

// townBits is what a place tells at most of a name of several words that it is like.
const townBits = 4

func sumBits(n *name, i, count int8) float32 {
	s := float32(0)
	for _, t := range n.tokens[i : i+count] {
		if t.core() {
			s += t.bits
		}
	}
	return s
}

// fullUntil is the dissimilarity of the worst pair of words up to which names
// that leave nothing over are full; at twice that they are not.
const fullUntil = .13

// leftOver adds what the words tell that have no partner.
func (s *Scorer) leftOver(x, y *name, exact bool, worst float32) {
	w := &s.w
	f := &w.feat
	w.short = 0
	s.initials(x, y)
	s.initials2(y, x)
	s.acronym(x, y)
	lx, bx, nx, px := w.left(x, &w.usedX)
	ly, by, ny, py := w.left(y, &w.usedY)
	f[fBadPlace] += float64(min(px, py))
	f[fLostPlace] += float64(max(px, py) - min(px, py))
	f[fBadNumber] += float64(min(nx, ny))
	f[fLostNumber] += float64(max(nx, ny) - min(nx, ny))
	bad := min(lx, ly)
	if bad > 0 {
		mean := (bx/float64(lx) + by/float64(ly)) / 2
		f[fRarity+knotCount-1] += float64(bad) * mean
		f[fWord+knotCount-1] += float64(bad)
		f[fDiffer] = 1
		w.note(partConflict, -1, -1, bad, bad, 1, float64(bad)*mean)
	}
	if more := max(lx, ly) - bad; more > 0 {
		mean := bx / float64(max(lx, 1))
		if ly > lx {
			mean = by / float64(ly)
		}
		f[fExtra] += float64(more)
		f[fExtraRarity] += float64(more) * mean
		w.note(partExtra, -1, -1, more, 0, 0, float64(more)*mean)
	}
	covered := w.pairs > 0 && nx+ny == 0 && (lx == 0) != (ly == 0) && w.onlyGeneric(x, &w.usedX) && w.onlyGeneric(y, &w.usedY) &&
		(w.proper || w.pairs >= coveredPairs)
	if w.pairs > 0 && !w.proper && lx+ly+nx+ny > 0 && !covered {
		f[fGeneric] = 1
	}
	switch {
	case lx == 0 && ly == 0 && nx == 0 && ny == 0 && w.pairs == 1 && w.short > 0:
		// One word and an initial are no full name: they tell what each tells.
	case lx == 0 && ly == 0 && nx == 0 && ny == 0 && w.pairs > 0:
		f[fFull] = float64(max(0, min(1, 2-worst/fullUntil)))
		if exact {
			f[fExact] = 1
		}
	case covered:
		f[fCovered] = float64(max(0, min(1, 2-worst/fullUntil)))
	case w.pairs == 1 && w.single(x, y):
		f[fAlone] = 1
	}
}

// coveredPairs is the number of words that names of nothing but generic words and places must share for the shorter to be
// covered by the longer.
const coveredPairs = 3

// onlyGeneric says whether all core words of n without a partner are generic.
func (w *work) onlyGeneric(n *name, used *[maxWords]bool) bool {
	words, _ := n.heads()
	for i := range words {
		if t := &words[i]; !used[i] && t.core() && t.role != roleGeneric {
			return false
		}
	}
	return true
}

// single says whether the only pair is of one word each.
func (w *work) single(x, y *name) bool {
	n := 0
	words, _ := x.heads()
	for i := range words {
		if w.usedX[i] && words[i].core() {
			n++
		}
	}
	return n == 1
}

// left counts the core words of n without a partner, their rarity, and among
// them the numbers and places.
func (w *work) left(n *name, used *[maxWords]bool) (count int, bits float64, numbers, places int) {
	words, _ := n.heads()
	for i := range words {
		t := &words[i]
		if used[i] || !t.core() {
			continue
		}
		switch t.role {
		case roleNumber:
			numbers++
			continue
		case rolePlace:
			places++
		}
		count++
		bits += float64(t.bits)
	}
	return count, bits, numbers, places
}

// initials matches single letters of x with words of y that are left.
func (s *Scorer) initials(x, y *name)  { s.w.initials(x, y, &s.w.usedX, &s.w.usedY, false) }
func (s *Scorer) initials2(y, x *name) { s.w.initials(y, x, &s.w.usedY, &s.w.usedX, true) }

func (w *work) initials(a, b *name, usedA, usedB *[maxWords]bool, swapped bool) {
	words, _ := a.heads()
	for i := range words {
		if words[i].role != roleInitial || usedA[i] {
			continue
		}
		t := &a.tokens[i]
		fits, left := -1, false
		for j := range b.tokens {
			u := &b.tokens[j]
			if usedB[j] || !u.core() && u.role != roleInitial {
				continue
			}
			left = true
			if u.first == t.first {
				fits = j
				break
			}
		}
		usedA[i] = true
		switch {
		case fits >= 0:
			usedB[fits] = true
			w.feat[fInitial]++
			if b.tokens[fits].core() {
				w.short++
			}
			if swapped {
				w.note(partInitial, fits, i, 1, 1, 0, 1)
			} else {
				w.note(partInitial, i, fits, 1, 1, 0, 1)
			}
		case left:
			w.feat[fBadInitial]++
			w.note(partBadInitial, -1, -1, 1, 1, 1, 1)
		}
	}
}

// What an acronym tells at the most, in bits of rarity, and how far it counts as apart from its name.
const (
	acronymMost  = 12
	acronymApart = .05
)

// acronym matches one word of a name with the first letters of the other.
func (s *Scorer) acronym(x, y *name) {
	if len(x.acronym) == 0 && len(y.acronym) == 0 || s.w.pairs > 1 {
		return
	}
	s.acronymOf(x, y, &s.w.usedX, &s.w.usedY)
	s.acronymOf(y, x, &s.w.usedY, &s.w.usedX)
}

func (s *Scorer) acronymOf(long, short *name, usedL, usedS *[maxWords]bool) {
	if short.person { // who happens to be called so
		return
	}
	w := &s.w
	for _, h := range long.acronym {
		for j := range short.tokens {
			t := &short.tokens[j]
			if usedS[j] || !t.core() || t.length < 3 || len(t.forms) == 0 || t.forms[0].hash != h {
				continue
			}
			for i := range long.tokens {
				if usedL[i] {
					return
				}
			}
			for i := range long.tokens {
				usedL[i] = long.tokens[i].core()
			}
			usedS[j] = true
			bits := min(3*float64(t.length), acronymMost)
			if b := float64(t.bits); b < s.p.unseen(int(t.length)) { // a word that is borne as a name is sooner that
				bits = min(bits, b)
			}
			w.proper = true
			w.feat.hat(acronymApart, bits)
			w.note(partAcronym, -1, -1, 1, 1, acronymApart, bits)
			if w.pairs < maxWords {
				w.pairX[w.pairs], w.pairY[w.pairs] = 0, 0
				w.pairs++
			}
			return
		}
	}
}

// legalForms compares the last legal form of each name.
func (s *Scorer) legalForms(x, y *name) {
	a, b := legalOf(x), legalOf(y)
	if a == nil || b == nil {
		return
	}
	f := &s.w.feat
	if a.class == b.class {
		f[fForm] = 1
		s.w.note(partForm, -1, -1, 1, 1, 0, 1)
	} else if a.family != b.family && s.p.lex.telling(a.family) && s.p.lex.telling(b.family) {
		f[fBadForm] = 1
		s.w.note(partBadForm, -1, -1, 1, 1, 1, 1)
	}
}

func legalOf(n *name) *token {
	words, _ := n.heads()
	for i := len(words) - 1; i >= 0; i-- {
		if words[i].role == roleLegal {
			return &n.tokens[i]
		}
	}
	return nil
}

// syllables compares two names as syllables of Korean or Chinese.
func (s *Scorer) syllables(x, y *view, chinese bool) {
	w := &s.w
	w.feat = Features{}
	w.count, w.pairs, w.proper = 0, 0, false
	f := &w.feat
	var usedX, usedY [8]bool
	nx, ny := min(len(x.list), 8), min(len(y.list), 8)
	// Straight first, then with the surname moved to the other end.
	best, shift := -1.0, 0
	for sh := range nx {
		sum := 0.0
		for i := range min(nx, ny) {
			sum += 1 - syllableDistance(&x.list[(i+sh)%nx], &y.list[i], chinese)/knots[knotCount-1]
		}
		if sum > best+.5 {
			best, shift = sum, sh
		}
	}
	if shift > 0 {
		f[fOrder] = 1
	}
	lost, worst := 0, 0.0
	for i := range min(nx, ny) {
		a, b := &x.list[(i+shift)%nx], &y.list[i]
		usedX[(i+shift)%nx], usedY[i] = true, true
		d := syllableDistance(a, b, chinese)
		f.hat(d, float64(min(a.bits, b.bits)))
		worst = max(worst, d)
		if d >= knots[knotCount-1] {
			lost++
		}
	}
	if lost > 0 {
		f[fDiffer] = 1
	}
	w.cap()
	if nx != ny { // a syllable more or less makes another name
		f[fDiffer] = 1
		for range max(nx, ny) - min(nx, ny) {
			f.hat(1, float64(s.p.Syllable))
		}
	} else if lost == 0 {
		f[fFull] = max(0, min(1, 2-worst/fullUntil))
	}
	w.note(partSyllables, shift, 0, nx, ny, best, 0)
	f[fBias] = 1
}

// syllableDistance is small when the sets of two syllables meet.
func syllableDistance(a, b *syllable, chinese bool) float64 {
	if chinese {
		if a.chinese.Meets(&b.chinese) {
			return agreeing
		}
		return .5
	}
	x, y := a.korean, b.korean
	switch {
	case x.Lead&y.Lead == 0:
		return .5
	case x.Vowel&y.Vowel == 0 && x.Tail&y.Tail == 0:
		return .5
	case x.Vowel&y.Vowel == 0: // vowels are what spellings blur
		return .2
	case x.Tail&y.Tail == 0:
		return .3
	}
	return agreeing
}

// NameFeatures gives the quantities of the two names that agree best.
func (s *Scorer) NameFeatures(a, b *Prepared) Features {
	k := pairKind(a, b)
	var best Features
	top := math.Inf(-1)
	for i := range a.names {
		for j := range b.names {
			if got, f := s.best(&a.names[i], &b.names[j], k); got > top {
				top, best = got, f
			}
		}
	}
	return best
}

// best gives the bits of two names and the quantities behind them.
func (s *Scorer) best(a, b *name, k kind) (float64, Features) {
	want := s.nameBits(a, b, &s.weights[k], k)
	x, y := a, b
	if x.key > y.key || x.key == y.key && x.text > y.text {
		x, y = y, x
	}
	var f Features
	top := math.Inf(-1)
	keep := func() {
		if d := dot(&s.w.feat, &s.weights[k]); d > top {
			f, top = s.w.feat, d
		}
	}
	if !bySyllables(x, y) {
		s.words(x, y, k)
		keep()
	}
	if !(x.han && y.han) {
		for i := range x.korean {
			for j := range y.korean {
				s.syllables(&x.korean[i], &y.korean[j], false)
				keep()
			}
		}
		for i := range x.chinese {
			for j := range y.chinese {
				s.syllables(&x.chinese[i], &y.chinese[j], true)
				keep()
			}
		}
	}
	return want, f
}

// Bits gives the evidence of names with the given quantities and weights.
func Bits(f *Features, w *NameWeights) float64 { return dot(f, w.vector()) }

// Vector gives weights in the order of Features.
func Vector(w *NameWeights) Features { return *w.vector() }

// WeightsOf is the opposite of Vector.
func WeightsOf(v Features) NameWeights { return weightsOf(&v) }

// Signs gives the range each weight is held to, so that what pairs happen to
// tell never makes agreement count against, or conflict for, a match.
func Signs() (low, high Features) {
	for i := range low {
		low[i], high[i] = -30, 30
	}
	for k := range knotCount {
		low[fRarity+k] = 0
	}
	low[fRarity+knotCount-1], high[fRarity+knotCount-1] = -3, 0
	high[fWord+knotCount-1] = 0
	for _, i := range []int{fExtra, fExtraRarity, fAlone, fOrder, fBadInitial, fBadNumber, fLostNumber, fBadForm, fBadPlace, fLostPlace, fGeneric, fDiffer} {
		high[i] = 0
	}
	for _, i := range []int{fFull, fExact, fCovered, fInitial, fNumber, fForm} {
		low[i] = 0
	}
	return low, high
}

// Order lowers weights so that a pair of words never tells more the further the
// two are apart.
func Order(v *Features) {
	for k := 1; k < knotCount; k++ {
		v[fRarity+k] = min(v[fRarity+k], v[fRarity+k-1])
	}
}

// ProbabilityOf maps bits to a probability by a calibration.
func ProbabilityOf(bits float64, c *Calibration) float64 { return c.probability(bits) }

// Words gives how many words of the shorter name agree with one of the other,
// and how many have a different one in their place.
func (f *Features) Words() (agreed, differ float64) {
	for k := range knotCount - 1 {
		agreed += f[fWord+k]
	}
	return agreed, f[fWord+knotCount-1]
}

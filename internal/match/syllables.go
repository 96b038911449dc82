package match

import (
	"math"
	"slices"
)

// The syllables of a listed name are in its sketch as a set of what they begin with, by
// which most names that can be read in one language are told apart.

// Of each way to cut a Korean name the set holds the initials that its syllables may have,
// and above them how many there are.
const (
	koreanCut   = 32
	koreanCount = 19
	koreanLeads = 1<<koreanCount - 1
)

// chineseCount is where the number of syllables of a Chinese name stands in its set, above
// bits for what each of them may be.
const chineseCount = 59

// countMost is the largest number of syllables that a set tells from others.
const countMost = 7

func koreanSet(views []view) (set uint64) {
	for i := range views[:min(len(views), 2)] {
		list := views[i].list
		of := uint64(min(len(list), countMost)) << koreanCount
		for k := range list {
			of |= uint64(list[k].korean.Lead & koreanLeads)
		}
		set |= of << (koreanCut * i)
	}
	return set
}

func chineseSet(views []view) (set uint64) {
	list := views[0].list
	for i := range list {
		set |= list[i].chineseBits()
	}
	return set | uint64(min(len(list), countMost))<<chineseCount
}

// chineseBits gives what a syllable may be, as a set in which a few share a place.
func (s *syllable) chineseBits() (set uint64) {
	for _, m := range s.chinese {
		if m != 0 {
			set |= 1 << (m % chineseCount)
		}
	}
	return set
}

// bySyllables gives the most that two names can score as syllables of one language: it is
// infinite where all of them may agree.
func (w *bounds) bySyllables(n *name, k sketch) float64 {
	most := math.Inf(-1)
	if k[headFlags]&sketchKorean != 0 {
		for set := k.korean(); set != 0 && len(n.korean) > 0; set >>= koreanCut {
			count := int(set >> koreanCount & countMost)
			for i := range n.korean {
				most = max(most, w.agreed(n.korean[i].list, count, func(s *syllable) bool { return uint64(s.korean.Lead)&set&koreanLeads != 0 }))
			}
		}
	}
	if k[headFlags]&sketchChinese != 0 && len(n.chinese) > 0 {
		set := k.chinese()
		most = max(most, w.agreed(n.chinese[0].list, int(set>>chineseCount), func(s *syllable) bool { return s.chineseBits()&set != 0 }))
	}
	return most
}

// agreed gives the most that syllables of a query tell beside so many others, of which
// those may agree that may says. Each agrees with one other.
func (w *bounds) agreed(list []syllable, count int, may func(*syllable) bool) float64 {
	var room [8]float64
	told := room[:0]
	for i := range list {
		if may(&list[i]) {
			bits, _ := w.pair(list[i].bits, agreeing)
			told = append(told, max(w.conflict, float64(bits)))
		}
	}
	slices.Sort(told)
	if len(told) > count && count < countMost { // there are no more that they may be
		told = told[len(told)-count:]
	}
	met, total := len(told), w.bias
	for _, bits := range told {
		total += bits
	}
	all := max(min(len(list), countMost), count)
	if met == len(list) && all == min(met, countMost) && count == all {
		return math.Inf(1)
	}
	return total + w.differ + float64(max(1, all-met))*w.conflict + 1e-3
}

// agreeing is how far syllables are apart that agree.
const agreeing = .05

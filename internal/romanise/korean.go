package romanise

import (
	"strings"
	"sync"
)

// The arithmetic of Hangul syllables (Unicode Standard, section 3.12).
const (
	hangulBase, hangulEnd = 0xAC00, 0xD7A4
	vowels, trails        = 21, 28
)

var (
	leadRR  = strings.Split("g kk n d tt r m b pp s ss - j jj ch k t p h", " ")
	vowelRR = strings.Split("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i", " ")
	tailRR  = [8]string{"", "k", "n", "t", "l", "m", "p", "ng"}
	// tailOf maps the 28 finals to the eight sounds that a syllable can end in.
	tailOf = [trails]uint8{0, 1, 1, 1, 2, 2, 2, 3, 4, 1, 5, 4, 4, 4, 6, 4, 5, 6, 6, 3, 3, 7, 3, 3, 1, 3, 6, 3}
)

// revised gives the Revised Romanisation of Hangul, syllable by syllable,
// without changes of sound between them.
func revised(word string) string {
	var b strings.Builder
	for _, r := range compose(word) {
		if r < hangulBase || r >= hangulEnd {
			continue
		}
		l, v, t := parts(r)
		if leadRR[l] != "-" {
			b.WriteString(leadRR[l])
		}
		b.WriteString(vowelRR[v])
		b.WriteString(tailRR[t])
	}
	return b.String()
}

func parts(r rune) (lead, vowel int, tail uint8) {
	i := int(r - hangulBase)
	return i / (vowels * trails), i % (vowels * trails) / trails, tailOf[i%trails]
}

// compose joins Hangul letters (as text.Fold leaves them) into syllables.
func compose(word string) string { return lower(word) }

// Syllable is a set of Korean syllables: those whose initial, vowel and final
// are each in a set. A spelling that leaves something open is a larger set.
type Syllable struct {
	Lead  uint32 // bit i is the i-th of the 19 initials of Unicode
	Vowel uint32 // bit i is the i-th of the 21 vowels
	Tail  uint8  // bit i is the i-th of: none, k, n, t, l, m, p, ng
}

// Meets gives the number of the three parts that the two sets share.
func (a Syllable) Meets(b Syllable) int {
	n := 0
	if a.Lead&b.Lead != 0 {
		n++
	}
	if a.Vowel&b.Vowel != 0 {
		n++
	}
	if a.Tail&b.Tail != 0 {
		n++
	}
	return n
}

// Or gives the syllables that are in either set, part by part.
func (a Syllable) Or(b Syllable) Syllable {
	return Syllable{a.Lead | b.Lead, a.Vowel | b.Vowel, a.Tail | b.Tail}
}

// Initials of Unicode by number.
const (
	kG = 1 << iota
	kGG
	kN
	kD
	kDD
	kR
	kM
	kB
	kBB
	kS
	kSS
	kNone
	kJ
	kJJ
	kCh
	kK
	kT
	kP
	kH
)

// iotised are the vowels before which initial r and n are dropped in the South.
const iotised = 1<<2 | 1<<3 | 1<<6 | 1<<7 | 1<<12 | 1<<17 | 1<<20

// fromHangul gives the set for one Hangul syllable. The North writes initial r
// where the South writes n or nothing (Ri, I; Rim, Im; Ro, No), so each stands
// for the other.
func fromHangul(r rune) Syllable {
	l, v, t := parts(r)
	s := Syllable{1 << l, 1 << v, 1 << t}
	switch {
	case s.Lead == kR:
		s.Lead |= kN
		if s.Vowel&iotised != 0 {
			s.Lead |= kNone
		}
	case s.Lead == kN:
		s.Lead |= kR
		if s.Vowel&iotised != 0 {
			s.Lead |= kNone
		}
	case s.Lead == kNone && s.Vowel&iotised != 0:
		s.Lead |= kR | kN
	}
	return s
}

var (
	latinLeads = map[string]uint32{
		"": kNone, "k": kG | kK | kGG, "g": kG | kGG, "kh": kG | kK, "gh": kG, "kk": kGG, "n": kN | kR, "d": kD | kDD, "t": kD | kT | kDD, "th": kT | kD,
		"tt": kDD, "dh": kD, "r": kR, "l": kR, "rh": kR, "lh": kR, "m": kM, "b": kB | kBB, "p": kB | kP | kBB, "ph": kP | kB, "pp": kBB, "bh": kB, "f": kP, "v": kB,
		"s": kS | kSS, "ss": kSS, "sh": kS | kSS, "j": kJ | kJJ, "jj": kJJ, "ch": kJ | kCh | kJJ, "tch": kJJ | kCh | kJ, "jh": kJ,
		"z": kJ, "zh": kJ, "ts": kJ | kCh, "c": kJ | kCh, "h": kH, "w": kNone, "y": kNone, "wh": kH | kNone,
	}
	latinVowels = vowelTable(`a 0 ah 0 ar 0 aa 0 ae 1 ai 1 ay 1 ei 5,1 ya 2 yae 3 eo 4 eoh 4 eor 4 e 5,1 eh 5,1 o 8,4 oh 8,4 u 13,4,18 uh 4 ur 4 er 4 eu 18 eui 19 ui 19,16 uy 19
		ee 20,19 i 20,19 ih 20 ie 20,19 yeo 6 yo 12,6 yu 17,6 you 6,17 yoo 17 yeou 6 yew 17 yeu 17 ou 4,13,8 oo 13 woo 13 wu 13 wa 9 wah 9 wae 10 wai 10 oe 11,8 oi 11
		we 15,11,10 wi 16 wo 14,4 weo 14 wor 14 uo 14 oa 9 ye 7,6 yea 6,7 yi 19,20 ia 2 io 12,6 iu 17 iou 6 oy 11 oui 16 wui 16 wee 16 uk 13 yah 2 yuh 6 yoh 12 yeoh 6 ow 13 eau 8`)
	latinTails = map[string]uint8{
		"": 0, "k": 1, "g": 1, "c": 1, "ck": 1, "kk": 1, "q": 1, "n": 2, "t": 3, "d": 3, "s": 3, "l": 4, "r": 4, "ll": 4,
		"m": 5, "p": 6, "b": 6, "ng": 7, "nn": 2, "mm": 5, "gn": 7,
	}

	cyrillicLeads = map[string]uint32{
		"": kNone, "к": kG | kK | kGG, "г": kG | kGG, "кк": kGG, "кх": kK, "н": kN | kR, "т": kD | kT | kDD, "д": kD | kDD, "тт": kDD, "тх": kT, "р": kR, "л": kR, "м": kM,
		"п": kB | kP | kBB, "б": kB | kBB, "пп": kBB, "пх": kP, "с": kS | kSS, "ш": kS, "сс": kSS, "ч": kJ | kCh | kJJ, "дж": kJ | kJJ, "чж": kJ | kJJ, "чх": kCh, "ц": kJ | kCh,
		"х": kH, "в": kNone,
	}
	cyrillicVowels = vowelTable(`а 0 э 1,5 я 2 йя 2 е 6,4,5,7,1 о 8,4 ё 6,12 йо 6,12 у 13,18,14 ю 17 ы 18 ый 19 ий 19,20 и 20 йе 7,6 уа 9 ва 9 ве 11,15,10 вэ 10,15,11 ви 16 во 14 уо 14 уэ 11,15 уи 16 ой 11 эй 1,5 ый 19`)
	cyrillicTails  = map[string]uint8{"": 0, "к": 1, "н": 2, "нъ": 7, "нг": 7, "т": 3, "ль": 4, "л": 4, "р": 4, "м": 5, "п": 6}
)

// vowelTable reads pairs of a spelling and the numbers of the vowels it may be.
func vowelTable(s string) map[string]uint32 {
	f := strings.Fields(s)
	m := make(map[string]uint32, len(f)/2)
	for i := 0; i+1 < len(f); i += 2 {
		for _, n := range strings.Split(f[i+1], ",") {
			k := 0
			for _, c := range n {
				k = 10*k + int(c-'0')
			}
			m[f[i]] |= 1 << k
		}
	}
	return m
}

// koreanSpellings holds every spelling of a syllable in each script.
var koreanSpellings = sync.OnceValue(func() map[string]Syllable {
	t := make(map[string]Syllable, koreanSize)
	build(t, latinLeads, latinVowels, latinTails)
	build(t, cyrillicLeads, cyrillicVowels, cyrillicTails)
	for s, like := range map[string]string{
		"lee": "ri", "yi": "ri", "rhee": "ri", "reeh": "ri", "leigh": "ri", "park": "pak", "choi": "choe", "choy": "choe", "ro": "no", "noh": "no", "i": "ri",
		"цой": "цве", "пак": "пак", "ли": "ри", "хан": "хан", "тен": "чен", "тё": "чо", "тэн": "чен", "те": "чо", "чоль": "чоль", "хак": "хак",
	} {
		x, y := t[s], t[like]
		t[s] = Syllable{x.Lead | y.Lead, x.Vowel | y.Vowel, x.Tail | y.Tail}
	}
	return t
})

// koreanSize is somewhat more than there are spellings: a table that grows is made several times.
const koreanSize = 1 << 16

func build(t map[string]Syllable, leads, vowels map[string]uint32, tails map[string]uint8) {
	for l, lm := range leads {
		for v, vm := range vowels {
			if (l == "w" || l == "y" || l == "wh" || l == "в") && !strings.ContainsAny(v[:1], "aeiou") {
				continue // the vowel has it already
			}
			if l == "w" || l == "y" || l == "в" {
				continue
			}
			for c, ti := range tails {
				x := Syllable{lm, vm, 1 << ti}
				if l == "r" || l == "l" || l == "rh" || l == "n" {
					if vm&iotised != 0 {
						x.Lead |= kNone
					}
					x.Lead |= kR | kN
				}
				if l == "р" || l == "л" || l == "н" {
					x.Lead |= kR | kN
				}
				if c == "н" { // Cyrillic n ends syllables in n and in ng
					x.Tail |= 1 << 7
				}
				if l == "" && vm&iotised != 0 {
					x.Lead |= kR | kN
				}
				s := l + v + c
				if y, ok := t[s]; ok {
					x = Syllable{x.Lead | y.Lead, x.Vowel | y.Vowel, x.Tail | y.Tail}
				}
				t[s] = x
			}
		}
	}
}

// Korean gives the ways to cut a word into Korean syllables, the best first, at
// most two; nil when it cannot be read so. Word is lower case, of script s
// (Latin without accents, Cyrillic, Hangul or Han), at most four syllables.
func Korean(word string, s Script) [][]Syllable {
	switch s {
	case Hangul:
		var out []Syllable
		for _, r := range compose(word) {
			if r < hangulBase || r >= hangulEnd {
				return nil
			}
			out = append(out, fromHangul(r))
		}
		return [][]Syllable{out}
	case Han:
		var out []Syllable
		for _, r := range word {
			k := hanOf(r).korean
			if k == 0 {
				return nil
			}
			x := fromHangul(k)
			if r == '金' { // geum, but Kim as a surname
				x.Vowel |= 1 << 20
				x.Tail |= 1 << 5
			}
			out = append(out, x)
		}
		return [][]Syllable{out}
	case Latin, Cyrillic:
		if len(word) <= 24 {
			return cuts(word, koreanSpellings())
		}
	}
	return nil
}

// cuts gives the two best ways to cut word into at most four syllables: fewer
// syllables are better, and of as many those that start with a consonant.
func cuts(word string, t map[string]Syllable) [][]Syllable {
	type way struct {
		cost  int
		marks [5]int8
		n     int
	}
	var best [2]way
	found := 0
	var try func(at int, w way)
	try = func(at int, w way) {
		if at == len(word) {
			switch {
			case found == 0:
				best[0] = w
			case w.cost < best[0].cost:
				best[1], best[0] = best[0], w
			case found == 1 || w.cost < best[1].cost:
				best[1] = w
			}
			found = min(found+1, 2)
			return
		}
		if w.n == 4 {
			return
		}
		for end := at + 1; end <= min(len(word), at+16); end++ {
			if _, ok := t[word[at:end]]; !ok {
				continue
			}
			next := w
			next.n++
			next.marks[next.n] = int8(end)
			next.cost += 4
			if at > 0 && isVowel(word[at]) {
				next.cost++
			}
			try(end, next)
		}
	}
	try(0, way{})
	var out [][]Syllable
	for _, w := range best[:found] {
		list := make([]Syllable, w.n)
		for i := range list {
			list[i] = t[word[w.marks[i]:w.marks[i+1]]]
		}
		out = append(out, list)
	}
	return out
}

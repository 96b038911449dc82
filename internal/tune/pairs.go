package tune

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/text"
)

// Make makes pairs from listed subjects: names of one subject against each
// other; names with one change; names of two subjects that share a candidate
// key; and names in which one word is another's. There are as many of two
// subjects as of one. Only pairs that share a candidate key are made, since
// others never meet. The same subjects and seed give the same pairs.
func Make(p *match.Params, list []Subject, seed uint64) ([]Pair, error) {
	m := maker{p: p, list: list, r: rng(seed)}
	if err := m.index(); err != nil {
		return nil, err
	}
	for i := range list {
		m.aliases(i)
	}
	for i := range list {
		m.altered(i)
	}
	same := len(m.out)
	m.others(same/4, m.keyMates)
	m.others(same/4, m.wordMates)
	m.recombined(same / 4)
	m.replaced(same + same - len(m.out))
	return m.out, nil
}

type maker struct {
	p       *match.Params
	list    []Subject
	r       rng
	keys    map[uint64][]int32 // subjects by candidate key
	own     [][]uint64         // keys of each subject's first name
	words   map[string][]string
	bearers map[string][]int32 // subjects by word
	out     []Pair
}

func (m *maker) keysOf(schema, name string) []uint64 {
	x, err := match.Prepare(m.p, match.Input{Schema: schema, Names: []match.Name{{Text: name}}})
	if err != nil {
		return nil
	}
	keys := match.Keys(x)
	match.EachWord(x, 0, func(_ []byte, alike []match.Key, own []uint64) {
		for _, k := range alike {
			own = append(own, k.Hash)
		}
		for _, k := range own {
			keys = append(keys, k+uint64(slices.Index(match.Kinds(), match.KindOf(schema)))) // words are compared with those of their kind
		}
	})
	slices.Sort(keys)
	return slices.Compact(keys)
}

func (m *maker) index() error {
	m.keys = map[uint64][]int32{}
	m.words = map[string][]string{}
	m.bearers = map[string][]int32{}
	m.own = make([][]uint64, len(m.list))
	for i, s := range m.list {
		if len(s.Names) == 0 {
			continue
		}
		if _, err := match.Prepare(m.p, match.Input{Schema: s.Schema}); err != nil {
			return err
		}
		m.own[i] = m.keysOf(s.Schema, s.Names[0])
		for _, k := range m.own[i] {
			if len(m.keys[k]) < 200 {
				m.keys[k] = append(m.keys[k], int32(i))
			}
		}
		for _, w := range text.Tokens(s.Names[0]) {
			m.bearers[w] = append(m.bearers[w], int32(i))
		}
		m.words[s.Schema] = append(m.words[s.Schema], strings.Fields(s.Names[0])...)
	}
	return nil
}

func (m *maker) share(schema, a, b string) bool {
	x, y := m.keysOf(schema, a), m.keysOf(schema, b)
	for _, k := range x {
		if _, ok := slices.BinarySearch(y, k); ok {
			return true
		}
	}
	return false
}

func (m *maker) add(i int, a, b string, same bool, from string) {
	m.out = append(m.out, Pair{m.list[i].Schema, a, b, same, i, from})
}

const aliasPairs = 6 // of one subject

func (m *maker) aliases(i int) {
	s := m.list[i]
	done := 0
	for j := range s.Names {
		for k := j + 1; k < len(s.Names) && done < aliasPairs; k++ {
			if !strings.EqualFold(s.Names[j], s.Names[k]) && m.share(s.Schema, s.Names[j], s.Names[k]) {
				m.add(i, s.Names[j], s.Names[k], true, "alias")
				done++
			}
		}
	}
}

// others pairs the first names of subjects that mates finds alike.
func (m *maker) others(most int, mates func(i int32) []int32) {
	seen := map[[2]int32]bool{}
	for tries := 0; tries < 40*most && len(seen) < most; tries++ {
		i := int32(m.r.below(len(m.list)))
		with := mates(i)
		if len(with) < 2 {
			continue
		}
		j := with[m.r.below(len(with))]
		if i == j || m.list[i].Schema != m.list[j].Schema || m.anyAlike(int(i), int(j)) {
			continue
		}
		id := [2]int32{min(i, j), max(i, j)}
		if !seen[id] && m.share(m.list[i].Schema, m.list[i].Names[0], m.list[j].Names[0]) {
			seen[id] = true
			m.add(int(i), m.list[i].Names[0], m.list[j].Names[0], false, "other")
		}
	}
}

// keyMates gives the subjects that share one of the candidate keys of i.
func (m *maker) keyMates(i int32) []int32 {
	own := m.own[i]
	if len(own) == 0 {
		return nil
	}
	return m.keys[own[m.r.below(len(own))]]
}

// wordMates gives the subjects that share one of the words of i.
func (m *maker) wordMates(i int32) []int32 {
	if len(m.list[i].Names) == 0 {
		return nil
	}
	w := text.Tokens(m.list[i].Names[0])
	if len(w) == 0 {
		return nil
	}
	return m.bearers[w[m.r.below(len(w))]]
}

// anyAlike says whether two subjects have a name in common: one subject listed
// twice.
func (m *maker) anyAlike(i, j int) bool {
	for _, a := range m.list[i].Names {
		for _, b := range m.list[j].Names {
			if strings.EqualFold(a, b) {
				return true
			}
		}
	}
	return false
}

// recombined makes a name of one word of a subject's name and one or two words
// of others: a stranger who shares a word.
func (m *maker) recombined(most int) {
	for tries := 0; tries < 40*most && most > 0; tries++ {
		i := m.r.below(len(m.list))
		s := m.list[i]
		if len(s.Names) == 0 {
			continue
		}
		from := s.Names[m.r.below(len(s.Names))]
		w := strings.Fields(from)
		pool := m.words[s.Schema]
		other := []string{w[m.r.below(len(w))]}
		for range 1 + m.r.below(2) {
			other = append(other, pool[m.r.below(len(pool))])
		}
		if m.r.below(2) == 0 {
			other[0], other[len(other)-1] = other[len(other)-1], other[0]
		}
		if b := strings.Join(other, " "); len(w) > 0 && m.share(s.Schema, from, b) && !m.known(i, b) {
			m.add(i, from, b, false, "recombined")
			most--
		}
	}
}

// known says whether b has no word but those of one of the subject's names.
func (m *maker) known(i int, b string) bool {
	words := text.Tokens(b)
	for _, n := range m.list[i].Names {
		have := text.Tokens(n)
		if !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(have, w) }) {
			return true
		}
	}
	return false
}

// replaced puts another subject's word in place of one of a name's words.
func (m *maker) replaced(most int) {
	for tries := 0; tries < 40*most && most > 0; tries++ {
		i := m.r.below(len(m.list))
		s := m.list[i]
		if len(s.Names) == 0 {
			continue
		}
		w := strings.Fields(s.Names[0])
		pool := m.words[s.Schema]
		if len(w) < 2 || len(w) > 7 || len(pool) == 0 {
			continue
		}
		k := m.r.below(len(w))
		by := pool[m.r.below(len(pool))]
		if len(w[k]) < 4 || len(by) < 4 || strings.EqualFold(by, w[k]) || strings.HasSuffix(w[k], ",") != strings.HasSuffix(by, ",") {
			continue
		}
		if m.share(s.Schema, w[k], by) { // may be a spelling of the same word
			continue
		}
		other := slices.Clone(w)
		other[k] = by
		if b := strings.Join(other, " "); m.share(s.Schema, s.Names[0], b) {
			m.add(i, s.Names[0], b, false, "replaced")
			most--
		}
	}
}

// altered changes the first name of a subject in one of the ways in which names
// go wrong.
func (m *maker) altered(i int) {
	s := m.list[i]
	if len(s.Names) == 0 {
		return
	}
	name := s.Names[0]
	if b := Alter(name, m.r.below(AlterKinds), m.r.next()); b != "" && b != name && m.share(s.Schema, name, b) {
		m.add(i, name, b, true, "altered")
	}
}

// AlterKinds is the number of ways in which Alter changes a name.
const AlterKinds = 9

// Alter changes a name in one way: 0 two letters swapped, 1 a letter lost, 2 a
// letter doubled, 3 a letter changed, 4 words in another order, 5 a middle word
// left out, 6 two words joined, 7 the space moved by a letter, 8 a word cut to
// its initial. It gives "" where that cannot be done. Seed chooses the place.
func Alter(name string, kind int, seed uint64) string {
	r := rng(seed)
	w := strings.Fields(strings.ReplaceAll(name, ",", ""))
	long := func() (int, []rune) {
		for range 8 {
			k := r.below(len(w))
			if x := []rune(w[k]); len(x) >= 4 {
				return k, x
			}
		}
		return -1, nil
	}
	if len(w) == 0 {
		return ""
	}
	if kind < 4 {
		k, x := long()
		if k < 0 {
			return ""
		}
		at := r.below(len(x) - 1)
		switch kind {
		case 0:
			x[at], x[at+1] = x[at+1], x[at]
		case 1:
			x = slices.Delete(x, at, at+1)
		case 2:
			x = slices.Insert(x, at, x[at])
		case 3:
			x[at] = rune("abcdefghijklmnopqrstuvwxyz"[r.below(26)])
		}
		w[k] = string(x)
		return strings.Join(w, " ")
	}
	if len(w) < 2 {
		return ""
	}
	switch kind {
	case 4:
		w = append(w[1:], w[0])
	case 5:
		if len(w) < 3 {
			return ""
		}
		w = slices.Delete(w, 1, 2)
	case 6:
		k := r.below(len(w) - 1)
		w = slices.Replace(w, k, k+2, w[k]+w[k+1])
	case 7:
		k := r.below(len(w) - 1)
		x := []rune(w[k+1])
		if len(x) < 4 {
			return ""
		}
		w[k], w[k+1] = w[k]+string(x[0]), string(x[1:])
	case 8:
		if len(w) < 3 {
			return ""
		}
		w[1] = string([]rune(w[1])[0]) + "."
	}
	return strings.Join(w, " ")
}

package screening

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
	"sync/atomic"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
)

// words finds names by their words: each word of a query is compared once with
// each listed word that may be meant, and what they tell is added up for the names
// that have them.
type words struct {
	ix     *index.Index // of words, by their keys
	list   match.Words
	joins  uint32 // the first word that is two written together
	ends   []byte // where the units of each word end in units, 4 bytes each
	units  []byte // for each word, the units of the index of names that have it
	shapes []byte // of each unit (see [match.Shape]), 4 bytes each
	told   []atomic.Pointer[told]
	held   atomic.Int64 // words that are remembered
	hand   atomic.Int64 // the next slot that makes room
}

// shape gives the shape of a unit.
func (d *words) shape(unit uint32) uint32 { return binary.LittleEndian.Uint32(d.shapes[4*unit:]) }

// size is the number of units.
func (d *words) size() int { return len(d.shapes) / 4 }

// told is what a term of a query tells with the listed words that it may mean, those
// that tell most first.
type told struct {
	id    uint64
	words []toldWord
	joins []toldWord // where words are written together
	units int        // that have these words
	most  float32    // that a word tells which is not written together
}

// toldWord is a listed word that may be meant, with where its units are.
type toldWord struct {
	gain     float32
	join     match.Join
	easy     bool // little suffices for the units
	from, to uint32
}

// unitsOf gives the units of a listed word, 4 bytes each; they lie within the index.
func (d *words) unitsOf(w *toldWord) []byte { return d.units[4*int(w.from) : 4*int(w.to)] }

// toldSlots is the number of terms of queries that are remembered, a power of two;
// each may stand in one of toldWays places. Beyond toldWords listed words in all the
// oldest make room, so that the memory is bounded.
const (
	toldSlots = 1 << 18
	toldWays  = 4
	toldWords = 2 << 20
)

// read takes the words out of the meta bytes of an index.
func (d *words) read(c *cursor) (err error) {
	d.shapes = c.text()
	d.list = match.Words{Glances: c.text(), Ends: c.text(), Rests: c.text()}
	d.ends, d.units = c.text(), c.text()
	ix := c.text()
	if c.bad {
		return nil // said by the caller
	}
	d.ix, err = index.Read(ix)
	d.told = make([]atomic.Pointer[told], toldSlots)
	return err
}

// check makes sure that the words are those of an index with so many units.
func (d *words) check(units int) error {
	if len(d.shapes) != 4*units || len(d.ends) != 4*d.ix.Len() || d.list.Len() != d.ix.Len() || !d.list.Whole() {
		return fault.New(fault.Unavailable, "the index is damaged: its words are not those of its names").WithFix("build it anew")
	}
	d.joins = d.list.Joins()
	return nil
}

// rangeOf gives where the units lie that have a word.
func (d *words) rangeOf(word uint32) (from, to uint32, err error) {
	if word > 0 {
		from = binary.LittleEndian.Uint32(d.ends[4*word-4:])
	}
	to = binary.LittleEndian.Uint32(d.ends[4*word:])
	if from > to || 4*int(to) > len(d.units) {
		return 0, 0, fault.New(fault.Unavailable, "the index is damaged: the word %d lies outside it", word).WithFix("build it anew")
	}
	return from, to, nil
}

// known gives what a term tells if it is remembered, and else where it is to be kept.
func (d *words) known(t *match.Term) (*told, *atomic.Pointer[told]) {
	slots := d.told[t.ID%(toldSlots/toldWays)*toldWays:][:toldWays]
	slot := &slots[t.ID>>60%toldWays]
	for i := range slots {
		switch known := slots[i].Load(); {
		case known == nil:
			slot = &slots[i]
		case known.id == t.ID:
			return known, slot
		}
	}
	return nil, slot
}

// lookup is the memory of looking terms up.
type lookup struct {
	terms          []match.Term // of all kinds of names
	told           []*told      // what each tells
	alike          []*match.Term
	keys           []match.Key
	own            []uint64
	groups, single []uint32
	met            []match.Meeting
	words, joins   []toldWord
}

// find gives what the terms from a number on tell that are alike, from the index: of
// each kind of names the first, since one search is enough for all of them.
func (d *words) find(s *match.Sieve, m *lookup, from int) error {
	var of [match.KindCount]int // from 1
	m.alike = m.alike[:0]
	for i := from; i < len(m.terms); i++ {
		t := &m.terms[i]
		if t.Alike != m.terms[from].Alike || of[t.Kind()] != 0 {
			continue
		}
		if m.told[i], _ = d.known(t); m.told[i] == nil {
			of[t.Kind()] = i + 1
			m.alike = append(m.alike, t)
		}
	}
	if len(m.alike) == 0 { // another worker has found them since
		return nil
	}
	if err := d.meet(s, m); err != nil {
		return err
	}
	for kind, i := range of {
		if i == 0 {
			continue
		}
		out, err := d.tells(m, kind)
		if err != nil {
			return err
		}
		out.id = m.terms[i-1].ID
		m.told[i-1] = out
		_, slot := d.known(&m.terms[i-1])
		d.keep(slot, out)
	}
	return nil
}

// tells gives what the words of a kind tell that were met.
func (d *words) tells(m *lookup, kind int) (*told, error) {
	out := &told{}
	m.words, m.joins = m.words[:0], m.joins[:0]
	for i := range m.met {
		w := &m.met[i]
		if d.list.Kind(w.Word) != kind || i > 0 && m.met[i-1].Word == w.Word { // it tells more by another reading
			continue
		}
		from, to, err := d.rangeOf(w.Word)
		if err != nil {
			return nil, err
		}
		if from == to {
			continue
		}
		out.units += int(to - from)
		t := toldWord{w.Gain, w.Join, d.list.Easy(w.Word), from, to}
		if w.Join == match.NoJoin {
			m.words, out.most = append(m.words, t), max(out.most, w.Gain)
		} else {
			m.joins = append(m.joins, t)
		}
	}
	slices.SortStableFunc(m.words, func(a, b toldWord) int { return cmp.Compare(b.gain, a.gain) })
	out.words, out.joins = slices.Clone(m.words), slices.Clone(m.joins)
	return out, nil
}

// meet finds the words that terms may mean which are alike, in order, and of each first where it tells most.
func (d *words) meet(s *match.Sieve, m *lookup) (err error) {
	m.keys, m.own = m.alike[0].Keys(m.keys, m.own)
	m.groups = m.groups[:0]
	for _, key := range m.keys {
		if m.groups, err = d.having(m.groups, key, m.alike[0].Joined()); err != nil {
			return err
		}
	}
	m.single = m.single[:0]
	for _, key := range m.own {
		if m.single, err = d.having(m.single, match.Key{Hash: key, Place: match.NoPlace}, false); err != nil {
			return err
		}
	}
	if m.groups, err = d.once(m.groups); err != nil {
		return err
	}
	if m.single, err = d.once(m.single); err != nil {
		return err
	}
	var whole bool
	if m.met, whole = s.Meet(m.met[:0], m.alike, &d.list, m.groups, m.single); !whole {
		return fault.New(fault.Unavailable, "the index is damaged: a word is not whole").WithFix("build it anew")
	}
	slices.SortFunc(m.met, func(a, b match.Meeting) int { return cmp.Or(cmp.Compare(a.Word, b.Word), cmp.Compare(b.Gain, a.Gain)) })
	return nil
}

// having appends the words that have a key, but for those whose consonants are further apart
// than they may be where words are written together, as all are of a term that is joined.
func (d *words) having(list []uint32, key match.Key, joined bool) ([]uint32, error) {
	from := len(list)
	list, err := d.ix.Append(list, key.Hash)
	if err != nil {
		return nil, err
	}
	kept := list[:from]
	for _, x := range list[from:] {
		n := x >> match.PlaceBits
		if !joined && n < d.joins || key.Close(uint8(x&match.NoPlace)) {
			kept = append(kept, n)
		}
	}
	return kept, nil
}

// once sorts words and leaves each once.
func (d *words) once(list []uint32) ([]uint32, error) {
	slices.Sort(list)
	list = slices.Compact(list)
	if n := len(list); n > 0 && int(list[n-1]) >= d.list.Len() {
		return nil, fault.New(fault.Unavailable, "the index is damaged: it has no word %d", list[n-1]).WithFix("build it anew")
	}
	return list, nil
}

// keep remembers what a term tells, and forgets others when there are too many.
func (d *words) keep(slot *atomic.Pointer[told], t *told) {
	held := d.held.Add(t.held())
	if old := slot.Swap(t); old != nil {
		held = d.held.Add(-old.held())
	}
	for held > toldWords {
		if old := d.told[d.hand.Add(1)%toldSlots].Swap(nil); old != nil {
			held = d.held.Add(-old.held())
		}
	}
}

// held is what a term takes of the memory, in listed words.
func (t *told) held() int64 { return int64(len(t.words) + len(t.joins) + 2) }

// sums are what the words of a name tell with the units of the index. It is the
// memory of one worker.
type sums struct {
	of      []wordSum  // of the units touched, in the order in which they were met
	met     []uint64   // these, as a set
	slot    []uint32   // where the sum of a unit in that set lies
	told    []termTold // of a name
	lookup  lookup
	found   []index.Candidate
	left    int  // units that may still be read
	broken  bool // a word has a unit that there is not
	touched byte // of no meaning
	bounded index.Bounded
}

// termTold is what a word of the query tells, numbered from 1.
type termTold struct {
	*told
	word uint16
}

// wordSum is what the words of a name tell with one unit.
type wordSum struct {
	unit   uint32
	all    float32
	last   uint16 // the last word that was counted, from 1
	met    uint16 // words
	joined uint16 // the last two words of the query that are aligned as one, from 1
}

// find appends to found the units that may have the evidence that sieves were made ready
// for, among names of each kind.
func (m *sums) find(d *words, sieves [match.KindCount]*match.Sieve) error {
	if m.slot == nil {
		m.slot, m.met = make([]uint32, d.size()), make([]uint64, d.size()/64+1)
	}
	l := &m.lookup
	l.terms = l.terms[:0]
	for kind, s := range sieves {
		l.terms = s.Terms(l.terms, kind)
	}
	l.told = slices.Grow(l.told[:0], len(l.terms))[:len(l.terms)]
	clear(l.told)
	for i := range l.terms {
		if l.told[i] == nil {
			l.told[i], _ = d.known(&l.terms[i])
		}
		if l.told[i] == nil {
			if err := d.find(sieves[l.terms[i].Kind()], l, i); err != nil {
				return err
			}
		}
	}
	for from := 0; from < len(l.terms); {
		to := from + 1
		for to < len(l.terms) && l.terms[to].Name == l.terms[from].Name && l.terms[to].Kind() == l.terms[from].Kind() {
			to++
		}
		kind := l.terms[from].Kind()
		m.name(d, sieves[kind], from, to)
		from = to
	}
	if m.broken {
		return fault.New(fault.Unavailable, "the index is damaged: a word is of a name that it does not have").WithFix("build it anew")
	}
	return nil
}

// name finds the units for one name of the query.
func (m *sums) name(d *words, s *match.Sieve, from, to int) {
	terms := m.lookup.terms[from:to]
	m.tell(d, terms, m.lookup.told[from:to])
	enough := s.Enough(terms[0].Name, terms[0].Kind())
	most, left, joins := float32(0), 0, false
	for i := range m.told {
		most += m.told[i].most
		if m.told[i].most > 0 {
			left++
		}
		joins = joins || len(m.told[i].joins) > 0
	}
	// Words that few names have go first. Once those to come cannot suffice
	// together, they count only for units met before; and so does what is too little
	// even with the most that all others tell.
	easy, hard := enough.Any(left)
	spareEasy, spareHard := most-easy, most-hard
	for i := range m.told {
		t := &m.told[i]
		easy, hard := enough.Any(left)
		m.add(d, t, fresh{t.most - spareEasy, most >= easy}, fresh{t.most - spareHard, most >= hard}, joins)
		if t.most > 0 {
			most, left = most-t.most, left-1
		}
	}
	for i := range m.told {
		m.joins(d, &m.told[i], enough)
	}
	for i := range m.of {
		if x := &m.of[i]; x.all >= enough.Least(int(x.met)) && enough.Of(d.shape(x.unit), int(x.met), x.all) {
			m.found = append(m.found, index.Candidate{At: x.unit, Bits: x.all})
		}
	}
	m.clear()
}

// tell takes what the terms of a name tell and notes the units of words written together.
func (m *sums) tell(d *words, terms []match.Term, told []*told) {
	m.told = m.told[:0]
	for i, t := range told {
		if t.units > m.left {
			m.bounded.Lists++
			m.bounded.Postings += t.units
			continue
		}
		m.left -= t.units
		m.told = append(m.told, termTold{t, uint16(terms[i].Word + 1)})
	}
	slices.SortStableFunc(m.told, func(a, b termTold) int { return a.units - b.units })
	for i := range m.told {
		for k := range m.told[i].joins {
			for b := d.unitsOf(&m.told[i].joins[k]); len(b) >= 4; b = b[4:] {
				m.unit(binary.LittleEndian.Uint32(b), true)
			}
		}
	}
}

func (m *sums) clear() {
	for i := range m.of {
		m.met[m.of[i].unit>>6] = 0
	}
	m.of = m.of[:0]
}

// unit gives the sum of a unit; nil for one not met before unless it is fresh, and for one
// that there is not.
func (m *sums) unit(u uint32, fresh bool) *wordSum {
	if int(u) >= len(m.slot) {
		m.broken = true
		return nil
	}
	if m.met[u>>6]>>(u&63)&1 == 0 {
		if !fresh {
			return nil
		}
		m.met[u>>6] |= 1 << (u & 63)
		m.slot[u] = uint32(len(m.of))
		m.of = append(m.of, wordSum{unit: u})
	}
	return &m.of[m.slot[u]]
}

// fresh says from which gain on a listed word counts for units that were not met before,
// if any does.
type fresh struct {
	least float32
	any   bool
}

func (f fresh) takes(gain float32) bool { return f.any && gain >= f.least }

// add counts the units of a word of the query: it counts once for a unit, by the
// best that it tells. Listed words that do not tell enough, for names for which little
// suffices or for others, count only where units were met before.
func (m *sums) add(d *words, t *termTold, easy, hard fresh, joins bool) {
	if len(m.of) == 0 && !easy.any && !hard.any {
		return
	}
	words := t.words
	if least := min(easy.least, hard.least); !joins {
		words = words[:sort.Search(len(words), func(i int) bool { return words[i].gain < least })]
	}
	for i := range words { // read here, no read waits for another
		m.touched += d.units[4*int(words[i].from)]
	}
	for i := range words {
		w := &words[i]
		takes := hard.takes(w.gain)
		if w.easy {
			takes = easy.takes(w.gain)
		}
		if !takes && len(m.of) == 0 {
			continue
		}
		for b := d.unitsOf(w); len(b) >= 4; b = b[4:] {
			x := m.unit(binary.LittleEndian.Uint32(b), takes)
			if x != nil && x.last != t.word {
				x.last = t.word
				x.met++
				x.all += w.gain
			}
		}
	}
}

// joins weighs the units of listed words that may be aligned with words written
// together, on top of all that words have told. Two such at once are always enough.
func (m *sums) joins(d *words, t *termTold, enough match.Enough) {
	for k := range t.told.joins {
		w := &t.told.joins[k]
		for b := d.unitsOf(w); len(b) >= 4; b = b[4:] {
			unit := binary.LittleEndian.Uint32(b)
			x := m.unit(unit, false)
			if x == nil {
				continue
			}
			if x.joined != 0 && x.joined != t.word || enough.With(w.join, d.shape(unit), int(x.met)+1, x.all+w.gain) {
				m.found = append(m.found, index.Candidate{At: unit, Bits: x.all + w.gain})
			}
			x.joined = t.word
		}
	}
}

// byWords finds the units that the words of a query suffice for; the sieves of the
// worker are ready.
func (e *Engine) byWords(w *worker) (index.Bounded, error) {
	m := &w.sums
	m.found, m.left, m.broken, m.bounded = m.found[:0], e.limits.Postings, false, index.Bounded{}
	var sieves [match.KindCount]*match.Sieve
	for kind := range sieves {
		sieves[kind] = w.plain
		if kind == match.PersonKind {
			sieves[kind] = w.person
		}
	}
	return m.bounded, m.find(e.words, sieves)
}

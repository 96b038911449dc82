package screening

import (
	"slices"
	"testing"

	"github.com/cordon-engine/cordon/internal/match"
)

// TestWordsAddUp compares the sums over the index of words with an oracle that
// compares each word of a query with each listed word, and adds up the best for
// each name, whether or not others could suffice with it.
func TestWordsAddUp(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	p := newPeople(t)
	var docs []Document
	p.list(300, func(d Document, _ error) bool { docs = append(docs, d); return true })
	e := engine(t, nil, docs...)
	w := e.workers.New().(*worker)
	queries := p.strangers(t)[:100]
	for _, name := range names(docs) {
		if len(queries) < 600 {
			queries = append(queries, name)
		}
	}
	given := 0
	for _, name := range queries {
		r, err := read(w.reader, query(name).Input)
		if err != nil {
			t.Fatal(err)
		}
		w.plain.Reset(r.plain, e.possible)
		w.person.Reset(r.person, e.possible)
		if _, err := e.byWords(w); err != nil {
			t.Fatal(err)
		}
		var got []uint32
		for _, c := range w.sums.found {
			got = append(got, c.At)
		}
		slices.Sort(got)
		got = slices.Compact(got)
		var want []uint32
		for kind := range match.KindCount {
			s := w.plain
			if kind == match.PersonKind {
				s = w.person
			}
			want = append(want, addedUp(t, e.words, s, kind)...)
		}
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(got, want) {
			t.Errorf("%q: the units %v, by comparing all words %v", name, got, want)
		}
		given += len(want)
	}
	if given < 300 {
		t.Errorf("only %d units were compared", given)
	}
}

// addedUp is the oracle; a listed word is compared when it shares a key.
func addedUp(t *testing.T, d *words, s *match.Sieve, kind int) (found []uint32) {
	terms := s.Terms(nil, kind)
	units := d.size()
	for name := 0; name <= terms[len(terms)-1].Name; name++ {
		enough := s.Enough(name, kind)
		all, met := make([]float32, units), make([]int, units)
		aligned := make([][]int, units)
		each := func(do func(term *match.Term, unit uint32, gain float32, join match.Join)) {
			for i := range terms {
				if terms[i].Name != name {
					continue
				}
				shared := sharing(t, d, &terms[i])
				for n := range d.ix.Len() {
					gain, join, ok := s.Tells(&terms[i], &d.list, uint32(n))
					if !ok || !shared[uint32(n)] {
						continue
					}
					from, to, err := d.rangeOf(uint32(n))
					if err != nil {
						t.Fatal(err)
					}
					for of := d.units[4*from : 4*to]; len(of) > 0; of = of[4:] {
						do(&terms[i], uint32(of[0])|uint32(of[1])<<8|uint32(of[2])<<16|uint32(of[3])<<24, gain, join)
					}
				}
			}
		}
		best := map[[2]int]float32{}
		each(func(term *match.Term, u uint32, gain float32, join match.Join) {
			if join != match.NoJoin {
				return
			}
			at := [2]int{int(u), term.Word}
			had, ok := best[at]
			if !ok {
				met[u]++
			}
			if !ok || gain > had {
				best[at] = gain
				all[u] += gain - had
			}
		})
		each(func(term *match.Term, u uint32, gain float32, join match.Join) {
			if join == match.NoJoin {
				return
			}
			two := slices.ContainsFunc(aligned[u], func(w int) bool { return w != term.Word })
			aligned[u] = append(aligned[u], term.Word)
			if two || enough.With(join, d.shape(uint32(u)), met[u]+1, all[u]+gain) {
				found = append(found, u)
			}
		})
		for u := range units {
			if met[u] > 0 && enough.Of(d.shape(uint32(u)), met[u], all[u]) {
				found = append(found, uint32(u))
			}
		}
	}
	return found
}

// sharing gives the words that share a key with a term, of groups all.
func sharing(t *testing.T, d *words, term *match.Term) map[uint32]bool {
	shared := map[uint32]bool{}
	having := func(key uint64) []uint32 {
		list, err := d.ix.Append(nil, key)
		if err != nil {
			t.Fatal(err)
		}
		for i := range list {
			list[i] >>= match.PlaceBits
		}
		return list
	}
	alike, own := term.Keys(nil, nil)
	for _, key := range alike {
		for _, n := range having(key.Hash) {
			shared[n] = true
			for n++; int(n) < d.list.Len() && !d.list.Begins(n); n++ {
				shared[n] = true
			}
		}
	}
	for _, key := range own {
		for _, n := range having(key) {
			shared[n] = true
		}
	}
	return shared
}

// TestWordsThatAnotherWorkerFound holds that a term which another worker looked up since it was found missing is taken as it is.
func TestWordsThatAnotherWorkerFound(t *testing.T) {
	p := newPeople(t)
	e := engine(t, nil, slices.Collect(func(yield func(Document) bool) {
		p.list(50, func(d Document, _ error) bool { return yield(d) })
	})...)
	w := e.workers.New().(*worker)
	r, err := read(w.reader, query(p.strangers(t)[0]).Input)
	if err != nil {
		t.Fatal(err)
	}
	w.plain.Reset(r.plain, e.possible)
	w.person.Reset(r.person, e.possible)
	if _, err := e.byWords(w); err != nil { // as the other worker
		t.Fatal(err)
	}
	l := &w.sums.lookup
	want := slices.Clone(l.told)
	clear(l.told)
	for i := range l.terms {
		if err := e.words.find(w.plain, l, i); err != nil || l.told[i] != want[i] {
			t.Errorf("term %d: %v, %v", i, l.told[i], err)
		}
	}
	if len(l.terms) == 0 {
		t.Error("no term was looked up")
	}
}

package match

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// TestListedSketches compares sketches that name listed words with those that hold all
// records themselves: what the sieve passes over of these it passes over of those too, and of
// those more, since their letters are known. Both are bounds of what the scorer says (see sifts).
func TestListedSketches(t *testing.T) {
	p := params(t)
	var d Words
	var written, listed [][]byte
	var of []*Prepared
	for i, n := range append(altered(60), "J. Smith", "Almaz-Antey Concern JSC", "Ocean Star 7", "Kim Jong Un", "Zhang Wei", "Trading Company", "محمد علي", "Al Qaida", "") {
		q := prepared(t, p, []string{"Person", "Company", "LegalEntity"}[i%3], n)
		of = append(of, q)
		for k := range q.names {
			var words []uint32
			EachWord(q, k, func(w []byte, _ []Key, _ []uint64) {
				words = append(words, uint32(d.Len()))
				d.Add(w, true)
			})
			w := AppendSketch(nil, q, k)
			written, listed = append(written, w), append(listed, ListedSketch(nil, w, words))
		}
	}
	v := NewSieve(p)
	v.Over(&d)
	less := 0
	for _, q := range of {
		for _, need := range []float64{-10, 3, 8} {
			var all Need
			for k := range all {
				all[k] = need
			}
			v.Reset(q, all)
			for i := range written {
				if len(listed[i])%SketchUnit != 0 || len(listed[i]) >= len(written[i]) && len(written[i]) > 40 {
					t.Fatalf("a sketch of %d bytes has %d once its words are listed", len(written[i]), len(listed[i]))
				}
				_, may := v.Most(written[i])
				switch listedMost, listedMay := v.Most(listed[i]); {
				case !may && listedMay:
					t.Fatalf("a sketch is passed over; with listed words it tells %v", listedMost)
				case may && !listedMay:
					less++
				}
			}
		}
	}
	if less == 0 {
		t.Error("letters told no two names apart")
	}
}

// A sketch that names a word that is not listed is damaged: nothing is known of its name,
// so that it is scored.
func TestListedSketchOfOtherWords(t *testing.T) {
	p := params(t)
	q := prepared(t, p, "Person", "Mohammed Ali")
	v := NewSieve(p)
	var need Need
	for k := range need {
		need[k] = 1e3
	}
	b := ListedSketch(nil, AppendSketch(nil, q, 0), []uint32{0, 1, 2})
	for _, listed := range []*Words{nil, {}} {
		v.Over(listed)
		v.Reset(q, need)
		if most, ok := v.Most(b); !ok || !math.IsInf(float64(most), 1) {
			t.Errorf("a name with a word that is not listed may score %v, %v", most, ok)
		}
	}
	RenumberSketch(b, []uint32{7, 8, 9})
	if got := binary.LittleEndian.Uint32(b[sketch(b).start()+4:]); got != 8 {
		t.Errorf("the second word has the number %d", got)
	}
}

// The sounds of a listed word, and what it costs to drop them, follow from its letters.
func TestListedForms(t *testing.T) {
	p := params(t)
	v := NewSieve(p)
	seen := 0
	for i, n := range slices.Concat(altered(100), foreignNames, []string{"Kim Jong Un", "Schwarzenegger Szczepan", "محمد علي", "B52 Trading 77", "Knightsbridge Xylophone's"}) {
		q := prepared(t, p, []string{"Person", "Company"}[i%2], n)
		for k := range q.names {
			var forms []*form
			for j := range q.names[k].tokens {
				if w := &q.names[k].tokens[j]; w.core() {
					for f := range w.forms {
						forms = append(forms, &w.forms[f])
					}
				}
			}
			for j := range q.names[k].joins {
				if q.names[k].joinable(j) {
					forms = append(forms, &q.names[k].joins[j])
				}
			}
			var d Words
			EachWord(q, k, func(w []byte, _ []Key, _ []uint64) { d.Add(w, true) })
			for j, want := range forms {
				l := d.glance(uint32(j))
				v.sight.s, v.sight.d = v, &d
				letters, whole := v.sight.letters(uint32(j))
				if !whole {
					t.Fatalf("%q: the word %d is not whole", n, j)
				}
				got := v.sight.form(letters, &l)
				if !bytes.Equal(got.letters, want.letters) || !bytes.Equal(got.sounds, want.sounds) ||
					!bytes.Equal(got.drop[:len(got.sounds)], want.drop[:len(want.sounds)]) || got.loose != want.loose || got.alpha != want.alpha {
					t.Errorf("%q, word %d: %v is read as %v", n, j, *want, got)
				}
				seen++
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d words were read", seen)
	}
}

package match

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sketches are those of the names of a subject, with all records written out and with listed words.
type sketches struct{ written, listed [][]byte }

// sketchesOf makes them, and adds the words.
func sketchesOf(d *Words, p *Prepared) (out sketches) {
	for i := range p.names {
		var words []uint32
		EachWord(p, i, func(w []byte, _ []Key, _ []uint64) {
			words = append(words, uint32(d.Len()))
			d.Add(w, true)
		})
		w := AppendSketch(nil, p, i)
		out.written, out.listed = append(out.written, w), append(out.listed, ListedSketch(nil, w, words))
	}
	return out
}

// sifts checks one pair of subjects against the oracle, the scorer itself: a name
// is never sifted out where no more is needed than it scores.
func sifts(t interface{ Fatalf(string, ...any) }, s *Scorer, v *Sieve, a, b *Prepared, of sketches) {
	k := pairKind(a, b)
	for i := range a.names {
		one := *a
		one.names = a.names[i : i+1]
		for j := range b.names {
			if !mayAgree(&a.names[i], &b.names[j]) {
				continue
			}
			bits := s.nameBits(&a.names[i], &b.names[j], &s.weights[k], k)
			var need Need
			need[k] = bits + s.p.mostFacts(a)
			v.Reset(&one, need)
			for how, sketch := range map[string][]byte{"": of.written[j], ", its words listed": of.listed[j]} {
				if !v.May(sketch) {
					most := v.most(&v.names[0], sketch, k, math.Inf(1))
					t.Fatalf("%q and %q (%s%s) score %.3f, the sieve says at most %.3f", a.names[i].text, b.names[j].text, kindNames[k], how, bits, most)
				}
			}
		}
	}
}

// TestSieveLosesNothing compares the sieve with scoring every pair.
func TestSieveLosesNothing(t *testing.T) {
	p := params(t)
	s, v := NewScorer(p), NewSieve(p)
	var list []*Prepared
	names := altered(300)
	for i, n := range append(slices.Clone(someNames), names...) {
		list = append(list, prepared(t, p, []string{"Person", "Person", "Company", "Vessel", "LegalEntity"}[i%5], n))
	}
	for _, n := range []string{
		"J. Smith", "Almaz-Antey Concern JSC", "AA Trading", "Ocean Star 7", "MV Ocean Star 8", "ABC Co", "Alpha Beta Company LLC", "Müller GmbH", "Brigade Forty Four",
		"na ab", "nea ab", "Limited Liability Company Ltd", "A.D. Ltd", "ab a chaa", "ab a cahaa", "1 Ađ", "a1 Ađ", "3 A b", "3a Ab", "aab a 0", "aba a0", "M. Luka M", "Luka Marko Miro",
	} {
		for _, schema := range []string{"Person", "Company", "Vessel"} {
			list = append(list, prepared(t, p, schema, n))
		}
	}
	for i, n := range []string{
		"Kim Jong Il", "Kim Chong-il", "Jong Il Kim", "Gim Jeong-eun", "Kim Jon Un", "Pak Pong Ju", "Park Bong-ju", "박봉주", "Ri Yong Ho", "Lee Myung-bak",
		"Jang Song Thaek", "Chang Sung-taek", "장성택", "Zhang Wei", "Chang Wei", "张伟", "Li Xiaoming", "Zhou Enlai", "Chou En-lai", "周恩来", "Ou Yang Feng", "Pang Su Jin Ho",
	} {
		list = append(list, prepared(t, p, []string{"Person", "LegalEntity"}[i%2], n))
	}
	var d Words
	v.Over(&d)
	var of []sketches
	for _, x := range list {
		of = append(of, sketchesOf(&d, x))
	}
	for i := range list {
		for j := range list {
			sifts(t, s, v, list[i], list[j], of[j])
		}
	}
}

func TestSieveOnAnyNames(t *testing.T) {
	p := params(t)
	s, v := NewScorer(p), NewSieve(p)
	letters := rapid.StringMatching(`[a-eg-imnorstv]{1,7}( [a-eg-imnorstv]{1,6}){0,3}( [0-9]{1,2})?`)
	name := rapid.OneOf(rapid.SampledFrom(someNames), letters, rapid.String())
	schema := rapid.SampledFrom([]string{"Person", "Company", "Vessel", "LegalEntity"})
	rapid.Check(t, func(r *rapid.T) {
		x := name.Draw(r, "a")
		y := name.Draw(r, "b")
		if rapid.Bool().Draw(r, "alike") {
			y = slipped(r, x)
		}
		a, b := prepared(t, p, schema.Draw(r, "schema a"), x), prepared(t, p, schema.Draw(r, "schema b"), y)
		var d Words
		v.Over(&d)
		sifts(r, s, v, a, b, sketchesOf(&d, b))
	})
}

// slipped changes a name a little: a letter, a space, the order of its words.
func slipped(r *rapid.T, s string) string {
	runes := []rune(s)
	for range rapid.IntRange(0, 3).Draw(r, "slips") {
		if len(runes) == 0 {
			break
		}
		at := rapid.IntRange(0, len(runes)-1).Draw(r, "at")
		switch rapid.IntRange(0, 3).Draw(r, "slip") {
		case 0:
			runes = slices.Delete(runes, at, at+1)
		case 1:
			runes = slices.Insert(runes, at, ' ')
		case 2:
			runes = slices.Insert(runes, at, 'a')
		case 3:
			w := strings.Fields(string(runes))
			slices.Reverse(w)
			runes = []rune(strings.Join(w, " "))
		}
	}
	return string(runes)
}

// NeedFor is the opposite of the probability against a list.
func TestNeed(t *testing.T) {
	p := params(t)
	for _, want := range []float64{.1, .65, .9, .99} {
		for k, bits := range p.NeedFor(want) {
			at, above := p.AgainstList(p.probability(bits, kind(k))), p.AgainstList(p.probability(bits+1e-6, kind(k)))
			if at > want || above < want-1e-9 {
				t.Errorf("%s: %.6f bits are needed for %.3f, they give %.6f", kindNames[k], bits, want, at)
			}
		}
	}
}

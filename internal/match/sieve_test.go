package match

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sifts checks one pair of subjects against the oracle, the scorer itself: a name
// is never sifted out where no more is needed than it scores.
func sifts(t interface{ Fatalf(string, ...any) }, s *Scorer, v *Sieve, a, b *Prepared) {
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
			if !v.May(AppendSketch(nil, b, j)) {
				most := v.most(&v.names[0], AppendSketch(nil, b, j), k, math.Inf(1))
				t.Fatalf("%q and %q (%s) score %.3f, the sieve says at most %.3f", a.names[i].text, b.names[j].text, kindNames[k], bits, most)
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
	for _, n := range []string{"J. Smith", "Almaz-Antey Concern JSC", "AA Trading", "Ocean Star 7", "MV Ocean Star 8", "ABC Co", "Alpha Beta Company LLC", "Müller GmbH", "Brigade Forty Four"} {
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
	for i := range list {
		for j := range list {
			sifts(t, s, v, list[i], list[j])
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
		sifts(r, s, v, prepared(t, p, schema.Draw(r, "schema a"), x), prepared(t, p, schema.Draw(r, "schema b"), y))
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

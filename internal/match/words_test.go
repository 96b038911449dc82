package match

import (
	"testing"

	"pgregory.net/rapid"
)

// foreignNames are of scripts without a table, whose letters stand for sounds in their own way.
var foreignNames = []string{"ភ្នំពេញ សុវណ្ណា", "นายกรัฐมนตรี ประยุทธ์", "ሀይለማርያም ደሳለኝ", "ရန်ကုန် မြို့တော်", "ལྷ་ས གྲོང་ཁྱེར"}

// wordsApart checks each word of one name beside each of another against the oracle, the scorer itself: words that it takes for
// spellings of each other are told to be at most as far apart, and just as far where each has one reading.
func wordsApart(t interface{ Fatalf(string, ...any) }, s *Scorer, v *Sieve, a, b *Prepared, exact *int) {
	if len(a.names) == 0 || len(b.names) == 0 {
		return
	}
	v.Reset(a, Need{})
	mine, theirs := &a.names[0], &b.names[0]
	type wordKey struct {
		hash    uint16
		letters string
	}
	var all Words
	words := map[wordKey]uint32{} // by the first reading
	EachWord(b, 0, func(w []byte, _ []Key, _ []uint64) {
		n := uint32(all.Len())
		all.Add(w, true)
		if l := all.glance(n); l.join()&wordJoin == 0 && l.glance&glanceMore == 0 {
			from, to := all.restOf(n)
			words[wordKey{l.hash, string(all.Rests[from+restHead : to])}] = n
		}
	})
	for i := range v.names[0].words {
		q := &v.names[0].words[i]
		x := &mine.tokens[q.word]
		if len(x.forms) != 1 {
			continue
		}
		for j := range theirs.tokens {
			y := &theirs.tokens[j]
			if !y.core() || len(y.forms) != 1 || x.role == roleNumber || y.role == roleNumber {
				continue
			}
			n, ok := words[wordKey{uint16(y.hash), string(y.forms[0].letters)}]
			if !ok {
				t.Fatalf("%q is not among the words", y.text)
			}
			l := all.glance(n)
			v.sight.over(v, &all, []*Term{{words: v.names[0].words[i : i+1], of: b.kind}})
			v.sight.at(0)
			told, met := float32(0), false
			if v.sight.same(&l) || v.sight.reaches(&l) {
				told, met = v.sight.spelt(n, &l)
			}
			d := s.dissimilarity(x, y, false)
			if d < conflict && (!met || told > d+1e-3) {
				t.Fatalf("%q and %q are %.4f apart, told is %.4f, %t", x.text, y.text, d, told, met)
			}
			if d > .01 && d < conflict && x.class == 0 && y.class == 0 {
				if told < d-2e-3 {
					t.Fatalf("%q and %q are %.4f apart, told is only %.4f", x.text, y.text, d, told)
				}
				*exact++
			}
		}
	}
}

// TestWordsAreAsFarApart compares what the letters of listed words tell with what the scorer finds.
func TestWordsAreAsFarApart(t *testing.T) {
	p := params(t)
	s, v := NewScorer(p), NewSieve(p)
	exact := 0
	name := rapid.OneOf(rapid.SampledFrom(someNames), rapid.SampledFrom(foreignNames), rapid.StringMatching(`[a-z]{1,30}( [a-z]{1,6}){0,2}`))
	schema := rapid.SampledFrom([]string{"Person", "Company", "Vessel"})
	rapid.Check(t, func(r *rapid.T) {
		x := name.Draw(r, "a")
		y := slipped(r, x)
		wordsApart(r, s, v, prepared(t, p, schema.Draw(r, "schema a"), x), prepared(t, p, schema.Draw(r, "schema b"), y), &exact)
	})
	if exact < 20 && !testing.Short() { // in short mode few names are drawn
		t.Errorf("only %d pairs of words were a little apart", exact)
	}
}

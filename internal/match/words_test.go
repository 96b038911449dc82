package match

import (
	"encoding/binary"
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
	words := map[uint64][WordSize]byte{} // by the first reading
	EachWord(b, 0, func(w [WordSize]byte, _ []uint64) {
		o := outline(binary.LittleEndian.Uint64(w[:]))
		if w[sketchOutline+recordKind]&recordJoin == 0 && o&outlineMore == 0 {
			words[uint64(o.hash())<<8|uint64(byte(o>>outlineForm))] = w
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
			w, ok := words[uint64(uint16(y.hash))<<8|uint64(byte(y.forms[0].hash))]
			if !ok {
				continue // two words of one hash
			}
			o, r := outline(binary.LittleEndian.Uint64(w[:])), (*[sketchRecord]byte)(w[sketchOutline:])
			v.listed.ready = false
			told, met := v.spelt(q, true, o, r, w[:])
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
	if exact < 20 {
		t.Errorf("only %d pairs of words were a little apart", exact)
	}
}

package match

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// A subject of which some names are made ready scores by them as one that is ready whole,
// however they are asked for one after the other.
func TestPrepareNames(t *testing.T) {
	p := params(t)
	part := rapid.OneOf(
		rapid.SampledFrom([]string{"Kim Jong Un", "Acme Trading Co. Ltd", "A/S", "Ali a.k.a. Veli Bey", "Korea Bank (KB)", "大连海运有限公司", "Нефть", "김정은", "...", "''", "%", "12", "of", "MV", "J.", "É"}),
		rapid.StringMatching(`[a-zA-Z'. /%0-9]{0,12}`), rapid.String(),
	)
	rapid.Check(t, func(t *rapid.T) {
		in := Input{Schema: rapid.SampledFrom([]string{"Person", "Company", "Vessel", ""}).Draw(t, "schema")}
		for range rapid.IntRange(1, 6).Draw(t, "names") {
			in.Names = append(in.Names, Name{Text: part.Draw(t, "a") + " " + part.Draw(t, "b")})
		}
		whole, err := Prepare(p, in)
		if err != nil {
			t.Fatal(err)
		}
		r := NewReader(p)
		var known *Prepared
		asked := map[uint32]bool{}
		for range 3 {
			n := uint32(rapid.IntRange(0, len(in.Names)).Draw(t, "wanted"))
			if known, err = r.PrepareNames(in, []uint32{n}, known); err != nil {
				t.Fatal(err)
			}
			asked[n] = true
			if known.Names() != whole.Names() || !known.Has([]uint32{n}) {
				t.Fatalf("%d names of %d, the one wanted ready: %t", known.Names(), whole.Names(), known.Has([]uint32{n}))
			}
			for i := range known.names {
				if (asked[uint32(i)] || known.names[i].ready()) && !reflect.DeepEqual(known.names[i], whole.names[i]) {
					t.Fatalf("name %d is %+v and was %+v", i, known.names[i], whole.names[i])
				}
			}
		}
	})
}

// The length of a word is that of its first reading, or is not set: words are told apart
// from two written together by it.
func TestLengthOfWords(t *testing.T) {
	p := params(t)
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.SampledFrom([]string{"Korea", "Saudi Arabia", "Ltd", "GmbH", "A/S", "IV", "7", "of", "김정은", "нефть", "ᠮᠣᠩ"}), rapid.String())
		in := Input{Schema: rapid.SampledFrom([]string{"Person", "Company", "Vessel"}).Draw(t, "schema"), Names: []Name{{Text: word.Draw(t, "a") + " " + word.Draw(t, "b")}}}
		x, err := Prepare(p, in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range x.names {
			for _, w := range x.names[i].tokens {
				if w.length != 0 && int(w.length) != len(w.forms[0].letters) {
					t.Errorf("%q has a length of %v and %d letters", w.text, w.length, len(w.forms[0].letters))
				}
			}
		}
	})
}

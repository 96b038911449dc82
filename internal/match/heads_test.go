package match

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// What heads say of two words is what comparing their letters says.
func TestHeads(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	word := rapid.OneOf(
		rapid.SampledFrom([]string{"Korea", "Saudi Arabia", "Ltd", "IV", "7", "Trading", "Mohammed", "محمد", "김정은", "нефть", "ᠮᠣᠩ"}),
		rapid.SampledFrom(slices.Concat(someNames, altered(50))), rapid.StringMatching(`[a-eg-imnorstv]{1,9}`), rapid.String(),
	)
	schema := rapid.SampledFrom([]string{"Person", "Company", "Vessel"})
	told := 0
	rapid.Check(t, func(r *rapid.T) {
		x := word.Draw(r, "x")
		y := word.Draw(r, "y")
		if rapid.Bool().Draw(r, "alike") {
			y = slipped(r, x)
		}
		a, b := prepared(t, p, schema.Draw(r, "schema x"), x+" Ali"), prepared(t, p, schema.Draw(r, "schema y"), y)
		for i := range a.names {
			for j := range b.names {
				told += headsAgree(r, s, &a.names[i], &b.names[j])
			}
		}
	})
	if told == 0 {
		t.Error("no two words were told apart by their heads")
	}
}

func headsAgree(t *rapid.T, s *Scorer, x, y *name) (told int) {
	hx, jx := x.heads()
	hy, _ := y.heads()
	for i := range hx {
		for j := range hy {
			a, b := &x.tokens[i], &y.tokens[j]
			if a.hash != b.hash && a.core() && b.core() && hx[i].differ(&hy[j]) {
				if told++; s.dissimilarity(a, b, false) < conflict {
					t.Fatalf("%q and %q are alike, their heads say that they are not", a.text, b.text)
				}
			}
			if len(b.forms) > 0 && i < len(jx) && jx[i].comparable(&hy[j]) != comparable(&x.joins[i], &b.forms[0]) {
				t.Fatalf("%q with %q and %q: heads and forms do not say the same", a.text, x.tokens[i+1].text, b.text)
			}
		}
	}
	return told
}

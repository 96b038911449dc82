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

// Names whose consonants are one edit apart, written together, share a key where they may
// be aligned whole.
func TestWholeKeys(t *testing.T) {
	p := params(t)
	letters := rapid.SampledFrom([]rune("ktsprlmnaov1"))
	apart := 0
	rapid.Check(t, func(r *rapid.T) {
		x := rapid.SliceOfN(letters, 6, 24).Draw(r, "x")
		y := slices.Clone(x)
		at := rapid.IntRange(0, len(x)-2).Draw(r, "at")
		switch rapid.IntRange(0, 3).Draw(r, "edit") {
		case 0:
			y[at] = letters.Draw(r, "letter")
		case 1:
			y = slices.Delete(y, at, at+1)
		case 2:
			y = slices.Insert(y, at, letters.Draw(r, "letter"))
		case 3:
			y[at], y[at+1] = y[at+1], y[at]
		}
		of := func(letters []rune, words int) *name {
			return &name{tokens: make([]token, words), whole: p.sounds.newForm(string(letters), false)}
		}
		a, b := of(x, rapid.IntRange(1, 4).Draw(r, "words of x")), of(y, rapid.IntRange(1, 4).Draw(r, "words of y"))
		n, m := len(a.tokens), len(b.tokens)
		if n == m || n <= 2 && m <= 2 || skeletonDistance(&a.whole, &b.whole) > 1 || min(len(a.whole.sounds), len(b.whole.sounds)) <= shortWhole ||
			max(len(a.whole.skel), len(b.whole.skel)) <= shortSkeleton {
			return
		}
		var asked, listed keyer
		asked.askedWhole(a)
		listed.listedWhole(b)
		if apart++; !slices.ContainsFunc(asked.keys, func(k uint64) bool { return slices.Contains(listed.keys, k) }) {
			t.Fatalf("%q of %d words and %q of %d share no key", string(x), n, string(y), m)
		}
	})
	if apart == 0 {
		t.Error("no two names were one edit apart")
	}
}

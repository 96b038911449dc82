package match

import (
	"testing"

	"pgregory.net/rapid"
)

// What it costs to write a word as another is what the tables of all costs say, which are
// filled in here as they are defined.
func TestCosts(t *testing.T) {
	p := params(t)
	word := rapid.OneOf(rapid.StringMatching(`[abhkst]{0,12}`), rapid.StringMatching(`[a-z0-9]{1,30}`))
	var m scratch
	swaps := 0
	rapid.Check(t, func(r *rapid.T) {
		x := word.Draw(r, "x")
		y := word.Draw(r, "y")
		if rapid.Bool().Draw(r, "alike") {
			y = slipped(r, x)
		}
		limit := rapid.IntRange(0, 400).Draw(r, "limit")
		a, b := p.sounds.newForm(x, false), p.sounds.newForm(y, false)
		for i := range a.sounds {
			if want := dropCost(&p.sounds, a.sounds, i); a.drop[i] != want {
				r.Fatalf("leaving out sound %d of %q costs %d, want %d", i, x, a.drop[i], want)
			}
		}
		agree := func(what string, got, want int) {
			if got != want && (want <= limit || got <= limit) {
				r.Fatalf("%s of %q and %q up to %d: %d, want %d", what, x, y, limit, got, want)
			}
		}
		agree("sounds", p.sounds.bySound(&a, &b, limit, &m), costOf(len(a.sounds), len(b.sounds),
			func(i int) int { return int(a.drop[i]) }, func(j int) int { return int(b.drop[j]) },
			func(i, j int) int { return int(p.sounds.swap[a.sounds[i]][b.sounds[j]]) },
			func(i, j int) bool { return a.sounds[i] == b.sounds[j] }))
		agree("loose sounds", p.sounds.byLooseSound(&a, &b, limit, &m), costOf(len(a.sounds), len(b.sounds),
			func(i int) int { return int(dropOf(&a, i, true)) }, func(j int) int { return int(dropOf(&b, j, true)) },
			func(i, j int) int {
				x, y := a.sounds[i], b.sounds[j]
				return int(looseSwap(x, y, int16(p.sounds.swap[x][y])))
			},
			func(i, j int) bool { return false }))
		one := func(int) int { return unit }
		agree("letters", byLetter(a.letters, b.letters, limit, &m), costOf(len(a.letters), len(b.letters), one, one,
			func(i, j int) int {
				if a.letters[i] == b.letters[j] {
					return 0
				}
				return unit
			}, func(i, j int) bool { return a.letters[i] == b.letters[j] }))
		if _, swap := editsOf([]byte("a"+x), b.letters, &m); swap {
			swaps++
		}
		if m.letters != [256]uint32{} {
			r.Fatal("letters are left behind")
		}
	})
	if swaps == 0 {
		t.Error("no neighbours were changed over")
	}
}

// costOf is the least cost of leaving out, changing, and changing over neighbours that are the same
// the other way round.
func costOf(n, m int, dropX, dropY func(int) int, swap func(i, j int) int, same func(i, j int) bool) int {
	t := make([][]int, n+1)
	for i := range t {
		t[i] = make([]int, m+1)
		for j := range t[i] {
			c := far
			if i == 0 && j == 0 {
				c = 0
			}
			if i > 0 {
				c = min(c, t[i-1][j]+dropX(i-1))
			}
			if j > 0 {
				c = min(c, t[i][j-1]+dropY(j-1))
			}
			if i > 0 && j > 0 {
				c = min(c, t[i-1][j-1]+swap(i-1, j-1))
			}
			if i > 1 && j > 1 && same(i-1, j-2) && same(i-2, j-1) && !same(i-1, j-1) {
				c = min(c, t[i-2][j-2]+slip)
			}
			t[i][j] = c
		}
	}
	return t[n][m]
}

// dropCost is [soundTable.drops] for one sound, as it is defined: it gives the cost of leaving out the sound at i, in 1/unit.
func dropCost(t *soundTable, s []sound, i int) uint8 {
	c := t.drop.Consonant
	last := i == len(s)-1
	prevVowel := i > 0 && isVowelSound(s[i-1])
	switch {
	case i > 0 && s[i] == s[i-1]:
		c = t.drop.Double
	case s[i] == 'h'-'a' && i > 0:
		c = t.drop.H
	case s[i] == 'y'-'a' || s[i] == 'j'-'a' && i > 0, s[i] == 'w'-'a' && i > 0:
		c = t.drop.Glide
	case isVowelSound(s[i]):
		switch {
		case prevVowel || !last && isVowelSound(s[i+1]):
			c = t.drop.BesideVowel
		case last:
			c = t.drop.LastVowel
		default:
			c = t.drop.Vowel
		}
	case last && i > 2 && s[i] == 's'-'a':
		c = t.drop.LastS
	}
	return uint8(c*unit + .5)
}

// Two letters changed over at the beginning of a word cost what they cost, whatever is left of the limit in the row between.
func TestChangedOverAtTheBeginning(t *testing.T) {
	p := params(t)
	var m scratch
	a, b := p.sounds.newForm("tkan", false), p.sounds.newForm("ktan", false)
	for limit := slip; limit < 3*unit; limit++ {
		if got := byLetter([]byte("achaa"), []byte("cahaa"), limit, &m); got != slip {
			t.Errorf("letters up to %d: %d, want %d", limit, got, slip)
		}
		if got := p.sounds.bySound(&a, &b, limit, &m); got != slip {
			t.Errorf("sounds up to %d: %d, want %d", limit, got, slip)
		}
	}
}

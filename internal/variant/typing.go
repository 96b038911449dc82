package variant

import (
	"slices"
	"strings"
	"unicode"
)

// typed is the shortest word, in letters, in which a slip of the finger is made:
// in a word of three, one letter is often what tells two names apart (Kim, Kin).
// A name of one word is told by that word alone and needs more.
const (
	typed      = 4
	typedAlone = 6
)

// keyboards are rows of common layouts: QWERTY, the Russian, Greek, Arabic and
// Hebrew ones. A slip is possible only on a letter that stands on one of them.
var keyboards = [][]rune{
	[]rune("qwertyuiop"), []rune("asdfghjkl"), []rune("zxcvbnm"),
	[]rune("йцукенгшщзхъ"), []rune("фывапролджэ"), []rune("ячсмитьбю"),
	[]rune("ςερτυθιοπ"), []rune("ασδφγηξκλ"), []rune("ζχψωβνμ"),
	[]rune("ضصثقفغعهخحجد"), []rune("شسيبلاتنمكط"), []rune("ئءؤرىةوزظ"),
	[]rune("קראטוןםפ"), []rune("שדגכעיחלך"), []rune("זסבהנמצתץ"),
}

// beside gives the letters next to one on its row; nil when it is on none.
func beside(r rune) []rune {
	lower := unicode.ToLower(r)
	for _, row := range keyboards {
		i := slices.Index(row, lower)
		if i < 0 {
			continue
		}
		near := slices.Clone(row[max(i-1, 0):min(i+2, len(row))])
		near = slices.DeleteFunc(near, func(x rune) bool { return x == lower })
		if unicode.IsUpper(r) {
			for k := range near {
				near[k] = unicode.ToUpper(near[k])
			}
		}
		return near
	}
	return nil
}

// place is a letter of a name on which a finger can slip.
type place struct{ word, letter int }

// places gives the letters of all words that are long enough, but for the last
// few of each and the word that is to be skipped.
func (s *source) places(but int) []place {
	var out []place
	least := typed
	if len(s.words) == 1 {
		least = typedAlone
	}
	for w, word := range s.words {
		r := []rune(word)
		n := 0
		for _, x := range r {
			if beside(x) != nil {
				n++
			}
		}
		if n < least || w == s.skip || hasDigit(word) {
			continue
		}
		for i := range len(r) - but {
			if beside(r[i]) != nil {
				out = append(out, place{w, i})
			}
		}
	}
	return out
}

// slip changes the word with a letter on which a finger can slip.
func (s *source) slip(r *rng, but int, change func(word []rune, at int) []rune) string {
	all := s.places(but)
	if len(all) == 0 {
		return ""
	}
	p := pick(r, all)
	return s.replaced(p.word, string(change([]rune(s.words[p.word]), p.letter)))
}

func substitute(_ *Tables, s *source, r *rng) string {
	return s.slip(r, 0, func(w []rune, at int) []rune {
		w[at] = pick(r, beside(w[at]))
		return w
	})
}

func insert(_ *Tables, s *source, r *rng) string {
	return s.slip(r, 0, func(w []rune, at int) []rune {
		more := w[at]
		if unicode.IsUpper(more) && at == 0 && len(w) > 1 && unicode.IsLower(w[1]) {
			more = unicode.ToLower(more) // Oosama, not OOsama
		}
		if r.below(2) == 0 {
			more = pick(r, beside(more))
		}
		return slices.Insert(w, at+1, more)
	})
}

func deletion(_ *Tables, s *source, r *rng) string {
	return s.slip(r, 0, func(w []rune, at int) []rune {
		if at == 0 && unicode.IsUpper(w[0]) {
			w[1] = unicode.ToUpper(w[1])
		}
		return slices.Delete(w, at, at+1)
	})
}

func transpose(_ *Tables, s *source, r *rng) string {
	return s.slip(r, 1, func(w []rune, at int) []rune {
		if !unicode.IsLetter(w[at+1]) {
			return w // the name itself, which is not taken
		}
		a, b := w[at], w[at+1]
		if unicode.IsUpper(a) && unicode.IsLower(b) {
			a, b = unicode.ToLower(a), unicode.ToUpper(b)
		}
		w[at], w[at+1] = b, a
		return w
	})
}

func letterCase(_ *Tables, s *source, r *rng) string {
	ways := []func(string) string{strings.ToUpper, strings.ToLower, func(x string) string {
		var out []string
		for _, w := range strings.Fields(x) {
			out = append(out, title(w))
		}
		return strings.Join(out, " ")
	}}
	return pick(r, ways)(s.Text)
}

// punctuation writes a hyphen for a space, a space or nothing for a hyphen, a
// comma after the last name, another apostrophe, or dots between capitals.
func punctuation(_ *Tables, s *source, r *rng) string {
	var ways []string
	if strings.ContainsRune(s.Text, '-') {
		ways = append(ways, strings.ReplaceAll(s.Text, "-", " "), strings.ReplaceAll(s.Text, "-", ""))
	}
	for _, c := range []string{"'", "’", "`", "ʼ"} {
		if strings.Contains(s.Text, c) {
			ways = append(ways, strings.ReplaceAll(s.Text, c, ""), strings.ReplaceAll(s.Text, c, "ʻ"))
		}
	}
	if bare := strings.Join(strings.Fields(strings.NewReplacer(".", "", ",", " ").Replace(s.Text)), " "); bare != s.Text {
		ways = append(ways, bare)
	}
	if n := len(s.words); n > 1 {
		k := r.below(n - 1)
		if letters(s.words[k]) > 1 && letters(s.words[k+1]) > 1 {
			ways = append(ways, strings.Join(slices.Replace(slices.Clone(s.words), k, k+2, s.words[k]+"-"+s.words[k+1]), " "))
		}
		if s.person {
			ways = append(ways, s.words[n-1]+", "+strings.Join(s.words[:n-1], " "))
		} else {
			ways = append(ways, "“"+s.Text+"”", s.Text+".")
		}
	}
	return pick(r, ways)
}

// lookAlikes are letters that look like a Latin one in most typefaces, by script.
// After the confusables of Unicode Technical Standard 39.
var lookAlikes = []map[rune]rune{
	runePairs("aаcсeеiіjјoоpрsѕxхyуAАBВCСEЕHНIІJЈKКMМOОPРSЅTТXХYУ"), // Cyrillic
	runePairs("oοvνuυAΑBΒEΕZΖHΗIΙKΚMΜNΝOΟPΡTΤYΥXΧ"),                 // Greek
}

func runePairs(s string) map[rune]rune {
	r := []rune(s)
	m := make(map[rune]rune, len(r))
	for i := 0; i+1 < len(r); i += 2 {
		m[r[i]], m[r[i+1]] = r[i+1], r[i]
	}
	return m
}

// homoglyph writes up to three letters of one word by their look-alikes.
func homoglyph(_ *Tables, s *source, r *rng) string {
	table := pick(r, lookAlikes)
	var words []int
	for i, w := range s.words {
		if strings.ContainsFunc(w, func(x rune) bool { return table[x] != 0 }) {
			words = append(words, i)
		}
	}
	if len(words) == 0 {
		return ""
	}
	at := pick(r, words)
	left := 1 + r.below(3)
	return s.replaced(at, strings.Map(func(x rune) rune {
		if y := table[x]; y != 0 && left > 0 {
			left--
			return y
		}
		return x
	}, s.words[at]))
}

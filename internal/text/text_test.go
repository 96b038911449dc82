package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		" -- ":                   "",
		"coal":                   "coal",
		"two  spaces":            "two spaces",
		" Hong-Kong ":            "hong kong",
		"D.P.R.K.":               "d p r k",
		"Côte d’Ivoire":          "cote d ivoire",
		"Rasŏn":                  "rason",
		"Namp'o":                 "namp o",
		"Oʻzbekiston":            "o zbekiston",
		"Tromsø, Łódź":           "tromso lodz",
		"Đorđe Straße":           "dorde strasse",
		"Ærø & Œuvre":            "aero oeuvre",
		"Þórður Iğdır İZMİR":     "thordur igdir izmir",
		"ＦＵＬＬ ｗｉｄｔｈ №５":          "full width no5",
		"ﬁne ½":                  "fine 1 2",
		"Ёлка Йод":               "елка иод",
		"ΑΘΗΝΑΣ":                 Fold("Αθήνας"),
		"کرهٔ شمالی":             Fold("كره شمالي"),
		"مُحَمَّد":               "محمد",
		"هنگ\u200cکنگ":           Fold("هنگکنگ"),
		"조선":                     Fold("조선"), // the same in single letters
		"ガ":                      Fold("ｶﾞ"),
		"हिन्दी":                 "हिन्दी",
		"a\xffb\x00c":            "a b c",
		"🚢 ship":                 "ship",
		"e\u0301\u0328\u20dd":    "e",
		"soft\u00adhyphen\ufeff": "softhyphen",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	if Fold("ガ") == Fold("カ") {
		t.Error("the voicing of kana must stay")
	}
}

func TestTokens(t *testing.T) {
	for in, want := range map[string][]string{
		"":                     nil,
		"...":                  nil,
		"Korea, Republic of":   {"korea", "republic", "of"},
		"  Rajin-Sonbong\tII ": {"rajin", "sonbong", "ii"},
	} {
		if diff := cmp.Diff(want, Tokens(in)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

// Every character on its own and between letters: folding settles at once and
// leaves nothing that folding removes.
func TestFoldOfEveryCharacter(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		for _, s := range []string{string(r), "A" + string(r) + "b"} {
			checkFold(t, s)
		}
	}
}

func checkFold(t interface{ Fatalf(string, ...any) }, s string) {
	f := Fold(s)
	if again := Fold(f); again != f {
		t.Fatalf("%+q folds to %+q and that to %+q", s, f, again)
	}
	if !utf8.ValidString(f) || strings.Contains(f, "  ") || strings.Trim(f, " ") != f {
		t.Fatalf("%+q folds to %+q", s, f)
	}
	for _, r := range f {
		if r != ' ' && (unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r) || unicode.ToLower(r) != r) {
			t.Fatalf("%+q folds to %+q, with %+q", s, f, r)
		}
	}
}

func TestFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		checkFold(t, a)
		if got, want := Fold(a+", "+b), strings.Trim(Fold(a)+" "+Fold(b), " "); got != want {
			t.Fatalf("the fold of a list is %+q, not the list of folds %+q", got, want)
		}
		if got := strings.Join(Tokens(a), " "); got != Fold(a) {
			t.Fatalf("tokens of %+q join to %+q", a, got)
		}
	})
}

func TestFoldDoesNotAllocateNeedlessly(t *testing.T) {
	for s, most := range map[string]float64{"north korea": 0, "": 0, "North Korea (DPRK)": 1, "Chŏngjin": 1} {
		if n := testing.AllocsPerRun(100, func() { Fold(s) }); n > most {
			t.Errorf("Fold(%q) allocates %v times, want at most %v", s, n, most)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"prohibit", "prohibt", 1},
		{"cap", "cpa", 1},
		{"CA", "ABC", 3},
		{"kitten", "sitting", 3},
		{"선박", "선반", 1},
		{strings.Repeat("a", 100) + "x", "y" + strings.Repeat("a", 100), 2},
	} {
		if got := Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("Distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// alignment is the definition, without a table.
func alignment(a, b []rune) int {
	i, j := len(a), len(b)
	if i == 0 || j == 0 {
		return i + j
	}
	cost := 1
	if a[i-1] == b[j-1] {
		cost = 0
	}
	d := min(alignment(a[:i-1], b)+1, alignment(a, b[:j-1])+1, alignment(a[:i-1], b[:j-1])+cost)
	if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
		d = min(d, alignment(a[:i-2], b[:j-2])+1)
	}
	return d
}

// levenshtein is the metric without swaps.
func levenshtein(a, b []rune) int {
	if len(a) == 0 || len(b) == 0 {
		return len(a) + len(b)
	}
	cost := 1
	if a[0] == b[0] {
		cost = 0
	}
	return min(levenshtein(a[1:], b)+1, levenshtein(a, b[1:])+1, levenshtein(a[1:], b[1:])+cost)
}

func TestDistanceAgainstDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOfN(rapid.RuneFrom([]rune("abcø")), 0, 6, -1)
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		x, y, z := []rune(a), []rune(b), []rune(c)
		d := Distance(a, b)
		if want := alignment(x, y); d != want || Distance(b, a) != want || Distance(a, a) != 0 {
			t.Fatalf("Distance(%q, %q) = %d and %d, want %d", a, b, d, Distance(b, a), want)
		}
		if d < max(len(x)-len(y), len(y)-len(x)) || d > max(len(x), len(y)) || (d == 0) != (a == b) {
			t.Fatalf("Distance(%q, %q) = %d is out of bounds", a, b, d)
		}
		// A swap is two plain edits, so the triangle holds with the metric on one side.
		lev := levenshtein(x, y)
		if d > lev || lev > 2*d || d > levenshtein(x, z)+levenshtein(z, y) {
			t.Fatalf("Distance(%q, %q) = %d with metric %d", a, b, d, lev)
		}
	})
}

func TestNearestOf(t *testing.T) {
	keys := []string{"goods", "gold", "vessel", "flag", "Goods", "parties", "goods"}
	for _, tt := range []struct {
		word string
		most int
		want []string
	}{
		{"gods", 3, []string{"Goods", "goods"}}, // gold is two edits away
		{"gods", 1, []string{"Goods"}},
		{"VESEL", 3, []string{"vessel"}},
		{"partise", 3, []string{"parties"}},
		{"nothing", 3, nil},
		{"", 3, nil},
		{"...", 3, nil},
		{"goods", 0, nil},
		{"x", 3, nil},
	} {
		if diff := cmp.Diff(tt.want, NearestOf(tt.word, keys, tt.most)); diff != "" {
			t.Errorf("%q: %s", tt.word, diff)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Rasŏn (Rajin)", "هنگ\u200cکنگ", "조선", "ﷺ", "a\xff\xfe", "ΑΣ ς", "İı", "ẞ", "\u0344\u0345", "ｶﾞ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkFold(t, s) })
}

func FuzzDistance(f *testing.F) {
	f.Add("CA", "ABC")
	f.Add("\xff", "\xfe\ufffd")
	f.Add("Rajin", "Najin")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a) > 500 || len(b) > 500 {
			t.Skip("the table is quadratic")
		}
		d, x, y := Distance(a, b), utf8.RuneCountInString(a), utf8.RuneCountInString(b)
		if d != Distance(b, a) || d > max(x, y) || d < max(x-y, y-x) {
			t.Fatalf("Distance(%q, %q) = %d", a, b, d)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{
		"folded": "democratic people s republic of korea", "ascii": "Democratic People's Republic of Korea",
		"latin": "République populaire démocratique de Corée", "hangul": "조선민주주의인민공화국",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}

func BenchmarkDistance(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Distance("vladivostok", "wladiwostock")
	}
}

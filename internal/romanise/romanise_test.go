package romanise

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		word string
		s    Script
		want string
	}{
		{"Лавров", Cyrillic, "lavrov"},
		{"Γιώργος", Greek, "giorgos"},
		{"バラク", Kana, "baraku"},
		{"김정은", Hangul, "gimjeongeun"},
		{"金正恩", Han, "jinzhengen"},
		{"محمد", Arabic, "mhmd"},
		{"מרים", Hebrew, "mrym"},
		{"नरेन्द्र", Indic, "narendr"},
		{"Müller", Latin, "muller"},
		{"ბარაკ", Georgian, "barak"},
		{"Բարակ", Armenian, "barak"},
		{"អ", Khmer, "o"},
	} {
		r := Of(c.word, c.s)
		if len(r) == 0 || r[0].Latin != c.want {
			t.Errorf("Of(%q) = %v, want %q", c.word, r, c.want)
		}
	}
}

// TestReadings holds that a letter which languages of one script sound otherwise is read both ways.
func TestReadings(t *testing.T) {
	for _, c := range []struct {
		word string
		s    Script
		want []string
	}{
		{"رضا", Arabic, []string{"rda", "rza"}},
		{"محمد", Arabic, []string{"mhmd"}},
		{"Šeks", Latin, []string{"seks", "sheks"}},
	} {
		var got []string
		for _, r := range Of(c.word, c.s) {
			got = append(got, r.Latin)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("Of(%q) = %q, want %q", c.word, got, c.want)
		}
	}
}

// TestKorean holds spellings of one name together and others apart.
func TestKorean(t *testing.T) {
	type w struct {
		s  string
		sc Script
	}
	same := func(a, b w) bool {
		for _, x := range Korean(a.s, a.sc) {
			for _, y := range Korean(b.s, b.sc) {
				ok := len(x) == len(y)
				for i := 0; ok && i < len(x); i++ {
					ok = x[i].Meets(y[i]) == 3
				}
				if ok {
					return true
				}
			}
		}
		return false
	}
	for _, g := range [][]w{
		{{"김정은", Hangul}, {"金正恩", Han}, {"kimjongun", Latin}, {"gimjeongeun", Latin}, {"kimchongun", Latin}, {"кимченын", Cyrillic}},
		{{"리", Hangul}, {"이", Hangul}, {"lee", Latin}, {"yi", Latin}, {"i", Latin}, {"rhee", Latin}, {"ri", Latin}, {"ли", Cyrillic}},
		{{"박", Hangul}, {"park", Latin}, {"bak", Latin}, {"pak", Latin}},
		{{"최", Hangul}, {"choe", Latin}, {"choi", Latin}},
	} {
		for _, a := range g {
			for _, b := range g {
				if !same(a, b) {
					t.Errorf("%s and %s do not meet", a.s, b.s)
				}
			}
		}
	}
	for _, p := range [][2]w{{{"김", Hangul}, {"gang", Latin}}, {{"song", Latin}, {"son", Latin}}, {{"jong", Latin}, {"yong", Latin}}} {
		if same(p[0], p[1]) {
			t.Errorf("%s and %s meet", p[0].s, p[1].s)
		}
	}
}

func TestChinese(t *testing.T) {
	first := func(s string, sc Script) string {
		out := ""
		for _, x := range Chinese(s, sc) {
			out += x[0].String() + " "
		}
		return out
	}
	for _, c := range []struct {
		s    string
		sc   Script
		want string
	}{
		{"jinping", Latin, "jin ping "},
		{"цзиньпин", Cyrillic, "jin ping "},
		{"解", Han, "xie "},
		{"zhengen", Latin, "zhen gen "},
		{"smith", Latin, ""},
	} {
		if got := first(c.s, c.sc); got != c.want {
			t.Errorf("Chinese(%s) = %q, want %q", c.s, got, c.want)
		}
	}
	a, b := Chinese("hsi", Latin), Chinese("xi", Latin)
	if len(a) != 1 || !a[0].Meets(&b[0]) {
		t.Error("hsi is not xi")
	}
}

// FuzzOf holds that readings are bounded and in a to z and 0 to 9.
func FuzzOf(f *testing.F) {
	for _, s := range []string{"Лавров", "محمد", "김정은", "金正恩", "バラク", "नरेन्द्र", "Μπάμπης", "ប៉ុល", "\xff", "ʼ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 200 {
			return
		}
		for sc := None; sc <= Other; sc++ {
			list := Of(s, sc)
			if len(list) > most {
				t.Errorf("%d readings of %q", len(list), s)
			}
			for _, r := range list {
				for _, c := range r.Latin {
					if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
						t.Errorf("%q as %s reads as %q", s, sc, r.Latin)
					}
				}
			}
			Korean(s, sc)
			Chinese(s, sc)
		}
	})
}

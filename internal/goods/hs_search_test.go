package goods

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestSearch(t *testing.T) {
	n := realHS(t)
	for _, tt := range []struct {
		query string
		among int    // how far down it may stand
		want  string // codes
	}{
		{"coal", 1, "2701"},
		{"anthracite", 2, "2701 270111"},
		{"truck", 1, "8704"},
		{"trucks", 1, "8704"},
		{"lorries", 1, "8704"},
		{"diesel", 5, "2710 8408"},
		{"jet fuel", 1, "2710"},
		{"crude oil", 2, "2709"},
		{"phone", 1, "8517"},
		{"smartphone", 1, "8517"},
		{"laptop", 1, "8471"},
		{"integrated circuits", 1, "8542"},
		{"microchip", 1, "8542"},
		{"garments", 10, "6101"},
		{"T-shirt", 1, "6109"},
		{"tshirt", 1, "6109"},
		{"women's coats", 2, "6102 6202"},
		{"squid", 2, "0307"},
		{"frozen squid", 5, "0307"},
		{"sea cucumber", 2, "0308"},
		{"wig", 2, "6704"},
		{"wigs", 2, "6704"},
		{"statue", 1, "9703"},
		{"statues", 1, "9703"},
		{"iron ore", 1, "2601"},
		{"rare earth", 3, "2846 280530"},
		{"titanium ore", 1, "2614"},
		{"drone", 1, "8806"},
		{"helicopter", 4, "8802"},
		{"phosphorus trichloride", 2, "2812 281213"},
		{"sodium fluoride", 1, "2826"},
		{"aluminum bars", 1, "7604"},
		{"gold", 3, "7108"},
		{"luxury watch", 1, "9101"},
		{"MATÉ", 1, "0903"},
		{"mate", 1, "0903"},
		{"yachts", 1, "8903"},
		{"seeds for sowing", 1, "1209"},
		{"gas centrifuge", 4, "8401 842119"},
		{"gases", 3, "2711"},
		{"batteries", 2, "8507 8506"},
		// misspelt, or cut short
		{"anthracyte", 2, "270111"},
		{"tractr", 1, "8701"},
		{"smartphnoe", 1, "8517"},
		{"computres", 1, "8471"},
		{"refriger", 2, "8418"},
	} {
		var got []Code
		hits := n.Search(tt.query, tt.among)
		for _, h := range hits {
			got = append(got, h.Code)
		}
		for w := range strings.FieldsSeq(tt.want) {
			if !slices.Contains(got, mustCode(t, w)) {
				t.Errorf("%q: %s is not among the first %d: %s", tt.query, w, tt.among, codeText(got))
			}
		}
	}
}

func TestSearchByCode(t *testing.T) {
	n := realHS(t)
	for query, want := range map[string]string{
		"2701":       "2701 27 270111 270112 270119 270120",
		"27.01":      "2701 27 270111 270112 270119 270120",
		"270111":     "270111 2701 27",
		"2701.11.00": "270111 2701 27",
		"2701 99":    "2701 27 270111 270112 270119 270120", // does not exist: what is around it
		"27011":      "2701 27 270111 270112 270119",
		"8803":       "8803 88 880310 880320 880330 880390",
		"88":         "88 8801 8802 8803 8804 8805 8806 8807",
		"88 99":      "88 8801 8802 8803 8804 8805 8806 8807",
		"77":         "",
		"7701":       "",
		"99":         "",
	} {
		var got []Code
		for _, h := range n.Search(query, 50) {
			got = append(got, h.Code)
		}
		if codeText(got) != want {
			t.Errorf("%q: got %s, want %s", query, codeText(got), want)
		}
	}
}

func TestSearchFindsNothing(t *testing.T) {
	n := realHS(t)
	for _, q := range []string{"", " ", "of the and", "xqzvw", "석탄", "\xff\xfe", "-", "a", "'", "--", "\x00"} {
		if got := n.Search(q, 10); len(got) != 0 {
			t.Errorf("%q: %v", q, got)
		}
	}
	for _, limit := range []int{0, -1} {
		if got := n.Search("coal", limit); len(got) != 0 {
			t.Errorf("limit %d: %v", limit, got)
		}
	}
}

// TestEveryLabelFindsItself asks for each heading by its own label.
func TestEveryLabelFindsItself(t *testing.T) {
	n := realHS(t)
	for _, e := range n.headings {
		hits := n.Search(e.label, 12)
		if !slices.ContainsFunc(hits, func(h Hit) bool { return h.Code == e.code }) {
			t.Errorf("%q does not find %s", e.label, e.code)
		}
	}
}

// TestSearchWords keeps the hand-written words useful: none that the label has
// already, none twice, none that is never searched for.
func TestSearchWords(t *testing.T) {
	for _, e := range realHS(t).headings {
		seen, _ := splitWords(e.label)
		for w := range strings.FieldsSeq(e.words) {
			if w != strings.ToLower(w) {
				t.Errorf("%s: %q is not in small letters", e.code, w)
			}
			parts, joined := splitWords(w)
			if len(parts) == 0 && len(joined) == 0 {
				t.Errorf("%s: %q is never searched for", e.code, w)
			}
			if len(parts) == 1 && len(joined) == 0 {
				if slices.ContainsFunc(seen, func(s word) bool { return s.form == parts[0].form }) {
					t.Errorf("%s: %q is there already", e.code, w)
				}
				seen = append(seen, parts[0])
			}
		}
	}
}

func TestSearchIsTheSameForAll(t *testing.T) {
	queries := []string{"coal", "steel pipe", "machine parts", "2701", "cottn fabrik"}
	want := map[string][]Hit{}
	for _, q := range queries {
		want[q] = realHS(t).Search(q, 30)
	}
	n, err := Load(hsFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, q := range queries {
				if d := cmp.Diff(want[q], n.Search(q, 30), cmp.AllowUnexported(Code{})); d != "" {
					t.Errorf("%q: %s", q, d)
				}
			}
		})
	}
	wg.Wait()
}

func TestOneApart(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"coal", "coal", true},
		{"coal", "coals", true},
		{"coal", "cal", true},
		{"coal", "caol", true},
		{"coal", "cool", true},
		{"coal", "cola", true},
		{"coal", "loac", false},
		{"coal", "cl", false},
		{"coal", "coalls", false},
		{"abcd", "badc", false},
		{"", "", true},
		{"", "ab", false},
		{"aluminum", "aluminium", true},
	} {
		if got := oneApart([]rune(tt.a), tt.b); got != tt.want {
			t.Errorf("%q and %q: %v", tt.a, tt.b, got)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, q := range []string{"coal", "2701", "T-shirts, men's", "석탄", "", "\xff", "a-b-c-d-e", "ﬁsh", "İstanbul", strings.Repeat("steel ", 300)} {
		f.Add(q, 5)
	}
	n := realHS(f)
	f.Fuzz(func(t *testing.T, q string, limit int) {
		hits := n.Search(q, limit)
		if len(hits) > max(limit, 0) {
			t.Fatalf("%q: %d hits with limit %d", q, len(hits), limit)
		}
		for i, h := range hits {
			if !n.Exists(h.Code, 0) || h.Label == "" || !utf8.ValidString(h.Label) || h.Score < 1 || h.Score > 1000 {
				t.Fatalf("%q: %+v", q, h)
			}
			if i > 0 && h.Score > hits[i-1].Score {
				t.Fatalf("%q: %+v after %+v", q, h, hits[i-1])
			}
		}
		if d := cmp.Diff(hits, n.Search(q, limit), cmp.AllowUnexported(Code{})); d != "" {
			t.Fatalf("%q asked twice: %s", q, d)
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	n := realHS(b)
	n.Search("coal", 1)
	for _, q := range []string{"coal", "spare parts for lorries", "smartphnoe"} {
		b.Run(q, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n.Search(q, 10)
			}
		})
	}
}

func BenchmarkSearchIndex(b *testing.B) {
	n := realHS(b)
	b.ReportAllocs()
	for b.Loop() {
		n.makeIndex()
	}
}

package goods

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
)

func mustCode(t testing.TB, s string) Code {
	t.Helper()
	c, err := ParseCode(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustRange(t testing.TB, s string) Range {
	t.Helper()
	r, err := ParseRange(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParseCode(t *testing.T) {
	for _, tt := range []struct{ in, digits, dotted string }{
		{"27", "27", "27"},
		{"01", "01", "01"},
		{"2701", "2701", "2701"},
		{"27.01", "2701", "2701"},
		{"2701.11", "270111", "2701.11"},
		{"27 01 11 00", "27011100", "2701.11.00"},
		{"2701.11.00.10", "2701110010", "2701.11.00.10"},
		{" 0101.21 ", "010121", "0101.21"},
		{"12122", "12122", "1212.2"},
		{"270", "270", "270"},
		{"77", "77", "77"},
		{"970310123", "970310123", "9703.10.12.3"},
	} {
		c, err := ParseCode(tt.in)
		if err != nil {
			t.Errorf("%q: %v", tt.in, err)
			continue
		}
		if c.Digits() != tt.digits || c.String() != tt.digits || c.Dotted() != tt.dotted || c.Len() != len(tt.digits) {
			t.Errorf("%q: got %q, dotted %q, %d digits", tt.in, c.Digits(), c.Dotted(), c.Len())
		}
		if c != mustCode(t, tt.digits) {
			t.Errorf("%q and %q are different codes", tt.in, tt.digits)
		}
	}
}

func TestParseCodeRefuses(t *testing.T) {
	for _, in := range []string{
		"", "2", " ", "2.", "0", "00", "0001", "98", "9999", "999999", "99", "27011100101", "27..01", "27. 01", ".2701", "2701.",
		"27-01", "27O1", "２７０１", "2701,11", "2701\t11", "+2701", "coal", strings.Repeat("1", 200), "27\x0001", "\xff\xff",
	} {
		c, err := ParseCode(in)
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Invalid || f.Fix == "" || !c.IsZero() {
			t.Errorf("%q: got %v, %v", in, c, err)
		}
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("%q: the message is %d bytes long", in, len(err.Error()))
		}
	}
}

func TestCodeParts(t *testing.T) {
	c := mustCode(t, "2701110010")
	for got, want := range map[Code]string{c.Chapter(): "27", c.Heading(): "2701", c.Subheading(): "270111"} {
		if got.Digits() != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if short := mustCode(t, "27"); short.Heading() != short || short.Subheading() != short {
		t.Error("a chapter is cut to something longer than itself")
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"7304", "730411", true},    // a heading catches its subheadings
		{"7304", "73041100", true},  // and national lines
		{"73041100", "7304", false}, // whose parent is within no line
		{"7304", "7304", true},
		{"73", "7304", true},
		{"7304", "7305", false},
		{"01", "1001", false}, // leading zeros are digits
		{"12122", "121221", true},
		{"12122", "121211", false},
	} {
		a, b := mustCode(t, tt.a), mustCode(t, tt.b)
		if a.Contains(b) != tt.want || b.Within(a) != tt.want {
			t.Errorf("%s contains %s: got %v", a, b, !tt.want)
		}
	}
	if h := mustCode(t, "73041100").Heading(); h != mustCode(t, "7304") {
		t.Errorf("the heading of 73041100 is %s", h)
	}
}

func TestZeroCode(t *testing.T) {
	var zero Code
	coal := mustCode(t, "2701")
	if !zero.IsZero() || zero.Digits() != "" || zero.Dotted() != "" || zero.Len() != 0 || coal.IsZero() {
		t.Error("the zero Code has digits")
	}
	if !zero.Contains(coal) || coal.Contains(zero) {
		t.Error("the zero Code stands for any code")
	}
	if m := NewSet([]Range{{coal, coal}}).Match(zero); m != Partial {
		t.Errorf("goods without a code: %s, and must never be none of a set that is not empty", m)
	}
	if m := (Set{}).Match(zero); m != None {
		t.Errorf("the empty set holds %s", m)
	}
}

func TestParseEdition(t *testing.T) {
	for in, want := range map[string]Edition{
		"": 0, "2012": HS2012, "2017": HS2017, "2022": HS2022, "HS2022": HS2022, "HS 2017": HS2017, "hs-2012": HS2012, " 2022 ": HS2022,
		"H4": HS2012, "h5": HS2017, "H6": HS2022,
	} {
		if got, err := ParseEdition(in); err != nil || got != want {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"2007", "1996", "22", "HS", "HS-", "H3", "2022-2017", "latest"} {
		if got, err := ParseEdition(in); err == nil || fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
}

func TestParseRange(t *testing.T) {
	for in, want := range map[string]string{
		"72-83": "72-83", "50–63": "50-63", " 2710 - 2713 ": "2710-2713", "2701": "2701", "6802.91-6802.99": "680291-680299", "84-84": "84",
	} {
		if got, err := ParseRange(in); err != nil || got.String() != want {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "-", "72-", "-83", "83-72", "6802.91-99", "2701-2704-2705", "72-99", "72–83–84", "a-b"} {
		if got, err := ParseRange(in); err == nil || fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
}

func TestRange(t *testing.T) {
	for _, tt := range []struct {
		r, code            string
		contains, overlaps bool
	}{
		{"8704", "870423", true, true},
		{"8704", "8704", true, true},
		{"8704", "87", false, true},
		{"8704", "8705", false, false},
		{"72-83", "72", true, true},
		{"72-83", "8306", true, true},
		{"72-83", "83062900", true, true},
		{"72-83", "77", true, true},
		{"72-83", "8401", false, false},
		{"261690", "2616", false, true}, // rule on a subheading, code of the heading
		{"261690", "26169000", true, true},
		{"261690", "261610", false, false},
		{"2701-2704", "27", false, true},
		{"2701-2704", "2705", false, false},
		{"680291-680299", "6802", false, true},
		{"680291-680299", "68029", false, true}, // 680290 is left out
		{"680290-680299", "68029", true, true},
	} {
		r, c := mustRange(t, tt.r), mustCode(t, tt.code)
		if r.Contains(c) != tt.contains || r.Overlaps(c) != tt.overlaps {
			t.Errorf("range %s, code %s: contains %v, overlaps %v", r, c, r.Contains(c), r.Overlaps(c))
		}
	}
}

// drawCode draws codes that lie close together, so that they meet.
func drawCode() *rapid.Generator[Code] {
	return rapid.Custom(func(t *rapid.T) Code {
		n := rapid.IntRange(2, maxDigits).Draw(t, "digits")
		b := []byte{'8', "47"[rapid.IntRange(0, 1).Draw(t, "chapter")]}
		for len(b) < n {
			b = append(b, "0189"[rapid.IntRange(0, 3).Draw(t, "digit")])
		}
		c, err := ParseCode(string(b))
		if err != nil {
			t.Fatal(err)
		}
		return c
	})
}

func drawRange() *rapid.Generator[Range] {
	return rapid.Custom(func(t *rapid.T) Range {
		a, b := drawCode().Draw(t, "from"), drawCode().Draw(t, "to")
		n := min(a.Len(), b.Len())
		a, b = a.first(n), b.first(n)
		if a.Compare(b) > 0 {
			a, b = b, a
		}
		return Range{a, b}
	})
}

func TestCodesOrderAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawCode().Draw(t, "a"), drawCode().Draw(t, "b")
		if got, want := a.Compare(b), strings.Compare(a.Digits(), b.Digits()); got != want {
			t.Fatalf("%s against %s: %d as codes, %d as text", a, b, got, want)
		}
		if got, want := a.Contains(b), strings.HasPrefix(b.Digits(), a.Digits()); got != want {
			t.Fatalf("%s contains %s: %v", a, b, got)
		}
		back, err := ParseCode(a.Dotted())
		if err != nil || back != a {
			t.Fatalf("%s comes back as %s, %v", a.Dotted(), back, err)
		}
	})
}

// naiveMatch looks at ten-digit codes that begin with c, one for each tail, and
// at whether each begins with a code of a range.
func naiveMatch(ranges []Range, c Code, tails []string) Match {
	in, all := 0, 0
	for _, tail := range tails {
		full := c.Digits() + tail
		full = full[:maxDigits]
		all++
		if slices.ContainsFunc(ranges, func(r Range) bool {
			head := full[:r.From.Len()]
			return r.From.Digits() <= head && head <= r.To.Digits()
		}) {
			in++
		}
	}
	switch in {
	case 0:
		return None
	case all:
		return Full
	}
	return Partial
}

// tails are all endings that differ in the first places.
func tails(places int) []string {
	out := []string{""}
	for range places {
		var next []string
		for _, t := range out {
			for _, d := range "0123456789" {
				next = append(next, t+string(d))
			}
		}
		out = next
	}
	for i := range out {
		out[i] += strings.Repeat("5", maxDigits)
	}
	return out
}

func TestSetIsTheNaiveSet(t *testing.T) {
	sampled := tails(3)
	rapid.Check(t, func(t *rapid.T) {
		// Ranges have at most three digits more than the code, so that three
		// places show everything.
		c := drawCode().Draw(t, "code")
		var ranges []Range
		for _, r := range rapid.SliceOfN(drawRange(), 0, 6).Draw(t, "ranges") {
			n := min(r.From.Len(), c.Len()+3)
			ranges = append(ranges, Range{r.From.first(n), r.To.first(n)})
		}
		set := NewSet(ranges)
		if got, want := set.Match(c), naiveMatch(ranges, c, sampled); got != want {
			t.Fatalf("%s against %v: got %s, want %s", c, ranges, got, want)
		}
		overlaps, contains := false, false
		for _, r := range ranges {
			one := NewSet([]Range{r}).Match(c)
			if r.Contains(c) != (one == Full) || r.Overlaps(c) != (one != None) {
				t.Fatalf("%s against %s: contains %v, overlaps %v, set says %s", c, r, r.Contains(c), r.Overlaps(c), one)
			}
			overlaps, contains = overlaps || r.Overlaps(c), contains || r.Contains(c)
		}
		if got := set.Match(c); overlaps != (got != None) || contains && got != Full {
			t.Fatalf("%s against %v: the set says %s, its ranges overlap %v, contain %v", c, ranges, got, overlaps, contains)
		}
	})
}

func TestSetMatchesWithoutAllocating(t *testing.T) {
	set, c := NewSet([]Range{mustRange(t, "72-83"), mustRange(t, "84"), mustRange(t, "261690")}), mustCode(t, "870423")
	if n := testing.AllocsPerRun(100, func() { set.Match(c) }); n != 0 {
		t.Errorf("Match allocates %v times", n)
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = ParseCode("8704.23") }); n != 0 {
		t.Errorf("ParseCode allocates %v times", n)
	}
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"2701", "27.01", "27 01 11 00", "99", "", "270111001", "27..01", "０１"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCode(s)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid || !c.IsZero() {
				t.Fatalf("%q: %v, %v", s, c, err)
			}
			return
		}
		if n := chapter(c); n < 1 || n > lastChapter || c.Len() < 2 || c.Len() > maxDigits {
			t.Fatalf("%q: chapter %d, %d digits", s, n, c.Len())
		}
		if got := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, s); got != c.Digits() {
			t.Fatalf("%q became %s", s, c)
		}
		for _, form := range []string{c.Digits(), c.Dotted()} {
			if back, err := ParseCode(form); err != nil || back != c {
				t.Fatalf("%q: %s comes back as %v, %v", s, form, back, err)
			}
		}
	})
}

func FuzzParseRange(f *testing.F) {
	for _, s := range []string{"2701", "72-83", "50–63", "83-72", "-", "6802.91-6802.99", "72-8301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ParseRange(s)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if !r.Contains(r.From) || !r.Contains(r.To) || r.From.Len() != r.To.Len() {
			t.Fatalf("%q became %s", s, r)
		}
		if back, err := ParseRange(r.String()); err != nil || back != r {
			t.Fatalf("%q: %s comes back as %v, %v", s, r, back, err)
		}
	})
}

func FuzzParseEdition(f *testing.F) {
	for _, s := range []string{"2022", "HS 2017", "H6", "", "hs"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := ParseEdition(s); err == nil && e != 0 && e.bit() == 0 {
			t.Fatalf("%q became %d", s, e)
		}
	})
}

var benchMatch Match

func BenchmarkSetMatch(b *testing.B) {
	var ranges []Range
	for _, s := range []string{"07", "08", "12", "25", "44", "50-63", "72-83", "84", "85", "89", "2701", "261690", "2846", "1604", "03", "9703"} {
		ranges = append(ranges, mustRange(b, s))
	}
	set := NewSet(ranges)
	codes := []Code{mustCode(b, "2616"), mustCode(b, "870423"), mustCode(b, "62034290"), mustCode(b, "01")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		benchMatch = set.Match(codes[i&3])
	}
}

func BenchmarkParseCode(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		_, _ = ParseCode("2701.11.00")
	}
}

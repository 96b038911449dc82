package match

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/when"
	"pgregory.net/rapid"
)

func params(t testing.TB) *Params {
	t.Helper()
	p, err := Load(data.FS, "matching")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func prepared(t testing.TB, p *Params, schema string, names ...string) *Prepared {
	t.Helper()
	in := Input{Schema: schema}
	for _, n := range names {
		in.Names = append(in.Names, Name{Text: n})
	}
	x, err := Prepare(p, in)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestVectors are names that must meet, and names that must not.
func TestVectors(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	for _, c := range []struct {
		schema, a, b string
		hit          bool
	}{
		// Failures that authorities have published.
		{"Company", "SIS DOO", "SIS d.o.o.", true},
		{"Company", "Almaz Antey Telecom", "JSC Almaz-Antey", true},
		{"Person", "Dmitrii Ovsiannikov", "OVSYANNIKOV Dmitry Vladimirovich", true},
		{"Person", "0liver Stone", "Oliver Stone", true},
		{"Person", "Cho'n Song-Il", "Chon Song Il", true},
		// One name in several scripts and systems.
		{"Person", "Kim Jong Un", "김정은", true},
		{"Person", "Kim Chong-un", "김정은", true},
		{"Person", "Gim Jeong-eun", "김정은", true},
		{"Person", "Kim Jong Un", "金正恩", true},
		{"Person", "Jin Zheng'en", "金正恩", true},
		{"Person", "Jin Zhengen", "金正恩", true}, // zheng en or zhen gen
		{"Person", "Jin Zhengen", "金真根", true},
		{"Person", "O Kuk-ryol", "오극렬", true},
		{"Person", "A. Khalil", "A. Kabir", false}, // an initial is no syllable of a Korean name
		{"Person", "A Khalil", "A Kabir", false},
		{"Person", "Ким Чен Ын", "Kim Jong Un", true},
		{"Person", "Ким Чен Ын", "김정은", true},
		{"Person", "Lee Myung-bak", "이명박", true},
		{"Person", "Ri Yong Ho", "리용호", true},
		{"Person", "Си Цзиньпин", "Xi Jinping", true},
		{"Person", "Mao Tse-tung", "毛泽东", true},
		{"Person", "Лавров Сергей", "Sergey Lavrov", true},
		{"Person", "Абу Бакр аль-Багдади", "Abu Bakr Baghdadi", true},
		{"Person", "Владимир Путин", "Wladimir Putin", true},
		{"Person", "محمد صالح", "Mohammed Saleh", true},
		{"Person", "عبد الرحمن حسين", "Abdulrahman Hussein", true},
		{"Person", "Abdurrahman Husayn", "Abdel Rahman Hussain", true},
		{"Person", "بشار الأسد", "Bashar al-Assad", true},
		{"Person", "علیرضا احمدی", "Alireza Ahmadi", true},
		{"Person", "محمد رضا نقدی", "Mohammad Reza Naqdi", true},
		{"Person", "رياض حجاب", "Riyad Hijab", true},
		{"Person", "בנימין נתניהו", "Binyamin Netanyahu", true},
		{"Person", "Αλέξης Τσίπρας", "Alexis Tsipras", true},
		{"Person", "नरेन्द्र मोदी", "Narendra Modi", true},
		{"Person", "バラク・オバマ", "Barack Obama", true},
		{"Person", "ბარაკ ობამა", "Barack Obama", true},
		// Order, initials, titles, joined and cut words.
		{"Person", "Putin, Vladimir", "Vladimir Putin", true},
		{"Person", "Dr. Rami Makhlouf", "Rami Makhlouf", true},
		{"Person", "AlisherUsmanov", "Alisher Usmanov", true},
		{"Person", "William Rogers", "Bill Rogers", true},
		// Organisations and ships.
		{"Company", "1st International Bank", "First International Bank", true},
		{"Organization", "Brigade Forty-Four", "Brigade 44", true},
		{"Company", "OAO Gazprom", "Gazprom JSC", true},
		{"Vessel", "MV Hellenic Spirit", "Hellenic Spirit", true},
		// Not the same.
		{"Person", "Kim Jong Un", "Kim Yo Jong", false},
		{"Person", "Kim Chol Su", "Kim Chol Min", false},
		{"Person", "김정은", "김정일", false},
		{"Person", "Hafez al-Assad", "Bashar al-Assad", false},
		{"Person", "Mohammed Ali", "Mohammed Hassan", false},
		{"Person", "Boris Abramovich", "Roman Abramovich", false},
		{"Company", "CORP", "Gazprom Corp", false},
		{"Company", "General Trading Company", "Orient General Trading Company", false},
		{"Company", "Deutsche Motoren Werke AG", "Schwarzer Handel AG", false},
		{"Vessel", "Zu Zag Bong 6", "Ka Rim Chon 6", false},
	} {
		got := s.Score(prepared(t, p, c.schema, c.a), prepared(t, p, c.schema, c.b))
		if (got.Probability >= p.Possible()) != c.hit {
			t.Errorf("%s | %s: %.3f (%.1f bits), want a hit: %v\n%s", c.a, c.b, got.Probability, got.Bits, c.hit,
				Summary(s.Explain(prepared(t, p, c.schema, c.a), prepared(t, p, c.schema, c.b))))
		}
	}
}

// TestWholeNameAlerts holds that an exact full name reaches the alert band by
// itself.
func TestWholeNameAlerts(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	for _, c := range [][2]string{
		{"Person", "Kim Jong Un"},
		{"Person", "RI SONG"},
		{"Person", "Mohammed Ali"},
		{"Person", "김정은"},
		{"Person", "محمد علي"},
		{"Person", "王伟"},
		{"Company", "Korea Mining Development Trading Corporation"},
		{"Company", "Trading Company Star"},
		{"Vessel", "Jin Teng"},
	} {
		x := prepared(t, p, c[0], c[1])
		if got := s.Score(x, x); got.Probability < p.Alert() {
			t.Errorf("%s: %.3f is below the alert band %.2f", c[1], got.Probability, p.Alert())
		}
	}
}

// TestFacts holds how facts beside the name count.
func TestFacts(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	make := func(name string, change func(*Input)) *Prepared {
		in := Input{Schema: "Person", Names: []Name{{Text: name}}}
		if change != nil {
			change(&in)
		}
		x, err := Prepare(p, in)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	born := func(d string) func(*Input) {
		return func(in *Input) {
			q, err := when.Parse(d)
			if err != nil {
				t.Fatal(err)
			}
			in.Births = append(in.Births, q)
		}
	}
	score := func(a, b *Prepared) float64 { return s.Score(a, b).Bits }
	plain := score(make("Dmitri Orlov", nil), make("Dmitry Orlov", nil))
	same := score(make("Dmitri Orlov", born("1965-03-14")), make("Dmitry Orlov", born("1965-03-14")))
	year := score(make("Dmitri Orlov", born("1965")), make("Dmitry Orlov", born("1965-03-14")))
	other := score(make("Dmitri Orlov", born("1965-03-14")), make("Dmitry Orlov", born("1981-07-02")))
	onlyOne := score(make("Dmitri Orlov", born("1965-03-14")), make("Dmitry Orlov", nil))
	if !(same > year && year > plain && plain > other) || onlyOne != plain {
		t.Errorf("birth: same %.1f, year %.1f, none %.1f, one side %.1f, other %.1f", same, year, plain, onlyOne, other)
	}
	// The same day of birth does not lift another name.
	lifted := s.Score(make("Jonas Weber", born("1965-03-14")), make("Dmitry Orlov", born("1965-03-14")))
	if lifted.Probability >= p.Possible() {
		t.Errorf("a day of birth alone gives %.3f", lifted.Probability)
	}
	// The right number finds a subject under any name.
	id := func(kind, v string) func(*Input) {
		return func(in *Input) { in.Identifiers = append(in.Identifiers, Identifier{kind, v}) }
	}
	if got := s.Score(make("Jonas Weber", id("passport", "D 123-4567")), make("Dmitry Orlov", id("passport", "d1234567"))); got.Probability < p.Alert() {
		t.Errorf("the same passport gives %.3f", got.Probability)
	}
	// Another IMO number is a named contradiction.
	ship := func(name, imo string) *Prepared {
		x, err := Prepare(p, Input{Schema: "Vessel", Names: []Name{{Text: name}}, Identifiers: []Identifier{{"imo", imo}}})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	if got := s.Score(ship("Jin Teng", "9163154"), ship("Jin Teng", "9074729")); got.Probability >= p.Possible() {
		t.Errorf("the same name with another IMO number gives %.3f", got.Probability)
	}
	if got := s.Score(ship("Jin Teng", "IMO 9163154"), ship("Sheng Da 8", "9163154")); got.Probability < p.Alert() {
		t.Errorf("the right IMO number gives %.3f", got.Probability)
	}
	if !strings.Contains(Summary(s.Explain(ship("Jin Teng", "9163154"), ship("Jin Teng", "9074729"))), "contradiction") {
		t.Error("the contradiction is not named")
	}
	// A person is not a ship.
	if got := s.Score(make("Victoria", nil), ship("Victoria", "9074729")); got.Probability >= p.Possible() {
		t.Errorf("a person and a ship of one name give %.3f", got.Probability)
	}
}

func TestPrepareRefuses(t *testing.T) {
	p := params(t)
	for _, in := range []Input{
		{Schema: "Persn"},
		{Schema: "Person", Gender: "m"},
		{Schema: "Person", Countries: []string{"prk"}},
		{Schema: "Vessel", Flag: "Panama"},
		{Schema: "Person", Identifiers: []Identifier{{"passprt", "1"}}},
		{Schema: "Person", Names: []Name{{"A", 9}}},
	} {
		if _, err := Prepare(p, in); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", in, err)
		}
	}
	x, err := Prepare(p, Input{Schema: "Person", Names: []Name{{Text: "..."}, {Text: ""}}})
	if err != nil || x.Names() != 0 || len(x.Truncated()) != 2 {
		t.Errorf("names without a letter: %v %v", x.Truncated(), err)
	}
}

// TestBounded holds that no input takes long, and that what is cut is said.
func TestBounded(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	normal := prepared(t, p, "Person", "Kim Jong Un")
	for name, text := range map[string]string{
		"a megabyte":          strings.Repeat("abcdefghij", 100_000),
		"ten thousand words":  strings.Repeat("kim ", 10_000),
		"marks":               "a" + strings.Repeat("\u0301", 200_000),
		"invalid":             strings.Repeat("\xff\xfe", 50_000),
		"Hangul letters":      strings.Repeat("ᄀ", 50_000),
		"one Korean word":     strings.Repeat("yeongyeong", 1000),
		"nested legal forms":  strings.Repeat("limited liability ", 2000),
		"digits and letters":  strings.Repeat("0o1i", 20_000),
		"alternating scripts": strings.Repeat("aа", 20_000),
		"strokes":             strings.Repeat("abcdefg/", 20_000),
	} {
		for _, schema := range []string{"Person", "Company", "Vessel"} {
			start := time.Now()
			x := prepared(t, p, schema, text)
			s.Score(x, normal)
			s.Score(x, x)
			AskedKeys(x)
			if d := time.Since(start); d > time.Second { // the stated bound is 20 ms: see BenchmarkHostile
				t.Errorf("%s as %s: %v", name, schema, d)
			}
			if len(x.Truncated()) == 0 {
				t.Errorf("%s as %s: nothing is said of a cut", name, schema)
			}
		}
	}
}

var someNames = []string{
	"Kim Jong Un", "김정은", "金正恩", "Ким Чен Ын", "Mohammed bin Salman", "محمد بن سلمان", "Abdul Rahman al-Tikriti", "JC Juncker", "Jean-Claude Juncker",
	"SIS DOO", "SIS d.o.o.", "JSC Almaz-Antey", "Almaz Antey Telecom", "Brigade 44", "A.B.C. Company", "Zu Zag Bong 6", "O'Brien", "ប៉ុល ពត", "Pol Pot", "V. Putin",
	"Al-Qa'ida/Islamic Army", "一", "a", "Xi Jinping", "Hsi Chin-ping", "习近平",
}

// TestSymmetric holds that the two sides may change places, that a name is
// never less like itself than another, and that explanations add up.
func TestSymmetric(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	schemas := []string{"Person", "Company", "Vessel", "LegalEntity"}
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.OneOf(rapid.SampledFrom(someNames), rapid.StringMatching(`[a-zA-Z]{1,9}( [a-z]{1,8}){0,3}`), rapid.String())
		sc := rapid.SampledFrom(schemas)
		a := prepared(t, p, sc.Draw(r, "schema a"), name.Draw(r, "a"), name.Draw(r, "a2"))
		b := prepared(t, p, sc.Draw(r, "schema b"), name.Draw(r, "b"))
		x, y := s.Score(a, b), s.Score(b, a)
		if x.Probability != y.Probability || x.Bits != y.Bits {
			r.Fatalf("%v one way, %v the other", x, y)
		}
		if !(x.Probability > 0 && x.Probability < 1) || math.IsNaN(x.Bits) {
			r.Fatalf("%v is no probability", x)
		}
		sum := 0.0
		for _, e := range s.Explain(a, b) {
			sum += e.Bits
		}
		if math.Abs(sum-x.Bits) > 1e-6 {
			r.Fatalf("the evidence adds up to %.4f, the score is %.4f: %+v", sum, x.Bits, s.Explain(a, b))
		}
	})
}

// TestMonotone holds that more bits never mean a lower probability, and that
// certainty is never reached.
func TestMonotone(t *testing.T) {
	p := params(t)
	for k := range kinds {
		last := 0.0
		for b := -200.0; b <= 300; b += .25 {
			q := p.probability(b, k)
			if q <= last || q >= 1 {
				t.Fatalf("%s: %.2f bits give %v after %v", kindNames[k], b, q, last)
			}
			last = q
		}
	}
}

// TestKeys is the oracle: among altered and unaltered names, every pair that
// the scorer puts over the possible threshold shares a key.
func TestKeys(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	names := altered(600)
	var list []*Prepared
	for i, n := range names {
		schema := "Person"
		if i%5 == 4 {
			schema = "Company"
		}
		list = append(list, prepared(t, p, schema, n))
	}
	keys, asked := make([][]uint64, len(list)), make([][]uint64, len(list))
	total := 0
	for i := range list {
		for n := range list[i].Names() {
			keys[i] = append(keys[i], NameKeys(list[i], n)...)
			EachWord(list[i], n, func(_ []byte, alike []Key, own []uint64) {
				for _, k := range alike {
					keys[i] = append(keys[i], k.Hash)
				}
				keys[i] = append(keys[i], own...)
			})
		}
		slices.Sort(keys[i])
		asked[i] = append(slices.Clone(keys[i]), AskedKeys(list[i])...)
		total += len(keys[i])
	}
	over, missed := 0, []string{}
	for i := range list {
		for j := i + 1; j < len(list); j++ {
			if s.Score(list[i], list[j]).Probability < p.Possible() {
				continue
			}
			over++
			if !shareKey(asked[i], keys[j]) || !shareKey(asked[j], keys[i]) {
				missed = append(missed, names[i]+" | "+names[j])
			}
		}
	}
	t.Logf("%d pairs over the threshold, %d share no key; %.1f keys a name", over, len(missed), float64(total)/float64(len(list)))
	if over < 300 || len(missed)*500 > over {
		t.Errorf("%d of %d pairs share no key: %s", len(missed), over, strings.Join(missed[:min(len(missed), 10)], "; "))
	}
}

// TestPartOfAName: names that leave words out. Generic words may be left out of a firm's name; a syllable of a Korean name may
// not, though Il and An are small words elsewhere.
func TestPartOfAName(t *testing.T) {
	p := params(t)
	s := NewScorer(p)
	for _, tt := range []struct {
		schema, a, b string
		low, high    float64
	}{
		{"Company", "Korea Mining Development", "KOREA MINING DEVELOPMENT TRADING CORPORATION", .9, 1},
		{"Company", "Tanchon Bank", "TANCHON COMMERCIAL BANK", .9, 1},
		{"Company", "Namchongang", "NAMCHONGANG TRADING CORPORATION", .65, .9},
		{"Company", "Almaz Antey Telecom", "JSC ALMAZ-ANTEY", .65, 1},
		{"Company", "Korea Trading", "KOREA MINING DEVELOPMENT TRADING CORPORATION", 0, .65},
		{"Company", "Trading Corporation", "NAMCHONGANG TRADING CORPORATION", 0, .65},
		{"Company", "Tanchon Bank", "TANCHON COMMERCIAL BANK 2", 0, .9},
		{"Person", "Kim Jong", "Kim Jong Il", 0, .65},
		{"Person", "Hesong", "Choe Song Il", 0, .65},
		{"Person", "al-Zawahiri", "Zawahiri", .65, 1},
	} {
		got := p.AgainstList(s.Score(prepared(t, p, tt.schema, tt.a), prepared(t, p, tt.schema, tt.b)).Probability)
		if got < tt.low || got > tt.high {
			t.Errorf("%s | %s: %.3f, want %.2f to %.2f", tt.a, tt.b, got, tt.low, tt.high)
		}
	}
}

// TestKeysVersion fails when keys change and their version does not.
func TestKeysVersion(t *testing.T) {
	p := params(t)
	h := fnv.New64a()
	for _, n := range [][2]string{
		{"Person", "Kim Jong Un"},
		{"Person", "Kim Jong Il"},
		{"Person", "An Jong Hyuk"},
		{"Person", "김정은"},
		{"Person", "习近平"},
		{"Person", "Abdul Rahman al-Zahrani"},
		{"Person", "V. Putin"},
		{"Person", "Александр Пушкин"},
		{"Company", "Korea Mining Development Trading Corporation"},
		{"Company", "Bank 24 GmbH"},
		{"Vessel", "Chong Chon Gang 2"},
		{"", "Munitions Industry Department"},
	} {
		q := prepared(t, p, n[0], n[1])
		for _, k := range slices.Concat(NameKeys(q, 0), AskedKeys(q)) {
			fmt.Fprintln(h, k)
		}
		EachWord(q, 0, func(word []byte, alike []Key, own []uint64) { fmt.Fprintln(h, word, alike, own) })
	}
	const want = "14 6eb5b87e38390dd4"
	if got := fmt.Sprintf("%d %016x", KeysVersion, h.Sum64()); got != want {
		t.Errorf("the keys are %s and were %s: raise KeysVersion (new parameters alone may change them too), and write the new ones here", got, want)
	}
}

func shareKey(a, b []uint64) bool {
	for _, k := range a {
		if _, ok := slices.BinarySearch(b, k); ok {
			return true
		}
	}
	return false
}

// altered makes names of common words, each with a slip or two of its own.
func altered(n int) []string {
	given := strings.Fields("mohammed ahmed ali hassan ivan sergei vladimir john maria kim jong song chol ibrahim yusuf abdul alexander elena")
	family := strings.Fields("hussein tikriti petrov ivanov smith park ri choe haqqani zadran kuznetsov abramovich garcia nguyen wang zhang rahman trading shipping")
	seed := uint64(7)
	next := func(n int) int {
		seed = mix(seed + 0x9E3779B97F4A7C15)
		return int(seed % uint64(n))
	}
	var out []string
	for len(out) < n {
		base := given[next(len(given))] + " " + given[next(len(given))] + " " + family[next(len(family))]
		out = append(out, base)
		for range 3 {
			b := []byte(base)
			switch at := 1 + next(len(b)-2); next(5) {
			case 0:
				b[at], b[at-1] = b[at-1], b[at]
			case 1:
				b = slices.Delete(b, at, at+1)
			case 2:
				b = slices.Insert(b, at, b[at])
			case 3:
				w := strings.Fields(base)
				b = []byte(strings.Join(append(w[1:], w[0]), " "))
			case 4:
				w := strings.Fields(base)
				b = []byte(w[0] + " " + w[2])
			}
			out = append(out, string(b))
		}
	}
	return out[:n]
}

func TestLoadRefuses(t *testing.T) {
	p := params(t)
	if len(p.ID()) != 16 || p.Version() == "" {
		t.Errorf("id %q, version %q", p.ID(), p.Version())
	}
	if _, err := Load(data.FS, "nowhere"); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func FuzzPrepare(f *testing.F) {
	for _, n := range someNames {
		f.Add(n, "Vladimir Putin", "Person")
		f.Add("Gazprom", n, "Company")
	}
	p := params(f)
	s := NewScorer(p)
	f.Fuzz(func(t *testing.T, a, b, schema string) {
		x, err := Prepare(p, Input{Schema: schema, Names: []Name{{Text: a}}})
		if err != nil {
			return
		}
		y, err := Prepare(p, Input{Schema: schema, Names: []Name{{Text: b}}})
		if err != nil {
			return
		}
		one, two := s.Score(x, y), s.Score(y, x)
		if one.Probability != two.Probability || !(one.Probability > 0 && one.Probability < 1) {
			t.Errorf("%v, %v", one, two)
		}
		s.Explain(x, y)
		if k := AskedKeys(x); !slices.IsSorted(k) {
			t.Error("the keys are not sorted")
		}
	})
}

func BenchmarkScore(b *testing.B) {
	p := params(b)
	s := NewScorer(p)
	var list []*Prepared
	for _, n := range altered(500) {
		list = append(list, prepared(b, p, "Person", n))
	}
	b.ReportAllocs()
	i, j := 0, 1
	for b.Loop() {
		s.Score(list[i], list[j])
		i, j = (i+7)%len(list), (j+11)%len(list)
	}
}

func BenchmarkPrepare(b *testing.B) {
	p := params(b)
	for _, n := range []string{"Mohammed bin Salman al-Saud", "김정은", "Korea Mining Development Trading Corporation"} {
		b.Run(n, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Prepare(p, Input{Schema: "Person", Names: []Name{{Text: n}}})
			}
		})
	}
}

func BenchmarkHostile(b *testing.B) {
	p := params(b)
	for name, text := range map[string]string{"megabyte": strings.Repeat("abcdefghij", 100_000), "words": strings.Repeat("kim ", 10_000), "marks": "a" + strings.Repeat("\u0301", 500_000)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = Prepare(p, Input{Schema: "Company", Names: []Name{{Text: text}}})
			}
		})
	}
}

func ExampleScorer_Score() {
	p, err := Load(data.FS, "matching")
	if err != nil {
		fmt.Println(err)
		return
	}
	a, _ := Prepare(p, Input{Schema: "Person", Names: []Name{{Text: "Kim Jong Un"}}})
	b, _ := Prepare(p, Input{Schema: "Person", Names: []Name{{Text: "김정은", Kind: Original}}})
	score := NewScorer(p).Score(a, b)
	fmt.Println(score.Probability >= p.Alert())
	// Output: true
}

package place

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

func root(t testing.TB) string {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal(err)
	return ""
}

var loadOnce = sync.OnceValues(func() (*Gazetteer, error) { return Load(os.DirFS("../../data/place")) })

func load(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// names gives every name in the tables as it is written there, but for those
// that are refused, with the state it means.
func names(t testing.TB) map[string]State {
	t.Helper()
	all := map[string]State{}
	for _, f := range []string{statesFile, moreStatesFile} {
		lines, err := readTable(os.DirFS("../../data/place"), f, stateColumns)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			st, ok := code(l.cells[0])
			for _, n := range append(l.variants(), l.cells[4]) {
				if ok && n != "" {
					all[n] = st
				}
			}
		}
	}
	return all
}

func TestEveryStateComesBack(t *testing.T) {
	g := load(t)
	all := g.States()
	if len(all) != 252 || !slices.IsSorted(all) {
		t.Errorf("%d states, want 249 of ISO 3166-1, XK, ZZ and XZ, sorted", len(all))
	}
	for _, s := range all {
		c := s.String()
		forms := []string{c, strings.ToLower(c), " " + c + "\t", g.Name(s), strings.ToUpper(g.Name(s)), "The " + g.Name(s)}
		if a := g.Alpha3(s); a != "" {
			forms = append(forms, a, strings.ToLower(a))
		}
		for _, f := range forms {
			if got, err := g.ParseState(f); err != nil || got != s {
				t.Errorf("%q: got %v, %v; want %v", f, got, err, s)
			}
		}
		if o, ok := g.Of(s); ok {
			if _, deeper := g.Of(o); deeper {
				t.Errorf("%v is of %v, which is of another", s, o)
			}
		}
		if iso := s != Unspecified && s != HighSeas && c != "XK"; iso != (g.Numeric(s) != "") || iso && g.Alpha3(s) == "" {
			t.Errorf("%v has the codes %q and %q", s, g.Alpha3(s), g.Numeric(s))
		}
	}
}

func TestNames(t *testing.T) {
	g := load(t)
	for want, names := range map[string][]string{
		"KP": {
			"North Korea", "north-korea", "DPRK", "D.P.R.K.", "Democratic People's Republic of Korea", "PRK",
			"the Democratic People’s Republic of Korea", "Democratic People`s Republic of Korea", "DPR Korea", "Korea, North",
			"Korea, Democratic People's Republic of", "Democratic Peoples Republic of Korea", "N. Korea", "북한", "조선민주주의인민공화국",
			"조선", "朝鲜", "北朝鮮", "北韓", "КНДР", "Северная Корея", "كوريا الشمالية", "کرهٔ شمالی", "کره شمالی", "Nordkorea", "Corée du Nord", "Triều Tiên",
		},
		"KR": {
			"South Korea", "ROK", "Republic of Korea", "Korea, Republic of", "Rep. of Korea", "Korea (the Republic of)", "KOR", "대한민국", "한국",
			"남조선", "韩国", "南韓", "韓国", "Республика Корея", "Южная Корея", "كوريا الجنوبية", "کرهٔ جنوبی", "Corea del Sur", "Südkorea", "Hàn Quốc",
		},
		"CN": {"China", "PRC", "People's Republic of China", "中国", "中國", "중국", "Китай", "الصين", "چین"},
		"RU": {"Russia", "Russian Federation", "Россия", "俄罗斯", "러시아", "روسیه", "RUS"},
		"HK": {"Hong Kong", "Hongkong", "HKSAR", "Hong Kong SAR China", "香港", "China, Hong Kong Special Administrative Region"},
		"TW": {"Taiwan", "Taiwan, Province of China", "Chinese Taipei", "台湾"},
		"VN": {"Viet Nam", "Vietnam", "Việt Nam", "베트남"},
		"IR": {"Iran", "Iran, Islamic Republic of", "Iran (Islamic Republic of)", "ایران", "ایران"},
		"GB": {"UK", "U.K.", "United Kingdom", "Great Britain", "England"},
		"US": {"USA", "U.S.A.", "US", "United States", "United States of America"},
		"CD": {"DRC", "DR Congo", "Democratic Republic of the Congo", "Congo, Democratic Republic of the", "Zaire"},
		"CG": {"Republic of the Congo", "Congo (Brazzaville)"},
		"CI": {"Ivory Coast", "Côte d'Ivoire", "Cote d’Ivoire"},
		"TR": {"Turkey", "Türkiye"},
		"MM": {"Burma", "Myanmar"},
		"GM": {"The Gambia", "Gambia (the)"},
		"NG": {"NGA"}, // also how Vietnamese writes another state
		"AO": {"ao"},
		"XK": {"Kosovo", "XKX"},
		"ZZ": {"unspecified", "another state"},
		"XZ": {"High seas", "the high seas", "international waters"},
	} {
		for _, n := range names {
			if got, err := g.ParseState(n); err != nil || got.String() != want {
				t.Errorf("%q: got %v, %v; want %s", n, got, err, want)
			}
		}
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	g := load(t)
	for in, want := range map[string]string{
		"Nort Korea":   `unknown country "Nort Korea" (did you mean North Korea?)`,
		"Sorth Korea":  `unknown country "Sorth Korea" (did you mean North Korea or South Korea?)`,
		"Filand":       `unknown country "Filand" (did you mean Finland?)`,
		"Korea":        `"Korea" names more than one country (say which: North Korea (KP) or South Korea (KR))`,
		"the KOREA":    `"the KOREA" names more than one country (say which: North Korea (KP) or South Korea (KR))`,
		"Корея":        `"Корея" names more than one country (say which: North Korea (KP) or South Korea (KR))`,
		"Congo":        `"Congo" names more than one country (say which: Democratic Republic of the Congo (CD) or Republic of the Congo (CG))`,
		"":             `the country is empty (give the two-letter code of ISO 3166-1, or the name)`,
		"Áo":           `unknown country "Áo" (did you mean Laos?)`, // reads as the code of another state,
		"???":          `unknown country "???" (give the two-letter code of ISO 3166-1, or the name)`,
		"QQ":           `unknown country "QQ" (give the two-letter code of ISO 3166-1, or the name)`,
		"unknown":      `unknown country "unknown" (give the two-letter code of ISO 3166-1, or the name)`,
		"Yugoslavia":   `unknown country "Yugoslavia" (give the two-letter code of ISO 3166-1, or the name)`,
		"Soviet Union": `unknown country "Soviet Union" (give the two-letter code of ISO 3166-1, or the name)`,
	} {
		st, err := g.ParseState(in)
		if err == nil || fault.CodeOf(err) != fault.Invalid || st != 0 || err.Error() != want {
			t.Errorf("%q:\n got %v, %v\nwant %s", in, st, err, want)
		}
	}
	if _, err := g.ParseState(strings.Repeat("한", 1<<18)); err == nil || len(err.Error()) > 400 {
		t.Error("a long input must give a short error")
	}
}

// No name in the tables of one Korea reads as the other or as neither, whatever
// case, dashes and dots do to it.
func TestNorthAndSouthAreNeverConfused(t *testing.T) {
	g := load(t)
	for l, want := range names(t) {
		for _, form := range []string{l, strings.ToUpper(l), strings.ReplaceAll(l, " ", "-"), " " + strings.ReplaceAll(l, " ", "  ") + "."} {
			if got, err := g.ParseState(form); err != nil || got != want {
				t.Errorf("%q is %v but %q is %v", l, want, form, got)
			}
		}
		f := " " + text.Fold(l) + " "
		if !strings.Contains(f, "kore") {
			continue
		}
		north := strings.Contains(f, "nor") || strings.Contains(f, "dem") || strings.Contains(f, " dpr") || strings.Contains(f, " n ") || strings.Contains(f, "nkor")
		if north != (want.String() == "KP") {
			t.Errorf("%q is %v", l, want)
		}
	}
	for k, several := range g.ambiguous {
		if _, clear := g.names[k]; len(several) < 2 || clear {
			t.Errorf("%q means %v", k, several)
		}
	}
}

func TestStateText(t *testing.T) {
	if got := [...]string{State(0).String(), Unspecified.String(), HighSeas.String(), State('A' << 8).String(), State(0xFFFF).String()}; got != [...]string{"", "ZZ", "XZ", "", ""} {
		t.Errorf("got %q", got)
	}
	g := load(t)
	for _, s := range []State{0, State('q'<<8 | 'q'), State('Q'<<8 | 'Q')} {
		if _, ok := g.Of(s); g.Name(s) != s.String() || g.Alpha3(s) != "" || g.Numeric(s) != "" || ok {
			t.Errorf("%d is not in the table but is %q", s, g.Name(s))
		}
	}
	hk, _ := g.ParseState("HK")
	if of, ok := g.Of(hk); !ok || of.String() != "CN" || g.Name(hk) != "Hong Kong" {
		t.Errorf("HK is %q of %v", g.Name(hk), of)
	}
}

func TestReadingACodeDoesNotAllocate(t *testing.T) {
	g := load(t)
	if n := testing.AllocsPerRun(100, func() {
		for _, c := range [...]string{"CN", "kp", "PRK", "rus"} {
			st, err := g.ParseState(c)
			if err != nil || st.String() == "" {
				t.Error(c, err)
			}
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestPorts(t *testing.T) {
	g := load(t)
	for want, names := range map[string][]string{
		"KPRJN": {
			"KPRJN", "KP RJN", "kprjn", "Rajin", "Najin", "RASON", "Rasŏn", "Rajin-Sonbong", "Rajin (Najin)", "Rajin (Rason)",
			"Port of Rajin", "Rajin port", "Rajin, DPRK", "Rajin (North Korea)", "라진항", "나진", "羅津", "Раджин",
		},
		"KPCHO":        {"Chongjin", "Ch'ŏngjin", "Ch’ongjin", "Cheongjin", "청진"},
		"KPNAM":        {"Nampo", "Namp'o", "Nampho", "남포", "Chinnampo"},
		"KPWON":        {"Wonsan", "KPGEN", "KP GEN", "Gensan"},
		"KPSII":        {"Sinuiju", "Sinŭiju"},
		"KP-TUMANGANG": {"Tumangang", "KP-TUMANGANG", "두만강"},
		"CN-TUMEN":     {"Tumen", "图们"},
		"RUVVO":        {"Vladivostok", "Владивосток", "RU VVO"},
		"CN-QUANHE":    {"Quanhe", "Hunchun/Quanhe"},
		"CNSHA":        {"Shanghai", "CNSGH"},
		"EGPSD":        {"Port Said"},
		"FRLEH":        {"Port of Le Havre", "le havre"},
		"LYTIP":        {"Tripoli, Libya", "Tripoli (LY)", "LYTIP"},
		"LB-TRIPOLI":   {"Tripoli, Lebanon"},
		"IRBKM":        {"Bandar Imam Khomeini", "Bandar-e Emam Khomeyni"},
	} {
		for _, n := range names {
			if p, err := g.ParsePort(n); err != nil || p.ID != want {
				t.Errorf("%q: got %v, %v; want %s", n, p, err, want)
			}
		}
	}
	for in, want := range map[string]string{
		"Tripoli":        `"Tripoli" names more than one port (say which: LB-TRIPOLI (Tripoli, Lebanon) or LYTIP (Tripoli, Libya))`,
		"Rajjin":         `port "Rajjin" is not in the table of ports (did you mean KPRJN (Rajin, North Korea)?)`,
		"Rajin, China":   `port "Rajin, China" is not in the table of ports (did you mean KPRJN (Rajin, North Korea)?)`,
		"KPXYZ":          `port "KPXYZ" is not in the table of ports (give its UN/LOCODE or another name, or leave it out and give its state)`,
		"port":           `port "port" is not in the table of ports (give its UN/LOCODE or another name, or leave it out and give its state)`,
		"":               `port "" is not in the table of ports (give its UN/LOCODE or another name, or leave it out and give its state)`,
		"Nowhere, Nowhe": `port "Nowhere, Nowhe" is not in the table of ports (give its UN/LOCODE or another name, or leave it out and give its state)`,
	} {
		p, err := g.ParsePort(in)
		if err == nil || fault.CodeOf(err) != fault.Invalid || p != (Port{}) || err.Error() != want {
			t.Errorf("%q:\n got %v, %v\nwant %s", in, p, err, want)
		}
	}
}

func TestFindPort(t *testing.T) {
	g := load(t)
	kp, _ := g.ParseState("KP")
	cn, _ := g.ParseState("CN")
	ly, _ := g.ParseState("LY")
	for _, tt := range []struct {
		name  string
		state State
		want  string
	}{
		{"Rason", kp, "KPRJN"},
		{"KPRJN", kp, "KPRJN"},
		{"Rason", 0, "KPRJN"},
		{"Rason", cn, ""},
		{"Tripoli", ly, "LYTIP"},
		{"Tripoli", 0, ""},
		{"Rason, North Korea", kp, ""}, // the state is given apart
		{"", kp, ""},
	} {
		p, ok := g.FindPort(tt.name, tt.state)
		if p.ID != tt.want || ok != (tt.want != "") {
			t.Errorf("%q in %v: got %v, %v; want %q", tt.name, tt.state, p, ok, tt.want)
		}
	}
}

// Every port comes back by its id and, with its state, by its name.
func TestEveryPortComesBack(t *testing.T) {
	g := load(t)
	for _, p := range g.Ports() {
		for _, s := range []string{p.ID, strings.ToLower(p.ID), p.Name + ", " + p.State.String(), p.Name + " (" + g.Name(p.State) + ")"} {
			if got, err := g.ParsePort(s); err != nil || got != p {
				t.Errorf("%q: got %v, %v; want %v", s, got, err, p)
			}
		}
		if got, ok := g.FindPort(p.Name, p.State); !ok || got != p {
			t.Errorf("%q in %v: got %v; want %v", p.Name, p.State, got, p)
		}
	}
}

// Every place that UN/LOCODE lists for KP is in the table, by code and name.
func TestEveryKPPlaceOfUNLOCODE(t *testing.T) {
	f, err := os.Open(filepath.Join(root(t), "..", "shared", "data", "vessels", "unlocode_2024-2_CodeListPart2.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the UN/LOCODE file is not here")
	} else if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	g, seen := load(t), 0
	for _, row := range rows {
		if len(row) < 4 || row[1] != "KP" || row[2] == "" {
			continue
		}
		seen++
		byCode, err := g.ParsePort("KP" + row[2])
		if err != nil {
			t.Error(err)
		}
		if byName, ok := g.FindPort(row[3], byCode.State); !ok || byName != byCode {
			t.Errorf("KP%s is %v by code and %v by its name %q", row[2], byCode, byName, row[3])
		}
	}
	if seen < 20 {
		t.Errorf("only %d places were read", seen)
	}
}

func files(states, more, ports string) fstest.MapFS {
	const head = "alpha2\talpha3\tnumeric\tof\tname\tvariants\n"
	return fstest.MapFS{
		statesFile:     {Data: []byte(head + states)},
		moreStatesFile: {Data: []byte("# by hand\n\n" + head + more)},
		portsFile:      {Data: []byte("id\tstate\tname\tvariants\n" + ports)},
	}
}

const good = "AA\tAAA\t001\t-\tAland\tA-land | Alandia\nBB\tBBB\t002\tAA\tBland\t-\n"

func TestLoad(t *testing.T) {
	g, err := Load(files(good, "AA\t-\t-\t-\tGreat Aland\tOld A\nAA/BB\t-\t-\t-\t-\tLand\nZZ\t-\t-\t-\tOther\t-\n", "AAXYZ\tAA\tHaven\tHafen\nBB-HAVEN\tBB\tHaven\t-\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range []string{"a land", "Great Aland", "Alandia", "olda", "bland", "land", "haven"} {
		st, _ := g.ParseState(s)
		got = append(got, st.String())
	}
	if diff := cmp.Diff([]string{"AA", "AA", "AA", "AA", "BB", "", ""}, got); diff != "" {
		t.Error(diff)
	}

	for name, tt := range map[string]struct {
		fsys fstest.MapFS
		want string
	}{
		"columns":            {files(good+"CC\tCCC\t003\t-\tC\n", "", ""), "states.tsv:4: the line has 5 columns"},
		"empty column":       {files(good+"CC\tCCC\t003\t\tC\t-\n", "", ""), "states.tsv:4, field of: the column is empty"},
		"carriage return":    {files(good+"CC\tCCC\t003\t-\tC\t-\r\n", "", ""), "field variants: the column is empty or has spaces"},
		"not UTF-8":          {files(good+"CC\tCCC\t003\t-\t\xff\t-\n", "", ""), "not valid UTF-8"},
		"code":               {files(good+"cc\tCCC\t003\t-\tC\t-\n", "", ""), "not a code of two capital letters"},
		"twice":              {files(good+"AA\tAAB\t003\t-\tC\t-\n", "", ""), "AA stands in the table twice"},
		"alpha-3 taken":      {files(good+"CC\tAAA\t003\t-\tC\t-\n", "", ""), "AAA is taken"},
		"numeric taken":      {files(good+"CC\tCCC\t002\t-\tC\t-\n", "", ""), "not three digits of its own"},
		"of nothing":         {files(good+"CC\tCCC\t003\tDD\tC\t-\n", "", ""), "CC is of DD"},
		"of itself":          {files(good+"CC\tCCC\t003\tCC\tC\t-\n", "", ""), "not the code of another state"},
		"no name":            {files(good+"CC\tCCC\t003\t-\t-\tSee\n", "", ""), "CC has no name"},
		"name taken":         {files(good, "BB\t-\t-\t-\t-\tALANDIA\n", ""), `states-more.tsv:4, field variants: "ALANDIA" has another meaning`},
		"name is a code":     {files(good, "BB\t-\t-\t-\t-\tÁ.A.A\n", ""), "reads as the code of AA"},
		"name of nothing":    {files(good, "BB\t-\t-\t-\t-\t...\n", ""), "no letters or digits"},
		"both known and not": {files(good, "AA/BB\t-\t-\t-\t-\tAlandia\n", ""), "has a meaning already"},
		"several, no names":  {files(good, "AA/BB\t-\t-\t-\tLand\t-\n", ""), "variants and nothing else"},
		"unknown of several": {files(good, "AA/CC\t-\t-\t-\t-\tLand\n", ""), `"CC" is not in the table`},
		"header":             {fstest.MapFS{statesFile: {Data: []byte("a\tb\n")}}, "the columns are not"},
		"empty":              {fstest.MapFS{statesFile: {Data: []byte("# nothing\n")}}, "the table is empty"},
		"missing":            {fstest.MapFS{}, "cannot be read"},
		"port of nowhere":    {files(good, "", "CCXYZ\tCC\tHaven\t-\n"), "not in the table of states"},
		"port id":            {files(good, "", "AAxyz\tAA\tHaven\t-\n"), "neither a UN/LOCODE of AA"},
		"port of another":    {files(good, "", "BBXYZ\tAA\tHaven\t-\n"), "neither a UN/LOCODE of AA"},
		"port twice":         {files(good, "", "AAXYZ\tAA\tHaven\t-\nAAXYZ\tAA\tOther\t-\n"), "AAXYZ stands in the table twice"},
		"port name twice":    {files(good, "", "AAXYZ\tAA\tHaven\t-\nAAXYY\tAA\tOther\thaven\n"), "names AAXYY already"},
		"port name is an id": {files(good, "", "AAXYZ\tAA\tHaven\t-\nAAXYY\tAA\tOther\tAA XYZ\n"), "reads as the id of AAXYZ"},
		"port without name":  {files(good, "", "AAXYZ\tAA\t-\tHaven\n"), "AAXYZ has no name"},
	} {
		_, err := Load(tt.fsys)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
		if want := fault.Invalid; name != "missing" && fault.CodeOf(err) != want {
			t.Errorf("%s: code %s", name, fault.CodeOf(err))
		}
	}
}

// What spelling does to a name never changes the state it means.
func TestSpellingDoesNotMatter(t *testing.T) {
	g, meaning := load(t), names(t)
	all := slices.Sorted(maps.Keys(meaning))
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(all).Draw(t, "name")
		var b strings.Builder
		for _, r := range l {
			if unicode.IsSpace(r) || unicode.IsPunct(r) {
				r = rapid.SampledFrom([]rune(" -.,'’/")).Draw(t, "separator")
			} else if rapid.Bool().Draw(t, "capital") && unicode.ToLower(unicode.ToUpper(r)) == r {
				r = unicode.ToUpper(r)
			}
			b.WriteRune(r)
		}
		got, err := g.ParseState(b.String())
		if want := meaning[l]; err != nil || got != want {
			t.Fatalf("%q is %v, but %q is %v, %v", l, want, b.String(), got, err)
		}
	})
}

func FuzzParseState(f *testing.F) {
	g := load(f)
	for _, s := range []string{"CN", "prk", "North Korea", "Korea", "Nort Korea", "the the", "한국", "\xff\xff", "[]", "ＫＰ", "", "K\u0307P"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		st, err := g.ParseState(s)
		if err != nil {
			checkFault(t, s, err)
			if st != 0 {
				t.Fatalf("%q: %v with %v", s, st, err)
			}
			return
		}
		if again, err := g.ParseState(st.String()); err != nil || again != st || g.row(st) == nil {
			t.Fatalf("%q: %v does not come back: %v, %v", s, st, again, err)
		}
	})
}

func FuzzParsePort(f *testing.F) {
	g := load(f)
	for _, s := range []string{"KPRJN", "Rajin", "Rajjin", "Tripoli", "Tripoli, LY", "port of", "(", ")", ",", "Rajin ()", "Rajin (KP) ", "라진", "\xff, KP"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := g.ParsePort(s)
		if err != nil {
			checkFault(t, s, err)
			if p != (Port{}) {
				t.Fatalf("%q: %v with %v", s, p, err)
			}
			return
		}
		if again, ok := g.FindPort(p.ID, p.State); !ok || again != p {
			t.Fatalf("%q: %v does not come back: %v", s, p, again)
		}
	})
}

func checkFault(t *testing.T, s string, err error) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Invalid || f.Fix == "" || len(err.Error()) > 2000 {
		t.Fatalf("%q: %v", s, err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(good, "AA/BB\t-\t-\t-\t-\tLand\n", "AAXYZ\tAA\tHaven\tHafen | Port\n")
	f.Add("A\t\t\t\t\t\n", "/\t-\t-\t-\t-\tx\n", "AA-\tAA\t-\t-\n")
	f.Fuzz(func(t *testing.T, states, more, ports string) {
		g, err := Load(files(states, more, ports))
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		for _, s := range g.States() {
			if got, err := g.ParseState(g.Name(s)); err != nil || got != s {
				// A name that is also a code of its own state is found as the code.
				t.Fatalf("%v is called %q, which is %v, %v", s, g.Name(s), got, err)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	fsys := os.DirFS("../../data/place")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(fsys); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseState(b *testing.B) {
	g := load(b)
	for _, s := range []string{"CN", "prk", "North Korea", "북한", "Nort Korea"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = g.ParseState(s)
			}
		})
	}
}

func BenchmarkParsePort(b *testing.B) {
	g := load(b)
	for _, s := range []string{"KPRJN", "Rason", "Rajjin"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = g.ParsePort(s)
			}
		})
	}
}

// TestPeoples holds that the adjective of a state is refused with the state that it is of, and that a table with a wrong line says where.
func TestPeoples(t *testing.T) {
	g, err := Open(os.DirFS("../../data"))
	if err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{"Polish": "Poland", "Chinese": "China", "russian": "Russia", "Emirati": "United Arab Emirates"} {
		if _, err := g.ParseState(typed); err == nil || !strings.Contains(err.Error(), "did you mean "+want+"?") {
			t.Errorf("%s: %v", typed, err)
		}
	}
	for row, want := range map[string]string{"XX\t-\tXish\t-": "no state of the table", "PL\tWarsaw": "2 columns"} {
		files := fstest.MapFS{"reading/demonyms.tsv": {Data: []byte("# code\n" + row + "\n")}}
		for _, name := range []string{"states.tsv", "states-more.tsv", "ports.tsv"} {
			b, err := os.ReadFile("../../data/place/" + name)
			if err != nil {
				t.Fatal(err)
			}
			files["place/"+name] = &fstest.MapFile{Data: b}
		}
		if _, err := Open(files); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "demonyms.tsv:2") {
			t.Errorf("%s: %v", row, err)
		}
	}
}

package goods

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
)

// repo is the root of the repository, found by walking up to go.mod.
func repo(t testing.TB) fs.FS {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return os.DirFS(dir)
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above the test")
		}
		dir = up
	}
}

func realLists(t testing.TB) *Lists {
	t.Helper()
	ls, err := LoadLists(repo(t), "data/goods/lists")
	if err != nil {
		t.Fatal(err)
	}
	return ls
}

// line makes an Item from a description and a code, "" for none.
func line(t testing.TB, description, code string) Item {
	t.Helper()
	it := Item{Description: description}
	if code != "" {
		c, err := ParseCode(code)
		if err != nil {
			t.Fatalf("code %q: %v", code, err)
		}
		it.Code, it.HasCode = c, true
	}
	return it
}

// said writes a result as "iron ?copper": yes, and weigh with a question mark.
func said(ls *Lists, out []Naming) string {
	var w []string
	for i, n := range out {
		switch n {
		case Yes:
			w = append(w, ls.At(i).ID)
		case Weigh:
			w = append(w, "?"+ls.At(i).ID)
		}
	}
	return strings.Join(w, " ")
}

func TestEveryListOfTheLawIsThere(t *testing.T) {
	ls := realLists(t)
	for _, id := range strings.Fields(`coal iron iron-ore gold titanium-ore vanadium-ore rare-earth-minerals copper nickel silver
		zinc lead lead-ore seafood fishing-rights textiles statues aviation-fuel condensates-ngl crude-oil refined-petroleum
		major-arms arms small-arms nuclear-items missile-items cbw-items wmd-2094-annex-3 wmd-2321-annex-3
		conventional-dual-use heavy-chassis luxury-2094 luxury-2270-watches luxury-2270-snowmobiles luxury-2270-other
		luxury-rugs luxury-tableware luxury-review helicopters vessels`) {
		i, ok := ls.Index(id)
		if !ok {
			t.Errorf("there is no list %q", id)
			continue
		}
		if l := ls.At(i); l.ID != id || ls.IDs()[i] != id {
			t.Errorf("list %d is %q, not %q", i, l.ID, id)
		} else if l.TextCodes {
			t.Errorf("%s: no resolution gives codes for what it names in words", id)
		} else if l.Note == "" {
			t.Errorf("%s has no note", id)
		}
	}
}

// TestCases matches the goods of the labelled cases, in the words of the cases and in what
// people type for the same thing.
func TestCases(t *testing.T) {
	ls := realLists(t)
	for _, tt := range []struct{ name, description, code, want string }{
		{"003", "coal", "2701", "coal"},
		{"003", "50,000 t of anthracite", "270111", "coal"},
		{"003", "coking coal", "2701", "coal"},
		{"017", "iron ore", "2601", "iron-ore"},
		{"017", "magnetite concentrate", "260111", "iron-ore"},
		{"031", "pig iron", "7201", "iron"},
		{"037", "zinc concentrate", "2608", "zinc"},
		{"038", "zinc ore", "2608", "zinc"},
		{"039", "magnesite", "2519", ""},
		{"043", "ferrosilicon", "720221", "?iron"},
		{"045", "human hair", "0501", ""},
		{"045", "human hair for wigs", "6703", ""},
		{"046", "clocks and watch movements", "91", ""},
		{"048", "squid", "0307", "seafood"},
		{"049", "fishing licences", "", "fishing-rights"},
		{"051", "apparel", "61", "textiles"},
		{"051", "garments sewn from foreign cloth", "62", "textiles"},
		{"053", "men's coats", "6201", "textiles"},
		{"055", "pine nuts", "0802", ""},
		{"056", "mushrooms", "0709", ""},
		{"057", "bottled liquor", "2208", ""},
		{"059", "gasoline", "271012", "refined-petroleum"},
		{"060", "jet fuel", "271019", "aviation-fuel"},
		{"061", "tank truck of Jet A-1", "271019", "aviation-fuel"},
		{"062", "refined oil products", "2710", "refined-petroleum"},
		{"074", "diesel", "271019", "refined-petroleum"},
		{"075", "natural gas liquids", "2711", "condensates-ngl"},
		{"075", "LNG", "271111", "condensates-ngl"},
		{"076", "crude oil", "270900", "crude-oil"},
		{"098", "essential goods", "", ""},
		{"099", "general cargo", "", ""},
		{"101", "used cargo ship", "8901", "vessels"},
		{"107", "Il-76 freighter spares", "8803", ""},
		{"111", "MiG-21s", "8802", "arms major-arms"},
		{"111", "SAM parts", "93", "arms major-arms"},
		{"112", "raw sugar", "1701", ""},
		{"115", "bronze statue", "9703", "statues"},
		{"119", "munitions", "93", "arms"},
		{"121", "small arms", "9301", "arms small-arms"},
		{"121", "500 rifles", "9301", "arms small-arms"},
		{"124", "commercial trucks", "8704", "heavy-chassis"},
		{"125", "eight-axle logging chassis", "8704", "heavy-chassis"},
		{"127", "two-axle lorries", "8704", "heavy-chassis"},
		{"130", "NaF", "28261920", "cbw-items"},
		{"130", "sodium fluoride", "28261920", "cbw-items"},
		{"131", "fluorides", "282619", "?cbw-items"},
		{"132", "methanol", "290511", ""},
		{"133", "acetic acid", "291521", ""},
		{"134", "baking soda", "283630", ""},
		{"134", "sodium bicarbonate", "283630", ""},
		{"135", "medicine", "29", ""},
		{"135", "Entecavir, Orlistat", "30", ""},
		{"138", "industrial dryers", "8419", ""},
		{"139", "mobile phones", "8517", ""},
		{"141", "X-ray unit", "9022", ""},
		{"142", "farm tractor", "8701", ""},
		{"144", "Rolls-Royce Phantom", "8703", "luxury-2094"},
		{"144", "Lexus LX570", "8703", "luxury-2094"},
		{"146", "carpet", "5701", "luxury-rugs textiles"},
		{"159", "water pumps", "8413", ""},
	} {
		if got := said(ls, ls.Match(line(t, tt.description, tt.code), nil, nil)); got != tt.want {
			t.Errorf("case %s, %q %s: got %q, want %q", tt.name, tt.description, tt.code, got, tt.want)
		}
	}
}

func TestWordsAndCodes(t *testing.T) {
	ls := realLists(t)
	for _, tt := range []struct{ description, code, want string }{
		// Fuels: six digits decide nothing.
		{"", "271019", "?aviation-fuel ?refined-petroleum"},
		{"", "270900", "?condensates-ngl ?crude-oil"},
		{"condensate", "270900", "condensates-ngl"},
		{"JET A1 FUEL", "271019", "aviation-fuel"},
		{"kerosene-type jet fuel", "271019", "aviation-fuel"},
		{"kerosene for stoves", "", "refined-petroleum"},
		{"diesel for generators and trucks", "271019", "refined-petroleum"},
		{"diesel generator fuel", "271019", "?aviation-fuel ?refined-petroleum"},
		{"fuel for aircraft", "", "?aviation-fuel ?refined-petroleum"},
		{"kerosene", "271019", "refined-petroleum"},
		{"avgas 100LL", "", "aviation-fuel"},
		{"rocket fuel", "", "aviation-fuel"},
		{"LPG", "271112", "refined-petroleum"},
		{"liquefied petroleum gas (propane)", "271112", "refined-petroleum"},
		{"fuel", "", "?refined-petroleum"},
		{"oil", "2710", "refined-petroleum"},
		{"cooking oil", "1507", ""},
		{"petroleum oils and oils obtained from bituminous minerals, crude", "270900", "crude-oil"},
		{"Diesel generator", "8502", ""},
		{"petrol, diesel and jet fuel", "2710", "aviation-fuel refined-petroleum"},
		// Metals and ores.
		{"iron ore and pig iron", "", "iron iron-ore"},
		{"iron ore", "", "iron-ore"},
		{"lead ore", "2607", "lead-ore"},
		{"lead ingots", "7801", "lead"},
		{"lead pipes", "7806", "?lead"},
		{"lead and zinc concentrate", "", "lead zinc"},
		{"copper concentrate", "2603", "copper"},
		{"steel plates", "7208", "?iron"},
		{"nails", "7317", "?iron"},
		{"pig iron", "72", "iron"},
		{"iron tablets", "3004", ""},
		{"Iron or steel; tube or pipe fittings, n.e.c.", "730799", "?iron"},
		{"Ferrous waste and scrap", "720449", "?iron"},
		{"gold bars", "7108", "gold"},
		{"gold rings", "7113", "?gold luxury-2094"},
		{"coke", "2704", "?coal"},
		{"charcoal", "4402", ""},
		{"petroleum coke", "2713", "refined-petroleum"},
		{"monazite sand", "261220", "rare-earth-minerals"},
		{"neodymium", "280530", "?rare-earth-minerals"},
		{"ilmenite", "2614", "titanium-ore"},
		{"titanium dioxide", "2823", ""},
		{"tungsten ore", "2611", ""},
		{"molybdenum concentrate", "2613", ""},
		// Words and code at odds.
		{"coal", "7201", "?coal ?iron"},
		{"squid", "8438", "?seafood"},
		{"fish processing machine", "8438", ""},
		{"fish meal", "230120", "?seafood"},
		{"dried seaweed", "1212", ""},
		// Code without words.
		{"", "2701", "?coal"},
		{"goods", "2701", "?coal"},
		{"product X-200", "2701", "?coal"},
		{"medicines", "2701", "?coal"},
		// Arms.
		{"AK-47s", "", "arms small-arms"},
		{"grenade launchers", "", "arms small-arms"},
		{"120 mm howitzers", "", "arms major-arms"},
		{"tank", "", "?arms ?major-arms"},
		{"tanks", "8710", "arms major-arms"},
		{"water tanks of plastic", "3925", ""},
		{"toy guns", "9503", ""},
		{"MIG welding wire", "8311", ""},
		{"surface-to-air missiles", "9306", "arms major-arms missile-items"},
		{"missile components", "8803", "arms major-arms missile-items"},
		{"military trucks", "8704", "?arms heavy-chassis"},
		{"mining explosives", "3602", "?arms"},
		{"hunting rifle ammunition", "9306", "arms small-arms"},
		{"robot arms", "8479", ""},
		// Listed items.
		{"phosphorus trichloride", "281213", "cbw-items"},
		{"PCl3", "", "cbw-items"},
		{"sodium fluoride toothpaste", "3306", ""},
		{"uranium hexafluoride", "2844", "nuclear-items"},
		{"medical isotopes", "284440", "?nuclear-items"},
		{"ammonium nitrate fertiliser", "310230", "?wmd-2321-annex-3"},
		{"phase-stabilised ammonium nitrate", "", "wmd-2321-annex-3"},
		{"sodium perchlorate", "282990", "wmd-2094-annex-3"},
		{"Kevlar fabric", "5407", "missile-items textiles"},
		{"TDI", "292910", "wmd-2321-annex-3"},
		// Luxury.
		{"motor yacht", "8903", "luxury-2094 luxury-2270-other vessels"},
		{"cars", "8703", "luxury-2094"},
		{"car tyres", "4011", ""},
		{"buses", "8702", "luxury-review"},
		{"school transport", "8702", "?luxury-review"},
		{"snowmobiles", "870310", "luxury-2270-snowmobiles"},
		{"gold watches", "9101", "luxury-2270-watches"},
		{"watches", "9101", "?luxury-2270-watches"},
		{"bone china tableware", "6911", "luxury-tableware"},
		{"wine", "2204", ""},
		// Ships.
		{"oil tanker", "8901", "vessels"},
		{"trawlers", "8902", "vessels"},
		{"pressure vessel", "8419", ""},
		{"helicopters", "880212", "helicopters"},
		{"helicopter spare parts", "8803", ""},
		{"truck tractor", "8701", "heavy-chassis"},
		{"forklift trucks", "8427", ""},
		// Nothing at all, and words that cannot be read.
		{"wigs", "6704", ""},
		{"clocks", "9105", ""},
		{"rice", "1006", ""},
		{"vaccines", "3002", ""},
		{"уголь", "2701", "?coal"},
	} {
		if got := said(ls, ls.Match(line(t, tt.description, tt.code), nil, nil)); got != tt.want {
			t.Errorf("%q %s: got %q, want %q", tt.description, tt.code, got, tt.want)
		}
	}
	if got := said(ls, ls.Match(Item{Description: "coal", HasCode: true}, nil, nil)); got != "coal" {
		t.Errorf("coal with the zero code: got %q", got)
	}
	for _, description := range []string{"", "уголь", "석탄", "煤"} {
		for i, n := range ls.Match(line(t, description, ""), nil, nil) {
			if n != Weigh {
				t.Errorf("%q without a code: %s is %v; what cannot be read is not cleared", description, ls.At(i).ID, n)
			}
		}
	}
}

func TestCommodity(t *testing.T) {
	ls := realLists(t)
	for _, tt := range []struct{ commodity, description, code, want string }{
		{"none", "coal", "2701", ""},
		{"coal", "diesel", "271019", "coal"},
		{"small-arms", "", "", "arms small-arms"},
		{"arms", "", "", "arms ?major-arms ?small-arms"},
		{"arms", "MiG-21", "", "arms major-arms"},
		{"arms", "uniforms", "6203", "arms"},
		{"no-such-list", "coal", "2701", "coal"},
	} {
		it := line(t, tt.description, tt.code)
		it.Commodity = tt.commodity
		if got := said(ls, ls.Match(it, nil, nil)); got != tt.want {
			t.Errorf("%s, %q %s: got %q, want %q", tt.commodity, tt.description, tt.code, got, tt.want)
		}
	}
}

const small = `
- {id: tea, title: Tea, words: [tea, green tea], not_words: [tea cup, herbal], review_words: [tea dust], code_words: [leaf],
   codes: ["0902"], review: ["2101"], basis: panel, source: here}
- {id: black-tea, title: Black tea, words: [black tea], within: [tea], codes: ["090230"], basis: panel, source: here}
- {id: mate, title: Mate, words: [mate], review_words: [brew], words_decide: true, codes: ["0903"], review: ["2106"], contested: true, ask_by_code: true,
   basis: state, source: here}
- {id: plant, title: Plants, codes: ["06"], text_codes: true, basis: text, source: here}
- {vague: [goods, sack, of]}
`

func TestRules(t *testing.T) {
	ls, err := ParseLists("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ why, description, code, want string }{
		{"a word without a code", "Tea", "", "tea"},
		{"a word and a code that fits", "teas", "0902", "tea"},
		{"a word and a longer code", "tea", "09024010", "tea"},
		{"a word and a code that may fit", "tea", "09", "?mate tea"},
		{"a word and a review code", "tea", "2101", "tea"},
		{"a word and a code outside", "tea", "8701", "?tea"},
		{"a word silenced", "herbal tea", "", ""},
		{"a word silenced in another part", "herbal mixtures, tea", "", "tea"},
		{"a word inside a longer not_word", "tea cups", "0902", ""},
		{"a word inside a longer review word", "tea dust", "", "?tea"},
		{"a review word and a code outside", "tea dust", "8701", ""},
		{"a code word without a code", "leaves of leaf", "", "?tea"},
		{"a code word and a code that fits", "leaf", "0902", "tea"},
		{"a code word and a code outside", "leaf", "8701", ""},
		{"a code without words", "something", "0902", "?tea"},
		{"a code and words for another thing", "mate", "0903", "mate"},
		{"a review code and other words", "soup", "2101", ""},
		{"a review code and no words", "", "2101", "?tea"},
		{"a review code and vague words", "12 sacks of goods", "2101", "?tea"},
		{"words decide", "mate", "8701", "mate"},
		{"words decide, a review word", "brew", "8701", "?mate"},
		{"ask by code", "soup", "2106", "?mate"},
		{"a contested review code", "mate", "2106", "?mate"},
		{"codes of the text decide alone", "goods", "0602", "plant"},
		{"a list within another", "black tea", "", "black-tea tea"},
		{"accents, case and hyphens", "Gréen-TÉA", "", "tea"},
		{"what the goods are for", "pots for tea", "", "?tea"},
		{"what the goods are for, a code outside", "pots for tea", "8701", ""},
		{"what the goods are for, up to the comma", "pots for soup or tea, tea", "", "tea"},
		{"what the goods are for silences nothing", "tea for herbal mixtures", "", "tea"},
		{"what the goods are for, words decide", "pots for mate", "8701", "mate"},
		{"a silenced word and a code that fits", "herbal tea", "0902", "?tea"},
		{"a not_word alone and a code that fits", "herbal", "0902", ""},
		{"and cuts", "tea and herbal mixtures", "", "tea"},
	} {
		if got := said(ls, ls.Match(line(t, tt.description, tt.code), nil, nil)); got != tt.want {
			t.Errorf("%s, %q %s: got %q, want %q", tt.why, tt.description, tt.code, got, tt.want)
		}
	}
}

func TestListsRefused(t *testing.T) {
	const ok = "- {id: a, title: A, words: [b], basis: panel, source: here}\n"
	for _, tt := range []struct{ why, yaml, message string }{
		{"unknown key", ok + "- {id: c, title: C, wrods: [d], basis: panel, source: here}", "wrods"},
		{"an id twice", ok + ok, "twice"},
		{"a kept id", "- {id: none, title: A, words: [b], basis: panel, source: here}", "kept"},
		{"a bad id", "- {id: A b, title: A, words: [b], basis: panel, source: here}", "small letters"},
		{"no title", "- {id: a, words: [b], basis: panel, source: here}", "title"},
		{"no source", "- {id: a, title: A, words: [b], basis: panel}", "source"},
		{"no basis", "- {id: a, title: A, words: [b], source: here}", "basis"},
		{"an unknown basis", "- {id: a, title: A, words: [b], basis: hearsay, source: here}", "basis"},
		{"a code that does not parse", "- {id: a, title: A, codes: [abc], basis: panel, source: here}", ""},
		{"neither words nor codes", "- {id: a, title: A, basis: panel, source: here}", "neither"},
		{"a phrase that is cut", "- {id: a, title: A, words: [salt and pepper], basis: panel, source: here}", "never match"},
		{"a phrase with a purpose", "- {id: a, title: A, words: [fuel for aircraft], basis: panel, source: here}", "never match"},
		{"a phrase of no letters", "- {id: a, title: A, words: [\"-\"], basis: panel, source: here}", "no letter"},
		{"a phrase of many words", "- {id: a, title: A, words: [a b c d e f g], basis: panel, source: here}", "more than"},
		{"a phrase twice", "- {id: a, title: A, words: [b, B], basis: panel, source: here}", "again"},
		{"a phrase and its contrary", "- {id: a, title: A, words: [b], not_words: [b], basis: panel, source: here}", "not_words"},
		{"within what is no list", "- {id: a, title: A, words: [b], within: [c], basis: panel, source: here}", "no list"},
		{"within itself", "- {id: a, title: A, words: [b], within: [a], basis: panel, source: here}", "itself"},
		{"text codes of a panel", "- {id: a, title: A, codes: [\"01\"], text_codes: true, basis: panel, source: here}", "text_codes"},
		{"not a list", "id: a", "list"},
		{"vague phrases", ok + "- {vague: [two words]}", "alone"},
		{"a map in a list of words", "- {id: a, title: A, words: [{b: c}], basis: panel, source: here}", "single"},
	} {
		_, err := ParseLists("x.yaml", []byte(tt.yaml))
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Errorf("%s: got %v, want a fault", tt.why, err)
			continue
		}
		if f.Code != fault.Invalid || f.Place.File != "x.yaml" || f.Place.Line == 0 || !strings.Contains(err.Error(), tt.message) {
			t.Errorf("%s: got code %s, %q", tt.why, f.Code, err)
		}
	}
	for why, fsys := range map[string]fstest.MapFS{
		"a stray file":       {"l/a.yaml": {Data: []byte(ok)}, "l/notes.txt": {}},
		"an id in two files": {"l/a.yaml": {Data: []byte(ok)}, "l/b.yaml": {Data: []byte(ok)}},
		"no lists":           {"l/a.yaml": {Data: []byte("- {vague: [goods]}")}},
		"no folder":          {},
	} {
		if _, err := LoadLists(fsys, "l"); err == nil {
			t.Errorf("%s is accepted", why)
		}
	}
}

// naive is the slow reading of the rules about words: every phrase is tried at every place.
func naive(l *List, description string) phraseKind {
	var said phraseKind
	type part struct {
		words []string
		aim   bool
	}
	parts := []part{{}}
	var buf []byte
	eachToken(description, &buf, func(w []byte, sign token, _ bool) {
		last := &parts[len(parts)-1]
		if w == nil {
			parts = append(parts, part{aim: sign == purpose || sign == join && last.aim})
			return
		}
		last.words = append(last.words, string(w))
	})
	type span struct {
		from, to int
		kind     phraseKind
	}
	for _, p := range parts {
		words := p.words
		var spans []span
		for _, k := range l.kinds() {
			for _, phrase := range k.phrases {
				want := strings.Fields(phrase)
				for at := 0; at+len(want) <= len(words); at++ {
					fits := true
					for j, w := range want {
						fits = fits && slices.Contains(inflected(w), words[at+j])
					}
					if fits {
						spans = append(spans, span{at, at + len(want), k.kind})
					}
				}
			}
		}
		counts := slices.DeleteFunc(slices.Clone(spans), func(s span) bool {
			return slices.ContainsFunc(spans, func(o span) bool {
				return o.from <= s.from && o.to >= s.to && o.to-o.from > s.to-s.from
			})
		})
		not := slices.ContainsFunc(counts, func(s span) bool { return s.kind == kindNot })
		for _, s := range counts {
			switch {
			case s.kind == kindNot && !p.aim:
				said |= kindNot
			case s.kind == kindNot:
			case not && !p.aim:
				said |= saidSilenced
			case not:
			case p.aim && !l.WordsDecide && s.kind == kindCode:
			case p.aim && !l.WordsDecide:
				said |= kindReview
			default:
				said |= s.kind
			}
		}
	}
	return said
}

// drawDescription makes descriptions out of the words of the lists and noise.
func drawDescription(ls *Lists) *rapid.Generator[string] {
	var all []string
	for _, l := range ls.lists {
		for _, k := range l.kinds() {
			all = append(all, k.phrases...)
			for _, p := range k.phrases {
				all = append(all, strings.Fields(p)...)
			}
		}
	}
	all = append(all, "water", "of", "X", "21", "é", "煤", "goods")
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 8).Draw(t, "words") {
			w := rapid.SampledFrom(all).Draw(t, "word")
			if rapid.Bool().Draw(t, "many") {
				w += "s"
			}
			if rapid.Bool().Draw(t, "loud") {
				w = strings.ToUpper(w)
			}
			b.WriteString(w)
			b.WriteString(rapid.SampledFrom([]string{" ", " ", " ", "-", ", ", " and ", "/", ".", " or ", " for "}).Draw(t, "joint"))
		}
		return b.String()
	})
}

func TestTheFastReadingIsTheSlowOne(t *testing.T) {
	ls := realLists(t)
	descriptions := drawDescription(ls)
	s := &Scratch{}
	rapid.Check(t, func(t *rapid.T) {
		d := descriptions.Draw(t, "description")
		ls.read(d, s)
		for i, l := range ls.lists {
			if want := naive(l, d); s.said[i] != want {
				t.Fatalf("%s in %q: got %04b, want %04b", l.ID, d, s.said[i], want)
			}
		}
	})
}

// A working code that no edition of the HS holds would never match anything.
func TestEveryCodeExists(t *testing.T) {
	sub, err := fs.Sub(repo(t), "data/goods/hs")
	if err != nil {
		t.Fatal(err)
	}
	hs, err := Load(sub)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range realLists(t).lists {
		for _, text := range slices.Concat(l.CodeTexts, l.ReviewTexts) {
			r, err := ParseRange(text)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []Code{r.From, r.To} {
				if len(hs.Editions(c)) == 0 {
					t.Errorf("%s: no edition has %s", l.ID, c)
				}
			}
		}
	}
}

func TestChaptersHideNoCode(t *testing.T) {
	ls := realLists(t)
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.SampledFrom([]int{2, 4, 6, 8}).Draw(t, "digits")
		text := fmt.Sprintf("%0*d", digits, rapid.IntRange(0, 99999999).Draw(t, "code"))[:digits]
		c, err := ParseCode(text)
		if err != nil {
			t.Skip("no such code")
		}
		near := ls.chapters[chapter(c)]
		for i, l := range ls.lists {
			if l.fit(c) != fitOutside && !slices.Contains(near, uint16(i)) {
				t.Fatalf("code %s fits %s, which its chapter does not name", text, l.ID)
			}
		}
	})
}

func TestMatchKeepsNothing(t *testing.T) {
	ls := realLists(t)
	descriptions := drawDescription(ls)
	s := &Scratch{}
	var out []Naming
	rapid.Check(t, func(t *rapid.T) {
		it := Item{Description: descriptions.Draw(t, "description")}
		if rapid.Bool().Draw(t, "coded") {
			c, err := ParseCode(rapid.SampledFrom([]string{"2701", "271019", "72", "93", "9306", "8704", "0307", "6201", "30", "282619"}).Draw(t, "code"))
			if err != nil {
				t.Fatal(err)
			}
			it.Code, it.HasCode = c, true
		}
		it.Commodity = rapid.SampledFrom([]string{"", "", "none", "arms", "coal"}).Draw(t, "commodity")
		out = ls.Match(it, s, out)
		if diff := cmp.Diff(ls.Match(it, nil, nil), out); diff != "" {
			t.Fatalf("a used scratch changes the answer (-fresh +used):\n%s", diff)
		}
		it.Description = strings.ToUpper(it.Description)
		if diff := cmp.Diff(ls.Match(it, nil, nil), out); diff != "" {
			t.Fatalf("capitals change the answer (-capitals +as typed):\n%s", diff)
		}
	})
}

func TestMatchDoesNotAllocate(t *testing.T) {
	ls := realLists(t)
	s, out := &Scratch{}, make([]Naming, 0, ls.Len())
	it := line(t, "Frozen squid, dried pollack and 20 MiG-21 spare parts in sacks", "0307")
	out = ls.Match(it, s, out)
	if n := testing.AllocsPerRun(100, func() { out = ls.Match(it, s, out) }); n != 0 {
		t.Errorf("matching allocates %v times", n)
	}
}

func FuzzParseLists(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("- {id: a, title: A, words: [b], basis: panel, source: here}"))
	f.Add([]byte("- id: a\n  within: [a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ls, err := ParseLists("f.yaml", data)
		if err != nil {
			var flt *fault.Error
			if !errors.As(err, &flt) {
				t.Fatalf("the error is no fault: %v", err)
			}
			return
		}
		for _, l := range ls.lists {
			for _, w := range l.Words {
				if naive(l, w) == 0 {
					t.Fatalf("%q does not find its own word %q", l.ID, w)
				}
			}
		}
	})
}

func FuzzMatch(f *testing.F) {
	ls := realLists(f)
	f.Add("coal and Jet A-1", "2701", "")
	f.Add("", "", "none")
	f.Add("\xff\u0301é煤;;//", "99", "arms")
	s := &Scratch{}
	f.Fuzz(func(t *testing.T, description, code, commodity string) {
		it := Item{Description: description, Commodity: commodity}
		if c, err := ParseCode(code); err == nil {
			it.Code, it.HasCode = c, true
		}
		out := ls.Match(it, s, nil)
		if len(out) != ls.Len() {
			t.Fatalf("%d values for %d lists", len(out), ls.Len())
		}
		for i, l := range ls.lists {
			if out[i] > Weigh {
				t.Fatalf("%s: %v", l.ID, out[i])
			}
			for _, u := range l.up {
				if out[i] == Yes && out[u] != Yes {
					t.Fatalf("%s is Yes, and %s, which contains it, is %v", l.ID, ls.ids[u], out[u])
				}
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	ls := realLists(b)
	for _, bb := range []struct{ name, description, code string }{
		{"coal", "coal", "2701"},
		{"typical", "Frozen squid, dried pollack", "0307"},
		{"nothing", "mobile phones", "8517"},
		{"official", "Petroleum oils and oils from bituminous minerals, not containing biodiesel, not crude, not waste oils; preparations n.e.c", "271019"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			it := line(b, bb.description, bb.code)
			s, out := &Scratch{}, make([]Naming, 0, ls.Len())
			b.ReportAllocs()
			for b.Loop() {
				out = ls.Match(it, s, out)
			}
		})
	}
}

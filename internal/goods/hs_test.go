package goods

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

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
)

// hsRoot is the folder with go.mod in it.
func hsRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("there is no go.mod above the test")
		}
		dir = up
	}
}

func hsFiles(t testing.TB) fs.FS {
	return os.DirFS(filepath.Join(hsRoot(t), "data", "goods", "hs"))
}

var realHSOnce struct {
	sync.Once
	n   *Nomenclature
	err error
}

func realHS(t testing.TB) *Nomenclature {
	t.Helper()
	realHSOnce.Do(func() { realHSOnce.n, realHSOnce.err = Load(hsFiles(t)) })
	if realHSOnce.err != nil {
		t.Fatal(realHSOnce.err)
	}
	return realHSOnce.n
}

func codeText(codes []Code) string {
	var out []string
	for _, c := range codes {
		out = append(out, c.Digits())
	}
	return strings.Join(out, " ")
}

func TestCounts(t *testing.T) {
	n := realHS(t)
	type counts struct{ Headings, Subheadings int }
	got := map[Edition]counts{}
	for _, e := range editions {
		var c counts
		for _, x := range n.headings {
			if x.editions&e.bit() != 0 {
				c.Headings++
			}
		}
		for _, x := range n.subheadings {
			if x.editions&e.bit() != 0 {
				c.Subheadings++
			}
		}
		got[e] = c
	}
	// 5,205, 5,387 and 5,612 are the numbers that the World Customs Organization gives.
	want := map[Edition]counts{HS2012: {1224, 5205}, HS2017: {1222, 5387}, HS2022: {1228, 5612}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("numbers of codes (-want +got):\n%s", d)
	}
	if got := len(n.Chapters()); got != 96 {
		t.Errorf("%d chapters hold goods", got)
	}
}

func TestExists(t *testing.T) {
	n := realHS(t)
	for _, tt := range []struct{ code, in string }{
		{"2701", "HS 2012, 2017 and 2022"},
		{"27", "HS 2012, 2017 and 2022"},
		{"77", "no edition"},
		{"281213", "HS 2017 and 2022"}, // phosphorus trichloride
		{"281210", "HS 2012"},
		{"8803", "HS 2012 and 2017"},
		{"8807", "HS 2022"},
		{"8806", "HS 2022"},
		{"970300", "HS 2012 and 2017"},
		{"970310", "HS 2022"},
		{"841939", "HS 2012, 2017 and 2022"},
		{"841933", "HS 2022"},
		{"8107", "HS 2012 and 2017"},
		{"6908", "HS 2012"},
		{"300219", "HS 2017"},
		{"999", "no edition"},
		{"27011", "HS 2012, 2017 and 2022"}, // the dash level above 2701.11
		{"27013", "no edition"},
		{"270", "HS 2012, 2017 and 2022"},
		{"2701110010", "HS 2012, 2017 and 2022"}, // national digits are not judged
		{"2701990010", "no edition"},
		{"7304110099", "HS 2012, 2017 and 2022"},
	} {
		c, err := ParseCode(tt.code)
		if err != nil {
			if tt.in != "no edition" {
				t.Errorf("%s: %v", tt.code, err)
			}
			continue
		}
		if got := editionsText(n.held(c), "and"); got != tt.in {
			t.Errorf("%s: got %s, want %s", tt.code, got, tt.in)
		}
		if n.Exists(c, 0) != (tt.in != "no edition") {
			t.Errorf("%s: exists in any edition: %v", tt.code, n.Exists(c, 0))
		}
		var list []Edition
		for _, e := range editions {
			if n.Exists(c, e) {
				list = append(list, e)
			}
		}
		if d := cmp.Diff(list, n.Editions(c)); d != "" {
			t.Errorf("%s: %s", tt.code, d)
		}
	}
}

func TestCheck(t *testing.T) {
	n := realHS(t)
	for _, tt := range []struct {
		code    string
		edition Edition
		fix     string // part of the error; "" if the code is good
	}{
		{"2701", HS2022, ""},
		{"27011100", HS2022, ""},
		{"8803", 0, ""},
		{"8803", HS2017, ""},
		{"8803", HS2022, "8803 exists in HS 2012 and 2017; in HS 2022 it became 8807"},
		{"88033000", HS2022, "8803.30 exists in HS 2012 and 2017; in HS 2022 it became 8807.30"},
		{"8807", HS2017, "8807 exists in HS 2022; in HS 2017 it was 8803"},
		{"281213", HS2012, "2812.13 exists in HS 2017 and 2022; in HS 2012 it was 2812.10"},
		{"281210", HS2022, "in HS 2022 it became 2812.11, 2812.12, 2812.13"},
		{"970300", HS2022, "in HS 2022 it became 9703.10 and 9703.90"},
		{"841933", HS2012, "in HS 2012 it was 8419.39"},
		{"8107", HS2022, "it became 8112"},
		{"8469", HS2022, "it became 8472"},
		{"300219", HS2022, "the published tables name no code for it in HS 2022, see heading 3002"},
		{"8571", HS2022, "8517 (telephones and network equipment)"}, // two digits the other way round
		{"870432", HS2022, ""},                                                // exists, so nothing can be said
		{"843233", HS2022, "8432.31 (direct seeders"},                         // a sibling
		{"10121", 0, "0101.21 (live horses, donkeys and mules)"},              // a spreadsheet ate the zero
		{"303", 0, "0303 (whole fish, frozen)"},                               //
		{"710210123", 0, "if a leading zero was lost, 0710.21"},               // both readings exist
		{"77", 0, "chapter 77 is kept free"},                                  //
		{"7701", 0, "chapter 77 is kept free"},                                //
		{"2799", 0, "2716 (electricity)"},                                     //
		{"2701990010", HS2022, "there is no 2701.99 (the nearest codes are "}, //
		{"2701", Edition(2007), "give 2012, 2017 or 2022"},                    //
	} {
		err := n.Check(mustCode(t, tt.code), tt.edition)
		if tt.fix == "" {
			if err != nil {
				t.Errorf("%s in %s: %v", tt.code, tt.edition, err)
			}
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Code != fault.Invalid || !strings.Contains(err.Error(), tt.fix) {
			t.Errorf("%s in %s: got %v, want %q in it", tt.code, tt.edition, err, tt.fix)
		}
	}
	if err := n.Check(Code{}, 0); fault.CodeOf(err) != fault.Invalid || err == nil {
		t.Errorf("no code at all: %v", err)
	}
}

func TestCheckAgreesWithExists(t *testing.T) {
	n := realHS(t)
	rapid.Check(t, func(t *rapid.T) {
		c := drawReal(n).Draw(t, "code")
		e := rapid.SampledFrom([]Edition{0, HS2012, HS2017, HS2022}).Draw(t, "edition")
		err := n.Check(c, e)
		if !n.Exists(c, e) && err == nil {
			t.Fatalf("%s does not exist in %s and passes", c, e)
		}
		if n.Exists(c, e) && err != nil && !strings.Contains(err.Error(), "leading zero") {
			t.Fatalf("%s exists in %s: %v", c, e, err)
		}
		if err != nil && fault.CodeOf(err) != fault.Invalid {
			t.Fatal(err)
		}
	})
}

// drawReal draws real codes, most of them spoilt a little.
func drawReal(n *Nomenclature) *rapid.Generator[Code] {
	return rapid.Custom(func(t *rapid.T) Code {
		s := n.subheadings[rapid.IntRange(0, len(n.subheadings)-1).Draw(t, "subheading")].code.Digits() + "0000"
		b := []byte(s[:rapid.IntRange(2, maxDigits).Draw(t, "digits")])
		if rapid.Bool().Draw(t, "spoil") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "place")] = "0123456789"[rapid.IntRange(0, 9).Draw(t, "digit")]
		}
		c, err := ParseCode(string(b))
		if err != nil {
			t.Skip("no such chapter")
		}
		return c
	})
}

// TestMisprint is the case of a trade-press list that printed 8432.31 for
// 8542.31: both codes exist, so only the label can show the mistake.
func TestMisprint(t *testing.T) {
	n := realHS(t)
	printed, meant := mustCode(t, "8432.31"), mustCode(t, "8542.31")
	if err := n.Check(printed, HS2022); err != nil {
		t.Errorf("8432.31 exists: %v", err)
	}
	if err := n.Check(printed, HS2012); err == nil {
		t.Error("8432.31 did not exist in HS 2012")
	}
	if got := n.Label(printed); !strings.Contains(got, "seeders") {
		t.Errorf("8432.31 is machinery, not %q", got)
	}
	if got := n.Label(meant.Heading()); got != "integrated circuits" {
		t.Errorf("8542 is %q", got)
	}
	if !slices.Contains(n.Neighbours(printed), meant.Heading()) {
		t.Error("8542 is not shown beside 8432")
	}
}

func TestLabel(t *testing.T) {
	n := realHS(t)
	for code, want := range map[string]string{
		"27": "mineral fuels, oils and electricity", "2701": "coal and coal briquettes", "270111": "anthracite", "2701110099": "anthracite",
		"270400": "coke and semi-coke of coal", // from the heading
		"2799":   "mineral fuels, oils and electricity",
		"8413":   "pumps for liquids", "8704": "lorries and other goods vehicles", "77": "", "8803": "aircraft parts",
		"281213": "phosphorus trichloride",
	} {
		if got := n.Label(mustCode(t, code)); got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
	if got := n.Label(Code{}); got != "" {
		t.Errorf("no code: %q", got)
	}
	for _, h := range n.headings {
		if k := len(strings.Fields(h.label)); k < 1 || k > 8 || h.label != strings.TrimSpace(h.label) {
			t.Errorf("%s: the label %q has %d words", h.code, h.label, k)
		}
	}
}

func TestConcord(t *testing.T) {
	n := realHS(t)
	for _, tt := range []struct {
		code           string
		from, to       Edition
		concord, mains string
	}{
		{"270111", HS2012, HS2022, "270111", "270111"},
		{"2701", HS2022, HS2012, "2701", "2701"},
		{"27", HS2022, HS2012, "27", "27"},
		{"880710", HS2022, HS2012, "880310", "880310"},
		{"8807", HS2022, HS2017, "8803", "8803"},
		{"8803", HS2017, HS2022, "8524 8529 8807", "8807"},
		{"970300", HS2012, HS2022, "970310 970390", "970310 970390"},
		{"9703", HS2012, HS2022, "9703", "9703"},
		{"970390", HS2022, HS2012, "970300", "970300"},
		{"97039000", HS2022, HS2012, "970300", "970300"}, // from the first six digits
		{"841939", HS2017, HS2022, "841933 841939 852411 852412 852419 852491 852492 852499 852990 854921 854929 854931 854939 854991 854999", "841933 841939"},
		{"281213", HS2022, HS2012, "281210", "281210"},
		{"281210", HS2012, HS2017, "281211 281212 281213 281214 281215 281216 281217 281219", "281211 281212 281213 281214 281215 281216 281217 281219"},
		{"28121", HS2012, HS2022, "28121", "28121"},
		{"300219", HS2017, HS2022, "", ""},
		{"8803", HS2022, HS2017, "", ""}, // not a code of the edition
		{"8803", 0, HS2022, "8524 8529 8807", "8807"},
		{"8803", HS2017, 0, "", ""},
		{"8803", HS2017, HS2017, "8803", "8803"},
		{"6908", HS2012, HS2017, "6907", "6907"},
	} {
		c := mustCode(t, tt.code)
		if got := codeText(n.Concord(c, tt.from, tt.to)); got != tt.concord {
			t.Errorf("%s, %s to %s: Concord gives %q, want %q", tt.code, tt.from, tt.to, got, tt.concord)
		}
		if got := codeText(n.Convert(c, tt.from, tt.to)); got != tt.mains {
			t.Errorf("%s, %s to %s: Convert gives %q, want %q", tt.code, tt.from, tt.to, got, tt.mains)
		}
	}
	if got := n.Concord(Code{}, HS2012, HS2022); got != nil {
		t.Errorf("no code: %v", got)
	}
}

// TestConcordLaws states what must hold between any two editions.
func TestConcordLaws(t *testing.T) {
	n := realHS(t)
	for _, from := range editions {
		for _, to := range editions {
			for _, e := range n.subheadings {
				there := n.Concord(e.code, from, to)
				if e.editions&from.bit() == 0 {
					if len(there) > 0 {
						t.Fatalf("%s is not in %s and goes to %s", e.code, from, codeText(there))
					}
					continue
				}
				if len(there) == 0 && !(from >= HS2017 && to > from || from < HS2022 && to == HS2022) {
					t.Errorf("%s of %s has nothing in %s", e.code, from, to)
				}
				mains := n.Convert(e.code, from, to)
				if to < from && len(mains) != 1 {
					t.Errorf("%s of %s is converted to %q in %s", e.code, from, codeText(mains), to)
				}
				for _, c := range mains {
					if !slices.Contains(there, c) {
						t.Errorf("%s of %s is converted to %s in %s, which it is not related to", e.code, from, c, to)
					}
				}
				for _, c := range there {
					if c.Len() != 6 || !n.Exists(c, to) {
						t.Fatalf("%s of %s goes to %s, which %s has not", e.code, from, c, to)
					}
				}
			}
		}
	}
}

// TestConcordGoesBothWays looks at a sample of the related pairs.
func TestConcordGoesBothWays(t *testing.T) {
	n := realHS(t)
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.SampledFrom(editions[:]).Draw(t, "from")
		to := rapid.SampledFrom(editions[:]).Draw(t, "to")
		c := n.subheadings[rapid.IntRange(0, len(n.subheadings)-1).Draw(t, "code")].code
		for _, x := range n.Concord(c, from, to) {
			if !slices.Contains(n.Concord(x, to, from), c) {
				t.Fatalf("%s of %s goes to %s of %s, which does not come back", c, from, x, to)
			}
		}
	})
}

func TestOnlyOneCodeIsLost(t *testing.T) {
	n := realHS(t)
	var lost []Code
	for _, e := range n.subheadings {
		for i := range editions[:len(editions)-1] {
			if e.editions&editions[i].bit() != 0 && len(n.Concord(e.code, editions[i], editions[i+1])) == 0 {
				lost = append(lost, e.code)
			}
		}
	}
	if got := codeText(lost); got != "300219" {
		t.Errorf("codes without a successor: %q", got)
	}
}

func TestNeighbours(t *testing.T) {
	n := realHS(t)
	for code, want := range map[string]string{
		"8517": "8471 8525", "8803": "8807 8802", "8807": "8803 8802", "2710": "2709 2711", "2709": "2710 2711", "8432": "8542", "8704": "8705 8706 8701 8703",
		"2701": "2704 2702", "6109": "6110", "7202": "7201 7203 7204", "9703": "8306 6802", "870423": "8701", "0307": "1605", "8112": "8107", "2208": "2207",
	} {
		got := n.Neighbours(mustCode(t, code))
		for w := range strings.FieldsSeq(want) {
			if !slices.Contains(got, mustCode(t, w)) {
				t.Errorf("%s: %s is not among %s", code, w, codeText(got))
			}
		}
	}
	if got := codeText(n.Neighbours(mustCode(t, "8803"))[:2]); got != "8807 8802" {
		t.Errorf("the likeliest neighbours of 8803 are given as %s", got)
	}
	if got := codeText(n.Neighbours(mustCode(t, "2499"))); got != "2403 2404" {
		t.Errorf("a heading that does not exist stands beside %q", got)
	}
	for _, none := range []Code{{}, mustCode(t, "27"), mustCode(t, "270"), mustCode(t, "7701")} {
		if got := n.Neighbours(none); len(got) != 0 {
			t.Errorf("%q has neighbours %s", none, codeText(got))
		}
	}
	for _, e := range n.headings {
		got := n.Neighbours(e.code)
		if len(got) == 0 || len(got) > 20 || slices.Contains(got, e.code) {
			t.Errorf("%s has neighbours %s", e.code, codeText(got))
		}
		for i, c := range got {
			if c.Len() != 4 || !n.Exists(c, 0) || slices.Contains(got[:i], c) {
				t.Errorf("%s has the neighbour %s", e.code, c)
			}
		}
	}
}

func TestHeadingsAndSubheadings(t *testing.T) {
	n := realHS(t)
	if got := codeText(n.Headings(mustCode(t, "88"))); got != "8801 8802 8803 8804 8805 8806 8807" {
		t.Errorf("headings of 88: %s", got)
	}
	if got := codeText(n.Subheadings(mustCode(t, "9703"))); got != "970300 970310 970390" {
		t.Errorf("subheadings of 9703: %s", got)
	}
	if got := codeText(n.Subheadings(mustCode(t, "97031099"))); got != "970300 970310 970390" {
		t.Errorf("subheadings beside 97031099: %s", got)
	}
	if got := n.Headings(mustCode(t, "77")); len(got) != 0 {
		t.Errorf("headings of 77: %s", codeText(got))
	}
	heads, subs := 0, 0
	for _, c := range n.Chapters() {
		for _, h := range n.Headings(c) {
			heads++
			subs += len(n.Subheadings(h))
		}
	}
	if heads != len(n.headings) || subs != len(n.subheadings) {
		t.Errorf("the tree has %d headings of %d and %d subheadings of %d", heads, len(n.headings), subs, len(n.subheadings))
	}
}

// smallHS is a nomenclature of two headings; with replaces parts of a file.
func smallHS(with map[string]string) fstest.MapFS {
	var chapters strings.Builder
	for i := 1; i <= lastChapter; i++ {
		c, _ := chapterCode(i)
		label := "things"
		if i == 77 {
			label = reservedLabel
		}
		chapters.WriteString(c.Digits() + "\tI\t" + label + "\n")
	}
	files := map[string]string{
		chaptersFile:    "# test\n" + chapters.String(),
		headingsFile:    "# test\n0101\t2012-2022\thorses\tpony nag\n0102\t2022\tcows\n",
		subheadingsFile: "010121\t2012-2022\tbreeding horses\n010129\t2012-2017\n010130\t2022\n010210\t2022\n",
		concordanceFile: "2022\t2017\t010130\t010129\n2022\t2017\t010210\t010121 010129\n",
		neighboursFile:  "0101 0102\tsize\n",
	}
	for name, change := range with {
		old, replacement, _ := strings.Cut(change, "=>")
		if old == "" {
			files[name] = replacement
		} else {
			files[name] = strings.Replace(files[name], old, replacement, 1)
		}
	}
	fsys := fstest.MapFS{}
	for name, text := range files {
		if text != "(missing)" {
			fsys[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return fsys
}

func TestSmallNomenclature(t *testing.T) {
	n, err := Load(smallHS(nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := codeText(n.Concord(mustCode(t, "0101"), HS2012, HS2022)); got != "0101 0102" {
		t.Errorf("0101 came to be in %s", got)
	}
	if got := codeText(n.Convert(mustCode(t, "010121"), HS2012, HS2022)); got != "010121 010210" {
		t.Errorf("010121 is converted to %s", got)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, tt := range []struct {
		file, change, message string
		line                  int
	}{
		{chaptersFile, "05\tI\tthings\n=>", "chapter 06 stands where 05 should", 6},
		{chaptersFile, "97\tI\tthings\n=>", "there are 96 chapters", 0},
		{chaptersFile, "05\tI\tthings=>05\tI", "at least 3 are needed", 6},
		{headingsFile, "0101\t=>0101 \t", "has not 4 digits", 2},
		{headingsFile, "0101\t=>010\t", "has not 4 digits", 2},
		{headingsFile, "0101\t=>horse\t", "is not an HS code", 2},
		{headingsFile, "0102\t=>0101\t", "twice or out of order", 3},
		{headingsFile, "0102\t=>7701\t", "chapter that holds no goods", 0},
		{headingsFile, "2012-2022=>2012-2023", "in which editions", 2},
		{headingsFile, "2012-2022\thorses\tpony nag=>2012-2022", "at least 3 are needed", 2},
		{headingsFile, "horses=>", "has no label", 2},
		{headingsFile, "pony nag=>pony\tnag", "more than 4 columns", 2},
		{headingsFile, "pony nag=>pony nag ", "white space", 2},
		{headingsFile, "pony nag\n=>pony nag\r\n", "white space", 2},
		{headingsFile, "pony nag\n=>pony nag\n\n", "the line is empty", 3},
		{headingsFile, "0101\t2012-2022=>0101\t2012-2017", "its subheadings are in", 0},
		{headingsFile, "=>", "the file is empty", 0},
		{headingsFile, "=>(missing)", "cannot be read", 0},
		{subheadingsFile, "010210=>010310", "its subheadings are in no edition", 0},
		{subheadingsFile, "010210\t2022\n=>010210\t2022\n020110\t2022\n", "020110 has no heading", 0},
		{concordanceFile, "2017=>2012", "are not an edition and the one before it", 1},
		{concordanceFile, "010130=>010129", "is not a code of HS 2022", 1},
		{concordanceFile, "\t010129=>\t010130", "is not a code of HS 2017", 1},
		{concordanceFile, "2022\t2017\t010130\t010129\n=>", "010130 is new in HS 2022 and has no line", 0},
		{concordanceFile, "010210\t=>010130\t", "stands in two lines", 0},
		{concordanceFile, "010121 010129=>010121  010129", "is too short", 2},
		{neighboursFile, "0102=>0103", "is in no edition", 1},
		{neighboursFile, "0101 0102=>0101 0101", "stands twice", 1},
		{neighboursFile, "0101 0102=>0101", "has no neighbours", 1},
		{neighboursFile, "size\n=>size\n0101 0102\tsize\n", "twice or out of order", 2},
		{neighboursFile, "\tsize=>", "at least 2 are needed", 1},
	} {
		_, err := Load(smallHS(map[string]string{tt.file: tt.change}))
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Errorf("%s, %q: got %v", tt.file, tt.change, err)
			continue
		}
		if f.Code != fault.Invalid && f.Code != fault.Unavailable || !strings.Contains(err.Error(), tt.message) || f.Place.Line != tt.line {
			t.Errorf("%s, %q: got %v with code %s in line %d, want %q in line %d", tt.file, tt.change, err, f.Code, f.Place.Line, tt.message, tt.line)
		}
		if f.Place.File == "" {
			t.Errorf("%s, %q: no file in %v", tt.file, tt.change, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	small := smallHS(nil)
	for i, name := range []string{chaptersFile, headingsFile, subheadingsFile, concordanceFile, neighboursFile} {
		f.Add(i, string(small[name].Data))
	}
	f.Fuzz(func(t *testing.T, which int, text string) {
		names := []string{chaptersFile, headingsFile, subheadingsFile, concordanceFile, neighboursFile}
		files := smallHS(nil)
		files[names[uint(which)%uint(len(names))]] = &fstest.MapFile{Data: []byte(text)}
		n, err := Load(files)
		if err != nil {
			var e *fault.Error
			if !errors.As(err, &e) || e.Place.File == "" {
				t.Fatalf("%v says nothing of the file", err)
			}
			return
		}
		for _, h := range n.headings {
			n.Neighbours(h.code)
			n.Concord(h.code, 0, HS2022)
		}
		n.Search(text, 5)
	})
}

// TestCodesAgreeWithTheTable compares HS 2022 with a published table of it. The
// correlation tables are compared in the test of hsgen.
func TestCodesAgreeWithTheTable(t *testing.T) {
	name := filepath.Join(hsRoot(t), "..", "shared", "data", "trade", "hs", "harmonized-system_HS2022.csv")
	file, err := os.Open(name)
	if err != nil {
		t.Skipf("the published table of HS 2022 is not here (%s)", name)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	n := realHS(t)
	want := map[string]bool{}
	copied := 0
	for _, r := range rows[1:] {
		code, description := r[1], r[2]
		if code == "TOTAL" || strings.HasPrefix(code, "99") {
			continue // totals, and goods of unknown kind
		}
		want[code] = true
		if e, ok := n.at(mustCode(t, code)); ok && strings.EqualFold(e.label, description) && len(strings.Fields(e.label)) > 3 {
			t.Errorf("%s: %q is not in our own words", code, e.label)
			copied++
		}
	}
	got := map[string]bool{}
	for _, list := range [][]entry{n.chapters[:], n.headings, n.subheadings} {
		for _, e := range list {
			if e.editions&HS2022.bit() != 0 {
				got[e.code.Digits()] = true
			}
		}
	}
	if d := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); d != "" {
		t.Errorf("codes of HS 2022 (-table +ours):\n%s", d)
	}
}

func BenchmarkHSLoad(b *testing.B) {
	files := hsFiles(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load(files); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHSCheck(b *testing.B) {
	n, c := realHS(b), mustCode(b, "87042399")
	b.ReportAllocs()
	for b.Loop() {
		if err := n.Check(c, HS2022); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNeighbours(b *testing.B) {
	n, c := realHS(b), mustCode(b, "8704")
	b.ReportAllocs()
	for b.Loop() {
		n.Neighbours(c)
	}
}

func BenchmarkConcord(b *testing.B) {
	n, c := realHS(b), mustCode(b, "8803")
	b.ReportAllocs()
	for b.Loop() {
		n.Concord(c, HS2012, HS2022)
	}
}

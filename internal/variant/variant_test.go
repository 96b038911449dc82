package variant

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/romanise"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
)

func tables(t testing.TB) *Tables {
	t.Helper()
	out, err := Load(data.FS, "selftest")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var (
	ladin  = Name{"Usama Muhammad Awad bin Ladin", subject.Person, []string{"SA"}}
	jong   = Name{"KIM Jong-sik", subject.Person, []string{"KP"}}
	ri     = Name{"RI MAN GON", subject.Person, []string{"KP"}}
	ovs    = Name{"Dmitry Valerievich Ovsyannikov", subject.Person, []string{"RU"}}
	russ   = Name{"Дмитрий Овсянников", subject.Person, []string{"RU"}}
	arab   = Name{"أسامة بن لادن", subject.Person, nil}
	hangi  = Name{"김정은", subject.Person, []string{"KP"}}
	mining = Name{"KOREA MINING DEVELOPMENT TRADING CORPORATION", subject.Company, []string{"KP"}}
	hong   = Name{"Hong Kong Electronics Co., Ltd.", subject.Company, nil}
	ship   = Name{"CHON MYONG 1", subject.Vessel, nil}
	komid  = Name{"KOMID", subject.LegalEntity, nil}
)

// of gives the texts of one kind over many seeds.
func of(t *Tables, n Name, k Kind) []string {
	var out []string
	for seed := range uint64(40) {
		for _, v := range t.Of(n, seed) {
			if v.Kind == k && !slices.Contains(out, v.Text) {
				out = append(out, v.Text)
			}
		}
	}
	return out
}

// What people and machines really write must be among the variants.
func TestVariantsThatPeopleWrite(t *testing.T) {
	ts := tables(t)
	for _, x := range []struct {
		name Name
		kind Kind
		want string
	}{
		{ovs, Transpose, "Dmitry Valerievich Ovsyanniokv"},
		{ovs, Nickname, "Dima Valerievich Ovsyannikov"},
		{ovs, Middle, "Dmitry Ovsyannikov"},
		{ovs, Initials, "Dmitry V. Ovsyannikov"},
		{ovs, Drop, "Valerievich Ovsyannikov"},
		{ovs, Swap, "Ovsyannikov Dmitry Valerievich"},
		{ovs, Romanisation, "Dmitry Valerievich Ovsyannikow"},
		{ovs, Punctuation, "Ovsyannikov, Dmitry Valerievich"},
		{ovs, Case, "DMITRY VALERIEVICH OVSYANNIKOV"},
		{russ, Romanisation, "Dmitriy Ovsyannikov"},
		{ladin, Joined, "Usama Muhammad Awad binladin"},
		{ladin, Initials, "Usama M. A. bin Ladin"},
		{ladin, Drop, "Usama Muhammad Awad"}, // the particle goes with it
		{ladin, Romanisation, "Usama Muhammad Awad ibn Ladin"},
		{jong, Punctuation, "KIM Jong sik"},
		{jong, Romanisation, "GIM Jong-sik"},
		{jong, Romanisation, "KIM Jeong-sik"},
		{ri, Script, "리 만 건"},
		{hangi, Romanisation, "Gim Jeongeun"},
		{mining, Form, "KOREA MINING DEVELOPMENT TRADING"},
		{mining, Form, "KOREA MINING DEVELOPMENT TRADING Corp."},
		{hong, Form, "Hong Kong Electronics Company Limited"},
		{hong, Joined, "Hongkong Electronics Co., Ltd."},
		{ship, Prefix, "M/V CHON MYONG 1"},
		{Name{"MV Ocean Star", subject.Vessel, nil}, Prefix, "Ocean Star"},
		{Name{"William Zartman", subject.Person, nil}, Nickname, "Bill Zartman"},
	} {
		if got := of(ts, x.name, x.kind); !slices.Contains(got, x.want) {
			t.Errorf("%s, %s: no %q among %q", x.name.Text, x.kind, x.want, got)
		}
	}
}

// What would be another's name, or nobody's, is not made.
func TestVariantsThatAreNotMade(t *testing.T) {
	ts := tables(t)
	for _, x := range []struct {
		name Name
		kind Kind
		why  string
	}{
		{ri, Drop, "a syllable less is another name"},
		{ri, Middle, "a syllable less is another name"},
		{ri, Initials, "a syllable is no given name"},
		{ri, Substitute, "no word of four letters"},
		{Name{"RI MAN GON", subject.Person, nil}, Script, "the list names no state"},
		{Name{"RI MAN GON", subject.Person, nil}, Romanisation, "the list names no state"},
		{ovs, Form, "a person has no legal form"},
		{ovs, Prefix, "a person is no ship"},
		{ship, Drop, "what stays is another ship"},
		{ship, Swap, "what stays is another ship"},
		{arab, Initials, "the script has no capitals"},
		{arab, Romanisation, "the script leaves vowels out"},
		{komid, Swap, "there is one word"},
		{Name{"Kim Hong", subject.Person, nil}, Drop, "one word tells nobody"},
		{Name{"Ali bin Omar", subject.Person, nil}, Drop, "bin is no name"},
		{Name{"Zbigniew Zurawski", subject.Person, nil}, Nickname, "none is known"},
	} {
		if got := of(ts, x.name, x.kind); len(got) > 0 {
			t.Errorf("%s, %s: %q, although %s", x.name.Text, x.kind, got, x.why)
		}
	}
	for _, text := range of(ts, ship, Substitute) {
		if !strings.HasSuffix(text, " 1") {
			t.Errorf("a slip changed the number of a ship: %q", text)
		}
	}
	if got := ts.Of(Name{" ", subject.Person, nil}, 1); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

func TestThreeWordsGiveAFullSet(t *testing.T) {
	ts := tables(t)
	for _, n := range []Name{ovs, ladin, mining, hong} {
		if got := len(ts.Of(n, 1)); got < 15 || got > 24 {
			t.Errorf("%s has %d variants", n.Text, got)
		}
	}
}

// names are names of any sort, odd ones among them.
func names() *rapid.Generator[Name] {
	word := rapid.OneOf(
		rapid.SampledFrom([]string{
			"Muhammad", "bin", "al-Zawahiri", "KIM", "Jong", "Un", "Müller", "O'Brien", "J.", "1", "№", "김", "정은", "习近平", "Владимир",
			"Иванов", "محمد", "בנימין", "Παπαδόπουλος", "Ltd.", "Co.,", "GmbH", "“", "\u0301", "İstanbul", "ﷺ",
		}),
		rapid.StringN(0, 9, 40),
	)
	return rapid.Custom(func(t *rapid.T) Name {
		return Name{
			Text:   strings.Join(rapid.SliceOfN(word, 0, 6).Draw(t, "words"), " "),
			Schema: rapid.SampledFrom(append(subject.Schemas(), "")).Draw(t, "schema"),
			States: rapid.SliceOfN(rapid.SampledFrom([]string{"KP", "RU", "SA", "CN", "GR", "XX", ""}), 0, 2).Draw(t, "states"),
		}
	})
}

func TestVariantsDifferAndAreRepeatable(t *testing.T) {
	ts := tables(t)
	again := tables(t)
	order := map[Kind]int{}
	for i, k := range Kinds() {
		order[k] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		n, seed := names().Draw(t, "name"), rapid.Uint64().Draw(t, "seed")
		before := slices.Clone(n.States)
		got := ts.Of(n, seed)
		at := 0
		for i, v := range got {
			if v.Text == n.Text || strings.TrimSpace(v.Text) == "" {
				t.Fatalf("%s of %q is %q", v.Kind, n.Text, v.Text)
			}
			if utf8.ValidString(n.Text) && !utf8.ValidString(v.Text) {
				t.Fatalf("%s of %q is not UTF-8: %q", v.Kind, n.Text, v.Text)
			}
			if k, ok := order[v.Kind]; !ok || k < at {
				t.Fatalf("%s is unknown or out of order", v.Kind)
			} else {
				at = k
			}
			if slices.Contains(got[:i], v) {
				t.Fatalf("%v is there twice", v)
			}
		}
		ts.Of(ladin, seed+1) // what was asked in between changes nothing
		if !slices.Equal(got, again.Of(n, seed)) || !slices.Equal(before, n.States) {
			t.Fatalf("not the same twice")
		}
	})
}

// A slip of the finger is one edit, in a word that is long enough.
func TestSlipsAreOneEdit(t *testing.T) {
	ts := tables(t)
	rapid.Check(t, func(t *rapid.T) {
		n := names().Draw(t, "name")
		for _, v := range ts.Of(n, rapid.Uint64().Draw(t, "seed")) {
			if slices.Contains([]Kind{Substitute, Insert, Delete, Transpose}, v.Kind) {
				source := strings.ToLower(strings.Join(strings.Fields(n.Text), " "))
				if d := text.Distance(source, strings.ToLower(v.Text)); d > 1 {
					t.Fatalf("%s: %q is %d edits from %q", v.Kind, v.Text, d, n.Text)
				}
			}
		}
	})
}

// Whatever is written in another script is read back by romanise.
func TestOtherScriptsAreReadBack(t *testing.T) {
	ts := tables(t)
	for word, script := range map[string]romanise.Script{
		"vladimir": romanise.Cyrillic, "shcherbakov": romanise.Cyrillic, "petros": romanise.Greek, "giorgi": romanise.Georgian,
		"hakobyan": romanise.Armenian,
	} {
		w := ts.written(word, script)
		if w == "" || scriptOf(w) != script || romanise.Of(w, script)[0].Latin != word {
			t.Errorf("%s in %s is %q", word, script, w)
		}
	}
	for _, word := range []string{"kim", "pak", "jong", "un", "myong", "chol", "ryong", "sik"} {
		w := hangul(word)
		x, y := romanise.Korean(word, romanise.Latin), romanise.Korean(w, romanise.Hangul)
		if len(y) != 1 || len(y[0]) != len(x[0]) || x[0][0].Meets(y[0][0]) != 3 {
			t.Errorf("%s is %q, which is read %v, not %v", word, w, y, x)
		}
	}
	if w := ts.written("qwx", romanise.Greek); w != "" {
		t.Errorf("qwx in Greek is %q", w)
	}
}

func TestScriptOf(t *testing.T) {
	for name, want := range map[string]romanise.Script{
		"": romanise.None, "12": romanise.None, "Kim": romanise.Latin, "Kim 김은정": romanise.Latin, "김은정 Kim": romanise.Hangul, "김정은 Un": romanise.Hangul,
	} {
		if got := ScriptOf(name); got != want {
			t.Errorf("%q is in %s, want %s", name, got, want)
		}
	}
}

func TestTablesAreRead(t *testing.T) {
	ok := "add\ttitle\tMr\nadd\tgiven\tLee\nadd\torganisation\tGroup\nadd\tform\tLtd\nadd\tprefix\tMV\n"
	for line, want := range map[string]string{
		"pet\t-\ta|b":                  `"pet" is no kind of line`,
		"nickname\t-\ta":               "a group needs two",
		"nickname\t-\ta||b":            "a value is empty",
		"nickname\ta":                  "not 2 columns",
		"system\tx\tab":                `"ab" is not FROM=TO`,
		"system\tx\t^$=a":              "is not FROM=TO",
		"state\tXX\tnowhere":           "neither a script",
		"state\tXX XX\tGreek":          "twice",
		"state\tXX\tArabic":            "neither a script", // one that cannot be written from Latin
		"nickname\t-\tBob|Robert|Rob ": "space around",
	} {
		_, err := Load(fstest.MapFS{"d/" + File: {Data: []byte(ok + line + "\n")}}, "d")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ".tsv:6:") {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := Load(fstest.MapFS{"d/" + File: {Data: []byte(ok)}}, "d"); err != nil {
		t.Error(err)
	}
	if _, err := Load(fstest.MapFS{"d/" + File: {Data: []byte("# none\n")}}, "d"); err == nil {
		t.Error("a table without words to add is taken")
	}
	if _, err := Load(fstest.MapFS{}, "d"); err == nil {
		t.Error("a table that is not there is taken")
	}
}

// Every spelling that the shipped table gives leads somewhere else.
func TestShippedTable(t *testing.T) {
	ts := tables(t)
	for key, forms := range ts.nicknames {
		if !slices.ContainsFunc(forms, func(f string) bool { return text.Fold(f) != key }) {
			t.Errorf("%s has no other form", key)
		}
	}
	for key, forms := range ts.forms {
		if !slices.ContainsFunc(forms, func(f string) bool { return text.Fold(f) != key }) {
			t.Errorf("%s has no other form", key)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Usama bin Ladin", "Person", "SA")
	f.Add("\xff\xfe", "Vessel", "KP")
	ts := tables(f)
	f.Fuzz(func(t *testing.T, name, schema, state string) {
		for _, v := range ts.Of(Name{name, subject.Schema(schema), []string{state}}, 1) {
			if v.Text == name {
				t.Errorf("%s of %q is itself", v.Kind, name)
			}
		}
	})
}

func BenchmarkOf(b *testing.B) {
	ts := tables(b)
	for b.Loop() {
		ts.Of(ovs, 1)
	}
}

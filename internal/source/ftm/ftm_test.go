package ftm

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestFixtures(t *testing.T) {
	base, one, two := publicationtest.OnDisk("testdata/entities.ftm.json", ""), publicationtest.OnDisk("testdata/delta-1.json", ""),
		publicationtest.OnDisk("testdata/delta-2.json", "")
	for name, files := range map[string][]publication.File{
		"entities": {base}, "deltas": {base, one, two}, "targets": {publicationtest.OnDisk("testdata/targets.simple.csv", "")},
	} {
		t.Run(name, func(t *testing.T) {
			publicationtest.Golden(t, "testdata/"+name+".golden", Source(), nil, files...)
		})
	}
}

func entityLine(id, text string) string {
	return fmt.Sprintf(`{"id":%q,"schema":"Company","caption":%q,"properties":{"name":[%q]}}`, id, text, text)
}

func opLine(op, id, text string) string {
	if op == "DEL" {
		return fmt.Sprintf(`{"op":"DEL","entity":{"id":%q}}`, id)
	}
	return fmt.Sprintf(`{"op":%q,"entity":%s}`, op, entityLine(id, text))
}

func load(t testing.TB, files ...string) (map[string]string, *publication.Report, error) {
	var in []publication.File
	for i, f := range files {
		in = append(in, publicationtest.Bytes(fmt.Sprint("file", i), "", []byte(f)))
	}
	out := map[string]string{}
	report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) {
		if r.Subject != nil {
			out[r.Subject.ID] = r.Subject.Caption()
		}
	}, in...)
	return out, report, err
}

// A list with its deltas is the list that the changes lead to. The oracle applies
// them to a map.
func TestDeltasLeadToTheList(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ids := []string{"a", "b", "c", "d", "e"}
		want := map[string]string{}
		var files []string
		var base []string
		for _, id := range ids {
			if rapid.Bool().Draw(rt, "in base") {
				want[id] = "base " + id
				base = append(base, entityLine(id, want[id]))
			}
		}
		base = append(base, entityLine("z", "always"))
		want["z"] = "always"
		files = append(files, strings.Join(base, "\n")+"\n")
		for i := range rapid.IntRange(0, 4).Draw(rt, "deltas") {
			var ops []string
			for _, id := range ids {
				text := fmt.Sprint(i, " ", id)
				_, there := want[id]
				switch choice := rapid.IntRange(0, 2).Draw(rt, "change"); {
				case choice == 0:
				case !there:
					ops, want[id] = append(ops, opLine("ADD", id, text)), text
				case choice == 1:
					ops, want[id] = append(ops, opLine("MOD", id, text)), text
				default:
					ops = append(ops, opLine("DEL", id, ""))
					delete(want, id)
				}
			}
			if len(ops) > 0 {
				files = append(files, strings.Join(ops, "\n")+"\n")
			}
		}
		got, _, err := load(t, files...)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			rt.Fatalf("%v, %v; want %v from\n%s", got, err, want, strings.Join(files, "---\n"))
		}
		if each := captions(t, files...); fmt.Sprint(each) != fmt.Sprint(want) {
			rt.Fatalf("one by one: %v; want %v from\n%s", each, want, strings.Join(files, "---\n"))
		}
	})
}

func TestDeltasThatDoNotFit(t *testing.T) {
	base := entityLine("a", "A") + "\n"
	for name, c := range map[string]struct {
		files []string
		code  fault.Code
		say   string
	}{
		"changes what is not there": {[]string{base, opLine("MOD", "b", "B")}, fault.Conflict, "file1:1"},
		"removes what is not there": {[]string{base, opLine("DEL", "b", "")}, fault.Conflict, "not there"},
		"adds what is there":        {[]string{base, opLine("ADD", "a", "A")}, fault.Conflict, "there already"},
		"removes twice":             {[]string{base, opLine("DEL", "a", ""), opLine("DEL", "a", "")}, fault.Conflict, "file2:1"},
		"changes twice in one":      {[]string{base, opLine("MOD", "a", "B") + "\n" + opLine("MOD", "a", "C")}, fault.Invalid, "twice"},
		"stands alone":              {[]string{opLine("ADD", "a", "A")}, fault.Usage, "cannot stand alone"},
		"a list as a delta":         {[]string{base, entityLine("b", "B")}, fault.Invalid, "only the first file"},
		"no such operation":         {[]string{base, `{"op":"PUT","entity":{"id":"a"}}`}, fault.Invalid, `"PUT"`},
		"an operation of nothing":   {[]string{base, `{"op":"DEL","id":"a"}`}, fault.Invalid, "an operation has an entity"},
		"a line that is broken":     {[]string{base, opLine("MOD", "a", "B")[:30]}, fault.Invalid, "file1:1"},
	} {
		_, _, err := load(t, c.files...)
		if fault.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.say) {
			t.Errorf("%s: %v; want %s, %q", name, err, c.code, c.say)
		}
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]string{
		entityLine("a", "A"): "entities", opLine("DEL", "a", ""): "delta", "id,schema,name,aliases,birth_date,countries\n": "targets",
		`"id","schema","name","aliases","birth_date","x"`: "targets", `{"error":"no such file"}`: "", "<html>": "", "id,name\n": "",
	} {
		got := ""
		for _, f := range slices.Backward(Source().Formats) {
			if f.Sniff([]byte(head)) {
				got = f.Name
			}
		}
		if got != want {
			t.Errorf("%.40q: %q; want %q", head, got, want)
		}
	}
}

func TestTiersFollowTopics(t *testing.T) {
	for topics, want := range map[string]subject.Tier{
		"": subject.Designated, "sanction": subject.Designated, "sanction.counter": subject.Designated, "export.control": subject.Controlled,
		"sanction export.control": subject.Designated, "debarment": subject.Named, "role.pep": subject.Named, "sanction.linked": subject.Named,
		"crime.fraud export.control": subject.Controlled,
	} {
		entity := `{"id":"a","schema":"Company","properties":{"name":["A"],"topics":["` + strings.Join(strings.Fields(topics), `","`) + `"]}}`
		if topics == "" {
			entity = entityLine("a", "A")
		}
		sanction := `{"id":"s","schema":"Sanction","properties":{"entity":["a"]}}`
		for _, order := range []string{entity + "\n" + sanction, sanction + "\n" + entity} {
			var tiers []subject.Tier
			_, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) {
				for _, l := range r.Listings {
					tiers = append(tiers, l.Tier)
				}
			}, publicationtest.Bytes("f", "", []byte(order)))
			if err != nil || len(tiers) != 1 || tiers[0] != want {
				t.Errorf("%q: %v, %v; want %s", topics, tiers, err, want)
			}
		}
	}
}

func TestPercentage(t *testing.T) {
	for in, want := range map[string]string{
		"50": "50 50 true", "50.5 %": "50.5 50.5 true", "25-50": "25 50 true", "25% - 50%": "25 50 true", "100.00": "100 100 true",
		"0": "0 0 false", "most": "0 0 false", "120": "0 0 false", "50-25": "0 0 false", "NaN": "0 0 false", "": "0 0 false",
	} {
		low, high, ok := percentage(in)
		if got := fmt.Sprint(low, " ", high, " ", ok); got != want {
			t.Errorf("%q: %s; want %s", in, got, want)
		}
	}
}

func TestModel(t *testing.T) {
	m := loadModel()
	c := m["Company"]
	if c == nil || !c.is["Thing"] || !c.is["Asset"] || c.as != subject.Company || c.props["name"] != nameKind || c.props["parent"] != entityKind {
		t.Errorf("Company: %+v", c)
	}
	if o := m["Ownership"]; o.source != "owner" || o.target != "asset" || o.props["startDate"] != dateKind {
		t.Errorf("Ownership: %+v", o)
	}
	for _, s := range subject.Schemas() {
		if m[string(s)] == nil || m[string(s)].as != s {
			t.Errorf("%s is not in the model as itself", s)
		}
	}
	for name, s := range m {
		if s.source != "" && (s.props[s.source] != entityKind || s.props[s.target] != entityKind) {
			t.Errorf("%s: its ends are no entities", name)
		}
	}
}

func TestBrokenOffIsRefused(t *testing.T) {
	whole, err := os.ReadFile("testdata/entities.ftm.json")
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(whole); n += 41 {
		if whole[n-1] == '\n' || whole[n-1] == '}' && whole[n] == '\n' {
			continue // whole lines: what is missing then shows as a list that shrank
		}
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", whole[:n]))
		if err == nil {
			t.Fatalf("%d of %d bytes pass for a list", n, len(whole))
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"entities.ftm.json", "delta-1.json"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			f.Add(line, []byte(entityLine("a", "A")))
		}
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		_, _, err := load(t, string(a)+"\n"+string(b), string(b))
		if err != nil && fault.CodeOf(err) == fault.Internal && !strings.HasPrefix(err.Error(), "no format") {
			t.Fatal(err)
		}
		_, _, err = load(t, string(a)+"\n"+string(b)+"\n"+string(a))
		if err != nil && fault.CodeOf(err) == fault.Internal && !strings.HasPrefix(err.Error(), "no format") {
			t.Fatal(err)
		}
	})
}

// large is a made-up list of n subjects, each with its sanction, address and link.
func large(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"id":"NK-%d","caption":"Example Person %d","schema":"Person","properties":{"name":["Example Person %d","Пример Персоны %d"],`+
			`"alias":["Sample P. %d","E. P. %d"],"birthDate":["1965-03-14"],"nationality":["ru"],"topics":["sanction"],"lastName":["Person"],`+
			`"firstName":["Example"],"position":["Director of a firm that exports examples"],"addressEntity":["addr-%d"]},`+
			`"referents":["ofac-%d","eu-fsf-%d","gb-fcdo-%d"],"datasets":["us_ofac_sdn","eu_fsf"],"first_seen":"2023-04-20T10:27:20",`+
			`"last_seen":"2026-11-13T08:52:17","last_change":"2025-06-02T12:10:03","target":true}`+"\n", i, i, i, i, i, i, i, i, i, i)
		fmt.Fprintf(&b, `{"id":"san-%d","schema":"Sanction","properties":{"entity":["NK-%d"],"authority":["Office of Examples"],"country":["us"],`+
			`"program":["RUSSIA-EO14024"],"listingDate":["2022-04-06"],"reason":["A reason of some length that is given here"]},"datasets":["us_ofac_sdn"],`+
			`"first_seen":"2023-04-20T10:27:20","last_seen":"2026-11-13T08:52:17"}`+"\n", i, i)
		fmt.Fprintf(&b, `{"id":"addr-%d","caption":"Street %d, Moscow","schema":"Address","properties":{"full":["Street %d, Moscow"],"country":["ru"]},`+
			`"datasets":["us_ofac_sdn"],"last_seen":"2026-11-13T08:52:17"}`+"\n", i, i, i)
		fmt.Fprintf(&b, `{"id":"own-%d","schema":"Ownership","properties":{"owner":["NK-%d"],"asset":["NK-%d"],"percentage":["50"]},"datasets":["us_ofac_sdn"]}`+"\n", i, i, i+1)
	}
	return b.Bytes()
}

func BenchmarkEntities(b *testing.B) {
	list := large(5000)
	b.SetBytes(int64(len(list)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, Source(), nil, nil, publicationtest.Bytes("l", "", list)); err != nil {
			b.Fatal(err)
		}
	}
}

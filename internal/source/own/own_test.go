package own

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func mapping(t testing.TB, text string) *publication.Mapping {
	t.Helper()
	m, err := publication.ReadMapping("mapping.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestFixtures(t *testing.T) {
	m := mapping(t, fixture(t, "mapping.yaml"))
	book := publicationtest.Workbook(t, fixture(t, "list.txt"))
	for name, file := range map[string]publication.File{
		"csv":   publicationtest.OnDisk("testdata/list.csv", ""),
		"jsonl": publicationtest.OnDisk("testdata/list.jsonl", ""),
		"xlsx":  publicationtest.Bytes("list.xlsx", "", book),
	} {
		t.Run(name, func(t *testing.T) {
			publicationtest.Golden(t, "testdata/"+name+".golden", Source(), m, file)
		})
	}
}

const small = "owner: O\nexpires: 2027-01-01\ncolumns: {name: N, birthDate: B}\n"

func TestWhatIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ mapping, list, say string }{
		"a column of which nothing is said": {small, "N,B,C\na,,\n", `says nothing of the column "C"`},
		"a column that is missing":          {small, "N,C\na,\n", `no column "B"`},
		"a column twice":                    {small, "N,B,B\na,,\n", `"B" stands twice`},
		"a property that is none":           {"owner: O\nexpires: 2027-01-01\ncolumns: {name: N, birthDay: B}\n", "N,B\n", "birthDate?"},
		"used and ignored":                  {small + "ignore: B\n", "N,B\n", "both uses and ignores"},
		"a key of which nothing is said":    {small, `{"N":"a","C":1}`, `says nothing of the column "C"`},
		"a page":                            {small, "<!DOCTYPE html>", "web page"},
		"lines that are broken off":         {small, "{\"N\":\"a\"}\n{\"N\":", "broken off"},
		"an array":                          {small, `[{"N":"a"}]`, "JSON array"},
		"quotes that do not close":          {small, "N,B\n\"a,\n", "quotes do not close"},
		"a packed file that is broken off":  {small, "\x1f\x8b\x08\x00", "damaged"},
		"no sheet of that name":             {small + "sheet: Other\n", string(publicationtest.Workbook(t, "N|B\na|\n")), "List"},
	} {
		_, _, err := publicationtest.Load(t, Source(), mapping(t, c.mapping), nil, publicationtest.Bytes("list", "", []byte(c.list)))
		if code := fault.CodeOf(err); err == nil || code != fault.Invalid || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v; want %q", name, err, c.say)
		}
	}
	_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("list", "", []byte("N,B\na,\n")))
	if fault.CodeOf(err) != fault.Usage {
		t.Errorf("without a mapping: %v", err)
	}
}

func TestMappingsThatAreRefused(t *testing.T) {
	for name, c := range map[string][2]string{
		"no owner":          {"expires: 2027-01-01\ncolumns: {name: N}\n", `no "owner"`},
		"no expiry":         {"owner: O\ncolumns: {name: N}\n", `no "expires"`},
		"a month as expiry": {"owner: O\nexpires: 2027-01\ncolumns: {name: N}\n", "exact day"},
		"no name":           {"owner: O\nexpires: 2027-01-01\ncolumns: {id: N}\n", "no column holds the name"},
		"an unknown key":    {"owner: O\nexpires: 2027-01-01\ncolumns: {name: N}\nseperator: x\n", "separator"},
		"no such tier":      {"owner: O\nexpires: 2027-01-01\ncolumns: {name: N}\ntier: bad\n", "not a tier"},
		"no such schema":    {"owner: O\nexpires: 2027-01-01\ncolumns: {name: N}\nschema: Robot\n", "not a schema"},
		"columns as a list": {"owner: O\nexpires: 2027-01-01\ncolumns: [name]\n", "columns"},
	} {
		_, err := publication.ReadMapping("m.yaml", []byte(c[0]))
		if err == nil || !strings.Contains(err.Error(), c[1]) || !strings.Contains(err.Error(), "m.yaml") {
			t.Errorf("%s: %v; want %q", name, err, c[1])
		}
	}
}

// Every property takes a value and leaves it in the record.
func TestEveryProperty(t *testing.T) {
	values := map[string]string{"schema": "Vessel", "imoNumber": "9074729"}
	for property := range properties {
		v := values[property]
		switch {
		case v != "":
		case strings.Contains(strings.ToLower(property), "date"), strings.HasSuffix(property, "At"):
			v = "1999-08-07"
		case strings.Contains("nationality citizenship country jurisdiction mainCountry birthCountry flag pastFlags", property):
			v = "France"
		default:
			v = "some value"
		}
		m := &publication.Mapping{Owner: "O", Columns: map[string][]string{"name": {"N"}, property: {"P"}}}
		if property == "name" {
			m.Columns["name"] = []string{"N", "P"}
		}
		found := false
		emit := func(r *subject.Record) {
			for _, f := range r.Facts() {
				found = found || strings.Contains(f.Value, v) || v == "1999-08-07" && strings.Contains(f.Value, "7 August 1999") || v == "France" && f.Value == "FR; as published France"
			}
		}
		report, _, err := publicationtest.Load(t, Source(), m, emit, publicationtest.Bytes("l", "", []byte("N,P\nA,"+v+"\n")))
		if err != nil || !found {
			t.Errorf("%s: %q is not in the record: %v %v", property, v, err, report)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add(fixture(f, "list.jsonl"))
	m := mapping(f, small)
	f.Fuzz(func(t *testing.T, s string) {
		_, _, _ = publicationtest.Load(t, Source(), m, nil, publicationtest.Bytes("f", "", []byte("{"+s)))
	})
}

func FuzzMapping(f *testing.F) {
	f.Add(fixture(f, "mapping.yaml"))
	f.Fuzz(func(t *testing.T, s string) {
		m, err := publication.ReadMapping("m", []byte(s))
		if err == nil && (m.Owner == "" || len(m.Columns["name"]) == 0) {
			t.Fatalf("%q passes for a mapping", s)
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	benchmark(b, strings.Repeat("Jane Example of the Examples,1965-03-14\n", 20000), "N,B\n")
}

func BenchmarkLines(b *testing.B) {
	benchmark(b, strings.Repeat(`{"N":"Jane Example of the Examples","B":"1965-03-14"}`+"\n", 20000), "")
}

func benchmark(b *testing.B, rows, header string) {
	m := mapping(b, small)
	list := []byte(header + rows)
	b.SetBytes(int64(len(list)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, Source(), m, nil, publicationtest.Bytes("l", "", list)); err != nil {
			b.Fatal(err)
		}
	}
}

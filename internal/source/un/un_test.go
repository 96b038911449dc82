package un

import (
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestFixture(t *testing.T) {
	publicationtest.Golden(t, "testdata/list.golden", Source(), nil, publicationtest.OnDisk("testdata/list.xml", ""))
}

// plain is the list as the standard library reads it, the independent path.
type plain struct {
	Individuals []plainEntry `xml:"INDIVIDUALS>INDIVIDUAL"`
	Entities    []plainEntry `xml:"ENTITIES>ENTITY"`
}

type plainEntry struct {
	Ref      string   `xml:"REFERENCE_NUMBER"`
	Parts    []string `xml:"FIRST_NAME"`
	Original string   `xml:"NAME_ORIGINAL_SCRIPT"`
	Listed   string   `xml:"LISTED_ON"`
	PAlias   []string `xml:"INDIVIDUAL_ALIAS>ALIAS_NAME"`
	EAlias   []string `xml:"ENTITY_ALIAS>ALIAS_NAME"`
	Numbers  []string `xml:"INDIVIDUAL_DOCUMENT>NUMBER"`
	Births   []string `xml:"INDIVIDUAL_DATE_OF_BIRTH>DATE"`
	Years    []string `xml:"INDIVIDUAL_DATE_OF_BIRTH>YEAR"`
	Updated  []string `xml:"LAST_DAY_UPDATED>VALUE"`
}

func filled(list ...string) int {
	n := 0
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			n++
		}
	}
	return n
}

// TestRealFiles loads every real file, all of it, and compares field counts
// with those of an independent reading.
func TestRealFiles(t *testing.T) {
	for name, want := range map[string]struct{ entries, target int }{
		"consolidated_2018-10-29.xml": {1093, 155},
		"consolidated_2024-09-26.xml": {875, 155},
		"consolidated_2024-11-30.xml": {879, 155},
		"consolidated_2025-04-19.xml": {877, 155},
		"consolidated_2025-11-18.xml": {1000, 155},
		"consolidated_2026-01-28.xml": {999, 155},
		"consolidated_2026-08-01.xml": {1011, 155},
	} {
		t.Run(name, func(t *testing.T) {
			path := publicationtest.Shared(t, "un/"+name)
			recs := map[string]*subject.Record{}
			report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) { recs[r.Listings[0].Reference] = r },
				publicationtest.OnDisk(path, ""))
			if err != nil {
				t.Fatal(err)
			}
			if len(recs) != want.entries || len(report.Refusals) > 0 {
				t.Errorf("%d records, %d refused; want %d and none", len(recs), len(report.Refusals), want.entries)
			}
			for _, o := range report.Oddities {
				if o.Kind == "unknown element" {
					t.Errorf("unknown: %s (%d)", o.What, o.Count)
				}
			}
			target := 0
			for _, e := range readPlain(t, path) {
				if strings.HasPrefix(e.Ref, "KP") {
					target++
				}
				compare(t, e, recs[strings.TrimSpace(e.Ref)])
			}
			if target != want.target {
				t.Errorf("%d references that begin with KP, want %d", target, want.target)
			}
		})
	}
}

func readPlain(t *testing.T, path string) []plainEntry {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	var p plain
	if err := xml.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	return append(p.Individuals, p.Entities...)
}

func compare(t *testing.T, e plainEntry, r *subject.Record) {
	t.Helper()
	if r == nil {
		t.Errorf("%s is missing", e.Ref)
		return
	}
	names := filled(e.PAlias...) + filled(e.EAlias...) + filled(e.Original) + 1
	numbers := 0
	for _, d := range r.Subject.Documents {
		numbers += filled(d.Number)
	}
	exact := 0
	for _, b := range r.Subject.Births {
		if b.Known && (b.Period.Exact() || len(b.Period.String()) == 4) {
			exact++
		}
	}
	if len(r.Subject.Names) != names || numbers != filled(e.Numbers...) || exact != filled(e.Births...)+filled(e.Years...) ||
		len(r.Listings[0].Amended) != filled(e.Updated...) || !r.Listings[0].Listed.Known {
		t.Errorf("%s: names %d of %d, documents %d of %d, births %d of %d, amended %d of %d, listed %s", e.Ref,
			len(r.Subject.Names), names, numbers, filled(e.Numbers...), exact, filled(e.Births...)+filled(e.Years...),
			len(r.Listings[0].Amended), filled(e.Updated...), r.Listings[0].Listed)
	}
}

// A real file that was mangled on its way must not pass for a list.
func TestMangledFileIsRefused(t *testing.T) {
	path := publicationtest.Shared(t, "un/consolidated_2025-08-16.xml")
	_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.OnDisk(path, ""))
	if err == nil || !strings.Contains(err.Error(), "consolidated_2025-08-16.xml:53") {
		t.Errorf("%v", err)
	}
}

func TestBrokenOffIsRefused(t *testing.T) {
	whole, err := os.ReadFile("testdata/list.xml")
	if err != nil {
		t.Fatal(err)
	}
	end := strings.LastIndex(string(whole), ">")
	for n := 200; n < end; n += 97 {
		if _, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", whole[:n])); err == nil {
			t.Fatalf("%d of %d bytes pass for a list", n, end)
		}
	}
}

func FuzzParse(f *testing.F) {
	b, err := os.ReadFile("testdata/list.xml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("fuzz", "", b))
	})
}

func BenchmarkParse(b *testing.B) {
	path := publicationtest.Shared(b, "un/consolidated_2026-08-01.xml")
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, Source(), nil, nil, publicationtest.OnDisk(path, "")); err != nil {
			b.Fatal(err)
		}
	}
}

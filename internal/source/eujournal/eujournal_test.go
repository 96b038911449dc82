package eujournal

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestFixture(t *testing.T) {
	publicationtest.Golden(t, "testdata/list.golden", Source(), nil,
		publicationtest.OnDisk("testdata/act.csv", ""), publicationtest.OnDisk("testdata/amendment.csv", ""))
}

func TestSplit(t *testing.T) {
	for in, want := range map[string][]string{
		"":                    nil,
		"a; b":                {"a", "b"},
		"a (x; y); b":         {"a (x; y)", "b"},
		`"(a) x; (b) y"`:      {"x", "y"},
		`"1; 2"; 3`:           {"1", "2", "3"},
		"a (x; b":             {"a (x", "b"},
		`say "x; y`:           {`say "x`, "y"},
		"a) 1960 b) 1.1.1961": {"1960 b) 1.1.1961"},
	} {
		if got := split(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestRealFiles loads all real tables together and compares with what the
// standard library reads of them.
func TestRealFiles(t *testing.T) {
	dir := publicationtest.Shared(t, "eu/journal")
	paths, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(paths) != 12 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	var files []publication.File
	rows, imos, controlled := map[string]int{}, 0, 0
	for _, path := range paths {
		files = append(files, publicationtest.OnDisk(path, filepath.Base(path)))
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		all, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		rows[filepath.Base(path)] = len(all) - 1
		for _, r := range all[1:] {
			if strings.ContainsAny(r[slices.Index(all[0], "imoNumber")], "0123456789") {
				imos++
			}
			if r[slices.Index(all[0], "measure")] == "Export control" {
				controlled++
			}
		}
	}
	gotIMO, gotControlled, noDate := 0, 0, 0
	report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) {
		if r.Subject != nil {
			for _, d := range r.Subject.Documents {
				if d.Kind == "imoNumber" {
					gotIMO++
				}
			}
		}
		if r.Listings[0].Tier == subject.Controlled {
			gotControlled++
		}
		if !r.Listings[0].Listed.Known {
			noDate++
		}
	}, files...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Parts {
		if p.Seen != rows[p.Name] {
			t.Errorf("%+v, want %d rows", p, rows[p.Name])
		}
	}
	if sum := report.Totals(); sum.Seen != 743 || sum.Handled != 743 || gotIMO != imos-1 || report.Subjects != 742 || gotControlled != controlled || noDate != 5 {
		t.Errorf("%+v; %d of %d IMO numbers, %d of %d controlled, %d without a date", sum, gotIMO, imos, gotControlled, controlled, noDate)
	}
	// one ship stands twice, for two measures
	for _, r := range report.Refusals {
		t.Errorf("refused: %+v", r)
	}
	for _, o := range report.Oddities {
		t.Logf("%s: %s (%d)", o.Kind, o.What, o.Count)
		if o.Kind == publication.UnknownElement {
			t.Errorf("unknown: %s (%d)", o.What, o.Count)
		}
	}
}

func TestWhatIsNoTable(t *testing.T) {
	whole, err := os.ReadFile("testdata/act.csv")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ in, want string }{
		"column":     {strings.Replace(string(whole), "measure", "measures", 1), `no column "measure"`},
		"web page":   {"<html>programKey recordId", "web page"},
		"error page": {`{"error":"programKey recordId"}`, "JSON"},
		"open quote": {string(whole) + "\"a\n", "quotes"},
		"latin 1":    {string(whole) + "\xe9\n", "not UTF-8"},
	} {
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("f", "", []byte(c.in)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/act.csv", "testdata/amendment.csv"} {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("fuzz", "", b))
	})
}

// BenchmarkParse reads the largest real table ten times over, each time as
// another act.
func BenchmarkParse(b *testing.B) {
	whole, err := os.ReadFile(publicationtest.Shared(b, "eu/journal/32026R1843.csv"))
	if err != nil {
		b.Fatal(err)
	}
	head, rows, _ := bytes.Cut(whole, []byte("\n"))
	big := append(bytes.Clone(head), '\n')
	for i := range 10 {
		big = append(big, bytes.ReplaceAll(rows, []byte("32026R1843"), fmt.Appendf(nil, "32026R%d", i))...)
	}
	b.SetBytes(int64(len(big)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, Source(), nil, nil, publicationtest.Bytes("big", "", big)); err != nil {
			b.Fatal(err)
		}
	}
}

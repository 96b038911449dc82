package jp

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFixtures(t *testing.T) {
	publicationtest.Golden(t, "testdata/list.golden", Source(), nil, publicationtest.OnDisk("testdata/list.csv", ""))
	book := publicationtest.Workbook(t, string(fixture(t, "book.txt")))
	publicationtest.Golden(t, "testdata/book.golden", Source(), nil, publicationtest.Bytes("book.xlsx", "", book))
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"1941/8/20": "20 August 1941", "1970年": "1970", "1961年頃": "about 1961", "１９４１年８月２０日": "20 August 1941", "1961年3月": "March 1961",
		"昭和16年8月20日": "20 August 1941", "令和元年5月": "May 2019", "平成元年": "1989", "1955年～1958年": "1955 to 1958", "1955年から1958年": "1955 to 1958",
		"1955~1958年頃": "about 1955 to 1958", "1961年、1963年": "1961|1963", "約1961年": "about 1961", "2017-07-04": "4 July 2017", "1961年又は1962年": "1961|1962",
		"いつか": "いつか", "1941/13/20": "1941/13/20", "99年": "99年", "": "",
	} {
		p := &parser{t: publication.NewTally(nil)}
		var got []string
		for _, d := range p.dates(in) {
			got = append(got, d.String())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %s; want %s", in, strings.Join(got, "|"), want)
		}
	}
}

func TestRealFile(t *testing.T) {
	path := publicationtest.Shared(t, "other/jp/mof_shisantouketsu20260828_head.csv")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\xEF\xBB\xBF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	recs := map[string]*subject.Record{}
	report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) { recs[r.Listings[0].Reference] = r }, publicationtest.OnDisk(path, ""))
	if err != nil || report.Totals().Handled != len(all)-1 || len(report.Oddities) > 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	for _, row := range all[1:] {
		r := recs[row[1]]
		if r == nil || r.Subject.Caption() != row[6] || len(r.Subject.Births) != 1 || !r.Subject.Births[0].Known || !r.Listings[0].Listed.Known {
			t.Errorf("%s: %+v", row[1], r)
			continue
		}
		names := 2
		for _, cell := range row[7:13] {
			if cell != "" {
				names += strings.Count(cell, ";") + 1
			}
		}
		if len(r.Subject.Names) != names || len(r.Listings[0].Amended) != strings.Count(row[2], "改訂") {
			t.Errorf("%s: %d names, want %d; amended %v", row[1], len(r.Subject.Names), names, r.Listings[0].Amended)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	whole := fixture(t, "list.csv")
	for name, c := range map[string]struct {
		b   []byte
		say string
	}{
		"Shift JIS":      {append(whole[:len(whole):len(whole)], 0x83, 0x7E, '\n'), "UTF-8"},
		"other columns":  {[]byte("番号,告示番号\n1,2\n"), "no column"},
		"page":           {[]byte("<html>告示番号"), "web page"},
		"broken off":     {whole[:strings.Index(string(whole), "Pyongyang, North")+5], "quotes do not close"},
		"a workbook cut": {publicationtest.Workbook(t, string(fixture(t, "book.txt")))[:300], "workbook"},
	} {
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("f", "", c.b))
		if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v; want %q", name, err, c.say)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(fixture(f, "list.csv"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("f", "", b))
	})
}

func FuzzDates(f *testing.F) {
	f.Add("昭和１６年８月２０日; 1955年～1958年頃")
	f.Fuzz(func(t *testing.T, s string) {
		p := &parser{t: publication.NewTally(nil)}
		for _, d := range p.dates(s) {
			if d.Known && d.Period.To < d.Period.From {
				t.Fatalf("%q: %v", s, d)
			}
		}
		p.notices(s)
	})
}

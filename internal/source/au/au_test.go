package au

import (
	"archive/zip"
	"encoding/xml"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func workbook(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return publicationtest.Workbook(t, string(text))
}

func TestFixtures(t *testing.T) {
	for _, name := range []string{"measures", "plain"} {
		t.Run(name, func(t *testing.T) {
			book := workbook(t, "testdata/"+name+".txt")
			publicationtest.Golden(t, "testdata/"+name+".golden", Source(), nil, publicationtest.Bytes(name+".xlsx", "", book))
		})
	}
}

// plainRows reads the cells of the first sheet with the standard library, the
// independent path: a map from column to text for every row.
func plainRows(t *testing.T, path string) []map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var sst struct {
		SI []struct {
			T []string `xml:"t"`
			R []struct {
				T string `xml:"t"`
			} `xml:"r"`
		} `xml:"si"`
	}
	var sheet struct {
		Row []struct {
			C []struct {
				R string `xml:"r,attr"`
				T string `xml:"t,attr"`
				V string `xml:"v"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	for name, to := range map[string]any{"xl/sharedStrings.xml": &sst, "xl/worksheets/sheet1.xml": &sheet} {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := xml.NewDecoder(f).Decode(to); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	letters := regexp.MustCompile(`^[A-Z]+`)
	header := map[string]string{}
	var out []map[string]string
	for i, r := range sheet.Row {
		cells := map[string]string{}
		for _, c := range r.C {
			v := c.V
			if c.T == "s" {
				n, err := strconv.Atoi(v)
				if err != nil {
					t.Fatal(err)
				}
				si := sst.SI[n]
				v = strings.Join(si.T, "")
				for _, run := range si.R {
					v += run.T
				}
			}
			if i == 0 {
				header[letters.FindString(c.R)] = strings.TrimSpace(v)
			} else if v = strings.TrimSpace(v); v != "" {
				cells[header[letters.FindString(c.R)]] = v
			}
		}
		if len(cells) > 1 {
			out = append(out, cells)
		}
	}
	return out
}

func TestRealFiles(t *testing.T) {
	for file, want := range map[string]struct{ rows, subjects, vessels, badDates int }{
		"dfat_2026.xlsx":                {11068, 3846, 262, 12},
		"regulation8_consolidated.xlsx": {9553, 3062, 0, 60},
	} {
		t.Run(file, func(t *testing.T) {
			path := publicationtest.Shared(t, "other/au_dfat/"+file)
			recs := map[string]*subject.Record{}
			report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) { recs[r.Listings[0].Reference] = r }, publicationtest.OnDisk(path, ""))
			if err != nil {
				t.Fatal(err)
			}
			if all := report.Totals(); all.Seen != want.rows || all.Handled != want.rows || len(recs) != want.subjects {
				t.Errorf("%+v, %d subjects; want %+v; %v", all, len(recs), want, report.Refusals)
			}
			bad, vessels := 0, 0
			for _, o := range report.Oddities {
				switch o.Kind {
				case publication.UnknownElement, publication.BadNumber:
					t.Errorf("%s: %s, %d, first %s", o.Kind, o.What, o.Count, o.First)
				case publication.BadDate:
					bad += o.Count
				}
			}
			names := 0
			for _, r := range recs {
				names += len(r.Subject.Names)
				if r.Subject.Schema == subject.Vessel {
					vessels++
				}
			}
			if names != want.rows || vessels != want.vessels || bad > want.badDates {
				t.Errorf("%d names of %d rows, %d vessels, %d dates kept as text (at most %d)", names, want.rows, vessels, bad, want.badDates)
			}
			number := regexp.MustCompile(`^\d+$`)
			for _, row := range plainRows(t, path) {
				if number.MatchString(row[reference]) {
					compare(t, row, recs[row[reference]])
				}
			}
		})
	}
}

func compare(t *testing.T, row map[string]string, r *subject.Record) {
	t.Helper()
	ref := row[reference]
	if r == nil {
		t.Errorf("%s is missing", ref)
		return
	}
	person := strings.EqualFold(row[kind], "individual")
	if r.Subject.Caption() != strings.Join(strings.Fields(row[name]), " ") || person != (r.Subject.Schema == subject.Person) {
		t.Errorf("%s: %q, %s; want %q, %s", ref, r.Subject.Caption(), r.Subject.Schema, row[name], row[kind])
	}
	if person && !blank(row[birth]) && len(r.Subject.Births) == 0 {
		t.Errorf("%s: no birth of %q", ref, row[birth])
	}
	if !blank(row[address]) && len(r.Subject.Addresses) == 0 || !blank(row[birthPlace]) && len(r.Subject.BirthPlaces) == 0 ||
		!blank(row[citizenship]) && len(r.Subject.Values("citizenship")) == 0 || !blank(row[control]) && !r.Listings[0].Amended[0].Known {
		t.Errorf("%s: something is lost of %v", ref, row)
	}
	flags := 0
	for _, m := range measures {
		if row[m] == "1" {
			flags++
		}
	}
	if flags != len(r.Listings[0].Measures) {
		t.Errorf("%s: %v", ref, r.Listings[0].Measures)
	}
}

func TestBirths(t *testing.T) {
	for in, want := range map[string]string{
		"1961": "1961", "4 Nov. 1978 ": "4 November 1978", "11/08/1960": "11 August 1960", "03/1968": "March 1968", "1969-08-28": "28 August 1969",
		"a) 1945; b) 1950": "1945|1950", "a) 11 Apr. 1963 b) 11 Apr. 1960": "11 April 1963|11 April 1960", "na": "", "c. 1962": "about 1962",
		"Between 1963 to 1968": "1963 to 1968", "1956-1957": "1956 to 1957", "March 16, 1972": "16 March 1972",
		"a) Approximately 1955- 1958 b) Approximately 1945-1950": "about 1955 to 1958|about 1945 to 1950",
		"Approximately 1963, 30/01/1972":                         "about 1963|30 January 1972", "1965 or 1966": "1965|1966", "1944,": "1944",
		"19/03/1967; alt DOB: 19/11/1956": "19 March 1967|19 November 1956", "1961,\n/02/1961": "1961|February 1961", "8 Sept 1970": "8 September 1970",
		"31/02/1970": "31/02/1970", "in spring": "in spring", "24/06/1402": "24/06/1402",
	} {
		p := &parser{t: publication.NewTally(nil)}
		var got []string
		for _, d := range p.births(in, fault.Place{}) {
			got = append(got, d.String())
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %s; want %s", in, strings.Join(got, "|"), want)
		}
	}
}

func TestListed(t *testing.T) {
	for in, want := range map[string]string{
		"Listed by UN 1267 Committee on 25 January 2001 (amended on 20 December 2005)":                "25 January 2001",
		"First listed on 27 Nov. 2017. Instrument of first designation":                               "27 November 2017",
		"Designated under the Autonomous Sanctions Regulations 2011 on 2 March 2012. Formerly listed": "2 March 2012",
		"Autonomous Sanctions (Designated Persons and Entities and Declared Persons) Instrument 2022": "",
		"Instrument of first designation: a list. Relisting on 12 January 2024.":                      "",
	} {
		if got := listed(in).String(); got != want {
			t.Errorf("%q: %s; want %s", in, got, want)
		}
	}
}

func TestBrokenOffIsRefused(t *testing.T) {
	book := workbook(t, "testdata/measures.txt")
	for n := 10; n < len(book); n += 53 {
		if _, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", book[:n])); err == nil {
			t.Fatalf("%d of %d bytes pass for a list", n, len(book))
		}
	}
	cut := publicationtest.WorkbookOf(t, "<worksheet><sheetData><row><c><v>1</v></c></row>")
	if _, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", cut)); err == nil {
		t.Error("a sheet that is broken off passes for a list")
	}
}

func FuzzBirths(f *testing.F) {
	f.Add("a) Approximately 1955- 1958 b) 4 Nov. 1978, 11/08/1960")
	f.Fuzz(func(t *testing.T, s string) {
		p := &parser{t: publication.NewTally(nil)}
		for _, d := range p.births(s, fault.Place{}) {
			if d.Known && d.Period.To < d.Period.From {
				t.Fatalf("%q: %v", s, d)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(workbook(f, "testdata/measures.txt"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("fuzz", "", b))
	})
}

func BenchmarkParse(b *testing.B) {
	path := publicationtest.Shared(b, "other/au_dfat/dfat_2026.xlsx")
	b.SetBytes(8135414 + 1442326) // its sheet and shared texts, unpacked
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, Source(), nil, nil, publicationtest.OnDisk(path, "")); err != nil {
			b.Fatal(err)
		}
	}
}

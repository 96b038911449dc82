package uk

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestFixtures(t *testing.T) {
	publicationtest.Golden(t, "testdata/list.xml.golden", Source(), nil, publicationtest.OnDisk("testdata/list.xml", ""))
	publicationtest.Golden(t, "testdata/list.csv.golden", Source(), nil, publicationtest.OnDisk("testdata/list.csv", ""))
}

// plain is a designation as the standard library reads it.
type plain struct {
	ID       string   `xml:"UniqueID"`
	Names    []string `xml:"Names>Name>Name6"`
	Births   []string `xml:"IndividualDetails>Individual>DOBs>DOB"`
	Numbers  []string `xml:"IndividualDetails>Individual>PassportDetails>Passport>PassportNumber"`
	IMO      []string `xml:"ShipDetails>Ship>IMONumbers>IMONumber"`
	Parents  []string `xml:"EntityDetails>Entity>ParentCompanies>ParentCompany"`
	Address  []string `xml:"Addresses>Address"`
	Imposed  string   `xml:"SanctionsImposed"`
	Position []string `xml:"IndividualDetails>Individual>Positions>Position"`
}

func TestRealExtract(t *testing.T) {
	path := publicationtest.Shared(t, "uk/UK-Sanctions-List_2026-03-26_DPRK-extract.xml")
	recs := map[string]*subject.Record{}
	report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) { recs[r.Listings[0].Reference] = r },
		publicationtest.OnDisk(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	if len(recs) != 9 || len(report.Refusals) > 0 || len(report.Oddities) > 0 || report.Published.At.Period.String() != "2026-03-26" {
		t.Errorf("%d records; %+v", len(recs), report)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		D []plain `xml:"Designation"`
	}
	if err := xml.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	for _, d := range list.D {
		r := recs[d.ID]
		if r == nil {
			t.Errorf("%s is missing", d.ID)
			continue
		}
		s := r.Subject
		if len(s.Names) != len(d.Names) || len(s.Births) != len(d.Births) || len(s.Documents) != len(d.Numbers)+len(d.IMO) ||
			len(r.Relations) != len(d.Parents) || len(s.Addresses) != len(d.Address) ||
			len(r.Listings[0].Measures) != strings.Count(d.Imposed, "|")+1 || len(s.Values("position")) != len(d.Position) {
			t.Errorf("%s: %+v\n%+v", d.ID, d, r)
		}
	}
}

func TestWhatIsNoWholeList(t *testing.T) {
	csv, err := os.ReadFile("testdata/list.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(csv, []byte("\n"))
	apart := bytes.Join([][]byte{lines[0], lines[1], lines[2], lines[4], lines[3]}, nil)
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"rows apart": {apart, "do not stand together"},
		"no date":    {append([]byte("Something\n"), lines[1]...), "not the date of the report"},
		"no header":  {[]byte("Report Date: 1-Jan-2026 Unique ID OFSI Group ID\n"), "no header"},
		"column":     {bytes.Replace(csv, []byte("Regime Name"), []byte("Regime Nome"), 1), `no column "Regime Name"`},
		"other root": {[]byte("<a><Designations/></a>"), "the root element"},
		"web page":   {[]byte("<!doctype html><p>Unique ID OFSI Group ID"), "web page"},
		"latin 1":    {append(bytes.Clone(csv), "\xe9\n"...), "not UTF-8"},
		"open quote": {append(bytes.Clone(csv), "\"a\n"...), "quotes"},
	} {
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("f", "", c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBrokenOffIsRefused(t *testing.T) {
	whole, err := os.ReadFile("testdata/list.xml")
	if err != nil {
		t.Fatal(err)
	}
	end := bytes.LastIndexByte(whole, '>')
	for n := 200; n < end; n += 97 {
		if _, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", whole[:n])); err == nil {
			t.Fatalf("%d of %d bytes pass for a list", n, end)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/list.xml", "testdata/list.csv"} {
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

// BenchmarkParse reads the fixtures, the rows and designations of which are
// repeated under references of their own.
func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"list.xml", "list.csv"} {
		b.Run(name, func(b *testing.B) {
			big := repeat(b, "testdata/"+name, 2000)
			b.SetBytes(int64(len(big)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := publicationtest.Load(b, Source(), nil, nil, publicationtest.Bytes("big", "", big)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func repeat(b *testing.B, path string, times int) []byte {
	whole, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	from, to := bytes.Index(whole, []byte("  <Designation>")), bytes.LastIndex(whole, []byte("</Designations>"))
	if from < 0 {
		lines := bytes.SplitAfter(whole, []byte("\n"))
		from, to = len(lines[0])+len(lines[1]), len(whole)
	}
	out := bytes.Clone(whole[:from])
	for i := range times {
		out = append(out, bytes.ReplaceAll(whole[from:to], []byte("ZZZ"), fmt.Appendf(nil, "Z%d-", i))...)
	}
	return append(out, whole[to:]...)
}

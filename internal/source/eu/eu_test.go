package eu

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
)

func TestFixtures(t *testing.T) {
	publicationtest.Golden(t, "testdata/list.xml.golden", Source(), nil, publicationtest.OnDisk("testdata/list.xml", ""))
	publicationtest.Golden(t, "testdata/list.csv.golden", Source(), nil, publicationtest.OnDisk("testdata/list.csv", ""))
}

func TestRealFilesThatAreNoList(t *testing.T) {
	for name, want := range map[string]string{
		"eu/EUSanctionsShort.csv":            "each of its rows is one quoted cell",
		"eu/eu_error_payload_2026-02-08.xml": "this is JSON",
	} {
		t.Run(name, func(t *testing.T) {
			path := publicationtest.Shared(t, name)
			_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.OnDisk(path, ""))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestWhatIsNoWholeList(t *testing.T) {
	xml, csv := fixture(t, "list.xml"), fixture(t, "list.csv")
	lines := bytes.SplitAfter(csv, []byte("\n"))
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"rows apart": {bytes.Join([][]byte{lines[0], lines[1], lines[4], lines[2]}, nil), "do not stand together"},
		"two files":  {bytes.Replace(csv, []byte("02/01/2026;2;"), []byte("03/01/2026;2;"), 1), "those before of the file of"},
		"column":     {bytes.Replace(csv, []byte("Address_City"), []byte("Address_Town"), 1), `no column "Address_City"`},
		"latin 1":    {append(bytes.Clone(csv), "\xe9\n"...), "not UTF-8"},
		"open quote": {append(bytes.Clone(csv), "\"a\n"...), "quotes"},
		"old table":  {[]byte("Date_file;Entity_logical_id;Naal_wholename\n"), "older table"},
		"other root": {[]byte("<a><export/></a>"), "the root element"},
	} {
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("f", "", c.in))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	end := bytes.LastIndexByte(xml, '>')
	for n := 200; n < end; n += 97 {
		if _, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", xml[:n])); err == nil {
			t.Fatalf("%d of %d bytes pass for a list", n, end)
		}
	}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func FuzzParse(f *testing.F) {
	f.Add(fixture(f, "list.xml"))
	f.Add(fixture(f, "list.csv"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, _ = publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("fuzz", "", b))
	})
}

func BenchmarkParse(b *testing.B) {
	xml, csv := fixture(b, "list.xml"), fixture(b, "list.csv")
	from, to := bytes.Index(xml, []byte(" <sanctionEntity")), bytes.Index(xml, []byte("</export>"))
	row := bytes.IndexByte(csv, '\n') + 1
	bigXML, bigCSV := bytes.Clone(xml[:from]), bytes.Clone(csv[:row])
	for i := range 2000 {
		bigXML = append(bigXML, bytes.ReplaceAll(xml[from:to], []byte(` logicalId="`), fmt.Appendf(nil, ` logicalId="%d-`, i))...)
		bigCSV = append(bigCSV, bytes.ReplaceAll(csv[row:], []byte("02/01/2026;"), fmt.Appendf(nil, "02/01/2026;%d-", i))...)
	}
	for name, big := range map[string][]byte{"xml": append(bigXML, xml[to:]...), "csv": bigCSV} {
		b.Run(name, func(b *testing.B) {
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

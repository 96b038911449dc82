package ca

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestFixture(t *testing.T) {
	publicationtest.Golden(t, "testdata/list.golden", Source(), nil, publicationtest.OnDisk("testdata/list.xml", ""))
}

// plain is a record as the standard library reads it.
type plain struct {
	Last    string `xml:"LastName"`
	Given   string `xml:"GivenName"`
	Entity  string `xml:"EntityOrShip"`
	IMO     string `xml:"ShipIMONumber"`
	Aliases string `xml:"Aliases"`
	Birth   string `xml:"DateOfBirthOrShipBuildDate"`
}

// TestRealFile compares every record with an independent reading, in order.
func TestRealFile(t *testing.T) {
	path := publicationtest.Shared(t, "other/ca_sema/sema-lmes_2025.xml")
	var recs []*subject.Record
	report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) { recs = append(recs, r) },
		publicationtest.OnDisk(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		R []plain `xml:"record"`
	}
	if err := xml.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	if len(recs) != 4759 || len(list.R) != 4759 || len(report.Refusals) > 0 {
		t.Fatalf("%d of %d records, refused %+v", len(recs), len(list.R), report.Refusals)
	}
	count := map[subject.Schema]int{}
	for i, r := range recs {
		w, s := list.R[i], r.Subject
		count[s.Schema]++
		name := strings.Join(strings.Fields(w.Given+" "+w.Last+" "+w.Entity), " ")
		aliases := strings.TrimSpace(w.Aliases) != ""
		born := len(s.Births)+len(s.Values("buildDate")) > 0
		if s.Caption() != name || aliases != (len(s.Names) > 1) || born != (strings.TrimSpace(w.Birth) != "") || !r.Listings[0].Listed.Known {
			t.Errorf("record %d: %+v\n%+v", i, w, r)
		}
	}
	if count[subject.Vessel] != 109 || count[subject.LegalEntity] != 1316 || count[subject.Person] != 3334 {
		t.Errorf("%v", count)
	}
	for _, o := range report.Oddities {
		t.Logf("%s: %s (%d), first %s", o.Kind, o.What, o.Count, o.First)
		if o.Kind == publication.UnknownElement || o.Kind == publication.BadDate && o.Count > 1 {
			t.Errorf("%s: %s (%d)", o.Kind, o.What, o.Count)
		}
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
	path := publicationtest.Shared(b, "other/ca_sema/sema-lmes_2025.xml")
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

package ch

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestFixture(t *testing.T) {
	publicationtest.Golden(t, "testdata/list.golden", Source(), nil, publicationtest.OnDisk("testdata/list.xml", ""))
}

// The official example is an amendment; its bytes as a whole list are read, to
// see that the elements are those of the publication.
func TestOfficialExample(t *testing.T) {
	path := publicationtest.Shared(t, "other/ch_seco/seco_official_example_amendment.xml")
	_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.OnDisk(path, ""))
	if err == nil || !strings.Contains(err.Error(), "an amendment, which holds only what changed") {
		t.Errorf("an amendment: %v", err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Replace(b, []byte(`list-type="amendment"`), []byte(`list-type="whole-list"`), 1)
	var recs []*subject.Record
	report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) { recs = append(recs, r) },
		publicationtest.Bytes("example.xml", "", b))
	if err != nil {
		t.Fatal(err)
	}
	if len(recs) != bytes.Count(b, []byte("<target ")) || len(report.Oddities)+len(report.Refusals) > 0 {
		t.Errorf("%d records, %+v", len(recs), report)
	}
	last := recs[len(recs)-1]
	if last.Subject.ID != "ch:64393" || len(last.Listings[0].Measures) != 2 || last.Subject.Births[0].Period.String() != "1900-01-01" {
		t.Errorf("%+v %+v", last.Subject, last.Listings)
	}
}

func TestWhatIsNoWholeList(t *testing.T) {
	whole, err := os.ReadFile("testdata/list.xml")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"<swiss-sanctions-list/>":                               `of type ""`,
		"<swiss-sanctions-list list-type='search-result'/>":     `of type "search-result"`,
		"<a><swiss-sanctions-list list-type='whole-list'/></a>": "the root element is <a>",
	} {
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("f", "", []byte(in)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
	end := bytes.LastIndexByte(whole, '>')
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
	whole, err := os.ReadFile("testdata/list.xml")
	if err != nil {
		b.Fatal(err)
	}
	from, to := bytes.Index(whole, []byte(" <target")), bytes.Index(whole, []byte(" <place "))
	big := bytes.Clone(whole[:from])
	for i := range 2000 {
		big = append(big, bytes.ReplaceAll(whole[from:to], []byte(`<target ssid="`), fmt.Appendf(nil, `<target ssid="%d-`, i))...)
	}
	big = append(big, whole[to:]...)
	b.SetBytes(int64(len(big)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, Source(), nil, nil, publicationtest.Bytes("big", "", big)); err != nil {
			b.Fatal(err)
		}
	}
}

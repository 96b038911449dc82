package csl

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

func TestFixtures(t *testing.T) {
	for _, name := range []string{"full", "names"} {
		t.Run(name, func(t *testing.T) {
			publicationtest.Golden(t, "testdata/"+name+".golden", Source(), nil, publicationtest.OnDisk("testdata/"+name+".csv", ""))
		})
	}
}

// rowsOf reads a table the plain way, the independent path.
func rowsOf(t *testing.T, b []byte) []map[string]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = cells[i]
		}
		out = append(out, row)
	}
	return out
}

func count(cell string) int {
	n := 0
	for _, v := range strings.Split(cell, ";") {
		if strings.TrimSpace(v) != "" {
			n++
		}
	}
	return n
}

// check loads a table and holds what came out to an independent reading of it.
func check(t *testing.T, b []byte, handled, refused int) {
	t.Helper()
	rows := rowsOf(t, b)
	recs := map[string]*subject.Record{}
	report, _, err := publicationtest.Load(t, Source(), nil, func(r *subject.Record) { recs[r.Subject.ID] = r }, publicationtest.Bytes("list", "", b))
	if err != nil {
		t.Fatal(err)
	}
	if all := report.Totals(); all.Seen != len(rows) || all.Handled != handled || all.Refused != refused {
		t.Errorf("%+v; want %d seen, %d handled, %d refused: %v", all, len(rows), handled, refused, report.Refusals)
	}
	for _, o := range report.Oddities {
		if o.Kind == publication.UnknownElement {
			t.Errorf("unknown: %s, %d, first %s", o.What, o.Count, o.First)
		}
	}
	for _, row := range rows {
		if l, known := listOf(row["source"]); known && row["_id"] != "" {
			compare(t, row, recs["us-csl:"+l.code+"/"+row["_id"]])
		}
	}
}

func compare(t *testing.T, row map[string]string, r *subject.Record) {
	t.Helper()
	if r == nil {
		t.Errorf("%s is missing", row["_id"])
		return
	}
	aliases := 0
	for _, n := range r.Subject.Names[1:] {
		if n.Kind == subject.Alias && n.Note == "" {
			aliases++
		}
	}
	known := 0
	for _, b := range r.Subject.Births {
		if b.Known {
			known++
		}
	}
	s, l := r.Subject, r.Listings[0]
	if aliases != count(row["alt_names"]) || known != count(row["dates_of_birth"]) || len(s.Addresses) != count(row["addresses"]) ||
		len(s.BirthPlaces) != count(row["places_of_birth"]) || len(l.Programmes) != count(row["programs"])+1 ||
		len(s.Values("nationality")) < count(row["nationalities"]) || l.Listed.Zero() != (row["start_date"] == "") {
		t.Errorf("%s: %d aliases, %d births, %d addresses, %d places, %d programmes, listed %s: %v", row["_id"], aliases, known, len(s.Addresses),
			len(s.BirthPlaces), len(l.Programmes), l.Listed, row)
	}
	if strings.Contains(row["ids"], "Vessel Registration Identification") && !hasDocument(s, "imoNumber") {
		t.Errorf("%s: %s", row["_id"], row["ids"])
	}
}

func hasDocument(s *subject.Subject, kind string) bool {
	for _, d := range s.Documents {
		if d.Kind == kind || d.Kind == "registrationNumber" {
			return true
		}
	}
	return false
}

// read gives the bytes of a real file, unpacked.
func read(t *testing.T, name string) []byte {
	t.Helper()
	f, err := publicationtest.OnDisk(publicationtest.Shared(t, name), "").OpenText()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRealFile(t *testing.T) {
	check(t, read(t, "other/csl/consolidated_csl.csv.gz"), 14159, 1)
}

// The other file is broken off in the middle of a row: it must not pass for a
// list. Up to there it is whole, and in the other layout of identifiers.
func TestRealFileThatIsBrokenOff(t *testing.T) {
	path := publicationtest.Shared(t, "other/csl/csl_2019.csv")
	_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.OnDisk(path, ""))
	if fault.CodeOf(err) != fault.Invalid || !strings.Contains(err.Error(), "csl_2019.csv:4233") || !strings.Contains(err.Error(), "quotes do not close") {
		t.Errorf("%v", err)
	}
	b := read(t, "other/csl/csl_2019.csv")
	check(t, b[:bytes.LastIndexByte(b, '\n')+1], 4226, 1)
}

func TestRealNames(t *testing.T) {
	const name = "other/csl/csl_names_2026-07.csv"
	report, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.OnDisk(publicationtest.Shared(t, name), ""))
	if err != nil {
		t.Fatal(err)
	}
	different := map[[3]string]bool{}
	for _, row := range rowsOf(t, read(t, name)) {
		different[[3]string{row["source"], publication.Line(row["name"]), strings.TrimSpace(row["alt_names"])}] = true
	}
	if all := report.Totals(); all.Seen != 25844 || all.Handled != 25844 || report.Subjects != len(different) || len(report.Oddities) > 0 {
		t.Errorf("%+v, %d subjects of %d different rows, odd: %v", all, report.Subjects, len(different), report.Oddities)
	}
}

func TestBrokenOffIsRefused(t *testing.T) {
	whole, err := os.ReadFile("testdata/full.csv")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(whole); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for n := 40; n < packed.Len(); n += 50 {
		if _, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", packed.Bytes()[:n])); err == nil {
			t.Fatalf("%d of %d bytes pass for a list", n, packed.Len())
		}
	}
	// Text that ends inside a row is an error, or the row is refused for want of cells.
	for n := bytes.Index(whole, []byte("\n")) + 20; n < len(whole); n += 61 {
		report, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("cut", "", whole[:n]))
		if err == nil && report.Totals().Refused == 0 && whole[n-1] != '\n' && whole[n] != '\n' {
			t.Fatalf("%d of %d bytes pass for a list", n, len(whole))
		}
	}
}

func TestWhatIsNoList(t *testing.T) {
	for name, text := range map[string]string{"page": "<!DOCTYPE html><html>", "JSON": `{"error":"limit"}`, "empty": "", "another table": "a,b\n1,2\n"} {
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes(name, "", []byte(text)))
		if err == nil {
			t.Errorf("%s passes for a list", name)
		}
	}
}

func TestListsThatAreNotKnownAreTakenForTheStrictest(t *testing.T) {
	if l, known := listOf("List of Tomorrow (LOT) - Some Department"); known || l.tier != subject.Designated || l.code == "" {
		t.Errorf("%+v %v", l, known)
	}
	for code, l := range lists {
		got, known := listOf("Some List (" + code + ") - Some Department")
		if !known || got != l {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"full", "names"} {
		b, err := os.ReadFile("testdata/" + name + ".csv")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, err := publicationtest.Load(t, Source(), nil, nil, publicationtest.Bytes("fuzz", "", b))
		if fault.CodeOf(err) == fault.Internal && err != nil && !strings.HasPrefix(err.Error(), "no format") {
			t.Fatal(err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	f, err := publicationtest.OnDisk(publicationtest.Shared(b, "other/csl/consolidated_csl.csv.gz"), "").OpenText()
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	list, err := io.ReadAll(f)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(list)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, Source(), nil, nil, publicationtest.Bytes("list", "", list)); err != nil {
			b.Fatal(err)
		}
	}
}

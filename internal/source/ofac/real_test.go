package ofac

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/subject"
)

// realSet is the only whole set of CSV files that there is: the SDN list of
// early 2023 with the consolidated list put after it, and aliases, addresses
// and comments of the SDN list of December 2025.
func realSet(t testing.TB) []publication.File {
	var set []publication.File
	for _, f := range []string{"sdn_photoangell", "alt", "add", "sdn_comments"} {
		set = append(set, publicationtest.OnDisk(publicationtest.Shared(t, "ofac/sdn_csv/"+f+".csv"), ""))
	}
	return set
}

func realCons(t testing.TB, name string) publication.File {
	return publicationtest.OnDisk(publicationtest.Shared(t, "ofac/cons/"+name), "")
}

// plainRows reads a table with the standard library alone.
func plainRows(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := os.Open(publicationtest.Shared(t, "ofac/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	var out [][]string
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(row) == 1 {
			continue
		}
		for i := range row {
			if row[i] = strings.Trim(row[i], " \x1a"); row[i] == "-0-" {
				row[i] = ""
			}
		}
		out = append(out, row)
	}
}

func TestRealSet(t *testing.T) {
	recs, report := byReference(t, SDN(), realSet(t)...)
	rows := plainRows(t, "sdn_csv/sdn_photoangell.csv")
	count := func(name string, column int) (all, here, filled int) {
		for _, row := range plainRows(t, "sdn_csv/"+name) {
			all++
			if recs["ofac:"+row[0]] != nil {
				here++
				if strings.Join(row[column:], "") != "" {
					filled++
				}
			}
		}
		return all, here, filled
	}
	first := map[string][]string{}
	for _, row := range rows {
		if first[row[0]] == nil {
			first[row[0]] = row
		}
	}
	continued := map[string]bool{}
	for _, row := range plainRows(t, "sdn_csv/sdn_comments.csv") {
		continued[row[0]] = true
	}
	want := []publication.Part{{Name: partMain, Seen: len(rows), Handled: len(first), Refused: len(rows) - len(first)}}
	aliases, addresses, weak := 0, 0, 0
	for part, name := range map[string]string{partAlt: "alt.csv", partAdd: "add.csv", partComments: "sdn_comments.csv"} {
		all, here, filled := count(name, 2*min(1, len(columns[part])-2))
		want = append(want, publication.Part{Name: part, Seen: all, Handled: here, Loose: all - here})
		if part == partAdd {
			addresses = filled
		}
		if part == partAlt {
			aliases = filled
		}
	}
	for _, p := range report.Parts {
		if !slices.Contains(want, p) {
			t.Errorf("%+v; an independent count gives %+v", p, want)
		}
	}
	gotAliases, gotAddresses := 0, 0
	for id, r := range recs {
		row := first[strings.TrimPrefix(id, "ofac:")]
		if !continued[row[0]] {
			compareRow(t, row, r)
		}
		gotAddresses += len(r.Subject.Addresses)
		for _, n := range r.Subject.Names[1:] {
			if n.Weak {
				weak++
			} else {
				gotAliases++
			}
		}
	}
	if gotAliases != aliases || gotAddresses != addresses {
		t.Errorf("%d aliases, %d addresses; an independent count gives %d and %d", gotAliases, gotAddresses, aliases, addresses)
	}
	t.Logf("%d subjects, %d aliases, %d weak names, %d addresses, %d relations", len(recs), gotAliases, weak, gotAddresses, report.Relations)
	for _, o := range report.Oddities {
		if o.Kind == publication.UnknownElement && o.What != "mark of the end inside the file" {
			t.Errorf("unknown: %s (%d)", o.What, o.Count)
		}
	}
}

var (
	dob      = regexp.MustCompile(`(?:^|; )(?:[Aa]lt\. )?DOB `)
	nation   = regexp.MustCompile(`(?:^|; )(?:[Aa]lt\. )?nationality `)
	passport = regexp.MustCompile(`(?:^|; )(?:[Aa]lt\. )?(?:Diplomatic |Stateless Person |British National Overseas )?Passport [^;]`)
	imoPart  = regexp.MustCompile(`(?:^|; )Vessel Registration Identification IMO +[0-9]{7}\b`)
	linkedTo = regexp.MustCompile(`(?:^|; )Linked To: `)
	quoted   = regexp.MustCompile(`(?:^|; )[af]\.k\.a\. '`)
)

// compareRow compares a row, as the standard library and a few patterns read it,
// with its record. Remarks that are cut are left out.
func compareRow(t *testing.T, row []string, r *subject.Record) {
	t.Helper()
	s, remarks := r.Subject, row[11]
	if s.Names[0].Full != publication.Line(row[1]) || !slices.Equal(r.Listings[0].Programmes, strings.Split(row[3], "] [")) {
		t.Errorf("%s: %q %q, want %q", row[0], s.Names[0].Full, r.Listings[0].Programmes, row[1:4])
	}
	if len(remarks) >= cutAt || strings.Contains(remarks, "; (Following data") {
		return // cut, or with data of a document set in brackets, which the patterns do not see
	}
	passports, ships := 0, 0
	for _, d := range s.Documents {
		if d.Kind == "passportNumber" && strings.HasSuffix(d.Type, "Passport") {
			passports++
		}
		if d.Type == "Vessel Registration Identification" && d.Kind == "imoNumber" {
			ships++
		}
	}
	links, weak := 0, 0
	for _, rel := range r.Relations {
		if rel.Role == "Linked To" {
			links++
		}
	}
	for _, n := range s.Names {
		if n.Weak {
			weak++
		}
	}
	for _, c := range []struct {
		what string
		re   *regexp.Regexp
		got  int
	}{
		{"births", dob, len(s.Births)},
		{"nationalities", nation, len(s.Values("nationality"))},
		{"passports", passport, passports},
		{"ships", imoPart, ships},
		{"links", linkedTo, links},
		{"weak names", quoted, weak},
	} {
		if want := len(c.re.FindAllString(remarks, -1)); c.got != want {
			t.Errorf("%s: %d %s, want %d: %s", row[0], c.got, c.what, want, remarks)
		}
	}
	if remarks != "" && !slices.Contains(r.Listings[0].Remarks, publication.Line(remarks)) {
		t.Errorf("%s: remarks are not kept: %q", row[0], r.Listings[0].Remarks)
	}
}

// TestShareOfPhrases measures how much of the real remarks is understood.
func TestShareOfPhrases(t *testing.T) {
	in := &publication.Input{List: "ofac", Places: publicationtest.Places(t)}
	tally := publication.NewTally(nil)
	understood, left := 0, 0
	for _, row := range plainRows(t, "sdn_csv/sdn_photoangell.csv") {
		e := newEntry(in, tally, fault.Place{}, 1)
		e.property("position", row[4], "", "")
		r, l := e.remarks(row[11], len(row[11]) >= cutAt)
		understood += r
		left += len(l)
	}
	share := float64(understood) / float64(understood+left)
	t.Logf("%d of %d phrases are understood, %.2f per cent", understood, understood+left, 100*share)
	if share < 0.96 {
		t.Errorf("only %.4f of the phrases are understood", share)
	}
}

// A set without its main file is refused, and says what is missing.
func TestSetWithoutMainFile(t *testing.T) {
	var set []publication.File
	for _, f := range []string{"add", "alt", "sdn_comments"} {
		set = append(set, publicationtest.OnDisk(publicationtest.Shared(t, "ofac/2026-08-02/"+f+".csv"), ""))
	}
	_, form, err := publicationtest.Load(t, SDN(), nil, nil, set...)
	if form != "csv" || err == nil || !strings.Contains(err.Error(), "the file of entries is missing (sdn.csv") {
		t.Errorf("%s: %v", form, err)
	}
}

// plainClassic is the classic form as the standard library reads it.
type plainClassic struct {
	Count   int `xml:"publshInformation>Record_Count"`
	Entries []struct {
		UID       string   `xml:"uid"`
		Programs  []string `xml:"programList>program"`
		Aliases   []string `xml:"akaList>aka>lastName"`
		Category  []string `xml:"akaList>aka>category"`
		Births    []string `xml:"dateOfBirthList>dateOfBirthItem>dateOfBirth"`
		Places    []string `xml:"placeOfBirthList>placeOfBirthItem>placeOfBirth"`
		IDs       []string `xml:"idList>id>idType"`
		Countries []string `xml:"addressList>address>uid"`
	} `xml:"sdnEntry"`
}

func TestRealClassic(t *testing.T) {
	for name, entries := range map[string]int{"consolidated_2025-03-28.xml": 443, "consolidated_2026-01-08.xml": 442} {
		t.Run(name, func(t *testing.T) {
			file := realCons(t, name)
			recs, report := byReference(t, Consolidated(), file)
			b, err := os.ReadFile(publicationtest.Shared(t, "ofac/cons/"+name))
			if err != nil {
				t.Fatal(err)
			}
			var p plainClassic
			if err := xml.Unmarshal(b, &p); err != nil {
				t.Fatal(err)
			}
			if len(recs) != entries || p.Count != entries || report.Totals().Refused > 0 {
				t.Errorf("%d records, %d stated, %d refused; want %d", len(recs), p.Count, report.Totals().Refused, entries)
			}
			unknown(t, report)
			for _, e := range p.Entries {
				r := recs["ofac-cons:"+e.UID]
				weak := 0
				for _, n := range r.Subject.Names {
					if n.Weak {
						weak++
					}
				}
				plainWeak := 0
				for _, c := range e.Category {
					if c == "weak" {
						plainWeak++
					}
				}
				nations := len(r.Subject.Values("nationality")) + len(r.Subject.Values("citizenship"))
				ids := len(r.Subject.Documents) + len(r.Subject.Properties) + len(r.Listings[0].Measures) - nations
				if len(r.Subject.Names) != len(e.Aliases)+1 || weak != plainWeak || len(r.Subject.Births) != len(e.Births) ||
					len(r.Subject.BirthPlaces) != len(e.Places) || len(r.Subject.Addresses) != len(e.Countries) ||
					ids != len(e.IDs) || !slices.Equal(r.Listings[0].Programmes, e.Programs) {
					t.Errorf("%s: %+v, got %v", e.UID, e, r.Facts())
				}
			}
		})
	}
}

func unknown(t *testing.T, report *publication.Report) {
	t.Helper()
	for _, o := range report.Oddities {
		if o.Kind == publication.UnknownElement || o.Kind == publication.UnknownState || o.Kind == publication.BadDate {
			t.Errorf("%s: %s (%d)", o.Kind, o.What, o.Count)
		}
	}
}

func TestRealEnhanced(t *testing.T) {
	recs, report := byReference(t, Consolidated(), realCons(t, "CONS_ENHANCED.ZIP"))
	unknown(t, report)
	if len(recs) != 443 || report.Totals().Refused > 0 || report.Relations != 283 {
		t.Errorf("%d records, %d refused, %d relations", len(recs), report.Totals().Refused, report.Relations)
	}
	src, err := open(realCons(t, "CONS_ENHANCED.ZIP"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var p struct {
		Entities []struct {
			ID        string   `xml:"id,attr"`
			Names     []string `xml:"names>name>translations>translation>formattedFullName"`
			Low       []string `xml:"names>name>isLowQuality"`
			Features  []string `xml:"features>feature>value"`
			Documents []string `xml:"identityDocuments>identityDocument>documentNumber"`
			Types     []string `xml:"sanctionsTypes>sanctionsType"`
			Relations []string `xml:"relationships>relationship>type"`
			Lists     []string `xml:"sanctionsLists>sanctionsList"`
		} `xml:"entities>entity"`
	}
	if err := xml.NewDecoder(src).Decode(&p); err != nil {
		t.Fatal(err)
	}
	for _, e := range p.Entities {
		r := recs["ofac-cons:"+e.ID]
		s := r.Subject
		got := len(s.Births) + len(s.BirthPlaces) + len(s.Documents) + len(s.Properties) + len(r.Listings[0].Measures)
		want := len(e.Features) + len(e.Documents) + len(e.Types) + len(e.Lists) - 1
		if len(s.Names) != len(e.Names) || got != want || len(r.Relations) != len(e.Relations) || !r.Listings[0].Listed.Known {
			t.Errorf("%s: %d names of %d, %d facts of %d, %d relations of %d, listed %s", e.ID, len(s.Names), len(e.Names),
				got, want, len(r.Relations), len(e.Relations), r.Listings[0].Listed)
		}
	}
}

// The forms agree on real entries as far as they hold the same. Two months lie
// between the enhanced and the classic file, in which three entries changed. The
// CSV file is two years older, so only what is in both counts.
func TestRealFormsAgree(t *testing.T) {
	classic, _ := byReference(t, Consolidated(), realCons(t, "consolidated_2025-03-28.xml"))
	enhanced, _ := byReference(t, Consolidated(), realCons(t, "CONS_ENHANCED.ZIP"))
	differ := 0
	for id, r := range classic {
		d := difference(common(r), common(enhanced[id]))
		if len(d) > 0 {
			differ++
			t.Logf("%s: %s", id, strings.Join(d, " | "))
		}
	}
	if differ > 3 {
		t.Errorf("%d of %d entries differ between classic and enhanced", differ, len(classic))
	}
	table, _ := byReference(t, SDN(), realSet(t)...)
	both, same := 0, 0
	for id, r := range classic {
		old := table["ofac:"+strings.TrimPrefix(id, "ofac-cons:")]
		if old == nil {
			continue
		}
		both++
		now := common(r)
		older := slices.DeleteFunc(common(old), func(s string) bool { return slices.Contains(now, s) || strings.HasPrefix(s, "id ") })
		if len(older) == 0 {
			same++
		} else {
			t.Logf("%s in CSV alone: %s", id, strings.Join(older, " | "))
		}
	}
	t.Logf("%d of %d entries of 2023 are all there in 2025", same, both)
	if both < 440 || same < 400 {
		t.Errorf("%d of %d entries of the CSV file agree", same, both)
	}
}

// oneList is the real set without the second list in its main file, as OFAC
// publishes sets: the side files are read once.
func oneList(b *testing.B) []publication.File {
	set := realSet(b)
	all, err := os.ReadFile(publicationtest.Shared(b, "ofac/sdn_csv/sdn_photoangell.csv"))
	if err != nil {
		b.Fatal(err)
	}
	first, _, _ := bytes.Cut(all, []byte{0x1A})
	set[0] = publicationtest.Bytes("sdn.csv", "", first)
	return set
}

func BenchmarkCSV(b *testing.B) { benchmark(b, SDN(), oneList(b)...) }

// BenchmarkPlainCSV is the standard library reading the rows of the same files
// and nothing more, to compare with on a machine that is shared.
func BenchmarkPlainCSV(b *testing.B) {
	files := oneList(b)
	b.SetBytes(sizeOf(b, files))
	for b.Loop() {
		for _, f := range files {
			src, err := f.Open()
			if err != nil {
				b.Fatal(err)
			}
			r := csv.NewReader(src)
			r.FieldsPerRecord, r.ReuseRecord = -1, true
			for {
				if _, err := r.Read(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					b.Fatal(err)
				}
			}
			src.Close()
		}
	}
}

func BenchmarkClassic(b *testing.B) {
	benchmark(b, Consolidated(), realCons(b, "consolidated_2026-01-08.xml"))
}

// BenchmarkEnhanced reads it unpacked, so that the archive does not count.
func BenchmarkEnhanced(b *testing.B) {
	src, err := open(realCons(b, "CONS_ENHANCED.ZIP"))
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	doc, err := io.ReadAll(src)
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, Consolidated(), publicationtest.Bytes("CONS_ENHANCED.XML", "", doc))
}

func BenchmarkAdvanced(b *testing.B) {
	benchmark(b, SDN(), publicationtest.Bytes("SDN_ADVANCED.XML", "", read(b, "sdn_advanced.xml")))
}

func sizeOf(b *testing.B, files []publication.File) int64 {
	size := int64(0)
	for _, f := range files {
		r, err := f.Open()
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil {
			b.Fatal(err)
		}
		r.Close()
		size += n
	}
	return size
}

func benchmark(b *testing.B, src publication.Source, files ...publication.File) {
	b.SetBytes(sizeOf(b, files))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := publicationtest.Load(b, src, nil, nil, files...); err != nil {
			b.Fatal(err)
		}
	}
}

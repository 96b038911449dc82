// Command hsgen rewrites the nomenclature in data/goods/hs from the published
// tables: which code exists in which edition, and what became of it in the next.
//
//	go run ./internal/goods/hsgen [-in DIR]
//
// Maintainers run it when a new edition is added. It is not part of
// `go generate`, because the tables are not in the repository.
//
// DIR (by default ../shared/data/trade/hs beside the repository) holds the two
// workbooks of the United Nations Statistics Division, "HS2022 to HS2017" and
// "HS2017 to HS2012 Conversion and Correlation Tables", and a CSV file of the
// headings of HS 2022, which must agree with them. Only codes and the relations
// between them are taken; no description is read.
//
// Chapters, labels and search words are written by hand in the data files and
// are kept as they stand, as is neighbours.tsv. A heading without a label, a
// label for a code that is in no edition, and tables that contradict each
// other are errors, and nothing is then written.
package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The input files, as they are published.
const (
	newerBook = "HS2022toHS2017ConversionAndCorrelationTables.xlsx"
	olderBook = "HS2017toHS2012ConversionAndCorrelationTables.xlsx"
	codesCSV  = "harmonized-system_HS2022.csv"
)

// unspecified is the code of trade statistics for goods of unknown kind. It is
// in the tables and not in the HS.
const unspecified = "999999"

// headers open the data files and name source and edition.
var headers = map[string]string{
	"chapters.tsv": `# Chapters of the Harmonized System (World Customs Organization), the same in HS 2012, 2017 and 2022.
# Labels are our own words. Chapter 77 is kept free for future use and holds no goods.
# Columns: chapter, section, label.
`,
	"headings.tsv": `# Headings of the Harmonized System (World Customs Organization), HS 2012, 2017 and 2022.
# Codes and editions are derived from the correlation tables HS2022-HS2017 and HS2017-HS2012 of the
# United Nations Statistics Division by internal/goods/hsgen. Labels and search words are our own and kept by hand;
# the first search word is the one that most people would use.
# Columns: code, editions, label, search words (may be left out).
`,
	"subheadings.tsv": `# Subheadings of the Harmonized System (World Customs Organization), HS 2012, 2017 and 2022.
# Codes and editions are derived from the correlation tables HS2022-HS2017 and HS2017-HS2012 of the
# United Nations Statistics Division by internal/goods/hsgen. Labels are our own, for codes that law or practice names.
# Columns: code, editions, label (may be left out).
`,
	"concordance.tsv": `# What the subheadings of one edition were in the edition before, where they were not simply the same.
# Source: correlation and conversion tables HS2022-HS2017 and HS2017-HS2012 of the United Nations Statistics
# Division, by internal/goods/hsgen. A code of the newer edition without a line had the same code in the older one.
# Columns: newer edition, older edition, codes of the newer, codes of the older that each of them takes goods from
# (the one to which the conversion table assigns it first, the others ascending).
`,
}

func main() {
	in := flag.String("in", "", "folder of the published tables; by default ../shared/data/trade/hs beside the repository")
	flag.Parse()
	root, err := moduleRoot()
	if err == nil {
		if *in == "" {
			*in = filepath.Join(root, "..", "shared", "data", "trade", "hs")
		}
		err = run(os.DirFS(*in), filepath.Join(root, "data", "goods", "hs"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "hsgen:", err)
		os.Exit(1)
	}
}

// moduleRoot is the nearest folder above the working one with a go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("run this inside the repository: there is no go.mod above")
		}
		dir = up
	}
}

func run(in fs.FS, out string) error {
	newer, err := readTables(in, newerBook)
	if err != nil {
		return err
	}
	older, err := readTables(in, olderBook)
	if err != nil {
		return err
	}
	listed, err := readCodes(in)
	if err != nil {
		return err
	}
	// The 2017 codes of the older book are the full set: a code of 2017 that has
	// no successor is missing from the newer one.
	codes := map[int]map[string]bool{2022: newer.from(), 2017: older.from(), 2012: older.to()}
	if d := difference(codes[2022], listed); len(d) > 0 {
		return fmt.Errorf("%s and %s differ about HS 2022: %s", newerBook, codesCSV, strings.Join(d, " "))
	}
	for c := range newer.to() {
		if !codes[2017][c] {
			return fmt.Errorf("%s: %s is not a code of HS 2017 in %s", newerBook, c, olderBook)
		}
	}

	subheadings, headings := map[string][]int{}, map[string][]int{}
	for _, year := range []int{2012, 2017, 2022} {
		seen := map[string]bool{}
		for c := range codes[year] {
			subheadings[c] = append(subheadings[c], year)
			if h := c[:4]; !seen[h] {
				seen[h] = true
				headings[h] = append(headings[h], year)
			}
		}
		fmt.Printf("HS %d: %d headings, %d subheadings\n", year, len(seen), len(codes[year]))
	}

	files := map[string][]byte{}
	if files["headings.tsv"], err = withEditions(out, "headings.tsv", headings, true); err != nil {
		return err
	}
	if files["subheadings.tsv"], err = withEditions(out, "subheadings.tsv", subheadings, false); err != nil {
		return err
	}
	if files["chapters.tsv"], err = chapters(out); err != nil {
		return err
	}
	var concordance bytes.Buffer
	concordance.WriteString(headers["concordance.tsv"])
	newer.write(&concordance, "2022\t2017", codes[2017])
	older.write(&concordance, "2017\t2012", codes[2012])
	files["concordance.tsv"] = concordance.Bytes()

	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(out, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// difference names the members of one set only.
func difference(a, b map[string]bool) []string {
	var out []string
	for c := range a {
		if !b[c] {
			out = append(out, c)
		}
	}
	for c := range b {
		if !a[c] {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

// readCodes reads the six-digit codes of the CSV file.
func readCodes(in fs.FS) (map[string]bool, error) {
	f, err := in.Open(codesCSV)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", codesCSV, err)
	}
	col := slices.Index(rows[0], "hscode")
	if col < 0 {
		return nil, fmt.Errorf("%s: there is no column hscode", codesCSV)
	}
	codes := map[string]bool{}
	for _, r := range rows[1:] {
		if isCode(r[col]) && r[col] != unspecified {
			codes[r[col]] = true
		}
	}
	return codes, nil
}

func isCode(s string) bool {
	return len(s) == 6 && strings.Trim(s, "0123456789") == ""
}

// tables are the two sheets of a workbook: to which older codes a newer one is
// related, and to which single one it is converted.
type tables struct {
	related   map[string][]string
	converted map[string]string
}

func (t tables) from() map[string]bool {
	set := map[string]bool{}
	for c := range t.related {
		set[c] = true
	}
	return set
}

func (t tables) to() map[string]bool {
	set := map[string]bool{}
	for _, cs := range t.related {
		for _, c := range cs {
			set[c] = true
		}
	}
	return set
}

// write writes the lines of codes that are not simply the same in both
// editions, one line for all codes that take goods from the same older ones.
func (t tables) write(w *bytes.Buffer, editions string, older map[string]bool) {
	type group struct {
		codes   []string
		targets string
	}
	byTargets := map[string]*group{}
	for _, c := range slices.Sorted(maps.Keys(t.related)) {
		rel := t.related[c]
		if len(rel) == 1 && rel[0] == c && older[c] {
			continue
		}
		list := []string{t.converted[c]}
		for _, r := range rel {
			if r != t.converted[c] {
				list = append(list, r)
			}
		}
		key := strings.Join(list, " ")
		g := byTargets[key]
		if g == nil {
			g = &group{targets: key}
			byTargets[key] = g
		}
		g.codes = append(g.codes, c)
	}
	groups := slices.SortedFunc(maps.Values(byTargets), func(a, b *group) int { return cmp.Compare(a.codes[0], b.codes[0]) })
	for _, g := range groups {
		fmt.Fprintf(w, "%s\t%s\t%s\n", editions, strings.Join(g.codes, " "), g.targets)
	}
}

// readTables reads a workbook: the first sheet converts, the second relates.
func readTables(in fs.FS, name string) (tables, error) {
	t := tables{related: map[string][]string{}, converted: map[string]string{}}
	fail := func(format string, args ...any) (tables, error) {
		return t, fmt.Errorf(name+": "+format, args...)
	}
	data, err := fs.ReadFile(in, name)
	if err != nil {
		return t, err
	}
	book, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fail("%w", err)
	}
	shared, err := sharedStrings(book)
	if err != nil {
		return fail("%w", err)
	}
	conversion, err := sheet(book, "xl/worksheets/sheet1.xml", shared)
	if err != nil {
		return fail("%w", err)
	}
	correlation, err := sheet(book, "xl/worksheets/sheet2.xml", shared)
	if err != nil {
		return fail("%w", err)
	}
	for _, row := range conversion {
		if c := row.codes(); len(c) == 2 && c[0] != unspecified {
			if _, twice := t.converted[c[0]]; twice {
				return fail("%s is converted twice", c[0])
			}
			t.converted[c[0]] = c[1]
		}
	}
	for _, row := range correlation {
		if c := row.codes(); len(c) == 2 && c[0] != unspecified {
			t.related[c[0]] = append(t.related[c[0]], c[1])
		}
	}
	for c := range t.related {
		slices.Sort(t.related[c])
		t.related[c] = slices.Compact(t.related[c])
		if !slices.Contains(t.related[c], t.converted[c]) {
			return fail("%s is converted to %q, which it is not related to", c, t.converted[c])
		}
	}
	if d := difference(t.from(), keys(t.converted)); len(d) > 0 {
		return fail("the two sheets differ about %s", strings.Join(d, " "))
	}
	return t, nil
}

func keys(m map[string]string) map[string]bool {
	set := map[string]bool{}
	for k := range m {
		set[k] = true
	}
	return set
}

// cells is one row of a sheet, left to right; empty cells are left out.
type cells []string

// codes gives the six-digit codes in the row, so that headings, notes and the
// column of relation kinds fall away.
func (r cells) codes() []string {
	var out []string
	for _, c := range r {
		if isCode(c) {
			out = append(out, c)
		}
	}
	return out
}

func part(book *zip.Reader, name string, v any) error {
	f, err := book.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	return xml.Unmarshal(data, v)
}

func sharedStrings(book *zip.Reader) ([]string, error) {
	var x struct {
		Items []struct {
			Text string   `xml:"t"`
			Runs []string `xml:"r>t"`
		} `xml:"si"`
	}
	if err := part(book, "xl/sharedStrings.xml", &x); err != nil {
		return nil, err
	}
	out := make([]string, len(x.Items))
	for i, it := range x.Items {
		out[i] = it.Text + strings.Join(it.Runs, "")
	}
	return out, nil
}

func sheet(book *zip.Reader, name string, shared []string) ([]cells, error) {
	var x struct {
		Rows []struct {
			Cells []struct {
				Type  string `xml:"t,attr"`
				Value string `xml:"v"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	if err := part(book, name, &x); err != nil {
		return nil, err
	}
	var out []cells
	for _, r := range x.Rows {
		var row cells
		for _, c := range r.Cells {
			v := c.Value
			if c.Type == "s" {
				i, err := strconv.Atoi(v)
				if err != nil || i < 0 || i >= len(shared) {
					return nil, fmt.Errorf("%s: no shared text %q", name, v)
				}
				v = shared[i]
			}
			if v = strings.TrimSpace(v); v != "" {
				row = append(row, v)
			}
		}
		out = append(out, row)
	}
	return out, nil
}

// rows reads a data file as it stands, without comments.
func rows(dir, name string) ([][]string, error) {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	var out [][]string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' {
			out = append(out, strings.Split(line, "\t"))
		}
	}
	return out, nil
}

// withEditions writes a file anew with the editions of each code and the
// columns that are kept by hand.
func withEditions(dir, name string, editions map[string][]int, needLabel bool) ([]byte, error) {
	old, err := rows(dir, name)
	if err != nil {
		return nil, err
	}
	byHand := map[string][]string{}
	for _, r := range old {
		if len(r) > 2 {
			byHand[r[0]] = r[2:]
		}
		if len(editions[r[0]]) == 0 && len(r) > 2 {
			return nil, fmt.Errorf("%s: %s has a label and is in no edition", name, r[0])
		}
	}
	var b bytes.Buffer
	b.WriteString(headers[name])
	for _, c := range slices.Sorted(maps.Keys(editions)) {
		if needLabel && (len(byHand[c]) == 0 || byHand[c][0] == "") {
			return nil, fmt.Errorf("%s: %s has no label: add a line for it by hand", name, c)
		}
		line := c + "\t" + span(editions[c]) + "\t" + strings.Join(byHand[c], "\t")
		b.WriteString(strings.TrimRight(line, "\t") + "\n")
	}
	return b.Bytes(), nil
}

// span writes ascending editions as "2012-2022", "2017" or "2012 2022".
func span(years []int) string {
	switch {
	case len(years) == 1:
		return strconv.Itoa(years[0])
	case len(years) == 2 && years[1]-years[0] == 10:
		return "2012 2022"
	default:
		return fmt.Sprintf("%d-%d", years[0], years[len(years)-1])
	}
}

// chapters gives the chapters as they stand below a fresh header.
func chapters(dir string) ([]byte, error) {
	old, err := rows(dir, "chapters.tsv")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(headers["chapters.tsv"])
	for _, r := range old {
		b.WriteString(strings.Join(r, "\t") + "\n")
	}
	return b.Bytes(), nil
}

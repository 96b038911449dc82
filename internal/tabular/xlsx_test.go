package tabular

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
)

// workbook makes a small workbook; parts replace or add to its parts.
func workbook(t testing.TB, rows string, parts map[string]string) []byte {
	all := map[string]string{
		"_rels/.rels": `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="urn:r"><sheets><sheet name="One" sheetId="1" r:id="rId1"/>` +
			`<sheet name="Two" sheetId="2" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="http://x/worksheet" Target="/xl/worksheets/sheet2.xml"/>` +
			`<Relationship Id="rId3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>` +
			`<Relationship Id="rId4" Type="http://x/styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst><si><t>a</t></si><si><t>b</t></si><si><r><t>run </t></r><r><t>on</t></r><rPh><t>read</t></rPh></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-409]d\-mmm\-yy;@"/>` +
			`<numFmt numFmtId="165" formatCode="0.0&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>` + rows +
			`</sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet><sheetData><row><c t="inlineStr"><is><t>b</t></is></c></row><row><c><v>7</v></c></row></sheetData></worksheet>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range all {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sheetRows(book []byte, o Options) (string, error) {
	r, err := Open(bytes.NewReader(book), o)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for {
		row, err := r.Next()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		fmt.Fprintf(&b, "[%d %s|%s]", row.Line, row.Get("a"), row.Get("b"))
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"shared texts, in runs, without readings", `<row r="2"><c r="A2" t="s"><v>2</v></c></row>`, "[2 run on|]"},
		{"text in place", `<row r="3"><c r="A3" t="inlineStr"><is><t>x</t></is></c><c r="B3" t="str"><f>A1</f><v>y</v></c></row>`, "[3 x|y]"},
		{"gaps", `<row r="2"/><row r="5"><c r="B5"><v>1</v></c></row>`, "[5 |1]"},
		{"no references", `<row><c><v>1</v></c><c><v>2</v></c></row>`, "[2 1|2]"},
		{"numbers as they are", `<row r="2"><c r="A2"><v>9.288693E6</v></c><c r="B2"><v>0.1</v></c></row>`, "[2 9288693|0.1]"},
		{"dates by format", `<row r="2"><c r="A2" s="1"><v>42920</v></c><c r="B2" s="2"><v>42920.5</v></c></row>`, "[2 2017-07-04|2017-07-04 12:00:00]"},
		{"days that are no date", `<row r="2"><c r="A2" s="3"><v>42920</v></c><c r="B2" s="0"><v>42920</v></c></row>`, "[2 42920|42920]"},
		{"a number too small for a date", `<row r="2"><c r="A2" s="1"><v>12</v></c></row>`, "[2 12|]"},
		{"truth and error", `<row r="2"><c r="A2" t="b"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>`, "[2 TRUE|#N/A]"},
		{"characters written out", `<row r="2"><c r="A2" t="inlineStr"><is><t>a_x000D_b_x_x00e9__xD800_</t></is></c></row>`, "[2 a\rb_xé_xD800_|]"},
		{"a row that is hidden", `<row r="2" hidden="1"><c r="A2"><v>1</v></c></row>`, "[2 1|]"},
	} {
		if got, err := sheetRows(workbook(t, c.rows, nil), Options{}); got != c.want || err != nil {
			t.Errorf("%s: %s, %v; want %s", c.name, got, err, c.want)
		}
	}
	r, err := NewXLSX(bytes.NewReader(workbook(t, `<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A1</f></c></row><row r="3"><c r="A3"><v>2</v></c><c r="B3"><f>A1</f><v>3</v></c></row>`, nil)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var bad *RowError
	if _, err := r.Next(); !errors.As(err, &bad) || bad.Line != 2 || !strings.Contains(bad.Reason, "the cell B2 holds a formula and no value") {
		t.Errorf("a formula that nobody has reckoned: %v", err)
	}
	if row, err := r.Next(); err != nil || row.Line != 3 || row.Fields[1] != "3" {
		t.Errorf("the row behind it: %v, %v", row, err)
	}
	if got, err := sheetRows(workbook(t, "", nil), Options{Sheet: "Two"}); got != "[2 |7]" || err != nil {
		t.Errorf("another sheet: %s, %v", got, err)
	}
	old := map[string]string{"xl/workbook.xml": `<workbook><workbookPr date1904="1"/><sheets><sheet name="One" id="rId1"/></sheets></workbook>`}
	if got, err := sheetRows(workbook(t, `<row r="2"><c r="A2" s="1"><v>41458</v></c></row>`, old), Options{}); got != "[2 2017-07-04|]" || err != nil {
		t.Errorf("days since 1904: %s, %v", got, err)
	}
}

func TestWorkbooksThatAreRefused(t *testing.T) {
	whole := workbook(t, `<row r="2"><c r="A2"><v>1</v></c></row>`, nil)
	for _, c := range []struct {
		name string
		book []byte
		o    Options
		say  string
	}{
		{"broken off", whole[:len(whole)/2], Options{}, "broken off"},
		{"no such sheet", whole, Options{Sheet: "Three"}, "One, Two"},
		{"an archive", workbook(t, "", map[string]string{"_rels/.rels": "<Relationships/>"}), Options{}, "no main part"},
		{"a sheet that ends early", workbook(t, `<row r="2"><c r="A2"><v>1</v></c></row><row r="3">`, nil), Options{}, "not well-formed"},
		{"a text that is not there", workbook(t, `<row r="2"><c r="A2" t="s"><v>9</v></c></row>`, nil), Options{}, "there are 3"},
		{"rows out of order", workbook(t, `<row r="3"/><row r="2"/>`, nil), Options{}, "not in order"},
		{"a row twice", workbook(t, `<row r="2"/><row r="2"/>`, nil), Options{}, "not in order"},
		{"cells out of order", workbook(t, `<row r="2"><c r="B2"/><c r="A2"/></row>`, nil), Options{}, "not in order"},
		{"far to the right", workbook(t, `<row r="2"><c r="ZZZZ2"/></row>`, nil), Options{}, "more than 1024"},
	} {
		_, err := sheetRows(c.book, c.o)
		var f *fault.Error
		if !errors.As(err, &f) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v; want %q", c.name, err, c.say)
		}
	}
}

// What unpacks without end is broken off at the limit; the limits are made small
// so that the test is quick.
func TestBomb(t *testing.T) {
	book := workbook(t, strings.Repeat(`<row><c><v>1</v></c></row>`, 1<<16), nil)
	s := &sheet{book: limited(1 << 20)}
	err := s.open(bytes.NewReader(book), "")
	for err == nil {
		_, _, err = s.next()
	}
	if fault.CodeOf(err) != fault.TooLarge || s.line < 1000 {
		t.Errorf("row %d: %v", s.line, err)
	}
	texts := workbook(t, "", map[string]string{"xl/sharedStrings.xml": "<sst>" + strings.Repeat("<si/>", MaxShared/16+1) + "</sst>"})
	if _, err := sheetRows(texts, Options{}); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("texts: %v", err)
	}
}

func limited(left int64) book { return book{left: left} }

func FuzzXLSX(f *testing.F) {
	f.Add(workbook(f, `<row r="2"><c r="A2" s="1"><v>42920</v></c></row>`, nil))
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = sheetRows(b, Options{}) })
}

func FuzzSheet(f *testing.F) {
	f.Add(`<row r="2"><c r="A2" s="1"><v>42920</v></c></row>`)
	f.Fuzz(func(t *testing.T, rows string) { _, _ = sheetRows(workbook(t, rows, nil), Options{}) })
}

func BenchmarkXLSX(b *testing.B) {
	var rows strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="s"><v>2</v></c><c r="B%d" s="1"><v>42920</v></c></row>`, i+2, i+2, i+2)
	}
	book := workbook(b, rows.String(), nil)
	b.SetBytes(int64(rows.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sheetRows(book, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

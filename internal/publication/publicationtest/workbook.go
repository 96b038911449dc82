package publicationtest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

// Workbook makes a workbook of one sheet from text: a row a line, cells apart by
// bars, "\\n" for a line end in a cell. A cell of digits is a number, "day:42920"
// a number shown as a date.
func Workbook(t testing.TB, table string) []byte {
	t.Helper()
	var sheet strings.Builder
	sheet.WriteString("<worksheet><sheetData>")
	for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
		sheet.WriteString("<row>")
		for _, cell := range strings.Split(line, "|") {
			cell = strings.ReplaceAll(strings.TrimSpace(cell), "\\n", "\n")
			if day, ok := strings.CutPrefix(cell, "day:"); ok {
				fmt.Fprintf(&sheet, `<c s="1"><v>%s</v></c>`, day)
				continue
			}
			if _, err := strconv.Atoi(cell); err == nil {
				fmt.Fprintf(&sheet, `<c><v>%s</v></c>`, cell)
				continue
			}
			sheet.WriteString(`<c t="inlineStr"><is><t>`)
			if err := xml.EscapeText(&sheet, []byte(cell)); err != nil {
				t.Fatal(err)
			}
			sheet.WriteString("</t></is></c>")
		}
		sheet.WriteString("</row>")
	}
	sheet.WriteString("</sheetData></worksheet>")
	return WorkbookOf(t, sheet.String())
}

// WorkbookOf makes a workbook of the XML of its sheet. Style 1 is one of dates.
func WorkbookOf(t testing.TB, sheet string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook><sheets><sheet name="List" id="r1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="sheet.xml"/>` +
			`<Relationship Id="r2" Type="x/styles" Target="styles.xml"/></Relationships>`},
		{"xl/styles.xml", `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`},
		{"xl/sheet.xml", sheet},
	} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, part[1])
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

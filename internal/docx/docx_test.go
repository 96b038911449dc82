package docx

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/fault"
)

// packed makes a packed file of parts by name and content, in pairs.
func packed(parts ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			panic(err)
		}
		w.Write([]byte(parts[i+1]))
	}
	z.Close()
	return b.Bytes()
}

const head = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">`

func body(s string) []byte {
	return packed("word/document.xml", head+"<w:body>"+s+"</w:body></w:document>")
}

func p(s string) string { return "<w:p><w:r><w:t>" + s + "</w:t></w:r></w:p>" }

func TestRead(t *testing.T) {
	f, err := Read(packed(
		"word/styles.xml", `<w:styles><w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style></w:styles>`,
		"word/document.xml", head+`<w:body>
<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>Ports</w:t></w:r></w:p>
<w:p><w:pPr><w:pStyle w:val="berschrift2"/></w:pPr><w:r><w:t>Ferries</w:t></w:r></w:p>
<w:p><w:r><w:t xml:space="preserve">The </w:t></w:r><w:ins><w:r><w:t>Peru &amp; Chile</w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText></w:r></w:del>
<w:r><w:tab/><w:t>ferry</w:t><w:br/><w:t>left.</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p><w:p/>
<w:tbl><w:tr><w:tc>`+p("Year")+`</w:tc><w:tc>`+p("Tons")+`</w:tc></w:tr><w:tr><w:tc>`+p("2016")+p("est.")+`</w:tc><w:tc><w:tbl><w:tr><w:tc>`+p("12")+`</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>
</w:body></w:document>`,
		"word/footnotes.xml", `<w:footnotes><w:footnote w:type="separator"><w:p><w:r><w:t>--</w:t></w:r></w:p></w:footnote><w:footnote w:id="2">`+p("See there.")+`</w:footnote></w:footnotes>`,
		"docProps/core.xml", `<cp:coreProperties><dc:title>On ports</dc:title></cp:coreProperties>`,
	))
	if err != nil {
		t.Fatal(err)
	}
	want := &File{Title: "On ports", Paragraphs: []Paragraph{
		{Text: "Ports", Heading: 1},
		{Text: "Ferries", Heading: 2},
		{Text: "The Peru & Chile ferry left."},
		{Text: "Year | Tons", Row: true},
		{Text: "2016 est. | 12", Row: true},
		{Text: "See there.", Note: true},
	}}
	if d := cmp.Diff(want, f); d != "" {
		t.Error(d)
	}
}

func TestRefused(t *testing.T) {
	many := make([]string, 0, 2*MaxParts+4)
	for i := range MaxParts + 1 {
		many = append(many, fmt.Sprint(i), "")
	}
	for name, tt := range map[string]struct {
		b    []byte
		code fault.Code
		says string
	}{
		"bomb":      {body(p(strings.Repeat("a", 8<<20))), fault.TooLarge, "word/document.xml"},
		"deep":      {body(strings.Repeat("<w:a>", maxNesting+1)), fault.TooLarge, "deep"},
		"parts":     {packed(many...), fault.TooLarge, "parts"},
		"Excel":     {packed("xl/workbook.xml", "<a/>"), fault.Invalid, "Excel"},
		"nothing":   {packed("a", "b"), fault.Invalid, "no Word document"},
		"twice":     {packed("word/document.xml", "<a/>", "word/document.xml", "<a/>"), fault.Invalid, "twice"},
		"entities":  {packed("word/document.xml", `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`), fault.Invalid, "document type"},
		"unclosed":  {packed("word/document.xml", "<a><b></b>"), fault.Invalid, "ends within"},
		"no XML":    {packed("word/document.xml", "<a><"), fault.Invalid, "cannot be read"},
		"cut":       {body("")[:100], fault.Invalid, "packed file"},
		"end first": {packed("word/document.xml", "</a>"), fault.Invalid, "did not begin"},
	} {
		_, err := Read(tt.b)
		var e *fault.Error
		if !errors.As(err, &e) || e.Code != tt.code || e.Fix == "" || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v, want %v with %q and a way out", name, err, tt.code, tt.says)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(body(p("A") + "<w:tbl><w:tr><w:tc>" + p("b") + "</w:tc></w:tr></w:tbl>"))
	f.Fuzz(func(t *testing.T, b []byte) { check(t, b) })
}

// FuzzBody changes the part itself, which changes of the packed file hardly reach.
func FuzzBody(f *testing.F) {
	f.Add(head + p("A") + "<w:del>" + p("x") + "</w:del><w:tbl><w:tr><w:tc>" + p("b") + "</w:tc></w:tr></w:tbl></w:document>")
	f.Fuzz(func(t *testing.T, s string) { check(t, packed("word/document.xml", s, "word/footnotes.xml", s)) })
}

func check(t *testing.T, b []byte) {
	got, err := Read(b)
	if err != nil {
		var e *fault.Error
		if !errors.As(err, &e) || e.Fix == "" {
			t.Fatalf("no fault with a way out: %v", err)
		}
		return
	}
	for _, p := range got.Paragraphs {
		if p.Text == "" || strings.ContainsAny(p.Text, "\n\r\t") {
			t.Fatalf("a paragraph of %q", p.Text)
		}
	}
}

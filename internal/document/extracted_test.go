package document

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// pdfOf makes a PDF without a table, with a page for each content.
func pdfOf(contents ...string) string {
	var b, kids strings.Builder
	b.WriteString("%PDF-1.4\n1 0 obj <</Type/Catalog /Pages 2 0 R>> endobj\n3 0 obj <</Subtype/Image>> stream\n\nendstream endobj\n")
	for i, c := range contents {
		fmt.Fprintf(&kids, "%d 0 R ", 10+2*i)
		fmt.Fprintf(&b, "%d 0 obj <</Type/Page /Contents %d 0 R>> endobj\n%d 0 obj <<>> stream\n%s\nendstream endobj\n", 10+2*i, 11+2*i, 11+2*i, c)
	}
	fmt.Fprintf(&b, "2 0 obj <</Kids[%s] /Resources<</Font<</F <</Subtype/Type1>>>> /XObject<</I 3 0 R>>>>>> endobj\n", kids.String())
	return b.String()
}

func docxOf(t testing.TB, body string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(w, "<w:document><w:body>%s</w:body></w:document>", body)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestPDF holds that offsets are those of the extracted text, whose hash is given, that each has its page, and that a page
// without text is named.
func TestPDF(t *testing.T) {
	s := pdfOf("BT /F 12 Tf 72 700 Td (Peru denied that it) Tj ET", "BT /F 12 Tf 72 700 Td (sold any ships.) Tj ET", "/I Do", "BT /F 12 Tf 72 700 Td (Chile agreed.) Tj ET")
	d := read(t, "a.pdf", s)
	if want := "Peru denied that it\nsold any ships.\n\nChile agreed."; d.Text != want || d.Pages != 4 || d.Media != PDF {
		t.Errorf("got %q, %d pages, %s", d.Text, d.Pages, d.Media)
	}
	if len(d.Problems) != 1 || d.Problems[0] != "page 3: an image without text" {
		t.Errorf("problems %q", d.Problems)
	}
	if sum := sha256.Sum256([]byte(d.Text)); d.TextSHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("hash of the text %s", d.TextSHA256)
	}
	leadsBack(t, d, d.Text, "sold any", "sold any")
	for word, want := range map[string]string{"Peru": "page 1", "sold": "page 2", "Chile": "page 4"} {
		if got := d.Place(strings.Index(d.Text, word)); got != want {
			t.Errorf("%s stands on %s, want %s", word, got, want)
		}
	}
}

func TestDOCX(t *testing.T) {
	d := read(t, "statement", docxOf(t, "<w:p><w:r><w:t>Head</w:t></w:r></w:p><w:p><w:r><w:t>Peru agreed.</w:t></w:r></w:p>"))
	if d.Text != "Head\n\nPeru agreed." || d.Media != DOCX || d.Place(0) != "paragraph 1" || d.Place(6) != "paragraph 2" || d.TextSHA256 == "" {
		t.Errorf("got %+v", d)
	}
	if got := read(t, "a.txt", "Head").Place(0); got != "" {
		t.Errorf("text stands in %q", got)
	}
}

// TestNoText holds that what has no text is refused with a way out.
func TestNoText(t *testing.T) {
	odd := strings.Replace(pdfOf("BT /F 12 Tf <0001000200030004> Tj ET"), "/Subtype/Type1", "/Subtype/Type0", 1)
	for name, tt := range map[string]struct{ in, want string }{
		"scan":  {pdfOf("/I Do", "/I Do"), "has no text: of 2 pages none can be read as text (page 1: an image without text) (run a program that recognises characters (OCR)"},
		"blank": {pdfOf(""), "its pages are empty"},
		"fonts": {odd, "do not say which characters they show"},
		"Word":  {docxOf(t, "<w:p/>"), "the Word file has no text"},
	} {
		if _, err := Read("a.pdf", []byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

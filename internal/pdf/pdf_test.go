package pdf

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/fault"
)

// maker writes small files. Objects are numbered from 1 in the order in which they are added.
type maker struct{ objects []string }

func (m *maker) add(s string) int {
	m.objects = append(m.objects, s)
	return len(m.objects)
}

func (m *maker) stream(dict, content string) int {
	return m.add(fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(content), content))
}

// pages adds a page for each content, the tree and the catalogue, and gives the number of the catalogue.
func (m *maker) pages(resources string, contents ...int) int {
	parent := len(m.objects) + len(contents) + 1
	var kids strings.Builder
	for _, c := range contents {
		fmt.Fprintf(&kids, "%d 0 R ", m.add(fmt.Sprintf("<</Type/Page /Parent %d 0 R /Contents %d 0 R>>", parent, c)))
	}
	m.add(fmt.Sprintf("<</Type/Pages /Kids[%s] /Count %d /Resources<<%s>>>>", kids.String(), len(contents), resources))
	return m.add(fmt.Sprintf("<</Type/Catalog /Pages %d 0 R>>", parent))
}

func (m *maker) file(root int, more string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range m.objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root %d 0 R %s>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, root, more, start)
	return b.Bytes()
}

const helvetica = "/Font<</F1 <</Type/Font /Subtype/Type1 /BaseFont/Helvetica /Encoding/WinAnsiEncoding>>>>"

// onePage makes a file of one page.
func onePage(content string) []byte {
	var m maker
	c := m.stream("", content)
	return m.file(m.pages(helvetica, c), "")
}

func readAll(t testing.TB, b []byte) *File {
	t.Helper()
	f, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestText(t *testing.T) {
	tests := []struct{ name, content, want string }{
		{"lines", "BT /F1 12 Tf 72 700 Td (First line) Tj 0 -14 Td (second line.) Tj ET", "First line\nsecond line."},
		{"paragraphs", "BT /F1 12 Tf 14 TL 72 700 Td (One) Tj T* (two) Tj T* (three.) Tj 0 -40 Td (Four) Tj (') Tj ET", "One\ntwo\nthree.\n\nFour'"},
		{"kerning", "BT /F1 10 Tf 72 700 Td [(Se)20(cur)-30(ity)-400(Council)] TJ ET", "Security Council"},
		{"escapes", `BT /F1 10 Tf (a\(b\)\\ \101\
c (in) \222s) Tj ET`, `a(b)\ Ac (in) ’s`},
		{"hexadecimal", "BT /F1 10 Tf <48 65 6C6c 6F> Tj ET", "Hello"},
		{"by words on one line", "BT /F1 10 Tf 1 0 0 1 72 700 Tm (The) Tj 1 0 0 1 95 700 Tm (state) Tj ET", "The state"},
		{"hyphens stay", "BT /F1 10 Tf 12 TL 72 700 Td (co-) Tj T* (operate) Tj ET", "co-\noperate"},
		{"turned page", "q 0 1 -1 0 500 0 cm BT /F1 10 Tf 12 TL 72 300 Td (Up the) Tj T* (side) Tj ET Q", "Up the\nside"},
		{"drawn twice", "BT /F1 10 Tf 1 0 0 1 72 700 Tm (Bold) Tj 1 0 0 1 72.3 700 Tm (Bold) Tj ET", "Bold"},
		{"image in the content", "BI /W 1 /H 1 /BPC 8 ID \x00(\xff EI BT /F1 10 Tf (After) Tj ET", "After"},
		{"columns", "BT /F1 10 Tf 12 TL 72 700 Td (left one) Tj T* (left two) Tj ET BT /F1 10 Tf 12 TL 300 700 Td (right one) Tj T* (Right two) Tj ET", "left one\nleft two\nright one\nRight two"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := readAll(t, onePage(tt.content))
			if p := f.Pages[0]; p.Text != tt.want || p.Problem != "" {
				t.Errorf("got %q, problem %q, want %q", p.Text, p.Problem, tt.want)
			}
		})
	}
}

// TestOrder draws lines from the bottom up: they are put in order.
func TestOrder(t *testing.T) {
	var c, want strings.Builder
	for i := range 20 {
		fmt.Fprintf(&c, "BT /F1 10 Tf 72 %d Td (Line %d) Tj ET\n", 100+12*i, 20-i)
	}
	for i := range 20 {
		fmt.Fprintf(&want, "Line %d\n", i+1)
	}
	if got := readAll(t, onePage(c.String())).Pages[0].Text; got != strings.TrimSpace(want.String()) {
		t.Errorf("got %q", got)
	}
}

func deflated(s string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func TestPacking(t *testing.T) {
	const content = "BT /F1 12 Tf 72 700 Td (Packed and unpacked, packed and unpacked) Tj ET"
	var z bytes.Buffer
	// The library closes each code one step later than the format does by default.
	w := lzw.NewWriter(&z, lzw.MSB, 8)
	w.Write([]byte(content))
	w.Close()
	a85 := make([]byte, ascii85.MaxEncodedLen(len(content)))
	a85 = a85[:ascii85.Encode(a85, []byte(content))]
	up := "" // rows of eight bytes, each given as the difference from the one above
	padded := content + strings.Repeat(" ", 8-len(content)%8)
	for i := 0; i < len(padded); i += 8 {
		up += "\x02"
		for k := range 8 {
			above := byte(0)
			if i > 0 {
				above = padded[i-8+k]
			}
			up += string([]byte{padded[i+k] - above})
		}
	}
	run := ""
	for i := 0; i < len(content); i += 100 {
		part := content[i:min(i+100, len(content))]
		run += string([]byte{byte(len(part) - 1)}) + part
	}
	for name, s := range map[string][2]string{
		"Flate":     {"/Filter/FlateDecode", deflated(content)},
		"LZW":       {"/Filter/LZWDecode /DecodeParms<</EarlyChange 0>>", z.String()},
		"ASCII85":   {"/Filter/ASCII85Decode", string(a85) + "~>"},
		"ASCIIHex":  {"/Filter/ASCIIHexDecode", hex.EncodeToString([]byte(content)) + ">"},
		"RunLength": {"/Filter/RunLengthDecode", run + "\x80"},
		"two":       {"/Filter[/ASCIIHexDecode /FlateDecode]", hex.EncodeToString([]byte(deflated(content))) + ">"},
		"predicted": {"/Filter/FlateDecode /DecodeParms<</Predictor 12 /Columns 8>>", deflated(up)},
	} {
		t.Run(name, func(t *testing.T) {
			var m maker
			c := m.stream(s[0], s[1])
			p := readAll(t, m.file(m.pages(helvetica, c), "")).Pages[0]
			if p.Text != "Packed and unpacked, packed and unpacked" || p.Problem != "" {
				t.Errorf("got %q, problem %q", p.Text, p.Problem)
			}
		})
	}
}

// TestLZW unpacks what has codes of every length, with both ways of closing.
func TestLZW(t *testing.T) {
	var s strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&s, "%d %x;", i, i*i)
	}
	for _, early := range []int{0, 1} {
		if got, err := unLZW(packLZW(s.String(), early), early); err != nil || string(got) != s.String() {
			t.Errorf("early change %d: %d bytes of %d, %v", early, len(got), s.Len(), err)
		}
	}
}

// packLZW is the packer that the format describes.
func packLZW(s string, early int) []byte {
	var out []byte
	acc, have, bits := uint32(0), 0, 9
	emit := func(code int) {
		acc, have = acc<<bits|uint32(code), have+bits
		for have >= 8 {
			out = append(out, byte(acc>>(have-8)))
			have -= 8
		}
	}
	words := map[string]int{}
	next := 258
	emit(256)
	code := func(w string) int {
		if len(w) == 1 {
			return int(w[0])
		}
		return words[w]
	}
	word := ""
	for i := range len(s) {
		longer := word + s[i:i+1]
		if _, ok := words[longer]; ok || len(longer) == 1 {
			word = longer
			continue
		}
		emit(code(word))
		words[longer] = next
		next++
		// The reader is one word behind.
		if next-1+early >= 1<<bits {
			bits++
		}
		if next == 4094 {
			emit(256)
			words, next, bits = map[string]int{}, 258, 9
		}
		word = s[i : i+1]
	}
	emit(code(word))
	emit(257)
	return append(out, byte(acc<<(8-have)))
}

const toUnicode = `/CIDInit /ProcSet findresource begin begincmap
1 begincodespacerange <0000> <FFFF> endcodespacerange
2 beginbfchar <0001> <004B> <0007> <D83DDE00> endbfchar
2 beginbfrange <0002> <0004> <0061> <0005> <0006> [<0066006C> <4E2D>] endbfrange
endcmap end`

func TestComposite(t *testing.T) {
	var m maker
	u := m.stream("", toUnicode)
	below := m.add("<</Type/Font /Subtype/CIDFontType2 /DW 1000 /W[1 [600 500] 3 4 400]>>")
	f := m.add(fmt.Sprintf("<</Type/Font /Subtype/Type0 /Encoding/Identity-H /DescendantFonts[%d 0 R] /ToUnicode %d 0 R>>", below, u))
	gb := m.add("<</Type/Font /Subtype/Type0 /Encoding/GBK-EUC-H /DescendantFonts[<<>>]>>")
	uni := m.add("<</Type/Font /Subtype/Type0 /Encoding/UniJIS-UTF16-H /DescendantFonts[<<>>]>>")
	c := m.stream("", "BT /F1 12 Tf 72 700 Td <0001000200030004000500060007> Tj 0 -14 Td /F2 12 Tf <D6D0B9FA> Tj 0 -14 Td /F3 12 Tf <65E5672C> Tj ET")
	p := readAll(t, m.file(m.pages(fmt.Sprintf("/Font<</F1 %d 0 R /F2 %d 0 R /F3 %d 0 R>>", f, gb, uni), c), "")).Pages[0]
	if want := "Kabcfl中😀\n中国\n日本"; p.Text != want || p.Problem != "" {
		t.Errorf("got %q, problem %q, want %q", p.Text, p.Problem, want)
	}
}

func TestEncodings(t *testing.T) {
	for encoding, want := range map[string]string{
		"/StandardEncoding": "’fiß",
		"/WinAnsiEncoding":  "'®û",
		"/MacRomanEncoding": "'Æ˚",
		"<</Differences[39 /eacute /Zcaron.sc 174 /uni0416 251 /afii10017]>>": "éЖА",
		"<</BaseEncoding/WinAnsiEncoding /Differences[174 /g12]>>":            "'\uFFFDû",
	} {
		var m maker
		c := m.stream("", "BT /F1 12 Tf (\\047\\256\\373) Tj ET")
		p := readAll(t, m.file(m.pages("/Font<</F1 <</Subtype/Type1 /Encoding"+encoding+">>>>", c), "")).Pages[0]
		if p.Text != want {
			t.Errorf("%s: got %q, want %q", encoding, p.Text, want)
		}
	}
}

// TestBuiltIn reads a font with an encoding of its own, as TeX makes them.
func TestBuiltIn(t *testing.T) {
	var m maker
	font := m.stream("", "%!PS-AdobeFont-1.0\n/FontName /X def /Encoding 256 array 0 1 255 {1 index exch /.notdef put} for\ndup 58 /period put\ndup 14 /ffi put\nreadonly def\ncurrentfile eexec \x00(")
	c := m.stream("", "BT /F1 12 Tf (\\072\\016a) Tj ET")
	p := readAll(t, m.file(m.pages(fmt.Sprintf("/Font<</F1 <</Subtype/Type1 /FontDescriptor<</FontFile %d 0 R>>>>>>", font), c), "")).Pages[0]
	if p.Text != ".ffi\uFFFD" || p.Problem != "1 of 3 characters are not known" {
		t.Errorf("got %+v", p)
	}
}

// TestBrokenTable moves the objects away from where the table says they are, and takes the table away.
func TestBrokenTable(t *testing.T) {
	good := onePage("BT /F1 12 Tf (Still here) Tj ET")
	for name, b := range map[string][]byte{
		"moved":    append([]byte("%PDF-1.4\n% bytes that a mail program put here\n"), good...),
		"no table": good[:bytes.Index(good, []byte("xref"))],
		"no start": bytes.Replace(good, []byte("startxref"), []byte("startxxxx"), 1),
		"no root":  bytes.Replace(good, []byte("/Root"), []byte("/Roof"), 1),
		"lengths":  bytes.Replace(good, []byte("/Length"), []byte("/Langth"), 1),
	} {
		if got := readAll(t, b).Pages[0].Text; got != "Still here" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// packedFile has its objects in a packed stream and its table as one.
func packedFile(withTable bool) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	content := "BT /F1 12 Tf (From a packed object) Tj ET"
	at4 := b.Len()
	fmt.Fprintf(&b, "4 0 obj <</Length %d>> stream\n%s\nendstream endobj\n", len(content), content)
	objects := []string{"<</Type/Catalog /Pages 2 0 R>>", "<</Type/Pages /Kids[3 0 R] /Count 1>>", "<</Type/Page /Parent 2 0 R /Contents 4 0 R /Resources<<" + helvetica + ">>>>"}
	head, body := "", ""
	for i, o := range objects {
		head += fmt.Sprintf("%d %d ", i+1, len(body))
		body += o + " "
	}
	z := deflated(head + body)
	at5 := b.Len()
	fmt.Fprintf(&b, "5 0 obj <</Type/ObjStm /N 3 /First %d /Filter/FlateDecode /Length %d>> stream\n%s\nendstream endobj\n", len(head), len(z), z)
	if !withTable {
		return b.Bytes()
	}
	rows := []byte{0, 0, 0, 0}
	for i := range 3 {
		rows = append(rows, 2, 0, 5, byte(i))
	}
	rows = append(rows, 1, byte(at4>>8), byte(at4), 0, 1, byte(at5>>8), byte(at5), 0)
	at6 := b.Len()
	z = deflated(string(rows))
	fmt.Fprintf(&b, "6 0 obj <</Type/XRef /Size 6 /W[1 2 1] /Root 1 0 R /Filter/FlateDecode /Length %d>> stream\n%s\nendstream endobj\nstartxref\n%d\n", len(z), z, at6)
	return b.Bytes()
}

func TestPackedObjects(t *testing.T) {
	for _, withTable := range []bool{true, false} {
		if got := readAll(t, packedFile(withTable)).Pages[0].Text; got != "From a packed object" {
			t.Errorf("table %v: got %q", withTable, got)
		}
	}
}

func TestForms(t *testing.T) {
	var m maker
	form := m.stream("/Type/XObject /Subtype/Form /Resources<<"+helvetica+">>", "BT /F1 12 Tf (In a form) Tj ET")
	image := m.stream("/Type/XObject /Subtype/Image", "x")
	c := m.stream("", "/X Do /I Do")
	scan := m.stream("", "/I Do")
	f := readAll(t, m.file(m.pages(fmt.Sprintf("/XObject<</X %d 0 R /I %d 0 R>>", form, image), c, scan), "/Info<</Title<FEFF00C9>>>"))
	if f.Pages[0].Text != "In a form" || f.Pages[1].Problem != "an image without text" || f.Title != "É" {
		t.Errorf("got %+v", f)
	}
}

// TestProblems holds that what cannot be read is said.
func TestProblems(t *testing.T) {
	var m maker
	var rest strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&rest, "%d ", i*i)
	}
	z := deflated("BT /F1 12 Tf (The beginning stands) Tj ET " + rest.String())
	cut := m.stream("/Filter/FlateDecode", z[:len(z)/2])
	odd := m.stream("/Filter/Odd", "x")
	blank := m.stream("", "")
	missing := 99
	f := readAll(t, m.file(m.pages(helvetica, cut, odd, blank, missing), ""))
	for i, want := range []string{"read in part: a packed stream is damaged", `not read: the packing "Odd" is not read`, "", "not read: its content is missing"} {
		if f.Pages[i].Problem != want {
			t.Errorf("page %d: problem %q, want %q", i+1, f.Pages[i].Problem, want)
		}
	}
	var c maker
	codes := c.stream("", "BT /F1 12 Tf <00010002> Tj ET")
	f = readAll(t, c.file(c.pages("/Font<</F1 <</Subtype/Type0 /Encoding/Identity-H>>>>", codes), ""))
	if f.Pages[0].Problem != "its fonts do not say which characters they show" {
		t.Errorf("got %+v", f.Pages[0])
	}
}

func TestRefused(t *testing.T) {
	var m maker
	c := m.stream("", "BT ET")
	encrypted := m.file(m.pages(helvetica, c), "/Encrypt<</Filter/Standard>>")

	var forms maker // each draws the next ten times
	x := ""
	for i := range 9 {
		x += fmt.Sprintf("/X%d %d 0 R ", i, i+1)
	}
	for i := range 9 {
		forms.stream("/Subtype/Form", strings.Repeat(fmt.Sprintf("/X%d Do ", i+1), 10))
	}
	c = forms.stream("", "/X0 Do")
	bomb := forms.file(forms.pages("/XObject<<"+x+">>", c), "")

	var big maker
	zeros := deflated(strings.Repeat(" ", maxStream+1))
	c = big.stream("/Filter/FlateDecode", zeros)
	inflated := big.file(big.pages(helvetica, c), "")

	for name, tt := range map[string]struct {
		b    []byte
		code fault.Code
	}{
		"encrypted":    {encrypted, fault.Invalid},
		"no pages":     {[]byte("%PDF-1.4\n1 0 obj <<>> endobj"), fault.Invalid},
		"forms":        {bomb, fault.TooLarge},
		"inflated":     {inflated, fault.TooLarge},
		"loop":         {[]byte("%PDF-1.4\n1 0 obj <</Type/Catalog /Pages 2 0 R>> endobj 2 0 obj <</Kids[2 0 R]>> endobj"), fault.Invalid},
		"open strings": {[]byte("%PDF-1.4\n" + openStrings()), fault.TooLarge},
	} {
		_, err := Read(tt.b)
		var e *fault.Error
		if !errors.As(err, &e) || e.Code != tt.code || e.Fix == "" {
			t.Errorf("%s: got %v, want %v with a way out", name, err, tt.code)
		}
	}
}

// openStrings are objects of which each reaches to the end of the file.
func openStrings() string {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "%d 0 obj(", i+1)
	}
	return b.String()
}

func FuzzRead(f *testing.F) {
	f.Add(onePage("BT /F1 12 Tf 72 700 Td [(A)-400(b)] TJ T* <41> ' ET BI ID EI q Q /X Do"))
	f.Add(packedFile(true))
	f.Add(packedFile(false))
	var m maker
	u := m.stream("", toUnicode)
	c := m.stream("/Filter/ASCII85Decode", "<~87cUR~>")
	f.Add(m.file(m.pages(fmt.Sprintf("/Font<</F1 <</Subtype/Type0 /Encoding/GBK-EUC-H /ToUnicode %d 0 R>>>>", u), c), ""))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(b)
		if err != nil {
			var e *fault.Error
			if !errors.As(err, &e) || e.Message == "" {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		text, begins := Join(got.Pages)
		for i, at := range begins {
			if !strings.HasPrefix(text[at:], got.Pages[i].Text) {
				t.Fatalf("page %d does not begin at %d", i+1, at)
			}
		}
	})
}

// FuzzContent runs content alone, which few changes of a whole file reach.
func FuzzContent(f *testing.F) {
	f.Add("BT /F1 12 Tf 1 0 0 1 72 700 Tm [(A)-400(b)] TJ T* <41> ' 1 2 (c) \" ET q 0 1 -1 0 0 0 cm Q BI ID EI")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := Read(onePage(s)); err != nil && len(s) < 1000 && !strings.Contains(s, "obj") && !strings.Contains(s, "endstream") {
			t.Fatal(err)
		}
	})
}

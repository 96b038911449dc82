package document

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
)

func read(t testing.TB, name, s string) *Document {
	t.Helper()
	d, err := Read(name, []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// leadsBack holds that the span of a word in the text leads to the bytes want of the original.
func leadsBack(t *testing.T, d *Document, original, word, want string) {
	t.Helper()
	i := strings.Index(d.Text, word)
	if i < 0 {
		t.Fatalf("%q is not in the text %q", word, d.Text)
	}
	if from, to := d.Original(i, i+len(word)); original[from:to] != want {
		t.Errorf("%q leads to %q, want %q", word, original[from:to], want)
	}
}

func TestHTML(t *testing.T) {
	const s = `<!DOCTYPE html><html><head><title>A &amp; B</title><style>p{a:"</p>"}</style></head><body>
<nav><a href="/">Home</a></nav><!-- <article> never --><article><h1>Ports</h1><p>The ferry&#8217;s <b class="x>y">first</b>
call &mdash; in <i>May</i>.</p><script>if (a<b) alert("no")</script><aside>Advert</aside><p>AT&T said 1 < 2.</p></article><p>After</p></body></html>`
	d := read(t, "a.html", s)
	want := "Ports\n\nThe ferry’s first call — in May.\n\nAT&T said 1 < 2."
	if d.Text != want || d.Title != "A & B" || d.Media != HTML {
		t.Errorf("got %q, title %q, %s", d.Text, d.Title, d.Media)
	}
	leadsBack(t, d, s, "ferry’s", "ferry&#8217;s")
	leadsBack(t, d, s, "first", "first")
	leadsBack(t, d, s, "call — in", "call &mdash; in")
}

func TestHTMLWithoutArticle(t *testing.T) {
	d := read(t, "page", "<html><body><header>Top</header><div>One<br>two</div><footer>End</footer></body></html>")
	if d.Text != "One\n\ntwo" {
		t.Errorf("got %q", d.Text)
	}
}

func TestMarkdown(t *testing.T) {
	const s = "# Head\n\n> A **bold** [link](https://example.org/a_b) and `code`.\n- item\n"
	d := read(t, "a.md", s)
	if want := "Head\n\nA bold link and code.\nitem\n"; d.Text != want {
		t.Errorf("got %q", d.Text)
	}
	leadsBack(t, d, s, "link", "link")
	leadsBack(t, d, s, "item", "item")
	// What is no link stays, and marks within an address are part of it.
	if d := read(t, "a.md", "[a](b c) [d](e**f__g) h](i"); d.Text != "a](b c) d h](i" {
		t.Errorf("got %q", d.Text)
	}
}

func TestEncodings(t *testing.T) {
	const text = "Résumé of “Tuesday” – done"
	latin, _ := charmap.Windows1252.NewEncoder().String(text)
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	bare16, _ := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	in := func(e encoding.Encoding, s string) string {
		b, err := e.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	sjis, _ := japanese.ShiftJIS.NewEncoder().String("<meta charset=Shift_JIS><p>北朝鮮 May</p>")
	for _, tt := range []struct{ name, in, encoding, want, word, bytes string }{
		{"a.txt", text, "utf-8", text, "“Tuesday”", "“Tuesday”"},
		{"a.txt", "\xef\xbb\xbf" + text, "utf-8", text, "Tuesday", "Tuesday"},
		{"a.txt", latin, "windows-1252", text, "“Tuesday”", "\x93Tuesday\x94"},
		{"a.txt", utf16, "utf-16le", text, "done", "d\x00o\x00n\x00e\x00"},
		{"a.txt", bare16, "utf-16be", text, "done", "\x00d\x00o\x00n\x00e"},
		{"a.html", sjis, "shift_jis", "北朝鮮 May", "May", "May"},
		{"a.html", in(simplifiedchinese.GB18030, "<meta charset='gb2312'><p>朝鲜 €</p>"), "gbk", "朝鲜 €", "朝鲜", in(simplifiedchinese.GB18030, "朝鲜")},
		{"a.html", in(simplifiedchinese.GB18030, "<meta charset=GB18030><p>朝鲜 ñ</p>"), "gb18030", "朝鲜 ñ", "ñ", in(simplifiedchinese.GB18030, "ñ")},
		{"a.html", in(korean.EUCKR, `<meta http-equiv="Content-Type" content="text/html; charset=ks_c_5601-1987"><p>북한 May</p>`), "euc-kr", "북한 May", "북한", in(korean.EUCKR, "북한")},
		{"a.html", in(traditionalchinese.Big5, "<meta charset=big5><p>北韓</p>"), "big5", "北韓", "韓", in(traditionalchinese.Big5, "韓")},
		{"a.html", in(charmap.Windows1251, `<meta charset="cp1251"><p>КНДР</p>`), "windows-1251", "КНДР", "НД", "\xcd\xc4"},
		{"a.html", in(charmap.KOI8R, "<meta charset=koi8-r><p>КНДР</p>"), "koi8-r", "КНДР", "КНДР", in(charmap.KOI8R, "КНДР")},
		{"a.html", in(charmap.Windows1256, "<meta charset=windows-1256><p>كوريا</p>"), "windows-1256", "كوريا", "كوريا", in(charmap.Windows1256, "كوريا")},
		{"a.xhtml", in(charmap.ISO8859_2, `<?xml version="1.0" encoding="ISO-8859-2"?><html><p>Łódź</p>`), "iso-8859-2", "Łódź", "ó", "\xf3"},
	} {
		d := read(t, tt.name, tt.in)
		if d.Text != tt.want || d.Encoding != tt.encoding {
			t.Errorf("%s: got %q as %s", tt.encoding, d.Text, d.Encoding)
			continue
		}
		leadsBack(t, d, tt.in, tt.word, tt.bytes)
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		code           fault.Code
	}{
		{"a.pdf", "%PDF-1.7", "a.pdf: no pages can be found in the PDF", fault.Invalid},
		{"a.docx", "PK\x03\x04", "a.docx: the packed file cannot be read", fault.Invalid},
		{"a.doc", "\xd0\xcf\x11\xe0", "an old Word file, which is not read", fault.Invalid},
		{"a.bin", "abc\x00\x01", "no text", fault.Invalid},
		{"big.txt", strings.Repeat("a", MaxSize+1), "at most 10485760", fault.TooLarge},
	} {
		_, err := Read(tt.name, []byte(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) || fault.CodeOf(err) != tt.code {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

// TestOffsetsStayInside holds for any HTML that the text is valid, that all offsets lead into the original, and that they
// never go back.
func TestOffsetsStayInside(t *testing.T) {
	part := rapid.SampledFrom([]string{
		"<p>", "</p>", "<article>", "</article>", "<script>", "</script>", "<!--", "-->", "&amp;", "&#x2019;", "&", "<", ">",
		"é", "word ", "\xff", "\"", "<a href='", "<title>", "</title>", "&nbsp;", "\n\n", "<nav>", "</nav>", "<br/>",
	})
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(part, 0, 30).Draw(t, "parts"), "")
		for _, name := range []string{"a.html", "a.md", "a.txt"} {
			d, err := Read(name, []byte(s))
			if err != nil {
				t.Fatal(err)
			}
			holds(t, d, len(s))
		}
	})
}

func holds(t interface{ Fatalf(string, ...any) }, d *Document, size int) {
	if !utf8.ValidString(d.Text) {
		t.Fatalf("text is not valid: %q", d.Text)
	}
	last := 0
	for i := range len(d.Text) {
		from, to := d.Original(i, i+1)
		if from < last || to < from || to > size {
			t.Fatalf("byte %d of %q leads to %d-%d after %d in %d bytes", i, d.Text, from, to, last, size)
		}
		last = from
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.html", []byte("<article><p>a &lt; b</article>"))
	f.Add("a.md", []byte("# a [b](c) **d**"))
	f.Add("a", []byte("\xff\xfea\x00"))
	f.Add("a.html", []byte("<meta charset=iso-2022-jp>\x1b$B@\x1b(B"))
	f.Add("a.pdf", []byte(pdfOf("BT /F 12 Tf 72 700 Td (a) Tj ET", "/I Do")))
	f.Add("a.docx", []byte(docxOf(f, "<w:p><w:r><w:t>a</w:t></w:r></w:p>")))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		d, err := Read(name, b)
		if err != nil {
			return
		}
		if d.TextSHA256 != "" {
			b = []byte(d.Text)
		}
		holds(t, d, len(b))
	})
}

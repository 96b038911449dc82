package xmlstream

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/cordon-engine/cordon/internal/fault"
)

// events writes a document as our reader sees it.
func events(r io.Reader) (string, error) {
	x := NewReader(r)
	var b strings.Builder
	text := ""
	flush := func() {
		if t := strings.TrimSpace(text); t != "" {
			fmt.Fprintf(&b, "T%q", t)
		}
		text = ""
	}
	for {
		t, err := x.Next()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		switch t.Kind {
		case Start:
			flush()
			b.WriteString("<" + t.Name)
			for _, a := range t.Attrs {
				fmt.Fprintf(&b, " %s=%q", a.Name, a.Value)
			}
		case End:
			flush()
			b.WriteString(">")
		case Text:
			text += string(t.Text)
		}
	}
}

// oracle writes the same as the standard library sees it.
func oracle(doc []byte) (string, error) {
	x := xml.NewDecoder(bytes.NewReader(doc))
	var b strings.Builder
	text := ""
	flush := func() {
		if t := strings.TrimSpace(text); t != "" {
			fmt.Fprintf(&b, "T%q", t)
		}
		text = ""
	}
	for {
		t, err := x.Token()
		if err == io.EOF {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		switch t := t.(type) {
		case xml.StartElement:
			flush()
			b.WriteString("<" + t.Name.Local)
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					fmt.Fprintf(&b, " %s=%q", a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			flush()
			b.WriteString(">")
		case xml.CharData:
			text += string(t)
		}
	}
}

func TestWhatIsRead(t *testing.T) {
	for doc, want := range map[string]string{
		`<a/>`: `<a>`,
		"\xEF\xBB\xBF<?xml version='1.0' encoding='UTF-8'?>\n<a b='1' c=\"x>y\"><b>t</b></a>\n": `<a b="1" c="x>y"<bT"t">>`,
		`<n:a xmlns:n='u' n:b='v'><n:c/></n:a>`:                                                 `<a b="v"<c>>`,
		`<a>&lt;&#x41;&#66;&amp;<![CDATA[<x>&]]></a>`:                                           `<aT"<AB&<x>&">`,
		"<a>x\r\ny</a>":               `<aT"x\ny">`,
		`<a><!-- c --><?pi x?>t</a >`: `<aT"t">`,
	} {
		for name, r := range map[string]io.Reader{"whole": strings.NewReader(doc), "by byte": iotest.OneByteReader(strings.NewReader(doc))} {
			if got, err := events(r); got != want || err != nil {
				t.Errorf("%q %s: %s, %v; want %s", doc, name, got, err, want)
			}
		}
	}
}

func TestUTF16(t *testing.T) {
	for _, big := range []bool{false, true} {
		b := []byte{0xFF, 0xFE}
		if big {
			b = []byte{0xFE, 0xFF}
		}
		for _, u := range utf16.Encode([]rune(`<a>김정은 😀</a>`)) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		if got, err := events(bytes.NewReader(b)); got != `<aT"김정은 😀">` || err != nil {
			t.Errorf("big %v: %s, %v", big, got, err)
		}
	}
}

// Everything that is not well-formed, and everything without bound, ends in a
// fault that says where.
func TestWhatIsRefused(t *testing.T) {
	for _, c := range []struct{ name, doc, say string }{
		{"empty", "", "no element"},
		{"JSON", `{"status":500}`, "begins with '{'"},
		{"page", "<!DOCTYPE html><html></html>", "web page"},
		{"bomb", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>`, "document type"},
		{"entity", "<a>&nope;</a>", "no entity"},
		{"broken off", "<a><b>text", "ends inside"},
		{"broken off between", "<a><b></b>", "ends inside <a>"},
		{"crossed", "<a><b></a></b>", "ought to end"},
		{"two roots", "<a/><b/>", "second root"},
		{"text after", "<a/>x", "outside the root"},
		{"control", "<a>\x01</a>", "U+0001"},
		{"not UTF-8", "<a>\xff</a>", "not UTF-8"},
		{"Latin-1", `<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, "ISO-8859-1"},
		{"attribute twice", `<a b="1" b="2"/>`, "twice"},
		{"no quotes", `<a b=1/>`, "quotes"},
		{"deep", strings.Repeat("<a>", 100), "inside one another"},
		{"long text", "<a>" + strings.Repeat("x", 3*MaxToken), "larger"},
		{"long tag", "<" + strings.Repeat("x", 3*MaxToken), "larger"},
		{"long comment", "<!--" + strings.Repeat("x", 3*MaxToken), "larger"},
	} {
		_, err := events(strings.NewReader(c.doc))
		var f *fault.Error
		if !errors.As(err, &f) || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v; want %q", c.name, err, c.say)
		}
	}
}

func TestNodesTellWhatWasNotAskedFor(t *testing.T) {
	x := NewReader(strings.NewReader("<r>\n<a k='1' z='2'><b>t</b><c/>\n<d><e>1</e></d></a></r>"))
	if _, err := x.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Next(); err != nil { // the line end
		t.Fatal(err)
	}
	tok, err := x.Next()
	if err != nil {
		t.Fatal(err)
	}
	n, err := x.Subtree(tok)
	if err != nil {
		t.Fatal(err)
	}
	if n.Get("b") != "t" || n.Attr("k") != "1" || n.Get("no") != "" {
		t.Error("what is asked for is not what stands there")
	}
	var got []string
	n.Unused(func(p string, line int) { got = append(got, fmt.Sprintf("%s:%d", p, line)) })
	if want := "[@z:2 d:3]"; fmt.Sprint(got) != want {
		t.Errorf("not asked for: %v, want %s", got, want)
	}
}

// FuzzReader compares with the standard library: what we take, it takes, and
// both see the same.
func FuzzReader(f *testing.F) {
	for _, s := range []string{`<a b="1">t&amp;<b/></a>`, `<a><![CDATA[x]]></a>`, "<a>\r\n</a>", `<?xml version="1.0"?><x:a xmlns:x="u"/>`, `<:/>`, `<a:/>`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		got, err := events(bytes.NewReader(doc))
		if err != nil {
			return
		}
		if bytes.HasPrefix(doc, []byte{0xFF, 0xFE}) || bytes.HasPrefix(doc, []byte{0xFE, 0xFF}) {
			return // the oracle reads no UTF-16
		}
		want, err := oracle(bytes.TrimPrefix(doc, []byte("\xEF\xBB\xBF")))
		if err == nil && got != want {
			t.Errorf("%q\n got %s\nwant %s", doc, got, want)
		}
	})
}

func BenchmarkReader(b *testing.B) {
	doc, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "lists", "un", "consolidated_2026-08-01.xml"))
	if err != nil {
		b.Skip("the UN list is not beside the project")
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		x := NewReader(bytes.NewReader(doc))
		for {
			t, err := x.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			if t.Kind == Start && (t.Name == "INDIVIDUAL" || t.Name == "ENTITY") {
				if _, err := x.Subtree(t); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

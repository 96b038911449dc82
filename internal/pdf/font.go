package pdf

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/unicode/norm"
)

// unknown stands for a character that the file gives no meaning.
const unknown = "\uFFFD"

// font leads from the bytes of a string to characters and their widths.
type font struct {
	// wide says that a code has two bytes, or what its ranges say.
	wide    bool
	codes   *cmap // tells the length of codes, and characters where it has them
	unicode *cmap
	simple  [256]string
	// whole decodes strings whose codes are those of a common encoding.
	whole  encoding.Encoding
	utf16  bool
	widths map[int]float64
	width  float64 // of other codes, in thousandths of the size
	scale  float64
}

// glyph is one code of a string.
type glyph struct {
	text  string
	width float64 // in sizes
	space bool    // the code 32 of one byte
}

func (f *file) newFont(d dict) *font {
	out := &font{widths: map[int]float64{}, width: 500, scale: 0.001}
	if s, ok := f.resolve(d["ToUnicode"]).(*stream); ok {
		b, _ := f.unpack(s)
		out.unicode = parseCMap(b)
	}
	if f.resolve(d["Subtype"]) == name("Type0") {
		f.composite(out, d)
		return out
	}
	f.simpleFont(out, d)
	return out
}

func (f *file) simpleFont(out *font, d dict) {
	out.simple = f.encodingOf(d)
	first, _ := f.resolve(d["FirstChar"]).(float64)
	widths, _ := f.resolve(d["Widths"]).(array)
	for i, o := range widths[:min(len(widths), 256)] {
		if v, ok := f.resolve(o).(float64); ok {
			out.widths[int(first)+i] = v
		}
	}
	base, _ := f.resolve(d["BaseFont"]).(name)
	if strings.Contains(string(base), "Courier") {
		out.width = 600
	}
	if desc, ok := f.resolve(d["FontDescriptor"]).(dict); ok {
		if v, ok := f.resolve(desc["MissingWidth"]).(float64); ok && v > 0 {
			out.width = v
		}
	}
	if m := f.numbers(d["FontMatrix"]); len(m) == 6 && f.resolve(d["Subtype"]) == name("Type3") {
		out.scale = max(m[0], -m[0])
	}
}

func (f *file) numbers(o object) []float64 {
	list, _ := f.resolve(o).(array)
	var out []float64
	for _, o := range list[:min(len(list), 16)] {
		v, _ := f.resolve(o).(float64)
		out = append(out, v)
	}
	return out
}

// composite reads a font with codes of several bytes.
func (f *file) composite(out *font, d dict) {
	out.wide, out.width = true, 1000
	switch e := f.resolve(d["Encoding"]).(type) {
	case name:
		out.common(string(e))
	case *stream:
		b, _ := f.unpack(e)
		out.codes = parseCMap(b)
	}
	list, _ := f.resolve(d["DescendantFonts"]).(array)
	if len(list) == 0 {
		return
	}
	below, _ := f.resolve(list[0]).(dict)
	if v, ok := f.resolve(below["DW"]).(float64); ok {
		out.width = v
	}
	w, _ := f.resolve(below["W"]).(array)
	f.fonts += len(w) / 1000
	for i := 0; i+1 < len(w); {
		first, _ := f.resolve(w[i]).(float64)
		if each, ok := f.resolve(w[i+1]).(array); ok {
			f.fonts += len(each) / 1000
			for k, o := range each {
				v, _ := f.resolve(o).(float64)
				out.widths[int(first)+k] = v
			}
			i += 2
			continue
		}
		if i+2 >= len(w) {
			return
		}
		last, _ := f.resolve(w[i+1]).(float64)
		v, _ := f.resolve(w[i+2]).(float64)
		for c := int(first); c <= int(last) && c < 1<<16 && c >= 0 && len(out.widths) < 1<<16; c++ {
			out.widths[c] = v
		}
		i += 3
	}
}

// common notes what the name of a known encoding says of the codes.
func (t *font) common(n string) {
	for _, c := range []struct {
		in string
		e  encoding.Encoding
	}{
		{"GBK", simplifiedchinese.GB18030},
		{"GB-EUC", simplifiedchinese.GB18030},
		{"90ms-RKSJ", japanese.ShiftJIS},
		{"90pv-RKSJ", japanese.ShiftJIS},
		{"EUC-H", japanese.EUCJP},
		{"KSC", korean.EUCKR},
		{"B5", traditionalchinese.Big5},
	} {
		switch {
		case strings.HasPrefix(n, "Uni"):
			t.utf16 = strings.Contains(n, "UCS2") || strings.Contains(n, "UTF16")
			return
		case strings.Contains(n, c.in):
			t.whole = c.e
			return
		}
	}
}

// glyphs reads a string.
func (t *font) glyphs(s text) []glyph {
	if !t.wide {
		out := make([]glyph, 0, len(s))
		for i := range len(s) {
			c := int(s[i])
			g := glyph{text: t.simple[c], width: t.widthOf(c), space: c == 32}
			if t.unicode != nil {
				if u, ok := t.unicode.text(1, c); ok {
					g.text = u
				}
			}
			if g.text == "" {
				g.text = unknown
			}
			out = append(out, g)
		}
		return out
	}
	if t.unicode == nil && (t.whole != nil || t.utf16) {
		return t.decoded(s)
	}
	return t.coded(s)
}

func (t *font) widthOf(c int) float64 {
	if w, ok := t.widths[c]; ok {
		return w * t.scale
	}
	return t.width * t.scale
}

// decoded reads a string as a whole, by its encoding; widths are taken to be those of other codes.
func (t *font) decoded(s text) []glyph {
	var whole string
	if t.utf16 {
		units := make([]uint16, 0, len(s)/2)
		for i := 0; i+1 < len(s); i += 2 {
			units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
		}
		whole = string(utf16.Decode(units))
	} else {
		b, err := t.whole.NewDecoder().Bytes([]byte(s))
		if err != nil {
			return []glyph{{text: unknown, width: t.width * t.scale}}
		}
		whole = string(b)
	}
	var out []glyph
	for _, r := range whole {
		w := t.width * t.scale
		if r < utf8.RuneSelf {
			w /= 2
		}
		out = append(out, glyph{text: string(r), width: w})
	}
	return out
}

func (t *font) coded(s text) []glyph {
	lengths := t.codes
	if lengths == nil && t.whole != nil {
		lengths = t.unicode
	}
	var out []glyph
	for i := 0; i < len(s); {
		n := min(2, len(s)-i)
		if lengths != nil {
			n = lengths.length(s[i:])
		}
		c := 0
		for _, b := range []byte(s[i : i+n]) {
			c = c<<8 | int(b)
		}
		g := glyph{text: unknown, width: t.widthOf(c), space: n == 1 && c == 32}
		for _, m := range []*cmap{t.unicode, t.codes} {
			if m == nil {
				continue
			}
			if u, ok := m.text(n, c); ok {
				g.text = u
				break
			}
		}
		out = append(out, g)
		i += n
	}
	return out
}

// encodingOf gives the characters of the codes of a simple font.
func (f *file) encodingOf(d dict) [256]string {
	table := f.builtIn(d)
	var differences array
	switch e := f.resolve(d["Encoding"]).(type) {
	case name:
		table = encodingNamed(e, table)
	case dict:
		if base, ok := f.resolve(e["BaseEncoding"]).(name); ok {
			table = encodingNamed(base, table)
		} else if f.resolve(d["Subtype"]) == name("TrueType") {
			table = ansi
		}
		differences, _ = f.resolve(e["Differences"]).(array)
	case nil:
		if f.resolve(d["Subtype"]) == name("TrueType") {
			table = ansi
		}
	}
	code := 0
	for _, o := range differences[:min(len(differences), 1024)] {
		switch o := f.resolve(o).(type) {
		case float64:
			code = int(o)
		case name:
			if code >= 0 && code < 256 {
				table[code] = glyphText(string(o))
			}
			code++
		}
	}
	return table
}

// builtIn gives the encoding that the font itself has: that of a Type 1 font which the file holds, else the standard one.
func (f *file) builtIn(d dict) [256]string {
	desc, _ := f.resolve(d["FontDescriptor"]).(dict)
	s, ok := f.resolve(desc["FontFile"]).(*stream)
	if !ok {
		return standard
	}
	b, _ := f.unpack(s)
	b, _, _ = bytes.Cut(b, []byte("eexec")) // the rest is encrypted
	_, b, ok = bytes.Cut(b, []byte("/Encoding"))
	if !ok || bytes.HasPrefix(bytes.TrimSpace(b), []byte("StandardEncoding")) {
		return standard
	}
	var table [256]string
	l := lexer{b: b}
	for o := l.next(); o != end && o != keyword("def"); o = l.next() {
		if o != keyword("dup") {
			continue
		}
		code, ok1 := l.next().(float64)
		glyph, ok2 := l.next().(name)
		if ok1 && ok2 && code >= 0 && code < 256 {
			table[int(code)] = glyphText(string(glyph))
		}
	}
	return table
}

func encodingNamed(n name, other [256]string) [256]string {
	switch n {
	case "WinAnsiEncoding":
		return ansi
	case "MacRomanEncoding":
		return mac
	case "StandardEncoding":
		return standard
	}
	return other
}

var (
	ansi     = tableOf(charmap.Windows1252)
	mac      = tableOf(charmap.Macintosh)
	standard = standardTable()
)

func tableOf(m *charmap.Charmap) (out [256]string) {
	for i := 32; i < 256; i++ {
		if r := m.DecodeByte(byte(i)); r != utf8.RuneError {
			out[i] = string(r)
		}
	}
	if m == charmap.Windows1252 {
		out[0xad], out[0xa0] = "-", " "
	}
	return out
}

// standardTable is the standard encoding of the format: ASCII with curly quotes, and its own upper half.
func standardTable() (out [256]string) {
	for i := 32; i < 127; i++ {
		out[i] = string(rune(i))
	}
	out['\''], out['`'] = "’", "‘"
	for from, row := range map[int]string{
		0xa1: "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ",
		0xb1: "–†‡·",
		0xb6: "¶•‚„”»…‰",
		0xbf: "¿",
		0xc1: "`´ˆ˜¯˘˙¨",
		0xca: "˚¸",
		0xcd: "˝˛ˇ—",
		0xe1: "Æ",
		0xe3: "ª",
		0xe8: "ŁØŒº",
		0xf1: "æ",
		0xf5: "ı",
		0xf8: "łøœß",
	} {
		for _, r := range row {
			out[from] = string(r)
			from++
		}
	}
	return out
}

// accents are the names of marks at the end of the name of a letter, and the marks as they combine.
var accents = []struct{ name, mark string }{
	{"hungarumlaut", "\u030b"},
	{"commaaccent", "\u0327"},
	{"circumflex", "\u0302"},
	{"dotaccent", "\u0307"},
	{"dieresis", "\u0308"},
	{"cedilla", "\u0327"},
	{"ogonek", "\u0328"},
	{"macron", "\u0304"},
	{"acute", "\u0301"},
	{"grave", "\u0300"},
	{"tilde", "\u0303"},
	{"caron", "\u030c"},
	{"breve", "\u0306"},
	{"ring", "\u030a"},
}

// named are the names of other characters.
var named = names("space| |exclam|!|quotedbl|\"|numbersign|#|dollar|$|percent|%|ampersand|&|quotesingle|'|parenleft|(|parenright|)|" +
	"asterisk|*|plus|+|comma|,|hyphen|-|minus|−|period|.|slash|/|zero|0|one|1|two|2|three|3|four|4|five|5|six|6|seven|7|eight|8|nine|9|" +
	"colon|:|semicolon|;|less|<|equal|=|greater|>|question|?|at|@|bracketleft|[|backslash|\\|bracketright|]|asciicircum|^|" +
	"underscore|_|braceleft|{|braceright|}|asciitilde|~|quoteleft|‘|quoteright|’|quotedblleft|“|quotedblright|”|" +
	"quotesinglbase|‚|quotedblbase|„|guillemotleft|«|guillemotright|»|guilsinglleft|‹|guilsinglright|›|endash|–|emdash|—|" +
	"bullet|•|ellipsis|…|dagger|†|daggerdbl|‡|section|§|paragraph|¶|degree|°|sterling|£|Euro|€|yen|¥|cent|¢|florin|ƒ|" +
	"fraction|⁄|perthousand|‰|copyright|©|registered|®|trademark|™|periodcentered|·|middot|·|exclamdown|¡|questiondown|¿|" +
	"onehalf|½|onequarter|¼|threequarters|¾|onesuperior|¹|twosuperior|²|threesuperior|³|multiply|×|divide|÷|plusminus|±|" +
	"ordfeminine|ª|ordmasculine|º|AE|Æ|ae|æ|OE|Œ|oe|œ|Oslash|Ø|oslash|ø|Lslash|Ł|lslash|ł|Thorn|Þ|thorn|þ|Eth|Ð|eth|ð|" +
	"Dcroat|Đ|dcroat|đ|germandbls|ß|dotlessi|ı|Idotaccent|İ|fi|fi|fl|fl|ff|ff|ffi|ffi|ffl|ffl|f_i|fi|f_l|fl|f_f|ff|mu|µ|brokenbar|¦|" +
	"logicalnot|¬|nbspace| |nonbreakingspace| |sfthyphen|-|softhyphen|-|currency|¤|Delta|Δ|Omega|Ω|pi|π|alpha|α|beta|β|gamma|γ|lessequal|≤|" +
	"greaterequal|≥|notequal|≠|approxequal|≈|infinity|∞|summation|∑|radical|√|bar|-|grave|`|acute|´|circumflex|ˆ|tilde|˜|macron|¯|" +
	"circlecopyrt|©|asteriskmath|*|prime|′|arrowright|→|arrowleft|←|similar|∼|element|∈|emptyset|∅|lozenge|◊|" +
	"dieresis|¨|cedilla|¸|caron|ˇ|breve|˘|dotaccent|˙|ring|˚|ogonek|˛|hungarumlaut|˝")

func names(list string) map[string]string {
	out := map[string]string{}
	f := strings.Split(list, "|")
	for i := 0; i+1 < len(f); i += 2 {
		out[f[i]] = f[i+1]
	}
	out["bar"] = "|"
	return out
}

// glyphText gives the character of a name of a glyph; "" where the name says none.
func glyphText(n string) string {
	if before, _, ok := strings.Cut(n, "."); ok && before != "" {
		n = before // "a.sc" is an a
	}
	if s, ok := named[n]; ok {
		return s
	}
	if len(n) == 1 {
		return n
	}
	for _, a := range accents {
		if letter, ok := strings.CutSuffix(n, a.name); ok && (len(letter) == 1 || letter == "dotlessi") {
			return norm.NFC.String(strings.Replace(letter, "dotlessi", "i", 1) + a.mark)
		}
	}
	for _, prefix := range []string{"uni", "u", "afii"} {
		digits, ok := strings.CutPrefix(n, prefix)
		if !ok || len(digits) < 4 || len(digits) > 6 {
			continue
		}
		base := 16
		if prefix == "afii" {
			base = 10
		}
		if v, err := strconv.ParseUint(digits, base, 32); err == nil {
			if prefix == "afii" {
				return cyrillic(int(v))
			}
			return string(rune(v))
		}
	}
	return ""
}

// cyrillic gives the letter of a name such as "afii10017": А to Я, then а to я, each with Ё after Е.
func cyrillic(v int) string {
	letter := func(i int, first, yo rune) string {
		switch {
		case i == 6:
			return string(yo)
		case i > 6:
			i--
		}
		return string(first + rune(i))
	}
	switch {
	case v >= 10017 && v <= 10049:
		return letter(v-10017, 'А', 'Ё')
	case v >= 10065 && v <= 10097:
		return letter(v-10065, 'а', 'ё')
	}
	return ""
}

package document

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/pattern"
)

// declared finds the encoding that an HTML page names in its first bytes.
var declared = pattern.New(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})`)

// inXML finds the encoding that the first line of XML names.
var inXML = pattern.New(`^<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9_:.-]{2,40})["']`)

// decode gives an original as UTF-8: by its byte order mark, as UTF-16 if most of every other byte of its beginning are zero, by what
// it declares, as UTF-8 if it is valid, else as Windows-1252, which every byte is valid in and which most Latin text that is no
// UTF-8 is.
func decode(original []byte, media Media) (string, mapping, string, *fault.Error) {
	name, skip := detect(original, media)
	var s string
	var m mapping
	if name == "utf-8" {
		s, m = fromUTF8(original, skip)
	} else {
		e, err := encodingOf(name)
		if err != nil {
			return "", nil, "", err
		}
		s, m = fromOther(original, skip, e)
	}
	if strings.ContainsRune(s[:min(len(s), 4096)], 0) {
		return "", nil, "", fault.New(fault.Invalid, "the document holds bytes that are no text").
			WithFix("save it as text or HTML")
	}
	return s, m, name, nil
}

func detect(original []byte, media Media) (name string, skip int) {
	switch {
	case bytes.HasPrefix(original, []byte("\xef\xbb\xbf")):
		return "utf-8", 3
	case bytes.HasPrefix(original, []byte("\xff\xfe")):
		return "utf-16le", 2
	case bytes.HasPrefix(original, []byte("\xfe\xff")):
		return "utf-16be", 2
	}
	if n := unmarked(original); n != "" {
		return n, 0
	}
	if media == HTML {
		for _, re := range []*pattern.Pattern{inXML, declared} {
			if f := re.FindSubmatch(original[:min(len(original), 4096)]); f != nil {
				if n := canonical(string(f[1])); n != "" {
					return n, 0
				}
			}
		}
	}
	if utf8.Valid(original) {
		return "utf-8", 0
	}
	return "windows-1252", 0
}

// canonical gives the name of an encoding that a page declares in bytes it was read by; "" for UTF-16, which cannot be
// declared so, and for names that stand for none.
func canonical(declared string) string {
	e, err := htmlindex.Get(declared)
	if err != nil {
		return ""
	}
	n, err := htmlindex.Name(e)
	if err != nil || strings.HasPrefix(n, "utf-16") || n == "replacement" {
		return ""
	}
	return n
}

// unmarked tells UTF-16 without a byte order mark by ASCII in it: of the first bytes, most of one half are zero and none of the other.
func unmarked(original []byte) string {
	head := original[:min(len(original), 256)&^1]
	if len(head) < 8 {
		return ""
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case zeros[0] == 0 && zeros[1]*10 >= half*7:
		return "utf-16le"
	case zeros[1] == 0 && zeros[0]*10 >= half*7:
		return "utf-16be"
	}
	return ""
}

func encodingOf(name string) (encoding.Encoding, *fault.Error) {
	switch name {
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), nil
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), nil
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the encoding %q is not read", name).WithFix("save the document as UTF-8")
	}
	return e, nil
}

// fromUTF8 keeps valid text as it is; a byte that is not valid becomes the replacement character.
func fromUTF8(original []byte, skip int) (string, mapping) {
	var m mapping
	if utf8.Valid(original[skip:]) {
		m.add(len(original)-skip, skip, len(original)-skip)
		return string(original[skip:]), m
	}
	var out strings.Builder
	for i := skip; i < len(original); {
		r, n := utf8.DecodeRune(original[i:])
		before := out.Len()
		out.WriteRune(r)
		m.add(out.Len()-before, i, n)
		i += n
	}
	return out.String(), m
}

// fromOther decodes in small steps, so that each character is known to come from few bytes.
func fromOther(original []byte, skip int, e encoding.Encoding) (string, mapping) {
	var m mapping
	var out strings.Builder
	dec := e.NewDecoder()
	var dst [64]byte
	src := original[skip:]
	for i := 0; i < len(src); {
		n, read := step(dec, dst[:], src[i:])
		if read == 0 {
			n, read = copy(dst[:], "\uFFFD"), 1
		}
		out.Write(dst[:n])
		m.add(n, skip+i, read)
		i += read
	}
	return out.String(), m
}

// step decodes the fewest bytes that give something. Read is 0 where up to eight bytes give nothing.
func step(dec *encoding.Decoder, dst, src []byte) (n, read int) {
	for k := 1; k <= min(8, len(src)); k++ {
		n, read, err := dec.Transform(dst, src[:k], k == len(src))
		if read > 0 {
			return n, read
		}
		if err == nil && n > 0 {
			return n, k
		}
	}
	return 0, 0
}

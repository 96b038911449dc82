package pdf

import (
	"bytes"
	"strconv"
)

// What stands in a PDF file: nil, bool, float64, text (a string), name, array, dict, ref, *stream, and keyword for what is
// none of these.
type (
	object  any
	text    string
	name    string
	keyword string
	array   []object
	dict    map[name]object
	ref     struct{ number, generation int }
	stream  struct {
		dict dict
		raw  []byte
	}
)

// end is what a lexer gives at the end of its bytes.
const end = keyword("")

// maxNesting bounds arrays and dictionaries within each other, maxElements what is kept of one array: more than any list of pages
// or widths that is read may have.
const (
	maxNesting  = 64
	maxElements = 1 << 18
)

// lexer reads objects from bytes.
type lexer struct {
	b  []byte
	at int
	// refs says that "1 0 R" is a reference: in files, not in content.
	refs bool
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func isDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// skip steps over space and remarks.
func (l *lexer) skip() {
	for l.at < len(l.b) {
		switch c := l.b[l.at]; {
		case isSpace(c):
			l.at++
		case c == '%':
			for l.at < len(l.b) && l.b[l.at] != '\n' && l.b[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// next reads one object, a keyword, or [end].
func (l *lexer) next() object { return l.object(0) }

func (l *lexer) object(depth int) object {
	l.skip()
	if l.at >= len(l.b) {
		return end
	}
	switch c := l.b[l.at]; {
	case c == '/':
		l.at++
		return l.name()
	case c == '(':
		l.at++
		return l.literal()
	case c == '[':
		l.at++
		return l.array(depth)
	case c == '<' && l.at+1 < len(l.b) && l.b[l.at+1] == '<':
		l.at += 2
		return l.dict(depth)
	case c == '<':
		l.at++
		return l.hex()
	case c == '>' && l.at+1 < len(l.b) && l.b[l.at+1] == '>':
		l.at += 2
		return keyword(">>")
	case isDelimiter(c):
		l.at++
		return keyword(string(c))
	}
	return l.word()
}

func (l *lexer) name() name {
	var out []byte
	for l.at < len(l.b) && !isSpace(l.b[l.at]) && !isDelimiter(l.b[l.at]) {
		c := l.b[l.at]
		if c == '#' && l.at+2 < len(l.b) {
			if v, err := strconv.ParseUint(string(l.b[l.at+1:l.at+3]), 16, 8); err == nil {
				c = byte(v)
				l.at += 2
			}
		}
		out = append(out, c)
		l.at++
	}
	return name(out)
}

// literal reads a string in parentheses, which may lie in each other.
func (l *lexer) literal() text {
	var out []byte
	open := 1
	for l.at < len(l.b) {
		c := l.b[l.at]
		l.at++
		switch c {
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return text(out)
			}
		case '\\':
			out = l.escape(out)
			continue
		case '\r':
			if l.at < len(l.b) && l.b[l.at] == '\n' {
				l.at++
			}
			c = '\n'
		}
		out = append(out, c)
	}
	return text(out)
}

func (l *lexer) escape(out []byte) []byte {
	if l.at >= len(l.b) {
		return out
	}
	c := l.b[l.at]
	l.at++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b', 'f':
		return append(out, ' ')
	case '\r':
		if l.at < len(l.b) && l.b[l.at] == '\n' {
			l.at++
		}
		return out
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for n := 0; n < 2 && l.at < len(l.b) && l.b[l.at] >= '0' && l.b[l.at] <= '7'; n++ {
		v = v*8 + int(l.b[l.at]-'0')
		l.at++
	}
	return append(out, byte(v))
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

func (l *lexer) hex() text {
	var out []byte
	half, n := byte(0), 0
	for l.at < len(l.b) {
		c := l.b[l.at]
		l.at++
		if c == '>' {
			break
		}
		if v, ok := hexDigit(c); ok {
			if n++; n%2 == 1 {
				half = v << 4
			} else {
				out = append(out, half|v)
			}
		}
	}
	if n%2 == 1 {
		out = append(out, half)
	}
	return text(out)
}

func (l *lexer) array(depth int) array {
	out := array{}
	if depth >= maxNesting {
		return out
	}
	for {
		o := l.object(depth + 1)
		if k, ok := o.(keyword); ok && (k == "]" || k == ">>" || k == "endobj" || k == end) {
			return out
		}
		if len(out) < maxElements {
			out = append(out, o)
		}
	}
}

func (l *lexer) dict(depth int) dict {
	out := dict{}
	if depth >= maxNesting {
		return out
	}
	for {
		k, ok := l.object(depth + 1).(name)
		if !ok {
			return out // the end, or what should not stand here
		}
		v := l.object(depth + 1)
		if w, ok := v.(keyword); ok {
			if w == ">>" || w == end || w == "endobj" {
				return out
			}
			continue
		}
		out[k] = v
	}
}

// word reads a number, a reference or a keyword.
func (l *lexer) word() object {
	from := l.at
	for l.at < len(l.b) && !isSpace(l.b[l.at]) && !isDelimiter(l.b[l.at]) {
		l.at++
	}
	w := l.b[from:l.at]
	switch string(w) {
	case "null":
		return nil
	case "true":
		return true
	case "false":
		return false
	}
	if c := w[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return keyword(w)
	}
	v, err := strconv.ParseFloat(string(w), 64)
	if err != nil {
		return keyword(w)
	}
	if l.refs && v >= 0 && v == float64(int32(v)) {
		if r, ok := l.reference(int(v)); ok {
			return r
		}
	}
	return v
}

// reference reads the rest of "number generation R".
func (l *lexer) reference(number int) (ref, bool) {
	g, i, ok := digits(l.b, spaces(l.b, l.at))
	if !ok {
		return ref{}, false
	}
	i = spaces(l.b, i)
	if i >= len(l.b) || l.b[i] != 'R' || i+1 < len(l.b) && !isSpace(l.b[i+1]) && !isDelimiter(l.b[i+1]) {
		return ref{}, false
	}
	l.at = i + 1
	return ref{number, g}, true
}

// spaces gives the offset of what follows a little space.
func spaces(b []byte, i int) int {
	for n := 0; i < len(b) && isSpace(b[i]) && n < 32; n++ {
		i++
	}
	return i
}

// digits reads a whole number of at most nine digits.
func digits(b []byte, i int) (v, next int, ok bool) {
	from := i
	for i < len(b) && b[i] >= '0' && b[i] <= '9' && i-from < 10 {
		v = v*10 + int(b[i]-'0')
		i++
	}
	return v, i, i > from && i-from < 10
}

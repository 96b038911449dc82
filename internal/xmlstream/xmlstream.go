// Package xmlstream reads large XML documents one element at a time, fast and
// in bounded memory, with the line of everything.
//
// It reads the XML that publications of data consist of: elements, attributes
// in single or double quotes, text, CDATA, comments, the five predefined
// entities and character references, in UTF-8 or UTF-16. It checks that tags
// match, that there is one root and that the text is characters of XML 1.0. It
// never expands entities of a document's own: a document type declaration is
// refused, so there is no entity bomb and nothing to fetch. Prefixes of
// namespaces are taken off; the namespace of an element is told to whom asks.
package xmlstream

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Limits bound what one document may ask for. They are the same for every
// document, so that what is refused does not depend on who reads.
const (
	MaxDepth     = 64       // elements inside one another
	MaxToken     = 1 << 20  // bytes of one tag, one text or one comment
	MaxSubtree   = 16 << 20 // bytes of text, names and attributes in one element read whole
	MaxAttribute = 256      // attributes of one element
)

// Kind is what a token is.
type Kind uint8

// The kinds of tokens.
const (
	Start Kind = iota + 1 // <a ...>; an empty element is a Start and an End
	End                   // </a>
	Text                  // characters between tags, entities resolved
)

// Attr is one attribute, its prefix taken off.
type Attr struct{ Name, Value string }

// Token is one step through the document. What it points to is valid until the
// next step.
type Token struct {
	Kind Kind
	// Name is the name of the element without its prefix.
	Name string
	// Attrs are the attributes of a Start, without those that declare
	// namespaces.
	Attrs []Attr
	// Text is the characters of a Text.
	Text []byte
	// Line is where the token begins, from 1; Column, in characters, is that of a
	// Start.
	Line, Column int
	prefix       string // of a Start
}

// Reader reads one document.
type Reader struct {
	src   io.Reader
	buf   []byte // buf[pos:end] is read and not used
	pos   int
	end   int
	err   error // of src
	line  int
	col   int // characters of the line that are behind us
	names map[string]string
	// spaces are the namespaces in force, the innermost last.
	spaces []space
	stack  []string
	attrs  []Attr
	text   []byte
	open   bool // a self-closed element waits for its End
	root   bool // the root has begun
	begun  bool // the byte order mark is behind us
	arena  nodes
}

// NewReader makes a reader of the document in r.
func NewReader(r io.Reader) *Reader {
	return &Reader{src: r, buf: make([]byte, 64<<10), line: 1, names: map[string]string{}}
}

// space is a declaration of a namespace by an element at a depth.
type space struct {
	prefix, uri string
	depth       int
}

// Line gives the line that the reader is at, from 1.
func (r *Reader) Line() int { return r.line }

// Column gives the column that the reader is at, in characters from 1.
func (r *Reader) Column() int { return r.col + 1 }

// Space gives the namespace of the element that start has begun, "" for none. It
// is to be asked before the next step.
func (r *Reader) Space(start Token) string {
	for i := len(r.spaces) - 1; i >= 0; i-- {
		if r.spaces[i].prefix == start.prefix {
			return r.spaces[i].uri
		}
	}
	return ""
}

// Depth gives the number of elements that are open.
func (r *Reader) Depth() int { return len(r.stack) }

func (r *Reader) fail(format string, args ...any) error {
	return fault.New(fault.Invalid, "not well-formed XML: "+format, args...).At(fault.Place{Line: r.line})
}

// ends is the error of a document that is not whole.
func (r *Reader) ends(where string) error {
	return fault.New(fault.Invalid, "not well-formed XML: the document ends %s", where).At(fault.Place{Line: r.line}).
		WithFix("the file is broken off; fetch it again")
}

// fill reads more, keeping buf[pos:end]; false at the end of the document.
func (r *Reader) fill() bool {
	if r.err != nil {
		return false
	}
	if r.pos > 0 {
		copy(r.buf, r.buf[r.pos:r.end])
		r.end -= r.pos
		r.pos = 0
	}
	if r.end == len(r.buf) {
		if len(r.buf) >= 2*MaxToken {
			r.err = fault.New(fault.TooLarge, "one tag or text is larger than %d bytes", MaxToken).
				At(fault.Place{Line: r.line})
			return false
		}
		r.buf = append(r.buf, make([]byte, len(r.buf))...)
	}
	for range 100 {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		r.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	r.err = io.ErrNoProgress
	return false
}

// need makes sure that n bytes lie ahead.
func (r *Reader) need(n int) bool {
	for r.end-r.pos < n {
		if !r.fill() {
			return false
		}
	}
	return true
}

// until gives the bytes up to mark, which is left ahead; they are valid until
// the next read. No more than MaxToken.
func (r *Reader) until(mark []byte, what string) ([]byte, error) {
	from := 0
	for {
		if i := bytes.Index(r.buf[r.pos+from:r.end], mark); i >= 0 {
			b := r.buf[r.pos : r.pos+from+i]
			if len(b) > MaxToken {
				return nil, r.tooLarge(what)
			}
			return b, nil
		}
		from = max(0, r.end-r.pos-len(mark)+1)
		if r.end-r.pos > MaxToken {
			return nil, r.tooLarge(what)
		}
		if !r.fill() {
			if r.err != nil && !errors.Is(r.err, io.EOF) {
				return nil, r.err
			}
			return nil, r.ends("inside " + what)
		}
	}
}

func (r *Reader) tooLarge(what string) error {
	return fault.New(fault.TooLarge, "%s is larger than %d bytes", what, MaxToken).At(fault.Place{Line: r.line})
}

// take uses n bytes and counts their lines and characters.
func (r *Reader) take(n int) {
	b := r.buf[r.pos : r.pos+n]
	if last := bytes.LastIndexByte(b, '\n'); last >= 0 {
		r.line += bytes.Count(b, newline)
		r.col = utf8.RuneCount(b[last+1:])
	} else {
		r.col += utf8.RuneCount(b)
	}
	r.pos += n
}

var (
	newline    = []byte("\n")
	endTag     = []byte(">")
	startTag   = []byte("<")
	endComment = []byte("-->")
	endInstr   = []byte("?>")
	endCDATA   = []byte("]]>")
)

// Next gives the next token; io.EOF after the end of the root when nothing but
// white space and comments follow. Any other error ends the reading.
func (r *Reader) Next() (Token, error) {
	if !r.begun {
		if err := r.begin(); err != nil {
			return Token{}, err
		}
	}
	if r.open {
		r.open = false
		return r.close(), nil
	}
	for {
		if !r.need(1) {
			return Token{}, r.finish()
		}
		if r.buf[r.pos] != '<' {
			tok, err := r.readText()
			if err != nil || tok.Kind != 0 {
				return tok, err
			}
			continue
		}
		tok, err := r.markup()
		if err != nil || tok.Kind != 0 {
			return tok, err
		}
	}
}

// begin looks at the first bytes: a byte order mark, and what stands there
// instead of XML.
func (r *Reader) begin() error {
	r.begun = true
	r.need(4)
	head := r.buf[r.pos:r.end]
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		r.pos += 3
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		order := binary.ByteOrder(binary.LittleEndian)
		if head[0] == 0xFE {
			order = binary.BigEndian
		}
		rest := append([]byte(nil), head[2:]...)
		r.src = &utf16Reader{src: io.MultiReader(bytes.NewReader(rest), &rawRest{r.src, r.err}), order: order}
		r.pos, r.end, r.err = 0, 0, nil
	}
	for r.need(1) {
		switch c := r.buf[r.pos]; c {
		case ' ', '\t', '\r', '\n':
			r.take(1)
			continue
		case '<':
		default:
			return r.fail("it begins with %q instead of a tag", rune(c)).(*fault.Error).
				WithFix("look at the file: an error message may have been saved in its place")
		}
		break
	}
	return nil
}

// rawRest goes on with a source whose last error is already known.
type rawRest struct {
	src io.Reader
	err error
}

func (s *rawRest) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	return s.src.Read(p)
}

func (r *Reader) finish() error {
	switch {
	case r.err != nil && !errors.Is(r.err, io.EOF):
		return r.err
	case len(r.stack) > 0:
		return r.ends("inside <" + r.stack[len(r.stack)-1] + ">")
	case !r.root:
		return r.fail("there is no element")
	}
	return io.EOF
}

func (r *Reader) readText() (Token, error) {
	line := r.line
	b, err := r.untilTag()
	if err != nil {
		return Token{}, err
	}
	n := len(b)
	if len(r.stack) == 0 {
		if len(bytes.TrimSpace(b)) > 0 {
			return Token{}, r.fail("there is text outside the root element")
		}
		r.take(n)
		return Token{}, nil
	}
	r.text, err = r.resolve(r.text[:0], b)
	if err != nil {
		return Token{}, err
	}
	if bytes.Contains(b, endCDATA) {
		return Token{}, r.fail("\"]]>\" stands in text")
	}
	r.take(n)
	return Token{Kind: Text, Text: r.text, Line: line}, nil
}

// untilTag gives the text up to the next tag or, outside the root, the end.
func (r *Reader) untilTag() ([]byte, error) {
	if len(r.stack) > 0 {
		return r.until(startTag, "the text")
	}
	for {
		if i := bytes.IndexByte(r.buf[r.pos:r.end], '<'); i >= 0 {
			return r.buf[r.pos : r.pos+i], nil
		}
		if r.end-r.pos > MaxToken {
			return nil, r.tooLarge("the text")
		}
		if !r.fill() {
			if r.err != nil && !errors.Is(r.err, io.EOF) {
				return nil, r.err
			}
			return r.buf[r.pos:r.end], nil
		}
	}
}

// markup reads what begins with "<"; a token of kind 0 is to be passed over.
func (r *Reader) markup() (Token, error) {
	if !r.need(2) {
		return Token{}, r.ends("after \"<\"")
	}
	switch r.buf[r.pos+1] {
	case '/':
		return r.endElement()
	case '?':
		return Token{}, r.skip(endInstr, "an instruction")
	case '!':
		return r.bang()
	}
	return r.startElement()
}

func (r *Reader) skip(mark []byte, what string) error {
	b, err := r.until(mark, what)
	if err != nil {
		return err
	}
	if what == "an instruction" && bytes.HasPrefix(b, []byte("<?xml ")) {
		if err := r.declaration(b); err != nil {
			return err
		}
	}
	if what == "a comment" && bytes.Contains(b[4:], []byte("--")) {
		return r.fail("\"--\" stands in a comment")
	}
	r.take(len(b) + len(mark))
	return nil
}

// declaration checks the encoding that the document says it has.
func (r *Reader) declaration(b []byte) error {
	i := bytes.Index(b, []byte("encoding"))
	if i < 0 {
		return nil
	}
	value := bytes.TrimLeft(b[i+len("encoding"):], " \t\r\n=")
	if len(value) < 2 {
		return nil
	}
	name, _, _ := bytes.Cut(value[1:], value[:1])
	switch string(bytes.ToLower(name)) {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be":
		return nil
	}
	return fault.New(fault.Invalid, "the document is written in %q", name).
		WithFix("convert it to UTF-8 first").At(fault.Place{Line: r.line})
}

func (r *Reader) bang() (Token, error) {
	r.need(9)
	ahead := r.buf[r.pos:min(r.end, r.pos+9)]
	switch {
	case bytes.HasPrefix(ahead, []byte("<!--")):
		if !r.need(5) { // so that "<!-->" is no whole comment
			return Token{}, r.ends("inside a comment")
		}
		return Token{}, r.skip(endComment, "a comment")
	case bytes.Equal(ahead, []byte("<![CDATA[")):
		if len(r.stack) == 0 {
			return Token{}, r.fail("there is text outside the root element")
		}
		b, err := r.until(endCDATA, "a CDATA section")
		if err != nil {
			return Token{}, err
		}
		line := r.line
		if err := r.characters(b[9:]); err != nil {
			return Token{}, err
		}
		r.text = appendLines(r.text[:0], b[9:])
		r.take(len(b) + 3)
		return Token{Kind: Text, Text: r.text, Line: line}, nil
	case bytes.HasPrefix(ahead, []byte("<!DOCTYPE")):
		if bytes.HasPrefix(bytes.ToLower(r.buf[r.pos:r.end]), []byte("<!doctype html")) {
			return Token{}, fault.New(fault.Invalid, "this is a web page, not data").At(fault.Place{Line: r.line}).
				WithFix("look at the page: it may say why the file was not served")
		}
		return Token{}, fault.New(fault.Invalid, "the document declares a document type, which is refused: "+
			"it could name entities that grow without bound").At(fault.Place{Line: r.line})
	}
	return Token{}, r.fail("%q begins nothing", ahead)
}

func (r *Reader) endElement() (Token, error) {
	b, err := r.until(endTag, "a tag")
	if err != nil {
		return Token{}, err
	}
	name := local(bytes.TrimRight(b[2:], " \t\r\n"))
	if len(r.stack) == 0 {
		return Token{}, r.fail("</%s> ends nothing", name)
	}
	if open := r.stack[len(r.stack)-1]; string(name) != open {
		return Token{}, r.fail("</%s> stands where <%s> ought to end", name, open)
	}
	r.take(len(b) + 1)
	return r.close(), nil
}

func (r *Reader) close() Token {
	name := r.stack[len(r.stack)-1]
	for n := len(r.spaces); n > 0 && r.spaces[n-1].depth == len(r.stack); n-- {
		r.spaces = r.spaces[:n-1]
	}
	r.stack = r.stack[:len(r.stack)-1]
	return Token{Kind: End, Name: name, Line: r.line}
}

func (r *Reader) startElement() (Token, error) {
	b, err := r.tag()
	if err != nil {
		return Token{}, err
	}
	line, column, n := r.line, r.Column(), len(b)+1
	b = b[1:]
	if r.root && len(r.stack) == 0 {
		return Token{}, r.fail("there is a second root element")
	}
	if len(r.stack) >= MaxDepth {
		return Token{}, fault.New(fault.TooLarge, "more than %d elements inside one another", MaxDepth).
			At(fault.Place{Line: r.line})
	}
	empty := len(b) > 0 && b[len(b)-1] == '/'
	if empty {
		b = b[:len(b)-1]
	}
	i := nameLen(b)
	if i == 0 {
		return Token{}, r.fail("a tag without a name")
	}
	name := r.intern(local(b[:i]))
	prefix := ""
	if colon := i - len(name) - 1; colon > 0 {
		prefix = r.intern(b[:colon])
	}
	if err := r.attributes(b[i:]); err != nil {
		return Token{}, err
	}
	r.take(n)
	r.root, r.open = true, empty
	r.stack = append(r.stack, name)
	return Token{Kind: Start, Name: name, Attrs: r.attrs, Line: line, Column: column, prefix: prefix}, nil
}

// tag gives the bytes of a start tag without its ">", which may stand in the
// value of an attribute too.
func (r *Reader) tag() ([]byte, error) {
	from, quote := 1, byte(0)
	for {
		for i := from; i < r.end-r.pos; i++ {
			c := r.buf[r.pos+i]
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '>':
				return r.buf[r.pos : r.pos+i], nil
			}
		}
		from = r.end - r.pos
		if from > MaxToken {
			return nil, r.tooLarge("a tag")
		}
		if !r.fill() {
			if r.err != nil && !errors.Is(r.err, io.EOF) {
				return nil, r.err
			}
			return nil, r.ends("inside a tag")
		}
	}
}

func (r *Reader) attributes(b []byte) error {
	r.attrs = r.attrs[:0]
	for {
		rest := bytes.TrimLeft(b, " \t\r\n")
		if len(rest) == 0 {
			return nil
		}
		if len(rest) == len(b) {
			return r.fail("no space before an attribute")
		}
		i := nameLen(rest)
		if i == 0 {
			return r.fail("%q stands where an attribute ought to", rest[:1])
		}
		name := rest[:i]
		rest = bytes.TrimLeft(rest[i:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '=' {
			return r.fail("the attribute %s has no value", name)
		}
		rest = bytes.TrimLeft(rest[1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return r.fail("the value of %s is not in quotes", name)
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return r.fail("the value of %s does not end", name)
		}
		value := rest[1 : 1+end]
		b = rest[end+2:]
		if bytes.IndexByte(value, '<') >= 0 {
			return r.fail("\"<\" stands in the value of %s", name)
		}
		if bytes.Equal(name, []byte("xmlns")) || bytes.HasPrefix(name, []byte("xmlns:")) {
			if err := r.declare(bytes.TrimPrefix(name[len("xmlns"):], []byte(":")), value); err != nil {
				return err
			}
			continue
		}
		if len(r.attrs) == MaxAttribute {
			return fault.New(fault.TooLarge, "more than %d attributes", MaxAttribute).At(fault.Place{Line: r.line})
		}
		text, err := r.resolve(nil, value)
		if err != nil {
			return err
		}
		for _, a := range r.attrs {
			if a.Name == string(local(name)) {
				return r.fail("the attribute %s stands twice", name)
			}
		}
		r.attrs = append(r.attrs, Attr{r.intern(local(name)), string(text)})
	}
}

// declare notes the namespace that the element being read gives a prefix.
func (r *Reader) declare(prefix, value []byte) error {
	depth := len(r.stack) + 1
	n := 0
	for i := len(r.spaces) - 1; i >= 0 && r.spaces[i].depth == depth; i-- {
		if n++; n == MaxAttribute {
			return fault.New(fault.TooLarge, "more than %d namespaces of one element", MaxAttribute).At(fault.Place{Line: r.line})
		}
	}
	uri, err := r.resolve(nil, value)
	if err == nil {
		r.spaces = append(r.spaces, space{r.intern(prefix), r.intern(uri), depth})
	}
	return err
}

// resolve appends b to dst with entities resolved and line ends made one.
func (r *Reader) resolve(dst, b []byte) ([]byte, error) {
	if err := r.characters(b); err != nil {
		return dst, err
	}
	for {
		i := bytes.IndexByte(b, '&')
		if i < 0 {
			return appendLines(dst, b), nil
		}
		dst = appendLines(dst, b[:i])
		b = b[i+1:]
		end := bytes.IndexByte(b, ';')
		if end < 0 || end > 32 {
			return dst, r.fail("\"&\" begins no entity")
		}
		c, ok := entity(b[:end])
		if !ok {
			return dst, r.fail("there is no entity &%s;", b[:end])
		}
		dst = utf8.AppendRune(dst, c)
		b = b[end+1:]
	}
}

func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(string(digits), base, 21)
	if err != nil || !isChar(rune(n)) {
		return 0, false
	}
	return rune(n), true
}

// characters checks that b is UTF-8 and holds only characters of XML 1.0.
func (r *Reader) characters(b []byte) error {
	for i := 0; i < len(b); {
		c := b[i]
		if c >= ' ' && c < utf8.RuneSelf || c == '\t' || c == '\n' || c == '\r' {
			i++
			continue
		}
		x, size := utf8.DecodeRune(b[i:])
		at := fault.Place{Line: r.line + bytes.Count(b[:i], newline)}
		if x == utf8.RuneError && size == 1 {
			return fault.New(fault.Invalid, "not well-formed XML: the byte %#x is not UTF-8", c).
				WithFix("convert the file to UTF-8 first").At(at)
		}
		if !isChar(x) {
			return fault.New(fault.Invalid, "not well-formed XML: the character %U, which no document may hold", x).
				WithFix("the file was probably damaged on its way; fetch it again").At(at)
		}
		i += size
	}
	return nil
}

func isChar(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD ||
		c >= 0x10000 && c <= 0x10FFFF
}

// appendLines appends b with "\r\n" and "\r" as "\n", as XML asks.
func appendLines(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(append(dst, b[:i]...), '\n')
		b = b[i+1:]
		if len(b) > 0 && b[0] == '\n' {
			b = b[1:]
		}
	}
}

func nameLen(b []byte) int {
	for i, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == ':', c >= utf8.RuneSelf:
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		default:
			return i
		}
	}
	return len(b)
}

// local is the name without its prefix; a colon that parts nothing from nothing belongs to the name.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i > 0 && i+1 < len(name) {
		return name[i+1:]
	}
	return name
}

// intern gives one string for equal names; documents have few of them.
func (r *Reader) intern(b []byte) string {
	if s, ok := r.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(r.names) < 4096 {
		r.names[s] = s
	}
	return s
}

// utf16Reader turns UTF-16 into UTF-8.
type utf16Reader struct {
	src   io.Reader
	order binary.ByteOrder
	in    [4096]byte
	n     int // bytes of in that are left over
	out   []byte
	err   error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.more()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *utf16Reader) more() {
	n, err := u.src.Read(u.in[u.n:])
	u.n += n
	u.err = err
	i := 0
	u.out = u.out[:0]
	for i+2 <= u.n {
		c := rune(u.order.Uint16(u.in[i:]))
		if utf16.IsSurrogate(c) {
			if i+4 > u.n {
				break
			}
			c = utf16.DecodeRune(c, rune(u.order.Uint16(u.in[i+2:])))
			i += 2
		}
		i += 2
		u.out = utf8.AppendRune(u.out, c)
	}
	u.n = copy(u.in[:], u.in[i:u.n])
	if errors.Is(u.err, io.EOF) && u.n > 0 {
		u.err = fault.New(fault.Invalid, "the UTF-16 text ends inside a character")
	}
}

package yamltree

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// reader reads the part of YAML that people write most, a few times as fast as a reader of all of it: maps and lists in
// lines, values in brackets, words, quotes and blocks of text. Of whatever else it meets it reads nothing, and neither
// of what is wrong; the reader of all of YAML does, so that there is one opinion of each text. A test compares both.
type reader struct {
	file string
	text string
	spot        // the next byte, its line from 1, and where that line begins
	keep []Node // room for nodes
}

// common reads a text; ok is false where it has to be read by the reader of all of YAML.
func common(file string, data []byte) (docs []*Node, ok bool) {
	if !ordinary(data) {
		return nil, false
	}
	r := &reader{file: file, spot: spot{line: 1}}
	for whole, from := string(data), 0; from >= 0; {
		end := nextDocument(whole, from)
		if r.text = whole; end >= 0 {
			r.text = whole[:end]
		}
		if indent, more := r.content(); more {
			n := r.block(indent, -1, 0)
			if n == nil || n.Kind != Map && n.Kind != List {
				return nil, false
			}
			if _, more := r.content(); more {
				return nil, false
			}
			docs = append(docs, n)
		}
		if from = end; end >= 0 {
			from += len(newDocument)
			r.spot = spot{from, r.line + 1, from}
		}
	}
	return docs, true
}

// newDocument is the line that parts documents.
const newDocument = "---\n"

// nextDocument finds that line at or behind from, which begins a line; -1 where there is none.
func nextDocument(text string, from int) int {
	for at := from; ; at++ {
		i := strings.Index(text[at:], newDocument)
		if i < 0 {
			return -1
		}
		if at += i; at == from || text[at-1] == '\n' {
			return at
		}
	}
}

// ordinary says whether a text has nothing but printed letters, spaces and ends of lines, and no mark of a document but the plain one.
func ordinary(data []byte) bool {
	for i := 0; i < len(data); {
		c := data[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\n' || c == 0x7f || (c == '%' || c == '-' || c == '.') && (i == 0 || data[i-1] == '\n') && marksDocument(data[i:]) {
				return false
			}
			i++
			continue
		}
		x, size := utf8.DecodeRune(data[i:])
		if x == utf8.RuneError || x < 0xa0 || x == 0x2028 || x == 0x2029 || x == 0xfeff || x >= 0xfffe && x <= 0xffff {
			return false
		}
		i += size
	}
	return true
}

func marksDocument(line []byte) bool {
	return line[0] == '%' || bytes.HasPrefix(line, []byte("...")) ||
		bytes.HasPrefix(line, []byte("---")) && !bytes.HasPrefix(line, []byte(newDocument))
}

// peek gives the byte that is n behind the next; an end of the line behind the end.
func (r *reader) peek(n int) byte {
	if r.at+n >= len(r.text) {
		return '\n'
	}
	return r.text[r.at+n]
}

func blank(c byte) bool { return c == ' ' || c == '\n' }

func bracket(c byte) bool { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}' }

func (r *reader) newline() {
	r.at++
	r.line++
	r.from = r.at
}

func (r *reader) spaces() {
	for r.at < len(r.text) && r.text[r.at] == ' ' {
		r.at++
	}
}

// content goes on to the next line that holds more than a comment, and gives how far it is indented. At the first byte
// of a line it stays there.
func (r *reader) content() (indent int, more bool) {
	for r.at < len(r.text) {
		if r.at == r.from {
			r.spaces()
		}
		switch {
		case r.at == len(r.text):
		case r.text[r.at] == '\n':
			r.newline()
		case r.text[r.at] == '#':
			r.toEnd()
		default:
			return r.at - r.from, true
		}
	}
	return 0, false
}

func (r *reader) toEnd() {
	if i := strings.IndexByte(r.text[r.at:], '\n'); i >= 0 {
		r.at += i
	} else {
		r.at = len(r.text)
	}
}

// ended goes to the end of a line on which nothing stands but a comment.
func (r *reader) ended() bool {
	before := r.at
	r.spaces()
	if r.at < len(r.text) && r.text[r.at] == '#' && r.at > before {
		r.toEnd()
	}
	return r.at == len(r.text) || r.text[r.at] == '\n'
}

// spot is a place in the text.
type spot struct{ at, line, from int }

// node begins a node at the next byte.
func (r *reader) node(k Kind) *Node { return r.nodeAt(k, r.spot) }

func (r *reader) nodeAt(k Kind, s spot) *Node {
	if len(r.keep) == 0 {
		r.keep = make([]Node, 64)
	}
	n := &r.keep[0]
	r.keep = r.keep[1:]
	*n = Node{Kind: k, File: r.file, Line: s.line, Column: 1 + utf8.RuneCountInString(r.text[s.from:s.at])}
	return n
}

// dash says whether an item of a list begins here.
func (r *reader) dash() bool { return r.at < len(r.text) && r.text[r.at] == '-' && blank(r.peek(1)) }

// block reads what begins here, at indent, within what is indented by parent. It gives nil where it must not be read.
func (r *reader) block(indent, parent, depth int) *Node {
	switch {
	case depth > MaxDepth:
		return nil
	case r.dash():
		return r.list(indent, depth)
	case r.key():
		return r.fields(indent, depth)
	}
	return r.value(parent, depth)
}

// key says whether a line begins with the key of a map.
func (r *reader) key() bool {
	i := r.at
	if c := r.text[i]; c == '"' || c == '\'' {
		for i++; i < len(r.text) && r.text[i] != c; i++ {
			if r.text[i] == '\n' || r.text[i] == '\\' {
				return false
			}
		}
		return i+1 < len(r.text) && r.text[i+1] == ':' && (i+2 == len(r.text) || blank(r.text[i+2]))
	}
	if c := r.text[i]; c == '[' || c == '{' {
		return false
	}
	for ; i < len(r.text) && r.text[i] != '\n'; i++ {
		if r.text[i] == ':' && (i+1 == len(r.text) || blank(r.text[i+1])) {
			return true
		}
		if r.text[i] == '#' && i > r.at && r.text[i-1] == ' ' {
			return false
		}
	}
	return false
}

// list reads the items of a list in lines.
func (r *reader) list(indent, depth int) *Node {
	n := r.node(List)
	n.Items = []*Node{}
	for {
		r.at++ // the dash
		behind := r.spot
		var item *Node
		if !r.ended() {
			item = r.block(r.at-r.from, indent, depth+1)
		} else if in, more := r.content(); more && in > indent {
			item = r.block(in, indent, depth+1)
		} else {
			item = r.nodeAt(Null, behind)
		}
		if item == nil {
			return nil
		}
		n.Items = append(n.Items, item)
		in, more := r.content()
		switch {
		case more && in > indent:
			return nil
		case !more || in < indent || !r.dash():
			return n
		}
	}
}

// fields reads the keys and values of a map in lines.
func (r *reader) fields(indent, depth int) *Node {
	n := r.node(Map)
	for {
		k := r.keyNode(n, depth)
		if k == nil || !blank(r.peek(1)) {
			return nil
		}
		r.at++ // the colon
		behind := r.spot
		var v *Node
		if !r.ended() {
			v = r.value(indent, depth+1)
		} else if in, more := r.content(); more && (in > indent || in == indent && r.dash()) {
			v = r.block(in, indent, depth+1)
		} else {
			v = r.nodeAt(Null, behind)
		}
		if v == nil {
			return nil
		}
		n.Keys, n.Items = append(n.Keys, k), append(n.Items, v)
		in, more := r.content()
		switch {
		case more && in > indent:
			return nil
		case !more || in < indent:
			return n
		case r.dash() || !r.key():
			return nil
		}
	}
}

// maxKey is how long a key may be here; YAML has a bound a little above it.
const maxKey = 1000

// keyNode reads a key up to its colon. A key that stands twice, or is no word, is not read.
func (r *reader) keyNode(of *Node, depth int) *Node {
	var k *Node
	line := r.line
	if c := r.text[r.at]; c == '"' || c == '\'' {
		k = r.quoted(len(r.text)) // on one line
	} else if k = r.node(Scalar); startsPlain(c, r.peek(1)) {
		from := r.at
		for r.at < len(r.text) && r.text[r.at] != '\n' && !(r.text[r.at] == ':' && (blank(r.peek(1)) || bracket(r.peek(1)))) {
			if bracket(r.text[r.at]) || r.text[r.at] == '#' || r.text[r.at] == '?' {
				return nil // each of them is something else within brackets
			}
			r.at++
		}
		k.Text = strings.TrimRight(r.text[from:r.at], " ")
	}
	if k == nil || depth > MaxDepth || r.at >= len(r.text) || r.text[r.at] != ':' || r.line != line || len(k.Text) > maxKey {
		return nil
	}
	if !k.Quoted && (k.Text == "" || k.Text == "~" || k.Text == "null" || k.Text == "<<") {
		return nil
	}
	for _, o := range of.Keys {
		if o.Text == k.Text {
			return nil
		}
	}
	return k
}

// startsPlain says whether a text without quotes may begin with c before next.
func startsPlain(c, next byte) bool {
	return !strings.ContainsRune(" \n?:,[]{}#&*!|>'\"%@`", rune(c)) && (c != '-' || !blank(next) && !bracket(next))
}

// value reads what stands on the line of its key or dash, and where it goes on.
func (r *reader) value(parent, depth int) (n *Node) {
	switch c := r.text[r.at]; {
	case depth > MaxDepth:
		return nil
	case c == '|' || c == '>':
		return r.textBlock(parent)
	case c == '[' || c == '{':
		n = r.flow(parent, depth)
	case c == '"' || c == '\'':
		n = r.quoted(parent)
	case startsPlain(c, r.peek(1)):
		return r.plain(parent, false)
	}
	if n == nil || !r.ended() {
		return nil
	}
	return n
}

// plain reads a text without quotes, over all lines that are indented further than parent; in brackets to what ends it there.
func (r *reader) plain(parent int, inside bool) *Node {
	n := r.node(Scalar)
	var lines []string
	for {
		from := r.at
		for r.at < len(r.text) && r.text[r.at] != '\n' {
			c, next := r.text[r.at], r.peek(1)
			switch {
			case c == ':' && (blank(next) || inside && bracket(next)), inside && c == '?':
				return nil
			case c == '#' && r.at > from && r.text[r.at-1] == ' ', inside && bracket(c):
				text := strings.TrimRight(r.text[from:r.at], " ")
				if c == '#' && inside || text == "" {
					return nil
				}
				return r.plainEnd(n, append(lines, text), parent, inside)
			}
			r.at++
		}
		lines = append(lines, strings.TrimRight(r.text[from:r.at], " "))
		end, blanks := r.spot, 0
		for r.at < len(r.text) && r.text[r.at] == '\n' {
			r.newline()
			r.spaces()
			blanks++
		}
		if r.at == len(r.text) || r.text[r.at] == '#' || r.at-r.from <= parent || inside && bracket(r.text[r.at]) {
			r.spot = end
			return r.plainEnd(n, lines, parent, inside)
		}
		for range blanks - 1 {
			lines = append(lines, "")
		}
	}
}

// plainEnd gives a text its lines. A comment ends it for good: what is indented behind it is not read.
func (r *reader) plainEnd(n *Node, lines []string, parent int, inside bool) *Node {
	if n.Text = folded(lines); n.Text == "~" || n.Text == "null" {
		n.Kind, n.Text = Null, ""
	}
	if inside {
		return n
	}
	r.toEnd()
	if in, more := r.content(); more && in > parent {
		return nil
	}
	return n
}

// folded joins lines: one end of a line is a space, and each empty line an end of a line.
func folded(lines []string) string {
	if len(lines) == 1 {
		return lines[0]
	}
	var b strings.Builder
	for i, l := range lines {
		switch {
		case l == "" && i > 0:
			b.WriteByte('\n')
		case i > 0 && lines[i-1] != "":
			b.WriteByte(' ')
		}
		b.WriteString(l)
	}
	return b.String()
}

// quoted reads a text in quotes, over lines that are indented further than parent.
func (r *reader) quoted(parent int) *Node {
	n := r.node(Scalar)
	n.Quoted = true
	q := r.text[r.at]
	r.at++
	from := r.at
	var b []byte
	for {
		i := strings.IndexAny(r.text[r.at:], "\"'\\\n")
		if i < 0 {
			return nil
		}
		r.at += i
		switch c := r.text[r.at]; {
		case c == '\n':
			b = append(b, strings.TrimRight(r.text[from:r.at], " ")...)
			var more bool
			if b, more = r.nextLine(b, parent); !more {
				return nil
			}
			from = r.at
		case c == q && (q == '"' || r.peek(1) != '\''):
			n.Text = r.text[from:r.at]
			if b != nil {
				n.Text = string(append(b, n.Text...))
			}
			r.at++
			return n
		case c == q: // an apostrophe, written twice
			b = append(append(b, r.text[from:r.at]...), '\'')
			r.at += 2
			from = r.at
		case c == '\\' && q == '"':
			c, ok := map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'n': '\n', 't': '\t'}[r.peek(1)]
			if !ok {
				return nil
			}
			b = append(append(b, r.text[from:r.at]...), c)
			r.at += 2
			from = r.at
		default:
			r.at++
		}
	}
}

// nextLine goes on with a text in quotes at the next line that is not empty: one end of a line is a space, and each empty
// line an end of a line.
func (r *reader) nextLine(b []byte, parent int) ([]byte, bool) {
	ends := 0
	for r.at < len(r.text) && r.text[r.at] == '\n' {
		r.newline()
		r.spaces()
		ends++
	}
	if ends == 1 {
		b = append(b, ' ')
	}
	for range ends - 1 {
		b = append(b, '\n')
	}
	return b, r.at < len(r.text) && r.at-r.from > parent
}

// gap goes to the next thing within brackets, which stands further right than parent.
func (r *reader) gap(parent int) bool {
	for {
		r.spaces()
		if r.at == len(r.text) {
			return false
		}
		if r.text[r.at] != '\n' {
			return r.text[r.at] != '#' && r.at-r.from > parent
		}
		r.newline()
	}
}

// flow reads a list or a map in brackets, or a value within them.
func (r *reader) flow(parent, depth int) *Node {
	switch c := r.text[r.at]; {
	case depth > MaxDepth:
		return nil
	case c == '"' || c == '\'':
		return r.quoted(parent)
	case c == '[':
		return r.inBrackets(r.node(List), ']', parent, depth)
	case c == '{':
		return r.inBrackets(r.node(Map), '}', parent, depth)
	case startsPlain(c, r.peek(1)):
		return r.plain(parent, true)
	}
	return nil
}

func (r *reader) inBrackets(n *Node, end byte, parent, depth int) *Node {
	if n.Kind == List {
		n.Items = []*Node{}
	}
	r.at++ // the bracket
	for {
		if !r.gap(parent) {
			return nil
		}
		if r.text[r.at] == end {
			r.at++
			return n
		}
		if n.Kind == Map {
			k := r.keyNode(n, depth+1)
			if k == nil || !blank(r.peek(1)) && !k.Quoted {
				return nil
			}
			r.at++ // the colon
			n.Keys = append(n.Keys, k)
			if !r.gap(parent) {
				return nil
			}
		}
		v := r.flow(parent, depth+1)
		if v == nil || !r.gap(parent) {
			return nil
		}
		n.Items = append(n.Items, v)
		switch r.text[r.at] {
		case end:
		case ',':
			r.at++
		default:
			return nil
		}
	}
}

// textBlock reads a block of text, "|" or ">", that is indented further than parent.
func (r *reader) textBlock(parent int) *Node {
	n := r.node(Scalar)
	n.Quoted = true
	literal := r.text[r.at] == '|'
	r.at++
	chomp := r.peek(0)
	if chomp == '-' || chomp == '+' {
		r.at++
	}
	if r.peek(0) != '\n' || r.at >= len(r.text) {
		return nil
	}
	r.newline()
	lines, indent := r.blockLines(parent)
	if indent < 0 {
		return nil
	}
	n.Text = blockText(lines, literal, chomp)
	return n
}

// blockLines gives the lines of a block of text without what they are indented by; -1 where it must not be read.
func (r *reader) blockLines(parent int) (lines []string, indent int) {
	for {
		from := r.at
		r.spaces()
		in := r.at - r.from
		switch {
		case r.at == len(r.text) || r.text[r.at] == '\n':
			if in > max(indent, parent+1) || indent == 0 && in > 0 {
				return nil, -1 // spaces that may count
			}
			if r.at == len(r.text) {
				r.at = from
				return lines, r.blockDone(indent)
			}
			lines = append(lines, "")
		case indent == 0 && in > parent:
			indent = in
			fallthrough
		case indent > 0 && in >= indent:
			r.at = from + indent
			r.toEnd()
			if r.at == len(r.text) {
				return nil, -1 // without an end of its last line
			}
			lines = append(lines, r.text[from+indent:r.at])
		case in > parent:
			return nil, -1
		default:
			r.at = from
			return lines, r.blockDone(indent)
		}
		r.newline()
	}
}

func (r *reader) blockDone(indent int) int {
	if indent == 0 {
		return -1
	}
	return indent
}

// blockText joins the lines of a block. In one that is folded, an end of a line is a space, unless one of both lines is
// indented further or empty.
func blockText(lines []string, literal bool, chomp byte) string {
	last := len(lines)
	for last > 0 && lines[last-1] == "" {
		last--
	}
	var b strings.Builder
	empty, indented := 0, false // since the line before, and whether that is indented further
	first := true
	for _, l := range lines[:last] {
		if l == "" {
			empty++
			continue
		}
		further := l[0] == ' '
		switch {
		case first:
		case !literal && !indented && !further:
			if empty == 0 {
				b.WriteByte(' ')
			}
		default:
			b.WriteByte('\n')
		}
		for range empty {
			b.WriteByte('\n')
		}
		b.WriteString(l)
		empty, indented, first = 0, further, false
	}
	if chomp != '-' {
		b.WriteByte('\n')
	}
	if chomp == '+' {
		for range len(lines) - last {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

package pdf

import (
	"bytes"
	"errors"
	"math"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
)

// Limits on what is drawn: bytes of content that are run, and forms and fonts that are opened, of a whole file.
const (
	maxRun    = 128 << 20
	maxShown  = 20_000
	maxFonts  = 5_000
	maxPieces = 500_000 // of one page
	maxStates = 256
)

// matrix is a, b, c, d, e, f of the format.
type matrix [6]float64

func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// state is what q keeps and Q brings back.
type state struct {
	ctm                                     matrix
	font                                    *font
	size, char, word, scale, leading, raise float64
}

// piece is text that was drawn at once. Its text runs along x, whatever way the page is turned.
type piece struct {
	x, end, y, size float64
	turn            int // quarter turns
	text            string
}

// drawing is the work on one page.
type drawing struct {
	*file
	pieces []piece
	// images and unknowns count images, and characters without a meaning of all.
	images, unknowns, characters int
	err                          error // why part of it was not read
}

// drawer runs one content stream.
type drawer struct {
	*drawing
	resources dict
	state
	kept      []state
	tm, lines matrix
	fonts     map[name]*font
	depth     int
}

var unit = matrix{1, 0, 0, 1, 0, 0}

// draw runs the content of a page or form.
func (d *drawing) draw(content []byte, resources dict, ctm matrix, depth int) {
	d.run += len(content)
	if d.run > maxRun {
		d.over = true
	}
	if d.over {
		return
	}
	w := &drawer{
		drawing: d, resources: resources, state: state{ctm: ctm, scale: 1}, tm: unit, lines: unit, fonts: map[name]*font{}, depth: depth,
	}
	l := lexer{b: content}
	var args []object
	for {
		o := l.next()
		if o == end || len(d.pieces) > maxPieces || d.over {
			if len(d.pieces) > maxPieces {
				d.err = fault.New(fault.TooLarge, "more than %d pieces of text", maxPieces)
			}
			return
		}
		op, ok := o.(keyword)
		if !ok {
			if args = append(args, o); len(args) > 64 {
				args = args[1:]
			}
			continue
		}
		if op == "BI" {
			skipImage(&l)
			d.images++
		} else {
			w.operator(op, args)
		}
		args = args[:0]
	}
}

// skipImage steps over an image that stands in the content.
func skipImage(l *lexer) {
	for {
		n := bytes.Index(l.b[l.at:], []byte("EI"))
		if n < 0 {
			l.at = len(l.b)
			return
		}
		at := l.at + n
		l.at = at + 2
		if at > 0 && isSpace(l.b[at-1]) && (l.at == len(l.b) || isSpace(l.b[l.at])) {
			return
		}
	}
}

// number gives the argument i of an operator, from the end; 0 where there is none.
func number(args []object, i int) float64 {
	if i >= len(args) {
		return 0
	}
	v, _ := args[len(args)-1-i].(float64)
	return v
}

func (w *drawer) operator(op keyword, args []object) {
	switch op {
	case "q":
		if len(w.kept) < maxStates {
			w.kept = append(w.kept, w.state)
		}
	case "Q":
		if n := len(w.kept) - 1; n >= 0 {
			w.state, w.kept = w.kept[n], w.kept[:n]
		}
	case "cm":
		w.ctm = matrixOf(args).times(w.ctm)
	case "Do":
		w.external(args)
	case "BT":
		w.tm, w.lines = unit, unit
	case "Tf":
		w.size = number(args, 0)
		if len(args) > 1 {
			n, _ := args[len(args)-2].(name)
			w.font = w.fontNamed(n)
		}
	case "Tc":
		w.char = number(args, 0)
	case "Tw":
		w.word = number(args, 0)
	case "Tz":
		w.scale = number(args, 0) / 100
	case "TL":
		w.leading = number(args, 0)
	case "Ts":
		w.raise = number(args, 0)
	case "Td":
		w.move(number(args, 1), number(args, 0))
	case "TD":
		w.leading = -number(args, 0)
		w.move(number(args, 1), number(args, 0))
	case "Tm":
		w.lines = matrixOf(args)
		w.tm = w.lines
	case "T*":
		w.move(0, -w.leading)
	case "Tj":
		w.show(args)
	case "'":
		w.move(0, -w.leading)
		w.show(args)
	case "\"":
		w.word, w.char = number(args, 2), number(args, 1)
		w.move(0, -w.leading)
		w.show(args)
	case "TJ":
		if len(args) > 0 {
			list, _ := args[len(args)-1].(array)
			w.show(list)
		}
	}
}

func matrixOf(args []object) matrix {
	var m matrix
	for i := range m {
		m[i] = number(args, 5-i)
	}
	return m
}

func (w *drawer) move(x, y float64) {
	w.lines = matrix{1, 0, 0, 1, x, y}.times(w.lines)
	w.tm = w.lines
}

// show draws strings, with steps between them.
func (w *drawer) show(list []object) {
	for _, o := range list {
		switch o := o.(type) {
		case text:
			w.string(o)
		case float64:
			w.advance(-o / 1000 * w.size * w.scale)
		}
	}
}

func (w *drawer) advance(x float64) { w.tm = matrix{1, 0, 0, 1, x, 0}.times(w.tm) }

func (w *drawer) string(s text) {
	if w.font == nil || len(s) == 0 {
		w.unknowns += len(s)
		w.characters += len(s)
		return
	}
	var out strings.Builder
	x := 0.0
	for _, g := range w.font.glyphs(s) {
		w.characters++
		if g.text == unknown {
			w.unknowns++
		}
		out.WriteString(g.text)
		step := g.width*w.size + w.char
		if g.space {
			step += w.word
		}
		x += step * w.scale
	}
	m := matrix{1, 0, 0, 1, 0, w.raise}.times(w.tm).times(w.ctm)
	w.advance(x)
	to := matrix{1, 0, 0, 1, x, 0}.times(m)
	size := math.Hypot(m[2], m[3]) * math.Abs(w.size)
	p := piece{size: size, text: out.String(), turn: turnOf(m)}
	p.x, p.y = turned(p.turn, m[4], m[5])
	p.end, _ = turned(p.turn, to[4], to[5])
	w.pieces = append(w.pieces, p)
}

// turnOf gives the way that text runs: 0 to the right, 1 up, 2 to the left, 3 down.
func turnOf(m matrix) int {
	switch a, b := m[0], m[1]; {
	case math.Abs(a) >= math.Abs(b) && a >= 0:
		return 0
	case math.Abs(a) >= math.Abs(b):
		return 2
	case b > 0:
		return 1
	}
	return 3
}

// turned gives a point as it is when the text runs to the right.
func turned(turn int, x, y float64) (float64, float64) {
	switch turn {
	case 1:
		return y, -x
	case 2:
		return -x, -y
	case 3:
		return -y, x
	}
	return x, y
}

func (w *drawer) fontNamed(n name) *font {
	if t, ok := w.fonts[n]; ok {
		return t
	}
	all, _ := w.resolve(w.resources["Font"]).(dict)
	r, isRef := all[n].(ref)
	if t, ok := w.cached[r]; ok && isRef {
		return t
	}
	d, _ := w.resolve(all[n]).(dict)
	if w.file.fonts++; w.file.fonts > maxFonts {
		w.over = true
	}
	if d == nil || w.over {
		return nil
	}
	t := w.newFont(d)
	w.fonts[n] = t
	if isRef {
		w.cached[r] = t
	}
	return t
}

// external draws a form, and counts an image.
func (w *drawer) external(args []object) {
	if len(args) == 0 {
		return
	}
	n, _ := args[len(args)-1].(name)
	all, _ := w.resolve(w.resources["XObject"]).(dict)
	s, ok := w.resolve(all[n]).(*stream)
	if !ok {
		return
	}
	if w.resolve(s.dict["Subtype"]) != name("Form") {
		w.images++
		return
	}
	if w.shown++; w.shown > maxShown {
		w.over = true
	}
	if w.over {
		return
	}
	if w.depth > 12 {
		w.err = fault.New(fault.TooLarge, "forms lie in each other more than 12 deep")
		return
	}
	b, err := w.unpack(s)
	w.err = errors.Join(w.err, err)
	resources, ok := w.resolve(s.dict["Resources"]).(dict)
	if !ok {
		resources = w.resources
	}
	m := unit
	if v := w.numbers(s.dict["Matrix"]); len(v) == 6 {
		m = matrix(v)
	}
	w.draw(b, resources, m.times(w.ctm), w.depth+1)
}

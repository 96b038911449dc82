package pdf

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is a line of text. Several may stand beside each other, as columns do.
type line struct {
	x, end, y, size float64
	turn            int
	text            strings.Builder
	last            piece
}

// layout gives the text of a page in the order in which it is read: that in which it was drawn, which nearly all programs
// make the order of reading, unless that jumps up the page again and again; then from the top to the bottom.
func layout(pieces []piece) string {
	lines := linesOf(pieces)
	if disordered(lines) {
		slices.SortStableFunc(pieces, func(a, b piece) int {
			return cmp.Or(cmp.Compare(a.turn, b.turn), -cmp.Compare(math.Round(a.y/3), math.Round(b.y/3)), cmp.Compare(a.x, b.x))
		})
		lines = linesOf(pieces)
	}
	usual := leading(lines)
	var out strings.Builder
	var before *line
	for _, l := range lines {
		t := strings.TrimSpace(clean(l.text.String()))
		if t == "" {
			continue
		}
		if before != nil {
			out.WriteString(gap(before, l, usual, out.String(), t))
		}
		out.WriteString(t)
		before = l
	}
	return out.String()
}

// linesOf joins what goes on in a line.
func linesOf(pieces []piece) []*line {
	var out []*line
	for _, p := range pieces {
		if strings.TrimSpace(p.text) == "" && len(out) == 0 {
			continue
		}
		if len(out) > 0 && out[len(out)-1].goesOn(p) {
			out[len(out)-1].add(p)
			continue
		}
		l := &line{x: p.x, y: p.y, turn: p.turn, size: p.size}
		l.add(p)
		out = append(out, l)
	}
	return out
}

func (l *line) goesOn(p piece) bool {
	size := max(l.size, p.size)
	return p.turn == l.turn && math.Abs(p.y-l.y) <= 0.4*size && p.x >= l.last.x-0.1*size && p.x >= l.end-2*size
}

func (l *line) add(p piece) {
	size := max(l.size, p.size)
	if p.text == l.last.text && math.Abs(p.x-l.last.x) < 0.2*size && l.text.Len() > 0 {
		return // drawn twice, to look bold
	}
	if l.text.Len() > 0 && p.x-l.end > 0.15*min(size, max(p.size, 0.1)) {
		l.text.WriteByte(' ')
	}
	l.text.WriteString(p.text)
	l.end, l.size, l.last = p.end, size, p
}

// disordered reports whether lines jump up the page more often than columns and notes make them.
func disordered(lines []*line) bool {
	jumps := 0
	for i := 1; i < len(lines); i++ {
		if lines[i].turn == lines[i-1].turn && lines[i].y > lines[i-1].y+lines[i].size {
			jumps++
		}
	}
	return len(lines) > 8 && jumps*4 > len(lines)
}

// leading gives the usual distance of lines; 0 for none.
func leading(lines []*line) float64 {
	var steps []float64
	for i := 1; i < len(lines); i++ {
		if d := lines[i-1].y - lines[i].y; lines[i].turn == lines[i-1].turn && d > 0.5*lines[i].size && d < 3*lines[i].size {
			steps = append(steps, d)
		}
	}
	if len(steps) == 0 {
		return 0
	}
	slices.Sort(steps)
	return steps[(len(steps)-1)/2]
}

// gap gives what stands between two lines: an empty line where a paragraph ends.
func gap(a, b *line, usual float64, before, after string) string {
	step := a.y - b.y
	switch {
	case a.turn != b.turn:
		return "\n\n"
	case math.Abs(step) <= 0.4*max(a.size, b.size):
		return "\n" // beside it
	case step < 0:
		return joint(before, after)
	case usual > 0 && step > 1.3*usual || usual == 0 && step > 2*b.size, math.Abs(a.size-b.size) > 0.15*max(a.size, b.size):
		return "\n\n"
	}
	return "\n"
}

// joint gives what stands between two columns or pages: a line break where the sentence goes on.
func joint(before, after string) string {
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	if unicode.IsLower(first) && !strings.ContainsRune(".!?:”\"", last) {
		return "\n"
	}
	return "\n\n"
}

// clean makes characters that only serve the looks of a page those they stand for, and leaves out what does not print.
func clean(s string) string {
	return strings.NewReplacer("ﬀ", "ff", "ﬁ", "fi", "ﬂ", "fl", "ﬃ", "ffi", "ﬄ", "ffl", "ﬅ", "st", "ﬆ", "st").Replace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s))
}

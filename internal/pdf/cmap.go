package pdf

import (
	"cmp"
	"slices"
	"sort"
	"unicode/utf16"
)

// cmap leads from codes to characters.
type cmap struct {
	spaces []space
	ranges []codes // sorted by length and first code
}

// space is a range of codes of one length.
type space struct{ n, low, high int }

// codes are codes that follow on each other. The first leads to text, the others to what follows on its last character.
type codes struct {
	n, low, high int
	text         []uint16
}

// maxCodes bounds the ranges of one map.
const maxCodes = 1 << 17

func parseCMap(b []byte) *cmap {
	m := &cmap{}
	l := lexer{b: b}
	var section keyword
	var held []object
	for len(m.ranges) < maxCodes {
		o := l.next()
		if o == end {
			break
		}
		if k, ok := o.(keyword); ok {
			switch k {
			case "begincodespacerange", "beginbfchar", "beginbfrange":
				section = k
			default:
				section = ""
			}
			held = held[:0]
			continue
		}
		if section == "" {
			continue
		}
		held = append(held, o)
		if section == "beginbfrange" && len(held) == 3 || section != "beginbfrange" && len(held) == 2 {
			m.line(section, held)
			held = held[:0]
		}
	}
	slices.SortStableFunc(m.ranges, func(a, b codes) int { return cmp.Or(a.n-b.n, a.low-b.low) })
	return m
}

func (m *cmap) line(section keyword, o []object) {
	first, ok := o[0].(text)
	if !ok || len(first) == 0 || len(first) > 4 {
		return
	}
	c := codes{n: len(first), low: bigEndian([]byte(first))}
	c.high = c.low
	if section == "beginbfchar" {
		if to, ok := o[1].(text); ok {
			c.text = units(to)
			m.ranges = append(m.ranges, c)
		}
		return
	}
	last, ok := o[1].(text)
	if !ok || len(last) != len(first) {
		return
	}
	c.high = bigEndian([]byte(last))
	if section == "begincodespacerange" {
		m.spaces = append(m.spaces, space{c.n, c.low, c.high})
		return
	}
	switch to := o[2].(type) {
	case text:
		c.text = units(to)
		m.ranges = append(m.ranges, c)
	case array:
		for i, o := range to {
			if to, ok := o.(text); ok && c.low+i <= c.high {
				m.ranges = append(m.ranges, codes{c.n, c.low + i, c.low + i, units(to)})
			}
		}
	}
}

func units(s text) []uint16 {
	if len(s) == 1 {
		return []uint16{uint16(s[0])}
	}
	var out []uint16
	for i := 0; i+1 < len(s) && i < 64; i += 2 {
		out = append(out, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return out
}

// text gives the characters of a code of n bytes.
func (m *cmap) text(n, c int) (string, bool) {
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].n > n || m.ranges[i].n == n && m.ranges[i].low > c }) - 1
	if i < 0 || m.ranges[i].n != n || c > m.ranges[i].high || len(m.ranges[i].text) == 0 {
		return "", false
	}
	r := m.ranges[i]
	if c == r.low {
		return string(utf16.Decode(r.text)), true
	}
	u := slices.Clone(r.text)
	u[len(u)-1] += uint16(c - r.low)
	return string(utf16.Decode(u)), true
}

// length gives the bytes of the code that s begins with: that of the first range which holds it, else two.
func (m *cmap) length(s text) int {
	for n := 1; n <= min(4, len(s)); n++ {
		v := bigEndian([]byte(s[:n]))
		for _, r := range m.spaces[:min(len(m.spaces), 64)] {
			if r.n == n && r.low <= v && v <= r.high {
				return n
			}
		}
	}
	return min(2, len(s))
}

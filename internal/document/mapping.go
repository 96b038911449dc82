package document

import "sort"

// mapping leads from offsets of a text to offsets of what it was made from. It is a list of runs in the order of the text,
// without gaps. In a straight run both sides advance byte by byte; any other is one thing on both sides, such as an entity.
type mapping []small

type run struct {
	at, n       int // in the text
	from, width int // in the original
}

// small is a run as it is kept: ten million bytes may be as many runs.
type small struct{ at, n, from, width int32 }

func (s small) run() run { return run{int(s.at), int(s.n), int(s.from), int(s.width)} }

func (r run) small() small { return small{int32(r.at), int32(r.n), int32(r.from), int32(r.width)} }

func (r run) straight() bool { return r.n == r.width }

// add appends n bytes of text that stand for width bytes at from, and joins straight runs that follow on each other.
func (m *mapping) add(n, from, width int) {
	if n == 0 {
		return
	}
	at := 0
	if k := len(*m); k > 0 {
		last := (*m)[k-1].run()
		at = last.at + last.n
		if last.straight() && n == width && last.from+last.width == from {
			(*m)[k-1] = run{last.at, last.n + n, last.from, last.width + n}.small()
			return
		}
	}
	*m = append(*m, run{at, n, from, width}.small())
}

// at gives the run that holds the byte of the text at i.
func (m mapping) at(i int) int {
	return max(sort.Search(len(m), func(k int) bool { return int(m[k].at) > i })-1, 0)
}

// find gives the bytes of the original that the byte of the text at i comes from.
func (m mapping) find(i int) (from, to int) {
	if len(m) == 0 {
		return 0, 0
	}
	r := m[m.at(i)].run()
	if i >= r.at+r.n {
		return r.from + r.width, r.from + r.width
	}
	if r.straight() {
		return r.from + i - r.at, r.from + i - r.at + 1
	}
	return r.from, r.from + r.width
}

// over gives the mapping through a lower one: m leads to a text that lower leads on from.
func (m mapping) over(lower mapping) mapping {
	if len(lower) == 1 && lower[0].run().straight() && lower[0].from == 0 {
		return m
	}
	var out mapping
	for _, kept := range m {
		r := kept.run()
		if !r.straight() {
			from, _ := lower.find(r.from)
			to := from
			if r.width > 0 {
				_, to = lower.find(r.from + r.width - 1)
			}
			out.add(r.n, from, to-from)
			continue
		}
		lower.cut(r.from, r.n, func(n, from, width int) { out.add(n, from, width) })
	}
	return out
}

// cut gives the pieces of the mapping under n bytes of text at i.
func (m mapping) cut(i, n int, piece func(n, from, width int)) {
	k := m.at(i)
	for ; n > 0 && k < len(m); k++ {
		r := m[k].run()
		skip := i - r.at
		take := min(n, r.n-skip)
		if take <= 0 {
			continue
		}
		if r.straight() {
			piece(take, r.from+skip, take)
		} else {
			piece(take, r.from, r.width)
		}
		i, n = i+take, n-take
	}
}

package pdf

import (
	"bytes"
	"sort"

	"github.com/cordon-engine/cordon/internal/fault"
)

// entry says where an object is: at an offset of the file, or as one of those in a packed stream.
type entry struct {
	offset int
	packed int // number of the stream; 0 for none
}

// file finds objects. It reads them when they are asked for.
type file struct {
	b       []byte
	where   map[int]entry
	trailer dict
	read    map[int]object
	reading map[int]bool
	packs   map[int]map[int]object
	ends    []int // offsets of "endstream"
	rebuilt bool
	// What was done so far, against the limits.
	unpacked, run, shown, fonts, lexed int
	over                               bool
	cached                             map[ref]*font
}

var errOver = fault.New(fault.TooLarge, "its packed parts become too much: more than %d MB, or drawn too often", maxStreams>>20).
	WithFix("save it anew from a reader of PDF, or as text")

// maxObjects bounds the objects of a file.
const maxObjects = 1 << 20

// open reads the table of objects, or makes one where there is none that leads to pages.
func open(b []byte) (*file, error) {
	f := &file{b: b, where: map[int]entry{}, trailer: dict{}, read: map[int]object{}, reading: map[int]bool{}, packs: map[int]map[int]object{}, cached: map[ref]*font{}}
	for i := 0; ; {
		n := bytes.Index(b[i:], []byte("endstream"))
		if n < 0 {
			break
		}
		f.ends = append(f.ends, i+n)
		i += n + len("endstream")
	}
	if !f.tables() || !f.hasPages() {
		f.rebuild()
	}
	if f.resolve(f.trailer["Encrypt"]) != nil {
		return nil, fault.New(fault.Invalid, "the PDF is encrypted").WithFix("save a copy without a password and read that")
	}
	if f.over {
		return nil, errOver
	}
	if !f.hasPages() {
		return nil, fault.New(fault.Invalid, "no pages can be found in the PDF").WithFix("save it anew from a reader of PDF, or as text")
	}
	return f, nil
}

// maxLexed bounds the bytes that are read as objects, above eight times those of the file.
const maxLexed = 16 << 20

// spend notes what was read, and reports whether more may be.
func (f *file) spend(n int) bool {
	f.lexed += n
	if f.lexed > maxLexed+8*len(f.b) {
		f.over = true
	}
	return !f.over
}

func (f *file) hasPages() bool {
	root, _ := f.resolve(f.trailer["Root"]).(dict)
	pages, _ := f.resolve(root["Pages"]).(dict)
	return pages != nil
}

// tables reads the tables from the last on back to the first. What a later one says counts.
func (f *file) tables() bool {
	tail := max(0, len(f.b)-2048)
	i := bytes.LastIndex(f.b[tail:], []byte("startxref"))
	if i < 0 {
		return false
	}
	l := lexer{b: f.b, at: tail + i + len("startxref")}
	at, ok := l.next().(float64)
	seen := map[int]bool{}
	queue := []int{int(at)}
	for len(queue) > 0 && ok {
		i, queue = queue[0], queue[1:]
		if i < 0 || i >= len(f.b) || seen[i] || len(seen) > 1000 {
			return len(f.where) > 0
		}
		seen[i] = true
		d := f.table(i)
		if d == nil {
			return false
		}
		for k, v := range d {
			if _, had := f.trailer[k]; !had {
				f.trailer[k] = v
			}
		}
		for _, k := range []name{"XRefStm", "Prev"} {
			if v, is := d[k].(float64); is {
				queue = append(queue, int(v))
			}
		}
	}
	return ok
}

// table reads one table, in lines or as a stream, and gives its trailer; nil where there is none.
func (f *file) table(at int) dict {
	l := lexer{b: f.b, at: at, refs: true}
	if l.next() != keyword("xref") {
		return f.xrefStream(at)
	}
	defer func() { f.spend(l.at - at) }()
	for {
		o := l.next()
		if o == keyword("trailer") {
			d, _ := l.next().(dict)
			return d
		}
		first, ok := o.(float64)
		count, ok2 := l.next().(float64)
		if !ok || !ok2 || first < 0 || count < 0 {
			return nil
		}
		for n := int(first); n < int(first+count); n++ {
			offset, ok := l.next().(float64)
			l.next()
			kind, ok2 := l.next().(keyword)
			if !ok || !ok2 || n > maxObjects {
				return nil
			}
			if kind == "n" {
				f.put(n, entry{offset: int(offset)})
			} else if kind == "f" {
				f.put(n, entry{offset: -1})
			}
		}
	}
}

func (f *file) put(n int, e entry) {
	if _, had := f.where[n]; !had {
		f.where[n] = e
	}
}

func (f *file) xrefStream(at int) dict {
	_, o, ok := f.objectAt(at)
	s, is := o.(*stream)
	if !ok || !is || s.dict["Type"] != name("XRef") {
		return nil
	}
	b, _ := f.unpack(s)
	var w [3]int
	widths, _ := s.dict["W"].(array)
	for i := range w {
		if i < len(widths) {
			v, _ := widths[i].(float64)
			if v < 0 || v > 8 {
				return nil
			}
			w[i] = int(v)
		}
	}
	index, _ := s.dict["Index"].(array)
	if len(index) == 0 {
		index = array{0.0, s.dict["Size"]}
	}
	row := w[0] + w[1] + w[2]
	if row == 0 {
		return nil
	}
	for i := 0; i+1 < len(index); i += 2 {
		first, _ := index[i].(float64)
		count, _ := index[i+1].(float64)
		for n := int(first); n < int(first+count) && len(b) >= row && n <= maxObjects && n >= 0; n++ {
			kind := 1
			if w[0] > 0 {
				kind = bigEndian(b[:w[0]])
			}
			v := bigEndian(b[w[0] : w[0]+w[1]])
			b = b[row:]
			switch kind {
			case 0:
				f.put(n, entry{offset: -1})
			case 1:
				f.put(n, entry{offset: v})
			case 2:
				f.put(n, entry{packed: v})
			}
		}
	}
	return s.dict
}

func bigEndian(b []byte) int {
	v := 0
	for _, c := range b {
		v = v<<8 | int(c)
	}
	return v & (1<<40 - 1)
}

// rebuild makes the table from the objects that stand in the file; of two with one number the later counts.
func (f *file) rebuild() {
	if f.rebuilt {
		return
	}
	f.rebuilt = true
	f.where, f.read, f.packs = map[int]entry{}, map[int]object{}, map[int]map[int]object{}
	for i := 0; len(f.where) < maxObjects; {
		n := bytes.Index(f.b[i:], []byte("obj"))
		if n < 0 {
			break
		}
		i += n + 3
		if number, at, ok := f.headBefore(i - 3); ok {
			f.where[number] = entry{offset: at}
		}
	}
	f.trailers()
	numbers := make([]int, 0, len(f.where))
	for n := range f.where {
		numbers = append(numbers, n)
	}
	sort.Ints(numbers)
	for _, n := range numbers {
		switch o := f.get(n).(type) {
		case *stream:
			switch o.dict["Type"] {
			case name("ObjStm"):
				for k := range f.pack(n) {
					f.put(k, entry{packed: n})
				}
			case name("XRef"):
				f.take(o.dict)
			}
		case dict:
			if _, had := f.trailer["Root"]; o["Type"] == name("Catalog") && !had {
				f.trailer["Root"] = ref{number: n}
			}
		}
	}
	if f.hasPages() {
		return
	}
	for n := range f.packs { // the catalogue may be packed
		for k, o := range f.packs[n] {
			if d, ok := o.(dict); ok && d["Type"] == name("Catalog") {
				f.trailer["Root"] = ref{number: k}
			}
		}
	}
}

// headBefore reads "number generation" before the word "obj" at i.
func (f *file) headBefore(i int) (number, at int, ok bool) {
	back := func(k int, is func(byte) bool) int {
		for n := 0; k > 0 && is(f.b[k-1]) && n < 12; n++ {
			k--
		}
		return k
	}
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	g := back(i, isSpace)
	gFrom := back(g, isDigit)
	n := back(gFrom, isSpace)
	at = back(n, isDigit)
	if g == i || gFrom == g || n == gFrom || at == n {
		return 0, 0, false
	}
	number, _, ok = digits(f.b, at)
	return number, at, ok && number <= maxObjects*8
}

// trailers takes what the trailers say that stand in the file.
func (f *file) trailers() {
	f.trailer = dict{}
	for i, n := 0, 0; n < 1000; n++ {
		k := bytes.Index(f.b[i:], []byte("trailer"))
		if k < 0 {
			return
		}
		i += k + len("trailer")
		l := lexer{b: f.b, at: i, refs: true}
		if l.skip(); l.at < len(l.b) && l.b[l.at] == '<' {
			d, _ := l.next().(dict)
			f.take(d)
			i = max(i, l.at)
		}
	}
}

func (f *file) take(d dict) {
	for _, k := range []name{"Root", "Encrypt", "Info"} {
		if v, ok := d[k]; ok {
			f.trailer[k] = v
		}
	}
}

// resolve follows references to what they lead to.
func (f *file) resolve(o object) object {
	for range 16 {
		r, ok := o.(ref)
		if !ok {
			return o
		}
		o = f.get(r.number)
	}
	return nil
}

func (f *file) get(n int) object {
	if o, ok := f.read[n]; ok {
		return o
	}
	e, ok := f.where[n]
	if !ok || e.offset < 0 || f.reading[n] {
		return nil
	}
	f.reading[n] = true
	defer delete(f.reading, n)
	var o object
	if e.packed != 0 {
		o = f.pack(e.packed)[n]
	} else {
		number, found, ok := f.objectAt(e.offset)
		if !ok || number != n {
			if f.rebuilt {
				return nil
			}
			f.rebuild()
			delete(f.reading, n)
			return f.get(n)
		}
		o = found
	}
	f.read[n] = o
	return o
}

// objectAt reads "number generation obj ...".
func (f *file) objectAt(at int) (number int, o object, ok bool) {
	if at < 0 || at >= len(f.b) || !f.spend(0) {
		return 0, nil, false
	}
	l := lexer{b: f.b, at: at, refs: true}
	defer func() { f.spend(l.at - at) }()
	n, ok1 := l.next().(float64)
	_, ok2 := l.next().(float64)
	if !ok1 || !ok2 || l.next() != keyword("obj") {
		return 0, nil, false
	}
	o = l.next()
	d, is := o.(dict)
	if !is {
		return int(n), o, true
	}
	l.skip()
	if !bytes.HasPrefix(f.b[l.at:], []byte("stream")) {
		return int(n), o, true
	}
	return int(n), &stream{d, f.raw(d, l.at+len("stream"))}, true
}

// raw gives the bytes of a stream, as its length says if a mark follows there, else up to the next mark.
func (f *file) raw(d dict, from int) []byte {
	if from < len(f.b) && f.b[from] == '\r' {
		from++
	}
	if from < len(f.b) && f.b[from] == '\n' {
		from++
	}
	if v, ok := f.resolve(d["Length"]).(float64); ok && v >= 0 && v <= float64(len(f.b)-from) {
		to := from + int(v)
		if bytes.HasPrefix(f.b[spaces(f.b, to):], []byte("endstream")) {
			return f.b[from:to]
		}
	}
	k := sort.SearchInts(f.ends, from)
	if k == len(f.ends) {
		return f.b[min(from, len(f.b)):]
	}
	return f.b[from:f.ends[k]]
}

// pack gives the objects of a packed stream by number.
func (f *file) pack(n int) map[int]object {
	if p, ok := f.packs[n]; ok {
		return p
	}
	out := map[int]object{}
	f.packs[n] = out
	if e := f.where[n]; e.packed != 0 {
		return out // one in another is not allowed
	}
	s, ok := f.get(n).(*stream)
	if !ok {
		return out
	}
	b, _ := f.unpack(s)
	first, _ := f.resolve(s.dict["First"]).(float64)
	count, _ := f.resolve(s.dict["N"]).(float64)
	head := lexer{b: b}
	last := -1
	for range int(min(max(count, 0), maxObjects)) {
		number, ok1 := head.next().(float64)
		offset, ok2 := head.next().(float64)
		at := int(first) + int(offset)
		if !ok1 || !ok2 || at < 0 || at > len(b) {
			break
		}
		if at < last {
			continue // objects stand in order; one that is read again and again would cost without end
		}
		l := lexer{b: b, at: at, refs: true}
		out[int(number)] = l.next()
		last = l.at
	}
	return out
}

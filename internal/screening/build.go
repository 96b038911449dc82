package screening

import (
	"encoding/binary"
	"hash/fnv"
	"io"
	"iter"
	"math"
	"runtime"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Build puts documents into an index builder and gives the parts of the meta bytes
// to write with them. The same documents in the same order give the same bytes, however
// many processors make them ready. progress may be nil.
func Build(b *index.Builder, params *match.Params, against []Against, docs iter.Seq2[Document, error], progress func(n int)) ([][]byte, error) {
	m := meta{params: params.ID(), against: against}
	return m.build(b, entries(docs, func(d *Document) entry { return entryOf(params, d) }), progress)
}

// build puts entries into an index builder.
func (m *meta) build(b *index.Builder, list iter.Seq2[entry, error], progress func(n int)) ([][]byte, error) {
	var made sketchesMade
	words := wordsMade{b: b.Beside()}
	defer words.b.Close()
	n := 0
	for e, err := range list {
		if err != nil {
			return nil, err
		}
		if _, err := b.Add(e.units, e.doc); err != nil {
			return nil, err
		}
		m.stakes = append(m.stakes, e.stakes...)
		for i := range e.words {
			numbers, err := words.add(e.words[i], e.shapes[i])
			if err != nil {
				return nil, err
			}
			made.add(e.sketches[i], numbers)
		}
		if n++; progress != nil && n%1000 == 0 {
			progress(n)
		}
	}
	listed, to, err := words.sort()
	if err != nil {
		return nil, err
	}
	made.each(func(_ uint32, b []byte) { match.RenumberSketch(b, to) })
	parts, err := words.parts(&listed, &made)
	if err != nil {
		return nil, err
	}
	return append(append([][]byte{m.encode(&made), made.ends, sized(made.size)}, made.pieces...), parts...), nil
}

// sized writes the length of what follows.
func sized(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

// entry is what a document gives to the index.
type entry struct {
	units    [][]uint64
	doc      []byte
	stakes   []ownership.Stake
	sketches [][]byte // one for each unit
	words    [][]entryWord
	shapes   []uint32
	err      error
}

// entryOf makes a document ready; nearly all of the time of building goes here.
func entryOf(params *match.Params, d *Document) entry {
	s := d.Record.Subject
	in := InputOf(s)
	p, err := match.Prepare(params, in)
	if err != nil {
		return entry{err: fault.In(fault.Place{File: d.List, Field: s.ID}, err)}
	}
	e := entry{doc: d.encode(), stakes: stakes(d)}
	e.add(p, s.ID)
	e.units[0] = append(e.units[0], spelledKeys(in.Names)...)
	return e
}

// add adds the names of a subject as units.
func (e *entry) add(p *match.Prepared, id string) {
	e.units = append(e.units, units(p, id)...)
	for i := range p.Names() {
		e.sketches = append(e.sketches, match.AppendSketch(nil, p, i))
		e.words, e.shapes = append(e.words, wordsOf(p, i)), append(e.shapes, match.Shape(p, i))
	}
	if p.Names() == 0 {
		e.sketches, e.words, e.shapes = append(e.sketches, nil), append(e.words, nil), append(e.shapes, 0)
	}
}

// entryChunk is how many documents a worker makes ready at a time.
const entryChunk = 64

// entries makes documents ready on all processors and gives them in order. It
// holds a few chunks at a time.
func entries[T any](docs iter.Seq2[T, error], ready func(*T) entry) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		order := make(chan chan []entry, 2*runtime.GOMAXPROCS(0))
		stop := make(chan struct{})
		var failed error
		go func() {
			defer close(order)
			var chunk []T
			send := func() bool {
				made, of := make(chan []entry, 1), chunk
				chunk = nil
				select {
				case order <- made:
				case <-stop:
					return false
				}
				go func() {
					list := make([]entry, len(of))
					for i := range of {
						list[i] = ready(&of[i])
					}
					made <- list
				}()
				return true
			}
			for d, err := range docs {
				if err != nil {
					failed = err
					break
				}
				if chunk = append(chunk, d); len(chunk) == entryChunk && !send() {
					return
				}
			}
			if len(chunk) > 0 {
				send()
			}
		}()
		defer func() {
			close(stop)
			for range order { // the documents end before their reader goes on
			}
		}()
		for made := range order {
			for _, e := range <-made {
				if !yield(e, e.err) || e.err != nil {
					return
				}
			}
		}
		if failed != nil {
			yield(entry{}, failed)
		}
	}
}

// units gives the keys of each name of a subject; the first has its ID and its
// identifiers too. One without ID is not found by it.
func units(p *match.Prepared, id string) [][]uint64 {
	out := make([][]uint64, max(p.Names(), 1))
	for i := range p.Names() {
		out[i] = match.NameKeys(p, i)
	}
	if id != "" {
		out[0] = append(out[0], idKey(id))
	}
	out[0] = append(out[0], match.IdentifierKeys(p)...)
	return out
}

// idKey is the key under which a subject is found by its ID.
func idKey(id string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, "id\x00"+id)
	return h.Sum64()
}

// stakes gives the statements of ownership and control in a document.
func stakes(d *Document) []ownership.Stake {
	var out []ownership.Stake
	for _, r := range d.Record.Relations {
		if r.Kind != "Ownership" && r.Kind != "Control" || r.From == "" || r.To == "" {
			continue
		}
		s := ownership.Stake{Owner: r.From, Owned: r.To, Low: r.ShareLow, High: r.ShareHigh, Since: when.NoDay, Until: when.NoDay, Source: source(d, &r)}
		switch {
		case r.Kind == "Control":
			s.Low, s.High, s.Control = 0, 0, true
		case s.Low == 0 && s.High == 0:
			s.High = 100 // an ownership without its share
		}
		if r.Since.Known {
			s.Since = r.Since.Period.From
		}
		if r.Until.Known {
			s.Until = r.Until.Period.To
		}
		out = append(out, s)
	}
	return out
}

func source(d *Document, r *subject.Relation) string {
	if r.Role != "" {
		return d.List + ": " + r.Role
	}
	return d.List
}

// meta is what an index keeps beside its documents.
type meta struct {
	params   string
	against  []Against
	stakes   []ownership.Stake
	sketches sketches
	words    *words
}

const metaVersion = 9

// sketches are those of all names (see [match.AppendSketch]), in the order of the
// units of the index.
type sketches struct {
	ends []byte // where the sketch of each unit ends, in units of match.SketchUnit, 4 bytes each
	b    []byte
}

// sketchesMade gathers sketches, in pieces that need not be copied to grow.
type sketchesMade struct {
	ends   []byte
	pieces [][]byte
	size   int
	b      []byte
}

// sketchPiece is the size of all pieces but the first, in bytes.
const sketchPiece = 4 << 20

// add adds the sketch of a unit, which has these words.
func (s *sketchesMade) add(written []byte, words []uint32) {
	s.b = match.ListedSketch(s.b[:0], written, words)
	last := len(s.pieces) - 1
	if last < 0 || len(s.pieces[last])+len(s.b) > cap(s.pieces[last]) {
		size := sketchPiece
		if last < 0 {
			size = sketchPiece / 64 // most lists are small
		}
		s.pieces = append(s.pieces, make([]byte, 0, max(size, len(s.b))))
		last++
	}
	s.pieces[last] = append(s.pieces[last], s.b...)
	s.size += len(s.b)
	s.ends = binary.LittleEndian.AppendUint32(s.ends, uint32(s.size/match.SketchUnit))
}

// each calls do with the sketch of each unit.
func (s *sketchesMade) each(do func(unit uint32, b []byte)) {
	unit, before := uint32(0), 0
	for _, rest := range s.pieces {
		for len(rest) > 0 {
			end := int(binary.LittleEndian.Uint32(s.ends[4*unit:])) * match.SketchUnit
			do(unit, rest[:end-before])
			rest, before = rest[end-before:], end
			unit++
		}
	}
}

// of gives the sketch of a unit; it is empty for a subject without names, and
// where the sketches are damaged.
func (s *sketches) of(unit uint32) []byte {
	from := uint32(0)
	if unit > 0 {
		from = binary.LittleEndian.Uint32(s.ends[4*unit-4:])
	}
	to := binary.LittleEndian.Uint32(s.ends[4*unit:])
	if from > to || int(to)*match.SketchUnit > len(s.b) {
		return nil
	}
	return s.b[int(from)*match.SketchUnit : int(to)*match.SketchUnit]
}

// touch reads a byte of each line of memory of the sketches of many units. They lie
// far apart, and here no read waits for another; it takes a fraction of the time
// that they would take one by one where they are used. The sum has no meaning.
func (s *sketches) touch(list []index.Candidate) (sum byte) {
	for i := range list {
		at := 0
		if u := list[i].At; u > 0 {
			at = int(binary.LittleEndian.Uint32(s.ends[4*u-4:])) * match.SketchUnit
		}
		for k := 0; k < 4*64 && at+k < len(s.b); k += 64 {
			sum += s.b[at+k]
		}
	}
	return sum
}

// check makes sure that there is a sketch for each unit.
func (s *sketches) check(units int) error {
	if len(s.ends) != 4*units {
		return fault.New(fault.Unavailable, "the index is damaged: it has sketches of %d names of %d", len(s.ends)/4, units).WithFix("build it anew")
	}
	return nil
}

// encode gives what stands before the sketches.
func (m *meta) encode(made *sketchesMade) []byte {
	w := writer{}
	w.uint(metaVersion)
	w.text(m.params)
	w.uint(uint64(len(m.against)))
	for _, a := range m.against {
		w.text(a.List)
		w.text(a.Snapshot.List)
		w.uint(uint64(a.Snapshot.Number))
		w.text(a.Content)
		w.uint(uint64(a.Subjects))
	}
	w.uint(uint64(len(m.stakes)))
	for _, s := range m.stakes {
		w.text(s.Owner)
		w.text(s.Owned)
		w.text(s.Source)
		w.uint(uint64(math.Round(s.Low * 1000)))
		w.uint(uint64(math.Round(s.High * 1000)))
		w.day(s.Since)
		w.day(s.Until)
		if s.Control {
			w.uint(1)
		} else {
			w.uint(0)
		}
	}
	w.uint(uint64(len(made.ends)))
	return w.b
}

func readMeta(b []byte) (meta, error) {
	c := cursor{b: b}
	m := meta{words: &words{}}
	if c.uint() != metaVersion {
		return m, fault.New(fault.Unavailable, "the index is of another version").WithFix("build it anew")
	}
	m.params = string(c.text())
	for n := c.uint(); n > 0 && !c.bad; n-- {
		m.against = append(m.against, Against{
			List: string(c.text()), Snapshot: snapshot.ID{List: string(c.text()), Number: int(c.uint())},
			Content: string(c.text()), Subjects: int(c.uint()),
		})
	}
	for n := c.uint(); n > 0 && !c.bad; n-- {
		m.stakes = append(m.stakes, ownership.Stake{
			Owner: string(c.text()), Owned: string(c.text()), Source: string(c.text()),
			Low: float64(c.uint()) / 1000, High: float64(c.uint()) / 1000, Since: c.day(), Until: c.day(), Control: c.uint() == 1,
		})
	}
	m.sketches.ends, m.sketches.b = c.text(), c.text()
	if err := m.words.read(&c); err != nil {
		return m, err
	}
	if c.bad || len(c.b) > 0 {
		return m, fault.New(fault.Unavailable, "the index is damaged").WithFix("build it anew")
	}
	return m, nil
}

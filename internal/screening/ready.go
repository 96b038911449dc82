package screening

import (
	"sync/atomic"

	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
)

// CacheBytes is about how much memory the subjects take that an engine keeps ready;
// beyond it the oldest make room and are read anew from the index when they are
// needed.
const CacheBytes = 64 << 20

// prepared is a document that was read whole, to be shown or explained.
type prepared struct {
	number uint32
	person bool
	doc    Document
	bytes  int      // of the document as it lies in the index
	spelt  []string // the names, folded
}

// scorable is as much of a document as scoring has needed so far. Most documents that
// are looked at are scored by one name and are no hit.
type scorable struct {
	person    bool
	addresses bool // they are ready too
	all       bool // all names are
	list      string
	p         *match.Prepared // those of its names that were candidates; nil while none was
	whole     *prepared       // nil until something else than the score was asked for
	size      int64
}

// cache holds documents that are ready. It may be used by many at once.
type cache struct {
	slots []atomic.Pointer[scorable] // by document
	most  int64                      // bytes
	held  atomic.Int64
	hand  atomic.Int64
}

func newCache(documents int) *cache {
	return &cache{slots: make([]atomic.Pointer[scorable], documents), most: CacheBytes}
}

// keep puts a document in the place of what was known of it, and makes room: the
// next that is kept goes, in the order of their numbers, round and round.
func (c *cache) keep(doc uint32, s scorable) *scorable {
	s.size = 0
	if s.p != nil {
		s.size += int64(s.p.Size())
	}
	if s.whole != nil {
		s.size += int64(decodedSize * s.whole.bytes)
	}
	held := c.held.Add(s.size)
	if old := c.slots[doc].Swap(&s); old != nil {
		held = c.held.Add(-old.size)
	}
	for tries := 0; held > c.most && tries < len(c.slots); tries++ {
		if old := c.slots[int(c.hand.Add(1))%len(c.slots)].Swap(nil); old != nil {
			held = c.held.Add(-old.size)
		}
	}
	return &s
}

// documentOf gives a document as it lies in the index, and how many bytes it has.
func documentOf(ix *index.Index, doc uint32) (Document, int, error) {
	b, err := ix.Doc(doc)
	if err != nil {
		return Document{}, 0, err
	}
	d, err := decode(b)
	return d, len(b), err
}

// scorable gives a document with these of its names ready, and with its addresses
// where they are compared.
func (e *Engine) scorable(w *worker, doc uint32, names []uint32, addresses bool) (*scorable, error) {
	known := e.cache.slots[doc].Load()
	if known != nil && known.p != nil && known.p.Has(names) && (known.addresses || !addresses) {
		return known, nil
	}
	var out scorable
	if known != nil {
		out = *known
	}
	var s *subject.Subject
	if out.whole != nil {
		s = out.whole.doc.Record.Subject
	} else {
		b, err := e.ix.Doc(doc)
		if err != nil {
			return nil, err
		}
		list, rec, err := decodeRecord(b)
		if err != nil {
			return nil, err
		}
		s = rec.Subject
		out.person, out.list = s.Schema == subject.Person, e.listName(list)
	}
	if out.addresses = out.addresses || addresses; !out.addresses {
		plain := *s
		plain.Addresses = addressCountries(s.Addresses)
		s = &plain
	}
	var err error
	if out.p, err = w.reader.PrepareNames(InputOf(s), names, out.p); err != nil {
		return nil, err
	}
	return e.cache.keep(doc, out), nil
}

// addressCountries leaves of addresses what matters beside their likeness.
func addressCountries(list []subject.Address) []subject.Address {
	out := make([]subject.Address, len(list))
	for i := range list {
		out[i].Country = list[i].Country
	}
	return out
}

// listName gives the one copy of the name of a list.
func (e *Engine) listName(name string) string {
	for i := range e.against {
		if e.against[i].List == name {
			return e.against[i].List
		}
	}
	return name
}

// document gives a document, read whole.
func (e *Engine) document(doc uint32) (*prepared, error) {
	known := e.cache.slots[doc].Load()
	if known != nil && known.whole != nil {
		return known.whole, nil
	}
	d, size, err := documentOf(e.ix, doc)
	if err != nil {
		return nil, err
	}
	out := &prepared{number: doc, person: d.Record.Subject.Schema == subject.Person, doc: d, bytes: size}
	for i := range d.Record.Subject.Names {
		out.spelt = append(out.spelt, text.Fold(d.Record.Subject.Names[i].Full))
	}
	next := scorable{person: out.person, list: e.listName(d.List)}
	if known != nil {
		next = *known
	}
	next.whole = out
	e.cache.keep(doc, next)
	return out, nil
}

// ready gives all that is known of a document ready for scoring.
func (e *Engine) ready(d *prepared) (*match.Prepared, error) {
	if known := e.cache.slots[d.number].Load(); known != nil && known.all {
		return known.p, nil
	}
	p, err := match.Prepare(e.params, InputOf(d.doc.Record.Subject))
	if err != nil {
		return nil, err
	}
	e.cache.keep(d.number, scorable{person: d.person, addresses: true, all: true, list: e.listName(d.doc.List), p: p, whole: d})
	return p, nil
}

// decodedSize is how many bytes a byte of a document takes, about, once it is read.
const decodedSize = 4

// hasAddresses reports whether a query says something that is compared with addresses.
func hasAddresses(r readings) bool { return r.plain.Addresses() > 0 || r.person.Addresses() > 0 }

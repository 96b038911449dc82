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

// prepared is a document made ready.
type prepared struct {
	number uint32
	person bool
	doc    Document
	p      *match.Prepared
	spelt  []string // the names, folded
}

// scorable is as much of a document as scoring has needed so far. Most documents that
// are looked at are scored by one name and are no hit.
type scorable struct {
	person    bool
	addresses bool // they are ready too
	list      string
	p         *match.Prepared
	whole     *prepared // nil until something else than the score was asked for
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
func (c *cache) keep(doc uint32, s *scorable) {
	held := c.held.Add(s.size)
	if old := c.slots[doc].Swap(s); old != nil {
		held = c.held.Add(-old.size)
	}
	for tries := 0; held > c.most && tries < len(c.slots); tries++ {
		if old := c.slots[int(c.hand.Add(1))%len(c.slots)].Swap(nil); old != nil {
			held = c.held.Add(-old.size)
		}
	}
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
	if known != nil && (known.whole != nil || known.p.Has(names) && (known.addresses || !addresses)) {
		return known, nil
	}
	d, _, err := documentOf(e.ix, doc)
	if err != nil {
		return nil, err
	}
	s := d.Record.Subject
	out := &scorable{person: s.Schema == subject.Person, addresses: addresses, list: e.listName(d.List)}
	var before *match.Prepared
	if known != nil {
		before, out.addresses = known.p, addresses || known.addresses
	}
	if !out.addresses {
		plain := *s
		plain.Addresses = addressCountries(s.Addresses)
		s = &plain
	}
	if out.p, err = w.reader.PrepareNames(InputOf(s), names, before); err != nil {
		return nil, err
	}
	out.size = int64(out.p.Size())
	e.cache.keep(doc, out)
	return out, nil
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

// document gives a document, read and made ready whole.
func (e *Engine) document(doc uint32) (*prepared, error) {
	if known := e.cache.slots[doc].Load(); known != nil && known.whole != nil {
		return known.whole, nil
	}
	d, size, err := documentOf(e.ix, doc)
	if err != nil {
		return nil, err
	}
	p, err := match.Prepare(e.params, InputOf(d.Record.Subject))
	if err != nil {
		return nil, err
	}
	out := &prepared{number: doc, person: d.Record.Subject.Schema == subject.Person, doc: d, p: p}
	for i := range d.Record.Subject.Names {
		out.spelt = append(out.spelt, text.Fold(d.Record.Subject.Names[i].Full))
	}
	e.cache.keep(doc, &scorable{
		person: out.person, addresses: true, list: e.listName(d.List), p: p, whole: out, size: int64(p.Size() + decodedSize*size),
	})
	return out, nil
}

// decodedSize is how many bytes a byte of a document takes, about, once it is read.
const decodedSize = 4

// hasAddresses reports whether a query says something that is compared with addresses.
func hasAddresses(r readings) bool { return r.plain.Addresses() > 0 || r.person.Addresses() > 0 }

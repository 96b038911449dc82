// Package entity keeps the entities of lists as FollowTheMoney has them: whole,
// of every schema, to be found by id, by an id they had before they were merged, by
// what points to them and by text.
//
// It compares no names (package screening does) and decides nothing. A set is one
// list in one version and never changes; all of it is in memory, each entity as the
// bytes in which it is answered.
package entity

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/source/ftm"
)

// Set is the entities of one list in one version. It may be used by many at once.
type Set struct {
	// List is the name of the list.
	List string

	model  *ftmodel.Model
	bytes  []byte
	docs   []doc
	byID   map[string]uint32
	merged map[string]uint32
	links  []link // by what they point to, and in order of what points
	words  *words
	// readers decode entities; one is kept for each who is at it.
	readers sync.Pool
}

// doc is what is kept of an entity beside its bytes.
type doc struct {
	from, to                    int
	id                          string
	schema                      *ftmodel.Schema
	datasets, countries, topics []string // sorted; shared by those that have the same
	first, last, change         string
	values                      int32
	target                      bool
}

// link says that an entity points to another.
type link struct {
	to, from uint32
	property *ftmodel.Property
}

// Doc is one entity of a set.
type Doc struct {
	Set *Set
	n   uint32
}

func (d Doc) doc() *doc { return &d.Set.docs[d.n] }

// ID gives the id of the entity.
func (d Doc) ID() string { return d.doc().id }

// Schema gives its schema.
func (d Doc) Schema() *ftmodel.Schema { return d.doc().schema }

// Datasets gives the datasets that it is in, sorted. It is not to be changed.
func (d Doc) Datasets() []string { return d.doc().datasets }

// Countries gives the codes of all its countries in small letters, sorted. They are
// not to be changed.
func (d Doc) Countries() []string { return d.doc().countries }

// Topics gives its topics, sorted. They are not to be changed.
func (d Doc) Topics() []string { return d.doc().topics }

// Target reports whether one of the topics is a risk.
func (d Doc) Target() bool { return d.doc().target }

// Change gives when it changed last, as 2025-06-02T12:10:03; "" when nobody says.
func (d Doc) Change() string { return d.doc().change }

// JSON gives the entity as it is answered, not nested. It is not to be changed.
func (d Doc) JSON() []byte {
	x := d.doc()
	return d.Set.bytes[x.from:x.to:x.to]
}

// Entity decodes the entity.
func (d Doc) Entity() (*ftm.Entity, error) {
	r, ok := d.Set.readers.Get().(*ftm.Reader)
	if !ok {
		r = ftm.NewReader()
	}
	defer d.Set.readers.Put(r)
	e, err := r.Read(d.JSON())
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "an entity of %s", d.Set.List)
	}
	return e, nil
}

// Len gives how many entities there are.
func (s *Set) Len() int { return len(s.docs) }

// Get gives an entity by its id.
func (s *Set) Get(id string) (Doc, bool) {
	n, ok := s.byID[id]
	return Doc{s, n}, ok
}

// Merged gives the entity that another id was merged into.
func (s *Set) Merged(id string) (Doc, bool) {
	n, ok := s.merged[id]
	return Doc{s, n}, ok
}

// All calls f with every entity, in the order of the list, until it says false.
func (s *Set) All(f func(Doc) bool) {
	for n := range s.docs {
		if !f(Doc{s, uint32(n)}) {
			return
		}
	}
}

// Builder makes a set.
type Builder struct {
	set      *Set
	own      string   // the dataset that an entity is in which says nothing else
	known    []string // datasets that an entity of the list may be said to be in
	shared   map[string][]string
	words    *wordBuilder
	pointers []pointer
}

// pointer is a link to an id that is not looked up yet.
type pointer struct {
	to       string
	from     uint32
	property *ftmodel.Property
}

// NewBuilder begins a set. Dataset is what the list is called as a dataset, and known
// are those beside it that its entities may be said to be in: what else an entity
// says of datasets is where it came from before, and is not kept.
func NewBuilder(list, dataset string, known []string) *Builder {
	k := append([]string{dataset}, known...)
	slices.Sort(k)
	return &Builder{
		set:    &Set{List: list, model: ftmodel.Load(), byID: map[string]uint32{}, merged: map[string]uint32{}},
		own:    dataset,
		known:  slices.Compact(k),
		shared: map[string][]string{},
		words:  newWordBuilder(),
	}
}

// Add adds an entity; one of which the id is there already is left out. A schema
// that is not in the model is a Thing, and the list says so elsewhere.
func (b *Builder) Add(e *ftm.Entity) {
	s := b.set
	if _, twice := s.byID[e.ID]; twice || e.ID == "" {
		return
	}
	n := uint32(len(s.docs))
	x := doc{id: e.ID, schema: s.model.Schema(e.Schema), first: moment(e.FirstSeen), last: moment(e.LastSeen), change: moment(e.LastChange)}
	if x.schema == nil {
		x.schema = s.model.Schema("Thing")
	}
	x.datasets = b.share(b.datasets(e.Datasets))
	countries, topics := b.read(e, n, &x)
	x.countries, x.topics = b.share(countries), b.share(topics)
	x.target = s.model.IsRisk(x.topics)
	caption := captionOf(e, x.schema)
	x.from = len(s.bytes)
	s.bytes = appendEntity(s.bytes, e, &x, caption)
	x.to = len(s.bytes)
	s.byID[e.ID] = n
	s.docs = append(s.docs, x)
	for _, r := range e.Referents {
		if _, taken := s.merged[r]; !taken && r != e.ID {
			s.merged[r] = n
		}
	}
}

// read goes through the properties once: words, countries, topics, pointers.
func (b *Builder) read(e *ftm.Entity, n uint32, x *doc) (countries, topics []string) {
	for i := range e.Properties {
		p := x.schema.Property(e.Properties[i].Name)
		typ := "string"
		if p != nil {
			typ = p.Type
		}
		for _, v := range e.Properties[i].Values {
			x.values++
			switch typ {
			case "entity":
				b.pointers = append(b.pointers, pointer{v, n, p})
				continue
			case "country":
				countries = append(countries, strings.ToLower(v))
			case "topic":
				topics = append(topics, v)
			case "url", "json", "html", "checksum", "mimetype", "ip":
				continue
			}
			b.words.add(n, v, typ == "name")
		}
	}
	return countries, topics
}

// datasets gives those that are known; the list itself for none.
func (b *Builder) datasets(said []string) []string {
	var out []string
	for _, d := range said {
		if _, ok := slices.BinarySearch(b.known, d); ok {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return []string{b.own}
	}
	return out
}

// share gives a list sorted and without doubles, the same for all who have it.
func (b *Builder) share(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	slices.Sort(list)
	list = slices.Compact(list)
	key := strings.Join(list, "\x00")
	if s, ok := b.shared[key]; ok {
		return s
	}
	b.shared[key] = list
	return list
}

// Set ends the building.
func (b *Builder) Set() *Set {
	s := b.set
	for _, p := range b.pointers {
		to, ok := s.byID[p.to]
		if !ok {
			if to, ok = s.merged[p.to]; !ok {
				continue // it points out of the list; the id stays in the entity
			}
		}
		s.links = append(s.links, link{to, p.from, p.property})
	}
	slices.SortFunc(s.links, func(a, b link) int {
		return cmp.Or(cmp.Compare(a.to, b.to), strings.Compare(a.property.Name, b.property.Name), s.order(a.from, b.from))
	})
	s.links = slices.Compact(s.links)
	s.words = b.words.finish()
	b.pointers, b.words = nil, nil
	return s
}

// order puts the entities first of which most is said, and else goes by id.
func (s *Set) order(a, b uint32) int {
	return cmp.Or(-cmp.Compare(s.docs[a].values, s.docs[b].values), strings.Compare(s.docs[a].id, s.docs[b].id))
}

// pointing gives the links to an entity.
func (s *Set) pointing(n uint32) []link {
	from, _ := slices.BinarySearchFunc(s.links, n, func(l link, n uint32) int { return cmp.Compare(l.to, n) })
	to := from
	for to < len(s.links) && s.links[to].to == n {
		to++
	}
	return s.links[from:to]
}

// captionOf gives what to call an entity: what the file says, else its first name,
// else its first featured value, else what its schema is called.
func captionOf(e *ftm.Entity, s *ftmodel.Schema) string {
	if e.Caption != "" {
		return e.Caption
	}
	for _, name := range append([]string{"name", "full", "alias", "weakAlias"}, s.Featured...) {
		p := s.Property(name)
		if v := e.Get(name); p != nil && p.Type != "entity" && len(v) > 0 && v[0] != "" {
			return v[0]
		}
	}
	return s.Label
}

// moment gives a time as 2025-06-02T12:10:03, "" for what is none.
func moment(s string) string {
	const whole = "2006-01-02T15:04:05"
	if len(s) == len("2006-01-02") {
		s += "T00:00:00"
	}
	if len(s) < len(whole) {
		return ""
	}
	b := []byte(s[:len(whole)])
	for i, c := range b {
		switch want := whole[i]; {
		case want >= '0' && want <= '9':
			if c < '0' || c > '9' {
				return ""
			}
		case i == 10 && c == ' ':
			b[i] = 'T'
		case c != want:
			return ""
		}
	}
	return string(b)
}

package entity

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/ftmodel"
	"github.com/cordon-engine/cordon/internal/source/ftm"
	"github.com/cordon-engine/cordon/internal/text"
)

// node is a part of a query: it gives the entities of a set that it holds of, in
// order.
type node interface{ find(s *Set) []Hit }

type (
	everything struct{ field string }
	nothing    struct{ raw, field string }
	term       struct{ text, raw, field string }
	phrase     struct {
		words      []string
		raw, field string
	}
	pattern struct {
		text, raw, field string
		wild, fuzzy      bool
		edits            int // -1: by the length of the word
	}
	span struct {
		from, to, field  string
		openFrom, openTo bool
	}
	group struct{ must, should, not []node }
)

// fields are those of an entity beside its properties.
var fields = []string{
	"id", "entity_id", "schema", "caption", "name", "names", "text", "datasets", "countries", "topics", "referents", "target", "first_seen",
	"last_seen", "last_change", "identifiers", "dates", "genders",
}

// KnownField reports whether entities have a field of that name: one of their own,
// or properties. and the name of a property of some schema.
func KnownField(name string) bool {
	if p, ok := strings.CutPrefix(name, "properties."); ok {
		return isProperty(p)
	}
	return slices.Contains(fields, name)
}

func isProperty(name string) bool {
	m := ftmodel.Load()
	for _, n := range m.Names() {
		if m.Schema(n).Property(name) != nil {
			return true
		}
	}
	return false
}

// bind says of what field a part of a query is; false when a part has one already.
func bind(n node, field string) bool {
	var to *string
	switch x := n.(type) {
	case *everything:
		to = &x.field
	case *nothing:
		to = &x.field
	case *term:
		to = &x.field
	case *phrase:
		to = &x.field
	case *pattern:
		to = &x.field
	case *span:
		to = &x.field
	case *group:
		for _, list := range [][]node{x.must, x.should, x.not} {
			for _, y := range list {
				if !bind(y, field) {
					return false
				}
			}
		}
		return true
	}
	if *to != "" {
		return false
	}
	*to = field
	return true
}

// Find gives the entities that the query holds of and that keep says true of, in
// the order of the list; a query of nothing holds of all.
func (s *Set) Find(q *Query, keep func(Doc) bool) []Hit {
	var found []Hit
	if q == nil || q.root == nil {
		found = s.every()
	} else {
		found = q.root.find(s)
	}
	return slices.DeleteFunc(found, func(h Hit) bool { return !keep(Doc{s, h.n}) })
}

// Doc gives the entity of a hit in its set.
func (s *Set) Doc(h Hit) Doc { return Doc{s, h.n} }

func (s *Set) every() []Hit {
	out := make([]Hit, len(s.docs))
	for i := range out {
		out[i].n = uint32(i)
	}
	return out
}

func (g *group) find(s *Set) []Hit {
	var out []Hit
	switch {
	case len(g.must) > 0:
		out = g.must[0].find(s)
		for _, n := range g.must[1:] {
			if len(out) == 0 {
				return nil
			}
			out = both(out, n.find(s))
		}
	case len(g.should) == 0:
		out = s.every()
	}
	for _, n := range g.should {
		out = either(out, n.find(s))
	}
	for _, n := range g.not {
		out = without(out, n.find(s))
	}
	return out
}

// inWords reports whether a field is looked for by words, and whether in names only.
func inWords(field string) (words, names bool) {
	switch field {
	case "", "text":
		return true, false
	case "name", "names":
		return true, true
	}
	return false, false
}

func (n *everything) find(s *Set) []Hit {
	if words, _ := inWords(n.field); words {
		return s.every()
	}
	return s.scan(n.field, s.every(), func(string) bool { return true })
}

func (n *nothing) find(s *Set) []Hit {
	if words, _ := inWords(n.field); words {
		return nil
	}
	return s.scan(n.field, s.every(), func(v string) bool { return v == n.raw })
}

func (n *term) find(s *Set) []Hit {
	words, names := inWords(n.field)
	if !words {
		return s.equal(n.field, n.raw, []string{n.text})
	}
	out := s.words.weigh(n.text, len(s.docs), names)
	for _, latin := range latinOf(n.text) {
		out = either(out, s.words.weigh(latin, len(s.docs), names))
	}
	return out
}

func (n *phrase) find(s *Set) []Hit {
	words, names := inWords(n.field)
	if !words {
		return s.equal(n.field, n.raw, n.words)
	}
	var out []Hit
	for i, w := range n.words {
		hits := s.words.weigh(w, len(s.docs), names)
		if i == 0 {
			out = hits
		} else {
			out = both(out, hits)
		}
	}
	want := " " + strings.Join(n.words, " ") + " "
	return slices.DeleteFunc(out, func(h Hit) bool {
		return !s.anyValue(h.n, func(v string) bool { return strings.Contains(" "+text.Fold(v)+" ", want) })
	})
}

func (n *pattern) find(s *Set) []Hit {
	words, names := inWords(n.field)
	if !words {
		return s.scan(n.field, s.every(), func(v string) bool {
			if n.fuzzy {
				return text.Distance(text.Fold(v), n.text) <= max(n.edits, 1)
			}
			return fits(text.Fold(v), n.text) || fits(v, n.raw)
		})
	}
	var list []string
	begin, rest, _ := strings.Cut(n.text, "*")
	switch {
	case n.fuzzy:
		list = s.words.misspelt(n.text, n.edits)
	case rest == "" && !strings.Contains(begin, "?"):
		list = s.words.beginning(begin)
	default:
		list = s.words.like(func(w string) bool { return fits(w, n.text) })
	}
	return s.anyWord(list, names)
}

// anyWord gives the entities that have one of the words.
func (s *Set) anyWord(list []string, names bool) []Hit {
	best := map[uint32]float64{}
	for _, w := range list {
		for _, h := range s.words.weigh(w, len(s.docs), names) {
			best[h.n] = max(best[h.n], h.Score)
		}
	}
	out := make([]Hit, 0, len(best))
	for n, score := range best {
		out = append(out, Hit{n, score})
	}
	slices.SortFunc(out, func(a, b Hit) int { return int(a.n) - int(b.n) })
	return out
}

// fits reports whether a word is of a pattern: * stands for any signs, ? for one.
func fits(word, pattern string) bool {
	w, p := []rune(word), []rune(pattern)
	star, back, i, j := -1, 0, 0, 0
	for i < len(w) {
		switch {
		case j < len(p) && p[j] == '*':
			star, back = j, i
			j++
		case j < len(p) && (p[j] == '?' || p[j] == w[i]):
			i++
			j++
		case star >= 0:
			back++
			i, j = back, star+1
		default:
			return false
		}
	}
	for j < len(p) && p[j] == '*' {
		j++
	}
	return j == len(p)
}

func (n *span) find(s *Set) []Hit {
	field := n.field
	if words, _ := inWords(field); words {
		return nil // a span of words is of no use
	}
	return s.scan(field, s.every(), func(v string) bool {
		low := n.from == "*" || v > n.from || !n.openFrom && strings.HasPrefix(v, n.from)
		high := n.to == "*" || v < n.to || !n.openTo && strings.HasPrefix(v, n.to)
		return low && high
	})
}

// equal gives the entities of which a field has the value: as it stands, in other
// letters, or for a date a day or month of it. Where the field is one of words, it
// is enough that they stand in it together.
func (s *Set) equal(field, value string, words []string) []Hit {
	from := s.every()
	if strings.HasPrefix(field, "properties.") { // whoever has the value has its words
		for i, w := range words {
			if hits := s.words.weigh(w, len(s.docs), false); i == 0 {
				from = hits
			} else {
				from = both(from, hits)
			}
		}
		if isOf(field, "entity", "url") {
			from = s.every() // those are not among the words
		}
	}
	want := " " + strings.Join(words, " ") + " "
	return s.scan(field, from, func(v string) bool {
		return strings.EqualFold(v, value) || within(v, value) || strings.HasPrefix(field, "properties.") && strings.Contains(" "+text.Fold(v)+" ", want)
	})
}

// within reports whether a date is one of a month or year.
func within(date, of string) bool {
	return len(of) >= 4 && len(date) > len(of) && date[len(of)] == '-' && strings.HasPrefix(date, of) && date[0] >= '0' && date[0] <= '9'
}

// isOf reports whether a property, of any schema, is of one of the types.
func isOf(field string, types ...string) bool {
	name := strings.TrimPrefix(field, "properties.")
	m := ftmodel.Load()
	for _, n := range m.Names() {
		if p := m.Schema(n).Property(name); p != nil && slices.Contains(types, p.Type) {
			return true
		}
	}
	return false
}

// scan gives those of the entities that have a value of a field for which a test
// holds.
func (s *Set) scan(field string, from []Hit, test func(string) bool) []Hit {
	return slices.DeleteFunc(slices.Clone(from), func(h Hit) bool {
		return !slices.ContainsFunc(Doc{s, h.n}.Values(field), test)
	})
}

// Has reports whether a field of the entity has a value, as filters compare them.
func (d Doc) Has(field, value string) bool {
	return slices.ContainsFunc(d.Values(field), func(v string) bool { return strings.EqualFold(v, value) || within(v, value) })
}

// Values gives the values of a field; see [KnownField].
func (d Doc) Values(field string) []string {
	x := d.doc()
	switch field {
	case "id", "entity_id":
		return []string{x.id}
	case "schema":
		return []string{x.schema.Name}
	case "datasets":
		return x.datasets
	case "countries":
		return x.countries
	case "topics":
		return x.topics
	case "target":
		if x.target {
			return []string{"true"}
		}
		return []string{"false"}
	case "first_seen":
		return some(x.first)
	case "last_seen":
		return some(x.last)
	case "last_change":
		return some(x.change)
	}
	e, err := d.Entity()
	if err != nil {
		return nil // its bytes were made by this package: it does not happen
	}
	switch field {
	case "caption":
		return some(e.Caption)
	case "referents":
		return e.Referents
	case "identifiers":
		return ofType(x.schema, e, "identifier")
	case "dates":
		return ofType(x.schema, e, "date")
	case "genders":
		return ofType(x.schema, e, "gender")
	case "name", "names":
		return ofType(x.schema, e, "name")
	}
	return e.Get(strings.TrimPrefix(field, "properties."))
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// ofType gives the values of all properties of a type.
func ofType(s *ftmodel.Schema, e *ftm.Entity, typ string) []string {
	var out []string
	for i := range e.Properties {
		if p := s.Property(e.Properties[i].Name); p != nil && p.Type == typ {
			out = append(out, e.Properties[i].Values...)
		}
	}
	return out
}

// anyValue reports whether a test holds of a value that words are taken from.
func (s *Set) anyValue(n uint32, test func(string) bool) bool {
	e, err := Doc{s, n}.Entity()
	if err != nil {
		return false
	}
	for i := range e.Properties {
		if slices.ContainsFunc(e.Properties[i].Values, test) {
			return true
		}
	}
	return false
}

// Beginning gives the entities of which names have all the words, the last of them
// as far as it was typed, in the order of the list.
func (s *Set) Beginning(typed string, keep func(Doc) bool) []Hit {
	words := text.Tokens(typed)
	if len(words) == 0 {
		return nil
	}
	var out []Hit
	for i, w := range words {
		var hits []Hit
		if i == len(words)-1 {
			hits = s.anyWord(s.words.beginning(w), true)
		} else {
			hits = s.words.weigh(w, len(s.docs), true)
		}
		if i == 0 {
			out = hits
		} else {
			out = both(out, hits)
		}
	}
	return slices.DeleteFunc(out, func(h Hit) bool { return !keep(Doc{s, h.n}) })
}

// Order puts hits of several sets in order: the best first, then those of which
// most is said, then by id.
func Order(a, b Doc, x, y float64) int {
	switch {
	case x > y:
		return -1
	case x < y:
		return 1
	}
	if d := b.doc().values - a.doc().values; d != 0 {
		return int(d)
	}
	return strings.Compare(a.ID(), b.ID())
}

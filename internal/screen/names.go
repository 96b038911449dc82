package screen

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/text"
)

// Names finds subjects by the beginnings of the words of their names, while a
// name is being typed. It is no screening: it compares letters, and who is not
// found by it may well be listed. It may be used by many at once.
type Names struct {
	// all holds every name, folded, each after a line feed and a space.
	all string
	// begins is where each name begins in all, spelt how it is written, and owner
	// the number of its subject.
	begins   []int
	spelt    []string
	owner    []int
	subjects []Named
}

// Named is a subject found by one of its names.
type Named struct {
	// ID names the subject, Caption is its main name, Name the one that was found.
	ID, Caption, Name string
	Schema            subject.Schema
}

// ReadNames reads the names of all subjects that ever stood in the lists of a
// store, as their last versions have them.
func ReadNames(ctx context.Context, store Store) (*Names, error) {
	states, err := store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	n := &Names{}
	var b strings.Builder
	for _, s := range states {
		if s.Current.Number == 0 {
			continue
		}
		var last *subject.Subject
		for v, err := range store.Everything(ctx, s.Name()) {
			if err != nil {
				return nil, err
			}
			r := v.Record.Subject
			if r == nil {
				continue
			}
			if last != nil && last.ID != r.ID {
				n.add(&b, last)
			}
			last = r // versions of one entry follow one another, the newest last
		}
		if last != nil {
			n.add(&b, last)
		}
	}
	n.all = b.String()
	return n, nil
}

func (n *Names) add(b *strings.Builder, s *subject.Subject) {
	n.subjects = append(n.subjects, Named{ID: s.ID, Caption: s.Caption(), Schema: s.Schema})
	for i := range s.Names {
		n.begins = append(n.begins, b.Len())
		n.spelt = append(n.spelt, s.Names[i].Full)
		n.owner = append(n.owner, len(n.subjects)-1)
		b.WriteString("\n ")
		b.WriteString(text.Fold(s.Names[i].Full))
	}
}

// found is a name that fits, with how well.
type found struct{ name, rank int }

// Find gives the subjects that have a name of which words begin with all that was
// typed, at most limit and each once: first names that begin with it, then those
// that hold it in one piece, then the others; short names before long ones.
// How many there are beside those is more.
func (n *Names) Find(typed string, limit int) (list []Named, more int) {
	words := text.Tokens(typed)
	if len(words) == 0 {
		return nil, 0
	}
	whole := " " + strings.Join(words, " ")
	best := map[int]found{}
	for _, at := range n.holding(" " + slices.MaxFunc(words, func(a, b string) int { return cmp.Compare(len(a), len(b)) })) {
		name := n.name(at)
		rank := 2
		switch {
		case strings.HasPrefix(name, whole):
			rank = 0
		case strings.Contains(name, whole):
			rank = 1
		case !beginAll(name, words):
			continue
		}
		f := found{at, rank}
		if old, ok := best[n.owner[at]]; !ok || n.compare(f, old) < 0 {
			best[n.owner[at]] = f
		}
	}
	order := make([]found, 0, len(best))
	for _, f := range best {
		order = append(order, f)
	}
	slices.SortFunc(order, n.compare)
	for _, f := range order[:min(limit, len(order))] {
		s := n.subjects[n.owner[f.name]]
		s.Name = n.spelt[f.name]
		list = append(list, s)
	}
	return list, len(order) - len(list)
}

// holding gives the numbers of the names that hold a text, in order.
func (n *Names) holding(s string) []int {
	var out []int
	for pos := 0; ; {
		i := strings.Index(n.all[pos:], s)
		if i < 0 {
			return out
		}
		at, exact := slices.BinarySearch(n.begins, pos+i)
		if !exact {
			at--
		}
		out = append(out, at)
		if at+1 == len(n.begins) {
			return out
		}
		pos = n.begins[at+1]
	}
}

// name gives a name as it is kept, with a space before it.
func (n *Names) name(at int) string {
	end := len(n.all)
	if at+1 < len(n.begins) {
		end = n.begins[at+1]
	}
	return n.all[n.begins[at]+1 : end]
}

func (n *Names) compare(a, b found) int {
	return cmp.Or(
		cmp.Compare(a.rank, b.rank), cmp.Compare(len(n.name(a.name)), len(n.name(b.name))),
		cmp.Compare(n.subjects[n.owner[a.name]].ID, n.subjects[n.owner[b.name]].ID), cmp.Compare(a.name, b.name),
	)
}

// beginAll reports whether a word of the name begins with each of the words.
func beginAll(name string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(name, " "+w) {
			return false
		}
	}
	return true
}

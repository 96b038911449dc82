package screening

import (
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/text"
)

// A name of several words that is written without the spaces, as in a reference or the
// name of a file, is one word of which none of its words tells anything. Words are
// compared as two written together, and whole names up to a length; what is longer is
// found here, letter by letter: names have a key of all their letters, and a query that
// spells a listed name is read by that name too.

const (
	// minSpelled is the length in bytes, folded and without spaces, from which a name
	// has a key of its letters.
	minSpelled = 10
	// longWord is that of a word in which words may be written together, in a name that
	// has other words.
	longWord = 14
)

// spelledKey gives the key of the letters of a name; false for a name that is too short.
func spelledKey(name string) (key uint64, ok bool) {
	if len(name) > match.MaxNameBytes { // it is cut, so that it is not spelt as another
		return 0, false
	}
	letters := strings.ReplaceAll(text.Fold(name), " ", "")
	if len(letters) < minSpelled {
		return 0, false
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, "spelled\x00"+letters) // it never fails
	return h.Sum64(), true
}

// spelledKeys gives the keys of names, each once.
func spelledKeys(names []match.Name) (keys []uint64) {
	for i := range names {
		if k, ok := spelledKey(names[i].Text); ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// together reports whether words may be written together in a name.
func together(name string) bool {
	folded := text.Fold(name)
	if len(folded) < minSpelled {
		return false
	}
	for w := range strings.SplitSeq(folded, " ") {
		if len(w) >= longWord || len(w) == len(folded) {
			return true
		}
	}
	return false
}

// respelled gives names with those of others that have the same letters and other
// spaces, where words may be written together in either: the same slice where there are
// none.
func respelled(names, others []match.Name) []match.Name {
	out := names
	for _, n := range names {
		if len(n.Text) > match.MaxNameBytes {
			continue
		}
		folded := text.Fold(n.Text)
		letters := strings.ReplaceAll(folded, " ", "")
		if len(letters) < minSpelled {
			continue
		}
		for _, o := range others {
			f := text.Fold(o.Text)
			if f == folded || strings.ReplaceAll(f, " ", "") != letters || !together(n.Text) && !together(o.Text) {
				continue
			}
			if len(out) < match.MaxNames {
				out = append(slices.Clip(out), match.Name{Text: o.Text, Kind: n.Kind})
			}
			break
		}
	}
	return out
}

// spelled adds, to a query with a name whose words are written together, the listed name
// that it spells, and the other way round.
func (e *Engine) spelled(w *worker, names []match.Name) ([]match.Name, error) {
	keys := spelledKeys(names)
	if len(keys) == 0 {
		return names, nil
	}
	found, _, err := w.search.Find(e.ix, nil, keys, e.limits)
	if err != nil || len(found) == 0 {
		return names, err
	}
	var listed []match.Name
	for i := range found {
		d, err := e.document(found[i].Doc)
		if err != nil {
			return nil, err
		}
		listed = append(listed, InputOf(d.doc.Record.Subject).Names...)
	}
	return respelled(names, listed), nil
}

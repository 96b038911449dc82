package read

import (
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// search is a pattern that was sought in a span.
type search struct {
	re   *pattern.Pattern
	span sentence.Span
}

// findAll gives the places of a pattern in a span, from its beginning on. Sentences are gone through again and again, for who
// speaks, for whom they speak of, and for what is said: what does not hang on what was read before is sought once.
func (w *work) findAll(re *pattern.Pattern, s sentence.Span) [][]int {
	k := search{re, s}
	at, ok := w.found[k]
	if !ok {
		at = re.FindAllStringIndex(w.text[s.From:s.To], -1)
		if w.found == nil {
			w.found = map[search][][]int{}
		}
		w.found[k] = at
	}
	return at
}

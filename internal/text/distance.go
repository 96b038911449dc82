package text

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Distance gives the least number of edits that turn a into b, where an edit
// inserts, deletes or replaces a character or swaps two neighbours, and no
// part is edited twice (optimal string alignment). It counts characters
// (runes); bytes that are not UTF-8 are one character each and all alike. It is
// symmetric, zero for equal texts and at most the length of the longer, but not
// a metric: CA is 1 from AC and AC is 1 from ABC, yet CA is 3 from ABC.
func Distance(a, b string) int {
	if a == b {
		return 0
	}
	x, y := []rune(a), []rune(b)
	// What both have at the ends needs no edit.
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	if len(x) < len(y) {
		x, y = y, x
	}
	if len(y) == 0 {
		return len(x)
	}
	// Three rows of the table; those of short words stay on the stack.
	var few [3 * 64]int
	rows := few[:]
	w := len(y) + 1
	if 3*w > len(rows) {
		rows = make([]int, 3*w)
	}
	before, last, row := rows[:w], rows[w:2*w], rows[2*w:3*w]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j < w; j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
		before, last, row = last, row, before
	}
	return last[w-1]
}

// NearestOf gives those candidates that somebody may have meant by word, for
// an error message: folded, they lie within a third of its length (at least
// one edit) of it. The nearest come first, equally near ones in the order of
// their bytes, each once, at most max of them; nil when there is none.
func NearestOf(word string, candidates []string, max int) []string {
	word = Fold(word)
	if word == "" || max <= 0 {
		return nil
	}
	length := utf8.RuneCountInString(word)
	limit := length / 3
	if limit < 1 {
		limit = 1
	}
	type near struct {
		distance int
		text     string
	}
	var found []near
	for _, c := range candidates {
		f := Fold(c)
		// Every edit changes the length by one at most.
		if n := utf8.RuneCountInString(f); n > length+limit || n < length-limit {
			continue
		}
		if d := Distance(word, f); d <= limit {
			found = append(found, near{d, c})
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.text, b.text))
	})
	found = slices.Compact(found)
	var texts []string
	for _, n := range found[:min(len(found), max)] {
		texts = append(texts, n.text)
	}
	return texts
}

package document

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/pattern"
)

// Marks of Markdown that are no words: at the start of a line, and within it.
var (
	lineMark   = pattern.New(`^\s{0,3}(#{1,6}\s+|>\s?|[-*+]\s+|\d{1,3}[.)]\s+)`)
	inlineMark = pattern.New("\\*\\*|__|`+|!?\\[|\\]\\(|\\*")
)

// plainOfMarkdown leaves the marks of Markdown out and keeps the words, without the addresses of links.
func plainOfMarkdown(s string, m mapping) (string, mapping) {
	var out strings.Builder
	var own mapping
	keep := func(from, to int) {
		out.WriteString(s[from:to])
		own.add(to-from, from, to-from)
	}
	at := 0
	for line := range strings.SplitAfterSeq(s, "\n") {
		from := at
		at += len(line)
		if f := lineMark.FindStringIndex(line); f != nil {
			from += f[1]
		}
		last := from
		for _, f := range inlineMark.FindAllStringIndex(s[from:at], -1) {
			begin, end := from+f[0], from+f[1]
			if s[begin] == ']' {
				end += address(s[end:at])
			}
			if begin < last || s[end-1] == '(' {
				continue // within an address, or no address
			}
			keep(last, begin)
			last = end
		}
		keep(last, at)
	}
	return out.String(), own.over(m)
}

// address gives the length of the address of a link with its bracket; 0 where there is none.
func address(s string) int {
	for i := range min(len(s), 301) {
		switch s[i] {
		case ')':
			return i + 1
		case ' ', '\t', '\n', '\r', '\f':
			return 0
		}
	}
	return 0
}

package goods

import "slices"

// Item is one goods line as far as it is known.
type Item struct {
	// Description is the person's own words, in any case and order.
	Description string
	// Code is the HS code, when HasCode. The zero Code counts as none.
	Code    Code
	HasCode bool
	// Commodity is the id of the list that a person has found the line to be,
	// NoCommodity when it is none, or empty. An id that is no list
	// counts as empty: callers check it with Lists.Index first.
	Commodity string
}

// Scratch holds the memory that matching reuses. The zero value is ready; it
// must not be used by two goroutines at once.
type Scratch struct {
	toks  []token
	word  []byte
	found []occurrence
	said  []phraseKind
	// silent holds for each list the number of the last part that one of its
	// not_words silenced; parts are counted on through all descriptions.
	silent []uint64
	part   uint64
	fits   []fit
	named  []uint16
}

// fit says how the code of a line stands to a list.
type fit uint8

const (
	fitNone    fit = iota // no code is known
	fitOutside            // the code lies outside
	fitHint               // it is so short that it may lie in the review codes
	fitReview             // it lies in the review codes
	fitPart               // it is so short that it may lie in the codes
	fitCore               // it lies in the codes
)

// occurrence is a phrase of a list found in the description: tokens from..to.
type occurrence struct {
	hit
	from, to int32
}

// Match says for every list, in the order of IDs, whether the line is the named
// thing. It appends nothing: the result is out, resized, one value a list. A nil
// scratch is allowed; with a scratch and an out of enough room it does not allocate.
//
// The description is cut at commas, semicolons, slashes, "and" and "or" into parts;
// a not_word silences the part it stands in and no other. Of two phrases of one list of
// which one lies inside the other only the longer counts. After "for", up to the next
// comma, stands what the goods are for: words there only raise the question (save
// for lists where words decide), and not_words there silence nothing before.
// Then, for each list:
//
//	commodity given                      Yes for it and the lists that contain it; for lists
//	                                     within it as below; No for all others
//	words, no code or a fitting one      Yes (Weigh for a review code of a contested list)
//	words, code outside                  Weigh (Yes where words_decide)
//	code_words                           as words beside a fitting code, Weigh without
//	                                     a code, nothing beside another
//	review_words, code not outside       Weigh (also outside where words_decide)
//	no words, code in codes              Weigh (Yes where text_codes); No when the description
//	                                     names another list's thing, or has only a not_word
//	no words, review code                Weigh when the description is empty or vague, or ask_by_code
//	no description and no code           Weigh
//	description in a script without
//	words of ours, and no code           Weigh
//	anything else                        No
func (ls *Lists) Match(it Item, s *Scratch, out []Naming) []Naming {
	if s == nil {
		s = &Scratch{}
	}
	n := len(ls.lists)
	out = slices.Grow(out[:0], n)[:n]
	clear(out)
	if it.Commodity == NoCommodity {
		return out
	}
	commodity, given := ls.index[it.Commodity]
	if given {
		l := ls.lists[commodity]
		if len(l.down) > 0 {
			ls.match(it, s, out)
			for i := range out {
				if !slices.Contains(l.down, uint16(i)) {
					out[i] = No
				}
			}
		}
		out[commodity] = Yes
		for _, u := range l.up {
			out[u] = Yes
		}
		return out
	}
	ls.match(it, s, out)
	return out
}

// match judges every list by words and code.
func (ls *Lists) match(it Item, s *Scratch, out []Naming) {
	n := len(ls.lists)
	desc := ls.read(it.Description, s)
	s.fits = slices.Grow(s.fits[:0], n)[:n]
	coded := it.HasCode && !it.Code.IsZero()
	if !coded {
		clear(s.fits)
	} else {
		for i := range s.fits {
			s.fits[i] = fitOutside
		}
		for _, i := range ls.chapters[chapter(it.Code)] {
			s.fits[i] = ls.lists[i].fit(it.Code)
		}
	}
	s.named = s.named[:0]
	for i, l := range ls.lists {
		out[i] = l.judge(s.said[i], s.fits[i], desc)
		if out[i] == Yes && s.said[i]&kindWord != 0 {
			s.named = append(s.named, uint16(i))
		}
	}
	// A code that fits without words is set aside when the description names
	// another thing. What contains the list does not count as another: that
	// something is arms does not say that it is no small arm.
	if coded && len(s.named) > 0 {
		for i, l := range ls.lists {
			if out[i] == Weigh && byCodeAlone(s.said[i], s.fits[i]) && !l.AskByCode && namesOther(s.named, l) {
				out[i] = No
			}
		}
	}
	for i, l := range ls.lists {
		if out[i] == No {
			continue
		}
		for _, u := range l.up {
			if out[u] != Yes {
				out[u] = out[i]
			}
		}
	}
}

// byCodeAlone says whether only the code spoke for the list.
func byCodeAlone(said phraseKind, f fit) bool {
	return f == fitCore && said&(kindWord|kindReview|kindCode) == 0
}

// namesOther says whether one of the named lists does not contain l.
func namesOther(named []uint16, l *List) bool {
	for _, i := range named {
		if !slices.Contains(l.up, i) {
			return true
		}
	}
	return false
}

// reading says what kind of description it is.
type reading uint8

const (
	readPlain   reading = iota // says something
	readEmpty                  // says nothing at all
	readVague                  // says only words like "goods"
	readForeign                // holds words in a script that the lists do not use
)

// judge decides for one list, before other lists are looked at.
func (l *List) judge(said phraseKind, f fit, d reading) Naming {
	fits := f == fitNone || f >= fitHint
	switch {
	case f == fitCore && l.TextCodes:
		return Yes
	case said&kindWord != 0 && !fits:
		if l.WordsDecide {
			return Yes
		}
		return Weigh
	case said&kindWord != 0 || said&kindCode != 0 && f >= fitHint:
		if (f == fitReview || f == fitHint) && l.Contested {
			return Weigh
		}
		return Yes
	case said&kindCode != 0 && f == fitNone, said&kindReview != 0 && (fits || l.WordsDecide):
		return Weigh
	case f == fitCore:
		if said&kindNot != 0 && said&saidSilenced == 0 {
			return No
		}
		return Weigh
	case f == fitReview || f == fitPart || f == fitHint:
		if d != readPlain || l.AskByCode && f != fitHint && said&kindNot == 0 {
			return Weigh
		}
		return No
	case f == fitNone && (d == readEmpty || d == readForeign):
		return Weigh
	}
	return No
}

// fit says how a code stands to the list.
func (l *List) fit(c Code) fit {
	core := l.Codes.Match(c)
	if core == Full {
		return fitCore
	}
	review := l.Review.Match(c)
	switch {
	case core == Partial:
		return fitPart
	case review == Full:
		return fitReview
	case review == Partial:
		return fitHint
	}
	return fitOutside
}

// read cuts the description up, finds the phrases of all lists in it and leaves
// in s.said what was said about each.
func (ls *Lists) read(description string, s *Scratch) reading {
	s.said = slices.Grow(s.said[:0], len(ls.lists))[:len(ls.lists)]
	clear(s.said)
	if len(s.silent) != len(ls.lists) {
		s.silent, s.part = make([]uint64, len(ls.lists)), 0
	}
	d := ls.words.scan(description, s)
	start, end := 0, 0
	aim := false
	for ; end < len(s.toks); end++ {
		switch s.toks[end] {
		case cut:
			ls.part(s, s.toks[start:end], aim)
			start, aim = end+1, false
		case join:
			ls.part(s, s.toks[start:end], aim)
			start = end + 1
		case purpose:
			ls.part(s, s.toks[start:end], aim)
			start, aim = end+1, true
		}
	}
	ls.part(s, s.toks[start:], aim)
	return d
}

// part finds the phrases in one part of a description. aim says that the part tells
// what the goods are for, and not what they are.
func (ls *Lists) part(s *Scratch, toks []token, aim bool) {
	s.found = s.found[:0]
	for i := range toks {
		node := root
		for j := i; j < len(toks); j++ {
			if node = ls.words.step(node, toks[j]); node == root {
				break
			}
			for _, h := range ls.words.nodes[node].hits {
				s.found = append(s.found, occurrence{h, int32(i), int32(j + 1)})
			}
		}
	}
	s.part++
	for i, o := range s.found {
		if o.kind == kindNot && !ls.inside(s.found, i) {
			s.silent[o.list] = s.part
			if !aim {
				s.said[o.list] |= kindNot
			}
		}
	}
	for i, o := range s.found {
		switch {
		case o.kind == kindNot || ls.inside(s.found, i):
		case s.silent[o.list] == s.part:
			if !aim {
				s.said[o.list] |= saidSilenced
			}
		case !aim || ls.lists[o.list].WordsDecide:
			s.said[o.list] |= o.kind
		case o.kind != kindCode:
			s.said[o.list] |= kindReview
		}
	}
}

// inside says whether occurrence i lies within a longer one of the same list.
// Occurrences are in the order of their first token, and none is longer than the longest
// phrase, so that only neighbours are looked at.
func (ls *Lists) inside(found []occurrence, i int) bool {
	o := found[i]
	for k := i - 1; k >= 0 && found[k].from > o.to-ls.words.longest-1; k-- {
		if found[k].list == o.list && found[k].holds(o) {
			return true
		}
	}
	for k := i + 1; k < len(found) && found[k].from == o.from; k++ {
		if found[k].list == o.list && found[k].holds(o) {
			return true
		}
	}
	return false
}

// holds says whether p is longer than o and covers it.
func (p occurrence) holds(o occurrence) bool {
	return p.from <= o.from && p.to >= o.to && p.to-p.from > o.to-o.from
}

// indexChapters notes for each chapter the lists that have a code in it.
func (ls *Lists) indexChapters() {
	for ch := range ls.chapters {
		c, ok := chapterCode(ch)
		if !ok {
			continue
		}
		for i, l := range ls.lists {
			if l.Codes.Match(c) != None || l.Review.Match(c) != None {
				ls.chapters[ch] = append(ls.chapters[ch], uint16(i))
			}
		}
	}
}

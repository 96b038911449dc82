package read

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// statementLine tells a heading under which the body named speaks itself.
var statementLine = regexp.MustCompile(`(?i)\b(?:statement|declaration|remarks|press release|communiqu[eé]|letter|note|response|report)\b`)

// author finds in whose name the document speaks: a body named in a heading that calls it a statement; else the author.
func (w *work) author() {
	w.res.Author = Party{Name: Author, body: claim.Press}
	for _, p := range w.paragraphs[:min(2, len(w.paragraphs))] {
		line := w.text[p.From:p.To]
		if len(line) > 160 || strings.HasSuffix(line, ".") || strings.ContainsAny(line, "“\"") || !statementLine.MatchString(line) {
			continue
		}
		for _, n := range w.nominals(p) {
			if n.Name != "" && !n.Any && !n.written {
				n.unnamed = false
				w.res.Author = n
				w.speaker = n
				return
			}
		}
	}
	if p, ok := w.firstParty(); ok {
		w.res.Author, w.speaker = p, p
	}
}

// ownWords tells sentences in which a party speaks without quotation marks.
var ownWords = regexp.MustCompile(`(?:^|[.!?]\s+)(?:We|Our)\s`)

// firstParty gives the subject of the first sentence of a document without quotations in which "we" speak.
func (w *work) firstParty() (Party, bool) {
	if len(w.sentences) == 0 || strings.ContainsAny(w.text, "“”\"") || !ownWords.MatchString(w.text) {
		return Party{}, false
	}
	p := w.subject(w.sentences[0])
	return p, p.Name != "" && !p.Any && !p.unnamed
}

// spoken is a word of speech in a stretch of text, with who speaks.
type spoken struct {
	by   Party
	verb sentence.Span
	kind claim.Kind
	set  bool
	part bool
	rule string
}

var possessive = regexp.MustCompile(`(?i)^(?:their|its|his|her|our)$`)

// trailing reads the words at the end of a sentence that say who says it: `..., X said on Sunday.` Said is what stands
// before them.
func (w *work) trailing(s sentence.Span) (sp spoken, said sentence.Span, ok bool) {
	text := strings.TrimRight(w.text[s.From:s.To], ".!? ")
	k := strings.LastIndex(text, ", ")
	if k < 0 || strings.ContainsAny(text[k:], "“”\"") {
		return sp, said, false
	}
	tail := sentence.Span{From: s.From + k + 2, To: s.From + len(text)}
	sp, ok = w.speech(tail)
	if !ok || sp.by.span.From > tail.From+4 || len(strings.Fields(w.text[sp.verb.To:tail.To])) > 5 ||
		strings.HasPrefix(w.text[sp.verb.To:tail.To], " that") || sp.set && sp.kind != claim.Allegation {
		return sp, said, false
	}
	return sp, sentence.Span{From: s.From, To: s.From + k}, true
}

// between may stand between a speaker and a word of speech.
var between = regexp.MustCompile(`^(?:,[^,]{0,80},)?[’']?s?\s*(?:(?:foreign )?(?:ministr(?:y|ies)|officials?|spokes(?:man|woman|person)|governments?|authorities|army|police|prosecutors|parliament)\s*)?(?:(?:have|has|had|also|again|repeatedly|recently|later|then|publicly|jointly|that|which|is|are|was|were|reportedly|consistently|strongly|flatly)\s+)*$`)

// speech finds the first word of speech in a span whose speaker stands before it.
func (w *work) speech(s sentence.Span) (spoken, bool) {
	ns := w.nominals(s)
	for _, at := range w.findAll(w.t.verb, s) {
		v := sentence.Span{From: s.From + at[0], To: s.From + at[1]}
		k, set := kindOf(w.t.verbs, w.text[v.From:v.To])
		if !set && strings.HasPrefix(w.text[v.To:], " to ") {
			continue // "continued to", "is expected to": nothing is said
		}
		for i := len(ns) - 1; i >= 0; i-- {
			n := ns[i]
			if n.span.To > v.From || n.Name == "" || possessive.MatchString(w.text[n.span.From:n.span.To]) {
				continue
			}
			if low := strings.ToLower(w.text[n.span.From:n.span.To]); low == "it" && w.speaker.Name != "" && w.speaker.body != claim.Press {
				at := n.span
				n = w.speaker
				n.span = at
			}
			if !between.MatchString(w.text[n.span.To:v.From]) || prepositionBefore(w.text[s.From:n.span.From]) && !n.written {
				break
			}
			return spoken{by: n, verb: v, kind: k, set: set, rule: "verb"}, true
		}
	}
	return spoken{}, false
}

var preposition = regexp.MustCompile(`(?i)\b(?:of|in|with|on|to|from|by|at|for|against|about|between|surrounding|toward|towards|over|through|into|around|near|after|before|during|despite|under)\s+(?:the\s+|both\s+|a\s+|its\s+|their\s+)*$`)

func prepositionBefore(s string) bool { return preposition.MatchString(s) }

// quotes attributes every quotation: by the words after it, by those before it, as part of one that was said before, as
// going on from the one before, or by nobody.
func (w *work) quotes() {
	found := sentence.Quotes(w.text, w.paragraphs)
	if len(found) > MaxQuotes {
		w.res.Skipped += len(found) - MaxQuotes
		found = found[:MaxQuotes]
	}
	for i, q := range found {
		// What the text before the quotation says about pairs and persons counts for it.
		w.advance(q.From)
		out := Quote{Quote: q}
		for _, rule := range []struct {
			name string
			find func(i int, all []sentence.Quote) (Party, bool)
		}{
			{"repeated", w.saidBefore}, {"after", w.namedAfter}, {"before", w.namedBefore}, {"continued", w.goesOn},
		} {
			if p, ok := rule.find(i, found); ok {
				out.By, out.Rule = p, rule.name
				break
			}
		}
		if out.Rule == "" && w.fragment(q) {
			out.By, out.Rule = w.res.Author, "fragment"
		}
		if out.By.person {
			w.person = out.By
		}
		if out.Rule != "" && out.Rule != "fragment" {
			w.speaker = out.By
		}
		w.res.Quotes = append(w.res.Quotes, out)
		w.said = append(w.said, squeeze(w.text[q.From:q.To]))
	}
	w.person, w.speaker, w.written, w.pair, w.last = Party{}, w.res.Author, Party{}, Party{}, Party{}
}

// advance reads who is spoken of in the sentences that begin before an offset, outside quotations.
func (w *work) advance(to int) {
	for ; w.noted < len(w.sentences) && w.sentences[w.noted].From < to; w.noted++ {
		s := w.sentences[w.noted]
		if w.quoted(s) {
			continue
		}
		if _, said, ok := w.trailing(s); ok {
			if n := w.subject(said); len(n.States) > 0 {
				w.last = n
			}
			sp, _, _ := w.trailing(s) // again: "the ministry" may be that of the subject
			w.speaker = sp.by
		} else if sp, ok := w.speech(s); ok {
			w.speaker = sp.by
		}
		w.note(s)
	}
}

// quoted reports whether a span lies in a quotation that was attributed already.
func (w *work) quoted(s sentence.Span) bool {
	_, ok := w.quoteOf(s)
	return ok
}

func (w *work) quoteOf(s sentence.Span) (Quote, bool) {
	for _, q := range w.res.Quotes {
		if q.Depth == 0 && q.Rule != "fragment" && q.Rule != "repeated" && q.From <= s.From+4 && s.From < q.To {
			return q, true
		}
	}
	return Quote{}, false
}

// note takes in who a sentence speaks of.
func (w *work) note(s sentence.Span) {
	paired := false
	for i, n := range w.nominals(s) {
		if n.person && (!n.unnamed || len(n.States) > 0) {
			w.person = n
		}
		if len(n.States) > 1 && !n.person && (i == 0 || !paired) {
			w.pair, paired = n, true
		}
		if i == 0 && len(n.States) > 0 {
			w.last = n
		}
	}
	w.owners(s)
}

// owners notes whose document a sentence names.
func (w *work) owners(s sentence.Span) {
	if !paper.MatchString(w.text[s.From:s.To]) {
		return
	}
	for _, n := range w.nominals(s) {
		if !n.written && n.Name != "" && !n.Any {
			w.written = n
			return
		}
	}
}

// fragment reports whether a quotation is only some words of a sentence.
func (w *work) fragment(q sentence.Quote) bool {
	return len(strings.Fields(w.text[q.From:q.To])) <= 10 && q.Opened && q.Closed
}

func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" .,;:!?\n\t’'", r) }), " ")
}

// saidBefore finds the words of a fragment in a quotation before it.
func (w *work) saidBefore(i int, all []sentence.Quote) (Party, bool) {
	if !w.fragment(all[i]) {
		return Party{}, false
	}
	words := strings.TrimSuffix(squeeze(w.text[all[i].From:all[i].To]), "s")
	if strings.Count(words, " ") < 1 {
		return Party{}, false
	}
	for k, q := range w.res.Quotes {
		if k < i && q.Depth == 0 && q.By.Name != "" && strings.Contains(w.said[k], words) {
			return q.By, true
		}
	}
	return Party{}, false
}

// paragraphOf gives the paragraph that holds an offset.
func (w *work) paragraphOf(at int) sentence.Span {
	for _, p := range w.paragraphs {
		if p.From <= at && at <= p.To {
			return p
		}
	}
	return sentence.Span{}
}

// namedAfter reads `" X said` and `" said X` after a quotation.
func (w *work) namedAfter(i int, all []sentence.Quote) (Party, bool) {
	q := all[i]
	end := w.paragraphOf(q.From).To
	for _, next := range all[i+1:] {
		if next.Depth == 0 && next.From > q.To && next.From < end {
			end = next.From
			break
		}
	}
	from := q.To
	for from < end {
		r, n := utf8.DecodeRuneInString(w.text[from:end])
		if !strings.ContainsRune("”\"’' ,.", r) {
			break
		}
		from += n
	}
	tail := sentence.Span{From: from, To: min(end, from+220)}
	for tail.To < end && !utf8.RuneStart(w.text[tail.To]) {
		tail.To--
	}
	if stop := strings.Index(w.text[tail.From:tail.To], ". "); stop >= 0 && !strings.HasSuffix(w.text[:tail.From+stop], "Mr") && !strings.HasSuffix(w.text[:tail.From+stop], ".S") {
		tail.To = tail.From + stop + 1
	}
	if sp, ok := w.speech(tail); ok && sp.by.span.From-tail.From < 40 && sp.kind != claim.Demand {
		w.consumed = append(w.consumed, sentence.Span{From: tail.From, To: tail.To})
		return w.withPaper(sp.by, tail), true
	}
	if at := w.t.verb.FindStringIndex(w.text[tail.From:tail.To]); at != nil && at[0] == 0 {
		for _, n := range w.nominals(sentence.Span{From: tail.From + at[1], To: tail.To}) {
			if n.Name != "" && n.span.From-tail.From-at[1] < 8 {
				w.consumed = append(w.consumed, tail)
				return n, true
			}
		}
	}
	return Party{}, false
}

// withPaper notes that the speaker speaks through a document.
func (w *work) withPaper(p Party, tail sentence.Span) Party {
	if strings.Contains(w.text[tail.From:tail.To], "statement") || p.written {
		p.written = true
		w.written = p
	}
	return p
}

// namedBefore reads `X said: "` and `according to X, "` before a quotation.
func (w *work) namedBefore(i int, all []sentence.Quote) (Party, bool) {
	q := all[i]
	for _, s := range w.sentences {
		if q.From <= s.From || q.From > s.To {
			continue
		}
		lead := sentence.Span{From: s.From, To: q.From}
		for _, before := range all[:i] {
			if before.Depth == 0 && before.To > lead.From {
				lead.From = min(before.To+len("”"), lead.To)
			}
		}
		if sp, ok := w.lastSpeech(lead); ok {
			return sp.by, true
		}
	}
	// A line that ends in a colon stands before a quotation of its own.
	if p := w.paragraphOf(q.From); q.From-p.From <= 4 {
		for k, before := range w.paragraphs {
			if before == p && k > 0 && strings.HasSuffix(w.text[:w.paragraphs[k-1].To], ":") {
				if sp, ok := w.lastSpeech(w.paragraphs[k-1]); ok {
					return sp.by, true
				}
			}
		}
	}
	return Party{}, false
}

func (w *work) lastSpeech(s sentence.Span) (spoken, bool) {
	var last spoken
	ok := false
	for s.From < s.To {
		sp, more := w.speech(s)
		if !more {
			break
		}
		last, ok = sp, true
		s.From = sp.verb.To
	}
	return last, ok
}

// goesOn gives a quotation without a name to the speaker of the one before it, in the same or the next paragraph.
func (w *work) goesOn(i int, all []sentence.Quote) (Party, bool) {
	if i == 0 || w.fragment(all[i]) && !all[i].Continues {
		return Party{}, false
	}
	before := w.res.Quotes[i-1]
	a, b := w.paragraphOf(before.From), w.paragraphOf(all[i].From)
	next := strings.TrimSpace(w.text[min(a.To, b.From):b.From]) == ""
	if before.By.Name != "" && (all[i].Continues || a == b || next && all[i].From-b.From <= 4) {
		return before.By, true
	}
	return Party{}, false
}

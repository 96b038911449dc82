package read

import (
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// piece is a stretch of a sentence that one voice says.
type piece struct {
	span  sentence.Span
	by    Party
	voice Voice
	rule  string
	kind  claim.Kind
	set   bool
	// content is what is said, without who says it.
	content sentence.Span
	// joined says that "and" joins it to the piece before.
	joined bool
	// via are those who passed it on.
	via []Party
}

var (
	hardBreak = pattern.New(`;\s+|\s[–—]\s+|:\s+|,\s+meaning\s+(?:that\s+)?`)
	softBreak = pattern.New(`,?\s+(?:and|but|though|although|while|whereas|so|yet)\s+(?:although\s+|that\s+)?|,\s+(?:both|all|some) of whom\s+|,\s+`)
	leftVerb  = pattern.New(`\b(?:is|are|was|were|has|have|had|will|would|should|must|may|might|can|could|do|does|did|[a-z]{3,}ed|accounts|supplies|hosts|provides|says|claims|remains|continues|seeks|wants|calls|denies|rejects|exports|imports|holds|keeps|makes|takes|declares|violates|opposes|condemns|urges|sold|sent|met|made|gave|took|held|left|kept|said|told|paid|built|bought|went|came|ran|began|propose|refrain|agree|seek|want)\b`)
	verbWord  = pattern.New(`\b(?:is|are|was|were|has|have|had|will|would|should|must|may|might|can|could|do|does|did|[a-z]{3,}ed|[a-z]{2,}s|sold|sent|met|made|gave|took|held|left|kept|said|told|paid|built|bought|went|came|ran|began|put|refrain|agree|seek|want|propose|call|host|provide|remain|continue|intend|deny|reject)\b`)
	finite    = pattern.New(`^[’']?s?(?:\s+(?:also|again|recently|repeatedly|only|now|still|then|later|never|officials|government|authorities|regime))*\s+(?:is|are|was|were|has|have|had|will|would|should|must|may|might|can|could|do|does|did|[a-z]{3,}ed|[a-z]{3,}s [a-z]|sold|sent|met|made|gave|took|held|left|kept|paid|built|bought|went|came|ran|began|refrain|agree|seek|want|propose|call|host|provide|remain|continue|intend|deny|reject)\b`)
	thirdAnd  = pattern.New(`^(?:accounts|supplies|hosts|provides|remains|continues|seeks|wants|exports|imports|holds|keeps|makes|takes|declares|violates|sells|buys|employs|refuses|fails|intends|plans|needs|stands|expects|hopes|supports|serves|runs|allows|gives|uses|threatens)\s+(?:as|to|a|an|the|its|in|for|on|with|only|that)\b`)
	// lastWho is a relative clause that ends the sentence and says what was done or not.
	lastWho  = pattern.New(`^(?:who|which) (?:have|has|had|did|do|does)\b[^,;]*$`)
	afterWho = pattern.New(`^(?:have|has|had|is|are|was|were|will)\s`)
	subordin = pattern.New(`(?i)^(?:although|though|while|despite|as|if|when|because|after|since|per|under|and although|but although|according to)\b`)
)

// clauses cuts a sentence where another subject begins to do something.
func (w *work) clauses(s sentence.Span) []sentence.Span {
	var out []sentence.Span
	from := s.From
	cut := func(at, next int) {
		if strings.TrimSpace(w.text[from:at]) != "" {
			out = append(out, sentence.Span{From: from, To: at})
		}
		from = next
	}
	for i := s.From; i < s.To; {
		rest := w.text[i:s.To]
		hard, soft := hardBreak.FindStringIndex(rest), softBreak.FindStringIndex(rest)
		if hard != nil && (soft == nil || hard[0] <= soft[0]) {
			cut(i+hard[0], i+hard[1])
			i += hard[1]
			continue
		}
		if soft == nil {
			break
		}
		at, next := i+soft[0], i+soft[1]
		if w.breaks(from, at, next, s.To) {
			cut(at, next)
		}
		i = next
	}
	cut(s.To, s.To)
	return w.byQuotes(out)
}

// byQuotes cuts clauses where a quotation with a speaker of its own begins.
func (w *work) byQuotes(in []sentence.Span) []sentence.Span {
	var out []sentence.Span
	for _, c := range in {
		for _, q := range w.res.Quotes {
			if at := w.markBefore(q.From); q.Depth == 0 && q.From > c.From+4 && q.From < c.To && q.Rule != "fragment" && q.Rule != "repeated" && w.apart(at) {
				if strings.TrimSpace(w.text[c.From:at]) != "" {
					out = append(out, sentence.Span{From: c.From, To: at})
				}
				c.From = q.From
			}
		}
		out = append(out, c)
	}
	return out
}

// markBefore gives the offset of the quotation mark that ends right before an offset.
func (w *work) markBefore(at int) int {
	_, n := utf8.DecodeLastRuneInString(w.text[:at])
	return at - n
}

// apart reports whether a quotation mark at an offset begins something of its own: a comma, a colon, a stop or nothing stands
// before it, and no word of the sentence that it belongs to.
func (w *work) apart(at int) bool {
	before := strings.TrimRight(w.text[:at], " ")
	return before == "" || strings.ContainsRune(",:.;\n", rune(before[len(before)-1]))
}

// breaks reports whether a new clause begins at next.
func (w *work) breaks(from, at, next, end int) bool {
	mark := w.text[at:next]
	left, right := w.text[from:at], w.text[next:end]
	switch {
	case len(strings.Fields(right)) < 3:
		return false
	case strings.TrimSpace(mark) == "," && w.participle(right):
		return verbWord.MatchString(left) || strings.ContainsAny(left, "“”\"")
	case strings.Contains(mark, "so that"):
		return false // what for
	case strings.Contains(mark, "of whom"):
		return true
	case strings.Contains(mark, "that "):
		return verbWord.MatchString(left)
	case strings.TrimSpace(mark) == "," && (lastWho.MatchString(right) || w.whoSpeaks(right)):
		return leftVerb.MatchString(left) || strings.ContainsAny(left, "“”\"")
	case strings.TrimSpace(mark) == "," && afterWho.MatchString(right):
		return strings.Contains(w.text[max(0, from-12):from], "whom")
	case per.MatchString(left):
		return false
	case w.speaksOn(mark, right):
		return verbWord.MatchString(left)
	case conditional.MatchString(strings.TrimSpace(left)) && (strings.TrimSpace(mark) == "," || strings.Contains(mark, "and")):
		return false
	case !leftVerb.MatchString(left) && !(strings.HasPrefix(mark, ", and") && verbWord.MatchString(left)) && !(strings.TrimSpace(mark) == "," && subordin.MatchString(left)):
		return false
	case strings.HasPrefix(mark, ",") && strings.Contains(mark, "and") && thirdAnd.MatchString(right):
		return true
	case strings.TrimSpace(mark) == "," && !subordin.MatchString(strings.TrimSpace(left)):
		return false
	}
	if strings.HasPrefix(mark, ", ") && strings.TrimSpace(mark) != "," && phraseVerb.MatchString(right) {
		return true
	}
	ns := w.nominals(sentence.Span{From: next, To: min(end, next+120)})
	if len(ns) == 0 {
		return false
	}
	n := ns[0]
	lead := strings.TrimSpace(w.text[next:n.span.From])
	if len(strings.Fields(lead)) > 1 && !strings.EqualFold(lead, "both") {
		return false
	}
	rest := w.text[n.span.To:end]
	subject := w.text[n.span.From:n.span.To]
	if possessive.MatchString(subject) {
		return ownersVerb.MatchString(rest)
	}
	return finite.MatchString(rest) || pronoun.MatchString(subject) && verbWord.MatchString(rest)
}

// phraseVerb is a noun with its article or determiner that a verb follows.
var phraseVerb = pattern.New(`^(?:no|the|an?|its|their|our|my|his|her|this|that|these|those|such|all|some|any|every|each|most|many|both)(?:\s[\w’'-]+){1,4}?\s(?:is|are|was|were|has|have|had|will|would|should|must|can|could|may|might|do|does|did)\b`)

// ownersVerb tells that a verb, and not only a noun in the plural, follows "its" or "their".
var ownersVerb = pattern.New(`^(?:\s+[\w’'-]+){1,6}?\s+(?:is|are|was|were|has|have|had|will|would|should|must|may|might|can|could|do|does|did|[a-z]{3,}ed|serves?|shows?|remains?|continues?|means?|needs?|makes?|made|took|gave|held|left|kept|sold|sent)\b`)

// whoSpeaks reports whether "who" and a word of speech begin what follows.
func (w *work) whoSpeaks(right string) bool {
	lead := whoThen.FindString(right)
	at := w.t.verb.FindStringIndex(right[len(lead):])
	return lead != "" && at != nil && at[0] == 0
}

var whoThen = pattern.New(`^(?:who|which)\s(?:(?:also|then|later|has|have|had|\w+ly)\s)*`)

// participle reports whether a participle of speech begins what follows.
func (w *work) participle(right string) bool {
	at := w.t.part.FindStringIndex(right)
	return at != nil && at[0] == 0
}

// conditional begins a clause under which the main clause stands: it claims nothing by itself.
var conditional = pattern.New(`(?i)^(?:and |but )?(?:if|unless|should|had|were|provided that|as long as|so long as|once|when|until|before|after|since|because|in case)\s`)

// speaksOn reports whether "and" is followed by another word of speech of the same speaker: "and demanded that".
func (w *work) speaksOn(mark, right string) bool {
	if !strings.Contains(mark, "and") && !strings.Contains(mark, "but") {
		return false
	}
	at := w.t.verb.FindStringIndex(right)
	if len(strings.Fields(right)) < 4 {
		return false
	}
	return at != nil && speaksBy.MatchString(right[:at[0]]) && !nounAfter.MatchString(right[at[1]:])
}

var (
	speaksBy  = pattern.New(`^(?:(?:also|then|later|again|has|have|had|further|\w+ly)\s+)*$`)
	nounAfter = pattern.New(`^\s+(?:of|were|was|are|is|by)\b`)
)

// sentence finds the claims of one sentence.
func (w *work) sentence(s sentence.Span) {
	if w.only(s) {
		w.note(s)
		return
	}
	first := len(w.res.Claims)
	var before *piece
	main := Party{}
	whole := s
	source, s, relays := w.cited(s)
	trail, said, ends := w.trailing(s)
	inner := s
	if ends && !w.quoted(s) {
		s = said
		if n := w.subject(s); len(n.States) > 0 {
			w.last = n
		}
		trail, _, _ = w.trailing(inner) // again: "the ministry" may be that of the subject
	}
	for _, c := range w.clauses(s) {
		ps := w.pieces(c, main, before)
		if ends && !w.quoted(whole) {
			ps = []piece{{
				span: c, content: c, by: trail.by, voice: voiceOf(trail.by, Indirect), rule: "trailing", joined: w.joinedBy(c),
				via: w.relayed(w.text[trail.verb.From:trail.verb.To], sentence.Span{From: trail.verb.To, To: inner.To}),
			}}
			w.speaker = trail.by
		}
		for _, p := range ps {
			p = w.nested(p)
			if relays && p.voice != Own {
				p.via = append([]Party{p.by}, p.via...)
				p.by, p.voice, p.rule = source, voiceOf(source, p.voice), p.rule+", citing"
			}
			w.claimOf(&p, before, s, first)
			before = &p
		}
		if n := w.subject(c); main.Name == "" && (n.Name != "" || n.Any) {
			main = n
			if len(n.States) > 0 {
				w.last = n
			}
			if len(n.States) > 1 {
				w.several = Party{}
			}
		}
	}
	w.note(whole)
	w.sameSubjects(first)
}

// sameSubjects makes what is proposed to several in one sentence the last subject together.
func (w *work) sameSubjects(first int) {
	var all Party
	for _, c := range w.res.Claims[first:] {
		if c.Kind == claim.Proposal {
			all.States = union(all.States, c.Subject.States)
		}
	}
	if len(all.States) > 1 {
		all.Name = w.names(all.States)
		w.proposed = all
	}
}

// only reports whether a sentence only says who speaks.
func (w *work) only(s sentence.Span) bool {
	for _, c := range w.consumed {
		if c.From <= s.From+2 && s.To <= c.To+2 {
			return true
		}
	}
	return false
}

// pieces cuts a clause by who says it.
func (w *work) pieces(c sentence.Span, main Party, before *piece) []piece {
	if q, ok := w.quoteOf(c); ok {
		if q.By.Name == "" {
			q.By = Party{Name: "somebody not named", unnamed: true}
		}
		to := min(c.To, q.To)
		if to <= c.From {
			return nil
		}
		w.speaker = q.By
		span := sentence.Span{From: c.From, To: to}
		return []piece{{span: span, content: span, by: q.By, via: q.Via, voice: voiceOf(q.By, Direct), rule: "quote." + q.Rule, joined: w.joinedBy(c)}}
	}
	for _, k := range w.consumed {
		if k.From <= c.From+2 && c.From < k.To {
			return nil
		}
	}
	if p, ok := w.continues(c, before); ok {
		return []piece{p}
	}
	if p, ok := w.goesOnSpeaking(c, before, main); ok {
		return p
	}
	if w.whoSpeaks(w.text[c.From:c.To]) {
		if by := w.before(c.From); by.Name != "" {
			from := c.From + len(whoThen.FindString(w.text[c.From:c.To]))
			at := w.t.verb.FindStringIndex(w.text[from:c.To])
			v := sentence.Span{From: from, To: from + at[1]}
			kind, set := kindOf(w.t.verbs, w.text[v.From:v.To])
			by.span = sentence.Span{From: c.From, To: c.From}
			return w.cutAt(c, spoken{by: by, verb: v, kind: kind, set: set, rule: "who"}, main)
		}
	}
	if p, ok := w.quotedPiece(c); ok {
		return p
	}
	if p, ok := w.nounSpeech(c); ok {
		return p
	}
	if p, ok := w.perSpeech(c); ok {
		return p
	}
	if p, ok := w.perAside(c); ok {
		return p
	}
	if sp, ok := w.speech(c); ok {
		return w.cutAt(c, sp, main)
	}
	if at := w.t.part.FindStringIndex(w.text[c.From:c.To]); at != nil {
		by := w.subject(c)
		if before != nil && before.voice != Own && at[0] == 0 {
			by = before.by
			by.span = sentence.Span{From: c.From, To: c.From}
		}
		if by.Name == "" || by.span.From > c.From+at[0] {
			by = main
		}
		if by.Name != "" {
			v := sentence.Span{From: c.From + at[0], To: c.From + at[1]}
			k, set := kindOf(w.t.parts, w.text[v.From:v.To])
			return w.cutAt(c, spoken{by: by, verb: v, kind: k, set: set, part: true, rule: "participle"}, main)
		}
	}
	if at := wasTold.FindStringIndex(w.text[c.From:c.To]); at != nil {
		content := sentence.Span{From: c.From + at[1], To: c.To}
		return []piece{{span: c, content: content, by: Party{Name: "somebody not named", unnamed: true}, voice: Unnamed, rule: "told"}}
	}
	by := w.res.Author
	return []piece{{span: c, content: c, by: by, voice: Own, rule: "own", joined: w.joinedBy(c)}}
}

func (w *work) joinedBy(c sentence.Span) bool {
	return strings.HasSuffix(strings.TrimSpace(w.text[max(0, c.From-5):c.From]), "and")
}

// continues gives a clause after "and that" to the speaker of the clause before.
func (w *work) continues(c sentence.Span, before *piece) (piece, bool) {
	if before == nil || before.voice == Own || !strings.HasSuffix(strings.TrimSpace(w.text[max(0, c.From-10):c.From]), "that") {
		return piece{}, false
	}
	p := *before
	p.span, p.content, p.joined, p.rule = c, c, true, "and that"
	return p, true
}

// goesOnSpeaking reads "and demanded that ..." after a clause of the same speaker.
func (w *work) goesOnSpeaking(c sentence.Span, before *piece, main Party) ([]piece, bool) {
	at := w.t.verb.FindStringIndex(w.text[c.From:c.To])
	if before == nil || at == nil || !conjunction.MatchString(w.text[max(0, c.From-5):c.From]) || !speaksBy.MatchString(w.text[c.From:c.From+at[0]]) {
		return nil, false
	}
	by := before.by
	if before.voice == Own && main.Name != "" {
		by = main
	}
	v := sentence.Span{From: c.From + at[0], To: c.From + at[1]}
	k, set := kindOf(w.t.verbs, w.text[v.From:v.To])
	by.span = sentence.Span{From: c.From, To: c.From}
	return w.cutAt(c, spoken{by: by, verb: v, kind: k, set: set, rule: "goes on"}, main), true
}

var conjunction = pattern.New(`\b(?:and|but)\s+$`)

// nounSpeech reads "claims from X about Y".
func (w *work) nounSpeech(c sentence.Span) ([]piece, bool) {
	text := w.text[c.From:c.To]
	at := w.t.noun.FindStringIndex(text)
	if at == nil {
		return nil, false
	}
	if sp, ok := w.speech(sentence.Span{From: c.From, To: c.From + at[0]}); ok && sp.set {
		return nil, false // "rejects the claims made by X"
	}
	rest := pattern.New(`^\s+(?:coming\s+|made\s+)?(?:from|by)\s+`).FindStringIndex(text[at[1]:])
	if rest == nil {
		return nil, false
	}
	end := c.To
	if comma := strings.Index(text[at[1]:], ", "); comma >= 0 {
		end = c.From + at[1] + comma
	}
	ns := w.nominals(sentence.Span{From: c.From + at[1] + rest[1], To: end})
	if len(ns) == 0 || ns[0].Name == "" {
		return nil, false
	}
	k, set := kindOf(w.t.nouns, text[at[0]:at[1]])
	span := sentence.Span{From: c.From + at[0], To: end}
	out := []piece{{
		span: span, content: sentence.Span{From: ns[0].span.To, To: end}, by: ns[0], voice: voiceOf(ns[0], Indirect), rule: "noun", kind: k, set: set,
	}}
	if end < c.To {
		out = append(out, w.pieces(sentence.Span{From: end + 2, To: c.To}, Party{}, nil)...)
	}
	return out, true
}

var per = pattern.New(`(?i)^(?:per|according to|in the (?:words|view|opinion|assessment|judg?ment) of)\s+`)

// perSpeech reads "according to X, ...". What only could follow from another's words is the author's inference.
func (w *work) perSpeech(c sentence.Span) ([]piece, bool) {
	text := w.text[c.From:c.To]
	at := per.FindStringIndex(text)
	comma := strings.Index(text, ", ")
	if at == nil || comma < 0 {
		return nil, false
	}
	ns := w.nominals(sentence.Span{From: c.From + at[1], To: c.From + comma})
	content := sentence.Span{From: c.From + comma + 2, To: c.To}
	if could.MatchString(w.text[content.From:content.To]) {
		return []piece{{span: c, content: content, by: w.res.Author, voice: Own, rule: "own"}}, true
	}
	by, via := w.sourceOf(sentence.Span{From: c.From + at[1], To: c.From + comma}, ns)
	return []piece{{span: c, content: content, by: by, via: via, voice: voiceOf(by, Indirect), rule: "according to"}}, true
}

var could = pattern.New(`\bcould\b`)

// source gives the party named after "according to"; its words where none of the tables knows it.
func (w *work) source(s sentence.Span, ns []Party) Party {
	if len(ns) > 0 && ns[0].Name != "" && strings.TrimSpace(w.text[s.From:ns[0].span.From]) == "" {
		return ns[0]
	}
	s = trimmed(w.text, s)
	return Party{Name: w.text[s.From:s.To], unnamed: true, body: claim.OtherSource, span: s}
}

// sourceOf gives the party named after "according to", the maker of a document for the document, and who passed it on.
func (w *work) sourceOf(s sentence.Span, ns []Party) (Party, []Party) {
	via := w.relayed("", s)
	if at := paperBy.FindStringIndex(w.text[s.From:s.To]); at != nil && at[0] < 30 {
		of := sentence.Span{From: s.From + at[1], To: s.To}
		if by := w.source(of, w.nominals(of)); !by.unnamed {
			by.written = true
			return by, via
		}
	}
	if len(via) > 0 {
		if at := passedOn.FindStringIndex(w.text[s.From:s.To]); at != nil {
			s.To = s.From + at[0]
			ns = w.nominals(s)
		}
	}
	return w.source(s, ns), via
}

var perLater = pattern.New(`,?\s+(?:according to|in the words of)\s+([^,;.]{2,80})(?:,|\.?$)`)

// whichPer tells that a relative clause follows: "an article according to which".
var whichPer = pattern.New(`^wh(?:ich|om)\b`)

// perAside reads "..., according to X, ..." in or behind what is said.
func (w *work) perAside(c sentence.Span) ([]piece, bool) {
	at := perLater.FindStringSubmatchIndex(w.text[c.From:c.To])
	if at == nil || whichPer.MatchString(w.text[c.From+at[2]:c.To]) || len(strings.Fields(w.text[c.From:c.From+at[0]])) < 3 {
		return nil, false
	}
	s := sentence.Span{From: c.From + at[2], To: c.From + at[3]}
	by, via := w.sourceOf(s, w.nominals(s))
	content := sentence.Span{From: c.From, To: c.From + at[0]}
	return []piece{{span: c, content: content, by: by, via: via, voice: voiceOf(by, Indirect), rule: "according to"}}, true
}

var onlySpeech = pattern.New(`(?i)\b(?:issued|released|gave|made|published|releasing|issuing|publishing|delivered)\s+(?:an?|the|their|its|his|her)\s+(?:\w+\s+){0,2}(?:statement|document|remarks?|speech|declaration|communiqu[eé]|letter|interview)\b`)

// cutAt divides a clause at a word of speech: what stands before the speaker is the author's, the rest the speaker's.
func (w *work) cutAt(c sentence.Span, sp spoken, main Party) []piece {
	by := sp.by
	start := by.span.From
	switch {
	case sp.part && sp.kind == claim.Finding:
		start = c.From // "has papers showing that" is one claim
	case sp.part:
		start = sp.verb.From
	}
	voice := voiceOf(by, Indirect)
	if by.written || sp.part && paper.MatchString(w.text[c.From:sp.verb.From]) {
		voice = Written
	}
	if by.written && len(main.States) > 0 && len(by.States) == 0 {
		by.Name, by.States = main.Name, main.States
	}
	if by.written && len(main.States) > 0 && pattern.New(`(?i)(?:releasing|issuing|publishing)\s*$`).MatchString(w.text[c.From:start]) {
		by.Name, by.States = main.Name, main.States
		w.written = by
	}
	if named.MatchString(w.text[c.From:start]) {
		start = c.From // "a firm called X says"
	}
	var out []piece
	lead := sentence.Span{From: c.From, To: start}
	text := strings.TrimSpace(w.text[lead.From:lead.To])
	if m := onlySpeech.FindStringIndex(w.text[c.From:sp.verb.From]); m != nil {
		start = c.From
		if sp.part || by.written {
			if k := strings.LastIndex(w.text[c.From:sp.verb.From], ", "); k >= 0 && !sp.part {
				lead.To, start = c.From+k, c.From+k+2
				text = strings.TrimSpace(w.text[lead.From:lead.To])
			} else {
				text = ""
			}
		}
	}
	if len(strings.Fields(text)) >= 5 && verbWord.MatchString(text) && !subordin.MatchString(text) {
		out = append(out, piece{span: lead, content: lead, by: w.res.Author, voice: Own, rule: "own"})
	}
	content := sentence.Span{From: sp.verb.To, To: c.To}
	if !sp.set && nothingSaid.MatchString(w.text[content.From:content.To]) {
		return out // a quotation follows, which is read by itself
	}
	if k := strings.Index(w.text[content.From:content.To], " that "); k >= 0 && len(strings.Fields(w.text[content.From:content.From+k])) <= 4 {
		content.From += k + len(" that ") // whom it was told is not what it is about
	}
	if len(strings.Fields(w.text[content.From:content.To])) < 2 {
		content.From = c.From
	}
	return append(out, piece{
		via:  w.relayed(w.text[sp.verb.From:sp.verb.To], sentence.Span{From: sp.verb.To, To: max(sp.verb.To, content.From)}),
		span: sentence.Span{From: start, To: c.To}, content: content, by: by, voice: voice, rule: sp.rule, kind: sp.kind, set: sp.set,
		joined: w.joinedBy(c),
	})
}

// wasTold tells what somebody was told by nobody named.
var wasTold = pattern.New(`\b(?:was|were|been)\s(?:told|informed|warned|assured|advised)\b[^,]{0,30}?\sthat\s`)

var named = pattern.New(`\b(?:called|named|known as)\s+$`)

// nothingSaid tells that words of speech are followed by no more than whom, where and when.
var nothingSaid = pattern.New(`^[\s,:]*(?:(?:to|in|at|on|during|after|before)?\s*(?:reporters|journalists|the press|an?\s\w+|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday)[\s,:.]*)*$`)

func voiceOf(p Party, v Voice) Voice {
	switch {
	case p.written:
		return Written
	case p.unnamed && v == Indirect:
		return Unnamed
	}
	return v
}

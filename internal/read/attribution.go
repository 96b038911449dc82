package read

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// statementLine tells a heading under which the body named speaks itself.
var statementLine = pattern.New(`(?i)\b(?:statement|declaration|remarks|q&a|questions and answers|press release|press conference|briefing|letter|note(?: verbale)?|response|repl(?:y|ies)|answers?|reports?|comments?|interview|address|speech|notice|announcement)s?\b|\bcommuniqu[eé]s?`)

// author finds in whose name the document speaks: a body named in a heading that calls it a statement; else the author.
func (w *work) author() {
	w.res.Author = Party{Name: Author, body: claim.Press}
	for _, p := range w.paragraphs[:min(2, len(w.paragraphs))] {
		line := w.text[p.From:p.To]
		if len(line) > 240 || strings.HasSuffix(line, ".") || strings.ContainsAny(line, "“\"") {
			continue
		}
		at := statementLine.FindStringIndex(line)
		if at == nil {
			continue
		}
		n, ok := w.issuer(sentence.Span{From: p.From + at[1], To: p.To})
		if !ok {
			n, ok = w.issuer(sentence.Span{From: p.From, To: p.From + at[0]})
		}
		if first, found := w.firstParty(); ok && len(n.States) == 0 && n.unnamed && found {
			n = first // "Comments of the spokesman": the first sentence says whose
		}
		if ok {
			w.res.Author, w.speaker = n, n
			return
		}
	}
	if p, ok := w.firstParty(); ok {
		w.res.Author, w.speaker = p, p
	}
}

// issuer gives the first party named in a stretch of a heading, with its state if the heading names one right after.
func (w *work) issuer(s sentence.Span) (Party, bool) {
	for _, n := range w.nominals(s) {
		if n.Name == "" || n.Any || n.written {
			continue
		}
		return n, !about.MatchString(w.text[s.From:n.span.From])
	}
	return Party{}, false
}

// about tells that a heading goes on with what is spoken of, or to whom.
var about = pattern.New(`(?i)\b(?:on|about|concerning|regarding|to|following|after|addressed)\b`)

// ownWords tells sentences in which a party speaks without quotation marks.
var ownWords = pattern.New(`(?:^|[.!?]\s+)(?:We|Our)\s`)

// firstParty gives the subject of the first sentence of a document without quotations in which "we" speak.
func (w *work) firstParty() (Party, bool) {
	if len(w.sentences) == 0 || strings.ContainsAny(w.text, "“”\"") || !ownWords.MatchString(w.text) {
		return Party{}, false
	}
	s := w.sentences[0]
	if w.heading(s) && len(w.sentences) > 1 {
		s = w.sentences[1]
	}
	if at := weAt.FindStringIndex(w.text[s.From:s.To]); at != nil {
		if ns := w.nominals(sentence.Span{From: s.From + at[1], To: s.To}); len(ns) > 0 {
			return ns[0], ns[0].Name != ""
		}
	}
	p := w.subject(s)
	if pronoun.MatchString(w.text[s.From:max(s.From, p.span.From)]) {
		return Party{}, false // "we" itself is the subject, and nobody says who that is
	}
	return p, p.Name != "" && !p.Any && !p.unnamed
}

// weAt is "We at X" or "We, X,": the party says who it is.
var weAt = pattern.New(`^We(?:,?\s(?:at|of|as)|,)\s(?:the\s)?`)

// spoken is a word of speech in a stretch of text, with who speaks.
type spoken struct {
	by   Party
	verb sentence.Span
	kind claim.Kind
	set  bool
	part bool
	rule string
}

var possessive = pattern.New(`(?i)^(?:their|its|his|her|our)$`)

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
	if !ok || sp.by.span.From > tail.From+4 || len(strings.Fields(w.text[sp.verb.To:tail.To])) > 5 || auxiliary.MatchString(w.text[sp.verb.To:tail.To]) ||
		strings.HasPrefix(w.text[sp.verb.To:tail.To], " that") || sp.set && sp.kind != claim.Allegation {
		return sp, said, false
	}
	return sp, sentence.Span{From: s.From, To: s.From + k}, true
}

// between may stand between a speaker and a word of speech.
var between = pattern.New(`^(?:\s(?:is|are|was|were)\s(?:\w+ly\s)?(?:said|reported|understood|believed|alleged|thought|rumou?red|known)\sto\shave\s|,[^,]{0,80},|,|\s+who\s[^,]{0,60}|\s+(?:there|here)|\s+(?:for|of|from|at|in|with|to)\s+(?:(?:the|its|their|his|her|an?)\s+)?[a-z][\w’'-]*(?:\s+[a-z][\w’'-]*){0,2}(?:,[^,]{0,80},)?|\s+(?:in|at|of|from|for|with)\s+(?:the\s+)?[A-Z][\w.-]+(?:\s+[A-Z][\w.-]+){0,3}(?:,[^,]{0,80},)?)?[’']?s?\s*(?:(?:foreign )?(?:ministr(?:y|ies)|officials?|spokes(?:man|woman|person)|governments?|authorities|army|police|prosecutors|parliament)\s*)?(?:(?:have|has|had|also|again|repeatedly|recently|later|earlier|then|publicly|jointly|that|which|who|reportedly|long|` + `today|yesterday|(?:on|late|early|late on|this|last)\s(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|week|month|year)|\w+ly|do|does|did|however|once|further|wishes? to|would like to|wants? to|wanted to)\s+)*$`)

// speech finds the first word of speech in a span whose speaker stands before it: a nominal, or a phrase that is none of
// them ("one yard", "a dealer").
func (w *work) speech(s sentence.Span) (spoken, bool) {
	ns := w.nominals(s)
	for _, at := range w.findAll(w.t.verb, s) {
		v := sentence.Span{From: s.From + at[0], To: s.From + at[1]}
		kind, set := kindOf(w.t.verbs, w.text[v.From:v.To])
		if !set && strings.HasPrefix(w.text[v.To:], " to ") || anonymous.MatchString(w.text[v.To:min(s.To, v.To+40)]) || passiveBefore.MatchString(w.text[s.From:v.From]) {
			continue // "continued to", "is expected to": nothing is said
		}
		if goingOn.MatchString(w.text[v.From:s.To]) {
			continue // what continues in a place or time is no speech
		}
		for i := len(ns) - 1; i >= 0; i-- {
			n := ns[i]
			if n.span.To > v.From || n.Name == "" || strings.EqualFold(w.text[n.span.From:n.span.To], "who") || possessive.MatchString(w.text[n.span.From:n.span.To]) {
				continue
			}
			if low := strings.ToLower(w.text[n.span.From:n.span.To]); low == "it" && w.speaker.Name != "" && w.speaker.body != claim.Press {
				at := n.span
				n = w.speaker
				n.span = at
			}
			if k := writtenBefore(ns[:i+1]); k >= 0 && placed.MatchString(w.text[ns[k].span.To:v.From]) {
				return spoken{by: ns[k], verb: v, kind: kind, set: set, rule: "document"}, true
			}
			if strings.HasPrefix(w.text[n.span.To:v.From], ",") && prepositionBefore(w.text[s.From:n.span.From]) && strings.Contains(w.text[s.From:n.span.From], ",") {
				continue // in what is said of the speaker: "Ann Lee, the head of X, said"
			}
			if !between.MatchString(w.text[n.span.To:v.From]) || prepositionBefore(w.text[s.From:n.span.From]) && !n.written || underWhich.MatchString(w.text[s.From:n.span.From]) {
				break
			}
			return spoken{by: n, verb: v, kind: kind, set: set, rule: "verb"}, true
		}
		if n, ok := w.phraseBefore(s, v); ok {
			return spoken{by: n, verb: v, kind: kind, set: set, rule: "phrase"}, true
		}
	}
	return spoken{}, false
}

var (
	// speakers is a phrase of a few words at the end of a stretch, which begins with an article, a number or the stretch.
	speakers = pattern.New(`(?:^|[,;“"]\s*|\b(?:and|but|that|while)\s+)((?:(?i:the|an?|one|another|both|two|three|four|five|six|several|some|many|most|former|other|its|their|his|her)\s+)?(?:[\w’'-]+\s+){0,3}[A-Za-z][\w’'-]+)\s+(?:(?:also|then|later|has|have|had|however|,)\s+)*$`)
	// longSpeakers is a phrase with what says more of it: "a trader questioned in X", "the bank that paid", "one of them".
	longSpeakers = pattern.New(`(?:^|[,;]\s*|\b(?:and|but|that)\s+)((?i:an?|the|one|two|three|several|some|many|most|former)\s[\w’'-]+(?:\s[\w’'-]+){0,2}?)(?:(?:\s[a-z]+ed)?\s(?:in|from|at|for|with|near|on|by|to|of)\s[^,;.“"]{2,50}(?:,[^,;.“"]{2,60},)?|\s(?:that|which|who)\s[^,;.“"]{2,60})\s$|((?i:one|two|three|some|many|most|several|all|both) of (?:them|those|these|the [\w ]{3,30}))\s$`)
	// doubtful are words of speech that are nouns as well.
	doubtful = pattern.New(`^(?:claims?|reports|notes?|calls?|states|demands?|requests?|estimates|promises|forecasts?|answered|warns?|vows|expects?|considers|rejects?|urges?|propose|suggests|welcomes?|regrets?|presse[sd])\b`)
	// noSpeaker tells stretches that are no phrase: they hold a verb, a preposition or a relative word.
	noSpeaker = pattern.New(`(?i)\b(?:is|are|was|were|be|been|being|has|have|had|will|would|of|to|in|on|at|by|for|from|with|as|than|that|which|who|not|never|it|this|there|what|when|where|how|if|and|but|or|so|also|they|we|he|she)\b`)
)

// ended are words that end as verbs do.
var ended = pattern.New(`\b[a-z]{3,}ed\b`)

// phraseBefore takes the phrase right before a word of speech as a speaker without a name.
func (w *work) phraseBefore(s, verb sentence.Span) (Party, bool) {
	end := verb.From
	before := w.text[max(s.From, end-90):end]
	if at := asideBefore(w.text[s.From:end]); at >= 0 {
		end = s.From + at + 1 // before what the speaker does meanwhile
		before = w.text[max(s.From, end-90):end-1] + " "
	}
	at := speakers.FindStringSubmatchIndex(before)
	if at == nil || noSpeaker.MatchString(before[at[2]:at[3]]) {
		if at = longSpeakers.FindStringSubmatchIndex(before); at != nil && at[2] < 0 {
			at = at[2:] // the second form
		}
		if at != nil && !ended.MatchString(before[at[2]:at[3]]) && !doubtful.MatchString(w.text[verb.From:verb.To]) {
			from := end - len(before) + at[2]
			w.byOffice[headOf(before[at[2]:at[3]])] = Party{Name: before[at[2]:at[3]], unnamed: true, body: claim.OtherSource}
			return Party{Name: before[at[2]:at[3]], unnamed: true, body: claim.OtherSource, span: sentence.Span{From: from, To: from + at[3] - at[2]}}, true
		}
		return Party{}, false
	}
	if doubtful.MatchString(w.text[verb.From:verb.To]) {
		return Party{}, false
	}
	words := before[at[2]:at[3]]
	if noSpeaker.MatchString(words) || ended.MatchString(words) {
		return Party{}, false
	}
	from := end - len(before) + at[2]
	return Party{Name: words, unnamed: true, body: claim.OtherSource, span: sentence.Span{From: from, To: from + len(words)}}, true
}

// goingOn is a verb of going on that tells of a deed and not of speech.
var goingOn = pattern.New(`^(?:continued|went on)\s(?:in|at|until|through|throughout|during|for|despite|to|with|on|between|under|after)\s`)

// asideBefore gives where an aside or "is said to have" begins that ends a stretch; -1 for none.
func asideBefore(s string) int {
	if at := saidToHave.FindStringIndex(strings.TrimRight(s, " ")); at != nil {
		return at[0]
	}
	if at := speakingAside.FindStringIndex(s); at != nil {
		return at[0]
	}
	return -1
}

// anonymous tells that somebody asked for nothing but to remain without a name.
var anonymous = pattern.New(`^\s+(?:not to be (?:named|identified|quoted)|to remain (?:anonymous|unnamed)|for anonymity)`)

// writtenBefore gives the last document among parties; -1 for none.
func writtenBefore(ns []Party) int {
	for i := len(ns) - 1; i >= 0; i-- {
		if ns[i].written {
			return i
		}
	}
	return -1
}

// underWhich tells that a clause only says when or why.
var underWhich = pattern.New(`(?i)\b(?:as soon as|when|whenever|until|once|if|before|because)\s+(?:the\s+)?$`)

// placed says where a document stands.
var placed = pattern.New(`^\s+(?:on|from|by|in|to|of|for|at)\s[^,]{0,60}\s$`)

// passiveBefore tells that a participle says what was done to somebody: "was accused".
var passiveBefore = pattern.New(`\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+|also\s+)?$`)

var preposition = pattern.New(`(?i)\b(?:of|in|with|on|to|from|by|at|for|against|about|between|surrounding|toward|towards|over|through|into|around|near|after|before|during|despite|under)\s+(?:the\s+|both\s+|a\s+|its\s+|their\s+)*$`)

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
				out.Via = w.quoteVia(q, rule.name)
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
	w.blocks()
	clear(w.bodies)
	clear(w.byOffice)
	w.person, w.speaker, w.written, w.pair, w.last, w.several = Party{}, w.res.Author, Party{}, Party{}, Party{}, Party{}
}

// blocks gives the paragraphs after a line such as "The minister said:" to that speaker, where no quotation marks stand: up to one
// that speaks of the speaker again or has marks of its own.
func (w *work) blocks() {
	for k := 0; k+1 < len(w.paragraphs); k++ {
		p := w.paragraphs[k]
		if !strings.HasSuffix(w.text[p.From:p.To], ":") {
			continue
		}
		sp, ok := w.lastSpeech(p)
		if !ok || sp.set || sp.by.person && sp.by.Name == "" || !nothingSaid.MatchString(w.text[sp.verb.To:p.To]) {
			continue
		}
		last := k
		for last+1 < len(w.paragraphs) && w.inBlock(w.paragraphs[last+1], sp.by) {
			last++
		}
		if last == k {
			continue
		}
		w.consumed = append(w.consumed, p)
		w.res.Quotes = append(w.res.Quotes, Quote{
			Quote: sentence.Quote{Span: sentence.Span{From: w.paragraphs[k+1].From, To: w.paragraphs[last].To}}, By: sp.by, Rule: "block",
		})
		k = last
	}
	slices.SortStableFunc(w.res.Quotes, func(a, b Quote) int { return a.From - b.From })
}

// inBlock reports whether a paragraph may belong to a statement by a speaker: it has no quotation marks, ends in a sentence and does not
// name the speaker.
func (w *work) inBlock(p sentence.Span, by Party) bool {
	text := w.text[p.From:p.To]
	if strings.ContainsAny(text, "“”\"") || strings.HasSuffix(text, ":") || w.heading(p) {
		return false
	}
	for _, n := range w.nominals(p) {
		if by.person && n.person && n.Name == by.Name && !pronoun.MatchString(w.text[n.span.From:n.span.To]) {
			return false
		}
	}
	return true
}

// advance reads who is spoken of in the sentences that begin before an offset, outside quotations.
func (w *work) advance(to int) {
	for ; w.noted < len(w.sentences) && w.sentences[w.noted].To <= to; w.noted++ {
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
		if n.person {
			if n.office != "" {
				w.byOffice[headOf(n.office)] = n
			}
			w.person = n
		}
		if len(n.States) > 1 && !n.person && (i == 0 || !paired) {
			w.pair, paired = n, true
		}
		if i == 0 && len(n.States) > 0 {
			w.last, w.several = n, Party{}
		}
		if n.unnamed && !n.person && len(n.States) > 0 && !people.MatchString(n.Name) && headOf(n.Name) != "government" {
			w.bodies[headOf(n.Name)] = n
		}
		if people.MatchString(w.text[n.span.From:n.span.To]) && !n.person {
			w.several = n
		}
	}
	w.owners(s)
}

// headOf gives the word that says what a body is: the last before "of" and the like.
func headOf(name string) string {
	name = strings.ToLower(name)
	if at := ofWhom.FindStringIndex(name); at != nil {
		name = name[:at[0]]
	}
	return name[strings.LastIndexByte(name, ' ')+1:]
}

var ofWhom = pattern.New(` (?:of|in|from|for|at) `)

// people are words for groups that "they" may stand for.
var people = pattern.New(`\b(?:workers|labou?rers|[a-z]{3,}(?:ers|ors|ists|ians|ees|men)|staff|crew|nationals|citizens)\b`)

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
	if len(strings.Fields(w.text[q.From:q.To])) > 10 || !q.Opened || !q.Closed {
		return false
	}
	before := strings.TrimRight(w.text[:w.markBefore(q.From)], " ")
	begins := before == "" || strings.ContainsAny(before[len(before)-1:], ".!?\"\n") || strings.HasSuffix(before, "”")
	return !begins || !strings.ContainsAny(w.text[max(q.From, q.To-1):q.To], ".!?")
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
	for _, at := range w.t.part.FindAllStringIndex(w.text[tail.From:tail.To], -1) {
		if strings.HasSuffix(w.text[tail.From:tail.From+at[0]], ", ") {
			tail.To = tail.From + at[0] - 2 // "he said, adding that": what was added is read by itself
			break
		}
	}
	for k, text := 0, w.text[tail.From:tail.To]; ; k++ {
		n := strings.Index(text[k:], ", ")
		if n < 0 {
			break
		}
		if k += n; w.whoSpeaks(text[k+2:]) {
			tail.To = tail.From + k // "said X, who added"
			break
		}
	}
	if stop := strings.Index(w.text[tail.From:tail.To], ". "); stop >= 0 && !strings.HasSuffix(w.text[:tail.From+stop], "Mr") && !strings.HasSuffix(w.text[:tail.From+stop], ".S") {
		tail.To = tail.From + stop + 1
	}
	sp, ok := w.speech(tail)
	if ok && q.Closed && (strings.HasSuffix(w.text[:q.To], ".") || strings.Contains(w.text[q.To:tail.From], ".")) && w.saysMore(sp, tail) {
		return Party{}, false // what follows is a sentence of its own
	}
	if ok && sp.by.span.From-tail.From < 40 && sp.kind != claim.Demand && !others.MatchString(w.text[tail.From:sp.by.span.From]) {
		w.consumed = append(w.consumed, sentence.Span{From: tail.From, To: tail.To})
		return w.withPaper(sp.by, tail), true
	}
	if n, ok := w.anyVerb(q, tail); ok {
		return n, true
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

// anyVerb reads a short "X concluded" or "concluded X" after a quotation that ends in a comma: there any verb is one of speech.
func (w *work) anyVerb(q sentence.Quote, tail sentence.Span) (Party, bool) {
	if !strings.HasSuffix(w.text[:q.To], ",") {
		return Party{}, false
	}
	text := w.text[tail.From:tail.To]
	for _, n := range w.nominals(tail) {
		if n.Name == "" || n.Any || n.written {
			continue
		}
		before, behind := text[:n.span.From-tail.From], text[n.span.To-tail.From:]
		if before == "" && verbEnds.MatchString(behind) || verbBegins.MatchString(before) {
			w.consumed = append(w.consumed, tail)
			return n, true
		}
	}
	return Party{}, false
}

var (
	verbEnds   = pattern.New(`^\s[a-z]{3,}ed(?:[.,;]|$)`)
	verbBegins = pattern.New(`^[a-z]{3,}ed\s$`)
)

// others tells that the sentence goes on with somebody else.
var others = pattern.New(`^\s*(?:while|but|and|although|though|as|after|before|when|which|that)\b`)

// saysMore reports whether words of speech go on with what is said.
func (w *work) saysMore(sp spoken, tail sentence.Span) bool {
	rest := w.text[sp.verb.To:tail.To]
	return strings.HasPrefix(rest, " that ") || len(strings.Fields(rest)) > 2 && !nothingSaid.MatchString(rest) || len(strings.Fields(rest)) > 6 || verbWord.MatchString(rest)
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
				_, n := utf8.DecodeRuneInString(w.text[before.To:])
				lead.From = min(before.To+n, lead.To)
			}
		}
		if ps, ok := w.quotedPiece(lead); ok {
			return ps[0].by, true
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

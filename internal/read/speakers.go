package read

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// membersOf gives the members of a party, itself where it has none.
func membersOf(p Party) []Party {
	if len(p.members) > 0 {
		return slices.Clone(p.members)
	}
	return []Party{p}
}

// together makes one party of two.
func together(a, b Party) Party {
	out := a
	out.members = append(membersOf(a), membersOf(b)...)
	out.Name += " and " + b.Name
	out.States = union(a.States, b.States)
	out.span.To, out.person, out.unnamed, out.office = b.span.To, false, false, ""
	return out
}

// namesBoth reports whether two names with "and" between them stand together: "Ann Lee and Bo Kim".
func (w *work) namesBoth(a, b Party) bool {
	named := func(p Party) bool {
		return p.Name != "" && !p.Any && !p.unnamed && !p.written && !pronoun.MatchString(w.text[p.span.From:p.span.To]) && (p.person || len(p.members) > 0)
	}
	return b.span.From > a.span.To && named(a) && named(b) && w.text[a.span.To:b.span.From] == " and "
}

// each gives those who speak together: as they were named, or one for each state of a body of several states.
func (w *work) each(p Party) []Party {
	if len(p.members) > 1 {
		return w.distributed(p.members)
	}
	if len(p.States) < 2 || p.person {
		return nil
	}
	base := ""
	if k := strings.Index(p.Name, " of "); k > 0 && !strings.Contains(p.Name[:k], " and ") {
		base = singularBody(p.Name[:k]) + " of "
	}
	var out []Party
	for _, s := range w.inOrder(p) {
		out = append(out, Party{Name: base + w.places.Name(s), States: []place.State{s}, body: claim.StateOrgan})
	}
	return out
}

// distributed gives a body in the plural to each of the states that share it: "the ministries of A and B".
func (w *work) distributed(list []Party) []Party {
	base, _, ok := strings.Cut(list[0].Name, " of ")
	if !ok || !strings.HasSuffix(base, "s") || !organ.MatchString(singularBody(base)) && !organ.MatchString(base) {
		return list
	}
	out := slices.Clone(list)
	for i := range out {
		if len(out[i].States) == 1 && (i == 0 || out[i].Name == w.places.Name(out[i].States[0])) {
			out[i].Name = singularBody(base) + " of " + w.places.Name(out[i].States[0])
		}
	}
	return out
}

// inOrder gives the states of a party in the order of the text, where it names them.
func (w *work) inOrder(p Party) []place.State {
	var out []place.State
	for _, m := range w.mentionsIn(p.span) {
		if slices.Contains(p.States, m.State) && !slices.Contains(out, m.State) {
			out = append(out, m.State)
		}
	}
	if len(out) != len(p.States) {
		return p.States
	}
	return out
}

// singularBody gives the singular of a body in the plural: "ministries".
func singularBody(s string) string {
	if rest, ok := strings.CutSuffix(s, "ies"); ok {
		return rest + "y"
	}
	return strings.TrimSuffix(s, "s")
}

// voicesOf states parties as a ledger takes them.
func voicesOf(list []Party) []claim.Voice {
	var out []claim.Voice
	for _, p := range list {
		v := claim.Voice{Name: printed(p.Name), Kind: p.body}
		if len(p.States) == 1 {
			v.State = p.States[0]
		}
		if v.Name != "" && !slices.ContainsFunc(out, func(o claim.Voice) bool { return strings.EqualFold(o.Name, v.Name) && o.State == v.State }) {
			out = append(out, v)
		}
	}
	return out
}

var (
	// citing is a participle with which a reporter names who told it, at the end of a sentence or at its beginning.
	citing      = pattern.New(`,\s(?:citing|quoting|attributing (?:it|this|the information) to|on the word of)\s`)
	citingFirst = pattern.New(`^(?:Citing|Quoting)\s`)
	// quotedAs is "quoted X as saying"; quotedBy is "X was quoted by Y as saying".
	quotedAs = pattern.New(`\b(?:quoted|cited|quotes|cites|quoting|citing)\s`)
	asSaying = pattern.New(`^,?\s(?:[^,.;]{0,60}?\s)?as\s(?:saying|stating|telling\s(?:reporters|journalists|it)|claiming|adding|warning|confirming|denying)(?:\sthat)?[\s:,]`)
	quotedBy = pattern.New(`\b(?:was|were|is|are|been)\s(?:\w+ly\s)?(?:quoted|cited)\s(?:by\s([^,.;]{2,60}?)\s)?as\s(?:saying|stating|claiming|adding|warning|confirming|denying)(?:\sby\s([^,.;]{2,50}?))?(?:\sthat)?[\s:,]`)
	// passedOn tells by whom something was passed on.
	passedOn = pattern.New(`\b(?:(?:carried|published|broadcast|aired|seen|obtained|reviewed|quoted|cited|relayed|reported|released|posted|run|printed|viewed|leaked) (?:by|to|in)|(?:interview|talk|conversation) (?:with|to|for|in))\s`)
	// toldTo begins whom somebody told it.
	toldTo = pattern.New(`^(?:told|tells|informed)$`)
	// paperBy is the maker of a document.
	paperBy = pattern.New(`(?i)\b(?:reports?|documents?|statements?|letters?|stud(?:y|ies)|drafts?|memos?|cables?|papers?|articles?|surveys?|notes?|analys[ie]s|submissions?|presentations?|assessments?|findings|communiqu[eé]s?)\s(?:prepared |written |issued |compiled |drafted )?(?:by|from|of)\s`)
	// pressName is a name as the press has it.
	pressName = pattern.New(`^(?:(?:[Tt]he|[Aa]n?)\s)?(?:[a-z]+\s(?:news(?:paper| agency)?|agency|daily|weekly|broadcaster|station|channel)\s)?((?:[A-Z][\w’'-]*\s){0,3}(?:Post|Times|Herald|Journal|News|Agency|Gazette|Tribune|Guardian|Telegraph|Daily|Press|TV|Television|Radio|Chronicle|Observer|Courier|Mail|Star|Standard|Review|Weekly|Broadcasting|Wire|Bulletin|Monitor|Independent|Globe|Mirror|Echo|Dispatch|Sun))\b`)
	// saidToHave tells what somebody is said to have said.
	saidToHave = pattern.New(`\s(?:is|are|was|were)\s(?:\w+ly\s)?(?:said|reported|understood|believed|alleged|thought|rumou?red|known)\sto\shave$`)
	// aside is what a speaker does or asks while speaking.
	speakingAside = pattern.New(`,\s(?:(?:who\s(?:spoke|asked|declined|requested|was speaking|did not want|is not authori[sz]ed|was not authori[sz]ed)|speaking|requesting|asking|declining|talking|insisting on|on condition)\b[^,;.]*),\s(?:(?:also|then|later|has|have|had)\s)?$`)
)

// relayer gives the party that a stretch names right at its beginning: as a body that is known, or by a name that the press has.
func (w *work) relayer(s sentence.Span, news bool) (Party, bool) {
	for _, m := range w.mentionsIn(s) {
		if m.Kind == mention.Organisation && quantifier.MatchString(strings.ToLower(w.text[s.From:m.From])) && (!news || m.Body == "news") {
			p, _ := w.partyOf(m)
			p.body = claim.Press
			if m.Body != "news" {
				p.body = bodyOf(m.Name, m.State)
			}
			return p, true
		}
	}
	if at := pressName.FindStringSubmatchIndex(w.text[s.From:s.To]); at != nil {
		span := sentence.Span{From: s.From + at[2], To: s.From + at[3]}
		return Party{Name: w.text[span.From:span.To], body: claim.Press, span: span}, true
	}
	return Party{}, false
}

// relayed gives those who passed on what a stretch of words of speech introduces: "told X", "in an interview with X", "seen by X".
func (w *work) relayed(verb string, s sentence.Span) []Party {
	var out []Party
	if toldTo.MatchString(verb) {
		if p, ok := w.relayer(sentence.Span{From: min(s.From+1, s.To), To: s.To}, true); ok {
			out = append(out, p)
		}
	}
	for _, at := range passedOn.FindAllStringIndex(w.text[s.From:s.To], -1) {
		if p, ok := w.relayer(sentence.Span{From: s.From + at[1], To: s.To}, false); ok {
			out = append(out, p)
		}
	}
	return out
}

// cited reads who told a reporter what a sentence reports, and gives the sentence without that.
func (w *work) cited(s sentence.Span) (by Party, rest sentence.Span, ok bool) {
	text := strings.TrimRight(w.text[s.From:s.To], ".!? ")
	if at := citing.FindAllStringIndex(text, -1); at != nil && !strings.ContainsAny(text[at[len(at)-1][0]:], "“”\"") {
		last := at[len(at)-1]
		src := sentence.Span{From: s.From + last[1], To: s.From + len(text)}
		if strings.Contains(text[last[1]:], ", ") && !strings.Contains(text[last[1]:], " and ") || asSaying.MatchString(text[last[1]:]) || strings.Contains(text[last[1]:], " as saying") {
			return by, s, false
		}
		return w.source(src, w.nominals(src)), sentence.Span{From: s.From, To: s.From + last[0]}, true
	}
	if at := citingFirst.FindStringIndex(text); at != nil {
		if k := strings.Index(text, ", "); k > 0 {
			src := sentence.Span{From: s.From + at[1], To: s.From + k}
			return w.source(src, w.nominals(src)), sentence.Span{From: s.From + k + 2, To: s.To}, true
		}
	}
	return by, s, false
}

// quotedPiece reads "X quoted Y as saying that" and "Y was quoted by X as saying that".
func (w *work) quotedPiece(c sentence.Span) ([]piece, bool) {
	text := w.text[c.From:c.To]
	if at := quotedBy.FindStringSubmatchIndex(text); at != nil {
		by, ok := w.lastParty(sentence.Span{From: c.From, To: c.From + at[0]})
		if !ok {
			return nil, false
		}
		p := piece{span: sentence.Span{From: by.span.From, To: c.To}, content: sentence.Span{From: c.From + at[1], To: c.To}, by: by, voice: voiceOf(by, Indirect), rule: "quoted by"}
		for _, g := range []int{2, 4} {
			if at[g] >= 0 {
				src := sentence.Span{From: c.From + at[g], To: c.From + at[g+1]}
				p.via = append(p.via, w.source(src, w.nominals(src)))
			}
		}
		return []piece{p}, true
	}
	for _, at := range quotedAs.FindAllStringIndex(text, -1) {
		for _, n := range w.nominals(sentence.Span{From: c.From + at[1], To: c.To}) {
			gap := w.text[c.From+at[1] : n.span.From]
			as := asSaying.FindStringIndex(w.text[n.span.To:c.To])
			if as == nil || n.Name == "" || len(strings.Fields(gap)) > 2 {
				continue
			}
			p := piece{span: c, content: sentence.Span{From: n.span.To + as[1], To: c.To}, by: n, voice: voiceOf(n, Indirect), rule: "quoted as saying"}
			if outer, ok := w.lastParty(sentence.Span{From: c.From, To: c.From + at[0]}); ok {
				p.via = []Party{outer}
			}
			return []piece{p}, true
		}
	}
	return nil, false
}

// quoteVia gives those who passed on a quotation, from the words of speech before or after it.
func (w *work) quoteVia(q sentence.Quote, rule string) []Party {
	p := w.paragraphOf(q.From)
	s := sentence.Span{From: q.To, To: w.runeStart(min(p.To, q.To+220))}
	if rule == "before" {
		s = sentence.Span{From: max(p.From, w.sentenceAt(q.From).From), To: q.From}
		if ps, ok := w.quotedPiece(s); ok {
			return ps[0].via
		}
	} else if rule != "after" {
		return nil
	}
	if stop := strings.Index(w.text[s.From:s.To], ". "); stop >= 0 {
		s.To = s.From + stop
	}
	out := w.relayed("", s)
	if at := toldWhom.FindStringIndex(w.text[s.From:s.To]); at != nil {
		out = append(out, w.relayed("told", sentence.Span{From: s.From + at[1] - 1, To: s.To})...)
	}
	return slices.CompactFunc(out, func(a, b Party) bool { return a.Name == b.Name })
}

// toldWhom is a word of telling before whom it was told.
var toldWhom = pattern.New(`\b(?:told|informed)\s`)

// lastParty gives the party that a stretch ends with, in words where none of the tables knows it.
func (w *work) lastParty(s sentence.Span) (Party, bool) {
	ns := w.nominals(s)
	for i := len(ns) - 1; i >= 0; i-- {
		if ns[i].Name != "" && !prepositionBefore(w.text[s.From:ns[i].span.From]) {
			return ns[i], true
		}
	}
	if p, ok := w.relayer(s, false); ok {
		return p, true
	}
	return w.phraseBefore(s, sentence.Span{From: s.To, To: s.To})
}

// nested reads what somebody says that somebody else says: the claim is that of the innermost, and who says so passed it on. What
// one says of what oneself said stays as it is.
func (w *work) nested(p piece) piece {
	for range 3 {
		if p.voice == Own || p.voice == Direct || p.set {
			return p
		}
		from := p.content.From + len(thatLead.FindString(w.text[p.content.From:p.content.To]))
		c := sentence.Span{From: from, To: p.content.To}
		sp, ok := w.speech(c)
		if !ok || sp.by.span.From-from > 4 || !w.another(p.by, sp.by) || !saysWhat(w.text[sp.verb.From:sp.verb.To], w.text[sp.verb.To:c.To]) {
			return p
		}
		p.via = append([]Party{p.by}, p.via...)
		p.by, p.kind, p.set, p.rule = sp.by, sp.kind, sp.set, p.rule+", in it "+sp.rule
		p.voice = voiceOf(sp.by, Indirect)
		p.content.From = sp.verb.To
	}
	return p
}

var (
	thatLead = pattern.New(`^[\s,]*(?:that\s)?`)
	// innerSays are verbs by which a claim of somebody else is told, with what says it behind them.
	innerSays = pattern.New(`^(?:said|says|say|told|found|concluded|believes?|thinks?|claimed|claims|insisted|insists|reported|confirmed|announced|estimated|estimates|stated|argued|argues|determined|assessed|admitted|acknowledged|denied|denies|alleged|alleges)\b`)
	whatSaid  = pattern.New(`^(?:\s(?:[A-Z][\w-]*|it|reporters|journalists|them|him|her))?\s(?:that\s|(?:the|an?|its|their|his|her|all|no|some|it|they|he|she)\s|[A-Z])`)
)

func saysWhat(verb, rest string) bool {
	return innerSays.MatchString(verb) && whatSaid.MatchString(rest)
}

// another reports whether two parties are surely not the same: both are named, and neither is an organ, office or member of the other.
func (w *work) another(outer, inner Party) bool {
	words := w.text[inner.span.From:inner.span.To]
	if inner.Name == "" || inner.Any || pronoun.MatchString(words) || officer.MatchString(words) || nation.MatchString(words) || strings.EqualFold(inner.Name, outer.Name) {
		return false
	}
	if overlaps(outer.States, inner.States) {
		return inner.body == claim.ExpertPanel || inner.body == claim.Committee || inner.body == claim.Court
	}
	return true
}

package read

import (
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/sentence"
)

// subject gives what a stretch of text is about: its first nominal, or adjective of a state, that no preposition stands
// before.
func (w *work) subject(s sentence.Span) Party {
	ns := w.nominals(s)
	for _, m := range w.mentionsIn(s) {
		if m.Kind == mention.State && m.Form == mention.ByAdjective {
			p := Party{Name: w.places.Name(m.State), States: []place.State{m.State}, span: m.Span}
			if !slices.ContainsFunc(ns, func(n Party) bool { return n.span.Overlaps(p.span) }) {
				ns = append(ns, p)
			}
		}
	}
	slices.SortStableFunc(ns, func(a, b Party) int { return a.span.From - b.span.From })
	for _, n := range ns {
		lead := w.text[s.From:n.span.From]
		if (n.Name == "" && !n.Any) || prepositionBefore(lead) || possessive.MatchString(w.text[n.span.From:n.span.To]) && len(strings.Fields(lead)) > 2 {
			continue
		}
		return n
	}
	return Party{}
}

// object gives the first nominal whatever stands before it: whom a demand goes to.
func (w *work) object(s sentence.Span) Party {
	for _, n := range w.nominals(s) {
		if len(n.States) > 0 || n.Any {
			return n
		}
	}
	return Party{}
}

var (
	asking     = pattern.New(`(?i)\b(?:propose[sd]? that|call(?:s|ed|ing)? (?:up)?on|urge[sd]?|demand(?:s|ed)? that|request(?:s|ed)? that|\bwe (?:(?:now|also|therefore) )?(?:expect|ask|want|hope|trust|look to|would like)(?: that| for)?|\b(?:look|looks) forward to)\s`)
	impersonal = pattern.New(`(?i)^(?:global|international|concerted|urgent)?\s*(?:action|efforts?|steps|measures)\b`)
)

// claimOf makes a claim of a piece, where it is one.
func (w *work) claimOf(p, before *piece, s sentence.Span, first int) {
	if p.content = w.underCondition(p.content); p.content.From >= p.content.To {
		return
	}
	text := w.text[p.content.From:p.content.To]
	if len(strings.Fields(text)) < 3 && !p.set || p.by.Name == "" || !p.set && p.voice != Direct && !verbWord.MatchString(w.text[p.span.From:p.span.To]) {
		return
	}
	c := Claim{By: p.by, Via: p.via, Voice: p.voice, AttributedBy: p.rule, Answers: -1}
	c.Span, c.content = trimmed(w.text, p.span), trimmed(w.text, p.content)
	c.Subject = w.subjectOf(p, before)
	c.Kind, c.Rule, c.Sort = w.kindOf(p, &c)
	if before != nil && p.joined && c.Rule == "fact" && len(w.res.Claims) > first {
		if last := w.res.Claims[len(w.res.Claims)-1]; last.Kind == claim.Proposal || last.Kind == claim.Demand {
			c.Kind, c.Rule = last.Kind, "joined"
		}
	}
	if w.press(p) && len(c.Subject.States) == 0 && !c.Subject.Any && c.Rule == "fact" && len(strings.Fields(text)) < 4 || w.press(p) && unreached.MatchString(text) {
		return // nobody it is about, and nobody says it but a reporter
	}
	if (c.Rule == "fact" || c.Rule == "fact.undone" || c.Kind == claim.Allegation && w.press(p)) && p.voice == Own && w.heading(s) ||
		c.Rule == "fact" && aside.MatchString(text) || w.asks(c.Span) {
		return // a heading, a reference back, a question
	}
	c.Hedge = w.hedgeOf(text)
	c.Negative = negative.MatchString(text)
	w.res.Claims = append(w.res.Claims, c)
	w.terms(p, s)
	if len(c.Subject.States) > 0 {
		w.last = c.Subject
		if len(c.Subject.States) > 1 && p.voice == Own {
			w.pair = c.Subject
		}
	}
}

// unreached tells that somebody said nothing.
var unreached = pattern.New(`(?i)\bcould not (?:immediately )?be (?:reached|contacted)\b`)

// underCondition leaves out a condition at the beginning of what is said: "if X does this, Y will". What only states a condition
// is empty.
func (w *work) underCondition(s sentence.Span) sentence.Span {
	text := w.text[s.From:s.To]
	lead := len(text) - len(strings.TrimLeft(text, " \n“\""))
	if counterfactual.MatchString(text[lead:]) {
		return s // that it was not so is what is said
	}
	if !conditional.MatchString(text[lead:]) {
		return s
	}
	k := strings.Index(text, ", ")
	if k < 0 {
		if strings.HasSuffix(strings.TrimRight(text, " ”\""), ",") {
			s.From = s.To // what follows, follows elsewhere
		} else if at := mainClause.FindStringIndex(text); at != nil {
			s.From += at[0] + 1
		}
		return s
	}
	if n := w.subject(sentence.Span{From: s.From, To: s.From + k}); len(n.States) > 0 {
		w.last = n
	}
	s.From += k + 2
	return s
}

// counterfactual begins a condition that did not come about: "Had X kept its word".
var counterfactual = pattern.New(`^Had\s`)

// mainClause is where the main clause begins after a condition without a comma.
var mainClause = pattern.New(`(?i)\s(?:we|they|it|he|she|i)\s(?:will|shall|would|should|must|can|could|may|might)\b`)

var negative = pattern.New(`(?i)\b(?:not|never|no|nobody|nothing|none|neither|nor)\b|n[’']t\b`)

// aside tells a stretch that only says that something was said before.
var aside = pattern.New(`(?i)^as (?:we|i|you|they|he|she|it)\b`)

// heading reports whether a sentence is a heading or a caption: it ends without a stop.
func (w *work) heading(s sentence.Span) bool {
	t := strings.TrimRight(w.text[s.From:s.To], "”\"’' ")
	return !strings.HasSuffix(t, ".") && !strings.HasSuffix(t, "!") && !strings.HasSuffix(t, "?") && s.To-s.From < 140
}

func trimmed(text string, s sentence.Span) sentence.Span {
	for s.From < s.To && strings.ContainsRune(" \n\t,", rune(text[s.From])) {
		s.From++
	}
	for s.From < s.To && strings.ContainsRune(" \n\t,", rune(text[s.To-1])) {
		s.To--
	}
	return s
}

// subjectOf gives what a piece is about.
func (w *work) subjectOf(p, before *piece) Party {
	content := p.content
	if who.MatchString(w.text[content.From:content.To]) {
		return w.before(content.From)
	}
	if p.set && (p.kind == claim.Demand || p.kind == claim.Proposal || p.kind == claim.Allegation) {
		if n := w.object(content); n.Name != "" || n.Any {
			return n
		}
		if n := w.adjectival(content); len(n.States) > 0 {
			return n
		}
	}
	if at := asking.FindStringIndex(w.text[content.From:content.To]); at != nil {
		content.From += at[1]
	}
	if p.voice == Indirect || p.voice == Unnamed || p.voice == Written {
		w.speaker = p.by
		last, person, several := w.last, w.person, w.several
		w.last, w.several = p.by, Party{} // "they" in reported speech are those who speak
		if p.by.person {
			w.person = p.by
		}
		defer func() { w.last, w.person, w.several = last, person, several }()
	}
	n := w.subject(content)
	if reported := p.voice != Own && p.voice != Direct; reported && len(p.by.States) > 0 && !n.Any {
		verb := auxiliary.FindStringIndex(w.text[content.From:content.To])
		if cleft.MatchString(w.text[content.From:content.To]) {
			verb = nil
		}
		if len(n.States) == 0 && n.unnamed || verb != nil && verb[0] > 0 && n.span.From > content.From+verb[0] {
			n = Party{} // it is no subject
		}
	} else if n.Name != "" && !n.Any && w.behindVerb(content, n) {
		return w.ofStates(content)
	}
	switch {
	case n.Name != "" || n.Any:
		if n.person && len(n.States) == 0 && len(p.by.States) > 0 && n.Name == p.by.Name {
			n.States = p.by.States
		}
		return n
	case before != nil && p.voice == Own && before.voice == Own:
		return w.last
	case impersonal.MatchString(w.text[content.From:content.To]):
		return Party{Name: "any state", Any: true}
	case p.voice != Own:
		if !afterWas.MatchString(w.text[content.From:content.To]) && len(p.by.States) > 0 && p.voice != Direct {
			if p.set && p.kind == claim.Demand {
				return Party{}
			}
			if p.set || ofTheirs.MatchString(w.text[content.From:content.To]) {
				return p.by
			}
			if n := w.ofStates(content); len(n.States) > 0 || thing.MatchString(w.text[content.From:content.To]) {
				return n
			}
			return p.by
		}
		if said := w.text[content.From:content.To]; auxiliary.MatchString(said) && !afterWas.MatchString(said) {
			return w.ofStates(content)
		}
		if n := w.adjectival(content); len(n.States) > 0 {
			return n
		}
		return w.nearest(sentence.Span{From: w.clauseStart(p.span.From), To: p.by.span.From})
	}
	return w.adjectival(content)
}

// thing is a subject of its own, with its verb, that names nobody: "the cap was".
var thing = pattern.New(`^\s*(?:that\s+)?(?:the|an?|this|these|those|such)(?:\s[\w’'-]+){1,5}?\s(?:is|was|are|were|has|have|had|will|would|should|must|could|can|may|might|[a-z]{3,}ed)\b`)

// ofTheirs tells what is said of the speaker's own.
var ofTheirs = pattern.New(`(?i)^\s*(?:that\s+)?(?:no|neither)\s|\b(?:its|their|his|her|our)\b`)

// behindVerb reports whether a nominal stands behind the first verb of what is said, which has a subject of its own.
func (w *work) behindVerb(s sentence.Span, n Party) bool {
	text := w.text[s.From:s.To]
	verb := auxiliary.FindStringIndex(text)
	return verb != nil && !cleft.MatchString(text) && n.span.From > s.From+verb[0] && len(strings.TrimSpace(text[:verb[0]])) > 3
}

var who = pattern.New(`^\s*(?:who|which)\s`)

// before gives the last party named before an offset in its sentence.
func (w *work) before(at int) Party {
	ns := w.nominals(sentence.Span{From: w.sentenceAt(at).From, To: at})
	if len(ns) == 0 {
		return Party{}
	}
	return ns[len(ns)-1]
}

func (w *work) sentenceAt(at int) sentence.Span {
	for _, s := range w.sentences {
		if s.From <= at && at < s.To {
			return s
		}
	}
	return sentence.Span{From: at, To: at}
}

// ofStates gives the states that are named, in whatever form, before the first verb of what is said: "the exercises of X and Y are".
func (w *work) ofStates(s sentence.Span) Party {
	if at := auxiliary.FindStringIndex(w.text[s.From:s.To]); at != nil {
		s.To = s.From + at[0]
		return w.adjectival(s)
	}
	return Party{}
}

var auxiliary = pattern.New(`\b(?:is|was|are|were|has|have|had|will|would|should|must|could|can)\b`)

// cleft is "it was X that": the subject follows the verb.
var cleft = pattern.New(`(?i)^\s*it (?:is|was)\s`)

// afterWas tells that what is said goes on with a verb: its subject stands before the speaker.
var afterWas = pattern.New(`^\s*(?:is|was|are|were|has|had|to be)\b`)

// clauseStart gives the last comma before an offset in its sentence.
func (w *work) clauseStart(at int) int {
	for _, s := range w.sentences {
		if s.From <= at && at < s.To {
			return s.From + max(strings.LastIndex(w.text[s.From:at], ", "), 0)
		}
	}
	return at
}

// nearest gives the last state that is named in a span, in whatever form.
func (w *work) nearest(s sentence.Span) Party {
	ms := w.mentionsIn(s)
	for _, m := range slices.Backward(ms) {
		if m.Kind == mention.State && m.State != 0 {
			return Party{Name: w.places.Name(m.State), States: []place.State{m.State}, span: m.Span}
		}
	}
	return Party{}
}

// adjectival gives the states that only adjectives name.
func (w *work) adjectival(s sentence.Span) Party {
	var p Party
	for _, m := range w.mentionsIn(s) {
		if m.Kind == mention.State && m.State != 0 {
			p.States = union(p.States, []place.State{m.State})
		}
	}
	p.Name = w.names(p.States)
	return p
}

func (w *work) names(states []place.State) string {
	var out []string
	for _, s := range states {
		out = append(out, w.places.Name(s))
	}
	return strings.Join(out, " and ")
}

// kindOf classifies a piece: by the word of speech, else by the first cue that fits, else as a fact.
func (w *work) kindOf(p *piece, c *Claim) (claim.Kind, string, string) {
	if p.set {
		return p.kind, "speech." + p.kind.String(), ""
	}
	text := w.text[p.content.From:p.content.To]
	for _, q := range w.t.cues {
		if !w.fits(q.subject, p, c) || !q.re.MatchString(text) {
			continue
		}
		return q.kind, q.rule, q.sort
	}
	if w.answersFor(p, c) && negative.MatchString(text) {
		return claim.Denial, "denial.negative", ""
	}
	if c.By.body == claim.ExpertPanel || c.By.body == claim.Court {
		return claim.Finding, "fact", ""
	}
	return claim.Fact, "fact", ""
}

// press reports whether a piece is in the voice of an author who is no party to what is said.
func (w *work) press(p *piece) bool { return p.voice == Own && w.res.Author.body == claim.Press }

// fits reports whether a cue may speak of the subject of a claim.
func (w *work) fits(subject string, p *piece, c *Claim) bool {
	switch subject {
	case "generic":
		return c.Subject.Any || p.voice != Own
	case "state":
		return len(c.Subject.States) > 0 && !(p.voice != Own && slices.Equal(c.Subject.States, c.By.States))
	case "voiced":
		return !w.press(p)
	case "reported":
		return p.voice != Own && p.voice != Direct && w.ofSpeaker(c)
	case "own":
		return w.ofSpeaker(c)
	case "speaker":
		return w.ofSpeaker(c) || c.Subject.Name == ""
	}
	return true
}

// answersFor reports whether a speaker speaks of itself or of its own: of "we", of nobody named, or of what it is. What such a
// speaker says did not happen is a denial.
func (w *work) answersFor(p *piece, c *Claim) bool {
	if w.press(p) || c.By.body == claim.ExpertPanel || c.By.body == claim.Committee || c.By.body == claim.Court {
		return false
	}
	return w.ofSpeaker(c) || c.Subject.Name == "" || len(c.Subject.States) == 0 && !c.Subject.Any && c.Subject.body != claim.ExpertPanel
}

// ofSpeaker reports whether a claim is about the one who makes it.
func (w *work) ofSpeaker(c *Claim) bool {
	return c.Subject.Name == c.By.Name || len(c.By.States) > 0 && slices.Equal(c.Subject.States, c.By.States)
}

// replies marks what a state says of itself right after it was charged with something as its denial.
func (w *work) replies() {
	for i := range w.res.Claims {
		c := &w.res.Claims[i]
		if c.Voice == Own && c.By.Name == w.res.Author.Name && c.By.body == claim.Press || len(c.By.States) == 0 {
			continue
		}
		for k := i - 1; k >= max(0, i-6); k-- {
			o := w.res.Claims[k]
			if o.Kind != claim.Allegation && o.Kind != claim.Finding || !overlaps(o.Subject.States, c.By.States) || slices.Equal(o.By.States, c.By.States) {
				continue
			}
			if c.Kind == claim.Denial {
				c.Answers = k
			} else if c.Kind == claim.Fact && i-k <= 2 && slices.Equal(c.Subject.States, c.By.States) {
				c.Kind, c.Rule, c.Sort, c.Answers = claim.Denial, "reply", "justification", k
			}
			break
		}
	}
}

var trade = pattern.New(`(?i)\b(?:trade|imports?|exports?|commerce)\b`)

// tradeOf gives the one other state that a claim names beside its subject, where it speaks of trade.
func (w *work) tradeOf(c *Claim) place.State {
	if !trade.MatchString(w.text[c.Span.From:c.Span.To]) || len(c.Subject.States) != 1 {
		return 0
	}
	var of []place.State
	for _, m := range w.mentionsIn(c.Span) {
		if m.State != 0 && m.State != c.Subject.States[0] {
			of = union(of, []place.State{m.State})
		}
	}
	if len(of) != 1 {
		return 0
	}
	return of[0]
}

func overlaps(a, b []place.State) bool {
	return slices.ContainsFunc(a, func(s place.State) bool { return slices.Contains(b, s) })
}

// figures takes the first share, sum or quantity of a claim.
func (w *work) figures(c *Claim) {
	for _, m := range w.allIn(c.Span) {
		if (m.Kind == mention.Share || m.Kind == mention.Quantity || m.Kind == mention.Money) && m.High > 0 && m.Unit != "" {
			c.Quantity, c.Unit = record.Range{Low: m.Low, High: m.High, Known: true}, m.Unit
			if m.Kind == mention.Share {
				c.Unit = record.Percent
				c.ShareOf = w.tradeOf(c)
			}
			return
		}
	}
}

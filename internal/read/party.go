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

// nominal finds what may be a subject beside the mentions: pronouns and words for states in general or for a pair of them.
var (
	pronoun = pattern.New(`(?i)\b(?:he|she|it|they|we|i|their|its|his|her|our|my|both of whom|all of whom|who)\b`)
	generic = pattern.New(`(?i)\b(?:any|all|every|each|no|other|member|several|many|most|some)\s+(?:other\s+|member\s+)?(?:countr(?:y|ies)|nations?|states?|governments?|members?|part(?:y|ies))\b`)
	pairing = pattern.New(`(?i)\b(?:the|both)\s+(?:two\s+|opposing\s+|both\s+)?(?:sides|countries|nations|parties|states|neighbou?rs|governments)\b`)
	paper   = pattern.New(`(?i)\b(?:the|a|their|this)\s+(?:joint\s+)?(?:statement|document|declaration|communiqu[eé]|report|letter|proposal|text)\b`)
	dummy   = pattern.New(`^\s+(?:is|was|seems?|appears?|would be|may be)\b`)
	officer = pattern.New(`(?i)\bthe (?:spokes(?:man|woman|person)|minister|official|ambassador|president|diplomat|envoy|secretary)\b`)
	theirs  = pattern.New(`(?i)\b(?:its|their)\s+(?:\w+\s+){0,2}(?:minister|ministry|spokes(?:man|woman|person)|government|army|navy|president|ambassador|officials?)\b`)
	nation  = pattern.New(`(?i)\b(?:the|this|that)\s+(?:nation|country|aggressive state|regime|north)\b`)
)

// nominals gives what may be a subject or speaker in a span, in order.
func (w *work) nominals(s sentence.Span) []Party {
	var out []Party
	for _, m := range w.mentionsIn(s) {
		if p, ok := w.partyOf(m); ok {
			out = append(out, p)
		}
	}
	for _, f := range []struct {
		re   *pattern.Pattern
		read func(sentence.Span) Party
	}{{generic, w.anyState}, {pairing, w.theTwo}, {paper, w.theText}, {nation, w.theNation}, {officer, w.theOfficer}, {theirs, w.itsOfficer}, {pronoun, w.pronounParty}} {
		for _, at := range w.findAll(f.re, s) {
			span := sentence.Span{From: s.From + at[0], To: s.From + at[1]}
			p := f.read(span)
			p.span = span
			if (f.re == officer || f.re == theirs) && p.Name == "" {
				continue
			}
			out = slices.DeleteFunc(out, func(o Party) bool {
				return span.Contains(o.span) || o.span == span || o.unnamed && len(o.States) == 0 && o.span.Overlaps(span)
			})
			if !slices.ContainsFunc(out, func(o Party) bool { return o.span.Overlaps(span) }) {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Party) int { return a.span.From - b.span.From })
	out = w.apposed(out)
	return w.joined(w.seated(w.owned(out)))
}

// apposed leaves out the office of a person that stands behind the name: "Ann Lee, the head of X".
func (w *work) apposed(in []Party) []Party {
	var out []Party
	for _, p := range in {
		if k := len(out) - 1; k >= 0 && p.person && p.unnamed && out[k].person && !out[k].unnamed && p.span.From > out[k].span.To {
			switch w.text[out[k].span.To:p.span.From] {
			case ", ", ", the ", ", a ", ", an ":
				if len(out[k].States) == 0 {
					out[k].States = p.States
				}
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// owned gives a body without a state that of its owner right before it: "the two countries' ministries", "Peru's army".
func (w *work) owned(in []Party) []Party {
	for i := 1; i < len(in); i++ {
		p, o := &in[i], in[i-1]
		if !p.unnamed || len(p.States) > 0 || len(o.States) == 0 || p.span.From < o.span.To {
			continue
		}
		switch w.text[o.span.To:p.span.From] {
		case "’ ", "' ", "’s ", "'s ", " ":
			p.States, p.Name, p.body, p.unnamed = o.States, p.Name+" of "+o.Name, o.body, false
			p.span.From = o.span.From
		}
	}
	return in
}

// seated gives a body without a state that of the place named right after it: "a firm in Peru", "workers from Cuba".
func (w *work) seated(in []Party) []Party {
	var out []Party
	for _, p := range in {
		k := len(out) - 1
		if k >= 0 && out[k].unnamed && !out[k].written && p.span.From >= out[k].span.To && !pronoun.MatchString(w.text[p.span.From:p.span.To]) &&
			forWhom.MatchString(w.text[out[k].span.To:p.span.From]) && !p.Any && !p.written {
			if out[k].span.To = p.span.To; len(out[k].States) == 0 {
				out[k].States = p.States
			}
			continue
		}
		if k < 0 || len(out[k].States) > 0 || out[k].Any || out[k].written || out[k].Name == "" || len(p.States) != 1 || p.unnamed || p.person ||
			p.span.From < out[k].span.To || !seat.MatchString(w.text[out[k].span.To:p.span.From]) ||
			pronoun.MatchString(w.text[out[k].span.From:out[k].span.To]) {
			out = append(out, p)
			continue
		}
		out[k].States, out[k].span.To = p.States, p.span.To
	}
	return out
}

// forWhom stands between somebody without a name and the body for which he or she speaks.
var forWhom = pattern.New(`^ (?:for|of|at|from|with) (?:the |its |their |an? )?(?:[a-z]+ )?$`)

var seat = pattern.New(`^ (?:of|in|from|at) (?:the )?$`)

// joined makes one party of those that stand together: "A and B", "A, B and C".
func (w *work) joined(in []Party) []Party {
	var out []Party
	for _, p := range in {
		k := len(out) - 1
		if k >= 0 && (len(p.States) == 0 || len(out[k].States) == 0) && w.namesBoth(out[k], p) {
			out[k] = together(out[k], p)
			continue
		}
		if k >= 0 && len(p.States) > 0 && len(out[k].States) > 0 && p.span.From > out[k].span.To {
			gap := w.text[out[k].span.To:p.span.From]
			if gap == " and " || gap == " and the " || gap == ", and " || gap == ", " && listGoesOn(w.text[p.span.To:]) || gap == " or " || gap == " or the " {
				q := out[k]
				q.members = append(membersOf(q), membersOf(p)...)
				q.States = union(q.States, p.States)
				q.Name += strings.TrimSuffix(strings.Replace(gap, ",", " and", 1), "the ") + p.Name
				q.Name = strings.ReplaceAll(q.Name, " and and ", " and ")
				q.span.To = p.span.To
				q.person = false
				out[k] = q
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

func listGoesOn(rest string) bool {
	rest = rest[:min(len(rest), 60)]
	return strings.HasPrefix(rest, ", ") || strings.HasPrefix(rest, " and ")
}

func union(a, b []place.State) []place.State {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// allIn gives the mentions of all kinds in a span.
func (w *work) allIn(s sentence.Span) []mention.Mention {
	i, _ := slices.BinarySearchFunc(w.res.Mentions, s.From, func(m mention.Mention, at int) int { return m.From - at })
	var out []mention.Mention
	for ; i < len(w.res.Mentions) && w.res.Mentions[i].From < s.To; i++ {
		if w.res.Mentions[i].To <= s.To {
			out = append(out, w.res.Mentions[i])
		}
	}
	return out
}

// mentionsIn gives the mentions of who and which text in a span, the longest where they lie in each other.
func (w *work) mentionsIn(s sentence.Span) []mention.Mention {
	var out []mention.Mention
	for _, m := range w.allIn(s) {
		if m.Kind <= mention.Instrument && (len(out) == 0 || m.From >= out[len(out)-1].To) {
			out = append(out, m)
		}
	}
	return out
}

// partyOf makes a party of a mention; false for what is none: adjectives, dates, pronouns, which are read apart.
func (w *work) partyOf(m mention.Mention) (Party, bool) {
	p := Party{span: m.Span}
	if m.State != 0 {
		p.States = []place.State{m.State}
	}
	words := strings.Join(strings.Fields(w.text[m.From:m.To]), " ")
	switch m.Kind {
	case mention.State:
		if m.Form == mention.ByAdjective {
			return p, false
		}
		p.Name, p.body = w.places.Name(m.State), claim.StateOrgan
	case mention.Person:
		p.Name, p.person, p.office, p.body = m.Name, true, m.Office, claim.StateOrgan
		if p.Name == "" {
			p.Name, p.unnamed = words, true
		}
		if k, ok := w.offices[strings.ToLower(m.Office)]; ok && m.Name == "" && (m.State == 0 || slices.Contains(k.States, m.State)) {
			k.span = m.Span
			return k, true
		}
		if len(p.States) == 0 && len(w.last.States) == 1 && (m.Name == "" || !w.last.person) && !strings.Contains(m.Office, "United Nations") && strings.Contains(m.Office, "inister") {
			p.States = w.last.States // a minister of the state last spoken of
		}
		if len(p.States) == 0 {
			p.body = claim.OtherSource
		}
	case mention.Organisation:
		p.Name, p.body = m.Name, bodyOf(m.Name, m.State)
	case mention.Group:
		if m.Pronoun || generic.MatchString(words) || pairing.MatchString(words) {
			return p, false
		}
		p.Name, p.unnamed = strings.TrimPrefix(strings.TrimPrefix(words, "the "), "The "), true
		p.body = bodyOf(words, m.State)
		if m.State == 0 {
			p = w.definite(p)
		}
	default:
		return p, false
	}
	return p, true
}

// definite leads "the company" and "the ministry" to the author whose name has the word, and a ministry or government
// without a state to the state last spoken of.
func (w *work) definite(p Party) Party {
	word := strings.ToLower(p.Name)
	if a := w.res.Author; a.Name != "the author" && strings.Contains(strings.ToLower(a.Name), word) {
		a.span = p.span
		return a
	}
	if a := w.res.Author; a.body == claim.StateOrgan && len(a.States) == 1 && ownBody.MatchString(w.text[p.span.From:p.span.To]) {
		p.States, p.body = a.States, a.body
		return p
	}
	if b, ok := w.bodies[word]; ok {
		p.States, p.body = b.States, b.body
		return p
	}
	if organ.MatchString(word) && len(w.last.States) == 1 {
		p.States, p.body = w.last.States, claim.StateOrgan
	}
	return p
}

// ownBody is how a state speaks of its own: "the Government", "the competent authorities".
var ownBody = pattern.New(`^(?:[Tt]he )?(?:Government|Ministry|Mission|Delegation|Authorities|Embassy)$|^(?:[Tt]he )?(?:competent |national |relevant )?authorit(?:y|ies)$`)

// organ are the words at whose end a body is an organ of some state.
var organ = pattern.New(`(?:ministry|ministries|government|army|navy|police|authorities|parliament|embassy|customs)$`)

// bodyOf tells from a name what kind of body speaks.
func bodyOf(name string, s place.State) claim.SourceKind {
	low := strings.ToLower(name)
	for _, t := range []struct {
		word string
		kind claim.SourceKind
	}{
		{"panel", claim.ExpertPanel},
		{"committee", claim.Committee},
		{"security council", claim.Committee},
		{"court", claim.Court},
		{"ltd", claim.Company},
		{"limited", claim.Company},
		{" inc", claim.Company},
		{"compan", claim.Company},
		{"corp", claim.Company},
		{"firm", claim.Company},
		{"shipping", claim.Company},
		{"trading", claim.Company},
		{"institute", claim.Research},
		{"university", claim.Research},
		{"coalition", claim.StateGroup},
		{"monitoring team", claim.StateGroup},
		{"union", claim.StateGroup},
	} {
		if strings.Contains(low, t.word) {
			return t.kind
		}
	}
	if s != 0 {
		return claim.StateOrgan
	}
	return claim.OtherSource
}

func (w *work) anyState(s sentence.Span) Party {
	return Party{Name: strings.ToLower(w.text[s.From:s.To]), Any: true}
}

// theTwo leads "the two sides" to the two states that the sentence named before it, else to the last states that stood
// together as a subject; "the opposing sides" to those to whom something was proposed.
func (w *work) theTwo(s sentence.Span) Party {
	words := strings.ToLower(w.text[s.From:s.To])
	if strings.Contains(words, "opposing") && len(w.proposed.States) > 1 {
		return w.proposed
	}
	if two := w.namedBeforeIn(s.From); len(two) == 2 {
		return Party{Name: w.names(two), States: two, body: claim.StateOrgan}
	}
	if len(w.pair.States) > 1 {
		return w.pair
	}
	return Party{Name: words}
}

// namedBeforeIn gives the states named in the same sentence before an offset, and since the last quotation in it.
func (w *work) namedBeforeIn(at int) []place.State {
	var out []place.State
	for _, s := range w.sentences {
		if at < s.From || at >= s.To {
			continue
		}
		if k := strings.LastIndexAny(w.text[s.From:at], "“”\""); k >= 0 {
			s.From += k
		}
		for _, m := range w.mentionsIn(sentence.Span{From: s.From, To: at}) {
			if m.State != 0 {
				out = union(out, []place.State{m.State})
			}
		}
	}
	return out
}

func (w *work) theText(sentence.Span) Party {
	p := w.written
	p.written = true
	if p.Name == "" {
		p.Name = "a document"
	}
	return p
}

// itsOfficer leads "its labour minister" to the state last spoken of.
func (w *work) itsOfficer(s sentence.Span) Party {
	words := w.text[s.From:s.To]
	_, office, _ := strings.Cut(words, " ")
	if len(w.last.States) != 1 {
		return Party{Name: office, unnamed: true, body: claim.OtherSource}
	}
	return Party{Name: office + " of " + w.last.Name, States: w.last.States, unnamed: true, body: claim.StateOrgan}
}

// theOfficer leads "the minister" to the last person with that office, else to the last person of whom none is known.
func (w *work) theOfficer(s sentence.Span) Party {
	words := strings.ToLower(w.text[s.From:s.To])
	if p, ok := w.byOffice[headOf(words)]; ok {
		return p
	}
	if w.person.office == "" {
		return w.person
	}
	return Party{Name: words, unnamed: true, body: claim.OtherSource}
}

// theNation leads "the regime" to the state last spoken of, and not to who speaks.
func (w *work) theNation(sentence.Span) Party {
	if w.last.person {
		return Party{}
	}
	return w.last
}

func (w *work) pronounParty(s sentence.Span) Party {
	switch strings.ToLower(w.text[s.From:s.To]) {
	case "it":
		if dummy.MatchString(w.text[s.To:]) {
			return Party{}
		}
	case "he", "she", "his", "her":
		return w.person
	case "we", "our", "i", "my":
		if w.res.Author.body != claim.Press && !w.quoted(s) {
			return w.res.Author
		}
		return w.speaker
	case "they", "their":
		if w.several.Name != "" {
			return w.several
		}
	}
	return w.last
}

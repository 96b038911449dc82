package read

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
)

var (
	goodsEnd   = pattern.New(`[,;.:()]|\s(?:to|from|on|in|at|through|via|aboard|during|worth|since|between|for|by|with|into|over|under|without|despite|through|after|before|last|this|as|that|which|per|off|until|near|loaded|mined|produced|caught|was|were|is|are|has|have|had|took|of\s\w+\sorigin)\b`)
	ofOrigin   = pattern.New(`\bof\s[\w ]+?\sorigin\b`)
	measured   = pattern.New(`(?i)^(?:(?:about|some|around|at least|up to|nearly|almost|over|more than|an estimated)\s)?[\d,.]+(?:\s(?:thousand|million))?\s(?:metric\s)?(?:tonnes|tons|barrels|litres|kg)\sof\s`)
	counted    = pattern.New(`(?i)^(?:(?:about|some|around|at least|up to|nearly|almost|over|more than)\s)?(?:[\d,.]+|two|three|four|five|six|seven|eight|nine|ten|dozens of|several|many)\s`)
	loadOf     = pattern.New(`(?i)^(?:an?|the|its|their|one|two|three|several|\d+|large|small)?\s?(?:cargo(?:e?s)?|loads?|shipments?|consignments?|quantit(?:y|ies)|amounts?|volumes?|deliver(?:y|ies))\sof\s`)
	portName   = pattern.New(`^(?:the port of |the )?[A-Z][\w-]+`)
	article    = pattern.New(`(?i)^(?:the|an?|its|their|his|any|some|new|more)\s`)
	quantifier = pattern.New(`^(?:the|some|two|three|four|five|several|many|about|\d[\d,]*)?\s?$`)
)

// words before a state, by the role that the state has behind them.
var roleWords = map[string]*pattern.Pattern{
	"to": pattern.New(`(?i)\bto\s`), "into": pattern.New(`(?i)\binto\s`), "from": pattern.New(`(?i)\bfrom\s`),
	"with": pattern.New(`(?i)\bwith\s`), "in": pattern.New(`(?i)\b(?:in|inside)\s`), "for": pattern.New(`(?i)\bfor\s`),
	"at": pattern.New(`(?i)\b(?:at|in|into|off|near)\s|^\s`), "under": pattern.New(`(?i)\bunder (?:the )?(?:flag of )?`), "by": pattern.New(`(?i)\bby\s`),
}

// object is what something is done to.
type object struct {
	// span is where the words stand, from the beginning of the phrase.
	span sentence.Span
	// phrase are the words for goods, and pieces how many of them are counted.
	phrase string
	pieces float64
	// state is the state whose adjective, "of" or "from" stands with it.
	state place.State
}

var (
	// objectEnd ends the stretch in which an object stands.
	objectEnd = pattern.New(`[;:(]|,\s|\s(?:that|which|who|while|after|before|when|because)\s`)
	// apartFrom tells that words stand behind a preposition: they are no object.
	apartFrom = pattern.New(`(?i)\b(?:in|on|at|with|from|to|by|for|against|into|about|over|under|off|between|without|near)\s`)
	// ofObject begins what more is said of an object.
	ofObject = pattern.New(`^\s(?:of|from|for)\s`)
	isAre    = pattern.New(`(?i)\s(?:(?:has|have|had)\s)?(?:is|are|was|were|been|being|got)(?:\s(?:\w+ly|also|then|later|first|again|since|now|still))*\s$`)
)

// objectOf finds what a deed is done to: behind an active verb and the "of" of a noun, else before.
func (w *work) objectOf(d *deed) (object, bool) {
	front := d.before
	if d.form == passive {
		if at := isAre.FindStringIndex(w.text[front.From:front.To]); at != nil {
			front.To = front.From + at[0]
		}
	}
	front.From = w.behindDates(front)
	of := strings.HasPrefix(w.text[d.after.From:d.after.To], " of ")
	back := d.after
	if of && d.form == nominal {
		back.From += len(" of")
	}
	switch {
	case d.subject && d.form == nominal && !of, d.form == nominal && !of:
		return w.objectIn(d, front, true, true)
	case d.subject && d.form == active, d.form == passive:
		return w.objectIn(d, front, true, false)
	case d.form == reduced:
		return w.objectIn(d, front, true, true)
	}
	return w.objectIn(d, back, false, false)
}

// behindDates gives where a stretch goes on behind a date at its beginning.
func (w *work) behindDates(s sentence.Span) int {
	from := s.From
	for _, m := range w.allIn(s) {
		if m.Kind == mention.Date && m.From-s.From < 30 {
			from = m.To
		}
	}
	for from < s.To && strings.ContainsRune(" ,“\"", rune(w.text[from])) {
		from++
	}
	return from
}

// objectIn finds an object in a stretch before or behind what tells the deed; close says that it must stand right beside it.
func (w *work) objectIn(d *deed, s sentence.Span, before, right bool) (object, bool) {
	text := w.text[s.From:s.To]
	if !before {
		if at := objectEnd.FindStringIndex(text); at != nil {
			text = text[:at[0]]
		}
	} else if k := strings.LastIndex(text, ", "); k >= 0 && !strings.HasSuffix(text, ",") {
		s.From, text = s.From+k+2, text[k+2:]
	}
	if d.what != nil {
		for _, at := range d.what.FindAllStringIndex(text, -1) {
			lead := text[:at[0]]
			if right && strings.TrimSpace(text[at[1]:]) != "" || !right && (apartFrom.MatchString(lead) || before && finiteVerb.MatchString(lead)) {
				continue
			}
			np := sentence.Span{From: s.From, To: s.From + at[1]}
			return object{span: np, state: w.stateWith(np, s.From+at[1], s.From+len(text))}, true
		}
	}
	if d.money {
		for _, m := range w.allIn(sentence.Span{From: s.From, To: s.From + len(text)}) {
			if m.Kind == mention.Money && !apartFrom.MatchString(w.text[s.From:m.From]) {
				return object{span: m.Span}, true
			}
		}
	}
	switch {
	case !d.goods:
		return object{}, false
	case !before:
		o := w.goodsAfter(s)
		return o, o.phrase != ""
	}
	o := w.goodsBefore(sentence.Span{From: s.From, To: s.From + len(text)}, right)
	return o, o.phrase != ""
}

// stateWith gives the one state named in a phrase, or behind "of", "from" or "for" right after it.
func (w *work) stateWith(np sentence.Span, at, end int) place.State {
	var found []place.State
	for _, m := range w.mentionsIn(np) {
		if m.State != 0 && m.Kind <= mention.Group {
			found = union(found, []place.State{m.State})
		}
	}
	if len(found) == 0 && end > at && ofObject.MatchString(w.text[at:end]) {
		lead := len(ofObject.FindString(w.text[at:end]))
		for _, m := range w.mentionsIn(sentence.Span{From: at + lead, To: end}) {
			if m.State != 0 && m.From-at < 40 && !apartFrom.MatchString(w.text[at+lead:m.From]) {
				found = union(found, []place.State{m.State})
				break
			}
		}
	}
	if len(found) != 1 {
		return 0
	}
	return found[0]
}

// stateOf gives the state in a role.
func (w *work) stateOf(c *Claim, d *deed, role string, o object) place.State {
	whole := sentence.Span{From: w.behindDates(d.before), To: d.after.To}
	switch role {
	case "object":
		return o.state
	case "agent":
		return w.agentOf(c, d)
	}
	if d.form == active {
		whole.From = d.after.From
	}
	return w.stateAfter(whole, roleWords[role])
}

// lightly are verbs that only say that what the noun behind them names was done by their subject.
var lightly = pattern.New(`(?i)\b(?:made|makes|making|carried out|carries out|conduct(?:s|ed)|continue[sd]?|resume[sd]?|began|begins|start(?:s|ed)|took part in|engage[sd]? in|arranged|organi[sz]ed|approved|completed)\s(?:[\w’'-]+\s){0,3}$`)

// agentOf gives the state that does it: the subject of an active verb, else what stands behind "by", or before a noun.
func (w *work) agentOf(c *Claim, d *deed) place.State {
	subject := place.State(0)
	if len(c.Subject.States) == 1 {
		subject = c.Subject.States[0]
	}
	if d.form == active {
		return subject
	}
	if s := w.stateAfter(d.after, roleWords["by"]); s != 0 || d.form != nominal {
		return s
	}
	for _, m := range w.mentionsIn(d.before) {
		gap := w.text[m.To:d.before.To]
		if m.State != 0 && (gap == " " && m.Form == mention.ByAdjective || gap == "’s " || gap == "'s ") {
			return m.State
		}
	}
	if lightly.MatchString(w.text[d.before.From:d.before.To]) {
		return subject
	}
	return 0
}

// between begins two states that do something with each other.
var betweenTwo = pattern.New(`(?i)\b(?:between|by)\s`)

// pairOf gives the two states that do something together, in the order of the text: the subject of an active verb, or those behind
// "between" or "by".
func (w *work) pairOf(c *Claim, d *deed) (a, b place.State) {
	if d.form == active && len(c.Subject.States) == 2 {
		if a, b := w.twoIn(c.Subject.span); b != 0 {
			return a, b
		}
		return c.Subject.States[0], c.Subject.States[1]
	}
	s := sentence.Span{From: d.before.From, To: d.after.To}
	for _, at := range betweenTwo.FindAllStringIndex(w.text[s.From:s.To], -1) {
		if a, b := w.twoIn(sentence.Span{From: s.From + at[1], To: s.To}); b != 0 {
			return a, b
		}
	}
	return 0, 0
}

// joins may stand between the two states of a pair.
var joins = pattern.New(`^(?:’s|'s)?(?:\s(?:firms|companies|banks|officials|forces))?\sand\s(?:the\s)?$`)

// twoIn gives the two states that a stretch begins with.
func (w *work) twoIn(s sentence.Span) (a, b place.State) {
	var ms []mention.Mention
	for _, m := range w.mentionsIn(s) {
		if m.State != 0 {
			ms = append(ms, m)
		}
	}
	if len(ms) < 2 || ms[0].From-s.From > 4 || !joins.MatchString(w.text[ms[0].To:ms[1].From]) || ms[0].State == ms[1].State {
		return 0, 0
	}
	return ms[0].State, ms[1].State
}

// goodsFacts states goods with their amount.
func (w *work) goodsFacts(o object) []string {
	if o.phrase == "" {
		return nil
	}
	facts := []string{"goods[1].description", o.phrase}
	if low, unit, ok := w.amount(o.span); ok {
		return append(facts, "goods[1].quantity", strconv.FormatFloat(low, 'f', -1, 64), "goods[1].unit", unit)
	}
	if o.pieces > 0 {
		facts = append(facts, "goods[1].quantity", strconv.FormatFloat(o.pieces, 'f', -1, 64), "goods[1].unit", "piece")
	}
	return facts
}

// goodsAfter reads goods at the beginning of a stretch.
func (w *work) goodsAfter(s sentence.Span) object {
	text := w.text[s.From:s.To]
	lead := len(text) - len(strings.TrimLeft(text, " "))
	return w.goodsOf(sentence.Span{From: s.From + lead, To: s.To})
}

// goodsBefore reads goods at the end of a stretch; right says that they must be its last words.
func (w *work) goodsBefore(s sentence.Span, right bool) object {
	text := w.text[s.From:s.To]
	if at := lastBreak.FindAllStringIndex(text, -1); at != nil {
		s.From += at[len(at)-1][1]
	}
	if !right {
		return w.goodsOf(s)
	}
	s.To = s.From + len(strings.TrimRight(w.text[s.From:s.To], " "))
	starts := wordAt.FindAllStringIndex(w.text[s.From:s.To], -1)
	for _, at := range starts[max(0, len(starts)-5):] {
		o := w.goodsOf(sentence.Span{From: s.From + at[0], To: s.To})
		if o.phrase != "" && strings.HasSuffix(strings.ToLower(w.text[s.From:s.To]), strings.ToLower(lastWord(o.phrase))) {
			return o
		}
	}
	return object{}
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

// lastBreak ends what stands before the words for goods.
var lastBreak = pattern.New(`\b(?:that|said|says|and then|how|when)\s|[:“"]\s?`)

// goodsOf reads goods at the beginning of a stretch: without article, amount and adjective of a state, if a list or the HS knows them.
func (w *work) goodsOf(s sentence.Span) object {
	text := w.text[s.From:s.To]
	o := object{span: s}
	for {
		n := len(text)
		if at := counted.FindString(text); at != "" && measured.FindString(text) == "" {
			o.pieces = countBefore(at)
		}
		for _, re := range []*pattern.Pattern{loadOf, measured, counted, article} {
			text = text[len(re.FindString(text)):]
		}
		at := s.To - len(text)
		for _, m := range w.mentionsIn(sentence.Span{From: at, To: s.To}) {
			if m.From == at && m.Kind == mention.State && m.State != 0 && strings.HasPrefix(w.text[m.To:s.To], " ") &&
				(m.Form == mention.ByAdjective || len(w.text[m.From:m.To]) <= 5) {
				o.state, text = m.State, w.text[m.To+1:s.To]
				break
			}
		}
		if len(text) == n {
			break
		}
	}
	if o.phrase = goodsPhrase(text); o.phrase == "" || !w.knownGoods(o.phrase) {
		return object{}
	}
	o.span.To = s.To - len(text) + min(len(text), len(o.phrase)+2)
	if o.state == 0 {
		_, o.state = w.withoutOrigin(o.phrase, s)
	}
	if s.From == w.sentenceAt(s.From).From {
		o.phrase = lowered(o.phrase)
	}
	return o
}

// lowered makes the first letter small where the second is.
func lowered(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// countBefore reads the whole number that words begin with; 0 for none.
func countBefore(s string) float64 {
	for f := range strings.FieldsSeq(strings.ToLower(s)) {
		if v, err := strconv.ParseFloat(strings.ReplaceAll(f, ",", ""), 64); err == nil {
			return v
		}
		if n := slices.Index(smallNumbers, f); n >= 0 {
			return float64(n + 2)
		}
	}
	return 0
}

var smallNumbers = []string{"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}

// people finds how many people are counted.
var people1 = pattern.New(`\b(\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten)\s(?:(?:[A-Z][\w-]*|guest|contract|migrant|other|more|new|such|foreign|skilled)\s){0,3}(?:[a-z]{3,}(?:ers|ors|ists|ians|men|women|sses)|nurses|staff|nationals|citizens|people|specialists)\b`)

// headcount gives the one number of people that a stretch counts; 0 for none or several.
func (w *work) headcount(s sentence.Span) float64 {
	all := people1.FindAllStringSubmatch(w.text[s.From:s.To], -1)
	if len(all) != 1 {
		return 0
	}
	return countBefore(all[0][1])
}

// twoShips states the second of two ships, and the first with it.
func (w *work) twoShips(c *Claim) []string {
	var names []string
	for _, m := range w.allIn(c.Span) {
		if m.Kind == mention.Vessel && m.Rule != "vessel.imo" && !slices.Contains(names, m.Name) {
			names = append(names, m.Name)
		}
	}
	if len(names) != 2 {
		return nil
	}
	return []string{"vessel.name", names[0], "partner.name", names[1]}
}

// withShip gives the one ship of a claim as facts.
func (w *work) withShip(c *Claim) []string {
	var facts []string
	name, imo := w.ship(c.Span)
	if name != "" {
		facts = append(facts, "vessel.name", name)
	}
	if imo != "" {
		facts = append(facts, "vessel.imo", imo)
	}
	return facts
}

// goodsPhrase gives the words for goods at the beginning of a stretch, without article and amount.
func goodsPhrase(s string) string {
	s = measured.ReplaceAllString(s, "")
	s = counted.ReplaceAllString(s, "")
	s = article.ReplaceAllString(s, "")
	if at := goodsEnd.FindStringIndex(s); at != nil {
		s = s[:at[0]]
	}
	if words := strings.Fields(s); len(words) <= 8 {
		return strings.Join(words, " ")
	}
	return ""
}

// withoutOrigin takes the state out of "North Korean coal" and "coal of Peruvian origin".
func (w *work) withoutOrigin(phrase string, in sentence.Span) (string, place.State) {
	var origin place.State
	for _, m := range w.mentionsIn(in) {
		if m.Kind != mention.State || m.State == 0 {
			continue
		}
		name := w.text[m.From:m.To]
		if rest, ok := strings.CutPrefix(phrase, name+" "); ok && m.Form == mention.ByAdjective {
			return rest, m.State
		}
		if m.Form == mention.ByAdjective && ofOrigin.MatchString(w.text[max(in.From, m.From-4):min(in.To, m.To+8)]) {
			origin = m.State
		}
	}
	return phrase, origin
}

// stateAfter gives the one state named right behind a preposition: by name, as the state of a body, by adjective, or as the owner of a port.
func (w *work) stateAfter(s sentence.Span, preposition *pattern.Pattern) place.State {
	for _, at := range preposition.FindAllStringIndex(w.text[s.From:s.To], -1) {
		rest := sentence.Span{From: s.From + at[1], To: s.To}
		for _, n := range w.nominals(rest) {
			if n.span.From-rest.From <= 4 && len(n.States) == 1 {
				return n.States[0]
			}
		}
		for _, m := range w.mentionsIn(rest) {
			if m.State != 0 && m.Kind <= mention.Group && quantifier.MatchString(w.text[rest.From:m.From]) {
				return m.State
			}
		}
		if at := portName.FindString(w.text[rest.From:s.To]); at != "" {
			if st := w.ports[strings.TrimPrefix(strings.TrimPrefix(at, "the port of "), "the ")]; st != 0 {
				return st
			}
		}
	}
	return 0
}

// knownGoods reports whether words name goods of a list, or all words of a heading of the nomenclature.
func (w *work) knownGoods(phrase string) bool {
	ids, _ := w.commodities(phrase)
	return len(ids) > 0 || w.heading4(phrase) != (goods.Code{})
}

// commodities gives the named goods that a phrase surely is, and those that are to be weighed.
func (w *work) commodities(phrase string) (sure, weigh []string) {
	if w.ref.Commodities == nil {
		return nil, nil
	}
	w.named = w.ref.Commodities.Match(goods.Item{Description: phrase}, &w.scratch, w.named)
	for i, n := range w.named {
		switch n {
		case goods.Yes:
			sure = append(sure, w.ref.Commodities.IDs()[i])
		case goods.Weigh:
			weigh = append(weigh, w.ref.Commodities.IDs()[i])
		}
	}
	return sure, weigh
}

// heading4 gives the first code found whose label has every word of a phrase; the zero code for none.
func (w *work) heading4(phrase string) goods.Code {
	if w.ref.HS == nil {
		return goods.Code{}
	}
	words := singular(phrase)
	for _, h := range w.ref.HS.Search(phrase, 3) {
		label := singular(h.Label)
		if len(words) > 0 && !slices.ContainsFunc(words, func(x string) bool { return !slices.Contains(label, x) }) {
			return h.Code
		}
	}
	return goods.Code{}
}

func singular(s string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == ',' || r == '-' }) {
		if f != "and" && f != "or" && f != "of" {
			out = append(out, strings.TrimSuffix(f, "s"))
		}
	}
	return out
}

// amount gives the first quantity in a span that is measured, in the units of activities.
func (w *work) amount(s sentence.Span) (float64, string, bool) {
	for _, m := range w.allIn(s) {
		if m.Kind != mention.Quantity || m.High <= 0 {
			continue
		}
		if u, ok := unitCodes[m.Unit]; ok {
			return m.Low, u, true
		}
	}
	return 0, "", false
}

// unitCodes are the codes of units as activities and records have them.
var unitCodes = map[string]string{"tonnes": "t", "tons": "t", "barrels": "bbl", "kg": "kg", "litres": "l"}

// ship gives the one ship that a span names, by name and IMO number.
func (w *work) ship(s sentence.Span) (name, imo string) {
	for _, m := range w.allIn(s) {
		if m.Kind != mention.Vessel {
			continue
		}
		switch {
		case m.Rule == "vessel.imo" && imo == "":
			imo = m.Name
		case m.Rule == "vessel.imo" || name != "" && name != m.Name:
			return "", ""
		default:
			name = m.Name
		}
	}
	return name, imo
}

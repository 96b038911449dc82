package read

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/sentence"
	"github.com/cordon-engine/cordon/internal/when"
)

// form is how a deed is told.
type form uint8

const (
	active  form = iota // "Peru sold coal"
	passive             // "coal was sold by Peru"
	reduced             // "coal sold by Peru"
	nominal             // "the sale of coal by Peru"
)

var formWords = [...]string{active: "active", passive: "passive", reduced: "participle", nominal: "noun"}

// deed is one place at which a frame may be told: the word that tells it, with what stands before and after it in the clause.
type deed struct {
	*frame
	// line is the number of the frame in the table.
	line                int
	form                form
	before, word, after sentence.Span
	// now says that it is told as going on.
	now bool
}

// frame states the activity that a claim describes, in the vocabulary of the law, where the words leave no doubt of what was
// done, by whom and when. What is said of the past without a date has no day and becomes no activity; nor does what is demanded,
// proposed, promised, foretold, denied, asked or only supposed.
func (w *work) frame(c *Claim) {
	switch c.Kind {
	case claim.Demand, claim.Proposal, claim.Denial, claim.Undertaking:
		return
	}
	s := c.content
	if s.To <= s.From || !c.Span.Contains(s) {
		s = c.Span
	}
	if c.Negative || c.Sort == "prediction" || w.asks(c.Span) || w.heading(w.sentenceAt(c.Span.From)) && c.Voice == Own {
		return
	}
	for _, d := range w.deeds(c, s) {
		facts, ok := w.factsOf(c, &d)
		if !ok {
			continue
		}
		c.Doing = d.kind
		day, ok := w.dayOf(s, !d.now)
		switch {
		case !ok:
			c.Lacks = "a day"
			continue
		case w.day != when.NoDay && day.From > w.day:
			c.Lacks = "a day up to that of the document"
			continue
		case w.day != when.NoDay && day.To > w.day:
			day.To = w.day // "in 2019" is what of 2019 was over
		}
		if c.Activity = w.activity(d.kind, day, facts...); c.Activity != nil {
			c.ActivityBy, c.Lacks = d.rule+"."+formWords[d.form], ""
			return
		}
	}
}

// asks reports whether a span stands in a question.
func (w *work) asks(s sentence.Span) bool {
	return strings.HasSuffix(strings.TrimRight(w.text[s.From:w.sentenceAt(s.From).To], " ”\"’')"), "?")
}

// wordAt matches words with what joins their parts.
var wordAt = pattern.New(`[\pL\d][\pL\d’'-]*`)

// Limits on one claim: how far from a word that tells a deed what belongs to it may stand, in bytes, and how many such words are looked at.
const (
	deedReach = 400
	maxDeeds  = 60
)

// eachTrigger gives the words of a span that may tell a deed, each as every frame and form that it may belong to.
func (w *work) eachTrigger(s sentence.Span, each func(deed, wordForm)) {
	text := w.text[s.From:s.To]
	words := wordAt.FindAllStringIndex(text, -1)
	low := make([]string, len(words))
	for i, at := range words {
		low[i] = strings.ToLower(text[at[0]:at[1]])
	}
	n := 0
	for i, at := range words {
		for _, tr := range w.t.triggers[low[i]] {
			end := i + len(tr.rest)
			if end >= len(words) || !slices.Equal(low[i+1:end+1], tr.rest) {
				continue
			}
			if n++; n > maxDeeds {
				return
			}
			word := sentence.Span{From: s.From + at[0], To: s.From + words[end][1]}
			each(deed{
				frame: &w.t.frames[tr.frame], line: tr.frame, word: word,
				before: sentence.Span{From: w.runeStart(max(s.From, word.From-deedReach)), To: word.From},
				after:  sentence.Span{From: word.To, To: w.runeStart(min(s.To, word.To+deedReach))},
			}, tr.form)
		}
	}
}

// runeStart steps forward to the beginning of a character.
func (w *work) runeStart(at int) int {
	for at < len(w.text) && !utf8.RuneStart(w.text[at]) {
		at++
	}
	return at
}

// deeds gives the places of a span at which frames are told, in the order of the table, the full clauses before what only hangs on one.
func (w *work) deeds(c *Claim, s sentence.Span) []deed {
	var out []deed
	w.eachTrigger(s, func(d deed, f wordForm) {
		if (d.also == nil || d.also.MatchString(w.text[s.From:s.To])) && w.told(c, &d, f) {
			out = append(out, d)
		}
	})
	order := func(d deed) int {
		if d.form == reduced {
			return d.line + len(w.t.frames)
		}
		return d.line
	}
	slices.SortStableFunc(out, func(a, b deed) int { return order(a) - order(b) })
	return out
}

var (
	// isDone ends before the participle of a passive. What only may or is to be done is not told.
	isDone  = pattern.New(`(?i)\b(is|are|was|were|been|being|got)(?:\s(?:\w+ly|also|then|later|first|again|since|now|still))*\s$`)
	notDone = pattern.New(`\b(?:would|could|may|might|should|must|will|shall|to)\s(?:\w+ly\s)?(?:have\s(?:\w+ly\s)?been|be\s(?:\w+ly\s)?being)\s(?:\w+ly\s)?$`)
	// governs are words under which a verb right behind them only might, should or did not happen.
	governs = pattern.New(`\b(?:to|will|would|shall|should|may|might|can|could|must|cannot|let|lets|make|makes|did|do|does|not|never|won’t|won't)(?:\s(?:\w+ly|also|then|again|not|never|now))*\s$`)
	// goesAhead are words before "to" after which a thing is done.
	goesAhead = pattern.New(`\b(?:continu\w+|began|begins?|begun|beginning|start(?:s|ed)?|resum\w+|proceed\w*|manag(?:es|ed)|went on|goes on|go on|helps?|helped|us(?:es|ed))\sto\s(?:\w+ly\s)?$`)
	// supposed are words earlier in the clause under which all behind them is supposed, and no more.
	supposed = pattern.New(`\b(?:[Ii]f|[Ww]hether|[Uu]nless|would|should|could|might|may|[Bb]efore|[Uu]ntil|[Ww]ithout|[Ll]est|so that|in order|ought|[Ss]uppose|[Ii]magine|[Ii]nstead of|[Rr]ather than)\b`)
	// heldBack end before a gerund or noun of what is not done, and done before what is.
	done = pattern.New(`(?i)(?:^|[,;“"(]\s*|\b(?:is|are|was|were|been|keeps?|kept|continu(?:es|ed|e|ing)|start(?:s|ed)|began|begins?|resum(?:es|ed)|admit(?:s|ted)|confirm(?:s|ed)|by|in|for|after|while|when|since|despite)|\b(?:accus\w+|guilty|suspect\w+|convict\w+|evidence|proof|reports?|finding|history|record|capable|instances?|cases?)\b[^.;]{0,60}\bof)\s*$`)
	// factive are words before a noun that say that it happened.
	factive = pattern.New(`(?i)\b(?:made|makes|making|carried out|carries out|carrying out|conduct\w*|continu\w+|resum\w+|began|begins?|start(?:s|ed)|took part in|taken part in|participated in|engaged? in|engaging in|engages in|involved in|report\w*|confirm\w*|admit\w*|acknowledg\w*|reveal\w*|disclos\w+|document\w*|observ\w*|record(?:ed|s)|detect\w*|found|finds|noted|notes|condemn\w*|deplor\w*|denounc\w*|critici[sz]\w*|protest(?:ed|s)? (?:against )?|regret\w*|after|following|since|despite|because of|during|through|evidence of|proof of|witness\w*|saw|sees|photographed|arranged|organi[sz]ed|brokered|facilitated|financed|approved|authori[sz]ed|completed|from|to|by|and)\s(?:(?:the|a|an|its|their|his|her|another|further|new|regular|repeated|illegal|illicit|first|second|large|small|continued|several|two|three|\d+|alleged|reported|[A-Z][\w’']+)\s)*$`)
	// undone are predicates of a noun that say that it does not or did not happen, or only may.
	undone = pattern.New(`^[^.;]*?\b(?:(?:is|are|was|were|be|been|being|remains?|remained)\s(?:\w+ly\s|also\s|now\s|all\s)*(?:prohibited|banned|barred|forbidden|outlawed|halted|stopped|suspended|ended|denied|proposed|planned|considered|discussed|prevented|foiled|thwarted|blocked|cancelled|canceled|refused|rejected|expected|capped|limited|restricted|allowed|permitted|exempt\w*|lawful|legal|illegal|unlawful|possible|impossible)|stop(?:s|ped)?|end(?:s|ed)|ceas(?:es|ed)|fell to (?:zero|nothing)|will|would|should|shall|must|may|might|could|can|requires?|needs?|failed|fell through|never)\b`)
	// finiteVerb is a verb that makes a sentence of what stands before it.
	finiteVerb = pattern.New(`\b(?:is|are|was|were|has|have|had|will|would|shall|should|must|may|might|can|could|do|does|did|[a-z]{3,}ed|took|rose|fell|grew|went|came|began|made|broke|goes|takes|makes|breaks|[a-z]{3,}(?:es|ts|ks|ds|ms|ns|ls|ps|rs))\b`)
	// cannotBe tells that no verb stands there: a noun or a name that looks like one.
	pluralLead = pattern.New(`(?:s|people|police|men|women|both|we|they|you|I|and [A-Z]\w+)\s(?:\w+ly\s|also\s|still\s|now\s)*$`)
	// nowBe is a verb of being in the present.
	nowBe = pattern.New(`(?i)^(?:is|are|being)$`)
)

// told decides how a word tells a deed, and whether it tells it at all: what is to be, may be, should be or was prevented is not told.
func (w *work) told(c *Claim, d *deed, f wordForm) bool {
	before := w.text[d.before.From:d.before.To]
	if k := strings.LastIndexAny(before, ";"); k >= 0 {
		d.before.From += k + 1
		before = before[k+1:]
	}
	if supposed.MatchString(before) || f != nounForm && strings.HasPrefix(w.text[d.after.From:d.after.To], " of ") {
		return false
	}
	wide := w.text[min(c.Span.From, d.before.From):d.before.To] // with the words of speech before what is said
	switch f {
	case nounForm:
		d.form = nominal
		return w.nounTold(c, d, wide)
	case gerundForm:
		if at := isDone.FindStringSubmatch(before); at != nil {
			d.now = nowBe.MatchString(at[1])
			return true
		}
		d.now = strings.TrimSpace(before) == "" && d.before.From == w.sentenceAt(d.before.From).From
		return done.MatchString(wide)
	}
	if at := isDone.FindStringSubmatch(before); at != nil && (f == pastForm || f == participleForm) {
		d.form = passive
		d.now = nowBe.MatchString(at[1])
		return !notDone.MatchString(before)
	}
	switch {
	case f == baseForm || f == thirdForm:
		d.now = true
	case d.subject || perfect.MatchString(before):
	case f == participleForm || f == pastForm && behindParticiple.MatchString(w.text[d.after.From:d.after.To]):
		d.form = reduced
		return !strings.HasSuffix(before, " be ") && behindParticiple.MatchString(w.text[d.after.From:d.after.To])
	}
	if governs.MatchString(before) && !goesAhead.MatchString(before) || strings.HasSuffix(before, " be ") {
		return false
	}
	return f != baseForm || goesAhead.MatchString(before) || pluralLead.MatchString(before)
}

var (
	// perfect ends before the participle of a perfect tense.
	perfect = pattern.New(`(?i)\b(?:has|have|had|having|’ve|'ve)(?:\s(?:\w+ly|also|then|later|since|now|already|repeatedly|long))*\s$`)
	// behindParticiple begins what stands behind a participle without an object of its own.
	behindParticiple = pattern.New(`^\s(?:by|at|in|from|to|on|off|under|aboard|into)\s`)
)

// nounTold reports whether a noun names what happened: as the subject of what did not stop or fail, behind a word that says that it
// happened, or as all that a word of speech says.
func (w *work) nounTold(c *Claim, d *deed, wide string) bool {
	before, after := w.text[d.before.From:d.before.To], w.text[d.after.From:d.after.To]
	if finiteVerb.MatchString(afterDates(before)) {
		return factive.MatchString(wide)
	}
	if undone.MatchString(after) {
		return false
	}
	return finiteVerb.MatchString(after) || c.Voice != Own || factive.MatchString(wide) || strings.HasPrefix(c.Rule, "speech.")
}

// afterDates leaves out a beginning such as "In June 2019, ".
func afterDates(s string) string {
	if k := strings.Index(s, ", "); k >= 0 && k < 40 && !finiteVerb.MatchString(s[:k]) {
		return s[k+2:]
	}
	return s
}

// factsOf gives the facts of a deed by name and value; false where what the frame needs is not told.
func (w *work) factsOf(c *Claim, d *deed) ([]string, bool) {
	o, ok := w.objectOf(d)
	if !ok {
		return nil, false
	}
	facts := slices.Clone(d.facts)
	known := map[string]place.State{}
	set := func(names []string, s place.State) bool {
		for _, n := range names {
			if old := known[n]; old != 0 && old != s {
				return false
			}
			known[n] = s
		}
		return true
	}
	tied := false
	for _, r := range d.roles {
		done := false
		switch r.name {
		case "ship", "partner", "count", "goods":
			more := w.thingsOf(c, d, r.name, o)
			facts = append(facts, more...)
			done = len(more) > 0
			tied = tied || r.name == "ship" && done
		case "pair":
			a, b := w.pairOf(c, d)
			if done = b != 0 && set(r.facts, a) && set(r.second, b); done {
				tied = true
			}
		default:
			st := w.stateOf(c, d, r.name, o)
			if done = st != 0; !done && allKnown(known, r.facts) {
				continue
			}
			if done && (len(r.facts) == 0 || alreadyOther(known, r.facts, st)) {
				if r.required {
					return nil, false
				}
				continue
			}
			if done {
				set(r.facts, st)
				tied = true
			}
		}
		if r.required && !done {
			return nil, false
		}
	}
	if !tied && !(d.kind == "sea_transfer" && (o.phrase != "" || slices.Contains(facts, "goods[1].description"))) {
		return nil, false
	}
	return w.completed(c, d, o, known, facts)
}

func allKnown(known map[string]place.State, names []string) bool {
	return len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return known[n] == 0 })
}

// alreadyOther reports whether one of the facts has another state.
func alreadyOther(known map[string]place.State, names []string, s place.State) bool {
	return slices.ContainsFunc(names, func(n string) bool { return known[n] != 0 && known[n] != s })
}

// completed adds states, goods, and what hangs on the kind.
func (w *work) completed(c *Claim, d *deed, o object, known map[string]place.State, facts []string) ([]string, bool) {
	if d.goods && o.phrase != "" {
		origin := o.state
		if origin == 0 {
			origin = known["from"]
		}
		if from := known["from"]; origin != 0 && known["origin"] == 0 && (from == 0 || from != known["destination"]) {
			known["origin"] = origin
		}
		if known["origin"] == known["destination"] && known["origin"] != 0 {
			return nil, false
		}
		facts = append(facts, w.goodsFacts(o)...)
	}
	delete(known, "from")
	if known["service.recipient_state"] != 0 && known["service.recipient_state"] == known["jurisdiction"] ||
		known["venture.partner_state"] != 0 && known["venture.partner_state"] == known["jurisdiction"] ||
		known["work.host"] != 0 && known["work.host"] == known["work.nationality"] {
		return nil, false
	}
	for n, s := range known {
		facts = append(facts, n, s.String())
	}
	text := w.text[c.Span.From:c.Span.To]
	for _, m := range refinements {
		if d.kind == m.kind && m.re.MatchString(text) && (m.of == "" || slices.Contains(facts, m.of)) && !slices.Contains(facts, m.fact) {
			facts = append(facts, m.fact, m.value)
		}
	}
	return facts, true
}

// refinements are what words of a claim add to its activity, whatever frame it has; the first of a fact counts.
var refinements = []struct {
	kind, of    string
	re          *pattern.Pattern
	fact, value string
}{
	{"test", "ballistic_launch", pattern.New(`(?i)\bintercontinental|\bICBMs?\b`), "test.range", "intercontinental"},
	{"test", "ballistic_launch", pattern.New(`(?i)\bintermediate-range`), "test.range", "intermediate"},
	{"test", "ballistic_launch", pattern.New(`(?i)\bmedium-range`), "test.range", "medium"},
	{"test", "ballistic_launch", pattern.New(`(?i)\bshort-range`), "test.range", "short"},
	{"exercise", "", pattern.New(`(?i)\b(?:large|large-scale|major|biggest|largest)\b`), "exercise.scale", "large"},
	{"payment", "loan", pattern.New(`(?i)\bconcessional\b`), "finance.concessional", "true"},
	{"cooperation", "science", pattern.New(`(?i)\bnuclear\b`), "cooperation.field", "nuclear"},
	{"cooperation", "science", pattern.New(`(?i)\b(?:aerospace|space|aeronautic\w*)\b`), "cooperation.field", "aerospace"},
	{"cooperation", "science", pattern.New(`(?i)\bphysics\b`), "cooperation.field", "physics"},
	{"cooperation", "science", pattern.New(`(?i)\b(?:computing|computer science|software)\b`), "cooperation.field", "computing"},
	{"cooperation", "science", pattern.New(`(?i)\bchemi(?:stry|cal)\b`), "cooperation.field", "chemistry"},
	{"cooperation", "science", pattern.New(`(?i)\bmaterials?\b`), "cooperation.field", "materials"},
	{"cooperation", "science", pattern.New(`(?i)\b(?:medicine|medical)\b`), "cooperation.field", "medicine"},
}

// thingsOf gives the facts of what is no state: ships, the number of people, goods behind what it is done to.
func (w *work) thingsOf(c *Claim, d *deed, role string, o object) []string {
	switch role {
	case "ship":
		return w.withShip(c)
	case "partner":
		return w.twoShips(c)
	case "count":
		if n := w.headcount(c.Span); n > 0 {
			return []string{"work.count", strconv.FormatFloat(n, 'f', -1, 64)}
		}
	case "goods":
		if rest, ok := strings.CutPrefix(w.text[o.span.To:max(o.span.To, c.Span.To)], " of "); ok {
			g := w.goodsAfter(sentence.Span{From: c.Span.To - len(rest), To: c.Span.To})
			return w.goodsFacts(g)
		}
	}
	return nil
}

// dayOf gives the day of what is told in a span: the one that it names or, of what is told as going on, that of the document.
func (w *work) dayOf(s sentence.Span, past bool) (when.Period, bool) {
	day, n := w.dated(s)
	if n > 0 || past || w.day == when.NoDay {
		return day, n == 1 && day.From != when.NoDay
	}
	return when.On(w.day), true
}

// dated gives the one day or period that a span names, and how many it names.
func (w *work) dated(s sentence.Span) (when.Period, int) {
	out := when.Period{From: when.NoDay, To: when.NoDay}
	n := 0
	for _, m := range w.allIn(s) {
		if m.Kind == mention.Date {
			out, n = m.Period, n+1
		}
	}
	return out, n
}

// activity makes an activity of facts by name and value; nil where the vocabulary refuses one.
func (w *work) activity(kind string, day when.Period, facts ...string) *activity.Activity {
	a := &activity.Activity{}
	all := append([]string{"kind", kind, "date", day.String()}, facts...)
	for i := 0; i < len(all); i += 2 {
		if w.ref.SetFact(a, all[i], all[i+1]) != nil {
			return nil
		}
	}
	return a
}

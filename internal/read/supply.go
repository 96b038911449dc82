package read

import (
	"cmp"
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
	// outward and inward are the verbs by which goods leave the subject and come to it.
	outward = pattern.New(`\b(?:suppl(?:y|ies|ied)|provid(?:es?|ed)|exports?|exported|s(?:ells?|old)|ship(?:s|ped)?|deliver(?:s|ed)?|s(?:ends?|ent)|transferred|transfers)\s`)
	inward  = pattern.New(`\b(?:imports?|imported|b(?:uys?|ought)|purchases?|purchased|procures?|procured)\s`)
	// moved is the passive: the goods stand before it.
	moved = pattern.New(`\b(?:was|were|been)\s+(?:\w+ly\s+)?(?:supplied|provided|exported|imported|sold|shipped|delivered|sent|transferred|landed|unloaded)\b`)
	// pastSupply tells verbs that speak of what was done; all others speak of the day of the document.
	pastSupply = pattern.New(`\b(?:\w+ed|sold|sent|bought)\s$`)
	goodsEnd   = pattern.New(`[,;.:()]|\s(?:to|from|on|in|at|through|via|aboard|during|worth|since|between|for|by|with|into|over|under|without|despite|through|after|before|last|this|as|that|which|per|of\s\w+\sorigin)\b`)
	toWhom     = pattern.New(`\b(?:to|into)\s`)
	fromWhom   = pattern.New(`\bfrom\s`)
	byWhom     = pattern.New(`\bby\s`)
	ofOrigin   = pattern.New(`\bof\s[\w ]+?\sorigin\b`)
	measured   = pattern.New(`^(?:(?:about|some|around|at least|up to|nearly|almost|over|more than)\s)?[\d,.]+(?:\s(?:thousand|million))?\s(?:metric\s)?(?:tonnes|tons|barrels|litres|kg)\sof\s`)
	counted    = pattern.New(`^(?:(?:about|some|around|at least|up to|nearly|almost|over|more than)\s)?(?:[\d,.]+|two|three|four|five|six|seven|eight|nine|ten|dozens of|several|many)\s`)
	portName   = pattern.New(`^(?:the port of |the )?[A-Z][\w-]+`)
	article    = pattern.New(`^(?:the|an?|its|their|his|any|some|new|more)\s`)
)

// supply states that goods went from one state to another, where the goods are known to the lists of named goods and both
// directions are told: the subject, and "to", "from" or "by" somebody else. What has neither date nor present tense has no day.
func (w *work) supply(c *Claim, text string) {
	var from, to place.State
	subject := place.State(0)
	if len(c.Subject.States) == 1 {
		subject = c.Subject.States[0]
	}
	var at []int
	var phrase string
	switch {
	case outward.MatchString(text):
		at, from = outward.FindStringIndex(text), subject
	case inward.MatchString(text):
		at, to = inward.FindStringIndex(text), subject
	case moved.MatchString(text):
		at = moved.FindStringIndex(text)
	default:
		return
	}
	passive := from == 0 && to == 0 && moved.MatchString(text)
	if passive {
		phrase = goodsPhrase(strings.TrimSpace(text[:at[0]]) + ".")
	} else {
		phrase = goodsPhrase(text[at[1]:])
	}
	rest := sentence.Span{From: c.Span.From + at[1], To: c.Span.To}
	if s := w.stateAfter(rest, toWhom); s != 0 && to == 0 {
		to = s
	}
	if s := w.stateAfter(rest, fromWhom); s != 0 && from == 0 {
		from = s
	}
	if s := w.stateAfter(rest, byWhom); s != 0 && from == 0 && passive {
		from = s
	}
	phrase, origin := w.withoutOrigin(phrase, sentence.Span{From: c.Span.From, To: c.Span.To})
	if from == 0 {
		from = origin
	}
	if from == to || from == 0 && to == 0 || phrase == "" || !w.knownGoods(phrase) {
		return
	}
	day, ok := w.dayOf(c, passive || pastSupply.MatchString(text[:at[1]]))
	if !ok {
		return
	}
	facts := []string{"goods[1].description", phrase}
	for _, f := range []struct {
		name string
		s    place.State
	}{{"origin", cmp.Or(origin, from)}, {"destination", to}, {"jurisdiction", subject}} {
		if f.s != 0 {
			facts = append(facts, f.name, f.s.String())
		}
	}
	if low, unit, ok := w.amount(c); ok {
		facts = append(facts, "goods[1].quantity", strconv.FormatFloat(low, 'f', -1, 64), "goods[1].unit", unit)
	}
	c.Activity = w.activity("transfer", day, w.withShip(c, facts...)...)
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

// stateAfter gives the one state named right behind a preposition, by name or as the owner of a port.
func (w *work) stateAfter(s sentence.Span, preposition *pattern.Pattern) place.State {
	for _, at := range preposition.FindAllStringIndex(w.text[s.From:s.To], -1) {
		from := s.From + at[1]
		for _, n := range w.nominals(sentence.Span{From: from, To: s.To}) {
			if n.span.From-from <= 4 && len(n.States) == 1 {
				return n.States[0]
			}
		}
		if at := portName.FindString(w.text[from:s.To]); at != "" {
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

// amount gives the first quantity of a claim that is measured, in the units of activities.
func (w *work) amount(c *Claim) (float64, string, bool) {
	for _, m := range w.allIn(c.Span) {
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

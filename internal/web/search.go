package web

import (
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// searchPage is what the box at the top of every page finds.
type searchPage struct {
	Query      string
	Kinds      []vocab.Kind
	Provisions []*law.Provision
	More       int
	// Words are how many words were looked for, and Held how many of them each provision holds.
	Words, Held int
	Goods       []decide.Line
	Code        goods.Code
	// Subjects are those of the lists that have such a name; MoreSubjects how many
	// there are besides. Lists is false where there are no lists.
	Subjects     []suggestion
	MoreSubjects int
	Lists        bool
	// States are those that the query names, Claims those in which its words occur; ClaimsAt leads to all of them.
	States []stateLink
	Claims []claimCard
	// Own are claims of a state that the query names, by its code: what it answers comes before what is said of it.
	Own        map[string][]claimCard
	MoreClaims int
	ClaimsAt   string
	// Question is true for more words than goods or names have.
	Question bool
	// Day is one that the query names, NoDay for none.
	Day when.Day
	// Gist are the facts that a question about workers says, Trade those of one about goods; Topic the words without states and
	// idle ones.
	Gist, Trade []gist
	Topic       string
	// Looked are those whom a question names, Promises the undertakings that it is about, Drafts bans that it asks about, of Bans.
	Looked   []lookedFor
	Promises []foundPromise
	// Promised is true where the query is about undertakings, which come first then.
	Promised bool
	// Unpromised is true where it asks whether one was kept and none on record is called so.
	Unpromised bool
	// OfGoods is the law that names the goods of the query, and comes first; MoreOfGoods how much besides.
	OfGoods     []*law.Provision
	MoreOfGoods int
	// Party are the facts of somebody listed whom the question names.
	Party  []gist
	Drafts []foundDraft
	Bans   string
	// Measure is that of which a question asks in which states; MeasureTitle says it in words.
	Measure, MeasureTitle string
}

// Form gives the form of a kind of activity, with the day that was named and what a question says of it.
func (p *searchPage) Form(kind string) string { return formWith(kind, p.Said(kind)) }

// Said are the facts that the query says of a kind of activity.
func (p *searchPage) Said(kind string) []gist {
	switch kind {
	case "employment":
		return p.Gist
	case "transfer":
		return p.Trade
	}
	out := slices.DeleteFunc(slices.Clone(p.Gist), func(g gist) bool { return g.Name != "date" })
	for _, g := range p.Party {
		if strings.HasPrefix(g.Name, "parties[") || kind == "payment" && strings.HasPrefix(g.Name, "finance.") || kind == "port_call" && strings.HasPrefix(g.Name, "vessel.") {
			out = append(out, g)
		}
	}
	return out
}

// longest is how many words goods and names are looked for with.
const longest = 5

// maxFound is how many provisions a search shows.
const maxFound = 8

// search looks in everything for the words of a question.
func (s *Site) search(r *http.Request) (*answer, error) {
	if err := known(r, "q"); err != nil {
		return nil, err
	}
	page := &searchPage{Query: strings.TrimSpace(r.URL.Query().Get("q")), Day: when.NoDay}
	a := &answer{template: "search", title: "Search", body: page}
	words := asked(page.Query)
	if len(words) == 0 {
		return a, nil
	}
	a.title = page.Query + ": search"
	page.Lists = s.Screener != nil
	if page.Lists && len(page.Query) <= maxTyped {
		found, err := s.suggested(r.Context(), page.Query)
		if err != nil {
			return nil, err
		}
		page.Subjects, page.MoreSubjects = found.List, found.More
	}
	done := words
	if ownFirm.MatchString(page.Query) {
		done = asked(ownFirm.ReplaceAllString(page.Query, ""))
	}
	for _, k := range vocab.Kinds() {
		if holds(k.Title+" "+k.About, done) || calls(k.Name, done) {
			page.Kinds = append(page.Kinds, k)
		}
	}
	if day := dayIn.FindString(page.Query); day != "" {
		page.Day = dayField(map[string]string{"q": day}, new([]fieldError), "q", "") // what is no day is words
	}
	if page.Day == when.NoDay && asksNow(page.Query) {
		page.Day = s.Today()
	}
	topic := s.citiesIn(page, s.searchClaims(r.Context(), page, words)) // before states, which law and goods are not looked for by
	about := topic
	if len(topic) == 0 {
		topic = words
	}
	page.Gist, page.Trade, page.Topic = s.gistOf(page.Day, page.States, words), s.tradeOf(page, topic), strings.Join(topic, " ")
	if page.Directed() && !slices.ContainsFunc(page.Kinds, func(k vocab.Kind) bool { return k.Name == "transfer" }) && page.Trade[len(page.Trade)-1].Name == "goods[1].description" && len(page.Kinds) == 0 {
		page.Trade = nil // a state and words are no question of goods
	}
	kindsAsked(page.Kinds, page)
	var named bool
	page.Promises, named = s.promisesIn(r.Context(), page.Query, about, len(page.Kinds) == 0, asksKept(words))
	page.Promised = len(page.Promises) > 0 && (named || asksKept(words))
	s.draftIn(page, words, topic)
	if page.Measure = measureIn(page.Query, topic, s.measures()); page.Measure != "" {
		page.MeasureTitle = report.MeasureWord(page.Measure)
	}
	if err := s.lookFor(r.Context(), page, page.Query); err != nil {
		return nil, err
	}
	if len(page.Looked) > 0 { // "ship" is of somebody, and of no transfer
		page.Kinds = slices.DeleteFunc(page.Kinds, func(k vocab.Kind) bool { return len(page.Said(k.Name)) == 0 })
	}
	found := nearestBy(s.Desk.Law.Provisions(), topic, inLaw)
	if page.Words = len(topic); len(found) > 0 {
		page.Held = held(inLaw(found[0]), topic)
	}
	page.Provisions = found[:min(maxFound, len(found))]
	page.More = len(found) - len(page.Provisions)
	page.Unpromised = len(page.Promises) == 0 && asksKept(words) && isQuestion(page.Query) && !asksLeave(page.Query)
	if page.Promised || page.Unpromised {
		page.onPromises()
	}
	if !page.Promised {
		s.lawOfGoods(page, topic)
	}
	// A whole question is no name of goods, nor of anybody.
	page.Question = len(words) > longest || isQuestion(page.Query)
	of := page.Topic
	if page.Question { // words like goods, of a question, are of goods only where a line has them
		of = goodsIn(topic)
	}
	for _, h := range s.Desk.HS.Search(of, 6) {
		if len(topic) > longest || page.Promised {
			break
		}
		if l := (decide.Line{Code: h.Code, Label: s.Desk.HS.Label(h.Code)}); !page.Question || held(l.Label, strings.Fields(of)) > 0 || page.Directed() {
			page.Goods = append(page.Goods, l)
		}
	}
	return a, nil
}

// inLaw is where words are looked for in a provision.
func inLaw(p *law.Provision) string { return p.ID + " " + p.Cite() + " " + p.Title + " " + p.Text }

// idle are words of questions that say nothing of what is asked about.
var idle = func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields("a about an and any are as at be been by can could did do does ever for from had has have how i if in into is it its may me " +
		"might must my of on or our say says said shall should so tell that the their there they this to under up was we were what when where which who " +
		"whom whose why will with would you your answer answers reply replies") {
		out[w] = true
	}
	return out
}()

// dayIn finds a day in a question.
var dayIn = pattern.New(`\b(?:[0-3]?[0-9] [A-Za-z]{3,9} [12][0-9]{3}|[12][0-9]{3}-[01][0-9]-[0-3][0-9])\b`)

// asked gives the words of a query that say what it is about, small; all of them where there is no such word.
func asked(query string) []string {
	all := strings.FieldsFunc(strings.ToLower(dayIn.ReplaceAllString(query, " ")), func(r rune) bool {
		return r != '-' && r != '/' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	var out []string
	for _, w := range all {
		if w = strings.Trim(w, ".-/"); w != "" && !idle[w] {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return all
	}
	return out
}

// nearestBy gives the things in which the most words occur: every one, or where there is no such thing, at least half of them.
func nearestBy[T any](list []T, words []string, text func(T) string) []T {
	var out []T
	best := (len(words) + 1) / 2
	for _, x := range list {
		n := held(text(x), words)
		if n > best {
			best, out = n, out[:0]
		}
		if n == best {
			out = append(out, x)
		}
	}
	return out
}

// held counts the words that occur in a text, in the singular too.
func held(text string, words []string) int {
	text = strings.ToLower(text)
	n := 0
	for _, w := range words {
		if begins(text, w) || len(w) > 3 && begins(text, strings.TrimSuffix(w, "s")) {
			n++
		}
	}
	return n
}

// begins reports whether a word of a text begins with another: trucks are not meant where a ship is struck off.
func begins(text, w string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], w)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		if at+i == 0 || !unicode.IsLetter(before) {
			return true
		}
		at += i + len(w)
	}
}

// holds reports whether a text holds every word.
func holds(text string, words []string) bool { return held(text, words) == len(words) }

package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/ident"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/pattern"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// lookedFor is somebody whom a question names, with what the lists say: an outcome is never left out, so that nobody reads
// silence as clear.
type lookedFor struct {
	What, Address, Outcome, Reason string
	Hits                           []suggestion
	More                           int
	// With is the first of the hits where it is listed, Effects what the law of the day says of dealing with it, or NoEffect why
	// that cannot be told.
	With, NoEffect string
	Day            when.Day
	Effects        []effect
}

// maxNamed is how many names of a question are looked for, hitsNamed how many hits of each are shown.
const (
	maxNamed  = 2
	hitsNamed = 3
)

// imoIn finds the IMO number that a question gives.
var imoIn = pattern.New(`(?i)\bIMO\s*(?:no\.?|number)?\s*:?\s*([0-9]{7})\b`)

// lookFor looks for whom a question names: a ship by its IMO number, and runs of words that begin with capitals.
func (s *Site) lookFor(ctx context.Context, page *searchPage, query string) error {
	if s.Screener == nil {
		return nil
	}
	look := func(what string, q Query, always bool) error {
		q.AsOf = when.NoDay
		found, err := s.Screener.Screen(ctx, q)
		if err != nil || found.Outcome == "clear" && !always {
			return err // words with capitals need not be a name
		}
		as := url.Values{}
		for n, v := range map[string]string{"name": q.Name, "identifier": q.Identifier} {
			if v != "" {
				as.Set(n, v)
			}
		}
		l := lookedFor{What: what, Address: "/who?" + as.Encode() + "#result", Outcome: found.Outcome, Reason: found.Reason, More: found.More}
		for i := range found.Hits {
			h := &found.Hits[i]
			if len(l.Hits) == hitsNamed {
				l.More += len(found.Hits) - i
				break
			}
			x := suggestion{Suggestion: Suggestion{ID: h.ID, Caption: h.Names[0].Text, Tier: h.Tier}, Address: whoAddress(h.ID)}
			for _, y := range h.Listings {
				if y.DelistedOn == when.NoDay && !slices.Contains(x.Authorities, y.Authority) {
					x.Authorities = append(x.Authorities, y.Authority)
				}
			}
			l.Hits = append(l.Hits, x)
		}
		if err := s.dealing(ctx, page, &l); err != nil {
			return err
		}
		page.Looked = append(page.Looked, l)
		return nil
	}
	if m := imoIn.FindStringSubmatch(query); m != nil {
		if _, err := ident.ParseIMO(m[1]); err != nil {
			page.Looked = append(page.Looked, lookedFor{What: "IMO " + m[1], Address: "/who?identifier=" + m[1], Outcome: "not_screened", Reason: plain(err)})
		} else if err := look("IMO "+m[1], Query{Identifier: m[1]}, true); err != nil {
			return err
		}
	}
	names, certain := s.namesIn(query)
	for _, n := range names[:min(maxNamed, len(names))] {
		if err := look(n, Query{Name: n}, certain); err != nil {
			return err
		}
	}
	return nil
}

// dealing says what follows in law where a question asks what may be done and somebody whom it names is listed, and carries the one
// that was found into the forms: nobody is to read there that the party was taken for not listed.
func (s *Site) dealing(ctx context.Context, page *searchPage, l *lookedFor) error {
	if page.Day == when.NoDay || !asksLeave(page.Query) || len(l.Hits) == 0 || l.Hits[0].ID == "" || l.Hits[0].Tier != "listed" && l.Hits[0].Tier != "owned_or_controlled" {
		return nil
	}
	life, err := s.Screener.Subject(ctx, l.Hits[0].ID, page.Day)
	if err != nil {
		return err
	}
	l.With, l.Day = life.Caption, page.Day
	ship, imo := shipOf(life, report.Numbers(life.Records, s.state))
	if l.Effects, l.NoEffect, err = s.effectsOf(plannedWith(life.Caption, imo, ship), life.ID, page.Day); err != nil || len(l.Effects) == 0 || page.Party != nil {
		return err
	}
	u, err := url.Parse(l.Effects[0].Address)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the address of a ruling")
	}
	facts := u.Query()
	for _, n := range slices.Sorted(maps.Keys(facts)) {
		named := strings.HasSuffix(n, ".name")
		switch {
		case n == "date" || l.Outcome != "match" && !named:
			continue // one who may be another is looked up anew from the name
		case named && l.Outcome == "match":
			page.Party = append(page.Party, gist{n, facts.Get(n), "with " + life.Caption + ", who is listed"})
		case named:
			page.Party = append(page.Party, gist{n, facts.Get(n), "with " + life.Caption})
		default:
			page.Party = append(page.Party, gist{Name: n, Value: facts.Get(n)})
		}
	}
	return nil
}

// stands are words by which people ask how somebody stands.
var stands = strings.Fields("listed sanctioned designated")

// afterName are words that end a name in a question, whoever writes it small.
var afterName = strings.Fields("and or listed sanctioned designated named banned on under by in of from with owned to")

// namesIn gives the names in a question: what stands behind "who is", and runs of two and more words that begin with capitals and
// name no state. It is certain of the first alone.
func (s *Site) namesIn(query string) (names []string, certain bool) {
	words := strings.Fields(strings.NewReplacer("?", " ", ",", " , ", "“", " ", "”", " ", `"`, " ").Replace(dayIn.ReplaceAllString(imoIn.ReplaceAllString(query, " , "), " , ")))
	small := strings.Fields(strings.ToLower(strings.Join(words, " ")))
	begin := 0
	switch {
	case len(small) > 2 && small[0] == "who" && slices.Contains([]string{"is", "are", "was"}, small[1]):
		begin = 2
	case len(small) > 2 && slices.Contains([]string{"is", "are", "was", "were"}, small[0]) && anyOf(small, stands):
		begin = 1
	}
	if begin > 0 {
		end := begin
		for end < len(words) && words[end] != "," && !slices.Contains(afterName, small[end]) {
			end++
		}
		n := strings.Join(words[begin:end], " ")
		if _, state := s.stateIn(n); n != "" && !idle[small[begin]] && !state {
			return []string{n}, true
		}
	}
	var run []string
	flush := func() {
		if len(run) > 1 {
			names = append(names, strings.Join(run, " "))
		}
		run = nil
	}
	for _, w := range words {
		first, _ := utf8.DecodeRuneInString(w)
		_, state := s.stateIn(w)
		if !unicode.IsUpper(first) || state || idle[strings.ToLower(w)] || slices.Contains(interrogatives, strings.ToLower(w)) {
			flush()
			continue
		}
		run = append(run, w)
	}
	flush()
	return slices.DeleteFunc(names, func(n string) bool { _, state := s.stateIn(n); return state }), false
}

// Words of trade, by where the state that the measures are about stands in it.
var (
	takes   = strings.Fields("sell sells sold export exports exported exporting ship ships shipped shipping send sends sent supply supplies supplied deliver delivers delivered")
	gives   = strings.Fields("buy buys bought import imports imported importing purchase purchases purchased procure")
	another = strings.Fields("trade trades traded transfer transfers transferred goods cargo")
	// aboutLaw are words by which people ask what the law says of goods.
	aboutLaw = strings.Fields("banned forbidden prohibited allowed become became becomes begin began day date time paragraph old contract contracts")
)

// tradeOf takes from a question about goods what it says without doubt: the day, from where or to where, and what.
func (s *Site) tradeOf(page *searchPage, topic []string) []gist {
	var out []gist
	if page.Day != when.NoDay {
		out = append(out, gist{"date", page.Day.String(), page.Day.Long()})
	}
	words := strings.Fields(strings.ToLower(strings.NewReplacer("?", " ", ",", " ").Replace(page.Query)))
	way := map[string]string{}
	for _, st := range page.States {
		fact := ""
		switch where := s.before(page.Query, st.Code); {
		case where == "to" || where == "into":
			fact = "destination"
		case where == "from":
			fact = "origin"
		case s.isTarget(st.Code) && anyOf(words, takes) && !anyOf(words, gives):
			fact = "destination"
		case s.isTarget(st.Code) && anyOf(words, gives) && !anyOf(words, takes):
			fact = "origin"
		}
		if fact != "" && way[fact] == "" {
			way[fact] = st.Code
			out = append(out, gist{fact, st.Code, map[string]string{"destination": "to ", "origin": "from "}[fact] + st.Name})
		}
	}
	if len(way) == 0 {
		return out
	}
	if what := goodsIn(topic); what != "" {
		out = append(out, gist{"goods[1].description", what, what})
	}
	return out
}

// goodsIn gives the words of a topic that may be goods: without those of trade and figures.
func goodsIn(topic []string) string {
	var what []string
	for _, w := range topic {
		_, err := strconv.ParseFloat(strings.ReplaceAll(w, ",", ""), 64)
		if err != nil && !slices.Contains(ofPromises, w) && !slices.Contains(takes, w) && !slices.Contains(gives, w) && !slices.Contains(another, w) && !slices.Contains(aboutLaw, w) {
			what = append(what, w)
		}
	}
	if len(what) > longest {
		return ""
	}
	return strings.Join(what, " ")
}

// lawOfGoods puts the law that names the goods of a query first, of the regimes about the states that it names, and leaves out what
// holds some of the words only. A contract for goods is no contract of work.
func (s *Site) lawOfGoods(page *searchPage, topic []string) {
	var lists, named []string
	for _, w := range strings.Fields(goodsIn(topic)) {
		for i, n := range s.Desk.Lists.Match(goods.Item{Description: w}, nil, nil) {
			if n == goods.Yes {
				lists, named = append(lists, s.Desk.Lists.At(i).ID), append(named, w)
			}
		}
	}
	if len(lists) == 0 {
		return
	}
	targets := slices.DeleteFunc(slices.Clone(page.States), func(st stateLink) bool { return !s.isTarget(st.Code) })
	for _, p := range s.Desk.Law.Provisions() {
		of := len(targets) == 0 || slices.ContainsFunc(targets, func(st stateLink) bool {
			t, err := s.Desk.Places.ParseState(p.Instrument.Regime.Target)
			return err == nil && t.String() == st.Code
		})
		if !of {
			continue
		}
		part := slices.ContainsFunc(page.OfGoods, func(w *law.Provision) bool { return w.ID == p.PartOf }) // notices, and times to end
		if part || slices.ContainsFunc(p.Goods, func(g law.Selector) bool { return slices.Contains(lists, g.List) }) {
			page.OfGoods = append(page.OfGoods, p)
		}
	}
	if len(page.OfGoods) == 0 {
		return
	}
	slices.SortStableFunc(page.OfGoods, func(a, b *law.Provision) int { return held(inLaw(b), topic) - held(inLaw(a), topic) })
	page.MoreOfGoods = max(0, len(page.OfGoods)-maxFound)
	page.OfGoods = page.OfGoods[:len(page.OfGoods)-page.MoreOfGoods]
	page.Provisions = slices.DeleteFunc(page.Provisions, func(p *law.Provision) bool { return page.Held < page.Words || slices.Contains(page.OfGoods, p) })
	if page.Held < page.Words {
		page.More = 0
	}
	page.Claims = slices.DeleteFunc(page.Claims, func(c claimCard) bool { return held(s.wordsOf(c.C), named) == 0 })
	if len(page.Claims) == 0 {
		page.MoreClaims = 0
	}
	work := slices.DeleteFunc(slices.Clone(topic), func(w string) bool { return slices.Contains(aboutLaw, w) })
	page.Kinds = slices.DeleteFunc(page.Kinds, func(k vocab.Kind) bool {
		return k.Name == "employment" && !calls(k.Name, work) && !holds(k.Title+" "+k.About, work)
	})
	if id, ok := vocab.KindNamed("transfer"); ok && len(page.Kinds) == 0 {
		page.Kinds = append(page.Kinds, *vocab.KindOf(id))
	}
}

// before gives the word that stands before a state in a question, small.
func (s *Site) before(query, code string) string {
	words := strings.FieldsFunc(query, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '?' })
	for i := range words {
		for _, n := range []int{2, 1} {
			if i+n > len(words) || i == 0 {
				continue
			}
			name := strings.Join(words[i:i+n], " ")
			if st, ok := s.stateIn(name); ok && st.String() == code || n == 1 && s.cityOf(words, i) == code {
				if was := strings.ToLower(words[i-1]); was != "the" || i < 2 {
					return was
				}
				return strings.ToLower(words[i-2])
			}
		}
	}
	return ""
}

// cityOf gives the state of a place that a word names after "to", "from", "in" or "at", where one port alone has the name.
func (s *Site) cityOf(words []string, i int) string {
	first, _ := utf8.DecodeRuneInString(words[i])
	if i == 0 || !unicode.IsUpper(first) || !slices.Contains([]string{"to", "from", "in", "at"}, strings.ToLower(words[i-1])) {
		return ""
	}
	if p, ok := s.Desk.Places.FindPort(words[i], 0); ok {
		return p.State.String()
	}
	return ""
}

// citiesIn adds the states of places that a question names, and takes their words from the topic.
func (s *Site) citiesIn(page *searchPage, topic []string) []string {
	words := strings.FieldsFunc(page.Query, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '?' })
	for i, w := range words {
		code := s.cityOf(words, i)
		if code == "" {
			continue
		}
		topic = slices.DeleteFunc(topic, func(t string) bool { return t == strings.ToLower(w) })
		if x := (stateLink{code, s.state(code)}); !slices.Contains(page.States, x) {
			page.States = append(page.States, x)
		}
	}
	return topic
}

// asksNow reports whether a question asks what may be done, which is today where no day is named.
func asksNow(query string) bool { return beginsWith(query, "may", "can") }

// asksLeave reports whether a question asks what may be done, on whatever day.
func asksLeave(query string) bool {
	return beginsWith(query, "may", "can", "could", "might", "should", "shall")
}

// beginsWith reports whether the first of several words is one of a list.
func beginsWith(query string, list ...string) bool {
	first, _, more := strings.Cut(strings.ToLower(query), " ")
	return more && slices.Contains(list, first)
}

// anyOf reports whether one of the words is in a list.
func anyOf(words, list []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
}

// ownFirm is who asks, and no company that is invested in.
var ownFirm = pattern.New(`(?i)\b(?:my|our) (?:company|bank|staff|employees)\b`)

// LineForm gives the form of a transfer with a line in place of open words.
func (p *searchPage) LineForm(l decide.Line) string {
	return formWith("transfer", append(slices.Clone(p.Trade), gist{Name: "goods[1].hs", Value: l.Code.Digits()}))
}

// Directed reports whether the question says from where or to where.
func (p *searchPage) Directed() bool {
	return slices.ContainsFunc(p.Trade, func(g gist) bool { return g.Name == "destination" || g.Name == "origin" })
}

// measureIn gives the measure that a question of "which states" is about; "" for none. Words are those of its title.
func measureIn(query string, topic []string, measures []string) string {
	small := " " + strings.ToLower(query) + " "
	if !strings.Contains(small, " states ") && !strings.Contains(small, " countries ") && !strings.HasPrefix(small, " who ") {
		return ""
	}
	best, most := "", 0
	for _, m := range measures {
		if n := held(report.MeasureWord(m), topic); n > most {
			best, most = m, n
		}
	}
	return best
}

// measures are those of the law, each once.
func (s *Site) measures() []string {
	var out []string
	for _, p := range s.Desk.Law.Provisions() {
		if !slices.Contains(out, p.Measure) {
			out = append(out, p.Measure)
		}
	}
	slices.Sort(out)
	return out
}

// promisesIn gives the undertakings that a query is about, those first whose names it comes nearest to, and reports whether it names
// one: by several words as they stand in a name. byName looks in the names of the instruments too; asksKept takes, where no
// undertaking holds every word, those that hold the most.
func (s *Site) promisesIn(ctx context.Context, query string, topic []string, byName, asksKept bool) (out []foundPromise, named bool) {
	var words []string
	for _, w := range topic {
		if !slices.Contains(ofPromises, w) {
			words = append(words, strings.ReplaceAll(w, "-", " "))
		}
	}
	if len(words) == 0 {
		return nil, false
	}
	v, err := s.undertakings(ctx, "", when.NoDay, false)
	if err != nil {
		return nil, false // a server without what is known of states
	}
	least := len(words)
	if asksKept {
		least = (least + 1) / 2
	}
	said, best := plainWords(query), 0
	for _, g := range s.promiseGroups(v) {
		for _, p := range g.Promises {
			text := g.Instrument.Title + ". " + p.P.Title
			if byName { // "workers" are not asked about in a party that is called so
				text += ". " + g.Instrument.Name
			}
			near := run(plainWords(text), said)
			for _, x := range s.spokenOf(ctx, p.P.ID) { // a name that others gave it counts as a whole
				near = max(near, run(plainWords(x), said))
			}
			n := held(strings.ReplaceAll(text, "-", " "), words)
			if near > 1 && near >= len(words) {
				n = len(words)
			}
			if n < least {
				continue
			}
			if n > least {
				least, out, best = n, nil, 0
			}
			out, best = append(out, foundPromise{g.ID, g.Instrument.Name, g.Instrument.Title, near, p}), max(best, near)
		}
	}
	if best > 2 { // so many words in a row are a name, and others are not meant
		out = slices.DeleteFunc(out, func(p foundPromise) bool { return p.Near < best })
	}
	slices.SortStableFunc(out, func(a, b foundPromise) int { return b.Near - a.Near })
	return out, best > 1
}

// spokenOf gives what was said in moves on an undertaking: others may call it by another name than its own.
func (s *Site) spokenOf(ctx context.Context, id string) []string {
	co, err := s.conduct(ctx)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range co.Events {
		for _, m := range e.Moves {
			if m.Text != "" && slices.Contains(m.On, id) {
				out = append(out, m.Text)
			}
		}
	}
	return out
}

// plainWords gives the words of a text as they follow each other, small, without articles; hyphens part them.
func plainWords(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), func(w string) bool {
		return w == "a" || w == "an" || w == "the"
	})
}

// run gives how many words of a query stand in a row in a text, from one that says something to another.
func run(text, query []string) int {
	best := 0
	for i := range query {
		for j := range text {
			for n := 0; i+n < len(query) && j+n < len(text) && query[i+n] == text[j+n]; n++ {
				if !idle[query[i]] && !idle[query[i+n]] {
					best = max(best, n+1)
				}
			}
		}
	}
	return best
}

// foundPromise is an undertaking with the instrument that it stands in.
type foundPromise struct {
	ID, Name, Title string
	// Near is how many words of the query stand in a row in its names.
	Near int
	promise
}

// onPromises leaves out what a search about undertakings is not about: kinds of which nothing is said, and law in which some of the
// words merely occur.
func (p *searchPage) onPromises() {
	p.Kinds = slices.DeleteFunc(p.Kinds, func(k vocab.Kind) bool { return len(p.Said(k.Name)) == 0 })
	if p.Held < p.Words {
		p.Provisions, p.More = nil, 0
	}
}

// ofPromises are words by which people ask about undertakings, whatever they are about.
var ofPromises = strings.Fields("kept keep keeps broken broke break breach breached honour honoured honor honored violated promise promised promises undertaking undertakings commitment commitments accepted rejected proposal proposed")

// asksKept reports whether a query asks how an undertaking stands.
func asksKept(words []string) bool { return anyOf(words, ofPromises) }

// barring are words by which people ask what a ban would do.
var barring = strings.Fields("ban bans banning embargo embargoes")

// draftIn gives the address of a draft that bans the goods of a question, on its day, or on the eve of the first paragraph that
// names them; nothing where the words are no named goods.
func (s *Site) draftIn(page *searchPage, words, topic []string) {
	if s.Library == nil || !anyOf(words, barring) {
		return
	}
	what := goodsIn(slices.DeleteFunc(slices.Clone(topic), func(w string) bool {
		return slices.Contains(barring, w) || slices.Contains([]string{"caught", "catch", "touch", "touched", "reach", "reached", "hit", "cost"}, w)
	}))
	page.Bans = what
	for i, n := range s.Desk.Lists.Match(goods.Item{Description: what}, nil, nil) {
		l := s.Desk.Lists.At(i)
		if n != goods.Yes || what == "" {
			continue
		}
		text, day, year := s.banOf(l, "", page.Day)
		if in, ok := packed(text); ok {
			page.Drafts = append(page.Drafts, foundDraft{"/drafts?base_year=" + year + "&draft=" + in, l.Title, day})
		}
	}
}

// foundDraft is a draft that answers a question.
type foundDraft struct {
	Address, Title string
	Day            when.Day
}

// eveOf gives the day before the first paragraph that names goods; today where none does.
func (s *Site) eveOf(list string) when.Day {
	day := s.Today()
	for _, p := range s.Desk.Law.Provisions() {
		for _, g := range p.Goods {
			if g.List == list {
				day = min(day, p.From-1)
			}
		}
	}
	return day
}

// banOf writes a draft that bans goods, one way or both, from a day, or from the eve of the first paragraph that names them. year is
// the last whole one before, by which it is judged.
func (s *Site) banOf(l *goods.List, way string, from when.Day) (text string, day when.Day, year string) {
	if day = from; day == when.NoDay {
		day = s.eveOf(l.ID)
	}
	y, _, _ := day.Civil()
	name := "A ban of " + strings.ToLower(l.Title[:1]) + l.Title[1:]
	if way != "" {
		name, way = name+" "+way+" the target", "\n    direction: "+way
	}
	name = strconv.Quote(name)
	return "regime: " + s.Desk.Law.Regimes[0].ID + "\ninstrument: " + name + "\nstatus: draft\ntitle: " + name + "\nauthority: nobody\nadopted: " + day.String() + `
provisions:
  - id: d-p1
    paragraph: "1"
    title: ` + name + `
    text: States do not trade these goods with the target.
    bound: all Member States
    binding: decides
    effect: prohibit
    measure: sectoral
    kind: transfer` + way + `
    goods: [{list: ` + l.ID + `}]
`, day, strconv.Itoa(y - 1)
}

// kindsAsked puts first the kinds of which a question says something.
func kindsAsked(kinds []vocab.Kind, p *searchPage) {
	slices.SortStableFunc(kinds, func(a, b vocab.Kind) int { return len(p.Said(b.Name)) - len(p.Said(a.Name)) })
}

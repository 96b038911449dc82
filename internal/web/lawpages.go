package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// lawIndex finds what stands beside a provision.
type lawIndex struct {
	// governed are the scenarios that a provision governs, by its id.
	governed map[string][]*scenario.Scenario
	// milestones are the days on which instruments were adopted.
	milestones []milestone
	// verdicts are those of scenarios, by their ids: law and engine stay as they are
	// as long as a site does.
	verdicts sync.Map
}

type milestone struct {
	Day  when.Day
	Name string
}

func newLawIndex(l *law.Law, list []*scenario.Scenario) *lawIndex {
	x := &lawIndex{governed: map[string][]*scenario.Scenario{}}
	for _, s := range list {
		for _, id := range s.Governing {
			x.governed[id] = append(x.governed[id], s)
		}
	}
	for _, r := range l.Regimes {
		for _, in := range r.Instruments {
			if in.Applies() && in.Adopted != when.NoDay && len(in.Provisions) > 0 {
				x.milestones = append(x.milestones, milestone{in.Adopted, in.Name})
			}
		}
	}
	slices.SortFunc(x.milestones, func(a, b milestone) int { return cmp.Compare(a.Day, b.Day) })
	return x
}

// lawPage is the law on a day.
type lawPage struct {
	Kinds   []vocab.Kind
	Regimes []*law.Regime
	Query   map[string]string
	Errors  []fieldError
	Day     when.Day
	Known   when.Day
	Groups  []lawGroup
	Count   int
	// Plain is true when nothing was chosen: then instruments are listed alone.
	Plain bool
	Goods *decide.Goods
	Bar   *dateBar
	Dates dates
}

type lawGroup struct {
	Instrument *law.Instrument
	Provisions []*law.Provision
}

// dateBar is the choice of the two days, with milestones as ticks.
type dateBar struct {
	Ticks []barTick
	Mark  string
	Years []tick
}

type barTick struct{ X, Name, Day, Address string }

var lawParameters = []string{"as_of", "known_at", "kind", "direction", "regime", "goods"}

// law is the page of instruments and provisions by day, activity and goods.
func (s *Site) law(r *http.Request) (*answer, error) {
	if to := renamed(r, "date", "as_of"); to != "" {
		return &answer{location: to}, nil
	}
	if err := known(r, append(lawParameters, "format")...); err != nil {
		return nil, err
	}
	q := r.URL.Query()
	page := &lawPage{Kinds: vocab.Kinds(), Regimes: s.Desk.Law.Regimes, Query: map[string]string{}, Day: when.NoDay, Known: when.NoDay}
	for _, n := range lawParameters {
		page.Query[n] = strings.TrimSpace(q.Get(n))
	}
	page.Day = dayField(page.Query, &page.Errors, "as_of", "As of")
	page.Known = dayField(page.Query, &page.Errors, "known_at", "As known on")
	list, err := s.Desk.Law.Pick(law.Filter{Kind: page.Query["kind"], Direction: page.Query["direction"], Regime: page.Query["regime"]})
	if err != nil {
		return nil, err
	}
	if page.Query["goods"] != "" {
		if list, err = s.namingGoods(page, list); err != nil {
			page.Errors = append(page.Errors, fieldError{"f-goods", "Goods", plain(err)})
		}
	}
	if page.Day != when.NoDay {
		list = s.Desk.Law.InForce(list, page.Day, page.Known)
	}
	page.Groups, page.Count = grouped(list), len(list)
	page.Plain = page.Day == when.NoDay && page.Query["kind"]+page.Query["direction"]+page.Query["goods"] == "" && len(page.Errors) == 0
	page.Bar, page.Dates = s.dateBar(page), datesOf(page.Query, page.Errors, "as_of", "known_at")
	a := &answer{template: "law", title: "The law", body: page, dated: &dated{asOf: page.Day, known: page.Known}, forms: s.provisionForms(list)}
	if page.Day != when.NoDay {
		a.title = "The law on " + page.Day.Long()
	}
	return a.refuse(page.Errors), nil
}

// namingGoods keeps the provisions that name the goods.
func (s *Site) namingGoods(page *lawPage, list []*law.Provision) ([]*law.Provision, error) {
	g, err := s.Desk.LookUp(page.Query["goods"])
	if err != nil {
		return list, err
	}
	page.Goods = g
	var out []*law.Provision
	for _, p := range list {
		if slices.ContainsFunc(g.Law, func(n decide.NamedBy) bool { return n.Provision == p }) {
			out = append(out, p)
		}
	}
	return out, nil
}

// provisionForms are the forms of a list of provisions.
func (s *Site) provisionForms(list []*law.Provision) map[string]form {
	return map[string]form{
		"json": func() (*answer, error) { return asJSON(report.ListForPrograms(list)) },
		"csv":  asCSV(func() ([][]string, error) { return s.provisionRows("", list), nil }),
	}
}

// provisionRows gives provisions as a table, the first row the names of the columns; what says why they stand in it.
func (s *Site) provisionRows(what string, list []*law.Provision) [][]string {
	rows := [][]string{{"what", "provision", "citation", "title", "effect", "direction", "from", "until", "text_seen"}}
	for _, p := range list {
		rows = append(rows, []string{
			what, p.ID, p.Cite(), p.Title, p.Effect.String(), p.Direction.String(), p.From.String(), p.Until.String(), strconv.FormatBool(p.Verified),
		})
	}
	return rows
}

// changeRows gives days of change as a table.
func changeRows(list []law.Change) [][]string {
	rows := [][]string{{"day", "what", "provision", "citation", "title"}}
	for _, c := range list {
		rows = append(rows, []string{c.Day.String(), c.What, c.Provision.ID, c.Provision.Cite(), c.Provision.Title})
	}
	return rows
}

func grouped(list []*law.Provision) []lawGroup {
	var out []lawGroup
	for _, p := range list {
		if n := len(out); n > 0 && out[n-1].Instrument == p.Instrument {
			out[n-1].Provisions = append(out[n-1].Provisions, p)
			continue
		}
		out = append(out, lawGroup{p.Instrument, []*law.Provision{p}})
	}
	return out
}

// dateBar lays the milestones out from 2006 to today, each leading to the law of its day.
func (s *Site) dateBar(page *lawPage) *dateBar {
	return s.dateBarTo(page.Day, func(d when.Day) string {
		q := url.Values{}
		for n, v := range page.Query {
			if v != "" {
				q.Set(n, v)
			}
		}
		q.Set("as_of", d.String())
		return "/law?" + q.Encode()
	})
}

// dateBarTo lays the milestones out, with a mark at a day and a link from each tick.
func (s *Site) dateBarTo(day when.Day, to func(when.Day) string) *dateBar {
	period := when.Period{From: stripFrom, To: s.Today()}
	years := band(nil, period, day)
	out := &dateBar{Years: years.Years, Mark: years.Mark}
	last := when.NoDay
	for _, m := range s.laws.milestones {
		if !period.Contains(m.Day) || m.Day == last {
			continue
		}
		last = m.Day
		at := band([]decide.Stretch{{Period: when.On(m.Day)}}, period, when.NoDay)
		out.Ticks = append(out.Ticks, barTick{at.Bars[0].X, m.Name, m.Day.Long(), to(m.Day)})
	}
	return out
}

func addParameter(u *url.URL, name, value string) string {
	q := u.Query()
	q.Set(name, value)
	for n, v := range q {
		if len(v) == 1 && v[0] == "" {
			q.Del(n)
		}
	}
	return u.Path + "?" + q.Encode()
}

func asJSON(v any) (*answer, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the answer as JSON")
	}
	return &answer{data: append(b, '\n'), kind: "application/json"}, nil
}

// changesPage is the difference of the law between two days.
type changesPage struct {
	*lawPage
	From, To     when.Day
	Began, Ended []lawGroup
	BeganCount   int
	EndedCount   int
}

func (s *Site) changes(r *http.Request) (*answer, error) {
	if err := known(r, "from", "to", "kind", "direction", "regime", "format"); err != nil {
		return nil, err
	}
	q := r.URL.Query()
	page := &lawPage{Kinds: vocab.Kinds(), Regimes: s.Desk.Law.Regimes, Query: map[string]string{}}
	for _, n := range []string{"from", "to", "kind", "direction", "regime"} {
		page.Query[n] = strings.TrimSpace(q.Get(n))
	}
	c := &changesPage{lawPage: page, From: dayField(page.Query, &page.Errors, "from", "From"), To: dayField(page.Query, &page.Errors, "to", "To")}
	list, err := s.Desk.Law.Pick(law.Filter{Kind: page.Query["kind"], Direction: page.Query["direction"], Regime: page.Query["regime"]})
	if err != nil {
		return nil, err
	}
	a := &answer{template: "changes", title: "What changed in the law", body: c}
	if c.From != when.NoDay && c.To != when.NoDay {
		if c.From > c.To {
			page.Errors = append(page.Errors, fieldError{"f-to", "To", "The second day must not come before the first"})
		}
		began, ended := s.Desk.Law.Between(list, c.From, c.To)
		c.Began, c.Ended, c.BeganCount, c.EndedCount = grouped(began), grouped(ended), len(began), len(ended)
		a.title = "The law from " + c.From.Long() + " to " + c.To.Long()
		a.forms = map[string]form{
			"json": func() (*answer, error) {
				return asJSON(map[string]any{
					"from": c.From.String(), "to": c.To.String(), "began": report.ListForPrograms(began), "ended": report.ListForPrograms(ended),
				})
			},
			"csv": asCSV(func() ([][]string, error) {
				return append(s.provisionRows("began", began), s.provisionRows("ended", ended)[1:]...), nil
			}),
		}
	} else if len(page.Errors) == 0 && r.URL.RawQuery != "" {
		page.Errors = append(page.Errors, fieldError{"f-from", "Days", "Give both days: what changed is the difference between them"})
	}
	return a.refuse(page.Errors), nil
}

// timeline is the page of all days on which something begins or ends.
func (s *Site) timeline(r *http.Request) (*answer, error) {
	if err := known(r, "kind", "regime", "format"); err != nil {
		return nil, err
	}
	q := r.URL.Query()
	list, err := s.Desk.Law.Pick(law.Filter{Kind: q.Get("kind"), Regime: q.Get("regime")})
	if err != nil {
		return nil, err
	}
	all := law.Changes(list)
	return &answer{template: "timeline", title: "Timeline of the law", forms: map[string]form{
		"json": func() (*answer, error) { return asJSON(report.LawChangesForPrograms(all)) },
		"csv":  asCSV(func() ([][]string, error) { return changeRows(all), nil }),
	}, body: struct {
		Kinds   []vocab.Kind
		Regimes []*law.Regime
		Query   map[string]string
		Days    []changeDay
		Count   int
	}{vocab.Kinds(), s.Desk.Law.Regimes, map[string]string{"kind": q.Get("kind"), "regime": q.Get("regime")}, byDay(all), len(all)}}, nil
}

// changeDay is one day with what changed on it.
type changeDay struct {
	Day     when.Day
	Changes []law.Change
}

func byDay(list []law.Change) []changeDay {
	var out []changeDay
	for _, c := range list {
		if n := len(out); n > 0 && out[n-1].Day == c.Day {
			out[n-1].Changes = append(out[n-1].Changes, c)
			continue
		}
		out = append(out, changeDay{c.Day, []law.Change{c}})
	}
	return out
}

// provisionPage is a provision, or all of an instrument.
type provisionPage struct {
	ID         string
	Instrument *law.Instrument
	// Single is true for one provision with its parts; Heading is its title, or
	// the name of the instrument, which stands at Whole.
	Single         bool
	Heading, Whole string
	Query          map[string]string
	Errors         []fieldError
	Dates          dates
	Cards          []provisionCard
	Scenarios      []scenarioLine
	More           int
	// Tried is the number of all scenarios that the provisions govern.
	Tried int
}

type provisionCard struct {
	P      *law.Provision
	Rows   []report.Row
	Stands string
	// Folded is true among many: then the rest of it opens when somebody asks.
	Folded bool
}

// cardsOpen is how many provisions of an instrument stand open.
const cardsOpen = 3

// provisionCard makes the card of a provision, with kinds and goods by their titles.
func (s *Site) provisionCard(p *law.Provision, day, known when.Day) provisionCard {
	rows := report.Rows(p, s.state)
	for i := range rows {
		switch rows[i].Name {
		case "Activities":
			var kinds []string
			for _, k := range vocab.Kinds() {
				if p.Kinds.Has(k.ID) {
					kinds = append(kinds, strings.ToLower(k.Title[:1])+k.Title[1:])
				}
			}
			rows[i].Text = strings.Join(kinds, ", ")
		case "Goods":
			parts := strings.Split(rows[i].Text, "; ")
			for n := range p.Goods {
				if at, ok := s.Desk.Lists.Index(p.Goods[n].List); ok && len(parts) == len(p.Goods) {
					parts[n] = s.Desk.Lists.At(at).Title + strings.TrimPrefix(parts[n], p.Goods[n].List)
				}
			}
			rows[i].Text = strings.Join(parts, "; ")
		}
	}
	return provisionCard{P: p, Rows: rows, Stands: s.stands(p, day, known)}
}

// scenarioLine is a scenario with what the engine says to it now.
type scenarioLine struct {
	S       *scenario.Scenario
	Verdict ruling.Verdict
	Agrees  bool
	Address string
}

// maxScenarios is how many scenarios stand beside a provision.
const maxScenarios = 12

func (s *Site) provision(r *http.Request) (*answer, error) {
	if err := known(r, "as_of", "known_at", "format"); err != nil {
		return nil, err
	}
	id := r.PathValue("id")
	list, err := s.Desk.Law.Find(id)
	if err != nil {
		return nil, err
	}
	page := &provisionPage{ID: id, Instrument: list[0].Instrument, Query: map[string]string{}}
	for _, n := range []string{"as_of", "known_at"} {
		page.Query[n] = strings.TrimSpace(r.URL.Query().Get(n))
	}
	day, known := dayField(page.Query, &page.Errors, "as_of", "As of"), dayField(page.Query, &page.Errors, "known_at", "As known on")
	page.Dates = datesOf(page.Query, page.Errors, "as_of", "known_at")
	if day == when.NoDay {
		day = s.Today()
	}
	for _, p := range list {
		card := s.provisionCard(p, day, known)
		card.Folded = len(list) > cardsOpen
		page.Cards = append(page.Cards, card)
	}
	if err := s.beside(page, list); err != nil {
		return nil, err
	}
	page.Tried = len(page.Scenarios) + page.More
	page.Single, page.Heading, page.Whole = list[0].ID == id, list[0].Title, whole(list[0].Instrument)
	title := list[0].Cite() + ": " + list[0].Title
	if !page.Single {
		page.Heading = list[0].Instrument.Name
		title = page.Heading
	}
	a := &answer{template: "provision", title: title, body: page, forms: s.provisionForms(list), dated: &dated{asOf: day, known: known}}
	return a.refuse(page.Errors), nil
}

// stands says whether a provision was in force on a day, from what was published by another.
func (s *Site) stands(p *law.Provision, day, known when.Day) string {
	from, until, ok := p.Period(s.Desk.Law, known)
	on := "today"
	if day != s.Today() {
		on = "on " + day.Long()
	}
	switch {
	case !ok && !p.Applies():
		return "Not in force: " + p.Instrument.Status.String()
	case !ok:
		return "Not published by " + known.Long()
	case day < from:
		return "Not yet in force " + on + ": it begins on " + from.Long()
	case day > until:
		return "No longer in force " + on + ": it ended on " + until.Long()
	default:
		return "In force " + on
	}
}

// whole gives the address of an instrument: the number that the ids of its
// provisions begin with.
func whole(in *law.Instrument) string {
	if len(in.Provisions) == 0 {
		return "/law"
	}
	number, _, _ := strings.Cut(in.Provisions[0].ID, "-")
	return "/law/" + number
}

// beside puts the scenarios beside the provisions they are governed by.
func (s *Site) beside(page *provisionPage, list []*law.Provision) error {
	seen := map[string]bool{}
	for _, p := range list {
		for _, sc := range s.laws.governed[p.ID] {
			if seen[sc.ID] {
				continue
			}
			seen[sc.ID] = true
			if len(page.Scenarios) == maxScenarios {
				page.More++
				continue
			}
			verdict, err := s.verdictOf(sc)
			if err != nil {
				return err
			}
			extra := url.Values{}
			if sc.KnownAt != when.NoDay {
				extra.Set("known_at", sc.KnownAt.String())
			}
			page.Scenarios = append(page.Scenarios, scenarioLine{
				sc, verdict, verdict == sc.Expect || slices.Contains(sc.Accept, verdict), address(sc.Activity, extra),
			})
		}
	}
	slices.SortStableFunc(page.Scenarios, func(a, b scenarioLine) int { return cmp.Compare(a.S.Activity.Date.From, b.S.Activity.Date.From) })
	return nil
}

// verdictOf rules on a scenario once.
func (s *Site) verdictOf(sc *scenario.Scenario) (ruling.Verdict, error) {
	if v, ok := s.laws.verdicts.Load(sc.ID); ok {
		return v.(ruling.Verdict), nil //nolint:forcetypeassert // only verdicts go in
	}
	rl, err := s.Desk.Engine.Decide(ruling.Request{Activity: sc.Activity, KnownAt: sc.KnownAt, Brief: true})
	if err != nil {
		return 0, err
	}
	s.laws.verdicts.Store(sc.ID, rl.Verdict)
	return rl.Verdict, nil
}

// goodsPage is what is known of goods.
type goodsPage struct {
	Query string
	Error string
	Found *decide.Goods
}

func (s *Site) goods(r *http.Request) (*answer, error) {
	if err := known(r, "q", "format"); err != nil {
		return nil, err
	}
	page := &goodsPage{Query: strings.TrimSpace(r.URL.Query().Get("q"))}
	a := &answer{template: "goods", title: "Which law names these goods?", body: page}
	if page.Query == "" {
		return a, nil
	}
	found, err := s.Desk.LookUp(page.Query)
	if r.URL.Query().Get("format") != "" && err != nil {
		return nil, err
	}
	if err != nil {
		page.Error, a.status, a.title = plain(err), http.StatusUnprocessableEntity, "Error: "+a.title
		return a, nil
	}
	page.Found, a.title = found, page.Query+": goods and the law that names them"
	a.forms = map[string]form{
		"json": func() (*answer, error) { return asJSON(report.GoodsForPrograms(found)) },
		"csv": asCSV(func() ([][]string, error) {
			list := make([]*law.Provision, len(found.Law))
			for i, n := range found.Law {
				list[i] = n.Provision
			}
			rows := s.provisionRows("", list)
			rows[0][0] = "by"
			for i, n := range found.Law {
				rows[i+1][0] = n.By
			}
			return rows, nil
		}),
	}
	return a, nil
}

// suggest gives lines of the nomenclature for what is being typed.
func (s *Site) suggest(w http.ResponseWriter, r *http.Request) {
	type hit struct {
		Code  string `json:"code"`
		Label string `json:"label"`
	}
	out := []hit{}
	if q := strings.TrimSpace(r.URL.Query().Get("q")); len(q) >= 2 && len(q) <= 100 {
		for _, h := range s.Desk.HS.Search(q, 8) {
			out = append(out, hit{h.Code.String(), s.Desk.HS.Label(h.Code)})
		}
	}
	b, err := json.Marshal(out)
	if err != nil {
		http.Error(w, "no suggestions", http.StatusInternalServerError)
		return
	}
	s.send(w, r, "application/json", http.StatusOK, b)
}

package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/text"
	"github.com/cordon-engine/cordon/internal/when"
)

// claimCard is a claim as lists show it.
type claimCard struct {
	C       *claim.Claim
	L       *claim.Ledger
	About   []stateLink
	Kind    string
	Grade   string
	Seen    bool
	TakenBy string
	Answers []*claim.Claim
}

type stateLink struct{ Code, Name string }

// claimsPage is the list of claims.
type claimsPage struct {
	Query   map[string]string
	Errors  []fieldError
	Kinds   []string
	Cards   []claimCard
	Count   int
	Origins int
	Rule    string
	Next    string
	Earlier string
	Known   when.Day
	Dates   dates
}

var claimsParameters = []string{"state", "obligation", "kind", "period", "q", "known_at"}

// claimsAtOnce is how many claims one page shows.
const claimsAtOnce = 40

func (s *Site) claims(r *http.Request) (*answer, error) {
	if err := known(r, append(claimsParameters, "from", "format")...); err != nil {
		return nil, err
	}
	c, err := s.conduct(r.Context())
	if err != nil {
		return nil, err
	}
	page := &claimsPage{Query: map[string]string{}, Rule: claim.OrderRule}
	for _, n := range claimsParameters {
		page.Query[n] = strings.TrimSpace(r.URL.Query().Get(n))
	}
	for k := claim.Fact; k <= claim.Opinion; k++ {
		page.Kinds = append(page.Kinds, k.String())
	}
	l := c.desk.Ledger
	page.Known = dayField(page.Query, &page.Errors, "known_at", "As known on")
	list := slices.DeleteFunc(s.pickClaims(l, page), func(c *claim.Claim) bool { return l.PublishedAfter(c, page.Known) })
	slices.SortStableFunc(list, claim.Compare)
	page.Count, page.Origins = len(list), len(l.OriginsOf(list))
	all := list
	if list, err = s.leaf(r, page, list); err != nil {
		return nil, err
	}
	for _, x := range list {
		page.Cards = append(page.Cards, s.cardOf(l, x))
	}
	page.Dates = datesOf(page.Query, page.Errors, "known_at")
	a := &answer{template: "claims", title: "Who says so", body: page, dated: &dated{asOf: when.NoDay, known: page.Known}, forms: map[string]form{
		"json": func() (*answer, error) {
			out := []report.ClaimJSON{}
			for _, x := range all {
				out = append(out, report.ClaimForPrograms(l, x, false, true))
			}
			return asJSON(out)
		},
		"csv": asCSV(func() ([][]string, error) { return s.claimRows(l, all), nil }),
	}}
	return a.refuse(page.Errors), nil
}

// claimRows gives claims as a table.
func (s *Site) claimRows(l *claim.Ledger, list []*claim.Claim) [][]string {
	rows := [][]string{{"id", "kind", "states", "period", "speaker", "text", "grade", "text_seen", "taken_back_by", "answers", "source", "published", "address"}}
	for _, c := range list {
		k, src := s.cardOf(l, c), l.SourceOf(c)
		var about, answers []string
		for _, x := range k.About {
			about = append(about, x.Code)
		}
		for _, x := range k.Answers {
			answers = append(answers, x.ID)
		}
		published := ""
		if claim.Given(src.Published) {
			published = src.Published.String()
		}
		period := ""
		if claim.Given(c.Period) {
			period = c.Period.String()
		}
		rows = append(rows, []string{
			c.ID, c.Kind.String(), strings.Join(about, " "), period, c.Speaker, c.Text, k.Grade, strconv.FormatBool(k.Seen), k.TakenBy,
			strings.Join(answers, " "), src.Title, published, src.URL,
		})
	}
	return rows
}

// leaf cuts the list to one page, which begins after the claim that the address names.
func (s *Site) leaf(r *http.Request, page *claimsPage, list []*claim.Claim) ([]*claim.Claim, error) {
	at := 0
	if from := r.URL.Query().Get("from"); from != "" {
		at = slices.IndexFunc(list, func(c *claim.Claim) bool { return c.ID == from })
		if at < 0 {
			return nil, fault.New(fault.NotFound, "the claim %q is not in this list", from).WithFix("begin at the top of the list")
		}
	}
	if at > 0 {
		before := ""
		if at > claimsAtOnce {
			before = list[at-claimsAtOnce].ID
		}
		page.Earlier = addParameter(r.URL, "from", before)
	}
	if end := at + claimsAtOnce; end < len(list) {
		page.Next = addParameter(r.URL, "from", list[end].ID)
		return list[at:end], nil
	}
	return list[at:], nil
}

// pickClaims chooses; what cannot be read is an error beside its field and chooses nothing.
func (s *Site) pickClaims(l *claim.Ledger, page *claimsPage) []*claim.Claim {
	f := claim.Filter{Period: when.On(when.NoDay)}
	wrong := func(name, label string, err error) {
		page.Errors = append(page.Errors, fieldError{"f-" + name, label, plain(err)})
	}
	if v := page.Query["state"]; v != "" {
		st, err := s.Desk.Places.ParseState(v)
		if err != nil {
			wrong("state", "State", err)
		}
		f.State = st
	}
	if v := page.Query["obligation"]; v != "" {
		if _, err := s.Desk.Law.Find(v); err != nil {
			wrong("obligation", "Obligation", err)
		}
		f.Obligation = v
	}
	if v := page.Query["kind"]; v != "" {
		k, err := claim.ParseKind(v)
		if err != nil {
			wrong("kind", "Kind", err)
		}
		f.Kinds = []claim.Kind{k}
	}
	if v := page.Query["period"]; v != "" {
		p, err := readDate(v)
		if err != nil {
			wrong("period", "When", err)
		}
		f.Period = p
	}
	if len(page.Errors) > 0 {
		return nil
	}
	words := strings.Fields(strings.ToLower(page.Query["q"]))
	return slices.DeleteFunc(l.Pick(f), func(c *claim.Claim) bool { return !holds(s.wordsOf(c), words) })
}

// wordsOf is what a search for words looks at.
func (s *Site) wordsOf(c *claim.Claim) string {
	text := c.ID + " " + c.Speaker + " " + c.Text + " " + c.Act
	for _, st := range c.About {
		text += " " + s.state(st.String())
	}
	for _, p := range c.Parties {
		text += " " + p.Name
	}
	return text
}

// searchClaims adds states and claims to what is found; without what is known of states it adds nothing.
func (s *Site) searchClaims(ctx context.Context, page *searchPage, words []string) (topic []string) {
	page.States, topic = s.statesIn(page.Query, words)
	q := url.Values{}
	co, err := s.conduct(ctx)
	if err != nil {
		return topic
	}
	if len(page.States) > 0 {
		q.Set("state", page.States[0].Code)
	}
	q.Set("q", strings.Join(topic, " "))
	page.ClaimsAt = "/claims?" + q.Encode()
	sought := slices.Clone(topic)
	for _, st := range page.States {
		sought = append(sought, strings.ToLower(st.Name))
	}
	list := nearestBy(co.desk.Ledger.Claims(), sought, s.wordsOf)
	slices.SortStableFunc(list, claim.Compare)
	page.Own = map[string][]claimCard{}
	for _, c := range list {
		card, by := s.cardOf(co.desk.Ledger, c), ""
		own := slices.ContainsFunc(c.SpeakerStates(), func(st place.State) bool {
			by = st.String()
			return slices.ContainsFunc(page.States, func(x stateLink) bool { return x.Code == by })
		})
		switch {
		case own && len(page.Own[by]) < claimsFound:
			page.Own[by] = append(page.Own[by], card)
		case len(page.Claims) < claimsFound:
			page.Claims = append(page.Claims, card)
		default:
			page.MoreClaims++
		}
	}
	return topic
}

// claimsFound is how many claims a search shows at most, of each side.
const claimsFound = 6

func (s *Site) cardOf(l *claim.Ledger, c *claim.Claim) claimCard {
	r, n := c.Judged()
	card := claimCard{
		C: c, L: l, Kind: saidAs(c.Kind), Grade: claim.GradeText(r, n), Seen: l.Verified(c),
		TakenBy: l.RetractedBy(c.ID), Answers: l.Answers(c),
	}
	for _, st := range c.About {
		card.About = append(card.About, stateLink{st.String(), s.state(st.String())})
	}
	return card
}

// Weighed says how source and information were graded, for who does not know the scale.
func (c *claimCard) Weighed() string {
	if c.Grade == "not graded" {
		return "nobody has graded source or information"
	}
	return "graded " + c.Grade
}

// saidAs says what a claim does, in words that need no glossary.
func saidAs(k claim.Kind) string {
	switch k {
	case claim.Fact:
		return "report of a fact"
	case claim.Compliance:
		return "report of compliance"
	case claim.Remedy:
		return "report of a remedy"
	case claim.LawReading:
		return "reading of the law"
	case claim.Legitimacy:
		return "doubt of who may judge"
	}
	return k.String()
}

// claimPage is one claim with both sides.
type claimPage struct {
	claimCard
	Source                    *claim.Source
	Standing                  string
	Law                       string
	LawAddress                string
	Obligations               []*law.Provision
	Origins                   []string
	Resting, Sharing          []*claim.Claim
	For, Against, Conceded    []claimCard
	Statement, Caution, Reply string
	Asked                     []askedRow
	Query                     map[string]string
	Errors                    []fieldError
	Dates                     dates
	Known                     when.Day
}

// claimKnown reads the day as known on; the claim itself has to be published by then.
func (s *Site) claimKnown(page *claimPage, l *claim.Ledger, c *claim.Claim) when.Day {
	day := dayField(page.Query, &page.Errors, "known_at", "As known on")
	if l.PublishedAfter(c, day) {
		page.Errors = append(page.Errors, fieldError{"f-known-at", "As known on", "this was published later, " + l.SourceOf(c).Published.Long()})
		day = when.NoDay
	}
	page.Dates = datesOf(page.Query, page.Errors, "known_at")
	return day
}

// originWords says in words on whose word a claim rests.
func (s *Site) originWords(origins []string, l *claim.Ledger) []string {
	out := make([]string, len(origins))
	for i, o := range origins {
		var who []string
		for _, part := range strings.Split(strings.TrimPrefix(o, "together: "), " + ") {
			kind, name, _ := strings.Cut(part, ": ")
			switch kind {
			case "state":
				name = s.state(name)
			case "voice": // it is folded; a claim has it as it is written
				for _, c := range l.Claims() {
					if text.Fold(c.Speaker) == name {
						name = c.Speaker
						break
					}
				}
			}
			who = append(who, name)
		}
		out[i] = strings.Join(who, " and ")
	}
	return out
}

// claimWords are what a link to a claim says: who said what; the id where it is not in the ledger.
func (s *Site) claimWords(id string) string {
	co, err := s.conduct(context.Background()) // what is in memory already
	if err != nil {
		return id
	}
	c, err := co.desk.Ledger.Claim(id)
	if err != nil {
		return id
	}
	return c.Speaker + ": " + c.Text
}

type askedRow struct{ Who, By, On, What, Answer string }

func (s *Site) claim(r *http.Request) (*answer, error) {
	if err := known(r, "known_at", "format"); err != nil {
		return nil, err
	}
	co, err := s.conduct(r.Context())
	if err != nil {
		return nil, err
	}
	l := co.desk.Ledger
	c, err := l.Claim(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	page := &claimPage{
		claimCard: s.cardOf(l, c), Source: l.SourceOf(c), Standing: strings.ReplaceAll(l.Standing(c).String(), "_", " "), Origins: s.originWords(l.Origins(c), l),
		Query: map[string]string{"known_at": strings.TrimSpace(r.URL.Query().Get("known_at"))},
	}
	page.Known = s.claimKnown(page, l, c)
	for _, id := range c.Obligations {
		if p, ok := s.Desk.Law.Provision(id); ok {
			page.Obligations = append(page.Obligations, p)
		}
	}
	if c.Activity != nil {
		rl, err := s.Desk.Engine.Decide(ruling.Request{Activity: c.Activity, KnownAt: when.NoDay, Brief: true})
		if err != nil {
			return nil, err
		}
		page.Law, page.LawAddress = report.Sentence(rl), link(c.Activity)
	}
	later := func(x *claim.Claim) bool { return l.PublishedAfter(x, page.Known) }
	page.Resting = slices.DeleteFunc(slices.Clone(l.Resting(c)), later)
	page.Sharing = slices.DeleteFunc(slices.Clone(l.SharingOrigin(c)), func(x *claim.Claim) bool { return slices.Contains(page.Resting, x) || later(x) })
	sides := l.SidesBy(c, page.Known)
	if page.Reply = l.Reply(c).String(); len(l.Answers(c)) > 0 && len(sides.Against)+len(sides.Conceded) == 0 {
		page.Reply = "no answer was published by " + page.Known.Long()
	} else if l.Reply(c) == claim.NotAsked {
		page.Reply = "nobody is on record as asked about this, and no answer is"
	}
	page.Statement, page.Caution = sides.Statement(), sides.Caution()
	for _, side := range []struct {
		from []*claim.Claim
		to   *[]claimCard
	}{{sides.For, &page.For}, {sides.Against, &page.Against}, {sides.Conceded, &page.Conceded}} {
		for _, x := range side.from {
			if x != c {
				*side.to = append(*side.to, s.cardOf(l, x))
			}
		}
	}
	for _, q := range c.Asked {
		row := askedRow{Who: q.OfParty, By: q.By, Answer: q.Answer}
		if q.Of != 0 {
			row.Who = s.state(q.Of.String())
		}
		if claim.Given(q.On) {
			row.On = q.On.Long()
		}
		if q.Silent {
			row.What = "no answer by " + q.Until.Long() + "; silence is not consent"
		}
		page.Asked = append(page.Asked, row)
	}
	if by, err := l.Claim(page.TakenBy); err == nil && later(by) {
		page.TakenBy = ""
	}
	a := &answer{template: "claim", title: "Claim " + c.ID, body: page, dated: &dated{asOf: when.NoDay, known: page.Known}}
	if page.Known == when.NoDay { // for programs there is only the whole of it
		a.forms = map[string]form{"json": func() (*answer, error) { return asJSON(report.ClaimForPrograms(l, c, false, false)) }}
	}
	return a.refuse(page.Errors), nil
}

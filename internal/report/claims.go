package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/place"
)

// ClaimJSON is a claim for programs: as entered, and what follows from the rest of the ledger.
type ClaimJSON struct {
	Claim  json.RawMessage `json:"claim"`
	Source json.RawMessage `json:"source,omitempty"`
	// Standing is what the speaker is; SecondHand is true when we know of his words through somebody else.
	Standing   string `json:"standing"`
	SecondHand bool   `json:"second_hand"`
	// Seen is true when the text of claim and source was seen.
	Seen    bool     `json:"seen"`
	Own     bool     `json:"own"`
	Origins []string `json:"origins"`
	// RestingOnIt are the claims that repeat or quote it, SharesOrigin all others of the same origin.
	RestingOnIt  []string   `json:"resting_on_it,omitempty"`
	SharesOrigin []string   `json:"shares_origin_with,omitempty"`
	RetractedBy  string     `json:"retracted_by,omitempty"`
	Answers      []string   `json:"answers,omitempty"`
	Reply        string     `json:"reply"`
	For          *WeighJSON `json:"for,omitempty"`
	Against      *WeighJSON `json:"against,omitempty"`
	Statement    string     `json:"weight_statement,omitempty"`
	Caution      string     `json:"caution,omitempty"`
	// At is where it was read.
	At string `json:"at,omitempty"`
}

// WeighJSON is the weight of one side for programs.
type WeighJSON struct {
	Level       string   `json:"level"`
	Claims      int      `json:"claims"`
	Origins     []string `json:"origins"`
	Reliability string   `json:"reliability,omitempty"`
	Credibility int      `json:"credibility,omitempty"`
}

// ClaimForPrograms gives a claim with all that follows. Brief leaves out the source and both sides.
func ClaimForPrograms(l *claim.Ledger, c *claim.Claim, own, brief bool) ClaimJSON {
	j := ClaimJSON{
		Claim: claim.AppendClaim(nil, c), Standing: l.Standing(c).String(), SecondHand: l.Standing(c) != l.SourceOf(c).Kind,
		Seen: l.Verified(c), Own: own, Origins: l.Origins(c), RetractedBy: l.RetractedBy(c.ID), Reply: l.Reply(c).String(),
		At: l.At(c).String(),
	}
	if brief {
		return j
	}
	j.Source = claim.AppendSource(nil, l.SourceOf(c))
	j.RestingOnIt, j.SharesOrigin = idsOf(l.Resting(c)), idsOf(l.SharingOrigin(c))
	j.Answers = idsOf(l.Answers(c))
	s := l.SidesOf(c)
	j.For, j.Against, j.Statement, j.Caution = weighJSON(s.ForWeight), weighJSON(s.AgainstWeight), s.Statement(), s.Caution()
	return j
}

func weighJSON(w claim.Weight) *WeighJSON {
	j := &WeighJSON{Level: w.Level.String(), Claims: w.Claims, Origins: w.Origins, Credibility: w.Credibility}
	if j.Origins == nil {
		j.Origins = []string{}
	}
	if w.Reliability != 0 {
		j.Reliability = string(rune(w.Reliability))
	}
	return j
}

func idsOf(claims []*claim.Claim) []string {
	var out []string
	for _, c := range claims {
		out = append(out, c.ID)
	}
	return out
}

// ClaimLine writes a claim in a list: what, when, who says so, and how it stands.
func (p *Printer) ClaimLine(l *claim.Ledger, c *claim.Claim) {
	head := c.ID + ": " + kindText(c.Kind)
	if about := p.states(c.About); about != "" {
		head += ", " + about
	}
	if claim.Given(c.Period) {
		head += ", " + c.Period.Long()
	}
	p.printf("%s\n", p.paint("1", head))
	p.para("  ", "  ", c.Speaker+": "+c.Text)
	p.para("  ", "  ", standing(l, c)+".")
}

// standing says in a few words where a claim comes from and how it stands.
func standing(l *claim.Ledger, c *claim.Claim) string {
	r, n := c.Judged()
	parts := []string{"In " + c.Source, claim.GradeText(r, n)}
	if !l.Verified(c) {
		parts = append(parts, "TEXT NOT SEEN")
	}
	if by := l.RetractedBy(c.ID); by != "" {
		parts = append(parts, "TAKEN BACK by "+by)
	}
	for _, k := range c.Links {
		parts = append(parts, k.Kind.String()+" "+k.To)
	}
	for _, a := range l.Answers(c) {
		parts = append(parts, kindText(a.Kind)+" in "+a.ID)
	}
	return strings.Join(parts, "; ")
}

func kindText(k claim.Kind) string { return strings.ReplaceAll(k.String(), "_", " ") }

func (p *Printer) states(list []place.State) string {
	var names []string
	for _, s := range list {
		names = append(names, p.state(s.String()))
	}
	return strings.Join(names, ", ")
}

// ClaimCount says how many claims were listed and how many origins stand behind them.
func (p *Printer) ClaimCount(l *claim.Ledger, list []*claim.Claim) {
	taken := 0
	for _, c := range list {
		if l.RetractedBy(c.ID) != "" {
			taken++
		}
	}
	s := many(len(list), "claim") + " from " + many(len(l.OriginsOf(list)), "independent origin")
	if taken > 0 {
		s += "; " + strconv.Itoa(taken) + " taken back"
	}
	p.Text("%s.", s)
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// ClaimPage is what stands on the page of one claim.
type ClaimPage struct {
	Ledger *claim.Ledger
	Claim  *claim.Claim
	// Own is true for a claim of the user's own journal.
	Own bool
	// Blind leaves all grades out, so that the reader can grade before seeing those of others.
	Blind bool
	// Obligation gives the title of a provision.
	Obligation func(id string) string
	// Law is what the engine says of the activity that the claim asserts, "" when it asserts none.
	Law string
}

// Claim writes the page of one claim: what is said and by whom, the standard of what stands behind it, both sides, the
// answers, what else may explain it, and the trace to the source.
func (p *Printer) Claim(page ClaimPage) error {
	l, c := page.Ledger, page.Claim
	p.Heading("%s: %s", c.ID, kindText(c.Kind))
	p.Text("%s", sayingOf(l, c))
	p.para("    ", "    ", c.Text)
	if by := l.RetractedBy(c.ID); by != "" {
		p.Text("TAKEN BACK by %s. It is kept, and does not count.", by)
	}
	if !page.Blind {
		p.Text("Standard of evidence: %s.", l.SidesOf(c).ForWeight)
	}
	p.about(page)
	p.grades(page)
	p.origin(l, c)
	p.sides(l, c, page.Blind)
	p.answers(l, c)
	p.explanations(c)
	p.trace(page)
	return p.err
}

// sayingOf says who speaks, as what, and how we know.
func sayingOf(l *claim.Ledger, c *claim.Claim) string {
	src := l.SourceOf(c)
	s := c.Speaker + " (" + strings.ReplaceAll(l.Standing(c).String(), "_", " ") + ")"
	if l.Standing(c) != src.Kind {
		s += ", as told by " + src.Publisher
	}
	if c.Hedge != "" {
		s += ", hedged (" + c.Hedge + ")"
	}
	return s + ":"
}

func (p *Printer) about(page ClaimPage) {
	c := page.Claim
	row := func(name, text string) {
		if text != "" {
			p.row(name, text)
		}
	}
	row("about", p.states(c.About))
	row("act", c.Act)
	row("when", c.Period.Long())
	row("where", c.Place)
	if c.Quantity.Known {
		row("how much", RangeText(c.Quantity)+" "+c.Unit)
	}
	if c.Attribution != claim.UnknownAttribution {
		row("laid to", attributionText[c.Attribution])
	}
	if c.Dispute != claim.NoDispute {
		row("disputes", c.Dispute.String())
	}
	for _, n := range c.Parties {
		row("named", n.Name+": "+n.Act)
	}
	for _, id := range c.Obligations {
		row("obligation", strings.TrimSpace(id+" "+page.Obligation(id)))
	}
	row("the law", page.Law)
	row("dissent", c.Dissent)
	row("note", c.Note)
}

var attributionText = map[claim.Attribution]string{
	claim.ByOrgan: "an organ of the state", claim.ByStateOwned: "an enterprise that the state owns",
	claim.ByNational:       "a firm or person of the state",
	claim.ThroughTerritory: "its flag or territory, used without its knowledge as far as is known",
}

func (p *Printer) grades(page ClaimPage) {
	p.section("Grades")
	if page.Blind {
		p.Item("left out, so that you can grade before you see those of others")
		return
	}
	c := page.Claim
	for _, g := range c.Grades {
		s := claim.GradeText(g.Reliability, g.Credibility) + ", " + g.By
		if on := g.On.Long(); on != "" {
			s += ", " + on
		}
		p.Item("%s: %s", s, g.Reason)
	}
	if len(c.Grades) == 0 {
		p.Item("nobody graded it")
		return
	}
	r, n := c.Judged()
	p.Item("as it counts: %s", claim.GradeText(r, n))
}

func (p *Printer) section(title string) {
	p.Gap()
	p.Heading("%s", title)
}

func (p *Printer) origin(l *claim.Ledger, c *claim.Claim) {
	p.section("Origin")
	p.Item("rests on %s", strings.Join(l.Origins(c), "; "))
	for _, k := range c.Links {
		p.Item("%s %s", k.Kind, k.To)
	}
	resting := idsOf(l.Resting(c))
	if len(resting) > 0 {
		p.Item("counts once together with what rests on it: %s", strings.Join(resting, ", "))
	}
	if n := len(l.SharingOrigin(c)) - len(resting); n > 0 {
		p.Item("has its origin in common with %s more", many(n, "claim"))
	}
}

func (p *Printer) sides(l *claim.Ledger, c *claim.Claim, blind bool) {
	if blind {
		return
	}
	s := l.SidesOf(c)
	p.section("Both sides")
	p.Text("%s", s.Statement())
	if caution := s.Caution(); caution != "" {
		p.Text("%s", caution)
	}
	for _, side := range []struct {
		title  string
		claims []*claim.Claim
	}{{"for", s.For}, {"against", s.Against}, {"conceded or put right", s.Conceded}} {
		for _, o := range side.claims {
			if o != c {
				r, n := o.Judged()
				p.Item("%s: %s, %s (%s): %s", side.title, o.ID, o.Speaker, claim.GradeText(r, n), o.Text)
			}
		}
	}
}

func (p *Printer) answers(l *claim.Ledger, c *claim.Claim) {
	p.section("Right of reply")
	p.Item("%s", l.Reply(c))
	for _, q := range c.Asked {
		who := q.OfParty
		if q.Of != 0 {
			who = p.state(q.Of.String())
		}
		s := who + " was asked by " + q.By
		if claim.Given(q.On) {
			s += " on " + q.On.Long()
		}
		switch {
		case q.Answer != "":
			s += "; answered in " + q.Answer
		case q.Silent:
			s += "; no answer by " + q.Until.Long() + " (silence is not consent)"
		}
		p.Item("%s", s)
	}
}

func (p *Printer) explanations(c *claim.Claim) {
	p.section("What else may explain it")
	for _, a := range c.Alternatives {
		p.Item("%s", a)
	}
	if len(c.Alternatives) == 0 {
		p.Item("none recorded")
	}
	for _, s := range c.Settles {
		p.Item("would settle it: %s", s)
	}
}

func (p *Printer) trace(page ClaimPage) {
	l, c := page.Ledger, page.Claim
	src := l.SourceOf(c)
	p.section("Trace")
	title := src.Title + ", " + src.Publisher
	if claim.Given(src.Published) {
		title += ", " + src.Published.Long()
	}
	p.Item("%s: %s", src.ID, title)
	for _, s := range []string{src.URL, src.Note} {
		if s != "" {
			p.Item("%s", s)
		}
	}
	if c.Where != "" || c.To > 0 {
		where := []string{}
		if c.Where != "" {
			where = append(where, c.Where)
		}
		if c.To > 0 {
			where = append(where, "bytes "+strconv.Itoa(c.From)+" to "+strconv.Itoa(c.To))
		}
		p.Item("there: %s", strings.Join(where, ", "))
	}
	if src.CopyOf != "" {
		p.Item("a copy of %s", src.CopyOf)
	}
	switch {
	case src.SHA256 != "":
		p.Item("original kept, captured %s, SHA-256 %s", src.Captured.Long(), src.SHA256)
	default:
		p.Item("no original is kept")
	}
	if !l.Verified(c) {
		p.Item("TEXT NOT SEEN by whoever entered it")
	}
	if v := l.ReviewFor(c.ID); v != nil {
		p.review(v)
	}
	whose := "with the program"
	if page.Own {
		whose = "in your own journal"
	}
	p.Item("entered in %s, %s", l.At(c), whose)
}

// review says who found the claim in the document, who confirmed it, and what was changed.
func (p *Printer) review(v *claim.Review) {
	p.Item("found by %s, rule %s; %s on %s by %s", v.Tool, v.Rule, v.Verdict, v.On.Long(), v.By)
	if v.Answer != "" {
		p.Item("a language model found it: asked with %s, answered with %s", v.Request, v.Answer)
	}
	for _, c := range v.Changed {
		p.Item("%s as found: %s", c.Field, cmp.Or(c.Was, "none"))
	}
	if v.Reason != "" {
		p.Item("because: %s", v.Reason)
	}
}

// PassagesOf gives the text of a claim's page as passages for [Lint]: what is said is attributed to who says it, and
// stands for something established only when a court or the authority decided it.
func PassagesOf(l *claim.Ledger, c *claim.Claim) []Passage {
	s := l.SidesOf(c)
	alleged := s.ForWeight.Level != claim.Decided
	var names []NamedParty
	for _, n := range c.Parties {
		names = append(names, NamedParty{n.Name, n.Act})
	}
	var acts []string
	for _, n := range c.Parties {
		acts = append(acts, n.Name+": "+n.Act+".")
	}
	out := []Passage{
		{Text: sayingOf(l, c) + " " + c.Text + " " + strings.Join(acts, " "), Alleged: alleged, Attributed: true, Names: names},
		{Text: s.Statement() + " " + s.Caution(), Alleged: alleged},
	}
	return slices.DeleteFunc(out, func(p Passage) bool { return strings.TrimSpace(p.Text) == "" })
}

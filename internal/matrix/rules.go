package matrix

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// Evidence is how strong the evidence of a breach is. The words are ordinal: no arithmetic is done on them.
type Evidence uint8

// The levels of evidence, weakest first.
const (
	NoInformation Evidence = iota
	Possible
	Alleged
	Corroborated
	Adjudicated
)

var evidences = [...]string{"no information", "possible", "alleged", "corroborated", "adjudicated"}

// String gives the word used in files and for people.
func (e Evidence) String() string { return evidences[e] }

// Response is what the state concerned answers.
type Response uint8

// The responses. The latest answer counts; earlier ones are shown.
const (
	NoResponse Response = iota
	Denied
	LawDisputed
	Admitted
	Remedied
)

var responses = [...]string{"none", "denied", "law disputed", "admitted", "remedied"}

// String gives the word used in files and for people.
func (r Response) String() string { return responses[r] }

// Rule is one line of the rule for evidence: the first that holds gives the level.
type Rule struct {
	Level Evidence
	// ID names the rule; Says says it in words.
	ID, Says string
	holds    func(*weighed) bool
}

// weighed is what the rules look at: counts of independent origins by what each is worth, and nothing else.
type weighed struct {
	decisions, findings, solid, identified, faint int
	// press is true when every identified origin is press.
	press bool
}

// rules is the rule for evidence, strongest first.
var rules = []Rule{
	{
		Adjudicated, "decided", "a court, the authority or its committee decided that it happened",
		func(w *weighed) bool { return w.decisions > 0 },
	},
	{
		Corroborated, "found", "the authority's expert body found that it happened, and no member dissented",
		func(w *weighed) bool { return w.findings > 0 },
	},
	{
		Corroborated, "independent",
		"two independent origins, each graded no lower than C for the source and 3 for the information, not all of them press",
		func(w *weighed) bool { return w.solid >= 2 && !w.press },
	},
	{
		Alleged, "identified", "at least one identified speaker says that something happened which was a breach on its day",
		func(w *weighed) bool { return w.identified > 0 },
	},
	{
		Possible, "faint",
		"only what is hedged, anonymous or graded as impossible to judge, or whose lawfulness hangs on a missing fact",
		func(w *weighed) bool { return w.faint > 0 },
	},
	{
		NoInformation, "silent", "nothing was found; that is neither compliance nor breach",
		func(*weighed) bool { return true },
	},
}

// Rules gives the rule for evidence, strongest first.
func Rules() []Rule { return rules }

// Worth is what one item is worth as evidence.
type Worth uint8

// The worths, least first.
const (
	Nothing Worth = iota
	Faint
	Identified
	Solid
	ByFinding
	ByDecision
)

// Worth says what an item is worth as evidence, and why in a few words.
func (i *Item) Worth() (Worth, string) {
	switch {
	case i.Retracted:
		return Nothing, "retracted"
	case i.Bears == MayBreach:
		return Faint, "whether it was a breach hangs on a fact that is missing"
	case i.Bears != Breach:
		return Nothing, i.Bears.String()
	case i.Record != nil:
		return worthOfFigure(i.Record)
	default:
		return worthOfClaim(i.Claim, i.Standing)
	}
}

func worthOfFigure(r *record.Record) (Worth, string) {
	switch r.Kind {
	case record.Reported:
		return Solid, "a reported figure"
	case record.Derived:
		return Faint, "a figure worked out from others"
	default:
		return Identified, "an estimated or alleged figure"
	}
}

func worthOfClaim(c *claim.Claim, standing claim.SourceKind) (Worth, string) {
	letter, number := c.Judged()
	switch {
	case c.Hedge != "":
		return Faint, "the speaker hedges"
	case c.Speaker == "":
		return Faint, "nobody is named as the speaker"
	case c.Kind == claim.Decision:
		return ByDecision, "decided"
	case c.Kind == claim.Finding && standing == claim.ExpertPanel && c.Dissent == "":
		return ByFinding, "found by the authority's expert body"
	case (letter == 0 || number == 0) && unjudgeable(c):
		return Faint, "graded as impossible to judge"
	case letter == 0 || number == 0:
		return Identified, "not graded"
	case letter <= 'C' && number <= 3:
		return Solid, "graded " + string(letter) + string(rune('0'+number))
	default:
		return Identified, "graded " + string(letter) + string(rune('0'+number))
	}
}

// unjudgeable reports whether somebody graded the claim and said that no judgement was possible.
func unjudgeable(c *claim.Claim) bool {
	return slices.ContainsFunc(c.Grades, func(g claim.Grade) bool { return g.Reliability == 'F' || g.Credibility == 6 })
}

// weigh counts the independent origins among the items, each by the best of its items.
func weigh(items []*Item) weighed {
	best := map[string]Worth{}
	press := map[string]bool{}
	for _, i := range items {
		w, _ := i.Worth()
		if w == Nothing {
			continue
		}
		for _, o := range i.Origins {
			if _, seen := best[o]; !seen {
				press[o] = true
			}
			best[o] = max(best[o], w)
			press[o] = press[o] && i.Claim != nil && i.Standing == claim.Press
		}
	}
	out := weighed{press: true}
	for origin, w := range best {
		switch {
		case w == Faint:
			out.faint++
			continue
		case w == ByDecision:
			out.decisions++
		case w == ByFinding:
			out.findings++
		}
		if w >= Solid {
			out.solid++
		}
		out.identified++
		out.press = out.press && press[origin]
	}
	return out
}

// responseOf gives the response in the latest answer, and that answer.
func responseOf(items []*Item) (Response, *Item) {
	var latest *Item
	day := when.NoDay
	for _, i := range items {
		if i.Bears != Reply || i.Retracted || responseIn(i.Claim) == NoResponse {
			continue
		}
		if d := i.Source.Published.To; latest == nil || d > day || (d == day && responseIn(i.Claim) > responseIn(latest.Claim)) {
			latest, day = i, d
		}
	}
	if latest == nil {
		return NoResponse, nil
	}
	return responseIn(latest.Claim), latest
}

// responseIn is what one answer says. A dispute of legitimacy denies without disputing the fact: it is shown with its kind.
func responseIn(c *claim.Claim) Response {
	switch c.Kind {
	case claim.Denial, claim.Legitimacy:
		if c.Dispute == claim.OfLaw {
			return LawDisputed
		}
		return Denied
	case claim.LawReading:
		return LawDisputed
	case claim.Admission:
		return Admitted
	case claim.Remedy:
		return Remedied
	default:
		return NoResponse
	}
}

// ParseEvidence reads the word for a level.
func ParseEvidence(s string) (Evidence, error) {
	if n := slices.Index(evidences[:], s); n >= 0 {
		return Evidence(n), nil
	}
	return 0, fault.New(fault.Invalid, "there is no evidence %q", s).WithFix("say possible, alleged, corroborated or adjudicated")
}

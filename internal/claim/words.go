package claim

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/text"
)

// One table each: the words that files and commands use, by the value of the constant.
var (
	sourceKindWords = []string{
		OtherSource: "other", ExpertPanel: "expert_panel", Committee: "committee", Court: "court", StateOrgan: "state_organ",
		StateGroup: "state_group", Press: "press", Research: "research", Company: "company", Registry: "registry",
	}
	kindWords = []string{
		Fact: "fact", Allegation: "allegation", Finding: "finding", Decision: "decision", Denial: "denial",
		Admission: "admission", Remedy: "remedy", Compliance: "compliance", LawReading: "law_reading",
		Legitimacy: "legitimacy", Demand: "demand", Proposal: "proposal", Undertaking: "undertaking", Opinion: "opinion",
	}
	linkWords = []string{
		Supports: "supports", Challenges: "challenges", Repeats: "repeats", Quotes: "quotes", Retracts: "retracts",
		Answers: "answers",
	}
	attributionWords = []string{
		UnknownAttribution: "unknown", ByOrgan: "organ", ByStateOwned: "state_owned", ByNational: "national",
		ThroughTerritory: "territory",
	}
	verdictWords = []string{Accepted: "accepted", Rejected: "rejected"}
	disputeWords = []string{NoDispute: "none", OfFact: "fact", OfLaw: "law", OfLegitimacy: "legitimacy"}
)

// String gives the word used in files.
func (k SourceKind) String() string { return sourceKindWords[k] }

// String gives the word used in files.
func (k Kind) String() string { return kindWords[k] }

// String gives the word used in files.
func (k LinkKind) String() string { return linkWords[k] }

// String gives the word used in files.
func (a Attribution) String() string { return attributionWords[a] }

// String gives the word used in files.
func (d Dispute) String() string { return disputeWords[d] }

// String gives the word used in files.
func (v Verdict) String() string { return verdictWords[v] }

// ParseSourceKind reads a kind of source.
func ParseSourceKind(s string) (SourceKind, error) {
	return parseWord[SourceKind]("kind of source", sourceKindWords, s)
}

// ParseKind reads a kind of claim.
func ParseKind(s string) (Kind, error) { return parseWord[Kind]("kind of claim", kindWords, s) }

// ParseLinkKind reads a kind of link.
func ParseLinkKind(s string) (LinkKind, error) {
	return parseWord[LinkKind]("kind of link", linkWords, s)
}

// ParseAttribution reads a rung of attribution.
func ParseAttribution(s string) (Attribution, error) {
	return parseWord[Attribution]("attribution", attributionWords, s)
}

// ParseDispute reads what is disputed.
func ParseDispute(s string) (Dispute, error) { return parseWord[Dispute]("dispute", disputeWords, s) }

// ParseVerdict reads what a person decided on a claim that was found.
func ParseVerdict(s string) (Verdict, error) {
	return parseWord[Verdict]("verdict", verdictWords, s)
}

func parseWord[T ~uint8](what string, words []string, s string) (T, error) {
	for i, w := range words {
		if w == s {
			return T(i), nil
		}
	}
	e := fault.New(fault.Invalid, "there is no %s %q", what, s)
	if near := text.NearestOf(s, words, 2); len(near) > 0 {
		return 0, e.WithFix("did you mean %s?", strings.Join(near, " or "))
	}
	return 0, e.WithFix("one of %s", strings.Join(words, ", "))
}

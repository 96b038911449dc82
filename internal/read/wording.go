package read

import (
	"strings"

	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/vocab"
)

// does says in our own words what a speaker does by a claim of each kind.
var does = map[claim.Kind]string{
	claim.Fact: "states a fact", claim.Allegation: "makes an allegation", claim.Finding: "finds", claim.Decision: "decides",
	claim.Denial: "denies", claim.LawReading: "reads the law", claim.Demand: "demands", claim.Proposal: "proposes",
	claim.Undertaking: "says what it will do", claim.Opinion: "gives an opinion",
}

// wording gives the claim in our own words: who does what, about whom. The words of the document are not repeated; the
// span has them.
func wording(c *Claim, places *place.Gazetteer) string {
	s := c.By.Name + " " + does[c.Kind]
	if c.Sort != "" {
		s += " (" + c.Sort + ")"
	}
	if about := aboutOf(c, places); about != "" {
		s += " about " + about
	}
	if c.Activity != nil {
		s += ": " + vocab.KindOf(c.Activity.Kind).Name
	}
	return s
}

func aboutOf(c *Claim, places *place.Gazetteer) string {
	if c.Subject.Any {
		return "any state"
	}
	var out []string
	for _, s := range c.Subject.States {
		out = append(out, places.Name(s))
	}
	return strings.Join(out, " and ")
}

// actOf names what was done, where no activity does.
func actOf(c *Claim) string {
	if c.Activity != nil || len(c.Subject.States) == 0 {
		return ""
	}
	return "see the span " + c.ID
}

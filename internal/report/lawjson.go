package report

import (
	"slices"

	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/when"
)

// LawDiffJSON is the difference of the law between two days.
type LawDiffJSON struct {
	Began []ProvisionJSON `json:"began"`
	Ended []ProvisionJSON `json:"ended"`
	From  string          `json:"from"`
	To    string          `json:"to"`
}

// LawDiffForPrograms gives what began and ended between two days.
func LawDiffForPrograms(from, to when.Day, began, ended []*law.Provision) LawDiffJSON {
	return LawDiffJSON{ListForPrograms(began), ListForPrograms(ended), from.String(), to.String()}
}

// ScenariosJSON is how far the rulings on the scenarios agree with what was expected.
type ScenariosJSON struct {
	Given     scenario.Tally `json:"given"`
	Own       scenario.Tally `json:"own"`
	Scenarios []ScenarioJSON `json:"scenarios"`
}

// ScenarioJSON is one scenario with its ruling.
type ScenarioJSON struct {
	ID        string   `json:"id"`
	Given     bool     `json:"given"`
	Label     string   `json:"label,omitempty"`
	Expect    string   `json:"expect"`
	Verdict   string   `json:"verdict"`
	Agrees    bool     `json:"verdict_agrees"`
	Governing bool     `json:"governing_agrees"`
	All       bool     `json:"all_governing_cited"`
	Wanted    []string `json:"governing,omitempty"`
	Decides   []string `json:"decides,omitempty"`
}

// ScenariosForPrograms gives scenarios that were run.
func ScenariosForPrograms(results []scenario.Result, given, own scenario.Tally) ScenariosJSON {
	out := ScenariosJSON{Given: given, Own: own}
	for _, r := range results {
		out.Scenarios = append(out.Scenarios, ScenarioJSON{
			r.Scenario.ID, r.Scenario.Given, r.Scenario.Label, r.Scenario.Expect.String(), r.Ruling.Verdict.String(),
			r.Verdict, r.Governing, r.All, r.Scenario.Governing, Deciding(r.Ruling),
		})
	}
	return out
}

// Deciding gives the ids of the provisions that a verdict comes from; "no provision" where none does.
func Deciding(r *ruling.Ruling) []string {
	var ids []string
	for i := range r.Findings {
		f := &r.Findings[i]
		decides := f.Verdict == r.Verdict || r.Verdict == ruling.Incomplete && f.Outcome == ruling.Open
		if decides && r.Verdict != ruling.Permitted && !slices.Contains(ids, f.Provision.ID) {
			ids = append(ids, f.Provision.ID)
		}
	}
	if len(ids) == 0 {
		ids = []string{"no provision"}
	}
	return ids
}

// ReviewJSON is what of the law is not verified, and who checked what.
type ReviewJSON struct {
	Checks    []law.Check `json:"checks"`
	Paragraph []string    `json:"paragraph_number_not_seen"`
	Text      []string    `json:"text_not_seen"`
}

// NotSeen gives the provisions whose text was not seen, and those of the others whose paragraph number was not.
func NotSeen(l *law.Law) (text, number []*law.Provision) {
	for _, p := range l.Provisions() {
		switch {
		case !p.Verified:
			text = append(text, p)
		case !p.ParagraphVerified:
			number = append(number, p)
		}
	}
	return text, number
}

// ReviewForPrograms gives the state of the review of the law.
func ReviewForPrograms(l *law.Law, checks []law.Check) ReviewJSON {
	ids := func(list []*law.Provision) []string {
		out := []string{}
		for _, p := range list {
			out = append(out, p.ID)
		}
		return out
	}
	text, number := NotSeen(l)
	return ReviewJSON{checks, ids(number), ids(text)}
}

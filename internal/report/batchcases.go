package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// BatchCasesJSON is what became of the answers of a batch when cases were made of them. It adds up: answers are those with hits,
// those that are clear and those that were not screened.
type BatchCasesJSON struct {
	Batch    string `json:"batch"`
	Answers  int    `json:"answers" doc:"screenings of the batch"`
	WithHits int    `json:"with_hits"`
	Clear    int    `json:"clear"`
	Rulings  int    `json:"rulings" doc:"rulings of the batch"`
	Lawful   int    `json:"rulings_without_a_case"`
	// Met counts what the hits came to, by outcome.
	Met         map[string]int `json:"met" nullable:"false" doc:"hits by what they came to: new, and what a case that there is makes of them"`
	NotScreened []string       `json:"not_screened" nullable:"false" doc:"answers that became no case as nobody was screened: screen these again"`
	LeftOff     []string       `json:"left_off" nullable:"false" doc:"answers of which some hits were left off by the limit and became no case: screen these again with a higher one"`
}

// Words says it for people.
func (b *BatchCasesJSON) Words() string {
	var met []string
	for _, o := range slices.Sorted(maps.Keys(b.Met)) {
		met = append(met, fmt.Sprintf("%d %s", b.Met[o], o))
	}
	if len(met) == 0 {
		met = []string{"no hit"}
	}
	s := fmt.Sprintf("%s of the batch: %d with hits, %d clear, %d not screened. Cases: %s.",
		Counted(b.Answers+b.Rulings, "answer"), b.WithHits, b.Clear, len(b.NotScreened), strings.Join(met, ", "))
	if len(b.NotScreened) > 0 {
		s += " What was not screened became no case: screen it again."
	}
	if len(b.LeftOff) > 0 {
		s += fmt.Sprintf(" Of %d the limit left hits off, which became no case: screen them again with a higher one.", len(b.LeftOff))
	}
	return s
}

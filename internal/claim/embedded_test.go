package claim_test

import (
	"slices"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
)

// TestEmbedded holds the claims that come with the program to every check, against the law that comes with it.
func TestEmbedded(t *testing.T) {
	desk, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := claim.LoadFiles(desk.Reference, data.FS, "claims")
	if err != nil {
		t.Fatal(err)
	}
	l, err := claim.New(entries, func(id string) bool { _, ok := desk.Law.Provision(id); return ok }, func(string) []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	seen, kinds, states, acts := 0, map[claim.Kind]int{}, map[string]bool{}, 0
	for _, c := range l.Claims() {
		kinds[c.Kind]++
		if !l.Verified(c) && c.Note == "" {
			t.Errorf("%s was not seen and does not say why", c.ID)
		}
		if c.Kind == claim.Denial && !slices.ContainsFunc(c.Links, func(k claim.Link) bool {
			return k.Kind == claim.Answers || k.Kind == claim.Challenges
		}) {
			t.Errorf("%s denies nothing that is here", c.ID)
		}
		if src := l.SourceOf(c); src.URL == "" && src.Note == "" {
			t.Errorf("%s rests on %s, which nobody can find", c.ID, src.ID)
		}
		for _, s := range c.About {
			states[s.String()] = true
		}
		if l.Verified(c) {
			seen++
		}
		if c.Activity != nil {
			acts++
		}
	}
	t.Logf("%d claims from %d sources about %d states; %d seen, %d with an activity; %v",
		len(l.Claims()), len(l.Sources()), len(states), seen, acts, kinds)
}

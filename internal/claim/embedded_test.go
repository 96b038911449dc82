package claim_test

import (
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

package report

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
)

// update writes the golden files anew, to be read before they are accepted.
var update = os.Getenv("UPDATE") != ""

func embedded(t *testing.T) *claim.Ledger {
	t.Helper()
	desk, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := claim.LoadFiles(desk.Reference, data.FS, "claims")
	if err != nil {
		t.Fatal(err)
	}
	l, err := claim.New(entries, func(string) bool { return true }, func(string) []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestEmbeddedClaimsPassTheLint holds the pages of all claims that come with the program to the lint. Every party of any
// claim is known, so that nobody is named in another claim's text without an act there.
func TestEmbeddedClaimsPassTheLint(t *testing.T) {
	l := embedded(t)
	var known []string
	for _, c := range l.Claims() {
		for _, n := range c.Parties {
			known = append(known, n.Name)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for _, c := range l.Claims() {
		for _, f := range Lint(PassagesOf(l, c), known) {
			t.Errorf("%s: %s: %s", c.ID, f.Rule, f.Message)
		}
	}
}

// TestClaimPages compares pages with files that a person has read.
func TestClaimPages(t *testing.T) {
	l := embedded(t)
	for _, id := range []string{"trucks-finding", "coal-2019-28-panel", "kw-workers-welcome", "sg-chinpo-district", "oil-2024-us"} {
		c, err := l.Claim(id)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		p := &Printer{W: &b}
		if err := p.Claim(ClaimPage{Ledger: l, Claim: c, Obligation: func(string) string { return "" }}); err != nil {
			t.Fatal(err)
		}
		// Line numbers change with the data and say nothing about the page.
		got := strings.Split(b.String(), "\n")
		got = slices.DeleteFunc(got, func(s string) bool { return strings.Contains(s, "entered in claims/") })
		file := filepath.Join("testdata", "claims", id+".txt")
		text := strings.Join(got, "\n")
		if update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", id, text, want)
		}
	}
}

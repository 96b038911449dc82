package load_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
)

// notAccused are parties that a claim names and says in the same breath that they are not accused or did not know.
var notAccused = map[string]bool{"Azimut-Benetti": true, "ANL Australia": true}

// TestNamedAreThoseOfClaims holds the list of those merely named to the claims: everybody that a claim names can be screened,
// listed or named; nobody is named for whom the claims cited say nothing; nobody is both.
func TestNamedAreThoseOfClaims(t *testing.T) {
	desk, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := claim.LoadFiles(desk.Reference, data.FS, "claims")
	if err != nil {
		t.Fatal(err)
	}
	places := publicationtest.Places(t)
	sub, err := fs.Sub(data.FS, "listings")
	if err != nil {
		t.Fatal(err)
	}
	lists, err := load.Embedded(t.Context(), sub, places)
	if err != nil {
		t.Fatal(err)
	}
	_, base := loader(t)
	store := snapshot.WithFixed(base, lists...)
	listed, named := map[string]bool{}, map[string]*subject.Record{}
	for _, l := range lists {
		for e, err := range store.Entries(t.Context(), l.Meta.ID) {
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range e.Record.Subject.Names {
				if e.Record.Listings[0].Tier == subject.Named {
					named[n.Full] = e.Record
				} else {
					listed[strings.ToLower(n.Full)] = true
				}
			}
		}
	}
	said := map[string][]string{} // the names in each claim
	for _, e := range claims {
		c := e.Claim
		for i := 0; c != nil && i < len(c.Parties); i++ {
			name := parenthesis.ReplaceAllString(c.Parties[i].Name, "")
			said[c.ID] = append(said[c.ID], name)
			if named[name] == nil && !isListed(listed, name) && !notAccused[name] {
				t.Errorf("claim %s names %s, whom screening does not know", c.ID, name)
			}
		}
	}
	for name, r := range named {
		if listed[strings.ToLower(name)] {
			t.Errorf("%s is listed, not merely named", name)
		}
		for _, cite := range cited.FindAllStringSubmatch(strings.Join(r.Listings[0].Remarks, " "), -1) {
			if _, ok := said[cite[1]]; !ok {
				t.Errorf("%s cites %s, which names nobody", name, cite[1])
			}
		}
	}
}

var (
	parenthesis = regexp.MustCompile(` \((IMO|built) .*\)$`)
	cited       = regexp.MustCompile(`\[([a-z0-9-]+)\]`)
)

// isListed looks for a name of a list that begins with the words of a claim: "Mansudae Overseas Projects" is listed as "MANSUDAE
// OVERSEAS PROJECT GROUP OF COMPANIES".
func isListed(listed map[string]bool, name string) bool {
	for l := range listed {
		if strings.HasPrefix(l, strings.TrimSuffix(strings.ToLower(name), "s")) {
			return true
		}
	}
	return false
}

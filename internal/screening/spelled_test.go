package screening

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/index"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/subject"
)

// spelledNames are listed names, most of them too long to be compared as a whole.
var spelledNames = []string{
	"Korea Mining Development Trading Corporation", "Ocean Maritime Management Company Limited", "Foreign Trade Bank of the Republic",
	"Green Pine Associated Corporation", "Second Academy of Natural Sciences", "Reconnaissance General Bureau", "Islamic Republic of Iran Shipping Lines",
	"AmroggangDevelopmentBankingCorporation",
}

// written gives ways in which people write a name with fewer spaces, or more.
func written(name string) []string {
	words := strings.Fields(name)
	if len(words) == 1 {
		return []string{name, strings.ToLower(name), "Amroggang Development Banking Corporation", "Amroggang DevelopmentBankingCorporation"}
	}
	whole := strings.Join(words, "")
	out := []string{whole, strings.ToUpper(whole), strings.ToLower(whole), words[0] + " " + strings.Join(words[1:], ""), strings.Join(words[:3], "") + " " + strings.Join(words[3:], "")}
	return out
}

// TestWrittenTogether holds that a listed name is found however its words are written together, and with the score that it
// has as it is listed; from parties on file too, the other way round.
func TestWrittenTogether(t *testing.T) {
	var docs []Document
	for i, name := range spelledNames {
		docs = append(docs, listed("un", "UN", fmt.Sprintf("e.%d", i), name, withSchema(subject.Organization)))
	}
	e := engine(t, nil, docs...)
	for i, name := range spelledNames {
		id := fmt.Sprintf("un:e.%d", i)
		ask := func(name, schema string) Answer {
			return e.Screen(Query{Input: match.Input{Schema: schema, Names: []match.Name{{Text: name}}}, AsOf: day("2020-01-01"), Threshold: 0.65})
		}
		for _, schema := range []string{"", "Organization"} {
			as := ask(name, schema)
			if as.Outcome != Match || as.Hits[0].ID != id {
				t.Fatalf("%s as it is listed: %+v", name, as)
			}
			for _, w := range written(name) {
				a := ask(w, schema)
				if a.Outcome != Match || a.Hits[0].ID != id || a.Hits[0].Score < as.Hits[0].Score-1e-9 {
					t.Errorf("%q as %q: %s %v, want %v", w, schema, a.Outcome, a.Hits, as.Hits[0].Score)
					continue
				}
				if why, err := e.Why(&a, &a.Hits[0]); err != nil || len(why) == 0 {
					t.Errorf("%q: no evidence: %v", w, err)
				}
			}
		}
	}
	for _, other := range []string{"KoreaMiningDevelopmentTradingCorporatiox", "KoreaMining", "Mining Development"} {
		a := e.Screen(Query{Input: match.Input{Names: []match.Name{{Text: other}}}, AsOf: day("2020-01-01"), Threshold: 0.65})
		if a.Outcome == Match {
			t.Errorf("%q is %s", other, a.Outcome)
		}
	}
	b := index.NewBuilder(t.TempDir())
	meta, err := BuildBase(b, parameters(t), func(yield func(Known, error) bool) {
		for _, name := range spelledNames {
			for _, w := range written(name) {
				if !yield(Known{Input: match.Input{Names: []match.Name{{Text: w}}}, Data: []byte(w)}, nil) {
					return
				}
			}
		}
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	file, err := b.Bytes(meta...)
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	base, err := NewBase(ix, parameters(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range spelledNames {
		var found []string
		if err := base.Reach(docs[i].Record.Subject, func(b []byte) error {
			found = append(found, string(b))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, w := range written(name) {
			if !slices.Contains(found, w) {
				t.Errorf("%s: %q on file is not reached", name, w)
			}
		}
	}
}

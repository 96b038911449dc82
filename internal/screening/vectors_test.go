package screening

import (
	"testing"

	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/subject"
)

// Two ships whose numbers pass the check digit and that took other names: the
// number finds them, whatever they are called now.
func TestTaintedNumbers(t *testing.T) {
	e := engine(t, nil,
		listed("own", "Compliance", "1", "Kingsway", withSchema(subject.Vessel), withProperty("imoNumber", "8528864")),
		listed("own", "Compliance", "2", "Subblic", withSchema(subject.Vessel), withProperty("imoNumber", "8514045")))
	for _, c := range [][3]string{{"Shun Fa", "8528864", "own:1"}, {"Apex", "8528864", "own:1"}, {"Hai Zhou 168", "8514045", "own:2"}} {
		q := query(c[0])
		q.Input.Schema, q.Input.Identifiers = "Vessel", []match.Identifier{{Kind: "imo", Value: c[1]}}
		a := e.Screen(q)
		if a.Outcome != Match || len(a.Hits) == 0 || a.Hits[0].ID != c[2] || !a.Hits[0].Identified {
			t.Errorf("%v: %s %+v", c, a.Outcome, a.Hits)
		}
	}
}

// Every passport and IMO number of a real list finds its subject under any other
// name.
func TestNumbersSuffice(t *testing.T) {
	if testing.Short() {
		t.Skip("nothing runs at once here: left out in short mode, which is for races")
	}
	docs := unDocuments(t, "consolidated_2026-08-01.xml")
	e := engine(t, nil, docs...)
	all, found := 0, 0
	for i, d := range docs {
		s := d.Record.Subject
		for _, x := range InputOf(s).Identifiers {
			if x.Kind != "passport" && x.Kind != "imo" {
				continue
			}
			other := docs[(i+len(docs)/2)%len(docs)].Record.Subject
			q := query(other.Names[0].Full)
			q.Input.Schema, q.Input.Identifiers = string(s.Schema), []match.Identifier{x}
			q.Limit, q.AsOf = 1000, day("2026-08-02")
			if q.Input.Schema == string(subject.AddressOnly) {
				continue
			}
			all++
			a := e.Screen(q)
			for _, h := range a.Hits {
				if h.ID == s.ID && h.Identified {
					found++
					break
				}
			}
			if a.Outcome != Match || found != all {
				t.Errorf("%s %s of %s: %s", x.Kind, x.Value, s.ID, a.Outcome)
				found = all
			}
		}
	}
	t.Logf("%d of %d numbers", found, all)
	if all < 100 {
		t.Errorf("only %d numbers", all)
	}
}

package check_test

import (
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestMatter finds claims of the ledger on the same ship, firm, ports or deed, whoever makes them and about whom.
func TestMatter(t *testing.T) {
	may := when.On(when.Date(2017, 5, 18))
	entry := func(c claim.Claim, links ...claim.Link) claim.Entry {
		c.Source, c.Speaker, c.Act, c.Links = "paper", "A reporter", "went", links
		if c.Text == "" {
			c.Text = "It went."
		}
		if c.Period == (when.Period{}) {
			c.Period = may
		}
		c.About = []place.State{state("PE")}
		return claim.Entry{Claim: &c}
	}
	ship := &activity.Activity{Kind: vocab.KindVesselService, Date: may, Facts: activity.Facts{{
		Fact: vocab.VesselName, Value: activity.Value{Text: "Alba Star"},
	}}}
	l, err := claim.New([]claim.Entry{
		{Source: &claim.Source{ID: "paper", Title: "t", Publisher: "p", Published: may, Captured: when.NoDay}},
		entry(claim.Claim{ID: "ship-by-fact", Activity: ship}),
		entry(claim.Claim{ID: "ship-by-party", Parties: []claim.Party{{Name: "AlbaStar (built 1971)", Act: "sails"}}, Period: when.On(when.Date(2018, 2, 6))}),
		entry(claim.Claim{ID: "ship-reply", Kind: claim.Denial, Text: "The Alba Star never left.", Dispute: claim.OfFact}, claim.Link{Kind: claim.Answers, To: "ship-by-fact"}),
		entry(claim.Claim{ID: "ship-again", Text: "The Alba Star left."}, claim.Link{Kind: claim.Repeats, To: "ship-by-fact"}),
		entry(claim.Claim{ID: "firm", Text: "Losan Lines has a new office."}),
		entry(claim.Claim{ID: "ports", Text: "A line from Northport opened.", Place: "Southport"}),
		entry(claim.Claim{ID: "one-port", Text: "A fair opened.", Place: "Southport"}),
	}, func(string) bool { return true }, func(string) []string { return nil })
	if err != nil {
		t.Fatal(err)
	}
	days := []when.Period{{From: when.Date(2017, 5, 1), To: when.Date(2017, 5, 31)}}
	deed := func(day when.Day) *activity.Activity {
		return &activity.Activity{Kind: vocab.KindVesselService, Date: when.On(day)}
	}
	for _, tt := range []struct {
		name  string
		names read.Names
		does  *activity.Activity
		want  []string
	}{
		{"the ship, in one word or two, the nearest day first", read.Names{Ships: []string{"ALBA STAR"}, Days: days}, nil, []string{
			"by the ship ALBA STAR: ship-by-fact, answered by ship-reply", "by the ship ALBA STAR: ship-by-party",
		}},
		{"another ship whose name begins so", read.Names{Ships: []string{"Alba"}, Days: days}, nil, nil},
		{"a firm", read.Names{Firms: []string{"Losan Lines"}}, nil, []string{"by Losan Lines: firm"}},
		{"two ports and the month", read.Names{Ports: []string{"Southport", "Northport"}, Days: days}, nil, []string{"by the ports Southport and Northport: ports"}},
		{"two ports, two years later", read.Names{Ports: []string{"Southport", "Northport"}, Days: []when.Period{when.On(when.Date(2019, 5, 1))}}, nil, nil},
		{"one port", read.Names{Ports: []string{"Southport"}, Days: days}, nil, nil},
		{"the kind of deed, state and day", read.Names{}, deed(may.From), []string{"by kind of deed, state and day: ship-by-fact, answered by ship-reply"}},
		{"the kind of deed on another day", read.Names{}, deed(may.From + 40), nil},
		{"nothing", read.Names{Days: days}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := read.Claim{
				Claim: claim.Claim{Kind: claim.Fact, Activity: tt.does}, Names: tt.names, By: read.Party{Name: "B"},
				Subject: read.Party{States: []place.State{state("PE")}},
			}
			res, err := (&check.Checker{Ledger: l}).Check(one(c))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range res[0].Evidence {
				if by, ok := strings.CutPrefix(e, "like it in the ledger "); ok {
					got = append(got, by)
				}
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if res[0].Word != check.Outside {
				t.Errorf("the result is %s", res[0].Word)
			}
		})
	}
}

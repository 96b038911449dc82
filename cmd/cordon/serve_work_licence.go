package main

import (
	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/when"
)

// owed gives the example a clock, of the case that was found true, and a licence with conditions on which another case rests. A case
// that the lists of this server do not raise has neither.
func (x *exampleMaker) owed() error {
	found, err := x.caseOf("EX-101")
	if err != nil {
		return err
	}
	today := x.w.m.today()
	if found != nil && found.ReportUnsaid() {
		table, err := clock.Load(data.FS)
		if err != nil {
			return err
		}
		r := casework.Report{Duty: "us-blocked", Owner: x.ex.people[0].ID, Began: today - 4}
		if _, err := x.desk().StartClock(x.w.m.ctx, found.ID, x.as(0), x.at, table, r); err != nil {
			return err
		}
	}
	book := x.w.m.licenceBook(x.ex, x.ex.workStore.machine())
	l, err := book.Grant(x.w.m.ctx, x.as(0), x.at, &licence.Terms{
		Authority: "An authority (made up)", Reference: "EX-17", Form: licence.License, Holder: "Example Trading",
		Covers: licence.Covers{Activities: []string{"transfer"}, Goods: []string{"8413"}, Limit: 100_000_000, Unit: "EUR", Uses: 3},
		From:   today - 30, Until: today + 180, Source: "A letter that is made up, too",
		Conditions: []licence.Condition{
			{ID: "report", What: "Report each shipment", Who: "Export desk", Due: today + 12, Evidence: "The report with a stamp of the authority"},
			{ID: "end-use", What: "Not to be passed on", Who: "The consignee", Due: when.NoDay, Evidence: "Visits"},
		},
	})
	if err != nil {
		return err
	}
	rests, err := x.caseOf("EX-106")
	if err != nil || rests == nil {
		return err
	}
	_, err = book.Do(x.w.m.ctx, l.ID, x.as(0), x.at, licence.Event{
		Kind: licence.Linked, Decision: licence.Decision{Kind: licence.Case, ID: rests.ID}, Amount: 12_500_000, Text: "The pumps of this customer are within it.",
	})
	return err
}

// caseOf gives the likeliest case of a customer; nil where the lists of this server have nobody whom this customer may be.
func (x *exampleMaker) caseOf(ref string) (*casework.Case, error) {
	list, err := x.desk().Cases(x.w.m.ctx)
	if err != nil {
		return nil, err
	}
	casework.Sort(list)
	for i := range list {
		if list[i].Alert.Subject.Ref == ref {
			return &list[i], nil
		}
	}
	return nil, nil
}

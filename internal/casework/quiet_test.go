package casework_test

import (
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
)

// TestQuiet: who screens is given just the suppressions that two persons made, that have not ended, and that are
// about what our side says now.
func TestQuiet(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	until := now.AddDate(0, 1, 0)
	alert := &casework.Alert{
		Subject: side("c-1", "birthDate", "1990-01-02"), Listing: side("x:1", "birthDate", "1950-01-02"), Tier: "listed", Score: 0.9, Stake: 1, Answer: "a",
	}
	const id = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	events := []casework.Event{
		{Case: id, N: 1, Time: now, Kind: casework.Opened, Person: "m", Role: casework.Machine, Alert: alert},
		{
			Case: id, N: 2, Time: now, Kind: casework.Disposed, Person: "ann", Role: casework.Analyst, Disposition: casework.False,
			Code: "other-birth-date", Text: "born 1990", Suppress: until, Owner: "bo",
		},
		{Case: id, N: 3, Time: now, Kind: casework.Confirmed, Person: "bo", Role: casework.Approver, Of: 2, Text: "yes"},
		{Case: id, N: 4, Time: now, Kind: casework.Revoked, Person: "ann", Role: casework.Analyst, Text: "the owner left"},
	}
	quiet := func(n int) *casework.Quiet {
		c, err := casework.Fold(casework.Default(), events[:n])
		if err != nil {
			t.Fatal(err)
		}
		return casework.QuietOf([]casework.Case{c})
	}
	ours := alert.Subject
	if q := quiet(2); q.Most() != 0 || len(q.Of(&ours, now)) != 0 || q.Has("c-1") {
		t.Error("one person suppressed")
	}
	q := quiet(3)
	if list := q.Of(&ours, now); len(list) != 1 || list[0].Listing != "x:1" || list[0].ListingPrint != alert.Listing.Print() || q.Most() != 1 || !q.Has("c-1") {
		t.Errorf("%+v", list)
	}
	if len(q.Of(&ours, until.Add(-time.Millisecond))) != 1 || len(q.Of(&ours, until)) != 0 {
		t.Error("it does not end on its day")
	}
	moved := ours
	moved.Says = append(append([]casework.Fact{}, ours.Says...), casework.Fact{Field: "address", Value: "elsewhere"})
	if len(q.Of(&moved, now)) != 0 {
		t.Error("it outlives a change of our side")
	}
	other := ours
	other.Ref = "c-2"
	if len(q.Of(&other, now)) != 0 {
		t.Error("another party inherits it")
	}
	if q := quiet(4); q.Most() != 0 {
		t.Error("it outlives being revoked")
	}
	if q := (*casework.Quiet)(nil); q.Most() != 0 || q.Has("c-1") || q.Of(&ours, now) != nil {
		t.Error("nobody's suppressions suppress")
	}
}

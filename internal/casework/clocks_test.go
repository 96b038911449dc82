package casework_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

const testDuties = `
calendars: []
duties:
  - {id: block, authority: The authority, starts: blocked, what: Report, within: 10 calendar days, cite: C1, source: S, url: "https://example.org", verified: false}
  - {id: also, authority: Another, starts: blocked, what: Report too, within: 3 calendar days, cite: C2, source: S, url: "https://example.org", verified: false}
  - {id: reject, authority: The authority, starts: rejected, what: Report, within: 5 calendar days, cite: C3, source: S, url: "https://example.org", verified: false}
`

// TestClocksStart: which clocks start by themselves, with what, from which day, and in whose name.
func TestClocksStart(t *testing.T) {
	table, err := clock.Read("test", []byte(testDuties))
	if err != nil {
		t.Fatal(err)
	}
	ann, bob := casework.Person{Name: "u-ann", Role: casework.Analyst}, casework.Person{Name: "u-bob", Role: casework.Approver}
	machine := casework.Person{Name: "u-m", Role: casework.Machine}
	day := func(n int) time.Time { return caseworktest.Start.Truncate(24*time.Hour).AddDate(0, 0, n) }
	yes := casework.Event{Kind: casework.Disposed, Disposition: casework.True, Code: "same-facts", Text: "the same"}
	did := func(a casework.Action, n int) casework.Event {
		e := yes
		e.Action, e.Began = a, day(n)
		return e
	}
	confirm := casework.Event{Kind: casework.Confirmed}
	hold := casework.Event{Kind: casework.HoldPlaced, Text: "until the bank says"}
	no := casework.Event{Kind: casework.Disposed, Disposition: casework.False, Code: "other-name", Text: "another"}
	for name, c := range map[string]struct {
		duties []string
		do     []casework.Event
		want   string // duty, days from the start on which it began and by which it is due, owner
	}{
		"closed as true, and blocked":      {[]string{"block", "reject"}, []casework.Event{did(casework.Blocked, -2), confirm}, "block -2 8 u-ann"},
		"rejected":                         {[]string{"block", "reject"}, []casework.Event{did(casework.Rejected, 0), confirm}, "reject 0 5 u-ann"},
		"two duties":                       {[]string{"block", "also"}, []casework.Event{did(casework.Blocked, 0), confirm}, "block 0 10 u-ann; also 0 3 u-ann"},
		"not confirmed yet":                {[]string{"block"}, []casework.Event{did(casework.Blocked, 0)}, ""},
		"nothing said of what was done":    {[]string{"block"}, []casework.Event{yes, confirm}, ""},
		"a desk that owes none":            {nil, []casework.Event{did(casework.Blocked, 0), confirm}, ""},
		"a hold":                           {[]string{"block", "reject"}, []casework.Event{hold}, "block 0 10 u-bob"},
		"a hold, then blocked":             {[]string{"block"}, []casework.Event{hold, did(casework.Blocked, 0), confirm}, "block 0 10 u-bob"},
		"a hold beside a case of somebody": {[]string{"block"}, []casework.Event{{Kind: casework.Assigned, To: "u-cho"}, hold}, "block 0 10 u-cho"},
		"a hold on what is false":          {[]string{"block"}, []casework.Event{no, confirm, hold}, ""},
		"a disposition in place of it":     {[]string{"block", "reject"}, []casework.Event{did(casework.Blocked, 0), did(casework.Rejected, 0), confirm}, "reject 0 5 u-ann"},
	} {
		s := caseworktest.NewMemory()
		d := &casework.Desk{Store: s, Policy: casework.Default(), Clocks: table, Owes: owes(c.duties...)}
		m, err := d.Raise(t.Context(), machine, day(-3), caseworktest.Alert("c", "l", 1, 1))
		if err != nil {
			t.Fatal(err)
		}
		var x casework.Case
		for i, e := range c.do {
			by := ann
			if e.Kind != casework.Disposed {
				by = bob
			}
			if e.Kind == casework.Confirmed {
				e.Of = x.Proposal.N
			}
			if x, err = d.Do(t.Context(), m.Case, by, caseworktest.Start.Add(time.Duration(i)*time.Minute), e); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		var got []string
		for _, l := range x.Deadlines {
			from, due := int(l.Began.Sub(day(0)).Hours()/24), int(l.Due.Sub(day(1)).Hours()/24)
			got = append(got, strings.Join([]string{l.Duty, strconv.Itoa(from), strconv.Itoa(due), l.Owner}, " "))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, not %q", name, strings.Join(got, "; "), c.want)
		}
		if again, _, err := d.Get(t.Context(), m.Case); err != nil || len(again.Deadlines) != len(x.Deadlines) || again.Events != x.Events {
			t.Errorf("%s: what is kept has %d deadlines, %v", name, len(again.Deadlines), err)
		}
		caseworktest.Audit(t, s)
	}
	s := caseworktest.NewMemory()
	d := &casework.Desk{Store: s, Policy: casework.Default(), Clocks: table, Owes: owes("block")}
	m, _ := d.Raise(t.Context(), machine, day(-3), caseworktest.Alert("c", "l", 1, 1))
	for name, e := range map[string]casework.Event{
		"blocked tomorrow": did(casework.Blocked, 1), "no day": {Kind: casework.Disposed, Disposition: casework.True, Code: "same-facts", Text: "x", Action: casework.Blocked},
		"no such thing": did("burnt", 0), "a false one": {Kind: casework.Disposed, Disposition: casework.False, Code: "other-name", Text: "x", Action: casework.Blocked, Began: day(0)},
		"a day alone": did("", 0),
	} {
		if _, err := d.Do(t.Context(), m.Case, ann, caseworktest.Start, e); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestClockOfFalse: a clock that a hold began is owed no more once the case is closed as false, and again when it is opened.
func TestClockOfFalse(t *testing.T) {
	table, err := clock.Read("test", []byte(testDuties))
	if err != nil {
		t.Fatal(err)
	}
	s := caseworktest.NewMemory()
	d := &casework.Desk{Store: s, Policy: casework.Default(), Clocks: table, Owes: owes("block")}
	ann, bob := casework.Person{Name: "u-ann", Role: casework.Analyst}, casework.Person{Name: "u-bob", Role: casework.Approver}
	machine := casework.Person{Name: "u-m", Role: casework.Machine}
	now := caseworktest.Start
	m, err := d.Raise(t.Context(), machine, now, caseworktest.Alert("c", "l", 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	do := func(by casework.Person, at time.Time, e casework.Event) {
		t.Helper()
		if _, err := d.Do(t.Context(), m.Case, by, at, e); err != nil {
			t.Fatal(err)
		}
	}
	owed := func() int {
		list, err := d.Cases(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(casework.Calendar(list, false))
	}
	do(ann, now, casework.Event{Kind: casework.HoldPlaced, Text: "until known"})
	do(ann, now, casework.Event{Kind: casework.Disposed, Disposition: casework.False, Code: "other-name", Text: "another"})
	if owed() != 1 {
		t.Error("the clock does not run")
	}
	do(bob, now, casework.Event{Kind: casework.Confirmed, Of: 4})
	if owed() != 0 {
		t.Error("a report is owed of what is false")
	}
	late := now.AddDate(0, 0, 20)
	if lines, next, err := d.Miss(t.Context(), machine, late); err != nil || len(lines) != 0 || !next.IsZero() {
		t.Errorf("%q %v %v", lines, next, err)
	}
	do(bob, late, casework.Event{Kind: casework.Reopened, Text: "the bank wrote"})
	if lines, _, err := d.Miss(t.Context(), machine, late); err != nil || len(lines) != 1 || owed() != 1 {
		t.Errorf("%q, %d owed, %v", lines, owed(), err)
	}
	kinds := 0
	for _, e := range caseworktest.Entries(t, s) {
		if e.Kind == ledger.Case {
			kinds++
		}
	}
	if kinds != 7 {
		t.Errorf("the log has %d events", kinds)
	}
}

// owes is a desk that owes reports.
func owes(ids ...string) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) { return ids, nil }
}

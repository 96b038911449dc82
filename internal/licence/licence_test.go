package licence_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/licence/licencetest"
	"github.com/cordon-engine/cordon/internal/when"
)

func TestMemory(t *testing.T) {
	licencetest.Run(t, func(testing.TB) licencetest.Store { return licencetest.NewMemory() })
}

// step is what somebody does on a day, and the code with which it is refused; "" where it
// is not.
type step struct {
	day  int
	by   casework.Person
	e    licence.Event
	want fault.Code
}

var (
	a1 = licence.Decision{Kind: licence.Answer, ID: "a-1"}
	a2 = licence.Decision{Kind: licence.Answer, ID: "a-2"}
)

func link(d licence.Decision) licence.Event {
	return licence.Event{Kind: licence.Linked, Decision: d, Amount: 100_000, Text: "pumps"}
}

func report() licence.Event {
	return licence.Event{Kind: licence.Fulfilled, Condition: "report", Text: "sent", Evidence: "stamp"}
}

func restore(d licence.Decision) licence.Event {
	return licence.Event{Kind: licence.Restored, Decision: d, Text: "the authority accepted it"}
}

func breach() licence.Event {
	return licence.Event{Kind: licence.Missed, Condition: "end-use", Text: "sold on"}
}

func extend(day int) licence.Event {
	return licence.Event{Kind: licence.Extended, Day: licencetest.Day(day), Text: "by letter"}
}

// TestStory tells what becomes of licences: what is done, and where they stand at the end.
func TestStory(t *testing.T) {
	ann, bob, cho, clock := licencetest.Ann, licencetest.Bob, licencetest.Cho, licencetest.Clock
	revoke := licence.Event{Kind: licence.Revoked, Text: "withdrawn"}
	done := licence.Event{Kind: licence.CarriedOut, Decision: a1, Day: licencetest.Day(5), Text: "shipped"}
	noted := licence.Event{Kind: licence.Missed, Condition: "report", Text: "its day is over"}
	for _, c := range []struct {
		name  string
		steps []step
		day   int
		state string
		lost  string // part of why the first decision lost it; "" while it has it
	}{
		{"nothing happens", []step{{0, ann, link(a1), ""}}, 30, "in force", ""},
		{"the day after", []step{{0, ann, link(a1), ""}}, 31, "condition missed", "the day of the condition “report”"},
		{"fulfilled on the last day", []step{{0, ann, link(a1), ""}, {30, ann, report(), ""}}, 31, "in force", ""},
		{"fulfilled late gives nothing back", []step{{0, ann, link(a1), ""}, {31, ann, report(), ""}}, 32, "in force", "is over"},
		{"noted, then fulfilled late", []step{{0, ann, link(a1), ""}, {31, clock, noted, ""}, {32, ann, report(), ""}}, 33, "in force", "is over"},
		{"noted twice", []step{{0, ann, link(a1), ""}, {31, clock, noted, ""}, {32, clock, noted, fault.Conflict}}, 33, "condition missed", "is over"},
		{"noted before", []step{{0, ann, link(a1), ""}, {30, clock, noted, fault.Conflict}}, 30, "in force", ""},
		{"restored", []step{{0, ann, link(a1), ""}, {31, ann, report(), ""}, {32, bob, restore(a1), ""}}, 40, "in force", ""},
		{"restored by an analyst", []step{{0, bob, link(a1), ""}, {31, ann, report(), ""}, {32, ann, restore(a1), fault.Denied}}, 40, "in force", "is over"},
		{"restored by who linked it", []step{{0, bob, link(a1), ""}, {31, ann, report(), ""}, {32, bob, restore(a1), fault.Denied}}, 40, "in force", "is over"},
		{"restored by the clock", []step{{0, ann, link(a1), ""}, {31, ann, report(), ""}, {32, clock, restore(a1), fault.Denied}}, 40, "in force", "is over"},
		{"restored and still missed", []step{{0, ann, link(a1), ""}, {32, bob, restore(a1), fault.Conflict}}, 40, "condition missed", "is over"},
		{"restored, and breached", []step{{0, ann, link(a1), ""}, {31, ann, report(), ""}, {32, bob, restore(a1), ""}, {33, ann, breach(), ""}}, 33, "condition missed", "sold on"},
		{"restored with another one missed", []step{
			{0, ann, link(a1), ""}, {31, ann, report(), ""}, {32, ann, breach(), ""}, {33, bob, restore(a1), fault.Conflict},
		}, 33, "condition missed", "is over"},
		{"fulfilled, and found not to be", []step{
			{0, ann, link(a1), ""}, {1, ann, report(), ""}, {2, bob, licence.Event{Kind: licence.Missed, Condition: "report", Text: "it was of another shipment"}, ""},
		}, 3, "condition missed", "another shipment"},
		{"without evidence", []step{{0, ann, link(a1), ""}, {1, ann, licence.Event{Kind: licence.Fulfilled, Condition: "report", Text: "sent"}, fault.Usage}}, 1, "in force", ""},
		{"no such condition", []step{{0, ann, link(a1), ""}, {1, ann, licence.Event{Kind: licence.Fulfilled, Condition: "reprot", Text: "x", Evidence: "x"}, fault.Usage}}, 1, "in force", ""},
		{"revoked", []step{{0, ann, link(a1), ""}, {1, ann, revoke, ""}}, 1, "revoked", "withdrawn"},
		{"revoked is the end", []step{{0, ann, link(a1), ""}, {1, ann, revoke, ""}, {2, bob, restore(a1), fault.Conflict}, {2, bob, extend(200), fault.Conflict}}, 3, "revoked", "withdrawn"},
		{"expired", []step{{0, ann, link(a1), ""}, {1, ann, report(), ""}}, 91, "expired", "the period ended on"},
		{"the last day", []step{{0, ann, link(a1), ""}, {1, ann, report(), ""}}, 90, "in force", ""},
		{"carried out before it expired", []step{{0, ann, link(a1), ""}, {6, ann, done, ""}, {7, ann, report(), ""}}, 91, "expired", ""},
		{"carried out does not help a condition", []step{{0, ann, link(a1), ""}, {6, ann, done, ""}}, 31, "condition missed", "is over"},
		{"carried out tomorrow", []step{{0, ann, link(a1), ""}, {1, ann, done, fault.Usage}}, 1, "in force", ""},
		{"carried out when it was lost", []step{{0, ann, link(a1), ""}, {31, ann, done, fault.Conflict}}, 31, "condition missed", "is over"},
		{"extended in time", []step{{0, ann, link(a1), ""}, {1, ann, report(), ""}, {89, bob, extend(120), ""}}, 100, "in force", ""},
		{"extended too late gives nothing back", []step{{0, ann, link(a1), ""}, {1, ann, report(), ""}, {91, bob, extend(120), ""}}, 100, "in force", "the period ended on"},
		{"extended too late and restored", []step{
			{0, ann, link(a1), ""}, {1, ann, report(), ""}, {91, bob, extend(120), ""}, {92, cho, restore(a1), ""},
		}, 100, "in force", ""},
		{"extended to the past", []step{{0, ann, link(a1), ""}, {1, bob, extend(80), fault.Usage}}, 1, "in force", ""},
		{"linked after it was missed", []step{{0, ann, link(a1), ""}, {31, ann, link(a2), fault.Conflict}}, 31, "condition missed", "is over"},
		{"linked twice", []step{{0, ann, link(a1), ""}, {1, ann, link(a1), fault.Conflict}}, 1, "in force", ""},
		{"more than is left", []step{
			{0, ann, link(a1), ""},
			{1, ann, licence.Event{Kind: licence.Linked, Decision: a2, Amount: 900_001, Text: "x"}, fault.Conflict},
			{1, ann, licence.Event{Kind: licence.Linked, Decision: a2, Amount: 900_000, Text: "x"}, ""},
		}, 1, "in force", ""},
		{"no amount", []step{{0, ann, link(a1), ""}, {1, ann, licence.Event{Kind: licence.Linked, Decision: a2, Text: "x"}, fault.Usage}}, 1, "in force", ""},
		{"a fourth use", []step{
			{0, ann, link(a1), ""},
			{0, ann, link(a2), ""},
			{0, ann, link(licence.Decision{Kind: licence.Answer, ID: "a-3"}), ""},
			{0, ann, link(licence.Decision{Kind: licence.Answer, ID: "a-4"}), fault.Conflict},
		}, 1, "in force", ""},
		{"checked by who made it", []step{{0, ann, link(a1), ""}, {1, ann, licence.Event{Kind: licence.Checked, Text: "x"}, fault.Denied}}, 1, "in force", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := licencetest.Book(licencetest.NewMemory())
			l, err := b.Grant(t.Context(), ann, licencetest.Start, licencetest.Terms())
			if err != nil {
				t.Fatal(err)
			}
			events := []licence.Event{{Licence: l.ID, N: 1, Time: licencetest.Start, Kind: licence.Granted, Person: ann.Name, Role: ann.Role, Terms: licencetest.Terms()}}
			for i, s := range c.steps {
				// Events as they come, without the note that a book makes before each.
				now, err := licence.Fold(events)
				if err != nil {
					t.Fatal(err)
				}
				e := s.e
				e.Licence, e.N, e.Time, e.Person, e.Role = l.ID, now.Events+1, licencetest.At(s.day), s.by.Name, s.by.Role
				if err := now.Apply(e); fault.CodeOf(err) != s.want && (err != nil || s.want != "") {
					t.Fatalf("step %d: %v; want %q", i+1, err, s.want)
				} else if err == nil {
					events = append(events, e)
				}
			}
			now, err := licence.Fold(events)
			if err != nil {
				t.Fatal(err)
			}
			now = now.At(licencetest.At(c.day))
			if now.State() != c.state {
				t.Errorf("it is %s; want %s", now.State(), c.state)
			}
			k := now.Link(a1)
			if (k.Lost == nil) != (c.lost == "") || k.Lost != nil && !strings.Contains(k.Lost.Why, c.lost) {
				t.Errorf("lost: %+v; want %q", k.Lost, c.lost)
			}
		})
	}
}

const file = `
authority: Ministry of examples
reference: X-17/2027
kind: committee approval
holder: Andean Relief
covers:
  provisions: [un-dprk-2397-7]
  activities: [transfer]
  goods: ["8413", "842121"]
  limit: 1200.5 EUR
  uses: 3
from: 2027-01-15
until: 2027-10-14
conditions:
  - id: report
    what: report each shipment
    who: export desk
    due: 2027-02-14
    evidence: a stamped copy
  - {id: end-use, what: not to be passed on, who: the consignee, evidence: visits}
source: letter of 14 January 2027
verified: true
`

func TestRead(t *testing.T) {
	got, err := licence.Read("a.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	want := &licence.Terms{
		Authority: "Ministry of examples", Reference: "X-17/2027", Form: licence.Approval, Holder: "Andean Relief",
		Covers: licence.Covers{
			Provisions: []string{"un-dprk-2397-7"}, Activities: []string{"transfer"}, Goods: []string{"8413", "842121"},
			Limit: 1_200_500, Unit: "EUR", Uses: 3,
		},
		From: when.Date(2027, 1, 15), Until: when.Date(2027, 10, 14),
		Conditions: []licence.Condition{
			{ID: "report", What: "report each shipment", Who: "export desk", Due: when.Date(2027, 2, 14), Evidence: "a stamped copy"},
			{ID: "end-use", What: "not to be passed on", Who: "the consignee", Due: when.NoDay, Evidence: "visits"},
		},
		Source: "letter of 14 January 2027", Verified: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for was, is := range map[string]string{
		"holder: Andean Relief":      "holders: Andean Relief",
		"kind: committee approval":   "kind: permission",
		"[transfer]":                 "[transferr]",
		`"8413"`:                     `"841"`,
		"1200.5 EUR":                 "1200.5",
		"limit: 1200.5 EUR":          "limit: -1 EUR",
		"uses: 3":                    "uses: 0",
		"until: 2027-10-14":          "until: 2026-10-14",
		"from: 2027-01-15":           "from: 2027-01",
		"due: 2027-02-14":            "due: 2026-02-14",
		"id: end-use":                "id: report",
		"evidence: visits":           "evidence: ''",
		"source: letter of 14":       "note: letter of 14",
		"authority: Ministry":        "authority: ''\nnote: Ministry",
		"conditions:\n  - id: repor": "conditions:\n  - ids: repor",
	} {
		bad := strings.Replace(file, was, is, 1)
		if bad == file {
			t.Errorf("%q is not in the file", was)
		}
		if _, err := licence.Read("a.yaml", []byte(bad)); err == nil {
			t.Errorf("%q instead of %q is read", is, was)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(file))
	f.Add([]byte(`{"authority":"a","reference":"b","kind":"licence","holder":"c","from":"2027-01-01"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		terms, err := licence.Read("f", data)
		if err != nil {
			return
		}
		e := licence.Event{Licence: "x", N: 1, Time: licencetest.Start, Kind: licence.Granted, Terms: terms, Day: when.NoDay}
		got, err := licence.Decode(licence.Encode(&e))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, got); diff != "" {
			t.Errorf("(-written +read)\n%s", diff)
		}
	})
}

func TestQuantity(t *testing.T) {
	for s, want := range map[string]string{
		"1 EUR": "1 EUR", "0.001 t": "0.001 t", "1200.50 EUR": "1200.5 EUR", "3": "3", "007.1 kg": "7.1 kg", "1.": "", ".5 t": "", "-1 EUR": "",
		"1.0001 t": "", "0 t": "", "1,5 t": "", "9999999999999999 EUR": "", "": "",
	} {
		n, unit, err := licence.ParseQuantity(s)
		if (err != nil) != (want == "") || err == nil && licence.Quantity(n, unit) != want {
			t.Errorf("%q is %s, %v; want %q", s, licence.Quantity(n, unit), err, want)
		}
	}
}

// TestRefused: who is refused because of who they are is told of, and nobody else is.
func TestRefused(t *testing.T) {
	b := licencetest.Book(licencetest.NewMemory())
	var heard []string
	b.Refused = func(_ context.Context, by casework.Person, id string, k licence.Kind) error {
		heard = append(heard, by.Name+" "+string(k)+" "+id)
		return nil
	}
	viewer := casework.Person{Name: "vera", Role: casework.Viewer}
	if _, err := b.Grant(t.Context(), viewer, licencetest.Start, licencetest.Terms()); fault.CodeOf(err) != fault.Denied {
		t.Fatal(err)
	}
	l, err := b.Grant(t.Context(), licencetest.Ann, licencetest.Start, licencetest.Terms())
	if err != nil {
		t.Fatal(err)
	}
	for by, e := range map[*casework.Person]licence.Event{
		&viewer:          {Kind: licence.Revoked, Text: "x"},
		&licencetest.Ann: {Kind: licence.Checked, Text: "it is my own"},
	} {
		if _, err := b.Do(t.Context(), l.ID, *by, licencetest.At(1), e); fault.CodeOf(err) != fault.Denied {
			t.Error(err)
		}
	}
	if _, err := b.Do(t.Context(), l.ID, licencetest.Ann, licencetest.At(1), licence.Event{Kind: licence.Commented}); fault.CodeOf(err) != fault.Usage {
		t.Error(err)
	}
	if _, _, err := b.Attach(t.Context(), licencetest.NewMemory(), l.ID, viewer, licencetest.At(1), 0, "a.txt", []byte("a")); fault.CodeOf(err) != fault.Denied {
		t.Error(err)
	}
	slices.Sort(heard)
	want := []string{licencetest.Ann.Name + " checked " + l.ID, "vera file attached " + l.ID, "vera granted licences", "vera revoked " + l.ID}
	slices.Sort(want)
	if !slices.Equal(heard, want) {
		t.Errorf("heard of %q", heard)
	}
	b.Refused = func(context.Context, casework.Person, string, licence.Kind) error {
		return fault.New(fault.Unavailable, "the log is not there")
	}
	if _, err := b.Grant(t.Context(), viewer, licencetest.Start, licencetest.Terms()); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("the refusal was not told, and %v", err)
	}
}

// counting is a store that counts how often all licences are read.
type counting struct {
	licencetest.Store
	all int
}

func (c *counting) Licences(ctx context.Context) iter.Seq2[[]licence.Kept, error] {
	c.all++
	return c.Store.Licences(ctx)
}

// TestOneCaseReadsItsLicences: to show and to decide a case, the licences that it rests on are read and no others; what time did to
// them is seen, and written down before something is done.
func TestOneCaseReadsItsLicences(t *testing.T) {
	s := &counting{Store: licencetest.NewMemory()}
	b := licencetest.Book(s)
	b.Clock = casework.Person{Name: "u-clock", Role: casework.Machine}
	now := licencetest.At(1)
	d := casework.Desk{Store: s, Policy: casework.Default(), Lapsed: func(ctx context.Context, ids []string) (map[string][]casework.Event, error) {
		return b.Lapsed(ctx, ids, now)
	}}
	id := licencetest.Authorised(t, s, "ref")
	l, err := b.Grant(t.Context(), licencetest.Ann, licencetest.Start, licencetest.Terms())
	if err == nil {
		_, err = b.Do(t.Context(), l.ID, licencetest.Ann, licencetest.At(1), licence.Event{
			Kind: licence.Linked, Decision: licence.Decision{Kind: licence.Case, ID: id}, Amount: 1000, Text: "within it",
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	now = licencetest.At(4000) // every day of the terms is over
	c, events, err := d.Get(t.Context(), id)
	if err != nil || c.Unauthorised() == nil {
		t.Fatalf("the case has its authorisation, %v", err)
	}
	if n := len(events); n != c.Events {
		t.Errorf("the case has %d events, and says %d", n, c.Events)
	}
	d.WriteDown = func(ctx context.Context, ids []string) error { return b.NoteOf(ctx, ids, now) }
	if _, _, err := d.Written(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	after, err := d.Do(t.Context(), id, licencetest.Ann, now, casework.Event{Kind: casework.Commented, Text: "seen"})
	if err != nil || after.Events < c.Events+2 || after.Unauthorised() == nil {
		t.Errorf("what time did is not written down: %d events, then %d, %v", c.Events, after.Events, err)
	}
	if s.all != 0 {
		t.Errorf("all licences were read %d times", s.all)
	}
	if _, err := d.Cases(t.Context()); err != nil || s.all != 1 {
		t.Errorf("for all cases all licences are read once, and not %d times: %v", s.all, err)
	}
}

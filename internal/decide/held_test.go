package decide_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// pumps are what an aid organisation sends.
const pumps = `{"kind":"transfer","date":"2026-08-30","origin":"CN","destination":"KP",` +
	`"goods":[{"description":"pumps","hs":"841370","quantity":2,"unit":"t"}],"parties":[{"name":"Example Aid"},{"name":"Clinic of Hamhung"}]}`

// approval is one of the committee that covers them.
func approval() ruling.Held {
	return ruling.Held{
		ID: "01K0000000000000000000000A", Events: 2, Name: "committee approval OC.14 of the 1718 Committee", Kind: decide.Committee, Holder: "Example Aid",
		Provisions: []string{"2397-p25"}, Activities: []string{"transfer"}, Parties: []string{"Clinic of Hamhung"}, Goods: []string{"8413"},
		Limit: 5000, Left: 5000, Unit: "t", Uses: 3, UsesLeft: 3, From: when.Date(2026, 1, 1), Until: when.Date(2026, 9, 30),
		Open:     []ruling.HeldCondition{{ID: "report", What: "report", Due: when.Date(2026, 10, 31)}},
		Standing: ruling.InForce, Verified: true, Source: "the letter",
	}
}

// TestHeldLicence changes one thing of the licence or of what is done, and says what becomes of the verdict.
func TestHeldLicence(t *testing.T) {
	d := desk(t)
	for _, c := range []struct {
		name     string
		activity func(string) string
		licence  func(*ruling.Held)
		allows   bool
		why      string // part of the first reason; "" for a licence that is not named
		named    bool
	}{
		{name: "all of it fits", allows: true, named: true},
		{name: "without a last day", licence: func(h *ruling.Held) { h.Until = when.NoDay }, allows: true, named: true},
		{name: "by the paragraph it lifts", licence: func(h *ruling.Held) { h.Provisions = []string{"2397-p7"} }, allows: true, named: true},
		{name: "the holder in other letters", licence: func(h *ruling.Held) { h.Holder = "EXAMPLE  aid" }, allows: true, named: true},
		{name: "exactly what is left", licence: func(h *ruling.Held) { h.Left = 2000 }, allows: true, named: true},
		{name: "named by the activity", activity: swap(`"date"`, `"approval":{"licence":"01K0000000000000000000000A"},"date"`), allows: true, named: true},

		{name: "revoked", licence: func(h *ruling.Held) { h.Standing = "it was revoked" }, named: true, why: "it was revoked"},
		{name: "ended", licence: func(h *ruling.Held) { h.Standing = "its period ended on 30 September 2026" }, named: true, why: "its period ended"},
		{name: "a condition missed", licence: func(h *ruling.Held) { h.Standing = "its condition “report” was missed and not made good" }, named: true, why: "missed"},
		{name: "not checked", licence: func(h *ruling.Held) { h.Verified = false }, named: true, why: "nobody held its record"},
		{name: "a national licence", licence: func(h *ruling.Held) { h.Kind = "licence" }, named: true, why: "no approval of the committee"},
		{name: "an exemption", licence: func(h *ruling.Held) { h.Kind = "exemption" }, named: true, why: "no approval of the committee"},
		{name: "not begun", licence: func(h *ruling.Held) { h.From = when.Date(2026, 8, 31) }, named: true, why: "it begins only on 31 August 2026"},
		{name: "over on the day", licence: func(h *ruling.Held) { h.Until = when.Date(2026, 8, 29) }, named: true, why: "its last day is 29 August 2026"},
		{name: "used up", licence: func(h *ruling.Held) { h.UsesLeft = 0 }, named: true, why: "it is used up"},
		{name: "a kilogram too much", licence: func(h *ruling.Held) { h.Left = 1999 }, named: true, why: "more than is left"},
		{name: "nothing left", licence: func(h *ruling.Held) { h.Left = 0 }, named: true, why: "more than is left"},
		{name: "bounded in another unit", licence: func(h *ruling.Held) { h.Unit = "USD" }, named: true, why: "bounded in USD"},
		{name: "no amount said", activity: swap(`,"quantity":2,"unit":"t"`, ``), named: true, why: "bounded in t"},
		{name: "another party", activity: swap("Clinic of Hamhung", "Clinic of Wonsan"), named: true, why: "Clinic of Wonsan is not among its parties"},
		{name: "a party that is only alike", activity: swap("Clinic of Hamhung", "Clinic of Hamhŭng City"), named: true, why: "not among its parties"},
		{name: "no party said", activity: swap(`,"parties":[{"name":"Example Aid"},{"name":"Clinic of Hamhung"}]`, ""), named: true, why: "no party is said"},
		{name: "a party without a name", activity: swap(`{"name":"Example Aid"}`, `{"role":"carrier"}`), named: true, why: "no name to compare: parties[1]"},
		{name: "a ship that it does not name", activity: swap(`"date"`, `"vessel":{"name":"Star"},"date"`), named: true, why: "the ship is not among its parties: Star"},
		{name: "other goods", activity: swap("841370", "841430"), named: true, why: "HS 841430 is not among its goods"},
		{name: "goods without a code", activity: swap(`"hs":"841370",`, ""), named: true, why: "no HS code to compare"},
		{name: "one line of two", activity: swap(`"goods":[`, `"goods":[{"description":"lorry","hs":"8704","quantity":1,"unit":"t"},`), named: true, why: "HS 8704 is not among its goods"},
		{name: "its record names no goods", licence: func(h *ruling.Held) { h.Goods = nil }, named: true, why: "its record names no goods"},
		{name: "its record names no provision", licence: func(h *ruling.Held) { h.Provisions = nil }, named: true, why: "its record names no provision"},
		{name: "for another provision", licence: func(h *ruling.Held) { h.Provisions = []string{"2375-p16"} }},
		{name: "for another kind", licence: func(h *ruling.Held) { h.Activities = []string{"payment"} }, named: true, why: "not for what is done: transfer"},
		{name: "within a month", activity: swap("2026-08-30", "2026-08"), named: true, why: "the day is not exact"},
		{name: "refused, says the activity", activity: swap(`"date"`, `"approval":{"committee":"refused"},"date"`), named: true, why: "says itself"},
		{name: "another licence is named", activity: swap(`"date"`, `"approval":{"licence":"L-9"},"date"`), named: true, why: decide.NotHeld},
		{name: "none, says the activity", activity: swap(`"date"`, `"approval":{"licence":"none"},"date"`)},
		{name: "the approval ended before", activity: swap(`"date"`, `"approval":{"valid_until":"2026-08-01"},"date"`), named: true, why: "the answer is the same"},
	} {
		t.Run(c.name, func(t *testing.T) {
			held, text := approval(), pumps
			if c.licence != nil {
				c.licence(&held)
			}
			if c.activity != nil {
				if text = c.activity(pumps); text == pumps {
					t.Fatal("nothing is changed")
				}
			}
			a := &activity.Activity{}
			if err := activity.NewDecoder(d.Reference).Decode([]byte(text), a); err != nil {
				t.Fatal(err)
			}
			before := fmt.Sprint(a)
			req := ruling.Request{Activity: a, KnownAt: when.NoDay}
			plain, err := d.Engine.Decide(req)
			if err != nil {
				t.Fatal(err)
			}
			if plain.Verdict <= ruling.Reportable {
				t.Fatalf("without a licence it is %s", plain.Verdict)
			}
			r, err := holding(held).Rule(req, d.Engine.Decide)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(a) != before {
				t.Error("the activity was changed")
			}
			x := r.Licences.Allowing()
			if (x != nil) != c.allows || (r.Verdict == ruling.Exempt) != c.allows {
				t.Errorf("%s, and the licence allows it: %v: %+v", r.Verdict, x != nil, r.Licences)
			}
			if !c.allows && r.Verdict != plain.Verdict {
				t.Errorf("%s in place of %s, and no licence allows it", r.Verdict, plain.Verdict)
			}
			if (r.Licences != nil) != c.named {
				t.Fatalf("named: %+v", r.Licences)
			}
			if c.why != "" && !strings.Contains(strings.Join(r.Licences.Held[0].Why, "; "), c.why) {
				t.Errorf("%q; want %q", r.Licences.Held[0].Why, c.why)
			}
			if v, _ := r.Activity.Facts.Get(vocab.ApprovalLicence); c.allows && v.Text != held.ID {
				t.Errorf("the fact has the source %q", v.Text)
			}
			sameAgain(t, d, req, r)
		})
	}
}

func swap(old, with string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, with, 1) }
}

func holding(list ...ruling.Held) *decide.Holdings {
	return decide.Hold(func() ruling.Licences { return ruling.Licences{Held: list} })
}

// sameAgain asks again with no licences but those that the answer names, as a replay does.
func sameAgain(t *testing.T, d *decide.Desk, req ruling.Request, r *ruling.Ruling) {
	t.Helper()
	if r.Licences == nil {
		return
	}
	kept := *r.Licences
	again, err := decide.Hold(func() ruling.Licences { return kept }).Rule(req, d.Engine.Decide)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := encoded(d, r), encoded(d, again); !bytes.Equal(a, b) {
		t.Errorf("asked again it is another:\n%s\n%s", a, b)
	}
}

func encoded(d *decide.Desk, r *ruling.Ruling) []byte {
	return (&report.Encoder{Versions: report.Versions{Data: d.DataVersion}, Full: true}).Append(nil, r)
}

// TestHeldLicencesAmongOthers says which of several is taken, and that nothing is lifted that a licence does not name.
func TestHeldLicencesAmongOthers(t *testing.T) {
	d := desk(t)
	rule := func(text string, list ...ruling.Held) *ruling.Ruling {
		t.Helper()
		a := &activity.Activity{}
		if err := activity.NewDecoder(d.Reference).Decode([]byte(text), a); err != nil {
			t.Fatal(err)
		}
		req := ruling.Request{Activity: a, KnownAt: when.NoDay}
		r, err := holding(list...).Rule(req, d.Engine.Decide)
		if err != nil {
			t.Fatal(err)
		}
		sameAgain(t, d, req, r)
		return r
	}
	ended, second := approval(), approval()
	ended.ID, ended.Standing, second.ID = "01K00000000000000000000000", "it was revoked", "01K0000000000000000000000B"
	r := rule(pumps, ended, approval(), second)
	var got []string
	for _, x := range r.Licences.Held {
		got = append(got, x.ID[25:]+strings.Join(x.Why, "; "))
	}
	if want := []string{"A", "Bit would do too: the answer rests on " + approval().ID, "0it was revoked"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}

	// Crude oil is under a paragraph of its own, and an approval is one fact for all paragraphs.
	two := strings.Replace(pumps, `"goods":[`, `"goods":[{"description":"crude oil","hs":"2709","quantity":1,"unit":"t","counted":5000000},`, 1)
	one := approval()
	one.Provisions, one.Goods = []string{"2397-p7"}, []string{"8413", "2709"}
	r = rule(two, one)
	if r.Licences.Allowing() != nil || !strings.Contains(strings.Join(r.Licences.Held[0].Why, "; "), "it does not name 2397-p4") {
		t.Errorf("%s: %q", r.Verdict, r.Licences.Held[0].Why)
	}

	many := make([]ruling.Held, 25)
	for i := range many {
		many[i] = approval()
		many[i].ID, many[i].Verified = fmt.Sprintf("01K000000000000000000000%02d", i), false
	}
	if r = rule(pumps, many...); len(r.Licences.Held) != 10 || r.Licences.More != 15 {
		t.Errorf("%d named, %d more", len(r.Licences.Held), r.Licences.More)
	}
	lawful := `{"kind":"transfer","date":"2026-08-30","origin":"CN","destination":"FR","goods":[{"hs":"841370"}]}`
	reads := 0
	a := &activity.Activity{}
	if err := activity.NewDecoder(d.Reference).Decode([]byte(lawful), a); err != nil {
		t.Fatal(err)
	}
	h := decide.Hold(func() ruling.Licences { reads++; return ruling.Licences{Unread: "the store is locked"} })
	r, err := h.Rule(ruling.Request{Activity: a, KnownAt: when.NoDay}, d.Engine.Decide)
	if err != nil || r.Licences != nil || reads != 0 {
		t.Errorf("%v, read %d times: %v", r.Licences, reads, err)
	}
	if err := activity.NewDecoder(d.Reference).Decode([]byte(pumps), a); err != nil {
		t.Fatal(err)
	}
	if r, err = h.Rule(ruling.Request{Activity: a, KnownAt: when.NoDay}, d.Engine.Decide); err != nil || r.Verdict != ruling.Prohibited || r.Licences.Unread == "" {
		t.Errorf("%s %+v: %v", r.Verdict, r.Licences, err)
	}
}

// TestAlongUnder lays licences over the verdict along time, and holds every stretch to what is ruled on its days: those on which a licence
// begins, ends or the law changes, the days beside them, and others. A licence that is no approval changes nothing.
func TestAlongUnder(t *testing.T) {
	d := desk(t)
	period := when.Period{From: when.Date(2006, 1, 1), To: when.Date(2027, 6, 30)}
	early, other, broad := approval(), approval(), approval()
	early.ID, early.From, early.Until = "01K0000000000000000000000B", when.Date(2010, 3, 1), when.Date(2026, 8, 30)
	early.Provisions = []string{"2397-p7"}
	other.ID, other.Kind = "01K0000000000000000000000C", "national licence"
	broad.ID, broad.From, broad.Until = "01K0000000000000000000000D", when.Date(2016, 1, 1), when.NoDay
	broad.Provisions = []string{"2397-p7", "2375-p16", "2397-p25"}
	for _, c := range []struct {
		name string
		held []ruling.Held
		most int // stretches under a licence, at least
	}{
		{"one", []ruling.Held{approval()}, 1},
		{"one that ends where the other goes on", []ruling.Held{early, approval()}, 1},
		{"without an end", []ruling.Held{broad}, 1},
		{"several", []ruling.Held{other, broad, early, approval()}, 1},
		{"none that allows", []ruling.Held{other}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &activity.Activity{}
			if err := activity.NewDecoder(d.Reference).Decode([]byte(pumps), a); err != nil {
				t.Fatal(err)
			}
			plain, err := d.Along(a, period, when.NoDay)
			if err != nil {
				t.Fatal(err)
			}
			h := holding(c.held...)
			along, err := d.AlongUnder(plain, a, when.NoDay, h)
			if err != nil {
				t.Fatal(err)
			}
			under := 0
			days := map[when.Day]bool{}
			for day := period.From; day <= period.To; day += 53 {
				days[day] = true
			}
			for _, x := range c.held {
				for _, day := range []when.Day{x.From - 1, x.From, x.Until, x.Until + 1} {
					days[day] = period.Contains(day)
				}
			}
			for i, s := range along {
				if i > 0 && s.Period.From != along[i-1].Period.To+1 {
					t.Errorf("%s follows %s", s.Period.Long(), along[i-1].Period.Long())
				}
				if s.First.Licences.Allowing() != nil {
					under++
				}
				days[s.Period.From], days[s.Period.To] = true, true
			}
			if along[0].Period.From != period.From || along[len(along)-1].Period.To != period.To || under < c.most || c.most == 0 && len(along) != len(plain) {
				t.Errorf("%d stretches, %d under a licence; %d without any", len(along), under, len(plain))
			}
			for day, on := range days {
				if !on {
					continue
				}
				i := slices.IndexFunc(along, func(s decide.Stretch) bool { return s.Period.Contains(day) })
				as := when.On(day)
				want, err := h.Rule(ruling.Request{Activity: a, AsOf: &as, KnownAt: when.NoDay, Brief: true}, d.Engine.Decide)
				if err != nil {
					t.Fatal(err)
				}
				got, rests := along[i].First.Licences.Allowing(), want.Licences.Allowing()
				if along[i].Verdict != want.Verdict || (got == nil) != (rests == nil) || got != nil && got.ID != rests.ID {
					t.Errorf("on %s the strip says %s (%v), and it is ruled %s (%v)", day, along[i].Verdict, got, want.Verdict, rests)
				}
			}
		})
	}
}

package decide_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// fakeLists answers from a table by the name or number looked up; who is not in it
// is clear.
type fakeLists struct {
	mu     sync.Mutex
	table  map[string]decide.Found
	looked []decide.Look
}

func (l *fakeLists) Screen(q decide.Look, _ when.Day) decide.Found {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looked = append(l.looked, q)
	key := q.IMO
	if key == "" {
		key = q.Name
	}
	f := l.table[key]
	f.Lists = []decide.ListState{{List: "un", Snapshot: "un@3"}}
	return f
}

func day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// listing makes a designation; an empty day leaves it open.
func listing(authority, programme, from, off string) snapshot.Status {
	l := subject.Listing{ID: "x", Authority: authority, Tier: subject.Designated}
	if programme != "" {
		l.Programmes = []string{programme}
	}
	st := snapshot.Status{Listing: l, FirstSeen: day("2010-01-01"), Off: when.Period{From: when.NoDay, To: when.NoDay}}
	if from != "" {
		p, err := when.Parse(from)
		if err != nil {
			panic(err)
		}
		st.From = subject.Date{Period: p, Known: true}
	}
	if first, last, ok := strings.Cut(off, "/"); ok {
		st.Off = when.Period{From: day(first), To: day(last)}
	} else if off != "" {
		st.Off = when.Period{From: day(off) - 1, To: day(off)}
	}
	return st
}

func hit(sure bool, list ...snapshot.Status) decide.Hit {
	h := decide.Hit{List: "un", Subject: "un:S", Score: 0.7, Listings: list}
	if sure {
		h.Score = 0.97
	}
	return h
}

func found(hits ...decide.Hit) decide.Found { return decide.Found{Hits: hits} }

func owned(sure, owner bool, programme string) decide.Found {
	h := hit(true)
	o := decide.Owner{Authorities: []string{"UN"}, Sure: sure}
	if owner {
		o.Listings = []snapshot.Status{listing("UN", programme, "2009-04-24", "")}
	}
	h.Owners = []decide.Owner{o}
	return found(h)
}

// lists is who is on the lists of the tests.
func lists() *fakeLists {
	un := func(from, off string) snapshot.Status { return listing("UN", "DPRK", from, off) }
	return &fakeLists{table: map[string]decide.Found{
		"Listed":       found(hit(true, un("2009-04-24", ""))),
		"Later":        found(hit(true, un("2020-01-01", ""))),
		"Former":       found(hit(true, un("2009-04-24", "2015-06-01"))),
		"Relisted":     found(hit(true, un("2009-04-24", "2015-06-01"), un("2016-01-01", ""))),
		"Between":      found(hit(true, un("2009-04-24", "2017-01-01/2018-01-01"))),
		"Gone":         found(hit(true, un("2009-04-24", "2012-01-01/2013-01-01"))),
		"Some year":    found(hit(true, un("2017", ""))),
		"No day":       found(hit(true, un("", ""))),
		"Possible":     found(hit(false, un("2009-04-24", ""))),
		"Was possible": found(hit(false, un("2009-04-24", "2015-06-01"))),
		"Former or":    found(hit(true, un("2009-04-24", "2015-06-01")), hit(false, un("2009-04-24", ""))),
		"Elsewhere":    found(hit(true, listing("US", "DPRK", "2009-04-24", ""))),
		"Other list":   found(hit(true, listing("UN", "Al-Qaida", "2009-04-24", ""))),
		"No programme": found(hit(true, listing("UN", "", "2009-04-24", ""))),
		"Iranian":      found(hit(true, listing("UN", "Iran", "2009-04-24", ""))),
		"Both":         found(hit(true, un("2009-04-24", ""), listing("UN", "Iran", "2010-06-09", ""))),
		"Owned":        owned(true, true, "DPRK"),
		"Maybe owned":  owned(false, true, "DPRK"),
		"Owner gone":   owned(true, false, ""),
		"Owned other":  owned(true, true, "Al-Qaida"),
		"Broken":       {NotScreened: "the list un is stale"},
		"Many":         {More: 7, Hits: []decide.Hit{hit(false, listing("UN", "Al-Qaida", "2009-04-24", ""))}},
		"8628597":      found(hit(true, un("2017-10-03", ""))),
	}}
}

// TestThresholds holds what follows from a hit by its score, its number and what
// agrees, and that the ruling is told which threshold it was.
func TestThresholds(t *testing.T) {
	one := func(score float64, identified bool, agrees ...string) decide.Hit {
		return decide.Hit{
			List: "un", Subject: "un:S", Score: score, Identified: identified, Agrees: agrees, Known: []string{"born 1957", "KP 123"},
			Listings: []snapshot.Status{listing("UN", "DPRK", "2009-04-24", "")},
		}
	}
	elsewhere := one(0.99, false)
	elsewhere.Listings = []snapshot.Status{listing("US", "DPRK", "2009-04-24", "")}
	quiet := &ruling.Suppressed{Case: "C", Party: "c-1", Words: "two people found it is someone else"}
	suppressed := one(0.97, false, "state")
	suppressed.Suppressed = quiet
	yes, unknown := &activity.Value{Num: 1}, &activity.Value{Unknown: true}
	const compare = "born 1957; KP 123"
	for _, c := range []struct {
		name  string
		hit   decide.Hit
		fact  *activity.Value
		said  ruling.Screened
		other decide.Thresholds
	}{
		{"below asking", one(0.64, false), nil, ruling.Screened{Outcome: "clear"}, decide.Thresholds{}},
		{"asked", one(0.65, false), unknown, ruling.Screened{Outcome: "possible", By: "name alone", Leads: "asked", Threshold: 0.65, Compare: compare}, decide.Thresholds{}},
		{"asked though a state agrees", one(0.9499, false, "state"), unknown, ruling.Screened{Outcome: "possible", By: "name and state", Leads: "asked", Threshold: 0.65, Compare: compare}, decide.Thresholds{}},
		{"stated by name alone", one(0.95, false), yes, ruling.Screened{Outcome: "match", By: "name alone", Leads: "stated", Threshold: 0.95, Compare: compare}, decide.Thresholds{}},
		{"stated, and more agrees", one(0.97, false, "state", "flag"), yes, ruling.Screened{Outcome: "match", By: "name, state and flag", Leads: "stated", Threshold: 0.95}, decide.Thresholds{}},
		{"stated by its number", one(0.3, true, "IMO number"), yes, ruling.Screened{Outcome: "match", By: "name and IMO number", Leads: "stated"}, decide.Thresholds{}},
		{"suppressed: shown, and nothing is stated or asked", suppressed, nil, ruling.Screened{Outcome: "suppressed", By: "name and state", Compare: compare, Suppressed: quiet}, decide.Thresholds{}},
		{"of another authority", elsewhere, nil, ruling.Screened{Outcome: "match", By: "name alone"}, decide.Thresholds{}},
		{"other thresholds", one(0.9, false), yes, ruling.Screened{Outcome: "match", By: "name alone", Leads: "stated", Threshold: 0.85, Compare: compare}, decide.Thresholds{Ask: 0.5, State: 0.85}},
	} {
		r := &decide.Resolver{Screener: &fakeLists{table: map[string]decide.Found{"X": found(c.hit)}}, Regimes: regimes(), Thresholds: c.other}
		var p activity.Facts
		p.Set(vocab.PartyName, activity.Value{Text: "X"})
		a, said := r.Resolve(&activity.Activity{Kind: vocab.KindPayment, Date: when.On(day("2017-08-20")), Parties: []activity.Facts{p}})
		got, ok := a.Parties[0].Get(vocab.PartyListed)
		if ok != (c.fact != nil) || ok && got != *c.fact {
			t.Errorf("%s: listed %+v %t", c.name, got, ok)
		}
		want := c.said
		want.Name, want.List, want.Snapshot = "X", "un", "un@3"
		if want.Outcome != "clear" {
			want.Subject, want.Tier, want.Score = "un:S", "listed", c.hit.Score
		}
		if len(said) != 1 || said[0] != want {
			t.Errorf("%s: said %+v\nwant %+v", c.name, said, want)
		}
	}
}

// TestSwitchedOff holds that nobody is looked up, nothing is stated, and both are
// said of each, the ship too.
func TestSwitchedOff(t *testing.T) {
	r := &decide.Resolver{Off: decide.SwitchedOff}
	var p, f activity.Facts
	p.Set(vocab.PartyName, activity.Value{Text: "Listed"})
	f.Set(vocab.VesselIMO, activity.Value{Text: "8628597"})
	in := &activity.Activity{Kind: vocab.KindTransfer, Date: when.On(day("2017-10-20")), Facts: f, Parties: []activity.Facts{p}}
	a, said := r.Resolve(in)
	if a != in || len(said) != 2 || said[0].Reason != decide.SwitchedOff || said[1].Reason != decide.SwitchedOff || said[1].Party != -1 {
		t.Errorf("%+v", said)
	}
}

func regimes() []*law.Regime {
	return []*law.Regime{
		{ID: "un-dprk", Listings: law.Listings{Authority: "UN", Programmes: []string{"DPRK"}}},
		{ID: "un-iran", Listings: law.Listings{Authority: "UN", Programmes: []string{"Iran"}}},
		{ID: "no-list"},
	}
}

// said gives the facts of a scope in words, but for those that were there.
func said(f, before activity.Facts) string {
	var out []string
	for _, g := range f {
		if _, ok := before.Get(g.Fact); !ok {
			d := vocab.FactOf(g.Fact)
			out = append(out, d.Name+"="+g.Value.Format(d.Type))
		}
	}
	return strings.Join(out, " ")
}

// party makes the facts of a party: name, then pairs of fact and value.
func party(name string, stated ...activity.Given) activity.Facts {
	var f activity.Facts
	f.Set(vocab.PartyName, activity.Value{Text: name})
	for _, g := range stated {
		f.Set(g.Fact, g.Value)
	}
	return f
}

func payment(date string, parties ...activity.Facts) *activity.Activity {
	p, err := when.Parse(date)
	if err != nil {
		panic(err)
	}
	return &activity.Activity{Kind: vocab.KindPayment, Date: p, Parties: parties}
}

// What a list says of a party, as facts of it and as a line of the record.
func TestResolveParty(t *testing.T) {
	const listed = "party.listed=true party.listed_under=un-dprk party.listed_on=2009-04-24"
	const unknown = "party.listed=unknown party.listed_under=un-dprk"
	yes, no := activity.Value{Num: 1}, activity.Value{}
	for _, c := range []struct {
		name, date string
		stated     []activity.Given
		want       string
		record     string // outcome and tier, then the reason
	}{
		{name: "Listed", want: listed, record: "match listed"},
		{name: "Later", want: "party.listed=true party.listed_under=un-dprk party.listed_on=2020-01-01", record: "match not_yet"},
		{name: "Former", want: listed + " party.delisted_on=2015-06-01", record: "match former"},
		{name: "Relisted", want: "party.listed=true party.listed_under=un-dprk party.listed_on=2016-01-01", record: "match listed"},
		{name: "Relisted", date: "2012-01-01", want: listed + " party.delisted_on=2015-06-01", record: "match listed"},
		{name: "Relisted", date: "2015-08-01", want: listed + " party.delisted_on=2015-06-01", record: "match former"},
		{name: "Relisted", date: "2015-05/2016-02", want: unknown, record: "match uncertain"},
		{name: "Former", date: "2015", want: listed + " party.delisted_on=2015-06-01", record: "match uncertain"},
		{name: "Between", want: unknown, record: "match uncertain"},
		{name: "Between", date: "2016-05-05", want: "party.listed=true party.listed_under=un-dprk", record: "match listed"},
		{name: "Gone", want: "", record: "match former"},
		{name: "Some year", want: unknown, record: "match uncertain"},
		{name: "Some year", date: "2018-01-01", want: "party.listed=true party.listed_under=un-dprk", record: "match listed"},
		{name: "No day", want: "party.listed=true party.listed_under=un-dprk", record: "match listed"},
		{name: "No day", date: "2009-01-01", want: unknown, record: "match uncertain"},
		{name: "Possible", want: unknown, record: "possible listed"},
		{name: "Was possible", want: "", record: "possible former"},
		{name: "Former or", want: unknown, record: "match former+possible listed"},
		{name: "Elsewhere", want: "", record: "match listed"},
		{name: "Other list", want: "", record: "match listed"},
		{name: "No programme", want: "party.listed=unknown", record: "match listed"},
		{name: "Iranian", want: strings.ReplaceAll(listed, "dprk", "iran"), record: "match listed"},
		{name: "Both", want: "party.listed=true", record: "match listed"},
		{name: "Owned", want: "party.listed_under=un-dprk party.owned_by_listed=true", record: "match owned"},
		{name: "Maybe owned", want: "party.listed_under=un-dprk party.owned_by_listed=unknown", record: "match may_be_owned"},
		{name: "Owner gone", want: "party.owned_by_listed=unknown", record: "match owned"},
		{name: "Owned other", want: "", record: "match owned"},
		{name: "Nobody", want: "", record: "clear"},
		{name: "Broken", want: "party.listed=unknown party.owned_by_listed=unknown", record: "not_screened the list un is stale"},
		{name: "Many", want: "party.listed=unknown party.owned_by_listed=unknown", record: "possible listed"},

		// What the activity states itself stands.
		{name: "Listed", stated: []activity.Given{{Fact: vocab.PartyListed, Value: no}}, want: "", record: "not_screened the activity states party.listed itself"},
		{
			name: "Listed", stated: []activity.Given{{Fact: vocab.PartyListedOn, Value: activity.Value{Date: when.On(day("2011-01-01"))}}},
			want: "", record: "not_screened the activity states party.listed_on itself",
		},
		{name: "Owned", stated: []activity.Given{{Fact: vocab.PartyOwnedByListed, Value: no}}, want: "", record: "match owned"},
		{
			name: "Listed", stated: []activity.Given{{Fact: vocab.PartyListedUnder, Value: activity.Value{Text: "un-iran"}}},
			want: "", record: "match listed the activity states party.listed_under itself",
		},
		{ // "acts for a listed one", of whichever regime, is not narrowed to this one
			name: "Listed", stated: []activity.Given{{Fact: vocab.PartyActsForListed, Value: yes}},
			want: "party.listed=true party.listed_on=2009-04-24", record: "match listed",
		},
	} {
		if c.date == "" {
			c.date = "2017-08-20"
		}
		t.Run(c.name+" "+c.date, func(t *testing.T) {
			a := payment(c.date, party(c.name, c.stated...))
			before := a.Clone()
			l := lists()
			got, record := (&decide.Resolver{Screener: l, Regimes: regimes()}).Resolve(a)
			if s := said(got.Parties[0], a.Parties[0]); s != c.want {
				t.Errorf("facts: %q, want %q", s, c.want)
			}
			for _, g := range a.Parties[0] {
				if v, _ := got.Parties[0].Get(g.Fact); v != g.Value {
					t.Errorf("%s was stated and was changed", vocab.FactOf(g.Fact).Name)
				}
			}
			var lines []string
			for _, s := range record {
				lines = append(lines, strings.Join(strings.Fields(s.Outcome+" "+s.Tier+" "+s.Reason), " "))
				looked := s.List == "un" && s.Snapshot == "un@3"
				if stated := s.Outcome == "not_screened" && c.stated != nil; s.Party != 0 || s.Name != c.name || looked == stated {
					t.Errorf("record: %+v", s)
				}
			}
			if s := strings.Join(lines, "+"); s != c.record {
				t.Errorf("record: %q, want %q", s, c.record)
			}
			if !reflect.DeepEqual(a, before) {
				t.Error("the activity itself was changed")
			}
		})
	}
}

// The ship is looked up by its number, a traveller and the owner of a ship as
// parties, and each fact only where its kind of activity has it.
func TestResolveShipAndOwners(t *testing.T) {
	imo := func(a *activity.Activity) { a.Facts.Set(vocab.VesselIMO, activity.Value{Text: "8628597"}) }
	role := func(name, role string) activity.Facts {
		return party(name, activity.Given{Fact: vocab.PartyRole, Value: activity.Value{Text: role}})
	}
	for _, c := range []struct {
		name    string
		kind    vocab.KindID
		date    string
		set     func(*activity.Activity)
		parties []activity.Facts
		want    string
		looked  int
	}{
		{"by number", vocab.KindPortCall, "2018-08-20", imo, nil, "vessel.listed=true vessel.listed_under=un-dprk vessel.listed_on=2017-10-03", 1},
		{"before its listing", vocab.KindPortCall, "2017-08-20", imo, nil, "vessel.listed=true vessel.listed_under=un-dprk vessel.listed_on=2017-10-03", 1},
		{"stated", vocab.KindPortCall, "2018-08-20", func(a *activity.Activity) {
			imo(a)
			a.Facts.Set(vocab.VesselListed, activity.Value{})
		}, nil, "", 0},
		{"a kind without the fact", vocab.KindTransfer, "2018-08-20", imo, nil, "", 1},
		{"owner", vocab.KindAsset, "2018-08-20", func(a *activity.Activity) {
			a.Facts.Set(vocab.VesselName, activity.Value{Text: "Plain"})
		}, []activity.Facts{role("Listed", "owner")}, "vessel.listed_under=un-dprk vessel.owned_by_listed=true", 2},
		{"former owner", vocab.KindAsset, "2018-08-20", func(a *activity.Activity) {
			a.Facts.Set(vocab.VesselName, activity.Value{Text: "Plain"})
		}, []activity.Facts{role("Former", "owner")}, "", 2},
		{"owner of no ship", vocab.KindAsset, "2018-08-20", nil, []activity.Facts{role("Listed", "owner")}, "", 1},
		{"not screened", vocab.KindPortCall, "2018-08-20", func(a *activity.Activity) {
			a.Facts.Set(vocab.VesselName, activity.Value{Text: "Broken"})
		}, nil, "vessel.listed=unknown vessel.owned_by_listed=unknown", 1},
		{"traveller", vocab.KindTravel, "2018-08-20", nil, []activity.Facts{role("Listed", "traveller")}, "traveller.listed=true traveller.listed_under=un-dprk", 1},
		{"former traveller", vocab.KindTravel, "2018-08-20", nil, []activity.Facts{role("Former", "traveller")}, "", 1},
		{"traveller on some days", vocab.KindTravel, "2015", nil, []activity.Facts{role("Former", "traveller")}, "traveller.listed=unknown traveller.listed_under=un-dprk", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := payment(c.date, c.parties...)
			a.Kind = c.kind
			if c.set != nil {
				c.set(a)
			}
			l := lists()
			got, record := (&decide.Resolver{Screener: l, Regimes: regimes()}).Resolve(a)
			if s := said(got.Facts, a.Facts); s != c.want {
				t.Errorf("facts: %q, want %q", s, c.want)
			}
			if len(l.looked) != c.looked || c.set != nil && len(record) == 0 {
				t.Errorf("%d look-ups, want %d; recorded %+v", len(l.looked), c.looked, record)
			}
		})
	}
}

// The order of the parties has no say: who is looked up after another is told apart
// from it by its place alone.
func TestResolveOrderOfParties(t *testing.T) {
	names := []string{"Nobody"}
	for n := range lists().table {
		names = append(names, n)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		picked := rapid.SliceOfN(rapid.SampledFrom(names), 1, 6).Draw(t, "names")
		order := rapid.Permutation(indexes(len(picked))).Draw(t, "order")
		dates := rapid.SampledFrom([]string{"2015", "2017-08-20", "2009-01-01", "2015-05/2017-08"}).Draw(t, "date")
		var plain, mixed []activity.Facts
		for i := range picked {
			plain, mixed = append(plain, party(picked[i])), append(mixed, party(picked[order[i]]))
		}
		r := &decide.Resolver{Screener: lists(), Regimes: regimes()}
		a, one := r.Resolve(payment(dates, plain...))
		b, two := r.Resolve(payment(dates, mixed...))
		if !reflect.DeepEqual(a.Facts, b.Facts) || len(one) != len(two) {
			t.Fatalf("%v and %v", a.Facts, b.Facts)
		}
		for i := range order {
			if !reflect.DeepEqual(b.Parties[i], a.Parties[order[i]]) {
				t.Fatalf("%v became %v after %v", a.Parties[order[i]], b.Parties[i], order)
			}
			if x, y := linesOf(one, order[i]), linesOf(two, i); !slices.Equal(x, y) {
				t.Fatalf("%v became %v", x, y)
			}
		}
	})
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func linesOf(list []ruling.Screened, party int) (out []string) {
	for _, s := range list {
		if s.Party == party {
			s.Party = 0
			out = append(out, fmt.Sprint(s))
		}
	}
	return out
}

// A stream looks everybody up, in order and whatever the number of workers.
func TestResolveStream(t *testing.T) {
	d := desk(t)
	names := []string{"Listed", "Possible", "Nobody", "Former", "Broken"}
	verdicts := map[string]string{"Listed": "prohibited", "Possible": "incomplete", "Nobody": "permitted", "Former": "permitted", "Broken": "incomplete"}
	var in strings.Builder
	for i := range 500 {
		fmt.Fprintf(&in, `{"kind":"payment","date":"2017-08-20","finance":{"service":"payment"},"parties":[{"name":%q}]}`+"\n", names[i%len(names)])
	}
	var want string
	for _, workers := range []int{1, 7} {
		s := stream(d)
		s.Workers, s.Resolver = workers, &decide.Resolver{Screener: lists(), Regimes: d.Law.Regimes}
		var out strings.Builder
		if _, err := d.Run(strings.NewReader(in.String()), &out, s); err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = out.String()
		}
		if out.String() != want {
			t.Fatalf("%d workers gave other bytes", workers)
		}
	}
	for i, line := range strings.Split(strings.TrimSpace(want), "\n") {
		n := names[i%len(names)]
		if !strings.Contains(line, `"verdict":"`+verdicts[n]+`"`) || !strings.Contains(line, `"screened":[{"who":"parties[1]","name":"`+n+`"`) {
			t.Fatalf("%s: %s", n, line)
		}
	}
}

// Who has nobody to look up pays nothing for it.
func TestResolveNobody(t *testing.T) {
	l := lists()
	a := payment("2017-08-20", activity.Facts{})
	r := &decide.Resolver{Screener: l, Regimes: regimes()}
	got, record := r.Resolve(a)
	if got != a || record != nil || len(l.looked) > 0 {
		t.Errorf("%v, %v, %v", got, record, l.looked)
	}
	if n := testing.AllocsPerRun(100, func() { r.Resolve(a) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}

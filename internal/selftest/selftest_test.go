package selftest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/publication/publicationtest"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/source/au"
	"github.com/cordon-engine/cordon/internal/source/ca"
	"github.com/cordon-engine/cordon/internal/source/csl"
	"github.com/cordon-engine/cordon/internal/source/un"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// world is the real desk over the lists that come with the program, what they
// have to be tested with, and the shipped tables.
type world struct {
	desk *screen.Desk
	inv  Inventory
	cfg  Config
}

var shared struct {
	sync.Mutex
	*world
}

func embedded(t testing.TB) *world {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.world == nil {
		shared.world = open(t)
	}
	return shared.world
}

func must[T any](t testing.TB) func(T, error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

func open(t testing.TB) *world {
	ctx := context.Background()
	listings := must[fs.FS](t)(fs.Sub(data.FS, "listings"))
	fixed := must[[]*snapshot.Fixed](t)(load.Embedded(ctx, listings, publicationtest.Places(t)))
	params := must[*match.Params](t)(match.Load(data.FS, "matching"))
	w := &world{desk: must[*screen.Desk](t)(screen.Open(ctx, screen.Config{
		Store: snapshot.WithFixed(&snapshottest.Memory{}, fixed...), Params: params, Rules: ownership.Rules{},
		Now: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC),
	}))}
	today := when.Date(2026, 11, 26)
	w.inv = must[Inventory](t)(Gather(w.desk.Documents(ctx), nil, today, false))
	w.cfg = must[Config](t)(Shipped(data.FS))
	w.cfg.Names, w.cfg.Listed, w.cfg.Seed, w.cfg.AsOf = w.inv.Names, w.inv.Spelt, 1, today
	w.cfg.Threshold, w.cfg.Alert = params.Possible(), params.Alert()
	return w
}

// small gives the configuration with few names and neutral parties.
func (w *world) small() Config {
	c := w.cfg
	c.Names = Sample(w.inv.Names, 12, 1)
	c.Population = nil
	for i := 0; i < len(w.cfg.Population); i += 60 {
		c.Population = append(c.Population, w.cfg.Population[i])
	}
	return c
}

// engine is a screener made of a function.
type engine func(q screening.Query) screening.Answer

func (e engine) Screen(q screening.Query) screening.Answer { return e(q) }

func run(t testing.TB, s Screener, c Config) *Result {
	t.Helper()
	r, err := Run(context.Background(), s, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	reconcile(t, r)
	return r
}

// reconcile checks that every question is accounted for, in every account.
func reconcile(t testing.TB, r *Result) {
	t.Helper()
	var kinds Count
	for _, k := range r.Kinds[1:] {
		kinds = sum(kinds, k.Count)
	}
	for name, rows := range map[string][]Row{"lists": r.Lists, "scripts": r.Scripts, "schemas": r.Schemas} {
		var c Count
		for _, row := range rows {
			c = sum(c, row.Count)
		}
		if c != kinds {
			t.Errorf("%s add up to %+v, kinds to %+v", name, c, kinds)
		}
	}
	for _, row := range append(slices.Clone(r.Kinds), r.Total) {
		if row.Made != row.Found+row.Missed+row.Refused || row.Matched > row.Found {
			t.Errorf("%s: %+v does not add up", row.Key, row.Count)
		}
	}
	if r.Total.Count != kinds || r.Listed.Made != r.Names {
		t.Errorf("all are %+v, the kinds %+v; %d of %d as listed", r.Total.Count, kinds, r.Listed.Made, r.Names)
	}
	if missing := r.Total.Missed + r.Total.Refused + r.Listed.Missed + r.Listed.Refused; missing != len(r.Misses) {
		t.Errorf("%d misses are kept of %d", len(r.Misses), missing)
	}
	for _, k := range r.Kinds[1:] {
		if k.NotMade > r.Names || k.Made > 0 && k.NotMade == r.Names {
			t.Errorf("%s: %d made, of %d of %d names none", k.Key, k.Made, k.NotMade, r.Names)
		}
	}
	groups := 0
	for _, n := range append(slices.Clone(r.Groups), r.Neutral) {
		if n.Rows != n.Clear+n.Alerts+n.Refused+n.Aside || n.Matched > n.Alerts {
			t.Errorf("group %q: %+v does not add up", n.Key, n)
		}
		groups += n.Rows
	}
	if groups != 2*r.Neutral.Rows || r.Neutral.Alerts != len(r.Alerts) {
		t.Errorf("groups have %d rows of %d, %d alerts of %d", groups-r.Neutral.Rows, r.Neutral.Rows, len(r.Alerts), r.Neutral.Alerts)
	}
}

func sum(a, b Count) Count {
	return Count{a.Made + b.Made, a.Found + b.Found, a.Missed + b.Missed, a.Refused + b.Refused, a.Matched + b.Matched}
}

// The shipped engine passes on the lists that come with it, and finds every name
// as it is listed.
func TestShippedEnginePasses(t *testing.T) {
	w := embedded(t)
	c := w.cfg
	if testing.Short() {
		c = w.small() // too few for the other floors
		c.Floors = Floors{Recall: map[string]float64{string(AsListed): 1}}
	}
	r := run(t, w.desk, c)
	if !r.Passed {
		for _, k := range append(r.Kinds, r.Total) {
			if k.Below {
				t.Errorf("%s: %.4f of %.4f", k.Key, k.Recall(), k.Floor)
			}
		}
		t.Errorf("ceilings: %+v", r.Ceilings)
	}
	if r.Listed.Found != r.Listed.Made {
		t.Errorf("as listed %d of %d are found", r.Listed.Found, r.Listed.Made)
	}
	if per := r.Total.Made / r.Names; per < 10 || per > 22 {
		t.Errorf("%d variants a name", per)
	}
	for _, l := range r.Lists {
		if !slices.Contains([]string{"un-1718", "un-1718-vessels", "un-dprk-named"}, l.Key) {
			t.Errorf("list %q", l.Key)
		}
	}
}

// An engine that is broken falls below the floors, in whichever way it is broken.
func TestBrokenEnginesFall(t *testing.T) {
	w := embedded(t)
	better := func(change func(a *screening.Answer)) engine {
		return func(q screening.Query) screening.Answer {
			a := w.desk.Screen(q)
			change(&a)
			return a
		}
	}
	for name, e := range map[string]engine{
		"finds nothing": func(screening.Query) screening.Answer { return screening.Answer{Outcome: screening.Clear} },
		"refuses": func(screening.Query) screening.Answer {
			return screening.Answer{Outcome: screening.NotScreened, Reason: "the list is stale"}
		},
		"finds another": better(func(a *screening.Answer) {
			for i := range a.Hits {
				a.Hits[i].ID, a.Hits[i].Same = "x:1", nil
			}
		}),
		"mixes lists up": better(func(a *screening.Answer) {
			for i := range a.Hits {
				a.Hits[i].List, a.Hits[i].Same = "other", nil
			}
		}),
		"loses what is not exact": better(func(a *screening.Answer) {
			a.Hits = slices.DeleteFunc(a.Hits, func(h screening.Hit) bool { return !h.Exact })
		}),
		"is sure of nothing": better(func(a *screening.Answer) {
			for i := range a.Hits {
				a.Hits[i].Score = 0.3
			}
		}),
	} {
		r := run(t, e, w.small())
		if r.Passed || !r.Total.Below {
			t.Errorf("an engine that %s passes with %.3f", name, r.Total.Recall())
		}
	}
	c := w.small()
	c.Threshold = 0.9999
	if r := run(t, w.desk, c); r.Passed || !r.Listed.Below {
		t.Errorf("at 0.9999 it passes with %.3f", r.Listed.Recall())
	}
	c = w.small()
	alarm := engine(func(q screening.Query) screening.Answer {
		a := w.desk.Screen(q)
		a.Hits = append(a.Hits, screening.Hit{ID: "x:1", List: "x", Score: 0.99})
		return a
	})
	if r := run(t, alarm, c); r.Passed || !r.Ceilings[0].Above || !r.Ceilings[1].Above || r.Neutral.Matched != r.Neutral.Alerts {
		t.Errorf("an engine that finds everybody passes: %+v", r.Ceilings)
	}
	refuse := engine(func(q screening.Query) screening.Answer {
		if slices.ContainsFunc(c.Population, func(n Neutral) bool { return n.Name == q.Input.Names[0].Text }) {
			return screening.Answer{Outcome: screening.NotScreened}
		}
		return w.desk.Screen(q)
	})
	if r := run(t, refuse, c); r.Passed || !r.Ceilings[0].Above || r.Neutral.Refused != len(c.Population) {
		t.Errorf("an engine that refuses everybody else passes: %+v", r.Neutral)
	}
}

// The subject under another authority's ID, joined by a merger, is the right one.
func TestMergedSubjectIsFound(t *testing.T) {
	w := embedded(t)
	c := w.small()
	c.Population = nil
	var of *Name
	e := engine(func(q screening.Query) screening.Answer {
		return screening.Answer{Outcome: screening.Match, Hits: []screening.Hit{{
			ID: "ofac:1", List: "ofac", Score: 0.99, Same: []screening.Merger{{A: "ofac:1", B: of.ID}},
		}}}
	})
	c.Names = c.Names[:1]
	of = &c.Names[0]
	if r := run(t, e, c); r.Total.Found != r.Total.Made || r.Total.Matched != r.Total.Made {
		t.Errorf("%+v", r.Total)
	}
	of = &Name{ID: "un:other"}
	if r := run(t, e, c); r.Total.Found != 0 || r.Misses[0].Other == nil {
		t.Errorf("a merger of others is taken: %+v", r.Total)
	}
}

// The order of names, the number of workers and what was asked before change
// nothing.
func TestSameAgain(t *testing.T) {
	w := embedded(t)
	c := w.small()
	var cases [2][]string
	var results [2]*Result
	for i := range 2 {
		c.Workers = 1 + 3*i
		r, err := Run(context.Background(), w.desk, c, func(x Case) error {
			cases[i] = append(cases[i], fmt.Sprintf("%s %q %s %.6f", x.Kind, x.Text, x.Outcome, x.Score))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		results[i] = r
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(c.Names), func(a, b int) { c.Names[a], c.Names[b] = c.Names[b], c.Names[a] })
	}
	slices.Sort(cases[0])
	slices.Sort(cases[1])
	if !slices.Equal(cases[0], cases[1]) {
		t.Error("the cases differ")
	}
	for _, r := range results {
		r.Misses, r.Alerts = nil, nil // names of one subject come in the order in which they were given
	}
	if !reflect.DeepEqual(results[0], results[1]) {
		t.Errorf("%+v\n%+v", results[0], results[1])
	}
	c.Seed = 2
	if r := run(t, w.desk, c); reflect.DeepEqual(r.Total, results[0].Total) && reflect.DeepEqual(r.Kinds, results[0].Kinds) {
		t.Error("another seed asks the same")
	}
}

func TestEndsWhenTold(t *testing.T) {
	w := embedded(t)
	enough := errors.New("enough")
	if _, err := Run(context.Background(), w.desk, w.small(), func(Case) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, w.desk, w.small(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	for _, change := range []func(*Config){
		func(c *Config) { c.Names = nil },
		func(c *Config) { c.Threshold = 0 },
		func(c *Config) { c.Threshold = 1 },
	} {
		c := w.small()
		change(&c)
		if _, err := Run(context.Background(), w.desk, c, nil); err == nil {
			t.Errorf("%+v is run", c.Threshold)
		}
	}
	done := 0
	c := w.small()
	c.Progress = func(n, all int) {
		if n < done || all != len(c.Names)+len(c.Population) {
			t.Errorf("%d of %d after %d", n, all, done)
		}
		done = n
	}
	run(t, w.desk, c)
	if done != len(c.Names)+len(c.Population) {
		t.Errorf("%d are done at the end", done)
	}
}

func document(list, id string, names ...subject.Name) screening.Document {
	return screening.Document{List: list, Record: &subject.Record{Subject: &subject.Subject{
		ID: id, Schema: subject.Person, Names: names,
		Properties: []subject.Property{{Name: "nationality", Value: "kp"}},
	}}}
}

func TestGather(t *testing.T) {
	listed := screening.Span{
		Listing: subject.Listing{Tier: subject.Designated}, FirstSeen: when.Date(2020, 1, 1), LastSeen: when.Date(2026, 1, 1),
		Off: when.Period{From: when.NoDay, To: when.NoDay},
	}
	gone := listed
	gone.Off = when.Period{From: when.Date(2021, 1, 1), To: when.Date(2021, 2, 1)}
	a := document("a", "a:1",
		subject.Name{Full: "Kim One"}, subject.Name{Full: "Kim One", Kind: subject.Alias}, subject.Name{Full: "Hamza", Weak: true})
	a.Spans = []screening.Span{gone, listed}
	b := document("b", "b:1", subject.Name{Full: "Two"})
	b.Spans = []screening.Span{gone}
	docs := func(yield func(screening.Document, error) bool) { _ = yield(a, nil) && yield(b, nil) }
	day := when.Date(2026, 11, 26)

	inv, err := Gather(docs, nil, day, false)
	if err != nil || len(inv.Names) != 1 || inv.Subjects != 1 || inv.Off != 1 || inv.Weak != 1 {
		t.Errorf("%+v %v", inv, err)
	}
	if n := inv.Names[0]; n.Text != "Kim One" || !slices.Equal(n.States, []string{"KP"}) || n.asked != "Person" {
		t.Errorf("%+v", n)
	}
	for _, name := range []string{"one KIM", "Hamza", "two"} {
		if !inv.Spelt.has(name) {
			t.Errorf("%q is not known as listed", name)
		}
	}
	if inv, err = Gather(docs, nil, day, true); err != nil || len(inv.Names) != 2 || inv.Weak != 0 {
		t.Errorf("with weak names: %+v %v", inv, err)
	}
	if inv, err = Gather(docs, nil, when.Date(2020, 6, 1), false); err != nil || inv.Subjects != 2 {
		t.Errorf("before it was taken off: %+v %v", inv, err)
	}
	if inv, err = Gather(docs, []string{"b"}, day, false); err != nil || len(inv.Names) != 0 || inv.Off != 1 {
		t.Errorf("one list: %+v %v", inv, err)
	}
	if _, err = Gather(docs, []string{"a", "c"}, day, false); err == nil || !strings.Contains(err.Error(), `"c"`) {
		t.Errorf("an unknown list: %v", err)
	}
	broken := errors.New("broken")
	if _, err = Gather(func(yield func(screening.Document, error) bool) { yield(a, broken) }, nil, day, false); !errors.Is(err, broken) {
		t.Errorf("a store that breaks: %v", err)
	}
}

func TestSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var names []Name
		sizes := map[string]int{}
		for _, l := range []string{"a", "b", "c"} {
			sizes[l] = rapid.IntRange(0, 30).Draw(t, l)
			for i := range sizes[l] {
				names = append(names, Name{List: l, ID: fmt.Sprint(l, i/2), Text: fmt.Sprint(i)})
			}
		}
		n, seed := rapid.IntRange(1, 100).Draw(t, "n"), rapid.Uint64().Draw(t, "seed")
		got := Sample(names, n, seed)
		if len(got) != min(n, len(names)) {
			t.Fatalf("%d names of %d, %d asked for", len(got), len(names), n)
		}
		had := map[string]int{}
		seen := map[string]bool{}
		for _, x := range got {
			had[x.List]++
			if key := x.List + x.ID + x.Text; seen[key] {
				t.Fatalf("%s is there twice", key)
			} else {
				seen[key] = true
			}
		}
		for x, size := range sizes { // a list that has more left over gave as much as any other
			for y := range sizes {
				if had[x] < size && had[x]+1 < had[y] {
					t.Fatalf("%d of %d from %s, %d from %s", had[x], size, x, had[y], y)
				}
			}
		}
		slices.Reverse(names)
		again := Sample(names, n, seed)
		if n < len(names) && !reflect.DeepEqual(got, again) {
			t.Fatalf("another order gives another sample")
		}
	})
}

func TestReadPopulation(t *testing.T) {
	got, err := ReadPopulation("p.csv", strings.NewReader(
		"# remark\n# remark\nname,born,schema\nAda Lovelace,1815,Person\n,1,\nx,y,Person,too many\nBabbage,,\n"))
	want := []Neutral{
		{Name: "Ada Lovelace", Schema: "Person"}, {Unread: "it has no name"}, {Unread: got[2].Unread}, {Name: "Babbage"},
	}
	if err != nil || !reflect.DeepEqual(got, want) || got[2].Unread == "" {
		t.Errorf("%+v %v", got, err)
	}
	for in, want := range map[string]string{
		"": "p.csv", "# only\n": "p.csv", "name\n": "nobody in the population", "who\nAda\n": `"name"`,
		"name,schema\nAda,Human\n": `"Human" is not a schema`, "# no end of line": "there is a remark and no table",
	} {
		if _, err := ReadPopulation("p.csv", strings.NewReader(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestUnreadRowsAndListedNamesOfThePopulation(t *testing.T) {
	w := embedded(t)
	c := w.small()
	listed := c.Names[0].Text
	words := strings.Fields(listed)
	slices.Reverse(words)
	c.Population = []Neutral{{Name: strings.ToLower(strings.Join(words, ", "))}, {Unread: "no name"}, {Name: "Ada Lovelace", Schema: "Person"}}
	r := run(t, w.desk, c)
	if r.Neutral.Aside != 1 || r.Neutral.Refused != 1 || r.Neutral.Clear != 1 {
		t.Errorf("%q: %+v", listed, r.Neutral)
	}
}

// No neutral name is on a list that comes with the program, none is there twice,
// and the groups are of many cultures.
func TestShippedPopulation(t *testing.T) {
	w := embedded(t)
	seen, groups := map[string]bool{}, map[string]bool{}
	firms := 0
	for _, n := range w.cfg.Population {
		if n.Unread != "" || n.Group == "" || n.Schema == "" {
			t.Errorf("%+v", n)
		}
		if w.inv.Spelt.has(n.Name) {
			t.Errorf("%s is listed", n.Name)
		}
		if seen[n.Schema+n.Group+n.Name] {
			t.Errorf("%s is there twice", n.Name)
		}
		seen[n.Schema+n.Group+n.Name], groups[n.Group] = true, true
		if n.Schema == "Company" {
			firms++
		}
	}
	if len(groups) < 30 || firms < 400 || len(seen)-firms < 2000 {
		t.Errorf("%d groups, %d firms, %d in all", len(groups), firms, len(seen))
	}
}

// No neutral name is on a real list, where one is at hand.
func TestShippedPopulationIsOnNoRealList(t *testing.T) {
	if testing.Short() {
		t.Skip("reads four real lists")
	}
	population := must[Config](t)(Shipped(data.FS)).Population
	for file, src := range map[string]publication.Source{
		"un/consolidated_2026-08-01.xml": un.Source(), "other/csl/csl_names_2026-07.csv": csl.Source(),
		"other/ca_sema/sema-lmes_2025.xml": ca.Source(), "other/au_dfat/dfat_2026.xlsx": au.Source(),
	} {
		t.Run(src.ID, func(t *testing.T) {
			spelt, subjects := Spellings{}, 0
			_, _, err := publicationtest.Load(t, src, nil, func(r *subject.Record) {
				subjects++
				for i := range r.Subject.Names {
					spelt.add(r.Subject.Names[i].Full)
				}
			}, publicationtest.OnDisk(publicationtest.Shared(t, file), ""))
			if err != nil || subjects < 1000 {
				t.Fatalf("%d subjects, %v", subjects, err)
			}
			for _, n := range population {
				if spelt.has(n.Name) {
					t.Errorf("%s is listed", n.Name)
				}
			}
		})
	}
}

func TestFloors(t *testing.T) {
	f, err := ReadFloors("f.yaml", []byte("least: 3\nrecall:\n  all: 0.9\n  as_listed: 1\nceilings: {alerts: 0.01}\n"))
	if err != nil || f.Recall["all"] != 0.9 || f.Recall["as_listed"] != 1 || f.Ceilings["alerts"] != 0.01 || f.Least != 3 {
		t.Fatalf("%+v %v", f, err)
	}
	g, err := f.With([]string{"drop=0.5", "all=0"}, []string{"matches=1"})
	if err != nil || g.Recall["drop"] != 0.5 || g.Recall["all"] != 0 || g.Ceilings["matches"] != 1 || g.Least != 3 || f.Recall["all"] != 0.9 || len(f.Ceilings) != 1 {
		t.Errorf("%+v of %+v, %v", g, f, err)
	}
	for in, want := range map[string]string{
		"recall: {substitut: 0.9}":  `did you mean "substitute"`,
		"recall: {all: 95}":         `"95" is not a share`,
		"recall: {all: NaN}":        "is not a share",
		"least: few":                "not a number",
		"least: -1":                 "not a number",
		"recall: [all]":             "is a map",
		"ceilings: {drop: 0.1}":     `no "drop"`,
		"floors: {}":                "floors",
		"":                          "one document, not 0",
		"recall: {all: 0.1}\n---\n": "",
	} {
		if _, err := ReadFloors("f.yaml", []byte(in)); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", in, err)
		}
	}
	for _, bad := range []string{"drop", "drop=", "=1", "drop=-0.1", "drops=1"} {
		if _, err := f.With([]string{bad}, nil); err == nil {
			t.Errorf("--floor %s is taken", bad)
		}
	}
}

// A floor of which nothing could be made is said and judges nothing.
func TestFloorWithoutVariants(t *testing.T) {
	w := embedded(t)
	c := w.small()
	c.Names = []Name{{List: "un-1718", ID: "un:x", Text: "Zbigniew", Schema: subject.Person}}
	c.Floors = Floors{Recall: map[string]float64{"nickname": 0.9, "form": 0, "punctuation": 0.9}, Least: 2}
	r := run(t, engine(func(screening.Query) screening.Answer { return screening.Answer{Outcome: screening.Clear} }), c)
	if got := r.Unjudged(); len(got) != 3 || got[0].Key != "nickname" || !r.Passed {
		t.Errorf("%+v", got)
	}
	c.Floors.Recall["substitute"], c.Floors.Least = 0.9, 1
	if r = run(t, engine(func(screening.Query) screening.Answer { return screening.Answer{Outcome: screening.Clear} }), c); r.Passed {
		t.Error("one variant that is missed passes where one is enough to judge")
	}
}

func FuzzReadFloors(f *testing.F) {
	f.Add([]byte("recall:\n  all: 0.9\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		fl, err := ReadFloors("f", b)
		for _, x := range fl.Recall {
			if err == nil && !(0 <= x && x <= 1) {
				t.Errorf("%q gives %f", b, x)
			}
		}
	})
}

func FuzzReadPopulation(f *testing.F) {
	f.Add("name\nAda\n")
	f.Add("# x\nname\n")
	f.Fuzz(func(_ *testing.T, s string) { ReadPopulation("p", strings.NewReader(s)) })
}

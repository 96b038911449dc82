package watch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/watch"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

// world is lists and bases that change.
type world struct {
	fixed
	t     testing.TB
	lists *snapshottest.Memory
	store sqlite.Watch
	now   time.Time
	dir   string
}

// fixed is what all worlds share.
type fixed struct {
	params *match.Params
	rules  ownership.Rules
	places *place.Gazetteer
}

var fixedOnce = sync.OnceValue(func() (f fixed) {
	f.params = must(match.Load(data.FS, "matching"))
	f.rules = must(ownership.ReadRules("rules.yaml", must(fs.ReadFile(data.FS, "ownership/rules.yaml"))))
	f.places = must(place.Load(must(fs.Sub(data.FS, "place"))))
	return f
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newWorld(t testing.TB, dir string) *world {
	t.Helper()
	w := &world{fixed: fixedOnce(), t: t, lists: &snapshottest.Memory{}, now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), dir: dir}
	s, err := sqlite.Open(context.Background(), dir)
	check(t, err)
	t.Cleanup(func() { s.Close() })
	w.store = sqlite.Watch{Store: s}
	return w
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// load puts a list into the store as its next snapshot, published a day after the
// last.
func (w *world) load(list string, records ...*subject.Record) {
	w.t.Helper()
	l, err := w.lists.Begin(context.Background(), list)
	check(w.t, err)
	for _, r := range records {
		check(w.t, l.Put(snapshot.Key(r), r))
	}
	content, err := l.Content()
	check(w.t, err)
	w.now = w.now.Add(24 * time.Hour)
	y, m, d := w.now.Date()
	_, err = l.Commit(snapshot.Meta{
		Source: "test", Format: "f", Published: when.Date(y, int(m), d), Recorded: w.now, Content: content, Expires: when.NoDay,
		Report: publication.Report{Subjects: len(records)},
	})
	check(w.t, err)
}

func (w *world) watcher() *watch.Watcher {
	w.t.Helper()
	d, err := screen.Open(context.Background(), screen.Config{Store: w.lists, Params: w.params, Rules: w.rules, Now: w.now})
	check(w.t, err)
	y, m, day := w.now.Date()
	return &watch.Watcher{
		Store: w.store, Desk: d, Places: w.places, AsOf: when.Date(y, int(m), day), Now: func() time.Time { return w.now },
		Actor: "u-1", Program: "test", Dir: w.dir,
	}
}

// add takes a CSV file on file.
func (w *world) add(base, csv string) watched.Version {
	w.t.Helper()
	v, _, err := watch.Add(context.Background(), w.store, base, watch.File{
		Name: "base.csv", SHA256: "00", Reader: strings.NewReader(csv), Mapping: screen.Mapping{screen.Ref: {"ref"}},
	}, w.places, w.now, "u-1")
	check(w.t, err)
	return v
}

func (w *world) states(r watched.Run) []watched.State {
	w.t.Helper()
	list, err := w.store.States(context.Background(), r.Base, r.Number)
	check(w.t, err)
	for i := range list {
		for k := range list[i].Findings {
			list[i].Findings[k].Score = 0
		}
	}
	return list
}

// raised gives what a result raises, as lines.
func raised(r *watch.Result) (out []string) {
	for _, c := range r.Changes {
		line := c.Ref + " " + c.What
		if f := c.New; f != nil {
			line += fmt.Sprintf(" %s %s %s", f.Subject, f.Tier, f.Outcome)
		} else if f := c.Old; f != nil {
			line += " " + f.Subject
		}
		out = append(out, line)
	}
	return out
}

func person(id, name string, more ...func(*subject.Record)) *subject.Record {
	r := &subject.Record{
		Subject:  &subject.Subject{ID: id, Schema: subject.Person, Names: []subject.Name{{Full: name, Kind: subject.Primary}}},
		Listings: []subject.Listing{{ID: id, Subject: id, Authority: "UN", Reference: "R." + id, Tier: subject.Designated}},
	}
	for _, f := range more {
		f(r)
	}
	return r
}

func alias(name string) func(*subject.Record) {
	return func(r *subject.Record) {
		r.Subject.Names = append(r.Subject.Names, subject.Name{Full: name, Kind: subject.Alias})
	}
}

const people = "ref,name,date of birth\nA,Thaddeus Quisenberry,\nB,Bartholomew Oyelaran,1960\nC,Ludmila Vorontsova,\nD,Jane Smith,soon\nA,Twice,\n"

// TestWatching goes through the life of a base: what is raised, once, and what is
// counted.
func TestWatching(t *testing.T) {
	w := newWorld(t, t.TempDir())
	ctx := context.Background()
	w.load("x", person("x:1", "Thaddeus Quisenberry"), person("x:2", "Somebody Else"))
	v := w.add("clients", people)
	if v.Rows != 5 || v.Kept != 3 || v.Refused != 2 {
		t.Fatalf("%+v", v)
	}
	refusals, err := w.store.Refusals(ctx, "clients", 1)
	check(t, err)
	if len(refusals) != 2 || refusals[0].Line != 5 || refusals[0].Field != "birthDate" || refusals[1].Line != 6 || refusals[1].Field != "ref" {
		t.Errorf("%+v", refusals)
	}
	step := func(kind watched.Kind, screened int, want ...string) watched.Run {
		t.Helper()
		f := w.watcher().Follow
		if kind == watched.Full {
			f = w.watcher().Run
		}
		res, err := f(ctx, "clients")
		check(t, err)
		if d := cmp.Diff(want, raised(res)); d != "" {
			t.Error(d)
		}
		r := res.Run
		if r.Kind != kind || r.Screened != screened || r.Rows != r.Refused+r.Customers || r.Customers != r.Screened+r.NotScreened+r.Carried {
			t.Errorf("%+v", r)
		}
		return r
	}
	r := step(watched.Full, 3, "A new x:1 listed match")
	for _, s := range []string{"base=clients run=1 kind=full version=1 lists=x@1(2)", "rows=5=3+2 refused", "customers=3=3 screened+0", "match=1 possible=0 clear=2"} {
		if !strings.Contains(r.Line(), s) {
			t.Errorf("%s\nlacks %s", r.Line(), s)
		}
	}
	if strings.Contains(r.Line(), "Quisenberry") || strings.Contains(r.Line(), "\n") {
		t.Error(r.Line())
	}
	step(watched.Full, 3)
	step(watched.Delta, 0)
	w.load("x", person("x:1", "Thaddeus Quisenberry"), person("x:2", "Somebody Else", alias("Ludmila Vorontsova")))
	step(watched.Delta, 1, "C new x:2 listed match")
	w.load("x", person("x:2", "Somebody Else"))
	step(watched.Delta, 2, "A changed x:1 former possible", "C gone x:2")
	w.add("clients", "ref,name\nB,Bartholomew Oyelaran\nC,Ludmila Vorontsova\nE,Somebody Else\n")
	step(watched.Delta, 2, "A gone x:1", "E new x:2 listed match")
	step(watched.Full, 3)
}

// TestBehind tells a base that a list went past.
func TestBehind(t *testing.T) {
	lists := []watched.Against{{List: "un", Snapshot: 2, Count: 2, Content: "b"}}
	versions := []watched.Version{{Number: 1}}
	for _, c := range []struct {
		runs []watched.Run
		want string
	}{
		{nil, "it was never screened"},
		{[]watched.Run{{Number: 1, Version: 1, Lists: lists}}, ""},
		{[]watched.Run{{Number: 4, Version: 1, Lists: []watched.Against{{List: "un", Snapshot: 1, Count: 1, Content: "a"}}}}, "run 4 did not have un@2"},
		{[]watched.Run{{Number: 4, Version: 1, Lists: append(slices.Clone(lists), watched.Against{List: "eu"})}}, "run 4 did not have eu is gone"},
	} {
		if got := watch.Behind(versions, c.runs, lists); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestAhead tells a desk that a base would go back to its lists.
func TestAhead(t *testing.T) {
	un := func(n int) watched.Against { return watched.Against{List: "un", Snapshot: n, Count: n} }
	eu := watched.Against{List: "eu", Snapshot: 1, Count: 1}
	had := []watched.Run{{Number: 1, Lists: []watched.Against{un(9)}}, {Number: 2, Lists: []watched.Against{un(3), eu}}}
	back := un(1) // an older snapshot is in force again, by one that came later
	back.Count = 4
	for _, c := range []struct {
		about       string
		runs        []watched.Run
		desk, store []watched.Against
		want        string
	}{
		{"never screened", nil, []watched.Against{un(1)}, []watched.Against{un(2)}, ""},
		{"the same lists", had, []watched.Against{un(3), eu}, []watched.Against{un(3), eu}, ""},
		{"newer ones", had, []watched.Against{un(4), eu}, []watched.Against{un(4), eu}, ""},
		{"newer for the store alone", had, []watched.Against{un(3), eu}, []watched.Against{un(4), eu}, ""},
		{"older ones", had, []watched.Against{un(2), eu}, []watched.Against{un(3), eu}, "run 2 had un@3"},
		{"a list that is not taken up yet", had, []watched.Against{un(2)}, []watched.Against{un(4), eu}, "run 2 had un@3, eu@1"},
		{"a list that is there no longer", had, []watched.Against{un(3)}, []watched.Against{un(3)}, ""},
		{"an older snapshot that is in force again", had, []watched.Against{back, eu}, []watched.Against{back, eu}, ""},
	} {
		if got := watch.Ahead(c.runs, c.desk, c.store); got != c.want {
			t.Errorf("%s: %q, want %q", c.about, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t, t.TempDir())
	for _, c := range []struct {
		base, csv string
		mapping   screen.Mapping
		code      fault.Code
	}{
		{"Not A Name", people, nil, fault.Invalid},
		{"a", "name\nJane Smith\n", nil, fault.Usage},
		{"a", "ref,name\n,Jane Smith\n", screen.Mapping{screen.Ref: {"ref"}}, fault.Invalid},
		{"a", "ref,name\n1,Jane Smith\n", screen.Mapping{screen.Ref: {"number"}}, fault.Usage},
	} {
		_, _, err := watch.Add(context.Background(), w.store, c.base, watch.File{Name: "f.csv", Reader: strings.NewReader(c.csv), Mapping: c.mapping},
			w.places, w.now, "u-1")
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.base, err)
		}
	}
	if _, err := w.watcher().Run(context.Background(), "a"); fault.CodeOf(err) != fault.NotFound {
		t.Error(err)
	}
}

// pool makes names that are near each other, as those of relatives and of variants are.
type pool struct{ r *rand.Rand }

var poolWords = strings.Fields("Kim Park Chol Yong Mohammed Muhammad Ahmad Hassan Ivanov Ivanova Dmitri Dmitry Quisenberry Thaddeus Ocean Star")

func (p *pool) of(list ...string) string { return list[p.r.IntN(len(list))] }

func (p *pool) name() string {
	n := 2 + p.r.IntN(2)
	words := make([]string, n)
	for i := range words {
		words[i] = p.of(poolWords...)
	}
	return strings.Join(words, " ")
}

func (p *pool) record(list string, i int) *subject.Record {
	id := fmt.Sprintf("%s:%d", list, i)
	r := person(id, p.name())
	if p.r.IntN(3) == 0 {
		alias(p.name())(r)
	}
	switch p.r.IntN(5) {
	case 0:
		r.Subject.Schema = subject.Company
	case 1:
		r.Subject.Schema = subject.Vessel
		r.Subject.Documents = []subject.Document{{Kind: "imoNumber", Number: p.of("9074729", "8628597", "9187629")}}
	case 2:
		r.Subject.Births = []subject.Date{subject.On(when.On(when.Date(1950+p.r.IntN(3), 3, 14)))}
	}
	if p.r.IntN(4) == 0 {
		r.Listings[0].Tier = subject.Named
	}
	if p.r.IntN(3) == 0 {
		r.Relations = []subject.Relation{{Kind: "Ownership", From: fmt.Sprintf("%s:%d", list, p.r.IntN(8)), To: id, ShareLow: 60, ShareHigh: 60}}
	}
	return r
}

func (p *pool) base(n int) string {
	var b strings.Builder
	b.WriteString("ref,name,alias,date of birth,type,imo\n")
	for i := range n {
		also, birth, imo := "", "", ""
		if p.r.IntN(4) == 0 {
			also = p.name()
		}
		if p.r.IntN(3) == 0 {
			birth = p.of("1950", "1951-03-14", "1952")
		}
		if p.r.IntN(8) == 0 {
			imo = p.of("9074729", "8628597", "9187629")
		}
		fmt.Fprintf(&b, "c%02d,%s,%s,%s,%s,%s\n", i, p.name(), also, birth, p.of("", "", "Person", "Company", "Vessel"), imo)
	}
	return b.String()
}

// change adds, alters and drops entries.
func (p *pool) change(list string, records map[int]*subject.Record, n int) []*subject.Record {
	for range n {
		i := p.r.IntN(8)
		if p.r.IntN(3) == 0 {
			delete(records, i)
		} else {
			records[i] = p.record(list, i)
		}
	}
	out := []*subject.Record{person(list+":always", "Nobody Atall")}
	for i := range 8 {
		if r := records[i]; r != nil {
			out = append(out, r)
		}
	}
	return out
}

// TestDeltaIsTheFullRun changes lists and bases at random. Following the change must
// leave every customer as screening all of them anew does, and raise the same.
// CORDON_WATCH_ROUNDS sets the number of random histories.
func TestDeltaIsTheFullRun(t *testing.T) {
	rounds := 8
	if n, err := strconv.Atoi(os.Getenv("CORDON_WATCH_ROUNDS")); err == nil {
		rounds = n
	}
	found, carried, raisedInAll := 0, 0, 0
	for seed := range rounds {
		w := newWorld(t, t.TempDir())
		p := &pool{rand.New(rand.NewPCG(uint64(seed), 1))}
		lists := map[string]map[int]*subject.Record{"x": {}, "y": {}}
		for _, l := range []string{"x", "y"} {
			w.load(l, p.change(l, lists[l], 6)...)
		}
		csv := p.base(24)
		for range 4 {
			if csv != "" {
				w.add("full", csv)
				w.add("delta", csv)
				w.add("parts", csv)
			}
			full, delta := both(t, w, fmt.Sprint("seed ", seed))
			found, carried, raisedInAll = found+len(w.states(full.Run)), carried+delta.Run.Carried, raisedInAll+len(delta.Changes)
			l := p.of("x", "y")
			w.load(l, p.change(l, lists[l], p.r.IntN(4))...)
			if csv = ""; p.r.IntN(4) == 0 {
				csv = p.base(20 + p.r.IntN(8))
			}
		}
	}
	if found == 0 || carried == 0 || raisedInAll == 0 {
		t.Errorf("nothing was tested: %d found, %d carried, %d raised", found, carried, raisedInAll)
	}
	t.Logf("%d found, %d carried, %d raised", found, carried, raisedInAll)
}

// both screens one base in full and follows the other, and holds them together.
func both(t *testing.T, w *world, when string) (full, delta *watch.Result) {
	t.Helper()
	d := w.watcher()
	defer d.Desk.Close()
	full, err := d.Run(context.Background(), "full")
	check(t, err)
	delta, err = d.Follow(context.Background(), "delta")
	check(t, err)
	if diff := cmp.Diff(w.states(full.Run), w.states(delta.Run)); diff != "" {
		t.Errorf("%s: after %s:\n%s", when, delta.Run.Line(), diff)
	}
	if full.Run.Result != delta.Run.Result {
		t.Errorf("%s: the results differ in their hashes", when)
	}
	if diff := cmp.Diff(raised(full), raised(delta)); diff != "" {
		t.Errorf("%s: %s", when, diff)
	}
	inParts(t, w, d, when, delta)
	return full, delta
}

// inParts follows with a third base, which has what the second has, in parts of three that are screened from the last to the
// first, each twice. What is kept, raised and counted is the same, however often it is collected.
func inParts(t *testing.T, w *world, d *watch.Watcher, when string, want *watch.Result) {
	t.Helper()
	ctx := context.Background()
	p, err := d.Plan(ctx, "parts", watched.Delta, "J"+when, 3)
	check(t, err)
	kept := make([]watch.Screened, len(p.Parts))
	for i := range slices.Backward(p.Parts) {
		var part watch.Part
		check(t, json.Unmarshal(must(json.Marshal(p.Parts[i])), &part))
		for range 1 + i%2 {
			kept[i], err = d.Screen(ctx, p.Run, part)
			check(t, err)
		}
		check(t, json.Unmarshal(must(json.Marshal(kept[i])), &kept[i]))
	}
	wanted := oracle(t, w, d, p, kept)
	if len(kept) > 1 { // what lacks a part, or has one twice, is not kept
		for _, bad := range [][]watch.Screened{kept[1:], append(slices.Clone(kept), kept[0])} {
			if _, err := collect(d, p, bad); fault.CodeOf(err) != fault.Internal {
				t.Errorf("%s: %v", when, err)
			}
		}
	}
	var got [3]*watch.Result // two at once, and one when it is kept
	var errs [3]error
	var both sync.WaitGroup
	for i := range 2 {
		both.Go(func() { got[i], errs[i] = collect(d, p, kept) })
	}
	both.Wait()
	got[2], errs[2] = collect(d, p, kept)
	for again, got := range got {
		check(t, errs[again])
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%s: collected %d, by the oracle: %s", when, again, diff)
		}
		run := got.Run
		run.Base, run.Job = want.Run.Base, ""
		if diff := cmp.Diff(want.Run, run); diff != "" || got.Run.Job != "J"+when {
			t.Errorf("%s: collected %d: %s", when, again, diff)
		}
		if diff := cmp.Diff(raised(want), raised(got)); diff != "" {
			t.Errorf("%s: collected %d: %s", when, again, diff)
		}
	}
	if diff := cmp.Diff(w.states(want.Run), w.states(func() watched.Run { r := want.Run; r.Base = "parts"; return r }())); diff != "" {
		t.Errorf("%s: in parts:\n%s", when, diff)
	}
	p.Run.Job = "another"
	if _, err := collect(d, p, kept); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("%s: a second job over the same run: %v", when, err)
	}
}

// partsOf gives parts one by one, as often as they are asked for.
func partsOf(list []watch.Screened) iter.Seq2[watch.Screened, error] {
	return func(yield func(watch.Screened, error) bool) {
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// collect puts parts together, and gives all that the run raised.
func collect(d *watch.Watcher, p *watch.Plan, list []watch.Screened) (*watch.Result, error) {
	run, err := d.Collect(context.Background(), p.Run, p.Marks, partsOf(list))
	if err != nil {
		return nil, err
	}
	res := &watch.Result{Run: run}
	return res, d.Raised(context.Background(), &run, func(c watched.Change) error {
		res.Changes = append(res.Changes, c)
		return nil
	})
}

// oracle puts parts together with all states in memory, and shares nothing with what streams them: by maps, from the run before and
// the customers of the two versions.
func oracle(t *testing.T, w *world, d *watch.Watcher, p *watch.Plan, parts []watch.Screened) *watch.Result {
	t.Helper()
	ctx := context.Background()
	run := p.Run
	run.Screened, run.NotScreened = 0, 0
	now := map[string]watched.State{}
	for c, err := range w.store.Customers(ctx, run.Base, run.Version, watched.Part{}) {
		check(t, err)
		now[c.Ref] = watched.State{Ref: c.Ref, Outcome: screening.Clear}
	}
	var before, after []watched.State
	if run.Number > 1 {
		list, err := w.store.States(ctx, run.Base, run.Number-1)
		check(t, err)
		before = list
	}
	if run.Kind == watched.Delta {
		for _, s := range before {
			if _, on := now[s.Ref]; on {
				now[s.Ref] = s
			}
		}
	}
	for _, x := range parts {
		run.Screened, run.NotScreened = run.Screened+x.Screened, run.NotScreened+x.NotScreened
		for _, s := range x.States {
			now[s.Ref] = s
		}
	}
	count := map[screening.Outcome]int{}
	for _, s := range now {
		if count[s.Outcome]++; !s.Quiet() {
			after = append(after, s)
		}
	}
	slices.SortFunc(after, func(a, b watched.State) int { return strings.Compare(a.Ref, b.Ref) })
	// What differs in scores alone stays as it was kept.
	for i := range after {
		for _, b := range before {
			if b.Ref == after[i].Ref && len(watched.Changes(b.Ref, &b, &after[i])) == 0 && b.Outcome == after[i].Outcome {
				after[i] = b
			}
		}
	}
	res := &watch.Result{Changes: watched.Difference(before, after)}
	raised := map[string]int{}
	for _, c := range res.Changes {
		raised[c.What]++
	}
	run.Match, run.Possible, run.Clear = count[screening.Match], count[screening.Possible], count[screening.Clear]
	run.New, run.Changed, run.Gone = raised["new"], raised["changed"], raised["gone"]
	run.Stopped, run.Resumed = raised["stopped"], raised["resumed"]
	run.Carried, run.Result, run.Ended = run.Customers-p.Run.Screened, watched.Sum(after), d.Now().UTC()
	res.Run = run
	return res
}

// TestErasedMeanwhile: of a customer who was erased while a job was under way nothing comes back, and the job keeps nothing.
func TestErasedMeanwhile(t *testing.T) {
	ctx := context.Background()
	for late := range 2 {
		w := newWorld(t, t.TempDir())
		w.load("x", person("x:1", "Thaddeus Quisenberry"))
		w.add("b", "ref,name\nA,Thaddeus Quisenberry\nB,Ludmila Vorontsova\n")
		d := w.watcher()
		p, err := d.Plan(ctx, "b", watched.Full, "J", 9)
		check(t, err)
		var s watch.Screened
		if late == 1 {
			s, err = d.Screen(ctx, p.Run, p.Parts[0])
			check(t, err)
		}
		check(t, watch.Erase(ctx, w.store, w.dir, "b", "A", w.now, "u-1"))
		if late == 0 {
			_, err = d.Screen(ctx, p.Run, p.Parts[0])
		} else {
			_, err = d.Collect(ctx, p.Run, p.Marks, func(yield func(watch.Screened, error) bool) { yield(s, nil) })
		}
		if fault.CodeOf(err) != fault.Invalid {
			t.Error(err)
		}
		if runs, err := w.store.Runs(ctx, "b"); err != nil || len(runs) > 0 {
			t.Error(runs, err)
		}
	}
}

// TestIndexGrows takes versions of a base on file, and holds that each costs an index over what is new in it, that they are
// put together when there are many, and that customers who changed or left are not found by what they were.
func TestIndexGrows(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.load("x", person("x:1", "Somebody Else"))
	files := func() int {
		list, err := filepath.Glob(filepath.Join(w.dir, "watch", "delta@*"))
		check(t, err)
		return len(list)
	}
	names := []string{"Thaddeus Quisenberry", "Ludmila Vorontsova", "Bartholomew Oyelaran"}
	most := 0
	for i := range 12 {
		csv := "ref,name\nkept,Ludmila Vorontsova\n" + fmt.Sprintf("turns,%s\nnew%d,Gunnhild Haraldsdottir\n", names[i%3], i)
		w.add("full", csv)
		w.add("delta", csv)
		w.add("parts", csv)
		both(t, w, fmt.Sprint("version ", i))
		w.load("x", person("x:1", "Somebody Else"), person("x:2", names[(i+1)%3]), person(fmt.Sprint("x:n", i), "Gunnhild Haraldsdottir"))
		both(t, w, fmt.Sprint("list ", i))
		most = max(most, files())
	}
	if most < 3 || most > 9 || files() >= most {
		t.Errorf("at most %d files, %d in the end", most, files())
	}
}

// TestTwins: of customers who say the same one is screened, and each has what was found; and an entry of which nothing
// changed by which it is looked for is not looked for again, while who had met it is screened again.
func TestTwins(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.load("x", person("x:1", "Ludmila Vorontsova"), person("x:2", "Somebody Else"))
	var csv strings.Builder
	csv.WriteString("ref,name\n")
	for i := range 200 {
		fmt.Fprintf(&csv, "c%03d,%s\n", i, []string{"Ludmila Vorontsova", "Gunnhild Haraldsdottir"}[i%2])
	}
	w.add("full", csv.String())
	w.add("delta", csv.String())
	w.add("parts", csv.String())
	full, _ := both(t, w, "the first run")
	if r := full.Run; r.Screened != 200 || r.Match+r.Possible != 100 || r.New != 100 {
		t.Errorf("%s", r.Line())
	}
	off := person("x:1", "Ludmila Vorontsova")
	off.Listings[0].Tier = subject.Named
	w.load("x", off, person("x:2", "Somebody Else"))
	_, delta := both(t, w, "another tier")
	if r := delta.Run; r.Kind != watched.Delta || r.Entries != 1 || r.Screened != 100 || r.Carried != 100 || r.Changed != 100 {
		t.Errorf("%s", r.Line())
	}
	// It is looked for among customers again when its names change, and by who came since.
	w.load("x", person("x:1", "Ludmila Vorontsova", alias("Gunnhild Haraldsdottir")), person("x:2", "Somebody Else"))
	_, delta = both(t, w, "another name")
	if r := delta.Run; r.Screened != 200 || r.New != 100 || r.Changed != 100 {
		t.Errorf("%s", r.Line())
	}
}

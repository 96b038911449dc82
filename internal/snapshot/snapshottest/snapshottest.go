// Package snapshottest is the contract of [snapshot.Store] as tests. Every store
// runs it.
package snapshottest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// Day reads a day, for tests.
func Day(s string) when.Day {
	d, err := when.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Record makes a small record whose text can be changed.
func Record(id, text string) *subject.Record {
	return &subject.Record{
		Subject: &subject.Subject{
			ID: id, Schema: subject.Person, Names: []subject.Name{{Full: "Name of " + id, Kind: subject.Primary}},
			Properties: []subject.Property{{Name: "notes", Value: text}},
		},
		Listings: []subject.Listing{{ID: id, Subject: id, Authority: "X", Reference: "Ref." + id, Tier: subject.Designated}},
	}
}

// Load puts records into a store as one snapshot.
func Load(t testing.TB, s snapshot.Store, list, published string, records map[string]string) (snapshot.Meta, error) {
	t.Helper()
	ctx := context.Background()
	l, err := s.Begin(ctx, list)
	if err != nil {
		return snapshot.Meta{}, err
	}
	defer l.Abort()
	f, err := l.Keep("file", "", strings.NewReader(published+fmt.Sprint(records)))
	if err != nil {
		return snapshot.Meta{}, err
	}
	for k, text := range records {
		r := Record(k, text)
		if err := l.Put(snapshot.Key(r), r); err != nil {
			return snapshot.Meta{}, err
		}
	}
	content, err := l.Content()
	if err != nil {
		return snapshot.Meta{}, err
	}
	return l.Commit(snapshot.Meta{
		Source: "test", Format: "f", Published: Day(published), Recorded: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Content: content,
		Raw: f.SHA256, Files: []snapshot.RawFile{f}, Expires: when.NoDay, Report: publication.Report{
			Published: publication.Published{At: subject.On(when.On(Day(published))), Stamp: "s", Count: len(records)},
			Parts:     []publication.Part{{Name: "p", Seen: 3, Handled: 1, Loose: 1, Refused: 1}}, Subjects: len(records), Listings: 7, Relations: 8,
			Refusals:        []publication.Refusal{{Place: fault.Place{File: "f", Line: 1, Column: 2, Item: 3, Field: "x"}, Key: "k", Reason: "r"}},
			RefusalsLeftOff: 9, Oddities: []publication.Oddity{{Kind: "k", What: "w", Count: 2, First: fault.Place{Line: 4}}},
		},
		Program: "v", Owner: "o", Stamp: "s", Address: "a",
	})
}

// Run holds a store to the contract. open gives a fresh, empty store, and is
// closed by the test.
func Run(t *testing.T, open func(t testing.TB) snapshot.Store) {
	for name, test := range map[string]func(*testing.T, snapshot.Store){
		"empty": testEmpty, "whole": testWhole, "order": testOrder, "history": testHistory, "find": testFind, "apart": testApart,
		"conflict": testConflict, "aborted": testAborted, "attempts": testAttempts, "raw": testRaw, "readers": testReaders,
		"twice": testTwice, "cancel": testCancel, "moved": testMoved, "keys": testKeys, "mix": testMix, "broken": testBroken,
		"model": testModel,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			defer s.Close()
			test(t, s)
			problems(t, s)
		})
	}
}

func problems(t *testing.T, s snapshot.Store) {
	t.Helper()
	if err := s.Verify(context.Background(), func(p string) {
		if !strings.HasPrefix(p, snapshot.Leftover) {
			t.Errorf("verify: %s", p)
		}
	}); err != nil {
		t.Error(err)
	}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Contents gives key and text of every entry of a snapshot.
func Contents(s snapshot.Store, id snapshot.ID) (map[string]string, []string, error) {
	out := map[string]string{}
	var order []string
	for e, err := range s.Entries(context.Background(), id) {
		if err != nil {
			return nil, nil, err
		}
		out[e.Key] = e.Record.Subject.Values("notes")[0]
		order = append(order, e.Key)
	}
	return out, order, nil
}

func testEmpty(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	if l := must[[]snapshot.State](t)(s.Lists(ctx)); len(l) > 0 {
		t.Errorf("lists: %v", l)
	}
	if l := must[[]snapshot.Meta](t)(s.Snapshots(ctx, "un")); len(l) > 0 {
		t.Errorf("snapshots: %v", l)
	}
	if l := must[[]string](t)(s.Find(ctx, "KPe.001")); len(l) > 0 {
		t.Errorf("found: %v", l)
	}
	must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1"}))
	for _, id := range []snapshot.ID{{List: "un"}, {List: "un", Number: 1}, {List: "x", Number: 2}, {List: "x", Number: -1}} {
		if _, err := s.Snapshot(ctx, id); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("%v: %v", id, err)
		}
		if got, _, err := Contents(s, id); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("entries of %v: %v %v", id, got, err)
		}
		if got, err := s.About(ctx, id, "x:a"); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("about, in %v: %v %v", id, got, err)
		}
	}
	if _, err := s.Begin(ctx, "Not A List"); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("a bad name: %v", err)
	}
	if err := s.Attempted(ctx, snapshot.Attempt{List: "Not A List"}); fault.CodeOf(err) != fault.Invalid {
		t.Errorf("an attempt of a bad name: %v", err)
	}
	if _, err := s.Raw(ctx, strings.Repeat("0", 64)); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("no raw file: %v", err)
	}
	for _, bad := range []string{"", "0", strings.Repeat("../", 21) + "a", strings.Repeat("A", 64)} {
		if _, err := s.Raw(ctx, bad); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("raw file %q: %v", bad, err)
		}
	}
}

func testWhole(t *testing.T, s snapshot.Store) {
	want := map[string]string{"x:a": "1", "x:b": "2", "x:ü": "3", "x:B": "4"}
	m := must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-01", want))
	got, order, err := Contents(s, m.ID)
	if err != nil || cmp.Diff(want, got) != "" || !slices.IsSorted(order) {
		t.Errorf("%v %v %v", got, order, err)
	}
	back := must[snapshot.Meta](t)(s.Snapshot(context.Background(), snapshot.ID{List: "x", Number: 1}))
	if d := cmp.Diff(m, back); d != "" {
		t.Errorf("the meta does not come back: %s", d)
	}
}

func testOrder(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	for i, day := range []string{"2020-01-01", "2018-10-29", "2021-01-01", "2021-01-01"} {
		m := must[snapshot.Meta](t)(Load(t, s, "x", day, map[string]string{"x:a": fmt.Sprint(i)}))
		if m.Number != i+1 {
			t.Errorf("numbered %d, not %d", m.Number, i+1)
		}
	}
	if m := must[snapshot.Meta](t)(s.Snapshot(ctx, snapshot.ID{List: "x"})); m.Number != 4 {
		t.Errorf("in force is %s", m.ID)
	}
	must[snapshot.Meta](t)(Load(t, s, "a", "2020-01-01", map[string]string{"a:a": "1"}))
	st := must[[]snapshot.State](t)(s.Lists(ctx))
	if len(st) != 2 || st[0].Name() != "a" || st[1].Current.Number != 4 || st[1].Count != 4 {
		t.Errorf("%v", st)
	}
	for n, want := range map[int]string{1: "0", 2: "1", 4: "3"} {
		if got, _, _ := Contents(s, snapshot.ID{List: "x", Number: n}); got["x:a"] != want {
			t.Errorf("snapshot %d has %v", n, got)
		}
	}
}

func testHistory(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	for i, text := range []string{"1", "1", "2", "", "2"} {
		records := map[string]string{"x:other": "o"}
		if text != "" {
			records["x:a"] = text
		}
		must[snapshot.Meta](t)(Load(t, s, "x", fmt.Sprintf("2020-01-0%d", i+1), records))
	}
	var got [][3]any
	for _, v := range must[[]snapshot.Version](t)(s.Versions(ctx, "x", "x:a")) {
		got = append(got, [3]any{v.From, v.Until, v.Record.Subject.Values("notes")[0]})
	}
	want := [][3]any{{1, 3, "1"}, {3, 4, "2"}, {5, 0, "2"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	n := 0
	last := ""
	for v, err := range s.Everything(ctx, "x") {
		if err != nil {
			t.Fatal(err)
		}
		n++
		if v.Key < last {
			t.Errorf("%s after %s", v.Key, last)
		}
		last = v.Key
	}
	if n != 4 {
		t.Errorf("%d versions of everything", n)
	}
}

func testFind(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1", "x:A": "2"}))
	must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-02", map[string]string{"x:A": "2"}))
	for ref, want := range map[string]string{"x:a": "[x:a]", "Ref.x:a": "[x:a]", "REF.X:A": "[x:A x:a]", "x:A": "[x:A]", "none": "[]"} {
		if got := must[[]string](t)(s.Find(ctx, ref)); fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", ref, got, want)
		}
	}
}

// testApart: listings and relations may come without their subject.
func testApart(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	l := must[snapshot.Load](t)(s.Begin(ctx, "x"))
	for _, r := range []*subject.Record{
		Record("x:a", "1"),
		{Listings: []subject.Listing{{ID: "x:listing", Subject: "x:a", Authority: "Y", Reference: "R"}}},
		{Relations: []subject.Relation{{Kind: "Ownership", From: "x:owner", To: "x:a", ShareLow: 12.5, ShareHigh: 50}}},
	} {
		if err := l.Put(snapshot.Key(r), r); err != nil {
			t.Fatal(err)
		}
	}
	m := snapshot.Meta{Published: Day("2020-01-01"), Expires: when.NoDay}
	m.Content = must[string](t)(l.Content())
	m = must[snapshot.Meta](t)(l.Commit(m))
	for id, want := range map[string]int{"x:a": 3, "x:owner": 1, "x:none": 0} {
		if got := must[[]snapshot.Entry](t)(s.About(ctx, m.ID, id)); len(got) != want {
			t.Errorf("%d entries are about %s, want %d", len(got), id, want)
		}
	}
	if got := must[[]string](t)(s.Find(ctx, "R")); fmt.Sprint(got) != "[x:a]" {
		t.Errorf("by the reference of a listing apart: %v", got)
	}
}

// testConflict: of two loads at once one wins, and the other says so.
func testConflict(t *testing.T, s snapshot.Store) {
	var wg sync.WaitGroup
	errs := make([]error, 4)
	begun := sync.WaitGroup{}
	begun.Add(len(errs))
	for i := range errs {
		wg.Go(func() {
			l, err := s.Begin(context.Background(), "x")
			begun.Done()
			if err != nil {
				errs[i] = err
				return
			}
			begun.Wait()
			defer l.Abort()
			if errs[i] = l.Put("x:a", Record("x:a", fmt.Sprint(i))); errs[i] != nil {
				return
			}
			content, err := l.Content()
			if err == nil {
				_, err = l.Commit(snapshot.Meta{Published: Day("2020-01-01"), Content: content, Expires: when.NoDay})
			}
			errs[i] = err
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if fault.CodeOf(err) != fault.Conflict {
			t.Errorf("lost with %v", err)
		}
	}
	if n := len(must[[]snapshot.Meta](t)(s.Snapshots(context.Background(), "x"))); won != 1 || n != 1 {
		t.Errorf("%d won, %d snapshots", won, n)
	}
}

func testAborted(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1"}))
	l := must[snapshot.Load](t)(s.Begin(ctx, "x"))
	if err := l.Put("x:b", Record("x:b", "2")); err != nil {
		t.Fatal(err)
	}
	if err := l.Abort(); err != nil {
		t.Fatal(err)
	}
	if got := must[[]string](t)(s.Find(ctx, "x:b")); len(got) > 0 {
		t.Errorf("what was aborted is found: %v", got)
	}
	must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-02", map[string]string{"x:a": "1"}))
	if got, _, _ := Contents(s, snapshot.ID{List: "x", Number: 2}); len(got) != 1 {
		t.Errorf("the next load has %v", got)
	}
}

func testAttempts(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	a := snapshot.Attempt{
		List: "x", Source: "s", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Published: Day("2020-01-01"), Stamp: "st", Raw: "r",
		Code: fault.Invalid, Message: "broken off",
	}
	if err := s.Attempted(ctx, a); err != nil {
		t.Fatal(err)
	}
	st := must[[]snapshot.State](t)(s.Lists(ctx))
	if len(st) != 1 || st[0].Name() != "x" || st[0].Count != 0 || cmp.Diff(a, st[0].Last) != "" {
		t.Errorf("a list that never loaded: %+v", st)
	}
	m := must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1"}))
	same := snapshot.Attempt{List: "x", At: a.At.Add(time.Hour), Snapshot: m.Number, Same: true, Published: Day("2020-01-01")}
	if err := s.Attempted(ctx, same); err != nil {
		t.Fatal(err)
	}
	failed := a
	failed.At = a.At.Add(2 * time.Hour)
	if err := s.Attempted(ctx, failed); err != nil {
		t.Fatal(err)
	}
	st = must[[]snapshot.State](t)(s.Lists(ctx))
	if d := cmp.Diff(same, st[0].Confirmed); d != "" {
		t.Errorf("confirmed: %s", d)
	}
	if !st[0].Checked().Equal(same.At) || st[0].Last.Message != "broken off" {
		t.Errorf("checked %s, last %+v", st[0].Checked(), st[0].Last)
	}
	if got := must[[]snapshot.Attempt](t)(s.Attempts(ctx, "x", 2)); len(got) != 2 || got[0].At != failed.At {
		t.Errorf("%v", got)
	}
	if got := must[[]snapshot.Attempt](t)(s.Attempts(ctx, "x", 0)); len(got) != 0 {
		t.Errorf("at most none: %v", got)
	}
	for range 300 { // a list that fails for days was still confirmed before
		if err := s.Attempted(ctx, failed); err != nil {
			t.Fatal(err)
		}
	}
	if st = must[[]snapshot.State](t)(s.Lists(ctx)); !st[0].Confirmed.At.Equal(same.At) {
		t.Errorf("after many failures confirmed is %+v", st[0].Confirmed)
	}
}

// testRaw: what was kept is there for the load at once, and for everybody when it
// is committed.
func testRaw(t *testing.T, s snapshot.Store) {
	l := must[snapshot.Load](t)(s.Begin(context.Background(), "x"))
	defer l.Abort()
	noise := rand.NewChaCha8([32]byte{})
	for name, want := range map[string][]byte{
		"even": bytes.Repeat([]byte("the list \x00\xff"), 100_000), "none": {}, "noise": must[[]byte](t)(io.ReadAll(io.LimitReader(noise, 3<<20))),
	} {
		f := must[snapshot.RawFile](t)(l.Keep(name, "p", bytes.NewReader(want)))
		if f.Size != int64(len(want)) || f.SHA256 != snapshot.Hash(want) || f.Name != name || f.Part != "p" {
			t.Errorf("%+v", f)
		}
		must[snapshot.RawFile](t)(l.Keep("again", "", bytes.NewReader(want)))
		same(t, name+" while it loads", want)(l.Kept(f.SHA256))
		defer func() { same(t, name, want)(s.Raw(context.Background(), f.SHA256)) }()
	}
	if _, err := l.Kept(strings.Repeat("0", 64)); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a file that was not kept: %v", err)
	}
	must[snapshot.Meta](t)(commit(l, Day("2020-01-01")))
}

// same holds that a file has the bytes it should, read in steps of odd sizes.
func same(t *testing.T, name string, want []byte) func(io.ReadCloser, error) {
	return func(r io.ReadCloser, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		defer r.Close()
		if got, err := io.ReadAll(iotest.HalfReader(r)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s gives other bytes: %v", name, err)
		}
	}
}

// testReaders: a reader under way sees its snapshot to the end, whatever is
// loaded meanwhile.
func testReaders(t *testing.T, s snapshot.Store) {
	records := map[string]string{}
	for i := range 500 {
		records[fmt.Sprintf("x:%04d", i)] = "old"
	}
	m := must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-01", records))
	n := 0
	for e, err := range s.Entries(context.Background(), m.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 100 {
			for k := range records {
				records[k] = "new"
			}
			must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-02", records))
		}
		if got := e.Record.Subject.Values("notes")[0]; got != "old" {
			t.Fatalf("entry %d is %s", n, got)
		}
	}
	if n != 500 {
		t.Errorf("%d entries", n)
	}
}

func testTwice(t *testing.T, s snapshot.Store) {
	l := must[snapshot.Load](t)(s.Begin(context.Background(), "x"))
	defer l.Abort()
	if err := l.Put("x:a", Record("x:a", "1")); err != nil {
		t.Fatal(err)
	}
	if err := l.Put("x:a", Record("x:a", "1")); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a key twice: %v", err)
	}
}

func testCancel(t *testing.T, s snapshot.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	l := must[snapshot.Load](t)(s.Begin(ctx, "x"))
	defer l.Abort()
	if err := l.Put("x:a", Record("x:a", "1")); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := l.Commit(snapshot.Meta{Published: Day("2020-01-01")}); err == nil {
		t.Error("a cancelled load commits")
	}
	if _, err := l.Commit(snapshot.Meta{Published: Day("2020-01-01")}); err == nil {
		t.Error("a load commits after its end")
	}
	if n := len(must[[]snapshot.Meta](t)(s.Snapshots(context.Background(), "x"))); n != 0 {
		t.Errorf("%d snapshots", n)
	}
}

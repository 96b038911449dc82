// Package answertest holds what every store of answers must pass.
package answertest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Run holds a store to the contract of [answer.Store]. Each call of open gives an
// empty store, which the test is to clean up.
func Run(t *testing.T, open func(testing.TB) answer.Store) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, answer.Store)
	}{
		{"empty", empty},
		{"contents", contents},
		{"kept", kept},
		{"refused", refused},
		{"filters", filters},
		{"held", held},
		{"erased", erased},
		{"many at once", many},
		{"altered", nothingAltered},
		{"entered", entered},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open(t)) })
	}
}

var start = time.UnixMilli(1_800_000_000_123).UTC()

// Versions are some that can be kept.
func Versions() (answer.Versions, answer.Parts) {
	return answer.Versions{
		Program: "1.0", Law: "abc", Params: "p 1", Lists: []answer.ListVersion{{List: "un", Count: 3, Current: 2, Content: "def"}},
	}, answer.Parts{
		"instruments/x/1.yaml": []byte("x: 1\n"), "goods/a b.yaml": bytes.Repeat([]byte("goods "), 1000), "goods/empty": {},
	}
}

// Put keeps versions in a store.
func Put(t testing.TB, s answer.Store) ledger.Hash {
	t.Helper()
	v, parts := Versions()
	id, err := answer.Put(context.Background(), s, v, parts)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// New makes an answer that can be kept.
func New(t testing.TB, versions ledger.Hash, n int) answer.Kept {
	t.Helper()
	k := answer.Kept{
		Kind: answer.Screen, Actor: "u-1", Under: []string{"list:eu", "list:un"}, Versions: versions,
		Question: fmt.Appendf(nil, `{"name":"Nobody %d"}`, n), Answer: fmt.Appendf(nil, "{\"outcome\":\"clear\",\"n\":%d}\n", n),
	}
	if n%2 == 1 {
		k.Kind, k.Explanation, k.Under = answer.Decide, []byte("because"), []string{"un-x"}
	}
	if err := k.Seal(start.Add(time.Duration(n) * time.Second)); err != nil {
		t.Fatal(err)
	}
	return k
}

func keep(t testing.TB, s answer.Store, list ...answer.Kept) {
	t.Helper()
	if err := s.Keep(context.Background(), list); err != nil {
		t.Fatal(err)
	}
}

// Verify verifies a store, of which any problem is a failure.
func Verify(t testing.TB, s answer.Store) answer.Verified {
	t.Helper()
	v, err := answer.Verify(context.Background(), s, nil, nil, func(p ledger.Problem) { t.Errorf("%+v", p) })
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func list(t testing.TB, s answer.Store, f answer.Filter) (out []answer.Record) {
	t.Helper()
	for r, err := range s.List(context.Background(), f) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func get(t testing.TB, s answer.Store, id string) answer.Record {
	t.Helper()
	r, err := s.Get(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wants(t testing.TB, code fault.Code, err error) {
	t.Helper()
	if err == nil || fault.CodeOf(err) != code {
		t.Errorf("the fault is %v, not one of %s", err, code)
	}
}

func empty(t *testing.T, s answer.Store) {
	ctx := context.Background()
	id, err := answer.NewID(start)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(ctx, id)
	wants(t, fault.NotFound, err)
	_, err = s.Content(ctx, ledger.Hash{1})
	wants(t, fault.NotFound, err)
	_, _, err = s.Checkpoint(ctx)
	wants(t, fault.NotFound, err)
	a := act(t, 1)
	wants(t, fault.NotFound, s.Note(ctx, id, ledger.Hold, a))
	wants(t, fault.NotFound, s.Erase(ctx, id, a))
	if l := list(t, s, answer.Filter{}); len(l) > 0 {
		t.Error(l)
	}
	if err := s.Keep(ctx, nil); err != nil {
		t.Error(err)
	}
}

func contents(t *testing.T, s answer.Store) {
	ctx := context.Background()
	id := Put(t, s)
	if again := Put(t, s); again != id {
		t.Error("the same versions have two ids")
	}
	v, err := answer.Fetch(ctx, s, id)
	if err != nil {
		t.Fatal(err)
	}
	if v.ID() != id {
		t.Error("the versions are others")
	}
	files, err := v.Open(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	got := answer.Parts{}
	if err := got.Add(files, "."); err != nil {
		t.Fatal(err)
	}
	_, want := Versions()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	missing, err := s.Missing(ctx, []ledger.Hash{{1}, id, {2}})
	if err != nil || !slices.Equal(missing, []ledger.Hash{{1}, {2}}) {
		t.Errorf("missing: %v %v", missing, err)
	}
}

func kept(t *testing.T, s answer.Store) {
	v := Put(t, s)
	var want []answer.Kept
	for i := range 9 {
		want = append(want, New(t, v, i))
	}
	want[3].Batch, want[3].Line = want[2].ID, 7
	keep(t, s, want[:4]...)
	keep(t, s, want[4])
	keep(t, s, want[5:]...)
	all := list(t, s, answer.Filter{})
	if len(all) != len(want) {
		t.Fatalf("%d answers of %d", len(all), len(want))
	}
	for i, r := range all {
		if d := cmp.Diff(want[i], r.Kept, empties); d != "" || r.Seq != int64(i) || r.Erased || len(r.Notes) > 0 {
			t.Errorf("%d: %v\n%s", i, r, d)
		}
		if d := cmp.Diff(r, get(t, s, r.ID)); d != "" {
			t.Error(d)
		}
	}
	if x := Verify(t, s); x.Answers != 9 || x.Entries != 9 {
		t.Errorf("%+v", x)
	}
}

// empties lets an explanation be empty in either way.
var empties = cmp.Transformer("text", func(b []byte) string { return string(b) })

// refused holds that what cannot be kept leaves nothing of its call.
func refused(t *testing.T, s answer.Store) {
	ctx := context.Background()
	v := Put(t, s)
	a, b, c := New(t, v, 0), New(t, v, 1), New(t, ledger.Hash{9}, 2)
	keep(t, s, a)
	wants(t, fault.Conflict, s.Keep(ctx, []answer.Kept{b, a}))
	wants(t, fault.NotFound, s.Keep(ctx, []answer.Kept{b, c}))
	d := b
	d.Question = nil
	wants(t, fault.Internal, s.Keep(ctx, []answer.Kept{d}))
	wants(t, fault.Conflict, s.Keep(ctx, []answer.Kept{b, b}))
	if l := list(t, s, answer.Filter{}); len(l) != 1 {
		t.Errorf("%d answers", len(l))
	}
	keep(t, s, b)
	if x := Verify(t, s); x.Answers != 2 || x.Entries != 2 {
		t.Errorf("%+v", x)
	}
}

func filters(t *testing.T, s answer.Store) {
	v := Put(t, s)
	var all []answer.Kept
	for i := range 6 {
		k := New(t, v, i)
		if i >= 4 {
			k.Batch, k.Line, k.Actor = all[0].ID, i-3, "u-2"
		}
		all = append(all, k)
	}
	keep(t, s, all...)
	for _, c := range []struct {
		f    answer.Filter
		want []int
	}{
		{answer.Filter{}, []int{0, 1, 2, 3, 4, 5}},
		{answer.Filter{Kind: answer.Decide}, []int{1, 3, 5}},
		{answer.Filter{Actor: "u-2"}, []int{4, 5}},
		{answer.Filter{Batch: all[0].ID}, []int{4, 5}},
		{answer.Filter{From: all[2].Time}, []int{2, 3, 4, 5}},
		{answer.Filter{Before: all[2].Time}, []int{0, 1}},
		{answer.Filter{From: all[1].Time, Before: all[4].Time, Kind: answer.Screen}, []int{2}},
		{answer.Filter{After: all[3].ID}, []int{4, 5}},
		{answer.Filter{After: all[0].ID, Limit: 2}, []int{1, 2}},
		{answer.Filter{Actor: "u-3"}, nil},
	} {
		var got []int
		for _, r := range list(t, s, c.f) {
			got = append(got, slices.IndexFunc(all, func(k answer.Kept) bool { return k.ID == r.ID }))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v gives %v, not %v", c.f, got, c.want)
		}
	}
	for range s.List(context.Background(), answer.Filter{}) {
		break // who stops reading leaves the store in order
	}
	keep(t, s, New(t, v, 9))
}

func act(t testing.TB, n int) answer.Act {
	t.Helper()
	a, err := answer.NewAct(start.Add(time.Hour+time.Duration(n)*time.Minute), "u-9", fmt.Sprintf("reason %d", n))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func held(t *testing.T, s answer.Store) {
	ctx := context.Background()
	k := New(t, Put(t, s), 0)
	keep(t, s, k)
	wants(t, fault.Conflict, s.Note(ctx, k.ID, ledger.Release, act(t, 0)))
	do := func(kind ledger.Kind, n int) {
		t.Helper()
		if err := s.Note(ctx, k.ID, kind, act(t, n)); err != nil {
			t.Fatal(err)
		}
	}
	do(ledger.Hold, 1)
	do(ledger.Export, 2)
	wants(t, fault.Conflict, s.Erase(ctx, k.ID, act(t, 3)))
	wants(t, fault.Internal, s.Note(ctx, k.ID, ledger.SignIn, act(t, 3)))
	r := get(t, s, k.ID)
	if !r.Held() || len(r.Notes) != 2 || r.Notes[0].Kind != ledger.Hold || r.Notes[0].Reason != "reason 1" || r.Notes[1].Seq != 2 ||
		r.Notes[0].Actor != "u-9" || !r.Notes[0].Time.Equal(act(t, 1).Time) || r.Notes[0].Salt == r.Notes[1].Salt {
		t.Errorf("%+v", r)
	}
	do(ledger.Release, 4)
	if r := get(t, s, k.ID); r.Held() {
		t.Error("it is still held")
	}
	if err := s.Erase(ctx, k.ID, act(t, 5)); err != nil {
		t.Error(err)
	}
	if x := Verify(t, s); x.Entries != 5 || x.Erased != 1 {
		t.Errorf("%+v", x)
	}
}

func erased(t *testing.T, s answer.Store) {
	ctx := context.Background()
	v := Put(t, s)
	a, b := New(t, v, 0), New(t, v, 1)
	keep(t, s, a, b)
	if err := s.Note(ctx, a.ID, ledger.Export, act(t, 0)); err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(ctx, a.ID, act(t, 1)); err != nil {
		t.Fatal(err)
	}
	r := get(t, s, a.ID)
	if !r.Erased || len(r.Question)+len(r.Answer)+len(r.Explanation) > 0 || r.Salt != ([answer.SaltSize]byte{}) || r.Kind != a.Kind ||
		!r.Time.Equal(a.Time) || len(r.Notes) != 2 || r.Notes[0].Reason != "" || r.Notes[1].Reason != "reason 1" {
		t.Errorf("%+v", r)
	}
	wants(t, fault.Conflict, s.Erase(ctx, a.ID, act(t, 2)))
	wants(t, fault.Conflict, s.Note(ctx, a.ID, ledger.Hold, act(t, 2)))
	if get(t, s, b.ID).Erased {
		t.Error("the other is erased too")
	}
	if x := Verify(t, s); x.Answers != 2 || x.Erased != 1 || x.Entries != 4 {
		t.Errorf("%+v", x)
	}
}

// many keeps through a keeper from many sides at once: each answer is there once, and
// they share transactions.
func many(t *testing.T, s answer.Store) {
	ctx := context.Background()
	v := Put(t, s)
	k := answer.NewKeeper(s)
	var mu sync.Mutex
	want := map[string]answer.Kept{}
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 12 {
				lot := []answer.Kept{New(t, v, w*100+i)}
				if i%4 == 3 {
					lot = append(lot, New(t, v, w*100+50+i))
				}
				if err := k.Keep(ctx, lot...); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, x := range lot {
					want[x.ID] = x
				}
				mu.Unlock()
				if i == 5 {
					if _, err := s.Get(ctx, lot[0].ID); err != nil {
						t.Errorf("it is not there yet: %v", err)
					}
				}
			}
		})
	}
	wg.Wait()
	bad := New(t, ledger.Hash{}, 1)
	wants(t, fault.Internal, k.Keep(ctx, bad))
	k.Close()
	wants(t, fault.Unavailable, k.Keep(ctx, New(t, v, 1)))
	all := list(t, s, answer.Filter{})
	if len(all) != len(want) || len(all) != 8*15 {
		t.Errorf("%d answers, of %d", len(all), len(want))
	}
	for _, r := range all {
		if d := cmp.Diff(want[r.ID], r.Kept, empties); d != "" {
			t.Error(d)
		}
	}
	Verify(t, s)
}

// nothingAltered holds that Verify finds a snapshot that is gone, which needs no
// knowledge of the store; what else it finds is for the tests of stores, which can
// change what is kept.
func nothingAltered(t *testing.T, s answer.Store) {
	ctx := context.Background()
	if err := s.Enter(ctx, ledger.Entry{Time: start, Kind: ledger.List, Actor: "u", About: "un@1", Data: ledger.Hash{1}}); err != nil {
		t.Fatal(err)
	}
	var found []ledger.Problem
	v, err := answer.Verify(ctx, s, nil, nil, func(p ledger.Problem) { found = append(found, p) })
	if err != nil || len(found) != 1 || found[0].From != 0 || v.Problems != 1 {
		t.Errorf("%+v %v %v", v, found, err)
	}
}

func entered(t *testing.T, s answer.Store) {
	ctx := context.Background()
	if _, err := s.Public(ctx); err == nil {
		t.Error("an empty log has a key")
	}
	for i, kind := range []ledger.Kind{ledger.SignIn, ledger.Setting, ledger.Backup} {
		if err := s.Enter(ctx, act(t, i).Entry(kind, "x")); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, fault.Invalid, s.Enter(ctx, ledger.Entry{Time: start, Kind: ledger.Setting, Actor: "a person", About: "x"}))
	signed, c, err := s.Checkpoint(ctx)
	if err != nil || c.Size != 3 {
		t.Fatalf("%+v %v", c, err)
	}
	key, err := s.Public(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := key.Open(signed); err != nil || again != c {
		t.Errorf("%+v %v", again, err)
	}
	Verify(t, s)
}

package snapshottest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/when"
)

// put loads records as one snapshot.
func put(s snapshot.Store, list string, day when.Day, records ...*subject.Record) (snapshot.Meta, error) {
	l, err := s.Begin(context.Background(), list)
	if err != nil {
		return snapshot.Meta{}, err
	}
	defer l.Abort()
	for _, r := range records {
		if err := l.Put(snapshot.Key(r), r); err != nil {
			return snapshot.Meta{}, err
		}
	}
	return commit(l, day)
}

func commit(l snapshot.Load, day when.Day) (snapshot.Meta, error) {
	content, err := l.Content()
	if err != nil {
		return snapshot.Meta{}, err
	}
	return l.Commit(snapshot.Meta{Published: day, Content: content, Expires: when.NoDay})
}

func listing(id, of, reference string) *subject.Record {
	return &subject.Record{Listings: []subject.Listing{{ID: id, Subject: of, Authority: "X", Reference: reference}}}
}

// testMoved: a listing that is of somebody else in a later snapshot is no longer
// about the first, and was before.
func testMoved(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	one := must[snapshot.Meta](t)(put(s, "x", Day("2020-01-01"), listing("x:l", "x:a", "R")))
	two := must[snapshot.Meta](t)(put(s, "x", Day("2020-01-02"), listing("x:l", "x:b", "R")))
	for _, q := range []struct {
		id   snapshot.ID
		who  string
		want int
	}{{one.ID, "x:a", 1}, {one.ID, "x:b", 0}, {two.ID, "x:a", 0}, {two.ID, "x:b", 1}, {snapshot.ID{List: "x"}, "x:b", 1}} {
		if got := must[[]snapshot.Entry](t)(s.About(ctx, q.id, q.who)); len(got) != q.want {
			t.Errorf("%d entries of %s are about %s", len(got), q.id, q.who)
		}
	}
	if v := must[[]snapshot.Version](t)(s.Versions(ctx, "x", "x:a")); len(v) != 1 || v[0].From != 1 || v[0].Until != 2 {
		t.Errorf("the versions about the first: %+v", v)
	}
}

// testKeys: keys are bytes, whatever a publication puts into them.
func testKeys(t *testing.T, s snapshot.Store) {
	records := map[string]string{}
	for _, k := range []string{
		"x:", "x:a\x00b", "x:a", "x:\xff\xfe", "x:ä", "x:a b", "x:'\"%_?", "x:\U0001F6A2", strings.Repeat("x:long", 2000), "123", "1e3",
	} {
		records[k] = "1"
	}
	m := must[snapshot.Meta](t)(Load(t, s, "x", "2020-01-01", records))
	got, order, err := Contents(s, m.ID)
	if err != nil || cmp.Diff(records, got) != "" || !slices.IsSorted(order) {
		t.Errorf("%q: %v", order, err)
	}
	for k := range records {
		if got := must[[]snapshot.Entry](t)(s.About(context.Background(), m.ID, k)); len(got) != 1 {
			t.Errorf("%d entries are about %q", len(got), k)
		}
		if got := must[[]string](t)(s.Find(context.Background(), k)); !slices.Equal(got, []string{k}) {
			t.Errorf("%q finds %q", k, got)
		}
	}
}

// testMix: loads of different lists do not hinder one another, and the records
// that they share are kept when one of them goes.
func testMix(t *testing.T, s snapshot.Store) {
	ctx := context.Background()
	a, b := must[snapshot.Load](t)(s.Begin(ctx, "a")), must[snapshot.Load](t)(s.Begin(ctx, "b"))
	defer a.Abort()
	defer b.Abort()
	for _, l := range []snapshot.Load{a, b} {
		for _, id := range []string{"one", "two"} {
			if err := l.Put(id, Record(id, "same")); err != nil {
				t.Fatal(err)
			}
		}
	}
	must[snapshot.Meta](t)(commit(b, Day("2020-01-01")))
	must[snapshot.Meta](t)(commit(a, Day("2020-01-01")))
	must[snapshot.Meta](t)(put(s, "a", Day("2020-01-02")))
	for id, want := range map[snapshot.ID]int{{List: "a"}: 0, {List: "a", Number: 1}: 2, {List: "b"}: 2} {
		if got, _, err := Contents(s, id); len(got) != want || err != nil {
			t.Errorf("%s has %v: %v", id, got, err)
		}
	}
}

// testBroken: a file that cannot be read to its end is not kept, and the error
// is that of the reader.
func testBroken(t *testing.T, s snapshot.Store) {
	l := must[snapshot.Load](t)(s.Begin(context.Background(), "x"))
	defer l.Abort()
	for _, broken := range []error{errors.New("line dropped"), fault.New(fault.TooLarge, "over the limit")} {
		_, err := l.Keep("f", "", io.MultiReader(strings.NewReader("the first half"), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) {
			t.Errorf("%v gives %v", broken, err)
		}
	}
	if _, err := s.Raw(context.Background(), snapshot.Hash([]byte("the first half"))); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("half a file is kept: %v", err)
	}
	if err := l.Abort(); err != nil {
		t.Error(err)
	}
	if err := s.Verify(context.Background(), func(p string) { t.Errorf("left behind: %s", p) }); err != nil {
		t.Error(err)
	}
}

// testModel does the same random things to a store and to a [Memory], and asks
// both everything that can be asked.
func testModel(t *testing.T, s snapshot.Store) {
	model, run := &Memory{}, 0
	rapid.Check(t, func(rt *rapid.T) {
		run++ // a list of its own each time, in stores that grow
		list := fmt.Sprintf("l%d", run)
		id := rapid.Map(rapid.SampledFrom([]string{"a", "A", "b", "c"}), func(x string) string { return list + ":" + x })
		for range rapid.IntRange(1, 7).Draw(rt, "steps") {
			records := rapid.SliceOfN(rapid.OneOf(
				rapid.Custom(func(t *rapid.T) *subject.Record {
					return Record(id.Draw(t, "id"), rapid.SampledFrom([]string{"1", "2"}).Draw(t, "text"))
				}),
				rapid.Custom(func(t *rapid.T) *subject.Record {
					return listing(list+":apart", id.Draw(t, "of"), rapid.SampledFrom([]string{"Q", "q", ""}).Draw(t, "reference")+list)
				}),
				rapid.Custom(func(t *rapid.T) *subject.Record {
					return &subject.Record{Relations: []subject.Relation{{Kind: "Family", From: id.Draw(t, "from"), To: id.Draw(t, "to")}}}
				}),
			), 0, 6).Draw(rt, "records")
			day := when.Day(rapid.IntRange(18000, 18002).Draw(rt, "published"))
			switch rapid.SampledFrom([]string{"load", "load", "load", "abort", "late", "attempt"}).Draw(rt, "step") {
			case "load":
				both(rt, "load", s, model, func(s snapshot.Store) (any, error) { return put(s, list, day, records...) })
			case "abort":
				both(rt, "abort", s, model, func(s snapshot.Store) (any, error) { return aborted(s, list, records) })
			case "late":
				both(rt, "late", s, model, func(s snapshot.Store) (any, error) { return late(s, list, day, records) })
			case "attempt":
				a := snapshot.Attempt{List: list, At: time.Unix(int64(run), 0).UTC(), Same: rapid.Bool().Draw(rt, "same"), Published: day}
				both(rt, "attempt", s, model, func(s snapshot.Store) (any, error) { return nil, s.Attempted(context.Background(), a) })
			}
		}
		compare(rt, s, model, list)
	})
}

// aborted puts records and drops them.
func aborted(s snapshot.Store, list string, records []*subject.Record) (string, error) {
	l, err := s.Begin(context.Background(), list)
	if err != nil {
		return "", err
	}
	for _, r := range records {
		_ = l.Put(snapshot.Key(r), r) // a key may stand twice; the first stays
	}
	content, err := l.Content()
	return fmt.Sprint(content, l.Size()), errors.Join(err, l.Abort())
}

// late has another load of the list overtake it.
func late(s snapshot.Store, list string, day when.Day, records []*subject.Record) (snapshot.Meta, error) {
	l, err := s.Begin(context.Background(), list)
	if err != nil {
		return snapshot.Meta{}, err
	}
	defer l.Abort()
	if err := l.Put(list+":late", Record(list+":late", "1")); err != nil {
		return snapshot.Meta{}, err
	}
	if _, err := put(s, list, day, records...); err != nil {
		return snapshot.Meta{}, err
	}
	return commit(l, day)
}

// both asks two stores the same, and compares what they say.
func both(t *rapid.T, what string, s, model snapshot.Store, ask func(snapshot.Store) (any, error)) {
	got, err := ask(s)
	want, wantErr := ask(model)
	if (err == nil) != (wantErr == nil) || err != nil && fault.CodeOf(err) != fault.CodeOf(wantErr) {
		t.Fatalf("%s: %v; the model says %v", what, err, wantErr)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); err == nil && d != "" {
		t.Fatalf("%s differs from the model: %s", what, d)
	}
}

// compare asks everything that can be asked of a list.
func compare(t *rapid.T, s, model snapshot.Store, list string) {
	ctx := context.Background()
	ask := func(what string, f func(snapshot.Store) (any, error)) { both(t, what, s, model, f) }
	ask("lists", func(s snapshot.Store) (any, error) { return s.Lists(ctx) })
	ask("snapshots", func(s snapshot.Store) (any, error) { return s.Snapshots(ctx, list) })
	ask("attempts", func(s snapshot.Store) (any, error) { l, err := s.Attempts(ctx, list, 3); return fmt.Sprint(l), err })
	ask("everything", func(s snapshot.Store) (any, error) { return collect(s.Everything(ctx, list)) })
	who := []string{"a", "A", "b", "c", "late", "apart", "none"}
	snaps, err := model.Snapshots(ctx, list)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(snaps) + 2 {
		id := snapshot.ID{List: list, Number: n}
		ask(id.String(), func(s snapshot.Store) (any, error) { return s.Snapshot(ctx, id) })
		ask("entries", func(s snapshot.Store) (any, error) { return collect(s.Entries(ctx, id)) })
		for _, w := range who {
			ask("about "+w, func(s snapshot.Store) (any, error) { return s.About(ctx, id, list+":"+w) })
		}
	}
	for _, w := range who {
		ask("versions of "+w, func(s snapshot.Store) (any, error) { return s.Versions(ctx, list, list+":"+w) })
		for _, ref := range []string{list + ":" + w, "Ref." + list + ":" + w, "REF." + list + ":" + w, "q" + list, "Q" + list} {
			ask("find "+ref, func(s snapshot.Store) (any, error) { l, err := s.Find(ctx, ref); return strings.Join(l, " "), err })
		}
	}
}

func collect[T any](seq iter.Seq2[T, error]) (out []T, err error) {
	for v, err := range seq {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Package watchedtest holds what every store of bases must pass.
package watchedtest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/watched"
)

// Run holds a store to the contract of [watched.Store]. Each call of open gives an empty
// store, which the test is to clean up.
func Run(t *testing.T, open func(testing.TB) watched.Store) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, watched.Store)
	}{
		{"empty", empty},
		{"versions", versions},
		{"refused", refused},
		{"nothing of a version that fails", broken},
		{"runs", runs},
		{"erased", erased},
		{"parts", parts},
		{"verified", verified},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open(t)) })
	}
}

var start = time.UnixMilli(1_800_000_000_123).UTC()

// rows gives customers as references with their names, in the order given.
func rows(pairs ...string) iter.Seq2[watched.Row, error] {
	return func(yield func(watched.Row, error) bool) {
		for i := 0; i < len(pairs); i += 2 {
			r := watched.Row{Customer: watched.Customer{Ref: pairs[i], Party: map[string][]string{"name": {pairs[i+1]}}}}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func add(t *testing.T, s watched.Store, base string, list iter.Seq2[watched.Row, error]) watched.Version {
	t.Helper()
	v, err := s.Add(context.Background(), watched.Version{Base: base, SHA256: "ab", Format: "csv", Recorded: start, Actor: "u-1"}, list)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// customers gives those of a version, as lines.
func customers(t *testing.T, s watched.Store, base string, version int) (out []string) {
	t.Helper()
	for c, err := range s.Customers(context.Background(), base, version, watched.Part{}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(c.Ref, " ", c.Party["name"], " ", c.Since))
		one, err := s.Customer(context.Background(), base, version, c.Ref)
		if err != nil || !cmp.Equal(one, c) {
			t.Errorf("Customer gives %v, %v", one, err)
		}
	}
	n, err := s.Count(context.Background(), base, version)
	if err != nil || n != len(out) {
		t.Errorf("%d, %v counted of %d", n, err, len(out))
	}
	return out
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func code(t *testing.T, err error, want fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func empty(t *testing.T, s watched.Store) {
	ctx := context.Background()
	list, err := s.Bases(ctx)
	if err != nil || len(list) > 0 {
		t.Error(list, err)
	}
	_, err = s.Versions(ctx, "a")
	code(t, err, fault.NotFound)
	_, err = s.Runs(ctx, "a")
	code(t, err, fault.NotFound)
	_, err = s.Count(ctx, "a", 1)
	code(t, err, fault.NotFound)
	_, err = s.States(ctx, "a", 1)
	code(t, err, fault.NotFound)
	_, err = s.Refusals(ctx, "a", 1)
	code(t, err, fault.NotFound)
	for _, err := range s.Customers(ctx, "a", 1, watched.Part{}) {
		code(t, err, fault.NotFound)
	}
	code(t, s.Finish(ctx, watched.Run{Base: "a", Number: 1, Version: 1, Ended: start, Actor: "u-1"}, watched.List(nil), nil), fault.NotFound)
	code(t, s.Erase(ctx, "a", "x", start, "u-1"), fault.NotFound)
}

func versions(t *testing.T, s watched.Store) {
	add(t, s, "other", rows("1", "Zoe"))
	v := add(t, s, "a", rows("2", "Bo", "1", "Al", "3", "Cy"))
	same(t, [...]int{v.Number, v.Rows, v.Kept, v.Added, v.Changed, v.Same, v.Gone}, [...]int{1, 3, 3, 3, 0, 0, 0})
	v = add(t, s, "a", rows("1", "Al", "2", "Bob", "4", "Di"))
	same(t, [...]int{v.Number, v.Rows, v.Kept, v.Added, v.Changed, v.Same, v.Gone}, [...]int{2, 3, 3, 1, 1, 1, 1})
	v = add(t, s, "a", rows("3", "Cy"))
	same(t, [...]int{v.Number, v.Kept, v.Added, v.Gone}, [...]int{3, 1, 1, 3})
	same(t, customers(t, s, "a", 1), []string{"1 [Al] 1", "2 [Bo] 1", "3 [Cy] 1"})
	same(t, customers(t, s, "a", 2), []string{"1 [Al] 1", "2 [Bob] 2", "4 [Di] 2"})
	same(t, customers(t, s, "a", 3), []string{"3 [Cy] 3"})
	_, err := s.Count(context.Background(), "a", 4)
	code(t, err, fault.NotFound)
	_, err = s.Customer(context.Background(), "a", 2, "3")
	code(t, err, fault.NotFound)
	list, err := s.Versions(context.Background(), "a")
	if err != nil || len(list) != 3 || !cmp.Equal(list[2], v) {
		t.Error(list, err)
	}
	bases, err := s.Bases(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	same(t, bases, []string{"a", "other"})
}

func refused(t *testing.T, s watched.Store) {
	bad := watched.Refusal{Row: 2, Line: 3, Ref: "7", Field: "birthDate", Reason: "no date"}
	v := add(t, s, "a", func(yield func(watched.Row, error) bool) {
		if yield(watched.Row{Customer: watched.Customer{Ref: "1", Party: map[string][]string{"name": {"Al"}}}}, nil) {
			yield(watched.Row{Refusal: &bad}, nil)
		}
	})
	same(t, [...]int{v.Rows, v.Kept, v.Refused}, [...]int{2, 1, 1})
	list, err := s.Refusals(context.Background(), "a", 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, list, []watched.Refusal{bad})
}

func broken(t *testing.T, s watched.Store) {
	add(t, s, "a", rows("1", "Al"))
	_, err := s.Add(context.Background(), watched.Version{Base: "a", Recorded: start, Actor: "u-1"}, func(yield func(watched.Row, error) bool) {
		if yield(watched.Row{Customer: watched.Customer{Ref: "2", Party: map[string][]string{"name": {"Bo"}}}}, nil) {
			yield(watched.Row{}, fault.New(fault.Invalid, "broken off"))
		}
	})
	code(t, err, fault.Invalid)
	_, err = s.Add(context.Background(), watched.Version{Base: "a", Recorded: start, Actor: "u-1"}, rows("5", "Ed", "5", "Ed"))
	if err == nil {
		t.Error("one reference was taken twice")
	}
	same(t, customers(t, s, "a", 1), []string{"1 [Al] 1"})
	list, err := s.Versions(context.Background(), "a")
	if err != nil || len(list) != 1 {
		t.Error(list, err)
	}
}

// state makes one with as many findings.
func state(ref string, findings int) watched.State {
	s := watched.State{Ref: ref, Outcome: screening.Clear}
	for i := range findings {
		s.Outcome = screening.Match
		s.Findings = append(s.Findings, watched.Finding{
			List: "un", Subject: fmt.Sprint("un:", i), Listings: "un:1", Tier: screening.TierListed, Outcome: screening.Match, Score: 0.75,
		})
	}
	return s
}

func runOf(n int) watched.Run {
	return watched.Run{
		Base: "a", Number: n, Kind: watched.Full, Version: 1, Lists: []watched.Against{{List: "un", Snapshot: n, Count: n, Content: "c", Subjects: 3}},
		Customers: 2, Params: "p", Program: "1", AsOf: "2026-11-26", Actor: "u-1", Started: start, Ended: start.Add(time.Duration(n) * time.Second),
	}
}

func runs(t *testing.T, s watched.Store) {
	ctx := context.Background()
	add(t, s, "a", rows("1", "Al", "2", "Bo"))
	finish := func(n int, marks string, changed ...watched.State) {
		t.Helper()
		if err := s.Finish(ctx, runOf(n), watched.List(changed), []byte(marks)); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := s.Marks(ctx, "a"); m != nil || err != nil {
		t.Error(m, err)
	}
	finish(1, "one", state("2", 1), state("1", 2))
	code(t, s.Finish(ctx, runOf(1), watched.List(nil), nil), fault.Conflict)
	code(t, s.Finish(ctx, runOf(3), watched.List([]watched.State{state("1", 9)}), nil), fault.Conflict)
	finish(2, "two", state("1", 0))
	finish(3, "three", state("1", 1), state("2", 3))
	for n, want := range [][]watched.State{{state("1", 2), state("2", 1)}, {state("2", 1)}, {state("1", 1), state("2", 3)}} {
		got, err := s.States(ctx, "a", n+1)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
		var paged []watched.State
		for after, more := "", true; more; {
			page, err := s.StatesAfter(ctx, "a", n+1, after, 1)
			if err != nil || len(page) > 1 {
				t.Fatal(page, err)
			}
			if more = len(page) > 0; more {
				paged, after = append(paged, page...), page[0].Ref
			}
		}
		same(t, paged, want)
	}
	broken := func(yield func(watched.State, error) bool) {
		_ = yield(state("1", 9), nil) && yield(watched.State{}, fault.New(fault.Internal, "it broke off"))
	}
	code(t, s.Finish(ctx, runOf(4), broken, nil), fault.Internal) // and nothing of it is kept
	list, err := s.Runs(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, list, []watched.Run{runOf(1), runOf(2), runOf(3)})
	m, err := s.Marks(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(m), "three")
	_, err = s.States(ctx, "a", 4)
	code(t, err, fault.NotFound)
	_, err = s.StatesAfter(ctx, "a", 4, "", 1)
	code(t, err, fault.NotFound)
	fourth := func(yield func(watched.State, error) bool) { // what is given may read the store meanwhile
		for st, err := range watched.Each(ctx, s, "a", 3) {
			st.Findings = nil
			if !yield(st, err) {
				return
			}
		}
	}
	if err := s.Finish(ctx, runOf(4), fourth, nil); err != nil {
		t.Fatal(err)
	}
	got, err := s.States(ctx, "a", 4)
	if err != nil || len(got) != 2 || len(got[0].Findings) > 0 {
		t.Error(got, err)
	}
}

func erased(t *testing.T, s watched.Store) {
	ctx := context.Background()
	add(t, s, "a", rows("1", "Al", "2", "Bo"))
	if err := s.Finish(ctx, runOf(1), watched.List([]watched.State{state("1", 1), state("2", 1)}), nil); err != nil {
		t.Fatal(err)
	}
	add(t, s, "a", rows("1", "Albert", "2", "Bo"))
	if err := s.Erase(ctx, "a", "1", start, "u-1"); err != nil {
		t.Fatal(err)
	}
	same(t, customers(t, s, "a", 1), []string{"2 [Bo] 1"})
	same(t, customers(t, s, "a", 2), []string{"2 [Bo] 1"})
	list, err := s.States(ctx, "a", 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, list, []watched.State{state("2", 1)})
	code(t, s.Erase(ctx, "a", "1", start, "u-1"), fault.NotFound)
}

// parts holds the parts of every version, cut in every size, to the whole, and who came and left between any two versions to what
// the two hold.
func parts(t *testing.T, s watched.Store) {
	ctx := context.Background()
	add(t, s, "other", rows("0", "Zoe", "ab", "Yan"))
	versions := [][]string{
		{"b", "Bo", "a", "Al", "\xff", "Fo", "c", "Cy", "ab", "Abe"},
		{"a", "Al", "b", "Bob", "d", "Di"},
		{"\xff", "Fo", "b", "Bob", "ab", "Abe"},
		{"b", "Bo", "a", "Al"},
	}
	for _, v := range versions {
		add(t, s, "a", rows(v...))
	}
	read := func(version int, p watched.Part) (refs []string) {
		t.Helper()
		for c, err := range s.Customers(ctx, "a", version, p) {
			if err != nil {
				t.Fatal(err)
			}
			refs = append(refs, c.Ref)
		}
		return refs
	}
	for v := range versions {
		v++
		whole := read(v, watched.Part{})
		for size := 1; size <= len(whole)+1; size++ {
			cuts, err := s.Cuts(ctx, "a", v, size)
			if err != nil || len(cuts) != (len(whole)+size-1)/size {
				t.Errorf("version %d in parts of %d: %q, %v", v, size, cuts, err)
			}
			var joined []string
			after := ""
			for _, cut := range cuts {
				joined = append(joined, read(v, watched.Part{After: after, To: cut})...)
				after = cut
			}
			same(t, joined, whole)
		}
		for since := range v {
			var want []string
			for c, err := range s.Customers(ctx, "a", v, watched.Part{}) {
				if err != nil {
					t.Fatal(err)
				}
				if c.Since > since {
					want = append(want, c.Ref)
				}
			}
			same(t, read(v, watched.Part{Since: since}), want)
			same(t, read(v, watched.Part{Since: since, After: "a", To: "c"}), slices.DeleteFunc(slices.Clone(want), func(r string) bool { return r <= "a" || r > "c" }))
		}
		for from := range versions {
			left, err := s.Left(ctx, "a", from+1, v)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, ref := range read(from+1, watched.Part{}) {
				if from+1 < v && !slices.Contains(whole, ref) {
					want = append(want, ref)
				}
			}
			same(t, left, want)
		}
	}
	_, err := s.Cuts(ctx, "a", 9, 2)
	code(t, err, fault.NotFound)
	_, err = s.Left(ctx, "a", 1, 9)
	code(t, err, fault.NotFound)
	// A run over other customers than there are is not kept.
	r := runOf(1)
	r.Version, r.Customers = 4, 3
	code(t, s.Finish(ctx, r, watched.List(nil), nil), fault.Conflict)
	r.Customers = 2
	if err := s.Finish(ctx, r, watched.List(nil), nil); err != nil {
		t.Error(err)
	}
}

// lies is a store of which somebody altered what is kept.
type lies struct {
	watched.Store
	run, version, states bool
	lost                 string
}

func (l lies) Versions(ctx context.Context, base string) ([]watched.Version, error) {
	list, err := l.Store.Versions(ctx, base)
	if l.version && err == nil {
		list[0].Refused++
	}
	return list, err
}

func (l lies) Runs(ctx context.Context, base string) ([]watched.Run, error) {
	list, err := l.Store.Runs(ctx, base)
	if l.run && err == nil {
		list[0].Lists[0].Snapshot++
	}
	if l.lost == "run" && err == nil {
		list = list[1:]
	}
	return list, err
}

func (l lies) States(ctx context.Context, base string, run int) ([]watched.State, error) {
	list, err := l.Store.States(ctx, base, run)
	if l.states && err == nil {
		list = list[1:]
	}
	return list, err
}

// verified holds what is kept to the log, and finds each kind of what was altered.
func verified(t *testing.T, s watched.Store) {
	ctx := context.Background()
	log := s.(interface {
		View(context.Context, func(ledger.Reader) error) error
	})
	problems := func(s watched.Store) (out []string) {
		t.Helper()
		err := log.View(ctx, func(r ledger.Reader) error {
			_, err := watched.Verify(ctx, s, r, func(about, problem string) { out = append(out, about+": "+problem) })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	add(t, s, "a", rows("1", "Al", "2", "Bo"))
	for n := range 2 {
		r := runOf(n + 1)
		states := []watched.State{state("1", 1), state("2", 1)}
		r.Result = watched.Sum(states)
		if err := s.Finish(ctx, r, watched.List(states), nil); err != nil {
			t.Fatal(err)
		}
	}
	same(t, problems(s), []string(nil))
	for _, c := range []struct {
		lie  lies
		want string
	}{
		{lies{run: true}, "watch:a@1: it is not what was entered in the log"},
		{lies{version: true}, "base:a@1: it is not what was entered in the log"},
		{lies{lost: "run"}, "watch:a@1: the log has it, and it is not kept any more"},
		{lies{states: true}, "watch:a@2: the states after the run are not those that it kept"},
	} {
		c.lie.Store = s
		same(t, problems(c.lie), []string{c.want})
	}
	if err := s.Erase(ctx, "a", "1", start, "u-1"); err != nil {
		t.Fatal(err)
	}
	same(t, problems(s), []string(nil))
}

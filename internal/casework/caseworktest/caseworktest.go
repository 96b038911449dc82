// Package caseworktest holds what every store of cases must pass, a store in memory,
// and alerts to try them with.
package caseworktest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
)

// Store is a store of cases with its log.
type Store interface {
	casework.Store
	View(ctx context.Context, f func(ledger.Reader) error) error
}

// Run holds a store to the contract of [casework.Store]. Each call of open gives an
// empty store, which the test is to clean up.
func Run(t *testing.T, open func(testing.TB) Store) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, Store)
	}{
		{"empty", empty},
		{"kept", kept},
		{"refused", refused},
		{"all or nothing", allOrNothing},
		{"many at once", many},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open(t)) })
	}
}

// Start is the time at which tests begin.
var Start = time.UnixMilli(1_800_000_000_123).UTC()

// Alert gives an alert about a pair, in which the sides say the nth and mth thing.
func Alert(subject, listing string, n, m int) *casework.Alert {
	return &casework.Alert{
		Subject: casework.Side{
			Ref: subject, Name: "Somebody " + subject, Says: []casework.Fact{{Field: "name", Value: subject}, {Field: "address", Value: fmt.Sprint(n)}},
			Hard: []casework.Fact{{Field: "birthDate", Value: "1990-01-02"}},
		},
		Listing: casework.Side{
			Ref: listing, Name: "LISTED " + listing, Says: []casework.Fact{{Field: "remarks", Value: fmt.Sprint(m)}},
			Hard: []casework.Fact{{Field: "birthDate", Value: "1960"}},
		},
		Tier: "listed", Score: 0.9, Stake: 2.5, Answer: "test row 1", Against: []string{"un@3"},
	}
}

var (
	machine = casework.Person{Name: "u-screening", Role: casework.Machine}
	ann     = casework.Person{Name: "u-ann", Via: "u-host", Role: casework.Analyst}
	bob     = casework.Person{Name: "u-bob", Role: casework.Approver}
)

func desk(s Store) *casework.Desk { return &casework.Desk{Store: s, Policy: casework.Default()} }

func empty(t *testing.T, s Store) {
	ctx := t.Context()
	if id, err := s.Pair(ctx, "a", "b"); id != "" || err != nil {
		t.Errorf("the pair has the case %q, %v", id, err)
	}
	if _, err := s.Events(ctx, casework.NewID(Start, [10]byte{})); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("events of no case: %v", err)
	}
	for range s.All(ctx) {
		t.Error("there is a case")
	}
	if n, err := s.NewestEvent(ctx); n != -1 || err != nil {
		t.Errorf("the newest event is %d, %v", n, err)
	}
}

// newest gives the number of the newest event, which is the number of its entry.
func newest(t testing.TB, s Store) int64 {
	t.Helper()
	n, err := s.NewestEvent(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fails is what a test, or a property of one, is told its failures by.
type fails interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// Entries gives the log of a store.
func Entries(t fails, s Store) (out []ledger.Entry) {
	t.Helper()
	err := s.View(context.Background(), func(r ledger.Reader) error {
		for e, err := range r.Entries(context.Background(), 0, 1<<40) {
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Audit holds the events of a store to its log.
func Audit(t fails, s Store) {
	t.Helper()
	if _, err := casework.Verify(context.Background(), casework.Default(), s, s, func(what string) { t.Errorf("%s", what) }); err != nil {
		t.Fatal(err)
	}
}

func raise(t testing.TB, d *casework.Desk, a *casework.Alert) casework.Met {
	t.Helper()
	m, err := d.Raise(context.Background(), machine, Start, a)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func kept(t *testing.T, s Store) {
	ctx, d := t.Context(), desk(s)
	m := raise(t, d, Alert("c-1", "un:1", 1, 1))
	other := raise(t, d, Alert("c-1", "un:2", 1, 1))
	want := []casework.Event{
		{Kind: casework.Assigned, To: "u-ann"},
		{Kind: casework.Commented, Text: "asked the bank"},
		{
			Kind: casework.Disposed, Disposition: casework.False, Code: "other-birth-date", Text: "born thirty years later",
			Suppress: Start.Add(240 * time.Hour), Owner: "u-bob",
		},
		{Kind: casework.DeadlineSet, Deadline: "report", Due: Start.Add(time.Hour), Owner: "u-ann"},
	}
	for _, e := range want {
		before := newest(t, s)
		if _, err := d.Do(ctx, m.Case, ann, Start.Add(time.Second), e); err != nil {
			t.Fatal(err)
		}
		if now := newest(t, s); now <= before {
			t.Errorf("the newest event was %d and is %d", before, now)
		}
	}
	c, err := d.Do(ctx, m.Case, bob, Start.Add(2*time.Second), casework.Event{Kind: casework.Confirmed, Of: 4})
	if err != nil {
		t.Fatal(err)
	}
	got, events, err := d.Get(ctx, m.Case)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("the case as it is kept (-done +kept):\n%s", diff)
	}
	if got.State() != "closed false" || got.Suppression == nil || len(events) != 6 {
		t.Errorf("the case is %s with %d events, suppression %v", got.State(), len(events), got.Suppression)
	}
	if diff := cmp.Diff(Alert("c-1", "un:1", 1, 1), events[0].Alert); diff != "" {
		t.Errorf("the alert as it is kept:\n%s", diff)
	}
	if id, err := s.Pair(ctx, "c-1", "un:2"); id != other.Case || err != nil {
		t.Errorf("the other pair has the case %s, %v; want %s", id, err, other.Case)
	}
	var ids []string
	for list, err := range s.All(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, list[0].Case)
	}
	ordered := []string{m.Case, other.Case}
	slices.Sort(ordered)
	if !slices.Equal(ids, ordered) {
		t.Errorf("all are %v; want %v", ids, ordered)
	}
	Audit(t, s)
}

func refused(t *testing.T, s Store) {
	ctx, d, p := t.Context(), desk(s), casework.Default()
	m := raise(t, d, Alert("c-1", "un:1", 1, 1))
	base := casework.Event{Case: m.Case, N: 2, Time: Start, Kind: casework.Commented, Person: "u-ann", Role: casework.Analyst, Text: "x"}
	with := func(f func(*casework.Event)) casework.Event {
		e := base
		f(&e)
		return e
	}
	for _, c := range []struct {
		name  string
		event casework.Event
		want  fault.Code
	}{
		{"a number that was", with(func(e *casework.Event) { e.N = 1 }), fault.Conflict},
		{"a number too far", with(func(e *casework.Event) { e.N = 3 }), fault.Conflict},
		{"no case", with(func(e *casework.Event) { e.Case = casework.NewID(Start, [10]byte{1}) }), fault.NotFound},
		{"no words", with(func(e *casework.Event) { e.Text = " " }), fault.Usage},
		{"a role that may not", with(func(e *casework.Event) { e.Role = casework.Viewer }), fault.Denied},
		{"nobody", with(func(e *casework.Event) { e.Person = "" }), fault.Denied},
		{"before the last", with(func(e *casework.Event) { e.Time = Start.Add(-time.Hour) }), fault.Conflict},
		{"a second case", with(func(e *casework.Event) {
			e.Case, e.N, e.Kind, e.Alert = casework.NewID(Start, [10]byte{2}), 1, casework.Opened, Alert("c-1", "un:1", 1, 1)
		}), fault.Conflict},
	} {
		if err := s.Add(ctx, p, []casework.Kept{casework.Seal(c.event)}); fault.CodeOf(err) != c.want || err == nil {
			t.Errorf("%s: %v; want %s", c.name, err, c.want)
		}
	}
	if err := s.Add(ctx, p, []casework.Kept{casework.Seal(base)}); err != nil {
		t.Error(err)
	}
	Audit(t, s)
}

func allOrNothing(t *testing.T, s Store) {
	d := desk(s)
	m := raise(t, d, Alert("c-1", "un:1", 1, 1))
	e := casework.Event{Case: m.Case, N: 2, Time: Start, Kind: casework.Commented, Person: "u-ann", Role: casework.Analyst, Text: "x"}
	bad := e
	bad.N, bad.Text = 3, ""
	if err := s.Add(t.Context(), d.Policy, []casework.Kept{casework.Seal(e), casework.Seal(bad)}); err == nil {
		t.Fatal("an event without words is kept")
	}
	if list, err := s.Events(t.Context(), m.Case); err != nil || len(list) != 1 {
		t.Errorf("%d events are kept, %v", len(list), err)
	}
	if n := len(Entries(t, s)); n != 1 {
		t.Errorf("the log has %d entries", n)
	}
}

// many has several raise the same pairs and comment on the same case at once.
func many(t *testing.T, s Store) {
	d := desk(s)
	var wg sync.WaitGroup
	failed := make(chan error, 100)
	for range 4 {
		wg.Go(func() {
			for i := range 5 {
				m, err := d.Raise(context.Background(), machine, Start, Alert("c", fmt.Sprint("un:", i), 1, 1))
				if err == nil {
					_, err = d.Do(context.Background(), m.Case, ann, Start, casework.Event{Kind: casework.Commented, Text: "seen"})
				}
				if err != nil && fault.CodeOf(err) != fault.Conflict { // somebody was quicker
					failed <- err
				}
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	n := 0
	for _, err := range s.All(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 5 {
		t.Errorf("%d cases about 5 pairs", n)
	}
	Audit(t, s)
}

// Memory is a store in memory.
type Memory struct {
	mu    sync.Mutex
	cases map[string][]casework.Kept
	pairs map[[2]string]string
	log   []ledger.Entry
	last  int64 // the entry of the newest event
}

// NewMemory gives an empty one.
func NewMemory() *Memory {
	return &Memory{cases: map[string][]casework.Kept{}, pairs: map[[2]string]string{}, last: -1}
}

// Add is part of casework.Store.
func (m *Memory) Add(_ context.Context, p casework.Policy, events []casework.Kept) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	err := casework.Follow(p, events, func(id string) ([]casework.Kept, error) { return m.cases[id], nil })
	if err != nil {
		return err
	}
	for i := range events {
		if a := events[i].Alert; events[i].Kind == casework.Opened && m.pairs[[2]string{a.Subject.Ref, a.Listing.Ref}] != "" {
			return casework.Twice(a)
		}
	}
	for _, e := range events {
		if e.Kind == casework.Opened {
			m.pairs[[2]string{e.Alert.Subject.Ref, e.Alert.Listing.Ref}] = e.Case
		}
		m.cases[e.Case] = append(m.cases[e.Case], e)
		entry := e.Entry()
		entry.Seq = int64(len(m.log))
		m.log = append(m.log, entry)
		m.last = entry.Seq
	}
	return nil
}

// NewestEvent is part of casework.Store.
func (m *Memory) NewestEvent(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last, nil
}

// Events is part of casework.Store.
func (m *Memory) Events(_ context.Context, id string) ([]casework.Kept, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.cases[id]) == 0 {
		return nil, casework.NotFound(id)
	}
	return slices.Clone(m.cases[id]), nil
}

// Pair is part of casework.Store.
func (m *Memory) Pair(_ context.Context, subject, listing string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.pairs[[2]string{subject, listing}], nil
}

// All is part of casework.Store.
func (m *Memory) All(context.Context) iter.Seq2[[]casework.Kept, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all [][]casework.Kept
	for _, list := range m.cases {
		all = append(all, slices.Clone(list))
	}
	slices.SortFunc(all, func(a, b []casework.Kept) int {
		if a[0].Case < b[0].Case {
			return -1
		}
		return 1
	})
	return func(yield func([]casework.Kept, error) bool) {
		for _, list := range all {
			if !yield(list, nil) {
				return
			}
		}
	}
}

// Enter puts entries into the log, for what is kept beside the cases.
func (m *Memory) Enter(_ context.Context, list ...ledger.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range list {
		e.Seq = int64(len(m.log))
		m.log = append(m.log, e)
	}
	return nil
}

// View gives the log; its reader has entries and nothing else.
func (m *Memory) View(_ context.Context, f func(ledger.Reader) error) error {
	m.mu.Lock()
	log := slices.Clone(m.log)
	m.mu.Unlock()
	return f(entriesOnly(log))
}

type entriesOnly []ledger.Entry

var errEntriesOnly = errors.New("the log in memory has entries only")

func (l entriesOnly) Head(context.Context) ([]byte, error) { return nil, errEntriesOnly }

func (l entriesOnly) Hashes(context.Context, []int64) ([]ledger.Hash, error) {
	return nil, errEntriesOnly
}

func (l entriesOnly) About(context.Context, string) ([]ledger.Entry, error) {
	return nil, errEntriesOnly
}

func (l entriesOnly) Checkpoints(context.Context) iter.Seq2[[]byte, error] {
	return func(func([]byte, error) bool) {}
}

func (l entriesOnly) Entries(_ context.Context, from, to int64) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		for _, e := range l {
			if e.Seq >= from && e.Seq < to && !yield(e, nil) {
				return
			}
		}
	}
}

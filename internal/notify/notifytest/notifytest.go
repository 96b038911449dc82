// Package notifytest holds what every store of messages must pass.
package notifytest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/notify"
)

// Store is a store with the log that it tells of.
type Store interface {
	notify.Store
	notify.Log
	Enter(ctx context.Context, list ...ledger.Entry) error
}

// Run holds a store to the contract of [notify.Store]. Each call of open gives an empty
// store, which the test is to clean up.
func Run(t *testing.T, open func(testing.TB) Store) {
	for _, c := range []struct {
		name string
		f    func(*testing.T, Store)
	}{
		{"places", places},
		{"claims", claims},
		{"settled", settled},
		{"replayed", replayed},
		{"many at once", atOnce},
		{"a dispatcher", dispatched},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, open(t)) })
	}
}

var start = time.UnixMilli(1_800_000_000_123).UTC()

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code fault.Code) {
	t.Helper()
	if fault.CodeOf(err) != code || err == nil {
		t.Errorf("%v, want %s", err, code)
	}
}

// Enter puts entries into the log: runs of a base called b, numbered from n.
func Enter(t testing.TB, s Store, n, count int) {
	t.Helper()
	for i := range count {
		check(t, s.Enter(context.Background(), ledger.Entry{
			Time: start, Kind: ledger.Watch, Actor: "u-1", About: fmt.Sprintf("watch:b@%d", n+i),
		}))
	}
}

func message(n int) notify.Message {
	return notify.Message{ID: fmt.Sprintf("msg_%d", n), Type: notify.WatchRun, Seq: int64(n), Body: fmt.Appendf(nil, `{"n":%d}`, n)}
}

// queue begins for an endpoint and enqueues messages 0 to n.
func queue(t *testing.T, s Store, endpoint string, n int) {
	t.Helper()
	check(t, s.Begin(context.Background(), endpoint))
	var list []notify.Message
	for i := range n {
		list = append(list, message(i))
	}
	check(t, s.Enqueue(context.Background(), endpoint, 0, int64(n), start, list))
}

func ids(list []notify.Delivery) string {
	var out []string
	for _, d := range list {
		out = append(out, d.ID)
	}
	return strings.Join(out, " ")
}

func places(t *testing.T, s Store) {
	ctx := context.Background()
	place := func(endpoint string, want int64, known bool) {
		t.Helper()
		if n, k, err := s.Place(ctx, endpoint); err != nil || n != want || k != known {
			t.Errorf("%s goes on at %d, %t (%v), want %d, %t", endpoint, n, k, err, want, known)
		}
	}
	place("a", 0, false)
	check(t, s.Begin(ctx, "a"))
	place("a", 0, true)
	Enter(t, s, 1, 3)
	check(t, s.Begin(ctx, "a"))
	place("a", 0, true)
	check(t, s.Begin(ctx, "b"))
	place("b", 3, true)
	check(t, s.Enqueue(ctx, "a", 0, 2, start, []notify.Message{message(1)}))
	place("a", 2, true)
	wantCode(t, s.Enqueue(ctx, "a", 0, 3, start, []notify.Message{message(2)}), fault.Conflict)
	wantCode(t, s.Enqueue(ctx, "nobody", 0, 3, start, nil), fault.Conflict)
	if err := s.Enqueue(ctx, "a", 2, 3, start, []notify.Message{message(3), message(1)}); err == nil {
		t.Error("one message was kept twice")
	}
	place("a", 2, true)
	list, err := s.Deliveries(ctx, notify.Filter{})
	check(t, err)
	want := []notify.Delivery{{Message: message(1), Endpoint: "a", State: notify.Pending, Due: start, Made: start, Changed: start}}
	if d := cmp.Diff(want, list); d != "" {
		t.Error(d)
	}
}

func claims(t *testing.T, s Store) {
	ctx := context.Background()
	queue(t, s, "a", 5)
	queue(t, s, "other", 1)
	claim := func(at time.Time, most int, want string) []notify.Delivery {
		t.Helper()
		list, err := s.Claim(ctx, "a", at, time.Minute, most)
		check(t, err)
		if ids(list) != want {
			t.Errorf("claimed %q, want %q", ids(list), want)
		}
		return list
	}
	claim(start.Add(-time.Millisecond), 9, "")
	first := claim(start, 2, "msg_0 msg_1")
	if d := first[0]; d.Claim != 1 || !d.Due.Equal(start.Add(time.Minute)) || string(d.Body) != `{"n":0}` {
		t.Errorf("%+v", d)
	}
	claim(start.Add(time.Second), 9, "msg_2 msg_3 msg_4")
	claim(start.Add(time.Second), 9, "")
	again := claim(start.Add(time.Minute), 9, "msg_0 msg_1")
	if again[0].Claim != 2 {
		t.Errorf("%+v", again[0])
	}
	first[0].State = notify.Delivered
	wantCode(t, s.Settle(ctx, first[0]), fault.Conflict)
	again[0].State = notify.Delivered
	check(t, s.Settle(ctx, again[0]))
	claim(start.Add(time.Hour), 9, "msg_2 msg_3 msg_4 msg_1")
}

func settled(t *testing.T, s Store) {
	ctx := context.Background()
	queue(t, s, "a", 3)
	list, err := s.Claim(ctx, "a", start, time.Minute, 3)
	check(t, err)
	list[0].State, list[0].Tries, list[0].Changed = notify.Delivered, 1, start.Add(time.Second)
	list[1].Tries, list[1].Last, list[1].Due, list[1].Changed = 1, "the endpoint answered 500", start.Add(time.Hour), start.Add(2*time.Second)
	list[2].State, list[2].Tries, list[2].Last, list[2].Changed = notify.Dead, 10, "gone", start.Add(3*time.Second)
	for _, d := range list {
		check(t, s.Settle(ctx, d))
	}
	got, err := s.Deliveries(ctx, notify.Filter{Endpoint: "a"})
	check(t, err)
	if d := cmp.Diff([]notify.Delivery{list[2], list[1], list[0]}, got); d != "" {
		t.Error(d)
	}
	for f, want := range map[notify.Filter]string{
		{State: notify.Dead}: "msg_2", {ID: "msg_1"}: "msg_1", {Endpoint: "b"}: "", {Limit: 2}: "msg_2 msg_1", {State: notify.Pending, Endpoint: "a"}: "msg_1",
	} {
		got, err := s.Deliveries(ctx, f)
		if err != nil || ids(got) != want {
			t.Errorf("%+v: %q, %v", f, ids(got), err)
		}
	}
	for _, c := range []struct {
		before time.Time
		want   int
	}{{start.Add(time.Second), 0}, {start.Add(time.Hour), 1}, {start.Add(time.Hour), 0}} {
		if n, err := s.Forget(ctx, c.before); err != nil || n != c.want {
			t.Errorf("forgot %d, %v, want %d", n, err, c.want)
		}
	}
}

func replayed(t *testing.T, s Store) {
	ctx := context.Background()
	queue(t, s, "a", 1)
	list, err := s.Claim(ctx, "a", start, time.Minute, 1)
	check(t, err)
	list[0].State, list[0].Tries, list[0].Last = notify.Dead, 10, "it is off"
	check(t, s.Settle(ctx, list[0]))
	wantCode(t, s.Replay(ctx, "a", "msg_7", start), fault.NotFound)
	wantCode(t, s.Replay(ctx, "b", "msg_0", start), fault.NotFound)
	later := start.Add(time.Hour)
	check(t, s.Replay(ctx, "a", "msg_0", later))
	wantCode(t, s.Settle(ctx, list[0]), fault.Conflict)
	list, err = s.Claim(ctx, "a", later, time.Minute, 1)
	check(t, err)
	if len(list) != 1 || list[0].Tries != 0 || list[0].State != notify.Pending || list[0].ID != "msg_0" {
		t.Errorf("%+v", list)
	}
	check(t, s.Put(ctx, "a", later, notify.Message{ID: "msg_test_1", Type: notify.Test, Seq: -1, Body: []byte("{}")}))
	list, err = s.Claim(ctx, "a", later, time.Minute, 9)
	check(t, err)
	if ids(list) != "msg_test_1" {
		t.Errorf("%+v", list)
	}
}

// atOnce has several claim and settle at once: each message goes to one of them.
func atOnce(t *testing.T, s Store) {
	const n = 40
	queue(t, s, "a", n)
	var mu sync.Mutex
	got := map[string]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				list, err := s.Claim(context.Background(), "a", start, time.Minute, 3)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, d := range list {
					got[d.ID]++
				}
				done := len(got) == n
				mu.Unlock()
				for _, d := range list {
					d.State = notify.Delivered
					if err := s.Settle(context.Background(), d); err != nil {
						t.Error(err)
					}
				}
				if done || len(list) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	for id, times := range got {
		if times != 1 {
			t.Errorf("%s was claimed %d times", id, times)
		}
	}
	if len(got) != n {
		t.Errorf("%d of %d were claimed", len(got), n)
	}
}

// took is an endpoint that takes everything.
type took struct{ ids []string }

func (s *took) Send(_ context.Context, m notify.Message, _ time.Time) error {
	s.ids = append(s.ids, m.ID)
	return nil
}

// dispatched goes from the log to an endpoint, over more entries than fit one step.
func dispatched(t *testing.T, s Store) {
	ctx := context.Background()
	Enter(t, s, 1, 2)
	to := &took{}
	d := &notify.Dispatcher{
		Store: s, Log: s, Endpoints: []notify.Endpoint{{Name: "a", Types: []notify.Type{notify.WatchRun}, Sender: to}},
		Now: func() time.Time { return start },
	}
	step := func(want int) {
		t.Helper()
		if n, err := d.Collect(ctx); err != nil || n != want {
			t.Errorf("collected %d, %v, want %d", n, err, want)
		}
		if n, err := d.Deliver(ctx); err != nil || n != want {
			t.Errorf("delivered %d, %v, want %d", n, err, want)
		}
	}
	step(0) // it begins now
	Enter(t, s, 3, 7)
	check(t, s.Enter(ctx, ledger.Entry{Time: start, Kind: ledger.Setting, Actor: "u-1", About: "same"}))
	step(7)
	step(0)
	seen := map[string]bool{}
	for _, id := range to.ids {
		seen[id] = true
	}
	if len(seen) != 7 {
		t.Errorf("told %q", to.ids)
	}
}

package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/notify"
	"github.com/cordon-engine/cordon/internal/notify/notifytest"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

func opened(t *testing.T) notifytest.Store {
	t.Helper()
	s, err := sqlite.Open(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return sqlite.Notify{Store: s}
}

// errDied stands for the end of the program between two steps.
var errDied = errors.New("the program died")

// mortal is a store whose user dies now and then, just before or just after it wrote.
type mortal struct {
	notifytest.Store
	mu *sync.Mutex // of r
	r  *rand.Rand
}

func (s *mortal) dies(f func() error) error {
	s.mu.Lock()
	n := s.r.IntN(6)
	s.mu.Unlock()
	switch n {
	case 0:
		return errDied
	case 1:
		if err := f(); err != nil {
			return err
		}
		return errDied
	}
	return f()
}

func (s *mortal) Enqueue(ctx context.Context, endpoint string, from, next int64, at time.Time, list []notify.Message) error {
	return s.dies(func() error { return s.Store.Enqueue(ctx, endpoint, from, next, at, list) })
}

func (s *mortal) Settle(ctx context.Context, d notify.Delivery) error {
	return s.dies(func() error { return s.Store.Settle(ctx, d) })
}

func (s *mortal) Claim(ctx context.Context, endpoint string, now time.Time, lease time.Duration, most int) (list []notify.Delivery, err error) {
	err = s.dies(func() error {
		list, err = s.Store.Claim(ctx, endpoint, now, lease, most)
		return err
	})
	return list, err
}

// moody is an endpoint that takes some of what it is sent.
type moody struct {
	r    *rand.Rand
	took map[string]string // bodies by id
	n    int
}

func (s *moody) Send(_ context.Context, m notify.Message, _ time.Time) error {
	if s.r.IntN(3) == 0 {
		return errors.New("the endpoint answered 503")
	}
	s.n++
	if was, again := s.took[m.ID]; again && was != string(m.Body) {
		return fmt.Errorf("%s came with another body", m.ID)
	}
	s.took[m.ID] = string(m.Body)
	return nil
}

// TestNothingIsLost has the program die at random between any two steps, with endpoints
// that answer at random. In the end each endpoint has been told of every entry it asked
// for, under one id each, and of nothing else.
func TestNothingIsLost(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(2) {
		s := opened(t)
		r := rand.New(rand.NewPCG(seed, 63))
		now := time.UnixMilli(1_800_000_000_000).UTC()
		ends := map[string]*moody{}
		for i, name := range []string{"a", "b"} {
			ends[name] = &moody{r: rand.New(rand.NewPCG(seed, uint64(i))), took: map[string]string{}}
			if err := s.Begin(ctx, name); err != nil {
				t.Fatal(err)
			}
		}
		run := func(over notifytest.Store) {
			d := &notify.Dispatcher{Store: over, Log: s, Now: func() time.Time { return now }, Endpoints: []notify.Endpoint{
				{Name: "a", Types: []notify.Type{notify.WatchRun}, Sender: ends["a"]}, {Name: "b", Sender: ends["b"]},
			}}
			_, err := d.Collect(ctx)
			_, err2 := d.Deliver(ctx)
			for _, err := range []error{err, err2} {
				if err != nil && !errors.Is(err, errDied) {
					t.Fatal(err)
				}
			}
			now = now.Add(time.Duration(r.IntN(int(6 * time.Hour))))
		}
		const entered = 25
		for n := range entered {
			notifytest.Enter(t, s, n+1, 1)
			run(&mortal{s, &sync.Mutex{}, r})
		}
		for range 40 {
			run(s)
		}
		for name, e := range ends {
			if len(e.took) != entered {
				t.Errorf("seed %d: %s was told of %d of %d", seed, name, len(e.took), entered)
			}
		}
		dead, err := s.Deliveries(ctx, notify.Filter{State: notify.Dead})
		if err != nil || len(dead) > 0 {
			t.Errorf("%d are dead, %v", len(dead), err)
		}
		t.Logf("seed %d: %d messages, %d and %d sendings", seed, 2*entered, ends["a"].n, ends["b"].n)
	}
}

// sayer answers what it is told to.
type sayer struct{ err error }

func (s *sayer) Send(context.Context, notify.Message, time.Time) error { return s.err }

// TestDead goes through all tries of a message that nobody takes, and replays it.
func TestDead(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	now := time.UnixMilli(1_800_000_000_000).UTC()
	end := &sayer{errors.New("the endpoint answered 500")}
	d := &notify.Dispatcher{Store: s, Log: s, Endpoints: []notify.Endpoint{{Name: "a", Sender: end}}, Now: func() time.Time { return now }}
	if err := s.Begin(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	notifytest.Enter(t, s, 1, 1)
	if n, err := d.Collect(ctx); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	tries := func() (one notify.Delivery, all int) {
		t.Helper()
		for all = 1; ; all++ {
			if _, err := d.Deliver(ctx); err != nil {
				t.Fatal(err)
			}
			list, err := s.Deliveries(ctx, notify.Filter{})
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			one = list[0]
			if one.State != notify.Pending {
				return one, all
			}
			if wait := one.Due.Sub(now); wait < notify.Schedule[all-1] || wait > notify.Schedule[all-1]*11/10 {
				t.Errorf("after %d tries it waits for %v", all, wait)
			}
			now = one.Due
		}
	}
	one, n := tries()
	if one.State != notify.Dead || n != len(notify.Schedule)+1 || one.Tries != n || one.Last != "the endpoint answered 500" {
		t.Errorf("%+v after %d tries", one, n)
	}
	if err := s.Replay(ctx, "a", one.ID, now); err != nil {
		t.Fatal(err)
	}
	end.err = &notify.Refusal{Err: errors.New("gone"), Gone: true}
	if one, n = tries(); one.State != notify.Dead || n != 1 {
		t.Errorf("%+v after %d tries", one, n)
	}
	if err := s.Replay(ctx, "a", one.ID, now); err != nil {
		t.Fatal(err)
	}
	end.err = &notify.Refusal{Err: errors.New("later\n" + strings.Repeat("x", 500)), After: time.Hour}
	if _, err := d.Deliver(ctx); err != nil {
		t.Fatal(err)
	}
	list, err := s.Deliveries(ctx, notify.Filter{})
	if err != nil || !list[0].Due.Equal(now.Add(time.Hour)) || len(list[0].Last) > 310 || strings.Contains(list[0].Last, "\n") {
		t.Errorf("%+v, %v", list, err)
	}
	end.err, now = nil, now.Add(2*time.Hour)
	if one, _ = tries(); one.State != notify.Delivered {
		t.Errorf("%+v", one)
	}
}

// TestMessages holds what is told: what the entry says, and what is known of it beside.
func TestMessages(t *testing.T) {
	ctx := context.Background()
	s := opened(t)
	at := time.UnixMilli(1_800_000_000_123).UTC()
	var got []notify.Message
	d := &notify.Dispatcher{
		Store: s, Log: s, Now: func() time.Time { return at },
		Endpoints: []notify.Endpoint{{Name: "a", Types: []notify.Type{notify.ListLoaded, notify.WatchVersion}, Sender: sends(func(m notify.Message) { got = append(got, m) })}},
		About: func(_ context.Context, e ledger.Entry) (map[string]any, error) {
			return map[string]any{"kind": e.Kind}, nil
		},
	}
	if err := s.Begin(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if err := s.Enter(ctx, ledger.Entry{Time: at, Kind: ledger.List, Actor: "u-1", About: "un@3"}, ledger.Entry{Time: at, Kind: ledger.Watch, Actor: "u-1", About: "watch:b@1"},
		ledger.Entry{Time: at, Kind: ledger.Watch, Actor: "u-1", About: "base:b@1"}, ledger.Entry{Time: at, Kind: ledger.Erasure, Actor: "u-1", About: "base:b"}); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Collect(ctx); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := d.Deliver(ctx); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if want := `{"type":"list.loaded","timestamp":"2027-01-15T08:00:00.123Z","data":{"about":"un@3","entry":0,"kind":"list"}}`; string(got[0].Body) != want {
		t.Errorf("%s, want %s", got[0].Body, want)
	}
	if got[1].Type != notify.WatchVersion || got[0].ID == got[1].ID || !strings.HasPrefix(got[0].ID, "msg_") || strings.Contains(got[0].ID, ".") || !json.Valid(got[1].Body) {
		t.Errorf("%+v", got)
	}
}

type sends func(notify.Message)

func (f sends) Send(_ context.Context, m notify.Message, _ time.Time) error {
	f(m)
	return nil
}

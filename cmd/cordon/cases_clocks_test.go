package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/notify"
)

// nobody is an endpoint that takes everything.
type nobody struct{}

func (nobody) Send(context.Context, notify.Message, time.Time) error { return nil }

// TestDeadlinesAreTold: a clock starts by itself; when its day is over two servers write that down once and make one message of it,
// which says what happened and names nobody.
func TestDeadlinesAreTold(t *testing.T) {
	for name, at := range engines {
		t.Run(name, func(t *testing.T) { tellDeadlines(t, at(t)) })
	}
}

func tellDeadlines(t *testing.T, at dataFlag) {
	m := &Main{ctx: t.Context(), folder: at.Folder, Now: func() time.Time { return caseworktest.Start }}
	if err := (&dutyFlag{Owes: []string{"us-blocked"}}).apply(m); err != nil {
		t.Fatal(err)
	}
	if err := (&dutyFlag{Owes: []string{"none"}}).apply(&Main{}); fault.CodeOf(err) != fault.Usage {
		t.Errorf("a duty that there is not: %v", err)
	}
	open := func() database {
		s, err := m.openStore(t.Context(), at.Data)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	a, b := open(), open()
	machine, ann := casework.Person{Name: "u-m", Role: casework.Machine}, casework.Person{Name: "u-ann", Role: casework.Analyst}
	list := []endpoint{{Endpoint: notify.Endpoint{Name: "desk", Sender: nobody{}}}}
	collect := func(s database) {
		t.Helper()
		if _, err := m.dispatcher(s, list, nil).Collect(t.Context()); err != nil {
			t.Error(err)
		}
	}
	collect(a) // it begins at the end of the log
	met, err := m.desk(a).Raise(t.Context(), machine, m.now(), caseworktest.Alert("c", "l", 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.desk(a).Do(t.Context(), met.Case, ann, m.now(), casework.Event{Kind: casework.HoldPlaced, Text: "Mr Secret is asked"})
	if err != nil || len(c.Deadlines) != 1 || c.Deadlines[0].Duty != "us-blocked" {
		t.Fatalf("%+v, %v", c.Deadlines, err)
	}
	m.Now = func() time.Time { return caseworktest.Start.AddDate(0, 1, 0) }
	var wg sync.WaitGroup
	for _, s := range []database{a, b} {
		wg.Go(func() {
			w := new(deadlineWatch)
			for range 3 {
				if err := w.look(t.Context(), m.desk(s), machine, m.now()); err != nil {
					t.Error(err)
				}
			}
			collect(s)
		})
	}
	wg.Wait()
	told, err := messagesOf(b).Deliveries(t.Context(), notify.Filter{Endpoint: "desk"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, d := range told {
		if strings.Contains(string(d.Body), "Secret") {
			t.Errorf("a message says %s", d.Body)
		}
		if strings.Contains(string(d.Body), `"event":"deadline missed"`) {
			n++
			if !strings.Contains(string(d.Body), `"duty":"us-blocked"`) || !strings.Contains(string(d.Body), `"due":"2027-02-02T00:00:00Z"`) {
				t.Errorf("a message says %s", d.Body)
			}
		}
	}
	if n != 1 || len(told) != 4 {
		t.Errorf("%d messages, %d of the deadline", len(told), n)
	}
}

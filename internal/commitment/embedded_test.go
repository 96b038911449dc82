package commitment_test

import (
	"os"
	"sync"
	"testing"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/when"
)

// desk is what the tests share.
type desk struct {
	ref    *activity.Reference
	book   *commitment.Book
	events []event.Event
}

var open = sync.OnceValues(func() (*desk, error) {
	places, err := place.Load(os.DirFS("../../data/place"))
	if err != nil {
		return nil, err
	}
	lists, err := goods.LoadLists(os.DirFS("../../data"), "goods/lists")
	if err != nil {
		return nil, err
	}
	d := &desk{ref: &activity.Reference{Places: places, Commodities: lists}}
	if d.book, err = commitment.Open(places, lists, nil, os.DirFS("../../data"), "commitments"); err != nil {
		return nil, err
	}
	d.events, err = event.ReadAll(d.ref, os.DirFS("../../data"), "events")
	return d, err
})

func embedded(t testing.TB) *desk {
	t.Helper()
	d, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) run(t testing.TB, q commitment.Question) map[string]*commitment.Account {
	t.Helper()
	if q.Events == nil {
		q.Events = d.events
	}
	list, err := d.book.Run(q)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*commitment.Account{}
	for _, a := range list {
		out[a.Provision.ID] = a
	}
	return out
}

func TestEmbeddedLaw(t *testing.T) {
	for _, err := range law.Lint(embedded(t).book.Law) {
		t.Error(err)
	}
}

// TestEmbedded holds the story to what the sources say: each state with the event that brought it about.
func TestEmbedded(t *testing.T) {
	for _, tt := range []struct {
		to, id string
		state  commitment.State
		by     string
	}{
		{"1994-12-31", "framework-1994-freeze", commitment.Accepted, "framework-signed"},
		{"2002-10-20", "framework-1994-joint-declaration", commitment.BreachAlleged, "framework-2002-10-16"},
		{"2002-10-20", "framework-1994-oil", commitment.ConditionFailed, "framework-2002-10-16"},
		// What the one side broke, as is alleged, does not release it from its other promise.
		{"2002-10-20", "framework-1994-freeze", commitment.Accepted, "framework-signed"},
		{"2002-11-30", "framework-1994-oil", commitment.Suspended, "framework-2002-11-14"},
		{"2003-06-30", "framework-1994-freeze", commitment.ConditionFailed, "framework-2002-11-14"},
		{"2012-04-14", "leap-2012-moratorium", commitment.Accepted, "leap-2012-02-29"},
		{"2012-04-14", "leap-2012-satellites", commitment.BreachAlleged, "leap-2012-03-28"},
		{"2012-04-30", "leap-2012-moratorium", commitment.Ended, "leap-2012-04-17"},
		{"2017-07-05", "freeze-2017-tests", commitment.Proposed, ""},
		{"2017-07-06", "freeze-2017-tests", commitment.Rejected, "freeze-2017-07-06"},
		{"2017-12-31", "freeze-2017-exercises", commitment.Rejected, "freeze-2017-07-06"},
		{"2018-03-01", "freeze-2017-tests", commitment.Observed, "freeze-2018-02"},
		{"2018-04-30", "freeze-2017-exercises", commitment.Rejected, "exercise-2018-foal-eagle"},
		{"2021-12-31", "moratorium-2018-icbm", commitment.Accepted, "moratorium-2018-04-20"},
		{"2022-03-15", "moratorium-2018-icbm", commitment.BreachEstablished, "launch-2022-03-16"},
		{"2024-12-31", "moratorium-2018-nuclear", commitment.Accepted, "moratorium-2018-04-20"},
	} {
		to, err := when.ParseDay(tt.to)
		if err != nil {
			t.Fatal(err)
		}
		a := embedded(t).run(t, commitment.Question{From: when.NoDay, To: to})[tt.id]
		last := a.Changes[len(a.Changes)-1]
		by := ""
		if last.Event != nil {
			by = last.Event.ID
		}
		if a.State != tt.state || by != tt.by {
			t.Errorf("%s on %s is %s by %q, not %s by %q", tt.id, tt.to, a.State, by, tt.state, tt.by)
		}
	}
}

// TestFreezeSupposed: the freeze of 4 July 2017 in two readings, which turn on one drill that no source calls large.
func TestFreezeSupposed(t *testing.T) {
	d := embedded(t)
	freeze, err := d.book.Find("freeze-2017")
	if err != nil {
		t.Fatal(err)
	}
	for certain, want := range map[bool][2]struct {
		state commitment.State
		by    string
	}{
		false: {{commitment.ConditionFailed, "exercise-2017-07-05"}, {commitment.BreachEstablished, "exercise-2017-ulchi"}},
		true:  {{commitment.BreachEstablished, "launch-2017-07-28"}, {commitment.ConditionFailed, "launch-2017-07-28"}},
	} {
		got := d.run(t, commitment.Question{From: when.NoDay, To: when.Date(2018, 3, 31), Suppose: freeze, CertainOnly: certain})
		for i, id := range []string{"freeze-2017-tests", "freeze-2017-exercises"} {
			a := got[id]
			if last := a.Changes[len(a.Changes)-1]; !a.Supposed || a.State != want[i].state || last.Event.ID != want[i].by {
				t.Errorf("certain only %v: %s is %s by %s", certain, id, a.State, last.Event.ID)
			}
		}
	}
}

// TestAcceptedOnRecord: what a file calls accepted is accepted by an event, and what it calls proposed by none.
func TestAcceptedOnRecord(t *testing.T) {
	for _, a := range embedded(t).run(t, commitment.Question{From: when.NoDay, To: when.NoDay}) {
		accepted := false
		for _, c := range a.Changes {
			accepted = accepted || c.State == commitment.Accepted && c.Event != nil
		}
		if want := a.Provision.Instrument.Status == law.Accepted; accepted != want {
			t.Errorf("%s: accepted by an event %v, and its file says %s", a.Provision.ID, accepted, a.Provision.Instrument.Status)
		}
	}
}

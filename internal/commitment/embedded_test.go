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
	ref     *activity.Reference
	factors *goods.Factors
	book    *commitment.Book
	events  []event.Event
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

func TestDump(t *testing.T) {
	d := embedded(t)
	freeze, err := d.book.Find("freeze-2017")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []commitment.Question{{From: when.NoDay, To: when.NoDay}, {From: when.NoDay, To: when.Date(2018, 3, 31), Suppose: freeze}} {
		for _, a := range d.run(t, q) {
			t.Logf("%s: %s supposed %v overdue %v", a.Provision.ID, a.State, a.Supposed, a.Overdue)
			for _, c := range a.Changes {
				id := ""
				if c.Event != nil {
					id = c.Event.ID
				}
				t.Logf("    %s %s %s (%s)", c.On, c.State, id, c.Why)
			}
			for _, c := range a.Conduct {
				t.Logf("    - %s %s %s %s %q", c.On, c.Event.ID, c.By, c.Role, c.Doubts)
			}
		}
	}
}

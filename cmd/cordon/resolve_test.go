package main

import (
	"context"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// ownedLists gives lists that are open: a holding that the UN listed on a day, and
// two firms that another list names as its own, in whole and in a part not stated.
func ownedLists(t *testing.T) *lazyLists {
	t.Helper()
	day := func(s string) subject.Date {
		p, err := when.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return subject.Date{Period: p, Known: true}
	}
	entry := func(id, name, authority, programme string, tier subject.Tier, r ...subject.Relation) snapshot.Entry {
		s := &subject.Subject{ID: id, Schema: subject.LegalEntity, Names: []subject.Name{{Full: name, Kind: subject.Primary}}}
		l := subject.Listing{ID: id, Subject: id, Authority: authority, Tier: tier, Programmes: []string{programme}, Listed: day("2016-03-02")}
		return snapshot.Entry{Key: id, Record: &subject.Record{Subject: s, Listings: []subject.Listing{l}, Relations: r}}
	}
	owns := func(to string, share float64) subject.Relation {
		return subject.Relation{Kind: "Ownership", From: "t:holding", To: to, ShareLow: share, ShareHigh: share}
	}
	meta := snapshot.Meta{ID: snapshot.ID{List: "t", Number: 1}, Published: day("2016-03-02").Period.From, Expires: when.NoDay, Embedded: true}
	fixed := snapshot.NewFixed(meta, "", []snapshot.Entry{
		entry("t:holding", "Quisenberry Holding", "UN", "DPRK", subject.Designated),
		entry("t:whole", "Oyelaran Bartholomew Trading", "XX", "own", subject.Named, owns("t:whole", 100)),
		entry("t:part", "Farquharson Zebulon Shipping", "XX", "own", subject.Named, owns("t:part", 0)),
	})
	store, err := sqlite.OpenReader(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	m := &Main{Now: func() time.Time { return time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC) }}
	l := &lazyLists{m: m}
	if l.desk, err = m.openScreen(context.Background(), snapshot.WithFixed(store, fixed), "", 0); err != nil {
		t.Fatal(err)
	}
	l.once.Do(func() {}) // it is open
	t.Cleanup(l.Close)
	return l
}

// Ownership is found through the real index and counts from the day on which the
// owner was listed, under the regime of the owner's listing alone.
func TestOwnedByListed(t *testing.T) {
	l := ownedLists(t)
	regimes := []*law.Regime{
		{ID: "one", Listings: law.Listings{Authority: "UN", Programmes: []string{"DPRK"}}},
		{ID: "two", Listings: law.Listings{Authority: "UN", Programmes: []string{"Iran"}}},
	}
	r := &decide.Resolver{Screener: l, Regimes: regimes}
	yes, unknown := &activity.Value{Num: 1}, &activity.Value{Unknown: true}
	for _, c := range []struct {
		name, date, tier string
		owned            *activity.Value
	}{
		{"Oyelaran Bartholomew Trading", "2017-01-01", "owned", yes},
		{"Oyelaran Bartholomew Trading", "2016-01-01", "named", nil},
		{"Oyelaran Bartholomew Trading", "2016", "may_be_owned", unknown},
		{"Farquharson Zebulon Shipping", "2017-01-01", "may_be_owned", unknown},
		{"Quisenberry Holding", "2017-01-01", "listed", nil},
	} {
		date, err := when.Parse(c.date)
		if err != nil {
			t.Fatal(err)
		}
		var p activity.Facts
		p.Set(vocab.PartyName, activity.Value{Text: c.name})
		a, said := r.Resolve(&activity.Activity{Kind: vocab.KindPayment, Date: date, Parties: []activity.Facts{p}})
		if len(said) != 1 || said[0].Tier != c.tier || said[0].Outcome != "match" || said[0].Snapshot != "t@1" {
			t.Errorf("%s on %s: %+v", c.name, c.date, said)
		}
		got, ok := a.Parties[0].Get(vocab.PartyOwnedByListed)
		if ok != (c.owned != nil) || ok && got != *c.owned {
			t.Errorf("%s on %s: owned %+v %v", c.name, c.date, got, ok)
		}
		if under, _ := a.Parties[0].Get(vocab.PartyListedUnder); c.tier != "named" && under.Text != "one" {
			t.Errorf("%s on %s: under %q", c.name, c.date, under.Text)
		}
	}
}

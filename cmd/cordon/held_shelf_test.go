package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/licence/licencetest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// counted counts how often all licences are read.
type counted struct {
	licence.Store
	reads int
}

func (c *counted) Licences(ctx context.Context) iter.Seq2[[]licence.Kept, error] {
	c.reads++
	return c.Store.Licences(ctx)
}

// TestHeldShelf does things to licences through one handle of a store, has days pass, and holds what another handle keeps of them to what
// is read anew each time. They are read again only where something was done.
func TestHeldShelf(t *testing.T) {
	for _, engine := range []string{"memory", "folder", "database"} {
		t.Run(engine, func(t *testing.T) {
			var one, two licencetest.Store
			switch engine {
			case "memory":
				m := licencetest.NewMemory()
				one, two = m, m
			default:
				data := t.TempDir()
				folder := data
				if engine == "database" {
					data = postgrestest.Database(t)
				}
				for _, s := range []*licencetest.Store{&one, &two} {
					x, err := (&Main{folder: folder}).openStore(t.Context(), data)
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { x.Close() })
					*s = x.(licencetest.Store)
				}
			}
			b, shelf, reader := licencetest.Book(one), &heldShelf{}, &counted{Store: two}
			m := &Main{}
			r := rand.New(rand.NewPCG(7, 9))
			var ids []string
			now, done, most := licencetest.Start, 0, 0
			for range 120 {
				switch op := r.IntN(8); {
				case op == 0 || len(ids) == 0:
					terms := licencetest.Terms()
					terms.Reference = fmt.Sprint("R-", len(ids))
					l, err := b.Grant(t.Context(), licencetest.Ann, now, terms)
					if err != nil {
						t.Fatal(err)
					}
					ids, done = append(ids, l.ID), done+1
				case op < 4:
					e := []licence.Event{
						{Kind: licence.Checked, Text: "held to the letter"},
						{Kind: licence.Fulfilled, Condition: "report", Text: "sent", Evidence: "a copy"},
						{Kind: licence.Revoked, Text: "letter"},
						{Kind: licence.Missed, Condition: "end-use", Text: "a visit"},
					}[r.IntN(4)]
					if _, err := b.Do(t.Context(), ids[r.IntN(len(ids))], licencetest.Bob, now, e); err == nil {
						done++
					}
					done++ // what time did is noted first, refused or not
				default:
					now = now.Add(time.Duration(r.IntN(72)) * time.Hour)
				}
				m.Now = func() time.Time { return now }
				want := m.heldOf(t.Context(), &licence.Book{Store: two})
				for range 2 {
					got := shelf.take(t.Context(), reader, now)
					if diff := cmp.Diff(want.Held, got.Held); diff != "" || got.Unread != "" {
						t.Fatalf("at %s: %s %s", now, diff, got.Unread)
					}
				}
				most = max(most, len(want.Held))
			}
			if before := shelf.take(t.Context(), reader, licencetest.Start.Add(-time.Hour)); len(before.Held) != most { // a clock that goes back
				t.Errorf("%d of %d", len(before.Held), most)
			}
			if reader.reads > done || reader.reads < 3 || most < 3 {
				t.Errorf("%d licences were read %d times, and something was done %d times", most, reader.reads, done)
			}
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			if engine == "memory" {
				return
			}
			if got := shelf.take(gone, reader, now); got.Unread == "" || len(got.Held) > 0 {
				t.Errorf("a store that cannot be read: %+v", got)
			}
		})
	}
}

// BenchmarkHeld asks a question that is not lawful where so many licences are held.
func BenchmarkHeld(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		s, err := (&Main{folder: b.TempDir()}).openStore(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
		now := licencetest.Start
		var events []licence.Kept
		for i := range n {
			terms := licencetest.Terms()
			terms.Reference, terms.Covers.Provisions = fmt.Sprint("R-", i), []string{"2397-p4"}
			events = append(events, licence.Seal(licence.Event{
				Licence: licence.NewID(now, [10]byte{byte(i >> 8), byte(i)}), N: 1, Kind: licence.Granted, Time: now, Person: "u-ann", Role: casework.Analyst, Terms: terms,
			}))
		}
		if err := s.AddLicences(b.Context(), events, casework.Default(), nil); err != nil {
			b.Fatal(err)
		}
		m := &Main{ctx: b.Context(), Now: func() time.Time { return now }}
		d, err := m.open(lawFlags{}, ruling.Options{})
		if err != nil {
			b.Fatal(err)
		}
		a := &activity.Activity{}
		if err := activity.NewDecoder(d.Reference).Decode([]byte(`{"kind":"transfer","date":"2027-01-20","origin":"CN","destination":"KP",`+
			`"goods":[{"hs":"841370","description":"pumps","quantity":2,"unit":"t"}],"parties":[{"name":"Clinic of Hamhung"}]}`), a); err != nil {
			b.Fatal(err)
		}
		ask := func(b *testing.B, read func() ruling.Licences) {
			b.ReportAllocs()
			for b.Loop() {
				r, err := decide.Hold(read).Rule(ruling.Request{Activity: a, KnownAt: when.NoDay, Brief: true}, d.Engine.Decide)
				if err != nil || r.Verdict != ruling.Prohibited {
					b.Fatal(r, err)
				}
			}
		}
		shelf := &heldShelf{}
		b.Run(fmt.Sprintf("%d/read each time", n), func(b *testing.B) {
			ask(b, func() ruling.Licences { return m.heldOf(b.Context(), &licence.Book{Store: s}) })
		})
		b.Run(fmt.Sprintf("%d/kept", n), func(b *testing.B) {
			shelf.take(b.Context(), s, now)
			ask(b, func() ruling.Licences { return shelf.take(b.Context(), s, now) })
		})
	}
}

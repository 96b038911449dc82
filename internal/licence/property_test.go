package licence_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/licence/licencetest"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestLost runs random histories of a licence and of the cases that hang on it, and holds
// them to an oracle that reads nothing but the list of events: no path leaves a linked
// decision authorised after what takes its authorisation, but one on which a person gave
// it back since; and nothing is dropped. `make cases` runs 20,000 histories.
func TestLost(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("200")
		defer f.Value.Set(f.DefValue)
	}
	rapid.Check(t, func(t *rapid.T) {
		h := &history{T: t, store: licencetest.NewMemory(), now: licencetest.Start, amounts: map[licence.Decision]int64{}}
		h.book = licencetest.Book(h.store)
		h.desk = casework.Desk{Store: h.store, Policy: casework.Default(), Lapsed: func(ctx context.Context, ids []string) (map[string][]casework.Event, error) {
			return h.book.Lapsed(ctx, ids, h.now)
		}}
		terms := licencetest.Terms()
		terms.Conditions = append(terms.Conditions, licence.Condition{ID: "visit", What: "x", Who: "x", Due: licencetest.Day(50), Evidence: "x"})
		l, err := h.book.Grant(context.Background(), licencetest.Ann, h.now, terms)
		if err != nil {
			t.Fatal(err)
		}
		h.id = l.ID
		for i := range 2 {
			h.decisions = append(h.decisions, licence.Decision{Kind: licence.Case, ID: h.newCase(i)})
		}
		h.decisions = append(h.decisions, licence.Decision{Kind: licence.Answer, ID: "a-1"})
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			h.now = h.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 24, 24, 5 * 24, 15 * 24}).Draw(t, "hours")) * time.Hour)
			h.step()
			h.check()
		}
	})
}

type history struct {
	*rapid.T
	store     *licencetest.Memory
	book      *licence.Book
	desk      casework.Desk
	now       time.Time
	id        string
	decisions []licence.Decision
	amounts   map[licence.Decision]int64 // of what was linked
	told      int                        // events that were accepted of the licence, without those of the clock
}

func (h *history) newCase(i int) string {
	a := alert(i)
	m, err := h.desk.Raise(context.Background(), licencetest.Clock, h.now, a)
	if err != nil {
		h.Fatal(err)
	}
	return m.Case
}

func alert(i int) *casework.Alert {
	says := []casework.Fact{{Field: "verdict", Value: "needs_approval"}}
	return &casework.Alert{
		Subject: casework.Side{Ref: fmt.Sprint("activity ", i), Name: "x", Says: says}, Listing: casework.Side{Ref: "law", Name: "x", Says: says},
		Tier: casework.TierRuling, Score: 1, Stake: 1, Answer: "a",
	}
}

var people = []casework.Person{
	licencetest.Ann, licencetest.Bob, licencetest.Cho, licencetest.Bob, licencetest.Cho, licencetest.Clock,
	{Name: "u-ann", Role: casework.Approver},
	{Name: "u-vic", Role: casework.Viewer},
	{Name: "u-aud", Role: casework.Auditor},
}

func (h *history) step() {
	switch rapid.IntRange(0, 5).Draw(h.T, "what") {
	case 0:
		if _, err := h.book.Note(context.Background(), h.now); err != nil {
			h.Fatal(err)
		}
		h.written()
	case 1:
		h.decide()
	default:
		h.act()
	}
}

// written: once it is noted, cases and their log have it without anybody reckoning.
func (h *history) written() {
	l, _, err := h.book.Get(context.Background(), h.id, h.now)
	if err != nil {
		h.Fatal(err)
	}
	for i := range l.Links {
		k := &l.Links[i]
		if k.Kind != licence.Case {
			continue
		}
		kept, err := h.store.Events(context.Background(), k.ID)
		if err != nil {
			h.Fatal(err)
		}
		c, err := casework.Fold(h.desk.Policy, casework.Events(kept))
		if a := c.Licence(h.id); err != nil || a == nil || a.Lost.IsZero() != k.Authorised() {
			h.Fatalf("the case %s has %+v of the licence, and the link is lost: %+v, %v", k.ID, a, k.Lost, err)
		}
	}
}

// act does something to the licence, likely or not.
func (h *history) act() {
	by := rapid.SampledFrom(people).Draw(h.T, "who")
	e := licence.Event{
		Kind:      rapid.SampledFrom(append(licence.Kinds(), licence.Linked, licence.Linked, licence.Fulfilled, licence.Fulfilled, licence.Restored, licence.Restored)).Draw(h.T, "does"),
		Condition: rapid.SampledFrom([]string{"report", "end-use", "visit"}).Draw(h.T, "condition"),
		Decision:  rapid.SampledFrom(h.decisions).Draw(h.T, "decision"),
		Text:      rapid.SampledFrom([]string{"because", "because", "because", " "}).Draw(h.T, "text"), Evidence: "a stamp",
		Day: licencetest.Day(rapid.IntRange(-1, 200).Draw(h.T, "day")),
	}
	if e.Kind == licence.Revoked && rapid.IntRange(0, 3).Draw(h.T, "revoke") > 0 {
		e.Kind = licence.Fulfilled
	}
	if e.Kind == licence.Linked {
		e.Amount = int64(rapid.IntRange(0, 600_000).Draw(h.T, "amount"))
	}
	before, _, err := h.book.Get(context.Background(), h.id, h.now)
	if err != nil {
		h.Fatal(err)
	}
	_, err = h.book.Do(context.Background(), h.id, by, h.now, e)
	if err != nil {
		switch fault.CodeOf(err) {
		case fault.Conflict, fault.Denied, fault.Usage, fault.Internal, fault.Invalid:
		default:
			h.Fatalf("%s: %v", e.Kind, err)
		}
		if l, _, _ := h.book.Get(context.Background(), h.id, h.now); len(l.Links) != len(before.Links) || l.Lost() != before.Lost() {
			h.Fatalf("%s was refused and changed the licence", e.Kind)
		}
		return
	}
	h.told++
	if e.Kind == licence.Linked {
		h.amounts[e.Decision] = e.Amount
	}
}

// decide has two persons close a case as authorised, if they may.
func (h *history) decide() {
	id := h.decisions[rapid.IntRange(0, 1).Draw(h.T, "case")].ID
	c, _, err := h.desk.Get(context.Background(), id)
	if err != nil {
		h.Fatal(err)
	}
	if c, err = h.desk.Do(context.Background(), id, licencetest.Ann, h.now, casework.Event{
		Kind: casework.Disposed, Disposition: casework.False, Code: "authorised", Text: "by the licence",
	}); err != nil {
		return
	}
	if rapid.Bool().Draw(h.T, "confirm") {
		_, err = h.desk.Do(context.Background(), id, licencetest.Bob, h.now, casework.Event{Kind: casework.Confirmed, Of: c.Events})
		if err != nil {
			h.Fatal(err)
		}
	}
}

// takes says when decisions lost what the licence gave, by the events alone: the time of
// each, the number of its event, 0 for what time does, and what was carried out before.
type takes struct {
	at    time.Time
	n     int
	spare map[licence.Decision]bool
}

func causes(events []licence.Event, now time.Time) (out []takes) {
	end := func(d when.Day) time.Time {
		y, m, n := d.Civil()
		return time.Date(y, time.Month(m), n+1, 0, 0, 0, 0, time.UTC)
	}
	until, spare := events[0].Terms.Until, map[licence.Decision]bool{}
	over := func(at time.Time) {
		if e := end(until); !at.Before(e) {
			had := map[licence.Decision]bool{}
			for d := range spare {
				had[d] = true
			}
			out = append(out, takes{e, 0, had})
		}
	}
	for _, c := range events[0].Terms.Conditions {
		if c.Due == when.NoDay || now.Before(end(c.Due)) {
			continue
		}
		met := false
		for _, e := range events {
			met = met || e.Kind == licence.Fulfilled && e.Condition == c.ID && e.Time.Before(end(c.Due))
		}
		if !met {
			out = append(out, takes{end(c.Due), 0, nil})
		}
	}
	for _, e := range events {
		switch {
		case e.Kind == licence.Missed && e.Role != casework.Machine, e.Kind == licence.Revoked:
			out = append(out, takes{e.Time, e.N, nil})
		case e.Kind == licence.CarriedOut:
			spare[e.Decision] = true
		case e.Kind == licence.Extended:
			over(e.Time)
			until = e.Day
		}
	}
	over(now)
	return out
}

func (h *history) check() {
	l, events, err := h.book.Get(context.Background(), h.id, h.now)
	if err != nil {
		h.Fatal(err)
	}
	made := 0
	for _, e := range events[1:] {
		if e.Role != casework.Machine || e.Kind == licence.Missed && e.Person != licencetest.Clock.Name {
			made++
		}
	}
	if made > h.told || len(l.Links) != len(h.amounts) {
		h.Fatalf("%d events of people are kept and %d were accepted; %d links and %d", made, h.told, len(l.Links), len(h.amounts))
	}
	for d, amount := range h.amounts {
		k := l.Link(d)
		if k == nil || k.Amount != amount {
			h.Fatalf("the link of %s is dropped", d)
		}
		since, n := k.Time, k.N
		for _, e := range events {
			if e.Kind == licence.Restored && e.Decision == d {
				if e.Person == k.Person || e.Role != casework.Approver {
					h.Fatalf("%s (%s) restored what %s linked", e.Person, e.Role, k.Person)
				}
				since, n = e.Time, e.N
			}
		}
		lost := false
		for _, c := range causes(events, h.now) {
			lost = lost || !c.spare[d] && (c.n > n || c.n == 0 && c.at.After(since))
		}
		if lost == k.Authorised() {
			h.Fatalf("%s is authorised: %v; by the events it is lost: %v", d, k.Authorised(), lost)
		}
		if d.Kind == licence.Case {
			h.checkCase(d.ID, k)
		}
	}
	if l.Used() > 1_000_000 || len(l.Links) > 3 {
		h.Fatalf("%d of the limit are used by %d", l.Used(), len(l.Links))
	}
	licencetest.Audit(h.T, h.store)
}

// checkCase: nobody sees a case closed as authorised whose licence is no ground.
func (h *history) checkCase(id string, k *licence.Link) {
	c, _, err := h.desk.Get(context.Background(), id)
	if err != nil {
		h.Fatal(err)
	}
	if a := c.Licence(h.id); a == nil || a.Lost.IsZero() != k.Authorised() {
		h.Fatalf("the case %s knows %+v of the licence, and the link is lost: %+v", id, a, k.Lost)
	}
	if !k.Authorised() && (!c.Held() || c.Closed != nil || c.Proposal != nil) {
		h.Fatalf("the authorisation is lost and the case is %s, held %v", c.State(), c.Held())
	}
}

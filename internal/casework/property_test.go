package casework_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/casework/caseworktest"
	"github.com/cordon-engine/cordon/internal/fault"
)

func TestMemory(t *testing.T) {
	caseworktest.Run(t, func(testing.TB) caseworktest.Store { return caseworktest.NewMemory() })
}

// TestHistories runs random histories of a desk beside a model of it that is far
// simpler, and holds them to what must never happen. `make cases` runs 100,000.
func TestHistories(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		_ = f.Value.Set("300")
		defer f.Value.Set(f.DefValue)
	}
	rapid.Check(t, func(t *rapid.T) {
		h := &history{
			T: t, store: caseworktest.NewMemory(), now: caseworktest.Start, pairs: map[[2]string]*pair{}, count: map[casework.Outcome]int{},
		}
		h.desk = casework.Desk{Store: h.store, Policy: casework.Policy{
			SecondForTrue: rapid.Bool().Draw(t, "second for true"), LongestSuppression: 30 * 24 * time.Hour,
		}, AutoClose: rapid.Bool().Draw(t, "auto-close")}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			h.step()
		}
		h.end()
	})
}

// pair is what the model knows of a subject and a listing.
type pair struct {
	id    string
	facts [2]int // what both sides said last
	hard  bool
	open  bool
	true_ bool
	// proposer, while somebody waits for a second person, and what they want.
	proposer  string
	want      casework.Disposition
	until     time.Time
	event     int
	quiet     time.Time // until when it is suppressed
	deciders  []string
	escalated bool
	holder    string // who placed a hold of their own
	licence   string // "" for none, "held" or "lost"
}

type history struct {
	*rapid.T
	store *caseworktest.Memory
	desk  casework.Desk
	now   time.Time
	pairs map[[2]string]*pair
	in    int
	count map[casework.Outcome]int
}

var people = []casework.Person{
	{Name: "u-ann", Role: casework.Analyst},
	{Name: "u-ann", Via: "u-key2", Role: casework.Approver}, // the same person in another role, with another key
	{Name: "u-bob", Role: casework.Approver},
	{Name: "u-cho", Role: casework.Approver},
	{Name: "u-dee", Role: casework.Analyst},
	{Name: "u-eve", Role: casework.Viewer},
	{Name: "u-fay", Role: casework.Admin},
	{Name: "u-gus", Role: casework.Auditor},
}

var machine = casework.Person{Name: "u-machine", Role: casework.Machine}

func (h *history) step() {
	h.now = h.now.Add(time.Duration(rapid.IntRange(0, 10*24).Draw(h.T, "hours")) * time.Hour)
	if len(h.pairs) == 0 || rapid.IntRange(0, 2).Draw(h.T, "what") == 0 {
		h.raise()
		return
	}
	keys := slices.SortedFunc(maps.Keys(h.pairs), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	h.act(h.pairs[rapid.SampledFrom(keys).Draw(h.T, "pair")])
}

func (h *history) raise() {
	s := fmt.Sprint("c-", rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(h.T, "subject"))
	l := fmt.Sprint("un:", rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(h.T, "listing"))
	facts := [2]int{rapid.IntRange(1, 3).Draw(h.T, "says"), rapid.IntRange(1, 3).Draw(h.T, "listed as")}
	if p := h.pairs[[2]string{s, l}]; p != nil && rapid.IntRange(0, 3).Draw(h.T, "same facts") > 0 {
		facts = p.facts
	}
	a := caseworktest.Alert(s, l, facts[0], facts[1])
	hard := facts[0] == 3 // the third thing that a side says contradicts
	if hard {
		a.Listing.Hard = []casework.Fact{{Field: "birthDate", Value: "1960-03-04"}, {Field: "country", Value: "KP"}}
		a.Subject.Hard = []casework.Fact{{Field: "birthDate", Value: "1990-01-02"}, {Field: "country", Value: "PE"}}
	}
	h.in++
	got, err := h.desk.Raise(context.Background(), machine, h.now, a)
	if err != nil {
		h.Fatalf("raise: %v", err)
	}
	h.count[got.Outcome]++
	p := h.pairs[[2]string{s, l}]
	known := p != nil
	if !known {
		p = &pair{id: got.Case}
		h.pairs[[2]string{s, l}] = p
	}
	if p.id != got.Case {
		h.Fatalf("the pair %s, %s has the cases %s and %s", s, l, p.id, got.Case)
	}
	changed := !known || p.facts != facts
	quiet := known && !changed && !p.open && (p.true_ || p.hard || h.now.Before(p.quiet))
	busy := known && !changed && p.open
	if !quiet && !busy { // whatever was decided or proposed is over
		escalated := p.escalated
		*p = pair{id: p.id, facts: facts, open: true, escalated: escalated, holder: p.holder, licence: p.licence}
		if hard && h.desk.AutoClose && !escalated {
			p.open, p.hard = false, true
		}
	}
	switch got.Outcome {
	case casework.Suppressed, casework.KnownTrue:
		if !quiet {
			h.Fatalf("%s, %s is %s on facts that were not decided on", s, l, got.Outcome)
		}
	case casework.StillContradicted:
		if !hard || !h.desk.AutoClose {
			h.Fatalf("%s, %s was closed without hard facts", s, l)
		}
	default:
		if !p.open || quiet {
			h.Fatalf("%s, %s is %s, and the model has it closed", s, l, got.Outcome)
		}
	}
	h.compare(p)
}

var doing = []casework.Kind{
	casework.Disposed, casework.Confirmed, casework.Disposed, casework.Confirmed, casework.Disposed, casework.Confirmed,
	casework.Assigned, casework.Commented, casework.Returned, casework.Reopened, casework.Sampled, casework.Reviewed,
	casework.Contradicted, casework.DeadlineSet, casework.DeadlineMet, casework.DeadlineMissed, casework.Opened, casework.Changed,
	casework.HoldPlaced, casework.HoldReleased, casework.Revoked,
	casework.Licensed, casework.AuthorisationLost, casework.AuthorisationRestored, casework.NothingOwed, casework.Attached,
}

func (h *history) act(p *pair) {
	by := rapid.SampledFrom(people).Draw(h.T, "who")
	e := casework.Event{
		Kind: rapid.SampledFrom(doing).Draw(h.T, "does"), Text: rapid.SampledFrom([]string{"because", "because", "because", " "}).Draw(h.T, "text"),
		To: "u-ann", Of: p.event, Deadline: "report", Due: h.now.Add(time.Hour), Upheld: rapid.Bool().Draw(h.T, "upheld"),
		Licence: "01K",
	}
	if rapid.IntRange(0, 2).Draw(h.T, "what is likely") > 0 {
		by, e.Kind = h.likely(p)
	}
	if rapid.IntRange(0, 9).Draw(h.T, "stale") == 0 {
		e.Of--
	}
	if e.Kind == casework.Disposed {
		e.Disposition = rapid.SampledFrom(append(casework.Dispositions(), casework.False, casework.False, "maybe")).Draw(h.T, "as")
		e.Code = rapid.SampledFrom(append(casework.Codes(e.Disposition), "")).Draw(h.T, "code")
		if e.Disposition == casework.False && rapid.Bool().Draw(h.T, "suppress") {
			e.Suppress = h.now.Add(time.Duration(rapid.IntRange(-1, 40*24).Draw(h.T, "for")) * time.Hour)
		}
	}
	e.Owner = "u-bob"
	if e.Suppress.IsZero() && e.Kind == casework.Disposed {
		e.Owner = ""
	}
	before, _, err := h.desk.Get(context.Background(), p.id)
	if err != nil {
		h.Fatal(err)
	}
	c, err := h.desk.Do(context.Background(), p.id, by, h.now, e)
	if err != nil {
		after, _, _ := h.desk.Get(context.Background(), p.id)
		if !reflect.DeepEqual(before, after) {
			h.Fatalf("%s was refused and changed the case", e.Kind)
		}
		h.mustHave(p, by, e, err)
		return
	}
	h.done(p, by, &e, &c)
	h.compare(p)
}

// likely gives what is done most of the time, so that histories come far.
func (h *history) likely(p *pair) (casework.Person, casework.Kind) {
	switch {
	case !p.open:
		kind := rapid.SampledFrom([]casework.Kind{
			casework.Sampled, casework.Reviewed, casework.Reopened, casework.Revoked, casework.HoldPlaced, casework.HoldReleased,
		}).Draw(h.T, "then")
		return rapid.SampledFrom(people[1:4]).Draw(h.T, "approver"), kind
	case p.proposer != "":
		return rapid.SampledFrom(people[1:4]).Draw(h.T, "approver"), casework.Confirmed
	}
	return rapid.SampledFrom(people[:5]).Draw(h.T, "worker"), casework.Disposed
}

// mustHave says that a refusal was right, for the two that would lock people out.
func (h *history) mustHave(p *pair, by casework.Person, e casework.Event, err error) {
	second := p.open && p.proposer != "" && p.proposer != by.Name && by.Role == casework.Approver && e.Of == p.event
	if second && e.Kind == casework.Confirmed {
		h.Fatalf("a second person may not confirm: %v", err)
	}
	if p.proposer == by.Name && e.Kind == casework.Confirmed && by.Role == casework.Approver && e.Of == p.event &&
		fault.HTTP(err) != 403 {
		h.Fatalf("the same person is refused with %d: %v", fault.HTTP(err), err)
	}
}

// done tells the model what was done, and checks that it might be.
func (h *history) done(p *pair, by casework.Person, e *casework.Event, c *casework.Case) {
	worker := by.Role == casework.Analyst || by.Role == casework.Approver
	switch e.Kind {
	case casework.Disposed:
		if !p.open || !worker || e.Code == "" || e.Text == " " || p.escalated && by.Role != casework.Approver {
			h.Fatalf("%s disposed of it as %q with the reason %q, %q", by.Role, e.Disposition, e.Code, e.Text)
		}
		p.proposer, p.until = "", time.Time{}
		switch e.Disposition {
		case casework.Escalate:
			p.escalated = true
		case casework.NotEnough:
		case casework.True:
			if !h.desk.Policy.SecondForTrue {
				p.open, p.true_, p.deciders = false, true, []string{by.Name}
				return
			}
			fallthrough
		case casework.False:
			p.proposer, p.want, p.until, p.event = by.Name, e.Disposition, e.Suppress, c.Events
		default:
			h.Fatalf("%q is no disposition", e.Disposition)
		}
	case casework.Confirmed:
		if !p.open || p.proposer == "" || p.proposer == by.Name || by.Role != casework.Approver || e.Of != p.event {
			h.Fatalf("%s (%s) confirmed what %q disposed of", by.Name, by.Role, p.proposer)
		}
		p.open, p.true_, p.quiet, p.deciders = false, p.want == casework.True, p.until, []string{p.proposer, by.Name}
		p.proposer = ""
	case casework.Returned:
		if p.proposer == "" || p.proposer == by.Name {
			h.Fatal("somebody returned their own disposition")
		}
		p.proposer = ""
	case casework.Reopened:
		if p.open || !worker {
			h.Fatal("reopened what was open")
		}
		h.reopen(p)
	case casework.Reviewed:
		if p.open || slices.Contains(p.deciders, by.Name) {
			h.Fatalf("%s reviewed what %v decided", by.Name, p.deciders)
		}
		if !e.Upheld {
			h.reopen(p)
		}
	case casework.HoldPlaced:
		if p.holder != "" || !worker {
			h.Fatalf("%s held what %q held", by.Role, p.holder)
		}
		p.holder = by.Name
	case casework.HoldReleased:
		if p.holder == "" || p.holder == by.Name || by.Role != casework.Approver {
			h.Fatalf("%s (%s) released what %q held", by.Name, by.Role, p.holder)
		}
		p.holder = ""
	case casework.Revoked:
		if !worker || p.open || p.until.IsZero() && p.quiet.IsZero() {
			h.Fatalf("%s revoked what was not suppressed", by.Role)
		}
		p.quiet = time.Time{}
	case casework.Licensed:
		if p.licence != "" || !worker {
			h.Fatalf("%s linked a licence that is %s", by.Role, p.licence)
		}
		p.licence = "held"
	case casework.AuthorisationLost:
		if p.licence != "held" || !worker {
			h.Fatalf("%s took a licence that is %q", by.Role, p.licence)
		}
		p.licence, p.proposer = "lost", ""
		if !p.open && !p.true_ {
			h.reopen(p)
		}
	case casework.AuthorisationRestored:
		if p.licence != "lost" || by.Role != casework.Approver {
			h.Fatalf("%s gave back a licence that is %q", by.Role, p.licence)
		}
		p.licence = "held"
	case casework.Contradicted, casework.Opened, casework.Changed:
		h.Fatalf("a person made the event %s", e.Kind)
	}
}

func (h *history) reopen(p *pair) {
	*p = pair{id: p.id, facts: p.facts, open: true, escalated: p.escalated, holder: p.holder, licence: p.licence}
}

// compare holds the case to the model, and to what must never be.
func (h *history) compare(p *pair) {
	c, _, err := h.desk.Get(context.Background(), p.id)
	if err != nil {
		h.Fatal(err)
	}
	if (c.Closed == nil) != p.open {
		h.Fatalf("the case is %s, and the model has open = %v", c.State(), p.open)
	}
	if (c.Proposal != nil) != (p.proposer != "") {
		h.Fatalf("the case is %s, and the model has the proposer %q", c.State(), p.proposer)
	}
	if c.Held() != (p.open || p.true_ || p.holder != "") {
		h.Fatalf("held is %v; the model has open = %v, true = %v, held by %q", c.Held(), p.open, p.true_, p.holder)
	}
	if (c.Unauthorised() != nil) != (p.licence == "lost") {
		h.Fatalf("the case has the licences %+v, and the model %q", c.Licences, p.licence)
	}
	quiet := c.Suppression.Holds(&c.Alert, h.now)
	if quiet != (!p.open && h.now.Before(p.quiet)) {
		h.Fatalf("suppressed is %v, and the model has it until %v", quiet, p.quiet)
	}
	d := c.Closed
	switch {
	case d == nil:
	case d.Code == "" || d.Text == "" || d.Person == "":
		h.Fatalf("closed without a reason: %+v", d)
	case len(d.Facts) > 0 && d.Disposition == casework.False && c.Suppression == nil:
	case d.Disposition == casework.False || h.desk.Policy.SecondForTrue:
		if d.Second == "" || d.Second == d.Person {
			h.Fatalf("closed without a second person: %+v", d)
		}
	}
}

func (h *history) end() {
	sum := 0
	for _, n := range h.count {
		sum += n
	}
	if sum != h.in {
		h.Fatalf("%d alerts came in and %d have an outcome", h.in, sum)
	}
	cases, err := h.desk.Cases(context.Background())
	if err != nil || len(cases) != len(h.pairs) {
		h.Fatalf("%d cases about %d pairs, %v", len(cases), len(h.pairs), err)
	}
	n, err := casework.Verify(context.Background(), h.desk.Policy, h.store, h.store, func(what string) { h.Errorf("%s", what) })
	if err != nil || n < len(cases) {
		h.Fatalf("%d events of %d cases have their entries, %v", n, len(cases), err)
	}
}

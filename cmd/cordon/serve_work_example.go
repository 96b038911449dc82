package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	examplefiles "github.com/cordon-engine/cordon/examples"
	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/watch"
	"github.com/cordon-engine/cordon/internal/web"
)

// exampleDesk is a desk over made-up customers, in a folder that goes when the server stops. The screenings are real, against
// the lists of the server; the persons, and the times at which they did something, are not.
type exampleDesk struct {
	*workStore
	people  []web.WorkPerson
	machine string
}

const exampleNote = "This is an example. The customers and the persons are made up; the screenings are real, against the lists of this server. " +
	"Do what you like: it stands in a folder of its own, and is gone when the server stops. " +
	"Your own work takes its place once the data folder has cases or customers (`cordon cases from`, `cordon watch add`)."

// exampleBase is the name of the base of the example.
const exampleBase = "example-customers"

// exampleFor gives the example, which is made when somebody first looks.
func (w *workForPages) exampleFor(r *http.Request) (*web.WorkDesk, error) {
	if w.example == nil {
		dir, err := os.MkdirTemp("", "cordon-example-")
		if err != nil {
			return nil, fault.Wrap(fault.Unavailable, err, "the example cannot be made")
		}
		ex, err := w.makeExample(dir)
		if err != nil {
			_ = os.RemoveAll(dir)
			return nil, err
		}
		w.example = ex
	}
	ex := w.example
	d := w.desk(ex.workStore)
	d.Note, d.Choices = strings.ReplaceAll(exampleNote, "`", ""), ex.people
	me := ex.people[0]
	if c, err := r.Cookie(web.PlayedAs); err == nil {
		for _, p := range ex.people {
			if p.ID == c.Value {
				me = p
			}
		}
	}
	d.By, d.Name, d.Playing = casework.Person{Name: me.ID, Via: ex.account, Role: me.Role}, me.Name, me.ID
	d.People = func(context.Context) ([]web.WorkPerson, error) { return ex.people, nil }
	d.NameOf = func(id string) string {
		if id == ex.machine {
			return "Screening"
		}
		for _, p := range ex.people {
			if p.ID == id {
				return p.Name
			}
		}
		return ""
	}
	return d, nil
}

// exampleMaker plays a week at the desk.
type exampleMaker struct {
	w  *workForPages
	ex *exampleDesk
	// at is the moment that is played.
	at   time.Time
	held *screen.Held
}

func (w *workForPages) makeExample(dir string) (*exampleDesk, error) {
	s, err := w.m.openWork(w.m.ctx, dir)
	if err != nil {
		return nil, err
	}
	x := &exampleMaker{w: w, ex: &exampleDesk{workStore: s}, held: w.sc.live.Take()}
	defer x.held.Release()
	if err = x.play(); err != nil {
		_ = s.Close()
		return nil, err
	}
	return x.ex, nil
}

// play makes the persons, screens the customers twice, and decides some of the cases.
func (x *exampleMaker) play() error {
	start := x.w.m.now().Truncate(time.Hour)
	if err := x.persons(start); err != nil {
		return err
	}
	for _, step := range []struct {
		before time.Duration
		do     func() error
	}{
		{150 * time.Hour, func() error { return x.screen("work/customers-first.csv") }},
		{100 * time.Hour, x.firstDecisions},
		{45 * time.Hour, func() error { return x.screen("work/customers.csv") }},
		{20 * time.Hour, x.laterDecisions},
		{8 * time.Hour, x.owed},
	} {
		x.at = start.Add(-step.before)
		if err := step.do(); err != nil {
			return err
		}
	}
	return nil
}

func (x *exampleMaker) persons(start time.Time) (err error) {
	for _, p := range []struct {
		name string
		role casework.Role
	}{{"Ana Alves", casework.Analyst}, {"Bo Berg", casework.Approver}, {"Cleo Chan", casework.Approver}, {"Dag Dahl", casework.Admin}, {"Eve Ek", casework.Auditor}} {
		person := web.WorkPerson{Name: p.name, Role: p.role, Since: start.AddDate(0, -7, 0)}
		if person.ID, err = logkey.Pseudonym(x.ex.dir, p.name); err != nil {
			return err
		}
		x.ex.people = append(x.ex.people, person)
	}
	if x.ex.machine, err = logkey.Pseudonym(x.ex.dir, "screening"); err != nil {
		return err
	}
	k, _, err := access.New(nil, "payments-eu (example)", []access.Scope{access.Screen, access.Decide}, start.AddDate(0, -5, 0), start.AddDate(0, 7, 0))
	if err != nil {
		return err
	}
	return keysForPages{x.ex.workStore, x.w.m}.Add(x.w.m.ctx, x.as(3), k)
}

func (x *exampleMaker) as(i int) casework.Person {
	return casework.Person{Name: x.ex.people[i].ID, Via: x.ex.account, Role: x.ex.people[i].Role}
}

func (x *exampleMaker) desk() *casework.Desk {
	return &casework.Desk{Store: x.ex, Policy: casework.Default()}
}

// columns of the files of the example.
func exampleColumns() screen.Mapping {
	m := screen.Mapping{screen.Ref: {"customer"}, stakeColumn: {"stake"}}
	for _, f := range []string{"name", "schema", "birthDate", "country", "imo", "passport"} {
		m[f] = []string{f}
	}
	return m
}

// screen takes a file of customers on file, screens them, and makes cases of the hits.
func (x *exampleMaker) screen(file string) error {
	ctx := x.w.m.ctx
	b, err := examplefiles.Work.ReadFile(file)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the example")
	}
	sum := sha256.Sum256(b)
	mapping := exampleColumns()
	delete(mapping, stakeColumn)
	f := watch.File{Name: file, SHA256: hex.EncodeToString(sum[:]), Reader: strings.NewReader(string(b)), Mapping: mapping}
	if _, _, err := watch.Add(ctx, customersOf(x.ex.database), exampleBase, f, x.w.sc.places, x.at, x.ex.people[0].ID); err != nil {
		return err
	}
	w := watch.Watcher{
		Store: customersOf(x.ex.database), Desk: x.held.Desk, Places: x.w.sc.places, AsOf: x.w.m.today(), Now: func() time.Time { return x.at },
		Actor: x.ex.machine, Program: version, Workers: 1,
	}
	if _, err := w.Follow(ctx, exampleBase); err != nil {
		return err
	}
	return x.raise(file, b)
}

// raise screens each row, and makes cases of what it hits as `cordon cases from` does.
func (x *exampleMaker) raise(file string, b []byte) error {
	rows, _, err := screen.Rows(file, strings.NewReader(string(b)), exampleColumns())
	if err != nil {
		return err
	}
	quiet := *x.w.m
	quiet.Out, quiet.Now = io.Discard, func() time.Time { return x.at }
	r := &raising{
		caseMaker: caseMaker{x.held.Desk, x.w.sc.places, x.w.m.today()}, c: &casesFromCmd{Format: "text"}, m: &quiet, ctx: quiet.ctx, desk: x.desk(), by: casework.Person{Name: x.ex.machine, Role: casework.Machine},
		count: map[casework.Outcome]int{},
	}
	parties, seen := map[int]answeredParty{}, map[string]bool{}
	batch := screen.Batch{AsOf: r.asOf, Threshold: x.held.Params().Possible(), Limit: math.MaxInt32, Places: r.places, Workers: 1}
	return x.held.Run(quiet.ctx, batch, func(yield func(screen.Row, error) bool) {
		for row, err := range rows {
			if err == nil && row.Err == nil {
				stake, _ := strconv.ParseFloat(strings.Join(row.Party[stakeColumn], ""), 64)
				p := answeredParty{ref: row.Party[screen.Ref][0], stake: stake, from: fmt.Sprintf("%s row %d", file, row.Number)}
				delete(row.Party, stakeColumn)
				delete(row.Party, screen.Ref)
				p.party = row.Party
				if !seen[p.ref] { // a second row with the same reference is refused
					parties[row.Number], seen[p.ref] = p, true
				}
			}
			if !yield(row, err) {
				return
			}
		}
	}, func(a screen.Answered) error {
		p, ok := parties[a.Row.Number]
		if !ok {
			return nil // it was refused, which the base shows
		}
		p.answer = rowAnswer(x.held.Desk, batch, a, false)
		return r.one(&p)
	})
}

// act does something to the likeliest case of a customer, an hour after what was done before.
func (x *exampleMaker) act(ref string, by int, e casework.Event) error {
	list, err := x.desk().Cases(x.w.m.ctx)
	if err != nil {
		return err
	}
	casework.Sort(list)
	for i := range list {
		c := &list[i]
		if c.Alert.Subject.Ref != ref {
			continue
		}
		if x.at = x.at.Add(time.Hour); e.Kind == casework.Confirmed && c.Proposal != nil {
			e.Of = c.Proposal.N
		}
		_, err := x.desk().Do(x.w.m.ctx, c.ID, x.as(by), x.at, e)
		return err
	}
	return nil // the lists of this server have nobody whom this customer may be
}

func (x *exampleMaker) acts(list []exampleAct) error {
	for _, a := range list {
		if err := x.act(a.ref, a.by, a.event); err != nil {
			return err
		}
	}
	return nil
}

type exampleAct struct {
	ref   string
	by    int // in the order of the persons
	event casework.Event
}

func (x *exampleMaker) firstDecisions() error {
	ana := x.ex.people[0].ID
	return x.acts([]exampleAct{
		{"EX-107", 0, casework.Event{Kind: casework.Disposed, Disposition: casework.False, Code: "other-birth-date", Text: "Born in 1988; the listed one in 1979. Copy of the passport seen.", Suppress: x.at.AddDate(0, 6, 0), Owner: ana}},
		{"EX-107", 1, casework.Event{Kind: casework.Confirmed}},
		{"EX-105", 0, casework.Event{Kind: casework.Disposed, Disposition: casework.False, Code: "other-birth-date", Text: "Born in 1994, a quarter of a century later.", Suppress: x.at.AddDate(0, 3, 0), Owner: ana}},
		{"EX-105", 2, casework.Event{Kind: casework.Confirmed, Text: "Agreed; the employer confirms it too."}},
		{"EX-101", 0, casework.Event{Kind: casework.Disposed, Disposition: casework.True, Code: "same-facts", Text: "Same name, same line of business."}},
		{"EX-101", 1, casework.Event{Kind: casework.Confirmed}},
	})
}

func (x *exampleMaker) laterDecisions() error {
	day := 24 * time.Hour
	return x.acts([]exampleAct{
		{"EX-102", 0, casework.Event{Kind: casework.Assigned, To: x.ex.people[1].ID}},
		{"EX-102", 0, casework.Event{Kind: casework.Disposed, Disposition: casework.Escalate, Code: "high-stake", Text: "The IMO number is that of the listed ship; the cargo is loaded."}},
		{"EX-102", 1, casework.Event{Kind: casework.DeadlineSet, Deadline: "report to the authority", Due: x.at.Add(5 * time.Hour), Owner: x.ex.people[1].ID}},
		{"EX-102", 1, casework.Event{Kind: casework.Commented, Text: "The agent says that the ship was renamed and sold. Papers are asked for."}},
		{"EX-106", 0, casework.Event{Kind: casework.Disposed, Disposition: casework.NotEnough, Code: "asked-party", Text: "Date of birth and passport asked for."}},
		{"EX-106", 0, casework.Event{Kind: casework.DeadlineSet, Deadline: "answer of the customer", Due: x.at.Add(3 * day), Owner: x.ex.people[0].ID}},
		{"EX-104", 0, casework.Event{Kind: casework.Disposed, Disposition: casework.True, Code: "same-facts", Text: "The same name but for the abbreviation."}},
	})
}

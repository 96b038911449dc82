package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/when"
)

type casesCmd struct {
	From     casesFromCmd     `cmd:"" help:"Make cases of the hits in answers of screening."`
	List     casesListCmd     `cmd:"" help:"The queue: open cases by probability and stake; and what is suppressed."`
	Show     casesShowCmd     `cmd:"" help:"A case: both sides, what tells them apart, and all that happened."`
	Assign   casesAssignCmd   `cmd:"" help:"Say who works on cases."`
	Comment  casesCommentCmd  `cmd:"" help:"Say something about cases."`
	Dispose  casesDisposeCmd  `cmd:"" help:"Say true, false, not-enough or escalate, with a reason; a second person confirms."`
	Suppress casesSuppressCmd `cmd:"" help:"Say false, and that the same hit on the same facts is not raised up to a day; a second person confirms."`
	Confirm  casesConfirmCmd  `cmd:"" help:"Agree, as a second person, with what was said, and close cases."`
	Return   casesReturnCmd   `cmd:"" help:"Disagree, as a second person, and say why."`
	Reopen   casesReopenCmd   `cmd:"" help:"Open closed cases again."`
	Hold     casesHoldCmd     `cmd:"" help:"Hold what cases are about, whatever becomes of them, until another person releases it."`
	Release  casesReleaseCmd  `cmd:"" help:"Take such a hold away, as a second person. What is not closed as false stays held."`
	Revoke   casesRevokeCmd   `cmd:"" help:"End suppressions before their day."`
	casesMore
}

// whoFlags say who does something.
type whoFlags struct {
	dataFlag
	dutyFlag
	As   string `help:"Who does it. The log has a pseudonym of it beside that of the account that runs the program, which is taken unless given." placeholder:"NAME"`
	Role string `help:"In which role: analyst, approver, auditor, viewer, admin; approver unless given. Once there are people (cordon people), who acts is one of them and has their own roles; before, the command line takes it on trust." enum:",analyst,approver,auditor,viewer,admin" default:"" placeholder:"ROLE"`
}

// AfterApply is called when the command line has been read.
func (w *whoFlags) AfterApply(m *Main) error {
	if err := w.dataFlag.AfterApply(m); err != nil {
		return err
	}
	return w.apply(m)
}

// casework opens the desk for somebody.
func (m *Main) casework(data, as string, role casework.Role, f func(database, *casework.Desk, casework.Person) error) error {
	s, account, err := m.openAs(m.ctx, data)
	if err != nil {
		return err
	}
	defer s.Close()
	by := casework.Person{Name: account, Via: account, Role: role}
	if as != "" {
		if by.Name, err = m.personNamed(data, as); err != nil {
			return err
		}
	}
	if role != casework.Machine {
		if err := m.asThemselves(s, &by, as); err != nil {
			return err
		}
	}
	d, book := m.desk(s), m.licenceBook(s, casework.Person{Name: account, Via: account})
	d.WriteDown = func(ctx context.Context, ids []string) error { return book.NoteOf(ctx, ids, m.now()) }
	return f(s, d, by)
}

// asThemselves has somebody act in roles that they have, once there are people: who may give a name of nobody, or a role that is not
// theirs, is two persons by himself. Before there are people the word of the command line stands.
func (m *Main) asThemselves(s database, by *casework.Person, as string) error {
	people := peopleOf(s)
	if any, err := people.Anybody(m.ctx); err != nil || !any {
		by.Role = cmp.Or(by.Role, casework.Approver)
		return err
	}
	if as == "" {
		return fault.New(fault.Usage, "it was not said who does this").WithFix("name one of the people with --as (`cordon people list` names them)")
	}
	p, err := people.PersonBy(m.ctx, by.Name, "", "")
	switch {
	case fault.CodeOf(err) == fault.NotFound:
		return fault.New(fault.Denied, "%s is none of the people who may work here", as).
			WithFix("`cordon people list` names them, and `cordon people add` adds one")
	case err != nil:
		return err
	case !p.Disabled.IsZero():
		return fault.New(fault.Denied, "%s is shut out", as).WithFix("`cordon people enable` lets them in again")
	case by.Role != "" && !slices.Contains(p.Roles, by.Role):
		return fault.New(fault.Denied, "%s has no role %q", as, by.Role).WithFix("leave --role out, or have an admin give it with `cordon people role`")
	}
	by.Roles = p.Roles
	by.Role = cmp.Or(by.Role, role.For(p.Roles, role.Cases))
	return nil
}

// caseReader opens the desk for reading.
func (m *Main) caseReader(data string, f func(*casework.Desk) error) error {
	s, err := m.openReader(m.ctx, data)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(m.desk(s))
}

type casesListCmd struct {
	dataFlag
	State    string `help:"Which: ${enum}." enum:"open,to-confirm,closed,suppressed,all" default:"open"`
	Assigned string `help:"Only those of this person." placeholder:"NAME"`
	Limit    int    `help:"How many to show; 0 shows all. What is suppressed does not count against it." default:"0"`
	Format   string `help:"How to print: ${enum}." enum:"text,jsonl" default:"text"`
}

// Run is the command.
func (c *casesListCmd) Run(m *Main) error {
	if c.Limit < 0 {
		return fault.New(fault.Usage, "--limit is at least 0")
	}
	return m.caseReader(c.Data, func(d *casework.Desk) error {
		all, err := d.Cases(m.ctx)
		if err != nil {
			return err
		}
		now := m.now()
		open, confirm, quiet := 0, 0, 0
		for i := range all {
			switch {
			case all[i].Suppression.Holds(&all[i].Alert, now):
				quiet++
			case all[i].Proposal != nil:
				confirm++
				open++
			case all[i].Closed == nil:
				open++
			}
		}
		if err := c.print(m, all, now); err != nil {
			return err
		}
		if c.Format == "text" {
			fmt.Fprintf(m.Out, "%d cases: %d open, of which %d to confirm; %d closed, of which %d suppressed\n", len(all), open, confirm, len(all)-open, quiet)
		}
		return nil
	})
}

func (c *casesListCmd) print(m *Main, all []casework.Case, now time.Time) error {
	person := ""
	if c.Assigned != "" {
		var err error
		if person, err = m.personNamed(c.Data, c.Assigned); err != nil {
			return err
		}
	}
	list := slices.DeleteFunc(slices.Clone(all), func(x casework.Case) bool { return !c.wanted(&x, now) || person != "" && x.Assigned != person })
	casework.Sort(list)
	for i := range list {
		if c.Limit > 0 && i == c.Limit {
			break
		}
		if err := c.line(m, &list[i], now); err != nil {
			return err
		}
	}
	return nil
}

func (c *casesListCmd) wanted(x *casework.Case, now time.Time) bool {
	switch c.State {
	case "open":
		return x.Closed == nil
	case "to-confirm":
		return x.Proposal != nil
	case "closed":
		return x.Closed != nil
	case "suppressed":
		return x.Suppression.Holds(&x.Alert, now)
	}
	return true
}

func (c *casesListCmd) line(m *Main, x *casework.Case, now time.Time) error {
	if c.Format == "jsonl" {
		return jsonLine(m.Out, report.Case(x, now, nil))
	}
	a := &x.Alert
	_, err := fmt.Fprintf(m.Out, "%s  %-12s %5.1f %% x %g  %s against %s (%s, %s), %d days old\n", x.ID, report.CaseState(x, now), 100*a.Score, a.Stake,
		a.Subject.Name, a.Listing.Name, a.Listing.Ref, a.Tier, int(now.Sub(x.Raised).Hours()/24))
	return err
}

type casesShowCmd struct {
	dataFlag
	formatFlag
	ID string `arg:"" help:"The case."`
}

// Run is the command.
func (c *casesShowCmd) Run(m *Main) error {
	return m.caseReader(c.Data, func(d *casework.Desk) error {
		x, events, err := d.Get(m.ctx, c.ID)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return m.printJSON(report.Case(&x, m.now(), events))
		}
		return showCase(m, &x, events)
	})
}

func showCase(m *Main, x *casework.Case, events []casework.Event) error {
	line := func(word, format string, args ...any) {
		fmt.Fprintf(m.Out, "%-12s %s\n", word, fmt.Sprintf(format, args...))
	}
	a := &x.Alert
	line("case", "%s", x.ID)
	held := "held"
	if !x.Held() {
		held = "not held"
	}
	line("state", "%s, %s", report.CaseState(x, m.now()), held)
	theirs, ruling := "the list", a.Tier == casework.TierRuling
	if ruling {
		theirs = "the law"
		line("ruling", "%.1f %%, kept as %s", 100*a.Score, a.Answer)
	} else {
		line("hit", "%.1f %%, %s, by %s against %s", 100*a.Score, report.TierWords[screening.Tier(a.Tier)], a.Answer, strings.Join(a.Against, ", "))
	}
	if h := x.Hold; h != nil {
		line("hold", "by %s since %s: %s", h.Person, h.Time.Format(time.RFC3339), h.Text)
	}
	line("assigned", "%s", cmp.Or(x.Assigned, "nobody"))
	for i := range x.Licences {
		line("licence", "%s", authorityWords(&x.Licences[i]))
	}
	if err := showOwed(m, x, line); err != nil {
		return err
	}
	for _, s := range []struct {
		word string
		side *casework.Side
	}{{"your side", &a.Subject}, {theirs, &a.Listing}} {
		line(s.word, "%s (%s)", s.side.Name, s.side.Ref)
		for _, f := range s.side.Says {
			line("", "%s: %s", f.Field, f.Value)
		}
	}
	if !ruling {
		line("told apart", "%s", cmp.Or(casework.InWords(a.Contradictions()), "by no fact that both state"))
	}
	for i := range events {
		e := &events[i]
		line(fmt.Sprintf("event %d", e.N), "%s  %s by %s (%s)  %s", e.Time.Format(time.RFC3339), e.Kind, e.Person, e.Role, report.CaseEventWords(e))
	}
	return nil
}

// authorityWords says a licence that a case rests on.
func authorityWords(a *casework.Authority) string {
	if a.Lost.IsZero() {
		return a.Licence + ", linked " + a.Linked.Format(time.DateOnly)
	}
	return a.Licence + ", AUTHORISATION LOST since " + a.Lost.Format(time.DateOnly) + ": " + a.Why
}

// caseAct is what is done to cases.
type caseAct struct {
	whoFlags
	IDs   []string `arg:"" name:"id" help:"The cases, by their ids."`
	Event int      `help:"Refuse when the case has more events than this: it went on since you saw it." placeholder:"N"`
}

// do does one thing to each case; f gives the event for the case as it is.
func (c *caseAct) do(m *Main, f func(*casework.Case) (casework.Event, error)) error {
	return m.casework(c.Data, c.As, casework.Role(c.Role), func(_ database, d *casework.Desk, by casework.Person) error {
		for _, id := range c.IDs {
			x, _, err := d.Written(m.ctx, id)
			if err != nil {
				return err
			}
			e, err := f(&x)
			if err != nil {
				return err
			}
			e.N = x.Events + 1
			if c.Event > 0 {
				e.N = c.Event + 1
			}
			if x, err = d.Do(m.ctx, id, by, m.now(), e); err != nil {
				return err
			}
			fmt.Fprintf(m.Out, "%s  %s\n", id, report.CaseState(&x, m.now()))
		}
		return nil
	})
}

type casesAssignCmd struct {
	caseAct
	To string `help:"Who works on them; nobody unless given." placeholder:"NAME"`
}

// Run is the command.
func (c *casesAssignCmd) Run(m *Main) error {
	return c.do(m, func(*casework.Case) (e casework.Event, err error) {
		e.Kind = casework.Assigned
		if c.To != "" {
			e.To, err = m.personNamed(c.Data, c.To)
		}
		return e, err
	})
}

type casesCommentCmd struct {
	caseAct
	Text string `required:"" help:"What to say." placeholder:"TEXT"`
}

// Run is the command.
func (c *casesCommentCmd) Run(m *Main) error {
	return c.do(m, func(*casework.Case) (casework.Event, error) {
		return casework.Event{Kind: casework.Commented, Text: c.Text}, nil
	})
}

// reasonFlags say why.
type reasonFlags struct {
	Code   string `required:"" help:"The reason, as a code; a wrong one lists those that there are." placeholder:"CODE"`
	Reason string `required:"" help:"The reason in words." placeholder:"TEXT"`
}

type casesDisposeCmd struct {
	caseAct
	reasonFlags
	actionFlags
	Is string `required:"" help:"What it is: ${enum}." enum:"true,false,not-enough,escalate"`
}

// Run is the command.
func (c *casesDisposeCmd) Run(m *Main) error {
	return c.do(m, func(*casework.Case) (casework.Event, error) {
		d := casework.Disposition(strings.ReplaceAll(c.Is, "-", " "))
		e := casework.Event{Kind: casework.Disposed, Disposition: d, Code: c.Code, Text: c.Reason}
		return e, c.of(m, &e)
	})
}

type casesSuppressCmd struct {
	caseAct
	reasonFlags
	Until string `required:"" help:"The last day on which the same hit is not raised." placeholder:"DAY"`
	Owner string `required:"" help:"Who answers for it." placeholder:"NAME"`
}

// Run is the command.
func (c *casesSuppressCmd) Run(m *Main) error {
	day, err := parseDay("--until", c.Until)
	if err != nil {
		return err
	}
	if day == when.NoDay {
		return fault.New(fault.Usage, "--until is a day")
	}
	y, mo, n := day.Civil()
	return c.do(m, func(*casework.Case) (casework.Event, error) {
		owner, err := m.personNamed(c.Data, c.Owner)
		return casework.Event{
			Kind: casework.Disposed, Disposition: casework.False, Code: c.Code, Text: c.Reason, Owner: owner,
			Suppress: time.Date(y, time.Month(mo), n+1, 0, 0, 0, 0, time.UTC),
		}, err
	})
}

// seen gives the event that a second person speaks of.
func seen(kind casework.Kind, text string) func(*casework.Case) (casework.Event, error) {
	return func(x *casework.Case) (casework.Event, error) {
		e := casework.Event{Kind: kind, Text: text}
		if x.Proposal != nil {
			e.Of = x.Proposal.N
		}
		return e, nil
	}
}

type casesConfirmCmd struct {
	caseAct
	Text string `help:"What to say to it." placeholder:"TEXT"`
}

// Run is the command.
func (c *casesConfirmCmd) Run(m *Main) error { return c.do(m, seen(casework.Confirmed, c.Text)) }

type casesReturnCmd struct {
	caseAct
	Reason string `required:"" help:"Why." placeholder:"TEXT"`
}

// Run is the command.
func (c *casesReturnCmd) Run(m *Main) error { return c.do(m, seen(casework.Returned, c.Reason)) }

// whyAct is what is done to cases with a reason and nothing else.
type whyAct struct {
	caseAct
	Reason string `required:"" help:"Why." placeholder:"TEXT"`
}

func (c *whyAct) act(m *Main, kind casework.Kind) error {
	return c.do(m, func(*casework.Case) (casework.Event, error) { return casework.Event{Kind: kind, Text: c.Reason}, nil })
}

type casesReopenCmd struct{ whyAct }

// Run is the command.
func (c *casesReopenCmd) Run(m *Main) error { return c.act(m, casework.Reopened) }

type casesHoldCmd struct{ whyAct }

// Run is the command.
func (c *casesHoldCmd) Run(m *Main) error { return c.act(m, casework.HoldPlaced) }

type casesReleaseCmd struct{ whyAct }

// Run is the command.
func (c *casesReleaseCmd) Run(m *Main) error { return c.act(m, casework.HoldReleased) }

type casesRevokeCmd struct{ whyAct }

// Run is the command.
func (c *casesRevokeCmd) Run(m *Main) error { return c.act(m, casework.Revoked) }

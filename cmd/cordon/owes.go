package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/access"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
	deskset "github.com/cordon-engine/cordon/internal/setting"
)

// owing gives the reports that the desk of a store owes.
func (m *Main) owing(s deskset.Store) *deskset.Owing {
	return &deskset.Owing{Store: s, Start: m.duties, Check: func(id string) error {
		t, err := dutyTable()
		if err == nil {
			_, err = t.Duty(id)
		}
		return err
	}}
}

// dutyTable gives the table of reports that may be owed, which comes with the program.
var dutyTable = sync.OnceValues(func() (*clock.Table, error) { return clock.Load(data.FS) })

// setsOwed refuses who may not say which reports a desk owes.
func setsOwed(by *casework.Person) error {
	if role.May(by.Role, role.Owes) || role.Any(by.Roles, role.Owes) {
		return nil
	}
	return fault.New(fault.Denied, "the role %q may not say which reports the desk owes", by.Role).WithFix("ask an admin; `cordon people list` names them")
}

// owingFor gives to somebody over HTTP what they may set. Behind a key its owner must be somebody who may, once there are people.
func (p *casesForPrograms) owingFor(ctx context.Context, by *casework.Person) error {
	if a := access.By(ctx); a.Key {
		x, ok, some, err := p.c.people.owner(ctx, a.Owner)
		if err != nil || !some || ok && x.May(role.Owes) {
			return err
		}
	}
	return setsOwed(by)
}

type casesOwesCmd struct {
	whoFlags
	formatFlag
	Set  []string `name:"set" help:"From now on the desk owes these and no others, in place of what --owes says (repeatable; cases clocks --duties lists them)." placeholder:"NAME"`
	None bool     `help:"From now on the desk owes none, whatever --owes says."`
}

// Run is the command.
func (c *casesOwesCmd) Run(m *Main) error {
	if c.None && len(c.Set) > 0 {
		return fault.New(fault.Usage, "--none and --set say two things").WithFix("give one of them")
	}
	if !c.None && len(c.Set) == 0 {
		s, err := m.openReader(m.ctx, c.Data)
		if err != nil {
			return err
		}
		defer s.Close()
		return c.show(m, m.owing(s))
	}
	return m.casework(c.Data, c.As, casework.Role(c.Role), func(s database, _ *casework.Desk, by casework.Person) error {
		if err := setsOwed(&by); err != nil {
			return err
		}
		o := m.owing(s)
		if _, err := o.Set(m.ctx, by.Name, m.now(), c.Set, -1); err != nil {
			return err
		}
		return c.show(m, o)
	})
}

func (c *casesOwesCmd) show(m *Main, o *deskset.Owing) error {
	ids, s, err := o.Now(m.ctx)
	if err != nil {
		return err
	}
	j := report.Owed(ids, &s)
	if c.Format == "json" {
		return m.printJSON(j)
	}
	from := "as it was started; nobody set it"
	if s.Version > 0 {
		from = "set by " + s.By + " on " + s.At.Format("2006-01-02")
	}
	owed := strings.Join(ids, ", ")
	if owed == "" {
		owed = "none"
	}
	fmt.Fprintf(m.Out, "%s (%s)\n", owed, from)
	return nil
}

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/cordon-engine/cordon/internal/account"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/role"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

type peopleCmd struct {
	Add      peopleAddCmd      `cmd:"" help:"Add somebody who may sign in."`
	List     peopleListCmd     `cmd:"" help:"List the people: names, roles, when they last signed in."`
	Role     peopleRoleCmd     `cmd:"" help:"Give somebody these roles and no others; their sessions end."`
	Disable  peopleDisableCmd  `cmd:"" help:"Shut somebody out; their sessions end, and keys in their name are good no longer."`
	Enable   peopleEnableCmd   `cmd:"" help:"Let somebody in again who was shut out."`
	Password peoplePasswordCmd `cmd:"" help:"Set somebody's password; their sessions end, and that they tried too often is forgotten."`
	Sessions peopleSessionsCmd `cmd:"" help:"List who is signed in, or end the sessions of somebody."`
}

// peopleOf gives the people of a store.
func peopleOf(s database) account.Store {
	switch s := s.(type) {
	case *postgres.Store:
		return postgres.People{Store: s}
	case *sqlite.Store:
		return sqlite.People{Store: s}
	}
	return nil
}

// openPeople opens the people of a data folder or a database; actor is the pseudonym of the account that runs the program.
func (m *Main) openPeople(ctx context.Context, data string) (d *account.Desk, actor string, closing func() error, err error) {
	s, actor, err := m.openAs(ctx, data)
	if err != nil {
		return nil, "", nil, err
	}
	return m.peopleDesk(peopleOf(s), data), actor, s.Close, nil
}

func (m *Main) peopleDesk(s account.Store, data string) *account.Desk {
	return account.NewDesk(s, func(name string) (string, error) { return logkey.Pseudonym(m.folderOf(data), name) }, m.now)
}

// withPeople opens the people and runs f.
func (m *Main) withPeople(data string, f func(d *account.Desk, actor string) error) error {
	d, actor, closing, err := m.openPeople(m.ctx, data)
	if err != nil {
		return err
	}
	return errors.Join(f(d, actor), closing())
}

// readPeople opens the people for reading and makes nothing; nothing is run where nothing was kept.
func (m *Main) readPeople(data string, f func(account.Store) error) error {
	return m.readingBeside(data, false, func(s database) error { return f(peopleOf(s)) })
}

// readingBeside opens the store for what stands in it beside lists. Unless it is to be written, nothing is made, and nothing is run
// where nothing was kept.
func (m *Main) readingBeside(data string, write bool, f func(database) error) error {
	if !write && nothingKept(data) {
		return nil
	}
	open := m.openReader
	if write {
		open = m.openStore
	}
	s, err := open(m.ctx, data)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}

// personNamed gives the pseudonym of somebody by name: of the person who signs in with it, however it is written, so that the command
// line makes no second person of them; of the name as it stands where nobody does.
func (m *Main) personNamed(data, name string) (id string, err error) {
	err = m.readingBeside(data, false, func(s database) error {
		p, err := m.peopleDesk(peopleOf(s), data).Named(m.ctx, name)
		if id = p.ID; fault.CodeOf(err) == fault.NotFound {
			return nil
		}
		return err
	})
	if err != nil || id != "" {
		return id, err
	}
	return logkey.Pseudonym(m.folderOf(data), name)
}

// passwordFlag says where a password comes from. It is never an argument, which others on the machine can see.
type passwordFlag struct {
	PasswordStdin bool `name:"password-stdin" help:"Read the password from standard input, one line; otherwise one is made and printed, once. Whoever signs in with either chooses another first."`
	Own           bool `help:"With --password-stdin: the person typed it, nobody else has seen it, and they keep it."`
}

// password reads one; made is true where one is to be made.
func (c *passwordFlag) password(m *Main) (password string, made bool, err error) {
	if c.Own && !c.PasswordStdin {
		return "", false, fault.New(fault.Usage, "--own goes with --password-stdin: one that is made was seen by others").WithFix("leave one out, or write both")
	}
	if !c.PasswordStdin {
		return "", true, nil
	}
	line, err := bufio.NewReader(io.LimitReader(m.In, 4<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fault.Wrap(fault.Invalid, err, "the password cannot be read")
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

// tell prints a password that was made, once, and says of one that was given what is due.
func (c *passwordFlag) tell(m *Main, p *account.Person, password string, made bool) error {
	if !made {
		if p.MustChange() {
			fmt.Fprintf(m.Err, "Whoever signs in with this password chooses another first; --own is for one that %s typed.\n", p.Name)
		}
		return nil
	}
	fmt.Fprintf(m.Err, "The password of %s, this once; whoever signs in with it chooses another first:\n", p.Name)
	_, err := fmt.Fprintln(m.Out, password)
	return err
}

func parseRoles(names []string) ([]role.Role, error) {
	var out []role.Role
	for _, name := range names {
		r, err := role.Parse(name)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

type peopleAddCmd struct {
	dataFlag
	passwordFlag
	Name       string   `arg:"" help:"What they sign in with: letters, digits and . _ @ + -, as in ana or ana@example.org."`
	Role       []string `required:"" help:"What they may do (repeatable): viewer, analyst, approver, admin, auditor." placeholder:"ROLE"`
	Display    string   `help:"What others read; the name unless given." placeholder:"TEXT"`
	NoPassword bool     `name:"no-password" help:"They sign in with a provider of identities, and have no password here."`
}

// Run is the command.
func (c *peopleAddCmd) Run(m *Main) error {
	roles, err := parseRoles(c.Role)
	if err != nil {
		return fault.In(fault.Place{Field: "--role"}, err)
	}
	if c.NoPassword && c.PasswordStdin {
		return fault.New(fault.Usage, "--no-password and --password-stdin contradict each other").WithFix("leave one out")
	}
	password, made := "", false
	if !c.NoPassword {
		if password, made, err = c.password(m); err != nil {
			return err
		}
		if password == "" && !made {
			return fault.New(fault.Usage, "the password is empty").WithFix("write one line to standard input, or leave --password-stdin out")
		}
	}
	return m.withPeople(c.Data, func(d *account.Desk, actor string) error {
		var p account.Person
		var err error
		if made {
			p, password, err = d.AddMade(m.ctx, actor, c.Name, c.Display, roles)
		} else if c.Own {
			p, err = d.Add(m.ctx, actor, c.Name, c.Display, roles, password)
		} else {
			p, err = d.AddGiven(m.ctx, actor, c.Name, c.Display, roles, password)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Err, "%s (%s) may sign in as %s.\n", p.Display, p.ID, strings.ReplaceAll(account.RolesText(p.Roles), " ", ", "))
		return c.tell(m, &p, password, made)
	})
}

type peopleListCmd struct {
	dataFlag
	formatFlag
}

// Run is the command.
func (c *peopleListCmd) Run(m *Main) error {
	list := []report.PersonJSON{}
	if err := m.readPeople(c.Data, func(s account.Store) error {
		people, err := s.People(m.ctx)
		for i := range people {
			list = append(list, report.Person(&people[i]))
		}
		return err
	}); err != nil {
		return err
	}
	if c.Format == "json" {
		return json.NewEncoder(m.Out).Encode(list)
	}
	if len(list) == 0 {
		fmt.Fprintln(m.Out, "There are no people.")
		return nil
	}
	w := tabwriter.NewWriter(m.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLES\tPSEUDONYM\tADDED\tSIGNED IN\tWHO")
	for _, p := range list {
		roles := strings.Join(p.Roles, ",")
		if p.Disabled != "" {
			roles = "disabled"
		}
		added, _, _ := strings.Cut(p.Created, "T")
		seen, _, _ := strings.Cut(p.SignedIn, "T")
		if seen == "" {
			seen = "never"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, roles, p.ID, added, seen, p.Display)
	}
	return w.Flush()
}

// personArg names somebody.
type personArg struct {
	dataFlag
	Name string `arg:"" help:"What they sign in with, as people list shows it."`
}

// with finds the person and runs f.
func (c *personArg) with(m *Main, f func(d *account.Desk, actor string, p *account.Person) error) error {
	return m.withPeople(c.Data, func(d *account.Desk, actor string) error {
		p, err := d.Named(m.ctx, c.Name)
		if err != nil {
			return err
		}
		return f(d, actor, &p)
	})
}

type peopleRoleCmd struct {
	personArg
	Roles []string `arg:"" help:"The roles: viewer, analyst, approver, admin, auditor."`
}

// Run is the command.
func (c *peopleRoleCmd) Run(m *Main) error {
	roles, err := parseRoles(c.Roles)
	if err != nil {
		return err
	}
	return c.with(m, func(d *account.Desk, actor string, p *account.Person) error {
		now, err := d.SetRoles(m.ctx, actor, p.ID, roles)
		if err == nil {
			fmt.Fprintf(m.Out, "%s is %s from now on.\n", p.Name, strings.ReplaceAll(account.RolesText(now.Roles), " ", ", "))
		}
		return err
	})
}

type peopleDisableCmd struct{ personArg }

// Run is the command.
func (c *peopleDisableCmd) Run(m *Main) error {
	return c.with(m, func(d *account.Desk, actor string, p *account.Person) error {
		now, err := d.Disable(m.ctx, actor, p.ID)
		if err == nil {
			fmt.Fprintf(m.Out, "%s is shut out since %s.\n", p.Name, report.Moment(now.Disabled))
		}
		return err
	})
}

type peopleEnableCmd struct{ personArg }

// Run is the command.
func (c *peopleEnableCmd) Run(m *Main) error {
	return c.with(m, func(d *account.Desk, actor string, p *account.Person) error {
		_, err := d.Enable(m.ctx, actor, p.ID)
		if err == nil {
			fmt.Fprintf(m.Out, "%s may sign in again.\n", p.Name)
		}
		return err
	})
}

type peoplePasswordCmd struct {
	personArg
	passwordFlag
}

// Run is the command.
func (c *peoplePasswordCmd) Run(m *Main) error {
	return c.with(m, func(d *account.Desk, actor string, p *account.Person) error {
		password, made, err := c.password(m)
		if err != nil {
			return err
		}
		var now account.Person
		switch {
		case made:
			now, password, err = d.SetMade(m.ctx, actor, p.ID)
		case c.Own || actor == p.ID: // their own, of whoever signs in by the name of their account here
			now, err = d.SetPassword(m.ctx, actor, p.ID, password)
		default:
			now, err = d.SetGiven(m.ctx, actor, p.ID, password)
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Err, "%s has another password.\n", p.Name)
		return c.tell(m, &now, password, made)
	})
}

type peopleSessionsCmd struct {
	dataFlag
	Name string `arg:"" optional:"" help:"Whose; of all unless given."`
	End  bool   `help:"End them. Needs a name."`
}

// Run is the command.
func (c *peopleSessionsCmd) Run(m *Main) error {
	if c.End {
		if c.Name == "" {
			return fault.New(fault.Usage, "--end needs the name of somebody").WithFix("write it behind the command")
		}
		return (&personArg{c.dataFlag, c.Name}).with(m, func(d *account.Desk, actor string, p *account.Person) error {
			n, err := d.EndSessions(m.ctx, actor, p.ID)
			if err == nil {
				fmt.Fprintf(m.Out, "%d of %s ended.\n", n, p.Name)
			}
			return err
		})
	}
	return m.readPeople(c.Data, func(s account.Store) error { return c.list(m, s) })
}

func (c *peopleSessionsCmd) list(m *Main, s account.Store) error {
	people, err := s.People(m.ctx)
	if err != nil {
		return err
	}
	of, names := "", map[string]string{}
	folded, _ := account.Fold(c.Name)
	for _, p := range people {
		names[p.ID] = p.Name
		if p.Name == folded {
			of = p.ID
		}
	}
	if c.Name != "" && of == "" {
		return account.Unknown()
	}
	list, err := s.Sessions(m.ctx, of)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(m.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSIGNED IN\tSEEN\tENDS AT THE LATEST")
	for _, x := range list {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", names[x.Person], report.Moment(x.Began), report.Moment(x.Seen), report.Moment(x.Ends))
	}
	return w.Flush()
}

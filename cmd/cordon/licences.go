package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/licence"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

type licencesCmd struct {
	Add      licencesAddCmd      `cmd:"" help:"Record a licence, an exemption or an approval of a committee from a file."`
	List     licencesListCmd     `cmd:"" help:"The licences: what each covers, where it stands, what hangs on it."`
	Show     licencesShowCmd     `cmd:"" help:"A licence: its conditions as tasks, the decisions that hang on it, and all that happened."`
	Tasks    licencesTasksCmd    `cmd:"" help:"What is owed to authorities, by day; what is overdue first."`
	Link     licencesLinkCmd     `cmd:"" help:"Say that a case or a kept answer rests on a licence."`
	Done     licencesDoneCmd     `cmd:"" help:"Say that what a linked decision is about was carried out within the period."`
	Fulfil   licencesFulfilCmd   `cmd:"" help:"Say that a condition was met, and what shows it."`
	Miss     licencesMissCmd     `cmd:"" help:"Say that a condition was missed or breached: every linked decision loses its authorisation."`
	Extend   licencesExtendCmd   `cmd:"" help:"Record another last day. What was lost before stays lost."`
	Revoke   licencesRevokeCmd   `cmd:"" help:"Record that a licence was taken back: every linked decision loses its authorisation."`
	Restore  licencesRestoreCmd  `cmd:"" help:"Give a linked decision its authorisation back, as another person than who linked it."`
	Check    licencesCheckCmd    `cmd:"" help:"Hold a record to its source, as another person than who made it."`
	Comment  licencesCommentCmd  `cmd:"" help:"Say something about a licence."`
	Overdue  licencesOverdueCmd  `cmd:"" help:"Write down what time has done: conditions and periods whose day is over. The server does it by itself."`
	Template licencesTemplateCmd `cmd:"" help:"Print a file to fill in."`
}

// desk gives the desk of cases on a store: what time has done to licences counts, whether or not it is written down.
func (m *Main) desk(s database) *casework.Desk {
	b := m.licenceBook(s, casework.Person{})
	owed := func(ctx context.Context) ([]string, error) {
		if _, err := dutyTable(); err != nil {
			return nil, err
		}
		ids, _, err := m.owing(s).Now(ctx)
		return ids, err
	}
	t, _ := dutyTable() // where it cannot be read, owed says so
	return &casework.Desk{Store: s, Policy: casework.Default(), Clocks: t, Owes: owed, Lapsed: func(ctx context.Context, ids []string) (map[string][]casework.Event, error) {
		return b.Lapsed(ctx, ids, m.now())
	}}
}

// licenceBook gives the licences of a store; what time has done is noted in the name of an account.
func (m *Main) licenceBook(s database, account casework.Person) *licence.Book {
	account.Role = casework.Machine
	return &licence.Book{Store: s, Cases: s, Policy: casework.Default(), Clock: account, Answer: func(ctx context.Context, id string) error {
		_, err := s.Get(ctx, id)
		return err
	}}
}

// licenceReader opens the licences for reading.
func (m *Main) licenceReader(data string, f func(*licence.Book) error) error {
	s, err := m.openReader(m.ctx, data)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(m.licenceBook(s, casework.Person{}))
}

// licences opens the licences for somebody.
func (w *whoFlags) licences(m *Main, f func(*licence.Book, casework.Person) error) error {
	return m.casework(w.Data, w.As, casework.Role(w.Role), func(s database, _ *casework.Desk, by casework.Person) error {
		return f(m.licenceBook(s, casework.Person{Name: by.Via, Via: by.Via}), by)
	})
}

type licencesAddCmd struct {
	whoFlags
	formatFlag
	File string `arg:"" help:"The terms, as YAML or JSON; - reads from standard input. See licences template." type:"path"`
}

// termsFile reads a file, or standard input for -.
func (m *Main) termsFile(name string) (string, []byte, error) {
	if filepath.Base(name) != "-" {
		b, err := readFile(name)
		return name, b, err
	}
	b, err := io.ReadAll(io.LimitReader(m.In, yamltree.MaxSize+1))
	if err != nil {
		return "", nil, fault.Wrap(fault.Unavailable, err, "standard input cannot be read")
	}
	return "standard input", b, nil
}

// Run is the command.
func (c *licencesAddCmd) Run(m *Main) error {
	name, b, err := m.termsFile(c.File)
	if err != nil {
		return err
	}
	t, err := licence.Read(name, b)
	if err != nil {
		return err
	}
	return c.licences(m, func(b *licence.Book, by casework.Person) error {
		l, err := b.Grant(m.ctx, by, m.now(), t)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return m.printJSON(report.Licence(&l, m.now(), nil))
		}
		fmt.Fprintf(m.Out, "%s  %s: %s, %s\n", l.ID, t.Name(), l.State(), report.Counted(len(l.Tasks), "condition"))
		return nil
	})
}

type licencesListCmd struct {
	dataFlag
	State    string `help:"Which: ${enum}." enum:"all,held,lost,ended" default:"all"`
	Decision string `help:"Only those on which this case or answer rests, by its id." placeholder:"ID"`
	Format   string `help:"How to print: ${enum}." enum:"text,jsonl,json" default:"text"`
}

// Run is the command.
func (c *licencesListCmd) Run(m *Main) error {
	return m.licenceReader(c.Data, func(b *licence.Book) error {
		all, err := b.All(m.ctx, m.now())
		if err != nil {
			return err
		}
		list := licence.Chosen(all, c.State, c.Decision)
		out := []report.LicenceJSON{}
		for i := range list {
			out = append(out, report.Licence(&list[i], m.now(), nil))
		}
		switch c.Format {
		case "json":
			return m.printJSON(out)
		case "jsonl":
			for i := range out {
				if err := jsonLine(m.Out, out[i]); err != nil {
					return err
				}
			}
			return nil
		}
		for i := range list {
			licenceLine(m, &list[i])
		}
		fmt.Fprintf(m.Out, "%s of %d\n", report.Counted(len(list), "licence"), len(all))
		return nil
	})
}

func licenceLine(m *Main, l *licence.Licence) {
	fmt.Fprintf(m.Out, "%s  %s: %s, %s; for %s; %s\n", l.ID, l.Terms.Name(), l.State(), report.PeriodWords(&l.Terms), l.Terms.Holder, hanging(l))
}

// hanging says what hangs on a licence.
func hanging(l *licence.Licence) string {
	s := report.Counted(len(l.Links), "decision")
	if n := l.Lost(); n > 0 {
		s += fmt.Sprintf(", of which %d lost their authorisation", n)
	}
	return s
}

type licencesShowCmd struct {
	dataFlag
	formatFlag
	ID string `arg:"" help:"The licence."`
}

// Run is the command.
func (c *licencesShowCmd) Run(m *Main) error {
	return m.licenceReader(c.Data, func(b *licence.Book) error {
		l, events, err := b.Get(m.ctx, c.ID, m.now())
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return m.printJSON(report.Licence(&l, m.now(), events))
		}
		showLicence(m, &l, events)
		return nil
	})
}

func showLicence(m *Main, l *licence.Licence, events []licence.Event) {
	line := func(word, format string, args ...any) {
		fmt.Fprintf(m.Out, "%-12s %s\n", word, fmt.Sprintf(format, args...))
	}
	t := &l.Terms
	line("licence", "%s", l.ID)
	line("what", "%s, for %s", t.Name(), t.Holder)
	line("state", "%s; %s", l.State(), hanging(l))
	line("period", "%s", report.PeriodWords(t))
	line("covers", "%s", report.CoversWords(l))
	mark := "not verified"
	if t.Verified {
		mark = "verified"
	}
	line("source", "%s (%s)", cmp.Or(t.Source, "none is named"), mark)
	if t.Note != "" {
		line("note", "%s", t.Note)
	}
	for i := range l.Tasks {
		line("condition", "%s", taskWords(l, &l.Tasks[i], m.now()))
	}
	for i := range l.Links {
		line("decision", "%s", linkWords(l, &l.Links[i]))
	}
	for _, f := range l.Files {
		line("file", "%s (%d bytes, %s) %s", f.Name, f.Size, f.Media, f.SHA256)
	}
	for i := range events {
		e := &events[i]
		line(fmt.Sprintf("event %d", e.N), "%s  %s by %s (%s)  %s", e.Time.Format(time.RFC3339), e.Kind, e.Person, e.Role, report.LicenceEventWords(l, e))
	}
}

// taskWords says a condition in a line.
func taskWords(_ *licence.Licence, t *licence.Task, now time.Time) string {
	s := fmt.Sprintf("%s: %s: %s (%s)", t.ID, t.State(), t.What, t.Who)
	if t.Due != when.NoDay {
		s += ", by " + t.Due.Long()
	}
	switch {
	case t.Open():
		s += ", " + report.LeftWords(t.Due, now)
	case t.Shown != "":
		s += ", shown by: " + t.Shown
	}
	return s
}

func linkWords(l *licence.Licence, k *licence.Link) string {
	s := k.String() + ": " + report.LinkState(k)
	if k.Lost != nil {
		s += " since " + k.Lost.Time.Format(time.DateOnly) + ", as " + k.Lost.Why
	}
	if k.Amount > 0 {
		s += "; " + licence.Quantity(k.Amount, l.Terms.Covers.Unit)
	}
	if k.CarriedOut != when.NoDay {
		s += "; carried out on " + k.CarriedOut.Long()
	}
	if k.Lost == nil && k.Restored != nil {
		s += "; restored by " + k.Restored.Person + ": " + k.Restored.Text
	}
	return s
}

type licencesTasksCmd struct {
	dataFlag
	All    bool   `help:"Also what is fulfilled, and what is only to be kept."`
	Format string `help:"How to print: ${enum}." enum:"text,jsonl,json" default:"text"`
}

// Run is the command.
func (c *licencesTasksCmd) Run(m *Main) error {
	return m.licenceReader(c.Data, func(b *licence.Book) error {
		all, err := b.All(m.ctx, m.now())
		if err != nil {
			return err
		}
		list, overdue := licence.Owed(all, c.All), 0
		out := []report.LicenceTaskJSON{}
		for _, o := range list {
			out = append(out, report.LicenceTask(o.Licence, o.Task, m.now()))
			if o.State() == "missed" {
				overdue++
			}
		}
		switch c.Format {
		case "json":
			return m.printJSON(out)
		case "jsonl":
			for i := range out {
				if err := jsonLine(m.Out, out[i]); err != nil {
					return err
				}
			}
			return nil
		}
		for _, o := range list {
			fmt.Fprintf(m.Out, "%s  %s; %s\n", o.Licence.ID, taskWords(o.Licence, o.Task, m.now()), o.Licence.Terms.Name())
		}
		fmt.Fprintf(m.Out, "%s, of which %d missed\n", report.Counted(len(list), "task"), overdue)
		return nil
	})
}

// licenceAct is what is done to a licence.
type licenceAct struct {
	whoFlags
	ID    string `arg:"" help:"The licence."`
	Event int    `help:"Refuse when the licence has more events than this: it went on since you saw it." placeholder:"N"`
}

func (c *licenceAct) do(m *Main, e licence.Event) error {
	return c.licences(m, func(b *licence.Book, by casework.Person) error {
		if c.Event > 0 {
			e.N = c.Event + 1
		}
		l, err := b.Do(m.ctx, c.ID, by, m.now(), e)
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Out, "%s  %s; %s\n", l.ID, l.State(), hanging(&l))
		return nil
	})
}

// whyFlag says why.
type whyFlag struct {
	Reason string `required:"" help:"Why, in words." placeholder:"TEXT"`
}

// decisionFlags name a decision.
type decisionFlags struct {
	Case   string `help:"The case." placeholder:"ID" xor:"decision"`
	Answer string `help:"The answer that was kept." placeholder:"ID" xor:"decision"`
}

func (d *decisionFlags) decision() (licence.Decision, error) {
	switch {
	case d.Case != "":
		return licence.Decision{Kind: licence.Case, ID: d.Case}, nil
	case d.Answer != "":
		return licence.Decision{Kind: licence.Answer, ID: d.Answer}, nil
	}
	return licence.Decision{}, fault.New(fault.Usage, "no decision is named").WithFix("give --case or --answer with an id")
}

type licencesLinkCmd struct {
	licenceAct
	decisionFlags
	whyFlag
	Amount string `help:"How much of the limit it takes, as in 1200.50 EUR." placeholder:"QUANTITY"`
}

// Run is the command.
func (c *licencesLinkCmd) Run(m *Main) error {
	d, err := c.decision()
	if err != nil {
		return err
	}
	e := licence.Event{Kind: licence.Linked, Decision: d, Text: c.Reason}
	if c.Amount == "" {
		return c.do(m, e)
	}
	var unit string
	if e.Amount, unit, err = licence.ParseQuantity(c.Amount); err != nil {
		return err
	}
	return m.licenceReader(c.Data, func(b *licence.Book) error {
		l, _, err := b.Get(m.ctx, c.ID, m.now())
		if err == nil {
			err = l.SameUnit(unit)
		}
		if err != nil {
			return err
		}
		return c.do(m, e)
	})
}

type licencesDoneCmd struct {
	licenceAct
	decisionFlags
	whyFlag
	On string `required:"" help:"The day on which it was carried out." placeholder:"DAY"`
}

// Run is the command.
func (c *licencesDoneCmd) Run(m *Main) error {
	d, err := c.decision()
	if err != nil {
		return err
	}
	day, err := parseDay("--on", c.On)
	if err != nil {
		return err
	}
	return c.do(m, licence.Event{Kind: licence.CarriedOut, Decision: d, Day: day, Text: c.Reason})
}

type licencesFulfilCmd struct {
	licenceAct
	whyFlag
	Condition string `required:"" help:"The condition, by its name in the licence." placeholder:"NAME"`
	Evidence  string `required:"" help:"What shows it." placeholder:"TEXT"`
}

// Run is the command.
func (c *licencesFulfilCmd) Run(m *Main) error {
	return c.do(m, licence.Event{Kind: licence.Fulfilled, Condition: c.Condition, Text: c.Reason, Evidence: c.Evidence})
}

type licencesMissCmd struct {
	licenceAct
	whyFlag
	Condition string `required:"" help:"The condition, by its name in the licence." placeholder:"NAME"`
}

// Run is the command.
func (c *licencesMissCmd) Run(m *Main) error {
	return c.do(m, licence.Event{Kind: licence.Missed, Condition: c.Condition, Text: c.Reason})
}

type licencesExtendCmd struct {
	licenceAct
	whyFlag
	Until string `required:"" help:"The new last day." placeholder:"DAY"`
}

// Run is the command.
func (c *licencesExtendCmd) Run(m *Main) error {
	day, err := parseDay("--until", c.Until)
	if err != nil {
		return err
	}
	return c.do(m, licence.Event{Kind: licence.Extended, Day: day, Text: c.Reason})
}

type licencesRevokeCmd struct {
	licenceAct
	whyFlag
}

// Run is the command.
func (c *licencesRevokeCmd) Run(m *Main) error {
	return c.do(m, licence.Event{Kind: licence.Revoked, Text: c.Reason})
}

type licencesRestoreCmd struct {
	licenceAct
	decisionFlags
	whyFlag
}

// Run is the command.
func (c *licencesRestoreCmd) Run(m *Main) error {
	d, err := c.decision()
	if err != nil {
		return err
	}
	return c.do(m, licence.Event{Kind: licence.Restored, Decision: d, Text: c.Reason})
}

type licencesCheckCmd struct {
	licenceAct
	whyFlag
}

// Run is the command.
func (c *licencesCheckCmd) Run(m *Main) error {
	return c.do(m, licence.Event{Kind: licence.Checked, Text: c.Reason})
}

type licencesCommentCmd struct {
	licenceAct
	Text string `required:"" help:"What to say." placeholder:"TEXT"`
}

// Run is the command.
func (c *licencesCommentCmd) Run(m *Main) error {
	return c.do(m, licence.Event{Kind: licence.Commented, Text: c.Text})
}

type licencesOverdueCmd struct{ dataFlag }

// Run is the command.
func (c *licencesOverdueCmd) Run(m *Main) error {
	s, account, err := m.openAs(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer s.Close()
	lines, err := m.licenceBook(s, casework.Person{Name: account, Via: account}).Note(m.ctx, m.now())
	for _, line := range lines {
		fmt.Fprintln(m.Out, line)
	}
	if err == nil {
		fmt.Fprintf(m.Out, "%s written down\n", report.Counted(len(lines), "thing"))
	}
	return err
}

type licencesTemplateCmd struct{}

// Run is the command.
func (licencesTemplateCmd) Run(m *Main) error {
	_, err := fmt.Fprint(m.Out, licence.Template)
	return err
}

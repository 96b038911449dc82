package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/casework"
	"github.com/cordon-engine/cordon/internal/clock"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/logkey"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/when"
)

// casesMore are commands on cases beside deciding them.
type casesMore struct {
	Clocks   casesClocksCmd   `cmd:"" help:"What is owed of cases, by day and with who answers for it; what is overdue first."`
	Clock    casesClockCmd    `cmd:"" help:"Say that a report is owed of a case: its clock runs from a day on."`
	Overdue  casesOverdueCmd  `cmd:"" help:"Write down the deadlines that passed. The server does it by itself."`
	Owes     casesOwesCmd     `cmd:"" help:"Which reports the desk owes, whose clocks start by themselves; an admin sets them."`
	Filed    casesFiledCmd    `cmd:"" help:"Say that a report was filed, on which day, and how the authority calls it."`
	NoReport casesNoReportCmd `cmd:"" help:"Say that no report is owed of cases that were found true, and why."`
	Attach   casesAttachCmd   `cmd:"" help:"Put a file beside a case, or a licence."`
	Files    casesFilesCmd    `cmd:"" help:"Write a file that was attached to where you say."`
	Quality  casesQualityCmd  `cmd:"" help:"How many that were cleared should not have been, how old the queue is, by reason."`
	Draw     casesDrawCmd     `cmd:"" help:"Draw closed cases at random, to be looked at again by another person."`
	Review   casesReviewCmd   `cmd:"" help:"Say, as a person who did not decide it, whether you come to the same."`
	Rules    casesRulesCmd    `cmd:"" help:"The rules by which --auto-close closes cases, row by row."`
}

type casesClocksCmd struct {
	dataFlag
	All    bool   `help:"Also what was filed."`
	Duties bool   `help:"The table of duties, instead: what starts each, how long there is, and the source."`
	Format string `help:"How to print: ${enum}." enum:"text,jsonl,json" default:"text"`
}

// Run is the command.
func (c *casesClocksCmd) Run(m *Main) error {
	t, err := clock.Load(data.FS)
	if err != nil {
		return err
	}
	if c.Duties {
		return c.duties(m, t)
	}
	return m.caseReader(c.Data, func(d *casework.Desk) error {
		cases, err := d.Cases(m.ctx)
		if err != nil {
			return err
		}
		list := casework.Calendar(cases, c.All)
		out, late, unsaid := []report.CaseClockJSON{}, 0, 0
		for i := range list {
			x := report.CaseClock(&list[i], t, m.now())
			out = append(out, x)
			switch {
			case x.Duty == "" && x.Due == nil:
				unsaid++
			case x.Late:
				late++
			}
		}
		if c.Format != "text" {
			return printAll(m, c.Format, out)
		}
		for i := range out {
			fmt.Fprintln(m.Out, report.CaseClockWords(&out[i]))
		}
		fmt.Fprintf(m.Out, "%s: %d overdue or filed late, %d of which nobody said what is owed\n", report.Counted(len(out), "clock"), late, unsaid)
		return nil
	})
}

func (c *casesClocksCmd) duties(m *Main, t *clock.Table) error {
	out := []report.ReportDutyJSON{}
	for _, d := range t.Duties() {
		out = append(out, report.Duty(&d))
	}
	if c.Format != "text" {
		return printAll(m, c.Format, out)
	}
	for _, d := range out {
		mark := ""
		if !d.Verified {
			mark = " (not verified)"
		}
		fmt.Fprintf(m.Out, "%s  %s to %s, when something is %s: %s; %s%s\n", d.ID, d.What, d.Authority, d.Starts, d.Term, d.Cite, mark)
	}
	return nil
}

// printAll prints a list as JSON or as lines of it.
func printAll[T any](m *Main, format string, list []T) error {
	if format == "json" {
		return m.printJSON(list)
	}
	for i := range list {
		if err := jsonLine(m.Out, list[i]); err != nil {
			return err
		}
	}
	return nil
}

// clockAct is what is done about a report of one case.
type clockAct struct {
	whoFlags
	ID    string `arg:"" help:"The case."`
	Duty  string `required:"" help:"The report, by its name; cases clocks --duties lists them." placeholder:"NAME"`
	Event int    `help:"Refuse when the case has more events than this: it went on since you saw it." placeholder:"N"`
}

// do does it; f gives the case.
func (c *clockAct) do(m *Main, f func(*casework.Desk, casework.Person, *clock.Table, casework.Report) (casework.Case, error)) error {
	t, err := clock.Load(data.FS)
	if err != nil {
		return err
	}
	return m.casework(c.Data, c.As, casework.Role(c.Role), func(_ database, d *casework.Desk, by casework.Person) error {
		r := casework.Report{Duty: c.Duty}
		if c.Event > 0 {
			r.N = c.Event + 1
		}
		x, err := f(d, by, t, r)
		if err != nil {
			return err
		}
		for i := range x.Deadlines {
			if e := (casework.Owing{Case: &x, Deadline: &x.Deadlines[i]}); e.Duty == c.Duty {
				j := report.CaseClock(&e, t, m.now())
				fmt.Fprintln(m.Out, report.CaseClockWords(&j))
			}
		}
		return nil
	})
}

type casesClockCmd struct {
	clockAct
	From  string `required:"" help:"The day from which its time runs: when it was blocked, or rejected." placeholder:"DAY"`
	Owner string `required:"" help:"Who answers for it." placeholder:"NAME"`
}

// Run is the command.
func (c *casesClockCmd) Run(m *Main) error {
	from, err := parseDay("--from", c.From)
	if err != nil {
		return err
	}
	return c.do(m, func(d *casework.Desk, by casework.Person, t *clock.Table, r casework.Report) (casework.Case, error) {
		r.Began = from
		if r.Owner, err = logkey.Pseudonym(m.folderOf(c.Data), c.Owner); err != nil {
			return casework.Case{}, err
		}
		return d.StartClock(m.ctx, c.ID, by, m.now(), t, r)
	})
}

type casesFiledCmd struct {
	clockAct
	On        string `required:"" help:"The day on which it was filed." placeholder:"DAY"`
	Reference string `required:"" help:"How the authority calls it, or the number of the letter." placeholder:"TEXT"`
	Reason    string `help:"How, in words." placeholder:"TEXT" default:"filed"`
}

// Run is the command.
func (c *casesFiledCmd) Run(m *Main) error {
	on, err := parseDay("--on", c.On)
	if err != nil {
		return err
	}
	return c.do(m, func(d *casework.Desk, by casework.Person, t *clock.Table, r casework.Report) (casework.Case, error) {
		r.Filed, r.Reference, r.Text, r.Began = on, c.Reference, c.Reason, when.NoDay
		return d.FileReport(m.ctx, c.ID, by, m.now(), t, r)
	})
}

type casesNoReportCmd struct{ whyAct }

// Run is the command.
func (c *casesNoReportCmd) Run(m *Main) error { return c.act(m, casework.NothingOwed) }

type casesAttachCmd struct {
	whoFlags
	ID      string `arg:"" help:"The case, or the licence with --licence."`
	File    string `arg:"" help:"The file: PDF, text, an image, an archive or an office file, up to 10 MiB." type:"existingfile"`
	Name    string `help:"What it is called; as the file unless given." placeholder:"NAME"`
	Licence bool   `help:"Put it beside a licence."`
}

// Run is the command.
func (c *casesAttachCmd) Run(m *Main) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "the file %q cannot be read", c.File)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, casework.MaxFile+1))
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the file %q cannot be read", c.File)
	}
	name := cmp.Or(c.Name, filepath.Base(c.File))
	return m.casework(c.Data, c.As, casework.Role(c.Role), func(s database, d *casework.Desk, by casework.Person) error {
		var file casework.File
		if c.Licence {
			_, file, err = m.licenceBook(s, casework.Person{Name: by.Via, Via: by.Via}).Attach(m.ctx, s, c.ID, by, m.now(), 0, name, b)
		} else {
			_, file, err = d.Attach(m.ctx, s, c.ID, by, m.now(), 0, name, b)
		}
		if err == nil {
			fmt.Fprintf(m.Out, "%s  %s, %d bytes, %s\n", file.SHA256, file.Name, file.Size, file.Media)
		}
		return err
	})
}

type casesFilesCmd struct {
	dataFlag
	ID      string `arg:"" help:"The case, or the licence with --licence."`
	SHA256  string `arg:"" name:"sha256" help:"The file, by its hash, as cases show prints it."`
	Out     string `required:"" short:"o" help:"Where to write it; there must be nothing yet." placeholder:"FILE" type:"path"`
	Licence bool   `help:"It is of a licence."`
	As      string `help:"For whom. The log says who it was; the account that runs the program unless given." placeholder:"NAME"`
}

// Run is the command. That it was given out, and to whom, enters the log before it is written.
func (c *casesFilesCmd) Run(m *Main) error {
	if nothingKept(c.Data) {
		return casework.NotFound(c.ID)
	}
	s, account, err := m.openAs(m.ctx, c.Data)
	if err != nil {
		return err
	}
	defer s.Close()
	by := casework.Person{Name: account, Via: account}
	if c.As != "" {
		if by.Name, err = m.personNamed(c.Data, c.As); err != nil {
			return err
		}
	}
	give := m.desk(s).Give
	if c.Licence {
		give = m.licenceBook(s, casework.Person{}).Give
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fault.New(fault.Unavailable, "the file cannot be written: %v", err)
	}
	_, b, err := give(m.ctx, s, c.ID, c.SHA256, by, m.now())
	if err == nil {
		if _, err = f.Write(b); err != nil {
			err = fault.New(fault.Unavailable, "the file cannot be written: %v", err)
		}
	}
	if e := f.Close(); err == nil && e != nil {
		err = fault.New(fault.Unavailable, "the file cannot be written: %v", e)
	}
	if err != nil {
		return errors.Join(err, os.Remove(c.Out)) // not half of it
	}
	fmt.Fprintf(m.Out, "%d bytes\n", len(b))
	return nil
}

type casesQualityCmd struct {
	dataFlag
	formatFlag
}

// Run is the command.
func (c *casesQualityCmd) Run(m *Main) error {
	return m.caseReader(c.Data, func(d *casework.Desk) error {
		q, err := d.Quality(m.ctx, m.now())
		if err != nil {
			return err
		}
		j := report.Quality(&q)
		if c.Format == "json" {
			return m.printJSON(j)
		}
		for _, line := range report.QualityWords(&q) {
			fmt.Fprintln(m.Out, line)
		}
		return nil
	})
}

type casesDrawCmd struct {
	whoFlags
	Seed  string `required:"" help:"What the sample can be drawn again by; keep it from those whose cases are drawn." placeholder:"TEXT"`
	Size  int    `required:"" help:"How many." placeholder:"N"`
	From  string `help:"Only cases that were closed from this day on." placeholder:"DAY"`
	Until string `help:"Only cases that were closed up to and with this day." placeholder:"DAY"`
}

// Run is the command.
func (c *casesDrawCmd) Run(m *Main) error {
	s := casework.Sampling{Seed: c.Seed, Size: c.Size}
	from, err := parseDay("--from", c.From)
	if err != nil {
		return err
	}
	until, err := parseDay("--until", c.Until)
	if err != nil {
		return err
	}
	if from != when.NoDay {
		s.From = beginning(from)
	}
	if until != when.NoDay {
		s.Until = beginning(until + 1)
	}
	return m.casework(c.Data, c.As, casework.Role(c.Role), func(_ database, d *casework.Desk, by casework.Person) error {
		drawn, of, err := d.Sample(m.ctx, by, m.now(), s)
		if err != nil {
			return err
		}
		for _, id := range drawn {
			fmt.Fprintln(m.Out, id)
		}
		fmt.Fprintf(m.Out, "%d of %d closed cases are drawn by the seed %q\n", len(drawn), of, c.Seed)
		return nil
	})
}

// beginning is the first moment of a day, in UTC.
func beginning(d when.Day) time.Time {
	y, mo, n := d.Civil()
	return time.Date(y, time.Month(mo), n, 0, 0, 0, 0, time.UTC)
}

type casesReviewCmd struct {
	whyAct
	Upheld    bool `help:"You come to the same." xor:"verdict" required:""`
	NotUpheld bool `help:"You do not: the case is open again." xor:"verdict" required:""`
}

// Run is the command.
func (c *casesReviewCmd) Run(m *Main) error {
	return c.do(m, func(*casework.Case) (casework.Event, error) {
		return casework.Event{Kind: casework.Reviewed, Upheld: c.Upheld, Text: c.Reason}, nil
	})
}

type casesRulesCmd struct{ formatFlag }

// Run is the command.
func (c *casesRulesCmd) Run(m *Main) error {
	out := []report.RuleJSON{}
	for _, r := range casework.Rules() {
		out = append(out, report.RuleJSON{ID: r.ID, When: r.When, Why: r.Why})
	}
	if c.Format == "json" {
		return m.printJSON(out)
	}
	for _, r := range out {
		fmt.Fprintf(m.Out, "%s\n  when  %s\n  why   %s\n", r.ID, r.When, r.Why)
	}
	fmt.Fprintln(m.Out, strings.TrimSpace("Neither side may have an identifier of the other, and what a side does not state contradicts nothing."))
	return nil
}

// showOwed shows what is owed of a case, and what was attached.
func showOwed(m *Main, x *casework.Case, line func(word, format string, args ...any)) error {
	t, err := clock.Load(data.FS)
	if err != nil {
		return err
	}
	list := casework.Calendar([]casework.Case{*x}, true)
	for i := range list {
		j := report.CaseClock(&list[i], t, m.now())
		line("owed", "%s", strings.TrimPrefix(report.CaseClockWords(&j), x.ID+"  "))
	}
	if n := x.NoReport; n != nil {
		line("owed", "no report, says %s: %s", n.Person, n.Text)
	}
	for _, f := range x.Files {
		line("file", "%s (%d bytes, %s) %s", f.Name, f.Size, f.Media, f.SHA256)
	}
	return nil
}

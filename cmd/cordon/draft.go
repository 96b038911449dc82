package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/when"
)

type draftCmd struct {
	New      draftNewCmd      `cmd:"" help:"Write an instrument file to fill in."`
	Lint     draftLintCmd     `cmd:"" help:"Check a draft as law, and ask what a careful reader would."`
	Diff     draftDiffCmd     `cmd:"" help:"What it adds, tightens, loosens and repeats of the law in force."`
	Test     draftTestCmd     `cmd:"" help:"Whose trade it touches, how much, what is banned already."`
	Report   draftReportCmd   `cmd:"" help:"All of it in one report, with back-tests."`
	Backtest draftBacktestCmd `cmd:"" help:"Resolutions of the past as drafts, beside what was forecast and what followed."`
}

// draftFlags name a draft: a file, or an instrument of the law that is a draft already.
type draftFlags struct {
	lawFlags
	Data string `help:"Folder with your own claims and the figures that you loaded." placeholder:"DIR" default:"var" type:"store" env:"CORDON_DATA"`
	File string `arg:"" help:"The draft: its file, or the name of a draft that --law holds."`
}

// draftDesk is what a draft is judged with.
type draftDesk struct {
	*states.Desk
	facts draft.Facts
}

// openDraft loads the law with the draft, and all that is known of states, and makes the case.
func (m *Main) openDraft(f draftFlags) (*draftDesk, *draft.Case, error) {
	file, err := os.ReadFile(f.File)
	switch {
	case err == nil:
		f.Drafts = []law.File{{Name: f.File, Data: file}}
	case strings.HasSuffix(f.File, ".yaml"):
		return nil, nil, fault.New(fault.NotFound, "the draft %q cannot be read: %v", f.File, errors.Unwrap(err)).
			WithFix("`cordon draft new %s` writes one to fill in", f.File)
	}
	d, err := m.draftDesk(statesFlags{lawFlags: f.lawFlags, Data: f.Data})
	if err != nil {
		return nil, nil, err
	}
	name := f.File
	if len(f.Drafts) > 0 {
		if name, err = nameIn(d.Law, f.File); err != nil {
			return nil, nil, err
		}
	}
	c, err := draft.New(d.facts, d.Law, name)
	return d, c, err
}

// nameIn finds the instrument that a file holds.
func nameIn(l *law.Law, file string) (string, error) {
	for _, r := range l.Regimes {
		for _, in := range r.Instruments {
			if in.File == file {
				return in.Name, nil
			}
		}
	}
	return "", fault.New(fault.Internal, "the draft %q was read and is not there", file)
}

func (m *Main) draftDesk(f statesFlags) (*draftDesk, error) {
	s, _, err := m.openStates(f)
	if err != nil {
		return nil, err
	}
	return draftDeskOf(s)
}

// draftDeskOf makes the desk from what is known of states.
func draftDeskOf(s *states.Desk) (*draftDesk, error) {
	b, err := data.FS.ReadFile("goods/humanitarian.yaml")
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the list of humanitarian goods")
	}
	relief, err := draft.ReadHumanitarian("data/goods/humanitarian.yaml", b)
	return &draftDesk{s, draft.Facts{Reference: s.Reference, Places: s.Places, Lists: s.Lists, Factors: s.Factors, Humanitarian: relief, Engine: s.Engine}}, err
}

type draftNewCmd struct {
	lawFlags
	File   string `arg:"" help:"The file to write; one that is there is not touched."`
	Like   string `help:"Take over the shape of this instrument, as 2371." placeholder:"INSTRUMENT"`
	Regime string `help:"The regime that it belongs to; that of --like, or the first." placeholder:"ID"`
	ID     string `help:"How the ids of its provisions begin; the name of the file unless given." placeholder:"ID"`
	On     string `help:"The day from which it is planned to apply; today unless given." placeholder:"DAY"`
}

// Run is the command.
func (c *draftNewCmd) Run(m *Main) error {
	on, err := parseDay("--on", c.On)
	if err != nil {
		return err
	}
	if on == when.NoDay {
		y, mo, day := m.now().Date()
		on = when.Date(y, int(mo), day)
	}
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	if c.ID == "" {
		c.ID = strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	}
	if c.Regime == "" {
		c.Regime = d.Law.Regimes[0].ID
	}
	text := draft.Template(c.Regime, c.ID, on)
	if c.Like != "" {
		of, err := d.Law.Named(c.Like)
		if err != nil {
			return fault.In(fault.Place{Field: "--like"}, err)
		}
		if text, err = draft.Like(of[0], c.ID, on); err != nil {
			return fault.In(fault.Place{Field: "--like"}, err)
		}
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fault.New(fault.Conflict, "the file %q cannot be made: %v", c.File, errors.Unwrap(err)).WithFix("give another name, or move the file away")
	}
	if _, err = f.Write(text); err == nil {
		err = f.Close()
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "the file %q", c.File)
	}
	_, err = fmt.Fprintf(m.Out, "%s: fill in what says TODO, then run `cordon draft lint %s`.\n", c.File, c.File)
	return err
}

// studyFlags are what a study is asked.
type studyFlags struct {
	BaseYear     []int    `help:"Judge figures of this year (repeatable; several give a range). The last three with figures unless given." placeholder:"YEAR"`
	Records      []string `help:"Add figures from this file (repeatable): records as YAML, or what cordon records load reads." placeholder:"FILE" type:"path"`
	Activities   string   `help:"Judge the activities of this JSON Lines file; - for standard input." placeholder:"FILE"`
	Period       string   `help:"Only activities and claims of this period." placeholder:"PERIOD"`
	AsIf         bool     `help:"Judge activities and claims as if done when the draft applies, not on their own day."`
	On           string   `help:"Judge figures as if traded on this day; when all applies and wind-downs are over unless given." placeholder:"DAY"`
	Enforcement  string   `help:"Share of what is touched that is kept from moving: a share or a range, as 0.8 or 0.5..0.9." default:"0.5..0.9" placeholder:"SHARE"`
	Substitution string   `help:"Share of that which finds another way: a share or a range." default:"0..0.3" placeholder:"SHARE"`
}

// question reads the flags.
func (f *studyFlags) question() (draft.Question, error) {
	q, err := draft.Ask{
		BaseYears: f.BaseYear, Period: f.Period, AsIf: f.AsIf, Enforcement: f.Enforcement, Substitution: f.Substitution,
	}.Question()
	return q, flagged(err)
}

// study does what diff, test and report share.
func (m *Main) study(df draftFlags, sf studyFlags) (*draftDesk, *draft.Study, error) {
	q, err := sf.question()
	if err != nil {
		return nil, nil, err
	}
	d, c, err := m.openDraft(df)
	if err != nil {
		return nil, nil, err
	}
	on, err := parseDay("--on", sf.On)
	if err != nil {
		return nil, nil, err
	}
	if on != when.NoDay {
		c.On = on
	}
	for _, name := range sf.Records {
		more, err := m.readRecords(d, name)
		if err != nil {
			return nil, nil, err
		}
		d.Records = append(d.Records, more...)
	}
	s, err := draft.NewStudy(c, d.Records, d.Ledger, q)
	if err == nil && sf.Activities != "" {
		s.Activities, err = m.runActivities(c, sf.Activities, q)
	}
	return d, s, err
}

// readRecords reads figures that are judged once and not kept: a file of records, or whatever `cordon records load` reads.
func (m *Main) readRecords(d *draftDesk, name string) ([]record.Record, error) {
	if strings.EqualFold(filepath.Ext(name), ".yaml") {
		b, err := readFile(name)
		if err != nil {
			return nil, err
		}
		file, err := record.ReadFile(name, b, record.Decoder{Places: d.Places})
		if err != nil {
			return nil, err
		}
		return file.Records, nil
	}
	c := recordsLoadCmd{File: name, As: "auto"}
	base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	if record.CheckSeries(base) == nil {
		c.Series = base
	}
	meta, err := c.meta(m)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", name, errors.Unwrap(err))
	}
	defer f.Close()
	r, err := c.reader(f, &meta, d.Places)
	if err != nil {
		return nil, err
	}
	return m.eachRecord(r, name)
}

// eachRecord takes all figures; rows that were refused are told and not passed over in silence.
func (m *Main) eachRecord(r record.Reader, name string) ([]record.Record, error) {
	var out []record.Record
	err := r.Each(m.ctx, func(x *record.Record) error {
		out = append(out, *x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if t := r.Tally(); t.Refused > 0 {
		fmt.Fprintf(m.Err, "%s: %d of %d rows were refused and count nowhere\n", name, t.Refused, t.Rows)
		for _, x := range t.Refusals {
			fmt.Fprintf(m.Err, "  %v\n", x)
		}
	}
	return out, nil
}

func (m *Main) runActivities(c *draft.Case, name string, q draft.Question) (*draft.Tally, error) {
	in := m.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", name, errors.Unwrap(err))
		}
		defer f.Close()
		in = f
	}
	s := draft.Stream{Name: name, Period: q.Period, Workers: runtime.GOMAXPROCS(0)}
	if q.AsIf {
		on := when.On(c.On)
		s.AsOf = &on
	}
	if m.Progress {
		next := 0
		s.Progress = func(lines int) {
			if lines >= next {
				next = lines + 50_000
				fmt.Fprintf(m.Err, "\r%d activities", lines)
			}
		}
		defer fmt.Fprintln(m.Err)
	}
	return c.Run(in, s)
}

// draftFormat is how a draft is reported.
type draftFormat struct {
	Format string `help:"How to print: ${enum}." enum:"text,json,md,html" default:"text"`
}

func (m *Main) printDraft(d *draftDesk, format string, s *draft.Study, doc func(*draft.Study, report.Names) *report.Document) error {
	if format == "json" {
		return m.printJSON(report.DraftForPrograms(s))
	}
	return m.document(format, doc(s, stateName(d.Desk.Places)), d.Desk.Places)
}

type draftLintCmd struct{ draftFlags }

// Run is the command.
func (c *draftLintCmd) Run(m *Main) error {
	d, dc, err := m.openDraft(c.draftFlags)
	if err != nil {
		return err
	}
	faults := report.DraftFaults(d.Law, dc)
	for _, f := range faults {
		fmt.Fprintln(m.Out, f)
	}
	s := &draft.Study{Case: dc, Contradictions: dc.Contradictions(), Gaps: dc.Gaps()}
	warnings := report.DraftLint(s)
	for _, w := range warnings {
		fmt.Fprintln(m.Out, w)
	}
	fmt.Fprintf(m.Out, "%s: %d provisions, %d faults, %d warnings\n", dc.Drafts[0].Name, len(dc.Provisions()), len(faults), len(warnings))
	if len(faults) > 0 {
		return exitStatus(2)
	}
	return nil
}

type draftDiffCmd struct {
	draftFlags
	draftFormat
}

// Run is the command.
func (c *draftDiffCmd) Run(m *Main) error {
	d, s, err := m.study(c.draftFlags, studyFlags{Enforcement: "0.5..0.9", Substitution: "0..0.3"})
	if err != nil {
		return err
	}
	return m.printDraft(d, c.Format, s, report.DraftDiff)
}

type draftTestCmd struct {
	draftFlags
	studyFlags
	draftFormat
}

// Run is the command.
func (c *draftTestCmd) Run(m *Main) error {
	d, s, err := m.study(c.draftFlags, c.studyFlags)
	if err != nil {
		return err
	}
	return m.printDraft(d, c.Format, s, report.DraftTest)
}

type draftReportCmd struct {
	draftFlags
	studyFlags
	draftFormat
}

// Run is the command.
func (c *draftReportCmd) Run(m *Main) error {
	d, s, err := m.study(c.draftFlags, c.studyFlags)
	if err != nil {
		return err
	}
	if s.Backtests, s.Forecasts, err = d.backtests(backtested, s.Question.Inputs); err != nil {
		return err
	}
	return m.printDraft(d, c.Format, s, report.DraftReport)
}

// backtested are the instruments that a report sets beside what followed: each by itself, and all together.
var backtested = []string{"2371", "2375", "2397", "2371+2375+2397"}

func (d *draftDesk) backtests(names []string, in draft.Inputs) ([]*draft.Backtest, *draft.Forecasts, error) {
	fc, err := draft.LoadForecasts(data.FS, "forecasts", d.Records)
	if err != nil {
		return nil, nil, err
	}
	var out []*draft.Backtest
	for _, n := range names {
		b, err := draft.NewBacktest(d.facts, d.Law, strings.Split(n, "+"), d.Records, fc, in)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, b)
	}
	return out, fc, nil
}

type draftBacktestCmd struct {
	lawFlags
	Data         string   `help:"Folder with your own claims and the figures that you loaded." placeholder:"DIR" default:"var" type:"store" env:"CORDON_DATA"`
	Instrument   []string `arg:"" optional:"" help:"Instruments of the law, as 2371, or several together, as 2371+2375; 2371, 2375 and 2397 (2017) unless given."`
	Enforcement  string   `help:"As in cordon draft test." default:"0.5..0.9" placeholder:"SHARE"`
	Substitution string   `help:"As in cordon draft test." default:"0..0.3" placeholder:"SHARE"`
	draftFormat
}

// Run is the command.
func (c *draftBacktestCmd) Run(m *Main) error {
	sf := studyFlags{Enforcement: c.Enforcement, Substitution: c.Substitution}
	q, err := sf.question()
	if err != nil {
		return err
	}
	d, err := m.draftDesk(statesFlags{lawFlags: c.lawFlags, Data: c.Data})
	if err != nil {
		return err
	}
	if len(c.Instrument) == 0 {
		c.Instrument = backtested
	}
	list, fc, err := d.backtests(c.Instrument, q.Inputs)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return m.printJSON(report.BacktestsForPrograms(list))
	}
	return m.document(c.Format, report.DraftBacktest(list, fc, stateName(d.Desk.Places)), d.Desk.Places)
}

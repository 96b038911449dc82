package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/scenario"
	"github.com/cordon-engine/cordon/internal/when"
)

type lawCmd struct {
	List      lawListCmd      `cmd:"" help:"List instruments and provisions."`
	Show      lawShowCmd      `cmd:"" help:"Show a provision, or all of an instrument."`
	At        lawAtCmd        `cmd:"" help:"What was in force on a day."`
	Diff      lawDiffCmd      `cmd:"" help:"What changed between two days."`
	Timeline  lawTimelineCmd  `cmd:"" help:"When what began and ended."`
	Lint      lawLintCmd      `cmd:"" help:"Check the law files, every condition included."`
	Scenarios lawScenariosCmd `cmd:"" help:"Run the scenarios and print the agreement."`
	Review    lawReviewCmd    `cmd:"" help:"What is not verified, and who checked what against which text."`
}

func indent(b []byte) []byte {
	v := jsontext.Value(bytes.Clone(b))
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		return b
	}
	return v
}

func (m *Main) printJSON(v any) error {
	b, err := report.JSON(v)
	if err != nil {
		return err
	}
	_, err = m.Out.Write(b)
	return err
}

// filter chooses provisions.
type filter struct {
	Kind      string `help:"Only what an activity of this kind can meet." placeholder:"KIND"`
	Direction string `help:"Only this direction: to or from the target." enum:"to,from," default:""`
	Regime    string `help:"Only this regime." placeholder:"ID"`
}

func (f filter) pick(l *law.Law) ([]*law.Provision, error) {
	return l.Pick(law.Filter{Kind: f.Kind, Direction: f.Direction, Regime: f.Regime})
}

// provisions prints provisions grouped by instrument.
func (m *Main) provisions(pr *report.Printer, format string, list []*law.Provision) error {
	if format == "json" {
		return m.printJSON(report.ListForPrograms(list))
	}
	var last *law.Instrument
	for _, p := range list {
		if p.Instrument != last {
			if last != nil {
				pr.Gap()
			}
			last = p.Instrument
			pr.Heading("%s, %s: %s", last.Name, last.Adopted.Long(), last.Title)
		}
		pr.Line(p)
	}
	return pr.Err()
}

type lawListCmd struct {
	lawFlags
	formatFlag
	filter
}

// Run is the command.
func (c *lawListCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	list, err := c.pick(d.Law)
	if err != nil {
		return err
	}
	return m.provisions(m.printer(d, false), c.Format, list)
}

type lawShowCmd struct {
	lawFlags
	formatFlag
	ID string `arg:"" help:"The id of a provision (2397-p7) or the number of an instrument (2397)."`
}

// Run is the command.
func (c *lawShowCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	list, err := d.Law.Find(c.ID)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return m.provisions(nil, "json", list)
	}
	pr := m.printer(d, false)
	for i, p := range list {
		if i > 0 {
			pr.Gap()
		}
		if err := pr.Provision(p); err != nil {
			return err
		}
	}
	return nil
}

type lawAtCmd struct {
	lawFlags
	formatFlag
	filter
	Date    string `arg:"" help:"The day, as 2017-07-04."`
	KnownAt string `help:"As published by this day." placeholder:"DAY"`
}

// Run is the command.
func (c *lawAtCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	day, err := parseDay("DATE", c.Date)
	if err != nil {
		return err
	}
	known, err := parseDay("--known-at", c.KnownAt)
	if err != nil {
		return err
	}
	all, err := c.pick(d.Law)
	if err != nil {
		return err
	}
	return m.provisions(m.printer(d, false), c.Format, d.Law.InForce(all, day, known))
}

type lawDiffCmd struct {
	lawFlags
	formatFlag
	filter
	From string `arg:"" help:"The earlier day."`
	To   string `arg:"" help:"The later day."`
}

// Run is the command.
func (c *lawDiffCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	from, err := parseDay("FROM", c.From)
	if err != nil {
		return err
	}
	to, err := parseDay("TO", c.To)
	if err != nil {
		return err
	}
	if to < from {
		return fault.New(fault.Usage, "%s is after %s", c.From, c.To).WithFix("give the earlier day first")
	}
	all, err := c.pick(d.Law)
	if err != nil {
		return err
	}
	began, ended := d.Law.Between(all, from, to)
	if c.Format == "json" {
		return m.printJSON(report.LawDiffForPrograms(from, to, began, ended))
	}
	pr := m.printer(d, false)
	pr.Heading("From %s to %s: %d provisions began, %d ended", from.Long(), to.Long(), len(began), len(ended))
	for _, part := range []struct {
		title string
		list  []*law.Provision
	}{{"Began", began}, {"Ended", ended}} {
		if len(part.list) == 0 {
			continue
		}
		pr.Gap()
		pr.Heading("%s", part.title)
		for _, p := range part.list {
			pr.Line(p)
		}
	}
	return pr.Err()
}

type lawTimelineCmd struct {
	lawFlags
	formatFlag
	filter
}

// Run is the command.
func (c *lawTimelineCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	all, err := c.pick(d.Law)
	if err != nil {
		return err
	}
	list := law.Changes(all)
	if c.Format == "json" {
		return m.printJSON(report.LawChangesForPrograms(list))
	}
	pr := m.printer(d, false)
	var last when.Day = when.NoDay
	for _, ch := range list {
		if ch.Day != last {
			if last != when.NoDay {
				pr.Gap()
			}
			last = ch.Day
			pr.Heading("%s", ch.Day.Long())
		}
		pr.Item("%s: %s, %s (%s)", ch.Provision.ID, ch.What, ch.Provision.Title, ch.Provision.Cite())
	}
	return pr.Err()
}

type lawLintCmd struct{ lawFlags }

// Run is the command.
func (c *lawLintCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{Eager: true})
	if err != nil {
		return err
	}
	faults := law.Lint(d.Law)
	for _, f := range faults {
		fmt.Fprintln(m.Out, f)
	}
	met, unverified := 0, 0
	for _, p := range d.Law.Provisions() {
		if p.Kinds != 0 {
			met++
		}
		if !p.Verified {
			unverified++
		}
	}
	fmt.Fprintf(m.Out, "%d regimes, %d provisions (%d that an activity can meet, %d whose text was not seen), %d faults\n",
		len(d.Law.Regimes), len(d.Law.Provisions()), met, unverified, len(faults))
	if len(faults) > 0 {
		return exitStatus(2)
	}
	return nil
}

type lawScenariosCmd struct {
	lawFlags
	formatFlag
	Show string `help:"Which scenarios to print: ${enum}." enum:"differences,all,none" default:"differences"`
	Dir  string `help:"Run the scenarios of this folder instead." placeholder:"DIR" type:"existingdir"`
}

// Run is the command.
func (c *lawScenariosCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	fsys, dir := scenarioFS(c.Dir)
	list, err := scenario.Load(fsys, dir, d.Reference, d.Law)
	if err != nil {
		return err
	}
	results, given, own, err := scenario.RunAll(d.Engine, list)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return m.printJSON(report.ScenariosForPrograms(results, given, own))
	}
	pr := m.printer(d, false)
	for _, r := range results {
		agrees := r.Verdict && r.Governing
		if c.Show == "none" || c.Show == "differences" && agrees {
			continue
		}
		s := r.Scenario
		what := "agrees"
		if !r.Verdict {
			what = "differs: expected " + s.Expect.String()
		} else if !r.Governing {
			what = "governing differs: expected " + strings.Join(s.Governing, ", ")
		}
		pr.Item("%s (%s): %s, ruled %s by %s [%s]", s.ID, s.Title, what, r.Ruling.Verdict, strings.Join(report.Deciding(r.Ruling), ", "), s.Activity.Date.String())
	}
	for _, t := range []struct {
		name  string
		tally scenario.Tally
	}{{"Given cases", given}, {"Own scenarios", own}} {
		if t.tally.Total == 0 {
			continue
		}
		pr.Heading("%s: %d of %d agree on the verdict (%.1f %%), %d on verdict and governing provision together (%.1f %%); every governing provision is cited in %d of %d",
			t.name, t.tally.Verdict, t.tally.Total, percent(t.tally.Verdict, t.tally.Total), t.tally.Both, percent(t.tally.Both, t.tally.Total), t.tally.All, t.tally.Scored)
	}
	return pr.Err()
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(of) }

type lawReviewCmd struct {
	lawFlags
	formatFlag
}

// Run is the command.
func (c *lawReviewCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	checks, err := law.LoadChecks(data.FS, "review", d.Law)
	if err != nil {
		return err
	}
	unseen, number := report.NotSeen(d.Law)
	if c.Format == "json" {
		return m.printJSON(report.ReviewForPrograms(d.Law, checks))
	}
	pr := m.printer(d, false)
	pr.Heading("%d of %d provisions: the text was not seen", len(unseen), len(d.Law.Provisions()))
	for _, p := range unseen {
		pr.Line(p)
	}
	pr.Gap()
	pr.Heading("%d more: the substance was seen, the paragraph number was not", len(number))
	for _, p := range number {
		pr.Line(p)
	}
	counts := map[string]int{}
	for _, k := range checks {
		counts[k.Finding]++
	}
	pr.Gap()
	pr.Heading("%d checks on record: %d confirmed, %d corrected, %d conflicting, %d not found", len(checks), counts["confirmed"], counts["corrected"], counts["conflicting"], counts["not_found"])
	for _, k := range checks {
		if k.Finding == "not_found" {
			continue
		}
		pr.Item("%s, %s: %s on %s by %s in %s: %s", k.Provision, k.What, k.Finding, k.On, k.By, k.Seen, k.Value)
	}
	return pr.Err()
}

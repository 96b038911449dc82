package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/commitment"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
)

type commitmentsCmd struct {
	List     commitmentsListCmd     `cmd:"" help:"Every undertaking with its state."`
	Show     commitmentsShowCmd     `cmd:"" help:"The terms of undertakings and what became of them."`
	Test     commitmentsTestCmd     `cmd:"" help:"Which events were, or would have been, against it, on which side and in which order."`
	Timeline commitmentsTimelineCmd `cmd:"" help:"What happened and what each side said of it, in order."`
}

// eventFlags choose events.
type eventFlags struct {
	Events []string `help:"Add the events of this file (repeatable): YAML, JSON Lines, or a table that is known." placeholder:"FILE" type:"existingfile"`
	Only   bool     `help:"Leave out the events that come with the program."`
	About  string   `help:"The state that a table is about, where its rows do not say." placeholder:"STATE"`
}

// commitmentFlags open the book of undertakings.
type commitmentFlags struct {
	eventFlags
	Data   string   `help:"Folder with your own claims." placeholder:"DIR" default:"var" type:"path" env:"CORDON_DATA"`
	Book   []string `help:"Add the undertakings in this folder, as read --commitments writes them (repeatable)." placeholder:"DIR" type:"existingdir"`
	From   string   `help:"Show what happened from this day of New York on." placeholder:"DAY"`
	To     string   `help:"Look at nothing after this day." placeholder:"DAY"`
	Format string   `help:"How to print: ${enum}." enum:"text,json,md,html" default:"text"`
}

// books is what the commands on undertakings work with.
type books struct {
	desk   *decide.Desk
	claims *claim.Ledger
	book   *commitment.Book
	q      commitment.Question
}

func (m *Main) openBooks(f commitmentFlags) (*books, error) {
	own, d, err := m.book(claimFlags{Data: f.Data})
	if err != nil {
		return nil, err
	}
	b := &books{desk: d, claims: own.Ledger}
	if b.q.From, err = parseDay("--from", f.From); err != nil {
		return nil, err
	}
	if b.q.To, err = parseDay("--to", f.To); err != nil {
		return nil, err
	}
	if b.book, err = commitment.Open(d.Places, d.Lists, d.Factors, data.FS, "commitments", folders(f.Book)...); err != nil {
		return nil, err
	}
	b.q.Events, err = m.events(d, f.eventFlags)
	return b, err
}

// folders are folders of law as sources.
func folders(dirs []string) []law.Source {
	var out []law.Source
	for _, dir := range dirs {
		out = append(out, law.Source{FS: os.DirFS(dir), Root: ".", Name: dir})
	}
	return out
}

// events reads the embedded events and those of files.
func (m *Main) events(d *decide.Desk, f eventFlags) ([]event.Event, error) {
	var lists [][]event.Event
	if !f.Only {
		own, err := event.ReadAll(d.Reference, data.FS, "events")
		if err != nil {
			return nil, err
		}
		lists = append(lists, own)
	}
	for _, name := range f.Events {
		list, table, err := m.eventFile(d, name, f.About)
		if err != nil {
			return nil, err
		}
		if table != nil {
			fmt.Fprintln(m.Err, tally(name, table))
		}
		lists = append(lists, list)
	}
	return event.Merge(lists...)
}

// eventFile reads a file in any of the forms; the table is nil for our own two.
func (m *Main) eventFile(d *decide.Desk, name, about string) ([]event.Event, *event.Table, error) {
	b, err := readFile(name)
	if err != nil {
		return nil, nil, err
	}
	switch filepath.Ext(name) {
	case ".yaml", ".yml":
		list, err := event.ReadYAML(d.Reference, name, b)
		return list, nil, err
	case ".jsonl":
		list, err := event.ReadLines(d.Reference, name, bytes.NewReader(b))
		return list, nil, err
	}
	if about == "" {
		return nil, nil, fault.New(fault.Usage, "%s is a table, and its rows do not say whom they are about", name).WithFix("add --about STATE")
	}
	s, err := d.Places.ParseState(about)
	if err != nil {
		return nil, nil, err
	}
	t, err := event.ReadTable(m.ctx, d.Places, s, name, bytes.NewReader(b))
	if err != nil {
		return nil, nil, err
	}
	return t.Events, t, nil
}

// tally says what became of the rows of a table.
func tally(name string, t *event.Table) string {
	return fmt.Sprintf("%s: %s, %d rows = %d events + %d refused", filepath.Base(name), t.Form, t.Rows, len(t.Events), len(t.Refused))
}

// view runs the fold and keeps the accounts of what is chosen.
func (b *books) view(chosen []*law.Provision, certain bool) (*report.CommitmentsView, error) {
	return report.NewCommitmentsView(b.book, b.q, b.claims, chosen, certain)
}

// chosen opens the books and finds what an id names.
func (m *Main) chosen(f commitmentFlags, id string) (*books, []*law.Provision, error) {
	b, err := m.openBooks(f)
	if err != nil {
		return nil, nil, err
	}
	list, err := b.book.Find(id)
	return b, list, err
}

type commitmentsListCmd struct{ commitmentFlags }

// Run is the command.
func (c *commitmentsListCmd) Run(m *Main) error {
	return m.commitments(c.commitmentFlags, "", report.CommitmentsDocument, false)
}

type commitmentsShowCmd struct {
	commitmentFlags
	ID string `arg:"" help:"An undertaking, or an instrument: its name, or what its ids begin with."`
}

// Run is the command.
func (c *commitmentsShowCmd) Run(m *Main) error {
	return m.commitments(c.commitmentFlags, c.ID, report.CommitmentDocument, false)
}

type commitmentsTimelineCmd struct {
	commitmentFlags
	ID string `arg:"" optional:"" help:"Only this undertaking or instrument."`
}

// Run is the command.
func (c *commitmentsTimelineCmd) Run(m *Main) error {
	return m.commitments(c.commitmentFlags, c.ID, report.TimelineDocument, true)
}

// commitments prints a report on undertakings.
func (m *Main) commitments(f commitmentFlags, id string, doc func(*report.CommitmentsView, report.Names) *report.Document, timeline bool) error {
	b, list, err := m.chosen(f, id)
	if err != nil {
		return err
	}
	v, err := b.view(list, false)
	if err != nil {
		return err
	}
	if f.Format == "json" {
		return m.printJSON(report.CommitmentsForPrograms(v, timeline))
	}
	return m.document(f.Format, doc(v, stateName(b.desk.Places)), b.desk.Places)
}

type commitmentsTestCmd struct {
	commitmentFlags
	ID     string `arg:"" help:"An undertaking, or an instrument: its name, or what its ids begin with."`
	Assume string `help:"Take it as accepted from its first day, unless the record says that it was." enum:"accepted," default:"" placeholder:"accepted"`
}

// Run is the command.
func (c *commitmentsTestCmd) Run(m *Main) error {
	b, list, err := m.chosen(c.commitmentFlags, c.ID)
	if err != nil {
		return err
	}
	if c.Assume != "" {
		b.q.Suppose = report.Suppose(list)
	}
	v, err := b.view(list, true)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return m.printJSON(report.CommitmentsForPrograms(v, false))
	}
	return m.document(c.Format, report.CommitmentTest(v, stateName(b.desk.Places)), b.desk.Places)
}

type eventsCmd struct {
	List eventsListCmd `cmd:"" help:"Events in the order of time."`
	Show eventsShowCmd `cmd:"" help:"One event: its time, its day in New York, its sources, and what it is as an activity."`
	Load eventsLoadCmd `cmd:"" help:"Read a file or a published table of events, account for every row, and write JSON Lines."`
}

// eventDesk opens the law and the events that flags choose.
func (m *Main) eventDesk(f eventFlags) (*decide.Desk, []event.Event, error) {
	d, err := m.open(lawFlags{}, ruling.Options{})
	if err != nil {
		return nil, nil, err
	}
	list, err := m.events(d, f)
	return d, list, err
}

type eventsListCmd struct {
	eventFlags
	Kind   string `help:"Only this kind." placeholder:"KIND"`
	State  string `help:"Only what this state did." placeholder:"STATE"`
	Period string `help:"Only what may have happened in this period." placeholder:"PERIOD"`
	Format string `help:"How to print: ${enum}." enum:"text,jsonl,md,html" default:"text"`
}

// Run is the command.
func (c *eventsListCmd) Run(m *Main) error {
	d, list, err := m.eventDesk(c.eventFlags)
	if err != nil {
		return err
	}
	if list, err = (event.Ask{Kind: c.Kind, State: c.State, Period: c.Period}).Pick(list, d.Places); err != nil {
		return flagged(err)
	}
	if c.Format == "jsonl" {
		b, err := eventLines(list)
		if err != nil {
			return err
		}
		_, err = m.Out.Write(b)
		return err
	}
	return m.document(c.Format, report.EventsDocument(list, stateName(d.Places)), d.Places)
}

func eventLines(list []event.Event) ([]byte, error) {
	var b []byte
	var err error
	for i := range list {
		if b, err = list[i].AppendLine(b); err != nil {
			return nil, err
		}
		b = append(b, '\n')
	}
	return b, nil
}

type eventsShowCmd struct {
	eventFlags
	ID     string `arg:"" help:"The event."`
	Format string `help:"How to print: ${enum}." enum:"text,json,md,html" default:"text"`
}

// Run is the command.
func (c *eventsShowCmd) Run(m *Main) error {
	d, list, err := m.eventDesk(c.eventFlags)
	if err != nil {
		return err
	}
	found, err := event.Find(list, c.ID)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		b, err := found.AppendLine(nil)
		if err != nil {
			return err
		}
		_, err = m.Out.Write(append(indent(b), '\n'))
		return err
	}
	return m.document(c.Format, report.EventDocument(found, stateName(d.Places)), d.Places)
}

type eventsLoadCmd struct {
	File   string `arg:"" help:"YAML, JSON Lines, or a table that is known." type:"existingfile"`
	About  string `help:"The state that a table is about." placeholder:"STATE"`
	Output string `help:"The file to write as JSON Lines; none otherwise." short:"o" placeholder:"FILE"`
}

// Run is the command.
func (c *eventsLoadCmd) Run(m *Main) error {
	d, err := m.open(lawFlags{}, ruling.Options{})
	if err != nil {
		return err
	}
	list, table, err := m.eventFile(d, c.File, c.About)
	if err != nil {
		return err
	}
	if table == nil {
		table = &event.Table{Form: "our own form", Rows: len(list), Events: list}
	}
	fmt.Fprintln(m.Out, tally(c.File, table)+".")
	for _, r := range table.Refused {
		fmt.Fprintf(m.Out, "  line %d: %s\n", r.Line, r.Reason)
	}
	if len(table.Unused) > 0 {
		fmt.Fprintf(m.Out, "  columns that are not read: %q\n", table.Unused)
	}
	if c.Output == "" {
		return nil
	}
	b, err := eventLines(list)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Output, b, 0o644); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the file %q", c.Output)
	}
	_, err = fmt.Fprintf(m.Out, "%s: %d events.\n", c.Output, len(list))
	return err
}

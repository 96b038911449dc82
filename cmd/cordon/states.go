package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/evidence"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/matrix"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/when"
)

// statesFlags open the desk of what is known of states.
type statesFlags struct {
	lawFlags
	Data    string `help:"Folder with your own claims and the figures that you loaded." placeholder:"DIR" default:"var" type:"store" env:"CORDON_DATA"`
	KnownAt string `help:"Leave out what was published after this day." placeholder:"DAY"`
}

// openStates opens the desk and reads the day of --known-at.
func (m *Main) openStates(f statesFlags) (*states.Desk, when.Day, error) {
	known, err := parseDay("--known-at", f.KnownAt)
	if err != nil {
		return nil, known, err
	}
	s, _, err := m.openBook(f)
	return s, known, err
}

// openBook opens the desk and the claims that it judges.
func (m *Main) openBook(f statesFlags) (*states.Desk, *evidence.Book, error) {
	b, d, err := m.book(claimFlags{lawFlags: f.lawFlags, Data: f.Data})
	if err != nil {
		return nil, nil, err
	}
	s, err := m.statesOf(b, d, f.Data)
	return s, b, err
}

// statesOf puts what is known of states together.
func (m *Main) statesOf(b *evidence.Book, d *decide.Desk, dir string) (s *states.Desk, err error) {
	s = &states.Desk{Facts: statesFacts(d), Ledger: b.Ledger}
	if s.Watchers, err = states.LoadWatchers(data.FS, "watchers"); err != nil {
		return nil, err
	}
	s.Records, err = m.figuresOn(&s.Facts, dir)
	return s, err
}

// figuresOn reads the figures of all readings that are about a state and the target of a regime.
func (m *Main) figuresOn(f *states.Facts, dir string) ([]record.Record, error) {
	store, err := recordsWith(dir, f.Places)
	if err != nil {
		return nil, err
	}
	all, err := store.Snapshots(m.ctx)
	if err != nil {
		return nil, err
	}
	var out []record.Record
	for _, meta := range all {
		err := store.Each(m.ctx, meta.ID, func(r *record.Record) error {
			if f.Concerns(r) {
				out = append(out, *r)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func statesFacts(d *decide.Desk) states.Facts {
	return states.Facts{
		Law: d.Law, Engine: d.Engine, Reference: d.Reference, Lists: d.Lists, Factors: d.Factors, Places: d.Places, DataVersion: d.DataVersion,
	}
}

// stateName gives names of states for people.
func stateName(places *place.Gazetteer) report.Names {
	return func(code string) string {
		s, err := places.ParseState(code)
		if err != nil || places.Name(s) == "" {
			return code
		}
		return places.Name(s)
	}
}

type statesCmd struct {
	statesFlags
	Obligation []string           `help:"Only this provision, instrument or measure (repeatable), as 2397-p8, 2375 or labour." placeholder:"ID"`
	State      []string           `help:"Only this state (repeatable)." placeholder:"STATE"`
	Period     string             `help:"Only this period." placeholder:"PERIOD"`
	By         string             `help:"Columns of time: ${enum}." enum:"whole,year,quarter" default:"whole"`
	Evidence   string             `help:"Only cells with at least this evidence: possible, alleged, corroborated or adjudicated." placeholder:"WORD"`
	All        bool               `help:"Also cells of provisions that only restate others."`
	Compare    bool               `help:"Order the states by weights that you give."`
	Weight     map[string]float64 `help:"Weights of a comparison, as reporting=1;conduct=2. Axes: law, reporting, conduct, response, exposure." placeholder:"AXIS=W;..."`
	Format     string             `help:"How to print: ${enum}." enum:"text,json,csv,md,html" default:"text"`
}

// Run is the command.
func (c *statesCmd) Run(m *Main) error {
	d, known, err := m.openStates(c.statesFlags)
	if err != nil {
		return err
	}
	mx, err := d.Matrix(known)
	if err != nil {
		return err
	}
	if c.Compare || len(c.Weight) > 0 {
		return c.compare(m, d, mx, known)
	}
	v, err := c.view(d, mx, known)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		return m.printJSON(report.StatesForPrograms(v))
	case "csv":
		return m.cellsCSV(v)
	default:
		return m.document(c.Format, report.StatesDocument(v, stateName(d.Places)), d.Places)
	}
}

// view chooses the cells.
func (c *statesCmd) view(d *states.Desk, mx *matrix.Matrix, known when.Day) (*report.StatesView, error) {
	cells, err := d.Select(mx, states.Ask{Obligations: c.Obligation, States: c.State, Period: c.Period, By: c.By, Evidence: c.Evidence})
	if err != nil {
		return nil, flagged(err)
	}
	v := &report.StatesView{Watchers: d.Watchers, LeftOut: mx.LeftOut, Known: known, Cells: cells}
	if !c.All {
		v.Hide()
	}
	return v, nil
}

// compare orders states by the asker's weights.
func (c *statesCmd) compare(m *Main, d *states.Desk, mx *matrix.Matrix, known when.Day) error {
	weights, err := matrix.ParseWeights(c.Weight)
	if err != nil {
		return err
	}
	list, err := matrix.Compare(d.Standings(mx, known), weights)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return m.printJSON(report.ComparedForPrograms(list))
	}
	return m.document(c.Format, report.ComparedDocument(list, weights, stateName(d.Places)), d.Places)
}

// document prints a document in one of the forms for people.
func (m *Main) document(format string, doc *report.Document, places *place.Gazetteer) error {
	switch format {
	case "md":
		return doc.Markdown(m.Out)
	case "html":
		return doc.HTML(m.Out)
	default:
		return m.printerOf(places, false).Document(doc)
	}
}

// cellsCSV writes one cell a row.
func (m *Main) cellsCSV(v *report.StatesView) error {
	return csv.NewWriter(m.Out).WriteAll(report.CellRows(v.Cells))
}

type stateCmd struct {
	statesFlags
	AsOf   string `help:"The same as --known-at." placeholder:"DAY"`
	State  string `arg:"" help:"The state, by name or code."`
	Format string `help:"How to print: ${enum}." enum:"text,json,md,html" default:"text"`
}

// Run is the command.
func (c *stateCmd) Run(m *Main) error {
	if c.AsOf != "" && c.KnownAt != "" {
		return fault.New(fault.Usage, "--as-of and --known-at say the same thing").WithFix("give one of them")
	}
	if c.AsOf != "" {
		c.KnownAt = c.AsOf
	}
	d, known, err := m.openStates(c.statesFlags)
	if err != nil {
		return err
	}
	s, err := d.Places.ParseState(c.State)
	if err != nil {
		return err
	}
	dossier, err := d.Dossier(s, known)
	if err != nil {
		return err
	}
	versions := report.Versions{Program: version, Data: d.DataVersion}
	if c.Format == "json" {
		return m.printJSON(report.DossierForPrograms(dossier, versions, d.Law.Version))
	}
	return m.document(c.Format, report.Dossier(dossier, stateName(d.Places), versions, d.Law.Version), d.Places)
}

type capsCmd struct {
	statesFlags
	What    string   `arg:"" help:"oil, coal, or the id of a cap."`
	Year    string   `help:"The period." placeholder:"PERIOD" required:""`
	Product string   `help:"The petroleum product to take where a figure does not say." placeholder:"PRODUCT"`
	Fill    []string `help:"Work estimates by ships out for these shares of a full load, as 1/3,1/2,0.9,1." placeholder:"SHARE" sep:","`
	Format  string   `help:"How to print: ${enum}." enum:"text,json,md,html" default:"text"`
}

// Run is the command.
func (c *capsCmd) Run(m *Main) error {
	d, known, err := m.openStates(c.statesFlags)
	if err != nil {
		return err
	}
	accounts, err := d.Caps(states.CapsAsk{What: c.What, Period: c.Year, Product: c.Product, Fill: c.Fill}, known)
	if err != nil {
		return flaggedAs(err, "period", "--year")
	}
	if c.Format == "json" {
		return m.printJSON(report.CapsForPrograms(accounts))
	}
	return m.document(c.Format, report.CapsDocument(accounts, stateName(d.Places)), d.Places)
}

type bundleCmd struct {
	Make   bundleMakeCmd   `cmd:"" help:"Write everything that a dossier of a state rests on, with hashes, into a file."`
	Verify bundleVerifyCmd `cmd:"" help:"Check the hashes of a bundle and rebuild its dossier from what is in it."`
}

type bundleMakeCmd struct {
	statesFlags
	State  string `arg:"" help:"The state, by name or code."`
	Output string `help:"The file to write; STATE.bundle.zip otherwise." short:"o" placeholder:"FILE"`
}

// Run is the command.
func (c *bundleMakeCmd) Run(m *Main) error {
	d, known, err := m.openStates(c.statesFlags)
	if err != nil {
		return err
	}
	s, err := d.Places.ParseState(c.State)
	if err != nil {
		return err
	}
	if c.Output == "" {
		c.Output = strings.ToLower(s.String()) + ".bundle.zip"
	}
	b, err := d.Bundle(s, known, version, m.dossierFiles)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.Output, b, 0o644); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the file %q", c.Output)
	}
	_, err = fmt.Fprintf(m.Out, "%s: %d bytes. `cordon bundle verify %s` checks it and rebuilds the dossier.\n", c.Output, len(b), c.Output)
	return err
}

// dossierFiles are the forms of the dossier that a bundle holds and rebuilds.
func (m *Main) dossierFiles(d *states.Desk, dossier *states.Dossier) (map[string][]byte, error) {
	versions := report.Versions{Program: version, Data: d.DataVersion}
	var md strings.Builder
	if err := report.Dossier(dossier, stateName(d.Places), versions, d.Law.Version).Markdown(&md); err != nil {
		return nil, err
	}
	j, err := report.DossierBytes(dossier, versions, d.Law.Version)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"dossier.md": []byte(md.String()), "dossier.json": j}, nil
}

type bundleVerifyCmd struct {
	lawFlags
	File string `arg:"" help:"The bundle." type:"existingfile"`
}

// Run is the command.
func (c *bundleVerifyCmd) Run(m *Main) error {
	b, err := readFile(c.File)
	if err != nil {
		return err
	}
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	found, err := states.VerifyBundle(statesFacts(d), b, m.dossierFiles)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(m.Out, "%s is whole: %d files have the hashes it says, and the dossier of %s was rebuilt from them byte for byte.\n",
		c.File, found.Files, place.State(found.State))
	return err
}

package main

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/recordfs"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/series"
	"github.com/cordon-engine/cordon/internal/source/comtrade"
	"github.com/cordon-engine/cordon/internal/source/table"
	"github.com/cordon-engine/cordon/internal/when"
)

type recordsCmd struct {
	Load  recordsLoadCmd  `cmd:"" help:"Load a table of figures as a new reading of its series."`
	List  recordsListCmd  `cmd:"" help:"List figures, each with who gives it, its source and its reading."`
	Show  recordsShowCmd  `cmd:"" help:"Trace a figure: source, file, row, hash, rule, other readings."`
	Check recordsCheckCmd `cmd:"" help:"What is to be said of the records: wrong codes, shares over 100, readings that differ, vanished months, blanks."`
}

// recordsAt opens the store in dir with the figures that come with the program.
func recordsAt(dir string) (series.Store, *place.Gazetteer, error) {
	places, err := gazetteer()
	if err != nil {
		return nil, nil, err
	}
	store, err := recordsWith(dir, places)
	return store, places, err
}

// recordsWith is recordsAt for who has the places already.
func recordsWith(dir string, places *place.Gazetteer) (series.Store, error) {
	if err := checkFolder(dir); err != nil {
		return nil, err
	}
	names, err := fs.Glob(data.FS, "records/*/*.yaml")
	if err != nil {
		return nil, err
	}
	var fixed []series.Fixed
	for _, name := range names {
		b, err := data.FS.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := record.ReadFile(path.Base(name), b, record.Decoder{Places: places})
		if err != nil {
			return nil, err
		}
		snaps, err := series.FixedOf(f)
		if err != nil {
			return nil, err
		}
		fixed = append(fixed, snaps...)
	}
	return series.WithFixed(recordfs.Open(dir), fixed), nil
}

// comtradeAreas reads who reports and is traded with in UN Comtrade.
func comtradeAreas(places *place.Gazetteer) (*comtrade.Areas, error) {
	const name = "records/comtrade-areas.tsv"
	b, err := data.FS.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return comtrade.ReadAreas(name, b, places)
}

type recordsLoadCmd struct {
	folderFlag
	File      string             `arg:"" help:"The table: delimited text, a workbook, JSON Lines, or an answer of UN Comtrade."`
	As        string             `name:"format" help:"What the file is: ${enum}; told from its name and first row unless given." enum:"auto,comtrade-csv,comtrade-json,csv,xlsx,jsonl" default:"auto"`
	Series    string             `help:"The series to add a reading to, as in comtrade or my-customs." placeholder:"S"`
	Published string             `help:"When the source read so: a day, month or year." placeholder:"DATE"`
	Title     string             `help:"The title of the table, as people cite it." placeholder:"T"`
	Publisher string             `help:"Who publishes it." placeholder:"P"`
	Source    string             `help:"The address that the file came from." placeholder:"URL"`
	Seen      string             `help:"The day on which it was fetched there." placeholder:"DAY"`
	Sheet     string             `help:"The sheet of a workbook; the first unless given." placeholder:"NAME"`
	Map       map[string]string  `help:"Which column is which field: FIELD=COLUMN (repeatable)." placeholder:"FIELD=COLUMN"`
	Set       map[string]string  `help:"The same text for a field in every row: FIELD=TEXT (repeatable)." placeholder:"FIELD=TEXT"`
	Scale     map[string]float64 `help:"Multiply a figure, for tables in thousands or millions: value_usd=1000000 (repeatable)." placeholder:"FIELD=N"`
	Accept    bool               `name:"accept-refused" help:"Take the file however many of its rows are refused."`
	Out       string             `name:"print" help:"How to print what became of it: ${enum}." enum:"text,json" default:"text"`
}

// Run is the command.
func (c *recordsLoadCmd) Run(m *Main) error {
	store, places, err := recordsAt(c.Data)
	if err != nil {
		return err
	}
	meta, err := c.meta(m)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "the file %q cannot be read: %v", c.File, errors.Unwrap(err))
	}
	defer f.Close()
	hash := sha256.New()
	src := io.TeeReader(f, hash)
	r, err := c.reader(src, &meta, places)
	if err != nil {
		return err
	}
	res, err := series.Put(m.ctx, store, r, meta, series.Loading{
		AcceptRefused: c.Accept, Progress: m.counting("rows"),
		Hash: func() string {
			_, _ = io.Copy(io.Discard, src) // what a reader leaves unread belongs to the file too
			return hex.EncodeToString(hash.Sum(nil))
		},
	})
	m.progressDone()
	if err != nil {
		return err
	}
	if c.Out == "json" {
		j := report.SeriesSnapshot(res.Meta)
		j.Same = res.Same
		return m.printJSON(j)
	}
	return m.plainPrinter().RecordsLoaded(res)
}

// meta gives what is known of the reading before the file is read.
func (c *recordsLoadCmd) meta(m *Main) (series.Meta, error) {
	meta := series.Meta{
		Title: c.Title, Publisher: c.Publisher, File: filepath.Base(c.File), URL: c.Source, Recorded: m.now(), Program: version,
		Published: when.Period{From: when.NoDay, To: when.NoDay}, Format: c.As,
	}
	if meta.Format == "auto" {
		var err error
		if meta.Format, err = formatOf(c.File); err != nil {
			return meta, err
		}
	}
	meta.Series = c.Series
	if meta.Series == "" && strings.HasPrefix(meta.Format, "comtrade") {
		meta.Series = "comtrade"
	}
	if meta.Series == "" {
		meta.Series = c.Set["series"]
	}
	if meta.Series == "" {
		return meta, fault.New(fault.Usage, "the figures are of no series").WithFix("name it with --series, as in --series my-customs")
	}
	if c.Published != "" {
		p, err := when.Parse(c.Published)
		if err != nil {
			return meta, fault.In(fault.Place{Field: "--published"}, err)
		}
		meta.Published = p
	}
	return meta, record.CheckSeries(meta.Series)
}

// formatOf tells what a file is from its name and how it begins.
func formatOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fault.New(fault.NotFound, "the file %q cannot be read: %v", name, errors.Unwrap(err))
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fault.New(fault.NotFound, "the file %q cannot be read: %v", name, err)
	}
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	switch lower := strings.ToLower(line); {
	case strings.HasPrefix(line, "PK\x03\x04"):
		return "xlsx", nil
	case strings.HasSuffix(name, ".jsonl"):
		return "jsonl", nil
	case strings.HasSuffix(name, ".json"):
		return "comtrade-json", nil
	case strings.Contains(lower, "reporter") && strings.Contains(lower, "cmdcode") && strings.Contains(lower, "primaryvalue"):
		return "comtrade-csv", nil
	}
	return "csv", nil
}

// reader makes the reader of the file and says in meta by which rule it reads.
func (c *recordsLoadCmd) reader(src io.Reader, meta *series.Meta, places *place.Gazetteer) (record.Reader, error) {
	source := record.Source{Title: c.Title, Publisher: c.Publisher, URL: c.Source, Seen: when.NoDay}
	var err error
	if source.Seen, err = parseDay("--seen", c.Seen); err != nil {
		return nil, err
	}
	comtradeFile := strings.HasPrefix(meta.Format, "comtrade")
	if (comtradeFile || meta.Format == "jsonl") && len(c.Map)+len(c.Scale) > 0 || comtradeFile && len(c.Set) > 0 {
		return nil, fault.New(fault.Usage, "--map, --set and --scale are for tables of your own").WithFix("leave them out, or say --format csv")
	}
	d := record.Decoder{Places: places}
	base := record.Empty()
	base.Series, base.Source = meta.Series, source
	switch meta.Format {
	case "comtrade-csv", "comtrade-json":
		meta.Rule = "primaryValue in US dollars as it stands; the basis is that of cifvalue or fobvalue, whichever equals it; a zero quantity or weight beside a value is a blank; nothing was converted"
		areas, err := comtradeAreas(places)
		if err != nil {
			return nil, err
		}
		o := comtrade.Options{File: meta.File, Series: meta.Series, Source: source, Areas: areas}
		if meta.Format == "comtrade-json" {
			return comtrade.NewJSON(src, o)
		}
		return comtrade.NewCSV(src, o)
	case "jsonl":
		meta.Rule = "as it stands in the file; nothing was converted"
		return record.NewLines(src, meta.File, d, base)
	}
	meta.Rule = c.rule()
	return table.New(src, table.Options{File: meta.File, Sheet: c.Sheet, Map: c.Map, Set: c.Set, Scale: c.Scale, Base: base, Decoder: d})
}

// rule says how the columns of a table became fields.
func (c *recordsLoadCmd) rule() string {
	parts := []string{"as it stands in the file"}
	for _, l := range [...]struct {
		what string
		m    map[string]string
	}{{"columns", c.Map}, {"the same in every row", c.Set}} {
		if len(l.m) > 0 {
			parts = append(parts, l.what+": "+pairs(l.m))
		}
	}
	if len(c.Scale) > 0 {
		m := map[string]string{}
		for k, v := range c.Scale {
			m[k] = fmt.Sprintf("%v", v)
		}
		parts = append(parts, "multiplied: "+pairs(m))
	}
	return strings.Join(parts, "; ")
}

func pairs(m map[string]string) string {
	var out []string
	for k, v := range m {
		out = append(out, k+"="+v)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// recordFilter picks records.
type recordFilter struct {
	Series   []string `help:"Only these series, or readings of them: comtrade, comtrade@2 (repeatable)." placeholder:"S"`
	Reporter string   `help:"Only what this state reports, or what is about it; or what this agency gives." placeholder:"WHO"`
	Partner  string   `help:"Only figures with this state, or with the world." placeholder:"STATE"`
	Measure  string   `help:"Only this measure, as in trade_share." placeholder:"M"`
	Kind     string   `help:"Only figures come by in this way: reported, estimated, alleged, derived." placeholder:"K"`
	Period   string   `help:"Only figures for some of this time: 2017, 2017-04, 2016/2018." placeholder:"P"`
	Goods    string   `help:"Only these goods: an HS code and what is below it, or a word of the description." placeholder:"G"`
}

func (f *recordFilter) ask() series.Ask {
	return series.Ask{
		Series: f.Series, Reporter: f.Reporter, Partner: f.Partner, Measure: f.Measure, Kind: f.Kind, Period: f.Period, Goods: f.Goods,
	}
}

type recordsListCmd struct {
	folderFlag
	recordFilter
	Snapshots bool   `name:"readings" help:"List the readings of each series instead of their figures."`
	Format    string `help:"How to print: ${enum}." enum:"text,json,jsonl,csv" default:"text"`
}

// Run is the command.
func (c *recordsListCmd) Run(m *Main) error {
	store, places, err := recordsAt(c.Data)
	if err != nil {
		return err
	}
	pick, err := c.ask().Read(places)
	if err != nil {
		return flagged(err)
	}
	metas, err := pick.Readings(m.ctx, store)
	if err != nil {
		return err
	}
	if c.Snapshots {
		return c.readings(m, metas)
	}
	out, err := newRecordPrinter(m, c.Format, places)
	if err != nil {
		return err
	}
	for _, meta := range metas {
		if err := store.Each(m.ctx, meta.ID, func(r *record.Record) error {
			if !pick.Record(r) {
				return nil
			}
			return out.print(r)
		}); err != nil {
			return err
		}
	}
	return out.end()
}

func (c *recordsListCmd) readings(m *Main, metas []series.Meta) error {
	if c.Format != "text" {
		out := make([]report.SnapshotJSON, 0, len(metas))
		for _, meta := range metas {
			out = append(out, report.SeriesSnapshot(meta))
		}
		return m.printJSON(out)
	}
	pr := m.plainPrinter()
	for _, meta := range metas {
		if err := pr.Snapshot(meta); err != nil {
			return err
		}
		pr.Gap()
	}
	return pr.Err()
}

// recordPrinter prints records one by one.
type recordPrinter struct {
	print func(*record.Record) error
	end   func() error
}

func newRecordPrinter(m *Main, format string, places *place.Gazetteer) (recordPrinter, error) {
	n := 0
	switch format {
	case "text":
		pr := m.plainPrinter()
		pr.Name = func(code string) string { return placeName(places, code) }
		return recordPrinter{func(r *record.Record) error { n++; return pr.Record(r) }, func() error {
			pr.Gap()
			pr.Text("%s figures.", report.Count(n))
			return pr.Err()
		}}, nil
	case "csv":
		w := csv.NewWriter(m.Out)
		err := w.Write(record.Fields())
		return recordPrinter{func(r *record.Record) error { return w.Write(row(r)) }, func() error { w.Flush(); return w.Error() }}, err
	}
	var buf []byte
	open, sep, end := "", "\n", ""
	if format == "json" {
		open, sep, end = "[\n", ",\n", "]\n"
	}
	_, err := io.WriteString(m.Out, open)
	return recordPrinter{func(r *record.Record) error {
		buf = buf[:0]
		if n++; n > 1 {
			buf = append(buf, sep...)
		}
		named := *r
		named.ID = r.Name()
		_, err := m.Out.Write(record.AppendJSON(buf, &named))
		return err
	}, func() error {
		if n > 0 {
			end = "\n" + end
		}
		_, err := io.WriteString(m.Out, end)
		return err
	}}, err
}

// row gives a record as the cells of a table.
func row(r *record.Record) []string {
	named := *r
	named.ID = r.Name()
	return named.Cells()
}

func placeName(places *place.Gazetteer, code string) string {
	if s, ok := places.FindState(code); ok {
		return places.Name(s)
	}
	return code
}

type recordsShowCmd struct {
	folderFlag
	formatFlag
	ID string `arg:"" help:"The record as cordon records list names it: kotra@1/2013-cn-share; the series and reading may be left out where they are not needed."`
}

// Run is the command.
func (c *recordsShowCmd) Run(m *Main) error {
	store, places, err := recordsAt(c.Data)
	if err != nil {
		return err
	}
	found, metas, err := series.Trace(m.ctx, store, c.ID)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return m.printJSON(report.RecordTraces(found, metas))
	}
	pr := m.plainPrinter()
	pr.Name = func(code string) string { return placeName(places, code) }
	for i := range found {
		if i > 0 {
			pr.Gap()
		}
		if err := pr.RecordTrace(&found[i], metas[i]); err != nil {
			return err
		}
	}
	return pr.Err()
}

type recordsCheckCmd struct {
	folderFlag
	formatFlag
	Series []string `help:"Only these series, or readings of them (repeatable)." placeholder:"S"`
	Notes  bool     `help:"Tell also what is only worth knowing." default:"true" negatable:""`
}

// Run is the command. The exit status is 1 when something is wrong; what is only to be
// asked about or worth knowing leaves it 0.
func (c *recordsCheckCmd) Run(m *Main) error {
	store, places, err := recordsAt(c.Data)
	if err != nil {
		return err
	}
	pick, err := series.Ask{Series: c.Series}.Read(places)
	if err != nil {
		return flagged(err)
	}
	if _, err := pick.Readings(m.ctx, store); err != nil {
		return err
	}
	sub, err := fs.Sub(data.FS, "goods/hs")
	if err != nil {
		return err
	}
	hs, err := goods.Load(sub)
	if err != nil {
		return err
	}
	findings, err := series.Check(m.ctx, store, hs, pick.Reading)
	if err != nil {
		return err
	}
	return c.print(m, findings)
}

func (c *recordsCheckCmd) print(m *Main, findings []series.Finding) error {
	pr := m.plainPrinter()
	out := []report.FindingRecordJSON{}
	count := map[series.Gravity]int{}
	for _, f := range findings {
		count[f.Gravity]++
		switch {
		case f.Gravity == series.Note && !c.Notes:
		case c.Format == "json":
			out = append(out, report.RecordFindingJSON(f))
		default:
			if err := pr.RecordFinding(f); err != nil {
				return err
			}
		}
	}
	if c.Format == "json" {
		if err := m.printJSON(out); err != nil {
			return err
		}
	} else {
		pr.Text("%d wrong, %d to be asked about, %d to be known.", count[series.Wrong], count[series.Query], count[series.Note])
	}
	if err := pr.Err(); err != nil {
		return err
	}
	if count[series.Wrong] > 0 {
		return exitStatus(1)
	}
	return nil
}

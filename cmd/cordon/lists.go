package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/fetch"
	"github.com/cordon-engine/cordon/internal/load"
	"github.com/cordon-engine/cordon/internal/publication"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/source/own"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

type listsCmd struct {
	Sources listsSourcesCmd `cmd:"" help:"Which publications can be loaded, in which formats."`
	Pull    listsPullCmd    `cmd:"" help:"Fetch publications from their official addresses and load them."`
	Load    listsLoadCmd    `cmd:"" help:"Load a publication from files."`
	Mapping listsMappingCmd `cmd:"" help:"Write the mapping that a list of your own is loaded with, from what its columns are called."`
	Status  listsStatusCmd  `cmd:"" help:"What is loaded, how old it is, what went wrong last."`
	Show    listsShowCmd    `cmd:"" help:"Show an entry, and whether it was listed on a day."`
	Diff    listsDiffCmd    `cmd:"" help:"What changed between two snapshots, field by field."`
	History listsHistoryCmd `cmd:"" help:"How an entry changed from snapshot to snapshot."`
	Verify  listsVerifyCmd  `cmd:"" help:"Read everything again and compare it with its hashes."`
}

// dataFlag says where the lists are kept.
type dataFlag struct {
	Data   string `help:"Folder that the lists are kept in, or a database: postgres://USER@HOST/NAME." placeholder:"DIR" default:"var" type:"store" env:"CORDON_DATA" aliases:"database"`
	Folder string `help:"With a database: folder of indexes, same.yaml, lists.yaml and the key of the log." placeholder:"DIR" default:"var" type:"path" env:"CORDON_FOLDER"`
}

// AfterApply is called when the command line has been read.
func (f *dataFlag) AfterApply(m *Main) error {
	m.folder = f.Folder
	return nil
}

type listsSourcesCmd struct {
	formatFlag
}

// Run is the command.
func (c *listsSourcesCmd) Run(m *Main) error {
	out := report.ListSources()
	if c.Format == "json" {
		return m.printJSON(out)
	}
	pr := m.plainPrinter()
	for _, s := range out {
		pr.Heading("%s  %s", s.ID, s.Title)
		for _, f := range s.Formats {
			seen := "read from " + f.Seen
			if f.Seen == "" {
				seen = "NO REAL FILE of it has been through this parser yet; check the first load by hand"
			}
			pr.Item("%s: %s", f.Name, seen)
		}
		for _, a := range s.Addresses {
			pr.Item("%s", a)
		}
		if len(s.Addresses) == 0 {
			pr.Item("has no address to pull from; load its files")
		}
		pr.Gap()
	}
	return pr.Err()
}

// source finds a publication by its ID.
func source(id string) (publication.Source, error) {
	var ids []string
	for _, s := range load.Sources() {
		if s.ID == id {
			return s, nil
		}
		ids = append(ids, s.ID)
	}
	return publication.Source{}, fault.New(fault.NotFound, "there is no source %q", id).
		WithFix("the sources are: %s", strings.Join(ids, ", "))
}

type listsLoadCmd struct {
	dataFlag
	formatFlag
	Files     []string `arg:"" name:"file" help:"The files of one publication. Where it has several parts, write PART=FILE."`
	Source    string   `required:"" help:"Whose publication it is: see cordon lists sources." placeholder:"S"`
	List      string   `help:"The name of the list to fill; the source's own unless given." placeholder:"NAME"`
	Mapping   string   `help:"For own lists (docs/own-lists.md): the YAML file that says which column is what, who owns the list and until when it may be used. cordon lists mapping writes one." placeholder:"FILE"`
	Published string   `help:"The day of publication, for files that state none." placeholder:"DAY"`
	Shrunk    bool     `name:"accept-shrink" help:"Accept a list that lost more subjects than its source allows."`
}

// Run is the command.
func (c *listsLoadCmd) Run(m *Main) (err error) {
	src, err := source(c.Source)
	if err != nil {
		return err
	}
	req := load.Request{Source: src, List: c.List, Shrunk: c.Shrunk, Now: m.now()}
	if req.Published, err = parseDay("--published", c.Published); err != nil {
		return err
	}
	if req.Files, err = filesOf(src, c.Files); err != nil {
		return err
	}
	if c.Mapping != "" {
		b, err := readFile(c.Mapping)
		if err != nil {
			return err
		}
		if req.Mapping, err = publication.ReadMapping(c.Mapping, b); err != nil {
			return toMapping(err, c.Files)
		}
	}
	defer func() { err = cmp.Or(err, m.sayBehind(c.Data)) }()
	return m.loading(c.Data, func(ctx context.Context, l *load.Loader) error {
		req.Progress = m.counting("entries")
		res, err := l.Load(ctx, req)
		m.progressDone()
		if err != nil {
			if src.ID == own.Source().ID {
				err = toMapping(err, c.Files)
			}
			return err
		}
		if c.Format == "json" {
			return m.printJSON(report.Load(res))
		}
		return m.plainPrinter().Loaded(res)
	})
}

// toMapping has a fault of a mapping that says no way out name the command that writes one.
func toMapping(err error, files []string) error {
	var f *fault.Error
	if len(files) == 0 || !errors.As(err, &f) || f.Fix != "" || f.Code != fault.Invalid && f.Code != fault.Usage {
		return err
	}
	return f.WithFix("`cordon lists mapping %s` writes a mapping to begin with; docs/own-lists.md says what it holds", files[0])
}

type listsMappingCmd struct {
	File    string `arg:"" type:"existingfile" help:"The list: .csv, .tsv, .xlsx or .jsonl."`
	Owner   string `help:"Who answers for the list." placeholder:"WHO"`
	Expires string `help:"The last day on which it may be used." placeholder:"DAY"`
}

// Run is the command.
func (c *listsMappingCmd) Run(m *Main) error {
	expires, err := parseDay("--expires", c.Expires)
	if err != nil {
		return err
	}
	places, err := gazetteer()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "the file %q cannot be read: %v", c.File, err)
	}
	defer f.Close()
	text, err := own.Template(filepath.Base(c.File), f, places, c.Owner, expires)
	if err != nil {
		return err
	}
	_, err = io.WriteString(m.Out, text)
	return err
}

// filesOf makes the files of a publication from PART=FILE or FILE. A file
// without a part gets that of the source whose address ends in its name, or the
// first.
func filesOf(src publication.Source, args []string) ([]publication.File, error) {
	var out []publication.File
	for _, arg := range args {
		part, path, ok := strings.Cut(arg, "=")
		if !ok || strings.ContainsAny(part, `/\.`) {
			part, path = partOf(src, arg, len(out)), arg
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", path, err)
		}
		if info.IsDir() {
			return nil, fault.New(fault.Usage, "%q is a folder", path).WithFix("name the files in it")
		}
		out = append(out, publication.File{Name: path, Part: part, Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return out, nil
}

func partOf(src publication.Source, path string, n int) string {
	for _, a := range src.Addresses {
		if strings.EqualFold(filepath.Base(a.URL), filepath.Base(path)) {
			return a.Part
		}
	}
	for _, a := range src.Addresses {
		if strings.Contains(strings.ToLower(filepath.Base(path)), a.Part) {
			return a.Part
		}
	}
	if n < len(src.Addresses) {
		return src.Addresses[n].Part
	}
	return ""
}

type listsPullCmd struct {
	dataFlag
	formatFlag
	Names   []string          `arg:"" optional:"" name:"name" help:"The sources to pull; all that have an address unless given."`
	Address map[string]string `help:"Fetch a part of a source elsewhere: SOURCE.PART=URL (repeatable; also in lists.yaml in the data folder)." placeholder:"SOURCE.PART=URL"`
	Timeout time.Duration     `help:"How long one try may take." default:"10m"`
	MaxSize int64             `name:"max-size" help:"The largest file taken, in MiB." default:"2048"`
	Shrunk  bool              `name:"accept-shrink" help:"Accept a list that lost more subjects than its source allows."`
}

// pullJSON is what became of one source.
type pullJSON struct {
	Source string           `json:"source"`
	Result *report.LoadJSON `json:"result,omitempty"`
	Error  string           `json:"error,omitempty"`
}

// Run is the command. A source that fails does not keep the others from being
// pulled; the exit status is 1 when one failed.
func (c *listsPullCmd) Run(m *Main) (err error) {
	sources, err := c.sources(m)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, m.sayBehind(c.Data)) }()
	return m.loading(c.Data, func(ctx context.Context, l *load.Loader) error {
		client := &fetch.Client{Agent: "cordon/" + version, Timeout: c.Timeout, MaxSize: c.MaxSize << 20, Wait: m.Wait}
		var out []pullJSON
		var failed error
		for _, src := range sources {
			res, err := l.Pull(ctx, client, load.Request{Source: src, Shrunk: c.Shrunk, Now: m.now(), Progress: m.counting("entries of " + src.ID)},
				m.fetching(src.ID))
			m.progressDone()
			j := pullJSON{Source: src.ID}
			if err != nil {
				j.Error, failed = err.Error(), fault.New(fault.Unavailable, "%s", "a source could not be pulled; what was in force stays so")
			} else {
				r := report.Load(res)
				j.Result = &r
			}
			out = append(out, j)
			if c.Format != "json" {
				if err := c.print(m, src, res, err); err != nil {
					return err
				}
			}
		}
		if c.Format == "json" {
			if err := m.printJSON(out); err != nil {
				return err
			}
		}
		return failed
	})
}

func (c *listsPullCmd) print(m *Main, src publication.Source, res *load.Result, err error) error {
	pr := m.plainPrinter()
	pr.Heading("%s  %s", src.ID, src.Title)
	if err != nil {
		pr.Text("■ Not pulled: %v", err)
		pr.Gap()
		return pr.Err()
	}
	if err := pr.Loaded(res); err != nil {
		return err
	}
	pr.Gap()
	return pr.Err()
}

// sources gives those asked for, with the addresses that configuration gives.
func (c *listsPullCmd) sources(m *Main) ([]publication.Source, error) {
	addresses, err := readAddresses(filepath.Join(m.folderOf(c.Data), "lists.yaml"))
	if err != nil {
		return nil, err
	}
	for k, v := range c.Address {
		addresses[k] = v
	}
	used := map[string]bool{}
	var out []publication.Source
	for _, s := range load.Sources() {
		s.Addresses = slices.Clone(s.Addresses)
		for i, a := range s.Addresses {
			key := s.ID + "." + a.Part
			if url, ok := addresses[key]; ok {
				s.Addresses[i].URL = url
			}
			used[key] = true
		}
		if len(c.Names) == 0 && len(s.Addresses) > 0 || slices.Contains(c.Names, s.ID) {
			out = append(out, s)
		}
	}
	for key := range addresses {
		if !used[key] {
			return nil, fault.New(fault.Usage, "no source has the part %q", key).WithFix("write SOURCE.PART, as in un.list")
		}
	}
	for _, name := range c.Names {
		if _, err := source(name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readAddresses reads lists.yaml: under each source, its parts and their
// addresses. A missing file says nothing.
func readAddresses(path string) (map[string]string, error) {
	out := map[string]string{}
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return out, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "the configuration of addresses cannot be read")
	}
	docs, err := yamltree.Parse(path, b)
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		for i, source := range doc.Keys {
			parts := doc.Items[i]
			if parts.Kind != yamltree.Map {
				return nil, parts.Errorf("write the parts of %s and their addresses, as in `list: https://...`", source.Text)
			}
			for k, part := range parts.Keys {
				out[source.Text+"."+part.Text] = parts.Items[k].Text
			}
		}
	}
	return out, nil
}

type listsStatusCmd struct {
	dataFlag
	formatFlag
	FailIfStale time.Duration `name:"fail-if-stale" help:"Exit with 3 when a list was last checked longer ago than this, has expired, or its last load failed; or when none is loaded." placeholder:"48h"`
}

// Run is the command.
func (c *listsStatusCmd) Run(m *Main) error {
	return m.reading(c.Data, func(ctx context.Context, store snapshot.Store) error {
		states, err := store.Lists(ctx)
		if err != nil {
			return err
		}
		out := []report.ListStatus{}
		stale := len(states) == 0
		for _, s := range states {
			st := report.Status(s, m.now(), c.FailIfStale)
			stale = stale || st.Stale != "" || st.Error != ""
			out = append(out, st)
		}
		if c.Format == "json" {
			err = m.printJSON(out)
		} else {
			err = m.plainPrinter().ListStatuses(out, m.now())
		}
		if err == nil && stale && c.FailIfStale > 0 {
			return exitStatus(3)
		}
		return err
	})
}

type listsShowCmd struct {
	dataFlag
	formatFlag
	Reference string `arg:"" help:"A reference number (KPe.001) or the id of a subject (un:KPe.001)."`
	AsOf      string `name:"as-of" help:"Was it listed on this day? Today unless given." placeholder:"DAY"`
	KnownAt   string `name:"known-at" help:"As published up to this day." placeholder:"DAY"`
}

// Run is the command.
func (c *listsShowCmd) Run(m *Main) error {
	asOf, err := parseDay("--as-of", c.AsOf)
	if err != nil {
		return err
	}
	if asOf == when.NoDay {
		asOf = m.today()
	}
	knownAt, err := parseDay("--known-at", c.KnownAt)
	if err != nil {
		return err
	}
	return m.reading(c.Data, func(ctx context.Context, store snapshot.Store) error {
		found, err := report.ReadPast(ctx, store, c.Reference)
		if err != nil {
			return err
		}
		var out []report.EntryJSON
		for i, p := range found {
			if c.Format == "json" {
				out = append(out, report.Entry(p, asOf, knownAt))
				continue
			}
			statuses := snapshot.StatusOf(p.Snapshots, p.Versions, asOf, knownAt)
			pr := m.plainPrinter()
			if i > 0 {
				pr.Gap()
			}
			pr.Heading("%s", p.ID)
			for _, s := range statuses {
				pr.Text("%s", report.StandingSentence(s, asOf))
			}
			if len(statuses) == 0 {
				pr.Text("No version published by %s has a listing of it.", knownAt.Long())
				continue
			}
			seen := statuses[len(statuses)-1].Seen
			pr.Text("As it stands in %s.", seen)
			pr.Gap()
			for _, v := range p.In(seen.Number) {
				if err := pr.Facts(v.Record.Facts()); err != nil {
					return err
				}
			}
		}
		if c.Format == "json" {
			return m.printJSON(out)
		}
		return nil
	})
}

type listsDiffCmd struct {
	dataFlag
	Before string `arg:"" help:"The earlier snapshot, as in un@1."`
	After  string `arg:"" help:"The later snapshot, as in un@2; a list alone means the one in force."`
	Whole  bool   `help:"Show all facts of entries that came or went."`
	Format string `help:"How to print: ${enum}." enum:"text,json,jsonl,table" default:"text"`
}

// Run is the command.
func (c *listsDiffCmd) Run(m *Main) error {
	return m.reading(c.Data, func(ctx context.Context, store snapshot.Store) error {
		metas, err := report.Snapshots(ctx, store, c.Before, c.After)
		if err != nil {
			return err
		}
		changes := snapshot.Diff(store.Entries(ctx, metas[0].ID), store.Entries(ctx, metas[1].ID))
		if c.Format == "json" {
			d, err := report.ListDiff(metas, changes, c.Whole)
			if err != nil {
				return err
			}
			return m.printJSON(d)
		}
		pr := m.plainPrinter()
		table := report.NewChangeTable(m.Out)
		enc := json.NewEncoder(m.Out)
		enc.SetEscapeHTML(false)
		var count report.ListDiffJSON
		for change, err := range changes {
			if err != nil {
				return err
			}
			j := report.Change(change, c.Whole)
			count.Count(j)
			switch c.Format {
			case "jsonl":
				err = enc.Encode(j)
			case "table":
				table.Add(j)
			default:
				err = pr.Change(j)
			}
			if err != nil {
				return err
			}
		}
		switch c.Format {
		case "table":
			return table.End()
		case "text":
			pr.Gap()
			pr.Text("From %s (%s) to %s (%s): %d added, %d removed, %d changed.", metas[0].ID, metas[0].Published.Long(),
				metas[1].ID, metas[1].Published.Long(), count.Added, count.Removed, count.Changed)
		}
		return pr.Err()
	})
}

type listsHistoryCmd struct {
	dataFlag
	formatFlag
	Reference string `arg:"" help:"A reference number or the id of a subject."`
}

// Run is the command.
func (c *listsHistoryCmd) Run(m *Main) error {
	return m.reading(c.Data, func(ctx context.Context, store snapshot.Store) error {
		found, err := report.ReadPast(ctx, store, c.Reference)
		if err != nil {
			return err
		}
		out := []report.EntryStepJSON{}
		pr := m.plainPrinter()
		for _, p := range found {
			if c.Format == "json" {
				out = append(out, report.EntryHistory(p)...)
				continue
			}
			pr.Heading("%s", p.ID)
			for _, step := range snapshot.History(p.Snapshots, p.Versions) {
				pr.Text("%s, published %s", step.Meta.ID, step.Meta.Published.Long())
				if err := pr.Change(report.Change(step.Change, false)); err != nil {
					return err
				}
			}
		}
		if c.Format == "json" {
			return m.printJSON(out)
		}
		return pr.Err()
	})
}

type listsVerifyCmd struct {
	dataFlag
}

// Run is the command.
func (c *listsVerifyCmd) Run(m *Main) error {
	return m.reading(c.Data, func(ctx context.Context, store snapshot.Store) error {
		n := 0
		err := store.Verify(ctx, func(problem string) {
			if strings.HasPrefix(problem, snapshot.Leftover) {
				fmt.Fprintf(m.Out, "· %s\n", problem)
				return
			}
			n++
			fmt.Fprintf(m.Out, "■ %s\n", problem)
		})
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Unavailable, "%d things do not agree with their hashes", n)
		}
		fmt.Fprintln(m.Out, "✓ Everything stored agrees with its hashes")
		return nil
	})
}

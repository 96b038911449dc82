package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	deskset "github.com/cordon-engine/cordon/internal/setting"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/tabular"
	"github.com/cordon-engine/cordon/internal/watch"
	"github.com/cordon-engine/cordon/internal/watched"
	"github.com/cordon-engine/cordon/internal/when"
)

type watchCmd struct {
	Add      watchAddCmd      `cmd:"" help:"Take a file of customers on file, as the next version of a base."`
	List     watchListCmd     `cmd:"" help:"Which bases there are, when they were screened, and which are behind."`
	Run      watchRunCmd      `cmd:"" help:"Screen every customer of a base; raise what changed since the last run."`
	Follow   watchFollowCmd   `cmd:"" help:"Bring bases up to the lists: screen those for whom a change may change something."`
	Changes  watchChangesCmd  `cmd:"" help:"What changed for the customers of a base since a run."`
	Lookback watchLookbackCmd `cmd:"" help:"What would a run have found with other lists or parameters? Nothing is kept."`
	Erase    watchEraseCmd    `cmd:"" help:"Take a customer out of every version and run of a base."`
}

// watchFormat says how what was raised is printed.
type watchFormat struct {
	Format string `help:"How to print: ${enum}." enum:"text,json,jsonl,csv" default:"text"`
}

// bases opens the data folder, or the database, for bases.
func (m *Main) bases(data string, f func(s watched.Store, lists snapshot.Store, places *place.Gazetteer) error) error {
	if _, err := os.Stat(data); err != nil && !postgres.Is(data) {
		return fault.New(fault.NotFound, "the data folder %q is not there, so there is no base", data).WithFix("`cordon watch add` makes one")
	}
	store, err := m.openStore(m.ctx, data)
	if err != nil {
		return err
	}
	defer store.Close()
	return m.with(store, func(lists snapshot.Store, places *place.Gazetteer) error {
		return f(customersOf(store), lists, places)
	})
}

// watching opens a watcher over the lists of the data folder.
func (m *Main) watching(d *deskFlags, open func(c *screen.Config) error, f func(*watch.Watcher, snapshot.Store) error) error {
	asOf, err := parseDay("--as-of", d.AsOf)
	if err != nil {
		return err
	}
	if asOf == when.NoDay {
		asOf = m.today()
	}
	return m.bases(d.Data, func(s watched.Store, lists snapshot.Store, places *place.Gazetteer) error {
		c, err := m.screenConfig(m.folderOf(d.Data), d.MaxAge)
		if err != nil {
			return err
		}
		c.Store, c.Now = lists, m.now()
		if open != nil {
			if err := open(&c); err != nil {
				return err
			}
		}
		desk, err := screen.Open(m.ctx, c)
		m.progressDone()
		if err != nil {
			return err
		}
		defer desk.Close()
		actor, err := m.actorOn(m.ctx, s.(deskset.Store), d.Data)
		if err != nil {
			return err
		}
		return f(&watch.Watcher{
			Store: s, Desk: desk, Places: places, AsOf: asOf, Now: m.now, Actor: actor, Program: version, Dir: m.folderOf(d.Data),
			Progress: func(what string, n int) { m.counting(what)(n) },
			Suppressed: func(ctx context.Context, run *watched.Run) func(*watched.State) int {
				z := m.quiet(d.Data)
				if z.unread != "" {
					fmt.Fprintln(m.Err, z.unread)
				}
				return z.standing(ctx, desk, s, run)
			},
		}, lists)
	})
}

// watchDesk are the flags of what screens bases: always all lists.
type watchDesk struct {
	dataFlag
	AsOf   string        `name:"as-of" help:"The day on which listings count. Today unless given." placeholder:"DAY"`
	MaxAge time.Duration `name:"max-age" help:"Screen against no list that was last checked longer ago than this." placeholder:"48h"`
}

func (d *watchDesk) desk() *deskFlags {
	return &deskFlags{dataFlag: d.dataFlag, AsOf: d.AsOf, MaxAge: d.MaxAge}
}

type watchAddCmd struct {
	dataFlag
	formatFlag
	Base   string   `arg:"" help:"The name of the base, as in clients."`
	File   string   `arg:"" type:"existingfile" help:"All customers there are (.csv, .xlsx, .jsonl)."`
	Ref    string   `help:"The column or key that holds your reference of a customer; guessed unless given." placeholder:"COLUMN"`
	Map    []string `help:"Which column holds a field (repeatable); guessed from the header unless given." placeholder:"FIELD=COLUMN" sep:"none"`
	Schema string   `help:"What customers are of whom the file does not say: Person, Company, Vessel ..." placeholder:"S"`
}

// Run is the command.
func (c *watchAddCmd) Run(m *Main) error {
	mapping, err := screen.ParseMapping(c.Map)
	if err != nil {
		return err
	}
	sum, err := hashFile(c.File)
	if err != nil {
		return err
	}
	ref, err := c.ref()
	if err != nil {
		return err
	}
	if ref != "" {
		mapping[screen.Ref] = []string{ref}
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "the file %q cannot be read: %v", c.File, err)
	}
	defer f.Close()
	if err := os.MkdirAll(m.folderOf(c.Data), 0o700); err != nil {
		return fault.Wrap(fault.Unavailable, err, "the data folder cannot be made")
	}
	return m.bases(c.Data, func(s watched.Store, _ snapshot.Store, places *place.Gazetteer) error {
		actor, err := m.actorOn(m.ctx, s.(deskset.Store), c.Data)
		if err != nil {
			return err
		}
		v, how, err := watch.Add(m.ctx, s, c.Base, watch.File{Name: c.File, SHA256: sum, Reader: f, Mapping: mapping, Schema: c.Schema}, places, m.now(), actor)
		if err != nil {
			return err
		}
		refused, err := s.Refusals(m.ctx, c.Base, v.Number)
		if err != nil {
			return err
		}
		out := report.WatchVersion(v, refused)
		out.NotUsed = report.UnusedColumns(how)
		if c.Format == "json" {
			return m.printJSON(out)
		}
		return m.plainPrinter().WatchVersion(v, refused, out.NotUsed)
	})
}

// ref finds the column of references of a table; JSON Lines use the key ref.
func (c *watchAddCmd) ref() (string, error) {
	if c.Ref != "" {
		return c.Ref, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return "", fault.New(fault.NotFound, "the file %q cannot be read: %v", c.File, err)
	}
	defer f.Close()
	return guessRef(c.File, f)
}

// guessRef finds the column of references by what the columns are called; "" for none.
func guessRef(name string, r io.Reader) (string, error) {
	var t *tabular.Reader
	var err error
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".jsonl") || strings.HasSuffix(lower, ".ndjson"):
		return screen.Ref, nil
	case strings.HasSuffix(lower, ".xlsx"):
		t, err = tabular.NewXLSX(r, tabular.Options{File: name})
	default:
		t, err = tabular.NewCSV(r, tabular.Options{File: name})
	}
	if err != nil {
		return "", err
	}
	return screen.GuessRef(t.Columns()), nil
}

type watchListCmd struct {
	dataFlag
	formatFlag
}

// Run is the command.
func (c *watchListCmd) Run(m *Main) error {
	return m.bases(c.Data, func(s watched.Store, lists snapshot.Store, _ *place.Gazetteer) error {
		out, err := basesOf(m.ctx, s, lists)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return m.printJSON(out)
		}
		return m.plainPrinter().WatchBases(out)
	})
}

// basesOf gives every base as it stands beside the lists.
func basesOf(ctx context.Context, s watched.Store, lists snapshot.Store) ([]report.WatchBaseJSON, error) {
	names, err := s.Bases(ctx)
	if err != nil || len(names) == 0 {
		return []report.WatchBaseJSON{}, err
	}
	states, err := lists.Lists(ctx)
	if err != nil {
		return nil, err
	}
	now := againstOf(states)
	var out []report.WatchBaseJSON
	for _, name := range names {
		versions, err := s.Versions(ctx, name)
		if err != nil {
			return nil, err
		}
		runs, err := s.Runs(ctx, name)
		if err != nil {
			return nil, err
		}
		out = append(out, report.WatchBase(versions, runs, watch.Behind(versions, runs, now)))
	}
	return out, nil
}

// againstOf gives lists as a run has them.
func againstOf(states []snapshot.State) (out []watched.Against) {
	for _, st := range states {
		if c := st.Current; c.Number > 0 {
			out = append(out, watched.Against{List: c.List, Snapshot: c.Number, Count: st.Count, Content: c.Content, Subjects: c.Report.Subjects})
		}
	}
	return out
}

// sayBehind tells on standard error which bases lists went past.
func (m *Main) sayBehind(dir string) error {
	if _, err := os.Stat(dir); err != nil && !postgres.Is(dir) {
		return nil // nothing was loaded
	}
	return m.bases(dir, func(s watched.Store, lists snapshot.Store, _ *place.Gazetteer) error {
		list, err := basesOf(m.ctx, s, lists)
		for _, b := range list {
			if b.Behind != "" {
				fmt.Fprintf(m.Err, "the base %s is behind: %s; `cordon watch follow %s`\n", b.Base, b.Behind, b.Base)
			}
		}
		return err
	})
}

type watchRunCmd struct {
	watchDesk
	watchFormat
	Base string `arg:"" help:"The name of the base."`
}

// Run is the command.
func (c *watchRunCmd) Run(m *Main) error {
	return m.watching(c.desk(), nil, func(w *watch.Watcher, _ snapshot.Store) error {
		res, err := w.Run(m.ctx, c.Base)
		if err == nil {
			err = w.Index(m.ctx, c.Base)
		}
		m.progressDone()
		if err != nil {
			return err
		}
		return c.screened(m, w, c.Data, res)
	})
}

type watchFollowCmd struct {
	watchDesk
	watchFormat
	Base []string `arg:"" optional:"" help:"The names of bases; all that are behind unless given."`
}

// Run is the command.
func (c *watchFollowCmd) Run(m *Main) error {
	return m.watching(c.desk(), nil, func(w *watch.Watcher, lists snapshot.Store) error {
		bases := c.Base
		if len(bases) == 0 {
			list, err := basesOf(m.ctx, w.Store, lists)
			if err != nil {
				return err
			}
			for _, b := range list {
				if b.Behind != "" {
					bases = append(bases, b.Base)
				}
			}
		}
		for _, base := range bases {
			res, err := w.Follow(m.ctx, base)
			m.progressDone()
			if err != nil {
				return err
			}
			if err := c.screened(m, w, c.Data, res); err != nil {
				return err
			}
		}
		return nil
	})
}

// screened prints what a run of now raised, and what of it is suppressed.
func (f *watchFormat) screened(m *Main, w *watch.Watcher, data string, res *watch.Result) error {
	list := report.WatchChanges(res.Changes)
	if err := m.quiet(data).suppressed(m.ctx, w.Desk, w.Store, &res.Run, list); err != nil {
		return err
	}
	fmt.Fprintln(m.Err, res.Run.Line())
	return f.raised(m, &res.Run, list)
}

// print prints what a run raised; the line that proves it goes to standard error.
func (f *watchFormat) print(m *Main, res *watch.Result) error {
	fmt.Fprintln(m.Err, res.Run.Line())
	return f.raised(m, &res.Run, report.WatchChanges(res.Changes))
}

func (f *watchFormat) raised(m *Main, r *watched.Run, list []report.WatchChangeJSON) error {
	switch f.Format {
	case "json":
		return m.printJSON(report.WatchResult(r, list))
	case "jsonl":
		for _, c := range list {
			if err := jsonLine(m.Out, c); err != nil {
				return err
			}
		}
		return nil
	case "csv":
		t := csv.NewWriter(m.Out)
		err := t.Write(report.WatchColumns)
		for _, c := range list {
			err = cmp.Or(err, t.Write(report.WatchCells(c)))
		}
		t.Flush()
		return cmp.Or(err, t.Error())
	}
	return m.plainPrinter().WatchResult(r, list)
}

type watchChangesCmd struct {
	dataFlag
	watchFormat
	Base  string `arg:"" help:"The name of the base."`
	Since int    `help:"The run to compare the newest with; the one before it unless given. 0 gives all that stands." placeholder:"RUN" default:"-1"`
}

// Run is the command.
func (c *watchChangesCmd) Run(m *Main) error {
	return m.bases(c.Data, func(s watched.Store, _ snapshot.Store, _ *place.Gazetteer) error {
		run, list, err := changesOf(m.ctx, s, c.Base, c.Since, 0)
		if err != nil {
			return err
		}
		return c.raised(m, run, report.WatchChanges(list))
	})
}

// changesOf compares two runs of a base: since 0 is before the first and -1 the one before until, until 0 is the newest.
func changesOf(ctx context.Context, s watched.Store, base string, since, until int) (*watched.Run, []watched.Change, error) {
	runs, err := s.Runs(ctx, base)
	if err != nil {
		return nil, nil, err
	}
	if len(runs) == 0 {
		return nil, nil, fault.New(fault.NotFound, "the base %s was never screened", base).WithFix("`cordon watch run %s`", base)
	}
	if until == 0 {
		until = len(runs)
	}
	if since < 0 {
		since = until - 1
	}
	var before []watched.State
	if since > 0 {
		if before, err = s.States(ctx, base, since); err != nil {
			return nil, nil, err
		}
	}
	after, err := s.States(ctx, base, until)
	if err != nil {
		return nil, nil, err
	}
	return &runs[until-1], watched.Difference(before, after), nil
}

type watchLookbackCmd struct {
	watchDesk
	watchFormat
	Base    string   `arg:"" help:"The name of the base."`
	Of      int      `name:"run" help:"The run to compare with; the newest unless given." placeholder:"N"`
	Against []string `help:"A list as it was with an earlier snapshot in force, as in un@3 (repeatable, or with commas); others as they are." placeholder:"SNAPSHOT"`
	Params  string   `help:"Parameters of matching from this folder, as cordon tune writes them." type:"existingdir" placeholder:"DIR"`
}

// Run is the command.
func (c *watchLookbackCmd) Run(m *Main) error {
	return m.watching(c.desk(), func(conf *screen.Config) (err error) {
		conf.Dir = "" // the index of today's lists stays
		if c.Params != "" {
			if conf.Params, err = match.Load(os.DirFS(c.Params), "."); err != nil {
				return err
			}
		}
		conf.Store, err = pastOf(m.ctx, conf.Store, c.Against)
		return err
	}, func(w *watch.Watcher, _ snapshot.Store) error {
		res, err := w.Look(m.ctx, c.Base, c.Of)
		m.progressDone()
		if err != nil {
			return err
		}
		return c.print(m, res)
	})
}

// pastOf gives a store in which lists have no more snapshots than those named.
func pastOf(ctx context.Context, store screen.Store, against []string) (screen.Store, error) {
	states, err := store.Lists(ctx)
	if err != nil || len(against) == 0 {
		return store, err
	}
	counts := map[string]int{}
	for _, s := range states {
		if s.Count > 0 {
			counts[s.Name()] = s.Count
		}
	}
	for _, arg := range against {
		for _, one := range strings.Split(arg, ",") {
			id, err := snapshot.ParseID(one)
			if err != nil {
				return nil, err
			}
			if id.Number < 1 || id.Number > counts[id.List] {
				return nil, fault.New(fault.NotFound, "there is no snapshot %q", one).
					WithFix("write list@number; %s has %s", id.List, strconv.Itoa(counts[id.List]))
			}
			counts[id.List] = id.Number
		}
	}
	return screen.Past(store, counts), nil
}

type watchEraseCmd struct {
	dataFlag
	Base string `arg:"" help:"The name of the base."`
	Ref  string `arg:"" help:"The reference of the customer."`
}

// Run is the command.
func (c *watchEraseCmd) Run(m *Main) error {
	return m.bases(c.Data, func(s watched.Store, _ snapshot.Store, _ *place.Gazetteer) error {
		actor, err := m.actorOn(m.ctx, s.(deskset.Store), c.Data)
		if err != nil {
			return err
		}
		err = m.jobs(c.Data, func(ctx context.Context, _ database, q job.Queue) error { return forgetRescreened(ctx, q, c.Base) })
		if err != nil {
			return err
		}
		if err := watch.Erase(m.ctx, s, m.folderOf(c.Data), c.Base, c.Ref, m.now(), actor); err != nil {
			return err
		}
		_, err = fmt.Fprintln(m.Out, "erased; the next version of the base must not have the customer either")
		return err
	})
}

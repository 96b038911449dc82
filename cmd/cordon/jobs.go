package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

type jobsCmd struct {
	Submit  jobsSubmitCmd  `cmd:"" help:"Hand in work, cut into chunks that any worker may do."`
	List    jobsListCmd    `cmd:"" help:"Which jobs there are, and how far they are."`
	Show    jobsShowCmd    `cmd:"" help:"How a job stands, and which chunks failed."`
	Wait    jobsWaitCmd    `cmd:"" help:"Wait until a job ended; over a folder, do its work meanwhile."`
	Results jobsResultsCmd `cmd:"" help:"Print the results of a job, in the order of what was handed in."`
	Cancel  jobsCancelCmd  `cmd:"" help:"Begin no more chunks of a job."`
	Retry   jobsRetryCmd   `cmd:"" help:"Try the dead chunks of a job again."`
	Erase   jobsEraseCmd   `cmd:"" help:"Remove a job that ended, with its results."`
}

// jobs opens the queue at data.
func (m *Main) jobs(data string, f func(ctx context.Context, s database, q job.Queue) error) error {
	store, err := m.openStore(m.ctx, data)
	if err != nil {
		return err
	}
	defer store.Close()
	q, err := queueOf(m.ctx, store)
	if err != nil {
		return err
	}
	return f(m.ctx, store, q)
}

type jobsSubmitCmd struct {
	Screen jobsScreenCmd `cmd:"" help:"Screen every row of a file."`
	Read   jobsReadCmd   `cmd:"" help:"Read documents: a chunk each."`
	Load   jobsLoadCmd   `cmd:"" help:"Load the files of a publication, or fetch lists."`
	Draft  jobsDraftCmd  `cmd:"" help:"Test drafts: a chunk each."`
	Watch  jobsWatchCmd  `cmd:"" help:"Screen bases of customers: a job each."`
}

// submitFlags are those of every job.
type submitFlags struct {
	dataFlag
	Tries int `help:"How often a chunk is tried before it is given up." default:"5"`
}

// submit keeps a job, and prints its name.
func (c *submitFlags) submit(m *Main, kind job.Kind, about string, lines []lineJSON) error {
	return m.jobs(c.Data, func(ctx context.Context, store database, q job.Queue) error {
		j, err := c.job(m, store, about)
		if err != nil {
			return err
		}
		j.Kind = kind
		if j, err = q.Submit(ctx, j, commandChunks(lines)); err != nil {
			return err
		}
		return submitted(m, &j)
	})
}

func (c *submitFlags) job(m *Main, store database, about string) (job.Job, error) {
	actor, err := m.actorOn(m.ctx, store, c.Data)
	if err != nil {
		return job.Job{}, err
	}
	return newJob(m.now(), about, actor, c.Tries)
}

func newJob(now time.Time, about, actor string, tries int) (job.Job, error) {
	id, err := answer.NewID(now)
	return job.Job{ID: id, About: about, Actor: actor, Submitted: now.Truncate(time.Millisecond), Tries: tries}, err
}

func submitted(m *Main, j *job.Job) error {
	fmt.Fprintf(m.Err, "%s %s in %s %s\n", report.Count(j.Items), plural(j.Items, "item", "items"), report.Count(j.Chunks), plural(j.Chunks, "chunk", "chunks"))
	_, err := fmt.Fprintln(m.Out, j.ID)
	return err
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

type jobsScreenCmd struct {
	submitFlags
	Input     string        `arg:"" type:"existingfile" help:"The file (.csv, .xlsx, .jsonl)."`
	Map       []string      `help:"Which column holds a field (repeatable); guessed from the header unless given." placeholder:"FIELD=COLUMN" sep:"none"`
	Ref       string        `help:"The column that holds your reference of a party, by which suppressions know it." placeholder:"COLUMN"`
	List      []string      `help:"Look only in these lists (repeatable, or with commas)." placeholder:"LIST"`
	AsOf      string        `name:"as-of" help:"Who was listed on this day? Today unless given." placeholder:"DAY"`
	MaxAge    time.Duration `name:"max-age" help:"Screen against no list that was last checked longer ago than this." placeholder:"48h"`
	Schema    string        `help:"What rows are that name no schema: Person, Company, Vessel ..." placeholder:"S"`
	Limit     int           `help:"How many subjects to show for a party." default:"10"`
	Threshold float64       `help:"Show subjects from this probability on; the outcome does not change." default:"-1" placeholder:"P"`
	Chunk     int           `help:"How many rows a chunk has." default:"2000"`
}

// maxChunk is how many rows a chunk may have: more would be lost with a worker than is
// worth a trip to the server.
const maxChunk = 50_000

// Run is the command.
func (c *jobsScreenCmd) Run(m *Main) error {
	if !(c.Threshold < 1) || c.Limit < 1 || c.Chunk < 1 || c.Chunk > maxChunk {
		return fault.New(fault.Usage, "--threshold lies below 1, --limit is at least 1, --chunk between 1 and %d", maxChunk)
	}
	desk := deskFlags{dataFlag: c.dataFlag, List: c.List, AsOf: c.AsOf, MaxAge: c.MaxAge}
	return m.jobs(c.Data, func(ctx context.Context, store database, q job.Queue) error {
		return m.with(store, func(lists snapshot.Store, places *place.Gazetteer) error {
			conf, err := m.screenConfig(m.folderOf(c.Data), c.MaxAge)
			if err != nil {
				return err
			}
			conf.Store, conf.Now = lists, m.now()
			share(&conf, c.Data)
			d, err := screen.Open(ctx, conf)
			m.progressDone()
			if err != nil {
				return err
			}
			defer d.Close()
			asOf, err := parseDay("--as-of", c.AsOf)
			if err != nil {
				return err
			}
			if asOf == when.NoDay {
				asOf = m.today()
			}
			b := screen.Batch{Lists: desk.lists(), AsOf: asOf, Threshold: c.Threshold, Limit: c.Limit, Places: places, Schema: c.Schema}
			return c.hand(ctx, m, store, q, d, b)
		})
	})
}

func (c *jobsScreenCmd) hand(ctx context.Context, m *Main, store database, q job.Queue, d *screen.Desk, b screen.Batch) error {
	if b.Threshold < 0 {
		b.Threshold = d.Params().Possible()
	}
	j, err := c.job(m, store, filepath.Base(c.Input))
	if err == nil {
		j, err = m.newScreenJob(d, b, j)
	}
	if err != nil {
		return err
	}
	rows, how, done, err := openRows(c.Input, c.Map, c.Ref)
	if err != nil {
		return err
	}
	defer done()
	if j, err = q.Submit(ctx, j, rowChunks(rows, c.Chunk)); err != nil {
		return fault.In(fault.Place{File: c.Input}, err)
	}
	m.sayNotUsed(m.Err, how)
	return submitted(m, &j)
}

type jobsReadCmd struct {
	submitFlags
	Date  string   `help:"The day of the documents." placeholder:"DAY"`
	Files []string `arg:"" type:"existingfile" help:"Text, Markdown, HTML, PDF with text, or DOCX."`
}

// Run is the command.
func (c *jobsReadCmd) Run(m *Main) error {
	if _, err := parseDay("--date", c.Date); err != nil {
		return err
	}
	lines, err := oneEach(c.Files, func(at string) []string {
		args := []string{"read", at, "--format=json", "--no-lists"}
		if c.Date != "" {
			args = append(args, "--date="+c.Date)
		}
		return args
	})
	if err != nil {
		return err
	}
	return c.submit(m, kindRead, aboutFiles(c.Files), lines)
}

// oneEach makes a command for each file.
func oneEach(files []string, args func(at string) []string) ([]lineJSON, error) {
	lines := make([]lineJSON, len(files))
	for i, f := range files {
		at, err := lines[i].taken(f)
		if err != nil {
			return nil, err
		}
		lines[i].Args = args(at)
	}
	return lines, nil
}

func aboutFiles(files []string) string {
	about := filepath.Base(files[0])
	if len(files) > 1 {
		about += fmt.Sprintf(" and %d more", len(files)-1)
	}
	return about
}

type jobsLoadCmd struct {
	submitFlags
	Source    string   `required:"" help:"Whose publication it is: see cordon lists sources." placeholder:"S"`
	Files     []string `arg:"" optional:"" name:"file" help:"The files of one publication, as PART=FILE or FILE; it is fetched unless they are given."`
	List      string   `help:"The name of the list to fill; the source's own unless given." placeholder:"NAME"`
	Mapping   string   `help:"For own lists: the YAML file that says which column is what." placeholder:"FILE"`
	Published string   `help:"The day of publication, for files that state none." placeholder:"DAY"`
	Shrunk    bool     `name:"accept-shrink" help:"Accept a list that lost more subjects than its source allows."`
}

// Run is the command.
func (c *jobsLoadCmd) Run(m *Main) error {
	if _, err := source(c.Source); err != nil {
		return err
	}
	if len(c.Files) == 0 {
		return c.submit(m, kindLoad, c.Source, []lineJSON{{Args: []string{"lists", "pull", c.Source, "--format=json"}}})
	}
	l := lineJSON{}
	args := []string{"lists", "load", "--source=" + c.Source, "--format=json"}
	for _, arg := range c.Files {
		part, path, ok := strings.Cut(arg, "=")
		if !ok || strings.ContainsAny(part, `/\.`) {
			part, path = "", arg
		} else {
			part += "="
		}
		at, err := l.taken(path)
		if err != nil {
			return err
		}
		args = append(args, part+at)
	}
	if c.Mapping != "" {
		at, err := l.taken(c.Mapping)
		if err != nil {
			return err
		}
		args = append(args, "--mapping="+at)
	}
	for flag, value := range map[string]string{"--list": c.List, "--published": c.Published} {
		if value != "" {
			args = append(args, flag+"="+value)
		}
	}
	if c.Shrunk {
		args = append(args, "--accept-shrink")
	}
	l.Args = args
	return c.submit(m, kindLoad, cmp.Or(c.List, c.Source)+": "+aboutFiles(c.Files), []lineJSON{l})
}

type jobsDraftCmd struct {
	submitFlags
	Files []string `arg:"" type:"existingfile" help:"Drafts, as YAML."`
}

// Run is the command.
func (c *jobsDraftCmd) Run(m *Main) error {
	lines, err := oneEach(c.Files, func(at string) []string { return []string{"draft", "test", at, "--format=json"} })
	if err != nil {
		return err
	}
	return c.submit(m, kindDraft, aboutFiles(c.Files), lines)
}

type jobsListCmd struct {
	dataFlag
	formatFlag
}

// Run is the command.
func (c *jobsListCmd) Run(m *Main) error {
	return m.jobs(c.Data, func(ctx context.Context, _ database, q job.Queue) error {
		list, err := q.Jobs(ctx)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			out := []report.JobJSON{}
			for i := range list {
				out = append(out, report.Job(&list[i], nil))
			}
			return m.printJSON(out)
		}
		return m.plainPrinter().Jobs(list)
	})
}

// jobArg names a job.
type jobArg struct {
	dataFlag
	ID string `arg:"" help:"The name of the job, as submit printed it."`
}

type jobsShowCmd struct {
	jobArg
	formatFlag
}

// Run is the command.
func (c *jobsShowCmd) Run(m *Main) error {
	return m.jobs(c.Data, func(ctx context.Context, _ database, q job.Queue) error {
		s, err := q.Job(ctx, c.ID)
		if err != nil {
			return err
		}
		failures, err := q.Failures(ctx, c.ID)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return m.printJSON(report.Job(&s, failures))
		}
		return m.plainPrinter().Job(&s, failures)
	})
}

type jobsWaitCmd struct {
	jobArg
	workFlags
	NoWork  bool          `name:"no-work" help:"Over a folder too, leave the work to others."`
	Timeout time.Duration `help:"Wait no longer than this." placeholder:"10m"`
}

// Run is the command. Exit status: 0 done, 1 not.
func (c *jobsWaitCmd) Run(m *Main) error {
	return m.jobs(c.Data, func(ctx context.Context, store database, q job.Queue) error {
		if _, err := q.Job(ctx, c.ID); err != nil {
			return err
		}
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		if c.Timeout > 0 {
			ctx, stop = context.WithTimeout(ctx, c.Timeout)
			defer stop()
		}
		var working sync.WaitGroup
		var failed error
		if m.folderOf(c.Data) == c.Data && !c.NoWork {
			working.Go(func() {
				if failed = c.work(ctx, m, c.Data, store, q, m.saying(), nil); failed != nil {
					stop()
				}
			})
		}
		s, err := m.follow(ctx, q, c.ID)
		stop()
		working.Wait()
		m.progressDone()
		if err = cmp.Or(failed, err); err != nil {
			return err
		}
		if err := m.plainPrinter().JobLine(&s); err != nil {
			return err
		}
		if s.State() != job.Done {
			return exitStatus(1)
		}
		return nil
	})
}

// follow waits until a job ended.
func (m *Main) follow(ctx context.Context, q job.Queue, id string) (job.Status, error) {
	for {
		s, err := q.Job(context.WithoutCancel(ctx), id)
		if err != nil || s.Ended() {
			return s, err
		}
		if m.Progress {
			fmt.Fprintf(m.Err, "\r%s of %s items, %s a second ", report.Count(s.Handled+s.Refused), report.Count(s.Items), report.Count(int(s.Rate())))
		}
		select {
		case <-ctx.Done():
			return s, fault.New(fault.Unavailable, "the job %s is %s: %d of %d chunks are done", id, s.State(), s.Done, s.Chunks).
				WithFix("wait longer, or look whether a worker runs; `cordon jobs show %s`", id)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

type jobsResultsCmd struct {
	jobArg
	Format  string `help:"How to print: ${enum}. A table is for jobs of screening." enum:"jsonl,csv" default:"jsonl"`
	Partial bool   `help:"Print what there is, though the job is not done."`
}

// Run is the command.
func (c *jobsResultsCmd) Run(m *Main) error {
	return m.jobs(c.Data, func(ctx context.Context, _ database, q job.Queue) error {
		s, err := q.Job(ctx, c.ID)
		switch {
		case err != nil:
			return err
		case s.State() != job.Done && !c.Partial:
			return notDone(&s)
		case c.Format == "csv" && s.Kind != kindScreen:
			return fault.New(fault.Usage, "results of the kind %s are no table", s.Kind).WithFix("print them with --format jsonl")
		}
		w := bufio.NewWriterSize(m.Out, 64<<10)
		count := map[string]int{}
		if c.Format == "csv" {
			err = resultsTable(ctx, q, c.ID, w, count)
		} else {
			err = writeResults(ctx, q, &s, w, count)
		}
		if err = cmp.Or(err, w.Flush()); err == nil && s.Kind == kindScreen {
			fmt.Fprintln(m.Err, rowsInWords(count))
		}
		return err
	})
}

// notDone refuses to take a part for the whole.
func notDone(s *job.Status) error {
	return fault.New(fault.Conflict, "the job %s is %s: %d of %d items were handled or refused", s.ID, s.State(), s.Handled+s.Refused, s.Items).
		WithFix("`cordon jobs wait %s`, or ask for a part of the results", s.ID)
}

func resultsTable(ctx context.Context, q job.Queue, id string, w *bufio.Writer, count map[string]int) error {
	table := csv.NewWriter(w)
	if err := table.Write(report.AnswerColumns); err != nil {
		return err
	}
	for r, err := range q.Results(ctx, id) {
		if err == nil {
			err = eachAnswer(bufio.NewReader(bytes.NewReader(answersIn(r.Data))), func(a report.AnswerJSON) error {
				count[a.Outcome]++
				return table.WriteAll(report.AnswerCells(a))
			})
		}
		if err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

type jobsCancelCmd struct{ jobArg }

// Run is the command.
func (c *jobsCancelCmd) Run(m *Main) error {
	return m.jobs(c.Data, func(ctx context.Context, _ database, q job.Queue) error {
		if err := q.Cancel(ctx, c.ID, m.now()); err != nil {
			return err
		}
		s, err := q.Job(ctx, c.ID)
		if err != nil {
			return err
		}
		return m.plainPrinter().JobLine(&s)
	})
}

type jobsRetryCmd struct{ jobArg }

// Run is the command.
func (c *jobsRetryCmd) Run(m *Main) error {
	return m.jobs(c.Data, func(ctx context.Context, _ database, q job.Queue) error {
		n, err := q.Retry(ctx, c.ID)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(m.Out, "%d %s will be tried again\n", n, plural(n, "chunk", "chunks"))
		return err
	})
}

type jobsEraseCmd struct{ jobArg }

// Run is the command.
func (c *jobsEraseCmd) Run(m *Main) error {
	return m.jobs(c.Data, func(ctx context.Context, _ database, q job.Queue) error { return q.Erase(ctx, c.ID) })
}

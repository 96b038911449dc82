package main

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/match"
	"github.com/cordon-engine/cordon/internal/ownership"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/postgres"
	"github.com/cordon-engine/cordon/internal/redflag"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/when"
)

// partyFlags describe one party on the command line.
type partyFlags struct {
	Schema    string   `help:"What it is: Person, Company, Vessel ... (any, unless given)." placeholder:"S"`
	Alias     []string `help:"Another name (repeatable)." placeholder:"NAME" sep:"none"`
	BirthDate []string `name:"birth-date" help:"Date of birth: 1965, 1965-03 or 1965-03-14." placeholder:"DATE"`
	Country   []string `help:"Country or nationality (repeatable)." placeholder:"C"`
	Gender    string   `help:"male or female." placeholder:"G"`
	Address   []string `help:"Address (repeatable)." placeholder:"A" sep:"none"`
	ID        []string `name:"id" help:"Identifier with its kind, as in imo:9074729 (repeatable)." placeholder:"KIND:VALUE"`
}

func (f *partyFlags) party(names []string) screen.Party {
	p := screen.Party{}
	add := func(field string, values ...string) {
		for _, v := range values {
			if v != "" {
				p[field] = append(p[field], v)
			}
		}
	}
	add("name", names...)
	add("schema", f.Schema)
	add("alias", f.Alias...)
	add("birthDate", f.BirthDate...)
	add("country", f.Country...)
	add("gender", f.Gender)
	add("address", f.Address...)
	add("id", f.ID...)
	return p
}

// deskFlags say what to screen against.
type deskFlags struct {
	dataFlag
	List   []string      `help:"Look only in these lists (repeatable, or with commas)." placeholder:"LIST"`
	AsOf   string        `name:"as-of" help:"Who was listed on this day? Today unless given." placeholder:"DAY"`
	MaxAge time.Duration `name:"max-age" help:"Screen against no list that was last checked longer ago than this." placeholder:"48h"`
}

// desk opens the lists for screening and runs f.
func (c *deskFlags) desk(m *Main, f func(ctx context.Context, d *screen.Desk, places *place.Gazetteer, asOf when.Day) error) error {
	asOf, err := parseDay("--as-of", c.AsOf)
	if err != nil {
		return err
	}
	if asOf == when.NoDay {
		asOf = m.today()
	}
	return m.readingWith(c.Data, func(ctx context.Context, store snapshot.Store, places *place.Gazetteer) error {
		d, err := m.openScreen(ctx, store, m.folderOf(c.Data), c.MaxAge)
		if err != nil {
			return err
		}
		defer d.Close()
		return f(ctx, d, places, asOf)
	})
}

// openScreen opens a desk over a store. Where the data folder is not there, the
// index of the embedded lists is made in memory.
func (m *Main) openScreen(ctx context.Context, store snapshot.Store, dir string, maxAge time.Duration) (*screen.Desk, error) {
	c, err := m.screenConfig(dir, maxAge)
	if err != nil {
		return nil, err
	}
	c.Store, c.Now = store, m.now()
	d, err := screen.Open(ctx, c)
	m.progressDone()
	return d, err
}

// screenConfig gives all that a desk is opened with but the store.
func (m *Main) screenConfig(dir string, maxAge time.Duration) (c screen.Config, err error) {
	c.MaxAge, c.Progress = maxAge, func(what string, n int) { m.counting(what)(n) }
	if c.Params, err = match.Load(data.FS, "matching"); err != nil {
		return c, err
	}
	if c.Rules, err = ownershipRules(); err != nil {
		return c, err
	}
	places, err := gazetteer()
	if err != nil {
		return c, err
	}
	if c.Flags, err = redflag.Load(data.FS, "matching", places); err != nil {
		return c, err
	}
	if _, err := os.Stat(dir); err == nil {
		c.Dir = dir
	}
	c.Same, c.Apart, err = readDecided(c.Dir)
	return c, err
}

// share has a desk over a database take its index from the other replicas, or give it to
// them.
func share(c *screen.Config, data string) {
	if postgres.Is(data) && c.Dir != "" {
		c.Shared = postgres.Indexes{Address: data}
	}
}

func ownershipRules() (ownership.Rules, error) {
	const name = "ownership/rules.yaml"
	b, err := fs.ReadFile(data.FS, name)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the rules of ownership are missing from this build")
	}
	return ownership.ReadRules(name, b)
}

type screenCmd struct {
	deskFlags
	partyFlags
	keepFlag
	Name      []string `arg:"" optional:"" help:"The name of the party."`
	Input     string   `help:"Screen every row of this file (.csv, .tsv, .xlsx, .jsonl, or .txt with a name on each line)." type:"existingfile" placeholder:"FILE"`
	Map       []string `help:"Which column holds a field, as in birthDate=BORN or 'name=FIRST + LAST' (repeatable); ignore=COLUMN leaves one out. Others are known by what they are called." placeholder:"FIELD=COLUMN" sep:"none"`
	Output    string   `help:"Write the answers here; a run that was broken off goes on where it stopped." type:"path" placeholder:"FILE"`
	Format    string   `help:"How to print: ${enum}. Of a file: text and json are a summary." enum:"text,json,jsonl,csv,xlsx" default:"text"`
	Ref       string   `help:"Your own number of the party, or the column of a file that holds it: by it suppressions of cases are found. Without it a party is known by what it says." placeholder:"REF"`
	Limit     int      `help:"How many subjects to show for a party; what is suppressed does not count against it." default:"10"`
	Threshold float64  `help:"Show subjects from this probability on; the outcome does not change." default:"-1" placeholder:"P"`
}

// Run is the command.
func (c *screenCmd) Run(m *Main) error {
	if c.Threshold >= 1 || c.Limit < 1 {
		return fault.New(fault.Usage, "--threshold lies below 1 and --limit is at least 1")
	}
	if (c.Input == "") == (len(c.Name) == 0 && len(c.ID) == 0) {
		return fault.New(fault.Usage, "give the name of a party, or a file with --input").WithFix("`cordon screen --help` has examples")
	}
	return c.desk(m, func(ctx context.Context, d *screen.Desk, places *place.Gazetteer, asOf when.Day) error {
		if c.Threshold < 0 {
			c.Threshold = d.Params().Possible()
		}
		if c.Input != "" {
			return c.file(ctx, m, d, places, asOf)
		}
		return c.one(m, d, places, asOf)
	})
}

func (c *screenCmd) one(m *Main, d *screen.Desk, places *place.Gazetteer, asOf when.Day) error {
	name := strings.Join(c.Name, " ")
	var names []string
	if name != "" {
		names = []string{name}
	}
	in, notes, err := c.party(names).Input(places)
	if err != nil {
		return err
	}
	party := c.party(names)
	z := m.quiet(c.Data)
	q := screening.Query{Input: in, Lists: c.lists(), AsOf: asOf, Threshold: c.Threshold, Limit: z.asking(c.Limit)}
	a := d.Screen(q)
	a.Notes = append(a.Notes, notes...)
	z.of(party, c.Ref).mark(d, asOf, c.Limit, &a)
	if q.Limit = c.Limit; c.Keep {
		if err := c.keepOne(m, d, party, c.Ref, q, &a); err != nil {
			return err
		}
	}
	why := whyOf(d, &a)
	switch c.Format {
	case "json":
		err = m.printJSON(report.Answer(a, asOf, d.Params().ID(), why))
	case "jsonl":
		err = jsonLine(m.Out, report.Answer(a, asOf, d.Params().ID(), why))
	case "text":
		err = m.plainPrinter().Screening(name, a, asOf, why)
	default:
		err = fault.New(fault.Usage, "--format %s is for files", c.Format)
	}
	if err == nil && a.Outcome == screening.NotScreened {
		return exitStatus(1) // nobody may take it for an answer
	}
	return err
}

// whyOf gives a function that says in words why a subject is a hit of an answer.
func whyOf(d *screen.Desk, a *screening.Answer) func(*screening.Hit) string {
	return func(h *screening.Hit) string {
		list, err := d.Why(a, h)
		if err != nil {
			return ""
		}
		return match.Summary(list)
	}
}

func jsonLine(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

type explainCmd struct {
	deskFlags
	partyFlags
	formatFlag
	Name    string `arg:"" help:"The name of the party."`
	Subject string `arg:"" help:"The id of the subject, as in un:KPi.001."`
}

// Run is the command.
func (c *explainCmd) Run(m *Main) error {
	return c.desk(m, func(_ context.Context, d *screen.Desk, places *place.Gazetteer, asOf when.Day) error {
		in, _, err := c.party([]string{c.Name}).Input(places)
		if err != nil {
			return err
		}
		list, score, err := d.Explain(screening.Query{Input: in, AsOf: asOf}, c.Subject)
		if err != nil {
			return err
		}
		if c.Format == "json" {
			return m.printJSON(report.Explain(c.Name, c.Subject, list, score))
		}
		s, err := d.Subject(c.Subject, asOf)
		if err != nil {
			return err
		}
		pr := m.plainPrinter()
		pr.Heading("%s against %s (%s)", c.Name, s.Caption, c.Subject)
		return pr.Waterfall(list, score)
	})
}

// readDecided reads same.yaml in the data folder: what people decided about
// subjects of different lists.
func readDecided(dir string) (same, apart [][2]string, err error) {
	if dir == "" {
		return nil, nil, nil
	}
	path := filepath.Join(dir, "same.yaml")
	b, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fault.Wrap(fault.Unavailable, err, "what people decided about subjects cannot be read")
	}
	return screen.ReadDecided(path, b)
}

package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/screen"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/selftest"
	"github.com/cordon-engine/cordon/internal/when"
)

// selftestCmd proves that screening works on the lists that are loaded.
type selftestCmd struct {
	deskFlags
	Sample     int      `help:"How many listed names to ask about, as many of each list as of any other." default:"1000"`
	All        bool     `help:"Ask about every listed name."`
	Weak       bool     `help:"Also ask about names that a list itself calls weak."`
	Seed       uint64   `help:"Chooses names and changes: the same seed asks the same." default:"1"`
	Threshold  float64  `help:"A hit counts from this probability on; that of a possible match unless given." default:"-1" placeholder:"P"`
	Population string   `help:"Ask with these neutral parties (columns name, and perhaps schema and group) instead of those that come with the program." type:"existingfile" placeholder:"FILE"`
	Floor      []string `help:"Least recall of a kind, or of all variants, as in substitute=0.95 (repeatable, or with commas)." placeholder:"KIND=SHARE"`
	Ceiling    []string `help:"Most false alerts, or matches, as in alerts=0.01." placeholder:"RATE=SHARE"`
	Floors     string   `help:"Read floors and ceilings from this file." type:"existingfile" placeholder:"FILE"`
	Misses     string   `help:"Write every question that was missed or refused, and every false alert, into this file of JSON Lines." type:"path" placeholder:"FILE"`
	Format     string   `help:"How to print: ${enum}. jsonl is every question, then the result." enum:"text,json,jsonl" default:"text"`
}

// Run is the command.
func (c *selftestCmd) Run(m *Main) error {
	if c.Sample < 1 {
		return fault.New(fault.Usage, "--sample is at least 1").WithFix("--all asks about every name")
	}
	if c.Threshold >= 1 || c.Threshold < 0 && c.Threshold != -1 || c.Threshold == 0 {
		return fault.New(fault.Usage, "--threshold lies between 0 and 1")
	}
	cfg, err := c.config()
	if err != nil {
		return err
	}
	return c.desk(m, func(ctx context.Context, d *screen.Desk, _ *place.Gazetteer, asOf when.Day) error {
		cfg.AsOf, cfg.Alert = asOf, d.Params().Alert()
		if cfg.Threshold < 0 {
			cfg.Threshold = d.Params().Possible()
		}
		return c.test(ctx, m, d, cfg)
	})
}

// config gives all that does not depend on the lists: what comes with the
// program, with what the flags say in its place.
func (c *selftestCmd) config() (selftest.Config, error) {
	cfg, err := selftest.Shipped(data.FS)
	if err != nil {
		return cfg, err
	}
	cfg.Seed, cfg.Threshold = c.Seed, c.Threshold
	for _, l := range c.List {
		cfg.Lists = append(cfg.Lists, strings.Split(l, ",")...)
	}
	if c.Floors != "" {
		b, err := readFile(c.Floors)
		if err != nil {
			return cfg, err
		}
		if cfg.Floors, err = selftest.ReadFloors(c.Floors, b); err != nil {
			return cfg, err
		}
	}
	if cfg.Floors, err = cfg.Floors.With(c.Floor, c.Ceiling); err != nil || c.Population == "" {
		return cfg, err
	}
	f, err := os.Open(c.Population)
	if err != nil {
		return cfg, fault.Wrap(fault.NotFound, err, "the population cannot be read")
	}
	defer f.Close()
	cfg.Population, err = selftest.ReadPopulation(c.Population, f)
	return cfg, err
}

// test asks everything and prints what came of it.
func (c *selftestCmd) test(ctx context.Context, m *Main, d *screen.Desk, cfg selftest.Config) error {
	sample := c.Sample
	if c.All {
		sample = 0
	}
	cfg, scope, err := drawn(ctx, d, cfg, sample, c.Weak)
	if err != nil {
		return err
	}
	show := m.counting("names asked about")
	cfg.Progress = func(done, _ int) { show(done) }
	out := bufio.NewWriter(m.Out)
	var each func(selftest.Case) error
	if c.Format == "jsonl" {
		each = func(x selftest.Case) error { return jsonLine(out, report.SelfTestCase(x)) }
	}
	r, err := selftest.Run(ctx, d, cfg, each)
	m.progressDone()
	if err != nil {
		return err
	}
	if err := c.writeMisses(r); err != nil {
		return err
	}
	switch c.Format {
	case "json":
		err = m.printJSON(report.SelfTest(r, scope))
	case "jsonl":
		err = jsonLine(out, report.SelfTestSummary(r, scope))
	default:
		err = m.plainPrinter().SelfTest(r, scope)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return err
	}
	if !r.Passed {
		return exitStatus(3)
	}
	return nil
}

// drawn draws the names that are asked about, all where sample is 0, and says what the test is run on.
func drawn(ctx context.Context, d *screen.Desk, cfg selftest.Config, sample int, weak bool) (selftest.Config, report.SelfTestScope, error) {
	inv, err := selftest.Gather(d.Documents(ctx), cfg.Lists, cfg.AsOf, weak)
	if err != nil {
		return cfg, report.SelfTestScope{}, err
	}
	cfg.Names, cfg.Listed = inv.Names, inv.Spelt
	if sample > 0 {
		cfg.Names = selftest.Sample(inv.Names, sample, cfg.Seed)
	}
	return cfg, report.SelfTestScope{Inventory: inv, Against: chosen(d.Against(), cfg.Lists), Parameters: d.Params().ID()}, nil
}

// writeMisses writes what an engineer should look at, whole or not at all.
func (c *selftestCmd) writeMisses(r *selftest.Result) error {
	if c.Misses == "" {
		return nil
	}
	var b bytes.Buffer
	for _, x := range slices.Concat(r.Misses, r.Alerts) {
		if err := jsonLine(&b, report.SelfTestCase(x)); err != nil {
			return err
		}
	}
	return writeWhole(c.Misses, b.Bytes())
}

// chosen gives the lists that were asked for among those that there are.
func chosen(against []screening.Against, lists []string) []screening.Against {
	if lists == nil {
		return against
	}
	return slices.DeleteFunc(slices.Clone(against), func(a screening.Against) bool { return !slices.Contains(lists, a.List) })
}

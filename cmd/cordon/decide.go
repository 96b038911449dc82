package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
	"github.com/cordon-engine/cordon/internal/yamltree"
)

type decideCmd struct {
	lawFlags
	dataFlag
	keepFlag
	Files    []string      `arg:"" optional:"" help:"Activity files; - is standard input."`
	AsOf     string        `help:"Take the law of this day, month, year or span instead of the activity's date." placeholder:"DATE"`
	KnownAt  string        `help:"Use only law that was published by this day." placeholder:"DAY"`
	Set      []string      `help:"State a fact, as goods[1].hs=2701 (repeatable)." placeholder:"FACT=VALUE" sep:"none"`
	Ask      bool          `help:"Ask the open questions one by one until it is decided."`
	Totals   string        `help:"Running totals counted against caps." placeholder:"FILE"`
	Format   string        `help:"How to print: ${enum}." enum:"text,json,jsonl" default:"text"`
	NoScreen bool          `name:"no-screen" help:"Look nobody up in lists: who is listed is what the activity states."`
	MaxAge   time.Duration `name:"max-age" help:"Screen against no list that was last checked longer ago than this." placeholder:"48h"`
	FailOn   []string      `help:"End with status 3 when one of these verdicts is given." placeholder:"VERDICT"`
	Brief    bool          `help:"The verdict and why, no more: nothing on duties, ways out, assumptions and near misses. JSON says which it leaves out."`
}

// Run is the command.
func (c *decideCmd) Run(m *Main) (err error) {
	fail := map[ruling.Verdict]bool{}
	for _, w := range c.FailOn {
		v, ok := ruling.ParseVerdict(w)
		if !ok {
			return fault.New(fault.Usage, "--fail-on: there is no verdict %q", w).WithFix("one of %s", strings.Join(ruling.Verdicts(), ", "))
		}
		fail[v] = true
	}
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	run := &decideRun{decideCmd: c, m: m, d: d, fail: fail, held: m.heldIn(c.Data)}
	if !c.NoScreen {
		run.lists = &lazyLists{m: m, data: c.Data, maxAge: c.MaxAge}
		defer run.lists.Close()
	}
	if run.known, err = parseDay("--known-at", c.KnownAt); err != nil {
		return err
	}
	if c.AsOf != "" {
		p, err := when.Parse(c.AsOf)
		if err != nil {
			return fault.In(fault.Place{Field: "--as-of"}, err)
		}
		run.asOf = &p
	}
	if c.Keep {
		if c.Ask {
			return fault.New(fault.Usage, "--ask changes the question while it is answered, and --keep keeps it as it was put").
				WithFix("answer the questions, state them with --set, and keep that")
		}
		if run.keeping, err = m.keep(c.Data, c.lawFlags, d); err != nil {
			return err
		}
		defer func() { err = cmp.Or(err, run.keeping.Close()) }()
	}
	if c.Totals != "" {
		b, err := readFile(c.Totals)
		if err != nil {
			return err
		}
		run.totalsText = string(b)
		if run.totals, err = d.ReadTotals(c.Totals, b); err != nil {
			return err
		}
	}
	files := c.Files
	if len(files) == 0 && (c.Ask || len(c.Set) > 0) {
		err = run.fromFlags()
	} else if len(files) == 0 {
		return fault.New(fault.Usage, "no activity is given").WithFix("name a file, or - for standard input, or describe it with --set and --ask")
	}
	for _, f := range files {
		if err = run.file(f); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if run.refused > 0 {
		return exitStatus(2)
	}
	if run.failed {
		return exitStatus(3)
	}
	return nil
}

type decideRun struct {
	*decideCmd
	m       *Main
	d       *decide.Desk
	fail    map[ruling.Verdict]bool
	asOf    *when.Period
	known   when.Day
	totals  []ruling.Total
	failed  bool
	refused int
	printed int
	in      *bufio.Scanner
	lists   *lazyLists // nil looks nobody up
	keeping *keeping   // nil keeps nothing
	held    *decide.Holdings

	totalsText string // the file of totals
}

// resolver gives what looks up parties and ships.
func (r *decideRun) resolver() *decide.Resolver {
	if r.lists == nil {
		return &decide.Resolver{Off: decide.SwitchedOff}
	}
	return &decide.Resolver{Screener: r.lists, Regimes: r.d.Law.Regimes, AsOf: r.asOf}
}

func (r *decideRun) encoder(full bool) *report.Encoder {
	return &report.Encoder{Versions: report.Versions{Program: version, Data: r.d.DataVersion}, Full: full}
}

func (r *decideRun) prepare(a *activity.Activity) error {
	for _, s := range r.Set {
		name, value, ok := strings.Cut(s, "=")
		if !ok {
			return fault.New(fault.Usage, "--set %q has no =", s).WithFix("write --set fact=value")
		}
		if err := r.d.Reference.SetFact(a, strings.TrimSpace(name), strings.TrimSpace(value)); err != nil {
			return fault.In(fault.Place{Field: "--set " + name}, err)
		}
	}
	return nil
}

// fromFlags rules on an activity that is described by --set alone.
func (r *decideRun) fromFlags() error {
	a := &activity.Activity{Kind: vocab.NoKind, Date: when.Period{From: when.NoDay}}
	if err := r.prepare(a); err != nil {
		return err
	}
	if a.Kind == vocab.NoKind && r.Ask {
		var names []string
		for _, k := range vocab.Kinds() {
			names = append(names, k.Name)
		}
		if err := r.prompt("kind", "What is done?", names, a); err != nil {
			return err
		}
	}
	if a.Date.From == when.NoDay && r.asOf != nil {
		a.Date = *r.asOf
	}
	if a.Date.From == when.NoDay && r.Ask {
		if err := r.prompt("date", "On which day (2017-07-04), or in which month or year?", nil, a); err != nil {
			return err
		}
	}
	if a.Kind == vocab.NoKind || a.Date.From == when.NoDay {
		return fault.New(fault.Usage, "an activity needs a kind and a date").WithFix("--set kind=transfer --set date=2017-07-04")
	}
	return r.one(a, "")
}

func (r *decideRun) file(name string) error {
	if name == "-" && r.Format == "jsonl" || strings.EqualFold(filepath.Ext(name), ".jsonl") || strings.EqualFold(filepath.Ext(name), ".ndjson") {
		return r.stream(name)
	}
	var b []byte
	var err error
	if name == "-" {
		b, err = io.ReadAll(io.LimitReader(r.m.In, yamltree.MaxSize+1))
	} else {
		b, err = readFile(name)
	}
	if err != nil {
		return err
	}
	list, err := r.d.Read(name, b)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.New(fault.Invalid, "the file holds no activity").At(fault.Place{File: name})
	}
	for i, a := range list {
		if err := r.prepare(a); err != nil {
			return err
		}
		title := a.ID
		if title == "" {
			title = filepath.Base(name)
			if len(list) > 1 {
				title = fmt.Sprintf("%s, %d of %d", title, i+1, len(list))
			}
		}
		if err := r.one(a, title); err != nil {
			return fault.In(fault.Place{File: name, Item: i + 1}, err)
		}
	}
	return nil
}

func (r *decideRun) one(a *activity.Activity, title string) error {
	full, said := r.resolve(a)
	rl, err := r.rule(full, said)
	if err != nil {
		return err
	}
	if r.Ask {
		if rl, err = r.ask(a, full, rl); err != nil {
			return err
		}
	}
	if err := r.keep(a, rl); err != nil {
		return err
	}
	r.failed = r.failed || r.fail[rl.Verdict]
	switch r.Format {
	case "jsonl":
		_, err = r.m.Out.Write(append(r.encoder(false).Append(nil, rl), '\n'))
	case "json":
		_, err = r.m.Out.Write(append(indent(r.encoder(true).Append(nil, rl)), '\n'))
	default:
		if r.printed > 0 {
			fmt.Fprintln(r.m.Out)
		}
		err = r.m.printer(r.d, r.Brief).Ruling(rl, title)
	}
	r.printed++
	return err
}

// resolve looks up parties and the ship.
func (r *decideRun) resolve(a *activity.Activity) (*activity.Activity, []ruling.Screened) {
	return r.resolver().Resolve(a)
}

func (r *decideRun) rule(a *activity.Activity, said []ruling.Screened) (*ruling.Ruling, error) {
	rl, err := r.held.Rule(ruling.Request{
		Activity: a, AsOf: r.asOf, KnownAt: r.known, Totals: r.totals, Brief: r.Brief, Screened: said,
	}, r.d.Engine.Decide)
	if err != nil {
		return nil, err
	}
	if r.Format != "jsonl" && !r.Brief {
		err = r.d.Engine.Explain(rl, r.d.HS.Neighbours)
	}
	return rl, err
}

// ask puts the engine's own next question until nothing is open. What was looked up
// for the activity a is in full; an answer goes into both, so that it settles what
// a look-up left open and leaves the rest of it as it is.
func (r *decideRun) ask(a, full *activity.Activity, rl *ruling.Ruling) (*ruling.Ruling, error) {
	for q := rl.Next(); q != nil; q = rl.Next() {
		values := q.Values
		if !q.Date && len(values) == 0 {
			values = vocab.FactOf(q.Fact).Values
		}
		if !q.Date && vocab.FactOf(q.Fact).Type == vocab.Bool {
			values = []string{"yes", "no"}
		}
		if err := r.prompt(q.Name(), report.QuestionText(q), values, a, full); err != nil {
			if fault.CodeOf(err) == fault.Unavailable { // no more answers: say what stands
				return rl, nil
			}
			return nil, err
		}
		if q.Date {
			r.asOf = nil
		}
		said := rl.Screened
		if q.Date || q.Fact == vocab.VesselIMO {
			full, said = r.resolve(a)
		}
		var err error
		if rl, err = r.rule(full, said); err != nil {
			return nil, err
		}
	}
	return rl, nil
}

// prompt asks for one fact and states it of each activity; a wrong answer is asked
// again.
func (r *decideRun) prompt(name, question string, values []string, of ...*activity.Activity) error {
	if r.in == nil {
		r.in = bufio.NewScanner(r.m.In)
	}
	for {
		choices := ""
		if len(values) > 0 {
			choices = " [" + strings.Join(values, ", ") + "]"
		}
		fmt.Fprintf(r.m.Err, "%s%s\n%s = ", question, choices, name)
		if !r.in.Scan() {
			fmt.Fprintln(r.m.Err)
			return fault.New(fault.Unavailable, "no more answers")
		}
		answer := strings.TrimSpace(r.in.Text())
		if answer == "" {
			continue
		}
		var err error
		for _, a := range of {
			err = cmp.Or(err, r.d.Reference.SetFact(a, name, answer))
		}
		if err == nil {
			return nil
		}
		fmt.Fprintf(r.m.Err, "  %v\n", err)
	}
}

func (r *decideRun) stream(name string) error {
	in := r.m.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fault.New(fault.NotFound, "the file %q cannot be read", name)
		}
		defer f.Close()
		in = f
	}
	if r.Ask {
		return fault.New(fault.Usage, "--ask is for single activities, not for a stream")
	}
	started := time.Now()
	s := decide.Stream{
		Name: name, AsOf: r.asOf, KnownAt: r.known, Totals: r.totals, Brief: r.Brief, Resolver: r.resolver(), Holdings: r.held,
		Encoder: func() func([]byte, *ruling.Ruling) []byte { return r.encoder(false).Append },
	}
	if len(r.Set) > 0 {
		s.Prepare = r.prepare
	}
	if r.m.Progress {
		s.Progress = func(done int) {
			fmt.Fprintf(r.m.Err, "\r%d done, %.0f a second", done, float64(done)/time.Since(started).Seconds())
		}
	}
	count, err := r.run(in, s)
	if r.m.Progress && count.Read >= 4096 {
		fmt.Fprint(r.m.Err, "\r\x1b[K")
	}
	var parts []string
	for v := ruling.Prohibited; ; v-- {
		if n := count.Verdicts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
		r.failed = r.failed || (count.Verdicts[v] > 0 && r.fail[v])
		if v == 0 {
			break
		}
	}
	fmt.Fprintf(r.m.Err, "%s: %d read = %d ruled on + %d refused", name, count.Read, count.Ruled, count.Refused)
	if len(parts) > 0 {
		fmt.Fprintf(r.m.Err, " (%s)", strings.Join(parts, ", "))
	}
	fmt.Fprintln(r.m.Err)
	r.refused += count.Refused
	return err
}

func (m *Main) printer(d *decide.Desk, brief bool) *report.Printer {
	return m.printerOf(d.Places, brief)
}

func (m *Main) printerOf(places *place.Gazetteer, brief bool) *report.Printer {
	return &report.Printer{W: m.Out, Colour: m.Terminal, Brief: brief, Name: func(code string) string {
		st, err := places.ParseState(code)
		if err != nil {
			return ""
		}
		return places.Name(place.State(st))
	}}
}

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/check"
	"github.com/cordon-engine/cordon/internal/claim"
	"github.com/cordon-engine/cordon/internal/confirm"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/document"
	"github.com/cordon-engine/cordon/internal/event"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/mention"
	"github.com/cordon-engine/cordon/internal/read"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

type readCmd struct {
	claimFlags
	File   string `arg:"" help:"Text, Markdown, HTML, PDF with text, or DOCX; - is standard input."`
	Date   string `help:"The day of the document: weekdays, and the law that claims are checked against, hang on it." placeholder:"DAY"`
	Format string `help:"How to print: ${enum}." enum:"text,json,jsonl,html,jsonld" default:"text"`
	Text   string `help:"Write the text of a PDF or Word file here: what the spans of its claims point into." placeholder:"FILE"`
	All    bool   `help:"Show also the claims that a person rejected in this document before."`
	modelFlags

	NoLists     bool   `name:"no-lists" help:"Do not look up persons, bodies and ships in the lists."`
	Commitments string `help:"Write what it proposes as an instrument into this folder." placeholder:"DIR" type:"path"`
}

// Run is the command.
func (c *readCmd) Run(m *Main) error {
	day, err := parseDay("--date", c.Date)
	if err != nil {
		return err
	}
	original, err := m.original(c.File)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(original)) == 0 {
		return fault.New(fault.Invalid, "the document is empty").At(fault.Place{File: c.File}).WithFix("give a document with text in it")
	}
	doc, err := document.Read(c.File, original)
	if err != nil {
		return err
	}
	if err := c.extracted(m, doc); err != nil {
		return err
	}
	desk, err := m.documentDesk(statesFlags{lawFlags: c.lawFlags, Data: c.Data})
	if err != nil {
		return err
	}
	res, err := c.extract(m, desk.reader, doc, read.Options{Day: day})
	if err != nil {
		return err
	}
	reading, err := desk.checked(res, func(r *read.Reader, res *read.Result, l lawNumbers) ([]read.Link, error) {
		return m.links(c.Data, c.NoLists, r, res, l)
	})
	if err != nil {
		return err
	}
	reading.All = c.All
	if c.Commitments != "" {
		id, file, err := writeProposed(c.Commitments, res, desk.desk.Places)
		if err != nil {
			return err
		}
		fmt.Fprintf(m.Err, "%d proposed undertakings: %s\ntest them: cordon commitments test --book %s %s\n", len(res.Terms), file, c.Commitments, id)
	}
	w := bufio.NewWriter(m.Out)
	if err := report.WriteReading(w, c.Format, reading); err != nil {
		return err
	}
	return w.Flush()
}

// documentDesk reads documents and checks what they claim. It may be used by many at once.
type documentDesk struct {
	m       *Main
	desk    *decide.Desk
	reader  *read.Reader
	checker *check.Checker
	ledger  *claim.Ledger
}

func (m *Main) documentDesk(f statesFlags) (*documentDesk, error) {
	states, _, err := m.openStates(f)
	if err != nil {
		return nil, err
	}
	d, err := m.open(f.lawFlags, ruling.Options{})
	if err != nil {
		return nil, err
	}
	reader, err := newReader(d)
	if err != nil {
		return nil, err
	}
	events, err := event.ReadAll(d.Reference, data.FS, "events")
	if err != nil {
		return nil, err
	}
	checker := &check.Checker{Along: along(d), Records: states.Records, Ledger: states.Ledger, Events: events}
	return &documentDesk{m, d, reader, checker, states.Ledger}, nil
}

// looking finds what the names and numbers of a document are.
type looking func(*read.Reader, *read.Result, lawNumbers) ([]read.Link, error)

// checked checks what was read, without what a person rejected in this document before.
func (d *documentDesk) checked(res *read.Result, look looking) (report.Reading, error) {
	reviews := confirm.Answered(d.ledger, confirm.Of(res, tool()))
	for n, v := range reviews {
		if v.Verdict == claim.Rejected {
			res.Withdraw(n - 1)
		}
	}
	out := report.Reading{Result: res, Tool: tool(), Today: d.m.today(), Reviews: reviews}
	var err error
	if out.Links, err = look(d.reader, res, lawNumbers{d.desk.Law}); err != nil {
		return out, err
	}
	out.Checks, err = d.checker.Check(res)
	return out, err
}

// tool is the program with its version.
func tool() string { return "cordon " + version }

// newReader makes a reader from the tables that come with the program.
func newReader(d *decide.Desk) (*read.Reader, error) {
	names, err := mention.Load(d.Places, data.FS, "reading")
	if err != nil {
		return nil, err
	}
	return read.New(d.Reference, names, data.FS, "reading")
}

// original reads a document, and no more than may be read.
func (m *Main) original(file string) ([]byte, error) {
	if file != "-" {
		return readDocument(file)
	}
	b, err := io.ReadAll(io.LimitReader(m.In, document.MaxSize+1))
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "standard input cannot be read")
	}
	return b, nil
}

// along gives the verdicts on an activity along time in the terms of checks.
func along(d *decide.Desk) func(*activity.Activity, when.Period) ([]check.Stretch, error) {
	return func(a *activity.Activity, p when.Period) ([]check.Stretch, error) {
		list, err := d.Along(a, p, when.NoDay)
		if err != nil {
			return nil, err
		}
		var out []check.Stretch
		for _, s := range list {
			x := check.Stretch{Period: s.Period, Verdict: s.Verdict}
			for _, f := range s.First.Deciding() {
				x.Cites, x.Provisions = append(x.Cites, f.Provision.Cite()), append(x.Provisions, f.Provision.ID)
			}
			out = append(out, x)
		}
		return out, nil
	}
}

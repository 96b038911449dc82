package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/mirror"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/trade"
)

type mirrorCmd struct {
	lawFlags
	folderFlag
	Target  string   `help:"The state, by code or name." required:"" placeholder:"STATE"`
	Year    string   `help:"Only this year, month or span, as 2017, 2017-08 or 2013/2018." placeholder:"PERIOD"`
	HS      string   `name:"hs" help:"Only goods under this code." placeholder:"CODE"`
	Partner string   `help:"Only trade with this state." placeholder:"STATE"`
	Series  string   `help:"Only this series, as kotra." placeholder:"NAME"`
	Records []string `help:"A table of rows: UN Comtrade (.csv, .json) or records (.jsonl); repeatable." placeholder:"FILE" sep:"none"`
	Format  string   `help:"How to print: ${enum}." enum:"text,json,jsonl,csv" default:"text"`
}

// Run is the command.
func (c *mirrorCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	store, err := recordsWith(c.Data, d.Places)
	if err != nil {
		return err
	}
	conf := trade.Config{Facts: data.FS, Store: store, Places: d.Places, HS: d.HS, Lists: d.Lists, Law: d.Law}
	for _, name := range c.Records {
		conf.Tables = append(conf.Tables, trade.Table{Name: name, Open: func() (io.ReadCloser, error) { return openFile(name) }})
	}
	desk, err := trade.Open(conf)
	if err != nil {
		return err
	}
	ask, err := trade.ParseAsk(trade.Words{Target: c.Target, Partner: c.Partner, Period: c.Year, Code: c.HS, Series: c.Series}, d.Places, d.HS)
	if err != nil {
		return flaggedAs(err, "period", "--year")
	}
	a, err := desk.Look(m.ctx, ask)
	if err != nil {
		return err
	}
	return c.print(m, m.printer(d, false), a, desk.Facts())
}

func openFile(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.NotFound, "the file %q cannot be read: %v", name, err)
	}
	return f, nil
}

func (c *mirrorCmd) print(m *Main, pr *report.Printer, a *trade.Answer, f *mirror.Facts) error {
	switch c.Format {
	case "csv":
		return report.MirrorCSV(m.Out, a)
	case "text":
		return pr.Mirror(a, f)
	}
	j := report.MirrorForPrograms(a, f)
	if c.Format == "json" {
		return m.printJSON(j)
	}
	enc := json.NewEncoder(m.Out)
	enc.SetEscapeHTML(false)
	for _, x := range j.Lines() {
		if err := enc.Encode(x); err != nil {
			return err
		}
	}
	return nil
}

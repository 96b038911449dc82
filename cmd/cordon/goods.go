package main

import (
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
)

func scenarioFS(dir string) (fs.FS, string) {
	if dir != "" {
		return os.DirFS(dir), "."
	}
	return data.FS, "scenarios"
}

type goodsCmd struct {
	lawFlags
	formatFlag
	Words []string `arg:"" help:"An HS code, or words."`
}

// Run is the command.
func (c *goodsCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	query := strings.Join(c.Words, " ")
	found, err := d.LookUp(query)
	if err != nil {
		return err
	}
	g := report.GoodsForPrograms(found)
	if c.Format == "json" {
		return m.printJSON(g)
	}
	return c.print(m.printer(d, false), g)
}

func (c *goodsCmd) print(pr *report.Printer, g report.GoodsJSON) error {
	if g.Code != "" {
		eds := make([]string, len(g.Edition))
		for i, e := range g.Edition {
			eds[i] = fmt.Sprint(e)
		}
		pr.Heading("HS %s: %s", g.Code, g.Label)
		pr.Text("in the editions %s", strings.Join(eds, ", "))
	} else {
		pr.Heading("%q", g.Query)
	}
	section := func(title string, list []report.GoodsHitJSON) {
		if len(list) == 0 {
			return
		}
		pr.Gap()
		pr.Heading("%s", title)
		for _, h := range list {
			pr.Item("%s  %s", h.Code, h.Label)
		}
	}
	section("In the nomenclature", g.Hits)
	section("Easily confused with", g.Near)
	if len(g.Named) > 0 {
		pr.Gap()
		pr.Heading("Named goods")
		for _, n := range g.Named {
			word := map[string]string{"yes": "is", "weigh": "may be, a person must weigh it:"}[n.Match]
			pr.Item("%s %s (codes: %s)", word, n.List, n.Basis)
		}
	}
	pr.Gap()
	if len(g.Law) == 0 {
		pr.Heading("No provision names these goods")
		pr.Text("Goods that no provision names can still be caught by their use, their end user or a listed party.")
		return pr.Err()
	}
	pr.Heading("Law that names them")
	for _, l := range g.Law {
		until := "on"
		if l.Until != "" {
			until = "to " + l.Until
		}
		pr.Item("%s (%s the target, from %s %s): %s", l.Provision, l.Direction, l.From, until, l.By)
	}
	return pr.Err()
}

type schemaCmd struct {
	Of string `arg:"" enum:"activity,instrument" help:"activity or instrument."`
}

// Run is the command.
func (c *schemaCmd) Run(m *Main) error {
	b, err := fs.ReadFile(data.FS, "schema/"+c.Of+".schema.json")
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the schema is missing from this build")
	}
	_, err = m.Out.Write(b)
	return err
}

type versionCmd struct{ formatFlag }

// Run is the command.
func (c *versionCmd) Run(m *Main) error {
	d, err := m.open(lawFlags{}, ruling.Options{})
	if err != nil {
		return err
	}
	if c.Format == "json" {
		return m.printJSON(map[string]string{"cordon": version, "law": d.Law.Version, "data": d.DataVersion})
	}
	fmt.Fprintf(m.Out, "cordon %s\nlaw    %s\ndata   %s\n", version, d.Law.Version, d.DataVersion)
	return nil
}

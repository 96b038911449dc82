package main

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
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

// goodsJSON is what is known of a code or of words, for programs.
type goodsJSON struct {
	Query   string      `json:"query"`
	Code    string      `json:"code,omitempty"`
	Label   string      `json:"label,omitempty"`
	Hits    []hitJSON   `json:"hits,omitempty"`
	Near    []hitJSON   `json:"neighbours,omitempty"`
	Named   []namedJSON `json:"named,omitempty"`
	Law     []lawJSON   `json:"law,omitempty"`
	Edition []int       `json:"editions,omitempty"`
}

type hitJSON struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

type namedJSON struct {
	List  string `json:"list"`
	Match string `json:"match"`
	Basis string `json:"basis"`
}

type lawJSON struct {
	Provision string `json:"provision"`
	Direction string `json:"direction"`
	By        string `json:"by"`
	From      string `json:"from"`
	Until     string `json:"until,omitempty"`
}

// Run is the command.
func (c *goodsCmd) Run(m *Main) error {
	d, err := m.open(c.lawFlags, ruling.Options{})
	if err != nil {
		return err
	}
	query := strings.Join(c.Words, " ")
	g := goodsJSON{Query: query}
	it := goods.Item{Description: query}
	if code, err := goods.ParseCode(query); err == nil {
		if err := d.HS.Check(code, 0); err != nil {
			return err
		}
		it = goods.Item{Code: code, HasCode: true}
		g.Code, g.Label = code.String(), d.HS.Label(code)
		for _, e := range d.HS.Editions(code) {
			g.Edition = append(g.Edition, int(e))
		}
		for _, n := range d.HS.Neighbours(code) {
			g.Near = append(g.Near, hitJSON{n.String(), d.HS.Label(n)})
		}
	} else if strings.IndexFunc(query, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ' ' }) < 0 {
		return fault.In(fault.Place{}, err)
	}
	for _, h := range d.HS.Search(query, 8) {
		if h.Code.String() != g.Code {
			g.Hits = append(g.Hits, hitJSON{h.Code.String(), d.HS.Label(h.Code)})
		}
	}
	matches := d.Lists.Match(it, nil, nil)
	for i, x := range matches {
		if x != goods.No {
			l := d.Lists.At(i)
			g.Named = append(g.Named, namedJSON{l.ID, x.String(), string(l.Basis)})
		}
	}
	g.Law = naming(d, it, matches)
	if c.Format == "json" {
		return m.printJSON(g)
	}
	return c.print(m.printer(d, false), g)
}

// naming gives the provisions that name the goods, by text, words or working code.
func naming(d *decide.Desk, it goods.Item, matches []goods.Naming) []lawJSON {
	var out []lawJSON
	for _, p := range d.Law.Provisions() {
		for _, s := range p.Goods {
			by := ""
			switch i, ok := d.Lists.Index(s.List); {
			case s.List == "" && it.HasCode && s.Set.Match(it.Code) == goods.Full:
				by = "HS chapter named in the text"
				if s.Basis != "text" {
					by = "working code (" + s.Basis + ")"
				}
			case s.List == "" && it.HasCode && s.Set.Match(it.Code) == goods.Partial:
				by = "part of this heading"
			case ok && matches[i] == goods.Yes:
				by = "named as " + s.List
			case ok && matches[i] == goods.Weigh:
				by = "may be " + s.List + ", to be weighed"
			}
			if by == "" {
				continue
			}
			if s.When.Text != "" {
				by += ", when " + s.When.Text
			}
			out = append(out, lawJSON{p.ID, p.Direction.String(), by, p.From.String(), p.Until.String()})
			break
		}
	}
	return out
}

func (c *goodsCmd) print(pr *report.Printer, g goodsJSON) error {
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
	section := func(title string, list []hitJSON) {
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
	slices.SortStableFunc(g.Law, func(a, b lawJSON) int { return strings.Compare(a.From, b.From) })
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

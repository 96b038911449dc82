package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/cordon-engine/cordon/internal/caps"
	"github.com/cordon-engine/cordon/internal/matrix"
)

// capsWords say how a line stands to a limit.
var capsWords = [...]string{"not known", "a part, below it", "within", "depends", "over"}

// CapsDocument makes accounts of caps a document: one section a limit and period, one row a series.
func CapsDocument(list []caps.Account, name Names) *Document {
	d := &Document{Title: "Figures beside caps", Lead: []string{
		"Reported, estimated and alleged figures stand apart and are never added up. A band is what the conversion, overlapping " +
			"figures and stated ranges allow; days without a figure are named and are not zero.",
	}}
	for i := range list {
		a := &list[i]
		s := Section{ID: a.Provision.ID + "-" + a.Period.String() + "-" + a.Unit}
		s.Title = fmt.Sprintf("%s, %s: %s %s", a.Provision.ID, a.Period.Long(), groups(a.Max), a.Unit)
		s.Para("%s: %s.", a.Provision.Cite(), a.Provision.Title)
		if a.Provision.Cap.Alternatives {
			s.Para("The text has two limits that it takes for the same; both are shown.")
		}
		t := &Table{Head: []string{"kind", "series", "by", "figure, " + a.Unit, "of the cap", "against it", "days without a figure"}, Right: []int{3, 4}}
		var notes []string
		for k := range a.Lines {
			l := &a.Lines[k]
			t.Rows = append(t.Rows, capsRow(a, l, name))
			notes = append(notes, capsNotes(l)...)
		}
		if len(t.Rows) == 0 {
			s.Para("No figure is on record.")
		}
		s.AddTable(t)
		s.List(distinct(notes))
		d.Sections = append(d.Sections, s)
	}
	return d
}

func capsRow(a *caps.Account, l *caps.Line, name Names) []string {
	who := l.By
	switch {
	case l.Reporters > 0:
		who = Plural(l.Reporters, "state") + " together"
	case l.Reporter != 0:
		who = name(l.Reporter.String())
	}
	kind := l.Kind.String()
	if l.Fill > 0 {
		kind += fmt.Sprintf(", filled to %.0f %%", l.Fill*100)
	}
	gaps := make([]string, len(l.Gaps))
	for i, g := range l.Gaps {
		gaps[i] = g.String()
	}
	figure, share := span(l.Low, l.High, func(v float64) string { return groups(math.Round(v)) }),
		span(l.Low/a.Max*100, l.High/a.Max*100, func(v float64) string { return fmt.Sprintf("%.1f", v) })+" %"
	if len(l.Gaps) == 1 && l.Gaps[0] == a.Period {
		figure, share = "—", "—"
	}
	return []string{kind, l.Series, who, figure, share, capsWords[l.Verdict], strings.Join(gaps, ", ")}
}

func span(low, high float64, text func(float64) string) string {
	if text(low) == text(high) {
		return text(low)
	}
	return text(low) + " to " + text(high)
}

// capsNotes say what a reader must know of the figures of a line.
func capsNotes(l *caps.Line) []string {
	var out []string
	for i := range l.Parts {
		p := &l.Parts[i]
		r := p.Record
		id := recordRef(r)
		switch {
		case p.Unconverted != "":
			out = append(out, fmt.Sprintf("%s is not counted: %s.", id, strings.TrimSuffix(p.Unconverted, ".")))
		case p.Outside:
			out = append(out, fmt.Sprintf("%s is not counted: it covers %s, which is more than the period.", id, r.Period.Long()))
		case p.Overlaps:
			out = append(out, fmt.Sprintf("%s overlaps other figures of its series; the band holds every way of covering the period.", id))
		}
		if p.Weigh {
			out = append(out, fmt.Sprintf("Whether %s counts against this cap is for a person to weigh.", id))
		}
		if p.Factor != "" {
			out = append(out, fmt.Sprintf("%s: %s, %s.", id, p.Rule, strings.TrimSuffix(p.Factor, ".")))
		}
		if r.Assumption != "" && l.Fill == 0 {
			out = append(out, fmt.Sprintf("%s assumes %s.", id, strings.TrimSuffix(r.Assumption, ".")))
		}
	}
	return out
}

// AccountJSON is an account of a cap for programs.
type AccountJSON struct {
	Provision string         `json:"provision"`
	Period    string         `json:"period"`
	Limit     float64        `json:"limit"`
	Unit      string         `json:"unit"`
	Lines     []CapsLineJSON `json:"lines"`
}

// CapsLineJSON is a line of an account for programs.
type CapsLineJSON struct {
	Kind      string         `json:"kind"`
	Series    string         `json:"series"`
	Reporter  string         `json:"reporter,omitempty"`
	By        string         `json:"by,omitempty"`
	Reporters int            `json:"reporters,omitempty"`
	Low       float64        `json:"low"`
	High      float64        `json:"high"`
	Verdict   string         `json:"verdict"`
	Fill      float64        `json:"fill,omitempty"`
	Gaps      []string       `json:"days_without_figure"`
	Figures   []CapsPartJSON `json:"figures"`
}

// CapsPartJSON is a figure in a line for programs.
type CapsPartJSON struct {
	ID          string  `json:"id"`
	Period      string  `json:"period"`
	Low         float64 `json:"low"`
	High        float64 `json:"high"`
	Rule        string  `json:"rule,omitempty"`
	Factor      string  `json:"factor,omitempty"`
	Overlaps    bool    `json:"overlaps,omitempty"`
	Outside     bool    `json:"outside,omitempty"`
	Weigh       bool    `json:"weigh,omitempty"`
	Unconverted string  `json:"unconverted,omitempty"`
	Verified    bool    `json:"verified"`
}

// CapsForPrograms gives the form of accounts for programs.
func CapsForPrograms(list []caps.Account) []AccountJSON {
	out := make([]AccountJSON, len(list))
	for i := range list {
		a := &list[i]
		out[i] = AccountJSON{Provision: a.Provision.ID, Period: a.Period.String(), Limit: a.Max, Unit: a.Unit, Lines: []CapsLineJSON{}}
		for k := range a.Lines {
			l := &a.Lines[k]
			j := CapsLineJSON{
				Kind: l.Kind.String(), Series: l.Series, By: l.By, Reporters: l.Reporters, Low: l.Low, High: l.High,
				Verdict: l.Verdict.String(), Fill: Score3(l.Fill), Gaps: []string{}, Figures: []CapsPartJSON{},
			}
			if l.Reporter != 0 {
				j.Reporter = l.Reporter.String()
			}
			for _, g := range l.Gaps {
				j.Gaps = append(j.Gaps, g.String())
			}
			for n := range l.Parts {
				p := &l.Parts[n]
				j.Figures = append(j.Figures, CapsPartJSON{
					ID: recordRef(p.Record), Period: p.Record.Period.String(), Low: p.Low, High: p.High, Rule: p.Rule,
					Factor: p.Factor, Overlaps: p.Overlaps, Outside: p.Outside, Weigh: p.Weigh, Unconverted: p.Unconverted,
					Verified: p.Record.Verified,
				})
			}
			out[i].Lines = append(out[i].Lines, j)
		}
	}
	return out
}

// Score3 rounds to three decimals.
func Score3(v float64) float64 { return math.Round(v*1000) / 1000 }

// ComparedDocument makes a comparison a document.
func ComparedDocument(list []matrix.Compared, weights map[matrix.Axis]float64, name Names) *Document {
	var parts []string
	for a := range matrix.Exposure + 1 {
		if w := weights[a]; w > 0 {
			parts = append(parts, fmt.Sprintf("%s %g", a, w))
		}
	}
	d := &Document{Title: "States compared by your weights", Lead: []string{
		"Weights: " + strings.Join(parts, ", ") + ". Higher is more of what the axes are called. What is missing may have any value, and a rank is " +
			"the range over all those values and over leaving each axis out in turn: where ranges overlap, nothing says who stands before whom.",
		"The axes measure different things: no sum of them is a grade of compliance.",
	}}
	t := &Table{Head: []string{"rank", "state", "value", "missing"}}
	for _, c := range list {
		missing := make([]string, len(c.Missing))
		for i, a := range c.Missing {
			missing[i] = a.String()
		}
		rank := fmt.Sprint(c.Best)
		if c.Worst != c.Best {
			rank += " to " + fmt.Sprint(c.Worst)
		}
		t.Rows = append(t.Rows, []string{
			rank, name(c.State.String()), span(c.Low, c.High, func(v float64) string { return fmt.Sprintf("%.2f", v) }),
			strings.Join(missing, ", "),
		})
	}
	s := Section{ID: "ranks", Title: "Ranks"}
	s.AddTable(t)
	d.Sections = append(d.Sections, s)
	return d
}

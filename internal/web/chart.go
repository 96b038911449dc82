package web

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/states"
	"github.com/cordon-engine/cordon/internal/when"
)

// chart is figures along time, drawn here: it needs no script and prints. Places along time are in per cent of the width and those
// of height in pixels, so that text keeps its size on every screen.
type chart struct {
	// Section is the id of the part of the report that holds the same numbers in words.
	Section, Title string
	SVG            template.HTML
	Kinds          []record.Kind
	Rows           []chartRow
	// File is the chart alone, CSV its figures.
	File drawingFile
	CSV  string
}

// chartRow is a figure in the table beside the chart.
type chartRow struct {
	When, By, Figure, Kind, Source, Address string
}

type chartPoint struct {
	period  when.Period
	figure  record.Range
	kind    record.Kind
	caption string
	row     chartRow
}

// fewest is the number of figures under which words say it better than a chart.
const fewest = 3

// tradeCharts draws the figures of a dossier that count the same thing.
func (s *Site) tradeCharts(d *states.Dossier) []chart {
	var out []chart
	for _, part := range []struct {
		section string
		list    []*record.Record
	}{{"trade", d.Trade}, {"labour", d.Labour}, {"oil", d.Oil}} {
		groups := map[string][]chartPoint{}
		for _, r := range part.list {
			figure, unit := r.Quantity, record.UnitName(r.Unit)
			if r.Unit == record.Percent {
				unit = "per cent"
			}
			if !figure.Known {
				figure, unit = r.Value, "US dollars"
			}
			if !figure.Known {
				continue
			}
			title := capital(report.FigureName(r, s.state)) + ", " + unit
			groups[title] = append(groups[title], s.pointOf(r, figure))
		}
		titles := make([]string, 0, len(groups))
		for t, points := range groups {
			if len(points) >= fewest {
				titles = append(titles, t)
			}
		}
		slices.Sort(titles)
		for _, t := range titles {
			out = append(out, chartOf(part.section, t, groups[t]))
		}
	}
	return out
}

// chartNote says how a chart is to be read.
const chartNote = "Discs are reported, rings are estimates, triangles are alleged, diamonds are worked out from others. A bar shows the bounds " +
	"of a figure. Figures of different series are not to be added up."

// drawCharts lets each chart of a page be had alone, as a picture and as a table.
func (s *Site) drawCharts(r *http.Request, a *answer, charts []chart) {
	var list []drawing
	for i := range charts {
		c := &charts[i]
		d := drawing{ID: "chart-" + strconv.Itoa(i+1), Title: c.Title, Notes: []string{chartNote}, SVG: c.SVG, Height: chartHeight}
		c.File = d.file(r)
		c.CSV = strings.Replace(c.File.SVG, "format=svg", "format=csv", 1)
		list = append(list, d)
	}
	if len(list) == 0 {
		return
	}
	whole := a.forms["csv"]
	a.forms["svg"] = s.drawn(r, a, list)
	a.forms["csv"] = func() (*answer, error) {
		id := r.URL.Query().Get("figure")
		i := slices.IndexFunc(list, func(d drawing) bool { return d.ID == id })
		switch {
		case id == "":
			return whole()
		case i < 0:
			return nil, fault.New(fault.NotFound, "this page has no figure %q", id).WithFix("the links below each figure lead to them")
		}
		return asCSV(func() ([][]string, error) { return charts[i].rows(), nil })()
	}
}

// rows gives the figures of a chart as a table.
func (c *chart) rows() [][]string {
	rows := [][]string{{"what", "when", "figure", "kind", "by", "source", "address"}}
	for _, x := range c.Rows {
		rows = append(rows, []string{c.Title, x.When, x.Figure, x.Kind, x.By, x.Source, x.Address})
	}
	return rows
}

func (s *Site) pointOf(r *record.Record, figure record.Range) chartPoint {
	by := cmp.Or(r.By, "nobody named")
	if r.Reporter != 0 {
		by = s.state(r.Reporter.String())
	}
	row := chartRow{When: r.Period.Long(), By: by, Figure: report.RangeText(figure), Kind: r.Kind.String(), Source: cmp.Or(r.Source.Title, r.Source.Publisher), Address: r.Source.URL}
	return chartPoint{r.Period, figure, r.Kind, row.When + ", " + by + " (" + row.Kind + "): " + row.Figure, row}
}

// Heights of a chart in pixels.
const (
	chartTop, chartBottom, chartHeight = 14, 214, 240
	chartLeft                          = 11.0 // per cent, for the numbers of the axis
)

// chartOf draws points of one kind of figure.
func chartOf(section, title string, points []chartPoint) chart {
	slices.SortStableFunc(points, func(a, b chartPoint) int {
		return cmp.Or(cmp.Compare(a.period.From, b.period.From), cmp.Compare(a.row.By, b.row.By))
	})
	span, top := points[0].period, 0.0
	for _, p := range points {
		span.From, span.To = min(span.From, p.period.From), max(span.To, p.period.To)
		top = max(top, p.figure.High)
	}
	y1, _, _ := span.From.Civil()
	y2, _, _ := span.To.Civil()
	span = when.Period{From: when.Date(y1, 1, 1), To: when.Date(y2, 12, 31)}
	step, top := steps(top)
	x := func(d when.Day) string {
		return strconv.FormatFloat(chartLeft+(100-chartLeft-1)*float64(d-span.From)/float64(span.To-span.From+1), 'f', 2, 64) + "%"
	}
	y := func(v float64) string {
		return strconv.FormatFloat(chartBottom-(chartBottom-chartTop)*v/top, 'f', 1, 64)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="plot" height="%d" role="img" aria-label="%s; the table has the figures">`, chartHeight, template.HTMLEscapeString(title))
	for v := 0.0; v <= top*1.0001; v += step {
		fmt.Fprintf(&b, `<line class="grid" x1="%g%%" x2="100%%" y1="%s" y2="%s"/><text x="%g%%" y="%s" dx="-8" dy="4" text-anchor="end">%s</text>`,
			chartLeft, y(v), y(v), chartLeft, y(v), short(v))
	}
	every := max(1, (y2-y1+8)/8)
	for year := y1; year <= y2; year += every {
		fmt.Fprintf(&b, `<text x="%s" y="%d" text-anchor="middle">%d</text>`, x(when.Date(year, 7, 1)), chartHeight-6, year)
	}
	out := chart{Section: section, Title: title}
	for _, p := range points {
		mark(&b, p, x((p.period.From+p.period.To)/2), y)
		out.Rows = append(out.Rows, p.row)
		if !slices.Contains(out.Kinds, p.kind) {
			out.Kinds = append(out.Kinds, p.kind)
		}
	}
	b.WriteString("</svg>")
	slices.Sort(out.Kinds)
	out.SVG = template.HTML(b.String())
	return out
}

// mark draws one figure: its shape tells how it was come by, and a bar its bounds.
func mark(b *strings.Builder, p chartPoint, x string, y func(float64) string) {
	mid := (p.figure.Low + p.figure.High) / 2
	fmt.Fprintf(b, `<g class="k-%s"><title>%s</title>`, p.kind, template.HTMLEscapeString(p.caption))
	if p.figure.Low != p.figure.High {
		fmt.Fprintf(b, `<line class="bounds" x1="%s" x2="%s" y1="%s" y2="%s"/>`, x, x, y(p.figure.Low), y(p.figure.High))
	}
	switch p.kind {
	case record.Alleged:
		fmt.Fprintf(b, `<svg x="%s" y="%s" overflow="visible"><path d="M0-6 6 5H-6z"/></svg>`, x, y(mid))
	case record.Derived:
		fmt.Fprintf(b, `<svg x="%s" y="%s" overflow="visible"><path d="M0-6 6 0 0 6-6 0z"/></svg>`, x, y(mid))
	default:
		fmt.Fprintf(b, `<circle cx="%s" cy="%s" r="5"/>`, x, y(mid))
	}
	b.WriteString("</g>")
}

// steps gives the distance of the lines of a chart and its top: three to six lines with round numbers.
func steps(top float64) (step, end float64) {
	if top <= 0 {
		return 1, 1
	}
	step = math.Pow(10, math.Floor(math.Log10(top)))
	for _, f := range []float64{.2, .5, 1, 2} {
		if n := math.Ceil(top / (step * f)); n <= 6 {
			step *= f
			break
		}
	}
	return step, step * math.Ceil(top/step)
}

// short writes a number of an axis.
func short(v float64) string {
	for _, u := range []struct {
		of   float64
		word string
	}{{1e9, " bn"}, {1e6, " m"}, {1e3, " k"}} {
		if v >= u.of {
			return strconv.FormatFloat(v/u.of, 'f', -1, 64) + u.word
		}
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

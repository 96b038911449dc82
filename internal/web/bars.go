package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/report"
)

// drawnBar is one line of a picture of bars: places are per cent of where bars stand.
type drawnBar struct {
	Label, Value string
	Bars         []barPart
}

// barPart is a piece of a bar, filled as its class says.
type barPart struct{ Class, X, Width string }

const (
	barHeight = 24
	// lettersInLabel is how much of a label fits beside the bars.
	lettersInLabel = 66
)

// barsDrawing draws bars below each other.
func barsDrawing(id, title string, notes []string, rows []drawnBar) drawing {
	var b strings.Builder
	b.WriteString(`<g class="bars">`)
	for i, row := range rows {
		y := i * barHeight
		label := row.Label
		if r := []rune(label); len(r) > lettersInLabel {
			label = string(r[:lettersInLabel-1]) + "…"
		}
		fmt.Fprintf(&b, `<text class="name" x="0" y="%d">%s</text><text class="name" x="62%%" y="%d" text-anchor="end">%s</text><svg x="64%%" y="%d" width="36%%" height="%d">`,
			y+15, template.HTMLEscapeString(label), y+15, template.HTMLEscapeString(row.Value), y+4, barHeight-8)
		for _, p := range row.Bars {
			fmt.Fprintf(&b, `<rect class="%s" x="%s" width="%s" height="14"/>`, p.Class, p.X, p.Width)
		}
		b.WriteString("</svg>")
	}
	b.WriteString("</g>")
	return drawing{ID: id, Title: title, Notes: notes, SVG: template.HTML(b.String()), Height: max(1, len(rows)) * barHeight}
}

// waterfallDrawing draws the evidence of a hit.
func waterfallDrawing(i int, h *Hit) drawing {
	var rows []drawnBar
	for _, x := range waterfall(h.Evidence) {
		class := "for"
		if x.Against {
			class = "against"
		}
		row := drawnBar{Label: x.Label, Value: fmt.Sprintf("%+.2f", x.Weight)}
		if x.Query != "" || x.Candidate != "" {
			row.Label += ": " + x.Query + " / " + x.Candidate
		}
		if x.Weight != 0 {
			row.Bars = []barPart{{class, x.X, x.Width}}
		}
		rows = append(rows, row)
	}
	title := "What speaks for and against “" + h.Names[0].Text + "”, in bits: " + percent(h.Score) + " % likely"
	return barsDrawing("evidence-"+strconv.Itoa(i+1), title, []string{"Each bit doubles the odds that the two are one; an orange bar speaks against it."}, rows)
}

// evidenceRows gives the evidence of hits as a table.
func evidenceRows(hits []Hit) [][]string {
	rows := [][]string{{"subject", "name", "tier", "probability", "compared", "asked_for", "on_the_list", "bits"}}
	for _, h := range hits {
		for _, e := range h.Evidence {
			rows = append(rows, []string{h.ID, h.Names[0].Text, h.Tier, strconv.FormatFloat(h.Score, 'f', -1, 64), e.Label, e.Query, e.Candidate, strconv.FormatFloat(e.Weight, 'f', -1, 64)})
		}
	}
	return rows
}

// takeEvidence lets the evidence of a screening be had as pictures and as a table.
func (s *Site) takeEvidence(r *http.Request, a *answer, page *whoPage) {
	var list []drawing
	for i := range page.Result.Hits {
		if h := &page.Result.Hits[i]; len(h.Evidence) > 0 {
			d := waterfallDrawing(i, h)
			list = append(list, d)
			page.Pictures = append(page.Pictures, namedPicture{h.Names[0], d.file(r)})
		}
	}
	if len(list) > 0 {
		a.forms = map[string]form{"svg": s.drawn(r, a, list), "csv": asCSV(func() ([][]string, error) { return evidenceRows(page.Result.Hits), nil })}
	}
}

// namedPicture is the picture of the evidence that somebody is meant.
type namedPicture struct {
	Of   Name
	File drawingFile
}

// draftDrawing draws what a draft touches in one data set.
func draftDrawing(i int, c *barChart, notes []string) drawing {
	rows := make([]drawnBar, len(c.Rows))
	for j, x := range c.Rows {
		rows[j] = drawnBar{Label: x.Label, Value: x.Value, Bars: []barPart{{"may", "0", x.May}, {"sure", "0", x.Sure}}}
	}
	return barsDrawing("draft-"+strconv.Itoa(i+1), c.Title+", million US dollars", append([]string{"Filled: certainly touched; pale: may be. Data sets are not added to each other."}, notes...), rows)
}

// draftRows gives what a draft touches as a table.
func draftRows(charts []barChart) [][]string {
	rows := [][]string{{"what", "partner_and_goods", "million_us_dollars", "by"}}
	for _, c := range charts {
		for _, x := range c.Rows {
			rows = append(rows, []string{c.Title, x.Label, x.Value, x.By})
		}
	}
	return rows
}

// takeDraft lets what a draft touches be had from the address that holds it: all of it as JSON, the bars as a table and as pictures.
func (s *Site) takeDraft(r *http.Request, a *answer, page *draftsPage, found *studied) {
	a.forms = map[string]form{
		"json": func() (*answer, error) { return asJSON(report.DraftForPrograms(found.study)) },
		"csv":  asCSV(func() ([][]string, error) { return draftRows(found.bars), nil }),
	}
	var list []drawing
	for i := range found.bars {
		d := draftDrawing(i, &found.bars[i], found.doc.Lead)
		list, page.Pictures = append(list, d), append(page.Pictures, d.file(r))
	}
	if len(list) > 0 {
		a.forms["svg"] = s.drawn(r, a, list)
	}
}

// draftForm gives what a draft touches as a file. The draft was sent and has no address, so that the form says what is wanted.
func (s *Site) draftForm(r *http.Request, a *answer, page *draftsPage, format string) (*answer, error) {
	forms := map[string]form{"csv": asCSV(func() ([][]string, error) { return draftRows(page.Bars), nil })}
	for i := range page.Bars {
		d := draftDrawing(i, &page.Bars[i], page.Doc.Lead)
		forms["svg-"+strconv.Itoa(i+1)] = func() (*answer, error) {
			return &answer{data: s.standalone(r, a, &d), kind: "image/svg+xml", policy: drawingPolicy}, nil
		}
	}
	out, err := chosenForm(forms, format)
	if err == nil {
		out.file = "cordon-draft." + strings.Split(format, "-")[0]
	}
	return out, err
}

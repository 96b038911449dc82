package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/vocab"
	"github.com/cordon-engine/cordon/internal/when"
)

// stripFrom is the first day of the strip: the year of the first resolutions
// with measures.
var stripFrom = when.Date(2006, 1, 1)

// afterLicence is how many days the strip goes on after the licence ends that the verdict rests on.
const afterLicence = 90

// strip is the verdict along time.
type strip struct {
	Period  when.Period
	Bars    []bar
	Years   []tick
	Mark    string
	MarkDay when.Day
	// Zoom is the part in which the verdict flips, when that is a small part.
	Zoom  *strip
	Flips []flip
}

// bar is one stretch; X and Width are percentages of the strip.
type bar struct {
	X, Width string
	Verdict  ruling.Verdict
	// Wide is true when there is room for the sign.
	Wide bool
	Text string
}

type tick struct{ X, Text string }

// flip is a day on which the verdict changes, and why.
type flip struct {
	Period  when.Period
	Verdict ruling.Verdict
	Now     bool
	Cites   []cite
	Titles  []string
	// Licence is what the verdict rests on; nil for the law alone.
	Licence *cite
	Address string
}

// cheap reports whether the strip costs little: where the goods are known or
// there are none. Where they are not, every year has a tree of questions of its
// own, and the strip is made when it is asked for.
func cheap(a *activity.Activity, rl *ruling.Ruling) bool {
	for _, line := range a.Goods {
		_, code := line.Get(vocab.GoodsHS)
		_, named := line.Get(vocab.GoodsCommodity)
		if !code && !named {
			return false
		}
	}
	k := vocab.KindOf(a.Kind)
	return len(rl.Questions) <= 6 && !rl.Unproven && (len(a.Goods) > 0 || (k.ID != vocab.KindTransfer && k.ID != vocab.KindSeaTransfer))
}

// strip puts the strip on the page, or the address under which it can be had.
func (s *Site) strip(d *decidePage, p *posed, rl *ruling.Ruling) error {
	if !p.strip && !cheap(p.a, rl) {
		q := p.extra()
		q.Set("strip", "yes")
		d.StripAt = address(p.a, q) + "#along"
		return nil
	}
	period := when.Period{From: stripFrom, To: s.Today()}
	if x := rl.Licences.Allowing(); x != nil && x.Until != when.NoDay {
		period.To = max(period.To, x.Until+afterLicence) // what follows when it ends
	}
	key := fmt.Sprintf("%s %d %d", p.full.AppendJSON(nil), period.To, p.known) // with what lists say now
	along, err := s.strips.get(key, func() ([]decide.Stretch, error) { return s.Desk.Along(p.full, period, p.known) })
	if err != nil {
		return err
	}
	if along, err = s.Desk.AlongUnder(along, p.full, p.known, p.held); err != nil {
		return err
	}
	day := rl.AsOf.From
	d.Strip = draw(along, period, day)
	for _, st := range along {
		f := flip{Period: st.Period, Verdict: st.Verdict, Now: st.Period.Contains(day)}
		for _, x := range st.First.Deciding() {
			c := cite{x.Provision.Cite(), "/law/" + x.Provision.ID}
			f.Cites = append(f.Cites, c)
			f.Titles = append(f.Titles, x.Provision.Title)
		}
		if x := st.First.Licences.Allowing(); x != nil {
			f.Licence = &cite{x.Name, "/work/licences/" + x.ID}
		}
		q := p.extra()
		q.Set("as_of", st.Period.From.String())
		f.Address = address(p.a, q)
		d.Strip.Flips = append(d.Strip.Flips, f)
	}
	return nil
}

// stripForm gives the strip of a ruling as a table or a picture.
func (s *Site) stripForm(r *http.Request, form string, a *answer, page *decidePage) (*answer, error) {
	if page.Strip == nil {
		return nil, fault.New(fault.Usage, "the strip of this ruling is worked out only when asked for").WithFix("add strip=yes to the address")
	}
	if form == "csv" {
		return asCSV(func() ([][]string, error) { return page.Strip.rows(), nil })()
	}
	svg, err := s.fragment("band", page.Strip)
	if err != nil {
		return nil, err
	}
	d := drawing{ID: "strip", Title: a.title + ", through the years", SVG: template.HTML(svg), Height: 60}
	for _, f := range page.Strip.Flips {
		note := f.Period.Long() + ": " + report.VerdictWord(f.Verdict)
		if f.Licence != nil {
			note += ", under the " + f.Licence.Text
		}
		d.Notes = append(d.Notes, note)
	}
	return s.drawn(r, a, []drawing{d})()
}

// rows gives the stretches as a table.
func (st *strip) rows() [][]string {
	rows := [][]string{{"from", "to", "verdict", "citations", "licence"}}
	for _, f := range st.Flips {
		var cites []string
		licence := ""
		if f.Licence != nil {
			licence = f.Licence.Text
		}
		for _, c := range f.Cites {
			cites = append(cites, c.Text)
		}
		rows = append(rows, []string{f.Period.From.String(), f.Period.To.String(), f.Verdict.String(), strings.Join(cites, "; "), licence})
	}
	return rows
}

// draw lays stretches out over a period.
func draw(along []decide.Stretch, period when.Period, day when.Day) *strip {
	out := band(along, period, day)
	if len(along) < 2 {
		return out
	}
	const halfYear = 183
	first, last := along[1].Period.From, along[len(along)-1].Period.From
	inner := when.Period{From: max(first-halfYear, period.From), To: min(last+halfYear, period.To)}
	if (inner.To-inner.From)*5 < (period.To-period.From)*2 {
		out.Zoom = band(along, inner, day)
	}
	return out
}

func band(along []decide.Stretch, period when.Period, day when.Day) *strip {
	days := float64(period.To - period.From + 1)
	at := func(d when.Day) float64 { return 100 * float64(d-period.From) / days }
	percent := func(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) + "%" }
	out := &strip{Period: period, MarkDay: day}
	for _, st := range along {
		from, to := max(st.Period.From, period.From), min(st.Period.To, period.To)
		if from > to {
			continue
		}
		w := at(to+1) - at(from)
		out.Bars = append(out.Bars, bar{
			X: percent(at(from)), Width: percent(w), Verdict: st.Verdict, Wide: w >= 5,
			Text: st.Period.Long() + ": " + report.VerdictWord(st.Verdict),
		})
	}
	first, _, _ := period.From.Civil()
	last, _, _ := period.To.Civil()
	step := max(1, (last-first+1)/5)
	for y := first; y <= last; y += step {
		if d := when.Date(y, 1, 1); d >= period.From && at(d) <= 93 {
			out.Years = append(out.Years, tick{percent(at(d)), strconv.Itoa(y)})
		}
	}
	if period.Contains(day) {
		out.Mark = percent(at(day))
	}
	return out
}

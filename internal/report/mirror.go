package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/mirror"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/trade"
	"github.com/cordon-engine/cordon/internal/when"
)

// MirrorJSON is what trade shows about a state, for programs. Money is in US dollars; refs name records.
type MirrorJSON struct {
	Target     string               `json:"target"`
	Period     string               `json:"period,omitempty"`
	Code       string               `json:"hs,omitempty"`
	Partner    string               `json:"partner,omitempty"`
	Series     string               `json:"series,omitempty"`
	Totals     []TradeTotalJSON     `json:"totals"`
	Partners   []TradeTotalJSON     `json:"partners"`
	Shares     []TradeShareJSON     `json:"shares"`
	Spans      []TradeSpanJSON      `json:"share_ranges"`
	SetAside   []TradeConfusedJSON  `json:"set_aside"`
	Doubtful   []TradeConfusedJSON  `json:"doubtful"`
	Pairs      []TradeBothSidesJSON `json:"both_sides"`
	Goods      []TradeGoodsSeenJSON `json:"goods_figures"`
	Barred     []TradeBarredJSON    `json:"barred"`
	Diversions []TradeDiversionJSON `json:"diversions"`
	Missing    []TradeMissingJSON   `json:"no_data"`
	Parameters []TradeParameterJSON `json:"parameters"`
	Cautions   []TradeCautionJSON   `json:"cautions"`
	Explain    []TradeExplainJSON   `json:"explanations"`
	LawAsked   bool                 `json:"law_asked"`
	Rows       TradeRowsJSON        `json:"rows"`
	Read       []TradeReadJSON      `json:"read"`
	About      []TradeSeriesJSON    `json:"about_series"`
}

// TradeSeriesJSON says what a series is.
type TradeSeriesJSON struct {
	Series    string `json:"series"`
	Title     string `json:"title"`
	Publisher string `json:"publisher,omitempty"`
	Note      string `json:"note,omitempty"`
}

// TradeAmountJSON is a figure as a range with what it rests on; without usd when the source states no value.
type TradeAmountJSON struct {
	USD    []float64 `json:"usd,omitempty"`
	Rows   int       `json:"rows,omitempty"`
	Blanks int       `json:"blanks,omitempty"`
	Refs   []string  `json:"refs,omitempty"`
}

// TradeSourceJSON is where a figure was found.
type TradeSourceJSON struct {
	Title     string `json:"title,omitempty"`
	Publisher string `json:"publisher,omitempty"`
	URL       string `json:"url,omitempty"`
}

// TradeTotalJSON is the whole trade of a period according to one series.
type TradeTotalJSON struct {
	Kind         string            `json:"kind"` // total, or partner_total
	Period       string            `json:"period"`
	Partner      string            `json:"partner,omitempty"`
	Series       string            `json:"series"`
	By           string            `json:"by,omitempty"`
	Scope        string            `json:"scope,omitempty"`
	Made         string            `json:"made"`
	FigureKind   string            `json:"figure"`
	Verified     bool              `json:"verified"`
	Exports      *TradeAmountJSON  `json:"exports,omitempty"`
	ExportsBasis string            `json:"exports_basis,omitempty"`
	Imports      *TradeAmountJSON  `json:"imports,omitempty"`
	ImportsBasis string            `json:"imports_basis,omitempty"`
	Trade        *TradeAmountJSON  `json:"trade,omitempty"`
	AddedUp      bool              `json:"added_up,omitempty"`
	SetAside     *TradeAmountJSON  `json:"set_aside,omitempty"`
	With         *TradeAmountJSON  `json:"with_set_aside,omitempty"`
	Partners     int               `json:"partners,omitempty"`
	Note         string            `json:"note,omitempty"`
	Sources      []TradeSourceJSON `json:"sources,omitempty"`
}

// TradeShareJSON is the share of one partner.
type TradeShareJSON struct {
	Kind      string    `json:"kind"` // share
	Period    string    `json:"period"`
	Partner   string    `json:"partner"`
	Flow      string    `json:"flow"`
	Series    string    `json:"series"`
	By        string    `json:"by,omitempty"`
	Scope     string    `json:"scope,omitempty"`
	Figure    string    `json:"figure"`
	PerCent   []float64 `json:"per_cent"`
	Published bool      `json:"published"`
	Verified  bool      `json:"verified"`
	Narrow    bool      `json:"too_few_reporters,omitempty"`
	Refs      []string  `json:"refs,omitempty"`
}

// TradeSpanJSON is the range of a share over all sources.
type TradeSpanJSON struct {
	Kind       string    `json:"kind"` // share_range
	Period     string    `json:"period"`
	Partner    string    `json:"partner"`
	PerCent    []float64 `json:"per_cent"`
	Sources    int       `json:"sources"`
	Unverified bool      `json:"unverified,omitempty"`
}

// TradeConfusedJSON is a flow that looks like another state's.
type TradeConfusedJSON struct {
	Kind      string          `json:"kind"` // likely_miscoded or possibly_miscoded
	Series    string          `json:"series"`
	Reporter  string          `json:"reporter"`
	Year      int             `json:"year"`
	Direction string          `json:"direction"`
	Other     string          `json:"looks_like"`
	Chapter   string          `json:"chapter,omitempty"`
	Value     TradeAmountJSON `json:"value"`
	Signs     []TradeSignJSON `json:"signs"`
	Profiles  []string        `json:"profiles,omitempty"`
}

// TradeSignJSON is one reason.
type TradeSignJSON struct {
	Sign  string  `json:"sign"`
	Value float64 `json:"value"`
	Limit float64 `json:"limit"`
	Says  string  `json:"says"`
}

// TradeViewJSON is what one side tells.
type TradeViewJSON struct {
	State    string          `json:"state"`
	Standing string          `json:"standing"`
	Value    TradeAmountJSON `json:"value"`
	Basis    string          `json:"basis"`
	Assumed  bool            `json:"basis_assumed,omitempty"`
	Edition  int             `json:"edition,omitempty"`
	Quantity []float64       `json:"quantity,omitempty"`
	Unit     string          `json:"unit,omitempty"`
}

// TradeBothSidesJSON is both sides of one trade.
type TradeBothSidesJSON struct {
	Kind          string        `json:"kind"` // both_sides
	Series        string        `json:"series"`
	Period        string        `json:"period"`
	Direction     string        `json:"direction"`
	Code          string        `json:"hs,omitempty"`
	Edition       int           `json:"compared_in_edition,omitempty"`
	Exporter      TradeViewJSON `json:"exporter"`
	Importer      TradeViewJSON `json:"importer"`
	Status        string        `json:"status"`
	Ratio         float64       `json:"ratio,omitempty"`
	Gap           float64       `json:"gap_usd,omitempty"`
	QuantityRatio float64       `json:"quantity_ratio,omitempty"`
	Around        float64       `json:"ratio_with_neighbours,omitempty"`

	SetAside *TradeAmountJSON `json:"set_aside,omitempty"`
}

// TradeGoodsSeenJSON is a published figure about goods.
type TradeGoodsSeenJSON struct {
	Kind      string          `json:"kind"` // goods_figure
	Period    string          `json:"period"`
	Series    string          `json:"series"`
	Partner   string          `json:"partner,omitempty"`
	Flow      string          `json:"flow"`
	Code      string          `json:"hs,omitempty"`
	Commodity string          `json:"commodity,omitempty"`
	Value     TradeAmountJSON `json:"value"`
	Quantity  []float64       `json:"quantity,omitempty"`
	Unit      string          `json:"unit,omitempty"`
	Figure    string          `json:"figure"`
	Verified  bool            `json:"verified"`
}

// TradeBarredJSON is trade in goods that a provision names.
type TradeBarredJSON struct {
	Kind      string                  `json:"kind"` // barred
	Provision string                  `json:"provision"`
	Cite      string                  `json:"cite"`
	Title     string                  `json:"title"`
	From      string                  `json:"from"`
	Until     string                  `json:"until,omitempty"`
	Capped    bool                    `json:"capped,omitempty"`
	By        string                  `json:"named_by"`
	Direction string                  `json:"direction"`
	Series    string                  `json:"series"`
	Reporter  string                  `json:"reporter,omitempty"`
	Compiler  string                  `json:"compiled_by,omitempty"`
	Periods   []TradeBarredPeriodJSON `json:"periods"`
}

// TradeBarredPeriodJSON is one period of it.
type TradeBarredPeriodJSON struct {
	Period     string          `json:"period"`
	Class      string          `json:"class"`
	Value      TradeAmountJSON `json:"value"`
	Quantity   []float64       `json:"quantity,omitempty"`
	Unit       string          `json:"unit,omitempty"`
	Codes      []string        `json:"hs"`
	ByText     bool            `json:"named_by_text"`
	Exceptions []string        `json:"exceptions,omitempty"`
	SetAside   bool            `json:"set_aside,omitempty"`
	Figure     string          `json:"figure"`
	Verified   bool            `json:"verified"`
}

// TradeDiversionJSON is a pattern of diversion.
type TradeDiversionJSON struct {
	Kind          string          `json:"kind"` // diversion_pattern
	Provision     string          `json:"provision"`
	Cite          string          `json:"cite"`
	From          string          `json:"from"`
	Series        string          `json:"series"`
	Exporter      string          `json:"exporter"`
	Neighbour     string          `json:"neighbour"`
	Codes         []string        `json:"hs"`
	Before        TradeWindowJSON `json:"before"`
	After         TradeWindowJSON `json:"after"`
	Jump          float64         `json:"jump,omitempty"`
	Arrives       float64         `json:"arrives"`
	ArrivedBefore float64         `json:"arrived_before"`
	Onward        TradeAmountJSON `json:"reported_onward"`
	ReExported    TradeAmountJSON `json:"re_exported"`
}

// TradeWindowJSON is what was sent and seen to arrive.
type TradeWindowJSON struct {
	Periods []string        `json:"periods"`
	Sent    TradeAmountJSON `json:"sent"`
	Arrived TradeAmountJSON `json:"arrived"`
}

// TradeMissingJSON is a reporter without a report for some years.
type TradeMissingJSON struct {
	Kind     string `json:"kind"` // no_data
	Series   string `json:"series"`
	Reporter string `json:"reporter"`
	Years    []int  `json:"years"`
}

// TradeParameterJSON is a number that the answer rests on.
type TradeParameterJSON struct {
	Name     string  `json:"name"`
	Value    float64 `json:"value"`
	Unit     string  `json:"unit"`
	Source   string  `json:"source"`
	URL      string  `json:"url,omitempty"`
	Verified bool    `json:"verified"`
}

// TradeCautionJSON is a large gap that is no wrong-doing.
type TradeCautionJSON struct {
	Says   string `json:"says"`
	Source string `json:"source"`
	URL    string `json:"url,omitempty"`
}

// TradeExplainJSON is an innocent explanation.
type TradeExplainJSON struct {
	For     []string `json:"for"`
	Says    string   `json:"says"`
	Settles string   `json:"settles"`
	Source  string   `json:"source"`
}

// TradeRowsJSON accounts for the records.
type TradeRowsJSON struct {
	Seen      int `json:"seen"`
	Kept      int `json:"kept"`
	Figures   int `json:"figures"`
	Elsewhere int `json:"about_other_states"`
	Parts     int `json:"parts_of_others"`
	Other     int `json:"not_trade"`
	Blank     int `json:"blank"`
}

// TradeReadJSON accounts for one file.
type TradeReadJSON struct {
	File    string   `json:"file"`
	SHA256  string   `json:"sha256"`
	Rows    int      `json:"rows"`
	Handled int      `json:"handled"`
	Refused int      `json:"refused"`
	Reasons []string `json:"refusals,omitempty"`
	Unused  []string `json:"unused_columns,omitempty"`
}

func boundsOf(r record.Range) []float64 {
	if !r.Known {
		return nil
	}
	return []float64{r.Low, r.High}
}

func amountOf(f mirror.Figure) TradeAmountJSON {
	return TradeAmountJSON{USD: boundsOf(f.Amount), Rows: f.Rows, Blanks: f.Blanks, Refs: f.IDs}
}

func amountIfKnown(f mirror.Figure) *TradeAmountJSON {
	if !f.Known {
		return nil
	}
	a := amountOf(f)
	return &a
}

func codeDigits(list []goods.Code) []string { return eachOf(list, goods.Code.Digits) }

func eachOf[T, U any](list []T, f func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, x := range list {
		out = append(out, f(x))
	}
	return out
}

// lastDay gives the last day of a provision in JSON; "" while it stays.
func lastDay(d when.Day) string {
	if d == when.NoDay {
		return ""
	}
	return d.String()
}

// MirrorForPrograms gives the form of an answer for programs.
func MirrorForPrograms(a *trade.Answer, f *mirror.Facts) MirrorJSON {
	j := MirrorJSON{
		Target: a.Ask.Target.String(), Code: a.Ask.Code.Digits(), Partner: a.Ask.Partner.String(), Series: a.Ask.Series, LawAsked: a.LawAsked,
		Totals: eachOf(a.Totals, totalJSON), Partners: eachOf(a.Partners, totalJSON), Shares: eachOf(a.Shares, shareJSON), Spans: eachOf(a.Spans, spanJSON),
		SetAside: eachOf(a.SetAside, confusedJSON), Doubtful: eachOf(a.Doubtful, confusedJSON), Pairs: eachOf(a.Pairs, bothSidesJSON),
		Goods: eachOf(a.Goods, goodsSeenJSON), Barred: eachOf(a.Barred, barredJSON), Diversions: eachOf(a.Diversions, diversionJSON),
		Missing: eachOf(a.Missing, func(m mirror.MissingReporter) TradeMissingJSON {
			return TradeMissingJSON{"no_data", m.Series, m.Reporter.String(), m.Years}
		}),
		Parameters: eachOf(f.Parameters, func(p mirror.Parameter) TradeParameterJSON {
			return TradeParameterJSON{p.Name, p.Value, p.Unit, p.Source, p.URL, p.Verified}
		}),
		Cautions: eachOf(f.Cautions, func(c mirror.Caution) TradeCautionJSON { return TradeCautionJSON{c.Says, c.Source, c.URL} }),
		Explain: eachOf(f.Explanations, func(e mirror.Explanation) TradeExplainJSON {
			return TradeExplainJSON{e.For, e.Says, e.Settles, e.Source}
		}),
		Read:  eachOf(a.Read, readJSON),
		About: eachOf(a.Series, func(s trade.Series) TradeSeriesJSON { return TradeSeriesJSON{s.Name, s.Title, s.Publisher, s.Note} }),
	}
	if a.Ask.Period != (when.Period{}) {
		j.Period = a.Ask.Period.String()
	}
	t := a.Tally
	j.Rows = TradeRowsJSON{t.Seen, t.Kept, t.Figures, t.Elsewhere, t.Parts, t.Other, t.Blank}
	return j
}

func readJSON(r trade.Read) TradeReadJSON {
	t := r.Tally
	return TradeReadJSON{r.Name, r.SHA256, t.Rows, t.Handled, t.Refused, eachOf(t.Refusals, refusalText), t.Unused}
}

func refusalText(r record.Refusal) string { return r.Place.String() + ": " + r.Reason }

func totalJSON(t mirror.Total) TradeTotalJSON {
	kind := "total"
	if t.Partner != 0 {
		kind = "partner_total"
	}
	return TradeTotalJSON{
		Kind: kind, Period: t.Period.String(), Partner: t.Partner.String(), Series: t.Series, By: t.By, Scope: t.Scope, Made: string(t.Made), FigureKind: t.Kind.String(),
		Verified: t.Verified, Exports: amountIfKnown(t.Exports), ExportsBasis: t.ExportsBasis.String(), Imports: amountIfKnown(t.Imports),
		ImportsBasis: t.ImportsBasis.String(), Trade: amountIfKnown(t.Trade), AddedUp: t.Derived, SetAside: amountIfKnown(t.SetAside),
		With: amountIfKnown(t.With), Partners: t.Partners, Note: t.Note,
		Sources: eachOf(t.Sources, func(s record.Source) TradeSourceJSON { return TradeSourceJSON{s.Title, s.Publisher, s.URL} }),
	}
}

func shareJSON(s mirror.Share) TradeShareJSON {
	return TradeShareJSON{
		"share", s.Period.String(), s.Partner.String(), s.Flow.String(), s.Series, s.By, s.Scope, s.Kind.String(), boundsOf(s.PerCent),
		s.Published, s.Verified, s.Narrow, s.IDs,
	}
}

func spanJSON(s mirror.Span) TradeSpanJSON {
	return TradeSpanJSON{"share_range", s.Period.String(), s.Partner.String(), boundsOf(s.PerCent), s.Sources, s.Unverified}
}

func confusedJSON(c mirror.Confused) TradeConfusedJSON {
	return TradeConfusedJSON{
		c.Reading(), c.Series, c.Reporter.String(), c.Year, c.Direction.String(), c.Other.String(), c.Chapter.Digits(), amountOf(c.Figure),
		eachOf(c.Signs, func(s mirror.Sign) TradeSignJSON { return TradeSignJSON{s.Name, s.Value, s.Limit, s.Says} }), c.Profiles,
	}
}

func viewJSON(v *mirror.View) TradeViewJSON {
	return TradeViewJSON{
		v.Reporter.String(), string(v.Standing), amountOf(v.Figure), v.Basis.String(), v.Assumed, int(v.Edition), boundsOf(v.Quantity), v.Unit,
	}
}

func bothSidesJSON(c mirror.Compared) TradeBothSidesJSON {
	return TradeBothSidesJSON{
		"both_sides", c.Series, c.Period.String(), c.Direction.String(), c.Code.Digits(), int(c.Edition), viewJSON(&c.Exporter),
		viewJSON(&c.Importer), string(c.Status), thousandth(c.Ratio), c.Gap, thousandth(c.QuantityRatio), thousandth(c.Around),
		amountIfKnown(c.SetAside),
	}
}

// round keeps three decimals.
func thousandth(x float64) float64 { return float64(int64(x*1000+0.5)) / 1000 }

func goodsSeenJSON(g mirror.GoodsFigure) TradeGoodsSeenJSON {
	r := &g.Record
	return TradeGoodsSeenJSON{
		"goods_figure", r.Period.String(), r.Series, g.Partner.String(), g.Flow.String(), r.Code.Digits(), r.Commodity,
		TradeAmountJSON{USD: boundsOf(r.Value), Refs: []string{mirror.Ref(r.Series, r.Snapshot, r.Name())}},
		boundsOf(r.Quantity), r.Unit, r.Kind.String(),
		r.Verified,
	}
}

func barredJSON(b mirror.BarredTrade) TradeBarredJSON {
	return TradeBarredJSON{
		"barred", b.Bar.Provision, b.Bar.Cite, b.Bar.Title, b.Bar.From.String(), lastDay(b.Bar.Until), b.Bar.Capped, b.Bar.By,
		b.Direction.String(), b.Series, b.Reporter.String(), b.By,
		eachOf(b.Periods, func(p mirror.BarredPeriod) TradeBarredPeriodJSON {
			return TradeBarredPeriodJSON{
				p.Period.String(), string(p.Class), amountOf(p.Figure), boundsOf(p.Quantity), p.Unit, codeDigits(p.Codes), p.Sure,
				eachOf(p.Exceptions, func(e mirror.Exception) string { return e.Name }), p.SetAside, p.Kind.String(), p.Verified,
			}
		}),
	}
}

func windowJSON(w *mirror.Window) TradeWindowJSON {
	return TradeWindowJSON{eachOf(w.Periods, when.Period.String), amountOf(w.Sent), amountOf(w.Arrived)}
}

func diversionJSON(d mirror.Diversion) TradeDiversionJSON {
	return TradeDiversionJSON{
		"diversion_pattern", d.Bar.Provision, d.Bar.Cite, d.Bar.From.String(), d.Series, d.Exporter.String(), d.Neighbour.String(),
		codeDigits(d.Codes), windowJSON(&d.Before), windowJSON(&d.After), d.Jump, d.Arrives, d.ArrivedBefore,
		amountOf(d.OnwardReported), amountOf(d.ReExported),
	}
}

// Lines gives every finding as one value, in the order of the answer, for JSON Lines.
func (j *MirrorJSON) Lines() []any {
	var out []any
	out = findingsOf(out, j.Totals)
	out = findingsOf(out, j.Partners)
	out = findingsOf(out, j.Shares)
	out = findingsOf(out, j.Spans)
	out = findingsOf(out, j.SetAside)
	out = findingsOf(out, j.Doubtful)
	out = findingsOf(out, j.Pairs)
	out = findingsOf(out, j.Goods)
	out = findingsOf(out, j.Barred)
	out = findingsOf(out, j.Diversions)
	return findingsOf(out, j.Missing)
}

func findingsOf[T any](out []any, list []T) []any {
	for _, x := range list {
		out = append(out, x)
	}
	return out
}

// MirrorCSV writes the figures of an answer as one table: a row for each figure, with the finding that it belongs to.
func MirrorCSV(w io.Writer, a *trade.Answer) error {
	t := figureTable{csv.NewWriter(w)}
	t.row("finding", "period", "series", "what", "partner", "hs", "status", "low", "high", "unit", "refs")
	for _, list := range [][]mirror.Total{a.Totals, a.Partners} {
		for i := range list {
			t.total(&list[i])
		}
	}
	for i := range a.Shares {
		s := &a.Shares[i]
		status := "worked_out"
		if s.Published {
			status = "published"
		}
		t.figure("share", s.Period, s.Series, s.Flow.String(), s.Partner, "", status, s.PerCent, "pct", s.IDs)
	}
	for _, list := range [][]mirror.Confused{a.SetAside, a.Doubtful} {
		for i := range list {
			c := &list[i]
			year := when.Period{From: when.Date(c.Year, 1, 1), To: when.Date(c.Year, 12, 31)}
			t.money(c.Reading(), year, c.Series, c.Direction.String(), c.Reporter, c.Chapter.Digits(), "looks_like_"+c.Other.String(), c.Figure)
		}
	}
	for i := range a.Pairs {
		p := &a.Pairs[i]
		t.money("both_sides", p.Period, p.Series, "exporter", p.Exporter.Reporter, p.Code.Digits(), string(p.Exporter.Standing), p.Exporter.Figure)
		t.money("both_sides", p.Period, p.Series, "importer", p.Importer.Reporter, p.Code.Digits(), string(p.Importer.Standing), p.Importer.Figure)
	}
	for _, b := range a.Barred {
		for i := range b.Periods {
			p := &b.Periods[i]
			hs := strings.Join(codeDigits(p.Codes), " ")
			t.money("barred", p.Period, b.Series, b.Bar.Provision, b.Reporter, hs, string(p.Class), p.Figure)
			if p.Quantity.Known {
				t.figure("barred", p.Period, b.Series, b.Bar.Provision, b.Reporter, hs, string(p.Class), p.Quantity, p.Unit, p.IDs)
			}
		}
	}
	for i := range a.Diversions {
		t.diversion(&a.Diversions[i])
	}
	t.w.Flush()
	return t.w.Error()
}

// figureTable writes rows; an error is kept by the writer and given at the end.
type figureTable struct{ w *csv.Writer }

func (t figureTable) row(cells ...string) { _ = t.w.Write(cells) }

func (t figureTable) figure(
	finding string, p when.Period, series, what string, partner place.State, hs, status string, v record.Range, unit string, refs []string,
) {
	low, high := "", ""
	if v.Known {
		low, high = plainNumber(v.Low), plainNumber(v.High)
	}
	t.row(finding, p.String(), series, what, partner.String(), hs, status, low, high, unit, strings.Join(refs, " "))
}

func (t figureTable) money(finding string, p when.Period, series, what string, partner place.State, hs, status string, f mirror.Figure) {
	t.figure(finding, p, series, what, partner, hs, status, f.Amount, "USD", f.IDs)
}

func (t figureTable) total(x *mirror.Total) {
	finding := totalJSON(*x).Kind
	for _, c := range []struct {
		what string
		f    mirror.Figure
	}{{"exports", x.Exports}, {"imports", x.Imports}, {"trade", x.Trade}, {"set_aside", x.SetAside}} {
		if c.f.Known {
			t.money(finding, x.Period, x.Series, c.what, x.Partner, "", string(x.Made), c.f)
		}
	}
}

func (t figureTable) diversion(d *mirror.Diversion) {
	for i, w := range []mirror.Window{d.Before, d.After} {
		span := when.Period{From: w.Periods[0].From, To: w.Periods[len(w.Periods)-1].To}
		status := [...]string{"before", "after"}[i]
		t.money("diversion_pattern", span, d.Series, "sent", d.Exporter, "", status, w.Sent)
		t.money("diversion_pattern", span, d.Series, "arrived", d.Neighbour, "", status, w.Arrived)
	}
}

func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

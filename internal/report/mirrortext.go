package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/mirror"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/trade"
	"github.com/cordon-engine/cordon/internal/when"
)

// The words of classes, standings and statuses as people read them.
var (
	classWords = map[mirror.Class]string{
		mirror.Before: "before it", mirror.CannotTell: "cannot be told apart", mirror.During: "while in force", mirror.AfterEnd: "after its end",
	}
	standingWords = map[mirror.Standing]string{
		mirror.NoData: "NO DATA", mirror.NeverReports: "NO DATA (never reports)", mirror.NotShown: "reports, shows none",
		mirror.Coarser: "only under a wider code", mirror.NoValue: "row without value", mirror.Conflicting: "two readings",
	}
	statusWords = map[mirror.Status]string{
		mirror.WithinNoise: "within valuation noise", mirror.TimingFits: "fits with neighbouring periods",
		mirror.ImporterMore: "importer has more", mirror.ImporterLess: "importer has less", mirror.OneSided: "one side only",
	}
	madeWords = map[mirror.Made]string{
		mirror.Published: "published", mirror.FromPartners: "partners' reports", mirror.OwnReports: "own reports",
	}
)

// shownRows is how many rows a table in prose has at most; all are in JSON.
const shownRows = 60

// Mirror writes what trade shows about a state: what stands out first, then the tables.
func (p *Printer) Mirror(a *trade.Answer, f *mirror.Facts) error {
	m := mirrorText{p, a, f}
	m.head()
	m.spans()
	m.shares()
	m.totals()
	m.partners()
	m.setAside()
	m.pairs()
	m.goods()
	m.barred()
	m.diversions()
	m.foot()
	return p.err
}

type mirrorText struct {
	p *Printer
	a *trade.Answer
	f *mirror.Facts
}

func (m *mirrorText) name(s place.State) string { return m.p.state(s.String()) }

func (m *mirrorText) head() {
	p, ask := m.p, m.a.Ask
	title := "Trade of " + m.name(ask.Target)
	if ask.Partner != 0 {
		title += " with " + m.name(ask.Partner)
	}
	if !ask.Code.IsZero() {
		title += ", HS " + ask.Code.Dotted()
	}
	if ask.Period != (when.Period{}) {
		title += ", " + ask.Period.Long()
	}
	p.printf("%s\n", p.paint("1", title))
	for _, s := range m.saying() {
		p.para("  "+s.sign+" ", "    ", s.text)
	}
}

type said struct{ sign, text string }

// saying gives the first lines: what stands out, in one sentence each.
func (m *mirrorText) saying() []said {
	a := m.a
	var out []said
	if s, ok := m.dependence(); ok {
		out = append(out, said{"●", s})
	}
	if n := len(a.SetAside); n > 0 {
		var sum mirror.Figure
		for _, c := range a.SetAside {
			sum.High += c.High
		}
		out = append(out, said{"▲", fmt.Sprintf("%s set aside, %s together: they look like the trade of %s. No total below holds them.",
			countText(n, "figure is", "figures are"), dollarText(sum.High), m.name(a.SetAside[0].Other))})
	}
	if n, open := m.countBarred(); n+open > 0 {
		text := "Goods that a provision names stand in " + countText(n, "figure", "figures") + " while it was in force"
		if open > 0 {
			text += "; for " + strconv.Itoa(open) + " more the period holds days on which it was not in force too, so nothing can be told"
		}
		out = append(out, said{"◆", text + ". Whether an exception covers them no statistic says."})
	}
	if n := len(a.Diversions); n > 0 {
		out = append(out, said{"◆", countText(n, "lane fits", "lanes fit") + " the pattern of diversion by way of a neighbour. A pattern is a reason to ask, not a finding."})
	}
	if !a.LawAsked {
		out = append(out, said{"?", "No law was asked: nothing is said of goods that are barred."})
	}
	if len(a.Totals)+len(a.Shares)+len(a.Pairs)+len(a.Goods) == 0 {
		out = append(out, said{"?", "NO DATA: nothing that was loaded says anything of this. That is not zero trade."})
	}
	return out
}

func countText(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// dependence says the range of the share of the partner that has most.
func (m *mirrorText) dependence() (string, bool) {
	type sum struct {
		low, high   float64
		first, last int
		latest      record.Range
		years       int
		unseen      bool
	}
	by := map[place.State]*sum{}
	var best place.State
	for _, s := range m.a.Spans {
		y, _, _ := s.Period.From.Civil()
		x := by[s.Partner]
		if x == nil {
			x = &sum{low: s.PerCent.Low, high: s.PerCent.High, first: y}
			by[s.Partner] = x
		}
		x.low, x.high, x.last, x.unseen = min(x.low, s.PerCent.Low), max(x.high, s.PerCent.High), y, x.unseen || s.Unverified
		x.latest = s.PerCent
		x.years++
		if best == 0 || x.years > by[best].years || x.years == by[best].years && x.high > by[best].high {
			best = s.Partner
		}
	}
	if best == 0 {
		return "", false
	}
	x := by[best]
	years := strconv.Itoa(x.first)
	if x.last != x.first {
		years += " to " + strconv.Itoa(x.last)
	}
	text := fmt.Sprintf("%s has %s of this trade in %s, by the sources that give both it and a total (%s).", m.name(best),
		percentText(record.Range{Low: x.low, High: x.high, Known: true}), years, countText(x.years, "year", "years"))
	if x.years > 1 {
		text += fmt.Sprintf(" In %d: %s.", x.last, percentText(x.latest))
	}
	if x.unseen {
		text += " Some of the figures were not seen in a text (*)."
	}
	return text, true
}

func (m *mirrorText) countBarred() (during, open int) {
	for _, b := range m.a.Barred {
		for _, p := range b.Periods {
			switch {
			case b.Bar.Capped || p.SetAside || nothing(&p):
			case p.Class == mirror.During:
				during++
			case p.Class == mirror.CannotTell:
				open++
			}
		}
	}
	return during, open
}

// nothing says that a figure states that there was no trade.
func nothing(p *mirror.BarredPeriod) bool {
	return p.Known && p.High == 0 || !p.Known && p.Quantity.Known && p.Quantity.High == 0
}

// dollars gives money as people read it.
func dollarText(x float64) string {
	switch {
	case x >= 1e9:
		return strconv.FormatFloat(x/1e9, 'f', 2, 64) + " bn"
	case x >= 1e6:
		return strconv.FormatFloat(x/1e6, 'f', 1, 64) + " m"
	case x >= 1e4:
		return strconv.FormatFloat(x/1e3, 'f', 0, 64) + " k"
	}
	return groupedText(x)
}

func moneyOf(f mirror.Figure) string {
	switch {
	case !f.Known:
		return "-"
	case f.Low != f.High:
		return dollarText(f.Low) + " to " + dollarText(f.High)
	}
	return dollarText(f.Low)
}

func percentText(r record.Range) string {
	one := func(x float64) string { return strconv.FormatFloat(x, 'f', 1, 64) }
	if !r.Known {
		return "-"
	}
	if r.Low == r.High {
		return one(r.Low) + " %"
	}
	return one(r.Low) + " to " + one(r.High) + " %"
}

func quantityText(r record.Range, unit string) string {
	if !r.Known {
		return ""
	}
	one := func(x float64) string { return groupedText(x) }
	text := one(r.Low)
	if r.Low != r.High {
		text += " to " + one(r.High)
	}
	return text + " " + unit
}

// grouped writes a whole number with commas.
func groupedText(x float64) string {
	s := strconv.FormatFloat(math.Round(x), 'f', 0, 64)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// marks stand after a figure: * not seen in a text, ~ estimated, ? alleged, = worked out.
func figureMarks(verified bool, k record.Kind) string {
	s := ""
	if !verified {
		s = "*"
	}
	return s + [...]string{"", "~", "?", "="}[min(int(k), 3)]
}

// table writes rows in columns. Rows beyond shownRows are counted and not shown.
func (m *mirrorText) table(title string, head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	m.p.printf("\n%s\n", m.p.paint("1", title))
	m.rows(head, rows)
}

func (m *mirrorText) rows(head []string, rows [][]string) {
	p := m.p
	left := max(0, len(rows)-shownRows)
	rows = append([][]string{head}, rows[:len(rows)-left]...)
	width := make([]int, len(head))
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], len([]rune(c)))
		}
	}
	for _, r := range rows {
		line := " "
		for i, c := range r {
			line += " " + c + strings.Repeat(" ", width[i]-len([]rune(c))) + " "
		}
		p.printf("%s\n", strings.TrimRight(line, " "))
	}
	if left > 0 {
		p.Text("and %d more rows: --format json has them all", left)
	}
}

// ref names what a figure rests on: the first record, and how many more.
func refText(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	if len(ids) == 1 {
		return ids[0]
	}
	return fmt.Sprintf("%s +%d", ids[0], len(ids)-1)
}

func (m *mirrorText) spans() {
	var rows [][]string
	for _, s := range m.a.Spans {
		star := ""
		if s.Unverified {
			star = "*"
		}
		rows = append(rows, []string{s.Period.String(), m.name(s.Partner), percentText(s.PerCent) + star, strconv.Itoa(s.Sources)})
	}
	m.table("Share of the whole trade, by year over all sources", []string{"year", "partner", "share", "sources"}, rows)
}

func (m *mirrorText) shares() {
	var rows [][]string
	for _, s := range m.a.Shares {
		how := "worked out"
		switch {
		case s.Published:
			how = "published"
		case s.Narrow:
			how = "few reporters"
		}
		flow := ""
		if s.Flow != record.Total {
			flow = " of " + s.Flow.String() + "s"
		}
		rows = append(rows, []string{
			s.Period.String(), m.name(s.Partner), percentText(s.PerCent) + figureMarks(s.Verified, s.Kind) + flow, s.Series, how, s.Scope, refText(s.IDs),
		})
	}
	m.table("The same by source", []string{"year", "partner", "share", "series", "", "scope", "trace"}, rows)
}

func (m *mirrorText) totals() {
	var rows [][]string
	rough := false
	for _, t := range m.a.Totals {
		with := func(f mirror.Figure, b record.Basis) string {
			if !f.Known || b == record.UnknownBasis {
				return moneyOf(f)
			}
			return moneyOf(f) + " " + strings.ToUpper(b.String())
		}
		aside := ""
		if t.SetAside.Known {
			aside = moneyOf(t.SetAside)
		}
		ids := t.Trade.IDs
		if len(ids) == 0 {
			ids = append(slices.Clone(t.Exports.IDs), t.Imports.IDs...)
		}
		rough = rough || t.Made == mirror.FromPartners
		rows = append(rows, []string{
			t.Period.String(), t.Series, madeWords[t.Made] + figureMarks(t.Verified, t.Kind), with(t.Exports, t.ExportsBasis), with(t.Imports, t.ImportsBasis),
			moneyOf(t.Trade), aside, t.Scope, refText(ids),
		})
	}
	m.table("Totals side by side, in US dollars", []string{"period", "series", "", "exports", "imports", "both", "set aside", "scope", "trace"}, rows)
	if len(rows) > 0 {
		m.p.Text("Series are never added up: each leaves out something else. * not seen in a text, ~ estimated, ? alleged, = worked out.")
	}
	if rough {
		m.p.Text("Where partners' reports are added up the valuation is turned round: exports of the state carry freight (CIF), its " +
			"imports do not (FOB). A partner that reports nothing is not in the sum.")
	}
	for _, x := range m.a.Series {
		if x.Note != "" {
			who := ""
			if x.Publisher != "" {
				who = " (" + x.Publisher + ")"
			}
			m.p.Item("%s%s: %s", x.Name, who, x.Note)
		}
	}
	for _, x := range m.a.Missing {
		m.p.Item("NO DATA from %s in %s for %s: that is not zero.", m.name(x.Reporter), x.Series, yearList(x.Years))
	}
}

func (m *mirrorText) partners() {
	var rows [][]string
	for _, t := range m.a.Partners {
		ids := slices.Concat(t.Trade.IDs, t.Exports.IDs, t.Imports.IDs)
		if t.Derived {
			ids = t.Trade.IDs
		}
		rows = append(rows, []string{
			t.Period.String(), m.name(t.Partner), t.Series + figureMarks(t.Verified, t.Kind), moneyOf(t.Exports), moneyOf(t.Imports), moneyOf(t.Trade), refText(ids),
		})
	}
	m.table("Published figures with one partner, all goods, in US dollars", []string{"period", "partner", "series", "exports", "imports", "both", "trace"}, rows)
}

func yearList(years []int) string {
	var out []string
	for i := 0; i < len(years); {
		j := i
		for j+1 < len(years) && years[j+1] == years[j]+1 {
			j++
		}
		if j == i {
			out = append(out, strconv.Itoa(years[i]))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", years[i], years[j]))
		}
		i = j + 1
	}
	return strings.Join(out, ", ")
}

func (m *mirrorText) setAside() {
	show := func(title string, list []mirror.Confused) {
		if len(list) == 0 {
			return
		}
		m.p.Gap()
		m.p.Heading("%s", title)
		for _, c := range list {
			what := "all goods"
			if !c.Chapter.IsZero() {
				what = "HS " + c.Chapter.Digits()
			}
			way := "imports from it"
			if c.Direction == mirror.To {
				way = "exports to it"
			}
			m.p.Item("%s, %s, %s %d: %s (%s)", strings.ToUpper(c.Reading()), m.name(c.Reporter), way, c.Year, moneyOf(c.Figure), what)
			for _, s := range c.Signs {
				m.p.para("      ", "      ", fmt.Sprintf("%s: %s.", s.Name, s.Says))
			}
			m.p.para("      ", "      ", "trace "+refText(c.IDs))
		}
	}
	show("Set aside: looks like another state's trade", m.a.SetAside)
	show("In doubt, and left in the totals", m.a.Doubtful)
}

func (m *mirrorText) pairs() {
	var rows [][]string
	found := map[mirror.Status]bool{}
	for _, c := range m.a.Pairs {
		found[c.Status] = true
		rows = append(rows, []string{
			c.Period.String(), c.Series, m.name(c.Exporter.Reporter), m.name(c.Importer.Reporter), sideText(&c.Exporter), sideText(&c.Importer),
			ratioText(&c), pairStatus(&c),
		})
	}
	m.table("Both sides of the same trade", []string{"period", "series", "from", "to", "exporter says", "importer says", "ratio", ""}, rows)
	if found[mirror.ImporterMore] || found[mirror.ImporterLess] {
		if c := m.f.Cautions; len(c) > 0 {
			m.p.Text("%s (%s)", c[0].Says, c[0].Source)
		}
		for _, s := range []mirror.Status{mirror.ImporterMore, mirror.ImporterLess} {
			if found[s] {
				m.explain("What may explain that the "+statusWords[s], string(s))
			}
		}
	}
}

func pairStatus(c *mirror.Compared) string {
	if c.SetAside.Known {
		return statusWords[c.Status] + ", " + moneyOf(c.SetAside) + " set aside"
	}
	return statusWords[c.Status]
}

func sideText(v *mirror.View) string {
	if w, ok := standingWords[v.Standing]; ok {
		return w
	}
	s := moneyOf(v.Figure) + " " + strings.ToUpper(v.Basis.String())
	if v.Standing == mirror.Incomplete {
		s += fmt.Sprintf(" (%d days only)", v.Days)
	}
	return s
}

func ratioText(c *mirror.Compared) string {
	if c.Ratio == 0 {
		return ""
	}
	return strconv.FormatFloat(c.Ratio, 'f', 2, 64)
}

// explain writes the innocent explanations of a finding and what would settle each.
func (m *mirrorText) explain(title, finding string) {
	m.p.Text("%s:", title)
	for _, e := range m.f.Explain(finding) {
		m.p.Item("%s Settled by: %s", e.Says, e.Settles)
	}
}

func (m *mirrorText) goods() {
	var rows [][]string
	for _, g := range m.a.Goods {
		r := &g.Record
		partner := "all"
		if g.Partner != 0 {
			partner = m.name(g.Partner)
		}
		what := r.Commodity
		if !r.Code.IsZero() {
			what = strings.TrimSpace("HS " + r.Code.Digits() + " " + what)
		}
		value := ""
		if r.Value.Known {
			value = moneyOf(mirror.Figure{Amount: r.Value})
		}
		rows = append(rows, []string{
			r.Period.String(), g.Flow.String(), partner, what, value + figureMarks(r.Verified, r.Kind), quantityText(r.Quantity, r.Unit),
			mirror.Ref(r.Series, r.Snapshot, r.Name()),
		})
	}
	m.table("Published figures about goods", []string{"period", "", "partner", "goods", "US dollars", "quantity", "trace"}, rows)
}

func (m *mirrorText) barred() {
	if len(m.a.Barred) == 0 {
		return
	}
	p := m.p
	p.Gap()
	p.Heading("Goods that a provision names, before and after its day")
	m.explain("Before anything is concluded, this may explain them", "barred")
	for i := 0; i < len(m.a.Barred); {
		j := i + 1
		for j < len(m.a.Barred) && sameBar(&m.a.Barred[i], &m.a.Barred[j]) {
			j++
		}
		m.bar(m.a.Barred[i:j])
		i = j
	}
}

func sameBar(a, b *mirror.BarredTrade) bool {
	return a.Bar.Provision == b.Bar.Provision && a.Bar.By == b.Bar.By && a.Direction == b.Direction
}

// bar writes what all reporters show of the goods that one provision names in one way.
func (m *mirrorText) bar(list []mirror.BarredTrade) {
	p, b := m.p, &list[0].Bar
	effect, until, side := "bans", "on", "from"
	if b.Capped {
		effect = "limits"
	}
	if b.Until != when.NoDay {
		until = "to " + b.Until.Long()
	}
	if list[0].Direction == mirror.To {
		side = "to"
	}
	p.Gap()
	p.Text("%s (%s) %s what goes %s %s, from %s %s. Named by: %s.", b.Provision, b.Title, effect, side, m.name(m.a.Ask.Target), b.From.Long(), until, b.By)
	var rows [][]string
	var exempt []string
	left := 0
	for i := range list {
		t := &list[i]
		near := nearIts(t.Periods)
		left += len(t.Periods) - len(near)
		for k := range near {
			rows = append(rows, m.barredRow(t, &near[k]))
		}
		exempt = exceptionsOf(exempt, t)
	}
	m.rows([]string{"reported by", "period", "", "US dollars", "quantity", "HS", "trace"}, rows)
	if left > 0 {
		p.Text("%d more before or after it are in --format json.", left)
	}
	if len(exempt) > 0 {
		p.Text("May be exempt: %s.", strings.Join(exempt, "; "))
	}
}

// nearIts leaves out all but the last three periods before a provision and the first three after its end.
func nearIts(list []mirror.BarredPeriod) []mirror.BarredPeriod {
	const near = 3
	before, after := 0, 0
	for _, p := range list {
		if p.Class == mirror.Before {
			before++
		}
	}
	var out []mirror.BarredPeriod
	for _, p := range list {
		switch p.Class {
		case mirror.Before:
			if before--; before >= near {
				continue
			}
		case mirror.AfterEnd:
			if after++; after > near {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

func (m *mirrorText) barredRow(t *mirror.BarredTrade, x *mirror.BarredPeriod) []string {
	who := t.By
	if t.Reporter != 0 {
		who = m.name(t.Reporter)
	}
	class := classWords[x.Class]
	if x.SetAside {
		class += ", set aside"
	}
	hs := codeDigits(x.Codes)
	if len(hs) > 3 {
		hs = append(hs[:3:3], fmt.Sprintf("+%d", len(x.Codes)-3))
	}
	return []string{
		who, x.Period.String(), class, moneyOf(x.Figure) + figureMarks(x.Verified, x.Kind), quantityText(x.Quantity, x.Unit), strings.Join(hs, " "), refText(x.IDs),
	}
}

// exceptionsOf adds the exceptions that existed in a period while the provision was in force or in which that cannot be told.
func exceptionsOf(out []string, b *mirror.BarredTrade) []string {
	for _, p := range b.Periods {
		if p.Class != mirror.During && p.Class != mirror.CannotTell {
			continue
		}
		for _, e := range p.Exceptions {
			if !slices.Contains(out, e.Title) {
				out = append(out, e.Title)
			}
		}
	}
	return out
}

func (m *mirrorText) diversions() {
	if len(m.a.Diversions) == 0 {
		return
	}
	p := m.p
	p.Gap()
	p.Heading("Pattern of diversion by way of a neighbour")
	m.explain("Before anything is concluded, this may explain it", "diversion")
	for i, d := range m.a.Diversions {
		if i == shownRows {
			p.Text("and %d more: --format json has them all", len(m.a.Diversions)-i)
			break
		}
		p.Item("%s to %s, which borders %s (%s): %s sent and %s seen to arrive in %s; before %s it was %s and %s in %s.",
			m.name(d.Exporter), m.name(d.Neighbour), m.name(m.a.Ask.Target), d.Series, moneyOf(d.After.Sent), orNone(d.After.Arrived), spanText(&d.After),
			d.Bar.From.Long(), orNone(d.Before.Sent), orNone(d.Before.Arrived), spanText(&d.Before))
		how := "there was none before"
		if d.Jump > 0 {
			how = fmt.Sprintf("%.1f times as much a year as before", d.Jump)
		}
		p.para("      ", "      ", fmt.Sprintf("%s; %.0f %% of it arrives. Goods named by %s (%s).", how, 100*d.Arrives, d.Bar.Provision, d.Bar.By))
		p.para("      ", "      ", fmt.Sprintf("%s itself reports: %s sold on to %s, %s re-exported to all.", m.name(d.Neighbour),
			orNone(d.OnwardReported), m.name(m.a.Ask.Target), orNone(d.ReExported)))
		p.para("      ", "      ", "trace "+refText(d.After.Sent.IDs))
	}
}

// orNone gives an amount; both sides reported, so that no row is nothing shown.
func orNone(f mirror.Figure) string {
	if !f.Known {
		return "none"
	}
	return moneyOf(f)
}

func spanText(w *mirror.Window) string {
	return when.Period{From: w.Periods[0].From, To: w.Periods[len(w.Periods)-1].To}.Long()
}

func (m *mirrorText) foot() {
	p, t := m.p, m.a.Tally
	p.Gap()
	p.Text("Read: %d records; %d rows and %d figures kept, %d about other states, %d parts of other rows, %d not about trade, %d blank.",
		t.Seen, t.Kept, t.Figures, t.Elsewhere, t.Parts, t.Other, t.Blank)
	for _, r := range m.a.Read {
		p.Text("%s (sha256 %s): %d rows, %d refused.", r.Name, r.SHA256[:12], r.Tally.Rows, r.Tally.Refused)
		for i, x := range r.Tally.Refusals {
			if i == 5 {
				p.Item("and %d more", len(r.Tally.Refusals)+r.Tally.LeftOff-i)
				break
			}
			p.Item("%s", refusalText(x))
		}
	}
	p.Text("Trade figures show patterns. No figure here says that anybody broke a rule.")
}

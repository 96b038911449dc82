package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cordon-engine/cordon/internal/draft"
	"github.com/cordon-engine/cordon/internal/law"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
)

// draftStandard stands at the head of everything that is said of a draft.
const draftStandard = "A draft is not law. Value affected is trade that the text would ban, cap or make subject to approval, and that is not so " +
	"already. It says nothing about what anybody would then do."

var relationWords = map[draft.Relation]string{
	draft.Adds: "adds", draft.Tightens: "tightens", draft.Loosens: "loosens", draft.Repeats: "repeats", draft.NotBinding: "does not bind",
}

var touchWords = map[draft.Class]string{
	draft.Untouched: "not touched", draft.Relieved: "made milder", draft.Repeated: "already so by law", draft.Possible: "may be touched", draft.Touched: "touched",
}

// draftTitle names the drafts.
func draftTitle(c *draft.Case, what string) string {
	return namesOf(c.Drafts) + ": " + what
}

// DraftDiff says what a draft adds, tightens, loosens and repeats.
func DraftDiff(s *draft.Study, name Names) *Document {
	d := &Document{Title: draftTitle(s.Case, "beside the law in force"), Lead: []string{draftStandard}}
	d.Lead = append(d.Lead, fmt.Sprintf("Goods are judged on %s, when all of it applies and its wind-downs are over.", s.Case.On.Long()))
	d.Sections = append(d.Sections, differences(s), goodByGood(s, name), problems("contradictions", "Contradictions", s.Contradictions, "None found."),
		problems("gaps", "Gaps", s.Gaps, "None found."))
	return d
}

func differences(s *draft.Study) Section {
	sec := Section{ID: "provisions", Title: "Provision by provision"}
	t := &Table{Head: []string{"provision", "title", "it", "of the law", "why"}}
	for _, d := range s.Differences {
		t.Rows = append(t.Rows, []string{d.Provision.ID, d.Provision.Title, relationWords[d.Relation], provisionIDs(d.Others), d.Why})
	}
	sec.AddTable(t)
	return sec
}

func provisionIDs(list []*law.Provision) string {
	var ids []string
	for i, p := range list {
		if i == 8 {
			ids = append(ids, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}

func idOf(p *law.Provision) string {
	if p == nil {
		return ""
	}
	return p.ID
}

// goodByGood sets runs of headings with the same answer in one row.
func goodByGood(s *draft.Study, name Names) Section {
	sec := Section{ID: "goods", Title: "Good by good"}
	sec.Para("Found by asking the engine about a plain transfer of each heading and named goods that the draft chooses. Where it may be touched, a fact or a person's judgement decides.")
	t := &Table{Head: []string{"direction", "goods", "headings", "result", "by", "already by"}, Right: []int{2}}
	for i := 0; i < len(s.Goods); {
		k := i
		for k < len(s.Goods) && sameRun(&s.Goods[i], &s.Goods[k]) {
			k++
		}
		t.Rows = append(t.Rows, goodsRow(s.Goods[i:k], name(s.Case.Target())))
		i = k
	}
	sec.AddTable(t)
	if len(t.Rows) == 0 {
		sec.Para("The draft chooses no goods.")
	}
	var relief []string
	for i := range s.Goods {
		g := &s.Goods[i]
		if g.Humanitarian && (g.Touch.Class == draft.Touched || g.Touch.Class == draft.Possible) {
			relief = append(relief, g.Code.String()+" "+g.Label)
		}
	}
	if len(relief) > 0 {
		sec.Para("Goods of relief are traded under %d of the headings that it touches or may touch (a working list; the code alone does not say):", len(relief))
		sec.List(relief[:min(len(relief), 20)])
	}
	return sec
}

func sameRun(a, b *draft.Good) bool {
	return a == b || a.List == "" && b.List == "" && a.Code.Chapter() == b.Code.Chapter() && a.Out == b.Out &&
		a.Touch.Class == b.Touch.Class && a.Touch.By == b.Touch.By && a.Touch.Law == b.Touch.Law
}

func goodsRow(run []draft.Good, target string) []string {
	g := &run[0]
	way := "to " + target
	if g.Out {
		way = "from " + target
	}
	goods := g.Label
	switch {
	case g.List == "" && len(run) > 1:
		goods = "chapter " + g.Code.Chapter().String() + ": " + g.Code.String() + " to " + run[len(run)-1].Code.String()
	case g.List == "":
		goods = g.Code.String() + " " + g.Label
	}
	result := touchWords[g.Touch.Class]
	if g.Touch.Cap != nil {
		result = "counts against a cap"
	}
	return []string{way, goods, strconv.Itoa(len(run)), result, idOf(g.Touch.By), idOf(g.Touch.Law)}
}

func problems(id, title string, list []draft.Problem, none string) Section {
	sec := Section{ID: id, Title: title}
	if len(list) == 0 {
		sec.Para("%s", none)
		return sec
	}
	of := map[string][]*law.Provision{}
	var reasons []string
	for _, p := range list {
		if of[p.Reason] == nil {
			reasons = append(reasons, p.Reason)
		}
		of[p.Reason] = append(of[p.Reason], p.Provision)
	}
	var items []string
	for _, r := range reasons {
		items = append(items, provisionIDs(of[r])+": "+r+".")
	}
	sec.List(items)
	return sec
}

// DraftTest says what a draft touches in figures, claims and activities.
func DraftTest(s *draft.Study, name Names) *Document {
	d := &Document{Title: draftTitle(s.Case, "what it would touch"), Lead: append([]string{draftStandard}, draftInputs(s))}
	d.Sections = append(d.Sections, testSections(s, name)...)
	return d
}

func testSections(s *draft.Study, name Names) []Section {
	out := []Section{summary(s, name), accountsSection(s, name), rowsSection(s, name), claimsSection(s), leewaySection(s)}
	if s.Activities != nil {
		out = append(out, activitiesSection(s, name))
	}
	return out
}

// draftInputs says on which terms all figures stand.
func draftInputs(s *draft.Study) string { return terms(s.Years, s.Case, s.Question.Inputs) }

func terms(base []int, c *draft.Case, in draft.Inputs) string {
	years := make([]string, len(base))
	for i, y := range base {
		years[i] = strconv.Itoa(y)
	}
	of := "no base year has figures of goods"
	if len(years) > 0 {
		of = "base years " + strings.Join(years, ", ")
	}
	given := ""
	if in == draft.DefaultInputs {
		given = " (the default, which is a convention and nobody's estimate)"
	}
	return fmt.Sprintf("Terms: %s; figures judged as if traded on %s; enforcement %s, substitution %s%s.",
		of, c.On.Long(), shares(in.Enforcement), shares(in.Substitution), given)
}

func shares(r [2]float64) string { return span(100*r[0], 100*r[1], tenths) + " %" }

func tenths(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64) } // +0 turns -0 into 0

func million(v float64) string { return strconv.FormatFloat(v/1e6, 'f', 1, 64) }

func millions(r record.Range) string {
	if !r.Known {
		return "not known"
	}
	return span(r.Low, r.High, million)
}

func percents(r record.Range) string {
	if !r.Known {
		return "not known"
	}
	return span(r.Low, r.High, tenths) + " %"
}

func summary(s *draft.Study, name Names) Section {
	sec := Section{ID: "summary", Title: "In short"}
	target := name(s.Case.Target())
	for _, from := range []bool{true, false} {
		value, affected, share := draft.Span(s.Accounts, from)
		way := "Goods to " + target
		if from {
			way = "Goods from " + target + ", its earnings"
		}
		if !value.Known {
			sec.Para("%s: no figure with a value stands in the base years.", way)
			continue
		}
		of := ""
		if share.Known {
			of = fmt.Sprintf(", %s of all trade in that direction", percents(share))
		}
		sec.Para("%s: %s million dollars a year touched, over base years and data sets%s; value affected on the terms above %s million.",
			way, millions(value), of, millions(affected))
	}
	return sec
}

func accountsSection(s *draft.Study, name Names) Section {
	sec := Section{ID: "accounts", Title: "By base year and data set"}
	if len(s.Accounts) == 0 {
		sec.Para("No figures of goods in the base years. Give figures with --records, or other years with --base-year.")
		return sec
	}
	sec.Para("Million dollars. Touched runs from what certainly is to what may be; affected is what of it the terms above take away, residual all trade without that. Data sets are not added to each other; a data set that holds few goods touches little because of what it leaves out.")
	sec.AddTable(accountsTable(s.Accounts, name, name(s.Case.Target())))
	return sec
}

func accountsTable(list []draft.Account, name Names, target string) *Table {
	t := &Table{
		Head:  []string{"year", "direction", "data set", "touched", "affected", "all trade", "share", "residual", "relief goods", "quantity touched", "no value", ""},
		Right: []int{0, 3, 4, 5, 6, 7, 8, 9, 10},
	}
	for i := range list {
		a := &list[i]
		way := "to " + target
		if a.From {
			way = "from " + target
		}
		t.Rows = append(t.Rows, []string{
			strconv.Itoa(a.Year), way, a.Series + kindMark(a.Kind) + reportersMark(a), millions(a.Value), millions(a.Affected), millions(a.Total), percents(a.Share),
			millions(a.Residual), reliefText(a), quantities(a.Quantities), strconv.Itoa(a.WithoutValue), bar(a.Share),
		})
	}
	return t
}

// quantities gives amounts by unit.
func quantities(list []draft.Quantity) string {
	var out []string
	for _, q := range list {
		out = append(out, span(q.Range.Low, q.Range.High, func(v float64) string { return groups(math.Round(v)) })+" "+q.Unit)
	}
	if len(out) == 0 {
		return "—"
	}
	return strings.Join(out, "; ")
}

func reliefText(a *draft.Account) string {
	if !a.Humanitarian.Known {
		return "—"
	}
	return millions(a.Humanitarian)
}

func kindMark(k record.Kind) string {
	return map[record.Kind]string{record.Estimated: " (estimate)", record.Alleged: " (alleged)", record.Derived: " (derived)"}[k]
}

func reportersMark(a *draft.Account) string {
	if len(a.Reporters) < 2 {
		return ""
	}
	return fmt.Sprintf(" (%d reporters)", len(a.Reporters))
}

// bar is a share as a row of blocks, ten for the whole: full for what is certain, light for what may be.
func bar(share record.Range) string {
	if !share.Known {
		return ""
	}
	full := int(math.Round(min(share.Low, 100) / 10))
	return strings.Repeat("█", full) + strings.Repeat("░", int(math.Round(min(share.High, 100)/10))-full)
}

func rowsSection(s *draft.Study, name Names) Section {
	sec := Section{ID: "figures", Title: "By partner and good"}
	t := rowsTable(s.Accounts, name, func(r *draft.Row) bool { return r.Touch.Class != draft.Untouched || r.Touch.Cap != nil })
	sec.AddTable(t)
	if len(t.Rows) == 0 {
		sec.Para("No figure of the base years is touched.")
	}
	return sec
}

// rowsTable shows chosen figures, at most 200 of them; the rest is told as a number.
func rowsTable(accounts []draft.Account, name Names, choose func(*draft.Row) bool) *Table {
	t := &Table{Head: []string{"year", "figure", "goods", "partner", "result", "by", "value, million", "quantity", "already by"}, Right: []int{0, 6, 7}}
	left := 0
	for i := range accounts {
		a := &accounts[i]
		for k := range a.Rows {
			switch r := &a.Rows[k]; {
			case !choose(r):
			case len(t.Rows) >= 200:
				left++
			default:
				t.Rows = append(t.Rows, rowCells(a.Year, r, name))
			}
		}
	}
	if left > 0 {
		t.Caption = fmt.Sprintf("The first 200; %d more are in the form for programs.", left)
	}
	return t
}

func rowCells(year int, r *draft.Row, name Names) []string {
	partner := name(r.Partner.String())
	if r.Partner == place.Unspecified {
		partner = "all or not said"
	}
	goods := r.Record.Commodity
	if goods == "" {
		goods = "HS " + r.Record.Code.String()
	}
	value, quantity := "—", "—"
	if r.Touch.Class == draft.Touched || r.Touch.Class == draft.Possible {
		if r.Value.Known {
			value = millions(r.Value)
		}
		if r.Quantity.Known {
			quantity = span(r.Quantity.Low, r.Quantity.High, func(v float64) string { return groups(math.Round(v)) }) + " " + r.Record.Unit
		}
	}
	id := r.Record.Series + "/" + r.Record.Name()
	return []string{
		strconv.Itoa(year), id, goods, partner, touchWords[r.Touch.Class], idOf(r.Touch.By),
		value, quantity, idOf(r.Touch.Law),
	}
}

func claimsSection(s *draft.Study) Section {
	sec := Section{ID: "claims", Title: "Reported activities"}
	if len(s.Claims) == 0 {
		sec.Para("No claim with an activity lies in the period.")
		return sec
	}
	on := "on its own day"
	if s.Question.AsIf {
		on = "as if done on " + s.Case.On.Long()
	}
	sec.Para("What claims assert, each judged %s. A claim is by somebody; that the draft reaches what it asserts says nothing about whether it happened.", on)
	var caught, missed []string
	already, other := 0, 0
	for i := range s.Claims {
		r := &s.Claims[i]
		line := fmt.Sprintf("%s, %s [%s]: %s", r.Claim.Speaker, r.Claim.Activity.Date.Long(), r.Claim.ID, touchWords[r.Touch.Class])
		switch {
		case r.Touch.Class == draft.Touched || r.Touch.Class == draft.Possible:
			caught = append(caught, line+" by "+idOf(r.Touch.By))
		case r.Touch.Class == draft.Repeated:
			already++
		case r.Breach:
			missed = append(missed, line)
		default:
			other++
		}
	}
	sec.Para("Reached, and not before: %d. Reached and already so by law: %d. Alleged, found or admitted breaches that it does not reach: %d. Others that it does not reach: %d.",
		len(caught), already, len(missed), other)
	sec.List(caught)
	if len(missed) > 0 {
		sec.Para("Evasion that somebody reports and the draft does not reach:")
		sec.List(missed)
	}
	return sec
}

func leewaySection(s *draft.Study) Section {
	sec := Section{ID: "leeway", Title: "Leeway: who may decide not to apply it"}
	if len(s.Leeway) == 0 {
		sec.Para("The draft leaves nothing to a state or the committee.")
		return sec
	}
	t := &Table{Head: []string{"provisions", "who", "what", "under"}}
	row := map[[3]string]int{}
	for _, l := range s.Leeway {
		under := ""
		if l.Exception != nil {
			under = l.Exception.Name()
		}
		k := [3]string{l.Who, l.What, under}
		if at, ok := row[k]; ok { // one clause for many provisions is one line
			t.Rows[at][0] += ", " + l.Provision.ID
			continue
		}
		row[k] = len(t.Rows)
		t.Rows = append(t.Rows, []string{l.Provision.ID, l.Who, l.What, under})
	}
	sec.AddTable(t)
	return sec
}

func activitiesSection(s *draft.Study, name Names) Section {
	t := s.Activities
	sec := Section{ID: "activities", Title: "Activities"}
	sec.Para("%s lines read: %s judged, %s outside the period, %s refused.", groups(float64(t.Read)), groups(float64(t.Judged)), groups(float64(t.Outside)), groups(float64(t.Refused)))
	classes := &Table{Head: []string{"result", "goods lines", "value, million dollars", "without a value"}, Right: []int{1, 2, 3}}
	for c := draft.Touched; ; c-- {
		v := t.Classes[c]
		classes.Rows = append(classes.Rows, []string{touchWords[c], groups(float64(v.Lines)), million(v.Value), groups(float64(v.WithoutValue))})
		if c == draft.Untouched {
			break
		}
	}
	sec.AddTable(classes)
	if len(t.Quantities) > 0 {
		sec.Para("Quantity touched, from certainly to possibly: %s.", quantities(t.Quantities))
	}
	if t.Capped.Lines > 0 {
		sec.Para("%s of the lines count against a cap of the draft (%s million dollars); what is above the limit hangs on all supply together.", groups(float64(t.Capped.Lines)), million(t.Capped.Value))
	}
	for _, p := range []struct {
		caption string
		cells   map[string]*[2]draft.Sum
		word    func(string) string
	}{
		{"By provision", t.ByProvision, func(s string) string { return s }},
		{"By partner", t.ByPartner, func(s string) string { return orNotSaid(s, name) }},
		{"By named goods or HS chapter", t.ByGoods, func(s string) string { return orNotSaid(s, func(s string) string { return s }) }},
	} {
		sec.AddTable(cellsTable(p.caption, p.cells, p.word))
	}
	var refused []string
	for _, err := range t.Errors {
		refused = append(refused, err.Error())
	}
	sec.List(refused)
	return sec
}

func orNotSaid(s string, name Names) string {
	if s == "" {
		return "not said"
	}
	return name(s)
}

// cellsTable shows the largest cells; the rest is one row.
func cellsTable(caption string, cells map[string]*[2]draft.Sum, word func(string) string) *Table {
	t := &Table{Caption: caption, Head: []string{"", "touched", "value, million", "may be touched", "value, million"}, Right: []int{1, 2, 3, 4}}
	var rest [2]draft.Sum
	keys := draft.Keys(cells)
	row := func(name string, c *[2]draft.Sum) {
		t.Rows = append(t.Rows, []string{name, groups(float64(c[0].Lines)), million(c[0].Value), groups(float64(c[1].Lines)), million(c[1].Value)})
	}
	for i, k := range keys {
		if i < 20 {
			row(word(k), cells[k])
			continue
		}
		for n := range rest {
			rest[n].Lines += cells[k][n].Lines
			rest[n].Value += cells[k][n].Value
		}
	}
	if len(keys) > 20 {
		row(fmt.Sprintf("%d more", len(keys)-20), &rest)
	}
	return t
}

// DraftReport is everything that is found of a draft, with the back-tests.
func DraftReport(s *draft.Study, name Names) *Document {
	d := DraftTest(s, name)
	d.Title = draftTitle(s.Case, "a study")
	diff := DraftDiff(s, name)
	d.Sections = slices.Concat(d.Sections[:1], diff.Sections, d.Sections[1:])
	d.Sections = append(d.Sections, backtestIntro())
	for _, b := range s.Backtests {
		d.Sections = append(d.Sections, backtestSection(b, s.Forecasts, name))
	}
	return d
}

func backtestIntro() Section {
	sec := Section{ID: "backtest", Title: "How well such figures have done"}
	sec.Para("Resolutions of the past as drafts on their eve, over the figures whose period had ended by then, beside what was forecast in public and what later figures show. " +
		"That a figure changed later does not say that the measure changed it, and several measures, halts by single states and changes in reporting fall into the same months.")
	return sec
}

// DraftBacktest shows back-tests by themselves, with the forecasts about instruments that are not among them.
func DraftBacktest(list []*draft.Backtest, others *draft.Forecasts, name Names) *Document {
	d := &Document{Title: "Drafts of the past beside what followed", Lead: []string{draftStandard}, Sections: []Section{backtestIntro()}}
	for _, b := range list {
		d.Sections = append(d.Sections, backtestSection(b, others, name))
	}
	var rest []draft.Forecast
	for _, f := range others.Forecasts {
		if !slices.ContainsFunc(list, func(b *draft.Backtest) bool {
			return slices.ContainsFunc(b.Forecasts, func(o draft.Forecast) bool { return o.ID == f.ID })
		}) {
			rest = append(rest, f)
		}
	}
	if len(rest) > 0 {
		sec := Section{ID: "others", Title: "Forecasts about other instruments"}
		sec.AddTable(forecastsTable(rest, others))
		sec.List(forecastNotes(rest))
		d.Sections = append(d.Sections, sec)
	}
	return d
}

func backtestSection(b *draft.Backtest, fc *draft.Forecasts, name Names) Section {
	names, first := namesOf(b.Of), b.Of[0].Adopted
	sec := Section{ID: "backtest-" + strings.ToLower(strings.Map(idRune, names)), Title: names + ", as on " + (first - 1).Long()}
	sec.Para("%s %d figures that end on %s or later are left out.", terms(b.Years, b.Case, b.Inputs), b.LeftOut, first.Long())
	if len(b.Accounts) == 0 {
		sec.Para("There are no figures of goods from before it.")
	} else {
		sec.AddTable(accountsTable(b.Accounts, name, name(b.Case.Target())))
		sec.AddTable(rowsTable(b.Accounts, name, func(r *draft.Row) bool { return r.Touch.Class == draft.Touched || r.Touch.Class == draft.Possible }))
	}
	switch {
	case b.Exports.Known:
		sec.Para("Our own figure: %s of all exports, over base years and data sets. A data set with few goods makes it small at one end, goods that a person must weigh large at the other.",
			span(b.Exports.Low, b.Exports.High, tenths)+" %")
	default:
		sec.Para("The embedded figures are too thin for a share of exports: no data set has both goods that it touches, with a value, and the whole of the year.")
	}
	sec.AddTable(forecastsTable(b.Forecasts, fc))
	sec.AddTable(laterTable(b))
	sec.List(append(forecastNotes(b.Forecasts), laterNotes(b.Later)...))
	return sec
}

func namesOf(list []*law.Instrument) string {
	var names []string
	for _, in := range list {
		names = append(names, in.Name)
	}
	return strings.Join(names, ", ")
}

func idRune(r rune) rune {
	if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

func forecastsTable(list []draft.Forecast, fc *draft.Forecasts) *Table {
	t := &Table{
		Caption: "Forecast in public, per cent", Head: []string{"by", "on", "what", "said", "recomputed", "difference", "later", "error"}, Right: []int{3, 4, 5, 6, 7},
	}
	for i := range list {
		f := &list[i]
		for k := range f.Claims {
			c := &f.Claims[k]
			computed, difference, later, off := "no inputs", "", "", ""
			if c.Checked {
				computed, difference = tenths(c.Computed), tenths(c.Difference)
			}
			if l := fc.LaterOf(c.Later); l != nil && l.Known {
				expected := c.Said
				if len(c.Whole) > 0 { // a share that is banned, set beside a change
					expected = -c.Said
				}
				later, off = tenths(l.Change)+" ("+l.ID+")", tenths(l.Change-expected)
			}
			t.Rows = append(t.Rows, []string{f.By, f.SaidOn.String(), c.Title, tenths(c.Said), computed, difference, later, off})
		}
	}
	return t
}

func laterTable(b *draft.Backtest) *Table {
	t := &Table{Caption: "Later figures, per cent of change", Head: []string{"id", "what", "change", "outside our own figure by"}, Right: []int{2, 3}}
	for i := range b.Later {
		l := &b.Later[i]
		change, off := "not known", ""
		if l.Known {
			change = tenths(l.Change)
		}
		if e, ok := b.Error(l); ok {
			off = tenths(e) + " points"
		}
		t.Rows = append(t.Rows, []string{l.ID, l.Title, change, off})
	}
	return t
}

func forecastNotes(list []draft.Forecast) []string {
	var out []string
	for i := range list {
		f := &list[i]
		line := f.ID + ": " + f.Text + " Inputs: "
		if len(f.Inputs) == 0 {
			line += "none stated."
		}
		for k, in := range f.Inputs {
			if k > 0 {
				line += "; "
			}
			line += in.Title + " " + groups(in.Value) + " " + in.Unit
			if in.Implied {
				line += " (implied by what was said, so that the difference shows nothing)"
			}
			if in.Note != "" {
				line += " (" + in.Note + ")"
			}
		}
		if len(f.Inputs) > 0 {
			line += "."
		}
		for _, c := range f.Claims {
			if c.Note != "" {
				line += " " + c.Title + ": " + c.Note + "."
			}
		}
		out = append(out, line+" "+f.Source.Publisher+", "+f.Source.URL)
	}
	return out
}

func laterNotes(list []draft.Later) []string {
	var out []string
	for i := range list {
		l := &list[i]
		from := l.Before + " and " + l.After
		if l.Before == "" {
			from = l.Source.Publisher + ", " + l.Source.URL
		}
		out = append(out, l.ID+": "+l.Note+". "+from)
	}
	return out
}

// DraftLint says what a draft's reader would ask, as lines with their place.
func DraftLint(s *draft.Study) []string {
	var out []string
	for _, list := range [][]draft.Problem{s.Contradictions, s.Gaps} {
		for _, p := range list {
			out = append(out, p.Provision.Place.String()+": warning: "+p.Reason)
		}
	}
	return out
}

package mirror

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// All rows in this file are of our own making. They have the shape of trade statistics and are not statistics.

func sub(t testing.TB, dir string) fs.FS {
	t.Helper()
	f, err := fs.Sub(data.FS, dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// loaded are the facts that ship with Cordon, read once.
var loaded = sync.OnceValues(func() (*Facts, error) {
	folder, err := fs.Sub(data.FS, "place")
	if err != nil {
		return nil, err
	}
	places, err := place.Load(folder)
	if err != nil {
		return nil, err
	}
	if folder, err = fs.Sub(data.FS, "mirror"); err != nil {
		return nil, err
	}
	return LoadFacts(folder, places)
})

func facts(t testing.TB) *Facts {
	t.Helper()
	f, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// stub bars goods under the codes of a list.
type stub []struct {
	code string
	dir  Direction
	bar  Bar
}

func (s stub) Barred(c goods.Code, _ goods.Edition, dir Direction, p when.Period) (out []Bar) {
	for _, x := range s {
		if x.dir == dir && c.Within(code(x.code)) && x.bar.From <= p.To && (x.bar.Until == when.NoDay || p.From <= x.bar.Until) {
			out = append(out, x.bar)
		}
	}
	return out
}

func bar(id, from, until string) Bar {
	b := Bar{Provision: id, Cite: id, Title: id, By: "test", Until: when.NoDay, Sure: true}
	b.From, _ = when.ParseDay(from)
	if until != "" {
		b.Until, _ = when.ParseDay(until)
	}
	return b
}

func look(t testing.TB, target string, rows []record.Record, bars Barring, change ...func(*Ask)) *Answer {
	t.Helper()
	f := facts(t)
	ask := Ask{Target: state(target)}
	for _, c := range change {
		c(&ask)
	}
	return Look(Sources{Facts: f, Table: build(t, rows, f.Watched(ask.Target)...), Bars: bars}, ask)
}

// as changes a row.
func as(r record.Record, change func(*record.Record)) record.Record {
	change(&r)
	return r
}

func TestBothSides(t *testing.T) {
	other := row("KZ", "M", "US", "", "2018", 5) // the importer reports, whatever it shows of this trade
	cases := []struct {
		name     string
		rows     []record.Record
		status   Status
		exporter Standing
		importer Standing
		ratio    float64
	}{
		{"freight", []record.Record{row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 106)}, WithinNoise, Stated, Stated, 1.06},
		{"the ends of the band", []record.Record{row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 95)}, WithinNoise, Stated, Stated, 0.95},
		{"more", []record.Record{row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 126)}, ImporterMore, Stated, Stated, 1.26},
		{"less", []record.Record{row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 94)}, ImporterLess, Stated, Stated, 0.94},
		{"imports without freight", []record.Record{
			row("LT", "X", "KZ", "", "2018", 100), as(row("KZ", "M", "LT", "", "2018", 120), func(r *record.Record) { r.Basis = record.FOB }),
		}, ImporterMore, Stated, Stated, 1.272},
		{"shows none", []record.Record{row("LT", "X", "KZ", "", "2018", 100), other}, ImporterLess, Stated, NotShown, 0},
		{"no report that year", []record.Record{row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "US", "", "2017", 5)}, OneSided, Stated, NoData, 0},
		{"never reports", []record.Record{row("LT", "X", "KZ", "", "2018", 100)}, OneSided, Stated, NeverReports, 0},
		{"blank", []record.Record{
			row("LT", "X", "KZ", "", "2018", 100), as(row("KZ", "M", "LT", "", "2018", 0), func(r *record.Record) { r.Value = record.Range{} }),
		}, OneSided, Stated, NoValue, 0},
		{"two readings", []record.Record{
			row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 60),
		}, OneSided, Stated, Conflicting, 0},
		{"the same reading twice", []record.Record{
			row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 106), row("KZ", "M", "LT", "", "2018", 106),
		}, WithinNoise, Stated, Stated, 1.06},
		{"all goods count once", []record.Record{
			row("LT", "X", "KZ", "", "2018", 100), row("LT", "X", "KZ", "27", "2018", 60), row("LT", "X", "KZ", "2701", "2018", 60),
			row("KZ", "M", "LT", "27", "2018", 106), row("KZ", "M", "LT", "2701", "2018", 60), row("KZ", "M", "LT", "270112", "2018", 60),
		}, WithinNoise, Stated, Stated, 1.06},
		{"a newer snapshot", []record.Record{
			row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018", 10),
			as(row("KZ", "M", "LT", "", "2018", 104), func(r *record.Record) { r.Snapshot = 2 }),
		}, WithinNoise, Stated, Stated, 1.04},
		{"some months", []record.Record{row("LT", "X", "KZ", "", "2018", 100), row("KZ", "M", "LT", "", "2018-03", 9)}, OneSided, Stated, Incomplete, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := look(t, "KZ", c.rows, nil, func(a *Ask) { a.Partner = state("LT"); a.Period = period("2018") })
			if len(a.Pairs) != 1 {
				t.Fatalf("%d pairs: %+v", len(a.Pairs), a.Pairs)
			}
			p := a.Pairs[0]
			if p.Status != c.status || p.Exporter.Standing != c.exporter || p.Importer.Standing != c.importer {
				t.Errorf("got %s, %s, %s", p.Status, p.Exporter.Standing, p.Importer.Standing)
			}
			if p.Status != OneSided && fmt.Sprintf("%.3f", p.Ratio) != fmt.Sprintf("%.3f", c.ratio) {
				t.Errorf("ratio %.4f, want %.4f", p.Ratio, c.ratio)
			}
		})
	}
}

// Goods at sea at the end of a month: alone both months are off, with their neighbours they fit.
func TestTimingFits(t *testing.T) {
	var rows []record.Record
	for i, sent := range []float64{100, 100, 300, 100} {
		rows = append(rows, row("LT", "X", "KZ", "2701", fmt.Sprintf("2018-0%d", i+1), sent))
	}
	for i, got := range []float64{106, 106, 106, 318} {
		rows = append(rows, row("KZ", "M", "LT", "2701", fmt.Sprintf("2018-0%d", i+1), got))
	}
	a := look(t, "KZ", rows, nil, func(a *Ask) { a.Period = period("2018-03") })
	if len(a.Pairs) != 1 || a.Pairs[0].Status != TimingFits || a.Pairs[0].Ratio > 0.4 || a.Pairs[0].Around < 1.05 {
		t.Errorf("%+v", a.Pairs)
	}
}

// Twelve months are a year.
func TestMonthsMakeAYear(t *testing.T) {
	rows := []record.Record{row("LT", "X", "KZ", "2701", "2018", 1200)}
	for m := 1; m <= 12; m++ {
		rows = append(rows, row("KZ", "M", "LT", "2701", fmt.Sprintf("2018-%02d", m), 106))
	}
	a := look(t, "KZ", rows, nil)
	if len(a.Pairs) != 1 || a.Pairs[0].Status != WithinNoise || a.Pairs[0].Importer.Low != 1272 {
		t.Errorf("%+v", a.Pairs)
	}
}

// One side reports in the edition of 2012 and the other in that of 2017. Codes that moved are compared where they were.
func TestEditions(t *testing.T) {
	hs, err := goods.Load(sub(t, "goods/hs"))
	if err != nil {
		t.Fatal(err)
	}
	// 300215 of 2017 was in 300210 of 2012.
	if got := hs.Convert(code("300215"), goods.HS2017, goods.HS2012); len(got) != 1 || got[0] != code("300210") {
		t.Fatalf("the concordance has %v", got)
	}
	rows := []record.Record{
		as(row("LT", "X", "KZ", "300210", "2018", 100), func(r *record.Record) { r.Edition = goods.HS2012 }),
		row("KZ", "M", "LT", "300215", "2018", 106),
	}
	f := facts(t)
	ask := Ask{Target: state("KZ"), Code: code("300210")}
	s := Sources{Facts: f, Table: build(t, rows, f.Watched(ask.Target)...)}
	if p := Look(s, ask).Pairs; len(p) != 1 || p[0].Importer.Standing != NotShown {
		t.Fatalf("without a concordance: %+v", p)
	}
	ask.Code = code("3002")
	s.Concordance = hs
	p := Look(s, ask).Pairs[0]
	if p.Status != WithinNoise || p.Edition != goods.HS2012 || !p.Importer.Converted || p.Exporter.Converted {
		t.Errorf("%+v", p)
	}
}

// TestConfusedStates: in 2010 one reporter books phones and cars of the one Korea under the other. What it shows is out of
// the totals and stands beside them with the reasons; the coal trade of the main partner stays, with its odd machine.
func TestConfusedStates(t *testing.T) {
	rows := []record.Record{
		row("CN", "M", "KP", "2701", "2010", 390e6), row("CN", "M", "KP", "6201", "2010", 160e6), row("CN", "M", "KP", "8501", "2010", 2e6),
		row("CN", "X", "KP", "2709", "2010", 330e6),
		row("DZ", "M", "KP", "8517", "2010", 900e6), row("DZ", "M", "KP", "8703", "2010", 700e6), row("DZ", "M", "KP", "2701", "2010", 1e6),
		row("DZ", "M", "KP", "", "2008", 2e6), row("DZ", "M", "KP", "", "2009", 3e6),
		row("DZ", "M", "KR", "", "2010", 100e6), row("KR", "X", "DZ", "", "2010", 1620e6),
		row("ZA", "M", "KP", "8708", "2010", 5000), // too small to judge
	}
	a := look(t, "KP", rows, nil, func(a *Ask) { a.Period = period("2010") })
	var got []string
	for _, c := range slices.Concat(a.SetAside, a.Doubtful) {
		var signs []string
		for _, s := range c.Signs {
			signs = append(signs, s.Name)
		}
		got = append(got, fmt.Sprintf("%s %s %d HS %s %s: %s", c.Reading(), c.Reporter, c.Year, c.Chapter, dollarsOf(c.Low), strings.Join(signs, " ")))
	}
	want := []string{
		"likely_miscoded DZ 2010 HS 85 900: goods profile size complement",
		"likely_miscoded DZ 2010 HS 87 700: goods profile size complement",
		"possibly_miscoded CN 2010 HS 85 2: goods",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var total *Total
	for i := range a.Totals {
		if a.Totals[i].Made == FromPartners {
			total = &a.Totals[i]
		}
	}
	if total == nil {
		t.Fatal("no total")
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"exports", total.Exports.Low, 553e6 + 5000},
		{"imports", total.Imports.Low, 330e6},
		{"trade", total.Trade.Low, 883e6 + 5000},
		{"set aside", total.SetAside.Low, 1600e6},
		{"with", total.With.Low, 2483e6 + 5000},
	} {
		if c.got != c.want {
			t.Errorf("%s: %.0f, want %.0f", c.what, c.got, c.want)
		}
	}
	if total.ExportsBasis != record.CIF || total.ImportsBasis != record.FOB {
		t.Errorf("valuation is not turned round: %s, %s", total.ExportsBasis, total.ImportsBasis)
	}
}

func dollarsOf(x float64) string { return fmt.Sprintf("%.0f", x/1e6) }

// Phones or cars alone, of a reporter that never reported before, are set aside by goods and profile.
func TestPhonesAreSetAside(t *testing.T) {
	a := look(t, "KP", []record.Record{row("DZ", "M", "KP", "851712", "2016", 4e6)}, nil)
	if len(a.SetAside) != 1 || a.SetAside[0].Other != state("KR") || len(a.SetAside[0].Profiles) != 2 {
		t.Errorf("%+v", a.SetAside)
	}
	// The other way round nothing is odd: phones are what the other state exports.
	if a := look(t, "KR", []record.Record{row("DZ", "M", "KR", "851712", "2016", 4e6)}, nil); len(a.SetAside)+len(a.Doubtful) > 0 {
		t.Errorf("%+v", a.SetAside)
	}
	if a := look(t, "KR", []record.Record{row("DZ", "M", "KR", "620342", "2016", 4e6)}, nil); len(a.SetAside)+len(a.Doubtful) == 0 {
		t.Error("clothing of the other state is not noticed")
	}
}

// Totals of a flow without goods are judged by size and by what the other state reports.
func TestTotalsAloneAreJudged(t *testing.T) {
	rows := []record.Record{
		row("DZ", "M", "KP", "", "2008", 1600e6), row("DZ", "M", "KP", "", "2006", 2e6), row("DZ", "M", "KP", "", "2007", 3e6),
		row("DZ", "M", "KR", "", "2008", 100e6), row("KR", "X", "DZ", "", "2008", 1620e6),
	}
	if a := look(t, "KP", rows, nil); len(a.SetAside) != 1 || a.SetAside[0].Year != 2008 || !a.SetAside[0].Chapter.IsZero() {
		t.Errorf("%+v", a.SetAside)
	}
	if a := look(t, "KP", rows[:3], nil); len(a.SetAside) != 0 {
		t.Errorf("size alone sets aside: %+v", a.SetAside)
	}
}

// TestCoalBeforeAndAfter: coal by month and year around each measure. A year in which a measure began says nothing.
func TestCoalBeforeAndAfter(t *testing.T) {
	bars := stub{
		{"2701", From, bar("livelihood", "2016-03-02", "2016-11-29")},
		{"2701", From, bar("cap", "2016-11-30", "2017-08-04")},
		{"2701", From, bar("ban", "2017-08-05", "")},
	}
	bars[0].bar.Exceptions = []Exception{{"x", "livelihood", bars[0].bar.From, bars[0].bar.Until}}
	bars[1].bar.Capped = true
	var rows []record.Record
	for _, p := range []string{"2015", "2016", "2017", "2018"} {
		rows = append(rows, row("CN", "M", "KP", "270111", p, 100e6), row("CN", "M", "KP", "2701", p, 100e6))
	}
	for _, p := range []string{"2017-07", "2017-08", "2017-09"} {
		rows = append(rows, row("MN", "M", "KP", "270112", p, 7e6))
	}
	a := look(t, "KP", rows, bars)
	var got []string
	for _, b := range a.Barred {
		for _, p := range b.Periods {
			got = append(got, fmt.Sprintf("%s %s %s %s %s %d", b.Bar.Provision, b.Reporter, p.Period, p.Class, dollarsOf(p.Low), len(p.Exceptions)))
		}
	}
	want := []string{
		"livelihood CN 2015 before 100 0", "livelihood CN 2016 cannot_be_told_apart 100 1", "livelihood CN 2017 after_end 100 0",
		"livelihood CN 2018 after_end 100 0",
		"cap CN 2015 before 100 0", "cap CN 2016 cannot_be_told_apart 100 0", "cap CN 2017 cannot_be_told_apart 100 0",
		"cap CN 2018 after_end 100 0", "cap MN 2017-07 during 7 0", "cap MN 2017-08 cannot_be_told_apart 7 0", "cap MN 2017-09 after_end 7 0",
		"ban CN 2015 before 100 0", "ban CN 2016 before 100 0", "ban CN 2017 cannot_be_told_apart 100 0", "ban CN 2018 during 100 0",
		"ban MN 2017-07 before 7 0", "ban MN 2017-08 cannot_be_told_apart 7 0", "ban MN 2017-09 during 7 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// diversion makes the rows of one exporter to one neighbour, before and after a day.
func diversion(before, arrivedBefore, after, arrived float64) []record.Record {
	return []record.Record{
		row("LT", "X", "KZ", "854231", "2021-02/2022-01", before), row("KZ", "M", "LT", "854231", "2021-02/2022-01", arrivedBefore),
		row("LT", "X", "KZ", "854231", "2022-03/2023-02", after), row("KZ", "M", "LT", "854231", "2022-03/2023-02", arrived),
	}
}

func TestDiversion(t *testing.T) {
	bars := stub{{"8542", To, bar("controlled", "2022-02-26", "")}}
	cases := []struct {
		name string
		rows []record.Record
		want bool
	}{
		{"84 sent and 11 seen, 28 and 9 before", diversion(28e6, 9e6, 84e6, 11e6), true},
		{"no jump", diversion(28e6, 9e6, 40e6, 11e6), false},
		{"most arrives", diversion(28e6, 9e6, 84e6, 60e6), false},
		{"too little", diversion(10e3, 0, 90e3, 0), false},
		{"none before", diversion(0, 0, 84e6, 11e6), true},
		{"the neighbour did not report after", diversion(28e6, 9e6, 84e6, 11e6)[:3], false},
		{"goods that nobody bars", func() []record.Record {
			rows := diversion(28e6, 9e6, 84e6, 11e6)
			for i := range rows {
				rows[i].Code = code("870322")
			}
			return rows
		}(), false},
		{"by way of a state that does not border", func() []record.Record {
			rows := diversion(28e6, 9e6, 84e6, 11e6)
			for i := range rows {
				if rows[i].Partner == state("KZ") {
					rows[i].Partner = state("AE")
				} else {
					rows[i].Reporter = state("AE")
				}
			}
			return rows
		}(), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := look(t, "RU", c.rows, bars)
			if (len(a.Diversions) == 1) != c.want {
				t.Fatalf("%+v", a.Diversions)
			}
		})
	}
	onward := []record.Record{
		row("KZ", "X", "RU", "854231", "2022-03/2023-02", 5e6), row("KZ", "X", "RU", "854231", "2021-02/2022-01", 1e6),
		as(row("KZ", "X", "UZ", "854231", "2022-03/2023-02", 2e6), func(r *record.Record) { r.Flow = record.ReExport }),
		as(row("KZ", "X", "", "854231", "2022-03/2023-02", 9e6), func(r *record.Record) { r.Flow = record.ReExport }),
	}
	d := look(t, "RU", append(cases[0].rows, onward...), bars).Diversions[0]
	if d.OnwardReported.Low != 5e6 || d.ReExported.Low != 2e6 {
		t.Errorf("onward %v, re-exported %v", d.OnwardReported.Low, d.ReExported.Low)
	}
	if d.Jump != 3 || d.Arrives != 0.13 || d.ArrivedBefore != 0.32 || d.After.Sent.Low != 84e6 || d.Before.Arrived.Low != 9e6 {
		t.Errorf("%+v", d)
	}
	for _, finding := range findings {
		if len(facts(t).Explain(finding)) == 0 {
			t.Errorf("nothing innocent is told beside %s", finding)
		}
	}
}

func TestMissingReporters(t *testing.T) {
	rows := []record.Record{
		row("MN", "M", "KP", "27", "2016", 5), row("MN", "M", "US", "27", "2018", 5), row("CN", "M", "KP", "27", "2016", 5),
		row("CN", "M", "KP", "27", "2017", 5), row("CN", "M", "KP", "27", "2018", 5),
	}
	a := look(t, "KP", rows, nil)
	if len(a.Missing) != 1 || a.Missing[0].Reporter != state("MN") || !slices.Equal(a.Missing[0].Years, []int{2017}) {
		t.Errorf("%+v", a.Missing)
	}
}

// figures makes records of a published series.
func published(id, series string, flow record.Flow, partner, p string, usd float64) record.Record {
	r := record.Record{
		ID: id, Series: series, Snapshot: 1, By: series, Subject: state("KP"), Flow: flow, Period: period(p), Value: record.Exactly(usd),
		Verified: true, World: partner == "",
	}
	if partner != "" {
		r.Partner = state(partner)
	}
	return r
}

// Shares are worked out within a series only, and the range is over all of them.
func TestShares(t *testing.T) {
	share := published("s", "kita", record.Total, "CN", "2018", 0)
	share.Measure, share.Value, share.Quantity, share.Unit = record.TradeShare, record.Range{}, record.Exactly(91.8), "pct"
	rows := []record.Record{
		published("t", "kotra", record.Total, "", "2018", 2840e6), published("c", "kotra", record.Total, "CN", "2018", 2720e6), share,
		published("c", "customs", record.Total, "CN", "2018", 2500e6),
		published("x", "itc", record.Export, "", "2018", 100e6), published("m", "itc", record.Import, "", "2018", 300e6),
		published("xc", "itc", record.Export, "CN", "2018", 90e6), published("mc", "itc", record.Import, "CN", "2018", 280e6),
	}
	a := look(t, "KP", rows, nil)
	var got []string
	for _, s := range a.Shares {
		got = append(got, fmt.Sprintf("%s %.1f %t", s.Series, s.PerCent.Low, s.Published))
	}
	if want := []string{"kotra 95.8 false", "itc 92.5 false", "kita 91.8 true"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(a.Spans) != 1 || a.Spans[0].PerCent != (record.Range{Low: 91.8, High: 95.8, Known: true}) || a.Spans[0].Sources != 3 {
		t.Errorf("%+v", a.Spans)
	}
	// The same figures seen from the partner's side.
	b := look(t, "CN", []record.Record{published("x", "kotra", record.Export, "CN", "2018", 7)}, nil)
	if len(b.Partners) != 1 || b.Partners[0].Imports.Low != 7 || b.Partners[0].Partner != state("KP") {
		t.Errorf("%+v", b.Partners)
	}
}

// The order in which rows come changes nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	f := facts(t)
	bars := stub{{"27", From, bar("ban", "2017-01-15", "")}, {"85", To, bar("goods", "2017-01-01", "")}}
	ask := Ask{Target: state("AA")}
	answer := func(rows []record.Record) *Answer {
		a := Look(Sources{Facts: f, Table: build(t, rows), Bars: bars}, ask)
		clean(a)
		return a
	}
	rapid.Check(t, func(rt *rapid.T) {
		rows := randomRows(rt, 40)
		for i := range rows {
			rows[i].Quantity, rows[i].Unit = record.Range{}, "" // a reading with and one without a unit are two keys
		}
		want := answer(rows)
		got := answer(shuffled(rows, rapid.Uint64().Draw(rt, "seed")))
		if !reflect.DeepEqual(got, want) {
			rt.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}

// swapped gives rows, facts and the question with two states in each other's place.
func swapped(rows []record.Record, f *Facts, x, y place.State) ([]record.Record, *Facts, func(place.State) place.State) {
	swap := func(s place.State) place.State {
		switch s {
		case x:
			return y
		case y:
			return x
		}
		return s
	}
	out := slices.Clone(rows)
	for i := range out {
		out[i].Reporter, out[i].Partner, out[i].Subject = swap(out[i].Reporter), swap(out[i].Partner), swap(out[i].Subject)
	}
	g := *f
	g.Pairs, g.Profiles, g.borders = slices.Clone(f.Pairs), slices.Clone(f.Profiles), map[[2]place.State]bool{}
	for i := range g.Pairs {
		g.Pairs[i].A, g.Pairs[i].B = swap(g.Pairs[i].A), swap(g.Pairs[i].B)
	}
	for i := range g.Profiles {
		g.Profiles[i].State = swap(g.Profiles[i].State)
	}
	for b := range f.borders {
		g.borders[ordered(swap(b[0]), swap(b[1]))] = true
	}
	return out, &g, swap
}

// told writes every finding as a text, in the order of the texts.
func told(a *Answer, rename *strings.Replacer) []string {
	var out []string
	v := reflect.ValueOf(a).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() != reflect.Slice {
			continue
		}
		for j := range f.Len() {
			words := strings.Fields(rename.Replace(fmt.Sprintf("%s %+v", v.Type().Field(i).Name, f.Index(j).Interface())))
			slices.Sort(words) // the order of ids follows that of states
			out = append(out, strings.Join(words, " "))
		}
	}
	slices.Sort(out)
	return out
}

// TestStatesSwap: two states that take each other's place in rows and facts take each other's place in the answer, and
// nothing else changes.
func TestStatesSwap(t *testing.T) {
	base := facts(t)
	x, y := state("BB"), state("CC")
	bars := stub{{"27", From, bar("ban", "2017-01-15", "")}, {"85", To, bar("goods", "2017-01-01", "")}}
	rename := strings.NewReplacer("BB", "CC", "CC", "BB", "/bb", "/cc", "/cc", "/bb", "-bb-", "-cc-", "-cc-", "-bb-")
	same := strings.NewReplacer()
	rapid.Check(t, func(rt *rapid.T) {
		f := *base
		f.Pairs = []Pair{{A: state("AA"), B: rapid.SampledFrom([]place.State{x, state("DD")}).Draw(rt, "other"), Why: "-", Source: "-"}}
		f.Profiles = []Profile{
			{State: state("AA"), Year: 2016, listed: map[goods.Code]float64{code("27"): 0.9}, rest: 0.001},
			{State: f.Pairs[0].B, Year: 2016, listed: map[goods.Code]float64{code("85"): 0.9}, rest: 0.001},
		}
		f.borders = map[[2]place.State]bool{ordered(state("AA"), y): true}
		rows := randomRows(rt, 40)
		rows2, f2, swap := swapped(rows, &f, x, y)
		target := rapid.SampledFrom([]place.State{state("AA"), x}).Draw(rt, "target")
		one := Look(Sources{Facts: &f, Table: build(t, rows), Bars: bars}, Ask{Target: target})
		two := Look(Sources{Facts: f2, Table: build(t, rows2), Bars: bars}, Ask{Target: swap(target)})
		clean(one)
		clean(two)
		if got, want := told(two, rename), told(one, same); !slices.Equal(got, want) {
			rt.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// clean takes out what is not told and would print as numbers.
func clean(a *Answer) {
	for _, list := range [][]Confused{a.SetAside, a.Doubtful} {
		for i := range list {
			list[i].side = side{}
		}
	}
	for i := range a.Pairs {
		a.Pairs[i].Exporter.lines, a.Pairs[i].Importer.lines = nil, nil
	}
}

// Totals that partners report are those of plain loops, where goods are told at one level.
func TestTotalsAreThoseOfBruteForce(t *testing.T) {
	f := facts(t)
	rapid.Check(t, func(rt *rapid.T) {
		var rows []record.Record
		seen := map[string]bool{}
		for _, r := range randomRows(rt, 60) {
			r.Snapshot, r.Quantity, r.Unit = 1, record.Range{}, ""
			k := fmt.Sprint(r.Reporter, r.Partner, r.Flow, r.Code, r.Period)
			if r.Code.Len() == 6 && r.Period.To-r.Period.From > 300 && !seen[k] && r.Reporter != r.Partner && !r.World {
				seen[k] = true
				rows = append(rows, r)
			}
		}
		want := map[string]float64{}
		for _, r := range rows {
			if r.Partner == state("AA") && r.Reporter != state("AA") {
				want[r.Period.String()+r.Flow.String()] += float64(int64(r.Value.Low*1000+0.5)) / 1000
			}
		}
		got := map[string]float64{}
		for _, x := range Look(Sources{Facts: f, Table: build(t, rows)}, Ask{Target: state("AA")}).Totals {
			if x.Made == FromPartners {
				got[x.Period.String()+"import"], got[x.Period.String()+"export"] = x.Exports.Low, x.Imports.Low
			}
		}
		for k, w := range want {
			if d := got[k] - w; d > 0.05 || d < -0.05 {
				rt.Fatalf("%s: %v, want %v", k, got[k], w)
			}
		}
	})
}

func TestFactsAreChecked(t *testing.T) {
	places, err := place.Load(sub(t, "place"))
	if err != nil {
		t.Fatal(err)
	}
	f := Facts{values: map[string]float64{}, borders: map[[2]place.State]bool{}}
	cases := []struct {
		name, text, want string
		read             func(string, []byte) error
	}{
		{"a parameter nobody asks for", "parameters: [{name: magic, value: 3, unit: u, source: s}]\ncautions: []", `there is no parameter "magic"`, f.readParameters},
		{"too few", "parameters: []\ncautions: []", "the parameter cif_fob is missing", f.readParameters},
		{"a finding nobody makes", "explanations: [{id: a, for: [guilt], says: s, settles: s, source: s}]", `there is no finding "guilt"`, f.readExplanations},
		{"a key nobody asked for", "explanations: [{id: a, for: [barred], says: s, settles: s, source: s, weight: 3}]", "weight", f.readExplanations},
		{"a state twice", "pairs: [{states: [KP, KP], why: w, source: s}]\nprofiles: []", "a pair is two states", func(n string, b []byte) error { return f.readPairs(n, b, places) }},
		{"shares over the whole", "pairs: []\nprofiles: [{state: KP, year: 2013, source: s, shares: [{hs: [\"27\"], per_cent: 70}, {hs: [\"61\"], per_cent: 40}]}]", "per cent together", func(n string, b []byte) error { return f.readPairs(n, b, places) }},
		{"a border the wrong way round", "RU\tKZ\n", "not two codes in their order", func(n string, b []byte) error { return f.readBorders(n, b, places) }},
		{"a border with nowhere", "KZ\tQQ\n", "QQ", func(n string, b []byte) error { return f.readBorders(n, b, places) }},
	}
	for _, c := range cases {
		err := c.read("file", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || fault.CodeOf(err) != fault.Invalid || !strings.HasPrefix(err.Error(), "file") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if n := facts(t).Neighbours(state("KP")); fmt.Sprint(n) != "[CN KR RU]" {
		t.Errorf("neighbours %v", n)
	}
}

package caps_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/caps"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

var desk = must(decide.Open(data.FS, decide.Config{}))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func state(code string) place.State { return must(desk.Places.ParseState(code)) }

// delivery is a figure of these tests: quantity and unit, who reports, for when, in which snapshot.
func delivery(series, reporter, period string, q float64, unit string, snapshot int) record.Record {
	r := record.Record{
		ID: series + reporter + period, Series: series, Snapshot: snapshot, Measure: record.Delivery,
		Partner: state("KP"), Flow: record.Export, Commodity: "refined-petroleum", Period: must(when.Parse(period)),
		Quantity: record.Exactly(q), Unit: unit,
	}
	if reporter != "" {
		r.Reporter = state(reporter)
	}
	return r
}

func accounts(t testing.TB, records []record.Record, change func(*caps.Input), provision, period string) []caps.Account {
	t.Helper()
	in := caps.Input{Law: desk.Law, Lists: desk.Lists, Factors: desk.Factors, Records: records, Target: state("KP")}
	if change != nil {
		change(&in)
	}
	p, ok := desk.Law.Provision(provision)
	if !ok {
		t.Fatal("no provision " + provision)
	}
	return must(caps.Of(in, p, must(when.Parse(period))))
}

func said(as []caps.Account) string {
	var b strings.Builder
	for _, a := range as {
		fmt.Fprintf(&b, "%s %s max %.0f %s\n", a.Provision.ID, a.Period, a.Max, a.Unit)
		for _, l := range a.Lines {
			who := l.Reporter.String()
			switch {
			case l.Reporters > 0:
				who = fmt.Sprint(l.Reporters, " states")
			case l.Reporter == 0:
				who = l.By
			}
			fmt.Fprintf(&b, "  %s %s by %s: %.0f to %.0f, %s", l.Kind, l.Series, who, l.Low, l.High, l.Verdict)
			if l.Fill > 0 {
				fmt.Fprintf(&b, ", filled to %.2f", l.Fill)
			}
			for _, g := range l.Gaps {
				fmt.Fprintf(&b, ", no figure for %s", g)
			}
			for _, p := range l.Parts {
				if p.Overlaps || p.Outside || p.Unconverted != "" || p.Weigh {
					fmt.Fprintf(&b, "\n    %s overlaps %v, outside %v, weigh %v %s", p.Record.ID, p.Overlaps, p.Outside, p.Weigh, p.Unconverted)
				}
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func same(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestDependsOnProduct: 62,000 t is under the cap or over it by what product it was.
func TestDependsOnProduct(t *testing.T) {
	for product, want := range map[string]caps.Verdict{
		"": caps.Depends, "residual": caps.Partial, "diesel": caps.Partial, "kerosene": caps.Partial, "gasoline": caps.Over,
	} {
		as := accounts(t, []record.Record{delivery("made-up", "CN", "2018", 62000, "t", 1)},
			func(in *caps.Input) { in.Product = product }, "2397-p5", "2018")
		if l := as[0].Lines[0]; l.Verdict != want {
			t.Errorf("62,000 t of %q is %.0f to %.0f bbl: %s, want %s", product, l.Low, l.High, l.Verdict, want)
		}
	}
}

// TestVanishedMonths: two readings of one table, the later without two months that the earlier had. Both are shown, and the
// year is covered by both together.
func TestVanishedMonths(t *testing.T) {
	same(t, said(accounts(t, []record.Record{
		delivery("table", "RU", "2023-01", 44655, "bbl", 1),
		delivery("table", "RU", "2023-02", 10666, "bbl", 1),
		delivery("table", "RU", "2023-03/12", 50523, "bbl", 2),
		delivery("press", "RU", "2023", 105845, "bbl", 1),
	}, nil, "2397-p5", "2023")), `
2397-p5 2023 max 500000 bbl
  reported press by RU: 105845 to 105845, part
  reported table by RU: 105844 to 105844, part
`)
}

// TestWorkedOutPart: what is worked out of one state's deliveries is a part of what the cap counts, as what it reports is; what
// a state gives of the whole is not.
func TestWorkedOutPart(t *testing.T) {
	own, whole := delivery("table", "CN", "2018", 19200, "bbl", 1), delivery("table", "US", "2018", 20000, "bbl", 1)
	own.Kind, whole.Kind, whole.Subject, whole.Flow = record.Derived, record.Derived, state("KP"), record.Import
	same(t, said(accounts(t, []record.Record{own}, nil, "2397-p5", "2018")), `
2397-p5 2018 max 500000 bbl
  derived table by CN: 19200 to 19200, part
`)
	same(t, said(accounts(t, []record.Record{whole}, nil, "2397-p5", "2018")), `
2397-p5 2018 max 500000 bbl
  derived table by US: 20000 to 20000, within
`)
}

// TestFourFillRates: an estimate by ships is worked out for other shares of a full load, beside the one it was made for.
func TestFourFillRates(t *testing.T) {
	r := delivery("estimate", "", "2018", 3_780_000, "bbl", 1)
	r.Kind, r.By, r.Laden, r.Assumption = record.Estimated, "a state", 1, "263 deliveries, each fully laden"
	same(t, said(accounts(t, []record.Record{r}, func(in *caps.Input) { in.Fill = []float64{1. / 3, .5, .9, 1} }, "2397-p5", "2018")), `
2397-p5 2018 max 500000 bbl
  estimated estimate by a state: 3780000 to 3780000, over
  estimated estimate by a state: 1260000 to 1260000, over, filled to 0.33
  estimated estimate by a state: 1890000 to 1890000, over, filled to 0.50
  estimated estimate by a state: 3402000 to 3402000, over, filled to 0.90
  estimated estimate by a state: 3780000 to 3780000, over, filled to 1.00
`)
}

// TestGapsAreNotZero: what covers a part of the year is not within the cap for want of the rest; what is over is over all
// the same; states of one series are added up, series never.
func TestGapsAreNotZero(t *testing.T) {
	same(t, said(accounts(t, []record.Record{
		delivery("table", "CN", "2019-01", 1000, "bbl", 1),
		delivery("table", "RU", "2019", 499500, "bbl", 1),
		delivery("other", "CN", "2019-02", 600000, "bbl", 1),
		delivery("whole", "RU", "2018-07/2019-06", 5, "bbl", 1),
	}, nil, "2397-p5", "2019")), `
2397-p5 2019 max 500000 bbl
  reported other by CN: 600000 to 600000, over, no figure for 2019-01, no figure for 2019-03/2019-12
  reported table by 2 states: 500500 to 500500, over, no figure for 2019-02/2019-12
  reported table by CN: 1000 to 1000, unknown, no figure for 2019-02/2019-12
  reported table by RU: 499500 to 499500, part
  reported whole by RU: 0 to 0, unknown, no figure for 2019
    wholeRU2018-07/2019-06 overlaps false, outside true, weigh false 
`)
}

// TestTwoTexts: the cap on crude oil is a number of barrels or of tonnes, and both are shown.
func TestTwoTexts(t *testing.T) {
	r := delivery("made-up", "CN", "2017-12-23/2018-12-22", 525000, "t", 1)
	r.Commodity = "crude-oil"
	as := accounts(t, []record.Record{r}, nil, "2397-p4", "2018-06")
	if len(as) != 2 || as[0].Unit == as[1].Unit || !as[0].Provision.Cap.Alternatives {
		t.Fatalf("%d accounts, want one in barrels and one in tonnes:\n%s", len(as), said(as))
	}
	for _, a := range as {
		if a.Lines[0].Verdict == caps.Over {
			t.Errorf("the cap itself is over the cap in %s", a.Unit)
		}
	}
}

// TestNoCap: what is no cap is refused in words.
func TestNoCap(t *testing.T) {
	for _, id := range []string{"2397-p8", "2375-p15"} {
		p, ok := desk.Law.Provision(id)
		if !ok {
			t.Fatal(id)
		}
		if _, err := caps.Of(caps.Input{Law: desk.Law}, p, must(when.Parse("2018"))); err == nil {
			t.Errorf("%s was measured", id)
		}
	}
}

// TestCoverAgainstAll compares the band with every way of choosing figures that do not overlap.
func TestCoverAgainstAll(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(rt, "figures")
		var records []record.Record
		for i := range n {
			from := rapid.IntRange(0, 11).Draw(rt, "month")
			to := min(11, from+rapid.IntRange(0, 5).Draw(rt, "months"))
			r := delivery("table", "CN", fmt.Sprintf("2018-%02d/2018-%02d", from+1, to+1), float64(rapid.IntRange(1, 99).Draw(rt, "bbl")), "bbl", 1)
			r.ID = fmt.Sprint("r", i)
			records = append(records, r)
		}
		l := accounts(t, records, nil, "2397-p5", "2018")[0].Lines[0]
		days, low, high := 0, 0.0, 0.0
		for set := range 1 << n {
			d, sum, ok := 0, 0.0, true
			for i := range n {
				if set>>i&1 == 0 {
					continue
				}
				for j := range i {
					ok = ok && (set>>j&1 == 0 || !records[i].Period.Overlaps(records[j].Period))
				}
				d += int(records[i].Period.To-records[i].Period.From) + 1
				sum += records[i].Quantity.Low
			}
			switch {
			case !ok || d < days:
			case d > days:
				days, low, high = d, sum, sum
			default:
				low, high = min(low, sum), max(high, sum)
			}
		}
		if l.Low != low || l.High != high {
			rt.Fatalf("%.0f to %.0f, want %.0f to %.0f", l.Low, l.High, low, high)
		}
		turned := slices.Clone(records)
		slices.Reverse(turned)
		if said(accounts(t, turned, nil, "2397-p5", "2018")) != said(accounts(t, records, nil, "2397-p5", "2018")) {
			rt.Fatal("the order of figures matters")
		}
	})
}

package mirror

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

func state(s string) place.State { return place.State(s[0])<<8 | place.State(s[1]) }

func code(s string) goods.Code {
	if s == "" {
		return goods.Code{}
	}
	c, err := goods.ParseCode(s)
	if err != nil {
		panic(err)
	}
	return c
}

func period(s string) when.Period {
	p, err := when.Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}

// row makes a row of a table: reporter, "M" or "X", partner, code, period, value in US dollars.
func row(reporter, flow, partner, hs, p string, value float64) record.Record {
	r := record.Record{
		Series: "test", Snapshot: 1, Reporter: state(reporter), Flow: record.Import, Code: code(hs), Edition: goods.HS2017, Period: period(p),
		Value: record.Exactly(value), Row: 1, Verified: true,
	}
	if flow == "X" {
		r.Flow = record.Export
	}
	if partner == "" {
		r.World = true
	} else {
		r.Partner = state(partner)
	}
	return r
}

func build(t testing.TB, rows []record.Record, states ...place.State) *Table {
	t.Helper()
	b := NewBuilder(states...)
	for i := range rows {
		r := rows[i]
		if r.Row > 0 {
			r.Row = i + 1
		}
		if err := b.Add(&r); err != nil {
			t.Fatal(err)
		}
	}
	return b.Table()
}

func randomRows(rt *rapid.T, n int) []record.Record {
	states := []string{"AA", "BB", "CC", "DD"}
	hs := []string{"", "27", "2701", "270112", "270119", "85", "8517", "851712"}
	periods := []string{"2016", "2017", "2017-01", "2017-02"}
	pick := func(list []string, label string) string { return rapid.SampledFrom(list).Draw(rt, label) }
	rows := make([]record.Record, rapid.IntRange(0, n).Draw(rt, "rows"))
	for i := range rows {
		rows[i] = row(pick(states, "reporter"), pick([]string{"M", "X"}, "flow"), pick(append(states, ""), "partner"), pick(hs, "hs"),
			pick(periods, "period"), float64(rapid.IntRange(0, 5_000_000).Draw(rt, "value"))/7)
		rows[i].Snapshot = rapid.IntRange(1, 2).Draw(rt, "snapshot")
		if rapid.IntRange(0, 9).Draw(rt, "blank") == 0 {
			rows[i].Value = record.Range{}
		}
		if rapid.Bool().Draw(rt, "weighed") {
			rows[i].Quantity, rows[i].Unit = record.Exactly(float64(i)), "kg"
		}
	}
	return rows
}

// bruteForce takes rows together the plain way: texts for keys, and for each key every row looked at.
func bruteForce(rows []record.Record) map[string]string {
	latest := map[string]int{}
	for i := range rows {
		k := fmt.Sprint(rows[i].Series, rows[i].Reporter, rows[i].Period, rows[i].Flow)
		latest[k] = max(latest[k], rows[i].Snapshot)
	}
	readings := map[string][]int{}
	for i := range rows {
		r := &rows[i]
		if r.Snapshot != latest[fmt.Sprint(r.Series, r.Reporter, r.Period, r.Flow)] {
			continue
		}
		k := fmt.Sprint(r.Series, r.Snapshot, r.Reporter, r.Partner, r.World, r.Flow, r.Code, r.Edition, r.Period, r.Unit)
		readings[k] = append(readings[k], i)
	}
	out := map[string]string{}
	for k, list := range readings {
		var value, quantity record.Range
		for _, i := range list {
			value, quantity = widen(value, rows[i].Value), widen(quantity, rows[i].Quantity)
		}
		out[k] = shown(value, quantity.High, len(list))
	}
	return out
}

func widen(a, b record.Range) record.Range {
	switch {
	case !b.Known:
		return a
	case !a.Known:
		return b
	}
	return record.Range{Low: min(a.Low, b.Low), High: max(a.High, b.High), Known: true}
}

func shown(v Amount, quantity float64, rows int) string {
	return fmt.Sprintf("%t %.3f %.3f %.3f %d", v.Known, v.Low, v.High, quantity, rows)
}

func TestFiguresAreThoseOfBruteForce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rows := randomRows(rt, 60)
		got := map[string]string{}
		build(t, rows).Each(nil, func(l *Line) {
			k := fmt.Sprint(l.Series, l.Snapshot, l.Reporter, l.Partner, l.World, l.Flow, l.Code, l.Edition, l.Period, l.Unit)
			if _, ok := got[k]; ok {
				rt.Fatalf("the key %s stands twice", k)
			}
			got[k] = shown(l.Value, l.Quantity.High, l.Rows)
		})
		want := bruteForce(rows)
		for k, w := range want {
			if got[k] != w {
				rt.Fatalf("%s: got %s, want %s", k, got[k], w)
			}
		}
		if len(got) != len(want) {
			rt.Fatalf("got %d keys, want %d", len(got), len(want))
		}
	})
}

// The index must find every key again after it has grown many times.
func TestBuilderGrows(t *testing.T) {
	b := NewBuilder()
	const n = 3 * chunkSize
	for round := range 2 {
		for i := range n {
			r := row("AA", "M", "BB", "2701", "2017", float64(i))
			r.Partner = place.State(0x4141 + i%5000)
			r.Period = when.Period{From: when.Date(2000, 1, 1) + when.Day(i/5000), To: when.Date(2030, 1, 1)}
			r.Row = round*n + i + 1
			if err := b.Add(&r); err != nil {
				t.Fatal(err)
			}
		}
	}
	table := b.Table()
	if table.Cells() != n {
		t.Errorf("%d cells, want %d", table.Cells(), n)
	}
	table.Each(nil, func(l *Line) {
		if l.Rows != 2 || l.First > n {
			t.Fatalf("%s: %d rows from row %d", l.ID(), l.Rows, l.First)
		}
	})
}

func TestBadRows(t *testing.T) {
	for _, v := range []float64{-1, math.NaN(), math.Inf(1), 1e13} {
		for _, id := range []string{"", "own"} {
			r := row("AA", "M", "BB", "2701", "2017", v)
			r.ID = id
			if err := NewBuilder().Add(&r); fault.CodeOf(err) != fault.Invalid {
				t.Errorf("the value %v of %q: %v", v, id, err)
			}
		}
	}
}

func TestTallyAddsUp(t *testing.T) {
	rows := []record.Record{
		row("AA", "M", "BB", "2701", "2017", 1), row("CC", "M", "DD", "2701", "2017", 1), row("AA", "M", "BB", "2701", "2017", 1),
		row("AA", "M", "BB", "2701", "2017", 1), row("AA", "M", "BB", "", "2017", 1), row("AA", "M", "BB", "", "2017", 1),
	}
	rows[2].Part = "mot=1000"
	rows[3].Measure = record.WorkersPresent
	rows[4].ID = "x"
	rows[5].ID, rows[5].Value = "y", record.Range{}
	got := build(t, rows, state("AA")).Tally()
	want := Tally{Seen: 6, Kept: 1, Elsewhere: 1, Parts: 1, Other: 1, Figures: 1, Blank: 1}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func shuffled(rows []record.Record, seed uint64) []record.Record {
	out := slices.Clone(rows)
	r := rand.New(rand.NewPCG(seed, 1))
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

package mirror

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/cordon-engine/cordon/internal/goods"
	"github.com/cordon-engine/cordon/internal/place"
	"github.com/cordon-engine/cordon/internal/record"
	"github.com/cordon-engine/cordon/internal/when"
)

// worldRow fills in row i of a table in which every key is different: reporter by reporter and year by year, as downloads come.
func worldRow(r *record.Record, codes []goods.Code, years []when.Period, i int) {
	const states = 200
	g := i % len(codes)
	i /= len(codes)
	partner := i % states
	i /= states
	*r = record.Record{
		Series: "comtrade", Snapshot: 1, Reporter: nth(i / len(years) / 2 % states), Partner: nth(partner), Flow: record.Import + record.Flow(i%2),
		Code: codes[g], Edition: goods.HS2017, Period: years[i/2%len(years)], Value: record.Exactly(float64(i + 1)),
		NetWeight: record.Exactly(float64(g)), Unit: "kg", Row: 1,
	}
}

func nth(i int) place.State { return place.State('A'+i/26)<<8 | place.State('A'+i%26) }

func worldOf(rows int) (codes []goods.Code, years []when.Period) {
	for y := 2004; y < 2024; y++ {
		years = append(years, yearOf(y))
	}
	for n := range 1 + rows/(200*200*2*len(years)) {
		codes = append(codes, code(fmt.Sprintf("%02d0110", 1+n%60)))
	}
	return codes, years
}

// BenchmarkBuilder adds rows of different keys: the time for one, and the memory of the table for each.
func BenchmarkBuilder(b *testing.B) {
	for _, n := range []int{1_000_000, 3_000_000, 10_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			codes, years := worldOf(n)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var t *Table
			for range b.N {
				builder := NewBuilder()
				var r record.Record
				for i := range n {
					worldRow(&r, codes, years, i)
					if err := builder.Add(&r); err != nil {
						b.Fatal(err)
					}
				}
				t = builder.Table()
			}
			b.StopTimer()
			runtime.GC()
			runtime.ReadMemStats(&after)
			if t.Cells() != n {
				b.Fatalf("%d cells", t.Cells())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/float64(b.N), "ns/row")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/row")
			runtime.KeepAlive(t)
		})
	}
}

// BenchmarkLook answers from a table of the whole world.
func BenchmarkLook(b *testing.B) {
	const n = 1_000_000
	codes, years := worldOf(n)
	f := facts(b)
	target := nth(7)
	builder := NewBuilder()
	var r record.Record
	for i := range n {
		worldRow(&r, codes, years, i)
		if err := builder.Add(&r); err != nil {
			b.Fatal(err)
		}
	}
	t := builder.Table()
	for b.Loop() {
		Look(Sources{Facts: f, Table: t, Bars: stub{{"10", From, bar("ban", "2017-08-05", "")}}}, Ask{Target: target})
	}
}

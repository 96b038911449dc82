package decide_test

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/activity"
	"github.com/cordon-engine/cordon/internal/decide"
	"github.com/cordon-engine/cordon/internal/report"
	"github.com/cordon-engine/cordon/internal/ruling"
	"github.com/cordon-engine/cordon/internal/when"
)

// The published mix: one line a shape, each met equally often. What it holds and
// why is said in docs/BENCHMARKS.md.
func mix(tb testing.TB) [][]byte {
	tb.Helper()
	b, err := os.ReadFile("testdata/mix.jsonl")
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.Split(bytes.TrimSpace(b), []byte("\n"))
}

func desk(tb testing.TB) *decide.Desk {
	tb.Helper()
	d, err := decide.Open(data.FS, decide.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// BenchmarkRuling is rulings in process on activities that are read already, on
// all processors.
func BenchmarkRuling(b *testing.B) {
	d := desk(b)
	var list []*activity.Activity
	dec := activity.NewDecoder(d.Reference)
	for _, line := range mix(b) {
		a := &activity.Activity{}
		if err := dec.Decode(line, a); err != nil {
			b.Fatal(err)
		}
		list = append(list, a)
	}
	for _, brief := range []bool{true, false} {
		name := "with assumptions"
		if brief {
			name = "brief"
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			used := processorTime()
			b.RunParallel(func(pb *testing.PB) {
				e := d.Engine.NewEvaluator()
				for i := 0; pb.Next(); i++ {
					if _, err := e.Decide(ruling.Request{Activity: list[i%len(list)], KnownAt: when.NoDay, Brief: brief}); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rulings/s")
			b.ReportMetric(micros(processorTime()-used)/float64(b.N), "processor-µs/ruling")
		})
	}
}

// BenchmarkShape is one ruling for each shape of the mix, on one processor.
func BenchmarkShape(b *testing.B) {
	d := desk(b)
	dec := activity.NewDecoder(d.Reference)
	for _, line := range mix(b) {
		a := &activity.Activity{}
		if err := dec.Decode(line, a); err != nil {
			b.Fatal(err)
		}
		b.Run(a.ID, func(b *testing.B) {
			b.ReportAllocs()
			e := d.Engine.NewEvaluator()
			for b.Loop() {
				if _, err := e.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay, Brief: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOpenLines is one activity with many goods lines of which nothing is
// known: the worst case that the bound on questions is there for.
func BenchmarkOpenLines(b *testing.B) {
	d := desk(b)
	for _, n := range []int{10, 100, 1000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			a, e := openLines(b, d, n), d.Engine.NewEvaluator()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Decide(ruling.Request{Activity: a, KnownAt: when.NoDay}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// openLines is an activity with n goods lines of which nothing is known.
func openLines(tb testing.TB, d *decide.Desk, n int) *activity.Activity {
	tb.Helper()
	lines := strings.Repeat(",{}", n)[1:]
	a := &activity.Activity{}
	if err := activity.NewDecoder(d.Reference).Decode([]byte(`{"kind":"transfer","date":"2018-03-01","goods":[`+lines+`]}`), a); err != nil {
		tb.Fatal(err)
	}
	return a
}

// micros gives microseconds. Processor time is reported beside the rate, since it
// says the same on a machine that others use too.
func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// BenchmarkStream is JSON Lines to JSON Lines on all processors.
func BenchmarkStream(b *testing.B) {
	d := desk(b)
	lines := mix(b)
	var in bytes.Buffer
	for i := range 20_000 {
		in.Write(lines[i%len(lines)])
		in.WriteByte('\n')
	}
	for _, brief := range []bool{true, false} {
		name := "with assumptions"
		if brief {
			name = "brief"
		}
		b.Run(name, func(b *testing.B) {
			s := decide.Stream{KnownAt: when.NoDay, Brief: brief, Encoder: func() func([]byte, *ruling.Ruling) []byte {
				return (&report.Encoder{Versions: report.Versions{Data: d.DataVersion}}).Append
			}}
			b.ReportAllocs()
			used, n := processorTime(), 0
			for b.Loop() {
				c, err := d.Run(bytes.NewReader(in.Bytes()), io.Discard, s)
				if err != nil || c.Refused > 0 {
					b.Fatal(err, c)
				}
				n += c.Ruled
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
			b.ReportMetric(micros(processorTime()-used)/float64(n), "processor-µs/line")
		})
	}
}

// BenchmarkStart is the time to be ready for the first ruling.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		desk(b)
	}
}

// BenchmarkMemory rules on two million activities in one stream and reports the
// heap in use after the first and after the last quarter million.
func BenchmarkMemory(b *testing.B) {
	if testing.Short() {
		b.Skip("two million activities take over a minute")
	}
	d := desk(b)
	lines := mix(b)
	for b.Loop() {
		r, w := io.Pipe()
		heap := func() float64 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return float64(m.HeapAlloc) / (1 << 20)
		}
		var early float64
		go func() {
			for i := range 2_000_000 {
				if i == 250_000 {
					early = heap()
				}
				w.Write(append(lines[i%len(lines)], '\n'))
			}
			w.Close()
		}()
		s := decide.Stream{KnownAt: when.NoDay, Brief: true, Encoder: func() func([]byte, *ruling.Ruling) []byte {
			return (&report.Encoder{}).Append
		}}
		c, err := d.Run(r, io.Discard, s)
		if err != nil || c.Ruled != 2_000_000 {
			b.Fatal(err, c)
		}
		b.ReportMetric(early, "MiB-early")
		b.ReportMetric(heap(), "MiB-late")
	}
}

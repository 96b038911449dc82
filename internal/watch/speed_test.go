package watch_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cordon-engine/cordon/data"
	"github.com/cordon-engine/cordon/internal/screening"
	"github.com/cordon-engine/cordon/internal/subject"
	"github.com/cordon-engine/cordon/internal/watch"
	"github.com/cordon-engine/cordon/internal/watched"
)

// TestSpeed measures a base of CORDON_WATCH_BASE customers against a list of 30,000
// subjects, of which 200 change: the processor's time and the time by the clock of a
// full run, of the index over the base, and of following the change.
func TestSpeed(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("CORDON_WATCH_BASE"))
	if err != nil {
		t.Skip("measures; set CORDON_WATCH_BASE to a number of customers, as in 100000")
	}
	dir := os.Getenv("CORDON_WATCH_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	w := newWorld(t, dir)
	words := frequentWords(t)
	r := rand.New(rand.NewPCG(50, 2026))
	rare := rareWords(t)
	name := func() string { // a frequent word, and one or two of all the world's
		list := []string{words[r.IntN(len(words))]}
		for range 1 + r.IntN(2) {
			list = append(list, rare[r.IntN(len(rare))])
		}
		return strings.Join(list, " ")
	}
	records := make([]*subject.Record, 30_000)
	for i := range records {
		records[i] = person(fmt.Sprintf("x:%05d", i), name())
		for range r.IntN(3) {
			alias(name())(records[i])
		}
	}
	w.load("x", records...)
	var csv strings.Builder
	csv.WriteString("ref,name,date of birth,type\n")
	for i := range n {
		fmt.Fprintf(&csv, "c%07d,%s,%d-%02d-14,Person\n", i, name(), 1940+r.IntN(60), 1+r.IntN(12))
	}
	measured := func(what string, f func()) {
		cpu, clock := used(t), time.Now()
		f()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		t.Logf("%-10s %7.2f s of processor, %7.2f s by the clock, heap %d MB", what, used(t)-cpu, time.Since(clock).Seconds(), m.HeapAlloc>>20)
	}
	ctx := context.Background()
	measured("add", func() { w.add("b", csv.String()) })
	d := w.watcher()
	measured("run", func() {
		if os.Getenv("CORDON_WATCH_FULL") == "0" {
			pretend(t, w, d, n)
			return
		}
		t.Log(must(d.Run(ctx, "b")).Run.Line())
	})
	measured("index", func() { check(t, d.Index(ctx, "b")) })
	check(t, d.Desk.Close())
	for i := range 200 {
		switch at := i * 149; i % 4 {
		case 0:
			records[at] = person("x:9"+records[at].Subject.ID[2:], name()) // one goes, one comes
		default:
			alias(name())(records[at])
		}
	}
	w.load("x", records...)
	measured("open lists", func() { d = w.watcher() })
	measured("follow", func() { t.Log(must(d.Follow(ctx, "b")).Run.Line()) })
}

// pretend keeps a run that screened nobody, as it is where one customer in eight has a finding.
func pretend(t *testing.T, w *world, d *watch.Watcher, n int) {
	run := watched.Run{
		Base: "b", Number: 1, Kind: watched.Full, Version: 1, Params: d.Desk.Params().ID(), Program: d.Program, AsOf: d.AsOf.String(), Actor: d.Actor,
		Started: w.now, Ended: w.now, Rows: n, Customers: n, Screened: n, Possible: n / 8, Clear: n - n/8, New: n / 8,
	}
	var marks []screening.Mark
	for m, err := range d.Desk.Marks(d.AsOf) {
		check(t, err)
		marks = append(marks, m)
	}
	var states []watched.State
	for i := 0; i < n; i += 8 {
		states = append(states, watched.State{Ref: fmt.Sprintf("c%07d", i), Outcome: screening.Possible, Findings: []watched.Finding{
			{List: "x", Subject: fmt.Sprintf("x:%05d", i%30_000), Listings: "UN", Tier: screening.TierListed, Outcome: screening.Possible, Score: 0.7},
		}})
	}
	check(t, w.store.Finish(context.Background(), run, watched.List(states), must(watch.PackMarks(marks))))
}

// TestCollectorHeap measures what is held to put a base of CORDON_WATCH_COLLECT customers together of whom one in eight has a
// finding: the heap after a collection of garbage, at its most over the run, above that of before.
func TestCollectorHeap(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("CORDON_WATCH_COLLECT"))
	if err != nil {
		t.Skip("measures; set CORDON_WATCH_COLLECT to a number of customers, as in 100000")
	}
	w := newWorld(t, t.TempDir())
	w.load("x", person("x:1", "Somebody Else"))
	func() { // of what is not there any more when the heap is looked at
		var csv strings.Builder
		csv.WriteString("ref,name\n")
		for i := range n {
			fmt.Fprintf(&csv, "c%07d,Nobody %d\n", i, i)
		}
		w.add("b", csv.String())
	}()
	d := w.watcher()
	const size = 2000
	p, err := d.Plan(t.Context(), "b", watched.Full, "J", size)
	check(t, err)
	parts := func(yield func(watch.Screened, error) bool) {
		for from := 0; from < n; from += size {
			s := watch.Screened{Screened: min(size, n-from)}
			for i := from; i < min(from+size, n); i += 8 {
				s.States = append(s.States, watched.State{Ref: fmt.Sprintf("c%07d", i), Outcome: screening.Possible, Findings: []watched.Finding{
					{List: "x", Subject: fmt.Sprintf("x:%05d", i%30_000), Listings: "UN", Tier: screening.TierListed, Outcome: screening.Possible, Score: 0.7},
				}})
			}
			if !yield(s, nil) {
				return
			}
		}
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC() // what was freed by the first, pools included
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	most, before := int64(0), heap()
	look := func() { most = max(most, heap()-before) }
	d.Suppressed = func(context.Context, *watched.Run) func(*watched.State) int {
		seen := 0
		return func(*watched.State) int {
			if seen++; seen%(n/80) == 0 {
				look()
			}
			return 0
		}
	}
	raised := 0
	began := time.Now()
	run, err := d.Collect(t.Context(), p.Run, p.Marks, parts)
	check(t, err)
	check(t, d.Raised(t.Context(), &run, func(watched.Change) error {
		if raised++; raised%(n/80) == 0 {
			look()
		}
		return nil
	}))
	if run.Possible != (n+7)/8 || raised != run.New {
		t.Error(run.Line(), raised)
	}
	t.Logf("%d customers, %d with a finding: at most %d KB of heap held, %.1f s", n, run.Possible, most>>10, time.Since(began).Seconds())
}

// used gives the time of processors that this process used, in seconds.
func used(t *testing.T) float64 {
	var u unix.Rusage
	check(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// frequentWords gives words of names, each as often as people have it.
func frequentWords(t *testing.T) (out []string) {
	b, err := data.FS.ReadFile("matching/population.tsv")
	check(t, err)
	for line := range strings.Lines(string(b)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || len(f) < 2 {
			continue
		}
		n, err := strconv.Atoi(f[len(f)-1])
		check(t, err)
		for range 1 + n/100 {
			out = append(out, f[len(f)-2])
		}
	}
	return out
}

// rareWords gives the names of the world at large in Latin letters.
func rareWords(t *testing.T) (out []string) {
	f, err := os.Open("../../../shared/data/names/names.gz")
	if err != nil {
		t.Skip("measures with a file of names that is not here")
	}
	defer f.Close()
	for s := bufio.NewScanner(must(gzip.NewReader(f))); s.Scan(); {
		if w, _, ok := strings.Cut(s.Text(), ","); ok && strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") == "" && len(w) > 2 {
			out = append(out, w)
		}
	}
	return out
}

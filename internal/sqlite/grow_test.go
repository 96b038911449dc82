package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestGrow measures a large list over several versions, of which each changes
// every 200th record: the time of each step, the longest wait of a reader and
// of a writer of another list meanwhile, memory, and what is on the disk.
// CORDON_GROW sets the number of records.
func TestGrow(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("CORDON_GROW"))
	if err != nil {
		t.Skip("measures; set CORDON_GROW to a number of records, as in 1000000")
	}
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	text := make([]int, n)
	for version := range 3 {
		l := must(s.Begin(ctx, "big"))(t)
		start := time.Now()
		for i := range text {
			if i%200 == version {
				text[i]++
			}
			r := snapshottest.Record(fmt.Sprintf("big:%08d", i), fmt.Sprintf("%d-%d %s", i, text[i], strings.Repeat("remark ", 40)))
			if err := l.Put(r.Subject.ID, r); err != nil {
				t.Fatal(err)
			}
		}
		put := time.Since(start)
		start = time.Now()
		content := must(l.Content())(t)
		hashed := time.Since(start)
		stop := make(chan struct{})
		waits := make(chan [2]time.Duration)
		go observe(s, stop, waits)
		start = time.Now()
		must(l.Commit(snapshot.Meta{Published: when.Day(version), Content: content, Expires: when.NoDay}))(t)
		commit := time.Since(start)
		close(stop)
		w := <-waits
		t.Logf("version %d: put %.1fs, content %.1fs, commit %.1fs; reader waited at most %v, writer %v; peak memory %s; %s",
			version+1, put.Seconds(), hashed.Seconds(), commit.Seconds(), w[0], w[1], peak(), sizes(dir))
	}
	start := time.Now()
	count := 0
	for _, err := range s.Entries(ctx, snapshot.ID{List: "big"}) {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	t.Logf("entries: %d in %.1fs", count, time.Since(start).Seconds())
	start = time.Now()
	for range 1000 {
		must(s.About(ctx, snapshot.ID{List: "big"}, fmt.Sprintf("big:%08d", rand.IntN(n))))(t)
	}
	t.Logf("about: %v each", time.Since(start)/1000)
	start = time.Now()
	if err := s.Verify(ctx, func(p string) { t.Error(p) }); err != nil {
		t.Fatal(err)
	}
	t.Logf("verify: %.1fs; peak memory %s", time.Since(start).Seconds(), peak())
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// observe reads and writes again and again until stop, and tells the longest of each.
func observe(s *Store, stop chan struct{}, out chan [2]time.Duration) {
	ctx := context.Background()
	var longest [2]time.Duration
	for {
		select {
		case <-stop:
			out <- longest
			return
		case <-time.After(20 * time.Millisecond):
		}
		for i, step := range []func() error{
			func() error { _, err := s.Snapshots(ctx, "big"); return err },
			func() error { return s.Attempted(ctx, snapshot.Attempt{List: "other", Published: when.NoDay}) },
		} {
			start := time.Now()
			if err := step(); err != nil {
				fmt.Println(err)
			}
			longest[i] = max(longest[i], time.Since(start))
		}
	}
}

func peak() string {
	b, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

func sizes(dir string) string {
	var out []string
	for _, f := range []string{file, file + "-wal"} {
		if info, err := os.Stat(filepath.Join(dir, f)); err == nil {
			out = append(out, fmt.Sprintf("%s %d MB", f, info.Size()>>20))
		}
	}
	return strings.Join(out, ", ")
}

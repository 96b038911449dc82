package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/when"
)

func TestConformance(t *testing.T) {
	snapshottest.Run(t, func(t testing.TB) snapshot.Store {
		s, err := Open(context.Background(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestNothingIsMadeForReading(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	s, err := OpenReader(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if l, err := s.Lists(context.Background()); len(l) > 0 || err != nil {
		t.Errorf("%v %v", l, err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func TestDamageIsSaid(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := snapshottest.Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1"})
	if err != nil {
		t.Fatal(err)
	}
	raw := filepath.Join(dir, "raw", m.Raw[:2], m.Raw+".zst")
	if err := os.WriteFile(raw, []byte("not zstd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec("UPDATE body SET data = x'0100' || data"); err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := s.Verify(ctx, func(p string) { n++ }); err != nil || n < 3 {
		t.Errorf("%d problems found, %v", n, err)
	}
	s.Close()
	if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	os.Remove(filepath.Join(dir, file+"-wal"))
	os.Remove(filepath.Join(dir, file+"-shm"))
	if _, err := Open(ctx, dir); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("a file that is no database: %v", err)
	}
}

func TestNewerStoreIsRefused(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)+1)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(ctx, dir); fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("%v", err)
	}
}

func TestOnlyTheOwnerReads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, file): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, info.Mode().Perm(), err)
		}
	}
}

// A process that loads without end is killed at any moment; what it leaves is
// whole: the snapshot before or the one after. CORDON_KILLS sets how often.
func TestKill(t *testing.T) {
	if dir := os.Getenv("CORDON_KILL_DIR"); dir != "" {
		loadForEver(t, dir)
		return
	}
	kills := 12
	if s := os.Getenv("CORDON_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	} else if testing.Short() {
		kills = 3
	}
	dir := t.TempDir()
	grown := 0
	for i := range kills {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), "CORDON_KILL_DIR="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+rand.IntN(130)) * time.Millisecond)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		n := whole(t, dir, i)
		if n < grown {
			t.Fatalf("kill %d: %d snapshots where there were %d", i, n, grown)
		}
		grown = n
	}
	t.Logf("%d kills, %d snapshots, all whole", kills, grown)
	if grown == 0 {
		t.Error("no load was ever finished; the test shows nothing")
	}
}

func loadForEver(t *testing.T, dir string) {
	s, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		records := map[string]string{}
		for i := range 200 {
			records[fmt.Sprintf("x:%d", i)] = fmt.Sprint(rand.IntN(3))
		}
		if _, err := snapshottest.Load(t, s, "x", "2020-01-01", records); err != nil {
			t.Fatal(err)
		}
	}
}

// whole checks a store after a kill and gives the number of its snapshots.
func whole(t *testing.T, dir string, kill int) int {
	t.Helper()
	ctx := context.Background()
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatalf("kill %d: %v", kill, err)
	}
	defer s.Close()
	if kill%50 == 0 { // reading everything again each time would take longer than the loads
		if err := s.Verify(ctx, func(p string) {
			if !strings.HasPrefix(p, snapshot.Leftover) {
				t.Errorf("kill %d: %s", kill, p)
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	snaps, err := s.Snapshots(ctx, "x")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(snaps); n > 0 {
		got, _, err := snapshottest.Contents(s, snaps[n-1].ID)
		if err != nil || len(got) != 200 {
			t.Errorf("kill %d: the newest snapshot has %d entries: %v", kill, len(got), err)
		}
	}
	return len(snaps)
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				s, err := Open(context.Background(), b.TempDir())
				if err != nil {
					b.Fatal(err)
				}
				l, err := s.Begin(context.Background(), "x")
				if err != nil {
					b.Fatal(err)
				}
				for i := range n {
					r := snapshottest.Record("x:"+strconv.Itoa(i), "text")
					if err := l.Put(r.Subject.ID, r); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := l.Commit(snapshot.Meta{Published: 1, Expires: when.NoDay}); err != nil {
					b.Fatal(err)
				}
				s.Close()
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func BenchmarkEntries(b *testing.B) {
	s, err := Open(context.Background(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	records := map[string]string{}
	for i := range 20_000 {
		records["x:"+strconv.Itoa(i)] = "text"
	}
	m, err := snapshottest.Load(b, s, "x", "2020-01-01", records)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		for _, err := range s.Entries(context.Background(), m.ID) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

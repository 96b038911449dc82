package sqlite

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
)

// Processes that load without end are killed at any moment, in every third round
// two of them that load the same list. What they leave is whole: the snapshot
// before or the one after. CORDON_KILLS sets the number of rounds.
func TestKill(t *testing.T) {
	if dir := os.Getenv("CORDON_KILL_DIR"); dir != "" {
		loadForEver(t, dir)
		return
	}
	rounds := 20
	if s := os.Getenv("CORDON_KILLS"); s != "" {
		rounds = must(strconv.Atoi(s))(t)
	} else if testing.Short() {
		t.Skip("-short: under the race detector a load takes longer than the time to a kill")
	}
	dir, before, total, left := "", 0, 0, 0
	for i := range rounds {
		if i%20 == 0 { // now and then a fresh folder, so that its making is broken off too
			dir, before = filepath.Join(t.TempDir(), "data"), 0
		}
		killed := []*exec.Cmd{start(t, dir)}
		if i%3 == 2 {
			killed = append(killed, start(t, dir))
		}
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		for _, c := range killed {
			if err := c.Process.Kill(); err != nil {
				t.Fatalf("round %d: the process ended by itself: %v", i, err)
			}
			if err := c.Wait(); err == nil || c.ProcessState.Exited() {
				t.Fatalf("round %d: the process was not killed: %v", i, err)
			}
		}
		snapshots, leftovers := whole(t, dir, i)
		if snapshots < before {
			t.Fatalf("round %d: %d snapshots where there were %d", i, snapshots, before)
		}
		total, before = total+snapshots-before, snapshots
		left = max(left, leftovers)
	}
	t.Logf("%d rounds, %d snapshots, all whole; at most %d raw files left over in one folder", rounds, total, left)
	if total == 0 {
		t.Error("no load was ever finished; the test shows nothing")
	}
}

func start(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestKill$")
	c.Env = append(os.Environ(), "CORDON_KILL_DIR="+dir)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	must(c.StdinPipe())(t) // closed when this process ends, however it ends
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill() // where the test failed before it did
		_ = c.Wait()
	})
	return c
}

func loadForEver(t *testing.T, dir string) {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3) // the process that was to kill this one is gone
	}()
	s := must(Open(context.Background(), dir))(t)
	for {
		records := map[string]string{}
		for i := range 1 + rand.IntN(600) {
			records[fmt.Sprintf("x:%d", i)] = fmt.Sprint(rand.IntN(3))
		}
		if _, err := snapshottest.Load(t, s, "x", "2020-01-01", records); err != nil && fault.CodeOf(err) != fault.Conflict {
			t.Fatal(err)
		}
	}
}

// whole checks a store after a kill and gives the number of its snapshots and of
// the raw files that were left over.
func whole(t *testing.T, dir string, round int) (snapshots, leftovers int) {
	t.Helper()
	ctx := context.Background()
	if r, err := OpenReader(ctx, dir); err != nil {
		t.Fatalf("round %d: to a reader: %v", round, err)
	} else if r.Close() != nil {
		t.Fatalf("round %d: the reader does not close", round)
	}
	s, err := Open(ctx, dir)
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	defer s.Close()
	found, leftovers := verified(t, s)
	for _, p := range found {
		t.Errorf("round %d: %s", round, p)
	}
	snaps := must(s.Snapshots(ctx, "x"))(t)
	for _, m := range snaps[max(0, len(snaps)-2):] {
		got, _, err := snapshottest.Contents(s, snapshot.ID{List: "x", Number: m.Number})
		if err != nil || len(got) != m.Report.Subjects {
			t.Errorf("round %d: %s has %d entries of %d: %v", round, m.ID, len(got), m.Report.Subjects, err)
		}
	}
	return len(snaps), leftovers
}

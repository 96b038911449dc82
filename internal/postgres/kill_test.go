package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
)

// killAddress tells a process that the test started what to load into.
const killAddress = "CORDON_KILL_ADDRESS"

// Processes that load without end are killed at any moment, and then the server
// under one that loads. What they leave is whole: the snapshot before or the one
// after, and nothing besides. CORDON_KILLS sets the number of rounds of each.
func TestKill(t *testing.T) {
	if address := os.Getenv(killAddress); address != "" {
		loadForEver(t, address)
		return
	}
	clients, servers := 4, 2
	if n := os.Getenv("CORDON_KILLS"); n != "" {
		clients = must(strconv.Atoi(n))(t)
		servers = clients
	} else if testing.Short() {
		t.Skip("-short: under the race detector a load takes longer than the time to a kill")
	}
	server := postgrestest.Shared(t)
	address := server.Database(t)
	t.Run("client", func(t *testing.T) { killClients(t, address, clients) })
	t.Run("server", func(t *testing.T) { killServer(t, server, address, servers) })
}

func killClients(t *testing.T, address string, rounds int) {
	before, within := 0, 400 // ms
	for i := range rounds {
		if before == 0 && i > 2 { // a busy machine: nothing was finished yet
			within *= 2
		}
		killed := []*exec.Cmd{start(t, address)}
		if i%3 == 2 {
			killed = append(killed, start(t, address))
		}
		time.Sleep(time.Duration(100+rand.IntN(within)) * time.Millisecond)
		for _, c := range killed {
			if err := c.Process.Kill(); err != nil {
				t.Fatalf("round %d: the process ended by itself: %v", i, err)
			}
			if err := c.Wait(); err == nil || c.ProcessState.Exited() {
				t.Fatalf("round %d: the process was not killed: %v", i, err)
			}
		}
		now := whole(t, address, i)
		if now < before {
			t.Fatalf("round %d: %d snapshots where there were %d", i, now, before)
		}
		before = now
	}
	t.Logf("%d rounds, %d snapshots, all whole", rounds, before)
	if before == 0 {
		t.Error("no load was ever finished; the test shows nothing")
	}
}

func start(t *testing.T, address string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestKill$")
	c.Env = append(os.Environ(), killAddress+"="+address)
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

func loadForEver(t *testing.T, address string) {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3) // the process that was to kill this one is gone
	}()
	s := must(Open(context.Background(), address, testKeys))(t)
	for {
		if err := loadSome(t, s); err != nil && fault.CodeOf(err) != fault.Conflict {
			t.Fatal(err)
		}
	}
}

func loadSome(t *testing.T, s *Store) error {
	records := map[string]string{}
	for i := range 1 + rand.IntN(600) {
		records[fmt.Sprintf("x:%d", i)] = fmt.Sprint(rand.IntN(3))
	}
	_, err := snapshottest.Load(t, s, "x", "2020-01-01", records)
	return err
}

// killServer has one load after the other while the server is killed, in every way
// it can be. What a load said it did is compared with what is there.
func killServer(t *testing.T, server *postgrestest.Server, address string, rounds int) {
	before := whole(t, address, 0)
	lost := 0
	for i := range rounds {
		var done, failed, unknown atomic.Int64
		stop, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			s, err := Open(context.Background(), address, testKeys)
			if err != nil {
				t.Errorf("round %d: %v", i, err)
				return
			}
			defer s.Close()
			for {
				select {
				case <-stop:
					return
				default:
				}
				switch err := loadSome(t, s); {
				case err == nil:
					done.Add(1)
				case errors.Is(err, errUnknown): // the server took longer to come back than anybody waits
					unknown.Add(1)
				case fault.CodeOf(err) == fault.Unavailable:
					failed.Add(1)
					time.Sleep(5 * time.Millisecond)
				default:
					t.Errorf("round %d: a load fails with %v", i, err)
					return
				}
			}
		}()
		time.Sleep(time.Duration(100+rand.IntN(400)) * time.Millisecond)
		if err := server.Kill([]syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT}[i%2]); err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		close(stop)
		<-ended
		now := whole(t, address, i)
		if sure := before + int(done.Load()); now < sure || now > sure+int(unknown.Load()) {
			t.Fatalf("round %d: %d snapshots where there were %d, %d loads said that they were done, and %d did not know",
				i, now, before, done.Load(), unknown.Load())
		}
		before, lost = now, lost+int(failed.Load())
	}
	t.Logf("%d rounds, %d snapshots, all whole; %d loads told that the server was gone", rounds, before, lost)
}

// whole checks a store after a kill and gives the number of its snapshots.
func whole(t *testing.T, address string, round int) int {
	t.Helper()
	ctx := context.Background()
	if r, err := OpenReader(ctx, address, testKeys); err != nil {
		t.Fatalf("round %d: to a reader: %v", round, err)
	} else if r.Close() != nil {
		t.Fatalf("round %d: the reader does not close", round)
	}
	s, err := Open(ctx, address, testKeys)
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	defer s.Close()
	for _, p := range problems(t, s) { // leftovers too: there are none
		t.Errorf("round %d: %s", round, p)
	}
	snaps := must(s.Snapshots(ctx, "x"))(t)
	for _, m := range snaps[max(0, len(snaps)-2):] {
		got, _, err := snapshottest.Contents(s, snapshot.ID{List: "x", Number: m.Number})
		if err != nil || len(got) != m.Report.Subjects {
			t.Errorf("round %d: %s has %d entries of %d: %v", round, m.ID, len(got), m.Report.Subjects, err)
		}
	}
	return len(snaps)
}

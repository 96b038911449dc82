package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/job"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/report"
)

// campaign is one database with workers of several processes on it.
type campaign struct {
	*testing.T
	server *postgrestest.Server
	data   string
	q      job.Queue
	dir    string
}

// TestWorkers screens a file with three worker processes on one database. One is killed
// in the middle of a chunk, and never comes back; the database is killed and runs on
// after a recovery; the third begins late. Every row is answered once, as if nothing had
// happened. CORDON_NAMES sets how many rows there are; then the rates of one, two and
// three workers are measured too, against the lists in ../shared where they are there.
func TestWorkers(t *testing.T) {
	names, chunk := 3000, 50
	measured := os.Getenv("CORDON_NAMES") != ""
	if measured {
		n, err := strconv.Atoi(os.Getenv("CORDON_NAMES"))
		if err != nil {
			t.Fatal(err)
		}
		names, chunk = n, min(4000, max(50, n/60))
	} else if testing.Short() {
		t.Skip("-short: each worker is a process of its own")
	}
	t.Run("folder", killedInFolder)
	c := newCampaign(t, measured)
	if measured {
		c.curve(min(names/4, 100_000), chunk/4)
	}
	c.killed(names, chunk)
}

// killedInFolder kills a worker over a folder in the middle of a chunk, and has the
// command that waits do the rest.
func killedInFolder(t *testing.T) {
	c := &campaign{T: t, dir: t.TempDir()}
	c.data = c.dir
	c.open([][]string{{issue(t, 1), "--source", "un"}})
	id := c.submit(1000, 20)
	w := c.worker("first")
	c.until(id, "begun", func(s *job.Status) bool { return s.Done >= 2 && s.Running > 0 })
	if err := w.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = w.Wait()
	if s, ok := c.status(id); !ok || s.Ended() {
		t.Errorf("the worker was not killed in the middle: %+v", s)
	}
	c.run("jobs", "wait", id)
	t.Logf("chunks by worker: %v", c.whole(id, 1000))
}

func newCampaign(t *testing.T, large bool) *campaign {
	c := &campaign{T: t, server: postgrestest.Shared(t), dir: t.TempDir()}
	c.data = c.server.Database(t)
	c.open(c.lists(large))
	return c
}

// lists gives what is loaded: for a measurement what stands in ../shared, some 27,000
// subjects.
func (c *campaign) lists(large bool) [][]string {
	un := filepath.Join("..", "..", "..", "shared", "data", "lists", "un", "consolidated_2026-08-01.xml")
	csl := filepath.Join("..", "..", "..", "shared", "data", "lists", "other", "csl", "csl_names_2026-07.csv")
	in, err := os.Open(csl)
	if err != nil || !large {
		return [][]string{{issue(c.T, 1), "--source", "un"}}
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		c.Fatal(err)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for i, r := range rows {
		id := strconv.Itoa(i)
		if i == 0 {
			id = "id"
		}
		if err := w.Write([]string{id, r[1]}); err != nil {
			c.Fatal(err)
		}
	}
	w.Flush()
	list, mapping := filepath.Join(c.dir, "list.csv"), filepath.Join(c.dir, "mapping.yaml")
	if err := errors.Join(os.WriteFile(list, b.Bytes(), 0o600),
		os.WriteFile(mapping, []byte("owner: Test\nexpires: 2099-01-01\nschema: LegalEntity\ncolumns: {id: id, name: name}\n"), 0o600)); err != nil {
		c.Fatal(err)
	}
	return [][]string{{un, "--source", "un"}, {list, "--source", "own", "--list", "names", "--mapping", mapping, "--published", "2026-07-01"}}
}

// open loads lists, and opens the queue.
func (c *campaign) open(lists [][]string) {
	c.Helper()
	for _, l := range lists {
		c.run(append([]string{"lists", "load"}, l...)...)
	}
	store, err := (&Main{folder: c.dir}).openStore(c.Context(), c.data)
	if err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { store.Close() })
	if c.q, err = queueOf(c.Context(), store); err != nil {
		c.Fatal(err)
	}
}

// run runs a command over the database, and gives the last line that it prints.
func (c *campaign) run(args ...string) string {
	c.Helper()
	code, out := program(c, append(args, "--data", c.data, "--folder", c.dir)...)
	if code != 0 {
		c.Fatalf("%v: %d %s", args, code, out)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[len(lines)-1]
}

// Names that no list has together, and now and then one that is listed.
var (
	givenNames  = strings.Fields("Anna Boris Clara Dmitri Elena Farid Greta Hassan Irina Johan Karim Leila Marta Nikolai Olga Pavel Rosa Sergei Tamara Umar Viktor Wanda Yusuf Zofia")
	familyNames = strings.Fields("Abramson Bergstrom Castellano Dvorak Eriksen Fontaine Grabowski Haddad Ivanchuk Jankowski Kowalczyk Lindqvist Marchetti Novotny Okafor Petrenko Quintana Rasmussen Szymanski Tanaka Ulvestad Vasquez Wieczorek Yamada Zielinski")
)

func nameAt(i int) string {
	if i%100 == 7 {
		return listedName
	}
	return fmt.Sprintf("%s %s%s %s", givenNames[i%len(givenNames)], familyNames[i/3%len(familyNames)][:3], strings.ToLower(givenNames[i/71%len(givenNames)]), familyNames[i/7%len(familyNames)])
}

// submit hands in so many rows.
func (c *campaign) submit(names, chunk int) string {
	c.Helper()
	path := filepath.Join(c.dir, fmt.Sprintf("names-%d.jsonl", names))
	f, err := os.Create(path)
	if err != nil {
		c.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range names {
		fmt.Fprintf(w, "{\"name\":%q}\n", nameAt(i))
	}
	if err := w.Flush(); err != nil {
		c.Fatal(err)
	}
	f.Close()
	began := time.Now()
	id := c.run("jobs", "submit", "screen", path, "--chunk", strconv.Itoa(max(chunk, 1)))
	c.Logf("%d names handed in within %.1f s", names, time.Since(began).Seconds())
	return id
}

// worker starts a worker process that does one chunk at a time, as a machine of one
// processor would.
func (c *campaign) worker(name string) *exec.Cmd {
	c.Helper()
	w := exec.Command(os.Args[0], "-test.run=^TestWorkerToKill$")
	folder := filepath.Join(c.dir, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		c.Fatal(err)
	}
	w.Env = append(os.Environ(), "BE_CORDON_WORKER="+name, "CORDON_DATA="+c.data, "CORDON_FOLDER="+folder, "GOMAXPROCS=1")
	w.Stderr = os.Stderr
	if _, err := w.StdinPipe(); err != nil { // closed when this process ends, however it ends
		c.Fatal(err)
	}
	if err := w.Start(); err != nil {
		c.Fatal(err)
	}
	c.Cleanup(func() { _ = w.Process.Kill(); _ = w.Wait() })
	return w
}

// TestWorkerToKill is a worker of a campaign; it does nothing in a test run.
func TestWorkerToKill(t *testing.T) {
	name := os.Getenv("BE_CORDON_WORKER")
	if name == "" {
		t.Skip("this is run by TestWorkers")
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3) // the process that was to kill this one is gone
	}()
	m := &Main{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
	if os.Getenv("CORDON_WORKERS_LOG") != "" {
		m.Err = os.Stderr
	}
	os.Exit(m.Run(t.Context(), []string{"worker", "--name", name, "--slots", "1"}))
}

// status gives how a job stands, though the server may be away.
func (c *campaign) status(id string) (job.Status, bool) {
	s, err := c.q.Job(c.Context(), id)
	return s, err == nil
}

// until waits for a job to be so far.
func (c *campaign) until(id, what string, f func(*job.Status) bool) job.Status {
	c.Helper()
	last, moved := -1, time.Now()
	for ; ; time.Sleep(10 * time.Millisecond) {
		s, ok := c.status(id)
		if ok && f(&s) {
			return s
		}
		if ok && s.Done != last {
			last, moved = s.Done, time.Now()
		}
		if time.Since(moved) > 2*time.Minute {
			failures, _ := c.q.Failures(c.Context(), id)
			c.Fatalf("not %s, and nothing was done for two minutes: %+v %+v", what, s, failures)
		}
	}
}

// killed is the campaign.
func (c *campaign) killed(names, chunk int) {
	id := c.submit(names, chunk)
	began := time.Now()
	first := c.worker("first")
	s := c.until(id, "begun", func(s *job.Status) bool { return s.Done >= 2 && s.Running > 0 })
	c.worker("second")
	if s.Chunks > 100 {
		s = c.until(id, "half way", func(s *job.Status) bool { return s.Done >= s.Chunks/3 && s.Running > 1 })
	}
	if err := first.Process.Signal(syscall.SIGKILL); err != nil {
		c.Fatal(err)
	}
	_ = first.Wait()
	c.Logf("a worker was killed when %d of %d chunks were done", s.Done, s.Chunks)
	s = c.until(id, "past the kill", func(s *job.Status) bool { return s.Done >= s.Chunks/2 })
	if err := c.server.Kill(syscall.SIGQUIT); err != nil {
		c.Fatal(err)
	}
	c.Logf("the database was killed, and ran again, when %d chunks were done", s.Done)
	c.worker("third")
	s = c.until(id, "ended", (*job.Status).Ended)
	took := time.Since(began)
	if s.State() != job.Done || s.Handled != names || s.Refused != 0 || s.Dead != 0 {
		c.Errorf("%+v", s)
	}
	by := c.whole(id, names)
	c.Logf("%d names in %.1f s, kills and recovery included (%.0f a second); chunks by worker: %v", names, took.Seconds(), float64(names)/took.Seconds(), by)
}

// whole holds the results to be every row once, in order, each with the answer that is
// right, and gives how many chunks each worker did.
func (c *campaign) whole(id string, names int) map[string]int {
	c.Helper()
	by, row := map[string]int{}, 0
	for r, err := range c.q.Results(c.Context(), id) {
		if err != nil {
			c.Fatal(err)
		}
		by[r.Worker]++
		for line := range strings.Lines(string(answersIn(r.Data))) {
			var a report.AnswerJSON
			if err := json.Unmarshal([]byte(line), &a); err != nil {
				c.Fatal(err)
			}
			if want := nameAt(row); a.Row != row+1 || a.Name != want || a.Outcome == "not_screened" || want == listedName && c.small() && a.Outcome != "match" {
				c.Fatalf("after %d rows came row %d: %s %s %s", row, a.Row, a.Name, a.Outcome, a.Reason)
			}
			row++
		}
	}
	if row != names {
		c.Errorf("%d rows were answered, and %d were handed in", row, names)
	}
	return by
}

// small reports whether the list with [listedName] is loaded.
func (c *campaign) small() bool { return os.Getenv("CORDON_NAMES") == "" }

// curve measures one, two and three workers after each other.
func (c *campaign) curve(names, chunk int) {
	for n := 1; n <= 3; n++ {
		var all []*exec.Cmd
		warm := c.submit(n*10, 10) // so that starting and opening lists are not measured
		for i := range n {
			all = append(all, c.worker(fmt.Sprintf("measured-%d-%d", n, i)))
		}
		c.until(warm, "warm", (*job.Status).Ended)
		time.Sleep(time.Second)
		id := c.submit(names, chunk)
		began := time.Now()
		s := c.until(id, "ended", (*job.Status).Ended)
		c.Logf("workers=%d names=%d seconds=%.1f rate=%.0f", n, s.Handled, time.Since(began).Seconds(), float64(s.Handled)/time.Since(began).Seconds())
		for _, w := range all {
			if err := w.Process.Signal(syscall.SIGKILL); err != nil {
				c.Fatal(err)
			}
			_ = w.Wait()
		}
	}
}

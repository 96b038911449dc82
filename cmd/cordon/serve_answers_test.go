package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/sqlite"
)

// keepingServer is a handler that keeps answers in dir, with the command that it is of;
// stop ends it.
func keepingServer(t testing.TB, dir string) (h http.Handler, c *serveCmd, stop func()) {
	t.Helper()
	return keepingServerOf(t, dataFlag{Data: dir})
}

func keepingServerOf(t testing.TB, at dataFlag) (h http.Handler, c *serveCmd, stop func()) {
	t.Helper()
	m := &Main{ctx: t.Context(), In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, folder: at.Folder}
	live, places, err := m.openLive(t.Context(), at.Data, 0, discard())
	if err != nil {
		t.Fatal(err)
	}
	c = &serveCmd{dataFlag: at, serveKeep: serveKeep{Keep: []string{"answers"}}}
	sc := &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}}
	h, err = c.handler(m, slog.New(slog.NewJSONHandler(io.Discard, nil)), "127.0.0.1", sc)
	if err != nil {
		t.Fatal(err)
	}
	return h, c, func() {
		if err := cmp.Or(c.stopKeeping(), c.store.close()); err != nil {
			t.Error(err)
		}
		live.Close() // nobody may ask any more
	}
}

func asked(t testing.TB, h http.Handler, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(path, "/batch") {
		r.Header.Set("Content-Type", "application/jsonl")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestServeKeeps holds that the API keeps what it answers, byte by byte, under the id
// that it names, and that all of it is replayed.
func TestServeKeeps(t *testing.T) {
	dir := t.TempDir()
	h, cmd, _ := keepingServer(t, dir)
	given := map[string]string{}
	for _, c := range []struct{ path, body string }{
		{"/v1/screen", `{"name": "Yun Ho Chin"}`},
		{"/v1/screen", `{"name":"Anna Kowalska","country":"PL","threshold":0.4,"limit":3,"as_of":"2020-01-01","lists":["un-1718"]}`},
		{"/v1/decide", `{"kind":"transfer","date":"2018-03-01","origin":"KP","destination":"CN","goods":[{"description":"coal","hs":"2701"}],` +
			`"parties":[{"role":"supplier","name":"Korea Mining Development Trading Corporation"}]}`},
		{"/v1/decide?as_of=2017-07&known_at=2017-06-30&screen=false", `{"kind":"employment","date":"2017-07-04","work":{"host":"PL","nationality":"KP"}}`},
	} {
		w := asked(t, h, c.path, c.body)
		id := w.Header().Get("Cordon-Answer-Id")
		if w.Code != 200 || answer.CheckID(id) != nil || given[id] != "" {
			t.Fatalf("%s: %d %q %s", c.path, w.Code, id, w.Body)
		}
		given[id] = w.Body.String()
	}
	for _, c := range []struct {
		path, body string
		kept       int
	}{
		{"/v1/screen/batch", "{\"name\":\"Yun Ho Chin\"}\n\nnonsense\n{\"name\":\"Anna Kowalska\",\"country\":\"Nowhere\"}\n{\"name\":\"Ri Won Ho\"}", 3},
		{"/v1/decide/batch", "{\"kind\":\"nonsense\"}\n\n" + strings.Repeat(`{"kind":"employment","date":"2017-07-04","work":{"host":"PL","nationality":"KP"}}`+"\n", 130), 130},
	} {
		w := asked(t, h, c.path, c.body)
		batch := w.Header().Get("Cordon-Batch-Id")
		if w.Code != 200 || answer.CheckID(batch) != nil {
			t.Fatalf("%s: %d %q %s", c.path, w.Code, batch, w.Body)
		}
		n := 0
		lines := strings.SplitAfter(w.Body.String(), "\n")
		for _, r := range keptIn(t, dir, answer.Filter{Batch: batch}) {
			n++
			if string(r.Answer) != lines[r.Line-1] {
				t.Errorf("%s: line %d is kept as %s, and was %s", c.path, r.Line, r.Answer, lines[r.Line-1])
			}
		}
		if n != c.kept {
			t.Errorf("%s: %d of %d are kept", c.path, n, c.kept)
		}
	}
	// What was not answered is not kept.
	for _, c := range []struct{ path, body string }{{"/v1/screen", `{"nam":"x"}`}, {"/v1/decide", `{"kind":"nonsense"}`}} {
		if w := asked(t, h, c.path, c.body); w.Code == 200 || w.Header().Get("Cordon-Answer-Id") != "" {
			t.Errorf("%s: %d %v", c.path, w.Code, w.Header())
		}
	}
	// The store is closed under it: what cannot be kept is not answered.
	if err := cmd.keeping.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/screen", "/v1/screen/batch"} {
		w := asked(t, h, path, `{"name":"Anna Kowalska"}`)
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "clear") || w.Header().Get("Cordon-Answer-Id") != "" {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	cmd.keeping.Keeper.Close()
	cmd.Keep = []string{"everything"}
	if err := cmd.startKeeping(&Main{}, nil, nil, nil); err == nil {
		t.Error("there is everything to keep")
	}
	all := keptIn(t, dir, answer.Filter{})
	if len(all) != len(given)+133 {
		t.Errorf("%d are kept", len(all))
	}
	for _, r := range all {
		if text, ok := given[r.ID]; ok && text != string(r.Answer) {
			t.Errorf("%s was %s and is kept as %s", r.ID, text, r.Answer)
		}
	}
	if code, out := program(t, "replay", "--all", "--data", dir); code != 0 {
		t.Errorf("%d %s", code, out)
	}
	if code, out := program(t, "audit", "verify", "--data", dir); code != 0 {
		t.Errorf("%d %s", code, out)
	}
}

func keptIn(t testing.TB, dir string, f answer.Filter) (out []answer.Record) {
	t.Helper()
	s, err := sqlite.OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for r, err := range s.List(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// TestServeKilled kills a server that keeps answers at random moments under load,
// again and again over one folder, or one database; then it kills the database under
// the server as often. Every answer that reached its asker with an id is there once, as
// it was given; nothing is there twice; the log verifies; and somebody who is listed is
// never clear. CORDON_KILLS sets the number of rounds.
func TestServeKilled(t *testing.T) {
	rounds := 3
	if s := os.Getenv("CORDON_KILLS"); s != "" {
		rounds, _ = strconv.Atoi(s)
	} else if testing.Short() {
		t.Skip("-short: each round starts a server of its own")
	}
	t.Run("folder", func(t *testing.T) { killing(t, rounds, dataFlag{Data: t.TempDir(), Folder: t.TempDir()}, nil) })
	t.Run("database", func(t *testing.T) {
		server := postgrestest.Shared(t)
		killing(t, rounds, dataFlag{Data: server.Database(t), Folder: t.TempDir()}, server)
	})
}

// killing kills for some rounds: the program, and in every second one the server of
// the database, where there is one.
func killing(t *testing.T, rounds int, at dataFlag, server *postgrestest.Server) {
	if code, out := program(t, "lists", "load", issue(t, 1), "--source", "un", "--data", at.Data, "--folder", at.Folder); code != 0 {
		t.Fatal(out)
	}
	given := map[string]string{}
	refused := 0
	for round := range rounds {
		var kill func() error
		if server != nil && round%2 == 1 {
			kill = func() error { return server.Kill([]syscall.Signal{syscall.SIGKILL, syscall.SIGQUIT}[round/2%2]) }
		}
		refused += killOnce(t, at, given, round%3 != 1, kill, time.Duration(rand.IntN(300))*time.Millisecond)
		wholeAfterKill(t, at, given, round)
	}
	t.Logf("%d rounds, %d answers given with an id, all kept once; %d refused", rounds, len(given), refused)
	if len(given) == 0 {
		t.Error("no answer was ever given; the test shows nothing")
	}
	for _, args := range [][]string{{"replay", "--all", "--format", "json"}, {"audit", "verify"}} {
		if code, out := program(t, append(args, "--data", at.Data, "--folder", at.Folder)...); code != 0 {
			t.Errorf("%v: %d %s", args, code, out[max(0, len(out)-2000):])
		}
	}
}

// killOnce starts a server, asks it from eight sides, and kills it after a while under
// load, which begins with its first answer where warm is true. Where kill is given it
// runs that instead and lets the server answer for a while longer, before that ends.
// The answers that arrived whole go into given; it gives the number of those refused.
func killOnce(t *testing.T, at dataFlag, given map[string]string, warm bool, kill func() error, after time.Duration) int {
	t.Helper()
	c, address := startForKill(t, at)
	defer c.Wait()
	defer c.Process.Kill()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var mu sync.Mutex
	var wg sync.WaitGroup
	first := make(chan struct{}, 1)
	refused := 0
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	for side := range 8 {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("Nobody %d of %d", i, side)
				if i%4 == 3 {
					name = listedName
				}
				id, text, err := askOnce(ctx, client, address, fmt.Sprintf(`{"name":%q}`, name))
				if strings.Contains(text, `"clear"`) && (err != nil || name == listedName) {
					t.Errorf("%s reads clear: %s %v", name, text, err)
				}
				mu.Lock()
				if err == nil {
					given[id] = text
				} else {
					refused++
				}
				mu.Unlock()
				if err != nil { // it was killed, or what it keeps answers in
					time.Sleep(2 * time.Millisecond)
					continue
				}
				select {
				case first <- struct{}{}:
				default:
				}
			}
		})
	}
	if warm {
		select {
		case <-first:
		case <-time.After(time.Minute):
			t.Error("a minute without an answer")
		}
	}
	time.Sleep(after)
	if kill != nil {
		if err := kill(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatalf("the server ended by itself: %v", err)
	}
	stop()
	wg.Wait()
	return refused
}

// listedName is somebody of the list that killing loads.
const listedName = "Quisenberry Bartholomew Holding"

// startForKill starts a server as a process of its own, and gives its address.
func startForKill(t *testing.T, at dataFlag) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestServeForKill$")
	c.Env = append(os.Environ(), "BE_KILLED_CORDON="+at.Data, "CORDON_FOLDER="+at.Folder)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err == nil {
		_, err = c.StdinPipe() // closed when this process ends, however it ends
	}
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(line, "Cordon serves on "), "/ (")
	return c, address
}

func askOnce(ctx context.Context, client *http.Client, address, body string) (id, text string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/v1/screen", strings.NewReader(body))
	if err != nil {
		return "", "", err
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := client.Do(r)
	if err != nil {
		return "", "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if id = res.Header.Get("Cordon-Answer-Id"); err == nil && (res.StatusCode != 200 || id == "") {
		err = errors.New(res.Status)
	}
	return id, string(b), err
}

// TestServeForKill is the server that is killed; it does nothing in a test run.
func TestServeForKill(t *testing.T) {
	dir := os.Getenv("BE_KILLED_CORDON")
	if dir == "" {
		t.Skip("this is run by TestServeKilled")
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3) // the process that was to kill this one is gone
	}()
	m := &Main{In: strings.NewReader(""), Out: os.Stdout, Err: os.Stderr}
	m.Run(t.Context(), []string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--keep", "answers", "--log", "faults"})
}

func wholeAfterKill(t *testing.T, at dataFlag, given map[string]string, round int) {
	t.Helper()
	s, err := (&Main{folder: at.Folder}).openReader(t.Context(), at.Data)
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	defer s.Close()
	snapshots, err := allSnapshots(t.Context(), s)
	if err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	if _, err := answer.Verify(t.Context(), s, snapshots, nil, func(p ledger.Problem) { t.Errorf("round %d: %+v", round, p) }); err != nil {
		t.Fatalf("round %d: %v", round, err)
	}
	seen := map[string]int{}
	for r, err := range s.List(t.Context(), answer.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		seen[r.ID]++
		if text, ok := given[r.ID]; ok && text != string(r.Answer) {
			t.Errorf("round %d: %s was given as %s and is kept as %s", round, r.ID, text, r.Answer)
		}
	}
	for id := range given {
		if seen[id] != 1 {
			t.Errorf("round %d: the answer %s is kept %d times", round, id, seen[id])
		}
	}
}

// BenchmarkServeKeep asks POST /v1/screen as BenchmarkServe does, of a server that
// keeps every answer, synced, before it gives it.
func BenchmarkServeKeep(b *testing.B) {
	run := func(b *testing.B, dir string, requests [][]byte) {
		h, _, stop := keepingServer(b, dir)
		defer stop()
		waits := hammerTimed(b, startServer(b, h), requests)
		slices.Sort(waits)
		b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
	}
	b.Run("embedded lists/strangers", func(b *testing.B) { run(b, b.TempDir(), requestsOf("/v1/screen", strangers())) })
	b.Run("embedded lists/listed", func(b *testing.B) { run(b, b.TempDir(), requestsOf("/v1/screen", listed)) })
	b.Run("UN list/one in 25 listed", func(b *testing.B) {
		name := shared(b, "data/lists/un/consolidated_2026-08-01.xml")
		dir := b.TempDir()
		if code, out := program(b, "lists", "load", name, "--source", "un", "--data", dir); code != 0 {
			b.Fatal(out)
		}
		run(b, dir, requestsOf("/v1/screen", append(strangers(), listed...)))
	})
}

// hammerTimed is hammer, and gives how long each answer took.
func hammerTimed(b *testing.B, address string, requests [][]byte) []time.Duration {
	b.Helper()
	waits := make([]time.Duration, b.N)
	var wg sync.WaitGroup
	cpu := processorSeconds()
	b.ResetTimer()
	for side := range connections {
		wg.Go(func() {
			a := dial(b, address)
			defer a.conn.Close()
			for i := side; i < b.N; i += connections {
				start := time.Now()
				if err := a.ask(requests[i%len(requests)]); err != nil {
					b.Error(err)
					return
				}
				waits[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
	b.ReportMetric((processorSeconds()-cpu)*1e6/float64(b.N), "processor-µs/answer")
	return waits
}

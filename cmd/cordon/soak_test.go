package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/logkey"
)

// TestSoak loads a server: the built program as a process of its own, asked from here over connections to it. `make soak`
// runs it; docs/BENCHMARKS.md says how. It asks and waits for nothing but answers, passes or fails by their being right, and
// prints what they took.
func TestSoak(t *testing.T) {
	s := soak{t: t, program: os.Getenv("SOAK_PROGRAM"), client: os.Getenv("SOAK_CLIENT")}
	if s.program == "" {
		t.Skip("this is run by make soak")
	}
	s.time, s.sides, s.subjects = soakSettings(t)
	s.dir = os.Getenv("SOAK_DIR")
	if s.dir == "" {
		s.dir = t.TempDir()
	}
	s.load()
	modes := map[string]func(address string){
		"screen": func(address string) { s.requests(address, "/v1/screen", s.queries) },
		"match":  func(address string) { s.requests(address, "/match/soak", asMatches(s.queries)) },
		"kept":   func(address string) { s.requests(address, "/v1/screen", s.queries) },
		"batch":  s.batches,
	}
	chosen := strings.FieldsFunc(os.Getenv("SOAK_MODE"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(chosen) == 0 {
		chosen = []string{"screen", "match", "kept", "batch"}
	}
	for _, mode := range chosen {
		f := modes[mode]
		if f == nil {
			t.Fatalf("there is no mode %q", mode)
		}
		s.run(mode, f)
	}
}

func soakSettings(t *testing.T) (long time.Duration, sides, subjects int) {
	long, sides, subjects = 20*time.Second, connections, 30_000
	var err error
	if v := os.Getenv("SOAK_TIME"); v != "" {
		if long, err = time.ParseDuration(v); err != nil {
			t.Fatal(err)
		}
	}
	for name, to := range map[string]*int{"SOAK_CONNECTIONS": &sides, "SOAK_SUBJECTS": &subjects} {
		if v := os.Getenv(name); v != "" {
			if *to, err = strconv.Atoi(v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return long, sides, subjects
}

// soak is one run, of several modes.
type soak struct {
	t               *testing.T
	program, dir    string
	client          string // "wrk" for that program where it can be used, "own" for this one
	time            time.Duration
	sides, subjects int
	queries         []string // bodies of POST /v1/screen

	process *exec.Cmd
	used    time.Duration // of processors by the server, when it was warm
	answers atomic.Int64  // given
	failed  atomic.Int64
	reason  atomic.Pointer[string] // of the first that failed
}

// fail notes an answer that is none.
func (s *soak) fail(format string, args ...any) {
	s.failed.Add(1)
	why := fmt.Sprintf(format, args...)
	s.reason.CompareAndSwap(nil, &why)
}

// load makes the list and loads it, unless the folder has it.
func (s *soak) load() {
	m := newMade(s.t)
	s.queries = m.queries(5000)
	file := filepath.Join(s.dir, fmt.Sprintf("soak-%d.ftm.json", s.subjects))
	if _, err := os.Stat(file); err == nil {
		return
	}
	if err := os.WriteFile(file, m.list(s.subjects), 0o600); err != nil {
		s.t.Fatal(err)
	}
	began := time.Now()
	out, err := exec.Command(s.program, "lists", "load", file, "--source", "ftm", "--list", "soak", "--data", s.data()).CombinedOutput()
	if err != nil {
		_ = os.Remove(file)
		s.t.Fatalf("the list cannot be loaded: %v %s", err, out)
	}
	s.say("%d subjects loaded in %s", s.subjects, time.Since(began).Round(time.Second))
}

func (s *soak) data() string { return filepath.Join(s.dir, fmt.Sprintf("soak-%d", s.subjects)) }

func (s *soak) say(format string, args ...any) { fmt.Printf("soak: "+format+"\n", args...) }

// run starts a server, has it asked, and stops it.
func (s *soak) run(mode string, ask func(address string)) {
	before := s.logSize()
	address, stop := s.start(mode == "kept")
	s.answers.Store(0)
	s.failed.Store(0)
	s.reason.Store(nil)
	load, _ := os.ReadFile("/proc/loadavg")
	s.say("%s: %s, %d connections, %d subjects; load of the machine %.14s", mode, s.time, s.sides, s.subjects, load)
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ended) })
	ask(address)
	used := s.processor() - s.used
	close(ended)
	watching.Wait()
	n, failed := s.answers.Load(), s.failed.Load()
	s.say("%s: %d failed of %d; %.0f processor-µs of the server each", mode, failed, n+failed, used.Seconds()*1e6/float64(max(n, 1)))
	if failed > 0 {
		s.t.Errorf("%s: %d failed, the first with: %s", mode, failed, *s.reason.Load())
	}
	if n == 0 {
		s.t.Errorf("%s: nothing was answered", mode)
	}
	stop()
	if kept := s.logSize() - before; mode == "kept" {
		s.say("kept: %d entries more in the log", kept)
		if kept < n {
			s.t.Errorf("%d were answered, and %d entries came into the log", n, kept)
		}
	}
}

// start starts the server, and gives its address and what stops it.
func (s *soak) start(keep bool) (address string, stop func()) {
	args := []string{"serve", "--addr", "127.0.0.1:0", "--data", s.data(), "--log", "faults", "--demo", "--rate", "0"}
	if keep {
		args = append(args, "--keep", "answers")
	}
	c := exec.Command(s.program, args...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.process = c
	s.t.Cleanup(func() { _ = c.Process.Kill() }) // where the test ended before it did
	line, err := bufio.NewReader(out).ReadString('\n')
	m := greeting.FindStringSubmatch(line)
	if m == nil {
		_ = c.Process.Kill()
		s.t.Fatalf("the server does not start: %q %v", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return strings.TrimSuffix(strings.TrimPrefix(m[1], "http://"), "/"), func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		if err := c.Wait(); err != nil {
			s.t.Errorf("the server ends with %v", err)
		}
	}
}

// watch prints the memory of the server each minute, or four times in a run that is shorter.
func (s *soak) watch(ended chan struct{}) {
	tick := time.NewTicker(min(time.Minute, s.time/4))
	defer tick.Stop()
	began := time.Now()
	for {
		s.say("  %5s  %d MiB resident, %d answered", time.Since(began).Round(time.Second), s.resident()>>10, s.answers.Load())
		select {
		case <-tick.C:
		case <-ended:
			return
		}
	}
}

// resident gives the memory of the server that is in use, in KiB.
func (s *soak) resident() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	_, rest, ok := strings.Cut(string(b), "VmRSS:")
	if err != nil || !ok {
		return 0
	}
	n, _ := strconv.Atoi(strings.Fields(rest)[0])
	return n
}

// processor gives the time of processors that the server has used, in ticks of 10 ms.
func (s *soak) processor() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.process.Process.Pid))
	_, rest, ok := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if err != nil || !ok || len(f) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// logSize gives the number of entries of the log.
func (s *soak) logSize() int64 {
	m := &Main{ctx: context.Background()}
	store, err := m.openReader(m.ctx, s.data())
	if err != nil {
		s.t.Fatal(err)
	}
	defer store.Close()
	var head []byte
	if err := store.View(m.ctx, func(r ledger.Reader) (err error) { head, err = r.Head(m.ctx); return err }); err != nil {
		s.t.Fatal(err)
	}
	if head == nil {
		return 0
	}
	key, err := logkey.Read(s.data())
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := key.Public().Open(head)
	if err != nil {
		s.t.Fatal(err)
	}
	return c.Size
}

// requests asks one question after the other over each connection.
func (s *soak) requests(address, path string, bodies []string) {
	warm := dial(s.t, address)
	defer warm.conn.Close()
	for _, body := range bodies[:min(len(bodies), 1000)] {
		if _, err := warm.answer(post(path, body)); err != nil {
			s.t.Fatal(err)
		}
	}
	s.used = s.processor()
	if wrk, err := exec.LookPath("wrk"); err == nil && s.client != "own" {
		s.wrk(wrk, address, path, bodies)
		return
	}
	var mu sync.Mutex
	var waits []time.Duration
	until := time.Now().Add(s.time)
	began := time.Now()
	var wg sync.WaitGroup
	for side := range s.sides {
		a := dial(s.t, address)
		wg.Go(func() {
			defer a.conn.Close()
			var mine []time.Duration
			for i := side; time.Now().Before(until); i += s.sides {
				sent := time.Now()
				b, err := a.answer(post(path, bodies[i%len(bodies)]))
				if err == nil && bytes.Contains(b, []byte(`"not_screened"`)) {
					err = fmt.Errorf("not screened: %s", b)
				}
				if err != nil {
					s.fail("%v", err)
					break // of this connection nothing more is known
				}
				mine = append(mine, time.Since(sent))
				s.answers.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			waits = append(waits, mine...)
		})
	}
	wg.Wait()
	s.told(float64(len(waits))/time.Since(began).Seconds(), waits)
}

func (s *soak) told(rate float64, waits []time.Duration) {
	if len(waits) == 0 {
		return
	}
	slices.Sort(waits)
	at := func(share float64) float64 {
		return float64(waits[int(share*float64(len(waits)-1))].Microseconds()) / 1000
	}
	s.say("  %.0f requests/s, p50 %.2f ms, p99 %.2f ms, longest %.0f ms", rate, at(0.5), at(0.99), at(1))
}

// answer sends a request and gives the body of its answer, which must be 200.
func (a *asker) answer(request []byte) ([]byte, error) {
	if _, err := a.conn.Write(request); err != nil {
		return nil, err
	}
	length, chunked := -1, false
	status := ""
	for first := true; ; first = false {
		line, err := a.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if first {
			status = string(line)
		}
		chunked = chunked || bytes.HasPrefix(line, []byte("Transfer-Encoding: chunked"))
		if len(line) == 2 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return nil, err
			}
		}
	}
	var b []byte
	var err error
	switch {
	case chunked:
		b, err = a.chunks()
	case length < 0:
		err = fmt.Errorf("the answer does not say how long it is: %s", status)
	default:
		b = make([]byte, length)
		_, err = io.ReadFull(a.in, b)
	}
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(status, "HTTP/1.1 200") {
		return nil, fmt.Errorf("%s%s", status, b)
	}
	return b, nil
}

// chunks reads a body that comes in chunks, without trailers.
func (a *asker) chunks() (b []byte, err error) {
	for {
		line, err := a.in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return nil, err
		}
		at := len(b)
		b = append(b, make([]byte, n+2)...) // with the end of the line
		if _, err := io.ReadFull(a.in, b[at:]); err != nil {
			return nil, err
		}
		if b = b[:at+int(n)]; n == 0 {
			return b, nil
		}
	}
}

// wrkScript asks the lines of a file in turn, and says in the end what became of them.
const wrkScript = `local bodies, n = {}, 0
for line in io.lines(os.getenv("SOAK_BODIES")) do bodies[#bodies + 1] = line end
wrk.method, wrk.headers["Content-Type"] = "POST", "application/json"
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, bodies[n % #bodies + 1])
end
done = function(s, l)
  local e = s.errors
  io.write(string.format("SOAK %d %d %d %.0f %.0f %.0f\n", s.requests, e.connect + e.read + e.write + e.status + e.timeout, s.duration,
    l:percentile(50), l:percentile(99), l.max))
end
`

// wrk has the program of that name ask.
func (s *soak) wrk(program, address, path string, bodies []string) {
	script, lines := filepath.Join(s.dir, "soak.lua"), filepath.Join(s.dir, "soak.bodies")
	for name, text := range map[string]string{script: wrkScript, lines: strings.Join(bodies, "\n") + "\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	c := exec.Command(program, "-t1", fmt.Sprintf("-c%d", s.sides), fmt.Sprintf("-d%ds", int(s.time.Seconds())), "--timeout", "30s", "-s", script, "http://"+address+path)
	c.Env = append(os.Environ(), "SOAK_BODIES="+lines)
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Fatalf("wrk: %v %s", err, out)
	}
	_, rest, ok := strings.Cut(string(out), "SOAK ")
	var n, failed, micro int64
	var half, most, longest float64
	if _, err := fmt.Sscan(rest, &n, &failed, &micro, &half, &most, &longest); err != nil || !ok {
		s.t.Fatalf("wrk says %s", out)
	}
	s.answers.Add(n - failed)
	for range failed {
		s.fail("wrk says %s", out)
	}
	s.say("  %.0f requests/s, p50 %.2f ms, p99 %.2f ms, longest %.0f ms (wrk)", float64(n)/(float64(micro)/1e6), half/1000, most/1000, longest/1000)
}

// names is how many are sent in one batch.
const soakNames = 2000

// batches sends streams of names, two at a time, and reads their answers.
func (s *soak) batches(address string) {
	var body strings.Builder
	for i := range soakNames {
		body.WriteString(s.queries[i%len(s.queries)] + "\n")
	}
	one := func() (time.Duration, error) {
		began := time.Now()
		n, err := batchLines(address, body.String())
		if err == nil && n != soakNames {
			err = fmt.Errorf("%d answers to %d names", n, soakNames)
		}
		return time.Since(began), err
	}
	if _, err := one(); err != nil {
		s.t.Fatal(err)
	}
	s.used = s.processor()
	var mu sync.Mutex
	var waits []time.Duration
	began := time.Now()
	until := began.Add(s.time)
	var wg sync.WaitGroup
	for range min(s.sides, 2) {
		wg.Go(func() {
			for time.Now().Before(until) {
				took, err := one()
				if err != nil {
					s.fail("%v", err)
					return
				}
				s.answers.Add(soakNames)
				mu.Lock()
				waits = append(waits, took)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	s.say("  %.0f names/s", float64(s.answers.Load())/time.Since(began).Seconds())
	s.told(float64(len(waits))/time.Since(began).Seconds(), waits)
}

// batchLines sends names as one stream, and counts the answers, none of which may say that it was not screened. It reads no
// more of HTTP than it must, so that the processor is left to the server.
func batchLines(address, body string) (n int, err error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	sent := make(chan error, 1)
	go func() {
		_, err := fmt.Fprintf(conn, "POST /v1/screen/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/jsonl\r\nConnection: close\r\n"+
			"Content-Length: %d\r\n\r\n%s", len(body), body)
		sent <- err
	}()
	b, err := io.ReadAll(conn)
	if e := <-sent; e != nil {
		return 0, e
	}
	switch {
	case err != nil:
		return 0, err
	case !bytes.HasPrefix(b, []byte("HTTP/1.1 200")):
		return 0, fmt.Errorf("%.500s", b)
	case !bytes.Contains(b[max(0, len(b)-200):], []byte("Cordon-Read: ")):
		return 0, fmt.Errorf("the stream broke off")
	case bytes.Contains(b, []byte(`"not_screened"`)):
		return 0, fmt.Errorf("somebody was not screened")
	}
	return bytes.Count(b, []byte(`"outcome":`)), nil
}

// made makes a list of any size: the names of a list of OFAC's beside the project first, with their aliases, then new ones of
// the same shape whose words are theirs. The same number gives the same list.
type made struct {
	r     *rand.Rand
	real  []madeOf
	words map[string][]string
	more  []string // names of people on no list
}

type madeOf struct {
	schema string
	names  []string
}

func newMade(t *testing.T) *made {
	t.Helper()
	m := &made{r: rand.New(rand.NewPCG(4, 2026)), words: map[string][]string{}}
	at := map[string]int{}
	for _, row := range ofacRows(t, "sdn_photoangell.csv") {
		schema := map[string]string{"individual": "Person", "vessel": "Vessel", "aircraft": "Airplane"}[strings.TrimSpace(row[2])]
		if schema == "" {
			schema = "Organization"
		}
		at[row[0]] = len(m.real)
		m.real = append(m.real, madeOf{schema, []string{row[1]}})
	}
	for _, row := range ofacRows(t, "alt.csv") {
		if i, ok := at[row[0]]; ok {
			m.real[i].names = append(m.real[i].names, row[3])
		}
	}
	for _, x := range m.real {
		for _, n := range x.names {
			m.words[x.schema] = append(m.words[x.schema], strings.Fields(n)...)
		}
	}
	for _, file := range []string{"negatives_global.csv", "negatives_us.csv"} {
		for _, row := range csvRows(t, filepath.Join("bench", "screening", file))[1:] {
			m.more = append(m.more, row[0])
		}
	}
	return m
}

func ofacRows(t *testing.T, name string) (out [][]string) {
	t.Helper()
	for _, row := range csvRows(t, filepath.Join("data", "lists", "ofac", "sdn_csv", name)) {
		if len(row) > 4 {
			out = append(out, row)
		}
	}
	return out
}

func csvRows(t *testing.T, name string) [][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", name))
	if err != nil {
		t.Skip("no soak: there is no ../shared/" + filepath.ToSlash(name))
	}
	b, _, _ = bytes.Cut(b, []byte{0x1A})
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// list gives n subjects as entities of FollowTheMoney.
func (m *made) list(n int) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for i := range n {
		x := m.real[min(i, len(m.real)-1)]
		if i >= len(m.real) {
			x = m.made()
		}
		props := map[string][]string{"name": x.names[:1], "topics": {"sanction"}}
		if len(x.names) > 1 {
			props["alias"] = x.names[1:]
		}
		if x.schema == "Person" && i%2 == 0 {
			props["birthDate"] = []string{fmt.Sprintf("%d-%02d-%02d", 1930+m.r.IntN(75), 1+m.r.IntN(12), 1+m.r.IntN(28))}
		}
		_ = enc.Encode(map[string]any{"id": fmt.Sprintf("soak-%d", i), "caption": x.names[0], "schema": x.schema, "properties": props})
	}
	return b.Bytes()
}

// made makes a subject like a real one: a word stays the same in all its names.
func (m *made) made() madeOf {
	like := m.real[m.r.IntN(len(m.real))]
	words := m.words[like.schema]
	swap := map[string]string{}
	out := madeOf{schema: like.schema}
	for _, n := range like.names {
		f := strings.Fields(n)
		for i := range f {
			if swap[f[i]] == "" {
				swap[f[i]] = words[m.r.IntN(len(words))]
			}
			f[i] = swap[f[i]]
		}
		out.names = append(out.names, strings.Join(f, " "))
	}
	return out
}

// queries gives n questions, one in 25 about somebody who is listed.
func (m *made) queries(n int) (out []string) {
	r := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		name := m.more[r.IntN(len(m.more))]
		if i%25 == 24 {
			name = m.real[r.IntN(len(m.real))].names[0]
		}
		b, _ := json.Marshal(map[string]string{"name": name})
		out = append(out, string(b))
	}
	return out
}

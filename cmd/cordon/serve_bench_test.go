package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cordon-engine/cordon/internal/httpapi"
)

// connections is how many ask at once.
const connections = 16

// startServer serves a handler on this machine as `cordon serve` does, with its log
// of requests, and gives the address.
func startServer(b *testing.B, h http.Handler) string {
	b.Helper()
	on, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, on, h, discard()) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return on.Addr().String()
}

// asker is one connection. It reads no more of an answer than it must, so that the
// processor is left to the server.
type asker struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(b testing.TB, address string) *asker {
	conn, err := new(net.Dialer).DialContext(b.Context(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	return &asker{conn, bufio.NewReaderSize(conn, 1<<16)}
}

// post gives the bytes of a request.
func post(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}

// ask sends a request and reads the answer, which must be 200.
func (a *asker) ask(request []byte) error {
	if _, err := a.conn.Write(request); err != nil {
		return err
	}
	length := -1
	for first := true; ; first = false {
		line, err := a.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 200")) {
			return fmt.Errorf("the answer is %s", line)
		}
		if len(line) == 2 {
			break
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("the answer does not say how long it is")
	}
	_, err := a.in.Discard(length)
	return err
}

func processorSeconds() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

// hammer asks b.N requests over some connections.
func hammer(b *testing.B, address string, requests [][]byte) {
	b.Helper()
	b.ReportAllocs()
	var next atomic.Int64
	var wg sync.WaitGroup
	askers := make([]*asker, connections)
	for i := range askers {
		askers[i] = dial(b, address)
		if err := askers[i].ask(requests[i%len(requests)]); err != nil {
			b.Fatal(err)
		}
	}
	for _, r := range requests { // what is kept in memory is there before it counts
		if err := askers[0].ask(r); err != nil {
			b.Fatal(err)
		}
	}
	cpu := processorSeconds()
	b.ResetTimer()
	for _, a := range askers {
		wg.Go(func() {
			defer a.conn.Close()
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				if err := a.ask(requests[i%int64(len(requests))]); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric((processorSeconds()-cpu)*1e6/float64(b.N), "processor-µs/request")
}

// instant answers at once, to measure all that is not screening.
type instant struct{ answer []byte }

func (i instant) Screen(context.Context, []byte) ([]byte, error) { return i.answer, nil }

func (i instant) ScreenLines(_ context.Context, r io.Reader, w io.Writer) (httpapi.Count, error) {
	n, err := io.Copy(w, r)
	return httpapi.Count{Read: int(n)}, err
}

// strangers are queries for people that no list has, and listed for those that one
// has.
func strangers() []string {
	var out []string
	for _, first := range []string{"Anna", "Piotr", "Gunnhild", "Rashida", "Thomas", "Mei", "Carlos", "Ifeoma", "Laura", "Henrik"} {
		for _, last := range []string{"Kowalska", "Haraldsdottir", "Fernandes", "Okonkwo", "Lindqvist", "Baker", "Moreau", "Tanaka", "Silva", "Novak"} {
			out = append(out, `{"name":"`+first+" "+last+`"}`)
		}
	}
	return out
}

var listed = []string{
	`{"name":"Yun Ho Chin"}`, `{"name":"Ri Won Ho","country":"KP"}`, `{"name":"Korea Mining Development Trading Corporation"}`,
	`{"name":"Kim Tong Myong","birthDate":"1964"}`,
}

// asMatches gives the same questions as clients of yente ask them, of anybody.
func asMatches(queries []string) []string {
	var out []string
	for _, q := range queries {
		out = append(out, `{"queries":{"q":{"schema":"LegalEntity","properties":`+q+`}}}`)
	}
	return out
}

func requestsOf(path string, bodies []string) [][]byte {
	var out [][]byte
	for _, body := range bodies {
		out = append(out, post(path, body))
	}
	return out
}

// shared gives a file of the data beside the repository, or skips.
func shared(b *testing.B, path string) string {
	b.Helper()
	name := filepath.Join("..", "..", "..", "shared", path)
	if _, err := os.Stat(name); err != nil {
		b.Skip("not measured: there is no ../shared/" + path)
	}
	return name
}

// BenchmarkServe asks POST /v1/screen over connections to a server on this machine;
// client and server share its processors.
func BenchmarkServe(b *testing.B) {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	open := func(b *testing.B, dir string) http.Handler {
		m := &Main{ctx: b.Context()}
		live, places, err := m.openLive(b.Context(), dir, 0, discard())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(live.Close)
		sc := &screener{live: live, places: places, m: m, lists: lists{live: live, m: m}}
		h, err := (&serveCmd{}).handler(m, log, "127.0.0.1", sc)
		if err != nil {
			b.Fatal(err)
		}
		return h
	}
	b.Run("nothing", func(b *testing.B) { // what HTTP itself costs, client included
		h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}\n")) })
		hammer(b, startServer(b, h), [][]byte{post("/", "{}")})
	})
	b.Run("server alone", func(b *testing.B) {
		a, err := httpapi.New(httpapi.Config{Screener: instant{[]byte("{}\n")}, Limits: httpapi.DefaultLimits()})
		if err != nil {
			b.Fatal(err)
		}
		hammer(b, startServer(b, httpapi.Guard(a, httpapi.DefaultLimits(), []string{"127.0.0.1"}, log)), requestsOf("/v1/screen", strangers()))
	})
	b.Run("embedded lists/strangers", func(b *testing.B) {
		h := open(b, "")
		hammer(b, startServer(b, h), requestsOf("/v1/screen", strangers()))
	})
	b.Run("embedded lists/listed", func(b *testing.B) {
		h := open(b, "")
		hammer(b, startServer(b, h), requestsOf("/v1/screen", listed))
	})
	file := func(b *testing.B) string {
		dir := b.TempDir()
		name := shared(b, "data/lists/un/consolidated_2026-08-01.xml")
		var out buffer
		m := &Main{In: strings.NewReader(""), Out: &out, Err: &out}
		if code := m.Run(b.Context(), []string{"lists", "load", name, "--source", "un", "--data", dir}); code != 0 {
			b.Fatal(out.String())
		}
		return dir
	}
	b.Run("UN list/strangers", func(b *testing.B) {
		h := open(b, file(b))
		hammer(b, startServer(b, h), requestsOf("/v1/screen", strangers()))
	})
	b.Run("UN list/one in 25 listed", func(b *testing.B) {
		h := open(b, file(b))
		hammer(b, startServer(b, h), requestsOf("/v1/screen", append(strangers(), listed...)))
	})
	b.Run("UN list/one in 25 listed/yente", func(b *testing.B) {
		h := open(b, file(b))
		hammer(b, startServer(b, h), requestsOf("/match/un", asMatches(append(strangers(), listed...))))
	})
	b.Run("UN list/strangers/yente", func(b *testing.B) {
		h := open(b, file(b))
		hammer(b, startServer(b, h), requestsOf("/match/un", asMatches(strangers())))
	})
	b.Run("UN list/batch", func(b *testing.B) {
		h := open(b, file(b))
		batch(b, startServer(b, h), append(strangers(), listed...))
	})
}

// batch asks b.N queries as one stream for each processor.
func batch(b *testing.B, address string, queries []string) {
	b.Helper()
	b.ReportAllocs()
	streams := runtime.GOMAXPROCS(0)
	cpu := processorSeconds()
	b.ResetTimer()
	var wg sync.WaitGroup
	for s := range streams {
		wg.Go(func() {
			n := (b.N + streams - 1 - s) / streams
			body := &lines{queries: queries, left: n}
			r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://"+address+"/v1/screen/batch", body)
			if err != nil {
				b.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/jsonl")
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				b.Error(err)
				return
			}
			defer res.Body.Close()
			_, err = io.Copy(io.Discard, res.Body)
			if got := res.Trailer.Get("Cordon-Answered"); err != nil || got != strconv.Itoa(n) {
				b.Errorf("%d asked, %q answered: %v", n, got, err)
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
	b.ReportMetric((processorSeconds()-cpu)*1e6/float64(b.N), "processor-µs/line")
}

// lines gives queries, one a line, round and round.
type lines struct {
	queries []string
	left    int
	at      int
	rest    []byte
}

// Read is part of io.Reader.
func (l *lines) Read(p []byte) (int, error) {
	for len(l.rest) < len(p) && l.left > 0 {
		l.rest = append(append(l.rest, l.queries[l.at%len(l.queries)]...), '\n')
		l.at++
		l.left--
	}
	if len(l.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

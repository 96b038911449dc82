package postgres

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/answer/answertest"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/sqlite"
	"github.com/cordon-engine/cordon/internal/when"
)

// TestMeasure measures a list in both stores: a first load, a load of which one
// record in 200 differs, reading, and verifying; each by the clock, and as computed
// by this process and by the server. CORDON_GROW sets the number of records.
func TestMeasure(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("CORDON_GROW"))
	if err != nil {
		t.Skip("measures; set CORDON_GROW to a number of records, as in 30000")
	}
	server := postgrestest.Shared(t)
	t.Run("postgres", func(t *testing.T) { measure(t, opened(t, server.Database(t)), server, n) })
	t.Run("sqlite", func(t *testing.T) {
		s := must(sqlite.Open(context.Background(), t.TempDir()))(t)
		defer s.Close()
		measure(t, s, server, n)
	})
}

func measure(t *testing.T, s snapshot.Store, server *postgrestest.Server, n int) {
	ctx := context.Background()
	step := func(what string, f func()) {
		start, own, there := time.Now(), computed(t), must(server.CPU())(t)
		f()
		t.Logf("%-22s %6.2f s, computed here %.2f s, in the server %.2f s", what, time.Since(start).Seconds(),
			(computed(t) - own).Seconds(), (must(server.CPU())(t) - there).Seconds())
	}
	for version, what := range []string{"first load", "load of few changes"} {
		step(what, func() {
			l := must(s.Begin(ctx, "big"))(t)
			for i := range n {
				changes := ""
				if i%200 == 0 {
					changes = fmt.Sprint(version)
				}
				r := snapshottest.Record(fmt.Sprintf("big:%08d", i), fmt.Sprint(i, changes, strings.Repeat(" remark", 40)))
				if err := l.Put(r.Subject.ID, r); err != nil {
					t.Fatal(err)
				}
			}
			m := snapshot.Meta{Published: when.Day(version), Expires: when.NoDay, Content: must(l.Content())(t)}
			must(l.Commit(m))(t)
		})
	}
	step("reading it", func() {
		count := 0
		for _, err := range s.Entries(ctx, snapshot.ID{List: "big"}) {
			if err != nil {
				t.Fatal(err)
			}
			count++
		}
		if count != n {
			t.Errorf("%d entries", count)
		}
	})
	step("1,000 times about one", func() {
		for i := range 1000 {
			if got := must(s.About(ctx, snapshot.ID{List: "big"}, fmt.Sprintf("big:%08d", i*7919%n)))(t); len(got) != 1 {
				t.Fatal(got)
			}
		}
	})
	step("verifying", func() {
		if got := problems(t, s); len(got) > 0 {
			t.Errorf("%q", got)
		}
	})
}

// computed gives the time that this process has computed so far.
func computed(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkVerify verifies a log of so many answers, in the database.
func BenchmarkVerify(b *testing.B) {
	ctx := context.Background()
	s, err := Open(ctx, postgrestest.Database(b), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	versions := answertest.Put(b, s)
	const answers = 3000
	for from := 0; from < answers; from += 500 {
		var list []answer.Kept
		for range 500 {
			k := answer.Kept{
				Kind: answer.Screen, Actor: "u-1", Under: []string{"list:un"}, Versions: versions,
				Question: []byte(`{"query":{"name":"Anna Kowalska"}}`), Answer: bytes.Repeat([]byte("x"), 800),
			}
			if err := k.Seal(time.Now()); err != nil {
				b.Fatal(err)
			}
			list = append(list, k)
		}
		if err := s.Keep(ctx, list); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		v, err := answer.Verify(ctx, s, nil, nil, func(p ledger.Problem) { b.Error(p.What) })
		if err != nil || v.Answers != answers {
			b.Fatalf("%+v %v", v, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/answers, "µs/answer")
}

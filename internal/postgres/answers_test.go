package postgres

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/answer/answertest"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/ledger/ledgertest"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
)

// testKeys is the folder of the key of all logs of these tests, also in processes that
// tests start.
var testKeys = os.Getenv(keysName)

const keysName = "CORDON_TEST_KEYS"

func TestMain(m *testing.M) { os.Exit(withKeys(m)) }

func withKeys(m *testing.M) int {
	if testKeys != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "cordon-keys-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = os.Setenv(keysName, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	testKeys = dir
	return m.Run()
}

func TestAnswers(t *testing.T) {
	answertest.Run(t, func(t testing.TB) answer.Store { return opened(t, postgrestest.Database(t)) })
}

// logStore is a store as the suite of the log wants it.
type logStore struct{ *Store }

func (s logStore) Update(ctx context.Context, f func(ledger.Tx) error) error {
	return s.adding(ctx, func(tx pgx.Tx) error { return f(logTx{logOf{tx}}) })
}

func TestLog(t *testing.T) {
	ledgertest.Run(t, func(t testing.TB) ledgertest.Store { return logStore{opened(t, postgrestest.Database(t))} })
}

// verified verifies the log, what is kept and the loads, and gives what was found.
func verified(t testing.TB, s *Store) (out []string, v answer.Verified) {
	t.Helper()
	snaps := must(s.Snapshots(context.Background(), "x"))(t)
	v, err := answer.Verify(context.Background(), s, snaps, nil, func(p ledger.Problem) { out = append(out, p.What) })
	if err != nil {
		t.Fatal(err)
	}
	return out, v
}

// Two programs over one database add to one log, at the same time as a third loads:
// it never forks, and each entry is there once.
func TestNoFork(t *testing.T) {
	ctx := context.Background()
	address := postgrestest.Database(t)
	first := opened(t, address)
	versions := answertest.Put(t, first)
	const rounds, loads = 25, 4
	var wg sync.WaitGroup
	for side, s := range []*Store{first, opened(t, address)} {
		for lane := range 2 {
			wg.Go(func() {
				for i := range rounds {
					n := (side*2+lane)*1000 + i*2
					if err := s.Keep(ctx, []answer.Kept{answertest.New(t, versions, n), answertest.New(t, versions, n+1)}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	third := opened(t, address)
	for i := range loads {
		load(t, third, "2020-01-01", map[string]string{"x:a": fmt.Sprint(i)})
	}
	wg.Wait()
	out, v := verified(t, third)
	if len(out) > 0 || v.Answers != 4*2*rounds || v.Loads != loads || v.Entries != v.Answers+v.Loads {
		t.Errorf("%q %+v", out, v)
	}
}

// A load and its entry are one transaction, and nobody goes on with the log under
// another key.
func TestLoadsAreEntered(t *testing.T) {
	ctx := context.Background()
	address := postgrestest.Database(t)
	s := opened(t, address)
	load(t, s, "2020-01-01", map[string]string{"x:a": "1"})
	load(t, s, "2020-01-02", map[string]string{"x:a": "2"})
	if out, v := verified(t, s); len(out) > 0 || v.Loads != 2 {
		t.Errorf("%q %+v", out, v)
	}
	stranger := must(Open(ctx, address, t.TempDir()))(t)
	defer stranger.Close()
	if _, err := snapshottest.Load(t, stranger, "x", "2020-01-03", map[string]string{"x:a": "3"}); fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "under another key") {
		t.Errorf("%v", err)
	}
	if _, _, err := stranger.Checkpoint(ctx); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("%v", err)
	}
	if n := len(must(s.Snapshots(ctx, "x"))(t)); n != 2 {
		t.Errorf("a load that could not be entered is there: %d", n)
	}
}

// What is altered in the database is found.
func TestAlteredAnswers(t *testing.T) {
	ctx := context.Background()
	s := opened(t, postgrestest.Database(t))
	versions := answertest.Put(t, s)
	var list []answer.Kept
	for i := range 6 {
		list = append(list, answertest.New(t, versions, i))
	}
	if err := s.Keep(ctx, list); err != nil {
		t.Fatal(err)
	}
	load(t, s, "2020-01-01", map[string]string{"x:a": "1"})
	if out, _ := verified(t, s); len(out) > 0 {
		t.Fatalf("before: %q", out)
	}
	for _, c := range []struct{ change, want string }{
		{`UPDATE cordon.kept_answer SET answer = '{}' WHERE seq = 4`, list[4].ID + " is not what was kept"},
		{`UPDATE cordon.kept_answer SET salt = NULL, question = NULL, answer = NULL, explanation = NULL WHERE seq = 1`, list[1].ID + " is gone, and"},
		{`DELETE FROM cordon.kept_answer WHERE seq = 5`, list[5].ID + " is gone, with all"},
		{`DELETE FROM cordon.snapshot`, "x@1 is gone"},
		{`UPDATE cordon.log_entry SET actor = 'u-2' WHERE seq = 3`, "3"},
		{`UPDATE cordon.log_hash SET hash = sha256(hash) WHERE place = 0`, "0"},
	} {
		before, _ := verified(t, s)
		if tag := must(s.pool.Exec(ctx, c.change))(t); tag.RowsAffected() != 1 {
			t.Errorf("%s changed %d rows", c.change, tag.RowsAffected())
		}
		after, _ := verified(t, s)
		if len(after) <= len(before) || !strings.Contains(strings.Join(after, "\n"), c.want) {
			t.Errorf("%s: found %q", c.change, after)
		}
	}
}

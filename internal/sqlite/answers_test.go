package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cordon-engine/cordon/internal/answer"
	"github.com/cordon-engine/cordon/internal/answer/answertest"
	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/ledger"
	"github.com/cordon-engine/cordon/internal/ledger/ledgertest"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
)

func TestAnswers(t *testing.T) {
	answertest.Run(t, func(t testing.TB) answer.Store { return opened(t, t.TempDir()) })
}

// logStore is a store as the suite of the log wants it.
type logStore struct{ *Store }

func (s logStore) Update(ctx context.Context, f func(ledger.Tx) error) error {
	return s.tx(ctx, func(c *sql.Conn) error { return f(logIn(c)) })
}

func TestLog(t *testing.T) {
	ledgertest.Run(t, func(t testing.TB) ledgertest.Store { return logStore{opened(t, t.TempDir())} })
}

// TestLoadsAreEntered holds that a load and its entry are one transaction, and that the
// snapshot is held to the entry.
func TestLoadsAreEntered(t *testing.T) {
	ctx := context.Background()
	s := opened(t, t.TempDir())
	for i := range 3 {
		must(snapshottest.Load(t, s, "x", "2020-01-01", map[string]string{"x:1": fmt.Sprint(i)}))(t)
	}
	verify := func() (out []string, v answer.Verified) {
		snaps := must(s.Snapshots(ctx, "x"))(t)
		v, err := answer.Verify(ctx, s, snaps, nil, func(p ledger.Problem) { out = append(out, p.What) })
		if err != nil {
			t.Fatal(err)
		}
		return out, v
	}
	if out, v := verify(); len(out) > 0 || v.Entries != 3 || v.Loads != 3 {
		t.Errorf("%v %+v", out, v)
	}
	change(t, s, "UPDATE snapshot SET meta = replace(meta, '2020-01-01', '2021-01-01') WHERE number = 2")
	if out, _ := verify(); len(out) != 1 || !strings.Contains(out[0], "x@2 is not what was loaded") {
		t.Errorf("%v", out)
	}
}

// change damages a store behind its back.
func change(t testing.TB, s *Store, q string, args ...any) {
	t.Helper()
	res, err := s.db.Exec(q, args...)
	if err == nil {
		if n, _ := res.RowsAffected(); n == 0 {
			err = fmt.Errorf("%s changed nothing", q)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAltered changes what is kept, each in another way, and wants it found.
func TestAltered(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct{ change, want string }{
		{"UPDATE kept_answer SET answer = '{}' WHERE seq = 4", "is not what was kept"},
		{"UPDATE kept_answer SET question = question || ' ' WHERE seq = 4", "is not what was kept"},
		{"UPDATE kept_answer SET actor = 'u-2' WHERE seq = 4", "is not what was kept"},
		{"UPDATE kept_answer SET under = '' WHERE seq = 4", "is not what was kept"},
		{"UPDATE kept_answer SET explanation = 'no' WHERE seq = 4", "is not what was kept"},
		{"UPDATE kept_answer SET question = NULL, answer = NULL, salt = NULL WHERE seq = 4", "does not say that it was erased"},
		{"DELETE FROM kept_answer WHERE seq = 4", "is gone, with all that the store had of it"},
		{"UPDATE kept_answer SET seq = 12 WHERE seq = 4", "which is about"},
		{"UPDATE kept_note SET reason = 'another' WHERE seq = 10", "the reason of entry 10"},
		{"UPDATE log_entry SET actor = 'u-2' WHERE seq = 4", "entry 4 ("},
		{"DELETE FROM log_entry WHERE seq = 4", "entry 4 is gone"},
		{"DELETE FROM log_hash WHERE place = 9", "is gone"},
		{"UPDATE log_head SET signed = replace(signed, substr(signed, instr(signed, char(10)), 4), char(10) || '99' || char(10))", "the signature does not hold"},
	} {
		t.Run(c.change, func(t *testing.T) {
			s := opened(t, t.TempDir())
			v := answertest.Put(t, s)
			var list []answer.Kept
			for i := range 10 {
				list = append(list, answertest.New(t, v, i))
			}
			must(0, s.Keep(ctx, list))(t)
			for i, kind := range []ledger.Kind{ledger.Hold, ledger.Export, ledger.Setting} {
				a := must(answer.NewAct(list[9].Time, "u-1", fmt.Sprint("reason ", i)))(t)
				if kind == ledger.Setting {
					must(0, s.Enter(ctx, a.Entry(kind, "x")))(t)
				} else {
					must(0, s.Note(ctx, list[2].ID, kind, a))(t)
				}
			}
			answertest.Verify(t, s)
			conn := must(s.db.Conn(ctx))(t)
			must(conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"))(t)
			must(conn.ExecContext(ctx, c.change))(t)
			must(0, conn.Close())(t)
			var out []string
			if _, err := answer.Verify(ctx, s, nil, nil, func(p ledger.Problem) { out = append(out, p.What) }); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(strings.Join(out, "\n"), c.want) {
				t.Errorf("found is %q, not %q", out, c.want)
			}
		})
	}
}

// TestErasedIsGone looks for the words of an erased answer in every file of the store.
func TestErasedIsGone(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := opened(t, dir)
	v := answertest.Put(t, s)
	var list []answer.Kept
	for i := range 200 {
		k := answertest.New(t, v, i)
		k.Answer = []byte(strings.Repeat(fmt.Sprintf("answer-number-%d-of-many ", i), 1+i*i%400))
		list = append(list, k)
	}
	for i := 0; i < len(list); i += 20 {
		must(0, s.Keep(ctx, list[i:i+20]))(t)
	}
	is := func(text string) bool {
		for _, name := range []string{file, file + "-wal"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil && strings.Contains(string(b), text) {
				return true
			}
		}
		return false
	}
	for _, i := range []int{0, 7, 100, 199} {
		words, salt := fmt.Sprintf("answer-number-%d-of-many", i), string(list[i].Salt[:])
		if !is(words) || !is(salt) {
			t.Fatal("the test looks in the wrong place")
		}
		must(0, s.Erase(ctx, list[i].ID, must(answer.NewAct(list[i].Time, "u-1", "asked for"))(t)))(t)
		if is(words) || is(salt) {
			t.Errorf("answer %d is still in the files", i)
		}
	}
	answertest.Verify(t, s)
}

// TestKeyLost holds that a log is not gone on with under a new key.
func TestKeyLost(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := opened(t, dir)
	v := answertest.Put(t, s)
	must(0, s.Keep(ctx, []answer.Kept{answertest.New(t, v, 0)}))(t)
	must(0, s.Close())(t)
	key := filepath.Join(dir, "audit.key")
	if info := must(os.Stat(key))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("the key has the mode %v", info.Mode())
	}
	must(0, os.Rename(key, key+".away"))(t)
	s = opened(t, dir)
	if err := s.Keep(ctx, []answer.Kept{answertest.New(t, v, 1)}); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("without the key: %v", err)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("another key was made")
	}
	must(0, os.Rename(key+".away", key))(t)
	must(0, s.Keep(ctx, []answer.Kept{answertest.New(t, v, 1)}))(t)
	must(0, os.Chmod(key, 0o644))(t)
	if err := opened(t, dir).Keep(ctx, []answer.Kept{answertest.New(t, v, 2)}); fault.CodeOf(err) != fault.Unavailable {
		t.Errorf("with a key that all can read: %v", err)
	}
}

// BenchmarkKeep keeps answers of 1 KB from so many sides at once.
func BenchmarkKeep(b *testing.B) {
	for _, sides := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("%d at once", sides), func(b *testing.B) {
			ctx := context.Background()
			s := opened(b, b.TempDir())
			v := answertest.Put(b, s)
			k := answer.NewKeeper(s)
			var n atomic.Int64
			done := make(chan error, sides)
			b.ResetTimer()
			for range sides {
				go func() {
					for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
						x := answertest.New(b, v, int(i))
						x.Answer = append(x.Answer, make([]byte, 1000)...)
						if err := k.Keep(ctx, x); err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
			for range sides {
				if err := <-done; err != nil {
					b.Fatal(err)
				}
			}
			k.Close()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
		})
	}
}

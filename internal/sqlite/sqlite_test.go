package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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

func opened(t testing.TB, dir string) *Store {
	t.Helper()
	s := must(Open(context.Background(), dir))(t)
	t.Cleanup(func() { s.Close() })
	return s
}

// problems gives what Verify finds, without harmless leftovers.
func problems(t testing.TB, s *Store) []string {
	t.Helper()
	found, _ := verified(t, s)
	return found
}

// verified gives what Verify finds, and the number of harmless leftovers.
func verified(t testing.TB, s *Store) (found []string, leftovers int) {
	t.Helper()
	if err := s.Verify(context.Background(), func(p string) {
		if strings.HasPrefix(p, snapshot.Leftover) {
			leftovers++
			return
		}
		found = append(found, p)
	}); err != nil {
		t.Fatal(err)
	}
	return found, leftovers
}

// Each kind of damage is found, and named.
func TestDamageIsSaid(t *testing.T) {
	for name, q := range map[string]struct{ sql, want string }{
		"a record":           {"UPDATE content SET data = x'0100' || data WHERE id = 1", "does not have its hash"},
		"a hash":             {"UPDATE content SET hash = x'00' WHERE id = 1", "does not have the content"},
		"an entry":           {"DELETE FROM run WHERE key = 'x:a'", "belongs to no entry"},
		"the run of one":     {"UPDATE run SET until = 2 WHERE key = 'x:b'", "x@2 does not have the content"},
		"a subject":          {"DELETE FROM about WHERE key = 'x:a'", "the entry x:a of x is not found by x:a"},
		"a reference":        {"DELETE FROM reference WHERE reference = 'Ref.x:b'", "the subject x:b is not found by Ref.x:b"},
		"a snapshot":         {"DELETE FROM snapshot WHERE number = 1", "x has the snapshots 1 to 2, and 1 are there"},
		"what is kept of it": {"UPDATE snapshot SET meta = json_replace(meta, '$.content', 'other')", "does not have the content"},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t, t.TempDir())
			must(snapshottest.Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1", "x:b": "2"}))(t)
			must(snapshottest.Load(t, s, "x", "2020-01-02", map[string]string{"x:a": "1", "x:b": "2"}))(t)
			if got := problems(t, s); len(got) > 0 {
				t.Fatalf("before: %q", got)
			}
			must(s.db.Exec(q.sql))(t)
			if got := problems(t, s); !strings.Contains(strings.Join(got, "\n"), q.want) {
				t.Errorf("found %q, want %q", got, q.want)
			}
		})
	}
}

func TestDamagedRawFileIsSaid(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"other bytes": func(path string) error { return os.WriteFile(path, []byte("not zstd"), 0o600) },
		"cut":         func(path string) error { return os.Truncate(path, 10) },
		"empty":       func(path string) error { return os.Truncate(path, 0) },
		"gone":        os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := opened(t, dir)
			m := must(snapshottest.Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1"}))(t)
			if err := damage(filepath.Join(dir, "raw", m.Raw[:2], m.Raw+".zst")); err != nil {
				t.Fatal(err)
			}
			if got := problems(t, s); len(got) != 1 || !strings.Contains(got[0], m.Raw) {
				t.Errorf("verify: %q", got)
			}
			r, err := s.Raw(context.Background(), m.Raw)
			if err == nil {
				_, err = io.ReadAll(r)
				r.Close()
			}
			if code := fault.CodeOf(err); code != fault.Unavailable && code != fault.NotFound {
				t.Errorf("reading gives %v", err)
			}
		})
	}
}

// A file that is no store of ours is refused with a way out, and left as it is.
func TestOtherFilesAreRefused(t *testing.T) {
	foreign := func(path string) error {
		db, err := sql.Open("sqlite", path)
		if err == nil {
			_, err = db.Exec("CREATE TABLE theirs (x)")
			db.Close()
		}
		return err
	}
	for name, write := range map[string]func(path string) error{
		"no database":    func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("other ", 1000)), 0o600) },
		"somebody's":     foreign,
		"cut to a third": func(path string) error { return cutStore(path) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, file)
			if err := write(path); err != nil {
				t.Fatal(err)
			}
			before := must(os.ReadFile(path))(t)
			for how, open := range map[string]func(context.Context, string) (*Store, error){"open": Open, "read": OpenReader} {
				s, err := open(context.Background(), dir)
				if err == nil { // damage further in is found when it is met
					_, _, err = snapshottest.Contents(s, snapshot.ID{List: "x"})
					s.Close()
				}
				var f *fault.Error
				if !errors.As(err, &f) || f.Code != fault.Unavailable || f.Fix == "" {
					t.Errorf("%s: %v", how, err)
				}
			}
			if after := must(os.ReadFile(path))(t); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func cutStore(path string) error {
	s, err := Open(context.Background(), filepath.Dir(path))
	if err != nil {
		return err
	}
	l, err := s.Begin(context.Background(), "x")
	if err != nil {
		return err
	}
	for i := range 2000 {
		r := snapshottest.Record(fmt.Sprint("x:", i), "1")
		if err := l.Put(r.Subject.ID, r); err != nil {
			return err
		}
	}
	if _, err := l.Commit(snapshot.Meta{Published: 1, Expires: when.NoDay}); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()/3)
}

// The name of a folder is a path, whatever stands in it.
func TestOddFolders(t *testing.T) {
	for _, name := range []string{"a?b=c", "100%25", "a#b", "a b", "ä", "file:x", "%2e%2e"} {
		dir := filepath.Join(t.TempDir(), name)
		s := opened(t, dir)
		must(snapshottest.Load(t, s, "x", "2020-01-01", map[string]string{"x:a": "1"}))(t)
		if info, err := os.Stat(filepath.Join(dir, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: the store is elsewhere: %v", name, err)
		}
	}
	t.Chdir(t.TempDir())
	opened(t, "var")
	if info, err := os.Stat(filepath.Join("var", file)); err != nil || info.Size() == 0 {
		t.Errorf("the store of a folder below this one is elsewhere: %v", err)
	}
}

// A reader reads, next to a writer and after it, and cannot write.
func TestReaderCannotWrite(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	w := opened(t, dir)
	must(snapshottest.Load(t, w, "x", "2020-01-01", map[string]string{"x:a": "1"}))(t)
	for _, beside := range []bool{true, false} {
		if !beside {
			w.Close()
		}
		r := must(OpenReader(ctx, dir))(t)
		if got, _, err := snapshottest.Contents(r, snapshot.ID{List: "x"}); len(got) != 1 || err != nil {
			t.Errorf("%v %v", got, err)
		}
		if _, err := r.Begin(ctx, "x"); err == nil {
			t.Error("a load begins")
		}
		if err := r.Attempted(ctx, snapshot.Attempt{List: "x"}); err == nil {
			t.Error("an attempt is kept")
		}
		if _, err := r.db.Exec("DELETE FROM run"); err == nil {
			t.Error("a statement writes")
		}
		if got := problems(t, r); len(got) > 0 {
			t.Errorf("%q", got)
		}
		r.Close()
	}
}

// A store written by the first form of the database reads as before.
func TestOlderStore(t *testing.T) {
	for name, open := range map[string]func(context.Context, string) (*Store, error){"open": Open, "read": OpenReader} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			db := must(sql.Open("sqlite", filepath.Join(dir, file)))(t)
			must(db.Exec(migrations[0] + "; PRAGMA user_version = 1"))(t)
			want, hash := map[int]string{1: "1", 2: "2", 3: "2"}, snapshot.NewContentHash
			bodies := map[string][]byte{}
			for n, text := range want {
				body := snapshot.Encode(snapshottest.Record("x:a", text))
				bodies[text] = body
				h := hash()
				h.Add("x:a", snapshot.Hash(body))
				must(db.Exec("INSERT INTO snapshot VALUES ('x', ?, 18000, ?)", n,
					fmt.Sprintf(`{"list":"x","number":%d,"published":"2020-01-01","content":%q,"stamp":"s","stated":"2020-01"}`, n, h.Sum())))(t)
			}
			for text, body := range bodies {
				sum := must(hex.DecodeString(snapshot.Hash(body)))(t)
				since, until := 1, any(2)
				if text == "2" {
					since, until = 2, nil
				}
				must(db.Exec("INSERT INTO body VALUES (?, ?)", sum, body))(t)
				must(db.Exec("INSERT INTO entry VALUES ('x', 'x:a', ?, ?, ?)", since, until, sum))(t)
			}
			must(db.Exec("INSERT INTO about VALUES ('x', 'x:a', 'x:a');" + `
				INSERT INTO reference VALUES ('x:a', 'x:a', 'x:a'), ('ref.x:a', 'Ref.x:a', 'x:a')`))(t)
			db.Close()
			s := must(open(context.Background(), dir))(t)
			defer s.Close()
			for n, text := range want {
				if got, _, err := snapshottest.Contents(s, snapshot.ID{List: "x", Number: n}); got["x:a"] != text || err != nil {
					t.Errorf("snapshot %d: %v %v", n, got, err)
				}
			}
			m := must(s.Snapshot(context.Background(), snapshot.ID{List: "x"}))(t)
			if p := m.Report.Published; p.Stamp != "s" || p.At.Period.String() != "2020-01" || m.Expires != when.NoDay {
				t.Errorf("%+v", m)
			}
			if got := problems(t, s); len(got) > 0 {
				t.Errorf("%q", got)
			}
		})
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

func BenchmarkAbout(b *testing.B) {
	s := opened(b, b.TempDir())
	records := map[string]string{}
	for i := range 100_000 {
		records["x:"+strconv.Itoa(i)] = "text"
	}
	m := must(snapshottest.Load(b, s, "x", "2020-01-01", records))(b)
	n := 0
	for b.Loop() {
		n++
		if got := must(s.About(context.Background(), m.ID, "x:"+strconv.Itoa(n*7919%100_000)))(b); len(got) != 1 {
			b.Fatal(got)
		}
	}
}

package postgres

import (
	"context"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cordon-engine/cordon/internal/fault"
	"github.com/cordon-engine/cordon/internal/postgres/postgrestest"
	"github.com/cordon-engine/cordon/internal/snapshot"
	"github.com/cordon-engine/cordon/internal/snapshot/snapshottest"
	"github.com/cordon-engine/cordon/internal/when"
)

func TestConformance(t *testing.T) {
	// Each step of the model is some trips to a server; the other stores take more of them.
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("6"); err != nil {
			t.Fatal(err)
		}
		defer f.Value.Set(f.DefValue)
	}
	snapshottest.Run(t, func(t testing.TB) snapshot.Store { return opened(t, postgrestest.Database(t)) })
}

// opened opens a store that the test closes.
func opened(t testing.TB, address string) *Store {
	t.Helper()
	s := must(Open(context.Background(), address, testKeys))(t)
	t.Cleanup(func() { s.Close() })
	return s
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// problems gives what Verify finds.
func problems(t testing.TB, s snapshot.Store) []string {
	t.Helper()
	var found []string
	if err := s.Verify(context.Background(), func(p string) { found = append(found, p) }); err != nil {
		t.Fatal(err)
	}
	return found
}

func load(t testing.TB, s snapshot.Store, day string, records map[string]string) snapshot.Meta {
	t.Helper()
	return must(snapshottest.Load(t, s, "x", day, records))(t)
}

// Each kind of damage is found, and named.
func TestDamageIsSaid(t *testing.T) {
	s := opened(t, postgrestest.Database(t))
	load(t, s, "2020-01-01", map[string]string{"x:a": "1", "x:b": "2"})
	load(t, s, "2020-01-02", map[string]string{"x:a": "1", "x:b": "2"})
	if got := problems(t, s); len(got) > 0 {
		t.Fatalf("before: %q", got)
	}
	save(t, s)
	for name, q := range map[string]struct{ sql, want string }{
		"a record":           {`UPDATE cordon.content SET data = '\x0100'::bytea || data`, "does not have its hash"},
		"a hash":             {`UPDATE cordon.content SET hash = '\x00' WHERE id = 1`, "does not have the content"},
		"an entry":           {"DELETE FROM cordon.run WHERE key = 'x:a'", "belongs to no entry"},
		"the run of one":     {"UPDATE cordon.run SET until = 2 WHERE key = 'x:b'", "x@2 does not have the content"},
		"a subject":          {"DELETE FROM cordon.about WHERE key = 'x:a'", "the entry x:a of x is not found by x:a"},
		"a reference":        {"DELETE FROM cordon.reference WHERE reference = 'Ref.x:b'", "the subject x:b is not found by Ref.x:b"},
		"a snapshot":         {"DELETE FROM cordon.snapshot WHERE number = 1", "x has the snapshots 1 to 2, and 1 are there"},
		"what is kept of it": {`UPDATE cordon.snapshot SET meta = replace(meta, '"content":"', '"content":"a')`, "does not have the content"},
		"a raw file":         {"DELETE FROM cordon.raw_piece; DELETE FROM cordon.raw", "is not there"},
		"a piece of one":     {"DELETE FROM cordon.raw_piece", "has 1 pieces, and 0 are there"},
		"its bytes":          {`UPDATE cordon.raw_piece SET data = '\x00'`, "is damaged"},
		"its beginning":      {`UPDATE cordon.raw_piece SET data = substr(data, 1, 10)`, "is damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			defer saved(t, s)
			must(s.pool.Exec(context.Background(), q.sql))(t)
			if got := problems(t, s); !strings.Contains(strings.Join(got, "\n"), q.want) {
				t.Errorf("found %q, want %q", got, q.want)
			}
		})
	}
}

// tables are those of lists, those first that others refer to.
var tables = []string{"snapshot", "content", "run", "about", "reference", "attempt", "raw", "raw_piece"}

// save copies what is in the tables of lists aside, and saved puts it back.
func save(t testing.TB, s *Store) {
	t.Helper()
	for _, name := range tables {
		must(s.pool.Exec(context.Background(), "CREATE TABLE public."+name+" AS TABLE cordon."+name))(t)
	}
}

func saved(t testing.TB, s *Store) {
	t.Helper()
	must(s.pool.Exec(context.Background(), "TRUNCATE cordon."+strings.Join(tables, ", cordon.")))(t)
	for _, name := range tables {
		must(s.pool.Exec(context.Background(), "INSERT INTO cordon."+name+" TABLE public."+name))(t)
	}
}

// A database that is no store of ours is refused with a way out, and left as it is.
func TestOthersAreRefused(t *testing.T) {
	ctx := context.Background()
	for name, q := range map[string]struct{ sql, want string }{
		"somebody's":       {"CREATE TABLE theirs (x int)", "another program"},
		"their schema":     {"CREATE SCHEMA cordon; CREATE TABLE cordon.theirs (x int)", "another program"},
		"their table form": {"CREATE SCHEMA cordon; CREATE TABLE cordon.form (x int)", "another program"},
		"another mark":     {"CREATE SCHEMA cordon; CREATE TABLE cordon.form AS SELECT 'beads' AS program, 1 AS version", "another program"},
		"no mark":          {"CREATE SCHEMA cordon; CREATE TABLE cordon.form (program text, version int)", "another program"},
		"newer":            {"CREATE SCHEMA cordon; CREATE TABLE cordon.form AS SELECT 'cordon' AS program, 999 AS version", "newer version"},
	} {
		address := postgrestest.Database(t)
		c := must(pgx.Connect(ctx, address))(t)
		must(c.Exec(ctx, q.sql))(t)
		count := func() (n int) {
			if err := c.QueryRow(ctx, "SELECT count(*) FROM pg_class").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		for how, open := range map[string]func(context.Context, string) (snapshot.Store, error){
			"open": func(ctx context.Context, a string) (snapshot.Store, error) { return Open(ctx, a, testKeys) },
			"read": func(ctx context.Context, a string) (snapshot.Store, error) { return OpenReader(ctx, a, testKeys) },
		} {
			_, err := open(ctx, address)
			var f *fault.Error
			if !errors.As(err, &f) || f.Code != fault.Unavailable || f.Fix == "" || !strings.Contains(err.Error(), q.want) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
		if after := count(); before != after {
			t.Errorf("%s: it was changed", name)
		}
		c.Close(ctx)
	}
}

// A schema that was made for us is ours, whatever else the database has.
func TestSharedDatabase(t *testing.T) {
	ctx := context.Background()
	address := postgrestest.Database(t)
	c := must(pgx.Connect(ctx, address))(t)
	defer c.Close(ctx)
	must(c.Exec(ctx, "CREATE TABLE theirs (x int); CREATE SCHEMA cordon"))(t)
	load(t, opened(t, address), "2020-01-01", map[string]string{"x:a": "1"})
}

func TestEncodingIsHeldTo(t *testing.T) {
	ctx := context.Background()
	address := postgrestest.Database(t)
	c := must(pgx.Connect(ctx, address))(t)
	defer c.Close(ctx)
	must(c.Exec(ctx, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'"))(t)
	defer c.Exec(ctx, "DROP DATABASE latin WITH (FORCE)")
	at := must(url.Parse(address))(t)
	at.Path = "/latin"
	if _, err := Open(ctx, at.String(), testKeys); fault.CodeOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "LATIN1") {
		t.Error(err)
	}
}

// Nothing is made for who only reads; once there is something it is read, and
// nothing is written.
func TestReaderCannotWrite(t *testing.T) {
	ctx := context.Background()
	address := postgrestest.Database(t)
	none := must(OpenReader(ctx, address, testKeys))(t)
	if l, err := none.Lists(ctx); len(l) > 0 || err != nil {
		t.Errorf("%v %v", l, err)
	}
	c := must(pgx.Connect(ctx, address))(t)
	defer c.Close(ctx)
	var made bool
	if err := c.QueryRow(ctx, "SELECT to_regnamespace('cordon') IS NOT NULL").Scan(&made); err != nil || made {
		t.Errorf("it was made: %v", err)
	}
	load(t, opened(t, address), "2020-01-01", map[string]string{"x:a": "1"})
	r := must(OpenReader(ctx, address, testKeys))(t)
	defer r.Close()
	if got, _, err := snapshottest.Contents(r, snapshot.ID{List: "x"}); len(got) != 1 || err != nil {
		t.Errorf("%v %v", got, err)
	}
	if _, err := r.Begin(ctx, "x"); err == nil {
		t.Error("a load begins")
	}
	if err := r.Attempted(ctx, snapshot.Attempt{List: "x"}); err == nil {
		t.Error("an attempt is kept")
	}
	if _, err := r.(*Store).pool.Exec(ctx, "DELETE FROM cordon.run"); err == nil {
		t.Error("a statement writes")
	}
	if got := problems(t, r); len(got) > 0 {
		t.Errorf("%q", got)
	}
}

// Of several that make the store at once one does, and all can use it.
func TestMadeAtOnce(t *testing.T) {
	address := postgrestest.Database(t)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			s, err := Open(context.Background(), address, testKeys)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	wg.Wait()
	load(t, opened(t, address), "2020-01-01", map[string]string{"x:a": "1"})
}

// Whatever goes wrong, the password is not said.
func TestPasswordIsNotSaid(t *testing.T) {
	ctx := context.Background()
	real := must(url.Parse(postgrestest.Database(t)))(t)
	c := must(pgx.Connect(ctx, real.String()))(t)
	defer c.Close(ctx)
	must(c.Exec(ctx, "CREATE USER guarded PASSWORD 'the-true-one'; GRANT ALL ON DATABASE "+real.Path[1:]+" TO guarded"))(t)
	defer c.Exec(ctx, "DROP OWNED BY guarded; DROP USER guarded")
	guarded := func(password string) string {
		q := url.Values{"host": {real.Query().Get("host")}, "user": {"guarded"}, "password": {password}}
		return (&url.URL{Scheme: "postgres", Path: real.Path, RawQuery: q.Encode()}).String()
	}
	const word = "s3cr3t"
	for name, address := range map[string]string{
		"refused":     guarded(word),
		"no server":   "postgres://u:" + word + "@127.0.0.1:1/x",
		"no host":     "postgres://u:" + word + "@no-such-host.invalid/x",
		"bad sign":    "postgres://u:" + word + "%zz@h/x",
		"two of them": "postgres://u:" + word + "@" + word + "@h:1:1/x",
		"bad port":    "postgres://u:" + word + "@h:port/x",
		"bad option":  "postgres://u:" + word + "@h/x?sslmode=" + word,
		"bad host":    "postgres://u:" + word + "@[::1/x",
		"a line":      "postgres://u:" + word + "\n@h/x",
		"bad pool":    "postgres://u:" + word + "@h/x?pool_max_conns=" + word,
		"pass file":   "postgres://u:" + word + "@h/x?sslrootcert=/" + word,
	} {
		for how, open := range map[string]func() error{
			"open":  func() error { _, err := Open(ctx, address, testKeys); return err },
			"read":  func() error { _, err := OpenReader(ctx, address, testKeys); return err },
			"watch": func() error { w := NewWatch(ctx, address); defer w.Close(); return errors.New(w.Mark()) },
			"name":  func() error { return errors.New(Name(address)) },
			"hide":  func() error { return errors.New(Hide("about " + address + " and so on")) },
		} {
			if how == "hide" && slices.Contains([]string{"pass file", "bad option", "bad pool", "a line"}, name) {
				continue // no password, or no address
			}
			err := open()
			if err == nil || strings.Contains(err.Error(), word) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
			if f := (*fault.Error)(nil); errors.As(err, &f) && f.Fix == "" {
				t.Errorf("%s, %s: no way out: %v", name, how, err)
			}
		}
	}
	s, err := Open(ctx, guarded("the-true-one"), testKeys)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	// As the drivers of PostgreSQL do, from a file that only its owner reads.
	file := filepath.Join(t.TempDir(), "pass")
	if err := os.WriteFile(file, []byte("*:*:*:guarded:the-true-one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGPASSFILE", file)
	if s, err = Open(ctx, strings.ReplaceAll(guarded(""), "password=&", ""), testKeys); err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// The mark of a store changes with every load and attempt, and when the store
// becomes another; while there is nothing new it stays.
func TestWatch(t *testing.T) {
	ctx := context.Background()
	address := postgrestest.Database(t)
	w := NewWatch(ctx, address)
	defer w.Close()
	last := w.Mark()
	changed := func(what string, want bool) {
		t.Helper()
		now := w.Mark()
		if (now != last) != want {
			t.Errorf("after %s: %q, before %q", what, now, last)
		}
		last = now
	}
	changed("nothing", false)
	s := opened(t, address)
	changed("it was made", true)
	load(t, s, "2020-01-01", map[string]string{"x:a": "1"})
	changed("a load", true)
	if err := s.Attempted(ctx, snapshot.Attempt{List: "x", Published: 1}); err != nil {
		t.Fatal(err)
	}
	changed("an attempt", true)
	changed("nothing", false)
	must(s.pool.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cordon' AND pid != pg_backend_pid()"))(t)
	changed("the connection was lost", true)
	if !strings.Contains(last, "stopping") && !strings.Contains(last, "lost") {
		t.Errorf("the reason is %q", last)
	}
	changed("it was made anew", true)
	must(s.pool.Exec(ctx, "DROP SCHEMA cordon CASCADE"))(t)
	again := opened(t, address)
	load(t, again, "2020-01-01", map[string]string{"x:a": "1"})
	if err := again.Attempted(ctx, snapshot.Attempt{List: "x", Published: 1}); err != nil {
		t.Fatal(err)
	}
	changed("another store", true)
}

// A load whose connection is lost is gone, and says so.
func TestConnectionLost(t *testing.T) {
	ctx := context.Background()
	s := opened(t, postgrestest.Database(t))
	load(t, s, "2020-01-01", map[string]string{"x:a": "1"})
	l := must(s.Begin(ctx, "x"))(t)
	must(l.Keep("f", "", strings.NewReader("the list")))(t)
	r := snapshottest.Record("x:b", "1")
	if err := l.Put("x:b", r); err != nil {
		t.Fatal(err)
	}
	must(s.pool.Exec(ctx, "SELECT pg_terminate_backend($1)", int64(l.(*loading).conn.Conn().PgConn().PID())))(t)
	var f *fault.Error
	if _, err := l.Commit(snapshot.Meta{Published: 1, Expires: when.NoDay}); !errors.As(err, &f) || f.Code != fault.Unavailable || f.Fix == "" {
		t.Errorf("%v", err)
	}
	if got := problems(t, s); len(got) > 0 {
		t.Errorf("%q", got)
	}
	if snaps := must(s.Snapshots(ctx, "x"))(t); len(snaps) != 1 {
		t.Errorf("%d snapshots", len(snaps))
	}
}

// What became of a transaction is told after its connection was lost.
func TestOutcome(t *testing.T) {
	ctx := context.Background()
	s := opened(t, postgrestest.Database(t))
	lost := errors.New("lost")
	for _, commits := range []bool{true, false} {
		tx := must(s.pool.Begin(ctx))(t)
		var id string
		if err := tx.QueryRow(ctx, "SELECT pg_current_xact_id()::text").Scan(&id); err != nil {
			t.Fatal(err)
		}
		end := tx.Rollback
		if commits {
			end = tx.Commit
		}
		go func() {
			time.Sleep(50 * time.Millisecond) // meanwhile it is neither
			_ = end(ctx)
		}()
		if err := s.outcome(ctx, id, lost); (err == nil) != commits || err != nil && !errors.Is(err, lost) {
			t.Errorf("committed %t: %v", commits, err)
		}
	}
}
